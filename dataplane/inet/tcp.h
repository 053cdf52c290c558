#ifndef DATAPLANE_INET_TCP_H
#define DATAPLANE_INET_TCP_H

/* A TCP endpoint: a table of connections over one interface (inet.h), as a pure state machine.
 *
 *      the owner                        this                              the peer
 *      tcp_listen / tcp_connect   ──►
 *                    opened()     ◄──   handshake  ◄──────────────────►
 *      tcp_write                  ──►   send ring ──► segments, at once ──►
 *                    received()   ◄──   payload in the frame, in order  ◄──
 *                    writable()   ◄──   room after a write that was short
 *                    ended()      ◄──   the peer sends no more (FIN)    ◄──
 *      tcp_finish                 ──►   we send no more (FIN)           ──►
 *                    closed()     ◄──   over: both ways ended, reset, or given up
 *
 * A connection is a number below limits.connections.  It belongs to the owner from opened() (or the
 * tcp_connect that returned it) until closed() has been called or the owner has let go of it by
 * tcp_close or tcp_abort; after that the number may be another connection's.  Several owners share
 * an endpoint: each listener and each tcp_connect names its struct tcp_calls.
 *
 * What arrives in order is shown to received() where it lies in the frame.  It returns how many
 * bytes, from the front, it has taken.  What it leaves is kept in the connection's receive buffer,
 * the advertised window shrinks by it, and it is shown again, before anything newer, when more
 * comes or with tcp_resume.  A run that is kept may be shown in two pieces, where the buffer ends
 * and begins: an owner that needs messages in one piece gathers them itself.
 *
 * Inside its calls an owner may use every function of this header, on any connection; tcp_close and
 * tcp_abort included, after which no further call for that connection follows.
 *
 * Guarantees (T1 to T6): received() sees a prefix of the bytes the peer sent, in order, each once;
 * where segments overlap the first bytes stay.  Sent bytes are repeated until acknowledged or the
 * user timeout; a zero window is probed for ever as long as the peer answers, after tcp_close no
 * longer than the user timeout.  A reset is believed
 * only if its sequence number is exactly the next one expected, a SYN never; what is near is
 * answered by a challenge, at most limits.challenges a second and connection (RFC 5961).  ICMP
 * never ends a connection that is synchronised.  Memory is what footprint says, whatever comes.
 *
 * Every segment received is counted once in counts.segment[status].
 *
 * Not here: urgent data (treated as ordinary), delayed sending of small segments (Nagle), data on a
 * SYN (ignored; the peer sends it again), TCP Fast Open, ECN.
 *
 * Threads: one, that of the inet around it.  Memory: inside inet_footprint(); about
 * connections * (send_bytes + receive_bytes + 1 KiB).
 * Cost: idle connections cost nothing in a turn.  bench/bench_inet.c measures a segment in and out.
 * Source: RFC 9293; 6298 (timer), 5681, 6582, 6675, 3042 (loss), 2018 (SACK), 8985 section 7 (tail
 * loss probe), 3522 (spurious timeout), 7323 (timestamps, windows), 5961 (blind attacks), 6528
 * (initial numbers), 6056 (ports), 5927 (ICMP). */

#include "dataplane/base/base.h"

#define TCP_CONNECTIONS_MAX 1048576u
#define TCP_LISTENERS_MAX   64u
#define TCP_BUFFER_MIN      1024u
#define TCP_BUFFER_MAX      1073741824u /* the largest window RFC 7323 can say */
#define TCP_NONE            UINT32_MAX  /* no connection */

struct tcp;

/* What bounds an endpoint.  A field with a default in brackets takes it when it is 0. */
struct tcp_limits {
    uint32_t connections;   /* at once, all states, TIME-WAIT included; to TCP_CONNECTIONS_MAX */
    uint32_t listeners;     /* ports; at most TCP_LISTENERS_MAX */
    uint32_t half_open;     /* passive ones without a finished handshake [connections / 4, at least
                             1]; another SYN replaces the oldest of them */
    uint32_t send_bytes;    /* per connection, a power of two, TCP_BUFFER_MIN to TCP_BUFFER_MAX */
    uint32_t receive_bytes; /* the same */

