/* What capture promises of recognition, of pcap, and of ITCH without a transport. */

#include "dataplane/capture/capture.h"
#include "tests/capture/build.h"

static struct build file;
static struct read_all all;

static void an_empty_file(void)
{
    file.length = 0;
    file.big = false;
}

static void expect_the_packet(nanos_t time_ns, uint64_t offset)
{
    uint8_t packet[64];
    size_t length = hex_bytes(packet, sizeof packet, BUILD_PACKET);
    EXPECT_UINT(length, 46);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT_UINT(all.record[0].time_ns, time_ns);
    EXPECT(all.record[0].timed);
    EXPECT(!all.record[0].sliced);
    EXPECT_UINT(all.record[0].kind, CAPTURE_FRAME);
    EXPECT_UINT(all.record[0].offset, offset);
    EXPECT_UINT(all.record[0].length, length);
    EXPECT_UINT(all.record[0].original_length, length);
    EXPECT(memcmp(all.record[0].bytes, packet, length) == 0);
}

static void read_hex(const char *head)
{
    file.length = 0;
    build_hex(&file, head);
    build_hex(&file, BUILD_PACKET);
    build_read(&all, &file);
}

SPEC(pcap_of_either_byte_order_and_either_unit_is_read)
{
    read_hex("d4c3b2a1020004000000000000000000000004000100000000f1536540e201002e0000002e000000");
    expect_the_packet(1700000000123456000, 24);
    read_hex("4d3cb2a1020004000000000000000000000004000100000000f1536515cd5b072e0000002e000000");
    expect_the_packet(1700000000123456789, 24);
    read_hex("a1b2c3d400020004000000000000000000040000000000016553f1000001e2400000002e0000002e");
    expect_the_packet(1700000000123456000, 24);
    read_hex("a1b23c4d00020004000000000000000000040000000000016553f100075bcd150000002e0000002e");
    expect_the_packet(1700000000123456789, 24);
}

SPEC(the_patched_variants_are_read_with_their_interface_and_direction)
{
    read_hex("34cdb2a1020004000000000000000000000004000100000000f1536540e201002e0000002e000000"
             " 07000000 0008 04 00");
    expect_the_packet(1700000000123456000, 24);
    EXPECT_UINT(all.record[0].interface, 7);
    EXPECT_UINT(all.record[0].direction, CAPTURE_OUTBOUND);
    read_hex("a1b2cd3400020004000000000000000000040000000000016553f1000001e2400000002e0000002e"
             " 00000007 0800 02 00");
    expect_the_packet(1700000000123456000, 24);
    EXPECT_UINT(all.record[0].interface, 7);
    EXPECT_UINT(all.record[0].direction, CAPTURE_INBOUND);
}

SPEC(a_pcap_without_records_is_at_its_end)
{
    build_pcap(&file, 0xa1b23c4d, 1);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 0);
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(a_pcap_cut_inside_its_header_is_refused)
{
    build_pcap(&file, 0xa1b23c4d, 1);
    for (size_t cut = 4; cut < 24; cut++) {
        read_all(&all, file.bytes, cut, CAPTURE_FRAMING_CONTENT);
        EXPECT_UINT(all.status, CAPTURE_CUT_FILE_HEADER);
    }
}

SPEC(a_pcap_of_another_version_or_link_type_is_refused)
{
    build_pcap(&file, 0xa1b23c4d, 101);
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_LINK_TYPE);

    file.length = 0;
    build_pcap(&file, 0xa1b23c4d, 1);
    file.bytes[4] = 3;
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_PCAP_VERSION);
    file.bytes[4] = 2;
    file.bytes[6] = 5;
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_PCAP_VERSION);
}

