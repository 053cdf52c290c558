#ifndef CONTROL_MONITOR_REASONS_H
#define CONTROL_MONITOR_REASONS_H

/* Why packets and messages were not used: every reason the stages count, with its name and what it
 * means, in one list for tables, JSON and metrics.
 *
 *     packets received  = packets accepted  + the sum of the packet reasons
 *     messages received = messages accepted + the sum of the message reasons
 *
 * Both laws hold in any view, because a view is shown whole. */

#include "dataplane/stage/feed_stage.h"

#define REASONS_MAX 64u

struct reason {
    const char *name; /* frame_runt, datagram_duplicate, message_unknown_type, book_unknown_order */
    const char *meaning;
    uint64_t count;
};

/* Write all reasons, those that never occurred too, and return how many. */
uint32_t reasons_of_packets(const struct feed_view *view, struct reason reason[REASONS_MAX]);
uint32_t reasons_of_messages(const struct feed_view *view, struct reason reason[REASONS_MAX]);

uint64_t reasons_packets_accepted(const struct feed_view *view);
uint64_t reasons_messages_accepted(const struct feed_view *view);

/* True if both laws above hold. */
bool reasons_add_up(const struct feed_view *view);

#endif
