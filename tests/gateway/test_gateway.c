/* What the gateway promises, as traces: steps in, the wire out (gateway_rig.h has the alphabet). */

#include "tests/gateway/gateway_trace.h"

/* The traces by which the slot is known, through risk, journal and port. */

SPEC(orders_1_2_3_and_a_stop_while_1_is_unconfirmed_send_o1_c1)
{
    trace(false, "i1 i2 i3 x a1 c1", "o1 c1");
    ends(ORDER_NONE);
    trace(true, "i1 i2 i3 x a1 c1", "o1 c1");
    ends(ORDER_NONE);
}

SPEC(orders_1_2_3_while_1_is_unconfirmed_send_o1_c1_o3_or_replace_once)
{
    trace(false, "i1 i2 i3 a1 c1 a3", "o1 c1 o3");
    ends(ORDER_OPEN);
    trace(true, "i1 i2 i3 a1 p3", "o1 r3");
    ends(ORDER_OPEN);
}

SPEC(orders_2_then_3_during_the_cancel_of_1_send_o3_and_never_o2)
{
    trace(false, "i1 a1 x i2 i3 c1 a3", "o1 c1 o3");
    ends(ORDER_OPEN);
}

SPEC(order_2_then_a_stop_during_the_cancel_of_1_send_nothing_more)
{
    trace(false, "i1 a1 i2 x c1", "o1 c1");
    ends(ORDER_NONE);
}

SPEC(after_a_reject_what_waited_goes_out)
{
    trace(false, "i1 i2 r1 a2", "o1 o2");
    ends(ORDER_OPEN);
}

SPEC(a_fill_during_a_cancel_frees_the_slot_and_the_next_order_goes_out)
{
    trace(false, "i1 a1 i2:10 e1:10", "o1 c1");
    ends(ORDER_NONE); /* all it wanted was executed: of 2 nothing is left (it carries) */
    trace(false, "i1 a1 i2:30 e1:10 a2", "o1 c1 o2");
    EXPECT_UINT((uint64_t)rig.sent[2].qty, 20 * QTY_ONE);
    ends(ORDER_OPEN);
}

SPEC(a_late_older_sequence_from_outside_never_wins)
{
    gateway_rig_new(&rig, false);
    struct gateway_intent intent = {
        .strategy = 2,
        .sequence = 5,
        .intent = {.kind = INTENT_ORDER, .price = 5 * PRICE_ONE, .qty = QTY_ONE}};
    EXPECT_UINT(gateway_intend(rig.gateway, &intent, rig.now), SLOTS_OK);
    intent.sequence = 4;
    intent.intent.price = 4 * PRICE_ONE;
    EXPECT_UINT(gateway_intend(rig.gateway, &intent, rig.now), SLOTS_OLD);
    gateway_rig_play(&rig, "a5");
    EXPECT_TEXT(rig.wire, "o5");
    gateway_rig_free(&rig);
}

SPEC(unique_orders_go_out_at_once_and_never_touch_the_replaceable_one)
{
    trace(false, "i1 a1 u7 u8 a7 i2 M", "o1 o7 o8 c1");
    EXPECT_UINT(rig.one->order[0].state, ORDER_PENDING);
    EXPECT_TEXT(told(rig.one), "AA");
    gateway_rig_free(&rig);
}

SPEC(another_way_of_working_cancels_and_sends_anew)
{
    trace(true, "i1 a1 i1p c1 a1", "o1 c1 o1");
    EXPECT_UINT(rig.sent[2].how, HOW_POST_ONLY);
    ends(ORDER_OPEN);
    trace(true, "i1i a1 i1i", "o1"); /* the same terms are nothing (F8) */
    EXPECT_UINT(rig.sent[0].how, HOW_IMMEDIATE);
    gateway_rig_free(&rig);
}

/* Truth. */

