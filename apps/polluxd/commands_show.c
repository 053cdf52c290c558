/* The box itself: what it does, where, how fast, what happened. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/watch_venue.h"
#include "control/monitor/reasons.h"
#include "control/monitor/report_trading.h"
#include "dataplane/base/clock_setup.h"

#include <inttypes.h>
#include <string.h>

#define EVENTS_USUAL 20

/* status */

static void put(json_t *to, const char *key, uint64_t count)
{
    json_object_set_new(to, key, commands_count(count));
}

static const char *journal_state(const struct engine_gateway_view *view)
{
    if (view->journal_dead) return "FAILED: nothing new leaves";
    if (view->journal_lost > 0) return "HAD NO ROOM: nothing new leaves until a restart";
    return "well";
}

/* Since when turnover, loss and profit count, and when they begin anew. */
static void day_put(json_t *to, const struct engine_gateway_view *view)
{
    char digits[48];
    struct text since = text_in(digits, sizeof digits);
    if (view->days == 0) text_append(&since, "the journal's beginning");
    else text_format(&since, "day %" PRIu64 " of the journal", view->days);
    json_object_set_new(to, "day_since",
                        view->days > 0 && view->day_since > 0 ? commands_moment(view->day_since)
                                                              : json_string(digits));
    json_object_set_new(to, "day_next",
                        view->day_next ? commands_moment(view->day_next) : json_string("never"));
}

static void trading_put(json_t *to, struct commands *commands)
{
    struct engine_gateway_view *view = &commands->gateway;
    engine_stage_gateway_view(commands->plan.polluxd->launch.engine, view);
    json_object_set_new(to, "trading", json_string(report_trading_state(view->state)));
    json_object_set_new(to, "profit", commands_money(view->profit));
    day_put(to, view);
    put(to, "sent", view->order_sent + view->replace_sent + view->cancel_sent);
    put(to, "open", view->open);
    put(to, "in_doubt", report_doubt(view));
    put(to, "fills", view->fill);
    put(to, "refused", view->refused);
    put(to, "sessions_up", report_up(view));
    put(to, "sessions", view->venues);
    json_object_set_new(to, "journal", json_string(journal_state(view)));
    put(to, "journal_records", view->record);
    put(to, "journal_waiting", view->record - view->durable);
}

uint64_t commands_packets_refused(const struct feed_view *view)
{
    struct reason reason[REASONS_MAX];
    uint64_t sum = 0;
    uint32_t count = reasons_of_packets(view, reason);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(reason[i].name, "frame_host") != 0 &&
            strcmp(reason[i].name, "datagram_duplicate") != 0)
            sum += reason[i].count;
    return sum;
}

static void feed_put(json_t *to, struct commands *commands)
{
    const struct launch *launch = &commands->plan.polluxd->launch;
    struct feed_view *view = &commands->feed;
    feed_stage_view(launch->feed, view);
    engine_stage_view(launch->engine, &commands->engine);
    const char *state = market_state_text((enum market_state)view->channel_state);
    json_object_set_new(to, "feed", json_string(state));
    put(to, "messages", view->feed.message);
    put(to, "gaps", view->channel.gap);
    put(to, "packets_refused", commands_packets_refused(view));
    put(to, "decisions", commands->engine.decision);
}

static void venue_put(json_t *to, struct commands *commands)
{
    struct watch_venue venue = {0};
    match_stage_view(commands->plan.polluxd->launch.venue->match, &venue.match);
    json_object_set_new(to, "venue", json_string(watch_venue_day(&venue)));
    put(to, "venue_orders", venue.match.orders);
    put(to, "venue_requests", venue.match.request);
}

void commands_status(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct polluxd *polluxd = commands->plan.polluxd;
    const struct launch *launch = &polluxd->launch;
    char roles[64];
    struct text text = text_in(roles, sizeof roles);
    if (launch->feed) text_append(&text, "feed ");
    if (launch->gateway) text_append(&text, "gateway ");
    if (launch->venue) text_append(&text, "venue ");
    if (text.length > 0) roles[text.length - 1] = 0;
    json_t *status = json_pack("{s:s, s:s, s:s}", "name", polluxd->config->name, "version",
                               POLLUX_VERSION, "roles", roles);
    put(status, "up_seconds", (commands_now() - commands->begun) / NANOS_SECOND);
    int64_t error = net_clock_error_ns(&launch->net_clock);
    put(status, "clock_ahead_ns", error < 0 ? (uint64_t)-error : 0);
    if (launch->gateway) trading_put(status, commands);
    if (launch->feed) feed_put(status, commands);
    if (launch->venue) venue_put(status, commands);
    command_call_answer(call, status);
}

