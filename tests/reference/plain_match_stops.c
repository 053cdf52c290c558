/* Stops fire (D), legs follow their orders (E3), orders that lose their place arrive anew (B2). */

#include "tests/reference/plain_match_parts.h"

static void fire(struct plain_match *plain, struct plain_order *order)
{
    order->place = PLAIN_FIRED;
    order->turn = ++plain->ages;
}

/* D3: each price moves the best one, then fires. */
static bool trails_into(struct plain_order *order, price_t price)
{
    if (order->side == SIDE_SELL ? price > order->best : price < order->best) order->best = price;
    return plain_reached(order, price);
}

/* D4 */
void plain_look(struct plain_match *plain, uint16_t instrument, price_t first, price_t last)
{
    struct plain_order *fires[PLAIN_ORDERS], *order = NULL;
    uint32_t count = 0;
    if (plain->instrument[instrument].phase != MATCH_OPEN || first == 0) return;
    while ((order = plain_next(plain, instrument, PLAIN_WAITS, 0, order)) != NULL) {
        bool fired = false;
        if (order->type == MATCH_TRAILING_STOP)
            fired = trails_into(order, first) || trails_into(order, last);
        else fired = plain_reached(order, first) || plain_reached(order, last);
        if (fired) fires[count++] = order;
    }
    for (uint32_t i = 0; i < count; i++) fire(plain, fires[i]);
}

static struct plain_order *next_fired(struct plain_match *plain)
{
    struct plain_order *next = NULL;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (order->place != PLAIN_FIRED) continue;
        if (next == NULL || order->turn < next->turn) next = order;
    }
    return next;
}

/* G7: false if the price it has now is more than its account can reserve. */
static bool reserves_anew(struct plain_match *plain, struct plain_order *order)
{
    if (!plain_uses_money(plain, order)) return true;
    struct plain_question question = plain_ask(plain, order);
    order->reserve = order->price;
    return plain_answer(plain, &question);
}

static void take_turn(struct plain_match *plain, struct plain_order *order)
{
    struct plain_instrument *market = plain_market(plain, order);
    struct match_event *event = plain_say_of(plain, MATCH_TRIGGERED, order);
    event->side = order->side;
    event->price = market->last;
    event->qty = order->open;
    bool call = market->phase == MATCH_CALL || market->phase == MATCH_PAUSED;
    if (market->phase == MATCH_HALTED) {
        plain_cancel(plain, order, MATCH_IS_HALTED);
    } else if (market->phase == MATCH_CLOSED) {
        plain_cancel(plain, order, MATCH_IS_CLOSED);
    } else if (call && order->type != MATCH_STOP_LIMIT) {
        plain_cancel(plain, order, MATCH_IN_CALL);
    } else {
        if (order->type != MATCH_STOP_LIMIT)
            order->price = plain_collared(market, order->side, plain_trigger(order));
        if (order->type == MATCH_TRAILING_STOP && !reserves_anew(plain, order)) {
            plain_cancel(plain, order, MATCH_NO_FUNDS);
            return;
        }
        order->becomes = true;
        order->place = PLAIN_ARRIVING;
        plain_arrive(plain, order);
    }
}

/* D5 */
void plain_run_fired(struct plain_match *plain)
{
    while (plain->budget > 0) {
        struct plain_order *order = next_fired(plain);
        if (order == NULL) return;
        plain->budget--;
        take_turn(plain, order);
        plain_follow(plain);
    }
}

void plain_keep(struct plain_match *plain, struct plain_order *parent)
{
    for (uint32_t i = 0; i < plain->parents; i++)
        if (plain->parent_of[i] == parent) return;
    CHECK(plain->parents < PLAIN_PARENTS);
    plain->parent_of[plain->parents++] = parent;
}

/* E3: legs follow in the order in which their parents traded.  One that was only kept goes behind
 * those that have traded since. */
void plain_remember(struct plain_match *plain, struct plain_order *parent)
{
    if (parent->traded) return;
    parent->traded = true;
    for (uint32_t i = 0; i < plain->parents; i++)
        if (plain->parent_of[i] == parent) plain->parent_of[i] = NULL;
    plain_keep(plain, parent);
}

