/* Orders of before the start, where the configuration is another one now: as traces
 * (gateway_rig.h has the alphabet).  Each start is with the journal of the one before, and with an
 * image of it. */

#include "dataplane/strategy/maker.h"
#include "tests/gateway/gateway_trace.h"
#include "tests/gateway/image_check.h"

#include <string.h>

enum { AAAA_V, BBBB_V, AAAA_W }; /* symbols of the plan */
enum { ONE, TWO, FAR, BOTH };    /* strategies */

static const struct listing_name both[] = {{"AAAA    "}, {"BBBB    "}};
static const struct listing_name turned[] = {{"BBBB    "}, {"AAAA    "}};
static const uint32_t both_venues[] = {1, 0}, turned_venues[] = {0, 1};

static void legs(const struct listing_name *leg, uint32_t count)
{
    rig.strategy[ONE].leg = leg;
    rig.strategy[ONE].legs = count;
}

static void begin(void)
{
    gateway_rig_plan(&rig, true);
    legs(both, 2);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
}

static void play(const char *steps)
{
    gateway_rig_play(&rig, steps);
}

/* The process dies, and starts under the plan as it is now. */
static void start_again(void)
{
    gateway_rig_restart(&rig);
    rig.wire[0] = '\0';
    gateway_rig_start(&rig);
}

static void wire(const char *due)
{
    EXPECT_TEXT(rig.wire, due);
}

static void end(void)
{
    gateway_rig_free(&rig);
}

static void units(int64_t is, int64_t due)
{
    EXPECT_UINT((uint64_t)is, (uint64_t)(due * QTY_ONE));
}

/* At a venue that the strategy has left. */

/* Key 0 had an order at venue 0, and its strategy is at venue 1 now. */
static void left_behind(void)
{
    gateway_rig_plan(&rig, true);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    play("i5 a5");
    rig.strategy[ONE].venue = 1;
    start_again();
}

SPEC(an_order_at_a_venue_that_its_strategy_has_left_is_canceled)
{
    left_behind();
    EXPECT_UINT(COUNT(order_unfit), 1);
    play("O5:10 n5 O5:10"); /* until it is */
    wire("q5 c5 q5 c5");
    EXPECT(gateway_rig_state(&rig, RISK_VENUE, (struct risk_subject){.venue = 0}, RISK_HALTED) ==
           RISK_CONTROL_OK);
    EXPECT_UINT(rig.one->trading[0], TRADING_ACTIVE); /* where it trades */
    play("x i7 a7 c5:3");                             /* a key of venue 1 */
    wire("q5 c5 q5 c5 o7w");
    units(held(ONE, AAAA_V).position, 3);
    units(rig.one->position[0], 0); /* at venue 1 it has nothing */
    end();
}

/* It never had a key, and nothing that it is called by at the other venue; count: its legs. */
static void unique_left_behind(uint32_t count)
{
    gateway_rig_plan(&rig, true);
    legs(both, count);
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    play("u5 a5");
    rig.strategy[ONE].venue = 1;
    start_again();
    EXPECT_UINT(COUNT(order_unfit), 1);
    play("O5:10");
    wire("q5 c5");
    end();
}

SPEC(so_is_a_unique_one_of_whoever_trades_all_there_is_or_its_legs)
{
    unique_left_behind(0);
    unique_left_behind(2);
}

SPEC(who_left_an_order_behind_has_left_when_that_is_over)
{
    left_behind();
    play("O5:10");
    gateway_switch(rig.gateway, ONE, false, rig.now);
    gateway_detach(rig.gateway, ONE, rig.now);
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(!gateway_vacant(rig.gateway, ONE));
    play("c5:3");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, ONE));
    wire("q5 c5");
    end();
}

SPEC(its_delegate_may_stop_it_by_its_number)
{
    left_behind();
    const struct delegate_intent stop = {.kind = INTENT_STOP_UNIQUE, .unique = rig.sent[0].order};
    play("O5:10");
    gateway_rig_say(&rig, rig.one, &stop);
    EXPECT_UINT(COUNT(intent_over), 0);
    wire("q5 c5");
    play("c5");
    gateway_rig_say(&rig, rig.one, &stop);
    EXPECT_UINT(COUNT(intent_over), 1);
    end();
}

/* In an instrument that is no leg any more. */

SPEC(an_order_in_a_dropped_instrument_is_canceled_and_its_delegate_not_told)
{
    begin();
    play("i1 a1 i2b/1 a2 u3b a3 i4/2 a4 e4:1");
    legs(both, 1);
    start_again();
    EXPECT_UINT(COUNT(order_unfit), 2);
    play("O1:10 O2:6:4 O3:10 O4:9:1");
    wire("q1 q2 q4 q3 c2 c3");
    play("e2:7 c2:8 e3:2 c3:2");
    EXPECT_UINT(rig.one->messages, 0);
    units(held(ONE, BBBB_V).position, 10);
    EXPECT_UINT(rig.one->order[1].state, ORDER_NONE); /* it was woken */
    play("e1:3 e4:10");
    EXPECT_TEXT(told(rig.one), "FF");
    units(rig.one->position[0], 3 + 9);
    units(rig.one->position[1], 0);
    end();
}

