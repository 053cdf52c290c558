/* A scrape, read back by a reader of its own: every counter of every table is there, with its
 * number, once; and the laws hold within it. */

#include "control/command/command_server.h"
#include "control/metrics/exposition.h"
#include "control/metrics/metrics.h"
#include "control/monitor/reasons.h"
#include "tests/metrics/scrape.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct views *views;
static struct monitor *monitor;
static struct metrics_http_counts http;
static struct command_server_counts control;
static struct command_desk_counts desk;
static struct command_record_counts record;
static struct scrape *scrape;
static char *page;

static void before_each(void)
{
    views = calloc(1, sizeof *views);
    monitor = monitor_new();
    scrape = calloc(1, sizeof *scrape);
    page = malloc(METRICS_BYTES_MAX);
    if (!views || !monitor || !scrape || !page) abort();
    views->version = "1.2.3";
    views->name = "box";
    views->wall_ns = 1000 * NANOS_SECOND;
    views->begun_ns = 990 * NANOS_SECOND;
    views->has_feed = views->has_gateway = views->has_venue = views->has_capture = true;
    views->has_redis = true;
    views->ports = views->rings = views->journals = 1;
    views->port[0].name = "market";
    memcpy(views->ring[0].name, "requests", sizeof "requests");
    views->journal[0].of = "gateway";
}

static void after_each(void)
{
    free(views);
    monitor_free(monitor);
    free(scrape);
    free(page);
}

static void print(void)
{
    struct text out = text_in(page, METRICS_BYTES_MAX);
    metrics_print(&out, &(struct metrics_source){.views = views,
                                                 .monitor = monitor,
                                                 .http = &http,
                                                 .control = &control,
                                                 .desk = &desk,
                                                 .record = &record});
    EXPECT(!out.cut);
    bool right = scrape_read(scrape, page);
    spec_expect(__FILE__, __LINE__, right, "%s", scrape->problem);
}

