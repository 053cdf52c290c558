/* Where the references are: the market's picture without our own orders in it (F25).
 *
 * The picture and the reports come on two ways, so an order of ours is in one of three states: it
 * surely is in the picture (open, unchanged, for a time of echo), it surely is not, or it may be.
 * With what surely is and what may be there, the size that is shown says whether others are. */

#include "dataplane/strategy/maker_layout.h"

/* Follows the own orders. */

void maker_echo_add(struct maker_turn *turn, uint32_t key, price_t price, qty_t qty)
{
    struct maker_side *at = &turn->leg->side[key / turn->maker->most];
    struct maker_echoes *echo = &at->echo;
    nanos_t until = turn->maker->now + (nanos_t)turn->maker->settings.echo_ns;
    uint32_t i = 0;
    while (i < MAKER_ECHOES && (echo->key[i] != key || echo->price[i] != price)) i++;
    bool known = i < MAKER_ECHOES;
    if (!known) i = at->echo_next++ % MAKER_ECHOES;
    if (known && echo->until_ns[i] > turn->maker->now) qty = greater(qty, echo->qty[i]);
    echo->price[i] = price;
    echo->qty[i] = qty;
    echo->until_ns[i] = until;
    echo->key[i] = key;
    echo->under_way[i] = maker_under_way(&turn->order[key]);
    at->echo_until_ns = until;
    at->echo_under_way |= echo->under_way[i];
}

/* While a request is under way, nobody knows which of the key's words the venue has heard. */
static void follow_echoes(struct maker_turn *turn, uint32_t side)
{
    struct maker_side *at = &turn->leg->side[side];
    struct maker_echoes *echo = &at->echo;
    if (!at->echo_under_way) return;
    at->echo_under_way = false;
    for (uint32_t i = 0; i < MAKER_ECHOES; i++) {
        if (!echo->under_way[i]) continue;
        echo->under_way[i] = maker_under_way(&turn->order[echo->key[i]]);
        echo->until_ns[i] = turn->maker->now + (nanos_t)turn->maker->settings.echo_ns;
        at->echo_until_ns = echo->until_ns[i];
        at->echo_under_way |= echo->under_way[i];
    }
}

/* What was open is open no longer, or less of it, or elsewhere. */
static void follow_open(struct maker_turn *turn, uint32_t i)
{
    struct maker_key *key = &turn->key[i];
    const struct delegate_order *order = &turn->order[i];
    qty_t leaves = maker_open(order) ? order->leaves : 0;
    bool same = leaves > 0 && order->price == key->seen_price;
    qty_t gone = same ? key->seen_leaves - leaves : key->seen_leaves;
    if (gone > 0) maker_echo_add(turn, i, key->seen_price, gone);
    if (!same || gone < 0 || order->state != key->seen_state) key->since_ns = turn->maker->now;
    key->seen_leaves = leaves;
    key->seen_price = order->price;
    key->seen_state = order->state;
}

/* Whether what was said is. */
static bool as_said(const struct maker_key *key, const struct delegate_order *order)
{
    return order->state == ORDER_OPEN && order->price == key->price &&
           order->leaves == maker_asked(key, order);
}

/* Whether what was said is settled as something else than that: refused, or canceled unasked. */
static bool ended(const struct maker_key *key, const struct delegate_order *order)
{
    qty_t asked = maker_asked(key, order);
    if (asked == 0) return false;
    if (order->state == ORDER_NONE) return true;
    return order->state == ORDER_OPEN && order->refused != key->refused && !as_said(key, order);
}

void maker_follow(struct maker_turn *turn)
{
    struct maker *maker = turn->maker;
    struct maker_leg *leg = turn->leg;
    follow_echoes(turn, SIDE_BUY);
    follow_echoes(turn, SIDE_SELL);
    for (uint32_t i = 0; i < 2 * maker->most; i++) {
        uint32_t side = i >= maker->most;
        struct maker_key *key = &turn->key[i];
        const struct delegate_order *order = &turn->order[i];
        qty_t filled = order->executed - key->seen_executed;
        if (filled != 0) {
            leg->side[side].filled = true;
            leg->position += side == SIDE_BUY ? filled : -filled;
            key->seen_executed = order->executed;
        }
        maker->gauges.refused += order->refused - key->seen_refused;
        key->seen_refused = order->refused;
        follow_open(turn, i);
        if (key->over && as_said(key, order)) key->over = false; /* it had waited */
        if (!key->over && ended(key, order)) {
            key->over = true;
            key->hold_ns = maker->now + (nanos_t)maker->settings.retry_ns;
            leg->side[side].again = true;
        }
    }
}

/* References. */

struct own_size {
    qty_t surely; /* in the picture */
    qty_t maybe;
};