SPEC(a_sliced_frame_is_told_and_one_longer_than_itself_is_whole)
{
    build_pcap(&file, 0xa1b23c4d, 1);
    build_pcap_record(&file, (struct build_record){1, 2, 10, 20});
    build_frame(&file, 0x40, 10);
    build_pcap_record(&file, (struct build_record){1, 3, 10, 9});
    build_frame(&file, 0x60, 10);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 2);
    EXPECT(all.record[0].sliced);
    EXPECT_UINT(all.record[0].length, 10);
    EXPECT_UINT(all.record[0].original_length, 20);
    EXPECT(!all.record[1].sliced);
    EXPECT_UINT(all.record[1].length, 10);
    EXPECT_UINT(all.record[1].original_length, 10);
    EXPECT_UINT(all.record[1].time_ns, 1000000003);
    EXPECT_UINT(all.record[1].bytes[0], 0x60);
}

SPEC(a_frame_check_sequence_in_the_link_type_is_taken_off)
{
    build_pcap(&file, 0xa1b23c4d, 0x24000001);
    build_pcap_record(&file, (struct build_record){1, 2, 64, 64});
    build_frame(&file, 0, 64);
    build_pcap_record(&file, (struct build_record){1, 2, 62, 64}); /* half of it was kept */
    build_frame(&file, 0, 62);
    build_pcap_record(&file, (struct build_record){1, 2, 50, 64}); /* a slice has none */
    build_frame(&file, 0, 50);
    build_pcap_record(&file, (struct build_record){1, 2, 3, 3});
    build_frame(&file, 0, 3);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 4);
    static const uint32_t length[4] = {60, 60, 50, 0}, original[4] = {60, 60, 60, 0};
    for (size_t i = 0; i < 4; i++) {
        EXPECT_UINT(all.record[i].length, length[i]);
        EXPECT_UINT(all.record[i].original_length, original[i]);
        EXPECT(all.record[i].sliced == (i == 2));
    }
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(old_versions_have_their_two_lengths_swapped)
{
    build_pcap(&file, 0xa1b2c3d4, 1);
    build_pcap_record(&file, (struct build_record){1, 2, 20, 10}); /* original 20, kept 10 */
    build_frame(&file, 0, 10);
    file.bytes[6] = 2;
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.record[0].length, 10);
    EXPECT_UINT(all.record[0].original_length, 20);
    file.bytes[6] = 3; /* swapped where the order cannot be right */
    build_read(&all, &file);
    EXPECT_UINT(all.record[0].length, 10);
    EXPECT_UINT(all.record[0].original_length, 20);
    EXPECT_UINT(all.status, CAPTURE_END);
}

static bool between_pcap_records(size_t cut)
{
    return cut == 24 || cut == 24 + 26 || cut == 24 + 26 + 21 || cut == file.length;
}

SPEC(a_pcap_cut_at_any_byte_yields_every_record_before_the_cut)
{
    build_pcap(&file, 0xa1b2c3d4, 1);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t length = (uint32_t[]){10, 5, 20}[i];
        build_pcap_record(&file, (struct build_record){i, i, length, length});
        build_frame(&file, 0, length);
    }
    expect_every_cut(&file, (size_t[]){50, 71, 107}, 3, between_pcap_records, 24);

    read_all(&all, file.bytes, 60, CAPTURE_FRAMING_CONTENT);
    EXPECT_UINT(all.status, CAPTURE_CUT_HEADER);
    EXPECT_UINT(all.fault_offset, 50);
    read_all(&all, file.bytes, 70, CAPTURE_FRAMING_CONTENT);
    EXPECT_UINT(all.status, CAPTURE_CUT_RECORD);
    EXPECT_UINT(all.fault_offset, 50);
}

SPEC(a_record_longer_than_any_frame_or_with_a_fraction_above_a_second_is_a_fault)
{
    build_pcap(&file, 0xa1b23c4d, 1);
    build_pcap_record(&file, (struct build_record){1, 2, 262145, 262145});
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_TOO_LONG);

    file.length = 24;
    build_pcap_record(&file, (struct build_record){1, 1000000000, 0, 0});
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_BAD_FRACTION);
    EXPECT_UINT(all.fault_offset, 24);
    file.length = 24;
    build_pcap_record(&file, (struct build_record){UINT32_MAX, 999999999, 0, 0});
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT_UINT(all.record[0].time_ns, 4294967295999999999);
}

