#ifndef DATAPLANE_MATCH_MATCH_LADDER_H
#define DATAPLANE_MATCH_MATCH_LADDER_H

/* The queues of one side by key.  For the files of this folder; struct ladder and the invariants
 * L1-L5 are in match_layout.h. */

#include "dataplane/match/match_layout.h"

#define LADDER_NONE UINT32_MAX

static inline struct level *ladder_level(const struct match *m, const struct ladder *ladder,
                                         int64_t key)
{
    uint32_t index = (uint32_t)key & ladder->mask;
    return &m->pages[ladder->l0[index / PAGE_LEVELS].page].level[index % PAGE_LEVELS];
}

/* The first index at or after from whose bit is set, LADDER_NONE if none is before the end. */
static inline uint32_t ladder_seek(const struct ladder *ladder, uint32_t from)
{
    if (from > ladder->mask) return LADDER_NONE;
    uint32_t word = from / 64;
    uint64_t bits = ladder->l0[word].bits >> (from % 64) << (from % 64);
    if (bits != 0) return word * 64 + (uint32_t)__builtin_ctzll(bits);
    word++;
    uint32_t group = word / 64;
    if (word > ladder->mask / 64) return LADDER_NONE;
    bits = ladder->l1[group] >> (word % 64) << (word % 64);
    if (bits == 0) {
        if (group == 63) return LADDER_NONE;
        uint64_t groups = ladder->l2 >> (group + 1) << (group + 1);
        if (groups == 0) return LADDER_NONE;
        group = (uint32_t)__builtin_ctzll(groups);
        bits = ladder->l1[group];
    }
    word = group * 64 + (uint32_t)__builtin_ctzll(bits);
    return word * 64 + (uint32_t)__builtin_ctzll(ladder->l0[word].bits);
}

/* The last index at or before from whose bit is set, LADDER_NONE if there is none. */
static inline uint32_t ladder_seek_back(const struct ladder *ladder, uint32_t from)
{
    uint32_t word = from / 64;
    uint64_t bits = ladder->l0[word].bits << (63 - from % 64) >> (63 - from % 64);
    if (bits != 0) return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
    while (word-- > 0) {
        if (word % 64 == 63 && ladder->l1[word / 64] == 0) word &= ~63u;
        else if (ladder->l0[word].bits != 0)
            return word * 64 + 63 - (uint32_t)__builtin_clzll(ladder->l0[word].bits);
    }
    return LADDER_NONE;
}

/* The first key after key that has a level, LADDER_EMPTY if key is the last or beyond. */
static inline int64_t ladder_after(const struct ladder *ladder, int64_t key)
{
    if (ladder->best == LADDER_EMPTY) return LADDER_EMPTY;
    int64_t passed = key - ladder->best; /* keys from best to key, key not counted */
    if (passed < 0) return ladder->best;
    if (passed >= ladder->mask) return LADDER_EMPTY;
    uint32_t home = (uint32_t)ladder->best & ladder->mask;
    uint32_t from = (uint32_t)(key + 1) & ladder->mask;
    uint32_t index = ladder_seek(ladder, from);
    if (index == LADDER_NONE) index = ladder_seek(ladder, 0);
    uint32_t steps = (index - home) & ladder->mask;
    return steps > passed ? ladder->best + steps : LADDER_EMPTY;
}

/* The largest key there is. */
static inline int64_t ladder_last(const struct ladder *ladder)
{
    uint32_t home = (uint32_t)ladder->best & ladder->mask;
    uint32_t index = home == 0 ? LADDER_NONE : ladder_seek_back(ladder, home - 1);
    if (index == LADDER_NONE) index = ladder_seek_back(ladder, ladder->mask);
    return ladder->best + ((index - home) & ladder->mask);
}

/* How many levels there are. */
uint32_t ladder_count(const struct ladder *ladder);

/* Whether a key that seems too far away may join: all keys must span less than the window (A8).
 * worst is only a bound. */
