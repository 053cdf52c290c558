/* Books rebuilt from a snapshot: when, how it joins the stream, and what may go wrong with it. */

#include "tests/feed/recovery_rig.h"

#include <string.h>

#define LOGIN "write L FMUSER secret - 1"

/* The whole of a snapshot of what messages first to last left of the day, ended by next. */
static void snapshot_comes(uint64_t first, uint64_t last, const char *end)
{
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 2);
    rig_server_spins(first, last);
    SERVER_SENDS(end);
}

SPEC(who_joins_late_takes_a_snapshot_and_goes_on_where_it_ends)
{
    ARRIVES(LINE_A, 100, 101);
    SAYS("connect to 0");
    EVENTS("session 100 GAP, snapshot RECOVERING");
    CONNECTED();
    SAYS(LOGIN);
    ARRIVES(LINE_A, 102, 104);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_RECOVERING);
    HOLDS_ORDERS(1, 0);
    snapshot_comes(50, 101, "S G                 102");
    SAYS("write O, close");
    EVENTS("recovered 105 LIVE");
    HOLDS_ORDERS(50, 104);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_LIVE);
    EXPECT_UINT(feed_find(rig.feed, "ALPHA"), 1);
    struct market market;
    feed_market(rig.feed, 1, &market);
    EXPECT_UINT(market.sequence, 104);
    ARRIVES(LINE_A, 105, 105);
    HOLDS_ORDERS(50, 105);
    EXPECT_UINT(recovery_counts(rig.recovery)->joined_late, 1);
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_taken, 1);
}

SPEC(books_are_not_live_before_all_that_was_held_is_applied)
{
    struct recovery_output output;
    ARRIVES(LINE_A, 100, 103);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 99);
    uint8_t end[] = {0,   22,  'S', 'G', '1', '0', '0', ' ', ' ', ' ', ' ', ' ',
                     ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
    recovery_bytes(rig.recovery, end, sizeof end, rig.now);
    while (recovery_turn(rig.recovery, rig.now, &output)) { /* and nobody has drained yet */
    }
    EXPECT_UINT(feed_channel_state(rig.feed), MARKET_RECOVERING);
    AT_MS(1);
    EXPECT_UINT(feed_channel_state(rig.feed), MARKET_LIVE);
    HOLDS_ORDERS(3, 103);
}

SPEC(no_answer_to_so_many_requests_means_a_snapshot)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(1);
    AT_MS(11);
    AT_MS(31);
    SAYS("request 4-5 of 0, request 4-5 of 1, request 4-5 of 0");
    AT_MS(56);
    SAYS("connect to 0");
    EVENTS("session 1 LIVE, recovering 4-5 RECOVERING, snapshot RECOVERING");
    HOLDS_ORDERS(3, 3); /* the books stay until a snapshot begins */
    CONNECTED();
    SAYS(LOGIN);
    snapshot_comes(3, 6, "S G7                   ");
    SAYS("write O, close");
    EVENTS("recovered 7 LIVE");
    HOLDS_ORDERS(3, 6);
}

SPEC(a_hole_larger_than_the_bound_means_a_snapshot_at_once)
{
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 54, 55); /* 50 missing */
    AT_MS(1);
    SAYS("request 4-13 of 0, request 14-23 of 0");
    ARRIVES(LINE_A, 57, 57); /* 51, once that is overdue too: seen before the next request */
    AT_MS(2);
    SAYS("");
    REPLY(4, 4);
    SAYS("request 5-13 of 0");
    ARRIVES(LINE_A, 60, 60);
    AT_MS(3);
    REPLY(5, 5);
    SAYS("connect to 0");
    EXPECT_UINT(recovery_counts(rig.recovery)->hole_too_large, 1);
    recovery_rig_open();
    ARRIVES(LINE_A, 1, 3);
    ARRIVES(LINE_A, 55, 55); /* 51 from the beginning */
    AT_MS(1);
    SAYS("connect to 0");
}

