#ifndef TESTS_ROUTE_MODEL_VENUE_H
#define TESTS_ROUTE_MODEL_VENUE_H

/* A venue that misbehaves, for the property test of the slots.
 *
 * Requests arrive in the order they were sent, or not at all.  Answers and executions leave in any
 * order, twice, or never (answers to requests, and what a break of the session loses).  The venue
 * rejects, cancels unasked, executes after it has said canceled and beyond the order, rejects
 * cancels of orders that live, and orders that it has accepted.  What it never does is contradict
 * itself about what is open when it is asked.
 *
 * It knows nothing of slots but their numbers. */

#include "dataplane/route/slots.h"
#include "tests/support/chance.h"

#define MODEL_FIRST    1000u
#define MODEL_ORDERS   65536u
#define MODEL_A_BLOCK  8192u /* numbers of one start that are used */
#define MODEL_SLOTS    16u
#define MODEL_QUEUE    4096u /* a power of two */
#define MODEL_MESSAGES 4096u

struct model_order {
    bool exists; /* the venue took it */
    bool alive;
    bool canceled;
    bool told;   /* an answer that takes it for granted was delivered */
    bool beyond; /* executed beyond its total, or after its end */
    uint8_t side;
    uint32_t slot;
    order_id_t root; /* the first of its chain */
    price_t price;
    qty_t total;
    qty_t cum;
};

struct model_message {
    struct slot_answer answer;
    bool final; /* the order was over when this was said */
};

struct model_venue {
    struct chance *chance;
    bool calm;      /* no misbehaviour */
    uint64_t block; /* numbers between two starts; 0: it never starts anew */
    struct model_order order[MODEL_ORDERS]; /* by model_place */
    order_id_t alive[MODEL_SLOTS];
    order_id_t dead[MODEL_SLOTS]; /* canceled last */
    struct slot_request queue[MODEL_QUEUE];
    uint32_t queue_first;
    uint32_t queue_end;
    struct model_message message[MODEL_MESSAGES];
    uint32_t message_count;
};

uint32_t model_place(const struct model_venue *venue, order_id_t order);
struct model_order *model_order_at(struct model_venue *venue, order_id_t order);

/* A request that was put on the wire. */
void model_request(struct model_venue *venue, const struct slot_request *request);

/* The next request arrives.  False if none is on its way. */
bool model_arrive(struct model_venue *venue);

/* Something happens at the venue to the order of that slot. */
void model_happen(struct model_venue *venue, uint32_t slot);

/* The session breaks: what is on its way arrives up to some point. */
void model_break(struct model_venue *venue);

/* Loses what is on its way about an order and its replacement: a query must find it. */
void model_forget(struct model_venue *venue, order_id_t order, order_id_t asked);

/* Takes a message out, in any order.  False if there is none. */
bool model_deliver(struct model_venue *venue, struct model_message *message);

/* Whether the message unlocks a slot whose newest request is flight and whose newest query is the
 * one of that number, where a refused cancel does not say which cancel it was. */
bool model_answers(const struct slot_request *flight, const struct model_message *message,
                   uint32_t query);

/* Whether a request is on its way that could open an order for that slot. */
bool model_may_open(const struct model_venue *venue, uint32_t slot);

#endif
