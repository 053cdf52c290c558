#include "dataplane/gateway/gateway_layout.h"

/* Strategies whose legs are at several venues.
 *
 *     key 3 ── venue 0: slot 7   OPEN 100     what the delegate is shown of key 3:
 *         └─── venue 1: slot 4   NONE         OPEN 100, executed and refused of both together
 *
 * A key has a slot at each venue of its strategy, and the venue of the instrument's leg says which
 * of them an order is wanted in.  It is refused there while the one at another venue is not
 * ORDER_NONE, as it is for another instrument of one venue: so of what one key may trade there is
 * never more than one order, in flight, open or in doubt.  A stop goes to where the key's order is.
 *
 * Whose legs are all at one venue has that venue's arrays, and nothing here is called for it. */

uint32_t gateway_venues_of(const struct gateway_strategy_plan *of)
{
    uint32_t venues = 0;
    for (uint32_t leg = 0; of->leg_venue && leg < of->legs; leg++)
        venues |= 1u << of->leg_venue[leg];
    return venues ? venues : 1u << of->venue;
}

uint32_t gateway_strategy_venues(const struct gateway *gateway, uint32_t place)
{
    CHECK(place < gateway->plan->strategies);
    return gateway->strategy[place].venues;
}

bool gateway_names_leg(const struct gateway_strategy_plan *of,
                       const struct gateway_symbol_plan *symbol)
{
    for (uint32_t leg = 0; leg < of->legs; leg++) {
        uint32_t venue = of->leg_venue ? of->leg_venue[leg] : of->venue;
        if (venue == symbol->venue &&
            __builtin_memcmp(of->leg[leg].symbol, symbol->name, sizeof symbol->name) == 0)
            return true;
    }
    return false;
}

bool gateway_strategy_trades(const struct gateway *gateway, uint32_t place, uint32_t number)
{
    CHECK(place < gateway->plan->strategies);
    CHECK(number < gateway->plan->symbols);
    const struct gateway_strategy *strategy = &gateway->strategy[place];
    const struct gateway_strategy_plan *of = &strategy->plan;
    const struct gateway_symbol_plan *symbol = &gateway->plan->symbol[number];
    if (!strategy->many) return symbol->venue == strategy->venue;
    if (of->legs == 0) return symbol->venue == of->venue;
    return gateway_names_leg(of, symbol);
}

/* Instruments. */

static void link_one(struct gateway *gateway, uint32_t strategy, uint32_t symbol)
{
    uint32_t instrument = gateway->symbol[symbol].instrument;
    if (instrument != GATEWAY_NONE && gateway_strategy_trades(gateway, strategy, symbol))
        gateway->strategy[strategy].link[instrument] = symbol;
}

void gateway_link(struct gateway *gateway, uint32_t symbol)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++)
        if (gateway->strategy[i].many) link_one(gateway, i, symbol);
}

void gateway_link_all(struct gateway *gateway, uint32_t number)
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    if (!strategy->many) return;
    for (uint32_t i = 0; i < gateway->plan->instruments; i++) strategy->link[i] = GATEWAY_NONE;
    for (uint32_t i = 0; i < gateway->plan->symbols; i++) link_one(gateway, number, i);
}

/* Keys. */

static const struct delegate_order *order_at(const struct gateway *gateway,
                                             const struct gateway_strategy *strategy,
                                             uint32_t venue, uint32_t key)
{
    return &gateway->venue[venue].order[gateway_slot_of(strategy, venue, key)];
}

void gateway_key_show(struct gateway *gateway, const struct gateway_venue *venue, uint32_t slot)
{
    const struct gateway_slot *at = &venue->at[slot];
    const struct gateway_strategy *strategy = &gateway->strategy[at->strategy];
    const struct delegate_order *shown = &venue->order[slot];
    qty_t executed = 0;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        if (!gateway_is_at(strategy, i)) continue;
        const struct delegate_order *order = order_at(gateway, strategy, i, at->key);
        executed += order->executed;
        refused += order->refused;
        if (order->state != ORDER_NONE) shown = order;
    }
    struct delegate_order *show = &strategy->order[at->key];
    *show = *shown;
    show->executed = executed;
    show->refused = refused;
}

uint32_t gateway_key_venue(const struct gateway *gateway, const struct gateway_strategy *strategy,
                           uint32_t key)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        if (gateway_is_at(strategy, i) && order_at(gateway, strategy, i, key)->state != ORDER_NONE)
            return i;
    return strategy->venue;
}

bool gateway_key_elsewhere(const struct gateway *gateway, const struct gateway_strategy *strategy,
                           uint32_t venue, uint32_t key)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        if (i == venue || !gateway_is_at(strategy, i)) continue;
        if (order_at(gateway, strategy, i, key)->state != ORDER_NONE) return true;
        if (gateway->venue[i].at[gateway_slot_of(strategy, i, key)].chain != 0) return true;
    }
    return false;
}

/* Verification. */

static void key_verify(const struct gateway *gateway, const struct gateway_strategy *strategy,
                       uint32_t key)
{
    const struct delegate_order *shown = &strategy->order[key];
    qty_t executed = 0, exposure = 0;
    uint32_t open = 0, refused = 0;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        if (!gateway_is_at(strategy, i)) continue;
        const struct delegate_order *order = order_at(gateway, strategy, i, key);
        executed += order->executed;
        exposure += order->exposure;
        refused += order->refused;
        open += order->state != ORDER_NONE;
        CHECK(order->state == ORDER_NONE || order->state == shown->state);
    }
    CHECK(open == (shown->state != ORDER_NONE));
    CHECK(shown->executed == executed);
    CHECK(shown->exposure == exposure);
    CHECK(shown->refused == refused);
}

void gateway_venues_verify(const struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) {
        const struct gateway_strategy *strategy = &gateway->strategy[i];
        for (uint32_t key = 0; strategy->many && key < strategy->orders; key++)
            key_verify(gateway, strategy, key);
    }
}
