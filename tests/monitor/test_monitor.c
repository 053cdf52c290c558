/* What becomes of views: a box is drawn, looked at ten times a second, and what the monitor tells
 * is compared with what has happened to it. */

#include "control/monitor/monitor.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct monitor *monitor;
static struct views *views;
static uint64_t followed;
static char line[1024];

/* A feed on two lines, a gateway with two venues, a venue; all is well. */
static void box_draw(void)
{
    *views = (struct views){.now_ns = NANOS_SECOND,
                            .wall_ns = 1000 * NANOS_SECOND,
                            .version = "1",
                            .name = "box",
                            .lcores = 2,
                            .has_feed = true,
                            .has_gateway = true,
                            .has_venue = true,
                            .ports = 1,
                            .port = {{.name = "market"}},
                            .rings = 1,
                            .ring = {{.name = "requests"}}};
    for (uint32_t i = 0; i < 2; i++)
        views->lcore[i] = (struct views_lcore){.cpu = 4 + i, .runs = true, .heartbeat_tsc = 1};
    views->feed.channel_state = MARKET_LIVE;
    views->feed.line[LINE_A].group = views->feed.line[LINE_B].group = 0xe9000001;
    views->feed.channel.line[LINE_A].received = 100;
    views->feed.channel.line[LINE_B].received = 100;
    views->gateway.venues = 2;
    memcpy(views->gateway.venue[0].name, "box", sizeof "box");
    memcpy(views->gateway.venue[1].name, "crowd", sizeof "crowd");
    for (uint32_t i = 0; i < 2; i++) views->gateway.venue[i].session.state = ORDER_HOST_UP;
    views->gateway.state = RISK_ACTIVE;
}

static void look(void)
{
    views->now_ns += MONITOR_LOOK_NS;
    views->wall_ns += MONITOR_LOOK_NS;
    monitor_look(monitor, views);
}

static void beat(void)
{
    for (uint32_t i = 0; i < views->lcores; i++) views->lcore[i].heartbeat_tsc++;
}

/* So many seconds, in which all hearts beat. */
static void live(uint32_t seconds)
{
    for (uint64_t ns = 0; ns < seconds * NANOS_SECOND; ns += MONITOR_LOOK_NS) {
        beat();
        look();
    }
}

/* The next event as a line; "" if there is none. */
static const char *told(void)
{
    struct text out = text_in(line, sizeof line);
    const struct monitor_told *next = monitor_next(monitor, followed);
    if (!next) return line;
    followed = next->number;
    monitor_told_print(&out, next);
    return line;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

#define EXPECT_TOLD(words)                                                                         \
    do {                                                                                           \
        const char *told_ = told();                                                                \
        spec_expect(__FILE__, __LINE__, begins(told_, words), "told '%s', expected '%s'", told_,   \
                    words);                                                                        \
    } while (0)
#define EXPECT_SILENCE() EXPECT_TEXT(told(), "")

static const char *health(void)
{
    struct text out = text_in(line, sizeof line);
    monitor_health(monitor, &out);
    return line;
}

static void before_each(void)
{
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    if (!monitor || !views) abort();
    followed = 0;
    box_draw();
    look();
}

static void after_each(void)
{
    monitor_free(monitor);
    free(views);
}

SPEC(of_a_box_that_is_well_nothing_is_told)
{
    live(20);
    EXPECT_SILENCE();
    EXPECT_TEXT(health(), "");
    EXPECT(monitor_hearts_beat(monitor));
    EXPECT_UINT(monitor_counts(monitor)->look, 201);
}

SPEC(an_lcore_whose_heart_stops_is_silent_after_a_second_and_no_sooner)
{
    live(1);
    for (int i = 0; i < 9; i++) {
        views->lcore[0].heartbeat_tsc++;
        look();
    }
    EXPECT_SILENCE();
    EXPECT(monitor_hearts_beat(monitor));
    for (int i = 0; i < 2; i++) {
        views->lcore[0].heartbeat_tsc++;
        look();
    }
    EXPECT_TOLD("alarm lcore_silent 1: ");
    EXPECT(strstr(line, "(on core 5)") != NULL);
    EXPECT(!monitor_hearts_beat(monitor));
    EXPECT(begins(health(), "lcore_silent 1: "));
    beat();
    look();
    EXPECT_TEXT(health(), "");
    EXPECT(monitor_hearts_beat(monitor));
}

SPEC(nobody_is_silent_because_the_monitor_itself_was_stopped)
{
    live(1);
    for (int i = 0; i < 3; i++) {
        views->now_ns += 3600 * NANOS_SECOND;
        monitor_look(monitor, views);
    }
    EXPECT_SILENCE();
    EXPECT(monitor_hearts_beat(monitor));
}

SPEC(an_lcore_that_has_ended_in_order_is_not_silent)
{
    live(1);
    views->lcore[0].runs = views->lcore[1].runs = false;
    for (int i = 0; i < 50; i++) look();
    EXPECT_SILENCE();
}

SPEC(books_that_are_not_current_are_told_once_and_make_the_box_unhealthy)
{
    static const struct {
        enum market_state state;
        const char *told;
    } rows[] = {{MARKET_STALE, "alarm feed_stale: "},
                {MARKET_GAP, "alarm feed_gap: "},
                {MARKET_RECOVERING, "warning feed_recovering: "}};
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        views->feed.channel_state = rows[i].state;
        live(2);
        EXPECT_TOLD(rows[i].told);
        EXPECT_SILENCE();
        EXPECT(begins(health(), strchr(rows[i].told, ' ') + 1));
        views->feed.channel_state = MARKET_LIVE;
        live(6);
        EXPECT_TOLD("note feed_live: ");
        EXPECT_TOLD("note feed_");
        EXPECT(strstr(line, "no more: ") != NULL);
        EXPECT_SILENCE();
        EXPECT_TEXT(health(), "");
    }
    views->feed.channel_state = MARKET_CLOSED;
    live(1);
    EXPECT_TOLD("note feed_closed: ");
    EXPECT_TEXT(health(), "");
}

