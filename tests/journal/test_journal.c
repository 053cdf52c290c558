/* What the journal promises to the engine while it runs. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <string.h>

static struct world *world;

#define SMALL                                                                                      \
    (struct journal_limits)                                                                        \
    {                                                                                              \
        JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX                                                    \
    }
#define ROOM       (JOURNAL_SEGMENT_MIN - JOURNAL_RECORDS_AT)  /* bytes of records in a small one */
#define RECORD     96u                                         /* what 64 bytes of payload take */
#define ORDINARIES ((ROOM - 32 - JOURNAL_RECORD_MAX) / RECORD) /* that fit a small segment */

static void before_each(void)
{
    world = world_new();
    world_clear(world, 1, SMALL);
    world_begin(world);
}

static void after_each(void)
{
    EXPECT_TEXT(world->wrong ? world->wrong : "", "");
    EXPECT_TEXT(world->model.violation ? world->model.violation : "", "");
    world_delete(world);
}

static void recover_after_kill(void)
{
    world_kill(world);
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NONE);
}

static void recover_after_cut(void)
{
    world_cut(world);
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NONE);
}

SPEC(a_new_journal_begins_with_record_1_in_epoch_1)
{
    EXPECT_UINT(journal_sequence(world->journal), 1);
    EXPECT_UINT(journal_durable(world->journal), 0);
    EXPECT_UINT(world->journal->epoch, 1);
    EXPECT(model_find(&world->model, "segment-0000000000000001") != NULL);
}

SPEC(numbers_go_on_without_a_gap_over_segments_and_starts)
{
    for (uint32_t start = 1; start <= 5; start++) {
        for (uint32_t i = 0; i < 3; i++) {
            world_commit_many(world, ORDINARIES, 64);
            world_settle(world);
        }
        EXPECT_UINT(world->committed, start * 3 * ORDINARIES);
        world_kill(world);
        world_begin(world);
        EXPECT_UINT(world->journal->epoch, start + 1);
    }
    EXPECT_UINT(world->told_records, 15 * ORDINARIES);
}

SPEC(a_committed_record_survives_a_kill_before_any_sync)
{
    world_commit_many(world, 100, 64);
    recover_after_kill();
    EXPECT_UINT(world->report.last_sequence, 100);
    EXPECT_UINT(world->report.torn_bytes, 0);
}

SPEC(committed_records_survive_a_kill_in_a_segment_that_was_never_linked)
{
    world_settle(world);
    world_commit_many(world, ORDINARIES + 10, 64);
    recover_after_kill();
    EXPECT_UINT(world->report.last_sequence, ORDINARIES + 10);
}

SPEC(a_record_that_was_claimed_and_not_committed_does_not_survive)
{
    world_commit_many(world, 10, 64);
    world_half(world, 300, 300);
    recover_after_kill();
    EXPECT_UINT(world->report.last_sequence, 10);
    EXPECT_UINT(world->report.torn_bytes, 336); /* its payload behind a head of zeroes, in eights */
    EXPECT_UINT(world->report.torn_records, 0);
}

SPEC(what_survived_a_kill_survives_a_power_cut_after_the_next_start)
{
    world_settle(world);
    world_commit_many(world, ORDINARIES + 10, 64);
    world_kill(world);
    world_begin(world);
    world_commit_many(world, 1, 64);
    world_settle(world);
    recover_after_cut();
    EXPECT_UINT(world->report.last_sequence, ORDINARIES + 11);
}

SPEC(nothing_is_durable_before_its_step)
{
    world_commit_many(world, 10, 64);
    EXPECT_UINT(journal_durable(world->journal), 0);
    (void)world_step(world);
    EXPECT_UINT(journal_durable(world->journal), 10);
    world_commit_many(world, 1, 64);
    EXPECT_UINT(journal_durable(world->journal), 10);
    recover_after_cut();
    EXPECT(world->report.last_sequence >= 10);
}

