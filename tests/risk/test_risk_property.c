/* Random steps, the product beside plain_risk: the same verdict, value and bound of every check, the
 * same open quantities after every step.  A second product is told only what changes something, and
 * must be bit by bit the first; a third one is rebuilt from the records of changes. */

#include "tests/risk/plain_risk.h"
#include "tests/risk/risk_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 1 << 16, VERIFY_EVERY = 4096, DAY_EVERY = 1000 };

static struct {
    struct chance chance;
    uint64_t seed, step;
    bool hostile;
    nanos_t now;
    struct risk *risk, *again;
    struct plain_risk plain;
    struct risk_order last;
    uint32_t records;
    uint64_t checks, kills;
    uint64_t verdicts[RISK_VERDICT_COUNT];
} run;

static uint64_t seen[RISK_VERDICT_COUNT]; /* in all runs */

static struct risk_record records[RECORDS_MAX];

#define AGREE(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ", step %" PRIu64 ": %s",       \
                        run.seed, run.step, #condition);                                           \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&run.chance, low, high);
}

static bool often(uint64_t percent)
{
    return draw(1, 100) <= percent;
}

static int64_t edge(void)
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
    if (often(20)) return (int64_t)(chance_next(&run.chance) >> draw(0, 60));
    return edges[draw(0, ARRAY_COUNT(edges) - 1)];
}

static price_t some_price(void)
{
    if (run.hostile && often(30)) return edge();
    int64_t off = often(3) ? 1 : 0;
    return RIG_PRICE + ((int64_t)draw(0, 24) - 12) * RIG_TICK + off;
}

static qty_t some_qty(void)
{
    if (run.hostile && often(30)) return edge();
    return (qty_t)draw(1, 12) * RIG_LOT + (often(3) ? 1 : 0);
}

static uint32_t some_slot(void)
{
    uint32_t start = (uint32_t)draw(0, PLAIN_ORDERS - 1);
    for (uint32_t i = 0; i < PLAIN_ORDERS; i++)
        if (run.plain.order[(start + i) % PLAIN_ORDERS].lives) return (start + i) % PLAIN_ORDERS;
    return RISK_NONE;
}

static struct risk_order some_order(void)
{
    if (often(5)) return run.last;
    struct risk_order order = {
        .strategy = (uint32_t)draw(0, often(2) ? PLAIN_STRATEGIES : PLAIN_STRATEGIES - 1),
        .symbol = (uint32_t)draw(0, often(2) ? PLAIN_SYMBOLS : PLAIN_SYMBOLS - 1),
        .order = RISK_NONE,
        .parent = often(15) ? (uint32_t)draw(0, PLAIN_PARENTS) : RISK_NONE,
        .side = (enum side)draw(0, often(1) ? 2 : 1),
        .kind = (enum risk_order_kind)(often(8) ? draw(1, often(5) ? 2 : 1) : 0),
        .price = some_price(),
        .qty = some_qty(),
    };
    if (order.parent < PLAIN_PARENTS && run.plain.parent[order.parent].open) {
        const struct risk_order *parent = &run.plain.parent[order.parent].was;
        order.strategy = parent->strategy;
        order.symbol = parent->symbol;
        order.side = parent->side;
    }
    if (order.kind == RISK_MARKET_ORDER && often(95)) order.price = 0;
    uint32_t slot = often(30) ? some_slot() : RISK_NONE;
    if (slot != RISK_NONE) {
        const struct risk_order *was = &run.plain.order[slot].was;
        order.order = often(1) ? PLAIN_ORDERS : slot;
        order.kind = RISK_LIMIT_ORDER;
        order.strategy = was->strategy;
        order.symbol = was->symbol;
        order.side = often(1) ? side_opposite(was->side) : was->side;
        order.parent = was->parent;
    }
    run.last = order;
    return order;
}

