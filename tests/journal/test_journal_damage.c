/* Segments that are missing, swapped, doubled, stale, foreign or misplaced, and links that are not
 * true: what recovery accepts and what it refuses. */

#include "tests/journal/journal_damage.h"

/* Files. */

SPEC(a_missing_segment_is_named_wherever_it_was)
{
    three_segments();
    delete_segment(2);
    EXPECT_FAULT_IN(JOURNAL_FAULT_MISSING, 2);
    EXPECT_UINT(world->report.diagnosis.sequence, 2 * PER_SEGMENT);
}

SPEC(a_missing_first_segment_is_no_new_journal)
{
    three_segments();
    delete_segment(1);
    EXPECT_FAULT_IN(JOURNAL_FAULT_MISSING, 1);
}

SPEC(a_missing_last_segment_is_known_by_the_end_before_it)
{
    three_segments();
    delete_segment(3);
    EXPECT_FAULT_IN(JOURNAL_FAULT_MISSING, 3);
    delete_segment(4);
    EXPECT_FAULT_IN(JOURNAL_FAULT_MISSING, 3);
    EXPECT_UINT(world->report.diagnosis.sequence, 2 * PER_SEGMENT + 1);
}

SPEC(a_missing_unlinked_segment_before_another_is_named)
{
    three_segments();
    uint8_t bytes[JOURNAL_SEGMENT_MIN];
    memcpy(bytes, segment(4)->now, sizeof bytes);
    (void)model_put(&world->model, "segment-0000000000000006", bytes, sizeof bytes);
    struct journal_identity identity;
    memcpy(&identity, bytes, sizeof identity);
    identity.number = 6;
    identity.crc32c = journal_part_crc(UINT32_MAX, &identity, sizeof identity);
    memcpy(segment(6)->now, &identity, sizeof identity);
    EXPECT_FAULT_IN(JOURNAL_FAULT_MISSING, 5);
}

SPEC(swapped_segments_are_refused)
{
    three_segments();
    model_swap(&world->model, "segment-0000000000000001", "segment-0000000000000002");
    EXPECT_FAULT_IN(JOURNAL_FAULT_NUMBER, 2);
    EXPECT_UINT(world->report.diagnosis.expected, 2);
    EXPECT_UINT(world->report.diagnosis.found, 1);
}

SPEC(a_doubled_segment_is_refused_beside_and_instead_of_another)
{
    three_segments();
    uint8_t bytes[JOURNAL_SEGMENT_MIN];
    memcpy(bytes, segment(2)->now, sizeof bytes);
    (void)model_put(&world->model, "segment-0000000000000005", bytes, sizeof bytes);
    EXPECT_FAULT_IN(JOURNAL_FAULT_NUMBER, 5);
    delete_segment(5);
    memcpy(segment(3)->now, bytes, sizeof bytes);
    EXPECT_FAULT_IN(JOURNAL_FAULT_NUMBER, 3);
}

SPEC(a_sector_written_into_the_wrong_segment_or_offset_is_rot)
{
    three_segments();
    memcpy(segment(2)->now + 16384 + 512, segment(1)->now + 16384 + 512, 3072);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 2);
    EXPECT_UINT(world->report.diagnosis.sequence, PER_SEGMENT + 6); /* 512 is within the sixth */
}

SPEC(whole_records_at_another_place_of_their_segment_are_rot)
{
    three_segments();
    memcpy(segment(2)->now + AT(7), segment(2)->now + AT(9), 96);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 2);
    EXPECT_UINT(world->report.diagnosis.sequence, PER_SEGMENT + 7);
}

SPEC(a_segment_as_it_was_earlier_is_rot)
{
    uint8_t old[JOURNAL_SEGMENT_MIN];
    world_settle(world);
    world_commit_many(world, 50, 64);
    world_settle(world);
    memcpy(old, segment(1)->now, sizeof old);
    world_commit_many(world, PER_SEGMENT - 50 + 10, 64);
    world_settle(world);
    world_cut(world);
    memcpy(segment(1)->now, old, sizeof old);
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 1);
    EXPECT_UINT(world->report.diagnosis.sequence, 51);
}

SPEC(another_version_and_another_byte_order_are_refused_by_name)
{
    three_segments();
    change_identity(3, 2, 1, 0);
    EXPECT_FAULT_IN(JOURNAL_FAULT_ABI, 3);
    EXPECT_UINT(world->report.diagnosis.found, 2);
    uint64_t swapped = __builtin_bswap64(JOURNAL_MAGIC);
    memcpy(segment(3)->now + 8, &swapped, 8);
    EXPECT_FAULT_IN(JOURNAL_FAULT_BYTE_ORDER, 3);
}

