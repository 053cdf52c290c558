/* Positions, margin and profit of futures (rules G1, G3-G5, G9, G11, G12), with every number worked
 * out by hand. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* 10 % to open, 5 % to keep, no fees; the mark price is 100.00. */
#define GIVEN_PERP                                                                                 \
    "list PERP futures quote USD margin 10% keep 5% reference 100.00", "deposit alice USD 1000",   \
        "deposit bob USD 1000", "deposit carol USD 1000"

/* Alice buys 10 of bob at 100.00. */
#define GIVEN_LONG GIVEN_PERP, "s1 sells 10 at 100 by bob", "b1 buys 10 at 100 by alice"

/* G3. */

SPEC(a_position_costs_what_it_was_entered_at_and_no_money_moves)
{
    GIVEN(GIVEN_LONG);
    POSITION_IS("alice holds 10 PERP at a cost of 1000");
    POSITION_IS("bob holds -10 PERP at a cost of -1000");
    BALANCE_IS("alice has 1000 USD, 100 reserved, 900 available");
    BALANCE_IS("bob has 1000 USD, 100 reserved, 900 available");
}

SPEC(a_reduction_realises_its_part_of_the_cost)
{
    GIVEN(GIVEN_LONG);
    GIVEN("c buys 4 at 110 by carol", "d sells 4 at 110 by alice"); /* 440 for what cost 400 */
    POSITION_IS("alice holds 6 PERP at a cost of 600");
    BALANCE_IS("alice has 1040 USD, 60 reserved, 980 available");
    POSITION_IS("carol holds 4 PERP at a cost of 440");
    /* At the mark of 100 her 4 are worth 400. */
    BALANCE_IS("carol has 1000 USD, 44 reserved, -40 unrealised, 916 available");
}

SPEC(the_part_of_the_cost_is_rounded_toward_zero)
{
    GIVEN(GIVEN_PERP);
    GIVEN("s1 sells 1 at 33.33 by bob", "s2 sells 2 at 33.34 by bob",
          "b1 buys 3 at 33.34 by alice");
    POSITION_IS("alice holds 3 PERP at a cost of 100.01");
    GIVEN("c buys 1 at 40 by carol", "d sells 1 at 40 by alice");
    /* 100.01 / 3 = 33.336666666..: 40 - 33.33666666 = 6.66333334. */
    POSITION_IS("alice holds 2 PERP at a cost of 66.67333334");
    GIVEN("e sells 1 at 30 by carol", "f buys 1 at 30 by bob");
    /* The same of -100.01: 33.33666666 - 30 = 3.33666666; margin 10 % of 66.67333334, up. */
    POSITION_IS("bob holds -2 PERP at a cost of -66.67333334");
    BALANCE_IS(
        "bob has 1003.33666666 USD, 6.66733334 reserved, -133.32666666 unrealised, 863.34266666 "
        "available");
    /* Carol bought at 40 and sold at 30. */
    POSITION_IS("carol holds 0 PERP at a cost of 0");
    BALANCE_IS("carol has 990 USD, 0 reserved, 990 available");
    GIVEN("g sells 2 at 33 by alice", "h buys 2 at 33 by bob");
    /* Whatever was rounded before, the rest of the cost goes with the rest of the position:
     * 1006.66333334 + 66 - 66.67333334, and 1003.33666666 - 66 + 66.67333334. */
    BALANCE_IS("alice has 1005.99 USD, 0 reserved, 1005.99 available");
    BALANCE_IS("bob has 1004.01 USD, 0 reserved, 1004.01 available");
}

SPEC(the_part_of_a_large_cost_is_exact)
{
    /* 40,000 at 100,000 and 17,646 at 99,999.99 cost 5,764,599,823.54; 12,345 of 57,646 parts of it
     * are 1,234,499,962.210757035...  Sold at 1. */
    GIVEN("list PERP futures quote USD margin 1ppm reference 100000.00 max-price 100000",
          "deposit alice USD 10000", "deposit bob USD 10000", "deposit carol USD 10000",
          "u1 sells 40000 at 100000 by bob", "v1 buys 40000 at 100000 by alice",
          "u2 sells 17646 at 99999.99 by bob", "v2 buys 17646 at 99999.99 by alice",
          "c buys 12345 at 1 by carol", "d sells 12345 at 1 by alice");
    POSITION_IS("alice holds 45301 PERP at a cost of 4530099861.32924297");
    BALANCE_IS(
        "alice has -1234477617.21075703 USD, 4530.09986133 reserved, 138.67075703 unrealised, "
        "-1234482147.31061836 available");
}

