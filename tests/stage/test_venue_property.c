/* Random inputs, random deaths: what a venue hands out is what a plain engine says, and what it
 * recovers is that engine. */

#include "tests/stage/venue_rig.h"
#include "tests/support/spec.h"

#define LIVES 8u

static const char *state_compare(struct venue_rig *rig)
{
    if (match_digest(venue_match(rig->venue)) != match_digest(rig->plain))
        return "the venue's engine is not the plain one";
    return rig->wrong;
}

/* One process, from its start to its death. */
static void live(struct venue_rig *rig, struct chance *chance)
{
    rig_begin(rig);
    uint64_t inputs = chance_between(chance, 0, 400);
    for (uint64_t i = 0; i < inputs && !rig->wrong; i++) {
        enum venue_status status = rig_random(rig);
        if (status == VENUE_BUSY || chance_between(chance, 0, 15) == 0) rig_step(rig);
        if (chance_between(chance, 0, 7) == 0) rig_release(rig);
        if (status != VENUE_OK && status != VENUE_BUSY && status != VENUE_NO_SPACE)
            rig->wrong = venue_status_text(status);
        if (status == VENUE_NO_SPACE) rig_settle(rig);
        if (chance_between(chance, 0, 150) == 0) {
            rig_settle(rig);
            /* Of a sequence that has one already it is refused. */
            (void)!rig_snapshot(rig);
        }
    }
    if (!rig->wrong) rig->wrong = state_compare(rig);
    if (chance_between(chance, 0, 1) == 0) rig_kill(rig);
    else rig_cut(rig);
}

static void lives(uint64_t seed)
{
    struct chance chance = {seed};
    bool accounts = chance_between(&chance, 0, 3) > 0;
    struct venue_limits limits = {.match = random_inputs_limits(accounts),
                                  .held = 64u << chance_between(&chance, 0, 3),
                                  .durability =
                                      chance_between(&chance, 0, 1) ? VENUE_DISK : VENUE_PROCESS};
    struct venue_rig *rig = rig_new(&limits, seed);
    for (uint32_t i = 0; i < LIVES && !rig->wrong; i++) live(rig, &chance);
    if (!rig->wrong) rig_begin(rig);
    spec_expect(__FILE__, __LINE__, !rig->wrong, "seed %" PRIu64 ": %s", seed, rig->wrong);
    spec_expect(__FILE__, __LINE__, !rig->model.violation, "seed %" PRIu64 ": %s", seed,
                rig->model.violation);
    rig_delete(rig);
}

SPEC(a_venue_answers_like_an_engine_that_has_no_journal_and_never_dies)
{
    struct spec_seeds seeds = spec_seeds(PARANOID ? 40 : 400);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) lives(seed);
}

#define SPECS(S) S(a_venue_answers_like_an_engine_that_has_no_journal_and_never_dies)
SPEC_MAIN("venue_property", SPECS, NULL, NULL)
