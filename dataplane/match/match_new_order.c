#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_parts.h"
#include "dataplane/match/match_slots.h"

#include <string.h>

/* NEW with more than a plain order has: terms, a stop, or tracking.  And the sentences behind the
 * checks of all orders.  Plain orders are in match_apply.c; both follow the order of README.md. */

COLD enum match_reason qty_reason(const struct unit *lot, qty_t qty)
{
    if (qty <= 0) return MATCH_BAD_QTY;
    return (uint64_t)qty % lot->unit != 0 ? MATCH_OFF_LOT : MATCH_OVER_QTY;
}

COLD enum match_reason price_reason(const struct unit *tick, price_t price)
{
    if (price <= 0) return MATCH_BAD_PRICE;
    return (uint64_t)price % tick->unit != 0 ? MATCH_OFF_TICK : MATCH_OVER_PRICE;
}

/* What a new order asks for, in the engine's units. */
struct asked {
    const struct match_input *in;
    struct match_terms terms;
    struct instrument *b;
    enum side side;
    uint32_t lots;
    uint32_t display;
    int32_t ticks;   /* LIMIT, STOP_LIMIT */
    int32_t trigger; /* STOP, STOP_LIMIT; of TRAILING_STOP the distance */
    int32_t own;     /* ticks it reserves at by itself, */
    int32_t reserve; /* and as one of a pair */
    uint32_t legs;
};

static bool is_stop(uint8_t type)
{
    return type >= MATCH_STOP;
}

static bool leg_well_formed(const struct match_leg *leg)
{
    static const uint8_t none[sizeof leg->spare];
    return leg->type < MATCH_TYPE_COUNT && leg->side <= SIDE_SELL &&
           memcmp(leg->spare, none, sizeof none) == 0;
}

static bool new_well_formed(const struct match_input *in, const struct match_terms *terms)
{
    static const uint8_t none[sizeof terms->spare];
    const struct match_leg *legs = terms->legs;
    return in->other == 0 && in->side <= SIDE_SELL && in->type != MATCH_TYPE_NONE &&
           in->type < MATCH_TYPE_COUNT && in->tif < MATCH_TIF_COUNT &&
           in->self_trade < MATCH_SELF_TRADE_COUNT && in->spare[0] == 0 && in->spare[1] == 0 &&
           (in->flags & ~(MATCH_POST_ONLY | MATCH_TRACK)) == 0 && terms->link < MATCH_LINK_COUNT &&
           memcmp(terms->spare, none, sizeof none) == 0 && leg_well_formed(&legs[0]) &&
           leg_well_formed(&legs[1]);
}

/* Lots and ticks. */
static enum match_reason asked_numbers(struct asked *ask)
{
    const struct match_input *in = ask->in;
    const struct instrument *b = ask->b;
    ask->lots = unit_good(&b->lot, in->qty);
    if (ask->lots == 0) return qty_reason(&b->lot, in->qty);
    if (in->type == MATCH_LIMIT || in->type == MATCH_STOP_LIMIT) {
        ask->ticks = (int32_t)unit_good(&b->tick, in->price);
        if (ask->ticks == 0) return price_reason(&b->tick, in->price);
    }
    if (is_stop(in->type)) {
        ask->trigger = (int32_t)unit_good(&b->tick, ask->terms.trigger);
        if (ask->trigger == 0) return price_reason(&b->tick, ask->terms.trigger);
    }
    return MATCH_NO_REASON;
}

static bool leg_absent(const struct match_leg *leg)
{
    return leg->type == MATCH_TYPE_NONE;
}

/* An absent leg asks for nothing, and the link has the legs it needs. */
static bool link_fits(struct asked *ask)
{
    const struct match_terms *terms = &ask->terms;
    const struct match_input *in = ask->in;
    for (uint32_t i = 0; i < 2; i++) {
        const struct match_leg *leg = &terms->legs[i];
        if (!leg_absent(leg)) ask->legs++;
        else if (leg->price != 0 || leg->trigger != 0 || leg->side != 0) return false;
    }
    switch ((enum match_link)terms->link) {
    case MATCH_ALONE: return ask->legs == 0;
    case MATCH_LEGS: return ask->legs != 0;
    case MATCH_PAIR:
        return ask->legs == 1 && !leg_absent(&terms->legs[0]) && in->tif < MATCH_IOC &&
               in->type != MATCH_MARKET && in->flags == 0;
    case MATCH_LINK_COUNT: break;
    }
    return false;
}

