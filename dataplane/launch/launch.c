#include "dataplane/launch/launch.h"

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/launch_ports.h"

#include <string.h>
#include <time.h>

#define CALIBRATION_NS (50 * NANOS_MILLI)
#define POLL_NS        (200 * NANOS_MICRO)

static void pause_ns(uint64_t ns)
{
    struct timespec span = {.tv_nsec = (long)ns};
    (void)nanosleep(&span, NULL);
}

/* Memory. */

struct needs {
    size_t lcore;
    size_t slot;
    size_t tape;
    size_t listings;
    size_t markets;
    size_t feed;
    size_t engine;
};

static struct conflate_limits markets_limits(const struct launch_plan *plan)
{
    return (struct conflate_limits){.keys = plan->feed.feed.book.instruments,
                                    .value_bytes = sizeof(struct market)};
}

static struct conflate_limits listings_limits(const struct launch_plan *plan)
{
    return (struct conflate_limits){.keys = plan->feed.feed.book.instruments,
                                    .value_bytes = sizeof(struct listing)};
}

static bool needs_of(const struct launch_plan *plan, struct needs *needs, struct text *problems)
{
    struct conflate_limits markets = markets_limits(plan), listings = listings_limits(plan);
    *needs = (struct needs){
        .lcore = sizeof(struct lcore) * LAUNCH_LCORES_MAX,
        .slot = sizeof(struct stage) * 2,
        .tape = net_tape_footprint(),
        .listings = conflate_footprint(&listings),
        .markets = conflate_footprint(&markets),
        .feed = feed_stage_footprint(&plan->feed),
        .engine = engine_stage_footprint(&plan->engine),
    };
    if (!needs->feed) text_append(problems, "the limits of the feed are out of range\n");
    if (!needs->engine) text_append(problems, "the limits of the engine are out of range\n");
    if (!needs->markets || !needs->listings)
        text_append(problems, "there are more instruments than a queue has keys\n");
    return needs->feed && needs->engine && needs->markets && needs->listings;
}

static bool memory_take(struct launch *launch, const struct needs *needs, struct text *problems)
{
    struct arena_plan plan = {
        .owner = "stages",
        .pages = launch->plan.pages,
        .bytes = arena_footprint() + arena_round(needs->lcore) + arena_round(needs->slot) +
                 arena_round(needs->tape) + arena_round(needs->listings) +
                 arena_round(needs->markets) + arena_round(needs->feed) +
                 arena_round(needs->engine),
    };
    launch->arena = arena_map(&plan, &launch->backing, problems);
    return launch->arena != NULL;
}

/* Wires. */

static void tape_make(struct launch *launch, size_t bytes)
{
    struct net_tape_plan plan = {
        .record = launch->plan.recording->record,
        .records = launch->plan.recording->records,
        .speed = launch->plan.speed,
        .clock = &launch->clock,
    };
    launch->tape = net_tape_new(arena_take(launch->arena, "tape", bytes), &plan);
    launch->plan.feed.queues = 1;
    launch->plan.feed.queue[0] = net_tape_queue(launch->tape);
}

/* Stages. */

static void stages_make(struct launch *launch, const struct needs *needs)
{
    struct arena *arena = launch->arena;
    struct launch_plan *plan = &launch->plan;
    struct conflate_limits markets_of = markets_limits(plan), listings_of = listings_limits(plan);
    struct conflate *listings =
        conflate_new(arena_take(arena, "listings queue", needs->listings), &listings_of);
    struct conflate *markets =
        conflate_new(arena_take(arena, "markets queue", needs->markets), &markets_of);
    launch->feed = feed_stage_new(arena_take(arena, "feed stage with its books", needs->feed),
                                  &plan->feed, listings, markets);
    launch->engine = engine_stage_new(arena_take(arena, "engine stage", needs->engine),
                                      &plan->engine, listings, markets);
    struct stage *slot = arena_take(arena, "stage counters", needs->slot);
    memset(slot, 0, needs->slot);
    slot[0].kind = &feed_stage_kind;
    slot[0].self = launch->feed;
    slot[1].kind = &engine_stage_kind;
    slot[1].self = launch->engine;
    launch->feed_slot = &slot[0];
    launch->engine_slot = &slot[1];
}

