/* Connections on the loop: what becomes of lines in pieces, too long, too many, and of those who do
 * not read. */

#include "tests/command/server_rig.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CROWD    1000ul
#define TOO_LONG (1u << 20)

SPEC(a_line_is_answered_and_the_kernel_says_who_asked)
{
    int file = client();
    ask(file, 1);
    expect_answer(file, 1);
    close(file);
}

SPEC(lines_that_come_together_are_answered_in_their_order)
{
    char all[1024];
    size_t length = 0;
    int file = client();
    for (uint32_t i = 0; i < 8; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, STATUS, i);
    say(file, all, length);
    for (uint32_t i = 0; i < 8; i++) expect_answer(file, i);
    close(file);
}

SPEC(a_line_may_come_a_byte_at_a_time_and_end_as_in_a_terminal)
{
    char line[128];
    int length = snprintf(line, sizeof line, STATUS, 3u), file = client();
    line[length - 1] = '\r';
    for (int i = 0; i < length; i++) {
        say(file, line + i, 1);
        turns(3);
    }
    say(file, "\n", 1);
    expect_answer(file, 3);
    close(file);
}

SPEC(who_has_said_all_still_hears_the_answer)
{
    int file = client();
    ask(file, 1);
    ask(file, 2);
    EXPECT(shutdown(file, SHUT_WR) == 0);
    expect_answer(file, 1);
    expect_answer(file, 2);
    EXPECT(ended(file));
    close(file);
}

static void each_is_counted_once(void)
{
    const struct command_server_counts *is = command_server_counts(server);
    EXPECT_UINT(is->connection, is->connection_full + is->connection_nobody + is->connected +
                                    is->connection_ended + is->connection_idle +
                                    is->connection_slow + is->connection_lost + is->line_long);
}

SPEC(a_line_of_a_megabyte_is_refused_and_ends_the_connection)
{
    static char text[TOO_LONG];
    memset(text, '[', sizeof text);
    int file = client();
    for (uint32_t i = 0; i < 50; i++) {
        (void)send(file, text, sizeof text, MSG_NOSIGNAL);
        turn();
    }
    EXPECT(strstr(heard(file), "\"code\":-32700") != NULL);
    EXPECT(ended(file));
    EXPECT_UINT(command_server_counts(server)->line_long, 1);
    each_is_counted_once();
    EXPECT_UINT(command_server_counts(server)->connected, 0);
    close(file);
}

SPEC(of_a_thousand_connections_sixteen_are_served_and_all_others_told)
{
    static int files[CROWD];
    const struct rlimit limit = {.rlim_cur = 4 * CROWD, .rlim_max = 4 * CROWD};
    struct rlimit before;
    EXPECT(getrlimit(RLIMIT_NOFILE, &before) == 0);
    if (before.rlim_cur < 3 * CROWD && setrlimit(RLIMIT_NOFILE, &limit) != 0)
        spec_skip("this process may not have 1,000 connections");
    uint32_t served = 0, told = 0;
    for (uint32_t i = 0; i < CROWD; i++) {
        files[i] = client();
        if (i % 8 == 7) turns(2);
    }
    turns(CROWD);
    for (uint32_t i = 0; i < CROWD; i++) {
        char line[256] = "";
        ssize_t length = recv(files[i], line, sizeof line - 1, 0);
        if (length < 0 && errno == EAGAIN) {
            ask(files[i], i);
            expect_answer(files[i], i);
            served++;
        }
        told += length > 0 && strstr(line, "there are too many connections already") != NULL;
    }
    EXPECT_UINT(served, COMMAND_CONNECTIONS_MAX);
    EXPECT_UINT(told, CROWD - COMMAND_CONNECTIONS_MAX);
    EXPECT_UINT(command_server_counts(server)->connection_full, CROWD - COMMAND_CONNECTIONS_MAX);
    for (uint32_t i = 0; i < CROWD; i++) close(files[i]);
    turns(100);
    EXPECT_UINT(command_server_counts(server)->connected, 0);
    EXPECT_UINT(command_server_counts(server)->connection_ended, COMMAND_CONNECTIONS_MAX);
    each_is_counted_once();
    int file = client();
    ask(file, 1);
    expect_answer(file, 1);
    close(file);
}

