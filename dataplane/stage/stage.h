#ifndef DATAPLANE_STAGE_STAGE_H
#define DATAPLANE_STAGE_STAGE_H

/* A stage is one state machine with one hot function; an lcore runs a list of them, one turn after
 * the other, for ever.
 *
 *     lcore 0: | feed.turn | engine.turn | feed.turn | engine.turn | ...      layout shared
 *
 *     lcore 0: | feed.turn | feed.turn | feed.turn | ...                      layout dedicated
 *     lcore 1: | engine.turn | engine.turn | ...
 *
 * A stage owns what it writes; two stages share only rings, conflating queues and counters, so the
 * same stages give the same results in either layout.
 *
 * Two rhythms, and no third.  A turn is hot: it polls its inputs once and makes no system call.
 * Housekeeping is warm, every few milliseconds: timers, gauges, one command from outside.  Whatever
 * is slower belongs to the control plane's own threads.
 *
 * Lifecycle of an lcore, written by the side in brackets:
 *
 *     BOOT --[lcore]--> RUN --[anyone]--> HALT --[lcore]--> DONE
 *
 * After HALT each stage has turns until it says it is done, so nothing taken in is lost.
 *
 * An lcore that may back off sleeps up to 200 us when there is nothing to do.  Who has said
 * something to one of its stages may wake it; nothing said before lcore_wake is slept over.
 *
 * Threads: lcore_run on its own thread; lcore_halt, lcore_wake, lcore_state and reading counters
 * from any. */

#include "dataplane/base/clock.h"
#include "dataplane/base/counter.h"
#include "dataplane/base/histogram.h"

#define LCORE_STAGES_MAX 8u

/* What an lcore needs to know about a kind of stage. */
struct stage_kind {
    const char *name; /* also the prefix of its counters */

    /* Polls every input once; returns how much it did, 0 if nothing.  Hot. */
    uint32_t (*turn)(void *self, uint64_t tsc);

    /* Timers, gauges, commands.  Warm. */
    void (*housekeeping)(void *self, uint64_t tsc);

    /* True when the stage, asked to halt, holds nothing that is not passed on. */
    bool (*done)(const void *self);
};

/* Written by the lcore, read by anyone. */
struct stage_counters {
    struct counter turn_busy; /* turns that found work */
    struct counter turn_idle;
    struct counter ticks_busy; /* time stamp counter ticks spent in them */
    struct counter ticks_idle;
    struct counter turn_longest_ticks; /* the longest busy turn since the start */
    struct counter work;               /* sum of what turns returned */
    struct histogram turn;             /* ticks of each busy turn */
};

struct stage {
    const struct stage_kind *kind;
    void *self;
    struct stage_counters counters;
};

/* What an lcore does when a whole round of turns found nothing. */
enum lcore_idle {
    LCORE_SPIN,     /* poll again at once: dedicated cores */
    LCORE_BACK_OFF, /* pause, then yield, then sleep 20 to 200 us: no cores to spare */
};

enum lcore_state { LCORE_BOOT, LCORE_RUN, LCORE_HALT, LCORE_DONE };

struct lcore_plan {
    enum lcore_idle idle;
    uint64_t housekeeping_ticks;
    uint64_t halt_ticks; /* how long stages may take to be done after HALT */
    uint32_t stages;
    struct stage *stage[LCORE_STAGES_MAX]; /* in the order of their turns */
};

/* Who rings writes rung; the lcore looks at it before each round behind which it may sleep. */
struct lcore_bell {
    CACHE_ALIGNED _Atomic uint32_t rung;
    _Atomic uint32_t sleeps; /* set by the lcore, cleared by whoever wakes it */
};

struct lcore {
    CACHE_ALIGNED _Atomic uint32_t state;
    CACHE_ALIGNED struct counter heartbeat_tsc; /* at each housekeeping */
    struct counter slept;                       /* times it slept, LCORE_BACK_OFF only */
    struct counter unfinished;                  /* stages not done within halt_ticks */
    struct lcore_plan plan;
    struct lcore_bell bell;
};

void lcore_new(struct lcore *lcore, const struct lcore_plan *plan);

/* Runs until lcore_halt, on the calling thread. */
void lcore_run(struct lcore *lcore);

void lcore_halt(struct lcore *lcore);

/* Ends its sleep, if it sleeps.  A system call only then; some ten instructions else. */
void lcore_wake(struct lcore *lcore);
enum lcore_state lcore_state(const struct lcore *lcore);

#endif
