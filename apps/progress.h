#ifndef APPS_PROGRESS_H
#define APPS_PROGRESS_H

/* How far the work is, on standard error, once it takes longer than a moment.
 *
 *     playing  [==============                ]  46.2 %   12.3 M of 26.7 M, 4.12 s left
 *
 * On a terminal a bar after PROGRESS_BAR_AFTER_NS, drawn again in place; elsewhere a line every
 * PROGRESS_LINE_EVERY_NS.  Quiet shows nothing.  Cold; one thread. */

#include "dataplane/base/base.h"

#define PROGRESS_BAR_AFTER_NS  700000000u
#define PROGRESS_BAR_EVERY_NS  100000000u
#define PROGRESS_LINE_EVERY_NS 5000000000u

struct progress {
    uint64_t began_ns;
    uint64_t shown_ns; /* when something was last shown; at first, when it began */
    bool quiet;
    bool terminal;
    bool drawn; /* a bar stands on the terminal */
};

struct progress progress_begin(bool quiet);

/* done of total; may be called as often as convenient, some thousand times a second at most. */
void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t total);

/* Wipes the bar and begins anew, for the next piece of work.  Returns the nanoseconds this one
 * took. */
uint64_t progress_end(struct progress *progress);

#endif
