#include "tests/risk/plain_risk.h"

/* The verdict, rule by rule in the order of dataplane/risk/README.md. */

struct asked {
    const struct plain_risk *plain;
    const struct risk_order *order;
    const struct plain_order *old;
    nanos_t now;
    uint32_t strategy, symbol, venue;
    bool buys;
    plain_wide more;  /* open than before */
    plain_wide worst; /* price */
    struct risk_refusal *refusal;
};

static struct asked asked;

static bool refuse(enum risk_verdict verdict, plain_wide value, plain_wide bound)
{
    asked.refusal->verdict = verdict;
    asked.refusal->value = value > INT64_MAX ? INT64_MAX : (int64_t)value;
    asked.refusal->bound = (int64_t)bound;
    return true;
}

static int64_t bound(enum risk_verdict limit)
{
    struct risk_subject at = {asked.venue, asked.strategy, asked.symbol};
    enum risk_scope scope = risk_limit(limit)->scope;
    if (scope != RISK_VENUE && scope != RISK_ROUTE) at.venue = 0;
    if (scope == RISK_BOX || scope == RISK_VENUE || scope == RISK_SYMBOL) at.strategy = 0;
    if (scope != RISK_SYMBOL && scope != RISK_HOLDING) at.symbol = 0;
    return asked.plain->bound[limit][at.venue][at.strategy][at.symbol];
}

static bool above(enum risk_verdict limit, plain_wide value)
{
    return value > bound(limit) && refuse(limit, value, bound(limit));
}

/* Money in 1e-16, said in 1e-8, rounded up. */
static bool money_above(enum risk_verdict limit, plain_wide value)
{
    plain_wide shown = value / 100000000 + (value > 0 && value % 100000000 != 0);
    return value > (plain_wide)bound(limit) * 100000000 && refuse(limit, shown, bound(limit));
}

static plain_wide wide_abs(plain_wide value)
{
    return value < 0 ? -value : value;
}

static bool bad_order(void)
{
    const struct risk_order *order = asked.order;
    bool market = order->kind == RISK_MARKET_ORDER;
    if (order->strategy >= PLAIN_STRATEGIES || order->symbol >= PLAIN_SYMBOLS)
        return refuse(RISK_NO_SUBJECT, 0, 0);
    if ((order->side != SIDE_BUY && order->side != SIDE_SELL) || order->qty <= 0 ||
        order->qty > RISK_QTY_MAX || (!market && order->kind != RISK_LIMIT_ORDER))
        return refuse(RISK_BAD_FIELDS, 0, 0);
    if (market && (order->price != 0 || order->order != RISK_NONE))
        return refuse(RISK_BAD_FIELDS, 0, 0);
    if (!market && (order->price <= 0 || order->price > RISK_PRICE_MAX))
        return refuse(RISK_BAD_FIELDS, 0, 0);
    if (order->order == RISK_NONE) return false;
    if (order->order >= PLAIN_ORDERS) return refuse(RISK_NO_ORDER, 0, 0);
    const struct plain_order *old = &asked.plain->order[order->order];
    if (!old->lives || old->was.strategy != order->strategy || old->was.symbol != order->symbol ||
        old->was.side != order->side || old->was.parent != order->parent)
        return refuse(RISK_NO_ORDER, 0, 0);
    if (old->next_qty) return refuse(RISK_BUSY, 0, 0);
    if (old->was.kind == RISK_MARKET_ORDER || order->qty <= old->filled)
        return refuse(RISK_BAD_FIELDS, 0, 0);
    asked.old = old;
    return false;
}

/* What more would be open after it, and what it counts at. */
static void imagine(void)
{
    const struct plain_risk *plain = asked.plain;
    asked.worst = asked.order->price;
    if (asked.order->kind == RISK_MARKET_ORDER) {
        asked.worst = plain->reference[asked.symbol] +
                      (plain_wide)bound(RISK_COLLAR_TICKS) * plain->symbol[asked.symbol].tick;
        if (asked.worst > RISK_PRICE_MAX) asked.worst = RISK_PRICE_MAX;
    }
    asked.more = asked.order->qty;
    if (!asked.old) return;
    struct plain_order next = *asked.old;
    next.next_qty = asked.order->qty;
    asked.more = plain_open(&next) - plain_open(asked.old);
}

