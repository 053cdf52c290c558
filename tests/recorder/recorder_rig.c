#include "tests/recorder/recorder_rig.h"

#include "tests/support/patience.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct net_memory_limits limits = {.frames = 1024, .frame_bytes = RIG_FRAME_MAX};
static struct net_clock rig_clock;

struct rig rig;

void rig_open(void)
{
    static const char *const names[] = {"a0", "a1", "b0", "b1"};
    struct clock calibrated = clock_from_hz(2000000000, 0, 1700000000 * NANOS_SECOND);
    net_clock_new(&rig_clock, &calibrated);
    rig = (struct rig){.folder = "/tmp/recorder_XXXXXX"};
    CHECK(mkdtemp(rig.folder) != NULL);
    struct recorder_ports ports = {.count = RIG_PORTS, .application = "test"};
    for (uint32_t i = 0; i < RIG_PORTS; i++) {
        if (i % 2 == 0)
            rig.link[i / 2] = net_memory_new(
                aligned_alloc(CACHE_LINE, ALIGN_UP(net_memory_footprint(&limits), CACHE_LINE)),
                &limits, &rig_clock);
        rig.port[i] = net_memory_end(rig.link[i / 2], i % 2);
        ports.port[i] = (struct recorder_port){
            .name = names[i], .description = "an end of a link", .queue = rig.port[i]};
    }
    rig.recorder = recorder_new(&ports);
    CHECK(rig.recorder != NULL);
    rig.plan = (struct recorder_plan){.folder = rig.folder,
                                      .file_bytes = 1 << 20,
                                      .files = RIG_FILES_MAX,
                                      .ring_bytes = 1 << 20,
                                      .snap_bytes = NET_FRAME_BYTES_MAX,
                                      .ports = 15};
}

static int entry_remove(const char *name, const struct stat *is, int kind, struct FTW *at)
{
    (void)is, (void)kind, (void)at;
    return remove(name);
}

void rig_close(void)
{
    recorder_free(rig.recorder);
    for (uint32_t i = 0; i < 2; i++) free(rig.link[i]);
    (void)nftw(rig.folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

struct recorder_view rig_view(void)
{
    struct recorder_view view;
    recorder_view(rig.recorder, &view);
    return view;
}

enum recorder_state rig_start(void)
{
    char line[256];
    struct text problem = text_in(line, sizeof line);
    struct timespec span = {.tv_nsec = NANOS_MILLI / 5};
    rig.said[0] = 0;
    bool started = recorder_start(rig.recorder, &rig.plan, &problem);
    spec_expect(__FILE__, __LINE__, started, "%s", line);
    while (rig_view().state == RECORDER_STARTING) nanosleep(&span, NULL);
    return rig_view().state;
}

/* Adds what was said to what was said before. */
static void hear(void)
{
    char line[RECORDER_SAID_MAX + 1];
    struct text next = text_in(line, sizeof line);
    for (; recorder_said(rig.recorder, &next); text_clear(&next)) {
        size_t heard = strlen(rig.said);
        snprintf(rig.said + heard, sizeof rig.said - heard, "%s\n", line);
    }
}

void rig_await(const char *words)
{
    for (uint64_t end = patience_end(PATIENCE_S); !strstr(rig.said, words) && patience_wait(end);)
        hear();
    spec_expect(__FILE__, __LINE__, strstr(rig.said, words) != NULL, "said is only: %s", rig.said);
}

void rig_stop(void)
{
    recorder_await(rig.recorder);
    hear();
}

static uint8_t byte_of(uint64_t number, uint32_t at)
{
    return (uint8_t)(number * 31 + at * 7 + (number >> 8));
}

bool rig_publish(uint32_t port, uint32_t bytes)
{
    uint8_t *frame = net_tx_claim(rig.port[port], bytes);
    if (!frame) return false;
    uint64_t number = rig.sent[port]++;
    memcpy(frame, &number, sizeof number);
    for (uint32_t i = sizeof number; i < bytes; i++) frame[i] = byte_of(number, i);
    net_tx_publish(rig.port[port]);
    return true;
}

bool rig_send(uint32_t port, uint32_t bytes)
{
    bool published = rig_publish(port, bytes);
    net_tx_flush(rig.port[port]);
    return published;
}

uint64_t rig_frame_number(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

bool rig_frame_is(const uint8_t *bytes, uint32_t length, uint64_t number)
{
    if (rig_frame_number(bytes) != number) return false;
    for (uint32_t i = sizeof number; i < length; i++)
        if (bytes[i] != byte_of(number, i)) return false;
    return true;
}

void rig_take(uint32_t port)
{
    struct frame_burst burst;
    net_rx(rig.port[port], &burst);
    for (uint32_t i = 0; i < burst.count; i++) {
        const struct frame *frame = &burst.at[i];
        bool right = rig_frame_is(frame->bytes, frame->length_bytes, rig.received[port]++);
        if (!right) spec_expect(__FILE__, __LINE__, false, "a frame is not what was sent");
    }
    net_rx_done(rig.port[port], &burst);
}

static int name_is(const struct dirent *entry)
{
    return entry->d_name[0] == 'c';
}

void rig_files(struct rig_files *files)
{
    struct dirent **found;
    int count = scandir(rig.folder, &found, name_is, alphasort);
    CHECK(count >= 0 && count <= RIG_FILES_MAX);
    files->count = (uint32_t)count;
    for (uint32_t i = 0; i < files->count; i++) {
        snprintf(files->path[i], sizeof files->path[i], "%s/%.60s", rig.folder, found[i]->d_name);
        free(found[i]);
    }
    free(found);
}

uint64_t rig_read(rig_record_fn *each, void *context)
{
    static struct rig_files files;
    static struct capture capture;
    uint64_t count = 0;
    rig_files(&files);
    for (uint32_t i = 0; i < files.count; i++) {
        struct capture_file file;
        struct capture_record record;
        char sentence[256] = "";
        bool mapped = capture_map(files.path[i], &file, sentence, sizeof sentence);
        spec_expect(files.path[i], 0, mapped, "%s", sentence);
        if (!mapped) continue;
        EXPECT_UINT(capture_open(file.bytes, file.length, CAPTURE_FRAMING_CONTENT, &capture),
                    CAPTURE_OK);
        while (capture_next(&capture, &record) == CAPTURE_OK) {
            if (each) each(context, &record);
            count++;
        }
        spec_expect(files.path[i], 0, capture.status == CAPTURE_END, "%s",
                    capture_status_text(capture.status));
        capture_unmap(&file);
    }
    return count;
}
