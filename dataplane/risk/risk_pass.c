#include "dataplane/risk/risk_record.h"

#include <string.h>

/* The hash of a pass covers its fields, the number of bytes and the bytes: sixteen bytes at a time,
 * each half times the other in 128 bits, both halves of the product folded.  Every other sixteen
 * are of a second chain, since a product takes its time.  It tells mistakes apart, not attacks. */

struct chains {
    uint64_t one, other;
};

static uint64_t fold(uint64_t hash, uint64_t one, uint64_t other)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128)(hash ^ one ^ 0xa0761d6478bd642fu) * (other ^ 0xe7037ed1a0b428dbu);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t fold_at(uint64_t hash, const uint8_t *at)
{
    uint64_t word[2];
    memcpy(word, at, sizeof word);
    return fold(hash, word[0], word[1]);
}

static struct chains fold_bytes(struct chains chains, const uint8_t *at, size_t length)
{
    uint8_t rest[16] = {0};
    for (; length >= 32; length -= 32, at += 32) {
        chains.one = fold_at(chains.one, at);
        chains.other = fold_at(chains.other, at + 16);
    }
    if (length >= 16) {
        chains.one = fold_at(chains.one, at);
        length -= 16, at += 16;
    }
    memcpy(rest, at, length);
    chains.other = fold_at(chains.other, rest);
    return chains;
}

static uint64_t hash_of(const struct risk_pass *pass, const void *message, uint32_t bytes)
{
    struct chains chains = {bytes, 0};
    chains = fold_bytes(chains, (const uint8_t *)pass, offsetof(struct risk_pass, hash));
    chains = fold_bytes(chains, message, bytes);
    return fold(bytes, chains.one, chains.other);
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