static plain_wide position(uint32_t strategy, uint32_t symbol)
{
    return asked.plain->position[strategy][symbol];
}

static plain_wide working(uint32_t strategy, uint32_t symbol, enum side side, bool after)
{
    plain_wide sum = plain_working(asked.plain, strategy, symbol, side);
    bool mine = strategy == asked.strategy && symbol == asked.symbol && side == asked.order->side;
    return after && mine ? sum + asked.more : sum;
}

/* The strategy's position on the order's side if all of that side fills, buys up. */
static plain_wide worst_position(void)
{
    plain_wide now = position(asked.strategy, asked.symbol);
    plain_wide side = working(asked.strategy, asked.symbol, asked.order->side, true);
    return asked.buys ? now + side : side - now;
}

static bool state_refuses(void)
{
    const struct plain_risk *plain = asked.plain;
    const int states[4] = {plain->state[RISK_BOX][0], plain->state[RISK_VENUE][asked.venue],
                           plain->state[RISK_STRATEGY][asked.strategy],
                           plain->state[RISK_SYMBOL][asked.symbol]};
    int strictest = 0;
    for (int i = 0; i < 4; i++) strictest = states[i] > strictest ? states[i] : strictest;
    if (strictest == RISK_HALTED) return refuse(RISK_HALTED_NOW, 0, 0);
    if (plain->tripped[asked.strategy])
        return refuse(RISK_STRATEGY_FILLS, plain->trip[asked.strategy], bound(RISK_STRATEGY_FILLS));
    bool lost = !plain->known[asked.strategy][asked.symbol];
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++) lost |= plain->lost[s][asked.symbol];
    if (lost) return refuse(RISK_NO_POSITION, 0, 0);
    return strictest == RISK_REDUCE_ONLY && worst_position() > 0 && refuse(RISK_REDUCE_NOW, 0, 0);
}

static bool input_refuses(void)
{
    const struct plain_risk *plain = asked.plain;
    const struct risk_order *order = asked.order;
    uint32_t y = asked.symbol;
    if (bound(RISK_TRADABLE) == 0) return refuse(RISK_TRADABLE, 1, 0);
    if (order->kind == RISK_MARKET_ORDER && bound(RISK_MARKET_ORDERS) == 0)
        return refuse(RISK_MARKET_ORDERS, 1, 0);
    if (order->price % plain->symbol[y].tick) return refuse(RISK_OFF_TICK, 0, 0);
    plain_wide open = order->qty - (asked.old ? asked.old->filled : 0), lot = plain->symbol[y].lot;
    if (open % lot) return refuse(RISK_OFF_LOT, open, lot);
    if (!plain->referenced[y]) return refuse(RISK_NO_REFERENCE, 0, 0);
    if (above(RISK_REFERENCE_AGE, (plain_wide)asked.now - plain->reference_at[y])) return true;
    if (!plain->marked[y]) return refuse(RISK_NO_MARK, 0, 0);
    return above(RISK_MARK_AGE, (plain_wide)asked.now - plain->mark_at[y]);
}

static bool size_refuses(void)
{
    const struct risk_order *order = asked.order;
    plain_wide open = order->qty - (asked.old ? asked.old->filled : 0);
    if (above(RISK_ORDER_QTY, open)) return true;
    if (money_above(RISK_ORDER_NOTIONAL, asked.worst * open)) return true;
    if (order->kind == RISK_MARKET_ORDER) return false;
    plain_wide reference = asked.plain->reference[asked.symbol];
    plain_wide tick = asked.plain->symbol[asked.symbol].tick;
    plain_wide far = wide_abs(order->price - reference);
    if (above(RISK_COLLAR_TICKS, (far + tick - 1) / tick)) return true;
    return above(RISK_COLLAR_PPM, (far * 1000000 + reference - 1) / reference);
}

