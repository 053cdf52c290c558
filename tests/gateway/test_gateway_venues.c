/* Strategies whose legs are at several venues, as traces (gateway_rig.h has the alphabet): "one"
 * has AAAA at venue 1, called w, and BBBB at venue 0. */

#include "tests/gateway/gateway_trace.h"

#include <string.h>

enum { AAAA_V, BBBB_V, AAAA_W }; /* symbols of the plan */
enum { ONE, TWO, FAR, BOTH };    /* strategies */

static const struct listing_name legs[] = {{"AAAA    "}, {"BBBB    "}};
static const uint32_t leg_venues[] = {1, 0};

static void two_venues(uint32_t strategy)
{
    rig.strategy[strategy].legs = 2;
    rig.strategy[strategy].leg = legs;
    rig.strategy[strategy].leg_venue = leg_venues;
}

static void open_two(bool replaces)
{
    gateway_rig_plan(&rig, replaces);
    two_venues(ONE);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
}

static void trace_two(bool replaces, const char *steps, const char *wire)
{
    open_two(replaces);
    gateway_rig_play(&rig, steps);
    EXPECT_TEXT(rig.wire, wire);
}

static qty_t units(int64_t count)
{
    return count * QTY_ONE;
}

/* Where orders go. */

SPEC(an_order_goes_to_the_venue_of_its_instruments_leg)
{
    trace_two(false, "i1 s2b/1 a1 a2", "o1w o2");
    EXPECT_UINT(rig.one->order[0].state, ORDER_OPEN);
    EXPECT_UINT(rig.one->order[0].instrument, 0);
    EXPECT_UINT(rig.one->order[1].state, ORDER_OPEN);
    EXPECT_UINT(rig.one->order[1].instrument, 1);
    gateway_rig_play(&rig, "e1:4 e2:10 x c1:4");
    EXPECT_UINT((uint64_t)held(ONE, AAAA_W).position, (uint64_t)units(4));
    EXPECT_UINT((uint64_t)held(ONE, BBBB_V).position, (uint64_t)units(-10));
    EXPECT_UINT((uint64_t)held(ONE, AAAA_V).position, 0);
    EXPECT_UINT((uint64_t)rig.one->position[0], (uint64_t)units(4));
    EXPECT_TEXT(rig.wire, "o1w o2 c1w");
    ends(ORDER_NONE);
}

SPEC(replacements_and_stops_go_to_where_the_order_is)
{
    trace_two(true, "i1 a1 i2b/1 a2 i3 p3 i4b/1 x x1", "o1w o2 r3w r4 c3w");
    gateway_rig_play(&rig, "p4 c3 c4");
    EXPECT_TEXT(rig.wire, "o1w o2 r3w r4 c3w c4");
    EXPECT_UINT(rig.one->order[1].state, ORDER_NONE);
    ends(ORDER_NONE);
}

SPEC(a_unique_order_goes_to_the_venue_of_its_instrument)
{
    trace_two(false, "u1 u2b u3", "o1w o2 o3w");
    gateway_rig_play(&rig, "a1 a2 e1:10 e2:10");
    EXPECT_UINT((uint64_t)held(ONE, AAAA_W).position, (uint64_t)units(10));
    EXPECT_UINT((uint64_t)held(ONE, BBBB_V).position, (uint64_t)units(10));
    gateway_rig_play(&rig, "u4 u5 u6b u7b"); /* of its four at once two are over */
    EXPECT_TEXT(rig.wire, "o1w o2 o3w o4w o5w o6");
    gateway_rig_free(&rig);
}

SPEC(a_strategy_at_one_venue_beside_it_has_orders_at_its_own)
{
    trace_two(false, "i1 y2 i3b/1 a2 z c2", "o1w o2 o3 c2");
    EXPECT_UINT(rig.two->order[0].state, ORDER_NONE);
    ends(ORDER_PENDING);
}

/* One order of a key. */

SPEC(a_key_with_an_order_at_one_venue_is_not_ordered_at_another)
{
    trace_two(true, "i1 i2b a1 i3b", "o1w");
    EXPECT_UINT(COUNT(intent_bad), 2);
    gateway_rig_play(&rig, "x");
    EXPECT_UINT(rig.one->order[0].refused, 2);
    EXPECT_UINT(rig.one->order[0].instrument, 0);
    gateway_rig_play(&rig, "i4b"); /* the cancel is under way */
    EXPECT_UINT(COUNT(intent_bad), 3);
    gateway_rig_play(&rig, "c1 i5b a5");
    EXPECT_TEXT(rig.wire, "o1w c1w o5");
    EXPECT_UINT(rig.one->order[0].instrument, 1);
    EXPECT_UINT(COUNT(intent_bad), 3);
    ends(ORDER_OPEN);
}

