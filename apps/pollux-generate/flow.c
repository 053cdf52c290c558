#include "apps/pollux-generate/flow.h"
#include "apps/pollux-generate/flow_fixed.h"
#include "apps/pollux-generate/flow_state.h"

#include <string.h>

/* The kind of a message is drawn by the mix.  If the current stock does not allow it (an empty book
 * has nothing to delete), another is made and the drawn one is owed: whenever something has been
 * made ahead of its draws, its draws pay what is owed.  So the mix holds over all messages although
 * it cannot hold at each.  owed[] sums to 0 between messages. */

#define BURST_MESSAGES   64u
#define BURST_GAP_NS     1000u
#define BETWEEN_NS       500000u
#define LULL_ONE_IN      8192u /* pauses between bursts are seconds long: heartbeats are due */
#define RUN_LEAVE_ONE_IN 4u    /* a run on one stock has this many messages on average */

/* Where the parts of a flow lie in its memory. */
struct layout {
    size_t stock;
    size_t order;
    size_t place;
    size_t popular;
    size_t ranked;
    size_t bytes;
    uint32_t order_capacity;
    uint32_t place_capacity;
};

static struct layout layout_of(const struct flow_plan *plan)
{
    struct layout layout = {
        .order_capacity = (uint32_t)(plan->live + plan->live / 4) + 65536,
        .place_capacity = (uint32_t)(4 * plan->live) + 64 * plan->symbols + 65536,
    };
    size_t at = ALIGN_UP(sizeof(struct flow), CACHE_LINE);
    layout.stock = at;
    at = ALIGN_UP(at + plan->symbols * sizeof(struct flow_stock), CACHE_LINE);
    layout.order = at;
    at = ALIGN_UP(at + layout.order_capacity * sizeof(struct flow_order), CACHE_LINE);
    layout.place = at;
    at = ALIGN_UP(at + layout.place_capacity * sizeof(uint32_t), CACHE_LINE);
    layout.popular = at;
    at = ALIGN_UP(at + plan->symbols * sizeof(struct flow_dice_face), CACHE_LINE);
    layout.ranked = at;
    layout.bytes = ALIGN_UP(at + plan->symbols * sizeof(uint16_t), CACHE_LINE);
    return layout;
}

size_t flow_footprint(const struct flow_plan *plan)
{
    char nowhere[1];
    struct text ignored = text_in(nowhere, sizeof nowhere);
    return flow_plan_problems(plan, &ignored) ? 0 : layout_of(plan).bytes;
}

/* Zipf over ranks, and which stock has which rank.  The weights are built where the places will be
 * (at least 16 words per symbol), before there are any. */
static void popularity_load(struct flow *flow)
{
    uint32_t symbols = flow->plan.symbols;
    uint64_t *weights = (uint64_t *)(void *)flow->book.place;
    for (uint32_t i = 0; i < symbols; i++) weights[i] = flow_fixed_power_minus_q32(i + 1, 90);
    flow_dice_load(flow->popular, weights, symbols);

    for (uint32_t i = 0; i < symbols; i++) flow->ranked[i] = (uint16_t)i;
    for (uint32_t i = symbols; i-- > 1;) {
        uint32_t other = flow_dice_below(&flow->dice, i + 1);
        uint16_t kept = flow->ranked[i];
        flow->ranked[i] = flow->ranked[other];
        flow->ranked[other] = kept;
    }
}

/* Depth: (distance + 2)^-2.4.  Gaps: -ln of the middle of each of FLOW_GAPS equal parts. */
static void tables_load(struct flow *flow)
{
    uint64_t weights[FLOW_LEVELS_MAX];
    for (uint32_t i = 0; i < FLOW_LEVELS_MAX; i++)
        weights[i] = flow_fixed_power_minus_q32(i + 2, 240);
    flow_dice_load(flow->depth, weights, FLOW_LEVELS_MAX);
    for (uint32_t i = 0; i < FLOW_GAPS; i++)
        flow->gap_q16[i] =
            (uint32_t)(flow_fixed_minus_ln_q32(2ull * i + 1, 2ull * FLOW_GAPS) >> 16);
}

