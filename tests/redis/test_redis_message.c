/* What a program outside may say: every field with its type and range, and nothing else. */

#include "control/redis/redis_message.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>

#define ORDER                                                                                      \
    "\"strategy\":\"desk\",\"kind\":\"order\",\"sequence\":7,\"key\":1,\"symbol\":\"BOLT\","       \
    "\"side\":\"sell\",\"quantity\":\"100\",\"price\":\"10.25\""

static struct redis_message message;
static char problem[REDIS_SENTENCE_MAX];

static bool read_as(uint32_t strategy, const char *text)
{
    memset(problem, 0, sizeof problem);
    return redis_message_read(&rig_names, strategy, text, strlen(text), &message, problem);
}

static void refused(const char *text, const char *sentence)
{
    EXPECT(!read_as(DESK, text));
    EXPECT_TEXT(problem, sentence);
}

/* The order with one field said otherwise. */
static const char *with(const char *field, const char *value)
{
    static char text[2 * REDIS_MESSAGE_BYTES_MAX];
    char name[64];
    snprintf(name, sizeof name, "\"%s\":", field);
    const char *at = strstr(ORDER, name);
    const char *end = at ? strpbrk(at, ",") : NULL;
    if (!at) snprintf(text, sizeof text, "{" ORDER ",%s%s}", name, value);
    else
        snprintf(text, sizeof text, "{%.*s%s%s%s}", (int)(at - ORDER), ORDER, name, value,
                 end ? end : "");
    return text;
}

SPEC(an_order_is_read_whole)
{
    EXPECT(read_as(DESK, "{" ORDER ",\"post_only\":true,\"time\":1700000000000,\"id\":\"a-1\"}"));
    EXPECT_UINT(message.strategy, DESK);
    EXPECT_UINT(message.kind, REDIS_ORDER);
    EXPECT_UINT(message.sequence, 7);
    EXPECT_UINT(message.intent[0].symbol, 1);
    EXPECT_UINT((uint64_t)message.time_ms, 1700000000000);
    EXPECT_TEXT(message.id, "a-1");
    EXPECT_UINT(message.intent[0].is.kind, INTENT_ORDER);
    EXPECT_UINT(message.intent[0].is.key, 1);
    EXPECT_UINT(message.intent[0].is.side, SIDE_SELL);
    EXPECT_UINT((uint64_t)message.intent[0].is.qty, 10000000000);
    EXPECT_UINT((uint64_t)message.intent[0].is.price, 1025000000);
    EXPECT_UINT(message.intent[0].is.how, HOW_POST_ONLY);
}

SPEC(a_cancel_names_its_key_only)
{
    EXPECT(read_as(DESK, "{\"strategy\":\"desk\",\"kind\":\"cancel\",\"sequence\":1,\"key\":7}"));
    EXPECT_UINT(message.intent[0].is.kind, INTENT_STOP);
    EXPECT_UINT(message.intent[0].is.key, 7);
    refused("{\"strategy\":\"desk\",\"kind\":\"cancel\",\"sequence\":1,\"key\":7,\"side\":\"buy\"}",
            "side is there: the kind cancel has none");
}

SPEC(a_unique_order_has_no_key)
{
    EXPECT(read_as(FAR, "{\"strategy\":\"far\",\"kind\":\"unique\",\"sequence\":1,\"symbol\":"
                        "\"ACME\",\"side\":\"buy\",\"quantity\":\"0.5\",\"price\":\"3\"}"));
    EXPECT_UINT(message.intent[0].is.kind, INTENT_UNIQUE);
    EXPECT_UINT(message.intent[0].symbol, 3); /* that of its venue */
    EXPECT_UINT((uint64_t)message.intent[0].is.qty, 50000000);
    refused(with("kind", "\"unique\""), "key is there: the kind unique has none");
}

