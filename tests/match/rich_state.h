#ifndef TESTS_MATCH_RICH_STATE_H
#define TESTS_MATCH_RICH_STATE_H

/* A small engine in which every feature is alive at once: each kind of order, resting, waiting,
 * fired, asleep and held; every phase but one; spot, futures and plain; money, positions, fees. */

#include "tests/match/rig.h"

#define RICH_TIME (1000 * 86400 * NANOS_SECOND) /* midnight, when it begins */

enum { RICH_INSTRUMENTS = 6, RICH_ACCOUNTS = 5 };

struct match_limits rich_state_limits(void);
void rich_state_build(struct rig *rig);

#endif
