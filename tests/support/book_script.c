#include "tests/support/book_script.h"

#include "tests/support/spec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both sides of a comparison become text of one form: a picture is read into rows and drawn again,
 * the engine's book is made into rows and drawn. */

enum { SAYINGS = 1024, ROWS = 512, SIDE_BYTES = 512, PICTURE_BYTES = ROWS * 128, ORDERS = 4096 };

static struct order_venue *venue;
static char said[SAYINGS][MATCH_LINE_MAX]; /* the events of the last WHEN */
static uint32_t said_count;
static bool rejected; /* a reject that no THEN has named */

static void on_event(void *context, const struct match_event *event)
{
    (void)context;
    CHECK(said_count < SAYINGS);
    struct match_names names = order_venue_names(venue);
    struct text line = text_in(said[said_count++], MATCH_LINE_MAX);
    match_print_event(&line, event, &names);
    rejected |= event->kind == MATCH_REJECTED;
}

struct order_venue *book_script_venue(void)
{
    return venue;
}

struct match *book_script_match(void)
{
    CHECK(order_venue_match(venue) != NULL); /* a spec says something before it looks */
    return order_venue_match(venue);
}

void book_script_open(void)
{
    struct order_venue_plan plan = {.limits = order_venue_limits(), .on_event = on_event};
    plan.limits.names = 1u << 14;
    plan.limits.engine.orders = plan.limits.engine.specials = 4096;
    plan.limits.engine.pages = plan.limits.engine.accounts = 1024;
    plan.limits.engine.holdings = plan.limits.engine.balances = 4096;
    said_count = 0;
    rejected = false;
    venue = order_venue_open(&plan);
    CHECK(venue != NULL);
}

static void nothing_unsaid(const char *file, int line)
{
    spec_expect(file, line, !rejected, "no sentence before this one names the reject in: %s",
                said_count ? said[said_count - 1] : "");
    rejected = false;
    said_count = 0;
}

/* What was saved, loaded into a new engine, is the same state. */

struct saved {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void save_write(void *context, const void *bytes, size_t length)
{
    struct saved *saved = context;
    if (saved->length + length > saved->capacity) {
        saved->capacity = 2 * (saved->length + length);
        saved->bytes = realloc(saved->bytes, saved->capacity);
        CHECK(saved->bytes != NULL);
    }
    if (length) memcpy(saved->bytes + saved->length, bytes, length);
    saved->length += length;
}

static void loads_as_it_was(const struct match *match)
{
    const struct match_limits *limits = &order_venue_script(venue)->limits;
    struct saved saved = {.length = 0};
    match_save(match, save_write, &saved);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(match_footprint(limits), CACHE_LINE));
    CHECK(memory != NULL);
    memset(memory, 0, ALIGN_UP(match_footprint(limits), CACHE_LINE));
    struct match *second = match_new(memory, limits);
    const char *problem = match_load(second, saved.bytes, saved.length);
    spec_expect(__FILE__, __LINE__, problem == NULL, "the saved state does not load: %s", problem);
    if (!problem) {
        match_verify(second);
        EXPECT_UINT(match_digest(second), match_digest(match));
    }
    free(memory);
    free(saved.bytes);
}

void book_script_close(void)
{
    nothing_unsaid("the end of the spec", 0);
    if (order_venue_match(venue)) loads_as_it_was(order_venue_match(venue));
    order_venue_close(venue);
    venue = NULL;
}

/* Saying something. */

static void sentence_run(const char *sentence)
{
    struct order_answer answer = order_venue_line(venue, sentence, strlen(sentence));
    if (answer.said == ORDER_SAYS_WRONG) {
        fprintf(stderr, "\"%s\": %s\n", sentence, answer.problem);
        check_failed("the sentence parses", __FILE__, __LINE__);
    }
    if (order_venue_match(venue)) match_verify(order_venue_match(venue));
}

void book_script_when(const char *file, int line, const char *sentence)
{
    nothing_unsaid(file, line);
    sentence_run(sentence);
}

void book_script_run(const char *file, int line, const char *const *sentences)
{
    nothing_unsaid(file, line);
    for (; *sentences; sentences++) {
        sentence_run(*sentences);
        spec_expect(file, line, !rejected, "%s: %s", *sentences,
                    said_count ? said[said_count - 1] : "");
        rejected = false;
        said_count = 0;
    }
}

