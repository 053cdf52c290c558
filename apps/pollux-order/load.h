#ifndef APPS_POLLUX_ORDER_LOAD_H
#define APPS_POLLUX_ORDER_LOAD_H

/* Load: requests at a fixed rate over one connection, and how long the venue takes to answer.
 *
 * The loop is open: request i is due at start + i / rate, whatever the venue does.  Its latency
 * counts from when it was due, not from when it could be sent, so that a stall of the venue, of the
 * network or of this program is in the numbers of every request that it delayed.
 *
 * What is sent: orders that rest around the price until there are --open of them, then a cancel for
 * each new one; one new order in eight crosses the spread and is immediate.  The same seed makes
 * the same requests, as far as the venue's answers allow.
 *
 * Threads: one.  Memory: taken at the start: 32 bytes an order, a million of them.  Cost: requests
 * that are due together leave in one write. */

#include "apps/pollux-order/venue_link.h"
#include "dataplane/base/histogram.h"

#define LOAD_SLOTS (1u << 20) /* orders that are open or not answered */

enum load_state { LOAD_FREE, LOAD_SENT, LOAD_OPEN, LOAD_CANCELING };

struct load_slot {
    nanos_t due_ns; /* of what is not answered */
    uint32_t number;
    uint32_t leaves;
    uint32_t place; /* in open[] */
    uint8_t state;  /* enum load_state */
};

struct load_orders {
    struct port port;
    const struct order_options *options;
    struct load_slot *slots; /* by number; a number whose place is taken is left out */
    uint32_t *open;          /* slots of orders that may be canceled */
    uint32_t open_count;
    uint32_t fresh; /* new orders that are not answered */
    uint32_t next;  /* number */
    uint32_t unanswered;
    uint64_t random;

    uint64_t entered;
    uint64_t cancels;
    uint64_t overtaken; /* cancels of orders that were gone when they arrived */
    uint64_t full;      /* requests that were left out: LOAD_SLOTS orders wait */
    uint64_t answers[PORT_KIND_COUNT];
    uint64_t shares; /* executed */
    struct histogram enter_ns;
    struct histogram cancel_ns;
};

/* False without memory. */
MUST_USE bool load_orders_open(struct load_orders *orders, const struct order_options *options);
void load_orders_close(struct load_orders *orders);

/* The next request into bytes; 0: there is no place for another. */
uint32_t load_orders_next(struct load_orders *orders, nanos_t due_ns, uint8_t *bytes);
void load_orders_heard(struct load_orders *orders, const struct port_answer *answer, nanos_t now);
/* A cancel of any open order, 0 if there is none. */
uint32_t load_orders_cancel(struct load_orders *orders, nanos_t due_ns, uint8_t *bytes);

struct load {
    const struct order_options *options;
    struct venue_link link;
    struct load_orders orders;
    bool logged_in;
    bool queried; /* the first number is known */
    bool cut;
    uint64_t sent;
    uint64_t total;
    nanos_t start_ns;
    nanos_t stop_ns;          /* the last request left */
    nanos_t heard_ns;         /* the last answer */
    struct histogram late_ns; /* behind the schedule, when it was handed to the connection */
};

/* Runs to the end and reports.  Returns the exit status. */
MUST_USE int load_run(const struct order_options *options);

/* load_report.c */
void load_report(const struct load *load);

#endif