static bool is_linked(const struct asked *ask)
{
    return ask->terms.link != MATCH_ALONE || (ask->in->flags & MATCH_TRACK) != 0;
}

/* After terms_fit: its terms ask for nothing that a plain order has not. */
static bool is_plain(const struct asked *ask)
{
    return !is_stop(ask->in->type) && ask->display == 0 && !is_linked(ask);
}

/* The terms go together. */
static bool terms_fit(struct asked *ask)
{
    const struct match_input *in = ask->in;
    bool rests = in->type == MATCH_LIMIT && in->tif < MATCH_IOC;
    if (in->price != 0 && ask->ticks == 0) return false;
    if (in->flags & MATCH_POST_ONLY && !rests) return false;
    if (in->type == MATCH_MARKET && in->tif == MATCH_DAY) return false;
    if (is_stop(in->type) ? in->tif >= MATCH_IOC : ask->terms.trigger != 0) return false;
    if (ask->terms.display != 0) {
        ask->display = unit_good(&ask->b->lot, ask->terms.display);
        if (ask->display == 0 || !rests || is_linked(ask)) return false;
        if (ask->lots > (uint64_t)ask->display * MATCH_PARTS_MAX) return false;
        if (ask->display >= ask->lots) ask->display = 0;
    }
    return link_fits(ask);
}

/* The price that the order's lots are reserved at (G2, G6, G7); false: a market order alone. */
static bool asked_reserve(struct asked *ask)
{
    const struct instrument *b = ask->b;
    switch ((enum match_type)ask->in->type) {
    case MATCH_MARKET: return market_limit(b, ask->side, &ask->reserve);
    case MATCH_STOP: ask->reserve = stop_limit_at(b, ask->side, ask->trigger); return true;
    case MATCH_TRAILING_STOP:
        ask->reserve = stop_limit_at(b, ask->side, stop_trigger_now(b, ask->side, ask->trigger));
        return true;
    case MATCH_LIMIT:
    case MATCH_STOP_LIMIT: ask->reserve = ask->ticks; return true;
    case MATCH_TYPE_NONE:
    case MATCH_TYPE_COUNT: break;
    }
    UNREACHABLE("new_well_formed takes only these types");
}

static enum match_reason asked_check(const struct match *m, struct asked *ask)
{
    const struct match_input *in = ask->in;
    enum match_reason reason = check_who(m, in, &ask->b);
    if (reason != MATCH_NO_REASON) return reason;
    if (ids_find(m, in->id) != 0) return MATCH_ID_IN_USE;
    reason = asked_numbers(ask);
    if (reason != MATCH_NO_REASON) return reason;
    if (!terms_fit(ask)) return MATCH_BAD_TERMS;
    bool rests = (in->type == MATCH_LIMIT && in->tif < MATCH_IOC) || is_stop(in->type);
    if (ask->b->phase != MATCH_OPEN && !rests) return MATCH_IN_CALL;
    if (ask->legs != 0) reason = linked_check(m, in, ask->b);
    if (reason != MATCH_NO_REASON) return reason;
    if (!slots_left(m, 1 + ask->legs)) return MATCH_FULL;
    if (!is_plain(ask) && m->limits.specials - m->specials_used < 1 + ask->legs) return MATCH_FULL;
    if (in->flags & MATCH_POST_ONLY && would_take(ask->b, ask->side, key_of(ask->side, ask->ticks)))
        return MATCH_WOULD_TAKE;
    if (!asked_reserve(ask)) return MATCH_NO_LIQUIDITY;
    ask->own = ask->reserve;
    if (ask->terms.link == MATCH_PAIR) {
        int32_t other = leg_reserve(ask->b, &ask->terms.legs[0]);
        if (other > ask->reserve) ask->reserve = other;
    }
    if (over_value(m, ask->b, in->account, ask->reserve, ask->lots)) return MATCH_OVER_VALUE;
    return MATCH_NO_REASON;
}

