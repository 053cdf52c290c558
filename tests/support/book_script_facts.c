#include "tests/support/book_script.h"

#include "tests/support/spec.h"

#include <string.h>

/* Single facts about the engine, each composed as a sentence and compared with the one of the spec.
 * The names in a spec's sentence say what is asked for. */

enum { FACT_BYTES = 8192, WORD_BYTES = 64 };

/* The word of sentence at place, without a comma behind it. */
static void word_at(const char *sentence, uint32_t place, char *word)
{
    while (place-- > 0) {
        sentence += strcspn(sentence, " ");
        sentence += strspn(sentence, " ");
    }
    size_t length = strcspn(sentence, " ,");
    CHECK(length < WORD_BYTES);
    memcpy(word, sentence, length);
    word[length] = '\0';
}

static uint64_t number_of(const struct order_names *names, const char *name)
{
    uint64_t number = 0;
    if (!order_script_number(names, name, &number)) check_failed(name, __FILE__, __LINE__);
    return number;
}

/* The number that the word at place names. */
static uint64_t number_at(const struct order_names *names, const char *sentence, uint32_t place)
{
    char word[WORD_BYTES];
    word_at(sentence, place, word);
    return number_of(names, word);
}

static const struct order_script *script_now(void)
{
    return order_venue_script(book_script_venue());
}

/* Stops that wait. */

static void waiting_say(void *context, const struct match_order *order)
{
    struct text *out = context;
    struct match_names names = order_venue_names(book_script_venue());
    if (out->length) text_append_char(out, '\n');
    names.order(names.context, out, order->id);
    text_append(out, order->side == SIDE_BUY ? " buys " : " sells ");
    text_qty(out, order->open);
    text_append(out, order->type == MATCH_TRAILING_STOP ? " trailing, now " : " stop ");
    text_price(out, order->trigger);
    if (order->type == MATCH_STOP_LIMIT) {
        text_append(out, " at ");
        text_price(out, order->price);
    }
    if (!order->waits) text_append(out, ", but does not wait");
}

void book_script_waiting_is(const char *file, int line, const char *const *sentences)
{
    char actual_bytes[FACT_BYTES], expected_bytes[FACT_BYTES];
    struct text actual = text_in(actual_bytes, sizeof actual_bytes);
    struct text expected = text_in(expected_bytes, sizeof expected_bytes);
    for (; *sentences; sentences++) {
        if (expected.length) text_append_char(&expected, '\n');
        text_append(&expected, *sentences);
    }
    for (uint32_t i = 0; i < script_now()->symbols.count; i++)
        match_each_waiting(book_script_match(), (uint16_t)i, waiting_say, &actual);
    CHECK(!actual.cut && !expected.cut);
    spec_expect_text(file, line, "what waits", actual.bytes, expected.bytes);
}

/* Orders. */

void book_script_order_is(const char *file, int line, const char *sentence)
{
    char bytes[FACT_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    struct match_names names = order_venue_names(book_script_venue());
    struct match_order order;
    if (match_order_of(book_script_match(), number_at(&script_now()->orders, sentence, 0), &order))
        match_print_order(&actual, &order, &names);
    else text_append(&actual, "no such order lives");
    spec_expect_text(file, line, "the order", actual.bytes, sentence);
}

void book_script_gone(const char *file, int line, const char *name)
{
    struct match_order order;
    bool lives =
        match_order_of(book_script_match(), number_of(&script_now()->orders, name), &order);
    spec_expect(file, line, !lives, "%s still lives", name);
}

/* Money. */

void book_script_balance_is(const char *file, int line, const char *sentence)
{
    char bytes[FACT_BYTES], who[WORD_BYTES], what[WORD_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    struct match_balance balance = {0};
    word_at(sentence, 0, who);
    word_at(sentence, 3, what);
    uint32_t account = (uint32_t)number_of(&script_now()->accounts, who);
    uint16_t asset = (uint16_t)number_of(&script_now()->assets, what);
    if (match_balance_of(book_script_match(), account, asset, &balance)) {
        text_format(&actual, "%s has ", who);
        text_qty(&actual, balance.total);
        text_format(&actual, " %s, ", what);
        text_qty(&actual, balance.reserved);
        text_append(&actual, " reserved, ");
        if (balance.unrealised) {
            text_qty(&actual, balance.unrealised);
            text_append(&actual, " unrealised, ");
        }
        text_qty(&actual, balance.available);
        text_append(&actual, " available");
    } else {
        text_append(&actual, "no such balance");
    }
    spec_expect_text(file, line, "the balance", actual.bytes, sentence);
}

void book_script_house_is(const char *file, int line, const char *sentence)
{
    char bytes[FACT_BYTES], what[WORD_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    word_at(sentence, 1, what);
    uint16_t asset = (uint16_t)number_of(&script_now()->assets, what);
    text_qty(&actual, match_house_of(book_script_match(), asset));
    text_format(&actual, " %s", what);
    spec_expect_text(file, line, "the house", actual.bytes, sentence);
}

void book_script_position_is(const char *file, int line, const char *sentence)
{
    char bytes[FACT_BYTES], who[WORD_BYTES], what[WORD_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    qty_t position = 0;
    int64_t cost = 0;
    word_at(sentence, 0, who);
    word_at(sentence, 3, what);
    uint32_t account = (uint32_t)number_of(&script_now()->accounts, who);
    uint16_t instrument = (uint16_t)number_of(&script_now()->symbols, what);
    match_position_of(book_script_match(), account, instrument, &position, &cost);
    text_format(&actual, "%s holds ", who);
    text_qty(&actual, position);
    text_format(&actual, " %s at a cost of ", what);
    text_qty(&actual, cost);
    spec_expect_text(file, line, "the position", actual.bytes, sentence);
}

/* Instruments. */

void book_script_last_is(const char *file, int line, const char *symbol, const char *price)
{
    char bytes[FACT_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    uint16_t instrument = (uint16_t)number_of(&script_now()->symbols, symbol);
    price_t last = match_last_price(book_script_match(), instrument);
    if (last) text_price(&actual, last);
    else text_append(&actual, "none");
    spec_expect_text(file, line, "the last price", actual.bytes, price);
}

void book_script_phase_is(const char *file, int line, const char *symbol, const char *phase)
{
    uint16_t instrument = (uint16_t)number_of(&script_now()->symbols, symbol);
    const char *actual = match_phase_name(match_phase_of(book_script_match(), instrument));
    spec_expect_text(file, line, "the phase", actual, phase);
}

void book_script_indicative_is(const char *file, int line, const char *symbol, const char *what)
{
    char bytes[FACT_BYTES];
    struct text actual = text_in(bytes, sizeof bytes);
    uint16_t instrument = (uint16_t)number_of(&script_now()->symbols, symbol);
    price_t price = 0;
    qty_t qty = 0;
    if (match_indicative(book_script_match(), instrument, &price, &qty)) {
        text_qty(&actual, qty);
        text_append(&actual, " at ");
        text_price(&actual, price);
    } else {
        text_append(&actual, "nothing");
    }
    spec_expect_text(file, line, "the auction", actual.bytes, what);
}
