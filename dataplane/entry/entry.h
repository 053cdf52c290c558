#ifndef DATAPLANE_ENTRY_ENTRY_H
#define DATAPLANE_ENTRY_ENTRY_H

/* The order entry ports of a venue: OUCH messages of many sessions become inputs of the matching
 * engine, and the engine's events become OUCH messages to the sessions they concern.
 *
 *     session 3  "O 1 B 100 ACME 10.00"                    session 3  "A 1 B 100 ACME 10.00 ref 9"
 *         │ entry_request: what is it?                         ▲ put
 *         ▼                                                    │ entry_event, entry_released
 *     ENTRY_SUBMIT, match_input ──► owner: record 71, ──► events of 71 ... when they are durable
 *                                   engine, entry_taken(71)
 *
 * Every call that may change something has two halves.  The first one decides: it answers a verdict
 * and has changed nothing.  Then the owner makes it durable, tells the engine if the verdict is
 * ENTRY_SUBMIT, and calls entry_taken with the number of the engine's input, or of the record; or
 * nothing at all, and it has not happened.
 *
 *     switch (entry_request(entry, session, bytes, length, now, &out)) {
 *     case ENTRY_SUBMIT: number = journal and apply *out.input;  entry_taken(entry, number); break;
 *     case ENTRY_ANSWER: number = journal the request;           entry_taken(entry, number); break;
 *     case ENTRY_IGNORE: case ENTRY_IDLE:                         break;
 *     case ENTRY_MALFORMED:                                       end the session; break;
 *     case ENTRY_WAIT:                                            ask again later; break;
 *     }
 *     if (out.sweeps)                            // a mass cancel, or a session that was lost
 *         while (entry_next(entry, session, now, &out) == ENTRY_SUBMIT) ... as above
 *
 * Guarantees:
 * - It is a function of what it is told: plans, listings, and the calls that were taken, with their
 *   arguments and numbers, and the engine's answers.  The same taken calls make the same messages
 *   for each session in the same order, however late the events are shown.  What the port answers
 *   itself takes its place among the events by its number: after all events of smaller numbers.
 * - Any bytes are a request.  Verdicts other than SUBMIT and ANSWER have changed nothing and need
 *   no record; WAIT ends when events are shown, or the session's sweep has ended.
 * - A request is decided by the engine's state and by what was taken before, never by which events
 *   have been shown; so the engine must have applied exactly the inputs that were taken (and those
 *   of others).  Two things are not, and therefore written down (out.refused): whether one more
 *   order may live (plan.open_max), and whether there is a place for one more for a time
 *   (limits.timers, plan.timed_max).  For these an order lives until its end was shown, or taken
 *   where the port cancels it.
 * - Every request ends in one counter: received = the sum of the verdicts; refused = the sum of
 *   the causes.
 * - Nothing is rounded: what does not convert exactly between wire and engine is refused.
 *
 * The rules of OUCH and where they are tested: README.md.
 *
 * Ids: an order's engine id is channel << 55 | (session + 1) << 32 | n, n being its UserRefNum and
 * channel its UserRefIdx; with OUCH 4.2 n counts the session's tokens and channel is 0.
 *
 * Threads: the engine's; entry_counts is any's.  Memory: entry_footprint() bytes, given once.
 * Cost: a new order and an execution are a few cache lines each: bench/bench_entry.c.  A mass
 * cancel costs what the session holds. */

#include "dataplane/base/counter.h"
#include "dataplane/entry/entry_report.h"
#include "dataplane/match/match.h"

#define ENTRY_SESSIONS_MAX ((1u << 16) - 1)
#define ENTRY_ORDERS_MAX   MATCH_ORDERS_MAX
#define ENTRY_ASKS_MIN     16u
#define ENTRY_ASKS_MAX     (1u << 24)
#define ENTRY_TOKENS_MAX   (1u << 28)
#define ENTRY_FIRMS        4u   /* of one session */
#define ENTRY_RECENT       32u  /* orders that a duplicate is looked for among */
#define ENTRY_MESSAGE_MAX  256u /* bytes of an answer */

struct entry;

enum entry_dialect { ENTRY_OUCH50, ENTRY_OUCH42, ENTRY_DIALECT_COUNT };