SPEC(a_long_that_turns_realises_all_and_opens_the_rest)
{
    GIVEN(GIVEN_PERP);
    GIVEN("s1 sells 6 at 100 by bob", "b1 buys 6 at 100 by alice", "c buys 10 at 120 by carol",
          "d sells 10 at 120 by alice");
    /* 720 - 600 realised; 4 sold short at 120, worth 400 at the mark. */
    POSITION_IS("alice holds -4 PERP at a cost of -480");
    BALANCE_IS("alice has 1120 USD, 48 reserved, 80 unrealised, 1072 available");
}

SPEC(a_short_that_turns_realises_all_and_opens_the_rest)
{
    GIVEN(GIVEN_PERP);
    GIVEN("s1 sells 6 at 100 by bob", "b1 buys 6 at 100 by alice", "c sells 10 at 90 by carol",
          "d buys 10 at 90 by bob");
    /* 600 - 540 realised; 4 at 90. */
    POSITION_IS("bob holds 4 PERP at a cost of 360");
    BALANCE_IS("bob has 1060 USD, 36 reserved, 40 unrealised, 1024 available");
}

SPEC(an_increase_adds_to_the_cost_and_realises_nothing)
{
    GIVEN(GIVEN_LONG);
    GIVEN("s2 sells 5 at 130 by bob", "b2 buys 5 at 130 by alice");
    POSITION_IS("alice holds 15 PERP at a cost of 1650");
    BALANCE_IS("alice has 1000 USD, 165 reserved, -150 unrealised, 685 available");
    POSITION_IS("bob holds -15 PERP at a cost of -1650");
}

/* G1. */

SPEC(fees_come_from_the_balances)
{
    GIVEN("list PERP futures quote USD margin 10% keep 5% reference 100.00 maker 100ppm taker "
          "300ppm",
          "deposit alice USD 1000", "deposit bob USD 1000", "s sells 10 at 100 by bob",
          "a buys 10 at 100 by alice");
    BALANCE_IS("alice has 999.7 USD, 100 reserved, 899.7 available");
    BALANCE_IS("bob has 999.9 USD, 100 reserved, 899.9 available");
    HOUSE_IS("0.4 USD");
}

SPEC(a_contract_is_worth_its_size)
{
    GIVEN("list OIL futures quote USD size 1000 margin 10% keep 5% reference 70.00",
          "deposit alice USD 10000", "deposit bob USD 10000", "s sells 1 at 70 by bob",
          "a buys 1 at 70 by alice");
    POSITION_IS("alice holds 1 OIL at a cost of 70000");
    BALANCE_IS("alice has 10000 USD, 7000 reserved, 3000 available");
}

/* G4. */

SPEC(open_orders_of_both_sides_share_one_margin)
{
    GIVEN(GIVEN_PERP);
    GIVEN("a buys 10 at 90 by alice"); /* 900 */
    BALANCE_IS("alice has 1000 USD, 90 reserved, 910 available");
    GIVEN("b sells 8 at 110 by alice"); /* 880, less than 900 */
    BALANCE_IS("alice has 1000 USD, 90 reserved, 910 available");
    GIVEN("c sells 2 at 110 by alice"); /* 1100 */
    BALANCE_IS("alice has 1000 USD, 110 reserved, 890 available");
    GIVEN("cancel c by alice");
    BALANCE_IS("alice has 1000 USD, 90 reserved, 910 available");
    GIVEN("cancel a by alice");
    BALANCE_IS("alice has 1000 USD, 88 reserved, 912 available");
}

