#ifndef DATAPLANE_ENTRY_ENTRY_LAYOUT_H
#define DATAPLANE_ENTRY_ENTRY_LAYOUT_H

/* How the ports are held.  For the files of this folder.
 *
 *     taken side                                      shown side
 *     session: next number, limits, firms             order: open, told, reference
 *     tokens, timers, recent orders      asks         phases as told
 *     order: side_now, session's list   ──────►
 *
 * Two times meet here.  What is decided and taken happens now; what is told happens when the events
 * of it are shown, perhaps much later.  Each field belongs to one of the two sides, and a decision
 * reads nothing of the shown side: whether an order lives, it asks the engine.  Timers are between
 * the two: they come when their orders are taken and go when the end is shown, so which of those
 * that live is due first is the same whatever was shown, and how many there are is not.  So is the
 * number of living orders of a session: no fewer than live, and those when all was shown.
 *
 * The asks between the two are a queue in the order of their numbers: what an event means that an
 * engine cannot say (a change was a partial cancel, a cancel was a timer's), and the answers that
 * the port gives itself.
 *
 * An order's record lives from entry_taken until its last event is shown.  A replacement is a new
 * record; the old one ends when the replacement is shown. */

#include "dataplane/entry/entry.h"
#include "dataplane/entry/entry_unit.h"
#include "dataplane/match/match_reference.h"
#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"

#include <string.h>

enum {
    ENTRY_CHANNELS = 256,
    ENTRY_ID_CHANNEL_SHIFT = 55,
};

/* How long an order lasts, in either dialect. */
enum lasts { LASTS_DAY, LASTS_IMMEDIATE, LASTS_TIMED, LASTS_WRONG };

/* An order as its message asks for it, and as answers repeat it. */
struct entry_terms {
    uint64_t price_e4;
    uint64_t symbol;
    uint32_t qty;
    uint32_t time_s; /* 5.0: ExpireTime; 4.2: Time in Force as it came */
    uint32_t max_floor;
    uint32_t min_qty;
    struct text14 name; /* ClOrdID, or token */
    char firm[4];
    char side;
    char tif; /* 5.0's letter */
    char display;
    char capacity;
    char iso;
    char cross;
    char aiq; /* as given, or 0 */
    bool post_only;
    bool market;
    uint8_t lasts;
    uint16_t group;
    uint8_t firm_index;
    uint8_t self_trade; /* enum match_self_trade */
    uint32_t given;     /* tags to repeat, bit by number */
};

struct entry_order {
    /* The shown side. */
    order_id_t id; /* 0: the slot is free; set when taken, never changed */
    uint64_t reference;
    uint32_t open;     /* shares */
    uint32_t executed; /* shares, with those of what it replaces */
    uint32_t replaces; /* the n of what it has replaced; 0: it is the first */
    bool told;         /* accepted, or replaced, as far as the session knows */

    /* The taken side. */
    char side_now;
    uint8_t channel;
    bool lives; /* counts in its session's living */
    uint16_t session;
    uint16_t instrument;
    uint32_t n;      /* UserRefNum, or the token's count */
    uint32_t before; /* in the session's list; of a free slot, after is the next free one */
    uint32_t after;
    uint32_t timer; /* its place in the heap, from 1; 0: it has none */
    struct entry_terms terms;
};
static_assert(sizeof(struct entry_order) == 128, "two cache lines");
static_assert(ENTRY_SESSIONS_MAX <= UINT16_MAX, "a session's number fits");

/* What an input was for, or an answer of the port's own. */
enum ask_kind {
    ASK_NONE,
    ASK_NEW,     /* slot */
    ASK_REPLACE, /* slot: the replacement, other: the slot of the old order; letter: U, told */
    ASK_REDUCE,  /* slot: a partial cancel */
    ASK_MODIFY,  /* slot, letter: the side */
    ASK_CANCEL,  /* slot, letter: the reason to tell */
    ASK_ANSWER,  /* other: the session; bytes in entry_answer; letter: ASK_REFUSES, of an order */
    ASK_DAY,     /* to all sessions; bytes in entry_answer */
    ASK_SILENT,  /* a record without an answer */
};

struct entry_ask {
    uint64_t number;
    nanos_t midnight; /* DAY: of the answers from here on */
    uint32_t slot;
    uint32_t other;
    uint8_t kind;
    char letter;
    uint8_t length; /* of the answer */
    uint8_t spare[5];
};

#define ENTRY_ANSWER_MAX 63u
#define ASK_REFUSES      'J'

/* A Rejected of the port's own, and what a report says beside it. */
struct entry_refused {
    uint8_t bytes[36];
    uint32_t replaces; /* the n of what it was to replace; 0: of nothing */
    order_id_t order;
    price_t price;
    uint32_t qty; /* shares */
    uint16_t instrument;
    uint8_t side;
    uint8_t cause; /* enum entry_cause */
};

union entry_answer {
    uint8_t bytes[ENTRY_ANSWER_MAX + 1];
    struct entry_refused refused;
};
static_assert(sizeof(union entry_answer) == CACHE_LINE, "no holes");

/* Which orders a sweep cancels, and how far it is. */
struct entry_sweep {
    uint64_t symbol; /* 0: all */
    uint32_t at;     /* the next slot to look at; 0: no sweep */
    uint8_t firm;    /* index; ENTRY_FIRMS: all */
    char side;       /* 0: all */
    char reason;
    bool by_channel;
    uint8_t channel;
    bool by_group;
    uint16_t group;
};

