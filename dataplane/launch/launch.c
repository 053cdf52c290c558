#include "dataplane/launch/launch.h"

#include "dataplane/base/clock_setup.h"
#include "dataplane/base/fault_stack_setup.h"
#include "dataplane/launch/launch_ports.h"

#include <stdlib.h>
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
    size_t venue;
};

static bool feeds(const struct launch_plan *plan)
{
    return plan->roles & LAUNCH_FEED;
}

static bool is_venue(const struct launch_plan *plan)
{
    return plan->roles & LAUNCH_VENUE;
}

static bool trades(const struct launch_plan *plan)
{
    return feeds(plan) && plan->engine.gateway;
}

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

static bool feed_needs(const struct launch_plan *plan, struct needs *needs, struct text *problems)
{
    struct conflate_limits markets = markets_limits(plan), listings = listings_limits(plan);
    needs->tape = net_tape_footprint();
    needs->listings = conflate_footprint(&listings);
    needs->markets = conflate_footprint(&markets);
    needs->feed = feed_stage_footprint(&plan->feed);
    needs->engine = engine_stage_footprint(&plan->engine);
    const char *problem = plan->feed.has_host ? feed_host_check(&plan->feed.host) : NULL;
    if (problem) text_format(problems, "%s\n", problem);
    else if (!needs->feed) text_append(problems, "the limits of the feed are out of range\n");
    problem = engine_stage_check(&plan->engine);
    if (problem) text_format(problems, "%s\n", problem);
    else if (!needs->engine) text_append(problems, "the limits of the engine are out of range\n");
    if (!needs->markets || !needs->listings)
        text_append(problems, "there are more instruments than a queue has keys\n");
    return needs->feed && needs->engine && needs->markets && needs->listings;
}

static bool venue_needs(struct launch *launch, struct needs *needs, struct text *problems)
{
    launch->venue = calloc(1, sizeof *launch->venue);
    if (!launch->venue) {
        text_append(problems, "there is no memory for a venue\n");
        return false;
    }
    if (!launch_venue_open(launch->venue, &launch->plan.venue, problems)) return false;
    needs->venue = launch_venue_needs(launch->venue, problems);
    return needs->venue > 0;
}

static bool gateway_open(struct launch *launch, struct text *problems)
{
    launch->gateway = calloc(1, sizeof *launch->gateway);
    if (!launch->gateway) {
        text_append(problems, "there is no memory for a gateway\n");
        return false;
    }
    if (!launch_gateway_open(launch->gateway, &launch->plan.gateway, problems)) return false;
    launch->plan.engine.run = launch->gateway->report.next_epoch;
    return true;
}

static bool needs_of(struct launch *launch, struct needs *needs, struct text *problems)
{
    *needs = (struct needs){
        .lcore = sizeof(struct lcore) * LAUNCH_LCORES_MAX,
        .slot = sizeof(struct stage) * LAUNCH_STAGES_MAX,
    };
    bool known = !feeds(&launch->plan) || feed_needs(&launch->plan, needs, problems);
    if (known && trades(&launch->plan)) known = gateway_open(launch, problems);
    return (!is_venue(&launch->plan) || venue_needs(launch, needs, problems)) && known;
}