SPEC(a_segment_of_another_epoch_is_refused_in_the_chain_and_behind_it)
{
    three_segments();
    change_identity(4, 1, 2, 0);
    EXPECT_FAULT_IN(JOURNAL_FAULT_EPOCH, 4);
    change_identity(4, 1, 1, 0);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    change_identity(4, 1, 1, 1); /* it would have been linked before it had a name */
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 4);
}

SPEC(an_epoch_that_does_not_rise_from_start_to_start_is_refused)
{
    world_commit_many(world, 5, 64);
    world_settle(world);
    world_cut(world);
    world_begin(world);
    world_cut(world);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    change_identity(1, 1, 2, 1);
    change_link(1, 2, 1);
    EXPECT_FAULT_IN(JOURNAL_FAULT_EPOCH, 1);
}

SPEC(a_segment_given_up_by_an_earlier_recovery_is_void_if_it_comes_back)
{
    uint8_t spare[JOURNAL_SEGMENT_MIN];
    world_commit_many(world, 5, 64);
    world_settle(world);
    memcpy(spare, segment(2)->now, sizeof spare);
    world_kill(world);
    world_begin(world);
    world_commit_many(world, 5, 64);
    world_settle(world);
    world_cut(world);
    EXPECT(segment(2) == NULL);
    (void)model_put(&world->model, "segment-0000000000000002", spare, sizeof spare);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.last_sequence, 10);
    change_identity(2, 1, 2, 0); /* but not if it claims to be of the epoch that follows */
    EXPECT_FAULT_IN(JOURNAL_FAULT_STRAY, 2);
}

SPEC(a_rotten_link_is_told_from_one_that_was_not_written_yet)
{
    three_segments();
    flip(3, JOURNAL_LINK_AT + 30);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 3); /* it has seals */
    wipe_seals(3);
    EXPECT_FAULT(JOURNAL_FAULT_NONE); /* no proof, and none is needed: all records are there */
    EXPECT_UINT(world->report.last_sequence, 300);
}

SPEC(a_rotten_link_is_known_by_the_records_behind_it)
{
    world_settle(world);
    world_commit_many(world, PER_SEGMENT, 64);
    world_settle(world);
    world_commit_many(world, 10, 64);
    (void)world_step(world);
    (void)world_step(world);
    world_commit_many(world, 1, 64); /* knows that the ten were on disk */
    world_kill(world);
    wipe_seals(2);
    flip(2, JOURNAL_LINK_AT + 30);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 2);
}

SPEC(a_rotten_link_of_the_first_of_an_epoch_is_always_known)
{
    flip(1, JOURNAL_LINK_AT);
    world_kill(world);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 1);
    flip(1, JOURNAL_LINK_AT);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
    world_begin(world);
    world_kill(world);
    flip(2, JOURNAL_LINK_AT);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 2);
}

SPEC(a_rotten_link_in_the_middle_of_the_chain_is_known_by_the_seals_or_by_being_the_first)
{
    three_segments();
    flip(2, JOURNAL_LINK_AT + 30);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 2);
    wipe_seals(2);
    EXPECT_FAULT(
        JOURNAL_FAULT_NONE); /* the END before it is proof enough that nothing is missing */
    flip(1, JOURNAL_LINK_AT + 30);
    wipe_seals(1);
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 1);
}

SPEC(a_link_that_is_whole_and_not_true_is_refused)
{
    three_segments();
    change_link(2, 1, PER_SEGMENT + 2);
    EXPECT_FAULT_IN(JOURNAL_FAULT_SEQUENCE, 1);
    change_link(2, 1, PER_SEGMENT);
    EXPECT_FAULT_IN(JOURNAL_FAULT_SEQUENCE, 1);
    change_link(2, 2, PER_SEGMENT + 1); /* of another epoch it is no link */
    EXPECT_FAULT_IN(JOURNAL_FAULT_LINK, 2);
    change_link(2, 1, PER_SEGMENT + 1);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
}

SPEC(a_record_that_claims_to_know_the_future_is_none)
{
    three_segments();
    uint64_t durable = PER_SEGMENT + 7;
    memcpy(segment(2)->now + AT(7) + 24, &durable, 8);
    repair_record(2, AT(7));
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 2);
    EXPECT_UINT(world->report.diagnosis.sequence, PER_SEGMENT + 7);
}

