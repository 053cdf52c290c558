#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

/* Looking ahead: what an input will touch is fetched in stages, each of which reads only what an
 * earlier one has fetched.  Nothing that is read here is trusted or kept: by the time the input is
 * applied the order may have gone and its slot may hold another.  Compiled like match_hot.c.
 *
 *     stage   a new order                      a cancel or a change
 *     0       id entry, instrument             id entry
 *     1       word of its price, page number   order, tie
 *     2       level                            neighbours, instrument
 *     3       last order of the queue          word of its price, page number
 *     4                                        level */

enum { DEEP_ORDERS = 20000 }; /* below, everything is in the caches and looking ahead costs 4 ns */

bool match_is_deep(const struct match *m)
{
    return m->alive > DEEP_ORDERS;
}

static inline void fetch(const void *line)
{
    __builtin_prefetch(line, 1);
}

static inline void entry_fetch(const struct match *m, order_id_t id)
{
    fetch(&m->ids.table[ids_hash(&m->ids, id) >> m->ids.shift]);
}

static inline void side_fetch(const struct instrument *b, enum side side)
{
    fetch(&b->side[side]);
    fetch(&b->tick);
}

static inline void word_fetch(const struct ladder *ladder, int32_t key)
{
    uint32_t word = ((uint32_t)key & ladder->mask) / PAGE_LEVELS;
    fetch(&ladder->l0[word]);
    fetch(&ladder->dir[word]);
}

/* The queue of a key, or NULL. */
static inline const struct level *level_seen(const struct match *m, const struct ladder *ladder,
                                             int32_t key)
{
    uint32_t index = (uint32_t)key & ladder->mask, page = ladder->dir[index / PAGE_LEVELS];
    return page == 0 ? NULL : &m->pages[page].level[index % PAGE_LEVELS];
}

static inline void new_fetch(const struct match *m, const struct match_input *in, uint32_t stage)
{
    const struct instrument *b = instrument_of(m, in->instrument);
    if (b == NULL) return;
    enum side side = (enum side)(in->side & 1);
    if (stage == 0) {
        entry_fetch(m, in->id);
        side_fetch(b, side);
        fetch(&b->side[side ^ 1]);
        return;
    }
    const struct ladder *ladder = &b->side[side];
    int32_t key = key_of(side, (int32_t)unit_good(&b->tick, in->price));
    if (stage == 1) {
        word_fetch(ladder, key);
        return;
    }
    const struct level *level = level_seen(m, ladder, key);
    if (level == NULL) return;
    if (stage == 2) fetch(level);
    else if (stage == 3) fetch(&m->orders[level->tail]);
}

static inline void old_fetch(const struct match *m, order_id_t id, uint32_t stage)
{
    if (stage == 0) {
        entry_fetch(m, id);
        return;
    }
    uint64_t hash = ids_hash(&m->ids, id);
    uint32_t entry = m->ids.table[hash >> m->ids.shift];
    const struct order *order = &m->orders[(entry ^ ids_tag(hash) << 24) & 0xffffff];
    if (stage == 1) {
        fetch(order);
        return;
    }
    const struct instrument *b = order_instrument(m, order);
    enum side side = order_side(order);
    if (b->phase == MATCH_UNLISTED) return;
    if (stage == 2) {
        side_fetch(b, side);
        fetch(&m->orders[order->next]);
        fetch(&m->orders[order->prev]);
        return;
    }
    const struct ladder *ladder = &b->side[side];
    if (stage == 3) {
        word_fetch(ladder, order->key);
        return;
    }
    const struct level *level = level_seen(m, ladder, order->key);
    if (level != NULL) fetch(level);
}

void match_expect(const struct match *m, const struct match_input *in, uint32_t stage)
{
    if (in->kind == MATCH_NEW) new_fetch(m, in, stage);
    else if (in->kind == MATCH_CANCEL || in->kind == MATCH_MODIFY) old_fetch(m, in->id, stage);
}
