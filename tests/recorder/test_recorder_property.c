/* Random traffic on all ports, by two threads, with a slow disk and small rings: of each port and
 * direction every frame that is not counted as dropped is in the files, byte for byte and in order,
 * as our own reader and libpcap read them. */

#include "tests/recorder/recorder_rig.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"

#include <pcap.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SEEDS = 14, TURNS = 1500, DIRECTIONS = 3 };

static struct chance disk;
static _Atomic bool disk_stands;       /* and takes nothing */
static _Atomic uint32_t traffic_ended; /* on so many links */

/* Takes any part of what it is given, now and then after a while. */
static ssize_t write_slowly(int file, const void *bytes, size_t length)
{
    struct timespec span = {.tv_nsec = (long)chance_between(&disk, 0, 4 * NANOS_MILLI)};
    if (chance_between(&disk, 0, 3) == 0) nanosleep(&span, NULL);
    while (atomic_load(&disk_stands)) nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    return write(file, bytes, chance_between(&disk, 1, length));
}

struct traffic {
    struct chance chance;
    uint32_t link;
    uint32_t turns;
};

/* Both ends of one link, as one lcore has them. */
static void *traffic_run(void *argument)
{
    struct traffic *traffic = argument;
    for (uint32_t turn = 0; turn < traffic->turns; turn++) {
        uint32_t port = 2 * traffic->link + (uint32_t)chance_between(&traffic->chance, 0, 1);
        uint32_t burst = (uint32_t)chance_between(&traffic->chance, 0, turn % 40 ? 6 : 150);
        for (uint32_t i = 0; i < burst; i++)
            (void)rig_publish(
                port, (uint32_t)chance_between(&traffic->chance, RIG_FRAME_MIN, RIG_FRAME_MAX));
        net_tx_flush(rig.port[port]);
        rig_take(port ^ 1);
        if (chance_between(&traffic->chance, 0, 200) == 0)
            nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    }
    for (uint32_t end = 0; end < 2; end++) {
        uint32_t port = 2 * traffic->link + end;
        while (rig.received[port] < rig.sent[port ^ 1]) rig_take(port);
    }
    (void)atomic_fetch_add(&traffic_ended, 1);
    return NULL;
}

/* What was heard of one port and direction. */
struct heard {
    uint64_t seed;
    uint64_t count[RIG_PORTS][DIRECTIONS];
    uint64_t next[RIG_PORTS][DIRECTIONS];
    uint64_t in_all;
    uint64_t wrong;
};

static void hear(void *context, const struct capture_record *record)
{
    struct heard *heard = context;
    uint64_t number = rig_frame_number(record->bytes);
    uint64_t *next = &heard->next[record->interface][record->direction];
    uint32_t sender =
        record->direction == CAPTURE_OUTBOUND ? record->interface : record->interface ^ 1;
    uint32_t snap = rig.plan.snap_bytes;
    bool whole = record->length == record->original_length || record->length == snap;
    bool right = number >= *next && number < rig.sent[sender] && whole && record->length <= snap &&
                 rig_frame_is(record->bytes, record->length, number);
    heard->wrong += !right;
    *next = number + 1;
    heard->count[record->interface][record->direction]++;
    heard->in_all++;
}

static void expect_counts(uint64_t seed, const struct heard *heard)
{
    struct recorder_view view;
    recorder_view(rig.recorder, &view);
    uint64_t kept = 0;
    for (uint32_t i = 0; i < RIG_PORTS; i++) {
        const struct recorder_view_port *port = &view.port[i];
        bool right = port->came_kept == heard->count[i][CAPTURE_INBOUND] &&
                     port->went_kept == heard->count[i][CAPTURE_OUTBOUND];
        spec_expect(__FILE__, __LINE__, right, "seed %" PRIu64 ": port %u has other frames", seed,
                    i);
        /* The tap was on before the first frame and off after the last. */
        right = port->went_kept + port->went_dropped == rig.sent[i] &&
                port->came_kept + port->came_dropped == rig.received[i];
        spec_expect(__FILE__, __LINE__, right, "seed %" PRIu64 ": port %u lost some uncounted",
                    seed, i);
        kept += port->came_kept + port->went_kept;
    }
    spec_expect(__FILE__, __LINE__, view.written == kept && heard->in_all == kept,
                "seed %" PRIu64 ": %" PRIu64 " kept, %" PRIu64 " written, %" PRIu64 " found", seed,
                kept, view.written, heard->in_all);
    EXPECT_UINT(view.lost, 0);
}

