#include "apps/order_script/order_script.h"

#include "apps/order_script/script_parts.h"

#include <stdlib.h>
#include <string.h>

/* A line is split into words; the first word, or for a new order the second, says which function
 * reads the rest.  A line that is wrong leaves nothing behind but names. */

#define DAY_NS (86400 * NANOS_SECOND)

static const struct {
    const char *word;
    script_read_fn *read;
    enum order_said said;
} statements[] = {
    {"modify", script_read_modify, ORDER_SAYS_INPUT},
    {"cancel", script_read_cancel, ORDER_SAYS_INPUT},
    {"close", script_read_close, ORDER_SAYS_INPUT},
    {"list", script_read_list, ORDER_SAYS_INPUT},
    {"remove", script_read_remove, ORDER_SAYS_INPUT},
    {"phase", script_read_phase, ORDER_SAYS_INPUT},
    {"mark", script_read_mark, ORDER_SAYS_INPUT},
    {"account", script_read_account, ORDER_SAYS_INPUT},
    {"deposit", script_read_deposit, ORDER_SAYS_INPUT},
    {"withdraw", script_read_withdraw, ORDER_SAYS_INPUT},
    {"time", script_read_time, ORDER_SAYS_INPUT},
    {"raw", script_read_raw, ORDER_SAYS_INPUT},
    {"engine", script_read_engine, ORDER_SAYS_ENGINE},
    {"show", NULL, ORDER_SAYS_SHOW},
};

bool order_script_open(struct order_script *script, const struct order_script_limits *limits)
{
    *script = (struct order_script){
        .limits = limits->engine,
        .order_next = 1,
        .leg_next = MATCH_ID_MAX + 1,
    };
    struct order_names *const kinds[] = {&script->orders, &script->accounts, &script->assets,
                                         &script->symbols, &script->groups};
    bool good = true;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        good = good && names_open(kinds[i], limits->names);
    script->owners = calloc(limits->names + 1, sizeof *script->owners);
    script->named = calloc(limits->names, sizeof *script->named);
    if (good && script->owners && script->named) return true;
    order_script_close(script);
    return false;
}

void order_script_close(struct order_script *script)
{
    names_close(&script->orders);
    names_close(&script->accounts);
    names_close(&script->assets);
    names_close(&script->symbols);
    names_close(&script->groups);
    free(script->owners);
    free(script->named);
    script->owners = NULL;
    script->named = NULL;
}

static void statement_read(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    const char *second = words_second(words);
    if (second && (strcmp(second, "buys") == 0 || strcmp(second, "sells") == 0)) {
        sentence->said = ORDER_SAYS_INPUT;
        script_read_new(script, sentence);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        if (!words_take(words, statements[i].word)) continue;
        sentence->said = statements[i].said;
        if (statements[i].read) statements[i].read(script, sentence);
        return;
    }
    words_expected(words, "an order such as 'a buys 10 at 100', or a word such as 'cancel'");
}

void order_script_read(struct order_script *script, const char *line, size_t length,
                       struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    *sentence = (struct order_sentence){.said = ORDER_SAYS_NOTHING};
    sentence->input.bytes = sizeof sentence->input;
    script_remember(script);
    words_read(words, line, length);
    if (words_look(words)) {
        statement_read(script, sentence);
        words_end(words);
    }
    script->before.id = sentence->input.id;
    script->before.lists = sentence->input.kind == MATCH_LIST;
    sentence->input.time = script->now;
    sentence->problem = words->problem;
    if (!words->wrong) return;
    script_forget(script);
    sentence->said = ORDER_SAYS_WRONG;
}

/* The lines that are about the script and the engine itself. */

void script_read_time(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    nanos_t now = script->now;
    const char *word = words_look(words);
    if (word && word[0] == '@') {
        now = words_numbered(words, words_next(words, ""), UINT64_MAX);
    } else if (word && word[0] == '+') {
        if (__builtin_add_overflow(now, words_span(words, "a span such as +5s"), &now))
            words_problem(words, "time ends before that");
    } else {
        bool tomorrow = words_take(words, "tomorrow");
        nanos_t day = now - now % DAY_NS;
        if (__builtin_add_overflow(day, (tomorrow ? DAY_NS : 0) + words_clock(words), &now))
            words_problem(words, "time ends before that");
    }
    words_end(words);
    sentence->input.kind = MATCH_TIME;
    if (!words->wrong) script->now = now;
}

/* The value of a hexadecimal digit, or 16. */
static uint32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9') return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f') return (uint32_t)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;
}

void script_read_raw(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    const char *word = words_next(words, "the bytes of an input in hexadecimal digits");
    uint8_t bytes[sizeof sentence->input + sizeof sentence->more];
    size_t length = strlen(word) / 2;
    if (words->wrong) return;
    if (strlen(word) % 2 || length < sizeof sentence->input || length > sizeof bytes)
        words_problem(words, "raw needs two digits for each of %zu to %zu bytes",
                      sizeof sentence->input, sizeof bytes);
    for (size_t i = 0; i < length && !words->wrong; i++) {
        uint32_t high = hex_digit(word[2 * i]), low = hex_digit(word[2 * i + 1]);
        if (high > 15 || low > 15)
            words_problem(words, "a hexadecimal digit is one of 0-9 and a-f");
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    if (words->wrong) return;
    memcpy(&sentence->input, bytes, sizeof sentence->input);
    memcpy(sentence->more.bytes, bytes + sizeof sentence->input, length - sizeof sentence->input);
    sentence->input.bytes = (uint16_t)length;
}

#define ENGINE_WORDS(X)                                                                            \
    X(instruments)                                                                                 \
    X(orders)                                                                                      \
    X(specials)                                                                                    \
    X(pages)                                                                                       \
    X(window)                                                                                      \
    X(accounts)                                                                                    \
    X(holdings)                                                                                    \
    X(assets)                                                                                      \
    X(balances)                                                                                    \
    X(cascade)                                                                                     \
    X(secret)

#define ENGINE_READ(name)                                                                          \
    if (words_take(words, #name)) {                                                                \
        limits->name = (__typeof__(limits->name))words_whole(                                      \
            words, "a number behind '" #name "'",                                                  \
            sizeof limits->name == 8 ? INT64_MAX : UINT32_MAX);                                    \
        return true;                                                                               \
    }

static bool engine_word(struct order_words *words, struct match_limits *limits)
{
    ENGINE_WORDS(ENGINE_READ)
    return false;
}

void script_read_engine(struct order_script *script, struct order_sentence *sentence)
{
    (void)sentence;
    struct order_words *words = &script->words;
    struct match_limits limits = script->limits;
    while (words_look(words)) {
        if (words_take(words, "money-events")) limits.money_events = true;
        else if (!engine_word(words, &limits))
            words_expected(words, "a limit of the engine, such as 'orders' or 'accounts'");
    }
    bool specials = limits.specials != script->limits.specials; /* the line says how many */
    if (limits.specials > limits.orders && !specials) limits.specials = limits.orders;
    if (limits.accounts == 0) limits.holdings = limits.assets = limits.balances = 0;
    const char *problem = words->wrong ? NULL : match_limits_check(&limits);
    if (problem) words_problem(words, "%s", problem);
    if (!words->wrong) script->limits = limits;
}
