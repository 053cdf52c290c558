/* The service's own clock: its turns come as often as asked, not all at once when they are late,
 * and not behind its end. */

#include "control/redis/redis_tick.h"
#include "dataplane/base/system_clock.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVERY_NS (5 * NANOS_MILLI)

static struct ev_loop *loop;
static struct redis_tick tick;
static uint32_t turns;
static char problem[200];
static struct text problems;

static void turn(void *context)
{
    uint32_t *counted = context;
    (*counted)++;
}

static bool tick_new(void)
{
    const struct redis_tick_plan plan = {
        .loop = loop, .every_ns = EVERY_NS, .context = &turns, .turn = turn};
    return redis_tick_new(&tick, &plan, &problems);
}

static void before_each(void)
{
    loop = ev_loop_new(EVFLAG_AUTO);
    turns = 0;
    problems = text_in(problem, sizeof problem);
}

static void after_each(void)
{
    ev_loop_destroy(loop);
}

SPEC(a_turn_comes_each_time_and_the_loop_waits_for_it)
{
    nanos_t begin = system_clock_monotonic();
    EXPECT(tick_new());
    while (turns < 10) ev_run(loop, EVRUN_ONCE);
    EXPECT(system_clock_monotonic() - begin >= 10 * EVERY_NS);
    EXPECT_UINT(turns, 10);
    redis_tick_free(&tick);
}

SPEC(turns_that_are_late_are_one)
{
    EXPECT(tick_new());
    usleep(5 * EVERY_NS / 1000);
    ev_run(loop, EVRUN_ONCE);
    EXPECT_UINT(turns, 1);
    redis_tick_free(&tick);
}

SPEC(none_comes_before_its_time_and_none_behind_the_end)
{
    nanos_t begin = system_clock_monotonic();
    EXPECT(tick_new());
    ev_run(loop, EVRUN_NOWAIT);
    EXPECT(turns == 0 || system_clock_monotonic() - begin >= EVERY_NS);
    redis_tick_free(&tick);
    EXPECT(!ev_is_active(&tick.input));
    turns = 0;
    usleep(2 * EVERY_NS / 1000);
    ev_run(loop, EVRUN_NOWAIT);
    EXPECT_UINT(turns, 0);
}

SPEC(without_a_file_for_it_a_sentence_says_so)
{
    struct rlimit was, none;
    EXPECT(getrlimit(RLIMIT_NOFILE, &was) == 0);
    none = was;
    none.rlim_cur = 0;
    EXPECT(setrlimit(RLIMIT_NOFILE, &none) == 0);
    bool made = tick_new();
    EXPECT(setrlimit(RLIMIT_NOFILE, &was) == 0);
    EXPECT(!made);
    EXPECT_TEXT(problem, "redis: there is no clock for its turns: Too many open files\n");
}

#define SPECS(S)                                                                                   \
    S(a_turn_comes_each_time_and_the_loop_waits_for_it)                                            \
    S(turns_that_are_late_are_one)                                                                 \
    S(none_comes_before_its_time_and_none_behind_the_end)                                          \
    S(without_a_file_for_it_a_sentence_says_so)
SPEC_MAIN("redis: tick", SPECS, before_each, after_each)
