#include "tests/publish/said.h"

#include <stdio.h>
#include <string.h>

uint64_t said_number(const uint8_t *at, uint32_t size)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < size; i++) number = number << 8 | at[i];
    return number;
}

uint64_t said_time(const uint8_t *message)
{
    return said_number(message + 5, 6);
}

/* One field of a message: 'n' a number, 'r' a reference, 't' text without its padding, 'w' text
 * with it, 'p' a price, 'l' the ASCII digits of a number. */
struct field {
    uint8_t offset;
    uint8_t size;
    char kind;
};

struct table {
    char type;
    uint8_t length;
    struct field field[12];
};

static const struct table tables[] = {
    {'S', 12, {{1, 2, 'n'}, {11, 1, 't'}}},
    {'R', 39, {{1, 2, 'n'}, {11, 8, 't'}, {21, 4, 'n'}, {25, 1, 't'}}},
    {'H', 25, {{1, 2, 'n'}, {11, 8, 't'}, {19, 1, 't'}, {21, 4, 'w'}}},
    {'A', 36, {{1, 2, 'n'}, {11, 8, 'r'}, {19, 1, 't'}, {20, 4, 'n'}, {24, 8, 't'}, {32, 4, 'p'}}},
    {'E', 31, {{1, 2, 'n'}, {11, 8, 'r'}, {19, 4, 'n'}, {23, 8, 'r'}}},
    {'C', 36, {{1, 2, 'n'}, {11, 8, 'r'}, {19, 4, 'n'}, {23, 8, 'r'}, {31, 1, 't'}, {32, 4, 'p'}}},
    {'X', 23, {{1, 2, 'n'}, {11, 8, 'r'}, {19, 4, 'n'}}},
    {'D', 19, {{1, 2, 'n'}, {11, 8, 'r'}}},
    {'U', 35, {{1, 2, 'n'}, {11, 8, 'r'}, {19, 8, 'r'}, {27, 4, 'n'}, {31, 4, 'p'}}},
    {'Q', 40, {{1, 2, 'n'}, {11, 8, 'n'}, {19, 8, 't'}, {27, 4, 'p'}, {31, 8, 'r'}, {39, 1, 't'}}},
    {'I',
     50,
     {{1, 2, 'n'},
      {11, 8, 'n'},
      {19, 8, 'n'},
      {27, 1, 't'},
      {28, 8, 't'},
      {36, 4, 'p'},
      {40, 4, 'p'},
      {44, 4, 'p'},
      {48, 1, 't'},
      {49, 1, 't'}}},
    {'G', 21, {{1, 20, 'l'}}},
};

static int field_print(char *out, size_t room, const struct field *field, const uint8_t *message)
{
    const uint8_t *at = message + field->offset;
    const char *text = (const char *)at;
    int size = field->size;
    unsigned long long number = field->size <= 8 ? said_number(at, field->size) : 0;
    switch (field->kind) {
    case 'n': return snprintf(out, room, " %llu", number);
    case 'r': return snprintf(out, room, " %llu.%llu", number >> 16, number & 0xffff);
    case 'p':
        if (number % 100 != 0)
            return snprintf(out, room, " %llu.%04llu", number / 10000, number % 10000);
        return snprintf(out, room, " %llu.%02llu", number / 10000, number % 10000 / 100);
    case 'l':
        while (size > 0 && *text == ' ') text++, size--;
        return snprintf(out, room, " %.*s", size, text);
    case 'w': return snprintf(out, room, "|%.*s|", size, text);
    default:
        while (size > 1 && text[size - 1] == ' ') size--;
        return snprintf(out, room, " %.*s", size, text);
    }
}

void said_message(char line[SAID_LINE_MAX], const uint8_t *message, uint32_t length)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct table *table = &tables[i];
        if (length != table->length || message[0] != (uint8_t)table->type) continue;
        size_t at = (size_t)snprintf(line, SAID_LINE_MAX, "%c", table->type);
        for (const struct field *field = table->field; field->size != 0 && at < SAID_LINE_MAX;
             field++)
            at += (size_t)field_print(line + at, SAID_LINE_MAX - at, field, message);
        return;
    }
    snprintf(line, SAID_LINE_MAX, "? type %u of %u bytes", length ? message[0] : 0u, length);
}
