#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"
#include "dataplane/match/match_slots.h"

/* The hot half of the engine: an order arrives, trades and rests.  Compiled by itself, without
 * link-time optimization and without vectorizing straight-line code: see
 * dataplane/feed/meson.build.
 *
 * The loop over makers re-reads the head of the queue each time round: what a trade leads to (the
 * other half of a pair shrinks, an own order is canceled) may change the queue it walks. */

#define ALONE static inline __attribute__((always_inline))

/* What all trades of a taker with one queue have in common. */
struct sweep {
    price_t price;
    uint64_t tail; /* of the event, without flags and step */
    uint64_t lot;
};

static inline struct sweep sweep_of(const struct taker *t, int32_t ticks)
{
    const struct instrument *b = t->instrument;
    uint32_t word = event_word(MATCH_TRADED, MATCH_NO_REASON, taker_side(t), 0);
    return (struct sweep){ticks_price(b, ticks), (uint64_t)word << 32 | b->index, b->lot.unit};
}

ALONE void trade_said(struct match *m, const struct taker *t, const struct sweep *sweep,
                      const struct order *maker, uint32_t lots, uint32_t left, bool maker_done)
{
    struct match_event *at = &m->events->at[m->events->count];
    at->number = m->number;
    at->id = t->id;
    at->other = maker->id;
    at->price = sweep->price;
    at->qty = (qty_t)(sweep->lot * lots);
    at->left = (qty_t)(sweep->lot * left);
    event_accounts(at, t->account, holder_account(m, maker->holder));
    uint64_t tail = sweep->tail | (uint64_t)maker_done << 56 | (m->step++ & 0xffff) << 16;
    __builtin_memcpy(&at->instrument, &tail, sizeof tail);
    event_done(m);
}

static NOINLINE void money_moved(struct match *m, const struct taker *t, const struct order *maker,
                                 int32_t maker_reserve, int32_t ticks, uint32_t lots)
{
    const struct instrument *b = t->instrument;
    struct ledger_trade trade = {.ticks = ticks, .lots = lots};
    enum side side = taker_side(t); /* an index, not a branch: it cannot be guessed */
    trade.side[side] =
        (struct ledger_side){t->holder, t->reserve, b->taker_ppm, !(t->flags & TAKER_FREE)};
    trade.side[side ^ 1] = (struct ledger_side){maker->holder, maker_reserve, b->maker_ppm, true};
    ledger_trade(m, b, &trade);
}

void iceberg_refill(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    struct special *s = order_special(m, slot);
    struct ladder *ladder = &order_instrument(m, order)->side[order_side(order)];
    struct level *level = ladder_level(m, ladder, order->key);
    level_remove(m, level, order);
    order->lots = s->hidden < s->display ? s->hidden : s->display;
    s->hidden -= order->lots;
    level_append(m, level, slot);
    const struct instrument *b = order_instrument(m, order);
    match_emit(m, &(struct match_event){
                      .id = order->id,
                      .account = holder_account(m, order->holder),
                      .price = ticks_price(b, key_ticks(order->key)),
                      .qty = lots_qty(b, order->lots),
                      .left = lots_qty(b, (uint64_t)order->lots + s->hidden),
                      .instrument = b->index,
                      .kind = MATCH_REFILLED,
                      .side = (uint8_t)order_side(order),
                  });
}

void maker_traded(struct match *m, uint32_t slot, uint32_t lots)
{
    struct order *order = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    if (order->lots == 0 && s->hidden != 0) iceberg_refill(m, slot);
    if (order->meta & META_LINKED) linked_traded(m, slot, lots, order->lots);
    if (order->lots != 0) return;
    book_take_out(m, slot);
    if (order->meta & META_LINKED) linked_ended(m, slot, MATCH_NO_REASON);
    else order_close(m, slot);
}

