/* Stops (D1 to D6): when they fire, in which order, and what becomes of them then.  The notation is
 * in tests/support/book_script.h; MODIFY and money of stops are in test_match_stop_modify.c. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

#include <stdio.h>

/* clang-format off */

/* Trades one lot at price, so that it is the last price. */
#define GIVEN_LAST(price) GIVEN("last1 sells 1 at " price, "last2 buys 1 at " price)

/* D1 */

SPEC(a_stop_waits_outside_the_book_until_its_trigger_is_reached)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 102.00 | b50 ",
               "      | 101.00 | a10 ");

    WHEN("s buys 30 stop 101.50");
    THEN("s waits 30 at 101.50");
    WAITING_IS("s buys 30 stop 101.50");

    WHEN("c buys 10 at 101.00");
    THEN("c takes 10 from a at 101.00");
    BOOK_IS(   "      | 102.00 | b50 ");

    WHEN("d buys 5 at 102.00");
    THEN("d takes 5 from b at 102.00",
         "s is triggered by 102.00 with 30",
         "s takes 30 from b at 102.00");
    WAITING_IS_EMPTY();
    GONE("s");
}

SPEC(a_trade_at_exactly_the_trigger_fires_a_stop_and_one_tick_before_does_not)
{
    GIVEN_LAST("100.00");
    GIVEN("s buys 1 stop 101.00", "t sells 1 stop 99.00", "x sells 9 at 101.00 by x",
          "y buys 9 at 99.00 by y", "x2 sells 1 at 100.99 by x", "y2 buys 1 at 99.01 by y");
    WHEN("c buys 1 at 100.99");
    THEN("c takes 1 from x2 at 100.99");
    WHEN("d sells 1 at 99.01");
    THEN("d takes 1 from y2 at 99.01");
    WHEN("e buys 1 at 101.00");
    THEN("e takes 1 from x at 101.00",
         "s is triggered by 101.00 with 1",
         "s takes 1 from x at 101.00");
    WHEN("f sells 1 at 99.00");
    THEN("f takes 1 from y at 99.00",
         "t is triggered by 99.00 with 1",
         "t takes 1 from y at 99.00");
}

SPEC(a_stop_whose_trigger_is_reached_when_it_arrives_fires_at_once)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 100.50 | a50 ",
               "  b50 |  99.50 |     ");
    WHEN("s buys 30 stop 100.00");
    THEN("s is triggered by 100.00 with 30",
         "s takes 30 from a at 100.50");
    WHEN("t sells 30 stop 100.50");
    THEN("t is triggered by 100.50 with 30",
         "t takes 30 from b at 99.50");
}

SPEC(without_a_last_price_a_stop_waits)
{
    WHEN("s buys 30 stop 50.00");
    THEN("s waits 30 at 50.00");
    WHEN("t sells 30 stop 150.00");
    THEN("t waits 30 at 150.00");
}

SPEC(only_gtc_and_day_go_with_stops)
{
    WHEN("s buys 30 stop 101.00 ioc");
    THEN("s is rejected: these terms do not go together");
    WHEN("t buys 30 stop 101.00 fok");
    THEN("t is rejected: these terms do not go together");
    WHEN("u buys 30 stop 101.00 at 102.00 day");
    THEN("u waits 30 at 101.00");
}

/* D2 */

SPEC(a_fired_stop_is_limited_to_its_trigger_and_the_collar)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 106.01 | c50 ",
               "      | 106.00 | b10 ",
               "      | 101.00 | a1  ");
    GIVEN("s buys 30 stop 101.00");
    WHEN("d buys 1 at 101.00");
    THEN("d takes 1 from a at 101.00",
         "s is triggered by 101.00 with 30",
         "s takes 10 from b at 106.00",
         "s is canceled with 20 left: the rest of a market order at its collar");
    BOOK_IS(   "      | 106.01 | c50 ");
}

SPEC(a_fired_stop_that_empties_the_other_side_ends_for_lack_of_liquidity)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("  a11 |  99.00 |     ");
    GIVEN("s sells 30 stop 99.00");
    WHEN("d sells 1 at 99.00");
    THEN("d takes 1 from a at 99.00",
         "s is triggered by 99.00 with 30",
         "s takes 10 from a at 99.00",
         "s is canceled with 20 left: nothing to trade with");
    BOOK_IS_EMPTY();
}

