/* Lines, holes and gaps.  What a datagram must look like is in test_channel_datagram.c, sessions
 * and silence in test_channel_session.c, contradictions in test_channel_compare.c; the language
 * is in channel_script.h. */

#include "tests/feed/channel_script.h"

#include <stdio.h>

SPEC(the_first_line_to_bring_a_message_wins)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3");
    IS("duplicate");
    LINE_B("4-4");
    TAKEN("4-4 from B");
    LINE_A("4-4");
    IS("duplicate");
    COUNTS("taken 2 duplicate 2 message 4 session 1");
    LINES("A 2 first 1 duplicate 1 lost 0, B 2 first 1 duplicate 1 lost 0");
    EXPECT_UINT(channel_next_sequence(channel_script_channel()), 5);
}

SPEC(what_one_line_loses_the_other_brings_and_nothing_is_a_gap)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_B("1-3");
    IS("duplicate");
    LINE_A("4-4");
    TAKEN("4-4 from A");
    LINE_A("7-9");
    IS("early");
    MISSING("5-6");
    LINE_B("4-6");
    TAKEN("5-6 from B");
    TAKEN("7-9 from A");
    MISSING("");
    LINE_B("7-9");
    IS("duplicate");
    COUNTS("taken 3 early 1 duplicate 2 message 9 uncompared 1 session 1 stored_max 1");
    LINES("A 3 first 3 duplicate 0 lost 2, B 3 first 1 duplicate 2 lost 0");
}

SPEC(a_gap_is_declared_after_its_time)
{
    LINE_A("1-3");
    SESSION("MONDAY from 1");
    TAKEN("1-3 from A");
    LINE_A("7-9");
    IS("early");
    AFTER_US(499);
    AFTER_US(1);
    GAP("4-6");
    TAKEN("7-9 from A");
    LINE_B("4-6");
    IS("duplicate");
    COUNTS("taken 1 early 1 duplicate 1 message 6 gap 1 gap_message 3 uncompared 1 session 1 "
           "stored_max 1");
}

SPEC(a_gap_is_declared_after_so_many_datagrams)
{
    GIVEN("packets 3");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("3-3");
    IS("early");
    LINE_A("4-4");
    IS("early");
    LINE_B("raw 00");
    IS("short_header");
    LINE_B("heartbeat 2");
    LINE_A("5-5");
    IS("early");
    GAP("2-2");
    TAKEN("3-3 from A");
    TAKEN("4-4 from A");
    TAKEN("5-5 from A");
}

SPEC(a_gap_is_declared_when_the_store_is_full)
{
    GIVEN("store 2");
    LINE_A("3-3");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("4-4");
    IS("early");
    LINE_A("5-5");
    IS("early");
    GAP("1-2");
    TAKEN("3-3 from A");
    TAKEN("4-4 from A");
    TAKEN("5-5 from A");
    COUNTS("early 3 message 3 gap 1 gap_message 2 session 1 stored_max 2");
}

SPEC(a_full_store_gives_up_the_hole_before_a_lower_datagram)
{
    GIVEN("store 1");
    LINE_A("9-9");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("heartbeat 12");
    LINE_B("4-5");
    IS("early");
    GAP("1-3");
    TAKEN("4-5 from B");
    MISSING("6-8");
    LINE_B("6-8");
    TAKEN("6-8 from B");
    TAKEN("9-9 from A");
    MISSING("10-11");
}

SPEC(a_full_store_gives_up_only_the_first_hole)
{
    GIVEN("store 2 lines 1");
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("3-3");
    IS("early");
    LINE_A("6-6");
    IS("early");
    LINE_A("8-8");
    IS("early");
    GAP("2-2");
    TAKEN("3-3 from A");
    MISSING("4-5");
    LINE_A("4-5");
    TAKEN("4-5 from A");
    TAKEN("6-6 from A");
    LINE_A("7-7");
    TAKEN("7-7 from A");
    TAKEN("8-8 from A");
    COUNTS("taken 3 early 3 message 7 gap 1 gap_message 1 session 1 stored_max 2");
}

