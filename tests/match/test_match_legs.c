/* Legs as they are changed by MODIFY of their order (E6), and what they reserve (G6).  The notation
 * is in tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

/* a has bought 4 of 10 at 100.00, and both legs live. */
#define GIVEN_BRACKET()                                                                            \
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00")

SPEC(a_leg_that_lives_moves_to_its_new_price)
{
    GIVEN_BRACKET();
    GIVEN("x sells 5 at 104.00", "y sells 5 stop 97.00");
    WHEN("modify a take 104.00 stop-loss 97.00");
    THEN("a.take becomes 4 at 104.00",
         "a.stop becomes 4 waiting at 97.00");
    BOOK_IS(   "      | 104.00 | x5 a.take:4 ",
               "   a6 | 100.00 |             ");
    WAITING_IS("y sells 5 stop 97.00", "a.stop sells 4 stop 97.00");
    WHEN("c sells 6 at 100.00"); /* and grows there */
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close",
         "a.take becomes 10 at 104.00",
         "a.stop becomes 10 waiting at 97.00");
}

SPEC(a_leg_that_sleeps_changes_without_a_word)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00");
    WHEN("modify a take 104.00 stop-loss 97.00");
    THEN_NOTHING();
    WHEN("b sells 4 at 100.00");
    THEN("b takes 4 from a at 100.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.take rests 4 at 104.00",
         "a.stop waits 4 at 97.00");
}

SPEC(legs_change_before_their_order_does)
{
    GIVEN_BRACKET();
    WHEN("modify a take 104.00 at 99.00 to 9");
    THEN("a.take becomes 4 at 104.00",
         "a becomes 5 at 99.00");
}

SPEC(a_leg_that_is_absent_is_added_and_comes_to_life_at_once)
{
    GIVEN("a buys 10 at 100.00 stop-loss 98.00", "b sells 4 at 100.00");
    WHEN("modify a take 103.00");
    THEN("a.take rests 4 at 103.00");
    WHEN("c buys 1 at 103.00");
    THEN("c takes 1 from a.take at 103.00",
         "a.stop is reduced by 1 to 3: an order it is linked to traded or ended",
         "a is now partially filled, 4 filled, 3 to close");
}

SPEC(a_tracked_order_gets_its_first_legs_when_everything_has_filled)
{
    GIVEN("a buys 10 at 100.00 tracked", "b sells 10 at 100.00");
    WHEN("modify a take 103.00 stop-loss 99.00");
    THEN("a.take rests 10 at 103.00",
         "a.stop waits 10 at 99.00");
    WHEN("modify a stop-loss 101.00 take 102.00"); /* all has filled: any side of 100.00 */
    THEN("a.take becomes 10 at 102.00",
         "a.stop becomes 10 waiting at 101.00",
         "a.stop is triggered by 100.00 with 10",
         "a.stop is canceled with 10 left: nothing to trade with",
         "a.take is canceled with 10 left: an order it is linked to traded or ended");
}

SPEC(a_leg_is_cleared_and_the_other_one_stays)
{
    GIVEN_BRACKET();
    WHEN("modify a no take");
    THEN("a.take is canceled with 4 left: canceled by its owner");
    WHEN("c sells 6 at 100.00");
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close",
         "a.stop becomes 10 waiting at 98.00");
    WHEN("modify a no stop-loss take 105.00");
    THEN("a.stop is canceled with 10 left: canceled by its owner",
         "a.take rests 10 at 105.00");
    WHEN("modify a no stop-loss");
    THEN("a is rejected: these terms do not go together");
}

SPEC(a_sleeping_leg_is_cleared_without_a_word)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00");
    WHEN("modify a no stop-loss");
    THEN_NOTHING();
    WHEN("b sells 4 at 100.00");
    THEN("b takes 4 from a at 100.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.take rests 4 at 103.00");
    EXPECT_UINT(match_orders(book_script_match()), 2);
}

SPEC(a_leg_moved_to_a_price_that_trades_does)
{
    GIVEN_BRACKET();
    GIVEN("x buys 1 at 101.00");
    WHEN("modify a take 101.00");
    THEN("a.take becomes 4 at 101.00",
         "a.take takes 1 from x at 101.00",
         "a.take rests 3 at 101.00",
         "a.stop is reduced by 1 to 3: an order it is linked to traded or ended",
         "a is now partially filled, 4 filled, 3 to close");
}

