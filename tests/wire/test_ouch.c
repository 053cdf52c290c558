/* OUCH 5.0 and 4.2: lengths, forms and appendages, by bytes from the protocols' documents. */

#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"
#include "dataplane/wire/wire_print.h"
#include "tests/support/spec.h"
#include "tests/wire/hex.h"

#include <stdio.h>
#include <string.h>

static uint8_t bytes[512];

static enum ouch50_status check_in(const char *text, struct ouch50_tags *tags)
{
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return ouch50_check_in(bytes, length, tags);
}

static enum ouch50_status check_out(const char *text, struct ouch50_tags *tags)
{
    size_t length = hex_bytes(bytes, sizeof bytes, text);
    return ouch50_check_out(bytes, length, tags);
}

#define EXPECT_STATUS(actual, expected)                                                            \
    EXPECT_TEXT(ouch50_status_name(actual), ouch50_status_name(expected))

SPEC(the_document_s_enter_order_reads_as_it_says)
{
    struct ouch50_tags tags;
    EXPECT_STATUS(check_in("4f 00000001 42 00000064 4141504c20202020 00000000001cdba2 30 59 50 4e "
                           "4e 4131202020202020202020202020 0000",
                           &tags),
                  OUCH50_OK);
    const struct ouch50_enter *m = (const struct ouch50_enter *)bytes;
    EXPECT_UINT(be32_read(m->urn), 1);
    EXPECT(text1_read(m->side) == 'B');
    EXPECT_UINT(be32_read(m->qty), 100);
    EXPECT(memcmp(m->symbol.byte, "AAPL    ", 8) == 0);
    EXPECT_UINT(be64_read(m->price_e4), 1891234);
    EXPECT(text1_read(m->tif) == '0');
    EXPECT(text1_read(m->display) == 'Y');
    EXPECT(text1_read(m->capacity) == 'P');
    EXPECT(text1_read(m->iso) == 'N');
    EXPECT(text1_read(m->cross) == 'N');
    EXPECT(memcmp(m->cl_ord_id.byte, "A1            ", 14) == 0);
    EXPECT_UINT(tags.present, 0);
}

SPEC(the_document_s_cancel_and_execution_read_as_they_say)
{
    struct ouch50_tags tags;
    EXPECT_STATUS(check_in("58 00000001 00000000", &tags), OUCH50_OK);
    EXPECT_UINT(be32_read(((const struct ouch50_cancel *)bytes)->urn), 1);
    EXPECT_STATUS(check_out("45 00001f1aced9f1c8 00000001 00000028 00000000001cdea0 41 "
                            "0000000000002329 0000",
                            &tags),
                  OUCH50_OK);
    const struct ouch50_executed *m = (const struct ouch50_executed *)bytes;
    EXPECT_UINT(be64_read(m->timestamp_ns), 34200000000456);
    EXPECT_UINT(be32_read(m->qty), 40);
    EXPECT_UINT(be64_read(m->price_e4), 1892000);
    EXPECT(text1_read(m->liquidity) == 'A');
    EXPECT_UINT(be64_read(m->match_number), 9001);
}

/* The length table of the document: fixed part, and whether the appendage is always 'a', optional
 * 'o' or never there 'n'. */
static const struct {
    char direction;
    char type;
    uint16_t fixed;
    char appendage;
} lengths[] = {
    {'i', 'O', 45, 'a'}, {'i', 'U', 38, 'a'}, {'i', 'X', 9, 'o'},  {'i', 'M', 10, 'o'},
    {'i', 'C', 17, 'a'}, {'i', 'D', 9, 'a'},  {'i', 'E', 9, 'a'},  {'i', 'Q', 1, 'o'},
    {'o', 'S', 10, 'n'}, {'o', 'A', 62, 'a'}, {'o', 'U', 66, 'a'}, {'o', 'C', 18, 'o'},
    {'o', 'D', 32, 'o'}, {'o', 'E', 34, 'a'}, {'o', 'B', 36, 'o'}, {'o', 'J', 29, 'o'},
    {'o', 'P', 13, 'o'}, {'o', 'I', 13, 'o'}, {'o', 'T', 30, 'o'}, {'o', 'M', 18, 'o'},
    {'o', 'R', 14, 'a'}, {'o', 'X', 25, 'a'}, {'o', 'G', 17, 'a'}, {'o', 'K', 17, 'a'},
    {'o', 'Q', 13, 'o'},
};

static enum ouch50_status check(char direction, size_t length)
{
    struct ouch50_tags tags;
    return direction == 'i' ? ouch50_check_in(bytes, length, &tags)
                            : ouch50_check_out(bytes, length, &tags);
}

