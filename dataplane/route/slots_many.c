#include "dataplane/route/slots_layout.h"

/* UNIQUE orders and batches, and what happens to many slots: silence, the session, halts. */

static struct slot_call call_of(struct slots *slots, uint32_t at, nanos_t now,
                                struct slots_out *out)
{
    return (struct slot_call){
        .slots = slots, .slot = &slots->slot[at], .at = at, .now = now, .out = out};
}

static const struct slot_terms terms_stop = {.stop = true};

/* No order, please, whatever the sequence. */
static void slot_stop(struct slot_call *call)
{
    call->terms = &terms_stop;
    call->sequence = call->slot->sequence;
    slot_take(call, SLOT_ON_STOP);
    slot_settle(call);
}

/* UNIQUE. */

static void unique_new(struct slots *slots, uint32_t at, uint32_t strategy)
{
    list_remove(&slots->spare, slots_links(slots), at);
    slot_new(&slots->slot[at], strategy);
}

static enum slots_status unique_check(const struct slots *slots, const struct slot_unique *unique)
{
    if (unique->strategy >= slots->limits.strategies) return SLOTS_UNKNOWN_SLOT;
    if (!slots_terms_good(unique->side, unique->how, unique->qty)) return SLOTS_BAD_TERMS;
    if (slots->shut[unique->strategy]) return SLOTS_SHUT;
    if (!slots->up) return SLOTS_DOWN;
    return slots->spare.first ? SLOTS_OK : SLOTS_NO_UNIQUE_LEFT;
}

enum slots_status slots_send_unique(struct slots *slots, const struct slot_unique *unique,
                                    nanos_t now, struct slots_out *out, uint32_t *slot)
{
    CHECK(slots_room(out));
    enum slots_status status = unique_check(slots, unique);
    slots->counts.unique[status]++;
    *slot = SLOTS_NONE;
    if (status != SLOTS_OK) return status;
    struct slot_terms terms = {
        .side = unique->side, .how = unique->how, .price = unique->price, .qty = unique->qty};
    struct slot_call call = call_of(slots, slots->spare.first, now, out);
    unique_new(slots, slots->spare.first, unique->strategy);
    call.terms = &terms;
    call.sequence = unique->sequence;
    slot_take(&call, SLOT_ON_ORDER);
    slot_settle(&call);
    *slot = call.at - 1;
    return SLOTS_OK;
}

void slots_send_batch(struct slots *slots, const struct slot_unique *uniques, uint32_t count,
                      nanos_t now, struct slots_out *out, enum slots_status *results,
                      uint32_t *slots_of)
{
    uint32_t first = out->request_count;
    for (uint32_t i = 0; i < count; i++)
        results[i] = slots_send_unique(slots, &uniques[i], now, out, &slots_of[i]);
    for (uint32_t bulk = first; bulk < out->request_count;) {
        uint32_t size = out->request_count - bulk;
        if (size > slots->venue.bulk) size = slots->venue.bulk;
        for (uint32_t left = size; left > 0; left--)
            out->requests[bulk++].bulk_left = (uint16_t)(left - 1);
    }
}

enum slots_status slots_cancel_unique(struct slots *slots, uint32_t slot, order_id_t order,
                                      nanos_t now, struct slots_out *out)
{
    CHECK(slots_room(out));
    if (slot < slots->limits.slots || slot >= slots_all(slots)) return SLOTS_UNKNOWN_SLOT;
    struct slot_call call = call_of(slots, slot + 1, now, out);
    if (order == 0 || call.slot->order != order) return SLOTS_UNKNOWN_SLOT;
    if (call.slot->goal == GOAL_STOP) return SLOTS_SAME;
    slot_stop(&call);
    return SLOTS_OK;
}

/* Start. */

