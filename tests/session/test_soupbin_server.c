/* The server's side of SoupBinTCP, rule by rule. */

#include "tests/session/soupbin_bytes.h"
#include "tests/session/soupbin_story.h"

#include <string.h>

#define LOGGED_IN                                                                                  \
    "at 0.000", "connect", "< L FMUSER secret - 1", "asked FMUSER secret - 1", "accept SESS01 0",  \
        "> A SESS01 1"

SPEC(a_login_is_shown_to_the_owner_and_accepted_with_the_next_sequence)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 1", "asked FMUSER secret - 1",
                 "accept SESS01 41", "> A SESS01 1");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret SESS01 42",
                 "asked FMUSER secret SESS01 42", "accept SESS01 41", "> A SESS01 42");
    EXPECT_UINT(story_server_counts()->accepted, 1);
}

SPEC(a_login_of_4_10_is_told_apart_by_its_length)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 1 2500",
                 "asked FMUSER secret - 1 2500", "accept SESS01 0", "> A SESS01 1");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 1 '2500 '",
                 "asked FMUSER secret - 1 2500", "accept SESS01 0", "> A SESS01 1");
}

SPEC(numbers_may_be_padded_on_either_side_or_with_zeros)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - '42                  '",
                 "asked FMUSER secret - 42");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - '00000000000000000042'",
                 "asked FMUSER secret - 42");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - '18446744073709551615'",
                 "asked FMUSER secret - 18446744073709551615", "accept SESS01 3", "refused",
                 "> + sequence beyond the next", "> J S", "over no_session");
}

SPEC(a_number_that_is_none_or_too_large_is_a_violation)
{
    static const char *const logins[] = {
        "< L FMUSER secret - '18446744073709551616'",
        "< L FMUSER secret - '99999999999999999999'",
        "< L FMUSER secret - 4x2",
        "< L FMUSER secret - '4 2'",
        "< L FMUSER secret - -1",
        "< L FMUSER secret - +1",
        "< L FMUSER secret - '                    '",
        "< L FMUSER secret - 1 1x",
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(logins); i++)
        SERVER_STORY("at 0.000", "connect", logins[i], "over bad_field",
                     "> + a number that is none, or too large");
}

SPEC(a_wrong_password_is_rejected_with_a_and_the_connection_is_over)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER wrong - 1", "asked FMUSER wrong - 1", "reject",
                 "> J A", "over not_allowed");
    EXPECT_UINT(story_server_counts()->closed[SOUPBIN_NOT_ALLOWED], 1);
}

SPEC(names_and_passwords_are_compared_whatever_their_case)
{
    struct soupbin_credentials ours = {"FMUSER", "Secret12  "};
    EXPECT(soupbin_credentials_same(&ours, &(struct soupbin_credentials){"fmuser", "sECRET12  "}));
    EXPECT(!soupbin_credentials_same(&ours, &(struct soupbin_credentials){"fmuser", "secret1   "}));
    EXPECT(!soupbin_credentials_same(&ours, &(struct soupbin_credentials){"fmusex", "secret12  "}));
    /* no letters, though they differ by the bit of case */
    struct soupbin_credentials odd = {"[USER ", "0000000000"};
    EXPECT(!soupbin_credentials_same(&odd, &(struct soupbin_credentials){"{USER ", "0000000000"}));
}

SPEC(session_names_are_compared_without_the_spaces_around_them)
{
    EXPECT(soupbin_session_same("    SESS01", "SESS01    "));
    EXPECT(!soupbin_session_same("   SESS 01", "    SESS01"));
    EXPECT(soupbin_session_blank("          "));
    EXPECT(!soupbin_session_blank("         1"));
}

SPEC(an_unknown_or_ended_session_or_a_sequence_from_the_future_is_rejected_with_s)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret SESS02 1",
                 "asked FMUSER secret SESS02 1", "accept SESS01 9", "refused",
                 "> + no such session", "> J S", "over no_session");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret SESS01 1",
                 "asked FMUSER secret SESS01 1", "accept SESS01 9 ended", "refused",
                 "> + the session has ended", "> J S", "over no_session");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 11", "asked FMUSER secret - 11",
                 "accept SESS01 9", "refused", "> + sequence beyond the next", "> J S",
                 "over no_session");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 10", "asked FMUSER secret - 10",
                 "accept SESS01 9", "> A SESS01 10");
}

