/* The client's side of SoupBinTCP, rule by rule. */

#include "tests/session/soupbin_story.h"

#define LOGGED_IN                                                                                  \
    "at 0.000", "connect", "> L FMUSER secret - 1", "< A SESS01 1", "accepted SESS01 1"

SPEC(the_login_goes_out_first_and_messages_are_numbered_from_its_answer)
{
    CLIENT_STORY(LOGGED_IN, "< S one", "sequenced 1 one", "< S | S three", "sequenced 2 ",
                 "sequenced 3 three", "< U loose", "unsequenced loose", "< S four",
                 "sequenced 4 four");
    EXPECT_UINT(story_client_counts()->message_received, 4);
    EXPECT_UINT(story_client_counts()->unsequenced_received, 1);
}

SPEC(a_login_of_4_10_names_the_silence_the_server_is_to_bear)
{
    story_login("L FMUSER secret - 1 15000");
    CLIENT_STORY("connect", "> L FMUSER secret - 1 15000");
}

SPEC(after_a_drop_it_asks_for_the_session_and_the_number_it_expects_next)
{
    CLIENT_STORY(LOGGED_IN, "< S one | S two", "sequenced 1 one", "sequenced 2 two",
                 "< hex 0006 53 7468", "lost", "over lost", "connect", "> L FMUSER secret SESS01 3",
                 "< A SESS01 3", "accepted SESS01 3", "< S three", "sequenced 3 three");
    EXPECT_UINT(story_client_counts()->connection, 2);
    EXPECT_UINT(story_client_counts()->accepted, 2);
}

SPEC(a_drop_before_the_answer_asks_the_same_again)
{
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "lost", "over lost", "connect",
                 "> L FMUSER secret - 1", "< A SESS01 1", "accepted SESS01 1");
}

SPEC(another_number_or_session_than_asked_for_is_fatal)
{
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< A SESS01 2", "over mismatch");
    CLIENT_STORY(LOGGED_IN, "< S one", "sequenced 1 one", "lost", "over lost", "connect",
                 "> L FMUSER secret SESS01 2", "< A SESS01 1", "over mismatch");
    CLIENT_STORY(LOGGED_IN, "lost", "over lost", "connect", "> L FMUSER secret SESS01 1",
                 "< A SESS02 1", "over mismatch", "restart - 1", "connect", "> L FMUSER secret - 1",
                 "< A SESS02 1", "accepted SESS02 1");
    EXPECT_UINT(story_client_counts()->closed[SOUPBIN_MISMATCH], 1);
}

SPEC(the_newest_may_be_any_number)
{
    story_login("L FMUSER secret - 0");
    CLIENT_STORY("connect", "> L FMUSER secret - 0", "< A SESS01 77", "accepted SESS01 77", "< S x",
                 "sequenced 77 x");
}

SPEC(a_sequence_that_is_no_number_from_1_on_is_a_violation)
{
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< A SESS01 0", "over bad_field");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< A SESS01 1e1", "over bad_field");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< A SESS01 99999999999999999999",
                 "over bad_field");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< A SESS01 '1                   '",
                 "accepted SESS01 1");
}

SPEC(a_rejected_login_says_why)
{
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< + wrong password | J A",
                 "over not_allowed");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< J S", "over no_session");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< J ?", "over refused");
}

SPEC(a_heartbeat_follows_a_second_in_which_nothing_was_sent)
{
    CLIENT_STORY(LOGGED_IN, "at 0.999", "at 1.000", "> R", "at 1.400", "send x", "> U x",
                 "at 2.399", "at 2.400", "> R");
    EXPECT_UINT(story_client_counts()->heartbeat_sent, 2);
}

SPEC(no_heartbeat_goes_out_before_the_answer)
{
    CLIENT_STORY("at 0.000", "connect", "> L FMUSER secret - 1", "at 5.000", "< A SESS01 1",
                 "accepted SESS01 1", "at 5.100", "> R");
}