    nanos_t rto_initial_ns;    /* before the first measurement [1 s] */
    nanos_t rto_min_ns;        /* [5 ms]; RFC 6298 says 1 s, which is for the Internet */
    nanos_t rto_max_ns;        /* of the doubled timer, of persist probes too [60 s] */
    nanos_t delayed_ack_ns;    /* an acknowledgment may wait so long; 0: until inet_flush */
    nanos_t user_timeout_ns;   /* given up when nothing is acknowledged for so long [300 s] */
    nanos_t connect_ns;        /* given up when the handshake takes longer [75 s] */
    nanos_t time_wait_ns;      /* [60 s]; under pressure the oldest makes room earlier */
    nanos_t finish_ns;         /* after tcp_close, how long the peer may take to end [60 s] */
    nanos_t keepalive_ns;      /* silence after which the peer is probed; 0: never */
    nanos_t keepalive_gap_ns;  /* between probes; the tenth unanswered one ends it [75 s] */
    uint32_t challenges;       /* a second and connection, on average [20] */
    uint32_t initial_segments; /* congestion window at the start, 1 to 10 [10] */

    uint16_t port_first; /* for tcp_connect [49152] */
    uint16_t port_last;  /* [65535] */

    bool without_timestamps; /* not offered, not accepted */
    bool without_sack;
    bool without_scaling;
};

/* Why a connection is over. */
/* clang-format off */
#define TCP_ENDS(X)                                                                    \
    X(TCP_END_NORMAL,      normal,      "both ways were ended in order")               \
    X(TCP_END_RESET,       reset,       "the peer reset it")                           \
    X(TCP_END_REFUSED,     refused,     "the peer refused it")                         \
    X(TCP_END_TIMEOUT,     timeout,     "the peer has not acknowledged for too long")  \
    X(TCP_END_UNREACHABLE, unreachable, "ICMP said that there is nobody, before it was open") \
    X(TCP_END_SILENT,      silent,      "the peer has not answered keepalive probes")

/* What became of a received segment. */
#define TCP_STATUSES(X)                                                                \
    X(TCP_SEGMENT_DATA,      data,           "in order, new bytes, the predicted way")                    \
    X(TCP_SEGMENT_ACK,       ack,            "an acknowledgment, the predicted way")                      \
    X(TCP_SEGMENT_TAKEN,     taken,          "acceptable, by the rules in full")                          \
    X(TCP_SEGMENT_EARLY,     early,          "beyond a hole; its bytes are kept")                         \
    X(TCP_SEGMENT_OPENING,   opening,        "a SYN that opens a connection, or an answer to ours")       \
    X(TCP_SEGMENT_RESET,     reset,          "a reset that was believed")                                 \
    X(TCP_SEGMENT_SHORT,     short_header,   "cut, or its offset points outside")                         \
    X(TCP_SEGMENT_OPTIONS,   bad_options,    "an option of impossible length")                            \
    X(TCP_SEGMENT_CHECKSUM,  checksum,       "its checksum is wrong")                                     \
    X(TCP_SEGMENT_NOBODY,    nobody,         "for no connection; answered by a reset")                    \
    X(TCP_SEGMENT_NOBODY_RST, nobody_reset,  "a reset for no connection")                                 \
    X(TCP_SEGMENT_SYN_REFUSED, syn_refused,  "a SYN for which there was no room, or that the owner refused") \
    X(TCP_SEGMENT_BAD_SYN,   bad_syn,        "a SYN with FIN or RST, or to a group or broadcast")         \
    X(TCP_SEGMENT_DUPLICATE, duplicate,      "only bytes that had come before")                           \
    X(TCP_SEGMENT_OUTSIDE,   outside,        "outside the window")                                        \
    X(TCP_SEGMENT_PAWS,      paws,           "its timestamp is older than the last (RFC 7323)")           \
    X(TCP_SEGMENT_NO_TIMESTAMP, no_timestamp, "lacks the timestamp that was agreed")                      \
    X(TCP_SEGMENT_RST_CHALLENGED, rst_challenged, "a reset in the window, not exact (RFC 5961, 3)")       \
    X(TCP_SEGMENT_RST_OUTSIDE, rst_outside,  "a reset outside the window, or not believable")             \
    X(TCP_SEGMENT_SYN_CHALLENGED, syn_challenged, "a SYN on an open connection (RFC 5961, 4)")            \
    X(TCP_SEGMENT_NO_ACK,    no_ack,         "neither ACK nor SYN nor RST")                               \
    X(TCP_SEGMENT_BAD_ACK,   bad_ack,        "acknowledges what was never sent, or long ago (RFC 5961, 5)") \
    X(TCP_SEGMENT_NO_ROOM,   no_room,        "early, with no room for another range")                     \
    X(TCP_SEGMENT_AFTER_CLOSE, after_close,  "bytes for an owner who has let go; answered by a reset")

