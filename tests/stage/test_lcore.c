/* What an lcore promises to the stages it runs, and to who watches it. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/stage/lcore_idle.h"
#include "dataplane/stage/stage.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

/* A stage that notes what it was asked and works by a script. */
struct script {
    uint64_t turns;
    uint64_t housekeepings;
    uint64_t work_until; /* turns that find work */
    uint64_t done_after; /* turns until it is done */
    uint64_t halt_after; /* turns until it halts its lcore; 0: never */
    uint64_t spin_ticks; /* how long a turn with work takes */
    uint64_t wakes;      /* housekeepings after which it is not done once more */
    uint64_t order;      /* when it had its last turn, by the shared count */
    struct lcore *lcore;
};

static uint64_t order_count;

static uint32_t script_turn(void *self, uint64_t tsc)
{
    struct script *script = self;
    script->turns++;
    script->order = ++order_count;
    if (script->turns == script->halt_after) lcore_halt(script->lcore);
    if (script->turns > script->work_until) return 0;
    while (clock_now() - tsc < script->spin_ticks) __builtin_ia32_pause();
    return 3;
}

static void script_housekeeping(void *self, uint64_t tsc)
{
    struct script *script = self;
    (void)tsc;
    script->housekeepings++;
    if (script->wakes > 0) {
        script->wakes--;
        script->done_after = script->turns + 1;
    }
}

static bool script_done(const void *self)
{
    const struct script *script = self;
    return script->turns >= script->done_after;
}

static const struct stage_kind script_kind = {"script", script_turn, script_housekeeping,
                                              script_done};

static struct lcore lcore;
static struct script script[2];
static struct stage stage[2];
static struct lcore_plan plan;

static void before_each(void)
{
    memset(script, 0, sizeof script);
    memset(stage, 0, sizeof stage);
    order_count = 0;
    for (uint32_t i = 0; i < 2; i++) {
        script[i].lcore = &lcore;
        stage[i].kind = &script_kind;
        stage[i].self = &script[i];
    }
    plan = (struct lcore_plan){.idle = LCORE_SPIN,
                               .housekeeping_ticks = UINT64_MAX / 4,
                               .halt_ticks = UINT64_MAX / 4,
                               .stages = 1,
                               .stage = {&stage[0], &stage[1]}};
}

static void run(void)
{
    lcore_new(&lcore, &plan);
    lcore_run(&lcore);
}

static void *run_thread(void *unused)
{
    lcore_run(&lcore);
    return unused;
}

SPEC(an_lcore_boots_runs_halts_and_is_done)
{
    lcore_new(&lcore, &plan);
    EXPECT_UINT(lcore_state(&lcore), LCORE_BOOT);
    pthread_t thread;
    EXPECT(pthread_create(&thread, NULL, run_thread, NULL) == 0);
    while (lcore_state(&lcore) == LCORE_BOOT) __builtin_ia32_pause();
    EXPECT_UINT(lcore_state(&lcore), LCORE_RUN);
    lcore_halt(&lcore);
    EXPECT(lcore_state(&lcore) >= LCORE_HALT);
    pthread_join(thread, NULL);
    EXPECT_UINT(lcore_state(&lcore), LCORE_DONE);
    EXPECT_UINT(counter_read(&lcore.unfinished), 0);
    lcore_halt(&lcore);
    EXPECT_UINT(lcore_state(&lcore), LCORE_DONE);
}

SPEC(a_halt_before_the_start_is_not_forgotten)
{
    lcore_new(&lcore, &plan);
    lcore_halt(&lcore);
    EXPECT_UINT(lcore_state(&lcore), LCORE_HALT);
    lcore_run(&lcore);
    EXPECT_UINT(lcore_state(&lcore), LCORE_DONE);
    EXPECT_UINT(script[0].turns, 1);
}

SPEC(after_a_halt_a_stage_has_turns_until_it_is_done)
{
    script[0].halt_after = 5;
    script[0].done_after = 50;
    run();
    EXPECT_UINT(script[0].turns, 50);
    EXPECT_UINT(counter_read(&lcore.unfinished), 0);
}

SPEC(a_stage_that_is_never_done_is_left_in_time_and_counted)
{
    plan.stages = 2;
    plan.halt_ticks = 1000000;
    script[0].halt_after = 1;
    script[1].done_after = UINT64_MAX;
    uint64_t begin = clock_now();
    run();
    EXPECT(clock_now() - begin >= plan.halt_ticks);
    EXPECT_UINT(counter_read(&lcore.unfinished), 1);
    EXPECT_UINT(lcore_state(&lcore), LCORE_DONE);
}

