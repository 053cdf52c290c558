/* What a venue's configuration becomes: its parts fit each other. */

#include "apps/polluxd/polluxd.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct polluxd polluxd;
static struct config *config;
static char password[] = "/tmp/polluxd_plan_XXXXXX";

static char sentences[4096];

static const char *instruments; /* of the configuration */

/* Whether a venue with these keys beside those it needs, and of its sessions, can be planned; why
 * not, in sentences. */
static bool planned_of(const char *keys, const char *session, const char *sessions)
{
    static char text[4096];
    static struct config_problems refused;
    snprintf(text, sizeof text,
             "roles: [venue]\nlcores: {cores: [0]}\n"
             "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1}]\n"
             "venue:\n"
             "  {session: s, journal: j, port: v, orders_tcp_port: 1, snapshot_tcp_port: 2,\n"
             "   retransmission_udp_port: 3, %s\n"
             "   line_a: {port: v, group: 233.54.12.111, udp_port: 26477},\n"
             "   instruments: [%s],\n"
             "   sessions: [{username: u, password_file: %s, account: 0, firm: F%s}%s]}\n",
             keys, instruments, password, session, sessions);
    config_free(config);
    bool right = config_parse(text, strlen(text), &config, &refused);
    if (!right) config_print_problems(stdout, "the file", &refused);
    CHECK(right);
    struct text problems = text_in(sentences, sizeof sentences);
    free(polluxd.instruments);
    free(polluxd.entry);
    free(polluxd.credentials);
    polluxd = (struct polluxd){.config = config};
    return polluxd_plan(&polluxd, NULL, &problems);
}

/* The plan, with one session. */
static const struct launch_venue_plan *planned(const char *keys)
{
    EXPECT(planned_of(keys, "", ""));
    EXPECT_TEXT(sentences, "");
    return &polluxd.plan.venue;
}

SPEC(answers_have_memory_of_their_own)
{
    const struct launch_venue_plan *plan = planned("history_mib: 1, answers_mib: 300,");
    EXPECT_UINT((uint64_t)plan->gate.streams.chunks * plan->gate.streams.chunk_bytes, 300 << 20);
    EXPECT_UINT(plan->gate.history.bytes, 1 << 20);
    plan = planned("history_mib: 1024, orders: 65536, answers_mib: 64,");
    EXPECT_UINT((uint64_t)plan->gate.streams.chunks * plan->gate.streams.chunk_bytes, 64 << 20);
}

/* Three answers each, of which a chunk has 81. */
SPEC(what_is_kept_for_living_orders_grows_with_them)
{
    EXPECT(planned("orders: 1000000,")->match.stream_reserve > 3000000 / 81);
    EXPECT(planned("orders: 10000,")->match.stream_reserve > 30000 / 81);
    EXPECT(planned("orders: 10000,")->match.stream_reserve < 3000000 / 81);
    const struct launch_venue_plan *plan = planned("");
    EXPECT(plan->match.stream_reserve < plan->gate.streams.chunks);
}

SPEC(order_entry_has_place_for_what_waits_for_the_disk)
{
    const struct launch_venue_plan *plan = planned("orders: 1000,");
    EXPECT(plan->match.entry.asks >= 2 * plan->folder.held);
    EXPECT(plan->match.entry.orders >= plan->folder.limits.orders + 2 * plan->folder.held);
    plan = planned("orders: 8388607, answers_mib: 2048,");
    EXPECT(plan->match.entry.orders >= plan->folder.limits.orders + 2 * plan->folder.held);
    EXPECT(entry_limits_check(&plan->match.entry) == NULL);
}

/* Two sessions with so many orders for a time; 0: it does not say. */
static void timed_of(uint32_t first, uint32_t second)
{
    static char session[64], other[256];
    session[0] = 0;
    if (first != 0) snprintf(session, sizeof session, ", timed_orders_max: %u", first);
    snprintf(other, sizeof other, ", {username: w, password_file: %s, account: 1, firm: G",
             password);
    size_t length = strlen(other);
    if (second == 0) snprintf(other + length, sizeof other - length, "}");
    else snprintf(other + length, sizeof other - length, ", timed_orders_max: %u}", second);
    (void)planned_of("", session, other);
}

