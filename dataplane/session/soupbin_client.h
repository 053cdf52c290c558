#ifndef DATAPLANE_SESSION_SOUPBIN_CLIENT_H
#define DATAPLANE_SESSION_SOUPBIN_CLIENT_H

/* The client's side of a SoupBinTCP session, over as many connections as it takes.
 *
 *                 connect           login accepted
 *     IDLE, CLOSED ------> LOGIN ---------------------> OPEN
 *         ^                  | rejected, silence,         | end of session, logout, silence,
 *         |                  v mismatch, violation        v violation
 *         +--- may resume? CLOSED, with a soupbin_reason
 *
 * The first login asks for what soupbin_client_new was told; each later one for the session that
 * accepted it and the number it expects next, so that the owner sees every sequenced message once
 * and in order, however often the connection breaks.  Accepted with another session or another
 * number than asked is a mismatch: both sides disagree about the past, and only
 * soupbin_client_restart goes on.  (Sequence 0, the newest, accepts any number.)
 *
 * A state machine without input or output, as the server's.  What an owner writes:
 *
 *     connect TCP; soupbin_client_connect(client, now);
 *     struct soupbin_bytes bytes = {segment, segment_bytes};
 *     while ((event = soupbin_client_take(client, &bytes, now, &message)))
 *         switch (event) {
 *         case SOUPBIN_CLIENT_ACCEPTED:     may send now
 *         case SOUPBIN_CLIENT_SEQUENCED:    message.sequence, message.payload
 *         case SOUPBIN_CLIENT_UNSEQUENCED:  message.payload (4.00)
 *         case SOUPBIN_CLIENT_OVER:         soupbin_client_reason says why
 *         }
 *     bytes to send = soupbin_client_output(...);  soupbin_client_written(client, sent);
 *     soupbin_client_tick(client, now);                               at least every 250 ms
 *     if CLOSED: close TCP once the output is empty; connect again if soupbin_client_may_resume
 *
 * Messages to the server have no number, and may be lost with the connection: whether one arrived
 * is for the protocol above to find out.
 *
 * Guarantees: the events do not depend on how the bytes were cut.  A message that lies whole in the
 * bytes given is not copied.
 *
 * Threads: one.  Memory: soupbin_client_footprint() bytes, given once.
 * Source: "SoupBinTCP" 3.00, 4.00, 4.10, Nasdaq. */

#include "dataplane/session/soupbin.h"

struct soupbin_client;

struct soupbin_client_limits {
    uint32_t payload_bytes; /* the longest message the server may send; SOUPBIN_PAYLOAD_MIN to
                               SOUPBINTCP_PAYLOAD_MAX */
    uint32_t output_bytes;  /* waiting to be written, SOUPBIN_OUTPUT_MIN to _MAX */
    nanos_t heartbeat_ns;   /* both at least 1 */
    nanos_t silence_ns;     /* also the wait for an answer to the login */
};

struct soupbin_client_login {
    struct soupbin_credentials credentials;
    char session[10];    /* blank: the current one */
    uint64_t sequence;   /* first message wanted; 1 from the start, 0 the newest */
    uint32_t timeout_ms; /* 4.10: the server is to wait so long in silence, up to 99999; 0: a login
                            of 3.00 */
};

enum soupbin_client_event {
    SOUPBIN_CLIENT_NOTHING, /* all bytes are taken */
    SOUPBIN_CLIENT_ACCEPTED,
    SOUPBIN_CLIENT_SEQUENCED,
    SOUPBIN_CLIENT_UNSEQUENCED,
    SOUPBIN_CLIENT_OVER, /* said once when CLOSED; the rest of the bytes is dropped */
};

/* payload is valid until the bytes given are, and no longer than the next call. */
struct soupbin_message {
    uint64_t sequence; /* 0 of one without a number */
    const uint8_t *payload;
    uint32_t payload_bytes;
};

struct soupbin_client_counts {
    uint64_t connection;
    uint64_t accepted;
    uint64_t closed[SOUPBIN_REASON_COUNT]; /* connections by how they ended */
    uint64_t message_received;             /* sequenced */
    uint64_t unsequenced_received;
    uint64_t message_sent;
    uint64_t heartbeat_received;
    uint64_t heartbeat_sent;
    uint64_t debug_received;
    uint64_t output_full;
};

/* Lifecycle.  Cold. */

size_t soupbin_client_footprint(const struct soupbin_client_limits *limits); /* 0: out of range */
struct soupbin_client *soupbin_client_new(void *memory, const struct soupbin_client_limits *limits,
                                          const struct soupbin_client_login *login);

/* Forgets session and number, and any connection: the next login asks for these. */
void soupbin_client_restart(struct soupbin_client *client,
                            const struct soupbin_client_login *login);

/* A connection has been made: queues the login.  The state must not be LOGIN or OPEN. */
void soupbin_client_connect(struct soupbin_client *client, nanos_t now);

/* The connection is gone, or is to go: CLOSED with this reason (SOUPBIN_LOST, SOUPBIN_BY_OWNER),
 * and no byte waits any more.  Nothing happens if it is CLOSED or IDLE. */
void soupbin_client_close(struct soupbin_client *client, enum soupbin_reason reason);

/* Takes packets from the beginning of *bytes up to the next event.  Call until
 * SOUPBIN_CLIENT_NOTHING. */
enum soupbin_client_event soupbin_client_take(struct soupbin_client *client,
                                              struct soupbin_bytes *bytes, nanos_t now,
                                              struct soupbin_message *message);

/* Queues one unsequenced message.  False if not OPEN, or without room; the caller keeps it. */
MUST_USE bool soupbin_client_send(struct soupbin_client *client, const uint8_t *payload,
                                  uint32_t length, nanos_t now);

/* Queues the logout and is CLOSED.  False if not OPEN, or without room. */
bool soupbin_client_logout(struct soupbin_client *client, nanos_t now);

/* Bytes to put on the stream: look, write, then say how many were written.  The bytes are valid
 * until the next call that queues. */
const uint8_t *soupbin_client_output(const struct soupbin_client *client, uint32_t *length);
void soupbin_client_written(struct soupbin_client *client, uint32_t length);

/* Heartbeats and silence.  Call at least every heartbeat_ns / 4. */
void soupbin_client_tick(struct soupbin_client *client, nanos_t now);

/* Queries. */

enum soupbin_state soupbin_client_state(const struct soupbin_client *client);
enum soupbin_reason soupbin_client_reason(const struct soupbin_client *client);

/* Is connecting again of any use? */
bool soupbin_client_may_resume(const struct soupbin_client *client);

/* The number the next sequenced message has; 0 while that is the newest and not known. */
uint64_t soupbin_client_next_sequence(const struct soupbin_client *client);

/* The session as the server names it, or as asked for before the first answer. */
const char *soupbin_client_session(const struct soupbin_client *client); /* 10 characters */

const struct soupbin_client_counts *soupbin_client_counts(const struct soupbin_client *client);

/* CHECKs every invariant listed in soupbin_client.c.  Cold. */
void soupbin_client_verify(const struct soupbin_client *client);

#endif
