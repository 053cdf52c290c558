/* What a new mark price does to accounts (rule G8), with every number worked out by hand. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* 10 % to open, 5 % to keep, no fees, market orders go 5.00 far.  Alice has paid in 120 and is long
 * 10 at 100.00, with bob. */
#define GIVEN_PERP                                                                                 \
    "list PERP futures quote USD margin 10% keep 5% reference 100.00", "deposit bob USD 10000",    \
        "deposit carol USD 10000"
#define GIVEN_LONG                                                                                 \
    GIVEN_PERP, "deposit alice USD 120", "s1 sells 10 at 100 by bob", "b1 buys 10 at 100 by alice"

/* The first and the second id that the engine gives. */
#define FIRST  "@9223372036854775808"
#define SECOND "@9223372036854775809"

SPEC(an_account_that_keeps_its_margin_is_left_alone)
{
    GIVEN(GIVEN_LONG);
    WHEN("mark PERP 93"); /* 120 - 70 = 50; 5 % of 930 is 46.5 */
    THEN("PERP is marked at 93.00");
    GIVEN("deposit alice USD 6");
    WHEN("mark PERP 92"); /* 126 - 80 = 46; 5 % of 920 is 46: not below */
    THEN("PERP is marked at 92.00");
}

SPEC(below_it_the_orders_are_canceled_and_the_position_is_closed)
{
    GIVEN(GIVEN_LONG);
    GIVEN("p sells 3 at 120 by alice", "q buys 1 at 60 by alice",
          "r buys 1 stop 110 at 110 by alice", "c buys 6 at 91 by carol",
          "d buys 10 at 90 by carol");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         "p is canceled with 3 left: its account was liquidated",
         "q is canceled with 1 left: its account was liquidated",
         "r is canceled with 1 left: its account was liquidated",
         FIRST " takes 6 from c at 91.00", FIRST " takes 4 from d at 90.00");
    POSITION_IS("alice holds 0 PERP at a cost of 0");
    BALANCE_IS("alice has 26 USD, 0 reserved, 26 available"); /* 120 + 546 + 360 - 1000 */
}

SPEC(a_unit_less_than_the_margin_is_below_it)
{
    GIVEN(GIVEN_LONG);
    GIVEN("deposit alice USD 5.99999999");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 45.99999999 left, 46 needed");
}

SPEC(each_instruments_margin_to_keep_is_rounded_up)
{
    /* One lot at 0.01 is 1000 units, of which 1 ppm is 0.001 units: 1 must be kept.  Bob, who sold,
     * has more. */
    GIVEN("list PERP futures quote USD lot 0.001 margin 1ppm keep 1ppm reference 0.02",
          "deposit alice USD 0.00001", "deposit bob USD 1", "s sells 0.001 at 0.02 by bob",
          "a buys 0.001 at 0.02 by alice");
    WHEN("mark PERP 0.01"); /* 1000 - 1000 units are left */
    THEN("PERP is marked at 0.01", "alice is liquidated in USD: 0 left, 0.00000001 needed");
}

SPEC(a_short_is_closed_by_a_buy)
{
    GIVEN(GIVEN_PERP, "deposit alice USD 120", "s1 sells 10 at 100 by alice",
          "b1 buys 10 at 100 by bob", "c sells 20 at 108 by carol");
    WHEN("mark PERP 108"); /* 120 - 80 = 40; 5 % of 1080 is 54 */
    THEN("PERP is marked at 108.00", "alice is liquidated in USD: 40 left, 54 needed",
         FIRST " takes 10 from c at 108.00");
    POSITION_IS("alice holds 0 PERP at a cost of 0");
    BALANCE_IS("alice has 40 USD, 0 reserved, 40 available");
}

