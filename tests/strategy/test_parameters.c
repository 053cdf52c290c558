/* How parameters of strategies are read, and refused. */

#include "dataplane/strategy/arbitrage.h"
#include "dataplane/strategy/crowd.h"
#include "dataplane/strategy/maker.h"
#include "dataplane/strategy/taker.h"
#include "dataplane/strategy/twap.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values. */

static const struct parameter_row price_row = {
    .name = "price", .kind = PARAMETER_PRICE, .low = -PRICE_ONE, .high = 1000 * PRICE_ONE};
static const struct parameter_row qty_row = {
    .name = "size", .kind = PARAMETER_QTY, .low = 1, .high = PARAMETER_QTY_MAX};
static const struct parameter_row part_row = {
    .name = "part", .kind = PARAMETER_PERCENT, .low = 0, .high = PARAMETER_PPM_MAX};
static const struct parameter_row time_row = {
    .name = "time", .kind = PARAMETER_DURATION, .low = 0, .high = PARAMETER_DURATION_MAX};
static const struct parameter_row count_row = {
    .name = "count", .kind = PARAMETER_COUNT, .low = 2, .high = 9};
static const struct parameter_row distance_row = {
    .name = "distance", .kind = PARAMETER_DISTANCE, .low = 0, .high = PARAMETER_PRICE_MAX};
static const struct parameter_row rungs_row = {
    .name = "rungs", .kind = PARAMETER_RUNGS, .low = -PRICE_ONE, .high = PRICE_ONE};
static const struct parameter_row prices_row = {
    .name = "prices", .kind = PARAMETER_PRICES, .low = 1, .high = 100 * PRICE_ONE};
static const struct parameter_row choice_row = {
    .name = "way", .kind = PARAMETER_CHOICE, .words = {"best", "better"}};

static void is(const struct parameter_row *row, const char *text, int64_t expected)
{
    int64_t value = -7;
    bool read = parameter_read(row, text, &value);
    spec_expect(__FILE__, __LINE__, read && value == expected,
                "%s '%s' is %" PRId64 ", expected %" PRId64, row->name, text, value, expected);
}

static void is_no(const struct parameter_row *row, const char *text)
{
    struct rungs any;
    spec_expect(__FILE__, __LINE__, !parameter_read(row, text, &any), "%s '%s' was read", row->name,
                text);
}

SPEC(prices_and_quantities_are_decimals_of_up_to_eight_places)
{
    is(&price_row, "0.01", 1000000);
    is(&price_row, "100.25", 10025000000);
    is(&price_row, " 7 ", 700000000);
    is(&price_row, "-0.5", -50000000);
    is(&price_row, "0.00000001", 1);
    is(&price_row, "1000", 1000 * PRICE_ONE);
    is(&qty_row, "100", 100 * QTY_ONE);
    is(&qty_row, "0.5", QTY_ONE / 2);
    static const char *const none[] = {
        "",     ".5",  "1.",  "1.000000001",          "1e3", "1,5", "0x10", "+1", "1000.00000001",
        "-1.1", "abc", "1 2", "99999999999999999999", "--1"};
    for (uint32_t i = 0; i < ARRAY_COUNT(none); i++) is_no(&price_row, none[i]);
    is_no(&qty_row, "0");
    is_no(&qty_row, "1000000000.00000001");
    is(&qty_row, "1000000000", PARAMETER_QTY_MAX);
}

SPEC(parts_have_a_percent_sign_and_up_to_four_places)
{
    is(&part_row, "12.5%", 125000);
    is(&part_row, "100%", 1000000);
    is(&part_row, "0.0001%", 1);
    is_no(&part_row, "0.00001%");
    is_no(&part_row, "100.0001%");
    is_no(&part_row, "12.5");
    is_no(&part_row, "%");
}

SPEC(times_have_a_unit)
{
    is(&time_row, "5ns", 5);
    is(&time_row, "5us", 5000);
    is(&time_row, "5ms", 5000000);
    is(&time_row, "5s", 5000000000);
    is(&time_row, "5m", 300000000000);
    is(&time_row, "5h", 18000000000000);
    is(&time_row, "168h", PARAMETER_DURATION_MAX);
    static const char *const none[] = {"5",    "5 ms", "ms",   "5d",
                                       "1.5s", "-1s",  "169h", "9000000000000000000s"};
    for (uint32_t i = 0; i < ARRAY_COUNT(none); i++) is_no(&time_row, none[i]);
}

