/* What the dispatcher promises; the drawings are explained in timeline.h. */

#include "tests/route/timeline.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */

/* Markets (F16, F17). */

SPEC(a_delegate_is_shown_what_it_is_subscribed_to_and_nothing_else)
{
    TIMELINE("X  .   q5  .        .   ",
             "Y  .   .   .        q7  ",
             "a  +X  .   X:q5,sL  .   ");
}

SPEC(quotes_conflate_to_the_latest)
{
    TIMELINE("X  .   q5  q6  q7  .        ",
             "a  +X  .   .   .   X:q7,sL  ");
}

SPEC(trades_conflate_to_their_sum)
{
    TIMELINE("X  .   t7  t10  .         t3  .    ",
             "a  +X  .   .    X:q0,t17,sL  .   X:t3 ");
}

SPEC(each_subscriber_has_a_sum_of_its_own)
{
    TIMELINE("X  .   q5  .        .        t10  .      t5  .      .     ",
             "a  +X  .   X:q5,sL  .        .    .      .   X:t15  .     ",
             "b  +X  .   .        X:q5,sL  .    .      .   .      X:t15 ");
    TIMELINE("X  t10  .      t5  .     .    ",
             "a  .    X:t10  .   .     X:t5 ",
             "b  .    .      .   X:t15 .    ");
}

SPEC(a_decision_shows_only_what_is_new)
{
    TIMELINE("X  .   q5  .        t1  .     q5  .   q6  .     sG  .     ",
             "a  +X  .   X:q5,sL  .   X:t1  .   X:  .   X:q6  .   X:sG  ");
}

SPEC(a_quote_that_left_and_came_back_is_a_change)
{
    TIMELINE("X  .   q5  .        q6  q5  .    ",
             "a  +X  .   X:q5,sL  .   .   X:q5 ");
}

SPEC(a_state_that_left_and_came_back_is_the_one_shown_last)
{
    TIMELINE("X  .   q5  .        sG  sL  .  ",
             "a  +X  .   X:q5,sL  .   .   X: ");
}

SPEC(the_instrument_that_has_waited_longest_is_decided_first)
{
    TIMELINE("X  .   .   q1  .   q3  .        .        ",
             "Y  .   .   .   q2  .   .        .        ",
             "a  +X  +Y  .   .   .   X:q3,sL  Y:q2,sL  ");
}

SPEC(the_delegate_that_has_waited_longest_decides_first)
{
    TIMELINE("Y  .   q1  .        .        ",
             "X  .   q2  .        .        ",
             "a  +X  .   .        X:q2,sL  ",
             "b  +Y  .   Y:q1,sL  .        ");
}

SPEC(a_delegate_with_more_to_see_waits_behind_the_others)
{
    TIMELINE("X  .   .   q1  .        .        .        ",
             "Y  .   .   q2  .        .        .        ",
             "a  +X  +Y  .   X:q1,sL  .        Y:q2,sL  ",
             "b  +Y  .   .   .        Y:q2,sL  .        ");
}

SPEC(a_slow_delegate_does_not_hold_up_the_others)
{
    TIMELINE("X  .   q1  .        q2  .     q3  .     .   .            ",
             "a  +X  .   X:q1,sL  .   X:q2  .   X:q3  .   .            ",
             "b  +X  off .        .   .     .   .     on  X:q3,sL      ");
}

SPEC(what_traded_in_the_old_session_is_added_to_the_new_one)
{
    TIMELINE("X  .   t10  .            t5  new  t2  .     t1  .    ",
             "a  +X  .    X:q0,t10,sL  .   .    .   X:t7  .   X:t1 ");
}

SPEC(a_new_session_begins_with_trades_at_once)
{
    TIMELINE("X  .   t10  .            new,t2  .    ",
             "a  +X  .    X:q0,t10,sL  .       X:t2 ");
}

/* Joining and leaving (F19). */

SPEC(who_joins_late_is_shown_the_newest_value_at_once)
{
    TIMELINE("X  .   q5,t10  .            .   .        ",
             "a  +X  .       X:q5,t10,sL  .   .        ",
             "b  .   .       .            +X  X:q5,sL  ");
}

