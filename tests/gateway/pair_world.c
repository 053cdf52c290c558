#include "tests/gateway/pair_world.h"

#include "dataplane/strategy/arbitrage.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK     65536u /* order numbers that a start reserves */
#define WRITTEN   (1u << 18)
#define LIVES     (MODEL_ORDERS / MODEL_A_BLOCK - 2)
#define INVENTORY "40"

struct pair_world *world;
struct rig_written *written;
uint32_t records;
uint64_t failures, orders_sent, arb_filled, refused_elsewhere, restarts, halts;

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&world->chance, low, high);
}

/* The outlet. */

static uint64_t journal(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved)
{
    (void)context;
    if (world->journal_full && !reserved) return 0;
    CHECK(records < WRITTEN);
    written[records] = (struct rig_written){.kind = kind, .bytes = bytes};
    memcpy(&written[records].start, record, bytes);
    return ++records;
}

static uint32_t room(void *context, uint32_t venue)
{
    (void)context;
    return world->place[venue].room;
}

static void order_watch(const struct fake_request *request, uint32_t venue)
{
    const struct rig_written *newest = &written[records - 1];
    HOLDS(newest->kind == GATEWAY_RECORD_PASS);
    HOLDS(risk_pass_admits(&newest->pass.pass, request, sizeof *request));
    HOLDS(newest->pass.venue == venue);
    HOLDS(newest->pass.pass.symbol == venue);
    HOLDS(newest->pass.pass.strategy == holder_of(request->slot));
    HOLDS(!world->place[venue].halted);
    orders_sent++;
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    struct place *place = &world->place[venue];
    struct fake_request request;
    (void)context;
    (void)now;
    HOLDS(place->up && place->room > 0);
    if (place->room != UINT32_MAX) place->room--;
    CHECK(length == sizeof request);
    memcpy(&request, bytes, sizeof request);
    CHECK(request.slot < KEYS);
    struct slot_request sent = fake_request_said(&request);
    struct flight *flight = &place->flight[request.slot];
    if (request.kind == SLOT_SENDS_QUERY) {
        flight->query = request.number;
    } else {
        HOLDS(!flight->flying);
        flight->flying = true;
        flight->request = sent;
    }
    if (request.kind == SLOT_SENDS_ORDER || request.kind == SLOT_SENDS_REPLACE)
        order_watch(&request, venue);
    model_request(&place->venue, &sent);
    return true;
}

/* Building. */

static void strategies_plan(struct gateway_rig *rig)
{
    static const struct listing_name legs[] = {{"AAAA    "}, {"BBBB    "}};
    static const uint32_t venues[] = {0, 1};
    static const struct delegate_parameter parameters[] = {
        {"edge", "1t"}, {"size", "25"}, {"inventory", INVENTORY}, {"retry", "5ms"}};
    rig->symbol[1].venue = 1;
    rig->symbol[0].lot = rig->symbol[1].lot = 1; /* the venues execute any part of an order */
    rig->plan.symbols = 3;                       /* the third is nobody's */
    for (uint32_t i = 0; i < RIG_STRATEGIES; i++) {
        rig->strategy[i].uniques = 0;
        rig->strategy[i].orders = 0;
        if (i > ROAM) continue;
        rig->strategy[i].legs = 2;
        rig->strategy[i].leg = legs;
        rig->strategy[i].leg_venue = venues;
    }
    rig->strategy[ARB].kind = &arbitrage_kind;
    rig->strategy[ARB].parameters.at = parameters;
    rig->strategy[ARB].parameters.count = ARRAY_COUNT(parameters);
    for (uint32_t i = 0; i < VENUES; i++) {
        rig->plan.venue[i].first_order = MODEL_FIRST;
        rig->plan.venue[i].answer_ns = 20 * NANOS_MILLI;
    }
}

void pair_market(uint32_t venue)
{
    const struct place *place = &world->place[venue];
    price_t middle = world->value + place->away;
    gateway_market(world->rig.gateway,
                   &(struct market){.bid = middle - PRICE_ONE,
                                    .ask = middle + PRICE_ONE,
                                    .bid_qty = (qty_t)draw(1, 40) * QTY_ONE,
                                    .ask_qty = (qty_t)draw(1, 40) * QTY_ONE,
                                    .state = place->live ? MARKET_LIVE : MARKET_GAP,
                                    .instrument = (uint16_t)venue,
                                    .rx_ns = world->rig.now});
}

