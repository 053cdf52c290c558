/* Market orders (A6): how far they go, and what becomes of what is left.  The notation is in
 * tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

SPEC(a_market_order_buys_up_to_the_collar_above_the_best_price)
{
    GIVEN("list MAIN collar 5");
    GIVEN_BOOK("         | 105.01 | c20     ",
               "         | 105.00 | b20     ",
               "         | 100.00 | a10 d10 ");

    WHEN("m buys 50 at market");

    THEN("m takes 10 from a at 100.00",
         "m takes 10 from d at 100.00",
         "m takes 20 from b at 105.00",
         "m is canceled with 10 left: the rest of a market order at its collar");
    BOOK_IS(   "         | 105.01 | c20     ");
    GONE("m");
}

SPEC(a_market_order_sells_down_to_the_collar_below_the_best_price)
{
    GIVEN("list MAIN collar 5");
    GIVEN_BOOK(" d10 a10 | 100.00 |         ",
               "     b20 |  95.00 |         ",
               "     c20 |  94.99 |         ");

    WHEN("m sells 50 at market");

    THEN("m takes 10 from a at 100.00",
         "m takes 10 from d at 100.00",
         "m takes 20 from b at 95.00",
         "m is canceled with 10 left: the rest of a market order at its collar");
    BOOK_IS(   "     c20 |  94.99 |         ");
}

SPEC(a_collar_of_one_tick_reaches_the_next_price_and_no_farther)
{
    GIVEN("list MAIN collar 0.01");
    GIVEN_BOOK("         | 100.02 | e10 ",
               "         | 100.01 | b10 ",
               "         | 100.00 | a10 ",
               "     c10 |  99.00 |     ",
               "     d10 |  98.99 |     ",
               "     f10 |  98.98 |     ");

    WHEN("m buys 25 at market");
    THEN("m takes 10 from a at 100.00",
         "m takes 10 from b at 100.01",
         "m is canceled with 5 left: the rest of a market order at its collar");

    WHEN("n sells 25 at market");
    THEN("n takes 10 from c at 99.00",
         "n takes 10 from d at 98.99",
         "n is canceled with 5 left: the rest of a market order at its collar");
}

SPEC(a_collar_is_measured_from_the_best_price_alone_wherever_the_last_one_was)
{
    GIVEN("list MAIN collar 5 reference 50", "a sells 1 at 90.00", "b buys 1 at 90.00");
    GIVEN_BOOK("         | 105.00 | d10 ",
               "         | 100.00 | c10 ",
               "      e5 |  60.00 |     ");

    WHEN("m buys 20 at market");

    THEN("m takes 10 from c at 100.00",
         "m takes 10 from d at 105.00");
}

SPEC(a_market_order_that_meets_nobody_is_canceled_at_once)
{
    WHEN("m buys 10 at market");
    THEN("m is canceled with 10 left: nothing to trade with");

    GIVEN_BOOK("         | 100.00 | a10 ");
    WHEN("n sells 10 at market");
    THEN("n is canceled with 10 left: nothing to trade with");
    WHEN("o sells 10 at market fok");
    THEN("o is canceled with 10 left: nothing to trade with");
    BOOK_IS(   "         | 100.00 | a10 ");
    GONE("n");
}

SPEC(what_is_left_when_the_other_side_is_empty_has_nothing_to_trade_with)
{
    GIVEN_BOOK("         | 101.00 | b20 ",
               "         | 100.00 | a10 ",
               "     c30 |  99.00 |     ");

    WHEN("m buys 31 at market");
    THEN("m takes 10 from a at 100.00",
         "m takes 20 from b at 101.00",
         "m is canceled with 1 left: nothing to trade with");

    WHEN("n sells 31 at market");
    THEN("n takes 30 from c at 99.00",
         "n is canceled with 1 left: nothing to trade with");
    BOOK_IS_EMPTY();
}

SPEC(a_market_order_sells_down_to_one_tick_at_the_lowest)
{
    GIVEN_BOOK("     a10 |   3.00 |     ",
               "     b10 |   0.01 |     ");

    WHEN("m sells 15 at market");

    THEN("m takes 10 from a at 3.00",
         "m takes 5 from b at 0.01");
    BOOK_IS(   "      b5 |   0.01 |     ");
}

SPEC(a_market_order_near_zero_reserves_at_one_tick)
{
    GIVEN("list FUT futures quote USD collar 5 margin 10% keep 5%", "account A", "account B",
          "deposit A USD 1", "deposit B USD 1000", "a buys 1 at 3.00 by B");

    WHEN("m sells 10 at market by A"); /* 10 at 0.01 are 0.10 */

    THEN("m takes 1 from a at 3.00",
         "m is canceled with 9 left: nothing to trade with");
}

