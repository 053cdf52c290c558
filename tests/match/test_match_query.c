/* What an engine shows of itself: books, orders, stops, money. */

#include "tests/match/rich_state.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static struct rig rig;

static void before_each(void)
{
    struct match_limits limits = rich_state_limits();
    rig_new(&rig, &limits);
    rich_state_build(&rig);
}

static void after_each(void)
{
    rig_free(&rig);
}

/* "id:price*open" of each order visited, in order. */
struct list {
    char text[512];
    size_t length;
};

static void add_order(void *context, const struct match_order *order)
{
    struct list *list = context;
    list->length +=
        (size_t)snprintf(list->text + list->length, sizeof list->text - list->length,
                         "%s%" PRIu64 ":%d*%d", list->length ? " " : "", order->id % 1000,
                         (int)(order->price / PRICE_ONE), (int)(order->open / QTY_ONE));
}

static const char *book_of(uint16_t instrument, enum side side)
{
    static struct list list;
    list = (struct list){0};
    match_each(rig.match, instrument, side, add_order, &list);
    return list.text;
}

static struct match_order order_of(order_id_t id)
{
    struct match_order order = {0};
    EXPECT(match_order_of(rig.match, id, &order));
    EXPECT_UINT(order.id, id);
    return order;
}

SPEC(orders_are_visited_best_price_first_and_oldest_first)
{
    EXPECT_TEXT(book_of(0, SIDE_BUY), "1:99*9 2:99*5 3:98*3");
    EXPECT_TEXT(book_of(0, SIDE_SELL), "4:101*31 11:110*6");
    EXPECT_TEXT(book_of(9, SIDE_BUY), "");
}

SPEC(stops_are_visited_buys_then_sells_then_trailing_ones)
{
    struct list list = {0};
    match_each_waiting(rig.match, 0, add_order, &list);
    EXPECT_TEXT(list.text, "7:0*4 8:94*4 808:0*6 9:0*4 10:0*4");
    list = (struct list){0};
    match_each_waiting(rig.match, 9, add_order, &list);
    EXPECT_TEXT(list.text, "");
}

SPEC(a_depth_is_the_best_levels_and_how_many_there_are)
{
    struct match_level levels[3];
    memset(levels, 0x55, sizeof levels);
    EXPECT_UINT(match_depth(rig.match, 0, SIDE_BUY, levels, 3), 2);
    EXPECT_UINT(levels[0].price, 99 * PRICE_ONE);
    EXPECT_UINT(levels[0].qty, 14 * QTY_ONE);
    EXPECT_UINT(levels[0].orders, 2);
    EXPECT_UINT(levels[1].price, 98 * PRICE_ONE);
    EXPECT_UINT(levels[1].qty, 3 * QTY_ONE);
    EXPECT_UINT(levels[1].orders, 1);
    EXPECT_UINT(levels[2].price, 0x5555555555555555u);
    EXPECT_UINT(match_depth(rig.match, 0, SIDE_SELL, levels, 1), 2);
    EXPECT_UINT(levels[0].qty, 1 * QTY_ONE); /* of the iceberg what it shows */
    EXPECT_UINT(levels[1].qty, 3 * QTY_ONE); /* untouched */
    EXPECT_UINT(match_depth(rig.match, 9, SIDE_SELL, levels, 1), 0);
}

SPEC(an_order_shows_its_owner_everything)
{
    struct match_order iceberg = order_of(4);
    EXPECT_UINT(iceberg.open, 31 * QTY_ONE);
    EXPECT_UINT(iceberg.shown, 1 * QTY_ONE);
    EXPECT_UINT(iceberg.total, 40 * QTY_ONE);
    EXPECT_UINT(iceberg.price, 101 * PRICE_ONE);
    EXPECT_UINT(iceberg.account, 3);
    EXPECT_UINT(iceberg.side, SIDE_SELL);
    EXPECT_UINT(iceberg.type, MATCH_LIMIT);
    EXPECT_UINT(iceberg.tif, MATCH_GTC);
    EXPECT(!iceberg.waits);
    EXPECT_UINT(order_of(2).tif, MATCH_DAY);
    EXPECT_UINT(order_of(1).open, 9 * QTY_ONE);
    EXPECT_UINT(order_of(1).total, 10 * QTY_ONE);
    EXPECT_UINT(order_of(35).instrument, 4);
}

