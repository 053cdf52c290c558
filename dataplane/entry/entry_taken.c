#include "dataplane/entry/entry_parts.h"

/* What was decided happens. */

static void order_taken(struct entry *entry)
{
    const struct entry_decision *d = &entry->decided;
    uint32_t slot = d->ask.slot;
    bool enters = d->ask.kind == ASK_NEW;
    struct entry_order *order = &entry->orders[slot];
    order->id = enters ? d->input.id : d->input.other;
    order->lives = enters && d->input.tif != MATCH_IOC; /* which never rests */
    record_insert(entry, slot);
    if (d->timer_at != 0)
        timer_insert(entry, (struct entry_timer){.time = d->timer_at, .slot = slot});
    if (!enters || d->fingerprint == 0) return;
    struct entry_session *session = &entry->sessions[d->session];
    struct entry_recent *recent = &entry->recent[(size_t)d->session * ENTRY_RECENT];
    recent[session->recent_next++ % ENTRY_RECENT] = (struct entry_recent){
        .time = d->time,
        .price_qty = d->fingerprint,
        .what = d->what,
    };
}

/* A cancel always passes, so the order lives no more, whenever that is shown. */
static void cancel_taken(struct entry *entry)
{
    struct entry_order *order = &entry->orders[entry->decided.ask.slot];
    entry->sessions[order->session].living -= order->lives;
    order->lives = false;
}

/* Numbers of OUCH 5.0 begin at 1 again; counts of tokens go on, for they are in ids that live. */
static void day_taken(struct entry *entry)
{
    const struct entry_decision *d = &entry->decided;
    entry->day = d->day == 'S';
    if (!entry->day) return;
    entry->days++;
    entry->midnight = d->ask.midnight;
    tokens_forget(entry);
    for (uint32_t i = 0; i < entry->limits.sessions; i++) {
        if (entry->sessions[i].plan.dialect != ENTRY_OUCH50) continue;
        for (uint32_t channel = 0; channel < ENTRY_CHANNELS; channel++)
            entry->next_urn[(size_t)i * ENTRY_CHANNELS + channel] = 1;
    }
}

static void sweep_taken(struct entry *entry)
{
    struct entry_decision *d = &entry->decided;
    struct entry_session *session = &entry->sessions[d->session];
    if (d->sweeps) session->sweep = d->sweep;
    if (d->steps) session->sweep.at = entry->orders[d->ask.slot].after;
    if (d->expires) timer_remove(entry, d->ask.slot);
}

void entry_taken(struct entry *entry, uint64_t number)
{
    struct entry_decision *d = &entry->decided;
    struct entry_session *session = &entry->sessions[d->session];
    CHECK(d->verdict == ENTRY_SUBMIT || d->verdict == ENTRY_ANSWER);
    CHECK(number > entry->number);
    entry->number = number;
    counter_one(&entry->counts.taken);
    if (d->cause != ENTRY_NO_CAUSE) counter_one(&entry->counts.cause[d->cause]);

    if (d->counts) session->rate_at = d->rate_at;
    session->disabled = d->disabled;
    if (d->urn != 0) entry->next_urn[(size_t)d->session * ENTRY_CHANNELS + d->channel] = d->urn + 1;
    if (d->token.n != 0) token_insert(entry, &d->token);
    if (d->ask.kind == ASK_NEW || d->ask.kind == ASK_REPLACE) order_taken(entry);
    if (d->ask.kind == ASK_CANCEL) cancel_taken(entry);
    if (d->side_now != 0) entry->orders[d->ask.slot].side_now = d->side_now;
    if (d->sweeps | d->steps | d->expires) sweep_taken(entry);
    if (d->day != 0) day_taken(entry);

    uint64_t at = entry->ask_last++ & (entry->limits.asks - 1);
    d->ask.number = number;
    entry->asks[at] = d->ask;
    if (d->ask.kind == ASK_ANSWER || d->ask.kind == ASK_DAY) entry->answers[at] = d->answer;
    d->verdict = ENTRY_IDLE;
}

enum entry_verdict entry_day(struct entry *entry, bool begins, nanos_t midnight, nanos_t time,
                             struct entry_out *out)
{
    struct entry_decision *d = decision_begin(entry, 0, time);
    if (asks_full(entry)) return decision_end(entry, ENTRY_WAIT, out);
    d->day = begins ? 'S' : 'E';
    d->ask.kind = ASK_DAY;
    d->ask.midnight = midnight;
    d->ask.length = sizeof(struct ouch50_system_event);
    static_assert(sizeof(struct ouch50_system_event) == sizeof(struct ouch42_system_event),
                  "both dialects say it alike");
    *(struct ouch50_system_event *)d->answer.bytes = (struct ouch50_system_event){
        .type = text1('S'),
        .timestamp_ns = be64(time - midnight),
        .event = text1(d->day),
    };
    return decision_end(entry, ENTRY_ANSWER, out);
}
