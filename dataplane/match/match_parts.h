#ifndef DATAPLANE_MATCH_MATCH_PARTS_H
#define DATAPLANE_MATCH_MATCH_PARTS_H

/* What the files of this folder offer each other, by file.  An input runs like this:
 *
 *     match_apply        checks the input, then one command: list, phase, new, modify, cancel, ...
 *       taker_run        an order arrives: trades, then rests, waits for nothing, or ends
 *         ledger_...     reserves, releases and moves money
 *         linked_traded  a pair's other half shrinks at once; a parent is remembered (dirty)
 *         stops_scan     the stops that its trades reach join the queue of fired ones
 *     match_settle       then: legs of dirty parents follow, fired stops run, until none is left
 *
 * Whatever can end an order goes through order_end, which sees to everything that hangs on it. */

#include "dataplane/match/match_layout.h"

/* An order that arrives: new, modified, fired, a leg, or a liquidation. */
struct taker {
    struct instrument *instrument;
    order_id_t id;
    order_id_t leg_of; /* for RESTED.other: the parent of a leg, or 0 */
    uint32_t slot;     /* its slot, or 0: a plain order gets one when it rests */
    uint32_t lots;     /* open */
    uint32_t total;    /* ordered: tie.total when it rests */
    uint32_t holder;   /* holding, or account number */
    uint32_t account;
    uint32_t group;
    uint32_t meta;   /* of the order it becomes; place is set by taker_run */
    int32_t key;     /* limit, on its own side */
    int32_t reserve; /* ticks its lots are reserved at; those it does not keep are released */
    uint8_t type;    /* MATCH_LIMIT, or MATCH_MARKET: the rest is collared or no_liquidity */
    uint8_t tif;
    uint8_t self_trade;
    uint8_t flags; /* enum taker_flag */
    /* Out. */
    uint32_t traded;       /* lots */
    int32_t first_last[2]; /* first and last price in ticks, if traded */
    bool pauses;           /* a band was hit */
};

enum taker_flag {
    TAKER_FREE = 1,   /* nothing is reserved for it: a liquidation, a futures close */
    TAKER_LISTED = 2, /* it is in its holder's list and the id table already */
    TAKER_CLOSES = 4, /* who called taker_run pauses afterwards, if t->pauses */
};

/* match_hot.c: the hot half. */

/* The order trades, then rests (phase OPEN; in CALL and PAUSED it only rests) or ends.  What hangs
 * on it follows; match_settle is due afterwards.  Its lots must have been reserved (ledger_reserve)
 * at t->reserve, unless TAKER_FREE. */
void taker_run(struct match *m, struct taker *t);

/* A taker with what order's slot holds: to run it again. */
struct taker taker_of(const struct match *m, uint32_t slot);

static inline enum side taker_side(const struct taker *t)
{
    return (enum side)(t->meta >> META_SIDE_SHIFT & 1u);
}

/* As an event says it: a market order has none. */
static inline price_t taker_price(const struct taker *t)
{
    return t->type == MATCH_MARKET ? 0 : ticks_price(t->instrument, key_ticks(t->key));
}

/* A maker with META_SPECIAL has traded lots, which its order.lots and its level are less already
 * (book_lots_less): it shows its next part, tells what is linked to it, and goes if it is done. */
void maker_traded(struct match *m, uint32_t slot, uint32_t lots);

/* The shown part of an iceberg is gone: the next one is shown at the end of its queue (A7). */
void iceberg_refill(struct match *m, uint32_t slot);

/* match_slots.c: match_slots.h, match_ids.h and match_ladder.h for whoever is not hot. */

uint32_t order_find(const struct match *m, order_id_t id); /* slot or 0 */

/* Lots ordered.  Before they are other than open and traded, and before the order leaves its queue
 * to live on, the total is set. */
uint32_t order_total(const struct match *m, uint32_t slot);

/* A new slot with id in the id table, tie zeroed, in its holder's list; 0 if there is none free.
 * order: id, holder, key, meta, lots. */
uint32_t order_open(struct match *m, const struct order *order, uint32_t total);

/* Gives the slot a special, zeroed but for order, type MATCH_LIMIT; NULL if there is none free. */
struct special *special_open(struct match *m, uint32_t slot);

/* The slot is free again: out of id table, holder's list, special freed.  It is in no queue. */
void order_close(struct match *m, uint32_t slot);

/* Gives it another id.  The new one must be free. */
void order_rename(struct match *m, uint32_t slot, order_id_t id);

