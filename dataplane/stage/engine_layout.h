#ifndef DATAPLANE_STAGE_ENGINE_LAYOUT_H
#define DATAPLANE_STAGE_ENGINE_LAYOUT_H

/* What an engine stage holds; for engine_*.c only. */

#include "dataplane/journal/journal.h"
#include "dataplane/stage/engine_stage.h"

/* A set: what others have asked for.  One word, so that a turn looks once. */
enum engine_asked {
    ENGINE_ASKED_CONTROL = 1,
    ENGINE_ASKED_STOP = 2,
    ENGINE_ASKED_KEEP = 4, /* with STOP */
    ENGINE_ASKED_LEAVE = 8,
    ENGINE_ASKED_HALT = 16,
};

/* Who has the mailbox: FREE and ANSWERED the world, FILLED and WAITING the stage. */
enum engine_mailbox {
    ENGINE_MAILBOX_FREE,
    ENGINE_MAILBOX_TAKEN, /* somebody fills it */
    ENGINE_MAILBOX_FILLED,
    ENGINE_MAILBOX_WAITING, /* for the disk */
    ENGINE_MAILBOX_ANSWERED,
};

/* Of all holdings of a strategy. */
struct engine_sum {
    uint64_t working;
    uint64_t fills;
    int64_t profit;
};

/* With a gateway. */
struct engine_gateway {
    struct gateway *gateway;
    struct gateway_plan gateway_plan;
    struct order_host_plan plan;
    struct order_host *orders;
    struct journal *journal; /* NULL: records are counted, and lost */
    uint64_t record;         /* the newest */
    uint64_t cause_tsc;      /* of the market that is being decided on; 0: another thing is */
    bool more;               /* decisions wait that the turn had no room for */
    bool stopping;
    bool leaving;

    CACHE_ALIGNED _Atomic uint32_t asked; /* set of enum engine_asked */
    _Atomic uint32_t mailbox;             /* enum engine_mailbox */
    _Atomic uint32_t stopped;
    _Atomic uint32_t left;
    struct engine_control control;
    struct engine_change change; /* its records may be control's */
    struct engine_control_answer answer;
    _Atomic bool vacant[GATEWAY_STRATEGIES_MAX];
    uint64_t control_record; /* WAITING: must be durable */
    bool loosens;            /* and then be said again */

    /* The view is built in parts, some in each housekeeping. */
    struct engine_gateway_view view; /* holdings and orders: of the last whole round */
    struct engine_view_holding holding[ENGINE_VIEW_HOLDINGS];
    struct engine_view_order order[ENGINE_VIEW_ORDERS];
    struct engine_sum sum[GATEWAY_STRATEGIES_MAX];    /* of the round so far, */
    struct engine_sum summed[GATEWAY_STRATEGIES_MAX]; /* of the last whole one */
    uint64_t holdings, orders_shown;
    uint64_t holding_at; /* strategy x symbol */
    uint32_t venue_at, slot_at;
    struct snapshot *snapshot;
    struct window *window;
    struct histogram reaction;
};

struct engine_stage {
    const struct engine_stage_plan *plan;
    struct dispatch *dispatch; /* the gateway's, with one */
    struct conflate *listings;
    struct conflate *markets;
    struct snapshot *snapshot;
    uint32_t delegate[ENGINE_DELEGATES_MAX]; /* the dispatcher's numbers; without a gateway */
    nanos_t now;
    struct engine_view view;
    struct histogram latency;
    struct histogram decision;
    struct engine_gateway *with; /* NULL: the dispatcher alone */
};

/* engine_stage.c */

/* Takes every listing that waits. */
uint32_t engine_listings_take(struct engine_stage *stage);

/* engine_gateway.c */

uint32_t engine_gateway_turn(struct engine_stage *stage, uint64_t tsc);
void engine_gateway_housekeeping(struct engine_stage *stage, uint64_t tsc);
bool engine_gateway_done(const struct engine_stage *stage);

/* engine_control.c */

/* What others have asked for is done, or begun. */
void engine_answer_asked(struct engine_stage *stage);

/* engine_show.c */

/* Some of the view, and what there is of it shown. */
void engine_gateway_show(struct engine_stage *stage);

/* engine_window.c */

/* Rows: false if there is none. */
bool engine_holding_show(const struct engine_gateway *with, uint32_t strategy, uint32_t symbol,
                         struct engine_view_holding *show);
bool engine_order_show(const struct engine_gateway *with, uint32_t venue, uint32_t slot,
                       struct engine_view_order *show);
bool engine_strategy_show(const struct engine_gateway *with, uint32_t place,
                          struct engine_view_strategy *show);

uint32_t engine_slots_of(const struct engine_gateway *with, uint32_t venue); /* UNIQUE too */

/* Some of what is asked for by the window. */
void engine_window_turn(struct engine_stage *stage);

/* engine_gateway_setup.c */

size_t engine_gateway_footprint(const struct engine_stage_plan *plan); /* plan is good */
struct engine_gateway *engine_gateway_new(void *memory, struct engine_stage *stage);

#endif
