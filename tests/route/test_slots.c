/* What a slot promises, as traces: steps in, the wire out (slots_rig.h has the alphabet). */

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

static struct slot_look look_at(uint32_t slot)
{
    struct slot_look look;
    slots_look(rig.slots, slot, &look);
    return look;
}

/* The traces by which the slot is known. */

SPEC(orders_1_2_3_and_a_stop_while_1_is_unconfirmed_send_o1_c1)
{
    trace(false, "i1 i2 i3 x4 a c", "o1 c1");
    ends(SLOT_FREE);
    trace(true, "i1 i2 i3 x4 a c", "o1 c1");
    ends(SLOT_FREE);
}

SPEC(orders_1_2_3_while_1_is_unconfirmed_send_o1_c1_o3_or_replace_once)
{
    trace(false, "i1 i2 i3 a c a", "o1 c1 o3");
    ends(SLOT_LIVE);
    trace(true, "i1 i2 i3 a p", "o1 r3");
    ends(SLOT_LIVE);
}

SPEC(orders_2_then_3_during_the_cancel_of_1_send_o3_and_never_o2)
{
    trace(false, "i1 a x2 i3 i4 c a", "o1 c1 o4");
    ends(SLOT_LIVE);
    trace(false, "i1 a i2 i3 c a", "o1 c1 o3");
    ends(SLOT_LIVE);
}

SPEC(order_2_then_a_stop_during_the_cancel_of_1_send_nothing_more)
{
    trace(false, "i1 a i2 x3 c", "o1 c1");
    ends(SLOT_FREE);
    trace(false, "i1 a x2 i3 x4 c", "o1 c1");
    ends(SLOT_FREE);
}

SPEC(after_a_reject_what_waited_goes_out)
{
    trace(false, "i1 i2 r", "o1 o2");
    ends(SLOT_NEW);
    trace(true, "i1 a i2 i3 s", "o1 r2 r3");
    ends(SLOT_REPLACE);
}

SPEC(a_fill_during_a_cancel_frees_the_slot_and_the_next_order_goes_out)
{
    trace(false, "i1 a x2 i3 e10", "o1 c1 o3");
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED FILLED");
    ends(SLOT_NEW);
}

SPEC(the_reject_of_the_cancel_of_a_filled_order_is_expected)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 a x2");
    uint32_t cancel = rig.number;
    slots_rig_play(&rig, "e10 i3");
    struct slot_answer late = {
        .kind = SLOT_ANSWERS_NO_CANCEL, .slot = RIG_SLOT, .number = cancel, .order = RIG_FIRST};
    EXPECT(slots_answer(rig.slots, &late, rig.now, &rig.out) == SLOTS_STALE);
    slots_rig_play(&rig, "a");
    EXPECT_TEXT(rig.wire, "o1 c1 o3");
    ends(SLOT_LIVE);
}

SPEC(a_late_older_sequence_never_wins)
{
    trace(false, "i1 i5 i3", "o1");
    EXPECT(rig.status == SLOTS_OLD);
    slots_rig_play(&rig, "x4");
    EXPECT(rig.status == SLOTS_OLD);
    slots_rig_play(&rig, "a c i5@9");
    EXPECT(rig.status == SLOTS_OLD);
    EXPECT_TEXT(rig.wire, "o1 c1 o5");
    ends(SLOT_NEW);
}

/* Intents. */

SPEC(the_same_intent_again_keeps_the_order_in_its_queue)
{
    trace(false, "i1 a i2@1", "o1");
    EXPECT(rig.status == SLOTS_SAME);
    slots_rig_play(&rig, "e4 i3@1");
    EXPECT(rig.status == SLOTS_SAME);
    EXPECT_TEXT(rig.wire, "o1");
    ends(SLOT_LIVE);
    trace(true, "i1 i2 i3@1 a", "o1"); /* and there and back while unconfirmed */
    EXPECT_TEXT(rig.said, "SUPERSEDED ACCEPTED UNNEEDED");
    ends(SLOT_LIVE);
}

SPEC(a_same_intent_still_makes_older_ones_old)
{
    trace(false, "i1 a i5@1 i3", "o1");
    EXPECT(rig.status == SLOTS_OLD);
    ends(SLOT_LIVE);
}

