#ifndef DATAPLANE_ROUTE_DISPATCH_H
#define DATAPLANE_ROUTE_DISPATCH_H

/* From many sources to many delegates, each at its own pace (F16-F19, F21).
 *
 *     dispatch_market  ---> instrument ---> subscription ---+
 *                                     \---> subscription -+ |
 *     dispatch_instruct --> delegate's messages ------+   | |
 *     dispatch_report ----/                           v   v v
 *                                              dispatch_next ---> decide(one composite)
 *
 * Markets conflate: an instrument keeps its newest value only, and each subscription remembers the
 * totals it was shown last.  So a delegate that falls behind is shown fewer markets, each of them
 * current, with all the volume between them, and a slow delegate costs the others nothing.
 *
 *     X trades     10          5           7
 *     a decides        10             |        12     each sees every trade once, whenever it looks
 *     b decides                15     |         7
 *
 * Messages (instructions and reports) do not conflate: each delegate has a queue of
 * limits.messages, and when it is full the caller is told and keeps the message.  A decision takes
 * the whole queue.
 *
 * Order: a delegate that has messages comes before every delegate that has only markets; within
 * each of the two, who has waited longest.  One call makes one decision about one instrument: that
 * of the oldest message, else the one that has waited longest; a delegate with more to see then
 * waits again behind the others.  Instruments named by the other messages are put to wait, so that
 * their pictures follow.
 *
 * A delegate works for one parent order or is a strategy of its own (F18):
 *
 *     dispatch_add --> working --[says done]--> closing --[no child open, all shown]--> ended
 *                                                                                         |
 *                                 its place and number are free <--[dispatch_take_ended]--+
 *
 * Until it is taken as ended it stays indexed, and every report reaches it.
 *
 * What a delegate owns (position, orders, terms) is not known here: whoever knows it gives a desk,
 * which completes each composite; and what a decision said is read back by dispatch_said.
 *
 * Guarantees:
 *   - once dispatch_next returns DISPATCH_NONE, each delegate that is switched on has been shown
 *     the newest value of each of its instruments; values never go back (C1);
 *   - messages are shown once each and in the order they were accepted (C2);
 *   - memory is bounded by the limits, and nothing here waits; for each delegate, the values
 *     offered are value + conflated + withdrawn + those that wait (C3).
 *
 * A state machine without input, output or clock: time is an argument, so the caller measures a
 * decision, and tells dispatch_overrun if it took too long.
 *
 * Threads: one.  Memory: dispatch_footprint() bytes, given once.
 * Cost: dispatch_market is O(subscribers), dispatch_next is O(messages shown); both together for
 * one subscriber are a few cache lines.  Measured in bench/bench_dispatch.c. */

#include "dataplane/strategy/delegate.h"

#define DISPATCH_INSTRUMENTS_MAX   65536u
#define DISPATCH_DELEGATES_MAX     65535u
#define DISPATCH_SUBSCRIPTIONS_MAX (1u << 24)
#define DISPATCH_MESSAGES_MAX      4096u

#define DISPATCH_NONE 0u /* no delegate has this number */

struct dispatch;

struct dispatch_limits {
    uint32_t instruments;   /* 0..instruments-1; at most DISPATCH_INSTRUMENTS_MAX */
    uint32_t delegates;     /* at once; at most DISPATCH_DELEGATES_MAX */
    uint32_t subscriptions; /* of all delegates; at most DISPATCH_SUBSCRIPTIONS_MAX */
    uint32_t messages;      /* waiting for one delegate; at most DISPATCH_MESSAGES_MAX */
};

/* clang-format off */
#define DISPATCH_STATUSES(X)                                                           \
    X(DISPATCH_OK,                 ok,                 "accepted")                     \
    X(DISPATCH_FULL,               full,               "the delegate's queue holds limits.messages: keep it, offer it again") \
    X(DISPATCH_UNKNOWN_DELEGATE,   unknown_delegate,   "no delegate has this number")  \
    X(DISPATCH_UNKNOWN_INSTRUMENT, unknown_instrument, "beyond limits.instruments")    \
    X(DISPATCH_CLOSING,            closing,            "the delegate has said that it is done") \
    X(DISPATCH_OTHER_ORDER,        other_order,        "the delegate works for another order") \
    X(DISPATCH_OTHER_SIDE,         other_side,         "the delegate's order is on the other side") \
    X(DISPATCH_OTHER_INSTRUMENT,   other_instrument,   "the delegate's order is in another instrument") \
    X(DISPATCH_BAD_IDENTITY,       bad_identity,       "no name, or a name without end")   \
    X(DISPATCH_KNOWN_ORDER,        known_order,        "another delegate works for this order") \
    X(DISPATCH_KNOWN_NAME,         known_name,         "another strategy has this name")   \
    X(DISPATCH_SUBSCRIBED,         subscribed,         "the delegate is subscribed already") \
    X(DISPATCH_NOT_SUBSCRIBED,     not_subscribed,     "the delegate is not subscribed")   \
    X(DISPATCH_NO_DELEGATE_LEFT,   no_delegate_left,   "limits.delegates are in use")      \
    X(DISPATCH_NO_SUBSCRIPTION_LEFT, no_subscription_left, "limits.subscriptions are in use")