SPEC(an_added_leg_that_trades_at_once_leaves_the_other_what_both_share_in_its_place)
{
    GIVEN("a sells 5 at 106.00 then buys at 90.00 then buys at 93.00", "modify a no take",
          "b buys 4 at 106.00", "y buys 1 at 93.00", "x buys 1 at 105.00", "z sells 3 at 106.50");
    BOOK_IS(   "              | 106.50 | z3 ",
               "              | 106.00 | a1 ",
               "           x1 | 105.00 |    ",
               " y1 a.then2:4 |  93.00 |    ");
    WHEN("modify a at 104.00 take 107.00"); /* 5 in all, while a.then2 still has 4 */
    THEN("a becomes 1 at 104.00",
         "a takes 1 from x at 105.00",
         "a.take takes 3 from z at 106.50",
         "a.take rests 2 at 107.00",
         "a.then2 is reduced by 2 to 2: an order it is linked to traded or ended");
    BOOK_IS(   "   a.take:2 | 107.00 | ",
               " y1 a.then2:2 |  93.00 | ");
}

SPEC(a_stop_loss_moved_beyond_the_last_price_fires)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 10 at 100.00",
          "x buys 50 at 99.00");
    WHEN("modify a stop-loss 100.00");
    THEN("a.stop becomes 10 waiting at 100.00",
         "a.stop is triggered by 100.00 with 10",
         "a.stop takes 10 from x at 99.00",
         "a.take is canceled with 10 left: an order it is linked to traded or ended",
         "a is now closed, 10 filled");
}

SPEC(the_limit_of_a_stop_loss_changes_in_its_place)
{
    GIVEN("a buys 4 at 100.00 stop-loss 98.00 at 97.00", "b sells 4 at 100.00",
          "y sells 5 stop 98.00");
    WHEN("modify a stop-loss 98.00 at 96.00");
    THEN("a.stop becomes 4 waiting at 98.00 keeping its place");
    WAITING_IS("a.stop sells 4 stop 98.00 at 96.00", "y sells 5 stop 98.00");
}

SPEC(a_stop_limit_leg_that_has_fired_is_moved_like_a_limit_order)
{
    GIVEN("a buys 10 at 100.00 stop-loss 99.00 at 98.00", "b sells 10 at 100.00",
          "x buys 1 at 99.00", "y sells 1 at 99.00", "z sells 5 at 97.50");
    ORDER_IS("a.stop sells 10 of 10 at 98.00");
    WHEN("modify a stop-loss 99.00 at 97.50");
    THEN("a.stop becomes 10 at 97.50");
    BOOK_IS(   "      | 97.50 | z5 a.stop:10 ");
}

SPEC(the_distance_of_a_trailing_loss_changes_from_its_best_price)
{
    GIVEN("a buys 4 at 100.00 trailing-loss 3.00", "b sells 4 at 100.00", "x sells 1 at 105.00",
          "y buys 1 at 105.00");
    WAITING_IS("a.stop sells 4 trailing, now 102.00");
    WHEN("modify a trailing-loss 1.00");
    THEN("a.stop becomes 4 waiting at 104.00");
}

SPEC(legs_that_would_not_fit_are_refused_and_nothing_changes)
{
    GIVEN_BRACKET();
    WHEN("modify a take 99.00");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("modify a stop-loss 100.00");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("modify a at 103.00");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("modify a take 104.001 to 8");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("modify a stop-loss 97.00 at 96.00"); /* a STOP has no price */
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("modify a take 103.00 stop-loss 98.00");
    THEN("a is rejected: nothing would change");
    BOOK_IS(   "      | 103.00 | a.take:4 ",
               "   a6 | 100.00 |          ");
}

SPEC(only_an_order_with_legs_or_a_tracked_one_gets_legs)
{
    GIVEN("a buys 10 at 100.00", "b buys 10 at 100.00 or at 99.00");
    WHEN("modify a take 103.00");
    THEN("a is rejected: these terms do not go together");
    WHEN("modify b take 103.00");
    THEN("b is rejected: these terms do not go together");
}

