#include "dataplane/net/net_memory.h"

#include "dataplane/base/counter.h"
#include "dataplane/queue/spsc.h"

#include <x86intrin.h>

/* Two single-producer rings of frame slots, crossed over: what one end sends is what the other
 * receives.  A slot is the length of its frame, then the frame.
 *
 *     | length | frame ................ | unused |      slot_bytes, a multiple of CACHE_LINE
 *
 * Claimed slots that are published but not flushed lie right behind the ring's tail.
 *
 * Invariants: ready <= NET_BURST_MAX; a burst is out exactly when held > 0; each counter is written
 * by the thread that owns its end. */

#define NEXT_LINES 3u /* of the next slot, fetched ahead: an order's segment */

struct slot {
    uint64_t length_bytes;
    uint8_t frame[];
};

struct end {
    struct net_queue queue; /* first, so that a pointer to one is a pointer to the other */
    uint32_t frame_bytes_max;
    struct spsc *in;
    struct spsc *out;
    const struct net_clock *clock;
    uint32_t held;          /* frames of the burst that is out */
    uint32_t ready;         /* published, not flushed */
    uint32_t claimed_bytes; /* of the open claim; 0: none */

    struct counter rx_frame;
    struct counter rx_byte;
    struct counter tx_frame;
    struct counter tx_byte;
    struct counter tx_no_buffer;
    struct counter tx_refused;
};

struct net_memory {
    CACHE_ALIGNED struct end end0;
    CACHE_ALIGNED struct end end1;
};

/* Receiving. */

static void memory_rx(struct net_queue *queue, struct frame_burst *burst)
{
    struct end *end = (struct end *)queue;
    DCHECK(end->held == 0);
    uint32_t count = spsc_ready(end->in, NET_BURST_MAX);
    burst->count = count;
    if (count == 0) return;

    uint64_t tsc = __rdtsc(), bytes = 0;
    nanos_t now = net_clock_time(end->clock, tsc);
    for (uint32_t i = 0; i < count; i++) __builtin_prefetch(spsc_front_at(end->in, i));
    for (uint32_t i = 0; i < count; i++) {
        const struct slot *slot = spsc_front_at(end->in, i);
        bytes += slot->length_bytes;
        burst->at[i] = (struct frame){.bytes = slot->frame,
                                      .length_bytes = (uint32_t)slot->length_bytes,
                                      .clock = TIME_TSC,
                                      .rx_ns = now,
                                      .rx_tsc = tsc};
    }
    end->held = count;
    counter_add(&end->rx_frame, count);
    counter_add(&end->rx_byte, bytes);
}

static void memory_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    struct end *end = (struct end *)queue;
    DCHECK(burst->count == end->held);
    if (end->held > 0) spsc_release_many(end->in, end->held);
    end->held = 0;
    burst->count = 0;
}

/* Sending. */

static uint32_t memory_tx_flush(struct net_queue *queue)
{
    struct end *end = (struct end *)queue;
    uint32_t count = end->ready;
    if (count == 0) return 0;
    spsc_publish_many(end->out, count);
    counter_add(&end->tx_frame, count);
    end->ready = 0;
    /* The next frame's beginning; where the link has no room for it, this is a wasted fetch. */
    const uint8_t *next = spsc_claim_at(end->out, 0);
    for (size_t i = 0; i < NEXT_LINES; i++) __builtin_prefetch(next + i * CACHE_LINE, 1);
    return count;
}

static uint8_t *memory_tx_claim(struct net_queue *queue, uint32_t bytes)
{
    struct end *end = (struct end *)queue;
    DCHECK(bytes > 0);
    end->claimed_bytes = 0;
    if (unlikely(bytes > end->frame_bytes_max)) {
        counter_one(&end->tx_no_buffer);
        return NULL;
    }
    if (unlikely(spsc_room(end->out, end->ready + 1) <= end->ready)) {
        counter_one(&end->tx_refused);
        return NULL;
    }
    end->claimed_bytes = bytes;
    struct slot *slot = spsc_claim_at(end->out, end->ready);
    slot->length_bytes = bytes;
    return slot->frame;
}

static void memory_tx_publish(struct net_queue *queue)
{
    struct end *end = (struct end *)queue;
    CHECK(end->claimed_bytes > 0);
    counter_add(&end->tx_byte, end->claimed_bytes);
    end->claimed_bytes = 0;
    end->ready++;
    if (end->ready == NET_BURST_MAX) memory_tx_flush(queue);
}

/* Queries. */

static void memory_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    const struct end *end = (const struct end *)queue;
    *statistics = (struct net_statistics){
        .rx_frame = counter_read(&end->rx_frame),
        .rx_byte = counter_read(&end->rx_byte),
        .tx_frame = counter_read(&end->tx_frame),
        .tx_byte = counter_read(&end->tx_byte),
        .tx_no_buffer = counter_read(&end->tx_no_buffer),
        .tx_refused = counter_read(&end->tx_refused),
    };
}

static nanos_t memory_now(const struct net_queue *queue)
{
    return net_clock_time(((const struct end *)queue)->clock, __rdtsc());
}

static bool memory_ended(const struct net_queue *queue)
{
    (void)queue;
    return false;
}

static const struct net_driver memory_driver = {
    .name = "memory",
    .rx = memory_rx,
    .rx_done = memory_rx_done,
    .tx_claim = memory_tx_claim,
    .tx_publish = memory_tx_publish,
    .tx_flush = memory_tx_flush,
    .statistics = memory_statistics,
    .now = memory_now,
    .ended = memory_ended,
};

/* Cold from here on: set-up. */

static struct spsc_limits ring_limits(const struct net_memory_limits *limits)
{
    return (struct spsc_limits){
        .slots = limits->frames,
        .slot_bytes =
            (uint32_t)ALIGN_UP(sizeof(struct slot) + (size_t)limits->frame_bytes, CACHE_LINE),
    };
}

size_t net_memory_footprint(const struct net_memory_limits *limits)
{
    if (!IS_POW2(limits->frames) || limits->frames > NET_MEMORY_FRAMES_MAX) return 0;
    if (limits->frame_bytes < 1 || limits->frame_bytes > NET_FRAME_BYTES_MAX) return 0;
    struct spsc_limits ring = ring_limits(limits);
    return sizeof(struct net_memory) + 2 * spsc_footprint(&ring);
}

struct net_memory *net_memory_new(void *memory, const struct net_memory_limits *limits,
                                  const struct net_clock *clock)
{
    CHECK(net_memory_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    CHECK(clock != NULL);
    struct spsc_limits ring = ring_limits(limits);
    struct net_memory *link = memory;
    uint8_t *rings = (uint8_t *)(link + 1);
    struct spsc *there = spsc_new(rings, &ring);
    struct spsc *back = spsc_new(rings + spsc_footprint(&ring), &ring);
    struct end end = {.queue = {.driver = &memory_driver},
                      .frame_bytes_max = limits->frame_bytes,
                      .clock = clock};
    link->end0 = end;
    link->end0.out = there;
    link->end0.in = back;
    link->end1 = end;
    link->end1.out = back;
    link->end1.in = there;
    return link;
}

struct net_queue *net_memory_end(struct net_memory *link, uint32_t end)
{
    CHECK(end < 2);
    return end == 0 ? &link->end0.queue : &link->end1.queue;
}
