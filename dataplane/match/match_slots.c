#include "dataplane/match/match_slots.h"

#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

#include <string.h>

void ids_resize(struct ids *ids, uint32_t bits)
{
    ids->bits = bits;
    ids->mask = (1u << bits) - 1;
    ids->shift = 64 - bits;
    ids->table = ids->entries + (1u << bits);
    ids->threshold = ids_threshold(bits, ids->bits_max);
}

/* The line behind. */
static uint32_t ids_next(uint32_t line, uint32_t mask)
{
    return (line + IDS_LINE) & mask;
}

/* The first place from a line on where the id is; IDS_NOWHERE: in none. */
static uint32_t lines_seek(const struct match *m, const uint32_t *table, uint32_t mask,
                           uint32_t line, order_id_t id)
{
    uint32_t tag = ids_tag(ids_hash(&m->ids, id));
    for (;; line = ids_next(line, mask)) {
        for (uint64_t bits = ids_tagged(&table[line], tag); bits != 0; bits &= bits - 1) {
            uint32_t place = line + ids_first(bits);
            if (m->orders[table[place] & IDS_SLOT].id == id) return place;
        }
        if (table[ids_count(line)] < IDS_PASSED) return IDS_NOWHERE;
    }
}

struct ids_spot ids_probe_far(const struct match *m, order_id_t id)
{
    const struct ids *ids = &m->ids;
    uint32_t own = ids_place(ids, ids_hash(ids, id));
    uint32_t place = lines_seek(m, ids->table, ids->mask, ids_line(own), id);
    if (place == IDS_NOWHERE) return (struct ids_spot){own, own, 0};
    return (struct ids_spot){place, own, ids->table[place] & IDS_SLOT};
}

COLD void ids_put_far(struct ids *ids, uint32_t own, uint32_t entry)
{
    uint32_t line = ids_line(own);
    uint64_t empty;
    for (; (empty = ids_equal(&ids->table[line], 0)) == 0; line = ids_next(line, ids->mask))
        ids->table[ids_count(line)] += IDS_PASSED;
    ids->table[line + ids_first(empty)] = entry;
}

COLD void ids_take_out_far(struct ids *ids, uint32_t own, uint32_t entry)
{
    uint32_t first = ids_line(own), line = first;
    uint64_t same;
    for (; (same = ids_equal(&ids->table[line], entry)) == 0; line = ids_next(line, ids->mask))
        if (ids->table[ids_count(line)] < IDS_PASSED) return; /* in the old table, where it fades */
    uint32_t place = line + ids_first(same);
    if (line == first) {
        ids_leave(ids, own, place);
        return;
    }
    ids->table[place] = 0;
    for (uint32_t at = first; at != line; at = ids_next(at, ids->mask))
        ids->table[ids_count(at)] -= IDS_PASSED;
}

COLD uint32_t ids_find_old(const struct match *m, order_id_t id)
{
    if (id == 0) return 0; /* of free slots, too */
    const struct ids *ids = &m->ids;
    const uint32_t *old = ids->entries + ids->old_size;
    uint32_t line = ids_line((uint32_t)(ids_hash(ids, id) >> (ids->shift + 1)));
    uint32_t place = lines_seek(m, old, ids->old_size - 1, line, id);
    return place == IDS_NOWHERE ? 0 : old[place] & IDS_SLOT;
}

COLD void ids_grow(struct match *m)
{
    struct ids *ids = &m->ids;
    if (!ids_moving(ids)) {
        ids->old_size = 1u << ids->bits;
        ids->old_next = 0;
        ids_resize(ids, ids->bits + 1);
        ids->threshold = 0;
    }
    const uint32_t *old = ids->entries + ids->old_size;
    for (uint32_t i = 0; i < IDS_MOVE; i++) {
        uint32_t at = ids->old_next++, entry = old[at], slot = entry & IDS_SLOT;
        if (entry == 0 || at % IDS_LINE == IDS_COUNT) continue;
        order_id_t id = m->orders[slot].id;
        if (id == 0 || ids_tag(ids_hash(ids, id)) != (entry & ~IDS_SLOT)) continue;
        if (ids_probe(m, id).slot == 0) ids_put(m, id, slot);
    }
    if (ids->old_next == ids->old_size) ids->threshold = ids_threshold(ids->bits, ids->bits_max);
}

