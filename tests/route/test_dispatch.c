/* When a delegate is shown what; the drawings are explained in timeline.h. */

#include "tests/route/timeline.h"
#include "tests/support/spec.h"

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

SPEC(the_drawing_that_explains_the_language_is_true)
{
    TIMELINE("X  .   q5,t10  .            t5  .             .     ",
             "a  +X  .       X:q5,t10,sL  .   .             X:t5  ",
             "b  +X  .       .            .   X:q5,t15,sL   .     ");
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

#define SPECS(S)                                                                                   \
    S(a_delegate_is_shown_what_it_is_subscribed_to_and_nothing_else)                               \
    S(quotes_conflate_to_the_latest)                                                               \
    S(trades_conflate_to_their_sum)                                                                \
    S(each_subscriber_has_a_sum_of_its_own)                                                        \
    S(the_drawing_that_explains_the_language_is_true)                                              \
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
    S(a_delegate_switched_on_takes_its_place_behind_the_others)
SPEC_MAIN("dispatch", SPECS, timeline_open, timeline_close)
