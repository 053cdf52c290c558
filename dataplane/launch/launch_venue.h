#ifndef DATAPLANE_LAUNCH_LAUNCH_VENUE_H
#define DATAPLANE_LAUNCH_LAUNCH_VENUE_H

/* The venue's part of a launch: its folder, its memory, its two stages.  For launch.c; an owner
 * only fills the plan and looks at the views.  Cold.
 *
 *     launch_venue_open     the folder is ours; now its engine's limits are known
 *     launch_venue_needs    bytes
 *     launch_venue_make     the stages; then recovery, and the opening of the day
 *     launch_venue_close    once no lcore runs: all is on disk
 *
 * Threads: one, not an lcore's. */

#include "dataplane/base/arena.h"
#include "dataplane/launch/venue_folder.h"
#include "dataplane/net/net_clock.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/gate_stage.h"
#include "dataplane/stage/match_stage.h"

struct launch_venue_plan {
    struct venue_folder_plan folder;
    uint32_t journal_cpu;                /* or JOURNAL_THREAD_ANY_CPU */
    uint32_t gate_port[GATE_QUEUES_MAX]; /* which port each queue of the gate is */
    struct gate_stage_plan gate;         /* queues, rings and secrets are filled in here */
    struct match_stage_plan match;       /* venue, rings, clock, boot and secrets are */
    const struct match_stage_listing *listings;
    uint32_t listing_count;
    nanos_t midnight; /* the venue's day begins */
};

struct launch_venue {
    struct launch_venue_plan *plan;
    struct venue_folder folder;
    struct match_stage *match;
    struct gate_stage *gate;
    struct match_stage_sink sink;
    struct engine_stage *engine; /* whose session is of this process, or NULL; before _make */
    bool engine_near;            /* on the same lcore as the match stage */
};

/* The start of the venue's day that now is in: minutes after 00:00 UTC. */
nanos_t launch_venue_midnight(nanos_t now, uint32_t midnight_utc_minutes);

/* plan stays.  Each false with sentences; then only launch_venue_close may follow. */
MUST_USE bool launch_venue_open(struct launch_venue *venue, struct launch_venue_plan *plan,
                                struct text *problems);

/* After launch_venue_open; 0 and sentences if a limit is out of range. */
size_t launch_venue_needs(const struct launch_venue *venue, struct text *problems);

/* shared: both stages run on one lcore.  report gets what was recovered.  An end of the day that a
 * run before has begun goes on.  clock is not before the newest input of the journal from here on.
 */
MUST_USE bool launch_venue_make(struct launch_venue *venue, struct arena *arena,
                                struct net_clock *clock, bool shared, struct text *report,
                                struct text *problems);

/* Ends order entry and waits, at most limit_ns, until everything has been answered; then the gate
 * may leave.  While the lcores run. */
bool launch_venue_quiet(struct launch_venue *venue, nanos_t limit_ns);

/* The journal's disk has failed: nothing is acknowledged any more, and everybody is let go. */
bool launch_venue_failed(const struct launch_venue *venue);

void launch_venue_close(struct launch_venue *venue);

#endif
