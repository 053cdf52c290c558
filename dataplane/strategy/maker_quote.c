/* What is said: prices around the anchors, sizes within the inventory, and no word too many. */

#include "dataplane/strategy/maker_layout.h"

/* Words. */

/* The words before may have been sent, and show in the market's picture before anybody says so. */
static void take_back(struct maker_turn *turn, uint32_t i)
{
    struct maker_key *key = &turn->key[i];
    qty_t asked = key->over ? 0 : maker_asked(key, &turn->order[i]);
    if (asked > 0 && maker_under_way(&turn->order[i])) maker_echo_add(turn, i, key->price, asked);
}

static void say_stop(struct maker_turn *turn, uint32_t i)
{
    struct maker_key *key = &turn->key[i];
    const struct delegate_order *order = &turn->order[i];
    bool something = maker_asked(key, order) > 0 || maker_open(order);
    bool said = key->said == MAKER_STOP;
    take_back(turn, i);
    key->said = MAKER_STOP;
    key->over = false;
    if (said || !something) return;
    delegate_stop(turn->output, turn->first_key + i);
    turn->maker->gauges.stops++;
}

static void say_order(struct maker_turn *turn, uint32_t side, uint32_t i,
                      const struct maker_rung *wanted)
{
    struct maker_key *key = &turn->key[i];
    const struct delegate_order *order = &turn->order[i];
    if (key->said == MAKER_ORDER && key->price == wanted->price) {
        if (key->over && turn->maker->now < key->hold_ns) {
            turn->leg->side[side].again = true;
            maker_wake(turn, key->hold_ns);
            return;
        }
        if (!key->over && maker_asked(key, order) == wanted->qty) return;
    }
    take_back(turn, i);
    key->said = MAKER_ORDER;
    key->over = false;
    key->price = wanted->price;
    key->qty = wanted->qty;
    key->executed = order->executed;
    key->refused = order->refused;
    delegate_say(turn->output, &(struct delegate_intent){
                                   .price = wanted->price,
                                   .qty = wanted->qty,
                                   .key = turn->first_key + i,
                                   .instrument = turn->leg->instrument,
                                   .kind = INTENT_ORDER,
                                   .side = (uint8_t)side,
                                   .how = turn->maker->settings.taking ? 0 : HOW_POST_ONLY,
                               });
    turn->maker->gauges.quotes++;
}

void maker_pull(struct maker_turn *turn)
{
    struct maker_leg *leg = turn->leg;
    if (leg->side[SIDE_BUY].quoted || leg->side[SIDE_SELL].quoted) turn->maker->gauges.pulls++;
    for (uint32_t i = 0; i < 2 * turn->maker->most; i++) say_stop(turn, i);
    for (uint32_t side = 0; side < 2; side++) {
        struct maker_side *at = &leg->side[side];
        at->quoted = at->again = at->filled = false;
        at->reference = at->others = at->back = 0;
    }
}

/* Prices. */

/* Rungs around the anchor.  Divisions are slow, so they are made only for what has changed. */
static void place(struct maker_turn *turn, uint32_t side)
{
    struct maker_side *at = &turn->leg->side[side];
    const struct delegate_terms *terms = &turn->leg->terms;
    const struct rungs *rungs = turn->maker->rungs[side];
    for (uint32_t i = 0; i < rungs->count && !at->placed; i++) {
        price_t offset = distance_price(rungs->at[i].offset, terms->tick);
        price_t price = side_round_away(side, side_away(side, at->anchor, offset), terms->tick);
        at->rung[i].price = price;
        if (i == 0 || side_better(side, price, at->best)) at->best = price;
    }
    for (uint32_t i = 0; i < rungs->count && !at->sized; i++) {
        qty_t most = terms->qty_max > 0 ? terms->qty_max : rungs->at[i].qty;
        at->rung[i].qty = round_down(lesser(rungs->at[i].qty, most), terms->lot);
    }
    at->placed = at->sized = true;
}

static price_t own_spread(const struct maker_turn *turn)
{
    price_t tick = turn->leg->terms.tick;
    return greater(distance_price(turn->maker->settings.spread, tick), tick);
}

/* By how much price is better than bound. */
static price_t excess(uint32_t side, price_t price, price_t bound)
{
    return greater(side == SIDE_BUY ? price - bound : bound - price, 0);
}

/* Keeps the two sides apart: a side that moves gives way to one that stands; if both do, both. */
static void keep_spread(struct maker_turn *turn, const bool moves[2])
{
    struct maker_side *buys = &turn->leg->side[SIDE_BUY], *sells = &turn->leg->side[SIDE_SELL];
    if (!buys->quoted || !sells->quoted) {
        buys->back = sells->back = 0;
        return;
    }
    price_t tick = turn->leg->terms.tick, spread = own_spread(turn);
    place(turn, SIDE_BUY);
    place(turn, SIDE_SELL);
    price_t bid = buys->best, ask = sells->best;
    if (moves[SIDE_BUY] && moves[SIDE_SELL]) {
        price_t lower = round_down((bid + ask - spread) / 2, tick);
        bool close = ask - bid < spread;
        buys->back = close ? excess(SIDE_BUY, bid, lower) : 0;
        sells->back = close ? excess(SIDE_SELL, ask, round_up(bid - buys->back + spread, tick)) : 0;
    } else if (moves[SIDE_BUY]) {
        price_t bound = ask + sells->back - spread;
        buys->back = bid > bound ? bid - round_down(bound, tick) : 0;
    } else if (moves[SIDE_SELL]) {
        price_t bound = bid - buys->back + spread;
        sells->back = ask < bound ? round_up(bound, tick) - ask : 0;
    }
}

