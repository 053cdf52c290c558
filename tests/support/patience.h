#ifndef TESTS_SUPPORT_PATIENCE_H
#define TESTS_SUPPORT_PATIENCE_H

/* How a racing test waits for the other thread: it spins, and on a machine with more threads than
 * cores it lets the other one run.  And how long it races: less where every access is checked. */

#include <sched.h>
#include <stdint.h>

static inline void patience_lose(uint32_t *turns)
{
    if (++*turns % 512 == 0) sched_yield();
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
