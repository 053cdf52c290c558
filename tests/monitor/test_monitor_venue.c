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

#define SPECS(S)                                                                                   \
    S(snapshots_that_can_be_made_no_more_are_an_alarm_for_as_long)                                 \
    S(a_snapshot_that_is_refused_is_told)
SPEC_MAIN("monitor: a venue", SPECS, box_begin, box_end)