SPEC(an_order_that_does_not_grow_the_margin_needs_no_funds)
{
    GIVEN(GIVEN_LONG);
    GIVEN("withdraw alice USD 850");     /* 150, of which 100 are reserved for a cost of 1000 */
    GIVEN("a sells 15 at 100 by alice"); /* 1000 - 1500: 500 */
    GIVEN("b sells 5 at 100 by alice");  /* 1000 - 2000: 1000 */
    BALANCE_IS("alice has 150 USD, 100 reserved, 50 available");
    GIVEN("c sells 5 at 100 by alice"); /* 1000 - 2500: 1500 */
    BALANCE_IS("alice has 150 USD, 150 reserved, 0 available");
    WHEN("d sells 1 at 100 by alice");
    THEN("d is rejected: available balance is too small");
    WHEN("e buys 5 at 99.99 by alice"); /* 1000 + 499.95: less than 1500 */
    THEN("e rests 5 at 99.99");
    WHEN("f buys 1 at 0.06 by alice"); /* 1500.01 */
    THEN("f is rejected: available balance is too small");
    BALANCE_IS("alice has 150 USD, 150 reserved, 0 available");
}

SPEC(a_reduction_is_taken_even_where_nothing_is_available)
{
    GIVEN(GIVEN_LONG);
    GIVEN("withdraw alice USD 880", "mark PERP 96"); /* equity 80, to keep 48 */
    BALANCE_IS("alice has 120 USD, 100 reserved, -40 unrealised, -20 available");
    WHEN("a buys 1 at 10 by alice");
    THEN("a is rejected: available balance is too small");
    WHEN("b sells 10 at 97 by alice");
    THEN("b rests 10 at 97.00");
}

SPEC(the_margin_is_rounded_up)
{
    /* 0.01 x 0.001 is 1000 units; a margin of 1 ppm of it is 0.001 units. */
    GIVEN("list PERP futures quote USD lot 0.001 margin 1ppm reference 0.01",
          "deposit alice USD 0.00000001");
    WHEN("a buys 0.001 at 0.01 by alice");
    THEN("a rests 0.001 at 0.01");
    BALANCE_IS("alice has 0.00000001 USD, 0.00000001 reserved, 0 available");
}

SPEC(leverage_may_ask_for_more_than_the_instrument_does)
{
    GIVEN(GIVEN_PERP, "account alice leverage 5", "account bob leverage 20",
          "account carol leverage 3");
    GIVEN("a buys 10 at 90 by alice", "b buys 10 at 90 by bob", "c buys 10 at 90 by carol");
    BALANCE_IS("alice has 1000 USD, 180 reserved, 820 available");
    BALANCE_IS("bob has 1000 USD, 90 reserved, 910 available");
    BALANCE_IS("carol has 1000 USD, 300.0006 reserved, 699.9994 available"); /* 333,334 ppm */
}

SPEC(leverage_is_a_whole_number_up_to_125)
{
    GIVEN("list PERP futures quote USD margin 0.1% reference 100.00", "deposit alice USD 1000");
    WHEN("account alice leverage 126");
    THEN("rejected: quantity is not positive");
    WHEN("account alice leverage 1.5");
    THEN("rejected: quantity is not positive");
    WHEN("account alice leverage -1");
    THEN("rejected: quantity is not positive");
    GIVEN("a buys 10 at 100 by alice");
    BALANCE_IS("alice has 1000 USD, 1 reserved, 999 available");
    GIVEN("account alice leverage 125");
    BALANCE_IS("alice has 1000 USD, 8 reserved, 992 available");
}

SPEC(new_leverage_holds_at_once_for_what_is_open)
{
    GIVEN(GIVEN_LONG);
    GIVEN("account alice leverage 2", "account bob leverage 1");
    BALANCE_IS("alice has 1000 USD, 500 reserved, 500 available");
    BALANCE_IS("bob has 1000 USD, 1000 reserved, 0 available");
    GIVEN("account alice", "withdraw alice USD 900");
    BALANCE_IS("alice has 100 USD, 100 reserved, 0 available");
    WHEN("account alice leverage 1"); /* never refused */
    THEN("alice is in group alice");
    BALANCE_IS("alice has 100 USD, 1000 reserved, -900 available");
}

SPEC(a_sale_at_a_better_price_needs_more_margin)
{
    GIVEN(GIVEN_PERP);
    GIVEN("c buys 10 at 120 by carol", "s sells 10 at 80 by bob"); /* asked for 80, has 120 */
    POSITION_IS("bob holds -10 PERP at a cost of -1200");
    BALANCE_IS("bob has 1000 USD, 120 reserved, 200 unrealised, 880 available");
}

/* G5. */

