#include "dataplane/stage/lcore_idle.h"
#include "dataplane/stage/stage.h"

#include <string.h>
#include <x86intrin.h>

void lcore_new(struct lcore *lcore, const struct lcore_plan *plan)
{
    CHECK(plan->stages > 0);
    CHECK(plan->stages <= LCORE_STAGES_MAX);
    CHECK(plan->housekeeping_ticks > 0);
    memset(lcore, 0, sizeof *lcore);
    lcore->plan = *plan;
}

/* One turn of one stage, booked as busy or idle by what it returned.  begin is the time stamp the
 * stage before ended at, so that a turn costs one read of the counter. */
static inline uint64_t stage_turn(struct stage *stage, uint64_t begin, uint32_t *work)
{
    uint32_t did = stage->kind->turn(stage->self, begin);
    uint64_t end = __rdtsc();
    struct stage_counters *counters = &stage->counters;
    if (did == 0) {
        counter_one(&counters->turn_idle);
        counter_add(&counters->ticks_idle, end - begin);
        return end;
    }
    counter_one(&counters->turn_busy);
    counter_add(&counters->ticks_busy, end - begin);
    counter_add(&counters->work, did);
    counter_raise(&counters->turn_longest_ticks, end - begin);
    histogram_record(&counters->turn, end - begin);
    *work += did;
    return end;
}

static uint64_t round_turn(struct lcore *lcore, uint64_t tsc, uint32_t *work)
{
    for (uint32_t i = 0; i < lcore->plan.stages; i++)
        tsc = stage_turn(lcore->plan.stage[i], tsc, work);
    return tsc;
}

static COLD void lcore_housekeep(struct lcore *lcore, uint64_t tsc)
{
    for (uint32_t i = 0; i < lcore->plan.stages; i++) {
        struct stage *stage = lcore->plan.stage[i];
        stage->kind->housekeeping(stage->self, tsc);
    }
    counter_set(&lcore->heartbeat_tsc, tsc);
}

static uint32_t lcore_unfinished(const struct lcore *lcore)
{
    uint32_t unfinished = 0;
    for (uint32_t i = 0; i < lcore->plan.stages; i++)
        unfinished += !lcore->plan.stage[i]->kind->done(lcore->plan.stage[i]->self);
    return unfinished;
}

/* Asked to halt: true if the stages are done, or have had their time.  The last housekeeping may
 * still pass something on, so they are asked again after it; it is also what their views show. */
static COLD bool lcore_finished(struct lcore *lcore, uint64_t tsc, uint64_t halt_at)
{
    bool late = tsc - halt_at > lcore->plan.halt_ticks;
    if (lcore_unfinished(lcore) > 0 && !late) return false;
    lcore_housekeep(lcore, tsc);
    uint32_t unfinished = lcore_unfinished(lcore);
    if (unfinished > 0 && !late) return false;
    counter_set(&lcore->unfinished, unfinished);
    return true;
}

void lcore_run(struct lcore *lcore)
{
    struct lcore_rest rest = lcore_rest_new(lcore->plan.idle, &lcore->bell);
    uint64_t tsc = __rdtsc(), next_housekeeping = tsc, halt_at = 0;

    /* Release pairs with the acquire in lcore_state: who sees RUN sees the stages built.  A halt
     * asked for before the start must not be overwritten. */
    uint32_t boot = LCORE_BOOT;
    atomic_compare_exchange_strong_explicit(&lcore->state, &boot, LCORE_RUN, memory_order_release,
                                            memory_order_relaxed);
    for (;;) {
        uint32_t work = 0;
        tsc = round_turn(lcore, tsc, &work);
        if (unlikely(tsc >= next_housekeeping)) {
            lcore_housekeep(lcore, tsc);
            next_housekeeping = tsc + lcore->plan.housekeeping_ticks;
        }
        if (unlikely(atomic_load_explicit(&lcore->state, memory_order_relaxed) == LCORE_HALT)) {
            if (halt_at == 0) halt_at = tsc;
            if (lcore_finished(lcore, tsc, halt_at)) break;
        }
        if (work > 0) lcore_rest_worked(&rest);
        else if (lcore_rest_idle(&rest)) {
            counter_one(&lcore->slept);
            tsc = __rdtsc();
        }
    }
    /* Release pairs with the acquire in lcore_state: who sees DONE may read all the stages own. */
    atomic_store_explicit(&lcore->state, LCORE_DONE, memory_order_release);
}

void lcore_halt(struct lcore *lcore)
{
    uint32_t state = atomic_load_explicit(&lcore->state, memory_order_relaxed);
    while (state < LCORE_HALT &&
           !atomic_compare_exchange_weak_explicit(&lcore->state, &state, LCORE_HALT,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

enum lcore_state lcore_state(const struct lcore *lcore)
{
    return (enum lcore_state)atomic_load_explicit(&lcore->state, memory_order_acquire);
}
