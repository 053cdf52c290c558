/* Batches: everything in them is read or nothing, and each intent has an answer. */

#include "control/redis/redis_say.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define BUY                                                                                        \
    "{\"kind\":\"unique\",\"symbol\":\"ACME\",\"side\":\"buy\",\"quantity\":\"5\",\"price\":\"9."  \
    "9\"}"
#define END "{\"kind\":\"cancel_unique\",\"unique\":3}"

static struct redis_message message;
static char problem[REDIS_SENTENCE_MAX];
static char said[REDIS_BATCH_BYTES_MAX + 64];
static struct text text;

static void before_each(void)
{
    text = text_in(said, sizeof said);
}

static bool read_said(void)
{
    memset(&message, 0xa5, sizeof message);
    memset(problem, 0, sizeof problem);
    return redis_message_read(&rig_names, DESK, said, strlen(said), &message, problem);
}

static void batch_say(uint64_t sequence, const char *intents)
{
    text_clear(&text);
    text_format(&text,
                "{\"strategy\":\"desk\",\"sequence\":%" PRIu64
                ",\"kind\":\"batch\",\"intents\":[%s]}",
                sequence, intents);
}

static void refused(const char *intents, const char *sentence)
{
    batch_say(7, intents);
    EXPECT(!read_said());
    EXPECT_TEXT(problem, sentence);
    EXPECT_UINT(message.intents, 0);
    EXPECT_UINT(message.sequence, 7);
}

SPEC(a_batch_is_read_whole)
{
    batch_say(7, BUY ",{\"kind\":\"cancel\",\"key\":7}," END);
    EXPECT(read_said());
    EXPECT_UINT(message.kind, REDIS_BATCH);
    EXPECT_UINT(message.sequence, 7);
    EXPECT_UINT(message.intents, 3);
    EXPECT_UINT(message.intent[0].is.kind, INTENT_UNIQUE);
    EXPECT_UINT(message.intent[0].symbol, 0);
    EXPECT_UINT((uint64_t)message.intent[0].is.price, 990000000);
    EXPECT_UINT(message.intent[1].is.kind, INTENT_STOP);
    EXPECT_UINT(message.intent[1].is.key, 7);
    EXPECT_UINT(message.intent[1].symbol, REDIS_NAME_NONE);
    EXPECT_UINT(message.intent[2].is.kind, INTENT_STOP_UNIQUE);
    EXPECT_UINT(message.intent[2].is.unique, 3);
}

SPEC(what_is_wrong_with_one_refuses_all_and_is_named)
{
    refused(BUY ",{\"kind\":\"cancel\"}", "intents[1]: key is missing: the kind cancel has one");
    refused(BUY "," BUY ",{\"kind\":\"cancel\",\"key\":8}",
            "intents[2]: key is 8: the range is 0..7");
    refused("{\"kind\":\"cancel\",\"key\":1,\"prize\":1}",
            "intents[0]: there is no field \"prize\"");
    refused("7", "intents[0]: it is no JSON object");
    refused("{}", "intents[0]: kind is missing");
    batch_say(7, BUY "," BUY);
    said[strlen(said) - 4] = '}';
    EXPECT(!read_said());
}

SPEC(what_is_the_batches_is_said_once)
{
    refused("{\"kind\":\"cancel\",\"key\":1,\"sequence\":8}",
            "intents[0]: sequence is there: it is the batch's");
    refused("{\"kind\":\"cancel\",\"key\":1,\"strategy\":\"desk\"}",
            "intents[0]: strategy is there: it is the batch's");
    refused("{\"kind\":\"cancel\",\"key\":1,\"time\":1}",
            "intents[0]: time is there: it is the batch's");
    refused("{\"kind\":\"cancel\",\"key\":1,\"id\":\"a\"}",
            "intents[0]: id is there: it is the batch's");
    refused("{\"kind\":\"batch\",\"intents\":[" BUY "]}",
            "intents[0]: kind is batch: in a list it is order, cancel, unique or cancel_unique");
    refused(
        "{\"kind\":\"heartbeat\"}",
        "intents[0]: kind is heartbeat: in a list it is order, cancel, unique or cancel_unique");
    refused("{\"kind\":\"cancel\",\"key\":1,\"intents\":[]}",
            "intents[0]: intents is there: the kind cancel has none");
}

