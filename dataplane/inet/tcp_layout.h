#ifndef DATAPLANE_INET_TCP_LAYOUT_H
#define DATAPLANE_INET_TCP_LAYOUT_H

/* The parts of the TCP endpoint, private to its files.
 *
 *     tcp.c          construction, the table, queries     tcp_open.c    listening, connecting
 *     tcp_receive.c  a segment in; the predicted way      tcp_close.c   finish, close, abort, ends
 *     tcp_arrive.c   the rules in full (RFC 9293)         tcp_timer.c   what time brings
 *     tcp_deliver.c  bytes to the owner                   tcp_heap.c    which connection is next
 *     tcp_early.c    bytes beyond a hole                  tcp_options.c options, read and written
 *     tcp_ack.c      acknowledgments, round trips, cwnd   tcp_icmp.c    errors from the network
 *     tcp_sack.c     what the peer has beyond a hole      tcp_verify.c  every invariant
 *     tcp_send.c     what may be sent now
 *     tcp_segment.c  a segment out
 *
 * A connection is a slot.  Byte s of a direction (s is its sequence number) lies in that
 * direction's ring at s modulo the ring's size, so nothing is ever moved and out-of-order bytes lie
 * where they will be read.
 *
 *     send ring     una ........ nxt ..... max ............ end ........ una + send_bytes
 *                   in flight    (repeated) sent once       written, not sent
 *                   nxt < max only while what a timeout declared lost is sent again
 *
 *     receive ring  nxt - kept ....... nxt ...... early ranges ...... adv
 *                   in order, not taken   hole    held                advertised right edge
 *
 * A connection with `slow` 0 is established and has no special circumstance: its next segment may
 * go the predicted way.  tcp_predict computes it at the end of everything that may change it. */

#include "dataplane/inet/inet_layout.h"
#include "dataplane/inet/tcp.h"
#include "dataplane/wire/tcp.h"

#define TCP_SACKED_MAX    16u
#define TCP_EARLY_MAX     16u
#define TCP_SACK_READ_MAX 4u
#define TCP_SEGMENT_MIN   256u /* no ICMP makes segments smaller than this, options included */
#define TCP_KEEP_PROBES   10u
#define TCP_PTO_MIN_NS    NANOS_MILLI
#define TCP_PEER_DELAY_NS (40 * NANOS_MILLI) /* how long peers wait with an acknowledgment */
#define TCP_HEAD_BYTES    (ETHERNET_BYTES + IPV4_BYTES + (uint32_t)sizeof(struct tcp_header))
#define TCP_STAMP_BYTES   ((uint32_t)sizeof(struct tcp_timestamps))
#define TCP_TICK_NS       NANOS_MILLI              /* of the timestamp clock (RFC 7323, 5.4) */
#define TCP_TS_VALID_NS   (2073600 * NANOS_SECOND) /* 24 days (RFC 7323, 5.5) */
#define TCP_NEVER         UINT64_MAX

/* Sequence numbers are compared modulo 2^32 (RFC 9293, 3.4). */
static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline bool seq_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static inline uint32_t seq_later(uint32_t a, uint32_t b)
{
    return seq_after(a, b) ? a : b;
}

struct tcp_range {
    uint32_t from;
    uint32_t to;    /* one past */
    uint32_t stamp; /* when it last grew: the most recent is reported first (RFC 2018, 4) */
};

/* A segment that has arrived. */
struct tcp_segment {
    uint32_t sequence;
    uint32_t ack;
    uint32_t window; /* as on the wire */
    uint32_t length; /* of the payload */
    const uint8_t *payload;
    uint32_t flags;
    uint32_t peer_ip;
    uint16_t peer_port, local_port;
    nanos_t now;
    /* Options. */
    bool stamped, sack_permitted, scaled;
    uint8_t shift;
    uint16_t mss; /* 0: not said */
    uint32_t stamp, echo;
    uint32_t sacks;
    struct tcp_range sack[TCP_SACK_READ_MAX];
};

static inline uint32_t segment_span(const struct tcp_segment *segment)
{
    return segment->length + !!(segment->flags & TCP_SYN) + !!(segment->flags & TCP_FIN);
}

