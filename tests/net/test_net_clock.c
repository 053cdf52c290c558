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

/* The system's clock is shown each second, set back or ahead by so much; in between the time never
 * stands, and is at most a hundredth slower. */
static nanos_t follow(nanos_t from_second, nanos_t to_second, int64_t system_is_ahead)
{
    nanos_t last = net_clock_time(&clock_under_test, tsc_after(from_second * NANOS_SECOND));
    for (nanos_t second = from_second + 1; second <= to_second; second++) {
        for (nanos_t part = 1; part <= 10; part++) {
            nanos_t at = (second - 1) * NANOS_SECOND + part * 100 * NANOS_MILLI;
            nanos_t now = net_clock_time(&clock_under_test, tsc_after(at));
            EXPECT(now >= last + 99 * NANOS_MILLI - 2);
            EXPECT(now <= last + 100 * NANOS_MILLI + 50 * NANOS_MICRO + 2);
            last = now;
        }
        net_clock_steer(&clock_under_test, tsc_after(second * NANOS_SECOND),
                        start_ns + second * NANOS_SECOND + (nanos_t)system_is_ahead);
        nanos_t now = net_clock_time(&clock_under_test, tsc_after(second * NANOS_SECOND));
        EXPECT(now >= last);
        last = now;
    }
    return last;
}

#define HOUR (3600 * (int64_t)NANOS_SECOND)

SPEC(a_system_clock_that_is_set_back_by_an_hour_stops_nothing_and_is_met_slowly)
{
    open_clock(2000000000);
    follow(0, 10, 0);
    follow(10, 1010, -HOUR); /* 10 ms of each second */
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 0);
    EXPECT_UINT(net_clock_set_backs(&clock_under_test), 1);
    EXPECT(distance(net_clock_error_ns(&clock_under_test) + HOUR - 9990 * (int64_t)NANOS_MILLI) <
           NANOS_MILLI);
    EXPECT(distance(error_after(1010 * NANOS_SECOND) + 9990 * (int64_t)NANOS_MILLI) < NANOS_MILLI);
}

SPEC(the_slew_ends_where_the_system_is)
{
    open_clock(2000000000);
    int64_t back = 5 * (int64_t)NANOS_SECOND;
    follow(0, 500, -back);
    EXPECT(net_clock_error_ns(&clock_under_test) > -(int64_t)NET_CLOCK_JUMP_NS);
    follow(500, 3500, -back); /* the last second at 500 us a second */
    EXPECT(distance(net_clock_error_ns(&clock_under_test)) < NANOS_MILLI);
    EXPECT(distance(error_after(3500 * NANOS_SECOND) + back) < NANOS_MILLI);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 0);
    EXPECT_UINT(net_clock_set_backs(&clock_under_test), 1);
}

SPEC(a_system_clock_that_is_set_right_again_is_followed_without_a_jump)
{
    open_clock(2000000000);
    follow(0, 10, -HOUR);
    follow(10, 400, 0);
    EXPECT(distance(net_clock_error_ns(&clock_under_test)) < NANOS_MILLI);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 0);
    net_clock_steer(&clock_under_test, tsc_after(401 * NANOS_SECOND),
                    start_ns + 401 * NANOS_SECOND + (nanos_t)HOUR);
    EXPECT_UINT(net_clock_jumps(&clock_under_test), 1);
    EXPECT(distance(error_after(401 * NANOS_SECOND) - HOUR) < 10);
}

SPEC(at_a_start_it_is_not_before_what_is_written_down)
{
    open_clock(2000000000);
    uint64_t tsc = tsc_after(NANOS_MILLI);
    net_clock_not_before(&clock_under_test, tsc, start_ns - 1);
    EXPECT(distance(error_after(NANOS_MILLI)) <= 1);
    net_clock_not_before(&clock_under_test, tsc, start_ns + (nanos_t)HOUR);
    EXPECT_UINT(net_clock_time(&clock_under_test, tsc), start_ns + (nanos_t)HOUR);
    EXPECT(distance(net_clock_error_ns(&clock_under_test) + HOUR) <= NANOS_MILLI);
    net_clock_not_before(&clock_under_test, tsc, start_ns + 5); /* another journal, an older one */
    EXPECT_UINT(net_clock_time(&clock_under_test, tsc), start_ns + (nanos_t)HOUR);
    follow(1, 100, 0);
    EXPECT(net_clock_error_ns(&clock_under_test) < -HOUR + 1000 * (int64_t)NANOS_MILLI);
    EXPECT_UINT(net_clock_set_backs(&clock_under_test), 0); /* nobody has set it */
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
    S(a_system_clock_that_is_set_back_by_an_hour_stops_nothing_and_is_met_slowly)                  \
    S(the_slew_ends_where_the_system_is)                                                           \
    S(a_system_clock_that_is_set_right_again_is_followed_without_a_jump)                           \
    S(at_a_start_it_is_not_before_what_is_written_down)                                            \
    S(a_second_reading_too_soon_is_ignored)                                                        \
    S(following_the_system_keeps_within_a_millisecond_of_it)                                       \
    S(a_reader_racing_the_steering_never_sees_half_of_it)

SPEC_MAIN("net clock", SPECS, NULL, NULL)
