#include "tests/gateway/hostile_world.h"

#include "dataplane/gateway/trade_port_ouch50.h"

#include <stdlib.h>
#include <string.h>

#define TICK (PRICE_ONE / 100)

struct hostile_counts hostile_counts;
struct hostile_world *hostile;
uint64_t hostile_failures;
void (*hostile_written)(enum gateway_record kind, const void *record, uint32_t bytes);

/* The outlet. */

static uint64_t journal(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved)
{
    (void)context;
    if (hostile->journal_lost || (hostile->journal_full && !reserved)) {
        hostile_counts.journal_full++;
        return 0;
    }
    hostile->newest_kind = kind;
    hostile->newest_used = false;
    if (kind == GATEWAY_RECORD_PASS) {
        CHECK(bytes == sizeof hostile->newest);
        memcpy(&hostile->newest, record, bytes);
    }
    if (hostile_written) hostile_written(kind, record, bytes);
    return ++hostile->records;
}

static uint32_t room(void *context, uint32_t venue)
{
    (void)context;
    return hostile->up[venue] ? hostile->room[venue] : 0;
}

/* A pass was journalled last, is for these bytes, and says what they say. */
static void pass_watch(uint32_t venue, const uint8_t *bytes, uint32_t length)
{
    const struct gateway_pass *pass = &hostile->newest;
    HOLDS(hostile->newest_kind == GATEWAY_RECORD_PASS);
    HOLDS(!hostile->newest_used);
    HOLDS(pass->pass.number > hostile->newest_number);
    HOLDS(risk_pass_admits(&pass->pass, bytes, length));
    HOLDS(pass->venue == venue);
    hostile->newest_used = true;
    hostile->newest_number = pass->pass.number;
}

static void order_watch(uint32_t venue, const struct plain_order *order)
{
    const struct gateway_pass *pass = &hostile->newest;
    HOLDS(pass->number == order->urn && pass->was == order->was);
    HOLDS(pass->pass.price == order->price && pass->total == order->total);
    HOLDS(pass->pass.side == order->side && pass->pass.symbol == order->symbol);
    HOLDS(pass->pass.strategy == order->strategy);
    if (order->was)
        HOLDS(plain_at(&hostile->venue[venue], order->was)->strategy == order->strategy);
    hostile_watch(venue, order);
    if (order->was) hostile_counts.replaces++;
    else hostile_counts.orders++;
}

static void sent_count(const struct plain_order *order)
{
    hostile_sent(&hostile->of_venue[order->symbol == 2]);
    hostile_sent(&hostile->of_strategy[order->strategy]);
    hostile_sent(&hostile->of_symbol[order->symbol]);
}

static bool send(void *context, uint32_t number, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    (void)context;
    struct plain_venue *venue = &hostile->venue[number];
    uint8_t copy[TRADE_PORT_BYTES_MAX];
    HOLDS(hostile->up[number] && hostile->room[number] > 0);
    HOLDS(now == hostile->now);
    if (hostile->room[number] != UINT32_MAX) hostile->room[number]--;
    memcpy(copy, bytes, length);
    bool order = bytes[0] == 'O' || bytes[0] == 'U';
    if (order) pass_watch(number, copy, length);
    struct plain_order *of =
        plain_request(venue, copy, length, order ? hostile->newest.pass.strategy : 0);
    if (order) order_watch(number, of);
    if (bytes[0] == 'X') {
        uint32_t urn = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
                       (uint32_t)bytes[3] << 8 | bytes[4];
        of = plain_at(venue, urn);
        hostile_counts.cancels++;
    }
    if (of) sent_count(of);
    return true;
}

static void copy(void *context, const struct gateway_report *report)
{
    (void)context;
    if (report->kind == COPY_REFUSED) hostile_counts.refused[report->reason]++;
}

static void traded(const struct plain_order *order, qty_t qty)
{
    hostile->position[order->strategy][order->symbol] += order->side == SIDE_BUY ? qty : -qty;
    hostile_counts.fills++;
}

/* What strategies say. */

