#include "dataplane/entry/entry_parts.h"

/* Decisions: what all requests share.  A decision is written down in entry->decided, and touches
 * nothing else but a free order record; entry_taken makes it true. */

struct entry_decision *decision_begin(struct entry *entry, uint32_t session, nanos_t time)
{
    struct entry_decision *d = &entry->decided;
    memset((uint8_t *)d + offsetof(struct entry_decision, ask), 0, sizeof d->ask);
    d->sweep.at = 0;
    d->token.n = 0;
    d->timer_at = 0;
    d->time = time;
    d->fingerprint = 0;
    d->session = session;
    d->urn = 0;
    d->verdict = ENTRY_IDLE;
    d->cause = ENTRY_NO_CAUSE;
    d->channel = 0;
    d->disabled = entry->sessions[session].disabled;
    d->counts = d->sweeps = d->steps = d->expires = d->request = false;
    d->side_now = d->day = 0;
    return d;
}

enum entry_verdict decision_end(struct entry *entry, enum entry_verdict verdict,
                                struct entry_out *out)
{
    struct entry_decision *d = &entry->decided;
    d->verdict = (uint8_t)verdict;
    out->input = verdict == ENTRY_SUBMIT ? &d->input : NULL;
    out->cause = (enum entry_cause)d->cause;
    out->refused = ENTRY_NO_CAUSE;
    out->sweeps = d->sweeps;
    return verdict;
}

bool asks_full(const struct entry *entry)
{
    return entry->ask_last - entry->ask_first == entry->limits.asks;
}

/* While a session's sweep goes on it says nothing. */
static bool must_wait(struct entry *entry, struct entry_session *session)
{
    return asks_full(entry) || unlikely(session->sweep.at != 0 && sweep_find(entry, session));
}

static enum entry_verdict request_decide(struct entry *entry, const uint8_t *message, size_t length,
                                         struct entry_out *out)
{
    struct entry_decision *d = &entry->decided;
    struct entry_session *at = &entry->sessions[d->session];
    enum entry_verdict verdict = ENTRY_MALFORMED;
    if (likely(at->open)) {
        if (unlikely(must_wait(entry, at))) verdict = ENTRY_WAIT;
        else if (at->plan.dialect == ENTRY_OUCH50) verdict = decide_ouch50(entry, message, length);
        else verdict = decide_ouch42(entry, message, length);
    }
    d->request = true;
    if (verdict == ENTRY_SUBMIT || verdict == ENTRY_ANSWER) guard_count(entry);
    return decision_end(entry, verdict, out);
}

enum entry_verdict entry_request(struct entry *entry, uint32_t session, const uint8_t *message,
                                 size_t length, nanos_t time, struct entry_out *out)
{
    CHECK(session < entry->limits.sessions);
    const struct entry_decision *d = decision_begin(entry, session, time);
    enum entry_verdict verdict = request_decide(entry, message, length, out);
    if (verdict == ENTRY_SUBMIT && (d->ask.kind == ASK_NEW || unlikely(d->timer_at != 0))) {
        enum entry_cause cause = guard_shown(entry);
        if (unlikely(cause != ENTRY_NO_CAUSE)) verdict = entry_refuse(entry, cause, out);
    }
    counter_one(&entry->counts.request[verdict]);
    return verdict;
}

enum entry_verdict entry_request_again(struct entry *entry, uint32_t session,
                                       const uint8_t *message, size_t length, nanos_t time,
                                       enum entry_cause refused, struct entry_out *out)
{
    CHECK(session < entry->limits.sessions);
    (void)decision_begin(entry, session, time);
    enum entry_verdict verdict = request_decide(entry, message, length, out);
    /* Journals of before do not say that an order was one too many, but the engine does. */
    if (verdict == ENTRY_SUBMIT && refused == ENTRY_NO_CAUSE && guard_full(entry))
        refused = ENTRY_L_OPEN;
    if (verdict == ENTRY_SUBMIT && refused != ENTRY_NO_CAUSE)
        verdict = entry_refuse(entry, refused, out);
    counter_one(&entry->counts.request[verdict]);
    return verdict;
}

