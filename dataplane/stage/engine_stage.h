#ifndef DATAPLANE_STAGE_ENGINE_STAGE_H
#define DATAPLANE_STAGE_ENGINE_STAGE_H

/* From the conflating queue to decisions: the stage that runs the dispatcher and its delegates.
 *
 *     listings (instrument, symbol) ---> who wants it? ---> dispatch_subscribe
 *     markets -------------------------> dispatch_market --> dispatch_next --> decide
 *
 * Listings come before markets, so that a delegate that named a symbol is subscribed before the
 * first value of it.  Time is the arrival of the newest market taken: the engine reads no clock but
 * the counter, and that only to measure itself.
 *
 * Threads: the lcore that runs it; the view is for anyone.  Memory: engine_stage_footprint(). */

#include "dataplane/queue/conflate.h"
#include "dataplane/route/dispatch.h"
#include "dataplane/stage/listing.h"
#include "dataplane/stage/snapshot.h"
#include "dataplane/stage/stage.h"

#define ENGINE_STAGE_TURN     64u /* markets of one turn */
#define ENGINE_DELEGATES_MAX  64u
#define ENGINE_VIEW_DELEGATES 16u

struct engine_stage_delegate {
    const char *name;
    const struct delegate_kind *kind;
    struct delegate_parameters parameters;
    uint32_t symbols; /* 0: every instrument */
    const struct listing *symbol;
};

struct engine_stage_plan {
    uint32_t instruments; /* as the feed's: 0..instruments-1 */
    uint32_t delegates;
    struct engine_stage_delegate delegate[ENGINE_DELEGATES_MAX];
    uint64_t budget_ticks; /* a decision that takes longer is an overrun (F21) */
};

struct engine_view_delegate {
    char name[DELEGATE_NAME_MAX + 1];
    char kind[DELEGATE_NAME_MAX + 1];
    struct dispatch_delegate_counts counts;
    uint64_t subscriptions;
    uint64_t trades; /* seen, in all */
    uint64_t volume;
    uint64_t quotes;
};

struct engine_view {
    uint64_t listing; /* taken */
    uint64_t value;   /* markets taken from the queue */
    uint64_t decision;
    uint64_t value_unwanted;
    uint64_t subscription_refused;
    uint64_t delegates;
    struct engine_view_delegate delegate[ENGINE_VIEW_DELEGATES];
};

struct engine_stage;

size_t engine_stage_footprint(const struct engine_stage_plan *plan); /* 0 if out of range */

/* plan and what it points to must outlive the stage. */
struct engine_stage *engine_stage_new(void *memory, const struct engine_stage_plan *plan,
                                      struct conflate *listings, struct conflate *markets);

extern const struct stage_kind engine_stage_kind;

/* Ticks from the arrival of a datagram to the end of a decision on it. */
const struct histogram *engine_stage_latency(const struct engine_stage *stage);

/* Ticks a decision takes. */
const struct histogram *engine_stage_decision(const struct engine_stage *stage);

/* True while no listing and no market waits for this stage.  Any thread; a snapshot. */
bool engine_stage_idle(const struct engine_stage *stage);

void engine_stage_view(const struct engine_stage *stage, struct engine_view *view);

/* For tests, and for anyone after the lcore is DONE. */
struct dispatch *engine_stage_dispatch(struct engine_stage *stage);

#endif