/* Into and out of the book of its side, by order.key, at the end of its price's queue; lots count.
 * book_put is false, and nothing happened, if the window or the pages have no room (A8). */
bool book_put(struct match *m, uint32_t slot);
void book_take_out(struct match *m, uint32_t slot);
void book_lots_less(struct match *m, uint32_t slot, uint32_t by); /* of those shown; not all */

/* The same for the waiting ladders, by order.key. */
bool waits_put(struct match *m, uint32_t slot);
void waits_take_out(struct match *m, uint32_t slot);
void waits_lots_less(struct match *m, uint32_t slot, uint32_t by);

/* match_order.c: what may happen to any order, wherever it is. */

uint32_t order_open_lots(const struct match *m, uint32_t slot); /* what is hidden included */
price_t order_price(const struct match *m, uint32_t slot);      /* as an event says it */

/* Takes the order out of wherever it is, says CANCELED with reason, releases what it reserved,
 * frees it (or leaves it PLACE_HELD: E4, E7), and ends or tells what is linked to it. */
void order_end(struct match *m, uint32_t slot, enum match_reason reason);

/* The same without the event and the release: it has nothing open, or both were seen to. */
void order_gone(struct match *m, uint32_t slot, enum match_reason reason);

/* Open lots become less by by, hidden ones first, wherever the order is; released if reserved. */
void order_shrink(struct match *m, uint32_t slot, uint32_t by);

/* The order loses by lots without a trade: order_shrink and REDUCED with reason; all of it:
 * order_end.  Its place stays. */
void order_reduce(struct match *m, uint32_t slot, uint32_t by, enum match_reason reason);

/* The order in the book loses by of its shown lots to its own group (C2): says REDUCED, or CANCELED
 * with left 0; shows its next part. */
void order_lose_shown(struct match *m, uint32_t slot, uint32_t by);

/* All orders of one holding that are in a book, wait or are fired, oldest first. */
void orders_cancel(struct match *m, uint32_t holder, enum match_reason reason);

/* Commands. */
void order_canceled(struct match *m, uint32_t slot); /* CANCEL of an order with a special */
void command_time(struct match *m, const struct match_input *in);
void command_modify(struct match *m, const struct match_input *in); /* match_modify.c */
void command_cancel_all(struct match *m, const struct match_input *in);

/* match_new_order.c: orders with terms, stops, tracked ones. */
void command_new_special(struct match *m, const struct match_input *in);

/* match_stop.c */

/* Puts a stop (slot open, special filled in: type, trigger or trail, limit, reserve) to wait and
 * says WAITS; or, if its trigger is reached already and the instrument is OPEN, into the queue of
 * fired ones.  It is ended with a reason if there is no room. */
void stop_place(struct match *m, uint32_t slot);
void stop_take_out(struct match *m, uint32_t slot); /* waiting or fired: out of its queue */
/* The stops of b, which is OPEN, that trades at first, then last reach join the fired ones (D4). */
void stops_scan(struct match *m, struct instrument *b, int32_t first, int32_t last);
void stop_run_next(struct match *m); /* the first fired one; there is one */
void stop_modify(struct match *m, uint32_t slot, const struct match_input *in); /* B4 */
/* The first trigger of a trailing stop that arrives now (D3); the ticks that a STOP that fires at
 * trigger is limited to (D2). */
int32_t stop_trigger_now(const struct instrument *b, enum side side, int32_t distance);
int32_t stop_limit_at(const struct instrument *b, enum side side, int32_t trigger);

/* match_linked.c: pairs, legs, tracked orders. */

/* slot, which has META_LINKED, has traded by lots as maker (just now, its lots are already less) or
 * as taker (after it finished), and had left lots then.  The other of a pair shrinks to as many at
 * once; a parent is made dirty. */
void linked_traded(struct match *m, uint32_t slot, uint32_t by, uint32_t left);
/* slot, which has META_LINKED, has lost lots without a trade: so does the other of a pair, that
 * keeps at most left. */
void linked_reduced(struct match *m, uint32_t slot, uint32_t left);
/* slot, which has META_LINKED, is in no queue and has nothing open any more (NO_REASON: filled):
 * frees it, or keeps it PLACE_HELD, or as a leg PLACE_DORMANT; says STATUS; ends what it is linked
 * to.  True if the slot is kept. */
