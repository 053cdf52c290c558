#ifndef APPS_POLLUXD_CENSUS_H
#define APPS_POLLUXD_CENSUS_H

/* All strategies and positions of the gateway, for metrics, where the engine's view has room for
 * the first few only; and the gauges of strategies, which it has not at all.
 *
 *     each CENSUS_EVERY_NS   strategies ──► positions ──► gauges   a walk through the engine's
 *                                                                  window, by portions (rows.h)
 *     when asked             what the last walk that came to its end has found
 *
 * Guarantees: strategies and positions are not walked through while the view has room for all there
 * are; a walk that gets no answer leaves what the one before has found; bounded by
 * VIEWS_STRATEGIES_MAX, VIEWS_HOLDINGS_MAX and VIEWS_GAUGES_MAX, and it is said how many there are.
 * Rows of one walk may be some housekeepings apart.
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
