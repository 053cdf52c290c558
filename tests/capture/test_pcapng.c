/* What capture promises of pcapng, on files put together block by block. */

#include "dataplane/capture/capture.h"
#include "tests/capture/build.h"

static struct build file;
static struct read_all all;

static void an_empty_file(void)
{
    file.length = 0;
    file.big = false;
}

static void expect_the_packet(void)
{
    uint8_t packet[64];
    size_t length = hex_bytes(packet, sizeof packet, BUILD_PACKET);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT_UINT(all.record[0].time_ns, 1700000000123456789);
    EXPECT_UINT(all.record[0].offset, 60);
    EXPECT_UINT(all.record[0].length, length);
    EXPECT_UINT(all.record[0].original_length, length);
    EXPECT(memcmp(all.record[0].bytes, packet, length) == 0);
}

SPEC(a_file_of_either_byte_order_is_read)
{
    build_hex(&file, "0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000");
    build_hex(&file, "0100000020000000010000000000000009000100090000000000000020000000");
    build_hex(&file, "060000005000000000000000fe9c971715cd853d2e0000002e000000" BUILD_PACKET
                     "0000 50000000");
    expect_the_packet();
    file.length = 0;
    build_hex(&file, "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c");
    build_hex(&file, "0000000100000020000100000000000000090001090000000000000000000020");
    build_hex(&file, "00000006000000500000000017979cfe3d85cd150000002e0000002e" BUILD_PACKET
                     "0000 00000050");
    expect_the_packet();
}

SPEC(sections_may_differ_in_byte_order_and_each_has_its_own_interfaces)
{
    build_section(&file, false);
    build_interface(&file, 9);
    build_interface(&file, 6);
    build_packet(&file,
                 (struct build_packet){.interface = 1, .ticks = 5, .kept = 3, .original = 3});
    build_section(&file, true);
    build_interface(&file, 3);
    build_packet(&file, (struct build_packet){.ticks = 5, .kept = 7, .original = 7, .first = 9});
    build_section(&file, false);
    build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.ticks = 5, .kept = 1, .original = 1});
    build_packet(&file, (struct build_packet){.interface = 1, .kept = 1, .original = 1});
    build_read(&all, &file);
    EXPECT_UINT(all.count, 3);
    EXPECT_UINT(all.record[0].time_ns, 5000);
    EXPECT_UINT(all.record[0].interface, 1);
    EXPECT_UINT(all.record[1].time_ns, 5000000);
    EXPECT_UINT(all.record[1].length, 7);
    EXPECT_UINT(all.record[1].bytes[6], 15);
    EXPECT_UINT(all.record[2].time_ns, 5);
    EXPECT_UINT(all.status, CAPTURE_NO_INTERFACE); /* it was an earlier section's */
}

SPEC(interfaces_may_be_described_between_packets)
{
    build_section(&file, false);
    build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.ticks = 1});
    build_interface(&file, 6);
    build_packet(&file, (struct build_packet){.interface = 1, .ticks = 1});
    build_packet(&file, (struct build_packet){.interface = 0, .ticks = 2});
    build_read(&all, &file);
    EXPECT_UINT(all.count, 3);
    EXPECT_UINT(all.record[1].time_ns, 1000);
    EXPECT_UINT(all.record[2].time_ns, 2);
    EXPECT_UINT(all.status, CAPTURE_END);
}

static const struct {
    uint8_t unit;
    uint64_t ticks;
    nanos_t time_ns;
} units[] = {
    {0, 1700000000, 1700000000000000000},
    {3, 1700000000123, 1700000000123000000},
    {6, 1700000000123456, 1700000000123456000},
    {9, 1700000000123456789, 1700000000123456789},
    {9, UINT64_MAX, UINT64_MAX},
    {10, 17000000001234567899u, 1700000000123456789},
    {12, 1700000000123456789, 1700000000123456},
    {19, UINT64_MAX, 1844674407},
    {0x80, 1700000000, 1700000000000000000},
    {0x81, 3, 1500000000},
    {0x9e, (1700000000ull << 30) + (1ull << 29), 1700000000500000000},
    {0xa0, (1700000000ull << 32) + (1ull << 31), 1700000000500000000},
    {0xa2, (1073741823ull << 34) + (3ull << 32), 1073741823750000000},
    {0xbf, UINT64_MAX, 1999999999},
};

