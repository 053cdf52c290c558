#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

#include <immintrin.h>

/* Looking ahead: what inputs will touch is fetched in steps, each of which reads only what the one
 * before it has fetched, and takes all inputs before the next step begins, so that their misses
 * overlap.  Nothing that is read here is trusted or kept: by the time an input is applied the order
 * may have gone and its slot may hold another.  Compiled like match_hot.c.
 *
 *     step   a new order                          a cancel or a change
 *     1      id entry, instrument; account,       id entry
 *            its place in the table of holdings
 *     2      -                                    order
 *     3      holding                              neighbours in its queue, ladder; holding, and
 *                                                 tie where there are accounts or it changes
 *     4      word of its price, page number;      the same
 *            balance
 *     5      level                                level
 *     6      last order of the queue              -
 *
 * A new order that would trade looks at the best queue of the other side instead, and its first
 * order.
 *
 * Which kind an input is nobody can guess, so both are done alike: what one of them does not need
 * is slot 0, page 0 or what is in the caches anyway.  While the orders fit the caches only the id
 * entry is fetched: the rest would cost more than it brings. */

enum { DEEP_ORDERS = 20000, WIDE_INSTRUMENTS = 16 };

#define ALONE static inline __attribute__((always_inline))

static inline void fetch(const void *line)
{
    __builtin_prefetch(line, 1);
}

/* What is known of an input so far. */
struct glimpse {
    const uint32_t *entry; /* where its id hashes to */
    uint32_t tag;
    uint32_t slot;   /* of the order it names, or 0 */
    uint32_t meta;   /* instrument and side */
    uint32_t holder; /* at first its place in the table of holdings */
    uint32_t meets;  /* it would trade with the best of the other side */
    int32_t key;     /* of the queue it will touch: its own, or that best one */
    const struct ladder *ladder;
    const struct level *level;
};

ALONE void entry_fetch(const struct match *m, const struct match_input *in, struct glimpse *at,
                       const bool wide, const bool money)
{
    uint64_t hash = ids_hash(&m->ids, in->id);
    at->tag = ids_tag(hash);
    at->entry = &m->ids.table[hash >> m->ids.shift];
    fetch(at->entry);
    uint32_t index = in->instrument < m->limits.instruments ? in->instrument : 0;
    at->meta = index | (uint32_t)(in->side & 1) << META_SIDE_SHIFT;
    if (wide) {
        const struct instrument *b = &m->instruments[index];
        fetch(&b->side[0]);
        fetch(&b->side[1]);
        fetch(&b->tick);
    }
    if (money) {
        at->holder = ledger_home(in->account, (uint16_t)index, m->holding_mask);
        fetch(&m->holding_table[at->holder]);
        fetch(&m->accounts[in->account]);
    }
}

/* Looks at four entries: nearly all ids are where they hash to or close behind, if they are
 * there. */
static inline void order_fetch(const struct match *m, struct glimpse *at)
{
    __m128i entries = _mm_loadu_si128((const __m128i *)at->entry);
    __m128i tags = _mm_add_epi32(_mm_set1_epi32((int)at->tag),
                                 _mm_setr_epi32(0, IDS_STEP, 2 * IDS_STEP, 3 * IDS_STEP));
    __m128i differ = _mm_srli_epi32(_mm_xor_si128(entries, tags), 24);
    int same = _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(differ, _mm_setzero_si128())));
    uint32_t slot = at->entry[(uint32_t)__builtin_ctz((uint32_t)same | 8)] & IDS_SLOT;
    at->slot = number_or(slot, 0, (same == 0) | (slot > m->limits.orders));
    fetch(&m->orders[at->slot]);
}

static inline void level_fetch(const struct match *m, struct glimpse *at)
{
    at->level = m->pages[0].level;
    if (unlikely(at->ladder->dir == NULL)) return;
    at->level = ladder_level(m, at->ladder, at->key);
    fetch(at->level);
}

