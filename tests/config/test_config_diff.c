/* What differs between two configurations.
 *
 *     DIFFERS("order_qty: 6", "order_qty: 5",         what is replaced in the file, and by what
 *             "gateway.limits.order_qty: 6 -> 5",     every line that is said, in order
 *             ...); */

#include "control/config/config_diff.h"
#include "tests/config/config_script.h"

#include <stdlib.h>
#include <string.h>

static const char file[] =
    "roles: [feed, gateway]\n"
    "lcores: {cores: [0]}\n"
    "ports:\n"
    "- {name: a, kind: dpdk, device: x}\n"
    "- {name: o, kind: dpdk, device: y, address: 10.0.0.1}\n"
    "feed:\n"
    "  line_a: {port: a, group: 233.54.12.111, udp_port: 26477}\n"
    "gateway:\n"
    "  journal: j\n"
    "  port: o\n"
    "  limits: {" BOX_LIMITS ", venue_rate: 21, " SYMBOL_LIMITS ", " STRATEGY_LIMITS "}\n"
    "  ceilings: {order_qty: 50, duplicate_ns: 1us, position_long: 90}\n"
    "  venues:\n"
    "  - {name: v, address: 10.0.0.2, tcp_port: 5, username: u, password_file: p}\n"
    "  - {name: w, address: 10.0.0.3, tcp_port: 6, username: u, password_file: p}\n"
    "  symbols:\n"
    "  - {symbol: A, venue: v}\n"
    "  - {symbol: A, venue: w, limits: {order_qty: 3}}\n"
    "  strategies:\n"
    "  - {name: one, strategy: maker, venue: v, instruments: [A, B], parameters: {x: 1, y: 2}}\n"
    "  - {name: two, strategy: taker, venue: w, instruments: all, parameters: {z: 3}}\n"
    "screen: {refresh_ms: 100}\n";

#define TEXT_BYTES 8192

/* The file with from replaced, once or as often as it is there. */
static struct config *config_with(const char *from, const char *to)
{
    static char text[TEXT_BYTES];
    size_t bytes = 0;
    for (const char *at = file; *at;) {
        bool here = from[0] && strncmp(at, from, strlen(from)) == 0;
        const char *piece = here ? to : at;
        size_t length = here ? strlen(to) : 1;
        CHECK(bytes + length < sizeof text);
        memcpy(text + bytes, piece, length);
        bytes += length;
        at += here ? strlen(from) : 1;
    }
    struct config_problems problems;
    struct config *config;
    if (!config_parse(text, bytes, &config, &problems)) {
        config_print_problems(stderr, "the spec's file", &problems);
        abort();
    }
    return config;
}

static void lines_are(const char *where, int line, const struct config_differences *differences,
                      const char *const *expected)
{
    char *said = NULL, *wanted = NULL;
    size_t bytes;
    FILE *out = open_memstream(&said, &bytes);
    for (uint32_t i = 0; i < differences->count; i++) {
        config_difference_print(out, &differences->at[i]);
        fputc('\n', out);
    }
    fclose(out);
    out = open_memstream(&wanted, &bytes);
    for (; *expected; expected++) fprintf(out, "%s\n", *expected);
    fclose(out);
    spec_expect(where, line, strcmp(said, wanted) == 0, "said:\n%swanted:\n%s", said, wanted);
    free(said);
    free(wanted);
}

static void differs(const char *where, int line, const char *from, const char *to,
                    const char *const *expected)
{
    struct config *was = config_with("", ""), *is = config_with(from, to);
    struct config_differences there = config_diff(was, is), back = config_diff(is, was);
    lines_are(where, line, &there, expected);
    /* Back it is the same, the other way round; entries come where their list has them. */
    EXPECT_UINT(back.count, there.count);
    for (uint32_t i = 0; i < there.count; i++) {
        uint32_t found = 0;
        for (uint32_t k = 0; k < back.count; k++) {
            if (strcmp(back.at[k].path, there.at[i].path) != 0) continue;
            found++;
            EXPECT(back.at[k].live == there.at[i].live);
            EXPECT(!back.at[k].was == !there.at[i].is);
            EXPECT(!back.at[k].is == !there.at[i].was);
            if (back.at[k].was && there.at[i].is) EXPECT_TEXT(back.at[k].was, there.at[i].is);
        }
        EXPECT_UINT(found, 1);
    }
    config_differences_free(&there);
    config_differences_free(&back);
    config_free(was);
    config_free(is);
}

#define DIFFERS(from, to, ...)                                                                     \
    differs(__FILE__, __LINE__, from, to, (const char *[]){__VA_ARGS__, 0})
