/* What every kind of command does to a book, drawn.  Runs once for each kind of vectors. */

#include "dataplane/book/book_put.h"
#include "tests/support/book_picture.h"
#include "tests/support/spec.h"

static struct market market_now(void)
{
    struct market market = {0};
    book_market(book_picture_book(), BOOK_PICTURE_INSTRUMENT, &market);
    return market;
}

#define SHARES (uint64_t)100000000 /* one share, and one unit of money, in 1e-8 */

SPEC(an_order_joins_the_back_of_its_level)
{
    GIVEN_BOOK("     | 50.01 | c50 ",
               " a30 | 50.00 |     ");
    WHEN("add b buy 20 at 50.00");
    THEN("ok, changed");
    WHEN("add d sell 10 at 50.01");
    THEN("ok, changed");
    BOOK_IS("         | 50.01 | c50 d10 ",
            " b20 a30 | 50.00 |         ");
}

SPEC(levels_stand_in_order_of_price_whatever_the_order_they_open_in)
{
    WHEN("add a buy 10 at 49.00");
    WHEN("add b buy 10 at 51.00");
    WHEN("add c buy 10 at 50.00");
    WHEN("add d sell 10 at 53.00");
    WHEN("add e sell 10 at 52.00");
    WHEN("add f sell 10 at 54.00");
    BOOK_IS("     | 54.00 | f10 ",
            "     | 53.00 | d10 ",
            "     | 52.00 | e10 ",
            " b10 | 51.00 |     ",
            " c10 | 50.00 |     ",
            " a10 | 49.00 |     ");
    struct book_level level[4];
    EXPECT_UINT(book_depth(book_picture_book(), 1, SIDE_SELL, level, 2), 3);
    EXPECT_UINT(level[0].price_e4, 520000);
    EXPECT_UINT(level[1].price_e4, 530000);
}

SPEC(a_change_behind_the_best_price_is_not_told)
{
    GIVEN_BOOK(" a10 | 50.00 | ");
    WHEN("add b buy 10 at 49.99");
    THEN("ok");
    WHEN("cancel b 5");
    THEN("ok");
    WHEN("delete b");
    THEN("ok");
    WHEN("delete a");
    THEN("ok, changed");
    BOOK_IS_EMPTY();
}

SPEC(a_partly_executed_order_keeps_its_place)
{
    GIVEN_BOOK(" b20 a100 | 50.00 | ");
    WHEN("execute a 40");
    THEN("ok, changed");
    BOOK_IS(" b20 a60 | 50.00 | ");
}

SPEC(a_fully_executed_order_leaves_and_the_next_is_first)
{
    GIVEN_BOOK(" b20 a100 | 50.00 | ");
    WHEN("execute a 100");
    BOOK_IS(" b20 | 50.00 | ");
    WHEN("execute b 20");
    BOOK_IS_EMPTY();
}

SPEC(a_partly_canceled_order_keeps_its_place)
{
    GIVEN_BOOK(" | 50.00 | a100 b20 ");
    WHEN("cancel a 99");
    THEN("ok, changed");
    BOOK_IS(" | 50.00 | a1 b20 ");
    WHEN("cancel a 1");
    BOOK_IS(" | 50.00 | b20 ");
}

SPEC(a_deleted_order_leaves_the_others_in_order)
{
    GIVEN_BOOK(" c30 b20 a10 | 50.00 | ");
    WHEN("delete b");
    BOOK_IS(" c30 a10 | 50.00 | ");
    WHEN("delete c");
    BOOK_IS(" a10 | 50.00 | ");
}

SPEC(a_replacement_goes_to_the_back_even_at_the_same_price)
{
    GIVEN_BOOK(" b20 a100 | 50.00 | ");
    WHEN("replace a by c 70 at 50.00");
    THEN("ok, changed");
    BOOK_IS(" c70 b20 | 50.00 | ");
}

SPEC(a_replacement_stays_on_its_side_and_may_cross_the_market)
{
    GIVEN_BOOK("     | 50.01 | b20 ",
               " a10 | 50.00 |     ");
    WHEN("replace b by c 5 at 49.98");
    THEN("ok, changed");
    BOOK_IS(" a10 | 50.00 |    ",
            "     | 49.98 | c5 ");
    EXPECT_UINT((uint64_t)market_now().bid, 5000000000);
    EXPECT_UINT((uint64_t)market_now().ask, 4998000000);
}

SPEC(a_locked_market_is_shown_as_it_is)
{
    GIVEN_BOOK(" a10 | 50.00 | ");
    WHEN("add b sell 7 at 50.00");
    BOOK_IS(" a10 | 50.00 | b7 ");
}

SPEC(a_refused_replacement_leaves_the_old_order)
{
    GIVEN_BOOK(" b20 a100 | 50.00 | ");
    WHEN("replace a by b 10 at 50.00");
    THEN("known_order, changed, suspect");
    WHEN("replace a by a 10 at 50.00");
    THEN("known_order, changed, suspect");
    WHEN("replace a by c 0 at 50.00");
    THEN("bad_field, changed, suspect");
    WHEN("replace a by c 10 at 0.00");
    THEN("bad_field, changed, suspect");
    WHEN("replace z by c 10 at 50.00");
    THEN("unknown_order, changed, suspect");
    BOOK_IS(" b20 a100 | 50.00 | ");
}