bool ladder_admits_far(struct ladder *ladder, int64_t key);

/* The page of a word that has none yet; 0: no page is left. */
uint32_t ladder_page(struct match *m, struct ladder *ladder, uint32_t word);

/* Where the queue of a key is: page and index in the ring. */
struct ladder_spot {
    uint32_t page; /* 0: it cannot be (A8) */
    uint32_t index;
};

static inline struct level *spot_level(const struct match *m, struct ladder_spot spot)
{
    return &m->pages[spot.page].level[spot.index % PAGE_LEVELS];
}

/* ladder_open of a key that may have no queue yet. */
struct ladder_spot ladder_begin(struct match *m, struct ladder *ladder, int64_t key);

/* A queue for the key, made if there is none: an order must follow.  If it cannot be, nothing
 * happened.  Most join a queue, and then nothing else changes: within the window from the best key
 * on a place of the ring is one key's. */
static inline struct ladder_spot ladder_open(struct match *m, struct ladder *ladder, int64_t key)
{
    uint32_t index = (uint32_t)key & ladder->mask;
    const struct rungs *rungs = &ladder->l0[index / PAGE_LEVELS];
    bool near = (uint64_t)key - (uint64_t)ladder->best <= ladder->mask;
    if (likely(near && rungs->bits >> (index % 64) & 1))
        return (struct ladder_spot){rungs->page, index};
    return ladder_begin(m, ladder, key);
}

/* The last level of a page has gone, or the best one. */
void ladder_shrink(struct match *m, struct ladder *ladder, int64_t key);

/* An order has left the level of key; gone is 1 if it was the last one, or 0.  Which is not
 * predictable, so its bit is cleared without a choice; that the best level or a page goes is
 * rarer. */
static inline void ladder_left(struct match *m, struct ladder *ladder, int64_t key, uint64_t gone)
{
    uint32_t index = (uint32_t)key & ladder->mask, word = index / PAGE_LEVELS;
    uint64_t bits = ladder->l0[word].bits & ~(gone << (index % 64));
    ladder->l0[word].bits = bits;
    if (unlikely(in_one(gone & (uint64_t)((bits == 0) | (key == ladder->best))) != 0))
        ladder_shrink(m, ladder, key);
}

/* One place or the other, without a branch. */
static inline uint32_t *place_of(uint32_t *usual, uint32_t *at_end, uint32_t slot)
{
    return __builtin_expect_with_probability(slot != 0, 1, 0.5) ? usual : at_end;
}

/* The order joins the end of the queue of its key. */
static inline void level_append(struct match *m, struct level *level, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    uint32_t tail = level->tail;
    order->prev = tail;
    order->next = 0;
    level->tail = slot;
    level->lots += order->lots;
    *place_of(&m->orders[tail].next, &level->head, tail) = slot;
}

/* The order leaves the queue, wherever it is in it.  Its lots are subtracted.  1 if it was the only
 * one, or 0. */
static inline uint64_t level_remove(struct match *m, struct level *level, const struct order *order)
{
    uint32_t next = order->next, prev = order->prev;
    level->lots -= order->lots;
    *place_of(&m->orders[prev].next, &level->head, prev) = next;
    *place_of(&m->orders[next].prev, &level->tail, next) = prev;
    return (next | prev) == 0;
}

/* The order joins its ladder; false, and nothing happened, if there is no room (A8). */
static inline bool ladder_put(struct match *m, struct ladder *ladder, uint32_t slot)
{
    struct ladder_spot spot = ladder_open(m, ladder, m->orders[slot].key);
    if (unlikely(spot.page == 0)) return false;
    level_append(m, spot_level(m, spot), slot);
    return true;
}

static inline void ladder_take_out(struct match *m, struct ladder *ladder, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    struct level *level = ladder_level(m, ladder, order->key);
    uint64_t gone = level_remove(m, level, order);
    ladder_left(m, ladder, order->key, gone);
}

#endif
