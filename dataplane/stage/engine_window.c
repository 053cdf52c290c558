/* Rows of a gateway's tables: orders, holdings, strategies; and the window onto all of them. */

#include "dataplane/stage/engine_layout.h"

#include <string.h>

static void text_put(char *to, size_t capacity, const char *from)
{
    strncpy(to, from, capacity - 1);
    to[capacity - 1] = 0;
}

/* Rows. */

bool engine_holding_show(const struct engine_gateway *with, uint32_t strategy, uint32_t symbol,
                         struct engine_view_holding *show)
{
    const struct gateway_symbol_plan *of = &with->gateway_plan.symbol[symbol];
    if (gateway_holding_empty(with->gateway, strategy, symbol)) return false;
    *show = (struct engine_view_holding){.venue = of->venue};
    gateway_holding(with->gateway, strategy, symbol, &show->is);
    text_put(show->strategy, sizeof show->strategy,
             gateway_strategy_of(with->gateway, strategy)->name);
    memcpy(show->symbol, of->name, sizeof show->symbol);
    return true;
}

uint32_t engine_slots_of(const struct engine_gateway *with, uint32_t venue)
{
    const struct slots_counts *counts = slots_counts(gateway_slots(with->gateway, venue));
    uint32_t all = 0;
    for (uint32_t state = 0; state < SLOT_STATE_COUNT; state++) all += counts->state[state];
    return all;
}

static void order_put(const struct engine_gateway *with, const struct slot_look *look,
                      uint32_t venue, uint32_t slot, struct engine_view_order *show)
{
    *show = (struct engine_view_order){.venue = venue,
                                       .number = look->order,
                                       .state = look->state,
                                       .side = look->side,
                                       .price = look->price,
                                       .total = look->total,
                                       .cum = look->cum};
    text_put(show->strategy, sizeof show->strategy,
             gateway_strategy_of(with->gateway, look->strategy)->name);
    uint32_t symbol = gateway_slot_symbol(with->gateway, venue, slot);
    memcpy(show->symbol, with->gateway_plan.symbol[symbol].name, sizeof show->symbol);
}

bool engine_order_show(const struct engine_gateway *with, uint32_t venue, uint32_t slot,
                       struct engine_view_order *show)
{
    struct slot_look look;
    slots_look(gateway_slots(with->gateway, venue), slot, &look);
    if (look.state == SLOT_FREE || look.order == 0) return false;
    order_put(with, &look, venue, slot, show);
    return true;
}

bool engine_strategy_show(const struct engine_gateway *with, uint32_t place,
                          struct engine_view_strategy *show)
{
    const struct gateway_strategy_plan *of = gateway_strategy_of(with->gateway, place);
    if (!of->name[0]) return false;
    *show = (struct engine_view_strategy){.on = gateway_strategy_on(with->gateway, place),
                                          .counts = *gateway_strategy_counts(with->gateway, place),
                                          .working = with->summed[place].working,
                                          .fills = with->summed[place].fills,
                                          .profit = with->summed[place].profit};
    text_put(show->name, sizeof show->name, of->name);
    text_put(show->kind, sizeof show->kind,
             of->kind                                ? of->kind->name
             : gateway_outside(with->gateway, place) ? "outside"
                                                     : "");
    show->state = gateway_strategy_state(with->gateway, place);
    return true;
}

/* The window. */

/* What is asked for and holds no places to look at: of one strategy, its row of holdings; of one
 * venue, its slots. */
struct part {
    struct engine_gateway *with;
    uint64_t first;
    uint64_t places;
    uint32_t of; /* gauges: of strategy of - 1 */
    uint32_t gauges;
    struct delegate_gauge gauge[ENGINE_GAUGES_MAX];
};

static bool symbol_wanted(const struct window_ask *ask, const char symbol[8])
{
    static const char each[8];
    return memcmp(ask->symbol, each, sizeof each) == 0 ||
           memcmp(ask->symbol, symbol, sizeof ask->symbol) == 0;
}

static bool holding_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    const struct part *part = context;
    const struct gateway_plan *plan = &part->with->gateway_plan;
    uint32_t strategy = (uint32_t)((part->first + place) / plan->symbols);
    uint32_t symbol = (uint32_t)((part->first + place) % plan->symbols);
    const struct gateway_symbol_plan *of = &plan->symbol[symbol];
    if (ask->venue != WINDOW_ANY && of->venue != ask->venue) return false;
    if (!symbol_wanted(ask, of->name)) return false;
    if (row) return engine_holding_show(part->with, strategy, symbol, row);
    return !gateway_holding_empty(part->with->gateway, strategy, symbol);
}