SPEC(what_cannot_be_true_changes_nothing_and_makes_the_book_suspect)
{
    GIVEN_BOOK(" b20 a100 | 50.00 | ");
    WHEN("execute a 101");
    THEN("too_much, changed, suspect");
    WHEN("execute z 1");
    THEN("unknown_order, changed, suspect");
    WHEN("cancel b 21");
    THEN("too_much, changed, suspect");
    WHEN("delete z");
    THEN("unknown_order, changed, suspect");
    WHEN("add a sell 5 at 50.00");
    THEN("known_order, changed, suspect");
    WHEN("add c sell 0 at 50.00");
    THEN("bad_field, changed, suspect");
    WHEN("add c sell 1 at 0.00");
    THEN("bad_field, changed, suspect");
    BOOK_IS(" b20 a100 | 50.00 | ");
    EXPECT_UINT(market_now().trades, 0);
    EXPECT_UINT(market_now().volume, 0);
}

SPEC(a_suspect_book_goes_on_and_stays_suspect_until_it_is_cleared)
{
    GIVEN_BOOK(" a100 | 50.00 | ");
    WHEN("delete z");
    WHEN("delete a");
    THEN("ok, changed, suspect");
    EXPECT(!book_suspect(book_picture_book(), 2));
    book_clear(book_picture_book());
    EXPECT(!book_suspect(book_picture_book(), 1));
}

SPEC(an_execution_is_counted_at_the_orders_price)
{
    GIVEN_BOOK(" a100 | 50.00 | ");
    WHEN("execute a 40");
    EXPECT_UINT(market_now().volume, 40 * SHARES);
    EXPECT_UINT(market_now().notional, 2000 * SHARES);
    EXPECT_UINT(market_now().trades, 1);
    EXPECT_UINT((uint64_t)market_now().last, 50 * SHARES);
    EXPECT_UINT((uint64_t)market_now().last_qty, 40 * SHARES);
}

SPEC(an_execution_at_another_price_is_counted_at_that_price)
{
    GIVEN_BOOK(" b5  | 50.00 | ",
               " a100 | 49.00 | ");
    WHEN("execute a 40 at 50.0125");
    THEN("ok, changed");
    BOOK_IS(" b5  | 50.00 | ",
            " a60 | 49.00 | ");
    EXPECT_UINT(market_now().notional, 200050000000);
    EXPECT_UINT((uint64_t)market_now().last, 5001250000);
}

SPEC(a_silent_execution_takes_its_shares_and_counts_in_no_total)
{
    GIVEN_BOOK(" a100 | 50.00 | ");
    WHEN("execute a 40 silently");
    THEN("ok, changed");
    BOOK_IS(" a60 | 50.00 | ");
    EXPECT_UINT(market_now().trades, 0);
    EXPECT_UINT(market_now().volume, 0);
    EXPECT_UINT((uint64_t)market_now().last, 0);
}

SPEC(a_trade_without_an_order_counts_and_touches_no_order)
{
    GIVEN_BOOK(" a100 | 50.00 | ");
    WHEN("trade 10 at 50.00");
    THEN("ok, changed");
    WHEN("trade 1 at 49.00");
    BOOK_IS(" a100 | 50.00 | ");
    EXPECT_UINT(market_now().trades, 2);
    EXPECT_UINT(market_now().volume, 11 * SHARES);
    EXPECT_UINT(market_now().notional, 549 * SHARES);
    EXPECT_UINT((uint64_t)market_now().last, 49 * SHARES);
}

SPEC(the_market_is_the_best_level_of_each_side)
{
    EXPECT_UINT((uint64_t)market_now().bid, 0);
    EXPECT_UINT((uint64_t)market_now().ask_qty, 0);
    GIVEN_BOOK("        | 50.02 | f9    ",
               "        | 50.01 | c1 d2 ",
               " b20 a3 | 50.00 |       ",
               "     e9 | 49.00 |       ");
    EXPECT_UINT((uint64_t)market_now().bid, 50 * SHARES);
    EXPECT_UINT((uint64_t)market_now().bid_qty, 23 * SHARES);
    EXPECT_UINT(market_now().bid_orders, 2);
    EXPECT_UINT((uint64_t)market_now().ask, 5001000000);
    EXPECT_UINT((uint64_t)market_now().ask_qty, 3 * SHARES);
    EXPECT_UINT(market_now().ask_orders, 2);
    EXPECT_UINT(market_now().instrument, 1);
}

