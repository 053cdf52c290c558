/* UNIQUE orders, batches, sweeps, recovery, and sizes. */

#include "tests/route/slots_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>

static struct slots_rig rig;

static uint32_t unique_send(price_t price, enum slots_status expected)
{
    struct slot_unique unique = {
        .strategy = 1, .sequence = 100 + (uint64_t)price, .price = price, .qty = 5};
    uint32_t slot;
    EXPECT(slots_send_unique(rig.slots, &unique, rig.now, &rig.out, &slot) == expected);
    slots_rig_collect(&rig);
    struct slot_look look = {.sequence = unique.sequence};
    if (slot != SLOTS_NONE) slots_look(rig.slots, slot, &look);
    EXPECT_UINT(look.sequence, unique.sequence);
    return slot;
}

static enum slots_status answer(uint32_t slot, enum slot_answer_kind kind, order_id_t order,
                                qty_t cum)
{
    struct slot_answer said = {.kind = (uint8_t)kind, .slot = slot, .order = order, .cum = cum};
    enum slots_status status = slots_answer(rig.slots, &said, rig.now, &rig.out);
    slots_rig_collect(&rig);
    slots_verify(rig.slots);
    return status;
}

static void before_each(void)
{
    slots_rig_new(&rig, true);
}

static void after_each(void)
{
    slots_rig_free(&rig);
}

SPEC(unique_orders_go_out_at_once_in_order_and_are_never_conflated)
{
    slots_rig_play(&rig, "i1 i2");
    for (price_t price = 21; price <= 24; price++) unique_send(price, SLOTS_OK);
    EXPECT_TEXT(rig.wire, "o1 o21 o22 o23 o24");
    EXPECT_UINT(slots_open(rig.slots), 5);
}

SPEC(unique_orders_never_touch_the_replaceable_one)
{
    slots_rig_play(&rig, "i1 a i2");
    struct slot_look before, after;
    slots_look(rig.slots, RIG_SLOT, &before);
    uint32_t slot = unique_send(21, SLOTS_OK);
    EXPECT(answer(slot, SLOT_ANSWERS_ACCEPTED, rig.order, 0) == SLOTS_OK);
    EXPECT(answer(slot, SLOT_ANSWERS_EXECUTED, rig.order, 2) == SLOTS_OK);
    EXPECT(slots_cancel_unique(rig.slots, slot, rig.order, rig.now, &rig.out) == SLOTS_OK);
    slots_rig_collect(&rig);
    EXPECT(answer(slot, SLOT_ANSWERS_CANCELED, rig.order, 2) == SLOTS_OK);
    slots_look(rig.slots, RIG_SLOT, &after);
    EXPECT(before.state == after.state);
    EXPECT_UINT(after.order, before.order);
    EXPECT_UINT(after.asked, before.asked);
    EXPECT_UINT(after.number, before.number);
    EXPECT_UINT(after.total, before.total);
    EXPECT_UINT(after.executed, before.executed);
    EXPECT_UINT(after.sequence, before.sequence);
    EXPECT_TEXT(rig.wire, "o1 r2 o21 c21");
}

SPEC(a_unique_order_beyond_the_limit_is_refused_and_not_lost_in_silence)
{
    for (price_t price = 21; price <= 24; price++) unique_send(price, SLOTS_OK);
    EXPECT_UINT(unique_send(25, SLOTS_NO_UNIQUE_LEFT), SLOTS_NONE);
    EXPECT(answer(5, SLOT_ANSWERS_REJECTED, RIG_FIRST + 2, 0) == SLOTS_OK);
    EXPECT_UINT(unique_send(26, SLOTS_OK), 5);
    EXPECT_TEXT(rig.wire, "o21 o22 o23 o24 o26");
    EXPECT_UINT(slots_counts(rig.slots)->unique[SLOTS_NO_UNIQUE_LEFT], 1);
}

