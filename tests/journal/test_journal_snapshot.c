/* J5: snapshots, which of them are kept, which segments go with them, and recovery from one that is
 * damaged. */

#include "dataplane/journal/journal_hash_setup.h"
#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct world *world;

#define PER_SEGMENT 127u

static void open_with(uint64_t seed)
{
    world_clear(world, seed, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world_begin(world);
}

static void before_each(void)
{
    world = world_new();
    open_with(1);
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

static struct model_file *snapshot_file(uint64_t sequence)
{
    return model_find(&world->model, journal_name_snapshot(sequence).bytes);
}

static bool segment_there(uint64_t number)
{
    return model_find(&world->model, journal_name_segment(number).bytes) != NULL;
}

static struct journal_swept sweep(void)
{
    struct journal_swept swept;
    EXPECT_UINT(journal_snapshot_sweep(&world->model.storage, 0, &swept), JOURNAL_IO_OK);
    return swept;
}

#define EXPECT_RECOVERED(from, replayed)                                                           \
    do {                                                                                           \
        EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NONE);                                     \
        EXPECT_UINT(world->report.snapshot_sequence, from);                                        \
        EXPECT_UINT(world->told_records, replayed);                                                \
    } while (0)

SPEC(recovery_begins_with_the_newest_snapshot_and_replays_what_follows_it)
{
    segments_fill(2);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 200), JOURNAL_IO_OK);
    world_cut(world);
    EXPECT_RECOVERED(200, 54);
    EXPECT_UINT(world->told_snapshots, 1);
}

SPEC(a_snapshot_of_the_last_record_leaves_nothing_to_replay)
{
    segments_fill(1);
    EXPECT_UINT(world_snapshot(world, PER_SEGMENT), JOURNAL_IO_OK);
    world_cut(world);
    EXPECT_RECOVERED(PER_SEGMENT, 0);
    EXPECT_UINT(world->report.last_sequence, PER_SEGMENT);
    world_kill(world);
    world_begin(world);
    EXPECT_UINT(journal_sequence(world->journal), PER_SEGMENT + 1);
}

SPEC(a_state_of_any_length_comes_back_as_it_was)
{
    static const uint64_t lengths[] = {0, 1, 4095, 65535, 65536, 65537, 200000, 1100 * 65536};
    uint8_t *state = malloc(1100 * 65536);
    if (!state) abort();
    world_payload(7, state, 200000);
    for (uint64_t i = 200000; i < 1100 * 65536; i++) state[i] = (uint8_t)(i % 251);
    segments_fill(1);
    for (uint32_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        struct journal_snapshot read,
            snapshot = {.sequence = i + 1, .durable = 100, .bytes = state, .length = lengths[i]};
        struct journal_diagnosis diagnosis;
        EXPECT_UINT(journal_snapshot_write(&world->model.storage, &journal_hash_sha256, &snapshot),
                    JOURNAL_IO_OK);
        struct model_file *file = snapshot_file(i + 1);
        EXPECT_UINT(journal_snapshot_read(file->now, file->bytes, i + 1, &journal_hash_sha256,
                                          &read, &diagnosis),
                    JOURNAL_FAULT_NONE);
        EXPECT_UINT(read.length, lengths[i]);
        EXPECT(memcmp(read.bytes, state, lengths[i]) == 0);
    }
    free(state);
}

SPEC(a_snapshot_once_acknowledged_survives_every_power_cut)
{
    for (uint64_t seed = 1; seed <= 64; seed++) {
        open_with(seed);
        segments_fill(1);
        EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
        world_cut(world);
        EXPECT_RECOVERED(100, 27);
    }
}

SPEC(a_snapshot_may_not_be_ahead_of_what_is_durable)
{
    world_commit_many(world, 10, 64);
    EXPECT_STOP((void)!world_snapshot(world, 10), "durable");
    EXPECT_STOP((void)!world_snapshot(world, 0), "sequence > 0");
}

SPEC(a_snapshot_is_not_written_over_one_of_the_same_record)
{
    segments_fill(1);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_FAILED);
    EXPECT_RECOVERED(100, 27);
}

/* A disk that writes another byte than it was given. */
static enum journal_io (*honest_open)(void *context, const char *name, struct journal_file *file);

static enum journal_io open_changed(void *context, const char *name, struct journal_file *file)
{
    enum journal_io status = honest_open(context, name, file);
    if (status == JOURNAL_IO_OK) file->memory[file->bytes - 1] ^= 1;
    return status;
}

