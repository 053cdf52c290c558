/* What a gateway's configuration becomes: each limit arrives in risk where it belongs. */

#include "tests/polluxd/gateway_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct polluxd_gateway gateway;

static void planned_of(const char *keys, const char *strategies)
{
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    gateway_file_given(keys, strategies);
    polluxd_gateway_free(&gateway);
    EXPECT(polluxd_gateway_check(gateway_file_config, &gateway_file_kinds, &gateway_file_problems));
    EXPECT_UINT(gateway_file_problems.count, 0);
    EXPECT(polluxd_gateway_plan(&gateway, gateway_file_config, &gateway_file_kinds, &said));
    EXPECT_TEXT(sentences, ""); /* gateway_check has nothing to say either */
}

static void planned(const char *keys)
{
    planned_of(keys, USUAL_STRATEGIES);
}

SPEC(venues_and_their_sessions_are_what_the_file_says)
{
    planned("");
    EXPECT_TEXT(gateway.folder, "j");
    EXPECT(gateway.over_tcp);
    EXPECT_UINT(gateway.port, 1);
    EXPECT_UINT(gateway.plan.venues, 2);
    const struct gateway_venue_plan *venue = gateway.plan.venue;
    EXPECT_TEXT(venue[0].name, "v");
    EXPECT(venue[0].kind == &gateway_file_language);
    EXPECT(memcmp(venue[0].firm, "F   ", 4) == 0);
    EXPECT_UINT(venue[0].answer_ns, 7000000);
    EXPECT_UINT(venue[0].per_second, 50);
    EXPECT_UINT(venue[0].reserve, 5);
    EXPECT_UINT(venue[0].first_order, 9);
    EXPECT(venue[0].cancel_at_loss);
    EXPECT(memcmp(venue[1].firm, "    ", 4) == 0);
    EXPECT(!venue[1].cancel_at_loss);
    const struct polluxd_session *session = gateway.session;
    EXPECT(!session[1].internal);
    EXPECT_UINT(session[1].ip, 0x0a000003);
    EXPECT_UINT(session[1].tcp_port, 6);
    EXPECT(memcmp(session[1].username, "cd    ", 6) == 0);
    EXPECT(memcmp(session[1].password, "secret    ", 10) == 0);
}

SPEC(symbols_and_strategies_are_what_the_file_says)
{
    planned("  reconcile_ms: 8\n  day_begins: 22:00:00\n");
    const struct gateway_plan *plan = &gateway.plan;
    EXPECT(plan->daily);
    EXPECT_UINT(plan->day_begins, 22 * 3600 * NANOS_SECOND);
    EXPECT_UINT(plan->instruments, 101);
    EXPECT_UINT(plan->reconcile_ns, 8000000);
    EXPECT_UINT(plan->symbols, 4);
    EXPECT(memcmp(plan->symbol[1].name, "B       ", 8) == 0);
    EXPECT_UINT(plan->symbol[1].venue, 1);
    EXPECT_UINT((unsigned char)plan->symbol[1].venue_name[0], 0);
    EXPECT(memcmp(plan->symbol[3].venue_name, "AX      ", 8) == 0);
    EXPECT_UINT(plan->symbol[1].tick, 5000000);
    EXPECT_UINT(plan->symbol[1].lot, 1000000000);
    EXPECT_UINT(plan->symbol[1].price_max, 10000000000);
    EXPECT_UINT(plan->symbol[1].qty_max, 50000000000);
    EXPECT_UINT(plan->strategies, 3);
    const struct gateway_strategy_plan *one = &plan->strategy[0];
    EXPECT_TEXT(one->name, "one");
    EXPECT_TEXT(one->kind->name, "pacer");
    EXPECT_UINT(one->legs, 2);
    EXPECT(memcmp(one->leg[0].symbol, "C       ", 8) == 0);
    EXPECT(memcmp(one->leg[1].symbol, "A       ", 8) == 0);
    EXPECT_UINT(one->parameters.count, 2);
    EXPECT_UINT(one->parameters.legs, 2);
    EXPECT_TEXT(one->parameters.at[1].name, "speed");
    EXPECT_TEXT(one->parameters.at[1].value, "6");
    EXPECT_UINT(one->uniques, 16);
    EXPECT(!one->all_venues);
    EXPECT_UINT(one[1].legs, 0);
    EXPECT_UINT(one[1].parameters.legs, 101);
    EXPECT_UINT(one[1].uniques, 3);
    EXPECT_UINT(one[1].venue, 1);
    EXPECT(one[1].all_venues);
    EXPECT(one[2].kind == NULL);
    EXPECT_UINT(one[2].orders, 7);
    EXPECT(memcmp(one[2].leg[1].symbol, "B       ", 8) == 0);
}

