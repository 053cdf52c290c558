#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_linked.h"

/* Legs follow their parents (E2, E3): what they have open becomes filled - closed.
 *
 * A leg that arrives may trade, and so shrink the other one and close its parent; or it may meet
 * its parent, which is of its group, and end it (C2).  special.is_dirty keeps the parent until both
 * have followed. */

void leg_arrives(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    const struct special *s = order_special(m, slot);
    order_move_to(order, PLACE_RUNNING);
    if (s->type != MATCH_LIMIT) {
        stop_place(m, slot);
        return;
    }
    order->key = key_of(order_side(order), s->limit);
    struct taker t = taker_of(m, slot);
    t.leg_of = linked_leg_of(m, slot);
    taker_run(m, &t);
}

static void leg_replaced(struct match *m, uint32_t slot, uint32_t shown)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    match_emit(m, &(struct match_event){
                      .id = order->id,
                      .other = order->id,
                      .price = ticks_price(b, key_ticks(order->key)),
                      .qty = lots_qty(b, shown),
                      .left = lots_qty(b, order->lots),
                      .account = holder_account(m, order->holder),
                      .instrument = b->index,
                      .kind = MATCH_REPLACED,
                      .side = (uint8_t)order_side(order),
                  });
}

void leg_arrives_anew(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    if (would_take(order_instrument(m, order), order_side(order), order->key)) {
        leg_replaced(m, slot, 0);
        struct taker t = taker_of(m, slot);
        t.leg_of = linked_leg_of(m, slot);
        taker_run(m, &t);
    } else if (book_put(m, slot)) {
        leg_replaced(m, slot, order->lots);
    } else {
        order_move_to(order, PLACE_RUNNING); /* in no queue */
        leg_replaced(m, slot, 0);
        order_end(m, slot, MATCH_OUT_OF_WINDOW);
    }
}

/* It, and the other one, cannot go on: no funds. */
static void leg_unfunded(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (order_place(order) != PLACE_DORMANT) {
        order_end(m, slot, MATCH_NO_FUNDS);
        return;
    }
    match_emit(m, &(struct match_event){
                      .id = order->id,
                      .account = holder_account(m, order->holder),
                      .instrument = (uint16_t)(order->meta & META_INSTRUMENT),
                      .kind = MATCH_REJECTED,
                      .reason = MATCH_NO_FUNDS,
                  });
    linked_ended(m, slot, MATCH_NO_FUNDS);
}

/* What a leg that comes to life, or lives, by itself reserves at. */
static int32_t leg_own_reserve(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    const struct special *s = order_special(m, slot);
    if (s->type != MATCH_TRAILING_STOP || order_place(order) != PLACE_DORMANT) return s->limit;
    return stop_limit_at(b, order_side(order), stop_trigger_now(b, order_side(order), s->trail));
}

static void leg_grows(struct match *m, uint32_t slot, uint32_t lots)
{
    struct order *order = &m->orders[slot];
    if (!pair_reserve(m, slot, leg_own_reserve(m, slot), lots)) {
        leg_unfunded(m, slot);
        return;
    }
    enum place place = order_place(order);
    if (place == PLACE_DORMANT) {
        order->lots = m->ties[slot].total = lots;
        leg_arrives(m, slot);
        return;
    }
    m->ties[slot].total += lots - order->lots;
    if (place == PLACE_BOOK) book_take_out(m, slot);
    else stop_take_out(m, slot);
    order->lots = lots;
    if (place == PLACE_BOOK) leg_arrives_anew(m, slot);
    else stop_place_again(m, slot, order->id);
}

static void leg_follows(struct match *m, uint32_t slot, uint32_t lots)
{
    uint32_t open = order_open_lots(m, slot);
    if (lots > open) leg_grows(m, slot, lots);
    else if (lots < open) order_reduce(m, slot, open - lots, MATCH_LINKED);
}

/* What the second leg follows to: what the first has, which may be less by now (C2, DECREMENT). */
static uint32_t second_lots(const struct match *m, const struct special *parent)
{
    uint32_t first = parent->legs[0];
    bool lives = first != 0 && order_place(&m->orders[first]) != PLACE_DORMANT;
    return lives ? order_open_lots(m, first) : parent->filled - parent->closed;
}

void linked_follow_next(struct match *m)
{
    uint32_t slot = m->dirty_first;
    struct special *s = order_special(m, slot);
    m->dirty_first = s->dirty;
    if (m->dirty_first == 0) m->dirty_last = 0;
    s->dirty = 0;
    if (s->legs[0] != 0) leg_follows(m, s->legs[0], s->filled - s->closed);
    if (s->legs[1] != 0) leg_follows(m, s->legs[1], second_lots(m, s));
    s->is_dirty = false;
    bool held = order_place(&m->orders[slot]) == PLACE_HELD;
    if (held && (!s->tracked || s->closed == s->filled)) parent_forget(m, slot);
}
