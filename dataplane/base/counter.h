#ifndef DATAPLANE_BASE_COUNTER_H
#define DATAPLANE_BASE_COUNTER_H

/* A number that one thread changes and any thread may read, at the price of a plain one.
 *
 * Relaxed on both sides: a counter says how many, and orders nothing around it.  There is no locked
 * instruction because there is only one writer.  Threads: as said.  Cost: that of value++. */

#include "dataplane/base/base.h"

#include <stdatomic.h>

struct counter {
    _Atomic uint64_t value; /* private */
};

static inline uint64_t counter_read(const struct counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

static inline void counter_set(struct counter *counter, uint64_t value)
{
    atomic_store_explicit(&counter->value, value, memory_order_relaxed);
}

static inline void counter_add(struct counter *counter, uint64_t more)
{
    counter_set(counter, counter_read(counter) + more);
}

static inline void counter_one(struct counter *counter)
{
    counter_add(counter, 1);
}

/* Keeps the largest value shown to it. */
static inline void counter_raise(struct counter *counter, uint64_t value)
{
    if (unlikely(value > counter_read(counter))) counter_set(counter, value);
}

#endif
