#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_linked.h"

/* MODIFY of a stop that waits (B1, B4).  A new trigger moves it to the end of the queue there; any
 * other change leaves it where it is. */

struct stop_change {
    struct instrument *b;
    enum side side;
    order_id_t id;   /* its id afterwards */
    uint32_t lots;   /* open, and in all: nothing of a stop that waits has traded */
    int32_t limit;   /* of a STOP_LIMIT its price, of others what they would be limited to */
    int32_t trigger; /* of a trailing stop the distance */
};

static int32_t trigger_now(const struct special *s)
{
    return s->type == MATCH_TRAILING_STOP ? s->trail : s->trigger;
}

static enum match_reason stop_numbers(const struct match *m, uint32_t slot,
                                      const struct match_input *in, const struct match_terms *terms,
                                      struct stop_change *to)
{
    const struct instrument *b = to->b;
    const struct special *s = order_special(m, slot);
    to->lots = m->orders[slot].lots;
    to->limit = s->limit;
    to->trigger = trigger_now(s);
    if (in->qty != 0) {
        to->lots = unit_good(&b->lot, in->qty);
        if (to->lots == 0) return qty_reason(&b->lot, in->qty);
    }
    if (in->price != 0) {
        to->limit = (int32_t)unit_good(&b->tick, in->price);
        if (to->limit == 0) return price_reason(&b->tick, in->price);
    }
    if (terms->trigger != 0) {
        to->trigger = (int32_t)unit_good(&b->tick, terms->trigger);
        if (to->trigger == 0) return price_reason(&b->tick, terms->trigger);
    }
    bool fired = order_place(&m->orders[slot]) == PLACE_FIRED;
    if (fired || (in->price != 0 && s->type != MATCH_STOP_LIMIT)) return MATCH_BAD_TERMS;
    if (s->type == MATCH_STOP_LIMIT || to->trigger == trigger_now(s)) return MATCH_NO_REASON;
    int32_t trigger = to->trigger;
    if (s->type == MATCH_TRAILING_STOP)
        trigger = stop_trigger_from(b, to->side, s->best_last, to->trigger);
    to->limit = stop_limit_at(b, to->side, trigger);
    return MATCH_NO_REASON;
}

/* Money for the stop as it becomes, in place of the old reservation; false: nothing changed. */
static bool stop_money(struct match *m, uint32_t slot, const struct stop_change *to)
{
    const struct order *order = &m->orders[slot];
    struct special *s = order_special(m, slot);
    if (!ledger_exchange(m, to->b, order->holder, to->side,
                         (struct ledger_reserved){s->reserve, order->lots},
                         (struct ledger_reserved){to->limit, to->lots}))
        return false;
    s->reserve = to->limit;
    return true;
}

static enum match_reason stop_change_check(struct match *m, uint32_t slot,
                                           const struct match_input *in, struct stop_change *to)
{
    const struct special *s = order_special(m, slot);
    struct match_terms terms;
    if (!modify_terms(in, &terms)) return MATCH_MALFORMED;
    enum match_reason reason = stop_numbers(m, slot, in, &terms, to);
    if (reason == MATCH_NO_REASON) reason = linked_modify_check(m, slot, in);
    if (reason != MATCH_NO_REASON) return reason;
    bool same_price = to->limit == s->limit && to->trigger == trigger_now(s);
    uint32_t lots = m->orders[slot].lots;
    if (same_price && to->lots == lots && to->id == in->id && !linked_modifies(m, slot, in))
        return MATCH_NOTHING_CHANGES;
    if (same_price && to->lots <= lots) return MATCH_NO_REASON;
    uint32_t account = holder_account(m, m->orders[slot].holder);
    if (over_value(m, to->b, account, to->limit, to->lots)) return MATCH_OVER_VALUE;
    return stop_money(m, slot, to) ? MATCH_NO_REASON : MATCH_NO_FUNDS;
}

/* Its quantity where it waits. */
static void stop_resize(struct match *m, uint32_t slot, const struct stop_change *to)
{
    struct order *order = &m->orders[slot];
    if (order_special(m, slot)->type != MATCH_TRAILING_STOP) {
        struct level *level = ladder_level(m, &to->b->waits[to->side], order->key);
        level->lots = level->lots - order->lots + to->lots;
    }
    order->lots = to->lots;
}

static void stop_change_apply(struct match *m, uint32_t slot, const struct stop_change *to)
{
    struct order *order = &m->orders[slot];
    struct special *s = order_special(m, slot);
    order_id_t old = order->id;
    bool moves = to->trigger != trigger_now(s);
    if (to->lots < order->lots && !moves && to->limit == s->limit)
        order_shrink(m, slot, order->lots - to->lots); /* and releases */
    else stop_resize(m, slot, to);
    if (moves) stop_take_out(m, slot);
    if (to->id != old) order_rename(m, slot, to->id);
    m->ties[slot].total = to->lots;
    s->limit = to->limit;
    if (s->type == MATCH_TRAILING_STOP) {
        s->trail = to->trigger;
        s->trigger = stop_trigger_from(to->b, to->side, s->best_last, s->trail);
    } else {
        s->trigger = to->trigger;
    }
    if (moves) stop_place_again(m, slot, old);
    else stop_replaced(m, slot, old, MATCH_KEPT_PRIORITY);
}

void stop_modify(struct match *m, uint32_t slot, const struct match_input *in)
{
    const struct order *order = &m->orders[slot];
    struct stop_change to = {
        .b = order_instrument(m, order),
        .side = order_side(order),
        .id = in->other == 0 ? in->id : in->other,
    };
    enum match_reason reason = stop_change_check(m, slot, in, &to);
    if (reason != MATCH_NO_REASON) {
        match_reject(m, in, reason);
        return;
    }
    const struct special *s = order_special(m, slot);
    bool itself = to.limit != s->limit || to.trigger != trigger_now(s) || to.id != in->id ||
                  to.lots != order->lots;
    linked_modify(m, slot, in);
    if (m->orders[slot].id == in->id && itself) stop_change_apply(m, slot, &to);
}
