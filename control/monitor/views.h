#ifndef CONTROL_MONITOR_VIEWS_H
#define CONTROL_MONITOR_VIEWS_H

/* All that a box shows of itself at one moment: what metrics, events and the flight recorder are
 * made of.  Whoever runs the box fills it in; the rest are functions of it.
 *
 * Each part is whole, as its stage showed it last; two parts may be a housekeeping apart.
 *
 * Times are nanoseconds; now_ns is monotonic, wall_ns since the epoch, UTC.  Cold. */

#include "control/recorder/recorder.h"
#include "control/redis/redis.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"
#include "dataplane/stage/gate_stage.h"
#include "dataplane/stage/match_stage.h"

#define VIEWS_LCORES_MAX    4u
#define VIEWS_STAGES_MAX    4u
#define VIEWS_LATENCIES_MAX 8u
#define VIEWS_PORTS_MAX     17u /* as many as can be configured, and a capture that is played */
#define VIEWS_RINGS_MAX     (3u + 2 * MATCH_STAGE_INSIDE_MAX)
#define VIEWS_JOURNALS_MAX  2u
#define VIEWS_NAME_MAX      31u

/* Rows of a gateway beyond those that its view has room for; a scrape prints 12 lines of each
 * strategy. */
#define VIEWS_STRATEGIES_MAX 128u
#define VIEWS_HOLDINGS_MAX   512u
#define VIEWS_GAUGES_MAX     512u /* of all strategies together */

struct views_lcore {
    uint32_t cpu;
    bool runs; /* false: not begun, or ended in order */
    uint64_t heartbeat_tsc;
    uint64_t slept;
    uint64_t unfinished;
};

/* clang-format off */
#define VIEWS_STAGE_COUNTERS(C)                                                        \
    C(turn_busy, "Turns that found work")                                              \
    C(turn_idle, "Turns that found none")                                              \
    C(work,      "What turns said they did, summed up")

#define VIEWS_STAGE_TIMES(C)                                                           \
    C(busy,      "Time in turns that found work")                                      \
    C(idle,      "Time in turns that found none")
/* clang-format on */

/* Times that something took: percentiles in nanoseconds. */
struct views_latency {
    const char *path; /* packet_to_order */
    struct histogram_summary ns;
    uint64_t sum_ns;
};

#define VIEWS_STAGE_FIELD(name, help) uint64_t name;
#define VIEWS_STAGE_TIME(name, help)  uint64_t name##_ns;
struct views_stage {
    const char *name;
    VIEWS_STAGE_COUNTERS(VIEWS_STAGE_FIELD)
    VIEWS_STAGE_TIMES(VIEWS_STAGE_TIME)
    struct views_latency turn; /* busy ones */
};

struct views_port {
    const char *name; /* as configured */
    struct net_statistics is;
};

/* A ring between two stages. */
/* clang-format off */
#define VIEWS_RING_COUNTERS(C)                                                         \
    C(published, "Slots put into a ring between two stages")                           \
    C(full,      "Times that a ring between two stages had no slot")
/* clang-format on */

struct views_ring {
    char name[VIEWS_NAME_MAX + 1];
    VIEWS_RING_COUNTERS(VIEWS_STAGE_FIELD)
    uint64_t waiting; /* now */
    uint64_t deepest; /* the most that ever waited */
    uint64_t slots;
};

/* What the thread of a journal has done, and what is so now. */
#define VIEWS_JOURNAL_FIELD(name, meaning) uint64_t name;
struct views_journal {
    const char *of; /* gateway, venue */
    JOURNAL_COUNTS(VIEWS_JOURNAL_FIELD)
    JOURNAL_LEVELS(VIEWS_JOURNAL_FIELD)
};

/* All strategies and positions of a gateway, or the first so many, as they were a second or two
 * ago; none while the view has room for all there is.  And what strategies show of themselves. */
struct views_census {
    uint32_t strategies;
    uint32_t holdings;
    uint32_t gauges;
    const struct engine_view_strategy *strategy;
    const struct engine_view_holding *holding;
    const struct engine_view_gauge *gauge; /* those of a strategy one behind the other */
    uint64_t gauges_all;                   /* there are, these and all others */
};

/* What the kernel says of its clock; and the box's own (net_clock.h). */
struct views_clock {
    bool known;        /* something disciplines it */
    uint64_t error_ns; /* how far it may be off at most */
    int64_t ahead_ns;  /* the box's, of the system's; negative: it is behind */
    uint64_t jumps;
    uint64_t set_backs;
};

struct views {
    nanos_t now_ns;
    nanos_t wall_ns;
    nanos_t begun_ns; /* wall: the process began */
    const char *version;
    const char *name; /* of the box */

    uint32_t lcores;
    struct views_lcore lcore[VIEWS_LCORES_MAX];
    uint32_t stages;
    struct views_stage stage[VIEWS_STAGES_MAX];
    uint32_t ports;
    struct views_port port[VIEWS_PORTS_MAX];
    uint32_t rings;
    struct views_ring ring[VIEWS_RINGS_MAX];
    uint32_t journals;
    struct views_journal journal[VIEWS_JOURNALS_MAX];
    struct views_clock clock;

    bool has_capture; /* of frames, to files */
    struct recorder_view capture;

    bool has_redis; /* programs outside */
    struct redis_view redis;

    uint32_t latencies; /* 0: not looked at now; so are the stages' turns */
    struct views_latency latency[VIEWS_LATENCIES_MAX];

    bool has_feed; /* with an engine */
    bool has_gateway;
    bool has_venue;
    uint64_t log_dropped; /* events of the feed that nobody could be told */
    struct feed_view feed;
    struct engine_view engine;
    struct engine_gateway_view gateway;
    struct views_census census;
    struct gate_view gate;
    struct match_view match;
};

#endif
