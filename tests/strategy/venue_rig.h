#ifndef TESTS_STRATEGY_VENUE_RIG_H
#define TESTS_STRATEGY_VENUE_RIG_H

/* A delegate and a naive venue around it, without a gateway between them.
 *
 *     rig_open(&maker_kind, 1, "rungs", "1t:100", "long", "1000", "short", "1000", NULL);
 *     rig_book(0, "10.00:500 9.99:300 | 10.02:500");     others' orders, best first
 *     rig_show(0);                                       one decision
 *     EXPECT_TEXT(rig_said(), "0:B100@9.99 1:S100@10.03");
 *     rig_answer();                                      requests arrive, answers are heard
 *     rig_fill(0, 40);                                   of key 0; heard with the next rig_answer
 *     rig_show(0);
 *
 * In said, 2:S100@10.03 is key 2 to sell 100 at 10.03, with ! behind it immediate and + post-only;
 * 2:- is a stop.  Quantities are in units.
 *
 * The venue knows more than the delegate: what happened there is heard later, in order.  A request
 * that is under way has not arrived, or its answer was not heard.  One request a key, and one goal
 * behind it, as dataplane/route/slots.h promises them. */

#include "dataplane/strategy/delegate.h"
#include "tests/support/chance.h"

#define RIG_LEGS_MAX   4u
#define RIG_KEYS_MAX   256u
#define RIG_LEVELS_MAX 16u
#define RIG_EVENTS_MAX 4096u

struct rig_level {
    price_t price;
    qty_t qty;
};

struct rig_leg {
    struct rig_level level[2][RIG_LEVELS_MAX]; /* others', best first; qty 0 ends */
    struct market shown;                       /* as published last */
    struct delegate_terms terms;
    uint64_t volume;
    uint64_t volume_shown;
    uint8_t trading;
    uint8_t state;
    qty_t position;       /* as heard */
    qty_t position_truth; /* at the venue */
    qty_t traded[2];      /* bought and sold, as heard */
};

enum rig_request { RIG_NONE, RIG_NEW, RIG_REPLACE, RIG_CANCEL };

/* Quantities here are totals of the key since the start: cap is how much may be executed. */
struct rig_key {
    uint32_t leg;
    bool goal; /* is to be acted on */
    bool stop; /* it is that there be none */
    uint8_t side;
    uint8_t how;
    price_t price;
    qty_t cap;

    uint8_t request; /* enum rig_request, under way */
    bool arrived;    /* at the venue; its answer is not heard */
    uint8_t asked_how;
    price_t asked_price;
    qty_t asked_cap;

    price_t open_price; /* the truth */
    qty_t open_leaves;
    qty_t executed;

    qty_t heard_cap; /* of what is open, as heard; 0: nothing is */
    price_t heard_price;
};

struct rig_event {
    struct message message;
    bool ends; /* the request under way */
    bool refused;
};

struct rig {
    const struct delegate_kind *kind;
    void *self;
    nanos_t now;
    uint64_t sequence;
    uint32_t legs;
    uint32_t keys;
    bool hold;        /* the session takes nothing: goals wait */
    bool refuse;      /* risk refuses every order and replacement */
    uint32_t uniques; /* as shown */
    bool done;
    uint32_t needless; /* orders said that were open already, just so */
    struct rig_leg leg[RIG_LEGS_MAX];
    struct rig_key key[RIG_KEYS_MAX];
    struct delegate_order order[RIG_KEYS_MAX]; /* as the delegate sees them */
    uint32_t events, event_next;
    struct rig_event event[RIG_EVENTS_MAX];
    uint32_t messages;
    struct message message[RIG_EVENTS_MAX];
    struct delegate_output output; /* of the last decision */
    char said[4096];
};

extern struct rig rig;

/* Name, value, name, value, ..., NULL.  The clock begins at one hour; the tick is 0.01, the lot 1;
 * instrument of leg n is n + 10. */
void rig_open(const struct delegate_kind *kind, uint32_t legs, ...);
void rig_set(const char *first, ...); /* the same, while it runs */
void rig_close(void);                 /* after each spec; may be closed already */

/* What the kind's check says of parameters: "" if nothing. */
const char *rig_problem(const struct delegate_kind *kind, uint32_t legs, ...);

/* Others' orders. */
void rig_book(uint32_t leg, const char *levels);
void rig_publish(
    uint32_t leg); /* the market's picture is as the venue is now, own orders included */

/* Shows an instrument as it was published last; then it is said what is wanted. */
void rig_decide(uint32_t leg, uint32_t what);
void rig_show(uint32_t leg); /* publish, and decide */
const char *rig_said(void);
bool rig_after(nanos_t ns); /* time passes; decides if the delegate wants to; whether it did */
void rig_instruct(const struct message *instruction);

/* Steps of the venue. */
bool rig_arrive(uint32_t key);           /* a request arrives; false: there is none */
bool rig_hear(void);                     /* the oldest news is heard; false: there is none */
void rig_fill(uint32_t key, qty_t qty);  /* somebody takes from an open order; qty in 1e-8 */
void rig_cancel(uint32_t key);           /* the venue cancels an order unasked */
void rig_answer(void);                   /* all that is under way arrives and is heard */
void rig_trade(uint32_t leg, qty_t qty); /* others trade with each other */

/* The worst that may still happen, from the venue's side of it: position_truth with all that is
 * open, under way or waiting on one side filled. */
qty_t rig_worst(uint32_t leg, uint32_t side);

int64_t rig_gauge(const char *name);

/* Texts. */
price_t rig_price(const char *text);
static inline qty_t rig_units(int64_t units)
{
    return units * QTY_ONE;
}

#endif