SPEC(counts_are_whole_and_within_their_bounds)
{
    is(&count_row, "2", 2);
    is(&count_row, "9", 9);
    is_no(&count_row, "1");
    is_no(&count_row, "10");
    is_no(&count_row, "2.0");
}

SPEC(choices_are_one_of_their_words)
{
    is(&choice_row, "best", 0);
    is(&choice_row, "better", 1);
    is_no(&choice_row, "bes");
    is_no(&choice_row, "bette");
    is_no(&choice_row, "betters");
    is_no(&choice_row, "");
}

SPEC(distances_are_prices_or_ticks)
{
    struct distance distance;
    EXPECT(parameter_read(&distance_row, "0.03", &distance));
    EXPECT(!distance.ticks && distance_price(distance, 1000000) == 3000000);
    EXPECT(parameter_read(&distance_row, "3t", &distance));
    EXPECT(distance.ticks && distance_price(distance, 1000000) == 3000000);
    is_no(&distance_row, "-1t");
    is_no(&distance_row, "0.5t");
    is_no(&distance_row, "t");
    is_no(&distance_row, "1000001t");
}

SPEC(rungs_are_distances_with_quantities)
{
    struct rungs rungs;
    EXPECT(parameter_read(&rungs_row, "0.01:100, -2t : 0.5,3t:7", &rungs));
    EXPECT_UINT(rungs.count, 3);
    EXPECT(rungs.at[0].offset.value == 1000000 && rungs.at[0].qty == 100 * QTY_ONE);
    EXPECT(rungs.at[1].offset.ticks && rungs.at[1].offset.value == -2);
    EXPECT(rungs.at[1].qty == QTY_ONE / 2);
    EXPECT(rungs.at[2].qty == 7 * QTY_ONE);
    static const char *const none[] = {"",     "0.01",  "0.01:",     ":100",   "1t:1,", ",1t:1",
                                       "1t:0", "1t:-5", "1t:1 2t:1", "1t:1:1", "2.00:5"};
    for (uint32_t i = 0; i < ARRAY_COUNT(none); i++) is_no(&rungs_row, none[i]);
    char buffer[400];
    struct text many = text_in(buffer, sizeof buffer);
    for (uint32_t i = 0; i < PARAMETER_RUNGS_MAX; i++) text_append(&many, i ? ",1t:1" : "1t:1");
    EXPECT(parameter_read(&rungs_row, many.bytes, &rungs));
    text_append(&many, ",1t:1");
    is_no(&rungs_row, many.bytes);
}

SPEC(prices_come_as_lists)
{
    struct prices prices;
    EXPECT(parameter_read(&prices_row, "100, 20.5", &prices));
    EXPECT(prices.count == 2 && prices.at[1] == 2050000000);
    is_no(&prices_row, "100,");
    is_no(&prices_row, "100.01");
    is_no(&prices_row, "0");
}

/* All of a strategy. */

static const char *problem_of(struct delegate_parameter one, struct delegate_parameter other)
{
    static char problem[400];
    struct delegate_parameter at[2] = {one, other};
    struct delegate_parameters given = {.at = at, .legs = 2};
    while (given.count < 2 && at[given.count].name) given.count++;
    problem[0] = '\0';
    EXPECT(!arbitrage_kind.check(&given, problem, sizeof problem));
    EXPECT_UINT(arbitrage_kind.footprint(&given), 0);
    return problem;
}

#define GIVEN(name, value) ((struct delegate_parameter){name, value})

SPEC(what_is_refused_is_named_with_its_value_and_what_it_should_be)
{
    EXPECT_TEXT(problem_of(GIVEN("egde", "1t"), GIVEN(NULL, NULL)),
                "arbitrage: there is no parameter 'egde'; there are edge, size, inventory, retry");
    EXPECT_TEXT(problem_of(GIVEN("edge", "1t"), GIVEN("edge", "1t")),
                "arbitrage: edge is '1t': it is given twice");
    EXPECT_TEXT(problem_of(GIVEN("edge", "1t"), GIVEN(NULL, NULL)),
                "arbitrage: size is missing: a quantity like 100 or 0.5, of one order at most");
    EXPECT_TEXT(problem_of(GIVEN("edge", "1t"), GIVEN("size", "0")),
                "arbitrage: size is '0': it should be a quantity like 100 or 0.5, from 0.00000001 "
                "to 1000000000");
    EXPECT_TEXT(problem_of(GIVEN("edge", "1t"), GIVEN("retry", "1 day")),
                "arbitrage: size is missing: a quantity like 100 or 0.5, of one order at most");
}

