#ifndef DATAPLANE_GATEWAY_GATEWAY_H
#define DATAPLANE_GATEWAY_GATEWAY_H

/* From markets and intents to orders at venues, and from their answers to reports: the dispatcher,
 * the slots, risk and the trade ports as one machine.
 *
 *     markets ──► dispatch ──► delegate ──► intents ─┐
 *                    ▲                               ▼
 *     outside (Redis, control) ──────── intents ──► slots ──► request ──► risk_check
 *                    │                               ▲                        │ pass
 *                    │ reports                       │ answers      encode, bind, journal (D0)
 *                    └────────────── said ◄──────────┤                        │ bytes
 *                                                    │                        ├──► flush, then take
 *                        positions, drop copy ◄── port.decode ◄── session ◄───┘
 *
 * Strategies: number i is delegate i of the plan, and behind them those outside, which are slots
 * and risk without a delegate.  Symbols: what may be traded where, a row of the plan each; an
 * instrument of the feed is linked to them by its name when it is listed.  A strategy's legs may be
 * at several venues: an order goes to the venue of its instrument's leg, and a key has an order at
 * one of them at a time.
 *
 * Guarantees, whatever comes in whatever order:
 * - nothing leaves without a pass of risk that admits exactly its bytes, journalled before (K1);
 * - after gateway_control has applied a halt, no new order and no replacement of its scope leaves,
 *   and everything of its scope is canceled, as fast as the venue takes cancels (K4, F35);
 * - an order originates only from a market that is LIVE: an intent said in another state is
 *   refused, and STOP always passes (F52);
 * - executions reach the position, the drop copy and the strategy, each once, and are journalled
 *   before any of them has an effect outside;
 * - it is a function of its calls: the same calls make the same bytes and the same gateway_digest.
 *
 * What a venue's session cannot take now (no room, rate) is held: intents conflate by slot, newest
 * first in effect, in the order in which slots began to wait; cancels have a reserve of their own
 * (F30).
 *
 * A state machine without input, output or clock.  Threads: one; the view is copied by its owner.
 * Memory: gateway_footprint() bytes, given once. */

#include "dataplane/gateway/gateway_record.h"
#include "dataplane/gateway/trade_port.h"
#include "dataplane/risk/risk.h"
#include "dataplane/route/dispatch.h"

#define GATEWAY_VENUES_MAX     16u
#define GATEWAY_SYMBOLS_MAX    8192u
#define GATEWAY_STRATEGIES_MAX 1024u
#define GATEWAY_ROOM_RESERVE   2u
#define GATEWAY_CONTROLS_MAX   RISK_BATCH_MAX /* records that change together */
#define GATEWAY_MESSAGES       512u /* reports that wait for one decision; see gateway_tell.c */
#define GATEWAY_DAY_NS         (86400 * NANOS_SECOND)
/* What risk refused is not asked for again so long, nor what the venue did not cancel, but once. */
#define GATEWAY_AGAIN_NS (100 * NANOS_MILLI)

struct gateway;

struct gateway_venue_plan {
    char name[TRADE_PORT_NAME_MAX + 1];
    const struct trade_port_kind *kind;
    char firm[4];
    nanos_t answer_ns;      /* 0: the kind's */
    uint32_t per_second;    /* messages; 0: no limit of ours.  A bucket of a tenth of that (F30) */
    uint32_t reserve;       /* of these a second, kept for cancels */
    order_id_t first_order; /* no number from there on was ever used; 0: from the journal, or 1 */
    bool cancel_at_loss;    /* the venue cancels our orders when the session is lost */
};

struct gateway_symbol_plan {
    char name[8];       /* as the feed lists it, and all here; padded with spaces */
    char venue_name[8]; /* what the venue calls it; zeros: the same */
    uint32_t venue;
    price_t tick;
    qty_t lot;
    price_t price_max;
    qty_t qty_max;
    price_t opening; /* the reference while its book is LIVE and has shown no price yet; 0: none */
};

