/* Every recording, read by us and by libpcap: the same records, times, lengths and bytes. */

#include "dataplane/capture/capture_file.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"

#include <pcap.h>
#include <string.h>

static glob_t found;
static uint64_t compared;

static const char *compare_record(const struct capture_record *ours,
                                  const struct pcap_pkthdr *header, const u_char *bytes)
{
    nanos_t time_ns = (nanos_t)header->ts.tv_sec * NANOS_SECOND + (nanos_t)header->ts.tv_usec;
    if (ours->time_ns != time_ns) return "times differ";
    if (ours->length != header->caplen) return "lengths differ";
    if (ours->original_length != header->len) return "lengths on the wire differ";
    if (memcmp(ours->bytes, bytes, ours->length) != 0) return "bytes differ";
    return NULL;
}

static void compare_records(const char *name, struct capture *capture, pcap_t *theirs)
{
    struct capture_record record;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    while (capture_next(capture, &record) == CAPTURE_OK) {
        int result = pcap_next_ex(theirs, &header, &bytes);
        const char *wrong =
            result == 1 ? compare_record(&record, header, bytes) : "libpcap has no such record";
        if (wrong) {
            spec_expect(name, (int)record.number, false, "%s", wrong);
            return;
        }
        compared++;
    }
    spec_expect(name, 0, capture->status == CAPTURE_END, "%s",
                capture_status_text(capture->status));
    spec_expect(name, 0, pcap_next_ex(theirs, &header, &bytes) == PCAP_ERROR_BREAK,
                "libpcap reads more records, or fails");
}

SPEC(every_recording_is_read_as_libpcap_reads_it)
{
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = found.gl_pathv[i];
        static struct capture capture;
        struct capture_file file;
        char sentence[256], error[PCAP_ERRBUF_SIZE] = "";
        pcap_t *theirs =
            pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, error);
        bool mapped = capture_map(name, &file, sentence, sizeof sentence);
        spec_expect(name, 0, theirs && mapped, "%s%s", error, sentence);
        if (!theirs || !mapped) continue;
        enum capture_status opened =
            capture_open(file.bytes, file.length, CAPTURE_FRAMING_CONTENT, &capture);
        if (pcap_datalink(theirs) == DLT_EN10MB) {
            spec_expect(name, 0, opened == CAPTURE_OK, "%s", capture_status_text(opened));
            compare_records(name, &capture, theirs);
        } else {
            spec_expect(name, 0, opened == CAPTURE_LINK_TYPE, "%s", capture_status_text(opened));
        }
        pcap_close(theirs);
        capture_unmap(&file);
    }
    printf("\n    %zu files, %" PRIu64 " records\n", found.gl_pathc, compared);
}

SPEC(something_was_compared)
{
    EXPECT(found.gl_pathc >= 70);
    EXPECT(compared >= 100000);
}

#define SPECS(S)                                                                                   \
    S(every_recording_is_read_as_libpcap_reads_it)                                                 \
    S(something_was_compared)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    recordings_find(&found, "data/packets/*/*/*.pcap");
    recordings_find(&found, "data/itch50/*.pcap");
    recordings_find(&found, "data/fix/*.pcap");
    recordings_find(&found, "data/deribit_sbe/*.pcapng");
    if (!found.gl_pathc) return recordings_skip("recordings");
    return spec_run("libpcap", specs, NULL, NULL);
}
