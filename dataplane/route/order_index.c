#include "dataplane/route/order_index.h"

#include <string.h>

struct place {
    order_id_t order; /* 0: empty */
    uint64_t slot;
};

struct order_index {
    CACHE_ALIGNED uint32_t mask;
    uint32_t orders;
    uint32_t count;
    struct place place[];
};

static uint32_t places_for(uint32_t orders)
{
    uint32_t places = 4;
    while (places < 2 * orders) places *= 2;
    return places;
}

size_t order_index_footprint(uint32_t orders)
{
    if (orders == 0 || orders > ORDER_INDEX_ORDERS_MAX) return 0;
    size_t bytes = sizeof(struct order_index) + (size_t)places_for(orders) * sizeof(struct place);
    return ALIGN_UP(bytes, CACHE_LINE);
}

struct order_index *order_index_new(void *memory, uint32_t orders)
{
    CHECK(order_index_footprint(orders) > 0);
    memset(memory, 0, order_index_footprint(orders));
    struct order_index *index = memory;
    index->mask = places_for(orders) - 1;
    index->orders = orders;
    return index;
}

/* Order ids are often dense, or count in steps: the product spreads both. */
static uint32_t home(const struct order_index *index, order_id_t order)
{
    return (uint32_t)((order * 0x9e3779b97f4a7c15u) >> 32) & index->mask;
}

/* The place of order, or the empty one where it would be.  Ends: half the places are empty. */
static uint32_t place_of(const struct order_index *index, order_id_t order)
{
    uint32_t at = home(index, order);
    while (index->place[at].order && index->place[at].order != order) at = (at + 1) & index->mask;
    return at;
}

uint32_t order_index_find(const struct order_index *index, order_id_t order)
{
    return order ? (uint32_t)index->place[place_of(index, order)].slot : 0;
}

void order_index_add(struct order_index *index, order_id_t order, uint32_t slot)
{
    CHECK(order != 0);
    CHECK(slot != 0);
    CHECK(index->count < index->orders);
    uint32_t at = place_of(index, order);
    CHECK(index->place[at].order == 0);
    index->place[at] = (struct place){.order = order, .slot = slot};
    index->count++;
    /* Who counts its orders comes to this place next, and nothing else has made it warm. */
    __builtin_prefetch(&index->place[home(index, order + 1)], 1);
}

void order_index_remove(struct order_index *index, order_id_t order)
{
    CHECK(order != 0);
    uint32_t empty = place_of(index, order);
    CHECK(index->place[empty].order == order);
    /* Whatever follows without a gap and may stand here moves here: what is nearer to its home. */
    for (uint32_t at = (empty + 1) & index->mask; index->place[at].order;
         at = (at + 1) & index->mask) {
        uint32_t wanted = home(index, index->place[at].order);
        if (((at - wanted) & index->mask) < ((at - empty) & index->mask)) continue;
        index->place[empty] = index->place[at];
        empty = at;
    }
    index->place[empty] = (struct place){0};
    index->count--;
}

uint32_t order_index_count(const struct order_index *index)
{
    return index->count;
}