SPEC(a_batch_has_intents_and_not_too_many)
{
    char many[REDIS_BATCH_BYTES_MAX];
    struct text list = text_in(many, sizeof many);
    refused("", "intents has 0: the range is 1..32");
    for (uint32_t i = 0; i < REDIS_BATCH_MAX; i++) text_format(&list, "%s" END, i ? "," : "");
    batch_say(7, many);
    EXPECT(read_said());
    EXPECT_UINT(message.intents, REDIS_BATCH_MAX);
    text_append(&list, "," END);
    refused(many, "intents has 33: the range is 1..32");
    snprintf(said, sizeof said, "{\"strategy\":\"desk\",\"sequence\":7,\"kind\":\"batch\"}");
    EXPECT(!read_said());
    EXPECT_TEXT(problem, "intents is missing: the kind batch has one");
    snprintf(said, sizeof said,
             "{\"strategy\":\"desk\",\"sequence\":7,\"kind\":\"batch\",\"intents\":{}}");
    EXPECT(!read_said());
    EXPECT_TEXT(problem, "intents is no list");
}

SPEC(every_intent_of_a_batch_has_a_sequence)
{
    batch_say(INT64_MAX - 1, END "," END);
    EXPECT(read_said());
    batch_say(INT64_MAX, END "," END);
    EXPECT(!read_said());
    EXPECT_TEXT(problem, "sequence is 9223372036854775807: with 2 intents the most is "
                         "9223372036854775806");
}

SPEC(a_batch_has_a_length)
{
    batch_say(7, END);
    size_t length = strlen(said);
    memset(said + length, ' ', sizeof said - length);
    said[REDIS_BATCH_BYTES_MAX] = '\0';
    EXPECT(read_said());
    memcpy(said + REDIS_BATCH_BYTES_MAX, " ", 2);
    EXPECT(!read_said());
    EXPECT_TEXT(problem, "it has 8193 bytes: at most 8192 are read");
}

/* Against what was written: a list of random intents, of which one may be spoilt. */

static struct chance chance;
static struct redis_intent wanted[REDIS_BATCH_MAX];

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&chance, low, high);
}

static void intent_draw(struct redis_intent *intent)
{
    static const uint8_t kinds[] = {INTENT_ORDER, INTENT_STOP, INTENT_UNIQUE, INTENT_STOP_UNIQUE};
    uint8_t kind = kinds[draw(0, 3)];
    bool order = kind == INTENT_ORDER || kind == INTENT_UNIQUE;
    bool keyed = kind == INTENT_ORDER || kind == INTENT_STOP;
    *intent = (struct redis_intent){.symbol = REDIS_NAME_NONE, .is = {.kind = kind}};
    intent->is.key = keyed ? (uint32_t)draw(0, 7) : DELEGATE_KEY_NONE;
    if (kind == INTENT_STOP_UNIQUE) intent->is.unique = draw(1, INT64_MAX);
    if (!order) return;
    intent->symbol = (uint32_t)draw(0, 1);
    intent->is.side = (uint8_t)draw(0, 1);
    intent->is.qty = (qty_t)draw(1, 1ul << draw(0, 60));
    intent->is.price = (price_t)draw(1, 1ul << draw(0, 60));
    intent->is.how = (uint8_t)draw(0, 3);
}

/* spoilt: a field that is not there says something else. */
static void intent_print(const struct redis_intent *intent, bool spoilt)
{
    static const char *const kinds[] = {"order", "cancel", "unique", "cancel_unique"};
    const struct delegate_intent *is = &intent->is;
    text_format(&text, "{\"kind\":\"%s\"", kinds[is->kind]);
    if (is->kind < INTENT_UNIQUE) text_format(&text, ",\"key\":%u", spoilt ? 99 : is->key);
    if (is->kind == INTENT_STOP_UNIQUE)
        text_format(&text, ",\"unique\":%s%" PRIu64, spoilt ? "-" : "", (uint64_t)is->unique);
    if (intent->symbol != REDIS_NAME_NONE) {
        text_format(&text, ",\"side\":\"%s\",\"symbol\":\"%s\"", is->side ? "sell" : "buy",
                    rig_symbol[intent->symbol].name);
        text_format(&text, ",\"price\":\"%" PRIi64 ".%08" PRIi64 "\"", is->price / PRICE_ONE,
                    is->price % PRICE_ONE);
        text_format(&text, ",\"quantity\":\"%s%" PRIi64 ".%08" PRIi64 "\"", spoilt ? "+" : "",
                    is->qty / QTY_ONE, is->qty % QTY_ONE);
        if (is->how & HOW_POST_ONLY) text_append(&text, ",\"post_only\":true");
        if (is->how & HOW_IMMEDIATE) text_append(&text, ",\"immediate\":true");
        if (!(is->how & HOW_IMMEDIATE) && draw(0, 1)) text_append(&text, ",\"immediate\":false");
    }
    text_append(&text, "}");
}