SPEC(a_leg_is_not_changed_by_its_own_id)
{
    GIVEN_BRACKET();
    WHEN("modify a.take at 104.00");
    THEN("a.take is rejected: these terms do not go together");
    WHEN("modify a.stop to 2");
    THEN("a.stop is rejected: these terms do not go together");
}

SPEC(a_new_id_of_the_order_is_what_its_legs_name)
{
    GIVEN_BRACKET();
    WHEN("modify a as c");
    THEN("a becomes c, 6 at 100.00 keeping its place");
    WHEN("close c 1");
    THEN("a.take is reduced by 1 to 3: an order it is linked to traded or ended",
         "a.stop is reduced by 1 to 3: an order it is linked to traded or ended",
         "c.close is canceled with 1 left: it would have traded with its own group",
         "a.take becomes 4 at 103.00",
         "a.stop becomes 4 waiting at 98.00");
}

/* G6 */

#define GIVEN_SPOT()                                                                               \
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",                   \
          "deposit A BTC 10", "deposit B BTC 100", "deposit B USD 100000")

SPEC(legs_reserve_when_they_come_to_life_once_at_the_higher_price)
{
    GIVEN_SPOT();
    GIVEN("a sells 10 at 100.00 take 60.00 stop-loss 102.00 by A"); /* limited at 107.00 */
    BALANCE_IS("A has 10 BTC, 10 reserved, 0 available");
    GIVEN("deposit A USD 700", "b buys 4 at 100.00 by B");
    BALANCE_IS("A has 6 BTC, 6 reserved, 0 available");
    BALANCE_IS("A has 1100 USD, 428 reserved, 672 available");
    GIVEN("c buys 6 at 100.00 by B");
    BALANCE_IS("A has 1700 USD, 1070 reserved, 630 available");
    GIVEN("d sells 3 at 60.00 by B");
    BALANCE_IS("A has 1520 USD, 749 reserved, 771 available");
    GIVEN("modify a take 50.00");
    BALANCE_IS("A has 1520 USD, 749 reserved, 771 available");
    GIVEN("modify a stop-loss 110.00");
    BALANCE_IS("A has 1520 USD, 805 reserved, 715 available");
    GIVEN("modify a no stop-loss");
    BALANCE_IS("A has 1520 USD, 350 reserved, 1170 available");
    GIVEN("modify a stop-loss 110.00");
    BALANCE_IS("A has 1520 USD, 805 reserved, 715 available");
    GIVEN("cancel a.take");
    BALANCE_IS("A has 1520 USD, 0 reserved, 1520 available");
}

SPEC(a_leg_that_is_cleared_while_the_other_one_sleeps_gives_back_what_it_reserved)
{
    GIVEN_SPOT();
    GIVEN("a sells 4 at 100.00 tracked self-trade decrement by A", "b buys 4 at 100.00 by B",
          "own sells 1 at 90.00 by A", "x sells 3 at 90.00 by B");
    WHEN("modify a take 90.00 stop-loss 110.00"); /* limited at 115.00 */
    THEN("own is canceled with 0 left: it would have traded with its own group",
         "a.take is reduced by 1 to 3: it would have traded with its own group",
         "a.take takes 3 from x at 90.00",
         "a is now partially closed, 4 filled, 1 to close",
         "a.stop waits 1 at 110.00");
    BALANCE_IS("A has 130 USD, 115 reserved, 15 available");
    WHEN("modify a no stop-loss");
    THEN("a.stop is canceled with 1 left: canceled by its owner");
    BALANCE_IS("A has 130 USD, 0 reserved, 130 available");
}

SPEC(a_leg_that_cannot_reserve_is_rejected_and_both_are_gone)
{
    GIVEN_SPOT();
    GIVEN("a sells 10 at 100.00 take 60.00 stop-loss 102.00 by A");
    WHEN("b buys 4 at 100.00 by B"); /* 400: the first needs 240, both need 428 */
    THEN("b takes 4 from a at 100.00",
         "a is now partially filled, 4 filled, 4 to close",
         "a.take rests 4 at 60.00",
         "a.stop is rejected: available balance is too small",
         "a.take is canceled with 4 left: an order it is linked to traded or ended");
    BALANCE_IS("A has 400 USD, 0 reserved, 400 available");
    WHEN("c buys 6 at 100.00 by B");
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close");
}

