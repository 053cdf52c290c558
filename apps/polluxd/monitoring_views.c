/* The views of all stages of this run, in one struct. */

#include "apps/polluxd/monitoring.h"

#include "apps/polluxd/capturing.h"
#include "apps/polluxd/outside.h"
#include "dataplane/base/system_clock.h"

#include <stdio.h>
#include <sys/timex.h>

static_assert(LAUNCH_LCORES_MAX <= VIEWS_LCORES_MAX, "each lcore is shown,");
static_assert(LAUNCH_STAGES_MAX <= VIEWS_STAGES_MAX, "each stage,");
static_assert(CONFIG_PORTS_MAX + 1 <= VIEWS_PORTS_MAX, "each port, and a capture that is played");

/* Asking changes nothing. */
static struct views_clock clock_view(const struct net_clock *clock)
{
    struct timex kernel = {.modes = 0};
    int state = ntp_adjtime(&kernel);
    bool known = state >= 0 && state != TIME_ERROR && !(kernel.status & STA_UNSYNC);
    uint64_t error_us = kernel.maxerror > 0 ? (uint64_t)kernel.maxerror : 0;
    return (struct views_clock){.known = known,
                                .error_ns = error_us * NANOS_MICRO,
                                .ahead_ns = -net_clock_error_ns(clock),
                                .jumps = net_clock_jumps(clock),
                                .set_backs = net_clock_set_backs(clock)};
}

static void lcores_view(const struct launch *launch, struct views *views)
{
    views->lcores = launch->lcores;
    for (uint32_t i = 0; i < launch->lcores; i++) {
        const struct lcore *lcore = launch->lcore[i];
        enum lcore_state state = lcore_state(lcore);
        views->lcore[i] = (struct views_lcore){
            .cpu = launch->plan.cpu[i],
            .runs = state == LCORE_RUN || state == LCORE_HALT,
            .heartbeat_tsc = counter_read(&lcore->heartbeat_tsc),
            .slept = counter_read(&lcore->slept),
            .unfinished = counter_read(&lcore->unfinished),
        };
    }
}

static struct views_latency latency_of(const char *path, const struct histogram *histogram,
                                       const struct clock *clock, struct histogram *scratch)
{
    struct views_latency latency = {.path = path};
    histogram_copy(scratch, histogram);
    latency.ns = histogram_summarize(scratch);
    histogram_summary_to_ns(&latency.ns, clock);
    latency.sum_ns = clock_ns(clock, histogram_sum(scratch));
    return latency;
}

#define STAGE_COUNT(row, help) view->row = counter_read(&counters->row);
#define STAGE_TIME(row, help)                                                                      \
    view->row##_ns = clock_ns(&launch->clock, counter_read(&counters->ticks_##row));

static void stages_view(const struct launch *launch, struct views *views, struct histogram *scratch)
{
    views->stages = launch->stages;
    for (uint32_t i = 0; i < launch->stages; i++) {
        const struct stage_counters *counters = &launch->stage[i].counters;
        struct views_stage *view = &views->stage[i];
        view->name = launch->stage[i].kind->name;
        VIEWS_STAGE_COUNTERS(STAGE_COUNT)
        VIEWS_STAGE_TIMES(STAGE_TIME)
        if (scratch) view->turn = latency_of(view->name, &counters->turn, &launch->clock, scratch);
    }
}

static void latencies_view(const struct launch *launch, struct views *views,
                           struct histogram *scratch)
{
    const bool trades = launch->gateway != NULL;
    const struct {
        const char *path;
        const struct histogram *histogram;
    } rows[] = {
        {"packet_to_books", launch->feed ? feed_stage_latency(launch->feed) : NULL},
        {"packet_to_decision",
         launch->feed && !trades ? engine_stage_latency(launch->engine) : NULL},
        {"decision", launch->feed ? engine_stage_decision(launch->engine) : NULL},
        {"packet_to_order", trades ? engine_stage_reaction(launch->engine) : NULL},
        {"order_to_answer", trades ? engine_stage_answers(launch->engine) : NULL},
        {"request_to_answer", launch->venue ? match_stage_latency(launch->venue->match) : NULL},
        {"request_to_frame", launch->venue ? gate_stage_latency(launch->venue->gate) : NULL},
    };
    static_assert(ARRAY_COUNT(rows) <= VIEWS_LATENCIES_MAX, "there is a place for each");
    views->latencies = 0;
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].histogram)
            views->latency[views->latencies++] =
                latency_of(rows[i].path, rows[i].histogram, &launch->clock, scratch);
}

