/* MODIFY of what is in a book (B1 to B3, B6, B7); icebergs are in test_match_iceberg.c, stops in
 * test_match_stop_modify.c, legs in test_match_legs.c.  The notation is in
 * tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

#include <stdio.h>

/* clang-format off */

/* B1 */

SPEC(what_a_change_does_not_name_stays_as_it_was)
{
    GIVEN_BOOK("         | 100.00 | a30 ");

    WHEN("modify a at 101.00");
    THEN("a becomes 30 at 101.00");
    WHEN("modify a to 40");
    THEN("a becomes 40 at 101.00");
    WHEN("modify a as b");
    THEN("a becomes b, 40 at 101.00 keeping its place");
    BOOK_IS(   "         | 101.00 | b40 ");
    GONE("a");
}

SPEC(legs_that_a_change_does_not_name_stay_as_they_were)
{
    GIVEN("a buys 10 at 100.00 take 103.00 stop-loss 98.00");
    GIVEN("modify a at 99.50 to 8");

    WHEN("b sells 8 at 99.50");

    THEN("b takes 8 from a at 99.50",
         "a is now filled, 8 filled, 8 to close",
         "a.take rests 8 at 103.00",
         "a.stop waits 8 at 98.00");
}

SPEC(the_new_quantity_counts_what_has_traded)
{
    GIVEN_BOOK("         | 100.00 | a30 ");
    GIVEN("b buys 10 at 100.00");
    ORDER_IS("a sells 20 of 30 at 100.00");

    WHEN("modify a to 25");
    THEN("a becomes 15 at 100.00 keeping its place");
    ORDER_IS("a sells 15 of 25 at 100.00");

    WHEN("modify a to 40 at 99.00");
    THEN("a becomes 30 at 99.00");
    ORDER_IS("a sells 30 of 40 at 99.00");
}

SPEC(a_change_to_what_has_traded_or_less_cancels)
{
    GIVEN("a sells 30 at 100.00", "b sells 30 at 101.00", "c sells 30 at 102.00",
          "x buys 10 at 100.00", "y buys 10 at 100.00");

    WHEN("modify a to 21"); /* 20 have traded */
    THEN("a becomes 1 at 100.00 keeping its place");
    WHEN("modify a to 20");
    THEN("a is canceled with 1 left: canceled by its owner");
    GONE("a");

    GIVEN("z buys 10 at 101.00");
    WHEN("modify b to 9 at 99.00 as d");
    THEN("b is canceled with 20 left: canceled by its owner");
    GONE("b");
    GONE("d");
    BOOK_IS(   "         | 102.00 | c30 ");
}

SPEC(the_numbers_of_a_change_are_checked_like_those_of_an_order)
{
    GIVEN("list MAIN max-price 200 max-quantity 100", "a sells 30 at 100.00");

    WHEN("modify a to 1.5");
    THEN("a is rejected: quantity is not a whole number of lots");
    WHEN("modify a to 101");
    THEN("a is rejected: quantity is above the instrument's limit");
    WHEN("modify a at 100.005");
    THEN("a is rejected: price is not a whole number of ticks");
    WHEN("modify a at 200.01");
    THEN("a is rejected: price is above the instrument's limit");
    BOOK_IS(   "         | 100.00 | a30 ");
}

/* B2 */

SPEC(less_quantity_at_the_same_price_keeps_the_place)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("modify a to 10");
    THEN("a becomes 10 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | a10 b20 ");

    WHEN("modify a to 5 at 100.00 as c");
    THEN("a becomes c, 5 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | c5 b20 ");
    GONE("a");
}

SPEC(a_new_id_alone_keeps_the_place)
{
    GIVEN_BOOK(" b20 a30 | 100.00 |  ");

    WHEN("modify a as c");

    THEN("a becomes c, 30 at 100.00 keeping its place");
    BOOK_IS(   " b20 c30 | 100.00 |  ");
    GONE("a");
    WHEN("cancel a");
    THEN("a is rejected: order id is not known");
    WHEN("a buys 10 at 99.00");
    THEN("a rests 10 at 99.00");
}