#define EXPECT_NUMBER(actual, expected)                                                            \
    do {                                                                                           \
        double actual_ = (actual), expected_ = (double)(expected);                                 \
        spec_expect(__FILE__, __LINE__, actual_ == expected_, "%s is %.9f, expected %.9f",         \
                    #actual, actual_, expected_);                                                  \
    } while (0)

static double sum(const char *name)
{
    return scrape_sum(scrape, name, NULL, NULL);
}

/* Each row of these tables gets a number of its own. */
#define SET_ROW(row, help)     at->row = ++number;
#define CHECK_ROW(row, help)   EXPECT_NUMBER(sum(PREFIX #row "_total"), ++number);
#define CHECK_GAUGE(row, help) EXPECT_NUMBER(sum(PREFIX #row), ++number);

static void tables_set(void)
{
    uint64_t number = 1000;
    {
        struct engine_gateway_view *at = &views->gateway;
        GATEWAY_COUNTERS(SET_ROW)
        ENGINE_GATEWAY_COUNTERS(SET_ROW)
    }
    {
        struct gate_view *at = &views->gate;
        GATE_COUNTERS(SET_ROW)
    }
    {
        struct tcp_counts *at = &views->gate.tcp;
        TCP_COUNTERS(SET_ROW)
    }
    {
        struct inet_counts *at = &views->feed.host.inet;
        INET_COUNTERS(SET_ROW)
    }
    {
        struct net_statistics *at = &views->port[0].is;
        NET_STATISTICS(SET_ROW)
    }
    {
        struct recorder_view *at = &views->capture;
        RECORDER_COUNTS(SET_ROW)
    }
    {
        struct redis_view *at = &views->redis;
        REDIS_COUNTERS(SET_ROW)
    }
    {
        struct views_ring *at = &views->ring[0];
        VIEWS_RING_COUNTERS(SET_ROW)
    }
    {
        struct views_journal *at = &views->journal[0];
        JOURNAL_COUNTS(SET_ROW)
        JOURNAL_LEVELS(SET_ROW)
    }
    {
        struct command_server_counts *at = &control;
        COMMAND_SERVER_COUNTERS(SET_ROW)
        COMMAND_SERVER_GAUGES(SET_ROW)
    }
    {
        struct command_record_counts *at = &record;
        COMMAND_RECORD_COUNTERS(SET_ROW)
    }
    {
        struct command_desk_counts *at = &desk;
        COMMAND_DESK_COUNTERS(SET_ROW)
        COMMAND_DESK_GAUGES(SET_ROW)
    }
}

SPEC(what_a_venue_may_run_out_of_is_a_metric_beside_how_much_there_is)
{
    views->gate.stream_chunks = 65536;
    views->gate.streams.chunks = 20000;
    views->match.stream_reserve = 40455;
    views->match.tokens = 943719;
    views->match.tokens_max = 1048576;
    views->gate.spin.refused = 9;
    views->gate.spin.missed = 91;
    views->gate.spin.lag = 7;
    print();
    EXPECT_NUMBER(sum("pollux_gate_stream_chunks"), 65536);
    EXPECT_NUMBER(sum("pollux_gate_stream_chunks_used"), 20000);
    EXPECT_NUMBER(sum("pollux_match_stream_reserve"), 40455);
    EXPECT_NUMBER(sum("pollux_match_tokens"), 943719);
    EXPECT_NUMBER(sum("pollux_match_tokens_max"), 1048576);
    EXPECT_NUMBER(sum("pollux_gate_shadow_refused_total"), 9);
    EXPECT_NUMBER(sum("pollux_gate_shadow_missed_total"), 91);
    EXPECT_NUMBER(sum("pollux_gate_shadow_lag"), 7);
}

SPEC(every_counter_of_every_table_is_a_metric_with_its_number)
{
    tables_set();
    print();
    uint64_t number = 1000;
#define PREFIX "pollux_gateway_"
    GATEWAY_COUNTERS(CHECK_ROW)
    ENGINE_GATEWAY_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_gate_"
    GATE_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_gate_tcp_"
    TCP_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_feed_inet_"
    INET_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_port_"
    NET_STATISTICS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_capture_"
    RECORDER_COUNTS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_redis_"
    REDIS_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_ring_"
    VIEWS_RING_COUNTERS(CHECK_ROW)
#undef PREFIX
#define PREFIX "pollux_journal_"
    JOURNAL_COUNTS(CHECK_ROW)
    JOURNAL_LEVELS(CHECK_GAUGE)
#undef PREFIX
#define PREFIX "pollux_control_"
    COMMAND_SERVER_COUNTERS(CHECK_ROW)
    COMMAND_SERVER_GAUGES(CHECK_GAUGE)
    COMMAND_RECORD_COUNTERS(CHECK_ROW)
    COMMAND_DESK_COUNTERS(CHECK_ROW)
    COMMAND_DESK_GAUGES(CHECK_GAUGE)
#undef PREFIX
}

SPEC(a_box_without_a_control_socket_says_nothing_of_one)
{
    struct text out = text_in(page, METRICS_BYTES_MAX);
    metrics_print(&out, &(struct metrics_source){.views = views});
    EXPECT(strstr(page, "pollux_control_") == NULL);
}

SPEC(what_is_left_out_of_a_view_is_counted)
{
    views->gateway.strategies = 40;
    views->gateway.holdings = 1000;
    views->gateway.open = 123;
    views->gateway.profit = -5 * PRICE_ONE;
    for (uint32_t i = 0; i < ENGINE_VIEW_STRATEGIES; i++)
        (void)snprintf(views->gateway.strategy[i].name, 8, "s%u", i);
    for (uint32_t i = 0; i < ENGINE_VIEW_HOLDINGS; i++)
        (void)snprintf(views->gateway.holding[i].strategy, 8, "s%u", i);
    print();
    EXPECT_NUMBER(sum("pollux_gateway_strategies"), 40);
    EXPECT_NUMBER(sum("pollux_gateway_holdings"), 1000);
    EXPECT_NUMBER(sum("pollux_gateway_open"), 123);
    EXPECT_NUMBER(sum("pollux_gateway_profit"), -5);
}

/* Forty strategies with a position each, of which the view has room for sixteen and thirty-two. */
static struct views_census census_of_forty(void)
{
    static struct engine_view_strategy strategy[40];
    static struct engine_view_holding holding[40];
    views->gateway.strategies = views->gateway.holdings = 40;
    for (uint32_t i = 0; i < 40; i++) {
        (void)snprintf(strategy[i].name, sizeof strategy[i].name, "s%u", i);
        strategy[i].counts.order = 100 + i;
        strategy[i].profit = -(int64_t)i * PRICE_ONE;
        memcpy(holding[i].strategy, strategy[i].name, sizeof holding[i].strategy);
        memcpy(holding[i].symbol, "ACME    ", 8);
        holding[i].is.position = (qty_t)i * QTY_ONE;
        if (i < ENGINE_VIEW_STRATEGIES) views->gateway.strategy[i] = strategy[i];
        if (i < ENGINE_VIEW_HOLDINGS) views->gateway.holding[i] = holding[i];
    }
    return (struct views_census){
        .strategies = 40, .strategy = strategy, .holdings = 40, .holding = holding};
}

SPEC(strategies_and_positions_beyond_the_view_are_those_of_the_census)
{
    views->census = census_of_forty();
    print();
    EXPECT_NUMBER(sum("pollux_strategy_order_total"), 40 * 100 + 39 * 40 / 2);
    EXPECT_NUMBER(sum("pollux_strategy_profit"), -39 * 40 / 2);
    EXPECT_NUMBER(sum("pollux_position"), 39 * 40 / 2);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_order_total", "strategy", "s39"), 139);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_position", "strategy", "s39"), 39);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_state", "strategy", "s39"), 1);
}

