/* Exact division by ticks and lots: one multiplication against the division of the processor. */

#include "dataplane/match/match_unit.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

static void expect_division(uint64_t seed, int64_t unit, int64_t value)
{
    uint32_t max = (uint32_t)(INT64_MAX / unit < INT32_MAX ? INT64_MAX / unit : INT32_MAX);
    struct unit u = unit_of(unit, max);
    __int128 wide = value;
    bool good = value > 0 && wide % unit == 0 && wide / unit <= max;
    uint64_t count = unit_count(&u, value);
    spec_expect(
        __FILE__, __LINE__, good ? count == (uint64_t)(wide / unit) : count == 0 || count > max,
        "seed %" PRIu64 ": %" PRId64 " by %" PRId64 " is %" PRIu64, seed, value, unit, count);
    if (count == 0) EXPECT(value == 0);
}

SPEC(division_by_a_unit_is_exact_and_knows_what_is_no_multiple)
{
    struct spec_seeds seeds = spec_seeds(20);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        for (uint32_t i = 0; i < 20000; i++) {
            uint64_t bits = chance_between(&chance, 1, 63);
            int64_t unit = (int64_t)((chance_next(&chance) >> (64 - bits)) | 1);
            unit <<=
                chance_between(&chance, 0, 62 - (uint64_t)(63 - __builtin_clzll((uint64_t)unit)));
            int64_t most = INT64_MAX / unit;
            int64_t count = (int64_t)(chance_next(&chance) >> 1) % most + 1;
            count >>= chance_between(&chance, 0, 62);
            int64_t value = unit * count;
            expect_division(seed, unit, value);
            expect_division(seed, unit, -value);
            expect_division(seed, unit, value + 1);
            expect_division(seed, unit, value - 1);
            expect_division(seed, unit, (int64_t)chance_next(&chance));
        }
        expect_division(seed, (int64_t)1 << (seed + 40), INT64_MIN);
        expect_division(seed, (int64_t)1 << (seed + 40), 1);
        expect_division(seed, (int64_t)seed, INT64_MAX);
    }
}

#define SPECS(S) S(division_by_a_unit_is_exact_and_knows_what_is_no_multiple)

SPEC_MAIN("units", SPECS, NULL, NULL)
