#ifndef DATAPLANE_BASE_BASE_H
#define DATAPLANE_BASE_BASE_H

/* The words every other file is written in: fixed-width integers, units, attributes, checks.
 *
 * base.h allocates nothing, blocks on nothing, and includes neither DPDK nor stdio, so any file in
 * the tree may include it.  If a name is needed by one module only, it does not belong here. */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Units.  C will not tell these apart for us, so no bare int64_t carries one: the type says the
 * unit, and a name that leaves the type says it again (rx_ns, price_e4, cap_bytes). */

typedef int64_t price_t;     /* 1e-8 of the quote currency; 100.25 is 10 025 000 000 */
typedef int64_t qty_t;       /* 1e-8 of the base unit; one share is 100 000 000 */
typedef uint64_t order_id_t; /* unique within one venue and one trading day */
typedef uint64_t nanos_t; /* nanoseconds since the Unix epoch, unless its comment says otherwise */

#define PRICE_ONE    ((price_t)100000000)
#define PRICE_PER_E4 ((price_t)10000) /* a wire price in 1/10 000 times this is a price_t */
#define QTY_ONE      ((qty_t)100000000)
#define NANOS_SECOND ((nanos_t)1000000000)
#define NANOS_MILLI  ((nanos_t)1000000)
#define NANOS_MICRO  ((nanos_t)1000)

enum side { SIDE_BUY, SIDE_SELL };

static inline enum side side_opposite(enum side side)
{
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/* Where a time came from: a reader of a latency must know which clock took it. */
enum time_source { TIME_NONE, TIME_TSC, TIME_NIC, TIME_CAPTURE };

/* Attributes. */

#define CACHE_LINE     64
#define CACHE_ALIGNED  _Alignas(CACHE_LINE)
#define MUST_USE       __attribute__((warn_unused_result))
#define COLD           __attribute__((cold, noinline))
#define likely(cond)   __builtin_expect(!!(cond), 1)
#define unlikely(cond) __builtin_expect(!!(cond), 0)

/* Checks catch our own mistakes, never a peer's: a malformed packet is an ordinary event with a
 * status and a counter.
 *
 *   CHECK(cond)       stays in every build; use it wherever it costs one predictable branch.
 *   DCHECK(cond)      is compiled in when PARANOID is 1 (debug, sanitizer and test builds); use it
 *                     for checks that walk a structure.  It must have no side effects.
 *   UNREACHABLE(why)  marks a branch that cannot be taken, and says why it cannot.
 *
 * One condition per check, so that the message names the culprit. */

_Noreturn COLD void check_failed(const char *condition, const char *file, int line);

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (unlikely(!(cond))) check_failed(#cond, __FILE__, __LINE__);                            \
    } while (0)

#define UNREACHABLE(why) check_failed(why, __FILE__, __LINE__)

#if PARANOID
#    define DCHECK(cond) CHECK(cond)
#else
#    define DCHECK(cond) ((void)sizeof(cond))
#endif

#define IS_POW2(n)      ((n) > 0 && ((n) & ((n)-1)) == 0)
#define ARRAY_COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(n, to) (((n) + (to)-1) & ~((size_t)(to)-1))

#endif
