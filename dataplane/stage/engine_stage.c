#include "dataplane/stage/engine_layout.h"

#include "dataplane/base/clock_setup.h"
#include "dataplane/book/market.h"
#include "dataplane/strategy/tally.h"

#include <string.h>

static struct dispatch_limits dispatch_limits_of(const struct engine_stage_plan *plan)
{
    uint64_t subscriptions = plan->instruments * (uint64_t)(plan->delegates ? plan->delegates : 1);
    if (subscriptions > DISPATCH_SUBSCRIPTIONS_MAX) subscriptions = DISPATCH_SUBSCRIPTIONS_MAX;
    return (struct dispatch_limits){
        .instruments = plan->instruments,
        .delegates = plan->delegates ? plan->delegates : 1,
        .subscriptions = (uint32_t)subscriptions,
        .messages = 64,
    };
}

const char *engine_stage_check(const struct engine_stage_plan *plan)
{
    if (plan->delegates > ENGINE_DELEGATES_MAX) return "there are more delegates than can be";
    if (!plan->intake != !plan->intake_answers)
        return "strategies outside have a ring for what they say or one for the answers, not both";
    if (!plan->gateway) return NULL;
    if (plan->delegates > 0) return "with a gateway the delegates are its own";
    if (plan->gateway->instruments != plan->instruments)
        return "the gateway has not as many instruments as the feed";
    if (plan->gateway->venues != plan->orders.venues)
        return "there is not a session for each venue of the gateway";
    const char *problem = gateway_check(plan->gateway);
    return problem ? problem : order_host_check(&plan->orders);
}

/* With a gateway. */
static size_t gateway_bytes(const struct engine_stage_plan *plan)
{
    return ALIGN_UP(sizeof(struct engine_stage), CACHE_LINE) +
           snapshot_footprint(sizeof(struct engine_view)) + engine_gateway_footprint(plan);
}

size_t engine_stage_footprint(const struct engine_stage_plan *plan)
{
    if (engine_stage_check(plan)) return 0;
    if (plan->gateway) return gateway_bytes(plan);
    struct dispatch_limits limits = dispatch_limits_of(plan);
    size_t dispatch = dispatch_footprint(&limits);
    if (dispatch == 0) return 0;
    size_t bytes = ALIGN_UP(sizeof(struct engine_stage), CACHE_LINE) +
                   ALIGN_UP(dispatch, CACHE_LINE) + snapshot_footprint(sizeof(struct engine_view));
    for (uint32_t i = 0; i < plan->delegates; i++) {
        const struct engine_stage_delegate *delegate = &plan->delegate[i];
        size_t own = delegate->kind->footprint(&delegate->parameters);
        if (own == 0) return 0;
        bytes += ALIGN_UP(own, CACHE_LINE);
    }
    return bytes;
}

struct engine_stage *engine_stage_new(void *memory, const struct engine_stage_plan *plan,
                                      struct conflate *listings, struct conflate *markets)
{
    CHECK(engine_stage_footprint(plan) > 0);
    struct dispatch_limits limits = dispatch_limits_of(plan);
    uint8_t *at = memory;
    struct engine_stage *stage = memory;
    memset(stage, 0, sizeof *stage);
    at += ALIGN_UP(sizeof *stage, CACHE_LINE);
    stage->plan = plan;
    stage->listings = listings;
    stage->markets = markets;
    stage->snapshot = snapshot_new(at, sizeof(struct engine_view));
    at += snapshot_footprint(sizeof(struct engine_view));
    if (plan->gateway) {
        stage->with = engine_gateway_new(at, stage);
        stage->dispatch = gateway_dispatch(stage->with->gateway);
        return stage;
    }
    stage->dispatch = dispatch_new(at, &limits);
    at += ALIGN_UP(dispatch_footprint(&limits), CACHE_LINE);
    for (uint32_t i = 0; i < plan->delegates; i++) {
        const struct engine_stage_delegate *delegate = &plan->delegate[i];
        void *self = delegate->kind->build(at, &delegate->parameters);
        at += ALIGN_UP(delegate->kind->footprint(&delegate->parameters), CACHE_LINE);
        struct dispatch_identity identity = {.order = 0};
        strncpy(identity.name, delegate->name, sizeof identity.name - 1);
        enum dispatch_status status =
            dispatch_add(stage->dispatch, &identity, delegate->kind, self, &stage->delegate[i]);
        CHECK(status == DISPATCH_OK); /* names are unique: the configuration's rule */
    }
    return stage;
}

/* Listings. */

static bool delegate_wants(const struct engine_stage_delegate *delegate,
                           const struct listing *listing)
{
    if (delegate->symbols == 0) return true;
    for (uint32_t i = 0; i < delegate->symbols; i++)
        if (memcmp(delegate->symbol[i].symbol, listing->symbol, sizeof listing->symbol) == 0)
            return true;
    return false;
}

/* A symbol may move to another instrument between sessions: who no longer wants the instrument
 * leaves it. */
static void listing_apply(struct engine_stage *stage, uint32_t instrument,
                          const struct listing *listing)
{
    for (uint32_t i = 0; i < stage->plan->delegates; i++) {
        uint32_t number = stage->delegate[i];
        enum dispatch_status status;
        if (delegate_wants(&stage->plan->delegate[i], listing))
            status = dispatch_subscribe(stage->dispatch, number, instrument);
        else status = dispatch_unsubscribe(stage->dispatch, number, instrument);
        if (status == DISPATCH_OK || status == DISPATCH_SUBSCRIBED) continue;
        if (status == DISPATCH_NOT_SUBSCRIBED) continue;
        stage->view.subscription_refused++;
    }
    stage->view.listing++;
}

