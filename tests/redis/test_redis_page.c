/* The page of messages (control/redis/README.md) and what is said: every example on it is read, or
 * is what is written; its table is that of the code. */

#include "tests/redis/redis_rig.h"
#include "tests/support/spec.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW_MS 1700000000000
#define AT     ((nanos_t)NOW_MS * NANOS_MILLI)

static char page[65536];
static char buffer[REDIS_SAY_BYTES];
static struct text said;

static void before_each(void)
{
    const char *source = getenv("POLLUX_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/control/redis/README.md", source ? source : ".");
    FILE *file = fopen(path, "r");
    if (!file) abort();
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    said = text_in(buffer, sizeof buffer);
}

/* The page has this line, indented as code. */
static bool shown(const char *line)
{
    char indented[REDIS_SAY_BYTES + 8];
    snprintf(indented, sizeof indented, "\n    %s\n", line);
    return strstr(page, indented) != NULL;
}

static void is_shown(void)
{
    json_error_t error;
    json_t *object = json_loads(buffer, JSON_REJECT_DUPLICATES, &error);
    EXPECT(json_is_object(object));
    json_decref(object);
    EXPECT(!said.cut);
    spec_expect(__FILE__, __LINE__, shown(buffer), "the page does not show %s", buffer);
}

SPEC(every_message_on_the_page_is_read)
{
    uint32_t count = 0;
    for (const char *at = page; (at = strstr(at, "{\"strategy\": \"")) != NULL; at++) {
        const char *end = at + strcspn(at, "\n");
        while (*end != '}') end--;
        char problem[REDIS_SENTENCE_MAX] = "";
        struct redis_message message;
        bool right =
            redis_message_read(&rig_names, DESK, at, (size_t)(end + 1 - at), &message, problem);
        spec_expect(__FILE__, __LINE__, right, "%.*s: %s", (int)(end - at), at, problem);
        count++;
    }
    EXPECT_UINT(count, 8);
}

static const char *kinds_text(uint32_t kinds)
{
    if (kinds == REDIS_OF_ALL) return "all";
    if (kinds == REDIS_OF_NUMBERED) return "all but heartbeat";
    if (kinds == REDIS_OF_ENDS) return "cancel_unique";
    if (kinds == REDIS_OF_BATCHES) return "batch";
    if (kinds == REDIS_OF_KEYS) return "keys";
    if (kinds == REDIS_OF_ORDERS) return "orders";
    return "none";
}

SPEC(the_table_of_fields_is_that_of_the_code)
{
    static const char *const types[] = {"text", "whole number", "true or false", "list"};
    enum { TEXT, WHOLE, SWITCH, LIST };
    char row[256];
#define ROW(name, type, of, must)                                                                  \
    snprintf(row, sizeof row, "\n| `" #name "` | %s | %s | %s | ", types[type], kinds_text(of),    \
             kinds_text(must));                                                                    \
    spec_expect(__FILE__, __LINE__, strstr(page, row) != NULL, "the page has no row%s", row);
    REDIS_FIELDS(ROW)
}

static const struct redis_answer nobody = {.strategy = DESK, .id = "", .at = AT};

static void heard(uint64_t sequence, const char *id, const struct gateway_answer *answer)
{
    struct redis_answer of = nobody;
    of.sequence = sequence;
    of.id = id;
    text_clear(&said);
    redis_say_heard(&said, &rig_names, &of, answer);
    is_shown();
}

SPEC(every_answer_on_the_page_is_what_is_written)
{
    redis_say_known(&said, &rig_names, &nobody);
    is_shown();
    struct gateway_answer answer = {
        .hearing = GATEWAY_TAKEN, .counter = GATEWAY_NO_COUNTER, .order = 131072};
    heard(7, "", &answer);
    answer.order = 0;
    answer.status = SLOTS_SAME;
    heard(8, "", &answer);
    answer = (struct gateway_answer){.hearing = GATEWAY_REFUSED,
                                     .verdict = RISK_ORDER_QTY,
                                     .counter = GATEWAY_NO_COUNTER,
                                     .value = 1000 * QTY_ONE,
                                     .bound = 500 * QTY_ONE};
    heard(9, "hedge-1", &answer);
    struct redis_answer batch = nobody;
    batch.sequence = 12;
    text_clear(&said);
    redis_say_batch(&said, &rig_names, &batch);
    const struct gateway_answer first = {
        .hearing = GATEWAY_TAKEN, .counter = GATEWAY_NO_COUNTER, .order = 131073};
    redis_say_listed(&said, &batch, &first);
    batch.sequence++;
    const struct gateway_answer second = {.hearing = GATEWAY_REFUSED,
                                          .counter = GATEWAY_COUNTER_intent_over};
    redis_say_listed(&said, &batch, &second);
    redis_say_batch_end(&said, &batch);
    is_shown();
}

