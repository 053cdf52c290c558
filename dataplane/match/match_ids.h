#ifndef DATAPLANE_MATCH_MATCH_IDS_H
#define DATAPLANE_MATCH_MATCH_IDS_H

/* Order ids to slots.  For the files of this folder; struct ids is in match_layout.h.
 *
 * Open addressing with linear probing, four bytes an entry; the id itself is read from the order,
 * which is needed next anyway.  At most a sixteenth is in use while the table fits a second-level
 * cache, half beyond.
 *
 *     31        27 26       24 23                    0
 *     | of the hash | how far | slot                 |      all 0: empty
 *
 * How far is the distance from the place the id hashes to, 7 for 7 and more.  A probe compares it
 * with its own steps, so only entries of the same place are compared by hash, and only those of the
 * same hash by order.  And a hole is closed without reading the orders behind it, each of which
 * would be a miss of the cache.
 *
 * The table grows by moving a few entries of the old half at each insertion, so that no insertion
 * is ever long.  While it moves, the old table is only read: an entry there whose order has gone is
 * recognised by the order's id (0 when the slot is free), so nothing is ever taken out of it. */

#include "dataplane/match/match_layout.h"

enum {
    IDS_BITS_MIN = 12,
    IDS_BITS_SPARSE = 17, /* 512 KiB: up to here a sixteenth is in use */
    IDS_BEYOND = 3,       /* entries behind the largest table, for those who look at four at once */
    IDS_MOVE = 32,        /* old entries moved at an insertion: done before the next growth */
};

#define IDS_SLOT 0xffffffu
#define IDS_STEP (1u << 24)
#define IDS_FAR  (7u << 24) /* the bits of how far */

static inline uint64_t ids_hash(const struct ids *ids, order_id_t id)
{
    return id * ids->multiplier;
}

/* The upper bits of an entry at the place its id hashes to. */
static inline uint32_t ids_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 5) & 0xf8000000u;
}

/* The same one place on. */
static inline uint32_t ids_farther(uint32_t tag)
{
    return (tag & IDS_FAR) == IDS_FAR ? tag : tag + IDS_STEP;
}

static inline uint32_t ids_threshold(uint32_t bits, uint32_t bits_max)
{
    if (bits >= bits_max) return UINT32_MAX;
    return bits <= IDS_BITS_SPARSE ? 1u << (bits - 4) : 1u << (bits - 1);
}

#define IDS_OLD UINT32_MAX

/* Where a probe ended: at the entry of the id, or at the empty one where it belongs. */
struct ids_spot {
    uint32_t place; /* in the table in use; IDS_OLD: its entry is still in the old one */
    uint32_t tag;   /* the upper bits of the id's entry there */
    uint32_t slot;  /* 0: not found */
};

static inline struct ids_spot ids_probe(const struct match *m, order_id_t id)
{
    const struct ids *ids = &m->ids;
    uint64_t hash = ids_hash(ids, id);
    uint32_t mask = ids->mask, tag = ids_tag(hash);
    for (uint32_t i = (uint32_t)(hash >> ids->shift);; i = (i + 1) & mask, tag = ids_farther(tag)) {
        uint32_t entry = ids->table[i], slot = entry ^ tag;
        if (entry == 0) return (struct ids_spot){i, tag, 0};
        if (slot >> 24 == 0 && likely(m->orders[slot].id == id))
            return (struct ids_spot){i, tag, slot};
    }
}

struct ids_spot ids_probe_far(const struct match *m, order_id_t id); /* the same, out of line */

/* The same in the old table, while it moves: a slot, or 0. */
uint32_t ids_find_old(const struct match *m, order_id_t id);

static inline bool ids_moving(const struct ids *ids)
{
    return ids->threshold == 0;
}

/* Where a living order is, or would be. */
static inline struct ids_spot ids_find_spot(const struct match *m, order_id_t id)
{
    struct ids_spot spot = ids_probe(m, id);
    if (unlikely(spot.slot == 0 && ids_moving(&m->ids))) {
        uint32_t slot = ids_find_old(m, id);
        if (slot != 0) return (struct ids_spot){IDS_OLD, 0, slot};
    }
    return spot;
}

/* The slot of a living order, or 0. */
static inline uint32_t ids_find(const struct match *m, order_id_t id)
{
    return ids_find_spot(m, id).slot;
}

/* Into the table in use. */
static inline void ids_put(struct match *m, order_id_t id, uint32_t slot)
{
    uint64_t hash = ids_hash(&m->ids, id);
    uint32_t *table = m->ids.table;
    uint32_t mask = m->ids.mask, i = (uint32_t)(hash >> m->ids.shift), tag = ids_tag(hash);
    for (; table[i] != 0; i = (i + 1) & mask) tag = ids_farther(tag);
    table[i] = tag | slot;
}

void ids_resize(struct ids *ids, uint32_t bits); /* the table in use */
void ids_grow(struct match *m);                  /* starts, or goes on */

/* Of an order that counts in alive already. */
static inline void ids_insert(struct match *m, order_id_t id, uint32_t slot)
{
    if (unlikely(m->alive > m->ids.threshold)) ids_grow(m);
    ids_put(m, id, slot);
}

/* The same at a spot that ids_find_spot gave, and nothing has changed since. */
static inline void ids_insert_at(struct match *m, struct ids_spot spot, order_id_t id,
                                 uint32_t slot)
{
    if (unlikely(m->alive > m->ids.threshold)) ids_insert(m, id, slot);
    else m->ids.table[spot.place] = spot.tag | slot;
}

/* How far the entry at place i is from where its id hashes to. */
static inline uint32_t ids_passed(const struct match *m, uint32_t entry, uint32_t i)
{
    uint32_t far = (entry & IDS_FAR) / IDS_STEP;
    if (likely(far < IDS_FAR / IDS_STEP)) return far;
    order_id_t id = m->orders[entry & IDS_SLOT].id;
    return (i - (uint32_t)(ids_hash(&m->ids, id) >> m->ids.shift)) & m->ids.mask;
}

/* The entry behind a hole moves into it, if its probe passes there. */
static inline void ids_close_hole(struct match *m, uint32_t *table, uint32_t mask, uint32_t hole)
{
    for (uint32_t i = (hole + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
        uint32_t entry = table[i], passed = ids_passed(m, entry, i), back = (i - hole) & mask;
        if (passed < back) continue;
        uint32_t far = passed - back < 7 ? passed - back : 7;
        table[hole] = (entry & ~IDS_FAR) | far * IDS_STEP;
        hole = i;
    }
    table[hole] = 0;
}

static inline void ids_take_out(struct match *m, uint32_t place)
{
    uint32_t *table = m->ids.table, mask = m->ids.mask;
    if (likely(table[(place + 1) & mask] == 0)) table[place] = 0;
    else ids_close_hole(m, table, mask, place);
}

/* The entry at a spot that ids_find_spot gave and nothing has changed since. */
static inline void ids_remove_at(struct match *m, struct ids_spot spot)
{
    if (likely(spot.place != IDS_OLD)) ids_take_out(m, spot.place); /* in the old one it fades */
}

/* The order's id is still in its slot; the caller clears it afterwards. */
static inline void ids_remove(struct match *m, order_id_t id, uint32_t slot)
{
    uint64_t hash = ids_hash(&m->ids, id);
    const uint32_t *table = m->ids.table;
    uint32_t mask = m->ids.mask, i = (uint32_t)(hash >> m->ids.shift);
    for (; (table[i] & IDS_SLOT) != slot; i = (i + 1) & mask)
        if (table[i] == 0) return; /* only in the old table, where it fades */
    ids_take_out(m, i);
}

#endif
