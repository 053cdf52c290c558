/* The engine and the journal's thread at once.  Run under the thread sanitizer this proves the
 * orders; everywhere it proves that nothing is lost between the two. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <sched.h>

#define RECORDS 200000u

static struct world *world;
static _Atomic bool finished;
static _Atomic uint64_t lied; /* a watermark that was ahead of the engine, or went back */

static void before_each(void)
{
    world = world_new();
    world_clear(world, 1, (struct journal_limits){1u << 18, 1u << 14});
    atomic_store(&finished, false);
    atomic_store(&lied, 0);
}

static void after_each(void)
{
    world_delete(world);
}

/* A disk without sectors: syncing would read what the engine is writing, as a real one may. */
static enum journal_io sync_nothing(void *context, const struct journal_file *file,
                                    const struct journal_range *ranges, uint32_t count)
{
    (void)context, (void)file, (void)ranges, (void)count;
    return JOURNAL_IO_OK;
}

static void *journal_thread(void *unused)
{
    uint64_t before = 0, seen = 0;
    struct journal_swept swept;
    while (!atomic_load(&finished)) {
        if (journal_sync_step(world->journal) == JOURNAL_STEP_IDLE) sched_yield();
        uint64_t durable = journal_durable(world->journal);
        if (durable < before) atomic_fetch_add(&lied, 1);
        before = durable;
        if (durable < seen + 5000) continue;
        /* Old segments go, or the disk of the model is full. */
        seen = durable;
        const struct journal_snapshot state = {.sequence = durable, .durable = durable};
        if (journal_snapshot_write(&world->model.storage, world->hash, &state) != JOURNAL_IO_OK ||
            journal_snapshot_sweep(&world->model.storage, 0, &swept) != JOURNAL_IO_OK)
            atomic_fetch_add(&lied, 1);
    }
    while (journal_sync_step(world->journal) == JOURNAL_STEP_WORKED) continue;
    return unused;
}

static uint64_t engine(void)
{
    uint64_t refused = 0;
    for (uint64_t sequence = 1; sequence <= RECORDS;) {
        uint32_t bytes = (uint32_t)(sequence * 7 % 200);
        uint64_t *payload = journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, bytes + 8);
        if (!payload) {
            refused++;
            sched_yield();
            continue;
        }
        *payload = sequence;
        if (journal_commit(world->journal) != sequence) atomic_fetch_add(&lied, 1);
        if (journal_durable(world->journal) > sequence) atomic_fetch_add(&lied, 1);
        sequence++;
    }
    return refused;
}

static bool on_snapshot(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    (void)bytes, (void)length;
    *(uint64_t *)context = sequence;
    return true;
}

static bool on_record(void *context, const struct journal_record *record)
{
    uint64_t *last = context;
    const uint64_t *number = (const uint64_t *)(const void *)record->payload;
    bool right = record->sequence == *last + 1 && *number == record->sequence &&
                 record->payload_bytes == record->sequence * 7 % 200 + 8;
    *last = record->sequence;
    return right;
}

SPEC(everything_the_engine_commits_is_found_synced_and_linked_by_the_thread)
{
    pthread_t thread;
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_EMPTY);
    world->model.storage.sync = sync_nothing;
    EXPECT_UINT(world_start(world), JOURNAL_IO_OK);
    EXPECT_UINT((uint64_t)pthread_create(&thread, NULL, journal_thread, NULL), 0);
    uint64_t refused = engine();
    atomic_store(&finished, true);
    (void)pthread_join(thread, NULL);
    EXPECT_UINT(atomic_load(&lied), 0);
    EXPECT_UINT(journal_durable(world->journal), RECORDS);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_ORDINARY), refused);
    EXPECT(counter_read(&world->journal->counts.segments) > 50);

    uint64_t last = 0;
    const struct journal_listener listener = {
        .context = &last, .load_snapshot = on_snapshot, .record = on_record};
    world_kill(world);
    EXPECT_UINT(journal_recover(world->recovery, &listener, &world->report), JOURNAL_FAULT_NONE);
    EXPECT_UINT(last, RECORDS);
    EXPECT_UINT(journal_verify(world->recovery, &world->report), JOURNAL_FAULT_NONE);
}

#define SPECS(S) S(everything_the_engine_commits_is_found_synced_and_linked_by_the_thread)
SPEC_MAIN("journal_threads", SPECS, before_each, after_each)