SPEC(a_full_store_means_a_snapshot_and_keeps_what_is_newest)
{
    ARRIVES(LINE_A, 1, 3);
    for (uint64_t number = 6; number < 6 + 64; number++) ARRIVES(LINE_A, number, number);
    AT_MS(1);
    SAYS("request 4-5 of 0");
    ARRIVES(LINE_A, 70, 70);
    SAYS("connect to 0");
    EXPECT_UINT(recovery_counts(rig.recovery)->store_full, 1);
    EXPECT_UINT(channel_counts(rig.channel)->store_lost, 1);
    for (uint64_t number = 71; number < 80; number++) ARRIVES(LINE_A, number, number);
    EXPECT_UINT(channel_counts(rig.channel)->store_lost, 10);
    CONNECTED();
    snapshot_comes(3, 77, "S G00000000000000000078");
    SAYS(LOGIN ", write O, close");
    EXPECT_UINT(recovery_state(rig.recovery), RECOVERY_QUIET);
    HOLDS_ORDERS(3, 79);
}

SPEC(what_lies_between_the_snapshot_and_what_is_kept_is_asked_for)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    snapshot_comes(3, 89, "S G                  90"); /* older than the store */
    SAYS("connect to 0, " LOGIN ", write O, close, request 90-99 of 0");
    HOLDS_ORDERS(3, 89);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_RECOVERING);
    REPLY(90, 99);
    EVENTS("session 100 GAP, snapshot RECOVERING, recovered 102 LIVE");
    HOLDS_ORDERS(3, 101);
}

SPEC(a_snapshot_older_than_what_was_given_out_goes_back_there)
{
    ARRIVES(LINE_A, 1, 20);
    ARRIVES(LINE_A, 100, 101); /* 79 missing */
    AT_MS(1);
    CONNECTED();
    snapshot_comes(3, 14, "S G                  15"); /* 15 to 20 had been in the books */
    ARRIVES(LINE_A, 102, 102);
    SAYS("connect to 0, " LOGIN ", write O, close");
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_TOO_OLD], 1);
    AT_MS(201); /* too much to ask for: another snapshot */
    SAYS("connect to 0");
    CONNECTED();
    snapshot_comes(3, 94, "S G                  95");
    SAYS(LOGIN ", write O, close, request 95-99 of 0");
    REPLY(95, 99);
    HOLDS_ORDERS(3, 102);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_LIVE);
}

SPEC(a_snapshot_may_end_a_little_beyond_the_lines_and_they_catch_up)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    snapshot_comes(3, 109, "S G                 110");
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_LIVE);
    ARRIVES(LINE_A, 102, 108);
    HOLDS_ORDERS(3, 109);
    ARRIVES(LINE_A, 109, 112);
    HOLDS_ORDERS(3, 112);
}

SPEC(one_that_ends_far_beyond_them_is_not_believed)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    snapshot_comes(3, 109, "S G       4611686018427");
    SAYS("connect to 0, " LOGIN ", close");
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_TOO_NEW], 1);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_RECOVERING);
}

SPEC(nor_is_one_that_ends_beyond_the_end_of_the_session)
{
    ARRIVES(LINE_A, 100, 101);
    ENDS(LINE_A, 102);
    CONNECTED();
    snapshot_comes(3, 102, "S G                 103");
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_TOO_NEW], 1);
    AT_MS(200);
    CONNECTED();
    snapshot_comes(3, 101, "S G                 102");
    EVENTS("session 100 GAP, snapshot RECOVERING, snapshot RECOVERING, end CLOSED, "
           "recovered 102 CLOSED");
    HOLDS_ORDERS(3, 101);
}

SPEC(attempts_are_apart_longer_each_time_and_then_it_has_failed)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    limits.snapshots = 2;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 100, 101);
    SAYS("connect to 0");
    DISCONNECTED(); /* refused: there is nothing to close */
    AT_MS(199);
    SAYS("");
    AT_MS(200);
    SAYS("connect to 1");
    AT_MS(299);
    SAYS("");
    AT_MS(300); /* no connection in time */
    SAYS("close");
    AT_MS(599);
    SAYS("");
    AT_MS(600);
    SAYS("connect to 0");
    CONNECTED();
    SERVER_SENDS("J A");
    SAYS(LOGIN ", close");
    EVENTS("session 100 GAP, snapshot RECOVERING, snapshot RECOVERING, snapshot RECOVERING, "
           "unrecovered GAP");
    const struct recovery_counts *counts = recovery_counts(rig.recovery);
    EXPECT_UINT(counts->snapshot_failed[RECOVERY_NO_CONNECTION], 2);
    EXPECT_UINT(counts->snapshot_failed[RECOVERY_NO_LOGIN], 1);
    EXPECT_UINT(recovery_state(rig.recovery), RECOVERY_FAILED);
    HOLDS_ORDERS(100, 101); /* as ever: as good as they can be */
    ARRIVES(LINE_A, 103, 103);
    AT_MS(700);
    EVENTS("gap 102-102 GAP");
    AT_MS(5599);
    SAYS("");
    AT_MS(5600);
    SAYS("connect to 1");
    EVENTS("snapshot RECOVERING");
    CONNECTED();
    snapshot_comes(3, 103, "S G                 104");
    EVENTS("recovered 104 LIVE");
    HOLDS_ORDERS(3, 103);
}