struct entry_limits {
    uint32_t sessions; /* indices 0..sessions-1 */
    uint32_t orders;   /* of which not every answer has been given: those of the engine, and as many
                      * more as may end before that is shown */
    uint32_t instruments; /* of the engine */
    uint32_t asks;        /* requests whose answers have not been given: a power of two */
    uint32_t tokens;      /* of all OUCH 4.2 sessions in a day; 0: there are none */
    uint32_t timers;      /* orders that wait for their time to end, or for that to be shown */
    nanos_t midnight;     /* of the venue's day: the zero of the times on the wire */
    uint64_t secret;      /* of the tables by id and token: what clients cannot guess */
};

/* What a session may do.  0 is no limit, except where it says otherwise. */
struct entry_plan {
    uint8_t dialect; /* enum entry_dialect */
    uint8_t firms;   /* 1..ENTRY_FIRMS */
    bool cancel_on_disconnect;
    uint8_t self_trade; /* enum match_self_trade, of orders that do not say */
    uint32_t account;
    char firm[ENTRY_FIRMS][4]; /* padded with spaces; the first is that of orders without one */
    uint32_t qty_max;          /* shares of one order */
    uint64_t notional_max_e4;  /* price x shares of one order; a market order counts at the last */
    uint32_t collar_ppm;   /* farthest from the last price (or the reference), millionths of it */
    uint32_t collar_ticks; /* the same, in ticks; both hold */
    uint32_t rate;         /* requests a second, cancels counted and never refused; */
    uint32_t burst;        /* at once; at least 1 with a rate */
    nanos_t duplicate_ns;  /* the same order within this time is refused */
    uint32_t open_max;     /* orders that live at once */
    uint32_t timed_max;    /* of them, those for a time */
    const uint64_t *restricted; /* bit by instrument: may not be traded; NULL: none */
};

/* What to do with what was shown: verdict, counter, meaning.  After ENTRY_SUBMIT (out.input is for
 * the engine) and ENTRY_ANSWER comes entry_taken; entry_refuse makes the second of the first. */
/* clang-format off */
#define ENTRY_VERDICTS(X)                                                                          \
    X(ENTRY_SUBMIT,    submitted, "became inputs of the engine")                                   \
    X(ENTRY_ANSWER,    answered,  "refused or answered by the port itself, below by cause")        \
    X(ENTRY_IGNORE,    ignored,   "a resend, or superfluous: no answer, nothing changes")          \
    X(ENTRY_MALFORMED, malformed, "no message of the session's dialect: the session should end")   \
    X(ENTRY_WAIT,      waiting,   "not decided: ask again when events were shown or a sweep ended") \
    X(ENTRY_IDLE,      idle,      "nothing is due")

/* Why the port refuses by itself: cause (and counter), OUCH 5.0's code, OUCH 4.2's letter,
 * sentence.  L: the session's plan.  Their numbers are in journals: a new one is the last. */
