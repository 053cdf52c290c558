/* Strategies outside: what they say by a stream acts once, however often it is shown, and over
 * every start. */

#include "tests/gateway/gateway_rig.h"
#include "tests/support/spec.h"

#include <string.h>

#define FAR  2u /* the strategy outside */
#define AAAA 0u

static struct gateway_rig rig;
static struct gateway_answer answer;

static void before_each(void)
{
    gateway_rig_new(&rig, true);
}

static void after_each(void)
{
    gateway_rig_free(&rig);
}

static struct gateway_intake to_buy(uint64_t sequence, uint32_t key, int64_t price)
{
    return (struct gateway_intake){
        .strategy = FAR,
        .symbol = AAAA,
        .sequence = sequence,
        .place = {1000 + sequence, sequence},
        .until = rig.now + NANOS_SECOND,
        .intent = {
            .kind = INTENT_ORDER, .key = key, .price = price * PRICE_ONE, .qty = 10 * QTY_ONE}};
}

static enum gateway_hearing hear(const struct gateway_intake *intake)
{
    gateway_hear(rig.gateway, intake, rig.now, &answer);
    gateway_verify(rig.gateway);
    return (enum gateway_hearing)answer.hearing;
}

static enum gateway_hearing hear_order(uint64_t sequence, uint32_t key, int64_t price)
{
    struct gateway_intake intake = to_buy(sequence, key, price);
    return hear(&intake);
}

static enum gateway_hearing hear_unique(uint64_t sequence, int64_t price)
{
    struct gateway_intake intake = to_buy(sequence, 0, price);
    intake.intent.kind = INTENT_UNIQUE;
    return hear(&intake);
}

/* The UNIQUE order of that sequence is to be no more. */
static enum gateway_hearing hear_end(uint64_t sequence, uint64_t unique)
{
    struct gateway_intake intake = to_buy(sequence, 0, 0);
    intake.until = 0;
    intake.intent = (struct delegate_intent){.kind = INTENT_STOP_UNIQUE, .unique = unique};
    return hear(&intake);
}

static void end_refused(uint64_t sequence, uint64_t unique)
{
    EXPECT_UINT(hear_end(sequence, unique), GATEWAY_REFUSED);
    EXPECT_UINT(answer.counter, GATEWAY_COUNTER_intent_over);
    EXPECT_UINT(answer.order, 0);
}

static void start_again(void)
{
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
}

static uint64_t known_sequence(void)
{
    return gateway_known(rig.gateway, FAR).sequence;
}

