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

/* The plan of a venue with these keys beside those it needs. */
static const struct launch_venue_plan *planned(const char *keys)
{
    static char text[4096], sentences[4096];
    static struct config_problems refused;
    snprintf(text, sizeof text,
             "roles: [venue]\nlcores: {cores: [0]}\n"
             "ports: [{name: v, kind: dpdk, device: x, address: 10.0.0.1}]\n"
             "venue:\n"
             "  {session: s, journal: j, port: v, orders_tcp_port: 1, snapshot_tcp_port: 2,\n"
             "   retransmission_udp_port: 3, %s\n"
             "   line_a: {port: v, group: 233.54.12.111, udp_port: 26477},\n"
             "   instruments: [{symbol: A}, {symbol: B}],\n"
             "   sessions: [{username: u, password_file: %s, account: 0, firm: F}]}\n",
             keys, password);
    config_free(config);
    bool right = config_parse(text, strlen(text), &config, &refused);
    if (!right) config_print_problems(stdout, "the file", &refused);
    CHECK(right);
    struct text problems = text_in(sentences, sizeof sentences);
    free(polluxd.instruments);
    free(polluxd.entry);
    free(polluxd.credentials);
    polluxd = (struct polluxd){.config = config};
    EXPECT(polluxd_plan(&polluxd, NULL, &problems));
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

SPEC(every_instrument_has_the_window_of_prices)
{
    const struct launch_venue_plan *plan = planned("price_window: 262144,");
    EXPECT_UINT(plan->listings[0].listing.window, 262144);
    EXPECT_UINT(plan->listings[1].listing.window, 262144);
    EXPECT_UINT(plan->folder.limits.window, 2 * 262144);
    EXPECT_UINT(planned("")->listings[0].listing.window, 65536);
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
}

static void after_each(void)
{
    (void)unlink(password);
}

#define SPECS(S)                                                                                   \
    S(answers_have_memory_of_their_own)                                                            \
    S(what_is_kept_for_living_orders_grows_with_them)                                              \
    S(order_entry_has_place_for_what_waits_for_the_disk)                                           \
    S(every_instrument_has_the_window_of_prices)

SPEC_MAIN("polluxd: plan", SPECS, before_each, after_each)