/* A maker that is more than a plain order. */
static NOINLINE void trade_special(struct match *m, struct taker *t, struct level *level,
                                   uint32_t slot, int32_t ticks, uint32_t lots)
{
    struct order *maker = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    maker->lots -= lots;
    level->lots -= lots;
    struct sweep sweep = sweep_of(t, ticks);
    trade_said(m, t, &sweep, maker, lots, t->lots, maker->lots == 0 && s->hidden == 0);
    if (m->limits.accounts != 0) money_moved(m, t, maker, s->reserve, ticks, lots);
    maker_traded(m, slot, lots);
}

/* The next maker in the queue is of the taker's own group (C2).  False: the taker is canceled. */
static NOINLINE bool taker_meets_own(struct match *m, struct taker *t, uint32_t slot)
{
    enum match_self_trade mode = t->self_trade;
    if (mode == MATCH_CANCEL_OLDEST || mode == MATCH_CANCEL_BOTH) order_end(m, slot, MATCH_SELF);
    if (mode != MATCH_DECREMENT) return mode == MATCH_CANCEL_OLDEST;
    uint32_t by = m->orders[slot].lots < t->lots ? m->orders[slot].lots : t->lots;
    order_lose_shown(m, slot, by);
    t->lots -= by;
    if (!(t->flags & TAKER_FREE))
        ledger_release(m, t->instrument, t->holder, taker_side(t), t->reserve, by);
    /* of its trades the other of its pair hears when it has finished */
    if (t->meta & META_LINKED) linked_reduced(m, t->slot, t->lots + t->traded);
    if (t->lots == 0) return false;
    match_emit(m, &(struct match_event){
                      .id = t->id,
                      .account = t->account,
                      .price = taker_price(t),
                      .qty = lots_qty(t->instrument, by),
                      .left = lots_qty(t->instrument, t->lots),
                      .instrument = t->instrument->index,
                      .kind = MATCH_REDUCED,
                      .reason = MATCH_SELF,
                      .side = (uint8_t)taker_side(t),
                  });
    return true;
}

/* A plain maker has traded all it had, and leaves the head of its queue. */
ALONE void maker_leaves(struct match *m, struct ladder *ladder, int64_t key, struct level *level,
                        uint32_t slot)
{
    uint32_t next = m->orders[slot].next;
    m->orders[next].prev = 0;
    level->head = next;
    slot_give(m, slot);
    if (next == 0) {
        level->tail = 0;
        ladder_left(m, ladder, key, 1);
    }
}

/* Trades with one queue until it or the taker is empty; false: the taker is canceled. */
ALONE bool taker_trade_level(struct match *m, struct taker *t, struct ladder *opposite, int64_t key,
                             const bool money)
{
    struct level *level = ladder_level(m, opposite, key);
    int32_t ticks = key_ticks((int32_t)key);
    const struct sweep sweep = sweep_of(t, ticks);
    uint32_t slot = level->head, left = t->lots, traded = t->traded;
    bool goes_on = true;
    do {
        struct order *maker = &m->orders[slot];
        __builtin_prefetch(&m->orders[maker->next], 1);
        uint32_t group = money ? m->holdings[maker->holder].group : maker->holder;
        if (unlikely(group == t->group)) {
            t->lots = left;
            t->traded = traded;
            goes_on = taker_meets_own(m, t, slot);
            left = t->lots;
            if (!goes_on) break;
            continue;
        }
        uint32_t open = maker->lots, lots = number_or(open, left, left < open);
        left -= lots;
        traded += lots;
        if (unlikely(maker->meta & META_SPECIAL)) {
            t->lots = left;
            trade_special(m, t, level, slot, ticks, lots);
            continue;
        }
        trade_said(m, t, &sweep, maker, lots, left, lots == open);
        if (money) money_moved(m, t, maker, ticks, ticks, lots);
        level->lots -= lots;
        if (lots == open) {
            maker_leaves(m, opposite, key, level, slot);
        } else {
            head_traded(m, maker, level, lots);
        }
    } while (left != 0 && (slot = level->head) != 0);
    t->lots = left;
    t->traded = traded;
    return goes_on;
}