SPEC(each_message_of_5_0_has_its_short_and_its_long_form)
{
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        uint16_t fixed = lengths[i].fixed;
        char appendage = lengths[i].appendage;
        memset(bytes, 0, sizeof bytes);
        bytes[0] = (uint8_t)lengths[i].type;
        for (size_t length = 1; length < 80; length++) {
            bool good =
                (length == fixed && appendage != 'a') || (length == fixed + 2u && appendage != 'n');
            spec_expect(__FILE__, __LINE__,
                        (check(lengths[i].direction, length) == OUCH50_OK) == good,
                        "%c '%c' of %zu bytes", lengths[i].direction, lengths[i].type, length);
        }
        bytes[fixed + 1] = 4; /* two unknown tags, the second without a value */
        bytes[fixed + 2] = 1, bytes[fixed + 3] = 200;
        bytes[fixed + 4] = 1, bytes[fixed + 5] = 201;
        EXPECT((check(lengths[i].direction, fixed + 6u) == OUCH50_OK) == (appendage != 'n'));
    }
}

SPEC(all_other_letters_are_no_type)
{
    uint32_t in = 0, out = 0;
    memset(bytes, 0, sizeof bytes);
    for (int type = 0; type < 256; type++) {
        bytes[0] = (uint8_t)type;
        in += check('i', 45) != OUCH50_UNKNOWN_TYPE;
        out += check('o', 45) != OUCH50_UNKNOWN_TYPE;
        EXPECT((ouch50_in_layout((uint8_t)type) != NULL) ==
               (check('i', 45) != OUCH50_UNKNOWN_TYPE));
    }
    EXPECT_UINT(in, 8);
    EXPECT_UINT(out, 17);
    EXPECT(check('i', 0) == OUCH50_EMPTY);
}

SPEC(tags_are_found_whatever_their_order)
{
    struct ouch50_tags tags;
    EXPECT_STATUS(check_in("58 00000001 00000000 0003 02 1c 05", &tags), OUCH50_OK);
    EXPECT(ouch50_has(&tags, OUCH50_USER_REF_IDX));
    EXPECT_UINT(u8_read(*(const struct u8 *)ouch50_value(bytes, &tags, OUCH50_USER_REF_IDX)), 5);
    EXPECT_STATUS(check_in("55 00000001 00000002 00000064 00000000000186a0 30 59 4e "
                           "2020202020202020202020202020 0010 "
                           "02 1c ff 03 c8 aabb 05 03 00000032 02 1b 54",
                           &tags),
                  OUCH50_OK);
    EXPECT_UINT(tags.present, 1u << 28 | 1u << 3 | 1u << 27);
    EXPECT_UINT(ouch50_be32(bytes, &tags, OUCH50_MIN_QTY), 50);
    EXPECT_UINT(tags.at[OUCH50_SIDE], 55);
}

SPEC(appendages_that_are_none_have_their_reasons)
{
    struct ouch50_tags tags;
    EXPECT_STATUS(check_in("58 00000001 00000000 0003 02 1c", &tags), OUCH50_BAD_LENGTH);
    EXPECT_STATUS(check_in("58 00000001 00000000 0003 02 1c 05 00", &tags), OUCH50_BAD_LENGTH);
    EXPECT_STATUS(check_in("58 00000001 00000000 00", &tags), OUCH50_BAD_LENGTH);
    EXPECT_STATUS(check_in("58 00000001 00000000 0003 00 1c 05", &tags), OUCH50_BAD_ELEMENT);
    EXPECT_STATUS(check_in("58 00000001 00000000 0003 03 1c 05", &tags), OUCH50_BAD_ELEMENT);
    EXPECT_STATUS(check_in("58 00000001 00000000 0001 01", &tags), OUCH50_BAD_ELEMENT);
    EXPECT_STATUS(check_in("58 00000001 00000000 0002 01 1c", &tags), OUCH50_BAD_TAG_SIZE);
    EXPECT_STATUS(check_in("58 00000001 00000000 0004 03 1c 0505", &tags), OUCH50_BAD_TAG_SIZE);
    EXPECT_STATUS(check_in("58 00000001 00000000 0006 02 1c 05 02 1c 05", &tags), OUCH50_TAG_TWICE);
    EXPECT_STATUS(check_in("58 00000001 00000000 0006 05 03 00000032", &tags),
                  OUCH50_TAG_MISPLACED);
}