SPEC(until_there_is_a_census_those_of_the_view_are_shown)
{
    (void)census_of_forty();
    print();
    EXPECT_NUMBER(sum("pollux_strategy_order_total"), 16 * 100 + 15 * 16 / 2);
    EXPECT_NUMBER(sum("pollux_position"), 31 * 32 / 2);
}

SPEC(what_the_view_has_room_for_is_of_the_moment_of_all_else_in_it)
{
    views->census = census_of_forty();
    views->gateway.strategies = views->gateway.holdings = 16;
    views->gateway.strategy[3].counts.order = 1000;
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_order_total", "strategy", "s3"), 1000);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_order_total", "strategy", "s20"),
                  -1); /* none */
    EXPECT_NUMBER(sum("pollux_position"), 15 * 16 / 2);
}

SPEC(a_box_of_any_roles_has_a_scrape_that_keeps_the_format)
{
    for (uint32_t roles = 0; roles < 8; roles++) {
        views->has_feed = roles & 1;
        views->has_gateway = roles & 2;
        views->has_venue = roles & 4;
        print();
        EXPECT((sum("pollux_feed_packet_received_total") >= 0) == views->has_feed);
        EXPECT((sum("pollux_gateway_intent_total") >= 0) == views->has_gateway);
        EXPECT((sum("pollux_match_request_total") >= 0) == views->has_venue);
        EXPECT_NUMBER(scrape_sum(scrape, "pollux_build_info", "version", "1.2.3"), 1);
        EXPECT_NUMBER(sum("pollux_up_seconds"), 10);
        EXPECT_NUMBER(sum("process_start_time_seconds"), 990);
    }
}

SPEC(counters_end_in_total_and_nothing_else_does)
{
    print();
    for (uint32_t i = 0; i < scrape->families; i++) {
        const char *name = scrape->family[i].name;
        size_t length = strlen(name);
        bool total = length > 6 && strcmp(name + length - 6, "_total") == 0;
        bool counter = strcmp(scrape->family[i].type, "counter") == 0;
        spec_expect(__FILE__, __LINE__, total == counter, "%s is a %s", name,
                    scrape->family[i].type);
        bool ours = strncmp(name, "pollux_", 7) == 0 || strncmp(name, "process_", 8) == 0;
        spec_expect(__FILE__, __LINE__, ours, "%s", name);
    }
    EXPECT(scrape->families > 150);
}

/* Every packet and message has one fate. */
static void flow_draw(struct chance *chance)
{
    struct feed_view *feed = &views->feed;
    memset(feed, 0, sizeof *feed);
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++) {
        feed->status[i] = chance_between(chance, 0, 100);
        feed->frame += feed->status[i];
    }
    uint64_t datagrams = feed->status[FRAME_OK];
    for (; datagrams > 0; datagrams--)
        feed->channel.datagram[chance_between(chance, 0, CHANNEL_STATUS_COUNT - 1)]++;
    feed->sliced = chance_between(chance, 0, 9);
    feed->bad_checksum_nic = chance_between(chance, 0, 9);
    feed->other_destination = chance_between(chance, 0, 9);
    feed->frame += feed->sliced + feed->bad_checksum_nic + feed->other_destination;
    for (uint32_t i = 0; i < ITCH_STATUS_COUNT; i++) {
        feed->feed.status[i] = chance_between(chance, 0, 100);
        feed->feed.message += feed->feed.status[i];
    }
    for (uint64_t i = chance_between(chance, 0, feed->feed.status[ITCH_OK]); i > 0; i--)
        feed->book.command[chance_between(chance, 0, BOOK_STATUS_COUNT - 1)]++;
    for (uint32_t i = 0; i < RISK_VERDICT_COUNT; i++)
        views->gateway.risk[i] = chance_between(chance, 0, 100);
}

