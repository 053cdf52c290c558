#ifndef DATAPLANE_WIRE_WIRE_H
#define DATAPLANE_WIRE_WIRE_H

/* How a message on the wire becomes a C struct.
 *
 * Every wire field is a struct of bytes.  Two things follow.  Alignment is 1, so a message struct
 * has no padding and may be laid over any byte of a packet, without packed attributes.  And a wire
 * field is not a number, so forgetting to convert it is a compile error, not a wrong price.
 *
 * A message is declared once, as a table in the order of its specification:
 *
 *     #define ITCH_ORDER_DELETE(F, M)                                                   \
 *         F(M, text1, type,          0, "'D'")                                          \
 *         F(M, be16,  stock_locate,  1, "instrument index, valid for the day")          \
 *         ...
 *     WIRE_MESSAGE(itch_order_delete, ITCH_ORDER_DELETE, 19)
 *
 * which yields struct itch_order_delete, a compile-time check of every offset and of the length,
 * and itch_order_delete_fields[], used by the printer, the fuzzers and the golden tests. */

#include "dataplane/base/base.h"

#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the readers below swap bytes");

/* The kinds of field: name, bytes, what they hold.  A row is a struct and an enumerator; how it
 * prints is a case in wire_print.c, which does not compile without it. */

/* clang-format off */
#define WIRE_KINDS(K)                                                                  \
    K(u8,     uint8_t, 1,  "unsigned")                                                 \
    K(be16,   uint8_t, 2,  "unsigned, most significant byte first")                    \
    K(be32,   uint8_t, 4,  "unsigned, most significant byte first")                    \
    K(be48,   uint8_t, 6,  "unsigned, most significant byte first")                    \
    K(be64,   uint8_t, 8,  "unsigned, most significant byte first")                    \
    K(ip4,    uint8_t, 4,  "IPv4 address")                                             \
    K(mac,    uint8_t, 6,  "Ethernet address")                                         \
    K(text1,  char,    1,  "ASCII, left-justified, padded with spaces")                \
    K(text2,  char,    2,  "ASCII, left-justified, padded with spaces")                \
    K(text4,  char,    4,  "ASCII, left-justified, padded with spaces")                \
    K(text5,  char,    5,  "ASCII digits, padded with spaces")                         \
    K(text6,  char,    6,  "ASCII, left-justified, padded with spaces")                \
    K(text8,  char,    8,  "ASCII, left-justified, padded with spaces")                \
    K(text10, char,    10, "ASCII; padding is the sender's choice")                    \
    K(text14, char,    14, "ASCII, left-justified, padded with spaces")                \
    K(text20, char,    20, "ASCII digits, padded with spaces")
/* clang-format on */

#define WIRE_DECLARE_KIND(kind, unit, size, meaning)                                               \
    struct kind {                                                                                  \
        unit byte[size];                                                                           \
    };
WIRE_KINDS(WIRE_DECLARE_KIND)

#define WIRE_ENUM_KIND(kind, unit, size, meaning) WIRE_##kind,
enum wire_kind { WIRE_KINDS(WIRE_ENUM_KIND) WIRE_KIND_COUNT };

/* Readers.  Each compiles to one load and one byte swap (be48: two loads). */

static inline uint8_t u8_read(struct u8 field)
{
    return field.byte[0];
}

static inline uint16_t be16_read(struct be16 field)
{
    uint16_t raw;
    memcpy(&raw, field.byte, sizeof raw);
    return __builtin_bswap16(raw);
}

static inline uint32_t be32_read(struct be32 field)
{
    uint32_t raw;
    memcpy(&raw, field.byte, sizeof raw);
    return __builtin_bswap32(raw);
}

static inline uint64_t be48_read(struct be48 field)
{
    struct be16 high = {{field.byte[0], field.byte[1]}};
    struct be32 low = {{field.byte[2], field.byte[3], field.byte[4], field.byte[5]}};
    return (uint64_t)be16_read(high) << 32 | be32_read(low);
}

static inline uint64_t be64_read(struct be64 field)
{
    uint64_t raw;
    memcpy(&raw, field.byte, sizeof raw);
    return __builtin_bswap64(raw);
}

/* 239.1.2.3 is 0xef010203. */
static inline uint32_t ip4_read(struct ip4 field)
{
    uint32_t raw;
    memcpy(&raw, field.byte, sizeof raw);
    return __builtin_bswap32(raw);
}

/* The one character of a field of one. */
static inline char text1_read(struct text1 field)
{
    return field.byte[0];
}

/* Writers return the field, so that a message can be built with one designated initializer. */

static inline struct u8 u8(uint8_t value)
{
    return (struct u8){{value}};
}

static inline struct be16 be16(uint16_t value)
{
    struct be16 field;
    value = __builtin_bswap16(value);
    memcpy(field.byte, &value, sizeof value);
    return field;
}

static inline struct be32 be32(uint32_t value)
{
    struct be32 field;
    value = __builtin_bswap32(value);
    memcpy(field.byte, &value, sizeof value);
    return field;
}

/* value must be below 2^48; its upper bits are not written. */
static inline struct be48 be48(uint64_t value)
{
    struct be48 field;
    value = __builtin_bswap64(value << 16);
    memcpy(field.byte, &value, sizeof field.byte);
    return field;
}

static inline struct be64 be64(uint64_t value)
{
    struct be64 field;
    value = __builtin_bswap64(value);
    memcpy(field.byte, &value, sizeof value);
    return field;
}

static inline struct ip4 ip4(uint32_t value)
{
    struct ip4 field;
    value = __builtin_bswap32(value);
    memcpy(field.byte, &value, sizeof value);
    return field;
}

static inline struct text1 text1(char value)
{
    return (struct text1){{value}};
}

/* Reflection: what the printer and the tests know about a field. */

struct wire_field {
    const char *name;
    const char *meaning;
    enum wire_kind kind;
    uint16_t offset_bytes;
    uint16_t size_bytes;
};

/* A message with its fields, for whoever treats all messages alike. */
struct wire_layout {
    const char *name;
    const struct wire_field *fields;
    uint16_t field_count;
    uint16_t size_bytes;
};

#define WIRE_DECLARE_FIELD(M, type, name, offset, meaning) struct type name;

#define WIRE_CHECK_FIELD(M, type, name, offset, meaning)                                           \
    static_assert(offsetof(struct M, name) == (offset), #M "." #name " is not at byte " #offset);

#define WIRE_REFLECT_FIELD(M, type, name, offset, meaning)                                         \
    {#name, meaning, WIRE_##type, offset, sizeof(struct type)},

#define WIRE_MESSAGE(M, TABLE, length)                                                             \
    struct M {                                                                                     \
        TABLE(WIRE_DECLARE_FIELD, M)                                                               \
    };                                                                                             \
    TABLE(WIRE_CHECK_FIELD, M)                                                                     \
    static_assert(sizeof(struct M) == (length), #M " is not " #length " bytes long");              \
    static const struct wire_field M##_fields[]                                                    \
        __attribute__((unused)) = {TABLE(WIRE_REFLECT_FIELD, M)};

/* The layout of message M, as an initializer. */
#define WIRE_LAYOUT(M)                                                                             \
    {                                                                                              \
        .name = #M, .fields = M##_fields, .field_count = ARRAY_COUNT(M##_fields),                  \
        .size_bytes = sizeof(struct M)                                                             \
    }

#endif