SPEC(compressed_and_unknown_files_are_refused_by_name)
{
    static const struct {
        const char *bytes;
        enum capture_status status;
    } files[] = {
        {"", CAPTURE_EMPTY},
        {"1f8b0800", CAPTURE_GZIP},
        {"28b52ffd00", CAPTURE_ZSTD},
        {"fd377a585a00", CAPTURE_XZ},
        {"425a6839", CAPTURE_BZIP2},
        {"00", CAPTURE_UNKNOWN},
        {"0a0d0d", CAPTURE_UNKNOWN},
        {"a1b2c3", CAPTURE_UNKNOWN},
        {"7b226d65737361676522", CAPTURE_UNKNOWN},
        {"0000 53 0000 0000 000000000001 4f 0000", CAPTURE_ZEROS},
    };
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        file.length = 0;
        build_hex(&file, files[i].bytes);
        build_read(&all, &file);
        EXPECT_UINT(all.status, files[i].status);
    }
    EXPECT_TEXT(capture_status_text(CAPTURE_GZIP), "is gzip-compressed: unpack it first");
}

#define EVENT  "53 0000 0000 000000000001 4f "
#define DELETE "44 0007 0003 1f1aced9f07b 00000000000003e9 "

SPEC(itch_behind_lengths_is_recognised_and_read_to_its_end_mark)
{
    build_hex(&file, "000c" EVENT "0013" DELETE "0000");
    build_read(&all, &file);
    EXPECT_UINT(all.count, 2);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT_UINT(all.record[0].length, 12);
    EXPECT_UINT(all.record[0].bytes[0], 'S');
    EXPECT_UINT(all.record[0].offset, 0);
    EXPECT_UINT(all.record[1].length, 19);
    EXPECT_UINT(all.record[1].bytes[0], 'D');
    EXPECT_UINT(all.record[1].offset, 14);
    EXPECT_UINT(all.record[1].kind, CAPTURE_MESSAGE);
    EXPECT(!all.record[1].timed);
    EXPECT(!all.record[1].sliced);
}

SPEC(the_end_mark_may_be_missing_or_repeated_but_not_followed)
{
    build_hex(&file, "000c" EVENT);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_END);
    build_hex(&file, "000000000000");
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_END);
    build_hex(&file, "000c" EVENT);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_AFTER_END);
    EXPECT_UINT(all.fault_offset, 21);
}

static bool between_messages(size_t cut)
{
    return cut == 14 || cut == 35 || cut == 49;
}

SPEC(itch_behind_lengths_cut_at_any_byte_yields_every_message_before_the_cut)
{
    build_hex(&file, "000c" EVENT "0013" DELETE "000c" EVENT);
    expect_every_cut(&file, (size_t[]){14, 35, 49}, 3, between_messages, 3);
}

SPEC(only_a_plausible_chain_of_messages_is_taken_for_itch)
{
    build_hex(&file, "000c" EVENT "0013" DELETE "000b" EVENT); /* too short for its type */
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_UNKNOWN);
    read_all(&all, file.bytes, file.length, CAPTURE_FRAMING_LENGTHS);
    EXPECT_UINT(all.count, 3); /* but the caller may insist, and reads what is there */
    EXPECT_UINT(all.record[2].length, 11);
}