SPEC(a_silent_server_is_gone_after_15_seconds)
{
    CLIENT_STORY(LOGGED_IN, "stuck", "at 14.000", "< H", "at 28.999", "at 29.000", "over silence");
    CLIENT_STORY("at 0.000", "connect", "> L FMUSER secret - 1", "at 14.999", "at 15.000",
                 "over silence", "connect", "> L FMUSER secret - 1");
    EXPECT_UINT(story_client_counts()->closed[SOUPBIN_SILENCE], 1);
}

SPEC(the_end_of_a_session_is_final)
{
    CLIENT_STORY(LOGGED_IN, "< S last | Z", "sequenced 1 last", "over ended", "send x", "full");
    EXPECT(!soupbin_reason_resumes(SOUPBIN_ENDED));
    EXPECT(soupbin_reason_resumes(SOUPBIN_SILENCE));
}

SPEC(a_logout_is_sent_and_nothing_after_it)
{
    CLIENT_STORY(LOGGED_IN, "logout", "> O", "over logout", "send x", "full", "< S one",
                 "at 3.000");
}

SPEC(nothing_is_sent_before_the_answer_to_the_login)
{
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "send x", "full", "logout", "full");
}

SPEC(what_breaks_the_protocol_closes_the_connection)
{
    CLIENT_STORY(LOGGED_IN, "< hex 0000", "over empty");
    CLIENT_STORY(LOGGED_IN, "< hex 0001 3f", "over unknown_type");
    CLIENT_STORY(LOGGED_IN, "< R", "over wrong_sender");
    CLIENT_STORY(LOGGED_IN, "< hex 0002 4841", "over bad_length");
    CLIENT_STORY(LOGGED_IN, "< A SESS01 1", "over second_login");
    CLIENT_STORY(LOGGED_IN, "< J A", "over second_login");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< S x", "over before_login");
    CLIENT_STORY("connect", "> L FMUSER secret - 1", "< U x", "over before_login");
}

SPEC(a_message_longer_than_the_limit_is_a_violation)
{
    story_limits(60, 64);
    CLIENT_STORY(LOGGED_IN, "< S 0123456789012345678901234567890123456789012345678901234567890",
                 "over too_long");
}

SPEC(what_has_no_room_is_kept_by_the_caller)
{
    story_limits(60, 64);
    CLIENT_STORY(LOGGED_IN, "stuck", "send 0123456789012345678901234567890123456789", "send ",
                 "send 0123456789012345", "full", "flows",
                 "> U 0123456789012345678901234567890123456789", "> U", "send 0123456789012345",
                 "> U 0123456789012345");
    EXPECT_UINT(story_client_counts()->output_full, 1);
}

#define SPECS(S)                                                                                   \
    S(the_login_goes_out_first_and_messages_are_numbered_from_its_answer)                          \
    S(a_login_of_4_10_names_the_silence_the_server_is_to_bear)                                     \
    S(after_a_drop_it_asks_for_the_session_and_the_number_it_expects_next)                         \
    S(a_drop_before_the_answer_asks_the_same_again)                                                \
    S(another_number_or_session_than_asked_for_is_fatal)                                           \
    S(the_newest_may_be_any_number)                                                                \
    S(a_sequence_that_is_no_number_from_1_on_is_a_violation)                                       \
    S(a_rejected_login_says_why)                                                                   \
    S(a_heartbeat_follows_a_second_in_which_nothing_was_sent)                                      \
    S(no_heartbeat_goes_out_before_the_answer)                                                     \
    S(a_silent_server_is_gone_after_15_seconds)                                                    \
    S(the_end_of_a_session_is_final)                                                               \
    S(a_logout_is_sent_and_nothing_after_it)                                                       \
    S(nothing_is_sent_before_the_answer_to_the_login)                                              \
    S(what_breaks_the_protocol_closes_the_connection)                                              \
    S(a_message_longer_than_the_limit_is_a_violation)                                              \
    S(what_has_no_room_is_kept_by_the_caller)
SPEC_MAIN("soupbin_client", SPECS, story_open, story_close)
