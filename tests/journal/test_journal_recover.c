/* Torn or rotten, and what verification finds beyond that. */

#include "tests/journal/journal_damage.h"

/* Torn or rotten. */

SPEC(J4_a_hole_above_the_watermark_is_torn_and_what_is_whole_behind_it_is_dropped)
{
    world_commit_many(world, 10, 64);
    (void)world_step(world);
    world_commit_many(world, 10, 64);
    world_kill(world);
    wipe(1, AT(14), 96);
    world->acknowledged = 10;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 13);
    EXPECT_UINT(world->report.torn_records, 6);
    EXPECT_UINT(world->report.torn_bytes, 7 * 96);
    EXPECT_UINT(world->report.torn.sequence, 14);
    EXPECT_UINT(world->report.torn.offset, AT(14));
    EXPECT_TEXT(world->report.torn.file.bytes, "segment-0000000000000001");
    EXPECT_UINT(world->report.durable, 10);
}

SPEC(J4_a_bad_record_is_rotten_when_a_record_behind_it_knew_it_was_on_disk)
{
    world_commit_many(world, 10, 64);
    (void)world_step(world);
    world_commit_many(world, 5, 64);
    world_kill(world);
    wipe_seals(1);
    flip(1, AT(10) + 40);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 1);
    EXPECT_UINT(world->report.diagnosis.offset, AT(10));
    EXPECT_UINT(world->report.diagnosis.sequence, 10);
    EXPECT_UINT(world->report.diagnosis.expected, 10);
}

SPEC(J4_a_bad_record_is_rotten_when_a_seal_covers_it)
{
    world_commit_many(world, 10, 64);
    world_settle(world);
    world_kill(world);
    flip(1, AT(10) + 40);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 1);
    EXPECT_UINT(world->report.diagnosis.sequence, 10);
    wipe_seals(1); /* the only proof: without it nobody can tell */
    world->acknowledged = 0;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 9);
}

SPEC(J4_a_bad_record_is_rotten_when_the_next_segment_knew_it_was_on_disk)
{
    world_settle(world);
    world_commit_many(world, 100, 64);
    (void)world_step(world);
    world_commit_many(world, 40, 64);
    world_kill(world);
    wipe_seals(1);
    wipe(1, AT(100), JOURNAL_SEGMENT_MIN - AT(100));
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 1);
    EXPECT_UINT(world->report.diagnosis.sequence, 100);
    EXPECT_UINT(world->report.diagnosis.expected, 100);
}

SPEC(J4_any_bad_record_of_a_segment_with_a_linked_successor_is_rotten)
{
    three_segments();
    wipe_seals(1);
    wipe_seals(3);
    wipe(3, AT(1), 96 * 46);
    flip(1, AT(PER_SEGMENT) + 95); /* the very last byte of the last record */
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 1);
    EXPECT_UINT(world->report.diagnosis.sequence, PER_SEGMENT);
}

SPEC(J4_a_segment_whose_end_was_torn_loses_the_unsynced_records_of_the_next_with_it)
{
    world_settle(world);
    world_commit_many(world, 100, 64);
    (void)world_step(world);
    world_commit_many(world, 40, 64); /* 27 here, 13 in the next */
    world_kill(world);
    wipe(1, AT(120), 96);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 119);
    EXPECT_UINT(world->report.torn_records, 7 + 13);
    EXPECT_UINT(world->report.void_segments, 1);
    EXPECT_UINT(world_start(world), JOURNAL_IO_OK);
    EXPECT(segment(2) == NULL); /* nobody will go on in it */
    world_commit_many(world, 3, 64);
    world_settle(world);
    world_cut(world);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 122);
    world_kill(world);
}

SPEC(J4_zeroes_where_a_record_was_on_disk_are_rot_not_the_end)
{
    three_segments();
    wipe(3, AT(40), 7 * 96);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 3);
    EXPECT_UINT(world->report.diagnosis.sequence, 2 * PER_SEGMENT + 40);
    EXPECT_UINT(world->report.diagnosis.expected, 2 * PER_SEGMENT + 46);
}

SPEC(what_recovery_proves_to_be_on_disk_is_what_links_seals_and_records_say)
{
    world_settle(world);
    world_commit_many(world, PER_SEGMENT, 64);
    world_settle(world);
    world_commit_many(world, 1, 64);
    (void)world_step(world); /* syncs the END; links the second */
    world_kill(world);
    wipe_seals(1);
    wipe(2, AT(1), 96);
    world->acknowledged = PER_SEGMENT;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.durable, PER_SEGMENT);
    EXPECT_UINT(world->report.segments, 2);
}

