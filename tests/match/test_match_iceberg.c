/* Icebergs: what they show (A7), and how they change (B5).  The notation is in
 * tests/support/book_script.h: g10+90 shows 10 and hides 90. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

/* A7 */

SPEC(an_iceberg_shows_at_most_its_display)
{
    WHEN("a sells 100 at 100.00 showing 10");
    THEN("a rests 100 at 100.00 showing 10");
    WHEN("b buys 100 at 99.00 showing 99 day");
    THEN("b rests 100 at 99.00 showing 99");
    BOOK_IS(   "         | 100.00 | a10+90 ",
               "   b99+1 |  99.00 |        ");
}

SPEC(the_next_part_is_shown_at_the_end_of_the_queue)
{
    GIVEN_BOOK("         | 100.00 | a10+15 b20 ");

    WHEN("c buys 35 at 100.00");

    THEN("c takes 10 from a at 100.00",
         "a shows 10 of 15 at 100.00",
         "c takes 20 from b at 100.00",
         "c takes 5 from a at 100.00");
    BOOK_IS(   "         | 100.00 | a5+5 ");
}

SPEC(the_next_part_is_shown_as_soon_as_the_shown_one_is_gone_and_not_before)
{
    GIVEN_BOOK("         | 100.00 | a10+15 b20 ");

    WHEN("c buys 9 at 100.00");
    THEN("c takes 9 from a at 100.00");
    BOOK_IS(   "         | 100.00 | a1+15 b20 ");

    WHEN("d buys 1 at 100.00");
    THEN("d takes 1 from a at 100.00",
         "a shows 10 of 15 at 100.00");
    BOOK_IS(   "         | 100.00 | b20 a10+5 ");
}

SPEC(the_last_part_is_what_is_left)
{
    GIVEN_BOOK("  a10+13 | 100.00 |  ");

    WHEN("b sells 20 at 100.00");
    THEN("b takes 10 from a at 100.00",
         "a shows 10 of 13 at 100.00",
         "b takes 10 from a at 100.00",
         "a shows 3 of 3 at 100.00");
    BOOK_IS(   "      a3 | 100.00 |  ");

    WHEN("c sells 3 at 100.00");
    THEN("c takes 3 from a at 100.00");
    BOOK_IS_EMPTY();
    GONE("a");
}

SPEC(two_icebergs_take_turns_at_their_price)
{
    GIVEN_BOOK("         | 100.00 | a10+10 b5+10 ");

    WHEN("c buys 31 at 100.00");

    THEN("c takes 10 from a at 100.00",
         "a shows 10 of 10 at 100.00",
         "c takes 5 from b at 100.00",
         "b shows 5 of 10 at 100.00",
         "c takes 10 from a at 100.00",
         "c takes 5 from b at 100.00",
         "b shows 5 of 5 at 100.00",
         "c takes 1 from b at 100.00");
    BOOK_IS(   "         | 100.00 | b4 ");
}

SPEC(what_is_hidden_trades_before_a_worse_price)
{
    GIVEN_BOOK("         | 100.01 | b20    ",
               "         | 100.00 | a10+10 ");

    WHEN("c buys 25 at 100.01");

    THEN("c takes 10 from a at 100.00",
         "a shows 10 of 10 at 100.00",
         "c takes 10 from a at 100.00",
         "c takes 5 from b at 100.01");
    BOOK_IS(   "         | 100.01 | b15    ");
}

SPEC(an_arriving_iceberg_takes_with_its_whole_quantity)
{
    GIVEN_BOOK("         | 100.00 | a30 b30 ");

    WHEN("c buys 40 at 100.00 showing 5");
    THEN("c takes 30 from a at 100.00",
         "c takes 10 from b at 100.00");

    WHEN("d buys 32 at 100.00 showing 5");
    THEN("d takes 20 from b at 100.00",
         "d rests 12 at 100.00 showing 5");
    BOOK_IS(   "    d5+7 | 100.00 |  ");
}

SPEC(what_is_left_of_an_arriving_iceberg_is_shown_whole_if_it_is_no_more_than_its_display)
{
    GIVEN_BOOK("         | 100.00 | a30 ");

    WHEN("b buys 35 at 100.00 showing 5");

    THEN("b takes 30 from a at 100.00",
         "b rests 5 at 100.00");
    BOOK_IS(   "      b5 | 100.00 |  ");
}

SPEC(a_display_at_or_above_the_quantity_means_a_plain_order)
{
    WHEN("a sells 10 at 100.00 showing 10");
    THEN("a rests 10 at 100.00");
    WHEN("b sells 10 at 100.00 showing 11");
    THEN("b rests 10 at 100.00");

    WHEN("modify a to 30"); /* an iceberg would show 10 */
    THEN("a becomes 30 at 100.00");
    WHEN("modify b to 30");
    THEN("b becomes 30 at 100.00");
    BOOK_IS(   "         | 100.00 | a30 b30 ");
}

SPEC(only_gtc_and_day_limit_orders_can_be_icebergs)
{
    GIVEN_BOOK("         | 100.00 | a50 ");

    WHEN("b buys 10 at 100.00 showing 5 ioc");
    THEN("b is rejected: these terms do not go together");
    WHEN("c buys 10 at 100.00 showing 5 fok");
    THEN("c is rejected: these terms do not go together");
    WHEN("d buys 10 at market showing 5");
    THEN("d is rejected: these terms do not go together");
    WHEN("e buys 10 stop 101.00 showing 5");
    THEN("e is rejected: these terms do not go together");
    WHEN("f buys 10 stop 101.00 at 102.00 showing 5");
    THEN("f is rejected: these terms do not go together");
    WHEN("g buys 10 trailing 1.00 showing 5");
    THEN("g is rejected: these terms do not go together");

    WHEN("h buys 10 at 99.00 showing 5 gtc");
    THEN("h rests 10 at 99.00 showing 5");
    WHEN("i buys 10 at 99.00 showing 5 day");
    THEN("i rests 10 at 99.00 showing 5");
    WHEN("j buys 10 at 99.00 showing 5 post-only");
    THEN("j rests 10 at 99.00 showing 5");
}

