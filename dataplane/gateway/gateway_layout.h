#ifndef DATAPLANE_GATEWAY_GATEWAY_LAYOUT_H
#define DATAPLANE_GATEWAY_GATEWAY_LAYOUT_H

/* Private to gateway*.c: how the gateway is laid out.
 *
 *     strategy[i] ── orders at ──► venue[v].order[first..+orders)     what its delegate is shown
 *                                  venue[v].at[same, UNIQUE too]  ── chain ─┐
 *     order number ── index ──► venue[v].chain[n]: an order, what it replaced ◄──┘
 *
 * A key of a strategy is a slot of its venue: slot = strategy.first + key.  UNIQUE orders have the
 * slots behind all keys.  A strategy at several venues has a slot for each key at each of them, of
 * which one at most is not ORDER_NONE, and shows its delegate what they are together
 * (gateway_venues.c).
 *
 * A chain lives from the first PASS of an order until long after its end (GATEWAY_RECENT closed
 * ones are remembered), so that a late execution still finds its strategy and symbol.  Its cum is
 * the one place where executions become positions: whatever says that more was executed of an order
 * than its chain knows moves risk, the holding and the delegate by the difference, and nothing else
 * does.  So twice, out of turn and replayed after a restart are one case.
 *
 * Work in progress: a call of the slots appends to venue.out; gateway_drain takes its says and
 * requests until none are left.  A request that is refused is answered at once, which may append
 * more; nothing recurses.
 *
 * Invariants, checked by gateway_verify:
 * - an order of the slots that was sent is the order of the slot's chain, which is open and has a
 *   risk order; an open chain has such a slot;
 * - a holding's working is the number of its open chains; of a vacant place it is 0;
 * - the index holds the numbers of all chains and no others;
 * - a delegate's orders are what slots_look says;
 * - of the slots of a key at several venues one at most is not ORDER_NONE. */

#include "dataplane/gateway/gateway.h"
#include "dataplane/gateway/gateway_absent.h"
#include "dataplane/gateway/gateway_day.h"
#include "dataplane/route/list.h"
#include "dataplane/route/order_index.h"
#include "dataplane/route/slots.h"

#define GATEWAY_NONE     UINT32_MAX
#define GATEWAY_RECENT   1024u  /* closed chains remembered, a venue */
#define GATEWAY_BLOCK    65536u /* order numbers reserved at once */
#define GATEWAY_REQUESTS 64u    /* of one turn of the work in progress */
#define GATEWAY_SAYS     (8ul * GATEWAY_REQUESTS * SLOTS_SAYS_A_CALL)
#define GATEWAY_SWEEP    4096u /* slots visited in one turn */
#define GATEWAY_STUCK    2u    /* cancels that the venue refused at once, before one waits */
#define GATEWAY_PORT_ALL 3u    /* numbers of one chain: order, asked, before */

__extension__ typedef __int128 gateway_wide; /* 1e-16 of the quote currency */

/* Tokens, in messages times a second of ns. */
struct gateway_bucket {
    uint64_t rate; /* messages a second; 0: none */
    uint64_t most;
    uint64_t level;
};

struct gateway_chain {
    CACHE_ALIGNED order_id_t order;
    order_id_t asked;  /* replacement under way, or 0 */
    order_id_t before; /* what order replaced, or 0 */
    price_t price;
    qty_t total;
    qty_t cum;    /* executed, of all its orders: what positions know */
    qty_t offset; /* of it, before risk adopted the order */
    uint64_t sequence;
    price_t asked_price;
    qty_t asked_total;
    qty_t said; /* recovery: cum and leaves of order as the venue said last; 0: it has not */
    uint32_t slot;
    uint32_t key; /* or DELEGATE_KEY_NONE */
    uint32_t strategy;
    uint32_t symbol;
    uint32_t risk; /* while open */
    uint8_t side;
    uint8_t how;
    bool open;
    bool replacing; /* risk counts the replacement too */
    bool seen;
    bool keyless;     /* of before the start: it had a key that its strategy has here no more */
    struct link link; /* in free, or in recent */
};

/* What is known of a slot besides its state. */
struct gateway_slot {
    uint32_t chain;    /* 0: none open */
    uint32_t strategy; /* of a UNIQUE one: while used */
    uint32_t key;
    uint32_t symbol; /* of its newest order */
    bool used;       /* a UNIQUE one */
    bool many;       /* of a key that has slots at other venues too */
    uint8_t refused_side;
    uint8_t refused_how;
    price_t refused_price; /* the newest terms that risk refused, */
    qty_t refused_qty;
    nanos_t refused_at; /* and when; 0: none */
    nanos_t stuck_at;   /* when the venue refused to cancel its order last, */
    uint32_t stuck;     /* and how often it has */
};

