#ifndef DATAPLANE_STRATEGY_TWAP_H
#define DATAPLANE_STRATEGY_TWAP_H

/* Works an order in equal slices over a time, from the far side (F20).
 *
 *     quantity |                          ___/   what is due: a slice each duration / slices,
 *              |                  ___/  .        earlier or later and larger or smaller by up to
 *              |          ___/  .                jitter, from the seed
 *              |  ___/  .  <- executed
 *              +------------------------------> duration
 *
 * In each slice's time at most catch_up of a slice is executed, so that what was missed is caught
 * up with over several slices.  When the time is over, finish yes goes on with what is left, a
 * slice's time at a time; finish no gives it up.  The limit holds always.  parent.h has the rest.
 *
 * After a start an order of which something was executed before goes on with the first slice that
 * is not whole, a slice's time after it is seen: the end is so much later as it was away.
 *
 * It acts by the clock in its first instrument; in another one, for which an instruction may ask,
 * when that one's market moves.
 *
 * Key: 0, immediate orders, one at a time. */

#include "dataplane/strategy/parameters.h"

extern const struct delegate_kind twap_kind;
extern const struct parameter_table twap_parameters;

#endif