void book_script_run_printed(const char *file, int line, const char *format, ...)
{
    char sentence[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    book_script_run(file, line, BOOK_LINES(sentence));
}

static void line_add(struct text *text, const char *line)
{
    if (text->length) text_append_char(text, '\n');
    text_append(text, line);
    CHECK(!text->cut);
}

static void lines_are(const char *file, int line, const char *what, const char *const *expected)
{
    static char actual_bytes[SAYINGS * 128], expected_bytes[SAYINGS * 128];
    struct text actual = text_in(actual_bytes, sizeof actual_bytes);
    struct text wanted = text_in(expected_bytes, sizeof expected_bytes);
    for (uint32_t i = 0; i < said_count; i++) line_add(&actual, said[i]);
    for (; *expected; expected++) line_add(&wanted, *expected);
    spec_expect_text(file, line, what, actual.bytes, wanted.bytes);
}

void book_script_then(const char *file, int line, const char *const *sentences)
{
    lines_are(file, line, "the events", sentences);
    rejected = false;
}

/* Pictures. */

struct row {
    price_t price;
    char side[2][SIDE_BYTES]; /* by enum side; as drawn, without spaces at the ends */
};

struct picture {
    uint32_t rows;
    struct row row[ROWS];
};

static price_t price_read(const char *text)
{
    struct order_words words;
    words_read(&words, text, strlen(text));
    price_t price = words_decimal(&words, "a price in the middle of a picture");
    words_end(&words);
    if (words.wrong) check_failed(words.problem, __FILE__, __LINE__);
    return price;
}

/* text[0..length) with one space between words. */
static void words_copy(char *to, const char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' && (used == 0 || to[used - 1] == ' ')) continue;
        CHECK(used + 1 < SIDE_BYTES);
        to[used++] = text[i];
    }
    if (used && to[used - 1] == ' ') used--;
    to[used] = '\0';
}

static void picture_read(struct picture *picture, const char *const *lines)
{
    picture->rows = 0;
    for (; *lines; lines++) {
        struct row *row = &picture->row[picture->rows++];
        CHECK(picture->rows <= ROWS);
        const char *left = strchr(*lines, '|'), *right = left ? strchr(left + 1, '|') : NULL;
        if (!right) check_failed("a line of a picture has two bars", __FILE__, __LINE__);
        char price[SIDE_BYTES];
        words_copy(row->side[SIDE_BUY], *lines, (size_t)(left - *lines));
        words_copy(price, left + 1, (size_t)(right - left - 1));
        words_copy(row->side[SIDE_SELL], right + 1, strlen(right + 1));
        row->price = price_read(price);
    }
}

static void picture_draw(struct text *out, const struct picture *picture)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < picture->rows; i++) {
        size_t length = strlen(picture->row[i].side[SIDE_BUY]);
        if (length > widest) widest = length;
    }
    for (uint32_t i = 0; i < picture->rows; i++) {
        const struct row *row = &picture->row[i];
        size_t start = out->length;
        text_append(out, row->side[SIDE_BUY]);
        text_right(out, start, (uint32_t)widest);
        text_append(out, " | ");
        start = out->length;
        text_price(out, row->price);
        text_right(out, start, (uint32_t)widest + 14);
        text_append(out, " | ");
        text_append(out, row->side[SIDE_SELL]);
        text_append_char(out, '\n');
    }
    CHECK(!out->cut);
}

/* The name of an order and its quantities, as "a30", "a2:30" or "g10+90". */
static void order_draw(struct text *out, const struct match_order *order)
{
    struct match_names names = order_venue_names(venue);
    size_t start = out->length;
    names.order(names.context, out, order->id);
    if (out->length - start > 1) text_append_char(out, ':');
    text_qty(out, order->shown);
    if (order->open == order->shown) return;
    text_append_char(out, '+');
    text_qty(out, order->open - order->shown);
}

struct orders {
    uint32_t count;
    struct match_order order[ORDERS];
};

static void order_visit(void *context, const struct match_order *order)
{
    struct orders *orders = context;
    CHECK(orders->count < ORDERS);
    orders->order[orders->count++] = *order;
}

/* The row of a price, put where it belongs. */
static struct row *row_of(struct picture *picture, price_t price)
{
    uint32_t at = 0;
    while (at < picture->rows && picture->row[at].price > price) at++;
    if (at < picture->rows && picture->row[at].price == price) return &picture->row[at];
    CHECK(picture->rows < ROWS);
    memmove(&picture->row[at + 1], &picture->row[at],
            (picture->rows - at) * sizeof picture->row[0]);
    picture->rows++;
    picture->row[at] = (struct row){.price = price};
    return &picture->row[at];
}

