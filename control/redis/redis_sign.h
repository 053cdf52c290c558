#ifndef CONTROL_REDIS_REDIS_SIGN_H
#define CONTROL_REDIS_REDIS_SIGN_H

/* Whether a message is of somebody who has the key: HMAC-SHA256 over the bytes of the message, as
 * 64 hexadecimal digits beside it.  A message names its strategy and its sequence, so one that is
 * said again, or to another strategy, is refused for that.
 *
 *     redis_key_read     the first line of a file that nobody else may read
 *     redis_signed       in a time that does not depend on where the signatures differ
 *
 * Threads: any.  Memory: the caller's; redis_key_forget leaves nothing of the key. */

#include "dataplane/base/base.h"
#include "dataplane/base/text.h"

#define REDIS_KEY_MIN    16u /* bytes */
#define REDIS_KEY_MAX    128u
#define REDIS_SIGN_BYTES 32u
#define REDIS_SIGN_TEXT  64u /* its digits */

struct redis_key {
    uint32_t bytes; /* 0: there is none */
    uint8_t at[REDIS_KEY_MAX];
};

/* False with a sentence. */
MUST_USE bool redis_key_read(const char *path, struct redis_key *key, struct text *problems);
void redis_key_forget(struct redis_key *key);

void redis_sign(const struct redis_key *key, const char *bytes, size_t length,
                char text[REDIS_SIGN_TEXT + 1]);
MUST_USE bool redis_signed(const struct redis_key *key, const char *bytes, size_t length,
                           const char *text, size_t text_length);

/* The first line of a file that only its owner, who is us or root, may read; line is zeroed first.
 * False with a sentence that names what. */
MUST_USE bool redis_secret_read(const char *path, const char *what, char *line, size_t capacity,
                                struct text *problems);

#endif
