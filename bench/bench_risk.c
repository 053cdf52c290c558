/* What it costs to ask whether an order may leave, and to say what became of it.
 *
 *     risk_check      all limits of one new order, passing, alone between fences
 *     risk_checks     the same back to back: orders of 16 strategies in 64 symbols, both sides
 *     risk_refused    the same of orders whose last limit refuses
 *     risk_replace    all limits of a replacement, passing
 *     risk_bind       a pass bound to 49 bytes
 *     risk_order      check, take, cancel, fill and done
 *
 * While it is asked 1024 orders live, 16 of each symbol. */

#include "bench/bench.h"
#include "dataplane/risk/risk.h"

#include <string.h>

enum { SYMBOLS = 64, STRATEGIES = 16, LIVING = 16 * SYMBOLS, ORDERS = 4096, BYTES = 49 };
enum { TICK = 50000, LOT = 100, REFERENCE = 1000 * TICK };

static const struct risk_limits limits = {
    .venues = 4,
    .strategies = STRATEGIES,
    .symbols = SYMBOLS,
    .orders = 2 * LIVING,
    .parents = 16,
    .recent = 1u << 16,
    .batch = 64,
};

static struct risk *risk;
static struct risk_order orders[ORDERS], replacements[LIVING];
static struct risk_pass pass;
static struct risk_refusal refusal;
static nanos_t now = 1000 * NANOS_SECOND;
static uint64_t passed;
static uint8_t message[BYTES];

static void bound_all(enum risk_verdict limit, int64_t value)
{
    enum risk_scope scope = risk_limit(limit)->scope;
    bool venue = scope == RISK_VENUE || scope == RISK_ROUTE;
    bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
    bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
    for (uint32_t v = 0; v < (venue ? limits.venues : 1); v++)
        for (uint32_t s = 0; s < (strategy ? STRATEGIES : 1); s++)
            for (uint32_t y = 0; y < (symbol ? SYMBOLS : 1); y++) {
                struct risk_record record = {.kind = RISK_RECORD_BOUND,
                                             .scope = (uint8_t)scope,
                                             .limit = (uint16_t)limit,
                                             .subject = {v, s, y},
                                             .role = RISK_OFFICER,
                                             .value = value,
                                             .reason = "bench"};
                risk_control_draft(risk, &record, 1);
                CHECK(risk_control_apply(risk, &record) == RISK_CONTROL_OK);
            }
}

static struct risk_order order_of(uint32_t i)
{
    enum side side = i / SYMBOLS % 2 ? SIDE_SELL : SIDE_BUY;
    int64_t away = 1 + i / 7 % 9;
    return (struct risk_order){
        .strategy = i * 5 % STRATEGIES,
        .symbol = i * 37 % SYMBOLS,
        .order = RISK_NONE,
        .parent = RISK_NONE,
        .side = side,
        .price = REFERENCE + (side == SIDE_BUY ? -away : away) * TICK,
        .qty = (qty_t)(1 + i % 50) * LOT,
    };
}

static void open_box(void)
{
    struct risk_plan plan = {.armed = true};
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++)
        plan.ceiling[limit - 1] = risk_limit((enum risk_verdict)limit)->looser == RISK_UP
                                    ? risk_limit((enum risk_verdict)limit)->most
                                    : 0;
    size_t bytes = risk_footprint(&limits);
    void *memory = (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
    risk = risk_new(memory, &limits, &plan);
    for (uint32_t y = 0; y < SYMBOLS; y++) {
        CHECK(risk_list(risk, y, &(struct risk_symbol_plan){y % 4, TICK, LOT}));
        risk_reference(risk, y, REFERENCE, now);
        risk_mark(risk, y, REFERENCE, now);
        for (uint32_t s = 0; s < STRATEGIES; s++) CHECK(risk_position(risk, s, y, 0));
    }
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++)
        bound_all((enum risk_verdict)limit, risk_limit((enum risk_verdict)limit)->most / 2 + 1);
    bound_all(RISK_DUPLICATE_NS, 1000000);
    for (uint32_t i = 0; i < LIVING; i++) {
        struct risk_order order = order_of(i);
        CHECK(risk_check(risk, &order, now, &pass, &refusal) == RISK_PASS);
        order.order = risk_take(risk, &pass);
        CHECK(order.order != RISK_NONE);
        order.qty += LOT;
        replacements[i] = order;
    }
    now += 2 * NANOS_MILLI;
    for (uint32_t i = 0; i < ORDERS; i++) orders[i] = order_of(i * 3 + 1);
}

