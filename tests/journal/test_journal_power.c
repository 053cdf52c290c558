/* The power goes at any call and between any two; a third of the times it goes again before the
 * recovery is over, and then perhaps once more.  No acknowledged record is lost, none is invented,
 * the order is kept, no number is given twice.  JOURNAL_POWER_CUTS says how often. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

static struct world *world;
static uint64_t power_cuts, recoveries_cut, cut_again, kills, torn, swept;

static void before_each(void)
{
    world = world_new();
}

static void after_each(void)
{
    world_delete(world);
}

static uint64_t lot(uint64_t low, uint64_t high)
{
    return chance_between(&world->model.chance, low, high);
}

/* A snapshot of something durable, and what it makes superfluous removed. */
static void keep_state(void)
{
    uint64_t durable = journal_durable(world->journal);
    struct journal_swept removed = {0};
    if (durable == 0 || world_snapshot(world, lot(durable > 20 ? durable - 20 : 1, durable)))
        return;
    if (journal_snapshot_sweep(&world->model.storage, 0, &removed) == JOURNAL_IO_OK)
        swept += removed.segments;
}

/* What an engine and its journal thread do, until the power goes or enough was done. */
static void live(void)
{
    uint64_t acts = lot(1, 40);
    for (uint64_t i = 0; i < acts && !world->model.dark; i++) {
        switch (lot(0, 9)) {
        case 0:
        case 1:
        case 2: (void)world_step(world); break;
        case 3: model_leak(&world->model, 32); break;
        case 4:
            if (lot(0, 5) == 0)
                world->model.space = lot(0, 1) ? UINT64_MAX : 4 * JOURNAL_SEGMENT_MIN;
            else keep_state();
            break;
        case 5: world_commit_many(world, (uint32_t)lot(10, 80), 64); break;
        default: {
            enum journal_class class = lot(0, 3) ? JOURNAL_ORDINARY : JOURNAL_RESERVED;
            (void)world_commit(world, class, (uint32_t)lot(0, WORLD_PAYLOAD_MAX));
        }
        }
    }
    if (!world->model.dark && lot(0, 3) == 0) {
        world_half(world, 200, (uint32_t)lot(0, 200));
        model_leak(&world->model, 32);
    }
}

/* The end of a life: by the power, if it has not gone already, or by a signal. */
static void die(void)
{
    uint64_t before = world->committed;
    if (!world->model.dark && lot(0, 4) == 0) {
        kills++;
        world_kill(world);
        if (world_recover(world) == JOURNAL_FAULT_NONE && world->committed != before)
            world->wrong = "a committed record did not survive a kill";
        return;
    }
    world_cut(world);
    power_cuts++;
}

/* Recovers and starts; the power may go in the middle of it, more than once. */
static bool rise(void)
{
    uint32_t depth = lot(0, 9) < 5 ? (uint32_t)lot(1, 3) : 0;
    bool again = false;
    world->model.space = UINT64_MAX;
    for (;;) {
        world->model.cut_at = depth > 0 ? lot(1, 20) : 0;
        enum journal_fault fault = world_recover(world);
        bool fresh = fault == JOURNAL_FAULT_EMPTY && world->acknowledged == 0;
        if (!world->model.dark && fault && !fresh) return false;
        if (!world->model.dark && world_start(world) == JOURNAL_IO_OK && !world->model.dark) {
            torn += world->report.torn_bytes > 0;
            if (fresh) world->committed = 0;
            world->model.cut_at = 0;
            return true;
        }
        if (!world->model.dark && depth == 0) return false;
        world_cut(world);
        power_cuts++;
        recoveries_cut++;
        cut_again += !again;
        again = true;
        depth = depth > 0 ? depth - 1 : 0;
    }
}

static void scenario(uint64_t seed, uint32_t lives)
{
    world_clear(world, seed, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    for (uint32_t life = 0; life < lives && !world->wrong; life++) {
        bool risen = rise();
        if (!risen) {
            char sentence[512];
            struct text text = text_in(sentence, sizeof sentence);
            journal_diagnosis_print(&text, &world->report.diagnosis);
            spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ", life %u: %s", seed, life,
                        sentence);
            return;
        }
        if (lot(0, 1)) world->model.cut_at = world->model.calls + lot(1, 30);
        live();
        die();
    }
    spec_expect(__FILE__, __LINE__, !world->wrong && !world->model.violation,
                "seed %" PRIu64 ": %s%s", seed, world->wrong ? world->wrong : "",
                world->model.violation ? world->model.violation : "");
}

SPEC(whatever_the_power_takes_nothing_acknowledged_is_lost_and_nothing_is_invented)
{
    const char *wanted = getenv("JOURNAL_POWER_CUTS");
    uint64_t cuts = wanted ? strtoull(wanted, NULL, 0) : 100000;
    struct spec_seeds seeds = spec_seeds(cuts);
    for (uint64_t seed = seeds.first; seed <= seeds.last && power_cuts < cuts; seed++) {
        scenario(seed, 6);
        if (world->wrong || CU_get_number_of_failures() > 0) break;
    }
    printf("    %" PRIu64 " power cuts, %" PRIu64 " of them in a recovery, after %" PRIu64
           " others; %" PRIu64 " kills, %" PRIu64 " torn ends, %" PRIu64 " segments swept\n",
           power_cuts, recoveries_cut, cut_again, kills, torn, swept);
    if (seeds.first != seeds.last) {
        EXPECT(power_cuts >= cuts);
        /* Of the cuts in a life, a third and more had another one before it was over. */
        EXPECT(cut_again * 3 >= power_cuts - recoveries_cut);
        EXPECT(torn * 20 >= power_cuts);
        EXPECT(kills * 20 >= power_cuts);
        EXPECT(swept * 20 >= power_cuts);
    }
}

#define SPECS(S) S(whatever_the_power_takes_nothing_acknowledged_is_lost_and_nothing_is_invented)
SPEC_MAIN("journal_power", SPECS, before_each, after_each)
