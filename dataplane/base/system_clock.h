#ifndef DATAPLANE_BASE_SYSTEM_CLOCK_H
#define DATAPLANE_BASE_SYSTEM_CLOCK_H

/* The system's clocks, in nanoseconds, for what may wait: people, files, sockets.  Stages have the
 * links' clock (clock.h) and never call these. */

#include "dataplane/base/units.h"

#include <time.h>

static inline nanos_t system_clock_read(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (nanos_t)now.tv_sec * NANOS_SECOND + (nanos_t)now.tv_nsec;
}

/* Since some moment; never goes back. */
static inline nanos_t system_clock_monotonic(void)
{
    return system_clock_read(CLOCK_MONOTONIC);
}

/* Since 1970, UTC; may be set by people. */
static inline nanos_t system_clock_wall(void)
{
    return system_clock_read(CLOCK_REALTIME);
}

#endif
