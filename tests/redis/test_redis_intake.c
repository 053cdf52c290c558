/* What brings intents is read first: whatever else the loop has to do in a turn, an intent is in
 * the engine's ring before it.  The server is the other end of a pair of sockets. */

#include "control/redis/redis_layout.h"
#include "dataplane/base/system_clock.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOTS 64u

static struct config_redis config;
static struct redis *redis;
static struct ev_loop *loop;
static struct spsc *intake;
static int server, other[2]; /* the far ends of the link's socket, and of another one */

static char said[256]; /* the newest sentence */

static void say(void *context, const char *sentence)
{
    (void)context;
    snprintf(said, sizeof said, "%s", sentence);
}

static void before_each(void)
{
    const struct spsc_limits limits = {.slots = SLOTS, .slot_bytes = sizeof(struct engine_intake)};
    size_t bytes = ALIGN_UP(spsc_footprint(&limits), CACHE_LINE);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    memset(memory, 0, bytes);
    intake = spsc_new(memory, &limits);
    memset(&config, 0, sizeof config);
    config.age_ms = 1000;
    config.channels = true;
    snprintf(config.group, sizeof config.group, "pollux");
    loop = ev_loop_new(EVFLAG_AUTO);
    redis = calloc(1, sizeof *redis);
    redis->config = &config;
    redis->plan = (struct redis_plan){.loop = loop,
                                      .config = &config,
                                      .names = &rig_names,
                                      .intake = intake,
                                      .calls = {.say = say}};
    redis->rules = (struct redis_rules){.names = &rig_names, .age_ms = 1000};
    redis->ticket = calloc(REDIS_TICKETS, sizeof *redis->ticket);
    redis->desk = calloc(1, sizeof *redis->desk);
    redis->desks = 1;
    redis->desk->on = true;
    snprintf(redis->desk->stream, sizeof redis->desk->stream, "pollux.intents.desk");
    redis->desk->known_told = true;
    redis_outbox_new(&redis->outbox);
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other) == 0);
    server = -1;
}

static void after_each(void)
{
    redis_link_free(&redis->read);
    redis_link_free(&redis->listen);
    redis_outbox_free(&redis->outbox);
    close(server);
    close(other[0]);
    close(other[1]);
    ev_loop_destroy(loop);
    free(redis->desk);
    free(redis->ticket);
    free(redis);
    free(intake);
}

/* As if it had connected and greeted. */
static void ready(struct redis_link *link)
{
    int ends[2];
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    server = ends[1];
    link->socket = ends[0];
    link->state = REDIS_LINK_READY;
    link->heard_at = redis_seconds();
    ev_io_set(&link->input, ends[0], EV_READ);
    ev_io_start(loop, &link->input);
}

static void server_says(const char *text)
{
    EXPECT(send(server, text, strlen(text), 0) == (ssize_t)strlen(text));
}

/* What else is due in a turn: how many intents are there when it is done. */

static uint32_t seen[2];
static uint32_t done;

static void timer_does(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)of, (void)timer, (void)events;
    seen[0] = spsc_ready(intake, SLOTS);
    done++;
}

static void socket_does(struct ev_loop *of, ev_io *input, int events)
{
    (void)of, (void)events;
    char byte;
    EXPECT(recv(input->fd, &byte, 1, 0) == 1);
    seen[1] = spsc_ready(intake, SLOTS);
    done++;
}

/* One turn in which all of it is due at once. */
static void turn_with_everything_due(void)
{
    ev_timer timer;
    ev_io input;
    done = 0;
    ev_timer_init(&timer, timer_does, 0.0001, 0);
    ev_io_init(&input, socket_does, other[0], EV_READ);
    ev_timer_start(loop, &timer);
    ev_io_start(loop, &input);
    EXPECT(send(other[1], "x", 1, 0) == 1);
    usleep(1000);
    ev_run(loop, EVRUN_NOWAIT);
    EXPECT_UINT(done, 2);
    ev_timer_stop(loop, &timer);
    ev_io_stop(loop, &input);
}

