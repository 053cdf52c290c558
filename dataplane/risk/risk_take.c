#include "dataplane/risk/risk_layout.h"

/* The life of an order that counts: taken or adopted, filled, replaced or kept, done.
 *
 * Each step changes the slot and then moves the sums by the difference of what was and is open of
 * it, and of what it was and is worth. */

struct counted {
    qty_t open;
    risk_wide worth;
};

static struct counted counted_of(const struct risk_slot *slot)
{
    return (struct counted){.open = risk_slot_open(slot), .worth = risk_slot_worth(slot)};
}

static void used_add(struct risk *risk, uint32_t parent, qty_t more)
{
    if (parent == RISK_NONE) return;
    struct risk_parent *at = &risk->parent[parent];
    qty_t used = at->used + more;
    at->used = used > RISK_USED_MAX ? RISK_USED_MAX : used;
    CHECK(at->used >= 0);
}

/* position: what a fill adds to the strategy's. */
static void recount(struct risk *risk, const struct risk_slot *slot, const struct counted *before,
                    qty_t position)
{
    struct counted now = counted_of(slot);
    struct risk_shift shift = {.position = position};
    *(slot->side == SIDE_BUY ? &shift.buys : &shift.sells) = now.open - before->open;
    risk_shift(risk, slot->strategy, slot->symbol, &shift);
    if (now.worth != before->worth)
        risk_add(risk, &risk->strategy[slot->strategy].working, now.worth - before->worth);
}

static struct risk_slot *slot_of(struct risk *risk, uint32_t order)
{
    CHECK(order < risk->limits.orders);
    CHECK(risk->slot[order].qty > 0);
    return &risk->slot[order];
}

/* order: what it is; worst: what it counts at. */
static uint32_t slot_open(struct risk *risk, const struct risk_order *order, price_t worst)
{
    uint32_t index = risk->free_order;
    CHECK(index != RISK_NONE);
    struct risk_slot *slot = &risk->slot[index];
    risk->free_order = slot->child;
    risk->orders++;
    *slot = (struct risk_slot){
        .qty = order->qty,
        .worst = worst,
        .strategy = order->strategy,
        .symbol = order->symbol,
        .parent = order->parent,
        .side = order->side,
        .kind = order->kind,
    };
    risk_own_add(risk, index);
    recount(risk, slot, &(struct counted){0}, 0);
    if (order->parent != RISK_NONE) risk->parent[order->parent].children++;
    used_add(risk, order->parent, order->qty);
    return index;
}

static void message_counts(struct risk *risk, uint32_t strategy, uint32_t symbol, nanos_t now)
{
    struct risk_symbol *at = &risk->symbol[symbol];
    risk_window_add(&at->rate, now);
    risk_window_add(&risk->strategy[strategy].rate, now);
    risk_window_add(&risk->venue[at->venue].rate, now);
}

uint32_t risk_take(struct risk *risk, const struct risk_pass *pass)
{
    if (pass->version != RISK_PASS_VERSION || pass->moment != risk->moment ||
        pass->number != risk->passes + 1) {
        counter_one(&risk->counts.taken_stale);
        return RISK_NONE;
    }
    risk_moves(risk, pass->at);
    risk->passes++;
    counter_one(&risk->counts.taken);
    message_counts(risk, pass->strategy, pass->symbol, pass->at);
    if (pass->replaces) {
        struct risk_slot *slot = slot_of(risk, pass->order);
        struct counted before = counted_of(slot);
        risk_own_remove(risk, pass->order);
        slot->next_qty = pass->qty;
        slot->next_worst = pass->worst;
        risk_own_add(risk, pass->order);
        recount(risk, slot, &before, 0);
        used_add(risk, slot->parent, risk_slot_open(slot) - before.open);
        return pass->order;
    }
    CHECK(pass->order == risk->free_order);
    risk_duplicate_add(risk, pass);
    return slot_open(risk,
                     &(struct risk_order){.strategy = pass->strategy,
                                          .symbol = pass->symbol,
                                          .parent = pass->parent,
                                          .side = pass->side,
                                          .kind = pass->kind,
                                          .qty = pass->qty},
                     pass->worst);
}

uint32_t risk_adopt(struct risk *risk, const struct risk_order *order)
{
    bool market = order->kind == RISK_MARKET_ORDER;
    price_t worst = market ? RISK_PRICE_MAX : order->price;
    if (order->strategy >= risk->limits.strategies || order->symbol >= risk->limits.symbols ||
        !risk->symbol[order->symbol].listed || (uint32_t)order->side > SIDE_SELL ||
        (uint32_t)order->kind > RISK_MARKET_ORDER || order->order != RISK_NONE ||
        (market && order->price != 0) || worst < 1 || worst > RISK_PRICE_MAX || order->qty < 1 ||
        order->qty > RISK_QTY_MAX || risk->free_order == RISK_NONE)
        return RISK_NONE;
    const struct risk_position *holding = risk_holding_at(risk, order->strategy, order->symbol);
    qty_t working = order->side == SIDE_BUY ? holding->buys : holding->sells;
    if (working > RISK_WORKING_MAX - order->qty) return RISK_NONE;
    if (order->parent != RISK_NONE) {
        if (order->parent >= risk->limits.parents) return RISK_NONE;
        const struct risk_parent *parent = &risk->parent[order->parent];
        if (parent->qty == 0 || parent->strategy != order->strategy ||
            parent->symbol != order->symbol || parent->side != order->side)
            return RISK_NONE;
    }
    risk_moves(risk, 0);
    return slot_open(risk, order, worst);
}

void risk_cancel(struct risk *risk, uint32_t order, nanos_t now)
{
    const struct risk_slot *slot = slot_of(risk, order);
    risk_moves(risk, now);
    message_counts(risk, slot->strategy, slot->symbol, risk->now);
    counter_one(&risk->counts.cancel);
}

/* The replacement's time is over: this is the order now. */
static void settle(struct risk *risk, uint32_t order, qty_t qty, price_t worst)
{
    struct risk_slot *slot = &risk->slot[order];
    risk_moves(risk, 0);
    struct counted before = counted_of(slot);
    risk_own_remove(risk, order);
    slot->qty = qty;
    slot->worst = worst;
    slot->next_qty = 0;
    slot->next_worst = 0;
    risk_own_add(risk, order);
    recount(risk, slot, &before, 0);
    used_add(risk, slot->parent, risk_slot_open(slot) - before.open);
}

void risk_replaced(struct risk *risk, uint32_t order)
{
    const struct risk_slot *slot = slot_of(risk, order);
    CHECK(slot->next_qty > 0);
    settle(risk, order, slot->next_qty, slot->next_worst);
}

void risk_kept(struct risk *risk, uint32_t order)
{
    const struct risk_slot *slot = slot_of(risk, order);
    CHECK(slot->next_qty > 0);
    settle(risk, order, slot->qty, slot->worst);
}

void risk_done(struct risk *risk, uint32_t order)
{
    struct risk_slot *slot = slot_of(risk, order);
    risk_moves(risk, 0);
    struct counted before = counted_of(slot);
    risk_own_remove(risk, order);
    slot->cum = RISK_USED_MAX; /* nothing is open */
    recount(risk, slot, &before, 0);
    used_add(risk, slot->parent, -before.open);
    if (slot->parent != RISK_NONE) risk->parent[slot->parent].children--;
    *slot = (struct risk_slot){.child = risk->free_order};
    risk->free_order = order;
    risk->orders--;
}

qty_t risk_open(const struct risk *risk, uint32_t order)
{
    if (order >= risk->limits.orders) return 0;
    return risk_slot_open(&risk->slot[order]);
}
