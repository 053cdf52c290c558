#ifndef DATAPLANE_QUEUE_SPSC_H
#define DATAPLANE_QUEUE_SPSC_H

/* A ring of fixed-size slots between exactly two threads, a writer and a reader.
 *
 * Slots are filled and read in place; nothing is copied by the ring:
 *
 *     struct top *slot = spsc_claim(ring);      struct top *slot = spsc_front(ring);
 *     if (!slot) { drops++; return; }           if (!slot) return;
 *     *slot = ...;                              use(*slot);
 *     spsc_publish(ring);                       spsc_release(ring);
 *
 * or several at once, which costs one shared store for all of them:
 *
 *     uint32_t room = spsc_room(ring, 32);      uint32_t ready = spsc_ready(ring, 32);
 *     for (i = 0; i < room; i++)                for (i = 0; i < ready; i++)
 *         fill(spsc_claim_at(ring, i));             use(spsc_front_at(ring, i));
 *     spsc_publish_many(ring, room);            spsc_release_many(ring, ready);
 *
 * Each side keeps the other's index in a cache of its own and reads the shared one only when the
 * cache says full (or empty), so in steady state a slot costs one shared cache line, its own.
 *
 * The ring never blocks and never drops: a full ring is the writer's decision to make.  Where the
 * newest value is enough, use conflate.h instead.
 *
 * Threads: one writes, one reads; the counters at the end may be read by any.
 * Memory: spsc_footprint() bytes, given once.  Cost: measured in bench/bench_queue.c. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

#define SPSC_SLOTS_MAX      (1u << 24)
#define SPSC_SLOT_BYTES_MAX 65536u

struct spsc {
    /* Private.  Fixed at construction. */
    uint32_t mask;
    uint32_t slot_bytes;
    uint8_t *slots;

    CACHE_ALIGNED _Atomic uint64_t tail; /* slots published; written by the writer */
    _Atomic uint64_t full;               /* claims that found no slot; the writer's */
    uint64_t cached_head;

    CACHE_ALIGNED _Atomic uint64_t head; /* slots released; written by the reader */
    _Atomic uint64_t deepest;            /* the reader's */
    uint64_t cached_tail;
};

struct spsc_limits {
    uint32_t slots;      /* a power of two, at most SPSC_SLOTS_MAX */
    uint32_t slot_bytes; /* a multiple of 8, at most SPSC_SLOT_BYTES_MAX; of 64 where it is hot */
};

/* Bytes needed for limits, or 0 if limits are invalid.  Cold. */
static inline size_t spsc_footprint(const struct spsc_limits *limits)
{
    if (!IS_POW2(limits->slots) || limits->slots > SPSC_SLOTS_MAX) return 0;
    if (limits->slot_bytes == 0 || limits->slot_bytes % 8 != 0) return 0;
    if (limits->slot_bytes > SPSC_SLOT_BYTES_MAX) return 0;
    return sizeof(struct spsc) + ALIGN_UP((size_t)limits->slots * limits->slot_bytes, CACHE_LINE);
}

/* Builds an empty ring in memory[0..spsc_footprint(limits)), aligned to CACHE_LINE.  Cold. */
static inline struct spsc *spsc_new(void *memory, const struct spsc_limits *limits)
{
    CHECK(spsc_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct spsc *ring = memory;
    *ring = (struct spsc){.mask = limits->slots - 1,
                          .slot_bytes = limits->slot_bytes,
                          .slots = (uint8_t *)(ring + 1)};
    return ring;
}

/* The writer. */

/* How many slots can be claimed now, at most wanted.  May say fewer than there are, but 0 only if
 * the ring is full. */
MUST_USE static inline uint32_t spsc_room(struct spsc *ring, uint32_t wanted)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t room = ring->mask + 1 - (tail - ring->cached_head);
    if (unlikely(room < wanted)) {
        /* Acquires the release in spsc_release_many: the reader is done with those slots. */
        ring->cached_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        room = ring->mask + 1 - (tail - ring->cached_head);
        if (room == 0) {
            uint64_t full = atomic_load_explicit(&ring->full, memory_order_relaxed);
            atomic_store_explicit(&ring->full, full + 1, memory_order_relaxed);
        }
    }
    return room < wanted ? (uint32_t)room : wanted;
}

