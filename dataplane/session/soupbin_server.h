#ifndef DATAPLANE_SESSION_SOUPBIN_SERVER_H
#define DATAPLANE_SESSION_SOUPBIN_SERVER_H

/* The server's side of one SoupBinTCP connection.
 *
 *                 connect           login            accept
 *     IDLE, CLOSED ------> LOGIN ----------> ASKED ----------> OPEN
 *                            |    owner answers |                 |  logout, end, silence,
 *                            | no login, no     | reject          |  slow, violation
 *                            v packet of use    v                 v
 *                          CLOSED, with a soupbin_reason ---- close TCP when output is empty
 *
 * A state machine without input or output: bytes and the time go in, bytes and events come out.  It
 * runs the same over a kernel socket, a user-space TCP, or an array in a test.  What an owner
 * writes:
 *
 *     struct soupbin_bytes bytes = {segment, segment_bytes};
 *     while ((event = soupbin_server_take(server, &bytes, now, &taken)))
 *         switch (event) {
 *         case SOUPBIN_SERVER_ASKED:     look taken.login up: soupbin_server_accept or _reject
 *         case SOUPBIN_SERVER_MESSAGE:   taken.payload, taken.payload_bytes
 *         case SOUPBIN_SERVER_OVER:      soupbin_server_reason says why; take no more bytes
 *         }
 *     while ((number = soupbin_server_wanted(server)) &&              replay and live alike
 *            streams_find(streams, stream, number, &message) &&
 *            soupbin_server_put(server, message.bytes, message.length, now)) {}
 *     bytes to send = soupbin_server_output(...);  soupbin_server_written(server, sent, now);
 *     soupbin_server_tick(server, now);                               at least every 250 ms
 *     if CLOSED and the output is empty (or a second has passed): close the connection
 *
 * Sequenced messages are pulled: the server says which number it wants next, and the owner puts
 * that one from wherever it keeps them (streams.h), so that a replay needs no memory here and a
 * slow client costs no more than its output buffer.
 *
 * Rules, with the sections of the protocol's document in README.md:
 *   - what belongs to 3.00, 4.00 and 4.10 is told apart by the length of the login;
 *   - debug packets are ignored, at any time and of any length;
 *   - sequence 0 starts at the newest message there is; one beyond the next message, a session that
 *     is not the current one or has ended: a debug text, then rejected with 'S';
 *   - a violation closes the connection, after a debug text that names it if there is room;
 *   - any byte from the client is a sign of life; so is a login's time of silence its own
 *     (4.10; 0 means the server's), from the login on;
 *   - a heartbeat follows when nothing else was sent for heartbeat_ns, so never behind a replay;
 *   - a byte of the output that is not written within slow_ns closes the connection: what waits is
 *     dropped, and the client can resume.
 *
 * Guarantees: every sequenced message is sent once a connection, in order, beginning with the
 * number in Login Accepted; the events do not depend on how the bytes were cut.  A message that
 * lies whole in the bytes given is not copied.
 *
 * Threads: one.  Memory: soupbin_server_footprint() bytes: about 256 and the two limits, each given
 * once and used for one connection after the other.
 * Source: "SoupBinTCP" 3.00, 4.00, 4.10, Nasdaq. */

#include "dataplane/session/soupbin.h"

struct soupbin_server;

struct soupbin_server_limits {
    uint32_t payload_bytes; /* the longest message a client may send; SOUPBIN_PAYLOAD_MIN to
                               SOUPBINTCP_PAYLOAD_MAX.  A buffer of that size holds a packet cut by
                               the end of a segment. */
    uint32_t output_bytes;  /* waiting to be written, SOUPBIN_OUTPUT_MIN to _MAX; holds the longest
                               sequenced message and three bytes more */
    nanos_t login_wait_ns;  /* all four are at least 1 */
    nanos_t heartbeat_ns;
    nanos_t silence_ns;
    nanos_t slow_ns;
};

#define SOUPBIN_SERVER_SLOW_NS (10 * NANOS_SECOND) /* usual */

/* A login as it came. */
struct soupbin_login {
    struct soupbin_credentials credentials;
    char session[10]; /* blank: the current one */
    uint64_t sequence;
    uint32_t timeout_ms; /* 4.10; 0: the server's own */
    bool timed;          /* it is of 4.10 */
};

/* The session an owner lets a client into. */
struct soupbin_session {
    char name[10];  /* padded with spaces, not blank; sent padded on the left */
    uint64_t count; /* sequenced messages there are now */
    bool ended;     /* over for good: every login is rejected.  Say so only when clients have had
                       time to come back for what a broken connection kept from them. */
};

