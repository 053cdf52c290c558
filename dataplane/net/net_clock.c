#include "dataplane/net/net_clock.h"

/* One straight line at a time: from base at ns_per_tick.  Steering starts a new line where the old
 * one is now, so the time has no step, and gives it the slope that leads halfway to the system's
 * time after an interval as long as the last.  Halving converges for any regular rhythm and does
 * not echo the noise of a single reading.  A line only begins anew where the old one is, or later,
 * so the time never goes back; a time before the line's begin, read by a counter from before, is
 * counted backwards along the new line. */

#define STEER_MIN_NS (100 * NANOS_MILLI) /* a shorter interval measures noise */

static uint64_t relaxed(const _Atomic uint64_t *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

/* Begins a new line. */
static void line_set(struct net_clock *clock, uint64_t ns_per_tick, uint64_t tsc, nanos_t ns)
{
    uint32_t version = atomic_load_explicit(&clock->version, memory_order_relaxed);
    atomic_store_explicit(&clock->version, version + 1, memory_order_relaxed);
    /* Each release keeps the odd version before it; a reader that acquires one of these words and
     * then still sees the even version cannot exist. */
    atomic_store_explicit(&clock->ns_per_tick, ns_per_tick, memory_order_release);
    atomic_store_explicit(&clock->base_tsc, tsc, memory_order_release);
    atomic_store_explicit(&clock->base_ns, ns, memory_order_release);
    /* Releases the words to the first acquire in net_clock_time. */
    atomic_store_explicit(&clock->version, version + 2, memory_order_release);
}

void net_clock_new(struct net_clock *clock, const struct clock *from)
{
    CHECK(from->ns_per_tick > 0);
    *clock = (struct net_clock){.nominal_ns_per_tick = from->ns_per_tick,
                                .shown_tsc = from->base_tsc,
                                .shown_ns = from->base_ns};
    line_set(clock, from->ns_per_tick, from->base_tsc, from->base_ns);
}

static uint64_t slope_bounded(const struct net_clock *clock, __int128 slope, bool ahead)
{
    uint64_t nominal = clock->nominal_ns_per_tick, slack = nominal / NET_CLOCK_SLEW_MAX;
    if (ahead) return nominal - nominal / NET_CLOCK_AHEAD_SLEW;
    __int128 least = nominal - slack, most = nominal + slack;
    if (slope < least) return (uint64_t)least;
    return (uint64_t)(slope > most ? most : slope);
}

void net_clock_not_before(struct net_clock *clock, uint64_t tsc, nanos_t ns)
{
    nanos_t ours = net_clock_time(clock, tsc);
    if (ours >= ns) return;
    int64_t error = atomic_load_explicit(&clock->error_ns, memory_order_relaxed);
    atomic_store_explicit(&clock->error_ns, error - (int64_t)(ns - ours), memory_order_relaxed);
    line_set(clock, clock->nominal_ns_per_tick, tsc, ns);
}

static void one_more(_Atomic uint64_t *count)
{
    atomic_store_explicit(count, relaxed(count) + 1, memory_order_relaxed);
}

void net_clock_steer(struct net_clock *clock, uint64_t tsc, nanos_t ns)
{
    if (tsc <= clock->shown_tsc) return;
    uint64_t ticks = tsc - clock->shown_tsc;
    struct clock nominal = {.ns_per_tick = clock->nominal_ns_per_tick};
    if (clock_ns(&nominal, ticks) < STEER_MIN_NS) return;

    nanos_t ours = net_clock_time(clock, tsc);
    int64_t error = (int64_t)(ns - ours), passed = (int64_t)(ns - clock->shown_ns);
    if (passed - (int64_t)clock_ns(&nominal, ticks) < -(int64_t)NET_CLOCK_JUMP_NS)
        one_more(&clock->set_backs);
    clock->shown_tsc = tsc;
    clock->shown_ns = ns;
    atomic_store_explicit(&clock->error_ns, error, memory_order_relaxed);
    if (error > (int64_t)NET_CLOCK_JUMP_NS) {
        one_more(&clock->jumps);
        line_set(clock, clock->nominal_ns_per_tick, tsc, ns);
        return;
    }
    __int128 slope = (((__int128)passed + error / 2) * ((__int128)1 << CLOCK_PLACES)) / ticks;
    bool ahead = error < -(int64_t)NET_CLOCK_JUMP_NS;
    line_set(clock, slope_bounded(clock, slope, ahead), tsc, ours);
}
