/* The matching engine against its plain reference, on random inputs (stream.h): after each input
 * the events of both must be the same to the byte, every now and then also books, orders, balances
 * and positions.
 *
 * test_match_property PROFILE runs one kind of stream.  SPEC_SEED=n runs the seed that a failure
 * printed; STREAM_OPERATIONS=n that many inputs. */

#include "tests/match/agree.h"
#include "tests/match/stream.h"
#include "tests/support/spec.h"

#include "dataplane/match/match_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 8, LOOK_EVERY = 293, VERIFY_EVERY = PARANOID ? 601 : 20011 };

static const struct stream_profile *profile;

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* In all, over all seeds. */
static uint64_t operations(void)
{
    return number_of("STREAM_OPERATIONS", PARANOID ? 800000 : profile->operations);
}

static bool seed_agrees(struct agree *agree, uint64_t seed, uint64_t steps)
{
    static struct stream stream;
    stream_begin(&stream, profile, seed);
    for (uint64_t step = 1; step <= steps; step++) {
        const struct match_input *input = stream_next(&stream, &agree->plain);
        bool same = agree_apply(agree, input);
        if (same && (step % number_of("LOOK_EVERY", LOOK_EVERY) == 0 || step == steps))
            same = agree_look(agree);
        if (step % VERIFY_EVERY == 0) match_verify(agree->match);
        if (same) continue;
        spec_expect(__FILE__, __LINE__, false,
                    "SPEC_SEED=%" PRIu64 " of %s differs at step %" PRIu64 "\n%s", seed,
                    profile->name, step, agree->difference);
        return false;
    }
    match_verify(agree->match);
    return true;
}

static void add_up(uint64_t *sums, const uint64_t *counts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) sums[i] += counts[i];
}

static struct {
    uint64_t kinds[MATCH_EVENT_COUNT];
    uint64_t reasons[MATCH_REASON_COUNT];
    uint64_t statuses[MATCH_STATUS_COUNT];
    uint64_t phases[MATCH_PHASE_COUNT];
} seen;

static bool streams_agreed;

SPEC(the_engine_answers_as_its_plain_reference)
{
    static const uint32_t places[] = {64, 1, 3, 256};
    struct spec_seeds seeds = spec_seeds(SEEDS);
    streams_agreed = true;
    for (uint64_t seed = seeds.first; seed <= seeds.last && streams_agreed; seed++) {
        static struct agree agree;
        agree_new(&agree, &profile->limits, places[seed % ARRAY_COUNT(places)]);
        streams_agreed = seed_agrees(&agree, seed, operations() / SEEDS);
        add_up(seen.kinds, agree.kinds, MATCH_EVENT_COUNT);
        add_up(seen.reasons, agree.reasons, MATCH_REASON_COUNT);
        add_up(seen.statuses, agree.statuses, MATCH_STATUS_COUNT);
        add_up(seen.phases, agree.phases, MATCH_PHASE_COUNT);
        agree_free(&agree);
    }
}

static void report(const char *what, const char *name, uint64_t times, bool expected)
{
    if (getenv("STREAM_REPORT")) printf("    %s %s: %" PRIu64 "\n", what, name, times);
    if (expected) spec_expect(__FILE__, __LINE__, times > 0, "%s %s never happened", what, name);
}

/* Accounts that fail are rare where everything else happens too: the futures' stream owes them. */
static bool expected_of(const struct stream_profile *of, bool liquidation)
{
    return liquidation ? strcmp(of->name, "futures") == 0 : of->everything;
}

SPEC(all_that_can_happen_has_happened)
{
    if (!streams_agreed || getenv("SPEC_SEED")) return;
    bool all = profile->everything;
    for (uint32_t i = 0; i < MATCH_EVENT_COUNT; i++)
        report("event", match_event_name(i), seen.kinds[i],
               expected_of(profile, i == MATCH_LIQUIDATED || i == MATCH_COVERED));
    for (uint32_t i = 0; i < MATCH_REASON_COUNT; i++)
        report("reason", match_reason_name(i), seen.reasons[i],
               expected_of(profile, i == MATCH_LIQUIDATION));
    for (uint32_t i = 0; i < MATCH_STATUS_COUNT; i++)
        report("status", match_status_name(i), seen.statuses[i], all);
    for (uint32_t i = 0; i < MATCH_PHASE_COUNT; i++)
        report("phase", match_phase_name(i), seen.phases[i], all && i != MATCH_UNLISTED);
}

#define SPECS(S)                                                                                   \
    S(the_engine_answers_as_its_plain_reference)                                                   \
    S(all_that_can_happen_has_happened)

int main(int argc, char **argv)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    const char *name = argc > 1 ? argv[1] : "everything";
    for (uint32_t i = 0; i < stream_profile_count; i++)
        if (strcmp(stream_profiles[i].name, name) == 0) profile = &stream_profiles[i];
    if (profile == NULL) {
        fprintf(stderr, "%s: there is no stream of this name\n", name);
        return 2;
    }
    return spec_run(name, specs, NULL, NULL);
}
