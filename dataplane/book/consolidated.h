#ifndef DATAPLANE_BOOK_CONSOLIDATED_H
#define DATAPLANE_BOOK_CONSOLIDATED_H

/* One book over several venues of the same thing, with the size that each of them shows (F33).
 *
 *     venue 0   10.00 x 300 | 10.02 x 200          bids                asks
 *     venue 1   10.01 x 100 | 10.02 x 400    ──►   10.01  100 (1:100)  10.02  600 (0:200 1:400)
 *     venue 2   STALE                              10.00  300 (0:300)
 *
 * A venue counts while its market may be traded on: LIVE, and not crossed in itself.  A side that
 * it does not have is left out.  Each venue has one level a side, because that is what a market
 * shows.
 * The consolidated book may be crossed: then somebody sells below what another pays.
 *
 * Fees and what an order costs to get there are not in it.
 *
 * Threads: none of its own.  Memory: the struct; nothing is allocated.
 * Cost: what take does grows with the square of the venues; with two it is some nanoseconds. */

#include "dataplane/book/market.h"

#define CONSOLIDATED_VENUES_MAX 8u

struct consolidated_level {
    price_t price;
    qty_t qty;                               /* of all venues */
    qty_t of_venue[CONSOLIDATED_VENUES_MAX]; /* 0: it is not there */
};

struct consolidated_side {
    uint32_t levels;
    struct consolidated_level level[CONSOLIDATED_VENUES_MAX]; /* best first, prices differ */
};

struct consolidated {
    struct market market[CONSOLIDATED_VENUES_MAX]; /* the newest of each venue */
    struct consolidated_side side[2];              /* bids, asks */
};

/* No venue has said anything. */
static inline void consolidated_begin(struct consolidated *book)
{
    __builtin_memset(book, 0, sizeof *book);
    for (uint32_t venue = 0; venue < CONSOLIDATED_VENUES_MAX; venue++)
        book->market[venue].state = MARKET_CLOSED;
}

static inline bool consolidated_counts(const struct market *market)
{
    bool crossed = market->bid > 0 && market->ask > 0 && market->bid >= market->ask;
    return market->state == MARKET_LIVE && !crossed;
}

/* Private: a venue's best of a side, at its place among the levels. */
static inline void consolidated_put(struct consolidated_side *side, bool buys, uint32_t venue,
                                    price_t price, qty_t qty)
{
    uint32_t at = 0;
    while (at < side->levels &&
           (buys ? side->level[at].price > price : side->level[at].price < price))
        at++;
    if (at == side->levels || side->level[at].price != price) {
        for (uint32_t i = side->levels++; i > at; i--) side->level[i] = side->level[i - 1];
        __builtin_memset(&side->level[at], 0, sizeof side->level[at]);
        side->level[at].price = price;
    }
    side->level[at].qty += qty;
    side->level[at].of_venue[venue] = qty;
}

/* The newest market of a venue, below CONSOLIDATED_VENUES_MAX.  True if the book changed. */
static inline bool consolidated_take(struct consolidated *book, uint32_t venue,
                                     const struct market *market)
{
    const struct market *was = &book->market[venue];
    bool same = consolidated_counts(was) == consolidated_counts(market) &&
                (!consolidated_counts(market) ||
                 (was->bid == market->bid && was->ask == market->ask &&
                  was->bid_qty == market->bid_qty && was->ask_qty == market->ask_qty));
    book->market[venue] = *market;
    if (same) return false;
    book->side[SIDE_BUY].levels = book->side[SIDE_SELL].levels = 0;
    for (uint32_t i = 0; i < CONSOLIDATED_VENUES_MAX; i++) {
        const struct market *of = &book->market[i];
        if (!consolidated_counts(of)) continue;
        if (of->bid > 0) consolidated_put(&book->side[SIDE_BUY], true, i, of->bid, of->bid_qty);
        if (of->ask > 0) consolidated_put(&book->side[SIDE_SELL], false, i, of->ask, of->ask_qty);
    }
    return true;
}

/* The best of a side; 0 if no venue has one. */
static inline price_t consolidated_best(const struct consolidated *book, enum side side)
{
    return book->side[side].levels > 0 ? book->side[side].level[0].price : 0;
}

/* By how much the best bid is above the best ask; 0 or less where it is not, or one is missing. */
static inline price_t consolidated_crossed(const struct consolidated *book)
{
    price_t bid = consolidated_best(book, SIDE_BUY), ask = consolidated_best(book, SIDE_SELL);
    return bid > 0 && ask > 0 ? bid - ask : 0;
}

#endif