SPEC(in_one_scrape_received_is_accepted_and_all_reasons)
{
    struct spec_seeds seeds = spec_seeds(30);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        flow_draw(&chance);
        EXPECT(reasons_add_up(&views->feed));
        print();
        EXPECT_NUMBER(sum("pollux_feed_packet_accepted_total") +
                          sum("pollux_feed_packet_dropped_total"),
                      sum("pollux_feed_packet_received_total"));
        EXPECT_NUMBER(sum("pollux_feed_message_accepted_total") +
                          sum("pollux_feed_message_dropped_total"),
                      sum("pollux_feed_message_received_total"));
        EXPECT_NUMBER(sum("pollux_risk_passed_total") + sum("pollux_risk_refused_total"),
                      sum("pollux_risk_check_total"));
    }
}

SPEC(a_state_is_one_for_the_state_it_is_in_and_zero_for_the_others)
{
    views->feed.channel_state = MARKET_GAP;
    views->gateway.venues = 1;
    memcpy(views->gateway.venue[0].name, "box", sizeof "box");
    views->gateway.venue[0].session.state = ORDER_HOST_UP;
    views->gateway.state = RISK_HALTED;
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_feed_state", "state", "GAP"), 1);
    EXPECT_NUMBER(sum("pollux_feed_state"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_session_state", "state", "up"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_session_state", "venue", "box"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_gateway_state", "state", "HALTED"), 1);
    EXPECT_NUMBER(sum("pollux_gateway_state"), 1);
}

SPEC(times_are_quantiles_in_seconds_with_their_sum_and_count)
{
    views->latencies = 1;
    views->latency[0] = (struct views_latency){.path = "decision",
                                               .sum_ns = 2500 * NANOS_MILLI,
                                               .ns = {.count = 7,
                                                      .p50 = 100,
                                                      .p90 = 1500,
                                                      .p99 = 2000000,
                                                      .p99_9 = NANOS_SECOND,
                                                      .max = 3 * NANOS_SECOND}};
    print();
    EXPECT_TEXT(scrape_type(scrape, "pollux_latency_seconds"), "summary");
    const char *name = "pollux_latency_seconds";
    EXPECT_NUMBER(scrape_sum(scrape, name, "quantile", "0.5"), 0.0000001);
    EXPECT_NUMBER(scrape_sum(scrape, name, "quantile", "0.9"), 0.0000015);
    EXPECT_NUMBER(scrape_sum(scrape, name, "quantile", "0.99"), 0.002);
    EXPECT_NUMBER(scrape_sum(scrape, name, "quantile", "0.999"), 1);
    EXPECT_NUMBER(sum("pollux_latency_seconds_sum"), 2.5);
    EXPECT_NUMBER(sum("pollux_latency_seconds_count"), 7);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_latency_max_seconds", "path", "decision"), 3);
}

SPEC(money_has_all_its_places_and_its_sign)
{
    views->gateway.strategies = views->gateway.holdings = 1;
    memcpy(views->gateway.strategy[0].name, "maker", sizeof "maker");
    views->gateway.strategy[0].profit = -123456789;
    views->gateway.holding[0].is.position = -5 * QTY_ONE;
    memcpy(views->gateway.holding[0].symbol, "ACME    ", 8);
    print();
    EXPECT(strstr(page, "pollux_strategy_profit{strategy=\"maker\"} -1.23456789\n") != NULL);
    EXPECT(strstr(page, "symbol=\"ACME\"") != NULL);
    EXPECT_NUMBER(sum("pollux_position"), -5);
}

SPEC(a_view_that_names_more_than_it_shows_is_not_read_beyond)
{
    views->gateway.strategies = views->gateway.venues = views->gateway.holdings = 1000000;
    views->engine.delegates = views->gate.sessions = 1000000;
    char *text = page;
    struct text out = text_in(text, METRICS_BYTES_MAX);
    metrics_print(&out, &(struct metrics_source){.views = views});
    EXPECT(!out.cut);
}

SPEC(what_strategies_show_of_themselves_is_a_gauge_by_its_name_and_what_is_left_out_is_counted)
{
    static struct engine_view_gauge gauge[] = {{"maker", "quotes", 12}, {"maker", "skew", -3},
                                               {"maker", "skew", 4},    {"taker", "skew", 5},
                                               {"taker", "\xc3", 6},    {"taker", "\xff", 7}};
    views->census =
        (struct views_census){.gauges = ARRAY_COUNT(gauge), .gauge = gauge, .gauges_all = 600};
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_gauge", "name", "quotes"), 12);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_gauge", "strategy", "maker"), 9);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_strategy_gauge", "strategy", "taker"), 11);
    EXPECT_NUMBER(sum("pollux_gateway_gauges"), 600);
    EXPECT_NUMBER(sum("pollux_gateway_gauges_unshown"), 596);
}

