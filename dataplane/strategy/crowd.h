#ifndef DATAPLANE_STRATEGY_CROWD_H
#define DATAPLANE_STRATEGY_CROWD_H

/* A crowd for demonstrations: orders come, go and take around a fair value that walks at random, so
 * that a venue without other participants has a living book.  It earns nothing and means nothing.
 *
 *     fair value  ~~~/\~~~~\____/~~~     one step or none before each act
 *     act         60 of 100  an order rests, levels ticks at most behind the fair value
 *                 25         one of the resting orders is canceled
 *                 15         something of the far side's best price is taken
 *
 * Acts come rate times a second on average, over all instruments together, by the clock and the
 * seed: the same seed, the same crowd, as long as the venue answers the same.  With together yes
 * all instruments walk as one, each a little beside the others, as the same thing does at several
 * places.
 *
 * It never rests where it would take.  With meets_own no, it takes nothing where an order of its
 * own rests; with yes it does, which only a risk lets pass to which its own orders are strangers'.
 * A side that makes the position larger than inventory does nothing.
 *
 * Keys: for each instrument levels bids, levels asks and one that takes. */

#include "dataplane/strategy/parameters.h"

extern const struct delegate_kind crowd_kind;
extern const struct parameter_table crowd_parameters;

#endif
