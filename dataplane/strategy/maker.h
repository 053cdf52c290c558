#ifndef DATAPLANE_STRATEGY_MAKER_H
#define DATAPLANE_STRATEGY_MAKER_H

/* The market maker: rungs of quotes on both sides of a reference, within an inventory (F22-F27).
 *
 *     ask 2  ----------------------------- 200         rungs = 1t:100, 3t:200
 *     ask 1  ------------------- 100
 *              reference of the asks - skew * position
 *              reference of the bids - skew * position
 *     bid 1  ------------------- 100
 *     bid 2  ----------------------------- 200
 *
 * - F22: the parameters are those of maker_parameters, and change while it runs.
 * - F23: a side is quoted anew when its reference, skew included, has moved by the threshold since
 *   it was quoted, and then only that side; other reasons, of one side each: a fill of it, the
 *   gate, a price that was held back, an order that is gone.  What stays the same is not said.
 * - F24: position + all that may still trade of a side, with what is asked for now, is never made
 *   larger than the limit; where the limit is breached from outside, the farthest rungs go first.
 * - F25: own size is not part of the reference.  Own orders reach the market's picture later than
 *   they reach the venue and their reports come sooner or later than it, so for a time of echo an
 *   order of ours may or may not be in the picture.  Of what is shown at the best price, more than
 *   all that may be ours is others'; no more than what surely is ours: alone; between the two the
 *   reference stays.  Alone, the next level is not known (a market has one level): retreat makes
 *   the reference one step worse than the own price, again and again until others are at the best
 *   price, or retreat_most is reached; stay keeps the last reference that others had.
 * - F27: while the market is not LIVE, is crossed or lacks a side, or orders may not leave, all
 *   quotes are stopped.  While only reductions may leave, only what reduces is quoted.
 *
 * Keys: leg * 2 * rungs + side * rungs + rung, with rungs as many as the longer side has, or
 * most_rungs.
 *
 * Threads: one.  Memory: maker_kind.footprint().  Cost: proportional to the rungs of one
 * instrument; a division of 128 bits if there is skew and the position has changed, another one
 * for the reference micro. */

#include "dataplane/strategy/parameters.h"

extern const struct delegate_kind maker_kind;
extern const struct parameter_table maker_parameters;

#endif
