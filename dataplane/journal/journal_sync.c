#include "dataplane/journal/journal_layout.h"
#include "dataplane/journal/journal_name.h"

#include <string.h>

/* One step, in the order that keeps the promises:
 *
 *   1. find what is committed       2. sync it, with the link and the seal of the group before
 *   3. publish the watermark        4. hash it and write the next seal
 *   5. at an END: link the next segment to this one, which is whole on disk, and go there
 *   6. prepare a segment if there is none
 *
 * A link is therefore only ever written behind records that are on disk, and a watermark beyond a
 * segment's first record is only ever published after its link was synced with it. */

static enum journal_step died(struct journal *journal)
{
    counter_one(&journal->counts.failed_syncs);
    atomic_store_explicit(&journal->dead, 1, memory_order_relaxed);
    return JOURNAL_STEP_DEAD;
}

/* Moves found to the first place where nothing is committed. */
static void find(struct journal_sync *sync)
{
    const struct journal_file *file = &sync->current.file;
    while (!sync->ended && sync->found + JOURNAL_GRAIN <= file->bytes) {
        /* Acquires the release in journal_commit: the record behind the word is whole. */
        uint64_t first = atomic_load_explicit(
            (_Atomic uint64_t *)(void *)(file->memory + sync->found), memory_order_acquire);
        if (first == 0) return;
        if (first >> 48 == JOURNAL_KIND_END) {
            sync->ended = true;
            return;
        }
        sync->found += journal_record_bytes((uint32_t)(first >> 32 & UINT16_MAX));
        sync->found_sequence++;
        CHECK(sync->found <= file->bytes - JOURNAL_GRAIN);
    }
}

/* Syncs the records found, and whatever link and seal wait for it. */
static enum journal_io group_sync(struct journal_sync *sync)
{
    struct journal_range ranges[JOURNAL_SYNC_RANGES_MAX];
    uint32_t count = 0;
    uint64_t end = sync->found + (sync->ended ? JOURNAL_GRAIN : 0);
    if (end > sync->synced)
        ranges[count++] = (struct journal_range){sync->synced, end - sync->synced};
    if (sync->link_pending)
        ranges[count++] = (struct journal_range){JOURNAL_LINK_AT, sizeof(struct journal_link)};
    if (sync->seal_pending) {
        uint64_t at = JOURNAL_SEAL_AT + (sync->seal_turn + 1) % JOURNAL_SEALS * JOURNAL_PAGE;
        ranges[count++] = (struct journal_range){at, sizeof(struct journal_seal)};
    }
    enum journal_io status =
        sync->storage->sync(sync->storage->context, &sync->current.file, ranges, count);
    if (status == JOURNAL_IO_OK) sync->link_pending = sync->seal_pending = false;
    return status;
}

static void seal_write(struct journal_sync *sync)
{
    struct journal_seal seal = {.epoch = sync->epoch,
                                .magic = JOURNAL_SEAL_MAGIC,
                                .number = sync->current.number,
                                .sequence = sync->found_sequence,
                                .end = sync->synced};
    sync->hash->peek(&sync->running, seal.hash);
    seal.crc32c = journal_part_crc(journal_seed(seal.number), &seal, sizeof seal);
    memcpy(sync->current.file.memory + JOURNAL_SEAL_AT + sync->seal_turn * JOURNAL_PAGE, &seal,
           sizeof seal);
    sync->seal_turn = (sync->seal_turn + 1) % JOURNAL_SEALS;
    sync->seal_pending = true;
}

/* What was found is on disk: says so, then hashes it. */
static void publish(struct journal *journal)
{
    struct journal_sync *sync = journal->sync;
    uint64_t before = atomic_load_explicit(&journal->durable, memory_order_relaxed);
    /* Releases the sync to the acquire in journal_durable. */
    atomic_store_explicit(&journal->durable, sync->found_sequence, memory_order_release);
    counter_one(&journal->counts.groups);
    counter_add(&journal->counts.synced_records, sync->found_sequence - before);
    counter_add(&journal->counts.synced_bytes, sync->found - sync->synced);
    sync->hash->add(&sync->running, sync->current.file.memory + sync->synced,
                    sync->found - sync->synced);
    sync->synced = sync->found;
    if (!sync->ended) seal_write(sync);
}