struct gateway_symbol {
    uint32_t venue;
    uint32_t local;      /* its number at the venue's port */
    uint32_t instrument; /* or GATEWAY_NONE */
    price_t mark;        /* newest reference; 0: none */
    nanos_t mark_at;
    bool marked;    /* risk has a mark */
    bool opening;   /* the market has shown no price yet: the plan's stands for it */
    bool due;       /* the mark is newer than risk's: in mark_due */
    uint32_t marks; /* of the symbols that are due: the next one */
    struct delegate_terms terms;
};

struct gateway_strategy {
    struct gateway_strategy_plan plan; /* who is there; its name is the one below */
    char name[DELEGATE_NAME_MAX + 1];
    void *self;
    uint32_t delegate; /* the dispatcher's number; DISPATCH_NONE: outside */
    uint32_t venue;
    uint32_t first; /* slot of key 0 */
    uint32_t *link; /* instrument to symbol, or GATEWAY_NONE: its venue's, or with many its own */
    struct delegate_order *order;          /* what its delegate is shown, by key: likewise */
    bool many;                             /* it is at several venues: */
    uint32_t venues;                       /* which ones, 1 << venue; */
    uint32_t first_at[GATEWAY_VENUES_MAX]; /* and slot of key 0 there */
    uint32_t orders;
    uint32_t uniques; /* used */
    struct gateway_strategy_counts counts;
    bool off;
    bool done;
    bool vacant;  /* a delegate may be attached */
    bool leaving; /* it will be, once it has no order: gateway_leave */
    uint32_t orders_room;
    uint32_t uniques_room;
    uint32_t legs_room;
    uint16_t *legs_memory;
    bool tripped;        /* to be halted: gateway_trips */
    uint16_t legs_known; /* of one that works in all */
    uint16_t *leg;       /* the same: by instrument */
    uint16_t *legs;      /* listed: instrument + 1 by leg; 0: not known yet */
    /* Reports that wait for its queue, and closed orders behind them. */
    struct message *waiting;
    uint32_t waiting_most;
    uint32_t waiting_first;
    uint32_t waiting_count;
    uint32_t closes;
    struct gateway_known known; /* of one outside */
};

struct gateway_hold {
    qty_t position;
    qty_t bought; /* this, sold and fills: since the journal began */
    qty_t sold;
    uint64_t fills;
    gateway_wide cash; /* since the day began, less what was carried then */
    qty_t unpriced;    /* of position: carried over a day's end before there was a mark */
    uint32_t working;
    uint32_t reserved;
};

struct gateway_venue {
    const struct gateway_venue_plan *plan;
    const struct trade_port_kind *kind;
    void *port;
    struct slots *slots;
    void *slots_memory;
    struct slots_limits limits;
    struct slots_venue can;
    uint32_t number;
    bool up;
    uint64_t next_sequence;
    uint32_t symbols;
    uint32_t *symbol_of; /* local to global */

    struct slots_out out;
    struct slot_request *batch; /* the other half of out.requests */
    struct slots_allowance allowance;

    struct gateway_bucket orders;
    struct gateway_bucket cancels;
    nanos_t filled_at;
    order_id_t first_order; /* of this start */
    order_id_t reserved;    /* numbers below it may be used, */
    order_id_t reserving;   /* and below it once that record is durable */
    uint64_t reserving_record;

    struct order_index *index;
    struct gateway_chain *chain; /* [1..chains] */
    uint32_t chains;
    struct list chain_free;
    struct list chain_recent; /* closed, the oldest first */
    uint32_t recent;
    struct gateway_slot *at;      /* by slot */
    struct delegate_order *order; /* by slot, of keys */
    uint32_t *link;               /* instrument to symbol, or GATEWAY_NONE */

    uint32_t sweep_next; /* slots that may have to stop: from there on, */
    uint32_t sweep_left; /* so many, round */

    uint64_t reconcile_number;
    nanos_t reconcile_at;
    uint32_t reconcile_next; /* slot; gateway_slots_all: not under way */
};

/* An order, or a replacement, that is written down and on its session, of which risk, the port and
 * the strategy have not been told yet.  Before anything else happens they are: gateway_settle.  So
 * what a decision has said leaves before it is told; of several the last one, since each is checked
 * with all others counted. */
struct gateway_loose {
    struct gateway_venue *venue; /* NULL: there is none */
    struct port_request message;
    struct gateway_pass pass;
};