SPEC(a_fired_stop_sells_down_to_one_tick_at_the_lowest)
{
    GIVEN_LAST("3.00");
    GIVEN_BOOK("   a2 |   3.00 |     ",
               "   b5 |   0.01 |     ");
    GIVEN("u sells 9 stop 2.99");
    WHEN("d sells 3 at 0.01");
    THEN("d takes 2 from a at 3.00",
         "d takes 1 from b at 0.01",
         "u is triggered by 0.01 with 9",
         "u takes 4 from b at 0.01",
         "u is canceled with 5 left: nothing to trade with");
}

SPEC(a_fired_stop_limit_is_a_limit_order_that_rests)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.50 | b50 ",
               "      | 101.00 | a10 ");
    GIVEN("s buys 30 stop 101.00 at 101.20");
    WHEN("d buys 4 at 101.00");
    THEN("d takes 4 from a at 101.00",
         "s is triggered by 101.00 with 30",
         "s takes 6 from a at 101.00",
         "s rests 24 at 101.20");
    BOOK_IS(   "      | 101.50 | b50 ",
               "  s24 | 101.20 |     ");
    ORDER_IS("s buys 24 of 30 at 101.20");
}

/* D3 */

SPEC(a_trailing_sell_follows_the_highest_price_and_fires_at_its_distance)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 103.00 | b50 ",
               "      | 101.00 | a10 ",
               " d50  |  98.00 |     ",
               " c10  |  99.00 |     ");
    WHEN("s sells 30 trailing 3.00");
    THEN("s waits 30 at 97.00");
    WHEN("e buys 10 at 101.00");
    THEN("e takes 10 from a at 101.00");
    WAITING_IS("s sells 30 trailing, now 98.00");
    WHEN("f sells 10 at 99.00"); /* lower: the trigger stays */
    WAITING_IS("s sells 30 trailing, now 98.00");
    WHEN("g sells 1 at 98.00");
    THEN("g takes 1 from d at 98.00",
         "s is triggered by 98.00 with 30",
         "s takes 30 from d at 98.00");
}

SPEC(a_trailing_buy_follows_the_lowest_price)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.50 | a50 ",
               " c10  |  99.00 |     ");
    WHEN("s buys 30 trailing 2.50");
    THEN("s waits 30 at 102.50");
    WHEN("f sells 10 at 99.00");
    WAITING_IS("s buys 30 trailing, now 101.50");
    WHEN("g buys 1 at 101.50");
    THEN("g takes 1 from a at 101.50",
         "s is triggered by 101.50 with 30",
         "s takes 30 from a at 101.50");
}

SPEC(a_trailing_stop_begins_at_the_reference_when_nothing_has_traded)
{
    GIVEN("mark 50.00");
    WHEN("s sells 30 trailing 3.00");
    THEN("s waits 30 at 47.00");
    WHEN("t sells 30 trailing 60.00"); /* never below one tick */
    THEN("t waits 30 at 0.01");
}

SPEC(a_trailing_stop_fires_with_the_trigger_of_its_best_price_and_is_limited_by_the_collar)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 110.00 | a1  ",
               "   b1 | 107.00 |     ",
               "   c9 | 102.00 |     ",
               "   d9 | 101.99 |     ");
    GIVEN("s sells 20 trailing 3.00", "e buys 1 at 110.00");
    WAITING_IS("s sells 20 trailing, now 107.00");
    WHEN("f sells 1 at 107.00");
    THEN("f takes 1 from b at 107.00",
         "s is triggered by 107.00 with 20",
         "s takes 9 from c at 102.00",
         "s is canceled with 11 left: the rest of a market order at its collar");
}

/* D4 */

SPEC(buys_fire_by_lowest_trigger_then_age_and_then_the_trailing_ones)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 105.00 | a90 ");
    GIVEN("t buys 1 trailing 4.00", "s3 buys 1 stop 103.00", "s1 buys 1 stop 101.00",
          "s2 buys 1 stop 101.00", "s4 buys 1 stop 105.01", "u buys 1 trailing 5.00");
    WAITING_IS("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 103.00",
               "s4 buys 1 stop 105.01", "t buys 1 trailing, now 104.00",
               "u buys 1 trailing, now 105.00");
    WHEN("c buys 1 at 105.00");
    THEN("c takes 1 from a at 105.00",
         "s1 is triggered by 105.00 with 1", "s1 takes 1 from a at 105.00",
         "s2 is triggered by 105.00 with 1", "s2 takes 1 from a at 105.00",
         "s3 is triggered by 105.00 with 1", "s3 takes 1 from a at 105.00",
         "t is triggered by 105.00 with 1",  "t takes 1 from a at 105.00",
         "u is triggered by 105.00 with 1",  "u takes 1 from a at 105.00");
    WAITING_IS("s4 buys 1 stop 105.01");
}

