#ifndef TESTS_STAGE_EXCHANGE_RIG_H
#define TESTS_STAGE_EXCHANGE_RIG_H

/* A whole venue in virtual time: both stages over a model disk and a simulated switch, clients that
 * speak OUCH over SoupBinTCP over TCP to it, and a feed stage that listens to its market data.
 *
 *     clients (end 1) ──┐
 *                       ├── switch ── gate (end 0) ── rings ── match stage ── journal on a model
 *     feed   (end 2) ───┘
 *
 * What a client was told under a number must be told again under that number, whatever dies
 * meanwhile; the rig remembers and compares. */

#include "dataplane/session/ouch_client.h"
#include "dataplane/session/soupbin_client.h"
#include "dataplane/stage/feed_stage.h"
#include "dataplane/stage/gate_stage.h"
#include "dataplane/stage/match_stage.h"
#include "tests/journal/model_storage.h"
#include "tests/support/sim_wire.h"

#define EXCHANGE_CLIENTS     4u
#define EXCHANGE_INSTRUMENTS 3u
#define EXCHANGE_MESSAGES    8192u /* told to one client */

struct exchange_message {
    uint8_t bytes[200];
    uint32_t length;
};

struct exchange_client {
    struct exchange *exchange;
    uint32_t index;
    struct soupbin_client *soup;
    struct ouch_client *ouch;
    struct tcp_calls calls;
    uint32_t connection; /* TCP_NONE: none */
    bool wants;          /* to be connected */
    bool deaf;           /* takes nothing it is told */
    bool kept;           /* was deaf: TCP has bytes for it */
    uint64_t told;       /* messages it has */
    struct exchange_message *message;
    struct ouch_report last; /* the newest report */
    uint64_t reports[OUCH_REPORT_COUNT];
    uint64_t doubts;
    uint32_t drops; /* connections that ended */
};

/* What runs beside the venue; if it is inside, it is of the same process and on the same lcore. */
struct exchange_beside {
    void *context;
    void (*starts)(void *context); /* the rings are there; the venue's recovery follows */
    void (*answer)(void *context, const struct gate_slot *slot); /* of recovery, of its session */
    void (*relieve)(void *context);          /* the match stage waits for room in its ring */
    void (*turn)(void *context, bool keeps); /* keeps: housekeeping, too */
};

struct exchange_plan {
    uint64_t seed;
    enum venue_durability durability;
    uint32_t stream_chunks; /* 0: plenty */
    bool cancel_on_disconnect;
    uint8_t dialect;  /* enum entry_dialect, of all clients */
    bool inside;      /* the last client's session is of the process: it cannot connect */
    uint32_t reports; /* slots of the ring of reports, whose reader is the spec; 0: there is none */
    struct exchange_beside beside;
};

struct exchange {
    struct exchange_plan plan;
    struct sim_wire *wire;
    const char *wrong; /* the first thing that was not as it must be */

    /* The disk and the process. */
    struct model model;
    struct journal_limits journal_limits;
    struct journal_recovery *recovery;
    struct journal_report report;
    struct journal *journal; /* NULL: no process */
    struct venue *venue;
    struct venue_limits limits;
    struct match_stage *match;
    struct gate_stage *gate;
    struct match_stage_plan match_plan;
    struct gate_stage_plan gate_plan;
    struct match_stage_sink sink;
    struct entry_plan entry[EXCHANGE_CLIENTS];
    struct soupbin_credentials credentials[EXCHANGE_CLIENTS];
    struct match_stage_listing listing[EXCHANGE_INSTRUMENTS];
    char problem_text[512];
    void *life[16]; /* memory of the process */
    uint32_t lives;
    bool lazy_disk; /* the journal's thread does not work */

    struct inet *host; /* of the clients */
    struct exchange_client client[EXCHANGE_CLIENTS];

    uint64_t hole_messages;  /* more missing than that: a snapshot at once */
    struct feed_stage *feed; /* NULL: nobody listens */
    struct feed_stage_plan feed_plan;
    struct conflate *listings; /* what it says, for an engine stage */
    struct conflate *markets;
    void *feed_life[4];
};

struct exchange *exchange_new(const struct exchange_plan *plan);
void exchange_delete(struct exchange *exchange);

/* The process starts: recovery, then the opening.  False: exchange->problem_text says why not. */
bool exchange_start(struct exchange *exchange);

/* It dies; alone, or by the power. */
void exchange_kill(struct exchange *exchange);
void exchange_cut(struct exchange *exchange);

/* A feed listens from now on, with recovery. */
void exchange_listen(struct exchange *exchange);

/* Time passes, in small steps in which everybody has a turn. */
void exchange_run(struct exchange *exchange, nanos_t ns);

/* Until nothing waits anywhere, at most ten seconds of virtual time.  False if it never ends. */
bool exchange_settle(struct exchange *exchange);

/* A client wants to be connected, or not any more. */
void exchange_connect(struct exchange *exchange, uint32_t client);
void exchange_disconnect(struct exchange *exchange, uint32_t client);
/* It logs in by these from now on; before it connects. */
void exchange_login_is(struct exchange *exchange, uint32_t client,
                       const struct soupbin_client_login *login);
bool exchange_open(const struct exchange *exchange, uint32_t client);

/* Requests.  The number, or 0 if it could not be sent. */
struct exchange_order {
    char side;
    uint32_t qty;
    uint32_t price_e4;
    uint32_t instrument;
    bool immediate;
};
uint32_t exchange_enter(struct exchange *exchange, uint32_t client,
                        const struct exchange_order *order);
uint32_t exchange_replace(struct exchange *exchange, uint32_t client, uint32_t number, uint32_t qty,
                          uint32_t price_e4);
bool exchange_cancel(struct exchange *exchange, uint32_t client, uint32_t number, uint32_t qty);

/* A message as the client wrote it. */
bool exchange_send(struct exchange *exchange, uint32_t client, const uint8_t *bytes,
                   uint32_t length);

/* The feed's books are the engine's: every level and order.  A sentence, or NULL. */
const char *exchange_books_differ(struct exchange *exchange);

struct gate_view exchange_gate(struct exchange *exchange);
struct match_view exchange_match(struct exchange *exchange);

#endif
