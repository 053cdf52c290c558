/* What the declarations of SoupBinTCP and GLIMPSE promise, on packets written by hand. */

#include "dataplane/wire/decimal.h"
#include "dataplane/wire/glimpse50.h"
#include "dataplane/wire/soupbintcp.h"
#include "dataplane/wire/wire_print.h"
#include "tests/wire/hex.h"

#include <string.h>

#define SPACES_10 "20202020202020202020 "
#define LOGIN     "4c 464d55534552 73656372657420202020 " SPACES_10 SPACES_10 "20202020202020202031"
#define ACCEPTED  "001f 41 20202020534553533031 " SPACES_10 "20202020202020203432"

static enum soupbintcp_status check(enum soupbintcp_sender sender, const char *text)
{
    uint8_t bytes[256] = {0};
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return soupbintcp_check(sender, bytes, length);
}

SPEC(each_type_is_whole_at_its_length_and_only_from_its_sender)
{
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001 52"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0001 52"), SOUPBINTCP_WRONG_SENDER);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0001 48"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001 48"), SOUPBINTCP_WRONG_SENDER);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0001 5a"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001 4f"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0002 4a 41"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0006 53 68656c6c6f"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0006 53 68656c6c6f"), SOUPBINTCP_WRONG_SENDER);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0002 55 78"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001 55"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0002 2b 78"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001 2b"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "002f" LOGIN), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0034" LOGIN "2031353030"), SOUPBINTCP_WHOLE);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, ACCEPTED), SOUPBINTCP_WHOLE);
}

SPEC(what_is_wrong_is_said_as_soon_as_it_can_be_known)
{
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, ""), SOUPBINTCP_PART);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "00"), SOUPBINTCP_PART);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0000"), SOUPBINTCP_EMPTY);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0001"), SOUPBINTCP_PART);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0009 51"), SOUPBINTCP_UNKNOWN_TYPE);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0002 52"), SOUPBINTCP_BAD_LENGTH);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "0030 4c"), SOUPBINTCP_BAD_LENGTH);
    EXPECT_UINT(check(SOUPBINTCP_CLIENT, "002f 4c"), SOUPBINTCP_PART);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "001e 41"), SOUPBINTCP_BAD_LENGTH);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0001 4a"), SOUPBINTCP_BAD_LENGTH);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "ffff 53"), SOUPBINTCP_PART);
    EXPECT_UINT(check(SOUPBINTCP_SERVER, "0002 53 78 0000"), SOUPBINTCP_WHOLE); /* more follows */
}

SPEC(fields_lie_where_the_document_says)
{
    uint8_t bytes[64];
    char line[WIRE_LINE_MAX];
    hex_bytes(bytes, sizeof bytes, "0034" LOGIN "2031353030");
    EXPECT_UINT(soupbintcp_bytes(bytes), 54);
    static const struct wire_layout timed = WIRE_LAYOUT(soupbintcp_login_timed);
    wire_print_layout(line, sizeof line, &timed, bytes);
    EXPECT_TEXT(line, "soupbintcp_login_timed length=52 type='L' username='FMUSER' "
                      "password='secret    ' session='          ' "
                      "sequence='                   1' timeout=' 1500'");
    hex_bytes(bytes, sizeof bytes, ACCEPTED);
    static const struct wire_layout accepted = WIRE_LAYOUT(soupbintcp_accepted);
    wire_print_layout(line, sizeof line, &accepted, bytes);
    EXPECT_TEXT(line, "soupbintcp_accepted length=31 type='A' session='    SESS01' "
                      "sequence='                  42'");
    struct soupbintcp_header header = soupbintcp_header_of('S', 5);
    EXPECT(memcmp(&header, "\0\6S", 3) == 0);
    header = soupbintcp_header_of('S', SOUPBINTCP_PAYLOAD_MAX);
    EXPECT(memcmp(&header, "\xff\xffS", 3) == 0);
}

static uint64_t number(const char *text)
{
    uint64_t value = 4711;
    return decimal_read(text, strlen(text), &value) ? value : UINT64_MAX - 1;
}

#define NONE (UINT64_MAX - 1)

