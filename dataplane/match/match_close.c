#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_linked.h"

/* CLOSE: a market order against what an order has filled, or against a position (E8).
 *
 * The legs give up what is closed before it trades, so that together they never sell more than was
 * bought; what then did not trade they get back when they follow. */

struct closing {
    struct instrument *b;
    uint32_t parent; /* the tracked order's slot; 0: a position is closed */
    uint32_t holder;
    enum side side;
    int64_t most; /* lots that can be closed */
    uint32_t lots;
    int32_t limit; /* ticks */
    bool alone;    /* nobody to trade with */
    bool free;     /* nothing is reserved for it */
};

/* What is to be closed, and whose it is. */
static enum match_reason close_whom(const struct match *m, const struct match_input *in,
                                    struct closing *c)
{
    if (in->other == 0) {
        c->b = instrument_of(m, in->instrument);
        if (c->b == NULL) return MATCH_NO_INSTRUMENT;
        if (m->limits.accounts == 0 || !account_known(m, in->account)) return MATCH_NO_ACCOUNT;
        c->holder = ledger_holding_find(m, in->account, in->instrument);
        int64_t position = m->holdings[c->holder].position; /* holding 0, nobody's, has none */
        c->side = position > 0 ? SIDE_SELL : SIDE_BUY;
        c->most = position > 0 ? position : -position;
        return MATCH_NO_REASON;
    }
    if (!account_known(m, in->account)) return MATCH_NO_ACCOUNT;
    c->parent = own_order(m, in->other, in->account);
    const struct order *order = &m->orders[c->parent];
    if (c->parent == 0 || !(order->meta & META_LINKED)) return MATCH_UNKNOWN_ID;
    const struct special *s = order_special(m, c->parent);
    if (!s->tracked) return MATCH_UNKNOWN_ID;
    c->b = order_instrument(m, order);
    c->holder = order->holder;
    c->side = side_opposite(order_side(order));
    c->most = s->filled - s->closed;
    return MATCH_NO_REASON;
}

/* A futures order for no more than the position it closes needs no margin of its own. */
static bool close_is_free(const struct match *m, const struct closing *c)
{
    if (c->b->class_of != MATCH_FUTURES) return c->b->class_of == MATCH_PLAIN;
    int64_t position = m->holdings[c->holder].position;
    return (c->side == SIDE_SELL ? position : -position) >= c->lots;
}

static enum match_reason close_check(const struct match *m, const struct match_input *in,
                                     struct closing *c)
{
    enum match_reason reason = close_whom(m, in, c);
    if (reason == MATCH_NO_REASON) reason = phase_reason(c->b);
    if (reason != MATCH_NO_REASON) return reason;
    if (in->id - 1 >= MATCH_ID_MAX) return MATCH_BAD_ID;
    if (ids_find(m, in->id) != 0) return MATCH_ID_IN_USE;
    int64_t asked = MATCH_LOTS_MAX;
    if (in->qty != 0) {
        asked = unit_good(&c->b->lot, in->qty);
        if (asked == 0) return qty_reason(&c->b->lot, in->qty);
    }
    if (c->b->phase != MATCH_OPEN) return MATCH_IN_CALL;
    if (c->most == 0) return MATCH_NO_POSITION;
    c->lots = (uint32_t)(asked < c->most ? asked : c->most);
    c->alone = !market_limit(c->b, c->side, &c->limit);
    c->free = c->alone || close_is_free(m, c);
    return MATCH_NO_REASON;
}

/* What the leg of c gives up; 0: it has nothing. */
static uint32_t leg_gives(const struct match *m, const struct closing *c, uint32_t leg)
{
    if (leg == 0 || order_place(&m->orders[leg]) == PLACE_DORMANT) return 0;
    uint32_t open = order_open_lots(m, leg);
    return open < c->lots ? open : c->lots;
}

