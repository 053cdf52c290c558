#ifndef APPS_POLLUXD_CENSUS_H
#define APPS_POLLUXD_CENSUS_H

/* All strategies and positions of the gateway, for metrics: the engine's view has room for the
 * first few only.
 *
 *     each CENSUS_EVERY_NS   strategies ──► positions      a walk through the engine's window,
 *                                                          portion by portion (rows.h)
 *     when asked             what the last walk that came to its end has found
 *
 * Guarantees: no walk while the view has room for all there is; a walk that gets no answer leaves
 * what the one before has found; bounded by VIEWS_STRATEGIES_MAX and VIEWS_HOLDINGS_MAX, of which
 * the view says how many there are.  Rows of one walk may be some housekeepings apart.
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"
#include "control/monitor/views.h"

#define CENSUS_EVERY_NS NANOS_SECOND

struct census;

struct census *census_new(struct polluxd *polluxd); /* polluxd must outlive it */
void census_free(struct census *census);            /* after rows_free; NULL is allowed */

/* Begins a walk if one is due, by what views say; and puts what was found into them, where it
 * stays until the next call. */
void census_look(struct census *census, struct views *views);

#endif
