#ifndef DATAPLANE_QUEUE_CONFLATE_H
#define DATAPLANE_QUEUE_CONFLATE_H

/* A queue that keeps only the newest value of each key (F15).
 *
 * One writer thread puts (key, value) pairs; one reader thread takes them.  When the reader is
 * slow, a newer value replaces the older one in place, so the queue never grows, never drops a key
 * and never makes the writer wait.  A strategy that falls behind sees fewer tops of book, each of
 * them current.
 *
 *        writer                                               reader
 *     conflate_put(A, a1) --> slot 0 = A a1                     |
 *     conflate_put(B, b1) --> slot 1 = B b1                     |
 *     conflate_put(A, a2) --> slot 0 = A a2, in place           |
 *                                           conflate_take() = (A, a2), then (B, b1)
 *
 * Guarantees, for each key:
 *   - after the last put, the reader takes that last value;
 *   - values are taken in the order they were put, with gaps, never torn, never twice;
 *   - keys are taken in the order of their oldest untaken put (A, B, A' is taken as A', B).
 *
 * What must add up rather than be replaced (traded volume, say) is carried as a running total: the
 * reader subtracts the total it saw last.  So conflation loses no volume, and two subscribers each
 * have their own aggregate without a lock.
 *
 * Threads: conflate_put from one thread, conflate_take from one thread, no locks, no waiting (take
 * may retry a copy while the writer is inside the same slot, a few nanoseconds).
 * Memory: conflate_footprint() bytes, given once; nothing is allocated later.
 * Cost: a put of a key that is not waiting is plain stores into one slot; a put that replaces pays
 * one locked instruction; so does a take.  With both ends on one thread (conflate_join) neither
 * pays any.  Measured by bench/bench_queue.c, figures in README. */

#include "dataplane/base/base.h"

#define CONFLATE_KEYS_MAX        65536u
#define CONFLATE_VALUE_BYTES_MAX 240u /* with the slot's header: four cache lines */

struct conflate;

struct conflate_limits {
    uint32_t keys;        /* keys are 0..keys-1; at least 1, at most CONFLATE_KEYS_MAX */
    uint32_t value_bytes; /* a multiple of 8, at most CONFLATE_VALUE_BYTES_MAX */
};

/* Bytes needed for limits, or 0 if limits are outside the ranges above. */
size_t conflate_footprint(const struct conflate_limits *limits);

/* Builds an empty queue in memory[0..conflate_footprint(limits)), aligned to CACHE_LINE. */
struct conflate *conflate_new(void *memory, const struct conflate_limits *limits);

/* Whether writer and reader are one thread.  They are two to begin with.  It changes while neither
 * is inside a call, and the next call of each comes after; what waits is kept. */
void conflate_join(struct conflate *queue, bool joined);

/* Makes *value the newest value of key.  Never fails, never waits.  Writer thread only. */
void conflate_put(struct conflate *queue, uint32_t key, const void *value);

/* Takes the newest value of the key that has waited longest, into *key and *value.
 * Returns false when nothing is waiting.  Reader thread only. */
MUST_USE bool conflate_take(struct conflate *queue, uint32_t *key, void *value);

/* Any thread; exact once both sides are idle.  Then put = taken + replaced + waiting. */

uint64_t conflate_replaced(const struct conflate *queue); /* puts that replaced an untaken value */
uint32_t conflate_waiting(const struct conflate *queue);  /* keys that wait now */

/* The most keys that ever waited, as the reader found them on taking. */
uint32_t conflate_waiting_max(const struct conflate *queue);

#endif