SPEC(a_snapshot_that_reads_back_otherwise_is_no_success)
{
    segments_fill(1);
    EXPECT_UINT(world_snapshot(world, 50), JOURNAL_IO_OK);
    honest_open = world->model.storage.open;
    world->model.storage.open = open_changed;
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_FAILED);
    world->model.storage.open = honest_open;
    world_kill(world);
    EXPECT_RECOVERED(50, 77);
    EXPECT_UINT(world->report.snapshots_damaged, 1);
}

/* Which are kept. */

SPEC(the_newest_two_are_kept_and_the_segments_after_the_older_of_them)
{
    segments_fill(5);
    for (uint64_t sequence = 100; sequence <= 500; sequence += 100)
        EXPECT_UINT(world_snapshot(world, sequence), JOURNAL_IO_OK);
    struct journal_swept swept = sweep();
    EXPECT_UINT(swept.snapshots, 3);
    EXPECT_UINT(swept.segments, 3); /* 382 is the first record of the fourth; 401 is in it */
    for (uint64_t sequence = 100; sequence <= 500; sequence += 100)
        EXPECT((snapshot_file(sequence) != NULL) == (sequence >= 400));
    for (uint64_t number = 1; number <= 6; number++) EXPECT(segment_there(number) == (number >= 4));
    world_cut(world);
    EXPECT_RECOVERED(500, 135);
}

SPEC(with_one_sound_snapshot_nothing_is_removed)
{
    segments_fill(4);
    EXPECT_UINT(sweep().segments, 0);
    EXPECT_UINT(world_snapshot(world, 300), JOURNAL_IO_OK);
    EXPECT_UINT(sweep().segments, 0);
    EXPECT_UINT(world_snapshot(world, 400), JOURNAL_IO_OK);
    snapshot_file(400)->now[9000] ^= 1;
    EXPECT_UINT(sweep().segments, 0); /* a damaged one is none */
    EXPECT(segment_there(1));
    EXPECT(snapshot_file(300) != NULL);
}

SPEC(a_segment_that_ends_with_the_older_snapshots_record_is_removed_and_no_further_one)
{
    segments_fill(4);
    EXPECT_UINT(world_snapshot(world, 2 * PER_SEGMENT), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 3 * PER_SEGMENT), JOURNAL_IO_OK);
    EXPECT_UINT(sweep().segments, 2);
    EXPECT(!segment_there(2));
    EXPECT(segment_there(3));
    model_delete(&world->model, journal_name_snapshot(3 * PER_SEGMENT).bytes);
    world_kill(world);
    EXPECT_RECOVERED(2 * PER_SEGMENT, 2 * PER_SEGMENT);
}

SPEC(a_segment_whose_last_records_the_older_snapshot_lacks_stays)
{
    segments_fill(4);
    EXPECT_UINT(world_snapshot(world, 2 * PER_SEGMENT - 1), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 3 * PER_SEGMENT), JOURNAL_IO_OK);
    EXPECT_UINT(sweep().segments, 1);
    EXPECT(segment_there(2));
    model_delete(&world->model, journal_name_snapshot(3 * PER_SEGMENT).bytes);
    world_kill(world);
    EXPECT_RECOVERED(2 * PER_SEGMENT - 1, 2 * PER_SEGMENT + 1);
}

SPEC(what_is_kept_is_never_a_name_that_a_power_cut_takes_back)
{
    for (uint64_t seed = 1; seed <= 64; seed++) {
        open_with(seed);
        segments_fill(4);
        EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
        for (uint64_t sequence = 300; sequence <= 400; sequence += 100) {
            world->model.fail_at = world->model.calls + 5; /* open create sync rename sync_folder */
            EXPECT_UINT(world_snapshot(world, sequence), JOURNAL_IO_FAILED);
        }
        EXPECT(snapshot_file(400) != NULL);
        (void)sweep();
        world_cut(world);
        EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NONE);
    }
}

/* Damage. */

SPEC(every_changed_byte_of_the_newest_snapshot_is_harmless_or_costs_only_time)
{
    segments_fill(2);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 200), JOURNAL_IO_OK);
    world_kill(world);
    struct model_file *file = snapshot_file(200);
    uint64_t state_at = file->bytes - 1016; /* what the witness's state takes */
    for (uint64_t offset = 0; offset < file->bytes; offset++) {
        file->now[offset] ^= (uint8_t)(1u << offset % 8);
        bool mark = offset - 512 < 64; /* it has none: what is there is no mark */
        bool used = offset < 72 || mark || offset - 4096 < 4 || offset >= state_at;
        bool fine = world_recover(world) == JOURNAL_FAULT_NONE && !world->wrong &&
                    world->report.snapshots_damaged == used &&
                    world->report.snapshot_sequence == (used ? 100 : 200) &&
                    (!used || strcmp(world->report.damage.file.bytes,
                                     journal_name_snapshot(200).bytes) == 0);
        file->now[offset] ^= (uint8_t)(1u << offset % 8);
        spec_expect(__FILE__, __LINE__, fine, "offset %" PRIu64 ": %s", offset,
                    journal_fault_text(world->report.damage.fault));
    }
}

