#ifndef DATAPLANE_SESSION_SOUPBIN_H
#define DATAPLANE_SESSION_SOUPBIN_H

/* What both sides of a SoupBinTCP session have in common: names of states and of ends.
 *
 * Source: "SoupBinTCP" 3.00, 4.00 and 4.10; packets in dataplane/wire/soupbintcp.h. */

#include "dataplane/wire/soupbintcp.h"

#define SOUPBIN_HEARTBEAT_NS  NANOS_SECOND        /* we send one after this long without sending */
#define SOUPBIN_SILENCE_NS    (15 * NANOS_SECOND) /* the peer is gone after this long */
#define SOUPBIN_LOGIN_WAIT_NS (30 * NANOS_SECOND) /* a connection without a login is closed */
#define SOUPBIN_PAYLOAD_MIN   1u
#define SOUPBIN_OUTPUT_MIN    64u /* a login, or a refusal with its reason */
#define SOUPBIN_OUTPUT_MAX    (1u << 20)

/* clang-format off */
#define SOUPBIN_STATES(X)                                                              \
    X(SOUPBIN_IDLE,   idle,   "not connected")                                         \
    X(SOUPBIN_LOGIN,  login,  "connected, the login has not come or is not answered")  \
    X(SOUPBIN_ASKED,  asked,  "server: the login came, its owner decides")             \
    X(SOUPBIN_OPEN,   open,   "logged in")                                             \
    X(SOUPBIN_CLOSED, closed, "over; the connection is to be closed once the output is empty")

/* Why a connection is over; the last column: may a client connect again and go on? */
#define SOUPBIN_REASONS(X)                                                             \
    X(SOUPBIN_NOT_CLOSED,   not_closed,   true,  "it is not")                                        \
    X(SOUPBIN_LOST,         lost,         true,  "the connection broke")                             \
    X(SOUPBIN_SILENCE,      silence,      true,  "nothing came for the time of silence")             \
    X(SOUPBIN_LOGIN_WAIT,   login_wait,   true,  "no login came in time")                            \
    X(SOUPBIN_SLOW,         slow,         true,  "the peer does not take what is sent")              \
    X(SOUPBIN_LOGOUT,       logout,       true,  "the client logged out")                            \
    X(SOUPBIN_ENDED,        ended,        false, "the session has ended: no message will ever come") \
    X(SOUPBIN_NOT_ALLOWED,  not_allowed,  false, "user name or password are not right")              \
    X(SOUPBIN_NO_SESSION,   no_session,   false, "the session or sequence asked for is not there")   \
    X(SOUPBIN_REFUSED,      refused,      false, "refused for a reason that no version has")         \
    X(SOUPBIN_MISMATCH,     mismatch,     false, "accepted with another session or sequence than asked") \
    X(SOUPBIN_BY_OWNER,     by_owner,     true,  "our own side closed it")                           \
    X(SOUPBIN_EMPTY,        empty,        true,  "a packet without a type")                          \
    X(SOUPBIN_UNKNOWN_TYPE, unknown_type, true,  "a packet of unknown type")                         \
    X(SOUPBIN_WRONG_SENDER, wrong_sender, true,  "a packet that only our side sends")                \
    X(SOUPBIN_BAD_LENGTH,   bad_length,   true,  "a packet not of its type's length")                \
    X(SOUPBIN_TOO_LONG,     too_long,     true,  "a message longer than our limit")                  \
    X(SOUPBIN_BAD_FIELD,    bad_field,    true,  "a number that is none, or too large")              \
    X(SOUPBIN_BEFORE_LOGIN, before_login, true,  "a packet that needs a login before it")            \
    X(SOUPBIN_SECOND_LOGIN, second_login, true,  "a second login, or a second answer to one")
/* clang-format on */

#define SOUPBIN_STATE_ENUM(state, name, meaning) state,
enum soupbin_state { SOUPBIN_STATES(SOUPBIN_STATE_ENUM) SOUPBIN_STATE_COUNT };

#define SOUPBIN_REASON_ENUM(reason, counter, resumes, meaning) reason,
enum soupbin_reason { SOUPBIN_REASONS(SOUPBIN_REASON_ENUM) SOUPBIN_REASON_COUNT };

const char *soupbin_state_text(enum soupbin_state state);
const char *soupbin_reason_text(enum soupbin_reason reason);
const char *soupbin_reason_name(enum soupbin_reason reason); /* the counter's name */
bool soupbin_reason_resumes(enum soupbin_reason reason);

/* Bytes that arrived.  Who takes packets moves the beginning forward. */
struct soupbin_bytes {
    const uint8_t *at;
    uint32_t length;
};

/* Takes count of them from the beginning. */
static inline void soupbin_bytes_skip(struct soupbin_bytes *bytes, uint32_t count)
{
    if (count == 0) return; /* there may be no bytes at all */
    bytes->at += count;
    bytes->length -= count;
}

/* Who may log in; both padded on the right with spaces, of either case. */
struct soupbin_credentials {
    char username[6];
    char password[10];
};

/* Are they the same, whatever their case?  Takes the same time wherever they differ. */
MUST_USE bool soupbin_credentials_same(const struct soupbin_credentials *a,
                                       const struct soupbin_credentials *b);

/* The user name as a number: the same exactly for names that are the same whatever their case. */
MUST_USE uint64_t soupbin_credentials_key(const struct soupbin_credentials *credentials);

/* Are two session names the same but for the spaces around them? */
MUST_USE bool soupbin_session_same(const char a[10], const char b[10]);

/* Is the name nothing but spaces? */
MUST_USE bool soupbin_session_blank(const char name[10]);

#endif
