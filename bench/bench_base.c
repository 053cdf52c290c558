/* What the words everything is written in cost: a histogram's record, a log event, a conversion. */

#include "bench/bench.h"
#include "dataplane/base/log_ring.h"

#include <stdlib.h>

enum { ITEMS = 4000000, VALUES = 4096 };

static struct histogram recorded;
static uint64_t values[VALUES];
static struct log_ring *events;
static uint64_t sum;

static void draw_values(void *unused)
{
    (void)unused;
    uint32_t random = 1;
    for (uint32_t i = 0; i < VALUES; i++) {
        random = random * 1664525u + 1013904223u;
        values[i] = 100 + (random >> 22);
    }
}

static void record_all(void *unused)
{
    (void)unused;
    for (uint32_t i = 0; i < ITEMS; i++) histogram_record(&recorded, values[i % VALUES]);
}

static void convert_all(void *unused)
{
    (void)unused;
    const struct clock *clock = bench_clock();
    for (uint32_t i = 0; i < ITEMS; i++) sum += clock_ns(clock, values[i % VALUES]);
}

static void write_one(struct bench_span *span)
{
    struct log_event event;
    bench_begin(span);
    log_ring_write(events, 1, span->begin_tsc, span->turn, 2, 3, 4);
    bench_end(span);
    CHECK(log_ring_read(events, &event));
}

static void write_and_read_all(void *unused)
{
    (void)unused;
    struct log_event event;
    for (uint32_t i = 0; i < ITEMS; i++) {
        log_ring_write(events, 1, i, i, 2, 3, 4);
        CHECK(log_ring_read(events, &event));
    }
}

int main(int argc, char **argv)
{
    bench_open("base", argc, argv);
    CHECK(bench_pin(0));
    struct log_ring_limits limits = {.events = 1024};
    void *memory = aligned_alloc(CACHE_LINE, log_ring_footprint(&limits));
    CHECK(memory != NULL);
    events = log_ring_new(memory, &limits);

    bench_latency("log_write", "one event into a log ring", write_one, 1000000);
    bench_rate(&(struct bench_rate){.name = "histogram_record",
                                    .what = "one value of about 1,000 different ones",
                                    .items = ITEMS,
                                    .prepare = draw_values,
                                    .run = record_all});
    bench_rate(&(struct bench_rate){.name = "clock_ns",
                                    .what = "a span from ticks to nanoseconds",
                                    .items = ITEMS,
                                    .prepare = draw_values,
                                    .run = convert_all});
    bench_rate(&(struct bench_rate){.name = "log_write_read",
                                    .what = "an event written and read, one thread",
                                    .items = ITEMS,
                                    .run = write_and_read_all});
    CHECK(sum > 0);
    return bench_close();
}
