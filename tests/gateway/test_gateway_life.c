/* Sessions, delegates, the end and the next start, as traces (gateway_rig.h has the alphabet). */

#include "tests/gateway/gateway_trace.h"

/* Sessions. */

SPEC(while_the_session_is_down_nothing_is_sent_and_then_the_newest)
{
    trace(false, "i1 a1 d i2 i3 i4/1 v", "o1 q1 o4");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    gateway_rig_play(&rig, "O1:6:4 c1:4 a3");
    EXPECT_TEXT(rig.wire, "o1 q1 o4 c1 o3");
    EXPECT_UINT((uint64_t)rig.sent[4].qty, 6 * QTY_ONE);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    EXPECT_UINT(COUNT(drift), 1); /* the executions themselves were never seen */
    gateway_rig_free(&rig);
}

SPEC(silence_asks_the_venue_and_blocks_the_slot)
{
    trace(false, "i1 t i2 N1 a2", "o1 q1 o2");
    EXPECT_TEXT(told(rig.one), "CA");
    ends(ORDER_OPEN);
}

/* The venue does not cancel, say, while it prepares a cross: it is asked again, and not as fast as
 * it answers. */
SPEC(a_venue_that_does_not_cancel_is_not_asked_as_fast_as_it_answers)
{
    trace(true, "i1 a1 x", "o1 c1");
    rig.wire[0] = '\0';
    gateway_rig_play(&rig, "n1 O1:10"); /* at once */
    EXPECT_TEXT(rig.wire, "q1 c1");
    gateway_rig_play(&rig, "n1 O1:10"); /* and then when it was silent */
    EXPECT_TEXT(rig.wire, "q1 c1 q1");
    EXPECT_UINT(rig.one->order[0].state, ORDER_PENDING);
    gateway_rig_play(&rig, "t"); /* silence asks */
    EXPECT_TEXT(rig.wire, "q1 c1 q1 q1");
    gateway_rig_play(&rig, "O1:10");
    EXPECT_TEXT(rig.wire, "q1 c1 q1 q1 c1");
    gateway_rig_play(&rig, "n1 O1:10 t O1:10 n1 O1:10 t O1:10");
    EXPECT_TEXT(rig.wire, "q1 c1 q1 q1 c1 q1 q1 c1 q1 q1 c1");
    gateway_rig_play(&rig, "c1 i2 a2 x"); /* the next order of the key is another one */
    EXPECT_TEXT(rig.wire, "q1 c1 q1 q1 c1 q1 q1 c1 q1 q1 c1 o2 c2");
    gateway_rig_play(&rig, "c2");
    EXPECT_UINT(COUNT(cancel_stuck), 3);
    ends(ORDER_NONE);
}

/* What happens to it meanwhile counts. */
SPEC(an_order_that_is_not_canceled_may_be_filled)
{
    trace(true, "i1 a1 x n1 O1:10 n1 O1:10 e1:10", "o1 c1 q1 c1 q1");
    ends(ORDER_NONE);
}

SPEC(a_strategy_that_needs_all_venues_is_pulled_when_one_is_lost)
{
    static const struct listing_name legs[] = {{"AAAA    "}, {"BBBB    "}};
    static const uint32_t venues[] = {1, 0};
    gateway_rig_plan(&rig, false);
    rig.strategy[3].legs = 2;
    rig.strategy[3].leg = legs;
    rig.strategy[3].leg_venue = venues;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    struct delegate_intent intent = {.kind = INTENT_ORDER, .price = 5 * PRICE_ONE, .qty = QTY_ONE};
    gateway_rig_say(&rig, rig.both, &intent);
    struct fake_message say = {
        .answer = {.kind = SLOT_ANSWERS_ACCEPTED, .slot = 0, .order = rig.sent[0].order}};
    gateway_rig_message(&rig, 1, &say);
    gateway_rig_play(&rig, "d");
    EXPECT_TEXT(rig.wire, "o5w c5w");
    EXPECT_UINT(rig.both->trading[0], TRADING_AWAY);
    gateway_rig_say(&rig, rig.both, &intent);
    EXPECT_UINT(COUNT(intent_away), 1);
    gateway_rig_free(&rig);
}

