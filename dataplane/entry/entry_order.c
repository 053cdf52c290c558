#include "dataplane/entry/entry_parts.h"

/* New orders and replacements, of either dialect: what the message asks for is in a draft, the
 * record that the order will have. */

struct entry_order *record_draft(struct entry *entry)
{
    struct entry_order *draft = &entry->orders[entry->free];
    const struct entry_decision *d = &entry->decided;
    uint32_t after = draft->after;
    memset(draft, 0, sizeof *draft);
    draft->after = after; /* it is still a free one */
    draft->session = (uint16_t)d->session;
    draft->channel = d->channel;
    draft->n = d->urn;
    return draft;
}

static enum match_tif tif_of(const struct entry_terms *terms)
{
    return terms->lasts == LASTS_IMMEDIATE || terms->market ? MATCH_IOC : MATCH_DAY;
}

/* What an order or a replacement needs of the port.  That the engine holds fewer orders than there
 * are records is asked instead of whether one is free, because only the former does not depend on
 * what has been shown. */
static enum entry_cause check_room(const struct entry *entry, const struct entry_order *draft)
{
    struct match_order living;
    order_id_t id = entry_id(draft->session, draft->channel, draft->n);
    if (match_orders(entry->match) >= entry->limits.orders) return ENTRY_NO_ROOM;
    bool taken = entry->days > 1 && match_order_of(entry->match, id, &living);
    return taken ? ENTRY_ID_TAKEN : ENTRY_NO_CAUSE;
}

/* A record is free, and the last events of an order of an earlier day with this id were shown. */
static bool place_free(const struct entry *entry, order_id_t id)
{
    return entry->free != 0 && (likely(entry->days <= 1) || record_find(entry, id) == 0);
}

enum entry_verdict decide_enter(struct entry *entry, enum entry_cause cause)
{
    struct entry_decision *d = &entry->decided;
    struct entry_order *draft = &entry->orders[entry->free];
    const struct entry_terms *terms = &draft->terms;
    order_id_t id = entry_id(d->session, d->channel, d->urn);
    record_expect(entry, id);
    if (cause == ENTRY_NO_CAUSE && !entry->day) cause = ENTRY_CLOSED;
    if (cause == ENTRY_NO_CAUSE) cause = record_check_terms(entry, draft);
    if (cause == ENTRY_NO_CAUSE) cause = guard_check(entry, draft, true);
    if (cause == ENTRY_NO_CAUSE) cause = check_room(entry, draft);
    if (unlikely(cause != ENTRY_NO_CAUSE)) return decide_refused(entry, cause, draft, 0);
    if (unlikely(!place_free(entry, id))) return ENTRY_WAIT;

    d->ask.kind = ASK_NEW;
    d->ask.slot = entry->free;
    if (terms->lasts == LASTS_TIMED && !terms->market)
        d->timer_at = d->time + terms->time_s * NANOS_SECOND;
    d->input = (struct match_input){
        .time = d->time,
        .id = id,
        .price = terms->market ? 0 : (price_t)terms->price_e4 * PRICE_PER_E4,
        .qty = terms->qty * QTY_ONE,
        .account = entry->sessions[d->session].plan.account,
        .instrument = draft->instrument,
        .bytes = sizeof d->input,
        .kind = MATCH_NEW,
        .side = is_sell(terms->side) ? SIDE_SELL : SIDE_BUY,
        .type = terms->market ? MATCH_MARKET : MATCH_LIMIT,
        .tif = (uint8_t)tif_of(terms),
        .self_trade = terms->self_trade,
        .flags = terms->post_only ? MATCH_POST_ONLY : 0,
    };
    if (terms->max_floor != 0) {
        d->terms = (struct match_terms){.display = terms->max_floor * QTY_ONE};
        d->input.bytes += sizeof d->terms;
    }
    return ENTRY_SUBMIT;
}

/* The original is canceled and the new number stays usable: outcome 2 of "Replace Order". */
static enum entry_verdict replace_cancels(struct entry *entry, uint32_t old)
{
    entry->decided.urn = 0;
    entry->decided.token.n = 0;
    return submit_cancel(entry, old, 'U');
}

static enum entry_cause check_replacement(struct entry *entry, const struct replacement *to)
{
    const struct entry_order *draft = &entry->orders[entry->free];
    const struct entry_session *session = &entry->sessions[draft->session];
    if (!entry->day) return ENTRY_CLOSED;
    if (session->disabled >> draft->terms.firm_index & 1) return ENTRY_FIRM_DISABLED;
    if (to->fixed) return ENTRY_FIXED_TERMS;
    enum entry_cause cause = guard_check(entry, draft, false);
    return cause != ENTRY_NO_CAUSE ? cause : check_room(entry, draft);
}

enum entry_verdict decide_replace(struct entry *entry, const struct replacement *to,
                                  enum entry_cause cause)
{
    struct entry_decision *d = &entry->decided;
    struct entry_order *draft = &entry->orders[entry->free];
    struct entry_terms *terms = &draft->terms;
    const struct entry_order *old = &entry->orders[to->old];
    qty_t gone = to->living->total - to->living->open;
    order_id_t id = entry_id(d->session, d->channel, d->urn);
    draft->side_now = old->side_now;
    if (to->side != 0) draft->side_now = to->side;
    terms->side = draft->side_now;
    if (!side_good(terms->side) || is_sell(terms->side) != is_sell(old->side_now))
        cause = ENTRY_BAD_SIDE;
    if (cause == ENTRY_NO_CAUSE && !name_good(&terms->name)) cause = ENTRY_BAD_CL_ORD_ID;
    if (cause == ENTRY_NO_CAUSE) cause = record_check_numbers(entry, draft);
    if (cause != ENTRY_NO_CAUSE || terms->qty * QTY_ONE <= gone)
        return replace_cancels(entry, to->old);
    cause = check_replacement(entry, to);
    if (cause != ENTRY_NO_CAUSE) return decide_refused(entry, cause, draft, old->n);
    if (unlikely(!place_free(entry, id))) return ENTRY_WAIT;

    d->ask.kind = ASK_REPLACE;
    d->ask.slot = entry->free;
    d->ask.other = to->old;
    if (terms->lasts == LASTS_TIMED) d->timer_at = d->time + terms->time_s * NANOS_SECOND;
    d->input = (struct match_input){
        .time = d->time,
        .id = old->id,
        .other = id,
        .price = (price_t)terms->price_e4 * PRICE_PER_E4,
        .qty = terms->qty * QTY_ONE,
        .account = entry->sessions[d->session].plan.account,
        .bytes = sizeof d->input,
        .kind = MATCH_MODIFY,
    };
    return ENTRY_SUBMIT;
}