/* lcores */

static json_t *stage_show(const struct launch *launch, uint32_t lcore, const struct stage *stage)
{
    static const char *const states[] = {"boot", "run", "halt", "done"};
    const struct stage_counters *counters = &stage->counters;
    const struct clock *clock = &launch->clock;
    uint64_t busy = counter_read(&counters->ticks_busy), idle = counter_read(&counters->ticks_idle);
    uint64_t heard = counter_read(&launch->lcore[lcore]->heartbeat_tsc), now = clock_now();
    char percent[16];
    struct text text = text_in(percent, sizeof percent);
    text_decimal(&text, busy + idle ? (int64_t)(busy * 1000 / (busy + idle)) : 0, 1, 1);
    return json_pack(
        "{s:i, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "cpu", (int)launch->plan.cpu[lcore],
        "stage", stage->kind->name, "state", states[lcore_state(launch->lcore[lcore])],
        "heartbeat_age_ns", commands_count(now > heard ? clock_ns(clock, now - heard) : 0),
        "turns_busy", commands_count(counter_read(&counters->turn_busy)), "turns_idle",
        commands_count(counter_read(&counters->turn_idle)), "busy_percent", percent, "longest_ns",
        commands_count(clock_ns(clock, counter_read(&counters->turn_longest_ticks))), "work",
        commands_count(counter_read(&counters->work)));
}

void commands_lcores(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    json_t *rows = json_array();
    for (uint32_t i = 0; i < launch->lcores; i++)
        for (uint32_t k = 0; k < launch->lcore[i]->plan.stages; k++)
            json_array_append_new(rows, stage_show(launch, i, launch->lcore[i]->plan.stage[k]));
    command_call_answer(call, json_pack("{s:o}", "lcores", rows));
}

/* latency */

/* What was never measured took no 0 ns. */
static json_t *measured(bool any, uint64_t ns)
{
    return any ? commands_count(ns) : json_null();
}

static json_t *latency_show(struct commands *commands, const char *name,
                            const struct histogram *histogram)
{
    histogram_copy(commands->scratch, histogram);
    struct histogram_summary is = histogram_summarize(commands->scratch);
    histogram_summary_to_ns(&is, &commands->plan.polluxd->launch.clock);
    bool any = is.count > 0;
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "name", name, "p50_ns",
                     measured(any, is.p50), "p90_ns", measured(any, is.p90), "p99_ns",
                     measured(any, is.p99), "p99_9_ns", measured(any, is.p99_9), "max_ns",
                     measured(any, is.max), "count", commands_count(is.count));
}

void commands_latency(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const bool trades = launch->gateway, feeds = launch->feed, runs = launch->venue;
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[] = {
        {"packet to order", trades ? engine_stage_reaction(launch->engine) : NULL},
        {"order to answer", trades ? engine_stage_answers(launch->engine) : NULL},
        {"packet to books published", feeds ? feed_stage_latency(launch->feed) : NULL},
        {"packet to decision", feeds ? engine_stage_latency(launch->engine) : NULL},
        {"one decision", feeds ? engine_stage_decision(launch->engine) : NULL},
        {"request to answer", runs ? match_stage_latency(launch->venue->match) : NULL},
        {"request to frame", runs ? gate_stage_latency(launch->venue->gate) : NULL},
    };
    json_t *list = json_array();
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].histogram)
            json_array_append_new(list, latency_show(commands, rows[i].name, rows[i].histogram));
    command_call_answer(call, json_pack("{s:o}", "latencies", list));
}

/* events */

void commands_happened(struct commands *commands, const char *line)
{
    if (!commands) return;
    struct text slot =
        text_in(commands->event[commands->events++ % COMMAND_EVENTS_MAX], COMMANDS_EVENT_BYTES);
    text_append(&slot, line);
}

void commands_events(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    uint64_t count = (uint64_t)command_call_whole(call, "count", EVENTS_USUAL);
    uint64_t from = commands->events > count ? commands->events - count : 0;
    json_t *list = json_array();
    for (uint64_t i = from; i < commands->events; i++) {
        json_t *line = json_string(commands->event[i % COMMAND_EVENTS_MAX]);
        json_array_append_new(list, json_pack("{s:o?}", "event", line));
    }
    command_call_answer(call, json_pack("{s:o}", "events", list));
}