SPEC(a_number_may_have_spaces_around_it_and_zeros_before_it_and_nothing_else)
{
    EXPECT_UINT(number("                  42"), 42);
    EXPECT_UINT(number("42                  "), 42);
    EXPECT_UINT(number("  0042  "), 42);
    EXPECT_UINT(number("0"), 0);
    EXPECT_UINT(number("00000000000000000000"), 0);
    EXPECT_UINT(number("18446744073709551615"), UINT64_MAX);
    EXPECT_UINT(number("18446744073709551616"), NONE);
    EXPECT_UINT(number("99999999999999999999"), NONE);
    EXPECT_UINT(number("000000000018446744073709551615"), UINT64_MAX);
    EXPECT_UINT(number(""), NONE);
    EXPECT_UINT(number("    "), NONE);
    EXPECT_UINT(number("4 2"), NONE);
    EXPECT_UINT(number("-1"), NONE);
    EXPECT_UINT(number("+1"), NONE);
    EXPECT_UINT(number("4x"), NONE);
    EXPECT_UINT(number("\t4"), NONE);
    EXPECT_UINT(number("4/"), NONE); /* the character before '0' */
    EXPECT_UINT(number("4:"), NONE); /* and the one after '9' */
    EXPECT_UINT(number("4\xb1"), NONE);
}

SPEC(numbers_are_written_to_the_right_behind_spaces)
{
    char field[21] = {0};
    EXPECT(decimal_write(field, 20, 42));
    EXPECT_TEXT(field, "                  42");
    EXPECT(decimal_write(field, 20, 0));
    EXPECT_TEXT(field, "                   0");
    EXPECT(decimal_write(field, 20, UINT64_MAX));
    EXPECT_TEXT(field, "18446744073709551615");
    memset(field, 0, sizeof field);
    EXPECT(decimal_write(field, 5, 99999));
    EXPECT(!decimal_write(field, 5, 100000));
    EXPECT_TEXT(field, "99999");
}

static enum glimpse50_status spin(const char *text, size_t length, uint64_t *next)
{
    return glimpse50_check((const uint8_t *)text, length, next);
}

SPEC(a_snapshot_is_of_eight_types_and_its_end)
{
    uint64_t next = 0;
    uint8_t bytes[64];
    size_t length = hex_bytes(bytes, sizeof bytes, "47 2020202020202020202020202020313233343536");
    EXPECT_UINT(glimpse50_check(bytes, length, &next), GLIMPSE50_ENDED);
    EXPECT_UINT(next, 123456);
    struct glimpse50_end end = glimpse50_end_of(123456);
    EXPECT(sizeof end == length && memcmp(&end, bytes, length) == 0);

    static const struct {
        char type;
        uint8_t length;
    } part[] = {{'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20},
                {'h', 21}, {'N', 20}, {'A', 36}, {'F', 40}};
    for (uint32_t i = 0; i < ARRAY_COUNT(part); i++) {
        char message[64] = {part[i].type};
        EXPECT_UINT(spin(message, part[i].length, &next), GLIMPSE50_STATE);
        EXPECT_UINT(spin(message, part[i].length + 1u, &next),
                    GLIMPSE50_STATE); /* longer one day */
        EXPECT_UINT(spin(message, part[i].length - 1u, &next), GLIMPSE50_SHORT);
    }
    EXPECT_UINT(spin("E", 31, &next), GLIMPSE50_OTHER_TYPE);
    EXPECT_UINT(spin("\0", 1, &next), GLIMPSE50_OTHER_TYPE);
    EXPECT_UINT(spin("", 0, &next), GLIMPSE50_EMPTY);
    EXPECT_UINT(spin("G1", 2, &next), GLIMPSE50_SHORT);
    EXPECT_UINT(spin("G12                  ", 21, &next), GLIMPSE50_ENDED);
    EXPECT_UINT(next, 12);
    EXPECT_UINT(spin("G                   0", 21, &next), GLIMPSE50_BAD_SEQUENCE);
    EXPECT_UINT(spin("G                    ", 21, &next), GLIMPSE50_BAD_SEQUENCE);
    EXPECT_UINT(spin("G99999999999999999999", 21, &next), GLIMPSE50_BAD_SEQUENCE);
}

SPEC(each_status_has_a_name_and_a_sentence)
{
    EXPECT_TEXT(soupbintcp_status_name(SOUPBINTCP_EMPTY), "empty");
    EXPECT_TEXT(soupbintcp_status_text(SOUPBINTCP_WHOLE), "a packet is there to its last byte");
    EXPECT_TEXT(glimpse50_status_name(GLIMPSE50_ENDED), "end");
    EXPECT_TEXT(glimpse50_status_text(GLIMPSE50_SHORT), "shorter than its type");
}

#define SPECS(S)                                                                                   \
    S(each_type_is_whole_at_its_length_and_only_from_its_sender)                                   \
    S(what_is_wrong_is_said_as_soon_as_it_can_be_known)                                            \
    S(fields_lie_where_the_document_says)                                                          \
    S(a_number_may_have_spaces_around_it_and_zeros_before_it_and_nothing_else)                     \
    S(numbers_are_written_to_the_right_behind_spaces)                                              \
    S(a_snapshot_is_of_eight_types_and_its_end)                                                    \
    S(each_status_has_a_name_and_a_sentence)
SPEC_MAIN("soupbintcp", SPECS, NULL, NULL)
