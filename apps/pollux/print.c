#include "apps/pollux/print.h"

#include <string.h>

#define CELL_BYTES  512u
#define COLUMNS_MAX 16u
#define GAP         2u /* columns between two */

static void seconds_print(struct text *out, uint64_t seconds)
{
    text_format(out, "%u:%02u:%02u", (uint32_t)(seconds / 3600), (uint32_t)(seconds / 60 % 60),
                (uint32_t)(seconds % 60));
}

static void whole_print(struct text *out, enum command_unit unit, int64_t whole)
{
    if (whole < 0) {
        text_int(out, whole);
        return;
    }
    switch (unit) {
    case COMMAND_COUNT_OF: text_grouped(out, (uint64_t)whole); return;
    case COMMAND_NS: text_ns(out, (uint64_t)whole); return;
    case COMMAND_SECONDS: seconds_print(out, (uint64_t)whole); return;
    case COMMAND_AS_IT_IS:
    case COMMAND_YES_NO: text_int(out, whole); return;
    }
    UNREACHABLE("each unit is printed");
}

/* Control characters would move the terminal; those of C1 come as two bytes of UTF-8. */
static void plain_print(struct text *out, const char *text)
{
    for (; *text; text++) {
        uint8_t byte = (uint8_t)text[0], next = (uint8_t)text[1];
        bool control = byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next < 0xa0);
        if (control) text_append_char(out, '?');
        else text_append_bytes(out, text, 1);
        if (byte == 0xc2 && next < 0xa0 && next) text++;
    }
}

static void cell_print(struct text *out, const struct command_column *column, const json_t *row)
{
    const json_t *value = json_object_get(row, column->key);
    if (json_is_string(value)) plain_print(out, json_string_value(value));
    else if (json_is_integer(value)) whole_print(out, column->unit, json_integer_value(value));
    else if (json_is_boolean(value)) text_append(out, json_is_true(value) ? "yes" : "no");
    else if (json_is_null(value)) text_append_char(out, '-'); /* was never measured */
}

static uint32_t characters(const char *text)
{
    uint32_t count = 0;
    for (; *text; text++) count += ((uint8_t)*text & 0xc0) != 0x80;
    return count;
}

static uint32_t larger(uint32_t one, uint32_t other)
{
    return one > other ? one : other;
}

static void line_end(struct text *out)
{
    while (out->length > 0 && out->bytes[out->length - 1] == ' ') out->bytes[--out->length] = 0;
    text_append_char(out, '\n');
}

/* Fields. */

static bool field_shown(const struct command_column *field, const json_t *result)
{
    const json_t *value = json_object_get(result, field->key);
    const char *text = json_string_value(value);
    return value && !(text && !text[0]);
}

void print_fields(struct text *out, const struct command_column *fields, const json_t *result)
{
    uint32_t width = 0;
    for (const struct command_column *is = fields; is->key; is++)
        if (field_shown(is, result)) width = larger(width, characters(is->title));
    for (const struct command_column *is = fields; is->key; is++) {
        if (!field_shown(is, result)) continue;
        text_append(out, is->title);
        text_to_column(out, width + GAP);
        cell_print(out, is, result);
        line_end(out);
    }
}

/* Tables. */

static uint32_t width_of(const struct command_column *column, const json_t *list, size_t rows)
{
    uint32_t width = characters(column->title);
    for (size_t i = 0; i < rows; i++) {
        char cell[CELL_BYTES];
        struct text text = text_in(cell, sizeof cell);
        cell_print(&text, column, json_array_get(list, i));
        width = larger(width, characters(cell));
    }
    return width;
}

/* One line; row NULL: the titles. */
static void line_print(struct text *out, const struct command_column *columns,
                       const uint32_t *width, const json_t *row)
{
    uint32_t at = 0;
    for (uint32_t i = 0; columns[i].key; i++) {
        if (i > 0 && !columns[i].right) text_to_column(out, at);
        size_t start = out->length;
        if (row) cell_print(out, &columns[i], row);
        else text_append(out, columns[i].title);
        if (columns[i].right) text_right(out, start, at + width[i]);
        at += width[i] + GAP;
    }
    line_end(out);
}

static bool titled(const struct command_column *columns)
{
    for (; columns->key; columns++)
        if (columns->title[0]) return true;
    return false;
}

void print_rows(struct text *out, const struct command_column *columns, const json_t *list,
                size_t rows)
{
    uint32_t width[COLUMNS_MAX] = {0};
    size_t count = json_array_size(list) < rows ? json_array_size(list) : rows;
    for (uint32_t i = 0; columns[i].key; i++) {
        CHECK(i < COLUMNS_MAX);
        width[i] = width_of(&columns[i], list, count);
    }
    if (titled(columns)) line_print(out, columns, width, NULL);
    for (size_t i = 0; i < count; i++) line_print(out, columns, width, json_array_get(list, i));
}

void print_portion(struct text *out, const json_t *result, size_t rows)
{
    const json_t *of = json_object_get(result, "of"), *next = json_object_get(result, "next");
    bool whole = json_is_integer(of) && rows >= (uint64_t)json_integer_value(of);
    bool moment = json_is_true(json_object_get(result, "one_moment"));
    if (whole && moment) return;
    text_append_char(out, '\n');
    text_grouped(out, rows);
    if (json_is_integer(of)) {
        text_append(out, " of ");
        text_grouped(out, (uint64_t)json_integer_value(of));
    }
    text_append(out, " shown");
    uint64_t shown = (uint64_t)json_integer_value(json_object_get(result, "shown"));
    if (json_is_integer(next) && rows == shown)
        text_format(out, "; --after %lld goes on", (long long)json_integer_value(next));
    if (!moment) text_append(out, "; they are not all of one moment");
    text_append_char(out, '\n');
}

void print_answer(struct text *out, const struct command *command, const json_t *result)
{
    const json_t *list = command->rows ? json_object_get(result, command->rows) : NULL;
    if (command->fields) print_fields(out, command->fields, result);
    if (!list || (json_array_size(list) == 0 && command->fields)) return;
    if (command->fields) text_append_char(out, '\n');
    if (json_array_size(list) == 0) text_append(out, "none\n");
    else print_rows(out, command->columns, list, SIZE_MAX);
    if (command->portions) print_portion(out, result, json_array_size(list));
}
