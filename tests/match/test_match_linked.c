/* Legs (E2, E3): they come to life as their order fills, grow with it, and never protect more than
 * has filled.  The notation is in tests/support/book_script.h; tracked orders, CLOSE, MODIFY and
 * money are in files beside this one. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define GIVEN_LAST(price) GIVEN("last1 sells 1 at " price, "last2 buys 1 at " price)

/* E2, E3 */

SPEC(legs_come_to_life_with_the_first_fill_sized_to_it)
{
    WHEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00");
    THEN("a is now pending", "a rests 10 at 100.00");
    GONE("a.take");
    WHEN("b sells 4 at 100.00");
    THEN("b takes 4 from a at 100.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.take rests 4 at 103.00",
         "a.stop waits 4 at 98.00");
    BOOK_IS(   "      | 103.00 | a.take:4 ",
               "   a6 | 100.00 |          ");
    ORDER_IS("a.take sells 4 of 4 at 103.00");
}

SPEC(legs_grow_with_each_fill_and_lose_their_place)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00",
          "x sells 7 at 103.00", "y sells 7 stop 98.00");
    WHEN("c sells 6 at 100.00");
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close",
         "a.take becomes 10 at 103.00",
         "a.stop becomes 10 waiting at 98.00");
    BOOK_IS(   "      | 103.00 | x7 a.take:10 ");
    WAITING_IS("y sells 7 stop 98.00", "a.stop sells 10 stop 98.00");
    ORDER_IS("a.take sells 10 of 10 at 103.00");
}

SPEC(an_order_that_takes_says_its_status_once_when_it_has_finished_and_then_its_legs_come)
{
    GIVEN_BOOK("      | 100.00 | x3 y4 ");
    WHEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00");
    THEN("a is now pending",
         "a takes 3 from x at 100.00",
         "a takes 4 from y at 100.00",
         "a rests 3 at 100.00",
         "a is now partially filled, 7 filled, 7 to close",
         "a.take rests 7 at 103.00",
         "a.stop waits 7 at 98.00");
}

SPEC(a_market_order_with_a_bracket_is_protected_at_once)
{
    GIVEN_BOOK("      | 100.00 | x3 ");
    WHEN("a buys 10 at market take 103.00 stop-loss 98.00");
    THEN("a is now pending",
         "a takes 3 from x at 100.00",
         "a is canceled with 7 left: nothing to trade with",
         "a is now filled, 3 filled, 3 to close",
         "a.take rests 3 at 103.00",
         "a.stop waits 3 at 98.00");
    BOOK_IS(   "      | 103.00 | a.take:3 ");
}

SPEC(two_legs_share_one_quantity)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 10 at 100.00");
    WHEN("c buys 4 at 103.00");
    THEN("c takes 4 from a.take at 103.00",
         "a.stop is reduced by 4 to 6: an order it is linked to traded or ended",
         "a is now partially closed, 10 filled, 6 to close");
    WHEN("d buys 6 at 103.00");
    THEN("d takes 6 from a.take at 103.00",
         "a.stop is canceled with 6 left: an order it is linked to traded or ended",
         "a is now closed, 10 filled");
    GONE("a");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(a_stop_loss_that_fires_takes_the_profit_order_along)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 10 at 100.00",
          "x buys 30 at 97.00", "y buys 1 at 98.00");
    WHEN("c sells 1 at 98.00");
    THEN("c takes 1 from y at 98.00",
         "a.stop is triggered by 98.00 with 10",
         "a.stop takes 10 from x at 97.00",
         "a.take is canceled with 10 left: an order it is linked to traded or ended",
         "a is now closed, 10 filled");
    BOOK_IS(   "  x20 |  97.00 |     ");
}

SPEC(a_leg_that_has_traded_all_sleeps_until_its_order_trades_again)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00");
    WHEN("c buys 4 at 103.00");
    THEN("c takes 4 from a.take at 103.00",
         "a.stop is canceled with 4 left: an order it is linked to traded or ended",
         "a is now partially filled, 4 filled");
    GONE("a.take");
    WHEN("cancel a.take by a");
    THEN("a.take is rejected: order id is not known");
    WHEN("d sells 3 at 100.00");
    THEN("d takes 3 from a at 100.00",
         "a is now partially filled, 7 filled, 3 to close",
         "a.take rests 3 at 103.00",
         "a.stop waits 3 at 98.00");
    ORDER_IS("a.take sells 3 of 3 at 103.00");
}

