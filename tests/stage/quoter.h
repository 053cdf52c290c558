#ifndef TESTS_STAGE_QUOTER_H
#define TESTS_STAGE_QUOTER_H

/* A delegate that quotes both sides of one instrument, a step away from where it last traded, and
 * again after each fill, as long as its position may grow that way.  A pure function of what it is
 * shown: what it should have done can be said from the outside. */

#include "dataplane/strategy/delegate.h"

#define QUOTER_BID 0u /* keys */
#define QUOTER_ASK 1u

#define QUOTER_AGAIN_NS (200 * NANOS_MILLI)

struct quoter {
    price_t middle; /* of its quotes */
    price_t step;   /* away from it */
    qty_t size;
    qty_t most;   /* of its position, either way */
    bool insists; /* says a UNIQUE order at each decision, whatever it is told */
    uint64_t decisions;
    nanos_t decided; /* the last time */
};

extern const struct delegate_kind quoter_kind;

#endif