static void gateway_open(void)
{
    void *memory = zeroed_new(gateway_footprint(&world->rig.plan));
    world->rig.gateway =
        gateway_new(memory, &world->rig.plan,
                    &(struct gateway_outlet){.journal = journal, .room = room, .send = send});
}

static void gateway_begin(void)
{
    struct gateway_rig *rig = &world->rig;
    struct dispatch_delegate look;
    gateway_recovered(rig->gateway, rig->now);
    gateway_listing(rig->gateway, 0, "AAAA    ");
    gateway_listing(rig->gateway, 1, "BBBB    ");
    struct dispatch *dispatch = gateway_dispatch(rig->gateway);
    CHECK(dispatch_look(dispatch, dispatch_find_name(dispatch, "two"), &look));
    rig->two = look.self;
    for (uint32_t i = 0; i < VENUES; i++) pair_market(i);
}

/* What happens. */

void pair_decide(void)
{
    dispatch_housekeeping(gateway_dispatch(world->rig.gateway), world->rig.now);
    while (gateway_decide(world->rig.gateway, world->rig.now) != DISPATCH_NONE) {
    }
}

void pair_deliver(uint32_t venue)
{
    struct place *place = &world->place[venue];
    struct model_message message;
    if (!model_deliver(&place->venue, &message)) return;
    struct flight *flight = &place->flight[message.answer.slot];
    if (flight->flying && model_answers(&flight->request, &message, flight->query))
        flight->flying = false;
    struct model_order *order = model_order_at(&place->venue, message.answer.order);
    struct fake_message say = {
        .answer = message.answer, .price = order->price, .qty = message.answer.cum};
    gateway_message(world->rig.gateway, venue, ++place->sequence, (const uint8_t *)&say, sizeof say,
                    world->rig.now);
    struct slot_look look;
    slots_look(gateway_slots(world->rig.gateway, venue), message.answer.slot, &look);
    bool grants = message.answer.kind == SLOT_ANSWERS_ACCEPTED ||
                  message.answer.kind == SLOT_ANSWERS_EXECUTED ||
                  message.answer.kind == SLOT_ANSWERS_REPLACED;
    if (grants && look.order == message.answer.order) order->told = true;
}

static void happen(uint32_t venue, uint32_t slot)
{
    struct place *place = &world->place[venue];
    order_id_t number =
        place->venue.alive[slot] ? place->venue.alive[slot] : place->venue.dead[slot];
    if (!number) return;
    const struct model_order *order = model_order_at(&place->venue, number);
    bool alive = order->alive;
    qty_t before = order->cum;
    model_happen(&place->venue, slot);
    qty_t more = order->cum - before;
    qty_t within = alive && order->total > before ? order->total - before : 0;
    uint32_t holder = holder_of(slot);
    place->position[holder] += order->side == SIDE_BUY ? more : -more;
    if (more > within) place->beyond[holder][order->side] += more - within;
    if (holder == ARB && more > 0) arb_filled++;
}

/* A request arrives; an order of arb is immediate: what becomes of it does so at once. */
bool pair_arrive(uint32_t venue)
{
    struct place *place = &world->place[venue];
    bool arrived = model_arrive(&place->venue);
    for (uint32_t slot = 0; slot < ARB_KEYS; slot++)
        while (place->venue.alive[slot] && (place->venue.calm || draw(1, 4) > 1))
            happen(venue, slot);
    return arrived;
}

static void roam_step(void)
{
    struct puppet *puppet = world->rig.two;
    const struct gateway_counts *counts = gateway_counts(world->rig.gateway);
    uint64_t bad = counter_read(&counts->intent_bad);
    uint32_t venue = (uint32_t)draw(0, 1), side = (uint32_t)draw(0, 1);
    price_t away = (price_t)draw(6, 12) * PRICE_ONE;
    struct delegate_intent intent = {
        .kind = draw(1, 3) == 1 ? INTENT_STOP : INTENT_ORDER,
        .key = (uint32_t)draw(0, PUPPET_KEYS - 1),
        .instrument = (uint16_t)venue,
        .side = (uint8_t)side,
        .qty = (qty_t)draw(1, 20) * QTY_ONE,
        .price = world->value + (side == SIDE_BUY ? -away : away),
    };
    delegate_say(&puppet->say, &intent);
    puppet->wants = true;
    pair_decide();
    refused_elsewhere += counter_read(&counts->intent_bad) - bad;
}

