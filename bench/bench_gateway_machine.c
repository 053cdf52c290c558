/* The gateway alone: what comes in, until the bytes of what goes out.
 *
 *     gateway_requote    a market that moves a maker's quote, to its replacement's bytes; and the
 *                        venue's answer to it
 *     gateway_unmoved    a market that moves nothing, through the maker's decision
 *     gateway_intend     an intent from outside to a replacement's bytes, and the answer: 4,096
 *                        orders in turn
 *     gateway_executed   an execution of an order of many: position, drop copy, report
 *     gateway_halt       10,000 open orders: from a halt to the last cancel's bytes
 *
 * Bytes go into memory, as do records of the journal and rows of the drop copy; answers are made of
 * a template. */

#include "bench/bench_gateway.h"
#include "bench/desk.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/strategy/maker.h"
#include "dataplane/wire/ouch50.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS = 4096, HALTED = 10000, HALTS = 20, KEPT = 1 << 16 };

static struct gateway *gateway;
static nanos_t now;
static uint64_t record, sequence, intended, cancels, last_tsc;
static struct be32 newest_urn, cancel_urn[HALTED + 2];
static bool answering;
static price_t bid;
static uint8_t sent[TRADE_PORT_BYTES_MAX];
static uint8_t kept[KEPT + 256];
static uint32_t kept_at;

/* The outlet. */

static void keep(const void *bytes, uint32_t length)
{
    memcpy(kept + kept_at, bytes, length);
    kept_at = (kept_at + length) % KEPT;
}

static uint64_t journal(void *context, enum gateway_record kind, const void *bytes, uint32_t length,
                        bool reserved)
{
    (void)context, (void)kind, (void)reserved;
    keep(bytes, length);
    return ++record;
}

static uint32_t room(void *context, uint32_t venue)
{
    (void)context, (void)venue;
    return 1 << 20;
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t at)
{
    (void)context, (void)venue, (void)at;
    memcpy(sent, bytes, length);
    if (bytes[0] == 'X') {
        CHECK(cancels < ARRAY_COUNT(cancel_urn));
        cancel_urn[cancels++] = ((const struct ouch50_cancel *)bytes)->urn;
        last_tsc = clock_now();
    }
    return true;
}

static void copy(void *context, const struct gateway_report *report)
{
    (void)context;
    keep(report, sizeof *report);
}

/* Answers. */

static void message_take(const void *message, uint32_t length)
{
    gateway_message(gateway, 0, ++sequence, message, length, now);
}

static void accept(struct be32 urn, struct be32 qty)
{
    struct {
        struct ouch50_accepted fixed;
        struct be16 appendage;
    } answer = {.fixed = {.type = text1('A'), .state = text1('L')}};
    answer.fixed.urn = urn;
    answer.fixed.qty = qty;
    message_take(&answer, sizeof answer);
}

/* To the newest request. */
static void answer_make(void)
{
    struct {
        struct ouch50_replaced fixed;
        struct be16 appendage;
    } replaced = {.fixed = {.type = text1('U'), .state = text1('L')}};
    const struct ouch50_enter *order = (const void *)sent;
    const struct ouch50_replace *replace = (const void *)sent;
    newest_urn = sent[0] == 'U' ? replace->urn : order->urn;
    if (sent[0] == 'O') accept(order->urn, order->qty);
    if (sent[0] != 'U') return;
    replaced.fixed.orig_urn = replace->orig_urn;
    replaced.fixed.urn = replace->urn;
    replaced.fixed.qty = replace->qty;
    replaced.fixed.price_e4 = replace->price_e4;
    message_take(&replaced, sizeof replaced);
}

static void decide(void)
{
    while (gateway_decide(gateway, now) != DISPATCH_NONE) {
        if (answering && sent[0]) answer_make();
        sent[0] = 0;
    }
}