uint32_t record_living(const struct entry *entry, order_id_t id, struct match_order *living)
{
    if (!match_order_of(entry->match, id, living)) return 0;
    uint32_t slot = record_find(entry, id);
    if (slot == 0) return 0;
    const struct entry_order *order = &entry->orders[slot];
    return living->account == entry->sessions[order->session].plan.account ? slot : 0;
}

enum entry_verdict decide_refusal(struct entry *entry, enum entry_cause cause, struct text14 name)
{
    struct entry_decision *d = &entry->decided;
    const struct entry_order about = {
        .n = d->urn,
        .channel = d->channel,
        .terms.name = name,
    };
    const struct said said = {d->answer.bytes, &about, d->time - entry->midnight};
    struct wire_reason reason = wire_cause((uint8_t)cause);
    d->cause = (uint8_t)cause;
    d->ask.kind = ASK_ANSWER;
    d->ask.other = d->session;
    d->ask.length = (uint8_t)(entry->sessions[d->session].plan.dialect == ENTRY_OUCH50
                                  ? say50_rejected(&said, reason.reject)
                                  : say42_rejected(&said, reason.refused42));
    return ENTRY_ANSWER;
}

enum entry_verdict decide_refused(struct entry *entry, enum entry_cause cause,
                                  const struct entry_order *draft, uint32_t replaces)
{
    enum entry_verdict verdict = decide_refusal(entry, cause, draft->terms.name);
    refused_fill(entry, draft, replaces, cause);
    return verdict;
}

static struct match_input *input_about(struct entry *entry, uint32_t slot,
                                       enum match_input_kind kind)
{
    struct entry_decision *d = &entry->decided;
    d->ask.slot = slot;
    d->input = (struct match_input){
        .time = d->time,
        .id = entry->orders[slot].id,
        .account = entry->sessions[d->session].plan.account,
        .bytes = sizeof d->input,
        .kind = (uint8_t)kind,
    };
    return &d->input;
}

enum entry_verdict submit_cancel(struct entry *entry, uint32_t slot, char reason)
{
    input_about(entry, slot, MATCH_CANCEL);
    entry->decided.ask.kind = ASK_CANCEL;
    entry->decided.ask.letter = reason;
    return ENTRY_SUBMIT;
}

enum entry_verdict submit_reduce(struct entry *entry, uint32_t slot, uint32_t total)
{
    input_about(entry, slot, MATCH_MODIFY)->qty = total * QTY_ONE;
    entry->decided.ask.kind = ASK_REDUCE;
    return ENTRY_SUBMIT;
}

/* The engine changes nothing in these; it cancels in all phases. */
static bool stands_still(const struct entry *entry, uint16_t instrument)
{
    enum match_phase phase = match_phase_of(entry->match, instrument);
    return phase == MATCH_CLOSED || phase == MATCH_HALTED;
}

/* An answer of the port's own about a living order. */
static enum entry_verdict answer_about(struct entry *entry, uint32_t slot, uint32_t length)
{
    struct entry_decision *d = &entry->decided;
    d->ask.kind = ASK_ANSWER;
    d->ask.other = d->session;
    d->ask.slot = slot;
    d->ask.letter = 0;
    d->ask.length = (uint8_t)length;
    return ENTRY_ANSWER;
}

static struct said said_now(struct entry *entry, uint32_t slot)
{
    struct entry_decision *d = &entry->decided;
    return (struct said){d->answer.bytes, &entry->orders[slot], d->time - entry->midnight};
}

static bool speaks50(const struct entry *entry)
{
    return entry->sessions[entry->decided.session].plan.dialect == ENTRY_OUCH50;
}