SPEC(a_snapshot_cut_to_any_length_is_passed_over)
{
    segments_fill(2);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 200), JOURNAL_IO_OK);
    world_kill(world);
    struct model_file *file = snapshot_file(200);
    uint64_t whole = file->bytes;
    for (uint64_t length = 0; length < whole; length++) {
        file->bytes = length;
        enum journal_fault fault = world_recover(world);
        spec_expect(__FILE__, __LINE__,
                    fault == JOURNAL_FAULT_NONE && world->report.snapshot_sequence == 100 &&
                        world->report.damage.fault == JOURNAL_FAULT_LENGTH,
                    "cut to %" PRIu64, length);
    }
    file->bytes = whole;
}

SPEC(swapped_snapshots_are_passed_over_to_the_first_record)
{
    segments_fill(2);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 200), JOURNAL_IO_OK);
    model_swap(&world->model, journal_name_snapshot(100).bytes, journal_name_snapshot(200).bytes);
    world_kill(world);
    EXPECT_RECOVERED(0, 254);
    EXPECT_UINT(world->report.snapshots_damaged, 2);
    EXPECT_UINT(world->report.damage.fault, JOURNAL_FAULT_NUMBER);
}

SPEC(when_no_snapshot_is_sound_and_the_records_before_are_gone_that_is_said)
{
    segments_fill(4);
    EXPECT_UINT(world_snapshot(world, 300), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 400), JOURNAL_IO_OK);
    (void)sweep();
    world_kill(world);
    snapshot_file(300)->now[0] ^= 1;
    snapshot_file(400)->now[0] ^= 1;
    EXPECT_UINT(world_recover(world), JOURNAL_FAULT_NO_SNAPSHOT);
    EXPECT_UINT(world->report.diagnosis.found, 2 * PER_SEGMENT + 1);
}

SPEC(a_journal_that_ends_before_its_snapshot_is_refused)
{
    const struct journal_snapshot snapshot = {.sequence = 500, .durable = 500};
    segments_fill(1);
    const struct journal_hash *hash = &world_quick_hash;
    EXPECT_UINT(journal_snapshot_write(&world->model.storage, hash, &snapshot), JOURNAL_IO_OK);
    world_kill(world);
    struct journal_listener nobody = {0};
    EXPECT_UINT(journal_recover(world->recovery, &nobody, &world->report), JOURNAL_FAULT_AHEAD);
    EXPECT_UINT(world->report.diagnosis.found, 500);
    EXPECT_UINT(world->report.diagnosis.expected, PER_SEGMENT);
    for (uint64_t number = 1; number <= 2; number++)
        model_delete(&world->model, journal_name_segment(number).bytes);
    EXPECT_UINT(journal_recover(world->recovery, &nobody, &world->report), JOURNAL_FAULT_AHEAD);
}

static bool refuse_newest(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    (void)context, (void)bytes, (void)length;
    return sequence < 200;
}

SPEC(a_snapshot_that_its_reader_refuses_is_passed_over_and_said)
{
    segments_fill(2);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    EXPECT_UINT(world_snapshot(world, 200), JOURNAL_IO_OK);
    world_kill(world);
    const struct journal_listener listener = {.load_snapshot = refuse_newest};
    EXPECT_UINT(journal_recover(world->recovery, &listener, &world->report), JOURNAL_FAULT_NONE);
    EXPECT_UINT(world->report.snapshot_sequence, 100);
    EXPECT_UINT(world->report.damage.fault, JOURNAL_FAULT_UNLOADED);
    EXPECT_UINT(world->report.replayed, 154);
}

SPEC(snapshots_of_another_version_or_byte_order_are_named)
{
    segments_fill(1);
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    world_kill(world);
    struct model_file *file = snapshot_file(100);
    uint32_t head[18];
    memcpy(head, file->now, sizeof head);
    head[1] = 9; /* abi */
    head[0] = crc32c((uint8_t *)head + 4, sizeof head - 4);
    memcpy(file->now, head, sizeof head);
    EXPECT_RECOVERED(0, 127);
    EXPECT_UINT(world->report.damage.fault, JOURNAL_FAULT_ABI);
    EXPECT_UINT(world->report.damage.found, 9);
    uint64_t swapped = __builtin_bswap64(JOURNAL_SNAPSHOT_MAGIC);
    memcpy(file->now + 8, &swapped, 8);
    EXPECT_RECOVERED(0, 127);
    EXPECT_UINT(world->report.damage.fault, JOURNAL_FAULT_BYTE_ORDER);
}

