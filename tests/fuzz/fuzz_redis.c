/* Any bytes, as a message of a program outside and as what a server says: read or refused with a
 * sentence, replied to or a fault.  The first byte says which.  What is read without jansson is
 * what jansson reads. */

#include "control/redis/redis_judge.h"
#include "control/redis/redis_reply.h"
#include "tests/redis/plain_jansson.h"
#include "tests/redis/redis_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What goes can be acted on: as many intents as its kind may have, each of a kind, with numbers in
 * their ranges. */
static void intents_check(const struct redis_message *message)
{
    bool batch = message->kind == REDIS_BATCH, heartbeat = message->kind == REDIS_HEARTBEAT;
    CHECK(heartbeat ? message->intents == 0 : message->sequence > 0 && message->intents > 0);
    CHECK(message->intents <= (batch ? REDIS_BATCH_MAX : 1));
    CHECK(message->sequence <= (uint64_t)INT64_MAX - message->intents + 1);
    for (uint32_t i = 0; i < message->intents; i++) {
        const struct delegate_intent *is = &message->intent[i].is;
        bool keyed = is->kind == INTENT_ORDER || is->kind == INTENT_STOP;
        bool order = is->kind == INTENT_ORDER || is->kind == INTENT_UNIQUE;
        CHECK(is->kind <= INTENT_STOP_UNIQUE);
        CHECK(keyed ? is->key < rig_strategy[DESK].orders : is->key == DELEGATE_KEY_NONE);
        CHECK(order == (message->intent[i].symbol < rig_names.symbols));
        if (order) CHECK(is->qty > 0 && is->price > 0);
        if (is->kind == INTENT_STOP_UNIQUE) CHECK(is->unique > 0 && is->unique <= INT64_MAX);
    }
}

static void message_take(const char *bytes, size_t length)
{
    static const struct redis_rules rules = {.names = &rig_names, .age_ms = 1000};
    struct redis_received received = {.strategy = DESK};
    struct redis_message message;
    struct gateway_place place;
    char problem[REDIS_SENTENCE_MAX], buffer[REDIS_SAY_BYTES];
    struct text json = text_in(buffer, sizeof buffer);
    bool plain;
    CHECK(plain_differs(bytes, length, &plain) == NULL);
    redis_payload_split(bytes, length, &received);
    enum redis_refusal refusal = redis_judge(&rules, &received, 1700000000000, &message, problem);
    CHECK((refusal == REDIS_GOES) == (problem[0] == '\0'));
    CHECK(message.strategy == DESK && strlen(message.id) <= REDIS_ID_MAX);
    if (refusal == REDIS_GOES) intents_check(&message);
    const struct redis_answer answer = {.strategy = DESK, .id = message.id};
    redis_say_refused(&json, &rig_names, &answer, redis_refusal_name(refusal), problem);
    CHECK(!json.cut);
    for (size_t i = 0; i < json.length; i++) CHECK(buffer[i] >= ' ' && buffer[i] <= '~');
    (void)!redis_place_read(bytes, length, &place);
}

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    uint32_t *asked = context;
    CHECK(tag == (*asked)++);
    if (reply->type == REDIS_REPLY_ERROR) (void)redis_error_text(redis_error_of(reply));
    return true;
}

static void replies_take(const char *bytes, size_t length)
{
    struct redis_replies replies;
    uint32_t asked = 0;
    redis_replies_new(&replies);
    for (uint32_t i = 0; i < 4; i++) redis_replies_asked(&replies, i);
    size_t half = length / 2;
    if (redis_replies_take(&replies, bytes, half, reply_take, &asked) == REDIS_FAULT_NONE)
        (void)redis_replies_take(&replies, bytes + half, length - half, reply_take, &asked);
    redis_replies_free(&replies);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    if (data[0] & 1) replies_take((const char *)data + 1, size - 1);
    else message_take((const char *)data + 1, size - 1);
    return 0;
}