#define TCP_COUNTERS(C)                                                                \
    C(segment_out,        "Segments sent")                                             \
    C(byte_out,           "Payload bytes sent, repeated ones included")                \
    C(byte_in,            "Payload bytes in order, each once")                         \
    C(acknowledge_out,    "of the segments, those with nothing but an acknowledgment") \
    C(reset_out,          "Resets sent")                                               \
    C(challenge_out,      "Challenge acknowledgments sent")                            \
    C(challenge_limited,  "Challenges not sent, beyond the rate")                      \
    C(retransmit,         "Segments sent again")                                       \
    C(fast_retransmit,    "Recoveries begun by duplicate acknowledgments")             \
    C(timeout,            "Retransmission timers that ran out")                        \
    C(spurious,           "Timeouts that turned out to be needless (RFC 3522)")        \
    C(tail_probe,         "Tail loss probes sent")                                     \
    C(window_probe,       "Probes of a zero window sent")                              \
    C(keepalive_probe,    "Keepalive probes sent")                                     \
    C(zero_window_in,     "Times a peer closed its window")                            \
    C(zero_window_out,    "Times we closed ours")                                      \
    C(duplicate_ack_in,   "Duplicate acknowledgments received")                        \
    C(reneged,            "Retransmission queues whose SACKs were forgotten")          \
    C(opened_active,      "Connections opened by us")                                  \
    C(opened_passive,     "Connections opened by peers")                               \
    C(half_open_evicted,  "Unfinished handshakes that made room for another")          \
    C(time_wait_evicted,  "TIME-WAIT connections that made room for another")          \
    C(mtu_lowered,        "Path MTUs lowered by ICMP or by silence")                   \
    C(icmp_soft,          "ICMP errors noted and otherwise ignored")                   \
    C(icmp_ignored,       "ICMP errors that quote nothing in flight")                  \
    C(link_full,          "Segments not sent because the link had no room")            \
    C(end_normal,         "Connections ended in order")                                \
    C(end_reset,          "Connections reset by peers")                                \
    C(end_refused,        "Connections refused by peers")                              \
    C(end_timeout,        "Connections given up for want of acknowledgment")           \
    C(end_unreachable,    "Connections that ICMP ended before they were open")         \
    C(end_silent,         "Connections given up after keepalive probes")               \
    C(aborted,            "Connections reset by us")
/* clang-format on */

#define TCP_END_ENUM(end, name, meaning) end,
enum tcp_end { TCP_ENDS(TCP_END_ENUM) TCP_END_COUNT };
const char *tcp_end_text(enum tcp_end why);

#define TCP_STATUS_ENUM(status, counter, meaning) status,
enum tcp_status { TCP_STATUSES(TCP_STATUS_ENUM) TCP_STATUS_COUNT };
const char *tcp_status_text(enum tcp_status status);
const char *tcp_status_name(enum tcp_status status); /* the counter's name */

#define TCP_COUNTER_FIELD(name, help) uint64_t name;
struct tcp_counts {
    uint64_t segment[TCP_STATUS_COUNT];
    TCP_COUNTERS(TCP_COUNTER_FIELD)
};

enum tcp_state {
    TCP_CLOSED,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
};
const char *tcp_state_text(enum tcp_state state);

struct tcp_peer {
    uint32_t ip;
    uint16_t port;
    uint16_t local_port;
};

/* What an owner is told.  All but received may be NULL; the struct must stay. */
struct tcp_calls {
    /* The handshake is finished.  False (passive only): refused, reset; the number is not the
     * owner's.  NULL accepts. */
    bool (*opened)(void *context, uint32_t connection, const struct tcp_peer *peer);
    /* bytes[0..length) are next, length > 0; valid until this returns.  Returns how many are taken.
     */
    uint32_t (*received)(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length);
    /* The peer sends no more, and all that it sent has been taken.  The owner may go on writing. */
    void (*ended)(void *context, uint32_t connection);
    /* At least half of the send ring is free, after a tcp_write or tcp_put that took less than it
     * was given. */
    void (*writable)(void *context, uint32_t connection);
    /* Over.  Called once; not after tcp_close or tcp_abort, and not after refused. */
    void (*closed)(void *context, uint32_t connection, enum tcp_end why);
    void *context;
};

