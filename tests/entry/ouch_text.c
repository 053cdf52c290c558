#include "tests/entry/ouch_text.h"

#include "dataplane/base/base.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers, most significant byte first. */

static void put_number(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static uint64_t number_at(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | at[i];
    return value;
}

static void put_text(uint8_t *at, const char *text, size_t size)
{
    memset(at, ' ', size);
    memcpy(at, text, strlen(text) < size ? strlen(text) : size);
}

/* "10.05" in 1/10 000; "market" is 0x7fffffff; "=N" is N itself. */
static uint64_t price_e4(const char *word)
{
    uint64_t whole = 0, part = 0;
    int digits = 0;
    if (strcmp(word, "market") == 0) return 0x7fffffff;
    if (*word == '=') return strtoull(word + 1, NULL, 0);
    for (; *word >= '0' && *word <= '9'; word++) whole = whole * 10 + (uint64_t)(*word - '0');
    if (*word == '.')
        for (word++; *word >= '0' && *word <= '9'; word++, digits++)
            part = part * 10 + (uint64_t)(*word - '0');
    for (; digits < 4; digits++) part *= 10;
    return whole * 10000 + part;
}

enum { WORDS = 40 };

struct words {
    char text[512];
    char *at[WORDS];
    size_t count;
};

static void words_split(struct words *words, const char *line)
{
    char *rest = words->text;
    words->count = 0;
    snprintf(words->text, sizeof words->text, "%s", line);
    while (*(rest += strspn(rest, " ")) != '\0') {
        CHECK(words->count < WORDS);
        words->at[words->count++] = rest;
        rest += strcspn(rest, " ");
        if (*rest != '\0') *rest++ = '\0';
    }
}

static const char *word(const struct words *words, size_t i)
{
    CHECK(i < words->count);
    return words->at[i];
}

static uint32_t number(const struct words *words, size_t i)
{
    return (uint32_t)strtoul(word(words, i), NULL, 0);
}

/* The value of option "name=", or NULL. */
static const char *option(const struct words *words, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 1; i < words->count; i++)
        if (strncmp(words->at[i], name, length) == 0 && words->at[i][length] == '=')
            return words->at[i] + length + 1;
    return NULL;
}

static char letter(const struct words *words, const char *name, char otherwise)
{
    const char *value = option(words, name);
    if (value) return *value ? *value : ' ';
    return otherwise;
}

static const char *text(const struct words *words, const char *name)
{
    const char *value = option(words, name);
    return value ? value : "";
}

/* The tags of 5.0: number, name here, bytes, and whether letters. */
static const struct {
    uint8_t tag;
    const char *name;
    uint8_t size;
    char kind; /* n number, t text, p price */
} tags[] = {
    {1, "second", 8, 'n'},   {2, "firm", 4, 't'},       {3, "minqty", 4, 'n'},
    {4, "customer", 1, 't'}, {5, "floor", 4, 'n'},      {6, "peg", 1, 't'},
    {7, "pegoff", 4, 'n'},   {9, "disc", 8, 'p'},       {10, "disctype", 1, 't'},
    {11, "discoff", 4, 'n'}, {12, "post", 1, 't'},      {13, "random", 4, 'n'},
    {15, "expire", 4, 'n'},  {16, "now", 1, 't'},       {17, "inst", 1, 't'},
    {22, "show", 4, 'n'},    {23, "showprice", 8, 'p'}, {24, "group", 2, 'n'},
    {25, "located", 1, 't'}, {26, "broker", 4, 't'},    {27, "side", 1, 't'},
    {28, "idx", 1, 'n'},     {29, "aiq", 1, 't'},       {30, "aiqgroup", 2, 't'},
};

/* The appendage behind a fixed part; the message's length. */
static size_t put_tags(const struct words *words, uint8_t *bytes, size_t fixed, bool always)
{
    size_t at = fixed + 2;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        const char *value = option(words, tags[i].name);
        if (!value) continue;
        bytes[at++] = (uint8_t)(tags[i].size + 1);
        bytes[at++] = tags[i].tag;
        if (tags[i].kind == 't') put_text(bytes + at, value, tags[i].size);
        else if (tags[i].kind == 'p') put_number(bytes + at, price_e4(value), tags[i].size);
        else put_number(bytes + at, strtoull(value, NULL, 0), tags[i].size);
        at += tags[i].size;
    }
    if (at == fixed + 2 && !always) return fixed;
    put_number(bytes + fixed, at - fixed - 2, 2);
    return at;
}