/* One without a name is a spare place: for a delegate that is attached later, at its venue. */
struct gateway_strategy_plan {
    const char *name;
    const struct delegate_kind *kind; /* NULL: outside */
    struct delegate_parameters parameters;
    uint32_t legs; /* instruments, in order; 0: all */
    const struct listing_name *leg;
    uint32_t venue;            /* where its orders go, but for those in a leg that is elsewhere: */
    const uint32_t *leg_venue; /* by leg, where its orders go; NULL: at venue, all of them */
    uint32_t orders;  /* of an outside one: its keys are 0..orders-1; of a spare place: at most */
    uint32_t uniques; /* at once */
    bool all_venues;  /* orders only while all its venues are up (F31) */
};

/* A symbol's name as the feed lists it. */
struct listing_name {
    char symbol[8];
};

struct gateway_plan {
    uint32_t instruments; /* of the feed: 0..instruments-1 */
    uint32_t venues;
    struct gateway_venue_plan venue[GATEWAY_VENUES_MAX];
    uint32_t symbols;
    const struct gateway_symbol_plan *symbol;
    uint32_t strategies;
    const struct gateway_strategy_plan *strategy;
    struct risk_plan risk;
    uint32_t records; /* risk's bounds to begin with: as if journalled before the first record */
    const struct risk_record *record;
    uint64_t seed;        /* of jitter */
    uint32_t run;         /* one more at each start: trade_port_limits.run */
    nanos_t reconcile_ns; /* how often all open orders are asked for; 0: never (F26) */
    bool daily;           /* the trading day begins anew each day, so long after midnight, UTC; */
    nanos_t day_begins;   /* else it is the journal */
};

/* What the gateway calls.  None may call the gateway, but flush. */
struct gateway_outlet {
    void *context;
    /* Writes a record (D0) and returns its number, which rises; 0: no room, nothing was written.
     * reserved: cancels, what venues say and what people change have room of their own, which must
     * be there whenever the gateway is called; without it nothing new is sent any more. */
    uint64_t (*journal)(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved);
    /* Records up to this number survive the loss of power (D1).  NULL: all that were written. */
    uint64_t (*durable)(void *context);
    /* Messages the venue's session takes now, at most; 0 while it is down.  The last
     * GATEWAY_ROOM_RESERVE of them are kept for cancels and queries. */
    uint32_t (*room)(void *context, uint32_t venue);
    /* Puts a message on the session.  True, unless the session has gone since room was asked. */
    bool (*send)(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now);
    /* A decision has put all its orders on sessions: what waits there may leave, before the gateway
     * does what only its own next call needs.  cause_tsc: when the datagram with the market arrived
     * that was news to the decision.  Not called when it had another cause.  It may call
     * gateway_session and gateway_message.  May be NULL. */
    void (*flush)(void *context, uint64_t cause_tsc, nanos_t now);
    /* A row of the drop copy (F62).  May be NULL. */
    void (*copy)(void *context, const struct gateway_report *report);
};

/* Lifecycle.  Cold. */

const char *gateway_check(const struct gateway_plan *plan); /* NULL, or what is wrong */
size_t gateway_footprint(const struct gateway_plan *plan);  /* plan must be good */
/* memory zeroed; plan and what it points to must outlive the gateway. */
struct gateway *gateway_new(void *memory, const struct gateway_plan *plan,
                            const struct gateway_outlet *outlet);

/* Records of a journal, in order, before anything else: the state they describe (F12).  False and a
 * sentence if one cannot be. */
MUST_USE bool gateway_recover(struct gateway *gateway, enum gateway_record kind, const void *record,
                              uint32_t bytes, char *problem, size_t capacity);
/* After the last one: whether everybody has a place who still needs one.  A strategy that the plan
 * has not, and no spare place for, is read like the others; with no order open and no position it
 * needs none.  So are orders of keys that a strategy has no more: one that is still open needs room
 * among the UNIQUE ones of its venue.  False and a sentence that says who does, and the cure. */