/* The i-th free slot, i below what spsc_room said. */
static inline void *spsc_claim_at(struct spsc *ring, uint32_t i)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    return ring->slots + (size_t)((tail + i) & ring->mask) * ring->slot_bytes;
}

/* Hands the first count claimed slots to the reader. */
static inline void spsc_publish_many(struct spsc *ring, uint32_t count)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    DCHECK(tail + count - ring->cached_head <= (uint64_t)ring->mask + 1);
    /* Releases the slots to the acquire in spsc_ready. */
    atomic_store_explicit(&ring->tail, tail + count, memory_order_release);
}

/* The next slot to fill, or NULL if the ring is full. */
MUST_USE static inline void *spsc_claim(struct spsc *ring)
{
    return likely(spsc_room(ring, 1)) ? spsc_claim_at(ring, 0) : NULL;
}

/* Hands the claimed slot to the reader.  Once after each successful claim. */
static inline void spsc_publish(struct spsc *ring)
{
    spsc_publish_many(ring, 1);
}

/* The reader. */

/* How many published slots can be read now, at most wanted.  May say fewer than there are, but 0
 * only if the ring is empty. */
MUST_USE static inline uint32_t spsc_ready(struct spsc *ring, uint32_t wanted)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t ready = ring->cached_tail - head;
    if (ready < wanted) {
        /* While nothing is there the tail is fetched again and again; with the slot on the way too,
         * both lines cross at once when it is published. */
        __builtin_prefetch(ring->slots + (size_t)(head & ring->mask) * ring->slot_bytes);
        /* Acquires the release in spsc_publish_many: the slots are whole. */
        ring->cached_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        ready = ring->cached_tail - head;
        if (unlikely(ready > atomic_load_explicit(&ring->deepest, memory_order_relaxed)))
            atomic_store_explicit(&ring->deepest, ready, memory_order_relaxed);
    }
    return ready < wanted ? (uint32_t)ready : wanted;
}

/* How many published slots the reader knows of without looking for new ones, at most wanted. */
MUST_USE static inline uint32_t spsc_known(const struct spsc *ring, uint32_t wanted)
{
    uint64_t known = ring->cached_tail - atomic_load_explicit(&ring->head, memory_order_relaxed);
    return known < wanted ? (uint32_t)known : wanted;
}

/* The i-th oldest published slot, i below what spsc_ready said. */
static inline void *spsc_front_at(const struct spsc *ring, uint32_t i)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    return ring->slots + (size_t)((head + i) & ring->mask) * ring->slot_bytes;
}

/* Gives the oldest count slots back to the writer. */
static inline void spsc_release_many(struct spsc *ring, uint32_t count)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    DCHECK(head + count <= ring->cached_tail);
    /* Releases the slots to the acquire in spsc_room. */
    atomic_store_explicit(&ring->head, head + count, memory_order_release);
}

/* The oldest published slot, or NULL if the ring is empty. */
MUST_USE static inline void *spsc_front(struct spsc *ring)
{
    return spsc_ready(ring, 1) ? spsc_front_at(ring, 0) : NULL;
}

/* Gives the front slot back to the writer.  Once after each non-NULL front. */
static inline void spsc_release(struct spsc *ring)
{
    spsc_release_many(ring, 1);
}

/* Any thread.  Counters since construction; received = released, and published - released wait. */

static inline uint64_t spsc_published(const struct spsc *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

static inline uint64_t spsc_released(const struct spsc *ring)
{
    return atomic_load_explicit(&ring->head, memory_order_relaxed);
}

/* Claims that found the ring full. */
static inline uint64_t spsc_full(const struct spsc *ring)
{
    return atomic_load_explicit(&ring->full, memory_order_relaxed);
}

/* The most slots that waited when the reader looked for new ones. */
static inline uint64_t spsc_deepest(const struct spsc *ring)
{
    return atomic_load_explicit(&ring->deepest, memory_order_relaxed);
}

#endif
