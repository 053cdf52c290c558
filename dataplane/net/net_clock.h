#ifndef DATAPLANE_NET_NET_CLOCK_H
#define DATAPLANE_NET_NET_CLOCK_H

/* The time of day for live links: the time stamp counter as nanoseconds since the epoch, steered so
 * that it stays with the system's clock for months and never jumps.
 *
 *     rate    a counter measured for 100 ms is wrong by parts in a million: seconds in a week
 *     steer   about once a second somebody cold shows the system's time; the rate is then chosen so
 *             that half of what is wrong will be gone a second later
 *
 * Guarantees: between two jumps the time never runs backwards, and never faster or slower than the
 * counter by more than NET_CLOCK_SLEW_MAX.  A difference above NET_CLOCK_JUMP_NS (somebody set the
 * system's clock) is taken over at once and counted.
 *
 * Threads: net_clock_time from any; net_clock_steer from one.  Cost: one multiplication and two
 * loads of a word that changes once a second; no system call. */

#include "dataplane/base/clock.h"

#include <stdatomic.h>

#define NET_CLOCK_SLEW_MAX 2000u        /* one part in 2000: 500 us a second */
#define NET_CLOCK_JUMP_NS  NANOS_SECOND /* more would take half an hour to slew away */

struct net_clock {
    /* Private.  Read by anyone, written by the steering thread. */
    CACHE_ALIGNED _Atomic uint32_t version; /* odd while the next three are being written */
    _Atomic uint64_t ns_per_tick;           /* fixed point, CLOCK_PLACES binary places */
    _Atomic uint64_t base_tsc;
    _Atomic nanos_t base_ns;

    _Atomic uint64_t jumps;
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

static inline uint64_t net_clock_jumps(const struct net_clock *clock)
{
    return atomic_load_explicit(&clock->jumps, memory_order_relaxed);
}

static inline int64_t net_clock_error_ns(const struct net_clock *clock)
{
    return atomic_load_explicit(&clock->error_ns, memory_order_relaxed);
}

#endif
