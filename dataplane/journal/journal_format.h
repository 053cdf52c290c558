#ifndef DATAPLANE_JOURNAL_JOURNAL_FORMAT_H
#define DATAPLANE_JOURNAL_JOURNAL_FORMAT_H

/* The bytes of a segment file.  All numbers are in the machine's own order, which the magic shows.
 *
 *     0        identity    which segment of which epoch; complete before the file has its name
 *     4096     link        where the segment before it ended; written when that is on disk
 *     8192     seal, even  hash of this segment up to an offset that is on disk
 *     12288    seal, odd   the same, the other time: a cut while one is written leaves the other
 *     16384    records, one behind the other, each at a multiple of JOURNAL_GRAIN
 *     ...
 *              a record of kind JOURNAL_KIND_END, if the journal went on in the next number
 *              zero to the end of the file
 *
 * Each part is in a page of its own, so writing one never puts another at risk.
 *
 * A record's checksum covers its place (segment number and offset) before its bytes, so a record
 * found anywhere else than where it was written is not valid there.  The first eight bytes are
 * stored last, in one store: a record whose writer was killed half-way begins with zeroes.
 *
 * durable, in a record or a seal, is what was known to be on disk when it was written.  Whatever is
 * bad at or below the highest durable found is damage; above it, it was torn by a power cut. */

#include "dataplane/base/base.h"
#include "dataplane/base/crc32c.h"
#include "dataplane/journal/journal_hash.h"

#define JOURNAL_ABI        1u
#define JOURNAL_MAGIC      0x31304c4e524a5850ull /* "PXJRNL01" */
#define JOURNAL_LINK_MAGIC 0x31304b4e494c5850ull /* "PXLINK01" */
#define JOURNAL_SEAL_MAGIC 0x31304c4145535850ull /* "PXSEAL01" */

#define JOURNAL_PAGE         4096ull
#define JOURNAL_LINK_AT      JOURNAL_PAGE
#define JOURNAL_SEAL_AT      (2 * JOURNAL_PAGE)
#define JOURNAL_SEALS        2u
#define JOURNAL_RECORDS_AT   (4 * JOURNAL_PAGE)
#define JOURNAL_SEGMENT_MIN  (8 * JOURNAL_PAGE)
#define JOURNAL_SEGMENT_MAX  (1u << 30) /* offsets fit 32 bits */
#define JOURNAL_SEGMENTS_MAX 4096u      /* files of one journal */

/* Of them these are for starts, each of which takes one: a journal that runs makes none of them, so
 * that what it has written can always be gone on with. */
#define JOURNAL_SEGMENTS_SPARE    64u
#define JOURNAL_SEGMENTS_ORDINARY (JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE)
#define JOURNAL_SEGMENTS_MANY     3681u /* nine tenths: worth a warning */
static_assert(JOURNAL_SEGMENTS_MANY == JOURNAL_SEGMENTS_MAX / 10 * 9, "nine tenths");

#define JOURNAL_GRAIN       32u
#define JOURNAL_RECORD_MAX  4096u
#define JOURNAL_PAYLOAD_MAX (JOURNAL_RECORD_MAX - 32u)

#define JOURNAL_KIND_NONE 0u /* nothing was committed here */
#define JOURNAL_KIND_END  1u /* the next record is the first of the next segment; not counted */
#define JOURNAL_KIND_FIRST                                                                         \
    16u /* those below are the journal's; from here on they are the caller's */
#define JOURNAL_KIND_LAST UINT16_MAX

struct journal_head {
    uint32_t crc32c;
    uint16_t payload_bytes; /* 0..JOURNAL_PAYLOAD_MAX; zeroes follow up to a whole grain */
    uint16_t kind;
    uint32_t epoch;
    uint32_t spare;    /* zero */
    uint64_t sequence; /* from 1, contiguous over all segments; of an END that of the next record */
    uint64_t durable;  /* the last sequence known to be on disk; less than sequence */
};

struct journal_identity {
    uint32_t crc32c; /* of all that follows it */
    uint32_t abi;
    uint64_t magic;
    uint64_t number; /* as in the file's name, from 1 */
    uint64_t segment_bytes;
    uint64_t records_at;
    uint32_t epoch;  /* from 1; one more at every start */
    uint32_t begins; /* 1: the first of its epoch; its link was there before its name */
};