SPEC(who_joins_before_the_first_value_is_shown_it_when_it_comes)
{
    TIMELINE("X  .   .   .  q5  .        ",
             "a  +X  .   .  .   X:q5,sL  ");
}

SPEC(the_sum_of_who_joins_late_starts_when_it_joins)
{
    TIMELINE("X  .   t10  .   t5  .            .           t1  .    .    ",
             "a  +X  .    .   .   X:q0,t15,sL  .           .   X:t1 .    ",
             "b  .   .    +X  .   .            X:q0,t5,sL  .   .    X:t1 ");
}

SPEC(who_leaves_and_joins_again_starts_anew)
{
    TIMELINE("X  .   q5  .        t10  .   .   .        t2  .    ",
             "a  +X  .   X:q5,sL  .    -X  +X  X:q5,sL  .   X:t2 ");
}

SPEC(who_leaves_is_no_longer_shown_what_waited)
{
    TIMELINE("X  .   .   q5  .   .        ",
             "Y  .   .   q6  .   .        ",
             "a  +X  +Y  .   -X  Y:q6,sL  ");
}

SPEC(the_first_subscriber_wants_an_instrument_and_the_last_one_no_longer)
{
    TIMELINE("a  . ",
             "b  . ");
    EXPECT(!dispatch_wanted(timeline_dispatch(), 1));
    TIMELINE("a  +X ");
    EXPECT(dispatch_wanted(timeline_dispatch(), 1));
    TIMELINE("b  +X ");
    TIMELINE("a  -X ");
    EXPECT(dispatch_wanted(timeline_dispatch(), 1));
    TIMELINE("b  -X ");
    EXPECT(!dispatch_wanted(timeline_dispatch(), 1));
    EXPECT(!dispatch_wanted(timeline_dispatch(), 2));
}

SPEC(a_delegate_that_is_done_wants_nothing)
{
    TIMELINE("X  .   q5  .     .        ",
             "a  +X  .   done  X:q5,sL  ");
    EXPECT(!dispatch_wanted(timeline_dispatch(), 1));
}

SPEC(a_subscription_is_made_once_and_ended_once)
{
    TIMELINE("a  +X  +X!subscribed  -X  -X!not_subscribed  +X ");
}

SPEC(subscriptions_are_limited)
{
    TIMELINE("a  +X  +Y  +Z  .   .   .   .                        .   .   ",
             "b  .   .   .   +X  +Y  +Z  .                        .   .   ",
             "c  .   .   .   .   .   .   +X                       +Y  .   ",
             "d  .   .   .   .   .   .   .                        +X!no_subscription_left  . ");
    TIMELINE("a  -X  .   ",
             "d  .   +X  ");
}

/* Messages (F16, F17). */

SPEC(messages_are_shown_one_by_one_in_order_and_before_markets)
{
    TIMELINE("X  .   q5  .   .   .              ",
             "a  +X  .   i1  r2  X:i1,r2,q5,sL  ");
}

SPEC(a_delegate_with_messages_comes_before_those_with_markets)
{
    TIMELINE("X  .   q5  .   .        .           ",
             "a  +X  .   .   .        X:q5,sL     ",
             "b  +X  .   r1  X:r1,q5,sL  .        ");
}

SPEC(a_message_comes_with_the_picture_of_its_instrument)
{
    TIMELINE("X  .   .   q5  .   .           .        ",
             "Y  .   .   q6  .   .           .        ",
             "a  +X  +Y  .   r1Y Y:r1,q6,sL  X:q5,sL  ");
}

SPEC(no_message_is_shown_after_a_market_newer_than_itself)
{
    TIMELINE("X  .   .   .   .    q5  .               .  ",
             "a  +X  +Y  r1  r2Y  .   X:r1,r2Y,q5,sL  Y:sC ");
}

SPEC(instruments_named_by_other_messages_follow_next)
{
    TIMELINE("X  .   .   q5  .        .        .   .    .         .         .  .    ",
             "Y  .   .   q6  .        .        .   .    .         q7        .  .    ",
             "a  +X  +Y  .   X:q5,sL  Y:q6,sL  r1  r2Y  X:r1,r2Y  Y:q7      .  .    ");
}

