#ifndef DATAPLANE_FEED_RECOVERY_LAYOUT_H
#define DATAPLANE_FEED_RECOVERY_LAYOUT_H

/* The recovery's own state: private to recovery*.c.
 *
 *     recovery.c            what goes on, and what follows from what
 *     recovery_ask.c        requests and replies
 *     recovery_snapshot.c   the connection to a GLIMPSE server and what comes over it */

#include "dataplane/feed/recovery.h"
#include "dataplane/session/soupbin_client.h"
#include "dataplane/wire/moldudp64.h"

/* A request that waits for its answer; first == end: none. */
struct recovery_request {
    uint64_t first;
    uint64_t end;
    nanos_t sent_ns;
    nanos_t wait_ns;
};

/* Requests. */
struct recovery_asking {
    struct recovery_request request[RECOVERY_OUTSTANDING_MAX];
    nanos_t sent_ns[RECOVERY_RATE_MAX]; /* [sent % rate]: when the last ones went */
    uint64_t sent;
    uint64_t asked_end;    /* one past the highest number ever asked for in this session */
    nanos_t unanswered_ns; /* when the last wait ended that counts as a round of its own */
    uint32_t unanswered;   /* rounds in a row */
    uint32_t server;       /* asked next */
    uint64_t store_lost;   /* of the channel, when it began */
    struct moldudp64_request packet;
};

/* Snapshots. */
struct recovery_snapshot {
    struct soupbin_client *client;
    nanos_t try_ns;     /* WAITING, FAILED: when to try */
    nanos_t connect_ns; /* the last connection was asked for */
    nanos_t heard_ns;   /* something came over it */
    nanos_t write_ns;   /* RECOVERY_WRITE was said last */
    uint32_t attempts;  /* in a row */
    uint32_t server;    /* tried next */
    bool ever;          /* connect_ns is set */
    bool asked;         /* a connection was asked for and is not gone */
    bool up;            /* and it is there */
    bool close;         /* and is to be closed */
    bool write_again;   /* some was written since RECOVERY_WRITE */
};

struct recovery {
    enum recovery_state state;
    bool joined; /* ASKING: for what follows a snapshot */
    struct channel *channel;
    struct feed *feed;
    struct recovery_limits limits;
    struct recovery_asking asking;
    struct recovery_snapshot snapshot;
    struct recovery_counts counts;
};

/* Time from then to now, or 0 if clocks disagree. */
static inline nanos_t recovery_elapsed(nanos_t now, nanos_t then)
{
    return now > then ? now - then : 0;
}

/* first doubled times times, at most most. */
static inline nanos_t recovery_doubled(nanos_t first, uint32_t times, nanos_t most)
{
    nanos_t wait = first;
    while (times-- > 0 && wait < most) wait *= 2;
    return wait < most ? wait : most;
}

/* What goes on next. */

void recovery_rebuild(struct recovery *recovery, nanos_t now); /* a snapshot, now or after a wait */
void recovery_fail(struct recovery *recovery, nanos_t now);
void recovery_ask(struct recovery *recovery); /* the channel waits for what is missing */

/* Requests. */

enum asking_result {
    ASKING_NOTHING, /* wait */
    ASKING_REQUEST, /* asking.packet is to be sent to *server */
    ASKING_DONE,    /* nothing is overdue, and all that came was given out */
    ASKING_GIVE_UP, /* no request will help */
};

void asking_begin(struct recovery *recovery);
enum asking_result asking_turn(struct recovery *recovery, nanos_t now, uint32_t *server);

/* Snapshots. */

void snapshot_build(struct recovery *recovery, void *memory);
size_t snapshot_footprint_bytes(void);

/* No snapshot is wanted any more. */
void snapshot_call_off(struct recovery *recovery);

/* The attempt has failed. */
void snapshot_trouble(struct recovery *recovery, enum recovery_trouble trouble, nanos_t now);

enum recovery_action snapshot_connect(struct recovery *recovery, nanos_t now,
                                      struct recovery_output *output);
enum recovery_action snapshot_turn(struct recovery *recovery, nanos_t now,
                                   struct recovery_output *output);

/* What is to be done with a connection that is no longer needed, or RECOVERY_NOTHING. */
enum recovery_action snapshot_close(struct recovery *recovery, struct recovery_output *output);

#endif
