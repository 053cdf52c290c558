#include "dataplane/match/match_check.h"
#include "dataplane/match/match_verify.h"

/* What lists and tables do not say by themselves, but the rules do: of books, of orders with a
 * special, and of those that are linked.  Every slot that is named here has been checked before:
 * match_verify and match_load see to it. */

static bool is_stop(uint8_t type)
{
    return type == MATCH_STOP || type == MATCH_STOP_LIMIT || type == MATCH_TRAILING_STOP;
}

static bool is_open(enum place place)
{
    return place == PLACE_BOOK || place == PLACE_WAITS || place == PLACE_FIRED;
}

/* One order and what belongs to it. */
struct looked {
    const struct match *m;
    const struct instrument *b;
    const struct order *order;
    const struct special *special;
    uint32_t slot;
    enum place place;
    enum side side;
};

static struct looked look_at(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    return (struct looked){
        .m = m,
        .b = order_instrument(m, order),
        .order = order,
        .special = order_special(m, slot),
        .slot = slot,
        .place = order_place(order),
        .side = order_side(order),
    };
}

static bool ticks_good(const struct looked *at, int32_t ticks)
{
    return ticks >= 1 && (uint32_t)ticks <= at->b->tick.max;
}

/* Stops. */

static int32_t trailing_trigger(const struct looked *at)
{
    int64_t trigger = at->special->best_last;
    trigger += at->side == SIDE_BUY ? at->special->trail : -(int64_t)at->special->trail;
    if (trigger < 1) return 1;
    return trigger > at->b->tick.max ? (int32_t)at->b->tick.max : (int32_t)trigger;
}

static const char *trailing_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    if (s->type != MATCH_TRAILING_STOP) return NULL;
    if (!ticks_good(at, s->trail)) return "a trailing stop's distance is out of its range";
    if (at->place != PLACE_WAITS && at->place != PLACE_FIRED) return NULL;
    if (!ticks_good(at, s->best_last)) return "a trailing stop's best price is out of its range";
    if (s->trigger != trailing_trigger(at))
        return "a trailing stop's trigger is not at its distance";
    return NULL;
}

static const char *stop_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    bool queued = at->place == PLACE_WAITS || at->place == PLACE_FIRED;
    if (!is_stop(s->type)) return queued ? "an order waits for a trigger and is no stop" : NULL;
    const char *sentence = trailing_unsound(at);
    if (sentence) return sentence;
    if (s->tif >= MATCH_IOC) return "a stop is not to rest";
    if (s->type != MATCH_TRAILING_STOP && !ticks_good(at, s->trigger))
        return "a stop's trigger is out of its range";
    if (!queued) return NULL;
    if (at->place == PLACE_WAITS && s->type != MATCH_TRAILING_STOP &&
        at->order->key != key_of(side_opposite(at->side), s->trigger))
        return "a stop waits at another price than its trigger";
    if (at->side == SIDE_BUY && s->type != MATCH_TRAILING_STOP && s->limit > s->reserve)
        return "a stop has reserved less than it may cost";
    return NULL;
}

/* What any order with a special has. */

static const char *iceberg_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    if (!(at->order->meta & META_ICEBERG))
        return s->hidden != 0 || s->display != 0 ? "an order hides a part and is no iceberg" : NULL;
    if (at->place != PLACE_BOOK || s->type != MATCH_LIMIT || at->order->meta & META_LINKED)
        return "an iceberg is more than a limit order";
    if (at->order->lots > s->display) return "an iceberg shows more than it may";
    if ((uint64_t)at->order->lots + s->hidden > at->b->lot.max)
        return "an iceberg is larger than an order may be";
    return NULL;
}

static const char *special_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    if (s->type == MATCH_TYPE_NONE) return "a special order is of no type";
    if (!ticks_good(at, s->limit)) return "a special order's limit is out of its range";
    if (s->reserve < 0 || (uint32_t)s->reserve > at->b->tick.max)
        return "a reservation's price is out of its range";
    if (is_open(at->place) && s->reserve == 0) return "an open order has reserved nothing";
    if (at->place == PLACE_BOOK && at->side == SIDE_BUY && key_ticks(at->order->key) > s->reserve)
        return "a bid has reserved less than it may cost";
    if (s->closed > s->filled || s->filled > at->b->lot.max)
        return "more is closed of an order than it was filled";
    const char *sentence = iceberg_unsound(at);
    return sentence ? sentence : stop_unsound(at);
}