static bool step_check(void)
{
    struct risk_order order = some_order();
    struct risk_refusal said = {0}, plain;
    struct risk_pass pass;
    nanos_t now = often(3) ? run.now - draw(0, 2 * NANOS_SECOND) : run.now;
    enum risk_verdict verdict = risk_check(run.risk, &order, now, &pass, &said);
    enum risk_verdict expected = plain_check(&run.plain, &order, now, &plain);
    run.checks++;
    run.verdicts[verdict]++;
    if (verdict != expected)
        spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ", step %" PRIu64 ": %s, not %s",
                    run.seed, run.step, risk_verdict_name(verdict), risk_verdict_name(expected));
    AGREE(verdict == expected);
    if (verdict != RISK_PASS && (int)verdict <= (int)RISK_LIMIT_COUNT) {
        if (said.value != plain.value)
            spec_expect(__FILE__, __LINE__, false, "%s: %" PRId64 ", not %" PRId64,
                        risk_verdict_name(verdict), said.value, plain.value);
        AGREE(said.value == plain.value);
        AGREE(said.bound == plain.bound);
    }
    if (verdict != RISK_PASS) return true;
    AGREE(run.plain.state[RISK_BOX][0] != RISK_HALTED);
    if (often(2)) return true; /* never used */
    uint32_t slot = risk_take(run.risk, &pass);
    AGREE(slot != RISK_NONE);
    AGREE(risk_take(run.again, &pass) == slot);
    AGREE(risk_take(run.risk, &pass) == RISK_NONE);
    AGREE(order.order == RISK_NONE ? !run.plain.order[slot].lives : slot == order.order);
    plain_take(&run.plain, &order, slot, now);
    return true;
}

static bool step_adopt(void)
{
    struct risk_order order = some_order();
    order.order = RISK_NONE;
    uint32_t slot = risk_adopt(run.risk, &order);
    AGREE(risk_adopt(run.again, &order) == slot);
    if (slot == RISK_NONE) return true;
    AGREE(!run.plain.order[slot].lives);
    plain_adopt(&run.plain, &order, slot);
    return true;
}

static bool step_fill(void)
{
    uint32_t slot = some_slot();
    struct risk_execution fill = {
        .order = slot,
        .strategy = (uint32_t)draw(0, PLAIN_STRATEGIES - 1),
        .symbol = (uint32_t)draw(0, PLAIN_SYMBOLS - 1),
        .parent = RISK_NONE,
        .side = (enum side)draw(0, 1),
        .price = some_price(),
        .qty = some_qty(),
    };
    if (slot == RISK_NONE || often(5)) fill.order = RISK_NONE;
    if (fill.order != RISK_NONE && often(80)) {
        plain_wide open = plain_open(&run.plain.order[slot]);
        fill.qty = open > 0 ? (qty_t)draw(1, (uint64_t)open) : 1;
        if (often(50)) fill.qty = open > 0 ? (qty_t)open : 1;
    }
    bool sound =
        fill.price > 0 && fill.price <= RISK_PRICE_MAX && fill.qty > 0 && fill.qty <= RISK_QTY_MAX;
    enum risk_fill said = risk_fill(run.risk, &fill, run.now);
    AGREE(risk_fill(run.again, &fill, run.now) == said);
    AGREE(sound == (said != RISK_FILL_BAD));
    if (sound) plain_fill(&run.plain, &fill, run.now);
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++)
        AGREE(risk_tripped(run.risk, s) == run.plain.tripped[s]);
    return true;
}

static bool step_answer(void)
{
    uint32_t slot = some_slot();
    if (slot == RISK_NONE) return true;
    bool replacing = run.plain.order[slot].next_qty > 0;
    if (often(20)) {
        risk_cancel(run.risk, slot, run.now);
        risk_cancel(run.again, slot, run.now);
        plain_cancel(&run.plain, slot, run.now);
    } else if (replacing && often(80)) {
        bool replaced = often(60);
        (replaced ? risk_replaced : risk_kept)(run.risk, slot);
        (replaced ? risk_replaced : risk_kept)(run.again, slot);
        plain_settle(&run.plain, slot, replaced);
    } else {
        risk_done(run.risk, slot);
        risk_done(run.again, slot);
        run.plain.order[slot].lives = false;
        uint32_t parent = run.plain.order[slot].was.parent;
        AGREE(parent == RISK_NONE || run.plain.parent[parent].open);
    }
    return true;
}

static bool step_prices(void)
{
    uint32_t symbol = (uint32_t)draw(0, PLAIN_SYMBOLS - 1);
    price_t price = often(2) ? 0 : some_price();
    if (often(70)) {
        risk_reference(run.risk, symbol, price, run.now);
        risk_reference(run.again, symbol, price, run.now);
        plain_reference(&run.plain, symbol, price, run.now);
    }
    if (often(70)) {
        risk_mark(run.risk, symbol, price, run.now);
        risk_mark(run.again, symbol, price, run.now);
        plain_mark(&run.plain, symbol, price, run.now);
    }
    return true;
}

