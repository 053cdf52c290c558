#include "apps/order_script/script_parts.h"

#include <string.h>

/* Lines about instruments, accounts and money. */

#define TICKS_COLLAR      500 /* where a listing says nothing */
#define WINDOW_DEFAULT    4096u
#define REFERENCE_DEFAULT (100 * PRICE_ONE)
#define PRICE_DEFAULT     (100000 * PRICE_ONE)
#define QTY_DEFAULT       (100000 * QTY_ONE)

/* The largest multiple of unit that is at most value, and at most max units. */
static int64_t whole_units(int64_t value, int64_t unit, int64_t max)
{
    if (unit <= 0) return value;
    int64_t count = value / unit;
    return (count < max ? count : max) * unit;
}

/* What was not said.  The highest price and the largest quantity are as high as they can be
 * together: their product is money, and has a limit (F1). */
static void listing_settle(struct match_listing *listing)
{
    if (listing->tick == 0) listing->tick = PRICE_ONE / 100;
    if (listing->lot == 0) listing->lot = QTY_ONE;
    if (listing->size == 0) listing->size = QTY_ONE;
    if (listing->window == 0) listing->window = WINDOW_DEFAULT;
    if (listing->price_max == 0)
        listing->price_max = whole_units(PRICE_DEFAULT, listing->tick, MATCH_TICKS_MAX);
    if (listing->qty_max == 0) {
        double unit = (double)listing->price_max / PRICE_ONE * (double)listing->size / QTY_ONE;
        double most = (double)MATCH_MONEY_MAX / 2 / (unit > 0 ? unit : 1);
        int64_t qty = most < (double)QTY_DEFAULT ? (int64_t)most : QTY_DEFAULT;
        listing->qty_max = whole_units(qty, listing->lot, MATCH_LOTS_MAX);
    }
    if (listing->collar == 0)
        listing->collar = listing->price_max / TICKS_COLLAR > listing->tick
                            ? TICKS_COLLAR * listing->tick
                            : listing->price_max;
    if (listing->reference == 0) {
        listing->reference = whole_units(REFERENCE_DEFAULT, listing->tick, MATCH_TICKS_MAX);
        if (listing->reference == 0) listing->reference = listing->tick;
        if (listing->reference > listing->price_max) listing->reference = listing->price_max;
    }
    if (listing->class_of == MATCH_FUTURES && listing->initial_ppm == 0) {
        listing->initial_ppm = MATCH_PPM / 10;
        if (listing->maintenance_ppm == 0) listing->maintenance_ppm = MATCH_PPM / 20;
    }
    if (listing->band && listing->pause_ns == 0) listing->pause_ns = 5 * NANOS_SECOND;
}

static void listing_put(struct order_sentence *sentence, uint16_t instrument, const char *symbol)
{
    sentence->said = ORDER_SAYS_INPUT;
    sentence->input.kind = MATCH_LIST;
    sentence->input.instrument = instrument;
    sentence->input.bytes = sizeof sentence->input + sizeof sentence->more.listing;
    size_t length = strlen(symbol), longest = sizeof sentence->more.listing.symbol;
    memcpy(sentence->more.listing.symbol, symbol, length < longest ? length : longest);
}

#define READ_PRICE(word) words_decimal(words, "a price behind '" word "'")
#define READ_QTY(word)   words_decimal(words, "a quantity behind '" word "'")
#define READ_WHOLE(word) (uint32_t) words_whole(words, "a number behind '" word "'", UINT32_MAX)
#define READ_NANOS(word) words_span(words, "a time behind '" word "'")
#define READ_PPM(word)   words_rate(words, "a rate behind '" word "'")
#define READ_CLOCK(word) (uint32_t)(words_clock(words) / NANOS_SECOND)
#define READ_WORD(word, field, as)                                                                 \
    if (words_take(words, word)) {                                                                 \
        listing->field = READ_##as(word);                                                          \
        return true;                                                                               \
    }