SPEC(a_stop_with_nothing_open_is_nothing_and_counted)
{
    trace(false, "x1", "");
    EXPECT_TEXT(rig.said, "UNNEEDED");
    EXPECT_UINT(slots_counts(rig.slots)->row[SLOT_ROW_FREE_GO_NOTHING], 1);
    ends(SLOT_FREE);
}

SPEC(a_stop_with_nothing_open_does_not_wait_for_the_session)
{
    trace(false, "d x1", "");
    EXPECT_TEXT(rig.said, "UNNEEDED");
    ends(SLOT_FREE);
}

SPEC(each_superseded_intent_is_told_with_its_sequence)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 i2");
    struct slot_intent third = {.slot = RIG_SLOT, .sequence = 3, .price = 3, .qty = 1};
    EXPECT(slots_intend(rig.slots, &third, rig.now, &rig.out) == SLOTS_OK);
    EXPECT_UINT(rig.out.say_count, 1);
    EXPECT(rig.say[0].said == SLOT_SAYS_SUPERSEDED);
    EXPECT_UINT(rig.say[0].sequence, 2);
    EXPECT_UINT(rig.say[0].strategy, 1);
    EXPECT_UINT(rig.say[0].slot, RIG_SLOT);
    ends(SLOT_NEW);
}

SPEC(another_side_is_never_a_native_replacement)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1 a");
    struct slot_intent sell = {
        .slot = RIG_SLOT, .sequence = 2, .side = SIDE_SELL, .price = 2, .qty = 10};
    EXPECT(slots_intend(rig.slots, &sell, rig.now, &rig.out) == SLOTS_OK);
    slots_rig_collect(&rig);
    slots_rig_play(&rig, "c");
    EXPECT_TEXT(rig.wire, "o1 c1 o2");
    EXPECT(look_at(RIG_SLOT).side == SIDE_SELL);
    ends(SLOT_NEW);
}

SPEC(terms_out_of_range_are_refused_and_change_nothing)
{
    trace(false, "i1:0", "");
    EXPECT(rig.status == SLOTS_BAD_TERMS);
    slots_rig_play(&rig, "i1:1152921504606846977");
    EXPECT(rig.status == SLOTS_BAD_TERMS);
    slots_rig_play(&rig, "i1:10/-1");
    EXPECT(rig.status == SLOTS_BAD_TERMS);
    slots_rig_play(&rig, "i1:1152921504606846976"); /* the sequence was not used up */
    EXPECT(rig.status == SLOTS_OK);
    ends(SLOT_NEW);
}

/* Quantities. */

SPEC(a_native_replacement_asks_for_what_is_left_and_what_is_executed)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1 a e4");
    struct slot_intent second = {.slot = RIG_SLOT, .sequence = 2, .price = 2, .qty = 10};
    EXPECT(slots_intend(rig.slots, &second, rig.now, &rig.out) == SLOTS_OK);
    EXPECT_UINT(rig.request[0].qty, 10);
    EXPECT_UINT(rig.request[0].total, 14);
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 10); /* the larger of 6 and 10 */
    slots_rig_collect(&rig);
    slots_rig_play(&rig, "e7 p"); /* three more before the venue replaced it */
    EXPECT_UINT(look_at(RIG_SLOT).total, 14);
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 7);
    ends(SLOT_LIVE);
}

SPEC(what_was_executed_unseen_counts_against_an_intent_that_carries)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 a e3 i2:10/0 c5"); /* 5 of the 10 are executed by then */
    EXPECT_TEXT(rig.wire, "o1 c1 o2");
    EXPECT_UINT(look_at(RIG_SLOT).total, 5);
    ends(SLOT_NEW);
    trace(false, "i1 a i2:10/0 e10", "o1 c1"); /* nothing is left to be wanted */
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED FILLED UNNEEDED");
    ends(SLOT_FREE);
    trace(true, "i1 a e4 i2@1:6/4", "o1"); /* 6 after 4 are the 10 that are asked for */
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED UNNEEDED");
    ends(SLOT_LIVE);
}

SPEC(a_strategy_cannot_claim_executions_that_were_not)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1:10/500");
    EXPECT_UINT(look_at(RIG_SLOT).total, 10);
    ends(SLOT_NEW);
}

SPEC(executions_twice_and_out_of_turn_count_once)
{
    trace(false, "i1 e4 e2 e4 a e7 e4", "o1");
    EXPECT_TEXT(rig.said, "EXECUTED ACCEPTED EXECUTED");
    EXPECT_UINT(look_at(RIG_SLOT).executed, 7);
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 3);
    ends(SLOT_LIVE);
}

