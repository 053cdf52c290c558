#ifndef DATAPLANE_FEED_CHANNEL_H
#define DATAPLANE_FEED_CHANNEL_H

/* Two copies of one MoldUDP64 stream, arriving on lines A and B, become one sequence (F50, F51).
 *
 *     line A   1-3  4-4        7-9                  (5-6 lost)
 *     line B   1-3        4-6        7-9
 *     runs     1-3  4-4   5-6  7-9                  7-9 waited for 5-6, then came from A
 *
 * Each datagram is given to channel_receive, then channel_next is called until CHANNEL_NOTHING: it
 * yields, in order, the runs of messages that are new and in sequence, and the events between
 * them. What is early waits in a bounded store.  A hole becomes a gap when it has been open for
 * gap_wait_ns, or gap_packets datagrams of the session have arrived since, or the store is full;
 * the gap is an event with its range, and the books it touches are no longer live.  Each missing
 * number ages from the moment it was first known to be missing: by a later datagram, or by a
 * heartbeat or end of session that names a higher number (a hole in the tail).
 *
 * A state machine without input, output or clock: time is an argument, and all times must come from
 * one clock.
 *
 * Guarantees (MD1, MD2, MD6): runs and gaps together cover the sequence numbers of a session from
 * its first, each exactly once and in order; the runs do not depend on which line brought a
 * datagram. Where the lines bring the same datagram (same first number and count) its bytes are
 * compared (MD3): exactly while the first copy waits in the store, by a 64-bit fingerprint for the
 * last CHANNEL_FINGERPRINTS taken.  A difference quarantines the channel: no run follows until
 * channel_release.  A copy that cannot be compared is counted (uncompared).  With one line nothing
 * is compared.
 *
 * Which session a datagram must belong to.  It begins at 1 if its sequence number is 1 and it is no
 * end of session; a session is left when another is adopted (the last CHANNEL_SESSIONS_LEFT count):
 *
 *     current session   the datagram's session          verdict
 *     none yet          any; if configured, that one    adopted
 *     going on          the same                        by its numbers; below the next: duplicate
 *     going on          another, begins at 1, not left  adopted: the sender restarted
 *     going on          another, otherwise              CHANNEL_OTHER_SESSION; but adopted if not
 *                                                       left, the end was named, and holes wait
 *                                                       for more than their time (recovery)
 *     released, no new message yet: another, not left   adopted: it began in the quarantine
 *     ended             the same, begins at 1, at least gap_wait_ns after CHANNEL_END
 *                                                       adopted: the sender restarted
 *     ended             the same, otherwise             by its numbers; a later number reopens it
 *     ended             another, begins at 1            adopted
 *     ended             another, not left               adopted
 *     ended             another, otherwise              CHANNEL_OTHER_SESSION
 *     configured        any other                       CHANNEL_OTHER_SESSION, always
 *
 * Adopted is a CHANNEL_SESSION event: what waited in the store belongs to the past and is dropped
 * (early_stale), open holes are forgotten with the books.  The first session starts at
 * first_sequence; later ones at 1; with first_sequence 0 each starts at the first number seen.
 *
 * Recovery (recovery.h) changes how holes end, by channel_patience:
 *
 *     CHANNEL_GIVES_UP   as above; so it is at first
 *     CHANNEL_WAITS      a hole stays open until its messages come; if the store is full, what is
 *                        lowest in it gives way, is missing again and counted (store_lost)
 *     CHANNEL_HOLDS      the same, and nothing is given out: all that comes waits in the store,
 *                        while a snapshot says where to go on (channel_join)
 *
 * What a retransmission server sends comes as LINE_REPLY.  It fills holes and is compared like any
 * datagram, but it is no traffic: it begins no session, ends no silence, names no new numbers by a
 * heartbeat, and loses nothing for a line.
 *
 * Silence: a datagram is heard if it is taken or early, or a heartbeat or end of session that is
 * not behind the next number: what only repeats the known does not keep a dead channel alive.
 * CHANNEL_STALE is said once, silence_ns after the last heard (or after the first channel_next),
 * not after CHANNEL_END and not in quarantine.  It is over with CHANNEL_FRESH when everything
 * before the datagram then heard has been given out, or with the CHANNEL_GAP or CHANNEL_SESSION
 * that says why not: no CHANNEL_FRESH follows those.
 *
 * Every datagram received is counted once in counts.datagram[status]: received = accepted + the sum
 * of the reasons, where accepted is CHANNEL_TAKEN + CHANNEL_EARLY (an early one is taken later, or
 * dropped as early_stale when another copy overtakes it, or with its session or in quarantine).
 *
 * Threads: one.  Memory: channel_footprint() bytes, given once.
 * Cost: a datagram in sequence costs one walk over its block lengths and no copy; its fingerprint
 * (two lines) is taken after its run has been given out.  An early one costs a copy and an
 * insertion into an array of at most store_datagrams.  Measured in bench/bench_channel.c.
 * Source: "MoldUDP64 Protocol Specification V 1.00", Nasdaq, which leaves the choice between lines,
 * the restart of a session and the first number to the receiver. */