SPEC(an_order_leaves_and_the_answer_has_its_number)
{
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5");
    EXPECT_UINT(answer.order, rig.sent[0].order);
    EXPECT_UINT(answer.verdict, 0);
    EXPECT_UINT(hear_unique(2, 6), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 o6");
    EXPECT_UINT(answer.order, rig.sent[1].order);
}

SPEC(the_same_sequence_acts_once)
{
    EXPECT_UINT(hear_unique(7, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_unique(7, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.status, SLOTS_OLD);
    EXPECT_UINT(hear_unique(6, 5), GATEWAY_REFUSED);
    EXPECT_TEXT(rig.wire, "o5");
    EXPECT_UINT(counter_read(&gateway_counts(rig.gateway)->intent_old), 2);
}

SPEC(sequences_rise_over_all_keys)
{
    EXPECT_UINT(hear_order(7, 0, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_order(6, 1, 6), GATEWAY_REFUSED);
    EXPECT_UINT(hear_order(8, 1, 6), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 o6");
}

SPEC(while_a_request_is_under_way_the_newest_is_kept)
{
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_order(2, 0, 6), GATEWAY_TAKEN);
    EXPECT_UINT(answer.order, 0); /* it waits */
    EXPECT_UINT(hear_order(3, 0, 7), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5 p7");
    EXPECT_TEXT(rig.wire, "o5 r7");
}

SPEC(what_is_too_old_is_refused_and_its_sequence_may_come_again)
{
    struct gateway_intake intake = to_buy(1, 0, 5);
    intake.until = rig.now - 1;
    EXPECT_UINT(hear(&intake), GATEWAY_LATE);
    EXPECT_TEXT(rig.wire, "");
    EXPECT_UINT(known_sequence(), 0);
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 1001);
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
}

SPEC(a_cancel_is_never_too_old)
{
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5");
    struct gateway_intake intake = to_buy(2, 0, 5);
    intake.intent.kind = INTENT_STOP;
    intake.until = 0;
    EXPECT_UINT(hear(&intake), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 c5");
}

SPEC(without_room_in_the_journal_nothing_acts_but_a_cancel)
{
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5");
    rig.journal_full = true;
    EXPECT_UINT(hear_order(2, 1, 6), GATEWAY_FULL);
    EXPECT_UINT(known_sequence(), 1);
    struct gateway_intake intake = to_buy(3, 0, 5);
    intake.intent.kind = INTENT_STOP;
    EXPECT_UINT(hear(&intake), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 c5");
}

SPEC(what_risk_refuses_at_once_is_in_the_answer)
{
    gateway_rig_bound(&rig, RISK_ORDER_QTY, (struct risk_subject){.symbol = AAAA}, 3 * QTY_ONE);
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.verdict, RISK_ORDER_QTY);
    EXPECT_UINT((uint64_t)answer.value, 10 * QTY_ONE);
    EXPECT_UINT((uint64_t)answer.bound, 3 * QTY_ONE);
    EXPECT_TEXT(rig.wire, "");
    EXPECT_UINT(known_sequence(), 1);
}

SPEC(what_the_door_refuses_names_its_counter)
{
    gateway_rig_play(&rig, "H");
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.counter, GATEWAY_COUNTER_intent_halted);
    gateway_rig_play(&rig, "h g");
    EXPECT_UINT(hear_order(2, 0, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.counter, GATEWAY_COUNTER_intent_not_live);
    EXPECT_UINT(hear_order(3, 99, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.counter, GATEWAY_COUNTER_intent_bad);
}

SPEC(a_unique_order_is_canceled_by_the_sequence_it_was_said_with)
{
    EXPECT_UINT(hear_unique(1, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_unique(2, 6), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5 a6");
    EXPECT_UINT(hear_end(3, 2), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 o6 c6");
    EXPECT_UINT(answer.order, rig.sent[1].order);
    EXPECT_UINT(answer.status, SLOTS_OK);
    EXPECT_UINT(hear_end(4, 2), GATEWAY_TAKEN);
    EXPECT_UINT(answer.status, SLOTS_SAME);
    EXPECT_UINT(answer.order, rig.sent[1].order);
    gateway_rig_play(&rig, "c6");
    end_refused(5, 2);
    EXPECT_TEXT(rig.wire, "o5 o6 c6");
    EXPECT_UINT(hear_end(6, 1), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 o6 c6 c5");
}

SPEC(the_cancel_of_a_unique_order_waits_until_it_is_confirmed)
{
    EXPECT_UINT(hear_unique(1, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_end(2, 1), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5");
    gateway_rig_play(&rig, "a5");
    EXPECT_TEXT(rig.wire, "o5 c5");
    gateway_rig_play(&rig, "e5:10"); /* it was filled meanwhile */
    end_refused(3, 1);
}

SPEC(a_unique_order_that_waits_for_room_and_is_canceled_never_leaves)
{
    gateway_rig_play(&rig, "R0");
    EXPECT_UINT(hear_unique(1, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_unique(2, 6), GATEWAY_TAKEN);
    EXPECT_UINT(hear_end(3, 1), GATEWAY_TAKEN);
    EXPECT_UINT(answer.order, 0);
    EXPECT_UINT(hear_unique(4, 7), GATEWAY_TAKEN); /* its place is free */
    gateway_rig_play(&rig, "R");
    EXPECT_TEXT(rig.wire, "o6 o7");
}

SPEC(what_no_unique_order_is_open_for_cancels_nothing)
{
    EXPECT_UINT(hear_order(1, 0, 5), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5 u9 a9"); /* and one of somebody else */
    end_refused(2, 1);
    end_refused(3, 0);
    end_refused(4, 77);
    end_refused(5, rig.sent[1].order);
    EXPECT_TEXT(rig.wire, "o5 o9");
    EXPECT_UINT(known_sequence(), 5);
}

SPEC(a_unique_order_is_canceled_without_room_in_the_journal_and_after_a_halt)
{
    EXPECT_UINT(hear_unique(1, 5), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5");
    rig.journal_full = true;
    EXPECT_UINT(hear_end(2, 1), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 c5");
    rig.journal_full = false;
    gateway_rig_play(&rig, "n5 H");
    EXPECT_UINT(hear_end(3, 1), GATEWAY_TAKEN);
}

/* Also one that waited when its sequence was written down, and left with another record. */
SPEC(over_a_restart_a_unique_order_is_still_known_by_its_sequence)
{
    gateway_rig_play(&rig, "R0");
    EXPECT_UINT(hear_unique(3, 5), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "R");
    EXPECT_UINT(hear_unique(4, 6), GATEWAY_TAKEN);
    gateway_rig_play(&rig, "a5 a6");
    start_again();
    EXPECT_TEXT(rig.wire, "o5 o6 q5 q6");
    EXPECT_UINT(hear_end(5, 3), GATEWAY_TAKEN);
    EXPECT_UINT(answer.order, rig.sent[0].order);
    gateway_rig_play(&rig, "O5:10 O6:10");
    EXPECT_TEXT(rig.wire, "o5 o6 q5 q6 c5");
    gateway_rig_play(&rig, "c5");
    end_refused(6, 3);
    start_again();
    EXPECT_UINT(hear_end(7, 4), GATEWAY_TAKEN);
}

/* A message of several intents: its place is that of the last one. */
SPEC(what_is_heard_in_part_is_heard_to_its_end_after_a_restart)
{
    struct gateway_intake intake[3] = {to_buy(4, 0, 5), to_buy(5, 1, 6), to_buy(6, 2, 7)};
    intake[0].place = intake[1].place = (struct gateway_place){0};
    EXPECT_UINT(hear(&intake[0]), GATEWAY_TAKEN);
    EXPECT_UINT(hear(&intake[1]), GATEWAY_TAKEN);
    start_again();
    EXPECT_UINT(known_sequence(), 5);
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 0);
    EXPECT_UINT(hear(&intake[0]), GATEWAY_REFUSED);
    EXPECT_UINT(hear(&intake[1]), GATEWAY_REFUSED);
    EXPECT_UINT(hear(&intake[2]), GATEWAY_TAKEN);
    EXPECT_TEXT(rig.wire, "o5 o6 q5 q6 o7");
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 1006);
}

SPEC(nobody_speaks_for_a_delegate_or_for_a_symbol_there_is_not)
{
    struct gateway_intake intake = to_buy(1, 0, 5);
    intake.strategy = 0;
    EXPECT_UINT(hear(&intake), GATEWAY_NOBODY);
    intake.strategy = RIG_STRATEGIES;
    EXPECT_UINT(hear(&intake), GATEWAY_NOBODY);
    intake = to_buy(1, 0, 5);
    intake.symbol = RIG_SYMBOLS;
    EXPECT_UINT(hear(&intake), GATEWAY_NOBODY);
    intake.symbol = 2; /* of the other venue */
    EXPECT_UINT(hear(&intake), GATEWAY_NOBODY);
    EXPECT_TEXT(rig.wire, "");
}

SPEC(over_a_restart_nothing_is_doubled_and_the_place_is_known)
{
    EXPECT_UINT(hear_unique(4, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_order(5, 0, 6), GATEWAY_TAKEN);
    start_again();
    struct gateway_known known = gateway_known(rig.gateway, FAR);
    EXPECT_UINT(known.sequence, 5);
    EXPECT_UINT(known.place.high, 1005);
    EXPECT_UINT(known.place.low, 5);
    EXPECT_UINT(hear_unique(4, 5), GATEWAY_REFUSED);
    EXPECT_UINT(hear_order(5, 0, 6), GATEWAY_REFUSED);
}

SPEC(a_message_that_was_passed_over_is_passed_over_once)
{
    struct gateway_intake intake = {.strategy = FAR, .place = {77, 3}};
    EXPECT_UINT(hear(&intake), GATEWAY_PASSED);
    start_again();
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 77);
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.low, 3);
}

/* The journal as a process leaves it that died when it had written the place, and nothing more. */
SPEC(what_was_written_down_and_did_not_act_is_heard_again)
{
    EXPECT_UINT(hear_unique(4, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_unique(5, 6), GATEWAY_TAKEN);
    while (rig.written[rig.records - 1].kind != GATEWAY_RECORD_INTAKE) rig.records--;
    start_again();
    EXPECT_UINT(known_sequence(), 4);
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 1004);
    start_again(); /* and when it died again before anything was said */
    EXPECT_UINT(known_sequence(), 4);
    EXPECT_UINT(hear_unique(5, 6), GATEWAY_TAKEN);
}

/* Numbers may have been reserved in between: that is nothing that it did. */
SPEC(so_is_what_died_when_it_had_reserved_numbers)
{
    EXPECT_UINT(hear_unique(4, 5), GATEWAY_TAKEN);
    EXPECT_UINT(hear_unique(5, 6), GATEWAY_TAKEN);
    while (rig.written[rig.records - 1].kind != GATEWAY_RECORD_INTAKE) rig.records--;
    struct rig_written *written = &rig.written[rig.records++];
    *written = (struct rig_written){.kind = GATEWAY_RECORD_RESERVE,
                                    .bytes = sizeof written->reserve,
                                    .reserve = {.until = 200000}};
    start_again();
    EXPECT_UINT(known_sequence(), 4);
    EXPECT_UINT(hear_unique(5, 6), GATEWAY_TAKEN);
    start_again();
    EXPECT_UINT(known_sequence(), 5);
}

SPEC(what_was_refused_stays_refused_over_a_restart)
{
    gateway_rig_play(&rig, "H");
    EXPECT_UINT(hear_order(4, 0, 5), GATEWAY_REFUSED);
    gateway_rig_play(&rig, "h");
    while (rig.written[rig.records - 1].kind != GATEWAY_RECORD_INTAKE) rig.records--;
    start_again();
    EXPECT_UINT(known_sequence(), 4);
    EXPECT_UINT(hear_order(4, 0, 5), GATEWAY_REFUSED);
    EXPECT_UINT(answer.status, SLOTS_OLD);
}

SPEC(an_older_place_is_where_a_restored_stream_goes_on)
{
    EXPECT_UINT(hear_order(9, 0, 5), GATEWAY_TAKEN);
    struct gateway_intake intake = to_buy(10, 1, 5);
    intake.place = (struct gateway_place){500, 0};
    EXPECT_UINT(hear(&intake), GATEWAY_TAKEN);
    start_again();
    EXPECT_UINT(gateway_known(rig.gateway, FAR).place.high, 500);
    EXPECT_UINT(known_sequence(), 10);
}

#define SPECS(S)                                                                                   \
    S(an_order_leaves_and_the_answer_has_its_number)                                               \
    S(the_same_sequence_acts_once)                                                                 \
    S(sequences_rise_over_all_keys)                                                                \
    S(while_a_request_is_under_way_the_newest_is_kept)                                             \
    S(what_is_too_old_is_refused_and_its_sequence_may_come_again)                                  \
    S(a_cancel_is_never_too_old)                                                                   \
    S(without_room_in_the_journal_nothing_acts_but_a_cancel)                                       \
    S(what_risk_refuses_at_once_is_in_the_answer)                                                  \
    S(what_the_door_refuses_names_its_counter)                                                     \
    S(a_unique_order_is_canceled_by_the_sequence_it_was_said_with)                                 \
    S(the_cancel_of_a_unique_order_waits_until_it_is_confirmed)                                    \
    S(a_unique_order_that_waits_for_room_and_is_canceled_never_leaves)                             \
    S(what_no_unique_order_is_open_for_cancels_nothing)                                            \
    S(a_unique_order_is_canceled_without_room_in_the_journal_and_after_a_halt)                     \
    S(over_a_restart_a_unique_order_is_still_known_by_its_sequence)                                \
    S(what_is_heard_in_part_is_heard_to_its_end_after_a_restart)                                   \
    S(nobody_speaks_for_a_delegate_or_for_a_symbol_there_is_not)                                   \
    S(over_a_restart_nothing_is_doubled_and_the_place_is_known)                                    \
    S(a_message_that_was_passed_over_is_passed_over_once)                                          \
    S(what_was_written_down_and_did_not_act_is_heard_again)                                        \
    S(so_is_what_died_when_it_had_reserved_numbers)                                                \
    S(what_was_refused_stays_refused_over_a_restart)                                               \
    S(an_older_place_is_where_a_restored_stream_goes_on)
SPEC_MAIN("gateway_hear", SPECS, before_each, after_each)
