#ifndef DATAPLANE_STAGE_ENGINE_STAGE_H
#define DATAPLANE_STAGE_ENGINE_STAGE_H

/* From the conflating queue to decisions, and, with a gateway, to orders: the stage that runs the
 * dispatcher and its delegates.
 *
 *     listings (instrument, symbol) ---> who wants it? ---> dispatch_subscribe
 *     markets -------------------------> dispatch_market --> dispatch_next --> decide
 *
 *     the same with a gateway:
 *     markets --> gateway_market --> gateway_decide --> journal --> order host --> its own port,
 *                                          ^                              |        or rings
 *     control, stop, strategies outside ---+---- gateway_message <--------+
 *
 * Listings come before markets, so that a delegate that named a symbol is subscribed before the
 * first value of it.  Without a gateway time is the arrival of the newest market taken, and no
 * clock but the counter is read; with one it is the links' clock, once a turn.
 *
 * With a gateway an order is on the port before the next market is looked at.  What venues say
 * comes before markets, so that decisions know of it.
 *
 * Lifecycle with a gateway: engine_stage_new; engine_stage_recover for each record of its journal;
 * the journal is started; engine_stage_recovered; answers of a venue in this process by
 * engine_stage_answer; then an lcore runs it.  The end: engine_stage_stop, and when it is stopped
 * or has had its time engine_stage_leave, then the lcore's halt.
 *
 * Threads: the lcore that runs it; the views, control, stop and leave are for anyone.
 * Memory: engine_stage_footprint(). */

#include "dataplane/gateway/gateway.h"
#include "dataplane/journal/journal.h"
#include "dataplane/journal/journal_read.h"
#include "dataplane/queue/conflate.h"
#include "dataplane/route/dispatch.h"
#include "dataplane/stage/listing.h"
#include "dataplane/stage/order_host.h"
#include "dataplane/stage/snapshot.h"
#include "dataplane/stage/stage.h"
#include "dataplane/stage/window.h"

#define ENGINE_STAGE_TURN      64u   /* markets of one turn */
#define ENGINE_STAGE_DECISIONS 1024u /* in a row, with a gateway */
#define ENGINE_DELEGATES_MAX   64u
#define ENGINE_VIEW_DELEGATES  16u
#define ENGINE_VIEW_VENUES     GATEWAY_VENUES_MAX
#define ENGINE_VIEW_HOLDINGS   32u
#define ENGINE_VIEW_ORDERS     128u
#define ENGINE_VIEW_STRATEGIES 16u
#define ENGINE_GAUGES_MAX      16u    /* shown of one strategy */
#define ENGINE_GAUGE_NAME_MAX  31u    /* bytes of its name; what is longer is cut off */
#define ENGINE_CONTROLS_MAX    16u    /* records that change together by engine_stage_control */
#define ENGINE_INTAKE_TURN     32u    /* intents of strategies outside in one turn */
#define ENGINE_INTAKE_SLOTS    65536u /* of the ring intake */

/* What a strategy outside says, on its way from the control plane: a slot of the ring intake. */
enum engine_intake_kind {
    ENGINE_INTAKE_HEAR, /* what, as gateway_hear takes it */
    ENGINE_INTAKE_ON,   /* it is there: it may want orders */
    ENGINE_INTAKE_OFF,  /* it is not: its orders are canceled (F13) */
};

struct engine_intake {
    uint64_t ticket; /* the sender's own */
    uint32_t kind;   /* enum engine_intake_kind */
    uint32_t reserved;
    struct gateway_intake what; /* ON, OFF: only its strategy is read */
};
static_assert(sizeof(struct engine_intake) == 88, "no holes");

/* To each one, in their order: a slot of the ring intake_answers. */
struct engine_intake_answer {
    uint64_t ticket;
    nanos_t at; /* what it caused was on the port */
    struct gateway_answer is;
};

