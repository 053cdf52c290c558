#include "dataplane/match/match.h"

#include <string.h>

/* match_digest: what match_save writes, folded word by word.  Each step is a bijection of the
 * digest for any word, so nothing folded in earlier is lost. */

#define DIGEST_SEED 0x6a09e667f3bcc908u

static uint64_t digest_fold(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0xd6e8feb86659fd93u;
    return digest ^ digest >> 32;
}

/* Every record, and so every piece, is a whole number of words. */
static void digest_write(void *context, const void *bytes, size_t length)
{
    uint64_t *digest = context;
    CHECK(length % sizeof(uint64_t) == 0);
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        *digest = digest_fold(*digest, word);
    }
}

uint64_t match_digest(const struct match *match)
{
    uint64_t digest = DIGEST_SEED;
    match_save(match, digest_write, &digest);
    return digest_fold(digest, digest >> 7);
}