static void lcores_make(struct launch *launch, const struct needs *needs)
{
    struct lcore *lcore = arena_take(launch->arena, "lcores", needs->lcore);
    const struct launch_plan *plan = &launch->plan;
    struct lcore_plan one = {
        .idle = plan->idle,
        .housekeeping_ticks = clock_ticks(&launch->clock, plan->housekeeping_ns),
        .halt_ticks = clock_ticks(&launch->clock, plan->halt_ns),
    };
    launch->lcores = plan->layout == LAUNCH_SHARED ? 1 : 2;
    for (uint32_t i = 0; i < launch->lcores; i++) {
        struct lcore_plan own = one;
        if (plan->layout == LAUNCH_SHARED) {
            own.stages = 2;
            own.stage[0] = launch->feed_slot;
            own.stage[1] = launch->engine_slot;
        } else {
            own.stages = 1;
            own.stage[0] = i == 0 ? launch->feed_slot : launch->engine_slot;
        }
        launch->lcore[i] = &lcore[i];
        lcore_new(launch->lcore[i], &own);
    }
}

static void lcore_main(void *argument)
{
    lcore_run(argument);
}

static bool cores_start(struct launch *launch, struct text *problems)
{
    const struct launch_plan *plan = &launch->plan;
    struct eal_plan eal = {
        .cores = plan->layout == LAUNCH_SHARED ? 1 : 2,
        .pages = plan->pages,
        .memory_mib = plan->dpdk_mib,
    };
    for (uint32_t i = 0; i < eal.cores; i++) eal.cpu[i] = plan->cpu[i];
    for (uint32_t i = 0; i < plan->ports; i++) eal.device[eal.devices++] = plan->port[i].device;
    launch->eal_started = eal_start(&eal, problems);
    return launch->eal_started;
}

bool launch_start(struct launch *launch, const struct launch_plan *plan, struct text *report,
                  struct text *problems)
{
    *launch = (struct launch){.plan = *plan};
    launch->plan.feed.queues = plan->recording ? 1 : plan->ports;
    struct needs needs;
    bool ready = clock_calibrate(&launch->clock, CALIBRATION_NS, problems);
    ready &= needs_of(&launch->plan, &needs, problems);
    if (ready) net_clock_new(&launch->net_clock, &launch->clock);
    if (ready) { /* both, so that what is wrong with either is said */
        ready = cores_start(launch, problems);
        ready &= memory_take(launch, &needs, problems);
    }
    if (ready && plan->recording) tape_make(launch, needs.tape);
    ready = ready && (plan->recording || launch_ports_open(launch, report, problems));
    if (!ready) {
        launch_free(launch);
        return false;
    }
    launch->plan.engine.budget_ticks = clock_ticks(&launch->clock, plan->decision_budget_ns);
    stages_make(launch, &needs);
    lcores_make(launch, &needs);
    arena_seal(launch->arena);
    launch->start_tsc = clock_now();
    for (uint32_t i = 0; i < launch->lcores; i++) eal_launch(i, lcore_main, launch->lcore[i]);
    return true;
}

bool launch_ended(const struct launch *launch)
{
    if (!feed_stage_ended(launch->feed)) return false;
    return engine_stage_idle(launch->engine);
}

void launch_follow(struct launch *launch)
{
    net_clock_follow(&launch->net_clock);
    launch_ports_count(launch);
}

bool launch_stop(struct launch *launch)
{
    bool finished = true;
    for (uint32_t i = 0; i < launch->lcores; i++) {
        lcore_halt(launch->lcore[i]);
        while (lcore_state(launch->lcore[i]) != LCORE_DONE) pause_ns(POLL_NS);
        finished &= counter_read(&launch->lcore[i]->unfinished) == 0;
    }
    launch->stop_tsc = clock_now();
    eal_wait_all();
    return finished;
}

void launch_free(struct launch *launch)
{
    launch_ports_close(launch);
    if (launch->arena) arena_unmap(launch->arena);
    if (launch->eal_started) eal_stop();
    *launch = (struct launch){.lcores = 0};
}

void launch_print_memory(struct text *out, const struct launch *launch)
{
    arena_print(out, launch->arena);
    text_format(out, "on %s\n", arena_backing_text(launch->backing));
}
