/* How much may still execute of an intent, as traces: steps in, the wire out (slots_rig.h has the
 * alphabet).  Order n is 10 at price n. */

#include "tests/route/slots_rig.h"
#include "tests/support/spec.h"

static struct slots_rig rig;

/* The wire, and what the newest order, or replacement of it, may execute in all. */
static void leaves(const char *steps, const char *wire, qty_t total)
{
    slots_rig_play(&rig, steps);
    struct slot_look look;
    slots_look(rig.slots, RIG_SLOT, &look);
    EXPECT_TEXT(rig.wire, wire);
    spec_expect(__FILE__, __LINE__, look.total == total, "%s: %d, expected %d", steps,
                (int)look.total, (int)total);
}

static void trace(bool replaces, const char *steps, const char *wire, qty_t total)
{
    slots_rig_new(&rig, replaces);
    leaves(steps, wire, total);
}

static void ends(enum slot_state state)
{
    EXPECT_TEXT(slot_state_name(slots_rig_state(&rig)), slot_state_name(state));
    slots_rig_free(&rig);
}

SPEC(what_fills_while_a_replacement_is_under_way_counts_against_it)
{
    trace(true, "i1 a e4 i2 e10", "o1 r2 o2", 4); /* 6 of its 10 */
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2 e7 c9", "o1 r2 o2", 5); /* canceled by the venue */
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2 e7 p", "o1 r2", 14); /* it came in time: 7 are open */
    ends(SLOT_LIVE);
}

SPEC(nothing_follows_where_nothing_is_left)
{
    trace(true, "i1 a i2 e10", "o1 r2", 0);
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED FILLED UNNEEDED");
    ends(SLOT_FREE);
    trace(true, "i1 a e4 i2:6 e10", "o1 r2", 0);
    leaves("i3@2", "o1 r2 o2", 10); /* what was wanted has been: this is another wish */
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2:3 t O2/8 c8", "o1 r2 q1 c1", 0); /* less than what is open */
    ends(SLOT_FREE);
}

SPEC(so_it_does_where_the_venue_had_to_be_asked)
{
    trace(true, "i1 a e4 i2 t O3/7", "o1 r2 q1 r2", 10);
    EXPECT_UINT(rig.request[0].total, 14);
    EXPECT_UINT(rig.request[0].qty, 7);
    leaves("e10", "o1 r2 q1 r2 o2", 4); /* and lost again */
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2 t D10", "o1 r2 q1 o2", 4);
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2 t B5/9", "o1 r2 q1", 14);
    ends(SLOT_LIVE);
    trace(true, "i1 a e4 i2 d e10 u", "o1 r2 o2", 4);
    ends(SLOT_NEW);
}

SPEC(where_a_replacement_waits_for_room_again_what_fills_then_counts_too)
{
    trace(true, "i1 a e4 i2 t l0/0 O3/7 e9", "o1 r2 q1", 10);
    struct slot_look look;
    slots_look(rig.slots, RIG_SLOT, &look);
    EXPECT(look.waits);
    EXPECT_UINT(look.goal_qty, 5);
    leaves("l", "o1 r2 q1 r2", 10);
    EXPECT_UINT(rig.request[0].total, 14);
    ends(SLOT_REPLACE);
    trace(true, "i1 a e4 i2 t l0/0 O3/7 e10 l", "o1 r2 q1 o2", 4);
    ends(SLOT_NEW);
}

SPEC(the_same_intent_again_is_the_same_whatever_was_executed)
{
    trace(true, "i1 a e4 i2 i3@2", "o1 r2", 10);
    EXPECT(rig.status == SLOTS_SAME);
    slots_rig_play(&rig, "e7 i4@2");
    EXPECT(rig.status == SLOTS_SAME);
    leaves("e10 i5@2", "o1 r2 o2", 4);
    EXPECT(rig.status == SLOTS_SAME);
    leaves("a e3 i6@2", "o1 r2 o2", 4);
    EXPECT(rig.status == SLOTS_SAME);
    slots_rig_play(&rig, "e4");
    ends(SLOT_FREE);
    trace(true, "i1 a e4 i2 d e10 i3@2 u", "o1 r2 o2", 4);
    ends(SLOT_NEW);
    trace(false, "i1 a e4 i2 e7 i3@2 c8 i4@2", "o1 c1 o2", 6);
    EXPECT(rig.status == SLOTS_SAME);
    ends(SLOT_NEW);
}