/* Risk as the plan has it, with all records applied. */
static struct risk *risk_planned(void)
{
    static struct risk_limits limits = {
        .venues = 2, .strategies = 3, .symbols = 4, .orders = 4, .recent = 4, .batch = 1};
    static void *memory;
    size_t bytes = ALIGN_UP(risk_footprint(&limits), CACHE_LINE);
    free(memory);
    memory = aligned_alloc(CACHE_LINE, bytes);
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    struct risk *risk = risk_new(memory, &limits, &gateway.plan.risk);
    for (uint32_t i = 0; i < gateway.plan.records; i++) {
        struct risk_record record = gateway.plan.record[i];
        record.old = 0;
        EXPECT_UINT(risk_control_check(risk, &record, 1), RISK_CONTROL_OK);
        EXPECT_UINT(risk_control_apply(risk, &gateway.plan.record[i]), RISK_CONTROL_OK);
    }
    return risk;
}

static int64_t bound(const struct risk *risk, enum risk_verdict limit, uint32_t venue,
                     uint32_t strategy, uint32_t symbol)
{
    return risk_bound(risk, limit, &(struct risk_subject){venue, strategy, symbol});
}

/* The common value of each limit, as gateway_file.c has it. */
static int64_t common_of(enum risk_verdict limit)
{
    static const struct {
        enum risk_verdict limit;
        int64_t value;
    } common[] = {
        {RISK_BOX_GROSS, 1},      {RISK_BOX_LOSS, 2},        {RISK_DUPLICATE_NS, 3},
        {RISK_VENUE_RATE, 4},     {RISK_ORDER_QTY, 5},       {RISK_ORDER_NOTIONAL, 6},
        {RISK_REFERENCE_AGE, 7},  {RISK_MARK_AGE, 8},        {RISK_COLLAR_TICKS, 9},
        {RISK_COLLAR_PPM, 10},    {RISK_SYMBOL_LONG, 11},    {RISK_SYMBOL_SHORT, 12},
        {RISK_SYMBOL_RATE, 13},   {RISK_LONG, 14},           {RISK_SHORT, 15},
        {RISK_CAPITAL, 16},       {RISK_STRATEGY_GROSS, 17}, {RISK_STRATEGY_VOLUME, 18},
        {RISK_STRATEGY_LOSS, 19}, {RISK_STRATEGY_RATE, 20},  {RISK_STRATEGY_FILLS, 21},
        {RISK_TRADABLE, 1},       {RISK_MARKET_ORDERS, 1},
    };
    enum risk_unit unit = risk_limit(limit)->unit;
    bool fixed = unit == RISK_QTY || unit == RISK_MONEY;
    for (uint32_t i = 0; i < ARRAY_COUNT(common); i++)
        if (common[i].limit == limit) return common[i].value * (fixed ? 100000000 : 1);
    return -1; /* a limit that this spec does not know: it is to be added to gateway_file.c */
}

