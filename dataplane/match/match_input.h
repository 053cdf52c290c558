#ifndef DATAPLANE_MATCH_MATCH_INPUT_H
#define DATAPLANE_MATCH_MATCH_INPUT_H

/* What a matching engine is told: one input after the other, each a fixed 64 bytes and, for some
 * kinds, a second part right behind it.  These bytes are also what the journal keeps, so that
 * recovery, replay and a bug report are the same thing: give the engine its inputs again.
 *
 * Prices are price_t (1e-8), quantities qty_t (1e-8); a price must be a whole number of the
 * instrument's ticks and a quantity a whole number of its lots.  A field that a kind does not name
 * must be zero.  The engine checks every field of every input: any bytes are an input, and what is
 * wrong with them is an event with a reason. */

#include "dataplane/base/base.h"

#define MATCH_ID_MAX         ((order_id_t)INT64_MAX) /* ids from here on are the engine's own */
#define MATCH_INSTRUMENT_ALL UINT16_MAX              /* in CANCEL_ALL: of every instrument */
#define MATCH_TICKS_MAX      ((int64_t)INT32_MAX)    /* a price in ticks */
#define MATCH_LOTS_MAX       ((int64_t)INT32_MAX)    /* a quantity in lots */
#define MATCH_WINDOW_MIN     64u /* ticks between the best and the worst price of one side, */
#define MATCH_WINDOW_MAX     (1u << 18)         /* as an instrument may be listed; powers of two */
#define MATCH_PARTS_MAX      1024u              /* how often an iceberg may show its display */
#define MATCH_PPM            1000000            /* fees and margins are millionths */
#define MATCH_MONEY_MAX      ((int64_t)1 << 61) /* of one asset in all accounts together */

/* kind, and the fields beside number, time, kind and bytes that it reads */
/* clang-format off */
#define MATCH_INPUTS(X)                                                                            \
    X(MATCH_TIME,       time,       "the time, and nothing else")                                  \
    X(MATCH_LIST,       list,       "instrument; struct match_listing follows")                    \
    X(MATCH_PHASE,      phase,      "instrument, type: the phase to enter")                        \
    X(MATCH_REMOVE,     remove,     "instrument: its orders are canceled, its index is free")      \
    X(MATCH_MARK,       mark,       "instrument, price: the new reference and mark price")         \
    X(MATCH_ACCOUNT,    account,    "account, other: its group, qty: leverage, price: value limit")\
    X(MATCH_DEPOSIT,    deposit,    "account, instrument: the asset, qty: the amount")             \
    X(MATCH_WITHDRAW,   withdraw,   "account, instrument: the asset, qty: the amount")             \
    X(MATCH_NEW,        new,        "id account instrument side type tif self_trade flags qty price; struct match_terms may follow") \
    X(MATCH_MODIFY,     modify,     "id, account, other: its new id, price, qty, flags; struct match_terms may follow") \
    X(MATCH_CANCEL,     cancel,     "id, account")                                                 \
    X(MATCH_CANCEL_ALL, cancel_all, "account, instrument or MATCH_INSTRUMENT_ALL")                 \
    X(MATCH_CLOSE,      close,      "id: of the closing order, account, other: the tracked order, or 0 and instrument, qty or 0: whole")
/* clang-format on */

#define MATCH_INPUT_ENUM(kind, name, fields) kind,
enum match_input_kind { MATCH_INPUTS(MATCH_INPUT_ENUM) MATCH_INPUT_COUNT };

enum match_type {
    MATCH_TYPE_NONE,
    MATCH_LIMIT,
    MATCH_MARKET,
    MATCH_STOP,          /* a market order once the last price reaches the trigger */
    MATCH_STOP_LIMIT,    /* a limit order then */
    MATCH_TRAILING_STOP, /* a stop whose trigger follows the best last price at a distance */
    MATCH_TYPE_COUNT,
};

enum match_tif { MATCH_GTC, MATCH_DAY, MATCH_IOC, MATCH_FOK, MATCH_TIF_COUNT };

/* What happens where an order would trade with one of its own group; the arriving order says. */
enum match_self_trade {
    MATCH_CANCEL_NEWEST,
    MATCH_CANCEL_OLDEST,
    MATCH_CANCEL_BOTH,
    MATCH_DECREMENT, /* both lose the smaller quantity, without a trade */
    MATCH_SELF_TRADE_COUNT,
};

enum match_link {
    MATCH_ALONE,
    MATCH_PAIR, /* one cancels other: this order and legs[0] share one quantity */
    MATCH_LEGS, /* one triggers other(s): legs come to life as this order fills; two are a pair */
    MATCH_LINK_COUNT,
};

