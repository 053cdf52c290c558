/* The view of an engine stage with a gateway: a part of the holdings and slots is looked at in each
 * housekeeping, so that its length does not depend on how many there are. */

#include "dataplane/stage/engine_layout.h"

#include <string.h>

#define HOLDINGS_TURN 256u
#define SLOTS_TURN    256u

static void text_put(char *to, size_t capacity, const char *from)
{
    strncpy(to, from, capacity - 1);
    to[capacity - 1] = 0;
}

static void strategy_add(struct engine_gateway *with, uint32_t place,
                         const struct gateway_holding *holding)
{
    uint32_t strategy = with->shown[place];
    if (strategy >= ENGINE_VIEW_STRATEGIES) return;
    with->strategy[strategy].working += holding->working;
    with->strategy[strategy].fills += holding->fills;
    with->strategy[strategy].profit += holding->profit;
}

/* The sums of a whole round. */
static void strategies_sum(struct engine_gateway *with)
{
    for (uint32_t i = 0; i < ENGINE_VIEW_STRATEGIES; i++) {
        with->view.strategy[i].working = with->strategy[i].working;
        with->view.strategy[i].fills = with->strategy[i].fills;
        with->view.strategy[i].profit = with->strategy[i].profit;
    }
    memset(with->strategy, 0, sizeof with->strategy);
}

static bool holding_empty(const struct gateway_holding *holding)
{
    return holding->fills == 0 && holding->position == 0 && holding->working == 0;
}

static void holdings_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    uint64_t all = (uint64_t)plan->strategies * plan->symbols;
    for (uint32_t i = 0; i < HOLDINGS_TURN && with->holding_at < all; i++, with->holding_at++) {
        uint32_t strategy = (uint32_t)(with->holding_at / plan->symbols);
        uint32_t symbol = (uint32_t)(with->holding_at % plan->symbols);
        struct gateway_holding holding;
        gateway_holding(with->gateway, strategy, symbol, &holding);
        strategy_add(with, strategy, &holding);
        if (holding_empty(&holding) || with->holdings == ENGINE_VIEW_HOLDINGS) continue;
        struct engine_view_holding *show = &with->holding[with->holdings++];
        *show = (struct engine_view_holding){.venue = plan->symbol[symbol].venue, .is = holding};
        text_put(show->strategy, sizeof show->strategy,
                 gateway_strategy_of(with->gateway, strategy)->name);
        memcpy(show->symbol, plan->symbol[symbol].name, sizeof show->symbol);
    }
    if (with->holding_at < all) return;
    with->view.holdings = with->holdings;
    memcpy(with->view.holding, with->holding, sizeof with->holding);
    with->holding_at = 0;
    with->holdings = 0;
    strategies_sum(with);
}

static void order_look(struct engine_gateway *with, const struct gateway_plan *plan, uint32_t slot)
{
    struct slot_look look;
    slots_look(gateway_slots(with->gateway, with->venue_at), slot, &look);
    if (look.state == SLOT_FREE || look.order == 0) return;
    if (with->orders_shown == ENGINE_VIEW_ORDERS) return;
    struct engine_view_order *show = &with->order[with->orders_shown++];
    *show = (struct engine_view_order){.venue = with->venue_at,
                                       .number = look.order,
                                       .state = look.state,
                                       .side = look.side,
                                       .price = look.price,
                                       .total = look.total,
                                       .cum = look.cum};
    text_put(show->strategy, sizeof show->strategy,
             gateway_strategy_of(with->gateway, look.strategy)->name);
    uint32_t symbol = gateway_slot_symbol(with->gateway, with->venue_at, slot);
    memcpy(show->symbol, plan->symbol[symbol].name, sizeof show->symbol);
}

static uint32_t slots_of(const struct engine_gateway *with, uint32_t venue)
{
    const struct slots_counts *counts = slots_counts(gateway_slots(with->gateway, venue));
    uint32_t all = 0;
    for (uint32_t state = 0; state < SLOT_STATE_COUNT; state++) all += counts->state[state];
    return all;
}

