/* The journal's thread, on real files and beside a real engine thread; runs under the thread
 * sanitizer too. */

#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/stage/venue.h"
#include "tests/journal/storage_folder.h"
#include "tests/match/random_inputs.h"
#include "tests/stage/venue_rig.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <sched.h>
#include <time.h>

#define KIND          77u
#define SEGMENT_BYTES (1u << 17)

static struct storage_file files;
static struct journal_storage real;    /* of files */
static struct journal_storage storage; /* what the journal is given: real, or failing */
static struct journal_limits limits = {SEGMENT_BYTES, SEGMENT_BYTES / 8};
static struct journal_recovery *recovery;
static struct journal_report report;
static struct journal *journal;
static struct journal_thread thread;
static char sentences[1024];
static struct text problems;
static _Atomic bool syncs_fail;
static _Atomic uint32_t sync_ms; /* how long one takes at least */

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, bytes);
}

static enum journal_io sync_or_fail(void *context, const struct journal_file *file,
                                    const struct journal_range *ranges, uint32_t count)
{
    const struct timespec span = {.tv_nsec = (long)sync_ms * 1000000};
    if (sync_ms > 0) nanosleep(&span, NULL);
    return syncs_fail ? JOURNAL_IO_FAILED : real.sync(context, file, ranges, count);
}

static void before_each(void)
{
    spec_folder_make();
    problems = text_in(sentences, sizeof sentences);
    EXPECT(storage_file_open(
        &files, &(struct storage_file_plan){spec_folder, STORAGE_FILE_WRITE, .create = false},
        &problems));
    storage = real = storage_file_storage(&files);
    storage.sync = sync_or_fail;
    syncs_fail = false;
    sync_ms = 0;
    recovery = journal_recovery_new(memory_new(journal_recovery_footprint()), &storage,
                                    &journal_hash_quick);
    journal =
        journal_new(memory_new(journal_footprint(&limits)), &limits, &storage, &journal_hash_quick);
}

static void after_each(void)
{
    journal_thread_stop(&thread);
    journal_stop(journal);
    storage_file_close(&files);
    free(recovery);
    free(journal);
    spec_folder_remove();
}

static void begin(uint32_t cpu)
{
    EXPECT(journal_recover(recovery, NULL, &report) == JOURNAL_FAULT_EMPTY);
    EXPECT(journal_start(journal, &report) == JOURNAL_IO_OK);
    EXPECT(journal_thread_start(&thread, journal, cpu, &problems));
}

static void commit(uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint64_t *payload = journal_claim(journal, JOURNAL_ORDINARY, KIND, 64);
        if (!payload) {
            (void)sched_yield(); /* the next segment is being prepared */
            continue;
        }
        payload[0] = i++;
        (void)journal_commit(journal);
    }
}

/* Whether the watermark gets there before our patience ends. */
static bool durable_soon(uint64_t sequence)
{
    uint64_t end = patience_end(PATIENCE_S);
    while (journal_durable(journal) < sequence && patience_now_ns() < end) (void)sched_yield();
    return journal_durable(journal) >= sequence;
}

SPEC(what_is_committed_becomes_durable_without_being_asked_for)
{
    begin(JOURNAL_THREAD_ANY_CPU);
    commit(5000);
    EXPECT(durable_soon(5000));
    EXPECT(counter_read(&journal->counts.groups) > 0);
    EXPECT(counter_read(&thread.steps) > 0);
}

SPEC(stopping_makes_durable_what_was_committed_before)
{
    EXPECT(journal_recover(recovery, NULL, &report) == JOURNAL_FAULT_EMPTY);
    EXPECT(journal_start(journal, &report) == JOURNAL_IO_OK);
    for (uint64_t turn = 1; turn <= 100; turn++) {
        EXPECT(journal_thread_start(&thread, journal, JOURNAL_THREAD_ANY_CPU, &problems));
        commit(1);
        journal_thread_stop(&thread);
        EXPECT_UINT(journal_durable(journal), turn);
    }
    journal_thread_stop(&thread); /* does no harm */
}

