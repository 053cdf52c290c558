#ifndef APPS_POLLUX_ORDER_TRADE_H
#define APPS_POLLUX_ORDER_TRADE_H

/* A trader's session: lines become requests, answers become sentences, cuts are mended.
 *
 *     connect ─► log in ─► replay (orders become known) ─► query ─► READY: lines are taken
 *        ▲                                                            │
 *        └────────── back-off, doubt ◄──────── the connection broke ──┘
 *
 * A line is taken only when everything that was missed has been replayed and the next free number
 * is known.  When that is: the answer to our own query is in the same stream behind all that was
 * missed.  If an answer to an older query may be in the replay too, the stream must also have been
 * quiet for a moment; OUCH 4.2 has no query, and there quiet alone decides.
 *
 * Nothing is sent twice.  A request that the cut may have swallowed is in doubt until READY; then
 * it either has been answered by the replay, or it never arrived.
 *
 * Threads: one. */

#include "apps/pollux-order/input.h"
#include "apps/pollux-order/line.h"
#include "apps/pollux-order/own_orders.h"
#include "apps/pollux-order/venue_link.h"

#define TRADE_REFUSED     1
#define TRADE_UNREACHABLE 3

enum trade_until { TRADE_GOES_ON, TRADE_ENDS_ANSWERED, TRADE_ENDS };

struct trade {
    const struct order_options *options;
    struct venue_link link;
    struct own_orders orders;
    struct input input;
    struct line line;

    /* The connection. */
    bool was_ready;     /* once: what comes from then on is shown */
    bool ready;         /* lines may be taken */
    uint32_t queries;   /* of our own, not answered */
    uint32_t asked;     /* queries by lines, not answered */
    bool must_be_quiet; /* before what was missed is surely replayed */
    nanos_t heard_ns;   /* the last message */
    nanos_t lost_ns;    /* when the connection broke; 0: it has not */
    nanos_t retry_ns;   /* when to connect again */
    nanos_t pause_ns;   /* back-off */

    /* Waiting. */
    nanos_t wait_until_ns; /* 0: not */
    bool wait_answers;     /* or until everything is answered */
    enum trade_until until;
    nanos_t end_by_ns;
    bool canceled_all; /* of --cancel-on-exit */

    /* What came of it. */
    uint32_t watched; /* the last number asked for by a word request, or 0 */
    bool watched_taken;
    uint64_t refused; /* requests and lines */
    uint64_t lost;    /* requests that never arrived */
    int status;       /* TRADE_UNREACHABLE, or 0 */
};

/* Runs to the end.  Returns the exit status. */
MUST_USE int trade_run(const struct order_options *options);

/* trade_lines.c: the next lines, as long as they may be taken. */
void trade_lines(struct trade *trade, nanos_t now);
/* Cancels what is open. */
void trade_cancel_own(struct trade *trade);

/* trade_show.c: what was said is shown. */
void trade_show_answer(const struct trade *trade, const struct port_answer *answer,
                       const struct own_order *order, uint64_t sequence);
void trade_show_orders(const struct trade *trade);
void trade_show_wrong(struct trade *trade, const char *problem);
/* A sentence of our own; number: the order it is about, or 0. */
void trade_note(const struct trade *trade, const char *event, uint32_t number, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

#endif
