/* What the checksum promises: RFC 1071's sum, whatever the length, the address and the bytes. */

#include "dataplane/wire/checksum.h"
#include "tests/support/chance.h"
#include "tests/wire/hex.h"

#include <stdlib.h>
#include <string.h>

/* Word by word, most significant byte first, the carry added at once: RFC 1071, section 1. */
static uint16_t plain_sum(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i += 2) {
        uint32_t word = (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0);
        sum += word;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

/* Ours, turned to the wire's byte order.  0 and 0xffff are both zero in one's complement. */
static uint16_t fast_sum(const uint8_t *bytes, size_t length)
{
    return __builtin_bswap16(checksum_fold(checksum_add(0, bytes, (uint32_t)length)));
}

SPEC(the_example_of_rfc_1071_gives_ddf2)
{
    uint8_t bytes[8];
    hex_bytes(bytes, sizeof bytes, "0001 f203 f4f5 f6f7");
    EXPECT_UINT(fast_sum(bytes, sizeof bytes), 0xddf2);
    struct be16 field = checksum_field(checksum_add(0, bytes, sizeof bytes));
    EXPECT_UINT(be16_read(field), 0x220d);
}

SPEC(any_bytes_at_any_address_sum_as_the_plain_loop_sums_them)
{
    const char *given = getenv("SPEC_SEED");
    struct chance chance = {given ? strtoull(given, NULL, 0) : 1};
    uint64_t seed = chance.state;
    static uint8_t bytes[9000];
    for (size_t length = 0; length < 400; length++) {
        for (size_t at = 0; at < 4; at++) {
            for (size_t i = 0; i < length; i++) bytes[at + i] = (uint8_t)chance_next(&chance);
            spec_expect(__FILE__, __LINE__,
                        fast_sum(bytes + at, length) == plain_sum(bytes + at, length),
                        "SPEC_SEED=%" PRIu64 " length %zu at %zu", seed, length, at);
        }
    }
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)chance_next(&chance);
    for (size_t length = sizeof bytes - 64; length <= sizeof bytes; length++)
        EXPECT_UINT(fast_sum(bytes, length), plain_sum(bytes, length));
}

SPEC(the_largest_part_of_the_largest_words_does_not_overflow)
{
    uint8_t *bytes = malloc(CHECKSUM_BYTES_MAX);
    memset(bytes, 0xff, CHECKSUM_BYTES_MAX);
    EXPECT_UINT(checksum_fold(checksum_add(0, bytes, CHECKSUM_BYTES_MAX)), 0xffff);
    memset(bytes, 0x00, CHECKSUM_BYTES_MAX);
    EXPECT_UINT(checksum_add(0, bytes, CHECKSUM_BYTES_MAX), 0);
    memset(bytes, 0x7f, CHECKSUM_BYTES_MAX);
    EXPECT_UINT(fast_sum(bytes, CHECKSUM_BYTES_MAX), plain_sum(bytes, CHECKSUM_BYTES_MAX));
    memset(bytes, 0x80, CHECKSUM_BYTES_MAX);
    EXPECT_UINT(fast_sum(bytes, CHECKSUM_BYTES_MAX), plain_sum(bytes, CHECKSUM_BYTES_MAX));
    free(bytes);
}

SPEC(parts_sum_to_the_whole)
{
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7 + 3);
    for (uint32_t cut = 0; cut <= sizeof bytes; cut += 2) {
        uint64_t sum =
            checksum_add(checksum_add(0, bytes, cut), bytes + cut, (uint32_t)sizeof bytes - cut);
        EXPECT_UINT(__builtin_bswap16(checksum_fold(sum)), plain_sum(bytes, sizeof bytes));
    }
}

#define SPECS(S)                                                                                   \
    S(the_example_of_rfc_1071_gives_ddf2)                                                          \
    S(any_bytes_at_any_address_sum_as_the_plain_loop_sums_them)                                    \
    S(the_largest_part_of_the_largest_words_does_not_overflow)                                     \
    S(parts_sum_to_the_whole)

SPEC_MAIN("checksum", SPECS, NULL, NULL)