/* Why it stopped: SELF, BAND_HIT, or NO_REASON when nothing more is acceptable or left. */
ALONE enum match_reason taker_trade(struct match *m, struct taker *t, const bool money)
{
    struct instrument *b = t->instrument;
    struct ladder *opposite = &b->side[~t->meta >> META_SIDE_SHIFT & 1];
    int64_t limit = ~t->key;
    enum match_reason why = MATCH_NO_REASON;
    while (t->lots != 0 && opposite->best <= limit) {
        int64_t key = opposite->best;
        int32_t ticks = key_ticks((int32_t)key);
        if (unlikely(ticks < b->band_low || ticks > b->band_high)) {
            why = MATCH_BAND_HIT;
            break;
        }
        uint32_t before = t->traded;
        bool goes_on = taker_trade_level(m, t, opposite, key, money);
        if (t->traded != before) {
            if (before == 0) t->first_last[0] = ticks;
            t->first_last[1] = ticks;
        }
        if (unlikely(!goes_on)) {
            why = MATCH_SELF;
            break;
        }
    }
    if (t->traded != 0) b->last = t->first_last[1];
    return why;
}

/* Whether a member of a pair stands behind the other one, so that both are one quantity. */
static bool behind_its_pair(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (!(order->meta & META_LINKED)) return false;
    uint32_t sibling = order_special(m, slot)->sibling;
    const struct order *other = &m->orders[sibling];
    if (sibling == 0 || order_place(other) != PLACE_BOOK) return false;
    if (other->key != order->key) return other->key < order->key;
    for (uint32_t at = order->prev; at != 0; at = m->orders[at].prev)
        if (at == sibling) return true;
    return false;
}

/* Whether a fill-or-kill order fills (A4). */
static NOINLINE bool taker_fills(const struct match *m, const struct taker *t)
{
    const struct instrument *b = t->instrument;
    const struct ladder *opposite = &b->side[~t->meta >> META_SIDE_SHIFT & 1];
    uint64_t wanted = t->lots;
    for (int64_t key = opposite->best; key <= ~t->key && key != LADDER_EMPTY;
         key = ladder_after(opposite, key)) {
        int32_t ticks = key_ticks((int32_t)key);
        if (ticks < b->band_low || ticks > b->band_high) return false;
        uint32_t slot = ladder_level(m, opposite, key)->head;
        for (; slot != 0; slot = m->orders[slot].next) {
            const struct order *maker = &m->orders[slot];
            if (holder_group(m, maker->holder) == t->group) {
                if (t->self_trade != MATCH_CANCEL_OLDEST) return false;
                continue;
            }
            uint64_t open = maker->lots;
            if (maker->meta & META_ICEBERG) open += order_special(m, slot)->hidden;
            if (behind_its_pair(m, slot)) open = 0;
            if (open >= wanted) return true;
            wanted -= open;
        }
    }
    return false;
}

/* What is left of the order rests; false if its price has no room (A8). */
static bool taker_rests(struct match *m, struct taker *t)
{
    struct instrument *b = t->instrument;
    struct ladder *own = &b->side[taker_side(t)];
    struct ladder_spot spot = ladder_open(m, own, t->key);
    if (unlikely(spot.page == 0)) return false;
    uint32_t slot = t->slot, shown = t->lots;
    if (likely(slot == 0)) {
        slot = slot_take(m, t->id, t->holder);
        m->orders[slot].meta = t->meta;
        if (t->total != t->lots) order_total_set(m, slot, t->total);
    } else {
        order_move_to(&m->orders[slot], PLACE_BOOK);
        if (t->meta & META_ICEBERG) {
            struct special *s = order_special(m, slot);
            if (s->display < shown) shown = s->display;
            s->hidden = t->lots - shown;
        }
    }
    struct order *order = &m->orders[slot];
    order->lots = shown;
    order->key = t->key;
    level_append(m, spot_level(m, spot), slot);
    match_emit(m, &(struct match_event){
                      .id = t->id,
                      .other = t->leg_of,
                      .price = ticks_price(b, key_ticks(t->key)),
                      .qty = lots_qty(b, shown),
                      .left = lots_qty(b, t->lots),
                      .account = t->account,
                      .instrument = b->index,
                      .kind = MATCH_RESTED,
                      .side = (uint8_t)taker_side(t),
                  });
    return true;
}

