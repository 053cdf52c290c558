/* Whatever lines and servers do for a while: books that say LIVE are what the day has left; when
 * the faults stop, all books are live and complete within a bound; and no second ever had more
 * requests than the rate (MD1, MD2, MD5; faults 1 to 3, 7).
 *
 * The day is a generated flow, and where there are recordings an hour of a real stock. */

#include "apps/pollux-generate/flow.h"
#include "tests/feed/recovery_world.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"

#include <string.h>

enum { SEEDS = 150, MESSAGES = 4000, SYMBOLS = 6, LIMIT_S = 12 };

static struct plain_day *day;

static void day_generate(uint64_t seed)
{
    struct flow_plan plan = flow_presets[0].plan;
    plan = flow_plan_scaled(&plan, MESSAGES);
    plan.symbols = SYMBOLS;
    plan.seed = seed;
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(flow_footprint(&plan), CACHE_LINE));
    CHECK(memory != NULL);
    struct flow *flow = flow_new(memory, &plan);
    day = plain_day_new(MESSAGES, MESSAGES * 64);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t ns;
    for (uint32_t length; (length = flow_next(flow, message, &ns)) > 0;)
        plain_day_add(day, message, length);
    free(memory);
}

static struct world_plan plan_draw(struct chance *chance)
{
    struct world_plan plan = {
        .day = day,
        .channel = {.lines = 2,
                    .store_datagrams = (uint32_t)chance_between(chance, 16, 600),
                    .store_bytes = 1500,
                    .gap_wait_ns = chance_between(chance, 200000, 3000000),
                    .gap_packets = chance_between(chance, 0, 2) ? 0 : 20,
                    .first_sequence = chance_between(chance, 0, 1)},
        .recovery = RECOVERY_LIMITS_USUAL,
        .feed = {.book = {.instruments = SYMBOLS + 1, .orders = 20000, .levels = 20000}},
        .datagram_ns = 400000,
    };
    struct recovery_limits *limits = &plan.recovery;
    limits->servers = (uint32_t)chance_between(chance, 0, 3);
    limits->snapshots = (uint32_t)chance_between(chance, 1, 2);
    limits->request_messages = (uint32_t)chance_between(chance, 1, 40);
    limits->outstanding = (uint32_t)chance_between(chance, 1, 6);
    limits->rate = (uint32_t)chance_between(chance, 5, 300);
    limits->attempts = (uint32_t)chance_between(chance, 1, 4);
    limits->retry_ns = chance_between(chance, 3, 10) * NANOS_MILLI;
    limits->retry_max_ns = limits->retry_ns * chance_between(chance, 1, 10);
    limits->hole_messages = chance_between(chance, 20, 2000);
    limits->snapshot_attempts = (uint32_t)chance_between(chance, 1, 4);
    limits->snapshot_wait_ns = 100 * NANOS_MILLI;
    limits->snapshot_all_ns = chance_between(chance, 60, 600) * NANOS_MILLI;
    limits->snapshot_retry_ns = 50 * NANOS_MILLI;
    limits->snapshot_retry_max_ns = 200 * NANOS_MILLI;
    limits->again_ns = NANOS_SECOND;

    struct weather *weather = &plan.weather;
    uint32_t loss = (uint32_t)chance_between(chance, 0, 300);
    weather->loss[0] = weather->loss[1] = loss;
    if (chance_between(chance, 0, 3) == 0) weather->loss[1] = 1000; /* the line is dead */
    weather->repeat = (uint32_t)chance_between(chance, 0, 300);
    weather->request_loss = (uint32_t)chance_between(chance, 0, 500);
    weather->delay_ns = chance_between(chance, 2000, 2 * plan.channel.gap_wait_ns);
    weather->joins = chance_between(chance, 0, 2) ? 0 : chance_between(chance, 1, day->count / 2);
    weather->bad_ns = chance_between(chance, 100, 1500) * NANOS_MILLI;
    if (chance_between(chance, 0, 3) == 0)
        weather->restart_ns = chance_between(chance, 1, weather->bad_ns);
    for (uint32_t i = 0; i < RECOVERY_SERVERS_MAX; i++) {
        weather->server[i] = (enum server_temper)chance_between(chance, 0, SERVER_TEMPER_COUNT - 1);
        weather->snapshot[i] =
            (enum snapshot_temper)chance_between(chance, 0, SNAPSHOT_TEMPER_COUNT - 1);
    }
    return plan;
}