static void put_symbol(uint8_t *at, const char *word_)
{
    put_text(at, strcmp(word_, "*") == 0 ? "" : word_, 8);
}

static size_t enter50(const struct words *w, uint8_t *bytes)
{
    put_number(bytes + 1, number(w, 1), 4);
    bytes[5] = (uint8_t)*word(w, 2);
    put_number(bytes + 6, number(w, 3), 4);
    put_symbol(bytes + 10, word(w, 4));
    put_number(bytes + 18, price_e4(word(w, 5)), 8);
    bytes[26] = (uint8_t)letter(w, "tif", '0');
    bytes[27] = (uint8_t)letter(w, "display", 'Y');
    bytes[28] = (uint8_t)letter(w, "capacity", 'A');
    bytes[29] = (uint8_t)letter(w, "iso", 'N');
    bytes[30] = (uint8_t)letter(w, "cross", 'N');
    put_text(bytes + 31, text(w, "id"), 14);
    return put_tags(w, bytes, 45, true);
}

static size_t replace50(const struct words *w, uint8_t *bytes)
{
    put_number(bytes + 1, number(w, 1), 4);
    put_number(bytes + 5, number(w, 2), 4);
    put_number(bytes + 9, number(w, 3), 4);
    put_number(bytes + 13, price_e4(word(w, 4)), 8);
    bytes[21] = (uint8_t)letter(w, "tif", '0');
    bytes[22] = (uint8_t)letter(w, "display", 'Y');
    bytes[23] = (uint8_t)letter(w, "iso", 'N');
    put_text(bytes + 24, text(w, "id"), 14);
    return put_tags(w, bytes, 38, true);
}

size_t ouch_text_bytes50(const char *line, uint8_t bytes[OUCH_TEXT_BYTES])
{
    struct words w;
    words_split(&w, line);
    memset(bytes, 0, OUCH_TEXT_BYTES);
    bytes[0] = (uint8_t)*word(&w, 0);
    if (bytes[0] != 'Q') put_number(bytes + 1, number(&w, 1), 4);
    switch (bytes[0]) {
    case 'O': return enter50(&w, bytes);
    case 'U': return replace50(&w, bytes);
    case 'X': put_number(bytes + 5, number(&w, 2), 4); return put_tags(&w, bytes, 9, false);
    case 'M':
        bytes[5] = (uint8_t)*word(&w, 2);
        put_number(bytes + 6, number(&w, 3), 4);
        return put_tags(&w, bytes, 10, false);
    case 'C':
        put_text(bytes + 5, word(&w, 2), 4);
        put_symbol(bytes + 9, word(&w, 3));
        return put_tags(&w, bytes, 17, true);
    case 'D':
    case 'E': put_text(bytes + 5, word(&w, 2), 4); return put_tags(&w, bytes, 9, true);
    case 'Q': return put_tags(&w, bytes, 1, false);
    default: break;
    }
    UNREACHABLE("a line of a test begins with a request");
}

size_t ouch_text_bytes42(const char *line, uint8_t bytes[OUCH_TEXT_BYTES])
{
    struct words w;
    words_split(&w, line);
    memset(bytes, 0, OUCH_TEXT_BYTES);
    bytes[0] = (uint8_t)*word(&w, 0);
    put_text(bytes + 1, word(&w, 1), 14);
    const char *tif = option(&w, "tif"), *minimum = option(&w, "minqty");
    uint32_t tif_s = tif ? (uint32_t)strtoul(tif, NULL, 0) : 99998;
    uint32_t minqty = minimum ? (uint32_t)strtoul(minimum, NULL, 0) : 0;
    switch (bytes[0]) {
    case 'O':
        bytes[15] = (uint8_t)*word(&w, 2);
        put_number(bytes + 16, number(&w, 3), 4);
        put_text(bytes + 20, word(&w, 4), 8);
        put_number(bytes + 28, price_e4(word(&w, 5)), 4);
        put_number(bytes + 32, tif_s, 4);
        put_text(bytes + 36, text(&w, "firm"), 4);
        bytes[40] = (uint8_t)letter(&w, "display", 'Y');
        bytes[41] = (uint8_t)letter(&w, "capacity", 'A');
        bytes[42] = (uint8_t)letter(&w, "iso", 'N');
        put_number(bytes + 43, minqty, 4);
        bytes[47] = (uint8_t)letter(&w, "cross", 'N');
        bytes[48] = (uint8_t)letter(&w, "customer", ' ');
        return 49;
    case 'U':
        put_text(bytes + 15, word(&w, 2), 14);
        put_number(bytes + 29, number(&w, 3), 4);
        put_number(bytes + 33, price_e4(word(&w, 4)), 4);
        put_number(bytes + 37, tif_s, 4);
        bytes[41] = (uint8_t)letter(&w, "display", 'Y');
        bytes[42] = (uint8_t)letter(&w, "iso", 'N');
        put_number(bytes + 43, minqty, 4);
        return 47;
    case 'X': put_number(bytes + 15, number(&w, 2), 4); return 19;
    case 'M':
        bytes[15] = (uint8_t)*word(&w, 2);
        put_number(bytes + 16, number(&w, 3), 4);
        return 20;
    case 'N': return 15;
    default: break;
    }
    UNREACHABLE("a line of a test begins with a request");
}

