#ifndef DATAPLANE_MATCH_MATCH_H
#define DATAPLANE_MATCH_MATCH_H

/* A venue's matching engine: order books, conditional orders, positions and money, for many
 * instruments, as one state machine.
 *
 *     input 71  NEW  sells 60 at 100.00            the book            | 100.50 | c50
 *                                                  before it     b20 a30 | 100.00 |
 *     event 71.0  traded    60's seller takes 30 from a at 100.00
 *     event 71.1  traded    ... takes 20 from b at 100.00
 *     event 71.2  rested    10 at 100.00
 *
 * match_apply() is given inputs (match_input.h), one after the other, and answers with events
 * (match_event.h).  The rules, and the spec that proves each, are in README.md.
 *
 * Guarantees:
 * - The same inputs give the same events and the same digest: it reads no clock, no random source
 *   and no file, and nothing depends on where its memory is or which compiler built it.
 * - It is total: any bytes are an input, and an input that is refused changes nothing but the
 *   number and the time of the last one.
 * - Price, then time.  Between inputs an OPEN book is never crossed.
 * - Money is exact: of each asset, all balances and the house's account together, less what open
 *   positions cost, are what was paid in less what was paid out, after every event.
 * - An input never waits, allocates or calls the system.
 *
 * Threads: one.  Memory: match_footprint() bytes, given once; no byte of it is ever given back.
 * Cost: a new order that rests, a cancel and a trade are a few cache lines each, whatever the book
 * holds: bench/bench_match.c.  Removing an instrument, the end of a day, an auction, CANCEL_ALL, a
 * mark price and the calendar cost what they touch. */

#include "dataplane/match/match_event.h"
#include "dataplane/match/match_input.h"

#define MATCH_ORDERS_MAX      ((1u << 24) - 2)
#define MATCH_INSTRUMENTS_MAX (UINT16_MAX - 1u)
#define MATCH_ACCOUNTS_MAX    (1u << 24)
#define MATCH_ASSETS_MAX      4096u
#define MATCH_TRAILING_MAX    1024u /* trailing stops waiting in one instrument */
#define MATCH_CASCADE_MAX     4096u /* limits.cascade */
#define MATCH_PAGES_MAX       (1u << 24)
#define MATCH_WINDOWS_MAX     ((uint64_t)1 << 34) /* limits.window */
#define MATCH_HOLDINGS_MAX    (1u << 28)

struct match;

/* What bounds an engine, fixed at match_new.  Reaching one is a reject, MATCH_FULL or
 * MATCH_NO_ROOM, or for pages a cancel, MATCH_OUT_OF_WINDOW. */
struct match_limits {
    uint32_t instruments; /* indices 0..instruments-1; 1..MATCH_INSTRUMENTS_MAX */
    uint32_t orders;      /* that live: in books, waiting, or tracked; with their legs */
    uint32_t specials;    /* of these, icebergs, stops, and orders that are linked or tracked */
    uint32_t pages;       /* blocks of 64 neighbouring prices that hold orders, of all sides */
    uint64_t window;      /* sum of the windows of all listed instruments, in ticks */
    uint32_t accounts;    /* account numbers 0..accounts-1; 0: no accounts, positions or money */
    uint32_t holdings;    /* (account, instrument) pairs; 0 without accounts */
    uint32_t assets;      /* 0 without accounts */
    uint32_t balances;    /* (account, asset) pairs; 0 without accounts */
    uint32_t cascade;     /* triggered stops that run in one input; 1..MATCH_CASCADE_MAX */
    bool money_events;    /* BALANCED and POSITIONED, or not */
    uint64_t secret;      /* of the tables by id: any number that clients cannot guess */
};

/* Lifecycle.  Cold. */

/* The first limit that is out of range as a sentence, or NULL. */
const char *match_limits_check(const struct match_limits *limits);

size_t match_footprint(const struct match_limits *limits);                /* limits must be good */
struct match *match_new(void *memory, const struct match_limits *limits); /* zeroed memory */

/* Commands. */

/* Takes one input: input->bytes must be readable, and are at least sizeof(struct match_input). */
void match_apply(struct match *match, const struct match_input *input, struct match_events *events);

