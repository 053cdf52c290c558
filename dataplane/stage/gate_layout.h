#ifndef DATAPLANE_STAGE_GATE_LAYOUT_H
#define DATAPLANE_STAGE_GATE_LAYOUT_H

/* What a gate stage holds; for gate_*.c only. */

#include "dataplane/stage/gate_stage.h"

#define GATE_NONE UINT32_MAX

/* Peers in the order in which they came; each is at most once in a list of one kind. */
enum gate_list_kind { GATE_STALLED, GATE_ARRIVED, GATE_LISTS };

struct gate_list {
    uint32_t first, last; /* GATE_NONE: empty */
};

struct gate_link {
    uint32_t before, behind;
};

/* A connection of a client. */
struct gate_peer {
    struct soupbin_server *server;
    uint32_t connection; /* TCP's; TCP_NONE: this one is free */
    uint32_t session;    /* who logged in; GATE_NONE before */
    uint32_t next_free;
    nanos_t closed_ns; /* since when it is CLOSED and TCP takes no output; 0: it is not */
    struct gate_link link[GATE_LISTS];
    bool stalled; /* is in gate->stalled: TCP has bytes of it that wait for room, or for its turn */
    bool dirty;   /* is in gate->dirty */
    bool arrived; /* is in its service's arrived */

    /* When what waits came: the first held_bytes of it with held_tsc or later, what is behind them
     * with next_tsc or later.  So one that is always stalled counts from one buffer ago at most. */
    uint64_t held_tsc, next_tsc;
    uint32_t held_bytes;

    /* Of a snapshot. */
    bool reading;
    struct spin_reader reader;
    const uint8_t *message; /* that found no room yet */
    uint32_t length;
};

/* What a TCP port is for. */
struct gate_service {
    struct gate_stage *gate;
    struct tcp_calls calls;
    bool snapshots;
    uint32_t free;            /* the first free peer, or GATE_NONE */
    struct gate_list arrived; /* peers that have not logged in */
};

enum gate_leaving { GATE_OPEN, GATE_CLOSING, GATE_LEAVING, GATE_LEFT };

struct gate_stage {
    const struct gate_stage_plan *plan;
    struct spsc *requests;
    struct spsc *answers;
    struct spsc *news;

    struct inet *inet;
    struct tcp *tcp;
    struct streams *streams;
    struct history *history;
    struct itch_out *itch;
    struct mold_out *mold;
    struct retransmit *retransmit;
    struct spin *spin;

    struct gate_service orders;
    struct gate_service snapshots;
    struct gate_peer *peer;
    uint32_t *names; /* sessions by their user names' hash, each at the next free place; a power of
                          two, at most half full; GATE_NONE: free */
    uint32_t names_mask;
    uint32_t peers;    /* those of orders first */
    uint32_t *peer_of; /* by TCP's number */
    uint32_t *peer_in; /* by session: who is logged in, or GATE_NONE */
    uint8_t *login;    /* by session: the count of its logins, 1 to 255 and again; 0: none */
    uint8_t *lost;     /* by session: the match stage is to be told */
    uint8_t *broken;   /* by session: its stream has lost an answer */
    uint32_t lost_count;
    struct gate_list stalled;
    uint32_t stalled_count;
    bool catching_up; /* received() is called for what has waited, and not by a frame */
    uint32_t *dirty;  /* peers that may have something to send */
    uint32_t dirty_count;

    nanos_t now;
    uint64_t rx_tsc;          /* of the frame being taken */
    nanos_t news_time;        /* of the events that follow */
    nanos_t tick_begun;       /* the round of ticks */
    uint32_t tick_next;       /* the peer whose turn it is in it */
    bool ending;              /* the end of the day was read ... */
    uint64_t end_answers;     /* ... when so many answers were published: all before it */
    bool over;                /* these are taken: who has been told all is told the end */
    _Atomic uint32_t leaving; /* enum gate_leaving */
    nanos_t leave_by;         /* LEAVING: no later than this; 0: not begun */

    uint8_t *reply; /* room for one answer of the retransmission server */
    struct frame_burst burst;
    struct counter spare;
    struct gate_view view;
    struct snapshot *snapshot;
    struct window *window;
    struct histogram latency;
};

/* gate_peers.c */

static inline uint32_t gate_index_of(const struct gate_stage *gate, const struct gate_peer *peer)
{
    return (uint32_t)(peer - gate->peer);
}

static inline bool gate_is_snapshot(const struct gate_stage *gate, const struct gate_peer *peer)
{
    return gate_index_of(gate, peer) >= gate->plan->order_connections;
}

void gate_list_add(struct gate_stage *gate, struct gate_list *list, enum gate_list_kind kind,
                   struct gate_peer *peer);
void gate_list_remove(struct gate_stage *gate, struct gate_list *list, enum gate_list_kind kind,
                      const struct gate_peer *peer);

static inline struct gate_service *gate_service_of(struct gate_stage *gate,
                                                   const struct gate_peer *peer)
{
    return gate_is_snapshot(gate, peer) ? &gate->snapshots : &gate->orders;
}

/* The peer is one that has logged in, or is over. */
void gate_unarrive(struct gate_stage *gate, struct gate_peer *peer);

/* A slot of the requests' ring, to be published, or NULL. */
struct gate_slot *gate_request_claim(struct gate_stage *gate, uint32_t session);

/* Marks the peer as one that may have something to send. */
void gate_dirty(struct gate_stage *gate, uint32_t peer);

/* Puts what is wanted and writes what waits, of every peer that is so marked. */
void gate_pump(struct gate_stage *gate);

/* The peer is of no session any more. */
void gate_peer_leave(struct gate_stage *gate, struct gate_peer *peer);

/* It has no connection any more. */
void gate_peer_free(struct gate_stage *gate, struct gate_peer *peer);

/* Ends a connection; its session is lost.  In order: what TCP has is sent, then a FIN.  At once: a
 * reset, because the client may be dead, and its connection would be held for minutes. */
enum gate_manner { GATE_IN_ORDER, GATE_AT_ONCE };
void gate_drop(struct gate_stage *gate, uint32_t peer, enum gate_manner manner);

/* Heartbeats and silences of some peers, of each about every 200 ms: call at each housekeeping. */
void gate_tick(struct gate_stage *gate);

/* gate_sessions.c */

static inline bool gate_is_closed(const struct gate_stage *gate)
{
    return atomic_load_explicit(&gate->leaving, memory_order_relaxed) != GATE_OPEN;
}

/* Puts the sessions into names.  Cold. */
void gate_names_make(struct gate_stage *gate);

/* The peer waits no more. */
void gate_unstall(struct gate_stage *gate, struct gate_peer *peer);

/* What TCP calls, for one service. */
struct tcp_calls gate_calls(struct gate_service *service);

/* Tells the match stage of lost sessions, and shows stalled clients' bytes again, as room allows:
 * each its turn, and from who waits longest. */
void gate_catch_up(struct gate_stage *gate);

#endif
