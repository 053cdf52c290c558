/* What matching promises (A1 to A4), one sentence each.  The notation is in
 * tests/support/book_script.h; specs of the other rules are beside this file, by topic. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

SPEC(an_order_rests_when_the_other_side_does_not_accept_its_price)
{
    GIVEN_BOOK("      | 100.00 | a30 ");

    WHEN("b buys 10 at 99.99");

    THEN("b rests 10 at 99.99");
    BOOK_IS(   "      | 100.00 | a30 ",
               "  b10 |  99.99 |     ");
}

SPEC(a_trade_happens_at_the_price_of_the_resting_order)
{
    GIVEN_BOOK("      | 100.00 | a30 ");

    WHEN("b buys 30 at 105.00");

    THEN("b takes 30 from a at 100.00");
    BOOK_IS_EMPTY();
    LAST_IS("MAIN", "100.00");
}

SPEC(the_best_price_trades_first_then_the_oldest_order)
{
    GIVEN_BOOK("      | 100.50 | c50     ",
               "      | 100.00 | a30 b20 ");

    WHEN("d buys 60 at 100.50");

    THEN("d takes 30 from a at 100.00",
         "d takes 20 from b at 100.00",
         "d takes 10 from c at 100.50");
    BOOK_IS(   "      | 100.50 | c40     ");
}

SPEC(what_is_left_after_trading_rests_at_the_limit)
{
    GIVEN_BOOK("         | 100.50 | c50     ",
               "         | 100.00 | a30 b20 ",
               "     d40 |  99.50 |         ");

    WHEN("e buys 60 at 100.00");

    THEN("e takes 30 from a at 100.00",
         "e takes 20 from b at 100.00",
         "e rests 10 at 100.00");
    BOOK_IS(   "         | 100.50 | c50     ",
               "     e10 | 100.00 |         ",
               "     d40 |  99.50 |         ");
}

SPEC(a_sell_walks_the_bids_downwards)
{
    GIVEN_BOOK(" b20 a10 | 100.00 |  ",
               "     c40 |  99.50 |  ");

    WHEN("d sells 65 at 99.50");

    THEN("d takes 10 from a at 100.00",
         "d takes 20 from b at 100.00",
         "d takes 35 from c at 99.50");
    BOOK_IS(   "      c5 |  99.50 |  ");
}

SPEC(an_order_does_not_trade_beyond_its_limit)
{
    GIVEN_BOOK("         | 100.01 | b20 ",
               "         | 100.00 | a10 ");

    WHEN("c buys 30 at 100.00");

    THEN("c takes 10 from a at 100.00",
         "c rests 20 at 100.00");
    BOOK_IS(   "         | 100.01 | b20 ",
               "     c20 | 100.00 |     ");
}

SPEC(a_partly_filled_order_keeps_its_place_in_the_queue)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("c buys 10 at 100.00");
    THEN("c takes 10 from a at 100.00");
    BOOK_IS(   "         | 100.00 | a20 b20 ");

    WHEN("d buys 25 at 100.00");
    THEN("d takes 20 from a at 100.00",
         "d takes 5 from b at 100.00");
}

SPEC(an_order_that_comes_later_to_a_price_waits_behind_the_others)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("c sells 10 at 100.00");

    THEN("c rests 10 at 100.00");
    BOOK_IS(   "         | 100.00 | a30 b20 c10 ");
}

SPEC(a_canceled_order_leaves_the_others_in_order)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 c10 ");

    WHEN("cancel b");

    THEN("b is canceled with 20 left: canceled by its owner");
    BOOK_IS(   "         | 100.00 | a30 c10 ");
    GONE("b");
}

SPEC(the_rest_of_an_immediate_order_is_canceled)
{
    GIVEN_BOOK("         | 100.50 | b20 ",
               "         | 100.00 | a10 ");

    WHEN("c buys 25 at 100.00 ioc");

    THEN("c takes 10 from a at 100.00",
         "c is canceled with 15 left: the rest of an immediate order");
    BOOK_IS(   "         | 100.50 | b20 ");
}

SPEC(a_fill_or_kill_order_trades_whole)
{
    GIVEN_BOOK("         | 100.50 | b20 ",
               "         | 100.00 | a10 ");

    WHEN("c buys 30 at 100.50 fok");

    THEN("c takes 10 from a at 100.00",
         "c takes 20 from b at 100.50");
    BOOK_IS_EMPTY();
}

SPEC(a_fill_or_kill_order_that_cannot_trade_whole_trades_nothing)
{
    GIVEN_BOOK("         | 100.50 | b20 ",
               "         | 100.00 | a10 ");

    WHEN("c buys 31 at 100.50 fok");
    THEN("c is canceled with 31 left: a fill-or-kill order could not fill");

    WHEN("d buys 11 at 100.00 fok");
    THEN("d is canceled with 11 left: a fill-or-kill order could not fill");
    BOOK_IS(   "         | 100.50 | b20 ",
               "         | 100.00 | a10 ");
}

SPEC(a_fill_or_kill_order_counts_what_icebergs_hide)
{
    GIVEN_BOOK("         | 100.00 | a10+20 ");

    WHEN("b buys 30 at 100.00 fok");

    THEN("b takes 10 from a at 100.00",
         "a shows 10 of 20 at 100.00",
         "b takes 10 from a at 100.00",
         "a shows 10 of 10 at 100.00",
         "b takes 10 from a at 100.00");
    BOOK_IS_EMPTY();
}

SPEC(a_fill_or_kill_order_counts_up_to_its_own_group)
{
    GIVEN("a sells 30 at 100.00",
          "b sells 10 at 100.00 by bob",
          "c sells 30 at 100.00");

    WHEN("d buys 40 at 100.00 by bob fok");
    THEN("d is canceled with 40 left: a fill-or-kill order could not fill");

    WHEN("e buys 30 at 100.00 by bob fok");
    THEN("e takes 30 from a at 100.00");
    BOOK_IS("| 100.00 | b10 c30");
}

SPEC(a_fill_or_kill_order_that_cancels_its_own_does_not_count_them)
{
    GIVEN("a sells 30 at 100.00",
          "b sells 10 at 100.00 by bob",
          "c sells 30 at 100.00");

    WHEN("d buys 61 at 100.00 by bob fok self-trade oldest");
    THEN("d is canceled with 61 left: a fill-or-kill order could not fill");

    WHEN("e buys 60 at 100.00 by bob fok self-trade oldest");
    THEN("e takes 30 from a at 100.00",
         "b is canceled with 10 left: it would have traded with its own group",
         "e takes 30 from c at 100.00");
}

SPEC(a_fill_or_kill_order_counts_up_to_the_band)
{
    GIVEN("list S reference 100 band 1",
          "a sells 10 at 101.00",
          "b sells 10 at 101.01");

    WHEN("c buys 11 at 102.00 fok");
    THEN("c is canceled with 11 left: a fill-or-kill order could not fill");
    PHASE_IS("S", "open");

    WHEN("d buys 10 at 102.00 fok");
    THEN("d takes 10 from a at 101.00");
}

SPEC(an_order_that_cannot_be_accepted_changes_nothing)
{
    GIVEN_BOOK("         | 100.00 | a30 ");

    WHEN("a buys 10 at 99.00");
    THEN("a is rejected: order id is in use");

    WHEN("b buys 0 at 101.00");
    THEN("b is rejected: quantity is not positive");

    WHEN("b buys 1.5 at 101.00");
    THEN("b is rejected: quantity is not a whole number of lots");

    WHEN("b buys 10 at 0.00");
    THEN("b is rejected: price is not positive");

    WHEN("b buys 10 at 100.001");
    THEN("b is rejected: price is not a whole number of ticks");

    WHEN("cancel z");
    THEN("z is rejected: order id is not known");

    BOOK_IS(   "         | 100.00 | a30 ");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(an_order_rests_when_the_other_side_does_not_accept_its_price)                                \
    S(a_trade_happens_at_the_price_of_the_resting_order)                                           \
    S(the_best_price_trades_first_then_the_oldest_order)                                           \
    S(what_is_left_after_trading_rests_at_the_limit)                                               \
    S(a_sell_walks_the_bids_downwards)                                                             \
    S(an_order_does_not_trade_beyond_its_limit)                                                    \
    S(a_partly_filled_order_keeps_its_place_in_the_queue)                                          \
    S(an_order_that_comes_later_to_a_price_waits_behind_the_others)                                \
    S(a_canceled_order_leaves_the_others_in_order)                                                 \
    S(the_rest_of_an_immediate_order_is_canceled)                                                  \
    S(a_fill_or_kill_order_trades_whole)                                                           \
    S(a_fill_or_kill_order_that_cannot_trade_whole_trades_nothing)                                 \
    S(a_fill_or_kill_order_counts_what_icebergs_hide)                                              \
    S(a_fill_or_kill_order_counts_up_to_its_own_group)                                             \
    S(a_fill_or_kill_order_that_cancels_its_own_does_not_count_them)                               \
    S(a_fill_or_kill_order_counts_up_to_the_band)                                                  \
    S(an_order_that_cannot_be_accepted_changes_nothing)

SPEC_MAIN("match", SPECS, book_script_open, book_script_close)
