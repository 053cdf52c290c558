/* What would run with another file: what may change live is that file's, the rest is as it was. */

#include "apps/polluxd/running.h"
#include "control/config/config_diff.h"
#include "tests/polluxd/gateway_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *started;
static struct running *running, *candidate;
static struct running_why why[16];

/* A strategy that takes its parameters while it runs, and one that does not. */
static void set(void *self, const struct delegate_parameters *parameters)
{
    (void)self;
    (void)parameters;
}

static uint32_t orders(const struct delegate_parameters *parameters)
{
    for (uint32_t i = 0; i < parameters->count; i++)
        if (strcmp(parameters->at[i].name, "size") == 0)
            return (uint32_t)strtoul(parameters->at[i].value, NULL, 10) / 10;
    return 0;
}

static const struct delegate_kind settable = {.name = "pacer", .orders = orders, .set = set};
static const struct delegate_kind stubborn = {.name = "watcher"};

static const struct delegate_kind *kind(void *context, uint32_t place)
{
    (void)context;
    return place == 0 ? &settable : place == 1 ? &stubborn : NULL;
}

/* One place is spare: number 5. */
static uint32_t place(void *context, const struct config *next,
                      const struct config_trade_strategy *strategy, struct running_why *said)
{
    uint32_t *spare = context;
    EXPECT(next == gateway_file_config);
    EXPECT(strategy->name[0] != 0);
    if ((*spare)-- > 0) return 5;
    snprintf(said->text, sizeof said->text, "no place");
    return RUNNING_NO_PLACE;
}

static const char *at_first = USUAL_STRATEGIES;

static uint32_t next(const char *keys, const char *strategies)
{
    static uint32_t spare;
    spare = 1;
    gateway_file_given("", at_first);
    started = gateway_file_config;
    gateway_file_config = NULL;
    running = running_new(started);
    gateway_file_given(keys, strategies);
    struct running_world world = {.context = &spare, .kind = kind, .place = place, .why = why};
    candidate = running_with(running, gateway_file_config, &world);
    EXPECT(candidate != NULL);
    return world.whys;
}

static void end(void)
{
    running_free(running);
    running_free(candidate);
    config_free(started);
    running = candidate = NULL;
    started = NULL;
    gateway_file_close();
}

/* What of the file is not in the candidate; "": all of it. */
static const char *left(void)
{
    static char text[4096];
    struct config_differences all = config_diff(&candidate->config, gateway_file_config);
    FILE *out = fmemopen(text, sizeof text, "w");
    for (uint32_t i = 0; i < all.count; i++) {
        config_difference_print(out, &all.at[i]);
        fputc('\n', out);
    }
    fputc(0, out);
    fclose(out);
    config_differences_free(&all);
    return text;
}

#define ONE_WITH(parameters, more)                                                                 \
    "  - {name: one, strategy: pacer, venue: v, instruments: [C, A], parameters: {" parameters     \
    "}, limits: {position_long: 31, capital: 32, strategy_rate: 33" more "}}\n"
#define TWO                                                                                        \
    "  - {name: two, strategy: watcher, venue: w, instruments: all, unique_orders: 3, "            \
    "all_venues: true}\n"
#define NEW(name)                                                                                  \
    "  - {name: " name ", strategy: watcher, venue: v, instruments: [A], "                         \
    "limits: {position_long: 31, capital: 32, strategy_rate: 33}}\n"
#define OUT "  - {name: out, strategy: outside, venue: w, instruments: [D, B], orders: 7}\n"

SPEC(the_file_of_the_start_changes_nothing)
{
    EXPECT_UINT(next("", USUAL_STRATEGIES), 0);
    EXPECT_TEXT(left(), "");
    EXPECT_UINT(candidate->gateway.strategies.count, 3);
}