static enum match_reason remainder_reason(const struct taker *t, enum match_reason why)
{
    if (why != MATCH_NO_REASON) return why;
    if (t->type != MATCH_MARKET) return MATCH_IMMEDIATE;
    const struct ladder *opposite = &t->instrument->side[taker_side(t) ^ 1];
    return opposite->best == LADDER_EMPTY ? MATCH_NO_LIQUIDITY : MATCH_COLLARED;
}

/* What is left of the order ends. */
static NOINLINE void taker_cancel(struct match *m, struct taker *t, enum match_reason reason)
{
    match_emit(m, &(struct match_event){
                      .id = t->id,
                      .account = t->account,
                      .price = taker_price(t),
                      .left = lots_qty(t->instrument, t->lots),
                      .instrument = t->instrument->index,
                      .kind = MATCH_CANCELED,
                      .reason = (uint8_t)reason,
                      .side = (uint8_t)taker_side(t),
                  });
    if (t->lots != 0 && !(t->flags & TAKER_FREE))
        ledger_release(m, t->instrument, t->holder, taker_side(t), t->reserve, t->lots);
}

/* The slot of an order that arrived with one: its links follow, and it goes if nothing is left. */
static NOINLINE void taker_settles(struct match *m, const struct taker *t, bool rested,
                                   enum match_reason reason)
{
    struct order *order = &m->orders[t->slot];
    bool linked = order->meta & META_LINKED;
    if (!rested) {
        order->lots = 0;
        if (order->meta & META_SPECIAL) order_special(m, t->slot)->hidden = 0;
    }
    if (linked && t->traded != 0) linked_traded(m, t->slot, t->traded, t->lots);
    if (rested) return;
    if (linked) linked_ended(m, t->slot, reason);
    else order_close(m, t->slot);
}

void taker_run(struct match *m, struct taker *t)
{
    struct instrument *b = t->instrument;
    enum match_reason why = MATCH_NO_REASON;
    t->traded = 0;
    if (unlikely(t->slot != 0)) order_move_to(&m->orders[t->slot], PLACE_RUNNING);
    if (likely(b->phase == MATCH_OPEN)) {
        if (unlikely(t->tif == MATCH_FOK) && !taker_fills(m, t)) why = MATCH_NOT_WHOLE;
        else if (m->limits.accounts != 0) why = taker_trade(m, t, true);
        else why = taker_trade(m, t, false);
    }
    bool pauses = why == MATCH_BAND_HIT;
    bool canceled = why == MATCH_SELF || why == MATCH_NOT_WHOLE;
    bool rested = false;
    if (likely(t->lots != 0) || canceled) {
        if (canceled || t->tif >= MATCH_IOC || t->type == MATCH_MARKET)
            why = remainder_reason(t, why);
        else if (unlikely(!(rested = taker_rests(m, t)))) why = MATCH_OUT_OF_WINDOW;
        if (!rested) taker_cancel(m, t, why);
    } else {
        why = MATCH_NO_REASON; /* filled */
    }
    if (unlikely(t->slot != 0)) taker_settles(m, t, rested, why);
    if (unlikely(b->waiting != 0) && t->traded != 0)
        stops_scan(m, b, t->first_last[0], t->first_last[1]);
    t->pauses = pauses;
    if (unlikely(pauses) && !(t->flags & TAKER_CLOSES)) instrument_pause(m, b);
}