MUST_USE bool gateway_placed(const struct gateway *gateway, char *problem, size_t capacity);
/* And whether each order that may live is one that its venue's protocol can have.  False and a
 * sentence that names it: the journal is another gateway's, or the venue spoke another protocol
 * then.  Nothing is changed. */
MUST_USE bool gateway_recover_check(const struct gateway *gateway, char *problem, size_t capacity);
/* After that, or without any record: orders that may live are UNKNOWN, and asked for when their
 * venue is up; until they are settled risk counts each at worst: the larger of an order and its
 * replacement.  What is halted, and what fits no leg or key of its strategy any more, is canceled
 * as soon as it is found.  Nothing may come in before.
 * now is not before the records' times (gateway_record_time), or ages are counted from these. */
void gateway_recovered(struct gateway *gateway, nanos_t now);

/* What comes in.  Hot. */

void gateway_listing(struct gateway *gateway, uint32_t instrument, const char symbol[8]); /* warm */
void gateway_market(struct gateway *gateway, const struct market *market);

/* One decision of one delegate, with all it causes.  Its number as the dispatcher's, or
 * DISPATCH_NONE. */
uint32_t gateway_decide(struct gateway *gateway, nanos_t now);

/* A message of a venue's session, with the number the session gave it. */
void gateway_message(struct gateway *gateway, uint32_t venue, uint64_t sequence,
                     const uint8_t *message, uint32_t length, nanos_t now);

/* The session is lost, or is back with everything missed decoded. */
void gateway_session(struct gateway *gateway, uint32_t venue, bool up, nanos_t now);

/* Intents from outside; what became of them is in the drop copy. */
struct gateway_intent {
    uint32_t strategy;
    uint64_t sequence; /* the strategy's own, of this key */
    struct delegate_intent intent;
    uint32_t venue; /* one of its own */
};
MUST_USE enum slots_status gateway_intend(struct gateway *gateway,
                                          const struct gateway_intent *intent, nanos_t now);

/* The same for what comes by a stream that may show it again: it acts once, over restarts too.
 * Sequences of a strategy rise over all its keys; what is not above the newest heard is SLOTS_OLD.
 * Where it stands is written down before it acts, and gateway_known says where to go on.  A message
 * of several intents is as many calls, of sequences that rise, and its place comes with the last:
 * whoever dies among them is shown all of it again, and those that have acted are SLOTS_OLD. */
struct gateway_intake {
    uint32_t strategy;
    uint32_t symbol;   /* of the plan, instead of intent's instrument; not read of what stops */
    uint64_t sequence; /* from 1; 0: only the place is news, and nothing is wanted */
    struct gateway_place place;
    nanos_t until;                 /* refused when it is later than that: too old to be acted on */
    struct delegate_intent intent; /* unique of a STOP_UNIQUE: the sequence of the UNIQUE order */
};

/* clang-format off */
#define GATEWAY_HEARINGS(X)                                                            \
    X(GATEWAY_TAKEN,   taken,   "its slot has it")                                     \
    X(GATEWAY_PASSED,  passed,  "only where it stands was news")                       \
    X(GATEWAY_LATE,    late,    "it was older than it may be when its turn came")      \
    X(GATEWAY_FULL,    full,    "the journal has no room: it may be said again")       \
    X(GATEWAY_NOBODY,  nobody,  "no strategy outside has this number, or no symbol")   \
    X(GATEWAY_REFUSED, refused, "the gateway refused it: status, then counter or verdict say why")
/* clang-format on */

#define GATEWAY_HEARING_ENUM(hearing, name, sentence) hearing,
enum gateway_hearing { GATEWAY_HEARINGS(GATEWAY_HEARING_ENUM) GATEWAY_HEARING_COUNT };

#define GATEWAY_NO_COUNTER UINT32_MAX

