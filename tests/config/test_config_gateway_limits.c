/* Limits of risk in the configuration: each row of risk's table is a key, none is missing, none is
 * looser than its ceiling. */

#include "control/config/config_schema.h"
#include "dataplane/risk/risk_limits.h"
#include "tests/config/config_script.h"

#include <stdio.h>
#include <string.h>

#define BEGIN          GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED
#define LIMITED(lines) BEGIN, GATEWAY_LIMITED(lines, VENUES, SYMBOLS, STRATEGIES)
#define ALL_BUT_BOX    "venue_rate: 21, " SYMBOL_LIMITS ", " STRATEGY_LIMITS

/* Sections of the reference, found by the path of their keys. */
static const struct config_key *key_at(const char *path)
{
    const struct config_section *section = config_schema();
    const struct config_key *found = NULL;
    while (section && *path) {
        size_t length = strcspn(path, ".");
        found = NULL;
        for (uint32_t i = 0; i < section->count; i++)
            if (strlen(section->keys[i].name) == length &&
                strncmp(section->keys[i].name, path, length) == 0)
                found = &section->keys[i];
        if (!found) return NULL;
        section = found->section;
        path += length + (path[length] == '.');
    }
    return found;
}

static void key_is_of(const char *section, const struct risk_limit *limit)
{
    static const enum config_type types[] = {
        [RISK_SWITCH] = CONFIG_TYPE_SWITCH, [RISK_QTY] = CONFIG_TYPE_QTY,
        [RISK_MONEY] = CONFIG_TYPE_MONEY,   [RISK_NS] = CONFIG_TYPE_NS,
        [RISK_TICKS] = CONFIG_TYPE_TICKS,   [RISK_PPM] = CONFIG_TYPE_PPM,
        [RISK_COUNT] = CONFIG_TYPE_COUNT,
    };
    char path[128];
    snprintf(path, sizeof path, "%s.%s", section, limit->name);
    const struct config_key *key = key_at(path);
    spec_expect(__FILE__, __LINE__, key != NULL, "%s is no key", path);
    if (!key) return;
    EXPECT_UINT(key->type, types[limit->unit]);
    EXPECT_UINT(key->high, (uint64_t)limit->most);
    EXPECT_UINT(key->low, 0);
}

SPEC(every_limit_of_risk_has_its_keys)
{
    static const char *const sections[RISK_SCOPE_COUNT] = {
        [RISK_BOX] = "gateway.limits",
        [RISK_VENUE] = "gateway.venues.limits",
        [RISK_STRATEGY] = "gateway.strategies.limits",
        [RISK_SYMBOL] = "gateway.symbols.limits",
        [RISK_ROUTE] = "gateway.strategies.limits",
        [RISK_HOLDING] = "gateway.strategies.limits",
    };
    for (enum risk_verdict limit = RISK_PASS + 1; (int)limit <= (int)RISK_LIMIT_COUNT; limit++) {
        key_is_of(sections[risk_limit(limit)->scope], risk_limit(limit));
        key_is_of("gateway.limits", risk_limit(limit));
        key_is_of("gateway.ceilings", risk_limit(limit));
    }
    EXPECT_UINT(key_at("gateway.limits")->section->count, RISK_LIMIT_COUNT);
    EXPECT_UINT(key_at("gateway.ceilings")->section->count, RISK_LIMIT_COUNT);
}

SPEC(limits_change_while_trading_and_ceilings_do_not)
{
    EXPECT(key_at("gateway.limits.order_qty")->change == CONFIG_LIVE);
    EXPECT(key_at("gateway.symbols.limits.tradable")->change == CONFIG_LIVE);
    EXPECT(key_at("gateway.strategies.limits.capital")->change == CONFIG_LIVE);
    EXPECT(key_at("gateway.strategies.parameters")->change == CONFIG_LIVE);
    EXPECT(key_at("gateway.ceilings.order_qty")->change == CONFIG_RESTART);
    EXPECT(key_at("gateway.armed")->change == CONFIG_RESTART);
    EXPECT(key_at("gateway.strategies.instruments")->change == CONFIG_RESTART);
}

