/* What the index of parent orders promises. */

#include "dataplane/route/order_index.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>

enum { ORDERS = 24, IDS = 64, SEEDS = 8, STEPS = 50000 };

static struct order_index *index_of_24;

static void open_index(void)
{
    index_of_24 = order_index_new(aligned_alloc(CACHE_LINE, order_index_footprint(ORDERS)), ORDERS);
}

static void close_index(void)
{
    free(index_of_24);
}

SPEC(an_order_is_found_by_its_id)
{
    order_index_add(index_of_24, 4711, 3);
    order_index_add(index_of_24, UINT64_MAX, 4);
    EXPECT_UINT(order_index_find(index_of_24, 4711), 3);
    EXPECT_UINT(order_index_find(index_of_24, UINT64_MAX), 4);
    EXPECT_UINT(order_index_find(index_of_24, 4712), 0);
    EXPECT_UINT(order_index_find(index_of_24, 0), 0);
}

SPEC(a_removed_order_is_found_no_longer)
{
    order_index_add(index_of_24, 4711, 3);
    order_index_remove(index_of_24, 4711);
    EXPECT_UINT(order_index_find(index_of_24, 4711), 0);
    EXPECT_UINT(order_index_count(index_of_24), 0);
}

SPEC(an_index_holds_as_many_orders_as_it_was_made_for)
{
    for (uint32_t i = 1; i <= ORDERS; i++) order_index_add(index_of_24, i, i);
    EXPECT_UINT(order_index_count(index_of_24), ORDERS);
    EXPECT_STOP(order_index_add(index_of_24, ORDERS + 1, 1), "count");
}

SPEC(an_order_is_added_once_and_removed_once)
{
    order_index_add(index_of_24, 7, 1);
    EXPECT_STOP(order_index_add(index_of_24, 7, 2), "order == 0");
    EXPECT_STOP(order_index_remove(index_of_24, 8), "order == order");
}

SPEC(an_index_for_no_order_or_too_many_has_no_footprint)
{
    EXPECT_UINT(order_index_footprint(0), 0);
    EXPECT_UINT(order_index_footprint(ORDER_INDEX_ORDERS_MAX + 1), 0);
    EXPECT(order_index_footprint(ORDER_INDEX_ORDERS_MAX) > 0);
}

/* Few ids, so that they collide, wrap around the end and leave gaps of every shape. */
SPEC(an_index_agrees_with_an_array_scanned_in_full)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        order_id_t stride = seed % 2 ? 1 : chance_next(&chance) | 1;
        uint32_t plain[IDS] = {0}, count = 0;
        for (uint32_t step = 0; step < STEPS; step++) {
            uint32_t id = (uint32_t)chance_between(&chance, 1, IDS - 1);
            uint32_t found = order_index_find(index_of_24, id * stride);
            if (found != plain[id]) {
                spec_expect(__FILE__, __LINE__, false,
                            "SPEC_SEED=%" PRIu64 " differs at step %u: order %u is at %u, expected "
                            "%u",
                            seed, step, id, found, plain[id]);
                return;
            }
            if (plain[id]) {
                order_index_remove(index_of_24, id * stride);
                plain[id] = 0;
                count--;
            } else if (count < ORDERS) {
                plain[id] = step + 1;
                order_index_add(index_of_24, id * stride, step + 1);
                count++;
            }
        }
        for (uint32_t id = 1; id < IDS; id++)
            if (plain[id]) order_index_remove(index_of_24, id * stride);
        EXPECT_UINT(order_index_count(index_of_24), 0);
    }
}

#define SPECS(S)                                                                                   \
    S(an_order_is_found_by_its_id)                                                                 \
    S(a_removed_order_is_found_no_longer)                                                          \
    S(an_index_holds_as_many_orders_as_it_was_made_for)                                            \
    S(an_order_is_added_once_and_removed_once)                                                     \
    S(an_index_for_no_order_or_too_many_has_no_footprint)                                          \
    S(an_index_agrees_with_an_array_scanned_in_full)
SPEC_MAIN("order index", SPECS, open_index, close_index)