SPEC(who_does_not_read_is_ended_and_delays_nobody)
{
    static const char metrics[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"metrics\"}\n";
    start_impatient((struct server_patience){.slow_ms = 200});
    int slow = client(), other = client();
    say(slow, metrics, sizeof metrics - 1);
    say(slow, metrics, sizeof metrics - 1);
    const uint64_t *ended_slow = &command_server_counts(server)->connection_slow;
    uint32_t asked = 0;
    for (uint64_t end = patience_end(PATIENCE_S); *ended_slow == 0 && patience_wait(end);) {
        ask(other, asked);
        expect_answer(other, asked++);
    }
    EXPECT_UINT(*ended_slow, 1);
    EXPECT_UINT(command_server_counts(server)->connected, 1);
    /* His second line was never read. */
    EXPECT_UINT(command_server_desk(server)->request, asked + 1);
    each_is_counted_once();
    close(slow);
    close(other);
}

SPEC(a_large_answer_comes_whole_to_who_reads)
{
    static const char metrics[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"metrics\"}\n";
    int file = client();
    say(file, metrics, sizeof metrics - 1);
    EXPECT(strlen(heard(file)) > LARGE);
    ask(file, 2);
    expect_answer(file, 2);
    close(file);
}

SPEC(who_asks_nothing_is_ended)
{
    start_impatient((struct server_patience){.idle_ms = 200});
    int file = client();
    EXPECT(ended(file));
    EXPECT_UINT(command_server_counts(server)->connection_idle, 1);
    each_is_counted_once();
    close(file);
}

SPEC(an_answer_that_is_awaited_is_no_silence_and_the_next_line_waits_for_it)
{
    static const char halt[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"halt\"}\n";
    start_impatient((struct server_patience){.idle_ms = 1000});
    int file = client();
    say(file, halt, sizeof halt - 1);
    ask(file, 2);
    for (uint32_t i = 0; i < 130; i++) {
        turn();
        pause_for(10000000);
    }
    EXPECT(later != NULL);
    EXPECT_UINT(command_server_desk(server)->request, 1);
    if (later == NULL) return;
    command_call_answer(later, json_object());
    EXPECT_TEXT(heard(file), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    expect_answer(file, 2);
    close(file);
}

SPEC(who_is_gone_before_his_answer_is_forgotten)
{
    static const char halt[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"halt\"}\n";
    int file = client();
    say(file, halt, sizeof halt - 1);
    turns(10);
    close(file);
    turns(10);
    EXPECT(later != NULL);
    if (later == NULL) return;
    command_call_answer(later, json_object());
    turns(10);
    EXPECT_UINT(command_server_counts(server)->connected, 0);
    EXPECT_UINT(command_server_desk(server)->under_way, 0);
    EXPECT_UINT(command_server_desk(server)->answered, 1);
}

SPEC(viewers_leave_four_places_to_who_may_halt)
{
    static int files[COMMAND_CONNECTIONS_MAX];
    char role[64];
    command_server_free(server);
    snprintf(role, sizeof role, "user %u viewer\n", geteuid());
    users_write(role);
    server_start(users);
    EXPECT(server != NULL);
    for (uint32_t i = 0; i < COMMAND_VIEWERS_MAX; i++) {
        files[i] = client();
        ask(files[i], i);
        expect_answer(files[i], i);
    }
    int file = client();
    EXPECT(strstr(heard(file), "there are too many connections already") != NULL);
    close(file);
    snprintf(role, sizeof role, "user %u operator\n", geteuid());
    users_write(role);
    file = client();
    ask(file, 1);
    expect_answer(file, 1);
    close(file);
    for (uint32_t i = 0; i < COMMAND_VIEWERS_MAX; i++) close(files[i]);
}

SPEC(without_a_right_users_file_it_does_not_start)
{
    command_server_free(server);
    server_start(users);
    EXPECT(server == NULL);
    EXPECT(strstr(problems_text, "the users' file") != NULL);
    users_write("user nobody-of-this-name admin\n");
    server_start(users);
    EXPECT(server == NULL);
    EXPECT(strstr(problems_text, ":1: there is no such user") != NULL);
}

SPEC(it_stops_while_people_are_connected)
{
    int file = client();
    ask(file, 1);
    expect_answer(file, 1);
    command_server_free(server);
    server = NULL;
    char byte;
    EXPECT(recv(file, &byte, 1, 0) == 0);
    close(file);
}

#define SPECS(S)                                                                                   \
    S(a_line_is_answered_and_the_kernel_says_who_asked)                                            \
    S(lines_that_come_together_are_answered_in_their_order)                                        \
    S(a_line_may_come_a_byte_at_a_time_and_end_as_in_a_terminal)                                   \
    S(who_has_said_all_still_hears_the_answer)                                                     \
    S(a_line_of_a_megabyte_is_refused_and_ends_the_connection)                                     \
    S(of_a_thousand_connections_sixteen_are_served_and_all_others_told)                            \
    S(who_does_not_read_is_ended_and_delays_nobody)                                                \
    S(a_large_answer_comes_whole_to_who_reads)                                                     \
    S(who_asks_nothing_is_ended)                                                                   \
    S(an_answer_that_is_awaited_is_no_silence_and_the_next_line_waits_for_it)                      \
    S(who_is_gone_before_his_answer_is_forgotten)                                                  \
    S(viewers_leave_four_places_to_who_may_halt)                                                   \
    S(without_a_right_users_file_it_does_not_start)                                                \
    S(it_stops_while_people_are_connected)
SPEC_MAIN("command_server", SPECS, rig_begin, rig_end)
