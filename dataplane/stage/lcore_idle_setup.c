#include "dataplane/stage/lcore_idle.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The only system calls of an lcore: in idle rounds, when the plan allows them. */

struct lcore_rest lcore_rest_new(enum lcore_idle idle, struct lcore_bell *bell)
{
    if (idle == LCORE_BACK_OFF) (void)prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
    return (struct lcore_rest){.idle = idle, .bell = bell, .sleep_ns = LCORE_SLEEP_MIN_NS};
}

/* Sequentially consistent, here and in lcore_wake: either the one who rings sees that we sleep, or
 * the kernel sees that the bell was rung and does not let us. */
static void sleep_or_ring(struct lcore_rest *rest)
{
    struct lcore_bell *bell = rest->bell;
    struct timespec span = {.tv_nsec = rest->sleep_ns};
    atomic_store(&bell->sleeps, 1);
    (void)syscall(SYS_futex, &bell->rung, FUTEX_WAIT_PRIVATE, rest->heard, &span, NULL, 0);
    atomic_store(&bell->sleeps, 0);
}

bool lcore_rest_wait(struct lcore_rest *rest)
{
    if (rest->empty_rounds < LCORE_YIELD_ROUNDS) {
        (void)sched_yield();
        rest->sleep_ns = LCORE_SLEEP_MIN_NS;
    } else {
        sleep_or_ring(rest);
        if (rest->sleep_ns < LCORE_SLEEP_MAX_NS) rest->sleep_ns *= 2;
        if (rest->sleep_ns > LCORE_SLEEP_MAX_NS) rest->sleep_ns = LCORE_SLEEP_MAX_NS;
    }
    /* Acquires what was said before a ring. */
    rest->heard = atomic_load_explicit(&rest->bell->rung, memory_order_acquire);
    return true;
}

void lcore_wake(struct lcore *lcore)
{
    struct lcore_bell *bell = &lcore->bell;
    if (lcore->plan.idle == LCORE_SPIN) return;
    (void)atomic_fetch_add(&bell->rung, 1);
    if (atomic_load(&bell->sleeps) == 0 || atomic_exchange(&bell->sleeps, 0) == 0) return;
    (void)syscall(SYS_futex, &bell->rung, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
