#include "tests/risk/plain_risk.h"

#include <string.h>

/* What happens, written down. */

static void later(struct plain_risk *plain, nanos_t now)
{
    if (now > plain->now) plain->now = now;
}

/* Keeps what is younger than two seconds, and at least the last keep. */
static void times_add(struct plain_times *times, const struct plain_time *time, uint32_t keep)
{
    CHECK(times->count < PLAIN_TIMES);
    if (times->count % 256 == 255) {
        uint32_t gone = 0;
        while (gone + keep < times->count && times->at[gone].at + 2 * NANOS_SECOND < time->at)
            gone++;
        times->count -= gone;
        memmove(times->at, times->at + gone, times->count * sizeof times->at[0]);
    }
    times->at[times->count++] = *time;
}

static void trade_add(struct plain_risk *plain, struct plain_trade trade)
{
    CHECK(plain->trades < PLAIN_TRADES);
    plain->trade[plain->trades++] = trade;
}

static price_t worst_of(const struct plain_risk *plain, const struct risk_order *order)
{
    if (order->kind == RISK_LIMIT_ORDER) return order->price;
    struct risk_subject all = {.symbol = order->symbol};
    plain_wide ticks = plain->bound[RISK_COLLAR_TICKS][all.venue][all.strategy][all.symbol];
    plain_wide worst = plain->reference[order->symbol] + ticks * plain->symbol[order->symbol].tick;
    return worst > RISK_PRICE_MAX ? RISK_PRICE_MAX : (price_t)worst;
}

static void message(struct plain_risk *plain, const struct risk_order *order)
{
    struct plain_time time = {
        .at = plain->now, .strategy = order->strategy, .symbol = order->symbol, .order = *order};
    times_add(&plain->messages, &time, 0);
}

void plain_take(struct plain_risk *plain, const struct risk_order *order, uint32_t slot,
                nanos_t now)
{
    later(plain, now);
    message(plain, order);
    if (order->order != RISK_NONE) {
        plain->order[slot].next_qty = order->qty;
        plain->order[slot].next_worst = order->price;
        return;
    }
    struct plain_time time = {
        .at = plain->now, .strategy = order->strategy, .symbol = order->symbol, .order = *order};
    times_add(&plain->passes, &time, plain->recent);
    plain->order[slot] = (struct plain_order){
        .lives = true, .was = *order, .worst = worst_of(plain, order), .qty = order->qty};
}

void plain_adopt(struct plain_risk *plain, const struct risk_order *order, uint32_t slot)
{
    price_t worst = order->kind == RISK_LIMIT_ORDER ? order->price : RISK_PRICE_MAX;
    plain->order[slot] =
        (struct plain_order){.lives = true, .was = *order, .worst = worst, .qty = order->qty};
}

void plain_cancel(struct plain_risk *plain, uint32_t slot, nanos_t now)
{
    later(plain, now);
    message(plain, &plain->order[slot].was);
}

void plain_settle(struct plain_risk *plain, uint32_t slot, bool replaced)
{
    struct plain_order *order = &plain->order[slot];
    if (replaced) {
        order->qty = order->next_qty;
        order->worst = order->next_worst;
    }
    order->next_qty = 0;
}

static uint64_t slices_ago(nanos_t at, nanos_t now)
{
    return now / 67108864 - at / 67108864;
}

void plain_fill(struct plain_risk *plain, const struct risk_execution *fill, nanos_t now)
{
    later(plain, now);
    struct risk_execution of = *fill;
    if (of.order != RISK_NONE) {
        struct plain_order *order = &plain->order[of.order];
        of.strategy = order->was.strategy;
        of.symbol = order->was.symbol;
        of.side = order->was.side;
        of.parent = order->was.parent;
        order->filled += of.qty;
    }
    if (of.parent != RISK_NONE) plain->parent[of.parent].filled += of.qty;
    plain_wide more = of.side == SIDE_BUY ? of.qty : -of.qty;
    qty_t *position = &plain->position[of.strategy][of.symbol];
    plain_wide next = *position + more;
    if (next > RISK_POSITION_MAX || next < -RISK_POSITION_MAX) {
        next = next > 0 ? RISK_POSITION_MAX : -RISK_POSITION_MAX;
        plain->known[of.strategy][of.symbol] = false;
        plain->lost[of.strategy][of.symbol] = true;
    }
    trade_add(plain, (struct plain_trade){of.strategy, of.symbol, (qty_t)next - *position, more,
                                          of.price, true});
    *position = (qty_t)next;
    struct plain_time time = {.at = plain->now, .strategy = of.strategy};
    times_add(&plain->fills, &time, 0);
    int64_t count = 0;
    for (uint32_t i = 0; i < plain->fills.count; i++)
        if (plain->fills.at[i].strategy == of.strategy)
            count += slices_ago(plain->fills.at[i].at, plain->now) < 16;
    if (!plain->tripped[of.strategy] &&
        count > plain->bound[RISK_STRATEGY_FILLS][0][of.strategy][0]) {
        plain->tripped[of.strategy] = true;
        plain->trip[of.strategy] = count;
    }
}

