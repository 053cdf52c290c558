#ifndef DATAPLANE_MATCH_MATCH_IDS_H
#define DATAPLANE_MATCH_MATCH_IDS_H

/* Order ids to slots.  For the files of this folder; struct ids is in match_layout.h.
 *
 * A table of lines of the cache.  An id hashes to its line, and in it to its own place.  Its entry
 * is there or, if that was in use, at another of the 15 places of the line:
 *
 *     entry  | tag: 8 bits of the hash | slot: 24 bits |   all 0: empty
 *     line   | 15 entries | count |
 *     count  | how many have passed the line: 28 bits | how many are astray in it: 4 bits |
 *
 * While the table is sparse nearly all are at their own places, and to guess so is quicker than
 * anything else; those that are not, astray, are counted, so that an empty place says that an id is
 * not there.  A dense table compares all places of a line at once, without a branch, and counts no
 * stray ones.  An entry whose line is full goes to the next line with room, and is counted in all
 * it passes: a probe goes on only where something has passed, and a hole needs no closing.  At most
 * half of all places are in use, which fills one line in a hundred.  The id itself is read from the
 * order, which is needed next anyway.
 *
 * The table grows by moving a few entries of the old half at each insertion, so that no insertion
 * is ever long.  While it moves, the old table is only read: an entry there whose order has gone is
 * recognised by the order's id (0 when the slot is free), so nothing is ever taken out of it. */

#include "dataplane/match/match_layout.h"

#include <immintrin.h>

enum {
    IDS_BITS_MIN = 12,
    IDS_BITS_SPARSE = 17, /* 512 KiB: up to here a sixteenth is in use */
    IDS_MOVE = 32,        /* old entries moved at an insertion: done before the next growth */
    IDS_LINE = 16,
    IDS_COUNT = 15,  /* the place of a line's count */
    IDS_ASTRAY = 1,  /* one elsewhere in its line */
    IDS_PASSED = 16, /* one that passed */
};

#define IDS_SLOT 0xffffffu

static inline uint64_t ids_hash(const struct ids *ids, order_id_t id)
{
    return id * ids->multiplier;
}

/* Its line is fetched. */
static inline void ids_fetch(const struct ids *ids, order_id_t id)
{
    __builtin_prefetch(&ids->table[ids_hash(ids, id) >> ids->shift], 1);
}

/* The upper bits of its entry. */
static inline uint32_t ids_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 8) & ~IDS_SLOT;
}

/* Its own place. */
static inline uint32_t ids_place(const struct ids *ids, uint64_t hash)
{
    uint32_t place = (uint32_t)(hash >> ids->shift);
    return place - (place % IDS_LINE == IDS_COUNT);
}

/* The first place of the line that place is in. */
static inline uint32_t ids_line(uint32_t place)
{
    return place & ~(IDS_LINE - 1u);
}

/* The place of the line's count. */
static inline uint32_t ids_count(uint32_t place)
{
    return place | IDS_COUNT;
}

static inline bool ids_sparse(const struct ids *ids)
{
    return ids->mask < 1u << IDS_BITS_SPARSE;
}

static inline uint32_t ids_threshold(uint32_t bits, uint32_t bits_max)
{
    if (bits >= bits_max) return UINT32_MAX;
    return bits <= IDS_BITS_SPARSE ? 1u << (bits - 4) : 1u << (bits - 1);
}

/* Four bits for each place of a line: all are set, or the highest, where it is so. */
#define IDS_BITS_ALL  0x0fffffffffffffffull
#define IDS_BITS_HIGH 0x0888888888888888ull

static inline uint64_t ids_both(__m256i low, __m256i high)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
           (uint32_t)_mm256_movemask_epi8(low);
}

/* Places of a line that hold the entry, 0 for the empty ones. */
static inline uint64_t ids_equal(const uint32_t *line, uint32_t entry)
{
    const __m256i *half = (const __m256i *)line;
    __m256i want = _mm256_set1_epi32((int)entry);
    return ids_both(_mm256_cmpeq_epi32(_mm256_load_si256(half), want),
                    _mm256_cmpeq_epi32(_mm256_load_si256(half + 1), want)) &
           IDS_BITS_ALL;
}

/* Places of a line whose entries have the tag; an empty one has tag 0. */
static inline uint64_t ids_tagged(const uint32_t *line, uint32_t tag)
{
    const __m256i *half = (const __m256i *)line;
    __m256i want = _mm256_set1_epi8((char)(tag >> 24));
    return ids_both(_mm256_cmpeq_epi8(_mm256_load_si256(half), want),
                    _mm256_cmpeq_epi8(_mm256_load_si256(half + 1), want)) &
           IDS_BITS_HIGH;
}

static inline uint32_t ids_first(uint64_t bits)
{
    return (uint32_t)__builtin_ctzll(bits) / 4;
}

#define IDS_NOWHERE UINT32_MAX

/* Where a living order's entry is. */
struct ids_spot {
    uint32_t place; /* in the table in use, of any line */
    uint32_t own;   /* its own place */
    uint32_t slot;  /* 0: there is no such order */
};

/* Where a living order is in the table in use: looks at all of its line, and those behind it. */
struct ids_spot ids_probe_far(const struct match *m, order_id_t id);

