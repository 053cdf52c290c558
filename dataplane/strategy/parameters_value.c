/* One value of a parameter: from text to numbers, and a bound back to text. */

#include "dataplane/strategy/parameters.h"

#include <string.h>

/* What is left to read.  Every function takes what it knows from the front, or returns false. */
struct reading {
    const char *at;
    const char *end;
};

static void skip_blanks(struct reading *reading)
{
    while (reading->at < reading->end && *reading->at == ' ') reading->at++;
    while (reading->at < reading->end && reading->end[-1] == ' ') reading->end--;
}

static bool take_char(struct reading *reading, char wanted)
{
    if (reading->at == reading->end || *reading->at != wanted) return false;
    reading->at++;
    return true;
}

static bool take_digit(struct reading *reading, int64_t *value)
{
    if (reading->at == reading->end || *reading->at < '0' || *reading->at > '9') return false;
    if (*value > (INT64_MAX - 9) / 10) return false;
    *value = *value * 10 + (*reading->at++ - '0');
    return true;
}

/* A number with a sign and up to places digits behind the point, in units of 10^-places. */
static bool take_decimal(struct reading *reading, uint32_t places, int64_t *number)
{
    bool negative = take_char(reading, '-');
    int64_t value = 0;
    if (!take_digit(reading, &value)) return false;
    while (take_digit(reading, &value)) continue;
    bool fraction = places > 0 && take_char(reading, '.');
    uint32_t digits = 0;
    if (fraction && !take_digit(reading, &value)) return false;
    if (fraction) digits = 1;
    while (fraction && digits < places && take_digit(reading, &value)) digits++;
    for (; digits < places; digits++) {
        if (value > INT64_MAX / 10) return false;
        value *= 10;
    }
    *number = negative ? -value : value;
    return true;
}

static bool whole_decimal(struct reading reading, uint32_t places, int64_t *number)
{
    return take_decimal(&reading, places, number) && reading.at == reading.end;
}

static bool read_percent(struct reading reading, int64_t *ppm)
{
    return take_decimal(&reading, 4, ppm) && take_char(&reading, '%') && reading.at == reading.end;
}

/* Longest units first, so that a bound is shown in the largest that divides it. */
static const struct {
    const char *name;
    int64_t ns;
} unit[] = {{"h", 3600 * (int64_t)NANOS_SECOND}, {"m", 60 * (int64_t)NANOS_SECOND},
            {"s", (int64_t)NANOS_SECOND},        {"ms", (int64_t)NANOS_MILLI},
            {"us", (int64_t)NANOS_MICRO},        {"ns", 1}};

static bool read_duration(struct reading reading, int64_t *ns)
{
    int64_t value = 0;
    if (!take_decimal(&reading, 0, &value)) return false;
    size_t length = (size_t)(reading.end - reading.at);
    for (uint32_t i = 0; i < ARRAY_COUNT(unit); i++) {
        if (strlen(unit[i].name) != length || memcmp(unit[i].name, reading.at, length) != 0)
            continue;
        if (value > INT64_MAX / unit[i].ns || value < 0) return false;
        *ns = value * unit[i].ns;
        return true;
    }
    return false;
}

static bool within(const struct parameter_row *row, int64_t value)
{
    return value >= row->low && value <= row->high;
}

static bool read_distance(const struct parameter_row *row, struct reading reading,
                          struct distance *distance)
{
    skip_blanks(&reading);
    *distance = (struct distance){0};
    distance->ticks = reading.end > reading.at && reading.end[-1] == 't';
    if (distance->ticks) reading.end--;
    uint32_t places = distance->ticks ? 0 : 8;
    if (!whole_decimal(reading, places, &distance->value)) return false;
    if (!distance->ticks) return within(row, distance->value);
    int64_t low = row->low < 0 ? -PARAMETER_TICKS_MAX : row->low > 0;
    return distance->value >= low && distance->value <= PARAMETER_TICKS_MAX;
}

