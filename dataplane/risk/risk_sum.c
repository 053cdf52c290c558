#include "dataplane/risk/risk_layout.h"

/* Sums over holdings.  A sum that would not fit is lost: it keeps its value, every order is refused
 * from there on, and risk_day adds everything up again. */

void risk_add(struct risk *risk, risk_wide *sum, risk_wide more)
{
    risk_wide total;
    if (unlikely(__builtin_add_overflow(*sum, more, &total) || total > (risk_wide)1 << 125 ||
                 total < -((risk_wide)1 << 125))) {
        risk->lost = 1;
        return;
    }
    *sum = total;
}

void risk_pay(struct risk *risk, struct risk_strategy *strategy, risk_wide paid)
{
    risk_add(risk, &strategy->cash, -paid);
    risk_add(risk, &risk->box.cash, -paid);
}

static void gross_add(struct risk *risk, uint32_t strategy, uint32_t venue, risk_wide more)
{
    risk_add(risk, &risk_route_at(risk, venue, strategy)->gross, more);
    risk_add(risk, &risk->strategy[strategy].gross, more);
    risk_add(risk, &risk->box.gross, more);
}

static void value_add(struct risk *risk, uint32_t strategy, risk_wide more)
{
    risk_add(risk, &risk->strategy[strategy].value, more);
    risk_add(risk, &risk->box.value, more);
}

void risk_shift(struct risk *risk, uint32_t strategy, uint32_t symbol,
                const struct risk_shift *shift)
{
    struct risk_symbol *whole = &risk->symbol[symbol];
    struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    holding->position += shift->position;
    holding->buys += shift->buys;
    holding->sells += shift->sells;
    DCHECK(holding->buys >= 0);
    DCHECK(holding->sells >= 0);
    whole->position += shift->position;
    whole->buys += shift->buys;
    whole->sells += shift->sells;
    qty_t reach = risk_reach(holding->position, holding->buys, holding->sells);
    if (reach != holding->reach)
        gross_add(risk, strategy, whole->venue, risk_product(whole->mark, reach - holding->reach));
    holding->reach = reach;
    if (shift->position) value_add(risk, strategy, risk_product(whole->mark, shift->position));
}

/* What was carried without a price counts at this one. */
static void holding_price(struct risk *risk, uint32_t strategy, struct risk_position *holding,
                          price_t price)
{
    if (holding->unpriced == 0) return;
    risk_pay(risk, &risk->strategy[strategy], risk_product(price, holding->unpriced));
    holding->unpriced = 0;
}

void risk_reference(struct risk *risk, uint32_t symbol, price_t price, nanos_t now)
{
    CHECK(symbol < risk->limits.symbols);
    risk_moves(risk, now);
    struct risk_symbol *at = &risk->symbol[symbol];
    at->referenced = price >= 1 && price <= RISK_PRICE_MAX;
    if (!at->referenced) return;
    at->reference = price;
    at->reference_at = now;
}

void risk_mark(struct risk *risk, uint32_t symbol, price_t price, nanos_t now)
{
    CHECK(symbol < risk->limits.symbols);
    risk_moves(risk, now);
    struct risk_symbol *at = &risk->symbol[symbol];
    at->marked = at->listed && price >= 1 && price <= RISK_PRICE_MAX;
    if (!at->marked) return;
    at->mark_at = now;
    price_t more = price - at->mark;
    at->mark = price;
    if (more == 0) return;
    for (uint32_t strategy = 0; strategy < risk->limits.strategies; strategy++) {
        struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
        if (holding->reach == 0 && holding->unpriced == 0) continue; /* no position either */
        gross_add(risk, strategy, at->venue, risk_product(more, holding->reach));
        value_add(risk, strategy, risk_product(more, holding->position));
        holding_price(risk, strategy, holding, price);
    }
}

void risk_carried(struct risk *risk, uint32_t symbol, price_t price)
{
    CHECK(symbol < risk->limits.symbols);
    CHECK(price >= 1 && price <= RISK_PRICE_MAX);
    risk_moves(risk, 0);
    for (uint32_t strategy = 0; strategy < risk->limits.strategies; strategy++)
        holding_price(risk, strategy, risk_holding_at(risk, strategy, symbol), price);
}

bool risk_position(struct risk *risk, uint32_t strategy, uint32_t symbol, qty_t position)
{
    CHECK(strategy < risk->limits.strategies);
    CHECK(symbol < risk->limits.symbols);
    struct risk_symbol *at = &risk->symbol[symbol];
    if (!at->listed || position > RISK_POSITION_MAX || position < -RISK_POSITION_MAX) return false;
    risk_moves(risk, 0);
    struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    qty_t more = position - holding->position;
    risk_shift(risk, strategy, symbol, &(struct risk_shift){.position = more});
    if (at->mark) {
        risk_pay(risk, &risk->strategy[strategy], risk_product(at->mark, more));
    } else {
        holding->unpriced += more;
    }
    if (holding->lost) at->lost--;
    holding->lost = 0;
    holding->known = 1;
    return true;
}

void risk_day(struct risk *risk)
{
    risk_moves(risk, 0);
    risk->lost = 0;
    risk->box.gross = risk->box.value = risk->box.cash = 0;
    size_t routes = (size_t)risk->limits.venues * risk->limits.strategies;
    for (size_t i = 0; i < routes; i++) risk->route[i].gross = 0;
    for (uint32_t strategy = 0; strategy < risk->limits.strategies; strategy++) {
        struct risk_strategy *at = &risk->strategy[strategy];
        at->gross = at->value = at->cash = at->traded = at->working = 0;
        for (uint32_t symbol = 0; symbol < risk->limits.symbols; symbol++) {
            const struct risk_symbol *whole = &risk->symbol[symbol];
            struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
            holding->unpriced = whole->mark ? 0 : holding->position;
            if (holding->reach == 0) continue;
            gross_add(risk, strategy, whole->venue, risk_product(whole->mark, holding->reach));
            value_add(risk, strategy, risk_product(whole->mark, holding->position));
        }
        risk_pay(risk, at, at->value);
    }
    for (uint32_t order = 0; order < risk->limits.orders; order++) {
        const struct risk_slot *slot = &risk->slot[order];
        if (slot->qty)
            risk_add(risk, &risk->strategy[slot->strategy].working, risk_slot_worth(slot));
    }
}
