#ifndef DATAPLANE_BASE_TEXT_H
#define DATAPLANE_BASE_TEXT_H

/* Text for people, composed in a buffer of fixed size.  Cold.
 *
 *     char buffer[4096];
 *     struct text line = text_in(buffer, sizeof buffer);
 *     text_append(&line, "spread ");
 *     text_price(&line, market->ask - market->bid);          0.01
 *     text_to_column(&line, 24);
 *     text_ns(&line, age_ns);                                1.24 us
 *     fputs(line.bytes, stdout);
 *
 * What does not fit is cut at the end and remembered in cut; the text is always terminated.
 * Columns count characters, not bytes, since the start of the line, so tables with names in UTF-8
 * line up.
 *
 * Threads: one.  Memory: the caller's buffer.  No locale, no allocation. */

#include "dataplane/base/base.h"

struct text {
    char *bytes;
    size_t capacity; /* with the terminator; at least 1 */
    size_t length;
    bool cut; /* something did not fit */
};

struct text text_in(char *buffer, size_t capacity);

/* Empties the text, keeps the buffer. */
void text_clear(struct text *text);

void text_append(struct text *text, const char *more);
void text_append_bytes(struct text *text, const char *more, size_t length);
void text_append_char(struct text *text, char more);

/* Like printf. */
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Numbers. */

void text_uint(struct text *text, uint64_t value);    /* 1234567 */
void text_int(struct text *text, int64_t value);      /* -1234567 */
void text_hex(struct text *text, uint64_t value);     /* 12d687, at least one digit */
void text_grouped(struct text *text, uint64_t value); /* 1,234,567 */
void text_short(struct text *text, uint64_t value);   /* 1.23 M: three digits and k M G T P E */

/* value / 10^places with all places, then zeroes at the end removed down to kept_places:
 * text_decimal(t, 1002500, 4, 2) is 100.25, text_decimal(t, 1000001, 4, 2) is 100.0001. */
void text_decimal(struct text *text, int64_t value, uint32_t places, uint32_t kept_places);

void text_price(struct text *text, price_t price);          /* 100.25, 100.00, 0.00000001 */
void text_price_e4(struct text *text, uint32_t price_e4);   /* 100.2500: always four places */
void text_qty(struct text *text, qty_t qty);                /* 300, 0.5 */
void text_bytes(struct text *text, uint64_t bytes);         /* 1.50 MiB */
void text_ns(struct text *text, uint64_t ns);               /* 87 ns, 1.24 us, 12.3 ms, 4.00 s */
void text_clock(struct text *text, nanos_t since_midnight); /* 09:30:00.000000123 */

/* Tables. */

/* Spaces up to column (0 is the start of the line); one space if the line is already there. */
void text_to_column(struct text *text, uint32_t column);

/* Moves what was appended since start (a former text->length, on the last line) to the right, so
 * that it ends just before column. */
void text_right(struct text *text, size_t start, uint32_t column);

/* The same character, count times. */
void text_repeat(struct text *text, const char *character, uint32_t count);

#endif