SPEC(bounds_are_shown_in_their_own_words)
{
    char problem[400];
    struct delegate_parameter at[2] = {{"duration", "8h"}, {"jitter", "101%"}};
    struct delegate_parameters given = {.at = at, .count = 2, .legs = 1};
    EXPECT(!twap_kind.check(&given, problem, sizeof problem));
    EXPECT_TEXT(problem, "twap: jitter is '101%': it should be a part like 12.5%, from 0% to 100%");
    at[0].value = "169h";
    EXPECT(!twap_kind.check(&given, problem, sizeof problem));
    EXPECT_TEXT(problem, "twap: duration is '169h': it should be a time like 5ms, 2s or 1h, from "
                         "1ms to 168h");
    at[0] = (struct delegate_parameter){"finish", "maybe"};
    at[1] = (struct delegate_parameter){"duration", "1h"};
    EXPECT(!twap_kind.check(&given, problem, sizeof problem));
    EXPECT_TEXT(problem, "twap: finish is 'maybe': it should be yes or no");
}

/* The page of the folder holds the tables, word for word. */

static char *page(void)
{
    FILE *file = fopen(STRATEGY_README, "r");
    static char text[1 << 17];
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[length] = '\0';
    return text;
}

static void print_row(struct text *text, const struct parameter_row *row)
{
#define KIND_NAME(kind, name, sentence, type) #name,
    static const char *const names[] = {PARAMETER_KINDS(KIND_NAME)};
    text_format(text, "| `%s` | %s", row->name, names[row->kind]);
    for (uint32_t i = 0; i < PARAMETER_CHOICES_MAX && row->words[i]; i++)
        text_format(text, "%s%s", i ? ", " : ": ", row->words[i]);
    const char *standard = row->standard ? row->standard : "must be given";
    text_format(text, " | %s | %s |\n", standard[0] ? standard : "none", row->sentence);
}

SPEC(the_page_of_the_folder_holds_the_tables_word_for_word)
{
    static const struct parameter_table *const tables[] = {&maker_parameters, &taker_parameters,
                                                           &twap_parameters, &arbitrage_parameters,
                                                           &crowd_parameters};
    static char buffer[8192];
    for (uint32_t i = 0; i < ARRAY_COUNT(tables); i++) {
        struct text text = text_in(buffer, sizeof buffer);
        text_append(&text, "| parameter | kind | standard | what |\n|---|---|---|---|\n");
        for (uint32_t k = 0; k < tables[i]->rows; k++) print_row(&text, &tables[i]->row[k]);
        if (getenv("STRATEGY_TABLES")) printf("### `%s`\n\n%s\n", tables[i]->strategy, buffer);
        EXPECT(!text.cut);
        spec_expect(__FILE__, __LINE__, strstr(page(), buffer) != NULL,
                    "README.md does not hold the table of %s", tables[i]->strategy);
    }
}

#define SPECS(S)                                                                                   \
    S(prices_and_quantities_are_decimals_of_up_to_eight_places)                                    \
    S(parts_have_a_percent_sign_and_up_to_four_places)                                             \
    S(times_have_a_unit)                                                                           \
    S(counts_are_whole_and_within_their_bounds)                                                    \
    S(choices_are_one_of_their_words)                                                              \
    S(distances_are_prices_or_ticks)                                                               \
    S(rungs_are_distances_with_quantities)                                                         \
    S(prices_come_as_lists)                                                                        \
    S(what_is_refused_is_named_with_its_value_and_what_it_should_be)                               \
    S(bounds_are_shown_in_their_own_words)                                                         \
    S(the_page_of_the_folder_holds_the_tables_word_for_word)
SPEC_MAIN("parameters", SPECS, NULL, NULL)
