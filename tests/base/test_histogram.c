/* What a histogram promises, and on random values, held against a sorted list of all of them. */

#include "dataplane/base/clock.h"
#include "dataplane/base/histogram.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>

static struct histogram histogram, other;

static void open_histogram(void)
{
    histogram_clear(&histogram);
    histogram_clear(&other);
}

static const uint32_t shares[] = {1, 100000, 250000, 500000, 900000, 990000, 999000, 1000000};

SPEC(an_empty_histogram_is_zero_everywhere)
{
    struct histogram_summary s = histogram_summarize(&histogram);
    EXPECT_UINT(s.count, 0);
    EXPECT_UINT(s.p50, 0);
    EXPECT_UINT(s.max, 0);
    EXPECT_UINT(histogram_at(&histogram, 500000), 0);
}

SPEC(one_value_is_every_percentile)
{
    histogram_record(&histogram, 1000003);
    for (size_t i = 0; i < ARRAY_COUNT(shares); i++)
        EXPECT_UINT(histogram_at(&histogram, shares[i]), 1000003);
}

SPEC(values_below_128_are_exact)
{
    for (uint64_t value = 1; value <= 100; value++) histogram_record(&histogram, value);
    struct histogram_summary s = histogram_summarize(&histogram);
    EXPECT_UINT(s.count, 100);
    EXPECT_UINT(s.mean, 50);
    EXPECT_UINT(s.p50, 50);
    EXPECT_UINT(s.p90, 90);
    EXPECT_UINT(s.p99, 99);
    EXPECT_UINT(s.p99_9, 100);
    EXPECT_UINT(s.max, 100);
}

SPEC(buckets_cover_every_value_once_and_in_order)
{
    EXPECT_UINT(histogram_bucket_first(0), 0);
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t first = histogram_bucket_first(bucket), last = histogram_bucket_last(bucket);
        EXPECT_UINT(histogram_bucket(first), bucket);
        EXPECT_UINT(histogram_bucket(last), bucket);
        if (bucket + 1 < HISTOGRAM_BUCKETS)
            EXPECT_UINT(histogram_bucket_first(bucket + 1), last + 1);
        else EXPECT_UINT(last, UINT64_MAX);
        EXPECT(last - first <= first / HISTOGRAM_STEPS);
    }
}

SPEC(a_span_that_ends_before_it_begins_counts_as_nothing_long)
{
    histogram_record_span(&histogram, 100, 90);
    histogram_record_span(&histogram, 100, 130);
    EXPECT_UINT(histogram_at(&histogram, 500000), 0);
    EXPECT_UINT(histogram_at(&histogram, 1000000), 30);
}

SPEC(two_histograms_add_up)
{
    for (int i = 0; i < 90; i++) histogram_record(&histogram, 10);
    for (int i = 0; i < 10; i++) histogram_record(&other, 5000);
    histogram_merge(&histogram, &other);
    EXPECT_UINT(histogram_count(&histogram), 100);
    EXPECT_UINT(histogram_sum(&histogram), 90 * 10 + 10 * 5000);
    EXPECT_UINT(histogram_at(&histogram, 900000), 10);
    EXPECT_UINT(histogram_at(&histogram, 900001), 5000);
    EXPECT_UINT(histogram_at_most(&histogram, 127), 90);
    EXPECT_UINT(histogram_at_most(&histogram, 8191), 100);
}

SPEC(an_interval_is_what_came_since_the_earlier_copy)
{
    static struct histogram before, interval;
    histogram_record(&histogram, 1000000);
    histogram_record(&histogram, 40);
    histogram_copy(&before, &histogram);
    histogram_record(&histogram, 40);
    histogram_record(&histogram, 300);
    histogram_copy(&interval, &histogram);
    histogram_subtract(&interval, &before);
    struct histogram_summary s = histogram_summarize(&interval);
    EXPECT_UINT(s.count, 2);
    EXPECT_UINT(s.mean, 170);
    EXPECT_UINT(s.p50, 40);
    EXPECT_UINT(s.max, 303); /* to its bucket: 300-303 */
    EXPECT_UINT(histogram_summarize(&histogram).max, 1000000);
}