SPEC(a_message_about_an_instrument_without_subscription_is_shown_with_its_newest_market)
{
    TIMELINE("X  .   q5  .   .     ",
             "a  +Y  .   r1  X:r1  ");
    EXPECT_UINT((uint64_t)dispatch_newest(timeline_dispatch(), 1)->bid, 500);
}

SPEC(a_full_queue_refuses_and_the_caller_keeps_the_message)
{
    TIMELINE("a  r1  r2  r3!full  i4!full  X:r1,r2  r3  X:r3 ");
}

SPEC(an_instrument_that_never_had_a_value_is_closed)
{
    TIMELINE("X  .   .   .        q5  .        ",
             "a  +X  r1  X:r1,sC  .   X:q5,sL  ");
    EXPECT_UINT(dispatch_newest(timeline_dispatch(), 2)->state, MARKET_CLOSED);
}

/* Identity and life (F18). */

SPEC(a_delegate_that_says_done_is_shown_no_more_markets)
{
    TIMELINE("X  .   q5  .     .        q6  .   ",
             "a  +X  .   done  X:q5,sL  .   .   ");
}

SPEC(a_delegate_that_is_done_takes_no_instructions_and_no_subscriptions)
{
    TIMELINE("a  open  finish  i1!closing  +X!closing  close  ended ");
}

SPEC(a_delegate_stays_until_its_last_child_order_is_closed)
{
    TIMELINE("a  open  open  finish  close  alive  r1  X:r1  close  ended ");
}

SPEC(a_delegate_stays_until_its_last_report_is_shown)
{
    TIMELINE("a  open  finish  r1  close  alive  X:r1  ended ");
}

SPEC(a_delegate_that_has_ended_is_unknown)
{
    TIMELINE("a  finish  ended  r1!unknown_delegate  i1!unknown_delegate  on!unknown_delegate ");
}

SPEC(a_child_order_opened_before_the_delegate_is_taken_out_keeps_it)
{
    TIMELINE("a  i1  done  X:i1  open  alive  r2  X:r2  close  ended ");
}

/* Switched off (F21, R5). */

SPEC(a_delegate_that_is_off_is_shown_nothing_and_loses_nothing)
{
    TIMELINE("X  .   q5  .        .    t10  .   t5,q6  .   .             ",
             "a  +X  .   X:q5,sL  off  .    r1  .      on  X:r1,q6,t15   ");
}

SPEC(a_delegate_that_is_off_stays_indexed_until_its_reports_are_shown)
{
    TIMELINE("a  open  finish  off  r1  close  alive  on  X:r1  ended ");
}

SPEC(a_delegate_switched_on_takes_its_place_behind_the_others)
{
    TIMELINE("X  .   .    q5  .   .        .        ",
             "a  +X  off  .   on  .        X:q5,sL  ",
             "b  +X  .    .   .   X:q5,sL  .        ");
}

/* clang-format on */

static void decide_nothing(void *self, const struct composite *composite,
                           struct delegate_output *output)
{
    (void)self, (void)composite, (void)output;
}

static uint32_t kept_house;

static void keep_house(void *self, nanos_t now)
{
    (void)self;
    kept_house += now == 77;
}

static const struct delegate_kind quiet = {
    .name = "quiet", .decide = decide_nothing, .housekeeping = keep_house};

static enum dispatch_status add(const char *name, order_id_t order, uint32_t *delegate)
{
    struct dispatch_identity identity = {.order = order, .instrument = 2, .side = SIDE_SELL};
    strncpy(identity.name, name, sizeof identity.name - 1);
    return dispatch_add(timeline_dispatch(), &identity, &quiet, NULL, delegate);
}

SPEC(a_delegate_is_found_by_its_order_or_by_its_name)
{
    uint32_t order = 0, strategy = 0;
    EXPECT_UINT(add("taker", 4711, &order), DISPATCH_OK);
    EXPECT_UINT(add("taker", 0, &strategy), DISPATCH_OK);
    EXPECT(order != strategy);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 4711), order);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 4712), DISPATCH_NONE);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 0), DISPATCH_NONE);
    EXPECT_UINT(dispatch_find_name(timeline_dispatch(), "taker"), strategy);
    EXPECT_UINT(dispatch_find_name(timeline_dispatch(), "maker"), DISPATCH_NONE);
}