/* Hints that these inputs will be applied next, so that what they need is fetched from memory
 * meanwhile, for all of them at a time:
 *
 *     match_expect(match, inputs, count);
 *     for (i...) match_apply(match, inputs[i], events);
 *
 * Changes nothing, and does next to nothing while the orders fit the caches.  Inputs from
 * MATCH_EXPECT_MAX on are not looked at.  Any bytes will do: of an input that is a guess (entry.h),
 * kind, id, account, instrument, side and price are read. */
#define MATCH_EXPECT_MAX 32u
void match_expect(const struct match *match, const struct match_input *const *inputs,
                  uint32_t count);

/* The same however few orders live: for a caller that has more beside the engine that must fit. */
void match_expect_all(const struct match *match, const struct match_input *const *inputs,
                      uint32_t count);

/* Queries. */

#define MATCH_DEPTH_ORDERS 100u

struct match_level {
    price_t price;
    qty_t qty;       /* shown */
    uint32_t orders; /* MATCH_DEPTH_ORDERS: so many or more, they are counted no further */
};

/* An order as others may see it, and what its owner knows beside that. */
struct match_order {
    order_id_t id;
    order_id_t parent; /* the tracked or triggering order of a leg, or 0 */
    price_t price;     /* limit; 0 of a stop that will be a market order */
    price_t trigger;   /* of a stop that waits */
    qty_t open;        /* leaves quantity, what an iceberg hides included */
    qty_t shown;
    qty_t total; /* ordered: executed is total - open, less what was reduced */
    uint32_t account;
    uint16_t instrument;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    bool waits; /* a stop whose trigger has not been reached */
};

enum match_phase match_phase_of(const struct match *match, uint16_t instrument);
bool match_listing_of(const struct match *match, uint16_t instrument,
                      struct match_listing *listing);
price_t match_last_price(const struct match *match, uint16_t instrument); /* 0: no trade yet */

/* The best count levels of side, best first, into levels[0..count).  Returns how many exist.  Of
 * each no more than MATCH_DEPTH_ORDERS orders are looked at, however many stand there. */
uint32_t match_depth(const struct match *match, uint16_t instrument, enum side side,
                     struct match_level *levels, uint32_t count);

/* False if no living order has this id. */
bool match_order_of(const struct match *match, order_id_t id, struct match_order *order);

/* When the time alone will do something next, as a calendar does; UINT64_MAX: never. */
nanos_t match_due(const struct match *match);

/* What an auction would trade now, as MATCH_AUCTIONED would say; false if nothing. */
bool match_indicative(const struct match *match, uint16_t instrument, price_t *price, qty_t *qty);

struct match_balance {
    int64_t total;    /* 1e-8 of the asset */
    int64_t reserved; /* for open orders, and as margin */
    int64_t unrealised;
    int64_t available;
};
bool match_balance_of(const struct match *match, uint32_t account, uint16_t asset,
                      struct match_balance *balance);
bool match_position_of(const struct match *match, uint32_t account, uint16_t instrument,
                       qty_t *position, int64_t *cost);
int64_t match_house_of(const struct match *match, uint16_t asset); /* fees, less deficits covered */

/* Cold. */

/* Calls visit for every order in the book of one side, best price first, oldest first. */
typedef void match_visit_fn(void *context, const struct match_order *order);
void match_each(const struct match *match, uint16_t instrument, enum side side,
                match_visit_fn *visit, void *context);
/* The same for the stops that wait: buys by lowest trigger, sells by highest, trailing last. */
void match_each_waiting(const struct match *match, uint16_t instrument, match_visit_fn *visit,
                        void *context);

uint64_t match_orders(const struct match *match); /* living */
uint64_t match_events_made(const struct match *match);

/* The whole state in a form that depends on the inputs alone: nothing of slots, hashes or unused
 * capacity.  write is called with pieces in order. */
typedef void match_write_fn(void *context, const void *bytes, size_t length);
void match_save(const struct match *match, match_write_fn *write, void *context);

/* A new engine becomes what was saved.  NULL, or the sentence that says what is wrong with the
 * bytes; then the engine must not be used.  Bytes may come from anywhere. */
MUST_USE const char *match_load(struct match *match, const void *bytes, size_t length);

/* 64 bits of what match_save would write. */
uint64_t match_digest(const struct match *match);

/* Walks everything and CHECKs every invariant. */
void match_verify(const struct match *match);

#endif
