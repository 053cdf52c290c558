#include "dataplane/gateway/gateway_layout.h"

/* UNIQUE orders by name.  A delegate knows one by the number that its reports have.  Who is outside
 * may never learn that: its answer is lost with a connection, and an order that waits for room has
 * none yet.  So it says which sequence the order was said with; the slot keeps it, and so does the
 * journal, with the order's pass. */

static uint32_t slot_by_number(const struct gateway_venue *venue, uint32_t strategy,
                               order_id_t number)
{
    const struct gateway_chain *chain = gateway_chain_find(venue, number);
    bool its = chain && chain->open && chain->strategy == strategy &&
               gateway_slot_unique(venue, chain->slot);
    return its ? chain->slot : SLOTS_NONE;
}

/* Warm: it looks at all that may be there, of which few are the strategy's. */
static uint32_t slot_by_sequence(const struct gateway_venue *venue, uint32_t strategy,
                                 uint64_t sequence)
{
    for (uint32_t slot = venue->limits.slots; slot < gateway_slots_all(venue); slot++) {
        if (!venue->at[slot].used || venue->at[slot].strategy != strategy) continue;
        struct slot_look look;
        slots_look(venue->slots, slot, &look);
        if (look.sequence == sequence) return slot;
    }
    return SLOTS_NONE;
}

enum slots_status gateway_unique_stop(struct gateway *gateway, struct gateway_venue *venue,
                                      uint32_t number, uint64_t unique, nanos_t now)
{
    uint32_t slot = SLOTS_NONE;
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    if (strategy->plan.kind) slot = slot_by_number(venue, number, unique);
    /* Not where the instrument of the intent is, or where it was before the start. */
    for (uint32_t i = 0; i < gateway->plan->venues && slot == SLOTS_NONE; i++) {
        venue = &gateway->venue[i];
        slot = strategy->plan.kind ? slot_by_number(venue, number, unique)
                                   : slot_by_sequence(venue, number, unique);
    }
    if (slot == SLOTS_NONE) {
        counter_one(&gateway->counts.intent_over);
        gateway_hear_counter(gateway, &gateway->counts.intent_over);
        return SLOTS_UNKNOWN_SLOT;
    }
    const struct gateway_chain *chain = gateway_chain_of(venue, slot);
    order_id_t order = chain ? chain->order : 0;
    enum slots_status status = SLOTS_OK;
    gateway_room(gateway, venue, now);
    if (order) status = slots_cancel_unique(venue->slots, slot, order, now, &venue->out);
    else slots_stop(venue->slots, slot, now, &venue->out); /* it waits for room */
    gateway_hear_order(gateway, order);
    (void)gateway_drain(gateway, venue, now);
    return status;
}
