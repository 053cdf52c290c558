#include "dataplane/journal/journal_layout.h"
#include "dataplane/journal/journal_name.h"
#include "dataplane/journal/journal_read.h"
#include "dataplane/journal/journal_recover.h"

#include <string.h>

/* Everything recovered is made durable before the first segment of the new epoch says, by its link,
 * where the old one ended: after a kill the tail was only in the system's cache, and a power cut
 * behind the new link would make a hole of it. */

void journal_link_write(const struct journal_held *held, const struct journal_link *link)
{
    struct journal_link whole = *link;
    struct journal_identity identity;
    memcpy(&identity, held->file.memory, sizeof identity);
    whole.magic = JOURNAL_LINK_MAGIC;
    whole.number = held->number;
    whole.epoch = identity.epoch;
    whole.crc32c = journal_part_crc(journal_seed(held->number), &whole, sizeof whole);
    memcpy(held->file.memory + JOURNAL_LINK_AT, &whole, sizeof whole);
}

static void identity_write(const struct journal *journal, const struct journal_held *held,
                           bool begins)
{
    struct journal_identity identity = {.abi = JOURNAL_ABI,
                                        .magic = JOURNAL_MAGIC,
                                        .number = held->number,
                                        .segment_bytes = journal->segment_bytes,
                                        .records_at = JOURNAL_RECORDS_AT,
                                        .epoch = journal->sync->epoch,
                                        .begins = begins};
    identity.crc32c = journal_part_crc(UINT32_MAX, &identity, sizeof identity);
    memcpy(held->file.memory, &identity, sizeof identity);
}

/* Gives the finished file its name.  The file's length and first page are already on disk. */
static enum journal_io segment_name(const struct journal_storage *storage, const char *unfinished,
                                    const char *name, bool *failed_sync)
{
    enum journal_io status = storage->rename(storage->context, unfinished, name);
    if (status != JOURNAL_IO_OK) return status;
    status = storage->sync_folder(storage->context);
    *failed_sync = status != JOURNAL_IO_OK;
    return status;
}

void journal_segments_are(struct journal *journal, uint32_t count)
{
    journal->sync->segments = count;
    counter_set(&journal->counts.folder_segments, count);
}

enum journal_io journal_segment_make(struct journal *journal, struct journal_held *made,
                                     const struct journal_link *link, bool *failed_sync)
{
    const struct journal_storage *storage = journal->sync->storage;
    uint64_t number = journal->sync->last_number + 1;
    struct journal_name name = journal_name_segment(number);
    struct journal_name unfinished = journal_name_unfinished(name);
    struct journal_held held = {.number = number};
    *failed_sync = false;
    enum journal_io status =
        storage->create(storage->context, unfinished.bytes, journal->segment_bytes, &held.file);
    if (status != JOURNAL_IO_OK) return status;
    CHECK(held.file.bytes == journal->segment_bytes);
    identity_write(journal, &held, link != NULL);
    if (link) journal_link_write(&held, link);
    const struct journal_range head = {0, JOURNAL_RECORDS_AT};
    status = storage->sync(storage->context, &held.file, &head, 1);
    /* A disk that fills up late is still only full: the file is given up, not synced again. */
    *failed_sync = status != JOURNAL_IO_OK && status != JOURNAL_IO_NO_SPACE;
    if (status == JOURNAL_IO_OK)
        status = segment_name(storage, unfinished.bytes, name.bytes, failed_sync);
    if (status != JOURNAL_IO_OK) {
        storage->close(storage->context, &held.file);
        /* Its space may be what a cancel needs; if this fails too, the next attempt replaces it. */
        (void)storage->remove(storage->context, unfinished.bytes);
        return status;
    }
    held.held = true;
    journal->sync->last_number = number;
    journal_segments_are(journal, journal->sync->segments + 1);
    *made = held;
    return JOURNAL_IO_OK;
}

void journal_segment_enter(struct journal_sync *sync)
{
    const uint8_t *memory = sync->current.file.memory;
    sync->found = sync->synced = JOURNAL_RECORDS_AT;
    sync->ended = sync->link_pending = sync->seal_pending = false;
    sync->seal_turn = 0;
    sync->hash->start(&sync->running);
    sync->hash->add(&sync->running, memory, sizeof(struct journal_identity));
    sync->hash->add(&sync->running, memory + JOURNAL_LINK_AT, sizeof(struct journal_link));
}

static bool all_zero(const uint8_t *bytes, uint64_t length)
{
    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}

/* The last segment of a run is used in part, and nobody goes on in it. */
static void tail_trim(const struct journal_storage *storage, const struct journal_file *file,
                      uint64_t end)
{
    if (storage->trim && all_zero(file->memory + end, file->bytes - end))
        storage->trim(storage->context, file, end);
}

