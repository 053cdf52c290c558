#ifndef DATAPLANE_STAGE_GATE_STAGE_H
#define DATAPLANE_STAGE_GATE_STAGE_H

/* The venue's side of the wire: the stage that has the network port, the sessions and the market
 * data, and no engine.
 *
 *     port ──► inet ──► TCP ──► SoupBinTCP ──► requests ──►
 *                                   ▲                        match stage
 *                              streams ◄────── answers ◄──
 *                                                │
 *     lines A, B ◄── MoldUDP64 ◄── history ◄─── news: ITCH
 *     port ◄──► retransmission (UDP), snapshots (SoupBinTCP, GLIMPSE): from history
 *
 * A session is who logs in: its answers are kept, numbered, in a stream, whether or not somebody is
 * connected, and replayed from any number.  The newest login of a name wins: the connection before
 * it is dropped, because a client whose cable broke must be able to come back at once.
 *
 * When all connections are in use, the oldest that has not logged in makes room for another.
 *
 * An answer for which the streams have no place is lost, and with it its session: no later message
 * may have its number, so the session is dropped, its logins are refused, and streams_broken counts
 * it.  The match stage refuses orders before it comes to that.  Recovery, which shows the same
 * answers, comes to the same.
 *
 * Guarantees: a message of a client is given on once, in order, or its connection ends.  When the
 * match stage does not keep up, bytes stay in TCP and the windows close; nothing is dropped, and
 * nobody is silent meanwhile.  Clients that wait have room in the order in which they came, and so
 * many packets at a time.  Who does not take answers fast enough is disconnected and can go on
 * later.
 *
 * Threads: the lcore that runs it; view, close and leave are for anyone.
 * Memory: gate_stage_footprint(). */

#include "dataplane/inet/inet.h"
#include "dataplane/net/net.h"
#include "dataplane/publish/itch_out.h"
#include "dataplane/publish/mold_out.h"
#include "dataplane/publish/retransmit.h"
#include "dataplane/publish/spin.h"
#include "dataplane/queue/spsc.h"
#include "dataplane/session/soupbin_server.h"
#include "dataplane/session/streams.h"
#include "dataplane/stage/gate_ring.h"
#include "dataplane/stage/snapshot.h"
#include "dataplane/stage/stage.h"
#include "dataplane/stage/window.h"

#define GATE_LINES_MAX       MOLD_OUT_LINES
#define GATE_QUEUES_MAX      (1u + GATE_LINES_MAX)
#define GATE_CONNECTIONS_MAX 65536u
#define GATE_VIEW_SESSIONS   16u

struct gate_stage_plan {
    uint32_t queues; /* the first one has orders, snapshots and retransmission */
    struct net_queue *queue[GATE_QUEUES_MAX];
    uint32_t line_queue[GATE_LINES_MAX]; /* index of the queue a line leaves by */

    struct inet_limits inet; /* output is filled in */
    uint16_t orders_port;
    uint16_t snapshot_port;
    uint16_t retransmission_port;

    char name[10]; /* of the day, for MoldUDP64: padded on the right */
    uint32_t sessions;
    const struct soupbin_credentials *session;
    uint32_t order_connections;    /* at once; at least sessions */
    uint32_t snapshot_connections; /* at once; at least 1 */
    struct soupbin_server_limits server;
    struct streams_limits streams;

    struct history_limits history;
    struct itch_out_limits itch;
    struct mold_out_limits mold; /* ports are filled in */
    struct retransmit_limits retransmit;
    struct spin_limits spin;

    struct spsc *requests; /* slots are struct gate_slot, as those of answers */
    struct spsc *answers;
    struct spsc *news; /* slots are struct match_event */
};