static bool parent_refuses(void)
{
    const struct risk_order *order = asked.order;
    if (order->parent == RISK_NONE) return false;
    if (order->parent >= PLAIN_PARENTS) return refuse(RISK_PARENT, 0, 0);
    const struct plain_parent *parent = &asked.plain->parent[order->parent];
    bool child = parent->open && parent->was.strategy == order->strategy &&
                 parent->was.symbol == order->symbol && parent->was.side == order->side;
    if (!child) return refuse(RISK_PARENT, 0, 0);
    return asked.more > plain_parent_left(asked.plain, order->parent) && refuse(RISK_PARENT, 0, 0);
}

static bool position_refuses(void)
{
    if (asked.more == 0) return false;
    plain_wide box = 0;
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++) {
        plain_wide now = position(s, asked.symbol);
        box += working(s, asked.symbol, asked.order->side, true) + (asked.buys ? now : -now);
    }
    if (asked.buys) return above(RISK_SYMBOL_LONG, box) || above(RISK_LONG, worst_position());
    return above(RISK_SYMBOL_SHORT, box) || above(RISK_SHORT, worst_position());
}

/* strategy, venue: PLAIN_STRATEGIES and PLAIN_VENUES are all. */
static plain_wide gross(uint32_t strategy, uint32_t venue, bool after)
{
    plain_wide sum = 0;
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++)
        for (uint32_t y = 0; y < PLAIN_SYMBOLS; y++) {
            if (strategy != PLAIN_STRATEGIES && s != strategy) continue;
            if (venue != PLAIN_VENUES && asked.plain->symbol[y].venue != venue) continue;
            plain_wide now = position(s, y);
            plain_wide up = wide_abs(now + working(s, y, SIDE_BUY, after));
            plain_wide down = wide_abs(now - working(s, y, SIDE_SELL, after));
            sum += (up > down ? up : down) * asked.plain->mark[y];
        }
    return sum;
}

static plain_wide lost(uint32_t strategy)
{
    plain_wide sum = 0;
    for (uint32_t i = 0; i < asked.plain->trades; i++) {
        const struct plain_trade *trade = &asked.plain->trade[i];
        if (strategy != PLAIN_STRATEGIES && trade->strategy != strategy) continue;
        sum += trade->paid * trade->price;
        sum -= (plain_wide)trade->moved * asked.plain->mark[trade->symbol];
    }
    return sum;
}

static plain_wide worth(const struct plain_order *order)
{
    plain_wide now = order->qty > order->filled ? (order->qty - order->filled) * order->worst : 0;
    plain_wide next =
        order->next_qty > order->filled ? (order->next_qty - order->filled) * order->next_worst : 0;
    return now > next ? now : next;
}

static bool volume_refuses(void)
{
    plain_wide sum = 0;
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++) {
        const struct plain_order *order = &asked.plain->order[i];
        if (order->lives && order->was.strategy == asked.strategy) sum += worth(order);
    }
    plain_wide more = asked.worst * asked.order->qty;
    if (asked.old) {
        plain_wide next = (asked.order->qty - asked.old->filled) * asked.order->price;
        more = next - worth(asked.old);
    }
    for (uint32_t i = 0; i < asked.plain->trades; i++) {
        const struct plain_trade *trade = &asked.plain->trade[i];
        if (trade->execution && trade->strategy == asked.strategy)
            sum += wide_abs(trade->paid) * trade->price;
    }
    return more > 0 && money_above(RISK_STRATEGY_VOLUME, sum + more);
}

static bool money_refuses(void)
{
    uint32_t all = PLAIN_VENUES, everybody = PLAIN_STRATEGIES;
    plain_wide before = gross(asked.strategy, all, false), after = gross(asked.strategy, all, true);
    bool grows = after > before;
    if (grows && money_above(RISK_CAPITAL, gross(asked.strategy, asked.venue, true))) return true;
    if (grows && money_above(RISK_STRATEGY_GROSS, after)) return true;
    if (grows && money_above(RISK_BOX_GROSS, gross(everybody, all, true))) return true;
    if (volume_refuses()) return true;
    if (worst_position() <= 0) return false;
    return money_above(RISK_STRATEGY_LOSS, lost(asked.strategy)) ||
           money_above(RISK_BOX_LOSS, lost(everybody));
}