bool linked_ended(struct match *m, uint32_t slot, enum match_reason reason);
/* The slots of a new order's legs, whose terms were checked and for which there is room. */
void linked_open(struct match *m, uint32_t slot, const struct match_input *in);
enum match_reason linked_check(const struct match *m, const struct match_input *in,
                               const struct instrument *b);
void linked_arrived(struct match *m, uint32_t slot); /* a PAIR's leg arrives after its order */
void linked_follow_next(struct match *m); /* the first dirty parent's legs; there is one */
int32_t leg_reserve(const struct instrument *b, const struct match_leg *leg); /* ticks, G7 */
/* The terms behind a MODIFY, all zero if there are none; false: they are malformed. */
bool modify_terms(const struct match_input *in, struct match_terms *terms);
/* Why a MODIFY cannot change the legs (B8, E6); an order with a special, linked or not. */
enum match_reason linked_modify_check(struct match *m, uint32_t slot, const struct match_input *in);
/* Whether it changes a leg. */
bool linked_modifies(const struct match *m, uint32_t slot, const struct match_input *in);
/* Before the order itself is changed.  The slot may be free afterwards: a leg may trade. */
void linked_modify(struct match *m, uint32_t slot, const struct match_input *in);
void linked_forget(struct match *m, uint32_t slot); /* E7: a PLACE_HELD order */
/* The id of the order that slot is a leg of, for RESTED.other and WAITS.other, or 0. */
order_id_t linked_leg_of(const struct match *m, uint32_t slot);
/* F7: frees what of b is in no queue, without a word: held orders, sleeping legs. */
void linked_remove(struct match *m, const struct instrument *b);
void command_close(struct match *m, const struct match_input *in);

/* match_window.c: the memory of the ladders. */

size_t windows_footprint(const struct match_limits *limits);
void windows_new(struct match *m, void *memory); /* zeroed; m->limits is set */
/* Room for the four ladders of b, all empty; false if the sum of all windows would pass
 * limits.window.  May move the ladders of others. */
bool windows_open(struct match *m, struct instrument *b, uint32_t window);
void windows_close(struct match *m, struct instrument *b); /* its ladders must be empty */

/* match_calendar.c: what changes phases by the time. */

size_t calendar_size(uint32_t instruments); /* entries of m->urgency, zeroed */
void calendar_run(struct match *m);         /* now >= m->due */
/* The phase, pause_until or calendar_due of b has changed: due follows. */
void instrument_due(struct match *m, struct instrument *b);
/* calendar_due anew from m->now, then instrument_due: b was listed or loaded. */
void instrument_due_anew(struct match *m, struct instrument *b);
void instrument_due_never(struct match *m, struct instrument *b); /* it is removed */

/* match_list.c */

/* The index gets its instrument, in its first phase, or the reason why it cannot.  No events. */
enum match_reason instrument_list(struct match *m, uint16_t index,
                                  const struct match_listing *listing);
void command_list(struct match *m, const struct match_input *in);
void command_remove(struct match *m, const struct match_input *in);
void command_mark(struct match *m, const struct match_input *in);
void band_set(struct instrument *b); /* band_low, band_high of reference */

/* match_phase.c */

void command_phase(struct match *m, const struct match_input *in);
/* With the auction, the end of the day and the stops that go with it (F2); match_settle is due. */
void phase_enter(struct match *m, struct instrument *b, enum match_phase phase);
void instrument_pause(struct match *m, struct instrument *b); /* a band was hit */
/* Ends all orders of b in its books, waiting and fired (F7). */
void instrument_clear(struct match *m, struct instrument *b, enum match_reason reason);

/* match_auction.c */

void auction_hold(struct match *m, struct instrument *b); /* F3, F4, until b is not crossed */
/* F3: what an auction would trade; false if nothing.  *lots counts what self-trade would stop. */
bool auction_price(const struct match *m, const struct instrument *b, int32_t *ticks,
                   uint64_t *lots);

/* match_ledger.c, and ledger.h for what is hot */
void command_account(struct match *m, const struct match_input *in);
void command_deposit(struct match *m, const struct match_input *in);
void command_withdraw(struct match *m, const struct match_input *in);
void ledger_marked(struct match *m, struct instrument *b); /* unrealised anew, liquidations (G8) */
void ledger_forget(struct match *m, struct instrument *b); /* its holdings, at REMOVE */
bool ledger_has_positions(const struct match *m, const struct instrument *b);
void ledger_verify(const struct match *m);

/* match.c */
void match_settle(struct match *m); /* legs follow, fired stops run (D5) */

/* match_emit.h has the event writers. */

#endif