SPEC(the_cancel_of_a_unique_order_names_its_sequence)
{
    EXPECT(read_as(FAR, "{\"strategy\":\"far\",\"kind\":\"cancel_unique\",\"sequence\":9,"
                        "\"unique\":9223372036854775807}"));
    EXPECT_UINT(message.intents, 1);
    EXPECT_UINT(message.intent[0].is.kind, INTENT_STOP_UNIQUE);
    EXPECT_UINT(message.intent[0].is.unique, INT64_MAX);
    EXPECT(redis_message_stops(&message));
    refused("{\"strategy\":\"desk\",\"kind\":\"cancel_unique\",\"sequence\":9}",
            "unique is missing: the kind cancel_unique has one");
    refused("{\"strategy\":\"desk\",\"kind\":\"cancel_unique\",\"sequence\":9,\"unique\":0}",
            "unique is 0: the range is 1..9223372036854775807");
    refused("{\"strategy\":\"desk\",\"kind\":\"cancel_unique\",\"sequence\":9,\"unique\":1,"
            "\"key\":1}",
            "key is there: the kind cancel_unique has none");
    refused(with("unique", "1"), "unique is there: the kind order has none");
}

SPEC(who_trades_at_several_venues_has_each_symbol_at_one)
{
    static const uint32_t at[] = {1, 0}; /* ACME at rim, BOLT at box */
    const struct redis_strategy both = {
        .name = "both", .outside = true, .symbols = 2, .symbol = rig_traded, .at = at};
    EXPECT_UINT(redis_symbol_find(&rig_names, &both, "ACME"), 3);
    EXPECT_UINT(redis_symbol_find(&rig_names, &both, "BOLT"), 1);
    EXPECT_UINT(redis_symbol_find(&rig_names, &both, "GOLD"), REDIS_NAME_NONE);
    EXPECT_UINT(redis_symbol_find(&rig_names, &rig_strategy[DESK], "ACME"), 0);
}

SPEC(a_heartbeat_says_who)
{
    EXPECT(read_as(DESK, "{\"strategy\":\"desk\",\"kind\":\"heartbeat\"}"));
    EXPECT_UINT(message.kind, REDIS_HEARTBEAT);
}

SPEC(what_is_missing_is_named)
{
    refused("{}", "kind is missing");
    refused("{\"kind\":\"heartbeat\"}", "strategy is missing: the kind heartbeat has one");
    refused("{\"strategy\":\"desk\",\"kind\":\"cancel\",\"key\":7}",
            "sequence is missing: the kind cancel has one");
    refused(with("kind", "\"hold\""), "kind is \"hold\": it is order, cancel, unique, "
                                      "cancel_unique, batch or heartbeat");
}

SPEC(a_number_is_no_price)
{
    refused(with("price", "10.25"),
            "price is a number: it is written as a text, such as \"10.25\"");
    refused(with("quantity", "100"),
            "quantity is a number: it is written as a text, such as \"10.25\"");
}

SPEC(prices_and_quantities_are_decimal_and_above_nothing)
{
    static const char *const bad[] = {
        "0",     "0.000000001", "-1", "1e3", "",     ".5",   "1.",
        "1.2.3", " 1",          "1 ", "NaN", "0x10", "0.00", "99999999999999999999"};
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++) {
        char said[64], sentence[REDIS_SENTENCE_MAX];
        snprintf(said, sizeof said, "\"%s\"", bad[i]);
        snprintf(sentence, sizeof sentence,
                 "price is \"%s\": it is a decimal number above 0 of at most 8 places, such as "
                 "\"10.25\"",
                 bad[i]);
        refused(with("price", said), sentence);
    }
    EXPECT(read_as(DESK, with("price", "\"0.00000001\"")));
    EXPECT_UINT((uint64_t)message.intent[0].is.price, 1);
    EXPECT(read_as(DESK, with("price", "\"11529215046\"")));
    EXPECT(!read_as(DESK, with("price", "\"11529215047\""))); /* 2^60 in 1e-8 is 11529215046.07 */
}

SPEC(whole_numbers_have_a_range)
{
    refused(with("sequence", "0"), "sequence is 0: the range is 1..9223372036854775807");
    refused(with("sequence", "1.0"), "sequence is no whole number");
    refused(with("key", "8"), "key is 8: the range is 0..7");
    refused(with("key", "-1"), "key is -1: the range is 0..7");
    refused(with("time", "0"), "time is 0: the range is 1..9000000000000");
    refused(with("post_only", "1"), "post_only is neither true nor false");
}

SPEC(who_has_no_keys_says_no_order)
{
    EXPECT(!read_as(FAR, "{\"strategy\":\"far\",\"kind\":\"cancel\",\"sequence\":1,\"key\":0}"));
    EXPECT_TEXT(problem, "key is there: far has no orders with keys");
}