SPEC(time_counts_in_powers_of_ten_and_of_two)
{
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        an_empty_file();
        build_section(&file, i % 2);
        build_interface(&file, units[i].unit);
        build_packet(&file, (struct build_packet){.ticks = units[i].ticks});
        build_read(&all, &file);
        EXPECT_UINT(all.count, 1);
        EXPECT_UINT(all.record[0].time_ns, units[i].time_ns);
    }
}

SPEC(without_a_unit_time_counts_in_microseconds)
{
    build_section(&file, false);
    build_interface_begin(&file, 1, 0); /* and without an end of options */
    build_block_end(&file);
    build_packet(&file, (struct build_packet){.ticks = 1700000000123456});
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.record[0].time_ns, 1700000000123456000);
}

static void build_offset_interface(int64_t offset_s)
{
    build_interface_begin(&file, 1, 0);
    build_option(&file, 1, 0x61, 1); /* a comment */
    build_option(&file, 14, (uint64_t)offset_s, 8);
    build_option(&file, 9, 9, 1);
    build_block_end(&file);
}

SPEC(an_interface_may_move_its_times_by_whole_seconds)
{
    for (unsigned big = 0; big < 2; big++) {
        an_empty_file();
        build_section(&file, big);
        build_offset_interface(1700000000);
        build_offset_interface(-2);
        build_packet(&file, (struct build_packet){.ticks = 123456789});
        build_packet(&file, (struct build_packet){.interface = 1, .ticks = 2000000001});
        build_packet(&file, (struct build_packet){.interface = 1, .ticks = 1999999999});
        build_read(&all, &file);
        EXPECT_UINT(all.count, 2);
        EXPECT_UINT(all.record[0].time_ns, 1700000000123456789);
        EXPECT_UINT(all.record[1].time_ns, 1);
        EXPECT_UINT(all.status, CAPTURE_TIME_RANGE); /* before 1970 */
    }
}

SPEC(a_time_that_64_bits_cannot_hold_is_a_fault)
{
    static const struct {
        uint8_t unit;
        uint64_t ticks;
    } beyond[] = {{0, 18446744074}, {6, UINT64_MAX}, {8, UINT64_MAX}, {0x81, UINT64_MAX}};
    for (size_t i = 0; i < ARRAY_COUNT(beyond); i++) {
        an_empty_file();
        build_section(&file, false);
        build_interface(&file, beyond[i].unit);
        build_packet(&file, (struct build_packet){.ticks = beyond[i].ticks});
        build_read(&all, &file);
        EXPECT_UINT(all.count, 0);
        EXPECT_UINT(all.status, CAPTURE_TIME_RANGE);
    }
}

SPEC(a_unit_finer_than_64_bits_can_count_is_a_fault)
{
    static const uint8_t units_beyond[] = {20, 127, 0x80 + 64, 0xff};
    for (size_t i = 0; i < ARRAY_COUNT(units_beyond); i++) {
        an_empty_file();
        build_section(&file, false);
        build_interface(&file, units_beyond[i]);
        build_read(&all, &file);
        EXPECT_UINT(all.status, CAPTURE_BAD_RESOLUTION);
        EXPECT_UINT(all.fault_offset, 28);
    }
}

static void build_simple(uint32_t original, uint32_t kept)
{
    build_block_begin(&file, 3);
    build_u32(&file, original);
    build_frame(&file, 0x10, kept);
    build_block_end(&file);
}