SPEC(a_waiting_stop_shows_its_trigger_and_the_limit_it_will_have)
{
    struct match_order stop = order_of(7), limit = order_of(8);
    EXPECT(stop.waits);
    EXPECT_UINT(stop.type, MATCH_STOP);
    EXPECT_UINT(stop.trigger, 105 * PRICE_ONE);
    EXPECT_UINT(stop.price, 0);
    EXPECT_UINT(stop.shown, 0);
    EXPECT_UINT(stop.open, 4 * QTY_ONE);
    EXPECT(limit.waits);
    EXPECT_UINT(limit.type, MATCH_STOP_LIMIT);
    EXPECT_UINT(limit.trigger, 95 * PRICE_ONE);
    EXPECT_UINT(limit.price, 94 * PRICE_ONE);
}

SPEC(a_trailing_stop_shows_the_trigger_it_has_now)
{
    EXPECT_UINT(order_of(9).type, MATCH_TRAILING_STOP);
    EXPECT_UINT(order_of(9).trigger, 97 * PRICE_ONE);   /* 4 below the highest, 101 */
    EXPECT_UINT(order_of(10).trigger, 107 * PRICE_ONE); /* 8 above the lowest, 99 */
}

SPEC(a_fired_stop_waits_no_more)
{
    struct match_order fired = order_of(42);
    EXPECT(!fired.waits);
    EXPECT_UINT(fired.trigger, 0);
    EXPECT_UINT(fired.price, 103 * PRICE_ONE);
    EXPECT_UINT(fired.open, 2 * QTY_ONE);
}

SPEC(a_leg_names_its_order_once_it_lives)
{
    struct match_order leg;
    uint32_t living = 0, asleep = 0;
    for (order_id_t id = MATCH_ID_MAX + 1; id < MATCH_ID_MAX + 20; id++) {
        if (!match_order_of(rig.match, id, &leg)) asleep++;
        else living += leg.parent == 21 || leg.parent == 23;
    }
    EXPECT_UINT(living, 4); /* the legs of 21 and 23; those of 24 sleep */
    EXPECT(asleep >= 2);
    EXPECT_UINT(order_of(21).open, 0); /* tracked, until it is closed */
    EXPECT_UINT(order_of(23).parent, 0);
}

SPEC(an_order_that_is_not_there_is_not_shown)
{
    struct match_order order;
    EXPECT(!match_order_of(rig.match, 0, &order));
    EXPECT(!match_order_of(rig.match, 5, &order)); /* it was immediate */
    EXPECT(!match_order_of(rig.match, 999, &order));
    EXPECT(!match_order_of(rig.match, UINT64_MAX, &order));
}

SPEC(an_instrument_shows_its_listing_phase_and_last_price)
{
    struct match_listing listing;
    EXPECT(match_listing_of(rig.match, 2, &listing));
    EXPECT_TEXT(listing.symbol, "BANDED");
    EXPECT_UINT(listing.band, 5 * PRICE_ONE);
    EXPECT(!match_listing_of(rig.match, RICH_INSTRUMENTS, &listing));
    EXPECT_UINT(match_phase_of(rig.match, 0), MATCH_OPEN);
    EXPECT_UINT(match_phase_of(rig.match, 2), MATCH_PAUSED);
    EXPECT_UINT(match_phase_of(rig.match, 3), MATCH_CALL);
    EXPECT_UINT(match_phase_of(rig.match, 4), MATCH_HALTED);
    EXPECT_UINT(match_phase_of(rig.match, UINT16_MAX), MATCH_UNLISTED);
    EXPECT_UINT(match_last_price(rig.match, 0), 101 * PRICE_ONE);
    EXPECT_UINT(match_last_price(rig.match, 4), 0);
    EXPECT_UINT(match_last_price(rig.match, RICH_INSTRUMENTS), 0);
}

SPEC(the_auction_that_would_be_is_known_before_it_is)
{
    price_t price = 0;
    qty_t qty = 0;
    EXPECT(match_indicative(rig.match, 3, &price, &qty)); /* 5 at 102 against 5 at 98 */
    EXPECT_UINT(price, 100 * PRICE_ONE);                  /* all trade 5: the reference */
    EXPECT_UINT(qty, 5 * QTY_ONE);
    EXPECT(!match_indicative(rig.match, 0, &price, &qty));
    EXPECT(!match_indicative(rig.match, RICH_INSTRUMENTS, &price, &qty));
}