/* B2, E3: an order that has lost its place.  It is in the book or waits, with its new terms. */
void plain_anew(struct plain_match *plain, struct plain_order *order, order_id_t old)
{
    const struct plain_instrument *market = plain_market(plain, order);
    bool open = market->phase == MATCH_OPEN, stop = plain_is_stop(order);
    const struct plain_order *best = plain_best(plain, order->instrument, !order->side);
    order->shown = stop ? order->open : plain_part(order);
    if (order->place == PLAIN_FIRED) {
        plain_say_replaced(plain, order, old, MATCH_PARKED);
        order->turn = ++plain->ages;
        return;
    }
    if (stop && open && plain_reached(order, market->last)) {
        plain_say_replaced(plain, order, old, MATCH_PARKED);
        fire(plain, order);
        return;
    }
    order->place = PLAIN_ARRIVING;
    if (!stop && open && best && plain_accepts(order->side, order->price, best->price)) {
        order->shown = 0;
        plain_say_replaced(plain, order, old, 0);
        plain_arrive(plain, order);
        return;
    }
    bool has_place = plain_has_place(plain, order);
    if (!stop && !has_place) order->shown = 0;
    plain_say_replaced(plain, order, old, stop ? MATCH_PARKED : 0);
    order->turn = ++plain->ages;
    order->place = stop ? PLAIN_WAITS : PLAIN_BOOK;
    if (!has_place) plain_cancel(plain, order, MATCH_OUT_OF_WINDOW);
}

/* A leg that cannot reserve ends, and the other with it. */
static void leg_fails(struct plain_match *plain, struct plain_order *leg)
{
    if (plain_living(leg)) {
        plain_cancel(plain, leg, MATCH_NO_FUNDS);
        return;
    }
    plain_say_of(plain, MATCH_REJECTED, leg)->reason = MATCH_NO_FUNDS;
    leg->ended = true;
    plain_after_end(plain, leg);
}

/* True if the account can reserve what the leg has more than before. */
static bool leg_grows(struct plain_match *plain, struct plain_order *leg, qty_t to)
{
    if (!plain_uses_money(plain, leg)) {
        leg->open = to;
        return true;
    }
    struct plain_question question = plain_ask(plain, leg);
    const struct plain_order before = *leg;
    leg->open = to;
    leg->moved = ++plain->ages;
    if (leg->place == PLAIN_SLEEPS) leg->place = PLAIN_ARRIVING;
    if (plain_answer(plain, &question)) return true;
    *leg = before;
    return false;
}

static void wake(struct plain_match *plain, struct plain_order *leg, qty_t qty)
{
    const struct plain_instrument *market = plain_market(plain, leg);
    leg->becomes = leg->ended = false;
    leg->best = market->last ? market->last : market->reference;
    plain_reserve_price(plain, leg);
    if (!leg_grows(plain, leg, qty)) {
        leg_fails(plain, leg);
        return;
    }
    leg->total = qty;
    leg->place = PLAIN_ARRIVING;
    plain_arrive(plain, leg);
}

void plain_follow_legs(struct plain_match *plain, struct plain_order *parent)
{
    for (int i = 0; i < 2; i++) {
        struct plain_order *leg = parent->legs[i];
        qty_t to = parent->filled - parent->closed;
        if (leg == NULL) continue;
        if (i == 1 && parent->legs[0] && plain_living(parent->legs[0])) to = parent->legs[0]->open;
        if (leg->place == PLAIN_SLEEPS) {
            if (to > 0) wake(plain, leg, to);
        } else if (to > leg->open) {
            qty_t by = to - leg->open;
            if (!leg_grows(plain, leg, to)) {
                leg_fails(plain, leg);
                continue;
            }
            leg->total += by;
            plain_anew(plain, leg, leg->id);
        } else if (to < leg->open) {
            plain_lose(plain, leg, leg->open - to, MATCH_LINKED);
        }
    }
}

/* E3: after an order has finished. */
void plain_follow(struct plain_match *plain)
{
    for (uint32_t i = 0; i < plain->parents; i++) {
        struct plain_order *parent = plain->parent_of[i];
        if (parent == NULL) continue;
        if (parent->traded) plain_follow_legs(plain, parent);
        parent->traded = false;
        if (plain->parent_of[i] != parent) continue;
        plain->parent_of[i] = NULL;
        bool over = !parent->tracked || parent->closed == parent->filled;
        if (parent->place == PLAIN_KEPT && parent->open == 0 && over) plain_forget(plain, parent);
    }
    plain->parents = 0;
}