SPEC(sequence_0_starts_at_the_newest_message_there_is)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 0", "asked FMUSER secret - 0",
                 "accept SESS01 9", "> A SESS01 9");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 0", "asked FMUSER secret - 0",
                 "accept SESS01 0", "> A SESS01 1");
}

SPEC(messages_go_out_in_the_order_they_are_put_and_come_in_as_they_were_sent)
{
    SERVER_STORY(LOGGED_IN, "put one", "> S one", "put ", "> S", "send unnumbered",
                 "> U unnumbered", "< U hello", "message hello", "< U", "message ", "< U a | U b",
                 "message a", "message b");
    EXPECT_UINT(story_server_counts()->message_sent, 2);
    EXPECT_UINT(story_server_counts()->message_received, 4);
}

SPEC(a_heartbeat_follows_a_second_in_which_nothing_was_sent)
{
    SERVER_STORY(LOGGED_IN, "at 0.999", "at 1.000", "> H", "at 1.500", "put x", "> S x", "at 2.000",
                 "at 2.499", "at 2.500", "> H");
    EXPECT_UINT(story_server_counts()->heartbeat_sent, 2);
}

SPEC(no_heartbeat_waits_behind_what_is_not_written_yet)
{
    SERVER_STORY(LOGGED_IN, "stuck", "put x", "at 5.000", "flows", "> S x", "at 5.999", "at 6.000",
                 "> H");
}

SPEC(no_heartbeat_goes_out_before_the_login)
{
    SERVER_STORY("at 0.000", "connect", "at 2.000", "at 20.000");
}

SPEC(a_connection_without_a_login_is_closed_after_30_seconds)
{
    SERVER_STORY("at 0.000", "connect", "at 20.000", "< + still here", "at 29.999", "at 30.000",
                 "over login_wait");
}

SPEC(a_silent_client_is_gone_after_15_seconds_and_any_byte_is_life)
{
    SERVER_STORY(LOGGED_IN, "at 9.000", "> H", "< R", "at 20.000", "> H", "< + x", "at 34.999",
                 "> H", "at 35.000", "over silence");
    SERVER_STORY(LOGGED_IN, "at 14.000", "> H", "< hex 00", "at 28.999", "> H", "at 29.000",
                 "over silence");
}

SPEC(the_silence_of_4_10_is_what_the_client_said)
{
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 1 2500",
                 "asked FMUSER secret - 1 2500", "accept SESS01 0", "> A SESS01 1", "stuck",
                 "at 2.499", "at 2.500", "over silence");
    SERVER_STORY("at 0.000", "connect", "< L FMUSER secret - 1 0", "asked FMUSER secret - 1 0",
                 "accept SESS01 0", "> A SESS01 1", "stuck", "at 14.999", "at 15.000",
                 "over silence");
}

SPEC(a_client_that_takes_nothing_for_10_seconds_is_closed_and_what_waited_is_dropped)
{
    SERVER_STORY(LOGGED_IN, "stuck", "put one", "at 5.000", "< R", "put two", "at 9.999",
                 "at 10.000", "over slow", "flows");
    SERVER_STORY(LOGGED_IN, "stuck", "put one", "at 9.000", "< R", "flows", "> S one", "stuck",
                 "put two", "at 18.999", "at 19.000", "over slow");
}

SPEC(what_has_no_room_is_kept_by_the_owner_and_wanted_still)
{
    story_limits(16, 64);
    SERVER_STORY(LOGGED_IN, "stuck", "put 0123456789012345678901234567",
                 "put 0123456789012345678901234567890", "full", "put 012345678901234567890123456",
                 "flows", "> S 0123456789012345678901234567", "> S 012345678901234567890123456",
                 "put x", "> S x");
    EXPECT_UINT(story_server_counts()->output_full, 1);
    EXPECT_UINT(story_server_counts()->message_sent, 3);
}

SPEC(a_logout_ends_the_connection_at_once_without_an_answer)
{
    SERVER_STORY(LOGGED_IN, "stuck", "put x", "< O", "over logout", "flows");
    SERVER_STORY("at 0.000", "connect", "< O", "over logout");
}

SPEC(the_end_of_a_session_is_said_and_nothing_after_it)
{
    SERVER_STORY(LOGGED_IN, "put last", "> S last", "end", "> Z", "over ended", "send x", "full",
                 "at 3.000");
}