#define ENTRY_CAUSES(X)                                                                            \
    X(ENTRY_NO_CAUSE,       none,             0,                         ' ', "")                    \
    X(ENTRY_BAD_SIDE,       bad_side,         OUCH50_INVALID_SIDE,       'O', "side is not B, S, T or E") \
    X(ENTRY_BAD_QTY,        bad_qty,          OUCH50_INVALID_QTY,        'Z', "quantity is not 1 to 999,999 or off the lot") \
    X(ENTRY_BAD_SYMBOL,     bad_symbol,       OUCH50_INVALID_SYMBOL,     'S', "symbol is not listed") \
    X(ENTRY_BAD_PRICE,      bad_price,        OUCH50_INVALID_PRICE,      'X', "price is 0, above the maximum or off the tick") \
    X(ENTRY_BAD_TIF,        bad_tif,          OUCH50_OTHER,              'O', "time in force is not 0, 3, 5 or 6, or its ExpireTime does not fit") \
    X(ENTRY_BAD_DISPLAY,    bad_display,      OUCH50_INVALID_DISPLAY,    'D', "display is not Y or A (there are no hidden orders)") \
    X(ENTRY_BAD_CAPACITY,   bad_capacity,     OUCH50_OTHER,              'O', "capacity is not A, P, R or O") \
    X(ENTRY_BAD_ISO,        bad_iso,          OUCH50_ISO_NOT_ALLOWED,    'O', "intermarket sweeps are not taken") \
    X(ENTRY_BAD_CROSS,      bad_cross,        OUCH50_INVALID_CROSS,      'R', "cross type does not fit the instrument's phase") \
    X(ENTRY_BAD_CL_ORD_ID,  bad_cl_ord_id,    OUCH50_OTHER,              'O', "ClOrdID or token is not letters, digits and spaces") \
    X(ENTRY_BAD_FIRM,       bad_firm,         OUCH50_NOT_AUTHORISED,     'L', "firm is not one of the session's") \
    X(ENTRY_FIRM_DISABLED,  firm_disabled,    OUCH50_NOT_AUTHORISED,     'L', "the firm's order entry is disabled") \
    X(ENTRY_BAD_MIN_QTY,    bad_min_qty,      OUCH50_INVALID_MIN_QTY,    'N', "minimum quantities are not taken") \
    X(ENTRY_BAD_MAX_FLOOR,  bad_max_floor,    OUCH50_INVALID_MAX_FLOOR,  'D', "MaxFloor is off the lot, too small or not for this order") \
    X(ENTRY_BAD_PEG,        bad_peg,          OUCH50_PEG_NOT_ALLOWED,    'D', "pegged and discretionary orders are not taken") \
    X(ENTRY_BAD_POST_ONLY,  bad_post_only,    OUCH50_OTHER,              'D', "PostOnly is not P or N, or not for this order") \
    X(ENTRY_BAD_RETAIL,     bad_retail,       OUCH50_RETAIL_NOT_ALLOWED, 'D', "retail orders are not taken") \
    X(ENTRY_BAD_OPTION,     bad_option,       OUCH50_OTHER,              'O', "an option's value is none of its values or not taken here") \
    X(ENTRY_BAD_AIQ,        bad_aiq,          OUCH50_OTHER,              'O', "AIQ strategy is not O, W, D, Y or lower case") \
    X(ENTRY_CLOSED,         closed,           OUCH50_DESTINATION_CLOSED, 'C', "the day has not begun, or is over") \
    X(ENTRY_FIXED_TERMS,    fixed_terms,      OUCH50_REPLACE_NOT_ALLOWED,'O', "a replacement changes what cannot be changed") \
    X(ENTRY_ID_TAKEN,       id_taken,         OUCH50_OTHER,              'O', "an order of an earlier day lives under this number") \
    X(ENTRY_NO_ROOM,        no_room,          OUCH50_PROCESSING_ERROR,   'O', "limits.orders, tokens or timers is reached") \
    X(ENTRY_L_RESTRICTED,   limit_restricted, OUCH50_RISK_RESTRICTED,    'c', "L: a restricted symbol") \
    X(ENTRY_L_QTY,          limit_qty,        OUCH50_RISK_QTY,           'm', "L: more shares than qty_max") \
    X(ENTRY_L_NOTIONAL,     limit_notional,   OUCH50_RISK_NOTIONAL,      'n', "L: more than notional_max_e4; a market order counts at the last price") \
    X(ENTRY_L_COLLAR,       limit_collar,     OUCH50_RISK_FAT_FINGER,    'X', "L: beyond the collar around the last price") \
    X(ENTRY_L_OPEN,         limit_open,       OUCH50_RISK_AGGREGATE,     'a', "L: open_max orders live") \
    X(ENTRY_L_DUPLICATE,    limit_duplicate,  OUCH50_RISK_DUPLICATE_RATE,'O', "L: the same order within duplicate_ns") \
    X(ENTRY_L_RATE,         limit_rate,       OUCH50_RISK_PORT_RATE,     'O', "L: more requests than rate and burst") \
    X(ENTRY_L_TIMED,        limit_timed,      OUCH50_RISK_AGGREGATE,     'a', "L: timed_max orders for a time live")

/* What became of events and what was sent. */
#define ENTRY_COUNTS(X)                                                                            \
    X(events,      "events shown")                                                                 \
    X(answers,     "messages to sessions")                                                         \
    X(taken,       "calls of entry_taken")                                                         \
    X(refused,     "calls of entry_refuse")
/* clang-format on */