enum tcp_timer { TIMER_RESEND, TIMER_TAIL, TIMER_PERSIST };

struct tcp_connection {
    /* Read for every segment. */
    CACHE_ALIGNED uint32_t peer_ip;
    uint16_t peer_port;
    uint16_t local_port;
    uint32_t chain; /* next in the bucket */
    uint32_t slow;  /* 0: predicted */
    uint32_t rcv_nxt;
    uint32_t rcv_adv; /* the highest right edge advertised */
    uint32_t snd_una;
    uint32_t snd_max;
    uint32_t snd_nxt;
    uint32_t snd_end;
    uint32_t snd_wnd;
    uint32_t kept;
    uint16_t expect; /* offset and flags of a predicted segment, PSH aside, as on the wire */
    uint8_t snd_shift, rcv_shift;
    bool stamps, sack, scaling;
    uint8_t state; /* enum tcp_state */
    uint32_t ts_recent;

    uint32_t ts_offset;
    uint32_t last_ack_sent;
    uint32_t unacked; /* received in order since the last acknowledgment went out */
    uint32_t snd_wl1, snd_wl2;
    uint32_t cwnd;
    uint32_t mss;     /* payload of a full segment */
    uint32_t rtt_seq; /* the measured segment ends here */
    nanos_t rtt_at;   /* when it was sent; 0: none is being measured */
    nanos_t rtx_at;   /* 0: not running */
    nanos_t ack_at;   /* 0: no acknowledgment waits */
    nanos_t heard_at;
    const struct tcp_calls *calls; /* NULL: nobody's */

    nanos_t progress_at; /* the last time the peer acknowledged something, or was first asked to */
    nanos_t life_at;     /* 0: not running; handshake, keepalive, FIN-WAIT-2, TIME-WAIT */
    nanos_t srtt, rttvar, rto;
    nanos_t sent_at;  /* the last time data was sent */
    uint64_t routes;  /* of inet, when the MAC in head was right */
    uint32_t tcp_sum; /* of pseudo header and ports */
    uint32_t ip_sum;  /* of the IPv4 header without its length */
    uint8_t head_bytes;
    uint8_t rtx_kind; /* enum tcp_timer */
    bool ack_due;     /* an acknowledgment goes out at tcp_flush */
    bool send_due;    /* the link was full */
    bool queued;      /* in tcp->pending */
    bool delivering;  /* inside the owner's received() */
    bool wants_room;
    bool passive;

    /* Read when something happens. */
    uint32_t slot;
    uint32_t life; /* how many connections the slot has held */
    uint32_t heap_at;
    uint32_t older, newer; /* in the list of half-open or of TIME-WAIT ones */
    bool listed;
    bool fin_queued, fin_sent, fin_received, ended_told, opened_told;
    uint32_t iss, irs;
    uint32_t max_wnd;  /* the largest window the peer has offered */
    uint32_t snd_edge; /* the highest right edge the peer has offered */
    uint32_t ssthresh;
    uint32_t ca_acked; /* bytes acknowledged towards the next growth in congestion avoidance */
    uint32_t recover;
    uint32_t rtx_next; /* recovery has sent holes again up to here (HighRxt) */
    uint32_t dupacks;
    bool recovering, probe_out, rto_recovering, syn_lost, undo;
    uint32_t probe_end;   /* the tail loss probe's; 0: it was new data */
    uint32_t probe_stamp; /* when it was sent */
    uint32_t backoff;
    uint32_t black_hole; /* timeouts in a row of a full segment */
    uint32_t undo_cwnd, undo_ssthresh, rto_stamp;
    uint32_t peer_mss, path_mss;
    nanos_t ts_recent_at;
    uint32_t last_window; /* advertised last, shifted */
    uint32_t keep_probes;
    nanos_t keep_probe_at;
    nanos_t challenge_from;
    uint32_t challenges_left;
    bool fin_early;
    uint32_t fin_at;
    uint32_t early_count, early_stamp;
    struct tcp_range early[TCP_EARLY_MAX];
    uint32_t sacked_count;
    struct tcp_range sacked[TCP_SACKED_MAX];
    uint8_t head[TCP_HEAD_BYTES + TCP_STAMP_BYTES];
};

