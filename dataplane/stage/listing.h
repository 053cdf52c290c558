#ifndef DATAPLANE_STAGE_LISTING_H
#define DATAPLANE_STAGE_LISTING_H

#include "dataplane/base/base.h"

/* What an instrument is called: from the feed, which knows, to the engine, where strings become
 * instrument numbers once and for all.  Travels in a conflating queue of its own. */
struct listing {
    char symbol[8]; /* as on the wire: padded with spaces */
};

static_assert(sizeof(struct listing) == 8, "the value of a conflating queue");

#endif