SPEC(what_the_last_housekeeping_passes_on_is_still_worked_on)
{
    plan.stages = 2;
    script[0].halt_after = 10;
    script[1].wakes = 2; /* the first housekeeping is that of the start */
    run();
    EXPECT_UINT(script[1].turns, 11);
    EXPECT_UINT(counter_read(&lcore.unfinished), 0);
}

SPEC(stages_have_their_turns_in_order_and_equally_often)
{
    plan.stages = 2;
    script[0].halt_after = 1000;
    run();
    EXPECT_UINT(script[0].turns, script[1].turns);
    EXPECT_UINT(script[1].order, script[0].order + 1);
}

SPEC(every_stage_has_housekeeping_at_its_interval_and_once_at_the_end)
{
    plan.stages = 2;
    plan.housekeeping_ticks = 200000;
    script[0].spin_ticks = 100000;
    script[0].work_until = UINT64_MAX;
    script[0].halt_after = 100;
    uint64_t begin = clock_now();
    run();
    uint64_t intervals = (clock_now() - begin) / plan.housekeeping_ticks;
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT(script[i].housekeepings >= 2);
        EXPECT(script[i].housekeepings <= intervals + 2);
    }
    EXPECT(counter_read(&lcore.heartbeat_tsc) > begin);
}

SPEC(busy_and_idle_turns_are_counted_apart)
{
    script[0].work_until = 40;
    script[0].spin_ticks = 5000;
    script[0].halt_after = 100;
    run();
    const struct stage_counters *counters = &stage[0].counters;
    EXPECT_UINT(counter_read(&counters->turn_busy), 40);
    EXPECT_UINT(counter_read(&counters->turn_idle), 60);
    EXPECT_UINT(counter_read(&counters->work), 120);
    EXPECT_UINT(histogram_count(&counters->turn), 40);
    EXPECT(counter_read(&counters->ticks_busy) >= 40 * 5000);
    EXPECT(counter_read(&counters->turn_longest_ticks) >= 5000);
    EXPECT(counter_read(&counters->turn_longest_ticks) <= counter_read(&counters->ticks_busy));
    EXPECT_UINT(histogram_at(&counters->turn, 1000000),
                counter_read(&counters->turn_longest_ticks));
}

SPEC(a_spinning_lcore_never_sleeps)
{
    script[0].halt_after = 20 * LCORE_YIELD_ROUNDS;
    run();
    EXPECT_UINT(counter_read(&lcore.slept), 0);
}

SPEC(an_lcore_that_may_back_off_pauses_yields_and_sleeps_in_this_order)
{
    plan.idle = LCORE_BACK_OFF;
    script[0].halt_after = LCORE_PAUSE_ROUNDS;
    run();
    EXPECT_UINT(counter_read(&lcore.slept), 0);

    before_each();
    plan.idle = LCORE_BACK_OFF;
    script[0].halt_after = LCORE_YIELD_ROUNDS + 11;
    run();
    EXPECT_UINT(counter_read(&lcore.slept), LCORE_YIELD_ROUNDS + 10 - LCORE_PAUSE_ROUNDS);
}

SPEC(work_begins_the_back_off_again)
{
    struct lcore_bell bell = {0};
    struct lcore_rest rest = lcore_rest_new(LCORE_BACK_OFF, &bell);
    for (uint32_t i = 0; i < LCORE_YIELD_ROUNDS + 10; i++) (void)lcore_rest_idle(&rest);
    EXPECT(rest.sleep_ns > LCORE_SLEEP_MIN_NS);
    EXPECT(rest.sleep_ns <= LCORE_SLEEP_MAX_NS);
    lcore_rest_worked(&rest);
    for (uint32_t i = 0; i < LCORE_PAUSE_ROUNDS; i++) EXPECT(!lcore_rest_idle(&rest));
    EXPECT(lcore_rest_idle(&rest));
    EXPECT_UINT(rest.sleep_ns, LCORE_SLEEP_MIN_NS);
}

/* The bell.  A ring that is missed costs LONG_NS; that the kernel then ends the wait, and nobody
 * else, is told by ETIMEDOUT, however late this thread runs. */

