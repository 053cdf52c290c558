#include "tests/wire/dissection.h"

#include <stdio.h>
#include <string.h>

/* from[0..length) without the spaces around it. */
static void copy_trimmed(char *to, size_t capacity, const char *from, size_t length)
{
    while (length && *from == ' ') from++, length--;
    while (length && from[length - 1] == ' ') length--;
    snprintf(to, capacity, "%.*s", (int)length, from);
}

bool dissection_next(struct dissection *text, struct dissection_line *line)
{
    const char *at;
    size_t length;
    do {
        if (!*text->at) return false;
        at = text->at;
        length = strcspn(at, "\r\n");
        text->at = at + length + strspn(at + length, "\r");
        if (*text->at == '\n') text->at++;
        text->line++;
    } while (strspn(at, " ") >= length);

    size_t indent = strspn(at, " ");
    *line = (struct dissection_line){.depth = (unsigned)(indent / 4)};
    at += indent;
    length -= indent;
    if (indent % 4 != 0) return true;
    if (*at == '[' && at[length - 1] == ']') at++, length -= 2;
    const char *colon = memchr(at, ':', length);
    if (!colon) return true;
    copy_trimmed(line->label, sizeof line->label, at, (size_t)(colon - at));
    copy_trimmed(line->value, sizeof line->value, colon + 1, (size_t)(at + length - colon - 1));
    return true;
}
