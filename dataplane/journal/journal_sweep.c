#include "dataplane/journal/journal_name.h"
#include "dataplane/journal/journal_read.h"
#include "dataplane/journal/journal_snapshot.h"

/* One listing finds one file to remove; what is removed and what it is measured by is found anew
 * each time, so a sweep may stop anywhere. */

struct sweep {
    const struct journal_storage *storage;
    uint64_t kept[JOURNAL_SNAPSHOTS_KEPT]; /* newest first; 0: none */
    uint64_t from;  /* the segment that holds the first record needed; lower ones may go */
    uint64_t below; /* a name lower than this is looked for */
    enum journal_name_kind kind;
    uint64_t best; /* the highest below; 0: none */
};

static void lower_find(void *context, const char *name)
{
    struct sweep *sweep = context;
    uint64_t number;
    if (journal_name_read(name, &number) != sweep->kind) return;
    if (number < sweep->below && number > sweep->best) sweep->best = number;
}

/* The highest number of a kind below another; 0 if there is none. */
static enum journal_io lower(struct sweep *sweep, enum journal_name_kind kind, uint64_t below)
{
    sweep->kind = kind;
    sweep->below = below;
    sweep->best = 0;
    return sweep->storage->list(sweep->storage->context, lower_find, sweep);
}

static bool snapshot_sound(const struct journal_storage *storage, uint64_t sequence)
{
    struct journal_file file;
    struct journal_snapshot snapshot;
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_NONE};
    struct journal_name name = journal_name_snapshot(sequence);
    if (storage->open(storage->context, name.bytes, &file) != JOURNAL_IO_OK) return false;
    enum journal_fault fault =
        journal_snapshot_read(file.memory, file.bytes, sequence, NULL, &snapshot, &diagnosis);
    storage->close(storage->context, &file);
    return fault == JOURNAL_FAULT_NONE;
}

static enum journal_io snapshots_keep(struct sweep *sweep)
{
    uint64_t below = UINT64_MAX;
    for (uint32_t kept = 0; kept < JOURNAL_SNAPSHOTS_KEPT;) {
        enum journal_io status = lower(sweep, JOURNAL_NAME_SNAPSHOT, below);
        if (status != JOURNAL_IO_OK) return status;
        if (sweep->best == 0) return JOURNAL_IO_OK;
        below = sweep->best;
        if (snapshot_sound(sweep->storage, below)) sweep->kept[kept++] = below;
    }
    return JOURNAL_IO_OK;
}

/* Whether the segment is linked and begins at or before the record. */
static bool segment_reaches(const struct journal_storage *storage, uint64_t number,
                            uint64_t sequence)
{
    struct journal_file file;
    struct journal_identity identity;
    struct journal_link link;
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_NONE};
    struct journal_name name = journal_name_segment(number);
    if (storage->open(storage->context, name.bytes, &file) != JOURNAL_IO_OK) return false;
    bool reaches = journal_read_identity(file.memory, file.bytes, number, &identity, &diagnosis) ==
                       JOURNAL_FAULT_NONE &&
                   journal_read_link(file.memory, file.bytes, &identity, &link) &&
                   link.first_sequence <= sequence;
    storage->close(storage->context, &file);
    return reaches;
}

static enum journal_io segment_keep(struct sweep *sweep)
{
    uint64_t needed = sweep->kept[JOURNAL_SNAPSHOTS_KEPT - 1] + 1;
    uint64_t below = UINT64_MAX;
    for (;;) {
        enum journal_io status = lower(sweep, JOURNAL_NAME_SEGMENT, below);
        if (status != JOURNAL_IO_OK || sweep->best == 0) return status;
        below = sweep->best;
        if (segment_reaches(sweep->storage, below, needed)) {
            sweep->from = below;
            return JOURNAL_IO_OK;
        }
    }
}

static enum journal_io lower_remove(struct sweep *sweep, enum journal_name_kind kind,
                                    uint64_t below, uint32_t *removed)
{
    for (;;) {
        enum journal_io status = lower(sweep, kind, below);
        if (status != JOURNAL_IO_OK || sweep->best == 0) return status;
        struct journal_name name = kind == JOURNAL_NAME_SEGMENT
                                     ? journal_name_segment(sweep->best)
                                     : journal_name_snapshot(sweep->best);
        status = sweep->storage->remove(sweep->storage->context, name.bytes);
        if (status != JOURNAL_IO_OK) return status;
        ++*removed;
    }
}

/* So many more stay. */
static enum journal_io segments_keep(struct sweep *sweep, uint32_t keep)
{
    while (keep-- > 0) {
        enum journal_io status = lower(sweep, JOURNAL_NAME_SEGMENT, sweep->from);
        if (status != JOURNAL_IO_OK || sweep->best == 0) return status;
        sweep->from = sweep->best;
    }
    return JOURNAL_IO_OK;
}

enum journal_io journal_snapshot_sweep(const struct journal_storage *storage, uint32_t keep,
                                       struct journal_swept *swept)
{
    struct sweep sweep = {.storage = storage};
    *swept = (struct journal_swept){0};
    /* What is kept must not be a name that a power cut takes back. */
    enum journal_io status = storage->sync_folder(storage->context);
    if (status == JOURNAL_IO_OK) status = snapshots_keep(&sweep);
    uint64_t oldest = sweep.kept[JOURNAL_SNAPSHOTS_KEPT - 1];
    if (status != JOURNAL_IO_OK || oldest == 0) return status;
    status = lower_remove(&sweep, JOURNAL_NAME_SNAPSHOT, oldest, &swept->snapshots);
    if (status != JOURNAL_IO_OK || keep == JOURNAL_KEEP_ALL) return status;
    status = segment_keep(&sweep);
    if (status != JOURNAL_IO_OK || sweep.from == 0) return status;
    status = segments_keep(&sweep, keep);
    if (status != JOURNAL_IO_OK) return status;
    return lower_remove(&sweep, JOURNAL_NAME_SEGMENT, sweep.from, &swept->segments);
}
