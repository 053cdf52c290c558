#ifndef DATAPLANE_STAGE_FEED_STAGE_H
#define DATAPLANE_STAGE_FEED_STAGE_H

/* From the wire to the conflating queue: the stage that polls a feed's ports and keeps its books.
 *
 *     net_rx --> frame_udp --> which line? --> channel --> feed --> books
 *                                                                     |
 *                           engine <-- conflating queue <-- changed markets
 *
 * A burst that comes full is followed by the next at once, and the books' look-ahead stays filled;
 * when a burst comes less than full, or FEED_STAGE_BURSTS in a row were full, everything is applied
 * and the changed markets are published.  So under load quotes conflate here first, and a single
 * packet is published in the turn that took it.
 *
 * Every frame is counted once: frames = the sum of status[] + sliced + bad_checksum_nic +
 * other_destination + host.frame; frames that are datagrams of a line are the channel's to count,
 * those for us as a host inet's.
 *
 * Threads: the lcore that runs it; the view is for anyone.  Memory: feed_stage_footprint(). */

#include "dataplane/feed/feed.h"
#include "dataplane/net/net.h"
#include "dataplane/queue/conflate.h"
#include "dataplane/stage/feed_host.h"
#include "dataplane/stage/listing.h"
#include "dataplane/stage/snapshot.h"
#include "dataplane/stage/stage.h"
#include "dataplane/stage/window.h"
#include "dataplane/wire/frame.h"

#define FEED_STAGE_QUEUES_MAX FEED_HOST_QUEUES_MAX
#define FEED_STAGE_BURSTS     4u  /* full bursts before changes are published */
#define FEED_VIEW_BOOKS       16u /* books shown with their depth */
#define FEED_VIEW_LEVELS      10u

/* Where a line's datagrams come from.  group 0 is learnt: the first destination whose datagram is a
 * whole MoldUDP64 packet. */
struct feed_stage_line {
    uint16_t queue;  /* index in the plan's queues */
    uint16_t source; /* frame.source */
    uint32_t group;  /* destination address */
    uint16_t port;   /* destination port */
};

/* Told after message number message (from 1, in order of delivery) has been applied. */
typedef void feed_stage_mark_fn(void *context, struct feed *feed, uint64_t message);

/* Told of every event of the feed, in order, in the turn after it. */
typedef void feed_stage_event_fn(void *context, const struct feed_event *event);

/* Who takes the stream beside the books: applies each run to the feed itself (feed_run), in parts
 * if it likes, and is told of every other step after the feed has taken it.  On the stage's lcore.
 */
struct feed_stage_tap {
    void *context;
    void (*run)(void *context, struct feed *feed, const struct channel_run *run);
    void (*step)(void *context, struct feed *feed, enum channel_step step,
                 const struct channel_output *output, nanos_t now);
};

struct feed_stage_plan {
    uint32_t queues;
    struct net_queue *queue[FEED_STAGE_QUEUES_MAX];
    uint32_t lines;
    struct feed_stage_line line[CHANNEL_LINES];
    enum frame_checks checks;
    struct channel_limits channel;
    struct feed_limits feed;
    bool has_host; /* some queue has an address, or what is missing is asked for */
    struct feed_host_plan host;

    /* Messages to stop at, ascending; for replays that show a book as it was. */
    const uint64_t *mark;
    uint32_t marks;
    feed_stage_mark_fn *on_mark;
    void *mark_context;

    feed_stage_event_fn
        *on_event; /* may be NULL; called on the stage's lcore, so it must be brief */
    void *event_context;

    const struct feed_stage_tap *tap; /* or NULL; for replays with strategies */

    /* Books to show with depth; none given shows the first ones of the directory. */
    uint32_t shown;
    char show[FEED_VIEW_BOOKS][9];
};

struct feed_view_book {
    char symbol[12];
    uint32_t instrument; /* 0: no such symbol yet */
    uint64_t state;      /* enum market_state */
    uint32_t bids;       /* levels there are */
    uint32_t asks;
    struct book_level bid[FEED_VIEW_LEVELS];
    struct book_level ask[FEED_VIEW_LEVELS];
    struct market market;
};

/* A row of all instruments. */
struct feed_view_instrument {
    char symbol[12];
    uint32_t instrument;
    uint64_t state; /* enum market_state */
    struct market market;
};

/* What the stage shows of itself, consistent as of its last housekeeping. */
struct feed_view {
    uint64_t frame; /* taken from the queues */
    uint64_t status[FRAME_STATUS_COUNT];
    uint64_t sliced; /* captures that kept only a part of the frame */
    uint64_t bad_checksum_nic;
    uint64_t other_destination;
    uint64_t published; /* markets put into the conflating queue */
    uint64_t conflated; /* of them, put over one nobody had taken */
    uint64_t ended;     /* 1 when no queue will bring anything, and all is published */
    uint64_t channel_state;
    uint64_t quarantined;    /* 1: the lines contradict each other, and nobody has ended that */
    uint64_t recovery_state; /* enum recovery_state */
    struct feed_host_counts host;
    uint64_t sequence; /* the next the channel expects */
    uint64_t instruments;
    uint64_t exchange_ns; /* time of the last message of any instrument shown */
    struct feed_stage_line line[CHANNEL_LINES];
    struct channel_counts channel;
    struct feed_counts feed;
    struct book_counts book;
    struct net_statistics queue[FEED_STAGE_QUEUES_MAX];
    uint64_t books;
    struct feed_view_book show[FEED_VIEW_BOOKS];
};

struct feed_stage;

size_t feed_stage_footprint(const struct feed_stage_plan *plan); /* 0 if the plan is out of range */

/* Builds the stage; plan and what it points to must outlive it.  Both queues are keyed by
 * instrument: markets takes struct market, listings struct listing. */
struct feed_stage *feed_stage_new(void *memory, const struct feed_stage_plan *plan,
                                  struct conflate *listings, struct conflate *markets);

extern const struct stage_kind feed_stage_kind;

/* Ticks from the arrival of a burst to its publication.  Any thread, by histogram_copy. */
const struct histogram *feed_stage_latency(const struct feed_stage *stage);

/* True once every queue has ended and all of it is published.  Any thread. */
bool feed_stage_ended(const struct feed_stage *stage);

/* Any thread. */
void feed_stage_view(const struct feed_stage *stage, struct feed_view *view);

/* All instruments, by the window (window.h); places are their numbers. */
enum feed_window_kind {
    FEED_WINDOW_BOOK,        /* the one of symbol: struct feed_view_book */
    FEED_WINDOW_INSTRUMENTS, /* struct feed_view_instrument */
    FEED_WINDOW_RELEASE,     /* ends a quarantine, which the view shows before the answer: a row,
                                uint64_t, the number the stream goes on at; none: there was none */
};
struct window *feed_stage_window(struct feed_stage *stage);

/* The feed itself: for the stage's own thread, or anyone after the lcore is DONE. */
struct feed *feed_stage_feed(struct feed_stage *stage);

#endif