struct gateway_answer {
    uint8_t hearing;  /* enum gateway_hearing */
    uint8_t status;   /* enum slots_status; of TAKEN too: SLOTS_SAME changes nothing */
    uint16_t verdict; /* enum risk_verdict of what it asked for at once; 0: risk was not asked, or
                       * let it pass */
    uint32_t counter; /* its row in GATEWAY_COUNTERS, or GATEWAY_NO_COUNTER */
    int64_t value;    /* of a verdict that refuses: what was asked, */
    int64_t bound;    /* and the bound */
    order_id_t order; /* the number it left with; 0: it waits, or needed none.  Of a STOP_UNIQUE:
                       * the order that is to go; 0: it had not left, and will not */
    uint64_t record;  /* durable: it is not forgotten */
};
void gateway_hear(struct gateway *gateway, const struct gateway_intake *intake, nanos_t now,
                  struct gateway_answer *answer);

/* The newest sequence heard of a strategy, and the newest place; zero: none. */
struct gateway_known {
    uint64_t sequence;
    struct gateway_place place;
};
struct gateway_known gateway_known(const struct gateway *gateway, uint32_t strategy);

/* People.  Warm. */

/* Risk's changes: as risk_control_check says; the records are drafted in place.  What only tightens
 * is applied at once, then journalled.  What loosens is journalled, and is to be durable first:
 * then call again with the same records and durable; a change that came between makes it
 * RISK_CONTROL_TURN.  The caller acknowledges when gateway_journalled is durable. */
MUST_USE enum risk_control gateway_control(struct gateway *gateway, struct risk_record *records,
                                           uint32_t count, bool durable, nanos_t now);
/* The newest change that let less pass since the start, which the counter tightened counts. */
const struct risk_record *gateway_tightened(const struct gateway *gateway);
/* Number of the newest record; UINT64_MAX, which is never durable, once the journal had no room for
 * one that must be there: what was changed then is in force, and would not outlive a restart. */
uint64_t gateway_journalled(const struct gateway *gateway);
/* A new day: turnover, loss and profit begin at zero, by a record.  Positions, orders, states and
 * bounds stay; what is carried counts at its mark.  With plan.daily the gateway calls it by itself,
 * with the first tick at or behind the moment, and at a start that finds one passed: so what was
 * taken in before that tick is of the day before. */
void gateway_day(struct gateway *gateway, nanos_t now);
/* Switches a strategy's delegate on and off; off, its orders are canceled (F13, F21). */
void gateway_switch(struct gateway *gateway, uint32_t strategy, bool on, nanos_t now);
/* Parameters of a delegate change (F22). */
MUST_USE bool gateway_set(struct gateway *gateway, uint32_t strategy,
                          const struct delegate_parameters *parameters, char *problem,
                          size_t capacity);
/* Strategies come and go (F20).  What one holds stays with its name, and so does its place: who
 * comes back continues.  Intake stops at once, orders are canceled, and when none is open or in
 * doubt and every report was shown, the place is vacant.
 *
 * A place is vacant if no delegate is in it, and no order of it is open or in doubt, as one of
 * before the start may be; then place and name of of must be its own, or it must be without a name,
 * and the venues of of must be among its own.  memory: as kind->footprint says, zeroed; it, and
 * what of points to, are the gateway's until the place is vacant again.  False and a sentence if it
 * cannot be.  Bounds of risk are zero until gateway_control gives it others: nothing of it passes
 * before. */
MUST_USE bool gateway_attach(struct gateway *gateway, uint32_t place,
                             const struct gateway_strategy_plan *of, void *memory, char *problem,
                             size_t capacity);
/* Why it cannot be, or NULL.  It reads what only attach and detach change, and of a place only
 * that it is vacant: so whoever is the only one that asks for these may ask this on another thread,
 * while none of them is under way. */
const char *gateway_attach_check(const struct gateway *gateway, uint32_t place,
                                 const struct gateway_strategy_plan *of);
