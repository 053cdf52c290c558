#ifndef DATAPLANE_JOURNAL_JOURNAL_H
#define DATAPLANE_JOURNAL_JOURNAL_H

/* The journal: every input of a deterministic engine, in order, before its effect leaves.
 *
 *       engine, one thread                                    journal thread
 *   journal_claim   a place in the mapped segment       journal_sync_step
 *   (fill it)                                            ├ finds what was committed
 *   journal_commit  checksum; D0 from here on            ├ syncs it, publishes the watermark
 *   journal_durable ◄──────── D1 up to here ─────────────┤ hashes it, writes the seal
 *                                                        └ links segments, prepares the next one
 *
 *     segment 7            segment 8                  segment 9
 *   ┌────┬───────────┬───┐ ┌────┬──────────┬──────┐  ┌────┬─────────────┐
 *   │head│ 1 2 3 4 5 │END│ │head│ 6 7 8 9 .│ free │  │head│ free        │ prepared in advance
 *   └────┴───────────┴───┘ └────┴────────▲─┴──────┘  └────┴─────────────┘
 *                             link to 7  └ watermark: 8
 *
 * Guarantees:
 *   D0  A committed record survives the death of the process at any instruction.
 *   D1  A record at or below journal_durable survives a power cut as well.
 *   J1  What was acknowledged is recovered; J2 what is recovered was written, in order, no gap.
 *   J4  A bad record at or below any proof that it was on disk stops recovery with a diagnosis;
 *       only above every such proof is a bad record the torn end of the last run.
 *   J6  Without a next segment ordinary records are refused while JOURNAL_RESERVED ones still fit,
 *       and what only says no to somebody has no more than its share of what is kept for those.
 *       There is none while the disk is full, nor when the folder holds JOURNAL_SEGMENTS_ORDINARY
 *       segments; a segment that a start makes beyond those takes no ordinary record.
 *   J7  After a failed sync the watermark never moves again, ordinary records are refused, and
 *       nothing is synced again.
 *   Sequences are contiguous.  A sequence that was ever durable is never given to another record.
 *   After a power cut those above the watermark are given again, under a higher epoch: the pair
 *   (epoch, sequence) is never used twice.
 *
 * Threads: journal_claim, journal_commit and journal_sequence are the engine's; journal_start and
 * journal_sync_step are the journal thread's, start before the engine begins; the rest is any's.
 * Memory: journal_footprint() bytes; the segments are the storage's.
 * Cost: claim and commit of 64 bytes 3-4 ns; the engine never waits (bench/bench_venue). */

#include "dataplane/base/base.h"
#include "dataplane/base/counter.h"
#include "dataplane/journal/journal_format.h"
#include "dataplane/journal/journal_hash.h"
#include "dataplane/journal/journal_storage.h"

#include <stdatomic.h>

/* Who may use the last of the space. */
enum journal_class {
    JOURNAL_ORDINARY, /* what adds risk: refused first */
    JOURNAL_REFUSING, /* what says no to it, and changes nothing else */
    JOURNAL_RESERVED, /* what ends it: cancels, fills, kills */
    JOURNAL_CLASS_COUNT,
};

struct journal_limits {
    uint32_t
        segment_bytes; /* a multiple of JOURNAL_PAGE, JOURNAL_SEGMENT_MIN..JOURNAL_SEGMENT_MAX */
    uint32_t
        reserve_bytes; /* kept for JOURNAL_RESERVED; JOURNAL_RECORD_MAX..a quarter of a segment */
};

/* JOURNAL_REFUSING has this part of reserve_bytes, and no more. */
#define JOURNAL_REFUSING_SHARE 4u

/* What one step of the journal thread came to. */
enum journal_step {
    JOURNAL_STEP_IDLE,   /* nothing to do until the engine commits something */
    JOURNAL_STEP_WORKED, /* step again */
    JOURNAL_STEP_DEAD,   /* J7: never anything to do again */
};

/* clang-format off */
#define JOURNAL_COUNTS(X)                                                                          \
    X(groups,           "syncs that made records durable")                                         \
    X(synced_records,   "records made durable")                                                    \
    X(synced_bytes,     "bytes of records made durable")                                           \
    X(sealing_syncs,    "syncs for a seal alone, when idle")                                       \
    X(segments,         "segments put into use since the start")                                   \
    X(prepared,         "segments prepared in advance")                                            \
    X(prepare_no_space, "attempts to prepare one that found no space, or too many")                \
    X(prepare_failed,   "attempts to prepare one that failed otherwise")                           \
    X(failed_syncs,     "failed syncs: 0, or 1 and the journal is dead")