SPEC(sells_fire_by_highest_trigger_then_age)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK(" a90  |  95.00 |     ");
    GIVEN("s3 sells 1 stop 97.00", "s1 sells 1 stop 99.00", "s2 sells 1 stop 99.00",
          "s4 sells 1 stop 94.99");
    WHEN("c sells 1 at 95.00");
    THEN("c takes 1 from a at 95.00",
         "s1 is triggered by 95.00 with 1", "s1 takes 1 from a at 95.00",
         "s2 is triggered by 95.00 with 1", "s2 takes 1 from a at 95.00",
         "s3 is triggered by 95.00 with 1", "s3 takes 1 from a at 95.00");
    WAITING_IS("s4 sells 1 stop 94.99");
}

SPEC(the_first_and_the_last_price_of_an_order_reach_stops_of_both_sides_buys_first)
{
    GIVEN_LAST("99.00");
    GIVEN_BOOK(" a1   | 103.00 |     ",
               " b9   |  97.00 |     ");
    GIVEN("v sells 1 stop 98.00", "s buys 1 stop 103.00"); /* the sweep begins there, ends here */
    WHEN("c sells 2 at 97.00");
    THEN("c takes 1 from a at 103.00",
         "c takes 1 from b at 97.00",
         "s is triggered by 97.00 with 1",
         "s is canceled with 1 left: nothing to trade with",
         "v is triggered by 97.00 with 1",
         "v takes 1 from b at 97.00");
}

SPEC(a_trailing_stop_looks_at_the_first_price_then_at_the_last)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK(" a1   | 103.00 |     ",
               " b9   | 101.00 |     ");
    GIVEN("t sells 1 trailing 2.00"); /* 98.00; from 103.00 on it is 101.00, and 101.00 fires it */
    WHEN("c sells 2 at 101.00");
    THEN("c takes 1 from a at 103.00",
         "c takes 1 from b at 101.00",
         "t is triggered by 101.00 with 1",
         "t takes 1 from b at 101.00");
}

SPEC(stops_run_after_the_order_that_reached_them_has_rested)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a5  ");
    GIVEN("s sells 3 stop 101.00 at 101.00 by s", "u buys 9 stop 101.00 at 101.00 by u");
    /* s fired at once and rests behind a; u waits */
    BOOK_IS(   "      | 101.00 | a5 s3 ");
    WHEN("c buys 10 at 101.00");
    THEN("c takes 5 from a at 101.00",
         "c takes 3 from s at 101.00",
         "c rests 2 at 101.00",
         "u is triggered by 101.00 with 9",
         "u rests 9 at 101.00");
    BOOK_IS(   " u9 c2 | 101.00 |     ");
}

SPEC(the_stops_that_fired_stops_reach_join_at_the_end_of_the_queue)
{
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 103.00 | c9 ",
               "      | 102.00 | b1 ",
               "      | 101.00 | a1 ");
    GIVEN("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 102.00",
          "s4 buys 1 stop 103.00");
    WHEN("d buys 1 at 101.00");
    THEN("d takes 1 from a at 101.00",
         "s1 is triggered by 101.00 with 1", "s1 takes 1 from b at 102.00",
         "s2 is triggered by 102.00 with 1", "s2 takes 1 from c at 103.00",
         "s3 is triggered by 103.00 with 1", "s3 takes 1 from c at 103.00",
         "s4 is triggered by 103.00 with 1", "s4 takes 1 from c at 103.00");
}

SPEC(the_queue_of_fired_stops_is_one_for_all_instruments)
{
    GIVEN("engine cascade 1", "list XA", "list XB");
    GIVEN("l1 sells 1 at 100.00 of XA", "l2 buys 1 at 100.00 of XA", "l3 sells 1 at 100.00 of XB",
          "l4 buys 1 at 100.00 of XB");
    GIVEN("s1 buys 1 stop 100.00 of XB", "s2 buys 1 stop 101.00 of XA",
          "s3 buys 1 stop 101.00 of XA", "a sells 1 at 101.00 of XA");
    WHEN("b buys 1 at 101.00 of XA");
    THEN("b takes 1 from a at 101.00",
         "s2 is triggered by 101.00 with 1", "s2 is canceled with 1 left: nothing to trade with");
    WHEN("s4 buys 1 stop 100.00 of XB by s1"); /* fires at once, behind s3 */
    THEN("s3 is triggered by 101.00 with 1", "s3 is canceled with 1 left: nothing to trade with");
    WHEN("time +1s");
    THEN("s4 is triggered by 100.00 with 1", "s4 is canceled with 1 left: nothing to trade with");
}

/* D5 */

