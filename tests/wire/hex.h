#ifndef TESTS_WIRE_HEX_H
#define TESTS_WIRE_HEX_H

/* Bytes written by hand, as a specification prints them: "41 0007 0003 1f1aced9f07b". */

#include "tests/support/spec.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

static inline uint8_t hex_digit(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/* Appends the bytes of text to out[used..capacity) and returns the new used.  Spaces are ignored;
 * anything else that is not a pair of digits, and what does not fit, fails the spec. */
static inline size_t hex_append(uint8_t *out, size_t capacity, size_t used, const char *text)
{
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        bool pair = isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]);
        EXPECT(pair);
        EXPECT(used < capacity);
        if (!pair || used == capacity) return used;
        out[used++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
        text += 2;
    }
    return used;
}

static inline size_t hex_bytes(uint8_t *out, size_t capacity, const char *text)
{
    return hex_append(out, capacity, 0, text);
}

#endif