SPEC(two_delegates_never_have_the_same_identity)
{
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 4711, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("other", 4711, &delegate), DISPATCH_KNOWN_ORDER);
    EXPECT_UINT(add("maker", 0, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("maker", 0, &delegate), DISPATCH_KNOWN_NAME);
    dispatch_verify(timeline_dispatch());
}

SPEC(an_identity_needs_a_name_that_ends_a_side_and_an_instrument_within_the_limits)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_identity nameless = {.order = 1};
    struct dispatch_identity endless = {.order = 1};
    memset(endless.name, 'x', sizeof endless.name);
    struct dispatch_identity sideless = {.name = "n", .order = 1, .side = 2};
    struct dispatch_identity far = {.name = "n", .order = 1, .instrument = 4};
    uint32_t delegate = 0;
    EXPECT_UINT(dispatch_add(dispatch, &nameless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &endless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &sideless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &far, &quiet, NULL, &delegate), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(delegate, 0);
}

SPEC(an_instruction_that_disagrees_with_the_identity_is_refused_with_its_reason)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t order = 0, strategy = 0;
    EXPECT_UINT(add("taker", 4711, &order), DISPATCH_OK);
    EXPECT_UINT(add("maker", 0, &strategy), DISPATCH_OK);
    struct message right = {.order = 4711, .instrument = 2, .side = SIDE_SELL};
    struct message other_order = right, other_side = right, other = right, far = right;
    other_order.order = 4712;
    other_side.side = SIDE_BUY;
    other.instrument = 1;
    far.instrument = 4;
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other_order), DISPATCH_OTHER_ORDER);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other_side), DISPATCH_OTHER_SIDE);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other), DISPATCH_OTHER_INSTRUMENT);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &far), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(dispatch_instruct(dispatch, strategy, &right), DISPATCH_OTHER_ORDER);
    EXPECT(!dispatch_ready(dispatch));
    EXPECT_UINT(dispatch_instruct(dispatch, order, &right), DISPATCH_OK);
    EXPECT(dispatch_ready(dispatch));

    const struct dispatch_counts *counts = dispatch_counts(dispatch);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_ORDER], 2);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_SIDE], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_INSTRUMENT], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_UNKNOWN_INSTRUMENT], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_OK], 1);
}

SPEC(a_report_is_for_the_delegate_whatever_it_is_about)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 4711, &delegate), DISPATCH_OK);
    struct message report = {.kind = REPORT_FILLED, .instrument = 3, .side = SIDE_BUY};
    EXPECT_UINT(dispatch_report(dispatch, delegate, &report), DISPATCH_OK);
    report.instrument = 4;
    EXPECT_UINT(dispatch_report(dispatch, delegate, &report), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(dispatch_report(dispatch, 99, &report), DISPATCH_UNKNOWN_DELEGATE);
}

SPEC(an_order_can_be_worked_again_once_its_delegate_has_been_taken_out)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_ended ended;
    uint32_t first = 0, second = 0;
    EXPECT_UINT(add("taker", 4711, &first), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(dispatch, first), DISPATCH_OK);
    EXPECT_UINT(add("taker", 4711, &second), DISPATCH_KNOWN_ORDER);
    EXPECT(dispatch_take_ended(dispatch, &ended));
    EXPECT_UINT(ended.delegate, first);
    EXPECT_UINT(ended.identity.order, 4711);
    EXPECT_UINT(add("taker", 4711, &second), DISPATCH_OK);
    dispatch_verify(dispatch);
}

SPEC(a_number_is_not_the_successors)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_ended ended;
    struct dispatch_delegate look;
    uint32_t first = 0, delegate = 0;
    EXPECT_UINT(add("taker", 1, &first), DISPATCH_OK);
    for (order_id_t order = 2; order < 12; order++) {
        EXPECT_UINT(add("taker", order, &delegate), DISPATCH_OK);
        EXPECT(delegate != first);
        EXPECT(dispatch_look(dispatch, first, &look) == (order == 2));
        EXPECT_UINT(dispatch_finish(dispatch, order == 2 ? first : delegate), DISPATCH_OK);
        EXPECT(dispatch_take_ended(dispatch, &ended));
    }
}