SPEC(gains_are_not_available_and_losses_are_taken_off)
{
    GIVEN(GIVEN_LONG);
    GIVEN("mark PERP 110");
    BALANCE_IS("alice has 1000 USD, 100 reserved, 100 unrealised, 900 available");
    BALANCE_IS("bob has 1000 USD, 100 reserved, -100 unrealised, 800 available");
    WHEN("withdraw bob USD 800.00000001");
    THEN("rejected: available balance is too small");
    WHEN("withdraw bob USD 800");
    THEN("bob has 200 USD, 100 reserved");
    WHEN("withdraw alice USD 900.00000001");
    THEN("rejected: available balance is too small");
}

SPEC(gains_in_one_instrument_set_off_losses_in_another)
{
    GIVEN(GIVEN_LONG, "list QUARTER futures quote USD margin 10% keep 5% reference 50.00");
    GIVEN("q1 sells 10 at 50 of QUARTER by alice", "q2 buys 10 at 50 of QUARTER by carol");
    GIVEN("mark PERP 95", "mark QUARTER 47"); /* -50 + 30 */
    BALANCE_IS("alice has 1000 USD, 150 reserved, -20 unrealised, 830 available");
    GIVEN("mark QUARTER 44"); /* -50 + 60 */
    BALANCE_IS("alice has 1000 USD, 150 reserved, 10 unrealised, 850 available");
}

/* G11. */

SPEC(each_trade_tells_position_and_balance_the_buyer_first)
{
    GIVEN("engine money-events", GIVEN_PERP, "b buys 10 at 100 by alice");
    WHEN("s sells 4 at 99 by bob");
    THEN("s takes 4 from b at 100.00", "alice holds 4 PERP at a cost of 400",
         "alice has 1000 USD, 100 reserved", "bob holds -4 PERP at a cost of -400",
         "bob has 1000 USD, 40 reserved");
}

/* F7. */

SPEC(an_instrument_with_open_positions_stays)
{
    GIVEN(GIVEN_LONG);
    WHEN("remove PERP");
    THEN("rejected: positions in the instrument are open");
    GIVEN("s2 sells 10 at 105 by alice", "b2 buys 10 at 105 by bob", "x buys 1 at 50 by alice");
    WHEN("remove PERP");
    THEN("x is canceled with 1 left: its instrument was removed", "PERP is removed");
    BALANCE_IS("alice has 1050 USD, 0 reserved, 1050 available");
    BALANCE_IS("bob has 950 USD, 0 reserved, 950 available");
    GIVEN("list AGAIN futures quote USD margin 10% keep 5% reference 100.00",
          "y buys 1 at 50 of AGAIN by alice");
    BALANCE_IS("alice has 1050 USD, 5 reserved, 1045 available");
}

/* G9. */

SPEC(a_value_limit_is_per_order)
{
    GIVEN(GIVEN_PERP, "account alice limit 500");
    GIVEN("a buys 5 at 100 by alice", "b buys 5 at 100 by alice");
    WHEN("c buys 6 at 100 by alice");
    THEN("c is rejected: the order's value is above the account's limit");
}

/* G12. */

SPEC(futures_of_one_account_are_bounded_at_the_highest_price)
{
    /* 2^59 units are 5,764,607,523.03: 57,646 contracts at the highest price of 100,000. */
    GIVEN("list PERP futures quote USD margin 1ppm reference 1.00 max-price 100000",
          "list OTHER futures quote USD margin 1ppm reference 1.00 max-price 100000",
          "deposit alice USD 1000000", "deposit bob USD 1000000");
    WHEN("x buys 57647 at 1 of PERP by alice");
    THEN("x is rejected: available balance is too small");
    GIVEN("a buys 57646 at 1 of PERP by alice");
    WHEN("y buys 1 at 1 of PERP by alice");
    THEN("y is rejected: available balance is too small");
    WHEN("z sells 1 at 2 of OTHER by alice");
    THEN("z is rejected: available balance is too small");
    GIVEN("b sells 57646 at 2 of PERP by alice"); /* the larger of both sides counts */
    GIVEN("c buys 57646 at 2 of PERP by bob");    /* alice is short as much, her buys stay */
    WHEN("w sells 1 at 2 of PERP by alice");
    THEN("w is rejected: available balance is too small");
    GIVEN("cancel a by alice", "d sells 57646 at 1 of PERP by bob",
          "e buys 57646 at 1 of PERP by alice");
    POSITION_IS("alice holds 0 PERP at a cost of 0");
    WHEN("v sells 57646 at 2 of OTHER by alice");
    THEN("v rests 57646 at 2.00");
}