SPEC(nor_while_its_order_is_in_doubt_or_waits)
{
    trace_two(false, "i1 a1 d1 i2b", "o1w");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    EXPECT_UINT(COUNT(intent_bad), 1);
    gateway_rig_play(&rig, "v1 D1:4 i3b");
    EXPECT_TEXT(rig.wire, "o1w q1w o3");
    gateway_rig_play(&rig, "r3 d1 i4 i5b"); /* it waits for the session */
    EXPECT_UINT(rig.one->order[0].state, ORDER_PENDING);
    EXPECT_UINT(COUNT(intent_bad), 2);
    gateway_rig_play(&rig, "x i6b a6");
    EXPECT_TEXT(rig.wire, "o1w q1w o3 o6");
    ends(ORDER_OPEN);
}

SPEC(what_a_key_executed_and_was_refused_adds_up_over_its_venues)
{
    trace_two(false, "i1 a1 e1:4 x c1:4 i2b:7 a2 e2:7", "o1w c1w o2");
    EXPECT_UINT((uint64_t)rig.one->order[0].executed, (uint64_t)units(11));
    gateway_rig_play(&rig, "i3:6 a3 e3:6 i4b r4 i5 r5");
    EXPECT_UINT((uint64_t)rig.one->order[0].executed, (uint64_t)units(17));
    EXPECT_UINT(rig.one->order[0].refused, 2);
    EXPECT_TEXT(rig.wire, "o1w c1w o2 o3w o4 o5w");
    EXPECT_UINT((uint64_t)rig.sent[3].qty, (uint64_t)units(6)); /* venue 0's is not taken off */
    ends(ORDER_NONE);
}

SPEC(what_traded_unseen_at_a_venue_is_taken_off_what_is_wanted_there)
{
    trace_two(false, "i2b:7 a2 e2:7 i1 a1 i3:6 e1:4 c1:4", "o2 o1w c1w o3w");
    EXPECT_UINT((uint64_t)rig.sent[3].qty, (uint64_t)units(2)); /* the 7 of venue 0 hide nothing */
    gateway_rig_free(&rig);
}

SPEC(an_instrument_that_no_leg_has_is_nowhere)
{
    gateway_rig_plan(&rig, false);
    two_venues(ONE);
    rig.strategy[ONE].legs = 1;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1b i2 a2");
    EXPECT_TEXT(rig.wire, "o2w");
    EXPECT_UINT(COUNT(intent_nowhere), 1);
    ends(ORDER_OPEN);
}

/* Trading states. */