static int64_t edge(int64_t good)
{
    static const int64_t edges[] = {0, -1, 1, INT64_MAX, INT64_MIN, 7, TICK, (int64_t)1 << 52};
    return hostile_draw(1, 10) == 1 ? edges[hostile_draw(0, ARRAY_COUNT(edges) - 1)] : good;
}

static uint32_t wild(uint32_t low, uint32_t high)
{
    if (hostile_draw(1, 30) > 1) return (uint32_t)hostile_draw(low, high);
    return (uint32_t)(hostile_draw(0, 1) ? UINT32_MAX : hostile_draw(0, 300));
}

static struct delegate_intent intent_any(uint32_t orders)
{
    static const price_t steps[] = {TICK, TICK, TICK, TICK / 2, PRICE_ONE};
    uint32_t kind = wild(0, 9);
    price_t away = (price_t)hostile_draw(0, hostile_draw(1, 12) == 1 ? 700 : 60) *
                   steps[hostile_draw(0, ARRAY_COUNT(steps) - 1)];
    bool buys = hostile_draw(0, 1);
    struct delegate_intent intent = {
        .kind = (uint8_t)(kind > 9    ? kind
                          : kind == 9 ? INTENT_UNIQUE
                                      : kind == 8),
        .key = wild(0, orders - 1),
        .instrument = (uint16_t)wild(0, hostile_draw(1, 20) == 1 ? 3 : 1),
        .side = (uint8_t)(hostile_draw(1, 30) == 1 ? hostile_draw(0, 255) : !buys),
        .how = (uint8_t)(hostile_draw(1, 6) == 1 ? wild(0, 4) : 0),
        .qty = edge((int64_t)hostile_draw(1, hostile_draw(1, 5) == 1 ? 400 : 60) * QTY_ONE),
    };
    if (hostile_draw(1, 40) == 1 && intent.qty < RISK_QTY_MAX) intent.qty += QTY_ONE / 3;
    intent.price = edge(100 * PRICE_ONE + (buys ? -away : away));
    if (hostile_draw(1, 8) == 1) intent.price = 100 * PRICE_ONE + (buys ? away : -away);
    hostile->intents++;
    if (hostile_draw(1, 10) == 1) { /* the same again, by another key or beside all keys */
        uint32_t key = intent.key;
        intent = hostile->last;
        if (hostile_draw(0, 1)) intent.key = key;
        else intent.kind = INTENT_UNIQUE;
    }
    hostile->last = intent;
    if (hostile_draw(1, 40) == 1) { /* one of the newest, if it is one of its own and UNIQUE */
        intent.kind = INTENT_STOP_UNIQUE;
        intent.unique = (order_id_t)edge((int64_t)hostile->intents) - hostile_draw(0, 60);
    }
    return intent;
}

static size_t wild_footprint(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return CACHE_LINE;
}

static uint32_t wild_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return 8;
}

static void *wild_build(void *memory, const struct delegate_parameters *parameters)
{
    (void)parameters;
    return memory;
}

static void wild_decide(void *self, const struct composite *composite,
                        struct delegate_output *output)
{
    (void)self;
    (void)composite;
    for (uint64_t say = hostile_draw(0, 5); say > 0; say--) {
        struct delegate_intent intent = intent_any(8);
        delegate_say(output, &intent);
    }
}

static const struct delegate_kind wild_kind = {
    .name = "wild",
    .summary = "says anything",
    .footprint = wild_footprint,
    .orders = wild_orders,
    .build = wild_build,
    .decide = wild_decide,
};

void hostile_say(void)
{
    uint32_t strategy = (uint32_t)(hostile_draw(1, 200) == 1 ? wild(0, 9) : hostile_draw(1, 2));
    struct gateway_intent intent = {
        .strategy = strategy,
        .sequence = hostile_draw(1, 50) == 1 ? hostile_draw(0, 1000) : hostile->intents + 1,
        .intent = intent_any(strategy == 1 ? 8 : 4),
        .venue = hostile_draw(1, 200) == 1 ? wild(0, 1) : strategy == 2,
    };
    uint32_t at = intent.intent.instrument;
    bool live = at < HOSTILE_INSTRUMENTS && hostile->market[at].state == MARKET_LIVE;
    enum slots_status status = gateway_intend(hostile->gateway, &intent, hostile->now);
    bool stop = intent.intent.kind == INTENT_STOP || intent.intent.kind == INTENT_STOP_UNIQUE;
    if (!stop && !live) HOLDS(status != SLOTS_OK);
}

