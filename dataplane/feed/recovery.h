#ifndef DATAPLANE_FEED_RECOVERY_H
#define DATAPLANE_FEED_RECOVERY_H

/* What is missing on all lines is asked for again; if that does not help, the books are rebuilt
 * from a snapshot (F51, MD5).
 *
 *     lines ----> channel ----> feed ----> books
 *                  ^   |  hole older than gap_wait_ns
 *                  |   v
 *      replies ----+  ASKING     requests to servers in turn, bounded and backed off
 *                      |  no progress, hole too large, store full, or joined late
 *                      v
 *      GLIMPSE <---> CONNECTING, SPINNING   channel holds what the lines bring; books are cleared
 *                      |  'G' N             and rebuilt
 *                      v
 *                     the channel goes on at N with what it held; a hole there is asked for
 *
 * Until all of this is done the channel's state is MARKET_RECOVERING, and no book is live.  If it
 * fails (no server helps, in so many attempts) the state is MARKET_GAP, gaps are given out as they
 * are without recovery, and a snapshot is tried again every again_ns (without servers of snapshots,
 * new holes are asked for again then, and the state stays MARKET_GAP).  Every change of state is an
 * event of the feed: FEED_RECOVERING, FEED_SNAPSHOT, FEED_RECOVERED, FEED_UNRECOVERED.
 *
 *     state        books        the channel                    left for
 *     QUIET        as the feed  waits at holes                 ASKING: a hole is overdue
 *                                                              WAITING: joined late, or a gap
 *     ASKING       RECOVERING   waits at holes                 QUIET: none is overdue any more
 *                                                              WAITING: see above
 *     WAITING      RECOVERING   holds                          CONNECTING: the back-off is over
 *                                                              FAILED: attempts are used up
 *     CONNECTING   RECOVERING   holds                          SPINNING: login accepted; WAITING
 *     SPINNING     RECOVERING   holds                          ASKING: 'G'; WAITING: it broke
 *     FAILED       GAP          gives up holes after the wait  WAITING: again_ns has passed
 *
 * A new session, or a restart of the sequence, ends whatever goes on: QUIET, or WAITING if it is
 * joined late.  The end of a session comes after its holes are filled or given up.  A quarantine
 * ends it too; after channel_release the books are rebuilt from a snapshot.
 *
 * A state machine without input or output.  What an owner writes:
 *
 *     new:     channel_new; feed_new; recovery_new(memory, &limits, channel, feed)
 *     drain:   while ((step = channel_next(channel, now, &output)) != CHANNEL_NOTHING)
 *                  if (step == CHANNEL_RUN) feed_run(feed, &output.run);
 *                  else { feed_step(feed, step, &output, now);
 *                         recovery_step(recovery, step, &output, now); }
 *
 *     a datagram of a line        channel_receive(channel, line, ...); drain
 *     a datagram to the request   recovery_reply(recovery, payload, bytes, arrival); drain
 *       socket
 *     TCP has connected           recovery_connected(recovery, now)
 *     TCP bytes                   recovery_bytes(recovery, bytes, length, now); drain
 *     TCP closed, reset, refused  recovery_disconnected(recovery, now)
 *     in housekeeping, and after  drain; then
 *       any of the above          while ((action = recovery_turn(recovery, now, &output)))
 *                                     switch (action) {
 *                                     RECOVERY_REQUEST:  send output.bytes by UDP to server
 *                                                        output.server
 *                                     RECOVERY_CONNECT:  open TCP to snapshot server output.server
 *                                     RECOVERY_WRITE:    write output.bytes;
 *                                                        recovery_written(recovery, how many)
 *                                     RECOVERY_CLOSE:    close that connection
 *                                     }
 *              then drain again
 *
 * There is one connection at a time.  After RECOVERY_CLOSE nothing of it may be given any more; a
 * connection that closed by itself needs no RECOVERY_CLOSE, and none comes.
 *
 * Guarantees: in any second at most limits.rate requests, at most limits.outstanding of them
 * unanswered within their wait, each for at most limits.request_messages; connections are at least
 * snapshot_retry_ns apart, except for the first.  A reply is taken only if it belongs to the
 * session and to a request that waits, and lies within it; what the server adds is not looked at.
 * It counts as a reply (counts.line[LINE_REPLY] of the channel), never as traffic of a line: it
 * ends no silence and makes up no line's losses.  It is compared like any copy (MD3).
 * Without a recovery, channel and feed do what they always did.
 *
 * A snapshot that ends more than hole_messages beyond what the lines have named, or beyond the end
 * of the session, is not believed: it is of another session, or nonsense.
 *
 * The order of a level's queue after a snapshot is that of the spin, which the venue does not
 * promise to be that of time.  Totals traded are not part of a snapshot: they go on from zero.
 *
 * Threads: one, that of channel and feed.  Memory: recovery_footprint() bytes, given once.
 * Cost: recovery_turn is a few comparisons while nothing is overdue.
 * Source: "MoldUDP64" V 1.00, "SoupBinTCP" 3.00, "GLIMPSE 5.0", Nasdaq; retry times, bounds and
 * the order of attempts are ours. */

