#ifndef APPS_POLLUX_GENERATE_FLOW_H
#define APPS_POLLUX_GENERATE_FLOW_H

/* Realistic ITCH 5.0 order flow, one message after the other, out of a seed.
 *
 *     plan --> flow_new --> flow_next, flow_next, ... --> 0
 *
 *     S 'O',  R for each symbol,  H 'T' for each symbol,  S 'S',  S 'Q',  then the orders' flow
 *
 * What is real about it:
 *   - stocks are as popular as Zipf's law with exponent 0.9 says, and messages come in runs on one;
 *   - orders are placed at a distance from the best price that follows a power law, with up to 180
 *     levels a side; the best price follows the stock's worth, which walks at random;
 *   - 78 % of deletes hit one of the stock's 24 youngest orders, the rest any of the others or the
 *     remains of a level the price has left;
 *   - executions take the oldest order of the best price, sometimes several at one instant;
 *   - messages come in bursts of about one per microsecond, with exponential gaps, and rarely there
 *     is nothing for seconds;
 *   - now and then a stock is paused, quoted, crossed and traded again.
 *
 * Guarantees: every order that is named is live and of the named stock, no more is taken from it
 * than it has, no book is ever locked or crossed, order references and match numbers are unique,
 * times never go back.  The same plan gives the same bytes from every compiler and processor.
 *
 * Threads: one.  Memory: flow_footprint() bytes, given once; they need not be zero, and what is not
 * reached is not touched.  Cost: see bench/README.md; a few dozen ns a message. */

#include "apps/pollux-generate/flow_plan.h"

#define FLOW_MESSAGE_BYTES 64u               /* room for the longest message */
#define FLOW_OPEN_NS       34200000000000ull /* 09:30:00 since midnight: the first message */

struct flow;

struct flow_counts {
    uint64_t messages;
    uint64_t bytes; /* of messages, without any framing */
    uint64_t type[256];
    uint64_t live; /* orders on the books */
};

size_t flow_footprint(const struct flow_plan *plan); /* 0 if the plan has problems */

/* memory is aligned to CACHE_LINE. */
struct flow *flow_new(void *memory, const struct flow_plan *plan);

/* Writes the next message, sets *time_ns to its time since midnight and returns its length; 0 when
 * all messages of the plan were made. */
MUST_USE uint32_t flow_next(struct flow *flow, uint8_t message[FLOW_MESSAGE_BYTES],
                            nanos_t *time_ns);

/* What was made so far. */
const struct flow_counts *flow_counts(const struct flow *flow);

#endif