/* The books of a feed that lost nothing. */
static void lossless_compare(struct feed *feed, uint64_t seed)
{
    struct feed_limits limits = {
        .book = {.instruments = SYMBOLS + 1, .orders = 20000, .levels = 20000}};
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(feed_footprint(&limits), CACHE_LINE));
    struct feed *whole = feed_new(memory, &limits);
    struct channel_output begin = {.session = {.name = "TODAY  1  ", .sequence = 1}};
    feed_step(whole, CHANNEL_SESSION, &begin, 1);
    feed_stream(whole, day->bytes, day->bytes_used, 1);
    feed_flush(whole);
    for (uint32_t i = 1; i <= SYMBOLS; i++) {
        struct market a, b;
        feed_market(whole, i, &a);
        feed_market(feed, i, &b);
        bool same = a.bid == b.bid && a.ask == b.ask && a.bid_qty == b.bid_qty &&
                    a.ask_qty == b.ask_qty && a.bid_orders == b.bid_orders &&
                    a.ask_orders == b.ask_orders && a.state == b.state && a.sequence == b.sequence;
        spec_expect(__FILE__, __LINE__, same, "seed %" PRIu64 ": market %u differs", seed, i);
        for (int side = 0; side < 2; side++) {
            static struct book_level left[4096], right[4096];
            enum side of = side ? SIDE_SELL : SIDE_BUY;
            uint32_t count = book_depth(feed_book(whole), i, of, left, 4096);
            uint32_t other = book_depth(feed_book(feed), i, of, right, 4096);
            bool levels = count == other && memcmp(left, right, count * sizeof left[0]) == 0;
            spec_expect(__FILE__, __LINE__, levels, "seed %" PRIu64 ": levels of %u differ", seed,
                        i);
        }
    }
    free(memory);
}

static void seed_run(uint64_t seed, struct recovery_counts *total)
{
    day_generate(seed);
    struct chance chance = {.state = seed};
    struct world_plan plan = plan_draw(&chance);
    struct world *world = world_new(&plan, chance_next(&chance));
    struct world_found found = world_run(world, LIMIT_S * NANOS_SECOND);
    const struct recovery_counts *counts = recovery_counts(world_recovery(world));
    spec_expect(__FILE__, __LINE__, found.live_ns > 0,
                "seed %" PRIu64
                ": not complete %d s after the faults stopped; state %s, recovery %s",
                seed, LIMIT_S, market_state_text(feed_channel_state(world_feed(world))),
                recovery_state_text(recovery_state(world_recovery(world))));
    spec_expect(__FILE__, __LINE__, found.rate_max <= plan.recovery.rate,
                "seed %" PRIu64 ": %" PRIu64 " requests in a second, the rate is %u", seed,
                found.rate_max, plan.recovery.rate);
    spec_expect(__FILE__, __LINE__, found.too_long == 0, "seed %" PRIu64 ": requests too long",
                seed);
    spec_expect(__FILE__, __LINE__, found.not_so == 0,
                "seed %" PRIu64 ": %" PRIu64 " of %" PRIu64 " times LIVE books were wrong", seed,
                found.not_so, found.looked);
    if (found.live_ns > 0) lossless_compare(world_feed(world), seed);
    total->request += counts->request;
    total->recovered += counts->recovered;
    total->failed += counts->failed;
    total->snapshot_taken += counts->snapshot_taken;
    for (uint32_t i = 0; i < RECOVERY_TROUBLE_COUNT; i++)
        total->snapshot_failed[i] += counts->snapshot_failed[i];
    for (uint32_t i = 0; i < RECOVERY_REPLY_COUNT; i++) total->reply[i] += counts->reply[i];
    world_free(world);
    plain_day_free(day);
}

