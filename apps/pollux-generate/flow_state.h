#ifndef APPS_POLLUX_GENERATE_FLOW_STATE_H
#define APPS_POLLUX_GENERATE_FLOW_STATE_H

/* The inside of a flow, shared by the files that make its messages.  Private to flow*.c.
 *
 *     flow.c          when, which stock, which kind of message
 *     flow_orders.c   messages about orders
 *     flow_events.c   all others
 *
 * A maker writes one message about the current stock and returns its length, or 0 if that is not
 * possible now (nothing to delete); then nothing has changed. */

#include "apps/pollux-generate/flow.h"
#include "apps/pollux-generate/flow_book.h"
#include "apps/pollux-generate/flow_dice.h"
#include "dataplane/wire/itch.h"

#define FLOW_TICK_E4        100u      /* a cent */
#define FLOW_TICKS_MAX      19999999u /* below 200,000 dollars */
#define FLOW_FAIR_TICKS_MIN 400u /* a stock is worth at least 4 dollars, so that 180 levels fit */
#define FLOW_FAIR_TICKS_MAX 2000000u
#define FLOW_GAPS           1024u /* entries of the table of exponential gaps */
#define FLOW_DELETES_OLD    2200u /* of 10,000 deletes, those beyond the 24 youngest */

static_assert(ITCH_MESSAGE_BYTES_MAX <= FLOW_MESSAGE_BYTES, "any message fits");

struct flow {
    struct flow_plan plan;
    struct flow_book book;
    struct flow_dice dice;
    nanos_t time_ns;
    uint64_t start;      /* messages before the first order */
    uint64_t number;     /* of the youngest order */
    uint64_t ref_key;    /* of sparse references */
    uint64_t match;      /* number of the last trade */
    uint64_t last_print; /* a trade that may be declared broken, or 0 */
    uint16_t last_print_locate;
    uint64_t fills_q16;            /* share of executions that take all of an order */
    int64_t owed[FLOW_KIND_COUNT]; /* messages drawn less messages made, by kind */
    int64_t old_owed;              /* deletes of old orders due less made, in 1/10,000 */
    uint32_t stock;                /* the current one, from 0; its locate is one more */
    uint32_t ahead[2];             /* the stocks of the next two runs */
    uint32_t burst_left;
    bool sweeping; /* the next message is an execution at the same instant, of sweep_side */
    enum side sweep_side;
    struct flow_counts counts;
    struct flow_dice_face *popular; /* by rank */
    uint16_t *ranked;               /* rank -> stock */
    uint32_t gap_q16[FLOW_GAPS];    /* exponential with mean 1 */
    struct flow_dice_face depth[FLOW_LEVELS_MAX];
};

/* Fields every message begins with. */
#define FLOW_HEADER(flow, locate, letter)                                                          \
    .type = text1(letter), .stock_locate = be16(locate), .tracking = be16(0),                      \
    .timestamp_ns = be48((flow)->time_ns)

static inline struct flow_stock *flow_current(struct flow *flow)
{
    return &flow->book.stock[flow->stock];
}

static inline uint16_t flow_locate(const struct flow *flow)
{
    return (uint16_t)(flow->stock + 1);
}

/* Exponential with the given mean. */
static inline uint64_t flow_exponential(struct flow *flow, uint32_t mean)
{
    return (uint64_t)flow->gap_q16[flow_dice_below(&flow->dice, FLOW_GAPS)] * mean >> 16;
}

/* An order's quantity: mostly 100, round lots, some odd lots, rarely thousands. */
uint32_t flow_shares(struct flow *flow);

/* flow_orders.c */
uint32_t flow_make_add(struct flow *flow, uint8_t *message);
uint32_t flow_make_delete(struct flow *flow, uint8_t *message);
uint32_t flow_make_replace(struct flow *flow, uint8_t *message);
uint32_t flow_make_execute(struct flow *flow, uint8_t *message);
uint32_t flow_make_cancel(struct flow *flow, uint8_t *message);

/* Lets the current stock's worth take a step, or not. */
void flow_fair_walk(struct flow *flow);

/* flow_events.c */
void flow_name_stocks(struct flow *flow);
uint32_t flow_make_start(struct flow *flow, uint64_t index, uint8_t *message);
uint32_t flow_make_rest(struct flow *flow, uint8_t *message);
uint32_t flow_make_pause(struct flow *flow, uint8_t *message); /* the next of a begun pause */

#endif
