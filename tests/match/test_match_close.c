/* CLOSE (E8): what an order has filled, or a position, is closed by a market order, and the legs
 * give way to it.  The notation is in tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

/* a has bought 10 at 100.00, protected by both legs. */
#define GIVEN_BRACKET()                                                                            \
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 10 at 100.00")

SPEC(a_close_trades_all_that_was_filled_and_takes_the_legs_away_first)
{
    GIVEN_BRACKET();
    GIVEN("x buys 30 at 99.00");
    WHEN("close a");
    THEN("a.take is canceled with 10 left: an order it is linked to traded or ended",
         "a.stop is canceled with 10 left: an order it is linked to traded or ended",
         "a.close takes 10 from x at 99.00",
         "a is now closed, 10 filled");
    GONE("a");
    EXPECT_UINT(match_orders(book_script_match()), 1);
}

SPEC(a_partial_close_leaves_the_rest_protected)
{
    GIVEN_BRACKET();
    GIVEN("x buys 30 at 99.00");
    WHEN("close a 4 as c");
    THEN("a.take is reduced by 4 to 6: an order it is linked to traded or ended",
         "a.stop is reduced by 4 to 6: an order it is linked to traded or ended",
         "c takes 4 from x at 99.00",
         "a is now partially closed, 10 filled, 6 to close");
    BOOK_IS(   "      | 103.00 | a.take:6 ",
               "  x26 |  99.00 |          ");
    WHEN("close a 6 as d");
    THEN("a.take is canceled with 6 left: an order it is linked to traded or ended",
         "a.stop is canceled with 6 left: an order it is linked to traded or ended",
         "d takes 6 from x at 99.00",
         "a is now closed, 10 filled");
}

SPEC(a_close_against_a_dead_market_leaves_everything_protected_again)
{
    GIVEN_BRACKET();
    WHEN("close a");
    THEN("a.take is canceled with 10 left: an order it is linked to traded or ended",
         "a.stop is canceled with 10 left: an order it is linked to traded or ended",
         "a.close is canceled with 10 left: nothing to trade with",
         "a.take rests 10 at 103.00",
         "a.stop waits 10 at 98.00");
    WHEN("close a 3");
    THEN("a.take is reduced by 3 to 7: an order it is linked to traded or ended",
         "a.stop is reduced by 3 to 7: an order it is linked to traded or ended",
         "a.close is canceled with 3 left: nothing to trade with",
         "a.take becomes 10 at 103.00",
         "a.stop becomes 10 waiting at 98.00");
}

SPEC(what_a_close_did_not_trade_is_protected_again)
{
    GIVEN_BRACKET();
    GIVEN("x buys 3 at 99.00", "y buys 3 at 90.00");
    WHEN("close a 8");
    THEN("a.take is reduced by 8 to 2: an order it is linked to traded or ended",
         "a.stop is reduced by 8 to 2: an order it is linked to traded or ended",
         "a.close takes 3 from x at 99.00",
         "a.close is canceled with 5 left: the rest of a market order at its collar",
         "a is now partially closed, 10 filled, 7 to close",
         "a.take becomes 7 at 103.00",
         "a.stop becomes 7 waiting at 98.00");
}

SPEC(a_close_is_at_most_what_is_filled_and_not_closed)
{
    GIVEN_BRACKET();
    GIVEN("x buys 30 at 99.00", "c buys 4 at 103.00");
    WHEN("close a 25");
    THEN("a.take is canceled with 6 left: an order it is linked to traded or ended",
         "a.stop is canceled with 6 left: an order it is linked to traded or ended",
         "a.close takes 6 from x at 99.00",
         "a is now closed, 10 filled");
}

SPEC(an_order_that_is_still_open_may_be_closed_in_part)
{
    GIVEN("a buys 10 at 100.00 take 103.00", "b sells 4 at 100.00", "x buys 30 at 100.50");
    WHEN("close a");
    THEN("a.take is canceled with 4 left: an order it is linked to traded or ended",
         "a.close takes 4 from x at 100.50",
         "a is now partially filled, 4 filled");
    WHEN("close a as c");
    THEN("c is rejected: there is no position to close");
    WHEN("d sells 32 at 100.00");
    THEN("d takes 26 from x at 100.50",
         "d takes 6 from a at 100.00",
         "a is now partially closed, 10 filled, 6 to close",
         "a.take rests 6 at 103.00");
}

SPEC(a_closing_order_does_not_trade_with_the_order_it_closes)
{
    GIVEN("a buys 10 at 100.00 take 103.00", "b sells 4 at 100.00");
    WHEN("close a");
    THEN("a.take is canceled with 4 left: an order it is linked to traded or ended",
         "a.close is canceled with 4 left: it would have traded with its own group",
         "a.take rests 4 at 103.00");
}