enum match_flag {
    MATCH_POST_ONLY = 1,
    MATCH_TRACK = 2,             /* stays known after its last fill, until it is closed: CLOSE */
    MATCH_CLEAR_TAKE_PROFIT = 4, /* MODIFY: legs[0] is removed */
    MATCH_CLEAR_STOP_LOSS = 8,   /* MODIFY: legs[1] is removed */
    MATCH_FLAGS_ALL = 15,
};

/* The phases of an instrument: the values of input.type in MATCH_PHASE. */
/* clang-format off */
#define MATCH_PHASES(X)                                                                            \
    X(MATCH_UNLISTED, unlisted, "no instrument has this index")                                    \
    X(MATCH_CLOSED,   closed,   "orders may be canceled; nothing else")                            \
    X(MATCH_CALL,     call,     "orders collect for an auction, nothing trades")                   \
    X(MATCH_OPEN,     open,     "orders match as they arrive")                                     \
    X(MATCH_HALTED,   halted,   "orders may be canceled; nothing else, until resumed")             \
    X(MATCH_PAUSED,   paused,   "a price band was hit: a call that ends by itself")
/* clang-format on */
#define MATCH_PHASE_ENUM(phase, name, meaning) phase,
enum match_phase { MATCH_PHASES(MATCH_PHASE_ENUM) MATCH_PHASE_COUNT };

struct match_input {
    uint64_t number; /* strictly increasing; every event names the number of its input */
    nanos_t time;    /* the engine's time is the latest it was told; it never goes back */
    order_id_t id;   /* 1..MATCH_ID_MAX, any value; of orders that live, unique */
    order_id_t other;
    price_t price;
    qty_t qty;
    uint32_t account;
    uint16_t instrument;
    uint16_t bytes; /* of the whole input, what follows included */
    uint8_t kind;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    uint8_t self_trade;
    uint8_t flags;
    uint8_t spare[2];
};
static_assert(sizeof(struct match_input) == 64, "an input is one cache line");

/* An order that waits for another one.  type MATCH_TYPE_NONE: there is none. */
struct match_leg {
    price_t price;   /* of LIMIT and STOP_LIMIT */
    price_t trigger; /* of STOP and STOP_LIMIT; the distance of a TRAILING_STOP */
    uint8_t type;    /* any but MARKET */
    uint8_t side;
    uint8_t spare[6];
};

/* Behind a NEW: what only some orders have.  Behind a MODIFY: what is to change, 0 being unchanged;
 * display and link cannot. */
struct match_terms {
    price_t trigger;          /* of STOP and STOP_LIMIT; the distance of a TRAILING_STOP */
    qty_t display;            /* of an iceberg: the most that is shown at once; 0: all */
    struct match_leg legs[2]; /* a bracket: [0] takes the profit, [1] stops the loss */
    uint8_t link;
    uint8_t spare[7];
};
static_assert(sizeof(struct match_terms) == 72, "no holes");

enum match_class {
    MATCH_PLAIN,   /* nothing is paid: positions only */
    MATCH_SPOT,    /* base against quote, both reserved before */
    MATCH_FUTURES, /* a position with margin, settled in quote */
    MATCH_CLASS_COUNT,
};

/* Behind a LIST.  Seconds count from midnight UTC; calendar all zero: no calendar. */
struct match_listing {
    char symbol[16];    /* for people; padded with zeroes */
    price_t tick;       /* smallest step of the price */
    qty_t lot;          /* smallest step of the quantity */
    qty_t size;         /* base units in one contract: QTY_ONE for shares and coins */
    price_t price_max;  /* highest price of an order; at most MATCH_TICKS_MAX ticks */
    qty_t qty_max;      /* largest quantity of an order; at most MATCH_LOTS_MAX lots */
    price_t reference;  /* the price that bands, auctions and margins start from */
    price_t band;       /* farthest from the reference that a trade may be; 0: anywhere */
    price_t collar;     /* farthest through the best opposite price that a market order goes */
    uint64_t pause_ns;  /* how long a band's pause lasts */
    uint32_t window;    /* ticks from the best to the worst order of a side: a power of two */
    uint32_t maker_ppm; /* fees, of the value, in quote; below MATCH_PPM */
    uint32_t taker_ppm;
    uint32_t initial_ppm;     /* margin to open, of the value; FUTURES: 1..MATCH_PPM */
    uint32_t maintenance_ppm; /* margin to keep; at most initial_ppm */
    uint32_t call_s;          /* the opening call begins, */
    uint32_t open_s;          /* its auction opens the market, */
    uint32_t closing_s;       /* the closing call begins, */
    uint32_t close_s;         /* its auction closes it; each later than the one before */
    uint16_t base;            /* assets; of MATCH_SPOT and MATCH_FUTURES */
    uint16_t quote;
    uint8_t class_of; /* enum match_class */
    uint8_t phase;    /* to begin in: CLOSED, CALL, OPEN or HALTED */
    uint8_t spare[6];
};
static_assert(sizeof(struct match_listing) == 136, "no holes");

#endif