struct gateway {
    const struct gateway_plan *plan;
    struct gateway_outlet outlet;
    struct dispatch *dispatch;
    struct risk *risk;
    struct gateway_counts counts;
    struct gateway_venue venue[GATEWAY_VENUES_MAX];
    struct gateway_strategy *strategy;
    uint32_t *by_place;          /* dispatcher's place to strategy */
    struct listing_name *listed; /* by instrument, as the feed lists it; zero: not yet */
    struct gateway_symbol *symbol;
    struct gateway_hold *holding; /* by strategy, then symbol */
    uint32_t mark_due;            /* first symbol whose mark is due, or GATEWAY_NONE */
    uint32_t away;                /* venues whose session is down, 1 << venue */
    uint32_t trips;               /* strategies to be halted */
    uint32_t leavings;            /* strategies */
    uint32_t openings;            /* symbols */
    struct gateway_days day;
    uint64_t intent_sequence;
    uint64_t report_number;
    uint64_t journalled;
    struct gateway_loose loose;
    bool late; /* a decision is under way: its last order may stay loose */
    bool sent; /* something was put on a session since this was cleared */
    bool started;
    bool stopping;
    bool keep;
    bool broken; /* the journal took no record that must be there: nothing new leaves, and no report
                  * is written any more, so that what venues have said since is asked for again */
    struct risk_record tightened; /* the newest that let less pass */
    /* Recovery: a batch that may be replaced; rows whose last is not read; strategies of the
     * journal by their numbers. */
    uint32_t controls;
    uint32_t controls_left;  /* of the batch, unread */
    uint64_t controls_first; /* its first number; 0: there is none */
    struct risk_record control[GATEWAY_CONTROLS_MAX];
    uint32_t parts;
    struct gateway_report part[TRADE_PORT_REPORTS_MAX];
    uint16_t read_as[GATEWAY_STRATEGIES_MAX]; /* 1 + ours; 0: there is none */
    uint32_t absents;                         /* gateway_absent.h: their places are behind ours, */
    gateway_wide *absent_traded;              /* so much of each on the day; */
    struct gateway_absent_name *absent_name;  /* and who has none, by the journal's number */
    struct gateway_heard unsettled;           /* what was heard last, if nothing was done since */
    bool unsettled_is;
    struct gateway_answer *answer; /* of the intent being heard; NULL: none is */
    uint32_t answer_key;
    uint32_t answer_strategy;
};

static inline struct links gateway_chain_links(const struct gateway_venue *venue)
{
    return LINKS_OF(venue->chain, link);
}

static inline struct gateway_hold *gateway_hold_at(const struct gateway *gateway, uint32_t strategy,
                                                   uint32_t symbol)
{
    return &gateway->holding[(size_t)strategy * gateway->plan->symbols + symbol];
}

static inline uint32_t gateway_slots_all(const struct gateway_venue *venue)
{
    return venue->limits.slots + venue->limits.uniques;
}

static inline bool gateway_slot_unique(const struct gateway_venue *venue, uint32_t slot)
{
    return slot >= venue->limits.slots;
}

static inline struct gateway_chain *gateway_chain_of(const struct gateway_venue *venue,
                                                     uint32_t slot)
{
    uint32_t chain = venue->at[slot].chain;
    return chain ? &venue->chain[chain] : NULL;
}

/* gateway_venues.c: strategies at several venues.  COLD: out of the way of the others. */

/* The venues of a plan's legs, 1 << venue each. */
uint32_t gateway_venues_of(const struct gateway_strategy_plan *of);
/* The symbol has an instrument now, or may have another one: strategies at several venues link. */
void gateway_link(struct gateway *gateway, uint32_t symbol);
void gateway_link_all(struct gateway *gateway, uint32_t strategy);
/* What its delegate is shown of a key whose slot has changed. */
COLD void gateway_key_show(struct gateway *gateway, const struct gateway_venue *venue,
                           uint32_t slot);
/* Where a key's order is; where it has none, any of them. */
uint32_t gateway_key_venue(const struct gateway *gateway, const struct gateway_strategy *strategy,
                           uint32_t key);
/* Whether a key's slot at another venue is not ORDER_NONE. */
COLD bool gateway_key_elsewhere(const struct gateway *gateway,
                                const struct gateway_strategy *strategy, uint32_t venue,
                                uint32_t key);
void gateway_venues_verify(const struct gateway *gateway);

/* The slot of a strategy's key at one of its venues. */
static inline uint32_t gateway_slot_of(const struct gateway_strategy *strategy, uint32_t venue,
                                       uint32_t key)
{
    return (strategy->many ? strategy->first_at[venue] : strategy->first) + key;
}

static inline bool gateway_is_at(const struct gateway_strategy *strategy, uint32_t venue)
{
    return strategy->venues >> venue & 1;
}