/* clang-format on */

#define DISPATCH_STATUS_ENUM(status, name, meaning) status,
enum dispatch_status { DISPATCH_STATUSES(DISPATCH_STATUS_ENUM) DISPATCH_STATUS_COUNT };

const char *dispatch_status_name(enum dispatch_status status); /* the counter's name */
const char *dispatch_status_text(enum dispatch_status status);

/* Who a delegate is; never changes.  Instructions must agree with it. */
struct dispatch_identity {
    char name[DELEGATE_NAME_MAX + 1]; /* of the strategy; unique among those with order 0 */
    order_id_t order;                 /* the parent order, unique; 0: a strategy of its own */
    uint16_t instrument;              /* of the order; any if order is 0 */
    uint8_t side;                     /* enum side of the order; either if order is 0 */
};

struct dispatch_delegate_counts {
    uint64_t decision;
    uint64_t message;   /* shown */
    uint64_t value;     /* markets shown */
    uint64_t conflated; /* markets that a newer one replaced before they were shown */
    uint64_t withdrawn; /* markets that waited when their subscription ended */
    uint64_t overrun;   /* decisions that took too long */
};

struct dispatch_counts {
    uint64_t value;          /* markets taken in */
    uint64_t value_unwanted; /* of them, nobody was subscribed to */
    uint64_t decision;
    uint64_t instruction[DISPATCH_STATUS_COUNT]; /* by what became of it */
    uint64_t report[DISPATCH_STATUS_COUNT];
};

/* Lifecycle.  Cold. */

size_t dispatch_footprint(const struct dispatch_limits *limits); /* 0 if limits are out of range */
struct dispatch *dispatch_new(void *memory, const struct dispatch_limits *limits);

/* Completes composites: position, leg, trading, terms, order and orders, which are zero without a
 * desk.  Called once a decision, right before decide, with the delegate's place; hot. */
struct dispatch_desk {
    void *context;
    void (*complete)(void *context, uint32_t place, struct composite *composite);
};
void dispatch_desk(struct dispatch *dispatch, const struct dispatch_desk *desk);

/* Delegates and subscriptions.  Warm. */

/* Where a delegate's number has its place: 1..limits.delegates, of one delegate at a time. */
static inline uint32_t dispatch_place(uint32_t delegate)
{
    return delegate & 0xffffu;
}

/* Takes in a delegate: kind->decide will be called with self.  Writes its number, which no other
 * delegate has had recently and which is never DISPATCH_NONE. */
MUST_USE enum dispatch_status dispatch_add(struct dispatch *dispatch,
                                           const struct dispatch_identity *identity,
                                           const struct delegate_kind *kind, void *self,
                                           uint32_t *delegate);

/* The first subscriber of an instrument makes it wanted, the last one makes it unwanted.  A new
 * subscriber is shown the newest value at once, if there is one, and its trades count from now. */
MUST_USE enum dispatch_status dispatch_subscribe(struct dispatch *dispatch, uint32_t delegate,
                                                 uint32_t instrument);
MUST_USE enum dispatch_status dispatch_unsubscribe(struct dispatch *dispatch, uint32_t delegate,
                                                   uint32_t instrument);

/* The instrument is what the delegate is shown when it decides without news: its first
 * subscription, unless this says another. */
MUST_USE enum dispatch_status dispatch_lead(struct dispatch *dispatch, uint32_t delegate,
                                            uint32_t instrument);

/* Puts a delegate in line to decide without news, if it has a subscription. */
MUST_USE enum dispatch_status dispatch_wake(struct dispatch *dispatch, uint32_t delegate);

/* The same for each of its instruments: what the desk says of all of them is news.  Warm. */
MUST_USE enum dispatch_status dispatch_wake_all(struct dispatch *dispatch, uint32_t delegate);

/* Whether anybody is subscribed to instrument: whether its source is needed. */
bool dispatch_wanted(const struct dispatch *dispatch, uint32_t instrument);