SPEC(more_quantity_loses_the_place)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("modify a to 31");

    THEN("a becomes 31 at 100.00");
    BOOK_IS(   "         | 100.00 | b20 a31 ");
}

SPEC(another_price_loses_the_place)
{
    GIVEN_BOOK("         | 100.01 | c20     ",
               "         | 100.00 | a30 b20 ");

    WHEN("modify a at 100.01");
    THEN("a becomes 30 at 100.01");
    BOOK_IS(   "         | 100.01 | c20 a30 ",
               "         | 100.00 | b20     ");

    WHEN("modify a at 100.00");
    THEN("a becomes 30 at 100.00");
    BOOK_IS(   "         | 100.01 | c20     ",
               "         | 100.00 | b20 a30 ");
}

SPEC(less_quantity_at_another_price_loses_the_place)
{
    GIVEN_BOOK(" b20 a30 | 100.00 |  ",
               "     c20 |  99.99 |  ");

    WHEN("modify a to 10 at 99.99 as d");

    THEN("a becomes d, 10 at 99.99");
    BOOK_IS(   "     b20 | 100.00 |  ",
               " d10 c20 |  99.99 |  ");
}

SPEC(an_order_that_moves_trades_what_it_can_and_rests)
{
    GIVEN_BOOK("         | 101.00 | c20 ",
               "         | 100.00 | b10 ",
               " d20 a30 |  99.00 |     ");

    WHEN("modify a at 100.00 as e");
    THEN("a becomes e, 30 at 100.00",
         "e takes 10 from b at 100.00",
         "e rests 20 at 100.00");
    BOOK_IS(   "         | 101.00 | c20 ",
               "     e20 | 100.00 |     ",
               "     d20 |  99.00 |     ");

    WHEN("modify e at 101.00");
    THEN("e becomes 20 at 101.00",
         "e takes 20 from c at 101.00");
    BOOK_IS(   "     d20 |  99.00 |     ");
    GONE("e");
}

SPEC(a_change_of_nothing_is_refused)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("modify a to 30");
    THEN("a is rejected: nothing would change");
    WHEN("modify a at 100.00");
    THEN("a is rejected: nothing would change");
    WHEN("modify a to 30 at 100.00 as a");
    THEN("a is rejected: nothing would change");
    BOOK_IS(   "         | 100.00 | a30 b20 ");

    GIVEN("c buys 10 at 100.00");
    WHEN("modify a to 30"); /* its total, with the 10 that have traded */
    THEN("a is rejected: nothing would change");
    WHEN("modify a to 20");
    THEN("a becomes 10 at 100.00 keeping its place");
}

SPEC(a_new_id_must_be_free_and_one_that_an_order_may_have)
{
    GIVEN_BOOK("         | 100.00 | a30 b20 ");

    WHEN("modify a to 10 as b");
    THEN("a is rejected: order id is in use");
    WHEN("modify a to 10 as @9223372036854775808");
    THEN("a is rejected: order id is outside 1 to 2^63-1");
    BOOK_IS(   "         | 100.00 | a30 b20 ");

    WHEN("modify a to 10 as @9223372036854775807");
    THEN("a becomes @9223372036854775807, 10 at 100.00 keeping its place");
}

/* B3 */

SPEC(a_post_only_order_whose_new_price_would_trade_is_refused_and_stays)
{
    GIVEN_BOOK("         | 100.00 | b20 ");
    GIVEN("a buys 30 at 99.00 post-only", "c buys 10 at 99.00");

    WHEN("modify a at 100.00");
    THEN("a is rejected: a post-only order would trade");
    WHEN("modify a at 100.01 to 5 as d");
    THEN("a is rejected: a post-only order would trade");
    BOOK_IS(   "         | 100.00 | b20 ",
               " c10 a30 |  99.00 |     ");
    GONE("d");

    WHEN("modify a at 99.99");
    THEN("a becomes 30 at 99.99");
    WHEN("modify c at 100.00"); /* it is not post-only */
    THEN("c becomes 10 at 100.00",
         "c takes 10 from b at 100.00");
}