/* The recovered tail, and of the last segment the hash its successor's link will hold. */
static enum journal_io tail_sync(const struct journal_sync *sync,
                                 const struct journal_report *report, struct journal_link *link)
{
    const struct journal_storage *storage = sync->storage;
    for (uint64_t number = report->sync_number; number <= report->last_number; number++) {
        struct journal_name name = journal_name_segment(number);
        struct journal_file file;
        enum journal_io status = storage->open(storage->context, name.bytes, &file);
        if (status != JOURNAL_IO_OK) return status;
        bool last = number == report->last_number;
        uint64_t end = last ? report->last_end : file.bytes;
        const struct journal_range whole = {0, end};
        status = file.bytes < end ? JOURNAL_IO_FAILED
                                  : storage->sync(storage->context, &file, &whole, 1);
        if (status == JOURNAL_IO_OK && last) {
            journal_read_hash(file.memory, end, sync->hash, link->chain);
            tail_trim(storage, &file, end);
        }
        storage->close(storage->context, &file);
        if (status != JOURNAL_IO_OK) return status;
    }
    return storage->sync_folder(storage->context);
}

/* What a walk over the folder removes: never anything that a recovery would read. */
struct leftovers {
    const struct journal_sync *sync;
    uint64_t above; /* segments between these two numbers were prepared and not used, or torn */
    uint64_t below;
    bool unfinished;
    struct journal_name found;
    bool any;
};

static void leftover_find(void *context, const char *name)
{
    struct leftovers *left = context;
    uint64_t number;
    enum journal_name_kind kind = journal_name_read(name, &number);
    bool matches = left->unfinished
                     ? kind == JOURNAL_NAME_UNFINISHED
                     : kind == JOURNAL_NAME_SEGMENT && number > left->above && number < left->below;
    if (!matches || left->any) return;
    left->any = true;
    left->found = journal_name_copy(name);
}

/* A removal inside a listing is nobody's promise: one listing, one removal. */
static enum journal_io leftovers_remove(struct leftovers *left, uint32_t *removed)
{
    *removed = 0;
    const struct journal_storage *storage = left->sync->storage;
    for (uint32_t i = 0; i < 2 * JOURNAL_SEGMENTS_MAX; i++) {
        left->any = false;
        enum journal_io status = storage->list(storage->context, leftover_find, left);
        if (status != JOURNAL_IO_OK || !left->any) return status;
        status = storage->remove(storage->context, left->found.bytes);
        if (status != JOURNAL_IO_OK) return status;
        ++*removed;
    }
    return JOURNAL_IO_OK;
}

static void engine_place(struct journal *journal, uint64_t first_sequence)
{
    const struct journal_held *held = &journal->sync->current;
    journal_segment_use(journal, held->file.memory, journal_seed(held->number));
    journal->next_sequence = first_sequence;
    journal->claimed = 0;
    journal->epoch = journal->sync->epoch;
    if (journal->sync->segments > JOURNAL_SEGMENTS_ORDINARY)
        journal->limit[JOURNAL_ORDINARY] = journal->at;
    atomic_store_explicit(&journal->durable, first_sequence - 1, memory_order_relaxed);
}

enum journal_io journal_start(struct journal *journal, const struct journal_report *report)
{
    struct journal_sync *sync = journal->sync;
    enum journal_fault fault = report->diagnosis.fault;
    CHECK(fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY);
    CHECK(!sync->current.held);
    if (report->folder_segments >= JOURNAL_SEGMENTS_MAX) return JOURNAL_IO_TOO_MANY;
    struct journal_link link = {.first_sequence = report->last_sequence + 1,
                                .previous_number = report->last_number,
                                .previous_end = report->last_end};
    enum journal_io status = JOURNAL_IO_OK;
    if (fault == JOURNAL_FAULT_NONE) status = tail_sync(sync, report, &link);
    struct leftovers left = {.sync = sync, .unfinished = true};
    uint32_t removed;
    if (status == JOURNAL_IO_OK) status = leftovers_remove(&left, &removed);
    if (status != JOURNAL_IO_OK) return status;

    sync->segments = report->folder_segments;
    sync->epoch = report->next_epoch;
    sync->last_number = report->next_number - 1;
    bool failed_sync;
    status = journal_segment_make(journal, &sync->current, &link, &failed_sync);
    if (status != JOURNAL_IO_OK) return status;
    /* Only now is it certain that nobody goes on in them. */
    left = (struct leftovers){
        .sync = sync, .above = report->last_number, .below = report->next_number};
    status = leftovers_remove(&left, &removed);
    if (status != JOURNAL_IO_OK) {
        journal_stop(journal);
        return status;
    }
    journal_segments_are(journal, sync->segments - removed);
    journal_segment_enter(sync);
    sync->found_sequence = report->last_sequence;
    engine_place(journal, link.first_sequence);
    counter_one(&journal->counts.segments);
    return JOURNAL_IO_OK;
}

struct journal_mark journal_start_mark(const struct journal *journal)
{
    const struct journal_held *held = &journal->sync->current;
    struct journal_link link;
    struct journal_mark mark = {0};
    CHECK(held->held);
    memcpy(&link, held->file.memory + JOURNAL_LINK_AT, sizeof link);
    mark.number = link.previous_number;
    mark.end = link.previous_end;
    if (mark.number > 0) memcpy(mark.chain, link.chain, sizeof mark.chain);
    return mark;
}
