/* What the steered time of day promises: it stays with the system's clock and never jumps. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/net/net_clock.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <time.h>

static const nanos_t start_ns = 1700000000 * NANOS_SECOND;
static const uint64_t start_tsc = 5000000000;
static struct net_clock clock_under_test;

/* A counter of exactly 2 GHz, calibrated as hz. */
static void open_clock(uint64_t hz)
{
    struct clock calibrated = clock_from_hz(hz, start_tsc, start_ns);
    net_clock_new(&clock_under_test, &calibrated);
}

static uint64_t tsc_after(nanos_t ns)
{
    return start_tsc + 2 * ns;
}

static int64_t error_after(nanos_t ns)
{
    return (int64_t)(net_clock_time(&clock_under_test, tsc_after(ns)) - (start_ns + ns));
}

static uint64_t distance(int64_t from_zero)
{
    return (uint64_t)(from_zero < 0 ? -from_zero : from_zero);
}

SPEC(unsteered_it_is_the_calibrated_clock)
{
    open_clock(2000000000);
    EXPECT_UINT(net_clock_time(&clock_under_test, start_tsc), start_ns);
    EXPECT(distance(error_after(3600 * NANOS_SECOND)) <= 1000);
}

SPEC(a_rate_wrong_by_ten_parts_in_a_million_is_made_right)
{
    open_clock(2000020000);
    EXPECT(distance(error_after(NANOS_SECOND)) > 9000);
    for (nanos_t second = 1; second <= 30; second++)
        net_clock_steer(&clock_under_test, tsc_after(second * NANOS_SECOND),
                        start_ns + second * NANOS_SECOND);
    EXPECT(distance(error_after(30 * NANOS_SECOND)) < 20);
    EXPECT(distance(error_after(31 * NANOS_SECOND)) < 20);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 0);
}

SPEC(steering_makes_no_step_in_the_time)
{
    open_clock(2000020000);
    for (nanos_t second = 1; second <= 10; second++) {
        uint64_t tsc = tsc_after(second * NANOS_SECOND);
        nanos_t before = net_clock_time(&clock_under_test, tsc);
        net_clock_steer(&clock_under_test, tsc, start_ns + second * NANOS_SECOND + 400000);
        EXPECT_UINT(net_clock_time(&clock_under_test, tsc), before);
    }
}

SPEC(a_slow_difference_is_slewed_by_at_most_one_part_in_2000)
{
    open_clock(2000000000);
    nanos_t behind = 500 * NANOS_MILLI, last = start_ns + NANOS_SECOND;
    for (nanos_t second = 1; second <= 5; second++) {
        net_clock_steer(&clock_under_test, tsc_after(second * NANOS_SECOND),
                        start_ns + second * NANOS_SECOND - behind);
        nanos_t later = net_clock_time(&clock_under_test, tsc_after((second + 1) * NANOS_SECOND));
        EXPECT(later > last);
        EXPECT(later - last >= NANOS_SECOND - 500 * NANOS_MICRO - 1000);
        EXPECT(later - last <= NANOS_SECOND);
        last = later;
    }
}

SPEC(a_difference_above_a_second_is_taken_over_at_once_and_counted)
{
    open_clock(2000000000);
    nanos_t ahead = 3600 * NANOS_SECOND;
    net_clock_steer(&clock_under_test, tsc_after(NANOS_SECOND), start_ns + NANOS_SECOND + ahead);
    EXPECT_UINT(net_clock_time(&clock_under_test, tsc_after(NANOS_SECOND)),
                start_ns + NANOS_SECOND + ahead);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 1);
    EXPECT_UINT((uint64_t)net_clock_error_ns(&clock_under_test), ahead);
}

SPEC(a_second_reading_too_soon_is_ignored)
{
    open_clock(2000000000);
    net_clock_steer(&clock_under_test, tsc_after(50 * NANOS_MILLI), start_ns + 90 * NANOS_MILLI);
    EXPECT_UINT((uint64_t)net_clock_error_ns(&clock_under_test), 0);
    EXPECT(distance(error_after(NANOS_SECOND)) <= 2);
}

SPEC(following_the_system_keeps_within_a_millisecond_of_it)
{
    char bytes[1024];
    struct text problems = text_in(bytes, sizeof bytes);
    struct clock calibrated;
    if (!clock_calibrate(&calibrated, 20 * NANOS_MILLI, &problems)) spec_skip(bytes);
    net_clock_new(&clock_under_test, &calibrated);
    for (int i = 0; i < 3; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 120000000}, NULL);
        net_clock_follow(&clock_under_test);
        EXPECT(distance(net_clock_error_ns(&clock_under_test)) < NANOS_MILLI);
    }
}

enum { STEERS = 2000000 };

static _Atomic bool steered;

static void *steer_on(void *unused)
{
    (void)unused;
    for (nanos_t i = 1; i <= STEERS; i++)
        net_clock_steer(&clock_under_test, tsc_after(i * NANOS_SECOND),
                        start_ns + i * NANOS_SECOND);
    atomic_store_explicit(&steered, true, memory_order_release);
    return NULL;
}

/* Every line in force is the same one, told from another second; half of two of them is a second or
 * more away from it. */
SPEC(a_reader_racing_the_steering_never_sees_half_of_it)
{
    open_clock(2000000000);
    pthread_t writer;
    EXPECT(pthread_create(&writer, NULL, steer_on, NULL) == 0);
    uint64_t wrong = 0;
    while (!atomic_load_explicit(&steered, memory_order_acquire))
        wrong += distance(error_after((nanos_t)STEERS * NANOS_SECOND)) > NANOS_MILLI;
    pthread_join(writer, NULL);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 0);
}

#define SPECS(S)                                                                                   \
    S(unsteered_it_is_the_calibrated_clock)                                                        \
    S(a_rate_wrong_by_ten_parts_in_a_million_is_made_right)                                        \
    S(steering_makes_no_step_in_the_time)                                                          \
    S(a_slow_difference_is_slewed_by_at_most_one_part_in_2000)                                     \
    S(a_difference_above_a_second_is_taken_over_at_once_and_counted)                               \
    S(a_second_reading_too_soon_is_ignored)                                                        \
    S(following_the_system_keeps_within_a_millisecond_of_it)                                       \
    S(a_reader_racing_the_steering_never_sees_half_of_it)

SPEC_MAIN("net clock", SPECS, NULL, NULL)