/* The newest trade of an instrument: a value of the queue prices. */
struct engine_price {
    char symbol[8]; /* padded with spaces */
    price_t price;
    qty_t qty;
    uint64_t volume; /* of all trades of the session */
    nanos_t at;
};

struct engine_stage_delegate {
    const char *name;
    const struct delegate_kind *kind;
    struct delegate_parameters parameters;
    uint32_t symbols; /* 0: every instrument */
    const struct listing *symbol;
};

struct engine_stage_plan {
    uint32_t instruments; /* as the feed's: 0..instruments-1 */
    uint32_t delegates;
    struct engine_stage_delegate delegate[ENGINE_DELEGATES_MAX];
    uint64_t budget_ticks; /* a decision that takes longer is an overrun (F21) */

    /* With a gateway there are no delegates above: it has its own. */
    const struct gateway_plan *gateway; /* NULL: the dispatcher alone; its run is the one below */
    uint32_t run;                       /* one more at each start: the journal's epoch */
    struct order_host_plan orders; /* venues in the order of the gateway's; calls are filled in */
    nanos_t (*now)(void *clock, uint64_t tsc); /* of the links, when the counter was at tsc */
    void *clock;
    struct spsc *copy; /* where the drop copy goes (F62): struct gateway_report; NULL: nowhere */
    /* Strategies outside: what they say, taken before markets while there is room for the answers;
     * both or none. */
    struct spsc *intake;
    struct spsc *intake_answers;
    struct conflate *prices; /* where trades are shown, by instrument; NULL: nowhere */
};

struct engine_view_delegate {
    char name[DELEGATE_NAME_MAX + 1];
    char kind[DELEGATE_NAME_MAX + 1];
    struct dispatch_delegate_counts counts;
    uint64_t subscriptions;
    uint64_t trades; /* seen, in all */
    uint64_t volume;
    uint64_t quotes;
};

struct engine_view {
    uint64_t listing; /* taken */
    uint64_t value;   /* markets taken from the queue */
    uint64_t decision;
    uint64_t value_unwanted;
    uint64_t subscription_refused;
    uint64_t delegates;
    struct engine_view_delegate delegate[ENGINE_VIEW_DELEGATES];
};

/* With a gateway: what its orders do. */
struct engine_view_order {
    char strategy[DELEGATE_NAME_MAX + 1];
    char symbol[8]; /* padded with spaces */
    uint64_t venue;
    uint64_t number;
    uint64_t state; /* enum slot_state */
    uint64_t side;
    price_t price;
    qty_t total;
    qty_t cum;
};

struct engine_view_venue {
    char name[TRADE_PORT_NAME_MAX + 1];
    struct order_host_look session;
    uint64_t slot[SLOT_STATE_COUNT]; /* slots and UNIQUE orders that are in each state */
};

/* Of all its symbols, as of the last round. */
struct engine_view_strategy {
    char name[DELEGATE_NAME_MAX + 1];
    char kind[DELEGATE_NAME_MAX + 1];
    uint64_t state; /* enum risk_state: the strictest of the box, its venues and its own */
    uint64_t on;
    struct gateway_strategy_counts counts;
    uint64_t working; /* open orders */
    uint64_t fills;
    int64_t profit; /* money */
};

struct engine_view_holding {
    char strategy[DELEGATE_NAME_MAX + 1];
    char symbol[8];
    uint64_t venue;
    struct gateway_holding is;
};

/* A figure that a strategy shows of itself: by the window only. */
struct engine_view_gauge {
    char strategy[DELEGATE_NAME_MAX + 1];
    char name[ENGINE_GAUGE_NAME_MAX + 1];
    int64_t value;
};

#define ENGINE_GATEWAY_COUNTERS(C)                                                                 \
    C(copy_lost, "Rows of the drop copy for which its ring had no place: the journal has them")    \
    C(control, "Changes by people that were taken")                                                \
    C(control_refused, "Changes by people that were refused")