#define ENTRY_VERDICT_ENUM(verdict, counter, meaning) verdict,
enum entry_verdict { ENTRY_VERDICTS(ENTRY_VERDICT_ENUM) ENTRY_VERDICT_COUNT };

#define ENTRY_CAUSE_ENUM(cause, counter, code, letter, sentence) cause,
enum entry_cause { ENTRY_CAUSES(ENTRY_CAUSE_ENUM) ENTRY_CAUSE_COUNT };

#define ENTRY_DECLARE_COUNT(name, meaning) struct counter name;
struct entry_counts {
    ENTRY_COUNTS(ENTRY_DECLARE_COUNT)
    struct counter request[ENTRY_VERDICT_COUNT]; /* calls of entry_request */
    struct counter cause[ENTRY_CAUSE_COUNT];     /* refused requests that were taken */
};

/* Beside a verdict.  Valid until the next call that decides. */
struct entry_out {
    const struct match_input *input; /* SUBMIT: its number is the owner's to set; else NULL */
    enum entry_cause cause;          /* ANSWER: why it is refused, or ENTRY_NO_CAUSE */
    /* Why a SUBMIT became an ANSWER, or ENTRY_NO_CAUSE: what was shown so far decided it, or the
     * owner.  A replay, where other things may have been shown, must say it. */
    enum entry_cause refused;
    bool sweeps; /* once taken, entry_next(session) has inputs: one each until it is IDLE */
};

/* Where messages go: each is a sequenced message of its session, in order.  put must copy what it
 * keeps, and must not call the port.  report is called right behind the message that says the same;
 * NULL: nobody asks, and no report is made or counted. */
struct entry_sink {
    void *context;
    void (*put)(void *context, uint32_t session, const uint8_t *message, uint32_t length);
    void (*report)(void *context, const struct entry_report *report);
};

/* Lifecycle.  Cold. */

/* The first limit, or number of a plan, that is out of range as a sentence, or NULL. */
const char *entry_limits_check(const struct entry_limits *limits);
const char *entry_plan_check(const struct entry_plan *plan);

size_t entry_footprint(const struct entry_limits *limits); /* limits must be good */

/* memory: zeroed, aligned to CACHE_LINE.  match: asked, never told. */
struct entry *entry_new(void *memory, const struct entry_limits *limits, const struct match *match,
                        const struct entry_sink *sink);

/* Instrument is what listing->symbol names, in its first 8 characters.  The same listing the engine
 * is or will be told; called before its first order, again if the index is listed again.  False if
 * another instrument has the symbol, the index is beyond the limit, or the wire cannot say its
 * prices and quantities exactly: a tick is whole 1/10 000s, a lot whole shares. */
MUST_USE bool entry_list(struct entry *entry, uint16_t instrument,
                         const struct match_listing *listing);

/* A session has a plan; a new plan takes the place of the old one (dialect and account stay), and
 * begins with a full burst.  A replay must be given it at the same place among what was taken.
 * A session without one is MALFORMED whatever it says. */
void entry_session(struct entry *entry, uint32_t session, const struct entry_plan *plan);

/* Decide.  Nothing has changed when they return; one of them at a time, the last one counts.  No
 * event is shown between a decision and its entry_taken. */

/* A message of a logged-in session. */
MUST_USE enum entry_verdict entry_request(struct entry *entry, uint32_t session,
                                          const uint8_t *message, size_t length, nanos_t time,
                                          struct entry_out *out);

/* The same for a replay, which says what it was refused for when it was written (out.refused then),
 * or ENTRY_NO_CAUSE, and is told what was told then, whatever has been shown meanwhile. */
MUST_USE enum entry_verdict entry_request_again(struct entry *entry, uint32_t session,
                                                const uint8_t *message, size_t length, nanos_t time,
                                                enum entry_cause refused, struct entry_out *out);

/* The session's connection is lost.  ANSWER (without an answer) with out->sweeps if its orders are
 * to be canceled, else IGNORE. */
MUST_USE enum entry_verdict entry_disconnected(struct entry *entry, uint32_t session, nanos_t time,
                                               struct entry_out *out);

/* The next cancel of the session's sweep: SUBMIT, or IDLE: the sweep has ended (no record); these
 * three may have to WAIT, too. */
