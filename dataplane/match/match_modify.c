#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_parts.h"

#include <string.h>

/* MODIFY (B1-B7): checked as a whole, then done.  Compiled like match_hot.c. */

/* What the order becomes. */
struct change {
    struct instrument *b;
    enum side side;
    uint32_t slot;
    order_id_t id;  /* its id afterwards */
    int32_t ticks;  /* its limit */
    uint32_t total; /* lots */
    int64_t open;   /* lots; at most 0: canceled */
    bool moves;     /* loses its place */
};

/* The new id is free, or none is asked for. */
static enum match_reason change_id(const struct match *m, const struct match_input *in,
                                   struct change *to)
{
    to->id = in->id;
    if (in->other == 0 || in->other == in->id) return MATCH_NO_REASON;
    if (in->other > MATCH_ID_MAX) return MATCH_BAD_ID;
    if (ids_find(m, in->other) != 0) return MATCH_ID_IN_USE;
    to->id = in->other;
    return MATCH_NO_REASON;
}

static enum match_reason change_numbers(const struct match *m, const struct match_input *in,
                                        struct change *to)
{
    const struct instrument *b = to->b;
    const struct order *order = &m->orders[to->slot];
    uint32_t total = order_total(m, to->slot);
    to->total = total;
    to->ticks = key_ticks(order->key);
    if (in->qty != 0) {
        to->total = unit_good(&b->lot, in->qty);
        if (to->total == 0) return qty_reason(&b->lot, in->qty);
    }
    if (in->price != 0) {
        to->ticks = (int32_t)unit_good(&b->tick, in->price);
        if (to->ticks == 0) return price_reason(&b->tick, in->price);
    }
    to->open = (int64_t)order_open_lots(m, to->slot) + to->total - total;
    to->moves = to->ticks != key_ticks(order->key) || to->total > total;
    return MATCH_NO_REASON;
}

static void replaced_said(struct match *m, const struct change *to, order_id_t old, uint32_t shown,
                          uint8_t flags)
{
    match_emit(m, &(struct match_event){
                      .id = to->id,
                      .other = old,
                      .price = ticks_price(to->b, to->ticks),
                      .qty = lots_qty(to->b, shown),
                      .left = lots_qty(to->b, (uint64_t)to->open),
                      .account = holder_account(m, m->orders[to->slot].holder),
                      .instrument = to->b->index,
                      .kind = MATCH_REPLACED,
                      .side = (uint8_t)to->side,
                      .flags = flags,
                  });
}

static void change_in_place(struct match *m, const struct change *to, order_id_t old)
{
    struct order *order = &m->orders[to->slot];
    uint32_t open = order_open_lots(m, to->slot);
    if (to->open != open) order_shrink(m, to->slot, open - (uint32_t)to->open);
    if (to->id != old) order_rename(m, to->slot, to->id);
    order_total_set(m, to->slot, to->total);
    replaced_said(m, to, old, order->lots, MATCH_KEPT_PRIORITY);
}

/* The reservations of the order as it is, and as it becomes. */
static struct ledger_reserved reserved_now(const struct match *m, const struct change *to)
{
    int32_t ticks = key_ticks(m->orders[to->slot].key);
    return (struct ledger_reserved){ticks, order_open_lots(m, to->slot)};
}

static struct ledger_reserved reserved_then(const struct change *to)
{
    return (struct ledger_reserved){to->ticks, (uint32_t)to->open};
}

static bool change_money(struct match *m, const struct change *to)
{
    if (m->limits.accounts == 0) return true;
    return ledger_exchange(m, to->b, m->orders[to->slot].holder, to->side, reserved_now(m, to),
                           reserved_then(to));
}

static void change_money_undo(struct match *m, const struct change *to)
{
    if (m->limits.accounts == 0) return;
    uint32_t holder = m->orders[to->slot].holder;
    struct ledger_reserved now = reserved_now(m, to), then = reserved_then(to);
    ledger_release(m, to->b, holder, to->side, then.ticks, then.lots);
    ledger_restore(m, to->b, holder, to->side, now.ticks, now.lots);
}

/* The order leaves its queue and arrives anew. */
static void change_by_moving(struct match *m, const struct change *to, order_id_t old)
{
    struct order *order = &m->orders[to->slot];
    book_take_out(m, to->slot);
    if (to->id != old) order_rename(m, to->slot, to->id);
    order_total_set(m, to->slot, to->total);
    order->key = key_of(to->side, to->ticks);
    order->lots = (uint32_t)to->open;
    struct special *s = order->meta & META_SPECIAL ? order_special(m, to->slot) : NULL;
    if (s != NULL) {
        s->reserve = to->ticks;
        s->hidden = 0;
    }
    if (would_take(to->b, to->side, order->key)) {
        replaced_said(m, to, old, 0, 0);
        struct taker t = taker_of(m, to->slot);
        taker_run(m, &t);
        return;
    }
    if (s != NULL && order->meta & META_ICEBERG && s->display < order->lots) {
        s->hidden = order->lots - s->display;
        order->lots = s->display;
    }
    if (book_put(m, to->slot)) {
        replaced_said(m, to, old, order->lots, 0);
        return;
    }
    order_move_to(order, PLACE_RUNNING); /* in no queue */
    replaced_said(m, to, old, 0, 0);
    order_end(m, to->slot, MATCH_OUT_OF_WINDOW);
}

