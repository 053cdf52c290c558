#ifndef CONTROL_REDIS_REDIS_WORDS_H
#define CONTROL_REDIS_REDIS_WORDS_H

/* A command from its words to the bytes of the protocol: an array of texts (RESP2).
 *
 *     XACK  pollux.intents.desk  ──►  *2 CRLF $4 CRLF XACK CRLF $19 CRLF pollux.intents.desk CRLF
 *
 * Written in place: nothing is allocated, and no format is parsed, because this is done several
 * times for each intent.
 * Pure.  Threads: any. */

#include "dataplane/base/base.h"

struct redis_words {
    uint32_t count;
    const char *const *word;
    const size_t *length; /* of each; NULL: each ends with its NUL */
};

size_t redis_words_bytes(const struct redis_words *words);
/* Writes so many bytes. */
void redis_words_put(const struct redis_words *words, char *at);

#endif
