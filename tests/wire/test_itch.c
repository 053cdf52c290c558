/* What the ITCH declarations promise: the bytes of the specification, and nothing else. */

#include "dataplane/wire/itch.h"
#include "dataplane/wire/wire_print.h"
#include "tests/wire/hex.h"

#include <string.h>

/* One message of each type, field by field as the specification lists them, each number with
 * different bytes so that a wrong offset, width or order shows.  Not built with our own writers: a
 * test that used them would agree with a mistake made in both. */
static const struct {
    char type;
    const char *bytes;
    const char *line;
} messages[] = {
    /* clang-format off */
    {'S',
     "53 0a1b 1a2b 1f1aced9f07e 48",
     "itch_system_event type='S' stock_locate=2587 tracking=6699 "
     "timestamp_ns=34200000000126 event='H'"},
    {'R',
     "52 0718 1728 1f1aced9f07e 5a565a5a54202020 4e 55 6778899a 49 50 5a20 44 4b 52 59 46 "
     "f708192a 54",
     "itch_stock_directory type='R' stock_locate=1816 tracking=5928 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' market_category='N' "
     "financial_status='U' round_lot_shares=1735952794 round_lots_only='I' "
     "issue_classification='P' issue_sub_type='Z ' authenticity='D' "
     "short_sale_threshold='K' ipo='R' luld_tier='Y' etp='F' etp_leverage=4144503082 "
     "inverse='T'"},
    {'H',
     "48 e9fa f90a 1f1aced9f07e 5a565a5a54202020 44 4b 54313220",
     "itch_trading_action type='H' stock_locate=59898 tracking=63754 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' state='D' reserved='K' reason='T12 '"},
    {'Y',
     "59 1c2d 2c3d 1f1aced9f07e 5a565a5a54202020 55",
     "itch_reg_sho type='Y' stock_locate=7213 tracking=11325 timestamp_ns=34200000000126 "
     "stock='ZVZZT   ' action='U'"},
    {'L',
     "4c f506 0516 1f1aced9f07e 4d504944 5a565a5a54202020 4f 56 43",
     "itch_participant_position type='L' stock_locate=62726 tracking=1302 "
     "timestamp_ns=34200000000126 mpid='MPID' stock='ZVZZT   ' primary_maker='O' "
     "maker_mode='V' state='C'"},
    {'V',
     "56 1324 2334 1f1aced9f07e 435465768798a9ba 5364758697a8b9ca 63748596a7b8c9da",
     "itch_mwcb_levels type='V' stock_locate=4900 tracking=9012 "
     "timestamp_ns=34200000000126 level1_e8=4851614258340342202 "
     "level2_e8=6009057023749568970 level3_e8=7166499789158795738"},
    {'W',
     "57 1627 2637 1f1aced9f07e 4c",
     "itch_mwcb_status type='W' stock_locate=5671 tracking=9783 "
     "timestamp_ns=34200000000126 breached_level='L'"},
    {'K',
     "4b f203 0213 1f1aced9f07e 5a565a5a54202020 32435465 4e 52637485",
     "itch_quoting_period type='K' stock_locate=61955 tracking=531 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' release_s=843273317 "
     "release_qualifier='N' price_e4=1382249605"},
    {'J',
     "4a ef00 ff10 1f1aced9f07e 5a565a5a54202020 2f405162 3f506172 4f607182 5f708192",
     "itch_luld_collar type='J' stock_locate=61184 tracking=65296 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' reference_price_e4=792744290 "
     "upper_price_e4=1062232434 lower_price_e4=1331720578 extension=1601208722"},
    {'h',
     "68 495a 596a 1f1aced9f07e 5a565a5a54202020 4a 51",
     "itch_operational_halt type='h' stock_locate=18778 tracking=22890 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' market='J' action='Q'"},
    {'A',
     "41 d4e5 e4f5 1f1aced9f07e 0415263748596a7b 57 24354657 5a565a5a54202020 44556677",
     "itch_add_order type='A' stock_locate=54501 tracking=58613 "
     "timestamp_ns=34200000000126 order_ref=294183369541511803 side='W' shares=607471191 "
     "stock='ZVZZT   ' price_e4=1146447479"},
    {'F',
     "46 e3f4 f304 1f1aced9f07e 132435465768798a 42 33445566 5a565a5a54202020 53647586 "
     "4d504944",
     "itch_add_order_mpid type='F' stock_locate=58356 tracking=62212 "
     "timestamp_ns=34200000000126 order_ref=1379285962112661898 side='B' shares=860116326 "
     "stock='ZVZZT   ' price_e4=1399092614 mpid='MPID'"},
    {'E',
     "45 e0f1 f001 1f1aced9f07e 1021324354657687 20314253 30415263748596a7",
     "itch_order_executed type='E' stock_locate=57585 tracking=61441 "
     "timestamp_ns=34200000000126 order_ref=1162265443598431879 executed=540099155 "
     "match_number=3477150974416885415"},
    {'C',
     "43 daeb eafb 1f1aced9f07e 0a1b2c3d4e5f7081 1a2b3c4d 2a3b4c5d6e7f90a1 4d 4a5b6c7d",
     "itch_order_executed_price type='C' stock_locate=56043 tracking=60155 "
     "timestamp_ns=34200000000126 order_ref=728224406569971841 executed=439041101 "
     "match_number=3043109937388425377 printable='M' price_e4=1247505533"},
    {'X',
     "58 192a 293a 1f1aced9f07e 495a6b7c8d9eafc0 596a7b8c",
     "itch_order_cancel type='X' stock_locate=6442 tracking=10554 "
     "timestamp_ns=34200000000126 order_ref=5285655295368802240 canceled=1500150668"},
    {'D',
     "44 ddee edfe 1f1aced9f07e 0d1e2f4051627384",
     "itch_order_delete type='D' stock_locate=56814 tracking=60926 "
     "timestamp_ns=34200000000126 order_ref=945244925084201860"},
    {'U',
     "55 1021 2031 1f1aced9f07e 405162738495a6b7 5061728394a5b6c7 60718293 708192a3",
     "itch_order_replace type='U' stock_locate=4129 tracking=8241 "
     "timestamp_ns=34200000000126 order_ref=4634593739826112183 "
     "new_order_ref=5792036505235338951 shares=1618051731 price_e4=1887539875"},
    {'P',
     "50 0112 1122 1f1aced9f07e 31425364758697a8 4c 51627384 5a565a5a54202020 718293a4 "
     "8192a3b4c5d6e7f8",
     "itch_trade type='P' stock_locate=274 tracking=4386 timestamp_ns=34200000000126 "
     "order_ref=3549491147254962088 side='L' shares=1365406596 stock='ZVZZT   ' "
     "price_e4=1904382884 match_number=9336704974301095928"},
    {'Q',
     "51 0415 1425 1f1aced9f07e 3445566778899aab 5a565a5a54202020 54657687 "
     "64758697a8b9cadb 48",
     "itch_cross_trade type='Q' stock_locate=1045 tracking=5157 "
     "timestamp_ns=34200000000126 shares=3766511665769192107 stock='ZVZZT   ' "
     "price_e4=1415935623 match_number=7238839961996872411 cross_type='H'"},
    {'B',
     "42 d7e8 e7f8 1f1aced9f07e 0718293a4b5c6d7e",
     "itch_broken_trade type='B' stock_locate=55272 tracking=59384 "
     "timestamp_ns=34200000000126 match_number=511203888055741822"},
    {'I',
     "49 ecfd fc0d 1f1aced9f07e 1c2d3e4f60718293 2c3d4e5f708192a3 4c 5a565a5a54202020 "
     "5c6d7e8f 6c7d8e9f 7c8d9eaf 55 42",
     "itch_imbalance type='I' stock_locate=60669 tracking=64525 "
     "timestamp_ns=34200000000126 paired_shares=2030347517655351955 "
     "imbalance_shares=3187790283064578723 direction='L' stock='ZVZZT   ' "
     "far_price_e4=1550679695 near_price_e4=1820167839 reference_price_e4=2089655983 "
     "cross_type='U' price_variation='B'"},
    {'N',
     "4e fb0c 0b1c 1f1aced9f07e 5a565a5a54202020 4a",
     "itch_retail_interest type='N' stock_locate=64268 tracking=2844 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' interest='J'"},
    {'O',
     "4f fe0f 0e1f 1f1aced9f07e 5a565a5a54202020 4b 4e5f7081 5e6f8091 6e7f90a1 "
     "7e8fa0b1c2d3e4f5 8e9fb0c1 9eafc0d1",
     "itch_direct_listing type='O' stock_locate=65039 tracking=3615 "
     "timestamp_ns=34200000000126 stock='ZVZZT   ' open_eligibility='K' "
     "minimum_price_e4=1314877569 maximum_price_e4=1584365713 near_price_e4=1853853857 "
     "near_time=9119684455786865909 lower_price_e4=2392830145 upper_price_e4=2662318289"},
    /* clang-format on */
};