/* The ones that are said of one thing alone; see gateway_file.c. */
static int64_t expected(enum risk_verdict limit, uint32_t venue, uint32_t strategy, uint32_t symbol)
{
    static const uint32_t venue_of_strategy[] = {0, 1, 1};
    static const bool trades[3][4] = {{1, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 0}};
    if (limit == RISK_VENUE_RATE && venue == 1) return 34;
    if (limit == RISK_ORDER_QTY && symbol == 0) return 3500000000;
    if (limit == RISK_TRADABLE && symbol == 0) return 0;
    if (limit == RISK_STRATEGY_RATE && strategy == 0) return 33;
    enum risk_scope scope = risk_limit(limit)->scope;
    if (scope == RISK_HOLDING && !trades[strategy][symbol]) return 0;
    if (scope == RISK_ROUTE && venue_of_strategy[strategy] != venue) return 0;
    if (limit == RISK_LONG && strategy == 0) return 3100000000;
    if (limit == RISK_CAPITAL && strategy == 0) return 3200000000;
    return common_of(limit);
}

SPEC(each_limit_arrives_in_risk_where_it_belongs_and_nowhere_else)
{
    planned("");
    struct risk *risk = risk_planned();
    for (enum risk_verdict limit = RISK_PASS + 1; (int)limit <= (int)RISK_LIMIT_COUNT; limit++)
        for (uint32_t venue = 0; venue < 2; venue++)
            for (uint32_t strategy = 0; strategy < 3; strategy++)
                for (uint32_t symbol = 0; symbol < 4; symbol++)
                    spec_expect(__FILE__, __LINE__,
                                bound(risk, limit, venue, strategy, symbol) ==
                                    expected(limit, venue, strategy, symbol),
                                "%s of venue %u, strategy %u, symbol %u is %jd",
                                risk_limit(limit)->name, venue, strategy, symbol,
                                (intmax_t)bound(risk, limit, venue, strategy, symbol));
    risk_verify(risk);
}

SPEC(what_is_traded_elsewhere_has_its_venue_its_capital_and_its_positions)
{
    planned_of("",
               "  - {name: pair, strategy: pacer, venue: v, instruments: [C, B, A], elsewhere: "
               "[{venue: w, instruments: [B], limits: {capital: 41}}], parameters: {size: 5}, "
               "limits: {position_long: 31}}\n"
               "  - {name: one, strategy: pacer, venue: v, instruments: [C], parameters: {size: "
               "5}}\n"
               "  - {name: out, strategy: outside, venue: w, instruments: [A, C], orders: 7, "
               "elsewhere: [{venue: v, instruments: [C]}]}\n");
    const struct gateway_strategy_plan *strategy = gateway.plan.strategy;
    static const uint32_t venues[] = {0, 1, 0};
    EXPECT(memcmp(strategy[0].leg_venue, venues, sizeof venues) == 0);
    EXPECT(strategy[1].leg_venue == NULL);
    EXPECT_UINT(strategy[2].leg_venue[0], 1);
    EXPECT_UINT(strategy[2].leg_venue[1], 0);
    const struct risk *risk = risk_planned();
    EXPECT_UINT((uint64_t)bound(risk, RISK_CAPITAL, 0, 0, 0), 1600000000);
    EXPECT_UINT((uint64_t)bound(risk, RISK_CAPITAL, 1, 0, 0), 4100000000);
    EXPECT_UINT((uint64_t)bound(risk, RISK_CAPITAL, 0, 1, 0), 1600000000);
    EXPECT_UINT((uint64_t)bound(risk, RISK_CAPITAL, 1, 1, 0), 0); /* it is not there */
    EXPECT_UINT((uint64_t)bound(risk, RISK_CAPITAL, 0, 2, 0), 1600000000);
    static const bool trades[3][4] = {{1, 1, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 1}};
    for (uint32_t who = 0; who < 3; who++)
        for (uint32_t symbol = 0; symbol < 4; symbol++)
            EXPECT((bound(risk, RISK_LONG, 0, who, symbol) > 0) == trades[who][symbol]);
    EXPECT_UINT((uint64_t)bound(risk, RISK_LONG, 0, 0, 1), 3100000000);
}

SPEC(a_gateway_takes_the_most_instruments_that_the_configuration_allows)
{
    gateway_file_instruments = "65534";
    planned("");
    EXPECT_UINT(gateway.plan.instruments, 65535);
    gateway_file_instruments = "100";
}

