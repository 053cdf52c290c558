/* What MODIFY changes of a stop that waits (B1, B4), and what stops reserve (G7).  The notation is
 * in tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define GIVEN_LAST(price) GIVEN("last1 sells 1 at " price, "last2 buys 1 at " price)

/* B4 */

SPEC(a_new_trigger_moves_a_stop_to_the_end_of_its_queue)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 1 stop 102.00", "b buys 2 stop 101.00", "c buys 3 stop 102.00");
    WHEN("modify b stop 102.00");
    THEN("b becomes 2 waiting at 102.00");
    WAITING_IS("a buys 1 stop 102.00", "c buys 3 stop 102.00", "b buys 2 stop 102.00");
}

SPEC(a_stop_moved_to_the_end_of_its_own_trigger_by_two_changes_is_the_youngest_there)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 1 stop 102.00", "c buys 3 stop 102.00", "modify a stop 103.00");
    WHEN("modify a stop 102.00");
    THEN("a becomes 1 waiting at 102.00");
    WAITING_IS("c buys 3 stop 102.00", "a buys 1 stop 102.00");
}

SPEC(another_quantity_price_or_id_keeps_the_place_of_a_stop)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 5 stop 102.00 at 103.00", "c buys 3 stop 102.00");
    WHEN("modify a to 9");
    THEN("a becomes 9 waiting at 102.00 keeping its place");
    WHEN("modify a to 2");
    THEN("a becomes 2 waiting at 102.00 keeping its place");
    WHEN("modify a at 104.00");
    THEN("a becomes 2 waiting at 102.00 keeping its place");
    WHEN("modify a as d");
    THEN("a becomes d, 2 waiting at 102.00 keeping its place");
    WAITING_IS("d buys 2 stop 102.00 at 104.00", "c buys 3 stop 102.00");
    GONE("a");
}

SPEC(a_stop_with_a_new_quantity_and_trigger_fires_with_them)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.50 | x20 ");
    GIVEN("a buys 5 stop 103.00 at 103.00", "modify a to 9 at 101.50 stop 101.50");
    WHEN("b buys 1 at 101.50");
    THEN("b takes 1 from x at 101.50",
         "a is triggered by 101.50 with 9",
         "a takes 9 from x at 101.50");
}

SPEC(a_new_trigger_that_is_reached_fires_at_once)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | x9 ");
    GIVEN("a buys 5 stop 102.00");
    WHEN("modify a stop 99.50 to 6");
    THEN("a becomes 6 waiting at 99.50",
         "a is triggered by 100.00 with 6",
         "a takes 6 from x at 101.00");
}

SPEC(a_trailing_stop_with_another_distance_goes_to_the_end_and_keeps_its_best_price)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | x1 ");
    GIVEN("a sells 1 trailing 2.00", "b sells 1 trailing 3.00", "c buys 1 at 101.00",
          "d sells 1 at 100.00", "e buys 1 at 100.00");
    WHEN("modify a trailing 4.00");
    THEN("a becomes 1 waiting at 97.00");
    WAITING_IS("b sells 1 trailing, now 98.00", "a sells 1 trailing, now 97.00");
    WHEN("modify b to 3");
    THEN("b becomes 3 waiting at 98.00 keeping its place");
    WAITING_IS("b sells 3 trailing, now 98.00", "a sells 1 trailing, now 97.00");
}

SPEC(a_stop_reduced_to_nothing_is_canceled)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | x2 ",
               "      | 103.00 | y2 ");
    GIVEN("a buys 5 stop 101.00 at 101.00", "b buys 1 at 101.00"); /* takes 1 and rests 4 */
    ORDER_IS("a buys 4 of 5 at 101.00");
    GIVEN("s buys 5 stop 102.00");
    WHEN("modify s stop 103.00 to 4");
    THEN("s becomes 4 waiting at 103.00");
    WHEN("modify a to 1"); /* 1 has traded */
    THEN("a is canceled with 4 left: canceled by its owner");
}

SPEC(a_change_of_nothing_is_refused)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 5 stop 102.00 at 103.00");
    WHEN("modify a stop 102.00 to 5 at 103.00");
    THEN("a is rejected: nothing would change");
}

SPEC(what_a_stop_has_not_cannot_be_changed)
{
    GIVEN_LAST("100.00");
    GIVEN("a buys 5 stop 102.00", "b buys 5 at 90.00 showing 2", "c buys 5 at 90.00");
    WHEN("modify a at 103.00");
    THEN("a is rejected: these terms do not go together");
    WHEN("modify b stop 103.00");
    THEN("b is rejected: these terms do not go together");
    WHEN("modify c stop 103.00");
    THEN("c is rejected: these terms do not go together");
    WHEN("modify a stop 102.001");
    THEN("a is rejected: price is not a whole number of ticks");
    WHEN("modify a to 1.5");
    THEN("a is rejected: quantity is not a whole number of lots");
}