SPEC(each_leg_is_shown_the_trading_state_and_the_terms_of_its_venue)
{
    gateway_rig_plan(&rig, false);
    two_venues(ONE);
    rig.symbol[AAAA_W].tick = 5 * PRICE_ONE;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_session(rig.gateway, 1, false, rig.now);
    gateway_rig_decide(&rig);
    EXPECT_UINT(rig.one->trading[0], TRADING_AWAY);
    EXPECT_UINT(rig.one->trading[1], TRADING_ACTIVE);
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT((uint64_t)rig.one->terms.tick, (uint64_t)(5 * PRICE_ONE));
    gateway_rig_market(&rig, 1, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT((uint64_t)rig.one->terms.tick, (uint64_t)PRICE_ONE);
    gateway_session(rig.gateway, 1, true, rig.now);
    gateway_rig_decide(&rig);
    EXPECT_UINT(rig.one->trading[0], TRADING_ACTIVE);
    gateway_rig_free(&rig);
}

SPEC(a_halt_of_a_venue_cancels_what_is_there_and_nothing_else)
{
    trace_two(false, "i1 a1 i2b/1 a2", "o1w o2");
    struct risk_subject subject = {.venue = 1};
    EXPECT(gateway_rig_state(&rig, RISK_VENUE, subject, RISK_HALTED) == RISK_CONTROL_OK);
    gateway_rig_decide(&rig);
    EXPECT_TEXT(rig.wire, "o1w o2 c1w");
    EXPECT_UINT(rig.one->trading[0], TRADING_HALTED);
    EXPECT_UINT(rig.one->trading[1], TRADING_ACTIVE);
    gateway_rig_play(&rig, "c1 i3 i4b/1 c2 a4");
    EXPECT_TEXT(rig.wire, "o1w o2 c1w c2 o4");
    EXPECT_UINT(COUNT(intent_halted), 1);
    ends(ORDER_NONE);
}

SPEC(a_halt_of_the_box_cancels_at_both)
{
    trace_two(false, "i1 a1 i2b/1 a2 u3 a3 H", "o1w o2 o3w c2 c1w c3w");
    gateway_rig_free(&rig);
}

SPEC(capital_is_each_venues_own)
{
    open_two(false);
    struct risk_subject route = {.venue = 1, .strategy = ONE};
    gateway_rig_bound(&rig, RISK_CAPITAL, route, 500 * PRICE_ONE);
    gateway_rig_play(&rig, "i1:6 i2b/1 i3:4"); /* at a mark of 100 */
    EXPECT_TEXT(rig.wire, "o2 o3w");
    EXPECT_UINT(COUNT(refused), 1);
    EXPECT_UINT(rig.copy[rig.copies - 1].reason, RISK_CAPITAL);
    gateway_rig_free(&rig);
}

/* The end, and the next start. */

SPEC(a_stop_cancels_at_both_and_has_ended_when_nothing_is_open_at_either)
{
    trace_two(false, "i1 a1 i2b/1 a2", "o1w o2");
    gateway_stop(rig.gateway, false, rig.now);
    EXPECT_TEXT(rig.wire, "o1w o2 c2 c1w");
    gateway_rig_play(&rig, "c1");
    EXPECT(!gateway_stopped(rig.gateway));
    gateway_rig_play(&rig, "c2");
    EXPECT(gateway_stopped(rig.gateway));
    gateway_rig_free(&rig);
}

SPEC(off_it_has_no_order_at_any_venue_and_back_it_may_at_all)
{
    trace_two(false, "i1 a1 i2b/1 a2", "o1w o2");
    gateway_switch(rig.gateway, ONE, false, rig.now);
    EXPECT_TEXT(rig.wire, "o1w o2 c2 c1w");
    for (uint32_t venue = 0; venue < 2; venue++) { /* its slots know it too */
        struct slot_unique unique = {.strategy = ONE, .price = PRICE_ONE, .qty = QTY_ONE};
        struct slot_request requests[SLOTS_REQUESTS_A_CALL];
        struct slot_say says[SLOTS_SAYS_A_CALL];
        struct slots_out nothing = {requests, says, ARRAY_COUNT(requests), ARRAY_COUNT(says), 0, 0};
        uint32_t slot;
        EXPECT(slots_send_unique(gateway_slots(rig.gateway, venue), &unique, rig.now, &nothing,
                                 &slot) == SLOTS_SHUT);
    }
    gateway_rig_play(&rig, "c1 c2");
    gateway_switch(rig.gateway, ONE, true, rig.now);
    gateway_rig_play(&rig, ". i5 i6b/1");
    EXPECT_TEXT(rig.wire, "o1w o2 c2 c1w o5w o6");
    gateway_rig_free(&rig);
}

SPEC(after_a_restart_orders_at_both_are_unknown_and_asked_for_there)
{
    trace_two(false, "i1 a1 e1:4 i2b/1", "o1w o2");
    gateway_rig_restart(&rig);
    rig.wire[0] = '\0';
    gateway_rig_start(&rig);
    EXPECT_TEXT(rig.wire, "q2 q1w");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    EXPECT_UINT(rig.one->order[1].state, ORDER_UNKNOWN);
    EXPECT_UINT((uint64_t)held(ONE, AAAA_W).position, (uint64_t)units(4));
    gateway_rig_play(&rig, "i3b O1:6:4 i4b N2 c1:4 i5b/1"); /* key 0 is to be elsewhere */
    EXPECT_UINT(COUNT(intent_moved), 2);
    EXPECT_UINT(COUNT(intent_bad), 0);
    EXPECT_TEXT(rig.wire, "q2 q1w c1w o5");
    ends(ORDER_NONE);
}

SPEC(who_was_elsewhere_for_a_start_has_one_order_a_key_all_the_same)
{
    gateway_rig_plan(&rig, false);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1b a1"); /* all of it at venue 0 */
    EXPECT_TEXT(rig.wire, "o1");
    rig.strategy[ONE].venue = 1; /* the next start at venue 1 alone: the order has no key there */
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i2 a2");
    EXPECT_TEXT(rig.wire, "o1 q1 o2w");
    two_venues(ONE); /* and then at both */
    rig.wire[0] = '\0';
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_TEXT(rig.wire, "q1 q2w");
    EXPECT_UINT(rig.one->order[0].state, ORDER_UNKNOWN);
    gateway_rig_play(&rig, "O1:10 O2:10 x c1");
    gateway_stop(rig.gateway, false, rig.now);
    EXPECT_TEXT(rig.wire, "q1 q2w c2w c1"); /* the one that has no key of its own at once */
    gateway_rig_free(&rig);
}

/* Who comes and goes. */

SPEC(who_leaves_is_gone_when_nothing_is_open_at_any_venue)
{
    trace_two(false, "i1 a1 i2b/1 a2", "o1w o2");
    gateway_detach(rig.gateway, ONE, rig.now);
    EXPECT_TEXT(rig.wire, "o1w o2 c2 c1w");
    gateway_rig_play(&rig, "c2 t");
    EXPECT(!gateway_vacant(rig.gateway, ONE));
    gateway_rig_play(&rig, "c1 t");
    EXPECT(gateway_vacant(rig.gateway, ONE));

    static _Alignas(CACHE_LINE) uint8_t memory[sizeof(struct puppet)];
    memset(memory, 0, sizeof memory);
    char problem[128] = "";
    struct gateway_strategy_plan of = rig.strategy[ONE];
    EXPECT(gateway_attach(rig.gateway, ONE, &of, memory, problem, sizeof problem));
    rig.one = (struct puppet *)memory;
    gateway_rig_play(&rig, ". i3 i4b/1 a3 a4");
    EXPECT_TEXT(rig.wire, "o1w o2 c2 c1w q1w o3w o4"); /* it was silent meanwhile */
    ends(ORDER_OPEN);
}

SPEC(a_place_takes_whoever_needs_none_but_its_venues)
{
    open_two(false);
    static const uint32_t all_at_one[] = {1, 1}, nowhere[] = {0, 2};
    struct gateway_strategy_plan of = rig.strategy[TWO];
    gateway_detach(rig.gateway, ONE, rig.now);
    gateway_detach(rig.gateway, TWO, rig.now);
    gateway_rig_play(&rig, "t");
    of.legs = 2;
    of.leg = legs;
    of.leg_venue = leg_venues;
    EXPECT_TEXT(gateway_attach_check(rig.gateway, TWO, &of), "the place is at another venue");
    of.leg_venue = nowhere;
    EXPECT_TEXT(gateway_attach_check(rig.gateway, TWO, &of),
                "a leg of the strategy is at no venue");
    of.name = "one";
    of.leg_venue = all_at_one;
    EXPECT(gateway_attach_check(rig.gateway, ONE, &of) == NULL);

    static _Alignas(CACHE_LINE) uint8_t memory[sizeof(struct puppet)];
    memset(memory, 0, sizeof memory);
    char problem[128] = "";
    EXPECT(gateway_attach(rig.gateway, ONE, &of, memory, problem, sizeof problem));
    rig.one = (struct puppet *)memory;
    gateway_rig_play(&rig, ". i1 i2b/1");
    EXPECT_TEXT(rig.wire, "o1w"); /* BBBB is not traded at venue 1 */
    gateway_rig_free(&rig);
}

/* Strategies outside. */

static struct gateway_answer hear(uint64_t sequence, uint32_t symbol,
                                  const struct delegate_intent *intent)
{
    struct gateway_intake intake = {.strategy = FAR,
                                    .symbol = symbol,
                                    .sequence = sequence,
                                    .until = UINT64_MAX,
                                    .intent = *intent};
    struct gateway_answer answer;
    gateway_hear(rig.gateway, &intake, rig.now, &answer);
    gateway_verify(rig.gateway);
    return answer;
}

SPEC(what_comes_from_outside_goes_to_the_venue_of_its_symbol)
{
    gateway_rig_plan(&rig, false);
    two_venues(FAR);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    struct delegate_intent buys = {.price = PRICE_ONE, .qty = units(5)};
    struct delegate_intent stops = {.kind = INTENT_STOP};
    EXPECT_UINT(hear(1, AAAA_W, &buys).hearing, GATEWAY_TAKEN);
    EXPECT_UINT(hear(2, AAAA_V, &buys).hearing, GATEWAY_NOBODY); /* of its legs, AAAA is at w */
    buys.price = 2 * PRICE_ONE;
    struct gateway_answer answer = hear(3, BBBB_V, &buys);
    EXPECT_UINT(answer.hearing, GATEWAY_REFUSED);
    EXPECT_UINT(answer.counter, GATEWAY_COUNTER_intent_bad);
    gateway_rig_play(&rig, "a1");
    EXPECT_UINT(hear(4, 0, &stops).hearing, GATEWAY_TAKEN);
    gateway_rig_play(&rig, "c1");
    EXPECT_UINT(hear(5, BBBB_V, &buys).hearing, GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o1w c1w o2");
    gateway_rig_free(&rig);
}

/* Names. */

SPEC(what_a_venue_calls_otherwise_is_its_name_there_and_nowhere_else)
{
    gateway_rig_plan(&rig, false);
    two_venues(ONE);
    gateway_rig_open(&rig);
    EXPECT(memcmp(fake_port_listed.name, "AAAA    ", 8) == 0);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 a1");
    gateway_rig_free(&rig);
    memcpy(rig.symbol[AAAA_W].venue_name, "ALPHA   ", 8); /* a journal of before is of others */
    char problem[128] = "";
    gateway_rig_open(&rig);
    EXPECT(memcmp(fake_port_listed.name, "ALPHA   ", 8) == 0);
    EXPECT(!gateway_recover(rig.gateway, rig.written[0].kind, &rig.written[0].start,
                            rig.written[0].bytes, problem, sizeof problem));
    EXPECT_TEXT(problem, "the journal is of other venues or symbols than the configuration");
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i2 a2");
    EXPECT_TEXT(rig.wire, "o1w o2w");
    gateway_rig_free(&rig);
    memcpy(rig.symbol[BBBB_V].venue_name, "AAAA    ", 8);
    EXPECT_TEXT(gateway_check(&rig.plan), "a venue has a symbol twice");
}

/* Plans. */

SPEC(a_plan_whose_leg_is_at_no_venue_is_refused)
{
    static const uint32_t nowhere[] = {1, 2};
    gateway_rig_plan(&rig, false);
    two_venues(ONE);
    EXPECT(gateway_check(&rig.plan) == NULL);
    rig.strategy[ONE].leg_venue = nowhere;
    EXPECT_TEXT(gateway_check(&rig.plan), "a leg of a strategy is at no venue");
}

SPEC(legs_that_are_all_elsewhere_are_as_if_the_strategy_was_there)
{
    static const uint32_t all_at_one[] = {1, 1};
    gateway_rig_plan(&rig, false);
    two_venues(ONE);
    rig.strategy[ONE].leg_venue = all_at_one;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    gateway_rig_play(&rig, "i1 i2b/1");
    EXPECT_TEXT(rig.wire, "o1w");
    EXPECT_UINT(gateway_strategy_venues(rig.gateway, ONE), 2);
    gateway_rig_free(&rig);
}

#define SPECS(S)                                                                                   \
    S(an_order_goes_to_the_venue_of_its_instruments_leg)                                           \
    S(replacements_and_stops_go_to_where_the_order_is)                                             \
    S(a_unique_order_goes_to_the_venue_of_its_instrument)                                          \
    S(a_strategy_at_one_venue_beside_it_has_orders_at_its_own)                                     \
    S(a_key_with_an_order_at_one_venue_is_not_ordered_at_another)                                  \
    S(nor_while_its_order_is_in_doubt_or_waits)                                                    \
    S(what_a_key_executed_and_was_refused_adds_up_over_its_venues)                                 \
    S(what_traded_unseen_at_a_venue_is_taken_off_what_is_wanted_there)                             \
    S(an_instrument_that_no_leg_has_is_nowhere)                                                    \
    S(each_leg_is_shown_the_trading_state_and_the_terms_of_its_venue)                              \
    S(a_halt_of_a_venue_cancels_what_is_there_and_nothing_else)                                    \
    S(a_halt_of_the_box_cancels_at_both)                                                           \
    S(capital_is_each_venues_own)                                                                  \
    S(a_stop_cancels_at_both_and_has_ended_when_nothing_is_open_at_either)                         \
    S(off_it_has_no_order_at_any_venue_and_back_it_may_at_all)                                     \
    S(after_a_restart_orders_at_both_are_unknown_and_asked_for_there)                              \
    S(who_was_elsewhere_for_a_start_has_one_order_a_key_all_the_same)                              \
    S(who_leaves_is_gone_when_nothing_is_open_at_any_venue)                                        \
    S(a_place_takes_whoever_needs_none_but_its_venues)                                             \
    S(what_comes_from_outside_goes_to_the_venue_of_its_symbol)                                     \
    S(what_a_venue_calls_otherwise_is_its_name_there_and_nowhere_else)                             \
    S(a_plan_whose_leg_is_at_no_venue_is_refused)                                                  \
    S(legs_that_are_all_elsewhere_are_as_if_the_strategy_was_there)
SPEC_MAIN("gateway_venues", SPECS, NULL, NULL)
