/* A journal of 1,000 records, every byte of it changed in turn and every file cut to every length.
 *
 * Where each record lies and what was known to be on disk when, the test notes for itself while
 * writing; what must come out of a change follows from that and from the place of the byte:
 *
 *   identity                     refused
 *   link                         refused, or not needed: then all records
 *   seals, unused bytes          all records
 *   END                          all records; before a segment not linked yet those before it
 *   a record, proven on disk     refused: this file, this offset, this record
 *   a record above every proof   torn: all records before it and none behind it */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS  1000u
#define SEGMENTS 16u
#define STRIDE   (PARANOID ? 13u : 1u) /* sanitizers look at some bytes, the release at all */

struct noted {
    uint32_t segment;
    uint32_t offset;
    uint32_t bytes;
    uint32_t payload_bytes;
    uint64_t durable; /* when it was committed */
};

static struct world *world;
static struct noted noted[RECORDS + 1];
static uint64_t sealed_last;            /* what the seals of the last segment with one prove */
static uint64_t linked_first[SEGMENTS]; /* 0: not linked */
static uint32_t segments;               /* numbers 1..segments exist */
static uint8_t *pristine[SEGMENTS];
static uint64_t changes;
static struct chance lengths; /* of payloads: the same in every layout */

static void before_each(void)
{
    world = world_new();
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    memset(noted, 0, sizeof noted);
    memset(linked_first, 0, sizeof linked_first);
    lengths = (struct chance){1};
    sealed_last = 0;
    segments = 0;
}

static void after_each(void)
{
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        free(pristine[i]);
        pristine[i] = NULL;
    }
    world_delete(world);
}

static struct model_file *segment(uint64_t number)
{
    return model_find(&world->model, journal_name_segment(number).bytes);
}

static uint32_t segment_at(const uint8_t *base)
{
    for (uint32_t number = 1; number < SEGMENTS; number++)
        if (segment(number) && segment(number)->now == base) return number;
    return 0;
}

/* One record of 0..160 bytes, with a note of where it came to lie. */
static void write_one(void)
{
    uint32_t payload = (uint32_t)chance_between(&lengths, 0, 160);
    uint64_t durable = journal_durable(world->journal);
    if (!world_commit(world, JOURNAL_ORDINARY, payload)) abort();
    uint32_t bytes = (32 + payload + 31) / 32 * 32;
    uint32_t end = (uint32_t)(world->journal->at - world->journal->base);
    uint32_t number = segment_at(world->journal->base);
    noted[world->committed] = (struct noted){number, end - bytes, bytes, payload, durable};
    if (world->committed == 1) linked_first[number] = 1;
}

/* Links come with the step that leaves the segment before; the last seal with the last step. */
static void step(void)
{
    uint64_t before = journal_durable(world->journal);
    (void)world_step(world);
    uint64_t durable = journal_durable(world->journal);
    if (durable == before) return;
    uint32_t here = noted[world->committed].segment;
    uint64_t first = world->committed;
    while (noted[first - 1].segment == here) first--;
    if (durable + 1 >= first) linked_first[here] = first;
    sealed_last = durable >= first ? durable : sealed_last;
}

/* Writes all records; a step after every 25, and after the last that are synced at all. */
static void write_all(uint32_t unsynced)
{
    world_begin(world);
    (void)world_step(world);
    for (uint32_t i = 1; i <= RECORDS; i++) {
        write_one();
        if (i + unsynced == RECORDS || (i + unsynced < RECORDS && i % 25 == 0)) step();
    }
    world_kill(world);
    while (segment(segments + 1)) segments++;
    for (uint32_t i = 1; i <= segments; i++) {
        pristine[i] = malloc(JOURNAL_SEGMENT_MIN);
        if (!pristine[i]) abort();
        memcpy(pristine[i], segment(i)->now, JOURNAL_SEGMENT_MIN);
    }
}

/* Recovery under a listener who knows every byte. */

static uint64_t told;
static bool told_wrong;

static bool on_record(void *context, const struct journal_record *record)
{
    (void)context;
    told++;
    if (record->sequence != told || told > RECORDS) {
        told_wrong = true;
        return true;
    }
    const struct noted *note = &noted[told];
    if (record->payload_bytes != note->payload_bytes ||
        memcmp(record->payload, pristine[note->segment] + note->offset + 32, note->payload_bytes) !=
            0)
        told_wrong = true;
    return true;
}

static enum journal_fault recover(void)
{
    const struct journal_listener listener = {.record = on_record};
    told = 0;
    told_wrong = false;
    changes++;
    return journal_recover(world->recovery, &listener, &world->report);
}

