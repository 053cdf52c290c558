/* What becomes of views: what lies under the stages, their journals, rings, captures and clocks. */

#include "tests/monitor/monitor_rig.h"

#include <stdio.h>
#include <string.h>

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

SPEC(a_trading_day_that_begins_is_told_once_and_one_that_the_start_found_too)
{
    views->gateway.day = 1;
    views->gateway.days = 3;
    live(1);
    EXPECT_TOLD("note day_begun: a trading day has begun: ");
    EXPECT(strstr(line, "(day 3 of its journal)") != NULL);
    live(1);
    EXPECT_SILENCE();
    EXPECT_TEXT(health(), "");
    box_end();
    box_begin();
    views->gateway.day = 1;
    look();
    EXPECT_TOLD("note day_begun: ");
}

SPEC(a_redis_server_that_is_away_for_long_is_an_alarm_until_it_is_back)
{
    views->has_redis = true;
    views->redis.connections = views->redis.connections_wanted = 3;
    live(20);
    EXPECT_SILENCE();
    views->redis.connections = 2;
    live(14);
    views->redis.connections = 3;
    live(1);
    views->redis.connections = 0;
    live(14);
    EXPECT_SILENCE();
    live(2);
    EXPECT_TOLD("alarm redis_away: the Redis server has been away for 15 seconds");
    EXPECT(strstr(line, "(0 of 3 connections are up)") != NULL);
    EXPECT_TEXT(health(), "");
    views->redis.connections = 3;
    live(6);
    EXPECT_TOLD("note redis_away: no more: ");
    EXPECT_UINT(alerts_listed(monitor_alerts(monitor)), 1); /* until somebody has seen it */
    EXPECT_UINT(MONITOR_REDIS_NS, 15 * NANOS_SECOND);       /* as its sentence says */
}

#define SPECS(S)                                                                                   \
    S(a_disk_that_does_not_follow_is_told_and_one_that_follows_slowly_is_not)                      \
    S(a_journal_that_has_failed_is_an_alarm)                                                       \
    S(rings_that_were_full_and_streams_that_are_broken_are_told)                                   \
    S(a_capture_that_drops_or_fails_is_told)                                                       \
    S(a_clock_is_off_only_if_something_is_known_of_it)                                             \
    S(a_clock_that_is_ahead_of_the_systems_by_more_than_a_second_is_told_until_they_meet)          \
    S(a_trading_day_that_begins_is_told_once_and_one_that_the_start_found_too)                     \
    S(a_redis_server_that_is_away_for_long_is_an_alarm_until_it_is_back)
SPEC_MAIN("monitor_machine", SPECS, box_begin, box_end)