SPEC(one_sync_makes_a_whole_group_durable)
{
    world_commit_many(world, 20, 64);
    world_settle(world);
    uint64_t syncs = world->model.syncs;
    world_commit_many(world, 100, 64);
    EXPECT_UINT(world_step(world), JOURNAL_STEP_WORKED);
    EXPECT_UINT(world->model.syncs, syncs + 1);
    EXPECT_UINT(journal_durable(world->journal), 120);
    EXPECT_UINT(counter_read(&world->journal->counts.groups), 2);
    EXPECT_UINT(counter_read(&world->journal->counts.synced_records), 120);
    EXPECT_UINT(counter_read(&world->journal->counts.synced_bytes), 120 * RECORD);
}

SPEC(the_engine_never_calls_the_storage)
{
    world_settle(world);
    uint64_t calls = world->model.calls;
    world_commit_many(world, ORDINARIES + ORDINARIES / 2, 64);
    EXPECT_UINT(world->refused, 0);
    EXPECT_UINT(world->model.calls, calls);
}

SPEC(when_idle_the_last_seal_is_synced_too_and_then_nothing_is_called)
{
    world_commit_many(world, 10, 64);
    world_settle(world);
    EXPECT_UINT(counter_read(&world->journal->counts.sealing_syncs), 1);
    uint64_t calls = world->model.calls;
    EXPECT_UINT(world_step(world), JOURNAL_STEP_IDLE);
    EXPECT_UINT(world->model.calls, calls);
    recover_after_cut();
    EXPECT_UINT(world->report.durable, 10);
}

SPEC(a_payload_is_aligned_to_32_bytes_and_zero_where_it_is_claimed)
{
    static const uint8_t zeroes[JOURNAL_PAYLOAD_MAX];
    for (uint32_t bytes = 0; bytes <= 200; bytes += 7) {
        uint8_t *payload = journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, bytes);
        EXPECT_UINT((uintptr_t)payload % 32, 0);
        EXPECT(memcmp(payload, zeroes, bytes) == 0);
        memset(payload, 0xff, bytes);
        (void)journal_commit(world->journal);
    }
}

SPEC(a_payload_may_have_any_length_up_to_its_maximum)
{
    uint64_t sequence = 0;
    for (uint32_t bytes = 0; bytes <= WORLD_PAYLOAD_MAX; bytes++) {
        EXPECT(world_commit(world, JOURNAL_ORDINARY, bytes));
        if (bytes % 16 == 0) world_settle(world);
        sequence++;
    }
    EXPECT(journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, JOURNAL_PAYLOAD_MAX));
    world->journal->claimed = 0; /* as if it had not been: the witness knows no such length */
    recover_after_kill();
    EXPECT_UINT(world->report.last_sequence, sequence);
    EXPECT_STOP(
        (void)!journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, JOURNAL_PAYLOAD_MAX + 1),
        "payload_bytes <= JOURNAL_PAYLOAD_MAX");
}

SPEC(claims_and_commits_alternate_or_the_program_stops)
{
    EXPECT_STOP((void)journal_commit(world->journal), "claimed");
    EXPECT(journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, 64));
    EXPECT_STOP((void)!journal_claim(world->journal, JOURNAL_ORDINARY, WORLD_KIND, 64), "claimed");
}

SPEC(a_full_segment_is_followed_by_the_one_prepared_in_advance)
{
    world_settle(world);
    EXPECT_UINT(counter_read(&world->journal->counts.prepared), 1);
    world_commit_many(world, ORDINARIES, 64);
    EXPECT(world->journal->base == model_find(&world->model, "segment-0000000000000001")->now);
    world_commit_many(world, 1, 64);
    EXPECT(world->journal->base == model_find(&world->model, "segment-0000000000000002")->now);
    world_settle(world);
    EXPECT_UINT(counter_read(&world->journal->counts.prepared), 2);
    EXPECT_UINT(counter_read(&world->journal->counts.segments), 2);
    for (uint32_t i = 0; i < 10; i++) {
        world_commit_many(world, ORDINARIES, 64);
        world_settle(world);
    }
    EXPECT_UINT(world->refused, 0);
    EXPECT_UINT(counter_read(&world->journal->counts.segments), 12);
    recover_after_cut();
    EXPECT_UINT(world->report.last_sequence, 11 * ORDINARIES + 1);
}

