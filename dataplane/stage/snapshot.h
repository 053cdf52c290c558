#ifndef DATAPLANE_STAGE_SNAPSHOT_H
#define DATAPLANE_STAGE_SNAPSHOT_H

/* A struct that one thread shows and any number of threads copy, whole or not at all.
 *
 * Neither waits for the other: the writer fills one of two halves while the other holds what was
 * shown last, so a reader gets a whole copy even of a writer that was stopped in the middle.  Only
 * when two shows begin during one copy is it taken again.  Counters shown together add up together,
 * which single relaxed counters read one by one do not.
 *
 *     shown 4, begun 4     half 0: the 4th, whole     half 1: the 3rd
 *     shown 4, begun 5     half 0: the 4th, whole     half 1: the 5th, being written
 *
 * Words are copied as relaxed 64-bit atomics, so a torn copy is a detected retry and not a data
 * race.
 *
 * Threads: one writer, any readers.  Memory: snapshot_footprint() bytes. */

#include "dataplane/base/base.h"

#include <stdatomic.h>
#include <string.h>

struct snapshot {
    CACHE_ALIGNED _Atomic uint64_t begun; /* shows that have begun, */
    _Atomic uint64_t shown;               /* and those that are whole */
    uint64_t words;                       /* of a half; fixed at construction */
    CACHE_ALIGNED _Atomic uint64_t word[];
};

/* bytes: of the struct shown, a multiple of 8. */
static inline size_t snapshot_footprint(size_t bytes)
{
    return sizeof(struct snapshot) + ALIGN_UP(2 * bytes, CACHE_LINE);
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
    uint64_t show = atomic_load_explicit(&snapshot->shown, memory_order_relaxed) + 1;
    _Atomic uint64_t *to = &snapshot->word[show % 2 * snapshot->words];
    atomic_store_explicit(&snapshot->begun, show, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* a reader that sees a new word sees it begun */
    for (uint64_t i = 0; i < snapshot->words; i++) {
        uint64_t word;
        memcpy(&word, from + i * sizeof word, sizeof word);
        atomic_store_explicit(&to[i], word, memory_order_relaxed);
    }
    /* Pairs with the acquire in snapshot_copy: who sees it shown sees every word. */
    atomic_store_explicit(&snapshot->shown, show, memory_order_release);
}

/* Copies what was shown last; all zero before the first.  Any thread, cold.  Ends because the
 * writer shows a few hundred times a second and a copy takes microseconds. */
static inline void snapshot_copy(const struct snapshot *snapshot, void *value)
{
    uint8_t *to = value;
    for (;;) {
        uint64_t show = atomic_load_explicit(&snapshot->shown, memory_order_acquire);
        const _Atomic uint64_t *from = &snapshot->word[show % 2 * snapshot->words];
        for (uint64_t i = 0; i < snapshot->words; i++) {
            uint64_t word = atomic_load_explicit(&from[i], memory_order_relaxed);
            memcpy(to + i * sizeof word, &word, sizeof word);
        }
        atomic_thread_fence(memory_order_acquire); /* pairs with the fence in snapshot_show */
        /* The show after it writes the other half, and only the one after that writes this one. */
        if (atomic_load_explicit(&snapshot->begun, memory_order_relaxed) <= show + 1) return;
    }
}

#endif