SPEC(a_store_of_one_datagram_is_enough_to_go_on)
{
    GIVEN("store 1 lines 1");
    LINE_A("3-4");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("9-9");
    IS("early");
    GAP("1-2");
    TAKEN("3-4 from A");
    LINE_A("7-7");
    IS("early");
    GAP("5-6");
    TAKEN("7-7 from A");
    LINE_A("8-8");
    TAKEN("8-8 from A");
    TAKEN("9-9 from A");
}

SPEC(holes_age_each_from_when_it_was_first_seen)
{
    LINE_A("2-2");
    IS("early");
    SESSION("MONDAY from 1");
    AFTER_US(200);
    LINE_A("4-4");
    IS("early");
    AFTER_US(300);
    GAP("1-1");
    TAKEN("2-2 from A");
    AFTER_US(199);
    AFTER_US(1);
    GAP("3-3");
    TAKEN("4-4 from A");
}

SPEC(what_is_left_of_a_hole_keeps_its_age)
{
    LINE_A("9-9");
    IS("early");
    SESSION("MONDAY from 1");
    AFTER_US(400);
    LINE_B("4-5");
    IS("early");
    LINE_B("1-1");
    TAKEN("1-1 from B");
    AFTER_US(100);
    GAP("2-3");
    TAKEN("4-5 from B");
    GAP("6-8");
    TAKEN("9-9 from A");
}

SPEC(a_heartbeat_shows_a_hole_in_the_tail)
{
    LINE_A("1-2");
    SESSION("MONDAY from 1");
    TAKEN("1-2 from A");
    LINE_A("heartbeat 5");
    MISSING("3-4");
    LINE_B("3-3");
    TAKEN("3-3 from B");
    MISSING("4-4");
    AFTER_US(500);
    GAP("4-4");
    COUNTS("taken 2 heartbeat 1 message 3 gap 1 gap_message 1 session 1");
    LINES("A 2 first 1 duplicate 0 lost 2, B 1 first 1 duplicate 0 lost 2");
}

SPEC(what_a_heartbeat_named_is_given_up_before_what_came_to_be_missing_later)
{
    LINE_A("heartbeat 3");
    SESSION("MONDAY from 1");
    AFTER_US(300);
    LINE_A("6-6");
    IS("early");
    MISSING("1-5");
    AFTER_US(200);
    GAP("1-2");
    LINE_B("3-5");
    TAKEN("3-5 from B");
    TAKEN("6-6 from A");
}

SPEC(many_heartbeats_over_one_hole_need_no_more_memory)
{
    GIVEN("store 1");
    LINE_A("heartbeat 2");
    SESSION("MONDAY from 1");
    char arrival[32];
    for (int next = 3; next < 400; next++) {
        snprintf(arrival, sizeof arrival, "heartbeat %d", next);
        LINE_A(arrival);
    }
    LINE_B("200-201");
    IS("early");
    MISSING("1-199");
    AFTER_US(500);
    GAP("1-199");
    TAKEN("200-201 from B");
    GAP("202-398");
}

SPEC(an_early_datagram_that_overlaps_gives_only_what_is_new)
{
    LINE_A("5-7");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_B("6-9");
    IS("early");
    LINE_A("2-3");
    IS("early");
    LINE_B("1-5");
    TAKEN("1-5 from B");
    TAKEN("6-7 from A");
    TAKEN("8-9 from B");
    COUNTS("taken 1 early 3 message 9 early_stale 1 uncompared 2 session 1 stored_max 3");
}

SPEC(a_copy_of_a_waiting_datagram_is_a_duplicate)
{
    LINE_A("3-4");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_B("3-4");
    IS("duplicate");
    LINE_B("4-4");
    IS("duplicate");
    COUNTS("early 1 duplicate 2 uncompared 1 session 1 stored 1 stored_max 1");
    LINES("A 1 first 1 duplicate 0 lost 2, B 2 first 0 duplicate 2 lost 2");
}

