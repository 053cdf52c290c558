#include "control/redis/redis_words.h"

#include <string.h>

#define HEAD_MIN 4u /* a mark, one digit, CRLF */

static size_t length_of(const struct redis_words *words, uint32_t i)
{
    return words->length ? words->length[i] : strlen(words->word[i]);
}

static size_t head_bytes(size_t number)
{
    size_t bytes = HEAD_MIN;
    for (; number > 9; number /= 10) bytes++;
    return bytes;
}

static char *head_put(char *at, char mark, size_t number)
{
    char *end = at + head_bytes(number);
    *at = mark;
    end[-1] = '\n';
    end[-2] = '\r';
    for (char *digit = end - 3; digit > at; digit--, number /= 10)
        *digit = (char)('0' + number % 10);
    return end;
}

size_t redis_words_bytes(const struct redis_words *words)
{
    size_t bytes = head_bytes(words->count);
    for (uint32_t i = 0; i < words->count; i++) {
        size_t length = length_of(words, i);
        bytes += head_bytes(length) + length + 2;
    }
    return bytes;
}

void redis_words_put(const struct redis_words *words, char *at)
{
    at = head_put(at, '*', words->count);
    for (uint32_t i = 0; i < words->count; i++) {
        size_t length = length_of(words, i);
        at = head_put(at, '$', length);
        memcpy(at, words->word[i], length);
        at += length;
        *at++ = '\r';
        *at++ = '\n';
    }
}
