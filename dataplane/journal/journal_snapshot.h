#ifndef DATAPLANE_JOURNAL_JOURNAL_SNAPSHOT_H
#define DATAPLANE_JOURNAL_JOURNAL_SNAPSHOT_H

/* The engine's state after some record, as one file, so that recovery need not begin with record 1.
 *
 *     0       head      version, sequence, length, SHA-256 of the state, checksum
 *     512     mark      where in the chain the state is; zero: it does not say
 *     4096    blocks    CRC-32C of each JOURNAL_BLOCK bytes of the state, and one of the table
 *     ...     state     from the next page on
 *
 * J5: it is written under a name ending in ".new", synced, renamed, the folder synced, opened again
 * and compared with what was to be written.  Only then older ones go: the newest two stay, and of
 * the segments at least those that hold records after the older of the two.  So a damaged newest
 * snapshot costs time, not records.
 *
 * Threads: whoever has the storage; one that is given the storage of its own on the same folder may
 * write snapshots beside the journal's thread.  Memory: none but the file's. */

#include "dataplane/journal/journal_fault.h"
#include "dataplane/journal/journal_format.h"
#include "dataplane/journal/journal_hash.h"
#include "dataplane/journal/journal_storage.h"

#define JOURNAL_SNAPSHOT_MAGIC 0x3130504e53585850ull /* "PXXSNP01" */
#define JOURNAL_BLOCK          65536u
#define JOURNAL_SNAPSHOT_MAX   (1ull << 36)
#define JOURNAL_SNAPSHOTS_KEPT 2u
#define JOURNAL_KEEP_ALL       UINT32_MAX

struct journal_snapshot {
    uint64_t sequence; /* of the last record in the state; at most durable, at least 1 */
    uint64_t durable;  /* journal_durable now: a snapshot never runs ahead of the journal */
    const uint8_t *bytes;
    uint64_t length; /* 0..JOURNAL_SNAPSHOT_MAX */
    struct journal_mark mark;
};

/* Makes the snapshot durable and reads it back.  JOURNAL_IO_FAILED also if it read back otherwise.
 * After a failure older snapshots are as they were.  One that reads back is not written again: a
 * snapshot of its sequence is refused as JOURNAL_IO_FAILED. */
MUST_USE enum journal_io journal_snapshot_write(const struct journal_storage *storage,
                                                const struct journal_hash *hash,
                                                const struct journal_snapshot *snapshot);

/* Removes snapshots but the newest two sound ones, then segments wholly before the older of the
 * two, but for the newest keep of these; JOURNAL_KEEP_ALL: no segment.  Removes nothing unless
 * there are two snapshots.  Harmless to interrupt. */
struct journal_swept {
    uint32_t snapshots;
    uint32_t segments;
};
MUST_USE enum journal_io journal_snapshot_sweep(const struct journal_storage *storage,
                                                uint32_t keep, struct journal_swept *swept);

/* The state in a snapshot's bytes, pointing into them, or the fault.  Every block's checksum is
 * compared; the hash only if hash is given. */
MUST_USE enum journal_fault journal_snapshot_read(const uint8_t *file, uint64_t file_bytes,
                                                  uint64_t sequence,
                                                  const struct journal_hash *hash,
                                                  struct journal_snapshot *snapshot,
                                                  struct journal_diagnosis *diagnosis);

#endif