static void decide(void)
{
    while (gateway_decide(hostile->gateway, hostile->now) != DISPATCH_NONE) {
    }
}

/* Markets, sessions, time. */

void hostile_market(uint32_t instrument, enum market_state state)
{
    struct market *market = &hostile->market[instrument];
    price_t middle = 100 * PRICE_ONE + ((price_t)hostile_draw(0, 160) - 80) * TICK;
    market->bid = middle - TICK;
    market->ask = middle + TICK;
    market->bid_qty = market->ask_qty += QTY_ONE;
    market->state = (uint8_t)state;
    market->instrument = (uint16_t)instrument;
    market->rx_ns = hostile->now - hostile_draw(0, 2 * NANOS_MILLI); /* it waited */
    gateway_market(hostile->gateway, market);
    for (uint32_t i = 0; i < HOSTILE_SYMBOLS && state == MARKET_LIVE; i++) {
        if (i % 2 != instrument) continue; /* AAAA is 0 and 2, BBBB is 1 */
        hostile->reference[i] = (struct hostile_price){middle, market->rx_ns};
        if (hostile->mark[i].price == 0) hostile->mark[i] = hostile->reference[i];
    }
    decide();
}

void hostile_tick(void)
{
    memcpy(hostile->mark, hostile->reference, sizeof hostile->mark);
    gateway_tick(hostile->gateway, hostile->now);
    decide();
}

static void heard(uint32_t number, uint32_t times)
{
    struct plain_venue *venue = &hostile->venue[number];
    const struct plain_message *message;
    while (times-- > 0 && (message = plain_heard(venue)))
        gateway_message(hostile->gateway, number, venue->heard, message->bytes, message->length,
                        hostile->now);
    decide();
}

void hostile_pass(uint32_t times)
{
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) {
        if (!hostile->up[i]) continue;
        for (uint32_t k = 0; k < times && plain_arrive(&hostile->venue[i]); k++) {
        }
        heard(i, times);
    }
}

/* Lost with what is on its way; back with everything that was missed. */
void hostile_session(uint32_t number)
{
    bool up = !hostile->up[number];
    if (up) heard(number, UINT32_MAX);
    else plain_cut(&hostile->venue[number]);
    hostile->up[number] = up;
    hostile_counts.sessions_lost += !up;
    gateway_session(hostile->gateway, number, up, hostile->now);
    decide();
}

/* A step. */

static void room_step(void)
{
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++)
        hostile->room[i] = hostile_draw(1, 3) > 1 ? 500 : (uint32_t)hostile_draw(0, 6);
    gateway_relieve(hostile->gateway, hostile->now);
}

void hostile_step(void)
{
    uint64_t what = hostile_draw(1, 1000);
    hostile->now += hostile_draw(0, 120000);
    if (what <= 720) hostile_say();
    else if (what <= 780)
        hostile_market((uint32_t)hostile_draw(0, 2),
                       hostile_draw(1, 12) > 1 ? MARKET_LIVE : MARKET_GAP);
    else if (what <= 880) hostile_pass((uint32_t)hostile_draw(0, 12));
    else if (what <= 930) plain_happen(&hostile->venue[hostile_draw(0, 1)]);
    else if (what <= 950) hostile_tick();
    else if (what <= 980) room_step();
    else if (what <= 990) hostile_bound_step();
    else if (what <= 995 && !hostile->frozen) hostile_people_step();
    else if (what <= 997) hostile->journal_full = hostile_draw(1, 6) == 1;
    else if (what <= 998) hostile_session((uint32_t)hostile_draw(0, 1));
    else hostile->now += hostile_draw(0, 50 * NANOS_MILLI);
}

/* Worlds. */