SPEC(J6_without_a_next_segment_ordinary_records_stop_and_reserved_ones_go_on_to_the_last_byte)
{
    world->model.space = JOURNAL_SEGMENT_MIN;
    EXPECT_UINT(world_step(world), JOURNAL_STEP_IDLE);
    EXPECT_UINT(counter_read(&world->journal->counts.prepare_no_space), 1);
    world_commit_many(world, 1000, 64);
    EXPECT_UINT(world->committed, ORDINARIES);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_ORDINARY), 1000 - ORDINARIES);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_RESERVED), 0);
    uint32_t reserved = 0;
    while (world_commit(world, JOURNAL_RESERVED, 64)) reserved++;
    EXPECT(reserved >= JOURNAL_RECORD_MAX / RECORD);
    EXPECT_UINT(world->committed, (ROOM - 32) / RECORD);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_RESERVED), 1);
    /* The rest, but for the END: a head alone still fits, 32 bytes more do not. */
    while (world_commit(world, JOURNAL_RESERVED, 0)) continue;
    EXPECT_UINT((uint64_t)(world->journal->at - world->journal->base), JOURNAL_SEGMENT_MIN - 32);
    world_settle(world);
    EXPECT_UINT(journal_durable(world->journal), world->committed);
}

SPEC(J6_what_only_says_no_has_its_share_of_what_is_reserved_and_no_more)
{
    world->model.space = JOURNAL_SEGMENT_MIN;
    world_commit_many(world, 1000, 64);
    uint64_t ordinary = world->committed;
    while (world_commit(world, JOURNAL_REFUSING, 64)) continue;
    uint64_t refusals = world->committed - ordinary;
    /* And what the last ordinary one left, which is less than another. */
    EXPECT(refusals * RECORD < JOURNAL_RECORD_MAX / JOURNAL_REFUSING_SHARE + RECORD);
    EXPECT((refusals + 1) * RECORD > JOURNAL_RECORD_MAX / JOURNAL_REFUSING_SHARE);
    EXPECT(journal_scarce(world->journal));
    while (world_commit(world, JOURNAL_RESERVED, 64)) continue;
    EXPECT_UINT(world->committed, (ROOM - 32) / RECORD);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_REFUSING), 1);
    world->model.space = UINT64_MAX;
    world_settle(world);
    EXPECT(!journal_scarce(world->journal)); /* the next segment is there */
    EXPECT(world_commit(world, JOURNAL_REFUSING, 64));
    EXPECT(!journal_scarce(world->journal));
    world_settle(world);
    recover_after_cut();
}

SPEC(J6_when_there_is_space_again_ordinary_records_go_on)
{
    world->model.space = JOURNAL_SEGMENT_MIN;
    world_commit_many(world, 1000, 64);
    while (world_commit(world, JOURNAL_RESERVED, 0)) continue;
    world_settle(world);
    world->model.space = UINT64_MAX;
    EXPECT_UINT(world_step(world), JOURNAL_STEP_WORKED);
    EXPECT(world_commit(world, JOURNAL_ORDINARY, 64));
    world_settle(world);
    EXPECT_UINT(journal_durable(world->journal), world->committed);
    recover_after_cut();
}

SPEC(a_spare_segment_that_finds_no_space_when_synced_is_given_up_and_tried_again)
{
    world->model.fail_status = JOURNAL_IO_NO_SPACE;
    world->model.fail_at = world->model.calls + 2; /* create, sync */
    EXPECT_UINT(world_step(world), JOURNAL_STEP_IDLE);
    EXPECT_UINT(counter_read(&world->journal->counts.prepare_no_space), 1);
    EXPECT(!journal_dead(world->journal));
    EXPECT(model_find(&world->model, "segment-0000000000000002.new") == NULL);
    EXPECT_UINT(world_step(world), JOURNAL_STEP_WORKED);
    EXPECT_UINT(counter_read(&world->journal->counts.prepared), 1);
}

