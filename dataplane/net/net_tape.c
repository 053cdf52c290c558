#include "dataplane/net/net_tape.h"

#include "dataplane/base/counter.h"

#include <x86intrin.h>

/* A position in the array of records and, at a pace, the instant playing started.  The recorded
 * time that has come is start_ns plus the ticks since then times speed; a record is due when that
 * has reached the latest time of any record up to it, so times that go back make no wait.
 *
 * Invariants: next <= records; latest_ns is the latest of record[0..next); it never falls. */

#define PREFETCH_AHEAD NET_BURST_MAX /* records: the next burst comes while this one is used */

struct net_tape {
    struct net_queue queue; /* first, so that a pointer to one is a pointer to the other */
    const struct tape_record *record;
    uint64_t records;
    uint64_t next;
    const struct clock *clock;
    uint64_t speed;
    nanos_t latest_ns;
    nanos_t start_ns;   /* time of the first record that has one */
    uint64_t start_tsc; /* at the first net_rx; 0: not yet */

    struct counter given; /* next, for other threads */
    struct counter rx_frame;
    struct counter rx_byte;
    struct counter rx_oversized;
    struct counter tx_refused;
};

static inline void record_prefetch(const struct net_tape *tape, uint64_t index)
{
    if (unlikely(index >= tape->records)) return;
    const uint8_t *bytes = tape->record[index].bytes;
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + CACHE_LINE);
}

/* The recorded time that has come at tsc. */
static nanos_t time_come(const struct net_tape *tape, uint64_t tsc)
{
    if (tape->start_tsc == 0) return tape->latest_ns;
    return tape->start_ns + clock_ns(tape->clock, tsc - tape->start_tsc) * tape->speed;
}

/* How many of the next records, at most NET_BURST_MAX, are due at tsc. */
static uint32_t records_due(struct net_tape *tape, uint64_t tsc)
{
    uint64_t left = tape->records - tape->next;
    uint32_t count = left < NET_BURST_MAX ? (uint32_t)left : NET_BURST_MAX;
    if (tape->speed == 0) return count;
    if (unlikely(tape->start_tsc == 0)) tape->start_tsc = tsc;
    nanos_t come = time_come(tape, tsc);
    uint32_t due = 0;
    while (due < count && tape->record[tape->next + due].time_ns <= come) due++;
    return due;
}

static void tape_rx(struct net_queue *queue, struct frame_burst *burst)
{
    struct net_tape *tape = (struct net_tape *)queue;
    burst->count = 0;
    if (unlikely(tape->next == tape->records)) return;
    uint64_t tsc = __rdtsc(), bytes = 0, oversized = 0;
    uint32_t due = records_due(tape, tsc);
    if (due == 0) return;

    uint32_t count = 0;
    for (uint32_t i = 0; i < due; i++) {
        record_prefetch(tape, tape->next + i + PREFETCH_AHEAD);
        const struct tape_record *record = &tape->record[tape->next + i];
        if (record->time_ns > tape->latest_ns) tape->latest_ns = record->time_ns;
        if (unlikely(record->length > NET_FRAME_BYTES_MAX)) {
            oversized++;
            continue;
        }
        bytes += record->length;
        burst->at[count++] = (struct frame){
            .bytes = record->bytes,
            .length_bytes = record->length,
            .source = record->source,
            .flags = record->flags,
            .clock = (uint8_t)(record->time_ns != 0 ? TIME_CAPTURE : TIME_NONE),
            .rx_ns = record->time_ns,
            .rx_tsc = tsc,
        };
    }
    burst->count = count;
    tape->next += due;
    counter_set(&tape->given, tape->next);
    counter_add(&tape->rx_frame, count);
    counter_add(&tape->rx_byte, bytes);
    if (unlikely(oversized > 0)) counter_add(&tape->rx_oversized, oversized);
}

static void tape_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    (void)queue;
    burst->count = 0;
}

static uint8_t *tape_tx_claim(struct net_queue *queue, uint32_t bytes)
{
    (void)bytes;
    counter_one(&((struct net_tape *)queue)->tx_refused);
    return NULL;
}

static void tape_tx_publish(struct net_queue *queue)
{
    (void)queue;
    UNREACHABLE("a tape grants no claim, so there is nothing to publish");
}

static uint32_t tape_tx_flush(struct net_queue *queue)
{
    (void)queue;
    return 0;
}

static void tape_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    const struct net_tape *tape = (const struct net_tape *)queue;
    *statistics = (struct net_statistics){
        .rx_frame = counter_read(&tape->rx_frame),
        .rx_byte = counter_read(&tape->rx_byte),
        .rx_oversized = counter_read(&tape->rx_oversized),
        .tx_refused = counter_read(&tape->tx_refused),
    };
}

static nanos_t tape_now(const struct net_queue *queue)
{
    const struct net_tape *tape = (const struct net_tape *)queue;
    if (tape->speed == 0) return tape->latest_ns;
    nanos_t come = time_come(tape, __rdtsc());
    return come > tape->latest_ns ? come : tape->latest_ns;
}

static bool tape_ended(const struct net_queue *queue)
{
    const struct net_tape *tape = (const struct net_tape *)queue;
    return tape->next == tape->records;
}

static const struct net_driver tape_driver = {
    .name = "tape",
    .rx = tape_rx,
    .rx_done = tape_rx_done,
    .tx_claim = tape_tx_claim,
    .tx_publish = tape_tx_publish,
    .tx_flush = tape_tx_flush,
    .statistics = tape_statistics,
    .now = tape_now,
    .ended = tape_ended,
};

/* Cold from here on: set-up. */

size_t net_tape_footprint(void)
{
    return ALIGN_UP(sizeof(struct net_tape), CACHE_LINE);
}

static nanos_t first_time(const struct net_tape_plan *plan)
{
    for (uint64_t i = 0; i < plan->records; i++)
        if (plan->record[i].time_ns != 0) return plan->record[i].time_ns;
    return 0;
}

struct net_tape *net_tape_new(void *memory, const struct net_tape_plan *plan)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    CHECK(plan->records == 0 || plan->record != NULL);
    CHECK(plan->speed <= NET_TAPE_SPEED_MAX);
    CHECK(plan->speed == 0 || plan->clock != NULL);
    struct net_tape *tape = memory;
    *tape = (struct net_tape){.queue = {.driver = &tape_driver},
                              .record = plan->record,
                              .records = plan->records,
                              .clock = plan->clock,
                              .speed = plan->speed,
                              .start_ns = first_time(plan)};
    for (uint64_t i = 0; i < PREFETCH_AHEAD; i++) record_prefetch(tape, i);
    return tape;
}

struct net_queue *net_tape_queue(struct net_tape *tape)
{
    return &tape->queue;
}

struct net_tape_progress net_tape_progress(const struct net_tape *tape)
{
    return (struct net_tape_progress){.given = counter_read(&tape->given), .total = tape->records};
}

void net_tape_merge(struct tape_part a, struct tape_part b, struct tape_record *merged)
{
    uint64_t from_a = 0, from_b = 0;
    while (from_a < a.records || from_b < b.records) {
        bool take_a = from_b == b.records ||
                      (from_a < a.records && a.record[from_a].time_ns <= b.record[from_b].time_ns);
        *merged = take_a ? a.record[from_a++] : b.record[from_b++];
        merged->source = take_a ? 0 : 1;
        merged++;
    }
}