/* Delegates. */

SPEC(a_delegate_is_shown_its_legs_terms_and_trading_state)
{
    gateway_rig_new(&rig, false);
    gateway_rig_market(&rig, 1, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT(rig.one->shown.leg, 1);
    EXPECT_UINT((uint64_t)rig.one->terms.tick, PRICE_ONE);
    EXPECT_UINT(rig.one->shown.trading, TRADING_ACTIVE);
    EXPECT_UINT(rig.both->shown.trading, TRADING_NOWHERE); /* BBBB is not at its venue */
    EXPECT_UINT((uint64_t)rig.both->terms.tick, 0);
    gateway_rig_free(&rig);
}

SPEC(whether_it_may_trade_is_news_in_each_of_its_instruments)
{
    gateway_rig_new(&rig, false);
    gateway_session(rig.gateway, 0, false, rig.now);
    gateway_rig_decide(&rig);
    for (uint32_t i = 0; i < 2; i++) EXPECT_UINT(rig.one->trading[i], TRADING_AWAY);
    gateway_session(rig.gateway, 0, true, rig.now);
    gateway_rig_decide(&rig);
    for (uint32_t i = 0; i < 2; i++) EXPECT_UINT(rig.one->trading[i], TRADING_ACTIVE);
    EXPECT(gateway_rig_state(&rig, RISK_BOX, (struct risk_subject){0}, RISK_HALTED) ==
           RISK_CONTROL_OK);
    gateway_rig_decide(&rig);
    for (uint32_t i = 0; i < 2; i++) EXPECT_UINT(rig.one->trading[i], TRADING_HALTED);
    gateway_rig_free(&rig);
}

/* A book that is LIVE and empty: as on the first day. */
static void empty_market(enum market_state state)
{
    struct market market = {.state = (uint8_t)state, .rx_ns = rig.now, .rx_tsc = rig.now};
    gateway_market(rig.gateway, &market);
    gateway_rig_decide(&rig);
}

SPEC(until_the_market_shows_a_price_the_opening_one_is_the_reference)
{
    struct delegate_intent intent = {.kind = INTENT_ORDER, .price = 5 * PRICE_ONE, .qty = QTY_ONE};
    for (uint32_t with = 0; with < 2; with++) {
        gateway_rig_plan(&rig, false);
        if (with) rig.symbol[0].opening = 5 * PRICE_ONE;
        gateway_rig_open(&rig);
        gateway_recovered(rig.gateway, rig.now);
        gateway_listing(rig.gateway, 0, "AAAA    ");
        gateway_session(rig.gateway, 0, true, rig.now);
        gateway_session(rig.gateway, 1, true, rig.now);
        gateway_rig_pass_time(&rig, NANOS_SECOND); /* not LIVE yet: nothing is known */
        struct risk_order order = {
            .order = RISK_NONE, .parent = RISK_NONE, .price = 5 * PRICE_ONE, .qty = QTY_ONE};
        struct risk_pass pass;
        struct risk_refusal refusal;
        EXPECT(risk_check(gateway_risk(rig.gateway), &order, rig.now, &pass, &refusal) ==
               RISK_NO_REFERENCE);
        empty_market(MARKET_LIVE);
        gateway_rig_pass_time(&rig, NANOS_SECOND);
        gateway_rig_say(&rig, rig.one, &intent);
        EXPECT_TEXT(rig.wire, with ? "o5" : "");
        EXPECT_UINT(COUNT(refused), with ? 0 : 1);
        gateway_rig_market(&rig, 0, MARKET_LIVE); /* from here on the market's own */
        nanos_t shown = rig.now;
        gateway_rig_pass_time(&rig, NANOS_SECOND);
        gateway_rig_bound(&rig, RISK_REFERENCE_AGE, (struct risk_subject){0}, NANOS_MILLI);
        EXPECT(rig.now > shown);
        EXPECT(risk_check(gateway_risk(rig.gateway), &order, rig.now, &pass, &refusal) ==
               RISK_REFERENCE_AGE);
        gateway_rig_free(&rig);
    }
}

SPEC(what_became_of_a_strategys_wishes_is_counted_for_it)
{
    trace(true, "i1 a1 i2 p2 i3 k3 x y3", "o1 r2 r3 c2 o3");
    const struct gateway_strategy_counts *one = gateway_strategy_counts(rig.gateway, 0);
    EXPECT_UINT(one->order, 1);
    EXPECT_UINT(one->replace, 2);
    EXPECT_UINT(one->cancel, 1);
    EXPECT_UINT(one->rejected, 1);
    EXPECT_UINT(one->refused, 0);
    EXPECT_UINT(gateway_strategy_counts(rig.gateway, 1)->order, 1);
    gateway_rig_free(&rig);
}

SPEC(done_or_off_cancels_its_orders_and_reports_still_come)
{
    trace(false, "i1 a1 y3 a3", "o1 o3");
    rig.one->say.done = true;
    gateway_rig_play(&rig, "M");
    EXPECT_TEXT(rig.wire, "o1 o3 c1");
    gateway_rig_play(&rig, "c1");
    EXPECT_TEXT(told(rig.one), "AC");
    gateway_switch(rig.gateway, 1, false, rig.now);
    EXPECT_TEXT(rig.wire, "o1 o3 c1 c3");
    gateway_rig_play(&rig, "c3");
    gateway_switch(rig.gateway, 1, true, rig.now);
    gateway_rig_play(&rig, ".");
    EXPECT_TEXT(told(rig.two), "AC");
    gateway_rig_free(&rig);
}

SPEC(who_is_filled_too_often_is_halted_by_a_record_that_lasts)
{
    gateway_rig_new(&rig, false);
    gateway_rig_bound(&rig, RISK_STRATEGY_FILLS, (struct risk_subject){0}, 2);
    gateway_rig_play(&rig, "i1 a1 i2/1 a2 e1:1 e1:2");
    EXPECT_TEXT(rig.wire, "o1 o2");
    uint64_t tightened = COUNT(tightened);
    gateway_rig_play(&rig, "e1:3");
    EXPECT_TEXT(rig.wire, "o1 o2 c1 c2");
    EXPECT_UINT(COUNT(tightened), tightened + 1); /* no release that was asked for before counts */
    EXPECT_TEXT(gateway_tightened(rig.gateway)->reason, "filled too often in a second");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT(risk_state(gateway_risk(rig.gateway), RISK_STRATEGY, 0), RISK_HALTED);
    gateway_rig_free(&rig);
}

/* Under a bound that is lower now, with an order that is still open. */
SPEC(what_was_filled_before_the_start_trips_nobody)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "i1 a1 e1:1 e1:2 e1:3 e1:4");
    for (uint32_t i = 0; i < rig.plan.records; i++)
        if (rig.record[i].limit == RISK_STRATEGY_FILLS) rig.record[i].value = 2;
    gateway_rig_restart(&rig);
    rig.wire[0] = '\0';
    gateway_rig_start(&rig); /* in the same second */
    EXPECT(!risk_tripped(gateway_risk(rig.gateway), 0));
    gateway_rig_play(&rig, "O1:6:4 e1:5 e1:6 i2/1 a2");
    EXPECT_TEXT(rig.wire, "q1 o2");
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_ACTIVE);
    gateway_rig_play(&rig, "e1:7"); /* the third of this start */
    EXPECT_TEXT(rig.wire, "q1 o2 c1 c2");
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_HALTED);
    gateway_rig_free(&rig);
}