SPEC(a_simple_packet_has_no_time_and_is_cut_at_the_snap_length)
{
    build_section(&file, false);
    build_interface_begin(&file, 1, 10);
    build_block_end(&file);
    build_simple(7, 7);
    build_simple(30, 10);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 2);
    EXPECT_UINT(all.status, CAPTURE_END);
    EXPECT(!all.record[0].timed);
    EXPECT_UINT(all.record[0].time_ns, 0);
    EXPECT_UINT(all.record[0].length, 7);
    EXPECT(!all.record[0].sliced);
    EXPECT_UINT(all.record[1].length, 10);
    EXPECT_UINT(all.record[1].original_length, 30);
    EXPECT(all.record[1].sliced);
    EXPECT_UINT(all.record[1].bytes[9], 0x19);
}

SPEC(a_simple_packet_without_limit_must_lie_in_its_block)
{
    build_section(&file, true);
    build_simple(7, 7);
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_NO_INTERFACE);
    an_empty_file();
    build_section(&file, true);
    build_interface(&file, 9);
    build_simple(30, 10);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 0);
    EXPECT_UINT(all.status, CAPTURE_PACKET_LENGTH);
}

SPEC(the_old_packet_block_is_read)
{
    build_section(&file, false);
    build_interface(&file, 9);
    build_interface(&file, 9);
    build_block_begin(&file, 2);
    build_u16(&file, 1);      /* interface */
    build_u16(&file, 0xffff); /* drops */
    build_u32(&file, 1);
    build_u32(&file, 2);
    build_u32(&file, 5);
    build_u32(&file, 6);
    build_frame(&file, 0x30, 5);
    build_block_end(&file);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.record[0].interface, 1);
    EXPECT_UINT(all.record[0].time_ns, (1ull << 32) + 2);
    EXPECT_UINT(all.record[0].length, 5);
    EXPECT(all.record[0].sliced);
}

SPEC(blocks_of_other_types_are_passed_over)
{
    static const uint32_t types[] = {4, 5, 7, 10, 0xbad, 0x40000bad, 0x80000001, 0};
    build_section(&file, true);
    build_interface(&file, 9);
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        build_block_begin(&file, types[i]);
        build_frame(&file, 0xff, (uint32_t)(4 * i));
        build_block_end(&file);
        build_packet(&file, (struct build_packet){.ticks = i, .kept = 1, .original = 1});
    }
    build_read(&all, &file);
    EXPECT_UINT(all.count, ARRAY_COUNT(types));
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(the_flags_of_a_packet_tell_its_direction_and_its_check_sequence)
{
    build_section(&file, true);
    build_interface_begin(&file, 1, 0);
    build_option(&file, 13, 32, 1); /* 32 bits */
    build_block_end(&file);
    build_interface_begin(&file, 1, 0);
    build_option(&file, 13, 4, 1); /* 4 bytes */
    build_block_end(&file);
    for (uint32_t i = 0; i < 4; i++) {
        static const uint32_t flags[4] = {0, 1, 2, 2 << 5 | 3};
        build_packet_begin(&file, (struct build_packet){i % 2, i, 65, 65, 0});
        build_option(&file, 1, 0x6162, 2);
        build_option(&file, 2, flags[i], 4);
        build_option(&file, 0, 0, 0);
        build_block_end(&file);
    }
    build_read(&all, &file);
    EXPECT_UINT(all.count, 4);
    EXPECT_UINT(all.record[0].direction, CAPTURE_DIRECTION_NONE);
    EXPECT_UINT(all.record[1].direction, CAPTURE_INBOUND);
    EXPECT_UINT(all.record[2].direction, CAPTURE_OUTBOUND);
    EXPECT_UINT(all.record[3].direction, CAPTURE_DIRECTION_NONE);
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_UINT(all.record[i].length, i == 3 ? 63 : 61);
        EXPECT_UINT(all.record[i].original_length, i == 3 ? 63 : 61);
        EXPECT(!all.record[i].sliced);
    }
}

