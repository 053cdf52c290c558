#include "dataplane/launch/recording.h"

#include "dataplane/wire/frame.h"
#include "dataplane/wire/itch.h"
#include "dataplane/wire/moldudp64.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

/* Address space that is given pages as it is written: how many records a file has is known only at
 * its end, and the least a record takes in the file bounds how many there can be. */

#define RECORD_BYTES_MIN 16u /* a pcap record header */
#define PROGRESS_BYTES   (16u << 20)

static void *space_take(uint64_t bytes)
{
    if (bytes == 0) bytes = 1;
    void *space = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return space == MAP_FAILED ? NULL : space;
}

const char *recording_format_text(enum capture_format format)
{
    switch (format) {
    case CAPTURE_FORMAT_NONE: return "unknown";
    case CAPTURE_FORMAT_PCAP: return "pcap";
    case CAPTURE_FORMAT_PCAPNG: return "pcapng";
    case CAPTURE_FORMAT_ITCH_LENGTHS: return "ITCH 5.0 messages behind lengths";
    case CAPTURE_FORMAT_ITCH_TYPES: return "ITCH 5.0 messages behind zeros";
    }
    UNREACHABLE("every format has a case");
}

/* Messages gathered into datagrams. */

struct packer {
    uint8_t *at; /* where the open datagram's frame begins */
    uint32_t payload_bytes;
    uint32_t messages;
    uint64_t sequence; /* of its first message */
    nanos_t first_ns;
    struct tape_record *record;
    uint64_t records;
    uint64_t too_long;
};

static const struct frame_udp_head packer_head = {
    .source_mac = {{0x02, 0, 0, 0, 0, 0x01}},
    .source_ip = 0x7f000001,
    .destination_ip = 0xe9360c6f, /* 233.54.12.111, where this feed is published */
    .source_port = 26477,
    .destination_port = 26477,
    .ttl = 1,
};

static void packer_close(struct packer *packer)
{
    if (packer->messages == 0) return;
    struct moldudp64_header *header = (void *)(packer->at + FRAME_UDP_HEAD_BYTES);
    *header = (struct moldudp64_header){
        .session = {"RECORDING "},
        .sequence = be64(packer->sequence),
        .count = be16((uint16_t)packer->messages),
    };
    uint32_t length = frame_udp_write(packer->at, &packer_head, packer->payload_bytes);
    packer->record[packer->records++] = (struct tape_record){
        .bytes = packer->at,
        .length = length,
        .time_ns = packer->first_ns,
    };
    packer->at += ALIGN_UP(length, CACHE_LINE);
    packer->sequence += packer->messages;
    packer->messages = 0;
}

static nanos_t message_time(const struct capture_record *record)
{
    if (record->length < sizeof(struct itch_system_event)) return 0;
    return be48_read(((const struct itch_system_event *)record->bytes)->timestamp_ns);
}

static void packer_add(struct packer *packer, const struct capture_record *record)
{
    nanos_t time_ns = message_time(record);
    if (record->length > RECORDING_MESSAGE_MAX) { /* no frame holds it: its number stays missing */
        packer_close(packer);
        packer->sequence++;
        packer->too_long++;
        return;
    }
    uint32_t block = (uint32_t)sizeof(struct moldudp64_block) + record->length;
    bool late = time_ns > packer->first_ns + RECORDING_GATHER_NS;
    if (packer->messages && (late || packer->payload_bytes + block > RECORDING_PAYLOAD))
        packer_close(packer);
    if (packer->messages == 0) {
        packer->payload_bytes = sizeof(struct moldudp64_header);
        packer->first_ns = time_ns;
    }
    uint8_t *at = packer->at + FRAME_UDP_HEAD_BYTES + packer->payload_bytes;
    *(struct moldudp64_block *)at = (struct moldudp64_block){be16((uint16_t)record->length)};
    memcpy(at + sizeof(struct moldudp64_block), record->bytes, record->length);
    packer->payload_bytes += block;
    packer->messages++;
}

/* Files. */

static struct tape_record record_of(const struct capture_record *record)
{
    return (struct tape_record){
        .bytes = record->bytes,
        .length = record->length,
        .flags = record->sliced ? FRAME_CUT : 0,
        .time_ns = record->time_ns,
    };
}

