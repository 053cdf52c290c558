#ifndef APPS_POLLUXD_WATCH_PLAIN_H
#define APPS_POLLUXD_WATCH_PLAIN_H

/* Standard output where it is no terminal.  A line is taken at once or not at all, which is
 * counted: whoever reads it may be stuck, and the control plane must not be with him.
 *
 * Not through stdio: what was printed there before is to be flushed first.
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"
#include "dataplane/base/text.h"

/* With its line end. */
void watch_plain_write(struct polluxd *polluxd, const struct text *line);

/* Without; at most WATCH_PLAIN_MAX characters. */
#define WATCH_PLAIN_MAX 1535u
void watch_plain_say(struct polluxd *polluxd, const char *said);

#endif
