#include "tests/risk/risk_run.h"

#include "tests/risk/risk_rig.h"

#include <string.h>

uint64_t run_draw(uint64_t low, uint64_t high)
{
    return chance_between(&run.chance, low, high);
}

bool run_often(uint64_t percent)
{
    return run_draw(1, 100) <= percent;
}

int64_t run_edge(void)
{
    static const int64_t edges[] = {0,
                                    1,
                                    -1,
                                    2,
                                    INT64_MAX,
                                    INT64_MAX - 1,
                                    INT64_MIN,
                                    INT64_MIN + 1,
                                    RISK_PRICE_MAX,
                                    RISK_PRICE_MAX - 1,
                                    RISK_PRICE_MAX + 1,
                                    RISK_QTY_MAX,
                                    RISK_QTY_MAX - 1,
                                    RISK_QTY_MAX + 1,
                                    RISK_POSITION_MAX,
                                    -RISK_POSITION_MAX,
                                    RISK_POSITION_MAX + 1,
                                    INT32_MAX,
                                    (int64_t)UINT32_MAX + 1,
                                    100000000,
                                    99999999};
    if (run_often(20)) return (int64_t)(chance_next(&run.chance) >> run_draw(0, 60));
    return edges[run_draw(0, ARRAY_COUNT(edges) - 1)];
}

price_t run_price(void)
{
    if (run.hostile && run_often(30)) return run_edge();
    int64_t off = run_often(3) ? 1 : 0;
    return RIG_PRICE + ((int64_t)run_draw(0, 24) - 12) * RIG_TICK + off;
}

qty_t run_qty(void)
{
    if (run.hostile && run_often(30)) return run_edge();
    return (qty_t)run_draw(1, 12) * RIG_LOT + (run_often(3) ? 1 : 0);
}

uint32_t run_slot(void)
{
    uint32_t start = (uint32_t)run_draw(0, PLAIN_ORDERS - 1);
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++)
        if (run.plain.order[(start + i) % PLAIN_ORDERS].lives) return (start + i) % PLAIN_ORDERS;
    return RISK_NONE;
}

struct risk_order run_order(void)
{
    if (run_often(5)) return run.last;
    struct risk_order order = {
        .strategy = (uint32_t)run_draw(0, run_often(2) ? PLAIN_STRATEGIES : PLAIN_STRATEGIES - 1),
        .symbol = (uint32_t)run_draw(0, run_often(2) ? PLAIN_SYMBOLS : PLAIN_SYMBOLS - 1),
        .order = RISK_NONE,
        .parent = run_often(15) ? (uint32_t)run_draw(0, PLAIN_PARENTS) : RISK_NONE,
        .side = (enum side)run_draw(0, run_often(1) ? 2 : 1),
        .kind = (enum risk_order_kind)(run_often(8) ? run_draw(1, run_often(5) ? 2 : 1) : 0),
        .price = run_price(),
        .qty = run_qty(),
    };
    if (order.parent < PLAIN_PARENTS && run.plain.parent[order.parent].open) {
        const struct risk_order *parent = &run.plain.parent[order.parent].was;
        order.strategy = parent->strategy;
        order.symbol = parent->symbol;
        order.side = parent->side;
    }
    if (order.kind == RISK_MARKET_ORDER && run_often(95)) order.price = 0;
    uint32_t slot = run_often(30) ? run_slot() : RISK_NONE;
    if (slot != RISK_NONE) {
        const struct risk_order *was = &run.plain.order[slot].was;
        order.order = run_often(1) ? PLAIN_ORDERS : slot;
        order.kind = RISK_LIMIT_ORDER;
        order.strategy = was->strategy;
        order.symbol = was->symbol;
        order.side = run_often(1) ? side_opposite(was->side) : was->side;
        order.parent = was->parent;
        plain_wide whole = order.qty + run.plain.order[slot].filled;
        if (run_often(50) && whole <= INT64_MAX)
            order.qty = (qty_t)whole; /* lots of what is left */
    }
    run.last = order;
    return order;
}

static int64_t some_bound(const struct risk_limit *row)
{
    if (run.hostile && run_often(50)) return row->looser == RISK_UP ? row->most : 0;
    if (run.hostile && run_often(30)) {
        int64_t value = run_edge();
        return value < 0 ? 0 : value > row->most ? row->most : value;
    }
    switch (row->unit) {
    case RISK_SWITCH: return run_often(97);
    case RISK_QTY: return (int64_t)run_draw(8, 300) * RIG_LOT;
    case RISK_MONEY:
        if (strstr(row->name, "loss")) return (int64_t)run_draw(0, 40);
        return (int64_t)run_draw(300, run_often(30) ? 2000 : 40000);
    case RISK_NS:
        return (int64_t)run_draw(0, row->looser == RISK_UP ? 3000 : 200) * (int64_t)NANOS_MILLI;
    case RISK_TICKS: return (int64_t)run_draw(8, 20);
    case RISK_PPM: return (int64_t)run_draw(8000, 30000);
    case RISK_COUNT: return (int64_t)run_draw(15, 300);
    }
    return 0;
}

struct risk_record run_record(void)
{
    struct risk_subject at = {(uint32_t)run_draw(0, PLAIN_VENUES - 1),
                              (uint32_t)run_draw(0, PLAIN_STRATEGIES - 1),
                              (uint32_t)run_draw(0, PLAIN_SYMBOLS - 1)};
    struct risk_record record = {.kind = RISK_RECORD_STATE,
                                 .scope = (uint8_t)run_draw(RISK_BOX, RISK_SYMBOL),
                                 .role = RISK_OFFICER,

                                 .value = run_often(96) ? RISK_ACTIVE : (int64_t)run_draw(0, 2),
                                 .at = run.now,
                                 .reason = "chance"};
    if (run_often(70)) {
        enum risk_verdict limit = (enum risk_verdict)run_draw(1, RISK_LIMIT_COUNT);
        record.kind = RISK_RECORD_BOUND;
        record.limit = (uint16_t)limit;
        record.scope = (uint8_t)risk_limit(limit)->scope;
        record.value = some_bound(risk_limit(limit));
    }
    enum risk_scope scope = record.scope;
    if (scope == RISK_VENUE || scope == RISK_ROUTE) record.subject.venue = at.venue;
    if (scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING)
        record.subject.strategy = at.strategy;
    if (scope == RISK_SYMBOL || scope == RISK_HOLDING) record.subject.symbol = at.symbol;
    return record;
}
