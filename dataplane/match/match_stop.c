#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_linked.h"
#include "dataplane/match/match_parts.h"

/* Stops: where they wait, when they fire, how they run (D1-D6, G7).
 *
 *     waits[BUY]   by ticks, lowest first    --+
 *     waits[SELL]  by ~ticks, highest first  --+--> fired: one queue of all instruments,
 *     trailing     by age                    --+    in the order they fired
 *
 * A trailing stop is looked at by every scan, so its trigger is kept with it and not in a ladder.
 * Both lists are chained by order.next and order.prev, like the queues of a ladder.  A fired order
 * keeps its trigger until its turn, so that an event about it still says what it waited for. */

static int32_t limited(const struct instrument *b, int64_t ticks)
{
    if (ticks < 1) return 1;
    return ticks > b->tick.max ? (int32_t)b->tick.max : (int32_t)ticks;
}

int32_t stop_limit_at(const struct instrument *b, enum side side, int32_t trigger)
{
    return limited(b,
                   side == SIDE_BUY ? (int64_t)trigger + b->collar : (int64_t)trigger - b->collar);
}

int32_t stop_trigger_from(const struct instrument *b, enum side side, int32_t best,
                          int32_t distance)
{
    return limited(b, side == SIDE_BUY ? (int64_t)best + distance : (int64_t)best - distance);
}

static int32_t trailing_base(const struct instrument *b)
{
    return b->last != 0 ? b->last : b->reference;
}

int32_t stop_trigger_now(const struct instrument *b, enum side side, int32_t distance)
{
    return stop_trigger_from(b, side, trailing_base(b), distance);
}

static bool reached(enum side side, int32_t trigger, int32_t ticks)
{
    return side == SIDE_BUY ? ticks >= trigger : ticks <= trigger;
}

/* A list by order.next and order.prev. */

static void list_append(struct match *m, uint32_t *first, uint32_t *last, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    order->prev = *last;
    order->next = 0;
    if (*last != 0) m->orders[*last].next = slot;
    else *first = slot;
    *last = slot;
}

static void list_remove(struct match *m, uint32_t *first, uint32_t *last, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (order->prev != 0) m->orders[order->prev].next = order->next;
    else *first = order->next;
    if (order->next != 0) m->orders[order->next].prev = order->prev;
    else *last = order->prev;
}

static void stop_fires(struct match *m, uint32_t slot)
{
    list_append(m, &m->fired_first, &m->fired_last, slot);
    order_move_to(&m->orders[slot], PLACE_FIRED);
}

static void trailing_take_out(struct match *m, struct instrument *b, uint32_t slot)
{
    list_remove(m, &b->trailing_first, &b->trailing_last, slot);
    b->trailing--;
    b->waiting--;
}

void stop_take_out(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    if (order_place(order) == PLACE_FIRED) list_remove(m, &m->fired_first, &m->fired_last, slot);
    else if (order_special(m, slot)->type == MATCH_TRAILING_STOP)
        trailing_take_out(m, order_instrument(m, order), slot);
    else waits_take_out(m, slot);
}

/* Why it cannot wait; NO_REASON: it does. */
static enum match_reason stop_waits(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    struct instrument *b = order_instrument(m, order);
    const struct special *s = order_special(m, slot);
    if (s->type == MATCH_TRAILING_STOP) {
        if (b->trailing == MATCH_TRAILING_MAX) return MATCH_NO_ROOM;
        list_append(m, &b->trailing_first, &b->trailing_last, slot);
        b->trailing++;
        b->waiting++;
    } else {
        order->key = key_of(side_opposite(order_side(order)), s->trigger);
        if (!waits_put(m, slot)) return MATCH_OUT_OF_WINDOW;
    }
    order_move_to(order, PLACE_WAITS);
    return MATCH_NO_REASON;
}

/* It waits, or has fired, or has ended for lack of room: then false. */
static bool stop_queues(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    int32_t trigger = order_special(m, slot)->trigger;
    if (b->phase == MATCH_OPEN && b->last != 0 && reached(order_side(order), trigger, b->last)) {
        stop_fires(m, slot);
        return true;
    }
    enum match_reason reason = stop_waits(m, slot);
    if (reason == MATCH_NO_REASON) return true;
    order_move_to(order, PLACE_RUNNING); /* in no queue */
    order->key = key_of(order_side(order), trigger);
    order_end(m, slot, reason);
    return false;
}

/* An event about a stop, at ticks, with what is open of it. */
static struct match_event stop_event(const struct match *m, uint32_t slot,
                                     enum match_event_kind kind, int32_t ticks)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    return (struct match_event){
        .id = order->id,
        .price = ticks_price(b, ticks),
        .qty = lots_qty(b, order->lots),
        .account = holder_account(m, order->holder),
        .instrument = b->index,
        .kind = (uint8_t)kind,
        .side = (uint8_t)order_side(order),
    };
}

