#include "dataplane/wire/checksum.h"

#include <immintrin.h>

/* 32 bytes at a time: their 16 words, moved to the signed range by flipping the top bit (a word w
 * becomes w - 32768), are added in pairs into eight lanes of 32 bits by one multiply-add.  The
 * 32768 of every word is added back at the end.  A lane changes by at most 65536 in a step, so
 * CHECKSUM_BYTES_MAX / 64 steps of each accumulator stay within 2^30. */

#define VECTOR_BYTES 32u
#define PAIR_BYTES   64u
#define VECTOR_BIAS  524288 /* 16 words times 32768 */

static inline __m256i vector_pairs(const uint8_t *bytes)
{
    __m256i words = _mm256_loadu_si256((const __m256i_u *)bytes);
    __m256i moved = _mm256_xor_si256(words, _mm256_set1_epi16(INT16_MIN));
    return _mm256_madd_epi16(moved, _mm256_set1_epi16(1));
}

static inline int64_t lanes_total(__m256i lanes)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    __m128i two =
        _mm_add_epi64(_mm_cvtepi32_epi64(four), _mm_cvtepi32_epi64(_mm_unpackhi_epi64(four, four)));
    return _mm_cvtsi128_si64(two) + _mm_extract_epi64(two, 1);
}

static inline uint64_t tail_add(uint64_t sum, const uint8_t *bytes, uint32_t length)
{
    for (; length >= 4; bytes += 4, length -= 4) {
        uint32_t words;
        memcpy(&words, bytes, sizeof words);
        sum += words;
    }
    if (length & 2) {
        uint16_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
        bytes += 2;
    }
    if (length & 1) sum += *bytes;
    return sum;
}

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, uint32_t length)
{
    DCHECK(length <= CHECKSUM_BYTES_MAX);
    uint32_t vectors = length / VECTOR_BYTES;
    if (vectors == 0) return tail_add(sum, bytes, length);

    const uint8_t *end = bytes + (size_t)vectors * VECTOR_BYTES;
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    if (vectors & 1) {
        even = vector_pairs(bytes);
        bytes += VECTOR_BYTES;
    }
    for (; bytes < end; bytes += PAIR_BYTES) {
        even = _mm256_add_epi32(even, vector_pairs(bytes));
        odd = _mm256_add_epi32(odd, vector_pairs(bytes + VECTOR_BYTES));
    }
    int64_t total = lanes_total(even) + lanes_total(odd) + (int64_t)vectors * VECTOR_BIAS;
    return tail_add(sum + (uint64_t)total, end, length % VECTOR_BYTES);
}
