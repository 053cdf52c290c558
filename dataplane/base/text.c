#include "dataplane/base/text.h"

#include <string.h>

/* Invariants: length < capacity, bytes[length] is the terminator.  Everything is composed from
 * text_append_bytes, which alone knows about the end of the buffer. */

struct text text_in(char *buffer, size_t capacity)
{
    CHECK(capacity >= 1);
    buffer[0] = '\0';
    return (struct text){.bytes = buffer, .capacity = capacity};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->cut = false;
    text->bytes[0] = '\0';
}

void text_append_bytes(struct text *text, const char *more, size_t length)
{
    size_t left = text->capacity - 1 - text->length;
    if (length > left) {
        length = left;
        text->cut = true;
        /* Not through the middle of a character: back to the byte that starts it. */
        while (length > 0 && ((unsigned char)more[length] & 0xc0) == 0x80) length--;
    }
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *more)
{
    text_append_bytes(text, more, strlen(more));
}

void text_append_char(struct text *text, char more)
{
    text_append_bytes(text, &more, 1);
}

/* Numbers.  Digits are made from the last to the first, at the end of a buffer. */

enum { DIGITS_MAX = 40 };

static char *digits_before(char *end, uint64_t value, uint32_t at_least)
{
    char *first = end;
    for (uint32_t count = 0; value > 0 || count < at_least; count++) {
        *--first = (char)('0' + value % 10);
        value /= 10;
    }
    return first;
}

void text_uint(struct text *text, uint64_t value)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    char *first = digits_before(end, value, 1);
    text_append_bytes(text, first, (size_t)(end - first));
}

/* -value as unsigned, right for INT64_MIN too. */
static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void text_int(struct text *text, int64_t value)
{
    if (value < 0) text_append_char(text, '-');
    text_uint(text, magnitude(value));
}

void text_hex(struct text *text, uint64_t value)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits, *first = end;
    do *--first = "0123456789abcdef"[value & 15];
    while ((value >>= 4) > 0);
    text_append_bytes(text, first, (size_t)(end - first));
}

void text_grouped(struct text *text, uint64_t value)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits, *first = end;
    uint32_t count = 0;
    do {
        if (count > 0 && count % 3 == 0) *--first = ',';
        *--first = (char)('0' + value % 10);
        count++;
    } while ((value /= 10) > 0);
    text_append_bytes(text, first, (size_t)(end - first));
}

static uint64_t power_of_10(uint32_t places)
{
    CHECK(places < 20);
    uint64_t power = 1;
    while (places-- > 0) power *= 10;
    return power;
}

void text_decimal(struct text *text, int64_t value, uint32_t places, uint32_t kept_places)
{
    CHECK(kept_places <= places);
    uint64_t one = power_of_10(places), whole = magnitude(value);
    uint64_t fraction = whole % one;
    while (places > kept_places && fraction % 10 == 0) {
        fraction /= 10;
        places--;
    }
    if (value < 0) text_append_char(text, '-');
    text_uint(text, whole / one);
    if (places == 0) return;
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    char *first = digits_before(end, fraction, places);
    *--first = '.';
    text_append_bytes(text, first, (size_t)(end - first));
}

void text_price(struct text *text, price_t price)
{
    text_decimal(text, price, 8, 2);
}

void text_price_e4(struct text *text, uint32_t price_e4)
{
    text_decimal(text, price_e4, 4, 4);
}

void text_qty(struct text *text, qty_t qty)
{
    text_decimal(text, qty, 8, 0);
}

/* numerator / unit with three significant digits, rounded half up: 1.23, 12.3, 123.  The caller has
 * chosen unit so that the quotient is below 1000; rounding may make it 1000. */
static void three_digits(struct text *text, uint64_t numerator, uint64_t unit)
{
    unsigned __int128 wide = numerator;
    uint64_t hundredths = (uint64_t)((wide * 100 + unit / 2) / unit);
    if (hundredths < 1000) return text_decimal(text, (int64_t)hundredths, 2, 2);
    uint64_t tenths = (uint64_t)((wide * 10 + unit / 2) / unit);
    if (tenths < 1000) return text_decimal(text, (int64_t)tenths, 1, 1);
    text_uint(text, (uint64_t)((wide + unit / 2) / unit));
}

/* The units of one quantity, the smallest first, each step times the one before.  In the smallest
 * the number is whole. */
static void scaled(struct text *text, uint64_t value, uint64_t step, const char *const *units,
                   uint32_t count)
{
    uint64_t unit = 1;
    uint32_t chosen = 0;
    /* 999.5 of a unit would print as 1000 of it: it is 1.00 of the next. */
    while (chosen + 1 < count && value / unit >= 999 &&
           (unsigned __int128)value * 2 >= (unsigned __int128)unit * 1999) {
        unit *= step;
        chosen++;
    }
    if (chosen == 0) text_uint(text, value);
    else three_digits(text, value, unit);
    text_append(text, units[chosen]);
}

void text_short(struct text *text, uint64_t value)
{
    static const char *const units[] = {"", " k", " M", " G", " T", " P", " E"};
    scaled(text, value, 1000, units, ARRAY_COUNT(units));
}

void text_bytes(struct text *text, uint64_t bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    scaled(text, bytes, 1024, units, ARRAY_COUNT(units));
}

void text_ns(struct text *text, uint64_t ns)
{
    static const char *const units[] = {" ns", " us", " ms", " s"};
    scaled(text, ns, 1000, units, ARRAY_COUNT(units));
}

static void two_digits(struct text *text, uint64_t value, char after)
{
    text_append_char(text, (char)('0' + value / 10 % 10));
    text_append_char(text, (char)('0' + value % 10));
    text_append_char(text, after);
}

void text_clock(struct text *text, nanos_t since_midnight)
{
    uint64_t seconds = since_midnight / NANOS_SECOND;
    two_digits(text, seconds / 3600 % 100, ':');
    two_digits(text, seconds / 60 % 60, ':');
    two_digits(text, seconds % 60, '.');
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    text_append_bytes(text, digits_before(end, since_midnight % NANOS_SECOND, 9), 9);
}

/* Tables. */

/* Characters in bytes[from..to): every byte that does not continue one. */
static size_t characters(const struct text *text, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++) count += ((unsigned char)text->bytes[i] & 0xc0) != 0x80;
    return count;
}

static size_t line_start(const struct text *text)
{
    size_t start = text->length;
    while (start > 0 && text->bytes[start - 1] != '\n') start--;
    return start;
}

static void spaces(struct text *text, size_t count)
{
    while (count-- > 0) text_append_char(text, ' ');
}

void text_to_column(struct text *text, uint32_t column)
{
    size_t at = characters(text, line_start(text), text->length);
    spaces(text, at < column ? column - at : (at > 0));
}

void text_right(struct text *text, size_t start, uint32_t column)
{
    CHECK(start <= text->length);
    size_t end = text->length;
    size_t at = characters(text, line_start(text), end);
    if (at >= column) return;
    size_t gap = column - at;
    spaces(text, gap); /* makes room, as far as there is any */
    gap = text->length - end;
    memmove(text->bytes + start + gap, text->bytes + start, end - start);
    memset(text->bytes + start, ' ', gap);
}

void text_repeat(struct text *text, const char *character, uint32_t count)
{
    while (count-- > 0) text_append(text, character);
}
