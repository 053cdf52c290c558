/* The same inputs give the same events and the same state: again, with another secret and other
 * capacities, across saves and loads, and on every compiler. */

#include "tests/match/random_inputs.h"
#include "tests/match/rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Paranoid builds add up all accounts after each input, and take long. */
enum { SEEDS = PARANOID ? 8 : 60, INPUTS = 4000, VERIFY_EVERY = 101, RELOAD_EVERY = 200 };
enum { GOLDEN_SEEDS = 24 };
static_assert(INPUTS % RELOAD_EVERY == 0, "all runs are of the same inputs");

static void on_event(void *context, const struct match_event *event)
{
    random_inputs_saw(context, event);
}

/* An engine and what it is told. */
struct run {
    struct rig rig;
    struct random_inputs inputs;
};

static void run_begin(struct run *run, uint64_t seed, const struct match_limits *limits)
{
    random_inputs_seed(&run->inputs, seed, limits->accounts != 0);
    rig_new(&run->rig, limits);
    run->rig.on_event = on_event;
    run->rig.context = &run->inputs;
}

static void run_on(struct run *run, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) rig_apply(&run->rig, random_inputs_next(&run->inputs));
}

static bool with_accounts(uint64_t seed)
{
    return seed % 4 != 0;
}

/* What one run came to. */
struct outcome {
    uint64_t events;
    uint64_t events_digest;
    uint64_t state_digest;
};

static struct outcome run_end(struct run *run)
{
    struct outcome outcome = {run->rig.events, run->rig.digest, match_digest(run->rig.match)};
    rig_free(&run->rig);
    return outcome;
}

static struct outcome run_whole(uint64_t seed, const struct match_limits *limits)
{
    struct run run;
    run_begin(&run, seed, limits);
    for (uint32_t done = 0; done < INPUTS; done += VERIFY_EVERY) {
        run_on(&run, done + VERIFY_EVERY < INPUTS ? VERIFY_EVERY : INPUTS - done);
        match_verify(run.rig.match);
    }
    return run_end(&run);
}

static void expect_same(struct outcome actual, struct outcome expected, uint64_t seed)
{
    spec_expect(__FILE__, __LINE__, memcmp(&actual, &expected, sizeof actual) == 0,
                "seed %" PRIu64 ": %" PRIu64 " events %016" PRIx64 ", state %016" PRIx64
                ", expected %" PRIu64 " events %016" PRIx64 ", state %016" PRIx64,
                seed, actual.events, actual.events_digest, actual.state_digest, expected.events,
                expected.events_digest, expected.state_digest);
}

/* Limits in which nothing runs out, so that a capacity changes nothing. */
static struct match_limits ample(bool accounts)
{
    struct match_limits limits = random_inputs_limits(accounts);
    limits.orders = limits.specials = 20000;
    limits.pages = 2000;
    limits.window = 16384;
    return limits;
}

static struct match_limits other(bool accounts, uint64_t seed)
{
    struct match_limits limits = ample(accounts);
    limits.orders += 1234 * (uint32_t)(seed % 5);
    limits.specials = limits.orders - 17;
    limits.pages += 77;
    limits.window += 64 * (seed % 100);
    limits.secret = seed * 0x9e3779b97f4a7c15u;
    if (!accounts) return limits;
    limits.accounts += 200;
    limits.holdings += 100;
    limits.balances += 100;
    return limits;
}

SPEC(the_same_inputs_give_the_same_events_and_the_same_state)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct match_limits limits = random_inputs_limits(with_accounts(seed));
        expect_same(run_whole(seed, &limits), run_whole(seed, &limits), seed);
    }
}

SPEC(a_secret_and_capacities_that_suffice_change_nothing)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct match_limits one = ample(with_accounts(seed));
        struct match_limits two = other(with_accounts(seed), seed);
        expect_same(run_whole(seed, &two), run_whole(seed, &one), seed);
    }
}

/* The engine is saved and goes on as another one, with other limits and at other slots. */
static void run_reload(struct run *run, const struct match_limits *limits, uint64_t seed)
{
    struct saved saved = saved_of(run->rig.match);
    uint64_t digest = match_digest(run->rig.match);
    rig_replace(&run->rig, limits);
    const char *sentence = match_load(run->rig.match, saved.bytes, saved.length);
    spec_expect(__FILE__, __LINE__, sentence == NULL, "seed %" PRIu64 ": %s", seed, sentence);
    CHECK(sentence == NULL);
    match_verify(run->rig.match);
    EXPECT_UINT(match_digest(run->rig.match), digest);
    struct saved again = saved_of(run->rig.match);
    EXPECT(again.length == saved.length && memcmp(again.bytes, saved.bytes, saved.length) == 0);
    saved_free(&again);
    saved_free(&saved);
}