#define ENGINE_VIEW_COUNTER(name, help) uint64_t name;
struct engine_gateway_view {
    GATEWAY_COUNTERS(ENGINE_VIEW_COUNTER)
    ENGINE_GATEWAY_COUNTERS(ENGINE_VIEW_COUNTER)
    /* Risk's checks by their verdict. */
    uint64_t risk[RISK_VERDICT_COUNT];
    uint64_t record;       /* the newest of the journal */
    uint64_t durable;      /* of these, on disk */
    uint64_t journal_dead; /* 1: its disk has failed */
    uint64_t stopping;
    uint64_t stopped;
    uint64_t state; /* enum risk_state of the box */
    uint64_t open;  /* orders of all strategies, as of the last round */
    int64_t profit; /* money: of all but crowds, who stand for everybody else; of the day */
    uint64_t days;  /* struct gateway_day_look: the trading day */
    uint64_t day_since;
    uint64_t day_next;
    uint64_t strategies; /* there may be more than are shown, */
    struct engine_view_strategy strategy[ENGINE_VIEW_STRATEGIES];
    uint64_t venues;
    struct engine_view_venue venue[ENGINE_VIEW_VENUES];
    uint64_t holdings; /* that are not empty; the same, */
    struct engine_view_holding holding[ENGINE_VIEW_HOLDINGS];
    uint64_t orders; /* open; and the same */
    struct engine_view_order order[ENGINE_VIEW_ORDERS];
};

/* A change by people, on its way.  since: engine_stage_tightened as it was when this was asked for;
 * of what loosens, however long it has waited for its turn or for a second person. */
struct engine_control {
    uint64_t since;
    uint32_t count;
    struct risk_record record[ENGINE_CONTROLS_MAX];
};

/* What changes together, as one file of configuration says it: the records, or nothing of it is
 * done; then, in the same turn, who leaves, who comes, and the parameters. */
struct engine_attach {
    uint32_t place;
    const struct gateway_strategy_plan *plan; /* it, and the memory, as gateway_attach wants them */
    void *memory;
};

struct engine_set {
    uint32_t strategy;
    const struct delegate_parameters *parameters;
};

struct engine_change {
    uint64_t since;
    uint32_t controls; /* at most GATEWAY_CONTROLS_MAX */
    struct risk_record *record;
    uint32_t detaches;
    const uint32_t *detach; /* places */
    uint32_t attaches;
    const struct engine_attach *attach;
    uint32_t sets;
    const struct engine_set *set;
};

struct engine_control_answer {
    enum risk_control verdict;
    bool durable;   /* OK: it is in force and on disk; false: in force, and the disk has failed */
    bool nobody;    /* nothing was done, because somebody cannot be attached: */
    uint32_t unset; /* else: of those that come and of the sets, how many were refused: */
    char problem[128];            /* why the first of them was */
    struct risk_record tightened; /* of the verdict SINCE: what came after it was asked for */
};

struct engine_stage;

/* The first thing of the plan that cannot be as a sentence, or NULL. */
const char *engine_stage_check(const struct engine_stage_plan *plan);

size_t engine_stage_footprint(const struct engine_stage_plan *plan); /* 0 if out of range */

/* plan and what it points to must outlive the stage. */
struct engine_stage *engine_stage_new(void *memory, const struct engine_stage_plan *plan,
                                      struct conflate *listings, struct conflate *markets);

extern const struct stage_kind engine_stage_kind;

/* Ticks from the arrival of a datagram to the end of a decision on it. */
const struct histogram *engine_stage_latency(const struct engine_stage *stage);

/* Ticks a decision takes. */
const struct histogram *engine_stage_decision(const struct engine_stage *stage);

/* True while no listing and no market waits for this stage.  Any thread; a snapshot. */
bool engine_stage_idle(const struct engine_stage *stage);

void engine_stage_view(const struct engine_stage *stage, struct engine_view *view);

/* With a gateway. */

/* Kinds of its journal's records: this and enum gateway_record. */
#define ENGINE_RECORD_KIND JOURNAL_KIND_FIRST

