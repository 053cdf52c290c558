/* From ITCH messages to updated books: what the README claims about the feed.
 *
 *     decode                       every field of every message, nothing else (decode.h)
 *     book_one/hot/market          messages in memory -> full-depth books, all checks on
 *     book_..._sparse              the same with order references spread over 64 bits
 *     book_..._digest              the same with every event folded into the digest
 *     book_hot_avx2                the same on the vectors that every processor has
 *
 * The flows are the presets of pollux-generate, made anew from their seed, so everybody measures
 * the same.  Each run begins with empty books. */

#include "apps/pollux-generate/flow.h"
#include "bench/bench.h"
#include "bench/decode.h"
#include "dataplane/base/arena_setup.h"
#include "dataplane/feed/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Messages, each behind its 16-bit length, as a recording holds them. */
struct stream {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    uint64_t messages;
};

static struct stream stream;
static struct feed *feed;
static uint64_t sink; /* what is decoded must be used */

static void stream_make(const char *preset, enum flow_refs refs)
{
    struct flow_plan plan = flow_preset_find(preset)->plan;
    plan.refs = refs;
    if (bench_quick() || bench_counting()) {
        plan.messages /= 10;
        plan.live /= 10;
    }
    if (stream.bytes) munmap(stream.bytes, stream.capacity);
    stream = (struct stream){.capacity = plan.messages * 40 + (1 << 20)};
    stream.bytes = bench_space(stream.capacity);
    size_t footprint = flow_footprint(&plan);
    void *memory = bench_space(footprint);
    struct flow *flow = flow_new(memory, &plan);
    uint8_t message[FLOW_MESSAGE_BYTES];
    nanos_t time_ns;
    for (uint32_t length; (length = flow_next(flow, message, &time_ns)) != 0;) {
        CHECK(stream.length + 2 + length <= stream.capacity);
        stream.bytes[stream.length] = (uint8_t)(length >> 8);
        stream.bytes[stream.length + 1] = (uint8_t)length;
        memcpy(stream.bytes + stream.length + 2, message, length);
        stream.length += 2 + length;
        stream.messages++;
    }
    munmap(memory, footprint);
}

/* Decode only. */

static void fields_read(void *context)
{
    (void)context;
    sink += decode_by_fields(stream.bytes, stream.length);
}

static void cases_read(void *context)
{
    (void)context;
    sink += decode_by_cases(stream.bytes, stream.length);
}

static void decode_run(void)
{
    if (!bench_wanted("decode") && !bench_wanted("decode_by_cases")) return;
    stream_make("hot", FLOW_REFS_DENSE);
    decode_prepare();
    CHECK(stream.length + DECODE_ROOM <= stream.capacity);
    CHECK(decode_by_fields(stream.bytes, stream.length) ==
          decode_by_cases(stream.bytes, stream.length));
    bench_rate(&(struct bench_rate){
        .name = "decode",
        .what = "every field of every message",
        .items = stream.messages,
        .run = fields_read,
        .bound_ns = 8,
    });
    bench_rate(&(struct bench_rate){
        .name = "decode_by_cases",
        .what = "the same by a switch on the type, as one writes it first",
        .items = stream.messages,
        .run = cases_read,
    });
}

/* Books. */

static void session_begin(void *context)
{
    (void)context;
    struct channel_output begin = {.session = {.sequence = 1}};
    feed_step(feed, CHANNEL_SESSION, &begin, 0);
}

static void books_fill(void *context)
{
    (void)context;
    uint64_t taken = feed_stream(feed, stream.bytes, stream.length, 1);
    feed_flush(feed);
    CHECK(taken == stream.messages);
}

static void books_check(const char *name)
{
    const struct book_counts *counts = book_counts(feed_book(feed));
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT; i++)
        if (i != BOOK_OK && counts->command[i])
            fprintf(stderr, "%s: %lu commands refused for reason %u\n", name,
                    (unsigned long)counts->command[i], i);
    book_verify(feed_book(feed));
}

static void book_bench(const char *name, const char *what, double bound_ns)
{
    if (!bench_wanted(name)) return;
    struct bench_rate rate = {
        .name = name,
        .what = what,
        .items = stream.messages,
        .prepare = session_begin,
        .run = books_fill,
        .bound_ns = bound_ns,
    };
    if (bench_counting()) bench_counted(&rate);
    else bench_rate(&rate);
    books_check(name);
}

struct preset_bench {
    const char *preset;
    double bound_ns;
};

static void preset_run(const struct preset_bench *preset)
{
    char dense[64], sparse[64], digest[64], avx2[64];
    snprintf(dense, sizeof dense, "book_%s", preset->preset);
    snprintf(sparse, sizeof sparse, "book_%s_sparse", preset->preset);
    snprintf(digest, sizeof digest, "book_%s_digest", preset->preset);
    snprintf(avx2, sizeof avx2, "book_%s_avx2", preset->preset);
    bool any =
        bench_wanted(dense) || bench_wanted(sparse) || bench_wanted(digest) || bench_wanted(avx2);
    if (!any) return;
    struct book *book = feed_book(feed);
    const char *widest = book_vectors(book);
    stream_make(preset->preset, FLOW_REFS_DENSE);
    book_bench(dense, "messages in memory to full-depth books", preset->bound_ns);
    book_digest_on(book, true);
    book_bench(digest, "the same, every event folded into the digest", 0);
    book_digest_on(book, false);
    CHECK(book_use(book, "avx2"));
    book_bench(avx2, "the same on AVX2", 0);
    CHECK(book_use(book, widest));
    stream_make(preset->preset, FLOW_REFS_SPARSE);
    book_bench(sparse, "the same, references spread over 64 bits", preset->bound_ns * 1.05);
    if (!bench_counting() && bench_wanted(dense) && bench_wanted(sparse))
        bench_ratio(sparse, "sparse references cost at most 5 % more", bench_median(sparse),
                    bench_median(dense), 1.05);
}

int main(int count, char **words)
{
    static const struct preset_bench presets[] = {{"one", 18}, {"hot", 20}, {"market", 27}};
    bench_open("book", count, words);
    CHECK(bench_pin(bench_cores() - 1));
    struct feed_limits limits = {
        .book = {.instruments = 8192, .orders = 1u << 20, .levels = 1u << 19}};
    struct text problems = text_in((char[1024]){0}, 1024);
    struct arena_plan plan = {
        .owner = "bench",
        .bytes = arena_footprint() + arena_round(feed_footprint(&limits)),
        .pages = bench_counting() ? ARENA_PAGES_NONE : ARENA_PAGES_TRY,
    };
    enum arena_backing backing;
    struct arena *arena = arena_map(&plan, &backing, &problems);
    CHECK(arena != NULL);
    feed = feed_new(arena_take(arena, "feed", feed_footprint(&limits)), &limits);

    decode_run();
    for (uint32_t i = 0; i < ARRAY_COUNT(presets); i++) preset_run(&presets[i]);
    if (sink == 1) puts(""); /* never: it keeps what decode read */
    return bench_close();
}