SPEC(a_number_that_was_never_given_is_unknown)
{
    struct message report = {.kind = REPORT_FILLED};
    for (uint32_t number = 0; number < 8; number++)
        EXPECT_UINT(dispatch_report(timeline_dispatch(), number, &report),
                    DISPATCH_UNKNOWN_DELEGATE);
}

SPEC(delegates_are_limited)
{
    uint32_t delegate = 0;
    for (order_id_t order = 1; order <= 4; order++)
        EXPECT_UINT(add("taker", order, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("taker", 5, &delegate), DISPATCH_NO_DELEGATE_LEFT);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 5), DISPATCH_NONE);
}

SPEC(what_a_delegate_was_shown_and_what_it_was_not_is_counted)
{
    struct dispatch_delegate look;
    TIMELINE("X  .   q1  q2  .        .    q3  q4  q5  q6  ",
             "a  +X  .   .   X:q2,sL  off  .   .   .   .   ");
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.value, 1);
    EXPECT_UINT(look.counts.conflated, 1);
    EXPECT_UINT(look.instruments_waiting, 1);
    TIMELINE("a  -X ");
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.withdrawn, 4);
    EXPECT_UINT(look.counts.decision, 1);
    EXPECT_UINT(look.instruments_waiting, 0);
    EXPECT_UINT(dispatch_counts(timeline_dispatch())->value, 6);
    EXPECT_UINT(dispatch_counts(timeline_dispatch())->value_unwanted, 0);
}

SPEC(a_decision_that_took_too_long_is_counted_for_its_delegate)
{
    struct dispatch_delegate look;
    TIMELINE("a  r1  X:r1 ");
    dispatch_overrun(timeline_dispatch(), timeline_delegate('a'));
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.overrun, 1);
}

SPEC(housekeeping_visits_those_that_are_switched_on)
{
    uint32_t on = 0, off = 0, over = 0;
    EXPECT_UINT(add("on", 0, &on), DISPATCH_OK);
    EXPECT_UINT(add("off", 0, &off), DISPATCH_OK);
    EXPECT_UINT(add("over", 0, &over), DISPATCH_OK);
    EXPECT_UINT(dispatch_switch(timeline_dispatch(), off, false), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(timeline_dispatch(), over), DISPATCH_OK);
    kept_house = 0;
    dispatch_housekeeping(timeline_dispatch(), 77);
    EXPECT_UINT(kept_house, 1);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct dispatch_limits good = {
        .instruments = 1, .delegates = 1, .subscriptions = 1, .messages = 1};
    struct dispatch_limits bad[] = {good, good, good, good, good, good, good, good};
    bad[0].instruments = 0, bad[1].instruments = DISPATCH_INSTRUMENTS_MAX + 1;
    bad[2].delegates = 0, bad[3].delegates = DISPATCH_DELEGATES_MAX + 1;
    bad[4].subscriptions = 0, bad[5].subscriptions = DISPATCH_SUBSCRIPTIONS_MAX + 1;
    bad[6].messages = 0, bad[7].messages = DISPATCH_MESSAGES_MAX + 1;
    EXPECT(dispatch_footprint(&good) > 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++) EXPECT_UINT(dispatch_footprint(&bad[i]), 0);
}

SPEC(our_own_mistakes_stop_the_program)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 1, &delegate), DISPATCH_OK);
    struct market far = {.instrument = 4};
    struct message report = {.kind = REPORT_FILLED}, instruction = {.kind = INSTRUCTION_NEW};
    EXPECT_STOP(dispatch_market(dispatch, &far), "value->instrument");
    EXPECT_STOP((void)dispatch_child_closed(dispatch, delegate), "children");
    EXPECT_STOP((void)dispatch_instruct(dispatch, delegate, &report), "message_is_report");
    EXPECT_STOP((void)dispatch_report(dispatch, delegate, &instruction), "message_is_report");
}

