/* Pairs (E1, B8): two orders that share one quantity, one of which cancels the other; and what both
 * reserve (G6).  The notation is in tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define GIVEN_LAST(price) GIVEN("last1 sells 1 at " price, "last2 buys 1 at " price)

SPEC(the_leg_of_a_pair_arrives_right_after_its_order)
{
    GIVEN_LAST("100.00");
    WHEN("a buys 10 at 99.00 or stop 102.00");
    THEN("a rests 10 at 99.00",
         "a.or waits 10 at 102.00");
    WHEN("b sells 10 stop 98.00 at 97.00 or at 103.00");
    THEN("b waits 10 at 98.00",
         "b.or rests 10 at 103.00");
}

SPEC(what_one_of_a_pair_trades_the_other_loses)
{
    GIVEN_LAST("100.00");
    GIVEN("a sells 10 at 101.00 or stop 98.00", "y buys 9 at 98.00");
    WHEN("b buys 4 at 101.00");
    THEN("b takes 4 from a at 101.00",
         "a.or is reduced by 4 to 6: an order it is linked to traded or ended");
    WHEN("c buys 6 at 101.00");
    THEN("c takes 6 from a at 101.00",
         "a.or is canceled with 6 left: an order it is linked to traded or ended");
    GONE("a");
    GONE("a.or");
}

SPEC(the_stop_of_a_pair_that_trades_takes_from_the_order_in_the_book)
{
    GIVEN_LAST("100.00");
    GIVEN("y buys 5 at 98.00", "z buys 9 at 90.00", "a sells 10 at 101.00 or stop 98.00");
    WHEN("b sells 1 at 98.00");
    THEN("b takes 1 from y at 98.00",
         "a.or is triggered by 98.00 with 10",
         "a.or takes 4 from y at 98.00",
         "a.or is canceled with 6 left: the rest of a market order at its collar",
         "a is reduced by 4 to 6: an order it is linked to traded or ended",
         "a is canceled with 6 left: an order it is linked to traded or ended");
}

SPEC(both_of_a_pair_on_one_queue_fill_in_one_sweep_without_trading_more_than_their_quantity)
{
    GIVEN("x sells 5 at 100.00", "a sells 10 at 100.00 or at 100.00", "y sells 5 at 100.00");
    BOOK_IS(   "     | 100.00 | x5 a10 a.or:10 y5 ");
    WHEN("b buys 12 at 100.00");
    THEN("b takes 5 from x at 100.00",
         "b takes 7 from a at 100.00",
         "a.or is reduced by 7 to 3: an order it is linked to traded or ended");
    BOOK_IS(   "     | 100.00 | a3 a.or:3 y5 ");
    WHEN("c buys 20 at 100.00");
    THEN("c takes 3 from a at 100.00",
         "a.or is canceled with 3 left: an order it is linked to traded or ended",
         "c takes 5 from y at 100.00",
         "c rests 12 at 100.00");
}

SPEC(the_leg_of_a_pair_that_is_the_whole_next_price_is_gone_before_the_sweep_gets_there)
{
    GIVEN("a sells 10 at 100.00 or at 100.01", "x sells 5 at 100.02");
    WHEN("b buys 12 at 100.02");
    THEN("b takes 10 from a at 100.00",
         "a.or is canceled with 10 left: an order it is linked to traded or ended",
         "b takes 2 from x at 100.02");
    BOOK_IS(   "     | 100.02 | x3 ");
}

SPEC(an_older_leg_at_a_better_price_takes_from_its_order_behind)
{
    GIVEN("a sells 10 at 100.01 or at 100.00", "x sells 5 at 100.02");
    WHEN("b buys 4 at 100.00");
    THEN("b takes 4 from a.or at 100.00",
         "a is reduced by 4 to 6: an order it is linked to traded or ended");
    WHEN("c buys 9 at 100.02");
    THEN("c takes 6 from a.or at 100.00",
         "a is canceled with 6 left: an order it is linked to traded or ended",
         "c takes 3 from x at 100.02");
}

SPEC(a_fill_or_kill_order_does_not_count_a_pair_twice)
{
    GIVEN("a sells 10 at 100.00 or at 100.01");
    WHEN("b buys 11 at 100.01 fok");
    THEN("b is canceled with 11 left: a fill-or-kill order could not fill");
    WHEN("c buys 10 at 100.01 fok");
    THEN("c takes 10 from a at 100.00",
         "a.or is canceled with 10 left: an order it is linked to traded or ended");
}

SPEC(when_one_of_a_pair_is_canceled_the_other_is_too)
{
    GIVEN_LAST("100.00");
    GIVEN("a sells 10 at 101.00 or stop 98.00", "b sells 10 at 102.00 or stop 97.00");
    WHEN("cancel a");
    THEN("a is canceled with 10 left: canceled by its owner",
         "a.or is canceled with 10 left: an order it is linked to traded or ended");
    WHEN("cancel b.or");
    THEN("b.or is canceled with 10 left: canceled by its owner",
         "b is canceled with 10 left: an order it is linked to traded or ended");
    BOOK_IS_EMPTY();
    WAITING_IS_EMPTY();
}

SPEC(the_leg_arrives_with_what_its_order_left)
{
    GIVEN_BOOK("      | 100.00 | x4 ");
    WHEN("a buys 10 at 100.00 or at 99.00");
    THEN("a takes 4 from x at 100.00",
         "a rests 6 at 100.00",
         "a.or rests 6 at 99.00");
    BOOK_IS(   "   a6 | 100.00 |    ",
               " a.or:6 | 99.00 |   ");
}

SPEC(a_leg_whose_order_filled_on_arrival_never_arrives)
{
    GIVEN_BOOK("      | 100.00 | x40 ");
    WHEN("a buys 10 at 100.00 or at 99.00");
    THEN("a takes 10 from x at 100.00");
    GONE("a.or");
    EXPECT_UINT(match_orders(book_script_match()), 1);
}

SPEC(a_leg_that_trades_on_arrival_takes_from_its_order)
{
    GIVEN_BOOK("      | 101.00 | x4 ");
    WHEN("a buys 10 at 99.00 or at 101.00");
    THEN("a rests 10 at 99.00",
         "a.or takes 4 from x at 101.00",
         "a.or rests 6 at 101.00",
         "a is reduced by 4 to 6: an order it is linked to traded or ended");
}

SPEC(a_leg_that_fills_on_arrival_ends_its_order)
{
    GIVEN_BOOK("      | 101.00 | x40 ");
    WHEN("a buys 10 at 99.00 or at 101.00");
    THEN("a rests 10 at 99.00",
         "a.or takes 10 from x at 101.00",
         "a is canceled with 10 left: an order it is linked to traded or ended");
    EXPECT_UINT(match_orders(book_script_match()), 1);
}

SPEC(two_stops_of_a_pair_that_fire_together_run_as_one_quantity)
{
    GIVEN_LAST("100.00");
    GIVEN("x sells 20 at 103.00", "a buys 10 stop 101.00 or stop 102.00");
    WHEN("b buys 1 at 103.00");
    THEN("b takes 1 from x at 103.00",
         "a is triggered by 103.00 with 10",
         "a takes 10 from x at 103.00",
         "a.or is canceled with 10 left: an order it is linked to traded or ended");
    BOOK_IS(   "     | 103.00 | x9 ");
}

SPEC(a_leg_that_has_no_room_ends_its_order)
{
    GIVEN("list MAIN window 64");
    GIVEN("x buys 5 at 99.50");
    WHEN("a buys 10 at 99.50 or at 98.00");
    THEN("a rests 10 at 99.50",
         "a.or is canceled with 10 left: price is too far from the rest of its side",
         "a is canceled with 10 left: an order it is linked to traded or ended");
    BOOK_IS(   "  x5 |  99.50 |    ");
}

SPEC(the_other_of_a_pair_shrinks_when_one_is_decremented)
{
    GIVEN("a sells 10 at 100.00 or at 101.00 by A");
    WHEN("b buys 4 at 100.00 by A self-trade decrement");
    THEN("a is reduced by 4 to 6: it would have traded with its own group",
         "a.or is reduced by 4 to 6: an order it is linked to traded or ended",
         "b is canceled with 0 left: it would have traded with its own group");
    WHEN("c buys 9 at 100.00 by A self-trade decrement");
    THEN("a is canceled with 0 left: it would have traded with its own group",
         "a.or is canceled with 6 left: an order it is linked to traded or ended",
         "c is reduced by 6 to 3: it would have traded with its own group",
         "c rests 3 at 100.00");
}

SPEC(the_end_of_the_day_ends_both_of_a_pair)
{
    GIVEN("a buys 10 at 99.00 or at 98.00 day", "b buys 10 at 99.00 or at 98.00");
    WHEN("phase closed");
    THEN("MAIN enters phase closed",
         "a is canceled with 10 left: the day of a day order is over",
         "a.or is canceled with 10 left: an order it is linked to traded or ended");
    BOOK_IS(   " b10 |  99.00 |    ",
               " b.or:10 |  98.00 |    ");
}

SPEC(orders_that_do_not_go_together_are_no_pair)
{
    WHEN("a buys 10 at market or at 99.00");
    THEN("a is rejected: these terms do not go together");
    WHEN("b buys 10 at 99.00 ioc or at 98.00");
    THEN("b is rejected: these terms do not go together");
    WHEN("c buys 10 at 99.00 or at market");
    THEN("c is rejected: a leg's side, type or price does not fit its order");
    WHEN("d buys 10 at 99.00 or sells at 101.00");
    THEN("d is rejected: a leg's side, type or price does not fit its order");
    WHEN("e buys 10 at 99.00 or at 98.001");
    THEN("e is rejected: a leg's side, type or price does not fit its order");
    WHEN("f buys 10 at 99.00 or at 98.00 tracked");
    THEN("f is rejected: these terms do not go together");
}

SPEC(members_of_a_pair_are_not_changed)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 10 at 99.00 or stop 102.00");
    WHEN("modify a to 5");
    THEN("a is rejected: these terms do not go together");
    WHEN("modify a at 98.00");
    THEN("a is rejected: these terms do not go together");
    WHEN("modify a.or stop 103.00");
    THEN("a.or is rejected: these terms do not go together");
}

SPEC(an_engine_without_room_for_the_leg_refuses_the_pair)
{
    GIVEN("engine orders 3 specials 3", "list MAIN", "x buys 1 at 90.00", "y buys 1 at 90.00");
    WHEN("a buys 10 at 99.00 or at 98.00");
    THEN("a is rejected: the engine holds as many orders as it may");
    GIVEN("cancel y");
    WHEN("b buys 10 at 99.00 or at 98.00");
    THEN("b rests 10 at 99.00", "b.or rests 10 at 98.00");
}

/* G6 */

