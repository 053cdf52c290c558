#include "apps/pollux-order/line.h"

#include <ctype.h>
#include <string.h>

const char line_help[] =
    "  buy 100 ACME 10.25        sell 100 ACME market        short 100 ACME 10.25\n"
    "      [day | ioc | gtx | for SECONDS] [post-only] [show 10] [as NAME]\n"
    "  replace 7 to 50 at 10.30  a new order in its place: 50 is all of it, traded shares "
    "included\n"
    "  cancel 7                  cancel 7 to 20              cancel all [ACME] [buys | sells]\n"
    "  modify 7 to 20            keeps its place in the queue\n"
    "  orders                    your open orders            query      the next free number\n"
    "  wait 1.5                  wait answers                quit\n"
    "An order is called by its number or by the NAME it was given.\n";

static bool alnum(const char *word, size_t most)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < length; i++)
        if (!isascii((unsigned char)word[i]) || !isalnum((unsigned char)word[i])) return false;
    return length > 0 && length <= most;
}

/* A field of spaces begins with the word then. */
static void field_fill(char *field, const char *word)
{
    for (; *word; word++) *field++ = *word;
}

static void name_take(struct order_words *words, const char *word, char name[PORT_NAME_BYTES])
{
    if (words->wrong) return;
    if (!alnum(word, PORT_NAME_BYTES) || isdigit((unsigned char)word[0]))
        words_problem(words, "'%.40s' is no name: a letter, then up to 13 letters and digits",
                      word);
    else field_fill(name, word);
}

static void symbol_take(struct order_words *words, char symbol[8])
{
    const char *word = words_next(words, "a symbol");
    if (words->wrong) return;
    size_t length = strlen(word);
    bool good = length <= 8 && isalpha((unsigned char)word[0]);
    for (size_t i = 0; i < length; i++) good = good && word[i] > ' ' && word[i] <= '~';
    if (!good) words_problem(words, "expected a symbol of up to 8 characters, found '%.40s'", word);
    else field_fill(symbol, word);
}

static uint32_t qty_take(struct order_words *words, uint32_t least)
{
    uint64_t qty = words_whole(words, "a number of shares", UINT64_MAX / 2);
    if (!words->wrong && (qty < least || qty > PORT_QTY_MAX))
        words_problem(words, "a number of shares is from %u to %u", least, PORT_QTY_MAX);
    return words->wrong ? 0 : (uint32_t)qty;
}

static uint32_t price_take(struct order_words *words)
{
    if (words_take(words, "market")) return PORT_MARKET_E4;
    int64_t price = words_decimal(words, "a price, or market");
    if (words->wrong) return 0;
    if (price <= 0) words_problem(words, "a price is above 0");
    else if (price % PRICE_PER_E4) words_problem(words, "a price has up to 4 decimals");
    else if (price / PRICE_PER_E4 > PORT_PRICE_MAX_E4)
        words_problem(words, "a price is at most 199999.99");
    return words->wrong ? 0 : (uint32_t)(price / PRICE_PER_E4);
}

/* Which order: its number or its name. */
static void order_take(struct line *line)
{
    struct order_words *words = &line->words;
    if (words_number_follows(words)) {
        line->number = (uint32_t)words_whole(words, "an order's number", UINT32_MAX - 1);
        if (!words->wrong && line->number == 0) words_problem(words, "orders count from 1");
        return;
    }
    name_take(words, words_next(words, "an order's number or name"), line->name);
}

static bool lasts_take(struct line *line)
{
    static const char *const lasts[] = {"day", "ioc", "gtx", "for"};
    struct order_words *words = &line->words;
    uint32_t which = words_which(words, lasts, ARRAY_COUNT(lasts));
    if (which == UINT32_MAX) return false;
    if (line->order.lasts != PORT_DAY) {
        words_problem(words, "an order lasts in one way only");
        return false;
    }
    line->order.lasts = (enum port_lasts)which;
    if (which == PORT_TIMED) {
        line->order.expire_s =
            (uint32_t)words_whole(words, "a number of seconds", PORT_EXPIRE_MAX_S);
        if (!words->wrong && line->order.expire_s == 0)
            words_problem(words, "an order lasts for 1 to %u seconds", PORT_EXPIRE_MAX_S);
    }
    return !words->wrong;
}

