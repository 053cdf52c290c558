/* The bytes on the disk, compared with bytes made by hand: CRC-32C by bits, offsets as numbers. */

#include "dataplane/base/crc32c.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <string.h>

static struct world *world;

static void before_each(void)
{
    world = world_new();
}

static void after_each(void)
{
    world_delete(world);
}

/* RFC 3720 B.4, one bit at a time; neither started with ones nor inverted here. */
static uint32_t slow_crc(uint32_t crc, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (uint32_t bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return crc;
}

static uint64_t number_at(const uint8_t *bytes, uint32_t length)
{
    uint64_t number = 0;
    for (uint32_t i = length; i-- > 0;) number = number << 8 | bytes[i];
    return number;
}

#define EXPECT_U16(at, expected) EXPECT_UINT(number_at(at, 2), expected)
#define EXPECT_U32(at, expected) EXPECT_UINT(number_at(at, 4), expected)
#define EXPECT_U64(at, expected) EXPECT_UINT(number_at(at, 8), expected)

/* A checksum as the journal seeds it: the magic, then the segment's number. */
static uint32_t seeded(uint64_t number)
{
    uint8_t bytes[16] = "PXJRNL01";
    memcpy(bytes + 8, &number, 8);
    return slow_crc(UINT32_MAX, bytes, sizeof bytes);
}

SPEC(crc32c_is_that_of_RFC_3720)
{
    uint8_t bytes[32];
    EXPECT_UINT(crc32c("123456789", 9), 0xe3069283);
    memset(bytes, 0, 32);
    EXPECT_UINT(crc32c(bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, 32);
    EXPECT_UINT(crc32c(bytes, 32), 0x62a8ab43);
    for (uint8_t i = 0; i < 32; i++) bytes[i] = i;
    EXPECT_UINT(crc32c(bytes, 32), 0x46dd794e);
    for (uint8_t i = 0; i < 32; i++) bytes[i] = (uint8_t)(31 - i);
    EXPECT_UINT(crc32c(bytes, 32), 0x113fdb5c);
    EXPECT_UINT(crc32c(bytes, 0), 0);
}

SPEC(crc32c_is_right_at_every_length_and_alignment_and_in_parts)
{
    uint8_t bytes[128];
    struct chance chance = {1};
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)chance_next(&chance);
    for (uint32_t from = 0; from < 16; from++)
        for (uint32_t length = 0; length <= 100; length++) {
            uint32_t right = ~slow_crc(UINT32_MAX, bytes + from, length);
            uint32_t half = crc32c_part(UINT32_MAX, bytes + from, length / 2);
            EXPECT_UINT(crc32c(bytes + from, length), right);
            EXPECT_UINT(~crc32c_part(half, bytes + from + length / 2, length - length / 2), right);
        }
}

SPEC(sha256_is_that_of_FIPS_180_4)
{
    struct journal_hash_state state;
    uint8_t hash[JOURNAL_HASH_BYTES];
    static const uint8_t abc[JOURNAL_HASH_BYTES] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                                    0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                                    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                                    0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    journal_hash_sha256.start(&state);
    journal_hash_sha256.add(&state, "a", 1);
    journal_hash_sha256.peek(&state, hash); /* does not disturb */
    journal_hash_sha256.add(&state, "bc", 2);
    journal_hash_sha256.peek(&state, hash);
    EXPECT(memcmp(hash, abc, sizeof abc) == 0);
}

/* One record of 5 bytes, then one without a payload, in the first segment. */
static const uint8_t *two_records(void)
{
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world->hash = &journal_hash_sha256;
    world_begin(world);
    memcpy(journal_claim(world->journal, JOURNAL_ORDINARY, 300, 5), "hello", 5);
    (void)journal_commit(world->journal);
    EXPECT_UINT(journal_sync_step(world->journal), JOURNAL_STEP_WORKED);
    EXPECT(journal_claim(world->journal, JOURNAL_ORDINARY, 301, 0) != NULL);
    (void)journal_commit(world->journal);
    while (journal_sync_step(world->journal) == JOURNAL_STEP_WORKED) continue;
    return model_find(&world->model, "segment-0000000000000001")->now;
}

SPEC(a_record_is_32_bytes_of_head_and_its_payload_in_grains_of_32)
{
    const uint8_t *file = two_records();
    const uint8_t *first = file + 16384, *second = file + 16384 + 64;
    EXPECT_U16(first + 4, 5);   /* payload_bytes */
    EXPECT_U16(first + 6, 300); /* kind */
    EXPECT_U32(first + 8, 1);   /* epoch */
    EXPECT_U32(first + 12, 0);  /* spare */
    EXPECT_U64(first + 16, 1);  /* sequence */
    EXPECT_U64(first + 24, 0);  /* durable */
    EXPECT(memcmp(first + 32, "hello\0\0\0", 8) == 0);
    EXPECT_U64(first + 56, 0);
    EXPECT_U16(second + 4, 0);
    EXPECT_U16(second + 6, 301);
    EXPECT_U64(second + 16, 2);
    EXPECT_U64(second + 24, 1); /* the first was on disk by then */
    EXPECT_U64(second + 32, 0); /* nothing follows */
}

SPEC(a_records_checksum_covers_segment_offset_and_every_byte_but_its_own)
{
    const uint8_t *file = two_records();
    for (uint64_t offset = 16384; offset <= 16384 + 64; offset += 64) {
        const uint8_t *record = file + offset;
        uint8_t covered[64] = {0};
        uint32_t bytes = offset == 16384 ? 64 : 32;
        memcpy(covered + 4, record + 4, bytes - 4);
        uint32_t crc = slow_crc(seeded(1), (const uint8_t *)&offset, 8);
        EXPECT_U32(record, (uint32_t)~slow_crc(crc, covered, bytes));
    }
}

SPEC(a_segment_begins_with_its_identity_and_at_4096_its_link)
{
    const uint8_t *file = two_records();
    EXPECT_U32(file + 4, 1); /* abi */
    EXPECT(memcmp(file + 8, "PXJRNL01", 8) == 0);
    EXPECT_U64(file + 16, 1);     /* number */
    EXPECT_U64(file + 24, 32768); /* segment_bytes */
    EXPECT_U64(file + 32, 16384); /* records_at */
    EXPECT_U32(file + 40, 1);     /* epoch */
    EXPECT_U32(file + 44, 1);     /* begins */
    EXPECT_U32(file, (uint32_t)~slow_crc(UINT32_MAX, file + 4, 44));

    const uint8_t *link = file + 4096;
    EXPECT_U32(link + 4, 1); /* epoch */
    EXPECT(memcmp(link + 8, "PXLINK01", 8) == 0);
    EXPECT_U64(link + 16, 1); /* number */
    EXPECT_U64(link + 24, 1); /* first_sequence */
    EXPECT_U64(link + 32, 0); /* previous_number: none */
    EXPECT_U64(link + 40, 0); /* previous_end */
    EXPECT_U32(link, (uint32_t)~slow_crc(seeded(1), link + 4, 76));
}

SPEC(a_seal_holds_the_hash_of_identity_link_and_records)
{
    const uint8_t *file = two_records();
    for (uint32_t which = 0; which < 2; which++) {
        const uint8_t *seal = file + 8192 + which * 4096;
        uint64_t end = 16384 + (which == 0 ? 64 : 96);
        struct journal_hash_state state;
        uint8_t hash[JOURNAL_HASH_BYTES];
        EXPECT_U32(seal + 4, 1); /* epoch */
        EXPECT(memcmp(seal + 8, "PXSEAL01", 8) == 0);
        EXPECT_U64(seal + 16, 1);         /* number */
        EXPECT_U64(seal + 24, which + 1); /* sequence */
        EXPECT_U64(seal + 32, end);
        journal_hash_sha256.start(&state);
        journal_hash_sha256.add(&state, file, 48);
        journal_hash_sha256.add(&state, file + 4096, 80);
        journal_hash_sha256.add(&state, file + 16384, end - 16384);
        journal_hash_sha256.peek(&state, hash);
        EXPECT(memcmp(seal + 40, hash, sizeof hash) == 0);
        EXPECT_U32(seal, (uint32_t)~slow_crc(seeded(1), seal + 4, 68));
    }
}

SPEC(a_segments_link_says_where_and_with_which_hash_the_one_before_it_ended)
{
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world->hash = &journal_hash_sha256;
    world_begin(world);
    world_settle(world);
    world_commit_many(world, 128, 64); /* 127 fit: 16384 - 32 - 4096 bytes in records of 96 */
    world_settle(world);
    const uint8_t *first = model_find(&world->model, "segment-0000000000000001")->now;
    const uint8_t *second = model_find(&world->model, "segment-0000000000000002")->now;
    const uint8_t *end = first + 16384 + 127 * 96;
    EXPECT_U16(end + 4, 0);
    EXPECT_U16(end + 6, 1); /* END */
    EXPECT_U64(end + 16, 128);
    EXPECT_U32(second + 44, 0); /* does not begin its epoch */
    EXPECT_U64(second + 4096 + 24, 128);
    EXPECT_U64(second + 4096 + 32, 1);
    EXPECT_U64(second + 4096 + 40, 16384 + 127 * 96);
    struct journal_hash_state state;
    uint8_t hash[JOURNAL_HASH_BYTES];
    journal_hash_sha256.start(&state);
    journal_hash_sha256.add(&state, first, 48);
    journal_hash_sha256.add(&state, first + 4096, 80);
    journal_hash_sha256.add(&state, first + 16384, 127 * 96);
    journal_hash_sha256.peek(&state, hash);
    EXPECT(memcmp(second + 4096 + 48, hash, sizeof hash) == 0);
}

SPEC(names_are_read_as_they_are_written_and_no_others_are_ours)
{
    const struct {
        const char *name;
        enum journal_name_kind kind;
        uint64_t number;
    } cases[] = {
        {"segment-0000000000000007", JOURNAL_NAME_SEGMENT, 7},
        {"snapshot-00000000000f4240", JOURNAL_NAME_SNAPSHOT, 1000000},
        {"segment-ffffffffffffffff", JOURNAL_NAME_SEGMENT, UINT64_MAX},
        {"segment-0000000000000008.new", JOURNAL_NAME_UNFINISHED, 8},
        {"snapshot-00000000001e8480.new", JOURNAL_NAME_UNFINISHED, 2000000},
        {"segment-0000000000000000", JOURNAL_NAME_OTHER, 0},
        {"segment-000000000000000G", JOURNAL_NAME_OTHER, 0},
        {"segment-000000000000000g", JOURNAL_NAME_OTHER, 0},
        {"segment-000000000000000A", JOURNAL_NAME_OTHER, 0},
        {"segment-7", JOURNAL_NAME_OTHER, 0},
        {"segment-00000000000000071", JOURNAL_NAME_OTHER, 0},
        {"segment-0000000000000007.bak", JOURNAL_NAME_OTHER, 0},
        {"lock", JOURNAL_NAME_OTHER, 0},
        {"", JOURNAL_NAME_OTHER, 0},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint64_t number = 0;
        enum journal_name_kind kind = journal_name_read(cases[i].name, &number);
        spec_expect(__FILE__, __LINE__, kind == cases[i].kind, "%s", cases[i].name);
        if (kind != JOURNAL_NAME_OTHER) EXPECT_UINT(number, cases[i].number);
    }
    EXPECT_TEXT(journal_name_segment(7).bytes, cases[0].name);
    EXPECT_TEXT(journal_name_snapshot(1000000).bytes, cases[1].name);
    EXPECT_TEXT(journal_name_unfinished(journal_name_segment(8)).bytes, cases[3].name);
    EXPECT_TEXT(journal_name_unfinished(journal_name_snapshot(UINT64_MAX)).bytes,
                "snapshot-ffffffffffffffff.new");
}

SPEC(a_diagnosis_is_one_sentence_with_its_numbers)
{
    char sentence[512];
    struct text text = text_in(sentence, sizeof sentence);
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_RECORD,
                                          .file = journal_name_segment(7),
                                          .offset = 16480,
                                          .sequence = 12,
                                          .expected = 40};
    journal_diagnosis_print(&text, &diagnosis);
    EXPECT_TEXT(sentence,
                "segment-0000000000000007: record 12 at offset 16480 was on disk and does "
                "not read back; records up to 40 are known to have been written");
    for (uint32_t fault = 0; fault < JOURNAL_FAULT_COUNT; fault++) {
        text_clear(&text);
        diagnosis.fault = (enum journal_fault)fault;
        journal_diagnosis_print(&text, &diagnosis);
        spec_expect(__FILE__, __LINE__, text.length > 10 && !strpbrk(sentence, "{}") && !text.cut,
                    "%s", sentence);
    }
    text_clear(&text);
    diagnosis =
        (struct journal_diagnosis){.fault = JOURNAL_FAULT_STORAGE, .io = JOURNAL_IO_NO_SPACE};
    journal_diagnosis_print(&text, &diagnosis);
    EXPECT_TEXT(sentence, "the folder: the storage answered: no space");
    EXPECT_TEXT(journal_fault_text(JOURNAL_FAULT_CHAIN), "broken chain");
    EXPECT_TEXT(journal_io_text(JOURNAL_IO_FAILED), "failed");
}

#define SPECS(S)                                                                                   \
    S(crc32c_is_that_of_RFC_3720)                                                                  \
    S(crc32c_is_right_at_every_length_and_alignment_and_in_parts)                                  \
    S(sha256_is_that_of_FIPS_180_4)                                                                \
    S(a_record_is_32_bytes_of_head_and_its_payload_in_grains_of_32)                                \
    S(a_records_checksum_covers_segment_offset_and_every_byte_but_its_own)                         \
    S(a_segment_begins_with_its_identity_and_at_4096_its_link)                                     \
    S(a_seal_holds_the_hash_of_identity_link_and_records)                                          \
    S(a_segments_link_says_where_and_with_which_hash_the_one_before_it_ended)                      \
    S(names_are_read_as_they_are_written_and_no_others_are_ours)                                   \
    S(a_diagnosis_is_one_sentence_with_its_numbers)
SPEC_MAIN("journal_format", SPECS, before_each, after_each)
