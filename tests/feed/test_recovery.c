/* What is missing is asked for again: when, of whom, how often, and what an answer may be. */

#include "tests/feed/recovery_rig.h"

#include <string.h>

SPEC(a_hole_that_is_older_than_the_wait_is_asked_for_and_its_answer_ends_it)
{
    ARRIVES(LINE_A, 1, 3);
    EVENTS("session 1 LIVE");
    ARRIVES(LINE_A, 6, 7);
    SAYS("");
    AT_MS(1);
    SAYS("request 4-5 of 0");
    EVENTS("recovering 4-5 RECOVERING");
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_RECOVERING);
    HOLDS_ORDERS(3, 3);
    EXPECT(REPLY(4, 5) == RECOVERY_REPLY_GIVEN);
    SAYS("");
    EVENTS("recovered 8 LIVE");
    HOLDS_ORDERS(3, 7);
    EXPECT_UINT(recovery_counts(rig.recovery)->recovered, 1);
    EXPECT_UINT(channel_counts(rig.channel)->gap, 0);
}

SPEC(the_other_line_may_fill_it_before_or_meanwhile)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 7);
    ARRIVES(LINE_B, 1, 3);
    ARRIVES(LINE_B, 4, 5);
    AT_MS(5);
    SAYS("");
    ARRIVES(LINE_A, 10, 10);
    AT_MS(7);
    SAYS("request 8-9 of 0");
    ARRIVES(LINE_B, 6, 9);
    SAYS("");
    EVENTS("session 1 LIVE, recovering 8-9 RECOVERING, recovered 11 LIVE");
    EXPECT(REPLY(8, 9) == RECOVERY_REPLY_UNWANTED);
}

SPEC(a_heartbeat_shows_what_is_missing_at_the_end)
{
    ARRIVES(LINE_A, 1, 3);
    HEARTBEAT(LINE_A, 6);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    REPLY(4, 5);
    HOLDS_ORDERS(3, 5);
}

SPEC(the_end_of_a_session_comes_after_its_holes)
{
    ARRIVES(LINE_A, 1, 3);
    ENDS(LINE_A, 6);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING");
    REPLY(4, 5);
    EVENTS("end CLOSED, recovered 6 CLOSED");
    HOLDS_ORDERS(3, 5);
}

SPEC(a_request_is_for_no_more_than_a_reply_carries_and_so_many_wait_at_once)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 40, 40);
    AT_MS(1);
    SAYS("request 4-13 of 0, request 14-23 of 0");
    REPLY(4, 13);
    SAYS("request 24-33 of 0");
    REPLY(14, 23);
    SAYS("request 34-39 of 0");
    REPLY(24, 33);
    REPLY(34, 39);
    SAYS("");
    HOLDS_ORDERS(3, 40);
}

SPEC(what_a_shorter_answer_leaves_is_asked_for_at_once)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 9, 9);
    AT_MS(1);
    SAYS("request 4-8 of 0");
    REPLY(4, 5);
    SAYS("request 6-8 of 0");
    REPLY(6, 8);
    HOLDS_ORDERS(3, 9);
    EXPECT_UINT(recovery_counts(rig.recovery)->request_retried, 1);
}

SPEC(an_unanswered_request_goes_to_the_next_server_and_waits_twice_as_long)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    AT_MS(10);
    SAYS("");
    AT_MS(11);
    SAYS("request 4-5 of 1");
    AT_MS(30);
    SAYS("");
    AT_MS(31);
    SAYS("request 4-5 of 0");
    REPLY(4, 5);
    SAYS("");
    EXPECT_UINT(recovery_counts(rig.recovery)->unanswered, 2);
    /* an answer ends the series */
    ARRIVES(LINE_A, 9, 9);
    AT_MS(33);
    SAYS("request 7-8 of 0");
    AT_MS(43);
    SAYS("request 7-8 of 1");
}

SPEC(an_answer_to_a_part_ends_the_series_of_unanswered_requests)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 7, 7);
    AT_MS(1);
    AT_MS(11);
    AT_MS(31);
    SAYS("request 4-6 of 0, request 4-6 of 1, request 4-6 of 0");
    REPLY(4, 4);
    SAYS("request 5-6 of 0");
    AT_MS(41); /* the wait is the shortest again, and two more rounds are allowed */
    AT_MS(61);
    SAYS("request 5-6 of 1, request 5-6 of 0");
    AT_MS(86);
    SAYS("connect to 0");
}

SPEC(no_second_has_more_requests_than_the_rate)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    limits.rate = 2;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 40, 40);
    AT_MS(1);
    SAYS("request 4-13 of 0, request 14-23 of 0");
    REPLY(4, 13);
    REPLY(14, 23);
    AT_MS(1000);
    SAYS("");
    AT_MS(1001);
    SAYS("request 24-33 of 0, request 34-39 of 0");
    EXPECT(recovery_counts(rig.recovery)->request_delayed > 0);
}