SPEC(an_account_with_more_than_the_largest_sum_takes_no_new_futures)
{
    GIVEN("list PERP futures quote USD margin 1ppm reference 1.00", "deposit alice USD 23058430000",
          "deposit bob USD 92", "s sells 1000 at 1 by bob", "b buys 1000 at 1 by alice",
          "t buys 1000 at 1000 by bob", "c sells 1000 at 1000 by alice");
    BALANCE_IS("alice has 23059429000 USD, 0 reserved, 23059429000 available");
    BALANCE_IS("bob has -998908 USD, 0 reserved, -998908 available");
    WHEN("d buys 1 at 1 by alice");
    THEN("d is rejected: available balance is too small");
    WHEN("deposit alice USD 0.00000001");
    THEN("rejected: the engine has no room for it");
    GIVEN("withdraw alice USD 1000000");
    WHEN("e buys 1 at 1 by alice");
    THEN("e rests 1 at 1.00");
}

SPEC(the_house_takes_no_fee_while_it_is_full)
{
    /* Each trade of 57,646 at 100,000 is worth 5,764,600,000; both pay all of it but a millionth:
     * 5,764,594,235.4 each. */
    GIVEN("list PERP futures quote USD margin 1ppm reference 100000.00 max-price 100000 maker "
          "999999ppm taker 999999ppm");
    for (int i = 0; i < 4; i++) {
        GIVEN_PRINTED("deposit b%d USD 10000", i);
        GIVEN_PRINTED("deposit s%d USD 10000", i);
        GIVEN_PRINTED("u%d sells 57646 at 100000 by s%d", i, i);
        GIVEN_PRINTED("v%d buys 57646 at 100000 by b%d", i, i);
        if (i == 1) HOUSE_IS("23058376941.6 USD"); /* less than 23,058,430,092: one more pays */
    }
    HOUSE_IS("34587565412.4 USD"); /* of three */
    BALANCE_IS("b2 has -5764584235.4 USD, 5764.6 reserved, -5764590000 available");
    BALANCE_IS("b3 has 10000 USD, 5764.6 reserved, 4235.4 available");
}

#define SPECS(S)                                                                                   \
    S(a_position_costs_what_it_was_entered_at_and_no_money_moves)                                  \
    S(a_reduction_realises_its_part_of_the_cost)                                                   \
    S(the_part_of_the_cost_is_rounded_toward_zero)                                                 \
    S(the_part_of_a_large_cost_is_exact)                                                           \
    S(a_long_that_turns_realises_all_and_opens_the_rest)                                           \
    S(a_short_that_turns_realises_all_and_opens_the_rest)                                          \
    S(an_increase_adds_to_the_cost_and_realises_nothing)                                           \
    S(fees_come_from_the_balances)                                                                 \
    S(a_contract_is_worth_its_size)                                                                \
    S(open_orders_of_both_sides_share_one_margin)                                                  \
    S(an_order_that_does_not_grow_the_margin_needs_no_funds)                                       \
    S(a_reduction_is_taken_even_where_nothing_is_available)                                        \
    S(the_margin_is_rounded_up)                                                                    \
    S(leverage_may_ask_for_more_than_the_instrument_does)                                          \
    S(leverage_is_a_whole_number_up_to_125)                                                        \
    S(new_leverage_holds_at_once_for_what_is_open)                                                 \
    S(a_sale_at_a_better_price_needs_more_margin)                                                  \
    S(gains_are_not_available_and_losses_are_taken_off)                                            \
    S(gains_in_one_instrument_set_off_losses_in_another)                                           \
    S(each_trade_tells_position_and_balance_the_buyer_first)                                       \
    S(an_instrument_with_open_positions_stays)                                                     \
    S(a_value_limit_is_per_order)                                                                  \
    S(futures_of_one_account_are_bounded_at_the_highest_price)                                     \
    S(an_account_with_more_than_the_largest_sum_takes_no_new_futures)                              \
    S(the_house_takes_no_fee_while_it_is_full)

SPEC_MAIN("futures", SPECS, book_script_open, book_script_close)