void plain_reference(struct plain_risk *plain, uint32_t symbol, price_t price, nanos_t now)
{
    later(plain, now);
    plain->referenced[symbol] = price > 0 && price <= RISK_PRICE_MAX;
    if (!plain->referenced[symbol]) return;
    plain->reference[symbol] = price;
    plain->reference_at[symbol] = now;
}

void plain_mark(struct plain_risk *plain, uint32_t symbol, price_t price, nanos_t now)
{
    later(plain, now);
    plain->marked[symbol] = price > 0 && price <= RISK_PRICE_MAX;
    if (!plain->marked[symbol]) return;
    plain->mark[symbol] = price;
    plain->mark_at[symbol] = now;
    for (uint32_t i = 0; i < plain->trades; i++)
        if (plain->trade[i].symbol == symbol && plain->trade[i].price == 0)
            plain->trade[i].price = price;
}

void plain_position(struct plain_risk *plain, uint32_t strategy, uint32_t symbol, qty_t position)
{
    qty_t more = position - plain->position[strategy][symbol];
    trade_add(plain,
              (struct plain_trade){strategy, symbol, more, more, plain->mark[symbol], false});
    plain->position[strategy][symbol] = position;
    plain->known[strategy][symbol] = true;
    plain->lost[strategy][symbol] = false;
}

void plain_day(struct plain_risk *plain)
{
    plain->trades = 0;
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++)
        for (uint32_t y = 0; y < PLAIN_SYMBOLS; y++) {
            qty_t position = plain->position[s][y];
            trade_add(plain, (struct plain_trade){s, y, position, position, plain->mark[y], false});
        }
}

int64_t *plain_bound(struct plain_risk *plain, enum risk_verdict limit,
                     const struct risk_subject *subject)
{
    return &plain->bound[limit][subject->venue][subject->strategy][subject->symbol];
}

void plain_change(struct plain_risk *plain, const struct risk_record *record)
{
    const struct risk_subject *subject = &record->subject;
    if (record->kind == RISK_RECORD_BOUND) {
        *plain_bound(plain, record->limit, subject) = record->value;
        return;
    }
    uint32_t index = subject->venue + subject->strategy + subject->symbol; /* one of them */
    plain->state[record->scope][index] = (int)record->value;
    if (record->scope == RISK_STRATEGY && record->value == RISK_ACTIVE)
        plain->tripped[index] = false;
}

/* What follows from it. */

plain_wide plain_open(const struct plain_order *order)
{
    if (!order->lives) return 0;
    plain_wide most = order->qty > order->next_qty ? order->qty : order->next_qty;
    return most > order->filled ? most - order->filled : 0;
}

plain_wide plain_working(const struct plain_risk *plain, uint32_t strategy, uint32_t symbol,
                         enum side side)
{
    plain_wide sum = 0;
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++) {
        const struct risk_order *was = &plain->order[i].was;
        if (was->strategy == strategy && was->symbol == symbol && was->side == side)
            sum += plain_open(&plain->order[i]);
    }
    return sum;
}

qty_t plain_parent_left(const struct plain_risk *plain, uint32_t parent)
{
    plain_wide left = plain->parent[parent].was.qty - plain->parent[parent].filled;
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++)
        if (plain->order[i].lives && plain->order[i].was.parent == parent)
            left -= plain_open(&plain->order[i]);
    return left > 0 ? (qty_t)left : 0;
}