SPEC(a_queue_position_is_who_stands_ahead)
{
    GIVEN_BOOK(" c30 b20 a10 | 50.00 | ");
    struct book_queue_position position;
    EXPECT(book_position(book_picture_book(), 'c', &position));
    EXPECT_UINT(position.orders_ahead, 2);
    EXPECT_UINT(position.qty_ahead, 30);
    EXPECT_UINT(position.order.qty, 30);
    EXPECT_UINT(position.order.price_e4, 500000);
    EXPECT(book_position(book_picture_book(), 'a', &position));
    EXPECT_UINT(position.orders_ahead, 0);
    EXPECT(!book_position(book_picture_book(), 'z', &position));
    WHEN("execute a 10");
    EXPECT(book_position(book_picture_book(), 'c', &position));
    EXPECT_UINT(position.qty_ahead, 20);
    EXPECT(!book_position(book_picture_book(), 'a', &position));
}

SPEC(a_side_is_walked_a_few_orders_at_a_time)
{
    GIVEN_BOOK("         | 50.04 | i10     ",
               "         | 50.03 | h10 g10 ",
               " b10 a10 | 50.00 |         ",
               " c10     | 49.99 |         ",
               " e10 d10 | 49.98 |         ");
    static const char *const expected[] = {[SIDE_BUY] = "abcde", [SIDE_SELL] = "hgi"};
    for (uint32_t side = SIDE_BUY; side <= SIDE_SELL; side++) {
        for (uint32_t most = 1; most <= 6; most++) {
            struct book_walk walk = {0};
            struct book_order order[6];
            char walked[16] = "";
            uint32_t count, length = 0;
            while ((count = book_walk(book_picture_book(), 1, (enum side)side, &walk, order,
                                      most)) != 0) {
                EXPECT(count <= most);
                for (uint32_t i = 0; i < count; i++) walked[length++] = (char)order[i].ref;
            }
            EXPECT_TEXT(walked, expected[side]);
        }
    }
}

static void add(uint64_t ref, uint16_t instrument)
{
    book_put_one(
        book_picture_book(),
        &(struct book_command){
            .op = BOOK_ADD, .ref = ref, .qty = 1, .price_e4 = 1000, .instrument = instrument});
}

SPEC(changes_are_told_once_each_in_the_order_they_came)
{
    struct book *book = book_picture_book();
    uint32_t count;
    add(1, 3);
    add(2, 1);
    add(3, 3);
    book_flush(book);
    book_mark_changed(book, 2);
    book_mark_changed(book, 1);
    const uint16_t *changed = book_changed(book, &count);
    EXPECT_UINT(count, 3);
    EXPECT_UINT(changed[0], 3);
    EXPECT_UINT(changed[1], 1);
    EXPECT_UINT(changed[2], 2);
    book_changed(book, &count);
    EXPECT_UINT(count, 0);
}

SPEC(a_cleared_book_is_empty_and_whoever_saw_it_is_told)
{
    struct book *book = book_picture_book();
    uint32_t count;
    GIVEN_BOOK(" a100 | 50.00 | ");
    WHEN("execute a 40");
    add(1, 3); /* not yet applied, not yet told */
    book_clear(book);
    book_verify(book);
    BOOK_IS_EMPTY();
    EXPECT_UINT(market_now().trades, 0);
    EXPECT_UINT(book_counts(book)->orders, 0);
    const uint16_t *changed = book_changed(book, &count);
    EXPECT_UINT(count, 2);
    EXPECT_UINT(changed[0], 1);
    EXPECT_UINT(changed[1], 3);
    WHEN("delete a");
    THEN("unknown_order, changed, suspect");
}

#define SPECS(S)                                                                                   \
    S(an_order_joins_the_back_of_its_level)                                                        \
    S(levels_stand_in_order_of_price_whatever_the_order_they_open_in)                              \
    S(a_change_behind_the_best_price_is_not_told)                                                  \
    S(a_partly_executed_order_keeps_its_place)                                                     \
    S(a_fully_executed_order_leaves_and_the_next_is_first)                                         \
    S(a_partly_canceled_order_keeps_its_place)                                                     \
    S(a_deleted_order_leaves_the_others_in_order)                                                  \
    S(a_replacement_goes_to_the_back_even_at_the_same_price)                                       \
    S(a_replacement_stays_on_its_side_and_may_cross_the_market)                                    \
    S(a_locked_market_is_shown_as_it_is)                                                           \
    S(a_refused_replacement_leaves_the_old_order)                                                  \
    S(what_cannot_be_true_changes_nothing_and_makes_the_book_suspect)                              \
    S(a_suspect_book_goes_on_and_stays_suspect_until_it_is_cleared)                                \
    S(an_execution_is_counted_at_the_orders_price)                                                 \
    S(an_execution_at_another_price_is_counted_at_that_price)                                      \
    S(a_silent_execution_takes_its_shares_and_counts_in_no_total)                                  \
    S(a_trade_without_an_order_counts_and_touches_no_order)                                        \
    S(the_market_is_the_best_level_of_each_side)                                                   \
    S(a_queue_position_is_who_stands_ahead)                                                        \
    S(a_side_is_walked_a_few_orders_at_a_time)                                                     \
    S(changes_are_told_once_each_in_the_order_they_came)                                           \
    S(a_cleared_book_is_empty_and_whoever_saw_it_is_told)
SPEC_MAIN("book", SPECS, book_picture_open, book_picture_close)