SPEC(a_broken_snapshot_counts_for_nothing_and_the_next_begins_anew)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 40);
    DISCONNECTED();
    SAYS("connect to 0, " LOGIN);
    AT_MS(200);
    CONNECTED();
    snapshot_comes(50, 101, "S G                 102");
    SAYS("connect to 0, " LOGIN ", write O, close");
    HOLDS_ORDERS(50, 101);
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_BROKEN], 1);
}

SPEC(what_no_snapshot_has_breaks_it)
{
    static const char *const wrong[] = {
        "S D012345678901234567",   "S A short", "S ",      "S Gx", "S G                    ",
        "S G                   0", "Z",         "hex 0000"};
    static const enum recovery_trouble trouble[] = {
        RECOVERY_BAD_SPIN, RECOVERY_BAD_SPIN, RECOVERY_BAD_SPIN, RECOVERY_BAD_SPIN,
        RECOVERY_BAD_SPIN, RECOVERY_BAD_SPIN, RECOVERY_NO_END,   RECOVERY_BROKEN};
    for (uint32_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        recovery_rig_open();
        ARRIVES(LINE_A, 100, 101);
        CONNECTED();
        SERVER_SENDS("A GL01 1");
        rig_server_spins(1, 40);
        SERVER_SENDS(wrong[i]);
        SAYS("connect to 0, " LOGIN ", close");
        EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[trouble[i]], 1);
        EXPECT_UINT(feed_state(rig.feed, 1), MARKET_RECOVERING);
    }
}

SPEC(a_login_accepted_for_another_number_is_no_whole_snapshot)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 2");
    SAYS("connect to 0, " LOGIN ", close");
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_NO_LOGIN], 1);
}

SPEC(silence_and_slowness_end_an_attempt)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    AT_MS(100);
    SAYS("connect to 0, " LOGIN ", close");
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_BROKEN], 1);
    AT_MS(200);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    for (uint64_t ms = 250; ms < 1200; ms += 50) {
        AT_MS(ms);
        SERVER_SENDS("H"); /* alive, but it sends nothing */
    }
    AT_MS(1200);
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_TOO_SLOW], 1);
}

SPEC(a_new_session_or_a_quarantine_calls_a_snapshot_off)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 40);
    ARRIVES_OF("TUESDAY", LINE_A, 1, 4);
    SAYS("connect to 0, " LOGIN ", close");
    EVENTS("session 100 GAP, snapshot RECOVERING, session 1 LIVE");
    rig_server_spins(41, 50); /* still on the way */
    HOLDS_ORDERS(3, 4);
    EXPECT_UINT(recovery_counts(rig.recovery)->snapshot_failed[RECOVERY_CALLED_OFF], 1);
}

SPEC(the_days_phases_in_a_snapshot_do_not_clear_the_books)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 40);
    uint8_t begins[] = {0, 13, 'S', 'S', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'O'};
    recovery_bytes(rig.recovery, begins, sizeof begins, rig.now);
    rig_server_spins(41, 101);
    SERVER_SENDS("S G                 102");
    HOLDS_ORDERS(3, 101);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_LIVE);
}

SPEC(a_symbol_without_a_trading_action_in_the_snapshot_is_halted)
{
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    SERVER_SENDS("A GL01 1");
    rig_server_spins(1, 1);
    rig_server_spins(3, 101);
    SERVER_SENDS("S G                 102");
    EXPECT_UINT(feed_channel_state(rig.feed), MARKET_LIVE);
    EXPECT_UINT(feed_state(rig.feed, 1), MARKET_HALTED);
}

SPEC(silent_lines_during_a_snapshot_leave_stale_books)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    channel.silence_ns = 20 * NANOS_MILLI;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 100, 101);
    CONNECTED();
    AT_MS(50);
    snapshot_comes(3, 101, "S G                 102");
    EVENTS("session 100 GAP, snapshot RECOVERING, stale RECOVERING, recovered 102 STALE");
    ARRIVES(LINE_A, 102, 102);
    EVENTS("fresh LIVE");
}