/* Opening.  Cold. */

/* Connections to port are accepted from now on.  False if the port has a listener, or there are
 * limits.listeners.  calls is kept, not copied. */
MUST_USE bool tcp_listen(struct tcp *tcp, uint16_t port, const struct tcp_calls *calls);

/* No further ones are; half-open ones are reset, open ones stay. */
void tcp_unlisten(struct tcp *tcp, uint16_t port, nanos_t now);

struct tcp_to {
    uint32_t ip;
    uint16_t port;
    uint16_t local_port; /* 0: a free one is chosen (RFC 6056) */
    const struct tcp_calls *calls;
};

/* Sends a SYN.  The connection's number, or TCP_NONE: the table is full, no port is free, the pair
 * is in use, or ip is no host's. opened() or closed() follows. */
MUST_USE uint32_t tcp_connect(struct tcp *tcp, const struct tcp_to *to, nanos_t now);

/* Sending.  Hot. */

/* Copies bytes[0..length) into the send ring, as many as fit, and sends what the windows allow, at
 * once.  Returns how many were taken; fewer only if the ring is full, 0 after tcp_finish and before
 * opened(). */
MUST_USE uint32_t tcp_write(struct tcp *tcp, uint32_t connection, const uint8_t *bytes,
                            uint32_t length, nanos_t now);

/* The two halves of it: several tcp_put, one tcp_push. */
MUST_USE uint32_t tcp_put(struct tcp *tcp, uint32_t connection, const uint8_t *bytes,
                          uint32_t length);
void tcp_push(struct tcp *tcp, uint32_t connection, nanos_t now);

/* Bytes a tcp_write would take now. */
uint32_t tcp_room(const struct tcp *tcp, uint32_t connection);

/* Bytes written that the peer has not acknowledged. */
uint32_t tcp_unacknowledged(const struct tcp *tcp, uint32_t connection);

/* Shows the owner what it has left, again, and tells the peer of the room that makes. */
void tcp_resume(struct tcp *tcp, uint32_t connection, nanos_t now);

/* Ending.  Cold. */

/* A FIN follows what is written: we send no more, and go on receiving. */
void tcp_finish(struct tcp *tcp, uint32_t connection, nanos_t now);

/* The owner lets go: what is written is sent, then a FIN; what still comes is answered by a reset.
 * Bytes left in the receive buffer: a reset at once, so that the peer knows (RFC 1122, 4.2.2.13).
 * No call follows, and the number is not the owner's any more. */
void tcp_close(struct tcp *tcp, uint32_t connection, nanos_t now);

/* A reset; what is not sent is dropped.  No call follows. */
void tcp_abort(struct tcp *tcp, uint32_t connection, nanos_t now);

/* Queries. */

enum tcp_state tcp_state(const struct tcp *tcp, uint32_t connection);
struct tcp_peer tcp_peer(const struct tcp *tcp, uint32_t connection);
uint32_t tcp_connections(const struct tcp *tcp); /* in use, all states */
const struct tcp_counts *tcp_counts(const struct tcp *tcp);

/* For views and tests. */
struct tcp_view {
    enum tcp_state state;
    struct tcp_peer peer;
    uint32_t send_unacknowledged; /* SND.UNA */
    uint32_t send_next;           /* the highest sequence number sent, plus one */
    uint32_t send_window;         /* bytes, scaled */
    uint32_t receive_next;        /* RCV.NXT */
    uint32_t receive_window;      /* bytes, as last advertised */
    uint32_t segment_bytes;       /* the most payload a segment carries */
    uint32_t congestion_bytes;    /* cwnd */
    uint32_t threshold_bytes;     /* ssthresh */
    uint32_t kept_bytes;          /* received in order, not taken */
    uint32_t early_ranges;        /* received beyond holes */
    nanos_t round_trip_ns;        /* smoothed; 0: not measured yet */
    nanos_t timeout_ns;           /* the retransmission timer's current length */
    bool timestamps, sack, scaling;
    bool recovering;
};
void tcp_look(const struct tcp *tcp, uint32_t connection, struct tcp_view *view);

/* Walks everything and CHECKs every invariant listed in tcp_verify.c.  Cold. */
void tcp_verify(const struct tcp *tcp);

#endif