SPEC(stops_that_a_close_reaches_run_after_the_legs_have_followed)
{
    GIVEN_BRACKET();
    GIVEN("x buys 5 at 98.00", "y buys 30 at 97.00", "s sells 2 stop 98.00");
    WHEN("close a 4");
    THEN("a.take is reduced by 4 to 6: an order it is linked to traded or ended",
         "a.stop is reduced by 4 to 6: an order it is linked to traded or ended",
         "a.close takes 4 from x at 98.00",
         "a is now partially closed, 10 filled, 6 to close",
         "a.stop is triggered by 98.00 with 6",
         "a.stop takes 1 from x at 98.00",
         "a.stop takes 5 from y at 97.00",
         "a.take is canceled with 6 left: an order it is linked to traded or ended",
         "a is now closed, 10 filled",
         "s is triggered by 97.00 with 2",
         "s takes 2 from y at 97.00");
}

SPEC(a_close_that_hits_the_band_says_its_status_before_the_instrument_pauses)
{
    GIVEN("list MAIN band 1.00 pause 5s");
    GIVEN("a buys 10 at 100.00 take 100.90 by A", "b sells 10 at 100.00", "x buys 3 at 99.50",
          "y buys 30 at 98.00");
    WHEN("close a");
    THEN("a.take is canceled with 10 left: an order it is linked to traded or ended",
         "a.close takes 3 from x at 99.50",
         "a.close is canceled with 7 left: the next price is outside the band",
         "a is now partially closed, 10 filled, 7 to close",
         "MAIN enters phase paused",
         "a.take rests 7 at 100.90");
}

SPEC(only_a_tracked_order_of_the_account_can_be_closed)
{
    GIVEN("a buys 10 at 100.00 then sells at 103.00", "b sells 4 at 100.00",
          "t buys 10 at 99.00 tracked by T", "u buys 10 at 98.00");
    WHEN("close a");
    THEN("a.close is rejected: order id is not known");
    WHEN("close t by u");
    THEN("t.close is rejected: order id is not known");
    WHEN("close u");
    THEN("u.close is rejected: order id is not known");
    WHEN("close t");
    THEN("t.close is rejected: there is no position to close");
}

SPEC(a_close_is_checked_like_an_order)
{
    GIVEN_BRACKET();
    WHEN("close a 1.5 as c");
    THEN("c is rejected: quantity is not a whole number of lots");
    WHEN("close a 1 as a");
    THEN("a is rejected: order id is in use");
    GIVEN("phase call");
    WHEN("close a 1 as c");
    THEN("c is rejected: only orders that can rest are taken in a call");
    GIVEN("phase halted");
    WHEN("close a 1 as c");
    THEN("c is rejected: instrument is halted");
    GIVEN("phase closed");
    WHEN("close a 1 as c");
    THEN("c is rejected: instrument is closed");
}

SPEC(a_short_is_closed_by_buying)
{
    GIVEN("a sells 10 at 100.00 take 97.00 stop-loss 102.00", "b buys 10 at 100.00",
          "x sells 30 at 101.00");
    WHEN("close a 4");
    THEN("a.take is reduced by 4 to 6: an order it is linked to traded or ended",
         "a.stop is reduced by 4 to 6: an order it is linked to traded or ended",
         "a.close takes 4 from x at 101.00",
         "a is now partially closed, 10 filled, 6 to close");
}

/* Positions. */

SPEC(a_position_is_closed_by_its_account_and_legs_are_not_touched)
{
    GIVEN("a buys 10 at 100.00 take 103.00 by A", "b sells 10 at 100.00 by B",
          "x buys 30 at 99.00");
    POSITION_IS("A holds 10 MAIN at a cost of 0");
    WHEN("close position 4 by A");
    THEN("A.close takes 4 from x at 99.00");
    BOOK_IS(   "      | 103.00 | a.take:10 ",
               "  x26 |  99.00 |           ");
    WHEN("close position by A as c");
    THEN("c takes 6 from x at 99.00");
    POSITION_IS("A holds 0 MAIN at a cost of 0");
    WHEN("close position by A as d");
    THEN("d is rejected: there is no position to close");
}

SPEC(a_short_position_is_bought_back)
{
    GIVEN("a buys 10 at 100.00 by A", "b sells 10 at 100.00 by B", "x sells 3 at 101.00");
    WHEN("close position 25 by B");
    THEN("B.close takes 3 from x at 101.00",
         "B.close is canceled with 7 left: nothing to trade with");
    POSITION_IS("B holds -7 MAIN at a cost of 0");
    WHEN("close position by B as c");
    THEN("c is canceled with 7 left: nothing to trade with");
}

SPEC(without_accounts_there_are_no_positions_to_close)
{
    GIVEN("engine accounts 0", "list MAIN");
    WHEN("close position by @1 as c");
    THEN("c is rejected: account is not known");
}

