/* The lines contradict each other (MD3): quarantine, and the way out of it.  The language is in
 * channel_script.h. */

#include "tests/feed/channel_script.h"

SPEC(a_copy_with_other_bytes_quarantines_the_channel)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_A("4-6");
    TAKEN("4-6 from A");
    LINE_B("1-3");
    IS("duplicate");
    LINE_B("4-6 altered");
    IS("conflict");
    QUARANTINE();
    LINE_A("7-9");
    IS("quarantined");
    LINE_A("1-1 of TUESDAY");
    IS("quarantined");
    LINE_A("raw 00");
    IS("quarantined");
    FINISH();
    AFTER_US(1000000);
    COUNTS("taken 2 duplicate 1 quarantined 3 conflict 1 message 6 session 1");
}

SPEC(a_waiting_datagram_is_compared_as_well)
{
    LINE_A("3-5");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_B("3-5 altered");
    IS("conflict");
    QUARANTINE();
    MISSING("");
    COUNTS("early 1 conflict 1 early_stale 1 session 1 stored_max 1");
}

SPEC(each_of_several_waiting_cuts_is_compared_with_its_own_copy)
{
    LINE_A("3-4");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("3-6");
    IS("early");
    LINE_B("3-6");
    IS("duplicate");
    LINE_B("3-4 altered");
    IS("conflict");
    QUARANTINE();
    COUNTS("early 2 duplicate 1 conflict 1 early_stale 2 uncompared 1 session 1 stored_max 2");
}

SPEC(a_datagram_that_waited_is_compared_after_it_was_taken)
{
    LINE_A("3-5");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("1-2");
    TAKEN("1-2 from A");
    TAKEN("3-5 from A");
    LINE_B("3-5 altered");
    IS("conflict");
    QUARANTINE();
}

SPEC(a_copy_of_another_length_is_a_contradiction_too)
{
    LINE_A("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 01 00 01 00 01 41");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A with other bytes");
    LINE_B("raw 4d 4f 4e 44 41 59 20 20 20 20 00 00 00 00 00 00 00 01 00 01 00 02 41 41");
    IS("conflict");
    QUARANTINE();
}

SPEC(copies_cut_differently_are_not_compared_but_counted)
{
    LINE_A("1-4");
    SESSION("MONDAY from 1");
    TAKEN("1-4 from A");
    LINE_B("1-2 altered");
    IS("duplicate");
    LINE_B("3-4 altered");
    IS("duplicate");
    LINE_B("4-5");
    TAKEN("5-5 from B");
    LINE_A("4-5 altered");
    IS("duplicate");
    COUNTS("taken 2 duplicate 3 message 5 uncompared 4 session 1");
}

SPEC(one_line_is_not_compared_with_itself)
{
    GIVEN("lines 1");
    LINE_A("1-4");
    SESSION("MONDAY from 1");
    TAKEN("1-4 from A");
    LINE_A("1-4 altered");
    IS("duplicate");
    COUNTS("taken 1 duplicate 1 message 4 session 1");
}

SPEC(a_released_channel_goes_on_after_a_gap)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3 altered");
    IS("conflict");
    QUARANTINE();
    LINE_A("4-6");
    IS("quarantined");
    RELEASE();
    LINE_B("2-3");
    IS("duplicate");
    LINE_A("7-9");
    IS("early");
    GAP("4-6");
    TAKEN("7-9 from A");
    LINE_A("11-11");
    IS("early");
    AFTER_US(499);
    AFTER_US(1);
    GAP("10-10");
    TAKEN("11-11 from A");
    LINES("A 4 first 3 duplicate 0 lost 1, B 2 first 0 duplicate 1 lost 0");
}

SPEC(a_heartbeat_after_a_release_shows_the_gap_as_well)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3 altered");
    IS("conflict");
    QUARANTINE();
    RELEASE();
    LINE_B("heartbeat 6");
    GAP("4-5");
    LINE_B("6-6");
    TAKEN("6-6 from B");
}

SPEC(after_a_release_only_what_came_before_is_given_up_at_once)
{
    GIVEN("bytes 40");
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3 altered");
    IS("conflict");
    QUARANTINE();
    RELEASE();
    LINE_A("6-20");
    IS("store_too_long");
    GAP("4-5");
    LINE_B("6-20");
    TAKEN("6-20 from B");
}

SPEC(a_session_that_began_in_a_quarantine_is_gone_on_with_after_it)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3 altered");
    IS("conflict");
    QUARANTINE();
    LINE_A("1-2 of TUESDAY");
    IS("quarantined");
    RELEASE();
    LINE_A("3-4 of TUESDAY");
    IS("early");
    SESSION("TUESDAY from 1");
    GAP("1-2"); /* at once: it is not waited for */
    TAKEN("3-4 from A");
    LINE_B("4-5 of MONDAY");
    IS("other_session");
    LINE_A("5-6 of WEDNESDAY"); /* the release is over */
    IS("other_session");
}

SPEC(a_silence_is_counted_from_the_release)
{
    GIVEN("silence_us 1000");
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3 altered");
    IS("conflict");
    QUARANTINE();
    AFTER_US(5000);
    RELEASE();
    AFTER_US(999);
    AFTER_US(1);
    STALE();
    LINE_A("4-4");
    FRESH();
    TAKEN("4-4 from A");
}

#define SPECS(S)                                                                                   \
    S(a_copy_with_other_bytes_quarantines_the_channel)                                             \
    S(a_waiting_datagram_is_compared_as_well)                                                      \
    S(each_of_several_waiting_cuts_is_compared_with_its_own_copy)                                  \
    S(a_datagram_that_waited_is_compared_after_it_was_taken)                                       \
    S(a_copy_of_another_length_is_a_contradiction_too)                                             \
    S(copies_cut_differently_are_not_compared_but_counted)                                         \
    S(one_line_is_not_compared_with_itself)                                                        \
    S(a_released_channel_goes_on_after_a_gap)                                                      \
    S(a_heartbeat_after_a_release_shows_the_gap_as_well)                                           \
    S(after_a_release_only_what_came_before_is_given_up_at_once)                                   \
    S(a_session_that_began_in_a_quarantine_is_gone_on_with_after_it)                               \
    S(a_silence_is_counted_from_the_release)

SPEC_MAIN("channel: contradictions", SPECS, channel_script_open, channel_script_close)
