#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

/* Looking ahead: what inputs will touch is fetched in steps, each of which reads only what the one
 * before it has fetched, and takes all inputs before the next step begins, so that their misses
 * overlap.  Nothing that is read here is trusted or kept: by the time an input is applied the order
 * may have gone and its slot may hold another.  Compiled like match_hot.c.
 *
 *     step   a new order                          a cancel or a change
 *     1      line of its id                       line of its id
 *     2      level                                order
 *     3      -                                    neighbours in its queue, level; tie if it changes
 *
 * Where there are many instruments or accounts, what is between is fetched too:
 *
 *     1      line of its id, instrument;          line of its id
 *            account, its place in the table
 *            of holdings
 *     2      rungs of its price; holding          order
 *     3      level                                neighbours, ladder; holding, tie
 *     4      last order of the queue; balance     rungs of its price; balance
 *     5      -                                    level
 *
 * There a new order that would trade looks at the best queue of the other side instead, and at its
 * first order.
 *
 * Which kind an input is nobody can guess: both are written to both lists, of which one grows.
 * While the orders fit the caches only the line of the id is fetched: the rest would cost more than
 * it brings. */

enum { DEEP_ORDERS = 20000, WIDE_INSTRUMENTS = 16 };

#define ALONE static inline __attribute__((always_inline))

static inline void fetch(const void *line)
{
    __builtin_prefetch(line, 1);
}

/* A queue that will be touched. */
struct queue {
    const struct ladder *ladder;
    const struct level *level;
    int32_t key;
};

/* An input that names an order, and what is known of it so far. */
struct old {
    struct queue queue;
    const struct match_input *in;
    const uint32_t *line; /* its id hashes to it */
    uint32_t tag;
    uint32_t slot;
};

/* A new order. */
struct fresh {
    struct queue queue;
    const struct match_input *in;
    uint32_t index;  /* of its instrument */
    uint32_t holder; /* at first its place in the table of holdings */
    bool meets;      /* it would trade with the best of the other side: that is its queue */
};

struct ahead {
    const struct match *m;
    uint32_t olds;
    uint32_t freshes;
    struct old old[MATCH_EXPECT_MAX];
    struct fresh fresh[MATCH_EXPECT_MAX];
};

ALONE void input_fetch(struct ahead *a, const struct match_input *in, const bool wide,
                       const bool money)
{
    const struct match *m = a->m;
    uint64_t hash = ids_hash(&m->ids, in->id);
    struct old *old = &a->old[a->olds];
    old->in = in;
    old->line = &m->ids.table[ids_line((uint32_t)(hash >> m->ids.shift))];
    old->tag = ids_tag(hash);
    fetch(old->line);
    struct fresh *fresh = &a->fresh[a->freshes];
    fresh->in = in;
    fresh->index = in->instrument < m->limits.instruments ? in->instrument : 0;
    bool is_fresh = in->kind == MATCH_NEW;
    a->olds += !is_fresh;
    a->freshes += is_fresh;
    if (!wide) return;
    const struct instrument *b = &m->instruments[fresh->index];
    fetch(&b->side[0]);
    fetch(&b->side[1]);
    fetch(&b->tick);
    if (money) {
        fresh->holder = ledger_home(in->account, (uint16_t)fresh->index, m->holding_mask);
        fetch(&m->holding_table[fresh->holder]);
        fetch(&m->accounts[in->account]);
    }
}

/* Looks at the line its id hashes to: nearly all are there, if they are there. */
static inline void order_fetch(const struct match *m, struct old *old)
{
    uint64_t same = ids_tagged(old->line, old->tag);
    uint32_t slot = old->line[ids_first(same | 1ull << 63)] & IDS_SLOT;
    old->slot = number_or(slot, 0, (same == 0) | (slot > m->limits.orders));
    fetch(&m->orders[old->slot]);
}

static inline void level_fetch(const struct match *m, struct queue *queue)
{
    queue->level = m->pages[0].level;
    if (unlikely(queue->ladder->l0 == NULL)) return;
    queue->level = ladder_level(m, queue->ladder, queue->key);
    fetch(queue->level);
}

static inline void rungs_fetch(const struct queue *queue)
{
    if (unlikely(queue->ladder->l0 == NULL)) return;
    uint32_t word = ((uint32_t)queue->key & queue->ladder->mask) / PAGE_LEVELS;
    fetch(&queue->ladder->l0[word]);
}

