/* Strategies that trade some of their instruments at another venue than their own. */

#include "tests/config/config_script.h"

#define AT_VENUE(name, tcp_port)                                                                   \
    "{name: " name ", address: 10.0.0.2, tcp_port: " tcp_port ", username: u, password_file: p}"
#define TWO_VENUES "  venues: [" AT_VENUE("v", "5") ", " AT_VENUE("w", "6") "]"
#define TWO_SYMBOLS                                                                                \
    "  symbols: [{symbol: A, venue: v}, {symbol: B, venue: v}, {symbol: B, venue: w}]"
#define BEGIN GATEWAY_ROLES, CORES, GATEWAY_PORTS, FEED
#define STRATEGY(instruments, elsewhere)                                                           \
    "  strategies: [{name: s, strategy: arbitrage, venue: v, instruments: " instruments ",",       \
        "   elsewhere: " elsewhere "}]"
#define OF(instruments, elsewhere)                                                                 \
    BEGIN, GATEWAY(TWO_VENUES, TWO_SYMBOLS, "  # strategies"), STRATEGY(instruments, elsewhere)
#define OF_LIMITS(limits, strategy)                                                                \
    BEGIN, GATEWAY_LIMITED(limits, TWO_VENUES, TWO_SYMBOLS, "  # strategies"), strategy

SPEC(an_instrument_is_traded_where_it_is_said_to_be)
{
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B]}]"));
    ACCEPTED();
    const struct config_trade_strategy *strategy =
        &config_script_config()->gateway->strategies.at[0];
    EXPECT_UINT(strategy->venue, 0);
    EXPECT_UINT(strategy->elsewhere.count, 1);
    EXPECT_UINT(strategy->elsewhere.at[0].venue, 1);
    EXPECT_UINT(strategy->elsewhere.at[0].instruments.count, 1);
    EXPECT_TEXT(strategy->elsewhere.at[0].instruments.at[0].text, "B");
    GIVEN(OF("[A, B]", "[]"));
    ACCEPTED();
    GIVEN(BEGIN, GATEWAY(VENUES, SYMBOLS, STRATEGIES));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->strategies.at[0].elsewhere.count, 0);
}

SPEC(capital_is_the_strategys_unless_there_is_another_one_for_the_venue)
{
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B]}]"));
    ACCEPTED();
    const struct config_trade_strategy *strategy =
        &config_script_config()->gateway->strategies.at[0];
    EXPECT_UINT(strategy->elsewhere.at[0].limits.capital, 1500000000);
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B]}], limits: {capital: 7}"));
    ACCEPTED();
    strategy = &config_script_config()->gateway->strategies.at[0];
    EXPECT_UINT(strategy->limits.capital, 700000000);
    EXPECT_UINT(strategy->elsewhere.at[0].limits.capital, 700000000);
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B], limits: {capital: 9}}]"));
    ACCEPTED();
    strategy = &config_script_config()->gateway->strategies.at[0];
    EXPECT_UINT(strategy->limits.capital, 1500000000);
    EXPECT_UINT(strategy->elsewhere.at[0].limits.capital, 900000000);
}

SPEC(a_ceiling_holds_at_every_venue)
{
    GIVEN(OF_LIMITS(LIMITS "\n  ceilings: {capital: 20}", "  # behind"),
          STRATEGY("[A, B]", "[{venue: w, instruments: [B], limits: {capital: 21}}]"));
    PROBLEMS("15:63: gateway.strategies[0].elsewhere[0].limits.capital is 21: "
             "gateway.ceilings.capital is 20 (9:23)");
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B], limits: {capital: 21}}]"));
    ACCEPTED();
    EXPECT_UINT(config_script_config()->gateway->ceilings.capital, 2100000000); /* the loosest */
}

SPEC(the_venue_is_one_of_the_gateway_and_not_its_own)
{
    GIVEN(OF("[A, B]", "[{venue: x, instruments: [B]}]"));
    PROBLEMS(
        "13:24: gateway.strategies[0].elsewhere[0].venue is \"x\", but there is no such venue; "
        "gateway.venues: v, w");
    GIVEN(OF("[A, B]", "[{venue: v, instruments: [B]}]"));
    PROBLEMS(
        "13:24: gateway.strategies[0].elsewhere[0].venue is \"v\", which is the strategy's own "
        "venue");
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [B]}, {venue: w, instruments: [A]}]"));
    PROBLEMS("13:4: gateway.strategies[0].elsewhere has all its instruments: one of these venues "
             "is its own",
             "13:54: the venue w is used twice, first in line 13",
             "13:71: gateway.strategies[0].elsewhere[1].instruments has A, which gateway.symbols "
             "does not list at the venue w");
    GIVEN(OF("[A, B]", "[{instruments: [B]}, {venue: w}]"));
    PROBLEMS("13:16: gateway.strategies[0].elsewhere[0].venue is missing",
             "13:36: gateway.strategies[0].elsewhere[1].instruments is missing");
}

SPEC(the_instruments_are_its_own_each_once_and_listed_there)
{
    GIVEN(OF("[A, B]", "[{venue: w, instruments: [C, B]}]"));
    PROBLEMS("13:41: gateway.strategies[0].elsewhere[0].instruments has C, which is none of the "
             "strategy's instruments");
    GIVEN(OF("[B, A]", "[{venue: w, instruments: [B, B]}]"));
    PROBLEMS("13:44: the symbol B is used twice, first in line 13");
    GIVEN(OF("[B, A]", "[{venue: w, instruments: [A]}]"));
    PROBLEMS("13:41: gateway.strategies[0].elsewhere[0].instruments has A, which gateway.symbols "
             "does not list at the venue w");
}

SPEC(it_is_for_strategies_that_list_their_instruments)
{
    GIVEN(OF("all", "[{venue: w, instruments: [B]}]"));
    PROBLEMS("13:4: gateway.strategies[0].elsewhere is for a strategy that lists its instruments, "
             "and this one has all");
    GIVEN(OF("[B]", "[{venue: w, instruments: [B]}]"));
    PROBLEMS("13:4: gateway.strategies[0].elsewhere has all its instruments: one of these venues "
             "is its own");
}

#define SPECS(S)                                                                                   \
    S(an_instrument_is_traded_where_it_is_said_to_be)                                              \
    S(capital_is_the_strategys_unless_there_is_another_one_for_the_venue)                          \
    S(a_ceiling_holds_at_every_venue)                                                              \
    S(the_venue_is_one_of_the_gateway_and_not_its_own)                                             \
    S(the_instruments_are_its_own_each_once_and_listed_there)                                      \
    S(it_is_for_strategies_that_list_their_instruments)
SPEC_MAIN("config_elsewhere", SPECS, NULL, config_script_close)
