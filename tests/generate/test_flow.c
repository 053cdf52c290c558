/* The generated flow against a plain reader of it.  SPEC_FULL=1 runs the presets at full length. */

#include "apps/pollux-generate/flow.h"
#include "tests/generate/naive_feed.h"
#include "tests/support/spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_ONE    15399614883489447123u
#define DIGEST_HOT    3875228470547878013u
#define DIGEST_MARKET 2248886223802025468u

struct run {
    struct flow_plan plan;
    struct naive_totals totals;
    double top_share; /* of messages, the most popular stock */
    uint64_t digest;
};

/* FNV-1a over length and bytes of every message. */
static uint64_t digest_add(uint64_t digest, const uint8_t *message, uint32_t length)
{
    digest = (digest ^ length) * 1099511628211u;
    for (uint32_t i = 0; i < length; i++) digest = (digest ^ message[i]) * 1099511628211u;
    return digest;
}

static uint64_t flow_digest(const struct flow_plan *plan)
{
    void *memory = aligned_alloc(CACHE_LINE, flow_footprint(plan));
    memset(memory, 0xa5, flow_footprint(plan)); /* what is there before must not matter */
    struct flow *flow = flow_new(memory, plan);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns;
    uint64_t digest = 14695981039346656037u;
    uint32_t length;
    while ((length = flow_next(flow, message, &time_ns)) > 0)
        digest = digest_add(digest, message, length);
    free(memory);
    return digest;
}

static uint64_t header_time(const uint8_t *message)
{
    uint64_t time_ns = 0;
    for (uint32_t i = 5; i < 11; i++) time_ns = time_ns << 8 | message[i];
    return time_ns;
}

/* Runs the whole plan through the reader; the first wrong message fails the spec. */
static struct run run_checked(const struct flow_plan *plan)
{
    struct run run = {.plan = *plan, .digest = 14695981039346656037u};
    void *memory = aligned_alloc(CACHE_LINE, flow_footprint(plan));
    struct flow *flow = flow_new(memory, plan);
    struct naive_feed *feed = naive_feed_new(plan->messages, plan->refs == FLOW_REFS_DENSE);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns = 0;
    uint32_t length;
    const char *wrong = NULL;
    uint64_t taken = 0;
    while (!wrong && (length = flow_next(flow, message, &time_ns)) > 0) {
        wrong = naive_feed_take(feed, message, length);
        if (!wrong && header_time(message) != time_ns) wrong = "the time is not the message's";
        run.digest = digest_add(run.digest, message, length);
        taken++;
    }
    spec_expect(__FILE__, __LINE__, wrong == NULL, "seed %" PRIu64 ", message %" PRIu64 ": %s",
                plan->seed, taken, wrong ? wrong : "");
    run.totals = *naive_feed_totals(feed);
    EXPECT_UINT(run.totals.messages, plan->messages);
    EXPECT_UINT(flow_counts(flow)->messages, plan->messages);
    EXPECT_UINT(flow_counts(flow)->live, run.totals.live);
    EXPECT(memcmp(flow_counts(flow)->type, run.totals.type, sizeof run.totals.type) == 0);
    uint64_t most = 0;
    for (uint32_t i = 1; i < 65536; i++)
        if (run.totals.by_locate[i] > most) most = run.totals.by_locate[i];
    run.top_share = (double)most / (double)run.totals.messages;
    naive_feed_free(feed);
    free(memory);
    return run;
}

static struct flow_plan preset(const char *name, uint64_t messages)
{
    const struct flow_plan *plan = &flow_preset_find(name)->plan;
    return getenv("SPEC_FULL") ? *plan : flow_plan_scaled(plan, messages);
}

static void expect_share(const char *what, double share, double expected, double within)
{
    spec_expect(__FILE__, __LINE__, fabs(share - expected) <= within,
                "%s are %.3f %%, expected %.3f within %.3f", what, 100 * share, 100 * expected,
                100 * within);
}