SPEC(legs_follow_what_has_filled_less_what_they_have_traded)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00",
          "c buys 1 at 103.00");
    WHEN("d sells 5 at 100.00");
    THEN("d takes 5 from a at 100.00",
         "a is now partially filled, 9 filled, 8 to close",
         "a.take becomes 8 at 103.00",
         "a.stop becomes 8 waiting at 98.00");
}

SPEC(a_leg_that_trades_when_it_comes_to_life_shrinks_the_other_one)
{
    GIVEN("a buys 10 at 100.00 then sells at 99.00 then sells at 104.00", "x buys 3 at 99.50");
    WHEN("b sells 10 at 100.00");
    THEN("b takes 10 from a at 100.00",
         "a.then takes 3 from x at 99.50",
         "a.then rests 7 at 99.00",
         "a.then2 rests 7 at 104.00");
    GONE("a");
    BOOK_IS(   "      | 104.00 | a.then2:7 ",
               "      |  99.00 | a.then:7  ");
}

SPEC(legs_follow_a_fill_in_an_auction_when_the_instrument_is_open)
{
    GIVEN("a buys 10 at 100.00 take 101.00 stop-loss 90.00", "b sells 4 at 100.00");
    GIVEN("phase call", "c sells 3 at 100.00");
    WHEN("phase open");
    THEN("MAIN auctions 3 at 100.00",
         "a buys 3 from c at 100.00",
         "a is now partially filled, 7 filled, 7 to close",
         "MAIN enters phase open",
         "a.take becomes 7 at 101.00",
         "a.stop becomes 7 waiting at 90.00");
}

SPEC(a_leg_that_trades_in_an_auction_closes_its_order)
{
    GIVEN("a buys 4 at 100.00 take 101.00 stop-loss 90.00", "b sells 4 at 100.00");
    GIVEN("phase call", "c buys 9 at 101.00");
    WHEN("phase open");
    THEN("MAIN auctions 4 at 101.00",
         "c buys 4 from a.take at 101.00",
         "a.stop is canceled with 4 left: an order it is linked to traded or ended",
         "a is now closed, 4 filled",
         "MAIN enters phase open");
    EXPECT_UINT(match_orders(book_script_match()), 1);
}

SPEC(stops_reached_by_the_fill_run_after_the_legs_have_followed)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 10 at 99.00 take 103.00 stop-loss 98.00", "s sells 3 stop 99.00 at 99.00");
    WHEN("b sells 4 at 99.00");
    THEN("b takes 4 from a at 99.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.take rests 4 at 103.00",
         "a.stop waits 4 at 98.00",
         "s is triggered by 99.00 with 3",
         "s takes 3 from a at 99.00",
         "a is now partially filled, 7 filled, 7 to close",
         "a.take becomes 7 at 103.00",
         "a.stop becomes 7 waiting at 98.00");
}

SPEC(a_stop_loss_whose_trigger_is_reached_when_it_comes_to_life_fires)
{
    GIVEN_LAST("95.00");
    GIVEN("y buys 50 at 94.00");
    GIVEN("a buys 10 at 94.50 then sells stop 96.00"); /* untracked: any trigger */
    WHEN("b sells 10 at 94.50");
    THEN("b takes 10 from a at 94.50",
         "a.then is triggered by 94.50 with 10",
         "a.then takes 10 from y at 94.00");
}

SPEC(parents_follow_in_the_order_in_which_they_traded)
{
    GIVEN("c buys 2 at 98.00 then sells at 105.00", "b buys 2 at 99.00 then sells at 105.00",
          "a buys 2 at 100.00 then sells at 105.00");
    WHEN("x sells 6 at 98.00");
    THEN("x takes 2 from a at 100.00",
         "x takes 2 from b at 99.00",
         "x takes 2 from c at 98.00",
         "a.then rests 2 at 105.00",
         "b.then rests 2 at 105.00",
         "c.then rests 2 at 105.00");
}

