#ifndef APPS_POLLUX_GENERATE_COVERAGE_H
#define APPS_POLLUX_GENERATE_COVERAGE_H

/* Which messages were sent, and which of them arrived on a line at least: one bit each, by sequence
 * number, so that the messages lost on both lines are known exactly, whatever the order, repetition
 * or packetisation.
 *
 * Threads: one.  Memory: grows with the span of numbers, a quarter of a byte each. */

#include "dataplane/base/base.h"

#define COVERAGE_SPAN_MAX (1ull << 32) /* numbers between the first and the last message */

struct coverage {
    uint64_t base; /* sequence number of bit 0; 0 while nothing was sent */
    uint64_t words;
    uint64_t *sent;
    uint64_t *arrived;
};

struct coverage_range {
    uint64_t first;
    uint64_t count;
};

/* Marks [range.first, first + count) as sent, and as arrived if it has.  False if the numbers span
 * more than COVERAGE_SPAN_MAX, or there is no memory: nothing is marked then. */
MUST_USE bool coverage_mark(struct coverage *coverage, struct coverage_range range, bool arrived);

/* The next range of messages that were sent and never arrived, from number *at on, which is moved
 * behind it; start with 0.  False if there is none. */
bool coverage_lost_next(const struct coverage *coverage, uint64_t *at,
                        struct coverage_range *range);

void coverage_free(struct coverage *coverage);

#endif
