/* What a gateway's configuration becomes: strategies are asked about their parameters, and each
 * limit arrives in risk where it belongs. */

#include "apps/polluxd/plan_gateway.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Strategies and a venue's language, made for this. */

static const char *value_of(const struct delegate_parameters *given, const char *name)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (strcmp(given->at[i].name, name) == 0) return given->at[i].value;
    return NULL;
}

/* size at most 100, others are taken as they are, but depth, mute, hollow and many. */
static bool pacer_check(const struct delegate_parameters *given, char *problem, size_t capacity)
{
    const char *size = value_of(given, "size");
    if (!size) snprintf(problem, capacity, "size is missing");
    else if (strtol(size, NULL, 10) > 100)
        snprintf(problem, capacity, "size is %s: at most 100", size);
    else if (value_of(given, "depth")) snprintf(problem, capacity, "depth does not go with size");
    else if (value_of(given, "mute")) return problem[0] = 0, false;
    else return true;
    return false;
}

static size_t pacer_footprint(const struct delegate_parameters *given)
{
    return value_of(given, "hollow") ? 0 : 64;
}

static uint32_t pacer_orders(const struct delegate_parameters *given)
{
    return value_of(given, "many") ? DELEGATE_ORDERS_MAX + 1 : given->legs;
}

static const struct delegate_kind pacer = {
    .name = "pacer", .check = pacer_check, .footprint = pacer_footprint, .orders = pacer_orders};
static const struct delegate_kind watcher = {.name = "watcher", .footprint = pacer_footprint};

static const struct delegate_kind *strategy_find(const void *plugins, const char *name)
{
    EXPECT(plugins == &pacer);
    if (strcmp(name, "pacer") == 0) return &pacer;
    return strcmp(name, "watcher") == 0 ? &watcher : NULL;
}

static struct trade_port_kind language; /* as the real one, but for what it can */

static const struct trade_port_kind *port_find(const char *name)
{
    return strcmp(name, language.name) == 0 ? &language : NULL;
}

static const struct polluxd_kinds kinds = {&pacer, strategy_find, port_find};

/* A configuration of three symbols, two venues and what is given. */

static char password[] = "/tmp/polluxd_gateway_XXXXXX";
static struct config *config;
static struct config_problems problems;
static struct polluxd_gateway gateway;

#define USUAL_STRATEGIES                                                                           \
    "  - {name: one, strategy: pacer, venue: v, instruments: [C, A], parameters: {size: 5, "       \
    "speed: "                                                                                      \
    "6}, limits: {position_long: 31, capital: 32, strategy_rate: 33}}\n"                           \
    "  - {name: two, strategy: watcher, venue: w, instruments: all, unique_orders: 3, "            \
    "all_venues: "                                                                                 \
    "true}\n"                                                                                      \
    "  - {name: out, strategy: outside, venue: w, instruments: [D, B], orders: 7}\n"

static void given(const char *keys, const char *strategies)
{
    static char text[8192];
    snprintf(
        text, sizeof text,
        "roles: [feed, gateway]\nlcores: {cores: [0]}\n"
        "ports: [{name: a, kind: dpdk, device: x}, {name: o, kind: dpdk, device: y, address: "
        "10.0.0.1}]\n"
        "feed: {instruments: 100, line_a: {port: a, group: 233.54.12.111, udp_port: 26477}}\n"
        "gateway:\n  journal: j\n  port: o\n%s"
        "  venues:\n"
        "  - {name: v, address: 10.0.0.2, tcp_port: 5, username: ab, password_file: %s, firm: F,\n"
        "     messages_per_second: 50, cancel_reserve: 5, answer_ms: 7, cancels_at_loss: true,\n"
        "     first_order: 9}\n"
        "  - {name: w, address: 10.0.0.3, tcp_port: 6, username: cd, password_file: %s,\n"
        "     limits: {venue_rate: 34}}\n"
        "  symbols:\n"
        "  - {symbol: A, venue: v, limits: {order_qty: 35, tradable: false}}\n"
        "  - {symbol: B, venue: w, tick: 0.05, lot: 10, price_max: 100, quantity_max: 500}\n"
        "  - {symbol: C, venue: v}\n"
        "  - {symbol: A, venue: w}\n"
        "  limits: {box_gross: 1, box_loss: 2, duplicate_ns: 3ns, venue_rate: 4, tradable: true,\n"
        "    market_orders: true, order_qty: 5, order_notional: 6, reference_age: 7ns,\n"
        "    mark_age: 8ns, collar_ticks: 9, collar_ppm: 0.001%%, symbol_long: 11,\n"
        "    symbol_short: 12, symbol_rate: 13, position_long: 14, position_short: 15,\n"
        "    capital: 16, strategy_gross: 17, strategy_volume: 18, strategy_loss: 19,\n"
        "    strategy_rate: 20, strategy_fills: 21}\n"
        "  strategies:\n%s",
        keys, password, password, strategies);
    config_free(config);
    bool right = config_parse(text, strlen(text), &config, &problems);
    if (!right) config_print_problems(stdout, "the file", &problems);
    CHECK(right);
}

