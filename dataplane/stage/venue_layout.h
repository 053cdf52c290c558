#ifndef DATAPLANE_STAGE_VENUE_LAYOUT_H
#define DATAPLANE_STAGE_VENUE_LAYOUT_H

/* What a venue holds; for venue*.c only. */

#include "dataplane/stage/venue.h"

struct venue {
    struct match *match;
    struct journal *journal;  /* NULL until venue_start */
    struct match_event *held; /* a ring: [tail, head) are not handed out yet */
    uint64_t head;            /* without what the input under way has made: events.count */
    uint64_t tail;
    uint64_t mask;
    uint64_t sequence; /* the last record's */
    nanos_t time;      /* the latest an input has told */
    uint64_t
        busy[JOURNAL_CLASS_COUNT]; /* with more events held, an input of the class is refused */
    struct match_events events;    /* free place in the ring, for the engine */
    struct venue_outlet outlet;
    struct venue_counts counts;
    enum venue_durability durability;
    bool described; /* the journal has a record of the engine */
    bool stopped;   /* by watch.until: cannot be started */
    bool releasing; /* take is being called */
    const char *problem;
    struct venue_limits limits;
    size_t match_bytes; /* of the memory at match */
};

#endif
