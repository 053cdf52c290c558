/* Tracked orders (E4, E5, E7): what was filled is followed until it is closed.  The notation is in
 * tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

/* E4 */

SPEC(a_tracked_order_that_ends_with_nothing_filled_is_canceled_or_expired)
{
    GIVEN("a buys 10 at 100.00 tracked", "b buys 10 at 100.00 take 101.00 day");
    WHEN("cancel a");
    THEN("a is canceled with 10 left: canceled by its owner", "a is now canceled");
    WHEN("phase closed");
    THEN("MAIN enters phase closed",
         "b is canceled with 10 left: the day of a day order is over",
         "b is now expired");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(a_cancel_of_the_rest_makes_a_tracked_order_filled)
{
    GIVEN("a buys 10 at 100.00 tracked", "b sells 4 at 100.00");
    WHEN("cancel a");
    THEN("a is canceled with 6 left: canceled by its owner",
         "a is now filled, 4 filled, 4 to close");
}

SPEC(an_immediate_order_that_is_tracked_is_filled_with_what_it_took)
{
    GIVEN_BOOK("      | 100.00 | x3 ");
    WHEN("a buys 10 at 100.00 ioc tracked");
    THEN("a is now pending",
         "a takes 3 from x at 100.00",
         "a is canceled with 7 left: the rest of an immediate order",
         "a is now filled, 3 filled, 3 to close");
    WHEN("b buys 10 at 90.00 ioc tracked");
    THEN("b is now pending",
         "b is canceled with 10 left: the rest of an immediate order",
         "b is now canceled");
}

SPEC(the_id_of_a_tracked_order_is_in_use_until_it_is_closed)
{
    GIVEN("a buys 10 at 100.00 take 103.00", "b sells 10 at 100.00");
    WHEN("a buys 1 at 90.00");
    THEN("a is rejected: order id is in use");
    GIVEN("c buys 10 at 103.00");
    WHEN("a buys 1 at 90.00");
    THEN("a rests 1 at 90.00");
}

SPEC(a_rest_canceled_after_all_that_filled_was_closed_closes_the_order)
{
    GIVEN("a buys 10 at 100.00 take 103.00", "b sells 4 at 100.00", "c buys 4 at 103.00");
    WHEN("cancel a");
    THEN("a is canceled with 6 left: canceled by its owner",
         "a is now closed, 4 filled");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

/* E5 */

SPEC(legs_of_a_tracked_order_fit_it)
{
    WHEN("a buys 10 at 100.00 take 100.00");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("b buys 10 at 100.00 stop-loss 100.00");
    THEN("b is rejected: a leg's side, type or price does not fit its order");
    WHEN("c sells 10 at 100.00 take 100.01");
    THEN("c is rejected: a leg's side, type or price does not fit its order");
    WHEN("d sells 10 at 100.00 stop-loss 99.99");
    THEN("d is rejected: a leg's side, type or price does not fit its order");
    WHEN("e buys 10 at 100.00 tracked then buys at 101.00");
    THEN("e is rejected: a leg's side, type or price does not fit its order");
    WHEN("f buys 10 at 100.00 tracked then sells stop 99.00");
    THEN("f is rejected: a leg's side, type or price does not fit its order");
    WHEN("g buys 10 at 100.00 take 101.00 stop-loss 99.00 at 98.001");
    THEN("g is rejected: a leg's side, type or price does not fit its order");
    WHEN("h buys 10 at 100.00 then sells at 101.00 then buys at 99.00");
    THEN("h is rejected: a leg's side, type or price does not fit its order");
    WHEN("k sells 10 at 100.00 take 100.00");
    THEN("k is rejected: a leg's side, type or price does not fit its order");
    WHEN("l sells 10 at 100.00 stop-loss 100.00");
    THEN("l is rejected: a leg's side, type or price does not fit its order");
    WHEN("i sells 10 at 100.00 take 99.99 stop-loss 100.01");
    THEN("i is now pending", "i rests 10 at 100.00");
    WHEN("j buys 10 at 99.00 take 99.01 trailing-loss 50.00");
    THEN("j is now pending", "j rests 10 at 99.00");
}

SPEC(a_leg_needs_a_good_price)
{
    WHEN("a buys 10 at 100.00 then sells at market");
    THEN("a is rejected: a leg's side, type or price does not fit its order");
    WHEN("b buys 10 at 100.00 then sells stop 1000000000.00");
    THEN("b is rejected: a leg's side, type or price does not fit its order");
}

/* E7 */

SPEC(a_cancel_of_the_order_leaves_the_legs_of_what_has_filled)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00", "cancel a");
    BOOK_IS(   "      | 103.00 | a.take:4 ");
    WAITING_IS("a.stop sells 4 stop 98.00");
    WHEN("cancel a");
    THEN("a.take is canceled with 4 left: canceled by its owner",
         "a.stop is canceled with 4 left: an order it is linked to traded or ended",
         "a is now canceled, 4 filled, 4 to close");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(a_cancel_of_one_leg_cancels_both_for_good)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00", "b sells 4 at 100.00");
    WHEN("cancel a.stop");
    THEN("a.stop is canceled with 4 left: canceled by its owner",
         "a.take is canceled with 4 left: an order it is linked to traded or ended");
    WHEN("c sells 6 at 100.00");
    THEN("c takes 6 from a at 100.00",
         "a is now filled, 10 filled, 10 to close");
    WHEN("cancel a");
    THEN("a is now canceled, 10 filled, 10 to close");
}

SPEC(a_tracked_order_whose_leg_sleeps_is_forgotten_by_a_cancel)
{
    GIVEN("a buys 10 at 100.00 take 103.00 by A", "b sells 10 at 100.00",
          "c buys 4 at 103.00 by A self-trade decrement");
    BOOK_IS(   "      | 103.00 | a.take:6 ");
    WHEN("d buys 6 at 103.00");
    THEN("d takes 6 from a.take at 103.00",
         "a is now partially closed, 10 filled, 4 to close");
    WHEN("cancel a");
    THEN("a is now canceled, 10 filled, 4 to close");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

/* E9, F7 */

SPEC(cancel_all_cancels_what_is_in_a_book_or_waits_and_leaves_what_only_has_filled)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00 by A", "b sells 10 at 100.00",
          "c buys 5 at 99.00 tracked by A", "d buys 5 at 98.50 or at 98.00 by A");
    WHEN("cancel all by A");
    THEN("a.take is canceled with 10 left: canceled by its owner",
         "a.stop is canceled with 10 left: an order it is linked to traded or ended",
         "c is canceled with 5 left: canceled by its owner",
         "c is now canceled",
         "d is canceled with 5 left: canceled by its owner",
         "d.or is canceled with 5 left: an order it is linked to traded or ended",
         "5 orders of A are canceled");
    WHEN("cancel a");
    THEN("a is now canceled, 10 filled, 10 to close");
}

