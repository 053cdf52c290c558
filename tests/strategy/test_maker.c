/* What the market maker quotes, and when it quotes anew (F22, F23). */

#include "tests/strategy/maker_steps.h"

/* F22: what is quoted. */

SPEC(both_sides_are_quoted_at_their_offsets_from_the_best_prices)
{
    OPEN_MAKER("1t:100, 0.03:200");
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:B200@9.97+ 2:S100@10.03+ 3:S200@10.05+");
}

SPEC(each_side_may_have_rungs_of_its_own)
{
    rig_open(&maker_kind, 1, "bid_rungs", "0:10, 1t:20", "ask_rungs", "5t:30", "long", "100",
             "short", "100", NULL);
    shown("10.00:500 | 10.02:500", "0:B10@10.00+ 1:B20@9.99+ 2:S30@10.07+");
}

SPEC(one_side_alone_may_be_quoted)
{
    rig_open(&maker_kind, 1, "ask_rungs", "1t:30", "long", "100", "short", "100", NULL);
    shown("10.00:500 | 10.02:500", "1:S30@10.03+");
}

SPEC(offsets_count_from_the_middle_and_prices_are_rounded_away_from_it)
{
    OPEN_MAKER("2t:100", "reference", "mid");
    shown("10.00:500 | 10.05:500", "0:B100@10.00+ 1:S100@10.05+");
}

SPEC(offsets_count_from_the_middle_weighted_by_the_sizes_of_the_other_side)
{
    /* (10.00 * 300 + 10.10 * 100) / 400 = 10.025 */
    OPEN_MAKER("2t:100", "reference", "micro", "post_only", "no");
    shown("10.00:100 | 10.10:300", "0:B100@10.00 1:S100@10.05");
}

SPEC(offsets_count_from_a_fair_value)
{
    OPEN_MAKER("2t:100", "reference", "fair", "fair", "10.035");
    shown("10.00:500 | 10.10:500", "0:B100@10.01+ 1:S100@10.06+");
}

SPEC(offsets_may_improve_the_best_prices)
{
    OPEN_MAKER("-1t:100");
    shown("10.00:500 | 10.05:500", "0:B100@10.01+ 1:S100@10.04+");
}

SPEC(each_unit_of_inventory_moves_both_sides_by_the_skew)
{
    OPEN_MAKER("1t:100", "skew", "0.0002");
    rig.leg[0].position = rig_units(100);
    shown("10.00:500 | 10.02:500", "0:B100@9.97+ 1:S100@10.01+");
    OPEN_MAKER("1t:100", "skew", "0.0002");
    rig.leg[0].position = rig_units(-100);
    shown("10.00:500 | 10.02:500", "0:B100@10.01+ 1:S100@10.05+");
}

SPEC(own_bids_and_asks_keep_their_least_distance)
{
    OPEN_MAKER("-1t:100, 0:50", "spread", "0.05");
    shown("10.00:500 | 10.04:500", "0:B100@9.99+ 1:B50@9.98+ 2:S100@10.04+ 3:S50@10.05+");
}

SPEC(post_only_quotes_never_touch_the_other_side)
{
    OPEN_MAKER("0:100", "reference", "fair", "fair", "10.50");
    shown("10.00:500 | 10.02:500", "0:B100@10.01+ 1:S100@10.50+");
    shown("10.00:500 | 10.04:500", "0:B100@10.03+"); /* as it is allowed to, it comes */
}

SPEC(without_post_only_a_quote_takes_what_is_beyond_the_fair_value)
{
    OPEN_MAKER("0:100", "reference", "fair", "fair", "10.50", "post_only", "no");
    shown("10.00:500 | 10.02:500", "0:B100@10.49 1:S100@10.50");
}

SPEC(quantities_are_whole_lots_of_at_most_the_largest_order)
{
    OPEN_MAKER("1t:150, 2t:8");
    rig.leg[0].terms.lot = rig_units(10);
    rig.leg[0].terms.qty_max = rig_units(100);
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 2:S100@10.03+");
}

SPEC(prices_below_a_tick_or_above_the_highest_are_not_quoted)
{
    OPEN_MAKER("1t:100, 10.00:100");
    rig.leg[0].terms.price_max = rig_price("15.00");
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 2:S100@10.03+");
}

/* F22: parameters change while it runs. */

SPEC(parameters_change_at_the_next_decision_and_what_stays_the_same_is_not_said)
{
    open_plain();
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    settled("");
    rig_set("long", "1000", "short", "1000", "bid_rungs", "3t:100", "ask_rungs", "1t:100", NULL);
    rig_after(1);
    EXPECT_TEXT(rig_said(), "0:B100@9.97+");
}

SPEC(rungs_come_and_go_within_most_rungs)
{
    OPEN_MAKER("1t:100", "most_rungs", "2");
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 2:S100@10.03+");
    rig_set("long", "1000", "short", "1000", "rungs", "1t:100, 2t:50", "most_rungs", "2", NULL);
    rig_after(1);
    EXPECT_TEXT(rig_said(), "1:B50@9.98+ 3:S50@10.04+");
    rig_set("long", "1000", "short", "1000", "rungs", "2t:70", "most_rungs", "2", NULL);
    rig_after(1);
    EXPECT_TEXT(rig_said(), "0:B70@9.98+ 1:- 2:S70@10.04+ 3:-");
}

SPEC(a_lower_limit_takes_quotes_back_at_once)
{
    OPEN_MAKER("1t:100, 2t:100");
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:B100@9.98+ 2:S100@10.03+ 3:S100@10.04+");
    settled("");
    rig_set("long", "150", "short", "1000", "rungs", "1t:100, 2t:100", NULL);
    rig_after(1);
    EXPECT_TEXT(rig_said(), "1:B50@9.98+");
}