SPEC(an_answer_must_be_of_this_session_and_within_what_was_asked)
{
    uint8_t bytes[2048];
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 7, 7);
    EXPECT(REPLY(4, 6) == RECOVERY_REPLY_UNWANTED); /* nobody asked yet */
    AT_MS(1);
    SAYS("request 4-6 of 0");
    EXPECT(REPLY_OF("TUESDAY", 4, 6) == RECOVERY_REPLY_SESSION);
    EXPECT(REPLY(3, 6) == RECOVERY_REPLY_UNWANTED);
    EXPECT(REPLY(4, 7) == RECOVERY_REPLY_UNWANTED);
    EXPECT(REPLY(1000, 1001) == RECOVERY_REPLY_UNWANTED);
    EXPECT(rig_reply_bytes(bytes, rig_datagram(bytes, "MONDAY", 4, 3)) == RECOVERY_REPLY_EMPTY);
    EXPECT(rig_reply_bytes(bytes, 19) == RECOVERY_REPLY_SHORT);
    uint32_t length = rig_datagram(bytes, "MONDAY", 4, 6);
    EXPECT(rig_reply_bytes(bytes, length - 1) == RECOVERY_REPLY_GIVEN); /* its blocks are cut */
    EXPECT_UINT(channel_counts(rig.channel)->datagram[CHANNEL_BAD_BLOCKS], 1);
    HOLDS_ORDERS(3, 3);
    SAYS("");
    AT_MS(11); /* none of that was an answer */
    SAYS("request 4-6 of 1");
    EXPECT(REPLY(5, 5) == RECOVERY_REPLY_GIVEN);
    SAYS("request 4-4 of 1, request 6-6 of 1");
    EXPECT(REPLY(4, 4) == RECOVERY_REPLY_GIVEN);
    EXPECT(REPLY(6, 6) == RECOVERY_REPLY_GIVEN);
    HOLDS_ORDERS(3, 7);
}

SPEC(an_answer_is_no_traffic_of_a_line)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    channel.silence_ns = 20 * NANOS_MILLI;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 7);
    AT_MS(5);
    REPLY(4, 5);
    const struct channel_counts *counts = channel_counts(rig.channel);
    EXPECT_UINT(counts->line[LINE_A].received, 2);
    EXPECT_UINT(counts->line[LINE_A].lost, 2);
    EXPECT_UINT(counts->line[LINE_REPLY].received, 1);
    EXPECT_UINT(counts->line[LINE_REPLY].first, 1);
    AT_MS(19);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, recovered 8 LIVE");
    AT_MS(20); /* since the lines were heard, not since the answer */
    EVENTS("stale STALE");
}

SPEC(an_answer_that_contradicts_a_line_is_a_quarantine)
{
    uint8_t bytes[2048];
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    uint32_t length = rig_datagram(bytes, "MONDAY", 4, 5);
    bytes[length - 1] ^= 1;
    EXPECT(rig_reply_bytes(bytes, length) == RECOVERY_REPLY_GIVEN);
    ARRIVES(LINE_B, 4, 5); /* another price */
    EXPECT_UINT(channel_counts(rig.channel)->datagram[CHANNEL_CONFLICT], 1);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, recovered 7 LIVE, quarantine GAP");
    AT_MS(100);
    SAYS("request 4-5 of 0"); /* the one before */
    channel_release(rig.channel);
    feed_released(rig.feed, 7, rig.now);
    AT_MS(101);
    SAYS("connect to 0"); /* what is in the books is not to be believed */
    EVENTS("released GAP, snapshot RECOVERING");
}

SPEC(a_session_that_began_in_a_quarantine_is_joined_late)
{
    uint8_t bytes[2048];
    ARRIVES(LINE_A, 1, 3);
    uint32_t length = rig_datagram(bytes, "MONDAY", 1, 3);
    bytes[length - 1] ^= 1;
    EXPECT(channel_receive(rig.channel, LINE_B, bytes, length, (struct arrival){.ns = rig.now}) ==
           CHANNEL_CONFLICT);
    ARRIVES_OF("TUESDAY", LINE_A, 1, 2);
    channel_release(rig.channel);
    feed_released(rig.feed, 4, rig.now);
    ARRIVES_OF("TUESDAY", LINE_A, 3, 4);
    EVENTS("session 1 LIVE, quarantine GAP, released GAP, session 3 GAP, snapshot RECOVERING");
}

SPEC(a_new_session_ends_what_goes_on)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    ARRIVES_OF("TUESDAY", LINE_A, 1, 4);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, session 1 LIVE");
    EXPECT(REPLY(4, 5) == RECOVERY_REPLY_SESSION);
    AT_MS(50);
    SAYS("");
    HOLDS_ORDERS(3, 4);
}

SPEC(another_session_after_the_end_was_named_begins_even_while_holes_are_asked_for)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    channel.first_sequence = 1;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ENDS(LINE_A, 6);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    ARRIVES_OF("TUESDAY", LINE_A, 3, 4); /* its first messages were lost */
    AT_MS(2);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, session 1 LIVE, recovering 1-2 RECOVERING");
    SAYS("request 1-2 of 0");
    REPLY_OF("TUESDAY", 1, 2);
    HOLDS_ORDERS(3, 4);
    ARRIVES_OF("MONDAY", LINE_A, 4, 5);
    EXPECT_UINT(channel_counts(rig.channel)->datagram[CHANNEL_OTHER_SESSION], 1);
}