SPEC(a_box_starts_halted_unless_it_is_armed)
{
    planned("");
    EXPECT_UINT(risk_state(risk_planned(), RISK_BOX, 0), RISK_HALTED);
    planned("  armed: true\n");
    EXPECT_UINT(risk_state(risk_planned(), RISK_BOX, 0), RISK_ACTIVE);
}

static enum risk_control order_qty_set(int64_t value, uint32_t confirmed_by)
{
    struct risk *risk = risk_planned();
    struct risk_record record = {.kind = RISK_RECORD_BOUND,
                                 .scope = RISK_SYMBOL,
                                 .limit = RISK_ORDER_QTY,
                                 .role = RISK_OFFICER,
                                 .confirm_role = RISK_OFFICER,
                                 .subject = {.symbol = 2},
                                 .who = 5,
                                 .confirmed_by = confirmed_by,
                                 .value = value,
                                 .reason = "more"};
    risk_control_draft(risk, &record, 1);
    return risk_control_check(risk, &record, 1);
}

SPEC(nobody_loosens_a_limit_beyond_its_ceiling)
{
    planned("");
    EXPECT_UINT(order_qty_set(3500000000, RISK_NONE),
                RISK_CONTROL_OK); /* the loosest of the file */
    EXPECT_UINT(order_qty_set(3500000001, RISK_NONE), RISK_CONTROL_CEILING);
    planned("  ceilings: {order_qty: 60}\n");
    EXPECT_UINT(order_qty_set(6000000000, RISK_NONE), RISK_CONTROL_OK);
    EXPECT_UINT(order_qty_set(6000000001, RISK_NONE), RISK_CONTROL_CEILING);
}

SPEC(where_two_must_agree_the_file_counts_as_two)
{
    planned("  two_persons: true\n");
    EXPECT_UINT(order_qty_set(3500000000, RISK_NONE), RISK_CONTROL_SECOND);
    EXPECT_UINT(order_qty_set(3500000000, 6), RISK_CONTROL_OK);
}

/* What a plan of the usual file says, with a language that can only this. */
static void refused(struct trade_port_can can, const char *expected_sentences)
{
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    const struct trade_port_can real = gateway_file_language.can;
    gateway_file_language.can = can;
    gateway_file_given("", USUAL_STRATEGIES);
    polluxd_gateway_free(&gateway);
    EXPECT(!polluxd_gateway_plan(&gateway, gateway_file_config, &gateway_file_kinds, &said));
    EXPECT_TEXT(sentences, expected_sentences);
    gateway_file_language.can = real;
}

SPEC(what_a_venues_language_cannot_say_is_refused)
{
    refused((struct trade_port_can){.tick = 2000000},
            "symbol A: its tick is finer than ouch50 can say\n"
            "symbol B: its tick is finer than ouch50 can say\n"
            "symbol C: its tick is finer than ouch50 can say\n"
            "symbol A: its tick is finer than ouch50 can say\n");
    refused((struct trade_port_can){.lot = 1000000000, .qty_max = 60000000000},
            "symbol A: its lot is finer than ouch50 can say\n"
            "symbol C: its lot is finer than ouch50 can say\n"
            "symbol A: its lot is finer than ouch50 can say\n");
    refused((struct trade_port_can){.qty_max = 50000000000},
            "symbol A: its quantity_max is larger than ouch50 can say\n"
            "symbol C: its quantity_max is larger than ouch50 can say\n"
            "symbol A: its quantity_max is larger than ouch50 can say\n");
    refused((struct trade_port_can){.price_max = 1999999999999},
            "symbol A: its price_max is higher than ouch50 can say\n"
            "symbol C: its price_max is higher than ouch50 can say\n"
            "symbol A: its price_max is higher than ouch50 can say\n");
    refused((struct trade_port_can){.orders_per_second = 49},
            "venue v: messages_per_second is 50, and ouch50 takes 49 orders a second\n");
    gateway_file_language.name = "other";
    refused((struct trade_port_can){0}, "venue v: nothing here speaks ouch50\n"
                                        "venue w: nothing here speaks ouch50\n");
    gateway_file_language.name = "ouch50";
}

