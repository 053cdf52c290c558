#ifndef CONTROL_MONITOR_EVENT_LINE_H
#define CONTROL_MONITOR_EVENT_LINE_H

/* Events as lines for journald, which reads a line's priority from its beginning:
 *
 *     <2>alarm session_down box: the session at a venue is not up: no order reaches it (down)
 *
 * A line is taken at once or not at all: whoever reads standard error or standard output may be
 * slow, stuck or gone, and nobody here waits for it.
 *
 * Source: sd-daemon(3), "the prefix of a line"; JOURNAL_STREAM in systemd.exec(5).  Cold. */

#include "control/monitor/monitor.h"

#define EVENT_LINE_MAX 512u

/* Whether fd is the journal's; journal_stream: what the environment says, or NULL. */
bool event_line_journald(int fd, const char *journal_stream);

/* With its prefix and line end. */
void event_line_print(struct text *out, const struct monitor_told *told);

/* False if fd did not take all of it at once. */
MUST_USE bool event_line_write(int fd, const char *bytes, size_t length);

#endif
