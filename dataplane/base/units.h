#ifndef DATAPLANE_BASE_UNITS_H
#define DATAPLANE_BASE_UNITS_H

/* Fixed-width integers, units, and which side: the part of base.h that a strategy outside the tree
 * is given too (<pollux/delegate.h>).  So it is C and C++, and has no macro with a common name. */

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

#define CACHE_LINE 64 /* bytes */

enum side { SIDE_BUY, SIDE_SELL };

static inline enum side side_opposite(enum side side)
{
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/* Where a time came from: a reader of a latency must know which clock took it. */
enum time_source { TIME_NONE, TIME_TSC, TIME_NIC, TIME_CAPTURE };

#endif
