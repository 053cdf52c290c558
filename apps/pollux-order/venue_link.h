#ifndef APPS_POLLUX_ORDER_VENUE_LINK_H
#define APPS_POLLUX_ORDER_VENUE_LINK_H

/* A connection to the venue: a SoupBinTCP client over a kernel socket.
 *
 *     venue_link_open        host found, password read
 *     venue_link_connect     TCP made, login queued      (again after every cut)
 *     loop:  venue_link_fill      what came, message by message
 *            soupbin_client_send(link.client, ...)
 *            venue_link_flush     what waits, in as few writes as the kernel takes
 *
 * Threads: one.  Memory: taken at open. */

#include "apps/pollux-order/options.h"
#include "dataplane/base/text.h"
#include "dataplane/session/soupbin_client.h"

#include <sys/socket.h>

struct venue_link {
    struct soupbin_client *client;
    int fd; /* -1: not connected */
    uint8_t *segment;
    nanos_t filled_ns; /* when the last segment was read */
    struct sockaddr_storage address;
    socklen_t address_bytes;
};

/* The time that everything is measured by: nanoseconds of CLOCK_MONOTONIC. */
nanos_t venue_link_now(void);

/* sequence: of the first message wanted; 0: the newest.  The status to exit with, after sentences
 * in problems; 0 if all went well. */
MUST_USE int venue_link_open(struct venue_link *link, const struct order_options *options,
                             uint64_t sequence, struct text *problems);
void venue_link_close(struct venue_link *link);

/* False, with a sentence in problems.  Waits up to 5 seconds. */
MUST_USE bool venue_link_connect(struct venue_link *link, struct text *problems);
void venue_link_disconnect(struct venue_link *link);

/* Reads what is there, up to a segment; calls on_event for each event but NOTHING.  A connection
 * that is over has state SOUPBIN_CLOSED then. */
typedef void venue_event_fn(void *context, enum soupbin_client_event event,
                            const struct soupbin_message *message);
void venue_link_fill(struct venue_link *link, venue_event_fn *on_event, void *context);

/* Writes what waits, as much as is taken without waiting. */
void venue_link_flush(struct venue_link *link);
bool venue_link_waits(const struct venue_link *link); /* for the kernel to take more */

#endif