static void expect_mix(const struct run *run)
{
    static const struct {
        const char *types;
        double share;
    } kinds[] = {{"AF", 0.45}, {"D", 0.37}, {"U", 0.08}, {"EC", 0.06}, {"X", 0.03}};
    double flow = (double)run->totals.messages - 2.0 * run->plan.symbols - 3;
    for (uint32_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        uint64_t count = 0;
        for (const char *type = kinds[i].types; *type; type++)
            count += run->totals.type[(uint8_t)*type];
        expect_share(kinds[i].types, (double)count / flow, kinds[i].share, 0.005);
    }
}

/* top_most: at most so many adds at the best seven levels; thin books have few others. */
static void expect_preset(const struct run *run, double most_stock, double top_most)
{
    expect_mix(run);
    double live = (double)run->plan.live;
    expect_share("live orders at the end", (double)run->totals.live / live, 1, 0.02);
    double deletes = (double)run->totals.type['D'];
    expect_share("deletes among the 24 youngest", (double)run->totals.deletes_young / deletes, 0.78,
                 0.02);
    expect_share("messages of the most popular stock", run->top_share, most_stock,
                 most_stock * 0.12);
    double adds = (double)(run->totals.type['A'] + run->totals.type['F']);
    double top = (double)run->totals.adds_top / adds;
    spec_expect(__FILE__, __LINE__, top > 0.85 && top < top_most,
                "%.1f %% of adds in the best seven", 100 * top);
    EXPECT(run->totals.touch_moves > 10);
    if (getenv("SPEC_FULL"))
        fprintf(stderr,
                "\n  live %" PRIu64 " levels %u young %.4f top7 %.4f new level %.4f touch %" PRIu64
                " top stock %.4f ",
                run->totals.live, run->totals.levels_max,
                (double)run->totals.deletes_young / deletes, top,
                (double)run->totals.adds_level / adds, run->totals.touch_moves, run->top_share);
}

/* The share of rank 1 among n by Zipf with exponent 0.9. */
static double zipf_first(uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 1; i <= count; i++) sum += pow(i, -0.9);
    return 1 / sum;
}

SPEC(preset_one_is_sound_and_keeps_its_figures)
{
    struct flow_plan plan = preset("one", 2000000);
    EXPECT_UINT(plan.symbols, 1);
    EXPECT_UINT(plan.live, 80000);
    struct run run = run_checked(&plan);
    expect_preset(&run, 1, 0.95);
    EXPECT(run.totals.levels_max > 120);
}

SPEC(preset_hot_is_sound_and_keeps_its_figures)
{
    struct flow_plan plan = preset("hot", 1000000);
    EXPECT_UINT(plan.symbols, 100);
    struct run run = run_checked(&plan);
    expect_preset(&run, zipf_first(100), 0.95);
    double run_share = (double)run.totals.same_stock / (double)run.totals.messages;
    EXPECT(run_share > 0.7);
}

SPEC(preset_market_is_sound_and_keeps_its_figures)
{
    struct flow_plan plan = preset("market", 2000000);
    EXPECT_UINT(plan.symbols, 8000);
    struct run run = run_checked(&plan);
    expect_preset(&run, zipf_first(8000), 0.985);
}

SPEC(sparse_references_are_sound_and_change_nothing_else)
{
    struct flow_plan plan = preset("hot", 300000);
    struct run dense = run_checked(&plan);
    plan.refs = FLOW_REFS_SPARSE;
    struct run sparse = run_checked(&plan);
    EXPECT(memcmp(dense.totals.type, sparse.totals.type, sizeof dense.totals.type) == 0);
    EXPECT(dense.totals.live == sparse.totals.live);
    EXPECT(dense.digest != sparse.digest);
}

SPEC(other_seeds_and_sizes_are_sound)
{
    static const struct {
        uint32_t symbols;
        uint64_t messages;
    } sizes[] = {{1, 6}, {1, 1000}, {2, 5000}, {7, 50000}, {3000, 30000}, {65535, 200000}};
    uint64_t seed = getenv("SPEC_SEED") ? strtoull(getenv("SPEC_SEED"), NULL, 0) : 7;
    for (uint32_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct flow_plan plan = flow_preset_find("hot")->plan;
        plan.symbols = sizes[i].symbols;
        plan.messages = sizes[i].messages;
        plan.live = (plan.messages - flow_plan_start(&plan)) / 25;
        plan.seed = seed + i;
        run_checked(&plan);
    }
}

