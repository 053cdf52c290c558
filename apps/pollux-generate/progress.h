#ifndef APPS_POLLUX_GENERATE_PROGRESS_H
#define APPS_POLLUX_GENERATE_PROGRESS_H

/* How far the work is, on stderr, once it takes longer than a second: a bar on a terminal, a line
 * every few seconds elsewhere.  Cold. */

#include "dataplane/base/base.h"

struct progress {
    uint64_t began_ns;
    uint64_t shown_ns;
    bool quiet;
    bool terminal;
    bool drawn; /* a bar stands on the terminal */
};

struct progress progress_begin(bool quiet);

/* done of total, at most a few times a second; call it once in some thousand steps. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);

/* Wipes the bar.  Returns the nanoseconds since progress_begin. */
uint64_t progress_end(struct progress *progress);

#endif
