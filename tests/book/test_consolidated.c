/* What a book over several venues promises (F33), and that it is what a plain count over the
 * venues' markets says. */

#include "dataplane/book/consolidated.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct consolidated book;

static price_t price(double value)
{
    return (price_t)(value * 100 + 0.5) * (PRICE_ONE / 100);
}

static bool venue_shows(uint32_t venue, double bid, uint32_t bid_qty, double ask, uint32_t ask_qty)
{
    struct market market = {.bid = price(bid),
                            .ask = price(ask),
                            .bid_qty = bid_qty * QTY_ONE,
                            .ask_qty = ask_qty * QTY_ONE,
                            .state = MARKET_LIVE};
    return consolidated_take(&book, venue, &market);
}

static bool venue_is(uint32_t venue, enum market_state state)
{
    struct market market = book.market[venue];
    market.state = (uint8_t)state;
    return consolidated_take(&book, venue, &market);
}

/* "10.01 100=1:100 10.00 300=0:300", best first. */
static const char *drawn(enum side side)
{
    static char words[2][1024];
    char *out = words[side];
    size_t length = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < book.side[side].levels; i++) {
        const struct consolidated_level *level = &book.side[side].level[i];
        length +=
            (size_t)snprintf(out + length, sizeof words[0] - length, "%s%.2f %u=", i ? " | " : "",
                             (double)level->price / PRICE_ONE, (uint32_t)(level->qty / QTY_ONE));
        bool first = true;
        for (uint32_t venue = 0; venue < CONSOLIDATED_VENUES_MAX; venue++) {
            if (level->of_venue[venue] == 0) continue;
            length += (size_t)snprintf(out + length, sizeof words[0] - length, "%s%u:%u",
                                       first ? "" : "+", venue,
                                       (uint32_t)(level->of_venue[venue] / QTY_ONE));
            first = false;
        }
    }
    return out;
}

static void before_each(void)
{
    consolidated_begin(&book);
}

static void after_each(void)
{
}

SPEC(nobody_has_said_anything)
{
    EXPECT_TEXT(drawn(SIDE_BUY), "");
    EXPECT_TEXT(drawn(SIDE_SELL), "");
    EXPECT_UINT(consolidated_best(&book, SIDE_BUY), 0);
    EXPECT_UINT(consolidated_crossed(&book), 0);
}

SPEC(sizes_at_one_price_add_up_and_each_venue_keeps_its_own)
{
    venue_shows(0, 10.00, 300, 10.02, 200);
    venue_shows(1, 10.01, 100, 10.02, 400);
    EXPECT_TEXT(drawn(SIDE_BUY), "10.01 100=1:100 | 10.00 300=0:300");
    EXPECT_TEXT(drawn(SIDE_SELL), "10.02 600=0:200+1:400");
}

SPEC(a_venue_that_leaves_LIVE_is_out_at_once_and_comes_back_with_what_it_shows)
{
    venue_shows(0, 10.00, 300, 10.02, 200);
    venue_shows(1, 10.01, 100, 10.02, 400);
    for (int state = MARKET_HALTED; state <= MARKET_CLOSED; state++) {
        EXPECT(venue_is(1, (enum market_state)state));
        EXPECT_TEXT(drawn(SIDE_BUY), "10.00 300=0:300");
        EXPECT_TEXT(drawn(SIDE_SELL), "10.02 200=0:200");
        EXPECT(venue_is(1, MARKET_LIVE));
        EXPECT_TEXT(drawn(SIDE_BUY), "10.01 100=1:100 | 10.00 300=0:300");
    }
}

SPEC(a_venue_crossed_in_itself_does_not_count)
{
    venue_shows(0, 10.00, 300, 10.02, 200);
    venue_shows(1, 10.03, 100, 10.03, 400);
    EXPECT_TEXT(drawn(SIDE_BUY), "10.00 300=0:300");
    EXPECT_TEXT(drawn(SIDE_SELL), "10.02 200=0:200");
}

SPEC(a_side_that_a_venue_does_not_have_is_left_out)
{
    venue_shows(0, 0, 0, 10.02, 200);
    venue_shows(1, 9.99, 50, 0, 0);
    EXPECT_TEXT(drawn(SIDE_BUY), "9.99 50=1:50");
    EXPECT_TEXT(drawn(SIDE_SELL), "10.02 200=0:200");
}

