#include "dataplane/risk/risk_layout.h"

#include <string.h>

/* One pass over an order's lines: its own fields, then state, inputs, sizes, positions, money,
 * rates, own orders, duplicates.  The first rule or limit that refuses is the verdict, so the order
 * of these functions is a promise (README.md).  What a refusal says is worked out only then, in
 * risk_explain.c. */

static inline enum risk_verdict fields_check(const struct risk *risk,
                                             const struct risk_order *order)
{
    if (order->strategy >= risk->limits.strategies || order->symbol >= risk->limits.symbols)
        return RISK_NO_SUBJECT;
    if (!risk->symbol[order->symbol].listed) return RISK_NO_SUBJECT;
    if ((uint32_t)order->side > SIDE_SELL) return RISK_BAD_FIELDS;
    if (order->qty < 1 || order->qty > RISK_QTY_MAX) return RISK_BAD_FIELDS;
    switch (order->kind) {
    case RISK_LIMIT_ORDER:
        if (order->price < 1 || order->price > RISK_PRICE_MAX) return RISK_BAD_FIELDS;
        return RISK_PASS;
    case RISK_MARKET_ORDER:
        if (order->price != 0 || order->order != RISK_NONE) return RISK_BAD_FIELDS;
        return RISK_PASS;
    }
    return RISK_BAD_FIELDS;
}

static inline enum risk_verdict old_check(const struct risk *risk, const struct risk_order *order)
{
    if (order->order >= risk->limits.orders) return RISK_NO_ORDER;
    const struct risk_slot *old = &risk->slot[order->order];
    if (old->qty == 0 || old->strategy != order->strategy || old->symbol != order->symbol ||
        old->side != order->side || old->parent != order->parent)
        return RISK_NO_ORDER;
    if (old->next_qty != 0) return RISK_BUSY;
    if (old->kind == RISK_MARKET_ORDER || order->qty <= old->cum) return RISK_BAD_FIELDS;
    return RISK_PASS;
}

/* The farthest a limit order could be priced from the reference, upwards. */
static price_t market_worst(const struct risk_symbol *symbol)
{
    risk_wide worst = symbol->reference + risk_product(symbol->bound.collar_ticks, symbol->tick);
    return worst > RISK_PRICE_MAX ? RISK_PRICE_MAX : (price_t)worst;
}

static inline void terms_make(const struct risk *risk, struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    terms->worst = order->price;
    if (unlikely(order->kind == RISK_MARKET_ORDER))
        terms->worst = market_worst(&risk->symbol[order->symbol]);
    terms->old = NULL;
    terms->extra = order->qty;
    terms->worth = risk_product(terms->worst, order->qty);
    if (order->order != RISK_NONE) {
        const struct risk_slot *old = &risk->slot[order->order];
        terms->old = old;
        qty_t more = order->qty - old->cum - risk_slot_open(old); /* cum may be above the old qty */
        terms->extra = more > 0 ? more : 0;
        terms->worth = risk_worth(terms->worst, order->qty, old->cum) - risk_slot_worth(old);
    }
    const struct risk_position *holding = risk_holding_at(risk, order->strategy, order->symbol);
    qty_t buys = holding->buys, sells = holding->sells;
    if (order->side == SIDE_BUY) {
        buys += terms->extra;
        terms->position = holding->position + buys;
    } else {
        sells += terms->extra;
        terms->position = sells - holding->position;
    }
    terms->reach = risk_reach(holding->position, buys, sells);
}

static inline enum risk_verdict state_check(const struct risk *risk, const struct risk_terms *terms)
{
    const struct risk_symbol *symbol = &risk->symbol[terms->order->symbol];
    const struct risk_strategy *strategy = &risk->strategy[terms->order->strategy];
    uint64_t state = risk->box.state;
    uint64_t venue = risk->venue[symbol->venue].state;
    state = state > venue ? state : venue;
    state = state > strategy->state ? state : strategy->state;
    state = state > symbol->state ? state : symbol->state;
    if (unlikely(state >= RISK_HALTED)) return RISK_HALTED_NOW;
    if (unlikely(strategy->tripped)) return RISK_STRATEGY_FILLS;
    if (!risk_holding_at(risk, terms->order->strategy, terms->order->symbol)->known ||
        symbol->lost || risk->lost)
        return RISK_NO_POSITION;
    if (unlikely(state == RISK_REDUCE_ONLY && terms->position > 0)) return RISK_REDUCE_NOW;
    return RISK_PASS;
}