static bool listing_word(struct order_words *words, struct match_listing *listing)
{
    MATCH_LISTING_WORDS(READ_WORD)
    return false;
}

static uint8_t phase_read(struct order_words *words)
{
#define PHASE_NAME(phase, name, meaning) #name,
    static const char *const names[] = {MATCH_PHASES(PHASE_NAME)};
    uint32_t phase = words_which(words, names, ARRAY_COUNT(names));
    if (phase == UINT32_MAX) words_expected(words, "a phase: closed, call, open or halted");
    return (uint8_t)phase;
}

void script_read_list(struct order_script *script, struct order_sentence *sentence)
{
    static const char *const classes[] = {"plain", "spot", "futures"};
    struct order_words *words = &script->words;
    struct match_listing *listing = &sentence->more.listing;
    const char *symbol = words_look(words) ? words_look(words) : "";
    uint16_t instrument = script_new_symbol(script);
    listing_put(sentence, instrument, words->wrong ? "" : symbol);
    listing->phase = MATCH_OPEN;
    while (words_look(words)) {
        uint32_t class_of = words_which(words, classes, ARRAY_COUNT(classes));
        if (class_of != UINT32_MAX) listing->class_of = (uint8_t)class_of;
        else if (words_take(words, "base")) listing->base = script_asset(script);
        else if (words_take(words, "quote")) listing->quote = script_asset(script);
        else if (words_take(words, "phase")) listing->phase = phase_read(words);
        else if (!listing_word(words, listing))
            words_expected(words, "what is to be said of an instrument, such as 'tick' or 'lot'");
    }
    listing_settle(listing);
}

void order_script_default_listing(struct order_script *script, struct order_sentence *sentence)
{
    *sentence = (struct order_sentence){.said = ORDER_SAYS_INPUT};
    listing_put(sentence, 0, ORDER_SYMBOL_DEFAULT);
    sentence->more.listing.phase = MATCH_OPEN;
    listing_settle(&sentence->more.listing);
    if (names_find(&script->symbols, ORDER_SYMBOL_DEFAULT) == ORDER_NAME_NONE)
        names_add(&script->symbols, ORDER_SYMBOL_DEFAULT, 0);
}

void script_read_remove(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.kind = MATCH_REMOVE;
    sentence->input.instrument = script_symbol(script);
}

void script_read_phase(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.kind = MATCH_PHASE;
    sentence->input.instrument = script_symbol_or_only(script, sentence);
    sentence->input.type = phase_read(&script->words);
}

void script_read_mark(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.kind = MATCH_MARK;
    sentence->input.instrument = script_symbol_or_only(script, sentence);
    sentence->input.price = words_decimal(&script->words, "a price");
}

/* Accounts and money. */

void order_script_default_account(uint32_t account, struct order_sentence *sentence)
{
    *sentence = (struct order_sentence){.said = ORDER_SAYS_INPUT};
    sentence->input.kind = MATCH_ACCOUNT;
    sentence->input.bytes = sizeof sentence->input;
    sentence->input.account = account;
    sentence->input.other = account;
}

void script_read_account(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    input->kind = MATCH_ACCOUNT;
    input->account = script_account(script, sentence);
    input->other = input->account;
    sentence->uses_account = false; /* it is made by this line */
    while (words_look(words)) {
        if (words_take(words, "group")) input->other = script_group(script);
        else if (words_take(words, "leverage"))
            input->qty = words_decimal(words, "a whole number of times");
        else if (words_take(words, "limit")) input->price = words_decimal(words, "a value");
        else words_expected(words, "'group', 'leverage' or 'limit'");
    }
}

static void payment_read(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.account = script_account(script, sentence);
    sentence->input.instrument = script_asset(script);
    sentence->input.qty = words_decimal(&script->words, "an amount");
}

void script_read_deposit(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.kind = MATCH_DEPOSIT;
    payment_read(script, sentence);
}

void script_read_withdraw(struct order_script *script, struct order_sentence *sentence)
{
    sentence->input.kind = MATCH_WITHDRAW;
    payment_read(script, sentence);
}
