/* Self-trade: who is one (C1), and what happens then by the arriving order's mode (C2).  Auctions
 * (C3) are in test_match_auction.c.  The notation is in tests/support/book_script.h. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define WITHOUT_ACCOUNTS() GIVEN("engine accounts 0", "list MAIN")

/* b is between orders of others. */
#define GIVEN_OWN_BETWEEN_OTHERS()                                                                 \
    GIVEN("a sells 10 at 100.00", "b sells 20 at 100.00 by A", "c sells 30 at 100.00");            \
    BOOK_IS("| 100.00 | a10 b20 c30")

/* C1 */

SPEC(orders_of_one_account_never_trade)
{
    GIVEN("a sells 10 at 100.00 by A");

    WHEN("b buys 10 at 100.00 by A");

    THEN("b is canceled with 10 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | a10 ");
    LAST_IS("MAIN", "none");
}

SPEC(orders_of_accounts_of_one_group_never_trade)
{
    GIVEN("account A group G", "account B group G", "account C group H",
          "a sells 10 at 100.00 by A");

    WHEN("b buys 10 at 100.00 by B");
    THEN("b is canceled with 10 left: it would have traded with its own group");
    WHEN("c buys 10 at 100.00 by C");
    THEN("c takes 10 from a at 100.00");
}

SPEC(without_accounts_a_group_is_an_account_number)
{
    WITHOUT_ACCOUNTS();
    GIVEN("a sells 10 at 100.00 by @7");

    WHEN("b buys 10 at 100.00 by @7");
    THEN("b is canceled with 10 left: it would have traded with its own group");
    WHEN("c buys 10 at 100.00 by @8");
    THEN("c takes 10 from a at 100.00");
}

SPEC(an_own_order_that_is_not_in_the_way_changes_nothing)
{
    GIVEN("a sells 10 at 100.00", "b sells 20 at 100.00 by A", "c sells 5 at 99.00",
          "d sells 5 at 101.00 by A", "e buys 5 at 98.00 by A");

    WHEN("f buys 15 at 101.00 by A self-trade both");

    THEN("f takes 5 from c at 99.00",
         "f takes 10 from a at 100.00");
    BOOK_IS(   "         | 101.00 | d5  ",
               "         | 100.00 | b20 ",
               "      e5 |  98.00 |     ");
}

SPEC(an_order_that_rests_decides_nothing)
{
    GIVEN("a sells 10 at 100.00 by A self-trade oldest",
          "c sells 10 at 100.00 by B self-trade both");

    WHEN("b buys 5 at 100.00 by A self-trade newest");
    THEN("b is canceled with 5 left: it would have traded with its own group");
    WHEN("d buys 10 at 100.00");
    THEN("d takes 10 from a at 100.00");
    WHEN("e buys 5 at 100.00 by B");
    THEN("e is canceled with 5 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | c10 ");
}

SPEC(an_order_that_moves_is_the_arriving_one_with_the_mode_it_came_with)
{
    GIVEN("a sells 10 at 100.00 by A self-trade both", "b buys 20 at 99.00 by A self-trade oldest",
          "c sells 5 at 100.00");

    WHEN("modify b at 100.00");

    THEN("b becomes 20 at 100.00",
         "a is canceled with 10 left: it would have traded with its own group",
         "b takes 5 from c at 100.00",
         "b rests 15 at 100.00");

    GIVEN("d sells 5 at 101.00 by A", "e buys 8 at 99.00 by A",
          "f buys 8 at 99.00 by A self-trade decrement");
    WHEN("modify e at 101.00");
    THEN("e becomes 8 at 101.00",
         "e is canceled with 8 left: it would have traded with its own group");
    GONE("e");
    WHEN("modify f at 101.00");
    THEN("f becomes 8 at 101.00",
         "d is canceled with 0 left: it would have traded with its own group",
         "f is reduced by 5 to 3: it would have traded with its own group",
         "f rests 3 at 101.00");
    WHEN("modify f to 9"); /* the 5 it was reduced by count as gone */
    THEN("f becomes 4 at 101.00");
}