static void port_view(struct views *views, const struct net_queue *queue, const char *name)
{
    if (!queue) return;
    struct views_port *port = &views->port[views->ports++];
    port->name = name;
    net_statistics(queue, &port->is);
}

static void ports_view(struct polluxd *polluxd, struct views *views)
{
    const struct config *config = polluxd->config;
    views->ports = 0;
    if (polluxd->launch.tape) port_view(views, polluxd->launch.plan.feed.queue[0], "capture");
    for (uint32_t i = 0; i < config->ports.count; i++)
        port_view(views, launch_queue(&polluxd->launch, i), config->ports.at[i].name);
}

static void ring_view(struct views *views, const struct spsc *ring, const char *name,
                      uint32_t number)
{
    struct views_ring *view = &views->ring[views->rings++];
    if (number == 0) (void)snprintf(view->name, sizeof view->name, "%s", name);
    else (void)snprintf(view->name, sizeof view->name, "%s_%u", name, number);
    uint64_t released = spsc_released(ring); /* first: what is published later is more */
    view->published = spsc_published(ring);
    view->waiting = view->published - released;
    view->full = spsc_full(ring);
    view->deepest = spsc_deepest(ring);
    view->slots = (uint64_t)ring->mask + 1;
}

/* Between gate and match stage; and those of sessions of this process, from 1. */
static void rings_view(const struct launch *launch, struct views *views)
{
    views->rings = 0;
    if (!launch->venue) return;
    const struct match_stage_plan *match = &launch->plan.venue.match;
    ring_view(views, match->requests, "requests", 0);
    ring_view(views, match->answers, "answers", 0);
    ring_view(views, match->news, "news", 0);
    for (uint32_t i = 0; i < match->insides; i++) {
        ring_view(views, match->inside[i].requests, "requests_inside", i + 1);
        ring_view(views, match->inside[i].answers, "answers_inside", i + 1);
    }
}

#define JOURNAL_COUNT(row, meaning) view->row = counter_read(&counts->row);

static void journal_view(struct views *views, const struct journal *journal, const char *of)
{
    if (!journal) return;
    const struct journal_counts *counts = &journal->counts;
    struct views_journal *view = &views->journal[views->journals++];
    view->of = of;
    JOURNAL_COUNTS(JOURNAL_COUNT)
    JOURNAL_LEVELS(JOURNAL_COUNT)
}

static void feed_views(const struct polluxd *polluxd, struct views *views)
{
    const struct launch *launch = &polluxd->launch;
    views->log_dropped = polluxd->log ? log_ring_dropped(polluxd->log) : 0;
    feed_stage_view(launch->feed, &views->feed);
    engine_stage_view(launch->engine, &views->engine);
}

void monitoring_views(struct polluxd *polluxd, struct views *views, struct histogram *scratch)
{
    const struct launch *launch = &polluxd->launch;
    views->now_ns = system_clock_monotonic();
    views->wall_ns = system_clock_wall();
    views->version = POLLUX_VERSION;
    views->name = polluxd->config->name;
    views->clock = clock_view(&launch->net_clock);
    views->has_feed = launch->feed != NULL;
    views->has_gateway = launch->gateway != NULL;
    views->has_venue = launch->venue != NULL;
    lcores_view(launch, views);
    stages_view(launch, views, scratch);
    ports_view(polluxd, views);
    views->has_capture = polluxd->capturing != NULL;
    if (views->has_capture) capturing_view(polluxd->capturing, &views->capture);
    views->has_redis = polluxd_outside_view(polluxd->outside, &views->redis);
    rings_view(launch, views);
    views->journals = 0;
    if (launch->gateway) journal_view(views, launch->gateway->journal, "gateway");
    if (launch->venue) journal_view(views, launch->venue->folder.journal, "venue");
    views->latencies = 0;
    if (scratch) latencies_view(launch, views, scratch);
    if (views->has_feed) feed_views(polluxd, views);
    if (launch->gateway) engine_stage_gateway_view(launch->engine, &views->gateway);
    if (!launch->venue) return;
    gate_stage_view(launch->venue->gate, &views->gate);
    match_stage_view(launch->venue->match, &views->match);
}