static bool rate_refuses(void)
{
    plain_wide symbol = 1, strategy = 1, venue = 1;
    for (uint32_t i = 0; i < asked.plain->messages.count; i++) {
        const struct plain_time *message = &asked.plain->messages.at[i];
        if (asked.now / 67108864 - message->at / 67108864 >= 16) continue;
        symbol += message->symbol == asked.symbol;
        strategy += message->strategy == asked.strategy;
        venue += asked.plain->symbol[message->symbol].venue == asked.venue;
    }
    return above(RISK_SYMBOL_RATE, symbol) || above(RISK_STRATEGY_RATE, strategy) ||
           above(RISK_VENUE_RATE, venue);
}

static plain_wide farthest(const struct plain_order *order)
{
    bool buys = order->was.side == SIDE_BUY;
    if (order->was.kind == RISK_MARKET_ORDER) return buys ? RISK_PRICE_MAX : 0;
    if (order->next_qty == 0) return order->worst;
    if (buys) return order->worst > order->next_worst ? order->worst : order->next_worst;
    return order->worst < order->next_worst ? order->worst : order->next_worst;
}

static bool own_refuses(void)
{
    struct plain_order mine = {.was = *asked.order, .worst = asked.order->price};
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++) {
        const struct plain_order *other = &asked.plain->order[i];
        if (!other->lives || other->was.symbol != asked.symbol ||
            other->was.side == asked.order->side)
            continue;
        plain_wide buy = farthest(asked.buys ? &mine : other);
        plain_wide sell = farthest(asked.buys ? other : &mine);
        if (buy >= sell) return refuse(RISK_SELF_TRADE, 0, 0);
    }
    return false;
}

static bool duplicate_refuses(void)
{
    const struct plain_times *passes = &asked.plain->passes;
    const struct risk_order *order = asked.order;
    uint32_t living = 0, young = 0;
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++) living += asked.plain->order[i].lives;
    if (living == PLAIN_ORDERS) return refuse(RISK_NO_ROOM, 0, 0);
    uint32_t first = passes->count > asked.plain->recent ? passes->count - asked.plain->recent : 0;
    for (uint32_t i = passes->count; i-- > first;) {
        const struct risk_order *was = &passes->at[i].order;
        plain_wide age = (plain_wide)asked.now - passes->at[i].at;
        if (age >= bound(RISK_DUPLICATE_NS)) continue;
        young++;
        if (was->strategy == order->strategy && was->symbol == order->symbol &&
            was->side == order->side && was->kind == order->kind && was->price == order->price &&
            was->qty == order->qty)
            return refuse(RISK_DUPLICATE_NS, age, bound(RISK_DUPLICATE_NS));
    }
    return young == asked.plain->recent && refuse(RISK_NO_ROOM, 0, 0);
}

enum risk_verdict plain_check(const struct plain_risk *plain, const struct risk_order *order,
                              nanos_t now, struct risk_refusal *refusal)
{
    asked.plain = plain;
    asked.order = order;
    asked.old = NULL;
    asked.now = now > plain->now ? now : plain->now;
    asked.refusal = refusal;
    *refusal = (struct risk_refusal){.verdict = RISK_PASS};
    if (bad_order()) return refusal->verdict;
    asked.strategy = order->strategy;
    asked.symbol = order->symbol;
    asked.venue = plain->symbol[order->symbol].venue;
    asked.buys = order->side == SIDE_BUY;
    imagine();
    bool refused = state_refuses() || input_refuses() || size_refuses() || parent_refuses() ||
                   position_refuses() || money_refuses() || rate_refuses() || own_refuses();
    if (!refused && !asked.old) duplicate_refuses();
    return refusal->verdict;
}