static const char *cancel(uint64_t sequence)
{
    static char text[200];
    snprintf(
        text, sizeof text,
        "{\"strategy\":\"desk\",\"kind\":\"cancel\",\"sequence\":%llu,\"key\":1,\"time\":%lld}",
        (unsigned long long)sequence, (long long)redis_now_ms());
    return text;
}

static void entry_says(uint64_t sequence)
{
    char text[512];
    const char *message = cancel(sequence);
    snprintf(text, sizeof text,
             "*1\r\n*2\r\n$19\r\npollux.intents.desk\r\n*1\r\n*2\r\n$15\r\n1700000000000-%llu\r\n"
             "*2\r\n$7\r\nmessage\r\n$%zu\r\n%s\r\n",
             (unsigned long long)sequence, strlen(message), message);
    server_says(text);
}

static bool server_hears(const char *word)
{
    static char text[4096];
    ssize_t length = recv(server, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return strstr(text, word) != NULL;
}

SPEC(an_entry_of_a_stream_is_in_the_ring_before_all_else_of_the_turn)
{
    redis_intake_new(redis);
    ready(&redis->read);
    redis_intake_more(redis);
    for (uint64_t sequence = 1; sequence <= 3; sequence++) {
        ev_run(loop, EVRUN_NOWAIT);
        EXPECT(server_hears("XREADGROUP"));
        entry_says(sequence);
        turn_with_everything_due();
        EXPECT_UINT(seen[0], sequence);
        EXPECT_UINT(seen[1], sequence);
        const struct engine_intake *is = spsc_front_at(intake, (uint32_t)sequence - 1);
        EXPECT_UINT(is->what.sequence, sequence);
        EXPECT_UINT(is->what.place.low, sequence);
    }
}

static nanos_t an_hour_ahead(void *context)
{
    (void)context;
    return system_clock_wall() + 3600 * NANOS_SECOND;
}

/* It is judged by the system's clock, and what is left of its age is the same by the box's. */
SPEC(until_when_it_may_act_is_by_the_boxs_clock)
{
    redis_intake_new(redis);
    ready(&redis->read);
    redis_intake_more(redis);
    ev_run(loop, EVRUN_NOWAIT);
    EXPECT(server_hears("XREADGROUP"));
    redis->plan.calls.now = an_hour_ahead;
    redis->rules.age_ms = INT64_C(1) << 40; /* the entry's number is of 2023 */
    nanos_t least = 1700000000000 * NANOS_MILLI + ((nanos_t)1 << 40) * NANOS_MILLI;
    entry_says(1);
    turn_with_everything_due();
    const struct engine_intake *is = spsc_front_at(intake, 0);
    EXPECT_UINT(is->what.sequence, 1);
    EXPECT(is->what.until + NANOS_SECOND > least + 3600 * NANOS_SECOND);
    EXPECT(is->what.until < least + 3601 * NANOS_SECOND);
}

SPEC(a_message_of_a_channel_is_in_the_ring_before_all_else_of_the_turn)
{
    redis_listen_new(redis);
    ready(&redis->listen);
    redis->listen.replies.subscribed = true;
    ev_run(loop, EVRUN_NOWAIT);
    char text[512];
    const char *message = cancel(7);
    snprintf(text, sizeof text,
             "*3\r\n$7\r\nmessage\r\n$19\r\npollux.intents.desk\r\n$%zu\r\n%s\r\n", strlen(message),
             message);
    server_says(text);
    turn_with_everything_due();
    EXPECT_UINT(seen[0], 1);
    EXPECT_UINT(seen[1], 1);
    EXPECT_UINT(((const struct engine_intake *)spsc_front(intake))->what.sequence, 7);
}

/* The server has lost us, and is there again. */
static void connects_again(void)
{
    if (server >= 0) close(server);
    redis_replies_reset(&redis->read.replies);
    ready(&redis->read);
    redis->read.plan.ready(redis);
    ev_run(loop, EVRUN_NOWAIT);
}

static void turns(const char *says)
{
    server_says(says);
    for (uint32_t i = 0; i < 3; i++) ev_run(loop, EVRUN_NOWAIT);
}

#define TOO_LARGE "*1\r\n*2\r\n$19\r\npollux.intents.desk\r\n*262145\r\n"
#define GROUPS                                                                                     \
    "*1\r\n*4\r\n$4\r\nname\r\n$6\r\npollux\r\n$17\r\nlast-delivered-id\r\n$15\r\n1700000000000-"  \
    "9\r\n"
#define PENDING "*1\r\n*4\r\n$15\r\n1700000000000-1\r\n$7\r\npolluxd\r\n:5\r\n:1\r\n"

SPEC(an_answer_that_is_too_large_is_read_entry_by_entry_and_what_cannot_be_is_passed_over)
{
    redis_intake_new(redis);
    ready(&redis->read);
    redis_intake_more(redis);
    ev_run(loop, EVRUN_NOWAIT);
    EXPECT(server_hears("BLOCK"));
    turns(TOO_LARGE);
    EXPECT(!redis_link_ready(&redis->read));
    connects_again();
    EXPECT(!server_hears("XPENDING"));
    turns("+OK\r\n+OK\r\n" GROUPS);
    EXPECT(server_hears("\r\n0-0\r\n"));
    turns(":1\r\n+OK\r\n");
    EXPECT(server_hears("COUNT\r\n$1\r\n1\r\n$7\r\nSTREAMS"));
    turns(TOO_LARGE);
    EXPECT(!redis_link_ready(&redis->read));
    EXPECT(spsc_front(intake) == NULL);
    connects_again();
    EXPECT(server_hears("XPENDING\r\n$19\r\npollux.intents.desk\r\n$6\r\npollux\r\n$3\r\n0-1"));
    turns("+OK\r\n" PENDING "+OK\r\n" GROUPS);
    EXPECT(server_hears("\r\n1700000000000-1\r\n"));
    EXPECT_UINT(spsc_ready(intake, SLOTS), 1);
    const struct engine_intake *is = spsc_front_at(intake, 0);
    EXPECT_UINT(is->what.sequence, 0);
    EXPECT_UINT(is->what.place.low, 1);
    EXPECT_UINT(redis->counts.refused, 1);
    /* The next one; then no stream has one, and all are waited for again. */
    turns(":1\r\n+OK\r\n");
    EXPECT(server_hears("STREAMS"));
    entry_says(2);
    turns("");
    EXPECT_UINT(((const struct engine_intake *)spsc_front_at(intake, 1))->what.sequence, 2);
    EXPECT(server_hears("STREAMS"));
    turns("*-1\r\n");
    EXPECT(server_hears("BLOCK"));
    EXPECT(!redis->desk->too_large);
}

/* Else nobody would know which stream, nor what to do about it. */
SPEC(what_the_server_has_against_a_stream_is_told_in_its_words)
{
    redis_intake_new(redis);
    connects_again();
    turns("-WRONGTYPE Operation against a key\x01\r\n");
    EXPECT(!redis_link_ready(&redis->read));
    EXPECT_TEXT(said,
                "redis: streams are not read: pollux.intents.desk: WRONGTYPE Operation against "
                "a key?");
}

#define SPECS(S)                                                                                   \
    S(what_the_server_has_against_a_stream_is_told_in_its_words)                                   \
    S(an_answer_that_is_too_large_is_read_entry_by_entry_and_what_cannot_be_is_passed_over)        \
    S(an_entry_of_a_stream_is_in_the_ring_before_all_else_of_the_turn)                             \
    S(until_when_it_may_act_is_by_the_boxs_clock)                                                  \
    S(a_message_of_a_channel_is_in_the_ring_before_all_else_of_the_turn)
SPEC_MAIN("redis: intake", SPECS, before_each, after_each)
