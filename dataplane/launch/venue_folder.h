#ifndef DATAPLANE_LAUNCH_VENUE_FOLDER_H
#define DATAPLANE_LAUNCH_VENUE_FOLDER_H

/* A venue in a folder: its journal opened, its engine recovered, its thread started.  Cold.
 *
 *     venue_folder_open      the folder is ours; which engine wrote what is in it?
 *     venue_folder_recover   in memory of venue_folder_footprint bytes: the engine that was
 *     venue_folder_start     a new epoch begins; the journal's thread runs
 *     ...                    venue_submit, venue_release: folder->venue
 *     venue_folder_close     everything submitted is on disk
 *
 * A new folder gets the limits of the plan; an old one keeps its engine's, for the life of its
 * journal.
 *
 * Threads: one, beside the journal's own; the venue's own is whoever calls venue_submit. */

#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/stage/venue.h"

struct venue_folder_plan {
    const char *folder; /* made if it is not there; its parent must be */
    enum venue_durability durability;
    struct match_limits limits; /* of a new journal; secret is drawn here */
    uint32_t held;              /* venue_limits.held */
    uint32_t segment_bytes;
    uint32_t reserve_bytes;
};

struct venue_folder {
    struct venue_folder_plan plan;
    struct venue_limits limits; /* of the engine there is */
    struct venue *venue;        /* NULL before venue_folder_recover */
    struct journal *journal;    /* NULL before venue_folder_start */
    struct journal_report report;
    struct journal_thread thread;

    /* Private. */
    struct storage_file files;
    struct storage_file more_files; /* for snapshots, beside the journal's thread */
    struct journal_storage storage;
    struct journal_storage more_storage;
    struct journal_recovery *recovery;
};

/* All but close and print: false, and sentences that name the folder, if the journal cannot be
 * used; then only venue_folder_close may follow. */
MUST_USE bool venue_folder_open(struct venue_folder *folder, const struct venue_folder_plan *plan,
                                struct text *problems);

size_t venue_folder_footprint(const struct venue_folder *folder);

/* memory: zeroed, aligned to CACHE_LINE; stays the caller's.  watch may be NULL. */
MUST_USE bool venue_folder_recover(struct venue_folder *folder, void *memory,
                                   const struct venue_outlet *outlet,
                                   const struct venue_watch *watch, struct text *problems);

/* cpu: of the journal's thread, or JOURNAL_THREAD_ANY_CPU. */
MUST_USE bool venue_folder_start(struct venue_folder *folder, uint32_t cpu, struct text *problems);

/* Also of one that was not opened whole. */
void venue_folder_close(struct venue_folder *folder);

/* What was recovered, as sentences with a line end each. */
void venue_folder_print(struct text *out, const struct venue_folder *folder);

/* Writes a snapshot of an image whose sequence is durable.  False, and the cause in problems. */
MUST_USE bool venue_folder_snapshot(struct venue_folder *folder, const struct venue_image *image,
                                    struct text *problems);

#endif