SPEC(a_post_only_order_that_sells_is_refused_at_the_bids)
{
    GIVEN_BOOK("     b20 | 100.00 |     ");
    GIVEN("a sells 30 at 101.00 post-only");

    WHEN("modify a at 100.00");
    THEN("a is rejected: a post-only order would trade");
    WHEN("modify a at 100.01");
    THEN("a becomes 30 at 100.01");
}

/* B6 */

SPEC(orders_of_another_account_are_not_known)
{
    GIVEN("a sells 30 at 100.00 by A", "t sells 10 at 100.00 tracked by A", "u buys 35 at 100.00");

    WHEN("modify t to 8 by B");
    THEN("t is rejected: order id is not known");
    WHEN("cancel t by B");
    THEN("t is rejected: order id is not known");
    WHEN("close t by B as c");
    THEN("c is rejected: order id is not known");
    WHEN("close z by B as c");
    THEN("c is rejected: order id is not known");
    WHEN("modify z to 8 by B");
    THEN("z is rejected: order id is not known");
    BOOK_IS(   "         | 100.00 | t5 ");

    WHEN("modify t to 8 by A");
    THEN("t becomes 3 at 100.00 keeping its place");
    WHEN("cancel t by A");
    THEN("t is canceled with 3 left: canceled by its owner",
         "t is now filled, 5 filled, 5 to close");
}

SPEC(another_account_of_the_group_is_another_account)
{
    GIVEN("account A group G", "account B group G", "a sells 30 at 100.00 by A");

    WHEN("modify a to 8 by B");
    THEN("a is rejected: order id is not known");
    WHEN("cancel a by B");
    THEN("a is rejected: order id is not known");
    BOOK_IS(   "         | 100.00 | a30 ");
}

SPEC(without_accounts_orders_of_another_number_are_not_known)
{
    GIVEN("engine accounts 0", "list MAIN", "a sells 30 at 100.00 by @1");

    WHEN("modify a to 8 by @2");
    THEN("a is rejected: order id is not known");
    WHEN("cancel a by @2");
    THEN("a is rejected: order id is not known");
    WHEN("modify a to 8 by @1");
    THEN("a becomes 8 at 100.00 keeping its place");
}

/* B7 */

SPEC(in_a_call_a_change_never_trades)
{
    GIVEN_BOOK("         | 101.00 | b20 ",
               "     a30 | 100.00 |     ");
    GIVEN("p buys 5 at 99.00 post-only", "phase call");

    WHEN("modify a at 102.00");
    THEN("a becomes 30 at 102.00");
    WHEN("modify p at 101.00");
    THEN("p becomes 5 at 101.00");
    BOOK_IS(   "     a30 | 102.00 |     ",
               "      p5 | 101.00 | b20 ");
}

SPEC(in_a_pause_a_change_never_trades)
{
    GIVEN("list MAIN reference 100 band 1 pause 5s");
    GIVEN_BOOK("         | 102.00 | b20 ",
               "     a30 | 100.00 |     ");
    GIVEN("c buys 10 at 102.00");
    PHASE_IS("MAIN", "paused");

    WHEN("modify b at 100.00");
    THEN("b becomes 20 at 100.00");
    WHEN("modify a at 101.00");
    THEN("a becomes 30 at 101.00");
    BOOK_IS(   "     c10 | 102.00 |     ",
               "     a30 | 101.00 |     ",
               "         | 100.00 | b20 ");
}

static void only_cancels_pass(const char *refused)
{
    char a[80], s[80];
    snprintf(a, sizeof a, "a is rejected: instrument is %s", refused);
    snprintf(s, sizeof s, "s is rejected: instrument is %s", refused);
    WHEN("modify a to 10 by A");
    THEN(a);
    WHEN("modify a at 101.00 by A");
    THEN(a);
    WHEN("modify s stop 120.00 by A");
    THEN(s);
    WHEN("cancel a by A");
    THEN("a is canceled with 30 left: canceled by its owner");
    WHEN("cancel all by A");
    THEN("b is canceled with 20 left: canceled by its owner",
         "s is canceled with 5 left: canceled by its owner",
         "2 orders of A are canceled");
    BOOK_IS_EMPTY();
    WAITING_IS_EMPTY();
}

