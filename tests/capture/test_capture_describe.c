/* What capture_describe promises: the bytes of the blocks, which capture reads over. */

#include "dataplane/capture/capture_describe.h"
#include "tests/capture/build.h"

static void expect_bytes(const uint8_t *actual, size_t length, const char *text)
{
    uint8_t expected[256];
    EXPECT_UINT(length, hex_bytes(expected, sizeof expected, text));
    EXPECT(memcmp(actual, expected, length) == 0);
}

SPEC(a_section_says_what_it_is_told)
{
    uint8_t out[CAPTURE_DESCRIBE_BYTES_MAX];
    struct capture_section section = {.hardware = "x86", .system = "Linux", .application = "test"};
    expect_bytes(out, capture_describe_section(out, &section),
                 "0a0d0d0a 3c000000 4d3c2b1a 01000000 ffffffffffffffff"
                 "02000300 78383600 03000500 4c696e7578000000 04000400 74657374 00000000 3c000000");
    section = (struct capture_section){.application = "test"};
    expect_bytes(out, capture_describe_section(out, &section),
                 "0a0d0d0a 28000000 4d3c2b1a 01000000 ffffffffffffffff"
                 "04000400 74657374 00000000 28000000");
}

SPEC(an_interface_has_a_name_and_counts_in_nanoseconds)
{
    uint8_t out[CAPTURE_DESCRIBE_BYTES_MAX];
    struct capture_port port = {.name = "a", .description = "cable", .snap_bytes = 96};
    expect_bytes(out, capture_describe_interface(out, &port),
                 "01000000 34000000 01000000 60000000 02000100 61000000"
                 "03000500 6361626c65000000 09000100 09000000 00000000 34000000");
}

SPEC(counts_are_of_an_interface_from_its_begin_to_a_time)
{
    uint8_t out[CAPTURE_DESCRIBE_BYTES_MAX];
    struct capture_interface_counts counts = {.interface = 2,
                                              .begun_ns = 0x0102030405060708,
                                              .time_ns = 0x1112131415161718,
                                              .received = 7,
                                              .dropped = 3};
    expect_bytes(out, capture_describe_counts(out, &counts),
                 "05000000 4c000000 02000000 14131211 18171615"
                 "02000800 04030201 08070605 03000800 14131211 18171615"
                 "04000800 0700000000000000 05000800 0300000000000000 00000000 4c000000");
}

SPEC(a_text_that_is_too_long_is_cut)
{
    uint8_t out[CAPTURE_DESCRIBE_BYTES_MAX];
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    struct capture_section section = {.hardware = text, .system = text, .application = text};
    size_t length = capture_describe_section(out, &section);
    EXPECT_UINT(length, 24 + 3 * (4 + 256) + 4 + 4);
    EXPECT(length <= CAPTURE_DESCRIBE_BYTES_MAX);
}

SPEC(a_file_with_all_of_them_is_read)
{
    static struct build file;
    static struct read_all all;
    struct capture_section section = {.application = "test"};
    struct capture_port port = {.name = "a"};
    struct capture_interface_counts counts = {.interface = 1};
    struct capture_frame frame = {.bytes = (const uint8_t *)"frame",
                                  .length = 5,
                                  .original_length = 9,
                                  .time_ns = 1700000000123456789,
                                  .interface = 1,
                                  .direction = CAPTURE_OUTBOUND,
                                  .dropped = 4};
    file.length = capture_describe_section(file.bytes, &section);
    for (uint32_t i = 0; i < 2; i++)
        file.length += capture_describe_interface(file.bytes + file.length, &port);
    file.length += capture_write_packet(file.bytes + file.length, &frame);
    file.length += capture_describe_counts(file.bytes + file.length, &counts);
    build_read(&all, &file);
    EXPECT(all.status == CAPTURE_END);
    EXPECT_UINT(all.count, 1);
    EXPECT_UINT(all.record[0].time_ns, frame.time_ns);
    EXPECT_UINT(all.record[0].interface, 1);
    EXPECT(all.record[0].direction == CAPTURE_OUTBOUND);
}

#define SPECS(S)                                                                                   \
    S(a_section_says_what_it_is_told)                                                              \
    S(an_interface_has_a_name_and_counts_in_nanoseconds)                                           \
    S(counts_are_of_an_interface_from_its_begin_to_a_time)                                         \
    S(a_text_that_is_too_long_is_cut)                                                              \
    S(a_file_with_all_of_them_is_read)

SPEC_MAIN("capture_describe", SPECS, NULL, NULL)