#define SAME(from, to) differs(__FILE__, __LINE__, from, to, (const char *[]){0})

SPEC(a_file_does_not_differ_from_itself)
{
    SAME("", "");
}

SPEC(how_a_value_is_written_is_no_difference)
{
    SAME("duplicate_ns: 7us", "duplicate_ns: 7000ns");
    SAME("capital: 15", "capital: 15.00");
    SAME("screen: {refresh_ms: 100}", "screen:\n  refresh_ms: 100");
}

SPEC(what_a_file_leaves_out_is_its_default)
{
    SAME("  journal: j\n", "  journal: j\n  reconcile_ms: 5000\n  armed: false\n");
    DIFFERS("screen: {refresh_ms: 100}\n", "", "screen.refresh_ms: 100 -> 250");
}

SPEC(a_moment_of_the_day_needs_a_restart)
{
    DIFFERS("  journal: j\n", "  journal: j\n  day_begins: 00:00:00\n",
            "gateway.day_begins: none -> 00:00:00: needs a restart");
    DIFFERS("  journal: j\n", "  journal: j\n  day_begins: 22:05:09\n",
            "gateway.day_begins: none -> 22:05:09: needs a restart");
}

SPEC(a_limit_changes_for_all_that_have_none_of_their_own)
{
    DIFFERS("order_qty: 6", "order_qty: 5", /* A at w has its own */
            "gateway.symbols[A at v].limits.order_qty: 6 -> 5", "gateway.limits.order_qty: 6 -> 5");
    DIFFERS("order_qty: 3", "order_qty: 2.5", "gateway.symbols[A at w].limits.order_qty: 3 -> 2.5");
    DIFFERS("tradable: true", "tradable: false",
            "gateway.symbols[A at v].limits.tradable: true -> false",
            "gateway.symbols[A at w].limits.tradable: true -> false",
            "gateway.limits.tradable: true -> false",
            "gateway.ceilings.tradable: true -> false: needs a restart");
    DIFFERS("duplicate_ns: 7us", "duplicate_ns: 8us", "gateway.limits.duplicate_ns: 7us -> 8us");
    DIFFERS("collar_ppm: 1.5%", "collar_ppm: 1.25%",
            "gateway.symbols[A at v].limits.collar_ppm: 1.5% -> 1.25%",
            "gateway.symbols[A at w].limits.collar_ppm: 1.5% -> 1.25%",
            "gateway.limits.collar_ppm: 1.5% -> 1.25%",
            "gateway.ceilings.collar_ppm: 1.5% -> 1.25%: needs a restart");
}

SPEC(parameters_differ_by_name)
{
    DIFFERS("{x: 1, y: 2}", "{y: 2, x: 7}", "gateway.strategies[one].parameters.x: 1 -> 7");
    DIFFERS("{x: 1, y: 2}", "{y: 2, w: 4}", "gateway.strategies[one].parameters.x: 1 -> none",
            "gateway.strategies[one].parameters.w: none -> 4");
    SAME("{x: 1, y: 2}", "{y: 2, x: 1}");
}

SPEC(what_only_a_restart_changes_says_so)
{
    DIFFERS("ceilings: {order_qty: 50", "ceilings: {order_qty: 60",
            "gateway.ceilings.order_qty: 50 -> 60: needs a restart");
    DIFFERS("cores: [0]", "cores: [1]", "lcores.cores: [0] -> [1]: needs a restart");
    DIFFERS("address: 10.0.0.2", "address: 10.0.0.9",
            "gateway.venues[v].address: 10.0.0.2 -> 10.0.0.9: needs a restart");
    DIFFERS("instruments: [A, B]", "instruments: [B, A]",
            "gateway.strategies[one].instruments: [A, B] -> [B, A]: needs a restart");
    DIFFERS("instruments: all", "instruments: [A]",
            "gateway.strategies[two].instruments: all -> [A]: needs a restart");
    DIFFERS("strategy: taker", "strategy: twap",
            "gateway.strategies[two].strategy: taker -> twap: needs a restart");
    DIFFERS("port: o\n", "port: o\n  plugins: [./p.so]\n", "gateway.plugins: [] -> [./p.so]");
    DIFFERS("port: o\n", "port: o\n  spare_strategies: 3\n",
            "gateway.spare_strategies: 0 -> 3: needs a restart");
}