SPEC(executed_beyond_the_order_is_told_and_is_a_position)
{
    trace(false, "i1 a e12", "o1");
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED EXCESS FILLED");
    EXPECT_UINT(look_at(RIG_SLOT).executed, 12);
    ends(SLOT_FREE);
}

SPEC(what_is_beyond_the_order_is_told_once)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 a r12"); /* a doubt, so that the slot stays open */
    struct slot_answer more = {
        .kind = SLOT_ANSWERS_EXECUTED, .slot = RIG_SLOT, .order = rig.order, .cum = 15};
    EXPECT(slots_answer(rig.slots, &more, rig.now, &rig.out) == SLOTS_OK);
    EXPECT(rig.say[1].said == SLOT_SAYS_EXCESS);
    EXPECT_UINT(rig.say[1].qty, 3);
    ends(SLOT_FREE);
}

SPEC(a_fill_after_the_cancel_is_counted_once_and_told)
{
    trace(false, "i1 a x2 c4 e7 e7", "o1 c1");
    EXPECT(rig.status == SLOTS_STALE);
    EXPECT_TEXT(rig.said, "ACCEPTED EXECUTED CANCELED LATE");
    EXPECT_UINT(look_at(RIG_SLOT).executed, 7);
    EXPECT_UINT(slots_counts(rig.slots)->answer[SLOTS_LATE], 1);
    ends(SLOT_FREE);
}

SPEC(an_execution_of_an_unknown_order_is_told)
{
    slots_rig_new(&rig, false);
    struct slot_answer stray = {
        .kind = SLOT_ANSWERS_EXECUTED, .slot = RIG_SLOT, .order = 77, .cum = 3};
    EXPECT(slots_answer(rig.slots, &stray, rig.now, &rig.out) == SLOTS_STRAY);
    EXPECT(rig.say[0].said == SLOT_SAYS_STRAY);
    EXPECT_UINT(rig.say[0].order, 77);
    EXPECT_UINT(rig.say[0].qty, 3);
    ends(SLOT_FREE);
}

SPEC(an_answer_out_of_range_is_refused)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 e-1");
    EXPECT(rig.status == SLOTS_BAD_ANSWER);
    slots_rig_play(&rig, "e1152921504606846977");
    EXPECT(rig.status == SLOTS_BAD_ANSWER);
    struct slot_answer answer = {.kind = SLOT_ANSWER_COUNT, .slot = RIG_SLOT};
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_BAD_ANSWER);
    answer = (struct slot_answer){.slot = 7};
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_UNKNOWN_SLOT);
    ends(SLOT_NEW);
}

/* Replacements. */

SPEC(an_execution_of_the_replacement_says_that_it_was_made)
{
    trace(true, "i1 a i2 E4", "o1 r2");
    EXPECT_TEXT(rig.said, "ACCEPTED REPLACED EXECUTED");
    EXPECT_UINT(look_at(RIG_SLOT).price, 2);
    ends(SLOT_LIVE);
    trace(true, "i1 a i2 E10", "o1 r2");
    EXPECT_TEXT(rig.said, "ACCEPTED REPLACED EXECUTED FILLED");
    ends(SLOT_FREE);
    trace(true, "i1 a i2 C3", "o1 r2");
    EXPECT_TEXT(rig.said, "ACCEPTED REPLACED EXECUTED CANCELED");
    ends(SLOT_FREE);
}

SPEC(a_late_execution_that_names_the_replaced_order_is_of_the_same_chain)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1 a i2 p e4"); /* e names the order before */
    EXPECT_UINT(look_at(RIG_SLOT).cum, 4);
    EXPECT_UINT(look_at(RIG_SLOT).executed, 4);
    ends(SLOT_LIVE);
}

SPEC(a_replacement_rejected_leaves_the_order_and_ends_the_intent)
{
    trace(true, "i1 a i2 s", "o1 r2");
    EXPECT_TEXT(rig.said, "ACCEPTED REPLACE_REJECTED");
    EXPECT_UINT(look_at(RIG_SLOT).price, 1);
    ends(SLOT_LIVE);
}

/* UNKNOWN. */