MUST_USE enum entry_verdict entry_next(struct entry *entry, uint32_t session, nanos_t time,
                                       struct entry_out *out);

/* The next order whose time has ended: SUBMIT (a cancel), or IDLE.  Call until IDLE; entry_due says
 * when it is worth it. */
MUST_USE enum entry_verdict entry_tick(struct entry *entry, nanos_t time, struct entry_out *out);

/* The venue's day begins or ends: ANSWER: System Event to all sessions with a plan.  Before the
 * first day begins, and after a day, new orders are refused.  A day that begins forgets
 * UserRefNums and tokens; midnight is the zero of its times. */
MUST_USE enum entry_verdict entry_day(struct entry *entry, bool begins, nanos_t midnight,
                                      nanos_t time, struct entry_out *out);

/* Commands. */

/* What was decided last happens.  number: of the engine's input, or of the record; of each call
 * larger than before.  Does not ask the engine: it may be called before the engine is told, and
 * must be called before the first event of number is shown. */
void entry_taken(struct entry *entry, uint64_t number);

/* What was decided last, a SUBMIT of entry_request, has no place with the owner: it becomes an
 * ANSWER instead that says so (Rejected; Cancel Reject; nothing for a Modify), to be taken as any
 * other, with a record of its own.  cause: of Rejected.  Returns ENTRY_ANSWER. */
enum entry_verdict entry_refuse(struct entry *entry, enum entry_cause cause, struct entry_out *out);

/* An event of the engine; all of them, in order, whoever caused them.  time: of the input that
 * caused it, so that the same journal makes the same bytes.  Puts at most three messages, behind
 * those of the port's own that come before it: one for each taken ANSWER that still waits, and one
 * for each session where a day begins or ends. */
void entry_event(struct entry *entry, const struct match_event *event, nanos_t time);

/* All events of inputs up to number have been shown: what the port answers itself may leave. */
void entry_released(struct entry *entry, uint64_t number);

/* A request that will be made: as entry_request will be told. */
struct entry_waiting {
    const uint8_t *message;
    uint32_t session;
    uint32_t bytes;
};

/* Hints that these requests will be made next, so that what the port needs for them is fetched from
 * memory meanwhile, for all of them at a time; and guesses what inputs they will become, for
 * match_expect_all:
 *
 *     guessed = entry_expect(entry, waiting, count, guesses);
 *     for (i...) inputs[i] = &guesses[i];
 *     match_expect_all(match, inputs, guessed);
 *     for (i...) entry_request(entry, waiting[i].session, ...) ...
 *
 * Changes nothing.  A guess is read off the message: of a new order kind, id, account, instrument,
 * side and price, with OUCH 4.2 without its id; of another request kind, account, and the id of
 * what it names.  What follows may be otherwise: nothing is checked.  What is malformed or names no
 * order makes none.  Requests from ENTRY_EXPECT_MAX on are not looked at.
 *
 * Worth it from about ENTRY_EXPECT_ORDERS living orders on, even for one request. */
#define ENTRY_EXPECT_MAX    16u
#define ENTRY_EXPECT_ORDERS 4000u
uint32_t entry_expect(const struct entry *entry, const struct entry_waiting *waiting,
                      uint32_t count, struct match_input *guesses);

/* Queries. */

nanos_t entry_due(const struct entry *entry); /* of entry_tick; UINT64_MAX: nothing waits */
bool entry_sweeps(const struct entry *entry, uint32_t session);
uint64_t entry_orders(const struct entry *entry); /* of which not every answer has been given */
uint32_t entry_tokens(const struct entry *entry); /* of OUCH 4.2, used today; of limits.tokens */

/* The engine id of an order of OUCH 5.0. */
static inline order_id_t entry_id(uint32_t session, uint8_t channel, uint32_t urn)
{
    return (order_id_t)channel << 55 | (order_id_t)(session + 1) << 32 | urn;
}

const struct entry_counts *entry_counts(const struct entry *entry);
const char *entry_verdict_name(enum entry_verdict verdict);
const char *entry_cause_name(enum entry_cause cause);
const char *entry_cause_text(enum entry_cause cause);

/* Walks everything and CHECKs every invariant.  Cold. */
void entry_verify(const struct entry *entry);

#endif
