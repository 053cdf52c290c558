#ifndef DATAPLANE_STRATEGY_ARBITRAGE_H
#define DATAPLANE_STRATEGY_ARBITRAGE_H

/* The same thing at two places: buys where it is cheap and sells where it is dear, at once (F20).
 *
 *     leg 0   bid 10.05  ----- sell ---+
 *                                      |  bid - ask > edge: both, immediate, of one size
 *     leg 1   ask 10.02  ----- buy ----+
 *
 * - Both orders are for what both sides show, at most size, and so that neither leg's position
 *   becomes larger than inventory in either direction.
 * - While a leg is not LIVE, is crossed, lacks a side or may not trade, nothing is begun; and
 *   nothing while an order is under way.
 * - The legs' positions together are to be zero.  If one order traded more than the other, the
 *   difference is hedged before anything else: an immediate order on the leg whose price is better
 *   and whose position has room, at the price that is shown, again on every quote until it is
 *   flat: being flat is worth more than the price.  That holds for a position of before the start
 *   too.
 * - What a leg shows is tried once: reports may come before the picture in which the trade is.
 *   The same is tried again after the time of retry; after an order that was refused so is all.
 * - A pair of which one order is refused leaves the other to be hedged, at the cost of the spread.
 *   After each such pair in a row the next one waits twice as long, up to 1,024 times retry; a
 *   hedge never does.
 * How much capital may be used at each place is risk's to say.  A place is a venue of its own where
 * the plan of the strategy says so; nothing here depends on it.
 *
 * Keys: 0 and 1, of leg 0 and leg 1; immediate orders. */

#include "dataplane/strategy/parameters.h"

extern const struct delegate_kind arbitrage_kind;
extern const struct parameter_table arbitrage_parameters;

#endif
