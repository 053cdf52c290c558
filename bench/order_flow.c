#include "bench/order_flow.h"

#include "bench/bench.h"

#include <string.h>

/* Orders are numbered as they are drawn; an id is its number times an odd constant, modulo 2^63, so
 * that ids are sparse and a number is found again from an id. */

#define ID_FACTOR 0x6c62272e07bb0143ull
#define ID_MASK   ((1ull << 63) - 1)

enum {
    FIRST_NUMBER = 1000000,
    EVENTS = 256,
    MID = 100000,
    ACCOUNTS_MAX = 1000,
    LIVES_RECENT = 2000
};

struct drawn {
    struct order_flow flow;
    const struct order_flow_plan *plan;
    struct match *match;
    struct match_events events;
    uint64_t factor_inverse;
    uint64_t chance;
    uint64_t next;   /* number of the next order */
    uint32_t *lives; /* numbers of living orders, in no order */
    uint32_t *place; /* by number: its index in lives, plus 1; 0: gone */
    uint32_t count;  /* of lives */
    uint32_t instruments;
    int32_t mid[10000];
};

static uint64_t draw(struct drawn *d)
{
    uint64_t z = d->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t draw_below(struct drawn *d, uint32_t bound)
{
    return (uint32_t)((draw(d) >> 32) * bound >> 32);
}

/* 0, 1, 2, ...: each half as probable as the one before, stretched. */
static int32_t draw_distance(struct drawn *d, int32_t stretch)
{
    int32_t steps = __builtin_ctzll(draw(d) | 1ull << 40);
    return steps * stretch + (int32_t)draw_below(d, (uint32_t)stretch);
}

static void life_begins(struct drawn *d, uint64_t number)
{
    d->lives[d->count] = (uint32_t)number;
    d->place[number] = ++d->count;
}

static void life_ends(struct drawn *d, order_id_t id)
{
    uint64_t number = id * d->factor_inverse & ID_MASK;
    uint32_t place = d->place[number];
    if (place == 0) return;
    uint32_t last = d->lives[--d->count];
    d->lives[place - 1] = last;
    d->place[last] = place;
    d->place[number] = 0;
}

static void events_seen(struct match_events *events)
{
    struct drawn *d = events->context;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct match_event *event = &events->at[i];
        uint64_t number = event->id * d->factor_inverse & ID_MASK;
        if (event->kind == MATCH_RESTED && d->place[number] == 0) life_begins(d, number);
        if (event->kind == MATCH_CANCELED) life_ends(d, event->id);
        if (event->kind == MATCH_TRADED && event->flags & MATCH_MAKER_DONE)
            life_ends(d, event->other);
        if (event->kind == MATCH_TRADED && event->left == 0) life_ends(d, event->id);
    }
    events->count = 0;
}

static void give(struct drawn *d, struct match_input input)
{
    input.number = FIRST_NUMBER + d->flow.count;
    input.time = d->flow.count;
    input.bytes = sizeof input;
    d->flow.inputs[d->flow.count] = input;
    match_apply(d->match, &d->flow.inputs[d->flow.count++], &d->events);
    events_seen(&d->events);
}

/* The account that number belongs to. */
static uint32_t account_of(const struct drawn *d, uint64_t number)
{
    uint32_t accounts = d->plan->accounts == 0 ? ACCOUNTS_MAX : d->plan->accounts;
    return (uint32_t)(number * 0x9e3779b97f4a7c15u >> 40) % accounts;
}

struct wanted {
    uint32_t instrument;
    enum side side;
    int32_t ticks;
    uint32_t lots;
    enum match_tif tif;
    bool stranger; /* of an account that has nothing in the book, so that all of it may trade */
};

static void give_new(struct drawn *d, struct wanted wanted)
{
    uint64_t number = d->next++;
    give(d, (struct match_input){
                .id = number * ID_FACTOR & ID_MASK,
                .price = (price_t)wanted.ticks * 1000000,
                .qty = (qty_t)wanted.lots * QTY_ONE,
                .account = wanted.stranger ? ACCOUNTS_MAX : account_of(d, number),
                .instrument = (uint16_t)wanted.instrument,
                .kind = MATCH_NEW,
                .side = (uint8_t)wanted.side,
                .type = MATCH_LIMIT,
                .tif = (uint8_t)wanted.tif,
            });
}

static void give_cancel(struct drawn *d, uint64_t number)
{
    give(d, (struct match_input){
                .id = number * ID_FACTOR & ID_MASK,
                .account = account_of(d, number),
                .kind = MATCH_CANCEL,
            });
}

static void give_modify(struct drawn *d, uint64_t number, int32_t ticks, uint32_t lots)
{
    give(d, (struct match_input){
                .id = number * ID_FACTOR & ID_MASK,
                .price = (price_t)ticks * 1000000,
                .qty = (qty_t)lots * QTY_ONE,
                .account = account_of(d, number),
                .kind = MATCH_MODIFY,
            });
}