/* Reads every record of a file into tape[]; returns how many tape records that made. */
static uint64_t file_index(struct recording_file *file, struct capture *capture,
                           const struct recording_plan *plan, struct tape_record *tape)
{
    struct packer packer = {.at = file->frames, .sequence = 1, .record = tape};
    uint64_t records = 0, next_progress = PROGRESS_BYTES;
    struct capture_record record;
    while (capture_next(capture, &record) == CAPTURE_OK) {
        file->records++;
        if (record.kind == CAPTURE_MESSAGE) packer_add(&packer, &record);
        else if (record.length > NET_FRAME_BYTES_MAX) file->too_long++;
        else tape[records++] = record_of(&record);
        if (plan->progress && record.offset >= next_progress) {
            plan->progress(plan->progress_context, record.offset, file->map.length);
            next_progress += PROGRESS_BYTES;
        }
    }
    packer_close(&packer);
    file->too_long += packer.too_long;
    file->whole = capture->status == CAPTURE_END;
    return records + packer.records;
}

static void problem_add(struct text *problems, const char *sentence)
{
    text_append(problems, sentence);
    text_append_char(problems, '\n');
}

/* Maps and indexes one file.  NULL with a sentence if it cannot be read at all. */
static struct tape_record *file_open(struct recording_file *file, const struct recording_plan *plan,
                                     uint64_t *records, struct text *problems)
{
    char sentence[1024];
    struct capture capture;
    if (!capture_map(file->path, &file->map, sentence, sizeof sentence)) {
        problem_add(problems, sentence);
        return NULL;
    }
    enum capture_status status =
        capture_open(file->map.bytes, file->map.length, plan->framing, &capture);
    file->format = capture.format;
    if (status != CAPTURE_OK) {
        capture_status_print(sentence, sizeof sentence, file->path, &capture);
        problem_add(problems, sentence);
        return NULL;
    }
    bool messages =
        file->format == CAPTURE_FORMAT_ITCH_LENGTHS || file->format == CAPTURE_FORMAT_ITCH_TYPES;
    uint64_t least = messages ? sizeof(uint16_t) : RECORD_BYTES_MIN;
    uint64_t most = file->map.length / least + 1;
    if (messages) {
        /* Each message may need a frame of its own, rounded up to a cache line. */
        uint64_t overhead = FRAME_UDP_HEAD_BYTES + sizeof(struct moldudp64_header) + CACHE_LINE;
        file->frames_bytes = file->map.length + most * overhead + CACHE_LINE;
        file->frames = space_take(file->frames_bytes);
    }
    struct tape_record *tape = space_take(most * sizeof *tape);
    if (tape == NULL || (messages && file->frames == NULL)) {
        text_append(problems, file->path);
        problem_add(problems, ": there is not enough address space to play it");
        return NULL;
    }
    *records = file_index(file, &capture, plan, tape);
    if (file->too_long) {
        text_format(problems, "%s: %" PRIu64 " %s longer than %u bytes were left out\n", file->path,
                    file->too_long, messages ? "messages" : "frames",
                    messages ? RECORDING_MESSAGE_MAX : (uint32_t)NET_FRAME_BYTES_MAX);
    }
    if (!file->whole) {
        capture_status_print(sentence, sizeof sentence, file->path, &capture);
        problem_add(problems, sentence);
    }
    return tape;
}

bool recording_open(struct recording *recording, const struct recording_plan *plan,
                    struct text *problems)
{
    CHECK(plan->files >= 1);
    CHECK(plan->files <= RECORDING_FILES_MAX);
    *recording = (struct recording){.files = plan->files};
    struct tape_part part[RECORDING_FILES_MAX] = {{NULL, 0}};
    bool readable = true;
    for (uint32_t i = 0; i < plan->files; i++) {
        recording->file[i].path = plan->path[i];
        part[i].record = file_open(&recording->file[i], plan, &part[i].records, problems);
        readable &= part[i].record != NULL;
    }
    if (!readable) return false;
    recording->records = part[0].records + part[1].records;
    if (plan->files == 1) {
        recording->record = (struct tape_record *)(uintptr_t)part[0].record;
    } else {
        recording->record = space_take(recording->records * sizeof *recording->record);
        if (recording->record == NULL) {
            problem_add(problems, "there is not enough address space to merge the two captures");
            return false;
        }
        net_tape_merge(part[0], part[1], recording->record);
    }
    if (recording->records > 0) {
        recording->first_ns = recording->record[0].time_ns;
        recording->last_ns = recording->record[recording->records - 1].time_ns;
    }
    return true;
}

void recording_close(struct recording *recording)
{
    for (uint32_t i = 0; i < recording->files; i++) capture_unmap(&recording->file[i].map);
}