/* F23: only the side whose reference moved, and only by the threshold. */

SPEC(only_the_side_whose_reference_moved_is_quoted_anew)
{
    open_plain();
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    settled("");
    shown("10.00:500 | 10.03:500", "1:S100@10.04+");
    settled("");
    shown("9.98:500 | 10.03:500", "0:B100@9.97+");
}

SPEC(a_reference_that_moves_less_than_the_threshold_requotes_nothing)
{
    OPEN_MAKER("5t:100", "threshold", "3t");
    shown("10.00:500 | 10.02:500", "0:B100@9.95+ 1:S100@10.07+");
    settled("");
    shown("10.01:500 | 10.03:500", "");
    shown("10.02:500 | 10.04:500", "");
    shown("10.03:500 | 10.04:500", "0:B100@9.98+"); /* from where it was quoted, not step by step */
    shown("10.03:500 | 10.05:500", "1:S100@10.10+");
}

SPEC(sizes_that_change_at_the_same_prices_requote_nothing)
{
    open_plain();
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    shown("10.00:50 | 10.02:900", "");
    settled("");
}

SPEC(with_the_middle_as_reference_both_sides_move_with_it)
{
    OPEN_MAKER("2t:100", "reference", "mid");
    shown("10.00:500 | 10.04:500", "0:B100@10.00+ 1:S100@10.04+");
    shown("10.00:500 | 10.06:500", "0:B100@10.01+ 1:S100@10.05+");
}

SPEC(a_side_that_moves_beyond_own_orders_waits_until_they_are_gone)
{
    OPEN_MAKER("2t:100", "reference", "fair", "fair", "10.05");
    shown("9.00:500 | 11.00:500", "0:B100@10.03+ 1:S100@10.07+");
    settled("");
    rig_set("long", "1000", "short", "1000", "rungs", "2t:100", "reference", "fair", "fair",
            "10.15", NULL);
    rig_after(1);
    EXPECT_TEXT(rig_said(), "0:B100@10.06+ 1:S100@10.17+");
    rig_answer();
    rig_show(0);
    EXPECT_TEXT(rig_said(), "0:B100@10.13+");
}

/* F22: parameters that are refused. */

SPEC(parameters_that_contradict_each_other_are_refused_by_name)
{
#define PROBLEM(...) rig_problem(&maker_kind, 1, "long", "1", "short", "1", __VA_ARGS__, NULL)
    EXPECT_TEXT(PROBLEM("rungs", "1t:1", "bid_rungs", "1t:1"),
                "maker: rungs is '1t:1': with it there are no bid_rungs and no ask_rungs");
    EXPECT_TEXT(PROBLEM("spread", "2t"), "maker: rungs is '': there are no rungs at all: rungs, "
                                         "bid_rungs or ask_rungs are needed");
    EXPECT_TEXT(PROBLEM("rungs", "1t:1", "reference", "fair"),
                "maker: fair is '': reference fair needs a value above 0");
    EXPECT_TEXT(PROBLEM("rungs", "1t:1", "fair", "7"),
                "maker: fair is '7': only reference fair reads it");
    EXPECT_TEXT(PROBLEM("rungs", "1t:1, 2t:1", "most_rungs", "1"),
                "maker: most_rungs is '1': there are more rungs than that");
    EXPECT_TEXT(PROBLEM("rungs", "1t:1"), "");
    EXPECT_TEXT(
        rig_problem(&maker_kind, 1025, "long", "1", "short", "1", "rungs", "1:1, 2:1", NULL),
        "maker: rungs is '1:1, 2:1': instruments times both sides' rungs are more than "
        "4096 orders");
    EXPECT_TEXT(
        rig_problem(&maker_kind, 1024, "long", "1", "short", "1", "rungs", "1:1, 2:1", NULL), "");
}

#define SPECS(S)                                                                                   \
    S(both_sides_are_quoted_at_their_offsets_from_the_best_prices)                                 \
    S(each_side_may_have_rungs_of_its_own)                                                         \
    S(one_side_alone_may_be_quoted)                                                                \
    S(offsets_count_from_the_middle_and_prices_are_rounded_away_from_it)                           \
    S(offsets_count_from_the_middle_weighted_by_the_sizes_of_the_other_side)                       \
    S(offsets_count_from_a_fair_value)                                                             \
    S(offsets_may_improve_the_best_prices)                                                         \
    S(each_unit_of_inventory_moves_both_sides_by_the_skew)                                         \
    S(own_bids_and_asks_keep_their_least_distance)                                                 \
    S(post_only_quotes_never_touch_the_other_side)                                                 \
    S(without_post_only_a_quote_takes_what_is_beyond_the_fair_value)                               \
    S(quantities_are_whole_lots_of_at_most_the_largest_order)                                      \
    S(prices_below_a_tick_or_above_the_highest_are_not_quoted)                                     \
    S(parameters_change_at_the_next_decision_and_what_stays_the_same_is_not_said)                  \
    S(rungs_come_and_go_within_most_rungs)                                                         \
    S(a_lower_limit_takes_quotes_back_at_once)                                                     \
    S(only_the_side_whose_reference_moved_is_quoted_anew)                                          \
    S(a_reference_that_moves_less_than_the_threshold_requotes_nothing)                             \
    S(sizes_that_change_at_the_same_prices_requote_nothing)                                        \
    S(with_the_middle_as_reference_both_sides_move_with_it)                                        \
    S(a_side_that_moves_beyond_own_orders_waits_until_they_are_gone)                               \
    S(parameters_that_contradict_each_other_are_refused_by_name)
SPEC_MAIN("maker", SPECS, NULL, rig_close)
