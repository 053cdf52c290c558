#include "dataplane/base/log_ring.h"

#include <string.h>

/* A ring with one writer and one reader; tail and head count events for ever and are masked when
 * used.  Invariants: head <= tail <= head + events; slots [head, tail) belong to the reader, the
 * others to the writer. */

struct log_ring {
    uint64_t mask;

    CACHE_ALIGNED _Atomic uint64_t tail; /* written by the writer */
    _Atomic uint64_t dropped;
    uint64_t cached_head;

    CACHE_ALIGNED _Atomic uint64_t head; /* written by the reader */
    uint64_t cached_tail;

    /* One line each: reader and writer meet only on the slot they pass over. */
    struct {
        CACHE_ALIGNED struct log_event event;
    } slot[];
};

static_assert(sizeof(struct log_event) <= CACHE_LINE, "an event is one cache line");

size_t log_ring_footprint(const struct log_ring_limits *limits)
{
    if (!IS_POW2(limits->events) || limits->events > LOG_RING_EVENTS_MAX) return 0;
    return sizeof(struct log_ring) + (size_t)limits->events * CACHE_LINE;
}

struct log_ring *log_ring_new(void *memory, const struct log_ring_limits *limits)
{
    size_t footprint = log_ring_footprint(limits);
    CHECK(footprint > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    memset(memory, 0, footprint);
    struct log_ring *ring = memory;
    ring->mask = limits->events - 1;
    return ring;
}

static void drop(struct log_ring *ring)
{
    uint64_t dropped = atomic_load_explicit(&ring->dropped, memory_order_relaxed);
    atomic_store_explicit(&ring->dropped, dropped + 1, memory_order_relaxed);
}

void log_ring_write(struct log_ring *ring, uint32_t code, uint64_t tsc, uint64_t argument_0,
                    uint64_t argument_1, uint64_t argument_2, uint64_t argument_3)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (unlikely(tail - ring->cached_head > ring->mask)) {
        /* Acquires the release in log_ring_read: the reader has copied the slot out. */
        ring->cached_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (tail - ring->cached_head > ring->mask) return drop(ring);
    }
    ring->slot[tail & ring->mask].event = (struct log_event){
        .tsc = tsc, .code = code, .argument = {argument_0, argument_1, argument_2, argument_3}};
    /* Releases the event to the acquire in log_ring_read. */
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
}

bool log_ring_read(struct log_ring *ring, struct log_event *event)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (head == ring->cached_tail) {
        /* Acquires the release in log_ring_write: the event is whole. */
        ring->cached_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (head == ring->cached_tail) return false;
    }
    *event = ring->slot[head & ring->mask].event;
    /* Releases the slot to the acquire in log_ring_write. */
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

uint64_t log_ring_written(const struct log_ring *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

uint64_t log_ring_dropped(const struct log_ring *ring)
{
    return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}

uint64_t log_text8(const char *bytes, size_t length)
{
    uint64_t packed = 0;
    if (length > sizeof packed) length = sizeof packed;
    memcpy(&packed, bytes, length);
    return packed;
}