#include "dataplane/feed/channel.h"
#include "dataplane/feed/feed.h"
#include "dataplane/session/soupbin.h"

#define RECOVERY_SERVERS_MAX     16u
#define RECOVERY_OUTSTANDING_MAX 16u
#define RECOVERY_RATE_MAX        1024u

struct recovery;

struct recovery_limits {
    uint32_t servers;          /* of retransmission, up to RECOVERY_SERVERS_MAX; 0: none */
    uint32_t request_messages; /* of one request: what a reply can carry; 1 to 65534 */
    uint32_t outstanding;      /* requests, 1 to RECOVERY_OUTSTANDING_MAX */
    uint32_t rate;             /* requests a second, 1 to RECOVERY_RATE_MAX */
    uint32_t attempts;         /* requests in a row that nobody answers, then the snapshot */
    nanos_t retry_ns;          /* wait for an answer; doubled each time, up to retry_max_ns */
    nanos_t retry_max_ns;
    uint64_t hole_messages; /* more missing than that: the snapshot at once */

    uint32_t snapshots;         /* GLIMPSE servers, up to RECOVERY_SERVERS_MAX; 0: none */
    uint32_t snapshot_attempts; /* in a row, then it has failed */
    nanos_t snapshot_wait_ns;   /* for a connection, and for its next bytes */
    nanos_t snapshot_all_ns;    /* for a whole snapshot */
    nanos_t snapshot_retry_ns;  /* between attempts; doubled each time, up to the next */
    nanos_t snapshot_retry_max_ns;
    nanos_t again_ns; /* after a failure */
    struct soupbin_credentials credentials;
};

/* What is usual on a network of one site. */
#define RECOVERY_LIMITS_USUAL                                                                      \
    {                                                                                              \
        .servers = 1, .request_messages = 30, .outstanding = 4, .rate = 100, .attempts = 5,        \
        .retry_ns = 20 * NANOS_MILLI, .retry_max_ns = NANOS_SECOND, .hole_messages = 10000,        \
        .snapshots = 1, .snapshot_attempts = 5, .snapshot_wait_ns = 5 * NANOS_SECOND,              \
        .snapshot_all_ns = 60 * NANOS_SECOND, .snapshot_retry_ns = NANOS_SECOND,                   \
        .snapshot_retry_max_ns = 30 * NANOS_SECOND, .again_ns = 60 * NANOS_SECOND,                 \
        .credentials = {"      ", "          "},                                                   \
    }

/* clang-format off */
#define RECOVERY_STATES(X)                                                             \
    X(RECOVERY_QUIET,      quiet,      "nothing is overdue")                           \
    X(RECOVERY_ASKING,     asking,     "missing messages are asked for")               \
    X(RECOVERY_WAITING,    waiting,    "a snapshot is to be tried after a while")      \
    X(RECOVERY_CONNECTING, connecting, "a snapshot server is being connected to")      \
    X(RECOVERY_SPINNING,   spinning,   "a snapshot is coming in")                      \
    X(RECOVERY_FAILED,     failed,     "nobody helped; tried again after a longer while")

/* What becomes of each reply. */
#define RECOVERY_REPLIES(X)                                                            \
    X(RECOVERY_REPLY_GIVEN,    given,    "given to the channel, which counts it by what was in it") \
    X(RECOVERY_REPLY_SHORT,    short_reply, "shorter than a header")                   \
    X(RECOVERY_REPLY_EMPTY,    empty,    "without messages")                           \
    X(RECOVERY_REPLY_SESSION,  session,  "of another session")                         \
    X(RECOVERY_REPLY_UNWANTED, unwanted, "outside every request that waits")

/* Why a snapshot came to nothing. */
#define RECOVERY_TROUBLES(X)                                                           \
    X(RECOVERY_NO_CONNECTION, no_connection, "no connection in time, or refused")      \
    X(RECOVERY_NO_LOGIN,      no_login,      "the login was rejected, or accepted for another number") \
    X(RECOVERY_BROKEN,        broken,        "the connection broke, fell silent or was no SoupBinTCP") \
    X(RECOVERY_NO_END,        no_end,        "the session ended before the snapshot did")  \
    X(RECOVERY_TOO_SLOW,      too_slow,      "not done within snapshot_all_ns")        \
    X(RECOVERY_BAD_SPIN,      bad_spin,      "a message that no snapshot has")         \
    X(RECOVERY_TOO_NEW,       too_new,       "it ends far beyond what the lines have named") \
    X(RECOVERY_TOO_OLD,       too_old,       "what follows it is not kept and could not be asked for") \
    X(RECOVERY_CALLED_OFF,    called_off,    "a new session or a quarantine made it useless")