/* One of the orders that came to life last, or any. */
static uint64_t recent(struct drawn *d)
{
    uint32_t reach = d->count < LIVES_RECENT ? d->count : LIVES_RECENT;
    return d->lives[d->count - 1 - draw_below(d, reach)];
}

static uint64_t any(struct drawn *d)
{
    return d->lives[draw_below(d, d->count)];
}

static enum side draw_side(struct drawn *d)
{
    return (enum side)(draw(d) >> 63);
}

static int32_t behind(const struct drawn *d, uint32_t instrument, enum side side, int32_t distance)
{
    int32_t mid = d->mid[instrument];
    return side == SIDE_BUY ? mid - distance : mid + distance;
}

static void normal_step(struct drawn *d)
{
    uint32_t what = draw_below(d, 100), i = draw_below(d, d->instruments);
    enum side side = draw_side(d);
    if (what < 6) d->mid[i] += (int32_t)draw_below(d, 3) - 1;
    if (what < 45 || d->count < 500) {
        int32_t ticks = behind(d, i, side, 1 + draw_distance(d, 3));
        give_new(d, (struct wanted){i, side, ticks, 1 + draw_below(d, 100), MATCH_GTC, false});
    } else if (what < 93) {
        give_cancel(d, recent(d));
    } else if (what < 96) {
        uint64_t number = recent(d);
        give_modify(d, number, what == 93 ? behind(d, i, side, 4) : 0, 1 + draw_below(d, 50));
    } else {
        int32_t ticks = behind(d, i, side, -1 - draw_distance(d, 2));
        enum match_tif tif = what == 96 ? MATCH_GTC : MATCH_IOC;
        give_new(d, (struct wanted){i, side, ticks, 50 + draw_below(d, 200), tif, false});
    }
}

static void sweep_step(struct drawn *d)
{
    static int32_t taken; /* levels that are missing, to be filled up first */
    static uint32_t third;
    if (taken > 0) {
        give_new(d, (struct wanted){0, SIDE_SELL, MID + taken, 10, MATCH_GTC, false});
        if (++third == 3) {
            third = 0;
            taken--;
        }
        return;
    }
    taken = 200 + (int32_t)draw_below(d, 201);
    give_new(d, (struct wanted){.side = SIDE_BUY,
                                .ticks = MID + taken,
                                .lots = (uint32_t)taken * 30,
                                .tif = MATCH_IOC,
                                .stranger = true});
}

static void walk_step(struct drawn *d)
{
    static int32_t direction = 1;
    if (draw_below(d, 200) == 0) d->mid[0] += direction;
    if (d->mid[0] > MID + 15000 || d->mid[0] < MID - 15000) direction = -direction;
    enum side side = draw_side(d);
    if (d->count >= 100000 && draw_below(d, 2) == 0) {
        give_cancel(d, any(d));
    } else {
        /* A third far away: the walk reaches them when they are old. */
        bool far = d->count < 50000 || draw_below(d, 3) == 0;
        int32_t distance = far ? (int32_t)draw_below(d, 15000) : draw_distance(d, 8);
        give_new(d, (struct wanted){0, side, behind(d, 0, side, 1 + distance),
                                    1 + draw_below(d, 100), MATCH_GTC, false});
    }
}

static void old_step(struct drawn *d)
{
    enum side side = draw_side(d);
    uint32_t what = draw_below(d, 100);
    int32_t distance = 1 + (int32_t)draw_below(d, 5000);
    if (d->count < 300000 || what < 45) {
        int32_t ticks = behind(d, 0, side, distance);
        give_new(d, (struct wanted){0, side, ticks, 1 + draw_below(d, 100), MATCH_GTC, false});
    } else if (what < 90) {
        give_cancel(d, any(d));
    } else {
        give_modify(d, any(d), 0, 1 + draw_below(d, 50));
    }
}

static void queue_step(struct drawn *d)
{
    enum side side = draw_side(d);
    if (d->count < 200000 || draw_below(d, 2) == 0) {
        give_new(d, (struct wanted){0, side, behind(d, 0, side, 1), 1 + draw_below(d, 100),
                                    MATCH_GTC, false});
    } else {
        give_cancel(d, any(d));
    }
}

static void market_step(struct drawn *d)
{
    uint32_t i = draw_below(d, d->instruments);
    enum side side = draw_side(d);
    if (d->count < 5000000 || draw_below(d, 2) == 0) {
        int32_t ticks = behind(d, i, side, 1 + draw_distance(d, 8));
        give_new(d, (struct wanted){i, side, ticks, 1 + draw_below(d, 100), MATCH_GTC, false});
    } else {
        give_cancel(d, any(d));
    }
}

