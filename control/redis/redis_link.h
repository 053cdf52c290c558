#ifndef CONTROL_REDIS_REDIS_LINK_H
#define CONTROL_REDIS_REDIS_LINK_H

/* One connection to the server, which comes back by itself: the thin edge of this folder.
 *
 *     DOWN ──[back-off]──► CONNECTING ──► GREETING (AUTH, PING) ──► READY
 *       ▲                                                             │
 *       └── lost: closed, silent, garbage, an error that passes ◄─────┘
 *
 * The back-off doubles from REDIS_LINK_RETRY_MS to REDIS_LINK_RETRY_MAX_MS, and begins anew when
 * the owner says that the connection has worked: so a server that takes connections and refuses
 * commands is asked ever more seldom (the circuit breaker).
 *
 * Nothing blocks: what is said in one turn of the loop leaves together at its end, what the socket
 * does not take waits in a buffer of REDIS_LINK_OUT_BYTES, and what has no room there is not taken.
 * Threads: the loop's.  Memory: the buffer, and what redis_reply.h says. */

#include "control/redis/redis_reply.h"
#include "dataplane/base/text.h"

#include <ev.h>

#define REDIS_LINK_RETRY_MS     20u
#define REDIS_LINK_RETRY_MAX_MS 2000u
#define REDIS_LINK_SILENCE_MS   3000u /* for a reply that is due */
#define REDIS_LINK_PING_MS      1000u /* of one that listens: else nothing would ever be due */
#define REDIS_LINK_OUT_BYTES    (2u << 20)
#define REDIS_LINK_DENIAL       160u

struct redis_link_plan {
    struct ev_loop *loop;
    const char *socket; /* the Unix socket; "": the address */
    uint32_t ip;
    uint16_t tcp_port;
    const char *username; /* "": the default user */
    const char *password; /* "": nobody logs in */
    bool first; /* what comes is read before anything else that the loop has to do in a turn */
    void *context;
    void (*ready)(void *context);
    redis_reply_take *reply;
    /* It was ready; or it cannot be, and that was not told yet.  why lasts. */
    void (*lost)(void *context, const char *why);
};

enum redis_link_state {
    REDIS_LINK_DOWN,
    REDIS_LINK_CONNECTING,
    REDIS_LINK_GREETING,
    REDIS_LINK_READY
};

struct redis_link {
    struct redis_link_plan plan;
    enum redis_link_state state;
    int socket;
    ev_io input;
    ev_io output;
    ev_prepare turned; /* the loop is about to wait */
    ev_timer timer;
    bool writes; /* output is watched */
    struct redis_replies replies;
    char *out; /* what waits to be sent is out_bytes from out_first */
    size_t out_first;
    size_t out_bytes;
    uint32_t retry_ms;
    double retry_at; /* redis_seconds */
    double heard_at;
    double pinged_at;
    const char *told; /* of why it is not ready, the newest; NULL: it is, or nothing was */
    const char *why;  /* it is to be lost, when its replies are read; NULL: it is not */
    char denial[REDIS_LINK_DENIAL];
    uint64_t connections;
    uint64_t losses;
    uint64_t error[REDIS_ERROR_COUNT];
};

/* Of a clock that nobody sets. */
double redis_seconds(void);

void redis_link_new(struct redis_link *link, const struct redis_link_plan *plan);
void redis_link_free(struct redis_link *link);

/* A command as bytes; tag comes back with its reply.  False: it is not ready, or has no room. */
bool redis_link_send(struct redis_link *link, uint32_t tag, const char *bytes, size_t length);
/* The same from words. */
bool redis_link_say(struct redis_link *link, uint32_t tag, uint32_t words, const char *const *word);

bool redis_link_ready(const struct redis_link *link);
void redis_link_worked(struct redis_link *link);
/* It is given up and tried again later.  why lasts. */
void redis_link_lose(struct redis_link *link, const char *why);
/* A reply that is an error is counted; one that passes loses the link. */
void redis_link_refused(struct redis_link *link, const redisReply *reply);
/* One of what nothing works without loses it in any case, for the server's own words. */
void redis_link_denied(struct redis_link *link, const char *what, const redisReply *reply);

#endif
