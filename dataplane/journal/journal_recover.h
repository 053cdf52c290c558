#ifndef DATAPLANE_JOURNAL_JOURNAL_RECOVER_H
#define DATAPLANE_JOURNAL_JOURNAL_RECOVER_H

/* From a folder to the engine's state: the newest sound snapshot, then every record behind it.
 *
 *     snapshot 4711 ──► load_snapshot        segments ──► record 4712, 4713, ... last
 *
 * It only reads, so it can be repeated, interrupted, or run by a tool while nothing else runs.
 * journal_start (journal.h) then makes the result durable and goes on behind it.
 *
 * What it accepts: a chain of segments, each linked to the one before, whole up to every proof of
 * having been on disk, followed by what is whole of the last run.  A segment that no link leads to
 * and that is older than its neighbours' epoch was given up by an earlier recovery and is void.
 * Anything else stops it with a diagnosis, and nothing in the folder was changed.
 *
 * After a failure the reader's state is whatever the callbacks made of it; the caller discards it.
 *
 * Threads: one.  Memory: journal_recovery_footprint() bytes; files are mapped one at a time.
 * Cost: over 5 million records of 96 bytes a second, without what the callback does. */

#include "dataplane/journal/journal_read.h"

#define JOURNAL_SNAPSHOTS_MAX 64u /* files; two are kept */
#define JOURNAL_EXPECT_MAX    16u /* records shown to expect at once */

/* All of a context, and called in this order.  load_snapshot may be called again with an older
 * snapshot if it answers false; the state must then be as if it had not been called before.  record
 * answers false to stop recovery with JOURNAL_FAULT_REFUSED.  expect is a hint: whole records in a
 * row that will be given to record next, unless something stops that or a snapshot holds them
 * already.  Any may be NULL. */
struct journal_listener {
    void *context;
    bool (*load_snapshot)(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length);
    bool (*record)(void *context, const struct journal_record *record);
    void (*expect)(void *context, const struct journal_record *records, uint32_t count);
};

struct journal_report {
    struct journal_diagnosis diagnosis; /* fault JOURNAL_FAULT_NONE: recovered */

    uint64_t snapshot_sequence;      /* 0: none was used */
    uint32_t snapshots_damaged;      /* newer ones that did not read back */
    struct journal_diagnosis damage; /* of the newest of those */

    uint64_t replayed;       /* records given to the listener */
    uint64_t first_sequence; /* of the first record read, before the snapshot's too; 0: there is
                                none */
    uint64_t last_sequence;  /* of the last record; the next epoch begins with the one after it */
    uint64_t durable;        /* the highest sequence proven to have been on disk */
    uint64_t torn_records;   /* whole records dropped because one before them was not */
    uint64_t torn_bytes;     /* of segments, dropped as torn: from the first bad byte to the last
                               whole record behind it or the last byte that is not zero */
    struct journal_diagnosis torn; /* where: file, offset, sequence; if torn_bytes > 0 */
    uint32_t segments;             /* in the chain */
    uint32_t void_segments;        /* named, sound, and given up or not used yet */
    uint32_t unfinished;           /* files that were never finished; journal_start removes them */

    /* journal_verify: snapshots whose mark is that of the records that are left; and whether there
     * is one of the records that the first segment goes on behind. */
    uint32_t marks;
    bool anchored;

    /* For journal_start. */
    uint32_t folder_segments; /* all of them, also those with no place in the chain */
    uint32_t next_epoch;
    uint64_t next_number; /* of the segment it makes */
    uint64_t last_number; /* of the last segment with a place in the chain; 0: none */
    uint64_t last_end;    /* behind its last record */
    uint64_t sync_number; /* from this segment of the chain on nothing is proven to be on disk */
};

struct journal_recovery;

size_t journal_recovery_footprint(void);
struct journal_recovery *journal_recovery_new(void *memory, const struct journal_storage *storage,
                                              const struct journal_hash *hash);

/* Cold.  The report is valid until the next call.  Equal to report->diagnosis.fault. */
MUST_USE enum journal_fault journal_recover(struct journal_recovery *recovery,
                                            const struct journal_listener *listener,
                                            struct journal_report *report);

/* Everything that recovery does not need: every hash of every seal and link of the chain, all
 * snapshots' blocks, hashes and marks.  The first that does not hold is the diagnosis.
 *
 * A journal whose beginning was removed is sound as long as a snapshot holds what was in it; its
 * chain is then proven from the first mark on. */
MUST_USE enum journal_fault journal_verify(struct journal_recovery *recovery,
                                           struct journal_report *report);

#endif
