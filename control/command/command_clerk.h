#ifndef CONTROL_COMMAND_COMMAND_CLERK_H
#define CONTROL_COMMAND_COMMAND_CLERK_H

/* Writes the record of changes in a thread of its own, so that a disk that hangs stops nobody who
 * does not wait for it: least of all a halt.
 *
 *     the loop                              the clerk's thread
 *     command_clerk_write  --- a line --->  command_record_write: written, synced
 *     told(of, written)    <-- its end ---
 *
 * Lines are written in the order in which they were given, and told in that order, but for those
 * that are given up: a line that is not on the disk within patience_ms is told as not written,
 * though it may come there yet.  At most COMMAND_CLERK_LINES wait; of one more it is told at once
 * that it is not written.
 *
 * Threads: the loop's, and its own.  Memory: allocated; at most COMMAND_CLERK_LINES lines. */

#include "control/command/command_record.h"

#define COMMAND_CLERK_LINES       64u
#define COMMAND_CLERK_PATIENCE_MS 5000u
#define COMMAND_CLERK_SLOW_MS     1000u /* from here on command_clerk_why says so */

/* Once for each line: whether it is on the disk.  On the loop; at once or later. */
typedef void command_written_fn(void *of, bool written);

struct command_clerk;
struct ev_loop;

struct command_clerk_plan {
    struct ev_loop *loop;
    struct command_record_limits record;
    uint32_t patience_ms; /* 0: COMMAND_CLERK_PATIENCE_MS */
};

/* NULL with a sentence. */
MUST_USE struct command_clerk *command_clerk_new(const struct command_clerk_plan *plan,
                                                 struct text *problems);

/* Waits for what is being written, as long as for any line, then tells all that wait.  NULL is
 * allowed. */
void command_clerk_free(struct command_clerk *clerk);

/* A line with its end. */
void command_clerk_write(void *clerk, const char *line, size_t length, command_written_fn *told,
                         void *of);

/* Why lines cannot be written: "No space left on device"; "": they can. */
const char *command_clerk_why(const void *clerk);

const struct command_record_counts *command_clerk_counts(const struct command_clerk *clerk);

#endif
