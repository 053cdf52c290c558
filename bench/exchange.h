#ifndef BENCH_EXCHANGE_H
#define BENCH_EXCHANGE_H

/* A venue on an in-memory link with clients at the other end, for benches: both stages, a journal
 * in memory (D0), and as many sessions as wanted, each a TCP connection of one client host.
 *
 * The journal's thread is not there: exchange_rest does its work, where nothing is measured. */

#include "bench/bench.h"
#include "dataplane/net/net_memory.h"
#include "dataplane/session/soupbin_client.h"
#include "dataplane/stage/gate_stage.h"
#include "dataplane/stage/match_stage.h"

#define EXCHANGE_FRAME_BYTES 1514u

struct exchange_session {
    struct soupbin_client *soup;
    struct tcp_calls calls;
    uint32_t connection;
    uint32_t index;
    uint32_t next; /* UserRefNum */
    uint64_t answers;
    uint64_t sent_tsc[1024]; /* when it was meant to be sent, by UserRefNum; 0: not asked */
};

/* Told of each sequenced message, where not NULL. */
typedef void exchange_answer_fn(struct exchange_session *session,
                                const struct soupbin_message *message);

struct exchange {
    struct gate_stage *gate;
    struct match_stage *match;
    struct net_queue *far; /* the clients' end */
    struct inet *host;
    uint32_t sessions;
    struct exchange_session *session;
    exchange_answer_fn *answered;
    uint64_t orders; /* sent */
};

struct exchange_wants {
    uint32_t sessions;
    uint32_t link_frames;   /* a power of two */
    uint32_t segment_bytes; /* of the journal */
};

/* Opens everything and logs all sessions in.  Never fails: it stops the program. */
void exchange_open(struct exchange *exchange, const struct exchange_wants *wants);
void exchange_close(struct exchange *exchange);

/* The journal's thread runs, or not any more; on the match stage's core, for want of a third. */
void exchange_journal_runs(struct exchange *exchange, bool runs);

/* An order of session: 100 shares at 10.00, to buy or to sell.  What is written leaves with
 * exchange_flush.  False if the session has no room now. */
bool exchange_order(struct exchange *exchange, uint32_t session, bool buys);
void exchange_flush(struct exchange *exchange);

/* Takes what has come to the clients; returns how many frames. */
uint32_t exchange_take(struct exchange *exchange);

/* Time passes at the clients' side: timers, heartbeats.  Not measured. */
void exchange_tick(struct exchange *exchange);

/* The journal's thread's work, a step of it. */
void exchange_rest(struct exchange *exchange);

#endif
