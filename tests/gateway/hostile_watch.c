#include "tests/gateway/hostile_world.h"

/* The plainest books there are: all orders are added up for each order that leaves. */

/* If everything filled.  What has traded and was not heard of yet is a position here, and an order
 * still in the gateway's books: the sum is the same. */
struct reach {
    qty_t buys;
    qty_t sells;
};

static struct reach reach_of(uint32_t strategy, uint32_t symbol)
{
    struct plain_venue *venue = &hostile->venue[symbol == 2];
    qty_t sums[2] = {0};
    for (uint32_t i = 0; i < venue->actives; i++) {
        const struct plain_order *order = plain_at(venue, venue->active[i]);
        if (order->strategy == strategy && order->symbol == symbol)
            sums[order->side] += plain_worst(venue, order);
    }
    qty_t position = hostile->position[strategy][symbol];
    return (struct reach){.buys = position + sums[SIDE_BUY], .sells = sums[SIDE_SELL] - position};
}

static int64_t bound_of(enum risk_verdict limit, const struct plain_order *order)
{
    enum risk_scope scope = risk_limit(limit)->scope;
    bool venue = scope == RISK_VENUE || scope == RISK_ROUTE;
    bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
    bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
    return hostile->bound[limit][venue ? order->symbol == 2 : 0][strategy ? order->strategy : 0]
                         [symbol ? order->symbol : 0];
}

/* Money, in 1e-8: a bound is never so large that it does not fit. */
__extension__ typedef __int128 wide;
static bool worth_within(price_t price, qty_t qty, int64_t bound)
{
    return (wide)price * qty <= (wide)bound * QTY_ONE;
}

/* What adds nothing passes, though a bound was lowered meanwhile. */
static void positions_watch(struct plain_venue *venue, const struct plain_order *order)
{
    if (order->was && order->total <= plain_at(venue, order->was)->total) return;
    bool sells = order->side == SIDE_SELL;
    struct reach own = reach_of(order->strategy, order->symbol);
    qty_t all = 0;
    for (uint32_t strategy = 0; strategy < HOSTILE_STRATEGIES; strategy++) {
        struct reach of = reach_of(strategy, order->symbol);
        all += sells ? of.sells : of.buys;
    }
    qty_t most = sells ? own.sells : own.buys;
    HOLDS(most <= bound_of(sells ? RISK_SHORT : RISK_LONG, order));
    HOLDS(all <= bound_of(sells ? RISK_SYMBOL_SHORT : RISK_SYMBOL_LONG, order));
}

/* Marks move between 99 and 101, and a position with them; so a gross at the lowest mark is never
 * beyond the bound by more than a fiftieth. */
static void gross_watch(void)
{
    wide box = 0;
    const int64_t(*bound)[HOSTILE_VENUES][HOSTILE_STRATEGIES][HOSTILE_SYMBOLS] = hostile->bound;
    for (uint32_t strategy = 0; strategy < HOSTILE_STRATEGIES; strategy++) {
        wide gross = 0, route[HOSTILE_VENUES] = {0};
        for (uint32_t symbol = 0; symbol < HOSTILE_SYMBOLS; symbol++) {
            struct reach reach = reach_of(strategy, symbol);
            qty_t most = reach.buys > reach.sells ? reach.buys : reach.sells;
            route[symbol == 2] += (wide)most * 99;
            gross += (wide)most * 99;
        }
        for (uint32_t venue = 0; venue < HOSTILE_VENUES; venue++)
            HOLDS(route[venue] * 99 <= (wide)bound[RISK_CAPITAL][venue][strategy][0] * 101);
        HOLDS(gross * 99 <= (wide)bound[RISK_STRATEGY_GROSS][0][strategy][0] * 101);
        box += gross;
    }
    HOLDS(box * 99 <= (wide)bound[RISK_BOX_GROSS][0][0][0] * 101);
}

/* Itself is not among them yet. */
static void rate_watch(const struct hostile_moments *moments, int64_t bound)
{
    HOLDS(bound > 0);
    if (bound <= 0 || moments->count < (uint64_t)bound) return;
    HOLDS(hostile->now - moments->at[(moments->count - (uint64_t)bound) % HOSTILE_SENT] >=
          NANOS_SECOND);
}

void hostile_sent(struct hostile_moments *moments)
{
    moments->at[moments->count++ % HOSTILE_SENT] = hostile->now;
}

/* What may still trade of it. */
static qty_t open_of(struct plain_venue *venue, const struct plain_order *order)
{
    return order->total - (order->was ? plain_at(venue, order->was)->cum : 0);
}