static bool same(const struct redis_intent *one, const struct redis_intent *other)
{
    return one->symbol == other->symbol && one->is.kind == other->is.kind &&
           one->is.key == other->is.key && one->is.side == other->is.side &&
           one->is.how == other->is.how && one->is.price == other->is.price &&
           one->is.qty == other->is.qty;
}

static void batch_check(uint64_t seed)
{
    chance = (struct chance){seed};
    uint32_t count = (uint32_t)draw(1, REDIS_BATCH_MAX);
    uint32_t spoilt = draw(0, 2) ? UINT32_MAX : (uint32_t)draw(0, count - 1);
    text_clear(&text);
    text_append(&text, "{\"intents\":[");
    for (uint32_t i = 0; i < count; i++) {
        intent_draw(&wanted[i]);
        if (i > 0) text_append(&text, ",");
        intent_print(&wanted[i], i == spoilt);
    }
    text_append(&text, "],\"kind\":\"batch\",\"sequence\":5,\"strategy\":\"desk\"}");
    if (text.cut) return;
    char begin[32];
    bool right = read_said();
    snprintf(begin, sizeof begin, "intents[%u]: ", spoilt);
    bool good = right == (spoilt == UINT32_MAX) && (right || strstr(problem, begin) == problem);
    for (uint32_t i = 0; right && i < count; i++) good &= same(&message.intent[i], &wanted[i]);
    good &= message.intents == (right ? count : 0);
    if (!good) spec_expect(__FILE__, __LINE__, false, "seed %d: %s", (int)seed, problem);
}

SPEC(random_batches_are_read_as_they_were_written)
{
    struct spec_seeds seeds = spec_seeds(20000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) batch_check(seed);
}

/* Answers. */

static char answered[REDIS_BATCH_SAY_BYTES];

static void batch_answer(const struct gateway_answer *is, uint64_t sequence, const char *id)
{
    struct redis_answer answer = {
        .strategy = DESK, .sequence = sequence, .id = id, .at = INT64_MAX};
    text = text_in(answered, sizeof answered);
    redis_say_batch(&text, &rig_names, &answer);
    for (uint32_t i = 0; i < REDIS_BATCH_MAX; i++, answer.sequence++)
        redis_say_listed(&text, &answer, is);
    redis_say_batch_end(&text, &answer);
}

/* Whatever the reason, with the largest numbers there are. */
SPEC(the_longest_answer_to_a_batch_fits_and_has_an_entry_for_each)
{
    static char id[REDIS_ID_MAX + 1];
    struct gateway_answer is = {
        .hearing = GATEWAY_REFUSED, .value = INT64_MIN, .bound = INT64_MIN, .order = UINT64_MAX};
    memset(id, 'x', REDIS_ID_MAX);
    uint32_t last = RISK_VERDICT_COUNT + GATEWAY_COUNTER_COUNT;
    for (uint32_t i = 1; i < last; i++) {
        is.verdict = i < RISK_VERDICT_COUNT ? (uint16_t)i : 0;
        is.counter = i < RISK_VERDICT_COUNT ? GATEWAY_NO_COUNTER : i - RISK_VERDICT_COUNT;
        batch_answer(&is, (uint64_t)INT64_MAX - REDIS_BATCH_MAX + 1, id);
        EXPECT(!text.cut);
        json_t *object = json_loads(answered, JSON_REJECT_DUPLICATES, NULL);
        const json_t *intents = json_object_get(object, "intents");
        EXPECT_UINT(json_array_size(intents), REDIS_BATCH_MAX);
        const json_t *one = json_array_get(intents, REDIS_BATCH_MAX - 1);
        EXPECT_UINT((uint64_t)json_integer_value(json_object_get(one, "sequence")), INT64_MAX);
        EXPECT_TEXT(json_string_value(json_object_get(one, "answer")), "refused");
        json_decref(object);
    }
}

#define SPECS(S)                                                                                   \
    S(a_batch_is_read_whole)                                                                       \
    S(what_is_wrong_with_one_refuses_all_and_is_named)                                             \
    S(what_is_the_batches_is_said_once)                                                            \
    S(a_batch_has_intents_and_not_too_many)                                                        \
    S(every_intent_of_a_batch_has_a_sequence)                                                      \
    S(a_batch_has_a_length)                                                                        \
    S(random_batches_are_read_as_they_were_written)                                                \
    S(the_longest_answer_to_a_batch_fits_and_has_an_entry_for_each)
SPEC_MAIN("redis: batches", SPECS, before_each, NULL)