SPEC(without_servers_and_snapshots_it_fails_at_once_and_gaps_are_as_ever)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    limits.servers = limits.snapshots = 0;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, unrecovered GAP, gap 4-5 GAP");
    EXPECT_UINT(book_counts(feed_book(rig.feed))->orders, 2);
}

SPEC(with_servers_only_it_fails_after_its_attempts_and_later_holes_are_asked_for_again)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    limits.snapshots = 0;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    AT_MS(11);
    AT_MS(31);
    SAYS("request 4-5 of 0, request 4-5 of 1, request 4-5 of 0");
    AT_MS(55);
    SAYS("");
    AT_MS(56);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, unrecovered GAP, gap 4-5 GAP");
    ARRIVES(LINE_A, 9, 9);
    AT_MS(60);
    EVENTS("gap 7-8 GAP");
    AT_MS(5100);
    ARRIVES(LINE_A, 12, 12);
    AT_MS(5102);
    SAYS("request 10-11 of 1");
    REPLY(10, 11);
    EVENTS("recovering 10-11 GAP, recovered 13 GAP"); /* what was given up stays so */
}

SPEC(when_nothing_will_come_any_more_what_is_missing_is_given_up)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    recovery_finish(rig.recovery, rig.now);
    AT_MS(2);
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, unrecovered GAP, gap 4-5 GAP");
    AT_MS(100000);
    SAYS("request 4-5 of 0");
}

SPEC(what_a_full_store_drops_is_missing_again_even_where_datagrams_overlap)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    channel.store_datagrams = 3;
    channel.gap_wait_ns = NANOS_SECOND;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 8);
    ARRIVES(LINE_B, 7, 9); /* cut otherwise */
    ARRIVES(LINE_A, 12, 12);
    struct channel_gap missing;
    EXPECT(channel_missing(rig.channel, &missing));
    EXPECT_UINT(missing.end, 6);
    ARRIVES(LINE_A, 14, 14);
    EXPECT(channel_missing(rig.channel, &missing));
    EXPECT_UINT(missing.first, 4);
    EXPECT_UINT(missing.end, 12); /* with 9, which only the second had */
    EXPECT_UINT(channel_counts(rig.channel)->store_lost, 2);
    ARRIVES(LINE_A, 4, 11);
    HOLDS_ORDERS(3, 12);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct recovery_limits good = recovery_rig_limits(), bad = good;
    EXPECT(recovery_footprint(&good) > 0);
    bad.servers = RECOVERY_SERVERS_MAX + 1;
    EXPECT_UINT(recovery_footprint(&bad), 0);
    bad = good;
    bad.outstanding = 0;
    EXPECT_UINT(recovery_footprint(&bad), 0);
    bad = good;
    bad.rate = RECOVERY_RATE_MAX + 1;
    EXPECT_UINT(recovery_footprint(&bad), 0);
    bad = good;
    bad.request_messages = 65535;
    EXPECT_UINT(recovery_footprint(&bad), 0);
}

#define SPECS(S)                                                                                   \
    S(a_hole_that_is_older_than_the_wait_is_asked_for_and_its_answer_ends_it)                      \
    S(the_other_line_may_fill_it_before_or_meanwhile)                                              \
    S(a_heartbeat_shows_what_is_missing_at_the_end)                                                \
    S(the_end_of_a_session_comes_after_its_holes)                                                  \
    S(a_request_is_for_no_more_than_a_reply_carries_and_so_many_wait_at_once)                      \
    S(what_a_shorter_answer_leaves_is_asked_for_at_once)                                           \
    S(an_unanswered_request_goes_to_the_next_server_and_waits_twice_as_long)                       \
    S(an_answer_to_a_part_ends_the_series_of_unanswered_requests)                                  \
    S(no_second_has_more_requests_than_the_rate)                                                   \
    S(an_answer_must_be_of_this_session_and_within_what_was_asked)                                 \
    S(an_answer_is_no_traffic_of_a_line)                                                           \
    S(an_answer_that_contradicts_a_line_is_a_quarantine)                                           \
    S(a_session_that_began_in_a_quarantine_is_joined_late)                                         \
    S(a_new_session_ends_what_goes_on)                                                             \
    S(another_session_after_the_end_was_named_begins_even_while_holes_are_asked_for)               \
    S(without_servers_and_snapshots_it_fails_at_once_and_gaps_are_as_ever)                         \
    S(with_servers_only_it_fails_after_its_attempts_and_later_holes_are_asked_for_again)           \
    S(when_nothing_will_come_any_more_what_is_missing_is_given_up)                                 \
    S(what_a_full_store_drops_is_missing_again_even_where_datagrams_overlap)                       \
    S(limits_out_of_range_have_no_footprint)
SPEC_MAIN("recovery", SPECS, recovery_rig_open, recovery_rig_close)
