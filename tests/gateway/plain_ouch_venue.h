#ifndef TESTS_GATEWAY_PLAIN_OUCH_VENUE_H
#define TESTS_GATEWAY_PLAIN_OUCH_VENUE_H

/* A venue that speaks OUCH 5.0, kept by the bytes of its document alone: orders as plain rows, and
 * what may still trade of them, at the venue or on the way to it.
 *
 *     plain_request ──► flight ──► plain_arrive ──► log ──► plain_heard
 *                         ╳ plain_cut: the rest of it vanishes; the log is replayed
 *
 * It behaves: no order trades beyond its total or after its end.  It rejects, trades in parts and
 * cancels unasked, by chance. */

#include "dataplane/base/base.h"
#include "tests/support/chance.h"

#include <stdbool.h>

enum {
    PLAIN_ORDERS = 1 << 16, /* remembered, by number modulo */
    PLAIN_ACTIVE = 256,     /* at once */
    PLAIN_FLIGHT = 1024,
    PLAIN_LOG = 8192,
    PLAIN_BYTES = 80,
    PLAIN_SYMBOLS = 4,
};

enum plain_state { PLAIN_NONE, PLAIN_FLYING, PLAIN_LIVE, PLAIN_OVER };

struct plain_order {
    uint32_t urn;
    uint32_t was;  /* what it is to replace, or 0 */
    uint32_t heir; /* on its way to replace it, or 0 */
    uint32_t strategy;
    uint32_t symbol;
    uint8_t state; /* enum plain_state */
    uint8_t side;
    bool immediate;
    price_t price;
    qty_t total; /* of the chain */
    qty_t cum;
};

struct plain_message {
    uint32_t length;
    uint8_t bytes[PLAIN_BYTES];
};

struct plain_venue {
    struct chance *chance;
    bool calm;                         /* no rejects */
    char symbol[PLAIN_SYMBOLS + 1][9]; /* names; its numbers are the caller's */
    struct plain_order order[PLAIN_ORDERS];
    uint32_t active[PLAIN_ACTIVE]; /* numbers that are flying or live */
    uint32_t actives;
    struct plain_message flight[PLAIN_FLIGHT];
    uint32_t flight_first, flight_end;
    struct plain_message log[PLAIN_LOG];
    uint64_t logged, heard; /* heard + 1 is the sequence of the next one */
    uint64_t matches;
    void (*traded)(const struct plain_order *order, qty_t qty);
};

struct plain_order *plain_at(struct plain_venue *venue, uint32_t urn);

/* A request leaves.  strategy: whose it is.  The order, of an order or a replacement; or NULL. */
struct plain_order *plain_request(struct plain_venue *venue, const uint8_t *bytes, uint32_t length,
                                  uint32_t strategy);
bool plain_arrive(struct plain_venue *venue); /* the next one; false: none is on its way */
void plain_happen(struct plain_venue *venue); /* something, to one that lives */
/* The session is lost: what is on its way arrives up to some point. */
void plain_cut(struct plain_venue *venue);
/* The next message, or NULL. */
const struct plain_message *plain_heard(struct plain_venue *venue);

/* The most that may still trade of an active one; 0 of a replacement, which counts with what it
 * replaces. */
qty_t plain_worst(struct plain_venue *venue, const struct plain_order *order);

#endif