ALONE void neighbours_fetch(const struct match *m, const struct match_input *in, struct glimpse *at,
                            const bool wide, const bool money)
{
    const struct order *order = &m->orders[at->slot];
    bool old = at->slot != 0;
    at->meta = number_or(at->meta, order->meta & (META_INSTRUMENT | META_SIDE), old);
    if (money) {
        at->holder = number_or(m->holding_table[at->holder], order->holder, old);
        fetch(&m->holdings[at->holder]);
    }
    bool tied = money | (in->kind == MATCH_MODIFY);
    fetch(&m->ties[number_or(0, at->slot, tied)]);
    fetch(&m->orders[order->next]);
    fetch(&m->orders[order->prev]);
    const struct instrument *b = &m->instruments[at->meta & META_INSTRUMENT];
    uint32_t side = at->meta >> META_SIDE_SHIFT;
    int32_t key = key_of((enum side)side, (int32_t)unit_count(&b->tick, in->price));
    int64_t best = b->side[side ^ 1].best;
    bool meets = !old & (best <= ~key);
    at->meets = meets;
    at->key = (int32_t)number_or((uint32_t)key, (uint32_t)order->key, old);
    at->key = (int32_t)number_or((uint32_t)at->key, (uint32_t)best, meets);
    at->ladder = &b->side[side ^ meets];
    if (wide) fetch(at->ladder);
    else level_fetch(m, at);
}

static inline void word_fetch(const struct glimpse *at)
{
    if (unlikely(at->ladder->dir == NULL)) return;
    uint32_t word = ((uint32_t)at->key & at->ladder->mask) / PAGE_LEVELS;
    fetch(&at->ladder->l0[word]);
    fetch(&at->ladder->dir[word]);
}

static inline void balance_fetch(const struct match *m, const struct glimpse *at)
{
    fetch(ledger_spot_payer(m, at->holder, (enum side)(at->meta >> META_SIDE_SHIFT)));
}

static inline void end_fetch(const struct match *m, const struct glimpse *at)
{
    uint32_t end = number_or(at->level->tail, at->level->head, at->meets);
    fetch(&m->orders[number_or(end, 0, at->slot != 0)]);
}

static inline void entries_fetch(const struct match *m, const struct match_input *const *inputs,
                                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        fetch(&m->ids.table[ids_hash(&m->ids, inputs[i]->id) >> m->ids.shift]);
}

ALONE void expect(const struct match *m, const struct match_input *const *inputs, uint32_t count,
                  const bool wide, const bool money)
{
    struct glimpse at[MATCH_EXPECT_MAX];
    for (uint32_t i = 0; i < count; i++) entry_fetch(m, inputs[i], &at[i], wide, money);
    for (uint32_t i = 0; i < count; i++) order_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count; i++) neighbours_fetch(m, inputs[i], &at[i], wide, money);
    for (uint32_t i = 0; i < count && wide; i++) word_fetch(&at[i]);
    for (uint32_t i = 0; i < count && money; i++) balance_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count && wide; i++) level_fetch(m, &at[i]);
    for (uint32_t i = 0; i < count; i++) end_fetch(m, &at[i]);
}

void expect_all(const struct match *m, const struct match_input *const *inputs, uint32_t count)
{
    bool wide = m->limits.instruments > WIDE_INSTRUMENTS, money = m->limits.accounts != 0;
    if (count > MATCH_EXPECT_MAX) count = MATCH_EXPECT_MAX;
    if (money) expect(m, inputs, count, true, true);
    else if (wide) expect(m, inputs, count, true, false);
    else expect(m, inputs, count, false, false);
}

void match_expect(const struct match *m, const struct match_input *const *inputs, uint32_t count)
{
    if (m->alive > DEEP_ORDERS) expect_all(m, inputs, count);
    else entries_fetch(m, inputs, count);
}
