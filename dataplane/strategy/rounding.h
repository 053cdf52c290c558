#ifndef DATAPLANE_STRATEGY_ROUNDING_H
#define DATAPLANE_STRATEGY_ROUNDING_H

/* Whole ticks and lots, and the words "better" and "away" for both sides at once.
 *
 *     SIDE_BUY    away: lower     better: higher
 *     SIDE_SELL   away: higher    better: lower
 *
 * Rounding away from the other side never makes an order take what it would not have taken. */

#include "dataplane/strategy/delegate.h"

/* Downwards also below zero; step above 0. */
static inline int64_t round_down(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return rest < 0 ? value - rest - step : value - rest;
}

static inline int64_t round_up(int64_t value, int64_t step)
{
    return -round_down(-value, step);
}

static inline price_t side_away(uint32_t side, price_t price, price_t by)
{
    return side == SIDE_BUY ? price - by : price + by;
}

static inline price_t side_round_away(uint32_t side, price_t price, price_t tick)
{
    return side == SIDE_BUY ? round_down(price, tick) : round_up(price, tick);
}

/* Whether price stands before other in the queue of its side. */
static inline bool side_better(uint32_t side, price_t price, price_t other)
{
    return side == SIDE_BUY ? price > other : price < other;
}

static inline int64_t lesser(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static inline int64_t greater(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* The best of the side that an order of side takes from. */
static inline price_t far_price(const struct market *market, uint32_t side)
{
    return side == SIDE_BUY ? market->ask : market->bid;
}

static inline qty_t far_qty(const struct market *market, uint32_t side)
{
    return side == SIDE_BUY ? market->ask_qty : market->bid_qty;
}

/* Complete, current, both sides there and apart: what a decision may be founded on (F27, F52). */
static inline bool market_good(const struct market *market)
{
    return market->state == MARKET_LIVE && market->bid > 0 && market->ask > market->bid;
}

static inline bool terms_good(const struct delegate_terms *terms)
{
    return terms->tick > 0 && terms->lot > 0;
}

#endif