SPEC(an_unknown_order_blocks_its_slot_until_the_venue_has_said)
{
    trace(false, "i1 t i2 t i3 t", "o1 q1 q1 q1");
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 10);
    slots_rig_play(&rig, "O6/4 c4");
    EXPECT_TEXT(rig.wire, "o1 q1 q1 q1 c1 o3");
    ends(SLOT_NEW);
}

SPEC(an_order_that_never_arrived_is_not_sent_again)
{
    trace(false, "i1 t N", "o1 q1");
    EXPECT_TEXT(rig.said, "UNKNOWN LOST");
    ends(SLOT_FREE);
    trace(false, "i1 t i2 N", "o1 q1 o2"); /* what waited is another order */
    ends(SLOT_NEW);
}

SPEC(a_cancel_that_got_lost_is_sent_again)
{
    trace(false, "i1 a x2 t O10 c", "o1 c1 q1 c1");
    ends(SLOT_FREE);
    trace(false, "i1 a x2 n O10 c", "o1 c1 q1 c1");
    ends(SLOT_FREE);
}

SPEC(a_replacement_that_got_lost_is_asked_for_again)
{
    trace(true, "i1 a i2 t O7/3", "o1 r2 q1 r2");
    ends(SLOT_REPLACE);
    trace(true, "i1 a i2 t B7/3", "o1 r2 q1"); /* it was not lost */
    EXPECT_UINT(look_at(RIG_SLOT).price, 2);
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 7);
    ends(SLOT_LIVE);
}

SPEC(the_venue_says_how_much_is_open)
{
    trace(false, "i1 t O5/3", "o1 q1");
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 5);
    ends(SLOT_LIVE);
    trace(true, "i1 a i2 t B5/3", "o1 r2 q1");
    EXPECT_UINT(look_at(RIG_SLOT).exposure, 5);
    ends(SLOT_LIVE);
}

SPEC(a_replacement_that_never_arrived_ends_its_intent_and_the_order_is_asked_for)
{
    trace(true, "i1 a i2 t M t", "o1 r2 q1 q1");
    EXPECT_UINT(look_at(RIG_SLOT).asked, 0);
    ends(SLOT_UNKNOWN);
}

SPEC(the_reject_of_an_older_cancel_is_stale)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 a x2");
    struct slot_answer answer = {
        .kind = SLOT_ANSWERS_NO_CANCEL, .slot = RIG_SLOT, .order = rig.order, .number = rig.number};
    slots_rig_play(&rig, "t O10");
    EXPECT_TEXT(rig.wire, "o1 c1 q1 c1");
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_STALE);
    ends(SLOT_CANCEL);
}

SPEC(news_of_a_replacement_that_was_not_asked_for_is_stale)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1");
    struct slot_answer answer = {
        .kind = SLOT_ANSWERS_NO_REPLACE, .slot = RIG_SLOT, .order = rig.order};
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_STALE);
    answer.kind = SLOT_ANSWERS_REPLACED;
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_STALE);
    ends(SLOT_NEW);
}

SPEC(the_answer_to_an_older_query_is_stale)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1 t");
    struct slot_answer answer = {
        .kind = SLOT_ANSWERS_NEVER, .slot = RIG_SLOT, .order = rig.order, .number = rig.number};
    slots_rig_play(&rig, "t");
    EXPECT(slots_answer(rig.slots, &answer, rig.now, &rig.out) == SLOTS_STALE);
    ends(SLOT_UNKNOWN);
}

SPEC(while_the_session_is_down_nothing_is_sent_and_then_the_newest)
{
    trace(false, "d i1 i2 u", "o2");
    ends(SLOT_NEW);
    trace(false, "i1 a d x2 i3 t u O10 c", "o1 q1 c1 o3");
    ends(SLOT_NEW);
    trace(false, "i1 a d r t", "o1"); /* a doubt waits as well */
    ends(SLOT_UNKNOWN);
}

SPEC(silence_is_measured_from_the_send)
{
    slots_rig_new(&rig, false);
    slots_rig_play(&rig, "i1");
    slots_overdue(rig.slots, rig.now + 99 * NANOS_MILLI, &rig.out);
    EXPECT_UINT(rig.out.request_count, 0);
    slots_overdue(rig.slots, rig.now + 103 * NANOS_MILLI, &rig.out);
    EXPECT_UINT(rig.out.request_count, 1);
    ends(SLOT_UNKNOWN);
}

/* Halts. */

