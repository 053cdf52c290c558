#include "dataplane/risk/risk.h"

#include "dataplane/base/crc32c.h"
#include "dataplane/risk/risk_layout.h"

#include <string.h>

const char *risk_limits_check(const struct risk_limits *limits)
{
    if (limits->venues < 1 || limits->venues > RISK_VENUES_MAX) return "venues is out of range";
    if (limits->strategies < 1 || limits->strategies > RISK_STRATEGIES_MAX)
        return "strategies is out of range";
    if (limits->symbols < 1 || limits->symbols > RISK_SYMBOLS_MAX) return "symbols is out of range";
    if ((uint64_t)limits->strategies * limits->symbols > RISK_HOLDINGS_MAX)
        return "strategies x symbols is out of range";
    if (limits->orders < 1 || limits->orders > RISK_ORDERS_MAX) return "orders is out of range";
    if (limits->parents > RISK_ORDERS_MAX) return "parents is out of range";
    if (!IS_POW2(limits->recent) || limits->recent > RISK_ORDERS_MAX)
        return "recent is no power of two in range";
    if (limits->batch < 1 || limits->batch > RISK_BATCH_MAX) return "batch is out of range";
    return NULL;
}

/* Where each array begins; the last one is the end. */
enum part { VENUE, STRATEGY, SYMBOL, ROUTE, HOLDING, SLOT, PARENT, RECENT, HEAD, STAGE, PARTS };

static void parts_place(const struct risk_limits *limits, size_t place[PARTS + 1])
{
    size_t holdings = (size_t)limits->strategies * limits->symbols;
    const size_t bytes[PARTS] = {
        [VENUE] = limits->venues * sizeof(struct risk_venue),
        [STRATEGY] = limits->strategies * sizeof(struct risk_strategy),
        [SYMBOL] = limits->symbols * sizeof(struct risk_symbol),
        [ROUTE] = (size_t)limits->venues * limits->strategies * sizeof(struct risk_route),
        [HOLDING] = holdings * sizeof(struct risk_position),
        [SLOT] = limits->orders * sizeof(struct risk_slot),
        [PARENT] = limits->parents * sizeof(struct risk_parent),
        [RECENT] = limits->recent * sizeof(struct risk_recent),
        [HEAD] = 2 * (size_t)limits->recent * sizeof(uint64_t),
        [STAGE] = limits->batch * sizeof(struct risk_record),
    };
    place[0] = ALIGN_UP(sizeof(struct risk), CACHE_LINE);
    for (int part = 0; part < PARTS; part++)
        place[part + 1] = ALIGN_UP(place[part] + bytes[part], CACHE_LINE);
}

size_t risk_footprint(const struct risk_limits *limits)
{
    size_t place[PARTS + 1];
    CHECK(!risk_limits_check(limits));
    parts_place(limits, place);
    return place[PARTS];
}

struct risk *risk_new(void *memory, const struct risk_limits *limits, const struct risk_plan *plan)
{
    size_t place[PARTS + 1];
    CHECK(!risk_limits_check(limits));
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    parts_place(limits, place);
    char *base = memory;
    struct risk *risk = memory;
    risk->limits = *limits;
    risk->plan = *plan;
    risk->bytes = place[PARTS];
    risk->venue = (void *)(base + place[VENUE]);
    risk->strategy = (void *)(base + place[STRATEGY]);
    risk->symbol = (void *)(base + place[SYMBOL]);
    risk->route = (void *)(base + place[ROUTE]);
    risk->holding = (void *)(base + place[HOLDING]);
    risk->slot = (void *)(base + place[SLOT]);
    risk->parent = (void *)(base + place[PARENT]);
    risk->recent = (void *)(base + place[RECENT]);
    risk->recent_head = (void *)(base + place[HEAD]);
    risk->stage = (void *)(base + place[STAGE]);
    risk->box.state = plan->armed ? RISK_ACTIVE : RISK_HALTED;
    for (uint32_t i = 0; i < limits->symbols; i++)
        for (enum side side = SIDE_BUY; side <= SIDE_SELL; side++) {
            risk->symbol[i].best[side] = RISK_NONE;
            risk->symbol[i].best_price[side] = RISK_MEETS_NONE(side);
        }
    for (uint32_t i = 0; i < limits->orders; i++)
        risk->slot[i].child = i + 1 < limits->orders ? i + 1 : RISK_NONE;
    for (uint32_t i = 0; i < limits->parents; i++)
        risk->parent[i].next_free = i + 1 < limits->parents ? i + 1 : RISK_NONE;
    risk->free_parent = limits->parents ? 0 : RISK_NONE;
    return risk;
}

bool risk_list(struct risk *risk, uint32_t symbol, const struct risk_symbol_plan *plan)
{
    if (symbol >= risk->limits.symbols || risk->symbol[symbol].listed) return false;
    if (plan->venue >= risk->limits.venues) return false;
    if (plan->tick < 1 || plan->tick > RISK_PRICE_MAX) return false;
    if (plan->lot < 1 || plan->lot > RISK_QTY_MAX) return false;
    risk_moves(risk, 0);
    struct risk_symbol *at = &risk->symbol[symbol];
    at->listed = true;
    at->venue = plan->venue;
    at->tick = plan->tick;
    at->tick_whole = risk_whole_of((uint64_t)plan->tick);
    at->lot_whole = risk_whole_of((uint64_t)plan->lot);
    return true;
}

bool risk_tripped(const struct risk *risk, uint32_t strategy)
{
    CHECK(strategy < risk->limits.strategies);
    return risk->strategy[strategy].tripped;
}

void risk_holding(const struct risk *risk, uint32_t strategy, uint32_t symbol,
                  struct risk_holding_view *view)
{
    CHECK(strategy < risk->limits.strategies);
    CHECK(symbol < risk->limits.symbols);
    const struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    *view = (struct risk_holding_view){
        .known = holding->known,
        .position = holding->position,
        .buys = holding->buys,
        .sells = holding->sells,
    };
}

const struct risk_counts *risk_counts(const struct risk *risk)
{
    return &risk->counts;
}

uint32_t risk_orders(const struct risk *risk)
{
    return risk->orders;
}

/* Everything before the counters, and all arrays: none holds a pointer, or padding that is not
 * zero. */
uint64_t risk_digest(const struct risk *risk)
{
    const char *base = (const char *)risk;
    size_t arrays = ALIGN_UP(sizeof(struct risk), CACHE_LINE);
    uint32_t low = crc32c(risk, offsetof(struct risk, counts));
    uint32_t high = crc32c(base + arrays, risk->bytes - arrays);
    return (uint64_t)high << 32 | low;
}
