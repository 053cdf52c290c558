#include "dataplane/match/match_parts.h"

#include <string.h>

/* The memory of the ladders.
 *
 * An instrument of window W has a block in m->bits: l0 and l1 of its four ladders.
 *
 *     bits  | 4 x (l0, l1) of block 1 | of block 2 | freed | of block 4 |   not yet used  |
 *
 * Blocks are in the order of their places; a new one comes behind all others, or takes the place of
 * a freed one of the same window.  When there is no place at the end, blocks move together.  As
 * moving is always possible, whether there is room depends on the sum of windows alone: a ladder
 * has W / 64 pairs of words of l0, and of l1 a 64th as many words but at least two, and a block is
 * an odd number of lines of the cache.
 *
 * Odd, because of many instruments the same few levels are touched, those near one price.  If
 * blocks were powers of two apart, these would share few sets of a cache and drive each other out.
 *
 *   W1  words that are in no instrument's block are zero */

enum { LADDERS = 4, CLASSES = 13, LINE_WORDS = CACHE_LINE / sizeof(uint64_t) };
static_assert(MATCH_WINDOW_MIN << (CLASSES - 1) == MATCH_WINDOW_MAX, "a class for each window");
static_assert(MATCH_WINDOW_MIN == PAGE_LEVELS, "a ladder has a page at least");

struct window_block {
    uint64_t bits; /* its first word in m->bits */
    uint32_t window;
    uint32_t user;      /* the instrument's index + 1; 0: freed */
    uint32_t next_free; /* of the same window */
    uint32_t spare;
};

struct windows {
    uint64_t ticks; /* of all instruments */
    uint64_t bits;  /* used, holes included */
    uint64_t bits_max;
    uint32_t blocks; /* 1..blocks */
    uint32_t blocks_max;
    uint32_t freed[CLASSES]; /* the first of each window, 0: none */
    struct window_block block[];
};

static uint32_t l0_words(uint32_t window)
{
    return window / 64 * (uint32_t)(sizeof(struct rungs) / sizeof(uint64_t));
}

static uint32_t l1_words(uint32_t window)
{
    return window < 2 * 64 * 64 ? 2 : window / (64 * 64); /* even: l0 keeps within lines */
}

static uint64_t block_words(uint32_t window)
{
    uint64_t words = (uint64_t)LADDERS * (l0_words(window) + l1_words(window));
    return ALIGN_UP(words, LINE_WORDS) | LINE_WORDS;
}

static uint32_t window_class(uint32_t window)
{
    return (uint32_t)__builtin_ctz(window / MATCH_WINDOW_MIN);
}

static uint64_t words_max(const struct match_limits *limits)
{
    uint64_t words = limits->window / 64;
    uint64_t more = 2 * LADDERS + 2 * LINE_WORDS; /* of each: l1 at least, and the odd lines */
    return LADDERS * (2 * words + words / 64) + more * limits->instruments;
}

static size_t windows_bytes(const struct match_limits *limits)
{
    size_t blocks = (size_t)limits->instruments + 1;
    return ALIGN_UP(sizeof(struct windows) + blocks * sizeof(struct window_block), CACHE_LINE);
}

static size_t bits_bytes(const struct match_limits *limits)
{
    return ALIGN_UP(words_max(limits) * sizeof(uint64_t), CACHE_LINE);
}

size_t windows_footprint(const struct match_limits *limits)
{
    return windows_bytes(limits) + bits_bytes(limits);
}

void windows_new(struct match *m, void *memory)
{
    uint8_t *at = memory;
    m->windows = memory;
    m->bits = (void *)(at + windows_bytes(&m->limits));
    m->windows->bits_max = words_max(&m->limits);
    m->windows->blocks_max = m->limits.instruments;
}

/* The ladders of a block's instrument point into it. */
static void block_attach(struct match *m, uint32_t number)
{
    const struct window_block *block = &m->windows->block[number];
    struct instrument *b = &m->instruments[block->user - 1];
    uint64_t *bits = m->bits + block->bits;
    for (uint32_t i = 0; i < LADDERS; i++) {
        struct ladder *ladder = i < 2 ? &b->side[i] : &b->waits[i - 2];
        ladder->l0 = (struct rungs *)bits;
        ladder->l1 = bits + l0_words(block->window);
        bits = ladder->l1 + l1_words(block->window);
    }
    b->window_block = number;
}

/* Behind all others; there is a place. */
static uint32_t block_append(struct windows *windows, uint32_t window, uint32_t user)
{
    uint32_t number = ++windows->blocks;
    windows->block[number] = (struct window_block){
        .bits = windows->bits,
        .window = window,
        .user = user,
    };
    windows->bits += block_words(window);
    return number;
}

/* Blocks move together, towards the front, in the order they have. */
static void blocks_close_up(struct match *m)
{
    struct windows *windows = m->windows;
    uint32_t blocks = windows->blocks;
    uint64_t bits = windows->bits;
    windows->blocks = 0;
    windows->bits = 0;
    memset(windows->freed, 0, sizeof windows->freed);
    for (uint32_t i = 1; i <= blocks; i++) {
        struct window_block old = windows->block[i];
        if (old.user == 0) continue;
        uint32_t number = block_append(windows, old.window, old.user);
        const struct window_block *block = &windows->block[number];
        memmove(m->bits + block->bits, m->bits + old.bits,
                block_words(old.window) * sizeof *m->bits);
        block_attach(m, number);
    }
    memset(m->bits + windows->bits, 0, (bits - windows->bits) * sizeof *m->bits);
}

static bool block_fits(const struct windows *windows, uint32_t window)
{
    return windows->blocks < windows->blocks_max &&
           windows->bits_max - windows->bits >= block_words(window);
}

bool windows_open(struct match *m, struct instrument *b, uint32_t window)
{
    struct windows *windows = m->windows;
    if (windows->ticks + window > m->limits.window) return false;
    windows->ticks += window;
    for (uint32_t i = 0; i < LADDERS; i++) {
        struct ladder *ladder = i < 2 ? &b->side[i] : &b->waits[i - 2];
        *ladder = (struct ladder){.best = LADDER_EMPTY, .worst = INT64_MIN, .mask = window - 1};
    }
    uint32_t user = (uint32_t)(b - m->instruments) + 1;
    uint32_t *freed = &windows->freed[window_class(window)];
    uint32_t number = *freed;
    if (number != 0) {
        *freed = windows->block[number].next_free;
        windows->block[number].user = user;
    } else {
        if (!block_fits(windows, window)) blocks_close_up(m);
        CHECK(block_fits(windows, window));
        number = block_append(windows, window, user);
    }
    block_attach(m, number);
    return true;
}

void windows_close(struct match *m, struct instrument *b)
{
    struct windows *windows = m->windows;
    struct window_block *block = &windows->block[b->window_block];
    CHECK(block->user == (uint32_t)(b - m->instruments) + 1);
    for (uint32_t side = 0; side < 2; side++) {
        CHECK(b->side[side].best == LADDER_EMPTY);
        CHECK(b->waits[side].best == LADDER_EMPTY);
    }
    uint32_t *freed = &windows->freed[window_class(block->window)];
    block->user = 0;
    block->next_free = *freed;
    *freed = b->window_block;
    windows->ticks -= block->window;
}