SPEC(a_unique_order_takes_no_intent_and_is_canceled_by_its_number)
{
    uint32_t slot = unique_send(21, SLOTS_OK);
    struct slot_intent intent = {.slot = slot, .sequence = 1, .price = 1, .qty = 1};
    EXPECT(slots_intend(rig.slots, &intent, rig.now, &rig.out) == SLOTS_UNKNOWN_SLOT);
    EXPECT(slots_cancel_unique(rig.slots, slot, 99, rig.now, &rig.out) == SLOTS_UNKNOWN_SLOT);
    EXPECT(slots_cancel_unique(rig.slots, RIG_SLOT, 100, rig.now, &rig.out) == SLOTS_UNKNOWN_SLOT);
    EXPECT(slots_cancel_unique(rig.slots, slot, 100, rig.now, &rig.out) == SLOTS_OK);
    EXPECT(slots_cancel_unique(rig.slots, slot, 100, rig.now, &rig.out) == SLOTS_SAME);
    slots_rig_collect(&rig);
    EXPECT_TEXT(rig.wire, "o21"); /* not before it is confirmed */
    EXPECT(answer(slot, SLOT_ANSWERS_ACCEPTED, 100, 0) == SLOTS_OK);
    EXPECT_TEXT(rig.wire, "o21 c21");
}

SPEC(a_unique_order_does_not_wait_for_a_session_or_a_strategy)
{
    slots_session(rig.slots, false);
    unique_send(21, SLOTS_DOWN);
    slots_session(rig.slots, true);
    slots_shut(rig.slots, 1, true);
    unique_send(22, SLOTS_SHUT);
    slots_shut(rig.slots, 1, false);
    struct slot_unique bad = {.strategy = 2, .qty = 1};
    uint32_t slot;
    EXPECT(slots_send_unique(rig.slots, &bad, 0, &rig.out, &slot) == SLOTS_UNKNOWN_SLOT);
    bad = (struct slot_unique){.strategy = 1, .side = 2, .qty = 1};
    EXPECT(slots_send_unique(rig.slots, &bad, 0, &rig.out, &slot) == SLOTS_BAD_TERMS);
    EXPECT_TEXT(rig.wire, "");
}

SPEC(a_batch_is_split_to_the_bulk_of_the_venue_with_a_result_for_each)
{
    struct slot_unique orders[6];
    for (int i = 0; i < 6; i++)
        orders[i] = (struct slot_unique){.strategy = 1, .price = 21 + i, .qty = i == 1 ? 0 : 1};
    enum slots_status results[6];
    uint32_t slots_of[6];
    slots_send_batch(rig.slots, orders, 6, rig.now, &rig.out, results, slots_of);
    static const enum slots_status expected[6] = {SLOTS_OK, SLOTS_BAD_TERMS, SLOTS_OK,
                                                  SLOTS_OK, SLOTS_OK,        SLOTS_NO_UNIQUE_LEFT};
    static const uint16_t left[4] = {1, 0, 1, 0};
    for (int i = 0; i < 6; i++) {
        EXPECT(results[i] == expected[i]);
        EXPECT((slots_of[i] == SLOTS_NONE) == (expected[i] != SLOTS_OK));
    }
    EXPECT_UINT(rig.out.request_count, 4);
    for (int i = 0; i < 4; i++) EXPECT_UINT(rig.request[i].bulk_left, left[i]);
    slots_rig_collect(&rig);
    EXPECT_TEXT(rig.wire, "o21 o23 o24 o25");
}

SPEC(an_orderly_stop_shuts_sweeps_and_ends_with_nothing_open)
{
    slots_rig_play(&rig, "i1 a i2");
    unique_send(21, SLOTS_OK);
    slots_shut(rig.slots, 0, true);
    slots_shut(rig.slots, 1, true);
    uint32_t next = 0;
    EXPECT(slots_sweep(rig.slots, SLOT_ON_STOP, SLOTS_NONE, rig.now, &next, &rig.out));
    slots_rig_collect(&rig);
    EXPECT_UINT(slots_open(rig.slots), 2);
    EXPECT(answer(RIG_SLOT, SLOT_ANSWERS_REPLACED, RIG_FIRST + 1, 0) == SLOTS_OK);
    EXPECT(answer(RIG_SLOT, SLOT_ANSWERS_CANCELED, RIG_FIRST + 1, 0) == SLOTS_OK);
    EXPECT(answer(3, SLOT_ANSWERS_ACCEPTED, RIG_FIRST + 2, 0) == SLOTS_OK);
    EXPECT(answer(3, SLOT_ANSWERS_CANCELED, RIG_FIRST + 2, 0) == SLOTS_OK);
    EXPECT_TEXT(rig.wire, "o1 r2 o21 c2 c21");
    EXPECT_UINT(slots_open(rig.slots), 0);
}