SPEC(two_venues_may_cross_each_other)
{
    venue_shows(0, 10.00, 300, 10.02, 200);
    EXPECT(consolidated_crossed(&book) < 0);
    venue_shows(1, 10.05, 100, 10.06, 400);
    EXPECT_UINT(consolidated_crossed(&book), price(0.03));
}

SPEC(what_changes_nothing_in_the_book_is_said_to)
{
    EXPECT(venue_shows(0, 10.00, 300, 10.02, 200));
    EXPECT(!venue_shows(0, 10.00, 300, 10.02, 200));
    EXPECT(venue_shows(0, 10.00, 301, 10.02, 200));
    EXPECT(venue_is(0, MARKET_GAP));
    EXPECT(!venue_is(0, MARKET_STALE));
    EXPECT(!venue_shows(0, 10.03, 300, 10.02, 200));
}

/* A plain count: what all venues that count show at a price. */
static qty_t shown_at(enum side side, price_t at)
{
    qty_t sum = 0;
    for (uint32_t venue = 0; venue < CONSOLIDATED_VENUES_MAX; venue++) {
        const struct market *market = &book.market[venue];
        bool whole = market->bid == 0 || market->ask == 0 || market->bid < market->ask;
        if (market->state != MARKET_LIVE || !whole) continue;
        if ((side == SIDE_BUY ? market->bid : market->ask) == at)
            sum += side == SIDE_BUY ? market->bid_qty : market->ask_qty;
    }
    return sum;
}

static bool side_is_right(enum side side)
{
    const struct consolidated_side *is = &book.side[side];
    uint32_t levels = 0;
    for (uint32_t cents = 1; cents <= 20; cents++) {
        price_t at = cents * (PRICE_ONE / 100);
        qty_t shown = shown_at(side, at);
        if (shown == 0) continue;
        uint32_t found = 0, place = side == SIDE_BUY ? is->levels - 1 - levels : levels;
        for (uint32_t i = 0; i < is->levels; i++) found += is->level[i].price == at;
        if (found != 1 || is->level[place].price != at || is->level[place].qty != shown)
            return false;
        qty_t sum = 0;
        for (uint32_t venue = 0; venue < CONSOLIDATED_VENUES_MAX; venue++)
            sum += is->level[place].of_venue[venue];
        if (sum != shown) return false;
        levels++;
    }
    return levels == is->levels;
}

SPEC(it_is_what_a_plain_count_over_random_markets_says)
{
    const char *given = getenv("SPEC_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 33;
    struct chance chance = {seed};
    for (uint32_t step = 0; step < 200000; step++) {
        struct market market = {.bid = (price_t)chance_between(&chance, 0, 20) * (PRICE_ONE / 100),
                                .ask = (price_t)chance_between(&chance, 0, 20) * (PRICE_ONE / 100),
                                .bid_qty = (qty_t)chance_between(&chance, 1, 9),
                                .ask_qty = (qty_t)chance_between(&chance, 1, 9),
                                .state = (uint8_t)(chance_between(&chance, 0, 3)
                                                       ? MARKET_LIVE
                                                       : chance_between(&chance, 0, 5))};
        (void)consolidated_take(&book, (uint32_t)chance_between(&chance, 0, 7), &market);
        bool right = side_is_right(SIDE_BUY) && side_is_right(SIDE_SELL);
        if (right) continue;
        spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%" PRIu64 " at step %u: %s / %s", seed,
                    step, drawn(SIDE_BUY), drawn(SIDE_SELL));
        return;
    }
}

#define SPECS(S)                                                                                   \
    S(nobody_has_said_anything)                                                                    \
    S(sizes_at_one_price_add_up_and_each_venue_keeps_its_own)                                      \
    S(a_venue_that_leaves_LIVE_is_out_at_once_and_comes_back_with_what_it_shows)                   \
    S(a_venue_crossed_in_itself_does_not_count)                                                    \
    S(a_side_that_a_venue_does_not_have_is_left_out)                                               \
    S(two_venues_may_cross_each_other)                                                             \
    S(what_changes_nothing_in_the_book_is_said_to)                                                 \
    S(it_is_what_a_plain_count_over_random_markets_says)
SPEC_MAIN("consolidated", SPECS, before_each, after_each)