SPEC(a_strategy_that_is_shut_only_cancels)
{
    trace(false, "i1 i2 h i3 a c", "o1 c1");
    EXPECT_UINT(slots_open(rig.slots), 0);
    slots_rig_play(&rig, "g i4");
    EXPECT_TEXT(rig.wire, "o1 c1 o4");
    slots_rig_play(&rig, "a h i5");
    EXPECT(rig.status == SLOTS_SHUT);
    slots_rig_play(&rig, "x6 g i5");
    EXPECT(rig.status == SLOTS_OLD); /* what was refused was the newest all the same */
    EXPECT_TEXT(rig.wire, "o1 c1 o4 c4");
    ends(SLOT_CANCEL);
}

SPEC(a_shut_without_a_sweep_stops_what_waits)
{
    slots_rig_new(&rig, true);
    slots_rig_play(&rig, "i1 i2");
    slots_shut(rig.slots, 1, true);
    slots_rig_play(&rig, "a c");
    EXPECT_TEXT(rig.wire, "o1 c1");
    ends(SLOT_FREE);
}

#define SPECS(S)                                                                                   \
    S(orders_1_2_3_and_a_stop_while_1_is_unconfirmed_send_o1_c1)                                   \
    S(orders_1_2_3_while_1_is_unconfirmed_send_o1_c1_o3_or_replace_once)                           \
    S(orders_2_then_3_during_the_cancel_of_1_send_o3_and_never_o2)                                 \
    S(order_2_then_a_stop_during_the_cancel_of_1_send_nothing_more)                                \
    S(after_a_reject_what_waited_goes_out)                                                         \
    S(a_fill_during_a_cancel_frees_the_slot_and_the_next_order_goes_out)                           \
    S(the_reject_of_the_cancel_of_a_filled_order_is_expected)                                      \
    S(a_late_older_sequence_never_wins)                                                            \
    S(the_same_intent_again_keeps_the_order_in_its_queue)                                          \
    S(a_same_intent_still_makes_older_ones_old)                                                    \
    S(a_stop_with_nothing_open_is_nothing_and_counted)                                             \
    S(a_stop_with_nothing_open_does_not_wait_for_the_session)                                      \
    S(each_superseded_intent_is_told_with_its_sequence)                                            \
    S(another_side_is_never_a_native_replacement)                                                  \
    S(terms_out_of_range_are_refused_and_change_nothing)                                           \
    S(a_native_replacement_asks_for_what_is_left_and_what_is_executed)                             \
    S(what_was_executed_unseen_counts_against_an_intent_that_carries)                              \
    S(a_strategy_cannot_claim_executions_that_were_not)                                            \
    S(executions_twice_and_out_of_turn_count_once)                                                 \
    S(executed_beyond_the_order_is_told_and_is_a_position)                                         \
    S(what_is_beyond_the_order_is_told_once)                                                       \
    S(a_fill_after_the_cancel_is_counted_once_and_told)                                            \
    S(an_execution_of_an_unknown_order_is_told)                                                    \
    S(an_answer_out_of_range_is_refused)                                                           \
    S(an_execution_of_the_replacement_says_that_it_was_made)                                       \
    S(a_late_execution_that_names_the_replaced_order_is_of_the_same_chain)                         \
    S(a_replacement_rejected_leaves_the_order_and_ends_the_intent)                                 \
    S(an_unknown_order_blocks_its_slot_until_the_venue_has_said)                                   \
    S(an_order_that_never_arrived_is_not_sent_again)                                               \
    S(a_cancel_that_got_lost_is_sent_again)                                                        \
    S(a_replacement_that_got_lost_is_asked_for_again)                                              \
    S(the_venue_says_how_much_is_open)                                                             \
    S(a_replacement_that_never_arrived_ends_its_intent_and_the_order_is_asked_for)                 \
    S(the_reject_of_an_older_cancel_is_stale)                                                      \
    S(news_of_a_replacement_that_was_not_asked_for_is_stale)                                       \
    S(the_answer_to_an_older_query_is_stale)                                                       \
    S(while_the_session_is_down_nothing_is_sent_and_then_the_newest)                               \
    S(silence_is_measured_from_the_send)                                                           \
    S(a_strategy_that_is_shut_only_cancels)                                                        \
    S(a_shut_without_a_sweep_stops_what_waits)
SPEC_MAIN("slots", SPECS, NULL, NULL)
