/* Keys of a gateway against each other: venues, symbols, strategies, ports. */

#include "tests/config/config_script.h"

#include <stdio.h>
#include <string.h>

#define BEGIN                     GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED
#define OF_VENUES(venues)         BEGIN, GATEWAY(venues, SYMBOLS, STRATEGIES)
#define OF_SYMBOLS(symbols)       BEGIN, GATEWAY(VENUES, symbols, STRATEGIES)
#define OF_STRATEGIES(strategies) BEGIN, GATEWAY(VENUES, SYMBOLS, strategies)
#define A_VENUE(name, tcp_port, more)                                                              \
    "{name: " name ", address: 10.0.0.2, tcp_port: " tcp_port                                      \
    ", username: u, password_file: p" more "}"

SPEC(the_smallest_gateway_is_eleven_lines)
{
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    ACCEPTED();
    const struct config_gateway *gateway = config_script_config()->gateway;
    EXPECT_TEXT(gateway->journal, "j");
    EXPECT_UINT(gateway->port, 1);
    EXPECT(!gateway->armed);
    EXPECT(!gateway->two_persons);
    EXPECT_UINT(gateway->reconcile_ms, 5000);
    EXPECT_UINT(gateway->plugins.count, 0);
    const struct config_trade_venue *venue = &gateway->venues.at[0];
    EXPECT(venue->protocol == CONFIG_TRADE_OUCH50);
    EXPECT_TEXT(venue->firm, "");
    EXPECT_UINT(venue->messages_per_second + venue->cancel_reserve + venue->answer_ms, 0);
    EXPECT_UINT(venue->first_order, 0);
    EXPECT(!venue->cancels_at_loss);
    const struct config_trade_symbol *symbol = &gateway->symbols.at[0];
    EXPECT_UINT(symbol->tick, 1000000);
    EXPECT_UINT(symbol->lot, 100000000);
    EXPECT_UINT(symbol->price_max, 2000000000000);
    EXPECT_UINT(symbol->quantity_max, 99999900000000);
    const struct config_trade_strategy *strategy = &gateway->strategies.at[0];
    EXPECT_UINT(strategy->instruments.count, 0); /* all */
    EXPECT_UINT(strategy->parameters.count, 0);
    EXPECT_UINT(strategy->unique_orders, 16);
    EXPECT(!strategy->all_venues);
}

SPEC(a_trading_day_begins_at_a_time_of_day)
{
    static const struct {
        const char *written;
        uint32_t seconds;
    } right[] = {
        {"00:00:00", CONFIG_MIDNIGHT}, {"00:00:01", 1}, {"22:05:30", 79530}, {"'23:59:59'", 86399}};
    static const char *const wrong[] = {"24:00:00", "22:00",    "9:00:00", "22:60:00", "22:00:60",
                                        "22:00:0x", "+1:00:00", "2200",    "22.00.00"};
    char key[64], problem[160];
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->day_begins, 0); /* none */
    for (size_t i = 0; i < ARRAY_COUNT(right); i++) {
        snprintf(key, sizeof key, "  day_begins: %s", right[i].written);
        GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES), key);
        ACCEPTED();
        EXPECT_UINT(config_script_config()->gateway->day_begins, right[i].seconds);
    }
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        snprintf(key, sizeof key, "  day_begins: %s", wrong[i]);
        snprintf(problem, sizeof problem,
                 "12:15: gateway.day_begins needs a time of day, UTC, from 00:00:00 to 23:59:59, "
                 "found \"%s\"",
                 wrong[i]);
        GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES), key);
        PROBLEMS(problem);
    }
}