struct journal_link {
    uint32_t crc32c; /* of the segment's seed and all that follows */
    uint32_t epoch;
    uint64_t magic;
    uint64_t number;
    uint64_t first_sequence;  /* of this segment; all before it are on disk */
    uint64_t previous_number; /* 0: this is the first of all */
    uint64_t previous_end;    /* where its records end, without the END; what follows is void */
    uint8_t chain[JOURNAL_HASH_BYTES]; /* of the previous segment up to previous_end */
};

struct journal_seal {
    uint32_t crc32c; /* of the segment's seed and all that follows */
    uint32_t epoch;
    uint64_t magic;
    uint64_t number;
    uint64_t sequence;                /* the last record on disk */
    uint64_t end;                     /* offset behind it */
    uint8_t hash[JOURNAL_HASH_BYTES]; /* of identity, link and records up to end */
};

/* A place in the chain, kept outside of it: by a snapshot, of the records it is of.  Whoever has it
 * and the segment, or the link behind it, can tell that these are the records, and by the links all
 * before them. */
struct journal_mark {
    uint64_t number;                   /* of the segment; 0: there is no mark */
    uint64_t end;                      /* offset behind the last record */
    uint8_t chain[JOURNAL_HASH_BYTES]; /* as a link's: of the segment up to end */
};

static_assert(sizeof(struct journal_head) == JOURNAL_GRAIN, "a head is one grain");
static_assert(offsetof(struct journal_head, epoch) == 8, "the first eight bytes are one store");
static_assert(offsetof(struct journal_head, sequence) == 16, "record head");
static_assert(offsetof(struct journal_head, durable) == 24, "record head");
static_assert(sizeof(struct journal_identity) == 48, "identity");
static_assert(offsetof(struct journal_identity, magic) == 8, "identity");
static_assert(offsetof(struct journal_identity, epoch) == 40, "identity");
static_assert(sizeof(struct journal_link) == 80, "link");
static_assert(offsetof(struct journal_link, chain) == 48, "link");
static_assert(sizeof(struct journal_seal) == 72, "seal");
static_assert(offsetof(struct journal_seal, hash) == 40, "seal");
static_assert(sizeof(struct journal_mark) == 48, "mark");

/* What a record with this payload occupies. */
static inline uint32_t journal_record_bytes(uint32_t payload_bytes)
{
    return (payload_bytes + JOURNAL_GRAIN + JOURNAL_GRAIN - 1) & ~(JOURNAL_GRAIN - 1);
}

/* Where every checksum of this segment starts from. */
static inline uint32_t journal_seed(uint64_t number)
{
    return crc32c_u64(crc32c_u64(UINT32_MAX, JOURNAL_MAGIC), number);
}

/* The checksum of an identity, a link or a seal, which begins with it. */
static inline uint32_t journal_part_crc(uint32_t seed, const void *part, size_t bytes)
{
    return ~crc32c_part(seed, (const uint8_t *)part + 4, bytes - 4);
}

/* A record's head as four words; the first without its checksum. */
struct journal_words {
    uint64_t first;  /* payload_bytes and kind in its upper half */
    uint64_t second; /* epoch, and zero */
    uint64_t sequence;
    uint64_t durable;
};

/* Stores the head but for its first word, by words: one copy of all three would wait for them. */
static inline void journal_words_store(uint8_t *record, const struct journal_words *head)
{
    memcpy(record + 8, &head->second, 8);
    memcpy(record + 16, &head->sequence, 8);
    memcpy(record + 24, &head->durable, 8);
}

/* One word of a payload, filled by the caller as whatever type it is. */
static inline uint64_t journal_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The checksum of the whole record at this offset.  The head is taken as words, not from memory:
 * reading back what was just stored in other pieces would wait for the store.  bytes is a multiple
 * of JOURNAL_GRAIN. */
static inline uint32_t journal_record_crc(uint32_t seed, uint64_t offset,
                                          const struct journal_words *head, const uint8_t *record,
                                          uint32_t bytes)
{
    uint32_t crc = crc32c_u64(crc32c_u64(seed, offset), head->first);
    crc = crc32c_u64(crc, head->second);
    crc = crc32c_u64(crc, head->sequence);
    crc = crc32c_u64(crc, head->durable);
    for (uint32_t at = JOURNAL_GRAIN; at < bytes; at += JOURNAL_GRAIN)
        for (uint32_t i = 0; i < JOURNAL_GRAIN; i += 8)
            crc = crc32c_u64(crc, journal_word(record + at + i));
    return ~crc;
}

#endif
