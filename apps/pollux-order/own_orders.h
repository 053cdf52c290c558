#ifndef APPS_POLLUX_ORDER_OWN_ORDERS_H
#define APPS_POLLUX_ORDER_OWN_ORDERS_H

/* One's own orders, as the venue's answers tell of them.
 *
 *     own_orders_ask(7)                 PENDING                      1 unanswered
 *     own_orders_apply(A 7 100)         LIVE     leaves 100  cum  0  0 unanswered
 *     own_orders_apply(E 7 40)          LIVE     leaves  60  cum 40
 *     own_orders_apply(C 7 60)          DEAD     leaves   0  cum 40
 *
 * What the venue says is believed: an order that an earlier run of the program has entered is known
 * as soon as the replay of the session shows it.  Numbers of a mass cancel are kept here too, as
 * orders without a side.
 *
 * Guarantees: unanswered is the number of requests that the venue owes an answer; one that can get
 * none any more (the replacement of an order that is gone) is not counted.  next is above every
 * number that was asked for or answered.
 *
 * Threads: one.  Memory: grows as orders come; those that are over are forgotten when room is
 * needed.  A pointer to an order is good until the next ask or apply. */

#include "apps/pollux-order/port.h"

enum own_state { OWN_NONE, OWN_PENDING, OWN_LIVE, OWN_DEAD };

struct own_order {
    uint32_t number;
    uint32_t qty; /* of the chain: leaves + cum + what was canceled is what was accepted */
    uint32_t leaves;
    uint32_t cum;
    uint32_t price_e4;
    uint32_t expire_s;
    uint32_t old;         /* the order it is to replace, or 0 */
    uint32_t replacement; /* asked to take its place, not answered; or 0 */
    uint8_t state;        /* enum own_state */
    uint8_t lasts;        /* enum port_lasts */
    bool asked;           /* a cancel or a modify of it is not answered */
    bool doubt;           /* the connection broke before the answer */
    char side;            /* 0: a mass cancel */
    char symbol[8];
    char name[PORT_NAME_BYTES];
};

struct own_orders {
    struct own_order *at; /* capacity places, a power of two; number 0 is free */
    uint32_t capacity;
    uint32_t used;
    uint32_t next; /* the first number that is surely new */
    uint32_t unanswered;
};

/* False if there is no memory. */
MUST_USE bool own_orders_open(struct own_orders *orders);
void own_orders_close(struct own_orders *orders);

/* NULL if it is not known (any more). */
struct own_order *own_orders_find(const struct own_orders *orders, uint32_t number);
/* The youngest of this name that is not over, or NULL. */
struct own_order *own_orders_named(const struct own_orders *orders,
                                   const char name[PORT_NAME_BYTES]);

/* A new number was asked for with these terms; old: the order it is to replace, or 0.  A mass
 * cancel has no side. */
struct own_order *own_orders_ask(struct own_orders *orders, uint32_t number, uint32_t old,
                                 const struct port_order *terms);
/* A cancel or modify of the order was asked. */
void own_orders_ask_less(struct own_orders *orders, struct own_order *order);

/* An answer came.  Returns the order it is of, after it, or NULL: of none. */
struct own_order *own_orders_apply(struct own_orders *orders, const struct port_answer *answer);

/* The connection broke: what is not answered is in doubt.  Returns how many requests. */
uint32_t own_orders_doubt(struct own_orders *orders);
/* All there is has been replayed: calls on_lost for every request still in doubt, and no longer
 * waits for it. */
typedef void own_lost_fn(void *context, const struct own_order *order, bool less);
void own_orders_settle(struct own_orders *orders, own_lost_fn *on_lost, void *context);

/* The orders that are not over, by number: at[0..count) of memory that the caller frees. */
const struct own_order **own_orders_open_list(const struct own_orders *orders, uint32_t *count);

#endif