SPEC(a_silence_that_ended_with_a_gap_is_over_when_that_is_recovered)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    channel.silence_ns = 20 * NANOS_MILLI;
    limits.servers = 0;
    limits.snapshot_attempts = 1;
    limits.again_ns = 100 * NANOS_MILLI;
    recovery_rig_build(&channel, &limits);
    ARRIVES(LINE_A, 1, 3);
    AT_MS(30);
    ARRIVES(LINE_A, 6, 6);
    AT_MS(31);
    DISCONNECTED();
    SAYS("connect to 0");
    EVENTS("session 1 LIVE, stale STALE, recovering 4-5 RECOVERING, snapshot RECOVERING, "
           "unrecovered GAP, gap 4-5 GAP");
    for (uint64_t ms = 40; ms <= 240; ms += 10) {
        AT_MS(ms);
        HEARTBEAT(LINE_A, 7);
    }
    CONNECTED();
    snapshot_comes(3, 6, "S G                   7");
    EVENTS("snapshot RECOVERING, recovered 7 LIVE");
    HOLDS_ORDERS(3, 6);
}

SPEC(a_snapshot_cut_at_any_byte_is_taken_the_second_time)
{
    uint8_t login[] = "\0\x1f"
                      "A      GL01                   1";
    for (uint32_t cut = 0; cut <= 33 + 9 * 39; cut++) {
        recovery_rig_open();
        ARRIVES(LINE_A, 100, 101);
        CONNECTED();
        uint8_t bytes[4096];
        uint32_t length = 33;
        memcpy(bytes, login, 33);
        for (uint64_t number = 3; number < 12; number++) {
            uint8_t datagram[128];
            uint32_t size = rig_datagram(datagram, "MONDAY", number, number) - 22;
            bytes[length++] = 0;
            bytes[length++] = (uint8_t)(size + 1);
            bytes[length++] = 'S';
            memcpy(bytes + length, datagram + 22, size);
            length += size;
        }
        recovery_bytes(rig.recovery, bytes, cut, rig.now);
        AT_MS(10);
        DISCONNECTED();
        AT_MS(200);
        CONNECTED();
        snapshot_comes(50, 101, "S G                 102");
        HOLDS_ORDERS(50, 101);
        EXPECT_UINT(feed_channel_state(rig.feed), MARKET_LIVE);
    }
}

#define SPECS(S)                                                                                   \
    S(who_joins_late_takes_a_snapshot_and_goes_on_where_it_ends)                                   \
    S(books_are_not_live_before_all_that_was_held_is_applied)                                      \
    S(no_answer_to_so_many_requests_means_a_snapshot)                                              \
    S(a_hole_larger_than_the_bound_means_a_snapshot_at_once)                                       \
    S(a_full_store_means_a_snapshot_and_keeps_what_is_newest)                                      \
    S(what_lies_between_the_snapshot_and_what_is_kept_is_asked_for)                                \
    S(a_snapshot_older_than_what_was_given_out_goes_back_there)                                    \
    S(a_snapshot_may_end_a_little_beyond_the_lines_and_they_catch_up)                              \
    S(one_that_ends_far_beyond_them_is_not_believed)                                               \
    S(nor_is_one_that_ends_beyond_the_end_of_the_session)                                          \
    S(attempts_are_apart_longer_each_time_and_then_it_has_failed)                                  \
    S(a_broken_snapshot_counts_for_nothing_and_the_next_begins_anew)                               \
    S(what_no_snapshot_has_breaks_it)                                                              \
    S(a_login_accepted_for_another_number_is_no_whole_snapshot)                                    \
    S(silence_and_slowness_end_an_attempt)                                                         \
    S(a_new_session_or_a_quarantine_calls_a_snapshot_off)                                          \
    S(the_days_phases_in_a_snapshot_do_not_clear_the_books)                                        \
    S(a_symbol_without_a_trading_action_in_the_snapshot_is_halted)                                 \
    S(silent_lines_during_a_snapshot_leave_stale_books)                                            \
    S(a_silence_that_ended_with_a_gap_is_over_when_that_is_recovered)                              \
    S(a_snapshot_cut_at_any_byte_is_taken_the_second_time)
SPEC_MAIN("recovery_snapshot", SPECS, recovery_rig_open, recovery_rig_close)