SPEC(the_house_covers_what_an_account_owes)
{
    GIVEN("engine money-events", GIVEN_LONG);
    GIVEN("c buys 20 at 80 by carol");
    WHEN("mark PERP 80"); /* 120 - 200 */
    THEN("PERP is marked at 80.00", "alice is liquidated in USD: -80 left, 40 needed",
         FIRST " takes 10 from c at 80.00", "carol holds 10 PERP at a cost of 800",
         "carol has 10000 USD, 160 reserved", "alice holds 0 PERP at a cost of 0",
         "alice has -80 USD, 0 reserved", "the house covers 80 USD of alice",
         "alice has 0 USD, 0 reserved");
    HOUSE_IS("-80 USD");
}

SPEC(what_the_book_does_not_take_is_tried_again_at_the_next_mark)
{
    GIVEN(GIVEN_LONG);
    GIVEN("c buys 7 at 80 by carol", "d buys 9 at 70 by carol"); /* 70 is beyond the collar */
    WHEN("mark PERP 80");
    THEN("PERP is marked at 80.00", "alice is liquidated in USD: -80 left, 40 needed",
         FIRST " takes 7 from c at 80.00",
         FIRST " is canceled with 3 left: the rest of a market order at its collar");
    /* 120 + 560 - 700; 3 left, worth 240.  Not covered: she may still gain. */
    POSITION_IS("alice holds 3 PERP at a cost of 300");
    BALANCE_IS("alice has -20 USD, 30 reserved, -60 unrealised, -110 available");
    WHEN("mark PERP 81"); /* -20 - 57; 5 % of 243 */
    THEN("PERP is marked at 81.00", "alice is liquidated in USD: -77 left, 12.15 needed",
         SECOND " takes 3 from d at 70.00", "the house covers 110 USD of alice");
    /* -20 + 210 - 300. */
    HOUSE_IS("-110 USD");
}

SPEC(without_an_opposite_order_the_position_waits_for_the_next_mark)
{
    GIVEN(GIVEN_LONG);
    WHEN("mark PERP 80");
    THEN("PERP is marked at 80.00", "alice is liquidated in USD: -80 left, 40 needed");
    GIVEN("c buys 10 at 95 by carol");
    WHEN("mark PERP 95"); /* she has recovered: 120 - 50 = 70, 47.5 to keep */
    THEN("PERP is marked at 95.00");
    WHEN("mark PERP 90"); /* 20 and 45 */
    THEN("PERP is marked at 90.00", "alice is liquidated in USD: 20 left, 45 needed",
         FIRST " takes 10 from c at 95.00");
}

SPEC(an_instrument_that_is_not_open_is_left_for_later)
{
    GIVEN(GIVEN_LONG);
    GIVEN("q sells 1 at 150 by alice", "c buys 10 at 91 by carol", "phase PERP halted");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         "q is canceled with 1 left: its account was liquidated");
    GIVEN("phase PERP open");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         FIRST " takes 10 from c at 91.00");
}

SPEC(orders_of_its_own_group_do_not_stop_it)
{
    GIVEN(GIVEN_LONG);
    GIVEN("deposit dave USD 1000", "account alice group G", "account dave group G",
          "d buys 5 at 91 by dave", "c buys 10 at 90 by carol");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         "d is canceled with 5 left: it would have traded with its own group",
         FIRST " takes 10 from c at 90.00");
}

SPEC(accounts_are_looked_at_in_the_order_in_which_they_came)
{
    GIVEN(GIVEN_PERP, "deposit zoe USD 120", "deposit alice USD 120", "x buys 1 at 1 by zoe",
          "cancel x by zoe", "s1 sells 20 at 100 by bob", "b1 buys 10 at 100 by alice",
          "b2 buys 10 at 100 by zoe", "c buys 15 at 92 by carol");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "zoe is liquidated in USD: 40 left, 46 needed",
         FIRST " takes 10 from c at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         SECOND " takes 5 from c at 92.00",
         SECOND " is canceled with 5 left: nothing to trade with");
}