/* The checks that come after those of a special order's legs. */
static enum match_reason change_allowed(struct match *m, const struct change *to)
{
    const struct order *order = &m->orders[to->slot];
    if (to->open <= 0 || !to->moves) return MATCH_NO_REASON;
    if (order->meta & META_POST_ONLY && would_take(to->b, to->side, key_of(to->side, to->ticks)))
        return MATCH_WOULD_TAKE;
    uint32_t account = holder_account(m, order->holder);
    if (over_value(m, to->b, account, to->ticks, (uint32_t)to->open)) return MATCH_OVER_VALUE;
    return change_money(m, to) ? MATCH_NO_REASON : MATCH_NO_FUNDS;
}

static bool changes_nothing(const struct match *m, const struct change *to, order_id_t old)
{
    return !to->moves && to->total == order_total(m, to->slot) && to->id == old;
}

static void change_apply(struct match *m, const struct change *to, order_id_t old)
{
    if (to->open <= 0) order_end(m, to->slot, MATCH_BY_USER);
    else if (to->moves) change_by_moving(m, to, old);
    else change_in_place(m, to, old);
}

/* The legs change first, with the order's old reservation: a leg that trades may meet its own order
 * and end it, or spend what the order's growth needed. */
static void change_after_legs(struct match *m, const struct match_input *in,
                              const struct change *to, bool nothing)
{
    bool moves = !nothing && to->open > 0 && to->moves;
    if (moves) change_money_undo(m, to);
    linked_modify(m, to->slot, in);
    const struct order *order = &m->orders[to->slot];
    if (nothing || order->id != in->id || order_place(order) != PLACE_BOOK) return;
    struct change now = *to;
    now.open = (int64_t)order_open_lots(m, to->slot) + to->total - order_total(m, to->slot);
    if (moves && now.open > 0 && !change_money(m, &now)) order_end(m, to->slot, MATCH_NO_FUNDS);
    else change_apply(m, &now, in->id);
}

/* An order with a special: its stop or its legs may change too. */
static COLD enum match_reason modify_special(struct match *m, const struct match_input *in,
                                             struct change *to)
{
    enum place place = order_place(&m->orders[to->slot]);
    if (place == PLACE_WAITS || place == PLACE_FIRED) {
        stop_modify(m, to->slot, in);
        return MATCH_NO_REASON;
    }
    if (place == PLACE_HELD && (in->price != 0 || in->qty != 0 || in->other != 0))
        return MATCH_BAD_TERMS;
    enum match_reason reason = MATCH_NO_REASON;
    if (place != PLACE_HELD) reason = change_numbers(m, in, to);
    uint64_t display = order_special(m, to->slot)->display;
    if (reason == MATCH_NO_REASON && display != 0 && to->total > display * MATCH_PARTS_MAX)
        return MATCH_BAD_TERMS;
    if (reason == MATCH_NO_REASON) reason = linked_modify_check(m, to->slot, in);
    /* An order that ends needs nothing for its legs. */
    bool ends = place != PLACE_HELD && to->open <= 0;
    if (ends && (reason == MATCH_FULL || reason == MATCH_NO_FUNDS)) reason = MATCH_NO_REASON;
    if (reason != MATCH_NO_REASON) return reason;
    bool nothing = place == PLACE_HELD || changes_nothing(m, to, in->id);
    bool legs = linked_modifies(m, to->slot, in);
    if (nothing && !legs) return MATCH_NOTHING_CHANGES;
    if (ends) {
        order_end(m, to->slot, MATCH_BY_USER);
        return MATCH_NO_REASON;
    }
    if (!nothing) reason = change_allowed(m, to);
    if (reason != MATCH_NO_REASON) return reason;
    if (legs) change_after_legs(m, in, to, nothing);
    else change_apply(m, to, in->id);
    return MATCH_NO_REASON;
}

/* Bytes, and fields that MODIFY does not name. */
static bool modify_well_formed(const struct match_input *in)
{
    const uint64_t flags = (uint64_t)(MATCH_CLEAR_TAKE_PROFIT | MATCH_CLEAR_STOP_LOSS) << 40;
    if (in->instrument != 0 || ((input_tail(in) >> 8 << 8) & ~flags) != 0) return false;
    if (likely(in->bytes == sizeof *in)) return true;
    struct match_terms terms;
    return in->bytes == sizeof *in + sizeof terms && modify_terms(in, &terms);
}

/* Terms that change nothing are as good as none. */
static COLD bool terms_empty(const struct match_input *in)
{
    static const struct match_terms none;
    return in->flags == 0 && memcmp(in + 1, &none, sizeof none) == 0;
}

static enum match_reason modify(struct match *m, const struct match_input *in)
{
    if (unlikely(!modify_well_formed(in))) return MATCH_MALFORMED;
    struct change to = {.slot = own_order(m, in->id, in->account)};
    if (unlikely(to.slot == 0)) return MATCH_UNKNOWN_ID;
    const struct order *order = &m->orders[to.slot];
    if (unlikely(order_place(order) == PLACE_DORMANT)) return MATCH_UNKNOWN_ID;
    to.b = order_instrument(m, order);
    to.side = order_side(order);
    enum match_reason reason = phase_reason(to.b);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    reason = change_id(m, in, &to);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    if (unlikely(order->meta & META_SPECIAL)) return modify_special(m, in, &to);
    reason = change_numbers(m, in, &to);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    if (unlikely(in->bytes != sizeof *in || in->flags != 0) && !terms_empty(in))
        return MATCH_BAD_TERMS;
    if (unlikely(changes_nothing(m, &to, in->id))) return MATCH_NOTHING_CHANGES;
    reason = change_allowed(m, &to);
    if (unlikely(reason != MATCH_NO_REASON)) return reason;
    change_apply(m, &to, in->id);
    return MATCH_NO_REASON;
}

void command_modify(struct match *m, const struct match_input *in)
{
    enum match_reason reason = modify(m, in);
    if (unlikely(reason != MATCH_NO_REASON)) match_reject(m, in, reason);
}
