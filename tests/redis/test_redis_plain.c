/* Plain messages are read without jansson, and as jansson reads them; what is not plain is left to
 * it, and comes to the same. */

#include "tests/redis/plain_jansson.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

#define ORDER                                                                                      \
    "{\"strategy\": \"desk\", \"sequence\": 7, \"kind\": \"order\", \"key\": 1, \"symbol\": "      \
    "\"BOLT\", \"side\": \"sell\", \"quantity\": \"100\", \"price\": \"10.25\"}"
#define BATCH                                                                                      \
    "{\"strategy\":\"desk\",\"sequence\":12,\"kind\":\"batch\",\"time\":1700000000000,\"id\":"     \
    "\"a-1\",\"intents\":[{\"kind\":\"order\",\"key\":1,\"symbol\":\"BOLT\",\"side\":\"buy\","     \
    "\"quantity\":\"5\",\"price\":\"24.90\",\"post_only\":true,\"immediate\":false},{\"kind\":"    \
    "\"cancel_unique\",\"unique\":10}]}"

#define AGAIN_BYTES 1024u

static struct redis_plain plain;

static bool plain_is(const char *text)
{
    bool read;
    const char *differs = plain_differs(text, strlen(text), &read);
    if (differs) spec_expect(__FILE__, __LINE__, false, "%s: %s", differs, text);
    return read;
}

static bool has(uint32_t field, const char *text)
{
    const struct redis_value *value = &plain.message.value[field];
    return (plain.message.there >> field & 1) && value->length == strlen(text) &&
           memcmp(value->text, text, value->length) == 0;
}

SPEC(what_programs_print_is_plain)
{
    EXPECT(redis_plain_read(ORDER, strlen(ORDER), &plain));
    EXPECT_UINT(plain.message.there, 0xffu);
    EXPECT(has(REDIS_FIELD_strategy, "desk"));
    EXPECT(has(REDIS_FIELD_price, "10.25"));
    EXPECT_UINT((uint64_t)plain.message.value[REDIS_FIELD_sequence].whole, 7);
    EXPECT(plain_is(ORDER));
    EXPECT(plain_is(BATCH));
    EXPECT(plain_is(" {\"kind\" : \"heartbeat\",\t\"strategy\":\n\"desk\"}\r\n "));
}

SPEC(a_list_of_a_batch_is_read_whole)
{
    EXPECT(redis_plain_read(BATCH, strlen(BATCH), &plain));
    EXPECT_UINT(plain.message.value[REDIS_FIELD_intents].length, 2);
    EXPECT_UINT((uint64_t)plain.intent[0].value[REDIS_FIELD_post_only].whole, 1);
    EXPECT_UINT((uint64_t)plain.intent[0].value[REDIS_FIELD_immediate].whole, 0);
    EXPECT_UINT(plain.intent[1].there, 1u << REDIS_FIELD_kind | 1u << REDIS_FIELD_unique);
    EXPECT_UINT((uint64_t)plain.intent[1].value[REDIS_FIELD_unique].whole, 10);
}

SPEC(a_list_has_a_bound)
{
    static char text[REDIS_BATCH_BYTES_MAX];
    for (uint32_t count = REDIS_BATCH_MAX; count <= REDIS_BATCH_MAX + 1; count++) {
        struct text said = text_in(text, sizeof text);
        text_append(&said, "{\"kind\":\"batch\",\"intents\":[");
        for (uint32_t i = 0; i < count; i++) text_append(&said, i ? ",{\"key\":1}" : "{\"key\":1}");
        text_append(&said, "]}");
        EXPECT(plain_is(text) == (count == REDIS_BATCH_MAX));
    }
}

