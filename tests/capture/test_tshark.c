/* Files that libpcap cannot judge, read by us and by tshark: sections of both byte orders, units
 * and offsets of time, simple packets, what capture_write writes.  Recordings are libpcap's. */

#include "dataplane/capture/capture_file.h"
#include "dataplane/capture/capture_write.h"
#include "tests/capture/build.h"
#include "tests/support/recordings.h"

#include <stdio.h>
#include <unistd.h>

static struct build file;
static uint64_t compared;

/* "1700000000.123456789" */
static nanos_t time_read(const char *text)
{
    unsigned long long seconds = 0, nanoseconds = 0;
    if (sscanf(text, "%llu.%9llu", &seconds, &nanoseconds) != 2) return UINT64_MAX;
    return seconds * NANOS_SECOND + nanoseconds;
}

/* One line of tshark: number, time, kept, original. */
static const char *compare_record(const struct capture_record *record, char *line)
{
    char *rest = line;
    const char *number = strsep(&rest, "\t"), *time = strsep(&rest, "\t");
    const char *kept = strsep(&rest, "\t"), *original = strsep(&rest, "\t\n");
    if (!number || !time || !kept || !original) return "tshark's line has another form";
    if (strtoull(number, NULL, 10) != record->number) return "numbers differ";
    if (record->timed && time_read(time) != record->time_ns) return "times differ";
    if (strtoull(kept, NULL, 10) != record->length) return "lengths differ";
    if (strtoull(original, NULL, 10) != record->original_length) return "lengths on wire differ";
    return NULL;
}

/* Compares every record of the file at path. */
static void compare(const char *path)
{
    static struct capture capture;
    struct capture_file mapped;
    struct capture_record record;
    char sentence[256], line[512], command[4400];
    snprintf(command, sizeof command,
             "tshark -n -r '%s' -T fields -e frame.number -e frame.time_epoch -e frame.cap_len"
             " -e frame.len 2>/dev/null",
             path);
    FILE *theirs = popen(command, "r");
    bool there = capture_map(path, &mapped, sentence, sizeof sentence);
    spec_expect(path, 0, theirs && there, "%s", sentence);
    if (!theirs || !there) return;

    EXPECT_UINT(capture_open(mapped.bytes, mapped.length, CAPTURE_FRAMING_CONTENT, &capture),
                CAPTURE_OK);
    while (capture_next(&capture, &record) == CAPTURE_OK) {
        const char *wrong = fgets(line, sizeof line, theirs) ? compare_record(&record, line)
                                                             : "tshark has no such record";
        spec_expect(path, (int)record.number, !wrong, "%s", wrong ? wrong : "");
        compared++;
    }
    spec_expect(path, 0, capture.status == CAPTURE_END, "%s", capture_status_text(capture.status));
    EXPECT(!fgets(line, sizeof line, theirs));
    pclose(theirs);
    capture_unmap(&mapped);
}

/* Compares what was built, which must have count records. */
static void compare_built(uint64_t count)
{
    char path[] = "/tmp/test_tshark.XXXXXX";
    int descriptor = mkstemp(path);
    EXPECT(descriptor >= 0);
    if (descriptor < 0) return;
    EXPECT_UINT((size_t)write(descriptor, file.bytes, file.length), file.length);
    close(descriptor);
    compared = 0;
    compare(path);
    EXPECT_UINT(compared, count);
    unlink(path);
    file.length = 0;
}

SPEC(sections_of_both_byte_orders)
{
    for (unsigned i = 0; i < 4; i++) {
        build_section(&file, i % 2);
        build_interface(&file, 9);
        build_packet(&file, (struct build_packet){0, 1700000000123456789u + i, 60 + i, 60 + i, 1});
    }
    compare_built(4);
}

SPEC(units_and_offsets_of_time)
{
    static const struct {
        uint8_t unit;
        uint64_t ticks;
    } times[] = {{0, 1700000000},
                 {3, 1700000000123},
                 {6, 1700000000123456},
                 {9, 1700000000123456789},
                 {0x8a, (1700000000ull << 10) + 512},
                 {0xa0, (1700000000ull << 32) + (1ull << 31)}};
    build_section(&file, false);
    for (uint32_t i = 0; i < ARRAY_COUNT(times); i++) {
        build_interface_begin(&file, 1, 0);
        build_option(&file, 9, times[i].unit, 1);
        build_option(&file, 14, (uint64_t)(i % 2 ? -1000 : 1000), 8);
        build_option(&file, 0, 0, 0);
        build_block_end(&file);
        build_packet(&file, (struct build_packet){i, times[i].ticks, 60, 60, 1});
    }
    compare_built(ARRAY_COUNT(times));
}

SPEC(simple_and_sliced_packets)
{
    build_section(&file, true);
    build_interface_begin(&file, 1, 64);
    build_block_end(&file);
    for (uint32_t original = 60; original < 70; original++) {
        build_block_begin(&file, 3);
        build_u32(&file, original);
        build_frame(&file, 0, original < 64 ? original : 64);
        build_block_end(&file);
        build_packet(&file, (struct build_packet){0, 1700000000123456, 60, original, 1});
    }
    compare_built(20);
}

SPEC(all_variants_of_pcap)
{
    static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d};
    for (unsigned i = 0; i < 4; i++) {
        file.big = i / 2;
        build_pcap(&file, magics[i % 2], 1);
        for (uint32_t length = 60; length < 64; length++) {
            build_pcap_record(&file, (struct build_record){1700000000, 999999, length, length + i});
            build_frame(&file, 0, length);
        }
        compare_built(4);
    }
}

SPEC(what_capture_write_writes)
{
    uint8_t bytes[100] = {0};
    for (unsigned ng = 0; ng < 2; ng++) {
        file.length =
            ng ? capture_write_section(file.bytes) : capture_write_pcap_header(file.bytes, 262144);
        if (ng) file.length += capture_write_interface(file.bytes + file.length, 0);
        for (uint32_t i = 0; i < 20; i++) {
            struct capture_frame frame = {
                .bytes = bytes,
                .length = 60 + i,
                .original_length = 70 + i,
                .time_ns = 1700000000999999990 + i,
                .direction = (enum capture_direction)(i % 3),
            };
            uint8_t *at = file.bytes + file.length;
            if (ng) file.length += capture_write_packet(at, &frame);
            else {
                file.length += capture_write_pcap_record(at, &frame);
                build_frame(&file, 0, frame.length);
            }
        }
        compare_built(20);
    }
}

#define SPECS(S)                                                                                   \
    S(sections_of_both_byte_orders)                                                                \
    S(units_and_offsets_of_time)                                                                   \
    S(simple_and_sliced_packets)                                                                   \
    S(all_variants_of_pcap)                                                                        \
    S(what_capture_write_writes)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    if (system("tshark --version >/dev/null 2>&1") != 0) {
        printf("skipped: tshark is not installed\n");
        return RECORDINGS_SKIP;
    }
    return spec_run("tshark", specs, NULL, NULL);
}