SPEC(position_cash_and_profit_are_exact)
{
    trace(false, "i99 a99 e99:4 e99:4 e99:6@98 s105/1 a105 e105:5", "o99 o105");
    struct gateway_holding holding = held(0, 0);
    EXPECT_UINT((uint64_t)holding.position, 1 * QTY_ONE);
    EXPECT_UINT((uint64_t)holding.bought, 6 * QTY_ONE);
    EXPECT_UINT((uint64_t)holding.sold, 5 * QTY_ONE);
    EXPECT_UINT((uint64_t)holding.cash, (uint64_t)((5 * 105 - 4 * 99 - 2 * 98) * PRICE_ONE));
    EXPECT_UINT((uint64_t)holding.profit,
                (uint64_t)((5 * 105 - 4 * 99 - 2 * 98 + 100) * PRICE_ONE));
    EXPECT_UINT(holding.fills, 3);
    EXPECT_UINT(holding.working, 2);
    EXPECT_UINT((uint64_t)rig.one->shown.position, 1 * QTY_ONE);
    EXPECT_UINT((uint64_t)rig.one->order[0].executed, 6 * QTY_ONE);
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 4 * QTY_ONE);
    EXPECT_TEXT(told(rig.one), "AFFAF");
    gateway_rig_free(&rig);
}

SPEC(an_execution_after_its_order_was_over_is_a_position)
{
    trace(false, "i1 a1 x c1 e1:3", "o1 c1");
    EXPECT_UINT((uint64_t)held(0, 0).position, 3 * QTY_ONE);
    EXPECT_TEXT(told(rig.one), "ACF");
    EXPECT_UINT((uint64_t)rig.one->order[0].executed, 3 * QTY_ONE);
    gateway_rig_free(&rig);
}

SPEC(what_is_under_way_counts_in_the_exposure)
{
    trace(true, "i1 a1 i2:30", "o1 r2");
    gateway_rig_play(&rig, "M");
    EXPECT_UINT((uint64_t)rig.one->order[0].exposure, 30 * QTY_ONE);
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 10 * QTY_ONE);
    gateway_rig_play(&rig, "p2 M");
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 30 * QTY_ONE);
    gateway_rig_free(&rig);
}

SPEC(reports_come_before_markets)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "i1");
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    struct fake_message say = {
        .answer = {.kind = SLOT_ANSWERS_ACCEPTED, .slot = 0, .order = rig.sent[0].order}};
    gateway_rig_message(&rig, 0, &say);
    uint32_t delegate = gateway_decide(rig.gateway, rig.now);
    EXPECT_UINT(delegate, rig.number_one);
    EXPECT_TEXT(told(rig.one), "A");
    EXPECT_UINT(rig.one->order[0].state, ORDER_OPEN);
    gateway_rig_free(&rig);
}

SPEC(a_report_that_finds_the_queue_full_waits_and_none_is_lost)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "i1:2000 a1");
    struct fake_message say = {
        .answer = {.kind = SLOT_ANSWERS_EXECUTED, .slot = 0, .order = rig.sent[0].order},
        .price = PRICE_ONE,
        .qty = QTY_ONE};
    for (uint32_t i = 1; i <= 1500; i++) {
        say.answer.cum = (qty_t)i * QTY_ONE;
        gateway_rig_message(&rig, 0, &say);
    }
    gateway_verify(rig.gateway);
    gateway_rig_decide(&rig);
    qty_t heard = 0;
    for (uint32_t i = 0; i < rig.one->messages; i++)
        if (rig.one->message[i].kind == REPORT_FILLED) heard += rig.one->message[i].qty;
    EXPECT_UINT((uint64_t)heard, 1500 * QTY_ONE);
    EXPECT_UINT(COUNT(report_waits), 1500 - GATEWAY_MESSAGES);
    EXPECT_UINT(COUNT(report_merged), 1500 - 2 * GATEWAY_MESSAGES);
    gateway_rig_free(&rig);
}

/* What has been said leaves. */