struct tcp_listener {
    uint16_t port; /* 0: free */
    const struct tcp_calls *calls;
};

struct tcp_list {
    uint32_t oldest, youngest, count;
};

struct tcp_due {
    nanos_t at; /* at or before the connection's next deadline */
    uint32_t slot;
};

struct tcp {
    struct inet *inet;
    struct tcp_connection *connection;
    uint32_t *bucket;
    uint32_t buckets; /* a power of two */
    uint8_t *send_ring, *receive_ring;
    uint32_t send_bytes, receive_bytes;
    struct tcp_limits limits;
    uint32_t *free; /* slots */
    uint32_t free_count;
    struct tcp_due *heap;
    uint32_t heap_count;
    uint32_t *pending;
    uint32_t pending_count;
    struct tcp_listener listener[TCP_LISTENERS_MAX];
    struct tcp_list half_open, time_wait;
    uint32_t ports_tried; /* of RFC 6056, 3.3.3 */
    struct secret secret;
    struct tcp_counts counts;
};

static inline uint8_t *send_ring(const struct tcp *tcp, const struct tcp_connection *c)
{
    return tcp->send_ring + (size_t)c->slot * tcp->send_bytes;
}

static inline uint8_t *receive_ring(const struct tcp *tcp, const struct tcp_connection *c)
{
    return tcp->receive_ring + (size_t)c->slot * tcp->receive_bytes;
}

/* Copies into and out of a ring of size bytes, at the place of sequence. */
static inline void ring_write(uint8_t *ring, uint32_t size, uint32_t sequence, const uint8_t *from,
                              uint32_t bytes)
{
    uint32_t at = sequence & (size - 1), first = size - at;
    if (likely(bytes <= first)) {
        memcpy(ring + at, from, bytes);
        return;
    }
    memcpy(ring + at, from, first);
    memcpy(ring, from + first, bytes - first);
}

static inline void ring_read(const uint8_t *ring, uint32_t size, uint32_t sequence, uint8_t *to,
                             uint32_t bytes)
{
    uint32_t at = sequence & (size - 1), first = size - at;
    if (likely(bytes <= first)) {
        memcpy(to, ring + at, bytes);
        return;
    }
    memcpy(to, ring + at, first);
    memcpy(to + first, ring, bytes - first);
}

static inline bool tcp_synchronised(const struct tcp_connection *c)
{
    return c->state >= TCP_ESTABLISHED;
}

/* Whether bytes written or a FIN wait to be sent for the first time. */
static inline bool tcp_unsent(const struct tcp_connection *c)
{
    return c->snd_nxt != c->snd_end + c->fin_sent || (c->fin_queued && !c->fin_sent);
}

static inline uint32_t tcp_held(const struct tcp_connection *c) /* in the send ring */
{
    return seq_before(c->snd_una, c->snd_end) ? c->snd_end - c->snd_una : 0;
}

/* Bytes the peer's window still takes from sequence on.  It was offered with the acknowledgment
 * wl2. */
static inline uint32_t tcp_window_left(const struct tcp_connection *c, uint32_t sequence)
{
    uint32_t edge = c->snd_wl2 + c->snd_wnd;
    return seq_before(sequence, edge) ? edge - sequence : 0;
}

/* Of a segment without data.  What lies beyond the peer's window, as behind a probe of it, the peer
 * does not look at (RFC 9293, 3.10.7.4): neither at its acknowledgment nor at its reset. */
static inline uint32_t tcp_bare_sequence(const struct tcp_connection *c)
{
    uint32_t edge = c->snd_una + tcp_window_left(c, c->snd_una);
    return seq_after(c->snd_max, edge) ? edge : c->snd_max;
}

/* Whether it is closed to everything that is not acknowledged. */
static inline bool tcp_shut(const struct tcp_connection *c)
{
    return tcp_window_left(c, c->snd_una) == 0;
}

