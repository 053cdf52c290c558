#include "dataplane/stage/journal_thread_setup.h"

#include "dataplane/base/thread_setup.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* stopping is read before the step, so that the last step sees everything that was committed before
 * it was set. */

static void rest(struct journal_thread *thread, uint32_t idle_steps)
{
    if (idle_steps <= JOURNAL_THREAD_YIELDS) {
        counter_one(&thread->yields);
        (void)sched_yield();
        return;
    }
    uint32_t doublings = idle_steps - JOURNAL_THREAD_YIELDS - 1;
    uint32_t sleep_ns = JOURNAL_THREAD_SLEEP_MAX_NS;
    if (doublings < 5 && JOURNAL_THREAD_SLEEP_MIN_NS << doublings < sleep_ns)
        sleep_ns = JOURNAL_THREAD_SLEEP_MIN_NS << doublings;
    struct timespec span = {.tv_nsec = sleep_ns};
    counter_one(&thread->sleeps);
    (void)nanosleep(&span, NULL);
}

static void *run(void *argument)
{
    struct journal_thread *thread = argument;
    (void)prctl(PR_SET_NAME, "journal", 0ul, 0ul, 0ul);
    /* With the kernel's default slack of 50 us no sleep is shorter than 70 us. */
    (void)prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
    uint32_t idle_steps = 0;
    for (;;) {
        /* Acquires the release in journal_thread_stop. */
        bool last = atomic_load_explicit(&thread->stopping, memory_order_acquire) != 0;
        enum journal_step step = journal_sync_step(thread->journal);
        if (step == JOURNAL_STEP_DEAD) return NULL;
        if (step == JOURNAL_STEP_WORKED) {
            counter_one(&thread->steps);
            idle_steps = 0;
            continue;
        }
        if (last) return NULL;
        rest(thread, ++idle_steps);
    }
}

static bool refused(struct text *problems, uint32_t cpu, int cause)
{
    if (cpu == JOURNAL_THREAD_ANY_CPU)
        text_format(problems, "The journal's thread cannot be started: %s\n", strerror(cause));
    else
        text_format(problems, "The journal's thread cannot be started on processor %u: %s\n", cpu,
                    strerror(cause));
    return false;
}

bool journal_thread_start(struct journal_thread *thread, struct journal *journal, uint32_t cpu,
                          struct text *problems)
{
    *thread = (struct journal_thread){.journal = journal};
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return refused(problems, cpu, ENOMEM);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    int cause = 0;
    if (cpu != JOURNAL_THREAD_ANY_CPU) {
        cause = cpu < CPU_SETSIZE ? 0 : EINVAL;
        if (cause == 0) CPU_SET(cpu, &cpus);
        if (cause == 0) cause = pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
    }
    if (cause == 0) cause = thread_begin(&thread->thread, &attributes, run, thread);
    pthread_attr_destroy(&attributes);
    if (cause != 0) return refused(problems, cpu, cause);
    thread->running = true;
    return true;
}

void journal_thread_stop(struct journal_thread *thread)
{
    if (!thread->running) return;
    /* Releases what was committed before to the acquire in run. */
    atomic_store_explicit(&thread->stopping, 1, memory_order_release);
    pthread_join(thread->thread, NULL);
    thread->running = false;
}
