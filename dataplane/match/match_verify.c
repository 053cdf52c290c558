#include "dataplane/match/match_verify.h"

#include "dataplane/match/match_check.h"
#include "dataplane/match/match_ladder.h"

/* match_verify: every invariant of match_layout.h, one CHECK each.
 *
 * A queue whose every prev is the order before it, with none before its head, cannot turn back on
 * itself, and no order can be in two such queues.  So the walks end, and counting them says that
 * every order is where it says it is. */

struct queue {
    const struct match *m;
    uint32_t head;
    uint32_t tail;
    uint32_t instrument;
    enum side side;
    enum place place;
    int64_t key; /* LADDER_EMPTY: any */
    uint64_t lots;
    uint32_t orders;
};

static void verify_queue(struct queue *queue)
{
    const struct match *m = queue->m;
    uint32_t prev = 0;
    for (uint32_t slot = queue->head; slot != 0; prev = slot, slot = m->orders[slot].next) {
        CHECK(slot <= m->limits.orders);
        const struct order *order = &m->orders[slot];
        CHECK(order->id != 0);
        CHECK(order->prev == prev);
        CHECK(order_place(order) == queue->place);
        CHECK(order->lots > 0);
        if (queue->place != PLACE_FIRED) {
            CHECK((order->meta & META_INSTRUMENT) == queue->instrument);
        }
        if (queue->key != LADDER_EMPTY) {
            CHECK(order->key == queue->key);
            CHECK(order_side(order) == queue->side);
        }
        bool traded = (order->meta & (META_TRADED | META_TOTAL)) == META_TRADED;
        CHECK(!traded || (slot == queue->head && order_total(m, slot) > order->lots));
        queue->lots += order->lots;
        queue->orders++;
    }
    CHECK(queue->tail == prev);
}

/* One ladder. */

struct ladder_walk {
    struct verify *verify;
    const struct ladder *ladder;
    struct queue queue; /* what all its queues have in common */
    uint32_t levels;
    uint32_t orders;
};

static void verify_level(struct ladder_walk *walk, const struct level *level, uint32_t index)
{
    const struct ladder *ladder = walk->ladder;
    CHECK(level->head != 0);
    CHECK(level->head <= walk->queue.m->limits.orders);
    struct queue queue = walk->queue;
    queue.head = level->head;
    queue.tail = level->tail;
    queue.key = ladder->best + ((index - (uint32_t)ladder->best) & ladder->mask);
    CHECK(queue.key <= ladder->worst);
    verify_queue(&queue);
    CHECK(queue.lots == level->lots);
    walk->levels++;
    walk->orders += queue.orders;
}

static void verify_page(struct ladder_walk *walk, uint32_t word)
{
    const struct match *m = walk->queue.m;
    uint64_t bits = walk->ladder->l0[word].bits;
    uint32_t page = walk->ladder->l0[word].page;
    CHECK(page != 0);
    CHECK(page <= m->limits.pages);
    walk->verify->pages++;
    walk->verify->pages_sum += page;
    for (uint32_t i = 0; i < PAGE_LEVELS; i++) {
        const struct level *level = &m->pages[page].level[i];
        if (bits >> i & 1) {
            verify_level(walk, level, word * PAGE_LEVELS + i);
        } else {
            CHECK(level->head == 0);
            CHECK(level->tail == 0);
            CHECK(level->lots == 0);
        }
    }
}

/* Returns how many orders there are. */
static uint32_t verify_ladder(struct verify *verify, const struct ladder *ladder,
                              const struct queue *common)
{
    struct ladder_walk walk = {.verify = verify, .ladder = ladder, .queue = *common};
    uint32_t words = (ladder->mask + 1) / 64;
    for (uint32_t word = 0; word < words; word++) {
        bool used = ladder->l0[word].bits != 0;
        CHECK((ladder->l1[word / 64] >> (word % 64) & 1) == used);
        if (used) verify_page(&walk, word);
        else CHECK(ladder->l0[word].page == 0);
    }
    uint64_t l2 = 0;
    for (uint32_t group = 0; group < (words + 63) / 64; group++)
        l2 |= (uint64_t)(ladder->l1[group] != 0) << group;
    CHECK(ladder->l2 == l2);
    CHECK((ladder->worst == INT64_MIN) == (walk.levels == 0));
    CHECK((ladder->best == LADDER_EMPTY) == (walk.levels == 0));
    if (walk.levels != 0)
        CHECK(ladder_seek(ladder, (uint32_t)ladder->best & ladder->mask) ==
              ((uint32_t)ladder->best & ladder->mask));
    return walk.orders;
}