SPEC(recovery_changes_nothing_and_says_the_same_again)
{
    three_segments();
    uint8_t before[JOURNAL_SEGMENT_MIN];
    memcpy(before, segment(3)->now, sizeof before);
    struct journal_report first;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    first = world->report;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(first.last_sequence, 300);
    EXPECT_UINT(world->report.last_sequence, 300);
    EXPECT_UINT(world->report.next_number, first.next_number);
    EXPECT_UINT(world->model.now.count, 4);
    EXPECT_UINT(world->model.op_count, 0);
    EXPECT(memcmp(before, segment(3)->now, sizeof before) == 0);
}

/* Verification. */

static void verified(enum journal_fault expected, uint64_t number)
{
    EXPECT_TEXT(journal_fault_text(journal_verify(world->recovery, &world->report)),
                journal_fault_text(expected));
    if (number > 0)
        EXPECT_TEXT(world->report.diagnosis.file.bytes, journal_name_segment(number).bytes);
}

SPEC(a_change_with_right_checksums_is_found_by_the_chain_and_by_the_seals)
{
    three_segments();
    verified(JOURNAL_FAULT_NONE, 0);
    segment(1)->now[AT(7) + 50] ^= 1;
    repair_record(1, AT(7));
    wipe_seals(1);
    verified(JOURNAL_FAULT_CHAIN, 2);
    segment(1)->now[AT(7) + 50] ^= 1;
    repair_record(1, AT(7));
    verified(JOURNAL_FAULT_NONE, 0);
    segment(3)->now[AT(7) + 50] ^= 1;
    repair_record(3, AT(7));
    verified(JOURNAL_FAULT_SEAL, 3);
}

SPEC(verification_follows_the_hash_from_start_to_start)
{
    three_segments();
    world_begin(world);
    world_commit_many(world, 10, 64);
    world_settle(world);
    world_cut(world);
    verified(JOURNAL_FAULT_NONE, 0);
    EXPECT_UINT(world->report.segments, 4);
    segment(3)->now[AT(7) + 50] ^= 1;
    repair_record(3, AT(7));
    wipe_seals(3);
    verified(JOURNAL_FAULT_CHAIN, 5);
}

SPEC(verification_reads_all_there_is_and_not_only_what_recovery_needs)
{
    for (uint32_t i = 0; i < 2; i++) {
        world_settle(world);
        world_commit_many(world, PER_SEGMENT, 64);
    }
    world_settle(world);
    EXPECT_UINT(world_snapshot(world, 2 * PER_SEGMENT), JOURNAL_IO_OK);
    world_cut(world);
    flip(1, AT(3) + 40);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->told_records, 0);
    verified(JOURNAL_FAULT_RECORD, 1);
}

/* What is left of a segment. */

SPEC(a_start_gives_back_what_the_run_before_did_not_use_of_its_last_segment)
{
    world_commit_many(world, 10, 64);
    world_settle(world);
    world_kill(world);
    EXPECT_UINT(world->model.trims, 0);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world_start(world), JOURNAL_IO_OK);
    EXPECT_UINT(world->model.trims, 1);
    EXPECT_UINT(world->model.trimmed_from, AT(11));
    world_kill(world);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 10);
}

SPEC(a_start_keeps_what_a_power_cut_left_behind_the_end)
{
    world_commit_many(world, 10, 64);
    (void)world_step(world);
    world_commit_many(world, 10, 64);
    world_kill(world);
    wipe(1, AT(14), 96);
    world->acknowledged = 10;
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world_start(world), JOURNAL_IO_OK);
    EXPECT_UINT(world->model.trims, 0);
    world_kill(world);
}

#define SPECS(S)                                                                                   \
    S(a_start_gives_back_what_the_run_before_did_not_use_of_its_last_segment)                      \
    S(a_start_keeps_what_a_power_cut_left_behind_the_end)                                          \
    S(J4_a_hole_above_the_watermark_is_torn_and_what_is_whole_behind_it_is_dropped)                \
    S(J4_a_bad_record_is_rotten_when_a_record_behind_it_knew_it_was_on_disk)                       \
    S(J4_a_bad_record_is_rotten_when_a_seal_covers_it)                                             \
    S(J4_a_bad_record_is_rotten_when_the_next_segment_knew_it_was_on_disk)                         \
    S(J4_any_bad_record_of_a_segment_with_a_linked_successor_is_rotten)                            \
    S(J4_a_segment_whose_end_was_torn_loses_the_unsynced_records_of_the_next_with_it)              \
    S(J4_zeroes_where_a_record_was_on_disk_are_rot_not_the_end)                                    \
    S(what_recovery_proves_to_be_on_disk_is_what_links_seals_and_records_say)                      \
    S(recovery_changes_nothing_and_says_the_same_again)                                            \
    S(a_change_with_right_checksums_is_found_by_the_chain_and_by_the_seals)                        \
    S(verification_follows_the_hash_from_start_to_start)                                           \
    S(verification_reads_all_there_is_and_not_only_what_recovery_needs)
SPEC_MAIN("journal_recover", SPECS, damage_before_each, damage_after_each)
