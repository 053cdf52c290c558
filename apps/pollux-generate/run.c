#include "apps/pollux-generate/run.h"
#include "dataplane/capture/capture_write.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

/* 2026-01-05, a Monday: midnight in New York is 05:00 UTC. */
#define MIDNIGHT_NS (1767589200u * NANOS_SECOND)
#define SHOW_EVERY  8192u
#define LARGE_PAGE  ((size_t)2 << 20)
#define SNAP_BYTES  65535u

void run_fail(struct run *run, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    text_append(&run->sentences, sentence);
    text_append_char(&run->sentences, '\n');
    run->failed = true;
}

/* Untouched memory: the parts of a flow are large and mostly not reached.  In large pages where the
 * kernel has them, because a flow jumps about in it. */
static void *room(struct run *run, size_t bytes)
{
    size_t page = bytes < LARGE_PAGE ? CACHE_LINE : LARGE_PAGE;
    void *memory = aligned_alloc(page, ALIGN_UP(bytes, page));
    if (!memory) run_fail(run, "no memory: %zu bytes are wanted", bytes);
    if (memory && page == LARGE_PAGE) (void)madvise(memory, ALIGN_UP(bytes, page), MADV_HUGEPAGE);
    return memory;
}

/* Where a line's frames go. */
static void frame_emit(void *to, const struct line_frame *frame)
{
    const struct run_line *out = to;
    if (out->run->port) port_send(out->run->port, frame);
    if (!out->sink) return;
    uint8_t head[CAPTURE_PCAP_RECORD_BYTES];
    struct capture_frame record = {.bytes = frame->bytes,
                                   .length = frame->length,
                                   .original_length = frame->length,
                                   .time_ns = frame->time_ns};
    sink_write(out->sink, head, capture_write_pcap_record(head, &record));
    sink_write(out->sink, frame->bytes, frame->length);
    if (out->sink->failed) out->run->failed = true;
}

/* Counts the messages of a datagram; their blocks are exactly what an ITCH file consists of. */
static void blocks_take(struct run *run, const struct pack_datagram *datagram)
{
    const uint8_t *block = datagram->payload + PACK_HEADER_BYTES;
    for (uint32_t i = 0; i < datagram->messages; i++) {
        uint32_t length = moldudp64_block_length(block);
        if (length > 0) run->type[block[2]]++;
        if (length == 0 && run->messages_sink)
            run_fail(run,
                     "%s: message %" PRIu64
                     " has no bytes, which would end an ITCH file: it ends before",
                     run->options->from, datagram->sequence + i);
        if (run->failed) return;
        if (run->messages_sink) sink_write(run->messages_sink, block, 2 + length);
        run->bytes += length;
        block += 2 + length;
    }
    run->messages += datagram->messages;
    if (run->messages_sink && run->messages_sink->failed) run->failed = true;
}

void run_datagram(void *to, const struct pack_datagram *datagram)
{
    struct run *run = to;
    if (run->failed) return;
    run->datagrams++;
    run->idle += datagram->messages == 0;
    blocks_take(run, datagram);
    if (run->failed) return;
    if (run->port) port_wait(run->port, datagram);
    bool arrived = !run->line[0].line && !run->line[1].line;
    for (uint32_t i = 0; i < 2; i++)
        if (run->line[i].line) arrived |= line_offer(run->line[i].line, datagram);
    struct coverage_range range = {.first = datagram->sequence, .count = datagram->messages};
    if (!coverage_mark(&run->coverage, range, arrived))
        run_fail(run,
                 "message number %llu is too far from the first: at most %llu messages can be "
                 "followed, and only as far as memory reaches",
                 (unsigned long long)datagram->sequence, (unsigned long long)COVERAGE_SPAN_MAX);
}

/* Opening. */

static struct sink *sink_make(struct run *run, const char *path)
{
    struct sink *sink = room(run, sizeof *sink);
    if (!sink) return NULL;
    if (!sink_open(sink, path)) {
        run_fail(run, "%s", sink->sentence);
        free(sink);
        return NULL;
    }
    return sink;
}

static void line_make(struct run *run, uint32_t which, const char *path)
{
    struct run_line *out = &run->line[which];
    const struct line_plan *plan = &run->options->line[which];
    out->run = run;
    if (path) {
        uint8_t head[CAPTURE_PCAP_HEADER_BYTES];
        out->sink = sink_make(run, path);
        if (!out->sink) return;
        sink_write(out->sink, head, capture_write_pcap_header(head, SNAP_BYTES));
    }
    void *memory = room(run, line_footprint(plan));
    if (memory) out->line = line_new(memory, plan, frame_emit, out);
}

bool run_open(struct run *run, const struct options *options)
{
    *run = (struct run){.options = options};
    run->sentences = text_in(run->sentence_bytes, sizeof run->sentence_bytes);
    bool pcap = options->format == OPTIONS_PCAP;
    const char *first = options->out && pcap ? options->out : options->line_file[0];
    if (first || options->device) line_make(run, 0, first);
    if (options->line_file[1] || options->device) line_make(run, 1, options->line_file[1]);
    if (options->out && !pcap) run->messages_sink = sink_make(run, options->out);

    run->pack = room(run, sizeof *run->pack);
    if (run->pack) pack_open(run->pack, &options->pack, run_datagram, run);
    if (!options->from && !run->failed) {
        void *memory = room(run, flow_footprint(&options->flow));
        if (memory) run->flow = flow_new(memory, &options->flow);
    }
    if (options->device && !run->failed) {
        struct port_plan plan = {.device = options->device, .rate = options->rate};
        run->port = port_open(&plan, &run->sentences);
        if (!run->port) run->failed = true;
    }
    return !run->failed;
}

/* Playing. */

static void flow_play(struct run *run)
{
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns;
    uint32_t length;
    uint64_t made = 0;
    while (!run->failed && (length = flow_next(run->flow, message, &time_ns)) > 0) {
        pack_message(run->pack, message, length, MIDNIGHT_NS + time_ns);
        if (++made % SHOW_EVERY == 0)
            progress_show(&run->progress, "making", made, run->options->flow.messages);
    }
    pack_end(run->pack);
    run->live = flow_counts(run->flow)->live;
}

static void sink_finish(struct run *run, struct sink *sink)
{
    if (sink && !sink_close(sink)) run_fail(run, "%s", sink->sentence);
}

static uint64_t lost_count(const struct run *run)
{
    struct coverage_range range;
    uint64_t at = 0, lost = 0;
    while (coverage_lost_next(&run->coverage, &at, &range)) lost += range.count;
    return lost;
}

bool run_play(struct run *run)
{
    run->progress = progress_begin(run->options->quiet);
    if (run->options->from) run_capture(run);
    else flow_play(run);

    static const uint8_t end[2] = {0, 0};
    if (run->messages_sink) sink_write(run->messages_sink, end, sizeof end);
    for (uint32_t i = 0; i < 2; i++)
        if (run->line[i].line) line_end(run->line[i].line);
    sink_finish(run, run->messages_sink);
    for (uint32_t i = 0; i < 2; i++) sink_finish(run, run->line[i].sink);
    if (run->port) run->port_counts = port_close(run->port);
    run->lost = lost_count(run);
    run->elapsed_ns = progress_end(&run->progress);
    return !run->failed;
}
