/* Sessions and silence.  The language is in channel_script.h. */

#include "tests/feed/channel_script.h"

SPEC(the_first_session_seen_is_adopted_and_others_are_refused)
{
    LINE_A("1-2 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_B("3-4 of SUNDAY");
    IS("other_session");
    LINE_B("heartbeat 9");
    IS("other_session");
    LINE_B("end 1");
    IS("other_session");
    LINE_B("3-3 of MONDAY");
    TAKEN("3-3 from B");
    COUNTS("taken 2 other_session 3 message 3 session 1");
}

SPEC(a_configured_session_is_the_only_one)
{
    GIVEN("session TUESDAY");
    LINE_A("1-2 of MONDAY");
    IS("other_session");
    LINE_A("1-1 of TUESDAY");
    SESSION("TUESDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("end 2");
    END();
    LINE_A("1-2 of MONDAY");
    IS("other_session");
    AFTER_US(500);
    LINE_A("1-2 of TUESDAY");
    SESSION("TUESDAY from 1");
    TAKEN("1-2 from A");
}

SPEC(with_first_sequence_0_the_stream_is_joined_where_it_is)
{
    GIVEN("first 0");
    LINE_A("500-502");
    SESSION("MONDAY from 500");
    TAKEN("500-502 from A");
    LINE_B("499-500");
    IS("duplicate");
    LINES("A 1 first 1 duplicate 0 lost 0, B 1 first 0 duplicate 1 lost 0");
}

SPEC(a_heartbeat_is_enough_to_join)
{
    GIVEN("first 0");
    LINE_B("heartbeat 7");
    SESSION("MONDAY from 7");
    LINE_A("7-8");
    TAKEN("7-8 from A");
}

SPEC(a_stream_joined_late_is_missing_from_its_first_sequence)
{
    GIVEN("first 5");
    LINE_A("1-4");
    IS("duplicate");
    SESSION("MONDAY from 5");
    LINE_A("7-7");
    IS("early");
    MISSING("5-6");
    LINE_B("3-6");
    TAKEN("5-6 from B");
    TAKEN("7-7 from A");
}

SPEC(another_session_that_begins_at_1_is_a_restart)
{
    LINE_A("1-2 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_A("5-6");
    IS("early");
    LINE_B("1-1 of TUESDAY");
    SESSION("TUESDAY from 1");
    TAKEN("1-1 from B");
    MISSING("");
    LINE_A("2-2 of TUESDAY");
    TAKEN("2-2 from A");
    COUNTS("taken 3 early 1 message 4 early_stale 1 session 2 stored_max 1");
    LINES("A 3 first 3 duplicate 0 lost 3, B 1 first 1 duplicate 0 lost 6");
}

SPEC(a_heartbeat_at_1_of_another_session_is_a_restart)
{
    LINE_A("1-2 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_B("heartbeat 1 of TUESDAY");
    SESSION("TUESDAY from 1");
}

SPEC(a_session_that_was_left_does_not_come_back)
{
    LINE_A("1-2 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_A("1-1 of TUESDAY");
    SESSION("TUESDAY from 1");
    TAKEN("1-1 from A");
    LINE_B("1-2 of MONDAY");
    IS("other_session");
    LINE_B("heartbeat 1");
    IS("other_session");
    LINE_A("2-2 of TUESDAY");
    TAKEN("2-2 from A");
    LINE_A("end 3");
    END();
    LINE_B("end 3 of MONDAY");
    IS("other_session");
    LINE_B("1-1 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from B");
}

SPEC(the_end_is_said_once_and_after_every_message)
{
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("end 4");
    MISSING("2-3");
    LINE_B("2-3");
    TAKEN("2-3 from B");
    END();
    LINE_B("end 4");
    LINE_A("heartbeat 4");
    AFTER_US(1000000);
    COUNTS("taken 2 heartbeat 3 message 3 session 1");
}

SPEC(the_end_waits_for_the_gap_before_it)
{
    LINE_A("end 4");
    SESSION("MONDAY from 1");
    AFTER_US(500);
    GAP("1-3");
    END();
}

SPEC(an_end_that_later_messages_contradict_is_not_the_end)
{
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("end 3");
    LINE_A("4-4");
    IS("early");
    LINE_A("2-3");
    TAKEN("2-3 from A");
    TAKEN("4-4 from A");
    LINE_B("end 3");
    LINE_A("end 5");
    END();
    LINE_A("5-5");
    TAKEN("5-5 from A");
    LINE_A("end 6");
    END();
}

SPEC(finishing_without_an_end_says_no_end)
{
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    FINISH();
    LINE_A("end 3");
    FINISH();
    GAP("2-2");
    END();
}

SPEC(after_the_end_any_new_session_is_adopted)
{
    LINE_A("1-1 of MONDAY");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("end 2");
    END();
    LINE_B("3-3 of TUESDAY");
    IS("early");
    SESSION("TUESDAY from 1");
    MISSING("1-2");
    LINES("A 2 first 1 duplicate 0 lost 0, B 1 first 1 duplicate 0 lost 3");
}

SPEC(the_same_session_may_begin_again_after_its_end)
{
    LINE_A("1-2");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_A("1-2");
    IS("duplicate");
    LINE_A("end 3");
    END();
    AFTER_US(499);
    LINE_B("1-2");
    IS("duplicate");
    LINE_B("heartbeat 1");
    AFTER_US(1);
    LINE_B("2-2");
    IS("duplicate");
    LINE_B("end 1");
    LINE_B("heartbeat 1");
    SESSION("MONDAY from 1");
    LINE_B("1-2");
    TAKEN("1-2 from B");
    COUNTS("taken 2 heartbeat 4 duplicate 3 message 4 uncompared 1 session 2");
}

SPEC(silence_is_said_once_and_ends_when_a_line_is_heard)
{
    GIVEN("silence_us 1000");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    AFTER_US(999);
    AFTER_US(1);
    STALE();
    AFTER_US(5000);
    LINE_B("2-2");
    FRESH();
    TAKEN("2-2 from B");
    AFTER_US(999);
    LINE_B("heartbeat 3");
    AFTER_US(999);
    AFTER_US(1);
    STALE();
    LINE_A("heartbeat 3");
    FRESH();
}

SPEC(what_only_repeats_the_known_does_not_end_a_silence)
{
    GIVEN("silence_us 1000");
    LINE_A("1-2");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    AFTER_US(900);
    LINE_B("1-2");
    IS("duplicate");
    LINE_B("heartbeat 2");
    LINE_B("4-4 of SUNDAY");
    IS("other_session");
    AFTER_US(100);
    STALE();
}

SPEC(a_channel_that_never_hears_anything_is_stale)
{
    GIVEN("silence_us 1000");
    AFTER_US(0);
    AFTER_US(1000);
    STALE();
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
}

SPEC(after_a_silence_with_losses_there_is_a_gap_and_no_word_of_fresh)
{
    GIVEN("silence_us 1000");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    AFTER_US(1000);
    STALE();
    LINE_A("4-4");
    IS("early");
    AFTER_US(500);
    GAP("2-3");
    TAKEN("4-4 from A");
    LINE_A("5-5");
    TAKEN("5-5 from A");
    AFTER_US(1000);
    STALE();
}

SPEC(a_hole_after_a_silence_that_is_filled_makes_the_channel_fresh)
{
    GIVEN("silence_us 1000");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    AFTER_US(1000);
    STALE();
    LINE_A("4-4");
    IS("early");
    LINE_B("2-3");
    TAKEN("2-3 from B");
    FRESH();
    TAKEN("4-4 from A");
}

SPEC(after_the_end_silence_is_expected)
{
    GIVEN("silence_us 1000");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("end 2");
    END();
    AFTER_US(5000);
}

#define SPECS(S)                                                                                   \
    S(the_first_session_seen_is_adopted_and_others_are_refused)                                    \
    S(a_configured_session_is_the_only_one)                                                        \
    S(with_first_sequence_0_the_stream_is_joined_where_it_is)                                      \
    S(a_heartbeat_is_enough_to_join)                                                               \
    S(a_stream_joined_late_is_missing_from_its_first_sequence)                                     \
    S(another_session_that_begins_at_1_is_a_restart)                                               \
    S(a_heartbeat_at_1_of_another_session_is_a_restart)                                            \
    S(a_session_that_was_left_does_not_come_back)                                                  \
    S(the_end_is_said_once_and_after_every_message)                                                \
    S(the_end_waits_for_the_gap_before_it)                                                         \
    S(an_end_that_later_messages_contradict_is_not_the_end)                                        \
    S(finishing_without_an_end_says_no_end)                                                        \
    S(after_the_end_any_new_session_is_adopted)                                                    \
    S(the_same_session_may_begin_again_after_its_end)                                              \
    S(silence_is_said_once_and_ends_when_a_line_is_heard)                                          \
    S(what_only_repeats_the_known_does_not_end_a_silence)                                          \
    S(a_channel_that_never_hears_anything_is_stale)                                                \
    S(after_a_silence_with_losses_there_is_a_gap_and_no_word_of_fresh)                             \
    S(a_hole_after_a_silence_that_is_filled_makes_the_channel_fresh)                               \
    S(after_the_end_silence_is_expected)

SPEC_MAIN("channel: sessions and silence", SPECS, channel_script_open, channel_script_close)
