#ifndef DATAPLANE_NET_NET_CLOCK_H
#define DATAPLANE_NET_NET_CLOCK_H

/* The box's clock: the time stamp counter as nanoseconds since the epoch, steered so that it stays
 * with the system's clock for months.  Links, stages, timers and journals have their time from it
 * and from nothing else, so a time that went back, or stood, would stop all of them.
 *
 *     rate    a counter measured for 100 ms is wrong by parts in a million: seconds in a week
 *     steer   about once a second somebody cold shows the system's time; the rate is then chosen so
 *             that half of what is wrong will be gone a second later
 *     jump    the system's clock was set ahead by more than NET_CLOCK_JUMP_NS: taken over at once
 *     ahead   it was set back, or the journals know a later time: the clock runs on, slower by one
 *             part in NET_CLOCK_AHEAD_SLEW, until the system's time has come near
 *
 *         ns |        ours ____----         an hour set back is
 *            |   ____----    ____----       let come near over 100 hours,
 *            |  /    ____----   system      a minute over 100 minutes
 *            +---------------------------> ticks
 *
 * Guarantees: the time never runs backwards.  Between two jumps it is never faster than the counter
 * by more than one part in NET_CLOCK_SLEW_MAX; nor slower by more than that, or, while it is ahead
 * by more than NET_CLOCK_JUMP_NS, than one part in NET_CLOCK_AHEAD_SLEW: so timers are late by a
 * hundredth then, and a limit of so much a second is that much stricter.
 *
 * Threads: net_clock_time from any; net_clock_steer from one.  Cost: one multiplication and two
 * loads of a word that changes once a second; no system call. */

#include "dataplane/base/clock.h"

#include <stdatomic.h>

#define NET_CLOCK_SLEW_MAX 2000u        /* one part in 2000: 500 us a second */
#define NET_CLOCK_JUMP_NS  NANOS_SECOND /* more would take half an hour to slew away */

#define NET_CLOCK_AHEAD_SLEW 100u /* one part in 100: 10 ms a second */

struct net_clock {
    /* Private.  Read by anyone, written by the steering thread. */
    CACHE_ALIGNED _Atomic uint32_t version; /* odd while the next three are being written */
    _Atomic uint64_t ns_per_tick;           /* fixed point, CLOCK_PLACES binary places */
    _Atomic uint64_t base_tsc;
    _Atomic nanos_t base_ns;

    _Atomic uint64_t jumps;
    _Atomic uint64_t set_backs;
    _Atomic int64_t error_ns; /* system's time less ours, when last shown */

    /* Private to the steering thread. */
    CACHE_ALIGNED uint64_t nominal_ns_per_tick; /* as calibrated */
    uint64_t shown_tsc;                         /* when the system's time was last shown ... */
    nanos_t shown_ns;                           /* ... and what it was */
};

/* Starts from a calibrated clock. */
void net_clock_new(struct net_clock *clock, const struct clock *from);

/* The system's time was ns when the counter showed tsc.  Ignored within 100 ms of the last time. */
void net_clock_steer(struct net_clock *clock, uint64_t tsc, nanos_t ns);

/* The time is not before ns: what has been written down with a time is not of the future.  Before
 * anybody else reads the clock.  Cold. */
void net_clock_not_before(struct net_clock *clock, uint64_t tsc, nanos_t ns);

/* Reads the system's time and steers by it.  About once a second, from the control side.  Cold. */
void net_clock_follow(struct net_clock *clock);

static inline nanos_t net_clock_time(const struct net_clock *clock, uint64_t tsc)
{
    struct clock now;
    uint32_t before;
    /* Ends because the writer writes three words once a second. */
    do {
        /* Acquires the release that ended the write: the words below are at least that new. */
        before = atomic_load_explicit(&clock->version, memory_order_acquire);
        now.ns_per_tick = atomic_load_explicit(&clock->ns_per_tick, memory_order_acquire);
        now.base_tsc = atomic_load_explicit(&clock->base_tsc, memory_order_acquire);
        /* Each of the three acquires, so the version below is not read before them. */
        now.base_ns = atomic_load_explicit(&clock->base_ns, memory_order_acquire);
    } while (before % 2 != 0 ||
             before != atomic_load_explicit(&clock->version, memory_order_relaxed));
    return clock_time(&now, tsc);
}

/* Any thread. */

/* How often the system's clock was found set ahead, or back, by more than NET_CLOCK_JUMP_NS. */
static inline uint64_t net_clock_jumps(const struct net_clock *clock)
{
    return atomic_load_explicit(&clock->jumps, memory_order_relaxed);
}

static inline uint64_t net_clock_set_backs(const struct net_clock *clock)
{
    return atomic_load_explicit(&clock->set_backs, memory_order_relaxed);
}

/* Negative: the clock is ahead of the system's. */
static inline int64_t net_clock_error_ns(const struct net_clock *clock)
{
    return atomic_load_explicit(&clock->error_ns, memory_order_relaxed);
}

#endif
