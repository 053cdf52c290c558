/* A journal whose beginning may be removed: what stays by which policy, that old segments cost a
 * start nothing, and that the chain is proven from a snapshot's mark on. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct world *world;

#define PER_SEGMENT 127u
#define END         (16384 + PER_SEGMENT * 96) /* behind the last record of a full segment */

static void before_each(void)
{
    world = world_new();
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world_begin(world);
}

static void after_each(void)
{
    EXPECT_TEXT(world->wrong ? world->wrong : "", "");
    EXPECT_TEXT(world->model.violation ? world->model.violation : "", "");
    world_delete(world);
}

static void segments_fill(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        world_settle(world);
        world_commit_many(world, PER_SEGMENT, 64);
    }
    world_settle(world);
}

static bool segment_there(uint64_t number)
{
    return model_find(&world->model, journal_name_segment(number).bytes) != NULL;
}

/* The hash of a segment up to an offset, as journal_format.h says: identity, link, records. */
static struct journal_mark mark_at(uint64_t number, uint64_t end)
{
    const uint8_t *bytes = model_find(&world->model, journal_name_segment(number).bytes)->now;
    struct journal_mark mark = {.number = number, .end = end};
    struct journal_hash_state state;
    world->hash->start(&state);
    world->hash->add(&state, bytes, 48);
    world->hash->add(&state, bytes + 4096, 80);
    world->hash->add(&state, bytes + 16384, end - 16384);
    world->hash->peek(&state, mark.chain);
    return mark;
}

static void snapshot_at(uint64_t sequence, struct journal_mark mark)
{
    const struct journal_snapshot snapshot = {
        .sequence = sequence, .durable = journal_durable(world->journal), .mark = mark};
    EXPECT_UINT(journal_snapshot_write(&world->model.storage, world->hash, &snapshot),
                JOURNAL_IO_OK);
}

static struct journal_swept sweep(uint32_t keep)
{
    struct journal_swept swept;
    EXPECT_UINT(journal_snapshot_sweep(&world->model.storage, keep, &swept), JOURNAL_IO_OK);
    return swept;
}

static enum journal_fault recover(void)
{
    static const struct journal_listener nobody;
    world_kill(world);
    return journal_recover(world->recovery, &nobody, &world->report);
}

static enum journal_fault verify(void)
{
    world_kill(world);
    return journal_verify(world->recovery, &world->report);
}

/* Policy. */

SPEC(no_segment_is_removed_unless_a_policy_says_so)
{
    segments_fill(6);
    for (uint64_t sequence = 600; sequence <= 700; sequence += 50)
        snapshot_at(sequence, (struct journal_mark){0});
    struct journal_swept swept = sweep(JOURNAL_KEEP_ALL);
    EXPECT_UINT(swept.snapshots, 1);
    EXPECT_UINT(swept.segments, 0);
    EXPECT(segment_there(1));
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
}

SPEC(segments_that_are_kept_are_the_newest_of_those_that_are_not_needed)
{
    segments_fill(6);
    snapshot_at(600, (struct journal_mark){0}); /* needs segment 5 */
    snapshot_at(700, (struct journal_mark){0});
    EXPECT_UINT(sweep(100).segments, 0);
    EXPECT_UINT(sweep(2).segments, 2);
    EXPECT(!segment_there(2) && segment_there(3));
    EXPECT_UINT(sweep(2).segments, 0);
    EXPECT_UINT(sweep(0).segments, 2);
    EXPECT(!segment_there(4) && segment_there(5));
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.snapshot_sequence, 700);
}

/* Calls of the storage since the machine was woken. */
static uint64_t calls_to_recover(uint64_t sequence)
{
    snapshot_at(sequence, (struct journal_mark){0});
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.segments, 2);
    EXPECT_UINT(world->report.replayed, 2 * PER_SEGMENT - 3);
    return world->model.calls;
}

SPEC(a_start_behind_a_snapshot_opens_nothing_that_lies_before_it)
{
    segments_fill(3);
    uint64_t calls = calls_to_recover(PER_SEGMENT + 3);
    EXPECT(calls > 0);
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world_begin(world);
    segments_fill(12);
    EXPECT_UINT(calls_to_recover(10 * PER_SEGMENT + 3), calls);
}

SPEC(a_snapshot_that_does_not_read_back_gives_way_to_one_of_its_record)
{
    segments_fill(2);
    snapshot_at(200, (struct journal_mark){0});
    const struct journal_snapshot again = {.sequence = 200, .durable = 200};
    EXPECT_UINT(journal_snapshot_write(&world->model.storage, world->hash, &again),
                JOURNAL_IO_FAILED);
    model_find(&world->model, journal_name_snapshot(200).bytes)->now[8] ^= 1;
    EXPECT_UINT(journal_snapshot_write(&world->model.storage, world->hash, &again), JOURNAL_IO_OK);
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.snapshot_sequence, 200);
}

/* The chain. */