SPEC(at_most_cascade_stops_run_in_one_input_and_the_others_in_the_next_before_it)
{
    GIVEN("engine cascade 2", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a9 ");
    GIVEN("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 101.00",
          "s4 buys 1 stop 101.00", "s5 buys 1 stop 101.00");
    WHEN("b buys 1 at 101.00");
    THEN("b takes 1 from a at 101.00",
         "s1 is triggered by 101.00 with 1", "s1 takes 1 from a at 101.00",
         "s2 is triggered by 101.00 with 1", "s2 takes 1 from a at 101.00");
    WHEN("c buys 1 at 101.00 by b"); /* of an account that is known: it is one input */
    THEN("s3 is triggered by 101.00 with 1", "s3 takes 1 from a at 101.00",
         "s4 is triggered by 101.00 with 1", "s4 takes 1 from a at 101.00",
         "c takes 1 from a at 101.00");
    WHEN("time +1s");
    THEN("s5 is triggered by 101.00 with 1", "s5 takes 1 from a at 101.00");
    BOOK_IS(   "      | 101.00 | a2 ");
}

SPEC(a_fired_stop_that_waits_for_its_turn_can_be_canceled)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a9 ");
    GIVEN("s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00", "s3 buys 1 stop 101.00",
          "s4 buys 1 stop 101.00", "b buys 1 at 101.00");
    WHEN("cancel s4"); /* the last of the queue; s2 runs before */
    THEN("s2 is triggered by 101.00 with 1", "s2 takes 1 from a at 101.00",
         "s4 is canceled with 1 left: canceled by its owner");
    WHEN("time +1s");
    THEN("s3 is triggered by 101.00 with 1", "s3 takes 1 from a at 101.00");
    WHEN("time +1s");
    THEN_NOTHING();
    BOOK_IS(   "      | 101.00 | a5 ");
}

SPEC(what_a_cascade_reaches_runs_in_the_next_inputs_too)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 103.00 | c9 ",
               "      | 102.00 | b1 ",
               "      | 101.00 | a1 ");
    GIVEN("s1 buys 1 stop 101.00", "s3 buys 1 stop 102.00");
    WHEN("d buys 1 at 101.00");
    THEN("d takes 1 from a at 101.00",
         "s1 is triggered by 101.00 with 1", "s1 takes 1 from b at 102.00");
    WHEN("e buys 1 at 50.00 by d");
    THEN("s3 is triggered by 102.00 with 1", "s3 takes 1 from c at 103.00",
         "e rests 1 at 50.00");
}

/* D6 */

SPEC(in_a_call_nothing_fires)
{
    GIVEN_LAST("100.00");
    GIVEN("phase call");
    WHEN("s buys 30 stop 99.00");
    THEN("s waits 30 at 99.00");
    WHEN("t sells 30 stop 101.00 at 100.00");
    THEN("t waits 30 at 101.00");
}

SPEC(what_was_reached_in_a_call_fires_when_the_instrument_opens)
{
    GIVEN_LAST("100.00");
    GIVEN("phase call", "s buys 30 stop 99.00");
    WHEN("phase open");
    THEN("MAIN enters phase open",
         "s is triggered by 100.00 with 30",
         "s is canceled with 30 left: nothing to trade with");
}

SPEC(a_fired_stop_whose_turn_comes_in_a_call_rests_if_it_has_a_limit_and_ends_if_not)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a3 ");
    GIVEN("s0 buys 1 stop 101.00", "s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00 at 102.00",
          "s3 buys 1 trailing 1.00", "b buys 1 at 101.00");
    WHEN("phase call"); /* s1 still runs before it */
    THEN("s1 is triggered by 101.00 with 1", "s1 takes 1 from a at 101.00",
         "MAIN enters phase call");
    WHEN("time +1s");
    THEN("s2 is triggered by 101.00 with 1", "s2 rests 1 at 102.00");
    WHEN("time +1s");
    THEN("s3 is triggered by 101.00 with 1",
         "s3 is canceled with 1 left: only orders that can rest are taken in a call");
}

SPEC(a_fired_stop_whose_turn_comes_in_a_halt_is_canceled)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a3 ");
    GIVEN("s0 buys 1 stop 101.00", "s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00 at 102.00",
          "b buys 1 at 101.00", "phase halted");
    WHEN("time +1s");
    THEN("s2 is triggered by 101.00 with 1", "s2 is canceled with 1 left: instrument is halted");
}