SPEC(an_option_of_a_wrong_length_is_a_fault)
{
    static const struct {
        uint16_t code;
        uint64_t value;
        uint16_t size;
    } wrong[] = {{9, 9, 2}, {9, 0, 0}, {14, 0, 4}, {13, 4, 2}, {13, 7, 1}};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        an_empty_file();
        build_section(&file, false);
        build_interface_begin(&file, 1, 0);
        build_option(&file, wrong[i].code, wrong[i].value, wrong[i].size);
        build_block_end(&file);
        build_read(&all, &file);
        EXPECT_UINT(all.status, CAPTURE_BAD_OPTION);
    }
    an_empty_file();
    build_section(&file, false);
    build_interface(&file, 9);
    build_packet_begin(&file, (struct build_packet){0});
    build_u16(&file, 1);
    build_u16(&file, 5); /* a comment of five bytes, four are left */
    build_u32(&file, 0);
    build_block_end(&file);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 0);
    EXPECT_UINT(all.status, CAPTURE_BAD_OPTION);
}

static void build_lengths(uint32_t type, uint32_t first, uint32_t last)
{
    an_empty_file();
    build_section(&file, false);
    build_u32(&file, type);
    build_u32(&file, first);
    build_frame(&file, 0, 8);
    build_u32(&file, last);
    build_read(&all, &file);
}

SPEC(a_block_whose_lengths_are_wrong_ends_the_reading)
{
    build_lengths(5, 20, 20);
    EXPECT_UINT(all.status, CAPTURE_END);
    build_lengths(5, 20, 24);
    EXPECT_UINT(all.status, CAPTURE_BLOCK_TRAILER);
    build_lengths(5, 18, 18);
    EXPECT_UINT(all.status, CAPTURE_BLOCK_LENGTH);
    build_lengths(5, 8, 8);
    EXPECT_UINT(all.status, CAPTURE_BLOCK_LENGTH);
    build_lengths(5, 0, 0);
    EXPECT_UINT(all.status, CAPTURE_BLOCK_LENGTH);
    build_lengths(5, 16777220, 16777220);
    EXPECT_UINT(all.status, CAPTURE_BLOCK_LENGTH);
    EXPECT_UINT(all.fault_offset, 28);
    build_lengths(5, 24, 24);
    EXPECT_UINT(all.status, CAPTURE_CUT_RECORD);
    build_lengths(6, 20, 20); /* too small for a packet */
    EXPECT_UINT(all.status, CAPTURE_BLOCK_LENGTH);
    build_lengths(1, 20, 20);
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(a_packet_that_does_not_fit_in_its_block_is_a_fault)
{
    static const uint32_t kept[] = {9, 0xfffffffc, 0xffffffff};
    for (size_t i = 0; i < ARRAY_COUNT(kept); i++) {
        an_empty_file();
        build_section(&file, false);
        build_interface(&file, 9);
        build_packet(&file, (struct build_packet){.kept = 8, .original = 8});
        memcpy(file.bytes + 60 + 20, &kept[i], 4);
        build_read(&all, &file);
        EXPECT_UINT(all.count, 0);
        EXPECT_UINT(all.status, CAPTURE_PACKET_LENGTH);
        EXPECT_UINT(all.fault_offset, 60);
    }
}

SPEC(a_section_of_an_unknown_version_is_passed_over)
{
    build_section(&file, false);
    build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.kept = 1, .original = 1});
    size_t second = file.length;
    build_section(&file, true);
    file.bytes[second + 13] = 2; /* major version 2 */
    build_packet(&file, (struct build_packet){.kept = 2, .original = 2});
    build_section(&file, false);
    build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.kept = 3, .original = 3});
    build_read(&all, &file);
    EXPECT_UINT(all.count, 2);
    EXPECT_UINT(all.record[1].length, 3);
    EXPECT_UINT(all.status, CAPTURE_END);
}

