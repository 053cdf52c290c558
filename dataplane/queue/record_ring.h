#ifndef DATAPLANE_QUEUE_RECORD_RING_H
#define DATAPLANE_QUEUE_RECORD_RING_H

/* A ring of records of any length between exactly two threads, a writer and a reader.
 *
 *     | record | record | record ... | gap |        a record never wraps: it is read in place
 *              ^ head            ^ tail   ^ written
 *
 *     void *record = record_ring_claim(ring, bytes);     record = record_ring_front(ring);
 *     if (!record) { drops++; return; }                  if (!record) return;
 *     ... fill ...                                       ... use ...
 *     record_ring_publish(ring);                         record_ring_release(ring);
 *
 * The writer may claim many records and publish them at once, publish the first of them only, or
 * forget all that it has not published.  The ring never blocks and never drops: no room is the
 * writer's to decide about.  Where all items have one size, use spsc.h instead.
 *
 * Threads: one writes, one reads; the counters at the end may be read by any.
 * Memory: record_ring_footprint() bytes, given once.
 * Cost: one shared store a publish; the other side's index is read only when the ring seems full,
 * or empty. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

#define RECORD_RING_BYTES_MIN 4096u
#define RECORD_RING_BYTES_MAX (1ull << 34)

/* Private: what is in front of each record. */
struct record_ring_head {
    uint32_t bytes; /* of head and record, rounded up to 8 */
    uint32_t gap;   /* 1: nothing, up to the end of the memory */
};

struct record_ring {
    /* Private.  Fixed at construction. */
    uint64_t bytes;
    uint8_t *memory;

    CACHE_ALIGNED _Atomic uint64_t tail; /* bytes published; written by the writer */
    uint64_t written;                    /* bytes claimed; the writer's */
    uint64_t cached_head;

    CACHE_ALIGNED _Atomic uint64_t head; /* bytes released; written by the reader */
    uint64_t cached_tail;
};

/* Bytes needed for a ring of a power of two of bytes in the range above, or 0.  Cold. */
static inline size_t record_ring_footprint(uint64_t bytes)
{
    if (!IS_POW2(bytes) || bytes < RECORD_RING_BYTES_MIN || bytes > RECORD_RING_BYTES_MAX) return 0;
    return sizeof(struct record_ring) + bytes;
}

/* Builds an empty ring in memory aligned to CACHE_LINE.  Cold. */
static inline struct record_ring *record_ring_new(void *memory, uint64_t bytes)
{
    CHECK(record_ring_footprint(bytes) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct record_ring *ring = memory;
    *ring = (struct record_ring){.bytes = bytes, .memory = (uint8_t *)(ring + 1)};
    return ring;
}

/* The longest record that always fits into an empty ring. */
static inline uint64_t record_ring_record_max(uint64_t bytes)
{
    return bytes / 2 - sizeof(struct record_ring_head);
}

/* The writer. */

static inline struct record_ring_head *record_ring_at(const struct record_ring *ring,
                                                      uint64_t position)
{
    return (struct record_ring_head *)(ring->memory + (position & (ring->bytes - 1)));
}

/* Room for a record of 1..record_ring_record_max bytes, aligned to 8, or NULL: there is none. */
MUST_USE static inline void *record_ring_claim(struct record_ring *ring, uint32_t bytes)
{
    uint64_t needed = ALIGN_UP(sizeof(struct record_ring_head) + bytes, 8);
    uint64_t to_end = ring->bytes - (ring->written & (ring->bytes - 1));
    uint64_t gap = needed > to_end ? to_end : 0;
    if (unlikely(ring->bytes - (ring->written - ring->cached_head) < gap + needed)) {
        /* Acquires the release in record_ring_release: the reader is done with those bytes. */
        ring->cached_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (ring->bytes - (ring->written - ring->cached_head) < gap + needed) return NULL;
    }
    if (unlikely(gap > 0)) {
        *record_ring_at(ring, ring->written) = (struct record_ring_head){(uint32_t)gap, 1};
        ring->written += gap;
    }
    struct record_ring_head *head = record_ring_at(ring, ring->written);
    *head = (struct record_ring_head){(uint32_t)needed, 0};
    ring->written += needed;
    return head + 1;
}

/* Where the last claimed record ends, for record_ring_publish_to. */
static inline uint64_t record_ring_written(const struct record_ring *ring)
{
    return ring->written;
}

/* Hands the records that end at or before end to the reader. */
static inline void record_ring_publish_to(struct record_ring *ring, uint64_t end)
{
    DCHECK(end <= ring->written);
    /* Releases the records to the acquire in record_ring_front. */
    atomic_store_explicit(&ring->tail, end, memory_order_release);
}

/* Hands all claimed records to the reader. */
static inline void record_ring_publish(struct record_ring *ring)
{
    record_ring_publish_to(ring, ring->written);
}

/* Forgets what was claimed and not published. */
static inline void record_ring_forget(struct record_ring *ring)
{
    ring->written = atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

/* The reader. */

/* The oldest published record, or NULL: there is none. */
MUST_USE static inline void *record_ring_front(struct record_ring *ring)
{
    for (;;) {
        uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        if (head == ring->cached_tail) {
            /* Acquires the release in record_ring_publish_to: the records are whole. */
            ring->cached_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
            if (head == ring->cached_tail) return NULL;
        }
        struct record_ring_head *record = record_ring_at(ring, head);
        if (!record->gap) return record + 1;
        /* Releases the gap to the acquire in record_ring_claim. */
        atomic_store_explicit(&ring->head, head + record->bytes, memory_order_release);
    }
}

/* Gives the front record back to the writer.  Once after each front that was not NULL. */
static inline void record_ring_release(struct record_ring *ring)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t bytes = record_ring_at(ring, head)->bytes;
    DCHECK(head + bytes <= ring->cached_tail);
    /* Releases the record to the acquire in record_ring_claim. */
    atomic_store_explicit(&ring->head, head + bytes, memory_order_release);
}

/* Any thread. */

/* Bytes that wait for the reader, gaps with them; never more than the ring has. */
static inline uint64_t record_ring_waiting(const struct record_ring *ring)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    return tail < head ? 0 : tail - head;
}

#endif
