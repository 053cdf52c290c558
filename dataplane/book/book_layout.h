#ifndef DATAPLANE_BOOK_BOOK_LAYOUT_H
#define DATAPLANE_BOOK_BOOK_LAYOUT_H

/* How the book lies in memory.  Private to book*.c.
 *
 *     index    a reference's cache line of 15 entries  ->  order number
 *     order    reference, quantity, level              ->  level number
 *     link     the order's neighbours in its level's queue
 *     level    price, totals, head and tail of the queue, which side it is on
 *     side     one cache line: the best seven levels, best first
 *     deep     the other levels of a side, sorted, the best of them last
 *
 * Numbers, not pointers: half the size, and 0 is nobody (order 0 and level 0 are never used).  Free
 * orders and levels are stacks, so that a new one takes the place that was left last and is warm.
 *
 * A level's key is its price on the bid side and the complement of its price on the ask side: the
 * greater key is always the better price, and no code asks which side it is on.
 *
 * The widths are chosen for cache lines: an add touches its index line, its side's line, the level,
 * the last order's link, and the freshly freed order; a removal its index line, the order, the
 * level and two neighbours' links. */

#include "dataplane/book/book.h"

#define INDEX_ENTRIES      15u /* and one word that counts entries that found their line full */
#define INDEX_WORDS        16u
#define INDEX_PROBE_LINES  16u /* how far from home an entry may be */
#define INDEX_VALID        0x80000000u
#define INDEX_ORDER        0x007fffffu /* order number; the 8 bits between are the tag */
#define INDEX_OVERFLOW_ONE (1u << 23)  /* the count's unit: as an order number it reads 0 */
#define INDEX_NEAR_BITS    2u          /* log2 of consecutive references that share a line */

#define SIDE_TOP     7u /* levels in the side's own line */
#define DEEP_CLASSES 5u /* regions of 64, 256, 1024, 4096, 16384 places */
#define DEEP_FRONT   8u /* words before the first, less than any: a search by eights stops */
#define DEEP_BEHIND  8u /* behind the last, so that eight may be moved at once */

#define GROUP_COMMANDS 16u
#define GROUPS         4u

static_assert(BOOK_ORDERS_MAX <= INDEX_ORDER, "an order number fits an index entry");
static_assert(GROUPS * GROUP_COMMANDS == BOOK_LOOKAHEAD, "what book.h promises");

struct order {
    uint64_t ref; /* BOOK_REF_NOBODY: the place is free */
    uint32_t qty;
    uint32_t level;
};

struct link {
    uint32_t prev; /* older; 0 at the head */
    uint32_t next;
};

struct level {
    uint64_t qty;
    uint32_t orders;
    uint32_t price_e4;
    uint32_t head; /* oldest order */
    uint32_t tail;
    uint32_t side; /* instrument * 2 + enum side */
    uint32_t best; /* 1 while it is the best of its side */
};

/* lane 0: deep levels (16 bits), class of their region (8), its place in the pool (40).
 * lanes 1..7: the best levels, best first: key << 32 | level number; 0 where there is none. */
struct side_line {
    CACHE_ALIGNED uint64_t lane[8];
};

/* What is noted of an instrument: it is in the list of changes; a command contradicted its book; a
 * change of it was once told. */
enum { MARK_CHANGED = 1, MARK_SUSPECT = 2, MARK_TOLD = 4 };

struct totals {
    uint64_t volume;      /* shares */
    uint64_t notional_e4; /* price_e4 * shares */
    uint32_t last_e4;
    uint32_t trades;
    uint64_t last_qty;
};

static_assert(sizeof(struct order) == 16, "four a cache line");
static_assert(sizeof(struct link) == 8, "eight a cache line");
static_assert(sizeof(struct level) == 32, "two a cache line");
static_assert(sizeof(struct side_line) == 64, "one a cache line");
static_assert(sizeof(struct book_command) == 32, "two a cache line");

/* Where an order's reference is indexed. */
struct index_key {
    uint32_t line; /* first word of the home line */
    uint32_t tag;  /* INDEX_VALID and eight bits of the reference */
};

/* Sixteen commands on their way.  What stages 2 and 3 note here are hints for prefetching: apply
 * looks everything up again. */
