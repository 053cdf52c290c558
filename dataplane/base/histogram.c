#include "dataplane/base/histogram.h"

#include "dataplane/base/clock.h"

#include <string.h>

/* Bucket b covers [first(b), last(b)]; the buckets cover all values, in order, without a hole:
 *
 *     b < 128:                 first = last = b
 *     b = 64 * shift + step:   first = step << shift, 2^shift values; step is 64..127
 *
 * Counts are the truth; the total is their sum, so that a copy taken while the owner records is
 * consistent with itself.  sum and max may be ahead of the counts by the value being recorded. */

static uint64_t count_of(const struct histogram *histogram, uint32_t bucket)
{
    return atomic_load_explicit(&histogram->count[bucket], memory_order_relaxed);
}

static void count_set(struct histogram *histogram, uint32_t bucket, uint64_t count)
{
    atomic_store_explicit(&histogram->count[bucket], count, memory_order_relaxed);
}

static uint64_t max_of(const struct histogram *histogram)
{
    return atomic_load_explicit(&histogram->max, memory_order_relaxed);
}

static uint32_t shift_of(uint32_t bucket)
{
    return bucket < 2 * HISTOGRAM_STEPS ? 0 : bucket / HISTOGRAM_STEPS - 1;
}

uint64_t histogram_bucket_first(uint32_t bucket)
{
    CHECK(bucket < HISTOGRAM_BUCKETS);
    uint32_t shift = shift_of(bucket);
    return (uint64_t)(bucket - shift * HISTOGRAM_STEPS) << shift;
}

uint64_t histogram_bucket_last(uint32_t bucket)
{
    CHECK(bucket < HISTOGRAM_BUCKETS);
    return histogram_bucket_first(bucket) + ((uint64_t)1 << shift_of(bucket)) - 1;
}

void histogram_clear(struct histogram *histogram)
{
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) count_set(histogram, bucket, 0);
    atomic_store_explicit(&histogram->sum, 0, memory_order_relaxed);
    atomic_store_explicit(&histogram->max, 0, memory_order_relaxed);
}

void histogram_copy(struct histogram *to, const struct histogram *from)
{
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        count_set(to, bucket, count_of(from, bucket));
    atomic_store_explicit(&to->sum, histogram_sum(from), memory_order_relaxed);
    atomic_store_explicit(&to->max, max_of(from), memory_order_relaxed);
}

void histogram_merge(struct histogram *into, const struct histogram *other)
{
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        count_set(into, bucket, count_of(into, bucket) + count_of(other, bucket));
    atomic_store_explicit(&into->sum, histogram_sum(into) + histogram_sum(other),
                          memory_order_relaxed);
    if (max_of(other) > max_of(into))
        atomic_store_explicit(&into->max, max_of(other), memory_order_relaxed);
}

void histogram_subtract(struct histogram *from, const struct histogram *earlier)
{
    uint64_t largest = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t now = count_of(from, bucket), then = count_of(earlier, bucket);
        CHECK(then <= now);
        count_set(from, bucket, now - then);
        if (now > then) largest = histogram_bucket_last(bucket);
    }
    atomic_store_explicit(&from->sum, histogram_sum(from) - histogram_sum(earlier),
                          memory_order_relaxed);
    /* The largest of all time may lie in this interval or before it; it is at most that. */
    if (largest < max_of(from)) atomic_store_explicit(&from->max, largest, memory_order_relaxed);
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t total = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        total += count_of(histogram, bucket);
    return total;
}

uint64_t histogram_sum(const struct histogram *histogram)
{
    return atomic_load_explicit(&histogram->sum, memory_order_relaxed);
}

/* The value of the rank-th smallest, counted from 1, of total values. */
static uint64_t value_of_rank(const struct histogram *histogram, uint64_t rank)
{
    uint64_t max = max_of(histogram), below = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        below += count_of(histogram, bucket);
        if (below < rank) continue;
        uint64_t last = histogram_bucket_last(bucket);
        return last < max ? last : max;
    }
    return max;
}

/* The nearest rank: the smallest that has at least this share of total at or below it. */
static uint64_t rank_of(uint64_t total, uint32_t per_million)
{
    unsigned __int128 wide = (unsigned __int128)total * per_million;
    uint64_t rank = (uint64_t)((wide + 999999) / 1000000);
    return rank > 0 ? rank : 1;
}

uint64_t histogram_at(const struct histogram *histogram, uint32_t per_million)
{
    CHECK(per_million <= 1000000);
    uint64_t total = histogram_count(histogram);
    return total ? value_of_rank(histogram, rank_of(total, per_million)) : 0;
}

uint64_t histogram_at_most(const struct histogram *histogram, uint64_t limit)
{
    uint64_t below = 0;
    for (uint32_t bucket = 0; bucket <= histogram_bucket(limit); bucket++)
        below += count_of(histogram, bucket);
    return below;
}

struct histogram_summary histogram_summarize(const struct histogram *histogram)
{
    uint64_t total = histogram_count(histogram);
    if (total == 0) return (struct histogram_summary){0};
    return (struct histogram_summary){
        .count = total,
        .mean = histogram_sum(histogram) / total,
        .p50 = value_of_rank(histogram, rank_of(total, 500000)),
        .p90 = value_of_rank(histogram, rank_of(total, 900000)),
        .p99 = value_of_rank(histogram, rank_of(total, 990000)),
        .p99_9 = value_of_rank(histogram, rank_of(total, 999000)),
        .max = max_of(histogram),
    };
}

void histogram_summary_to_ns(struct histogram_summary *summary, const struct clock *clock)
{
    uint64_t *figures[] = {&summary->mean, &summary->p50,   &summary->p90,
                           &summary->p99,  &summary->p99_9, &summary->max};
    for (size_t i = 0; i < ARRAY_COUNT(figures); i++) *figures[i] = clock_ns(clock, *figures[i]);
}