void stop_place(struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    struct special *s = order_special(m, slot);
    if (s->type == MATCH_TRAILING_STOP) {
        s->best_last = trailing_base(b);
        s->trigger = stop_trigger_now(b, order_side(order), s->trail);
    }
    if (!stop_queues(m, slot) || order_place(order) != PLACE_WAITS) return;
    struct match_event event = stop_event(m, slot, MATCH_WAITS, s->trigger);
    event.other = linked_leg_of(m, slot);
    match_emit(m, &event);
}

void stop_replaced(struct match *m, uint32_t slot, order_id_t old, enum match_event_flag kept)
{
    int32_t trigger = order_special(m, slot)->trigger;
    struct match_event event = stop_event(m, slot, MATCH_REPLACED, trigger);
    event.other = old;
    event.left = event.qty;
    event.flags = (uint8_t)(MATCH_PARKED | kept);
    match_emit(m, &event);
}

void stop_place_again(struct match *m, uint32_t slot, order_id_t old)
{
    bool fired = order_place(&m->orders[slot]) == PLACE_FIRED;
    stop_replaced(m, slot, old, 0);
    if (fired) stop_fires(m, slot);
    else (void)stop_queues(m, slot);
}

/* D4 */

static void scan_ladder(struct match *m, struct ladder *waits, int64_t limit)
{
    while (waits->best <= limit) {
        uint32_t slot = ladder_level(m, waits, waits->best)->head;
        waits_take_out(m, slot);
        stop_fires(m, slot);
    }
}

/* The price moves the best one, then fires. */
static bool trailing_looks(const struct instrument *b, struct special *s, enum side side,
                           int32_t ticks)
{
    if (side == SIDE_BUY ? ticks < s->best_last : ticks > s->best_last) {
        s->best_last = ticks;
        s->trigger = stop_trigger_from(b, side, ticks, s->trail);
    }
    return reached(side, s->trigger, ticks);
}

static void scan_trailing(struct match *m, struct instrument *b, int32_t first, int32_t last)
{
    uint32_t next;
    for (uint32_t slot = b->trailing_first; slot != 0; slot = next) {
        next = m->orders[slot].next;
        struct special *s = order_special(m, slot);
        enum side side = order_side(&m->orders[slot]);
        if (!trailing_looks(b, s, side, first) && !trailing_looks(b, s, side, last)) continue;
        trailing_take_out(m, b, slot);
        stop_fires(m, slot);
    }
}

void stops_scan(struct match *m, struct instrument *b, int32_t first, int32_t last)
{
    DCHECK(b->phase == MATCH_OPEN); /* D6 */
    int32_t high = first > last ? first : last, low = first < last ? first : last;
    scan_ladder(m, &b->waits[SIDE_BUY], high);
    scan_ladder(m, &b->waits[SIDE_SELL], ~low);
    if (b->trailing != 0) scan_trailing(m, b, first, last);
}

/* Its turn comes. */

/* Why a fired stop does not become an order in the phase its instrument is in now (D6). */
static enum match_reason stop_reason(const struct instrument *b, const struct special *s)
{
    if (b->phase == MATCH_OPEN) return MATCH_NO_REASON;
    enum match_reason reason = phase_reason(b);
    if (reason != MATCH_NO_REASON) return reason;
    return s->type == MATCH_STOP_LIMIT ? MATCH_NO_REASON : MATCH_IN_CALL;
}

/* A trailing stop reserves at the price it has now instead of the one it began with (G7). */
static bool trailing_reserves(struct match *m, uint32_t slot, int32_t ticks)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    struct special *s = order_special(m, slot);
    int32_t reserve = pair_reserve_at(m, slot, ticks);
    if (!ledger_exchange(m, b, order->holder, order_side(order),
                         (struct ledger_reserved){s->reserve, order->lots},
                         (struct ledger_reserved){reserve, order->lots}))
        return false;
    s->limit = ticks;
    pair_reserved_at(m, slot, reserve);
    return true;
}

void stop_run_next(struct match *m)
{
    uint32_t slot = m->fired_first;
    struct order *order = &m->orders[slot];
    struct instrument *b = order_instrument(m, order);
    const struct special *s = order_special(m, slot);
    bool limit = s->type == MATCH_STOP_LIMIT;
    struct match_event event = stop_event(m, slot, MATCH_TRIGGERED, b->last);
    match_emit(m, &event);
    int32_t ticks = limit ? s->limit : stop_limit_at(b, order_side(order), s->trigger);
    enum match_reason reason = stop_reason(b, s);
    if (reason == MATCH_NO_REASON && s->type == MATCH_TRAILING_STOP &&
        !trailing_reserves(m, slot, ticks))
        reason = MATCH_NO_FUNDS;
    if (reason != MATCH_NO_REASON) {
        order_end(m, slot, reason);
        return;
    }
    stop_take_out(m, slot);
    order->key = key_of(order_side(order), ticks);
    if (order->meta & META_LINKED) pair_runs(m, slot);
    struct taker t = taker_of(m, slot);
    t.leg_of = linked_leg_of(m, slot);
    t.type = limit ? MATCH_LIMIT : MATCH_MARKET;
    taker_run(m, &t);
}