/* No price of side may be better: for the sake of own orders of the other side that may still
 * be open, and of the market if nothing is to be taken. */
static price_t bound(const struct maker_turn *turn, uint32_t side)
{
    const struct maker *maker = turn->maker;
    uint32_t other = side_opposite(side);
    price_t tick = turn->leg->terms.tick, spread = own_spread(turn);
    price_t best = side_away(side, 0, -4 * PARAMETER_PRICE_MAX);
    if (!maker->settings.taking) best = side_away(side, turn->leg->best[other], tick);
    for (uint32_t i = maker_index(turn, other, 0); i < maker_index(turn, other, maker->most); i++) {
        price_t open = side_away(side, turn->order[i].price, spread);
        if (maker_open(&turn->order[i]) && side_better(side, best, open)) best = open;
    }
    return best;
}

static void set_prices(struct maker_turn *turn, uint32_t side, struct maker_rung *wanted)
{
    struct maker_side *at = &turn->leg->side[side];
    const struct delegate_terms *terms = &turn->leg->terms;
    place(turn, side);
    price_t best = side_away(side, at->best, at->back);
    price_t over = excess(side, best, bound(turn, side));
    price_t back = over > 0 ? round_up(over, terms->tick) : 0;
    if (back > 0) at->again = true;
    for (uint32_t rung = 0; rung < turn->maker->most; rung++) {
        price_t price = side_away(side, at->rung[rung].price, at->back + back);
        bool none = rung >= turn->maker->rungs[side]->count || price < terms->tick ||
                    (terms->price_max > 0 && price > terms->price_max);
        wanted[rung] = (struct maker_rung){.price = price, .qty = none ? 0 : at->rung[rung].qty};
    }
}

/* The gate (F24). */

/* How much of a side may trade. */
static qty_t room(const struct maker_turn *turn, uint32_t side)
{
    const struct maker_leg *leg = turn->leg;
    qty_t limit = leg->trading == TRADING_ACTIVE ? turn->maker->settings.inventory[side] : 0;
    return limit - (side == SIDE_BUY ? leg->position : -leg->position);
}

static qty_t may_trade(const struct maker_turn *turn, uint32_t side)
{
    qty_t sum = 0;
    for (uint32_t rung = 0; rung < turn->maker->most; rung++) {
        uint32_t i = maker_index(turn, side, rung);
        sum += maker_worst(&turn->key[i], &turn->order[i]);
    }
    return sum;
}

/* Room is for the nearest rungs first.  What another key may still trade is not given twice: it is
 * given when a report says that it is free. */
static void gate(struct maker_turn *turn, uint32_t side, struct maker_rung *wanted)
{
    qty_t left = room(turn, side), lot = turn->leg->terms.lot;
    qty_t slack = greater(left - may_trade(turn, side), 0);
    bool cut = false;
    for (uint32_t rung = 0; rung < turn->maker->most; rung++) {
        uint32_t i = maker_index(turn, side, rung);
        qty_t full = wanted[rung].qty, worst = maker_worst(&turn->key[i], &turn->order[i]);
        qty_t qty = full <= left ? full : round_down(greater(left, 0), lot);
        left -= qty;
        if (qty > worst) {
            if (qty > worst + slack) qty = round_down(worst + slack, lot);
            slack -= greater(qty - worst, 0);
        }
        cut |= qty < full;
        wanted[rung].qty = qty;
    }
    if (!cut) return;
    turn->leg->side[side].again = true;
    turn->maker->gauges.gated++;
}

/* Sides. */

static void quote_side(struct maker_turn *turn, uint32_t side)
{
    struct maker_side *at = &turn->leg->side[side];
    struct maker_rung wanted[PARAMETER_RUNGS_MAX];
    at->again = false;
    if (at->quoted) {
        set_prices(turn, side, wanted);
        gate(turn, side, wanted);
    }
    for (uint32_t rung = 0; rung < turn->maker->most; rung++) {
        uint32_t i = maker_index(turn, side, rung);
        if (at->quoted && wanted[rung].qty > 0) say_order(turn, side, i, &wanted[rung]);
        else say_stop(turn, i);
    }
}

/* Whether its prices are to be computed anew; then the anchor is where it should be now. */
static bool side_moves(struct maker_turn *turn, uint32_t side)
{
    struct maker_side *at = &turn->leg->side[side];
    price_t anchor = 0;
    bool was = at->quoted, filled = at->filled;
    at->filled = false;
    at->quoted = turn->maker->rungs[side]->count > 0 && maker_anchor(turn, side, &anchor);
    if (!at->quoted) {
        at->again |= was;
        return false;
    }
    price_t threshold = distance_price(turn->maker->settings.threshold, turn->leg->terms.tick);
    price_t moved = greater(anchor - at->anchor, at->anchor - anchor);
    bool far = moved >= greater(threshold, 1);
    if (was && far) turn->maker->gauges.requotes++;
    if (!was || far || filled) {
        at->placed &= at->anchor == anchor;
        at->anchor = anchor;
    }
    return !was || far || filled;
}

void maker_quote(struct maker_turn *turn)
{
    struct maker_side *at = turn->leg->side;
    bool moves[2] = {side_moves(turn, SIDE_BUY), side_moves(turn, SIDE_SELL)};
    bool apart[2] = {moves[0] || at[0].back > 0, moves[1] || at[1].back > 0};
    keep_spread(turn, apart);
    for (uint32_t side = 0; side < 2; side++) {
        bool breach = may_trade(turn, side) > greater(room(turn, side), 0);
        if (apart[side] || at[side].again || breach) quote_side(turn, side);
    }
}