static void verify_instrument(struct verify *verify, uint32_t index)
{
    const struct match *m = verify->m;
    const struct instrument *b = &m->instruments[index];
    CHECK(b->phase < MATCH_PHASE_COUNT);
    if (b->phase == MATCH_UNLISTED) return;
    CHECK(b->index == index);
    struct queue common = {.m = m, .instrument = index, .place = PLACE_BOOK};
    uint32_t waiting = 0;
    for (uint32_t side = 0; side < 2; side++) {
        CHECK(b->side[side].mask + 1 == b->listing.window);
        CHECK(b->waits[side].mask + 1 == b->listing.window);
        common.side = (enum side)side;
        common.place = PLACE_BOOK;
        verify->in_book += verify_ladder(verify, &b->side[side], &common);
        common.place = PLACE_WAITS;
        waiting += verify_ladder(verify, &b->waits[side], &common);
    }
    struct queue trailing = common;
    trailing.key = LADDER_EMPTY;
    trailing.head = b->trailing_first;
    trailing.tail = b->trailing_last;
    verify_queue(&trailing);
    CHECK(trailing.orders == b->trailing);
    CHECK(trailing.orders <= MATCH_TRAILING_MAX);
    CHECK(waiting + trailing.orders == b->waiting);
    verify->waiting += b->waiting;
    if (b->due != 0 && b->due < verify->due) verify->due = b->due;
}

/* Everything by slot. */

static void verify_slot(struct verify *verify, uint32_t slot)
{
    const struct match *m = verify->m;
    const struct order *order = &m->orders[slot];
    const struct tie *tie = &m->ties[slot];
    if (order->id == 0) {
        return;
    }
    verify->alive++;
    CHECK(ids_find(m, order->id) == slot);
    CHECK((order->meta & META_INSTRUMENT) < m->limits.instruments);
    CHECK(order_instrument(m, order)->phase != MATCH_UNLISTED);
    CHECK(order_total(m, slot) > 0);
    bool special = order->meta & META_SPECIAL;
    CHECK(special || !(order->meta & (META_ICEBERG | META_LINKED)));
    if (special) {
        CHECK(tie->special - 1 < m->limits.specials);
        CHECK(order->meta & META_TOTAL);
        CHECK(m->specials[tie->special].order == slot);
        CHECK(!m->specials[tie->special].is_dirty);
        verify->specials++;
    }
    verify->place[order->meta >> META_PLACE_SHIFT & 7]++;
}

static void verify_slots(struct verify *verify)
{
    const struct match *m = verify->m;
    CHECK(m->orders[0].id == 0);
    CHECK(m->ties[0].special == 0);
    for (uint32_t slot = 1; slot <= m->limits.orders; slot++) verify_slot(verify, slot);
    CHECK(verify->alive == m->alive);
    CHECK(verify->specials == m->specials_used);
    CHECK(verify->place[PLACE_BOOK] == verify->in_book);
    CHECK(verify->place[PLACE_WAITS] == verify->waiting);
    CHECK(verify->place[PLACE_FIRED] == verify->fired);
    CHECK(verify->place[PLACE_RUNNING] == 0);
    CHECK(verify->alive == verify->in_book + verify->waiting + verify->fired +
                               verify->place[PLACE_DORMANT] + verify->place[PLACE_HELD]);

    uint32_t unused = 0;
    for (uint32_t slot = m->orders_free; slot != 0; slot = m->orders[slot].next) {
        CHECK(slot <= m->limits.orders);
        CHECK(m->orders[slot].id == 0);
        CHECK(++unused <= m->limits.orders);
    }
    CHECK(unused + m->alive == m->limits.orders);
    unused = 0;
    for (uint32_t at = m->specials_free; at != 0; at = m->specials[at].next) {
        CHECK(at <= m->limits.specials);
        CHECK(m->specials[at].order == 0);
        CHECK(++unused <= m->limits.specials);
    }
    CHECK(unused + m->specials_used == m->limits.specials);
}

