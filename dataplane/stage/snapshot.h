#ifndef DATAPLANE_STAGE_SNAPSHOT_H
#define DATAPLANE_STAGE_SNAPSHOT_H

/* A struct that one thread shows and any number of threads copy, whole or not at all.
 *
 * The writer never waits; a reader copies again if the writer was inside meanwhile.  Counters shown
 * together add up together, which single relaxed counters read one by one do not.
 *
 * A sequence lock: even while stable, odd while the writer is inside, words copied as relaxed
 * 64-bit atomics, so a torn copy is a detected retry and not a data race.
 *
 * Threads: one writer, any readers.  Memory: snapshot_footprint() bytes. */

#include "dataplane/base/base.h"

#include <stdatomic.h>
#include <string.h>

struct snapshot {
    CACHE_ALIGNED _Atomic uint64_t sequence;
    uint64_t words; /* fixed at construction */
    CACHE_ALIGNED _Atomic uint64_t word[];
};

/* bytes: of the struct shown, a multiple of 8. */
static inline size_t snapshot_footprint(size_t bytes)
{
    return sizeof(struct snapshot) + ALIGN_UP(bytes, CACHE_LINE);
}

static inline struct snapshot *snapshot_new(void *memory, size_t bytes)
{
    CHECK(bytes % sizeof(uint64_t) == 0);
    memset(memory, 0, snapshot_footprint(bytes));
    struct snapshot *snapshot = memory;
    snapshot->words = bytes / sizeof(uint64_t);
    return snapshot;
}

/* Shows *value.  The writer only. */
static inline void snapshot_show(struct snapshot *snapshot, const void *value)
{
    const uint8_t *from = value;
    uint64_t sequence = atomic_load_explicit(&snapshot->sequence, memory_order_relaxed);
    atomic_store_explicit(&snapshot->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* a reader that sees a new word sees it odd */
    for (uint64_t i = 0; i < snapshot->words; i++) {
        uint64_t word;
        memcpy(&word, from + i * sizeof word, sizeof word);
        atomic_store_explicit(&snapshot->word[i], word, memory_order_relaxed);
    }
    /* Pairs with the acquire in snapshot_copy: who sees it even sees every word. */
    atomic_store_explicit(&snapshot->sequence, sequence + 2, memory_order_release);
}

/* Copies what was shown last; all zero before the first.  Any thread, cold.  Ends because the
 * writer shows a few hundred times a second and a copy takes microseconds. */
static inline void snapshot_copy(const struct snapshot *snapshot, void *value)
{
    uint8_t *to = value;
    for (;;) {
        uint64_t before = atomic_load_explicit(&snapshot->sequence, memory_order_acquire);
        for (uint64_t i = 0; i < snapshot->words; i++) {
            uint64_t word = atomic_load_explicit(&snapshot->word[i], memory_order_relaxed);
            memcpy(to + i * sizeof word, &word, sizeof word);
        }
        atomic_thread_fence(memory_order_acquire); /* pairs with the fence in snapshot_show */
        uint64_t after = atomic_load_explicit(&snapshot->sequence, memory_order_relaxed);
        if (before == after && before % 2 == 0) return;
    }
}

#endif