struct group {
    struct book_command command[GROUP_COMMANDS];
    struct index_key key[GROUP_COMMANDS];
    uint32_t order_hint[GROUP_COMMANDS];
    uint32_t level_hint[GROUP_COMMANDS];
    _Alignas(16) uint8_t op[GROUP_COMMANDS]; /* the commands' ops side by side */
    uint32_t adds;                           /* bit i: command i adds an order */
    uint32_t removals;                       /* names an order that is live */
    uint32_t replaces;
    uint32_t count;
};

struct book {
    uint32_t *index;
    struct order *order;
    struct link *link;
    struct level *level;
    struct side_line *side;
    uint64_t *deep;
    uint8_t *mark; /* [instrument]: MARK_... */
    struct totals *totals;
    uint32_t *order_free; /* a stack; order_free_count is its height */
    uint32_t *level_free;
    uint16_t *changed;

    uint32_t index_mask;  /* words of the index - 1 */
    uint32_t index_shift; /* 64 - log2(blocks of 64 lines) */
    uint32_t order_free_count;
    uint32_t level_free_count;
    uint32_t changed_count;
    uint32_t instruments;
    uint32_t filling; /* the group being filled, counted for ever */
    bool digest_on;
    bool used; /* something was noted since the last reset, so the next has work to do */

    uint64_t deep_used; /* places of the pool taken */
    uint64_t deep_end;
    uint64_t deep_free[DEEP_CLASSES]; /* regions that wait, chained through their first place */

    uint64_t digest;
    struct book_counts counts;
    const struct book_vectors *vectors;
    struct book_limits limits;

    struct group group[GROUPS];
};

/* The hot code, compiled once for each width of vectors (book_hot.c). */
struct book_vectors {
    const char *name;
    void (*turn)(struct book *book);  /* the filling group is full */
    void (*flush)(struct book *book); /* apply all that wait */
};

extern const struct book_vectors book_vectors_avx2;
extern const struct book_vectors book_vectors_avx512;

/* A side's deep levels, for reading. */

static inline uint32_t deep_count(uint64_t lane0)
{
    return (uint32_t)(lane0 & 0xffff);
}

static inline uint32_t deep_class(uint64_t lane0)
{
    return (uint32_t)(lane0 >> 16) & 0xff;
}

static inline uint64_t deep_place(uint64_t lane0)
{
    return lane0 >> 24;
}

static inline uint64_t deep_region(uint32_t class)
{
    return (uint64_t)64 << (2 * class);
}

static inline uint32_t deep_capacity(uint64_t lane0)
{
    if (deep_place(lane0) == 0) return 0; /* the common empty region in front of the pool */
    return (uint32_t)deep_region(deep_class(lane0)) - DEEP_FRONT - DEEP_BEHIND;
}

static inline uint32_t level_key(const struct level *level)
{
    return level->side & SIDE_SELL ? ~level->price_e4 : level->price_e4;
}

/* References near each other share lines; blocks of 256 are scattered by a multiplication, so that
 * any 64-bit references spread. */
static inline struct index_key index_key(const struct book *book, uint64_t ref)
{
    uint64_t scattered = (ref >> (6 + INDEX_NEAR_BITS)) * 0x9e3779b97f4a7c15u;
    uint32_t block = (uint32_t)(scattered >> book->index_shift);
    uint32_t line = (uint32_t)(ref ^ scattered >> 24) & 63;
    /* The tag: six bits of the block's reference, and the two that lines of a block share. */
    uint32_t far = (uint32_t)(scattered >> 8) & 0x7e000000u,
             near = (uint32_t)ref << 17 & 0x01800000u;
    return (struct index_key){
        .line = (block << 6 | line) * INDEX_WORDS,
        .tag = INDEX_VALID | far | near,
    };
}

#define DIGEST_SEED 0x6a09e667f3bcc908u

/* Each step is a bijection of the digest for any word, so nothing folded in earlier is lost. */
static inline uint64_t digest_fold(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0xd6e8feb86659fd93u;
    return digest ^ digest >> 32;
}

static inline uint64_t digest_word(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u;
    uint64_t y = b * 0xc2b2ae3d27d4eb4fu;
    uint64_t z = c * 0x165667b19e3779f9u;
    return (x << 31 | x >> 33) ^ (y << 17 | y >> 47) ^ z;
}

/* Cold parts of the hot code, in book_deep.c. */

/* Makes room for one more deep level of a side.  False when the pool or the side is full. */
bool book_deep_grow(struct book *book, struct side_line *line);

/* Gives the region of a side that has no deep level left back to the pool. */
void book_deep_release(struct book *book, struct side_line *line);

#endif
