#include "dataplane/entry/entry_parts.h"

/* Cancels that the port makes itself: a mass cancel, a lost session, an order whose time has ended.
 *
 * A sweep walks its session's list, oldest order first.  It stands at the next record to look at;
 * a record that ends while the sweep stands at it hands it on.  Which records of dead orders are
 * still in the list depends on what has been shown, but only living orders are canceled, so the
 * cancels do not.  While a sweep runs its session says nothing, so the list does not grow ahead of
 * it. */

static bool sweep_selects(const struct entry *entry, const struct entry_sweep *sweep,
                          const struct entry_order *order)
{
    struct match_order living;
    if (sweep->firm != ENTRY_FIRMS && sweep->firm != order->terms.firm_index) return false;
    if (sweep->symbol != 0 && sweep->symbol != order->terms.symbol) return false;
    if (sweep->side != 0 && sweep->side != order->side_now) return false;
    if (sweep->by_channel && sweep->channel != order->channel) return false;
    if (sweep->by_group && sweep->group != order->terms.group) return false;
    return match_order_of(entry->match, order->id, &living);
}

bool sweep_goes_on(const struct entry *entry, struct entry_sweep *sweep)
{
    while (sweep->at != 0 && !sweep_selects(entry, sweep, &entry->orders[sweep->at]))
        sweep->at = entry->orders[sweep->at].after;
    return sweep->at != 0;
}

bool sweep_find(struct entry *entry, struct entry_session *session)
{
    return sweep_goes_on(entry, &session->sweep);
}

void sweep_leave(struct entry *entry, uint32_t slot)
{
    struct entry_order *order = &entry->orders[slot];
    struct entry_sweep *sweep = &entry->sessions[order->session].sweep;
    if (sweep->at == slot) sweep->at = order->after;
}

bool entry_sweeps(const struct entry *entry, uint32_t session)
{
    CHECK(session < entry->limits.sessions);
    struct entry_sweep sweep = entry->sessions[session].sweep;
    return sweep_goes_on(entry, &sweep);
}

enum entry_verdict entry_disconnected(struct entry *entry, uint32_t session, nanos_t time,
                                      struct entry_out *out)
{
    CHECK(session < entry->limits.sessions);
    struct entry_decision *d = decision_begin(entry, session, time);
    const struct entry_session *at = &entry->sessions[session];
    d->sweep = (struct entry_sweep){.firm = ENTRY_FIRMS, .reason = 'Z', .at = at->first};
    if (!at->open || !at->plan.cancel_on_disconnect || !sweep_goes_on(entry, &d->sweep))
        return decision_end(entry, ENTRY_IGNORE, out);
    if (asks_full(entry)) return decision_end(entry, ENTRY_WAIT, out);
    d->sweeps = true;
    d->ask.kind = ASK_SILENT;
    return decision_end(entry, ENTRY_ANSWER, out);
}

enum entry_verdict entry_next(struct entry *entry, uint32_t session, nanos_t time,
                              struct entry_out *out)
{
    CHECK(session < entry->limits.sessions);
    struct entry_decision *d = decision_begin(entry, session, time);
    struct entry_session *at = &entry->sessions[session];
    if (!sweep_find(entry, at)) return decision_end(entry, ENTRY_IDLE, out);
    if (asks_full(entry)) return decision_end(entry, ENTRY_WAIT, out);
    d->steps = true;
    return decision_end(entry, submit_cancel(entry, at->sweep.at, at->sweep.reason), out);
}

nanos_t entry_due(const struct entry *entry)
{
    return entry->timers_used != 0 ? entry->timers[0].time : UINT64_MAX;
}

enum entry_verdict entry_tick(struct entry *entry, nanos_t time, struct entry_out *out)
{
    struct match_order living;
    struct entry_decision *d = decision_begin(entry, 0, time);
    while (entry->timers_used != 0 && entry->timers[0].time <= time) {
        uint32_t slot = entry->timers[0].slot;
        d->session = entry->orders[slot].session;
        d->disabled = entry->sessions[d->session].disabled;
        if (record_living(entry, entry->orders[slot].id, &living) == 0) {
            timer_remove(entry, slot);
            continue;
        }
        if (asks_full(entry)) return decision_end(entry, ENTRY_WAIT, out);
        d->expires = true;
        return decision_end(entry, submit_cancel(entry, slot, 'T'), out);
    }
    return decision_end(entry, ENTRY_IDLE, out);
}