#define GIVEN_SPOT()                                                                               \
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",                   \
          "deposit A USD 2000", "deposit B BTC 100", "deposit B USD 100000")

SPEC(a_pair_holds_one_reservation_at_the_higher_price_of_both)
{
    GIVEN_SPOT();
    GIVEN("a buys 10 at 99.00 or stop 110.00 by A"); /* would be limited at 115.00 */
    BALANCE_IS("A has 2000 USD, 1150 reserved, 850 available");
    WHEN("b sells 4 at 99.00 by B");
    THEN("b takes 4 from a at 99.00",
         "a.or is reduced by 4 to 6: an order it is linked to traded or ended");
    BALANCE_IS("A has 1604 USD, 690 reserved, 914 available");
    WHEN("cancel a");
    BALANCE_IS("A has 1604 USD, 0 reserved, 1604 available");
}

SPEC(whichever_of_a_pair_trades_or_ends_the_reservation_stays_that_of_what_is_open)
{
    GIVEN_SPOT();
    GIVEN("a buys 10 at 99.00 or at 98.00 by A");
    BALANCE_IS("A has 2000 USD, 990 reserved, 1010 available");
    GIVEN("b sells 3 at 99.00 by B"); /* a, then its leg after a is gone from the way */
    BALANCE_IS("A has 1703 USD, 693 reserved, 1010 available");
    GIVEN("c sells 2 at 99.00 by B");
    BALANCE_IS("A has 1505 USD, 495 reserved, 1010 available");
    GIVEN("cancel a.or");
    BALANCE_IS("A has 1505 USD, 0 reserved, 1505 available");
    GIVEN("d buys 10 at 97.00 or at 98.00 by A", "e sells 4 at 98.00 by B"); /* d.or trades */
    BALANCE_IS("A has 1113 USD, 588 reserved, 525 available");
    GIVEN("cancel d");
    BALANCE_IS("A has 1113 USD, 0 reserved, 1113 available");
}

