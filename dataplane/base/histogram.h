#ifndef DATAPLANE_BASE_HISTOGRAM_H
#define DATAPLANE_BASE_HISTOGRAM_H

/* How often each duration occurred: a histogram of any 64-bit values in fixed memory.
 *
 * Values below 128 have a bucket each; above, every power of two is split into 64 equal buckets:
 *
 *     0 1 2 ... 127 | 128-129 130-131 ... 254-255 | 256-259 ... 508-511 | 512-519 ...
 *
 * A reported percentile is the largest value of its bucket, or the true maximum if that is less: it
 * is never below the true percentile, and above it by less than 1/64 of it (exact below 128).
 *
 * One thread records; any thread may copy at any time (histogram_copy) and compute on its copy.
 * A copy taken while the writer records has every count right as of some moment during the copy.
 *
 *     histogram_record(&stage->turn, ticks);                          hot, the owner
 *
 *     histogram_copy(&now, &stage->turn);                             cold, anyone
 *     histogram_copy(&interval, &now);
 *     histogram_subtract(&interval, &before);                         since the last look
 *     struct histogram_summary s = histogram_summarize(&interval);
 *     histogram_summary_to_ns(&s, clock);                             if it was recorded in ticks
 *
 * Units are the caller's.  Record ticks where a turn must be cheap, and convert when printing.
 *
 * Threads: record from one thread; the rest from any, on a copy of its own.
 * Memory: sizeof (30 KiB), of which a distribution touches a few lines.
 * Cost: about 15 instructions a record, no division, no loop, one branch, for the maximum. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

#define HISTOGRAM_PRECISION_BITS 6u
#define HISTOGRAM_STEPS          (1u << HISTOGRAM_PRECISION_BITS) /* buckets of one power of two */
#define HISTOGRAM_BUCKETS        ((64u - HISTOGRAM_PRECISION_BITS + 1) * HISTOGRAM_STEPS)

struct clock;

struct histogram {
    /* Private.  Written by the recording thread only. */
    CACHE_ALIGNED _Atomic uint64_t sum; /* of the values, wraps at 2^64 */
    _Atomic uint64_t max;
    CACHE_ALIGNED _Atomic uint64_t count[HISTOGRAM_BUCKETS];
};

struct histogram_summary {
    uint64_t count;
    uint64_t mean;
    uint64_t p50;
    uint64_t p90;
    uint64_t p99;
    uint64_t p99_9;
    uint64_t max;
};

static inline uint32_t histogram_bucket(uint64_t value)
{
    /* The leading bit selects the power of two; values under 128 behave like those of 64-127. */
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(value | HISTOGRAM_STEPS);
    shift -= HISTOGRAM_PRECISION_BITS;
    return (shift << HISTOGRAM_PRECISION_BITS) + (uint32_t)(value >> shift);
}

/* Adds one value.  Hot.  The recording thread only. */
static inline void histogram_record(struct histogram *histogram, uint64_t value)
{
    _Atomic uint64_t *count = &histogram->count[histogram_bucket(value)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    uint64_t sum = atomic_load_explicit(&histogram->sum, memory_order_relaxed);
    atomic_store_explicit(&histogram->sum, sum + value, memory_order_relaxed);
    if (unlikely(value > atomic_load_explicit(&histogram->max, memory_order_relaxed)))
        atomic_store_explicit(&histogram->max, value, memory_order_relaxed);
}

/* Adds end - begin, or 0 if end is earlier: two cores' counters may differ by a little. */
static inline void histogram_record_span(struct histogram *histogram, uint64_t begin, uint64_t end)
{
    histogram_record(histogram, end > begin ? end - begin : 0);
}

/* The recording thread only: forgets everything. */
void histogram_clear(struct histogram *histogram);

/* Cold from here on, on any thread.  to, into and from are the caller's own. */

void histogram_copy(struct histogram *to, const struct histogram *from);
void histogram_merge(struct histogram *into, const struct histogram *other);

/* Takes away what an earlier copy of the same histogram held.  The maximum of what remains is
 * known to its bucket only. */
void histogram_subtract(struct histogram *from, const struct histogram *earlier);

uint64_t histogram_count(const struct histogram *histogram);
uint64_t histogram_sum(const struct histogram *histogram);

/* The value that a share of per_million of all values do not exceed: 500000 is the median, 999000
 * is p99.9, 1000000 the maximum.  Of an empty histogram 0. */
uint64_t histogram_at(const struct histogram *histogram, uint32_t per_million);

/* How many values are at most limit; exact where limit is the last value of a bucket
 * (2^n - 1 always is), else the bucket of limit counts as a whole. */
uint64_t histogram_at_most(const struct histogram *histogram, uint64_t limit);

struct histogram_summary histogram_summarize(const struct histogram *histogram);

/* From ticks to nanoseconds.  clock is of clock.h. */
void histogram_summary_to_ns(struct histogram_summary *summary, const struct clock *clock);

/* First and last value of a bucket. */
uint64_t histogram_bucket_first(uint32_t bucket);
uint64_t histogram_bucket_last(uint32_t bucket);

#endif
