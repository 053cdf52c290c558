#include "tests/risk/risk_rig.h"

#include <stdlib.h>
#include <string.h>

const struct risk_limits rig_limits = {
    .venues = 2,
    .strategies = 3,
    .symbols = 4,
    .orders = 24,
    .parents = 4,
    .recent = 64,
    .batch = 64,
};

struct risk_plan rig_plan(void)
{
    struct risk_plan plan = {.armed = true};
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        plan.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
    }
    return plan;
}

struct risk *rig_new(const struct risk_limits *limits, const struct risk_plan *plan)
{
    size_t bytes = risk_footprint(limits);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    memset(memory, 0, bytes);
    return risk_new(memory, limits, plan);
}

void rig_free(struct risk *risk)
{
    free(risk);
}

static void apply(struct rig *rig, struct risk_record record)
{
    record.role = RISK_OFFICER;
    record.who = 7;
    record.confirmed_by = 8;
    record.confirm_role = RISK_ADMIN;
    strncpy(record.reason, "as the spec says", sizeof record.reason - 1);
    risk_control_draft(rig->risk, &record, 1);
    CHECK(risk_control_check(rig->risk, &record, 1) == RISK_CONTROL_OK);
    CHECK(risk_control_apply(rig->risk, &record) == RISK_CONTROL_OK);
}

void rig_bound_of(struct rig *rig, enum risk_verdict limit, struct risk_subject subject,
                  int64_t value)
{
    apply(rig, (struct risk_record){.kind = RISK_RECORD_BOUND,
                                    .scope = (uint8_t)risk_limit(limit)->scope,
                                    .limit = (uint16_t)limit,
                                    .subject = subject,
                                    .value = value});
}

void rig_bound(struct rig *rig, enum risk_verdict limit, int64_t value)
{
    rig_bound_of(rig, limit, (struct risk_subject){0}, value);
}

struct risk_record rig_record(enum risk_scope scope, uint32_t index, enum risk_state state)
{
    struct risk_record record = {
        .kind = RISK_RECORD_STATE, .scope = (uint8_t)scope, .value = state, .who = 7};
    if (scope == RISK_VENUE) record.subject.venue = index;
    if (scope == RISK_STRATEGY) record.subject.strategy = index;
    if (scope == RISK_SYMBOL) record.subject.symbol = index;
    return record;
}

void rig_state(struct rig *rig, enum risk_scope scope, uint32_t index, enum risk_state state)
{
    apply(rig, rig_record(scope, index, state));
}

static void loosen(struct rig *rig, enum risk_verdict limit)
{
    const struct risk_limit *row = risk_limit(limit);
    enum risk_scope scope = row->scope;
    bool venue = scope == RISK_VENUE || scope == RISK_ROUTE;
    bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
    bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
    for (uint32_t v = 0; v < (venue ? rig_limits.venues : 1); v++)
        for (uint32_t s = 0; s < (strategy ? rig_limits.strategies : 1); s++)
            for (uint32_t y = 0; y < (symbol ? rig_limits.symbols : 1); y++)
                rig_bound_of(rig, limit, (struct risk_subject){v, s, y},
                             row->looser == RISK_UP ? row->most : 0);
}

void rig_open(struct rig *rig)
{
    *rig = (struct rig){.now = 1000 * NANOS_SECOND, .plan = rig_plan()};
    rig->risk = rig_new(&rig_limits, &rig->plan);
    for (uint32_t y = 0; y < rig_limits.symbols; y++) {
        CHECK(risk_list(
            rig->risk, y,
            &(struct risk_symbol_plan){.venue = y % 2, .tick = RIG_TICK, .lot = RIG_LOT}));
        risk_reference(rig->risk, y, RIG_PRICE, rig->now);
        risk_mark(rig->risk, y, RIG_PRICE, rig->now);
        for (uint32_t s = 0; s < rig_limits.strategies; s++)
            CHECK(risk_position(rig->risk, s, y, 0));
    }
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) loosen(rig, (enum risk_verdict)limit);
}

void rig_close(struct rig *rig)
{
    risk_verify(rig->risk);
    rig_free(rig->risk);
}

static struct risk_order order_of(enum side side, int64_t lots, int64_t ticks)
{
    return (struct risk_order){
        .order = RISK_NONE,
        .parent = RISK_NONE,
        .side = side,
        .price = RIG_PRICE + ticks * RIG_TICK,
        .qty = lots * RIG_LOT,
    };
}

struct risk_order rig_buy(int64_t lots, int64_t ticks)
{
    return order_of(SIDE_BUY, lots, ticks);
}

struct risk_order rig_sell(int64_t lots, int64_t ticks)
{
    return order_of(SIDE_SELL, lots, ticks);
}

enum risk_verdict rig_check(struct rig *rig, struct risk_order order)
{
    return risk_check(rig->risk, &order, rig->now, &rig->pass, &rig->refusal);
}

uint32_t rig_send(struct rig *rig, struct risk_order order)
{
    CHECK(rig_check(rig, order) == RISK_PASS);
    uint32_t slot = risk_take(rig->risk, &rig->pass);
    CHECK(slot != RISK_NONE);
    return slot;
}

enum risk_fill rig_fill(struct rig *rig, uint32_t order, int64_t lots, price_t price)
{
    return risk_fill(
        rig->risk, &(struct risk_execution){.order = order, .price = price, .qty = lots * RIG_LOT},
        rig->now);
}