static bool read_choice(const struct parameter_row *row, struct reading reading, int64_t *choice)
{
    size_t length = (size_t)(reading.end - reading.at);
    for (uint32_t i = 0; i < PARAMETER_CHOICES_MAX && row->words[i]; i++) {
        *choice = i;
        if (strlen(row->words[i]) == length && memcmp(row->words[i], reading.at, length) == 0)
            return true;
    }
    return false;
}

/* The next part of a list, up to a comma. */
static bool next_part(struct reading *list, struct reading *part)
{
    if (list->at > list->end) return false;
    const char *comma = memchr(list->at, ',', (size_t)(list->end - list->at));
    *part = (struct reading){list->at, comma ? comma : list->end};
    list->at = comma ? comma + 1 : list->end + 1;
    skip_blanks(part);
    return true;
}

static bool read_rungs(const struct parameter_row *row, struct reading list, struct rungs *rungs)
{
    struct reading part;
    *rungs = (struct rungs){0};
    while (next_part(&list, &part)) {
        if (rungs->count == PARAMETER_RUNGS_MAX) return false;
        struct rung *rung = &rungs->at[rungs->count++];
        const char *colon = memchr(part.at, ':', (size_t)(part.end - part.at));
        if (!colon) return false;
        struct reading offset = {part.at, colon}, qty = {colon + 1, part.end};
        skip_blanks(&qty);
        if (!read_distance(row, offset, &rung->offset)) return false;
        if (!whole_decimal(qty, 8, &rung->qty)) return false;
        if (rung->qty <= 0 || rung->qty > PARAMETER_QTY_MAX) return false;
    }
    return true;
}

static bool read_prices(const struct parameter_row *row, struct reading list, struct prices *prices)
{
    struct reading part;
    *prices = (struct prices){0};
    while (next_part(&list, &part)) {
        if (prices->count == PARAMETER_PRICES_MAX) return false;
        price_t *price = &prices->at[prices->count++];
        if (!whole_decimal(part, 8, price) || !within(row, *price)) return false;
    }
    return true;
}

static bool read_number(const struct parameter_row *row, struct reading reading, int64_t *number)
{
    if (row->kind == PARAMETER_CHOICE) return read_choice(row, reading, number);
    bool read = false;
    if (row->kind == PARAMETER_COUNT) read = whole_decimal(reading, 0, number);
    else if (row->kind == PARAMETER_PERCENT) read = read_percent(reading, number);
    else if (row->kind == PARAMETER_DURATION) read = read_duration(reading, number);
    else read = whole_decimal(reading, 8, number);
    return read && within(row, *number);
}

bool parameter_read(const struct parameter_row *row, const char *value, void *into)
{
    struct reading reading = {value, value + strlen(value)};
    skip_blanks(&reading);
    if (row->kind == PARAMETER_DISTANCE) return read_distance(row, reading, into);
    if (row->kind == PARAMETER_RUNGS) return read_rungs(row, reading, into);
    if (row->kind == PARAMETER_PRICES) return read_prices(row, reading, into);
    return read_number(row, reading, into);
}

const char *parameter_kind_text(enum parameter_kind kind)
{
#define KIND_TEXT(name, word, text, type) text,
    static const char *const texts[] = {PARAMETER_KINDS(KIND_TEXT)};
    return texts[kind];
}

static void print_duration(struct text *text, int64_t ns)
{
    uint32_t i = 0;
    while (i + 1 < ARRAY_COUNT(unit) && (ns == 0 || ns % unit[i].ns != 0)) i++;
    text_int(text, ns / unit[i].ns);
    text_append(text, unit[i].name);
}

void parameter_print_bound(struct text *text, const struct parameter_row *row, int64_t bound)
{
    if (row->kind == PARAMETER_COUNT) text_int(text, bound);
    else if (row->kind == PARAMETER_DURATION) print_duration(text, bound);
    else if (row->kind == PARAMETER_PERCENT) text_decimal(text, bound, 4, 0);
    else text_decimal(text, bound, 8, 0);
    if (row->kind == PARAMETER_PERCENT) text_append_char(text, '%');
}
