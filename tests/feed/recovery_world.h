#ifndef TESTS_FEED_RECOVERY_WORLD_H
#define TESTS_FEED_RECOVERY_WORLD_H

/* A publisher with two lossy lines, retransmission servers and GLIMPSE servers with faults, and the
 * receiver under test, in virtual time (faults 1 to 3, 7, 8).
 *
 * The publisher may end its session and begin the day again in another, while what was sent is
 * still under way.  All of it follows from the chance given.  While the weather is bad, datagrams
 * and requests are lost, repeated and delayed, and each server does what its temper says; then
 * everything works. */

#include "dataplane/feed/recovery.h"
#include "tests/reference/plain_glimpse.h"
#include "tests/support/chance.h"

#define SERVER_TEMPERS(T)                                                                          \
    T(GOOD) T(DEAD) T(SLOW) T(OTHER_SESSION) T(OTHER_RANGE) T(BAD_BYTES) T(PARTIAL) T(MOODY)
#define SNAPSHOT_TEMPERS(T) T(WELL) T(REFUSES) T(SILENT) T(BREAKS) T(LATE) T(OLD) T(NONSENSE) T(ANY)

#define TEMPER_ENUM(name) TEMPER_##name,
enum server_temper { SERVER_TEMPERS(TEMPER_ENUM) SERVER_TEMPER_COUNT };
enum snapshot_temper { SNAPSHOT_TEMPERS(TEMPER_ENUM) SNAPSHOT_TEMPER_COUNT };

struct weather {
    uint32_t loss[2]; /* of 1000 datagrams, on each line */
    uint32_t repeat;
    uint32_t request_loss;
    nanos_t delay_ns;   /* of a datagram, at most */
    uint64_t joins;     /* nothing is heard before this number */
    nanos_t bad_ns;     /* so long */
    nanos_t restart_ns; /* when the session ends, and another begins at 1; 0: never */
    enum server_temper server[RECOVERY_SERVERS_MAX];
    enum snapshot_temper snapshot[RECOVERY_SERVERS_MAX];
};

struct world;

struct world_plan {
    const struct plain_day *day;
    struct channel_limits channel;
    struct recovery_limits recovery;
    struct feed_limits feed;
    struct weather weather;
    nanos_t datagram_ns; /* between two, at most */
};

struct world_found {
    nanos_t live_ns;   /* from the end of the bad weather until all books were complete; 0: not */
    uint64_t rate_max; /* most requests in a second */
    uint64_t too_long; /* requests for more than allowed */
    uint64_t looked;   /* times that books that said LIVE were compared with the day, */
    uint64_t not_so;   /* and were not what they should be */
};

struct world *world_new(const struct world_plan *plan, uint64_t seed);
void world_free(struct world *world);

/* Runs until all is published and known, or limit_ns after the bad weather. */
struct world_found world_run(struct world *world, nanos_t limit_ns);

struct feed *world_feed(struct world *world);
struct channel *world_channel(struct world *world);
struct recovery *world_recovery(struct world *world);

/* Are the books of feed those of day after its first messages: every order, in its place? */
bool world_books_are(struct feed *feed, const struct plain_day *day, struct plain_state *state,
                     uint64_t messages);

#endif