SPEC(who_was_tripped_is_shown_as_halted_until_it_is_active)
{
    const struct risk_subject one = {.strategy = 0};
    gateway_rig_new(&rig, false);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_ACTIVE);
    gateway_rig_bound(&rig, RISK_STRATEGY_FILLS, one, 0);
    gateway_rig_play(&rig, "i1 a1 e1:1");
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_HALTED);
    EXPECT(gateway_rig_state(&rig, RISK_STRATEGY, one, RISK_REDUCE_ONLY) == RISK_CONTROL_OK);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_HALTED); /* nothing passes */
    EXPECT(gateway_rig_state(&rig, RISK_STRATEGY, one, RISK_ACTIVE) == RISK_CONTROL_OK);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_ACTIVE);
    EXPECT(gateway_rig_state(&rig, RISK_VENUE, (struct risk_subject){.venue = 0},
                             RISK_REDUCE_ONLY) == RISK_CONTROL_OK);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 0), RISK_REDUCE_ONLY);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 3), RISK_ACTIVE); /* at the other one */
    gateway_rig_free(&rig);
}

SPEC(parameters_change_while_it_runs_and_a_decision_follows)
{
    char problem[128];
    gateway_rig_new(&rig, false);
    uint32_t decisions = rig.one->decisions;
    EXPECT(gateway_set(rig.gateway, 0, &(struct delegate_parameters){0}, problem, sizeof problem));
    gateway_rig_play(&rig, ".");
    EXPECT_UINT(rig.one->set, 1);
    EXPECT_UINT(rig.one->decisions, decisions + 1);
    EXPECT_UINT(rig.one->shown.what, 0);
    EXPECT(!gateway_set(rig.gateway, 2, &(struct delegate_parameters){0}, problem, sizeof problem));
    EXPECT_TEXT(problem, "the strategy takes no parameters while it runs");
    gateway_rig_free(&rig);
}

