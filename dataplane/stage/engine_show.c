/* The view of an engine stage with a gateway: a part of the holdings and slots is looked at in each
 * housekeeping, so that its length does not depend on how many there are. */

#include "dataplane/stage/engine_layout.h"
#include "dataplane/strategy/crowd.h"

#include <string.h>

#define HOLDINGS_TURN 256u
#define SLOTS_TURN    256u

static void strategy_add(struct engine_gateway *with, uint32_t place,
                         const struct gateway_holding *holding)
{
    with->sum[place].working += holding->working;
    with->sum[place].fills += holding->fills;
    with->sum[place].profit += holding->profit;
}

/* The sums of a whole round. */
static void strategies_sum(struct engine_gateway *with, const struct gateway_plan *plan)
{
    memcpy(with->summed, with->sum, plan->strategies * sizeof with->sum[0]);
    memset(with->sum, 0, plan->strategies * sizeof with->sum[0]);
}

static void holdings_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    uint64_t all = (uint64_t)plan->strategies * plan->symbols;
    for (uint32_t i = 0; i < HOLDINGS_TURN && with->holding_at < all; i++, with->holding_at++) {
        uint32_t strategy = (uint32_t)(with->holding_at / plan->symbols);
        uint32_t symbol = (uint32_t)(with->holding_at % plan->symbols);
        struct engine_view_holding show;
        if (!engine_holding_show(with, strategy, symbol, &show)) continue;
        strategy_add(with, strategy, &show.is);
        if (with->holdings < ENGINE_VIEW_HOLDINGS) with->holding[with->holdings] = show;
        with->holdings++;
    }
    if (with->holding_at < all) return;
    with->view.holdings = with->holdings;
    memcpy(with->view.holding, with->holding, sizeof with->holding);
    with->holding_at = 0;
    with->holdings = 0;
    strategies_sum(with, plan);
}

static void order_look(struct engine_gateway *with, uint32_t slot)
{
    struct engine_view_order show;
    if (!engine_order_show(with, with->venue_at, slot, &show)) return;
    if (with->orders_shown < ENGINE_VIEW_ORDERS) with->order[with->orders_shown] = show;
    with->orders_shown++;
}

static void orders_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    for (uint32_t i = 0; i < SLOTS_TURN && with->venue_at < plan->venues; i++) {
        if (with->slot_at < engine_slots_of(with, with->venue_at)) {
            order_look(with, with->slot_at++);
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
    /* What passed, and the journal did not take, did not leave. */
    uint64_t untaken = counter_read(&gateway_counts(with->gateway)->journal_full);
    with->view.risk[RISK_PASS] -= untaken;
    with->view.risk[RISK_NO_JOURNAL] += untaken;
}

static void strategies_look(struct engine_gateway *with, const struct gateway_plan *plan)
{
    struct engine_gateway_view *view = &with->view;
    uint32_t shown = 0;
    view->state = risk_state(gateway_risk(with->gateway), RISK_BOX, 0);
    view->open = 0;
    view->profit = 0;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        struct engine_view_strategy show;
        atomic_store_explicit(&with->vacant[i], gateway_vacant(with->gateway, i),
                              memory_order_release);
        if (!engine_strategy_show(with, i, &show)) continue;
        view->open += show.working;
        if (strcmp(show.kind, crowd_kind.name) != 0) view->profit += show.profit;
        if (shown < ENGINE_VIEW_STRATEGIES) view->strategy[shown] = show;
        shown++;
    }
    view->strategies = shown;
}

static void day_look(struct engine_gateway *with)
{
    struct gateway_day_look look = gateway_day_look(with->gateway);
    with->view.days = look.days;
    with->view.day_since = look.since;
    with->view.day_next = look.next;
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
    day_look(with);
    view->record = with->record;
    view->durable = with->journal ? journal_durable(with->journal) : with->record;
    view->journal_dead = with->journal && journal_dead(with->journal);
    view->stopping = with->stopping;
    view->stopped = with->stopping && gateway_stopped(with->gateway);
    snapshot_show(with->snapshot, view);
    engine_window_turn(stage);
}

void engine_stage_gateway_view(const struct engine_stage *stage, struct engine_gateway_view *view)
{
    snapshot_copy(stage->with->snapshot, view);
}