/* Reserves for the closing order, with what the legs will have given up. */
static bool close_reserve(struct match *m, const struct closing *c)
{
    struct ledger_reserved given = {c->limit, 0};
    const uint32_t *legs = order_special(m, c->parent)->legs;
    for (uint32_t i = 0; i < 2 && given.lots == 0; i++) {
        uint32_t gives = leg_gives(m, c, legs[i]);
        if (gives == 0 || !order_special(m, legs[i])->reserves) continue;
        given = (struct ledger_reserved){order_special(m, legs[i])->reserve, gives};
    }
    return ledger_exchange(m, c->b, c->holder, c->side, given,
                           (struct ledger_reserved){c->limit, c->lots});
}

/* The legs give up what will be closed.  Their reservation goes with it, or was taken over. */
static void legs_give_up(struct match *m, const struct closing *c)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t leg = order_special(m, c->parent)->legs[i];
        uint32_t gives = leg_gives(m, c, leg);
        if (gives == 0) continue;
        struct special *s = order_special(m, leg);
        bool reserves = s->reserves;
        s->reserves = reserves && c->free;
        order_reduce(m, leg, gives, MATCH_LINKED);
        if (order_place(&m->orders[leg]) != PLACE_DORMANT) s->reserves = reserves;
    }
}

static void close_alone(struct match *m, const struct match_input *in, const struct closing *c)
{
    match_emit(m, &(struct match_event){
                      .id = in->id,
                      .account = in->account,
                      .left = lots_qty(c->b, c->lots),
                      .instrument = c->b->index,
                      .kind = MATCH_CANCELED,
                      .reason = MATCH_NO_LIQUIDITY,
                      .side = (uint8_t)c->side,
                  });
}

/* t.traded and t.pauses say what became of it. */
static struct taker close_run(struct match *m, const struct match_input *in,
                              const struct closing *c)
{
    struct taker t = {
        .instrument = c->b,
        .id = in->id,
        .lots = c->lots,
        .total = c->lots,
        .holder = c->holder,
        .account = in->account,
        .group = holder_group(m, c->holder),
        .meta = (uint32_t)c->b->index | (uint32_t)c->side << META_SIDE_SHIFT,
        .key = key_of(c->side, c->limit),
        .reserve = c->limit,
        .type = MATCH_MARKET,
        .tif = MATCH_IOC,
        .self_trade = MATCH_CANCEL_NEWEST,
        .flags = TAKER_CLOSES | (c->free ? TAKER_FREE : 0),
    };
    taker_run(m, &t);
    return t;
}

/* The tracked order after the closing one traded lots. */
static void parent_closed(struct match *m, uint32_t slot, uint32_t lots)
{
    struct special *s = order_special(m, slot);
    s->closed += lots;
    if (lots != 0) status_changed(m, slot);
    if (parent_done(m, slot)) parent_forget(m, slot);
    else if ((s->legs[0] | s->legs[1]) != 0) parent_dirty(m, slot);
}

void command_close(struct match *m, const struct match_input *in)
{
    struct closing c = {.b = NULL};
    bool good = in->bytes == sizeof *in && input_tail(in) >> 8 == 0 && in->price == 0;
    enum match_reason reason = good ? close_check(m, in, &c) : MATCH_MALFORMED;
    if (reason == MATCH_NO_REASON && !c.free) {
        bool reserved = c.parent != 0 ? close_reserve(m, &c)
                                      : ledger_reserve(m, c.b, c.holder, c.side, c.limit, c.lots);
        if (!reserved) reason = MATCH_NO_FUNDS;
    }
    if (reason != MATCH_NO_REASON) {
        match_reject(m, in, reason);
        return;
    }
    if (c.parent != 0) legs_give_up(m, &c);
    struct taker t = {.traded = 0};
    if (c.alone) close_alone(m, in, &c);
    else t = close_run(m, in, &c);
    if (c.parent != 0) {
        CHECK(m->orders[c.parent].id == in->other);
        parent_closed(m, c.parent, t.traded);
    }
    if (t.pauses) instrument_pause(m, c.b); /* after the status: its order has finished then (F5) */
}