#define GIVEN_ORDERS_OF_A()                                                                        \
    GIVEN("a sells 30 at 100.00 by A", "b sells 20 at 100.00 by A", "s buys 5 stop 110.00 by A")

SPEC(while_closed_a_change_is_refused_and_cancels_pass)
{
    GIVEN_ORDERS_OF_A();
    GIVEN("phase closed");
    only_cancels_pass("closed");
}

SPEC(while_halted_a_change_is_refused_and_cancels_pass)
{
    GIVEN_ORDERS_OF_A();
    GIVEN("phase halted");
    only_cancels_pass("halted");
}

SPEC(cancels_pass_in_a_call_and_in_a_pause_too)
{
    GIVEN("list MAIN reference 100 band 1 pause 5s");
    GIVEN("a sells 30 at 102.00 by A", "b sells 20 at 103.00 by A", "phase call");
    WHEN("cancel b by A");
    THEN("b is canceled with 20 left: canceled by its owner");
    GIVEN("phase open", "c buys 10 at 102.00");
    PHASE_IS("MAIN", "paused");
    WHEN("cancel all by A");
    THEN("a is canceled with 30 left: canceled by its owner",
         "1 order of A is canceled");
    WHEN("cancel c");
    THEN("c is canceled with 10 left: canceled by its owner");
}

SPEC(a_change_whose_price_has_no_room_is_told_by_its_new_name_and_canceled)
{
    GIVEN("list MAIN window 64");
    GIVEN("x buys 5 at 99.50");
    GIVEN("a buys 10 at 99.40");

    WHEN("modify a at 98.00 as c");

    THEN("a becomes c, 10 at 98.00",
         "c is canceled with 10 left: price is too far from the rest of its side");
    BOOK_IS("  x5 |  99.50 |  ");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_change_whose_price_has_no_room_is_told_by_its_new_name_and_canceled)                       \
    S(what_a_change_does_not_name_stays_as_it_was)                                                 \
    S(legs_that_a_change_does_not_name_stay_as_they_were)                                          \
    S(the_new_quantity_counts_what_has_traded)                                                     \
    S(a_change_to_what_has_traded_or_less_cancels)                                                 \
    S(the_numbers_of_a_change_are_checked_like_those_of_an_order)                                  \
    S(less_quantity_at_the_same_price_keeps_the_place)                                             \
    S(a_new_id_alone_keeps_the_place)                                                              \
    S(more_quantity_loses_the_place)                                                               \
    S(another_price_loses_the_place)                                                               \
    S(less_quantity_at_another_price_loses_the_place)                                              \
    S(an_order_that_moves_trades_what_it_can_and_rests)                                            \
    S(a_change_of_nothing_is_refused)                                                              \
    S(a_new_id_must_be_free_and_one_that_an_order_may_have)                                        \
    S(a_post_only_order_whose_new_price_would_trade_is_refused_and_stays)                          \
    S(a_post_only_order_that_sells_is_refused_at_the_bids)                                         \
    S(orders_of_another_account_are_not_known)                                                     \
    S(another_account_of_the_group_is_another_account)                                             \
    S(without_accounts_orders_of_another_number_are_not_known)                                     \
    S(in_a_call_a_change_never_trades)                                                             \
    S(in_a_pause_a_change_never_trades)                                                            \
    S(while_closed_a_change_is_refused_and_cancels_pass)                                           \
    S(while_halted_a_change_is_refused_and_cancels_pass)                                           \
    S(cancels_pass_in_a_call_and_in_a_pause_too)

SPEC_MAIN("modify", SPECS, book_script_open, book_script_close)