void pair_session(uint32_t venue)
{
    struct place *place = &world->place[venue];
    place->up = !place->up;
    if (!place->up) {
        model_break(&place->venue);
        for (uint32_t slot = 0; slot < KEYS; slot++) {
            struct slot_look look;
            slots_look(gateway_slots(world->rig.gateway, venue), slot, &look);
            if (look.order && draw(1, 2) == 1) model_forget(&place->venue, look.order, look.asked);
        }
    }
    gateway_session(world->rig.gateway, venue, place->up, world->rig.now);
}

void pair_halt(uint32_t venue)
{
    struct place *place = &world->place[venue];
    place->halted = !place->halted;
    halts += place->halted;
    HOLDS(gateway_rig_state(&world->rig, RISK_VENUE, (struct risk_subject){.venue = venue},
                            place->halted ? RISK_HALTED : RISK_ACTIVE) == RISK_CONTROL_OK);
}

static void market_step(uint32_t venue)
{
    struct place *place = &world->place[venue];
    world->value += ((price_t)draw(0, 2) - 1) * PRICE_ONE;
    if (world->value < 80 * PRICE_ONE || world->value > 120 * PRICE_ONE)
        world->value = 100 * PRICE_ONE;
    place->away = ((price_t)draw(0, 6) - 3) * PRICE_ONE;
    place->live = draw(1, 10) != 1;
    pair_market(venue);
}

/* What an earlier run has asked is not taken for what this one asks: a port's duty. */
static void queries_forget(struct model_venue *venue)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < venue->message_count; i++)
        if (venue->message[i].answer.kind < SLOT_ANSWERS_OPEN)
            venue->message[kept++] = venue->message[i];
    venue->message_count = kept;
}

void pair_restart(void)
{
    char problem[128];
    uint32_t count = records;
    restarts++;
    world->lives++;
    zeroed_free(world->rig.gateway);
    for (uint32_t i = 0; i < VENUES; i++) {
        model_break(&world->place[i].venue);
        queries_forget(&world->place[i].venue);
        world->place[i].up = false;
        memset(world->place[i].flight, 0, sizeof world->place[i].flight);
    }
    gateway_open();
    for (uint32_t i = 0; i < count; i++)
        HOLDS(gateway_recover(world->rig.gateway, written[i].kind, &written[i].start,
                              written[i].bytes, problem, sizeof problem));
    gateway_begin();
}

void pair_step(void)
{
    uint64_t what = draw(1, 1000);
    uint32_t venue = (uint32_t)draw(0, 1);
    struct place *place = &world->place[venue];
    world->rig.now += draw(0, NANOS_MILLI);
    if (what <= 160) roam_step();
    else if (what <= 420) (void)pair_arrive(venue);
    else if (what <= 720) pair_deliver(venue);
    else if (what <= 770) happen(venue, (uint32_t)draw(0, KEYS - 1));
    else if (what <= 830) gateway_tick(world->rig.gateway, world->rig.now);
    else if (what <= 950) market_step(venue);
    else if (what <= 975) place->room = draw(1, 3) > 1 ? UINT32_MAX : (uint32_t)draw(0, 8);
    else if (what <= 980) world->journal_full = draw(1, 8) == 1;
    else if (what <= 988 || !place->up) pair_session(venue);
    else if (what <= 998 && (place->halted || draw(1, 10) == 1)) pair_halt(venue);
    else if (what > 998 && draw(1, 10) == 1 && world->lives < LIVES) pair_restart();
    if (what > 950 && what <= 975) gateway_relieve(world->rig.gateway, world->rig.now);
    pair_decide();
}

void pair_begin(uint64_t seed)
{
    if (!world) world = malloc(sizeof *world);
    if (!written) written = malloc(WRITTEN * sizeof *written);
    memset(world, 0, sizeof *world);
    records = 0;
    world->seed = seed;
    world->chance = (struct chance){seed};
    world->value = 100 * PRICE_ONE;
    for (uint32_t i = 0; i < VENUES; i++) {
        world->place[i].venue.chance = &world->chance;
        world->place[i].venue.block = BLOCK;
        world->place[i].room = UINT32_MAX;
        world->place[i].live = true;
    }
    gateway_rig_plan(&world->rig, seed % 2 == 0);
    strategies_plan(&world->rig);
    gateway_open();
    gateway_begin();
    for (uint32_t i = 0; i < VENUES; i++) pair_session(i);
    for (uint32_t i = 0; i < VENUES * HOLDERS; i++) {
        struct risk_subject subject = {.strategy = i / VENUES, .symbol = i % VENUES};
        gateway_rig_bound(&world->rig, RISK_LONG, subject, BOUND);
        gateway_rig_bound(&world->rig, RISK_SHORT, subject, BOUND);
    }
}
