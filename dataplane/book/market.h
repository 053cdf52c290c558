#ifndef DATAPLANE_BOOK_MARKET_H
#define DATAPLANE_BOOK_MARKET_H

/* What the feed tells the engine about one instrument: one value of a conflating queue.
 *
 * The quote is the latest.  Trades are running totals since the session began, so that a reader who
 * misses values loses nothing: the trades between two values are the difference of their totals
 * (F16), and each subscriber subtracts from the value it saw last.  Totals wrap at 2^64; a
 * difference is right as long as it is itself below 2^63.  Quantities above 92 billion shares are
 * shown as that many. */

#include "dataplane/base/base.h"

/* Whether a book may be traded on (F52).  Ordered: a higher state overrules a lower one.
 * No order may originate from a book that is not MARKET_LIVE. */
/* clang-format off */
#define MARKET_STATES(X)                                                               \
    X(MARKET_LIVE,       LIVE,       "complete, current, and the instrument trades")            \
    X(MARKET_HALTED,     HALTED,     "complete, but the venue does not trade it now")           \
    X(MARKET_STALE,      STALE,      "complete when last heard, but the lines are silent")      \
    X(MARKET_RECOVERING, RECOVERING, "being rebuilt from retransmission or snapshot")           \
    X(MARKET_GAP,        GAP,        "messages are missing or contradict the book: it may be wrong") \
    X(MARKET_CLOSED,     CLOSED,     "no session, or the session has ended")
/* clang-format on */

#define MARKET_STATE_ENUM(state, text, meaning) state,
enum market_state { MARKET_STATES(MARKET_STATE_ENUM) MARKET_STATE_COUNT };

struct market {
    price_t bid; /* best prices; 0 is an empty side */
    price_t ask;
    qty_t bid_qty; /* shown at the best price */
    qty_t ask_qty;
    uint32_t bid_orders;
    uint32_t ask_orders;

    price_t last; /* newest trade; 0 before the first */
    qty_t last_qty;
    uint64_t volume;   /* total of qty_t traded */
    uint64_t notional; /* total of price times quantity, in 1e-8 of the quote currency */
    uint32_t trades;   /* how many; wraps at 2^32 */
    uint8_t state;     /* enum market_state */
    uint8_t clock;     /* enum time_source of rx_ns */
    uint16_t instrument;

    uint64_t sequence;   /* every message up to this number is in this value, and none after it */
    nanos_t exchange_ns; /* that message's own time, nanoseconds since the venue's midnight */
    nanos_t rx_ns;       /* arrival of the datagram it came in */
    uint64_t rx_tsc;     /* the same by the counter; 0 if no datagram caused this value */
};

static_assert(sizeof(struct market) == 112, "a conflating queue's slot with it is two cache lines");

/* LIVE, HALTED, ...; ? if there is no such state. */
static inline const char *market_state_text(enum market_state state)
{
#define MARKET_STATE_TEXT(state_, text, meaning)                                                   \
case state_: return #text;
    switch (state) {
        MARKET_STATES(MARKET_STATE_TEXT)
    case MARKET_STATE_COUNT: break;
    }
    return "?";
}

#endif
