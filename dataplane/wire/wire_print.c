#include "dataplane/wire/wire_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* What was written, and what would have been had there been room. */
struct line {
    char *text;
    size_t capacity;
    size_t used;
};

static void append(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(struct line *line, const char *format, ...)
{
    size_t room = line->used < line->capacity ? line->capacity - line->used : 0;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(room ? line->text + line->used : NULL, room, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    line->used += (size_t)length;
}

static void append_text(struct line *line, const char *at, size_t size)
{
    append(line, "'");
    for (size_t i = 0; i < size; i++) {
        bool plain = at[i] >= ' ' && at[i] <= '~' && at[i] != '\'' && at[i] != '\\';
        if (plain) append(line, "%c", at[i]);
        else append(line, "\\x%02x", (uint8_t)at[i]);
    }
    append(line, "'");
}

static void append_value(struct line *line, const struct wire_field *field, const uint8_t *at)
{
    switch (field->kind) {
    case WIRE_text1:
    case WIRE_text2:
    case WIRE_text4:
    case WIRE_text5:
    case WIRE_text6:
    case WIRE_text8:
    case WIRE_text10:
    case WIRE_text14:
    case WIRE_text20: append_text(line, (const char *)at, field->size_bytes); return;
    case WIRE_mac:
        append(line, "%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3], at[4], at[5]);
        return;
    case WIRE_ip4: append(line, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]); return;
    case WIRE_u8: append(line, "%u", u8_read(*(const struct u8 *)at)); return;
    case WIRE_be16: append(line, "%u", be16_read(*(const struct be16 *)at)); return;
    case WIRE_be32: append(line, "%" PRIu32, be32_read(*(const struct be32 *)at)); return;
    case WIRE_be48: append(line, "%" PRIu64, be48_read(*(const struct be48 *)at)); return;
    case WIRE_be64: append(line, "%" PRIu64, be64_read(*(const struct be64 *)at)); return;
    case WIRE_KIND_COUNT: break;
    }
    UNREACHABLE("every kind of WIRE_KINDS has a case");
}

size_t wire_print(char *text, size_t capacity, const char *name, const struct wire_field *fields,
                  size_t field_count, const void *message)
{
    struct line line = {.text = text, .capacity = capacity};
    append(&line, "%s", name);
    for (size_t i = 0; i < field_count; i++) {
        append(&line, " %s=", fields[i].name);
        append_value(&line, &fields[i], (const uint8_t *)message + fields[i].offset_bytes);
    }
    return line.used;
}

size_t wire_print_layout(char *text, size_t capacity, const struct wire_layout *layout,
                         const void *message)
{
    return wire_print(text, capacity, layout->name, layout->fields, layout->field_count, message);
}