SPEC(debug_packets_are_ignored_at_any_time_and_of_any_length)
{
    SERVER_STORY("at 0.000", "connect", "< +", "< + before", "< L FMUSER secret - 1",
                 "asked FMUSER secret - 1", "accept SESS01 0", "> A SESS01 1",
                 "< + a text that is longer than the sixty-four bytes which this server takes of a "
                 "message from its client | U x",
                 "message x", "debug hello", "> + hello");
    EXPECT_UINT(story_server_counts()->debug_received, 3);
}

SPEC(what_breaks_the_protocol_closes_the_connection_and_says_why)
{
    SERVER_STORY(LOGGED_IN, "< hex 0000 52", "over empty", "> + a packet without a type");
    SERVER_STORY(LOGGED_IN, "< hex 0001 51", "over unknown_type", "> + a packet of unknown type");
    SERVER_STORY(LOGGED_IN, "< S x", "over wrong_sender", "> + a packet that only our side sends");
    SERVER_STORY(LOGGED_IN, "< hex 0002 5241", "over bad_length",
                 "> + a packet not of its type's length");
    SERVER_STORY("at 0.000", "connect", "< hex 0030 4c", "over bad_length",
                 "> + a packet not of its type's length");
    SERVER_STORY(LOGGED_IN, "< L FMUSER secret - 1", "over second_login",
                 "> + a second login, or a second answer to one");
    SERVER_STORY("at 0.000", "connect", "< U x", "over before_login",
                 "> + a packet that needs a login before it");
    SERVER_STORY("at 0.000", "connect", "< R", "over before_login",
                 "> + a packet that needs a login before it");
}

SPEC(a_message_longer_than_the_limit_is_a_violation_and_one_as_long_is_not)
{
    story_limits(60, 4096);
    SERVER_STORY(LOGGED_IN, "< U 012345678901234567890123456789012345678901234567890123456789",
                 "message 012345678901234567890123456789012345678901234567890123456789",
                 "< U 0123456789012345678901234567890123456789012345678901234567890",
                 "over too_long", "> + a message longer than our limit");
}

SPEC(nothing_after_the_packet_that_closed_a_connection_is_looked_at)
{
    SERVER_STORY(LOGGED_IN, "< U a | O | U b | hex 0000", "message a", "over logout", "< U c");
}

SPEC(a_new_connection_knows_nothing_of_the_one_before)
{
    SERVER_STORY(LOGGED_IN, "put one", "> S one", "< hex 0009 55 41", "lost", "over lost",
                 "connect", "< L FMUSER secret SESS01 2", "asked FMUSER secret SESS01 2",
                 "accept SESS01 2", "> A SESS01 2", "put two", "> S two");
    EXPECT_UINT(story_server_counts()->connection, 2);
    EXPECT_UINT(story_server_counts()->closed[SOUPBIN_LOST], 1);
}

SPEC(the_packets_of_the_protocols_document_are_written_to_the_byte)
{
    struct soupbin_server_limits limits = {.payload_bytes = 64,
                                           .output_bytes = 128,
                                           .login_wait_ns = 1,
                                           .heartbeat_ns = 1,
                                           .silence_ns = 10,
                                           .slow_ns = 10};
    CACHE_ALIGNED static uint8_t memory[4096];
    EXPECT(soupbin_server_footprint(&limits) <= sizeof memory);
    struct soupbin_server *server = soupbin_server_new(memory, &limits);
    soupbin_server_connect(server, 5);
    static const uint8_t login[] = "\x00\x2f"
                                   "L"
                                   "FMUSER"
                                   "secret    "
                                   "          "
                                   "                   1";
    EXPECT_UINT(sizeof login - 1, 49);
    struct soupbin_bytes given = {login, sizeof login - 1};
    struct soupbin_server_taken taken;
    EXPECT(soupbin_server_take(server, &given, 5, &taken) == SOUPBIN_SERVER_ASKED);
    EXPECT(memcmp(taken.login.credentials.password, "secret    ", 10) == 0);
    EXPECT_UINT(taken.login.sequence, 1);
    struct soupbin_session session = {.name = "SESS01    ", .count = 41};
    EXPECT(soupbin_server_accept(server, &session, 5));
    EXPECT(soupbin_server_put(server, (const uint8_t *)"hello", 5, 5));
    uint32_t length;
    const uint8_t *output = soupbin_server_output(server, &length);
    static const uint8_t expected[] = "\x00\x1f"
                                      "A"
                                      "    SESS01"
                                      "                   1"
                                      "\x00\x06"
                                      "Shello";
    EXPECT_UINT(length, sizeof expected - 1);
    EXPECT(memcmp(output, expected, sizeof expected - 1) == 0);
    soupbin_server_written(server, length, 5);
    soupbin_server_tick(server, 6);
    output = soupbin_server_output(server, &length);
    EXPECT_UINT(length, 3);
    EXPECT(memcmp(output, "\x00\x01H", 3) == 0);
}