/* What the count of a line must be. */
static uint32_t line_count(const struct ids *ids, const struct order *orders, uint32_t line)
{
    uint32_t count = 0;
    for (uint32_t at = line;;) {
        for (uint32_t place = at; place < ids_count(at); place++) {
            if (ids->table[place] == 0) continue;
            order_id_t id = orders[ids->table[place] & IDS_SLOT].id;
            uint32_t own = ids_place(ids, ids_hash(ids, id)), home = ids_line(own);
            if (at == line) count += (home == line && own != place && ids_sparse(ids)) * IDS_ASTRAY;
            else if (((at - home) & ids->mask) >= ((at - line) & ids->mask)) count += IDS_PASSED;
        }
        if (ids->table[ids_count(at)] < IDS_PASSED) return count;
        at = (at + IDS_LINE) & ids->mask;
        if (at == line) return count;
    }
}

/* The other way round: the table in use names living orders, each where its probe finds it. */
static void verify_ids(const struct match *m)
{
    const struct ids *ids = &m->ids;
    CHECK(ids->bits <= ids->bits_max);
    uint32_t size = 1u << ids->bits, entries = 0;
    CHECK(ids->table == ids->entries + size);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t entry = ids->table[i], slot = entry & IDS_SLOT;
        if (i % IDS_LINE == IDS_COUNT || entry == 0) continue;
        CHECK(slot <= m->limits.orders);
        order_id_t id = m->orders[slot].id;
        CHECK(id != 0);
        CHECK((entry & ~IDS_SLOT) == ids_tag(ids_hash(ids, id)));
        CHECK(ids_probe(m, id).place == i);
        entries++;
    }
    for (uint32_t line = 0; line < size; line += IDS_LINE)
        CHECK(ids->table[ids_count(line)] == line_count(ids, m->orders, line));
    CHECK(ids_moving(ids) ? entries <= m->alive : entries == m->alive);
}

static void verify_pages(const struct verify *verify)
{
    const struct match *m = verify->m;
    uint64_t sum = verify->pages_sum, count = m->limits.pages;
    CHECK(verify->pages + m->pages_free_count == count);
    for (uint32_t i = 0; i < m->pages_free_count; i++) {
        uint32_t page = m->pages_free[i];
        CHECK(page != 0);
        CHECK(page <= m->limits.pages);
        sum += page;
        for (uint32_t k = 0; k < PAGE_LEVELS; k++) {
            CHECK(m->pages[page].level[k].head == 0);
            CHECK(m->pages[page].level[k].tail == 0);
            CHECK(m->pages[page].level[k].lots == 0);
        }
    }
    CHECK(sum == count * (count + 1) / 2); /* each page once */
}

void match_verify(const struct match *match)
{
    struct verify verify = {.m = match, .due = UINT64_MAX};
    for (uint32_t i = 0; i < match->limits.instruments; i++) verify_instrument(&verify, i);
    CHECK(match->due == verify.due);
    struct queue fired = {
        .m = match,
        .head = match->fired_first,
        .tail = match->fired_last,
        .place = PLACE_FIRED,
        .key = LADDER_EMPTY,
    };
    verify_queue(&fired);
    verify.fired = fired.orders;
    CHECK(match->dirty_first == 0);
    CHECK(match->dirty_last == 0);
    verify_slots(&verify);
    verify_ids(match);
    verify_pages(&verify);
    verify_holders(match);
    ledger_verify(match);
    const char *sentence = match_unsound(match);
    if (sentence != NULL) check_failed(sentence, __FILE__, __LINE__);
}