SPEC(a_maker_sells_nothing_that_it_does_not_make)
{
    static const struct delegate_parameter quotes[] = {
        {"rungs", "0:5"}, {"long", "100"}, {"short", "100"}, {"spread", "1t"}, {"alone", "stay"}};
    begin();
    play("i100:10b a100 e100:10 u50:5b a50");
    rig.strategy[ONE].kind = &maker_kind;
    rig.strategy[ONE].parameters = (struct delegate_parameters){.count = 5, .at = quotes};
    legs(both, 1);
    gateway_rig_restart(&rig);
    gateway_recovered(rig.gateway, rig.now);
    gateway_listing(rig.gateway, 0, "AAAA    ");
    gateway_listing(rig.gateway, 1, "BBBB    ");
    gateway_rig_market(&rig, 1, MARKET_LIVE);
    gateway_session(rig.gateway, 0, true, rig.now);
    rig.wire[0] = '\0';
    play("D50:5 . t");
    wire("");
    units(held(ONE, BBBB_V).position, 15);
    end();
}

SPEC(an_order_of_a_key_that_is_no_more_is_canceled)
{
    struct gateway_intent intent = {
        .strategy = FAR,
        .sequence = 1,
        .intent = {.key = 3, .price = 3 * PRICE_ONE, .qty = 10 * QTY_ONE}};
    begin();
    EXPECT(gateway_intend(rig.gateway, &intent, rig.now) == SLOTS_OK);
    intent.sequence = 2;
    intent.intent = (struct delegate_intent){
        .kind = INTENT_UNIQUE, .price = 4 * PRICE_ONE, .qty = 10 * QTY_ONE};
    EXPECT(gateway_intend(rig.gateway, &intent, rig.now) == SLOTS_OK);
    play("a3 a4");
    rig.strategy[FAR].orders = 3;
    start_again();
    EXPECT_UINT(COUNT(order_unfit), 1);
    play("O3:10 O4:10");
    wire("q3 q4 c3"); /* the one that never had a key stays */
    gateway_rig_restart(&rig);
    rig.wire[0] = '\0';
    gateway_rig_start(&rig);
    EXPECT_UINT(COUNT(order_unfit), 1);
    end();
}

/* More keys once, and fewer now: what was open together then is only read. */
static void four_keys_once(uint32_t keys, uint32_t uniques)
{
    begin();
    for (uint32_t key = 0; key < 4; key++) {
        const struct gateway_intent intent = {
            .strategy = FAR,
            .sequence = key + 1,
            .intent = {.key = key, .price = (key + 1) * PRICE_ONE, .qty = 10 * QTY_ONE}};
        EXPECT(gateway_intend(rig.gateway, &intent, rig.now) == SLOTS_OK);
    }
    play("a1 a2 a3 a4");
    rig.strategy[ONE].uniques = rig.strategy[TWO].uniques = 0;
    rig.strategy[FAR].orders = keys;
    rig.strategy[FAR].uniques = uniques;
}

SPEC(orders_of_more_keys_than_there_are_now_were_over_long_ago_and_stop_no_start)
{
    four_keys_once(1, 0);
    play("c1 c2:3 c3 c4");
    start_again();
    units(held(FAR, AAAA_V).position, 3);
    EXPECT_UINT(COUNT(order_unfit), 0);
    end();
}

/* Found one after the other, since there is room for two. */
SPEC(those_that_are_still_open_need_room)
{
    four_keys_once(1, 2);
    play("c2");
    start_again();
    EXPECT_UINT(COUNT(order_unfit), 2);
    play("O1:10 O3:10 O4:10 c3 c4:5");
    wire("q1 q4 q3 c3 c4");
    units(held(FAR, AAAA_V).position, 5);
    end();
}

SPEC(without_it_the_start_says_what_to_do)
{
    struct image_reader reader;
    char problem[256];
    four_keys_once(1, 2);
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    EXPECT(!gateway_placed(reader.gateway, problem, sizeof problem));
    EXPECT_TEXT(problem, "strategy far still has open orders at venue v of keys that it has there "
                         "no more, and there is no room for them: put the keys back, or raise "
                         "unique_orders of who trades there");
    EXPECT_STOP(gateway_recovered(reader.gateway, rig.now), "gateway_placed");
    image_reader_free(&reader);
    end();
}

SPEC(what_fits_stays_until_its_strategy_says_otherwise)
{
    begin();
    play("i1 a1 i2b/1 a2 u3b a3");
    start_again();
    EXPECT_UINT(COUNT(order_unfit), 0);
    play("O1:10 O2:10 O3:10");
    gateway_rig_pass_time(&rig, 20 * NANOS_MILLI);
    wire("q1 q2 q3");
    end();
}