SPEC(when_faults_stop_the_books_are_live_and_those_of_a_feed_that_lost_nothing)
{
    struct recovery_counts total = {0};
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) seed_run(seed, &total);
    if (seeds.first == seeds.last) return;
    /* what was to be tried was tried */
    EXPECT(total.request > 1000);
    EXPECT(total.recovered > SEEDS);
    EXPECT(total.failed > 0);
    EXPECT(total.snapshot_taken > SEEDS / 2);
    for (uint32_t i = 0; i < RECOVERY_TROUBLE_COUNT; i++)
        if (i != RECOVERY_CALLED_OFF && i != RECOVERY_NO_END && i != RECOVERY_TOO_NEW &&
            i != RECOVERY_NO_LOGIN)
            spec_expect(__FILE__, __LINE__, total.snapshot_failed[i] > 0,
                        "no snapshot failed by %s",
                        recovery_trouble_name((enum recovery_trouble)i));
    EXPECT(total.reply[RECOVERY_REPLY_GIVEN] > 0);
    EXPECT(total.reply[RECOVERY_REPLY_SESSION] > 0);
    EXPECT(total.reply[RECOVERY_REPLY_UNWANTED] > 0);
}

SPEC(an_hour_of_a_real_stock_with_loss_on_both_lines_ends_with_its_books)
{
    glob_t found = {0};
    recordings_find(&found, "data/itch50/aapl_20120621_0930_1030.itch50");
    if (found.gl_pathc == 0) return; /* the generated days have shown the same */
    enum { BYTES = 1 << 23, COUNT = 100000 };
    uint8_t *bytes = malloc(BYTES);
    FILE *file = fopen(found.gl_pathv[0], "rb");
    CHECK(bytes != NULL && file != NULL);
    size_t length = fread(bytes, 1, BYTES, file), at = 0;
    fclose(file);
    globfree(&found);
    day = plain_day_new(COUNT, BYTES);
    while (length - at >= 2) {
        uint32_t size = (uint32_t)bytes[at] << 8 | bytes[at + 1];
        bool closes = bytes[at + 2] == 'S' && bytes[at + 13] == 'C'; /* no book is live after it */
        if (!closes) plain_day_add(day, bytes + at + 2, size);
        at += 2 + size;
    }
    struct chance chance = {.state = 7};
    struct world_plan plan = plan_draw(&chance);
    plan.channel.store_datagrams = 2000;
    plan.recovery.servers = 2;
    plan.recovery.rate = 500;
    plan.weather.loss[0] = plan.weather.loss[1] = 50;
    plan.weather.joins = 1;
    plan.weather.bad_ns = 10 * NANOS_SECOND;
    plan.weather.server[0] = TEMPER_GOOD;
    plan.feed.book = (struct book_limits){.instruments = 16, .orders = 60000, .levels = 60000};
    struct world *world = world_new(&plan, 7);
    struct world_found end = world_run(world, 60 * NANOS_SECOND);
    EXPECT(end.live_ns > 0);
    EXPECT_UINT(end.not_so, 0);
    EXPECT(recovery_counts(world_recovery(world))->recovered > 10);
    world_free(world);
    plain_day_free(day);
    free(bytes);
}

#define SPECS(S)                                                                                   \
    S(when_faults_stop_the_books_are_live_and_those_of_a_feed_that_lost_nothing)                   \
    S(an_hour_of_a_real_stock_with_loss_on_both_lines_ends_with_its_books)
SPEC_MAIN("recovery_property", SPECS, NULL, NULL)