SPEC(an_unknown_message_late_in_the_file_is_delivered)
{
    for (unsigned i = 0; i < CAPTURE_PLAUSIBLE_COUNT; i++) build_hex(&file, "000c" EVENT);
    build_hex(&file, "0003 7a0102 0001 53");
    build_read(&all, &file);
    EXPECT_UINT(all.count, CAPTURE_PLAUSIBLE_COUNT + 2);
    EXPECT_UINT(all.record[CAPTURE_PLAUSIBLE_COUNT].bytes[0], 'z');
    EXPECT_UINT(all.record[CAPTURE_PLAUSIBLE_COUNT].length, 3);
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(itch_behind_zeros_is_read_by_the_length_of_each_type)
{
    build_hex(&file, "0000" EVENT "0000" DELETE "0000" EVENT);
    read_all(&all, file.bytes, file.length, CAPTURE_FRAMING_TYPES);
    EXPECT_UINT(all.count, 3);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT_UINT(all.record[1].bytes[0], 'D');
    EXPECT_UINT(all.record[1].length, 19);
    EXPECT_UINT(all.record[2].offset, 35);
    for (size_t cut = 1; cut < file.length; cut++) {
        read_all(&all, file.bytes, cut, CAPTURE_FRAMING_TYPES);
        EXPECT_UINT(all.count, cut < 14 ? 0 : cut < 35 ? 1 : 2);
        bool clean = cut == 14 || cut == 35;
        EXPECT((all.status == CAPTURE_END) == clean);
        EXPECT(clean || all.status == CAPTURE_CUT_HEADER || all.status == CAPTURE_CUT_RECORD);
    }
}

SPEC(itch_behind_zeros_stops_at_what_it_cannot_pass_over)
{
    build_hex(&file, "0000" EVENT "0000 7a");
    read_all(&all, file.bytes, file.length, CAPTURE_FRAMING_TYPES);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_UNKNOWN_TYPE);
    EXPECT_UINT(all.fault_offset, 14);
    file.length = 14;
    build_hex(&file, "0001" EVENT);
    read_all(&all, file.bytes, file.length, CAPTURE_FRAMING_TYPES);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_NOT_ZEROS);
}

SPEC(every_status_has_a_sentence_and_a_name)
{
    for (unsigned status = 0; status < CAPTURE_STATUS_COUNT; status++) {
        EXPECT(strlen(capture_status_text((enum capture_status)status)) > 0);
        EXPECT(strlen(capture_status_name((enum capture_status)status)) > 0);
    }
}

#define SPECS(S)                                                                                   \
    S(pcap_of_either_byte_order_and_either_unit_is_read)                                           \
    S(the_patched_variants_are_read_with_their_interface_and_direction)                            \
    S(a_pcap_without_records_is_at_its_end)                                                        \
    S(a_pcap_cut_inside_its_header_is_refused)                                                     \
    S(a_pcap_of_another_version_or_link_type_is_refused)                                           \
    S(a_sliced_frame_is_told_and_one_longer_than_itself_is_whole)                                  \
    S(a_frame_check_sequence_in_the_link_type_is_taken_off)                                        \
    S(old_versions_have_their_two_lengths_swapped)                                                 \
    S(a_pcap_cut_at_any_byte_yields_every_record_before_the_cut)                                   \
    S(a_record_longer_than_any_frame_or_with_a_fraction_above_a_second_is_a_fault)                 \
    S(compressed_and_unknown_files_are_refused_by_name)                                            \
    S(itch_behind_lengths_is_recognised_and_read_to_its_end_mark)                                  \
    S(the_end_mark_may_be_missing_or_repeated_but_not_followed)                                    \
    S(itch_behind_lengths_cut_at_any_byte_yields_every_message_before_the_cut)                     \
    S(only_a_plausible_chain_of_messages_is_taken_for_itch)                                        \
    S(an_unknown_message_late_in_the_file_is_delivered)                                            \
    S(itch_behind_zeros_is_read_by_the_length_of_each_type)                                        \
    S(itch_behind_zeros_stops_at_what_it_cannot_pass_over)                                         \
    S(every_status_has_a_sentence_and_a_name)

SPEC_MAIN("capture", SPECS, an_empty_file, NULL)