SPEC(J7_after_a_failed_sync_nothing_is_acknowledged_and_nothing_is_synced_again)
{
    world_settle(world);
    world_commit_many(world, 10, 64);
    world_settle(world);
    world_commit_many(world, 10, 64);
    world->model.fail_at = world->model.calls + 1;
    EXPECT_UINT(world_step(world), JOURNAL_STEP_DEAD);
    EXPECT(journal_dead(world->journal));
    EXPECT_UINT(journal_durable(world->journal), 10);
    EXPECT_UINT(counter_read(&world->journal->counts.failed_syncs), 1);
    uint64_t calls = world->model.calls;
    EXPECT(!world_commit(world, JOURNAL_ORDINARY, 64));
    EXPECT(world_commit(world, JOURNAL_RESERVED, 64));
    for (uint32_t i = 0; i < 10; i++) EXPECT_UINT(world_step(world), JOURNAL_STEP_DEAD);
    EXPECT_UINT(world->model.calls, calls);
    EXPECT_UINT(journal_durable(world->journal), 10);
    EXPECT_UINT(journal_refused(world->journal, JOURNAL_ORDINARY), 1);
}

SPEC(J7_a_dead_journal_still_takes_reserved_records_over_into_a_prepared_segment)
{
    world_settle(world);
    world_commit_many(world, ORDINARIES - 1, 64);
    world->model.fail_at = world->model.calls + 1;
    EXPECT_UINT(world_step(world), JOURNAL_STEP_DEAD);
    for (uint32_t i = 0; i < 100; i++) EXPECT(world_commit(world, JOURNAL_RESERVED, 64));
    recover_after_kill();
    EXPECT_UINT(world->report.last_sequence, ORDINARIES + 99);
}

SPEC(J7_a_failed_sync_of_a_prepared_segment_or_of_the_folder_is_death_too)
{
    world->model.fail_at = world->model.calls + 2; /* create, sync */
    EXPECT_UINT(world_step(world), JOURNAL_STEP_DEAD);
    EXPECT(journal_dead(world->journal));

    world_clear(world, 1, SMALL);
    world_begin(world);
    world->model.fail_at = world->model.calls + 4; /* create, sync, rename, sync_folder */
    EXPECT_UINT(world_step(world), JOURNAL_STEP_DEAD);
    EXPECT(journal_dead(world->journal));
}

SPEC(a_start_leaves_no_unused_and_no_unfinished_files)
{
    static const uint8_t byte;
    world_settle(world);
    world_commit_many(world, 5, 64);
    world_settle(world);
    EXPECT(model_find(&world->model, "segment-0000000000000002") != NULL);
    (void)model_put(&world->model, "segment-0000000000000009.new", &byte, 1);
    (void)model_put(&world->model, "snapshot-0000000000000003.new", &byte, 1);
    (void)model_put(&world->model, "notes", &byte, 1);
    world_kill(world);
    world_begin(world);
    EXPECT_UINT(world->report.unfinished, 2);
    EXPECT_UINT(world->report.void_segments, 1);
    EXPECT_UINT(world->model.now.count, 3);
    EXPECT(model_find(&world->model, "segment-0000000000000001") != NULL);
    EXPECT(model_find(&world->model, "segment-0000000000000003") != NULL);
    EXPECT(model_find(&world->model, "notes") != NULL);
}

SPEC(a_stopped_journal_holds_no_file_and_takes_no_record)
{
    world_commit_many(world, 5, 64);
    world_settle(world);
    EXPECT_UINT(model_open_files(&world->model), 2);
    journal_stop(world->journal);
    EXPECT_UINT(model_open_files(&world->model), 0);
    journal_stop(world->journal); /* twice is once */
    EXPECT(!world_commit(world, JOURNAL_ORDINARY, 64));
    EXPECT(!world_commit(world, JOURNAL_RESERVED, 64));
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NONE);
}

