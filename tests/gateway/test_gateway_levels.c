/* How much is traded of an intent, whatever comes between: one from outside ("far"), which counts
 * from its first request, and a delegate's, which counts from its decision. */

#include "tests/gateway/gateway_trace.h"

#include <stdlib.h>
#include <string.h>

#define FAR 2u

static enum slots_status wants(uint64_t sequence, int price, int qty)
{
    const struct gateway_intent intent = {
        .strategy = FAR,
        .sequence = sequence,
        .intent = {.kind = INTENT_ORDER, .price = price * PRICE_ONE, .qty = qty * QTY_ONE}};
    enum slots_status status = gateway_intend(rig.gateway, &intent, rig.now);
    gateway_verify(rig.gateway);
    return status;
}

static int64_t newest_qty(void)
{
    return rig.sent[rig.sents - 1].qty / QTY_ONE;
}

static int64_t position(uint32_t strategy)
{
    return held(strategy, 0).position / QTY_ONE;
}

/* 4 of 10 at 100 are executed, and it is to be 10 at 99. */
static void given(bool replaces, const char *wire)
{
    gateway_rig_new(&rig, replaces);
    EXPECT_UINT(wants(1, 100, 10), SLOTS_OK);
    gateway_rig_play(&rig, "a100 e100:4");
    EXPECT_UINT(wants(2, 99, 10), SLOTS_OK);
    EXPECT_TEXT(rig.wire, wire);
}

static void killed(uint32_t records)
{
    rig.records = records;
    rig.wire[0] = '\0';
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
}

/* The newest row of the drop copy in the journal, of that kind. */
static uint32_t row_find(enum gateway_report_kind kind)
{
    uint32_t at = rig.records;
    while (--at > 0)
        if (rig.written[at].kind == GATEWAY_RECORD_REPORT && rig.written[at].report.kind == kind)
            break;
    return at;
}

SPEC(a_replacement_that_comes_too_late_trades_no_more_than_was_wanted_from_then_on)
{
    given(true, "o100 r99");
    gateway_rig_play(&rig, "e100:10");
    EXPECT_TEXT(rig.wire, "o100 r99 o99");
    EXPECT_UINT(newest_qty(), 4);
    gateway_rig_play(&rig, "a99 e99:4");
    EXPECT_UINT(position(FAR), 14);
    EXPECT_UINT(held(FAR, 0).working, 0);
    EXPECT_UINT(wants(3, 99, 10), SLOTS_OK); /* it was done: this is another one */
    EXPECT_UINT(newest_qty(), 10);
    gateway_rig_free(&rig);
}

SPEC(nor_does_an_order_that_a_cancel_makes_way_for)
{
    given(false, "o100 c100");
    gateway_rig_play(&rig, "c100:7");
    EXPECT_TEXT(rig.wire, "o100 c100 o99");
    EXPECT_UINT(newest_qty(), 7);
    gateway_rig_free(&rig);
    given(false, "o100 c100");
    gateway_rig_play(&rig, "e100:10 a99 e99:4");
    EXPECT_UINT(position(FAR), 14);
    gateway_rig_free(&rig);
}

SPEC(where_nothing_is_left_nothing_leaves)
{
    gateway_rig_new(&rig, true);
    EXPECT_UINT(wants(1, 100, 10), SLOTS_OK);
    gateway_rig_play(&rig, "a100");
    EXPECT_UINT(wants(2, 99, 10), SLOTS_OK);
    gateway_rig_play(&rig, "e100:10");
    EXPECT_TEXT(rig.wire, "o100 r99");
    EXPECT_UINT(position(FAR), 10);
    gateway_rig_free(&rig);
}

SPEC(the_same_said_again_is_the_same_before_and_after)
{
    given(true, "o100 r99");
    EXPECT_UINT(wants(3, 99, 10), SLOTS_SAME);
    gateway_rig_play(&rig, "e100:10");
    EXPECT_UINT(wants(4, 99, 10), SLOTS_SAME);
    gateway_rig_play(&rig, "a99 e99:1");
    EXPECT_UINT(wants(5, 99, 10), SLOTS_SAME);
    EXPECT_TEXT(rig.wire, "o100 r99 o99");
    gateway_rig_free(&rig);
}

SPEC(a_newer_one_that_waits_is_for_all_of_its_quantity)
{
    given(true, "o100 r99");
    EXPECT_UINT(wants(3, 98, 10), SLOTS_OK);
    gateway_rig_play(&rig, "e100:10");
    EXPECT_TEXT(rig.wire, "o100 r99 o98");
    EXPECT_UINT(newest_qty(), 10);
    gateway_rig_free(&rig);
}

SPEC(a_replacement_in_doubt_is_asked_for_again_for_what_is_left)
{
    given(true, "o100 r99");
    gateway_rig_play(&rig, "t O100:2:8");
    EXPECT_TEXT(rig.wire, "o100 r99 q100 r99");
    EXPECT_UINT(newest_qty(), 6);
    gateway_rig_play(&rig, "t D100:10");
    EXPECT_TEXT(rig.wire, "o100 r99 q100 r99 q100 o99");
    EXPECT_UINT(newest_qty(), 4);
    gateway_rig_free(&rig);
}

