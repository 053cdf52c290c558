/* What recovery accepts and what it refuses: torn ends, rotten records, segments that are missing,
 * swapped, doubled, stale or foreign. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <string.h>

static struct world *world;

#define PER_SEGMENT 127u /* records of 96 bytes in a small segment, its reserve left free */
#define AT(n)       (JOURNAL_RECORDS_AT + ((n)-1) * 96u) /* offset of the n-th of them */

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
    EXPECT_UINT(model_open_files(&world->model), 0);
    world_delete(world);
}

/* Segments 1 and 2 full, 46 records in 3, 4 prepared; all of it on disk, the process gone. */
static void three_segments(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        world_settle(world);
        world_commit_many(world, i < 2 ? PER_SEGMENT : 46, 64);
    }
    world_settle(world);
    world_cut(world);
}

static struct model_file *segment(uint64_t number)
{
    return model_find(&world->model, journal_name_segment(number).bytes);
}

static void delete_segment(uint64_t number)
{
    model_delete(&world->model, journal_name_segment(number).bytes);
}

static void flip(uint64_t number, uint64_t offset)
{
    segment(number)->now[offset] ^= 0x10;
}

static void wipe(uint64_t number, uint64_t offset, uint64_t bytes)
{
    memset(segment(number)->now + offset, 0, bytes);
}

static void wipe_seals(uint64_t number)
{
    wipe(number, JOURNAL_SEAL_AT, JOURNAL_SEALS * JOURNAL_PAGE);
}

/* Gives what was changed its right checksum: someone who knows the format. */
static void repair_record(uint64_t number, uint64_t offset)
{
    uint8_t *at = segment(number)->now + offset;
    struct journal_head head;
    memcpy(&head, at, sizeof head);
    uint64_t first = (uint64_t)head.kind << 48 | (uint64_t)head.payload_bytes << 32;
    head.crc32c = journal_record_crc(journal_seed(number), offset, first, at,
                                     journal_record_bytes(head.payload_bytes));
    memcpy(at, &head, sizeof head);
}

static void change_identity(uint64_t number, uint32_t abi, uint32_t epoch, uint32_t begins)
{
    struct journal_identity identity;
    memcpy(&identity, segment(number)->now, sizeof identity);
    identity.abi = abi;
    identity.epoch = epoch;
    identity.begins = begins;
    identity.crc32c = journal_part_crc(UINT32_MAX, &identity, sizeof identity);
    memcpy(segment(number)->now, &identity, sizeof identity);
}

#define EXPECT_FAULT(expected)                                                                     \
    EXPECT_TEXT(journal_fault_text(world_recover(world)), journal_fault_text(expected))
#define EXPECT_FAULT_IN(expected, number)                                                          \
    do {                                                                                           \
        EXPECT_FAULT(expected);                                                                    \
        EXPECT_TEXT(world->report.diagnosis.file.bytes, journal_name_segment(number).bytes);       \
    } while (0)

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
    struct journal_link link;
    memcpy(&link, segment(1)->now + JOURNAL_LINK_AT, sizeof link);
    link.epoch = 2;
    link.crc32c = journal_part_crc(journal_seed(1), &link, sizeof link);
    memcpy(segment(1)->now + JOURNAL_LINK_AT, &link, sizeof link);
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
    world->model.fail_at = 4; /* list, open 1, open 2, open 3 */
    EXPECT_FAULT_IN(JOURNAL_FAULT_STORAGE, 3);
    world_kill(world);
    EXPECT_FAULT(JOURNAL_FAULT_NONE);
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

#define SPECS(S)                                                                                   \
    S(J4_a_hole_above_the_watermark_is_torn_and_what_is_whole_behind_it_is_dropped)                \
    S(J4_a_bad_record_is_rotten_when_a_record_behind_it_knew_it_was_on_disk)                       \
    S(J4_a_bad_record_is_rotten_when_a_seal_covers_it)                                             \
    S(J4_a_bad_record_is_rotten_when_the_next_segment_knew_it_was_on_disk)                         \
    S(J4_any_bad_record_of_a_segment_with_a_linked_successor_is_rotten)                            \
    S(J4_a_segment_whose_end_was_torn_loses_the_unsynced_records_of_the_next_with_it)              \
    S(J4_zeroes_where_a_record_was_on_disk_are_rot_not_the_end)                                    \
    S(what_recovery_proves_to_be_on_disk_is_what_links_seals_and_records_say)                      \
    S(recovery_changes_nothing_and_says_the_same_again)                                            \
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
    S(a_whole_record_with_the_wrong_number_is_refused)                                             \
    S(a_whole_record_of_another_epoch_is_rot)                                                      \
    S(the_witness_of_these_specs_notices_another_record)                                       \
    S(a_record_that_its_reader_refuses_is_named)                                                   \
    S(more_files_than_there_may_be_are_refused)                                                    \
    S(an_error_of_the_storage_is_a_refusal_not_damage)                                             \
    S(a_change_with_right_checksums_is_found_by_the_chain_and_by_the_seals)                        \
    S(verification_reads_all_there_is_and_not_only_what_recovery_needs)
SPEC_MAIN("journal_recover", SPECS, before_each, after_each)