static bool step_position(void)
{
    uint32_t strategy = (uint32_t)draw(0, PLAIN_STRATEGIES - 1);
    uint32_t symbol = (uint32_t)draw(0, PLAIN_SYMBOLS - 1);
    qty_t position = ((int64_t)draw(0, 40) - 20) * RIG_LOT;
    if (run.hostile && often(20)) position = edge();
    bool fits = position <= RISK_POSITION_MAX && position >= -RISK_POSITION_MAX;
    AGREE(risk_position(run.risk, strategy, symbol, position) == fits);
    AGREE(risk_position(run.again, strategy, symbol, position) == fits);
    if (fits) plain_position(&run.plain, strategy, symbol, position);
    return true;
}

static int64_t some_bound(const struct risk_limit *row)
{
    if (run.hostile && often(50)) return row->looser == RISK_UP ? row->most : 0;
    if (run.hostile && often(30)) {
        int64_t value = edge();
        return value < 0 ? 0 : value > row->most ? row->most : value;
    }
    switch (row->unit) {
    case RISK_SWITCH: return often(97);
    case RISK_QTY: return (int64_t)draw(8, 300) * RIG_LOT;
    case RISK_MONEY:
        if (strstr(row->name, "loss")) return (int64_t)draw(0, 40);
        return (int64_t)draw(300, often(30) ? 2000 : 40000);
    case RISK_NS:
        return (int64_t)draw(0, row->looser == RISK_UP ? 3000 : 200) * (int64_t)NANOS_MILLI;
    case RISK_TICKS: return (int64_t)draw(8, 20);
    case RISK_PPM: return (int64_t)draw(8000, 30000);
    case RISK_COUNT: return (int64_t)draw(15, 300);
    }
    return 0;
}

static struct risk_record some_record(void)
{
    struct risk_subject at = {(uint32_t)draw(0, PLAIN_VENUES - 1),
                              (uint32_t)draw(0, PLAIN_STRATEGIES - 1),
                              (uint32_t)draw(0, PLAIN_SYMBOLS - 1)};
    struct risk_record record = {.kind = RISK_RECORD_STATE,
                                 .scope = (uint8_t)draw(RISK_BOX, RISK_SYMBOL),
                                 .role = RISK_OFFICER,

