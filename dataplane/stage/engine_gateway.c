/* The engine stage with a gateway: markets and what venues say in, orders out. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/stage/engine_layout.h"

/* Decisions, one after the other until nobody has anything to see, or so many were made that the
 * stage has to look around: a refusal is news, and whoever answers it with the same order again
 * would never let go.  What one has sent is on the port before the next is asked for. */
static inline uint64_t decisions_make(struct engine_stage *stage, uint64_t begin)
{
    struct engine_gateway *with = stage->with;
    for (uint32_t made = 0;; made++) {
        with->more = made == ENGINE_STAGE_DECISIONS;
        if (unlikely(with->more)) break;
        uint32_t number = gateway_decide(with->gateway, stage->now);
        if (number == DISPATCH_NONE) break;
        uint64_t end = clock_now();
        histogram_record_span(&stage->decision, begin, end);
        if (unlikely(end - begin > stage->plan->budget_ticks))
            dispatch_overrun(stage->dispatch, number);
        begin = end;
    }
    return begin;
}

/* A price is shown when its instrument has traded. */
static void price_show(const struct engine_stage *stage, const struct market *market)
{
    const struct market *before = dispatch_newest(stage->dispatch, market->instrument);
    if (likely(before->trades == market->trades) || market->last <= 0) return;
    struct engine_price price = {.price = market->last,
                                 .qty = market->last_qty,
                                 .volume = market->volume,
                                 .at = market->rx_ns};
    gateway_symbol_listed(stage->with->gateway, market->instrument, price.symbol);
    conflate_put(stage->plan->prices, market->instrument, &price);
}

/* As without a gateway: a listing that belongs to a market is taken before it is dispatched. */
static uint32_t markets_take(struct engine_stage *stage, uint64_t tsc)
{
    struct engine_gateway *with = stage->with;
    uint32_t values = 0, listings = 0, key;
    struct market market;
    while (values < ENGINE_STAGE_TURN && !with->more &&
           conflate_take(stage->markets, &key, &market)) {
        values++;
        if (unlikely(conflate_waiting(stage->listings) > 0)) {
            listings += engine_listings_take(stage);
            tsc = clock_now();
        }
        if (market.rx_ns > stage->now) stage->now = market.rx_ns;
        if (stage->plan->prices) price_show(stage, &market);
        gateway_market(with->gateway, &market);
        with->cause_tsc = market.rx_tsc;
        tsc = decisions_make(stage, tsc);
        if (market.rx_tsc) histogram_record_span(&stage->latency, market.rx_tsc, tsc);
    }
    with->cause_tsc = 0;
    stage->view.value += values;
    if (unlikely(conflate_waiting(stage->listings) > 0)) listings += engine_listings_take(stage);
    return values + listings;
}

static void time_follow(struct engine_stage *stage, uint64_t tsc)
{
    nanos_t now = stage->plan->now(stage->plan->clock, tsc);
    if (now > stage->now) stage->now = now;
}

/* Strategies outside. */

static void intake_take(struct engine_stage *stage, const struct engine_intake *intake,
                        struct engine_intake_answer *answer)
{
    struct gateway *gateway = stage->with->gateway;
    *answer = (struct engine_intake_answer){.ticket = intake->ticket,
                                            .is = {.counter = GATEWAY_NO_COUNTER}};
    if (intake->kind == ENGINE_INTAKE_HEAR)
        gateway_hear(gateway, &intake->what, stage->now, &answer->is);
    else
        gateway_switch(gateway, intake->what.strategy, intake->kind == ENGINE_INTAKE_ON,
                       stage->now);
}

/* What has no room for its answer stays in the ring.  What it caused is on the port before markets
 * are looked at. */
static uint32_t intakes_take(struct engine_stage *stage)
{
    const struct engine_stage_plan *plan = stage->plan;
    uint32_t ready = spsc_ready(plan->intake, ENGINE_INTAKE_TURN);
    if (likely(ready == 0)) return 0;
    ready = spsc_room(plan->intake_answers, ready);
    for (uint32_t i = 0; i < ready; i++)
        intake_take(stage, spsc_front_at(plan->intake, i), spsc_claim_at(plan->intake_answers, i));
    order_host_flush(stage->with->orders, stage->now);
    nanos_t now = plan->now(plan->clock, clock_now());
    for (uint32_t i = 0; i < ready; i++)
        ((struct engine_intake_answer *)spsc_claim_at(plan->intake_answers, i))->at = now;
    spsc_publish_many(plan->intake_answers, ready);
    spsc_release_many(plan->intake, ready);
    return ready;
}

uint32_t engine_gateway_turn(struct engine_stage *stage, uint64_t tsc)
{
    struct engine_gateway *with = stage->with;
    time_follow(stage, tsc);
    if (unlikely(atomic_load_explicit(&with->asked, memory_order_relaxed) != 0))
        engine_answer_asked(stage);
    uint32_t said = order_host_turn(with->orders, stage->now);
    if (said > 0) gateway_relieve(with->gateway, stage->now);
    if (said > 0 || unlikely(with->more)) tsc = decisions_make(stage, clock_now());
    uint32_t heard = stage->plan->intake ? intakes_take(stage) : 0;
    if (unlikely(heard > 0)) tsc = clock_now();
    uint32_t work = said + heard + markets_take(stage, tsc);
    order_host_flush(with->orders, stage->now);
    return work + with->more;
}

void engine_gateway_housekeeping(struct engine_stage *stage, uint64_t tsc)
{
    struct engine_gateway *with = stage->with;
    time_follow(stage, tsc);
    order_host_housekeeping(with->orders, stage->now);
    gateway_tick(with->gateway, stage->now);
    (void)decisions_make(stage, clock_now());
    order_host_flush(with->orders, stage->now);
    if (with->stopping && gateway_stopped(with->gateway))
        atomic_store_explicit(&with->stopped, 1, memory_order_relaxed);
    if (with->leaving && order_host_left(with->orders))
        atomic_store_explicit(&with->left, 1, memory_order_relaxed);
    engine_gateway_show(stage);
}

/* Who was not asked to stop holds nothing that has not been passed on. */
bool engine_gateway_done(const struct engine_stage *stage)
{
    const struct engine_gateway *with = stage->with;
    return !with->leaving || order_host_left(with->orders);
}

struct gateway_known engine_stage_known(const struct engine_stage *stage, uint32_t strategy)
{
    return gateway_known(stage->with->gateway, strategy);
}

void engine_stage_answer(struct engine_stage *stage, const struct gate_slot *slot)
{
    struct engine_gateway *with = stage->with;
    for (uint32_t i = 0; i < with->plan.venues; i++)
        if (with->plan.venue[i].way == ORDER_HOST_INSIDE &&
            with->plan.venue[i].number == slot->session)
            order_host_answer(with->orders, i, slot);
}

void engine_stage_relieve(void *self)
{
    struct engine_stage *stage = self;
    if (stage->with) order_host_relieve(stage->with->orders);
}

const struct histogram *engine_stage_reaction(const struct engine_stage *stage)
{
    return &stage->with->reaction;
}

const struct histogram *engine_stage_answers(const struct engine_stage *stage)
{
    return order_host_latency(stage->with->orders);
}