SPEC(each_of_the_23_messages_reads_as_its_specification_says)
{
    EXPECT_UINT(ARRAY_COUNT(messages), 23);
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        uint8_t bytes[64] = {0};
        char line[WIRE_LINE_MAX];
        size_t length = hex_bytes(bytes, sizeof bytes, messages[i].bytes);

        EXPECT_UINT(itch_check(bytes, length), ITCH_OK);
        EXPECT_UINT(itch_length[(uint8_t)messages[i].type], length);
        const struct wire_layout *layout = itch_layout((uint8_t)messages[i].type);
        EXPECT(layout != NULL);
        if (!layout) continue;
        EXPECT_UINT(layout->size_bytes, length);
        wire_print_layout(line, sizeof line, layout, bytes);
        EXPECT_TEXT(line, messages[i].line);
    }
}

SPEC(no_type_is_tested_twice)
{
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++)
        for (size_t earlier = 0; earlier < i; earlier++)
            EXPECT(messages[i].type != messages[earlier].type);
}

SPEC(an_add_order_is_read_field_by_field)
{
    uint8_t bytes[64] = {0};
    size_t length = hex_bytes(bytes, sizeof bytes,
                              "41 0007 0003 1f1aced9f07b 00000000000003e9 42 0000012c"
                              " 4141504c20202020 001cdba2");
    EXPECT_UINT(itch_check(bytes, length), ITCH_OK);

    const struct itch_add_order *add = (const struct itch_add_order *)bytes;
    EXPECT_UINT((uint8_t)text1_read(add->type), 'A');
    EXPECT_UINT(be16_read(add->stock_locate), 7);
    EXPECT_UINT(be16_read(add->tracking), 3);
    EXPECT_UINT(be48_read(add->timestamp_ns), 34200000000123);
    EXPECT_UINT(be64_read(add->order_ref), 1001);
    EXPECT_UINT((uint8_t)text1_read(add->side), 'B');
    EXPECT_UINT(be32_read(add->shares), 300);
    EXPECT(memcmp(add->stock.byte, "AAPL    ", 8) == 0);
    EXPECT_UINT(be32_read(add->price_e4), 1891234);
}