SPEC(an_early_datagram_longer_than_the_store_is_counted_and_its_numbers_become_a_gap)
{
    GIVEN("bytes 40");
    LINE_A("2-20");
    IS("store_too_long");
    SESSION("MONDAY from 1");
    MISSING("1-20");
    LINE_B("1-1");
    TAKEN("1-1 from B");
    LINE_A("2-5");
    TAKEN("2-5 from A");
    AFTER_US(500);
    GAP("6-20");
    COUNTS("taken 2 store_too_long 1 message 5 gap 1 gap_message 15 session 1");
}

SPEC(finishing_makes_every_hole_a_gap_in_order)
{
    LINE_A("2-2");
    IS("early");
    SESSION("MONDAY from 1");
    LINE_A("5-6");
    IS("early");
    LINE_B("heartbeat 9");
    FINISH();
    GAP("1-1");
    TAKEN("2-2 from A");
    GAP("3-4");
    TAKEN("5-6 from A");
    GAP("7-8");
    LINES("A 2 first 2 duplicate 0 lost 5, B 1 first 0 duplicate 0 lost 8");
}

SPEC(a_late_datagram_is_no_longer_lost_on_its_line)
{
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("4-4");
    IS("early");
    LINES("A 2 first 2 duplicate 0 lost 2, B 0 first 0 duplicate 0 lost 0");
    LINE_A("2-2");
    TAKEN("2-2 from A");
    LINE_A("2-2");
    IS("duplicate");
    LINES("A 4 first 3 duplicate 1 lost 1, B 0 first 0 duplicate 0 lost 0");
    LINE_A("3-3");
    TAKEN("3-3 from A");
    TAKEN("4-4 from A");
    LINES("A 5 first 4 duplicate 1 lost 0, B 0 first 0 duplicate 0 lost 0");
}

SPEC(a_jump_of_any_size_is_one_gap)
{
    LINE_A("1-1");
    SESSION("MONDAY from 1");
    TAKEN("1-1 from A");
    LINE_A("18446744073709551610-18446744073709551614");
    IS("early");
    AFTER_US(500);
    GAP("2-18446744073709551609");
    TAKEN("18446744073709551610-18446744073709551614 from A");
    LINE_B("18446744073709551613-18446744073709551615");
    IS("bad_sequence");
    LINE_B("18446744073709551615-18446744073709551615");
    IS("bad_sequence");
}

#define SPECS(S)                                                                                   \
    S(the_first_line_to_bring_a_message_wins)                                                      \
    S(what_one_line_loses_the_other_brings_and_nothing_is_a_gap)                                   \
    S(a_gap_is_declared_after_its_time)                                                            \
    S(a_gap_is_declared_after_so_many_datagrams)                                                   \
    S(a_gap_is_declared_when_the_store_is_full)                                                    \
    S(a_full_store_gives_up_the_hole_before_a_lower_datagram)                                      \
    S(a_full_store_gives_up_only_the_first_hole)                                                   \
    S(a_store_of_one_datagram_is_enough_to_go_on)                                                  \
    S(holes_age_each_from_when_it_was_first_seen)                                                  \
    S(what_is_left_of_a_hole_keeps_its_age)                                                        \
    S(a_heartbeat_shows_a_hole_in_the_tail)                                                        \
    S(what_a_heartbeat_named_is_given_up_before_what_came_to_be_missing_later)                     \
    S(many_heartbeats_over_one_hole_need_no_more_memory)                                           \
    S(an_early_datagram_that_overlaps_gives_only_what_is_new)                                      \
    S(a_copy_of_a_waiting_datagram_is_a_duplicate)                                                 \
    S(an_early_datagram_longer_than_the_store_is_counted_and_its_numbers_become_a_gap)             \
    S(finishing_makes_every_hole_a_gap_in_order)                                                   \
    S(a_late_datagram_is_no_longer_lost_on_its_line)                                               \
    S(a_jump_of_any_size_is_one_gap)

SPEC_MAIN("channel: lines, holes and gaps", SPECS, channel_script_open, channel_script_close)