/* Who may carry a tag, by the document: the inbound messages' lists, and the outbound ones'. */
SPEC(each_message_carries_its_own_tags_and_no_others)
{
    static const struct {
        char direction;
        char type;
        const char *tags;
    } carried[] = {
        {'i', 'O', " 2 3 4 5 6 7 9 10 11 12 13 15 16 17 24 25 26 28 29 30 "},
        {'i', 'U', " 3 5 6 7 9 10 11 12 13 15 16 17 25 26 27 28 29 30 "},
        {'i', 'X', " 28 "},
        {'i', 'M', " 25 26 28 "},
        {'i', 'C', " 24 27 28 "},
        {'i', 'D', " 28 "},
        {'i', 'E', " 28 "},
        {'i', 'Q', " 28 "},
        {'o', 'A', " 2 3 4 5 6 7 9 10 11 12 13 14 15 16 17 18 24 25 28 29 30 "},
        {'o', 'U', " 2 3 5 6 12 15 16 17 18 28 29 30 "},
        {'o', 'E', " 28 "},
        {'o', 'R', " 1 22 23 28 "},
        {'o', 'X', " 24 27 28 "},
        {'o', 'C', " 28 "},
        {'o', 'Q', " 28 "},
    };
    for (size_t i = 0; i < ARRAY_COUNT(carried); i++) {
        size_t fixed = 0;
        for (size_t row = 0; row < ARRAY_COUNT(lengths); row++)
            if (lengths[row].direction == carried[i].direction &&
                lengths[row].type == carried[i].type)
                fixed = lengths[row].fixed;
        for (unsigned tag = 1; tag <= 30; tag++) {
            const struct wire_field *field = ouch50_tag_field((uint8_t)tag);
            if (!field) continue;
            char word[8];
            snprintf(word, sizeof word, " %u ", tag);
            memset(bytes, 0, sizeof bytes);
            bytes[0] = (uint8_t)carried[i].type;
            bytes[fixed + 1] = (uint8_t)(field->size_bytes + 2);
            bytes[fixed + 2] = (uint8_t)(field->size_bytes + 1);
            bytes[fixed + 3] = (uint8_t)tag;
            enum ouch50_status status = check(carried[i].direction, fixed + 4u + field->size_bytes);
            bool may = strstr(carried[i].tags, word) != NULL;
            spec_expect(__FILE__, __LINE__, status == (may ? OUCH50_OK : OUCH50_TAG_MISPLACED),
                        "%c '%c' tag %u: %s", carried[i].direction, carried[i].type, tag,
                        ouch50_status_name(status));
        }
    }
}

SPEC(a_tag_s_size_is_that_of_the_document)
{
    static const uint8_t size[31] = {
        [1] = 8,  [2] = 4,  [3] = 4,  [4] = 1,  [5] = 4,  [6] = 1,  [7] = 4,  [9] = 8,  [10] = 1,
        [11] = 4, [12] = 1, [13] = 4, [14] = 4, [15] = 4, [16] = 1, [17] = 1, [18] = 1, [22] = 4,
        [23] = 8, [24] = 2, [25] = 1, [26] = 4, [27] = 1, [28] = 1, [29] = 1, [30] = 2};
    for (unsigned tag = 0; tag < 256; tag++) {
        const struct wire_field *field = ouch50_tag_field((uint8_t)tag);
        EXPECT_UINT(field ? field->size_bytes : 0, tag < 31 ? size[tag] : 0);
    }
}

SPEC(a_written_appendage_is_the_document_s_example)
{
    uint8_t message[64] = {'X'};
    struct ouch50_appendage to = ouch50_appendage(message, 9);
    struct u8 channel = u8(5);
    struct be32 least = be32(50);
    ouch50_add(&to, OUCH50_USER_REF_IDX, &channel, sizeof channel);
    ouch50_add(&to, OUCH50_MIN_QTY, &least, sizeof least);
    EXPECT_UINT(ouch50_end(&to), 20);
    uint8_t expected[16];
    size_t length = hex_bytes(expected, sizeof expected, "0009 021c05 050300000032");
    EXPECT(memcmp(message + 9, expected, length) == 0);
}

SPEC(reasons_have_their_meanings)
{
    EXPECT_TEXT(ouch50_reject_text(0x0001), "quote unavailable");
    EXPECT_TEXT(ouch50_reject_text(0x0017), "invalid symbol");
    EXPECT_TEXT(ouch50_reject_text(0x0033), "risk: IPO market buy not allowed");
    EXPECT_TEXT(ouch50_reject_text(0), "unknown");
    EXPECT_TEXT(ouch50_reject_text(0x34), "unknown");
}