/* tcp.c */
size_t tcp_footprint(const struct tcp_limits *limits);
struct tcp *tcp_new(void *memory, const struct tcp_limits *limits, struct inet *inet);
struct tcp_connection *tcp_find(const struct tcp *tcp, uint32_t peer_ip, uint16_t peer_port,
                                uint16_t local_port);
/* A cleared slot that is in the table under these addresses, or NULL: all are in use. */
struct tcp_connection *tcp_take(struct tcp *tcp, uint32_t peer_ip, uint16_t peer_port,
                                uint16_t local_port);
void tcp_free(struct tcp *tcp, struct tcp_connection *c);
void tcp_list_add(struct tcp *tcp, struct tcp_list *list, struct tcp_connection *c);
void tcp_list_remove(struct tcp *tcp, struct tcp_list *list, struct tcp_connection *c);
struct tcp_connection *tcp_at(const struct tcp *tcp, uint32_t connection);
void tcp_predict(struct tcp_connection *c);

/* tcp_heap.c */
void tcp_heap_insert(struct tcp *tcp, struct tcp_connection *c, nanos_t at);
void tcp_heap_remove(struct tcp *tcp, struct tcp_connection *c);
void tcp_heap_move(struct tcp *tcp, struct tcp_connection *c, nanos_t at);
nanos_t tcp_deadline(const struct tcp_connection *c);

/* Makes sure that the connection's next deadline is not missed. */
static inline void tcp_arm(struct tcp *tcp, struct tcp_connection *c, nanos_t at)
{
    if (at == 0) return;
    if (unlikely(c->heap_at == TCP_NONE)) tcp_heap_insert(tcp, c, at);
    else if (unlikely(at < tcp->heap[c->heap_at].at)) tcp_heap_move(tcp, c, at);
}

/* tcp_options.c */
/* Reads the options between a header and its payload; false: one is malformed. */
bool tcp_options_read(struct tcp_segment *segment, const uint8_t *option, uint32_t bytes);
/* Those of our SYN (answer: NULL) or of our answer to one; returns their bytes. */
uint32_t tcp_options_syn(const struct tcp *tcp, const struct tcp_connection *c, bool answer,
                         nanos_t now, uint8_t *option);