/* Money. */

SPEC(a_spot_close_uses_what_the_legs_had_reserved)
{
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",
          "deposit A USD 1000", "deposit B BTC 100", "deposit B USD 1000");
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00 by A", "b sells 10 at 100.00 by B");
    BALANCE_IS("A has 10 BTC, 10 reserved, 0 available");
    GIVEN("x buys 4 at 99.00 by B", "y buys 1 at 90.00 by B");
    WHEN("close a 6");
    THEN("a.take is reduced by 6 to 4: an order it is linked to traded or ended",
         "a.stop is reduced by 6 to 4: an order it is linked to traded or ended",
         "a.close takes 4 from x at 99.00",
         "a.close is canceled with 2 left: the rest of a market order at its collar",
         "a is now partially closed, 10 filled, 6 to close",
         "a.take becomes 6 at 103.00",
         "a.stop becomes 6 waiting at 98.00");
    BALANCE_IS("A has 6 BTC, 6 reserved, 0 available");
    GIVEN("cancel a");
    BALANCE_IS("A has 6 BTC, 0 reserved, 6 available");
    BALANCE_IS("A has 396 USD, 0 reserved, 396 available");
}

SPEC(a_spot_close_that_cannot_reserve_is_refused_and_changes_nothing)
{
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",
          "deposit A BTC 10", "deposit B BTC 100", "deposit B USD 1000");
    GIVEN("a sells 10 at 100.00 take 97.00 by A", "b buys 10 at 100.00 by B",
          "x sells 10 at 98.00 by B"); /* buying at up to 103.00 */
    BALANCE_IS("A has 1000 USD, 970 reserved, 30 available");
    WHEN("close a");
    THEN("a.close is rejected: available balance is too small");
    BALANCE_IS("A has 1000 USD, 970 reserved, 30 available");
    BOOK_IS(   "          | 98.00 | x10 ",
               "a.take:10 | 97.00 |     ");
    WHEN("close a 5 as c"); /* needs 515, has 30 and the 485 of the leg */
    THEN("a.take is reduced by 5 to 5: an order it is linked to traded or ended",
         "c takes 5 from x at 98.00",
         "a is now partially closed, 10 filled, 5 to close");
    BALANCE_IS("A has 510 USD, 485 reserved, 25 available");
}

SPEC(a_futures_close_needs_no_margin_but_one_for_more_than_the_position_does)
{
    GIVEN("list FUT futures quote USD collar 5 margin 10% keep 5%", "account A", "account B",
          "deposit A USD 101", "deposit B USD 100000");
    GIVEN("a buys 10 at 100.00 tracked by A", "b sells 10 at 100.00 by B",
          "x buys 50 at 100.00 by B");
    BALANCE_IS("A has 101 USD, 100 reserved, 1 available");
    WHEN("close a 6");
    THEN("a.close takes 6 from x at 100.00", "a is now partially closed, 10 filled, 4 to close");
    BALANCE_IS("A has 101 USD, 40 reserved, 61 available");
    GIVEN("close position by A as c", "withdraw A USD 95"); /* the position is gone */
    WHEN("close a as d");
    THEN("d is rejected: available balance is too small");
    BALANCE_IS("A has 6 USD, 0 reserved, 6 available");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_close_trades_all_that_was_filled_and_takes_the_legs_away_first)                            \
    S(a_partial_close_leaves_the_rest_protected)                                                   \
    S(a_close_against_a_dead_market_leaves_everything_protected_again)                             \
    S(what_a_close_did_not_trade_is_protected_again)                                               \
    S(a_close_is_at_most_what_is_filled_and_not_closed)                                            \
    S(an_order_that_is_still_open_may_be_closed_in_part)                                           \
    S(a_closing_order_does_not_trade_with_the_order_it_closes)                                     \
    S(stops_that_a_close_reaches_run_after_the_legs_have_followed)                                 \
    S(a_close_that_hits_the_band_says_its_status_before_the_instrument_pauses)                     \
    S(only_a_tracked_order_of_the_account_can_be_closed)                                           \
    S(a_close_is_checked_like_an_order)                                                            \
    S(a_short_is_closed_by_buying)                                                                 \
    S(a_position_is_closed_by_its_account_and_legs_are_not_touched)                                \
    S(a_short_position_is_bought_back)                                                             \
    S(without_accounts_there_are_no_positions_to_close)                                            \
    S(a_spot_close_uses_what_the_legs_had_reserved)                                                \
    S(a_spot_close_that_cannot_reserve_is_refused_and_changes_nothing)                             \
    S(a_futures_close_needs_no_margin_but_one_for_more_than_the_position_does)
SPEC_MAIN("match_close", SPECS, book_script_open, book_script_close)
