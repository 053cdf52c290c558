#ifndef TESTS_REFERENCE_PLAIN_MATCH_H
#define TESTS_REFERENCE_PLAIN_MATCH_H

/* The matching engine again, written to be obviously right: one array of orders, scanned in full
 * for every question.  Nothing is kept that can be worked out: best prices, levels, queues,
 * reserved money and margins are found by walking all orders each time they are asked for.
 *
 * The letters and numbers in the comments are the rules of dataplane/match/README.md.
 *
 * Same inputs, same events; the events of one input are in event[0..events) until the next. */

#include "dataplane/match/match.h"

enum {
    PLAIN_ORDERS = 128, /* slots: limits.orders may be at most half of it */
    PLAIN_INSTRUMENTS = 8,
    PLAIN_ACCOUNTS = 16,
    PLAIN_ASSETS = 8,
    PLAIN_HOLDINGS = PLAIN_INSTRUMENTS * PLAIN_ACCOUNTS,
    PLAIN_BALANCES = PLAIN_ASSETS * PLAIN_ACCOUNTS,
    PLAIN_PARENTS = 4096,
};

enum plain_place {
    PLAIN_GONE,     /* the slot is free */
    PLAIN_ARRIVING, /* in no queue yet, or no longer */
    PLAIN_BOOK,
    PLAIN_WAITS,  /* a stop, for its trigger */
    PLAIN_FIRED,  /* a stop, for its turn */
    PLAIN_HELD,   /* the leg of a pair, for the order to finish */
    PLAIN_SLEEPS, /* a leg without a quantity */
    PLAIN_KEPT,   /* a tracked order with nothing open, or one whose legs have yet to follow */
};

struct plain_order {
    enum plain_place place;
    order_id_t id;
    uint64_t born;  /* age as an order */
    uint64_t turn;  /* age in its queue */
    uint64_t moved; /* age of the last trade or growth: of a pair the younger one reserves */
    uint32_t account;
    uint16_t instrument;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    uint8_t self_trade;
    uint8_t link;
    bool post_only;
    bool tracked;
    bool special;    /* once a leg: counts among the specials */
    bool closing;    /* takes no room */
    bool unreserved; /* and needs no money */
    bool becomes;    /* a stop that has become an order */
    bool ended;      /* canceled, not filled */
    bool traded;     /* and its legs have yet to follow */
    price_t price;
    price_t trigger; /* the distance of a trailing stop */
    price_t best;    /* last price a trailing stop has seen */
    price_t reserve; /* of a trailing stop: the price at which it reserves */
    price_t tick;    /* of its instrument */
    price_t price_max;
    qty_t open;
    qty_t rest; /* what was open when it was canceled on arrival */
    qty_t ran;  /* traded since it arrived: of this its pair hears when it has finished */
    qty_t shown;
    qty_t display;
    qty_t total;
    qty_t filled;
    qty_t closed;
    struct plain_order *sibling; /* the other of a pair */
    struct plain_order *parent;
    struct plain_order *legs[2];
};

struct plain_instrument {
    struct match_listing listing;
    enum match_phase phase;
    price_t last;
    price_t reference;
    price_t mark;
    nanos_t pause_end;
    nanos_t seen; /* times of the calendar up to here are over */
};

struct plain_account {
    bool known;
    uint64_t group;
    uint32_t leverage;
    price_t limit;
};

struct plain_holding {
    uint32_t account;
    uint16_t instrument;
    __int128 position; /* exact, however often the largest quantity is bought */
    int64_t cost;
};

struct plain_balance {
    uint32_t account;
    uint16_t asset;
    int64_t total;
};

struct plain_match {
    struct match_limits limits;
    uint64_t number;
    uint64_t events_made;
    nanos_t time;
    uint64_t ages;
    order_id_t next_id;
    uint32_t budget; /* fired stops that may still run in this input */
    uint16_t step;
    uint32_t slots; /* order[slots..] are all free */
    uint32_t holdings;
    uint32_t balances;
    uint32_t parents;
    struct plain_order order[PLAIN_ORDERS];
    struct plain_instrument instrument[PLAIN_INSTRUMENTS];
    struct plain_account account[PLAIN_ACCOUNTS];
    struct plain_holding holding[PLAIN_HOLDINGS]; /* by first use */
    struct plain_balance balance[PLAIN_BALANCES];
    int64_t house[PLAIN_ASSETS];
    int64_t paid_in[PLAIN_ASSETS];                /* less what was paid out */
    struct plain_order *parent_of[PLAIN_PARENTS]; /* whose legs have to follow, in order */
    uint32_t events;
    uint32_t events_before; /* of these, from before the input itself: calendar, fired stops */
    uint32_t events_max;
    struct match_event *event;
};

void plain_match_new(struct plain_match *plain, const struct match_limits *limits);
void plain_match_free(struct plain_match *plain); /* the events */
void plain_match_apply(struct plain_match *plain, const struct match_input *input);

/* The questions of match.h. */
uint32_t plain_match_depth(const struct plain_match *plain, uint16_t instrument, enum side side,
                           struct match_level *levels, uint32_t count);
bool plain_match_order_of(const struct plain_match *plain, order_id_t id,
                          struct match_order *order);
bool plain_match_indicative(const struct plain_match *plain, uint16_t instrument, price_t *price,
                            qty_t *qty);
bool plain_match_balance_of(const struct plain_match *plain, uint32_t account, uint16_t asset,
                            struct match_balance *balance);
bool plain_match_position_of(const struct plain_match *plain, uint32_t account, uint16_t instrument,
                             qty_t *position, int64_t *cost);
void plain_match_each(const struct plain_match *plain, uint16_t instrument, enum side side,
                      match_visit_fn *visit, void *context);
void plain_match_each_waiting(const struct plain_match *plain, uint16_t instrument,
                              match_visit_fn *visit, void *context);
uint64_t plain_match_orders(const struct plain_match *plain);

#endif
