/* What strategies say of a gateway's configuration, and where. */

#include "dataplane/strategy/strategies.h"
#include "tests/polluxd/gateway_file.h"

#include <stdio.h>
#include <string.h>

/* What the strategies say of their parameters, in one line each. */
static void said_of(const char *listed, const char *expected)
{
    char said[4096] = "";
    gateway_file_given("", listed);
    bool right =
        polluxd_gateway_check(gateway_file_config, &gateway_file_kinds, &gateway_file_problems);
    EXPECT_UINT(right, gateway_file_problems.count == 0);
    for (uint32_t i = 0; i < gateway_file_problems.count; i++)
        snprintf(said + strlen(said), sizeof said - strlen(said), "%u:%u: %s\n",
                 gateway_file_problems.at[i].line, gateway_file_problems.at[i].column,
                 gateway_file_problems.at[i].sentence);
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
    char sentences[512] = "26:25: gateway.strategies[0].strategy is \"pacr\", but there is no such "
                          "strategy; built in: outside";
    for (uint32_t k = 0; k < strategies_count; k++) {
        size_t used = strlen(sentences);
        snprintf(sentences + used, sizeof sentences - used, ", %s", strategies[k]->name);
    }
    size_t used = strlen(sentences);
    snprintf(sentences + used, sizeof sentences - used, "\n%s",
             "27:79: gateway.strategies[1].parameters: size is 101: at most 100\n");
    said_of("  - {name: p, strategy: pacr, venue: v, instruments: all}\n" PACER("size: 101"),
            sentences);
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
    said_of("  - {name: s, strategy: pacer, venue: w, instruments: [C, D], parameters: {size: 1}, "
            "elsewhere: [{venue: v, instruments: [C]}]}\n",
            "");
}

#define SPECS(S)                                                                                   \
    S(strategies_are_asked_about_their_parameters)                                                 \
    S(the_place_is_that_of_the_parameter_that_is_named_first)                                      \
    S(a_strategy_that_is_not_there_is_said_with_those_that_are)                                    \
    S(who_sends_orders_has_something_to_trade)

SPEC_MAIN("polluxd: check of a gateway", SPECS, gateway_file_open, gateway_file_close)