/* A venue whose stream lost an execution, and then a whole order. */
SPEC(reconciliation_asks_for_open_orders_and_corrects_what_differs)
{
    gateway_rig_plan(&rig, false);
    rig.plan.reconcile_ns = 50 * NANOS_MILLI;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 a1 i2/1 a2");
    gateway_rig_pass_time(&rig, 70 * NANOS_MILLI);
    EXPECT_TEXT(rig.wire, "o1 o2 q1 q2");
    gateway_rig_play(&rig, "O1:10 O2:10");
    EXPECT_UINT(COUNT(drift), 0);
    gateway_rig_pass_time(&rig, 70 * NANOS_MILLI);
    EXPECT_TEXT(rig.wire, "o1 o2 q1 q2 q1 q2");
    gateway_rig_play(&rig, "O1:6:4 D2:3 M");
    EXPECT_UINT(COUNT(drift), 3);
    EXPECT_UINT((uint64_t)held(0, 0).position, 7 * QTY_ONE);
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 6 * QTY_ONE);
    EXPECT_UINT(rig.one->order[1].state, ORDER_NONE);
    EXPECT_TEXT(told(rig.one), "AAFFC");
    gateway_rig_restart(&rig); /* the corrections were written down */
    gateway_rig_start(&rig);
    EXPECT_UINT((uint64_t)held(0, 0).position, 7 * QTY_ONE);
    EXPECT_UINT(held(0, 0).working, 1);
    gateway_rig_free(&rig);
}

SPEC(reconciliation_asks_for_unique_orders_too_and_counts_what_differs)
{
    gateway_rig_plan(&rig, false);
    rig.plan.reconcile_ns = 50 * NANOS_MILLI;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 a1 u7 u8 a7"); /* 8 is under way: it is not asked for */
    gateway_rig_pass_time(&rig, 70 * NANOS_MILLI);
    EXPECT_TEXT(rig.wire, "o1 o7 o8 q1 q7");
    gateway_rig_play(&rig, "O1:10 O7:6:4 a8");
    EXPECT_UINT(COUNT(drift), 1);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    gateway_rig_pass_time(&rig, 70 * NANOS_MILLI);
    EXPECT_TEXT(rig.wire, "o1 o7 o8 q1 q7 q1 q7 q8");
    gateway_rig_play(&rig, "O1:10 D7:4 O8:10");
    EXPECT_UINT(COUNT(drift), 2);
    EXPECT_UINT(held(0, 0).working, 2);
    gateway_rig_play(&rig, "u9 a9"); /* its slot is free again */
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    EXPECT_UINT(held(0, 0).working, 3);
    gateway_rig_free(&rig);
}