static bool choice_take(struct line *line, enum port_dialect dialect)
{
    struct order_words *words = &line->words;
    if (lasts_take(line)) return true;
    if (words_take(words, "post-only")) return line->order.post_only = true;
    if (words_take(words, "show")) {
        line->order.show = qty_take(words, 1);
        if (!words->wrong && dialect == PORT_OUCH42)
            words_problem(words, "OUCH 4.2 cannot show a part of an order");
        else if (!words->wrong && line->order.show > line->order.qty)
            words_problem(words, "it cannot show more than the %u it has", line->order.qty);
        return !words->wrong;
    }
    if (words_take(words, "as")) {
        name_take(words, words_next(words, "a name"), line->order.name);
        return !words->wrong;
    }
    return false;
}

static void enter_read(struct line *line, char side, enum port_dialect dialect)
{
    line->verb = LINE_ENTER;
    line->order.side = side;
    line->order.qty = qty_take(&line->words, 1);
    symbol_take(&line->words, line->order.symbol);
    (void)words_take(&line->words, "at");
    line->order.price_e4 = price_take(&line->words);
    while (choice_take(line, dialect)) continue;
}

static void to_take(struct line *line, uint32_t least)
{
    line->has_qty = words_take(&line->words, "to");
    if (line->has_qty) line->order.qty = qty_take(&line->words, least);
}

static void replace_read(struct line *line)
{
    line->verb = LINE_REPLACE;
    order_take(line);
    to_take(line, 1);
    line->has_price = words_take(&line->words, "at");
    if (line->has_price) line->order.price_e4 = price_take(&line->words);
    if (!line->has_qty && !line->has_price) words_expected(&line->words, "to QUANTITY or at PRICE");
    while (choice_take(line, PORT_OUCH50)) continue;
}

static void cancel_read(struct line *line)
{
    struct order_words *words = &line->words;
    line->verb = LINE_CANCEL;
    if (!words_take(words, "all")) {
        order_take(line);
        to_take(line, 1);
        return;
    }
    line->verb = LINE_CANCEL_ALL;
    static const char *const sides[] = {"buys", "sells"};
    uint32_t side = words_which(words, sides, ARRAY_COUNT(sides));
    if (side == UINT32_MAX && words_look(words)) {
        symbol_take(words, line->all.symbol);
        side = words_which(words, sides, ARRAY_COUNT(sides));
    }
    if (side != UINT32_MAX) line->all.side = side == 0 ? 'B' : 'S';
}

static void wait_read(struct line *line)
{
    struct order_words *words = &line->words;
    line->verb = LINE_WAIT_ANSWERS;
    if (words_take(words, "answers")) return;
    line->verb = LINE_WAIT;
    int64_t seconds = words_decimal(words, "a number of seconds, or answers");
    if (!words->wrong && (seconds < 0 || seconds > 86400 * PRICE_ONE))
        words_problem(words, "it waits for 0 to 86400 seconds");
    line->wait_ns = words->wrong ? 0 : (nanos_t)seconds * (NANOS_SECOND / (nanos_t)PRICE_ONE);
}

static void verb_read(struct line *line, enum port_dialect dialect)
{
    static const char *const sides[] = {"buy", "sell", "short"};
    struct order_words *words = &line->words;
    uint32_t side = words_which(words, sides, ARRAY_COUNT(sides));
    if (side != UINT32_MAX) {
        enter_read(line, "BST"[side], dialect);
    } else if (words_take(words, "replace")) {
        replace_read(line);
    } else if (words_take(words, "cancel")) {
        cancel_read(line);
    } else if (words_take(words, "modify")) {
        line->verb = LINE_MODIFY;
        order_take(line);
        to_take(line, 1);
        if (!line->has_qty) words_expected(words, "to QUANTITY");
    } else if (words_take(words, "wait")) {
        wait_read(line);
    } else {
#define LINE_WORD(verb, word) word,
        static const char *const plain[] = {LINE_VERBS(LINE_WORD)};
        const char *word = words_look(words);
        uint32_t which = words_which(words, plain, ARRAY_COUNT(plain));
        if (which != UINT32_MAX) line->verb = (enum line_verb)which;
        else words_problem(words, "'%.40s' is no request; help lists them", word ? word : "");
    }
}

void line_read(struct line *line, const char *text, size_t length, enum port_dialect dialect)
{
    *line = (struct line){.verb = LINE_NOTHING};
    memset(line->name, ' ', sizeof line->name);
    memset(line->order.name, ' ', sizeof line->order.name);
    memset(line->order.symbol, ' ', sizeof line->order.symbol);
    memset(line->all.symbol, ' ', sizeof line->all.symbol);
    words_read(&line->words, text, length);
    if (!line->words.wrong && !words_look(&line->words)) return;
    verb_read(line, dialect);
    words_end(&line->words);
    if (line->words.wrong) line->verb = LINE_WRONG;
}