SPEC(parameters_and_limits_are_the_files)
{
    EXPECT_UINT(next("", ONE_WITH("size: 9, speed: 7", ", strategy_fills: 1") TWO OUT), 0);
    EXPECT_TEXT(left(), "");
    EXPECT_TEXT(candidate->gateway.strategies.at[0].parameters.at[0].value, "9");
    EXPECT_UINT(candidate->gateway.strategies.at[0].limits.strategy_fills, 1);
    /* What runs is not touched until it is done. */
    EXPECT_TEXT(running->gateway.strategies.at[0].parameters.at[0].value, "5");
    EXPECT_UINT(running->gateway.strategies.at[0].limits.strategy_fills, 21);
}

SPEC(what_needs_a_restart_stays)
{
    EXPECT_UINT(next("  armed: true\n  spare_orders: 7\n", USUAL_STRATEGIES), 0);
    EXPECT_TEXT(left(), "gateway.armed: false -> true: needs a restart\n"
                        "gateway.spare_orders: 64 -> 7: needs a restart\n");
}

SPEC(parameters_that_a_strategy_does_not_take_stay_and_it_is_said_why)
{
    EXPECT_UINT(next("", ONE_WITH("size: 25", "") TWO OUT), 1);
    EXPECT_TEXT(why[0].strategy, "one");
    EXPECT_TEXT(why[0].text, "it would have 2 orders at once, not 0");
    EXPECT_TEXT(candidate->gateway.strategies.at[0].parameters.at[0].value, "5");
    end();
    gateway_file_open();
    EXPECT_UINT(next("",
                     ONE_WITH("size: 5, speed: 6",
                              "") "  - {name: two, strategy: watcher, venue: w, instruments: all, "
                                  "unique_orders: 3, all_venues: true, parameters: {x: 1}}\n" OUT),
                1);
    EXPECT_TEXT(why[0].text, "the strategy takes no parameters while it runs");
}

SPEC(strategies_leave_and_come_and_the_others_keep_their_places)
{
    EXPECT_UINT(next("", TWO OUT NEW("new") NEW("more")), 1);
    EXPECT_TEXT(why[0].strategy, "more");
    EXPECT_UINT(candidate->gateway.strategies.count, 3);
    EXPECT_TEXT(candidate->gateway.strategies.at[0].name, "two");
    EXPECT_TEXT(candidate->gateway.strategies.at[2].name, "new");
    EXPECT_UINT(candidate->place[0], 1);
    EXPECT_UINT(candidate->place[1], 2);
    EXPECT_UINT(candidate->place[2], 5);
    EXPECT_TEXT(left(), "gateway.strategies[more]: new\n");
}

#define PAIR(more)                                                                                 \
    "  - {name: pair, strategy: pacer, venue: w, instruments: [A, C], elsewhere: "                 \
    "[{venue: v, instruments: [C]" more "}], parameters: {size: 5}}\n"

SPEC(who_trades_elsewhere_comes_with_it)
{
    EXPECT_UINT(next("", USUAL_STRATEGIES PAIR("")), 0);
    EXPECT_TEXT(left(), "");
    const struct config_trade_strategy *pair = &candidate->gateway.strategies.at[3];
    EXPECT_UINT(pair->elsewhere.count, 1);
    EXPECT_UINT(pair->elsewhere.at[0].venue, 0);
    EXPECT_TEXT(pair->elsewhere.at[0].instruments.at[0].text, "C");
}

SPEC(capital_elsewhere_is_the_files_and_the_rest_stays)
{
    at_first = USUAL_STRATEGIES PAIR("");
    EXPECT_UINT(next("", USUAL_STRATEGIES PAIR(", limits: {capital: 5}")), 0);
    EXPECT_TEXT(left(), "");
    EXPECT_UINT(candidate->gateway.strategies.at[3].elsewhere.at[0].limits.capital, 500000000);
    EXPECT_UINT(running->gateway.strategies.at[3].elsewhere.at[0].limits.capital, 1600000000);
    end();
    gateway_file_open();
    EXPECT_UINT(next("", USUAL_STRATEGIES "  - {name: pair, strategy: pacer, venue: w, "
                                          "instruments: [A, C], parameters: {size: 5}}\n"),
                0);
    EXPECT_TEXT(left(), "gateway.strategies[pair].elsewhere[v]: gone: needs a restart\n");
    at_first = USUAL_STRATEGIES;
}

