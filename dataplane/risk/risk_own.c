#include "dataplane/risk/risk_layout.h"

/* The living orders of one side of a symbol, in a pairing heap: the one that meets most prices is
 * the root.  An order that is being replaced stands at the price that meets more.
 *
 * child is the first child, next the following sibling, prev the sibling before or, of a first
 * child, the parent; the root has neither next nor prev.  Adding is O(1), removing O(log n)
 * amortized. */

price_t risk_own_price(const struct risk_slot *slot)
{
    if (slot->kind == RISK_MARKET_ORDER) return RISK_MEETS_ALL(slot->side);
    if (slot->next_qty == 0) return slot->worst;
    bool next =
        slot->side == SIDE_BUY ? slot->next_worst > slot->worst : slot->next_worst < slot->worst;
    return next ? slot->next_worst : slot->worst;
}

/* Two roots become one. */
static uint32_t join(struct risk_slot *slot, uint32_t one, uint32_t other)
{
    if (one == RISK_NONE) return other;
    if (other == RISK_NONE) return one;
    price_t first = risk_own_price(&slot[one]), second = risk_own_price(&slot[other]);
    bool swap = slot[one].side == SIDE_BUY ? second > first : second < first;
    uint32_t root = swap ? other : one, below = swap ? one : other;
    uint32_t child = slot[root].child;
    slot[below].next = child;
    slot[below].prev = root;
    if (child != RISK_NONE) slot[child].prev = below;
    slot[root].child = below;
    slot[root].next = RISK_NONE;
    slot[root].prev = RISK_NONE;
    return root;
}

/* The children of a removed root: joined in pairs from the left, then all from the right.  The
 * pairs wait in a list through prev. */
static uint32_t join_all(struct risk_slot *slot, uint32_t first)
{
    uint32_t waiting = RISK_NONE;
    while (first != RISK_NONE) {
        uint32_t second = slot[first].next;
        uint32_t rest = second == RISK_NONE ? RISK_NONE : slot[second].next;
        uint32_t pair = join(slot, first, second);
        slot[pair].next = RISK_NONE;
        slot[pair].prev = waiting;
        waiting = pair;
        first = rest;
    }
    uint32_t root = RISK_NONE;
    while (waiting != RISK_NONE) {
        uint32_t before = slot[waiting].prev;
        slot[waiting].prev = RISK_NONE;
        root = join(slot, root, waiting);
        waiting = before;
    }
    return root;
}

static void best_set(struct risk *risk, uint32_t symbol, uint32_t side, uint32_t root)
{
    struct risk_symbol *at = &risk->symbol[symbol];
    at->best[side] = root;
    at->best_price[side] =
        root == RISK_NONE ? RISK_MEETS_NONE(side) : risk_own_price(&risk->slot[root]);
}

void risk_own_add(struct risk *risk, uint32_t order)
{
    struct risk_slot *slot = risk->slot;
    uint32_t symbol = slot[order].symbol, side = slot[order].side;
    slot[order].child = slot[order].next = slot[order].prev = RISK_NONE;
    best_set(risk, symbol, side, join(slot, risk->symbol[symbol].best[side], order));
}

void risk_own_remove(struct risk *risk, uint32_t order)
{
    struct risk_slot *slot = risk->slot;
    uint32_t symbol = slot[order].symbol, side = slot[order].side;
    uint32_t root = risk->symbol[symbol].best[side];
    uint32_t children = join_all(slot, slot[order].child);
    if (root == order) {
        best_set(risk, symbol, side, children);
        return;
    }
    uint32_t next = slot[order].next, prev = slot[order].prev;
    if (slot[prev].child == order) {
        slot[prev].child = next;
    } else {
        slot[prev].next = next;
    }
    if (next != RISK_NONE) slot[next].prev = prev;
    best_set(risk, symbol, side, join(slot, root, children));
}
