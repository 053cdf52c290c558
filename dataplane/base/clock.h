#ifndef DATAPLANE_BASE_CLOCK_H
#define DATAPLANE_BASE_CLOCK_H

/* From ticks of the time stamp counter to nanoseconds and back, by multiplication.
 *
 * A clock is a value: how long a tick is, and one instant at which both the counter and the time of
 * day were read.  It reads neither; whoever polls the wire reads the counter and passes it down,
 * so everything below runs the same on recorded or invented time.
 *
 *     struct clock clock;                        launch:     clock_calibrate(&clock, ...)
 *     nanos_t now = clock_time(&clock, rx_tsc);  hot:        one multiplication, one shift
 *
 * The factors have 56 binary places: the error of a conversion is below 1 ns plus 1 part in 2^50
 * of the span, which is small against the error of the calibration itself.
 *
 * Threads: any; nothing changes after set-up.  Cost: 3-4 instructions. */

#include "dataplane/base/base.h"

#define CLOCK_HZ_MIN 100000000ull   /* 100 MHz: no counter we run on is slower */
#define CLOCK_HZ_MAX 10000000000ull /* 10 GHz */
#define CLOCK_PLACES 56u

struct clock {
    uint64_t ns_per_tick;  /* fixed point, CLOCK_PLACES binary places */
    uint64_t ticks_per_ns; /* the same */
    uint64_t base_tsc;     /* one instant by the counter ... */
    nanos_t base_ns;       /* ... and by the time of day */
    uint64_t hz;
};

/* A clock whose counter runs at hz (CLOCK_HZ_MIN..CLOCK_HZ_MAX) and showed tsc at time ns. */
struct clock clock_from_hz(uint64_t hz, uint64_t tsc, nanos_t ns);

/* Spans. */

static inline uint64_t clock_ns(const struct clock *clock, uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * clock->ns_per_tick >> CLOCK_PLACES);
}

static inline uint64_t clock_ticks(const struct clock *clock, uint64_t ns)
{
    return (uint64_t)((unsigned __int128)ns * clock->ticks_per_ns >> CLOCK_PLACES);
}

/* Instants.  Before the base they count backwards. */

static inline nanos_t clock_time(const struct clock *clock, uint64_t tsc)
{
    if (likely(tsc >= clock->base_tsc))
        return clock->base_ns + clock_ns(clock, tsc - clock->base_tsc);
    return clock->base_ns - clock_ns(clock, clock->base_tsc - tsc);
}

static inline uint64_t clock_tsc(const struct clock *clock, nanos_t time)
{
    if (likely(time >= clock->base_ns))
        return clock->base_tsc + clock_ticks(clock, time - clock->base_ns);
    return clock->base_tsc - clock_ticks(clock, clock->base_ns - time);
}

#endif