SPEC(a_message_that_came_whole_is_not_copied)
{
    struct soupbin_server_limits limits = {.payload_bytes = 64,
                                           .output_bytes = 128,
                                           .login_wait_ns = 1,
                                           .heartbeat_ns = 1,
                                           .silence_ns = 10,
                                           .slow_ns = 10};
    CACHE_ALIGNED static uint8_t memory[4096];
    struct soupbin_server *server = soupbin_server_new(memory, &limits);
    soupbin_server_connect(server, 5);
    static const uint8_t bytes[] = "\x00\x2f"
                                   "L"
                                   "FMUSER"
                                   "secret    "
                                   "          "
                                   "                   1"
                                   "\x00\x02"
                                   "Ux";
    struct soupbin_bytes given = {bytes, sizeof bytes - 1};
    struct soupbin_server_taken taken;
    EXPECT(soupbin_server_take(server, &given, 5, &taken) == SOUPBIN_SERVER_ASKED);
    EXPECT_UINT(given.length, 4); /* what follows the login waits until it is answered */
    struct soupbin_session session = {.name = "SESS01    "};
    EXPECT(soupbin_server_accept(server, &session, 5));
    EXPECT(soupbin_server_take(server, &given, 5, &taken) == SOUPBIN_SERVER_MESSAGE);
    EXPECT(taken.payload == bytes + sizeof bytes - 2);
    EXPECT(soupbin_server_take(server, &given, 5, &taken) == SOUPBIN_SERVER_NOTHING);
}

SPEC(a_client_is_slow_by_the_age_of_what_it_has_not_taken_however_much_that_is)
{
    struct soupbin_server_limits limits = {.payload_bytes = 64,
                                           .output_bytes = 64,
                                           .login_wait_ns = 100,
                                           .heartbeat_ns = 100,
                                           .silence_ns = 100,
                                           .slow_ns = 10};
    CACHE_ALIGNED static uint8_t memory[4096];
    struct soupbin_server *server = soupbin_server_new(memory, &limits);
    uint8_t login[64];
    struct soupbin_bytes given = {login, soup_write(login, "L FMUSER secret - 1")};
    struct soupbin_server_taken taken;
    struct soupbin_session session = {.name = "SESS01    "};
    const uint8_t *message = (const uint8_t *)"0123456789abcdefg"; /* 20 bytes as a packet */
    soupbin_server_connect(server, 100);
    EXPECT(soupbin_server_take(server, &given, 100, &taken) == SOUPBIN_SERVER_ASKED);
    EXPECT(soupbin_server_accept(server, &session, 100));
    soupbin_server_written(server, 33, 100);

    EXPECT(soupbin_server_put(server, message, 17, 100));
    EXPECT(soupbin_server_put(server, message, 17, 100));
    soupbin_server_written(server, 20, 109); /* all that waited when the first was put */
    soupbin_server_tick(server, 110);
    EXPECT(soupbin_server_state(server) == SOUPBIN_OPEN);
    EXPECT(soupbin_server_put(server, message, 17, 109));
    EXPECT(soupbin_server_put(server, message, 17, 109)); /* moves what waits to the beginning */
    soupbin_server_verify(server);
    soupbin_server_written(server, 20, 118); /* what waited at 109, again just in time */
    soupbin_server_tick(server, 127);
    EXPECT(soupbin_server_state(server) == SOUPBIN_OPEN);
    soupbin_server_written(server, 39, 127); /* but a byte of the last */
    soupbin_server_tick(server, 128);
    EXPECT(soupbin_server_reason(server) == SOUPBIN_SLOW);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct soupbin_server_limits good = {64, 128, 1, 1, 1, 1}, bad = good;
    EXPECT(soupbin_server_footprint(&good) > 0);
    EXPECT(soupbin_server_footprint(&good) <= 1024); /* a thousand of them are cheap */
    bad.payload_bytes = 0;
    EXPECT_UINT(soupbin_server_footprint(&bad), 0);
    bad.payload_bytes = 65535;
    EXPECT_UINT(soupbin_server_footprint(&bad), 0);
    bad = good;
    bad.output_bytes = SOUPBIN_OUTPUT_MIN - 1;
    EXPECT_UINT(soupbin_server_footprint(&bad), 0);
    bad = good;
    bad.slow_ns = 0;
    EXPECT_UINT(soupbin_server_footprint(&bad), 0);
}

