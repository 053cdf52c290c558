#ifndef DATAPLANE_RISK_RISK_WINDOW_H
#define DATAPLANE_RISK_RISK_WINDOW_H

/* How many there were in the last second, at most: counts in 16 slices of 2^26 ns (67 ms).
 *
 *     slice   s-15 ... s-1   s          the window is these 16, the last one not over
 *     count     2  ...  0    3          total is their sum
 *
 * Fifteen whole slices are 1.0066 s, so nothing of the last second is ever left out; what is older
 * than 1.0738 s is never in.  Time that goes back counts in the newest slice. */

#include "dataplane/base/base.h"

#define RISK_SLICES      16u
#define RISK_SLICE_SHIFT 26

struct risk_window {
    uint64_t slice; /* the newest */
    uint64_t total;
    uint32_t count[RISK_SLICES]; /* by slice modulo 16 */
};

static inline uint64_t risk_window_left(const struct risk_window *window, uint64_t slice)
{
    if (slice >= window->slice + RISK_SLICES) return 0;
    uint64_t total = window->total;
    for (uint64_t s = window->slice + 1; s <= slice; s++) total -= window->count[s % RISK_SLICES];
    return total;
}

static inline uint64_t risk_window_total(const struct risk_window *window, nanos_t now)
{
    uint64_t slice = now >> RISK_SLICE_SHIFT;
    if (likely(slice <= window->slice)) return window->total;
    return risk_window_left(window, slice);
}

/* One more; returns the total with it. */
static inline uint64_t risk_window_add(struct risk_window *window, nanos_t now)
{
    uint64_t slice = now >> RISK_SLICE_SHIFT;
    if (unlikely(slice > window->slice)) {
        window->total = risk_window_left(window, slice);
        uint64_t steps = slice - window->slice;
        if (steps > RISK_SLICES) steps = RISK_SLICES;
        for (uint64_t s = 0; s < steps; s++) window->count[(slice - s) % RISK_SLICES] = 0;
        window->slice = slice;
    }
    uint32_t *newest = &window->count[window->slice % RISK_SLICES];
    if (likely(*newest < UINT32_MAX)) {
        (*newest)++;
        window->total++;
    }
    return window->total;
}

#endif
