/* A connection to a server: this spec is the server, on a Unix socket, and answers or does not. */

#include "control/redis/redis_link.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SECONDS_MOST 60.0
#define PING         "*1\r\n$4\r\nPING\r\n"
#define SUBSCRIBE    "*2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nnews\r\n"

static struct ev_loop *loop;
static struct redis_link link_;
static ev_timer beat; /* so that the loop turns */
static char path[64], why_lost[64], heard[256];
static int door = -1, server = -1;
static uint32_t readies;

static void nothing(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)of;
    (void)timer;
    (void)events;
}

static void ready(void *context)
{
    static const char *const words[] = {"SUBSCRIBE", "news"};
    struct redis_link *link = context;
    readies++;
    link->replies.subscribed = true;
    EXPECT(redis_link_say(link, 0, 2, words));
}

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    (void)context;
    EXPECT_UINT(tag, REDIS_TAG_PUSHED);
    size_t length = strlen(heard);
    const char *last = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 &&
                               reply->element[reply->elements - 1]->str
                         ? reply->element[reply->elements - 1]->str
                         : "";
    snprintf(heard + length, sizeof heard - length, "%s;", last);
    return true;
}

static void lost(void *context, const char *why)
{
    (void)context;
    snprintf(why_lost, sizeof why_lost, "%s", why);
}

static void before_each(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, sizeof path, "/tmp/pollux-link-%d.sock", (int)getpid());
    (void)unlink(path);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    door = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    EXPECT(bind(door, (const struct sockaddr *)&at, sizeof at) == 0 && listen(door, 4) == 0);
    server = -1;
    readies = 0;
    why_lost[0] = heard[0] = 0;
    loop = ev_loop_new(EVFLAG_AUTO);
    ev_timer_init(&beat, nothing, 0.01, 0.01);
    ev_timer_start(loop, &beat);
    redis_link_new(&link_, &(struct redis_link_plan){.loop = loop,
                                                     .socket = path,
                                                     .username = "",
                                                     .password = "",
                                                     .context = &link_,
                                                     .ready = ready,
                                                     .reply = reply_take,
                                                     .lost = lost});
}

static void after_each(void)
{
    redis_link_free(&link_);
    ev_timer_stop(loop, &beat);
    ev_loop_destroy(loop);
    if (server >= 0) close(server);
    close(door);
    unlink(path);
}

/* What has come to the server since, and the loop has turned a little. */
static const char *server_reads(void)
{
    static char text[4096];
    ev_run(loop, EVRUN_ONCE);
    if (server < 0) server = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ssize_t length = server < 0 ? -1 : recv(server, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = 0;
    return text;
}

static void server_says(const char *text)
{
    EXPECT(send(server, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* It greets the server, which then is listened to. */
static void subscribed(void)
{
    double until = redis_seconds() + SECONDS_MOST;
    while (redis_seconds() < until && strcmp(server_reads(), PING) != 0) {
    }
    server_says("+PONG\r\n");
    while (redis_seconds() < until && strcmp(server_reads(), SUBSCRIBE) != 0) {
    }
    server_says("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    EXPECT_UINT(readies, 1);
}

SPEC(a_server_that_is_listened_to_and_falls_silent_is_lost)
{
    subscribed();
    double begun = redis_seconds();
    uint32_t pings = 0;
    while (redis_seconds() < begun + SECONDS_MOST && !why_lost[0])
        pings += strstr(server_reads(), PING) != NULL;
    EXPECT_TEXT(why_lost, "the server is silent");
    EXPECT(redis_seconds() - begun >= REDIS_LINK_SILENCE_MS / 1000.0 - 0.1);
    EXPECT(pings >= 1);
    EXPECT(!redis_link_ready(&link_));
}

SPEC(one_that_answers_is_not_though_nobody_says_anything)
{
    subscribed();
    double until = redis_seconds() + 1.5 * REDIS_LINK_SILENCE_MS / 1000.0;
    uint32_t pings = 0;
    while (redis_seconds() < until) {
        if (strstr(server_reads(), PING) == NULL) continue;
        pings++;
        server_says("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    }
    EXPECT_TEXT(why_lost, "");
    EXPECT(redis_link_ready(&link_));
    EXPECT(pings >= 2);
    server_says("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
    until = redis_seconds() + SECONDS_MOST;
    while (redis_seconds() < until && !strstr(heard, "hello;")) (void)server_reads();
    EXPECT(strstr(heard, "hello;") != NULL);
}

static void greeted_with(const char *text)
{
    double until = redis_seconds() + SECONDS_MOST;
    while (redis_seconds() < until && strcmp(server_reads(), PING) != 0) {
    }
    server_says(text);
    while (redis_seconds() < until && link_.state == REDIS_LINK_GREETING) (void)server_reads();
    close(server);
    server = -1;
}

/* So that somebody can do something about it; each reason once, however often it is tried. */
SPEC(why_a_server_does_not_take_us_is_told_once)
{
    greeted_with("-NOAUTH Authentication required.\r\n");
    EXPECT_TEXT(why_lost, "it wants a password");
    why_lost[0] = 0;
    greeted_with("-NOAUTH Authentication required.\r\n");
    EXPECT_TEXT(why_lost, "");
    greeted_with("-LOADING Redis is loading the dataset in memory\r\n");
    EXPECT_TEXT(why_lost, "it reads its data");
    EXPECT_UINT(readies, 0);
    EXPECT_UINT(link_.losses, 0);
    subscribed();
    EXPECT(redis_link_ready(&link_));
}

SPEC(that_there_is_no_server_is_told_at_the_start)
{
    double until = redis_seconds() + SECONDS_MOST;
    unlink(path);
    while (redis_seconds() < until && !why_lost[0]) (void)server_reads();
    EXPECT_TEXT(why_lost, "No such file or directory");
    why_lost[0] = 0;
    for (uint32_t i = 0; i < 20; i++) (void)server_reads();
    EXPECT_TEXT(why_lost, "");
}

#define SPECS(S)                                                                                   \
    S(why_a_server_does_not_take_us_is_told_once)                                                  \
    S(that_there_is_no_server_is_told_at_the_start)                                                \
    S(a_server_that_is_listened_to_and_falls_silent_is_lost)                                       \
    S(one_that_answers_is_not_though_nobody_says_anything)
SPEC_MAIN("redis_link", SPECS, before_each, after_each)