SPEC(what_a_decision_has_said_leaves_together_and_before_the_next_decision)
{
    gateway_rig_new(&rig, true);
    delegate_say(&rig.one->say, &(struct delegate_intent){.price = PRICE_ONE, .qty = QTY_ONE});
    delegate_say(&rig.one->say,
                 &(struct delegate_intent){.key = 1, .price = 2 * PRICE_ONE, .qty = QTY_ONE});
    delegate_say(&rig.two->say, &(struct delegate_intent){.price = 3 * PRICE_ONE, .qty = QTY_ONE});
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    uint64_t cause = rig.market[0].rx_tsc;
    EXPECT_UINT(gateway_decide(rig.gateway, rig.now), rig.number_one);
    EXPECT_UINT(rig.flushes, 1);
    EXPECT_UINT(rig.flush_sents, 2);
    EXPECT_UINT(rig.flush_cause, cause);
    gateway_verify(rig.gateway);
    EXPECT_UINT(rig.one->order[0].state, ORDER_NONE); /* as it was shown */
    gateway_rig_decide(&rig);
    EXPECT_UINT(rig.flushes, 2);
    EXPECT_TEXT(rig.wire, "o1 o2 o3");
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT(rig.one->order[1].state, ORDER_PENDING);
    EXPECT_UINT((uint64_t)rig.one->order[1].exposure, QTY_ONE);
    EXPECT_UINT(rig.flushes, 2); /* nothing was said */
    gateway_rig_free(&rig);
}

SPEC(a_key_said_twice_in_one_decision_is_what_it_was_said_first_when_the_second_is_looked_at)
{
    gateway_rig_new(&rig, true);
    delegate_say(&rig.one->say, &(struct delegate_intent){.price = PRICE_ONE, .qty = QTY_ONE});
    delegate_say(&rig.one->say, &(struct delegate_intent){
                                    .instrument = 1, .price = 2 * PRICE_ONE, .qty = QTY_ONE});
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_TEXT(rig.wire, "o1");
    EXPECT_UINT(COUNT(intent_bad), 1); /* it has an order in another instrument */
    gateway_rig_free(&rig);
}

SPEC(without_news_of_a_market_nobody_is_told_that_orders_leave)
{
    trace(true, "i1 a1 i2", "o1 r2");
    EXPECT_UINT(rig.flushes, 0);
    gateway_rig_free(&rig);
}

SPEC(a_session_that_is_lost_while_an_order_leaves_finds_the_order_in_doubt)
{
    gateway_rig_new(&rig, true);
    rig.flush_loses = true;
    delegate_say(&rig.one->say, &(struct delegate_intent){.price = PRICE_ONE, .qty = QTY_ONE});
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    gateway_rig_play(&rig, "M");
    EXPECT_TEXT(rig.wire, "o1");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    EXPECT_UINT((uint64_t)rig.one->order[0].exposure, QTY_ONE);
    EXPECT_UINT(held(0, 0).working, 1);
    rig.flush_loses = false;
    gateway_rig_play(&rig, "v O1:1:0");
    EXPECT_TEXT(rig.wire, "o1 q1");
    gateway_rig_play(&rig, "M");
    EXPECT_UINT(rig.one->order[0].state, ORDER_OPEN);
    gateway_rig_free(&rig);
}

/* Risk. */

SPEC(what_risk_refuses_never_leaves_and_is_told)
{
    gateway_rig_new(&rig, false);
    gateway_rig_bound(&rig, RISK_LONG, (struct risk_subject){0}, 10 * QTY_ONE);
    gateway_rig_play(&rig, "i1:11");
    EXPECT_TEXT(rig.wire, "");
    EXPECT_TEXT(told(rig.one), "R");
    EXPECT_UINT(rig.one->order[0].refused, 1);
    EXPECT_UINT(COUNT(refused), 1);
    const struct gateway_report *row = &rig.copy[rig.copies - 1];
    EXPECT_UINT(row->kind, COPY_REFUSED);
    EXPECT_UINT(row->reason, RISK_LONG);
    EXPECT_UINT((uint64_t)row->qty, 11 * QTY_ONE);
    EXPECT_UINT((uint64_t)row->price, 10 * QTY_ONE);
    gateway_rig_play(&rig, "i1:11"); /* the same again, at once: not asked for */
    EXPECT_UINT(COUNT(intent_again), 1);
    EXPECT_TEXT(told(rig.one), "R");
    gateway_rig_play(&rig, "i1:10 a1");
    EXPECT_TEXT(rig.wire, "o1");
    ends(ORDER_OPEN);
}