SPEC(every_update_on_the_page_is_what_is_written)
{
    static const struct redis_listed listed[] = {{"ACME"}};
    struct redis_names with_listed = rig_names;
    with_listed.listings = 1;
    with_listed.listed = listed;
    struct redis_order_update older = {.traded = 20 * QTY_ONE, .reports = 1}, newer = older;
    newer.traded = 40 * QTY_ONE;
    newer.report = (struct gateway_report){.number = 12,
                                           .at = AT,
                                           .order = 131072,
                                           .price = 1025 * PRICE_ONE / 100,
                                           .qty = 40 * QTY_ONE,
                                           .cum = 60 * QTY_ONE,
                                           .leaves = 40 * QTY_ONE,
                                           .kind = COPY_EXECUTED};
    redis_order_merge(&older, &newer);
    redis_say_order(&said, &rig_names, &older);
    is_shown();
    struct redis_account_order order = {.traded = 20 * QTY_ONE, .reports = 1};
    const struct entry_report report = {.number = 31,
                                        .at = AT,
                                        .order = 17179869186,
                                        .replaces = 17179869185,
                                        .price = 1025 * PRICE_ONE / 100,
                                        .qty = 40 * QTY_ONE,
                                        .executed = 60 * QTY_ONE,
                                        .leaves = 40 * QTY_ONE,
                                        .account = 5,
                                        .kind = ENTRY_REPORT_EXECUTED,
                                        .token = "mine-2        "};
    const struct redis_account_order more = redis_account_order_of(&report);
    redis_account_order_merge(&order, &more);
    text_clear(&said);
    redis_say_account_order(&said, &with_listed, &order);
    is_shown();
    struct redis_balance_update first, second;
    EXPECT(redis_balance_of(&newer.report, &first));
    newer.report.qty = 20 * QTY_ONE;
    EXPECT(redis_balance_of(&newer.report, &second));
    redis_balance_merge(&first, &second);
    text_clear(&said);
    redis_say_balance(&said, &rig_names, &first);
    is_shown();
    text_clear(&said);
    const struct redis_account_update account = {.account = 5,
                                                 .symbol = "ACME",
                                                 .position = 60 * QTY_ONE,
                                                 .cash = -615 * PRICE_ONE,
                                                 .fills = 2,
                                                 .at = AT};
    redis_say_account(&said, &account);
    is_shown();
    text_clear(&said);
    redis_say_price(&said, "ACME", 1025 * PRICE_ONE / 100, 40 * QTY_ONE, 60 * QTY_ONE, AT);
    is_shown();
}

static void money_is(venue_paid units, const char *text)
{
    text_clear(&said);
    redis_say_money(&said, units);
    EXPECT_TEXT(buffer, text);
}

SPEC(money_is_exact_however_large)
{
    money_is(0, "0");
    money_is(1, "0.00000001");
    money_is(-615 * PRICE_ONE, "-615");
    money_is(-(venue_paid)1050000000, "-10.5");
    money_is((venue_paid)INT64_MAX * 1000000000 + 7, "92233720368547758070.00000007");
    money_is(-((venue_paid)1 << 126) * 2, "-1701411834604692317316873037158.84105728");
}

SPEC(balances_of_both_sides_add_up)
{
    struct gateway_report report = {.price = 1025 * PRICE_ONE / 100,
                                    .qty = 40 * QTY_ONE,
                                    .side = SIDE_SELL,
                                    .kind = COPY_EXECUTED};
    struct redis_balance_update sold, bought;
    EXPECT(redis_balance_of(&report, &sold));
    EXPECT(sold.position == -40 * QTY_ONE);
    EXPECT(sold.cash == 410 * PRICE_ONE);
    report.side = SIDE_BUY;
    EXPECT(redis_balance_of(&report, &bought));
    redis_balance_merge(&sold, &bought);
    EXPECT(sold.position == 0 && sold.cash == 0);
    EXPECT_UINT(sold.fills, 2);
    report.kind = COPY_CANCELED;
    EXPECT(!redis_balance_of(&report, &sold));
    report.kind = COPY_EXECUTED;
    report.strategy = RISK_NONE;
    EXPECT(!redis_balance_of(&report, &sold));
}

SPEC(whatever_a_sentence_holds_it_is_json)
{
    struct redis_answer answer = nobody;
    answer.strategy = DESK;
    redis_say_refused(&said, &rig_names, &answer, "bad", "a \"quote\" \\ \x01 \xff \n end");
    json_error_t error;
    json_t *object = json_loads(buffer, 0, &error);
    EXPECT_TEXT(json_string_value(json_object_get(object, "sentence")), "a \"quote\" \\ ? ? ? end");
    json_decref(object);
}

/* Each hearing that is not good has a word of its own, and every reason a sentence. */
SPEC(every_refusal_has_a_word_and_a_sentence)
{
    for (uint32_t hearing = 0; hearing < GATEWAY_HEARING_COUNT; hearing++) {
        struct gateway_answer answer = {
            .hearing = (uint8_t)hearing, .status = SLOTS_OLD, .counter = GATEWAY_NO_COUNTER};
        bool good = hearing == GATEWAY_TAKEN || hearing == GATEWAY_PASSED;
        EXPECT((redis_reason(&answer) == NULL) == good);
        EXPECT(redis_reason_text(&answer)[0] != '\0');
    }
    struct gateway_answer answer = {.hearing = GATEWAY_REFUSED, .status = SLOTS_SHUT};
    for (answer.counter = 0; answer.counter < GATEWAY_COUNTER_COUNT; answer.counter++)
        EXPECT(redis_reason(&answer)[0] && redis_reason_text(&answer)[0]);
    answer.counter = GATEWAY_COUNTER_intent_halted;
    EXPECT_TEXT(redis_reason(&answer), "intent_halted");
}

#define SPECS(S)                                                                                   \
    S(every_message_on_the_page_is_read)                                                           \
    S(the_table_of_fields_is_that_of_the_code)                                                     \
    S(every_answer_on_the_page_is_what_is_written)                                                 \
    S(every_update_on_the_page_is_what_is_written)                                                 \
    S(money_is_exact_however_large)                                                                \
    S(balances_of_both_sides_add_up)                                                               \
    S(whatever_a_sentence_holds_it_is_json)                                                        \
    S(every_refusal_has_a_word_and_a_sentence)
SPEC_MAIN("redis: the page", SPECS, before_each, NULL)
