#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

/* Looking ahead: what inputs will touch is fetched in steps, each of which reads only what the one
 * before it has fetched, and takes all inputs before the next step begins, so that their misses
 * overlap.  Nothing that is read here is trusted or kept: by the time an input is applied the order
 * may have gone and its slot may hold another.  Compiled like match_hot.c.
 *
 *     step   a new order                      a cancel or a change
 *     1      id entry, instrument             id entry
 *     2      -                                order
 *     3      -                                neighbours in its queue, tie, holding, ladder
 *     4      word of its price, page number   the same
 *     5      level                            level
 *     6      last order of the queue          -
 *
 * Which kind an input is nobody can guess, so both are done alike: what one of them does not need
 * is slot 0, page 0 or what is in the caches anyway. */

enum { DEEP_ORDERS = 20000 }; /* below, everything is in the caches and looking ahead costs 4 ns */

static inline void fetch(const void *line)
{
    __builtin_prefetch(line, 1);
}

/* What is known of an input so far. */
struct glimpse {
    uint32_t slot; /* of the order it names, or 0 */
    uint32_t meta; /* instrument and side */
    int32_t key;
    uint32_t tag; /* of its id */
    const uint32_t *entry;
    const struct level *level;
};

static inline void entry_fetch(const struct match *m, const struct match_input *in,
                               struct glimpse *at)
{
    uint64_t hash = ids_hash(&m->ids, in->id);
    at->tag = ids_tag(hash);
    at->entry = &m->ids.table[hash >> m->ids.shift];
    fetch(at->entry);
    uint32_t index = in->instrument < m->limits.instruments ? in->instrument : 0;
    const struct instrument *b = &m->instruments[index];
    at->meta = index | (uint32_t)(in->side & 1) << META_SIDE_SHIFT;
    fetch(&b->side[0]);
    fetch(&b->side[1]);
    fetch(&b->tick);
}

/* Looks at a few entries: most ids are where they hash to or close behind, if they are there. */
static inline void order_fetch(const struct match *m, struct glimpse *at)
{
    const uint32_t *last = &m->ids.table[m->ids.mask];
    uint32_t slot = 0, tag = at->tag;
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t *entry = at->entry + i < last ? at->entry + i : last;
        uint32_t differs = *entry ^ tag;
        slot = number_or(slot, differs, differs <= IDS_SLOT);
        tag += IDS_STEP;
    }
    at->slot = slot;
    fetch(&m->orders[slot]);
}

static inline void neighbours_fetch(const struct match *m, const struct match_input *in,
                                    struct glimpse *at)
{
    const struct order *order = &m->orders[at->slot];
    fetch(&m->orders[order->next]);
    fetch(&m->orders[order->prev]);
    bool old = at->slot != 0;
    at->meta = number_or(at->meta, order->meta & (META_INSTRUMENT | META_SIDE), old);
    const struct instrument *b = &m->instruments[at->meta & META_INSTRUMENT];
    enum side side = (enum side)(at->meta >> META_SIDE_SHIFT);
    int32_t key = key_of(side, (int32_t)unit_count(&b->tick, in->price));
    at->key = (int32_t)number_or((uint32_t)key, (uint32_t)order->key, old);
    fetch(&b->side[side]);
}

static inline const struct ladder *ladder_seen(const struct match *m, const struct glimpse *at)
{
    return &m->instruments[at->meta & META_INSTRUMENT].side[at->meta >> META_SIDE_SHIFT];
}

static inline void word_fetch(const struct match *m, const struct glimpse *at)
{
    const struct ladder *ladder = ladder_seen(m, at);
    uint32_t word = ((uint32_t)at->key & ladder->mask) / PAGE_LEVELS;
    fetch(&ladder->l0[word]);
    fetch(&ladder->dir[word]);
}

static inline void level_fetch(const struct match *m, struct glimpse *at)
{
    const struct ladder *ladder = ladder_seen(m, at);
    at->level = m->pages[0].level;
    if (unlikely(ladder->dir == NULL)) return;
    at->level = ladder_level(m, ladder, at->key);
    fetch(at->level);
}

static inline void last_fetch(const struct match *m, const struct glimpse *at)
{
    fetch(&m->orders[number_or(at->level->tail, 0, at->slot != 0)]);
}

static void expect(const struct match *m, const struct match_input *const *inputs, uint32_t count)
{
    struct glimpse at[MATCH_EXPECT_MAX];
    for (uint32_t i = 0; i < count; i++) entry_fetch(m, inputs[i], &at[i]);
    for (uint32_t i = 0; i < count; i++) order_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count; i++) neighbours_fetch(m, inputs[i], &at[i]);
    for (uint32_t i = 0; i < count; i++) word_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count; i++) level_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count; i++) last_fetch(m, &at[i]);
}

void match_expect(const struct match *m, const struct match_input *const *inputs, uint32_t count)
{
    if (count > MATCH_EXPECT_MAX) count = MATCH_EXPECT_MAX;
    if (m->alive > DEEP_ORDERS) {
        expect(m, inputs, count);
    } else {
        for (uint32_t i = 0; i < count; i++)
            fetch(&m->ids.table[ids_hash(&m->ids, inputs[i]->id) >> m->ids.shift]);
    }
}