/* Answers: what stands where.  n: a number of so many bytes, t: text, p: a price, m: a number of
 * the engine's events, j: a code; '+' joins a letter to the one before. */

struct part {
    char kind;
    uint8_t at;
    uint8_t size;
};

struct shape {
    char type;
    uint8_t fixed;
    bool tagged;
    struct part part[16];
};

static const struct shape shapes50[] = {
    {'S', 10, false, {{'t', 9, 1}}},
    {'A',
     62,
     true,
     {{'n', 9, 4},
      {'t', 13, 1},
      {'n', 14, 4},
      {'t', 18, 8},
      {'p', 26, 8},
      {'t', 34, 1},
      {'+', 35, 1},
      {'t', 44, 1},
      {'+', 45, 1},
      {'+', 46, 1},
      {'m', 36, 8},
      {'t', 47, 1},
      {'i', 48, 14}}},
    {'U',
     66,
     true,
     {{'n', 9, 4},
      {'n', 13, 4},
      {'t', 17, 1},
      {'n', 18, 4},
      {'t', 22, 8},
      {'p', 30, 8},
      {'t', 38, 1},
      {'+', 39, 1},
      {'t', 48, 1},
      {'+', 49, 1},
      {'+', 50, 1},
      {'m', 40, 8},
      {'t', 51, 1},
      {'i', 52, 14}}},
    {'C', 18, true, {{'n', 9, 4}, {'n', 13, 4}, {'t', 17, 1}}},
    {'D',
     32,
     true,
     {{'n', 9, 4},
      {'n', 13, 4},
      {'t', 17, 1},
      {'n', 18, 4},
      {'p', 22, 8},
      {'t', 30, 1},
      {'t', 31, 1}}},
    {'E', 34, true, {{'n', 9, 4}, {'n', 13, 4}, {'p', 17, 8}, {'t', 25, 1}, {'m', 26, 8}}},
    {'J', 29, true, {{'n', 9, 4}, {'j', 13, 2}, {'i', 15, 14}}},
    {'I', 13, true, {{'n', 9, 4}}},
    {'M', 18, true, {{'n', 9, 4}, {'t', 13, 1}, {'n', 14, 4}}},
    {'R', 14, true, {{'n', 9, 4}, {'t', 13, 1}}},
    {'X', 25, true, {{'n', 9, 4}, {'t', 13, 4}, {'t', 17, 8}}},
    {'G', 17, true, {{'n', 9, 4}, {'t', 13, 4}}},
    {'K', 17, true, {{'n', 9, 4}, {'t', 13, 4}}},
    {'Q', 13, true, {{'n', 9, 4}}},
};

static const struct shape shapes42[] = {
    {'S', 10, false, {{'t', 9, 1}}},
    {'A',
     66,
     false,
     {{'t', 9, 14},
      {'t', 23, 1},
      {'n', 24, 4},
      {'t', 28, 8},
      {'p', 36, 4},
      {'n', 40, 4},
      {'t', 44, 4},
      {'t', 48, 1},
      {'t', 57, 1},
      {'+', 58, 1},
      {'+', 63, 1},
      {'m', 49, 8},
      {'t', 64, 1}}},
    {'U',
     80,
     false,
     {{'t', 65, 14},
      {'t', 9, 14},
      {'t', 23, 1},
      {'n', 24, 4},
      {'t', 28, 8},
      {'p', 36, 4},
      {'n', 40, 4},
      {'t', 44, 4},
      {'t', 48, 1},
      {'t', 57, 1},
      {'+', 58, 1},
      {'+', 63, 1},
      {'m', 49, 8},
      {'t', 64, 1}}},
    {'C', 28, false, {{'t', 9, 14}, {'n', 23, 4}, {'t', 27, 1}}},
    {'D',
     37,
     false,
     {{'t', 9, 14}, {'n', 23, 4}, {'t', 27, 1}, {'n', 28, 4}, {'p', 32, 4}, {'t', 36, 1}}},
    {'E', 40, false, {{'t', 9, 14}, {'n', 23, 4}, {'p', 27, 4}, {'t', 31, 1}, {'m', 32, 8}}},
    {'J', 24, false, {{'t', 9, 14}, {'t', 23, 1}}},
    {'I', 23, false, {{'t', 9, 14}}},
    {'T', 36, false, {{'t', 9, 14}, {'p', 23, 4}, {'t', 27, 1}, {'m', 28, 8}}},
    {'M', 28, false, {{'t', 9, 14}, {'t', 23, 1}, {'n', 24, 4}}},
};