/* C2: CANCEL_NEWEST */

static void newest_cancels_what_is_left(void)
{
    GIVEN_OWN_BETWEEN_OTHERS();

    WHEN("d buys 40 at 100.00 by A self-trade newest");
    THEN("d takes 10 from a at 100.00",
         "d is canceled with 30 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | b20 c30 ");
    GONE("d");
}

SPEC(newest_cancels_what_is_left_of_the_arriving_order)
{
    newest_cancels_what_is_left();
}

SPEC(without_accounts_newest_cancels_the_arriving_order_too)
{
    WITHOUT_ACCOUNTS();
    newest_cancels_what_is_left();
}

SPEC(newest_is_the_mode_of_an_order_that_names_none)
{
    GIVEN("a buys 20 at 100.00 by A", "b buys 30 at 99.00");

    WHEN("c sells 30 at 99.00 by A");

    THEN("c is canceled with 30 left: it would have traded with its own group");
    BOOK_IS(   "     a20 | 100.00 |  ",
               "     b30 |  99.00 |  ");
}

SPEC(newest_says_the_same_of_immediate_and_market_orders)
{
    GIVEN("a buys 20 at 100.00 by A");

    WHEN("b sells 30 at 100.00 by A ioc");
    THEN("b is canceled with 30 left: it would have traded with its own group");
    WHEN("c sells 30 at market by A");
    THEN("c is canceled with 30 left: it would have traded with its own group");
    BOOK_IS(   "     a20 | 100.00 |  ");
}

/* C2: CANCEL_OLDEST */

static void oldest_cancels_the_resting_one(void)
{
    GIVEN_OWN_BETWEEN_OTHERS();

    WHEN("d buys 50 at 100.00 by A self-trade oldest");
    THEN("d takes 10 from a at 100.00",
         "b is canceled with 20 left: it would have traded with its own group",
         "d takes 30 from c at 100.00",
         "d rests 10 at 100.00");
    BOOK_IS(   "     d10 | 100.00 |  ");
    GONE("b");
}

SPEC(oldest_cancels_the_resting_order_and_goes_on)
{
    oldest_cancels_the_resting_one();
}

SPEC(without_accounts_oldest_cancels_the_resting_order_too)
{
    WITHOUT_ACCOUNTS();
    oldest_cancels_the_resting_one();
}

SPEC(oldest_cancels_an_iceberg_with_all_it_hides)
{
    GIVEN("a sells 50 at 100.00 by A showing 10", "b sells 5 at 101.00 by A",
          "c sells 5 at 101.00");

    WHEN("d buys 15 at 101.00 by A self-trade oldest");

    THEN("a is canceled with 50 left: it would have traded with its own group",
         "b is canceled with 5 left: it would have traded with its own group",
         "d takes 5 from c at 101.00",
         "d rests 10 at 101.00");
    BOOK_IS(   "     d10 | 101.00 |  ");
}

/* C2: CANCEL_BOTH */

static void both_cancels_the_resting_one_first(void)
{
    GIVEN_OWN_BETWEEN_OTHERS();

    WHEN("d buys 50 at 100.00 by A self-trade both");
    THEN("d takes 10 from a at 100.00",
         "b is canceled with 20 left: it would have traded with its own group",
         "d is canceled with 40 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | c30 ");
    GONE("b");
    GONE("d");
}

SPEC(both_cancels_the_resting_order_then_the_arriving_one)
{
    both_cancels_the_resting_one_first();
}

SPEC(without_accounts_both_cancels_both_too)
{
    WITHOUT_ACCOUNTS();
    both_cancels_the_resting_one_first();
}

SPEC(both_cancels_one_iceberg_with_all_it_hides_and_leaves_the_next_own_order)
{
    GIVEN("a buys 50 at 100.00 by A showing 10", "b buys 5 at 100.00 by A");

    WHEN("c sells 15 at 100.00 by A self-trade both showing 5");

    THEN("a is canceled with 50 left: it would have traded with its own group",
         "c is canceled with 15 left: it would have traded with its own group");
    BOOK_IS(   "      b5 | 100.00 |  ");
}

