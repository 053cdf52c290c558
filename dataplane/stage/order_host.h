#ifndef DATAPLANE_STAGE_ORDER_HOST_H
#define DATAPLANE_STAGE_ORDER_HOST_H

/* The client's end of order entry: the sessions of up to ORDER_HOST_VENUES_MAX venues on one port.
 *
 *     order_host_send ──► SoupBinTCP ──► TCP ──► inet ──► port        a venue elsewhere
 *         message() ◄──       "           "       "   ◄──
 *     order_host_send ──► requests' ring ──► match stage              a venue in this process
 *         message() ◄── kept ◄── answers' ring ◄──
 *
 *                  connection        login              nothing for settle_ns
 *     DOWN ──────► CONNECTING ─────► LOGIN ──────► SETTLING ──────────► UP
 *      ▲               │               │               │                 │
 *      └── retry_ns, doubled up to retry_max_ns, with jitter ◄───────────┘
 *                                                       BROKEN: for people to look at
 *
 * Each login asks for the number that comes next, so the owner is given every sequenced message
 * once and in order, however often the connection breaks.
 *
 * Up.  SoupBinTCP does not say how much a login has missed.  session(up) comes once nothing has
 * come for settle_ns after the login was accepted: by then what was missed has come, as far as can
 * be known.  Whether an order lives is known for certain by the answer to a query sent after it,
 * which the venue writes behind all it had to say before: the trade port's business.
 *
 * In this process (ORDER_HOST_INSIDE) a session is two rings of struct gate_slot straight to the
 * match stage, which has a session number for it and no TCP in between.  After a start the
 * venue's recovery shows all answers of the day again (order_host_answer): those the gateway has
 * had are counted, the others kept and delivered first.
 *
 * Guarantees: room() messages of up to TRADE_PORT_BYTES_MAX are taken by send(), unless the session
 * goes meanwhile; a message that was sent before its session was lost may have arrived or not.  A
 * password is in the plan and on the wire, nowhere else.
 *
 * A turn makes no system call and takes no memory.
 * Threads: the lcore of its owner; order_host_answer and order_host_relieve: see there.
 * Memory: order_host_footprint(). */

#include "dataplane/base/histogram.h"
#include "dataplane/gateway/gateway.h"
#include "dataplane/inet/inet.h"
#include "dataplane/net/net.h"
#include "dataplane/queue/spsc.h"
#include "dataplane/session/soupbin_client.h"
#include "dataplane/stage/gate_ring.h"

#define ORDER_HOST_VENUES_MAX  GATEWAY_VENUES_MAX
#define ORDER_HOST_KEPT_MAX    (1u << 22)
#define ORDER_HOST_SETTLE_NS   (2 * NANOS_MILLI)
#define ORDER_HOST_SETTLE_MAX  NANOS_SECOND /* a venue that never pauses is up by then */
#define ORDER_HOST_RETRY_NS    (100 * NANOS_MILLI)
#define ORDER_HOST_RETRY_MAX   (10 * NANOS_SECOND)
#define ORDER_HOST_MESSAGE_MAX 512u /* the longest message a venue may send */

enum order_host_way { ORDER_HOST_TCP, ORDER_HOST_INSIDE };

struct order_host_venue {
    uint8_t way; /* enum order_host_way */

    /* TCP. */
    uint32_t ip;
    uint16_t port;
    struct soupbin_credentials credentials;
    char session[10]; /* padded; blank: the venue's current one */

    /* INSIDE. */
    uint32_t number;       /* of the session, as the match stage counts */
    struct spsc *requests; /* slots are struct gate_slot, as those of answers */
    struct spsc *answers;
    uint32_t kept; /* answers that may wait outside of the ring; a power of two */
};

struct order_host_calls {
    void *context;
    /* A sequenced message; valid until it returns. */
    void (*message)(void *context, uint32_t venue, uint64_t sequence, const uint8_t *message,
                    uint32_t length, nanos_t now);
    void (*session)(void *context, uint32_t venue, bool up, nanos_t now);
};

struct order_host_plan {
    uint32_t venues;
    struct order_host_venue venue[ORDER_HOST_VENUES_MAX];
    struct net_queue *queue; /* NULL if all are INSIDE */
    struct inet_limits inet; /* of that queue; output is filled in */
    nanos_t settle_ns;       /* 0: ORDER_HOST_SETTLE_NS */
    nanos_t retry_ns;        /* 0: ORDER_HOST_RETRY_NS */
    nanos_t retry_max_ns;    /* 0: ORDER_HOST_RETRY_MAX */
    uint64_t seed;           /* of the jitter */
    struct order_host_calls calls;
};