/* The share of executions that take all of an order, so that plan.live orders stay. */
static uint64_t fills_q16(const struct flow_plan *plan, uint64_t flow_messages)
{
    uint64_t executions = flow_messages * plan->mix[FLOW_EXECUTE] / FLOW_SHARES;
    uint64_t kept =
        flow_messages * (uint64_t)(plan->mix[FLOW_ADD] - plan->mix[FLOW_DELETE]) / FLOW_SHARES;
    if (executions == 0 || kept <= plan->live) return 0;
    uint64_t share = ((kept - plan->live) << 16) / executions;
    return share < 65536 ? share : 65536;
}

static uint32_t stock_draw(struct flow *flow)
{
    return flow->ranked[flow_dice_loaded(&flow->dice, flow->popular, flow->plan.symbols)];
}

struct flow *flow_new(void *memory, const struct flow_plan *plan)
{
    CHECK(flow_footprint(plan) > 0);
    struct layout layout = layout_of(plan);
    uint8_t *base = memory;
    struct flow *flow = memory;
    *flow = (struct flow){
        .plan = *plan,
        .book = {.stock = (struct flow_stock *)(void *)(base + layout.stock),
                 .order = (struct flow_order *)(void *)(base + layout.order),
                 .place = (uint32_t *)(void *)(base + layout.place),
                 .order_capacity = layout.order_capacity,
                 .place_capacity = layout.place_capacity},
        .popular = (struct flow_dice_face *)(void *)(base + layout.popular),
        .ranked = (uint16_t *)(void *)(base + layout.ranked),
        .dice = {flow_dice_mix(plan->seed + 0x9e3779b97f4a7c15u)},
        .time_ns = FLOW_OPEN_NS,
        .start = flow_plan_start(plan),
        .number = 1000,
        .match = 100,
        .burst_left = BURST_MESSAGES,
    };
    /* Half of all keys, so that number + ref_key is never 0 and no reference is. */
    flow->ref_key = flow_dice_roll(&flow->dice) >> 1;
    flow->fills_q16 = fills_q16(plan, plan->messages - flow->start);
    popularity_load(flow);
    tables_load(flow);
    flow_book_open(&flow->book, plan->symbols);
    flow_name_stocks(flow);
    for (uint32_t i = 0; i < ARRAY_COUNT(flow->ahead); i++) flow->ahead[i] = stock_draw(flow);
    return flow;
}

static void clock_step(struct flow *flow)
{
    if (flow->burst_left == 0) {
        flow->burst_left = 1 + (uint32_t)flow_exponential(flow, BURST_MESSAGES);
        flow->time_ns += flow_exponential(flow, BETWEEN_NS);
        if (flow_dice_below(&flow->dice, LULL_ONE_IN) == 0)
            flow->time_ns += NANOS_SECOND + flow_exponential(flow, (uint32_t)NANOS_SECOND);
    } else {
        flow->time_ns += flow_exponential(flow, BURST_GAP_NS);
    }
    flow->burst_left--;
}

/* Runs are drawn two ahead, so that the cache lines of a stock are there when its run begins: first
 * its head and counts, then, by those, its best levels. */
static void stock_step(struct flow *flow)
{
    if (flow_dice_below(&flow->dice, RUN_LEAVE_ONE_IN) != 0) return;
    flow->stock = flow->ahead[0];
    flow->ahead[0] = flow->ahead[1];
    flow->ahead[1] = stock_draw(flow);

    const struct flow_stock *far = &flow->book.stock[flow->ahead[1]];
    __builtin_prefetch(far, 1);
    __builtin_prefetch((const uint8_t *)far + CACHE_LINE, 1);
    __builtin_prefetch(&far->side[SIDE_BUY].levels, 1);
    __builtin_prefetch(&far->side[SIDE_SELL].levels, 1);
    const struct flow_stock *near = &flow->book.stock[flow->ahead[0]];
    for (int i = SIDE_BUY; i <= SIDE_SELL; i++) {
        const struct flow_side *half = &near->side[i];
        __builtin_prefetch(&half->level[half->levels ? half->levels - 1 : 0], 1);
        __builtin_prefetch(&half->level[half->levels > 4 ? half->levels - 5 : 0], 1);
    }
    for (uint32_t i = 0; i < near->young_count; i += 2)
        __builtin_prefetch(&flow->book.order[near->young[i]], 1);
}

