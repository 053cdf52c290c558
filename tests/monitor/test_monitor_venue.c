/* What becomes of a venue's views: what an operator is told before, and when, clients notice. */

#include "tests/monitor/monitor_rig.h"

#include <string.h>

SPEC(snapshots_that_can_be_made_no_more_are_an_alarm_for_as_long)
{
    live(1);
    EXPECT_SILENCE();
    views->gate.spin.refused = 9;
    live(1);
    EXPECT_TOLD("alarm snapshots_broken: ");
    EXPECT(strstr(line, "(9 refused, 0 missed)") != NULL);
    live(60);
    EXPECT_SILENCE();
    views->gate.spin.refused = 0; /* a start anew */
    live(6);
    EXPECT_TOLD("note snapshots_broken: no more: ");
    views->gate.spin.missed = 91;
    live(1);
    EXPECT_TOLD("alarm snapshots_broken: ");
    EXPECT(strstr(line, "(0 refused, 91 missed)") != NULL);
}

SPEC(a_snapshot_that_is_refused_is_told)
{
    live(1);
    views->gate.spin.join[SPIN_OK] = 5;
    views->gate.snapshot_refused = 3; /* of clients that asked for what there is not */
    live(1);
    EXPECT_SILENCE();
    views->gate.spin.join[SPIN_BUSY] = 1;
    live(1);
    EXPECT_TOLD("warning snapshot_refused: ");
    EXPECT(strstr(line, "(1 since the start)") != NULL);
    live(7);
    EXPECT_TOLD("note snapshot_refused: no more: ");
    views->gate.spin.join[SPIN_BROKEN] = 2;
    live(1);
    EXPECT_TOLD("warning snapshot_refused: ");
    EXPECT(strstr(line, "(3 since the start)") != NULL);
}

SPEC(answers_at_nine_tenths_of_what_new_orders_may_use_are_told)
{
    views->gate.stream_chunks = 65536;
    views->match.stream_reserve = 40455; /* 25,081 are left for orders */
    views->match.day = 1;
    views->gate.streams.chunks = 25081 - 2508 - 1;
    live(1);
    EXPECT_SILENCE();
    views->gate.streams.chunks++;
    live(1);
    EXPECT_TOLD("warning answers_used: ");
    EXPECT(strstr(line, "(22573 of 25081 chunks)") != NULL);
    EXPECT(strstr(monitor_events[MONITOR_ANSWERS_USED].remedy, "venue.answers_mib") != NULL);
    live(60);
    EXPECT_SILENCE();
    views->match.day = 2; /* no order is taken any more, whatever is left */
    live(6);
    EXPECT_TOLD("note answers_used: no more: ");
}

SPEC(answers_that_nobody_bounds_are_never_many)
{
    views->gate.streams.chunks = 1000;
    live(1);
    views->gate.stream_chunks = 1000;
    views->match.stream_reserve = 1000;
    live(1);
    EXPECT_SILENCE();
}

SPEC(tokens_at_nine_tenths_of_the_days_are_told)
{
    views->match.tokens = 5; /* nobody speaks OUCH 4.2 */
    live(1);
    views->match.tokens_max = 1048576;
    views->match.tokens = 1048576 - 104857 - 1;
    live(1);
    EXPECT_SILENCE();
    views->match.tokens++;
    live(1);
    EXPECT_TOLD("warning tokens_used: ");
    EXPECT(strstr(line, "(943719 of 1048576)") != NULL);
    live(60);
    EXPECT_SILENCE();
    views->match.tokens = 0; /* a new day */
    live(6);
    EXPECT_TOLD("note tokens_used: no more: ");
}

#define SPECS(S)                                                                                   \
    S(snapshots_that_can_be_made_no_more_are_an_alarm_for_as_long)                                 \
    S(a_snapshot_that_is_refused_is_told)                                                          \
    S(answers_at_nine_tenths_of_what_new_orders_may_use_are_told)                                  \
    S(answers_that_nobody_bounds_are_never_many)                                                   \
    S(tokens_at_nine_tenths_of_the_days_are_told)
SPEC_MAIN("monitor: a venue", SPECS, box_begin, box_end)
