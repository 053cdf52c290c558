#ifndef CONTROL_REDIS_REDIS_H
#define CONTROL_REDIS_REDIS_H

/* Programs outside trade through Redis, and are told (F14, F46, F47).  README.md is their page.
 *
 *     streams, channels ──► judge ──► ring intake ──► engine: journal, slots, risk, venue
 *                             │                          │
 *     stream dead ◄───────────┘   ring answers, drop copy, prices
 *                                                        │
 *     answers, order.updates, balance.updates, SYMBOL.price, SYMBOL.live ◄──┤
 *                                                                           │
 *     venue in this process: totals of accounts, their orders, prices ──────┘
 *
 * Guarantees:
 * - nothing in the engine waits for Redis, and what is here is bounded: rings, the outbox, lanes
 *   with one update of each order, buffers of connections;
 * - what a stream holds acts once: it is read on from the place that the gateway's journal knows,
 *   and its sequences rise; a stream that is older than that place is told, and read on from its
 *   end;
 * - a server that is away, slow, full or hostile costs a connection and a back-off.
 *
 * Threads: the loop's, which is the writer of intake and the reader of the others. */

#include "control/redis/redis_names.h"
#include "dataplane/base/text.h"
#include "dataplane/queue/conflate.h"
#include "dataplane/queue/spsc.h"

struct ev_loop;
struct redis;
struct config_redis;
struct engine_stage;
struct journal;

#define REDIS_POSITIONS_MAX   64u   /* of a portion */
#define REDIS_POSITIONS_KNOWN 4096u /* what is above is told each second, changed or not */

struct redis_position {
    char name[64]; /* STRATEGY:SYMBOL, or STRATEGY:SYMBOL@VENUE */
    qty_t qty;
};

/* What is called of its owner. */
struct redis_calls {
    void *context;
    void (*halt)(void *context, const char *why); /* why lasts until it returns */
    void (*say)(void *context, const char *sentence);
    /* Something is in the ring intake, whose reader may sleep; NULL: it never does. */
    void (*wake)(void *context);
    /* The word of the box's trading state. */
    const char *(*state)(void *context);
    /* The time by the box's clock, which the gateway counts in; NULL: it is the system's. */
    nanos_t (*now)(void *context);
    /* Every second: redis_positions is to be called with all of them, now or in a while. */
    void (*positions)(void *context);
};

struct redis_plan {
    struct ev_loop *loop;
    const struct config_redis *config;
    const struct redis_names *names;
    /* Of a gateway; without one engine is NULL, nobody is heard, and only the venue is told of. */
    struct engine_stage *engine;
    const struct journal *journal; /* NULL: acknowledged without waiting for the disk */
    struct spsc *intake;
    struct spsc *answers;
    struct spsc *copy;
    struct conflate *prices;
    /* Of a venue in this process (venue_tally.h); without one NULL. */
    struct conflate *accounts;
    struct conflate *own_prices;
    const struct counter *accounts_lost;
    struct spsc *reports; /* struct entry_report, of accounts' orders; NULL: they are not told */
    const struct counter *reports_lost;
    struct redis_calls calls;
};

/* clang-format off */
#define REDIS_COUNTERS(C)                                                              \
    C(message,     "Messages that came by streams and channels")                       \
    C(heard,       "of these, went to the gateway")                                    \
    C(heartbeat,   "of these, only said that their strategy is there")                 \
    C(refused,     "of these, were refused before the gateway")                        \
    C(crowded,     "of these, came by a channel while the ring was full: dropped")     \
    C(answer,      "Answers of the gateway")                                           \
    C(gone,        "Strategies whose heartbeat stopped: their orders are canceled")    \
    C(older,       "Streams that were found older than we know them")                  \
    C(report,      "Reports of the gateway that were put into lanes")                  \
    C(report_hole, "Reports that the ring had no room for: the journal has them")      \
    C(account_report, "Reports of orders of the venue's accounts that were put into lanes")  \
    C(pushed,      "Updates and prices that were published")                           \
    C(unpushed,    "of these, were on their way when the connection was lost")         \
    C(unanswered,  "Answers and refusals there was no room for while the server was away") \
    C(turned_down, "Commands that the server refused for good")                        \
    C(kill,        "Halts that were asked for")

#define REDIS_GAUGES(C)                                                                \
    C(connections, "Connections to the Redis server that are up, of three; without a gateway of one") \
    C(connections_wanted, "So many of them there are to be")                           \
    C(waiting,     "Answers and refused messages that wait for the server")            \
    C(account_lost, "Sides of trades at the venue that no account is told of: there were too many") \
    C(account_report_lost, "Reports of orders of accounts that the ring had no room for: a later one says all") \
    C(lane_full,   "Updates that a lane had no room for: so many orders waited for the server")
/* clang-format on */

#define REDIS_COUNTER_FIELD(name, help) uint64_t name;
struct redis_counts {
    REDIS_COUNTERS(REDIS_COUNTER_FIELD)
};

struct redis_view {
    REDIS_COUNTERS(REDIS_COUNTER_FIELD)
    REDIS_GAUGES(REDIS_COUNTER_FIELD)
};

/* Reads the files of the configuration, and begins.  NULL with sentences if one is unfit. */
struct redis *redis_new(const struct redis_plan *plan, struct text *problems);
/* Nothing is heard any more; what there is to tell is told on. */
void redis_deafen(struct redis *redis);
/* While the loop runs: whether all is told, as far as the server takes it. */
bool redis_told(struct redis *redis);
void redis_free(struct redis *redis);

/* Positions number first, first + 1, ... of all; count is at most REDIS_POSITIONS_MAX.  Those that
 * have changed since they were told are. */
void redis_positions(struct redis *redis, uint32_t first, const struct redis_position *position,
                     uint32_t count);

void redis_look(const struct redis *redis, struct redis_view *view);
/* A table of all counters, those of connections and lanes too. */
void redis_print(const struct redis *redis, struct text *out);

#endif
