#include "dataplane/gateway/gateway_layout.h"

#include <string.h>

/* People: halts, bounds, switches, the end of the work.
 *
 * From the instant risk has a halt nothing new of its scope leaves.  What is open is then canceled
 * by a walk over the slots, which stops whoever must not have an order now; it looks at what is
 * true when it comes by, so walks need not be told apart, and one that begins while another is
 * under way starts over.  A stop that finds no room waits in the slots' line, before all orders. */

static bool must_stop(const struct gateway *gateway, const struct gateway_venue *venue,
                      uint32_t slot)
{
    const struct gateway_slot *at = &venue->at[slot];
    const struct gateway_strategy *strategy = &gateway->strategy[at->strategy];
    if (gateway->stopping && !gateway->keep) return true;
    if (strategy->off || strategy->done) return true;
    if (gateway_lacks(gateway, strategy)) return true;
    if (gateway_unfit(gateway, venue, slot)) return true;
    if (at->symbol == GATEWAY_NONE) return false;
    return gateway_trading(gateway, strategy, at->symbol) == TRADING_HALTED;
}

static bool slot_used(const struct gateway_venue *venue, uint32_t slot)
{
    return gateway_slot_unique(venue, slot) ? venue->at[slot].used
                                            : venue->order[slot].state != ORDER_NONE;
}

static void slot_visit(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot,
                       nanos_t now)
{
    if (!slot_used(venue, slot) || !must_stop(gateway, venue, slot)) return;
    bool unique = gateway_slot_unique(venue, slot);
    if (!unique && venue->at[slot].chain == 0)
        gateway_refused(gateway, venue, slot); /* it waited */
    gateway_room(gateway, venue, now);
    slots_stop(venue->slots, slot, now, &venue->out);
    (void)gateway_drain(gateway, venue, now);
    gateway_refresh(gateway, venue, slot);
}

static void venue_sweep(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    uint32_t turn = venue->sweep_left < GATEWAY_SWEEP ? venue->sweep_left : GATEWAY_SWEEP;
    for (uint32_t i = 0; i < turn; i++) {
        uint32_t slot = venue->sweep_next++;
        if (venue->sweep_next == gateway_slots_all(venue)) venue->sweep_next = 0;
        venue->sweep_left--;
        slot_visit(gateway, venue, slot, now);
    }
}

void gateway_sweep_more(struct gateway *gateway, nanos_t now)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        if (gateway->venue[i].sweep_left > 0) venue_sweep(gateway, &gateway->venue[i], now);
}

void gateway_sweep(struct gateway *gateway, uint32_t strategy, nanos_t now)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        struct gateway_venue *venue = &gateway->venue[i];
        const struct gateway_strategy *of =
            strategy == GATEWAY_NONE ? NULL : &gateway->strategy[strategy];
        bool at = of && gateway_is_at(of, i);
        if (of && !at && of->uniques == 0)
            continue; /* those may be where it was before the start */
        venue->sweep_left = gateway_slots_all(venue);
        uint32_t first = at ? gateway_slot_of(of, i, 0) : UINT32_MAX;
        if (first < venue->sweep_left) venue->sweep_next = first; /* his come first */
    }
    gateway_sweep_more(gateway, now);
}

void gateway_shut_slots(struct gateway *gateway, uint32_t strategy, bool shut)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        if (gateway_is_at(&gateway->strategy[strategy], i))
            slots_shut(gateway->venue[i].slots, strategy, shut);
}

void gateway_shut(struct gateway *gateway, uint32_t strategy, nanos_t now)
{
    gateway_shut_slots(gateway, strategy, true);
    gateway_sweep(gateway, strategy, now);
}

/* Controls. */

static bool loosens(const struct gateway *gateway, const struct risk_record *record)
{
    if (record->kind == RISK_RECORD_STATE)
        return record->value < record->old ||
               (record->scope == RISK_STRATEGY && record->value == RISK_ACTIVE &&
                risk_tripped(gateway->risk, record->subject.strategy));
    bool up = risk_limit(record->limit)->looser == RISK_UP;
    return up ? record->value > record->old : record->value < record->old;
}

/* A halt of what is halted is one too: somebody wants it so now. */
static bool tightens(const struct gateway *gateway, const struct risk_record *record)
{
    if (loosens(gateway, record)) return false;
    return record->kind == RISK_RECORD_STATE ? record->value != RISK_ACTIVE
                                             : record->value != record->old;
}

static void controls_apply(struct gateway *gateway, const struct risk_record *records,
                           uint32_t count, nanos_t now)
{
    for (uint32_t i = 0; i < count; i++) {
        if (tightens(gateway, &records[i])) {
            counter_one(&gateway->counts.tightened);
            gateway->tightened = records[i];
        }
        enum risk_control control = risk_control_apply(gateway->risk, &records[i]);
        CHECK(control == RISK_CONTROL_OK); /* it was checked */
    }
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) gateway_wake_all(gateway, i);
    (void)now;
}

