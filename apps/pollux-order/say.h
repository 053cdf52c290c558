#ifndef APPS_POLLUX_ORDER_SAY_H
#define APPS_POLLUX_ORDER_SAY_H

/* What the venue answered, as a sentence for people or as a JSON object for programs.
 *
 *     09:30:00.000000123  7 accepted: buys 100 ACME at 10.25
 *     09:30:00.000000456  7 executed: 40 at 10.25 (removed liquidity), 60 left
 *     {"event":"executed","time":"09:30:00.000000456","sequence":3,"number":7,"qty":40,...}
 *
 * Prices in JSON are decimal strings; the rest are numbers and words.  README.md lists the fields.
 *
 * Threads: one.  Memory: the caller's; JSON allocates while it prints. */

#include "apps/pollux-order/own_orders.h"
#include "dataplane/base/text.h"

#define SAY_BYTES_MAX 512u

/* What was said: with the order as it is after it, or NULL if it is of none that is known. */
struct say {
    const struct port *port;
    const struct port_answer *answer;
    const struct own_order *order;
    uint64_t sequence;
};

void say_answer(struct text *out, const struct say *say);
void say_answer_json(struct text *out, const struct say *say);

/* "buys 100 ACME at 10.25 for 30 s": qty shares of the order. */
void say_terms(struct text *out, const struct own_order *order, uint32_t qty);
void say_price(struct text *out, uint32_t price_e4);
/* "7", or "7 (hedge)" of an order with a name. */
void say_order(struct text *out, const struct own_order *order);

/* The open orders: a table, or one JSON object a line. */
void say_orders(struct text *out, const struct own_order *const *list, uint32_t count);
void say_order_json(struct text *out, const struct own_order *order);

/* What the program itself has to say, as {"event":NAME,"text":SENTENCE}; number: 0 if of none. */
void say_note_json(struct text *out, const char *event, uint32_t number, const char *sentence);

#endif