SPEC(a_market_order_buys_up_to_the_highest_price_at_the_most)
{
    GIVEN("list BTC spot base BTC quote USD collar 5 max-price 102", "account A", "account B",
          "deposit A USD 1019", "deposit B BTC 100", "a sells 100 at 100.00 by B");

    WHEN("m buys 10 at market by A"); /* 10 at 102.00 are 1020 */
    THEN("m is rejected: available balance is too small");

    GIVEN("deposit A USD 1");
    WHEN("n buys 10 at market by A");
    THEN("n takes 10 from a at 100.00");
    BALANCE_IS("A has 20 USD, 0 reserved, 20 available");
}

SPEC(a_market_order_reserves_at_its_collar)
{
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",
          "deposit A USD 1049", "deposit B BTC 100", "a sells 4 at 100.00 by B");

    WHEN("m buys 10 at market by A"); /* 10 at 105.00 are 1050 */
    THEN("m is rejected: available balance is too small");

    GIVEN("deposit A USD 1");
    WHEN("n buys 10 at market by A");
    THEN("n takes 4 from a at 100.00",
         "n is canceled with 6 left: nothing to trade with");
    BALANCE_IS("A has 650 USD, 0 reserved, 650 available");

    WHEN("o buys 1000 at market by A"); /* it meets nobody, and asks for nothing */
    THEN("o is canceled with 1000 left: nothing to trade with");
}

SPEC(a_market_order_is_immediate_or_whole)
{
    GIVEN("list MAIN collar 5");
    GIVEN_BOOK("         | 105.01 | b40 ",
               "         | 100.00 | a40 ");

    WHEN("m buys 10 at market gtc");
    THEN("m takes 10 from a at 100.00");
    WHEN("n buys 10 at market ioc");
    THEN("n takes 10 from a at 100.00");
    WHEN("o buys 10 at market fok");
    THEN("o takes 10 from a at 100.00");
    WHEN("p buys 11 at market fok");
    THEN("p is canceled with 11 left: a fill-or-kill order could not fill");
    WHEN("q buys 11 at market gtc");
    THEN("q takes 10 from a at 100.00",
         "q is canceled with 1 left: the rest of a market order at its collar");
    GIVEN("x sells 10 at 100.00");
    WHEN("r buys 11 at market ioc");
    THEN("r takes 10 from x at 100.00",
         "r is canceled with 1 left: the rest of a market order at its collar");
    BOOK_IS(   "         | 105.01 | b40 ");
    GONE("q");
}

SPEC(day_and_post_only_do_not_go_with_market_orders)
{
    GIVEN_BOOK("         | 100.00 | a10 ");

    WHEN("m buys 10 at market day");
    THEN("m is rejected: these terms do not go together");
    WHEN("o buys 10 at market day tracked");
    THEN("o is rejected: these terms do not go together");
    WHEN("n buys 10 at market post-only");
    THEN("n is rejected: these terms do not go together");
    BOOK_IS(   "         | 100.00 | a10 ");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_market_order_buys_up_to_the_collar_above_the_best_price)                                   \
    S(a_market_order_sells_down_to_the_collar_below_the_best_price)                                \
    S(a_collar_of_one_tick_reaches_the_next_price_and_no_farther)                                  \
    S(a_collar_is_measured_from_the_best_price_alone_wherever_the_last_one_was)                    \
    S(a_market_order_that_meets_nobody_is_canceled_at_once)                                        \
    S(what_is_left_when_the_other_side_is_empty_has_nothing_to_trade_with)                         \
    S(a_market_order_sells_down_to_one_tick_at_the_lowest)                                         \
    S(a_market_order_near_zero_reserves_at_one_tick)                                               \
    S(a_market_order_buys_up_to_the_highest_price_at_the_most)                                     \
    S(a_market_order_reserves_at_its_collar)                                                       \
    S(a_market_order_is_immediate_or_whole)                                                        \
    S(day_and_post_only_do_not_go_with_market_orders)

SPEC_MAIN("market orders", SPECS, book_script_open, book_script_close)