SPEC(who_is_outside_does_not_leave)
{
    EXPECT_UINT(next("", ONE_WITH("size: 5, speed: 6", "") TWO), 0);
    EXPECT_TEXT(left(), "gateway.strategies[out]: gone\n");
}

/* One parameter. */

static const char *said_of_set(uint32_t strategy, const char *parameter, const char *value,
                               const struct delegate_kind *of)
{
    why[0] = (struct running_why){0};
    running_free(candidate);
    candidate = running_set(running, strategy, parameter, value, of, &why[0]);
    EXPECT((candidate == NULL) == (why[0].text[0] != 0));
    return why[0].text;
}

SPEC(one_parameter_changes_and_nothing_else)
{
    EXPECT_UINT(next("", USUAL_STRATEGIES), 0);
    EXPECT_TEXT(said_of_set(0, "size", "9", &settable), "");
    EXPECT_TEXT(left(), "gateway.strategies[one].parameters.size: 9 -> 5\n");
    EXPECT_UINT(candidate->place[0], running->place[0]);
    EXPECT_TEXT(running->gateway.strategies.at[0].parameters.at[0].value, "5");
}

SPEC(a_parameter_that_the_file_leaves_out_is_added)
{
    EXPECT_UINT(next("", USUAL_STRATEGIES), 0);
    EXPECT_TEXT(said_of_set(0, "more", "1", &settable), "");
    EXPECT_TEXT(left(), "gateway.strategies[one].parameters.more: 1 -> none\n");
}

SPEC(a_parameter_that_is_not_taken_while_it_runs_is_refused)
{
    EXPECT_UINT(next("", USUAL_STRATEGIES), 0);
    EXPECT_TEXT(said_of_set(0, "size", "90", &settable), "it would have 9 orders at once, not 0");
    EXPECT_TEXT(said_of_set(1, "size", "9", &stubborn),
                "the strategy takes no parameters while it runs");
    EXPECT_TEXT(said_of_set(2, "size", "9", NULL),
                "the strategy takes no parameters while it runs");
    char name[CONFIG_NAME_MAX + 2], value[CONFIG_PARAMETER_MAX + 2];
    memset(name, 'n', sizeof name);
    memset(value, 'v', sizeof value);
    name[sizeof name - 1] = value[sizeof value - 1] = 0;
    EXPECT_TEXT(said_of_set(0, name, "9", &settable),
                "that is no parameter that a file could have");
    EXPECT_TEXT(said_of_set(0, "size", value, &settable),
                "that is no parameter that a file could have");
}

#define SPECS(S)                                                                                   \
    S(the_file_of_the_start_changes_nothing)                                                       \
    S(parameters_and_limits_are_the_files)                                                         \
    S(what_needs_a_restart_stays)                                                                  \
    S(parameters_that_a_strategy_does_not_take_stay_and_it_is_said_why)                            \
    S(strategies_leave_and_come_and_the_others_keep_their_places)                                  \
    S(who_trades_elsewhere_comes_with_it)                                                          \
    S(capital_elsewhere_is_the_files_and_the_rest_stays)                                           \
    S(who_is_outside_does_not_leave)                                                               \
    S(one_parameter_changes_and_nothing_else)                                                      \
    S(a_parameter_that_the_file_leaves_out_is_added)                                               \
    S(a_parameter_that_is_not_taken_while_it_runs_is_refused)

SPEC_MAIN("polluxd: running", SPECS, gateway_file_open, end)