static void check_one(struct bench_span *span)
{
    const struct risk_order *order = &orders[span->turn % ORDERS];
    bench_begin(span);
    passed += risk_check(risk, order, now, &pass, &refusal) == RISK_PASS;
    bench_end(span);
}

static void check_all(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++)
        passed += risk_check(risk, &orders[i], now, &pass, &refusal) == RISK_PASS;
}

static void replace_all(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < LIVING; i++)
        passed += risk_check(risk, &replacements[i], now, &pass, &refusal) == RISK_PASS;
}

static void bind_all(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++) {
        message[i % BYTES]++;
        risk_pass_bind(&pass, message, BYTES);
        passed += pass.hash & 1;
    }
}

static void order_all(void *context)
{
    (void)context;
    now += NANOS_SECOND;
    for (uint32_t y = 0; y < SYMBOLS; y++) {
        risk_reference(risk, y, REFERENCE, now);
        risk_mark(risk, y, REFERENCE, now);
    }
    for (uint32_t i = 0; i < ORDERS; i++) {
        now += 300;
        if (risk_check(risk, &orders[i], now, &pass, &refusal) != RISK_PASS) continue;
        uint32_t slot = risk_take(risk, &pass);
        risk_cancel(risk, slot, now);
        const struct risk_execution fill = {
            .order = slot, .price = orders[i].price, .qty = orders[i].qty};
        passed += risk_fill(risk, &fill, now) == RISK_FILLED;
        risk_done(risk, slot);
    }
}

static void no_room(void *context)
{
    (void)context;
    bound_all(RISK_VENUE_RATE, 0);
}

static void room(void *context)
{
    (void)context;
    bound_all(RISK_VENUE_RATE, RISK_COUNT_MAX);
}

int main(int argc, char **argv)
{
    bench_open("risk", argc, argv);
    open_box();
    const struct bench_rate checks = {.name = "risk_checks",
                                      .what = "all limits of a new order, one after the other",
                                      .items = ORDERS,
                                      .rounds = 31,
                                      .run = check_all,
                                      .bound_ns = 50};
    const struct bench_rate refused = {.name = "risk_refused",
                                       .what = "a new order that the last rate refuses",
                                       .items = ORDERS,
                                       .rounds = 31,
                                       .prepare = no_room,
                                       .run = check_all};
    const struct bench_rate replace = {.name = "risk_replace",
                                       .what = "all limits of a replacement",
                                       .items = LIVING,
                                       .rounds = 31,
                                       .prepare = room,
                                       .run = replace_all,
                                       .bound_ns = 50};
    const struct bench_rate bind = {.name = "risk_bind",
                                    .what = "a pass bound to the 49 bytes of its message",
                                    .items = ORDERS,
                                    .rounds = 31,
                                    .run = bind_all};
    const struct bench_rate order = {.name = "risk_order",
                                     .what = "check, take, cancel, fill, done",
                                     .items = ORDERS,
                                     .rounds = 31,
                                     .run = order_all};
    uint64_t before = passed;
    bench_latency("risk_check", "all limits of a new order, alone between fences", check_one,
                  1000000);
    if (bench_wanted("risk_check") && !bench_counting()) CHECK(passed > before);
    bench_rate(&checks);
    bench_counted(&checks);
    bench_rate(&replace);
    bench_rate(&refused);
    room(NULL);
    bench_rate(&bind);
    bench_rate(&order);
    return bench_close();
}
