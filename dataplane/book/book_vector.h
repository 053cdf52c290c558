#ifndef DATAPLANE_BOOK_BOOK_VECTOR_H
#define DATAPLANE_BOOK_BOOK_VECTOR_H

/* The few questions the book asks of a whole cache line at once, for the vectors this file is
 * compiled for: AVX-512 where the compiler may use it, AVX2 otherwise.  Both give the same answers;
 * tests/book runs every spec on each. */

#include "dataplane/book/book_layout.h"

#include <immintrin.h>

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#    define BOOK_AVX512 1
#else
#    define BOOK_AVX512 0
#endif

/* Which of the 15 entries of an index line have this tag; bit i is entry i. */
static inline uint32_t line_tagged(const uint32_t *line, uint32_t tag)
{
#if BOOK_AVX512
    __m512i words = _mm512_load_si512(line);
    __m512i masked = _mm512_and_si512(words, _mm512_set1_epi32((int)~INDEX_ORDER));
    return _mm512_cmpeq_epi32_mask(masked, _mm512_set1_epi32((int)tag)) & 0x7fffu;
#else
    __m256i mask = _mm256_set1_epi32((int)~INDEX_ORDER), want = _mm256_set1_epi32((int)tag);
    __m256i low = _mm256_and_si256(_mm256_load_si256((const __m256i *)line), mask);
    __m256i high = _mm256_and_si256(_mm256_load_si256((const __m256i *)(line + 8)), mask);
    uint32_t a = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(low, want)));
    uint32_t b = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(high, want)));
    return (a | b << 8) & 0x7fffu;
#endif
}

/* Which of the 15 entries are free. */
static inline uint32_t line_free(const uint32_t *line)
{
#if BOOK_AVX512
    __m512i words = _mm512_load_si512(line);
    return _mm512_testn_epi32_mask(words, words) & 0x7fffu;
#else
    /* A used entry has its highest bit set (INDEX_VALID). */
    uint32_t a = (uint32_t)_mm256_movemask_ps(_mm256_load_ps((const float *)line));
    uint32_t b = (uint32_t)_mm256_movemask_ps(_mm256_load_ps((const float *)(line + 8)));
    return ~(a | b << 8) & 0x7fffu;
#endif
}

/* The level with this key among the best seven, or 0.  No branch on whether there is one. */
static inline uint32_t side_find(const struct side_line *line, uint32_t key)
{
#if BOOK_AVX512
    uint32_t found =
        _mm512_cmpeq_epi32_mask(_mm512_load_si512(line), _mm512_set1_epi32((int)key)) & 0xaaa8u;
#else
    const __m256i *half = (const __m256i *)line;
    __m256i want = _mm256_set1_epi32((int)key);
    __m256i a = _mm256_cmpeq_epi32(_mm256_load_si256(half), want);
    __m256i b = _mm256_cmpeq_epi32(_mm256_load_si256(half + 1), want);
    uint32_t found = ((uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(a)) |
                      (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(b)) << 8) &
                     0xaaa8u;
#endif
    uint32_t word = (uint32_t)__builtin_ctz(found | 0x8000u) - 1;
    uint32_t level = ((const uint32_t *)line)[word];
    return found ? level : 0;
}

/* How many of the best seven are better than entry (1..7 are their lanes; lane 0 is skipped). */
static inline uint32_t side_better(const struct side_line *line, uint64_t entry)
{
#if BOOK_AVX512
    uint32_t better =
        _mm512_cmpgt_epu64_mask(_mm512_load_si512(line), _mm512_set1_epi64((long long)entry));
    return (uint32_t)__builtin_popcount(better & 0xfeu);
#else
    uint32_t better = 0;
    for (uint32_t i = 1; i <= SIDE_TOP; i++) better += line->lane[i] > entry;
    return better;
#endif
}

/* Puts entry at lane at; the lanes behind move one on, the last falls off. */
static inline void side_insert(struct side_line *line, uint32_t at, uint64_t entry)
{
#if BOOK_AVX512
    __m512i lanes = _mm512_load_si512(line);
    __mmask8 others = (__mmask8) ~(1u << at);
    _mm512_store_si512(
        line, _mm512_mask_expand_epi64(_mm512_set1_epi64((long long)entry), others, lanes));
#else
    for (uint32_t i = SIDE_TOP; i > at; i--) line->lane[i] = line->lane[i - 1];
    line->lane[at] = entry;
#endif
}

/* Takes lane at out; the lanes behind move one up, and refill becomes the last. */
static inline void side_remove(struct side_line *line, uint32_t at, uint64_t refill)
{
#if BOOK_AVX512
    __m512i lanes = _mm512_maskz_compress_epi64((__mmask8) ~(1u << at), _mm512_load_si512(line));
    _mm512_store_si512(line, _mm512_mask_set1_epi64(lanes, 0x80, (long long)refill));
#else
    for (uint32_t i = at; i < SIDE_TOP; i++) line->lane[i] = line->lane[i + 1];
    line->lane[SIDE_TOP] = refill;
#endif
}

/* The first place p of deep[0..count) with deep[p] >= entry, searched from the best end by eights;
 * the zeros in front of the region stop it. */
static inline uint32_t deep_search(const uint64_t *deep, uint32_t count, uint64_t entry)
{
    uint32_t low = 0;
    if (count > 64 && deep[count - 64] < entry) low = count - 64;
    while (count - low > 64) { /* far from the touch: halve until near */
        uint32_t middle = low + (count - low) / 2;
        if (deep[middle] >= entry) count = middle;
        else low = middle + 1;
    }
#if BOOK_AVX512
    __m512i want = _mm512_set1_epi64((long long)entry);
    for (const uint64_t *end = deep + count;; end -= 8) {
        uint32_t not_less = _mm512_cmpge_epu64_mask(_mm512_loadu_si512(end - 8), want);
        if (likely(not_less != 0xff))
            return (uint32_t)(end - deep) - (uint32_t)__builtin_popcount(not_less);
    }
#else
    uint32_t place = count;
    while (deep[(int64_t)place - 1] >= entry) place--;
    return place;
#endif
}

#endif