/* What each kind needs: instruments, orders that live, and inputs that build its market. */
static const struct shape {
    uint32_t instruments;
    uint32_t window;
    uint32_t orders;
    uint32_t built;
    void (*step)(struct drawn *);
} shapes[ORDER_FLOW_COUNT] = {
    [FLOW_NORMAL] = {1, 1 << 14, 1 << 16, 20000, normal_step},
    [FLOW_SWEEP] = {1, 1 << 14, 1 << 16, 2000, sweep_step},
    [FLOW_WALK] = {1, 1 << 17, 1 << 18, 300000, walk_step},
    [FLOW_OLD] = {1, 1 << 14, 1 << 20, 700000, old_step},
    [FLOW_QUEUE] = {1, 1 << 14, 1 << 20, 500000, queue_step},
    [FLOW_THOUSAND] = {1024, 1 << 14, 1 << 20, 600000, normal_step},
    [FLOW_MARKET] = {10000, 1 << 10, 6000000, 5100000, market_step},
};

static void list_all(const struct order_flow *flow, struct match *match,
                     struct match_events *events, uint32_t window)
{
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.kind = MATCH_LIST, .bytes = sizeof list},
        .listing = {.symbol = "FLOW",
                    .tick = 1000000,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = (price_t)2000000 * 1000000,
                    .qty_max = (qty_t)100000 * QTY_ONE,
                    .reference = (price_t)MID * 1000000,
                    .collar = 1000000,
                    .window = window,
                    .base = flow->limits.accounts != 0,
                    .quote = 0,
                    .class_of = flow->limits.accounts != 0 ? MATCH_SPOT : MATCH_PLAIN,
                    .phase = MATCH_OPEN},
    };
    for (uint32_t i = 0; i < flow->limits.instruments; i++) {
        list.input.instrument = (uint16_t)i;
        list.input.number++;
        match_apply(match, &list.input, events);
        CHECK(match_phase_of(match, (uint16_t)i) == MATCH_OPEN);
    }
}

static void fund_all(const struct order_flow *flow, struct match *match,
                     struct match_events *events)
{
    uint64_t number = FIRST_NUMBER / 2;
    for (uint32_t account = 0; account < flow->limits.accounts; account++) {
        struct match_input input = {
            .kind = MATCH_ACCOUNT, .account = account, .bytes = sizeof input};
        input.number = number++;
        match_apply(match, &input, events);
        input.kind = MATCH_DEPOSIT;
        input.qty = MATCH_MONEY_MAX / flow->limits.accounts / 2;
        for (input.instrument = 0; input.instrument < 2; input.instrument++) {
            input.number = number++;
            match_apply(match, &input, events);
        }
    }
}

struct match *order_flow_open(const struct order_flow *flow, struct match_events *events)
{
    uint32_t window = (uint32_t)(flow->limits.window / flow->limits.instruments);
    struct match *match = match_new(bench_space(match_footprint(&flow->limits)), &flow->limits);
    list_all(flow, match, events, window);
    fund_all(flow, match, events);
    return match;
}

static uint64_t odd_inverse(uint64_t odd)
{
    uint64_t inverse = odd;
    for (int i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
    return inverse;
}

struct order_flow order_flow_draw(const struct order_flow_plan *plan)
{
    static struct match_event place[EVENTS];
    const struct shape *shape = &shapes[plan->kind];
    size_t count = (size_t)plan->segments * plan->segment_inputs + shape->built;
    struct drawn *d = bench_space(sizeof *d);
    d->plan = plan;
    d->chance = 20260101 + (uint64_t)plan->kind;
    d->next = 1;
    d->factor_inverse = odd_inverse(ID_FACTOR);
    d->instruments = shape->instruments;
    for (uint32_t i = 0; i < shape->instruments; i++) d->mid[i] = MID;
    d->lives = bench_space((count + 1) * sizeof *d->lives);
    d->place = bench_space((count + 1) * sizeof *d->place);
    d->flow.inputs = bench_space((count + ORDER_FLOW_ROOM) * sizeof(struct match_input));
    d->flow.built = shape->built;
    d->flow.limits = (struct match_limits){
        .instruments = shape->instruments,
        .orders = shape->orders,
        .pages = shape->instruments == 1 ? 1 << 15 : shape->instruments * 20,
        .window = (uint64_t)shape->window * shape->instruments,
        .accounts = plan->accounts,
        .holdings = plan->accounts * shape->instruments,
        .assets = plan->accounts == 0 ? 0 : 2,
        .balances = plan->accounts * 2,
        .cascade = 1,
        .secret = 42,
    };
    d->events =
        (struct match_events){.at = place, .capacity = EVENTS, .full = events_seen, .context = d};
    d->match = order_flow_open(&d->flow, &d->events);
    while (d->flow.count < count) shape->step(d);
    return d->flow;
}