                                 .value = often(96) ? RISK_ACTIVE : (int64_t)draw(0, 2),
                                 .at = run.now,
                                 .reason = "chance"};
    if (often(70)) {
        enum risk_verdict limit = (enum risk_verdict)draw(1, RISK_LIMIT_COUNT);
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

static bool control(struct risk_record *batch, uint32_t count)
{
    struct risk_pass pass;
    struct risk_refusal refusal;
    struct risk_order order = some_order();
    bool passed = risk_check(run.risk, &order, run.now, &pass, &refusal) == RISK_PASS;
    risk_control_draft(run.risk, batch, count);
    AGREE(risk_control_check(run.risk, batch, count) == RISK_CONTROL_OK);
    for (uint32_t i = 0; i < count; i++) {
        AGREE(risk_control_apply(run.risk, &batch[i]) == RISK_CONTROL_OK);
        AGREE(risk_control_apply(run.again, &batch[i]) == RISK_CONTROL_OK);
    }
    /* What passed before it may not be used any more. */
    if (passed) AGREE(risk_take(run.risk, &pass) == RISK_NONE);
    for (uint32_t i = 0; i < count; i++) plain_change(&run.plain, &batch[i]);
    if (run.now > run.plain.now) run.plain.now = run.now;
    if (run.records + count > RECORDS_MAX) return true;
    memcpy(&records[run.records], batch, count * sizeof *batch);
    run.records += count;
    return true;
}

static bool step_control(void)
{
    struct risk_record batch[3];
    uint32_t count = (uint32_t)draw(1, 3);
    for (uint32_t i = 0; i < count; i++) batch[i] = some_record();
    return control(batch, count);
}

static bool step_kill(void)
{
    struct risk_record record = rig_record(RISK_BOX, 0, RISK_HALTED);
    record.role = RISK_BY_BOX;
    record.at = run.now;
    if (!control(&record, 1)) return false;
    run.kills++;
    for (int i = 0; i < 20; i++) {
        struct risk_order order = some_order();
        struct risk_refusal refusal;
        struct risk_pass pass;
        AGREE(risk_check(run.risk, &order, run.now, &pass, &refusal) != RISK_PASS);
    }
    record = rig_record(RISK_BOX, 0, RISK_ACTIVE);
    record.role = RISK_ADMIN;
    record.at = run.now;
    memcpy(record.reason, "again", 6);
    return control(&record, 1);
}

static bool step_parent(void)
{
    for (uint32_t i = 0; i < PLAIN_PARENTS; i++) {
        struct plain_parent *parent = &run.plain.parent[i];
        if (parent->open) {
            bool children = false;
            for (uint32_t k = 0; k < PLAIN_ORDERS; k++)
                children |= run.plain.order[k].lives && run.plain.order[k].was.parent == i;
            if (children || often(50)) continue;
            risk_parent_close(run.risk, i);
            risk_parent_close(run.again, i);
            parent->open = false;
        }
    }
    struct risk_order order = {.strategy = (uint32_t)draw(0, PLAIN_STRATEGIES - 1),
                               .symbol = (uint32_t)draw(0, PLAIN_SYMBOLS - 1),
                               .side = (enum side)draw(0, 1),
                               .qty = (qty_t)draw(1, 60) * RIG_LOT};
    uint32_t slot = risk_parent_open(run.risk, &order);
    AGREE(risk_parent_open(run.again, &order) == slot);
    if (slot == RISK_NONE) return true;
    AGREE(!run.plain.parent[slot].open);
    run.plain.parent[slot] = (struct plain_parent){.open = true, .was = order};
    return true;
}

static bool states_agree(void)
{
    for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++)
        for (uint32_t y = 0; y < PLAIN_SYMBOLS; y++) {
            struct risk_holding_view view;
            risk_holding(run.risk, s, y, &view);
            AGREE(view.buys >= 0 && view.sells >= 0);
            AGREE(view.known == run.plain.known[s][y]);
            AGREE(view.position == run.plain.position[s][y]);
            AGREE(view.buys == plain_working(&run.plain, s, y, SIDE_BUY));
            AGREE(view.sells == plain_working(&run.plain, s, y, SIDE_SELL));
        }
    for (uint32_t i = 0; i < PLAIN_PARENTS; i++)
        if (run.plain.parent[i].open)
            AGREE(risk_parent_left(run.risk, i) == plain_parent_left(&run.plain, i));
    return true;
}

static bool step(void)
{
    if (often(50)) run.now += draw(0, 15 * NANOS_MILLI);
    if (run.step % DAY_EVERY == DAY_EVERY - 1) {
        risk_day(run.risk);
        risk_day(run.again);
        plain_day(&run.plain);
    }
    uint64_t kind = draw(1, 1000);
    if (kind <= 640) return step_check();
    if (kind <= 760) return step_fill();
    if (kind <= 870) return step_answer();
    if (kind <= 940) return step_prices();
    if (kind <= 945) return step_adopt();
    if (kind <= 955) return step_position();
    if (kind <= 990) return step_control();
    if (kind <= 998) return step_parent();
    return step_kill();
}

static void run_open(uint64_t seed, bool hostile)
{
    static struct rig rig;
    struct risk_plan plan = rig_plan();
    memset(&run.plain, 0, sizeof run.plain);
    run.chance.state = seed;
    run.seed = seed;
    run.hostile = hostile;
    run.records = 0;
    run.now = 1000 * NANOS_SECOND;
    rig.plan = plan;
    run.risk = rig_new(&rig_limits, &plan);
    run.again = rig_new(&rig_limits, &plan);
    run.plain.recent = rig_limits.recent;
    for (uint32_t y = 0; y < PLAIN_SYMBOLS; y++) {
        run.plain.symbol[y] = (struct risk_symbol_plan){.venue = y % 2,
                                                        .tick = hostile && y == 3 ? 1 : RIG_TICK,
                                                        .lot = hostile && y > 1 ? 1 : RIG_LOT};
        CHECK(risk_list(run.risk, y, &run.plain.symbol[y]));
        CHECK(risk_list(run.again, y, &run.plain.symbol[y]));
    }
    for (uint32_t i = 0; i < 400; i++) {
        if (!step_control()) return;
        if (!step_position()) return;
    }
}

/* What the records say is what the states and bounds are, without anything else. */
static void rebuild(void)
{
    struct risk_plan plan = rig_plan();
    struct risk *third = rig_new(&rig_limits, &plan);
    for (uint32_t i = 0; i < run.records; i++)
        EXPECT(risk_control_apply(third, &records[i]) == RISK_CONTROL_OK);
    for (uint32_t scope = RISK_BOX; scope <= RISK_SYMBOL; scope++)
        for (uint32_t i = 0; i < (scope == RISK_BOX ? 1 : 2); i++)
            EXPECT(risk_state(third, scope, i) == risk_state(run.risk, scope, i));
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++)
        for (uint32_t v = 0; v < PLAIN_VENUES; v++)
            for (uint32_t s = 0; s < PLAIN_STRATEGIES; s++)
                for (uint32_t y = 0; y < PLAIN_SYMBOLS; y++) {
                    struct risk_subject at = {v, s, y};
                    EXPECT(risk_bound(third, (enum risk_verdict)limit, &at) ==
                           risk_bound(run.risk, (enum risk_verdict)limit, &at));
                }
    rig_free(third);
}

