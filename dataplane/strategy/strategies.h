#ifndef DATAPLANE_STRATEGY_STRATEGIES_H
#define DATAPLANE_STRATEGY_STRATEGIES_H

/* Every strategy the appliance has built in: one line in strategies.c each, found by name at
 * start. */

#include "dataplane/strategy/delegate.h"

extern const struct delegate_kind *const strategies[];
extern const uint32_t strategies_count;

/* The strategy of that name, or NULL.  Cold. */
const struct delegate_kind *strategies_find(const char *name);

#endif