SPEC(a_gateway_needs_its_section_and_a_feed)
{
    GIVEN(GATEWAY_ROLES, CORES, PORTS, FEED);
    PROBLEMS("1:8: gateway is missing: the role gateway needs it");
    GIVEN(ROLES, CORES, GATEWAY_PORTS, FEED, GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("5:1: gateway is for the role gateway, which roles does not name");
    GIVEN("roles: [gateway]", CORES, "ports: [{name: o, kind: dpdk, device: y, address: 10.0.0.1}]",
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("1:8: roles names gateway and not feed: a gateway acts on the feed's books");
}

SPEC(a_gateway_has_room_for_the_instruments_of_its_feed)
{
    GIVEN(GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED_WITH("instruments: 65534"),
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    ACCEPTED();
    GIVEN(GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED_WITH("instruments: 65535"),
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("4:21: feed.instruments is 65535: a gateway has room for 65534");
}

SPEC(a_gateways_strategies_decide_instead_of_delegates)
{
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES),
          "engine: {delegates: [{name: t, strategy: tally}]}");
    PROBLEMS("12:10: engine.delegates is for a feed without a gateway: here gateway.strategies "
             "decide");
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES), "engine: {decision_budget_us: 7}");
    ACCEPTED();
}

SPEC(the_gateways_stage_has_the_core_of_the_engine)
{
    const uint32_t feed = 1u << CONFIG_ROLE_FEED, gateway = 1u << CONFIG_ROLE_GATEWAY;
    EXPECT_UINT(config_stages(feed), 2);
    EXPECT_UINT(config_stages(feed | gateway), 2);
    EXPECT_UINT(config_stages(feed | gateway | 1u << CONFIG_ROLE_VENUE), 4);
    GIVEN(GATEWAY_ROLES, "lcores: {layout: dedicated, cores: [1, 2, 3]}", GATEWAY_PORTS, FEED,
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("2:36: lcores.cores lists 3 cores: the layout dedicated needs exactly 2, for feed and "
             "gateway");
}

SPEC(the_port_of_a_gateway_is_its_own_and_has_an_address)
{
    GIVEN(GATEWAY_ROLES, CORES,
          "ports: [{name: a, kind: dpdk, device: x}, {name: o, kind: dpdk, device: y}]", FEED,
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("7:9: gateway.port is \"o\", a port without an address: a gateway needs "
             "ports[1].address");
    GIVEN(GATEWAY_ROLES, CORES,
          "ports: [{name: a, kind: capture, file: f}, {name: o, kind: dpdk, device: y, address: "
          "10.0.0.1}]",
          FEED, GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS(
        "4:23: feed.line_a.port is \"a\", a port of kind capture: a gateway beside it needs the "
        "kind dpdk or cable");
    GIVEN(GATEWAY_ROLES, CORES, "ports: [{name: o, kind: dpdk, device: y, address: 10.0.0.1}]",
          "feed: {line_a: {port: o, group: 233.0.0.1, udp_port: 3}}",
          GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    PROBLEMS("4:23: feed.line_a.port is \"o\", and so is gateway.port (7:9): a feed and a gateway "
             "cannot share a port, each would take frames of the other");
    GIVEN("roles: [feed, gateway, venue]", CORES,
          "ports: [{name: a, kind: dpdk, device: x},"
          "{name: o, kind: dpdk, device: y, address: 10.0.0.1}]",
          FEED, GATEWAY(VENUES, SYMBOLS, STRATEGIES),
          "venue:", "  {session: s, journal: k, port: o, " LISTENING ",",
          "   line_a: {port: o, group: 233.54.12.111, udp_port: 26477},", INSTRUMENTS ",",
          SESSIONS "}");
    PROBLEMS(
        "7:9: gateway.port is \"o\", and so is venue.port (13:34): a gateway and a venue cannot "
        "share a port, each would take frames of the other");
}

SPEC(a_gateway_and_a_venue_have_journals_of_their_own)
{
    GIVEN("roles: [feed, gateway, venue]", CORES,
          "ports: [{name: a, kind: dpdk, device: x}, {name: o, kind: dpdk, device: y, address: "
          "10.0.0.1}, {name: v, kind: dpdk, device: z, address: 10.0.0.2}]",
          FEED, GATEWAY(VENUES, SYMBOLS, STRATEGIES), VENUE(INSTRUMENTS, SESSIONS));
    PROBLEMS("6:12: gateway.journal is the folder of venue.journal (13:25): each needs its own");
}

SPEC(venues_are_reached_by_the_port)
{
    GIVEN(OF_VENUES("  venues: [{name: v, address: 10.0.1.2, tcp_port: 5, username: u, "
                    "password_file: p}]"));
    PROBLEMS("9:31: gateway.venues[0].address is 10.0.1.2: it is not in the port's network, and "
             "ports[1] has no gateway");
}

SPEC(venues_have_names_and_sessions_of_their_own)
{
    GIVEN(OF_VENUES("  venues: [" A_VENUE("v", "5", "") ", " A_VENUE("v", "6", "") "]"));
    PROBLEMS("9:93: the venue name v is used twice, first in line 9");
    GIVEN(OF_VENUES("  venues: [" A_VENUE("v", "5", "") ", " A_VENUE("w", "5", "") "]"));
    PROBLEMS("9:86: the session of line 9 is used twice: it is the same user of the same venue");
    GIVEN(OF_VENUES("  venues: [{name: a-name-too-long-, address: 10.0.0.2, tcp_port: 5, "
                    "username: u, password_file: p}]"));
    PROBLEMS("9:19: gateway.venues[0].name has 16 characters: at most 15 are allowed");
}

#define INSIDE(more) "  venues: [{name: v, transport: internal, username: u" more "}]"
#define BESIDE(symbols, instruments, sessions)                                                     \
    GIVEN("roles: [feed, gateway, venue]", CORES,                                                  \
          "ports: [{name: a, kind: dpdk, device: x},{name: v, kind: dpdk, device: z, address: "    \
          "10.0.0.2}]",                                                                            \
          FEED, "gateway:", "  journal: g", LIMITS, INSIDE(""), symbols, STRATEGIES,               \
          VENUE(instruments, sessions))

SPEC(a_venue_over_tcp_has_an_address_and_a_port)
{
    GIVEN(OF_VENUES("  venues: [{name: v, username: u}]"));
    PROBLEMS("9:12: gateway.venues[0].address is missing: the transport tcp needs it",
             "9:12: gateway.venues[0].tcp_port is missing: the transport tcp needs it",
             "9:12: gateway.venues[0].password_file is missing: the transport tcp needs it");
    GIVEN(GATEWAY_ROLES, CORES, "ports: [{name: a, kind: dpdk, device: x}]", FEED,
          "gateway:", "  journal: g", LIMITS, VENUES, SYMBOLS, STRATEGIES);
    PROBLEMS("8:12: gateway.port is missing: a venue of the transport tcp needs it");
}

SPEC(a_venue_of_this_appliance_needs_none)
{
    BESIDE(SYMBOLS, INSTRUMENTS, SESSIONS);
    ACCEPTED();
    EXPECT(config_script_config()->gateway->venues.at[0].transport == CONFIG_TRANSPORT_INTERNAL);
    GIVEN(OF_VENUES(INSIDE(", tcp_port: 5")));
    PROBLEMS("7:3: gateway.port is for venues of the transport tcp, and there is none",
             "9:33: gateway.venues[0].transport is internal: it needs the role venue here",
             "9:56: gateway.venues[0].tcp_port is for the transport tcp, and this venue's is "
             "internal");
}

SPEC(a_session_of_this_appliance_is_one_of_its_venue)
{
    BESIDE(SYMBOLS, INSTRUMENTS,
           "  sessions: [{username: U, password_file: p, account: 0, firm: F}, {username: w, "
           "password_file: p, account: 1, firm: F}]");
    PROBLEMS("8:53: gateway.venues[0].username is \"u\", but venue.sessions has no such user; "
             "users: U, w");
    BESIDE(SYMBOLS, INSTRUMENTS,
           "  sessions: [{username: u, password_file: p, account: 0, firm: F, dialect: ouch42}]");
    PROBLEMS("8:53: gateway.venues[0].username is \"u\", whose session speaks ouch42, and not "
             "ouch50");
}

SPEC(a_symbol_of_this_appliance_is_an_instrument_of_its_venue)
{
    BESIDE("  symbols: [{symbol: A, venue: v}, {symbol: C, venue: v}, {symbol: D, venue: v}, "
           "{symbol: B, venue: v}, {symbol: E, venue: v}]",
           "  instruments: [{symbol: D}, {symbol: C}, {symbol: B}]", SESSIONS);
    PROBLEMS("9:22: gateway.symbols[0].symbol is \"A\", which venue.instruments does not list",
             "9:114: gateway.symbols[4].symbol is \"E\", which venue.instruments does not list");
    BESIDE("  symbols: [{symbol: A, venue: v, tick: 0.03, lot: 50}]",
           "  instruments: [{symbol: A, tick: 0.02, lot: 100}]", SESSIONS);
    PROBLEMS("9:41: gateway.symbols[0].tick is 0.03: venue.instruments has A in ticks of 0.02",
             "9:52: gateway.symbols[0].lot is 50: venue.instruments has A in lots of 100");
    BESIDE("  symbols: [{symbol: A, venue: v, tick: 0.04, lot: 200}]",
           "  instruments: [{symbol: A, tick: 0.02, lot: 100}]", SESSIONS);
    ACCEPTED();
}

SPEC(cancels_have_a_part_of_the_messages)
{
    GIVEN(OF_VENUES(
        "  venues: [" A_VENUE("v", "5", ", messages_per_second: 5, cancel_reserve: 4") "]"));
    ACCEPTED();
    GIVEN(OF_VENUES(
        "  venues: [" A_VENUE("v", "5", ", messages_per_second: 5, cancel_reserve: 5") "]"));
    PROBLEMS("9:125: gateway.venues[0].cancel_reserve is 5: messages_per_second is 5, and orders "
             "need some of them");
}

SPEC(a_venue_that_is_named_is_listed)
{
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: plx}]"));
    PROBLEMS("10:32: gateway.symbols[0].venue is \"plx\", but there is no such venue; "
             "gateway.venues: v");
    GIVEN(OF_STRATEGIES("  strategies: [{name: s, strategy: m, venue: w, instruments: all}]"));
    PROBLEMS("11:46: gateway.strategies[0].venue is \"w\", but there is no such venue; "
             "gateway.venues: v");
    GIVEN(BEGIN, GATEWAY("  venues: [" A_VENUE("v", "5", "") ", " A_VENUE("w", "6", "") "]",
                         "  symbols: [{symbol: A, venue: w}, {symbol: A, venue: v}]",
                         "  strategies: [{name: s, strategy: m, venue: w, instruments: [A]}]"));
    ACCEPTED();
    const struct config_gateway *gateway = config_script_config()->gateway;
    EXPECT_UINT(gateway->symbols.at[0].venue, 1);
    EXPECT_UINT(gateway->symbols.at[1].venue, 0);
    EXPECT_UINT(gateway->strategies.at[0].venue, 1);
}

SPEC(a_symbol_is_listed_once_at_a_venue)
{
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v}, {symbol: B, venue: v}, {symbol: A, venue: "
                     "v}]"));
    PROBLEMS("10:68: the symbol A is listed twice at the venue v, first in line 10");
}