SPEC(a_replacement_that_risk_refuses_leaves_the_order_as_it_is)
{
    gateway_rig_new(&rig, true);
    gateway_rig_bound(&rig, RISK_LONG, (struct risk_subject){0}, 10 * QTY_ONE);
    gateway_rig_play(&rig, "i1:5 a1 i1:11");
    EXPECT_TEXT(rig.wire, "o1");
    EXPECT_TEXT(told(rig.one), "AR");
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 5 * QTY_ONE);
    gateway_rig_play(&rig, "i1:10 p1");
    EXPECT_TEXT(rig.wire, "o1 r1");
    ends(ORDER_OPEN);
}

SPEC(without_room_in_the_journal_no_order_leaves_and_cancels_do)
{
    trace(false, "i1 a1", "o1");
    rig.journal_full = true;
    gateway_rig_play(&rig, "i2/1");
    EXPECT_UINT(COUNT(journal_full), 1);
    const struct gateway_report *row = &rig.copy[rig.copies - 1];
    EXPECT_UINT(row->kind, COPY_REFUSED);
    EXPECT_TEXT(risk_verdict_name(row->reason), "no_journal");
    EXPECT(row->qty == 0 && row->price == 0); /* there is no bound to tell */
    gateway_rig_play(&rig, "x");
    EXPECT_TEXT(rig.wire, "o1 c1");
    rig.journal_lost = true; /* even what has a reserve */
    gateway_rig_play(&rig, "c1");
    rig.journal_full = rig.journal_lost = false;
    gateway_rig_play(&rig, "i3");
    EXPECT_TEXT(rig.wire, "o1 c1");
    EXPECT(COUNT(journal_lost) > 0);
    gateway_rig_free(&rig);
}

SPEC(a_halt_cancels_all_and_nothing_new_leaves)
{
    trace(false, "i1 a1 y3 a3 u7 i2/1 H", "o1 o3 o7 o2 c1 c3");
    gateway_rig_play(&rig, "a7 a2");
    EXPECT_TEXT(rig.wire, "o1 o3 o7 o2 c1 c3 c7 c2");
    gateway_rig_play(&rig, "i5/2 u9 c1 c3 c7 c2");
    EXPECT_TEXT(rig.wire, "o1 o3 o7 o2 c1 c3 c7 c2");
    EXPECT_UINT(rig.one->shown.trading, TRADING_HALTED);
    gateway_rig_play(&rig, "h t i5/2");
    EXPECT_TEXT(rig.wire, "o1 o3 o7 o2 c1 c3 c7 c2 o5");
    gateway_rig_free(&rig);
}

SPEC(a_halt_that_cannot_be_written_down_is_in_force_and_never_acknowledged)
{
    trace(false, "i1 a1", "o1");
    rig.journal_full = true;
    uint64_t before = gateway_journalled(rig.gateway);
    EXPECT_UINT(before, rig.records);
    rig.journal_lost = true;
    gateway_rig_play(&rig, "H");
    EXPECT_TEXT(rig.wire, "o1 c1");
    EXPECT(gateway_journalled(rig.gateway) == UINT64_MAX);
    rig.journal_lost = rig.journal_full = false;
    gateway_rig_play(&rig, "c1 i2");
    EXPECT_TEXT(rig.wire, "o1 c1");
    EXPECT(gateway_journalled(rig.gateway) == UINT64_MAX);
    gateway_rig_free(&rig);
}

SPEC(a_halt_of_a_strategy_or_a_symbol_cancels_its_own)
{
    trace(false, "i1 a1 i2b/1 a2 y3 a3", "o1 o2 o3");
    struct risk_subject symbol = {.symbol = 1};
    EXPECT_UINT(gateway_rig_state(&rig, RISK_SYMBOL, symbol, RISK_HALTED), RISK_CONTROL_OK);
    EXPECT_TEXT(rig.wire, "o1 o2 o3 c2");
    struct risk_subject strategy = {.strategy = 1};
    EXPECT_UINT(gateway_rig_state(&rig, RISK_STRATEGY, strategy, RISK_HALTED), RISK_CONTROL_OK);
    EXPECT_TEXT(rig.wire, "o1 o2 o3 c2 c3");
    gateway_rig_free(&rig);
}

