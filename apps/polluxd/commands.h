#ifndef APPS_POLLUXD_COMMANDS_H
#define APPS_POLLUXD_COMMANDS_H

/* What people ask over the control socket, done by this box (control/command/command.h).
 *
 * What is shown is read from the stages' views.  What changes is asked of the engine by its
 * mailbox, one change at a time, and answered when it is in force and on the disk, or refused; the
 * loop goes on meanwhile.  A halt of the box waits for nobody: it is in force at the engine's next
 * turn, whatever else is under way, and answered behind that; what was to release anything and is
 * not done by then is refused.
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"

struct commands;

struct commands_plan {
    struct polluxd *polluxd; /* it runs; its configuration has the section control */
    const char *path;        /* of its file */
};

/* NULL with sentences. */
MUST_USE struct commands *commands_new(const struct commands_plan *plan, struct text *problems);

/* After the stages have ended: whoever waits for an answer is told that the box stops.  NULL is
 * allowed. */
void commands_free(struct commands *commands);

/* Something happened: a line, for the command events.  NULL is allowed. */
void commands_happened(struct commands *commands, const char *line);

/* What the control socket has counted, into source.  NULL is allowed. */
struct metrics_source;
void commands_count_all(const struct commands *commands, struct metrics_source *source);

/* Why changes cannot be written down; "": they can.  NULL is allowed. */
const char *commands_record_why(const struct commands *commands);

#endif