SPEC(a_replace_names_the_order_that_leaves_and_the_one_that_rests)
{
    uint8_t bytes[64] = {0};
    size_t length = hex_bytes(bytes, sizeof bytes,
                              "55 0007 0003 1f1aced9f07b 00000000000003e9 00000000000003eb"
                              " 00000190 001cdab8");
    EXPECT_UINT(itch_check(bytes, length), ITCH_OK);

    const struct itch_order_replace *replace = (const struct itch_order_replace *)bytes;
    EXPECT_UINT(be64_read(replace->order_ref), 1001);
    EXPECT_UINT(be64_read(replace->new_order_ref), 1003);
    EXPECT_UINT(be32_read(replace->shares), 400);
    EXPECT_UINT(be32_read(replace->price_e4), 1891000);
}

SPEC(a_message_shorter_than_its_type_is_refused_and_a_longer_one_is_read)
{
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        uint8_t bytes[128] = {0};
        size_t length = hex_bytes(bytes, sizeof bytes, messages[i].bytes);
        for (size_t shorter = 1; shorter < length; shorter++)
            EXPECT_UINT(itch_check(bytes, shorter), ITCH_SHORT);
        for (size_t longer = length; longer <= sizeof bytes; longer++)
            EXPECT_UINT(itch_check(bytes, longer), ITCH_OK);
        EXPECT_UINT(itch_check(bytes, SIZE_MAX), ITCH_OK);
    }
}

SPEC(an_empty_message_is_refused_without_reading_it)
{
    EXPECT_UINT(itch_check(NULL, 0), ITCH_EMPTY);
}

SPEC(every_type_outside_the_table_is_unknown_at_any_length)
{
    uint32_t known = 0;
    for (unsigned type = 0; type < 256; type++) {
        uint8_t message[64] = {(uint8_t)type};
        known += itch_length[type] != 0;
        EXPECT((itch_layout((uint8_t)type) != NULL) == (itch_length[type] != 0));
        if (itch_length[type]) continue;
        EXPECT_UINT(itch_check(message, 1), ITCH_UNKNOWN_TYPE);
        EXPECT_UINT(itch_check(message, sizeof message), ITCH_UNKNOWN_TYPE);
        EXPECT_UINT(itch_check(message, SIZE_MAX), ITCH_UNKNOWN_TYPE);
    }
    EXPECT_UINT(known, 23);
}

SPEC(types_are_case_sensitive)
{
    EXPECT_UINT(itch_length['H'], 25);
    EXPECT_UINT(itch_length['h'], 21);
    EXPECT_UINT(itch_length['a'], 0);
}

SPEC(every_status_has_a_sentence_and_a_counter_name)
{
    EXPECT_TEXT(itch_status_name(ITCH_OK), "ok");
    EXPECT_TEXT(itch_status_name(ITCH_EMPTY), "empty");
    EXPECT_TEXT(itch_status_name(ITCH_UNKNOWN_TYPE), "unknown_type");
    EXPECT_TEXT(itch_status_name(ITCH_SHORT), "short_message");
    EXPECT_UINT(ITCH_STATUS_COUNT, 4);
    for (unsigned status = 0; status < ITCH_STATUS_COUNT; status++)
        EXPECT(strlen(itch_status_text((enum itch_status)status)) > 0);
}

#define SPECS(S)                                                                                   \
    S(each_of_the_23_messages_reads_as_its_specification_says)                                     \
    S(no_type_is_tested_twice)                                                                     \
    S(an_add_order_is_read_field_by_field)                                                         \
    S(a_replace_names_the_order_that_leaves_and_the_one_that_rests)                                \
    S(a_message_shorter_than_its_type_is_refused_and_a_longer_one_is_read)                         \
    S(an_empty_message_is_refused_without_reading_it)                                              \
    S(every_type_outside_the_table_is_unknown_at_any_length)                                       \
    S(types_are_case_sensitive)                                                                    \
    S(every_status_has_a_sentence_and_a_counter_name)

SPEC_MAIN("itch", SPECS, NULL, NULL)
