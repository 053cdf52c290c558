#include "dataplane/session/streams.h"

#include <string.h>

/* A chunk holds messages from its beginning upwards, and where each of them ends from its end
 * downwards, in 16 bits each.  Chunks of a stream are linked from the youngest to the oldest; each
 * also knows one much older, so that some log2(chunks) steps lead to any (the links of a
 * skew-binary random access list, Myers 1983):
 *
 *     depth   1   2   3   4   5   6   7
 *     jump    -   1   1   3   3   3   1 ...      next to prev, which is always depth - 1
 *
 * Invariants:
 *   - every chunk is in one stream or in the pool, and used is how many are in streams;
 *   - along prev, depth falls by one to 1, and first + count is the first of the younger one;
 *   - all chunks but the youngest, and that one too, have at least one message;
 *   - a chunk's messages and their ends do not overlap;
 *   - from the youngest chunk to the oldest it is at most 3 log2(chunks) steps. */

#define NO_CHUNK UINT32_MAX

struct chunk {
    uint64_t first; /* number of its first message */
    uint32_t prev;  /* the next older chunk, or the next free one */
    uint32_t jump;
    uint32_t depth; /* 1 is the oldest of the stream; 0: in the pool */
    uint32_t count;
    uint32_t used; /* bytes of messages */
};

struct stream {
    uint64_t count;
    uint32_t youngest;
};

struct streams {
    struct stream *stream;
    struct chunk *chunk;
    uint8_t *bytes; /* [chunk], chunk_bytes each */
    uint32_t spare; /* the pool: linked by prev, behind it those never used */
    uint32_t fresh; /* chunks never used yet begin here */
    struct streams_limits limits;
    struct streams_counts counts;
};

struct streams_layout {
    size_t stream;
    size_t chunk;
    size_t bytes;
    size_t end;
};

static struct streams_layout streams_layout(const struct streams_limits *limits)
{
    struct streams_layout at = {.stream = ALIGN_UP(sizeof(struct streams), CACHE_LINE)};
    size_t streams = limits->streams, chunks = limits->chunks;
    at.chunk = ALIGN_UP(at.stream + streams * sizeof(struct stream), CACHE_LINE);
    at.bytes = ALIGN_UP(at.chunk + chunks * sizeof(struct chunk), CACHE_LINE);
    at.end = at.bytes + chunks * limits->chunk_bytes;
    return at;
}

size_t streams_footprint(const struct streams_limits *limits)
{
    if (limits->streams < 1 || limits->streams > STREAMS_MAX) return 0;
    if (limits->chunks < 1 || limits->chunks > STREAMS_CHUNKS_MAX) return 0;
    if (!IS_POW2(limits->chunk_bytes)) return 0;
    if (limits->chunk_bytes < STREAMS_CHUNK_BYTES_MIN) return 0;
    if (limits->chunk_bytes > STREAMS_CHUNK_BYTES_MAX) return 0;
    return streams_layout(limits).end;
}

