#ifndef DATAPLANE_STRATEGY_TAKER_H
#define DATAPLANE_STRATEGY_TAKER_H

/* Fills an order from the far side, as far as it is shown: at a price no worse than the limit, and
 * with no more than its part of what trades in the market (F20).
 *
 * participation: executed is at most so much of the volume that traded since the order began, own
 * trades included; 100% and what is shown is all that counts.  parent.h has the rest.
 *
 * Key: 0, immediate orders, one at a time. */

#include "dataplane/strategy/parameters.h"

extern const struct delegate_kind taker_kind;
extern const struct parameter_table taker_parameters;

#endif