struct line {
    char *text;
    size_t capacity;
    size_t length;
};

static void say(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(line->text + line->length, line->capacity - line->length, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    CHECK((size_t)length < line->capacity - line->length);
    line->length += (size_t)length;
}

static void say_text(struct line *line, const char *before, const uint8_t *at, size_t size)
{
    while (size > 0 && at[size - 1] == ' ') size--;
    say(line, "%s%.*s", before, (int)size, (const char *)at);
}

static void say_price(struct line *line, uint64_t e4)
{
    if (e4 == 0x7fffffff) say(line, "market");
    else if (e4 % 100) say(line, "%" PRIu64 ".%04" PRIu64, e4 / 10000, e4 % 10000);
    else say(line, "%" PRIu64 ".%02" PRIu64, e4 / 10000, e4 % 10000 / 100);
}

static void say_part(struct line *line, const struct part *part, const uint8_t *bytes)
{
    const uint8_t *at = bytes + part->at;
    uint64_t value = part->size <= 8 ? number_at(at, part->size) : 0;
    switch (part->kind) {
    case 'n': say(line, " %" PRIu64, value); return;
    case 'p':
        say(line, " ");
        say_price(line, value);
        return;
    case 'm': say(line, " #%" PRIu64 ".%" PRIu64, value >> 16, value & 65535); return;
    case 'j': say(line, " %04" PRIx64, value); return;
    case 't':
        if (at[0] == ' ' && part->size == 8) say(line, " *");
        else say_text(line, " ", at, part->size);
        return;
    case '+': say(line, "%c", at[0]); return;
    case 'i':
        if (at[0] != ' ') say_text(line, " id=", at, part->size);
        return;
    default: UNREACHABLE("a part is of one of these kinds");
    }
}

static void say_tags(struct line *line, const uint8_t *bytes, size_t at, size_t length)
{
    CHECK(length >= at + 2);
    CHECK(number_at(bytes + at, 2) == length - at - 2);
    for (at += 2; at < length; at += 1u + bytes[at]) {
        size_t size = bytes[at] - 1u, known = 0;
        while (tags[known].tag != bytes[at + 1]) CHECK(++known < sizeof tags / sizeof tags[0]);
        CHECK(tags[known].size == size);
        say(line, " %s=", tags[known].name);
        if (tags[known].kind == 't') say_text(line, "", bytes + at + 2, size);
        else if (tags[known].tag == 1)
            say(line, "#%" PRIu64 ".%" PRIu64, number_at(bytes + at + 2, 8) >> 16,
                number_at(bytes + at + 2, 8) & 65535);
        else say(line, "%" PRIu64, number_at(bytes + at + 2, size));
    }
}

static size_t line_of(const struct shape *shapes, size_t count, const uint8_t *bytes, size_t length,
                      struct line line)
{
    const struct shape *shape = shapes;
    while (length == 0 || shape->type != (char)bytes[0]) CHECK(++shape < shapes + count);
    CHECK(length >= shape->fixed);
    say(&line, "%c", shape->type);
    for (const struct part *part = shape->part; part->kind; part++) say_part(&line, part, bytes);
    if (length > shape->fixed) {
        CHECK(shape->tagged);
        say_tags(&line, bytes, shape->fixed, length);
    }
    return line.length;
}

size_t ouch_text_line50(const uint8_t *bytes, size_t length, char *line, size_t capacity)
{
    return line_of(shapes50, ARRAY_COUNT(shapes50), bytes, length,
                   (struct line){line, capacity, 0});
}

size_t ouch_text_line42(const uint8_t *bytes, size_t length, char *line, size_t capacity)
{
    return line_of(shapes42, ARRAY_COUNT(shapes42), bytes, length,
                   (struct line){line, capacity, 0});
}