static void intend(uint32_t key, price_t price, qty_t qty)
{
    struct gateway_intent intent = {.strategy = DESK_OUTSIDE,
                                    .sequence = ++intended,
                                    .intent = {.price = price,
                                               .qty = qty,
                                               .key = key,
                                               .instrument = DESK_ONE,
                                               .kind = INTENT_ORDER,
                                               .side = SIDE_BUY}};
    CHECK(gateway_intend(gateway, &intent, now) == SLOTS_OK);
    answer_make();
    sent[0] = 0;
}

/* Runs. */

static void market_put(enum desk_instrument instrument, qty_t bid_qty)
{
    struct market market = desk_market(instrument, bid, now);
    now += 20000;
    market.bid_qty = bid_qty;
    gateway_market(gateway, &market);
}

static void open_machine(void)
{
    const struct desk_wants wants = {
        .orders = HALTED, .port = &trade_port_ouch50, .maker = &maker_kind};
    const struct gateway_plan *plan = desk_gateway_plan(&wants);
    const struct gateway_outlet outlet = {
        .journal = journal, .room = room, .send = send, .copy = copy};
    gateway = gateway_new(peer_space(gateway_footprint(plan)), plan, &outlet);
    now = NANOS_SECOND;
    bid = DESK_BID;
    gateway_recovered(gateway, now);
    gateway_listing(gateway, DESK_ONE, "ONE     ");
    gateway_session(gateway, 0, true, now);
    answering = true;
    market_put(DESK_ONE, 300 * QTY_ONE);
    /* Its two quotes come of one decision: the other one is answered by its number. */
    while (gateway_decide(gateway, now) != DISPATCH_NONE) {
        const struct ouch50_enter *order = (const void *)sent;
        if (sent[0] == 'O') {
            accept(be32(be32_read(order->urn) - 1), order->qty);
            accept(order->urn, order->qty);
        }
        sent[0] = 0;
    }
    CHECK(slots_open(gateway_slots(gateway, 0)) == 2);
}

static void run_requote(void *unused)
{
    (void)unused;
    for (uint32_t i = 0; i < ITEMS; i++) {
        bid = DESK_BID + (i % 2 ? 0 : DESK_MOVE);
        market_put(DESK_ONE, 300 * QTY_ONE);
        decide();
    }
}

static void run_unmoved(void *unused)
{
    (void)unused;
    for (uint32_t i = 0; i < ITEMS; i++) {
        market_put(DESK_ONE, (300 + i % 2) * QTY_ONE);
        decide();
    }
}

static void run_intend(void *unused)
{
    static uint32_t turn;
    (void)unused;
    turn++;
    for (uint32_t i = 0; i < ITEMS; i++) {
        now += 1000;
        intend(i, DESK_BID - PRICE_ONE - turn % 8 * (PRICE_ONE / 100), 100 * QTY_ONE);
    }
}

static void prepare_executed(void *unused)
{
    static uint32_t key = ITEMS;
    (void)unused;
    CHECK(key < HALTED);
    intend(key++, DESK_BID - 2 * PRICE_ONE, 99999 * QTY_ONE);
}

static void run_executed(void *unused)
{
    (void)unused;
    struct {
        struct ouch50_executed fixed;
        struct be16 appendage;
    } executed = {.fixed = {.type = text1('E'), .liquidity = text1('A')}};
    executed.fixed.urn = newest_urn;
    executed.fixed.qty = be32(1);
    executed.fixed.price_e4 = be64((DESK_BID - 2 * PRICE_ONE) / PRICE_PER_E4);
    for (uint32_t i = 0; i < ITEMS; i++) {
        now += 1000;
        executed.fixed.match_number = be64(sequence + 1);
        message_take(&executed, sizeof executed);
    }
}

/* A halt. */

