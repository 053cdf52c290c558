#ifndef APPS_POLLUXD_ROWS_H
#define APPS_POLLUXD_ROWS_H

/* Rows of the stages' long tables (dataplane/stage/window.h), for whoever on this thread wants
 * them: one after the other at each stage, in the order in which they asked.
 *
 *     rows_ask(rows, engine_stage_window(engine), &ask, told, context)
 *         ... some housekeepings later ...
 *     told(context, window, said)        rows are there by window_row until it returns
 *
 * A stage that does not answer within ROWS_ANSWER_NS delays nobody: told is called without an
 * answer, and so is everybody's who asks the same stage meanwhile.
 *
 * Threads: the main one, on whose loop it looks every millisecond while anything is awaited. */

#include "dataplane/base/units.h"
#include "dataplane/stage/window.h"

#define ROWS_WAITING_MAX 32u
#define ROWS_ANSWER_NS   (5 * NANOS_SECOND)

struct rows;
struct ev_loop;

/* said NULL: the stage has not answered, or the box stops. */
typedef void rows_told_fn(void *context, const struct window *window,
                          const struct window_said *said);

struct rows *rows_new(struct ev_loop *loop, nanos_t (*now)(void)); /* monotonic */

/* Whoever waits is told that there is no answer.  Before the stages are freed; NULL is allowed. */
void rows_free(struct rows *rows);

/* False: as many wait as may, and told is not called. */
MUST_USE bool rows_ask(struct rows *rows, struct window *window, const struct window_ask *ask,
                       rows_told_fn *told, void *context);

#endif
