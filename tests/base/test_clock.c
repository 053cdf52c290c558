/* What a clock promises: spans and instants by multiplication are those by division. */

#include "dataplane/base/clock.h"
#include "dataplane/base/clock_setup.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

SPEC(a_second_of_ticks_is_a_second)
{
    struct clock clock = clock_from_hz(2596096000, 0, 0);
    EXPECT_UINT((clock_ns(&clock, 2596096000) + 1) / 2, NANOS_SECOND / 2);
    EXPECT_UINT(clock_ticks(&clock, NANOS_SECOND), 2596095999);
    EXPECT_UINT(clock_ns(&clock, 0), 0);
}

SPEC(an_instant_is_the_base_and_the_span_since)
{
    struct clock clock = clock_from_hz(2000000000, 5000, 1700000000 * NANOS_SECOND);
    EXPECT_UINT(clock_time(&clock, 5000), 1700000000 * NANOS_SECOND);
    EXPECT_UINT(clock_time(&clock, 5200), 1700000000 * NANOS_SECOND + 100);
    EXPECT_UINT(clock_time(&clock, 4000), 1700000000 * NANOS_SECOND - 500);
    EXPECT_UINT(clock_tsc(&clock, 1700000000 * NANOS_SECOND + 100), 5200);
    EXPECT_UINT(clock_tsc(&clock, 1700000000 * NANOS_SECOND - 500), 4000);
}

SPEC(a_rate_no_counter_has_is_refused)
{
    EXPECT_STOP(clock_from_hz(0, 0, 0), "CLOCK_HZ_MIN");
    EXPECT_STOP(clock_from_hz(CLOCK_HZ_MAX + 1, 0, 0), "CLOCK_HZ_MAX");
}

/* Ten years of ticks at any rate: off by at most 1 ns and 1 part in 2^50. */
SPEC(multiplication_agrees_with_division_at_every_rate_and_span)
{
    struct spec_seeds seeds = spec_seeds(20000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        uint64_t hz = chance_between(&chance, CLOCK_HZ_MIN, CLOCK_HZ_MAX);
        struct clock clock = clock_from_hz(hz, 0, 0);
        uint64_t ticks = chance_next(&chance) >> chance_between(&chance, 2, 63);
        unsigned __int128 exact = (unsigned __int128)ticks * NANOS_SECOND / hz;
        if (exact > UINT64_MAX) continue;
        uint64_t truth = (uint64_t)exact, told = clock_ns(&clock, ticks);
        spec_expect(__FILE__, __LINE__, told <= truth && truth - told <= 1 + (truth >> 50),
                    "SPEC_SEED=%" PRIu64 ": %" PRIu64 " ticks at %" PRIu64 " Hz are %" PRIu64
                    " ns, told %" PRIu64,
                    seed, ticks, hz, truth, told);
        spec_expect(__FILE__, __LINE__, clock_ticks(&clock, told) <= ticks,
                    "SPEC_SEED=%" PRIu64 ": a span there and back got longer", seed);
    }
}

SPEC(calibration_finds_a_rate_that_measures_itself_again)
{
    char buffer[256];
    struct text problems = text_in(buffer, sizeof buffer);
    struct clock first, second;
    if (!clock_calibrate(&first, 20 * NANOS_MILLI, &problems)) {
        EXPECT(problems.length > 0);
        return;
    }
    EXPECT(clock_calibrate(&second, 20 * NANOS_MILLI, &problems));
    uint64_t apart = first.hz > second.hz ? first.hz - second.hz : second.hz - first.hz;
    EXPECT(apart < first.hz / 1000); /* 1 in 1000: the machine may be busy */
    EXPECT(second.base_ns > first.base_ns);
    EXPECT(second.base_tsc > first.base_tsc);
    uint64_t now = clock_now();
    EXPECT(clock_time(&second, now) >= second.base_ns);
    EXPECT_TEXT(buffer, "");
}

#define SPECS(S)                                                                                   \
    S(a_second_of_ticks_is_a_second)                                                               \
    S(an_instant_is_the_base_and_the_span_since)                                                   \
    S(a_rate_no_counter_has_is_refused)                                                            \
    S(multiplication_agrees_with_division_at_every_rate_and_span)                                  \
    S(calibration_finds_a_rate_that_measures_itself_again)

SPEC_MAIN("clock", SPECS, NULL, NULL)