enum slots_status slots_recover(struct slots *slots, struct slot_recovered *recovered)
{
    CHECK(recovered->order > 0);
    CHECK(recovered->order < slots->next_order);
    if (recovered->strategy >= slots->limits.strategies) return SLOTS_UNKNOWN_SLOT;
    if (!slots_terms_good(recovered->side, recovered->how, recovered->total))
        return SLOTS_BAD_TERMS;
    if (recovered->cum < 0 || recovered->cum > recovered->total) return SLOTS_BAD_TERMS;
    uint32_t at = recovered->slot + 1;
    if (recovered->slot == SLOTS_NONE) at = slots->spare.first;
    else if (recovered->slot >= slots_all(slots)) return SLOTS_UNKNOWN_SLOT;
    if (at == 0) return SLOTS_NO_UNIQUE_LEFT;
    struct slot *slot = &slots->slot[at];
    if (slot->state != SLOT_FREE) return SLOTS_IN_USE;
    recovered->slot = at - 1;
    if (slot_unique_at(slots, at)) unique_new(slots, at, recovered->strategy);
    slot->state = SLOT_UNKNOWN;
    slots->counts.state[SLOT_FREE]--;
    slots->counts.state[SLOT_UNKNOWN]++;
    slot->strategy = (uint16_t)recovered->strategy;
    slot->order = recovered->order;
    slot->side = slot->goal_side = recovered->side;
    slot->how = slot->goal_how = recovered->how & 0xfu;
    slot->price = slot->goal_price = recovered->price;
    slot->total = recovered->total;
    slot->cum = slot->executed = recovered->cum;
    slot->sequence = recovered->sequence;
    slot->goal = GOAL_ORDER;
    slot->goal_at = GOAL_MET;
    slot->goal_qty = recovered->total;
    slot->carries = slot->begun = false;
    slot->seen = recovered->seen;
    slot->asked = recovered->asked;
    if (recovered->asked == 0) return SLOTS_OK;
    slot->asked_price = recovered->asked_price;
    slot->asked_total = recovered->asked_total;
    slot->goal = GOAL_NONE; /* whichever of the two is found stays; nothing is sent again */
    slot->goal_at = GOAL_WAITS;
    return SLOTS_OK;
}

/* Many. */

void slots_overdue(struct slots *slots, nanos_t now, struct slots_out *out)
{
    uint32_t sent = (uint32_t)(now >> SENT_SHIFT);
    while (slots->flight.first && slots_room(out)) {
        struct slot_call call = call_of(slots, slots->flight.first, now, out);
        if ((int32_t)(sent - call.slot->sent) <= (int32_t)slots->answer) return;
        slot_take(&call, SLOT_ON_OVERDUE);
    }
}

void slots_shut(struct slots *slots, uint32_t strategy, bool shut)
{
    CHECK(strategy < slots->limits.strategies);
    slots->shut[strategy] = shut;
}

void slots_session(struct slots *slots, bool up)
{
    slots->up = up;
}

static void slot_sweep(struct slot_call *call, enum slot_event event)
{
    struct slot *slot = call->slot;
    if (slot->state == SLOT_FREE && slot->goal == GOAL_NONE) return;
    switch ((int)event) {
    case SLOT_ON_STOP:
        if (slot->goal != GOAL_STOP) slot_stop(call);
        return;
    case SLOT_ON_DISCONNECT:
        if (slot->state != SLOT_FREE) slot_take(call, SLOT_ON_DISCONNECT);
        else if (slot_unique_at(call->slots, call->at))
            slot_stop(call); /* it does not wait so long */
        return;
    case SLOT_ON_RECONNECT:
        if (slot->state == SLOT_UNKNOWN) slot_take(call, SLOT_ON_RECONNECT);
        else slot_settle(call);
        return;
    default: UNREACHABLE("slots_sweep checked the event");
    }
}

void slots_stop(struct slots *slots, uint32_t slot, nanos_t now, struct slots_out *out)
{
    CHECK(slots_room(out));
    CHECK(slot < slots_all(slots));
    struct slot_call call = call_of(slots, slot + 1, now, out);
    slot_sweep(&call, SLOT_ON_STOP);
}

/* Room. */

void slots_allow(struct slots *slots, struct slots_allowance allowance)
{
    CHECK(allowance.orders <= allowance.cancels);
    slots->allowance = allowance;
}

struct slots_line slots_line(const struct slots *slots)
{
    return (struct slots_line){.orders = slots->up && slots->line.first,
                               .cancels = slots->up && slots->line_first.first};
}

void slots_relieve(struct slots *slots, nanos_t now, struct slots_out *out)
{
    if (!slots->up) return;
    while (slots->line_first.first && slots->allowance.cancels && slots_room(out)) {
        struct slot_call call = call_of(slots, slots->line_first.first, now, out);
        if (call.slot->state == SLOT_UNKNOWN) slot_take(&call, SLOT_ON_RECONNECT);
        else slot_settle(&call);
    }
    while (slots->line.first && slots->allowance.orders && slots_room(out)) {
        struct slot_call call = call_of(slots, slots->line.first, now, out);
        slot_settle(&call);
    }
}

bool slots_sweep(struct slots *slots, enum slot_event event, uint32_t strategy, nanos_t now,
                 uint32_t *next, struct slots_out *out)
{
    CHECK(event == SLOT_ON_STOP || event == SLOT_ON_DISCONNECT || event == SLOT_ON_RECONNECT);
    CHECK(event != SLOT_ON_DISCONNECT || !slots->up);
    CHECK(event != SLOT_ON_RECONNECT || slots->up);
    for (; *next < slots_all(slots); ++*next) {
        if (!slots_room(out)) return false;
        struct slot_call call = call_of(slots, *next + 1, now, out);
        if (strategy == SLOTS_NONE || strategy == call.slot->strategy) slot_sweep(&call, event);
    }
    return true;
}