SPEC(a_sweep_stops_where_there_is_no_room_and_goes_on_there)
{
    struct slot_intent intent = {.sequence = 1, .price = 1, .qty = 1};
    for (uint32_t slot = 0; slot < 3; slot++) {
        intent.slot = slot;
        EXPECT(slots_intend(rig.slots, &intent, rig.now, &rig.out) == SLOTS_OK);
        EXPECT(answer(slot, SLOT_ANSWERS_ACCEPTED, RIG_FIRST + slot, 0) == SLOTS_OK);
    }
    rig.out.requests_max = 1;
    uint32_t next = 0;
    int calls = 0;
    while (!slots_sweep(rig.slots, SLOT_ON_STOP, SLOTS_NONE, rig.now, &next, &rig.out)) {
        EXPECT_UINT(rig.out.request_count, 1);
        slots_rig_collect(&rig);
        calls++;
    }
    EXPECT_UINT(calls, 3);
    EXPECT_UINT(slots_counts(rig.slots)->state[SLOT_CANCEL], 3);
}

SPEC(a_sweep_of_one_strategy_leaves_the_others)
{
    struct slot_intent intent = {.slot = 0, .sequence = 1, .price = 1, .qty = 1};
    EXPECT(slots_intend(rig.slots, &intent, rig.now, &rig.out) == SLOTS_OK);
    EXPECT(answer(0, SLOT_ANSWERS_ACCEPTED, RIG_FIRST, 0) == SLOTS_OK);
    slots_rig_play(&rig, "i2 a h");
    EXPECT_TEXT(rig.wire, "o1 o2 c2");
    EXPECT_UINT(slots_counts(rig.slots)->state[SLOT_LIVE], 1);
}

SPEC(recovered_orders_are_unknown_until_the_venue_has_said)
{
    slots_session(rig.slots, false);
    struct slot_recovered order = {.slot = RIG_SLOT,
                                   .strategy = 1,
                                   .order = 40,
                                   .price = 7,
                                   .total = 10,
                                   .cum = 2,
                                   .sequence = 9};
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_OK);
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_IN_USE);
    struct slot_recovered unique = {.slot = SLOTS_NONE, .strategy = 1, .order = 41, .total = 5};
    EXPECT(slots_recover(rig.slots, &unique) == SLOTS_OK);
    EXPECT_UINT(unique.slot, 3);
    unique.slot = 3;
    EXPECT(slots_recover(rig.slots, &unique) == SLOTS_IN_USE);
    slots_verify(rig.slots);
    slots_session(rig.slots, true);
    uint32_t next = 0;
    EXPECT(slots_sweep(rig.slots, SLOT_ON_RECONNECT, SLOTS_NONE, rig.now, &next, &rig.out));
    EXPECT_UINT(rig.out.request_count, 2);
    EXPECT(rig.request[0].kind == SLOT_SENDS_QUERY);
    EXPECT(rig.request[0].order == 40);
    uint32_t queries[2] = {rig.request[0].number, rig.request[1].number};
    rig.out.request_count = 0;
    slots_rig_play(&rig, "i9");
    EXPECT(rig.status == SLOTS_OLD);
    slots_rig_play(&rig, "i10");
    struct slot_answer open = {.kind = SLOT_ANSWERS_OPEN,
                               .slot = RIG_SLOT,
                               .number = queries[0],
                               .order = 40,
                               .cum = 3,
                               .leaves = 7};
    EXPECT(slots_answer(rig.slots, &open, rig.now, &rig.out) == SLOTS_OK);
    EXPECT(rig.request[0].kind == SLOT_SENDS_REPLACE);
    EXPECT_UINT(rig.request[0].total, 13);
    open = (struct slot_answer){
        .kind = SLOT_ANSWERS_DONE, .slot = 3, .number = queries[1], .order = 41, .cum = 5};
    EXPECT(slots_answer(rig.slots, &open, rig.now, &rig.out) == SLOTS_OK);
    EXPECT_UINT(slots_open(rig.slots), 1);
}

