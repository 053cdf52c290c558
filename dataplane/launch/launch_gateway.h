#ifndef DATAPLANE_LAUNCH_LAUNCH_GATEWAY_H
#define DATAPLANE_LAUNCH_LAUNCH_GATEWAY_H

/* The gateway's part of a launch: its folder, its recovery, its stop.  The stage itself is the
 * engine's.  For launch.c.  Cold.
 *
 *     launch_gateway_open      the folder is ours
 *     launch_gateway_recover   the newest image of its journal and every record behind it into the
 *                              stage; then the journal goes on, behind an image of that
 *     launch_gateway_stop      no order any more, what is open is canceled, sessions log out
 *     launch_gateway_close     once no lcore runs: all is on disk, and an image of it
 *
 * Threads: one, beside the journal's own and that of images, not an lcore's. */

#include "dataplane/base/arena.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/net/net_clock.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/image_thread_setup.h"
#include "dataplane/stage/journal_thread_setup.h"

#define LAUNCH_NO_PORT UINT32_MAX

struct launch_gateway_plan {
    const char *folder;   /* of its journal; made if it is not there; its parent must be */
    uint32_t journal_cpu; /* or JOURNAL_THREAD_ANY_CPU */
    uint32_t segment_bytes;
    uint32_t reserve_bytes;
    uint32_t keep_segments; /* that no start needs; JOURNAL_KEEP_ALL: none is ever removed */
    uint64_t image_records; /* on disk behind the newest image for a new one; 0: only at starts and
                               stops */
    uint32_t port;   /* by which orders leave; LAUNCH_NO_PORT: all venues are in this process */
    bool keep;       /* orders that are open at the stop stay at the venues */
    nanos_t stop_ns; /* how long venues may take to answer at the stop */
};

struct launch_gateway {
    const struct launch_gateway_plan *plan;
    struct journal *journal; /* NULL before launch_gateway_recover */
    struct journal_report report;
    struct journal_thread thread;
    struct image_thread image;

    /* Private. */
    struct storage_file files;
    struct journal_storage storage;
    struct journal_recovery *recovery;
    struct engine_stage *engine;
    struct image_reading reading;
};

/* plan stays.  report.next_epoch says which run of the journal this will be.  Each false with
 * sentences; then only launch_gateway_close may follow. */
MUST_USE bool launch_gateway_open(struct launch_gateway *gateway,
                                  const struct launch_gateway_plan *plan, struct text *problems);

/* of: the engine's plan of its gateway.  report gets what was recovered.  clock is not before the
 * newest time of the journal from here on, so that ages and windows go on. */
MUST_USE bool launch_gateway_recover(struct launch_gateway *gateway, struct engine_stage *engine,
                                     const struct gateway_plan *of, struct net_clock *clock,
                                     struct text *report, struct text *problems);

/* Asks for the stop and waits, at most plan.stop_ns, until nothing is open or in doubt; then logs
 * out, whatever is open.  False if something was.  While the lcores run. */
bool launch_gateway_stop(struct launch_gateway *gateway);

void launch_gateway_close(struct launch_gateway *gateway);

#endif