SPEC(stopping_waits_for_as_many_syncs_as_it_takes)
{
    begin(JOURNAL_THREAD_ANY_CPU);
    commit(1);
    EXPECT(durable_soon(1));
    sync_ms = 20;
    commit(1 + 3 * SEGMENT_BYTES / 2 / 96); /* the rest of one segment, and some of the next */
    journal_thread_stop(&thread);
    EXPECT_UINT(journal_durable(journal), 2 + 3 * SEGMENT_BYTES / 2 / 96);
}

/* The same of the sleeps that the thread has begun. */
static bool slept_soon(uint64_t sleeps)
{
    uint64_t end = patience_end(PATIENCE_S);
    while (counter_read(&thread.sleeps) < sleeps && patience_wait(end)) continue;
    return counter_read(&thread.sleeps) >= sleeps;
}

SPEC(an_idle_thread_sleeps_and_wakes_in_time)
{
    begin(JOURNAL_THREAD_ANY_CPU);
    commit(1);
    EXPECT(durable_soon(1));
    EXPECT(slept_soon(10));
    const struct timespec span = {.tv_nsec = 200 * 1000000};
    uint64_t begin = patience_now_ns(), sleeps = counter_read(&thread.sleeps);
    nanosleep(&span, NULL);
    sleeps = counter_read(&thread.sleeps) - sleeps; /* by now the longest each */
    EXPECT(sleeps <= 1 + (patience_now_ns() - begin) / JOURNAL_THREAD_SLEEP_MAX_NS);
    EXPECT(counter_read(&thread.yields) < 10 * JOURNAL_THREAD_YIELDS);
    uint64_t yields = counter_read(&thread.yields);
    commit(1);
    EXPECT(durable_soon(2));
    EXPECT(slept_soon(counter_read(&thread.sleeps) + 1));
    EXPECT(counter_read(&thread.yields) >= yields + JOURNAL_THREAD_YIELDS); /* awake at first */
}

SPEC(a_failed_sync_ends_the_thread)
{
    begin(JOURNAL_THREAD_ANY_CPU);
    commit(100);
    EXPECT(durable_soon(100));
    syncs_fail = true;
    commit(1);
    for (uint64_t end = patience_end(PATIENCE_S); !journal_dead(journal) && patience_wait(end);) {
    }
    EXPECT(journal_dead(journal));
    const struct timespec span = {.tv_nsec = 50 * 1000000};
    nanosleep(&span, NULL);
    uint64_t sleeps = counter_read(&thread.sleeps);
    nanosleep(&span, NULL);
    EXPECT_UINT(counter_read(&thread.sleeps), sleeps);
    journal_thread_stop(&thread);
    EXPECT_UINT(journal_durable(journal), 100);
}

SPEC(the_thread_runs_on_the_processor_it_was_given)
{
    cpu_set_t ours, its;
    EXPECT(sched_getaffinity(0, sizeof ours, &ours) == 0);
    uint32_t cpu = 0;
    while (!CPU_ISSET(cpu, &ours)) cpu++;
    begin(cpu);
    EXPECT(pthread_getaffinity_np(thread.thread, sizeof its, &its) == 0);
    EXPECT_UINT(CPU_COUNT(&its), 1);
    EXPECT(CPU_ISSET(cpu, &its));
}

SPEC(a_processor_that_is_not_there_is_a_sentence)
{
    EXPECT(journal_recover(recovery, NULL, &report) == JOURNAL_FAULT_EMPTY);
    EXPECT(journal_start(journal, &report) == JOURNAL_IO_OK);
    EXPECT(!journal_thread_start(&thread, journal, 1023, &problems));
    EXPECT_TEXT(problems.bytes,
                "The journal's thread cannot be started on processor 1023: Invalid argument\n");
    text_clear(&problems);
    EXPECT(!journal_thread_start(&thread, journal, 5000, &problems));
    EXPECT_TEXT(problems.bytes,
                "The journal's thread cannot be started on processor 5000: Invalid argument\n");
}