/* A record of the journal, before anything else.  False and a sentence if it cannot be. */
MUST_USE bool engine_stage_recover(struct engine_stage *stage, const struct journal_record *record,
                                   char *problem, size_t capacity);

/* After the last one: journal takes the records that follow; NULL: they are counted, and lost. */
void engine_stage_recovered(struct engine_stage *stage, struct journal *journal, nanos_t now);

/* What the recovery of a venue in this process shows of session; then, while both share an lcore,
 * what a full ring needs (order_host.h). */
void engine_stage_answer(struct engine_stage *stage, const struct gate_slot *slot);
void engine_stage_relieve(void *stage);

/* A number that each halt, trip and tighter bound raises.  What loosens is refused
 * (RISK_CONTROL_SINCE) if it is another one now than when it was asked for: nothing that was asked
 * for before a kill undoes it.  Any thread; not older than the newest view. */
uint64_t engine_stage_tightened(const struct engine_stage *stage);

/* A change by people.  What halts is in force at the next turn.  False: another one is under way,
 * and nothing was taken.  The answer, by its own call, is there once it is durable, or refused, and
 * then the view shows its states; until it has been fetched no other is taken.  Any thread. */
MUST_USE bool engine_stage_control(struct engine_stage *stage,
                                   const struct engine_control *control);
/* The same for more; what change points to is the stage's until there is an answer. */
MUST_USE bool engine_stage_change(struct engine_stage *stage, const struct engine_change *change);
MUST_USE bool engine_stage_controlled(struct engine_stage *stage,
                                      struct engine_control_answer *answer);

/* Whether no delegate is at this place: what it was attached with is the caller's again.  Any
 * thread. */
bool engine_stage_vacant(const struct engine_stage *stage, uint32_t place);

/* What was heard of a strategy outside (gateway.h).  Before the first message in the ring intake,
 * or for anyone after the lcore is DONE. */
struct gateway_known engine_stage_known(const struct engine_stage *stage, uint32_t strategy);

/* The box is halted at the next turn, whatever other change is under way: one that waits for its
 * disk is then refused, and may be the release.  The record is the box's own; who did it, and when
 * it is on disk, is said by an engine_stage_control of the same behind it.  Any thread, and signal
 * handlers. */
void engine_stage_halt(struct engine_stage *stage);

/* No order any more; those that are open are canceled, unless keep (F12).  Any thread. */
void engine_stage_stop(struct engine_stage *stage, bool keep);
bool engine_stage_stopped(const struct engine_stage *stage); /* nothing is open or in doubt */
/* Logs out of all venues.  Any thread. */
void engine_stage_leave(struct engine_stage *stage);
bool engine_stage_left(const struct engine_stage *stage);

void engine_stage_gateway_view(const struct engine_stage *stage, struct engine_gateway_view *view);

/* All of what the view shows a part of, by the window (window.h).  Filters: strategy of each kind,
 * by its place; venue and symbol of orders and holdings. */
enum engine_window_kind {
    ENGINE_WINDOW_ORDERS,     /* rows are struct engine_view_order; places: venues' slots */
    ENGINE_WINDOW_HOLDINGS,   /* struct engine_view_holding; strategy x symbol */
    ENGINE_WINDOW_GAUGES,     /* struct engine_view_gauge; strategy x ENGINE_GAUGES_MAX */
    ENGINE_WINDOW_STRATEGIES, /* struct engine_view_strategy; its sums are of the last round */
};
struct window *engine_stage_window(struct engine_stage *stage);

/* Ticks from a datagram's arrival to the order, replacement or cancel it caused on the port. */
const struct histogram *engine_stage_reaction(const struct engine_stage *stage);
/* Ticks from a message to a venue to the next one from it. */
const struct histogram *engine_stage_answers(const struct engine_stage *stage);

/* For tests, and for anyone after the lcore is DONE. */
struct dispatch *engine_stage_dispatch(struct engine_stage *stage);
struct gateway *engine_stage_gateway(struct engine_stage *stage); /* or NULL */

#endif
