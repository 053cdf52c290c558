#include "dataplane/risk/risk_layout.h"

/* What a refusal says: the limit's value and bound, and whose they are.  Runs only after a check
 * has refused, and looks at the same state. */

static int64_t saturated(risk_wide value)
{
    if (value > INT64_MAX) return INT64_MAX;
    if (value < INT64_MIN) return INT64_MIN;
    return (int64_t)value;
}

/* Rounded up: one unit of 1e-16 over a bound is over it. */
static int64_t money(risk_wide sum)
{
    risk_wide whole = sum / QTY_ONE;
    if (sum > 0 && sum % QTY_ONE) whole++;
    return saturated(whole);
}

static int64_t symbol_value(const struct risk *risk, const struct risk_terms *terms,
                            enum risk_verdict verdict)
{
    const struct risk_order *order = terms->order;
    const struct risk_symbol *symbol = &risk->symbol[order->symbol];
    price_t far = order->price - symbol->reference;
    if (far < 0) far = -far;
    switch ((int)verdict) {
    case RISK_TRADABLE:
    case RISK_MARKET_ORDERS: return 1;
    case RISK_ORDER_QTY: return risk_terms_open(terms);
    case RISK_ORDER_NOTIONAL: return money(risk_product(terms->worst, risk_terms_open(terms)));
    case RISK_REFERENCE_AGE: return saturated((risk_wide)(terms->now - symbol->reference_at));
    case RISK_MARK_AGE: return saturated((risk_wide)(terms->now - symbol->mark_at));
    case RISK_COLLAR_TICKS: return far / symbol->tick + (far % symbol->tick != 0);
    case RISK_COLLAR_PPM:
        return saturated((risk_product(far, 1000000) + symbol->reference - 1) / symbol->reference);
    case RISK_SYMBOL_LONG: return saturated(symbol->position + symbol->buys + terms->extra);
    case RISK_SYMBOL_SHORT: return saturated(symbol->sells - symbol->position + terms->extra);
    case RISK_SYMBOL_RATE: return saturated(risk_window_total(&symbol->rate, terms->now) + 1);
    default: return 0;
    }
}

static int64_t sum_value(const struct risk *risk, const struct risk_terms *terms,
                         enum risk_verdict verdict)
{
    const struct risk_order *order = terms->order;
    const struct risk_symbol *symbol = &risk->symbol[order->symbol];
    const struct risk_strategy *strategy = &risk->strategy[order->strategy];
    const struct risk_position *holding = risk_holding_at(risk, order->strategy, order->symbol);
    risk_wide more = risk_product(symbol->mark, terms->reach - holding->reach);
    switch ((int)verdict) {
    case RISK_LONG:
    case RISK_SHORT: return terms->position;
    case RISK_CAPITAL:
        return money(risk_route_at(risk, symbol->venue, order->strategy)->gross + more);
    case RISK_STRATEGY_GROSS: return money(strategy->gross + more);
    case RISK_BOX_GROSS: return money(risk->box.gross + more);
    case RISK_STRATEGY_VOLUME: return money(strategy->traded + strategy->working + terms->worth);
    case RISK_STRATEGY_LOSS: return money(-(strategy->cash + strategy->value));
    case RISK_BOX_LOSS: return money(-(risk->box.cash + risk->box.value));
    case RISK_STRATEGY_RATE: return saturated(risk_window_total(&strategy->rate, terms->now) + 1);
    case RISK_STRATEGY_FILLS: return saturated(strategy->trip_fills);
    case RISK_VENUE_RATE:
        return saturated(risk_window_total(&risk->venue[symbol->venue].rate, terms->now) + 1);
    default: return symbol_value(risk, terms, verdict);
    }
}

static void explain_limit(const struct risk *risk, const struct risk_terms *terms,
                          struct risk_refusal *refusal)
{
    const struct risk_order *order = terms->order;
    struct risk_subject all = {.venue = risk->symbol[order->symbol].venue,
                               .strategy = order->strategy,
                               .symbol = order->symbol};
    nanos_t age;
    refusal->bound = risk_bound(risk, refusal->verdict, &all);
    refusal->scope = risk_limit(refusal->verdict)->scope;
    refusal->value = sum_value(risk, terms, refusal->verdict);
    if (refusal->verdict == RISK_DUPLICATE_NS &&
        risk_duplicate_check(risk, terms, &age) == RISK_DUPLICATE_NS)
        refusal->value = saturated((risk_wide)age);
    enum risk_scope scope = refusal->scope;
    if (scope == RISK_VENUE || scope == RISK_ROUTE) refusal->subject.venue = all.venue;
    if (scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING)
        refusal->subject.strategy = all.strategy;
    if (scope == RISK_SYMBOL || scope == RISK_HOLDING) refusal->subject.symbol = all.symbol;
}

/* The widest scope that is in the state, or in a stricter one. */
static void explain_state(const struct risk *risk, const struct risk_terms *terms,
                          enum risk_state state, struct risk_refusal *refusal)
{
    uint32_t venue = risk->symbol[terms->order->symbol].venue;
    uint32_t strategy = terms->order->strategy, symbol = terms->order->symbol;
    refusal->bound = 0;
    refusal->value = state == RISK_HALTED ? terms->order->qty : terms->position;
    if (risk->box.state >= state) return;
    if (risk->venue[venue].state >= state) {
        refusal->scope = RISK_VENUE;
        refusal->subject.venue = venue;
    } else if (risk->strategy[strategy].state >= state) {
        refusal->scope = RISK_STRATEGY;
        refusal->subject.strategy = strategy;
    } else {
        refusal->scope = RISK_SYMBOL;
        refusal->subject.symbol = symbol;
    }
}

COLD void risk_explain(const struct risk *risk, const struct risk_terms *terms,
                       enum risk_verdict verdict, struct risk_refusal *refusal)
{
    const struct risk_order *order = terms->order;
    *refusal = (struct risk_refusal){.verdict = verdict, .value = order->qty};
    if ((int)verdict <= (int)RISK_LIMIT_COUNT) {
        explain_limit(risk, terms, refusal);
        return;
    }
    switch ((int)verdict) {
    case RISK_HALTED_NOW: explain_state(risk, terms, RISK_HALTED, refusal); return;
    case RISK_REDUCE_NOW: explain_state(risk, terms, RISK_REDUCE_ONLY, refusal); return;
    case RISK_OFF_TICK:
        refusal->value = order->price;
        refusal->bound = risk->symbol[order->symbol].tick;
        return;
    case RISK_OFF_LOT:
        refusal->value = risk_terms_open(terms);
        refusal->bound = (int64_t)risk_whole_unit(&risk->symbol[order->symbol].lot_whole);
        return;
    case RISK_SELF_TRADE:
        refusal->value = order->price;
        refusal->bound = risk->symbol[order->symbol].best_price[side_opposite(order->side)];
        return;
    case RISK_PARENT:
        refusal->value = terms->extra;
        if (order->parent < risk->limits.parents)
            refusal->bound = risk_parent_left(risk, order->parent);
        return;
    case RISK_NO_ROOM: refusal->bound = risk->limits.orders; return;
    default: return;
    }
}
