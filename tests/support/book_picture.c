#include "tests/support/book_picture.h"

#include "dataplane/book/book_put.h"
#include "tests/support/spec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both what a picture says and what a book holds become one list of orders, by price, side and age,
 * and both lists are drawn by the same pen. */

enum { ORDERS_MAX = 26, TEXT_BYTES = 4096 };

struct drawing {
    struct book_order
        order[ORDERS_MAX]; /* highest price first; of a price bids first, oldest first */
    uint32_t orders;
};

static struct book *book;
static void *book_memory;
static char became[128];

static _Noreturn void does_not_parse(const char *text)
{
    fprintf(stderr, "does not parse: %s\n", text);
    abort();
}

void book_picture_vectors(struct book *of)
{
    const char *vectors = getenv("BOOK_VECTORS");
    if (vectors && !book_use(of, vectors)) spec_skip("this processor has not these vectors");
}

void book_picture_open(void)
{
    struct book_limits limits = {.instruments = 4, .orders = ORDERS_MAX, .levels = ORDERS_MAX};
    book_memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
    book = book_new(book_memory, &limits);
    book_picture_vectors(book);
    snprintf(became, sizeof became, "nothing");
}

void book_picture_close(void)
{
    free(book_memory);
    book_memory = NULL;
}

struct book *book_picture_book(void)
{
    return book;
}

/* A price with two to four decimals, in 1/10 000; moves *text behind it. */
static uint32_t price_read(const char **text, const char *whole)
{
    char *end;
    if (!isdigit((unsigned char)**text)) does_not_parse(whole);
    unsigned long units = strtoul(*text, &end, 10), parts = 0;
    if (*end != '.') does_not_parse(whole);
    int decimals = 0;
    for (end++; isdigit((unsigned char)*end); end++, decimals++)
        parts = parts * 10 + (unsigned long)(*end - '0');
    if (decimals < 2 || decimals > 4) does_not_parse(whole);
    for (; decimals < 4; decimals++) parts *= 10;
    *text = end;
    return (uint32_t)(units * 10000 + parts);
}

static void orders_read(struct drawing *drawing, const char *text, const char *end, enum side side,
                        uint32_t price_e4, const char *whole)
{
    uint32_t first = drawing->orders;
    while (text < end) {
        if (*text == ' ') {
            text++;
            continue;
        }
        char *behind;
        struct book_order order = {.ref = (uint64_t)*text, .price_e4 = price_e4};
        if (!islower((unsigned char)*text) || !isdigit((unsigned char)text[1]))
            does_not_parse(whole);
        order.qty = (uint32_t)strtoul(text + 1, &behind, 10);
        order.side = (uint8_t)side;
        for (uint32_t i = 0; i < drawing->orders; i++)
            if (drawing->order[i].ref == order.ref) does_not_parse(whole);
        if (behind > end || drawing->orders == ORDERS_MAX || order.qty == 0) does_not_parse(whole);
        drawing->order[drawing->orders++] = order;
        text = behind;
    }
    /* On the left the oldest is the last. */
    for (uint32_t i = first, j = drawing->orders; side == SIDE_BUY && i + 1 < j; i++) {
        struct book_order order = drawing->order[--j];
        drawing->order[j] = drawing->order[i];
        drawing->order[i] = order;
    }
}

static struct drawing picture_read(const char *const *picture)
{
    struct drawing drawing = {.orders = 0};
    uint32_t above = UINT32_MAX;
    for (; *picture; picture++) {
        const char *line = *picture, *bids_end = strchr(line, '|');
        const char *asks = bids_end ? strchr(bids_end + 1, '|') : NULL;
        if (!asks || strchr(asks + 1, '|')) does_not_parse(line);
        const char *price = bids_end + 1 + strspn(bids_end + 1, " ");
        uint32_t price_e4 = price_read(&price, line), before = drawing.orders;
        if (price + strspn(price, " ") != asks || price_e4 >= above) does_not_parse(line);
        above = price_e4;
        orders_read(&drawing, line, bids_end, SIDE_BUY, price_e4, line);
        orders_read(&drawing, asks + 1, line + strlen(line), SIDE_SELL, price_e4, line);
        if (drawing.orders == before) does_not_parse(line);
    }
    return drawing;
}

static void order_see(void *context, const struct book_order *order)
{
    struct drawing *drawing = context;
    CHECK(drawing->orders < ORDERS_MAX);
    uint32_t at = drawing->orders++;
    for (; at > 0; at--) {
        const struct book_order *above = &drawing->order[at - 1];
        if (above->price_e4 > order->price_e4) break;
        if (above->price_e4 == order->price_e4 && above->side <= order->side) break;
        drawing->order[at] = *above;
    }
    drawing->order[at] = *order;
}

static void draw(const struct drawing *drawing, char text[TEXT_BYTES])
{
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < drawing->orders;) {
        uint32_t price_e4 = drawing->order[i].price_e4, bids_end = i, end;
        char bids[512] = "";
        while (bids_end < drawing->orders && drawing->order[bids_end].price_e4 == price_e4 &&
               drawing->order[bids_end].side == SIDE_BUY)
            bids_end++;
        size_t length = 0;
        for (uint32_t k = bids_end; k-- > i;)
            length += (size_t)snprintf(bids + length, sizeof bids - length, "%c%u ",
                                       (char)drawing->order[k].ref, drawing->order[k].qty);
        at += (size_t)snprintf(text + at, TEXT_BYTES - at, "%24s| %6u.%04u |", bids,
                               price_e4 / 10000, price_e4 % 10000);
        for (end = bids_end; end < drawing->orders; end++) {
            if (drawing->order[end].price_e4 != price_e4) break;
            at += (size_t)snprintf(text + at, TEXT_BYTES - at, " %c%u",
                                   (char)drawing->order[end].ref, drawing->order[end].qty);
        }
        at += (size_t)snprintf(text + at, TEXT_BYTES - at, "\n");
        i = end;
    }
}