/* What the rest of the journal proves about a record that was changed. */
static uint64_t proof_without(uint64_t changed)
{
    uint64_t proof = sealed_last;
    for (uint64_t i = 1; i <= RECORDS; i++)
        if (i != changed && noted[i].durable > proof) proof = noted[i].durable;
    for (uint32_t i = 1; i < SEGMENTS; i++)
        if (linked_first[i] > proof + 1) proof = linked_first[i] - 1;
    return proof;
}

static bool all_recovered(enum journal_fault fault)
{
    return fault == JOURNAL_FAULT_NONE && told == RECORDS && !told_wrong &&
           world->report.last_sequence == RECORDS;
}

static bool refused_in(uint32_t number)
{
    return strcmp(world->report.diagnosis.file.bytes, journal_name_segment(number).bytes) == 0;
}

static bool as_expected_of_record(enum journal_fault fault, uint64_t sequence)
{
    const struct noted *note = &noted[sequence];
    const struct journal_report *report = &world->report;
    if (sequence <= proof_without(sequence))
        return fault == JOURNAL_FAULT_RECORD && refused_in(note->segment) &&
               report->diagnosis.offset == note->offset && report->diagnosis.sequence == sequence;
    return fault == JOURNAL_FAULT_NONE && told == sequence - 1 && !told_wrong &&
           report->last_sequence == sequence - 1 && report->torn_bytes > 0 &&
           report->torn.sequence == sequence && report->torn.offset == note->offset;
}

static uint64_t record_holding(uint32_t number, uint64_t offset)
{
    for (uint64_t i = 1; i <= RECORDS; i++)
        if (noted[i].segment == number && offset >= noted[i].offset &&
            offset < noted[i].offset + noted[i].bytes)
            return i;
    return 0;
}

/* If this is a byte of an END that no link has made superfluous: the record before it. */
static uint64_t record_before_end(uint32_t number, uint64_t offset)
{
    uint64_t last = RECORDS;
    while (last > 0 && noted[last].segment != number) last--;
    uint64_t end = noted[last].offset + noted[last].bytes;
    bool needed = last > 0 && last < RECORDS && linked_first[number + 1] == 0;
    return needed && offset >= end && offset < end + 32 ? last : 0;
}

static bool as_expected(enum journal_fault fault, uint32_t number, uint64_t offset)
{
    uint64_t sequence = record_holding(number, offset);
    if (sequence > 0) return as_expected_of_record(fault, sequence);
    uint64_t last = record_before_end(number, offset);
    if (last > 0)
        return fault == JOURNAL_FAULT_NONE && told == last && !told_wrong &&
               world->report.last_sequence == last;
    if (offset < sizeof(struct journal_identity))
        return fault != JOURNAL_FAULT_NONE && refused_in(number);
    if (offset - JOURNAL_LINK_AT < sizeof(struct journal_link) && linked_first[number] > 0)
        return (fault == JOURNAL_FAULT_LINK && refused_in(number)) || all_recovered(fault);
    return all_recovered(fault);
}

static void flip_every_byte(uint32_t first_segment, uint64_t turn)
{
    for (uint32_t number = first_segment; number <= segments; number++) {
        uint8_t *bytes = segment(number)->now;
        for (uint64_t offset = 0; offset < JOURNAL_SEGMENT_MIN; offset += STRIDE) {
            uint8_t kept = bytes[offset];
            bytes[offset] ^= (uint8_t)(1u << (offset + offset / 64 + turn) % 8);
            enum journal_fault fault = recover();
            bytes[offset] = kept;
            if (as_expected(fault, number, offset)) continue;
            spec_expect(__FILE__, __LINE__, false,
                        "segment %u, offset %" PRIu64 ", record %" PRIu64 ": %s, %" PRIu64
                        " records recovered",
                        number, offset, record_holding(number, offset), journal_fault_text(fault),
                        told);
            return;
        }
    }
}

SPEC(every_changed_byte_of_a_synced_journal_is_harmless_or_named)
{
    write_all(0);
    EXPECT(all_recovered(recover()));
    EXPECT_UINT(world->report.torn_bytes, 0);
    /* Each byte once, its bits in turn; JOURNAL_TURNS=8 changes every bit. */
    const char *wanted = getenv("JOURNAL_TURNS");
    uint64_t turns = wanted ? strtoull(wanted, NULL, 0) : 1;
    for (uint64_t turn = 0; turn < turns; turn++) flip_every_byte(1, turn);
    printf("    %u segments, %" PRIu64 " changes\n", segments, changes);
}

