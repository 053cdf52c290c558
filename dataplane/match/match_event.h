#ifndef DATAPLANE_MATCH_MATCH_EVENT_H
#define DATAPLANE_MATCH_MATCH_EVENT_H

/* What a matching engine answers: a list of events, one cache line each.
 *
 * The events of one input carry its number and count from 0 in step, so that (number, step) orders
 * all events without a gap.  The first event that names an order's id and is not REJECTED also says
 * that the order was accepted.  The table says what the fields of a kind hold; others are zero. */

#include "dataplane/match/match_input.h"

/* clang-format off */
#define MATCH_EVENTS(X)                                                                            \
    X(MATCH_REJECTED,   rejected,   "id, account, instrument, reason: nothing was changed")        \
    X(MATCH_RESTED,     rested,     "id, other: the order it is a leg of, side, price, qty: shown, left: open, in the book from now on") \
    X(MATCH_TRADED,     traded,     "id: aggressor, other: maker, account, other_account, side of the aggressor, price, qty, left: open of the aggressor, MAKER_DONE") \
    X(MATCH_CANCELED,   canceled,   "id, account, side, price, left: what was open and is gone, reason") \
    X(MATCH_REDUCED,    reduced,    "id, account, side, price, qty: by, left: open, reason: why it became less without a trade") \
    X(MATCH_REPLACED,   replaced,   "id: new, other: old (may be equal), account, side, price, qty: shown, left: open, KEPT_PRIORITY, PARKED") \
    X(MATCH_REFILLED,   refilled,   "id, account, side, price, qty: shown, left: open: an iceberg shows its next part, at the end of the queue") \
    X(MATCH_WAITS,      waits,      "id, other: the order it is a leg of, account, side, price: trigger, qty: open: a stop waits for its trigger") \
    X(MATCH_TRIGGERED,  triggered,  "id, account, side, price: last, qty: open: a stop becomes an order") \
    X(MATCH_STATUS,     status,     "id of a tracked order, account, reason: its status, qty: filled, left: filled and not closed") \
    X(MATCH_AUCTIONED,  auctioned,  "instrument, price, qty: what the auction will trade")         \
    X(MATCH_PHASED,     phased,     "instrument, reason: its phase")                               \
    X(MATCH_LISTED,     listed,     "instrument")                                                  \
    X(MATCH_REMOVED,    removed,    "instrument")                                                  \
    X(MATCH_MARKED,     marked,     "instrument, price")                                           \
    X(MATCH_ALL_CANCELED, all_canceled, "account, instrument, qty: how many orders, in QTY_ONE")   \
    X(MATCH_ACCOUNTED,  accounted,  "account, other: group")                                       \
    X(MATCH_BALANCED,   balanced,   "account, instrument: asset, qty: total, left: reserved")      \
    X(MATCH_POSITIONED, positioned, "account, instrument, qty: signed position, left: its signed cost in quote") \
    X(MATCH_LIQUIDATED, liquidated, "account, instrument: asset, qty: equity, left: maintenance margin") \
    X(MATCH_COVERED,    covered,    "account, instrument: asset, qty: the deficit the house took")

