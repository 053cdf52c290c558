#include "dataplane/gateway/gateway_layout.h"

/* What time does: sessions come and go, silence, lines that get room, marks, housekeeping. */

/* Room for those that wait. */

static void venue_relieve(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    struct slots_line line = slots_line(venue->slots);
    while (line.orders || line.cancels) {
        gateway_room(gateway, venue, now);
        slots_relieve(venue->slots, now, &venue->out);
        if (venue->out.request_count == 0 && venue->out.say_count == 0) return;
        (void)gateway_drain(gateway, venue, now);
        line = slots_line(venue->slots);
    }
}

void gateway_relieve(struct gateway *gateway, nanos_t now)
{
    gateway_sweep_more(gateway, now);
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        venue_relieve(gateway, &gateway->venue[i], now);
}

bool gateway_busy(const struct gateway *gateway)
{
    if (dispatch_ready(gateway->dispatch)) return true;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        if (venue->sweep_left > 0) return true;
        struct slots_line line = slots_line(venue->slots);
        if (!line.orders && !line.cancels) continue;
        uint32_t room = gateway->outlet.room(gateway->outlet.context, i);
        uint64_t level = venue->orders.rate ? venue->orders.level : NANOS_SECOND;
        bool own = venue->cancels.level >= NANOS_SECOND;
        if (line.cancels && room > 0 && (own || level >= NANOS_SECOND)) return true;
        if (line.orders && room > GATEWAY_ROOM_RESERVE && level >= NANOS_SECOND) return true;
    }
    return false;
}

/* Sessions. */

static void venue_sweep(struct gateway *gateway, struct gateway_venue *venue, enum slot_event event,
                        nanos_t now)
{
    uint32_t next = 0;
    for (bool whole = false; !whole;) {
        gateway_room(gateway, venue, now);
        whole = slots_sweep(venue->slots, event, SLOTS_NONE, now, &next, &venue->out);
        (void)gateway_drain(gateway, venue, now);
    }
}

void gateway_session(struct gateway *gateway, uint32_t number, bool up, nanos_t now)
{
    CHECK(number < gateway->plan->venues);
    CHECK(gateway->started);
    gateway_settle(gateway);
    struct gateway_venue *venue = &gateway->venue[number];
    if (venue->up == up) return;
    venue->up = up;
    gateway->away ^= 1u << number;
    venue->kind->session(venue->port, up);
    slots_session(venue->slots, up);
    venue_sweep(gateway, venue, up ? SLOT_ON_RECONNECT : SLOT_ON_DISCONNECT, now);
    bool all = false;
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) {
        all |= gateway_lacks(gateway, &gateway->strategy[i]);
        gateway_wake_all(gateway, i);
    }
    if (!up && all) gateway_sweep(gateway, GATEWAY_NONE, now);
}

/* Marks. */

void gateway_marks(struct gateway *gateway)
{
    while (gateway->mark_due != GATEWAY_NONE) {
        uint32_t number = gateway->mark_due;
        struct gateway_symbol *symbol = &gateway->symbol[number];
        gateway->mark_due = symbol->marks;
        symbol->due = false;
        risk_mark(gateway->risk, number, symbol->mark, symbol->mark_at);
    }
}

/* Reconciliation (F26): every open order is asked for, a few at a time, while nothing of it is
 * under way.  The answer is compared with what its slot says; a difference is corrected as if the
 * venue had said it, and counted. */

#define RECONCILE_NUMBER 0u /* a slot's own queries count from 1 */
#define RECONCILE_A_TICK 4u

static void reconcile_begin(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    nanos_t every = gateway->plan->reconcile_ns;
    uint64_t turn = ++venue->reconcile_number + gateway->plan->seed;
    uint64_t jitter = turn * 0x9e3779b97f4a7c15u >> 32;
    bool first = venue->reconcile_at == 0;
    venue->reconcile_at = now + every - every / 8 + jitter % (every / 4 + 1);
    if (!first) venue->reconcile_next = 0;
}

/* It has an order of which nothing is under way. */
static bool rests(const struct gateway_venue *venue, uint32_t slot)
{
    if (!gateway_slot_unique(venue, slot)) return venue->order[slot].state == ORDER_OPEN;
    if (!venue->at[slot].used) return false;
    struct slot_look look;
    slots_look(venue->slots, slot, &look);
    return look.state == SLOT_LIVE && !look.waits;
}