SPEC(entries_are_matched_by_name)
{
    SAME("- {name: a, kind: dpdk, device: x}\n"
         "- {name: o, kind: dpdk, device: y, address: 10.0.0.1}\n",
         "- {name: o, kind: dpdk, device: y, address: 10.0.0.1}\n"
         "- {name: a, kind: dpdk, device: x}\n");
    SAME("  - {name: v, address: 10.0.0.2, tcp_port: 5, username: u, password_file: p}\n"
         "  - {name: w, address: 10.0.0.3, tcp_port: 6, username: u, password_file: p}\n",
         "  - {name: w, address: 10.0.0.3, tcp_port: 6, username: u, password_file: p}\n"
         "  - {name: v, address: 10.0.0.2, tcp_port: 5, username: u, password_file: p}\n");
    SAME("  - {symbol: A, venue: v}\n  - {symbol: A, venue: w, limits: {order_qty: 3}}\n",
         "  - {symbol: A, venue: w, limits: {order_qty: 3}}\n  - {symbol: A, venue: v}\n");
}

SPEC(an_entry_that_comes_or_goes_is_one_difference)
{
    DIFFERS("  - {symbol: A, venue: v}\n", "  - {symbol: A, venue: v}\n  - {symbol: B, venue: v}\n",
            "gateway.symbols[B at v]: new: needs a restart");
    DIFFERS("  - {symbol: A, venue: v}\n", "  - {symbol: C, venue: v}\n",
            "gateway.symbols[A at v]: gone: needs a restart",
            "gateway.symbols[C at v]: new: needs a restart");
}

SPEC(strategies_come_and_go_live)
{
    DIFFERS("{name: two, strategy: taker", "{name: three, strategy: taker",
            "gateway.strategies[two]: gone", "gateway.strategies[three]: new");
}

SPEC(a_section_that_comes_or_goes_is_one_difference)
{
    DIFFERS("  line_a: {", "  line_b: {port: a, group: 233.54.12.112, udp_port: 1}\n  line_a: {",
            "feed.line_b: new: needs a restart");
}

/* The value of path, or NULL. */
static const char *value_of(const struct config_differences *values, const char *path)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (strcmp(values->at[i].path, path) == 0) return values->at[i].is;
    return NULL;
}

SPEC(all_values_of_one_are_shown_with_what_is_left_out)
{
    struct config *config = config_with("", "");
    struct config_differences values = config_values(config);
    EXPECT_TEXT(value_of(&values, "screen.refresh_ms"), "100");
    EXPECT_TEXT(value_of(&values, "lcores.idle"), "back_off");
    EXPECT_TEXT(value_of(&values, "gateway.strategies[one].parameters.y"), "2");
    EXPECT_TEXT(value_of(&values, "gateway.symbols[A at w].limits.order_qty"), "3");
    EXPECT_TEXT(value_of(&values, "gateway.venues[v].address"), "10.0.0.2");
    EXPECT(value_of(&values, "feed.line_b") == NULL);
    config_differences_free(&values);
    config_free(config);
}

SPEC(what_is_traded_elsewhere_is_matched_by_its_venue)
{
    DIFFERS("instruments: [A, B], ",
            "instruments: [A, B], elsewhere: [{venue: w, instruments: [A]}], ",
            "gateway.strategies[one].elsewhere[w]: new: needs a restart");
    struct config *was = config_with("instruments: [A, B], ",
                                     "instruments: [A, B], elsewhere: [{venue: w, instruments: "
                                     "[A]}], ");
    struct config *is = config_with("instruments: [A, B], ",
                                    "instruments: [A, B], elsewhere: [{venue: w, instruments: [A], "
                                    "limits: {capital: 3}}], ");
    struct config_differences differences = config_diff(was, is);
    lines_are(__FILE__, __LINE__, &differences,
              (const char *[]){"gateway.strategies[one].elsewhere[w].limits.capital: 15 -> 3", 0});
    config_differences_free(&differences);
    config_free(was);
    config_free(is);
}

#define SPECS(S)                                                                                   \
    S(a_file_does_not_differ_from_itself)                                                          \
    S(how_a_value_is_written_is_no_difference)                                                     \
    S(what_a_file_leaves_out_is_its_default)                                                       \
    S(a_moment_of_the_day_needs_a_restart)                                                         \
    S(a_limit_changes_for_all_that_have_none_of_their_own)                                         \
    S(parameters_differ_by_name)                                                                   \
    S(what_only_a_restart_changes_says_so)                                                         \
    S(entries_are_matched_by_name)                                                                 \
    S(an_entry_that_comes_or_goes_is_one_difference)                                               \
    S(strategies_come_and_go_live)                                                                 \
    S(a_section_that_comes_or_goes_is_one_difference)                                              \
    S(what_is_traded_elsewhere_is_matched_by_its_venue)                                            \
    S(all_values_of_one_are_shown_with_what_is_left_out)

SPEC_MAIN("config: diff", SPECS, NULL, NULL)