SPEC(a_fired_stop_whose_turn_comes_after_the_close_is_canceled)
{
    GIVEN("engine cascade 1", "list MAIN");
    GIVEN_LAST("100.00");
    GIVEN_BOOK("      | 101.00 | a3 ");
    GIVEN("s0 buys 1 stop 101.00", "s1 buys 1 stop 101.00", "s2 buys 1 stop 101.00 at 102.00",
          "b buys 1 at 101.00", "phase closed");
    WHEN("time +1s");
    THEN("s2 is triggered by 101.00 with 1", "s2 is canceled with 1 left: instrument is closed");
}

/* A8 */

SPEC(the_triggers_of_one_side_span_less_than_the_window)
{
    GIVEN("list MAIN window 64");
    GIVEN("s1 buys 1 stop 100.00", "s2 buys 1 stop 100.63", "t1 sells 1 stop 90.00");
    WHEN("s3 buys 1 stop 100.64");
    THEN("s3 is canceled with 1 left: price is too far from the rest of its side");
    WHEN("t2 sells 1 stop 90.63");
    THEN("t2 waits 1 at 90.63");
    WHEN("t3 sells 1 stop 90.64");
    THEN("t3 is canceled with 1 left: price is too far from the rest of its side");
    WAITING_IS("s1 buys 1 stop 100.00", "s2 buys 1 stop 100.63", "t2 sells 1 stop 90.63",
               "t1 sells 1 stop 90.00");
}

SPEC(an_instrument_holds_a_bounded_number_of_trailing_stops)
{
    char line[64];
    for (uint32_t i = 0; i < MATCH_TRAILING_MAX; i++) {
        snprintf(line, sizeof line, "s%u sells 1 trailing 1.00 by s", i);
        GIVEN(line);
    }
    WHEN("t sells 1 trailing 1.00");
    THEN("t is canceled with 1 left: the engine has no room for it");
    GIVEN("cancel s7");
    WHEN("u sells 1 trailing 1.00");
    THEN("u waits 1 at 99.00");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_stop_waits_outside_the_book_until_its_trigger_is_reached)                                  \
    S(a_trade_at_exactly_the_trigger_fires_a_stop_and_one_tick_before_does_not)                    \
    S(a_stop_whose_trigger_is_reached_when_it_arrives_fires_at_once)                               \
    S(without_a_last_price_a_stop_waits)                                                           \
    S(only_gtc_and_day_go_with_stops)                                                              \
    S(a_fired_stop_is_limited_to_its_trigger_and_the_collar)                                       \
    S(a_fired_stop_that_empties_the_other_side_ends_for_lack_of_liquidity)                         \
    S(a_fired_stop_sells_down_to_one_tick_at_the_lowest)                                           \
    S(a_fired_stop_limit_is_a_limit_order_that_rests)                                              \
    S(a_trailing_sell_follows_the_highest_price_and_fires_at_its_distance)                         \
    S(a_trailing_buy_follows_the_lowest_price)                                                     \
    S(a_trailing_stop_begins_at_the_reference_when_nothing_has_traded)                             \
    S(a_trailing_stop_fires_with_the_trigger_of_its_best_price_and_is_limited_by_the_collar)       \
    S(buys_fire_by_lowest_trigger_then_age_and_then_the_trailing_ones)                             \
    S(sells_fire_by_highest_trigger_then_age)                                                      \
    S(the_first_and_the_last_price_of_an_order_reach_stops_of_both_sides_buys_first)               \
    S(a_trailing_stop_looks_at_the_first_price_then_at_the_last)                                   \
    S(stops_run_after_the_order_that_reached_them_has_rested)                                      \
    S(the_stops_that_fired_stops_reach_join_at_the_end_of_the_queue)                               \
    S(the_queue_of_fired_stops_is_one_for_all_instruments)                                         \
    S(at_most_cascade_stops_run_in_one_input_and_the_others_in_the_next_before_it)                 \
    S(a_fired_stop_that_waits_for_its_turn_can_be_canceled)                                        \
    S(what_a_cascade_reaches_runs_in_the_next_inputs_too)                                          \
    S(in_a_call_nothing_fires)                                                                     \
    S(what_was_reached_in_a_call_fires_when_the_instrument_opens)                                  \
    S(a_fired_stop_whose_turn_comes_in_a_call_rests_if_it_has_a_limit_and_ends_if_not)             \
    S(a_fired_stop_whose_turn_comes_in_a_halt_is_canceled)                                         \
    S(a_fired_stop_whose_turn_comes_after_the_close_is_canceled)                                   \
    S(the_triggers_of_one_side_span_less_than_the_window)                                          \
    S(an_instrument_holds_a_bounded_number_of_trailing_stops)
SPEC_MAIN("match_stop", SPECS, book_script_open, book_script_close)
