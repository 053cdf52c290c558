#ifndef DATAPLANE_BASE_CLOCK_SETUP_H
#define DATAPLANE_BASE_CLOCK_SETUP_H

/* How a clock is made on the machine itself.  Cold, except clock_now: the only place where the time
 * stamp counter is read, for the edges (net, stage, launch, apps, bench) and nobody else. */

#include "dataplane/base/clock.h"
#include "dataplane/base/text.h"

#include <x86intrin.h>

/* The counter, now.  About 10 ns; not ordered against loads and stores around it. */
static inline uint64_t clock_now(void)
{
    return __rdtsc();
}

/* Measures the counter's rate against CLOCK_MONOTONIC_RAW for span_ns (20 ms give 1 part in 10^5,
 * 100 ms give 2 in 10^6 on a quiet machine), and reads the time of day beside it.  false if the
 * counter cannot serve as a clock; then a sentence was appended to problems. */
MUST_USE bool clock_calibrate(struct clock *clock, uint64_t span_ns, struct text *problems);

/* Reads both clocks again and moves the base there; the rate stays.  Housekeeping of the control
 * side calls it now and then, on a copy, so that the time of day follows its servo. */
void clock_rebase(struct clock *clock);

#endif
