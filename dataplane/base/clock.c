#include "dataplane/base/clock.h"

/* Both factors are rounded down, so a span converted to the other unit and back is never longer. */

static uint64_t fixed_point(uint64_t numerator, uint64_t denominator)
{
    return (uint64_t)(((unsigned __int128)numerator << CLOCK_PLACES) / denominator);
}

struct clock clock_from_hz(uint64_t hz, uint64_t tsc, nanos_t ns)
{
    CHECK(hz >= CLOCK_HZ_MIN);
    CHECK(hz <= CLOCK_HZ_MAX);
    return (struct clock){.ns_per_tick = fixed_point(NANOS_SECOND, hz),
                          .ticks_per_ns = fixed_point(hz, NANOS_SECOND),
                          .base_tsc = tsc,
                          .base_ns = ns,
                          .hz = hz};
}