/* Whether one of the legs that are named is the symbol, at its venue. */
bool gateway_names_leg(const struct gateway_strategy_plan *of,
                       const struct gateway_symbol_plan *symbol);

/* Something of a key was refused: its delegate is shown how often. */
static inline void gateway_refused(struct gateway *gateway, struct gateway_venue *venue,
                                   uint32_t slot)
{
    venue->order[slot].refused++;
    if (unlikely(venue->at[slot].many)) gateway_key_show(gateway, venue, slot);
}

/* It needs all its venues, and one is away. */
static inline bool gateway_lacks(const struct gateway *gateway,
                                 const struct gateway_strategy *strategy)
{
    return strategy->plan.all_venues && (strategy->venues & gateway->away) != 0;
}

/* gateway_chain.c: orders by their numbers. */
struct gateway_chain *gateway_chain_find(const struct gateway_venue *venue, order_id_t order);
/* A new one of the slot; the caller fills in its fields. */
struct gateway_chain *gateway_chain_open(struct gateway *gateway, struct gateway_venue *venue,
                                         uint32_t slot, order_id_t order);
void gateway_chain_ask(struct gateway_venue *venue, struct gateway_chain *chain, order_id_t asked);
void gateway_chain_adopt(struct gateway_venue *venue, struct gateway_chain *chain);
void gateway_chain_drop(struct gateway_venue *venue, struct gateway_chain *chain); /* asked */
void gateway_chain_close(struct gateway *gateway, struct gateway_venue *venue,
                         struct gateway_chain *chain);
/* One that was closed before, as is says; order, asked and before are new to the index. */
void gateway_chain_remember(struct gateway_venue *venue, const struct gateway_chain *is);

/* gateway_send.c: what the slots ask for, on its way; and what they say. */

void gateway_room(struct gateway *gateway, struct gateway_venue *venue, nanos_t now);
/* The slot that was refreshed last, behind its request; or SLOTS_NONE. */
uint32_t gateway_drain(struct gateway *gateway, struct gateway_venue *venue, nanos_t now);
void gateway_reserve_ahead(struct gateway *gateway, struct gateway_venue *venue);
void gateway_settle_one(struct gateway *gateway);
/* Whoever is called with an order loose, or ends with one, settles it first. */
static inline void gateway_settle(struct gateway *gateway)
{
    if (gateway->loose.venue) gateway_settle_one(gateway);
}
void gateway_query(struct gateway *gateway, struct gateway_venue *venue,
                   const struct slot_request *request, nanos_t now);

/* gateway_answer.c */
/* The delegate's order as slots_look has it; and what a UNIQUE slot leaves when it is free. */
void gateway_refresh(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot);
void gateway_say(struct gateway *gateway, struct gateway_venue *venue, const struct slot_say *say,
                 nanos_t now);

/* gateway_fill.c: executions become positions. */

struct gateway_fill {
    price_t price;
    qty_t qty;
};
void gateway_filled(struct gateway *gateway, struct gateway_chain *chain,
                    const struct gateway_fill *fill, nanos_t now);

/* gateway_journal.c: what is written down, and the drop copy. */

/* Written, or the gateway is broken. */
void gateway_write(struct gateway *gateway, enum gateway_record kind, const void *record,
                   uint32_t bytes);
bool gateway_write_pass(struct gateway *gateway, const struct gateway_pass *pass);
/* Numbers a row, and gives it to the drop copy; in the journal it is if must. */
void gateway_row(struct gateway *gateway, struct gateway_report *row, bool must);
/* A row about a chain, or about a slot without one. */
struct gateway_report gateway_row_of(const struct gateway_venue *venue, uint32_t slot,
                                     enum gateway_report_kind kind, nanos_t now);

/* gateway_tell.c: reports to delegates. */

struct gateway_news {
    enum message_kind kind;
    uint32_t strategy;
    uint32_t symbol;
    uint32_t key;
    order_id_t child;
    price_t price;
    qty_t qty;
    qty_t leaves;
    uint8_t side;
};
void gateway_tell(struct gateway *gateway, const struct gateway_news *news, nanos_t now);
void gateway_tell_more(struct gateway *gateway, uint32_t strategy); /* its queue has room again */
void gateway_child(struct gateway *gateway, uint32_t strategy, bool opened);
void gateway_wake(struct gateway *gateway, uint32_t strategy); /* it is to look at its truth */
/* In every instrument: whether it may trade there has changed. */
void gateway_wake_all(struct gateway *gateway, uint32_t strategy);

/* gateway_decide.c */

