/* What capture_map promises: the bytes of a file, or a sentence that says why not. */

#include "dataplane/capture/capture_file.h"
#include "tests/capture/build.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_capture_file.XXXXXX";
static char path[128];
static char sentence[512];
static char expected[512];
static struct capture_file file;

static const char *path_of(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *out = fopen(path_of(name), "wb");
    EXPECT(out != NULL);
    if (!out) return;
    EXPECT_UINT(fwrite(bytes, 1, length, out), length);
    fclose(out);
}

static void expect_refused(const char *why)
{
    snprintf(expected, sizeof expected, "%s%s", path, why);
    EXPECT(!capture_map(path, &file, sentence, sizeof sentence));
    EXPECT_TEXT(sentence, expected);
    EXPECT(file.bytes == NULL);
    EXPECT_UINT(file.length, 0);
    capture_unmap(&file); /* does no harm */
}

SPEC(a_file_is_mapped_whole)
{
    write_file("whole", "abc", 3);
    bool mapped = capture_map(path, &file, sentence, sizeof sentence);
    EXPECT(mapped);
    if (!mapped) return;
    EXPECT_TEXT(sentence, "");
    EXPECT_UINT(file.length, 3);
    EXPECT(memcmp(file.bytes, "abc", 3) == 0);
    capture_unmap(&file);
    EXPECT(file.bytes == NULL);
    unlink(path);
}

SPEC(what_cannot_be_mapped_is_refused_with_a_sentence)
{
    path_of("missing");
    expect_refused(": cannot be opened: No such file or directory");
    write_file("empty", "", 0);
    expect_refused(" holds no bytes");
    unlink(path);
    snprintf(path, sizeof path, "%s", folder);
    expect_refused(" is a directory, not a capture file");
    EXPECT(mkfifo(path_of("pipe"), 0600) == 0);
    expect_refused(" is not a regular file, so it cannot be mapped");
    unlink(path);
}

SPEC(a_file_without_permission_is_refused_with_a_sentence)
{
    write_file("secret", "abc", 3);
    EXPECT(chmod(path, 0) == 0);
    bool root = geteuid() == 0; /* who may read every file */
    EXPECT(!root || seteuid(65534) == 0);
    expect_refused(": cannot be opened: Permission denied");
    EXPECT(!root || seteuid(0) == 0);
    unlink(path);
}

SPEC(a_sentence_that_does_not_fit_is_cut)
{
    char small[8];
    EXPECT(!capture_map("missing-file", &file, small, sizeof small));
    EXPECT_TEXT(small, "missing");
}

SPEC(a_fault_is_told_with_its_place)
{
    static struct build build;
    static struct capture capture;
    struct capture_record record;
    build.length = 0;
    build_pcap(&build, 0xa1b23c4d, 1);
    build_pcap_record(&build, (struct build_record){1, 2, 10, 10});
    build_frame(&build, 0, 10);
    build_pcap_record(&build, (struct build_record){1, 2, 10, 10});

    EXPECT_UINT(capture_open(build.bytes, build.length, CAPTURE_FRAMING_CONTENT, &capture),
                CAPTURE_OK);
    while (capture_next(&capture, &record) == CAPTURE_OK) continue;
    size_t length = capture_status_print(sentence, sizeof sentence, "day.pcap", &capture);
    EXPECT_TEXT(sentence,
                "day.pcap: what follows record 1, at byte 50, is cut off before its length");
    EXPECT_UINT(length, strlen(sentence));

    EXPECT_UINT(capture_open(build.bytes, 50, CAPTURE_FRAMING_CONTENT, &capture), CAPTURE_OK);
    while (capture_next(&capture, &record) == CAPTURE_OK) continue;
    capture_status_print(sentence, sizeof sentence, "day.pcap", &capture);
    EXPECT_TEXT(sentence, "day.pcap ends after record 1");

    EXPECT_UINT(capture_open((const uint8_t *)"\x1f\x8b", 2, CAPTURE_FRAMING_CONTENT, &capture),
                CAPTURE_GZIP);
    capture_status_print(sentence, sizeof sentence, "day.pcap", &capture);
    EXPECT_TEXT(sentence, "day.pcap is gzip-compressed: unpack it first");
}

#define SPECS(S)                                                                                   \
    S(a_file_is_mapped_whole)                                                                      \
    S(what_cannot_be_mapped_is_refused_with_a_sentence)                                            \
    S(a_file_without_permission_is_refused_with_a_sentence)                                        \
    S(a_sentence_that_does_not_fit_is_cut)                                                         \
    S(a_fault_is_told_with_its_place)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    if (!mkdtemp(folder)) return 2;
    int result = spec_run("capture_file", specs, NULL, NULL);
    rmdir(folder);
    return result;
}