SPEC(what_loosens_is_applied_only_when_it_is_durable)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "H");
    struct risk_record release = {.kind = RISK_RECORD_STATE,
                                  .role = RISK_OFFICER,
                                  .who = 7,
                                  .confirmed_by = RISK_NONE,
                                  .value = RISK_ACTIVE,
                                  .reason = "as the spec says"};
    EXPECT_UINT(gateway_control(rig.gateway, &release, 1, false, rig.now), RISK_CONTROL_OK);
    EXPECT_UINT(risk_state(gateway_risk(rig.gateway), RISK_BOX, 0), RISK_HALTED);
    struct risk_record again = release; /* and a second kill that comes between */
    again.value = RISK_HALTED;
    again.scope = RISK_VENUE;
    EXPECT_UINT(gateway_control(rig.gateway, &again, 1, false, rig.now), RISK_CONTROL_OK);
    EXPECT_UINT(gateway_control(rig.gateway, &release, 1, true, rig.now), RISK_CONTROL_TURN);
    EXPECT_UINT(risk_state(gateway_risk(rig.gateway), RISK_BOX, 0), RISK_HALTED);
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT(risk_state(gateway_risk(rig.gateway), RISK_BOX, 0), RISK_HALTED);
    EXPECT_UINT(risk_state(gateway_risk(rig.gateway), RISK_VENUE, 0), RISK_HALTED);
    gateway_rig_free(&rig);
}

SPEC(no_order_originates_from_a_market_that_is_not_live_and_a_stop_always_passes)
{
    trace(false, "i1 a1 g i2/1 x", "o1 c1");
    EXPECT_UINT(COUNT(intent_not_live), 1);
    EXPECT_UINT(rig.one->order[1].refused, 1);
    gateway_rig_play(&rig, "M i2/1");
    EXPECT_TEXT(rig.wire, "o1 c1 o2");
    gateway_rig_free(&rig);
}

/* Room. */

SPEC(without_room_intents_conflate_in_the_order_in_which_slots_began_to_wait)
{
    trace(false, "R2 i1 i2/1 i3 i4/2", ""); /* two are kept for cancels */
    gateway_rig_pass_time(&rig, NANOS_MILLI);
    EXPECT_UINT(COUNT(intent_held), 3);
    EXPECT_UINT(COUNT(intent_conflated), 1);
    gateway_rig_play(&rig, "R4");
    EXPECT_TEXT(rig.wire, "o3 o2");
    gateway_rig_play(&rig, "R");
    EXPECT_TEXT(rig.wire, "o3 o2 o4");
    gateway_rig_free(&rig);
}

SPEC(cancels_have_a_reserve_and_go_before_what_waits)
{
    trace(false, "i1 a1 i2/1 a2 R2 i3/2 x x1", "o1 o2 c1 c2");
    gateway_rig_play(&rig, "R3");
    EXPECT_TEXT(rig.wire, "o1 o2 c1 c2 o3");
    gateway_rig_free(&rig);
}

SPEC(a_stop_of_what_waits_for_room_leaves_nothing_behind)
{
    trace(false, "R0 i1 u7 x H R", "");
    EXPECT_TEXT(told(rig.one), "R"); /* the UNIQUE one */
    ends(ORDER_NONE);
}

/* UNIQUE orders by the numbers of their reports. */

static void stop_unique(const struct message *report)
{
    struct delegate_output output = {0};
    delegate_stop_unique(&output, report);
    EXPECT_UINT(output.intents, 1);
    gateway_rig_say(&rig, rig.one, &output.intent[0]);
    gateway_verify(rig.gateway);
}

SPEC(a_unique_order_is_canceled_by_the_number_of_its_reports)
{
    trace(false, "i1 a1 u7 u8 a7", "o1 o7 o8");
    struct message report = rig.one->message[1];
    stop_unique(&report);
    EXPECT_TEXT(rig.wire, "o1 o7 o8 c7");
    stop_unique(&report);
    EXPECT_TEXT(rig.wire, "o1 o7 o8 c7");
    gateway_rig_play(&rig, "a8 c7");
    EXPECT_TEXT(told(rig.one), "AAAC");
    EXPECT_UINT(COUNT(intent_over), 0);
    stop_unique(&report);              /* it is over */
    stop_unique(&rig.one->message[0]); /* it has a key */
    report.child += 1000;
    stop_unique(&report); /* there is none */
    EXPECT_UINT(COUNT(intent_over), 3);
    EXPECT_TEXT(rig.wire, "o1 o7 o8 c7");
    ends(ORDER_OPEN);
}