/* B5 */

SPEC(an_iceberg_that_becomes_smaller_loses_hidden_quantity_first)
{
    GIVEN_BOOK("         | 100.00 | a10+20 b20 ");

    WHEN("modify a to 15");
    THEN("a becomes 15 at 100.00 showing 10 keeping its place");
    BOOK_IS(   "         | 100.00 | a10+5 b20 ");

    WHEN("modify a to 10");
    THEN("a becomes 10 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | a10 b20 ");

    WHEN("modify a to 6");
    THEN("a becomes 6 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | a6 b20 ");
}

SPEC(a_change_that_reaches_what_is_shown_takes_all_that_is_hidden_and_the_rest_of_what_is_shown)
{
    GIVEN_BOOK("         | 100.00 | a10+20 b20 ");

    WHEN("modify a to 6");

    THEN("a becomes 6 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | a6 b20 ");
}

SPEC(a_smaller_iceberg_that_has_traded_keeps_what_it_shows)
{
    GIVEN_BOOK("         | 100.00 | a10+20 b20 ");
    GIVEN("c buys 4 at 100.00");
    BOOK_IS(   "         | 100.00 | a6+20 b20 ");

    WHEN("modify a to 16");
    THEN("a becomes 12 at 100.00 showing 6 keeping its place");
    BOOK_IS(   "         | 100.00 | a6+6 b20 ");

    WHEN("modify a to 10");
    THEN("a becomes 6 at 100.00 keeping its place");
    BOOK_IS(   "         | 100.00 | a6 b20 ");
}

SPEC(a_smaller_iceberg_keeps_its_display)
{
    GIVEN_BOOK("         | 100.00 | a10+30 b20 ");
    GIVEN("modify a to 28");

    WHEN("c buys 10 at 100.00");
    THEN("c takes 10 from a at 100.00",
         "a shows 10 of 18 at 100.00");

    GIVEN("modify a to 13"); /* 3 open, all shown */
    BOOK_IS(   "         | 100.00 | b20 a3 ");
    WHEN("modify a to 40");
    THEN("a becomes 30 at 100.00 showing 10");
    BOOK_IS(   "         | 100.00 | b20 a10+20 ");
}

SPEC(an_iceberg_that_loses_its_place_shows_its_next_part_anew)
{
    GIVEN_BOOK("         | 101.00 | d20        ",
               "         | 100.00 | a10+20 b20 ");
    GIVEN("c buys 4 at 100.00");
    BOOK_IS(   "         | 101.00 | d20        ",
               "         | 100.00 | a6+20 b20  ");

    WHEN("modify a at 101.00");
    THEN("a becomes 26 at 101.00 showing 10");
    BOOK_IS(   "         | 101.00 | d20 a10+16 ",
               "         | 100.00 | b20        ");

    GIVEN("cancel b", "cancel d", "e sells 5 at 101.00", "f buys 3 at 101.00");
    WHEN("modify a to 31");
    THEN("a becomes 24 at 101.00 showing 10");
    BOOK_IS(   "         | 101.00 | e5 a10+14  ");
}

SPEC(an_iceberg_that_moves_trades_with_its_whole_quantity_and_shows_a_part_of_the_rest)
{
    GIVEN_BOOK("         | 101.00 | a10+20 ",
               "     b12 |  99.00 |        ");

    WHEN("modify a at 99.00");

    THEN("a becomes 30 at 99.00",
         "a takes 12 from b at 99.00",
         "a rests 18 at 99.00 showing 10");
    BOOK_IS(   "         |  99.00 | a10+8 ");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(an_iceberg_shows_at_most_its_display)                                                        \
    S(the_next_part_is_shown_at_the_end_of_the_queue)                                              \
    S(the_next_part_is_shown_as_soon_as_the_shown_one_is_gone_and_not_before)                      \
    S(the_last_part_is_what_is_left)                                                               \
    S(two_icebergs_take_turns_at_their_price)                                                      \
    S(what_is_hidden_trades_before_a_worse_price)                                                  \
    S(an_arriving_iceberg_takes_with_its_whole_quantity)                                           \
    S(what_is_left_of_an_arriving_iceberg_is_shown_whole_if_it_is_no_more_than_its_display)        \
    S(a_display_at_or_above_the_quantity_means_a_plain_order)                                      \
    S(only_gtc_and_day_limit_orders_can_be_icebergs)                                               \
    S(an_iceberg_that_becomes_smaller_loses_hidden_quantity_first)                                 \
    S(a_change_that_reaches_what_is_shown_takes_all_that_is_hidden_and_the_rest_of_what_is_shown)  \
    S(a_smaller_iceberg_that_has_traded_keeps_what_it_shows)                                       \
    S(a_smaller_iceberg_keeps_its_display)                                                         \
    S(an_iceberg_that_loses_its_place_shows_its_next_part_anew)                                    \
    S(an_iceberg_that_moves_trades_with_its_whole_quantity_and_shows_a_part_of_the_rest)

SPEC_MAIN("icebergs", SPECS, book_script_open, book_script_close)
