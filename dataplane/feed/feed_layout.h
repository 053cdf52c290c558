#ifndef DATAPLANE_FEED_FEED_LAYOUT_H
#define DATAPLANE_FEED_FEED_LAYOUT_H

/* The feed's own state.  Private to feed*.c. */

#include "dataplane/feed/feed.h"

struct feed {
    struct book *book;
    uint64_t(*symbol);         /* [instrument]: eight bytes as on the wire; 0 is none */
    uint8_t *trading;          /* [instrument]: the trading action, 0 before the first */
    uint8_t *operational_halt; /* [instrument]: 1 while this market has stopped it */
    uint8_t *told;             /* [instrument]: 1 while it waits in listed */
    uint16_t *listed;          /* got a symbol, not yet asked for; each at most once */
    uint32_t listed_count;
    uint32_t instruments;
    uint32_t last_instrument;
    enum market_state channel_state;
    bool stale; /* silence, told apart from a gap it must not hide */
    bool gap;
    bool recovering; /* nothing is lost yet */
    bool snapshot;   /* what is applied are messages of a snapshot */
    bool closed;
    uint8_t names_wanted; /* 1 until a directory message comes: symbols are learnt from adds */

    struct arrival arrival; /* of the run applied last */
    uint64_t sequence;      /* of its last message */
    nanos_t exchange_ns;    /* of its last message */
    struct feed_counts counts;

    struct feed_event event[FEED_EVENTS_MAX];
    uint32_t event_head;
    uint32_t event_count;

    uint64_t named[BOOK_INSTRUMENTS_MAX / 64]; /* bit: symbol[] is set */
};

static inline bool feed_named(const struct feed *feed, uint32_t instrument)
{
    return feed->named[instrument / 64] >> instrument % 64 & 1;
}

/* Cold side of feed_run, in feed_reference.c: every message that is not an add, execution at the
 * order's price, cancel, delete or replace.  message has been checked. */
void feed_reference(struct feed *feed, const uint8_t *message);

/* Gives an instrument its symbol, from eight bytes as on the wire. */
void feed_name(struct feed *feed, uint32_t instrument, const char stock[8]);

/* Recomputes the channel's state from its parts, records event, and marks every instrument. */
void feed_channel_event(struct feed *feed, const struct feed_event *event);
void feed_event_add(struct feed *feed, const struct feed_event *event);

#endif
