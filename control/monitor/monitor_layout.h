#ifndef CONTROL_MONITOR_MONITOR_LAYOUT_H
#define CONTROL_MONITOR_MONITOR_LAYOUT_H

/* What a monitor is.  For the files of monitor. */

#include "control/monitor/monitor.h"

/* A level that should follow another one, as a disk does a journal. */
struct monitor_follower {
    uint64_t at;
    nanos_t still_ns; /* for so long it has not moved, although it should */
};

/* A counter over MONITOR_RATE_NS. */
struct monitor_rate {
    uint64_t begin;
    uint64_t last; /* of the span before */
};

/* Of the look before, as far as the next one needs it. */
struct monitor_memory {
    bool seen;
    nanos_t now_ns;
    uint64_t span_ns; /* between it and the one now, at most MONITOR_LOOK_MAX_NS */
    uint64_t rate_ns; /* since the rates' span began */
    uint64_t heartbeat[VIEWS_LCORES_MAX];
    uint64_t silent_ns[VIEWS_LCORES_MAX];
    struct monitor_follower gateway_disk, venue_disk;
    struct monitor_rate refusals, overruns;
    uint64_t feed_state;
    uint64_t gaps, lost[CHANNEL_LINES], received[CHANNEL_LINES];
    nanos_t quiet_ns[CHANNEL_LINES]; /* for so long a line has brought nothing */
    uint64_t port_lost[VIEWS_PORTS_MAX], ring_full[VIEWS_RINGS_MAX];
    uint64_t days; /* that have begun since the start */
    uint64_t drift, fill_unknown, intents_lost, copy_lost, events_lost, capture_dropped;
    uint64_t snapshot_refused;
    bool was_up[ENGINE_VIEW_VENUES];
    nanos_t down_ns[ENGINE_VIEW_VENUES];
    nanos_t redis_ns; /* for so long Redis has been away */
};

struct monitor {
    struct alerts alerts;
    struct alert_time time; /* of the newest look */
    struct monitor_memory memory;
    struct monitor_counts counts;
    uint64_t newest;
    struct monitor_told history[MONITOR_HISTORY]; /* number % MONITOR_HISTORY */
};

/* What the views say, told to the monitor. */
void monitor_conditions(struct monitor *monitor, const struct views *views);

#endif