SPEC(blocks_that_changed_places_with_their_checksums_are_found)
{
    uint8_t *state = malloc(3 * JOURNAL_BLOCK);
    if (!state) abort();
    for (uint32_t i = 0; i < 3 * JOURNAL_BLOCK; i++) state[i] = (uint8_t)(i / JOURNAL_BLOCK + 1);
    const struct journal_snapshot snapshot = {
        .sequence = 1, .durable = 1, .bytes = state, .length = 3 * JOURNAL_BLOCK};
    const struct journal_hash *hash = &world_quick_hash;
    EXPECT_UINT(journal_snapshot_write(&world->model.storage, hash, &snapshot), JOURNAL_IO_OK);
    struct model_file *file = snapshot_file(1);
    uint8_t entry[4];
    memcpy(entry, file->now + 4096, 4);
    memcpy(file->now + 4096, file->now + 4100, 4);
    memcpy(file->now + 4100, entry, 4);
    memset(file->now + 8192, 2, JOURNAL_BLOCK);
    memset(file->now + 8192 + JOURNAL_BLOCK, 1, JOURNAL_BLOCK);
    struct journal_snapshot read;
    struct journal_diagnosis diagnosis;
    EXPECT_UINT(journal_snapshot_read(file->now, file->bytes, 1, NULL, &read, &diagnosis),
                JOURNAL_FAULT_SNAPSHOT);
    free(state);
}

SPEC(verification_compares_the_hash_of_a_snapshot_too)
{
    world->hash = &journal_hash_sha256;
    world->recovery = journal_recovery_new(world->recovery, &world->model.storage, world->hash);
    segments_fill(1);
    world_cut(world);
    world_begin(world); /* so that every hash is SHA-256 */
    EXPECT_UINT(world_snapshot(world, 100), JOURNAL_IO_OK);
    world_kill(world);
    struct model_file *file = snapshot_file(100);
    uint32_t head[18];
    memcpy(head, file->now, sizeof head);
    head[17] ^= 1; /* the last of the hash, with a right checksum */
    head[0] = crc32c((uint8_t *)head + 4, sizeof head - 4);
    memcpy(file->now, head, sizeof head);
    EXPECT_RECOVERED(100, 27);
    EXPECT_UINT(journal_verify(world->recovery, &world->report), JOURNAL_FAULT_SNAPSHOT);
    EXPECT_TEXT(world->report.diagnosis.file.bytes, journal_name_snapshot(100).bytes);
}

#define SPECS(S)                                                                                   \
    S(recovery_begins_with_the_newest_snapshot_and_replays_what_follows_it)                        \
    S(a_snapshot_of_the_last_record_leaves_nothing_to_replay)                                      \
    S(a_state_of_any_length_comes_back_as_it_was)                                                  \
    S(a_snapshot_once_acknowledged_survives_every_power_cut)                                       \
    S(a_snapshot_may_not_be_ahead_of_what_is_durable)                                              \
    S(a_snapshot_is_not_written_over_one_of_the_same_record)                                       \
    S(a_snapshot_that_reads_back_otherwise_is_no_success)                                          \
    S(the_newest_two_are_kept_and_the_segments_after_the_older_of_them)                            \
    S(with_one_sound_snapshot_nothing_is_removed)                                                  \
    S(a_segment_that_ends_with_the_older_snapshots_record_is_removed_and_no_further_one)           \
    S(a_segment_whose_last_records_the_older_snapshot_lacks_stays)                                 \
    S(what_is_kept_is_never_a_name_that_a_power_cut_takes_back)                                    \
    S(every_changed_byte_of_the_newest_snapshot_is_harmless_or_costs_only_time)                    \
    S(a_snapshot_cut_to_any_length_is_passed_over)                                                 \
    S(swapped_snapshots_are_passed_over_to_the_first_record)                                       \
    S(when_no_snapshot_is_sound_and_the_records_before_are_gone_that_is_said)                      \
    S(a_journal_that_ends_before_its_snapshot_is_refused)                                          \
    S(a_snapshot_that_its_reader_refuses_is_passed_over_and_said)                                  \
    S(snapshots_of_another_version_or_byte_order_are_named)                                        \
    S(blocks_that_changed_places_with_their_checksums_are_found)                                   \
    S(verification_compares_the_hash_of_a_snapshot_too)
SPEC_MAIN("journal_snapshot", SPECS, before_each, after_each)