void gateway_openings(struct gateway *gateway, nanos_t now);
enum trading_state gateway_trading(const struct gateway *gateway,
                                   const struct gateway_strategy *strategy, uint32_t symbol);
void gateway_complete(void *context, uint32_t place, struct composite *composite);

/* Subscribes a delegate to an instrument that it wants. */
void gateway_leg(struct gateway *gateway, uint32_t strategy, uint32_t instrument);

/* gateway_unique.c */

/* A strategy's UNIQUE order is to be no more: by its number, at this venue if several have it, or,
 * of a strategy outside, by the sequence that it was said with.  OK; SAME: it is to go already;
 * UNKNOWN_SLOT: it is not open. */
enum slots_status gateway_unique_stop(struct gateway *gateway, struct gateway_venue *venue,
                                      uint32_t strategy, uint64_t unique, nanos_t now);

/* gateway_attach.c */

/* Its delegate takes part. */
void gateway_enter(struct gateway *gateway, uint32_t strategy);
void gateway_leave(struct gateway *gateway); /* those whose orders are over */
void gateway_stay(struct gateway *gateway);  /* who has orders of before, and no delegate */
/* The journal's START, and whose the numbers are. */
void gateway_write_names(struct gateway *gateway);
const char *gateway_read_start(struct gateway *gateway, const struct gateway_start *start);
const char *gateway_read_name(struct gateway *gateway, const struct gateway_named *named);
/* Ours of the journal's number, or GATEWAY_NONE. */
uint32_t gateway_read_as(const struct gateway *gateway, uint32_t strategy);

/* gateway_hear.c */

/* What the gateway does is an answer to the intent being heard, if there is one. */
void gateway_hear_counter(struct gateway *gateway, const struct counter *counter);
void gateway_hear_order(struct gateway *gateway, order_id_t order);
void gateway_hear_pass(struct gateway *gateway, const struct gateway_pass *pass);
void gateway_hear_row(struct gateway *gateway, const struct gateway_report *row);
/* The sequence of the word that an order of before the start is of, for who has its key now. */
uint64_t gateway_word_of(const struct gateway *gateway, const struct gateway_venue *venue,
                         const struct gateway_chain *chain);
/* A record of the journal that is of kind, or that another one follows. */
const char *gateway_read_heard(struct gateway *gateway, const struct gateway_heard *heard);
void gateway_settle_heard(struct gateway *gateway, enum gateway_record next);
/* Whether a record of this kind says that what was heard has acted or not; whether it has; and what
 * is known by it. */
bool gateway_heard_settles(enum gateway_record next);
bool gateway_heard_acted(const struct gateway_heard *heard, enum gateway_record next);
void gateway_known_take(struct gateway_known *known, const struct gateway_heard *heard);

/* gateway_before.c: orders of before the start. */

/* Whether all that were read into slots for reading have others to go to; and they go there. */
bool gateway_before_placed(const struct gateway *gateway, char *problem, size_t capacity);
void gateway_before_move(struct gateway *gateway, struct gateway_venue *venue);
/* So much of an order risk can still add up. */
qty_t gateway_before_counted(const struct gateway *gateway, const struct risk_order *order);

/* Its strategy has no leg or key for it any more. */
bool gateway_unfit(const struct gateway *gateway, const struct gateway_venue *venue, uint32_t slot);
void gateway_unfit_count(struct gateway *gateway);
/* The key is wanted for this symbol; false: it has no order of before the start in another one.
 * Else that is to go first. */
bool gateway_before_stop(struct gateway *gateway, const struct gateway_strategy *strategy,
                         uint32_t key, uint32_t symbol, nanos_t now);

/* gateway_control.c */

/* Has every slot of a strategy, or with GATEWAY_NONE every slot, looked at: who must stop? */
void gateway_sweep(struct gateway *gateway, uint32_t strategy, nanos_t now);
void gateway_sweep_more(struct gateway *gateway, nanos_t now);
void gateway_shut_slots(struct gateway *gateway, uint32_t strategy, bool shut);
void gateway_shut(struct gateway *gateway, uint32_t strategy, nanos_t now); /* and sweep */
void gateway_trips(struct gateway *gateway, nanos_t now); /* halts whom fills have stopped */

/* gateway_tick.c */
void gateway_marks(struct gateway *gateway);
void gateway_reconcile(struct gateway *gateway, struct gateway_venue *venue, nanos_t now);
/* The answer to a query of the gateway's own, not of a slot's, is taken.  False: it is of another
 * one, or late: only what was executed is news. */
bool gateway_reconciled(struct gateway *gateway, struct gateway_venue *venue,
                        const struct port_report *report, nanos_t now);

#endif