SPEC(legs_that_are_added_follow_behind_those_of_an_order_that_traded_before)
{
    GIVEN_LAST("100.00");
    GIVEN("a sells 8 stop 99.00 at 98.00 take 90.00 self-trade oldest", "m sells 1 at 99.00",
          "n buys 1 at 99.00", "b buys 3 at 98.00", "p sells 1 at 101.00 then buys at 95.00");
    WHEN("modify a take 102.00 stop-loss 105.00"); /* a ends first, which is no trade */
    THEN("a.take becomes 3 at 102.00",
         "a is canceled with 5 left: it would have traded with its own group",
         "a is now filled, 3 filled, 3 to close",
         "a.take takes 1 from p at 101.00",
         "a.take rests 2 at 102.00",
         "a is now partially closed, 3 filled, 2 to close",
         "p.then rests 1 at 95.00",
         "a.stop waits 2 at 105.00");
}

SPEC(legs_of_an_untracked_order_live_on_when_it_is_forgotten)
{
    GIVEN("a buys 10 at 100.00 then sells at 103.00 then sells stop 98.00", "b sells 4 at 100.00");
    WHEN("cancel a");
    THEN("a is canceled with 6 left: canceled by its owner");
    GONE("a");
    WHEN("c buys 1 at 103.00");
    THEN("c takes 1 from a.then at 103.00",
         "a.then2 is reduced by 1 to 3: an order it is linked to traded or ended");
    WHEN("d buys 3 at 103.00");
    THEN("d takes 3 from a.then at 103.00",
         "a.then2 is canceled with 3 left: an order it is linked to traded or ended");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(legs_of_an_untracked_order_that_never_traded_are_forgotten_with_it)
{
    GIVEN("a buys 10 at 100.00 then sells at 103.00");
    WHEN("cancel a");
    THEN("a is canceled with 10 left: canceled by its owner");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(legs_of_an_untracked_order_may_be_on_its_own_side)
{
    GIVEN("a buys 10 at 100.00 then buys at 99.00");
    WHEN("b sells 10 at 99.00");
    THEN("b takes 10 from a at 100.00",
         "a.then rests 10 at 99.00");
}

SPEC(a_trailing_stop_loss_begins_when_it_comes_to_life)
{
    GIVEN_LAST("110.00");
    GIVEN("a buys 10 at 100.00 trailing-loss 3.00");
    WHEN("b sells 4 at 100.00");
    THEN("b takes 4 from a at 100.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.stop waits 4 at 97.00");
    GIVEN("x sells 1 at 102.00", "y buys 1 at 102.00");
    WAITING_IS("a.stop sells 4 trailing, now 99.00");
    WHEN("c sells 6 at 100.00");
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close",
         "a.stop becomes 10 waiting at 99.00");
}

SPEC(a_stop_order_with_a_bracket_waits_then_fills_then_is_protected)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | x20 ");
    WHEN("a buys 10 stop 101.00 take 105.00 stop-loss 99.00");
    THEN("a is now pending", "a waits 10 at 101.00");
    WHEN("b buys 1 at 101.00");
    THEN("b takes 1 from x at 101.00",
         "a is triggered by 101.00 with 10",
         "a takes 10 from x at 101.00",
         "a is now filled, 10 filled, 10 to close",
         "a.take rests 10 at 105.00",
         "a.stop waits 10 at 99.00");
}

/* Legs and their own group. */

SPEC(legs_have_the_tif_and_the_self_trade_mode_of_their_order)
{
    GIVEN("x buys 3 at 99.50 by A",
          "a buys 10 at 100.00 day self-trade oldest then sells at 99.00 by A");
    WHEN("b sells 4 at 100.00");
    THEN("b takes 4 from a at 100.00",
         "a is canceled with 6 left: it would have traded with its own group",
         "x is canceled with 3 left: it would have traded with its own group",
         "a.then rests 4 at 99.00");
    WHEN("phase closed");
    THEN("MAIN enters phase closed",
         "a.then is canceled with 4 left: the day of a day order is over");
}

SPEC(the_second_leg_follows_to_what_a_decremented_first_one_has)
{
    GIVEN("x buys 3 at 99.50 by A",
          "a buys 10 at 100.00 self-trade decrement then sells at 99.00 then sells at 104.00 by A");
    WHEN("b sells 10 at 100.00");
    THEN("b takes 10 from a at 100.00",
         "x is canceled with 0 left: it would have traded with its own group",
         "a.then is reduced by 3 to 7: it would have traded with its own group",
         "a.then rests 7 at 99.00",
         "a.then2 rests 7 at 104.00");
}