void gateway_reconcile(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    if (gateway->plan->reconcile_ns == 0 || !venue->up) return;
    if (now >= venue->reconcile_at && venue->reconcile_next >= gateway_slots_all(venue))
        reconcile_begin(gateway, venue, now);
    uint32_t asked = 0;
    for (uint32_t visits = 0; visits < GATEWAY_SWEEP && asked < RECONCILE_A_TICK; visits++) {
        if (venue->reconcile_next >= gateway_slots_all(venue)) return;
        gateway_room(gateway, venue, now);
        if (venue->allowance.orders == 0) return; /* it may wait */
        uint32_t slot = venue->reconcile_next++;
        if (!rests(venue, slot)) continue;
        const struct gateway_chain *chain = gateway_chain_of(venue, slot);
        if (!chain) continue;
        struct slot_request request = {.kind = SLOT_SENDS_QUERY,
                                       .side = chain->side & 1,
                                       .slot = slot,
                                       .number = RECONCILE_NUMBER,
                                       .order = chain->order};
        gateway_query(gateway, venue, &request, now);
        asked++;
    }
}

static void correct(struct gateway *gateway, struct gateway_venue *venue,
                    const struct slot_answer *answer, nanos_t now)
{
    bool executed = answer->kind == SLOT_ANSWERS_EXECUTED;
    struct gateway_report row =
        gateway_row_of(venue, answer->slot, executed ? COPY_EXECUTED : COPY_CANCELED, now);
    row.qty = executed ? answer->cum - row.cum : row.leaves;
    row.cum = answer->cum;
    gateway_row(gateway, &row, true);
    counter_one(&gateway->counts.drift);
    if (executed) {
        struct gateway_chain *chain = gateway_chain_of(venue, answer->slot);
        gateway_filled(gateway, chain, &(struct gateway_fill){chain->price, row.qty}, now);
    }
    gateway_room(gateway, venue, now);
    (void)!slots_answer(venue->slots, answer, now, &venue->out);
    (void)gateway_drain(gateway, venue, now);
}

bool gateway_reconciled(struct gateway *gateway, struct gateway_venue *venue,
                        const struct port_report *report, nanos_t now)
{
    if (report->answer.number != RECONCILE_NUMBER) return false;
    struct gateway_chain *chain = gateway_chain_find(venue, report->answer.order);
    if (!chain || !chain->open) return false;
    if (!rests(venue, chain->slot)) return false; /* it has gone on */
    struct slot_answer answer = report->answer;
    answer.slot = chain->slot;
    if (answer.cum > chain->cum) {
        answer.kind = SLOT_ANSWERS_EXECUTED;
        correct(gateway, venue, &answer, now);
    }
    if (report->answer.kind == SLOT_ANSWERS_OPEN || !chain->open) return true;
    answer.kind = SLOT_ANSWERS_CANCELED;
    correct(gateway, venue, &answer, now);
    return true;
}

/* Ticks. */

static void venue_tick(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    for (;;) {
        gateway_room(gateway, venue, now);
        slots_overdue(venue->slots, now, &venue->out);
        if (venue->out.request_count == 0 && venue->out.say_count == 0) break;
        (void)gateway_drain(gateway, venue, now);
    }
    venue_relieve(gateway, venue, now);
    gateway_reserve_ahead(gateway, venue);
    gateway_reconcile(gateway, venue, now);
}

static void counts_sum(struct gateway *gateway)
{
    uint64_t held = 0, conflated = 0, first = 0;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct slots_counts *counts = slots_counts(gateway->venue[i].slots);
        held += counts->waited;
        first += counts->waited_first;
        conflated += counts->conflated;
    }
    counter_set(&gateway->counts.intent_held, held);
    counter_set(&gateway->counts.intent_conflated, conflated);
    counter_set(&gateway->counts.request_held, first);
}

void gateway_tick(struct gateway *gateway, nanos_t now)
{
    CHECK(gateway->started);
    if (unlikely(gateway->openings > 0)) gateway_openings(gateway, now);
    gateway_marks(gateway);
    gateway_day_look_for(gateway, now);
    gateway_sweep_more(gateway, now);
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        venue_tick(gateway, &gateway->venue[i], now);
    for (uint32_t i = 0; i < gateway->plan->strategies; i++)
        if (gateway->strategy[i].waiting_count > 0) gateway_tell_more(gateway, i);
    if (!gateway->stopping) dispatch_housekeeping(gateway->dispatch, now);
    if (unlikely(gateway->trips > 0)) gateway_trips(gateway, now);
    if (unlikely(gateway->leavings > 0)) gateway_leave(gateway);
    counts_sum(gateway);
}
