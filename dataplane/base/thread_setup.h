#ifndef DATAPLANE_BASE_THREAD_SETUP_H
#define DATAPLANE_BASE_THREAD_SETUP_H

/* A thread beside those that expect signals.  It is sent none, but for the faults of its own: where
 * those are blocked the system ends the process without asking the handler that would write down
 * what has happened.
 *
 * Threads: any.  Cold. */

#include <pthread.h>
#include <signal.h>

/* As pthread_create. */
static inline int thread_begin(pthread_t *thread, const pthread_attr_t *attributes,
                               void *(*run)(void *), void *argument)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int refused = pthread_create(thread, attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return refused;
}

#endif