SPEC(the_largest_feed_names_each_of_its_stocks_once)
{
    struct flow_plan plan = flow_preset_find("market")->plan;
    plan.symbols = FLOW_SYMBOLS_MAX;
    plan.messages = flow_plan_start(&plan) + 1;
    plan.live = 0;
    void *memory = aligned_alloc(CACHE_LINE, flow_footprint(&plan));
    struct flow *flow = flow_new(memory, &plan);
    static uint8_t seen[12356631]; /* 26 + 26^2 + ... + 26^5 names, numbered */
    memset(seen, 0, sizeof seen);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns;
    uint32_t named = 0, twice = 0, odd = 0;
    while (flow_next(flow, message, &time_ns) > 0) {
        if (message[0] != 'R') continue;
        uint32_t code = 0, length = 0;
        for (; length < 8 && message[11 + length] != ' '; length++) {
            odd += message[11 + length] < 'A' || message[11 + length] > 'Z' || length > 4;
            code = code * 26 + (message[11 + length] - 'A' + 1u);
        }
        for (uint32_t i = length; i < 8; i++) odd += message[11 + i] != ' ';
        odd += length == 0;
        if (odd) break;
        twice += seen[code]++;
        named++;
    }
    EXPECT_UINT(odd, 0);
    EXPECT_UINT(twice, 0);
    EXPECT_UINT(named, FLOW_SYMBOLS_MAX);
    free(memory);
}

/* Pinned: a flow is the same bytes from every compiler and in every later version, so that figures
 * measured on it can be compared. */
SPEC(a_preset_is_the_same_bytes_everywhere)
{
    struct flow_plan one = flow_plan_scaled(&flow_preset_find("one")->plan, 200000);
    struct flow_plan hot = flow_plan_scaled(&flow_preset_find("hot")->plan, 200000);
    struct flow_plan market = flow_plan_scaled(&flow_preset_find("market")->plan, 400000);
    EXPECT_UINT(flow_digest(&one), DIGEST_ONE);
    EXPECT_UINT(flow_digest(&hot), DIGEST_HOT);
    EXPECT_UINT(flow_digest(&market), DIGEST_MARKET);
    one.seed = 2;
    EXPECT(flow_digest(&one) != DIGEST_ONE);
}

static uint32_t problems(const struct flow_plan *plan, char *text, size_t capacity)
{
    struct text sentences = text_in(text, capacity);
    return flow_plan_problems(plan, &sentences);
}

SPEC(a_plan_that_cannot_be_is_refused_with_all_its_problems)
{
    char text[1024];
    struct flow_plan plan = flow_preset_find("one")->plan;
    EXPECT_UINT(problems(&plan, text, sizeof text), 0);
    EXPECT(flow_footprint(&plan) > 0);
    plan.symbols = 0;
    plan.mix[FLOW_ADD] += 1;
    EXPECT_UINT(problems(&plan, text, sizeof text), 2);
    EXPECT_TEXT(text, "symbols: 1 to 65,535, not 0\n"
                      "mix: the shares sum to 100.01 %, not 100 %\n");
    EXPECT_UINT(flow_footprint(&plan), 0);
    plan = flow_preset_find("one")->plan;
    plan.live = 300000;
    EXPECT_UINT(problems(&plan, text, sizeof text), 1);
    EXPECT_TEXT(text, "live: with this mix between 39,999 and 159,999 orders are live at the end, "
                      "not 300,000\n");
    plan = flow_preset_find("market")->plan;
    plan.messages = 16003;
    EXPECT_UINT(problems(&plan, text, sizeof text), 1);
}

#define SPECS(S)                                                                                   \
    S(preset_one_is_sound_and_keeps_its_figures)                                                   \
    S(preset_hot_is_sound_and_keeps_its_figures)                                                   \
    S(preset_market_is_sound_and_keeps_its_figures)                                                \
    S(sparse_references_are_sound_and_change_nothing_else)                                         \
    S(other_seeds_and_sizes_are_sound)                                                             \
    S(the_largest_feed_names_each_of_its_stocks_once)                                              \
    S(a_preset_is_the_same_bytes_everywhere)                                                       \
    S(a_plan_that_cannot_be_is_refused_with_all_its_problems)
SPEC_MAIN("generated flow", SPECS, NULL, NULL)