/* Killed while the replacement was under way: nothing is sent anew for it, whichever lived. */
SPEC(a_start_in_the_middle_of_it_sends_nothing_for_it)
{
    static const char *const said[] = {"D100:10", "O100:3:7", "N100"};
    static const int64_t positions[] = {10, 7, 4};
    for (uint32_t i = 0; i < ARRAY_COUNT(said); i++) {
        given(true, "o100 r99");
        killed(rig.records);
        gateway_rig_play(&rig, said[i]);
        EXPECT_TEXT(rig.wire, "q100");
        EXPECT(position(FAR) == positions[i]);
        gateway_rig_free(&rig);
    }
}

/* Filled, and killed before what was left had a pass, or behind it. */
SPEC(a_start_behind_the_fill_goes_on_with_what_had_left)
{
    given(true, "o100 r99");
    gateway_rig_play(&rig, "e100:10");
    EXPECT_TEXT(rig.wire, "o100 r99 o99");
    killed(row_find(COPY_EXECUTED) + 1);
    EXPECT_TEXT(rig.wire, "");
    EXPECT_UINT(position(FAR), 10);
    EXPECT_UINT(held(FAR, 0).working, 0);
    EXPECT_UINT(wants(3, 99, 10), SLOTS_OK); /* said again it is a new one */
    EXPECT_UINT(newest_qty(), 10);
    gateway_rig_free(&rig);

    given(true, "o100 r99");
    gateway_rig_play(&rig, "e100:10");
    killed(rig.records);
    EXPECT_TEXT(rig.wire, "q99");
    struct risk_holding_view view;
    risk_holding(gateway_risk(rig.gateway), FAR, 0, &view);
    EXPECT(view.buys == 4 * QTY_ONE);
    gateway_rig_play(&rig, "O99:4:0 e99:4");
    EXPECT_TEXT(rig.wire, "q99");
    EXPECT_UINT(position(FAR), 14);
    gateway_rig_free(&rig);
}

SPEC(a_delegates_order_counts_from_its_decision)
{
    trace(true, "i100 a100 e100:4 i99 e100:10", "o100 r99 o99");
    EXPECT_UINT(newest_qty(), 4);
    EXPECT(rig.one->order[0].exposure == 4 * QTY_ONE);
    gateway_rig_play(&rig, "a99 e99:4");
    EXPECT_UINT(position(0), 14);
    ends(ORDER_NONE);
    trace(false, "i100 a100 e100:4 i99 c100:7", "o100 c100 o99");
    EXPECT_UINT(newest_qty(), 7);
    ends(ORDER_PENDING);
}

SPEC(after_an_odd_lot_was_filled_a_quote_is_still_moved)
{
    for (uint32_t outside = 0; outside < 2; outside++) {
        gateway_rig_plan(&rig, true);
        rig.symbol[0].lot = 10 * QTY_ONE;
        gateway_rig_open(&rig);
        gateway_rig_start(&rig);
        if (outside) EXPECT_UINT(wants(1, 100, 10), SLOTS_OK);
        else gateway_rig_play(&rig, "i100");
        gateway_rig_play(&rig, "a100 e100:3");
        if (outside) EXPECT_UINT(wants(2, 99, 10), SLOTS_OK);
        else gateway_rig_play(&rig, "i99");
        EXPECT_TEXT(rig.wire, "o100 r99");
        EXPECT_UINT(COUNT(refused), 0);
        gateway_rig_free(&rig);
    }
}

SPEC(what_is_no_whole_lot_is_refused_with_the_lot)
{
    gateway_rig_plan(&rig, true);
    rig.symbol[0].lot = 10 * QTY_ONE;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i100:13");
    EXPECT_TEXT(rig.wire, "");
    const struct gateway_report *row = &rig.copy[rig.copies - 1];
    EXPECT_UINT(row->reason, RISK_OFF_LOT);
    EXPECT(row->qty == 13 * QTY_ONE);
    EXPECT(row->price == 10 * QTY_ONE);
    gateway_rig_free(&rig);
}

#define SPECS(S)                                                                                   \
    S(a_replacement_that_comes_too_late_trades_no_more_than_was_wanted_from_then_on)               \
    S(nor_does_an_order_that_a_cancel_makes_way_for)                                               \
    S(where_nothing_is_left_nothing_leaves)                                                        \
    S(the_same_said_again_is_the_same_before_and_after)                                            \
    S(a_newer_one_that_waits_is_for_all_of_its_quantity)                                           \
    S(a_replacement_in_doubt_is_asked_for_again_for_what_is_left)                                  \
    S(a_start_in_the_middle_of_it_sends_nothing_for_it)                                            \
    S(a_start_behind_the_fill_goes_on_with_what_had_left)                                          \
    S(a_delegates_order_counts_from_its_decision)                                                  \
    S(after_an_odd_lot_was_filled_a_quote_is_still_moved)                                          \
    S(what_is_no_whole_lot_is_refused_with_the_lot)
SPEC_MAIN("gateway_levels", SPECS, NULL, NULL)