SPEC(a_leg_that_cannot_grow_for_lack_of_funds_is_canceled_and_both_are_gone)
{
    GIVEN_SPOT();
    GIVEN("deposit A USD 28", "a sells 10 at 100.00 take 60.00 stop-loss 102.00 by A",
          "b buys 4 at 100.00 by B");
    BALANCE_IS("A has 428 USD, 428 reserved, 0 available");
    WHEN("c buys 1 at 100.00 by B"); /* 535 of 528 */
    THEN("c takes 1 from a at 100.00",
         "a is now partially filled, 5 filled, 5 to close",
         "a.take is canceled with 4 left: available balance is too small",
         "a.stop is canceled with 4 left: an order it is linked to traded or ended");
    BALANCE_IS("A has 528 USD, 0 reserved, 528 available");
}

SPEC(a_change_of_legs_that_cannot_be_reserved_is_refused)
{
    GIVEN_SPOT();
    GIVEN("deposit A USD 28", "a sells 10 at 100.00 take 60.00 stop-loss 102.00 by A",
          "b buys 4 at 100.00 by B");
    WHEN("modify a stop-loss 103.00");
    THEN("a is rejected: available balance is too small");
    BALANCE_IS("A has 428 USD, 428 reserved, 0 available");
    WHEN("modify a take 59.00");
    THEN("a.take becomes 4 at 59.00");
}

/* A has sold 10 at 100.00, with legs at 98.00 and at 110.00, limited at 115.00, and has bought 20:
 * it holds 10 more, and its legs would buy another 10.  Margin 10 % of 1000 + 1150. */
#define GIVEN_LEGS_THAT_ADD()                                                                      \
    GIVEN("list PERP futures quote USD margin 10% keep 5% reference 100.00 collar 5", "account A", \
          "account B", "deposit A USD 300", "deposit B USD 1000", "b buys 10 at 100.00 by B",      \
          "a sells 10 at 100.00 take 98.00 stop-loss 110.00 by A", "c sells 20 at 100.00 by B",    \
          "d buys 20 at 100.00 by A")

SPEC(legs_that_together_reserve_less_change_even_where_nothing_is_available)
{
    GIVEN_LEGS_THAT_ADD();
    GIVEN("modify a take 120.00", "mark PERP 87");
    BALANCE_IS("A has 300 USD, 220 reserved, -130 unrealised, -50 available");
    WHEN("modify a take 121.00");
    THEN("a is rejected: available balance is too small");
    WHEN("modify a take 98.00 stop-loss 111.00"); /* 120 to 116, by way of 115 */
    THEN("a.take becomes 10 at 98.00",
         "a.stop becomes 10 waiting at 111.00");
    BALANCE_IS("A has 300 USD, 216 reserved, -130 unrealised, -46 available");
}

SPEC(a_leg_takes_up_what_the_one_that_is_cleared_gives_back_even_where_nothing_is_available)
{
    GIVEN_LEGS_THAT_ADD();
    GIVEN("mark PERP 88");
    BALANCE_IS("A has 300 USD, 215 reserved, -120 unrealised, -35 available");
    WHEN("modify a take 99.00 no stop-loss"); /* 115 to 99, by way of 98 */
    THEN("a.stop is canceled with 10 left: canceled by its owner",
         "a.take becomes 10 at 99.00");
    BALANCE_IS("A has 300 USD, 199 reserved, -120 unrealised, -19 available");
}

