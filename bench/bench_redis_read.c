/* What a server says until an intent may go to the gateway: the bytes of a reply with one entry to
 * its objects, its message to an intent, and the judgement of both.  No server, no socket, no ring.
 *
 *     redis_read    a message as programs print it; counted too
 *     redis_odd     the same with an escape in it, so that it is jansson's */

#include "bench/bench_redis.h"
#include "control/redis/redis_judge.h"
#include "control/redis/redis_reply.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS = 20000, REPLIES = 64, REPLY_BYTES = 512, AGE_MS = 1000, NOW_MS = 1700000000000 };

static const struct redis_strategy strategies[] = {
    {.name = REDIS_DESK_STRATEGY, .orders = REDIS_DESK_KEYS, .outside = true}};
static const struct redis_symbol symbols[] = {{.name = "TWO"}, {.name = REDIS_DESK_SYMBOL}};
static const struct redis_names names = {
    .strategies = 1, .strategy = strategies, .symbols = 2, .symbol = symbols};
static const struct redis_rules rules = {.names = &names, .age_ms = AGE_MS};

static struct redis_replies replies;
static char reply[REPLIES][REPLY_BYTES];
static size_t length[REPLIES];

static void reply_make(uint32_t i, const char *kind)
{
    char message[REPLY_BYTES / 2];
    int bytes = snprintf(message, sizeof message,
                         "{\"strategy\": \"%s\", \"sequence\": %u, \"%s\": \"order\", \"key\": %u, "
                         "\"symbol\": \"%s\", \"side\": \"buy\", \"quantity\": \"100\", "
                         "\"price\": \"99.%02u\"}",
                         REDIS_DESK_STRATEGY, 1000000 + i, kind, i, REDIS_DESK_SYMBOL, i);
    int all =
        snprintf(reply[i], REPLY_BYTES,
                 "*1\r\n*2\r\n$%zu\r\n%s\r\n*1\r\n*2\r\n$15\r\n%lld-0\r\n*2\r\n$7\r\nmessage"
                 "\r\n$%d\r\n%s\r\n",
                 strlen(REDIS_DESK_STREAM), REDIS_DESK_STREAM, (long long)NOW_MS, bytes, message);
    CHECK(bytes < (int)sizeof message && all < (int)REPLY_BYTES);
    length[i] = (size_t)all;
}

static void prepare(void *kind)
{
    for (uint32_t i = 0; i < REPLIES; i++) reply_make(i, kind);
}

static bool entry_take(void *context, uint32_t tag, const redisReply *of)
{
    const redisReply *entry = of->element[0]->element[1]->element[0];
    const redisReply *said = entry->element[1]->element[1];
    struct redis_received received = {.message = said->str, .length = said->len};
    struct redis_message message;
    struct gateway_place place;
    char problem[REDIS_SENTENCE_MAX];
    (void)context, (void)tag;
    CHECK(redis_place_read(entry->element[0]->str, entry->element[0]->len, &place));
    received.place_ms = (int64_t)place.high;
    CHECK(redis_judge(&rules, &received, NOW_MS, &message, problem) == REDIS_GOES);
    return true;
}

static void run(void *kind)
{
    (void)kind;
    for (uint32_t i = 0; i < ITEMS; i++) {
        redis_replies_asked(&replies, 0);
        enum redis_fault fault =
            redis_replies_take(&replies, reply[i % REPLIES], length[i % REPLIES], entry_take, NULL);
        CHECK(fault == REDIS_FAULT_NONE);
    }
}

void redis_read_measure(void)
{
    static char plain[] = "kind", odd[] = "k\\u0069nd";
    const struct bench_rate read = {.name = "redis_read",
                                    .what = "a reply with one entry to its intent",
                                    .items = ITEMS,
                                    .prepare = prepare,
                                    .run = run,
                                    .context = plain};
    struct bench_rate escaped = read;
    escaped.name = "redis_odd";
    escaped.what = "the same with an escape in it";
    escaped.context = odd;
    redis_replies_new(&replies);
    bench_rate(&read);
    if (!bench_counting()) bench_rate(&escaped); /* jansson's secret makes its count another one */
    redis_replies_free(&replies);
}