SPEC(a_saved_engine_goes_on_event_for_event_wherever_it_is_loaded)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct match_limits limits = ample(with_accounts(seed));
        struct outcome expected = run_whole(seed, &limits);
        struct chance chance = {seed};
        struct run run;
        run_begin(&run, seed, &limits);
        uint32_t left = INPUTS;
        while (left > 0) {
            uint32_t count = (uint32_t)chance_between(&chance, 1, 400);
            if (count > left) count = left;
            run_on(&run, count);
            left -= count;
            struct match_limits next = other(with_accounts(seed), chance_next(&chance));
            run_reload(&run, &next, seed);
        }
        expect_same(run_end(&run), expected, seed);
    }
}

SPEC(with_its_own_limits_a_loaded_engine_refuses_what_the_saved_one_would)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct match_limits limits = random_inputs_limits(with_accounts(seed));
        limits.orders = limits.specials = 60; /* often reached */
        limits.pages = 40;
        if (limits.accounts != 0) limits.holdings = limits.balances = 30;
        struct outcome expected = run_whole(seed, &limits);
        struct run run;
        run_begin(&run, seed, &limits);
        for (uint32_t done = 0; done < INPUTS; done += RELOAD_EVERY) {
            run_on(&run, RELOAD_EVERY);
            run_reload(&run, &limits, seed);
        }
        expect_same(run_end(&run), expected, seed);
    }
}

/* The golden file: a line for a seed, of how many inputs. */
static void golden_line(char *line, size_t bytes, uint64_t seed)
{
    struct match_limits limits = random_inputs_limits(with_accounts(seed));
    struct outcome outcome = run_whole(seed, &limits);
    snprintf(line, bytes, "%2" PRIu64 " %u %6" PRIu64 " %016" PRIx64 " %016" PRIx64 "\n", seed,
             INPUTS, outcome.events, outcome.events_digest, outcome.state_digest);
}

static const char *golden_path(void)
{
    static char path[4096];
    const char *root = getenv("POLLUX_SOURCE");
    if (root == NULL) spec_skip("POLLUX_SOURCE does not say where the tree is");
    snprintf(path, sizeof path, "%s/tests/golden/match_digests.txt", root);
    return path;
}

SPEC(every_compiler_comes_to_the_digests_of_the_golden_file)
{
    static const char title[] =
        "# seed, inputs, events, digest of the events, digest of the state\n";
    static char actual[3500], expected[3500];
    size_t length = (size_t)snprintf(actual, sizeof actual, "%s", title);
    for (uint64_t seed = 1; seed <= GOLDEN_SEEDS; seed++) {
        golden_line(actual + length, sizeof actual - length, seed);
        length += strlen(actual + length);
    }
    const char *save_as = getenv("MATCH_GOLDEN_WRITE");
    FILE *file = fopen(save_as ? save_as : golden_path(), save_as ? "wb" : "rb");
    EXPECT(file != NULL);
    if (file == NULL) return;
    if (save_as) fwrite(actual, 1, length, file);
    else expected[fread(expected, 1, sizeof expected - 1, file)] = '\0';
    fclose(file);
    spec_expect(__FILE__, __LINE__, save_as || strcmp(actual, expected) == 0,
                "the digests differ; if the rules or the format of a save have changed on purpose, "
                "write them anew:\n    MATCH_GOLDEN_WRITE=tests/golden/match_digests.txt "
                "POLLUX_SOURCE=. BUILD/tests/match/test_match_determinism\n"
                "expected:\n%s\nactual:\n%s",
                expected, actual);
}

#define SPECS(S)                                                                                   \
    S(the_same_inputs_give_the_same_events_and_the_same_state)                                     \
    S(a_secret_and_capacities_that_suffice_change_nothing)                                         \
    S(a_saved_engine_goes_on_event_for_event_wherever_it_is_loaded)                                \
    S(with_its_own_limits_a_loaded_engine_refuses_what_the_saved_one_would)                        \
    S(every_compiler_comes_to_the_digests_of_the_golden_file)

SPEC_MAIN("match_determinism", SPECS, NULL, NULL)