struct entry_recent {
    nanos_t time;
    uint64_t price_qty; /* price_e4 << 32 | shares; 0: none */
    uint32_t what;      /* instrument << 1 | sells */
};

struct entry_session {
    struct entry_plan plan;
    bool open;            /* has a plan */
    uint8_t disabled;     /* bit by firm */
    uint8_t recent_next;  /* where the next one goes */
    nanos_t interval_ns;  /* between two requests at the full rate */
    nanos_t rate_at;      /* when the bucket is full again */
    uint32_t first, last; /* of its orders, by age */
    uint32_t orders;      /* in the list, dead ones included */
    uint32_t timed;       /* of them, those with a timer */
    uint32_t living;      /* of them, those whose end was neither shown nor asked for, but for
                           * immediate ones; a replacement counts when it is told, instead of its
                           * original */
    struct entry_sweep sweep;
};

/* An instrument as the port needs it. */
struct entry_instrument {
    uint64_t symbol;        /* 0: none */
    struct entry_unit tick; /* of a price_t */
    struct entry_unit lot;  /* of a qty_t */
    price_t tick_size;
    price_t price_max;
    price_t reference;
    qty_t qty_max;
    /* The shown side. */
    uint8_t phase; /* as told */
    uint8_t phase_listed;
    char cross; /* the letter of an auction that ends the call it is in */
};

struct entry_token {
    struct text14 token;
    uint16_t session;
    uint32_t n; /* 0: empty */
};

struct entry_timer {
    nanos_t time;
    uint32_t slot;
};

/* What was decided last. */
struct entry_decision {
    CACHE_ALIGNED struct match_input input;
    struct match_terms terms; /* right behind it */
    struct entry_ask ask;
    union entry_answer answer;
    struct entry_sweep sweep; /* to begin, if sweeps */
    struct entry_token token; /* to remember, if its n is not 0 */
    nanos_t rate_at;
    nanos_t timer_at; /* of the new order; 0: none */
    nanos_t time;
    uint64_t fingerprint; /* entry_recent.price_qty; 0: none */
    uint32_t what;
    uint32_t session;
    uint32_t urn; /* consumed; 0: none */
    uint8_t verdict;
    uint8_t cause;
    uint8_t channel;
    uint8_t disabled; /* the session's, afterwards */
    bool counts;      /* in the bucket */
    bool sweeps;
    bool steps;    /* the input was a sweep's */
    bool expires;  /* the input was a timer's */
    bool request;  /* of entry_request */
    char side_now; /* of the order in ask.slot, if not 0 */
    char day;      /* S, E, or 0 */
};
static_assert(offsetof(struct entry_decision, terms) == sizeof(struct match_input), "behind it");

struct entry {
    const struct match *match;
    struct entry_sink sink;
    struct entry_limits limits;
    struct entry_counts counts;
    struct entry_decision decided;
    bool day;         /* has begun: the taken side */
    uint32_t days;    /* that have begun: in the second one, numbers may name orders of the first */
    nanos_t midnight; /* of the taken side */
    nanos_t midnight_told;
    uint64_t number; /* of the last call of entry_taken */

    /* Asks are asks[first & mask .. last & mask). */
    uint64_t ask_first, ask_last;
    struct entry_ask *asks;
    union entry_answer *answers;
    struct entry_ask now; /* of the events being shown; its kind NONE: nobody's */
    uint64_t reports;     /* made */

    struct match_follower follower;
    price_t self_price;   /* of the last event that kept two of a group from trading, */
    uint64_t self_number; /* and its input */

    struct entry_order *orders; /* slot 0 is none */
    uint32_t free;
    uint32_t used;
    uint32_t *ids; /* slots by id */
    uint32_t ids_mask;

    struct entry_session *sessions;
    uint32_t *next_urn; /* session << 8 | channel */
    struct entry_recent *recent;

    struct entry_instrument *instruments;
    uint16_t *symbols; /* instrument + 1, by symbol */
    uint32_t symbols_mask;

    struct entry_token *tokens;
    uint32_t tokens_mask;
    uint32_t tokens_used;

    struct entry_timer *timers; /* a heap, earliest first; each is of a record */
    uint32_t timers_used;
    uint32_t timers_room;
};

static inline uint64_t entry_hash(const struct entry *entry, uint64_t key)
{
    uint64_t mixed = (key ^ entry->limits.secret) * 0x9e3779b97f4a7c15u;
    return mixed ^ mixed >> 32;
}

static inline uint64_t symbol_key(struct text8 symbol)
{
    uint64_t key;
    memcpy(&key, symbol.byte, sizeof key);
    return key;
}

static inline struct text8 symbol_of(const struct entry_terms *terms)
{
    struct text8 symbol;
    memcpy(symbol.byte, &terms->symbol, sizeof symbol.byte);
    return symbol;
}

static inline uint32_t shares(qty_t qty)
{
    return (uint32_t)(qty / QTY_ONE);
}

static inline bool side_good(char side)
{
    return side == 'B' || side == 'S' || side == 'T' || side == 'E';
}

static inline bool is_sell(char side)
{
    return side != 'B';
}

#endif