SPEC(no_session_can_take_the_orders_for_a_time_of_another)
{
    EXPECT_UINT(planned("")->match.session[0].timed_max, 65536);
    timed_of(0, 0);
    EXPECT_UINT(polluxd.entry[0].timed_max, 32768);
    EXPECT_UINT(polluxd.entry[1].timed_max, 32768);
    timed_of(60000, 0);
    EXPECT_TEXT(sentences, "");
    EXPECT_UINT(polluxd.entry[0].timed_max, 60000);
    EXPECT_UINT(polluxd.entry[1].timed_max, 5536);
    timed_of(60000, 5536);
    EXPECT_TEXT(sentences, "");
    timed_of(60000, 5537);
    EXPECT(strstr(sentences, "timed_orders_max are 65537 together") != NULL);
    timed_of(65536, 0);
    EXPECT(strstr(sentences, "so that each session has some") != NULL);
    EXPECT_UINT(planned("")->match.entry.timers, 65536);
}

SPEC(every_instrument_has_the_window_of_prices)
{
    const struct launch_venue_plan *plan = planned("price_window: 262144,");
    EXPECT_UINT(plan->listings[0].listing.window, 262144);
    EXPECT_UINT(plan->listings[1].listing.window, 262144);
    EXPECT_UINT(plan->folder.limits.window, 2 * 262144);
    EXPECT_UINT(planned("")->listings[0].listing.window, 65536);
}

/* What is said of a venue with these keys. */
static const char *remarked(const char *keys, const char *session)
{
    static char said[1024];
    struct text remarks = text_in(said, sizeof said);
    EXPECT(planned_of(keys, session, ""));
    polluxd_remark(config, &remarks);
    return said;
}

SPEC(more_prices_than_snapshots_hold_are_said_with_what_bounds_them)
{
    EXPECT_TEXT(remarked("", ""),
                "venue: A and 1 more of its instruments may have orders at 65536 prices of a side, "
                "and snapshots hold 16375: from one more on no snapshot is made that day; the sum "
                "of the sessions' open_orders_max, tick or price_window can bound them\n");
    EXPECT(strstr(remarked("price_window: 16384,", ""), " at 16384 prices ") != NULL);
    EXPECT_TEXT(remarked("price_window: 8192,", ""), "");
    EXPECT(strstr(remarked("orders: 16376,", ""), " at 16376 prices ") != NULL);
    EXPECT_TEXT(remarked("orders: 16375,", ""), "");
    EXPECT(strstr(remarked("", ", open_orders_max: 16376"), " at 16376 prices ") != NULL);
    EXPECT_TEXT(remarked("", ", open_orders_max: 16375"), "");
}

SPEC(only_an_instrument_with_small_ticks_has_many_prices)
{
    instruments = "{symbol: A, price_max: 163.75}, {symbol: B, price_max: 163.76}";
    EXPECT(strstr(remarked("", ""), "venue: B may have orders at 16376 prices ") != NULL);
    instruments = "{symbol: A, price_max: 163.75}, {symbol: B, tick: 0.02, price_max: 300.00}";
    EXPECT_TEXT(remarked("", ""), "");
}

static void password_write(void)
{
    int file = mkstemp(password);
    CHECK(file >= 0);
    CHECK(write(file, "secret\n", 7) == 7);
    close(file);
}

static void before_each(void)
{
    snprintf(password, sizeof password, "/tmp/polluxd_plan_XXXXXX");
    password_write();
    instruments = "{symbol: A}, {symbol: B}";
}

static void after_each(void)
{
    (void)unlink(password);
}

#define SPECS(S)                                                                                   \
    S(answers_have_memory_of_their_own)                                                            \
    S(what_is_kept_for_living_orders_grows_with_them)                                              \
    S(order_entry_has_place_for_what_waits_for_the_disk)                                           \
    S(no_session_can_take_the_orders_for_a_time_of_another)                                        \
    S(every_instrument_has_the_window_of_prices)                                                   \
    S(more_prices_than_snapshots_hold_are_said_with_what_bounds_them)                              \
    S(only_an_instrument_with_small_ticks_has_many_prices)

SPEC_MAIN("polluxd: plan", SPECS, before_each, after_each)