static inline enum risk_verdict inputs_check(const struct risk_symbol *symbol,
                                             const struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    if (!symbol->bound.tradable) return RISK_TRADABLE;
    if (order->kind == RISK_MARKET_ORDER && !symbol->bound.market_orders) return RISK_MARKET_ORDERS;
    if (!risk_whole_is(&symbol->tick_whole, (uint64_t)order->price)) return RISK_OFF_TICK;
    if (!risk_whole_is(&symbol->lot_whole, (uint64_t)risk_terms_open(terms))) return RISK_OFF_LOT;
    if (!symbol->referenced) return RISK_NO_REFERENCE;
    if (terms->now - symbol->reference_at > (uint64_t)symbol->bound.reference_age)
        return RISK_REFERENCE_AGE;
    if (!symbol->marked) return RISK_NO_MARK;
    if (terms->now - symbol->mark_at > (uint64_t)symbol->bound.mark_age) return RISK_MARK_AGE;
    return RISK_PASS;
}

static inline enum risk_verdict size_check(const struct risk_symbol *symbol,
                                           const struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    const struct risk_bounds_symbol *bound = &symbol->bound;
    qty_t open = risk_terms_open(terms);
    if (open > bound->order_qty) return RISK_ORDER_QTY;
    if (risk_product(terms->worst, open) > risk_money(bound->order_notional))
        return RISK_ORDER_NOTIONAL;
    if (order->kind == RISK_MARKET_ORDER) return RISK_PASS;
    price_t far = order->price - symbol->reference;
    if (far < 0) far = -far;
    if (far > risk_product(bound->collar_ticks, symbol->tick)) return RISK_COLLAR_TICKS;
    if (risk_product(far, 1000000) > risk_product(bound->collar_ppm, symbol->reference))
        return RISK_COLLAR_PPM;
    return RISK_PASS;
}

static inline enum risk_verdict parent_check(const struct risk *risk,
                                             const struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    if (order->parent >= risk->limits.parents) return RISK_PARENT;
    const struct risk_parent *parent = &risk->parent[order->parent];
    if (parent->qty == 0 || parent->strategy != order->strategy ||
        parent->symbol != order->symbol || parent->side != order->side)
        return RISK_PARENT;
    return terms->extra > parent->qty - parent->used && terms->extra > 0 ? RISK_PARENT : RISK_PASS;
}

/* What does not add to a worst case is not refused for it: a bound may have been lowered. */
static inline enum risk_verdict position_check(const struct risk *risk,
                                               const struct risk_terms *terms)
{
    if (terms->extra == 0) return RISK_PASS;
    const struct risk_order *order = terms->order;
    const struct risk_symbol *symbol = &risk->symbol[order->symbol];
    const struct risk_position *holding = risk_holding_at(risk, order->strategy, order->symbol);
    if (order->side == SIDE_BUY) {
        if (symbol->position + symbol->buys + terms->extra > symbol->bound.symbol_long)
            return RISK_SYMBOL_LONG;
        return terms->position > holding->bound.position_long ? RISK_LONG : RISK_PASS;
    }
    if (symbol->sells - symbol->position + terms->extra > symbol->bound.symbol_short)
        return RISK_SYMBOL_SHORT;
    return terms->position > holding->bound.position_short ? RISK_SHORT : RISK_PASS;
}

static inline enum risk_verdict money_check(const struct risk *risk, const struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    const struct risk_symbol *symbol = &risk->symbol[order->symbol];
    const struct risk_strategy *strategy = &risk->strategy[order->strategy];
    const struct risk_position *holding = risk_holding_at(risk, order->strategy, order->symbol);
    if (terms->reach > holding->reach) {
        risk_wide more = risk_product(symbol->mark, terms->reach - holding->reach);
        const struct risk_route *route = risk_route_at(risk, symbol->venue, order->strategy);
        if (route->gross + more > risk_money(route->bound.capital)) return RISK_CAPITAL;
        if (strategy->gross + more > risk_money(strategy->bound.strategy_gross))
            return RISK_STRATEGY_GROSS;
        if (risk->box.gross + more > risk_money(risk->box.bound.box_gross)) return RISK_BOX_GROSS;
    }
    if (terms->worth > 0 && strategy->traded + strategy->working + terms->worth >
                                risk_money(strategy->bound.strategy_volume))
        return RISK_STRATEGY_VOLUME;
    if (terms->position <= 0) return RISK_PASS; /* it reduces */
    if (-(strategy->cash + strategy->value) > risk_money(strategy->bound.strategy_loss))
        return RISK_STRATEGY_LOSS;
    if (-(risk->box.cash + risk->box.value) > risk_money(risk->box.bound.box_loss))
        return RISK_BOX_LOSS;
    return RISK_PASS;
}