SPEC(a_removed_instrument_takes_tracked_orders_and_sleeping_legs_along)
{
    GIVEN("engine accounts 0", "list MAIN", "a buys 10 at 100.00 take 103.00 by @1",
          "b sells 4 at 100.00 by @2", "c buys 4 at 103.00 by @3", "d sells 6 at 100.00 by @2",
          "e buys 5 at 99.00 then sells at 101.00 by @1");
    WHEN("remove MAIN");
    THEN("e is canceled with 5 left: its instrument was removed",
         "a.take is canceled with 6 left: its instrument was removed",
         "MAIN is removed");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_tracked_order_that_ends_with_nothing_filled_is_canceled_or_expired)                        \
    S(a_cancel_of_the_rest_makes_a_tracked_order_filled)                                           \
    S(an_immediate_order_that_is_tracked_is_filled_with_what_it_took)                              \
    S(the_id_of_a_tracked_order_is_in_use_until_it_is_closed)                                      \
    S(a_rest_canceled_after_all_that_filled_was_closed_closes_the_order)                           \
    S(legs_of_a_tracked_order_fit_it)                                                              \
    S(a_leg_needs_a_good_price)                                                                    \
    S(a_cancel_of_the_order_leaves_the_legs_of_what_has_filled)                                    \
    S(a_cancel_of_one_leg_cancels_both_for_good)                                                   \
    S(a_tracked_order_whose_leg_sleeps_is_forgotten_by_a_cancel)                                   \
    S(cancel_all_cancels_what_is_in_a_book_or_waits_and_leaves_what_only_has_filled)               \
    S(a_removed_instrument_takes_tracked_orders_and_sleeping_legs_along)
SPEC_MAIN("match_tracked", SPECS, book_script_open, book_script_close)
