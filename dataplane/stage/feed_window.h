#ifndef DATAPLANE_STAGE_FEED_WINDOW_H
#define DATAPLANE_STAGE_FEED_WINDOW_H

/* All books of a feed, as rows of its window (window.h): the stage's view shows a few.
 *
 * Threads: the feed stage's.  Memory: none of its own. */

#include "dataplane/feed/feed.h"
#include "dataplane/stage/feed_stage.h"

/* The largest row. */
#define FEED_WINDOW_ROW_BYTES sizeof(struct feed_view_book)

/* An instrument's book with its depth; flushed. */
void feed_window_book(struct feed *feed, uint32_t instrument, struct feed_view_book *show);

/* In housekeeping, after feed_flush: some of what is asked for. */
void feed_window_turn(struct window *window, struct feed *feed);

#endif