/* C2: DECREMENT */

static void decrement_takes_the_smaller_from_both(void)
{
    GIVEN_OWN_BETWEEN_OTHERS();

    WHEN("d buys 18 at 100.00 by A self-trade decrement");
    THEN("d takes 10 from a at 100.00",
         "b is reduced by 8 to 12: it would have traded with its own group",
         "d is canceled with 0 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | b12 c30 ");

    WHEN("e buys 50 at 100.00 by A self-trade decrement");
    THEN("b is canceled with 0 left: it would have traded with its own group",
         "e is reduced by 12 to 38: it would have traded with its own group",
         "e takes 30 from c at 100.00",
         "e rests 8 at 100.00");
    BOOK_IS(   "      e8 | 100.00 |  ");
    GONE("b");

    WHEN("f sells 8 at 100.00 by A self-trade decrement");
    THEN("e is canceled with 0 left: it would have traded with its own group",
         "f is canceled with 0 left: it would have traded with its own group");
    BOOK_IS_EMPTY();
    GONE("e");
    GONE("f");
}

SPEC(decrement_takes_the_smaller_quantity_from_both_the_resting_one_first)
{
    decrement_takes_the_smaller_from_both();
}

SPEC(without_accounts_decrement_takes_from_both_too)
{
    WITHOUT_ACCOUNTS();
    decrement_takes_the_smaller_from_both();
}

SPEC(decrement_takes_the_shown_part_of_a_resting_iceberg_which_shows_its_next)
{
    GIVEN("a sells 25 at 100.00 by A showing 10", "b sells 5 at 100.00");

    WHEN("c buys 20 at 100.00 by A self-trade decrement");

    THEN("a is reduced by 10 to 15: it would have traded with its own group",
         "a shows 10 of 15 at 100.00",
         "c is reduced by 10 to 10: it would have traded with its own group",
         "c takes 5 from b at 100.00",
         "a is reduced by 5 to 10: it would have traded with its own group",
         "c is canceled with 0 left: it would have traded with its own group");
    BOOK_IS(   "         | 100.00 | a5+5 ");
}

SPEC(decrement_takes_an_iceberg_part_by_part_until_it_is_gone)
{
    GIVEN("a sells 15 at 100.00 by A showing 10");

    WHEN("c buys 20 at 100.00 by A self-trade decrement");

    THEN("a is reduced by 10 to 5: it would have traded with its own group",
         "a shows 5 of 5 at 100.00",
         "c is reduced by 10 to 10: it would have traded with its own group",
         "a is canceled with 0 left: it would have traded with its own group",
         "c is reduced by 5 to 5: it would have traded with its own group",
         "c rests 5 at 100.00");
    BOOK_IS(   "      c5 | 100.00 |  ");
    GONE("a");
}

SPEC(decrement_counts_all_of_an_arriving_iceberg)
{
    GIVEN("a buys 20 at 100.00 by A");

    WHEN("b sells 50 at 100.00 by A showing 10 self-trade decrement");

    THEN("a is canceled with 0 left: it would have traded with its own group",
         "b is reduced by 20 to 30: it would have traded with its own group",
         "b rests 30 at 100.00 showing 10");
    BOOK_IS(   "         | 100.00 | b10+20 ");
}

SPEC(decrement_goes_on_to_the_collar_of_a_market_order)
{
    GIVEN("a buys 5 at 100.00 by A", "b buys 5 at 99.00");

    WHEN("c sells 20 at market by A self-trade decrement");

    THEN("a is canceled with 0 left: it would have traded with its own group",
         "c is reduced by 5 to 15: it would have traded with its own group",
         "c takes 5 from b at 99.00",
         "c is canceled with 10 left: nothing to trade with");
}

/* Money: what is canceled or taken gives back what it reserved, on both sides. */

