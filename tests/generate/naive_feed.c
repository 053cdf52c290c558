#include "tests/generate/naive_feed.h"

#include <stdlib.h>
#include <string.h>

/* Orders lie in one array in the order they came.  A stock lists its live orders by age; a level
 * lists its orders by time; the levels of a side are in no order and are searched one by one. */

#define NONE UINT32_MAX

struct order {
    uint64_t ref;
    uint32_t qty;
    uint32_t level;         /* number in the side's array */
    uint32_t older, newer;  /* of the stock */
    uint32_t ahead, behind; /* of the level */
    uint32_t price;
    uint16_t locate;
    char side;
    bool live;
};

struct level {
    uint32_t price, first, last, orders;
};

struct side {
    struct level level[256];
    uint32_t count;
};

struct stock {
    char symbol[8];
    bool known, trading;
    uint32_t newest;
    struct side bids, asks;
};

struct naive_feed {
    struct stock *stock[65536];
    struct order *order;
    uint32_t orders;
    uint32_t *index; /* hash of all references ever -> order */
    uint32_t index_mask;
    uint64_t newest_ref, newest_match;
    bool refs_ascend;
    char last_event;
    uint16_t last_locate;
    struct naive_totals totals;
};

static uint64_t number(const uint8_t *message, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) value = value << 8 | message[offset + i];
    return value;
}

static uint32_t length_of(char type)
{
    static const char types[] = "SRHYLVWKJhAFECXDUPQBINO";
    static const uint8_t lengths[] = {12, 39, 25, 20, 26, 35, 12, 28, 35, 21, 36, 40,
                                      31, 36, 23, 19, 35, 44, 40, 19, 50, 20, 48};
    const char *at = strchr(types, type);
    return type && at ? lengths[at - types] : 0;
}

struct naive_feed *naive_feed_new(uint64_t messages, bool refs_ascend)
{
    struct naive_feed *feed = calloc(1, sizeof *feed);
    feed->order = malloc((messages + 1) * sizeof *feed->order);
    feed->index_mask = 1024;
    while (feed->index_mask < 2 * messages) feed->index_mask *= 2;
    feed->index = malloc(feed->index_mask * sizeof *feed->index);
    memset(feed->index, 0xff, feed->index_mask * sizeof *feed->index);
    feed->index_mask--;
    feed->refs_ascend = refs_ascend;
    feed->totals.by_locate = calloc(65536, sizeof *feed->totals.by_locate);
    return feed;
}

void naive_feed_free(struct naive_feed *feed)
{
    for (uint32_t i = 0; i < 65536; i++) free(feed->stock[i]);
    free(feed->totals.by_locate);
    free(feed->order);
    free(feed->index);
    free(feed);
}

const struct naive_totals *naive_feed_totals(const struct naive_feed *feed)
{
    return &feed->totals;
}

/* The place of ref in the index: its order, or NONE. */
static uint32_t *find(struct naive_feed *feed, uint64_t ref)
{
    uint64_t hash = (ref ^ ref >> 29) * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(hash >> 32) & feed->index_mask;
    while (feed->index[at] != NONE && feed->order[feed->index[at]].ref != ref)
        at = (at + 1) & feed->index_mask;
    return &feed->index[at];
}

static struct side *side_of(struct stock *stock, char side)
{
    return side == 'B' ? &stock->bids : &stock->asks;
}

static bool better(char side, uint32_t price, uint32_t than)
{
    return side == 'B' ? price > than : price < than;
}

static struct level *best_of(struct side *half, char side)
{
    struct level *best = NULL;
    for (uint32_t i = 0; i < half->count; i++)
        if (!best || better(side, half->level[i].price, best->price)) best = &half->level[i];
    return best;
}