SPEC(a_venue_may_have_another_name_for_a_symbol_and_one_for_each)
{
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, venue_symbol: X}, {symbol: B, venue: v}]"));
    ACCEPTED();
    EXPECT_TEXT(config_script_config()->gateway->symbols.at[0].venue_symbol, "X");
    EXPECT_TEXT(config_script_config()->gateway->symbols.at[1].venue_symbol, "");
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v}, {symbol: B, venue: v, venue_symbol: A}]"));
    PROBLEMS("10:72: the venue v would have A twice, as A in line 10 and as B");
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, venue_symbol: B}, {symbol: B, venue: v, "
                     "venue_symbol: A}]"));
    ACCEPTED();
    BESIDE("  symbols: [{symbol: A, venue: v, venue_symbol: C}, {symbol: B, venue: v}]",
           "  instruments: [{symbol: C}, {symbol: B}]", SESSIONS);
    ACCEPTED();
    BESIDE("  symbols: [{symbol: B, venue: v, venue_symbol: C}]", "  instruments: [{symbol: B}]",
           SESSIONS);
    PROBLEMS("9:49: gateway.symbols[0].venue_symbol is \"C\", which venue.instruments does not "
             "list");
}

SPEC(ticks_and_lots_are_what_the_protocol_can_say)
{
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, tick: 0.00015, lot: 0.5}]"));
    PROBLEMS("10:41: gateway.symbols[0].tick is 0.00015: ouch50 can say multiples of 0.0001",
             "10:55: gateway.symbols[0].lot is 0.5: ouch50 can say multiples of 1");
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, tick: 0.05, price_max: 100.02, lot: 100, "
                     "quantity_max: 150}]"));
    PROBLEMS("10:58: gateway.symbols[0].price_max is 100.02: it is not whole ticks of 0.05",
             "10:90: gateway.symbols[0].quantity_max is 150: it is not whole lots of 100");
    GIVEN(
        OF_SYMBOLS("  symbols: [{symbol: A, venue: v, price_max: 200000, quantity_max: 1000000}]"));
    PROBLEMS("10:46: gateway.symbols[0].price_max is 200000: ouch50 can say at most 199999.99",
             "10:68: gateway.symbols[0].quantity_max is 1000000: ouch50 can say at most 999999");
    GIVEN(OF_SYMBOLS(
        "  symbols: [{symbol: A, venue: v, price_max: 199999.99, quantity_max: 999999}]"));
    ACCEPTED();
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, lot: 1000000}]"));
    PROBLEMS("10:40: gateway.symbols[0].lot is 1000000: ouch50 can say at most 999999");
}