SPEC(a_hole_in_the_feed_and_a_line_that_loses_are_told_apart)
{
    live(1);
    views->feed.channel.line[LINE_B].lost = 3;
    live(1);
    EXPECT_TOLD("warning line_loses B: ");
    views->feed.channel.gap = 1;
    views->feed.channel.gap_message = 17;
    live(1);
    EXPECT_TOLD("alarm feed_lost: ");
    EXPECT(strstr(line, "17 messages in 1 holes") != NULL);
    EXPECT_SILENCE();
}

/* So many seconds, in which only line A brings something. */
static void live_on_a(uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds; i++) {
        views->feed.channel.line[LINE_A].received++;
        live(1);
    }
}

SPEC(a_line_that_is_silent_while_the_other_is_not_is_told_and_its_return)
{
    live_on_a(2);
    EXPECT_SILENCE();
    live_on_a(2);
    EXPECT_TOLD("warning line_silent B: ");
    EXPECT(strstr(line, "(100 datagrams since the start)") != NULL);
    EXPECT_TEXT(health(), "");
    views->feed.channel.line[LINE_B].received++;
    live(2);
    for (uint32_t i = 0; i < 6; i++) {
        views->feed.channel.line[LINE_B].received++;
        live_on_a(1);
    }
    EXPECT_TOLD("note line_silent B: no more: ");
    live(10); /* both */
    EXPECT_SILENCE();
    views->feed.line[LINE_B].group = 0; /* there is no other */
    live_on_a(10);
    EXPECT_SILENCE();
}

SPEC(what_both_lines_have_passed_over_is_no_lines_loss)
{
    live(1);
    views->feed.channel.line[LINE_A].lost = views->feed.channel.line[LINE_B].lost = 5000;
    live(1);
    EXPECT_SILENCE();
    views->feed.channel.line[LINE_A].lost = 5001;
    live(1);
    EXPECT_TOLD("warning line_loses A: ");
    EXPECT_SILENCE();
}

SPEC(frames_that_a_port_has_dropped_are_told_with_its_name)
{
    live(1);
    views->port[0].is.rx_missed = 12;
    live(1);
    EXPECT_TOLD("alarm port_loses market: ");
    EXPECT(strstr(line, "12") != NULL);
}

SPEC(a_session_that_breaks_is_told_at_once_and_so_is_its_return)
{
    live(1);
    views->gateway.venue[1].session.state = ORDER_HOST_DOWN;
    views->gateway.venue[1].session.reason = SOUPBIN_LOST;
    beat();
    look();
    EXPECT_TOLD("alarm session_down crowd: ");
    EXPECT(strstr(line, "(down, the connection broke)") != NULL);
    EXPECT_TEXT(health(), "");
    views->gateway.venue[1].session.state = ORDER_HOST_UP;
    live(6);
    EXPECT_TOLD("note session_down crowd: no more: ");
    EXPECT_SILENCE();
}

SPEC(a_session_that_logs_in_for_the_first_time_has_three_seconds_for_it)
{
    after_each();
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    if (!monitor || !views) abort();
    box_draw();
    views->gateway.venue[0].session.state = ORDER_HOST_CONNECTING;
    live(2);
    EXPECT_SILENCE();
    live(2);
    EXPECT_TOLD("alarm session_down box: ");
}