/* The counts at the end of a file, one of each interface, and the drops that packets tell of: read
 * here, from the layout that the format's specification gives. */

struct told {
    uint32_t blocks;
    uint64_t received[RIG_PORTS];
    uint64_t dropped[RIG_PORTS];
    uint64_t dropped_before[RIG_PORTS]; /* packets, of all files */
};

static uint32_t u32_at(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* The value of an option of eight bytes; 0: there is none. */
static uint64_t option_of(const uint8_t *at, const uint8_t *end, uint32_t code)
{
    while (at + 4 <= end) {
        uint32_t head = u32_at(at), length = head >> 16;
        if ((head & 0xffff) == code) return u32_at(at + 4) | (uint64_t)u32_at(at + 8) << 32;
        at += 4 + (length + 3) / 4 * 4;
    }
    return 0;
}

static void block_hear(struct told *told, const uint8_t *block, const uint8_t *end)
{
    uint32_t kind = u32_at(block), port = u32_at(block + 8);
    if (kind == 6) {
        const uint8_t *options = block + 28 + (u32_at(block + 20) + 3) / 4 * 4;
        told->dropped_before[port] += option_of(options, end, 4);
    }
    if (kind != 5) return;
    told->blocks++;
    told->received[port] = option_of(block + 20, end, 4);
    told->dropped[port] = option_of(block + 20, end, 5);
}

/* Behind drops that a later frame tells of, packets tell all of them. */
static void expect_told(uint64_t seed, bool later)
{
    static struct rig_files files;
    struct recorder_view view;
    struct told told = {0};
    recorder_view(rig.recorder, &view);
    rig_files(&files);
    for (uint32_t i = 0; i < files.count; i++) {
        struct capture_file file;
        char sentence[256] = "";
        bool mapped = capture_map(files.path[i], &file, sentence, sizeof sentence);
        spec_expect(files.path[i], 0, mapped, "%s", sentence);
        for (uint64_t at = 0; mapped && at < file.length; at += u32_at(file.bytes + at + 4))
            block_hear(&told, file.bytes + at, file.bytes + at + u32_at(file.bytes + at + 4) - 4);
        if (mapped) capture_unmap(&file);
    }
    EXPECT_UINT(told.blocks, (uint64_t)RIG_PORTS * files.count);
    for (uint32_t i = 0; i < RIG_PORTS; i++) {
        uint64_t dropped = view.port[i].came_dropped + view.port[i].went_dropped;
        bool right = told.dropped[i] == dropped && told.dropped_before[i] <= dropped &&
                     told.received[i] == rig.sent[i] + rig.received[i] &&
                     (!later || told.dropped_before[i] == dropped);
        spec_expect(__FILE__, __LINE__, right,
                    "seed %" PRIu64 ": port %u dropped %" PRIu64 ", its file tells %" PRIu64
                    " of %" PRIu64 ", its packets %" PRIu64,
                    seed, i, dropped, told.dropped[i], told.received[i], told.dropped_before[i]);
    }
}

/* Every record again, by libpcap. */
static uint64_t libpcap_count(void)
{
    static struct rig_files files;
    char error[PCAP_ERRBUF_SIZE] = "";
    uint64_t count = 0;
    rig_files(&files);
    for (uint32_t i = 0; i < files.count; i++) {
        pcap_t *file = pcap_open_offline_with_tstamp_precision(files.path[i],
                                                               PCAP_TSTAMP_PRECISION_NANO, error);
        spec_expect(files.path[i], 0, file != NULL, "%s", error);
        if (!file) continue;
        struct pcap_pkthdr *header;
        const u_char *bytes;
        int result;
        for (; (result = pcap_next_ex(file, &header, &bytes)) == 1; count++)
            if (!rig_frame_is(bytes, header->caplen, rig_frame_number(bytes)))
                spec_expect(files.path[i], 0, false, "libpcap reads another frame");
        spec_expect(files.path[i], 0, result == PCAP_ERROR_BREAK, "%s", pcap_geterr(file));
        pcap_close(file);
    }
    return count;
}

static uint64_t dropped_in_all;

/* What is not written yet; what was dropped. */
struct backlog {
    uint64_t kept;
    uint64_t dropped;
};

static struct backlog backlog(void)
{
    struct recorder_view view = rig_view();
    struct backlog sum = {0};
    for (uint32_t i = 0; i < RIG_PORTS; i++) {
        sum.kept += view.port[i].came_kept + view.port[i].went_kept;
        sum.dropped += view.port[i].came_dropped + view.port[i].went_dropped;
    }
    sum.kept -= view.written;
    return sum;
}

/* One more frame of each port, when all rings are empty. */
static void send_later(void)
{
    uint64_t end = patience_end(PATIENCE_S);
    while (backlog().kept > 0 && patience_wait(end)) continue;
    EXPECT_UINT(backlog().kept, 0);
    for (uint32_t i = 0; i < RIG_PORTS; i++) {
        EXPECT(rig_send(i, RIG_FRAME_MAX));
        rig_take(i ^ 1);
    }
}

/* Of even seeds the disk stands until something was dropped.  Of two seeds in four, all that was
 * dropped is followed by frames that are not. */
static void run_seed(uint64_t seed)
{
    bool later = seed % 4 < 2;
    struct chance chance = {.state = seed * 7919};
    disk = (struct chance){.state = seed};
    rig_open();
    rig.plan.ring_bytes = RECORDER_RING_BYTES_MIN << chance_between(&chance, 0, 4);
    rig.plan.snap_bytes = (uint32_t)chance_between(&chance, 64, 2000);
    rig.plan.file_bytes = RECORDER_FILE_BYTES_MIN * chance_between(&chance, 1, 20);
    rig.plan.write = write_slowly;
    EXPECT(rig_start() == RECORDER_RUNS);
    struct traffic traffic[2];
    pthread_t thread[2];
    atomic_store(&disk_stands, seed % 2 == 0);
    atomic_store(&traffic_ended, 0);
    for (uint32_t i = 0; i < 2; i++) {
        traffic[i] = (struct traffic){.chance = {chance_next(&chance)}, .link = i, .turns = TURNS};
        EXPECT(pthread_create(&thread[i], NULL, traffic_run, &traffic[i]) == 0);
    }
    while (backlog().dropped == 0 && atomic_load(&traffic_ended) < 2)
        nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    atomic_store(&disk_stands, false);
    for (uint32_t i = 0; i < 2; i++) pthread_join(thread[i], NULL);
    if (later) send_later();
    rig_stop();
    struct heard heard = {.seed = seed};
    (void)rig_read(hear, &heard);
    spec_expect(__FILE__, __LINE__, heard.wrong == 0,
                "seed %" PRIu64 ": %" PRIu64 " frames are not those, or not in order", seed,
                heard.wrong);
    expect_counts(seed, &heard);
    expect_told(seed, later);
    EXPECT_UINT(libpcap_count(), heard.in_all);
    for (uint32_t i = 0; i < RIG_PORTS; i++) dropped_in_all += rig.sent[i];
    dropped_in_all -= heard.in_all / 2;
    rig_close();
}

SPEC(what_is_not_dropped_is_in_the_files_byte_for_byte_and_in_order)
{
    struct spec_seeds seeds = spec_seeds(SEEDS / PATIENCE_SLOWER + 2);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) run_seed(seed);
    EXPECT(seeds.first == seeds.last || dropped_in_all > 0); /* or nothing was put to the test */
}

#define SPECS(S) S(what_is_not_dropped_is_in_the_files_byte_for_byte_and_in_order)

SPEC_MAIN("recorder property", SPECS, NULL, NULL)