SPEC(nobody_cancels_another_ones_unique_order)
{
    trace(false, "u7 a7", "o7");
    const struct delegate_intent stop = {.kind = INTENT_STOP_UNIQUE, .unique = rig.sent[0].order};
    gateway_rig_say(&rig, rig.two, &stop);
    EXPECT_TEXT(rig.wire, "o7");
    EXPECT_UINT(COUNT(intent_over), 1);
    gateway_rig_free(&rig);
}

SPEC(the_rate_of_a_venue_holds_and_its_reserve_is_for_cancels)
{
    gateway_rig_plan(&rig, false);
    rig.plan.venue[0].per_second = 40; /* buckets of 3 and of 1 */
    rig.plan.venue[0].reserve = 10;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 i2/1 i3/2 i4/3 a1 x");
    EXPECT_TEXT(rig.wire, "o1 o2 o3 c1");
    gateway_rig_play(&rig, "a2 x1");
    EXPECT_TEXT(rig.wire, "o1 o2 o3 c1");
    gateway_rig_pass_time(&rig, 36 * NANOS_MILLI); /* 30 a second */
    EXPECT_TEXT(rig.wire, "o1 o2 o3 c1 c2");
    gateway_rig_free(&rig);
}

#define SPECS(S)                                                                                   \
    S(orders_1_2_3_and_a_stop_while_1_is_unconfirmed_send_o1_c1)                                   \
    S(orders_1_2_3_while_1_is_unconfirmed_send_o1_c1_o3_or_replace_once)                           \
    S(orders_2_then_3_during_the_cancel_of_1_send_o3_and_never_o2)                                 \
    S(order_2_then_a_stop_during_the_cancel_of_1_send_nothing_more)                                \
    S(after_a_reject_what_waited_goes_out)                                                         \
    S(a_fill_during_a_cancel_frees_the_slot_and_the_next_order_goes_out)                           \
    S(a_late_older_sequence_from_outside_never_wins)                                               \
    S(unique_orders_go_out_at_once_and_never_touch_the_replaceable_one)                            \
    S(another_way_of_working_cancels_and_sends_anew)                                               \
    S(position_cash_and_profit_are_exact)                                                          \
    S(an_execution_after_its_order_was_over_is_a_position)                                         \
    S(what_is_under_way_counts_in_the_exposure)                                                    \
    S(reports_come_before_markets)                                                                 \
    S(a_report_that_finds_the_queue_full_waits_and_none_is_lost)                                   \
    S(what_a_decision_has_said_leaves_together_and_before_the_next_decision)                       \
    S(a_key_said_twice_in_one_decision_is_what_it_was_said_first_when_the_second_is_looked_at)     \
    S(without_news_of_a_market_nobody_is_told_that_orders_leave)                                   \
    S(a_session_that_is_lost_while_an_order_leaves_finds_the_order_in_doubt)                       \
    S(what_risk_refuses_never_leaves_and_is_told)                                                  \
    S(a_replacement_that_risk_refuses_leaves_the_order_as_it_is)                                   \
    S(without_room_in_the_journal_no_order_leaves_and_cancels_do)                                  \
    S(a_halt_cancels_all_and_nothing_new_leaves)                                                   \
    S(a_halt_that_cannot_be_written_down_is_in_force_and_never_acknowledged)                       \
    S(a_halt_of_a_strategy_or_a_symbol_cancels_its_own)                                            \
    S(what_loosens_is_applied_only_when_it_is_durable)                                             \
    S(no_order_originates_from_a_market_that_is_not_live_and_a_stop_always_passes)                 \
    S(without_room_intents_conflate_in_the_order_in_which_slots_began_to_wait)                     \
    S(cancels_have_a_reserve_and_go_before_what_waits)                                             \
    S(a_stop_of_what_waits_for_room_leaves_nothing_behind)                                         \
    S(a_unique_order_is_canceled_by_the_number_of_its_reports)                                     \
    S(nobody_cancels_another_ones_unique_order)                                                    \
    S(the_rate_of_a_venue_holds_and_its_reserve_is_for_cancels)
SPEC_MAIN("gateway", SPECS, NULL, NULL)