/* A venue beside the thread. */

static struct {
    uint64_t taken;
    uint64_t number;
    bool wrong;
} seen;

static void take(void *context, const struct match_event *at, uint32_t count)
{
    (void)context;
    for (uint32_t i = 0; i < count; i++) {
        seen.wrong =
            seen.wrong || at[i].number < seen.number || at[i].number > journal_durable(journal);
        seen.number = at[i].number;
        seen.taken++;
    }
}

static void wait(void *context)
{
    (void)context;
    (void)sched_yield();
}

SPEC(a_venue_and_the_thread_work_side_by_side)
{
    enum { INPUTS = PARANOID ? 3000 : 20000 }; /* the engine checks itself at each */
    struct venue_limits venue_limits = {
        .match = random_inputs_limits(true), .held = 1024, .durability = VENUE_DISK};
    const struct venue_outlet outlet = {NULL, take, wait};
    struct venue *venue =
        venue_new(memory_new(venue_footprint(&venue_limits)), &venue_limits, &outlet);
    memset(&seen, 0, sizeof seen);
    EXPECT(venue_recover(venue, recovery, &report, NULL) == JOURNAL_FAULT_EMPTY);
    EXPECT(venue_start(venue, journal, &report) == JOURNAL_IO_OK);
    EXPECT(journal_thread_start(&thread, journal, JOURNAL_THREAD_ANY_CPU, &problems));
    struct random_inputs random;
    random_inputs_seed(&random, 5, true);
    uint32_t refused = 0;
    for (uint32_t i = 0; i < INPUTS; i++) {
        const struct match_input *input = random_inputs_next(&random);
        while (venue_submit(venue, input) != VENUE_OK) {
            refused++;
            (void)sched_yield();
            venue_release(venue);
        }
        venue_release(venue);
    }
    EXPECT(durable_soon(INPUTS + 1));
    venue_release(venue);
    EXPECT_UINT(venue_held(venue), 0);
    EXPECT_UINT(venue_answered(venue), INPUTS + 1);
    EXPECT(!seen.wrong);
    EXPECT_UINT(seen.taken, match_events_made(venue_match(venue)));
    const struct venue_counts *counts = venue_counts(venue);
    EXPECT_UINT(counter_read(&counts->submitted[VENUE_OK]), INPUTS);
    EXPECT_UINT(counter_read(&counts->submitted[VENUE_BUSY]) +
                    counter_read(&counts->submitted[VENUE_NO_SPACE]),
                refused);

    /* And it can be recovered by another one. */
    uint64_t digest = match_digest(venue_match(venue));
    journal_thread_stop(&thread);
    free(venue);
    venue = venue_new(memory_new(venue_footprint(&venue_limits)), &venue_limits, NULL);
    EXPECT(venue_recover(venue, recovery, &report, NULL) == JOURNAL_FAULT_NONE);
    EXPECT_UINT(match_digest(venue_match(venue)), digest);
    free(venue);
}

#define SPECS(S)                                                                                   \
    S(what_is_committed_becomes_durable_without_being_asked_for)                                   \
    S(stopping_makes_durable_what_was_committed_before)                                            \
    S(stopping_waits_for_as_many_syncs_as_it_takes)                                                \
    S(an_idle_thread_sleeps_and_wakes_in_time)                                                     \
    S(a_failed_sync_ends_the_thread)                                                               \
    S(the_thread_runs_on_the_processor_it_was_given)                                               \
    S(a_processor_that_is_not_there_is_a_sentence)                                                 \
    S(a_venue_and_the_thread_work_side_by_side)
SPEC_MAIN("journal_thread", SPECS, before_each, after_each)
