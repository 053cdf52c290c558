/* Room and ways of working, as traces: steps in, the wire out (slots_rig.h has the alphabet). */

#include "dataplane/strategy/delegate.h"
#include "tests/route/slots_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>

static struct slots_rig rig;

static void trace(bool replaces, const char *steps, const char *wire)
{
    slots_rig_new(&rig, replaces);
    slots_rig_play(&rig, steps);
    EXPECT_TEXT(rig.wire, wire);
}

static void ends(enum slot_state state)
{
    EXPECT_TEXT(slot_state_name(slots_rig_state(&rig)), slot_state_name(state));
    slots_rig_free(&rig);
}

static void on_slot(uint32_t slot, uint64_t sequence, price_t price)
{
    struct slot_intent intent = {.slot = slot, .sequence = sequence, .price = price, .qty = 10};
    rig.status = slots_intend(rig.slots, &intent, rig.now, &rig.out);
    slots_rig_collect(&rig);
}

SPEC(another_way_of_working_is_another_order)
{
    trace(false, "i1 a i2@1p c a", "o1 c1 o1");
    EXPECT_UINT(rig.request[0].how, HOW_POST_ONLY);
    ends(SLOT_LIVE);
    trace(true, "i1 a i2@1p c a", "o1 c1 o1"); /* no native replacement can change it */
    ends(SLOT_LIVE);
    trace(true, "i1p a i2p p", "o1 r2");
    ends(SLOT_LIVE);
}

SPEC(the_way_of_working_is_of_the_same_terms)
{
    trace(false, "i1m i2@1m", "o1");
    EXPECT_UINT(rig.status, SLOTS_SAME);
    ends(SLOT_NEW);
}

SPEC(without_room_the_newest_intent_waits_in_line)
{
    trace(false, "l0/0 i1 i2 i3 l1/1", "o3");
    EXPECT_TEXT(rig.said, "SUPERSEDED SUPERSEDED");
    EXPECT_UINT(slots_counts(rig.slots)->conflated, 2);
    EXPECT_UINT(slots_counts(rig.slots)->waited, 1);
    ends(SLOT_NEW);
}

SPEC(slots_are_served_in_the_order_in_which_they_began_to_wait)
{
    trace(false, "l0/0 i1", "");
    on_slot(0, 1, 7);
    slots_rig_play(&rig, "i2 l1/1 l1/1");
    EXPECT_TEXT(rig.wire, "o2 o7");
    slots_rig_free(&rig);
}

SPEC(an_order_that_waits_takes_no_room_from_a_cancel)
{
    trace(false, "i1 a l0/1 i2", "o1 c1"); /* a cancel comes first on the way to another order */
    ends(SLOT_CANCEL);
    trace(true, "i1 a l0/1 i2 x3", "o1 c1");
    ends(SLOT_CANCEL);
}

SPEC(a_stop_of_what_waits_leaves_nothing_to_send)
{
    trace(false, "l0/0 i1 x2 l", "");
    EXPECT_TEXT(rig.said, "SUPERSEDED UNNEEDED");
    EXPECT(!slots_line(rig.slots).orders);
    ends(SLOT_FREE);
}

SPEC(a_cancel_that_has_no_room_goes_before_all_orders)
{
    trace(false, "i1 a l0/0", "o1");
    on_slot(0, 1, 7);
    slots_rig_play(&rig, "x2 l1/1");
    EXPECT_TEXT(rig.wire, "o1 c1");
    EXPECT(slots_line(rig.slots).orders);
    slots_rig_play(&rig, "l1/1");
    EXPECT_TEXT(rig.wire, "o1 c1 o7");
    slots_rig_free(&rig);
}

SPEC(an_execution_does_not_lose_the_place_in_line)
{
    trace(true, "i1 a l0/0 i2", "o1");
    on_slot(0, 1, 7);
    slots_rig_play(&rig, "e4 l1/1");
    EXPECT_TEXT(rig.wire, "o1 r2");
    slots_rig_free(&rig);
}

SPEC(a_query_that_has_no_room_is_sent_when_there_is)
{
    trace(false, "i1 l0/0 t", "o1");
    EXPECT(slots_line(rig.slots).cancels);
    slots_rig_play(&rig, "l0/1");
    EXPECT_TEXT(rig.wire, "o1 q1");
    slots_rig_play(&rig, "N");
    ends(SLOT_FREE);
    trace(false, "i1 l0/0 t a l", "o1"); /* the answer came first */
    ends(SLOT_LIVE);
    trace(false, "i1 l0/0 t d l u", "o1 q1");
    ends(SLOT_UNKNOWN);
}

