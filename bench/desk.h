#ifndef BENCH_DESK_H
#define BENCH_DESK_H

/* A feed, a gateway and a venue's end, for benches of what is between a packet and an order.
 *
 *     packets ──link──► feed stage ──► queue ──► engine stage: gateway ──► TCP ──link──► peer
 *                                                     journal (D0, in /dev/shm)
 *
 * Who turns which stage on which thread is the bench's business.  Three strategies: two makers of
 * one quote on each side, and one outside with as many keys as wanted.
 *
 *     DESK_ONE   quotes each side from its own best price: one of them moves, one is replaced
 *     DESK_TWO   quotes both from the middle: each move of a best price replaces both
 *
 * The books are those of the preset hot after half a million messages, and two more instruments,
 * in which the makers quote. */

#include "bench/peer.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"

enum desk_instrument { DESK_ONE = 101, DESK_TWO = 102, DESK_INSTRUMENTS = 128 };

/* Between the engine and who hears strategies outside: engine_stage.h. */
struct desk_rings {
    struct spsc *intake, *answers, *copy;
    struct conflate *prices;
};

struct desk_wants {
    bool feed;            /* and books; without it markets are put into the queue by the bench */
    bool journal;         /* without it records are counted, and nothing is kept */
    uint32_t orders;      /* keys of the strategy outside */
    uint32_t link_frames; /* of the gateway's link; a power of two */
    const struct trade_port_kind *port;
    const struct delegate_kind *maker;
    const struct desk_rings *rings; /* NULL: nobody outside is heard */
};

/* The gateway's port, which notes when a segment with a message in it became visible. */
struct desk_port {
    struct net_queue queue;
    struct net_queue *inner;
    uint32_t claimed;             /* bytes of TCP's payload */
    uint64_t published;           /* of them, and not yet flushed */
    uint64_t bytes;               /* flushed */
    _Atomic uint64_t visible_tsc; /* 0: nothing since this was cleared */
    uint64_t *claimed_tsc;        /* where it is noted when a frame is begun; NULL: nowhere */
};

struct desk {
    struct net_clock clock;
    struct feed_stage *feed;
    struct engine_stage *engine;
    struct gateway *gateway;
    struct conflate *listings;
    struct conflate *markets;
    struct net_queue *far; /* where packets are put */
    struct desk_port port;
    struct peer peer;
    struct journal *journal; /* or NULL */
    uint64_t sequence;       /* of the next message of the feed */
};

enum { DESK_OUTSIDE = 2, DESK_QUOTES = 4 }; /* the strategy's number; the makers' orders */
#define DESK_BID  (100 * PRICE_ONE)         /* the best bid; it moves by */
#define DESK_MOVE (PRICE_ONE / 25)

/* Opens it, and lets it trade until the makers' quotes are open. */
void desk_open(struct desk *desk, const struct desk_wants *wants);
void desk_close(struct desk *desk);
/* Whether feed and engine are turned by one thread from now on; two to begin with. */
void desk_join(struct desk *desk, bool joined);

nanos_t desk_now(const struct desk *desk);

/* Puts a packet on the feed's link; only a flush makes it visible.  Either the next messages of the
 * background's flow, or one that moves the best bid of an instrument to and fro, by DESK_MOVE. */
void desk_packet_flow(struct desk *desk, uint32_t messages);
void desk_packet_move(struct desk *desk, enum desk_instrument instrument);

/* A market with this best bid, for the queue where there is no feed. */
struct market desk_market(enum desk_instrument instrument, price_t bid, nanos_t now);

/* Slots are given to the strategies in turn. */
static inline uint32_t desk_outside_slot(uint32_t key)
{
    return DESK_QUOTES + key;
}

/* The gateway's plan by itself, for who has no stages: what it has is the desk's. */
const struct gateway_plan *desk_gateway_plan(const struct desk_wants *wants);

#endif