static void steps(uint64_t seed, bool hostile, uint64_t count)
{
    run_open(seed, hostile);
    for (run.step = 0; run.step < count; run.step++) {
        if (!step() || !states_agree()) break;
        if (run.step % VERIFY_EVERY) continue;
        risk_verify(run.risk);
        if (risk_digest(run.risk) != risk_digest(run.again)) {
            spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ", step %" PRIu64 ": digests",
                        seed, run.step);
            break;
        }
    }
    risk_verify(run.risk);
    EXPECT_UINT(risk_digest(run.risk), risk_digest(run.again));
    if (run.records < RECORDS_MAX - 3) rebuild();
    rig_free(run.risk);
    rig_free(run.again);
}

static void report(const char *what)
{
    for (int v = 0; v < RISK_VERDICT_COUNT; v++) seen[v] += run.verdicts[v];
    printf("    %s: %" PRIu64 " checks, %" PRIu64 " kills;", what, run.checks, run.kills);
    for (int v = 0; v < RISK_VERDICT_COUNT; v++)
        printf(" %s %" PRIu64, risk_verdict_name((enum risk_verdict)v), run.verdicts[v]);
    printf("\n");
}

SPEC(every_verdict_value_and_bound_is_that_of_a_plain_recount_over_random_steps)
{
    struct spec_seeds seeds = spec_seeds(10);
    memset(run.verdicts, 0, sizeof run.verdicts);
    run.checks = run.kills = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) steps(seed, false, 100000);
    report("ordinary");
}

SPEC(orders_from_the_edges_of_all_numbers_are_decided_as_the_plain_recount_does)
{
    struct spec_seeds seeds = spec_seeds(5);
    const char *orders = getenv("RISK_HOSTILE_ORDERS");
    uint64_t count = orders ? strtoull(orders, NULL, 10) : 1000000;
    memset(run.verdicts, 0, sizeof run.verdicts);
    run.checks = run.kills = 0;
    uint64_t each = 50000, seed = seeds.first;
    for (; run.checks < count; seed++) {
        uint64_t before = run.checks;
        steps(seed, true, each);
        if (run.checks == before || seeds.first == seeds.last) break;
    }
    report("hostile");
    if (seeds.first == seeds.last) return;
    EXPECT(run.verdicts[RISK_PASS] > count / 100);
    for (int v = 0; v < RISK_VERDICT_COUNT; v++)
        spec_expect(__FILE__, __LINE__, seen[v] > 0, "nothing was ever %s",
                    risk_verdict_name((enum risk_verdict)v));
}

#define SPECS(S)                                                                                   \
    S(every_verdict_value_and_bound_is_that_of_a_plain_recount_over_random_steps)                  \
    S(orders_from_the_edges_of_all_numbers_are_decided_as_the_plain_recount_does)
SPEC_MAIN("risk_property", SPECS, NULL, NULL)