SPEC(every_changed_byte_is_torn_above_the_watermark_and_rotten_below)
{
    write_all(75);
    EXPECT(all_recovered(recover()));
    uint32_t first = noted[RECORDS - 150].segment;
    for (uint64_t turn = 0; turn < 2; turn++) flip_every_byte(first, turn);
}

SPEC(every_changed_byte_of_an_end_that_was_never_synced_is_torn_with_what_follows)
{
    /* The last group ends shortly before a segment's end; the next segment is not linked. */
    write_all(0);
    uint32_t last = noted[RECORDS].segment;
    uint64_t border = RECORDS;
    while (noted[border].segment == last) border--;
    uint32_t synced = (uint32_t)(border - 20);
    after_each();
    before_each();
    write_all(RECORDS - synced);
    EXPECT_UINT(noted[border].segment + 1, noted[RECORDS].segment);
    EXPECT_UINT(linked_first[last], 0);
    EXPECT(all_recovered(recover()));
    uint8_t *end = segment(last - 1)->now + noted[border].offset + noted[border].bytes;
    for (uint32_t i = 0; i < 32; i++) {
        end[i] ^= 0x20;
        enum journal_fault fault = recover();
        end[i] ^= 0x20;
        EXPECT_UINT(fault, JOURNAL_FAULT_NONE);
        EXPECT_UINT(told, border);
        EXPECT_UINT(world->report.torn_records, RECORDS - border);
    }
    for (uint64_t i = synced - 5; i <= RECORDS; i++) {
        uint8_t *record = segment(noted[i].segment)->now + noted[i].offset;
        for (uint32_t byte = 0; byte < noted[i].bytes; byte++) {
            record[byte] ^= 0x40;
            enum journal_fault fault = recover();
            record[byte] ^= 0x40;
            if (!as_expected_of_record(fault, i)) {
                spec_expect(__FILE__, __LINE__, false, "record %" PRIu64 ", byte %u: %s", i, byte,
                            journal_fault_text(fault));
                return;
            }
        }
    }
}

SPEC(every_file_cut_to_every_length_is_named)
{
    write_all(0);
    for (uint32_t number = 1; number <= segments; number++) {
        struct model_file *file = segment(number);
        for (uint64_t length = 0; length < JOURNAL_SEGMENT_MIN; length += STRIDE) {
            file->bytes = length;
            enum journal_fault fault = recover();
            file->bytes = JOURNAL_SEGMENT_MIN;
            if (fault == JOURNAL_FAULT_LENGTH && refused_in(number)) continue;
            spec_expect(__FILE__, __LINE__, false, "segment %u cut to %" PRIu64 ": %s", number,
                        length, journal_fault_text(fault));
            return;
        }
    }
    EXPECT(all_recovered(recover()));
}

SPEC(every_sector_zeroed_is_harmless_or_named)
{
    static const uint8_t zeroes[MODEL_SECTOR];
    write_all(0);
    for (uint32_t number = 1; number <= segments; number++) {
        uint8_t *bytes = segment(number)->now;
        for (uint64_t at = 0; at < JOURNAL_SEGMENT_MIN; at += MODEL_SECTOR) {
            if (memcmp(bytes + at, zeroes, MODEL_SECTOR) == 0) continue;
            memset(bytes + at, 0, MODEL_SECTOR);
            enum journal_fault fault = recover();
            memcpy(bytes + at, pristine[number] + at, MODEL_SECTOR);
            uint64_t sequence = 0;
            for (uint64_t i = at; i < at + MODEL_SECTOR && sequence == 0; i++)
                sequence = record_holding(number, i);
            /* A record that was all zero at the border of the sector may be whole still. */
            bool fine = sequence > 0 ? fault == JOURNAL_FAULT_RECORD && refused_in(number) &&
                                           world->report.diagnosis.sequence - sequence <= 1
                                     : as_expected(fault, number, at);
            spec_expect(__FILE__, __LINE__, fine, "segment %u, sector at %" PRIu64 ": %s", number,
                        at, journal_fault_text(fault));
        }
    }
}

#define SPECS(S)                                                                                   \
    S(every_changed_byte_of_a_synced_journal_is_harmless_or_named)                                 \
    S(every_changed_byte_is_torn_above_the_watermark_and_rotten_below)                             \
    S(every_changed_byte_of_an_end_that_was_never_synced_is_torn_with_what_follows)                \
    S(every_file_cut_to_every_length_is_named)                                                     \
    S(every_sector_zeroed_is_harmless_or_named)
SPEC_MAIN("journal_flips", SPECS, before_each, after_each)