/* What is so now.  Segments that a sweep removes are counted off when it matters: when there are
 * JOURNAL_SEGMENTS_MANY. */
#define JOURNAL_LEVELS(X)                                                                          \
    X(folder_segments,  "segments in the folder")                                                  \
    X(no_next,          "1 while no next segment can be made: no space, or too many of them")
/* clang-format on */

#define JOURNAL_COUNT_FIELD(name, meaning) struct counter name;
struct journal_counts {
    JOURNAL_COUNTS(JOURNAL_COUNT_FIELD) /* the journal thread's, and so are the levels */
    JOURNAL_LEVELS(JOURNAL_COUNT_FIELD)
};

struct journal_report; /* journal_recover.h */
struct journal_sync;   /* journal_sync.c */

struct journal {
    /* Private.  The engine's. */
    CACHE_ALIGNED uint8_t *at;                 /* where the next record begins */
    const uint8_t *limit[JOURNAL_CLASS_COUNT]; /* where the last record of a class must end */
    uint8_t *base;                             /* of the segment */
    uint64_t next_sequence;
    uint64_t
        claimed; /* first word of the claimed record without its checksum; 0: none is claimed */
    uint32_t seed;
    uint32_t epoch;
    struct counter refused[JOURNAL_CLASS_COUNT];

    /* Written by the journal thread, read by the engine. */
    CACHE_ALIGNED _Atomic uint64_t durable;
    _Atomic uint32_t dead;

    /* A segment on its way from the journal thread, which fills it and stores ready = 1, to the
     * engine, which takes it and stores ready = 0. */
    CACHE_ALIGNED _Atomic uint32_t ready;
    uint32_t next_seed;
    uint8_t *next_base;

    /* The journal thread's. */
    CACHE_ALIGNED struct journal_counts counts;
    struct journal_sync *sync;
    uint32_t segment_bytes;
    uint32_t reserve_bytes;
};

/* Bytes for these limits, or 0 if they are out of range.  Cold. */
size_t journal_footprint(const struct journal_limits *limits);

/* A journal that is not started, in memory aligned to CACHE_LINE.  storage and hash are kept. */
struct journal *journal_new(void *memory, const struct journal_limits *limits,
                            const struct journal_storage *storage, const struct journal_hash *hash);

/* Begins a new epoch behind what was recovered: makes that durable, removes unfinished files, and
 * puts a new segment into use.  report is what journal_recover said: JOURNAL_FAULT_NONE, or
 * JOURNAL_FAULT_EMPTY, and then calling this is the decision to found a new journal.  On anything
 * but JOURNAL_IO_OK nothing was started, the files are as recoverable as before, and the process
 * must recover again before it tries again.  JOURNAL_IO_TOO_MANY: the folder holds
 * JOURNAL_SEGMENTS_MAX segments, and one more could not be recovered.  Cold. */
MUST_USE enum journal_io journal_start(struct journal *journal,
                                       const struct journal_report *report);

/* Where the records that were recovered end: for a snapshot of what they came to.  Between
 * journal_start and the first step; without any its number is 0. */
struct journal_mark journal_start_mark(const struct journal *journal);

/* One bounded piece of work: a group of records, a seal, a link, or the next segment.  The caller
 * decides how often; each call that finds new records makes at most two syncs of segments. */
MUST_USE enum journal_step journal_sync_step(struct journal *journal);

/* Gives the files back after the last step.  What is committed and not durable stays D0. */
void journal_stop(struct journal *journal);

/* All records up to here are on disk.  Any thread. */
static inline uint64_t journal_durable(const struct journal *journal)
{
    /* Acquires the release in publish (journal_sync.c): who sees the number sees the sync done. */
    return atomic_load_explicit(&journal->durable, memory_order_acquire);
}

/* Whether a sync has failed (J7).  Any thread. */
static inline bool journal_dead(const struct journal *journal)
{
    return atomic_load_explicit(&journal->dead, memory_order_relaxed) != 0;
}

/* Whether the last record came out of what is reserved, and there is no next segment.  The engine.
 */
static inline bool journal_scarce(const struct journal *journal)
{
    return journal->at > journal->limit[JOURNAL_ORDINARY] &&
           atomic_load_explicit(&journal->ready, memory_order_relaxed) == 0;
}

/* Claims of a class that were refused.  Any thread. */
static inline uint64_t journal_refused(const struct journal *journal, enum journal_class class)
{
    return counter_read(&journal->refused[class]);
}

#endif
