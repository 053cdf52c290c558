#include "tests/session/soupbin_bytes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    char text[512];
    bool quoted;
};

/* The next word of *text, or false. */
static bool word_next(const char **text, struct word *word)
{
    while (**text == ' ') (*text)++;
    memset(word, 0, sizeof *word);
    if (**text == 0) return false;
    word->quoted = **text == '\'';
    if (word->quoted) (*text)++;
    for (size_t i = 0; **text && **text != (word->quoted ? '\'' : ' '); i++)
        word->text[i] = *(*text)++;
    if (word->quoted) (*text)++;
    return true;
}

static void field_fill(uint8_t *at, size_t size, const struct word *word, bool right)
{
    size_t length = strlen(word->text);
    memset(at, ' ', size);
    if (!word->quoted && strcmp(word->text, "-") == 0) return;
    if (length > size) abort();
    memcpy(right ? at + size - length : at, word->text, length);
}

static uint32_t hex_write(uint8_t *bytes, const char *text)
{
    uint32_t count = 0;
    while (*text) {
        unsigned value;
        if (*text == ' ') {
            text++;
            continue;
        }
        if (sscanf(text, "%2x", &value) != 1) abort();
        bytes[count++] = (uint8_t)value;
        text += 2;
    }
    return count;
}

static uint32_t login_write(uint8_t *bytes, const char *rest)
{
    static const struct {
        uint32_t at, size;
        bool right;
    } field[] = {{3, 6, false}, {9, 10, false}, {19, 10, false}, {29, 20, true}, {49, 5, true}};
    uint32_t end = 3;
    struct word word;
    for (unsigned i = 0; i < 5 && word_next(&rest, &word); i++) {
        field_fill(bytes + field[i].at, field[i].size, &word, field[i].right);
        end = field[i].at + field[i].size;
    }
    return end;
}

uint32_t soup_write(uint8_t *bytes, const char *text)
{
    if (strncmp(text, "hex ", 4) == 0) return hex_write(bytes, text + 4);
    char type = text[0];
    const char *rest = text[1] ? text + 2 : text + 1;
    uint32_t end = 3;
    struct word word;
    bytes[2] = (uint8_t)type;
    if (type == 'L') end = login_write(bytes, rest);
    else if (type == 'A') {
        if (!word_next(&rest, &word)) abort();
        field_fill(bytes + 3, 10, &word, true);
        if (!word_next(&rest, &word)) abort();
        field_fill(bytes + 13, 20, &word, true);
        end = 33;
    } else {
        memcpy(bytes + 3, rest, strlen(rest));
        end += (uint32_t)strlen(rest);
    }
    bytes[0] = (uint8_t)((end - 2) >> 8);
    bytes[1] = (uint8_t)(end - 2);
    return end;
}

static size_t field_print(char *text, const uint8_t *at, size_t size)
{
    size_t begin = 0;
    while (begin < size && at[begin] == ' ') begin++;
    while (size > begin && at[size - 1] == ' ') size--;
    if (begin == size) return (size_t)snprintf(text, 32, " -");
    return (size_t)snprintf(text, 32, " %.*s", (int)(size - begin), (const char *)at + begin);
}

uint32_t soup_print(char text[512], const uint8_t *bytes, uint32_t length)
{
    if (length < 3) return 0;
    uint32_t packet = 2 + ((uint32_t)bytes[0] << 8 | bytes[1]);
    if (length < packet) return 0;
    size_t end = (size_t)snprintf(text, 512, "%c", bytes[2]);
    if (bytes[2] == 'L' && (packet == 49 || packet == 54)) {
        end += field_print(text + end, bytes + 3, 6);
        end += field_print(text + end, bytes + 9, 10);
        end += field_print(text + end, bytes + 19, 10);
        end += field_print(text + end, bytes + 29, 20);
        if (packet == 54) field_print(text + end, bytes + 49, 5);
    } else if (bytes[2] == 'A' && packet == 33) {
        end += field_print(text + end, bytes + 3, 10);
        field_print(text + end, bytes + 13, 20);
    } else if (packet > 3) {
        snprintf(text + end, 512 - end, " %.*s", (int)(packet - 3), (const char *)bytes + 3);
    }
    return packet;
}
