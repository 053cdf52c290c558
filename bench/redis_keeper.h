#ifndef BENCH_REDIS_KEEPER_H
#define BENCH_REDIS_KEEPER_H

/* A redis-server of the bench's own on a Unix socket, and all that can go wrong with it.
 *
 *     bench ──[one letter]──► keeper, a process ──► redis-server, or one that answers garbage
 *           ◄──[done]────────
 *
 * The keeper is a process of its own, so that starting and killing servers does not touch the
 * bench's memory, and so that everything it has started ends with the bench, however that ends.
 * Server and keeper run on the core that the caller is pinned to. */

#include "dataplane/base/base.h"

#include <sys/types.h>

/* What becomes of the server.  All but the first are failures. */
#define KEEPER_STATES(X)                                                                           \
    X(WELL, 'w', "well")                                                                           \
    X(ABSENT, 'a', "absent: its socket is gone")                                                   \
    X(KILLED, 'k', "killed: its socket refuses")                                                   \
    X(STOPPED, 's', "stopped")                                                                     \
    X(FULL, 'f', "full: out of memory")                                                            \
    X(CUT, 'c', "it cuts all connections again and again")                                         \
    X(BEGUN, 'b', "killed and started again and again, empty")                                     \
    X(LOADING, '0', "answers LOADING")                                                             \
    X(NOAUTH, '1', "answers NOAUTH")                                                               \
    X(READONLY, '2', "answers READONLY")                                                           \
    X(FOREIGN, '3', "answers HTTP")                                                                \
    X(UNASKED, '4', "answers more than was asked")                                                 \
    X(HUGE_COUNT, '5', "promises an array of a billion")                                           \
    X(HUGE_TEXT, '6', "sends a text of 500 MB")                                                    \
    X(DEEP, '7', "answers 400 arrays in each other")                                               \
    X(SHAPELESS, '8', "answers a read with no stream")                                             \
    X(BYTES, '9', "answers bytes that are no protocol")                                            \
    X(HALF, 'h', "stops in the middle of an answer")

#define KEEPER_ENUM(name, letter, text) KEEPER_##name,
enum keeper_state { KEEPER_STATES(KEEPER_ENUM) KEEPER_STATE_COUNT };

struct keeper {
    pid_t pid;
    int socket; /* to it */
    char folder[64];
    char path[96]; /* of the server's socket */
};

/* Starts it, with a server that is well.  False: redis-server is not installed. */
MUST_USE bool keeper_open(struct keeper *keeper);
/* Returns once it is so. */
void keeper_set(struct keeper *keeper, enum keeper_state state);
const char *keeper_text(enum keeper_state state);
void keeper_close(struct keeper *keeper);

#endif