SPEC(limits_are_what_the_file_says_in_units_of_risk)
{
    GIVEN(LIMITED(LIMITS));
    ACCEPTED();
    const struct config_limits *limits = &config_script_config()->gateway->limits;
    EXPECT_UINT(limits->box_gross, 900000000);
    EXPECT_UINT(limits->box_loss, 800000000);
    EXPECT_UINT(limits->duplicate_ns, 7000);
    EXPECT(limits->tradable);
    EXPECT(!limits->market_orders);
    EXPECT_UINT(limits->order_qty, 600000000);
    EXPECT_UINT(limits->order_notional, 550000000);
    EXPECT_UINT(limits->reference_age, 4000000);
    EXPECT_UINT(limits->mark_age, 3000000000);
    EXPECT_UINT(limits->collar_ticks, 2);
    EXPECT_UINT(limits->collar_ppm, 15000);
    EXPECT_UINT(limits->symbol_rate, 12);
    EXPECT_UINT(limits->strategy_fills, 20);
}

SPEC(what_has_a_limit_of_its_own_keeps_it_and_the_others_have_the_common_one)
{
    GIVEN(BEGIN,
          GATEWAY("  venues: [{name: v, address: 10.0.0.2, tcp_port: 5, username: u, "
                  "password_file: p, limits: {venue_rate: 1}}]",
                  "  symbols: [{symbol: A, venue: v, limits: {order_qty: 3, market_orders: true}}, "
                  "{symbol: B, venue: v}]",
                  "  strategies: [{name: s, strategy: m, venue: v, instruments: all, "
                  "limits: {position_short: 0, strategy_fills: 99}}]"));
    ACCEPTED();
    const struct config_gateway *gateway = config_script_config()->gateway;
    EXPECT_UINT(gateway->venues.at[0].limits.venue_rate, 1);
    const struct config_symbol_limits *one = &gateway->symbols.at[0].limits;
    const struct config_symbol_limits *other = &gateway->symbols.at[1].limits;
    EXPECT_UINT(one->order_qty, 300000000);
    EXPECT(one->market_orders);
    EXPECT(one->tradable);
    EXPECT_UINT(one->symbol_long, 1000000000);
    EXPECT_UINT(other->order_qty, 600000000);
    EXPECT(!other->market_orders);
    EXPECT_UINT(other->collar_ppm, 15000);
    const struct config_strategy_limits *strategy = &gateway->strategies.at[0].limits;
    EXPECT_UINT(strategy->position_short, 0);
    EXPECT_UINT(strategy->position_long, 1300000000);
    EXPECT_UINT(strategy->capital, 1500000000);
    EXPECT_UINT(strategy->strategy_fills, 99);
}

SPEC(a_limit_that_nobody_has_is_missing_once)
{
    GIVEN(LIMITED("  limits: {" ALL_BUT_BOX "}"));
    PROBLEMS("8:3: gateway.limits.box_gross is missing", "8:3: gateway.limits.box_loss is missing",
             "8:3: gateway.limits.duplicate_ns is missing");
    GIVEN(BEGIN,
          GATEWAY_LIMITED("  limits: {" BOX_LIMITS ", " SYMBOL_LIMITS "}", VENUES,
                          "  symbols: [{symbol: A, venue: v}, {symbol: B, venue: v}]", STRATEGIES));
    PROBLEMS(
        "8:3: gateway.limits.venue_rate is missing, and none of gateway.venues has it",
        "8:3: gateway.limits.position_long is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.position_short is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.capital is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.strategy_gross is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.strategy_volume is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.strategy_loss is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.strategy_rate is missing, and none of gateway.strategies has it",
        "8:3: gateway.limits.strategy_fills is missing, and none of gateway.strategies has it");
}

SPEC(a_limit_that_one_thing_lacks_is_missing_there)
{
    GIVEN(BEGIN,
          GATEWAY_LIMITED("  limits: {" BOX_LIMITS ", " SYMBOL_LIMITS ", " STRATEGY_LIMITS "}",
                          "  venues: [{name: v, address: 10.0.0.2, tcp_port: 5, username: u, "
                          "password_file: p, limits: {venue_rate: 1}},",
                          "    {name: w, address: 10.0.0.3, tcp_port: 5, username: u, "
                          "password_file: p},",
                          "    {name: x, address: 10.0.0.4, tcp_port: 5, username: u, "
                          "password_file: p, limits: {}}]"),
          SYMBOLS, STRATEGIES);
    PROBLEMS("10:5: gateway.venues[1].limits.venue_rate is missing: neither this venue nor "
             "gateway.limits has it",
             "11:78: gateway.venues[2].limits.venue_rate is missing: neither this venue nor "
             "gateway.limits has it");
}

