#ifndef APPS_POLLUX_TOP_H
#define APPS_POLLUX_TOP_H

/* The live screen, from answers of the control socket: the box, its books, strategies, sessions,
 * latencies and newest events.  What does not fit is left out from the end. */

#include "apps/pollux/talk.h"
#include "dataplane/base/text.h"

/* False: nobody answers any more; or it is refused, and *refused is why, to be freed. */
bool top_page(struct text *out, struct talk *talk, char **refused);

#endif