static void planned(const char *keys)
{
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    given(keys, USUAL_STRATEGIES);
    polluxd_gateway_free(&gateway);
    EXPECT(polluxd_gateway_check(config, &kinds, &problems));
    EXPECT_UINT(problems.count, 0);
    EXPECT(polluxd_gateway_plan(&gateway, config, &kinds, &said));
    EXPECT_TEXT(sentences, ""); /* gateway_check has nothing to say either */
}

/* What the strategies say of their parameters, in one line each. */
static void said_of(const char *strategies, const char *expected)
{
    char said[4096] = "";
    given("", strategies);
    bool right = polluxd_gateway_check(config, &kinds, &problems);
    EXPECT_UINT(right, problems.count == 0);
    for (uint32_t i = 0; i < problems.count; i++)
        snprintf(said + strlen(said), sizeof said - strlen(said), "%u:%u: %s\n",
                 problems.at[i].line, problems.at[i].column, problems.at[i].sentence);
    EXPECT_TEXT(said, expected);
}

#define PACER(parameters)                                                                          \
    "  - {name: s, strategy: pacer, venue: v, instruments: all, parameters: {" parameters "}}\n"

SPEC(strategies_are_asked_about_their_parameters)
{
    said_of(PACER("size: 100"), "");
    said_of(PACER("speed: 1, size: 101"),
            "26:89: gateway.strategies[0].parameters: size is 101: at most 100\n");
    said_of(PACER("speed: 1"), "26:25: gateway.strategies[0].parameters: size is missing\n");
    said_of(PACER("size: 1, depth: 2"),
            "26:89: gateway.strategies[0].parameters: depth does not go with size\n");
    said_of(PACER("size: 1, mute: 2"),
            "26:25: gateway.strategies[0].parameters: pacer refuses them\n");
    said_of(PACER("size: 1, hollow: 2"),
            "26:25: gateway.strategies[0].parameters: pacer cannot be built with them\n");
    said_of(
        PACER("size: 1, many: 2"),
        "26:25: gateway.strategies[0].parameters: pacer needs 4097 orders at once with them: at "
        "most 4096 are allowed\n");
    said_of("  - {name: s, strategy: watcher, venue: v, instruments: all, parameters: {a: 1}}\n",
            "26:78: gateway.strategies[0].parameters: watcher takes none\n");
}

/* "siz" is not named by "size". */
SPEC(the_place_is_that_of_the_parameter_that_is_named_first)
{
    said_of(PACER("siz: 1, size: 101"),
            "26:87: gateway.strategies[0].parameters: size is 101: at most 100\n");
    said_of(PACER("siz: 1"), "26:25: gateway.strategies[0].parameters: size is missing\n");
}

SPEC(a_strategy_that_is_not_there_is_said_with_those_that_are)
{
    said_of(
        "  - {name: p, strategy: pacr, venue: v, instruments: all}\n" PACER("size: 101"),
        "26:25: gateway.strategies[0].strategy is \"pacr\", but there is no such strategy; built "
        "in: outside, tally\n"
        "27:79: gateway.strategies[1].parameters: size is 101: at most 100\n");
}

