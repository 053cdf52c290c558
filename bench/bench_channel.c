/* What it costs to make one sequence of lines A and B, per datagram received.
 *
 * Datagrams in sequence, of one message of 36 bytes or of 30 messages of the usual ITCH lengths,
 * read as the feed reads them: channel_receive, then channel_next until CHANNEL_NOTHING.  On two
 * lines each datagram comes on A and then on B, so that half of them are taken and fingerprinted,
 * and half are compared and dropped; the figure is for the mean of both.  The datagrams lie in the
 * second level of cache: bringing them there is not the channel's work, and with a stream larger
 * than that the figure is the machine's memory. */

#include "bench/bench.h"
#include "dataplane/feed/channel.h"
#include "dataplane/feed/channel_compare.h"

#include <stdlib.h>
#include <string.h>

enum { DATAGRAMS = 512, DATAGRAM_BYTES = 1472, HASHES = 4096 };

struct stream {
    uint32_t lines;
    uint32_t messages; /* in a datagram */
    bool disorder;     /* each second pair comes in the wrong order */
    struct channel *channel;
    void *memory;
    uint8_t *datagram; /* [DATAGRAMS][DATAGRAM_BYTES] */
    uint32_t bytes[DATAGRAMS];
    uint64_t given;
};

static const uint8_t itch_length[] = {36, 19, 36, 19, 31, 35, 23, 19, 36, 19, 36, 40, 19, 36, 19};

static void datagrams_write(struct stream *stream)
{
    uint64_t sequence = 1;
    for (uint32_t i = 0; i < DATAGRAMS; i++) {
        uint8_t *bytes = stream->datagram + (size_t)i * DATAGRAM_BYTES;
        memcpy(bytes, "BENCHMARK ", 10);
        for (int b = 0; b < 8; b++) bytes[10 + b] = (uint8_t)(sequence >> (56 - 8 * b));
        bytes[18] = (uint8_t)(stream->messages >> 8);
        bytes[19] = (uint8_t)stream->messages;
        uint32_t at = 20;
        for (uint32_t k = 0; k < stream->messages; k++) {
            uint32_t length = stream->messages == 1 ? 36 : itch_length[(i + k * 7) % 15];
            bytes[at] = 0;
            bytes[at + 1] = (uint8_t)length;
            memset(bytes + at + 2, (int)(i + k), length);
            at += 2 + length;
        }
        CHECK(at <= DATAGRAM_BYTES);
        stream->bytes[i] = at;
        sequence += stream->messages;
    }
}

static void stream_begin(void *context)
{
    struct stream *stream = context;
    struct channel_limits limits = {
        .lines = stream->lines,
        .store_datagrams = 1024,
        .store_bytes = 2048,
        .gap_wait_ns = NANOS_SECOND,
        .silence_ns = NANOS_SECOND,
        .first_sequence = 1,
    };
    if (!stream->memory) {
        stream->memory = aligned_alloc(CACHE_LINE, channel_footprint(&limits));
        stream->datagram = calloc(DATAGRAMS, DATAGRAM_BYTES);
        CHECK(stream->memory != NULL && stream->datagram != NULL);
        memset(stream->memory, 0, channel_footprint(&limits));
        datagrams_write(stream);
    }
    stream->channel = channel_new(stream->memory, &limits);
    stream->given = 0;
}

static inline void receive(struct stream *stream, enum channel_line line, uint32_t i)
{
    struct channel_output output;
    nanos_t now = 1000 + i;
    channel_receive(stream->channel, line, stream->datagram + (size_t)i * DATAGRAM_BYTES,
                    stream->bytes[i], (struct arrival){.ns = now, .tsc = i, .clock = TIME_TSC});
    for (enum channel_step step; (step = channel_next(stream->channel, now, &output));)
        if (step == CHANNEL_RUN) stream->given += output.run.count;
}

static void stream_receive(void *context)
{
    struct stream *stream = context;
    uint32_t turn = stream->disorder ? 1 : 0;
    for (uint32_t i = 0; i < DATAGRAMS; i++) {
        receive(stream, LINE_A, i ^ turn);
        if (stream->lines > 1) receive(stream, LINE_B, i ^ turn);
    }
    CHECK(stream->given == (uint64_t)DATAGRAMS * stream->messages);
}

static uint8_t hashed[1440];
static volatile uint64_t hash_sink;

static void hash_many(void *context)
{
    (void)context;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < HASHES; i++) {
        hashed[i % sizeof hashed]++;
        sum += compare_hash(hashed, sizeof hashed);
    }
    hash_sink = sum;
}

static void measure(const char *name, const char *what, struct stream *stream, double bound_ns)
{
    bench_rate(&(struct bench_rate){
        .name = name,
        .what = what,
        .items = (uint64_t)DATAGRAMS * stream->lines,
        .rounds = 31,
        .prepare = stream_begin,
        .run = stream_receive,
        .context = stream,
        .bound_ns = bound_ns,
    });
}

int main(int argc, char **argv)
{
    static struct stream one_1 = {.lines = 1, .messages = 1};
    static struct stream one_30 = {.lines = 1, .messages = 30};
    static struct stream two_1 = {.lines = 2, .messages = 1};
    static struct stream two_30 = {.lines = 2, .messages = 30};
    static struct stream early_30 = {.lines = 1, .messages = 30, .disorder = true};
    bench_open("channel", argc, argv);
    measure("channel_one_line_1", "a datagram of 1 message, one line", &one_1, 15);
    measure("channel_one_line_30", "a datagram of 30 messages, one line", &one_30, 60);
    measure("channel_two_lines_1", "a datagram of 1 message, two lines, compared", &two_1, 30);
    measure("channel_two_lines_30", "a datagram of 30 messages, two lines, compared", &two_30, 210);
    measure("channel_early_30", "every second datagram early, 30 messages, one line", &early_30, 0);
    bench_rate(&(struct bench_rate){
        .name = "compare_hash",
        .what = "the fingerprint of 1440 bytes",
        .items = HASHES,
        .rounds = 15,
        .run = hash_many,
        .bound_ns = 1440 * 0.15,
    });
    return bench_close();
}
