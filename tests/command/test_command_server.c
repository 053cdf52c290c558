/* Connections on the loop: who is let in, what becomes of lines in pieces, too long, too many, and
 * of those who do not read.  Clients and server take turns in one thread. */

#include "control/command/command_server.h"
#include "control/command/command_socket.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TURNS_MAX 20000u
#define CROWD     1000u
#define LARGE     (900u * 1024)
#define STATUS    "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"status\"}\n"
#define TOO_LONG  (1u << 20)
#define STRANGER  54321u /* a user who is nobody here */

static char folder[64], path[96], record[96], users[96];
static struct ev_loop *loop;
static struct command_server *server;
static command_fn *handlers[COMMAND_COUNT];
static struct command_call *later;
static char problems_text[4096];
static uint32_t patience_ms; /* with silence, and with who does not read */

static void small(void *context, struct command_call *call)
{
    (void)context;
    command_call_answer(call, json_pack("{s:i}", "uid", (int)call->caller.uid));
}

static void large(void *context, struct command_call *call)
{
    (void)context;
    char *text = calloc(1, LARGE + 1);
    memset(text, 'x', LARGE);
    command_call_answer(call, json_pack("{s:s}", "text", text));
    free(text);
}

static void kept(void *context, struct command_call *call)
{
    (void)context;
    later = call;
}

static void server_start(const char *users_file)
{
    struct text problems = text_in(problems_text, sizeof problems_text);
    server = command_server_new(&(struct command_server_plan){.loop = loop,
                                                              .socket = path,
                                                              .users = users_file,
                                                              .record = record,
                                                              .idle_ms = patience_ms,
                                                              .slow_ms = patience_ms,
                                                              .on = handlers},
                                &problems);
}

static void before_each(void)
{
    snprintf(folder, sizeof folder, "/tmp/pollux-server-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(record, sizeof record, "%s/record", folder);
    snprintf(users, sizeof users, "%s/users", folder);
    loop = ev_loop_new(EVFLAG_AUTO);
    handlers[COMMAND_STATUS] = small;
    handlers[COMMAND_METRICS] = large;
    handlers[COMMAND_HALT] = kept;
    later = NULL;
    patience_ms = 0;
    server_start(NULL);
    EXPECT(server != NULL);
}

static void after_each(void)
{
    command_server_free(server);
    server = NULL;
    EXPECT(access(path, F_OK) != 0); /* the name is gone with it */
    unlink(record);
    unlink(users);
    rmdir(folder);
    ev_loop_destroy(loop);
}

/* The server's turn. */
static void turn(void)
{
    ev_run(loop, EVRUN_NOWAIT);
}

static void turns(uint32_t count)
{
    while (count-- > 0) turn();
}

static void pause_for(long ns)
{
    const struct timespec span = {.tv_nsec = ns};
    nanosleep(&span, NULL);
}

static int client(void)
{
    int file = command_socket_connect(path);
    EXPECT(file >= 0);
    (void)fcntl(file, F_SETFL, O_NONBLOCK);
    return file;
}

static void say(int file, const char *text, size_t length)
{
    EXPECT(send(file, text, length, MSG_NOSIGNAL) == (ssize_t)length);
}

static void ask(int file, uint32_t id)
{
    char line[128];
    int length = snprintf(line, sizeof line, STATUS, id);
    say(file, line, (size_t)length);
}

static void start_impatient(void)
{
    command_server_free(server);
    patience_ms = 200;
    server_start(NULL);
    EXPECT(server != NULL);
}

/* What comes up to the end of a line, or of the connection; "" if neither comes. */
static const char *heard(int file)
{
    static char line[LARGE + 4096];
    size_t length = 0;
    for (uint32_t i = 0; i < TURNS_MAX && length + 1 < sizeof line; i++) {
        ssize_t more = recv(file, line + length, 1, 0);
        if (more == 1 && line[length++] == '\n') break;
        if (more == 0 || (more < 0 && errno == ECONNRESET)) break;
        if (more == 1) i = 0;
        if (more < 0) {
            turn();
            if (i > 100) pause_for(100000);
        }
    }
    line[length] = 0;
    return line;
}

static bool ended(int file)
{
    char byte;
    for (uint32_t i = 0; i < TURNS_MAX; i++) {
        ssize_t more = recv(file, &byte, 1, 0);
        if (more == 0 || (more < 0 && errno == ECONNRESET)) return true;
        if (more == 1) continue;
        turn();
        if (i > 100) pause_for(100000);
    }
    return false;
}

static void expect_answer(int file, uint32_t id)
{
    char wanted[128];
    snprintf(wanted, sizeof wanted, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":{\"uid\":%u}}\n", id,
             geteuid());
    EXPECT_TEXT(heard(file), wanted);
}

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
        told += length > 0 && strstr(line, "there are 16 connections already") != NULL;
    }
    EXPECT_UINT(served, COMMAND_CONNECTIONS_MAX);
    EXPECT_UINT(told, CROWD - COMMAND_CONNECTIONS_MAX);
    EXPECT_UINT(command_server_counts(server)->connection_full, CROWD - COMMAND_CONNECTIONS_MAX);
    for (uint32_t i = 0; i < CROWD; i++) close(files[i]);
    turns(100);
    EXPECT_UINT(command_server_counts(server)->connected, 0);
    int file = client();
    ask(file, 1);
    expect_answer(file, 1);
    close(file);
}

