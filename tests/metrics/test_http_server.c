/* The server on a loop of its own: what a client gets, and what a lack of descriptors costs. */

#include "control/metrics/http_server.h"
#include "tests/support/spec.h"

#include <arpa/inet.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS     4u
#define TURNS_FEW   40u /* of 200 ms, in which something is tried ten times a second */
#define TRY_SECONDS 5.0

static struct ev_loop *loop;
static struct http_server *server;
static struct metrics_http_counts counts;
static int client[CLIENTS];
static char came[1024];

static void answer(void *context, const char *path, struct http_answer *to)
{
    (void)context;
    text_append(&to->body, path);
}

static void ended(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(of, EVBREAK_ALL);
}

/* Runs the loop so long. */
static void run(double seconds)
{
    ev_timer timer;
    ev_timer_init(&timer, ended, seconds, 0.0);
    ev_timer_start(loop, &timer);
    ev_run(loop, 0);
}

static void before_each(void)
{
    char said[256];
    struct text problem = text_in(said, sizeof said);
    counts = (struct metrics_http_counts){0};
    loop = ev_loop_new(EVFLAG_AUTO);
    server = http_server_new(
        &(struct http_plan){
            .loop = loop, .address = INADDR_LOOPBACK, .answer = answer, .counts = &counts},
        &problem);
    if (!server) abort();
    for (uint32_t i = 0; i < CLIENTS; i++) client[i] = socket(AF_INET, SOCK_STREAM, 0);
}

static void after_each(void)
{
    http_server_free(server);
    for (uint32_t i = 0; i < CLIENTS; i++) close(client[i]);
    ev_loop_destroy(loop);
}

/* The kernel has taken the connection when it returns; the server need not have. */
static void connect_and_ask(uint32_t index, const char *request)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_server_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EXPECT(connect(client[index], (const struct sockaddr *)&to, sizeof to) == 0);
    EXPECT(send(client[index], request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request));
}

static const char *answered(uint32_t index)
{
    came[0] = 0;
    for (double waited = 0; waited < TRY_SECONDS && !came[0]; waited += 0.05) {
        run(0.05);
        ssize_t bytes = recv(client[index], came, sizeof came - 1, MSG_DONTWAIT);
        came[bytes > 0 ? bytes : 0] = 0;
    }
    return came;
}

SPEC(who_asks_is_answered_and_the_connection_ends_if_asked_to)
{
    connect_and_ask(0, "GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT(strncmp(answered(0), "HTTP/1.1 200 OK\r\n", 17) == 0);
    EXPECT(strstr(came, "\r\n\r\n/here") != NULL);
    run(0.05);
    EXPECT(recv(client[0], came, sizeof came, MSG_DONTWAIT) == 0);
}

SPEC(without_descriptors_the_loop_rests_and_goes_on_when_there_are_some)
{
    struct rlimit before;
    int next = dup(client[0]); /* the lowest that is free */
    EXPECT(next >= 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
    run(0.01); /* what the loop needs itself it has */
    close(next);
    EXPECT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)next, before.rlim_max}) == 0);
    connect_and_ask(0, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
    unsigned turns = ev_iteration(loop);
    run(0.2);
    turns = ev_iteration(loop) - turns;
    EXPECT(setrlimit(RLIMIT_NOFILE, &before) == 0);
    spec_expect(__FILE__, __LINE__, turns < TURNS_FEW, "the loop has turned %u times", turns);
    EXPECT(counts.accept_failed >= 1);
    EXPECT_UINT(counts.connection, 0);
    EXPECT(strstr(answered(0), "\r\n\r\n/late") != NULL);
}

SPEC(a_server_that_pauses_may_be_freed)
{
    struct rlimit before;
    int next = dup(client[0]);
    EXPECT(next >= 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
    run(0.01);
    close(next);
    EXPECT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)next, before.rlim_max}) == 0);
    connect_and_ask(0, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    run(0.05);
    EXPECT(setrlimit(RLIMIT_NOFILE, &before) == 0);
    http_server_free(server);
    server = NULL;
    run(0.2);
    EXPECT_UINT(counts.connection, 0);
}

#define SPECS(S)                                                                                   \
    S(who_asks_is_answered_and_the_connection_ends_if_asked_to)                                    \
    S(without_descriptors_the_loop_rests_and_goes_on_when_there_are_some)                          \
    S(a_server_that_pauses_may_be_freed)
SPEC_MAIN("http_server", SPECS, before_each, after_each)
