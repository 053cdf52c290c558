#include "dataplane/risk/risk_layout.h"

/* Executions.  Each is counted in the position, the turnover and the money, whatever the order it
 * is of; what is more than was open of the order is said, and counts all the same. */

/* What may be added to the position so that it still fits. */
static qty_t fitting(struct risk *risk, uint32_t strategy, uint32_t symbol, qty_t more)
{
    struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    qty_t position = holding->position + more, kept = position;
    if (position > RISK_POSITION_MAX) kept = RISK_POSITION_MAX;
    if (position < -RISK_POSITION_MAX) kept = -RISK_POSITION_MAX;
    if (unlikely(kept != position)) {
        if (!holding->lost) risk->symbol[symbol].lost++;
        holding->lost = 1;
        holding->known = 0;
    }
    return kept - holding->position;
}

static bool trips(const struct risk *risk, struct risk_strategy *strategy)
{
    if (risk->reading) return false;
    uint64_t fills = risk_window_add(&strategy->fills, risk->now);
    if (strategy->tripped || fills <= (uint64_t)strategy->bound.strategy_fills) return false;
    strategy->tripped = true;
    strategy->trip_fills = fills;
    return true;
}

static bool fill_sound(const struct risk *risk, const struct risk_execution *fill)
{
    if (fill->price < 1 || fill->price > RISK_PRICE_MAX) return false;
    if (fill->qty < 1 || fill->qty > RISK_QTY_MAX) return false;
    if (fill->order != RISK_NONE)
        return fill->order < risk->limits.orders && risk->slot[fill->order].qty > 0;
    if (fill->parent != RISK_NONE &&
        (fill->parent >= risk->limits.parents || risk->parent[fill->parent].qty == 0))
        return false;
    return fill->strategy < risk->limits.strategies && fill->symbol < risk->limits.symbols &&
           (uint32_t)fill->side <= SIDE_SELL && risk->symbol[fill->symbol].listed;
}

/* Takes from what is open of the order; returns how much. */
static qty_t slot_fill(struct risk *risk, struct risk_slot *slot, qty_t qty)
{
    qty_t open = risk_slot_open(slot);
    qty_t counted = qty < open ? qty : open;
    risk_wide worth = risk_slot_worth(slot);
    slot->cum = slot->cum + qty > RISK_USED_MAX ? RISK_USED_MAX : slot->cum + qty;
    risk_add(risk, &risk->strategy[slot->strategy].working, risk_slot_worth(slot) - worth);
    return counted;
}

static enum risk_fill fill_count(struct risk *risk, const struct risk_execution *fill, nanos_t now)
{
    if (!fill_sound(risk, fill)) return RISK_FILL_BAD;
    risk_moves(risk, now);
    struct risk_execution of = *fill;
    qty_t counted = 0;
    if (of.order != RISK_NONE) {
        struct risk_slot *slot = &risk->slot[of.order];
        of.strategy = slot->strategy;
        of.symbol = slot->symbol;
        of.side = slot->side;
        of.parent = slot->parent;
        counted = slot_fill(risk, slot, of.qty);
    }
    if (of.parent != RISK_NONE) {
        struct risk_parent *parent = &risk->parent[of.parent];
        qty_t used = parent->used + of.qty - counted;
        parent->used = used > RISK_USED_MAX ? RISK_USED_MAX : used;
    }
    bool buys = of.side == SIDE_BUY;
    struct risk_shift shift = {
        .position = fitting(risk, of.strategy, of.symbol, buys ? of.qty : -of.qty),
        .buys = buys ? -counted : 0,
        .sells = buys ? 0 : -counted,
    };
    risk_shift(risk, of.strategy, of.symbol, &shift);
    struct risk_strategy *strategy = &risk->strategy[of.strategy];
    risk_wide paid = risk_product(of.price, of.qty);
    risk_add(risk, &strategy->traded, paid);
    risk_pay(risk, strategy, buys ? paid : -paid);
    bool tripped = trips(risk, strategy);
    if (risk->lost || risk->symbol[of.symbol].lost) return RISK_FILL_LOST;
    if (tripped) return RISK_FILL_TRIPPED;
    return of.order != RISK_NONE && counted < of.qty ? RISK_FILL_OVER : RISK_FILLED;
}

void risk_reading(struct risk *risk, bool reading)
{
    risk->reading = reading;
}

enum risk_fill risk_fill(struct risk *risk, const struct risk_execution *fill, nanos_t now)
{
    enum risk_fill result = fill_count(risk, fill, now);
    counter_one(&risk->counts.fill[result]);
    return result;
}

/* Parents. */

uint32_t risk_parent_open(struct risk *risk, const struct risk_order *parent)
{
    if (parent->strategy >= risk->limits.strategies || parent->symbol >= risk->limits.symbols ||
        (uint32_t)parent->side > SIDE_SELL || parent->qty < 1 || parent->qty > RISK_QTY_MAX ||
        risk->free_parent == RISK_NONE)
        return RISK_NONE;
    risk_moves(risk, 0);
    uint32_t index = risk->free_parent;
    struct risk_parent *at = &risk->parent[index];
    risk->free_parent = at->next_free;
    *at = (struct risk_parent){
        .qty = parent->qty,
        .strategy = parent->strategy,
        .symbol = parent->symbol,
        .side = parent->side,
    };
    return index;
}

void risk_parent_close(struct risk *risk, uint32_t parent)
{
    CHECK(parent < risk->limits.parents);
    struct risk_parent *at = &risk->parent[parent];
    CHECK(at->qty > 0);
    CHECK(at->children == 0);
    risk_moves(risk, 0);
    *at = (struct risk_parent){.next_free = risk->free_parent};
    risk->free_parent = parent;
}

qty_t risk_parent_left(const struct risk *risk, uint32_t parent)
{
    CHECK(parent < risk->limits.parents);
    const struct risk_parent *at = &risk->parent[parent];
    return at->qty > at->used ? at->qty - at->used : 0;
}