void gateway_detach(struct gateway *gateway, uint32_t place, nanos_t now);
bool gateway_vacant(const struct gateway *gateway, uint32_t place);
/* Whether its orders come from outside; false of a place for delegates. */
bool gateway_outside(const struct gateway *gateway, uint32_t place);
/* Who is there now; its name is "" if nobody ever was. */
const struct gateway_strategy_plan *gateway_strategy_of(const struct gateway *gateway,
                                                        uint32_t place);
/* The venues of who is there, or may come: 1 << venue each. */
uint32_t gateway_strategy_venues(const struct gateway *gateway, uint32_t place);
/* Whether it may trade the symbol: one of its legs is it, at its venue. */
bool gateway_strategy_trades(const struct gateway *gateway, uint32_t place, uint32_t symbol);

/* No intent is taken any more; all orders are canceled unless keep (F12). */
void gateway_stop(struct gateway *gateway, bool keep, nanos_t now);
bool gateway_stopped(const struct gateway *gateway); /* nothing is open or in doubt */

/* Every millisecond or so: silence, sweeps, held intents, housekeeping of delegates, marks. */
void gateway_tick(struct gateway *gateway, nanos_t now);

/* The session has room again: what was held may go.  Cheap if nothing is. */
void gateway_relieve(struct gateway *gateway, nanos_t now);

/* Queries. */

struct dispatch *gateway_dispatch(struct gateway *gateway);
struct risk *gateway_risk(struct gateway *gateway);
struct slots *gateway_slots(struct gateway *gateway, uint32_t venue);
/* The next sequenced message wanted of a venue's session, from the journal; 1 at the beginning. */
uint64_t gateway_next_sequence(const struct gateway *gateway, uint32_t venue);
bool gateway_busy(const struct gateway *gateway); /* a decision waits, or a held intent may go */

struct gateway_holding {
    qty_t position;
    qty_t bought, sold; /* since the day began, reconciled */
    int64_t cash;       /* money: sold less bought, and less what was carried over its beginning */
    int64_t profit;     /* cash and the position at the mark; 0 while it has none */
    uint64_t fills;     /* since the day began */
    uint32_t working;   /* open orders */
};
void gateway_holding(const struct gateway *gateway, uint32_t strategy, uint32_t symbol,
                     struct gateway_holding *holding);
/* Nothing is held, nothing was executed on the day, and nothing is open. */
bool gateway_holding_empty(const struct gateway *gateway, uint32_t strategy, uint32_t symbol);

/* The trading day. */
struct gateway_day_look {
    uint32_t days; /* that have begun in the journal; 0: it counts from its beginning */
    nanos_t since; /* when the newest began, or the count; 0: no moment ends the day */
    nanos_t next;  /* the next moment; 0 */
};
struct gateway_day_look gateway_day_look(const struct gateway *gateway);

/* What the feed calls an instrument; zeros: it is not listed. */
void gateway_symbol_listed(const struct gateway *gateway, uint32_t instrument, char symbol[8]);

/* Of the newest order of a venue's slot. */
uint32_t gateway_slot_symbol(const struct gateway *gateway, uint32_t venue, uint32_t slot);

/* What became of a strategy's wishes, since the start of the process. */
struct gateway_strategy_counts {
    uint64_t order; /* new orders put on a session */
    uint64_t replace;
    uint64_t cancel;
    uint64_t refused;  /* by risk: did not leave */
    uint64_t rejected; /* by the venue */
};
const struct gateway_strategy_counts *gateway_strategy_counts(const struct gateway *gateway,
                                                              uint32_t strategy);
/* What its delegate shows of itself: up to most gauges; how many.  Warm. */
uint32_t gateway_gauges(const struct gateway *gateway, uint32_t strategy,
                        struct delegate_gauge *gauges, uint32_t most);
bool gateway_strategy_on(const struct gateway *gateway, uint32_t strategy);
/* What it may, but for its symbols: the strictest of the box, its venues and its own, and HALTED
 * while it is tripped. */