SPEC(legs_that_could_be_reserved_change_though_the_first_of_them_has_lost_money)
{
    GIVEN_LEGS_THAT_ADD();
    GIVEN("mark PERP 94", "e sells 4 at 101.00 by B");
    BALANCE_IS("A has 300 USD, 215 reserved, -60 unrealised, 25 available");
    WHEN("modify a take 101.00 stop-loss 130.00"); /* 115 to 135: 20 for all 10 */
    THEN("a.take becomes 10 at 101.00",
         "a.take takes 4 from e at 101.00",
         "a.take rests 6 at 101.00",
         "a.stop is reduced by 4 to 6: an order it is linked to traded or ended",
         "a is now partially closed, 10 filled, 6 to close",
         "a.stop becomes 6 waiting at 130.00");
    /* 14 that cost 1404, and 6 at 135.00 */
    BALANCE_IS("A has 300 USD, 221.4 reserved, -88 unrealised, -9.4 available");
}

SPEC(a_trailing_loss_reserves_where_it_begins_when_it_comes_to_life)
{
    GIVEN_SPOT();
    GIVEN("x sells 1 at 80.00 by B", "account C", "deposit C USD 5000", "y buys 1 at 80.00 by C",
          "deposit A USD 300", "a sells 10 at 100.00 trailing-loss 20.00 by A",
          "b buys 10 at 100.00 by B"); /* 120.00, limited at 125.00 */
    BALANCE_IS("A has 1300 USD, 1250 reserved, 50 available");
}

SPEC(a_change_of_legs_that_needs_no_more_is_not_refused_even_with_losses)
{
    GIVEN("list FUT futures quote USD collar 5 margin 10% keep 5%", "account A", "account B",
          "deposit A USD 300", "deposit B USD 100000");
    GIVEN("a buys 20 at 100.00 then buys at 90.00 then buys at 95.00 by A",
          "b sells 10 at 100.00 by B", "mark FUT 98.00");
    BALANCE_IS("A has 300 USD, 295 reserved, -20 unrealised, -15 available");
    WHEN("modify a take 89.00"); /* legs[0]; the pair goes on reserving at 95.00 */
    THEN("a.then becomes 10 at 89.00");
    WHEN("modify a take 96.00");
    THEN("a is rejected: available balance is too small");
    BALANCE_IS("A has 300 USD, 295 reserved, -20 unrealised, -15 available");
}

/* Limits. */

SPEC(a_leg_is_not_added_to_a_full_engine)
{
    GIVEN("engine orders 3 specials 2", "list MAIN");
    GIVEN("a buys 10 at 100.00 tracked", "b buys 10 at 99.00 tracked");
    WHEN("modify a take 103.00");
    THEN("a is rejected: the engine holds as many orders as it may");
    GIVEN("cancel b", "c buys 1 at 98.00", "d buys 1 at 98.00");
    WHEN("modify a stop-loss 97.00");
    THEN("a is rejected: the engine holds as many orders as it may");
    GIVEN("cancel d");
    WHEN("modify a stop-loss 97.00");
    THEN_NOTHING();
}

SPEC(a_leg_alone_is_not_changed_by_its_own_id_either)
{
    GIVEN("a buys 10 at 100.00 then sells at 103.00", "b sells 4 at 100.00");
    WHEN("modify a.then to 2");
    THEN("a.then is rejected: these terms do not go together");
    GIVEN("cancel a");
    WHEN("modify a.then at 104.00");
    THEN("a.then is rejected: these terms do not go together");
}

SPEC(a_leg_that_has_fired_and_waits_for_its_turn_is_not_changed)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN("a buys 10 at 100.00 stop-loss 98.00", "b sells 10 at 100.00 by b", "y buys 50 at 97.00",
          "u sells 1 stop 99.00", "v sells 1 stop 98.50", "m sells 1 at 97.00 by b");
    WHEN("modify a stop-loss 96.00");
    THEN("v is triggered by 97.00 with 1", "v takes 1 from y at 97.00",
         "a is rejected: these terms do not go together");
}

SPEC(a_leg_that_has_fired_and_waits_for_its_turn_is_cleared_as_it_could_be_canceled)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN("a buys 10 at 100.00 take 110.00 stop-loss 98.00", "b sells 10 at 100.00 by b",
          "y buys 50 at 97.00", "u sells 1 stop 99.00", "v sells 1 stop 98.50",
          "m sells 1 at 97.00 by b");
    WHEN("modify a take 109.00 no stop-loss");
    THEN("v is triggered by 97.00 with 1", "v takes 1 from y at 97.00",
         "a.stop is canceled with 10 left: canceled by its owner",
         "a.take becomes 10 at 109.00");
}