SPEC(a_fired_stop_that_waits_for_its_turn_cannot_be_changed)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a9 ");
    GIVEN("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 101.00",
          "b buys 1 at 101.00");
    WHEN("modify s3 to 2");
    THEN("s2 is triggered by 101.00 with 1", "s2 takes 1 from a at 101.00",
         "s3 is rejected: these terms do not go together");
}

SPEC(of_a_fired_stop_too_a_trigger_is_looked_at_before_what_may_change)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a9 ");
    GIVEN("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 101.00",
          "b buys 1 at 101.00");
    WHEN("modify s3 stop 102.001");
    THEN("s2 is triggered by 101.00 with 1", "s2 takes 1 from a at 101.00",
         "s3 is rejected: price is not a whole number of ticks");
}

/* G7 */

#define GIVEN_SPOT()                                                                               \
    GIVEN("list BTC spot base BTC quote USD collar 5", "account A", "account B",                   \
          "deposit A USD 2000", "deposit B BTC 100", "deposit B USD 100000")

SPEC(a_stop_reserves_at_its_limit_price_or_where_it_would_be_limited)
{
    GIVEN_SPOT();
    GIVEN("s buys 10 stop 100.00 at 102.00 by A");
    BALANCE_IS("A has 2000 USD, 1020 reserved, 980 available");
    GIVEN("cancel s", "t buys 10 stop 100.00 by A");
    BALANCE_IS("A has 2000 USD, 1050 reserved, 950 available");
    GIVEN("cancel t");
    BALANCE_IS("A has 2000 USD, 0 reserved, 2000 available");
    GIVEN("u buys 10 trailing 3.00 by A"); /* from the reference, 100.00 */
    BALANCE_IS("A has 2000 USD, 1080 reserved, 920 available");
    WHEN("v buys 10 stop 100.00 by A");
    THEN("v is rejected: available balance is too small");
}

SPEC(a_changed_stop_reserves_anew)
{
    GIVEN_SPOT();
    GIVEN("s buys 10 stop 110.00 by A");
    BALANCE_IS("A has 2000 USD, 1150 reserved, 850 available");
    GIVEN("modify s to 4");
    BALANCE_IS("A has 2000 USD, 460 reserved, 1540 available");
    GIVEN("modify s stop 120.00");
    BALANCE_IS("A has 2000 USD, 500 reserved, 1500 available");
    GIVEN("modify s stop 100.00 to 6");
    BALANCE_IS("A has 2000 USD, 630 reserved, 1370 available");
    WHEN("modify s to 20");
    THEN("s is rejected: available balance is too small");
    BALANCE_IS("A has 2000 USD, 630 reserved, 1370 available");
    WAITING_IS("s buys 6 stop 100.00");
    GIVEN("cancel s", "t buys 10 stop 110.00 at 100.00 by A", "modify t at 90.00");
    BALANCE_IS("A has 2000 USD, 900 reserved, 1100 available");
}

SPEC(a_fired_stop_gives_back_what_it_did_not_need)
{
    GIVEN_SPOT();
    GIVEN("s buys 10 stop 100.00 by A", "b sells 4 at 100.00 by B", "c buys 1 at 100.00 by B");
    /* B's own orders do not trade */
    BALANCE_IS("A has 2000 USD, 1050 reserved, 950 available");
    GIVEN("account C", "deposit C USD 1000");
    WHEN("d buys 1 at 100.00 by C");
    THEN("d takes 1 from b at 100.00",
         "s is triggered by 100.00 with 10",
         "s takes 3 from b at 100.00",
         "s is canceled with 7 left: nothing to trade with");
    BALANCE_IS("A has 1700 USD, 0 reserved, 1700 available");
    BALANCE_IS("A has 3 BTC, 0 reserved, 3 available");
}

SPEC(a_fired_trailing_stop_reserves_at_the_price_it_has_then)
{
    GIVEN_SPOT();
    GIVEN("account C", "deposit C USD 100000", "b sells 1 at 110.00 by B",
          "c buys 1 at 110.00 by C");
    GIVEN("s buys 10 trailing 20.00 by A"); /* 130.00: limited at 135.00 */
    BALANCE_IS("A has 2000 USD, 1350 reserved, 650 available");
    GIVEN("b2 sells 1 at 90.00 by B", "c2 buys 1 at 90.00 by C");
    BALANCE_IS("A has 2000 USD, 1350 reserved, 650 available"); /* 110.00, when it fires */
    GIVEN("x buys 6 at 100.00 by A", "b3 sells 20 at 115.00 by B");
    BALANCE_IS("A has 2000 USD, 1950 reserved, 50 available");
    WHEN("c3 buys 1 at 115.00 by C");
    THEN("c3 takes 1 from b3 at 115.00",
         "s is triggered by 115.00 with 10",
         "s takes 10 from b3 at 115.00");
    BALANCE_IS("A has 850 USD, 600 reserved, 250 available");
}