/* Switches a delegate off and on (F21, R5).  Off, it is shown nothing, so it can ask for nothing;
 * its messages wait, its markets conflate, and it stays indexed. */
MUST_USE enum dispatch_status dispatch_switch(struct dispatch *dispatch, uint32_t delegate,
                                              bool on);

/* As if the delegate had said done. */
MUST_USE enum dispatch_status dispatch_finish(struct dispatch *dispatch, uint32_t delegate);

/* An order that the delegate asked for is open, or is no longer.  What keeps the orders says so,
 * after the order's last report.  Closing more than were opened is a failed CHECK. */
MUST_USE enum dispatch_status dispatch_child_opened(struct dispatch *dispatch, uint32_t delegate);
MUST_USE enum dispatch_status dispatch_child_closed(struct dispatch *dispatch, uint32_t delegate);

/* Takes out the next delegate that has ended, or returns false.  From now on its number is unknown
 * and its memory is the caller's again. */
struct dispatch_ended {
    uint32_t delegate;
    void *self;
    struct dispatch_identity identity;
    struct dispatch_delegate_counts counts;
};
MUST_USE bool dispatch_take_ended(struct dispatch *dispatch, struct dispatch_ended *ended);
/* The same of this one: false while it has not ended. */
MUST_USE bool dispatch_take_this(struct dispatch *dispatch, uint32_t delegate,
                                 struct dispatch_ended *ended);

/* What comes in.  Hot. */

/* The newest value of value->instrument, which must be below limits.instruments: values of one
 * instrument come in the order they were made, as a conflating queue gives them.  Totals that fall
 * begin a new session; what was traded before is not lost.  A new session that is first seen with
 * totals above the old ones cannot be told from the old one; only the rise is then counted. */
void dispatch_market(struct dispatch *dispatch, const struct market *value);

/* Offers a message to a delegate; anything but DISPATCH_OK changed nothing. */
MUST_USE enum dispatch_status dispatch_instruct(struct dispatch *dispatch, uint32_t delegate,
                                                const struct message *instruction);
MUST_USE enum dispatch_status dispatch_report(struct dispatch *dispatch, uint32_t delegate,
                                              const struct message *report);

/* What goes out.  Hot. */

/* Makes the next decision, and returns the number of the delegate that made it, or DISPATCH_NONE if
 * nobody who is switched on has anything to see. */
uint32_t dispatch_next(struct dispatch *dispatch, nanos_t now);

/* What the newest decision said.  Good until the next one; written over, never cleared, so only
 * intent[0..intents) counts. */
struct dispatch_said {
    uint32_t delegate;
    uint32_t instrument;
    uint32_t what; /* of the composite: what was new */
    struct delegate_output output;
};
const struct dispatch_said *dispatch_said(const struct dispatch *dispatch);

/* The delegate's last decision took longer than it may.  Counted; switching it off is for the
 * caller to decide. */
void dispatch_overrun(struct dispatch *dispatch, uint32_t delegate);

/* Calls housekeeping of every delegate that is switched on; whoever then wants to decide is put in
 * line.  Warm. */
void dispatch_housekeeping(struct dispatch *dispatch, nanos_t now);

/* Queries. */

/* The delegate of a parent order, or DISPATCH_NONE. */
uint32_t dispatch_find_order(const struct dispatch *dispatch, order_id_t order);

/* The strategy of that name, or DISPATCH_NONE.  Cold: looks at all. */
uint32_t dispatch_find_name(const struct dispatch *dispatch, const char *name);

/* True while dispatch_next has something to do. */
bool dispatch_ready(const struct dispatch *dispatch);

struct dispatch_delegate {
    const struct delegate_kind *kind;
    void *self;
    struct dispatch_identity identity;
    struct dispatch_delegate_counts counts;
    uint32_t subscriptions;
    uint32_t instruments_waiting;
    uint32_t messages_waiting;
    uint32_t children; /* open child orders */
    bool on;
    bool closing;
};

/* Everything about one delegate.  Returns false if the number is unknown.  Cold: counts. */
MUST_USE bool dispatch_look(const struct dispatch *dispatch, uint32_t delegate,
                            struct dispatch_delegate *look);

const struct dispatch_counts *dispatch_counts(const struct dispatch *dispatch);

/* The newest value of an instrument; MARKET_CLOSED and empty if none ever came. */
const struct market *dispatch_newest(const struct dispatch *dispatch, uint32_t instrument);

/* Walks everything and CHECKs the invariants listed in dispatch_layout.h.  Cold. */
void dispatch_verify(const struct dispatch *dispatch);

#endif