SPEC(a_pair_of_which_one_is_decremented_releases_once)
{
    GIVEN_SPOT();
    GIVEN("a buys 10 at 99.00 or at 98.00 by A", "deposit A BTC 50");
    GIVEN("b sells 4 at 99.00 by A self-trade decrement");
    BALANCE_IS("A has 2000 USD, 594 reserved, 1406 available");
    BALANCE_IS("A has 50 BTC, 0 reserved, 50 available");
    GIVEN("cancel a", "c sells 6 at 98.00 by B",
          "d buys 10 at 97.00 or at 98.00 by A self-trade decrement");
    BALANCE_IS("A has 1412 USD, 392 reserved, 1020 available");
}

SPEC(a_stop_that_fires_in_vain_releases_what_the_leg_of_its_pair_held)
{
    GIVEN_SPOT();
    GIVEN("b sells 1 at 100.00 by B", "a buys 10 stop 100.00 or at 90.00 by A", "account C",
          "deposit C USD 1000");
    BALANCE_IS("A has 2000 USD, 1050 reserved, 950 available");
    WHEN("c buys 1 at 100.00 by C");
    THEN("c takes 1 from b at 100.00",
         "a is triggered by 100.00 with 10",
         "a is canceled with 10 left: nothing to trade with",
         "a.or is canceled with 10 left: an order it is linked to traded or ended");
    BALANCE_IS("A has 2000 USD, 0 reserved, 2000 available");
}