static void plan_make(void)
{
    static const char *const names[HOSTILE_SYMBOLS] = {"AAAA    ", "BBBB    ", "AAAA    "};
    hostile->plan = (struct gateway_plan){
        .instruments = HOSTILE_INSTRUMENTS,
        .venues = HOSTILE_VENUES,
        .venue = {{.name = "v", .kind = &trade_port_ouch50, .answer_ns = 20 * NANOS_MILLI},
                  {.name = "w",
                   .kind = &trade_port_ouch50,
                   .answer_ns = 20 * NANOS_MILLI,
                   .per_second = 600,
                   .reserve = 100}},
        .symbols = HOSTILE_SYMBOLS,
        .symbol = hostile->symbol,
        .strategies = HOSTILE_STRATEGIES,
        .strategy = hostile->strategy,
        .risk = {.armed = true},
        .reconcile_ns = 200 * NANOS_MILLI,
        .seed = hostile->seed,
    };
    for (uint32_t i = 0; i < HOSTILE_SYMBOLS; i++) {
        hostile->symbol[i] = (struct gateway_symbol_plan){.venue = i == 2,
                                                          .tick = TICK,
                                                          .lot = QTY_ONE,
                                                          .price_max = 1000 * PRICE_ONE,
                                                          .qty_max = 1000 * QTY_ONE};
        memcpy(hostile->symbol[i].name, names[i], 8);
        memcpy(hostile->venue[i == 2].symbol[i], names[i], 8);
    }
    hostile->strategy[0] =
        (struct gateway_strategy_plan){.name = "wild", .kind = &wild_kind, .uniques = 4};
    hostile->strategy[1] = (struct gateway_strategy_plan){.name = "far", .orders = 8, .uniques = 3};
    hostile->strategy[2] = (struct gateway_strategy_plan){
        .name = "off", .orders = 4, .uniques = 2, .venue = 1, .all_venues = false};
    hostile_bounds_begin();
}

void hostile_begin(uint64_t seed)
{
    if (!hostile) hostile = malloc(sizeof *hostile);
    CHECK(hostile != NULL);
    memset(hostile, 0, sizeof *hostile);
    hostile->seed = seed;
    hostile->chance = (struct chance){seed};
    hostile->now = 1000 * NANOS_SECOND;
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) {
        hostile->venue[i].chance = &hostile->chance;
        hostile->venue[i].traded = traded;
        hostile->room[i] = UINT32_MAX;
    }
    plan_make();
    CHECK(!gateway_check(&hostile->plan));
    size_t bytes = gateway_footprint(&hostile->plan);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    memset(memory, 0, bytes);
    hostile->gateway = gateway_new(
        memory, &hostile->plan,
        &(struct gateway_outlet){.journal = journal, .room = room, .send = send, .copy = copy});
    gateway_recovered(hostile->gateway, hostile->now);
    gateway_listing(hostile->gateway, 0, "AAAA    ");
    gateway_listing(hostile->gateway, 1, "BBBB    ");
    gateway_listing(hostile->gateway, 2, "CCCC    ");
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) hostile_session(i);
    for (uint32_t i = 0; i < 3; i++) hostile_market(i, MARKET_LIVE);
}

/* Nothing new is wanted; the venues answer all. */
void hostile_calm(void)
{
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) {
        hostile->venue[i].calm = true;
        hostile->room[i] = UINT32_MAX;
        if (!hostile->up[i]) hostile_session(i);
    }
    for (uint32_t round = 0; round < 60; round++) {
        hostile->now += 25 * NANOS_MILLI;
        hostile_tick();
        hostile_pass(UINT32_MAX);
    }
    for (uint32_t strategy = 0; strategy < HOSTILE_STRATEGIES; strategy++)
        for (uint32_t symbol = 0; symbol < HOSTILE_SYMBOLS; symbol++) {
            struct gateway_holding holding;
            struct risk_holding_view view;
            gateway_holding(hostile->gateway, strategy, symbol, &holding);
            risk_holding(gateway_risk(hostile->gateway), strategy, symbol, &view);
            HOLDS(holding.position == hostile->position[strategy][symbol]);
            HOLDS(view.position == hostile->position[strategy][symbol]);
        }
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) hostile->venue[i].calm = false;
    gateway_verify(hostile->gateway);
}

void hostile_end(void)
{
    gateway_verify(hostile->gateway);
    free(hostile->gateway);
    hostile->gateway = NULL;
    hostile_counts.intents += hostile->intents;
}