static enum entry_verdict decide_cancel_reject(struct entry *entry, uint32_t slot)
{
    struct said said = said_now(entry, slot);
    uint32_t length = speaks50(entry) ? say50_cancel_reject(&said) : say42_cancel_reject(&said);
    return answer_about(entry, slot, length);
}

enum entry_verdict entry_refuse(struct entry *entry, enum entry_cause cause, struct entry_out *out)
{
    struct entry_decision *d = &entry->decided;
    CHECK(d->verdict == ENTRY_SUBMIT && d->request);
    counter_one(&entry->counts.refused);
    uint32_t slot = d->ask.slot;
    d->side_now = 0;
    if (d->ask.kind == ASK_NEW || d->ask.kind == ASK_REPLACE) {
        d->ask.slot = 0;
        uint32_t old = d->ask.kind == ASK_REPLACE ? entry->orders[d->ask.other].n : 0;
        (void)decide_refused(entry, cause, &entry->orders[slot], old);
    } else if (d->ask.kind == ASK_MODIFY) {
        d->ask.kind = ASK_SILENT;
    } else {
        (void)decide_cancel_reject(entry, slot);
    }
    (void)decision_end(entry, ENTRY_ANSWER, out);
    out->refused = cause;
    return ENTRY_ANSWER;
}

enum entry_verdict decide_cancel(struct entry *entry, order_id_t id, uint32_t total)
{
    struct match_order living;
    uint32_t slot = record_living(entry, id, &living);
    if (slot == 0) return ENTRY_IGNORE;
    if (total <= shares(living.total - living.open)) return submit_cancel(entry, slot, 'U');
    if (total >= shares(living.total)) return ENTRY_IGNORE;
    if (stands_still(entry, living.instrument)) return decide_cancel_reject(entry, slot);
    return submit_reduce(entry, slot, total);
}

/* Whether the engine lets an order of this instrument have so many shares.  What it would refuse is
 * not to be taken: the kind of the sale is the port's, and would change. */
static bool total_good(const struct entry *entry, uint16_t instrument, uint32_t total)
{
    const struct entry_instrument *at = &entry->instruments[instrument];
    qty_t qty = total * QTY_ONE;
    return !stands_still(entry, instrument) && qty <= at->qty_max &&
           entry_is_whole(&at->lot, (uint64_t)qty);
}

/* 5.0 allows S to E, S to T, E to T; 4.2 all changes between the three. */
static bool side_may_become(char from, char to, bool any)
{
    if (from == 'B' || to == 'B' || from == to) return false;
    if (to != 'S' && to != 'T' && to != 'E') return false;
    return any || from == 'S' || (from == 'E' && to == 'T');
}

enum entry_verdict decide_modify(struct entry *entry, const struct modification *to)
{
    struct match_order living;
    struct entry_decision *d = &entry->decided;
    uint32_t slot = record_living(entry, to->id, &living);
    if (slot == 0) return ENTRY_IGNORE;
    const struct entry_order *order = &entry->orders[slot];
    if (!side_may_become(order->side_now, to->side, to->grows)) return ENTRY_IGNORE;
    if (to->total <= shares(living.total - living.open)) return submit_cancel(entry, slot, 'U');
    bool same =
        to->total == shares(living.total) || (to->total > shares(living.total) && !to->grows);
    if (!same && !total_good(entry, living.instrument, to->total)) return ENTRY_IGNORE;
    d->side_now = to->side;
    if (same) {
        struct said said = said_now(entry, slot);
        uint32_t open = shares(living.open);
        uint32_t length = speaks50(entry) ? say50_modified(&said, to->side, open)
                                          : say42_modified(&said, to->side, open);
        return answer_about(entry, slot, length);
    }
    submit_reduce(entry, slot, to->total);
    d->ask.kind = ASK_MODIFY;
    d->ask.letter = to->side;
    return ENTRY_SUBMIT;
}