SPEC(each_message_of_4_2_has_its_length)
{
    static const struct {
        char direction;
        char type;
        uint8_t length;
    } row[] = {
        {'i', 'O', 49}, {'i', 'U', 47}, {'i', 'X', 19}, {'i', 'M', 20}, {'i', 'N', 15},
        {'o', 'S', 10}, {'o', 'A', 66}, {'o', 'U', 80}, {'o', 'C', 28}, {'o', 'D', 37},
        {'o', 'E', 40}, {'o', 'B', 32}, {'o', 'G', 45}, {'o', 'F', 41}, {'o', 'J', 24},
        {'o', 'P', 23}, {'o', 'I', 23}, {'o', 'T', 36}, {'o', 'M', 28}, {'o', 'N', 23},
    };
    uint32_t types = 0;
    for (int direction = 0; direction < 2; direction++)
        for (int type = 0; type < 256; type++)
            for (size_t length = 1; length < 100; length++) {
                bool known = false;
                bytes[0] = (uint8_t)type;
                for (size_t i = 0; i < ARRAY_COUNT(row); i++)
                    known |= row[i].direction == "io"[direction] && row[i].type == (char)type &&
                             (row[i].length == length ||
                              (direction == 1 && type == 'D' && length == 38));
                enum ouch42_status status = direction == 0 ? ouch42_check_in(bytes, length)
                                                           : ouch42_check_out(bytes, length);
                spec_expect(__FILE__, __LINE__, (status == OUCH42_OK) == known,
                            "%d '%c' of %zu bytes", direction, type, length);
                types += known;
            }
    EXPECT_UINT(types, 21);
    EXPECT(ouch42_check_in(bytes, 0) == OUCH42_EMPTY);
}

SPEC(the_document_s_messages_of_4_2_read_as_they_say)
{
    size_t length = hex_bytes(bytes, sizeof bytes, "58 5430303031202020202020202020 00000000");
    EXPECT(ouch42_check_in(bytes, length) == OUCH42_OK);
    const struct ouch42_cancel *cancel = (const struct ouch42_cancel *)bytes;
    EXPECT(memcmp(cancel->token.byte, "T0001         ", 14) == 0);
    EXPECT_UINT(be32_read(cancel->qty), 0);
    length = hex_bytes(bytes, sizeof bytes, "4a 0000000000000001 5430303031202020202020202020 48");
    EXPECT(ouch42_check_out(bytes, length) == OUCH42_OK);
    const struct ouch42_rejected *rejected = (const struct ouch42_rejected *)bytes;
    EXPECT_UINT(be64_read(rejected->timestamp_ns), 1);
    EXPECT(text1_read(rejected->reason) == 'H');
}

SPEC(every_message_prints_its_fields)
{
    char line[WIRE_LINE_MAX];
    memset(bytes, ' ', sizeof bytes);
    hex_bytes(bytes, sizeof bytes,
              "4f 00000001 42 00000064 4141504c20202020 00000000001cdba2 30 59 50 4e 4e "
              "4131202020202020202020202020");
    wire_print_layout(line, sizeof line, ouch50_in_layout('O'), bytes);
    EXPECT_TEXT(line, "ouch50_enter type='O' urn=1 side='B' qty=100 symbol='AAPL    ' "
                      "price_e4=1891234 tif='0' display='Y' capacity='P' iso='N' cross='N' "
                      "cl_ord_id='A1            '");
    EXPECT_TEXT(ouch42_out_layout('U')->name, "ouch42_replaced");
    EXPECT(ouch42_out_layout('Z') == NULL);
}

#define SPECS(S)                                                                                   \
    S(the_document_s_enter_order_reads_as_it_says)                                                 \
    S(the_document_s_cancel_and_execution_read_as_they_say)                                        \
    S(each_message_of_5_0_has_its_short_and_its_long_form)                                         \
    S(all_other_letters_are_no_type)                                                               \
    S(tags_are_found_whatever_their_order)                                                         \
    S(appendages_that_are_none_have_their_reasons)                                                 \
    S(each_message_carries_its_own_tags_and_no_others)                                             \
    S(a_tag_s_size_is_that_of_the_document)                                                        \
    S(a_written_appendage_is_the_document_s_example)                                               \
    S(reasons_have_their_meanings)                                                                 \
    S(each_message_of_4_2_has_its_length)                                                          \
    S(the_document_s_messages_of_4_2_read_as_they_say)                                             \
    S(every_message_prints_its_fields)
SPEC_MAIN("ouch", SPECS, NULL, NULL)