#include "dataplane/base/base.h"

#define CHANNEL_LINES           2
#define CHANNEL_SOURCES         3 /* the lines, and replies of retransmission servers */
#define CHANNEL_STORE_MAX       65536u
#define CHANNEL_STORE_BYTES_MIN 22u    /* a header and one empty message */
#define CHANNEL_DATAGRAM_MAX    65507u /* the largest UDP payload over IPv4 */
#define CHANNEL_MESSAGES_MAX    (CHANNEL_DATAGRAM_MAX / 2)
#define CHANNEL_FINGERPRINTS    16384u /* 16 ms of a million datagrams a second */
#define CHANNEL_SESSIONS_LEFT   8u     /* remembered, so that an old one does not come back */
#define CHANNEL_LINE_WINDOW     65536u /* messages one line may be out of order by */

struct channel;

enum channel_line { LINE_A, LINE_B, LINE_REPLY };

enum channel_patience { CHANNEL_GIVES_UP, CHANNEL_WAITS, CHANNEL_HOLDS };

/* When and by which clock a datagram came. */
struct arrival {
    nanos_t ns;
    uint64_t tsc;
    enum time_source clock;
};

struct channel_limits {
    uint32_t lines;           /* 1 or 2 */
    uint32_t store_datagrams; /* early datagrams kept; 1 to CHANNEL_STORE_MAX */
    uint32_t store_bytes;     /* of each, CHANNEL_STORE_BYTES_MIN to CHANNEL_DATAGRAM_MAX; larger
                                 early ones are dropped and counted */
    nanos_t gap_wait_ns;      /* how long a hole waits for the other line; 0 is not at all */
    uint32_t gap_packets;     /* datagrams after which it waits no longer; 0 is no such bound */
    nanos_t silence_ns;       /* nothing heard on any line for so long: stale; 0 is never */
    uint64_t first_sequence;  /* 1 for the whole stream; 0 joins at the first datagram seen */
    char session[10];         /* all zero: the first session seen */
};

/* clang-format off */
#define CHANNEL_STATUSES(X)                                                            \
    X(CHANNEL_TAKEN,          taken,           "in sequence, at least one message new")                      \
    X(CHANNEL_EARLY,          early,           "kept until the messages before it come")                     \
    X(CHANNEL_HEARTBEAT,      heartbeat,       "a heartbeat or end of session")                              \
    X(CHANNEL_DUPLICATE,      duplicate,       "every message in it was taken or stored before")             \
    X(CHANNEL_SHORT,          short_header,    "fewer than the 20 bytes of a MoldUDP64 header")              \
    X(CHANNEL_BAD_BLOCKS,     bad_blocks,      "message blocks do not fill the datagram exactly")            \
    X(CHANNEL_BAD_SEQUENCE,   bad_sequence,    "sequence number 0, or it would pass 2^64")                   \
    X(CHANNEL_OTHER_SESSION,  other_session,   "belongs to a session that is not the current one")           \
    X(CHANNEL_STORE_TOO_LONG, store_too_long,  "early, and longer than store_bytes")                         \
    X(CHANNEL_QUARANTINED,    quarantined,     "the channel is quarantined")                                 \
    X(CHANNEL_CONFLICT,       conflict,        "same sequence number, different bytes on the other line")
/* clang-format on */

#define CHANNEL_ENUM(status, counter, meaning) status,
enum channel_status { CHANNEL_STATUSES(CHANNEL_ENUM) CHANNEL_STATUS_COUNT };
const char *channel_status_text(enum channel_status status);
const char *channel_status_name(enum channel_status status); /* the counter's name */

struct channel_line_counts {
    uint64_t received;
    uint64_t first;     /* datagrams of which this line brought a new message first */
    uint64_t duplicate; /* every message was there before: the other line was first, or a repeat */
    uint64_t lost;   /* messages this line passed over (it brought a later number or heartbeat) and
                           has not brought since; when a session ends or is left, and in
                           channel_finish, the line has passed over all known numbers.  Goes down
                           again when they come late, at most CHANNEL_LINE_WINDOW behind. */
    nanos_t last_ns; /* arrival of its newest datagram */
};

struct channel_counts {
    uint64_t datagram[CHANNEL_STATUS_COUNT];
    uint64_t message;     /* given out in runs */
    uint64_t gap;         /* holes given up */
    uint64_t gap_message; /* messages in them */
    uint64_t early_stale; /* stored, then not needed any more */
    uint64_t store_lost;  /* of them, needed, but the store was full (recovery) */
    uint64_t uncompared;  /* brought again, but not compared (two lines): cut differently from the
                                 first copy, or older than the fingerprints */
    uint64_t session;     /* sessions adopted */
    uint64_t stored;      /* gauge: datagrams waiting */
    uint64_t stored_max;  /* the most that ever waited */
    struct channel_line_counts line[CHANNEL_SOURCES];
};