static const char *order_add(struct naive_feed *feed, const struct order *wanted)
{
    uint32_t *place = find(feed, wanted->ref);
    if (wanted->ref == 0) return "an order has the reference 0";
    if (*place != NONE) return "an order reference comes twice";
    if (feed->refs_ascend && wanted->ref <= feed->newest_ref) return "a reference does not ascend";
    feed->newest_ref = wanted->ref;
    if (wanted->qty == 0) return "an order has no quantity";
    if (wanted->price == 0 || wanted->price >= 2000000000) return "a price is out of range";
    struct stock *stock = feed->stock[wanted->locate];
    struct side *half = side_of(stock, wanted->side);
    char opposite = wanted->side == 'B' ? 'S' : 'B';
    struct level *against = best_of(side_of(stock, opposite), opposite);
    if (against && !better(wanted->side, against->price, wanted->price))
        return "an order locks or crosses the book";

    uint32_t at = 0, ahead = 0;
    while (at < half->count && half->level[at].price != wanted->price) at++;
    for (uint32_t i = 0; i < half->count; i++)
        ahead += better(wanted->side, half->level[i].price, wanted->price);
    if (ahead == 0 && at == half->count) feed->totals.touch_moves++;
    feed->totals.adds_top += ahead < 7;
    feed->totals.adds_level += at == half->count;
    if (at == half->count) {
        half->level[half->count++] = (struct level){wanted->price, NONE, NONE, 0};
        if (half->count > 180) return "a side has more than 180 levels";
        if (half->count > feed->totals.levels_max) feed->totals.levels_max = half->count;
    }
    uint32_t slot = feed->orders++;
    struct order *order = &feed->order[slot];
    struct level *level = &half->level[at];
    *order = *wanted;
    order->live = true;
    order->level = at;
    order->ahead = level->last;
    order->behind = NONE;
    order->older = stock->newest;
    order->newer = NONE;
    if (level->last != NONE) feed->order[level->last].behind = slot;
    else level->first = slot;
    level->last = slot;
    level->orders++;
    if (stock->newest != NONE) feed->order[stock->newest].newer = slot;
    stock->newest = slot;
    *place = slot;
    if (++feed->totals.live > feed->totals.live_max) feed->totals.live_max = feed->totals.live;
    return NULL;
}

static void order_remove(struct naive_feed *feed, uint32_t slot)
{
    struct order *order = &feed->order[slot];
    struct stock *stock = feed->stock[order->locate];
    struct side *half = side_of(stock, order->side);
    struct level *level = &half->level[order->level];
    if (order->ahead != NONE) feed->order[order->ahead].behind = order->behind;
    else level->first = order->behind;
    if (order->behind != NONE) feed->order[order->behind].ahead = order->ahead;
    else level->last = order->ahead;
    if (order->older != NONE) feed->order[order->older].newer = order->newer;
    if (order->newer != NONE) feed->order[order->newer].older = order->older;
    else stock->newest = order->older;
    if (--level->orders == 0) {
        if (level == best_of(half, order->side)) feed->totals.touch_moves++;
        *level = half->level[--half->count]; /* the last level takes its place */
        bool moved = order->level < half->count;
        for (uint32_t i = moved ? level->first : NONE; i != NONE; i = feed->order[i].behind)
            feed->order[i].level = order->level;
    }
    order->live = false;
    feed->totals.live--;
}

static const char *known_order(struct naive_feed *feed, uint64_t ref, uint16_t locate,
                               uint32_t *slot)
{
    *slot = *find(feed, ref);
    if (*slot == NONE) return "a message names an order that never was";
    if (!feed->order[*slot].live) return "a message names an order that is gone";
    if (feed->order[*slot].locate != locate) return "a message names an order of another stock";
    return NULL;
}

static const char *take_add(struct naive_feed *feed, const uint8_t *message)
{
    struct order order = {.ref = number(message, 11, 8),
                          .side = (char)message[19],
                          .qty = (uint32_t)number(message, 20, 4),
                          .price = (uint32_t)number(message, 32, 4),
                          .locate = (uint16_t)number(message, 1, 2)};
    if (order.side != 'B' && order.side != 'S') return "a side is neither B nor S";
    if (memcmp(feed->stock[order.locate]->symbol, message + 24, 8) != 0)
        return "the symbol of an add is not that of its locate";
    return order_add(feed, &order);
}

static const char *take_reduce(struct naive_feed *feed, const uint8_t *message, bool execution)
{
    uint32_t slot;
    const char *wrong =
        known_order(feed, number(message, 11, 8), (uint16_t)number(message, 1, 2), &slot);
    if (wrong) return wrong;
    struct order *order = &feed->order[slot];
    uint32_t qty = (uint32_t)number(message, 19, 4);
    if (qty == 0) return "nothing is taken from an order";
    if (qty > order->qty) return "more is taken from an order than it has";
    if (!execution && qty == order->qty) return "a partial cancel takes all of an order";
    if (execution) {
        struct side *half = side_of(feed->stock[order->locate], order->side);
        struct level *best = best_of(half, order->side);
        if (best->price != order->price) return "an execution is not at the best price";
        if (best->first != slot) return "an execution is not of the oldest order";
        if (number(message, 23, 8) <= feed->newest_match) return "a match number is not new";
        feed->newest_match = number(message, 23, 8);
    }
    order->qty -= qty;
    if (order->qty == 0) order_remove(feed, slot);
    return NULL;
}