SPEC(one_that_waits_is_for_its_whole_quantity)
{
    trace(true, "i1 a e4 i2 i3 e10", "o1 r2 o3", 10);
    ends(SLOT_NEW);
    trace(false, "i1 a e4 i2 i3 c9", "o1 c1 o3", 10); /* the cancel was for the one before */
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED SUPERSEDED EXECUTED CANCELED");
    ends(SLOT_NEW);
    trace(true, "i1 a l0/0 i2 e4 l", "o1 r2", 10);
    EXPECT_UINT(rig.request[0].total, 14);
    leaves("e10", "o1 r2 o2", 4); /* and from there on no more */
    ends(SLOT_NEW);
    trace(true, "i1 i2 e10", "o1 o2", 10); /* before the order was confirmed */
    ends(SLOT_NEW);
}

SPEC(a_cancel_in_front_of_an_order_is_where_that_begins)
{
    trace(false, "i1 a e4 i2 c7", "o1 c1 o2", 7);
    ends(SLOT_NEW);
    trace(false, "i1 a e4 i2 e10", "o1 c1 o2", 4);
    ends(SLOT_NEW);
    trace(false, "i1 a i2 e10", "o1 c1", 0);
    ends(SLOT_FREE);
    trace(false, "i1 a e4 i2 t O4/6 c9", "o1 c1 q1 c1 o2", 5); /* it was lost and sent again */
    ends(SLOT_NEW);
    trace(false, "i1 a e4 i2 n D8", "o1 c1 q1 o2", 6);
    ends(SLOT_NEW);
    trace(false, "i1 a l0/0 i2 e4 l c6", "o1 c1 o2", 8);
    ends(SLOT_NEW);
}

SPEC(what_is_bought_is_not_taken_off_what_is_to_be_sold)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1 a e4");
    struct slot_intent sell = {
        .slot = RIG_SLOT, .sequence = 2, .side = SIDE_SELL, .price = 2, .qty = 10};
    EXPECT(slots_intend(rig.slots, &sell, rig.now, &rig.out) == SLOTS_OK);
    leaves("c9", "o1 c1 o2", 10);
    ends(SLOT_NEW);
}

SPEC(what_comes_late_counts_until_an_order_is_sent)
{
    trace(false, "i1 a e4 i2 l0/0 c6 e7 l", "o1 c1 o2", 7);
    ends(SLOT_NEW);
    trace(false, "i1 a e4 i2 d c6 e10", "o1 c1", 0);
    leaves("u", "o1 c1 o2", 4);
    ends(SLOT_NEW);
}

SPEC(one_that_carries_counts_from_what_its_strategy_knew)
{
    trace(true, "i1 a e4 i2:10/4 e10", "o1 r2 o2", 4);
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2:10/4 i3:10/4 e10", "o1 r2 o3", 4); /* while it waits as well */
    ends(SLOT_NEW);
    trace(true, "i1 a e4 i2:10/4 t O3/7", "o1 r2 q1 r2", 10);
    EXPECT_UINT(rig.request[0].total, 14);
    ends(SLOT_REPLACE);
}

SPEC(where_no_replacement_can_say_the_total_the_order_is_canceled_first)
{
    slots_rig_limit(&rig, 12);
    leaves("i1 a e4 i2 c5", "o1 c1 o2", 9);
    ends(SLOT_NEW);
    slots_rig_limit(&rig, 12);
    leaves("i1 a e2 i2", "o1 r2", 10);
    EXPECT_UINT(rig.request[0].total, 12);
    ends(SLOT_REPLACE);
    slots_rig_limit(&rig, 12);
    leaves("i1 a e4 i2:10/4 c5", "o1 c1 o2", 9);
    ends(SLOT_NEW);
}

SPEC(what_no_order_can_say_is_asked_for_and_the_order_stays)
{
    slots_rig_limit(&rig, 12);
    leaves("i1 a e4 i2:13 s", "o1 r2", 10);
    ends(SLOT_LIVE);
}

#define SPECS(S)                                                                                   \
    S(what_fills_while_a_replacement_is_under_way_counts_against_it)                               \
    S(nothing_follows_where_nothing_is_left)                                                       \
    S(so_it_does_where_the_venue_had_to_be_asked)                                                  \
    S(where_a_replacement_waits_for_room_again_what_fills_then_counts_too)                         \
    S(the_same_intent_again_is_the_same_whatever_was_executed)                                     \
    S(one_that_waits_is_for_its_whole_quantity)                                                    \
    S(a_cancel_in_front_of_an_order_is_where_that_begins)                                          \
    S(what_is_bought_is_not_taken_off_what_is_to_be_sold)                                          \
    S(what_comes_late_counts_until_an_order_is_sent)                                               \
    S(one_that_carries_counts_from_what_its_strategy_knew)                                         \
    S(where_no_replacement_can_say_the_total_the_order_is_canceled_first)                          \
    S(what_no_order_can_say_is_asked_for_and_the_order_stays)
SPEC_MAIN("slots_levels", SPECS, NULL, NULL)