SPEC(whole_numbers_are_plain_to_eighteen_digits)
{
    EXPECT(plain_is("{\"key\":0}"));
    EXPECT(plain_is("{\"key\":-0}"));
    EXPECT(plain_is("{\"key\":-12,\"time\":10}"));
    EXPECT(plain_is("{\"sequence\":999999999999999999}"));
    EXPECT(!plain_is("{\"sequence\":1000000000000000000}"));
    EXPECT(!plain_is("{\"sequence\":9223372036854775808}"));
}

SPEC(the_rest_of_json_is_left_to_jansson)
{
    static const char *const left[] = {
        "",
        " ",
        "{}",
        "[]",
        "7",
        "{\"kind\":\"order\"",
        "{\"kind\":\"order\"} {}",
        "{\"kind\":\"order\"}x",
        "{\"kind\":\"order\",}",
        "{,\"kind\":\"order\"}",
        "{\"kind\":\"order\" \"key\":1}",
        "{\"kind\" \"order\"}",
        "{kind:\"order\"}",
        "{\"kind\":\"or\\u0064er\"}",
        "{\"k\\u0069nd\":\"order\"}",
        "{\"id\":\"a\\n\"}",
        "{\"id\":\"a\n\"}",
        "{\"id\":\"\x7f\"}",
        "{\"id\":\"\xc3\xa4\"}",
        "{\"id\":\"\xc3\"}",
        "{\"id\":null}",
        "{\"id\":7}",
        "{\"kind\":true}",
        "{\"kind\":[\"order\"]}",
        "{\"key\":\"1\"}",
        "{\"key\":01}",
        "{\"key\":-}",
        "{\"key\":+1}",
        "{\"key\":}",
        "{\"key\":1.0}",
        "{\"key\":1.}",
        "{\"key\":1e2}",
        "{\"key\":0x1}",
        "{\"key\":1 2}",
        "{\"key\":1,\"key\":1}",
        "{\"post_only\":tru}",
        "{\"post_only\":truefalse}",
        "{\"post_only\":True}",
        "{\"post_only\":1}",
        "{\"prize\":\"1\"}",
        "{\"\":\"1\"}",
        "{\"kin\":\"1\"}",
        "{\"intents\":[]}",
        "{\"intents\":{}}",
        "{\"intents\":[{\"key\":1},]}",
        "{\"intents\":[{\"key\":1} {\"key\":2}]}",
        "{\"intents\":[{\"key\":1}",
        "{\"intents\":[7]}",
        "{\"intents\":[{\"intents\":[{\"key\":1}]}]}",
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(left); i++)
        if (plain_is(left[i])) spec_expect(__FILE__, __LINE__, false, "plain: %s", left[i]);
}

SPEC(nothing_behind_the_last_byte_is_read)
{
    for (size_t length = 0; length < strlen(BATCH); length++) {
        char *bytes = malloc(length + 1); /* the sanitizer looks behind it */
        memcpy(bytes, BATCH, length);
        EXPECT(!redis_plain_read(bytes, length, &plain));
        bytes[length] = '}';
        bool read;
        EXPECT(plain_differs(bytes, length + 1, &read) == NULL);
        free(bytes);
    }
}

/* A byte of another kind, one more, one less, or two places exchanged: up to three times. */
static size_t mutate(struct chance *chance, char *text, size_t length)
{
    static const char drawn[] = "{}[]:,\"\\ \t\n0123456789-+.eEtrufalsn\x7f\x80xyz";
    for (uint64_t left = chance_between(chance, 1, 3); left > 0 && length > 2; left--) {
        size_t at = chance_between(chance, 0, length - 1),
               to = chance_between(chance, 0, length - 1);
        char one = drawn[chance_between(chance, 0, sizeof drawn - 2)];
        switch (chance_between(chance, 0, 3)) {
        case 0: text[at] = one; break;
        case 1:
            memmove(text + at + 1, text + at, length++ - at);
            text[at] = one;
            break;
        case 2: memmove(text + at, text + at + 1, --length - at); break;
        default:
            one = text[at];
            text[at] = text[to];
            text[to] = one;
        }
    }
    return length;
}