static inline enum risk_verdict rates_check(const struct risk *risk, const struct risk_terms *terms)
{
    const struct risk_symbol *symbol = &risk->symbol[terms->order->symbol];
    const struct risk_strategy *strategy = &risk->strategy[terms->order->strategy];
    const struct risk_venue *venue = &risk->venue[symbol->venue];
    nanos_t now = terms->now;
    if (risk_window_total(&symbol->rate, now) >= (uint64_t)symbol->bound.symbol_rate)
        return RISK_SYMBOL_RATE;
    if (risk_window_total(&strategy->rate, now) >= (uint64_t)strategy->bound.strategy_rate)
        return RISK_STRATEGY_RATE;
    if (risk_window_total(&venue->rate, now) >= (uint64_t)venue->bound.venue_rate)
        return RISK_VENUE_RATE;
    return RISK_PASS;
}

static inline enum risk_verdict own_check(const struct risk *risk, const struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    price_t theirs = risk->symbol[order->symbol].best_price[side_opposite(order->side)];
    price_t mine = order->kind == RISK_MARKET_ORDER ? RISK_MEETS_ALL(order->side) : order->price;
    bool meet = order->side == SIDE_BUY ? mine >= theirs : mine <= theirs;
    return meet ? RISK_SELF_TRADE : RISK_PASS;
}

#define REFUSE_UNLESS_PASS(check)                                                                  \
    do {                                                                                           \
        enum risk_verdict verdict_ = (check);                                                      \
        if (unlikely(verdict_ != RISK_PASS)) return verdict_;                                      \
    } while (0)

static inline enum risk_verdict order_check(const struct risk *risk, struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    REFUSE_UNLESS_PASS(fields_check(risk, order));
    if (order->order != RISK_NONE) {
        REFUSE_UNLESS_PASS(old_check(risk, order));
    } else {
        risk_duplicate_seek(risk, terms);
    }
    terms_make(risk, terms);
    const struct risk_symbol *symbol = &risk->symbol[order->symbol];
    REFUSE_UNLESS_PASS(state_check(risk, terms));
    REFUSE_UNLESS_PASS(inputs_check(symbol, terms));
    REFUSE_UNLESS_PASS(size_check(symbol, terms));
    if (order->parent != RISK_NONE) REFUSE_UNLESS_PASS(parent_check(risk, terms));
    REFUSE_UNLESS_PASS(position_check(risk, terms));
    REFUSE_UNLESS_PASS(money_check(risk, terms));
    REFUSE_UNLESS_PASS(rates_check(risk, terms));
    REFUSE_UNLESS_PASS(own_check(risk, terms));
    if (terms->old) return RISK_PASS;
    if (risk->free_order == RISK_NONE) return RISK_NO_ROOM;
    nanos_t age;
    return risk_duplicate_check(risk, terms, &age);
}

enum risk_verdict risk_check(struct risk *risk, const struct risk_order *order, nanos_t now,
                             struct risk_pass *pass, struct risk_refusal *refusal)
{
    struct risk_terms terms;
    terms.order = order;
    terms.now = now > risk->now ? now : risk->now;
    enum risk_verdict verdict = order_check(risk, &terms);
    counter_one(&risk->counts.verdict[verdict]);
    if (unlikely(verdict != RISK_PASS)) {
        risk_explain(risk, &terms, verdict, refusal);
        return verdict;
    }
    *pass = (struct risk_pass){
        .version = RISK_PASS_VERSION,
        .side = (uint8_t)order->side,
        .kind = (uint8_t)order->kind,
        .order = terms.old ? order->order : risk->free_order,
        .strategy = order->strategy,
        .symbol = order->symbol,
        .parent = order->parent,
        .replaces = terms.old != NULL,
        .price = order->price,
        .worst = terms.worst,
        .qty = order->qty,
        .number = risk->passes + 1,
        .moment = risk->moment,
        .at = terms.now,
    };
    return RISK_PASS;
}