static void state_set(enum risk_state state)
{
    struct risk_record change = {.kind = RISK_RECORD_STATE,
                                 .scope = RISK_BOX,
                                 .role = RISK_OFFICER,
                                 .who = 1,
                                 .confirmed_by = RISK_NONE,
                                 .value = state,
                                 .reason = "a bench halts"};
    CHECK(gateway_control(gateway, &change, 1, false, now) == RISK_CONTROL_OK);
    if (state == RISK_ACTIVE)
        CHECK(gateway_control(gateway, &change, 1, true, now) == RISK_CONTROL_OK);
}

static void cancels_answer(void)
{
    for (uint64_t i = 0; i < cancels; i++) {
        struct ouch50_canceled canceled = {
            .type = text1('C'), .urn = cancel_urn[i], .qty = be32(99999), .reason = text1('U')};
        message_take(&canceled, sizeof canceled);
    }
}

/* Halted, nobody gets an order out, who wants one or not. */
static void nothing_leaves(void)
{
    const struct gateway_counts *counts = gateway_counts(gateway);
    uint64_t orders = counter_read(&counts->order_sent) + counter_read(&counts->replace_sent);
    for (uint32_t i = 0; i < HALTED; i++) {
        struct gateway_intent intent = {.strategy = DESK_OUTSIDE,
                                        .sequence = ++intended,
                                        .intent = {.price = DESK_BID - 4 * PRICE_ONE,
                                                   .qty = QTY_ONE,
                                                   .key = i,
                                                   .instrument = DESK_ONE,
                                                   .kind = INTENT_ORDER,
                                                   .side = SIDE_BUY}};
        CHECK(gateway_intend(gateway, &intent, now) != SLOTS_OK);
    }
    CHECK(counter_read(&counts->order_sent) + counter_read(&counts->replace_sent) == orders);
}

static void halt_measure(void)
{
    if (!bench_wanted("gateway_halt")) return;
    static struct histogram ticks;
    uint32_t halts = bench_quick() ? HALTS / 10 : HALTS;
    histogram_clear(&ticks);
    gateway_switch(gateway, 0, false, now); /* the maker's two quotes are not among them */
    cancels_answer();
    for (uint32_t round = 0; round < halts; round++) {
        for (uint32_t i = 0; i < HALTED; i++)
            intend(i, DESK_BID - 3 * PRICE_ONE - round % 8 * (PRICE_ONE / 100), 100 * QTY_ONE);
        CHECK(slots_open(gateway_slots(gateway, 0)) == HALTED);
        cancels = 0;
        uint64_t begin = clock_now();
        state_set(RISK_HALTED);
        while (cancels < HALTED) gateway_tick(gateway, now);
        histogram_record_span(&ticks, begin, last_tsc);
        nothing_leaves();
        cancels_answer();
        CHECK(slots_open(gateway_slots(gateway, 0)) == 0);
        state_set(RISK_ACTIVE);
    }
    fprintf(stderr, "gateway_halt: of %u orders wanted after each of %u halts none left\n",
            (unsigned)HALTED, halts);
    bench_distribution("gateway_halt", "10,000 open orders: a halt to the last cancel's bytes",
                       &ticks, 0);
}

void gateway_machine_measure(void)
{
    static const struct bench_rate rates[] = {
        {"gateway_requote", "market to a replacement's bytes, and the answer", ITEMS, 0, NULL,
         run_requote, NULL, 0},
        {"gateway_unmoved", "market to a decision that says nothing", ITEMS, 0, NULL, run_unmoved,
         NULL, 0},
        {"gateway_intend", "intent from outside to a replacement's bytes, and the answer", ITEMS, 0,
         run_intend, run_intend, NULL, 0},
        {"gateway_executed", "an execution: position, drop copy", ITEMS, 0, prepare_executed,
         run_executed, NULL, 0},
    };
    open_machine();
    for (uint32_t i = 0; i < ARRAY_COUNT(rates); i++) {
        bench_rate(&rates[i]);
        bench_counted(&rates[i]);
    }
    if (!bench_counting()) halt_measure();
    gateway_verify(gateway);
}
