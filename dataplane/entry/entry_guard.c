#include "dataplane/entry/entry_parts.h"

/* A session's limits, checked before the engine (F45, and F34's part of a port).  All arithmetic is
 * exact: what could pass 64 bits is done in 128. */

typedef unsigned __int128 wide_t;

/* The price that a collar and a market order's value start from. */
static price_t price_known(const struct entry *entry, uint16_t instrument)
{
    price_t last = match_last_price(entry->match, instrument);
    return last != 0 ? last : entry->instruments[instrument].reference;
}

static bool over_notional(const struct entry *entry, const struct entry_order *draft, uint64_t most)
{
    const struct entry_terms *terms = &draft->terms;
    uint64_t price = terms->market ? (uint64_t)price_known(entry, draft->instrument)
                                   : terms->price_e4 * (uint64_t)PRICE_PER_E4;
    return (wide_t)price * terms->qty > (wide_t)most * (uint64_t)PRICE_PER_E4;
}

static bool over_collar(const struct entry *entry, const struct entry_order *draft)
{
    const struct entry_plan *plan = &entry->sessions[draft->session].plan;
    const struct entry_instrument *instrument = &entry->instruments[draft->instrument];
    if (draft->terms.market) return false;
    price_t price = (price_t)draft->terms.price_e4 * PRICE_PER_E4;
    price_t known = price_known(entry, draft->instrument);
    uint64_t apart = (uint64_t)(price > known ? price - known : known - price);
    if (plan->collar_ppm != 0 && (wide_t)apart * MATCH_PPM > (wide_t)known * plan->collar_ppm)
        return true;
    return plan->collar_ticks != 0 &&
           apart > (wide_t)plan->collar_ticks * (uint64_t)instrument->tick_size;
}

static bool is_duplicate(const struct entry *entry, const struct entry_decision *d)
{
    const struct entry_recent *recent = &entry->recent[(size_t)d->session * ENTRY_RECENT];
    nanos_t within = entry->sessions[d->session].plan.duplicate_ns;
    for (uint32_t i = 0; i < ENTRY_RECENT; i++) {
        if (recent[i].price_qty != d->fingerprint || recent[i].what != d->what) continue;
        if (d->time < recent[i].time || d->time - recent[i].time < within) return true;
    }
    return false;
}

/* The bucket holds burst requests.  rate_at is when it is full again: each request moves it by one
 * interval, and it is empty while it lies burst - 1 intervals or more ahead. */
static bool over_rate(const struct entry_session *session, nanos_t time)
{
    if (session->interval_ns == 0) return false;
    nanos_t ahead = (session->plan.burst - 1) * session->interval_ns;
    return session->rate_at > time && session->rate_at - time > ahead;
}

void guard_count(struct entry *entry)
{
    struct entry_decision *d = &entry->decided;
    const struct entry_session *session = &entry->sessions[d->session];
    if (session->interval_ns == 0 || d->cause == ENTRY_L_RATE) return;
    nanos_t most = d->time + session->plan.burst * session->interval_ns;
    nanos_t from = session->rate_at > d->time ? session->rate_at : d->time;
    d->rate_at = from + session->interval_ns < most ? from + session->interval_ns : most;
    d->counts = true;
}

/* One more would be too many, as far as was shown. */
static bool over_open(const struct entry *entry)
{
    const struct entry_decision *d = &entry->decided;
    const struct entry_session *session = &entry->sessions[d->session];
    uint32_t most = session->plan.open_max;
    return d->ask.kind == ASK_NEW && most != 0 && session->living >= most;
}

bool guard_full(const struct entry *entry)
{
    const struct entry_session *session = &entry->sessions[entry->decided.session];
    uint32_t living = 0;
    if (likely(!over_open(entry))) return false;
    for (uint32_t slot = session->first; slot != 0; slot = entry->orders[slot].after) {
        struct match_order order;
        living += match_order_of(entry->match, entry->orders[slot].id, &order);
    }
    return living >= session->plan.open_max;
}

/* An order that takes the place of one for a time needs no other. */
static enum entry_cause timer_check(const struct entry *entry)
{
    const struct entry_decision *d = &entry->decided;
    const struct entry_session *session = &entry->sessions[d->session];
    if (d->ask.kind == ASK_REPLACE && entry->orders[d->ask.other].timer != 0) return ENTRY_NO_CAUSE;
    if (session->plan.timed_max != 0 && session->timed >= session->plan.timed_max)
        return ENTRY_L_TIMED;
    return entry->timers_used < entry->limits.timers ? ENTRY_NO_CAUSE : ENTRY_NO_ROOM;
}

enum entry_cause guard_shown(const struct entry *entry)
{
    if (unlikely(over_open(entry))) return ENTRY_L_OPEN;
    return entry->decided.timer_at != 0 ? timer_check(entry) : ENTRY_NO_CAUSE;
}

enum entry_cause guard_check(struct entry *entry, const struct entry_order *draft, bool enters)
{
    struct entry_decision *d = &entry->decided;
    const struct entry_session *session = &entry->sessions[draft->session];
    const struct entry_plan *plan = &session->plan;
    const struct entry_terms *terms = &draft->terms;
    uint16_t instrument = draft->instrument;
    if (over_rate(session, d->time)) return ENTRY_L_RATE;
    if (plan->restricted && plan->restricted[instrument / 64] >> instrument % 64 & 1)
        return ENTRY_L_RESTRICTED;
    if (plan->qty_max != 0 && terms->qty > plan->qty_max) return ENTRY_L_QTY;
    if (plan->notional_max_e4 != 0 && over_notional(entry, draft, plan->notional_max_e4))
        return ENTRY_L_NOTIONAL;
    if ((plan->collar_ppm | plan->collar_ticks) != 0 && over_collar(entry, draft))
        return ENTRY_L_COLLAR;
    if (!enters) return ENTRY_NO_CAUSE;
    if (plan->duplicate_ns != 0) {
        d->fingerprint = terms->price_e4 << 32 | terms->qty;
        d->what = (uint32_t)instrument << 1 | is_sell(terms->side);
        if (is_duplicate(entry, d)) return ENTRY_L_DUPLICATE;
    }
    return ENTRY_NO_CAUSE;
}