struct streams *streams_new(void *memory, const struct streams_limits *limits)
{
    CHECK(streams_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct streams_layout at = streams_layout(limits);
    uint8_t *base = memory;
    struct streams *streams = memory;
    *streams = (struct streams){
        .stream = (struct stream *)(base + at.stream),
        .chunk = (struct chunk *)(base + at.chunk),
        .bytes = base + at.bytes,
        .spare = NO_CHUNK,
        .limits = *limits,
    };
    for (uint32_t i = 0; i < limits->streams; i++)
        streams->stream[i] = (struct stream){.youngest = NO_CHUNK};
    return streams;
}

const char *streams_status_text(enum streams_status status)
{
#define STREAMS_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {STREAMS_STATUSES(STREAMS_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *streams_status_name(enum streams_status status)
{
#define STREAMS_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {STREAMS_STATUSES(STREAMS_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

uint32_t streams_message_max(const struct streams *streams)
{
    return streams->limits.chunk_bytes - (uint32_t)sizeof(uint16_t);
}

/* Where message index of a chunk ends. */
static inline uint16_t *end_at(const struct streams *streams, uint32_t chunk, uint32_t index)
{
    uint8_t *above = streams->bytes + ((size_t)chunk + 1) * streams->limits.chunk_bytes;
    return (uint16_t *)above - 1 - index;
}

/* The youngest chunk has room for length bytes more, and for where they end. */
static bool chunk_fits(const struct streams *streams, uint32_t chunk, uint32_t length)
{
    const struct chunk *at = &streams->chunk[chunk];
    size_t ends = ((size_t)at->count + 1) * sizeof(uint16_t);
    return at->used + length + ends <= streams->limits.chunk_bytes;
}

/* A chunk from the pool becomes the youngest of stream; false if there is none. */
static bool chunk_open(struct streams *streams, struct stream *stream)
{
    if (streams_spare(streams) == 0) return false;
    uint32_t index = streams->spare;
    if (index != NO_CHUNK) streams->spare = streams->chunk[index].prev;
    else index = streams->fresh++;

    struct chunk *opened = &streams->chunk[index];
    *opened = (struct chunk){.first = stream->count + 1, .prev = stream->youngest, .depth = 1};
    opened->jump = index; /* the oldest has nowhere to jump */
    if (stream->youngest != NO_CHUNK) {
        const struct chunk *prev = &streams->chunk[stream->youngest];
        const struct chunk *jump = &streams->chunk[prev->jump];
        const struct chunk *far = &streams->chunk[jump->jump];
        bool equal = prev->depth - jump->depth == jump->depth - far->depth;
        opened->jump = equal ? jump->jump : stream->youngest;
        opened->depth = prev->depth + 1;
    }
    stream->youngest = index;
    struct streams_counts *counts = &streams->counts;
    if (++counts->chunks > counts->chunks_max) counts->chunks_max = counts->chunks;
    return true;
}

enum streams_status streams_append(struct streams *streams, uint32_t stream, const uint8_t *bytes,
                                   uint32_t length)
{
    CHECK(stream < streams->limits.streams);
    struct stream *to = &streams->stream[stream];
    enum streams_status status = STREAMS_OK;
    if (length > streams_message_max(streams)) status = STREAMS_TOO_LONG;
    else if (to->youngest == NO_CHUNK || !chunk_fits(streams, to->youngest, length))
        status = chunk_open(streams, to) ? STREAMS_OK : STREAMS_FULL;
    streams->counts.append[status]++;
    if (status != STREAMS_OK) return status;

    struct chunk *chunk = &streams->chunk[to->youngest];
    uint8_t *at = streams->bytes + (size_t)to->youngest * streams->limits.chunk_bytes + chunk->used;
    if (length > 0) memcpy(at, bytes, length);
    chunk->used += length;
    *end_at(streams, to->youngest, chunk->count) = (uint16_t)chunk->used;
    chunk->count++;
    to->count++;
    streams->counts.bytes += length;
    return STREAMS_OK;
}

uint64_t streams_count(const struct streams *streams, uint32_t stream)
{
    CHECK(stream < streams->limits.streams);
    return streams->stream[stream].count;
}

/* The chunk of stream that holds number, which it has; steps is how many others were passed. */
static uint32_t chunk_find(const struct streams *streams, const struct stream *in, uint64_t number,
                           uint32_t *steps)
{
    uint32_t index = in->youngest;
    for (*steps = 0; streams->chunk[index].first > number; (*steps)++) {
        uint32_t jump = streams->chunk[index].jump;
        index = streams->chunk[jump].first > number ? jump : streams->chunk[index].prev;
    }
    return index;
}

bool streams_find(const struct streams *streams, uint32_t stream, uint64_t number,
                  struct stream_message *message)
{
    CHECK(stream < streams->limits.streams);
    const struct stream *in = &streams->stream[stream];
    if (number == 0 || number > in->count) return false;
    uint32_t steps, index = chunk_find(streams, in, number, &steps);
    const struct chunk *chunk = &streams->chunk[index];
    uint32_t place = (uint32_t)(number - chunk->first);
    uint32_t begin = place > 0 ? *end_at(streams, index, place - 1) : 0;
    message->bytes = streams->bytes + (size_t)index * streams->limits.chunk_bytes + begin;
    message->length = *end_at(streams, index, place) - begin;
    return true;
}

uint64_t streams_spare(const struct streams *streams)
{
    return streams->limits.chunks - streams->counts.chunks;
}

void streams_clear(struct streams *streams, uint32_t stream)
{
    CHECK(stream < streams->limits.streams);
    struct stream *of = &streams->stream[stream];
    while (of->youngest != NO_CHUNK) {
        uint32_t index = of->youngest;
        struct chunk *chunk = &streams->chunk[index];
        of->youngest = chunk->prev;
        *chunk = (struct chunk){.prev = streams->spare};
        streams->spare = index;
        streams->counts.chunks--;
    }
    of->count = 0;
    streams->counts.cleared++;
}

const struct streams_counts *streams_counts(const struct streams *streams)
{
    return &streams->counts;
}

static void chunk_verify(const struct streams *streams, uint32_t index)
{
    const struct chunk *chunk = &streams->chunk[index];
    CHECK(chunk->count > 0);
    CHECK(chunk->used + chunk->count * sizeof(uint16_t) <= streams->limits.chunk_bytes);
    CHECK(*end_at(streams, index, chunk->count - 1) == chunk->used);
    for (uint32_t i = 1; i < chunk->count; i++)
        CHECK(*end_at(streams, index, i) >= *end_at(streams, index, i - 1));
    const struct chunk *jump = &streams->chunk[chunk->jump];
    if (chunk->depth == 1) CHECK(chunk->prev == NO_CHUNK);
    else CHECK(jump->depth < chunk->depth);
    CHECK(jump->first <= chunk->first);
}

void streams_verify(const struct streams *streams)
{
    uint64_t used = 0, spare = 0;
    for (uint32_t i = 0; i < streams->limits.streams; i++) {
        uint64_t above = streams->stream[i].count + 1;
        uint32_t depth = 0;
        for (uint32_t at = streams->stream[i].youngest; at != NO_CHUNK; used++) {
            const struct chunk *chunk = &streams->chunk[at];
            if (depth > 0) CHECK(chunk->depth == depth - 1);
            CHECK(chunk->first + chunk->count == above);
            chunk_verify(streams, at);
            above = chunk->first;
            depth = chunk->depth;
            at = chunk->prev;
        }
        CHECK(above == 1);
        CHECK(depth <= 1);
        if (depth == 0) continue;
        uint32_t steps, depth_max = streams->chunk[streams->stream[i].youngest].depth;
        (void)chunk_find(streams, &streams->stream[i], 1, &steps);
        CHECK(depth_max == 1 || steps <= 3 * (32 - (uint32_t)__builtin_clz(depth_max)));
    }
    for (uint32_t at = streams->spare; at != NO_CHUNK; at = streams->chunk[at].prev, spare++)
        CHECK(streams->chunk[at].depth == 0);
    CHECK(used == streams->counts.chunks);
    CHECK(used + spare == streams->fresh);
    CHECK(streams->fresh <= streams->limits.chunks);
}