SPEC(a_leg_without_room_releases_once)
{
    GIVEN("list BTC spot base BTC quote USD window 64", "account A", "deposit A USD 2000");
    GIVEN("a buys 10 at 99.50 or at 98.00 by A");
    BALANCE_IS("A has 2000 USD, 0 reserved, 2000 available");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(the_leg_of_a_pair_arrives_right_after_its_order)                                             \
    S(what_one_of_a_pair_trades_the_other_loses)                                                   \
    S(the_stop_of_a_pair_that_trades_takes_from_the_order_in_the_book)                             \
    S(both_of_a_pair_on_one_queue_fill_in_one_sweep_without_trading_more_than_their_quantity)      \
    S(the_leg_of_a_pair_that_is_the_whole_next_price_is_gone_before_the_sweep_gets_there)          \
    S(an_older_leg_at_a_better_price_takes_from_its_order_behind)                                  \
    S(a_fill_or_kill_order_does_not_count_a_pair_twice)                                            \
    S(when_one_of_a_pair_is_canceled_the_other_is_too)                                             \
    S(the_leg_arrives_with_what_its_order_left)                                                    \
    S(a_leg_whose_order_filled_on_arrival_never_arrives)                                           \
    S(a_leg_that_trades_on_arrival_takes_from_its_order)                                           \
    S(a_leg_that_fills_on_arrival_ends_its_order)                                                  \
    S(two_stops_of_a_pair_that_fire_together_run_as_one_quantity)                                  \
    S(a_leg_that_has_no_room_ends_its_order)                                                       \
    S(the_other_of_a_pair_shrinks_when_one_is_decremented)                                         \
    S(the_end_of_the_day_ends_both_of_a_pair)                                                      \
    S(orders_that_do_not_go_together_are_no_pair)                                                  \
    S(members_of_a_pair_are_not_changed)                                                           \
    S(an_engine_without_room_for_the_leg_refuses_the_pair)                                         \
    S(a_pair_holds_one_reservation_at_the_higher_price_of_both)                                    \
    S(whichever_of_a_pair_trades_or_ends_the_reservation_stays_that_of_what_is_open)               \
    S(a_pair_of_which_one_is_decremented_releases_once)                                            \
    S(a_stop_that_fires_in_vain_releases_what_the_leg_of_its_pair_held)                            \
    S(a_leg_without_room_releases_once)
SPEC_MAIN("match_pair", SPECS, book_script_open, book_script_close)