/* The current segment is whole and on disk: the next one takes its place. */
static void segment_advance(struct journal *journal)
{
    struct journal_sync *sync = journal->sync;
    CHECK(sync->next.held);
    struct journal_link link = {.first_sequence = sync->found_sequence + 1,
                                .previous_number = sync->current.number,
                                .previous_end = sync->found};
    sync->hash->peek(&sync->running, link.chain);
    sync->storage->close(sync->storage->context, &sync->current.file);
    sync->current = sync->next;
    sync->next.held = false;
    journal_link_write(&sync->current, &link);
    journal_segment_enter(sync);
    sync->link_pending = true;
    counter_one(&journal->counts.segments);
}

static void segment_count(void *context, const char *name)
{
    uint32_t *count = context;
    uint64_t number;
    *count += journal_name_read(name, &number) == JOURNAL_NAME_SEGMENT;
}

/* Whether the folder may hold another segment.  One that seems to hold many is counted: a sweep, or
 * a person, may have removed some. */
static enum journal_io folder_check(struct journal *journal)
{
    struct journal_sync *sync = journal->sync;
    if (sync->segments < JOURNAL_SEGMENTS_MANY) return JOURNAL_IO_OK;
    if (sync->count_wait > 0) {
        sync->count_wait--;
    } else {
        uint32_t count = 0;
        enum journal_io status = sync->storage->list(sync->storage->context, segment_count, &count);
        if (status != JOURNAL_IO_OK) return status;
        journal_segments_are(journal, count);
        sync->count_wait = JOURNAL_COUNT_EVERY;
    }
    return sync->segments < JOURNAL_SEGMENTS_ORDINARY ? JOURNAL_IO_OK : JOURNAL_IO_TOO_MANY;
}

/* Tries to have a next segment; false only if a sync failed. */
static bool next_prepare(struct journal *journal, bool *prepared)
{
    struct journal_sync *sync = journal->sync;
    bool failed_sync = false;
    enum journal_io status = folder_check(journal);
    if (status == JOURNAL_IO_OK)
        status = journal_segment_make(journal, &sync->next, NULL, &failed_sync);
    *prepared = status == JOURNAL_IO_OK;
    counter_set(&journal->counts.no_next, !*prepared);
    if (*prepared) {
        /* Acquires the release in segment_take (journal.c): the engine is done with next_*. */
        CHECK(atomic_load_explicit(&journal->ready, memory_order_acquire) == 0);
        journal->next_base = sync->next.file.memory;
        journal->next_seed = journal_seed(sync->next.number);
        /* Releases next_base and next_seed to the acquire in segment_take. */
        atomic_store_explicit(&journal->ready, 1, memory_order_release);
        counter_one(&journal->counts.prepared);
        sync->count_wait = 0;
    } else if (status == JOURNAL_IO_NO_SPACE || status == JOURNAL_IO_TOO_MANY) {
        counter_one(&journal->counts.prepare_no_space);
    } else {
        counter_one(&journal->counts.prepare_failed);
    }
    return !failed_sync;
}

/* Makes ready what the engine writes next: twice as much as the last group had. */
static void ahead(struct journal_sync *sync, uint64_t group)
{
    if (!sync->storage->ahead) return;
    uint64_t bytes = 2 * group;
    if (bytes < JOURNAL_AHEAD_MIN) bytes = JOURNAL_AHEAD_MIN;
    if (bytes > JOURNAL_AHEAD_MAX) bytes = JOURNAL_AHEAD_MAX;
    const struct journal_range range = {sync->found, bytes};
    sync->storage->ahead(sync->storage->context, &sync->current.file, &range);
}

enum journal_step journal_sync_step(struct journal *journal)
{
    struct journal_sync *sync = journal->sync;
    CHECK(sync->current.held);
    if (journal_dead(journal)) return JOURNAL_STEP_DEAD;
    bool worked = false;
    find(sync);
    uint64_t group = sync->found - sync->synced;
    bool records = group > 0;
    if (records || sync->ended || sync->link_pending || sync->seal_pending) {
        if (group_sync(sync) != JOURNAL_IO_OK) return died(journal);
        if (records) ahead(sync, group);
        if (records) publish(journal);
        else counter_one(&journal->counts.sealing_syncs);
        worked = true;
    }
    if (sync->ended) segment_advance(journal);
    if (!sync->next.held) {
        bool prepared;
        if (!next_prepare(journal, &prepared)) return died(journal);
        worked = worked || prepared;
    }
    return worked ? JOURNAL_STEP_WORKED : JOURNAL_STEP_IDLE;
}