/* Its delegate's words were numbered by the gateway, and its own begin at one. */
SPEC(who_is_outside_now_commands_the_orders_of_its_delegate)
{
    struct dispatch_delegate far;
    gateway_rig_plan(&rig, true);
    rig.strategy[FAR].kind = &puppet_kind;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    play("i1 a1 x c1"); /* words of others */
    struct dispatch *dispatch = gateway_dispatch(rig.gateway);
    EXPECT(dispatch_look(dispatch, dispatch_find_name(dispatch, "far"), &far));
    const struct delegate_intent intent = {.price = 3 * PRICE_ONE, .qty = 10 * QTY_ONE};
    gateway_rig_say(&rig, far.self, &intent);
    play("a3");
    rig.strategy[FAR].kind = NULL;
    rig.strategy[FAR].orders = 4;
    start_again();
    play("O3:10");
    EXPECT_UINT(gateway_known(rig.gateway, FAR).sequence, 0);
    struct gateway_answer answer;
    const struct gateway_intake stop = {
        .strategy = FAR, .sequence = 1, .intent = {.kind = INTENT_STOP}};
    gateway_hear(rig.gateway, &stop, rig.now, &answer);
    EXPECT_UINT(answer.hearing, GATEWAY_TAKEN);
    wire("q3 c3");
    end();
}

/* In another leg. */

SPEC(a_key_that_is_wanted_in_another_instrument_is_stopped_first)
{
    begin();
    play("i1 a1 i2b/1 a2");
    legs(turned, 2);
    start_again();
    play("O1:10 O2:10 i3b");
    wire("q1 q2 c1");
    EXPECT_UINT(COUNT(intent_moved), 1);
    EXPECT_UINT(rig.one->order[1].state, ORDER_OPEN);
    play("i3b");
    wire("q1 q2 c1"); /* once */
    EXPECT_UINT(COUNT(intent_moved), 2);
    play("c1:4 i3b a3");
    wire("q1 q2 c1 o3");
    EXPECT_UINT(COUNT(intent_moved), 2);
    EXPECT_UINT(rig.one->order[0].refused, 2);
    units(held(ONE, AAAA_V).position, 4);
    play("i4"); /* of this start: its strategy says a stop first */
    EXPECT_UINT(COUNT(intent_bad), 1);
    wire("q1 q2 c1 o3");
    play("i5b/1"); /* the instrument that it has */
    wire("q1 q2 c1 o3 r5");
    end();
}

SPEC(so_is_one_in_doubt_as_soon_as_it_is_found)
{
    begin();
    play("i1 a1");
    legs(turned, 2);
    start_again();
    play("i3b");
    wire("q1");
    play("O1:10");
    wire("q1 c1");
    play("c1 i3b");
    wire("q1 c1 o3");
    end();
}

SPEC(at_another_venue_as_well)
{
    gateway_rig_plan(&rig, true);
    legs(both, 2);
    rig.strategy[ONE].leg_venue = both_venues;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    play("i1 a1 i2b/1 a2");
    legs(turned, 2);
    rig.strategy[ONE].leg_venue = turned_venues;
    start_again();
    play("O1:10 O2:10 i3b");
    wire("q2 q1w c1w");
    play("i4/1");
    wire("q2 q1w c1w c2");
    EXPECT_UINT(COUNT(intent_moved), 2);
    EXPECT_UINT(COUNT(intent_bad), 0);
    play("c1 c2 i3b i4/1");
    wire("q2 q1w c1w c2 o3 o4w");
    end();
}

#define SPECS(S)                                                                                   \
    S(an_order_at_a_venue_that_its_strategy_has_left_is_canceled)                                  \
    S(so_is_a_unique_one_of_whoever_trades_all_there_is_or_its_legs)                               \
    S(who_left_an_order_behind_has_left_when_that_is_over)                                         \
    S(its_delegate_may_stop_it_by_its_number)                                                      \
    S(an_order_in_a_dropped_instrument_is_canceled_and_its_delegate_not_told)                      \
    S(a_maker_sells_nothing_that_it_does_not_make)                                                 \
    S(an_order_of_a_key_that_is_no_more_is_canceled)                                               \
    S(orders_of_more_keys_than_there_are_now_were_over_long_ago_and_stop_no_start)                 \
    S(those_that_are_still_open_need_room)                                                         \
    S(without_it_the_start_says_what_to_do)                                                        \
    S(what_fits_stays_until_its_strategy_says_otherwise)                                           \
    S(who_is_outside_now_commands_the_orders_of_its_delegate)                                      \
    S(a_key_that_is_wanted_in_another_instrument_is_stopped_first)                                 \
    S(so_is_one_in_doubt_as_soon_as_it_is_found)                                                   \
    S(at_another_venue_as_well)
SPEC_MAIN("gateway: orders of before the start", SPECS, NULL, NULL)
