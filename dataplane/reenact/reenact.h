#ifndef DATAPLANE_REENACT_REENACT_H
#define DATAPLANE_REENACT_REENACT_H

/* A recorded market enacted again by the matching engine, with orders of ours among its own.
 *
 *     recorded messages ──► recorded feed: the books as they were
 *             │ what each means for the engine
 *             ▼
 *     NEW, MODIFY, CANCEL ──► match ──► events ─┬─► itch_out ──► history: the market as it is now
 *             ▲                                 └─► entry ──► answers to our session
 *     OUCH of our session ──► entry
 *
 * What a recorded message becomes:
 *
 *     add            an order of the same number, side, price and quantity
 *     cancel, delete the same of what the engine still holds of it
 *     replace        the order leaves and the new one arrives; what ours took of it stays taken
 *     execute        an immediate order of the other side, of that quantity at that price: what of
 *                    ours is better, or was there earlier, trades first, as it would have
 *     print          where ours stands alone at a better price, it trades; the rest is printed
 *
 * A recorded execution of an order that was not the first of its side (an iceberg, an implied
 * order) reduces that order and is printed: who would have traded is not known, so ours does not.
 * An order that is published before those it traded with waits until the recorded book is no longer
 * crossed; if it still is when time goes on, the instrument is in a call until it is not, and
 * executions there are reductions and prints: an auction's.
 *
 * Guarantees:
 * - Without orders of ours the published books have the recorded prices, quantities and numbers of
 *   orders, and the recorded volume, after every message that leaves no order waiting: but for what
 *   the counters evicted and refused say.
 * - With them, no recorded order ever holds more than it did, and less only by what ours took, or
 *   traded in its place.
 * - It is a function of its calls: the same calls make the same messages and digest.
 *
 * Recorded orders are told apart by the low 62 bits of their numbers: of two that live and are
 * alike in these, the second is refused.
 * What it cannot know: what others would have done had they seen our orders.
 *
 * Time is that of the messages, since the venue's midnight of the first session's day.  It goes on
 * over sessions: which day a session is of is told by when its first message came.  Published
 * messages say the time since the midnight of their own.
 * Threads: one.  Memory: reenact_footprint() bytes, given once; the feed is the owner's.
 * Cost: of a message, one or two inputs of the engine and a look at the recorded queue. */

#include "dataplane/entry/entry.h"
#include "dataplane/feed/feed.h"
#include "dataplane/publish/history.h"
#include "dataplane/publish/itch_out.h"

#define REENACT_INSTRUMENTS_MAX 1024u
#define REENACT_HELD_MAX        4096u /* recorded orders that wait because they cross */
#define REENACT_OWN_MAX         4096u /* of ours, resting at once */
#define REENACT_SESSION         0u    /* ours, at the entry port */

struct reenact;

struct reenact_instrument {
    char symbol[8];    /* padded with spaces */
    price_t tick;      /* that every recorded price and each of ours is a multiple of */
    price_t price_max; /* of an order; whole ticks.  What an order may hold follows from it */
    uint32_t window;   /* ticks from the best to the worst order of a side */
};

struct reenact_plan {
    uint32_t instruments; /* to be enacted; others are not */
    const struct reenact_instrument *instrument;
    uint32_t orders;  /* living at once, recorded and ours */
    uint32_t locates; /* of the recorded feed: its limits.book.instruments */
    struct history_limits history;
    struct entry_plan session; /* account is set here */
};

/* clang-format off */
#define REENACT_COUNTS(X)                                                              \
    X(message,      "recorded messages of the instruments")                            \
    X(added,        "recorded orders that arrived")                                    \
    X(held,         "of these, waited because they crossed the recorded book")         \
    X(removed,      "recorded orders that were reduced or left by their owners")       \
    X(gone,         "of messages, the order was gone: ours had traded in its place")   \
    X(executed,     "executions enacted by an order of the other side")                \
    X(out_of_turn,  "executions of an order that was not the first of its side: printed") \
    X(in_auction,   "executions in a call, or at another price than the order's: printed") \
    X(printed,      "prints without an order")                                         \
    X(own_instead,  "lots of ours that traded in a recorded order's place")            \
    X(own_hidden,   "lots of ours that traded with a print")                           \
    X(elsewhere,    "lots that another recorded order traded, because ours had the one's") \
    X(untraded,     "lots for which nobody was left to trade with")                    \
    X(call,         "calls: the recorded book stayed crossed, or the venue's own")     \
    X(evicted,      "recorded orders that were too far from the others of their side") \
    X(refused,      "inputs for recorded messages that the engine refused")            \
    X(own_resting,  "orders of ours that have rested")                                 \
    X(own_untold,   "of these, more than REENACT_OWN_MAX at once: not among our best") \
    X(request,      "messages of our session")                                         \
    X(malformed,    "of these, none of the protocol")
/* clang-format on */

#define REENACT_DECLARE_COUNT(name, meaning) uint64_t name;
struct reenact_counts {
    REENACT_COUNTS(REENACT_DECLARE_COUNT)
};

/* Lifecycle.  Cold. */

/* Whether it can be said in ITCH: 1 to 8 characters from ! to ~, then spaces. */
bool reenact_symbol_good(const char symbol[8]);

/* The first thing of the plan that is out of range as a sentence, or NULL. */
const char *reenact_check(const struct reenact_plan *plan);
size_t reenact_footprint(const struct reenact_plan *plan); /* plan must be good */

/* memory: zeroed, aligned to CACHE_LINE.  sink: answers to our session.  The venue's day begins at
 * once. */
struct reenact *reenact_new(void *memory, const struct reenact_plan *plan,
                            const struct entry_sink *sink);

/* The recorded feed, before the first message: empty, and told messages by nobody else. */
void reenact_follow(struct reenact *reenact, struct feed *recorded);

/* What comes in. */

/* The time a recorded message will have, a run of one; never before that of an earlier one. */
nanos_t reenact_when(const struct reenact *reenact, const struct channel_run *one);

/* The next recorded message: a run of one.  Returns its time. */
nanos_t reenact_message(struct reenact *reenact, const struct channel_run *one);

/* A recorded session begins: the engine's instruments are removed with all their orders. */
void reenact_session(struct reenact *reenact, nanos_t time);

/* Bytes of our session. */
void reenact_request(struct reenact *reenact, const uint8_t *bytes, uint32_t length, nanos_t time);

/* Orders of ours whose time ends by then do. */
void reenact_time(struct reenact *reenact, nanos_t time);

/* Queries. */

const struct history *reenact_history(const struct reenact *reenact); /* what was published */
const struct match *reenact_match(const struct reenact *reenact);
const struct entry *reenact_entry(const struct reenact *reenact);
const struct reenact_counts *reenact_counts(const struct reenact *reenact);

/* Why inputs for recorded messages were refused: [enum match_reason]. */
const uint64_t *reenact_refusals(const struct reenact *reenact);

/* The best price at which ours rests on a side of an instrument, or 0; and whether it is the best
 * of the market. */
price_t reenact_own_best(const struct reenact *reenact, uint16_t instrument, enum side side,
                         bool *leads);

/* Recorded orders that wait now. */
uint32_t reenact_held(const struct reenact *reenact);

/* The instrument of a recorded stock locate, or REENACT_INSTRUMENTS_MAX. */
uint32_t reenact_find(const struct reenact *reenact, uint32_t locate);

/* CHECKs that the engine, the port and what is published are sound, and that no recorded order
 * holds more than in the recording.  Cold. */
void reenact_verify(const struct reenact *reenact);

#endif