/* clang-format off */
#define ORDER_HOST_STATES(X)                                                           \
    X(ORDER_HOST_DOWN,       down,       "there is no connection; it is tried again")  \
    X(ORDER_HOST_CONNECTING, connecting, "the venue has not answered yet")             \
    X(ORDER_HOST_LOGIN,      login,      "connected, the login is not answered yet")   \
    X(ORDER_HOST_SETTLING,   settling,   "logged in; what was missed is coming")       \
    X(ORDER_HOST_UP,         up,         "orders may leave")                           \
    X(ORDER_HOST_BROKEN,     broken,     "no more: the venue disagrees about the past, its day has ended, or an answer was lost")

#define ORDER_HOST_COUNTERS(C)                                                         \
    C(connection,      "Connections tried")                                            \
    C(connection_none, "of these, for which the TCP endpoint had no place")            \
    C(login,           "Logins accepted")                                              \
    C(lost,            "Sessions lost after their login")                              \
    C(message,         "Sequenced messages taken")                                     \
    C(message_old,     "Messages shown again at the start that were known: not given on") \
    C(unsequenced,     "Messages without a number: not given on")                      \
    C(sent,            "Messages put on the session")                                  \
    C(unsent,          "Messages refused because the session was not up, or full")     \
    C(answer_lost,     "Answers of a venue in this process that found no place")
/* clang-format on */

#define ORDER_HOST_STATE_ENUM(state, name, meaning) state,
enum order_host_state { ORDER_HOST_STATES(ORDER_HOST_STATE_ENUM) ORDER_HOST_STATE_COUNT };
const char *order_host_state_name(enum order_host_state state);
const char *order_host_state_text(enum order_host_state state);

#define ORDER_HOST_COUNTER_FIELD(name, help) uint64_t name;
struct order_host_counts {
    ORDER_HOST_COUNTERS(ORDER_HOST_COUNTER_FIELD)
};

struct order_host_look {
    uint64_t state;   /* enum order_host_state */
    uint64_t reason;  /* enum soupbin_reason: why the last connection ended */
    uint64_t next;    /* the next sequenced message */
    uint64_t waiting; /* INSIDE: answers that are kept */
    struct order_host_counts counts;
};

struct order_host;

/* Lifecycle.  Cold. */

const char *order_host_check(const struct order_host_plan *plan); /* NULL, or what is wrong */
size_t order_host_footprint(const struct order_host_plan *plan);  /* plan must be good */
/* memory: zeroed, aligned to CACHE_LINE; plan and what it points to must outlive the host. */
struct order_host *order_host_new(void *memory, const struct order_host_plan *plan, nanos_t now);

/* The number of the first message wanted, from 1.  Once for each venue, before the first turn, and
 * before order_host_answer. */
void order_host_begin(struct order_host *host, uint32_t venue, uint64_t sequence);

/* INSIDE: an answer that the venue's recovery shows, while no lcore runs. */
void order_host_answer(struct order_host *host, uint32_t venue, const struct gate_slot *slot);

/* The turn.  Hot. */

/* Takes frames and answers, and gives on what they bring.  How many there were. */
uint32_t order_host_turn(struct order_host *host, nanos_t now);

/* Messages that the venue's session takes now; 0 unless it is UP. */
uint32_t order_host_room(const struct order_host *host, uint32_t venue);

/* False if the session is not UP or full: nothing was taken.  INSIDE it is on its way at once, else
 * with the next flush.  cause_tsc: of the frame that caused it, or 0. */
MUST_USE bool order_host_send(struct order_host *host, uint32_t venue, const uint8_t *bytes,
                              uint32_t length, uint64_t cause_tsc, nanos_t now);

/* Puts what was sent on the port. */
void order_host_flush(struct order_host *host, nanos_t now);

/* Connections, heartbeats, silences, retries.  Warm: at least every 100 ms. */
void order_host_housekeeping(struct order_host *host, nanos_t now);

/* INSIDE: takes all answers out of the rings and keeps them, for a match stage on the same lcore
 * whose ring is full. */
void order_host_relieve(struct order_host *host);

/* Logs out; no session comes back.  session(up) is said of none any more. */
void order_host_leave(struct order_host *host, nanos_t now);

/* True once no session is logged in, and the match stage knows. */
bool order_host_left(const struct order_host *host);

/* Queries.  Of the owner's lcore. */
void order_host_show(const struct order_host *host, uint32_t venue, struct order_host_look *look);
const struct inet_counts *order_host_inet(const struct order_host *host); /* NULL: all INSIDE */

/* Ticks from a message sent, while no answer was awaited, to the next message taken. */
const struct histogram *order_host_latency(const struct order_host *host);

#endif
