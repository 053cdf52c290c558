#ifndef DATAPLANE_PUBLISH_ITCH_OUT_H
#define DATAPLANE_PUBLISH_ITCH_OUT_H

/* What the matching engine does, as ITCH 5.0 messages for everybody (F45).
 *
 *     71.0  b takes 30 from a          E  a's reference, 30, match number of 71.0
 *     71.1  b takes the rest of c      E  c's reference
 *     71.2  b rests 10                 A  b's reference, 10 at its price
 *
 * It is told every event of the engine, in order, and appends messages to a history.  Only what is
 * displayed is published: not what an iceberg hides, not a stop that waits, not who.  An order is
 * known by the reference that match_reference.h gives its place, a trade by the number of its
 * event; the stock locate of an instrument is its index + 1.  README.md lists which event becomes
 * which message.
 *
 * An instrument whose prices are no whole 1/10 000 or whose quantities are no whole shares cannot
 * be said in ITCH: it is not published, and itch_out_list says why.  So is nothing rounded.
 *
 * Guarantees:
 * - Who applies the messages to empty books has, after the events of each input, every order that
 *   match_each shows, with its shown quantity, at its price and at its place in the queue.
 * - What contradicts the engine's rules is a CHECK.
 *
 * Threads: one.  Memory: itch_out_footprint() bytes, given once; nothing is allocated.  Cost: of an
 * event, one or two look-ups by id and one message: bench/bench_publish.c.
 * Source: "Nasdaq TotalView-ITCH 5.0", edition of February 2026. */

#include "dataplane/match/match.h"
#include "dataplane/publish/history.h"

#define ITCH_OUT_LOCATE(instrument) ((uint16_t)((instrument) + 1))

struct itch_out;

struct itch_out_limits {
    uint32_t instruments; /* as the engine's */
    uint32_t orders;      /* displayed at once: at least the engine's limit of orders */
    uint64_t secret;      /* of the table by id: any number that clients cannot guess */
    nanos_t midnight;     /* the venue's day begins: time stamps count from here */
};

/* Why an instrument is published or not: status, counter, sentence. */
/* clang-format off */
#define ITCH_OUT_STATUSES(X)                                                                       \
    X(ITCH_OUT_OK,          published,    "the instrument is published")                           \
    X(ITCH_OUT_BAD_SYMBOL,  bad_symbol,   "its symbol is not 1 to 8 characters from ! to ~")       \
    X(ITCH_OUT_FINE_TICK,   fine_tick,    "its tick is no whole number of 0.0001")                 \
    X(ITCH_OUT_FINE_LOT,    fine_lot,     "its lot is no whole number of shares")                  \
    X(ITCH_OUT_HIGH_PRICE,  high_price,   "its highest price is above 200 000")                    \
    X(ITCH_OUT_LARGE_QTY,   large_qty,    "its largest quantity is above 2^32 - 1 shares")

/* Messages made, by kind: type, counter. */
#define ITCH_OUT_MESSAGES(X)                                                                       \
    X('S', system_event) X('R', stock_directory) X('H', trading_action) X('A', add_order)          \
    X('E', order_executed) X('C', order_executed_price) X('X', order_cancel) X('D', order_delete)  \
    X('U', order_replace) X('Q', cross_trade) X('I', imbalance)
/* clang-format on */

#define ITCH_OUT_STATUS_ENUM(status, counter, sentence) status,
enum itch_out_status { ITCH_OUT_STATUSES(ITCH_OUT_STATUS_ENUM) ITCH_OUT_STATUS_COUNT };
const char *itch_out_status_text(enum itch_out_status status);
const char *itch_out_status_name(enum itch_out_status status);

struct itch_out_counts {
    uint64_t event;                       /* told */
    uint64_t unpublished;                 /* events of instruments that are not published */
    uint64_t list[ITCH_OUT_STATUS_COUNT]; /* listings by what became of them */
    uint64_t type[256];                   /* messages by type */
    uint64_t other_day;                   /* times outside the 2^48 ns from midnight on: the
                                             * message has the nearest that is inside */
    uint64_t orders;                      /* gauge: displayed */
};

/* Lifecycle.  Cold. */

/* The first limit that is out of range as a sentence, or NULL. */
const char *itch_out_limits_check(const struct itch_out_limits *limits);

size_t itch_out_footprint(const struct itch_out_limits *limits); /* limits must be good */

/* memory: aligned to CACHE_LINE.  history outlives it. */
struct itch_out *itch_out_new(void *memory, const struct itch_out_limits *limits,
                              struct history *history);

/* Time stamps count from here on from this midnight. */
void itch_out_midnight(struct itch_out *out, nanos_t midnight);

/* The owner's own messages.  Cold. */

/* "System Event": O S Q M E C.  O comes before all other messages, C after them. */
void itch_out_system(struct itch_out *out, char code, nanos_t time);

/* An instrument is there from now on: "Stock Directory", and "Stock Trading Action" for
 * listing->phase (any phase but UNLISTED).  Call it for each MATCH_LISTED, before
 * itch_out_event is told of it; and at the start for each instrument there is already, with the
 * phase it has.  Anything but ITCH_OUT_OK: it is not published. */
MUST_USE enum itch_out_status itch_out_list(struct itch_out *out, uint16_t instrument,
                                            const struct match_listing *listing, nanos_t time);

/* An order that is in the engine's books before the first event (after a recovery): in the order of
 * match_each.  Its reference must be one that no event will give: of a lower number, say. */
void itch_out_adopt(struct itch_out *out, const struct match_order *order, uint64_t reference,
                    nanos_t time);

/* "Net Order Imbalance Indicator" of an instrument that is in a call: what an auction would do now.
 * Nothing is said of instruments that are not published or not in a call or pause. */
struct itch_out_indication {
    uint16_t instrument;
    price_t price;     /* match_indicative's; 0: nothing would trade */
    qty_t paired;      /* what would trade */
    qty_t imbalance;   /* what would not, of orders that accept price */
    enum side side;    /* whose imbalance it is */
    price_t reference; /* the instrument's reference price */
};
void itch_out_indicate(struct itch_out *out, const struct itch_out_indication *indication,
                       nanos_t time);

/* The engine's events.  Hot. */

/* Tells of the next event; time is that of its input.  Every event, in order. */
void itch_out_event(struct itch_out *out, const struct match_event *event, nanos_t time);

/* Hints that event will be told a few events later: what it needs is fetched meanwhile. */
void itch_out_expect(const struct itch_out *out, const struct match_event *event);

/* Queries. */

bool itch_out_published(const struct itch_out *out, uint16_t instrument);

/* A displayed order.  False if no order with this id is displayed. */
struct itch_out_order {
    uint64_t reference;
    uint32_t shares; /* shown */
    uint32_t price_e4;
    uint16_t locate;
    uint8_t side; /* enum side */
};
MUST_USE bool itch_out_find(const struct itch_out *out, order_id_t id,
                            struct itch_out_order *order);

const struct itch_out_counts *itch_out_counts(const struct itch_out *out);

/* Walks everything and CHECKs every invariant.  Cold. */
void itch_out_verify(const struct itch_out *out);

#endif