SPEC(balances_positions_and_the_house_add_up)
{
    int64_t total[3] = {0}, position = 0, costs = 0;
    for (uint32_t account = 1; account < RICH_ACCOUNTS; account++) {
        for (uint16_t asset = 1; asset <= 2; asset++) {
            struct match_balance balance;
            EXPECT(match_balance_of(rig.match, account, asset, &balance));
            EXPECT_UINT(balance.available, balance.total - balance.reserved +
                                               (balance.unrealised < 0 ? balance.unrealised : 0));
            total[asset] += balance.total;
        }
        qty_t qty;
        int64_t cost;
        if (!match_position_of(rig.match, account, 1, &qty, &cost)) continue;
        position += qty;
        costs += cost;
    }
    EXPECT_UINT(total[1], 4 * 50000 * QTY_ONE);
    EXPECT_UINT(total[2] + match_house_of(rig.match, 2) - costs, 4 * 50000 * QTY_ONE);
    EXPECT(match_house_of(rig.match, 2) > 0);
    EXPECT_UINT(position, 0);
}

SPEC(what_was_reserved_and_held_is_to_the_unit)
{
    struct match_balance balance;
    /* 3 sells in 0: the iceberg's 31, two stops of 4 and a trailing one of 4. */
    EXPECT(match_balance_of(rig.match, 3, 1, &balance));
    EXPECT_UINT(balance.reserved, 39 * QTY_ONE);
    EXPECT_UINT(balance.total, (50000 - 9) * QTY_ONE);
    qty_t qty;
    int64_t cost;
    EXPECT(match_position_of(rig.match, 1, 1, &qty, &cost)); /* sold 21 at 100 */
    EXPECT_UINT(qty, -21 * QTY_ONE);
    EXPECT_UINT(cost, -2100 * PRICE_ONE);
}

SPEC(who_is_not_there_has_no_balance_and_no_position)
{
    struct match_balance balance;
    qty_t qty;
    int64_t cost;
    EXPECT(!match_balance_of(rig.match, 9, 1, &balance));
    EXPECT(!match_balance_of(rig.match, 1, 3, &balance));
    EXPECT(!match_balance_of(rig.match, 1000, 1, &balance));
    EXPECT(!match_position_of(rig.match, 9, 1, &qty, &cost));
    EXPECT(!match_position_of(rig.match, 1000, 1, &qty, &cost));
    EXPECT(!match_position_of(rig.match, 1, RICH_INSTRUMENTS, &qty, &cost));
    EXPECT_UINT(match_house_of(rig.match, 1000), 0);
}

SPEC(orders_and_events_are_counted)
{
    EXPECT_UINT(match_events_made(rig.match), rig.events);
    uint64_t found = 0;
    struct match_order order;
    for (order_id_t id = 1; id < 100; id++) found += match_order_of(rig.match, id, &order);
    for (order_id_t id = MATCH_ID_MAX + 1; id < MATCH_ID_MAX + 20; id++)
        found += match_order_of(rig.match, id, &order);
    EXPECT_UINT(match_orders(rig.match), found + 2); /* two legs sleep */
}

#define SPECS(S)                                                                                   \
    S(orders_are_visited_best_price_first_and_oldest_first)                                        \
    S(stops_are_visited_buys_then_sells_then_trailing_ones)                                        \
    S(a_depth_is_the_best_levels_and_how_many_there_are)                                           \
    S(an_order_shows_its_owner_everything)                                                         \
    S(a_waiting_stop_shows_its_trigger_and_the_limit_it_will_have)                                 \
    S(a_trailing_stop_shows_the_trigger_it_has_now)                                                \
    S(a_fired_stop_waits_no_more)                                                                  \
    S(a_leg_names_its_order_once_it_lives)                                                         \
    S(an_order_that_is_not_there_is_not_shown)                                                     \
    S(an_instrument_shows_its_listing_phase_and_last_price)                                        \
    S(the_auction_that_would_be_is_known_before_it_is)                                             \
    S(balances_positions_and_the_house_add_up)                                                     \
    S(what_was_reserved_and_held_is_to_the_unit)                                                   \
    S(who_is_not_there_has_no_balance_and_no_position)                                             \
    S(orders_and_events_are_counted)

SPEC_MAIN("match_query", SPECS, before_each, after_each)