/* What the engine says of its levels must be the sum of what it says of their orders. */
static void depth_is(const char *file, int line, uint16_t instrument, enum side side,
                     const struct orders *orders)
{
    static struct match_level levels[ROWS];
    uint32_t count = match_depth(order_venue_match(venue), instrument, side, levels, ROWS);
    uint32_t at = 0;
    for (uint32_t i = 0; i < count && i < ROWS; i++) {
        qty_t qty = 0;
        uint32_t first = at;
        while (at < orders->count && orders->order[at].price == levels[i].price)
            qty += orders->order[at++].shown;
        spec_expect(file, line, qty == levels[i].qty && at - first == levels[i].orders,
                    "level %u of side %d does not hold what its orders hold", i, side);
    }
    spec_expect(file, line, at == orders->count, "an order of side %d is on no level", side);
}

static void picture_of(const char *file, int line, struct picture *picture, uint16_t instrument)
{
    static struct orders orders;
    picture->rows = 0;
    for (enum side side = SIDE_BUY; side <= SIDE_SELL; side++) {
        orders.count = 0;
        match_each(order_venue_match(venue), instrument, side, order_visit, &orders);
        depth_is(file, line, instrument, side, &orders);
        for (uint32_t i = 0; i < orders.count; i++) {
            char *drawn = row_of(picture, orders.order[i].price)->side[side];
            char bytes[SIDE_BYTES];
            struct text text = text_in(bytes, sizeof bytes);
            if (side == SIDE_SELL && drawn[0]) line_add(&text, drawn);
            if (text.length) text_append_char(&text, ' ');
            order_draw(&text, &orders.order[i]);
            if (side == SIDE_BUY && drawn[0]) text_append_char(&text, ' ');
            if (side == SIDE_BUY) text_append(&text, drawn);
            CHECK(!text.cut);
            memcpy(drawn, bytes, text.length + 1);
        }
    }
}

static uint16_t instrument_of(const char *symbol)
{
    const struct order_script *script = order_venue_script(venue);
    uint64_t number = 0;
    if (symbol && !order_script_number(&script->symbols, symbol, &number))
        check_failed("the instrument of a picture is listed", __FILE__, __LINE__);
    return (uint16_t)number;
}

void book_script_is(const char *file, int line, const char *symbol, const char *const *lines)
{
    static struct picture picture;
    static char expected_bytes[PICTURE_BYTES], actual_bytes[PICTURE_BYTES];
    struct text expected = text_in(expected_bytes, sizeof expected_bytes);
    struct text actual = text_in(actual_bytes, sizeof actual_bytes);
    picture_read(&picture, lines);
    book_script_match();
    picture_draw(&expected, &picture);
    picture_of(file, line, &picture, instrument_of(symbol));
    picture_draw(&actual, &picture);
    spec_expect_text(file, line, "the book", actual.bytes, expected.bytes);
}

/* "a30" of row: a line that rests the order. */
static void token_rest(const char *symbol, const char *token, enum side side, price_t price)
{
    char bytes[SIDE_BYTES];
    struct text line = text_in(bytes, sizeof bytes);
    const char *colon = strchr(token, ':'), *qty = colon ? colon + 1 : token + 1;
    size_t name = colon ? (size_t)(colon - token) : 1;
    const char *plus = strchr(qty, '+');
    qty_t shown = 0, hidden = 0;
    char number[SIDE_BYTES];
    snprintf(number, sizeof number, "%.*s", (int)(plus ? plus - qty : (long)strlen(qty)), qty);
    shown = price_read(number);
    if (plus) hidden = price_read(plus + 1);
    text_append_bytes(&line, token, name);
    text_append(&line, side == SIDE_BUY ? " buys " : " sells ");
    text_qty(&line, shown + hidden);
    text_append(&line, " at ");
    text_price(&line, price);
    if (plus) text_append(&line, " showing ");
    if (plus) text_qty(&line, shown);
    if (symbol) text_append(&line, " of ");
    if (symbol) text_append(&line, symbol);
    sentence_run(line.bytes);
    if (!rejected) return;
    fprintf(stderr, "%s: %s\n", line.bytes, said[said_count - 1]);
    check_failed("the orders of a drawn book are accepted", __FILE__, __LINE__);
}

static void side_rest(const char *symbol, struct row *row, enum side side)
{
    char *token[SIDE_BYTES / 2];
    uint32_t count = 0;
    char *rest = row->side[side];
    for (char *word; (word = strtok_r(rest, " ", &rest));) token[count++] = word;
    for (uint32_t i = 0; i < count; i++)
        token_rest(symbol, token[side == SIDE_BUY ? count - 1 - i : i], side, row->price);
}

void book_script_given(const char *symbol, const char *const *lines)
{
    static struct picture picture;
    picture_read(&picture, lines);
    for (uint32_t i = 0; i < picture.rows; i++) {
        side_rest(symbol, &picture.row[i], SIDE_SELL);
        side_rest(symbol, &picture.row[i], SIDE_BUY);
    }
    said_count = 0;
}
