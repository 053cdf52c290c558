#ifndef APPS_POLLUX_JOURNAL_FOLDER_H
#define APPS_POLLUX_JOURNAL_FOLDER_H

/* A journal's folder as it lies there: every file with what it says of itself, sound or not. */

#include "apps/pollux-journal/options.h"
#include "dataplane/base/text.h"
#include "dataplane/gateway/gateway_image.h"
#include "dataplane/journal/journal_read.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/journal_snapshot.h"
#include "dataplane/journal/storage_file.h"

enum segment_state {
    SEGMENT_ENDED,   /* the journal went on in the next one */
    SEGMENT_OPEN,    /* has records and free place */
    SEGMENT_EMPTY,   /* prepared, no record yet */
    SEGMENT_BROKEN,  /* whole records, then something that is none */
    SEGMENT_FOREIGN, /* is not a segment of this number: fault says why */
};

struct folder_segment {
    uint64_t number;
    uint64_t bytes; /* of the file */
    struct journal_diagnosis diagnosis;
    enum segment_state state;
    struct journal_identity identity;
    struct journal_link link;
    bool linked;
    uint64_t records; /* whole ones, from the first on */
    uint64_t first;   /* sequences; 0: none */
    uint64_t last;
    uint64_t end; /* offset behind the last of them */
};

struct folder_snapshot {
    uint64_t sequence;
    uint64_t bytes; /* of the file */
    struct journal_diagnosis diagnosis;
    struct journal_mark mark;
    bool of_gateway; /* else an engine's state, or nothing that this version knows */
    struct gateway_image_look look;
};

struct folder {
    struct storage_file files;
    struct journal_storage storage;
    struct journal_recovery *recovery;
    uint32_t segments;
    struct folder_segment *segment; /* by number */
    uint32_t snapshots;
    struct folder_snapshot *snapshot; /* by sequence */
    uint32_t unfinished;              /* files that were never finished */
    uint32_t others;                  /* files that are not the journal's */
    bool overflowed;                  /* more files than a journal may have: the rest is not here */
    char problems_text[16384];
    struct text problems; /* sentences, each with a line end */
};

/* False with a sentence in problems if the folder cannot be opened. */
MUST_USE bool folder_open(struct folder *folder, const struct journal_options *options);
void folder_close(struct folder *folder);

/* Reads every file.  Problems of single files are in their diagnosis. */
MUST_USE bool folder_survey(struct folder *folder);

/* What to do with the segment's bytes: opened for use until folder_release. */
MUST_USE bool folder_borrow(struct folder *folder, const struct folder_segment *segment,
                            struct journal_file *file);
void folder_release(struct folder *folder, struct journal_file *file);

/* The segments whose records are the journal's, in order, each with the offset where it counts no
 * longer (UINT64_MAX: where it ends).  Returns how many. */
struct folder_part {
    const struct folder_segment *segment;
    uint64_t end;
};
uint32_t folder_chain(const struct folder *folder, struct folder_part *parts);

/* The first record that is left, if those before it were removed; 0: it begins with record 1, or
 * nothing is left. */
uint64_t folder_begin(const struct folder_part *parts, uint32_t count);

/* The highest sequence there is, whole; for a bar. */
uint64_t folder_last(const struct folder *folder);

/* One more sentence. */
void folder_problem(struct folder *folder, const char *before,
                    const struct journal_diagnosis *diagnosis);

/* The commands.  Each returns the exit status. */
int journal_list(struct folder *folder, const struct journal_options *options);
int journal_verify_all(struct folder *folder, const struct journal_options *options);
int journal_replay(struct folder *folder, const struct journal_options *options);
int journal_export(struct folder *folder, const struct journal_options *options);

#endif