SPEC(defaults_give_way_to_ticks_and_lots)
{
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, tick: 0.03, lot: 100}]"));
    ACCEPTED();
    const struct config_trade_symbol *symbol = config_script_config()->gateway->symbols.at;
    EXPECT_UINT(symbol->price_max, 1999998000000); /* 19999.98 */
    EXPECT_UINT(symbol->quantity_max, 99990000000000);
    GIVEN(OF_SYMBOLS("  symbols: [{symbol: A, venue: v, tick: 30000}]"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->symbols.at[0].price_max, 3000000000000);
}

SPEC(strategies_have_names_of_their_own_and_each_instrument_once)
{
    GIVEN(OF_STRATEGIES(
        "  strategies: [{name: s, strategy: m, venue: v, instruments: [A, B, A]}, {name: s, "
        "strategy: m, venue: v, instruments: all}]"));
    PROBLEMS("11:69: the symbol A is used twice, first in line 11",
             "11:81: the strategy name s is used twice, first in line 11");
}

SPEC(a_strategy_from_outside_says_how_many_orders_it_has)
{
    GIVEN(OF_STRATEGIES(
        "  strategies: [{name: s, strategy: outside, venue: v, instruments: [A], orders: 4}]"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->strategies.at[0].orders, 4);
    GIVEN(OF_STRATEGIES("  strategies: [{name: s, strategy: outside, venue: v, instruments: [A], "
                        "parameters: {a: b}}]"));
    PROBLEMS(
        "11:36: gateway.strategies[0].orders is missing: the strategy outside needs it",
        "11:73: gateway.strategies[0].parameters is not for the strategy outside: nothing here "
        "would read them");
    GIVEN(OF_STRATEGIES(
        "  strategies: [{name: s, strategy: maker, venue: v, instruments: [A], orders: 4}]"));
    PROBLEMS(
        "11:71: gateway.strategies[0].orders is for the strategy outside: maker says itself how "
        "many it needs");
}

SPEC(parameters_are_names_and_texts_with_their_places)
{
    GIVEN(OF_STRATEGIES("  strategies:"), "  - name: s", "    strategy: maker", "    venue: v",
          "    instruments: all", "    parameters:", "      rungs: 0.01:100, 0.02:200",
          "      'skew': \"1 \\\"2\\\"\"", "      post_only: yes");
    ACCEPTED();
    const struct config_trade_strategy *strategy = config_script_config()->gateway->strategies.at;
    EXPECT_TEXT(strategy->strategy.text, "maker");
    EXPECT_UINT(strategy->strategy.place.line, 13);
    EXPECT_UINT(strategy->strategy.place.column, 15);
    EXPECT_UINT(strategy->parameters.count, 3);
    const struct config_parameter *at = strategy->parameters.at;
    EXPECT_TEXT(at[0].name, "rungs");
    EXPECT_TEXT(at[0].value, "0.01:100, 0.02:200");
    EXPECT_UINT(at[0].place.line, 17);
    EXPECT_UINT(at[0].place.column, 14);
    EXPECT_TEXT(at[1].name, "skew");
    EXPECT_TEXT(at[1].value, "1 \"2\"");
    EXPECT_TEXT(at[2].value, "yes");
}

#define PARAMETERS(keys)                                                                           \
    OF_STRATEGIES(                                                                                 \
        "  strategies: [{name: s, strategy: m, venue: v, instruments: all, parameters: " keys      \
        "}]")

SPEC(a_parameter_is_there_once_and_is_a_short_text)
{
    GIVEN(PARAMETERS("5"));
    PROBLEMS("11:79: gateway.strategies[0].parameters needs names and texts of their own, found "
             "\"5\"");
    GIVEN(PARAMETERS("{a: 1, b: [2], 'c d': 3, a: 4, e: , f: 'g\u00e9'}"));
    PROBLEMS("11:89: gateway.strategies[0].parameters.b needs a text, found a list",
             "11:94: a parameter in gateway.strategies[0].parameters needs a name of letters, "
             "digits, '.', '_' and '-', found the text \"c d\"",
             "11:104: gateway.strategies[0].parameters.a is given twice, first in line 11",
             "11:113: gateway.strategies[0].parameters.e needs a text, found nothing",
             "11:118: gateway.strategies[0].parameters.f needs a text, found the text \"g??\"");
    char value[CONFIG_PARAMETER_MAX + 2], line[512];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = 0;
    snprintf(line, sizeof line,
             "  strategies: [{name: s, strategy: m, venue: v, instruments: all,"
             " parameters: {long: %s}}]",
             value);
    GIVEN(OF_STRATEGIES(line));
    PROBLEMS("11:86: gateway.strategies[0].parameters.long has 256 characters: at most 255 are "
             "allowed");
}

SPEC(parameters_have_a_number)
{
    char line[2048] =
        "  strategies: [{name: s, strategy: m, venue: v, instruments: all, parameters: {";
    for (uint32_t i = 0; i <= CONFIG_PARAMETERS_MAX; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "p%u: %u, ", i, i);
    snprintf(line + strlen(line), sizeof line - strlen(line), "}}]");
    GIVEN(OF_STRATEGIES(line));
    PROBLEMS("11:79: gateway.strategies[0].parameters has 65 entries: the range is 0..64");
}

SPEC(plug_ins_are_paths_that_keep_their_places)
{
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES), "  plugins: [/a.so, /b c.so]");
    ACCEPTED();
    const struct config_paths *plugins = &config_script_config()->gateway->plugins;
    EXPECT_UINT(plugins->count, 2);
    EXPECT_TEXT(plugins->at[1].text, "/b c.so");
    EXPECT_UINT(plugins->at[1].place.line, 12);
    EXPECT_UINT(plugins->at[1].place.column, 20);
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES), "  plugins: [/a.so, [], /a.so]");
    PROBLEMS("12:20: gateway.plugins[1] needs a single value, found a list",
             "12:24: the plug-in /a.so is used twice, first in line 12");
}

