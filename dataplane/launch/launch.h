#ifndef DATAPLANE_LAUNCH_LAUNCH_H
#define DATAPLANE_LAUNCH_LAUNCH_H

/* From a plan to running lcores, and back.  Cold.
 *
 *     launch_start    cores, memory, ports or tape, stages; then every lcore runs
 *     launch_ended    has everything that will ever come been decided on?  (ports never end)
 *     launch_stop     first the gateway's orders; then the stages that take in, then those they
 *                     feed; nothing taken in is lost
 *     launch_free     ports closed, memory given back
 *
 * All memory is taken and touched here, before the first packet.  Everything the machine lacks is
 * one list of sentences, not the first of them.
 *
 * Threads: one, not an lcore's.  The stages' views may be read from any. */

#include "dataplane/launch/eal.h"
#include "dataplane/launch/launch_gateway.h"
#include "dataplane/launch/launch_venue.h"
#include "dataplane/launch/recording.h"
#include "dataplane/net/net_dpdk.h"
#include "dataplane/net/net_memory.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"

#define LAUNCH_STAGES_MAX 4u
#define LAUNCH_LCORES_MAX LAUNCH_STAGES_MAX
#define LAUNCH_PORTS_MAX  8u
#define LAUNCH_CABLES_MAX (LAUNCH_PORTS_MAX / 2)

/* All stages on one lcore, those of each role on one, or each on its own. */
enum launch_layout { LAUNCH_SHARED, LAUNCH_ROLES, LAUNCH_DEDICATED };

/* A set. */
enum launch_roles { LAUNCH_FEED = 1, LAUNCH_VENUE = 2 };

struct launch;

/* Two ports that are the ends of one link in memory: what one sends, the other receives. */
struct launch_cable {
    uint32_t port[2];
};

struct launch_plan {
    enum launch_roles roles;
    enum launch_layout layout;
    /* Of the lcores: one for shared; for roles feed, venue; for dedicated feed, engine, gate,
     * match; as far as the roles have them. */
    uint16_t cpu[LAUNCH_LCORES_MAX];
    enum lcore_idle idle;
    uint64_t housekeeping_ns;
    uint64_t halt_ns; /* how long the stages may take to finish what they hold */
    uint64_t decision_budget_ns;
    enum arena_pages pages;
    uint32_t dpdk_mib;

    /* Called when everything is made and no lcore runs yet, for what is to see the first packet;
     * NULL: nobody is. */
    void (*made)(struct launch *launch, void *context);
    void *made_context;

    /* Where frames come from: a recording, or ports. */
    const struct recording *recording; /* NULL: ports */
    uint32_t speed;                    /* of the recording; 0: as fast as possible */
    uint32_t ports;
    struct net_dpdk_plan port[LAUNCH_PORTS_MAX]; /* clock is filled in here; without a device: none,
                                                    or an end of a cable */
    uint32_t cables;
    struct launch_cable cable[LAUNCH_CABLES_MAX];

    uint32_t feed_port[FEED_STAGE_QUEUES_MAX]; /* which port each queue of the feed is */
    struct feed_stage_plan feed;               /* queues are filled in here, not their number */
    /* Its orders' queue, and the rings of a venue in this process, are filled in here. */
    struct engine_stage_plan engine;
    struct launch_gateway_plan gateway; /* if engine.gateway is one */
    bool outside; /* programs outside are told, and heard by a gateway: launch.outside is there */
    bool outside_orders;            /* they are told of the orders of the venue's accounts, too */
    struct launch_venue_plan venue; /* queues are filled in here, not their number */
};

/* To the control plane, and from it, if programs outside are told: of a gateway, */
struct launch_outside {
    struct spsc *intake;     /* struct engine_intake; the control plane writes, one thread */
    struct spsc *answers;    /* struct engine_intake_answer; it reads, */
    struct spsc *copy;       /* and these: struct gateway_report, */
    struct conflate *prices; /* struct engine_price, by instrument */
    /* and of a venue. */
    struct conflate *accounts;   /* struct venue_account, by pair */
    struct conflate *own_prices; /* struct venue_price, by its instrument */
    const struct venue_tally *tally;
    struct spsc *reports; /* struct entry_report; NULL: nobody is told of orders of accounts */
};

/* What runs; the pointers are for views, histograms and counters. */
struct launch {
    struct launch_plan plan;
    struct clock clock;
    struct net_clock net_clock;
    uint32_t lcores;
    struct lcore *lcore[LAUNCH_LCORES_MAX];
    struct lcore *engine_lcore; /* of these: the one that has the engine; NULL: none */
    uint32_t stages;
    struct stage *stage;     /* of the roles, in the order of cpu */
    struct stage *feed_slot; /* with the counters of each stage */
    struct stage *engine_slot;
    struct feed_stage *feed;
    struct engine_stage *engine;
    struct launch_venue *venue;
    struct launch_gateway *gateway; /* NULL: no orders leave */
    struct launch_outside outside;
    struct net_tape *tape; /* NULL with ports */
    struct net_dpdk *port[LAUNCH_PORTS_MAX];
    struct net_memory *cable[LAUNCH_CABLES_MAX];
    struct arena *arena;
    enum arena_backing backing;
    uint64_t start_tsc;
    uint64_t stop_tsc;
    bool eal_started;
};

/* Starts everything.  False if anything is missing; then problems has a sentence a line for all of
 * it, and nothing runs.  report gets what is worth knowing about the ports. */
MUST_USE bool launch_start(struct launch *launch, const struct launch_plan *plan,
                           struct text *report, struct text *problems);

/* The queue of a port of the plan, or NULL: nothing that carries frames is there. */
struct net_queue *launch_queue(struct launch *launch, uint32_t port);

/* True when the recording has ended and every market of it has been decided on. */
bool launch_ended(const struct launch *launch);

/* Once a second or so: follows the system's clock, reads the ports' own counters. */
void launch_follow(struct launch *launch);

/* Halts the lcores in order and waits for them.  Returns false if a stage was not done in time. */
bool launch_stop(struct launch *launch);

void launch_free(struct launch *launch);

/* The memory of the stages, as a table. */
void launch_print_memory(struct text *out, const struct launch *launch);

#endif
