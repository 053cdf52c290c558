#ifndef APPS_POLLUX_GENERATE_FLOW_BOOK_H
#define APPS_POLLUX_GENERATE_FLOW_BOOK_H

/* The orders a generated flow has put on the books: what is live, so that every later message can
 * refer to an order that is there, to the one whose turn it is, and by no more than it has.
 *
 *     stock  -- side[2] -- level, best last -- first .. last     a real queue: time priority
 *            -- young:  its youngest live orders, oldest first   (at most 24)
 *            -- places: all its live orders, in no order         (to pick one at random)
 *
 * This is not the product's book: it knows only what a generator needs, and shares no code with
 * what its flow is going to test.
 *
 * Threads: one.  Memory: arrays given by flow.c; slots and places are 32-bit numbers.
 * Cost: a few cache lines per call; a new level moves the levels that are better. */

#include "dataplane/wire/wire.h"

#define FLOW_LEVELS_MAX    180u
#define FLOW_YOUNG_MAX     24u
#define FLOW_NO_SLOT       UINT32_MAX
#define FLOW_PLACE_CLASSES 24u
#define FLOW_PLACES_LEAST  16u /* of a stock that has any */

struct flow_order {
    uint64_t number; /* ascending by age, never reused */
    uint32_t qty;
    uint32_t ticks; /* its price */
    uint32_t before;
    uint32_t after; /* of the same level; towards the end of the queue */
    uint32_t place; /* in the places of its stock, or FLOW_NO_SLOT if it has none */
    uint16_t stock;
    uint8_t side; /* enum side */
    bool young;   /* it is in young[] of its stock */
};

struct flow_level {
    uint32_t key; /* ticks of a bid, ~ticks of an ask: greater is better */
    uint32_t first;
    uint32_t last;
    uint32_t orders;
};

struct flow_side {
    uint32_t levels;
    struct flow_level level[FLOW_LEVELS_MAX]; /* best last, where a busy book changes */
};

struct flow_stock {
    uint32_t orders;
    uint32_t place_base; /* its places are place[place_base .. + place_capacity) of the book */
    uint32_t place_capacity;
    uint32_t placed;
    uint32_t fair_half_ticks; /* what the stock is worth; between the best prices */
    uint8_t halt_step;        /* 0: trading; else the next message of its pause */
    uint8_t young_count;
    struct text8 symbol;
    uint32_t young[FLOW_YOUNG_MAX];
    struct flow_side side[2];
};

struct flow_book {
    struct flow_stock *stock;
    struct flow_order *order;
    uint32_t *place;
    uint32_t order_capacity;
    uint32_t place_capacity;
    uint32_t order_unused; /* slots from here on were never used */
    uint32_t order_free;   /* list through after */
    uint32_t place_unused;
    uint32_t place_free[FLOW_PLACE_CLASSES]; /* lists of blocks through their first word */
    uint64_t live;
};

/* An empty book in the given arrays.  Only what is reached is ever written: place and order may be
 * large and untouched.  The stocks' counts are zeroed. */
void flow_book_open(struct flow_book *book, uint32_t stocks);

static inline bool flow_book_full(const struct flow_book *book)
{
    return book->live == book->order_capacity;
}

static inline uint32_t flow_book_key(enum side side, uint32_t ticks)
{
    return side == SIDE_BUY ? ticks : ~ticks;
}

static inline uint32_t flow_book_ticks(enum side side, const struct flow_level *level)
{
    return side == SIDE_BUY ? level->key : ~level->key;
}

/* The best level of a side, or NULL. */
static inline const struct flow_level *flow_book_best(const struct flow_stock *stock,
                                                      enum side side)
{
    const struct flow_side *half = &stock->side[side];
    return half->levels ? &half->level[half->levels - 1] : NULL;
}

/* Adds an order to the end of its level and returns its slot.  If the side has FLOW_LEVELS_MAX
 * levels and none at order->ticks, it joins the nearest worse one (or the worst): the price it got
 * is in the book's order.  The book must not be full; before, after, place, young are not read. */
uint32_t flow_book_add(struct flow_book *book, const struct flow_order *order);

void flow_book_remove(struct flow_book *book, uint32_t slot);

#endif