static void orders_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    for (uint32_t i = 0; i < SLOTS_TURN && with->venue_at < plan->venues; i++) {
        if (with->slot_at < slots_of(with, with->venue_at)) {
            order_look(with, plan, with->slot_at++);
            continue;
        }
        with->slot_at = 0;
        with->venue_at++;
    }
    if (with->venue_at < plan->venues) return;
    with->view.orders = with->orders_shown;
    memcpy(with->view.order, with->order, sizeof with->order);
    with->venue_at = 0;
    with->orders_shown = 0;
}

static void venues_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    struct engine_gateway_view *view = &with->view;
    view->venues = plan->venues;
    for (uint32_t i = 0; i < plan->venues && i < ENGINE_VIEW_VENUES; i++) {
        struct engine_view_venue *show = &view->venue[i];
        const struct slots_counts *counts = slots_counts(gateway_slots(with->gateway, i));
        memcpy(show->name, plan->venue[i].name, sizeof show->name);
        order_host_show(with->orders, i, &show->session);
        for (uint32_t state = 0; state < SLOT_STATE_COUNT; state++)
            show->slot[state] = counts->state[state];
    }
}

static void verdicts_look(struct engine_gateway *with)
{
    const struct risk_counts *counts = risk_counts(gateway_risk(with->gateway));
    for (uint32_t i = 0; i < RISK_VERDICT_COUNT; i++)
        with->view.risk[i] = counter_read(&counts->verdict[i]);
}

static enum risk_state stricter(enum risk_state one, enum risk_state other)
{
    return one > other ? one : other;
}

static void strategies_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    struct engine_gateway_view *view = &with->view;
    const struct risk *risk = gateway_risk(with->gateway);
    enum risk_state box = risk_state(risk, RISK_BOX, 0);
    view->state = box;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        const struct gateway_strategy_plan *of = gateway_strategy_of(with->gateway, i);
        atomic_store_explicit(&with->vacant[i], gateway_vacant(with->gateway, i),
                              memory_order_release);
        if (!of->name[0]) continue;
        with->shown[i] = (uint16_t)shown++;
        if (with->shown[i] >= ENGINE_VIEW_STRATEGIES) continue;
        struct engine_view_strategy *show = &view->strategy[with->shown[i]];
        text_put(show->name, sizeof show->name, of->name);
        text_put(show->kind, sizeof show->kind,
                 of->kind                           ? of->kind->name
                 : gateway_vacant(with->gateway, i) ? ""
                                                    : "outside");
        show->state = stricter(box, stricter(risk_state(risk, RISK_VENUE, of->venue),
                                             risk_state(risk, RISK_STRATEGY, i)));
        show->on = gateway_strategy_on(with->gateway, i);
        show->counts = *gateway_strategy_counts(with->gateway, i);
    }
    view->strategies = shown;
}

#define COUNTER_SHOW(name, help) view->name = counter_read(&counts->name);

void engine_gateway_show(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    struct engine_gateway_view *view = &with->view;
    const struct gateway_plan *plan = stage->plan->gateway;
    const struct gateway_counts *counts = gateway_counts(with->gateway);
    GATEWAY_COUNTERS(COUNTER_SHOW)
    verdicts_look(with);
    holdings_look(with, plan);
    orders_look(with, plan);
    venues_look(with, plan);
    strategies_look(with, plan);
    view->record = with->record;
    view->durable = with->journal ? journal_durable(with->journal) : with->record;
    view->journal_dead = with->journal && journal_dead(with->journal);
    view->stopping = with->stopping;
    view->stopped = with->stopping && gateway_stopped(with->gateway);
    snapshot_show(with->snapshot, view);
}

void engine_stage_gateway_view(const struct engine_stage *stage, struct engine_gateway_view *view)
{
    snapshot_copy(stage->with->snapshot, view);
}