SPEC(who_does_not_read_is_ended_and_delays_nobody)
{
    static const char metrics[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"metrics\"}\n";
    start_impatient();
    int slow = client(), other = client();
    say(slow, metrics, sizeof metrics - 1);
    say(slow, metrics, sizeof metrics - 1);
    for (uint32_t i = 0; i < 50; i++) {
        ask(other, i);
        expect_answer(other, i);
        pause_for(10000000);
    }
    EXPECT_UINT(command_server_counts(server)->connection_slow, 1);
    EXPECT_UINT(command_server_counts(server)->connected, 1);
    EXPECT_UINT(command_server_desk(server)->request, 51); /* his second line was never read */
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
    start_impatient();
    int file = client();
    for (uint32_t i = 0; i < 50; i++) {
        turn();
        pause_for(10000000);
    }
    EXPECT(ended(file));
    EXPECT_UINT(command_server_counts(server)->connection_idle, 1);
    close(file);
}

SPEC(an_answer_that_is_awaited_is_no_silence_and_the_next_line_waits_for_it)
{
    static const char halt[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"halt\"}\n";
    start_impatient();
    int file = client();
    say(file, halt, sizeof halt - 1);
    ask(file, 2);
    for (uint32_t i = 0; i < 40; i++) {
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

/* Who is let in. */

/* What user uid hears to a line, into line; it connects in a process of its own. */
static void heard_as(uint32_t uid, char line[512])
{
    int pipes[2];
    EXPECT(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
        char in[512] = "";
        if (setgid(uid) != 0 || setuid(uid) != 0) _exit(1);
        int file = command_socket_connect(path);
        char ask_line[128];
        int length = snprintf(ask_line, sizeof ask_line, STATUS, 5u);
        if (file < 0) snprintf(in, sizeof in, "%s", strerror(errno));
        else if (send(file, ask_line, (size_t)length, MSG_NOSIGNAL) >= -1)
            (void)recv(file, in, sizeof in - 1, 0);
        (void)!write(pipes[1], in, sizeof in);
        _exit(0);
    }
    close(pipes[1]);
    (void)fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    size_t length = 0;
    for (uint32_t i = 0; i < TURNS_MAX && length < 512; i++) {
        ssize_t more = read(pipes[0], line + length, 512 - length);
        if (more > 0) length += (size_t)more;
        if (more == 0) break;
        turn();
        pause_for(100000);
    }
    close(pipes[0]);
    int status;
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
}

static void users_write(const char *text)
{
    int file = open(users, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

/* So that others reach the socket at all, whatever its folder says. */
static void door_open(void)
{
    EXPECT(chmod(folder, 0711) == 0 && chmod(path, 0666) == 0);
}

SPEC(a_user_without_a_role_is_told_so_and_disconnected)
{
    char line[512] = "";
    if (geteuid() != 0) return; /* only root can be somebody else */
    door_open();
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    EXPECT_UINT(command_server_counts(server)->connection_nobody, 1);
    EXPECT_UINT(command_server_desk(server)->request, 0);
}

SPEC(a_users_file_that_changes_holds_from_the_next_connection_on)
{
    char line[512] = "", role[64];
    if (geteuid() != 0) return;
    command_server_free(server);
    users_write("user 1 admin\n");
    server_start(users);
    EXPECT(server != NULL);
    door_open();
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    snprintf(role, sizeof role, "group %u viewer\n", STRANGER);
    users_write(role);
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"result\":{\"uid\":54321}") != NULL);
    users_write("group 54321 viewer\nnonsense\n");
    heard_as(STRANGER, line);
    EXPECT(strstr(line, "\"code\":-32001") != NULL);
    EXPECT_UINT(command_server_counts(server)->users_bad, 1);
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
    S(a_user_without_a_role_is_told_so_and_disconnected)                                           \
    S(a_users_file_that_changes_holds_from_the_next_connection_on)                                 \
    S(without_a_right_users_file_it_does_not_start)                                                \
    S(it_stops_while_people_are_connected)
SPEC_MAIN("command_server", SPECS, before_each, after_each)