SPEC(a_trailing_loss_that_grows_goes_on_reserving_where_it_began)
{
    GIVEN_SPOT();
    GIVEN("deposit A USD 300", "a sells 10 at 100.00 trailing-loss 20.00 by A",
          "b buys 4 at 100.00 by B");
    BALANCE_IS("A has 700 USD, 500 reserved, 200 available");
    GIVEN("modify a at 110.00", "c buys 6 at 110.00 by B");
    BALANCE_IS("A has 1360 USD, 1250 reserved, 110 available");
}

SPEC(an_added_leg_that_trades_everything_at_once_closes_its_order)
{
    GIVEN("a buys 10 at 100.00 tracked", "b sells 10 at 100.00", "x buys 30 at 104.00");
    WHEN("modify a take 103.00 stop-loss 90.00");
    THEN("a.take takes 10 from x at 104.00",
         "a is now closed, 10 filled");
    EXPECT_UINT(match_orders(book_script_match()), 1);
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_leg_that_lives_moves_to_its_new_price)                                                     \
    S(a_leg_that_sleeps_changes_without_a_word)                                                    \
    S(legs_change_before_their_order_does)                                                         \
    S(a_leg_that_is_absent_is_added_and_comes_to_life_at_once)                                     \
    S(a_tracked_order_gets_its_first_legs_when_everything_has_filled)                              \
    S(a_leg_is_cleared_and_the_other_one_stays)                                                    \
    S(a_sleeping_leg_is_cleared_without_a_word)                                                    \
    S(a_leg_moved_to_a_price_that_trades_does)                                                     \
    S(an_added_leg_that_trades_at_once_leaves_the_other_what_both_share_in_its_place)              \
    S(a_stop_loss_moved_beyond_the_last_price_fires)                                               \
    S(the_limit_of_a_stop_loss_changes_in_its_place)                                               \
    S(a_stop_limit_leg_that_has_fired_is_moved_like_a_limit_order)                                 \
    S(the_distance_of_a_trailing_loss_changes_from_its_best_price)                                 \
    S(legs_that_would_not_fit_are_refused_and_nothing_changes)                                     \
    S(only_an_order_with_legs_or_a_tracked_one_gets_legs)                                          \
    S(a_leg_is_not_changed_by_its_own_id)                                                          \
    S(a_new_id_of_the_order_is_what_its_legs_name)                                                 \
    S(legs_reserve_when_they_come_to_life_once_at_the_higher_price)                                \
    S(a_leg_that_is_cleared_while_the_other_one_sleeps_gives_back_what_it_reserved)                \
    S(a_leg_that_cannot_reserve_is_rejected_and_both_are_gone)                                     \
    S(a_leg_that_cannot_grow_for_lack_of_funds_is_canceled_and_both_are_gone)                      \
    S(a_change_of_legs_that_cannot_be_reserved_is_refused)                                         \
    S(legs_that_together_reserve_less_change_even_where_nothing_is_available)                      \
    S(a_leg_takes_up_what_the_one_that_is_cleared_gives_back_even_where_nothing_is_available)      \
    S(legs_that_could_be_reserved_change_though_the_first_of_them_has_lost_money)                  \
    S(a_trailing_loss_reserves_where_it_begins_when_it_comes_to_life)                              \
    S(a_change_of_legs_that_needs_no_more_is_not_refused_even_with_losses)                         \
    S(a_leg_is_not_added_to_a_full_engine)                                                         \
    S(a_leg_alone_is_not_changed_by_its_own_id_either)                                             \
    S(a_leg_that_has_fired_and_waits_for_its_turn_is_not_changed)                                  \
    S(a_leg_that_has_fired_and_waits_for_its_turn_is_cleared_as_it_could_be_canceled)              \
    S(a_trailing_loss_that_grows_goes_on_reserving_where_it_began)                                 \
    S(an_added_leg_that_trades_everything_at_once_closes_its_order)
SPEC_MAIN("match_legs", SPECS, book_script_open, book_script_close)
