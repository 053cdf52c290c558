#ifndef DATAPLANE_STAGE_JOURNAL_THREAD_SETUP_H
#define DATAPLANE_STAGE_JOURNAL_THREAD_SETUP_H

/* The thread that makes a journal's records durable, group by group.  Cold: it waits for the disk,
 * which is why it is no stage.
 *
 * while there is work    journal_sync_step: what was committed during one sync is the next group
 *     else                   yield a few times, then sleep, from 20 us doubling to 500 us
 *
 * So a record that comes while the thread sleeps waits at most JOURNAL_THREAD_SLEEP_MAX_NS longer
 * than its sync takes, and under load the thread never sleeps.
 *
 * After a failed sync (J7) the thread ends by itself; journal_dead says so.
 *
 * Threads: start and stop from the one that set the journal up; the counters are any's. */

#include "dataplane/base/text.h"
#include "dataplane/journal/journal.h"

#include <pthread.h>

#define JOURNAL_THREAD_YIELDS       16u
#define JOURNAL_THREAD_SLEEP_MIN_NS 20000u
#define JOURNAL_THREAD_SLEEP_MAX_NS 500000u
#define JOURNAL_THREAD_ANY_CPU      UINT32_MAX

struct journal_thread {
    struct journal *journal;
    _Atomic uint32_t stopping;
    bool running;
    pthread_t thread;
    struct counter steps; /* that did some work */
    struct counter yields;
    struct counter sleeps;
};

/* Starts the thread for a started journal, on this processor or on any.  False and a sentence if
 * that is not possible. */
MUST_USE bool journal_thread_start(struct journal_thread *thread, struct journal *journal,
                                   uint32_t cpu, struct text *problems);

/* Makes everything durable that was committed before the call, unless the disk has failed, and ends
 * the thread.  journal_stop may follow. */
void journal_thread_stop(struct journal_thread *thread);

#endif