static void controls_write(struct gateway *gateway, const struct risk_record *records,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        gateway_write(gateway, GATEWAY_RECORD_CONTROL, &records[i], sizeof records[i]);
}

enum risk_control gateway_control(struct gateway *gateway, struct risk_record *records,
                                  uint32_t count, bool durable, nanos_t now)
{
    CHECK(gateway->started);
    if (!durable) {
        for (uint32_t i = 0; i < count; i++) records[i].at = now;
        risk_control_draft(gateway->risk, records, count);
    }
    enum risk_control control = risk_control_check(gateway->risk, records, count);
    if (control != RISK_CONTROL_OK) return control;
    bool looser = false, halts = false;
    for (uint32_t i = 0; i < count; i++) {
        looser |= loosens(gateway, &records[i]);
        halts |= records[i].kind == RISK_RECORD_STATE && records[i].value == RISK_HALTED;
    }
    if (!looser || durable) controls_apply(gateway, records, count, now);
    if (!durable) controls_write(gateway, records, count);
    if (halts && (!looser || durable)) gateway_sweep(gateway, GATEWAY_NONE, now);
    return RISK_CONTROL_OK;
}

const struct risk_record *gateway_tightened(const struct gateway *gateway)
{
    return &gateway->tightened;
}

uint64_t gateway_journalled(const struct gateway *gateway)
{
    return unlikely(gateway->broken) ? UINT64_MAX : gateway->journalled;
}

/* Risk remembers a trip by its fills only; a record makes it last (F35). */
void gateway_trips(struct gateway *gateway, nanos_t now)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) {
        if (!gateway->strategy[i].tripped) continue;
        gateway->strategy[i].tripped = false;
        gateway->trips--;
        struct risk_record record = {.kind = RISK_RECORD_STATE,
                                     .scope = RISK_STRATEGY,
                                     .role = RISK_BY_BOX,
                                     .subject = {.strategy = i},
                                     .who = 0,
                                     .confirmed_by = RISK_NONE,
                                     .value = RISK_HALTED,
                                     .reason = "filled too often in a second"};
        (void)!gateway_control(gateway, &record, 1, false, now);
    }
}

/* Delegates. */

void gateway_switch(struct gateway *gateway, uint32_t number, bool on, nanos_t now)
{
    CHECK(number < gateway->plan->strategies);
    struct gateway_strategy *strategy = &gateway->strategy[number];
    if (strategy->vacant || strategy->leaving) return;
    strategy->off = !on;
    if (strategy->delegate != DISPATCH_NONE)
        (void)!dispatch_switch(gateway->dispatch, strategy->delegate, on);
    if (!on) {
        gateway_shut(gateway, number, now);
        return;
    }
    if (strategy->done || gateway->stopping) return;
    gateway_shut_slots(gateway, number, false);
    gateway_wake_all(gateway, number);
}

static void say_problem(char *problem, size_t capacity, const char *sentence)
{
    if (capacity == 0) return;
    size_t length = strlen(sentence);
    if (length >= capacity) length = capacity - 1;
    memcpy(problem, sentence, length);
    problem[length] = '\0';
}

bool gateway_set(struct gateway *gateway, uint32_t number,
                 const struct delegate_parameters *parameters, char *problem, size_t capacity)
{
    CHECK(number < gateway->plan->strategies);
    struct gateway_strategy *strategy = &gateway->strategy[number];
    const struct delegate_kind *kind = strategy->plan.kind;
    struct delegate_parameters of = *parameters;
    of.legs = strategy->plan.legs ? strategy->plan.legs : gateway->plan->instruments;
    if (!kind || !kind->set) {
        say_problem(problem, capacity, "the strategy takes no parameters while it runs");
        return false;
    }
    if (kind->check && !kind->check(&of, problem, capacity)) return false;
    if (strategy->leaving) {
        say_problem(problem, capacity, "the strategy leaves");
        return false;
    }
    if ((kind->orders ? kind->orders(&of) : 0) != strategy->orders) {
        say_problem(problem, capacity, "the strategy would need another number of orders");
        return false;
    }
    kind->set(strategy->self, &of);
    gateway_wake(gateway, number);
    return true;
}

/* The end. */

void gateway_stop(struct gateway *gateway, bool keep, nanos_t now)
{
    gateway->stopping = true;
    gateway->keep = keep;
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) gateway_shut_slots(gateway, i, true);
    if (!keep) gateway_sweep(gateway, GATEWAY_NONE, now);
}

bool gateway_stopped(const struct gateway *gateway)
{
    if (!gateway->stopping) return false;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct slots_counts *counts = slots_counts(gateway->venue[i].slots);
        uint32_t open = slots_open(gateway->venue[i].slots);
        if (gateway->keep) open -= counts->state[SLOT_LIVE];
        if (open > 0) return false;
    }
    return true;
}