SPEC(orders_in_doubt_are_told_with_their_number)
{
    live(1);
    views->gateway.venue[0].slot[SLOT_UNKNOWN] = 4;
    live(1);
    EXPECT_TOLD("alarm order_doubt box: ");
    EXPECT(strstr(line, "(4 orders)") != NULL);
}

SPEC(a_halt_is_told_and_its_release)
{
    live(1);
    views->gateway.state = RISK_HALTED;
    live(1);
    EXPECT_TOLD("warning halted: ");
    views->gateway.state = RISK_ACTIVE;
    live(6);
    EXPECT_TOLD("note halted: no more: ");
}

SPEC(a_box_that_stops_in_order_raises_nothing)
{
    live(1);
    views->gateway.stopping = 1;
    views->gateway.state = RISK_HALTED;
    for (uint32_t i = 0; i < 2; i++) views->gateway.venue[i].session.state = ORDER_HOST_DOWN;
    live(5);
    EXPECT_SILENCE();
}

SPEC(refusals_are_told_when_there_are_many_in_a_second)
{
    for (uint32_t i = 0; i < 10 * 10; i++) { /* 100 a second is not many */
        views->gateway.refused += MONITOR_REFUSALS_RATE / 10;
        beat();
        look();
    }
    EXPECT_SILENCE();
    for (uint32_t i = 0; i < 2 * 10; i++) {
        views->gateway.refused += MONITOR_REFUSALS_RATE / 10 + 1;
        beat();
        look();
    }
    EXPECT_TOLD("warning risk_refuses: ");
    EXPECT_SILENCE();
    live(7);
    EXPECT_TOLD("note risk_refuses: no more: ");
}

SPEC(what_was_refused_before_the_first_look_is_no_rate)
{
    after_each();
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    if (!monitor || !views) abort();
    box_draw();
    views->gateway.refused = 1000000;
    views->gateway.drift = views->gateway.fill_unknown = 5;
    views->feed.channel.gap = 5;
    live(3);
    EXPECT_SILENCE();
}

SPEC(a_disk_that_does_not_follow_is_told_and_one_that_follows_slowly_is_not)
{
    live(1);
    for (uint32_t i = 0; i < 50; i++) {
        views->gateway.record += 100;
        if (i % 8 == 0) views->gateway.durable += 10;
        beat();
        look();
    }
    EXPECT_SILENCE();
    views->gateway.record += 1000;
    live(2);
    EXPECT_TOLD("warning journal_lag gateway: ");
    views->match.held = 1;
    live(2);
    EXPECT_TOLD("warning journal_lag venue: ");
    EXPECT_SILENCE();
}

SPEC(a_journal_that_has_failed_is_an_alarm)
{
    live(1);
    views->gateway.journal_dead = 1;
    views->match.dead = 1;
    views->gateway.journal_lost = 3;
    live(1);
    EXPECT_TOLD("alarm journal_dead gateway: ");
    EXPECT_TOLD("alarm journal_lost gateway: ");
    EXPECT_TOLD("alarm journal_dead venue: ");
}

SPEC(rings_that_were_full_and_streams_that_are_broken_are_told)
{
    live(1);
    views->gateway.copy_lost = 1;
    views->ring[0].full = 7;
    views->gate.streams_broken = 1;
    live(1);
    EXPECT_TOLD("warning ring_full requests: ");
    EXPECT_TOLD("warning ring_full drop copy: ");
    EXPECT_TOLD("alarm stream_broken: ");
}

SPEC(a_capture_that_drops_or_fails_is_told)
{
    views->has_capture = true;
    views->capture.ports = 1;
    live(1);
    EXPECT_SILENCE();
    views->capture.port[0].went_dropped = 3;
    live(1);
    EXPECT_TOLD("warning capture_drops: ");
    EXPECT(strstr(line, "(3 of this capture)") != NULL);
    views->capture.state = RECORDER_FAILED;
    live(1);
    EXPECT_TOLD("warning capture_failed: ");
    EXPECT_TEXT(health(), "");
}

SPEC(a_clock_is_off_only_if_something_is_known_of_it)
{
    views->clock = (struct views_clock){.known = false, .error_ns = 16 * NANOS_SECOND};
    live(1);
    EXPECT_SILENCE();
    views->clock.known = true;
    live(1);
    EXPECT_TOLD("warning clock_off: ");
    EXPECT(strstr(line, "(16000 ms at most)") != NULL);
}