SPEC(a_unique_order_is_recovered_in_the_slot_it_had)
{
    slots_session(rig.slots, false);
    struct slot_recovered unique = {.slot = 4, .strategy = 1, .order = 41, .total = 5};
    EXPECT(slots_recover(rig.slots, &unique) == SLOTS_OK);
    EXPECT_UINT(unique.slot, 4);
    slots_verify(rig.slots);
    unique = (struct slot_recovered){.slot = SLOTS_NONE, .strategy = 1, .order = 42, .total = 5};
    EXPECT(slots_recover(rig.slots, &unique) == SLOTS_OK);
    EXPECT_UINT(unique.slot, 3);
    struct slot_look look;
    slots_look(rig.slots, 4, &look);
    EXPECT_UINT(look.order, 41);
    EXPECT_UINT(look.strategy, 1);
    slots_verify(rig.slots);
}

SPEC(a_replacement_of_before_the_start_that_never_arrived_is_not_sent_again)
{
    slots_session(rig.slots, false);
    struct slot_recovered order = {.slot = RIG_SLOT,
                                   .strategy = 1,
                                   .order = 40,
                                   .price = 7,
                                   .total = 10,
                                   .sequence = 9,
                                   .asked = 41,
                                   .asked_price = 8,
                                   .asked_total = 12};
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_OK);
    slots_session(rig.slots, true);
    uint32_t next = 0;
    EXPECT(slots_sweep(rig.slots, SLOT_ON_RECONNECT, SLOTS_NONE, rig.now, &next, &rig.out));
    struct slot_answer open = {.kind = SLOT_ANSWERS_OPEN,
                               .slot = RIG_SLOT,
                               .number = rig.request[0].number,
                               .order = 40,
                               .leaves = 10};
    rig.out.request_count = 0;
    EXPECT(slots_answer(rig.slots, &open, rig.now, &rig.out) == SLOTS_OK);
    EXPECT_UINT(rig.out.request_count, 0);
    slots_rig_play(&rig, "i10"); /* somebody wants something else now */
    EXPECT_TEXT(rig.wire, "r10");
    slots_verify(rig.slots);
}

SPEC(whoever_a_slot_is_given_to_begins_anew)
{
    slots_rig_play(&rig, "i5 e10");
    slots_bind(rig.slots, RIG_SLOT, 0);
    slots_rig_play(&rig, "i1:10/0");
    struct slot_look look;
    slots_look(rig.slots, RIG_SLOT, &look);
    EXPECT_UINT(look.executed, 0);
    EXPECT_UINT(look.strategy, 0);
    EXPECT(answer(RIG_SLOT, SLOT_ANSWERS_EXECUTED, RIG_FIRST, 11) == SLOTS_STRAY);
    EXPECT_TEXT(rig.wire, "o5 o1");
    EXPECT_STOP(slots_bind(rig.slots, RIG_SLOT, 0), "SLOT_FREE");
}

SPEC(what_cannot_be_recovered_is_refused)
{
    struct slot_recovered order = {.slot = 9, .order = 40, .total = 1};
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_UNKNOWN_SLOT);
    order = (struct slot_recovered){.slot = 0, .strategy = 2, .order = 40, .total = 1};
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_UNKNOWN_SLOT);
    order = (struct slot_recovered){.slot = 0, .order = 40, .total = 1, .cum = 2};
    EXPECT(slots_recover(rig.slots, &order) == SLOTS_BAD_TERMS);
    order = (struct slot_recovered){.slot = 0, .order = RIG_FIRST, .total = 1};
    EXPECT_STOP((void)!slots_recover(rig.slots, &order), "next_order");
    EXPECT_UINT(slots_open(rig.slots), 0);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT_UINT(slots_footprint(&(struct slots_limits){.slots = 0, .strategies = 1}), 0);
    EXPECT_UINT(slots_footprint(&(struct slots_limits){.slots = 1, .strategies = 0}), 0);
    EXPECT_UINT(slots_footprint(&(struct slots_limits){.slots = SLOTS_MAX + 1, .strategies = 1}),
                0);
    struct slots_limits many = {.slots = SLOTS_MAX, .uniques = 1, .strategies = 1};
    EXPECT_UINT(slots_footprint(&many), 0);
    many = (struct slots_limits){.slots = 1, .strategies = SLOTS_STRATEGIES_MAX + 1};
    EXPECT_UINT(slots_footprint(&many), 0);
    many = (struct slots_limits){.slots = 1, .uniques = SLOTS_MAX - 1, .strategies = 1};
    EXPECT(slots_footprint(&many) > 0);
}