/* Its slot has gone on; what was executed is a position now as when the journal is read. */
SPEC(an_execution_that_only_a_late_reconciliation_shows_is_a_position)
{
    gateway_rig_plan(&rig, false);
    rig.plan.reconcile_ns = 50 * NANOS_MILLI;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 a1");
    gateway_rig_pass_time(&rig, 70 * NANOS_MILLI);
    gateway_rig_play(&rig, "x O1:6:4");
    EXPECT_TEXT(rig.wire, "o1 q1 c1");
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    gateway_rig_free(&rig);
}

SPEC(a_new_day_begins_at_nothing_and_keeps_the_position)
{
    trace(false, "i99 a99 e99:4", "o99");
    gateway_day(rig.gateway, rig.now);
    struct gateway_holding holding = held(0, 0);
    EXPECT_UINT((uint64_t)holding.position, 4 * QTY_ONE);
    EXPECT_UINT((uint64_t)holding.bought, 0);
    EXPECT_UINT((uint64_t)holding.profit, 0);
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 0);
    EXPECT_UINT((uint64_t)held(0, 0).profit, 0);
    gateway_rig_free(&rig);
}

SPEC(a_stop_of_all_ends_when_nothing_is_open)
{
    trace(false, "i1 a1 u7", "o1 o7");
    gateway_stop(rig.gateway, false, rig.now);
    EXPECT(!gateway_stopped(rig.gateway));
    gateway_rig_play(&rig, "i2/1 a7 c7 c1");
    EXPECT_TEXT(rig.wire, "o1 o7 c1 c7");
    EXPECT(gateway_stopped(rig.gateway));
    gateway_rig_free(&rig);
}

SPEC(numbers_are_used_only_when_their_reservation_is_durable)
{
    gateway_rig_plan(&rig, false);
    gateway_rig_open(&rig);
    rig.durable = 0;
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1");
    EXPECT_TEXT(rig.wire, "");
    rig.durable = rig.records;
    gateway_rig_pass_time(&rig, NANOS_MILLI);
    EXPECT_TEXT(rig.wire, "o1");
    gateway_rig_free(&rig);
}

SPEC(after_a_restart_open_orders_are_unknown_and_positions_are_what_they_were)
{
    trace(true, "i1 a1 e1:4 s200/1 a200 u7 a7 i2/2 r2 i3:20", "o1 o200 o7 o2 r3");
    order_id_t last = rig.sent[rig.sents - 1].asked;
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_UINT((uint64_t)held(0, 0).position, 4 * QTY_ONE);
    EXPECT_UINT(held(0, 0).working, 3);
    EXPECT_UINT(gateway_next_sequence(rig.gateway, 0), rig.sequence[0] + 1);
    EXPECT_TEXT(rig.wire, "o1 o200 o7 o2 r3 q1 q200 q7");
    gateway_rig_play(&rig, "M");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    EXPECT_UINT((uint64_t)rig.one->order[0].exposure, 20 * QTY_ONE);
    gateway_rig_play(&rig, "O200:10 p3:4 D7 i5/3 M");
    EXPECT_UINT(rig.one->order[0].state, ORDER_OPEN);
    EXPECT_UINT((uint64_t)rig.one->order[0].leaves, 20 * QTY_ONE);
    EXPECT(rig.sent[rig.sents - 1].order > last);
    EXPECT_UINT(rig.one->order[3].state, ORDER_PENDING);
    gateway_rig_play(&rig, "x c3:4 x1 c200");
    EXPECT_UINT(held(0, 0).working, 1);
    gateway_rig_free(&rig);
}