SPEC(a_password_that_cannot_be_read_is_said_of_each_venue)
{
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    gateway_file_given("", USUAL_STRATEGIES);
    (void)unlink(gateway_file_password);
    polluxd_gateway_free(&gateway);
    EXPECT(!polluxd_gateway_plan(&gateway, gateway_file_config, &gateway_file_kinds, &said));
    char once[256], twice[512];
    snprintf(once, sizeof once,
             "the password file %s cannot be opened: No such file or directory\n",
             gateway_file_password);
    snprintf(twice, sizeof twice, "%s%s", once, once);
    EXPECT_TEXT(sentences, twice);
}

SPEC(a_venue_of_this_appliance_is_a_session_by_its_number)
{
    static const char text[] =
        "roles: [feed, gateway, venue]\nlcores: {cores: [0]}\n"
        "ports: [{name: a, kind: dpdk, device: x}, {name: v, kind: dpdk, device: y, address: "
        "10.0.0.1}]\n"
        "feed: {line_a: {port: a, group: 233.54.12.111, udp_port: 26477}}\n"
        "venue: {session: s, journal: j, port: v, orders_tcp_port: 1, snapshot_tcp_port: 2,\n"
        "  retransmission_udp_port: 3, line_a: {port: v, group: 233.54.12.111, udp_port: 26477},\n"
        "  instruments: [{symbol: A}], sessions: [\n"
        "  {username: x, password_file: p, account: 0, firm: F},\n"
        "  {username: z, password_file: p, account: 1, firm: F},\n"
        "  {username: y, password_file: p, account: 1, firm: F}]}\n"
        "gateway:\n  journal: g\n  venues: [{name: here, transport: internal, username: y}]\n"
        "  symbols: [{symbol: A, venue: here}]\n"
        "  strategies: [{name: s, strategy: watcher, venue: here, instruments: all}]\n"
        "  limits: {box_gross: 1, box_loss: 2, duplicate_ns: 3ns, venue_rate: 4, tradable: true,\n"
        "    market_orders: true, order_qty: 5, order_notional: 6, reference_age: 7ns,\n"
        "    mark_age: 8ns, collar_ticks: 9, collar_ppm: 0.001%, symbol_long: 11,\n"
        "    symbol_short: 12, symbol_rate: 13, position_long: 14, position_short: 15,\n"
        "    capital: 16, strategy_gross: 17, strategy_volume: 18, strategy_loss: 19,\n"
        "    strategy_rate: 20, strategy_fills: 21}\n";
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    config_free(gateway_file_config);
    CHECK(config_parse(text, sizeof text - 1, &gateway_file_config, &gateway_file_problems));
    polluxd_gateway_free(&gateway);
    EXPECT(polluxd_gateway_plan(&gateway, gateway_file_config, &gateway_file_kinds, &said));
    EXPECT(gateway.session[0].internal);
    EXPECT_UINT(gateway.session[0].number, 2);
    EXPECT(!gateway.over_tcp);
}

#define SPECS(S)                                                                                   \
    S(venues_and_their_sessions_are_what_the_file_says)                                            \
    S(symbols_and_strategies_are_what_the_file_says)                                               \
    S(each_limit_arrives_in_risk_where_it_belongs_and_nowhere_else)                                \
    S(what_is_traded_elsewhere_has_its_venue_its_capital_and_its_positions)                        \
    S(a_gateway_takes_the_most_instruments_that_the_configuration_allows)                          \
    S(a_box_starts_halted_unless_it_is_armed)                                                      \
    S(nobody_loosens_a_limit_beyond_its_ceiling)                                                   \
    S(where_two_must_agree_the_file_counts_as_two)                                                 \
    S(what_a_venues_language_cannot_say_is_refused)                                                \
    S(a_password_that_cannot_be_read_is_said_of_each_venue)                                        \
    S(a_venue_of_this_appliance_is_a_session_by_its_number)

SPEC_MAIN("polluxd: plan of a gateway", SPECS, gateway_file_open, gateway_file_close)