enum risk_state gateway_strategy_state(const struct gateway *gateway, uint32_t strategy);

#define GATEWAY_COUNTERS(C)                                                                        \
    C(intent, "Intents of delegates and from outside")                                             \
    C(intent_lost, "Intents that did not fit a delegate's output")                                 \
    C(intent_heard, "Messages of strategies outside whose place was written down")                 \
    C(intent_old, "Intents from outside whose sequence was not above the newest: refused")         \
    C(intent_late, "Intents from outside that were too old when their turn came: refused")         \
    C(intent_bad, "Intents that named no key, instrument, side or way of theirs")                  \
    C(intent_shut, "Orders wanted by a strategy that is off, done or stopped: refused")            \
    C(intent_halted, "Orders wanted while trading is halted: refused")                             \
    C(intent_away, "Orders wanted while a venue was away that has to be there: refused")           \
    C(intent_again, "Orders wanted again that risk has refused a moment ago: refused")             \
    C(intent_not_live, "Orders wanted while the book was not LIVE: refused")                       \
    C(intent_nowhere, "Orders wanted in instruments that no venue of theirs trades: refused")      \
    C(intent_moved,                                                                                \
      "Orders wanted of keys that have one of before the start elsewhere yet: refused until then") \
    C(intent_over, "Cancels of UNIQUE orders that are not open, or not any more: refused")         \
    C(intent_held, "Intents that waited for the session's room or rate")                           \
    C(intent_conflated, "of these, gave way to a newer one of their slot")                         \
    C(order_sent, "New orders put on a session")                                                   \
    C(replace_sent, "Replacements put on a session")                                               \
    C(cancel_sent, "Cancels put on a session")                                                     \
    C(cancel_stuck,                                                                                \
      "Cancels that wait, since the venue has refused to cancel their order again and again")      \
    C(query_sent, "Queries put on a session")                                                      \
    C(request_held, "Cancels and queries that waited for the session's room or rate")              \
    C(order_unfit,                                                                                 \
      "Orders of before the start that fit no leg or key of their strategy: canceled")             \
    C(refused, "Orders and replacements that risk refused")                                        \
    C(journal_full, "Orders and replacements refused because the journal took no record")          \
    C(journal_lost,                                                                                \
      "Cancels, reports and changes that the journal had no room for: nothing new is sent")        \
    C(message, "Messages of sessions")                                                             \
    C(message_bad, "of these, none of the protocol: counted, and told")                            \
    C(fill, "Executions")                                                                          \
    C(fill_unknown, "of these, of orders that are not known here: positions are told to people")   \
    C(report, "Rows of the drop copy")                                                             \
    C(report_waits, "Reports that waited for a delegate's queue")                                  \
    C(report_merged, "of these, were added to one of their order that waited too")                 \
    C(day, "Trading days that have begun: turnover, loss and profit went on from zero")            \
    C(drift, "Differences that a reconciliation has found and corrected")                          \
    C(tightened,                                                                                   \
      "Halts, and bounds that let less pass: since each of them what loosens is asked for again")  \
    C(overrun, "Decisions that took longer than they may")
#define GATEWAY_COUNTER_NUMBER(name, help) GATEWAY_COUNTER_##name,
enum gateway_counter { GATEWAY_COUNTERS(GATEWAY_COUNTER_NUMBER) GATEWAY_COUNTER_COUNT };
#define GATEWAY_COUNTER_FIELD(name, help) struct counter name;
struct gateway_counts {
    GATEWAY_COUNTERS(GATEWAY_COUNTER_FIELD)
};
const struct gateway_counts *gateway_counts(const struct gateway *gateway);

uint64_t gateway_digest(const struct gateway *gateway); /* of orders, positions, slots.  Cold. */
void gateway_verify(const struct gateway *gateway);     /* CHECKs every invariant.  Cold. */

#endif