static inline void balance_fetch(const struct match *m, uint32_t holder, enum side side)
{
    fetch(ledger_spot_payer(m, holder, side));
}

ALONE void fresh_look(const struct match *m, struct fresh *fresh, const bool wide, const bool money)
{
    const struct instrument *b = &m->instruments[fresh->index];
    enum side side = (enum side)(fresh->in->side & 1);
    int32_t key = key_of(side, (int32_t)unit_count(&b->tick, fresh->in->price));
    if (!wide) {
        fresh->queue = (struct queue){.ladder = &b->side[side], .key = key};
        level_fetch(m, &fresh->queue);
        return;
    }
    int64_t best = b->side[side ^ 1].best;
    fresh->meets = best <= ~key;
    fresh->queue.key = (int32_t)number_or((uint32_t)key, (uint32_t)best, fresh->meets);
    fresh->queue.ladder = &b->side[side ^ fresh->meets];
    rungs_fetch(&fresh->queue);
    if (!money) return;
    fresh->holder = m->holding_table[fresh->holder];
    fetch(&m->holdings[fresh->holder]);
}

/* The end of its queue that it will touch. */
static inline void end_fetch(const struct match *m, const struct fresh *fresh)
{
    const struct level *level = fresh->queue.level;
    fetch(&m->orders[number_or(level->tail, level->head, fresh->meets)]);
}

ALONE void neighbours_fetch(const struct match *m, struct old *old, const bool money)
{
    const struct order *order = &m->orders[old->slot];
    fetch(&m->orders[order->next]);
    fetch(&m->orders[order->prev]);
    bool tied = money | (old->in->kind == MATCH_MODIFY);
    fetch(&m->ties[number_or(0, old->slot, tied)]);
    if (money) fetch(&m->holdings[order->holder]);
    const struct instrument *b = &m->instruments[order->meta & META_INSTRUMENT];
    old->queue.ladder = &b->side[order_side(order)];
    old->queue.key = order->key;
}

static inline void entries_fetch(const struct match *m, const struct match_input *const *inputs,
                                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) ids_fetch(&m->ids, inputs[i]->id);
}

ALONE void expect(const struct match *m, const struct match_input *const *inputs, uint32_t count,
                  const bool wide, const bool money)
{
    struct ahead a;
    a.m = m;
    a.olds = a.freshes = 0;
    for (uint32_t i = 0; i < count; i++) input_fetch(&a, inputs[i], wide, money);
    struct old *old = a.old;
    struct fresh *fresh = a.fresh;
    for (uint32_t i = 0; i < a.freshes; i++) fresh_look(m, &fresh[i], wide, money);
    for (uint32_t i = 0; i < a.olds; i++) order_fetch(m, &old[i]);
    for (uint32_t i = 0; i < a.freshes && wide; i++) level_fetch(m, &fresh[i].queue);
    for (uint32_t i = 0; i < a.olds; i++) {
        neighbours_fetch(m, &old[i], money);
        if (wide) fetch(old[i].queue.ladder);
        else level_fetch(m, &old[i].queue);
    }
    for (uint32_t i = 0; i < a.freshes && wide; i++) {
        end_fetch(m, &fresh[i]);
        if (money) balance_fetch(m, fresh[i].holder, (enum side)(fresh[i].in->side & 1));
    }
    for (uint32_t i = 0; i < a.olds && wide; i++) rungs_fetch(&old[i].queue);
    for (uint32_t i = 0; i < a.olds && money; i++) {
        const struct order *order = &m->orders[old[i].slot];
        balance_fetch(m, order->holder, order_side(order));
    }
    for (uint32_t i = 0; i < a.olds && wide; i++) level_fetch(m, &old[i].queue);
}

void match_expect_all(const struct match *m, const struct match_input *const *inputs,
                      uint32_t count)
{
    bool wide = m->limits.instruments > WIDE_INSTRUMENTS, money = m->limits.accounts != 0;
    if (count > MATCH_EXPECT_MAX) count = MATCH_EXPECT_MAX;
    if (money) expect(m, inputs, count, true, true);
    else if (wide) expect(m, inputs, count, true, false);
    else expect(m, inputs, count, false, false);
}

void match_expect(const struct match *m, const struct match_input *const *inputs, uint32_t count)
{
    if (m->alive > DEEP_ORDERS) match_expect_all(m, inputs, count);
    else entries_fetch(m, inputs, count);
}
