#ifndef DATAPLANE_FEED_CHANNEL_LINE_H
#define DATAPLANE_FEED_CHANNEL_LINE_H

/* What one line has not brought of the stream, tolerant of disorder: private to the channel.
 *
 *     brought   1-3  6-7  9      top = 10
 *     lost      4, 5, 8          4 comes late: lost 5, 8
 *
 * One bit for each of the last CHANNEL_LINE_WINDOW numbers below top says whether it is accounted
 * for.  A line that loses nothing has all bits set and never touches them.
 *
 * Cost: a compare on a line without losses, else a pass over the bits of the datagram's numbers. */

#include "dataplane/feed/channel.h"

struct line_track {
    uint64_t top;    /* one past the highest number the line has named */
    uint64_t absent; /* bits not set */
    uint64_t *bits;  /* [number / 64 % words], CHANNEL_LINE_WINDOW bits */
};

#define LINE_WORDS (CHANNEL_LINE_WINDOW / 64)

/* Starts at number: what is before it is not asked for. */
void line_reset(struct line_track *track, uint64_t number);

/* The line goes on at number: what it has not brought below is lost. */
void line_pass(struct line_track *track, uint64_t number, uint64_t *lost);

/* line_bring for a line that skips, repeats, or has lost something lately. */
void line_bring_disorder(struct line_track *track, uint64_t first, uint64_t end, uint64_t *lost);

/* The line has brought [first, end), at most CHANNEL_MESSAGES_MAX numbers. */
static inline void line_bring(struct line_track *track, uint64_t first, uint64_t end,
                              uint64_t *lost)
{
    if (likely(first == track->top && track->absent == 0)) track->top = end;
    else line_bring_disorder(track, first, end, lost);
}

/* CHECKs that absent is the number of clear bits.  Cold. */
void line_verify(const struct line_track *track);

#endif