/* clang-format on */

#define RECOVERY_STATE_ENUM(state, name, meaning) state,
enum recovery_state { RECOVERY_STATES(RECOVERY_STATE_ENUM) RECOVERY_STATE_COUNT };

#define RECOVERY_REPLY_ENUM(reply, counter, meaning) reply,
enum recovery_reply_status { RECOVERY_REPLIES(RECOVERY_REPLY_ENUM) RECOVERY_REPLY_COUNT };

#define RECOVERY_TROUBLE_ENUM(trouble, counter, meaning) trouble,
enum recovery_trouble { RECOVERY_TROUBLES(RECOVERY_TROUBLE_ENUM) RECOVERY_TROUBLE_COUNT };

const char *recovery_state_text(enum recovery_state state);
const char *recovery_reply_text(enum recovery_reply_status status);
const char *recovery_reply_name(enum recovery_reply_status status); /* the counter's name */
const char *recovery_trouble_text(enum recovery_trouble trouble);
const char *recovery_trouble_name(enum recovery_trouble trouble);

struct recovery_counts {
    uint64_t started;   /* times messages were overdue, or a session was joined late */
    uint64_t recovered; /* times all was complete again */
    uint64_t failed;
    uint64_t request;         /* sent */
    uint64_t request_retried; /* of them, for messages asked for before */
    uint64_t request_delayed; /* turns in which the rate let no further request go */
    uint64_t unanswered;      /* requests whose wait ended */
    uint64_t reply[RECOVERY_REPLY_COUNT];
    uint64_t snapshot;       /* connections asked for */
    uint64_t snapshot_taken; /* snapshots that came whole */
    uint64_t snapshot_failed[RECOVERY_TROUBLE_COUNT];
    uint64_t snapshot_message; /* of spins, 'G' included */
    uint64_t hole_too_large;
    uint64_t store_full; /* a snapshot because the channel's store was full */
    uint64_t joined_late;
};

enum recovery_action {
    RECOVERY_NOTHING, /* no more to do now */
    RECOVERY_REQUEST,
    RECOVERY_CONNECT,
    RECOVERY_WRITE,
    RECOVERY_CLOSE,
};

/* bytes are valid until the next call. */
struct recovery_output {
    uint32_t server; /* of retransmission or snapshots, from 0 */
    uint32_t length;
    const uint8_t *bytes;
};

size_t recovery_footprint(const struct recovery_limits *limits); /* 0 if limits are out of range */

/* channel and feed are new, belong together and stay where they are. */
struct recovery *recovery_new(void *memory, const struct recovery_limits *limits,
                              struct channel *channel, struct feed *feed);

/* Tells of any step of the channel but runs, directly after feed_step. */
void recovery_step(struct recovery *recovery, enum channel_step step,
                   const struct channel_output *output, nanos_t now);

/* What is to be sent, connected or closed now; RECOVERY_NOTHING when all is said. */
enum recovery_action recovery_turn(struct recovery *recovery, nanos_t now,
                                   struct recovery_output *output);

/* A datagram that came to where requests are sent from.  Given to the channel if it is an answer:
 * payload must then stay valid until channel_next has said CHANNEL_NOTHING. */
enum recovery_reply_status recovery_reply(struct recovery *recovery, const uint8_t *payload,
                                          uint32_t bytes, struct arrival arrival);

/* The connection asked for is there; bytes came; it is gone, or could not be made. */
void recovery_connected(struct recovery *recovery, nanos_t now);
void recovery_bytes(struct recovery *recovery, const uint8_t *bytes, uint32_t length, nanos_t now);
void recovery_disconnected(struct recovery *recovery, nanos_t now);

/* So many of the bytes of RECOVERY_WRITE were written. */
void recovery_written(struct recovery *recovery, uint32_t length);

/* No datagram will come any more: what is missing is given up (calls channel_finish). */
void recovery_finish(struct recovery *recovery, nanos_t now);

enum recovery_state recovery_state(const struct recovery *recovery);
const struct recovery_counts *recovery_counts(const struct recovery *recovery);

/* CHECKs every invariant listed in recovery.c.  Cold. */
void recovery_verify(const struct recovery *recovery);

#endif
