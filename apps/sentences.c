#include "apps/sentences.h"

#include <stdio.h>
#include <string.h>

void sentences_print(const char *program, const struct text *sentences)
{
    for (const char *at = sentences->bytes; *at;) {
        const char *end = strchr(at, '\n');
        size_t length = end ? (size_t)(end - at) : strlen(at);
        fprintf(stderr, "%s: %.*s\n", program, (int)length, at);
        at += length + (end != NULL);
    }
}