enum channel_step {
    CHANNEL_NOTHING,    /* all said */
    CHANNEL_RUN,        /* output->run: messages in sequence */
    CHANNEL_GAP,        /* output->gap: these will not come; follow-up runs begin after them */
    CHANNEL_SESSION,    /* output->session: a session begins at sequence; forget every book */
    CHANNEL_END,        /* the session has ended, with all its messages given out */
    CHANNEL_STALE,      /* no line has been heard for silence_ns */
    CHANNEL_FRESH,      /* heard again after CHANNEL_STALE, no message was missed meanwhile */
    CHANNEL_QUARANTINE, /* the lines contradict each other; nothing follows */
};

/* count messages from the one numbered sequence.  Message k's block begins with its 16-bit length
 * at payload + offset[k]; both stay valid until the next channel_receive or channel_next. */
struct channel_run {
    const uint8_t *payload;
    const uint16_t *offset;
    uint32_t count;
    uint32_t line;
    uint64_t sequence;
    struct arrival arrival;
};

struct channel_gap {
    uint64_t first;
    uint64_t end;    /* one past the last missing */
    nanos_t open_ns; /* when the hole was first seen */
    nanos_t at_ns;   /* when it was given up */
    bool heard;      /* it ends the silence that CHANNEL_STALE said; no CHANNEL_FRESH will */
};

struct channel_session {
    char name[10];
    uint64_t sequence;
};

struct channel_output {
    union {
        struct channel_run run;
        struct channel_gap gap;
        struct channel_session session;
    };
};

/* Bytes needed for limits, or 0 if limits are out of range. */
size_t channel_footprint(const struct channel_limits *limits);

/* Builds a channel without a session in memory[0..channel_footprint(limits)), aligned to
 * CACHE_LINE. */
struct channel *channel_new(void *memory, const struct channel_limits *limits);

/* Takes one UDP payload; line is below limits.lines, or LINE_REPLY.  payload must stay valid until
 * channel_next has said CHANNEL_NOTHING, which must happen before the next call.  Returns what
 * became of it (already counted). */
enum channel_status channel_receive(struct channel *channel, enum channel_line line,
                                    const uint8_t *payload, uint32_t bytes, struct arrival arrival);

/* What to do next, in order; CHANNEL_NOTHING when all is said.  Call after each channel_receive,
 * and in housekeeping with the current time, so that holes age and silence is noticed. */
enum channel_step channel_next(struct channel *channel, nanos_t now, struct channel_output *output);

/* No datagram will come any more: every hole is a gap at the next channel_next, and all that
 * waits is given out.  CHANNEL_END follows only if the end of the session was seen. */
void channel_finish(struct channel *channel);

/* Ends a quarantine on an operator's word; nothing happens if there is none.  The stream goes on at
 * the next datagram with a new message, at once: what is missing before it is a gap.  A silence is
 * counted from here. */
void channel_release(struct channel *channel);

/* The first open hole; false if there is none.  at_ns is 0. */
MUST_USE bool channel_missing(const struct channel *channel, struct channel_gap *missing);

/* The first range at or above from that is missing and has waited as long as holes do; false if
 * there is none.  at_ns is 0.  A binary search, and as many steps as holes behind from are younger.
 */
MUST_USE bool channel_overdue(const struct channel *channel, uint64_t from, nanos_t now,
                              struct channel_gap *overdue);

/* How holes end from now on. */
void channel_patience(struct channel *channel, enum channel_patience patience);

/* The stream goes on at sequence, wherever it was, with what waits from there on; what does not is
 * overdue at once.  Only after CHANNEL_NOTHING, in a session, and not in quarantine. */
void channel_join(struct channel *channel, uint64_t sequence, nanos_t now);

/* CHANNEL_STALE was said and is not over; the channel is in quarantine. */
bool channel_silent(const struct channel *channel);
bool channel_quarantined(const struct channel *channel);

/* Nothing that waits could be given out: channel_next has said all but what time will bring. */
bool channel_settled(const struct channel *channel);

/* One past the highest number any line has named; that is the end of the session. */
uint64_t channel_top(const struct channel *channel);
bool channel_end_named(const struct channel *channel);

/* The ten characters of the current session's name; NULL before the first. */
const char *channel_session_name(const struct channel *channel);

/* The sequence number the next run begins with, if nothing is lost; 0 before the first datagram. */
uint64_t channel_next_sequence(const struct channel *channel);

const struct channel_counts *channel_counts(const struct channel *channel);

/* Walks the whole state and CHECKs every invariant listed in channel_verify.c; only after
 * CHANNEL_NOTHING.  Cold. */
void channel_verify(const struct channel *channel);

#endif