SPEC(alerts_are_metrics_until_they_have_cleared_and_are_counted_by_severity)
{
    monitor_look(monitor, views);
    monitor_tell(monitor, MONITOR_SESSION_DOWN, "box", true, "");
    monitor_tell(monitor, MONITOR_HALTED, "", true, "");
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alert_active", "code", "session_down"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alert_active", "of", "box"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alerts", "severity", "alarm"), 1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alerts", "acknowledged", "true"), 0);
    EXPECT_UINT(monitor_acknowledge(monitor, 1, "ann"), ALERT_TAKEN);
    monitor_tell(monitor, MONITOR_HALTED, "", false, "");
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alerts", "acknowledged", "true"), 1);
    /* A scrape every five seconds sees what held for one look. */
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alert_active", "code", "halted"), 1);
    views->now_ns += ALERTS_REST_NS;
    monitor_look(monitor, views);
    monitor_tell(monitor, MONITOR_HALTED, "", false, "");
    print();
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alert_active", "code", "halted"), -1);
    EXPECT_NUMBER(scrape_sum(scrape, "pollux_alerts", "severity", "warning"), 1);
}

SPEC(label_values_come_back_as_they_were_and_other_bytes_as_question_marks)
{
    static const char hard[] = "a\\b\"c\nd{e}=,#";
    struct text out = text_in(page, METRICS_BYTES_MAX);
    exposition_family(&out, &(struct exposition_family){"x", EXPOSITION_GAUGE, "of\na \\ kind"});
    struct exposition_labels labels = exposition_of("one", hard, "two", "\xc3\x28\xff", NULL);
    exposition_sample(&out, "x", &labels, 1);
    EXPECT(scrape_read(scrape, page));
    EXPECT_UINT(scrape->samples, 1);
    EXPECT_TEXT(scrape->sample[0].label[0].value, hard);
    EXPECT_TEXT(scrape->sample[0].label[1].value, "?(?");
    EXPECT(strstr(page, "of\\na \\\\ kind\n") != NULL);
}

SPEC(a_page_without_room_says_that_it_was_cut)
{
    for (size_t room = 1; room < 20000; room += 997) {
        struct text out = text_in(page, room);
        metrics_print(&out, &(struct metrics_source){.views = views});
        EXPECT(out.cut);
    }
}

#define SPECS(S)                                                                                   \
    S(what_a_venue_may_run_out_of_is_a_metric_beside_how_much_there_is)                            \
    S(every_counter_of_every_table_is_a_metric_with_its_number)                                    \
    S(a_box_without_a_control_socket_says_nothing_of_one)                                          \
    S(what_is_left_out_of_a_view_is_counted)                                                       \
    S(strategies_and_positions_beyond_the_view_are_those_of_the_census)                            \
    S(until_there_is_a_census_those_of_the_view_are_shown)                                         \
    S(what_the_view_has_room_for_is_of_the_moment_of_all_else_in_it)                               \
    S(a_box_of_any_roles_has_a_scrape_that_keeps_the_format)                                       \
    S(counters_end_in_total_and_nothing_else_does)                                                 \
    S(in_one_scrape_received_is_accepted_and_all_reasons)                                          \
    S(a_state_is_one_for_the_state_it_is_in_and_zero_for_the_others)                               \
    S(times_are_quantiles_in_seconds_with_their_sum_and_count)                                     \
    S(money_has_all_its_places_and_its_sign)                                                       \
    S(a_view_that_names_more_than_it_shows_is_not_read_beyond)                                     \
    S(what_strategies_show_of_themselves_is_a_gauge_by_its_name_and_what_is_left_out_is_counted)   \
    S(alerts_are_metrics_until_they_have_cleared_and_are_counted_by_severity)                      \
    S(label_values_come_back_as_they_were_and_other_bytes_as_question_marks)                       \
    S(a_page_without_room_says_that_it_was_cut)
SPEC_MAIN("metrics", SPECS, before_each, after_each)
