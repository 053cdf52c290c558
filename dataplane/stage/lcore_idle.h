#ifndef DATAPLANE_STAGE_LCORE_IDLE_H
#define DATAPLANE_STAGE_LCORE_IDLE_H

/* What a poll loop does when there is nothing to do.
 *
 * With LCORE_SPIN nothing at all.  With LCORE_BACK_OFF it pauses for the first empty rounds, then
 * yields the core (two spinning threads on one core wait milliseconds for each other; yielding
 * makes that microseconds), then sleeps, from 20 us doubling to 200 us, or until its bell is rung
 * (lcore_wake).  Work resets it.  Only these steps make system calls, and only in idle rounds.
 *
 * No ring is slept over: each wait ends with a look at the bell, behind which comes a round; the
 * next sleep does not begin if the bell has been rung since that look. */

#include "dataplane/stage/stage.h"

struct lcore_rest {
    enum lcore_idle idle;
    struct lcore_bell *bell;
    uint32_t heard; /* how often it was rung, at the end of the last wait */
    uint32_t empty_rounds;
    uint32_t sleep_ns;
};

#define LCORE_PAUSE_ROUNDS 1000u
#define LCORE_YIELD_ROUNDS 2000u
#define LCORE_SLEEP_MIN_NS 20000u
#define LCORE_SLEEP_MAX_NS 200000u

/* Also makes the kernel's timer slack 1 ns on this thread: with its default of 50 us no sleep is
 * shorter than 70 us. */
struct lcore_rest lcore_rest_new(enum lcore_idle idle, struct lcore_bell *bell);

static inline void lcore_rest_worked(struct lcore_rest *rest)
{
    rest->empty_rounds = 0;
}

/* Yields or sleeps; true if it did. */
COLD bool lcore_rest_wait(struct lcore_rest *rest);

/* After a round without work.  True if time has passed meanwhile. */
static inline bool lcore_rest_idle(struct lcore_rest *rest)
{
    if (rest->idle == LCORE_SPIN) return false;
    if (rest->empty_rounds++ < LCORE_PAUSE_ROUNDS) {
        __builtin_ia32_pause();
        return false;
    }
    return lcore_rest_wait(rest);
}

#endif