SPEC(a_hundred_thousand_slots_are_two_cache_lines_each)
{
    struct slots_limits limits = {.slots = 100000, .uniques = 1000, .strategies = 1000};
    struct slots_venue venue = {.bulk = 1, .answer_ns = NANOS_SECOND};
    EXPECT(slots_footprint(&limits) < (size_t)101000 * 2 * CACHE_LINE + 8192);
    struct slots *slots =
        slots_new(aligned_alloc(CACHE_LINE, slots_footprint(&limits)), &limits, &venue, 1);
    for (uint32_t slot = 0; slot < 100000; slot++) {
        struct slot_intent intent = {.slot = slot, .sequence = 1, .price = 1, .qty = 1};
        rig.out.request_count = 0;
        EXPECT(slots_intend(slots, &intent, 1, &rig.out) == SLOTS_OK);
        if (rig.request[0].order != slot + 1) EXPECT(rig.request[0].order == slot + 1);
    }
    EXPECT_UINT(slots_open(slots), 100000);
    EXPECT_UINT(slots_next_order(slots), 100001);
    rig.out.request_count = 0;
    slots_verify(slots);
    free(slots);
}

SPEC(a_full_output_stops_the_program_before_anything_changes)
{
    rig.out.says_max = SLOTS_SAYS_A_CALL - 1;
    struct slot_intent intent = {.slot = 0, .sequence = 1, .price = 1, .qty = 1};
    EXPECT_STOP((void)!slots_intend(rig.slots, &intent, 0, &rig.out), "slots_room");
}

SPEC(every_word_has_a_name_and_a_sentence)
{
    for (uint32_t i = 0; i < SLOTS_STATUS_COUNT; i++) {
        EXPECT(slots_status_name(i)[0] != 0);
        EXPECT(slots_status_text(i)[0] != 0);
    }
    EXPECT_TEXT(slots_status_name(SLOTS_NO_UNIQUE_LEFT), "no_unique_left");
}

#define SPECS(S)                                                                                   \
    S(unique_orders_go_out_at_once_in_order_and_are_never_conflated)                               \
    S(unique_orders_never_touch_the_replaceable_one)                                               \
    S(a_unique_order_beyond_the_limit_is_refused_and_not_lost_in_silence)                          \
    S(a_unique_order_takes_no_intent_and_is_canceled_by_its_number)                                \
    S(a_unique_order_does_not_wait_for_a_session_or_a_strategy)                                    \
    S(a_batch_is_split_to_the_bulk_of_the_venue_with_a_result_for_each)                            \
    S(an_orderly_stop_shuts_sweeps_and_ends_with_nothing_open)                                     \
    S(a_sweep_stops_where_there_is_no_room_and_goes_on_there)                                      \
    S(a_sweep_of_one_strategy_leaves_the_others)                                                   \
    S(recovered_orders_are_unknown_until_the_venue_has_said)                                       \
    S(a_unique_order_is_recovered_in_the_slot_it_had)                                              \
    S(a_replacement_of_before_the_start_that_never_arrived_is_not_sent_again)                      \
    S(whoever_a_slot_is_given_to_begins_anew)                                                      \
    S(what_cannot_be_recovered_is_refused)                                                         \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(a_hundred_thousand_slots_are_two_cache_lines_each)                                           \
    S(a_full_output_stops_the_program_before_anything_changes)                                     \
    S(every_word_has_a_name_and_a_sentence)
SPEC_MAIN("slots_many", SPECS, before_each, after_each)