SPEC(all_futures_of_the_quote_count_and_are_closed)
{
    GIVEN(GIVEN_LONG, "list QUARTER futures quote USD margin 10% keep 2% reference 50.00",
          "deposit alice USD 10");
    /* Reserved: 100 + 20.  At PERP 95: 130 - 50 = 80, to keep 47.5 + 4. */
    GIVEN("q1 sells 4 at 50 of QUARTER by alice", "q2 buys 4 at 50 of QUARTER by carol",
          "o buys 2 at 10 of QUARTER by alice", "c buys 10 at 94 of PERP by carol",
          "e sells 4 at 53 of QUARTER by carol");
    WHEN("mark PERP 95");
    THEN("PERP is marked at 95.00");
    /* QUARTER at 58: -32; 48 < 47.5 + 4.64. */
    WHEN("mark QUARTER 58");
    THEN("QUARTER is marked at 58.00", "alice is liquidated in USD: 48 left, 52.14 needed",
         "o is canceled with 2 left: its account was liquidated",
         FIRST " takes 10 from c at 94.00", SECOND " takes 4 from e at 53.00");
    BALANCE_IS("alice has 58 USD, 0 reserved, 58 available"); /* 130 - 60 - 12 */
}

SPEC(nothing_is_covered_while_any_position_is_left)
{
    GIVEN(GIVEN_LONG, "list QUARTER futures quote USD margin 10% keep 2% reference 50.00",
          "q1 sells 2 at 50 of QUARTER by alice", "q2 buys 2 at 50 of QUARTER by carol",
          "e sells 2 at 50 of QUARTER by carol");
    WHEN("mark PERP 80"); /* nobody bids for PERP; 120 - 200; to keep 40 + 2 */
    THEN("PERP is marked at 80.00", "alice is liquidated in USD: -80 left, 42 needed",
         FIRST " takes 2 from e at 50.00");
    GIVEN("c buys 10 at 80 of PERP by carol");
    WHEN("mark PERP 80"); /* QUARTER was closed before; now PERP is too */
    THEN("PERP is marked at 80.00", "alice is liquidated in USD: -80 left, 40 needed",
         SECOND " takes 10 from c at 80.00", "the house covers 80 USD of alice");
}

SPEC(a_position_left_in_the_first_instrument_counts_as_well)
{
    /* PERP, used first, stays open and the balance is below zero: -50 of QUARTER's 60 are lost. */
    GIVEN(GIVEN_PERP, "list QUARTER futures quote USD margin 10% keep 2% reference 50.00",
          "deposit alice USD 50", "s1 sells 1 at 100 of PERP by bob",
          "b1 buys 1 at 100 of PERP by alice", "q1 sells 6 at 50 of QUARTER by alice",
          "q2 buys 6 at 50 of QUARTER by carol", "e sells 6 at 60 of QUARTER by carol");
    WHEN("mark QUARTER 60"); /* 50 - 60; to keep 5 + 7.2 */
    THEN("QUARTER is marked at 60.00", "alice is liquidated in USD: -10 left, 12.2 needed",
         FIRST " takes 6 from e at 60.00");
    BALANCE_IS("alice has -10 USD, 10 reserved, -20 available");
}

SPEC(other_quotes_and_spot_orders_are_left_alone)
{
    GIVEN(GIVEN_LONG, "list ALIEN futures quote EUR margin 10% keep 5% reference 10.00",
          "list AUUSD spot base AU quote USD", "deposit alice EUR 100", "deposit alice AU 1",
          "deposit bob EUR 100");
    GIVEN("e1 sells 1 at 10 of ALIEN by bob", "e2 buys 1 at 10 of ALIEN by alice",
          "e3 buys 1 at 5 of ALIEN by alice", "g sells 1 at 2000 of AUUSD by alice",
          "c buys 10 at 92 of PERP by carol");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         FIRST " takes 10 from c at 92.00");
    POSITION_IS("alice holds 1 ALIEN at a cost of 10");
    ORDER_IS("e3 buys 1 of 1 at 5.00");
    ORDER_IS("g sells 1 of 1 at 2000.00");
}

