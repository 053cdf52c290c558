#ifndef DATAPLANE_BASE_THREAD_SETUP_H
#define DATAPLANE_BASE_THREAD_SETUP_H

/* A thread beside those that expect signals.  It is sent none, but for the faults of its own: where
 * those are blocked the system ends the process without asking the handler that would write down
 * what has happened.  That handler has a stack of its own there.
 *
 * Threads: any.  Cold. */

#include "dataplane/base/fault_stack_setup.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct thread_start {
    void *(*run)(void *);
    void *argument;
};

static inline void *thread_run(void *given)
{
    struct thread_start start = *(struct thread_start *)given;
    free(given);
    void *stack = fault_stack_give();
    void *result = start.run(start.argument);
    fault_stack_take(stack);
    return result;
}

/* As pthread_create. */
static inline int thread_begin(pthread_t *thread, const pthread_attr_t *attributes,
                               void *(*run)(void *), void *argument)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
    struct thread_start *start = malloc(sizeof *start);
    sigset_t blocked, before;
    if (!start) return ENOMEM;
    *start = (struct thread_start){run, argument};
    sigfillset(&blocked);
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int refused = pthread_create(thread, attributes, thread_run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (refused != 0) free(start);
    return refused;
}

#endif