/* clang-format off */
#define GATE_COUNTERS(C)                                                               \
    C(frame,            "Frames taken from the port")                                  \
    C(frame_cut,        "of these, captures that kept only a part: dropped")           \
    C(line_frame,       "Frames that came in on a line's own port: dropped")           \
    C(connection,       "Connections accepted")                                        \
    C(connection_full,  "Connections refused: all are in use")                         \
    C(connection_evicted, "Connections reset: the oldest without a login made room")   \
    C(login,            "Logins accepted")                                             \
    C(login_refused,    "Logins refused")                                              \
    C(login_broken,     "Logins refused: the stream of the session has lost an answer")    \
    C(login_replaced,   "Connections dropped because their session logged in anew")    \
    C(request,          "Messages given to the match stage")                           \
    C(request_held,     "Times a client waited because the match stage was behind")    \
    C(request_turn,     "Times a client waited because others had their turn")         \
    C(answer,           "Messages of sessions taken from the match stage")             \
    C(answer_lost,      "of these, for which no place was left in the streams")        \
    C(dropped,          "Connections ended by the match stage")                        \
    C(dropped_late,     "The same asked for, of connections that were over already")    \
    C(unsent,           "Connections reset: a second after their end output waited")   \
    C(snapshot,         "Snapshots begun")                                             \
    C(snapshot_refused, "Snapshots refused")                                           \
    C(news,             "Events of the engine published")                              \
    C(retransmitted,    "Retransmission requests answered")                            \
    C(reply_lost,       "Answers to requests for which the link had no room")
/* clang-format on */

#define GATE_COUNTER_FIELD(name, help) uint64_t name;

struct gate_view_session {
    char username[8];
    uint64_t connected;
    uint64_t messages; /* of its stream */
    uint64_t broken;   /* it has lost an answer: nobody is let in to it any more */
};

struct gate_view {
    GATE_COUNTERS(GATE_COUNTER_FIELD)
    uint64_t connected;      /* gauge: sessions */
    uint64_t reading;        /* gauge: snapshot connections */
    uint64_t streams_broken; /* gauge: sessions whose stream has lost an answer; an alarm */
    uint64_t message;        /* of market data */
    uint64_t ended;          /* the day is over */
    uint64_t connections;
    struct inet_counts inet;
    struct tcp_counts tcp;
    struct mold_out_counts line[GATE_LINES_MAX];
    struct retransmit_counts retransmit;
    struct spin_counts spin;
    struct streams_counts streams;
    uint64_t stream_chunks;                /* gauge: of answers, that streams may have in use */
    uint64_t closed[SOUPBIN_REASON_COUNT]; /* order connections by how they ended */
    uint64_t sessions;                     /* shown here; there are sessions_more besides */
    uint64_t sessions_more;
    struct gate_view_session session[GATE_VIEW_SESSIONS];
};

struct gate_stage;

/* The first number that is out of range as a sentence, or NULL. */
const char *gate_stage_check(const struct gate_stage_plan *plan);

size_t gate_stage_footprint(const struct gate_stage_plan *plan); /* plan must be good */

/* memory: zeroed, aligned to CACHE_LINE.  plan and what it points to must outlive the stage. */
struct gate_stage *gate_stage_new(void *memory, const struct gate_stage_plan *plan, nanos_t now);

/* Before an lcore runs it: what the match stage shows at recovery and at the opening.  Cold. */
void gate_stage_answer(struct gate_stage *gate, const struct gate_slot *slot);
void gate_stage_news(struct gate_stage *gate, const struct match_event *slots, uint32_t count);

/* After recovery: what it brought was sent before, and is not sent on the lines again. */
void gate_stage_recovered(struct gate_stage *gate);

extern const struct stage_kind gate_stage_kind;

/* Takes answers and news out of the rings: for a match stage on the same lcore whose ring is full.
 */
void gate_stage_relieve(void *gate);

/* No request is taken any more.  Any thread. */
void gate_stage_close(struct gate_stage *gate);

/* The match stage has said its last: connections end once clients have acknowledged all that their
 * sessions have, or a second later; who has not all then comes back for it.  Any thread. */
void gate_stage_leave(struct gate_stage *gate);

/* Ticks from the frame of a request to its answer's segment. */
const struct histogram *gate_stage_latency(const struct gate_stage *gate);

/* Answers there is place for at least, as of the last turn. */
const struct counter *gate_stage_spare(const struct gate_stage *gate);

void gate_stage_view(const struct gate_stage *gate, struct gate_view *view);

/* All sessions, by the window (window.h): rows are struct gate_view_session; kind is not read. */
struct window *gate_stage_window(struct gate_stage *gate);

#endif
