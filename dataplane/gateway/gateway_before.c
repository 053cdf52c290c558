#include "dataplane/base/text.h"
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
 * for something else.
 *
 * Of the keys and venues that its strategy has left there may once have been more orders open than
 * there is room for now.  They are read into slots behind all others (gateway_absent.h); what lives
 * in the end has to find one that the machine of slots knows. */

static uint32_t unique_free(const struct gateway_venue *venue)
{
    uint32_t slot = venue->limits.slots;
    while (slot < gateway_slots_all(venue) && venue->at[slot].chain != 0) slot++;
    return slot;
}

static const struct gateway_chain *chain_too_many(const struct gateway_venue *venue)
{
    uint32_t room = 0;
    for (uint32_t slot = venue->limits.slots; slot < gateway_slots_all(venue); slot++)
        room += venue->at[slot].chain == 0;
    for (uint32_t slot = gateway_slots_all(venue); slot < gateway_slots_kept(venue); slot++)
        if (venue->at[slot].chain != 0 && room-- == 0) return gateway_chain_of(venue, slot);
    return NULL;
}

bool gateway_before_placed(const struct gateway *gateway, char *problem, size_t capacity)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        const struct gateway_chain *chain = chain_too_many(venue);
        if (!chain) continue;
        if (capacity == 0) return false;
        struct text text = text_in(problem, capacity);
        text_format(&text,
                    "strategy %s still has open orders at venue %s of keys that it has there no "
                    "more, and there is no room for them: put the keys back, or raise "
                    "unique_orders of who trades there",
                    gateway->strategy[chain->strategy].name, venue->plan->name);
        return false;
    }
    return true;
}

/* Where those that are over were does not matter any more, but it must be somewhere. */
void gateway_before_move(struct gateway *gateway, struct gateway_venue *venue)
{
    struct links links = gateway_chain_links(venue);
    for (uint32_t slot = gateway_slots_all(venue); slot < gateway_slots_kept(venue); slot++) {
        struct gateway_chain *chain = gateway_chain_of(venue, slot);
        if (!chain) continue;
        uint32_t to = unique_free(venue);
        CHECK(to < gateway_slots_all(venue)); /* gateway_before_placed */
        venue->at[to] = venue->at[slot];
        venue->at[slot].chain = 0;
        chain->slot = to;
    }
    for (uint32_t at = venue->chain_recent.first; at; at = link_at(links, at)->next) {
        struct gateway_chain *chain = &venue->chain[at];
        bool kept = chain->slot >= gateway_slots_all(venue);
        if (kept && !gateway_is_absent(gateway, chain->strategy)) chain->slot = 0;
    }
}

/* A venue may say that more is open than anybody could have ordered.  Each order counts, so there
 * must be one left for all there can be. */
qty_t gateway_before_counted(const struct gateway *gateway, const struct risk_order *order)
{
    struct risk_holding_view view;
    risk_holding(gateway->risk, order->strategy, order->symbol, &view);
    qty_t working = order->side == SIDE_BUY ? view.buys : view.sells;
    qty_t room = RISK_WORKING_MAX - (qty_t)RISK_ORDERS_MAX - working;
    if (room < 1) room = 1;
    return order->qty < room ? order->qty : room;
}

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
