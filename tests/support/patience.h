#ifndef TESTS_SUPPORT_PATIENCE_H
#define TESTS_SUPPORT_PATIENCE_H

/* How a racing test waits for the other thread: it spins, and on a machine with more threads than
 * cores it lets the other one run.  How long it races: less where every access is checked, and no
 * longer than PATIENCE_RACE_S where the two seldom run at once.  And how long anything is waited
 * for that must come: a machine that is busy with other things may let a thread stand for seconds,
 * and only a failure takes all of PATIENCE_S. */

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { PATIENCE_RACE_S = 4, PATIENCE_S = 20 };

static inline void patience_lose(uint32_t *turns)
{
    if (++*turns % 512 == 0) sched_yield();
}

static inline uint64_t patience_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* When a wait that begins now is to be given up. */
static inline uint64_t patience_end(uint32_t seconds)
{
    return patience_now_ns() + seconds * (uint64_t)1000000000;
}

/* While true it may be looked at again: a millisecond has passed, and the end has not come. */
static inline bool patience_wait(uint64_t end)
{
    const struct timespec span = {.tv_nsec = 1000000};
    nanosleep(&span, NULL);
    return patience_now_ns() < end;
}

#if defined(__SANITIZE_THREAD__)
#    define PATIENCE_SLOWER 20
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define PATIENCE_SLOWER 20
#    endif
#endif
#ifndef PATIENCE_SLOWER
#    define PATIENCE_SLOWER (PARANOID ? 5 : 1)
#endif

#endif