SPEC(a_halt_that_was_not_carried_out_when_it_ended_is_carried_out_after_the_restart)
{
    trace(false, "i1 a1 u7 a7 i2/1 y3 H", "o1 o7 o2 o3 c1 c7");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "O1:10 O7:10 O2:10 N3 i5/3 c1 c2 c7");
    EXPECT_TEXT(rig.wire, "o1 o7 o2 o3 c1 c7 q1 q2 q3 q7 c1 c7 c2");
    EXPECT_UINT(held(0, 0).working, 0);
    gateway_rig_free(&rig);
}

SPEC(after_a_restart_risk_counts_the_larger_of_an_order_and_its_replacement_until_it_is_done)
{
    struct risk_holding_view view;
    trace(true, "i1:10 a1 i2:30 s200/1:8 a200 s201:5/1", "o1 r2 o200 r201");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    risk_holding(gateway_risk(rig.gateway), 0, 0, &view);
    EXPECT_UINT((uint64_t)view.buys, 30 * QTY_ONE);
    EXPECT_UINT((uint64_t)view.sells, 8 * QTY_ONE);
    gateway_rig_play(&rig, "O1:10 O200:8");           /* the replacements never arrived, */
    EXPECT_TEXT(rig.wire, "o1 r2 o200 r201 q1 q200"); /* and nobody wants them now */
    risk_holding(gateway_risk(rig.gateway), 0, 0, &view);
    EXPECT_UINT((uint64_t)view.buys, 30 * QTY_ONE);
    EXPECT_UINT((uint64_t)view.sells, 8 * QTY_ONE);
    gateway_rig_play(&rig, "c1 c200"); /* they are done */
    risk_holding(gateway_risk(rig.gateway), 0, 0, &view);
    EXPECT_UINT((uint64_t)view.buys, 0);
    EXPECT_UINT((uint64_t)view.sells, 0);
    gateway_rig_free(&rig);
}

#define SPECS(S)                                                                                   \
    S(while_the_session_is_down_nothing_is_sent_and_then_the_newest)                               \
    S(silence_asks_the_venue_and_blocks_the_slot)                                                  \
    S(a_venue_that_does_not_cancel_is_not_asked_as_fast_as_it_answers)                             \
    S(an_order_that_is_not_canceled_may_be_filled)                                                 \
    S(a_strategy_that_needs_all_venues_is_pulled_when_one_is_lost)                                 \
    S(a_delegate_is_shown_its_legs_terms_and_trading_state)                                        \
    S(whether_it_may_trade_is_news_in_each_of_its_instruments)                                     \
    S(until_the_market_shows_a_price_the_opening_one_is_the_reference)                             \
    S(what_became_of_a_strategys_wishes_is_counted_for_it)                                         \
    S(done_or_off_cancels_its_orders_and_reports_still_come)                                       \
    S(what_was_filled_before_the_start_trips_nobody)                                               \
    S(who_was_tripped_is_shown_as_halted_until_it_is_active)                                       \
    S(who_is_filled_too_often_is_halted_by_a_record_that_lasts)                                    \
    S(parameters_change_while_it_runs_and_a_decision_follows)                                      \
    S(reconciliation_asks_for_open_orders_and_corrects_what_differs)                               \
    S(reconciliation_asks_for_unique_orders_too_and_counts_what_differs)                           \
    S(an_execution_that_only_a_late_reconciliation_shows_is_a_position)                            \
    S(a_new_day_begins_at_nothing_and_keeps_the_position)                                          \
    S(a_stop_of_all_ends_when_nothing_is_open)                                                     \
    S(numbers_are_used_only_when_their_reservation_is_durable)                                     \
    S(after_a_restart_open_orders_are_unknown_and_positions_are_what_they_were)                    \
    S(a_halt_that_was_not_carried_out_when_it_ended_is_carried_out_after_the_restart)              \
    S(after_a_restart_risk_counts_the_larger_of_an_order_and_its_replacement_until_it_is_done)
SPEC_MAIN("gateway_life", SPECS, NULL, NULL)