SPEC(an_order_that_loses_its_leg_and_fills_in_one_auction_is_forgotten)
{
    GIVEN("a buys 10 at 100.00 self-trade oldest then sells at 103.00 by A", "b sells 4 at 100.00",
          "phase call", "modify a at 103.00", "x sells 3 at 100.00", "y sells 9 at 103.00");
    WHEN("phase open");
    THEN("MAIN auctions 6 at 103.00",
         "a buys 3 from x at 103.00",
         "a.then is canceled with 4 left: it would have traded with its own group",
         "a buys 3 from y at 103.00",
         "MAIN enters phase open");
    GONE("a");
    BOOK_IS(   "      | 103.00 | y6 ");
}

SPEC(a_fired_leg_that_grows_keeps_having_fired_at_the_end_of_the_queue)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN("a buys 10 at 96.00 then sells stop 98.00 by A", "u sells 1 stop 99.00 at 110.00 by B",
          "v sells 1 stop 99.00 at 110.00 by B", "w sells 1 stop 99.00 at 110.00 by B",
          "x sells 1 stop 99.00 at 110.00 by B");
    WHEN("m sells 4 at 96.00 by B"); /* u to x fire, and a.then when it comes to life */
    THEN("m takes 4 from a at 96.00",
         "u is triggered by 96.00 with 1", "u rests 1 at 110.00");
    WHEN("q sells 1 stop 97.00 at 110.00 by B"); /* fires too */
    THEN("v is triggered by 96.00 with 1", "v rests 1 at 110.00");
    WHEN("modify a at 100.00");
    THEN("w is triggered by 96.00 with 1", "w rests 1 at 110.00",
         "a becomes 6 at 100.00");
    WHEN("n sells 3 at 100.00 by B"); /* the trigger is far away again */
    THEN("x is triggered by 96.00 with 1", "x rests 1 at 110.00",
         "n takes 3 from a at 100.00",
         "a.then becomes 7 waiting at 98.00");
    WHEN("time +1s");
    THEN("q is triggered by 100.00 with 1", "q rests 1 at 110.00");
    WHEN("time +1s");
    THEN("a.then is triggered by 100.00 with 7",
         "a.then is canceled with 7 left: it would have traded with its own group");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(legs_come_to_life_with_the_first_fill_sized_to_it)                                           \
    S(legs_grow_with_each_fill_and_lose_their_place)                                               \
    S(an_order_that_takes_says_its_status_once_when_it_has_finished_and_then_its_legs_come)        \
    S(a_market_order_with_a_bracket_is_protected_at_once)                                          \
    S(two_legs_share_one_quantity)                                                                 \
    S(a_stop_loss_that_fires_takes_the_profit_order_along)                                         \
    S(a_leg_that_has_traded_all_sleeps_until_its_order_trades_again)                               \
    S(legs_follow_what_has_filled_less_what_they_have_traded)                                      \
    S(a_leg_that_trades_when_it_comes_to_life_shrinks_the_other_one)                               \
    S(legs_follow_a_fill_in_an_auction_when_the_instrument_is_open)                                \
    S(a_leg_that_trades_in_an_auction_closes_its_order)                                            \
    S(stops_reached_by_the_fill_run_after_the_legs_have_followed)                                  \
    S(a_stop_loss_whose_trigger_is_reached_when_it_comes_to_life_fires)                            \
    S(parents_follow_in_the_order_in_which_they_traded)                                            \
    S(legs_that_are_added_follow_behind_those_of_an_order_that_traded_before)                      \
    S(legs_of_an_untracked_order_live_on_when_it_is_forgotten)                                     \
    S(legs_of_an_untracked_order_that_never_traded_are_forgotten_with_it)                          \
    S(legs_of_an_untracked_order_may_be_on_its_own_side)                                           \
    S(a_trailing_stop_loss_begins_when_it_comes_to_life)                                           \
    S(a_stop_order_with_a_bracket_waits_then_fills_then_is_protected)                              \
    S(legs_have_the_tif_and_the_self_trade_mode_of_their_order)                                    \
    S(the_second_leg_follows_to_what_a_decremented_first_one_has)                                  \
    S(an_order_that_loses_its_leg_and_fills_in_one_auction_is_forgotten)                           \
    S(a_fired_leg_that_grows_keeps_having_fired_at_the_end_of_the_queue)
SPEC_MAIN("match_linked", SPECS, book_script_open, book_script_close)
