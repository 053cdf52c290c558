/* The books a flow keeps of its own orders, where a whole flow rarely gets: their limits. */

#include "apps/pollux-generate/flow_book.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>

#define ORDERS 2000u

static struct flow_stock stocks[2];
static struct flow_order orders[ORDERS];
static uint32_t places[4 * ORDERS];
static struct flow_book book;

static void before_each(void)
{
    book = (struct flow_book){.stock = stocks,
                              .order = orders,
                              .place = places,
                              .order_capacity = ORDERS,
                              .place_capacity = ARRAY_COUNT(places)};
    flow_book_open(&book, 2);
}

static uint32_t add(enum side side, uint32_t ticks)
{
    static uint64_t number;
    return flow_book_add(
        &book,
        &(struct flow_order){
            .number = ++number, .qty = 100, .ticks = ticks, .stock = 1, .side = (uint8_t)side});
}

SPEC(a_full_side_opens_no_level_and_joins_the_nearest_worse_one)
{
    for (uint32_t i = 0; i < FLOW_LEVELS_MAX; i++) {
        add(SIDE_BUY, 1000 + 2 * i);
        add(SIDE_SELL, 5000 + 2 * i);
    }
    EXPECT_UINT(orders[add(SIDE_BUY, 1101)].ticks, 1100);
    EXPECT_UINT(orders[add(SIDE_BUY, 2000)].ticks, 1000 + 2 * (FLOW_LEVELS_MAX - 1)); /* the best */
    EXPECT_UINT(orders[add(SIDE_BUY, 900)].ticks, 1000); /* the worst */
    EXPECT_UINT(orders[add(SIDE_SELL, 5101)].ticks, 5102);
    EXPECT_UINT(orders[add(SIDE_SELL, 4000)].ticks, 5000);
    EXPECT_UINT(orders[add(SIDE_SELL, 9000)].ticks, 5000 + 2 * (FLOW_LEVELS_MAX - 1));
    EXPECT_UINT(stocks[1].side[SIDE_BUY].levels, FLOW_LEVELS_MAX);
    EXPECT_UINT(stocks[1].side[SIDE_SELL].levels, FLOW_LEVELS_MAX);
    EXPECT_UINT(stocks[0].orders, 0);
}

SPEC(the_young_are_the_24_that_came_last)
{
    uint32_t slot[30];
    for (uint32_t i = 0; i < 30; i++) slot[i] = add(SIDE_BUY, 1000);
    EXPECT_UINT(stocks[1].young_count, 24);
    EXPECT_UINT(stocks[1].young[0], slot[6]);
    EXPECT_UINT(stocks[1].young[23], slot[29]);
    EXPECT(!orders[slot[5]].young);
    flow_book_remove(&book, slot[6]);
    flow_book_remove(&book, slot[20]);
    EXPECT_UINT(stocks[1].young_count, 22);
    EXPECT_UINT(stocks[1].young[0], slot[7]);
    EXPECT_UINT(stocks[1].young[12], slot[19]);
    EXPECT_UINT(stocks[1].young[13], slot[21]);
    flow_book_remove(&book, slot[0]); /* an old one: the young stay */
    EXPECT_UINT(stocks[1].young_count, 22);
}

/* Every live order has exactly one place, or none if there was no room for it. */
static uint32_t misplaced(const bool *live)
{
    uint32_t wrong = 0, placed = 0;
    for (uint32_t slot = 0; slot < ORDERS; slot++) {
        if (!live[slot] || orders[slot].place == FLOW_NO_SLOT) continue;
        const struct flow_stock *stock = &stocks[orders[slot].stock];
        wrong += orders[slot].place >= stock->placed;
        wrong += places[stock->place_base + orders[slot].place] != slot;
        placed++;
    }
    return wrong + (placed != stocks[0].placed + stocks[1].placed);
}

SPEC(any_order_can_be_found_at_random_until_places_run_out)
{
    const char *given = getenv("SPEC_SEED");
    struct chance chance = {given ? strtoull(given, NULL, 0) : 3};
    static bool live[ORDERS];
    for (uint32_t capacity = 0; capacity <= 4 * ORDERS; capacity += 1000) {
        before_each();
        book.place_capacity = capacity;
        for (uint32_t i = 0; i < ORDERS; i++) live[i] = false;
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < 20000; i++) {
            uint32_t slot = (uint32_t)chance_between(&chance, 0, ORDERS - 1);
            if (live[slot]) {
                flow_book_remove(&book, slot);
                live[slot] = false;
            } else if (!flow_book_full(&book)) {
                struct flow_order order = {.number = i + 1,
                                           .qty = 1,
                                           .ticks = 100 + i % 50,
                                           .stock = i % 3 == 0,
                                           .side = SIDE_SELL};
                live[flow_book_add(&book, &order)] = true;
            }
            if (i % 100 == 0) wrong += misplaced(live);
        }
        spec_expect(__FILE__, __LINE__, wrong == 0, "capacity %u: %u wrong", capacity, wrong);
        if (capacity == 4 * ORDERS) EXPECT_UINT(stocks[0].placed + stocks[1].placed, book.live);
    }
}

#define SPECS(S)                                                                                   \
    S(a_full_side_opens_no_level_and_joins_the_nearest_worse_one)                                  \
    S(the_young_are_the_24_that_came_last)                                                         \
    S(any_order_can_be_found_at_random_until_places_run_out)
SPEC_MAIN("flow book", SPECS, before_each, NULL)