#define SPECS(S)                                                                                   \
    S(a_delegate_is_shown_what_it_is_subscribed_to_and_nothing_else)                               \
    S(quotes_conflate_to_the_latest)                                                               \
    S(trades_conflate_to_their_sum)                                                                \
    S(each_subscriber_has_a_sum_of_its_own)                                                        \
    S(a_decision_shows_only_what_is_new)                                                           \
    S(a_quote_that_left_and_came_back_is_a_change)                                                 \
    S(a_state_that_left_and_came_back_is_the_one_shown_last)                                       \
    S(the_instrument_that_has_waited_longest_is_decided_first)                                     \
    S(the_delegate_that_has_waited_longest_decides_first)                                          \
    S(a_delegate_with_more_to_see_waits_behind_the_others)                                         \
    S(a_slow_delegate_does_not_hold_up_the_others)                                                 \
    S(what_traded_in_the_old_session_is_added_to_the_new_one)                                      \
    S(a_new_session_begins_with_trades_at_once)                                                    \
    S(who_joins_late_is_shown_the_newest_value_at_once)                                            \
    S(who_joins_before_the_first_value_is_shown_it_when_it_comes)                                  \
    S(the_sum_of_who_joins_late_starts_when_it_joins)                                              \
    S(who_leaves_and_joins_again_starts_anew)                                                      \
    S(who_leaves_is_no_longer_shown_what_waited)                                                   \
    S(the_first_subscriber_wants_an_instrument_and_the_last_one_no_longer)                         \
    S(a_delegate_that_is_done_wants_nothing)                                                       \
    S(a_subscription_is_made_once_and_ended_once)                                                  \
    S(subscriptions_are_limited)                                                                   \
    S(messages_are_shown_one_by_one_in_order_and_before_markets)                                   \
    S(a_delegate_with_messages_comes_before_those_with_markets)                                    \
    S(a_message_comes_with_the_picture_of_its_instrument)                                          \
    S(no_message_is_shown_after_a_market_newer_than_itself)                                        \
    S(instruments_named_by_other_messages_follow_next)                                             \
    S(a_message_about_an_instrument_without_subscription_is_shown_with_its_newest_market)          \
    S(a_full_queue_refuses_and_the_caller_keeps_the_message)                                       \
    S(an_instrument_that_never_had_a_value_is_closed)                                              \
    S(a_delegate_that_says_done_is_shown_no_more_markets)                                          \
    S(a_delegate_that_is_done_takes_no_instructions_and_no_subscriptions)                          \
    S(a_delegate_stays_until_its_last_child_order_is_closed)                                       \
    S(a_delegate_stays_until_its_last_report_is_shown)                                             \
    S(a_delegate_that_has_ended_is_unknown)                                                        \
    S(a_child_order_opened_before_the_delegate_is_taken_out_keeps_it)                              \
    S(a_delegate_that_is_off_is_shown_nothing_and_loses_nothing)                                   \
    S(a_delegate_that_is_off_stays_indexed_until_its_reports_are_shown)                            \
    S(a_delegate_switched_on_takes_its_place_behind_the_others)                                    \
    S(a_delegate_is_found_by_its_order_or_by_its_name)                                             \
    S(two_delegates_never_have_the_same_identity)                                                  \
    S(an_identity_needs_a_name_that_ends_a_side_and_an_instrument_within_the_limits)               \
    S(an_instruction_that_disagrees_with_the_identity_is_refused_with_its_reason)                  \
    S(a_report_is_for_the_delegate_whatever_it_is_about)                                           \
    S(an_order_can_be_worked_again_once_its_delegate_has_been_taken_out)                           \
    S(a_number_is_not_the_successors)                                                              \
    S(a_number_that_was_never_given_is_unknown)                                                    \
    S(delegates_are_limited)                                                                       \
    S(what_a_delegate_was_shown_and_what_it_was_not_is_counted)                                    \
    S(a_decision_that_took_too_long_is_counted_for_its_delegate)                                   \
    S(housekeeping_visits_those_that_are_switched_on)                                              \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(our_own_mistakes_stop_the_program)
SPEC_MAIN("dispatch", SPECS, timeline_open, timeline_close)