SPEC(bytes_that_the_owner_has_no_room_for_are_no_silence)
{
    static const struct soupbin_server_limits limits = {.payload_bytes = 16,
                                                        .output_bytes = 128,
                                                        .login_wait_ns = 10,
                                                        .heartbeat_ns = 1000,
                                                        .silence_ns = 10,
                                                        .slow_ns = 10};
    CACHE_ALIGNED static uint8_t memory[4096];
    struct soupbin_server *server = soupbin_server_new(memory, &limits);
    soupbin_server_connect(server, 5);
    soupbin_server_held(server, 14);
    soupbin_server_tick(server, 23);
    EXPECT(soupbin_server_state(server) == SOUPBIN_LOGIN);
    soupbin_server_tick(server, 24);
    EXPECT(soupbin_server_reason(server) == SOUPBIN_LOGIN_WAIT);
}

SPEC(a_user_name_is_the_same_number_whatever_its_case)
{
    const struct soupbin_credentials a = {.username = {'A', 'Z', '@', '[', '1', ' '}};
    struct soupbin_credentials b = {.username = {'a', 'z', '@', '[', '1', ' '}};
    EXPECT_UINT(soupbin_credentials_key(&a), soupbin_credentials_key(&b));
    b.username[2] = '`';
    EXPECT(soupbin_credentials_key(&a) != soupbin_credentials_key(&b));
    b.username[2] = '@', b.username[5] = 'x';
    EXPECT(soupbin_credentials_key(&a) != soupbin_credentials_key(&b));
}

#define SPECS(S)                                                                                   \
    S(a_login_is_shown_to_the_owner_and_accepted_with_the_next_sequence)                           \
    S(a_login_of_4_10_is_told_apart_by_its_length)                                                 \
    S(numbers_may_be_padded_on_either_side_or_with_zeros)                                          \
    S(a_number_that_is_none_or_too_large_is_a_violation)                                           \
    S(a_wrong_password_is_rejected_with_a_and_the_connection_is_over)                              \
    S(names_and_passwords_are_compared_whatever_their_case)                                        \
    S(session_names_are_compared_without_the_spaces_around_them)                                   \
    S(an_unknown_or_ended_session_or_a_sequence_from_the_future_is_rejected_with_s)                \
    S(sequence_0_starts_at_the_newest_message_there_is)                                            \
    S(messages_go_out_in_the_order_they_are_put_and_come_in_as_they_were_sent)                     \
    S(a_heartbeat_follows_a_second_in_which_nothing_was_sent)                                      \
    S(no_heartbeat_waits_behind_what_is_not_written_yet)                                           \
    S(no_heartbeat_goes_out_before_the_login)                                                      \
    S(a_connection_without_a_login_is_closed_after_30_seconds)                                     \
    S(a_silent_client_is_gone_after_15_seconds_and_any_byte_is_life)                               \
    S(a_user_name_is_the_same_number_whatever_its_case)                                            \
    S(bytes_that_the_owner_has_no_room_for_are_no_silence)                                         \
    S(the_silence_of_4_10_is_what_the_client_said)                                                 \
    S(a_client_that_takes_nothing_for_10_seconds_is_closed_and_what_waited_is_dropped)             \
    S(what_has_no_room_is_kept_by_the_owner_and_wanted_still)                                      \
    S(a_logout_ends_the_connection_at_once_without_an_answer)                                      \
    S(the_end_of_a_session_is_said_and_nothing_after_it)                                           \
    S(debug_packets_are_ignored_at_any_time_and_of_any_length)                                     \
    S(what_breaks_the_protocol_closes_the_connection_and_says_why)                                 \
    S(a_message_longer_than_the_limit_is_a_violation_and_one_as_long_is_not)                       \
    S(nothing_after_the_packet_that_closed_a_connection_is_looked_at)                              \
    S(a_new_connection_knows_nothing_of_the_one_before)                                            \
    S(the_packets_of_the_protocols_document_are_written_to_the_byte)                               \
    S(a_message_that_came_whole_is_not_copied)                                                     \
    S(a_client_is_slow_by_the_age_of_what_it_has_not_taken_however_much_that_is)                   \
    S(limits_out_of_range_have_no_footprint)
SPEC_MAIN("soupbin_server", SPECS, story_open, story_close)
