/* Channels: the kill switch, and intents of programs that have no streams. */

#include "control/redis/redis_layout.h"

#include <stdlib.h>
#include <string.h>

static void ready(void *context)
{
    struct redis *redis = context;
    const char **word = calloc(redis->desks + 2ul, sizeof *word);
    uint32_t words = 0;
    CHECK(word != NULL);
    word[words++] = "SUBSCRIBE";
    word[words++] = redis->kill;
    for (uint32_t i = 0; redis->config->channels && i < redis->desks; i++)
        word[words++] = redis->desk[i].stream;
    redis->listen.replies.subscribed = true;
    (void)redis_link_say(&redis->listen, 0, words, word);
    free(word);
}

static void intent_take(struct redis *redis, struct redis_desk *desk, const redisReply *payload)
{
    static const struct gateway_place nowhere;
    struct redis_received received = {.strategy = desk->strategy};
    redis_payload_split(payload->str, payload->len, &received);
    if (!redis_hear(redis, desk, &received, &nowhere)) redis->counts.crowded++;
}

static void message_take(struct redis *redis, const char *channel, const redisReply *payload)
{
    if (strcmp(channel, redis->kill) == 0) {
        redis_halt(redis, "the channel kill", payload->str, payload->len);
        return;
    }
    for (uint32_t i = 0; i < redis->desks; i++)
        if (strcmp(channel, redis->desk[i].stream) == 0)
            intent_take(redis, &redis->desk[i], payload);
}

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    (void)tag;
    struct redis *redis = context;
    if (reply->type == REDIS_REPLY_ERROR) {
        redis_link_denied(&redis->listen, "a subscription", reply);
        return false;
    }
    redis_link_worked(&redis->listen);
    bool pushed = reply->type == REDIS_REPLY_ARRAY && reply->elements == 3;
    for (uint32_t i = 0; pushed && i < 2; i++)
        pushed = reply->element[i]->type == REDIS_REPLY_STRING;
    if (!pushed || strcmp(reply->element[0]->str, "message") != 0) return true;
    if (reply->element[2]->type == REDIS_REPLY_STRING)
        message_take(redis, reply->element[1]->str, reply->element[2]);
    return true;
}

static void lost(void *context, const char *why)
{
    redis_sentence(context, "redis: channels are not heard: %s", why);
}

void redis_listen_new(struct redis *redis)
{
    struct redis_link_plan plan = redis_server_plan(redis);
    plan.first = true;
    plan.ready = ready;
    plan.reply = reply_take;
    plan.lost = lost;
    redis_link_new(&redis->listen, &plan);
}