SPEC(a_whole_record_with_the_wrong_number_is_refused)
{
    three_segments();
    uint64_t sequence = PER_SEGMENT + 8;
    memcpy(segment(2)->now + AT(7) + 16, &sequence, 8);
    repair_record(2, AT(7));
    EXPECT_FAULT_IN(JOURNAL_FAULT_SEQUENCE, 2);
    EXPECT_UINT(world->report.diagnosis.expected, PER_SEGMENT + 7);
    EXPECT_UINT(world->report.diagnosis.found, PER_SEGMENT + 8);
}

SPEC(a_whole_record_of_another_epoch_is_rot)
{
    three_segments();
    segment(2)->now[AT(7) + 8]++;
    repair_record(2, AT(7));
    EXPECT_FAULT_IN(JOURNAL_FAULT_RECORD, 2);
}

SPEC(the_witness_of_these_specs_notices_another_record)
{
    three_segments();
    world->tags[200] ^= 0x10000; /* the witness remembers another record */
    (void)world_recover(world);
    EXPECT_TEXT(world->wrong, "a record is not what was committed");
    world->wrong = NULL;
    EXPECT_UINT(world->report.diagnosis.fault, JOURNAL_FAULT_NONE);
}

static bool refuse_200(void *context, const struct journal_record *record)
{
    (void)context;
    return record->sequence != 200;
}

SPEC(a_record_that_its_reader_refuses_is_named)
{
    three_segments();
    const struct journal_listener listener = {.record = refuse_200};
    EXPECT_UINT(journal_recover(world->recovery, &listener, &world->report), JOURNAL_FAULT_REFUSED);
    EXPECT_UINT(world->report.diagnosis.sequence, 200);
    EXPECT_UINT(world->report.diagnosis.offset, AT(200 - PER_SEGMENT));
}

SPEC(more_files_than_there_may_be_are_refused)
{
    static const uint8_t byte;
    for (uint64_t sequence = 1; sequence <= JOURNAL_SNAPSHOTS_MAX + 1; sequence++)
        (void)model_put(&world->model, journal_name_snapshot(sequence).bytes, &byte, 1);
    world_kill(world);
    EXPECT_FAULT(JOURNAL_FAULT_TOO_MANY);
}

SPEC(an_error_of_the_storage_is_a_refusal_not_damage)
{
    three_segments();
    world->model.fail_at = 1;
    EXPECT_FAULT(JOURNAL_FAULT_STORAGE);
    world_kill(world);
    world->model.fail_at = 4; /* list, open 4, 3, which is linked, then 2 */
    EXPECT_FAULT_IN(JOURNAL_FAULT_STORAGE, 2);
    world_kill(world);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
}

#define SPECS(S)                                                                                   \
    S(a_missing_segment_is_named_wherever_it_was)                                                  \
    S(a_missing_first_segment_is_no_new_journal)                                                   \
    S(a_missing_last_segment_is_known_by_the_end_before_it)                                        \
    S(a_missing_unlinked_segment_before_another_is_named)                                          \
    S(swapped_segments_are_refused)                                                                \
    S(a_doubled_segment_is_refused_beside_and_instead_of_another)                                  \
    S(a_sector_written_into_the_wrong_segment_or_offset_is_rot)                                    \
    S(whole_records_at_another_place_of_their_segment_are_rot)                                     \
    S(a_segment_as_it_was_earlier_is_rot)                                                          \
    S(another_version_and_another_byte_order_are_refused_by_name)                                  \
    S(a_segment_of_another_epoch_is_refused_in_the_chain_and_behind_it)                            \
    S(an_epoch_that_does_not_rise_from_start_to_start_is_refused)                                  \
    S(a_segment_given_up_by_an_earlier_recovery_is_void_if_it_comes_back)                          \
    S(a_rotten_link_is_told_from_one_that_was_not_written_yet)                                     \
    S(a_rotten_link_is_known_by_the_records_behind_it)                                             \
    S(a_rotten_link_of_the_first_of_an_epoch_is_always_known)                                      \
    S(a_rotten_link_in_the_middle_of_the_chain_is_known_by_the_seals_or_by_being_the_first)        \
    S(a_link_that_is_whole_and_not_true_is_refused)                                                \
    S(a_record_that_claims_to_know_the_future_is_none)                                             \
    S(a_whole_record_with_the_wrong_number_is_refused)                                             \
    S(a_whole_record_of_another_epoch_is_rot)                                                      \
    S(the_witness_of_these_specs_notices_another_record)                                           \
    S(a_record_that_its_reader_refuses_is_named)                                                   \
    S(more_files_than_there_may_be_are_refused)                                                    \
    S(an_error_of_the_storage_is_a_refusal_not_damage)
SPEC_MAIN("journal_damage", SPECS, damage_before_each, damage_after_each)