COLD uint32_t ladder_page(struct match *m, struct ladder *ladder, uint32_t word)
{
    if (m->pages_free_count == 0) return 0;
    ladder->l1[word / 64] |= (uint64_t)1 << (word % 64);
    ladder->l2 |= (uint64_t)1 << (word / 64);
    return ladder->l0[word].page = m->pages_free[--m->pages_free_count];
}

struct ladder_spot ladder_begin(struct match *m, struct ladder *ladder, int64_t key)
{
    uint32_t index = (uint32_t)key & ladder->mask, word = index / PAGE_LEVELS;
    int64_t best = ladder->best, worst = ladder->worst;
    best = key < best ? key : best;
    worst = key > worst ? key : worst;
    if (unlikely(worst - best > ladder->mask)) {
        if (!ladder_admits_far(ladder, key)) return (struct ladder_spot){0, 0};
        worst = key > ladder->worst ? key : ladder->worst;
    }
    uint32_t page = ladder->l0[word].page;
    if (unlikely(page == 0)) {
        page = ladder_page(m, ladder, word);
        if (page == 0) return (struct ladder_spot){0, 0};
    }
    ladder->best = best;
    ladder->worst = worst;
    ladder->l0[word].bits |= (uint64_t)1 << (index % 64);
    return (struct ladder_spot){page, index};
}

/* The first key at or after the one at index, whose level is gone; there is one. */
static int64_t ladder_next_best(const struct ladder *ladder, int64_t key, uint32_t index)
{
    uint64_t above = ladder->l0[index / 64].bits >> (index % 64);
    if (likely(above != 0)) return key + __builtin_ctzll(above);
    uint32_t found = ladder_seek(ladder, (index + 1) & ladder->mask);
    if (found == LADDER_NONE) found = ladder_seek(ladder, 0);
    return key + ((found - index) & ladder->mask);
}

void ladder_shrink(struct match *m, struct ladder *ladder, int64_t key)
{
    uint32_t index = (uint32_t)key & ladder->mask, word = index / PAGE_LEVELS;
    if (ladder->l0[word].bits == 0) {
        m->pages_free[m->pages_free_count++] = ladder->l0[word].page;
        ladder->l0[word].page = 0;
        uint64_t words = ladder->l1[word / 64] & ~((uint64_t)1 << (word % 64));
        ladder->l1[word / 64] = words;
        if (words == 0) ladder->l2 &= ~((uint64_t)1 << (word / 64));
    }
    if (key != ladder->best) return;
    if (ladder->l2 != 0) {
        ladder->best = ladder_next_best(ladder, key, index);
    } else {
        ladder->best = LADDER_EMPTY;
        ladder->worst = INT64_MIN;
    }
}

uint32_t ladder_count(const struct ladder *ladder)
{
    uint32_t count = 0;
    for (uint64_t groups = ladder->l2; groups != 0; groups &= groups - 1) {
        uint32_t group = (uint32_t)__builtin_ctzll(groups);
        for (uint64_t words = ladder->l1[group]; words != 0; words &= words - 1) {
            uint32_t word = group * 64 + (uint32_t)__builtin_ctzll(words);
            count += (uint32_t)__builtin_popcountll(ladder->l0[word].bits);
        }
    }
    return count;
}

COLD bool ladder_admits_far(struct ladder *ladder, int64_t key)
{
    ladder->worst = ladder_last(ladder);
    return key > ladder->best ? key - ladder->best <= ladder->mask
                              : ladder->worst - key <= ladder->mask;
}

uint32_t order_find(const struct match *m, order_id_t id)
{
    return id == 0 ? 0 : ids_find(m, id);
}