/* They are few after the start of a session. */
COLD uint32_t engine_listings_take(struct engine_stage *stage)
{
    uint32_t waiting = conflate_waiting(stage->listings), key, taken = 0;
    struct listing listing;
    for (; taken < waiting && conflate_take(stage->listings, &key, &listing); taken++) {
        if (!stage->with) {
            listing_apply(stage, key, &listing);
            continue;
        }
        gateway_listing(stage->with->gateway, key, listing.symbol);
        stage->view.listing++;
    }
    return taken;
}

/* Markets. */

static inline uint64_t decisions_make(struct engine_stage *stage, uint64_t begin)
{
    for (uint32_t number; (number = dispatch_next(stage->dispatch, stage->now)) != DISPATCH_NONE;) {
        uint64_t end = clock_now();
        histogram_record_span(&stage->decision, begin, end);
        if (unlikely(end - begin > stage->plan->budget_ticks))
            dispatch_overrun(stage->dispatch, number);
        begin = end;
    }
    return begin;
}

/* The listing of a market is put before it, so once the market is taken its listing is taken too or
 * can be seen to wait: looked for before the take, it could come in between, and the trades of that
 * market would be lost to whoever is subscribed a moment later. */
static uint32_t engine_stage_turn(void *self, uint64_t tsc)
{
    struct engine_stage *stage = self;
    if (stage->with) return engine_gateway_turn(stage, tsc);
    uint32_t values = 0, listings = 0, key;
    struct market market;
    for (; values < ENGINE_STAGE_TURN && conflate_take(stage->markets, &key, &market); values++) {
        if (unlikely(conflate_waiting(stage->listings) > 0)) {
            listings += engine_listings_take(stage);
            tsc = clock_now(); /* no decision's time */
        }
        if (market.rx_ns > stage->now) stage->now = market.rx_ns;
        dispatch_market(stage->dispatch, &market);
        tsc = decisions_make(stage, tsc);
        if (market.rx_tsc) histogram_record_span(&stage->latency, market.rx_tsc, tsc);
    }
    stage->view.value += values;
    if (unlikely(conflate_waiting(stage->listings) > 0)) listings += engine_listings_take(stage);
    return values + listings;
}

/* The view. */

static void delegate_show(struct engine_stage *stage, struct engine_view_delegate *show, uint32_t i)
{
    struct dispatch_delegate look;
    if (!dispatch_look(stage->dispatch, stage->delegate[i], &look)) return;
    memcpy(show->name, look.identity.name, sizeof show->name);
    strncpy(show->kind, look.kind->name, sizeof show->kind - 1);
    show->counts = look.counts;
    show->subscriptions = look.subscriptions;
    if (look.kind != &tally_kind) return;
    const struct tally_counts *counts = tally_counts(look.self);
    show->trades = counts->trades;
    show->volume = counts->volume;
    show->quotes = counts->quote;
}

/* How many there are.  A gateway's may be others than at the last look. */
static uint32_t delegates_of(struct engine_stage *stage)
{
    const struct gateway_plan *plan = stage->plan->gateway;
    if (!plan) return stage->plan->delegates;
    CHECK(stage->with != NULL);
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        const struct gateway_strategy_plan *of = gateway_strategy_of(stage->with->gateway, i);
        if (!of->kind) continue;
        if (count < ENGINE_VIEW_DELEGATES)
            stage->delegate[count] = dispatch_find_name(stage->dispatch, of->name);
        count++;
    }
    return count;
}

static void engine_stage_housekeeping(void *self, uint64_t tsc)
{
    struct engine_stage *stage = self;
    struct engine_view *view = &stage->view;
    const struct dispatch_counts *counts = dispatch_counts(stage->dispatch);
    if (stage->with) engine_gateway_housekeeping(stage, tsc);
    else dispatch_housekeeping(stage->dispatch, stage->now);
    view->decision = counts->decision;
    view->value_unwanted = counts->value_unwanted;
    view->delegates = delegates_of(stage);
    for (uint32_t i = 0; i < view->delegates && i < ENGINE_VIEW_DELEGATES; i++)
        delegate_show(stage, &view->delegate[i], i);
    snapshot_show(stage->snapshot, view);
}

bool engine_stage_idle(const struct engine_stage *stage)
{
    return conflate_waiting(stage->listings) == 0 && conflate_waiting(stage->markets) == 0;
}

static bool engine_stage_done(const void *self)
{
    const struct engine_stage *stage = self;
    if (stage->with && !engine_gateway_done(stage)) return false;
    return engine_stage_idle(stage) && !dispatch_ready(stage->dispatch);
}

const struct stage_kind engine_stage_kind = {
    .name = "engine",
    .turn = engine_stage_turn,
    .housekeeping = engine_stage_housekeeping,
    .done = engine_stage_done,
};

const struct histogram *engine_stage_latency(const struct engine_stage *stage)
{
    return &stage->latency;
}

const struct histogram *engine_stage_decision(const struct engine_stage *stage)
{
    return &stage->decision;
}

void engine_stage_view(const struct engine_stage *stage, struct engine_view *view)
{
    snapshot_copy(stage->snapshot, view);
}

struct dispatch *engine_stage_dispatch(struct engine_stage *stage)
{
    return stage->dispatch;
}

struct gateway *engine_stage_gateway(struct engine_stage *stage)
{
    return stage->with ? stage->with->gateway : NULL;
}
