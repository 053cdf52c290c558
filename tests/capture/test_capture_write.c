/* What capture_write promises: the bytes of the formats, which capture reads back. */

#include "dataplane/capture/capture_write.h"
#include "tests/capture/build.h"

#define PACKET                                                                                     \
    "01005e000001020000000001080045000020000000000111cfcb0a000001e0000001"                         \
    "04000400000c0000deadbeef"

static uint8_t packet[64];

static struct capture_frame frame_of(nanos_t time_ns)
{
    uint32_t length = (uint32_t)hex_bytes(packet, sizeof packet, PACKET);
    return (struct capture_frame){
        .bytes = packet,
        .length = length,
        .original_length = length,
        .time_ns = time_ns,
    };
}

static void expect_bytes(const uint8_t *actual, size_t length, const char *text)
{
    uint8_t expected[256];
    EXPECT_UINT(length, hex_bytes(expected, sizeof expected, text));
    EXPECT(memcmp(actual, expected, length) == 0);
}

SPEC(a_pcap_header_and_record_are_the_bytes_of_the_format)
{
    uint8_t out[64];
    struct capture_frame frame = frame_of(1700000000123456789);
    expect_bytes(out, capture_write_pcap_header(out, 262144),
                 "4d3cb2a10200040000000000000000000000040001000000");
    expect_bytes(out, capture_write_pcap_record(out, &frame), "00f1536515cd5b072e0000002e000000");
}

SPEC(pcapng_blocks_are_the_bytes_of_the_format)
{
    uint8_t out[256];
    struct capture_frame frame = frame_of(1700000000123456789);
    expect_bytes(out, capture_write_section(out),
                 "0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000");
    expect_bytes(out, capture_write_interface(out, 0),
                 "0100000020000000010000000000000009000100090000000000000020000000");
    expect_bytes(out, capture_write_packet(out, &frame),
                 "060000005000000000000000fe9c971715cd853d2e0000002e000000" PACKET "0000 50000000");
}

SPEC(a_direction_is_an_option_of_the_packet)
{
    uint8_t out[256];
    struct capture_frame frame = frame_of(1700000000123456789);
    frame.direction = CAPTURE_OUTBOUND;
    frame.length = 4;
    expect_bytes(out, capture_write_packet(out, &frame),
                 "06000000 30000000 00000000 fe9c9717 15cd853d 04000000 2e000000 01005e00"
                 "02000400 02000000 00000000 30000000");
    frame.direction = CAPTURE_INBOUND;
    expect_bytes(out, capture_write_packet(out, &frame),
                 "06000000 30000000 00000000 fe9c9717 15cd853d 04000000 2e000000 01005e00"
                 "02000400 01000000 00000000 30000000");
}

SPEC(what_was_dropped_before_a_packet_is_an_option_of_it)
{
    uint8_t out[256];
    struct capture_frame frame = frame_of(1700000000123456789);
    frame.dropped = 0x0102;
    frame.length = 4;
    expect_bytes(out, capture_write_packet(out, &frame),
                 "06000000 34000000 00000000 fe9c9717 15cd853d 04000000 2e000000 01005e00"
                 "04000800 0201000000000000 00000000 34000000");
    frame.direction = CAPTURE_INBOUND;
    expect_bytes(out, capture_write_packet(out, &frame),
                 "06000000 3c000000 00000000 fe9c9717 15cd853d 04000000 2e000000 01005e00"
                 "02000400 01000000 04000800 0201000000000000 00000000 3c000000");
}

SPEC(frames_of_every_length_are_read_back)
{
    static struct build file;
    static struct read_all all;
    static const enum capture_direction directions[] = {CAPTURE_DIRECTION_NONE, CAPTURE_INBOUND,
                                                        CAPTURE_OUTBOUND};
    for (uint32_t length = 0; length < 9; length++) {
        file.length = capture_write_section(file.bytes);
        file.length += capture_write_interface(file.bytes + file.length, 0);
        for (unsigned i = 0; i < 3; i++) {
            struct capture_frame frame = frame_of(1000 + i);
            frame.length = length;
            frame.direction = directions[i];
            size_t block = capture_write_packet(file.bytes + file.length, &frame);
            EXPECT(block <= CAPTURE_PACKET_BYTES_MAX(length));
            file.length += block;
        }
        build_read(&all, &file);
        EXPECT_UINT(all.count, 3);
        EXPECT_UINT(all.status, CAPTURE_END);
        for (unsigned i = 0; i < 3; i++) {
            EXPECT_UINT(all.record[i].length, length);
            EXPECT_UINT(all.record[i].original_length, 46);
            EXPECT_UINT(all.record[i].time_ns, 1000 + i);
            EXPECT_UINT(all.record[i].direction, directions[i]);
            EXPECT(memcmp(all.record[i].bytes, packet, length) == 0);
        }
    }
}

#define SPECS(S)                                                                                   \
    S(a_pcap_header_and_record_are_the_bytes_of_the_format)                                        \
    S(pcapng_blocks_are_the_bytes_of_the_format)                                                   \
    S(a_direction_is_an_option_of_the_packet)                                                      \
    S(what_was_dropped_before_a_packet_is_an_option_of_it)                                         \
    S(frames_of_every_length_are_read_back)

SPEC_MAIN("capture_write", SPECS, NULL, NULL)