static bool order_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    const struct part *part = context;
    const struct engine_gateway *with = part->with;
    uint64_t slot = part->first + place;
    uint32_t venue = 0;
    for (; slot >= engine_slots_of(with, venue); venue++) slot -= engine_slots_of(with, venue);
    struct slot_look look;
    slots_look(gateway_slots(with->gateway, venue), (uint32_t)slot, &look);
    if (look.state == SLOT_FREE || look.order == 0) return false;
    if (ask->strategy != WINDOW_ANY && look.strategy != ask->strategy) return false;
    uint32_t symbol = gateway_slot_symbol(with->gateway, venue, (uint32_t)slot);
    if (!symbol_wanted(ask, with->gateway_plan.symbol[symbol].name)) return false;
    if (row) order_put(with, &look, venue, (uint32_t)slot, row);
    return true;
}

static bool strategy_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    const struct part *part = context;
    struct engine_view_strategy show;
    if (ask->strategy != WINDOW_ANY && ask->strategy != place) return false;
    if (!engine_strategy_show(part->with, (uint32_t)place, &show)) return false;
    if (row) memcpy(row, &show, sizeof show);
    return true;
}

/* Each strategy is asked once a turn. */
static bool gauge_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)ask;
    struct part *part = context;
    uint32_t strategy = (uint32_t)((part->first + place) / ENGINE_GAUGES_MAX);
    uint32_t number = (uint32_t)((part->first + place) % ENGINE_GAUGES_MAX);
    if (part->of != strategy + 1)
        part->gauges =
            gateway_gauges(part->with->gateway, strategy, part->gauge, ENGINE_GAUGES_MAX);
    part->of = strategy + 1;
    if (number >= part->gauges) return false;
    if (!row) return true;
    struct engine_view_gauge show = {.value = part->gauge[number].value};
    text_put(show.strategy, sizeof show.strategy,
             gateway_strategy_of(part->with->gateway, strategy)->name);
    text_put(show.name, sizeof show.name, part->gauge[number].name);
    memcpy(row, &show, sizeof show);
    return true;
}

static struct part gauges_part(struct engine_gateway *with, const struct window_ask *ask)
{
    const struct gateway_plan *plan = &with->gateway_plan;
    struct part part = {.with = with, .places = (uint64_t)plan->strategies * ENGINE_GAUGES_MAX};
    if (ask->strategy == WINDOW_ANY) return part;
    if (ask->strategy >= plan->strategies) return (struct part){.with = with};
    part.first = (uint64_t)ask->strategy * ENGINE_GAUGES_MAX;
    part.places = ENGINE_GAUGES_MAX;
    return part;
}

static struct part holdings_part(struct engine_gateway *with, const struct window_ask *ask)
{
    const struct gateway_plan *plan = &with->gateway_plan;
    struct part part = {.with = with, .places = (uint64_t)plan->strategies * plan->symbols};
    if (ask->strategy == WINDOW_ANY) return part;
    if (ask->strategy >= plan->strategies) return (struct part){.with = with};
    part.first = (uint64_t)ask->strategy * plan->symbols;
    part.places = plan->symbols;
    return part;
}

static struct part orders_part(struct engine_gateway *with, const struct window_ask *ask)
{
    struct part part = {.with = with};
    for (uint32_t i = 0; i < with->gateway_plan.venues; i++) {
        if (ask->venue != WINDOW_ANY && ask->venue > i) part.first += engine_slots_of(with, i);
        if (ask->venue == WINDOW_ANY || ask->venue == i) part.places += engine_slots_of(with, i);
    }
    return part;
}

void engine_window_turn(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    const struct window_ask *ask = window_wanted(with->window);
    struct part part;
    if (!ask) return;
    switch ((enum engine_window_kind)ask->kind) {
    case ENGINE_WINDOW_ORDERS:
        part = orders_part(with, ask);
        window_turn(with->window, part.places, order_look, &part);
        return;
    case ENGINE_WINDOW_HOLDINGS:
        part = holdings_part(with, ask);
        window_turn(with->window, part.places, holding_look, &part);
        return;
    case ENGINE_WINDOW_GAUGES:
        part = gauges_part(with, ask);
        window_turn(with->window, part.places, gauge_look, &part);
        return;
    case ENGINE_WINDOW_STRATEGIES:
        part = (struct part){.with = with, .places = with->gateway_plan.strategies};
        window_turn(with->window, part.places, strategy_look, &part);
        return;
    }
    UNREACHABLE("each kind is looked at");
}

struct window *engine_stage_window(struct engine_stage *stage)
{
    return stage->with->window;
}