#define GIVEN_FUTURES()                                                                            \
    GIVEN("list FUT futures quote USD collar 5 margin 10% keep 5%", "account A", "account B",      \
          "account C", "deposit A USD 100", "deposit B USD 100000", "deposit C USD 100000")

SPEC(a_fired_trailing_stop_that_cannot_reserve_is_canceled)
{
    GIVEN_FUTURES();
    GIVEN("account D", "deposit D USD 99", "b buys 20 at 99.00 by B",
          "s sells 10 trailing 20.00 by A", /* 80.00, limited at 75.00 */
          "t sells 10 trailing 20.00 by D");
    BALANCE_IS("A has 100 USD, 75 reserved, 25 available");
    GIVEN("b2 sells 1 at 125.00 by B", "c2 buys 1 at 125.00 by C"); /* 105.00: 100.00 needs 100 */
    BALANCE_IS("D has 99 USD, 75 reserved, 24 available");
    WHEN("c3 sells 1 at 99.00 by C");
    THEN("c3 takes 1 from b at 99.00",
         "s is triggered by 99.00 with 10",
         "s is canceled with 10 left: the rest of a market order at its collar",
         "t is triggered by 99.00 with 10",
         "t is canceled with 10 left: available balance is too small");
    BALANCE_IS("A has 100 USD, 0 reserved, 100 available");
    BALANCE_IS("D has 99 USD, 0 reserved, 99 available");
}

SPEC(no_stop_is_limited_above_the_highest_price)
{
    GIVEN("list BTC spot base BTC quote USD collar 5 max-price 102", "account A",
          "deposit A USD 2000");
    GIVEN("s buys 10 stop 100.00 by A", "t buys 1 trailing 1.00 by A");
    BALANCE_IS("A has 2000 USD, 1122 reserved, 878 available");
}

SPEC(a_change_above_the_limit_of_the_account_is_refused)
{
    GIVEN("account A limit 1000", "s buys 9 stop 101.00 at 101.00 by A");
    WHEN("modify s to 10");
    THEN("s is rejected: the order's value is above the account's limit");
    WHEN("modify s at 112.00");
    THEN("s is rejected: the order's value is above the account's limit");
    WHEN("modify s to 8 at 112.00");
    THEN("s becomes 8 waiting at 101.00 keeping its place");
}

SPEC(a_change_that_needs_no_more_is_not_refused_even_with_losses)
{
    GIVEN_FUTURES();
    GIVEN("deposit A USD 115", "a buys 10 at 100.00 by A", "b sells 10 at 100.00 by B",
          "s buys 10 stop 110.00 at 110.00 by A", "mark FUT 99.00");
    BALANCE_IS("A has 215 USD, 210 reserved, -10 unrealised, -5 available");
    WHEN("modify s at 111.00");
    THEN("s is rejected: available balance is too small");
    WHEN("modify s at 109.00 to 10 stop 111.00");
    THEN("s becomes 10 waiting at 111.00");
    BALANCE_IS("A has 215 USD, 209 reserved, -10 unrealised, -4 available");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_new_trigger_moves_a_stop_to_the_end_of_its_queue)                                          \
    S(a_stop_moved_to_the_end_of_its_own_trigger_by_two_changes_is_the_youngest_there)             \
    S(another_quantity_price_or_id_keeps_the_place_of_a_stop)                                      \
    S(a_stop_with_a_new_quantity_and_trigger_fires_with_them)                                      \
    S(a_new_trigger_that_is_reached_fires_at_once)                                                 \
    S(a_trailing_stop_with_another_distance_goes_to_the_end_and_keeps_its_best_price)              \
    S(a_stop_reduced_to_nothing_is_canceled)                                                       \
    S(a_change_of_nothing_is_refused)                                                              \
    S(what_a_stop_has_not_cannot_be_changed)                                                       \
    S(a_fired_stop_that_waits_for_its_turn_cannot_be_changed)                                      \
    S(of_a_fired_stop_too_a_trigger_is_looked_at_before_what_may_change)                           \
    S(a_stop_reserves_at_its_limit_price_or_where_it_would_be_limited)                             \
    S(a_changed_stop_reserves_anew)                                                                \
    S(a_fired_stop_gives_back_what_it_did_not_need)                                                \
    S(a_fired_trailing_stop_reserves_at_the_price_it_has_then)                                     \
    S(a_fired_trailing_stop_that_cannot_reserve_is_canceled)                                       \
    S(no_stop_is_limited_above_the_highest_price)                                                  \
    S(a_change_above_the_limit_of_the_account_is_refused)                                          \
    S(a_change_that_needs_no_more_is_not_refused_even_with_losses)
SPEC_MAIN("match_stop_modify", SPECS, book_script_open, book_script_close)
