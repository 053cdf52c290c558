#include "dataplane/stage/lcore_idle.h"

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

/* The only system calls of an lcore: in idle rounds, when the plan allows them. */

struct lcore_rest lcore_rest_new(enum lcore_idle idle)
{
    if (idle == LCORE_BACK_OFF) (void)prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
    return (struct lcore_rest){.idle = idle, .sleep_ns = LCORE_SLEEP_MIN_NS};
}

bool lcore_rest_wait(struct lcore_rest *rest)
{
    if (rest->empty_rounds < LCORE_YIELD_ROUNDS) {
        (void)sched_yield();
        rest->sleep_ns = LCORE_SLEEP_MIN_NS;
        return true;
    }
    struct timespec span = {.tv_nsec = rest->sleep_ns};
    (void)nanosleep(&span, NULL);
    if (rest->sleep_ns < LCORE_SLEEP_MAX_NS) rest->sleep_ns *= 2;
    if (rest->sleep_ns > LCORE_SLEEP_MAX_NS) rest->sleep_ns = LCORE_SLEEP_MAX_NS;
    return true;
}
