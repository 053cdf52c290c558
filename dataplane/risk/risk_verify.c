#include "dataplane/risk/risk_layout.h"

/* Walks everything.  O(orders x depth of the heaps + strategies x symbols x orders): each sum is
 * added up again from the slots. */

struct added {
    qty_t buys;
    qty_t sells;
};

static struct added orders_of(const struct risk *risk, uint32_t strategy, uint32_t symbol)
{
    struct added added = {0};
    for (uint32_t i = 0; i < risk->limits.orders; i++) {
        const struct risk_slot *slot = &risk->slot[i];
        if (slot->qty == 0 || slot->strategy != strategy || slot->symbol != symbol) continue;
        *(slot->side == SIDE_BUY ? &added.buys : &added.sells) += risk_slot_open(slot);
    }
    return added;
}

static void slots_verify(const struct risk *risk)
{
    uint32_t living = 0, unused = 0;
    for (uint32_t i = 0; i < risk->limits.orders; i++) {
        const struct risk_slot *slot = &risk->slot[i];
        if (slot->qty == 0) continue;
        living++;
        CHECK(slot->cum >= 0);
        CHECK(slot->strategy < risk->limits.strategies);
        CHECK(slot->symbol < risk->limits.symbols);
        CHECK((slot->next_qty == 0) == (slot->next_worst == 0));
    }
    for (uint32_t i = risk->free_order; i != RISK_NONE; i = risk->slot[i].child, unused++) {
        CHECK(risk->slot[i].qty == 0);
        CHECK(unused < risk->limits.orders);
    }
    CHECK(living == risk->orders);
    CHECK(living + unused == risk->limits.orders);
}

/* From an order up to the root of its heap, which must be its symbol's. */
static void heap_verify(const struct risk *risk, uint32_t order)
{
    const struct risk_slot *slot = risk->slot;
    uint32_t at = order, steps = 0;
    while (slot[at].prev != RISK_NONE) {
        uint32_t prev = slot[at].prev;
        CHECK(steps++ < risk->limits.orders);
        CHECK(slot[prev].side == slot[order].side);
        CHECK(slot[prev].symbol == slot[order].symbol);
        if (slot[prev].child == at) {
            price_t above = risk_own_price(&slot[prev]), below = risk_own_price(&slot[at]);
            CHECK(slot[order].side == SIDE_BUY ? above >= below : above <= below);
        } else {
            CHECK(slot[prev].next == at);
        }
        at = prev;
    }
    CHECK(risk->symbol[slot[order].symbol].best[slot[order].side] == at);
    price_t best = risk_own_price(&slot[at]), own = risk_own_price(&slot[order]);
    CHECK(risk->symbol[slot[order].symbol].best_price[slot[order].side] == best);
    CHECK(slot[order].side == SIDE_BUY ? best >= own : best <= own);
}

static void symbol_verify(const struct risk *risk, uint32_t symbol)
{
    const struct risk_symbol *at = &risk->symbol[symbol];
    risk_wide position = 0, buys = 0, sells = 0;
    uint64_t lost = 0;
    for (uint32_t strategy = 0; strategy < risk->limits.strategies; strategy++) {
        const struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
        struct added added = orders_of(risk, strategy, symbol);
        CHECK(holding->buys == added.buys);
        CHECK(holding->sells == added.sells);
        CHECK(holding->position <= RISK_POSITION_MAX);
        CHECK(holding->position >= -RISK_POSITION_MAX);
        CHECK(holding->reach == risk_reach(holding->position, holding->buys, holding->sells));
        position += holding->position;
        buys += holding->buys;
        sells += holding->sells;
        lost += holding->lost;
    }
    CHECK(at->position == position);
    CHECK(at->buys == buys);
    CHECK(at->sells == sells);
    CHECK(at->lost == lost);
}

static void sums_verify(const struct risk *risk)
{
    risk_wide box_gross = 0, box_value = 0, box_cash = 0;
    for (uint32_t strategy = 0; strategy < risk->limits.strategies; strategy++) {
        const struct risk_strategy *at = &risk->strategy[strategy];
        risk_wide gross = 0, value = 0, working = 0, routes = 0;
        for (uint32_t symbol = 0; symbol < risk->limits.symbols; symbol++) {
            const struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
            gross += risk_product(risk->symbol[symbol].mark, holding->reach);
            value += risk_product(risk->symbol[symbol].mark, holding->position);
        }
        for (uint32_t venue = 0; venue < risk->limits.venues; venue++)
            routes += risk_route_at(risk, venue, strategy)->gross;
        for (uint32_t i = 0; i < risk->limits.orders; i++)
            if (risk->slot[i].qty && risk->slot[i].strategy == strategy)
                working += risk_slot_worth(&risk->slot[i]);
        CHECK(at->gross == gross);
        CHECK(at->gross == routes);
        CHECK(at->value == value);
        CHECK(at->working == working);
        box_gross += gross;
        box_value += value;
        box_cash += at->cash;
    }
    CHECK(risk->box.gross == box_gross);
    CHECK(risk->box.value == box_value);
    CHECK(risk->box.cash == box_cash);
}

static void parents_verify(const struct risk *risk)
{
    for (uint32_t parent = 0; parent < risk->limits.parents; parent++) {
        const struct risk_parent *at = &risk->parent[parent];
        if (at->qty == 0) continue;
        uint32_t children = 0;
        risk_wide open = 0;
        for (uint32_t i = 0; i < risk->limits.orders; i++) {
            const struct risk_slot *slot = &risk->slot[i];
            if (slot->qty == 0 || slot->parent != parent) continue;
            children++;
            open += risk_slot_open(slot);
        }
        CHECK(at->children == children);
        CHECK(at->used >= open);
    }
}

void risk_verify(const struct risk *risk)
{
    slots_verify(risk);
    for (uint32_t i = 0; i < risk->limits.orders; i++)
        if (risk->slot[i].qty) heap_verify(risk, i);
    for (uint32_t symbol = 0; symbol < risk->limits.symbols; symbol++) symbol_verify(risk, symbol);
    if (!risk->lost) sums_verify(risk);
    parents_verify(risk);
    CHECK(risk->staged < risk->limits.batch);
}