#define GIVEN_SPOT()                                                                               \
    GIVEN("list BTC spot base BTC quote USD", "account A", "deposit A USD 1000",                   \
          "deposit A BTC 10", "a sells 4 at 100.00 by A");                                         \
    BALANCE_IS("A has 10 BTC, 4 reserved, 6 available")

SPEC(newest_gives_back_what_the_arriving_order_reserved)
{
    GIVEN_SPOT();
    GIVEN("b buys 6 at 100.00 by A self-trade newest");
    BALANCE_IS("A has 1000 USD, 0 reserved, 1000 available");
    BALANCE_IS("A has 10 BTC, 4 reserved, 6 available");
}

SPEC(oldest_gives_back_what_the_resting_order_reserved)
{
    GIVEN_SPOT();
    GIVEN("b buys 6 at 100.00 by A self-trade oldest");
    BALANCE_IS("A has 1000 USD, 600 reserved, 400 available");
    BALANCE_IS("A has 10 BTC, 0 reserved, 10 available");
}

SPEC(both_gives_back_what_both_reserved)
{
    GIVEN_SPOT();
    GIVEN("b buys 6 at 100.00 by A self-trade both");
    BALANCE_IS("A has 1000 USD, 0 reserved, 1000 available");
    BALANCE_IS("A has 10 BTC, 0 reserved, 10 available");
}

SPEC(decrement_gives_back_what_it_takes)
{
    GIVEN_SPOT();
    GIVEN("b buys 6 at 100.00 by A self-trade decrement");
    BALANCE_IS("A has 1000 USD, 200 reserved, 800 available");
    BALANCE_IS("A has 10 BTC, 0 reserved, 10 available");
    GIVEN("c sells 1 at 100.00 by A self-trade decrement");
    BALANCE_IS("A has 1000 USD, 100 reserved, 900 available");
    BALANCE_IS("A has 10 BTC, 0 reserved, 10 available");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(orders_of_one_account_never_trade)                                                           \
    S(orders_of_accounts_of_one_group_never_trade)                                                 \
    S(without_accounts_a_group_is_an_account_number)                                               \
    S(an_own_order_that_is_not_in_the_way_changes_nothing)                                         \
    S(an_order_that_rests_decides_nothing)                                                         \
    S(an_order_that_moves_is_the_arriving_one_with_the_mode_it_came_with)                          \
    S(newest_cancels_what_is_left_of_the_arriving_order)                                           \
    S(without_accounts_newest_cancels_the_arriving_order_too)                                      \
    S(newest_is_the_mode_of_an_order_that_names_none)                                              \
    S(newest_says_the_same_of_immediate_and_market_orders)                                         \
    S(oldest_cancels_the_resting_order_and_goes_on)                                                \
    S(without_accounts_oldest_cancels_the_resting_order_too)                                       \
    S(oldest_cancels_an_iceberg_with_all_it_hides)                                                 \
    S(both_cancels_the_resting_order_then_the_arriving_one)                                        \
    S(without_accounts_both_cancels_both_too)                                                      \
    S(both_cancels_one_iceberg_with_all_it_hides_and_leaves_the_next_own_order)                    \
    S(decrement_takes_the_smaller_quantity_from_both_the_resting_one_first)                        \
    S(without_accounts_decrement_takes_from_both_too)                                              \
    S(decrement_takes_the_shown_part_of_a_resting_iceberg_which_shows_its_next)                    \
    S(decrement_takes_an_iceberg_part_by_part_until_it_is_gone)                                    \
    S(decrement_counts_all_of_an_arriving_iceberg)                                                 \
    S(decrement_goes_on_to_the_collar_of_a_market_order)                                           \
    S(newest_gives_back_what_the_arriving_order_reserved)                                          \
    S(oldest_gives_back_what_the_resting_order_reserved)                                           \
    S(both_gives_back_what_both_reserved)                                                          \
    S(decrement_gives_back_what_it_takes)

SPEC_MAIN("self-trade", SPECS, book_script_open, book_script_close)
