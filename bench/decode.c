#include "bench/decode.h"

#include "dataplane/wire/itch.h"

#include <immintrin.h>

/* Two fields that follow each other lie within 16 bytes, because none is longer than 8.  So a pair
 * is one load, and one shuffle makes two numbers of 64 bits of it: the bytes of each field in the
 * order of this machine, and zeros above.  A row has the pairs of a type.  All but three rare types
 * have at most PAIRS_USUAL pairs, which are read without asking how many there are; a type with
 * fewer reads its first bytes again, through a shuffle that gives zeros. */

enum { PAIR_BYTES = 16, PAIRS_USUAL = 5, PAIRS_MAX = 10, ZERO = 0x80 };

struct row {
    __m128i shuffle[PAIRS_MAX];
    uint8_t from[PAIRS_MAX]; /* where the pair begins in the message */
    uint8_t pairs;
};

static struct row rows[256];

static bool most_significant_first(enum wire_kind kind)
{
    return kind == WIRE_be16 || kind == WIRE_be32 || kind == WIRE_be48 || kind == WIRE_be64;
}

static void row_make(struct row *row, const struct wire_layout *layout)
{
    uint8_t shuffle[PAIRS_MAX][PAIR_BYTES];
    memset(shuffle, ZERO, sizeof shuffle);
    CHECK(layout->field_count <= 2 * PAIRS_MAX);
    row->pairs = (uint8_t)((layout->field_count + 1) / 2);
    for (uint32_t i = 0; i < layout->field_count; i++) {
        const struct wire_field *field = &layout->fields[i];
        uint32_t pair = i / 2, size = field->size_bytes;
        if (i % 2 == 0) row->from[pair] = (uint8_t)field->offset_bytes;
        uint32_t begin = field->offset_bytes - row->from[pair];
        CHECK(begin + size <= PAIR_BYTES);
        uint8_t *number = &shuffle[pair][i % 2 * 8];
        bool swap = most_significant_first(field->kind);
        for (uint32_t k = 0; k < size; k++) number[swap ? size - 1 - k : k] = (uint8_t)(begin + k);
    }
    memcpy(row->shuffle, shuffle, sizeof shuffle);
}

void decode_prepare(void)
{
    for (uint32_t type = 0; type < 256; type++) {
        const struct wire_layout *layout = itch_layout((uint8_t)type);
        if (layout) row_make(&rows[type], layout);
    }
}

static inline __m128i pair_read(const uint8_t *message, const struct row *row, uint32_t pair)
{
    __m128i bytes = _mm_loadu_si128((const __m128i_u *)(message + row->from[pair]));
    return _mm_shuffle_epi8(bytes, row->shuffle[pair]);
}

uint64_t decode_by_fields(const uint8_t *bytes, size_t length)
{
    __m128i even = _mm_setzero_si128(), odd = even;
    for (const uint8_t *block = bytes; block < bytes + length;) {
        const uint8_t *message = block + 2;
        uint32_t message_bytes = be16_read(*(const struct be16 *)block);
        __builtin_prefetch(message + 1024);
        block = message + message_bytes;
        if (unlikely(itch_check(message, message_bytes) != ITCH_OK)) continue;
        const struct row *row = &rows[message[0]];
        for (uint32_t k = 0; k < PAIRS_USUAL - 1; k += 2) {
            even = _mm_add_epi64(even, pair_read(message, row, k));
            odd = _mm_add_epi64(odd, pair_read(message, row, k + 1));
        }
        even = _mm_add_epi64(even, pair_read(message, row, PAIRS_USUAL - 1));
        for (uint32_t k = PAIRS_USUAL; unlikely(k < row->pairs); k++)
            odd = _mm_add_epi64(odd, pair_read(message, row, k));
    }
    __m128i sum = _mm_add_epi64(even, odd);
    return (uint64_t)_mm_cvtsi128_si64(sum) + (uint64_t)_mm_extract_epi64(sum, 1);
}

/* By cases. */

static inline uint64_t text_number(const char *bytes, size_t count)
{
    uint64_t number = 0;
    memcpy(&number, bytes, count);
    return number;
}

#define READ_be16(field)  be16_read(field)
#define READ_be32(field)  be32_read(field)
#define READ_be48(field)  be48_read(field)
#define READ_be64(field)  be64_read(field)
#define READ_text1(field) text_number((field).byte, 1)
#define READ_text2(field) text_number((field).byte, 2)
#define READ_text4(field) text_number((field).byte, 4)
#define READ_text8(field) text_number((field).byte, 8)

#define SUM_FIELD(M, type, name, offset, meaning)                                                  \
    sum += READ_##type(((const struct M *)message)->name);
#define SUM_CASE(type, name, TABLE, length)                                                        \
    case type: {                                                                                   \
        TABLE(SUM_FIELD, name)                                                                     \
        break;                                                                                     \
    }

uint64_t decode_by_cases(const uint8_t *bytes, size_t length)
{
    uint64_t sum = 0;
    for (const uint8_t *block = bytes; block < bytes + length;) {
        const uint8_t *message = block + 2;
        uint32_t message_bytes = be16_read(*(const struct be16 *)block);
        __builtin_prefetch(message + 1024);
        block = message + message_bytes;
        if (unlikely(itch_check(message, message_bytes) != ITCH_OK)) continue;
        switch (message[0]) {
            ITCH_MESSAGES(SUM_CASE)
        default: UNREACHABLE("itch_check accepts only the types of ITCH_MESSAGES");
        }
    }
    return sum;
}