/* tcp_segment.c */
void tcp_template(struct tcp *tcp, struct tcp_connection *c);
struct tcp_out {
    uint32_t sequence;
    uint32_t length;
    uint32_t flags;
    const uint8_t *bytes; /* the payload; NULL: in the send ring */
};
/* Sends a segment of a synchronised connection; false: the link is full. */
bool tcp_emit(struct tcp *tcp, struct tcp_connection *c, const struct tcp_out *out, nanos_t now);
bool tcp_emit_syn(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
bool tcp_acknowledge(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_challenge(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_emit_reset(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence, nanos_t now);
/* Answers a segment of no connection (RFC 9293, 3.10.7.1). */
void tcp_refuse(struct tcp *tcp, const struct tcp_segment *segment);
void tcp_ack_later(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_queue(struct tcp *tcp, struct tcp_connection *c);

static inline uint32_t tcp_stamp(const struct tcp_connection *c, nanos_t now)
{
    return (uint32_t)(now / TCP_TICK_NS) + c->ts_offset;
}

/* tcp_send.c */
void tcp_output(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
/* Sends at most length bytes from sequence, and the FIN if they reach it. */
bool tcp_send_range(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence, uint32_t length,
                    nanos_t now);
/* Starts the timer that fits what is in flight. */
void tcp_schedule(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_window_probe(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_tail_probe(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
void tcp_segment_size(struct tcp *tcp, struct tcp_connection *c);

/* tcp_ack.c */
void tcp_ack_advance(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment);
void tcp_ack_receive(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment);
void tcp_timeout_congestion(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
/* What segment, which acknowledges something new, says about the round trip. */
void tcp_measure(const struct tcp *tcp, struct tcp_connection *c,
                 const struct tcp_segment *segment);
uint32_t tcp_initial_window(const struct tcp *tcp, const struct tcp_connection *c);

/* tcp_sack.c */
/* Adds the segment's blocks; true if something was not known. */
bool tcp_sack_take(struct tcp_connection *c, const struct tcp_segment *segment);
void tcp_sack_trim(struct tcp_connection *c);
uint32_t tcp_sacked_below(const struct tcp_connection *c, uint32_t sequence);
/* Bytes that are probably in the network (RFC 6675, SetPipe). */
uint32_t tcp_pipe(const struct tcp_connection *c);
/* The first hole at or after rtx_next below the highest SACK: what NextSeg sends again.  lost:
 * only one that is declared lost. */
bool tcp_sack_hole(const struct tcp_connection *c, bool lost, struct tcp_range *hole);
/* sequence, moved past the SACKed range it lies in. */
uint32_t tcp_sack_skip(const struct tcp_connection *c, uint32_t sequence);
/* Bytes from sequence to the next SACKed range; UINT32_MAX: there is none. */
uint32_t tcp_sack_gap(const struct tcp_connection *c, uint32_t sequence);

/* tcp_early.c */
/* Keeps payload bytes beyond a hole; false: no room for another range. */
bool tcp_early_keep(struct tcp *tcp, struct tcp_connection *c, uint32_t sequence,
                    const uint8_t *bytes, uint32_t length);
/* rcv_nxt has moved: what follows it is in order now.  Returns how many bytes. */
uint32_t tcp_early_join(struct tcp_connection *c);
uint32_t tcp_early_blocks(const struct tcp_connection *c, struct tcp_range *block, uint32_t max);

/* tcp_deliver.c */
/* These return false if the connection is gone when the owner returns. */
bool tcp_deliver(struct tcp *tcp, struct tcp_connection *c, const uint8_t *bytes, uint32_t length);
bool tcp_offer(struct tcp *tcp, struct tcp_connection *c);
bool tcp_tell_ended(struct tcp *tcp, struct tcp_connection *c);
bool tcp_tell_room(struct tcp *tcp, struct tcp_connection *c);

/* tcp_receive.c, tcp_arrive.c */
void tcp_segment_receive(struct tcp *tcp, const struct inet_packet *packet);
enum tcp_status tcp_arrive(struct tcp *tcp, struct tcp_connection *c, struct tcp_segment *segment);

/* tcp_open.c */
/* A segment for no connection.  above: its addresses had one whose numbers ended there, or NULL. */
enum tcp_status tcp_listen_arrive(struct tcp *tcp, const struct tcp_segment *segment,
                                  const uint32_t *above);
const struct tcp_listener *tcp_listener(const struct tcp *tcp, uint16_t port);
void tcp_agree(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *syn);
/* segment acknowledges our SYN: the handshake is finished.  False: the owner refused, or has ended
 * it already; the connection is gone. */
bool tcp_established(struct tcp *tcp, struct tcp_connection *c, const struct tcp_segment *segment);
uint32_t tcp_initial_sequence(const struct tcp *tcp, const struct tcp_connection *c, nanos_t now);

/* tcp_close.c */
/* The connection is over, tells the owner why, and frees the slot. */
void tcp_end(struct tcp *tcp, struct tcp_connection *c, enum tcp_end why);
void tcp_time_wait(struct tcp *tcp, struct tcp_connection *c, nanos_t now);
/* Both ways are ended: tells the owner as soon as it has taken everything. */
bool tcp_conclude(struct tcp *tcp, struct tcp_connection *c);

/* tcp_timer.c */
void tcp_tick(struct tcp *tcp, nanos_t now);
void tcp_flush(struct tcp *tcp, nanos_t now);
nanos_t tcp_next_tick(const struct tcp *tcp);
void tcp_keepalive_start(struct tcp *tcp, struct tcp_connection *c, nanos_t now);

/* tcp_icmp.c */
struct tcp_trouble {
    uint32_t peer_ip;
    uint16_t peer_port, local_port;
    uint32_t sequence;
    uint8_t type, code;
    uint16_t next_mtu;
    uint16_t quoted_bytes; /* total length of the quoted datagram */
    nanos_t now;
};
void tcp_icmp(struct tcp *tcp, const struct tcp_trouble *trouble);

#endif
