#ifndef BENCH_REDIS_DESK_H
#define BENCH_REDIS_DESK_H

/* A desk whose strategy outside is heard through a real Redis server, on the cores as an operator
 * would give them:
 *
 *     core 0   client, redis-server, the control plane's loop, the journal's thread
 *     core 1   an lcore: wire, feed stage, engine stage
 *
 * The loop is libev's with control/redis in it, as polluxd runs it.  The wire is the bench's: the
 * venue's end, and whatever more is asked of it at each turn.
 *
 * There is one of it.  Threads: all calls from the one that opened it, pinned to core 0. */

#include "bench/desk.h"
#include "bench/redis_keeper.h"
#include "control/redis/redis.h"

#include <stdatomic.h>

#define REDIS_DESK_STRATEGY "outside"
#define REDIS_DESK_SYMBOL   "ONE"
#define REDIS_DESK_STREAM   "pollux.intents." REDIS_DESK_STRATEGY

enum { REDIS_DESK_KEYS = 4096, REDIS_DESK_WATCH_MS = 10 };

struct redis_desk {
    struct desk desk;
    struct keeper keeper;
    struct desk_rings rings;
    uint64_t sequence;            /* of the newest intent */
    uint32_t (*wire_more)(void);  /* at each turn of the lcore; NULL: nothing */
    _Atomic uint64_t connections; /* these three as of REDIS_DESK_WATCH_MS ago at most */
    _Atomic uint64_t answered;
    _Atomic uint64_t waiting;
};

/* False: redis-server is not installed.  Everything is there, and nothing runs. */
MUST_USE bool redis_desk_open(struct redis_desk *desk);
void redis_desk_close(struct redis_desk *desk);

/* The lcore and the journal's thread; and the loop's thread with control/redis, behind that. */
void redis_desk_lcore_start(struct redis_desk *desk, enum lcore_idle idle);
void redis_desk_lcore_stop(struct redis_desk *desk);
void redis_desk_loop_start(struct redis_desk *desk);
void redis_desk_loop_stop(struct redis_desk *desk);
/* The loop without a thread: one turn of it. */
void redis_desk_loop_open(struct redis_desk *desk);
void redis_desk_loop_turn(void);
void redis_desk_loop_close(void);
/* Until all three connections are up. */
void redis_desk_connected(const struct redis_desk *desk);

/* The next intent: the replacement of an order, each time at another price. */
struct redis_desk_intent {
    uint64_t sequence;
    uint32_t key;
    price_t price;
};
struct redis_desk_intent redis_desk_intent_next(struct redis_desk *desk);

/* A client of the server: its socket. */
int redis_desk_client(const struct redis_desk *desk);
void redis_desk_sleep(nanos_t ns);

#endif