SPEC(an_account_whose_position_is_gone_by_its_turn_is_passed_over)
{
    /* Erin owes in QUARTER, where nobody bids, and is short in PERP: what closes alice buys that
     * back.  Then she has 40 + 8 - 40 and should keep 10.5, but it is PERP that was marked. */
    GIVEN(GIVEN_LONG, "list QUARTER futures quote USD margin 10% keep 5% reference 50.00",
          "deposit erin USD 40", "q1 sells 5 at 50 of QUARTER by carol",
          "q2 buys 5 at 50 of QUARTER by erin", "p1 buys 1 at 100 of PERP by carol",
          "p2 sells 1 at 100 of PERP by erin", "mark QUARTER 42", "r buys 1 at 92 of PERP by erin");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         FIRST " takes 1 from r at 92.00",
         FIRST " is canceled with 9 left: nothing to trade with");
    POSITION_IS("erin holds 0 PERP at a cost of 0");
}

SPEC(a_pairs_members_go_together)
{
    GIVEN(GIVEN_LONG);
    GIVEN("p sells 3 at 120 or stop 85 at 84 by alice", "c buys 10 at 92 by carol");
    WHEN("mark PERP 92");
    THEN("PERP is marked at 92.00", "alice is liquidated in USD: 40 left, 46 needed",
         "p is canceled with 3 left: its account was liquidated",
         "p.or is canceled with 3 left: an order it is linked to traded or ended",
         SECOND " takes 10 from c at 92.00"); /* the pair's other half has the first id */
}

SPEC(a_position_that_pays_a_fee_to_be_closed_may_owe_more)
{
    GIVEN("list PERP futures quote USD margin 10% keep 5% reference 100.00 taker 1%",
          "deposit bob USD 10000", "deposit carol USD 10000", "deposit alice USD 120",
          "s1 sells 10 at 100 by bob", "b1 buys 10 at 100 by alice"); /* a fee of 10: 110 */
    GIVEN("c buys 10 at 89 by carol");
    WHEN("mark PERP 89"); /* 110 - 110; then a fee of 8.9 */
    THEN("PERP is marked at 89.00", "alice is liquidated in USD: 0 left, 44.5 needed",
         FIRST " takes 10 from c at 89.00", "the house covers 8.9 USD of alice");
    HOUSE_IS("10 USD");
}

SPEC(a_position_larger_than_an_order_is_closed_in_parts)
{
    /* 2 x (2^31 - 1) lots; the largest order has half of them. */
    GIVEN("list PERP futures quote USD lot 0.00001 margin 10% keep 5% reference 0.50 max-price 1",
          "deposit alice USD 2200", "deposit bob USD 10000", "deposit carol USD 10000",
          "u1 sells 21474.83647 at 0.5 by bob", "v1 buys 21474.83647 at 0.5 by alice",
          "u2 sells 21474.83647 at 0.5 by bob", "v2 buys 21474.83647 at 0.5 by alice",
          "c1 buys 21474.83647 at 0.46 by carol", "c2 buys 21474.83647 at 0.46 by carol");
    WHEN("mark PERP 0.46"); /* 0.04 a contract are 1,717.9869176; 5 % of 19,756.8495524 */
    THEN("PERP is marked at 0.46",
         "alice is liquidated in USD: 482.0130824 left, 987.84247762 needed",
         FIRST " takes 21474.83647 from c1 at 0.46");
    WHEN("mark PERP 0.46"); /* half of it is realised now */
    THEN("PERP is marked at 0.46",
         "alice is liquidated in USD: 482.0130824 left, 493.92123881 needed",
         SECOND " takes 21474.83647 from c2 at 0.46");
    BALANCE_IS("alice has 482.0130824 USD, 0 reserved, 482.0130824 available");
}