SPEC(without_any_limits_all_of_them_are_missing)
{
    GIVEN(BEGIN, "gateway:", "  journal: j", "  port: o", VENUES, SYMBOLS, STRATEGIES);
    static struct config_problems problems;
    struct config *config;
    const char *text = GATEWAY_ROLES "\n" CORES "\n" GATEWAY_PORTS "\nfeed: {line_a: " LINE "}\n"
                                     "gateway:\n  journal: j\n  port: o\n" VENUES "\n" SYMBOLS
                                     "\n" STRATEGIES "\n";
    EXPECT(!config_parse(text, strlen(text), &config, &problems));
    EXPECT_UINT(problems.count, RISK_LIMIT_COUNT);
    for (uint32_t i = 0; i < problems.count; i++) {
        EXPECT_UINT(problems.at[i].line, 5);
        EXPECT(strstr(problems.at[i].sentence, "is missing") != NULL);
    }
}

SPEC(a_limit_that_is_wrong_is_one_problem)
{
    GIVEN(LIMITED("  limits: {box_gross: -1, box_loss: 8, duplicate_ns: 7, " ALL_BUT_BOX "}"));
    PROBLEMS(
        "8:23: gateway.limits.box_gross is -1: the range is 0..92233720368.54775807",
        "8:54: gateway.limits.duplicate_ns needs a time such as 250us, 5ms or 2s, found \"7\"");
    GIVEN(LIMITED("  limits: 5"));
    PROBLEMS("8:11: gateway.limits needs keys of its own, found \"5\"");
    GIVEN(BEGIN, GATEWAY(VENUES, "  symbols: [{symbol: A, venue: v, limits: {position_long: 5}}]",
                         STRATEGIES));
    PROBLEMS("10:44: unknown key \"position_long\" in the limits of a symbol: it belongs to "
             "gateway.limits");
}

#define CEILED(symbols, ceilings) BEGIN, GATEWAY(VENUES, symbols, STRATEGIES), ceilings

SPEC(no_limit_is_looser_than_its_ceiling)
{
    GIVEN(CEILED("  symbols: [{symbol: A, venue: v, limits: {order_qty: 7}}]",
                 "  ceilings: {order_qty: 7, collar_ppm: 1.5%, duplicate_ns: 7us}"));
    ACCEPTED();
    GIVEN(CEILED("  symbols: [{symbol: A, venue: v, limits: {order_qty: 7.00000001}}]",
                 "  ceilings: {order_qty: 7, collar_ppm: 1.4999%, duplicate_ns: 7001ns}"));
    PROBLEMS("8:53: gateway.limits.duplicate_ns is 7us: gateway.ceilings.duplicate_ns is 7001ns "
             "(12:63)",
             "8:210: gateway.limits.collar_ppm is 1.5%: gateway.ceilings.collar_ppm is 1.4999% "
             "(12:40)",
             "10:55: gateway.symbols[0].limits.order_qty is 7.00000001: gateway.ceilings.order_qty "
             "is 7 (12:25)");
    GIVEN(CEILED(SYMBOLS, "  ceilings: {duplicate_ns: 6us}"));
    ACCEPTED();
}

SPEC(a_ceiling_that_is_left_out_is_the_loosest_limit_of_the_file)
{
    GIVEN(CEILED("  symbols: [{symbol: A, venue: v, limits: {order_qty: 7, symbol_long: 1}}]",
                 "  ceilings: {box_gross: 100}"));
    ACCEPTED();
    const struct config_ceilings *ceilings = &config_script_config()->gateway->ceilings;
    EXPECT_UINT(ceilings->order_qty, 700000000);
    EXPECT_UINT(ceilings->symbol_long, 1000000000);
    EXPECT_UINT(ceilings->box_gross, 10000000000);
    EXPECT_UINT(ceilings->box_loss, 800000000);
    EXPECT_UINT(ceilings->duplicate_ns, 7000);
    EXPECT(ceilings->tradable);
    EXPECT(!ceilings->market_orders);
}

#define DUPLICATE(value)                                                                           \
    LIMITED("  limits: {box_gross: 1, box_loss: 8, duplicate_ns: " value ", " ALL_BUT_BOX "}")

