#include "dataplane/base/clock_setup.h"

#include <cpuid.h>
#include <time.h>

/* The counter is read before and after each system clock, and the closest of several tries is kept:
 * an interrupt between the reads would otherwise go into the rate. */

enum { TRIES = 16 };

struct instant {
    uint64_t tsc;
    uint64_t ns;
};

static uint64_t system_ns(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * NANOS_SECOND + (uint64_t)now.tv_nsec;
}

static struct instant instant_read(clockid_t which)
{
    struct instant best = {0};
    uint64_t narrowest = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = __rdtsc();
        uint64_t ns = system_ns(which);
        uint64_t width = __rdtsc() - before;
        if (width >= narrowest) continue;
        narrowest = width;
        best = (struct instant){.tsc = before + width / 2, .ns = ns};
    }
    return best;
}

/* CPUID 80000007H, EDX bit 8: the counter runs at one rate in all power states. */
static bool counter_is_invariant(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(0x80000007u, &eax, &ebx, &ecx, &edx) && (edx & 1u << 8);
}

bool clock_calibrate(struct clock *clock, uint64_t span_ns, struct text *problems)
{
    if (!counter_is_invariant()) {
        text_append(problems, "The processor's time stamp counter changes its rate with the clock "
                              "speed (CPUID says it is not invariant); times would be wrong.  On a "
                              "virtual machine, pass invtsc through to the guest.\n");
        return false;
    }
    struct instant begin = instant_read(CLOCK_MONOTONIC_RAW), end;
    do end = instant_read(CLOCK_MONOTONIC_RAW);
    while (end.ns - begin.ns < span_ns);

    unsigned __int128 ticks = end.tsc - begin.tsc;
    uint64_t hz = (uint64_t)(ticks * NANOS_SECOND / (end.ns - begin.ns));
    if (hz < CLOCK_HZ_MIN || hz > CLOCK_HZ_MAX) {
        text_append(problems, "The time stamp counter runs at ");
        text_grouped(problems, hz);
        text_append(problems, " Hz, outside the 100 MHz to 10 GHz that can be true.\n");
        return false;
    }
    *clock = clock_from_hz(hz, 0, 0);
    clock_rebase(clock);
    return true;
}

void clock_rebase(struct clock *clock)
{
    struct instant now = instant_read(CLOCK_REALTIME);
    clock->base_tsc = now.tsc;
    clock->base_ns = now.ns;
}