enum { LONG_NS = 999999999, SHORT_NS = 1000, RINGS = 1000 };

static struct lcore_rest rest;
static _Atomic uint32_t said, rung, taken, slept_over;

static void sleeper_make(void)
{
    plan.idle = LCORE_BACK_OFF;
    lcore_new(&lcore, &plan);
    rest = lcore_rest_new(LCORE_BACK_OFF, &lcore.bell);
    atomic_store(&slept_over, 0);
}

/* True if no ring has ended it. */
static bool sleep_once(uint32_t span_ns)
{
    rest.empty_rounds = LCORE_YIELD_ROUNDS;
    rest.sleep_ns = span_ns;
    errno = 0;
    (void)lcore_rest_wait(&rest);
    return errno == ETIMEDOUT;
}

SPEC(a_ring_before_the_sleep_is_not_slept_over)
{
    sleeper_make();
    EXPECT(sleep_once(SHORT_NS)); /* nobody has rung */
    lcore_wake(&lcore);
    EXPECT(!sleep_once(LONG_NS));
    EXPECT_UINT(rest.heard, 1);
}

static void *sleep_thread(void *unused)
{
    for (uint32_t round = 0; round < RINGS && !atomic_load(&slept_over);) {
        if (atomic_load(&said) > round) atomic_store(&taken, ++round);
        else if (sleep_once(LONG_NS) && atomic_load(&rung) > round) atomic_store(&slept_over, 1);
    }
    return unused;
}

/* In all places where a ring may come: before the look, behind it, while it sleeps. */
SPEC(of_many_rings_none_is_slept_over)
{
    pthread_t thread;
    sleeper_make();
    atomic_store(&said, 0);
    atomic_store(&rung, 0);
    atomic_store(&taken, 0);
    EXPECT(pthread_create(&thread, NULL, sleep_thread, NULL) == 0);
    for (uint32_t i = 1; i <= RINGS && !atomic_load(&slept_over); i++) {
        for (uint32_t pause = i % 64 * 50; pause > 0; pause--) __builtin_ia32_pause();
        atomic_store(&said, i);
        lcore_wake(&lcore);
        atomic_store(&rung, i);
        while (atomic_load(&taken) < i && !atomic_load(&slept_over)) sched_yield();
    }
    pthread_join(thread, NULL);
    EXPECT_UINT(atomic_load(&slept_over), 0);
}

SPEC(an_lcore_that_spins_has_no_bell)
{
    lcore_new(&lcore, &plan);
    lcore_wake(&lcore);
    EXPECT_UINT(atomic_load(&lcore.bell.rung), 0);
}

SPEC(an_lcore_without_stages_or_without_housekeeping_is_refused)
{
    plan.stages = 0;
    EXPECT_STOP(lcore_new(&lcore, &plan), "stages > 0");
    plan.stages = LCORE_STAGES_MAX + 1;
    EXPECT_STOP(lcore_new(&lcore, &plan), "LCORE_STAGES_MAX");
    plan.stages = 1;
    plan.housekeeping_ticks = 0;
    EXPECT_STOP(lcore_new(&lcore, &plan), "housekeeping_ticks > 0");
}

#define SPECS(S)                                                                                   \
    S(an_lcore_boots_runs_halts_and_is_done)                                                       \
    S(a_halt_before_the_start_is_not_forgotten)                                                    \
    S(after_a_halt_a_stage_has_turns_until_it_is_done)                                             \
    S(a_stage_that_is_never_done_is_left_in_time_and_counted)                                      \
    S(what_the_last_housekeeping_passes_on_is_still_worked_on)                                     \
    S(stages_have_their_turns_in_order_and_equally_often)                                          \
    S(every_stage_has_housekeeping_at_its_interval_and_once_at_the_end)                            \
    S(busy_and_idle_turns_are_counted_apart)                                                       \
    S(a_spinning_lcore_never_sleeps)                                                               \
    S(an_lcore_that_may_back_off_pauses_yields_and_sleeps_in_this_order)                           \
    S(work_begins_the_back_off_again)                                                              \
    S(a_ring_before_the_sleep_is_not_slept_over)                                                   \
    S(of_many_rings_none_is_slept_over)                                                            \
    S(an_lcore_that_spins_has_no_bell)                                                             \
    S(an_lcore_without_stages_or_without_housekeeping_is_refused)
SPEC_MAIN("lcore", SPECS, before_each, NULL)