SPEC(a_unique_order_waits_for_room_but_not_for_the_session)
{
    struct slot_unique unique = {.strategy = 1, .price = 9, .qty = 5};
    uint32_t slot;
    trace(false, "l0/0", "");
    EXPECT_UINT(slots_send_unique(rig.slots, &unique, rig.now, &rig.out, &slot), SLOTS_OK);
    slots_rig_play(&rig, "l1/1");
    EXPECT_TEXT(rig.wire, "o9");
    slots_rig_play(&rig, "l0/0");
    EXPECT_UINT(slots_send_unique(rig.slots, &unique, rig.now, &rig.out, &slot), SLOTS_OK);
    slots_rig_play(&rig, "d");
    EXPECT_TEXT(rig.said, "UNKNOWN SUPERSEDED UNNEEDED");
    slots_rig_play(&rig, "u l");
    EXPECT_TEXT(rig.wire, "o9 q9");
    slots_rig_free(&rig);
}

SPEC(a_shut_strategy_drops_what_waits_in_line)
{
    trace(false, "l0/0 i1 h l", "");
    ends(SLOT_FREE);
}

SPEC(one_slot_is_stopped_as_by_a_sweep)
{
    trace(false, "i1 a", "o1");
    slots_stop(rig.slots, RIG_SLOT, rig.now, &rig.out);
    slots_rig_play(&rig, "i2");
    EXPECT_TEXT(rig.wire, "o1 c1");
    slots_rig_play(&rig, "c");
    EXPECT_TEXT(rig.wire, "o1 c1 o2");
    slots_rig_free(&rig);
}

SPEC(a_recovered_replacement_may_live_and_the_venue_says_which)
{
    static const char *const answers[] = {"B8/4", "O6/4", "M"};
    static const order_id_t lives[] = {51, 50, 50};
    for (uint32_t i = 0; i < ARRAY_COUNT(answers); i++) {
        slots_rig_new(&rig, true);
        struct slot_recovered order = {.slot = RIG_SLOT,
                                       .strategy = 1,
                                       .order = 50,
                                       .price = 1,
                                       .total = 10,
                                       .cum = 4,
                                       .sequence = 7,
                                       .asked = 51,
                                       .asked_price = 2,
                                       .asked_total = 12};
        EXPECT_UINT(slots_recover(rig.slots, &order), SLOTS_OK);
        struct slot_look look;
        slots_look(rig.slots, RIG_SLOT, &look);
        EXPECT_UINT((uint64_t)look.exposure, 8);
        slots_session(rig.slots, false);
        uint32_t next = 0;
        slots_session(rig.slots, true);
        EXPECT(slots_sweep(rig.slots, SLOT_ON_RECONNECT, SLOTS_NONE, rig.now, &next, &rig.out));
        rig.order = rig.request[0].order;
        rig.asked = rig.request[0].asked;
        rig.number = rig.request[0].number;
        rig.out.request_count = 0;
        slots_rig_play(&rig, answers[i]);
        slots_look(rig.slots, RIG_SLOT, &look);
        EXPECT_UINT(look.order, lives[i]);
        free(rig.slots);
    }
}

#define SPECS(S)                                                                                   \
    S(another_way_of_working_is_another_order)                                                     \
    S(the_way_of_working_is_of_the_same_terms)                                                     \
    S(without_room_the_newest_intent_waits_in_line)                                                \
    S(slots_are_served_in_the_order_in_which_they_began_to_wait)                                   \
    S(an_order_that_waits_takes_no_room_from_a_cancel)                                             \
    S(a_stop_of_what_waits_leaves_nothing_to_send)                                                 \
    S(a_cancel_that_has_no_room_goes_before_all_orders)                                            \
    S(an_execution_does_not_lose_the_place_in_line)                                                \
    S(a_query_that_has_no_room_is_sent_when_there_is)                                              \
    S(a_unique_order_waits_for_room_but_not_for_the_session)                                       \
    S(a_shut_strategy_drops_what_waits_in_line)                                                    \
    S(one_slot_is_stopped_as_by_a_sweep)                                                           \
    S(a_recovered_replacement_may_live_and_the_venue_says_which)
SPEC_MAIN("slots_room", SPECS, NULL, NULL)
