#ifndef DATAPLANE_JOURNAL_JOURNAL_SURVEY_H
#define DATAPLANE_JOURNAL_JOURNAL_SURVEY_H

/* What lies in the folder, before any record is read; for the files of this folder only. */

#include "dataplane/journal/journal_recover.h"

struct journal_segment {
    uint64_t number;
    bool surveyed;            /* else only number is known */
    enum journal_fault fault; /* of its identity; nothing below is known then */
    uint64_t expected;        /* of the fault */
    uint64_t found;
    enum journal_io io;
    uint32_t epoch;
    bool begins; /* its epoch */
    bool linked;
    struct journal_link link;
    uint64_t sealed; /* the highest sequence in a seal; 0: there is no seal */
    uint64_t first;  /* of its first record by the link, else by that record; 0: unknown */
};

struct journal_recovery {
    const struct journal_storage *storage;
    const struct journal_hash *hash;
    bool everything; /* verify: also what recovery does not need */
    bool too_many;
    uint32_t segment_count;
    uint32_t snapshot_count;
    uint32_t chain_count;
    uint64_t snapshots[JOURNAL_SNAPSHOTS_MAX];             /* ascending */
    uint32_t chain[JOURNAL_SEGMENTS_MAX];                  /* indexes into segments, in order */
    struct journal_segment segments[JOURNAL_SEGMENTS_MAX]; /* by number */
};

/* One fault, for the report; the fault is returned. */
enum journal_fault journal_report_fault(struct journal_report *report,
                                        const struct journal_diagnosis *diagnosis);

/* Lists the folder and surveys segments from the last one back to one that is linked. */
enum journal_fault journal_survey(struct journal_recovery *recovery, struct journal_report *report);

/* Reads a segment's identity, link, seals and first record, once. */
void journal_segment_survey(const struct journal_recovery *recovery,
                            struct journal_segment *segment);

/* Finds the segments that hold what follows the snapshot, up to the last that is linked; those
 * behind it in the array are only reached through an END.  What lies before them is not opened: a
 * start behind a snapshot takes no longer because more records are kept. */
enum journal_fault journal_chain_find(struct journal_recovery *recovery,
                                      struct journal_report *report);

/* The snapshot that is used, given to the listener. */
enum journal_fault journal_snapshot_choose(struct journal_recovery *recovery,
                                           const struct journal_listener *listener,
                                           struct journal_report *report);

MUST_USE enum journal_io journal_segment_open(const struct journal_recovery *recovery,
                                              const struct journal_segment *segment,
                                              struct journal_file *file);

#endif