/* The same message with an escape in the name of its first field: jansson's. */
static size_t escape(char to[AGAIN_BYTES], const char *text, size_t length)
{
    const char *quote = memchr(text, '"', length);
    if (!quote || quote + 1 == text + length || quote[1] < 'a' || quote[1] > 'z') return 0;
    size_t before = (size_t)(quote + 1 - text);
    memcpy(to, text, before);
    int more = snprintf(to + before, AGAIN_BYTES - before, "\\u%04x", (unsigned)quote[1]);
    memcpy(to + before + more, quote + 2, length - before - 1);
    return length + (size_t)more - 1;
}

static bool intent_same(const struct redis_intent *one, const struct redis_intent *other)
{
    const struct delegate_intent *is = &one->is, *was = &other->is;
    return one->symbol == other->symbol && is->kind == was->kind && is->key == was->key &&
           is->side == was->side && is->how == was->how && is->qty == was->qty &&
           is->price == was->price && is->unique == was->unique;
}

static bool message_same(const struct redis_message *one, const struct redis_message *other)
{
    bool same = one->strategy == other->strategy && one->kind == other->kind &&
                one->sequence == other->sequence && one->time_ms == other->time_ms &&
                one->intents == other->intents;
    for (uint32_t i = 0; i < one->intents && same; i++)
        same = intent_same(&one->intent[i], &other->intent[i]);
    return same;
}

static bool both_ways_same(const char *text, size_t length)
{
    static char again[AGAIN_BYTES];
    static struct redis_message one, other;
    char problem[REDIS_SENTENCE_MAX] = "", problem_again[REDIS_SENTENCE_MAX] = "";
    size_t length_again = escape(again, text, length);
    if (length_again == 0) return true;
    bool read = redis_message_read(&rig_names, DESK, text, length, &one, problem);
    bool read_again =
        redis_message_read(&rig_names, DESK, again, length_again, &other, problem_again);
    return read == read_again && strcmp(problem, problem_again) == 0 &&
           strcmp(one.id, other.id) == 0 && (!read || message_same(&one, &other));
}

/* Returns how many were plain. */
static uint32_t mutants_check(uint64_t seed, uint32_t count)
{
    struct chance chance = {seed};
    uint32_t plain_ones = 0;
    for (uint32_t i = 0; i < count; i++) {
        char text[512];
        const char *said = i % 2 ? BATCH : ORDER;
        size_t length = strlen(said);
        bool read;
        memcpy(text, said, length);
        length = mutate(&chance, text, length);
        const char *differs = plain_differs(text, length, &read);
        if (read && !differs && !both_ways_same(text, length)) differs = "jansson's is another";
        if (differs)
            spec_expect(__FILE__, __LINE__, false, "seed %d: %s: %.*s", (int)seed, differs,
                        (int)length, text);
        plain_ones += read;
    }
    return plain_ones;
}

SPEC(whatever_is_read_as_plain_is_what_jansson_reads)
{
    enum { MUTANTS = 20 };
    struct spec_seeds seeds = spec_seeds(10000);
    uint64_t plain_ones = 0, all = (seeds.last - seeds.first + 1) * MUTANTS;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++)
        plain_ones += mutants_check(seed, MUTANTS);
    EXPECT(all == MUTANTS || (plain_ones > all / 20 && plain_ones < all / 2));
}

#define SPECS(S)                                                                                   \
    S(what_programs_print_is_plain)                                                                \
    S(a_list_of_a_batch_is_read_whole)                                                             \
    S(a_list_has_a_bound)                                                                          \
    S(whole_numbers_are_plain_to_eighteen_digits)                                                  \
    S(the_rest_of_json_is_left_to_jansson)                                                         \
    S(nothing_behind_the_last_byte_is_read)                                                        \
    S(whatever_is_read_as_plain_is_what_jansson_reads)
SPEC_MAIN("redis: plain", SPECS, NULL, NULL)
