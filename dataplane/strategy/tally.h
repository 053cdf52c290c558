#ifndef DATAPLANE_STRATEGY_TALLY_H
#define DATAPLANE_STRATEGY_TALLY_H

/* The delegate that decides nothing and counts what it is shown.
 *
 * It proves that everything arrives: its volume, trades and messages are those that were sent, and
 * its decisions are fewer than the values only by what was conflated.  It is also the smallest
 * delegate there is, to start another one from.
 *
 * Threads: one.  Memory: one struct.  Cost: a few additions, no branch that cannot be predicted. */

#include "dataplane/strategy/delegate.h"

struct tally_counts {
    uint64_t decision;
    uint64_t part[COMPOSITE_PART_COUNT]; /* decisions that were shown it */
    uint64_t state[MARKET_STATE_COUNT];  /* decisions in which the instrument was in it */
    uint64_t message[MESSAGE_KIND_COUNT];
    uint64_t quote; /* changes of quotes, those conflated included */
    uint64_t trades;
    uint64_t volume;   /* of qty_t; wraps */
    uint64_t notional; /* in 1e-8 of the quote currency; wraps */
    uint64_t housekeeping;
    nanos_t last_ns; /* time of the last decision */
};

extern const struct delegate_kind tally_kind; /* takes no parameters */

/* The thread that decides; others take copies through the stage. */
const struct tally_counts *tally_counts(const void *self);

#endif
