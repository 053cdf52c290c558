#ifndef DATAPLANE_FEED_CHANNEL_STATE_H
#define DATAPLANE_FEED_CHANNEL_STATE_H

/* The channel itself, for its own files only.
 *
 * channel_receive decides what a datagram is and leaves it in current if its messages are wanted;
 * channel_next gives out current and what waits in the store, and says the events.
 *
 *     next        the number the next run begins with
 *     holes       what is missing between next and holes.top
 *     store       what has come of the numbers between, and waits
 *     current     the datagram last received: while waiting, to be given out or put into the store
 *     given       the datagram of the last run, until its reader is done with it */

#include "dataplane/feed/channel_compare.h"
#include "dataplane/feed/channel_datagram.h"
#include "dataplane/feed/channel_holes.h"
#include "dataplane/feed/channel_line.h"
#include "dataplane/feed/channel_store.h"

struct channel {
    uint64_t next; /* 0 before the first session */
    bool open;     /* a session has been adopted */
    bool end_seen; /* end of session at holes.top */
    bool ended;    /* ... and CHANNEL_END was said */
    bool quarantined;
    bool rejoining; /* after quarantine: the next hole does not wait */
    bool say_session;
    bool say_quarantine;
    bool stale;       /* CHANNEL_STALE was said and is not over */
    bool heard_again; /* while stale: over when next reaches fresh_at */
    bool heard;       /* heard_ns is set */
    bool waiting;     /* current is wanted and still here */
    bool early;       /* current was not in sequence when it came */
    bool walked;      /* offset[] is that of current */
    bool giving;      /* given is */
    bool remember;    /* given was taken whole and is to be compared with its copy */
    bool configured;  /* limits.session names the only session */
    enum channel_patience patience;
    char session[10];
    uint32_t given_slot; /* of the store, or STORE_NONE */

    uint16_t *offset; /* [CHANNEL_MESSAGES_MAX] */
    uint64_t packets; /* datagrams of the session received */
    uint64_t fresh_at;
    nanos_t heard_ns;
    nanos_t ended_ns;
    struct datagram current;
    const struct datagram *given; /* current, or one of the store's */

    struct holes holes;
    struct store store;
    struct fingerprints fingerprints;
    struct line_track line[CHANNEL_LINES];
    struct channel_limits limits;
    struct channel_counts counts;

    uint64_t first;         /* of this session */
    uint64_t first_covered; /* counts.message + counts.gap_message when it began */
    uint64_t early_taken;   /* early datagrams given out later */
    uint64_t sessions_left; /* how many ever; the last ones are left[] */
    char left[CHANNEL_SESSIONS_LEFT][10];
};

/* All that comes waits in the store. */
static inline bool channel_holding(const struct channel *channel)
{
    return channel->patience == CHANNEL_HOLDS;
}

/* The bounds on waiting, but for the full store, which is seen in channel_next. */
static inline bool hole_expired(const struct channel *channel, const struct hole *hole, nanos_t now)
{
    if (hole->overdue) return true;
    nanos_t open_ns = now > hole->open_ns ? now - hole->open_ns : 0;
    if (open_ns >= channel->limits.gap_wait_ns) return true;
    uint32_t packets = channel->limits.gap_packets;
    return packets > 0 && channel->packets - hole->open_packet >= packets;
}

/* Every line has passed over all that is known: its losses are counted. */
void channel_lines_pass(struct channel *channel);

/* Drops the store and forgets what is missing: the stream goes on at next. */
void channel_restart_at(struct channel *channel, uint64_t next);

#endif
