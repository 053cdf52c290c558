#ifndef TESTS_STRATEGY_JOINER_H
#define TESTS_STRATEGY_JOINER_H

/* The example of dataplane/strategy/README.md, which quotes joiner.c word for word. */

#include "dataplane/strategy/delegate.h"

extern const struct delegate_kind joiner_kind;

#endif