SPEC(ticks_become_nanoseconds_in_every_figure)
{
    struct clock clock = clock_from_hz(2000000000, 0, 0);
    for (uint64_t value = 1; value <= 100; value++) histogram_record(&histogram, value);
    struct histogram_summary s = histogram_summarize(&histogram);
    histogram_summary_to_ns(&s, &clock);
    EXPECT_UINT(s.count, 100);
    EXPECT_UINT(s.p50, 25);
    EXPECT_UINT(s.p99, 49);
    EXPECT_UINT(s.max, 50);
}

/* The reference: all values, sorted. */

enum { VALUES = 5000 };

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Any magnitude, each about equally likely. */
static uint64_t value_draw(struct chance *chance)
{
    return chance_next(chance) >> chance_between(chance, 0, 63);
}

SPEC(a_percentile_is_never_below_the_true_one_and_less_than_a_64th_above)
{
    struct spec_seeds seeds = spec_seeds(200);
    static uint64_t values[VALUES];
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        uint64_t count = chance_between(&chance, 1, VALUES), sum = 0;
        histogram_clear(&histogram);
        histogram_clear(&other);
        for (uint64_t i = 0; i < count; i++) {
            values[i] = value_draw(&chance);
            sum += values[i];
            histogram_record(chance_between(&chance, 0, 1) ? &histogram : &other, values[i]);
        }
        histogram_merge(&histogram, &other);
        qsort(values, count, sizeof values[0], by_value);
        EXPECT_UINT(histogram_count(&histogram), count);
        EXPECT_UINT(histogram_sum(&histogram), sum);
        EXPECT_UINT(histogram_at(&histogram, 1000000), values[count - 1]);
        for (size_t i = 0; i < ARRAY_COUNT(shares); i++) {
            uint64_t rank = (count * shares[i] + 999999) / 1000000;
            uint64_t truth = values[rank - 1], told = histogram_at(&histogram, shares[i]);
            spec_expect(__FILE__, __LINE__,
                        told >= truth && (told - truth) <= truth / HISTOGRAM_STEPS,
                        "SPEC_SEED=%" PRIu64 ": share %u of %" PRIu64 " values is %" PRIu64
                        ", told %" PRIu64,
                        seed, shares[i], count, truth, told);
        }
    }
}

enum { ROUNDS = 300000 };

static void *record_rounds(void *unused)
{
    (void)unused;
    for (uint64_t i = 0; i < ROUNDS; i++) histogram_record(&histogram, i % 1000);
    return NULL;
}

SPEC(a_copy_taken_while_the_owner_records_only_ever_grows)
{
    static struct histogram now, before, interval;
    histogram_clear(&before);
    pthread_t owner;
    EXPECT(pthread_create(&owner, NULL, record_rounds, NULL) == 0);
    uint64_t count = 0;
    while (count < ROUNDS) {
        histogram_copy(&now, &histogram);
        histogram_copy(&interval, &now);
        histogram_subtract(&interval, &before); /* CHECKs that no bucket shrank */
        histogram_copy(&before, &now);
        count = histogram_count(&now);
    }
    pthread_join(owner, NULL);
    EXPECT_UINT(count, ROUNDS);
    EXPECT_UINT(histogram_at(&histogram, 1000000), 999);
}

#define SPECS(S)                                                                                   \
    S(an_empty_histogram_is_zero_everywhere)                                                       \
    S(one_value_is_every_percentile)                                                               \
    S(values_below_128_are_exact)                                                                  \
    S(buckets_cover_every_value_once_and_in_order)                                                 \
    S(a_span_that_ends_before_it_begins_counts_as_nothing_long)                                    \
    S(two_histograms_add_up)                                                                       \
    S(an_interval_is_what_came_since_the_earlier_copy)                                             \
    S(ticks_become_nanoseconds_in_every_figure)                                                    \
    S(a_percentile_is_never_below_the_true_one_and_less_than_a_64th_above)                         \
    S(a_copy_taken_while_the_owner_records_only_ever_grows)

SPEC_MAIN("histogram", SPECS, open_histogram, NULL)
