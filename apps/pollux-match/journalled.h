#ifndef APPS_POLLUX_MATCH_JOURNALLED_H
#define APPS_POLLUX_MATCH_JOURNALLED_H

/* An engine that survives the program: every input is in a journal before it has an effect, and its
 * events are given back when they are as durable as was asked for (dataplane/stage/venue.h).
 *
 * journalled_apply stands where match_apply would.  It waits for the disk, one input at a time: for
 * people and scripts, not for speed.
 *
 * Threads: one, beside the journal's own.  Memory: taken at open. */

#include "dataplane/base/text.h"
#include "dataplane/match/match.h"

struct journalled;

struct journalled_plan {
    const char *folder;
    bool process;               /* events leave when they survive the process, not a power cut */
    uint64_t snapshot_every;    /* inputs; 0: never */
    struct match_limits limits; /* of a new journal; an old one knows its engine's */
};

/* What was there, as sentences for people, each with a line end, in out; problems in problems. NULL
 * if the journal cannot be used. */
MUST_USE struct journalled *journalled_open(const struct journalled_plan *plan, struct text *out,
                                            struct text *problems);

/* Makes everything durable, and closes the journal.  NULL does no harm. */
void journalled_close(struct journalled *journalled);

void journalled_apply(struct journalled *journalled, const struct match_input *input,
                      struct match_events *events);

/* Why the last input was refused, or a snapshot not written, as a sentence; NULL: it was not.
 * Asking forgets it. */
const char *journalled_problem(struct journalled *journalled);

/* The engine and what a script must know of it. */
struct match *journalled_match(const struct journalled *journalled);
const struct match_limits *journalled_limits(const struct journalled *journalled);
uint64_t journalled_number(const struct journalled *journalled); /* of the last input */
nanos_t journalled_time(const struct journalled *journalled);

#endif
