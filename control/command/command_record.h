#ifndef CONTROL_COMMAND_COMMAND_RECORD_H
#define CONTROL_COMMAND_COMMAND_RECORD_H

/* The files that changes are written down in: one JSON object a line, only ever appended to.
 *
 *     changes.jsonl                  the newest lines
 *     changes.jsonl.000001, ...      full ones, the older the lower; each keeps its name
 *
 * A file is our own, written by nobody else, no symbolic link; made with mode 0600 if it is not
 * there.  One that has grown to its bound is renamed before the next line, and of those renamed the
 * newest so many are kept.  Lines are never in two files and never in none: whatever happens on the
 * way, they go on into the file that is open.
 *
 * Whoever else moves the file or removes it (logrotate) needs to tell nobody: the next line finds
 * it gone, and begins it anew.
 *
 * Threads: one at a time; waits for the disk. */

#include "dataplane/base/text.h"

/* clang-format off */
#define COMMAND_RECORD_COUNTERS(C)                                                                 \
    C(record_turned,      "Files of the record of changes that were full")                         \
    C(record_turn_failed, "Times that a full one could not be renamed, and was gone on with")      \
    C(record_moved,       "Times that somebody else had moved or removed the file")                \
    C(record_removed,     "Old files of the record of changes that were removed")
/* clang-format on */

#define COMMAND_RECORD_FIELD(name, meaning) uint64_t name;
struct command_record_counts {
    COMMAND_RECORD_COUNTERS(COMMAND_RECORD_FIELD)
};

struct command_record_limits {
    const char *path; /* must outlive the record */
    uint64_t bytes;   /* of a file, but for one line; 0: no bound */
    uint32_t files;   /* renamed ones that are kept; not read without a bound */
};

struct command_record {
    struct command_record_limits limits;
    int file;         /* -1: closed */
    uint32_t highest; /* the number of the newest renamed one */
    bool failing;     /* the last line could not be written: */
    const char *why;  /* of that, a sentence's end */
    struct command_record_counts counts;
};

/* False with a sentence. */
MUST_USE bool command_record_open(struct command_record *record,
                                  const struct command_record_limits *limits,
                                  struct text *problems);
void command_record_close(struct command_record *record);

/* Appends the whole line or nothing.  False unless it is on the disk. */
bool command_record_write(struct command_record *record, const char *line, size_t length);

/* "No space left on device"; "" while lines can be written. */
const char *command_record_why(const struct command_record *record);

#endif
