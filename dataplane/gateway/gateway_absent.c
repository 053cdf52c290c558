#include "dataplane/base/text.h"
#include "dataplane/gateway/gateway_layout.h"

#include <string.h>

/* Strategies that are not in the plan, while the journal is read: gateway_absent.h. */

uint32_t gateway_absent_room(const struct gateway_plan *plan)
{
    uint64_t rows = (plan->strategies ? plan->strategies : 1) + 1ul;
    uint64_t symbols = plan->symbols ? plan->symbols : 1;
    return rows <= RISK_STRATEGIES_MAX && rows * symbols <= RISK_HOLDINGS_MAX ? GATEWAY_ABSENT : 0;
}

uint32_t gateway_places(const struct gateway *gateway)
{
    return gateway->plan->strategies + gateway->absents;
}

uint32_t gateway_slots_kept(const struct gateway_venue *venue)
{
    return gateway_slots_all(venue) + GATEWAY_ABSENT_ORDERS;
}

bool gateway_is_absent(const struct gateway *gateway, uint32_t place)
{
    return place >= gateway->plan->strategies;
}

uint32_t gateway_risk_row(const struct gateway *gateway, uint32_t place)
{
    if (likely(!gateway_is_absent(gateway, place))) return place;
    return gateway->plan->strategies ? gateway->plan->strategies : 1;
}

/* Names. */

uint32_t gateway_absent_find(const struct gateway *gateway, const char *name)
{
    for (uint32_t i = gateway->plan->strategies; i < gateway_places(gateway); i++)
        if (strcmp(gateway->strategy[i].name, name) == 0) return i;
    return GATEWAY_NONE;
}

void gateway_absent_named(struct gateway *gateway, const struct gateway_named *named)
{
    memcpy(gateway->absent_name[named->strategy].name, named->name, sizeof named->name);
}

uint32_t gateway_absent_enter(struct gateway *gateway, uint32_t number)
{
    if (number >= GATEWAY_STRATEGIES_MAX) return GATEWAY_NONE;
    const char *name = gateway->absent_name[number].name;
    bool room = name[0] && gateway->absents < gateway_absent_room(gateway->plan);
    if (!room) return GATEWAY_NONE;
    uint32_t place = gateway->plan->strategies + gateway->absents++;
    struct gateway_strategy *strategy = &gateway->strategy[place];
    memcpy(strategy->name, name, sizeof strategy->name);
    strategy->vacant = strategy->off = true;
    gateway->read_as[number] = (uint16_t)(place + 1);
    return place;
}

#define CURE "put it back, or raise gateway.spare_strategies"

bool gateway_absent_wrong(const struct gateway *gateway, uint32_t number, char *problem,
                          size_t capacity)
{
    uint32_t place = gateway_read_as(gateway, number);
    const char *name = "";
    if (place != GATEWAY_NONE) name = gateway->strategy[place].name;
    else if (number < GATEWAY_STRATEGIES_MAX) name = gateway->absent_name[number].name;
    if (capacity == 0) return false;
    struct text text = text_in(problem, capacity);
    if (!name[0]) text_append(&text, "an order is of no strategy that has a name");
    else
        text_format(&text, "strategy %s has traded more than can be read without a place: " CURE,
                    name);
    return false;
}

/* One who needs a place, or NULL; and what it still has. */
static const struct gateway_strategy *absent_needy(const struct gateway *gateway, const char **has)
{
    for (uint32_t i = gateway->plan->strategies; i < gateway_places(gateway); i++)
        for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++) {
            const struct gateway_hold *hold = gateway_hold_at(gateway, i, symbol);
            *has = hold->working ? "open orders" : "a position";
            if (hold->working || hold->position) return &gateway->strategy[i];
        }
    return NULL;
}

bool gateway_placed(const struct gateway *gateway, char *problem, size_t capacity)
{
    const char *has;
    const struct gateway_strategy *needy = absent_needy(gateway, &has);
    if (!needy) return gateway_before_placed(gateway, problem, capacity);
    if (capacity == 0) return false;
    struct text text = text_in(problem, capacity);
    text_format(&text, "strategy %s still has %s, and no place here: " CURE, needy->name, has);
    return false;
}

/* Orders and executions. */

uint32_t gateway_absent_slot(const struct gateway_venue *venue, uint32_t was)
{
    uint32_t first = gateway_slots_all(venue), end = gateway_slots_kept(venue);
    if (was >= first && was < end && venue->at[was].chain == 0) return was;
    for (uint32_t slot = first; slot < end; slot++)
        if (venue->at[slot].chain == 0) return slot;
    return GATEWAY_NONE;
}

void gateway_absent_traded(struct gateway *gateway, uint32_t place, const struct gateway_fill *fill)
{
    gateway->absent_traded[place - gateway->plan->strategies] +=
        (gateway_wide)fill->price * fill->qty;
}

void gateway_absent_day(struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->absents; i++) gateway->absent_traded[i] = 0;
}

/* Chains of its orders are over; as many are not needed, so that those in use stay close. */
void gateway_absent_end(struct gateway_venue *venue)
{
    struct links links = gateway_chain_links(venue);
    for (uint32_t i = 0; i < GATEWAY_ABSENT_ORDERS; i++)
        list_remove(&venue->chain_free, links, venue->chain_free.first);
}