static enum match_reason asked_admit(struct match *m, const struct asked *ask, uint32_t *holder)
{
    *holder = ask->in->account;
    if (m->limits.accounts == 0) return MATCH_NO_REASON;
    *holder = ledger_holding(m, ask->in->account, ask->b);
    if (*holder == 0) return MATCH_NO_ROOM;
    if (ledger_reserve(m, ask->b, *holder, ask->side, ask->reserve, ask->lots))
        return MATCH_NO_REASON;
    ledger_holding_undo(m, *holder);
    return MATCH_NO_FUNDS;
}

static uint32_t asked_meta(const struct asked *ask)
{
    const struct match_input *in = ask->in;
    return (uint32_t)in->instrument | (uint32_t)in->side << META_SIDE_SHIFT |
           (in->tif == MATCH_DAY ? META_DAY : 0) |
           (in->flags & MATCH_POST_ONLY ? META_POST_ONLY : 0) |
           (uint32_t)in->self_trade << META_STP_SHIFT | (ask->display != 0 ? META_ICEBERG : 0) |
           (is_linked(ask) ? META_LINKED : 0) | (uint32_t)PLACE_RUNNING << META_PLACE_SHIFT;
}

/* The order's slot and special, ready to run. */
static uint32_t asked_open(struct match *m, const struct asked *ask, uint32_t holder)
{
    const struct match_input *in = ask->in;
    int32_t limit = ask->own;
    uint32_t slot = order_open(m,
                               &(struct order){
                                   .id = in->id,
                                   .lots = ask->lots,
                                   .key = key_of(ask->side, limit),
                                   .holder = holder,
                                   .meta = asked_meta(ask),
                               },
                               ask->lots);
    struct special *s = special_open(m, slot);
    CHECK(s != NULL);
    s->type = in->type;
    s->tif = in->tif;
    s->display = ask->display;
    s->reserve = ask->reserve;
    s->reserves = true;
    s->tracked = (in->flags & MATCH_TRACK) != 0;
    s->limit = limit;
    if (in->type == MATCH_TRAILING_STOP) s->trail = ask->trigger;
    else s->trigger = ask->trigger;
    return slot;
}

/* An order whose terms ask for nothing takes no slot before it rests, like any plain one. */
static void asked_run_plain(struct match *m, const struct asked *ask, uint32_t holder)
{
    const struct match_input *in = ask->in;
    struct taker t = {
        .instrument = ask->b,
        .id = in->id,
        .lots = ask->lots,
        .total = ask->lots,
        .holder = holder,
        .account = in->account,
        .group = holder_group(m, holder),
        .meta = asked_meta(ask) & ~META_PLACE,
        .key = key_of(ask->side, ask->reserve),
        .reserve = ask->reserve,
        .type = in->type,
        .tif = in->tif,
        .self_trade = in->self_trade,
    };
    taker_run(m, &t);
}

static void asked_run(struct match *m, const struct asked *ask, uint32_t slot)
{
    const struct match_input *in = ask->in;
    if (m->orders[slot].meta & META_LINKED) linked_open(m, slot, in);
    if (is_stop(in->type)) {
        stop_place(m, slot);
    } else {
        struct taker t = taker_of(m, slot);
        t.type = in->type;
        t.tif = in->tif;
        taker_run(m, &t);
    }
    bool lives = m->orders[slot].id == in->id;
    if (lives && ask->terms.link == MATCH_PAIR) linked_arrived(m, slot);
}

void command_new_special(struct match *m, const struct match_input *in)
{
    struct asked ask = {.in = in, .side = (enum side)(in->side & 1)};
    bool good = in->bytes == sizeof *in || in->bytes == sizeof *in + sizeof ask.terms;
    if (good && in->bytes != sizeof *in) memcpy(&ask.terms, in + 1, sizeof ask.terms);
    if (!good || !new_well_formed(in, &ask.terms)) {
        match_reject(m, in, MATCH_MALFORMED);
        return;
    }
    uint32_t holder = 0;
    enum match_reason reason = asked_check(m, &ask);
    if (reason == MATCH_NO_REASON) reason = asked_admit(m, &ask, &holder);
    if (reason == MATCH_NO_LIQUIDITY) match_meets_nobody(m, in);
    else if (reason != MATCH_NO_REASON) match_reject(m, in, reason);
    else if (is_plain(&ask)) asked_run_plain(m, &ask, holder);
    else asked_run(m, &ask, asked_open(m, &ask, holder));
}
