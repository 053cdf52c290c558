/* What becomes of views: a box is drawn, looked at ten times a second, and what the monitor tells
 * is compared with what has happened to it. */

#include "tests/monitor/monitor_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

SPEC(a_quarantine_is_told_with_its_way_out_and_is_over_before_the_books_are_sound)
{
    views->feed.channel_state = MARKET_GAP;
    views->feed.quarantined = 1;
    live(2);
    EXPECT_TOLD("alarm feed_gap: ");
    EXPECT_TOLD("alarm feed_quarantine: ");
    EXPECT(strstr(monitor_events[MONITOR_FEED_QUARANTINE].remedy, "pollux feeds release") != NULL);
    views->feed.quarantined = 0;
    live(6);
    EXPECT_TOLD("note feed_quarantine: ");
    EXPECT(strstr(line, "no more: ") != NULL);
    EXPECT(begins(health(), "feed_gap"));
    EXPECT_SILENCE();
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
    box_end();
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

SPEC(a_strategy_that_says_more_than_there_is_room_for_is_told)
{
    live(1);
    views->gateway.intent_lost = 136;
    live(1);
    EXPECT_TOLD("warning intents_lost: ");
    EXPECT_SILENCE();
}

SPEC(what_was_refused_before_the_first_look_is_no_rate)
{
    box_end();
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
    S(a_quarantine_is_told_with_its_way_out_and_is_over_before_the_books_are_sound)                \
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
    S(a_strategy_that_says_more_than_there_is_room_for_is_told)                                    \
    S(what_was_refused_before_the_first_look_is_no_rate)                                           \
    S(an_acknowledgment_is_an_event_that_says_who_it_was)                                          \
    S(what_others_say_is_one_line_whatever_is_in_it)                                               \
    S(who_follows_too_slowly_sees_by_the_numbers_what_is_gone)
SPEC_MAIN("monitor", SPECS, box_begin, box_end)