/* Links. */

static bool same_holder(const struct looked *at, uint32_t other)
{
    const struct order *order = &at->m->orders[other];
    return order->holder == at->order->holder &&
           ((order->meta ^ at->order->meta) & META_INSTRUMENT) == 0;
}

/* A leg: it belongs to a parent that is no leg, and has at most what is to be closed of it. */
static const char *leg_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    if (s->parent == 0) return NULL;
    const struct special *parent = order_special(at->m, s->parent);
    if (parent->legs[0] != at->slot && parent->legs[1] != at->slot)
        return "a leg's order does not know it";
    if (!same_holder(at, s->parent)) return "a leg is of another account or instrument";
    if (s->tracked || (s->legs[0] | s->legs[1]) != 0) return "a leg has legs of its own";
    if (at->order->id <= MATCH_ID_MAX) return "a leg's id is not one of the engine's";
    if (s->type == MATCH_MARKET) return "a leg is a market order";
    if (at->order->lots > parent->filled - parent->closed)
        return "a leg is larger than what it protects";
    return NULL;
}

static const char *pair_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    if (s->sibling == 0) return NULL;
    const struct special *other = order_special(at->m, s->sibling);
    const struct order *order = &at->m->orders[s->sibling];
    if (s->sibling == at->slot || other->sibling != at->slot || other->parent != s->parent)
        return "the two of a pair do not know each other";
    if (!same_holder(at, s->sibling) || order_side(order) != at->side)
        return "the two of a pair differ in account, instrument or side";
    if (s->tracked || (s->legs[0] | s->legs[1]) != 0) return "one of a pair has legs of its own";
    if (!is_open(at->place) || !is_open(order_place(order))) return NULL;
    if (at->order->lots != order->lots) return "the two of a pair differ in quantity";
    if (s->reserve != other->reserve || s->reserves == other->reserves)
        return "the reservation of a pair is not held by one of them";
    return NULL;
}

static const char *parent_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t leg = s->legs[i];
        if (leg == 0) continue;
        if (order_special(at->m, leg)->parent != at->slot) return "a leg does not know its order";
        if (order_special(at->m, leg)->sibling != s->legs[i ^ 1])
            return "the legs of an order are not a pair";
    }
    if (s->legs[0] != 0 && s->legs[0] == s->legs[1]) return "an order has the same leg twice";
    return NULL;
}

/* Where an order may be that is linked to nobody, sleeps, or has nothing open. */
static const char *place_unsound(const struct looked *at)
{
    const struct special *s = at->special;
    bool linked = (s->parent | s->sibling | s->legs[0] | s->legs[1]) != 0 || s->tracked;
    if (linked && !(at->order->meta & META_LINKED)) return "an order with links is not linked";
    if (at->place == PLACE_DORMANT)
        return s->parent == 0 || s->reserves ? "a leg sleeps and is nobody's, or reserves" : NULL;
    if (at->place == PLACE_HELD)
        return !s->tracked || s->closed == s->filled ? "an order is kept that is done" : NULL;
    bool alone = s->sibling == 0 || !is_open(order_place(&at->m->orders[s->sibling]));
    if (alone && !s->reserves) return "an open order has reserved nothing";
    return NULL;
}

static const char *order_unsound(const struct match *m, uint32_t slot)
{
    const struct looked at = look_at(m, slot);
    const char *sentence = special_unsound(&at);
    if (!sentence) sentence = place_unsound(&at);
    if (!sentence) sentence = leg_unsound(&at);
    if (!sentence) sentence = pair_unsound(&at);
    if (!sentence) sentence = parent_unsound(&at);
    return sentence;
}

const char *match_unsound(const struct match *m)
{
    for (uint32_t i = 0; i < m->limits.instruments; i++) {
        const struct instrument *b = &m->instruments[i];
        if (b->phase != MATCH_OPEN || b->side[SIDE_BUY].best == LADDER_EMPTY) continue;
        if (b->side[SIDE_SELL].best <= ~b->side[SIDE_BUY].best) return "an open book is crossed";
    }
    for (uint32_t i = 1; i <= m->limits.specials; i++) {
        uint32_t slot = m->specials[i].order;
        if (slot == 0) continue;
        const char *sentence = order_unsound(m, slot);
        if (sentence) return sentence;
    }
    return NULL;
}
