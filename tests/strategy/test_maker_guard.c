/* What keeps the market maker safe: its inventory, its own size, the state of the book, and what
 * the venue and risk do to it (F24 to F27). */

#include "tests/strategy/maker_steps.h"

/* F24: the gate. */

SPEC(no_quote_could_breach_the_limit_if_it_filled)
{
    rig_open(&maker_kind, 1, "rungs", "1t:100, 2t:100, 3t:100", "long", "250", "short", "120",
             NULL);
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:B100@9.98+ 2:B50@9.97+ 3:S100@10.03+ "
                                   "4:S20@10.04+");
}

SPEC(a_position_takes_room_of_its_side_and_gives_room_to_the_other)
{
    rig_open(&maker_kind, 1, "rungs", "1t:100, 2t:100", "long", "150", "short", "100", NULL);
    rig.leg[0].position = rig_units(100);
    shown("10.00:500 | 10.02:500", "0:B50@9.99+ 2:S100@10.03+ 3:S100@10.04+");
}

SPEC(a_fill_requotes_its_side_at_once_up_to_the_limit)
{
    rig_open(&maker_kind, 1, "rungs", "1t:100", "long", "120", "short", "100", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    settled("");
    rig_fill(0, rig_units(60));
    rig_answer();
    rig_decide(0, 0); /* no new market: the report alone */
    EXPECT_TEXT(rig_said(), "0:B60@9.99+");
}

SPEC(a_fill_with_skew_moves_the_other_side_too_if_it_moves_it_by_the_threshold)
{
    OPEN_MAKER("1t:100", "skew", "0.0002", "threshold", "1t");
    shown("10.00:500 | 10.05:500", "0:B100@9.99+ 1:S100@10.06+");
    settled("");
    rig_fill(0, rig_units(40)); /* 0.008: not enough for the asks */
    rig_answer();
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B100@9.98+");
    rig_answer();
    rig_fill(0, rig_units(20)); /* 0.012 in all */
    rig_answer();
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B100@9.97+ 1:S100@10.05+");
}

SPEC(an_order_that_is_being_canceled_still_takes_room)
{
    rig_open(&maker_kind, 1, "rungs", "1t:100, 2t:100", "long", "150", "short", "100", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:B50@9.98+ 2:S100@10.03+");
    settled("");
    rig_fill(1, rig_units(50)); /* the second first: room for 100 */
    rig_answer();
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "3:S50@10.04+"); /* and 50 long is room for the asks */
    rig.leg[0].position = rig.leg[0].position_truth = rig_units(100);
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B50@9.99+ 3:S100@10.04+"); /* from outside: a breach */
    EXPECT_UINT((uint64_t)rig_worst(0, SIDE_BUY), (uint64_t)rig_units(200)); /* until it is less */
    rig_answer();
    EXPECT_UINT((uint64_t)rig_worst(0, SIDE_BUY), (uint64_t)rig_units(150));
}

SPEC(a_breach_takes_the_farthest_rungs_first)
{
    rig_open(&maker_kind, 1, "rungs", "1t:100, 2t:100", "long", "200", "short", "900", NULL);
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:B100@9.98+ 2:S100@10.03+ 3:S100@10.04+");
    settled("");
    rig.leg[0].position = rig_units(130);
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B70@9.99+ 1:-");
    settled("");
    rig.leg[0].position = rig_units(10);
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B100@9.99+ 1:B90@9.98+");
}

/* F25: own size is no reference. */

SPEC(a_quote_that_joins_the_best_does_not_move_its_own_reference)
{
    OPEN_MAKER("0:100");
    shown("10.00:500 | 10.02:500", "0:B100@10.00+ 1:S100@10.02+");
    settled("");
    shown("10.00:1 | 10.02:1", ""); /* 101 are shown: others are there */
}

SPEC(a_quote_that_improves_the_best_does_not_chase_itself)
{
    OPEN_MAKER("-1t:100", "alone", "stay");
    shown("10.00:500 | 10.10:500", "0:B100@10.01+ 1:S100@10.09+");
    settled("");
    shown("10.00:500 | 10.10:500", "");
    shown("9.99:500 | 10.10:500", ""); /* alone: it is not known what is behind it */
}

SPEC(alone_at_the_top_it_retreats_until_it_has_company)
{
    OPEN_MAKER("0:100");
    shown("10.00:500 9.97:300 | 10.02:500", "0:B100@10.00+ 1:S100@10.02+");
    settled("");
    shown("9.97:300 | 10.02:500", "0:B100@9.99+");
    settled("0:B100@9.98+");
    settled("0:B100@9.97+");
    settled("");
    settled("");
    EXPECT_UINT((uint64_t)rig_gauge("retreats"), 3);
}

SPEC(retreat_is_no_farther_than_configured_from_where_others_were)
{
    OPEN_MAKER("0:100", "retreat", "2t", "retreat_most", "3t");
    shown("10.00:500 | 10.02:500", "0:B100@10.00+ 1:S100@10.02+");
    settled("");
    shown("9.00:300 | 10.02:500", "0:B100@9.98+");
    settled("0:B100@9.97+");
    settled("");
}

SPEC(configured_to_stay_it_stays_alone_where_it_is)
{
    OPEN_MAKER("0:100", "alone", "stay");
    shown("10.00:500 | 10.02:500", "0:B100@10.00+ 1:S100@10.02+");
    settled("");
    shown("9.97:300 | 10.02:500", "");
    settled("");
    shown("9.97:300 | 10.02:500", "");
}

SPEC(an_own_order_that_is_not_yet_in_the_picture_is_not_taken_from_it)
{
    OPEN_MAKER("0:100");
    shown("10.00:50 | 10.02:50", "0:B100@10.00+ 1:S100@10.02+");
    rig_decide(0, 1u << COMPOSITE_QUOTE); /* the old picture, less than what was asked for */
    EXPECT_TEXT(rig_said(), "");
    rig_answer();
    rig_decide(0, 1u << COMPOSITE_QUOTE); /* the reports came sooner */
    EXPECT_TEXT(rig_said(), "");
    settled("");
}

SPEC(an_own_order_that_is_gone_may_still_be_in_the_picture)
{
    OPEN_MAKER("0:100");
    shown("10.00:500 9.90:500 | 10.02:500", "0:B100@10.00+ 1:S100@10.02+");
    settled("");
    shown("9.99:500 | 10.02:500", "0:B100@9.99+"); /* alone at 10.00 */
    rig_answer();
    rig_decide(0, 1u << COMPOSITE_QUOTE); /* still 100 at 10.00: ours, of before */
    EXPECT_TEXT(rig_said(), "");
    rig.now += ECHO;
    rig_decide(0, 1u << COMPOSITE_QUOTE); /* still: somebody else's */
    EXPECT_TEXT(rig_said(), "0:B100@10.00+");
}

SPEC(what_was_said_and_taken_back_may_be_in_the_picture_before_its_report)
{
    OPEN_MAKER("0:100");
    shown("10.00:50 | 10.09:50", "0:B100@10.00+ 1:S100@10.09+");
    settled("");
    shown("10.01:50 | 10.09:50", "0:B100@10.01+");
    shown("10.00:50 | 10.09:50", "0:B100@10.00+");
    EXPECT(rig_arrive(0)); /* the first word; the second one waits */
    shown("10.00:50 | 10.09:50", "");
    EXPECT_UINT((uint64_t)rig.leg[0].shown.bid, (uint64_t)rig_price("10.01"));
    rig_answer();
    settled("");
}

/* F27: stale, invalid, or not to be traded on. */

SPEC(quotes_are_pulled_when_the_book_is_not_live_and_come_back_with_it)
{
    static const uint8_t states[] = {MARKET_HALTED, MARKET_STALE, MARKET_RECOVERING, MARKET_GAP,
                                     MARKET_CLOSED};
    for (uint32_t i = 0; i < sizeof states; i++) {
        open_plain();
        shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
        settled("");
        rig.leg[0].state = states[i];
        shown("10.00:500 | 10.02:500", "0:- 1:-");
        shown("10.00:500 | 10.02:500", "");
        rig_answer();
        rig.leg[0].state = MARKET_LIVE;
        shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    }
}

SPEC(quotes_are_pulled_from_a_crossed_or_locked_book_and_from_one_without_a_side)
{
    static const char *const books[] = {"10.03:5 | 10.02:5", "10.02:5 | 10.02:5", "10.00:5 |",
                                        "| 10.02:5", ""};
    for (uint32_t i = 0; i < 5; i++) {
        open_plain();
        shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
        rig_answer();
        rig_fill(0, rig_units(100));
        rig_fill(1, rig_units(100));
        rig_answer();
        rig_decide(0, 0);
        shown(books[i], "0:- 1:-");
        rig_answer();
        shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    }
}

SPEC(quotes_are_pulled_while_orders_may_not_leave)
{
    static const uint8_t states[] = {TRADING_HALTED, TRADING_AWAY, TRADING_NOWHERE};
    for (uint32_t i = 0; i < sizeof states; i++) {
        open_plain();
        shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
        settled("");
        rig.leg[0].trading = states[i];
        rig_decide(0, 0);
        EXPECT_TEXT(rig_said(), "0:- 1:-");
        rig.leg[0].trading = TRADING_ACTIVE;
        rig_answer();
        rig_decide(0, 0);
        EXPECT_TEXT(rig_said(), "0:B100@9.99+ 1:S100@10.03+");
    }
}

SPEC(where_only_reductions_may_leave_only_the_reducing_side_is_quoted_up_to_the_position)
{
    OPEN_MAKER("1t:100, 2t:100");
    rig.leg[0].position = rig_units(130);
    rig.leg[0].trading = TRADING_REDUCE_ONLY;
    shown("10.00:500 | 10.02:500", "2:S100@10.03+ 3:S30@10.04+");
    rig.leg[0].trading = TRADING_ACTIVE;
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B100@9.99+ 1:B100@9.98+ 3:S100@10.04+");
    rig.leg[0].position = rig_units(-20);
    rig.leg[0].trading = TRADING_REDUCE_ONLY;
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:B20@9.99+ 1:- 2:- 3:-");
}

/* What the venue and risk do to it. */

SPEC(a_refused_quote_is_not_repeated_before_the_time_of_a_retry)
{
    open_plain();
    rig.refuse = true;
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    shown("10.00:501 | 10.02:501", "");
    rig.refuse = false;
    rig_after(NANOS_SECOND);
    EXPECT_TEXT(rig_said(), "0:B100@9.99+ 1:S100@10.03+");
    settled("");
    EXPECT_UINT((uint64_t)rig_gauge("refused"), 2);
}

SPEC(a_refused_quote_is_said_at_another_price_at_once)
{
    open_plain();
    rig.refuse = true;
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    rig.refuse = false;
    shown("10.01:500 | 10.02:500", "0:B100@10.00+");
}

SPEC(a_quote_that_the_venue_cancels_unasked_comes_back_after_the_time_of_a_retry)
{
    open_plain();
    shown("10.00:500 | 10.02:500", "0:B100@9.99+ 1:S100@10.03+");
    settled("");
    rig_cancel(0);
    rig_answer();
    rig_show(0);
    EXPECT_TEXT(rig_said(), "");
    rig_after(NANOS_SECOND);
    EXPECT_TEXT(rig_said(), "0:B100@9.99+");
}

SPEC(an_order_of_before_the_start_is_replaced_or_stopped)
{
    open_plain();
    for (uint32_t key = 0; key < 2; key++)
        rig.order[key] = (struct delegate_order){.price = rig_price("5.00"),
                                                 .leaves = rig_units(40),
                                                 .exposure = rig_units(40),
                                                 .side = (uint8_t)key,
                                                 .instrument = 10,
                                                 .state = ORDER_OPEN};
    rig.hold = true;
    rig_book(0, "10.00:500 |");
    rig_publish(0);
    rig_decide(0, 0);
    EXPECT_TEXT(rig_said(), "0:- 1:-");
}

SPEC(instruments_are_quoted_apart_with_keys_of_their_own)
{
    rig_open(&maker_kind, 2, "rungs", "1t:100", "long", "100", "short", "100", NULL);
    rig_book(0, "10.00:500 | 10.02:500");
    rig_book(1, "20.00:500 | 20.02:500");
    rig_show(1);
    EXPECT_TEXT(rig_said(), "2:B100@19.99+ 3:S100@20.03+");
    rig_show(0);
    EXPECT_TEXT(rig_said(), "0:B100@9.99+ 1:S100@10.03+");
    rig_answer();
    rig_set("rungs", "2t:100", "long", "100", "short", "100", NULL);
    rig_after(1); /* shown the first alone, both are quoted anew */
    EXPECT_TEXT(rig_said(), "0:B100@9.98+ 1:S100@10.04+ 2:B100@19.98+ 3:S100@20.04+");
}

#define SPECS(S)                                                                                   \
    S(no_quote_could_breach_the_limit_if_it_filled)                                                \
    S(a_position_takes_room_of_its_side_and_gives_room_to_the_other)                               \
    S(a_fill_requotes_its_side_at_once_up_to_the_limit)                                            \
    S(a_fill_with_skew_moves_the_other_side_too_if_it_moves_it_by_the_threshold)                   \
    S(an_order_that_is_being_canceled_still_takes_room)                                            \
    S(a_breach_takes_the_farthest_rungs_first)                                                     \
    S(a_quote_that_joins_the_best_does_not_move_its_own_reference)                                 \
    S(a_quote_that_improves_the_best_does_not_chase_itself)                                        \
    S(alone_at_the_top_it_retreats_until_it_has_company)                                           \
    S(retreat_is_no_farther_than_configured_from_where_others_were)                                \
    S(configured_to_stay_it_stays_alone_where_it_is)                                               \
    S(an_own_order_that_is_not_yet_in_the_picture_is_not_taken_from_it)                            \
    S(an_own_order_that_is_gone_may_still_be_in_the_picture)                                       \
    S(what_was_said_and_taken_back_may_be_in_the_picture_before_its_report)                        \
    S(quotes_are_pulled_when_the_book_is_not_live_and_come_back_with_it)                           \
    S(quotes_are_pulled_from_a_crossed_or_locked_book_and_from_one_without_a_side)                 \
    S(quotes_are_pulled_while_orders_may_not_leave)                                                \
    S(where_only_reductions_may_leave_only_the_reducing_side_is_quoted_up_to_the_position)         \
    S(a_refused_quote_is_not_repeated_before_the_time_of_a_retry)                                  \
    S(a_refused_quote_is_said_at_another_price_at_once)                                            \
    S(a_quote_that_the_venue_cancels_unasked_comes_back_after_the_time_of_a_retry)                 \
    S(an_order_of_before_the_start_is_replaced_or_stopped)                                         \
    S(instruments_are_quoted_apart_with_keys_of_their_own)
SPEC_MAIN("maker_guard", SPECS, NULL, rig_close)