void book_picture_given(const char *const *picture)
{
    struct drawing drawing = picture_read(picture);
    CHECK(book_counts(book)->orders == 0);
    for (uint32_t i = 0; i < drawing.orders; i++) {
        const struct book_order *order = &drawing.order[i];
        book_put_one(book, &(struct book_command){.op = BOOK_ADD,
                                                  .ref = order->ref,
                                                  .qty = order->qty,
                                                  .price_e4 = order->price_e4,
                                                  .instrument = BOOK_PICTURE_INSTRUMENT,
                                                  .side = order->side});
    }
    book_flush(book);
    book_verify(book);
    CHECK(book_counts(book)->orders == drawing.orders);
    uint32_t count;
    book_changed(book, &count);
}

void book_picture_is(const char *file, int line, const char *const *picture)
{
    char expected[TEXT_BYTES], actual[TEXT_BYTES];
    struct drawing wanted = picture_read(picture), seen = {.orders = 0};
    book_each(book, BOOK_PICTURE_INSTRUMENT, SIDE_BUY, order_see, &seen);
    book_each(book, BOOK_PICTURE_INSTRUMENT, SIDE_SELL, order_see, &seen);
    draw(&wanted, expected);
    draw(&seen, actual);
    spec_expect_text(file, line, "the book differs from the picture", actual, expected);
}

/* Sentences. */

/* Moves *text behind words if it begins with them. */
static bool words(const char **text, const char *wanted)
{
    size_t length = strlen(wanted);
    if (strncmp(*text, wanted, length) != 0) return false;
    *text += length;
    return true;
}

static uint64_t letter_read(const char **text, const char *whole)
{
    if (!islower((unsigned char)**text)) does_not_parse(whole);
    return (uint64_t) * (*text)++;
}

static uint64_t number_read(const char **text, const char *whole)
{
    char *end;
    if (!isdigit((unsigned char)**text)) does_not_parse(whole);
    uint64_t number = strtoull(*text, &end, 10);
    *text = end;
    return number;
}

static void qty_at_price(struct book_command *command, const char **text, const char *whole)
{
    command->qty = number_read(text, whole);
    if (!words(text, " at ")) does_not_parse(whole);
    command->price_e4 = price_read(text, whole);
}

static void execution_read(struct book_command *command, const char **text, const char *whole)
{
    command->op = BOOK_EXECUTE;
    command->ref = letter_read(text, whole);
    if (!words(text, " ")) does_not_parse(whole);
    command->qty = number_read(text, whole);
    if (words(text, " silently")) command->op = BOOK_EXECUTE_SILENT;
    if (!words(text, " at ")) return;
    command->op = BOOK_EXECUTE_AT;
    command->price_e4 = price_read(text, whole);
}

static struct book_command sentence_read(const char *whole)
{
    struct book_command command = {.instrument = BOOK_PICTURE_INSTRUMENT};
    const char *text = whole;
    if (words(&text, "add ")) {
        command.op = BOOK_ADD;
        command.ref = letter_read(&text, whole);
        if (words(&text, " sell ")) command.side = SIDE_SELL;
        else if (!words(&text, " buy ")) does_not_parse(whole);
        qty_at_price(&command, &text, whole);
    } else if (words(&text, "execute ")) {
        execution_read(&command, &text, whole);
    } else if (words(&text, "cancel ")) {
        command.op = BOOK_CANCEL;
        command.ref = letter_read(&text, whole);
        if (!words(&text, " ")) does_not_parse(whole);
        command.qty = number_read(&text, whole);
    } else if (words(&text, "delete ")) {
        command.op = BOOK_DELETE;
        command.ref = letter_read(&text, whole);
    } else if (words(&text, "replace ")) {
        command.op = BOOK_REPLACE;
        command.ref = letter_read(&text, whole);
        if (!words(&text, " by ")) does_not_parse(whole);
        command.ref_new = letter_read(&text, whole);
        if (!words(&text, " ")) does_not_parse(whole);
        qty_at_price(&command, &text, whole);
    } else if (words(&text, "trade ")) {
        command.op = BOOK_TRADE;
        qty_at_price(&command, &text, whole);
    }
    if (command.op == BOOK_NOTHING || *text != '\0') does_not_parse(whole);
    return command;
}

#define STATUS_NAME(status, counter, meaning) #counter,

void book_picture_when(const char *sentence)
{
    static const char *const names[] = {BOOK_STATUSES(STATUS_NAME)};
    struct book_command command = sentence_read(sentence);
    struct book_counts before = *book_counts(book);
    uint32_t changed;
    book_changed(book, &changed);
    book_put_one(book, &command);
    book_flush(book);
    book_verify(book);
    const struct book_counts *after = book_counts(book);
    const uint16_t *list = book_changed(book, &changed);
    CHECK(changed == 0 || (changed == 1 && list[0] == BOOK_PICTURE_INSTRUMENT));
    uint32_t became_of = BOOK_STATUS_COUNT, counted = 0;
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT; i++) {
        if (after->command[i] == before.command[i]) continue;
        became_of = i;
        counted += (uint32_t)(after->command[i] - before.command[i]);
    }
    CHECK(counted == 1);
    snprintf(became, sizeof became, "%s%s%s", names[became_of], changed ? ", changed" : "",
             book_suspect(book, BOOK_PICTURE_INSTRUMENT) ? ", suspect" : "");
}

void book_picture_then(const char *file, int line, const char *sentence)
{
    spec_expect_text(file, line, "what became of it", became, sentence);
}
