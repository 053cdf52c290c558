#include "dataplane/gateway/gateway_layout.h"

/* Orders of before the start, under a configuration that may be another one.
 *
 *     journal: key 0 in AAAA, key 1 in BBBB      now: legs BBBB, CCCC
 *
 *     key 0   AAAA is no leg any more: the gateway cancels it as soon as it is found
 *     key 1   BBBB still is one, but of key 0: it goes when key 1 is said in CCCC
 *
 * An order that its strategy neither wants nor could name would stay for ever; so what fits none of
 * its legs, or had a key that it has no more, is canceled like what is halted.  Which leg a key is
 * of, its delegate alone knows: so an order in another leg stays until the delegate wants the key
 * for something else. */

static bool of_before(const struct gateway_venue *venue, const struct gateway_chain *chain)
{
    return chain->order < venue->first_order;
}

static bool is_leg(const struct gateway *gateway, const struct gateway_strategy *strategy,
                   uint32_t number)
{
    const struct gateway_strategy_plan *of = &strategy->plan;
    const struct gateway_symbol_plan *symbol = &gateway->plan->symbol[number];
    if (of->legs == 0) return gateway_is_at(strategy, symbol->venue);
    return gateway_names_leg(of, symbol);
}

bool gateway_unfit(const struct gateway *gateway, const struct gateway_venue *venue, uint32_t slot)
{
    const struct gateway_chain *chain = gateway_chain_of(venue, slot);
    if (!chain || !of_before(venue, chain)) return false;
    return chain->keyless || !is_leg(gateway, &gateway->strategy[chain->strategy], chain->symbol);
}

void gateway_unfit_count(struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        for (uint32_t slot = 0; slot < gateway_slots_all(venue); slot++)
            if (gateway_unfit(gateway, venue, slot)) counter_one(&gateway->counts.order_unfit);
    }
}

bool gateway_before_stop(struct gateway *gateway, const struct gateway_strategy *strategy,
                         uint32_t key, uint32_t symbol, nanos_t now)
{
    struct gateway_venue *venue = &gateway->venue[gateway_key_venue(gateway, strategy, key)];
    uint32_t slot = gateway_slot_of(strategy, venue->number, key);
    const struct gateway_chain *chain = gateway_chain_of(venue, slot);
    if (!chain || !of_before(venue, chain) || chain->symbol == symbol) return false;
    gateway_room(gateway, venue, now);
    slots_stop(venue->slots, slot, now, &venue->out);
    (void)gateway_drain(gateway, venue, now);
    gateway_refresh(gateway, venue, slot);
    return true;
}