enum soupbin_server_event {
    SOUPBIN_SERVER_NOTHING, /* all bytes are taken */
    SOUPBIN_SERVER_ASKED,   /* taken.login; to be answered before the next call */
    SOUPBIN_SERVER_MESSAGE, /* taken.payload: an unsequenced message */
    SOUPBIN_SERVER_OVER,    /* said once when CLOSED; the rest of the bytes is dropped */
};

/* payload is valid until the bytes given are, and no longer than the next call. */
struct soupbin_server_taken {
    struct soupbin_login login;
    const uint8_t *payload;
    uint32_t payload_bytes;
};

struct soupbin_server_counts {
    uint64_t connection;
    uint64_t accepted;                     /* logins */
    uint64_t closed[SOUPBIN_REASON_COUNT]; /* connections by how they ended */
    uint64_t message_received;
    uint64_t message_sent; /* sequenced */
    uint64_t unsequenced_sent;
    uint64_t heartbeat_received;
    uint64_t heartbeat_sent;
    uint64_t debug_received;
    uint64_t output_full; /* a message was to be put and had no room */
};

/* Lifecycle.  Cold. */

size_t soupbin_server_footprint(const struct soupbin_server_limits *limits); /* 0: out of range */
struct soupbin_server *soupbin_server_new(void *memory, const struct soupbin_server_limits *limits);

/* A connection has been made.  Forgets the one before, which is counted as lost if it was not
 * CLOSED. */
void soupbin_server_connect(struct soupbin_server *server, nanos_t now);

/* The connection is gone, or is to go: CLOSED with this reason (SOUPBIN_LOST, SOUPBIN_BY_OWNER),
 * and no byte waits any more.  Nothing happens if it is CLOSED or IDLE. */
void soupbin_server_close(struct soupbin_server *server, enum soupbin_reason reason);

/* Input. */

/* Takes packets from the beginning of *bytes up to the next event.  Call until
 * SOUPBIN_SERVER_NOTHING; bytes may also be kept and given later, and are then no sign of life
 * before; see soupbin_server_held. */
enum soupbin_server_event soupbin_server_take(struct soupbin_server *server,
                                              struct soupbin_bytes *bytes, nanos_t now,
                                              struct soupbin_server_taken *taken);

/* Bytes of the client wait where the owner has no room for them, which says nothing against it: its
 * silence, or its wait for a login, begins anew.  Call before each tick as long as that is so. */
void soupbin_server_held(struct soupbin_server *server, nanos_t now);

/* ASKED only.  Lets the client into session, or rejects it if what it asked for is not there: then
 * false. */
bool soupbin_server_accept(struct soupbin_server *server, const struct soupbin_session *session,
                           nanos_t now);

/* ASKED only.  'A': wrong user or password, or not now. */
void soupbin_server_reject(struct soupbin_server *server, nanos_t now);

/* Output. */

/* The number of the sequenced message to be put next; 0 if none can be: not OPEN. */
uint64_t soupbin_server_wanted(const struct soupbin_server *server);

/* Queues sequenced message soupbin_server_wanted, which must not be 0.  False if the output has no
 * room: it is wanted still. */
MUST_USE bool soupbin_server_put(struct soupbin_server *server, const uint8_t *payload,
                                 uint32_t length, nanos_t now);

/* Queues an unsequenced message (4.00).  False if not OPEN, or without room. */
MUST_USE bool soupbin_server_send(struct soupbin_server *server, const uint8_t *payload,
                                  uint32_t length, nanos_t now);

/* Queues a debug text in any state but IDLE and CLOSED.  False if without room. */
bool soupbin_server_debug(struct soupbin_server *server, const char *text, nanos_t now);

/* The session has ended and all its messages were put: queues the end and is CLOSED.  False if not
 * OPEN, or without room. */
MUST_USE bool soupbin_server_end(struct soupbin_server *server, nanos_t now);

/* Bytes to put on the stream: look, write, then say how many were written.  The bytes are valid
 * until the next call that queues. */
const uint8_t *soupbin_server_output(const struct soupbin_server *server, uint32_t *length);
void soupbin_server_written(struct soupbin_server *server, uint32_t length, nanos_t now);

/* Heartbeats, silence, the wait for a login, the slow client.  Call at least every
 * heartbeat_ns / 4.  What it closes is said by soupbin_server_take, and by the state. */
void soupbin_server_tick(struct soupbin_server *server, nanos_t now);

/* Queries. */

enum soupbin_state soupbin_server_state(const struct soupbin_server *server);
enum soupbin_reason soupbin_server_reason(const struct soupbin_server *server);
const struct soupbin_server_counts *soupbin_server_counts(const struct soupbin_server *server);

/* CHECKs every invariant listed in soupbin_server.c.  Cold. */
void soupbin_server_verify(const struct soupbin_server *server);

#endif