/* name, sentence; for rejects and for what was canceled or reduced */
#define MATCH_REASONS(X)                                                                           \
    X(MATCH_NO_REASON,       none,           "")                                                   \
    X(MATCH_MALFORMED,       malformed,      "the input's fields are not what its kind allows")    \
    X(MATCH_NO_INSTRUMENT,   no_instrument,  "instrument is not listed")                           \
    X(MATCH_NO_ACCOUNT,      no_account,     "account is not known")                               \
    X(MATCH_IS_CLOSED,       is_closed,      "instrument is closed")                               \
    X(MATCH_IS_HALTED,       is_halted,      "instrument is halted")                               \
    X(MATCH_IN_CALL,         in_call,        "only orders that can rest are taken in a call")      \
    X(MATCH_BAD_ID,          bad_id,         "order id is outside 1 to 2^63-1")                    \
    X(MATCH_ID_IN_USE,       id_in_use,      "order id is in use")                                 \
    X(MATCH_UNKNOWN_ID,      unknown_id,     "order id is not known")                              \
    X(MATCH_BAD_QTY,         bad_qty,        "quantity is not positive")                           \
    X(MATCH_OFF_LOT,         off_lot,        "quantity is not a whole number of lots")             \
    X(MATCH_OVER_QTY,        over_qty,       "quantity is above the instrument's limit")           \
    X(MATCH_BAD_PRICE,       bad_price,      "price is not positive")                              \
    X(MATCH_OFF_TICK,        off_tick,       "price is not a whole number of ticks")               \
    X(MATCH_OVER_PRICE,      over_price,     "price is above the instrument's limit")              \
    X(MATCH_BAD_TERMS,       bad_terms,      "these terms do not go together")                     \
    X(MATCH_BAD_LEG,         bad_leg,        "a leg's side, type or price does not fit its order") \
    X(MATCH_FULL,            full,           "the engine holds as many orders as it may")          \
    X(MATCH_OVER_VALUE,      over_value,     "the order's value is above the account's limit")     \
    X(MATCH_NO_FUNDS,        no_funds,       "available balance is too small")                     \
    X(MATCH_WOULD_TAKE,      would_take,     "a post-only order would trade")                      \
    X(MATCH_NOTHING_CHANGES, nothing_changes,"nothing would change")                               \
    X(MATCH_NO_POSITION,     no_position,    "there is no position to close")                      \
    X(MATCH_LISTED_ALREADY,  listed_already, "an instrument has this index")                       \
    X(MATCH_BAD_LISTING,     bad_listing,    "the listing's numbers do not go together")           \
    X(MATCH_NO_ROOM,         no_room,        "the engine has no room for it")                      \
    X(MATCH_HAS_POSITIONS,   has_positions,  "positions in the instrument are open")               \
    X(MATCH_BAD_PHASE,       bad_phase,      "the instrument cannot enter this phase now")         \
    X(MATCH_BY_USER,         by_user,        "canceled by its owner")                              \
    X(MATCH_IMMEDIATE,       immediate,      "the rest of an immediate order")                     \
    X(MATCH_NOT_WHOLE,       not_whole,      "a fill-or-kill order could not fill")                \
    X(MATCH_NO_LIQUIDITY,    no_liquidity,   "nothing to trade with")                              \
    X(MATCH_COLLARED,        collared,       "the rest of a market order at its collar")           \
    X(MATCH_SELF,            self,           "it would have traded with its own group")            \
    X(MATCH_OUT_OF_WINDOW,   out_of_window,  "price is too far from the rest of its side")         \
    X(MATCH_DAY_OVER,        day_over,       "the day of a day order is over")                     \
    X(MATCH_IS_REMOVED,      is_removed,     "its instrument was removed")                         \
    X(MATCH_LINKED,          linked,         "an order it is linked to traded or ended")           \
    X(MATCH_LIQUIDATION,     liquidation,    "its account was liquidated")                         \
    X(MATCH_BAND_HIT,        band_hit,       "the next price is outside the band")

#define MATCH_STATUSES(X)                                                                          \
    X(MATCH_PENDING,          pending)                                                             \
    X(MATCH_PARTIALLY_FILLED, partially_filled)                                                    \
    X(MATCH_FILLED,           filled)                                                              \
    X(MATCH_PARTIALLY_CLOSED, partially_closed)                                                    \
    X(MATCH_CLOSED_OUT,       closed)                                                              \
    X(MATCH_ENDED_CANCELED,   canceled)                                                            \
    X(MATCH_ENDED_EXPIRED,    expired)
/* clang-format on */

#define MATCH_EVENT_ENUM(kind, name, fields) kind,
enum match_event_kind { MATCH_EVENTS(MATCH_EVENT_ENUM) MATCH_EVENT_COUNT };

#define MATCH_REASON_ENUM(reason, name, sentence) reason,
enum match_reason { MATCH_REASONS(MATCH_REASON_ENUM) MATCH_REASON_COUNT };

#define MATCH_STATUS_ENUM(status, name) status,
enum match_status { MATCH_STATUSES(MATCH_STATUS_ENUM) MATCH_STATUS_COUNT };

enum match_event_flag {
    MATCH_MAKER_DONE = 1,    /* TRADED: nothing of the maker is left */
    MATCH_KEPT_PRIORITY = 2, /* REPLACED: the order keeps its place */
    MATCH_PARKED = 4,        /* REPLACED: the order waits for its trigger; price is the trigger */
    MATCH_IN_AUCTION = 8,    /* TRADED: id is the buyer, other the seller */
};

struct match_event {
    uint64_t number; /* of the input that caused it */
    order_id_t id;
    order_id_t other;
    price_t price;
    qty_t qty;
    qty_t left;
    uint32_t account;
    uint32_t other_account;
    uint16_t instrument;
    uint16_t step; /* of the events of one input; wraps */
    uint8_t kind;
    uint8_t reason; /* a reason, a status or a phase, as the kind says */
    uint8_t side;
    uint8_t flags;
};
static_assert(sizeof(struct match_event) == 64, "an event is one cache line");

/* Where events go: at[0..capacity), aligned to CACHE_LINE.  When the place is full the engine calls
 * full, which takes the count events there, sets count to 0 (it may set at and capacity too), and
 * returns.  A place of one event is enough; a larger one calls less often. */
struct match_events {
    struct match_event *at;
    uint32_t capacity;
    uint32_t count;
    void (*full)(struct match_events *events);
    void *context; /* full's own */
};

#endif