static bool memory_take(struct launch *launch, const struct needs *needs, struct text *problems)
{
    struct arena_plan plan = {
        .owner = "stages",
        .pages = launch->plan.pages,
        .bytes = arena_footprint() + arena_round(needs->lcore) + arena_round(needs->slot) +
                 arena_round(needs->tape) + arena_round(needs->listings) +
                 arena_round(needs->markets) + arena_round(needs->feed) +
                 arena_round(needs->engine) + needs->venue + launch_cables_needs(&launch->plan) +
                 launch_inside_needs(&launch->plan) + launch_outside_needs(&launch->plan),
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
    launch->plan.feed.queue[0] = net_tape_queue(launch->tape);
}

/* Stages. */

static struct stage *stage_add(struct launch *launch, const struct stage_kind *kind, void *self)
{
    struct stage *stage = &launch->stage[launch->stages++];
    stage->kind = kind;
    stage->self = self;
    return stage;
}

static void feed_make(struct launch *launch, const struct needs *needs)
{
    struct arena *arena = launch->arena;
    struct launch_plan *plan = &launch->plan;
    struct conflate_limits markets_of = markets_limits(plan), listings_of = listings_limits(plan);
    struct conflate *listings =
        conflate_new(arena_take(arena, "listings queue", needs->listings), &listings_of);
    struct conflate *markets =
        conflate_new(arena_take(arena, "markets queue", needs->markets), &markets_of);
    conflate_join(listings, plan->layout != LAUNCH_DEDICATED);
    conflate_join(markets, plan->layout != LAUNCH_DEDICATED);
    launch_outside_make(launch);
    launch->feed = feed_stage_new(arena_take(arena, "feed stage with its books", needs->feed),
                                  &plan->feed, listings, markets);
    launch->engine = engine_stage_new(arena_take(arena, "engine stage", needs->engine),
                                      &plan->engine, listings, markets);
    launch->feed_slot = stage_add(launch, &feed_stage_kind, launch->feed);
    launch->engine_slot = stage_add(launch, &engine_stage_kind, launch->engine);
}

/* Its journal is recovered before the venue's, which then shows what it has missed. */
static bool gateway_make(struct launch *launch, struct text *report, struct text *problems)
{
    if (launch->venue) {
        launch->venue->engine = launch->engine;
        launch->venue->engine_near = launch->plan.layout == LAUNCH_SHARED;
    }
    return launch_gateway_recover(launch->gateway, launch->engine, launch->plan.engine.gateway,
                                  &launch->net_clock, report, problems);
}

static bool stages_make(struct launch *launch, const struct needs *needs, struct text *report,
                        struct text *problems)
{
    const struct launch_plan *plan = &launch->plan;
    launch->stage = arena_take(launch->arena, "stage counters", needs->slot);
    memset(launch->stage, 0, needs->slot);
    if (feeds(plan)) feed_make(launch, needs);
    if (trades(plan) && !gateway_make(launch, report, problems)) return false;
    if (!is_venue(plan)) return true;
    launch_outside_venue_make(launch);
    bool shared = plan->layout != LAUNCH_DEDICATED;
    if (!launch_venue_make(launch->venue, launch->arena, &launch->net_clock, shared, report,
                           problems))
        return false;
    (void)stage_add(launch, &gate_stage_kind, launch->venue->gate);
    (void)stage_add(launch, &match_stage_kind, launch->venue->match);
    return true;
}

static uint32_t lcores_of(const struct launch_plan *plan)
{
    if (plan->layout == LAUNCH_SHARED) return 1;
    uint32_t roles = (uint32_t)(feeds(plan) + is_venue(plan));
    return plan->layout == LAUNCH_ROLES ? roles : 2 * roles;
}

/* Of these the venue's alone: the last ones. */
static uint32_t venue_lcores(const struct launch_plan *plan)
{
    if (!is_venue(plan) || plan->layout == LAUNCH_SHARED) return 0;
    return plan->layout == LAUNCH_ROLES ? 1 : 2;
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
    launch->lcores = lcores_of(plan);
    for (uint32_t i = 0; i < launch->lcores; i++) {
        struct lcore_plan own = one;
        own.stages = launch->stages / launch->lcores;
        for (uint32_t k = 0; k < own.stages; k++) {
            own.stage[k] = &launch->stage[i * own.stages + k];
            if (own.stage[k] == launch->engine_slot) launch->engine_lcore = &lcore[i];
        }
        launch->lcore[i] = &lcore[i];
        lcore_new(launch->lcore[i], &own);
    }
}

static void lcore_main(void *argument)
{
    void *stack = fault_stack_give();
    lcore_run(argument);
    fault_stack_take(stack);
}

/* Virtual devices begin with the name of their driver. */
static bool is_card(const char *device)
{
    return device && device[strspn(device, "0123456789abcdefABCDEF")] == ':';
}

static bool cores_start(struct launch *launch, struct text *problems)
{
    const struct launch_plan *plan = &launch->plan;
    struct eal_plan eal = {
        .cores = lcores_of(plan),
        .pages = plan->pages,
        .memory_mib = plan->dpdk_mib,
    };
    for (uint32_t i = 0; i < eal.cores; i++) eal.cpu[i] = plan->cpu[i];
    for (uint32_t i = 0; i < plan->ports; i++)
        if (is_card(plan->port[i].device)) eal.device[eal.devices++] = plan->port[i].device;
    launch->eal_started = eal_start(&eal, problems);
    return launch->eal_started;
}

static nanos_t clock_read(void *clock, uint64_t tsc)
{
    return net_clock_time(clock, tsc);
}

bool launch_start(struct launch *launch, const struct launch_plan *plan, struct text *report,
                  struct text *problems)
{
    *launch = (struct launch){.plan = *plan};
    if (plan->recording) launch->plan.feed.queues = 1;
    if (!feeds(plan)) launch->plan.feed.queues = 0;
    if (!is_venue(plan)) launch->plan.venue.gate.queues = 0;
    struct needs needs;
    bool ready = clock_calibrate(&launch->clock, CALIBRATION_NS, problems);
    ready &= needs_of(launch, &needs, problems);
    if (ready) net_clock_new(&launch->net_clock, &launch->clock);
    if (ready) { /* both, so that what is wrong with either is said */
        ready = cores_start(launch, problems);
        ready &= memory_take(launch, &needs, problems);
    }
    if (ready && plan->recording) tape_make(launch, needs.tape);
    else if (ready) {
        launch_cables_make(launch);
        launch_inside_make(launch);
        ready = launch_ports_open(launch, report, problems);
        if (ready) launch_wires_join(launch);
    }
    launch->plan.engine.now = clock_read;
    launch->plan.engine.clock = &launch->net_clock;
    launch->plan.engine.budget_ticks = clock_ticks(&launch->clock, plan->decision_budget_ns);
    if (!ready || !stages_make(launch, &needs, report, problems)) {
        launch_free(launch);
        return false;
    }
    lcores_make(launch, &needs);
    arena_seal(launch->arena);
    if (plan->made) plan->made(launch, plan->made_context);
    launch->start_tsc = clock_now();
    for (uint32_t i = 0; i < launch->lcores; i++) eal_launch(i, lcore_main, launch->lcore[i]);
    return true;
}

bool launch_ended(const struct launch *launch)
{
    if (!launch->feed) return false;
    if (!feed_stage_ended(launch->feed)) return false;
    return engine_stage_idle(launch->engine);
}

void launch_follow(struct launch *launch)
{
    net_clock_follow(&launch->net_clock);
    launch_ports_count(launch);
}

static bool lcore_stop(struct launch *launch, uint32_t index)
{
    lcore_halt(launch->lcore[index]);
    while (lcore_state(launch->lcore[index]) != LCORE_DONE) pause_ns(POLL_NS);
    return counter_read(&launch->lcore[index]->unfinished) == 0;
}

/* Answers flow against requests: so first nothing more is taken in, then the match stage says its
 * last, then the gate. */
static bool venue_stop(struct launch *launch)
{
    uint32_t own = venue_lcores(&launch->plan);
    bool quiet = launch_venue_quiet(launch->venue, launch->plan.halt_ns);
    bool finished = true;
    if (own == 2) finished = lcore_stop(launch, launch->lcores - 1);
    gate_stage_leave(launch->venue->gate);
    if (own > 0) finished &= lcore_stop(launch, launch->lcores - own);
    return finished && quiet;
}

bool launch_stop(struct launch *launch)
{
    bool finished = true;
    uint32_t others = launch->lcores - venue_lcores(&launch->plan);
    if (launch->gateway) finished = launch_gateway_stop(launch->gateway);
    if (is_venue(&launch->plan)) finished &= venue_stop(launch);
    for (uint32_t i = 0; i < others; i++) finished &= lcore_stop(launch, i);
    launch->stop_tsc = clock_now();
    eal_wait_all();
    return finished;
}

void launch_free(struct launch *launch)
{
    if (launch->venue) launch_venue_close(launch->venue);
    if (launch->gateway) launch_gateway_close(launch->gateway);
    free(launch->venue);
    free(launch->gateway);
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