SPEC(nobody_speaks_for_another)
{
    refused(with("strategy", "\"far\""), "strategy is \"far\", and this came as of desk");
    EXPECT(!read_as(DESK, with("strategy", "\"desk\\u0000\"")));
    refused(with("strategy", "true"), "strategy is no text");
}

SPEC(only_what_it_may_trade_is_traded)
{
    refused(with("symbol", "\"GOLD\""), "symbol is \"GOLD\": desk does not trade it");
    refused(with("symbol", "\"\""), "symbol is \"\": desk does not trade it");
    refused(with("symbol", "\"BOLT \""), "symbol is \"BOLT \": desk does not trade it");
    refused(with("symbol", "\"BOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLT\""),
            "symbol is \"BOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLTBOLT\": desk does not trade it");
    EXPECT(!read_as(DESK, with("symbol", "\"BOLT\\u0000\"")));
}

SPEC(an_id_is_a_channel_and_nothing_else)
{
    const char *sentence = "id is no text of 1 to 64 letters, digits, '.', '_', '-' and ':'";
    refused(with("id", "\"\""), sentence);
    refused(with("id", "\"a b\""), sentence);
    refused(with("id", "\"a\\n\""), sentence);
    refused(with("id", "\"0123456789012345678901234567890123456789012345678901234567890123x\""),
            sentence);
    EXPECT(read_as(DESK, with("id", "\"a.b_c-d:9\"")));
    EXPECT(read_as(DESK, with("id", "\"e\"")));
    EXPECT_TEXT(message.id, "e"); /* and nothing of the one before */
}

SPEC(what_is_not_in_the_table_is_refused)
{
    refused(with("prize", "\"1\""), "there is no field \"prize\"");
    EXPECT(!read_as(DESK, "{" ORDER ",\"key\":2}"));
    EXPECT(strstr(problem, "duplicate") != NULL);
    refused("[]", "it is no JSON object");
    EXPECT(!read_as(DESK, "{" ORDER "} {}"));
    EXPECT(!read_as(DESK, "{" ORDER));
    EXPECT(!read_as(DESK, ""));
}

SPEC(a_message_has_a_length)
{
    static char text[REDIS_MESSAGE_BYTES_MAX + 2];
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "{" ORDER "}", sizeof ORDER + 1);
    EXPECT(!read_as(DESK, text));
    EXPECT_TEXT(problem, "it has 1025 bytes: at most 1024 are read of what is no batch");
    text[REDIS_MESSAGE_BYTES_MAX] = '\0';
    EXPECT(read_as(DESK, text));
}

/* Whatever single byte is another one: read, or refused with a sentence. */
SPEC(no_byte_makes_it_do_anything_else)
{
    char text[] = "{" ORDER "}";
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        char was = text[i];
        for (int byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            memset(problem, 0, sizeof problem);
            bool right =
                redis_message_read(&rig_names, DESK, text, sizeof text - 1, &message, problem);
            if (right == (problem[0] != 0))
                spec_expect(__FILE__, __LINE__, false, "a sentence and no refusal, or the reverse");
            if (right && message.intent[0].is.qty <= 0)
                spec_expect(__FILE__, __LINE__, false, "a quantity of nothing");
        }
        text[i] = was;
    }
    EXPECT(read_as(DESK, text));
}

#define SPECS(S)                                                                                   \
    S(who_trades_at_several_venues_has_each_symbol_at_one)                                         \
    S(an_order_is_read_whole)                                                                      \
    S(a_cancel_names_its_key_only)                                                                 \
    S(a_unique_order_has_no_key)                                                                   \
    S(the_cancel_of_a_unique_order_names_its_sequence)                                             \
    S(a_heartbeat_says_who)                                                                        \
    S(what_is_missing_is_named)                                                                    \
    S(a_number_is_no_price)                                                                        \
    S(prices_and_quantities_are_decimal_and_above_nothing)                                         \
    S(whole_numbers_have_a_range)                                                                  \
    S(who_has_no_keys_says_no_order)                                                               \
    S(nobody_speaks_for_another)                                                                   \
    S(only_what_it_may_trade_is_traded)                                                            \
    S(an_id_is_a_channel_and_nothing_else)                                                         \
    S(what_is_not_in_the_table_is_refused)                                                         \
    S(a_message_has_a_length)                                                                      \
    S(no_byte_makes_it_do_anything_else)
SPEC_MAIN("redis: message", SPECS, NULL, NULL)
