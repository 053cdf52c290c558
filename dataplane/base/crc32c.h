#ifndef DATAPLANE_BASE_CRC32C_H
#define DATAPLANE_BASE_CRC32C_H

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4) by the processor's own instruction.
 *
 *     crc32c("123456789") is 0xe3069283.
 *
 * crc32c_u64 and crc32c_part continue a running value as the instruction leaves it; crc32c is the
 * checksum as the RFC gives it, started with ones and inverted at the end.  A caller that seeds the
 * running value itself binds the checksum to whatever the seed was made of.
 *
 * Threads: any; no state.  Cost: 3 cycles of latency for 8 bytes, one instruction.
 * Needs SSE4.2, which every processor the product runs on has. */

#include "dataplane/base/base.h"

#include <nmmintrin.h>
#include <string.h>

static inline uint32_t crc32c_u64(uint32_t running, uint64_t word)
{
    return (uint32_t)_mm_crc32_u64(running, word);
}

/* Any length, any alignment. */
static inline uint32_t crc32c_part(uint32_t running, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        running = crc32c_u64(running, word);
    }
    for (; length > 0; length--, at++) running = _mm_crc32_u8(running, *at);
    return running;
}

static inline uint32_t crc32c(const void *bytes, size_t length)
{
    return ~crc32c_part(UINT32_MAX, bytes, length);
}

#endif