/* No branch: a vector at a time. */
static qty_t echoed(const struct maker_echoes *echo, price_t price, nanos_t now)
{
    qty_t sum = 0;
    for (uint32_t i = 0; i < MAKER_ECHOES; i++) {
        int64_t counts = -(int64_t)(echo->price[i] == price && echo->until_ns[i] > now);
        sum += echo->qty[i] & counts;
    }
    return sum;
}

static struct own_size own_at(const struct maker_turn *turn, uint32_t side, price_t price)
{
    const struct maker *maker = turn->maker;
    struct own_size own = {0};
    for (uint32_t i = maker_index(turn, side, 0); i < maker_index(turn, side, maker->most); i++) {
        const struct maker_key *key = &turn->key[i];
        const struct delegate_order *order = &turn->order[i];
        qty_t there = maker_open(order) && order->price == price ? order->leaves : 0;
        bool old = maker->now - key->since_ns >= (nanos_t)maker->settings.echo_ns;
        if (old && order->state == ORDER_OPEN) own.surely += there;
        else own.maybe += there;
        if (key->price != price || key->over) continue;
        own.maybe += greater(maker_asked(key, order) - there, 0);
    }
    const struct maker_side *at = &turn->leg->side[side];
    if (at->echo_until_ns > maker->now) own.maybe += echoed(&at->echo, price, maker->now);
    return own;
}

static void alone(struct maker_turn *turn, uint32_t side)
{
    struct maker_side *at = &turn->leg->side[side];
    const struct maker_settings *settings = &turn->maker->settings;
    price_t best = turn->leg->best[side], tick = turn->leg->terms.tick;
    if (settings->alone == MAKER_STAY) return;
    if (at->others == 0) at->others = best;
    price_t to = side_away(side, best, distance_price(settings->retreat, tick));
    price_t last = side_away(side, at->others, distance_price(settings->retreat_most, tick));
    if (side_better(side, last, to)) to = last;
    if (to != at->reference) turn->maker->gauges.retreats++;
    at->reference = to;
}

static void refer(struct maker_turn *turn, uint32_t side)
{
    struct maker_leg *leg = turn->leg;
    struct maker_side *at = &leg->side[side];
    price_t best = leg->best[side];
    struct own_size own = own_at(turn, side, best);
    if (leg->best_qty[side] > own.surely + own.maybe) {
        at->reference = at->others = best;
        at->others_qty = leg->best_qty[side] - own.surely - own.maybe;
    } else if (leg->best_qty[side] <= own.surely) {
        alone(turn, side);
    } else {
        /* The others' best is not better than what is shown. */
        bool worse = at->reference != 0 && side_better(side, at->reference, best);
        if (worse && turn->maker->settings.alone == MAKER_RETREAT) at->reference = best;
        maker_wake(turn, turn->maker->now + (nanos_t)turn->maker->settings.echo_ns);
    }
}

void maker_refer(struct maker_turn *turn)
{
    if (turn->maker->settings.reference == MAKER_FAIR) return;
    refer(turn, SIDE_BUY);
    refer(turn, SIDE_SELL);
}

/* Anchors: the reference, and what the inventory makes of it. */

static price_t shift(struct maker_turn *turn)
{
    struct maker_leg *leg = turn->leg;
    if (turn->maker->settings.skew.value == 0) return 0;
    if (leg->shift_known && leg->shift_position == leg->position) return leg->shift;
    price_t skew = distance_price(turn->maker->settings.skew, leg->terms.tick);
    __int128 wide = (__int128)skew * leg->position / QTY_ONE;
    const price_t most = PARAMETER_PRICE_MAX;
    if (wide > most) wide = most;
    if (wide < -most) wide = -most;
    leg->shift_known = true;
    leg->shift_position = leg->position;
    return leg->shift = (price_t)wide;
}

/* Nearer to the side that is smaller: that is where the price goes next. */
static price_t micro_price(const struct maker_side *bid, const struct maker_side *ask)
{
    __int128 weighed =
        (__int128)bid->reference * ask->others_qty + (__int128)ask->reference * bid->others_qty;
    qty_t both = bid->others_qty + ask->others_qty;
    return both > 0 ? (price_t)(weighed / both) : (bid->reference + ask->reference) / 2;
}

bool maker_anchor(struct maker_turn *turn, uint32_t side, price_t *anchor)
{
    const struct maker_settings *settings = &turn->maker->settings;
    const struct maker_side *at = turn->leg->side;
    price_t reference = settings->fair;
    if (settings->reference == MAKER_BEST) {
        if (at[side].reference == 0) return false;
        reference = at[side].reference;
    } else if (settings->reference != MAKER_FAIR) {
        if (at[SIDE_BUY].reference == 0 || at[SIDE_SELL].reference == 0) return false;
        reference = settings->reference == MAKER_MICRO
                      ? micro_price(&at[SIDE_BUY], &at[SIDE_SELL])
                      : (at[SIDE_BUY].reference + at[SIDE_SELL].reference) / 2;
    }
    *anchor = reference - shift(turn);
    return true;
}
