#include "dataplane/risk/risk_record.h"

#include <string.h>

/* The hash of a pass covers its fields, the number of bytes and the bytes: sixteen bytes at a time,
 * each half times the other in 128 bits, both halves of the product folded.  It tells mistakes
 * apart, not attacks. */

static uint64_t fold(uint64_t hash, uint64_t one, uint64_t other)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128)(hash ^ one ^ 0xa0761d6478bd642fu) * (other ^ 0xe7037ed1a0b428dbu);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t fold_bytes(uint64_t hash, const uint8_t *at, size_t length)
{
    uint64_t word[2];
    for (; length >= sizeof word; length -= sizeof word, at += sizeof word) {
        memcpy(word, at, sizeof word);
        hash = fold(hash, word[0], word[1]);
    }
    memset(word, 0, sizeof word);
    memcpy(word, at, length);
    return fold(hash, word[0], word[1]);
}

static uint64_t hash_of(const struct risk_pass *pass, const void *message, uint32_t bytes)
{
    uint64_t hash = fold_bytes(bytes, (const uint8_t *)pass, offsetof(struct risk_pass, hash));
    return fold_bytes(hash, message, bytes);
}

void risk_pass_bind(struct risk_pass *pass, const void *message, uint32_t bytes)
{
    CHECK(bytes > 0);
    pass->bytes = bytes;
    pass->hash = hash_of(pass, message, bytes);
}

bool risk_pass_admits(const struct risk_pass *pass, const void *message, uint32_t bytes)
{
    return pass->version == RISK_PASS_VERSION && bytes > 0 && pass->bytes == bytes &&
           pass->hash == hash_of(pass, message, bytes);
}
