#ifndef DATAPLANE_JOURNAL_JOURNAL_LAYOUT_H
#define DATAPLANE_JOURNAL_JOURNAL_LAYOUT_H

/* What the journal's thread holds; for the files of this folder only.
 *
 *     current    0 ... hashed == synced ... found ... committed by the engine
 *                             └ watermark  └ ended: an END stands here
 *     next       prepared, and after an END already written by the engine; slot 0: there is none */

#include "dataplane/journal/journal.h"

/* How much of a segment is made ready before the engine comes there. */
#define JOURNAL_AHEAD_MIN (64u << 10)
#define JOURNAL_AHEAD_MAX (1u << 20)

/* A folder that is full is counted again once in so many attempts to make the next segment. */
#define JOURNAL_COUNT_EVERY 1024u

struct journal_held {
    struct journal_file file;
    uint64_t number;
    bool held;
};

struct journal_sync {
    const struct journal_storage *storage;
    const struct journal_hash *hash;
    struct journal_held current;
    struct journal_held next;
    uint64_t found;          /* offset behind the last record found committed */
    uint64_t found_sequence; /* its sequence */
    uint64_t synced;         /* offset behind the last record on disk */
    bool ended;              /* at found stands an END */
    bool link_pending;       /* written, not synced */
    bool seal_pending;
    uint32_t seal_turn;   /* which seal is written next */
    uint64_t last_number; /* the highest number given to a segment */
    uint32_t segments;    /* in the folder; more only by what was removed since it was counted */
    uint32_t count_wait;  /* attempts until it is counted again */
    uint32_t epoch;
    struct journal_hash_state running; /* of current, up to synced */
};

/* Makes the next segment in the storage and holds it.  link NULL: it will be linked when it is
 * reached.  A failure leaves at most an unfinished file; failed_sync says whether it was a sync. */
MUST_USE enum journal_io journal_segment_make(struct journal *journal, struct journal_held *made,
                                              const struct journal_link *link, bool *failed_sync);

/* So many segments are in the folder. */
void journal_segments_are(struct journal *journal, uint32_t count);

/* Lets the engine's half write into an empty segment. */
void journal_segment_use(struct journal *journal, uint8_t *base, uint32_t seed);

/* Lets the thread's half follow the current segment, whose link is written. */
void journal_segment_enter(struct journal_sync *sync);

/* Writes the link of a segment this thread holds. */
void journal_link_write(const struct journal_held *held, const struct journal_link *link);

#endif