SPEC(a_clock_that_is_ahead_of_the_systems_by_more_than_a_second_is_told_until_they_meet)
{
    views->clock.ahead_ns = (int64_t)NANOS_SECOND;
    live(1);
    EXPECT_SILENCE();
    views->clock.ahead_ns = 3600 * (int64_t)NANOS_SECOND;
    live(1);
    EXPECT_TOLD("warning clock_ahead: ");
    views->clock.ahead_ns = -3600 * (int64_t)NANOS_SECOND;
    live(6);
    EXPECT_TOLD("note clock_ahead: no more: ");
}

SPEC(an_acknowledgment_is_an_event_that_says_who_it_was)
{
    live(1);
    views->gateway.state = RISK_HALTED;
    live(1);
    EXPECT_TOLD("warning halted: ");
    EXPECT_UINT(monitor_acknowledge(monitor, 1, "ann (uid 1000)"), ALERT_TAKEN);
    EXPECT_TOLD("note acknowledged: ");
    EXPECT(strstr(line, "(halted, by ann (uid 1000))") != NULL);
    EXPECT_UINT(monitor_acknowledge(monitor, 1, "bob"), ALERT_TAKEN_BEFORE);
    EXPECT_UINT(monitor_acknowledge(monitor, 2, "bob"), ALERT_UNKNOWN);
    EXPECT_SILENCE();
}

SPEC(what_others_say_is_one_line_whatever_is_in_it)
{
    views->gateway.state = RISK_HALTED;
    live(1);
    EXPECT_TOLD("warning halted: ");
    EXPECT_UINT(monitor_acknowledge(monitor, 1, "ann\n<2>alarm\x7f"), ALERT_TAKEN);
    EXPECT_TOLD("note acknowledged: ");
    EXPECT(strstr(line, "(halted, by ann?<2>alarm?)") != NULL);
}

SPEC(who_follows_too_slowly_sees_by_the_numbers_what_is_gone)
{
    for (uint32_t i = 0; i < MONITOR_HISTORY + 100; i++)
        monitor_say(monitor, MONITOR_STARTED, "", "");
    EXPECT_UINT(monitor_newest(monitor), MONITOR_HISTORY + 100);
    const struct monitor_told *next = monitor_next(monitor, 0);
    EXPECT_UINT(next->number, 101);
    uint64_t count = 0;
    for (uint64_t after = 0; (next = monitor_next(monitor, after)); after = next->number) {
        EXPECT(next->number > after);
        count++;
    }
    EXPECT_UINT(count, MONITOR_HISTORY);
    EXPECT(monitor_next(monitor, MONITOR_HISTORY + 100) == NULL);
    EXPECT(monitor_next(monitor, UINT64_MAX) == NULL);
}

#define SPECS(S)                                                                                   \
    S(of_a_box_that_is_well_nothing_is_told)                                                       \
    S(an_lcore_whose_heart_stops_is_silent_after_a_second_and_no_sooner)                           \
    S(nobody_is_silent_because_the_monitor_itself_was_stopped)                                     \
    S(an_lcore_that_has_ended_in_order_is_not_silent)                                              \
    S(books_that_are_not_current_are_told_once_and_make_the_box_unhealthy)                         \
    S(a_hole_in_the_feed_and_a_line_that_loses_are_told_apart)                                     \
    S(a_line_that_is_silent_while_the_other_is_not_is_told_and_its_return)                         \
    S(what_both_lines_have_passed_over_is_no_lines_loss)                                           \
    S(frames_that_a_port_has_dropped_are_told_with_its_name)                                       \
    S(a_session_that_breaks_is_told_at_once_and_so_is_its_return)                                  \
    S(a_session_that_logs_in_for_the_first_time_has_three_seconds_for_it)                          \
    S(orders_in_doubt_are_told_with_their_number)                                                  \
    S(a_halt_is_told_and_its_release)                                                              \
    S(a_box_that_stops_in_order_raises_nothing)                                                    \
    S(refusals_are_told_when_there_are_many_in_a_second)                                           \
    S(what_was_refused_before_the_first_look_is_no_rate)                                           \
    S(a_disk_that_does_not_follow_is_told_and_one_that_follows_slowly_is_not)                      \
    S(a_journal_that_has_failed_is_an_alarm)                                                       \
    S(rings_that_were_full_and_streams_that_are_broken_are_told)                                   \
    S(a_capture_that_drops_or_fails_is_told)                                                       \
    S(a_clock_that_is_ahead_of_the_systems_by_more_than_a_second_is_told_until_they_meet)          \
    S(a_clock_is_off_only_if_something_is_known_of_it)                                             \
    S(an_acknowledgment_is_an_event_that_says_who_it_was)                                          \
    S(what_others_say_is_one_line_whatever_is_in_it)                                               \
    S(who_follows_too_slowly_sees_by_the_numbers_what_is_gone)
SPEC_MAIN("monitor", SPECS, before_each, after_each)