static void price_watch(struct plain_venue *venue, const struct plain_order *order)
{
    qty_t open = open_of(venue, order);
    const struct hostile_price *reference = &hostile->reference[order->symbol];
    const struct hostile_price *mark = &hostile->mark[order->symbol];
    price_t away = order->price - reference->price;
    if (away < 0) away = -away;
    HOLDS(order->price > 0 && order->price % (PRICE_ONE / 100) == 0);
    HOLDS(order->total > 0 && order->total % QTY_ONE == 0);
    HOLDS(reference->price > 0 && mark->price > 0);
    HOLDS((int64_t)(hostile->now - reference->at) <= bound_of(RISK_REFERENCE_AGE, order));
    HOLDS((int64_t)(hostile->now - mark->at) <= bound_of(RISK_MARK_AGE, order));
    HOLDS(away <= bound_of(RISK_COLLAR_TICKS, order) * (PRICE_ONE / 100));
    HOLDS((wide)away * 1000000 <= (wide)bound_of(RISK_COLLAR_PPM, order) * reference->price);
    HOLDS(open <= bound_of(RISK_ORDER_QTY, order));
    HOLDS(worth_within(order->price, open, bound_of(RISK_ORDER_NOTIONAL, order)));
    HOLDS(bound_of(RISK_TRADABLE, order) == 1);
}

/* No living order of ours, or one on its way, would trade with it. */
static void own_watch(struct plain_venue *venue, const struct plain_order *order)
{
    for (uint32_t i = 0; i < venue->actives; i++) {
        const struct plain_order *other = plain_at(venue, venue->active[i]);
        if (other->symbol != order->symbol || other->side == order->side) continue;
        if (other->state == PLAIN_FLYING && other->was &&
            plain_at(venue, other->was)->state != PLAIN_LIVE)
            continue; /* what it replaces is over, so it is never to be */
        if (order->side == SIDE_BUY) HOLDS(order->price < other->price);
        else HOLDS(order->price > other->price);
    }
}

static void duplicate_watch(const struct plain_order *order)
{
    if (order->was) return;
    for (uint64_t i = hostile->recents; i > 0 && i + HOSTILE_RECENT > hostile->recents; i--) {
        const struct hostile_recent *recent = &hostile->recent[(i - 1) % HOSTILE_RECENT];
        if ((int64_t)(hostile->now - recent->at) >= bound_of(RISK_DUPLICATE_NS, order)) break;
        HOLDS(recent->order.strategy != order->strategy || recent->order.symbol != order->symbol ||
              recent->order.side != order->side || recent->order.price != order->price ||
              recent->order.total != order->total);
    }
    hostile->recent[hostile->recents++ % HOSTILE_RECENT] =
        (struct hostile_recent){.order = *order, .at = hostile->now};
}

static enum risk_state strictest(const struct plain_order *order)
{
    enum risk_state of[] = {
        hostile->state[RISK_BOX][0], hostile->state[RISK_VENUE][order->symbol == 2],
        hostile->state[RISK_STRATEGY][order->strategy], hostile->state[RISK_SYMBOL][order->symbol]};
    enum risk_state strictest = RISK_ACTIVE;
    for (size_t i = 0; i < ARRAY_COUNT(of); i++)
        if (of[i] > strictest) strictest = of[i];
    return strictest;
}

bool hostile_halted(const struct plain_order *order)
{
    return strictest(order) == RISK_HALTED;
}

static void state_watch(const struct plain_order *order)
{
    HOLDS(!hostile_halted(order));
    if (strictest(order) != RISK_REDUCE_ONLY) return;
    struct reach reach = reach_of(order->strategy, order->symbol);
    HOLDS((order->side == SIDE_BUY ? reach.buys : reach.sells) <= 0);
}

/* The order is among those that may trade already, and not among the messages. */
void hostile_watch(uint32_t venue, const struct plain_order *order)
{
    HOLDS(order->symbol < HOSTILE_SYMBOLS);
    state_watch(order);
    price_watch(&hostile->venue[venue], order);
    positions_watch(&hostile->venue[venue], order);
    gross_watch();
    own_watch(&hostile->venue[venue], order);
    duplicate_watch(order);
    rate_watch(&hostile->of_venue[venue], bound_of(RISK_VENUE_RATE, order));
    rate_watch(&hostile->of_strategy[order->strategy], bound_of(RISK_STRATEGY_RATE, order));
    rate_watch(&hostile->of_symbol[order->symbol], bound_of(RISK_SYMBOL_RATE, order));
}