SPEC(the_house_does_not_cover_more_than_it_can_owe)
{
    /* G12.  Each buys 57,646 at 100,000 and must sell at 1: a loss of 5,764,542,354, less the
     * 10,000 paid in.  Four of these are 23,058,129,416; the house stops at 23,058,430,092. */
    GIVEN("list PERP futures quote USD margin 1ppm keep 1ppm reference 100000.00 max-price 100000");
    for (int i = 0; i < 5; i++) {
        GIVEN_PRINTED("deposit b%d USD 10000", i);
        GIVEN_PRINTED("deposit s%d USD 10000", i);
        GIVEN_PRINTED("u%d sells 57646 at 100000 by s%d", i, i);
        GIVEN_PRINTED("v%d buys 57646 at 100000 by b%d", i, i);
        GIVEN_PRINTED("w%d buys 57646 at 1 by s%d", i, i);
    }
    GIVEN("mark PERP 1");
    HOUSE_IS("-23058129416 USD");
    BALANCE_IS("b3 has 0 USD, 0 reserved, 0 available");
    BALANCE_IS("b4 has -5764532354 USD, 0 reserved, -5764532354 available");
}

SPEC(no_more_is_paid_out_than_the_house_can_owe)
{
    /* G10.  The same five losses are five gains of 5,764,542,354: four of them, and what the fifth
     * may have, are 2^61 units, 23,058,430,092.13693952, more than the 100,000 paid in. */
    GIVEN("list PERP futures quote USD margin 1ppm keep 1ppm reference 100000.00 max-price 100000");
    for (int i = 0; i < 5; i++) {
        GIVEN_PRINTED("deposit b%d USD 10000", i);
        GIVEN_PRINTED("deposit s%d USD 10000", i);
        GIVEN_PRINTED("u%d sells 57646 at 100000 by s%d", i, i);
        GIVEN_PRINTED("v%d buys 57646 at 100000 by b%d", i, i);
        GIVEN_PRINTED("w%d buys 57646 at 1 by s%d", i, i);
        GIVEN_PRINTED("x%d sells 57646 at 1 by b%d", i, i);
        if (i < 4) GIVEN_PRINTED("withdraw s%d USD 5764552354", i);
    }
    /* Paid in: 100,000 - 23,058,209,416 = -23,058,109,416; 320,676.13693952 may still go. */
    WHEN("withdraw s4 USD 320676.13693953");
    THEN("rejected: available balance is too small");
    WHEN("withdraw s4 USD 320676.13693952");
    THEN("s4 has 5764231677.86306048 USD, 0 reserved");
}

#define SPECS(S)                                                                                   \
    S(an_account_that_keeps_its_margin_is_left_alone)                                              \
    S(below_it_the_orders_are_canceled_and_the_position_is_closed)                                 \
    S(a_unit_less_than_the_margin_is_below_it)                                                     \
    S(each_instruments_margin_to_keep_is_rounded_up)                                               \
    S(a_short_is_closed_by_a_buy)                                                                  \
    S(the_house_covers_what_an_account_owes)                                                       \
    S(what_the_book_does_not_take_is_tried_again_at_the_next_mark)                                 \
    S(without_an_opposite_order_the_position_waits_for_the_next_mark)                              \
    S(an_instrument_that_is_not_open_is_left_for_later)                                            \
    S(orders_of_its_own_group_do_not_stop_it)                                                      \
    S(accounts_are_looked_at_in_the_order_in_which_they_came)                                      \
    S(all_futures_of_the_quote_count_and_are_closed)                                               \
    S(nothing_is_covered_while_any_position_is_left)                                               \
    S(a_position_left_in_the_first_instrument_counts_as_well)                                      \
    S(other_quotes_and_spot_orders_are_left_alone)                                                 \
    S(an_account_whose_position_is_gone_by_its_turn_is_passed_over)                                \
    S(a_pairs_members_go_together)                                                                 \
    S(a_position_that_pays_a_fee_to_be_closed_may_owe_more)                                        \
    S(a_position_larger_than_an_order_is_closed_in_parts)                                          \
    S(the_house_does_not_cover_more_than_it_can_owe)                                               \
    S(no_more_is_paid_out_than_the_house_can_owe)

SPEC_MAIN("liquidation", SPECS, book_script_open, book_script_close)