SPEC(spare_places_and_strategies_together_are_bounded)
{
    GIVEN(GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED, "gateway:", "  journal: j", "  port: o",
          LIMITS, "  spare_strategies: 65", VENUES, SYMBOLS, STRATEGIES);
    PROBLEMS("9:21: gateway.spare_strategies is 65: the range is 0..64");
    char venues[2048] = "  venues: [";
    for (int i = 0; i < 16; i++)
        snprintf(venues + strlen(venues), sizeof venues - strlen(venues),
                 "{name: %s%d, address: 10.0.0.2, tcp_port: 5, username: u%d, password_file: p}%s",
                 i ? "w" : "v", i, i, i < 15 ? ", " : "]");
    GIVEN(GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED, "gateway:", "  journal: j", "  port: o",
          LIMITS, "  spare_strategies: 64", venues, "  symbols: [{symbol: A, venue: v0}]",
          "  strategies: [{name: s, strategy: maker, venue: v0, instruments: all}]");
    PROBLEMS("9:21: gateway.spare_strategies is 64 at each of 16 venues: with those of the file "
             "these are 1025 strategies: at most 1024 are allowed");
}

#define SPECS(S)                                                                                   \
    S(spare_places_and_strategies_together_are_bounded)                                            \
    S(the_smallest_gateway_is_eleven_lines)                                                        \
    S(a_trading_day_begins_at_a_time_of_day)                                                       \
    S(a_gateway_needs_its_section_and_a_feed)                                                      \
    S(a_gateway_has_room_for_the_instruments_of_its_feed)                                          \
    S(a_gateways_strategies_decide_instead_of_delegates)                                           \
    S(the_gateways_stage_has_the_core_of_the_engine)                                               \
    S(the_port_of_a_gateway_is_its_own_and_has_an_address)                                         \
    S(a_gateway_and_a_venue_have_journals_of_their_own)                                            \
    S(venues_are_reached_by_the_port)                                                              \
    S(venues_have_names_and_sessions_of_their_own)                                                 \
    S(a_venue_over_tcp_has_an_address_and_a_port)                                                  \
    S(a_venue_of_this_appliance_needs_none)                                                        \
    S(a_session_of_this_appliance_is_one_of_its_venue)                                             \
    S(a_symbol_of_this_appliance_is_an_instrument_of_its_venue)                                    \
    S(cancels_have_a_part_of_the_messages)                                                         \
    S(a_venue_that_is_named_is_listed)                                                             \
    S(a_symbol_is_listed_once_at_a_venue)                                                          \
    S(a_venue_may_have_another_name_for_a_symbol_and_one_for_each)                                 \
    S(ticks_and_lots_are_what_the_protocol_can_say)                                                \
    S(defaults_give_way_to_ticks_and_lots)                                                         \
    S(strategies_have_names_of_their_own_and_each_instrument_once)                                 \
    S(a_strategy_from_outside_says_how_many_orders_it_has)                                         \
    S(parameters_are_names_and_texts_with_their_places)                                            \
    S(a_parameter_is_there_once_and_is_a_short_text)                                               \
    S(parameters_have_a_number)                                                                    \
    S(plug_ins_are_paths_that_keep_their_places)

SPEC_MAIN("config: gateway", SPECS, NULL, config_script_close)