SPEC(who_sends_orders_has_something_to_trade)
{
    said_of("  - {name: s, strategy: pacer, venue: v, instruments: [B, D], parameters: {size: 1}}\n"
            "  - {name: t, strategy: outside, venue: w, instruments: [C], orders: 1}\n"
            "  - {name: u, strategy: watcher, venue: v, instruments: [B]}\n",
            "26:25: gateway.strategies[0] sends orders, but gateway.symbols lists none of its "
            "instruments at the venue v\n"
            "27:25: gateway.strategies[1] sends orders, but gateway.symbols lists none of its "
            "instruments at the venue w\n");
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
    EXPECT(venue[0].kind == &language);
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
    planned("  reconcile_ms: 8\n");
    const struct gateway_plan *plan = &gateway.plan;
    EXPECT_UINT(plan->instruments, 101);
    EXPECT_UINT(plan->reconcile_ns, 8000000);
    EXPECT_UINT(plan->symbols, 4);
    EXPECT(memcmp(plan->symbol[1].name, "B       ", 8) == 0);
    EXPECT_UINT(plan->symbol[1].venue, 1);
    EXPECT_UINT(plan->symbol[1].tick, 5000000);
    EXPECT_UINT(plan->symbol[1].lot, 1000000000);
    EXPECT_UINT(plan->symbol[1].price_max, 10000000000);
    EXPECT_UINT(plan->symbol[1].qty_max, 50000000000);
    EXPECT_UINT(plan->strategies, 3);
    const struct gateway_strategy_plan *one = &plan->strategy[0];
    EXPECT_TEXT(one->name, "one");
    EXPECT(one->kind == &pacer);
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

/* The common value of each limit is its place in the table, from 1 for box_gross; see given(). */
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
    return -1; /* a limit that this spec does not know: it is to be added to given() */
}

/* The ones that are said of one thing alone; see given(). */
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
    const struct trade_port_can real = language.can;
    language.can = can;
    given("", USUAL_STRATEGIES);
    polluxd_gateway_free(&gateway);
    EXPECT(!polluxd_gateway_plan(&gateway, config, &kinds, &said));
    EXPECT_TEXT(sentences, expected_sentences);
    language.can = real;
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
    language.name = "other";
    refused((struct trade_port_can){0}, "venue v: nothing here speaks ouch50\n"
                                        "venue w: nothing here speaks ouch50\n");
    language.name = "ouch50";
}

SPEC(a_password_that_cannot_be_read_is_said_of_each_venue)
{
    static char sentences[4096];
    struct text said = text_in(sentences, sizeof sentences);
    given("", USUAL_STRATEGIES);
    (void)unlink(password);
    polluxd_gateway_free(&gateway);
    EXPECT(!polluxd_gateway_plan(&gateway, config, &kinds, &said));
    char once[256], twice[512];
    snprintf(once, sizeof once,
             "the password file %s cannot be opened: No such file or directory\n", password);
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
    config_free(config);
    CHECK(config_parse(text, sizeof text - 1, &config, &problems));
    polluxd_gateway_free(&gateway);
    EXPECT(polluxd_gateway_plan(&gateway, config, &kinds, &said));
    EXPECT(gateway.session[0].internal);
    EXPECT_UINT(gateway.session[0].number, 2);
    EXPECT(!gateway.over_tcp);
}

static void before_each(void)
{
    if (!language.name) language = *trade_port_find("ouch50");
    snprintf(password, sizeof password, "/tmp/polluxd_gateway_XXXXXX");
    int file = mkstemp(password);
    CHECK(file >= 0);
    CHECK(write(file, "secret\n", 7) == 7);
    close(file);
}

static void after_each(void)
{
    (void)unlink(password);
}

#define SPECS(S)                                                                                   \
    S(strategies_are_asked_about_their_parameters)                                                 \
    S(the_place_is_that_of_the_parameter_that_is_named_first)                                      \
    S(a_strategy_that_is_not_there_is_said_with_those_that_are)                                    \
    S(who_sends_orders_has_something_to_trade)                                                     \
    S(venues_and_their_sessions_are_what_the_file_says)                                            \
    S(symbols_and_strategies_are_what_the_file_says)                                               \
    S(each_limit_arrives_in_risk_where_it_belongs_and_nowhere_else)                                \
    S(a_box_starts_halted_unless_it_is_armed)                                                      \
    S(nobody_loosens_a_limit_beyond_its_ceiling)                                                   \
    S(where_two_must_agree_the_file_counts_as_two)                                                 \
    S(what_a_venues_language_cannot_say_is_refused)                                                \
    S(a_password_that_cannot_be_read_is_said_of_each_venue)                                        \
    S(a_venue_of_this_appliance_is_a_session_by_its_number)

SPEC_MAIN("polluxd: plan of a gateway", SPECS, before_each, after_each)