static enum flow_kind kind_draw(struct flow *flow)
{
    uint32_t roll = flow_dice_below(&flow->dice, FLOW_SHARES);
    uint32_t kind = 0;
    while (roll >= flow->plan.mix[kind]) roll -= flow->plan.mix[kind++];
    return (enum flow_kind)kind;
}

static uint32_t kind_make(struct flow *flow, enum flow_kind kind, uint8_t *message)
{
    uint32_t length = 0;
    switch (kind) {
    case FLOW_ADD: length = flow_make_add(flow, message); break;
    case FLOW_DELETE: length = flow_make_delete(flow, message); break;
    case FLOW_REPLACE: length = flow_make_replace(flow, message); break;
    case FLOW_EXECUTE: length = flow_make_execute(flow, message); break;
    case FLOW_CANCEL: length = flow_make_cancel(flow, message); break;
    case FLOW_REST: length = flow_make_rest(flow, message); break;
    case FLOW_KIND_COUNT: UNREACHABLE("not a kind");
    }
    if (length > 0) flow->owed[kind]--;
    return length;
}

/* What was drawn, if that is owed and possible; else what else is owed; else an add; else the rest,
 * which is always possible. */
static uint32_t drawn_make(struct flow *flow, uint8_t *message)
{
    enum flow_kind drawn = kind_draw(flow);
    flow->owed[drawn]++;
    uint32_t length = 0;
    if (flow->owed[drawn] > 0) length = kind_make(flow, drawn, message);
    for (uint32_t i = 0; length == 0 && i < FLOW_KIND_COUNT; i++)
        if (i != drawn && flow->owed[i] > 0) length = kind_make(flow, (enum flow_kind)i, message);
    if (length == 0) length = kind_make(flow, FLOW_ADD, message);
    if (length == 0) length = kind_make(flow, FLOW_REST, message);
    return length;
}

/* A message that comes whatever is drawn: of kind, which is one of the drawn later. */
static uint32_t forced_make(struct flow *flow, enum flow_kind kind, uint8_t *message)
{
    flow->owed[kind_draw(flow)]++;
    if (kind == FLOW_EXECUTE) return kind_make(flow, FLOW_EXECUTE, message);
    flow->owed[FLOW_REST]--;
    return flow_make_pause(flow, message);
}

static uint32_t order_flow(struct flow *flow, uint8_t *message)
{
    if (flow->sweeping) return forced_make(flow, FLOW_EXECUTE, message);
    clock_step(flow);
    stock_step(flow);
    if (flow_current(flow)->halt_step > 0) return forced_make(flow, FLOW_REST, message);
    flow_fair_walk(flow);
    return drawn_make(flow, message);
}

uint32_t flow_next(struct flow *flow, uint8_t message[FLOW_MESSAGE_BYTES], nanos_t *time_ns)
{
    if (flow->counts.messages == flow->plan.messages) return 0;
    uint32_t length;
    if (flow->counts.messages < flow->start) {
        clock_step(flow);
        length = flow_make_start(flow, flow->counts.messages, message);
    } else {
        length = order_flow(flow, message);
    }
    DCHECK(length > 0);
    flow->counts.messages++;
    flow->counts.bytes += length;
    flow->counts.type[message[0]]++;
    flow->counts.live = flow->book.live;
    *time_ns = flow->time_ns;
    return length;
}

const struct flow_counts *flow_counts(const struct flow *flow)
{
    return &flow->counts;
}

uint32_t flow_shares(struct flow *flow)
{
    uint32_t roll = flow_dice_below(&flow->dice, 100);
    if (roll < 50) return 100;
    if (roll < 65) return 200;
    if (roll < 77) return 100 * flow_dice_between(&flow->dice, 3, 10);
    if (roll < 97) return flow_dice_between(&flow->dice, 1, 99);
    return 100 * flow_dice_between(&flow->dice, 11, 100);
}
