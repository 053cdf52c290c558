/* Random steps, the product beside plain_risk: the same verdict, value and bound of every check,
 * the same open quantities after every step.  A second product is told only what changes something,
 * and must be bit by bit the first; a third one is rebuilt from the records of changes.
 * RISK_HOSTILE_ORDERS in the environment is how many hostile orders there are to be. */

#include "tests/risk/risk_rig.h"
#include "tests/risk/risk_run.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 1 << 16, VERIFY_EVERY = 4096, DAY_EVERY = 1000 };

struct risk_run run;

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

/* The bytes of an order pass the wire's door with its own pass, and no others do. */
static bool door(struct risk_pass *pass, const struct risk_order *order)
{
    uint8_t bytes[sizeof *order];
    memcpy(bytes, order, sizeof bytes);
    AGREE(!risk_pass_admits(pass, bytes, sizeof bytes));
    risk_pass_bind(pass, bytes, sizeof bytes);
    AGREE(risk_pass_admits(pass, bytes, sizeof bytes));
    bytes[run_draw(0, sizeof bytes - 1)] ^= (uint8_t)(1 << run_draw(0, 7));
    AGREE(!risk_pass_admits(pass, bytes, sizeof bytes));
    return true;
}

static bool step_check(void)
{
    struct risk_order order = run_order();
    struct risk_refusal said = {0}, plain;
    struct risk_pass pass;
    nanos_t now = run_often(3) ? run.now - run_draw(0, 2 * NANOS_SECOND) : run.now;
    enum risk_verdict verdict = risk_check(run.risk, &order, now, &pass, &said);
    enum risk_verdict expected = plain_check(&run.plain, &order, now, &plain);
    run.checks++;
    run.verdicts[verdict]++;
    if (verdict != expected)
        spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ", step %" PRIu64 ": %s, not %s",
                    run.seed, run.step, risk_verdict_name(verdict), risk_verdict_name(expected));
    AGREE(verdict == expected);
    if (verdict == RISK_OFF_LOT ||
        (verdict != RISK_PASS && (int)verdict <= (int)RISK_LIMIT_COUNT)) {
        if (said.value != plain.value)
            spec_expect(__FILE__, __LINE__, false, "%s: %" PRId64 ", not %" PRId64,
                        risk_verdict_name(verdict), said.value, plain.value);
        AGREE(said.value == plain.value);
        AGREE(said.bound == plain.bound);
    }
    if (verdict != RISK_PASS) return true;
    AGREE(run.plain.state[RISK_BOX][0] != RISK_HALTED);
    if (run_often(2)) return true; /* never used */
    if (!door(&pass, &order)) return false;
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
    struct risk_order order = run_order();
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
    uint32_t slot = run_slot();
    struct risk_execution fill = {
        .order = slot,
        .strategy = (uint32_t)run_draw(0, PLAIN_STRATEGIES - 1),
        .symbol = (uint32_t)run_draw(0, PLAIN_SYMBOLS - 1),
        .parent = RISK_NONE,
        .side = (enum side)run_draw(0, 1),
        .price = run_price(),
        .qty = run_qty(),
    };
    if (slot == RISK_NONE || run_often(5)) fill.order = RISK_NONE;
    if (fill.order != RISK_NONE && run_often(80)) {
        plain_wide open = plain_open(&run.plain.order[slot]);
        fill.qty = open > 0 ? (qty_t)run_draw(1, (uint64_t)open) : 1;
        if (run_often(50)) fill.qty = open > 0 ? (qty_t)open : 1;
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
    uint32_t slot = run_slot();
    if (slot == RISK_NONE) return true;
    bool replacing = run.plain.order[slot].next_qty > 0;
    if (run_often(20)) {
        risk_cancel(run.risk, slot, run.now);
        risk_cancel(run.again, slot, run.now);
        plain_cancel(&run.plain, slot, run.now);
    } else if (replacing && run_often(80)) {
        bool replaced = run_often(60);
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
    uint32_t symbol = (uint32_t)run_draw(0, PLAIN_SYMBOLS - 1);
    price_t price = run_often(2) ? 0 : run_price();
    if (run_often(70)) {
        risk_reference(run.risk, symbol, price, run.now);
        risk_reference(run.again, symbol, price, run.now);
        plain_reference(&run.plain, symbol, price, run.now);
    }
    if (run_often(70)) {
        risk_mark(run.risk, symbol, price, run.now);
        risk_mark(run.again, symbol, price, run.now);
        plain_mark(&run.plain, symbol, price, run.now);
    }
    return true;
}

static bool step_position(void)
{
    uint32_t strategy = (uint32_t)run_draw(0, PLAIN_STRATEGIES - 1);
    uint32_t symbol = (uint32_t)run_draw(0, PLAIN_SYMBOLS - 1);
    qty_t position = ((int64_t)run_draw(0, 40) - 20) * RIG_LOT;
    if (run.hostile && run_often(20)) position = run_edge();
    bool fits = position <= RISK_POSITION_MAX && position >= -RISK_POSITION_MAX;
    AGREE(risk_position(run.risk, strategy, symbol, position) == fits);
    AGREE(risk_position(run.again, strategy, symbol, position) == fits);
    if (fits) plain_position(&run.plain, strategy, symbol, position);
    return true;
}

static bool control(struct risk_record *batch, uint32_t count)
{
    struct risk_pass pass;
    struct risk_refusal refusal;
    struct risk_order order = run_order();
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
    uint32_t count = (uint32_t)run_draw(1, 3);
    for (uint32_t i = 0; i < count; i++) batch[i] = run_record();
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
        struct risk_order order = run_order();
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
            if (children || run_often(50)) continue;
            risk_parent_close(run.risk, i);
            risk_parent_close(run.again, i);
            parent->open = false;
        }
    }
    struct risk_order order = {.strategy = (uint32_t)run_draw(0, PLAIN_STRATEGIES - 1),
                               .symbol = (uint32_t)run_draw(0, PLAIN_SYMBOLS - 1),
                               .side = (enum side)run_draw(0, 1),
                               .qty = (qty_t)run_draw(1, 60) * RIG_LOT};
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
    if (run_often(50)) run.now += run_draw(0, 15 * NANOS_MILLI);
    if (run.step % DAY_EVERY == DAY_EVERY - 1) {
        risk_day(run.risk);
        risk_day(run.again);
        plain_day(&run.plain);
    }
    uint64_t kind = run_draw(1, 1000);
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
    struct risk_plan plan = rig_plan();
    memset(&run.plain, 0, sizeof run.plain);
    run.chance.state = seed;
    run.seed = seed;
    run.hostile = hostile;
    run.records = 0;
    run.now = 1000 * NANOS_SECOND;
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
    EXPECT_UINT(seen[RISK_NO_JOURNAL], 0); /* whoever writes passes down says it */
    for (int v = 0; v < RISK_NO_JOURNAL; v++)
        spec_expect(__FILE__, __LINE__, seen[v] > 0, "nothing was ever %s",
                    risk_verdict_name((enum risk_verdict)v));
}

#define SPECS(S)                                                                                   \
    S(every_verdict_value_and_bound_is_that_of_a_plain_recount_over_random_steps)                  \
    S(orders_from_the_edges_of_all_numbers_are_decided_as_the_plain_recount_does)
SPEC_MAIN("risk_property", SPECS, NULL, NULL)
