#include "apps/pollux-generate/flow_book.h"

#include <string.h>

/* Orders are in one pool, named by slot.  The levels of a side are an array sorted by key; an order
 * does not know its level but its price, and the level is searched from the best, where most are.
 *
 * young[] holds the youngest live orders of a stock without exception: a new order is appended and
 * pushes out the oldest of 24; one that leaves is closed up, and not replaced by the 25th, because
 * new ones come soon enough.
 *
 * place[] gives each stock a block of words, twice as large whenever it is full.  Blocks that
 * became too small are kept in a list per size.  If there is no block, an order has no place and
 * cannot be picked at random; that is all. */

void flow_book_open(struct flow_book *book, uint32_t stocks)
{
    book->order_unused = 0;
    book->order_free = FLOW_NO_SLOT;
    book->place_unused = 0;
    book->live = 0;
    for (uint32_t i = 0; i < FLOW_PLACE_CLASSES; i++) book->place_free[i] = FLOW_NO_SLOT;
    for (uint32_t i = 0; i < stocks; i++) {
        struct flow_stock *stock = &book->stock[i];
        memset(stock, 0, offsetof(struct flow_stock, side));
        stock->side[SIDE_BUY].levels = 0;
        stock->side[SIDE_SELL].levels = 0;
    }
}

/* The number of levels that are worse than key, or equal to it. */
static uint32_t level_search(const struct flow_side *half, uint32_t key)
{
    uint32_t above = half->levels;
    while (above > 0 && half->level[above - 1].key > key) above--;
    return above;
}

static struct flow_level *level_open(struct flow_side *half, uint32_t key)
{
    uint32_t above = level_search(half, key);
    if (above > 0 && half->level[above - 1].key == key) return &half->level[above - 1];
    if (half->levels == FLOW_LEVELS_MAX) return &half->level[above > 0 ? above - 1 : 0];

    struct flow_level *level = &half->level[above];
    memmove(level + 1, level, (half->levels - above) * sizeof *level);
    half->levels++;
    *level = (struct flow_level){.key = key, .first = FLOW_NO_SLOT, .last = FLOW_NO_SLOT};
    return level;
}

/* Places. */

static uint32_t place_class(uint32_t capacity)
{
    return (uint32_t)__builtin_ctz(capacity / FLOW_PLACES_LEAST);
}

/* The base of a block of capacity words, or FLOW_NO_SLOT. */
static uint32_t place_claim(struct flow_book *book, uint32_t capacity)
{
    uint32_t class = place_class(capacity);
    if (class >= FLOW_PLACE_CLASSES) return FLOW_NO_SLOT;
    uint32_t base = book->place_free[class];
    if (base != FLOW_NO_SLOT) {
        book->place_free[class] = book->place[base];
        return base;
    }
    if (book->place_capacity - book->place_unused < capacity) return FLOW_NO_SLOT;
    base = book->place_unused;
    book->place_unused += capacity;
    return base;
}

static bool place_grow(struct flow_book *book, struct flow_stock *stock)
{
    uint32_t old = stock->place_capacity;
    uint32_t capacity = old ? 2 * old : FLOW_PLACES_LEAST;
    uint32_t base = place_claim(book, capacity);
    if (base == FLOW_NO_SLOT) return false;
    if (old) {
        memcpy(&book->place[base], &book->place[stock->place_base], old * sizeof *book->place);
        uint32_t class = place_class(old);
        book->place[stock->place_base] = book->place_free[class];
        book->place_free[class] = stock->place_base;
    }
    stock->place_base = base;
    stock->place_capacity = capacity;
    return true;
}

static uint32_t place_enter(struct flow_book *book, struct flow_stock *stock, uint32_t slot)
{
    if (stock->placed == stock->place_capacity && !place_grow(book, stock)) return FLOW_NO_SLOT;
    book->place[stock->place_base + stock->placed] = slot;
    return stock->placed++;
}

static void place_leave(struct flow_book *book, struct flow_stock *stock, uint32_t place)
{
    if (place == FLOW_NO_SLOT) return;
    uint32_t moved = book->place[stock->place_base + --stock->placed];
    book->place[stock->place_base + place] = moved;
    book->order[moved].place = place;
}

/* The young. */

static void young_enter(struct flow_book *book, struct flow_stock *stock, uint32_t slot)
{
    if (stock->young_count == FLOW_YOUNG_MAX) {
        book->order[stock->young[0]].young = false;
        memmove(&stock->young[0], &stock->young[1], sizeof stock->young - sizeof stock->young[0]);
        stock->young_count--;
    }
    stock->young[stock->young_count++] = slot;
}

static void young_leave(struct flow_stock *stock, uint32_t slot)
{
    uint32_t at = 0;
    while (stock->young[at] != slot) at++; /* it is there: young says so */
    stock->young_count--;
    memmove(&stock->young[at], &stock->young[at + 1],
            (stock->young_count - at) * sizeof stock->young[0]);
}

/* Orders. */

uint32_t flow_book_add(struct flow_book *book, const struct flow_order *order)
{
    CHECK(!flow_book_full(book));
    uint32_t slot = book->order_free;
    if (slot != FLOW_NO_SLOT) book->order_free = book->order[slot].after;
    else slot = book->order_unused++;

    enum side side = (enum side)order->side;
    struct flow_stock *stock = &book->stock[order->stock];
    struct flow_level *level = level_open(&stock->side[side], flow_book_key(side, order->ticks));

    struct flow_order *added = &book->order[slot];
    *added = *order;
    added->ticks = flow_book_ticks(side, level);
    added->young = true;
    added->before = level->last;
    added->after = FLOW_NO_SLOT;
    if (level->last != FLOW_NO_SLOT) book->order[level->last].after = slot;
    else level->first = slot;
    level->last = slot;
    level->orders++;

    added->place = place_enter(book, stock, slot);
    young_enter(book, stock, slot);
    stock->orders++;
    book->live++;
    return slot;
}

void flow_book_remove(struct flow_book *book, uint32_t slot)
{
    struct flow_order *order = &book->order[slot];
    enum side side = (enum side)order->side;
    struct flow_stock *stock = &book->stock[order->stock];
    struct flow_side *half = &stock->side[side];
    uint32_t above = level_search(half, flow_book_key(side, order->ticks));
    CHECK(above > 0);
    struct flow_level *level = &half->level[above - 1];

    if (order->before != FLOW_NO_SLOT) book->order[order->before].after = order->after;
    else level->first = order->after;
    if (order->after != FLOW_NO_SLOT) book->order[order->after].before = order->before;
    else level->last = order->before;
    if (--level->orders == 0) {
        memmove(level, level + 1, (half->levels - above) * sizeof *level);
        half->levels--;
    }

    place_leave(book, stock, order->place);
    if (order->young) young_leave(stock, slot);
    stock->orders--;
    book->live--;
    order->after = book->order_free;
    book->order_free = slot;
}