SPEC(a_folder_without_a_journal_is_empty_and_only_a_start_makes_one)
{
    world_clear(world, 1, SMALL);
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_EMPTY);
    EXPECT_UINT(world->model.now.count, 0);
    EXPECT_UINT(world_start(world), JOURNAL_IO_OK);
    EXPECT_UINT(world->model.now.count, 1);
    world->report.diagnosis.fault = JOURNAL_FAULT_RECORD;
    EXPECT_STOP((void)world_start(world), "JOURNAL_FAULT_EMPTY");
}

SPEC(limits_out_of_range_have_no_footprint)
{
    const struct {
        uint32_t segment, reserve;
        bool good;
    } cases[] = {
        {JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX, true},
        {JOURNAL_SEGMENT_MIN - JOURNAL_PAGE, JOURNAL_RECORD_MAX, false},
        {JOURNAL_SEGMENT_MIN + 32, JOURNAL_RECORD_MAX, false},
        {JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX - 1, false},
        {JOURNAL_SEGMENT_MIN, JOURNAL_SEGMENT_MIN / 4 + 1, false},
        {JOURNAL_SEGMENT_MAX, JOURNAL_SEGMENT_MAX / 4, true},
        {JOURNAL_SEGMENT_MAX + JOURNAL_PAGE, JOURNAL_RECORD_MAX, false},
        {0, 0, false},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct journal_limits limits = {cases[i].segment, cases[i].reserve};
        spec_expect(__FILE__, __LINE__, (journal_footprint(&limits) > 0) == cases[i].good,
                    "case %u", i);
    }
}

#define SPECS(S)                                                                                   \
    S(a_new_journal_begins_with_record_1_in_epoch_1)                                               \
    S(numbers_go_on_without_a_gap_over_segments_and_starts)                                        \
    S(a_committed_record_survives_a_kill_before_any_sync)                                          \
    S(committed_records_survive_a_kill_in_a_segment_that_was_never_linked)                         \
    S(a_record_that_was_claimed_and_not_committed_does_not_survive)                                \
    S(what_survived_a_kill_survives_a_power_cut_after_the_next_start)                              \
    S(nothing_is_durable_before_its_step)                                                          \
    S(one_sync_makes_a_whole_group_durable)                                                        \
    S(the_engine_never_calls_the_storage)                                                          \
    S(when_idle_the_last_seal_is_synced_too_and_then_nothing_is_called)                            \
    S(a_payload_is_aligned_to_32_bytes_and_zero_where_it_is_claimed)                               \
    S(a_payload_may_have_any_length_up_to_its_maximum)                                             \
    S(claims_and_commits_alternate_or_the_program_stops)                                           \
    S(a_full_segment_is_followed_by_the_one_prepared_in_advance)                                   \
    S(J6_without_a_next_segment_ordinary_records_stop_and_reserved_ones_go_on_to_the_last_byte)    \
    S(J6_what_only_says_no_has_its_share_of_what_is_reserved_and_no_more)                          \
    S(J6_when_there_is_space_again_ordinary_records_go_on)                                         \
    S(a_spare_segment_that_finds_no_space_when_synced_is_given_up_and_tried_again)                 \
    S(J7_after_a_failed_sync_nothing_is_acknowledged_and_nothing_is_synced_again)                  \
    S(J7_a_dead_journal_still_takes_reserved_records_over_into_a_prepared_segment)                 \
    S(J7_a_failed_sync_of_a_prepared_segment_or_of_the_folder_is_death_too)                        \
    S(a_start_leaves_no_unused_and_no_unfinished_files)                                            \
    S(a_stopped_journal_holds_no_file_and_takes_no_record)                                         \
    S(a_folder_without_a_journal_is_empty_and_only_a_start_makes_one)                              \
    S(limits_out_of_range_have_no_footprint)
SPEC_MAIN("journal", SPECS, before_each, after_each)
