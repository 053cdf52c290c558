/* What the wire kinds promise: numbers are read and written most significant byte first, at any
 * address, and a message prints as one line whatever its bytes. */

#include "dataplane/wire/moldudp64.h"
#include "dataplane/wire/wire_print.h"
#include "tests/wire/hex.h"

#include <string.h>

/* clang-format off */
#define EVERY_KIND(F, M)                                                               \
    F(M, u8,     one,       0, "")                                                     \
    F(M, be16,   two,       1, "")                                                     \
    F(M, be32,   four,      3, "")                                                     \
    F(M, be48,   six,       7, "")                                                     \
    F(M, be64,   eight,    13, "")                                                     \
    F(M, ip4,    address,  21, "")                                                     \
    F(M, mac,    station,  25, "")                                                     \
    F(M, text1,  letter,   31, "")                                                     \
    F(M, text2,  pair,     32, "")                                                     \
    F(M, text4,  word,     34, "")                                                     \
    F(M, text8,  symbol,   38, "")                                                     \
    F(M, text10, session,  46, "")
/* clang-format on */
WIRE_MESSAGE(every_kind, EVERY_KIND, 56)

#define EVERY_KIND_BYTES                                                                           \
    "fe fedc fedcba98 fedcba987654 fedcba9876543210 ef010203 01005e7f0203 "                        \
    "42 4344 45464748 494a4b4c4d4e2020 53455353494f4e303031"

SPEC(numbers_are_read_most_significant_byte_first)
{
    uint8_t bytes[sizeof(struct every_kind)];
    hex_bytes(bytes, sizeof bytes, EVERY_KIND_BYTES);
    const struct every_kind *message = (const struct every_kind *)bytes;
    EXPECT_UINT(u8_read(message->one), 0xfe);
    EXPECT_UINT(be16_read(message->two), 0xfedc);
    EXPECT_UINT(be32_read(message->four), 0xfedcba98);
    EXPECT_UINT(be48_read(message->six), 0xfedcba987654);
    EXPECT_UINT(be64_read(message->eight), 0xfedcba9876543210);
    EXPECT_UINT(ip4_read(message->address), 0xef010203);
    EXPECT_UINT((uint8_t)text1_read(message->letter), 'B');
}

SPEC(what_is_written_are_the_bytes_that_are_read)
{
    uint8_t bytes[sizeof(struct every_kind)];
    hex_bytes(bytes, sizeof bytes, EVERY_KIND_BYTES);
    struct every_kind message = {
        .one = u8(0xfe),
        .two = be16(0xfedc),
        .four = be32(0xfedcba98),
        .six = be48(0xfedcba987654),
        .eight = be64(0xfedcba9876543210),
        .address = ip4(0xef010203),
        .station = {{0x01, 0x00, 0x5e, 0x7f, 0x02, 0x03}},
        .letter = text1('B'),
        .pair = {"CD"},
        .word = {"EFGH"},
        .symbol = {"IJKLMN  "},
        .session = {"SESSION001"},
    };
    EXPECT(memcmp(&message, bytes, sizeof bytes) == 0);
}

SPEC(every_kind_prints)
{
    uint8_t bytes[sizeof(struct every_kind)];
    char line[WIRE_LINE_MAX];
    hex_bytes(bytes, sizeof bytes, EVERY_KIND_BYTES);
    wire_print(line, sizeof line, "every_kind", every_kind_fields, ARRAY_COUNT(every_kind_fields),
               bytes);
    EXPECT_TEXT(line, "every_kind one=254 two=65244 four=4275878552 six=280223976814164"
                      " eight=18364758544493064720 address=239.1.2.3 station=01:00:5e:7f:02:03"
                      " letter='B' pair='CD' word='EFGH' symbol='IJKLMN  ' session='SESSION001'");
}

SPEC(text_that_is_not_printable_stays_on_its_line)
{
    uint8_t bytes[20] = "a'b\\\n\x7f\xff\x00z ";
    char line[WIRE_LINE_MAX];
    wire_print(line, sizeof line, "header", moldudp64_header_fields, 1, bytes);
    EXPECT_TEXT(line, "header session='a\\x27b\\x5c\\x0a\\x7f\\xff\\x00z '");
}

SPEC(a_line_that_does_not_fit_is_cut_and_its_length_is_told)
{
    uint8_t bytes[20] = "SESSION001";
    char whole[WIRE_LINE_MAX];
    size_t length = wire_print(whole, sizeof whole, "m", moldudp64_header_fields, 3, bytes);
    EXPECT_UINT(length, strlen(whole));
    for (size_t capacity = 0; capacity <= length; capacity++) {
        char cut[WIRE_LINE_MAX];
        memset(cut, '#', sizeof cut);
        EXPECT_UINT(wire_print(cut, capacity, "m", moldudp64_header_fields, 3, bytes), length);
        EXPECT(cut[capacity] == '#');
        if (capacity == 0) continue;
        EXPECT(cut[capacity - 1] == '\0');
        EXPECT(memcmp(cut, whole, capacity - 1) == 0);
    }
}

#define SPECS(S)                                                                                   \
    S(numbers_are_read_most_significant_byte_first)                                                \
    S(what_is_written_are_the_bytes_that_are_read)                                                 \
    S(every_kind_prints)                                                                           \
    S(text_that_is_not_printable_stays_on_its_line)                                                \
    S(a_line_that_does_not_fit_is_cut_and_its_length_is_told)

SPEC_MAIN("wire", SPECS, NULL, NULL)
