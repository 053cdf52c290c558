#include "apps/pollux-generate/run.h"
#include "dataplane/capture/capture_file.h"
#include "dataplane/wire/itch.h"

/* A capture's frames keep their payload and time and get the headers of the lines; its ITCH
 * messages are packed anew, by their own times.  Frames that are not MoldUDP64 over UDP are left
 * out and counted. */

#define SHOW_EVERY 4096u
#define DAY_NS     1767589200000000000u /* as run.c: midnight of 2026-01-05 in New York */

struct source {
    struct run *run;
    struct text10 session;
    bool began;
    nanos_t last_ns; /* of ITCH messages */
};

/* What the lines follow is one session; a second one counts its messages from 1 again. */
static bool session_is_known(struct source *source, const struct capture_record *record,
                             const struct moldudp64_header *header)
{
    if (!source->began) source->session = header->session;
    source->began = true;
    if (memcmp(&source->session, &header->session, sizeof source->session) == 0) return true;
    run_fail(source->run,
             "%s: record %llu is of session '%.10s', and the capture began with '%.10s': one "
             "session at a time can be played",
             source->run->options->from, (unsigned long long)record->number, header->session.byte,
             source->session.byte);
    return false;
}

static void frame_take(struct source *source, const struct capture_record *record)
{
    struct run *run = source->run;
    if (record->sliced) {
        run->cut_skipped++;
        return;
    }
    struct frame_datagram udp;
    enum frame_status status = frame_udp(record->bytes, record->length, FRAME_CHECK_ALL, &udp);
    if (status != FRAME_OK) {
        run->frames_skipped[status]++;
        return;
    }
    enum moldudp64_status kind = moldudp64_check(udp.payload, udp.payload_bytes);
    if (kind != MOLDUDP64_MESSAGES && kind != MOLDUDP64_IDLE && kind != MOLDUDP64_ENDED) {
        run->datagrams_skipped++;
        return;
    }
    const struct moldudp64_header *header = (const struct moldudp64_header *)udp.payload;
    if (!session_is_known(source, record, header)) return;
    struct pack_datagram datagram = {
        .payload = udp.payload,
        .payload_bytes = udp.payload_bytes,
        .messages = kind == MOLDUDP64_MESSAGES ? be16_read(header->count) : 0,
        .sequence = be64_read(header->sequence),
        .time_ns = record->time_ns,
    };
    run_datagram(run, &datagram);
}

static void message_take(struct source *source, const struct capture_record *record)
{
    struct run *run = source->run;
    if (record->length > PACK_MESSAGE_MAX) {
        run_fail(run, "%s: message %llu has %u bytes, and a datagram has room for %u",
                 run->options->from, (unsigned long long)record->number, record->length,
                 PACK_MESSAGE_MAX);
        return;
    }
    if (itch_check(record->bytes, record->length) == ITCH_OK) {
        const struct itch_system_event *any = (const struct itch_system_event *)record->bytes;
        nanos_t time_ns = DAY_NS + be48_read(any->timestamp_ns);
        if (time_ns > source->last_ns) source->last_ns = time_ns;
    }
    if (source->last_ns == 0) source->last_ns = DAY_NS;
    pack_message(run->pack, record->bytes, record->length, source->last_ns);
}

static void records_take(struct source *source, struct capture *capture)
{
    struct run *run = source->run;
    struct capture_record record;
    while (!run->failed && capture_next(capture, &record) == CAPTURE_OK) {
        if (record.kind == CAPTURE_FRAME) frame_take(source, &record);
        else message_take(source, &record);
        if (record.number % SHOW_EVERY == 0)
            progress_show(&run->progress, "reading", record.offset, capture->length);
    }
}

void run_capture(struct run *run)
{
    const char *path = run->options->from;
    struct capture_file file;
    char sentence[1024];
    if (!capture_map(path, &file, sentence, sizeof sentence)) {
        run_fail(run, "%s", sentence);
        return;
    }
    struct capture capture;
    enum capture_status status =
        capture_open(file.bytes, file.length, run->options->framing, &capture);
    if (status == CAPTURE_OK) {
        struct source source = {.run = run};
        bool packed = capture.format == CAPTURE_FORMAT_ITCH_LENGTHS ||
                      capture.format == CAPTURE_FORMAT_ITCH_TYPES;
        if (!packed && run->options->packed)
            run_fail(run,
                     "%s: has datagrams, which are taken as they are; --session, --per-packet, "
                     "--gather-us and --payload are for messages that are packed here",
                     path);
        records_take(&source, &capture);
        if (packed) pack_end(run->pack);
        if (!run->failed && run->messages == 0)
            run_fail(run, "%s: holds no message of MoldUDP64 or ITCH", path);
        status = capture.status;
    }
    if (status != CAPTURE_OK && status != CAPTURE_END) {
        capture_status_print(sentence, sizeof sentence, path, &capture);
        run_fail(run, "%s", sentence);
    }
    capture_unmap(&file);
}