SPEC(a_journal_with_its_beginning_says_so)
{
    segments_fill(3);
    EXPECT_UINT(verify(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.first_sequence, 1);
    EXPECT(!world->report.anchored);
}

SPEC(a_mark_in_the_first_segment_that_is_left_proves_what_was_before_it)
{
    segments_fill(5);
    snapshot_at(4 * PER_SEGMENT + 10, mark_at(5, 16384 + 10 * 96));
    snapshot_at(4 * PER_SEGMENT + 20, mark_at(5, 16384 + 20 * 96));
    EXPECT_UINT(sweep(0).segments, 4);
    EXPECT_UINT(verify(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.first_sequence, 4 * PER_SEGMENT + 1);
    EXPECT_UINT(world->report.marks, 2);
    EXPECT(world->report.anchored);
}

SPEC(a_mark_at_the_end_of_a_segment_that_is_gone_is_the_link_of_the_next)
{
    segments_fill(5);
    snapshot_at(3 * PER_SEGMENT, mark_at(3, END));
    snapshot_at(4 * PER_SEGMENT, mark_at(4, END));
    EXPECT_UINT(sweep(0).segments, 3);
    EXPECT_UINT(verify(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.first_sequence, 3 * PER_SEGMENT + 1);
    EXPECT_UINT(world->report.marks, 2);
    EXPECT(world->report.anchored);
}

SPEC(without_a_mark_nothing_proves_what_was_removed)
{
    segments_fill(5);
    snapshot_at(4 * PER_SEGMENT + 10, (struct journal_mark){0});
    snapshot_at(4 * PER_SEGMENT + 20, (struct journal_mark){0});
    (void)sweep(0);
    EXPECT_UINT(verify(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.marks, 0);
    EXPECT(!world->report.anchored);
}

SPEC(records_that_are_not_those_of_the_snapshot_are_another_history)
{
    segments_fill(5);
    struct journal_mark mark = mark_at(5, 16384 + 10 * 96);
    mark.chain[31] ^= 1;
    snapshot_at(4 * PER_SEGMENT + 10, mark);
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE); /* a start has no time for hashes */
    EXPECT_UINT(verify(), JOURNAL_FAULT_MARK);
    EXPECT_UINT(world->report.diagnosis.offset, mark.end);
    EXPECT_UINT(world->report.diagnosis.found, 5);
    EXPECT_TEXT(world->report.diagnosis.file.bytes,
                journal_name_snapshot(4 * PER_SEGMENT + 10).bytes);
}

SPEC(a_link_that_is_not_the_one_of_the_snapshot_is_another_history)
{
    segments_fill(5);
    struct journal_mark mark = mark_at(3, END);
    mark.chain[0] ^= 1;
    snapshot_at(3 * PER_SEGMENT, mark);
    snapshot_at(4 * PER_SEGMENT, mark_at(4, END));
    (void)sweep(0);
    EXPECT_UINT(verify(), JOURNAL_FAULT_MARK);
    EXPECT_UINT(world->report.diagnosis.found, 3);
}

SPEC(a_mark_beyond_its_segment_is_another_history)
{
    segments_fill(2);
    struct journal_mark mark = mark_at(2, 16384 + 10 * 96);
    mark.end = JOURNAL_SEGMENT_MIN + 1;
    snapshot_at(PER_SEGMENT + 10, mark);
    EXPECT_UINT(verify(), JOURNAL_FAULT_MARK);
}

SPEC(every_changed_byte_of_a_mark_is_found)
{
    segments_fill(2);
    snapshot_at(PER_SEGMENT + 10, mark_at(2, 16384 + 10 * 96));
    world_kill(world);
    struct model_file *file =
        model_find(&world->model, journal_name_snapshot(PER_SEGMENT + 10).bytes);
    for (uint32_t at = 512; at < 576; at++) {
        file->now[at] ^= 4;
        EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
        EXPECT_UINT(world->report.snapshots_damaged, 1);
        EXPECT_UINT(world->report.damage.fault, JOURNAL_FAULT_SNAPSHOT);
        EXPECT_UINT(world->report.damage.offset, 512);
        file->now[at] ^= 4;
    }
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.snapshots_damaged, 0);
}

SPEC(the_mark_of_a_start_is_where_the_records_end_that_it_went_on_behind)
{
    EXPECT_UINT(journal_start_mark(world->journal).number, 0);
    segments_fill(2);
    world_commit_many(world, 7, 64);
    world_settle(world);
    struct journal_mark due = mark_at(3, 16384 + 7 * 96);
    world_cut(world);
    world_begin(world);
    struct journal_mark is = journal_start_mark(world->journal);
    EXPECT_UINT(is.number, 3);
    EXPECT_UINT(is.end, due.end);
    EXPECT(memcmp(is.chain, due.chain, sizeof due.chain) == 0);
    snapshot_at(2 * PER_SEGMENT + 7, is);
    EXPECT_UINT(verify(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.marks, 1);
}

#define SPECS(S)                                                                                   \
    S(no_segment_is_removed_unless_a_policy_says_so)                                               \
    S(segments_that_are_kept_are_the_newest_of_those_that_are_not_needed)                          \
    S(a_start_behind_a_snapshot_opens_nothing_that_lies_before_it)                                 \
    S(a_snapshot_that_does_not_read_back_gives_way_to_one_of_its_record)                           \
    S(a_journal_with_its_beginning_says_so)                                                        \
    S(a_mark_in_the_first_segment_that_is_left_proves_what_was_before_it)                          \
    S(a_mark_at_the_end_of_a_segment_that_is_gone_is_the_link_of_the_next)                         \
    S(without_a_mark_nothing_proves_what_was_removed)                                              \
    S(records_that_are_not_those_of_the_snapshot_are_another_history)                              \
    S(a_link_that_is_not_the_one_of_the_snapshot_is_another_history)                               \
    S(a_mark_beyond_its_segment_is_another_history)                                                \
    S(every_changed_byte_of_a_mark_is_found)                                                       \
    S(the_mark_of_a_start_is_where_the_records_end_that_it_went_on_behind)
SPEC_MAIN("journal: marks", SPECS, before_each, after_each)