/* The same, its line first, as it is in a dense table. */
static inline struct ids_spot ids_probe_line(const struct match *m, order_id_t id)
{
    const struct ids *ids = &m->ids;
    uint64_t hash = ids_hash(ids, id);
    uint32_t own = ids_place(ids, hash), line = ids_line(own);
    uint64_t bits = ids_tagged(&ids->table[line], ids_tag(hash));
    if (likely(bits != 0)) {
        uint32_t place = line + ids_first(bits), slot = ids->table[place] & IDS_SLOT;
        if (likely(m->orders[slot].id == id)) return (struct ids_spot){place, own, slot};
    }
    return ids_probe_far(m, id);
}

/* The same, in a sparse table its own place first. */
static inline struct ids_spot ids_probe(const struct match *m, order_id_t id)
{
    const struct ids *ids = &m->ids;
    if (!ids_sparse(ids)) return ids_probe_line(m, id);
    uint64_t hash = ids_hash(ids, id);
    uint32_t own = ids_place(ids, hash), slot = ids->table[own] ^ ids_tag(hash);
    if (likely(slot <= IDS_SLOT && m->orders[slot].id == id))
        return (struct ids_spot){own, own, slot};
    return ids_probe_far(m, id);
}

/* Its slot by the old table, while it moves; 0: it is not there. */
uint32_t ids_find_old(const struct match *m, order_id_t id);

static inline bool ids_moving(const struct ids *ids)
{
    return ids->threshold == 0;
}

/* The slot of a living order, or 0. */
static inline uint32_t ids_find(const struct match *m, order_id_t id)
{
    uint32_t slot = ids_probe(m, id).slot;
    if (unlikely(slot == 0 && ids_moving(&m->ids))) return ids_find_old(m, id);
    return slot;
}

/* Where in its line the entry of a new order goes if no order has its id; IDS_NOWHERE: one may have
 * it, or the line is full. */
static inline uint32_t ids_free_place(const struct ids *ids, uint32_t own, uint32_t tag)
{
    uint32_t line = ids_line(own), count = ids->table[ids_count(own)];
    if (ids_sparse(ids) && likely((ids->table[own] | count) == 0)) return own;
    uint64_t empty = ids_equal(&ids->table[line], 0), same = ids_tagged(&ids->table[line], tag);
    if (unlikely((empty == 0) | ((same & ~empty) != 0) | (count >= IDS_PASSED))) return IDS_NOWHERE;
    return line + ids_first(empty);
}

void ids_resize(struct ids *ids, uint32_t bits); /* the table in use */
void ids_grow(struct match *m);                  /* starts, or goes on */

/* The entry of an id whose own place is own goes to a place of its line, or leaves it. */
static inline void ids_enter(struct ids *ids, uint32_t own, uint32_t place, uint32_t entry)
{
    ids->table[place] = entry;
    if (ids_sparse(ids) && unlikely(place != own)) ids->table[ids_count(own)] += IDS_ASTRAY;
}

static inline void ids_leave(struct ids *ids, uint32_t own, uint32_t place)
{
    ids->table[place] = 0;
    if (ids_sparse(ids) && unlikely(place != own)) ids->table[ids_count(own)] -= IDS_ASTRAY;
}

/* For an entry whose own line is full; and for one that may be in any line, or in the old table. */
void ids_put_far(struct ids *ids, uint32_t own, uint32_t entry);
void ids_take_out_far(struct ids *ids, uint32_t own, uint32_t entry);

/* Into the table in use. */
static inline void ids_put(struct match *m, order_id_t id, uint32_t slot)
{
    struct ids *ids = &m->ids;
    uint64_t hash = ids_hash(ids, id);
    uint32_t own = ids_place(ids, hash), line = ids_line(own), entry = ids_tag(hash) | slot;
    if (ids_sparse(ids) && likely(ids->table[own] == 0)) {
        ids->table[own] = entry;
        return;
    }
    uint64_t empty = ids_equal(&ids->table[line], 0);
    if (likely(empty != 0)) ids_enter(ids, own, line + ids_first(empty), entry);
    else ids_put_far(ids, own, entry);
}

/* Of an order that counts in alive already. */
static inline void ids_insert(struct match *m, order_id_t id, uint32_t slot)
{
    if (unlikely(m->alive > m->ids.threshold)) ids_grow(m);
    ids_put(m, id, slot);
}

/* The entry at a spot that ids_probe gave and nothing has changed since. */
static inline void ids_remove_at(struct ids *ids, struct ids_spot spot)
{
    bool near = ids_sparse(ids) ? spot.place == spot.own : (spot.place ^ spot.own) < IDS_LINE;
    if (likely(near)) ids->table[spot.place] = 0;
    else ids_take_out_far(ids, spot.own, ids->table[spot.place]);
}

/* Of a living order; its id in the slot is the caller's to clear. */
static inline void ids_remove(struct match *m, order_id_t id, uint32_t slot)
{
    struct ids *ids = &m->ids;
    uint64_t hash = ids_hash(ids, id);
    uint32_t own = ids_place(ids, hash), line = ids_line(own), entry = ids_tag(hash) | slot;
    if (ids_sparse(ids) && likely(ids->table[own] == entry)) {
        ids->table[own] = 0;
        return;
    }
    uint64_t same = ids_equal(&ids->table[line], entry);
    if (likely(same != 0)) ids_leave(ids, own, line + ids_first(same));
    else ids_take_out_far(ids, own, entry);
}

#endif
