#include "apps/pollux-generate/coverage.h"

#include <stdlib.h>
#include <string.h>

/* base is a multiple of 64 less a margin, because late datagrams may precede the first seen. */

#define MARGIN 65536u

static bool grow(struct coverage *coverage, uint64_t words)
{
    if (words <= coverage->words) return true;
    uint64_t wanted = coverage->words ? coverage->words : 1024;
    while (wanted < words) wanted *= 2;
    uint64_t *sent = realloc(coverage->sent, wanted * sizeof *sent);
    if (!sent) return false;
    coverage->sent = sent;
    uint64_t *arrived = realloc(coverage->arrived, wanted * sizeof *arrived);
    if (!arrived) return false;
    coverage->arrived = arrived;
    memset(sent + coverage->words, 0, (wanted - coverage->words) * sizeof *sent);
    memset(arrived + coverage->words, 0, (wanted - coverage->words) * sizeof *arrived);
    coverage->words = wanted;
    return true;
}

static bool marked(const uint64_t *bits, uint64_t bit)
{
    return bits[bit / 64] >> bit % 64 & 1;
}

bool coverage_mark(struct coverage *coverage, struct coverage_range range, bool arrived)
{
    if (range.count == 0) return true;
    if (coverage->words == 0)
        coverage->base = range.first > MARGIN ? (range.first - MARGIN) & ~63ull : 0;
    if (range.first < coverage->base) return false;
    uint64_t begin = range.first - coverage->base;
    if (begin > COVERAGE_SPAN_MAX || range.count > COVERAGE_SPAN_MAX - begin) return false;
    if (!grow(coverage, (begin + range.count) / 64 + 1)) return false;
    for (uint64_t bit = begin; bit < begin + range.count; bit++) {
        coverage->sent[bit / 64] |= 1ull << bit % 64;
        coverage->arrived[bit / 64] |= (uint64_t)arrived << bit % 64;
    }
    return true;
}

static bool lost(const struct coverage *coverage, uint64_t bit)
{
    return marked(coverage->sent, bit) && !marked(coverage->arrived, bit);
}

bool coverage_lost_next(const struct coverage *coverage, uint64_t *at, struct coverage_range *range)
{
    uint64_t bits = coverage->words * 64;
    uint64_t bit = *at > coverage->base ? *at - coverage->base : 0;
    while (bit < bits) {
        uint64_t word = coverage->sent[bit / 64] & ~coverage->arrived[bit / 64];
        if (word >> bit % 64 != 0 && lost(coverage, bit)) break;
        bit += word >> bit % 64 == 0 ? 64 - bit % 64 : 1;
    }
    if (bit >= bits) return false;
    range->first = coverage->base + bit;
    while (bit < bits && lost(coverage, bit)) bit++;
    range->count = coverage->base + bit - range->first;
    *at = coverage->base + bit;
    return true;
}

void coverage_free(struct coverage *coverage)
{
    free(coverage->sent);
    free(coverage->arrived);
    *coverage = (struct coverage){0};
}
