#ifndef APPS_POLLUXD_BOOKS_H
#define APPS_POLLUXD_BOOKS_H

/* A number for what all books show: of each instrument the bids, then the asks, best price first,
 * oldest first, each order's price and shown quantity.  A venue and whoever listens to it have the
 * same one when they agree, however the listener came to its books.  Once no lcore runs. */

#include "dataplane/feed/feed.h"
#include "dataplane/match/match.h"

uint64_t books_of_venue(const struct match *match, uint32_t instruments);
uint64_t books_of_feed(struct feed *feed);

#endif