static const char *take_delete(struct naive_feed *feed, const uint8_t *message)
{
    uint32_t slot;
    const char *wrong =
        known_order(feed, number(message, 11, 8), (uint16_t)number(message, 1, 2), &slot);
    if (wrong) return wrong;
    uint32_t younger = feed->stock[feed->order[slot].locate]->newest;
    for (uint32_t i = 0; i < 24 && younger != NONE; i++, younger = feed->order[younger].older)
        if (younger == slot) feed->totals.deletes_young++;
    order_remove(feed, slot);
    return NULL;
}

static const char *take_replace(struct naive_feed *feed, const uint8_t *message)
{
    uint32_t slot;
    const char *wrong =
        known_order(feed, number(message, 11, 8), (uint16_t)number(message, 1, 2), &slot);
    if (wrong) return wrong;
    struct order order = feed->order[slot];
    uint32_t qty = (uint32_t)number(message, 27, 4);
    uint32_t price = (uint32_t)number(message, 31, 4);
    if (qty == order.qty && price == order.price) return "a replace changes nothing";
    order_remove(feed, slot);
    order.ref = number(message, 19, 8);
    order.qty = qty;
    order.price = price;
    uint64_t top = feed->totals.adds_top, level = feed->totals.adds_level;
    wrong = order_add(feed, &order);
    feed->totals.adds_top = top;
    feed->totals.adds_level = level;
    return wrong;
}

/* Messages before trading, and those that change no book. */
static const char *take_other(struct naive_feed *feed, const uint8_t *message)
{
    uint16_t locate = (uint16_t)number(message, 1, 2);
    struct stock *stock = feed->stock[locate];
    switch (message[0]) {
    case 'S':
        if (locate != 0) return "a system event has a locate";
        feed->last_event = (char)message[11];
        return NULL;
    case 'R':
        if (stock->known) return "a stock is declared twice";
        if (feed->last_event != 'O') return "a stock is declared before the start of messages";
        stock->known = true;
        memcpy(stock->symbol, message + 11, 8);
        return NULL;
    case 'H':
        if (memcmp(stock->symbol, message + 11, 8) != 0) return "a halt names another symbol";
        stock->trading = message[19] == 'T';
        return NULL;
    case 'P':
    case 'Q':
        if (number(message, message[0] == 'P' ? 36 : 31, 8) <= feed->newest_match)
            return "a match number is not new";
        feed->newest_match = number(message, message[0] == 'P' ? 36 : 31, 8);
        return NULL;
    case 'B':
        if (number(message, 11, 8) > feed->newest_match) return "a trade that never was is broken";
        return NULL;
    }
    return strchr("ILYNJ", message[0]) ? NULL : "a message of a type that is not made here";
}

static const char *checked_header(struct naive_feed *feed, const uint8_t *message, uint32_t length)
{
    if (length == 0 || length != length_of((char)message[0])) return "a length is not its type's";
    uint64_t time_ns = number(message, 5, 6);
    if (time_ns < 34200000000000u) return "a message is before 09:30";
    if (time_ns < feed->totals.last_ns) return "time goes back";
    feed->totals.last_ns = time_ns;
    uint16_t locate = (uint16_t)number(message, 1, 2);
    feed->totals.same_stock += locate == feed->last_locate;
    feed->last_locate = locate;
    feed->totals.by_locate[locate]++;
    feed->totals.messages++;
    feed->totals.type[message[0]]++;
    if (feed->totals.messages == 1 && (message[0] != 'S' || message[11] != 'O'))
        return "the first message is not the start of messages";
    if (!feed->stock[locate]) {
        feed->stock[locate] = calloc(1, sizeof *feed->stock[locate]);
        feed->stock[locate]->newest = NONE;
    }
    return NULL;
}

const char *naive_feed_take(struct naive_feed *feed, const uint8_t *message, uint32_t length)
{
    const char *wrong = checked_header(feed, message, length);
    if (wrong) return wrong;
    if (!strchr("AFDUECX", message[0])) return take_other(feed, message);
    if (feed->last_event != 'Q') return "an order moves before the market opens";
    if (!feed->stock[feed->last_locate]->known) return "a stock was not declared";
    if (!feed->stock[feed->last_locate]->trading) return "an order of a halted stock moves";
    switch (message[0]) {
    case 'A':
    case 'F': return take_add(feed, message);
    case 'D': return take_delete(feed, message);
    case 'U': return take_replace(feed, message);
    case 'E':
    case 'C': return take_reduce(feed, message, true);
    }
    return take_reduce(feed, message, false);
}