uint32_t order_total(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (order->meta & META_TOTAL) return m->ties[slot].total;
    if (!(order->meta & META_TRADED)) return order->lots;
    const struct ladder *ladder = &order_instrument(m, order)->side[order_side(order)];
    return order->lots + m->traded[ladder_level(m, ladder, order->key) - m->pages->level];
}

uint32_t order_open(struct match *m, const struct order *order, uint32_t total)
{
    if (!slots_left(m, 1)) return 0;
    uint32_t slot = slot_take(m, order->id, order->holder);
    struct order *at = &m->orders[slot];
    at->lots = order->lots;
    at->key = order->key;
    at->meta = order->meta;
    at->next = at->prev = 0;
    order_total_set(m, slot, total);
    return slot;
}

struct special *special_open(struct match *m, uint32_t slot)
{
    uint32_t index = m->specials_free;
    if (index == 0) return NULL;
    struct special *special = &m->specials[index];
    m->specials_free = special->next;
    m->specials_used++;
    memset(special, 0, sizeof *special);
    special->order = slot;
    special->type = MATCH_LIMIT;
    m->ties[slot].special = index;
    m->orders[slot].meta |= META_SPECIAL;
    return special;
}

void order_close(struct match *m, uint32_t slot)
{
    if (m->orders[slot].meta & META_SPECIAL) {
        uint32_t index = m->ties[slot].special;
        struct special *special = &m->specials[index];
        DCHECK(!special->is_dirty);
        memset(special, 0, sizeof *special);
        special->next = m->specials_free;
        m->specials_free = index;
        m->specials_used--;
        m->ties[slot].special = 0;
    }
    slot_give(m, slot);
}

void order_rename(struct match *m, uint32_t slot, order_id_t id)
{
    struct order *order = &m->orders[slot];
    ids_remove(m, order->id, slot);
    order->id = 0;
    ids_insert(m, id, slot); /* reads the ids of others: this one's comes after */
    order->id = id;
}

bool book_put(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    return ladder_put(m, &order_instrument(m, order)->side[order_side(order)], slot);
}

void book_take_out(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    ladder_take_out(m, &order_instrument(m, order)->side[order_side(order)], slot);
}

void book_lots_less(struct match *m, uint32_t slot, uint32_t by)
{
    struct order *order = &m->orders[slot];
    struct instrument *b = order_instrument(m, order);
    ladder_level(m, &b->side[order_side(order)], order->key)->lots -= by;
    order_total_set(m, slot, order_total(m, slot));
    order->lots -= by;
}

bool waits_put(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    struct instrument *b = order_instrument(m, order);
    if (!ladder_put(m, &b->waits[order_side(order)], slot)) return false;
    b->waiting++;
    return true;
}

void waits_take_out(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    struct instrument *b = order_instrument(m, order);
    ladder_take_out(m, &b->waits[order_side(order)], slot);
    b->waiting--;
}

void waits_lots_less(struct match *m, uint32_t slot, uint32_t by)
{
    struct order *order = &m->orders[slot];
    order->lots -= by;
    if (order_special(m, slot)->type == MATCH_TRAILING_STOP) return; /* in a list, not a ladder */
    struct instrument *b = order_instrument(m, order);
    ladder_level(m, &b->waits[order_side(order)], order->key)->lots -= by;
}

struct taker taker_of(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct special *s = &m->specials[m->ties[slot].special];
    bool special = order->meta & META_SPECIAL;
    struct taker t = {
        .instrument = order_instrument(m, order),
        .id = order->id,
        .slot = slot,
        .lots = order->lots + (special ? s->hidden : 0),
        .total = order_total(m, slot),
        .holder = order->holder,
        .account = holder_account(m, order->holder),
        .group = holder_group(m, order->holder),
        .meta = order->meta,
        .key = order->key,
        .reserve = special ? s->reserve : key_ticks(order->key),
        .type = MATCH_LIMIT,
        .tif = order->meta & META_DAY ? MATCH_DAY : MATCH_GTC,
        .self_trade = order->meta >> META_STP_SHIFT & 3,
        .flags = TAKER_LISTED,
    };
    return t;
}