SPEC(a_time_has_a_unit)
{
    GIVEN(DUPLICATE("1152921504606846976ns"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->limits.duplicate_ns, 1152921504606846976);
    GIVEN(DUPLICATE("0s"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->limits.duplicate_ns, 0);
    GIVEN(DUPLICATE("1152921504606846977ns"));
    PROBLEMS("8:53: gateway.limits.duplicate_ns is 1152921504606846977ns: the range is "
             "0s..1152921504606846976ns");
    GIVEN(DUPLICATE("99999999999999999999s"));
    PROBLEMS("8:53: gateway.limits.duplicate_ns is 99999999999999999999s: the range is "
             "0s..1152921504606846976ns");
    const char *const wrong[] = {"01ms", "1.5ms", "-1ms", "ms", "1 ms", "1m", "1msx", "1MS", "''"};
    for (uint32_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        char line[1024];
        snprintf(line, sizeof line, "  limits: {box_gross: 1, box_loss: 8, duplicate_ns: %s, %s}",
                 wrong[i], ALL_BUT_BOX);
        static struct config_problems problems;
        char text[4096];
        struct config *config;
        snprintf(text, sizeof text, "%s\n%s\n%s\nfeed: {line_a: %s}\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n",
                 GATEWAY_ROLES, CORES, GATEWAY_PORTS, LINE, "gateway:", "  journal: j", "  port: o",
                 line, VENUES, SYMBOLS, STRATEGIES);
        EXPECT(!config_parse(text, strlen(text), &config, &problems));
        EXPECT_UINT(problems.count, 1);
        EXPECT(strstr(problems.at[0].sentence, "duplicate_ns needs a time") != NULL);
    }
}

#define COLLAR(value)                                                                              \
    BEGIN, GATEWAY(VENUES, "  symbols: [{symbol: A, venue: v, limits: {collar_ppm: " value "}}]",  \
                   STRATEGIES)

SPEC(a_percentage_has_its_sign_and_four_decimals)
{
    GIVEN(COLLAR("0.0001%"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->symbols.at[0].limits.collar_ppm, 1);
    GIVEN(COLLAR("450359962737.0496%"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->symbols.at[0].limits.collar_ppm, 1ull << 52);
    GIVEN(COLLAR("450359962737.0497%"));
    PROBLEMS("10:56: gateway.symbols[0].limits.collar_ppm is 450359962737.0497%: the range is "
             "0%..450359962737.0496%");
    GIVEN(COLLAR("0.00001%"));
    PROBLEMS("10:56: gateway.symbols[0].limits.collar_ppm has 5 decimals: at most 4 are allowed");
    GIVEN(COLLAR("5"));
    PROBLEMS("10:56: gateway.symbols[0].limits.collar_ppm needs a percentage such as 2% or 0.25%, "
             "found \"5\"");
    GIVEN(COLLAR("'%'"));
    PROBLEMS("10:56: gateway.symbols[0].limits.collar_ppm needs a percentage such as 2% or 0.25%, "
             "found the text \"%\"");
    GIVEN(COLLAR("-%"));
    PROBLEMS("10:56: gateway.symbols[0].limits.collar_ppm needs a percentage such as 2% or 0.25%, "
             "found \"-%\"");
}

#define SPECS(S)                                                                                   \
    S(every_limit_of_risk_has_its_keys)                                                            \
    S(limits_change_while_trading_and_ceilings_do_not)                                             \
    S(limits_are_what_the_file_says_in_units_of_risk)                                              \
    S(what_has_a_limit_of_its_own_keeps_it_and_the_others_have_the_common_one)                     \
    S(a_limit_that_nobody_has_is_missing_once)                                                     \
    S(a_limit_that_one_thing_lacks_is_missing_there)                                               \
    S(without_any_limits_all_of_them_are_missing)                                                  \
    S(a_limit_that_is_wrong_is_one_problem)                                                        \
    S(no_limit_is_looser_than_its_ceiling)                                                         \
    S(a_ceiling_that_is_left_out_is_the_loosest_limit_of_the_file)                                 \
    S(a_time_has_a_unit)                                                                           \
    S(a_percentage_has_its_sign_and_four_decimals)

SPEC_MAIN("config: limits of a gateway", SPECS, NULL, config_script_close)