SPEC(a_section_without_a_byte_order_is_a_fault)
{
    build_section(&file, false);
    file.bytes[8]++;
    build_read(&all, &file);
    EXPECT_UINT(all.status, CAPTURE_BYTE_ORDER);
}

SPEC(another_link_type_may_be_described_but_not_used)
{
    build_section(&file, false);
    build_interface_begin(&file, 113, 0);
    build_block_end(&file);
    build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.interface = 1, .kept = 1, .original = 1});
    build_packet(&file, (struct build_packet){.interface = 0, .kept = 1, .original = 1});
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_LINK_TYPE);
}

SPEC(a_section_has_at_most_256_interfaces)
{
    build_section(&file, false);
    for (unsigned i = 0; i < 256; i++) build_interface(&file, 9);
    build_packet(&file, (struct build_packet){.interface = 255, .kept = 1, .original = 1});
    size_t last = file.length;
    build_interface(&file, 9);
    build_read(&all, &file);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.status, CAPTURE_INTERFACES);
    EXPECT_UINT(all.fault_offset, last);
}

static size_t boundary[16];
static size_t boundaries;

static bool between_blocks(size_t cut)
{
    for (size_t i = 0; i < boundaries; i++)
        if (boundary[i] == cut) return true;
    return false;
}

static void mark(void)
{
    boundary[boundaries++] = file.length;
}

SPEC(a_file_cut_at_any_byte_yields_every_packet_before_the_cut)
{
    size_t end[4];
    for (unsigned big = 0; big < 2; big++) {
        an_empty_file();
        boundaries = 0;
        build_section(&file, big), mark();
        build_interface(&file, 9), mark();
        build_packet(&file, (struct build_packet){.kept = 5, .original = 5}), mark();
        end[0] = file.length;
        build_packet(&file, (struct build_packet){.kept = 8, .original = 9}), mark();
        end[1] = file.length;
        build_section(&file, !big), mark();
        build_interface(&file, 6), mark();
        build_simple(6, 6), mark();
        end[2] = file.length;
        build_packet(&file, (struct build_packet){.kept = 1, .original = 1}), mark();
        end[3] = file.length;
        expect_every_cut(&file, end, 4, between_blocks, 4);
    }
}

#define SPECS(S)                                                                                   \
    S(a_file_of_either_byte_order_is_read)                                                         \
    S(sections_may_differ_in_byte_order_and_each_has_its_own_interfaces)                           \
    S(interfaces_may_be_described_between_packets)                                                 \
    S(time_counts_in_powers_of_ten_and_of_two)                                                     \
    S(without_a_unit_time_counts_in_microseconds)                                                  \
    S(an_interface_may_move_its_times_by_whole_seconds)                                            \
    S(a_time_that_64_bits_cannot_hold_is_a_fault)                                                  \
    S(a_unit_finer_than_64_bits_can_count_is_a_fault)                                              \
    S(a_simple_packet_has_no_time_and_is_cut_at_the_snap_length)                                   \
    S(a_simple_packet_without_limit_must_lie_in_its_block)                                         \
    S(the_old_packet_block_is_read)                                                                \
    S(blocks_of_other_types_are_passed_over)                                                       \
    S(the_flags_of_a_packet_tell_its_direction_and_its_check_sequence)                             \
    S(an_option_of_a_wrong_length_is_a_fault)                                                      \
    S(a_block_whose_lengths_are_wrong_ends_the_reading)                                            \
    S(a_packet_that_does_not_fit_in_its_block_is_a_fault)                                          \
    S(a_section_of_an_unknown_version_is_passed_over)                                              \
    S(a_section_without_a_byte_order_is_a_fault)                                                   \
    S(another_link_type_may_be_described_but_not_used)                                             \
    S(a_section_has_at_most_256_interfaces)                                                        \
    S(a_file_cut_at_any_byte_yields_every_packet_before_the_cut)

SPEC_MAIN("pcapng", SPECS, an_empty_file, NULL)
