/* Every call of the storage fails once, and from then on, in a life that uses all of them: whatever
 * happens, the end is clean.  No file is synced after its sync failed, nothing is acknowledged
 * after it, everything committed survives a kill, everything acknowledged survives a power cut. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

static struct world *world;

static void before_each(void)
{
    world = world_new();
}

static void after_each(void)
{
    world_delete(world);
}

static uint64_t acknowledged_at_death;

/* One step; once the journal is dead, nothing more is ever durable. */
static void step(void)
{
    bool dead = journal_dead(world->journal);
    enum journal_step step = world_step(world);
    if (dead && step != JOURNAL_STEP_DEAD) world->wrong = "a dead journal did something";
    if (journal_dead(world->journal)) {
        if (!dead) acknowledged_at_death = world->acknowledged;
        if (world->acknowledged != acknowledged_at_death)
            world->wrong = "something was acknowledged after a failed sync";
    }
}

static void snapshot_and_sweep(void)
{
    struct journal_swept swept;
    uint64_t durable = journal_durable(world->journal);
    if (durable == 0 || world_snapshot(world, durable) != JOURNAL_IO_OK) return;
    (void)!journal_snapshot_sweep(&world->model.storage, 0, &swept);
}

/* A life that makes every call there is; false if it ended early, by a refusal to start. */
static bool live(void)
{
    enum journal_fault fault = world_recover(world);
    if (fault != JOURNAL_FAULT_NONE && fault != JOURNAL_FAULT_EMPTY) return false;
    if (world_start(world) != JOURNAL_IO_OK) return false;
    for (uint32_t round = 0; round < 6; round++) {
        for (uint32_t i = 0; i < 8; i++) {
            world_commit_many(world, 10, 64);
            (void)world_commit(world, JOURNAL_RESERVED, 32);
            step();
        }
        snapshot_and_sweep();
    }
    return true;
}

/* The first life makes files for the second, which meets the error. */
static void prepare(uint64_t seed)
{
    world_clear(world, seed, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    acknowledged_at_death = 0;
    if (!live()) world->wrong = "the life before the error failed";
    world_kill(world);
}

static uint64_t calls_of_a_life(void)
{
    prepare(1);
    uint64_t before = world->model.calls;
    EXPECT(live());
    return world->model.calls - before;
}

static void after_error(uint64_t i, bool power, const char *what)
{
    uint64_t committed = world->committed;
    if (power) world_cut(world);
    else world_kill(world);
    enum journal_fault fault = world_recover(world);
    bool kept = power || world->committed == committed;
    bool clean = fault == JOURNAL_FAULT_NONE && kept && !world->wrong && !world->model.violation;
    /* And life goes on: what the kill had left in the cache alone is on disk now. */
    if (clean) clean = live() && !world->wrong;
    if (clean) {
        world_cut(world);
        fault = world_recover(world);
        clean = fault == JOURNAL_FAULT_NONE && !world->wrong && !world->model.violation;
    }
    spec_expect(__FILE__, __LINE__, clean, "call %" PRIu64 ", %s, then %s: %s %s %s", i, what,
                power ? "a power cut" : "a kill", journal_fault_text(fault),
                world->wrong ? world->wrong : "",
                world->model.violation ? world->model.violation : "");
}

static void fail_each(enum journal_io status, bool for_ever, const char *what)
{
    uint64_t calls = calls_of_a_life();
    EXPECT(calls > 100);
    for (uint64_t i = 1; i <= calls; i++)
        for (uint32_t power = 0; power < 2; power++) {
            prepare(i);
            world->model.fail_status = status;
            world->model.fail_for_ever = for_ever;
            world->model.fail_at = world->model.calls + i;
            (void)live();
            after_error(i, power == 1, what);
        }
}

SPEC(an_error_of_any_one_call_ends_clean)
{
    fail_each(JOURNAL_IO_FAILED, false, "an error once");
}

SPEC(errors_of_any_call_and_all_after_it_end_clean)
{
    fail_each(JOURNAL_IO_FAILED, true, "errors for ever");
}

SPEC(no_space_at_any_one_call_ends_clean)
{
    fail_each(JOURNAL_IO_NO_SPACE, false, "no space once");
}

SPEC(no_space_at_any_call_and_all_after_it_ends_clean)
{
    fail_each(JOURNAL_IO_NO_SPACE, true, "no space for ever");
}

SPEC(a_disk_of_any_size_ends_clean)
{
    for (uint64_t files = 0; files < 12; files++) {
        prepare(files + 1);
        world->model.space = files * JOURNAL_SEGMENT_MIN + 7000;
        (void)live();
        world->model.space = UINT64_MAX;
        after_error(files, files % 2 == 0, "a full disk");
    }
}

#define SPECS(S)                                                                                   \
    S(an_error_of_any_one_call_ends_clean)                                                         \
    S(errors_of_any_call_and_all_after_it_end_clean)                                               \
    S(no_space_at_any_one_call_ends_clean)                                                         \
    S(no_space_at_any_call_and_all_after_it_ends_clean)                                            \
    S(a_disk_of_any_size_ends_clean)
SPEC_MAIN("journal_errors", SPECS, before_each, after_each)
