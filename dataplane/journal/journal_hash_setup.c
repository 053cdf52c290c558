#include "dataplane/journal/journal_hash_setup.h"

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include <string.h>

/* mbedTLS 2.28 names the functions that report an error _ret; 3.x dropped the others. */

#if MBEDTLS_VERSION_NUMBER < 0x03000000
#    define sha256_starts mbedtls_sha256_starts_ret
#    define sha256_update mbedtls_sha256_update_ret
#    define sha256_finish mbedtls_sha256_finish_ret
#else
#    define sha256_starts mbedtls_sha256_starts
#    define sha256_update mbedtls_sha256_update
#    define sha256_finish mbedtls_sha256_finish
#endif

static_assert(sizeof(mbedtls_sha256_context) <= JOURNAL_HASH_STATE_BYTES, "the state fits");

static mbedtls_sha256_context *context(struct journal_hash_state *state)
{
    return (mbedtls_sha256_context *)(void *)state->bytes;
}

static void start(struct journal_hash_state *state)
{
    mbedtls_sha256_init(context(state));
    CHECK(sha256_starts(context(state), 0) == 0);
}

static void add(struct journal_hash_state *state, const void *bytes, size_t length)
{
    CHECK(sha256_update(context(state), bytes, length) == 0);
}

static void peek(const struct journal_hash_state *state, uint8_t hash[JOURNAL_HASH_BYTES])
{
    struct journal_hash_state copy;
    struct journal_hash_state from = *state;
    mbedtls_sha256_init(context(&copy));
    mbedtls_sha256_clone(context(&copy), context(&from));
    CHECK(sha256_finish(context(&copy), hash) == 0);
}

const struct journal_hash journal_hash_sha256 = {start, add, peek};
