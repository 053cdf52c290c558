#include "tests/gateway/random_world.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

struct world *world;
struct rig_written *written;
uint32_t records;
uint64_t failures;
uint64_t orders_sent, refusals, restarts, uniques_stopped, flushes;

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
    return venue == 0 ? world->room : 0;
}

uint8_t *holding_of(order_id_t order)
{
    return &world->holding_of[model_place(&world->venue, order)];
}

static void order_watch(const struct fake_request *request)
{
    const struct rig_written *newest = &written[records - 1];
    const struct mind *mind = &world->mind[request->slot];
    HOLDS(newest->kind == GATEWAY_RECORD_PASS);
    HOLDS(risk_pass_admits(&newest->pass.pass, request, sizeof *request));
    HOLDS(!world->halted);
    *holding_of(newest->pass.number) =
        (uint8_t)(newest->pass.pass.strategy * 2 + newest->pass.pass.symbol);
    orders_sent++;
    if (request->slot >= KEYS) return;
    HOLDS(mind->any && !mind->stop);
    HOLDS(request->price == mind->price);
    HOLDS(request->side == mind->side);
    HOLDS(request->qty > 0 && request->qty <= mind->qty);
    HOLDS(request->symbol == symbol_of_key(request->slot));
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    struct fake_request request;
    (void)context;
    (void)now;
    HOLDS(venue == 0 && world->up && world->room > 0);
    if (world->room != UINT32_MAX) world->room--;
    CHECK(length == sizeof request);
    memcpy(&request, bytes, sizeof request);
    struct slot_request sent = fake_request_said(&request);
    struct mind *mind = &world->mind[request.slot];
    if (request.kind == SLOT_SENDS_QUERY) {
        mind->query = request.number;
    } else {
        HOLDS(!mind->flying || request.slot >= KEYS);
        mind->flying = true;
        mind->flight = sent;
    }
    if (request.kind == SLOT_SENDS_ORDER || request.kind == SLOT_SENDS_REPLACE)
        order_watch(&request);
    model_request(&world->venue, &sent);
    return true;
}

/* Whatever can happen while what was sent leaves. */
static void flush(void *context, uint64_t cause_tsc, nanos_t now)
{
    (void)context;
    (void)now;
    const struct market *market = world->rig.market;
    HOLDS(cause_tsc == market[0].rx_tsc || cause_tsc == market[1].rx_tsc);
    flushes++;
    if (draw(1, 4) == 1) world_deliver();
    if (world->up && !world->venue.calm && draw(1, 50) == 1) world_session();
}

static void copy(void *context, const struct gateway_report *report)
{
    (void)context;
    if (report->kind == COPY_REFUSED) refusals++;
}

void world_open(void)
{
    void *memory = zeroed_new(gateway_footprint(&world->rig.plan));
    world->rig.gateway = gateway_new(
        memory, &world->rig.plan,
        &(struct gateway_outlet){
            .journal = journal, .room = room, .send = send, .flush = flush, .copy = copy});
}

static struct puppet *puppet_of(const char *name)
{
    struct dispatch_delegate look;
    struct dispatch *dispatch = gateway_dispatch(gateway());
    CHECK(dispatch_look(dispatch, dispatch_find_name(dispatch, name), &look));
    return look.self;
}

void world_begin(void)
{
    struct gateway_rig *rig = &world->rig;
    gateway_recovered(rig->gateway, rig->now);
    gateway_listing(rig->gateway, 0, "AAAA    ");
    gateway_listing(rig->gateway, 1, "BBBB    ");
    rig->one = puppet_of("one");
    rig->two = puppet_of("two");
    for (uint32_t i = 0; i < 2; i++) gateway_rig_market(rig, i, MARKET_LIVE);
    world->live[0] = world->live[1] = true;
}

/* What goes in. */

void world_deliver(void)
{
    struct model_message message;
    if (!model_deliver(&world->venue, &message)) return;
    struct mind *mind = &world->mind[message.answer.slot];
    if (mind->flying && model_answers(&mind->flight, &message, mind->query)) mind->flying = false;
    const struct model_order *order = model_order_at(&world->venue, message.answer.order);
    struct fake_message say = {
        .answer = message.answer, .price = order->price, .qty = message.answer.cum};
    gateway_message(gateway(), 0, ++world->sequence, (const uint8_t *)&say, sizeof say,
                    world->rig.now);
    struct slot_look look;
    slots_look(gateway_slots(gateway(), 0), message.answer.slot, &look);
    bool grants = message.answer.kind == SLOT_ANSWERS_ACCEPTED ||
                  message.answer.kind == SLOT_ANSWERS_EXECUTED ||
                  message.answer.kind == SLOT_ANSWERS_REPLACED;
    if (grants && look.order == message.answer.order)
        model_order_at(&world->venue, look.order)->told = true;
}

/* Something happens at the venue: an execution is a position there, whoever knows of it. */
static void happen(uint32_t slot)
{
    struct model_venue *venue = &world->venue;
    order_id_t number = venue->alive[slot] ? venue->alive[slot] : venue->dead[slot];
    if (!number) return;
    struct model_order *order = model_order_at(venue, number);
    bool alive = order->alive;
    qty_t before = order->cum;
    model_happen(venue, slot);
    qty_t more = order->cum - before;
    qty_t within = alive && order->total > before ? order->total - before : 0;
    uint32_t holding = *holding_of(number);
    world->position[holding] += order->side == SIDE_BUY ? more : -more;
    if (more > within) world->beyond[holding][order->side] += more - within;
}

struct puppet *puppet_at(uint32_t slot)
{
    return slot < PUPPET_KEYS ? world->rig.one : world->rig.two;
}

void world_decide(struct puppet *puppet, const struct delegate_intent *intent)
{
    if (intent) delegate_say(&puppet->say, intent);
    if (draw(1, 2) == 1) /* it has news of the market */
        for (uint32_t i = 0; i < 2; i++)
            if (world->live[i]) gateway_rig_market(&world->rig, i, MARKET_LIVE);
    puppet->wants = true;
    dispatch_housekeeping(gateway_dispatch(gateway()), world->rig.now);
    while (gateway_decide(gateway(), world->rig.now) != DISPATCH_NONE) {
    }
}

static uint32_t refused_of(uint32_t slot)
{
    world_decide(puppet_at(slot), NULL);
    return puppet_at(slot)->order[slot % PUPPET_KEYS].refused;
}

static uint64_t refused_at_door(void)
{
    const struct gateway_counts *counts = gateway_counts(gateway());
    return counter_read(&counts->intent_again) + counter_read(&counts->intent_halted);
}

static void intend(uint32_t slot)
{
    struct mind *mind = &world->mind[slot];
    struct puppet *puppet = puppet_at(slot);
    uint32_t symbol = symbol_of_key(slot);
    struct delegate_intent intent = {
        .kind = draw(1, 5) == 1 ? INTENT_STOP : INTENT_ORDER,
        .key = slot % PUPPET_KEYS,
        .instrument = (uint16_t)symbol,
        .side = (uint8_t)(draw(1, 6) == 1 ? slot % 2 == 0 : slot % 2),
        .qty = (qty_t)draw(1, 20) * QTY_ONE,
    };
    price_t away = (price_t)draw(0, 4) - (draw(1, 20) == 1 ? 6 : 0);
    intent.price = (100 + (intent.side == SIDE_BUY ? -5 - away : 5 + away)) * PRICE_ONE;
    if (draw(1, 8) == 1 && mind->any && !mind->stop) { /* the same again */
        intent.side = mind->side;
        intent.price = mind->price;
        intent.qty = mind->qty;
    }
    bool taken = intent.kind == INTENT_STOP || world->live[symbol];
    uint32_t refused = refused_of(slot), ends = puppet->ends[intent.key];
    uint64_t refused_before = refused_at_door();
    struct mind old = *mind;
    if (taken) {
        mind->any = true;
        mind->found = false;
        mind->stop = intent.kind == INTENT_STOP;
        mind->side = intent.side;
        mind->price = intent.price;
        mind->qty = intent.qty;
        mind->refused = refused;
        mind->ends = ends;
    }
    world_decide(puppet, &intent);
    if (refused_at_door() == refused_before) return;
    mind->stop = old.stop; /* refused at the door: what was wanted before stands */
    mind->any = old.any;
    mind->found = old.found;
    mind->side = old.side;
    mind->price = old.price;
    mind->qty = old.qty;
    mind->refused = old.refused;
    mind->ends = old.ends;
}

/* A UNIQUE order that the venue has is to be no more. */
static void unique_stop_step(void)
{
    uint32_t slot = KEYS + (uint32_t)draw(0, UNIQUES - 1);
    order_id_t alive = world->venue.alive[slot];
    const struct gateway_counts *counts = gateway_counts(gateway());
    uint64_t over = counter_read(&counts->intent_over);
    if (!alive) return;
    struct puppet *puppet = *holding_of(alive) < 2 ? world->rig.one : world->rig.two;
    world_decide(puppet, &(struct delegate_intent){.kind = INTENT_STOP_UNIQUE, .unique = alive});
    if (counter_read(&counts->intent_over) > over) return;
    world->mind[slot].ended = alive;
    uniques_stopped++;
}

static void unique_step(void)
{
    struct delegate_intent intent = {
        .kind = INTENT_UNIQUE,
        .side = SIDE_SELL,
        .qty = 3 * QTY_ONE,
        .price = (120 + (price_t)draw(0, 50)) * PRICE_ONE,
        .instrument = (uint16_t)draw(0, 1),
    };
    world_decide(draw(0, 1) ? world->rig.one : world->rig.two, &intent);
}

void world_session(void)
{
    world->up = !world->up;
    if (!world->up) {
        model_break(&world->venue);
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            struct slot_look look;
            slots_look(gateway_slots(gateway(), 0), slot, &look);
            if (look.order && draw(1, 2) == 1) model_forget(&world->venue, look.order, look.asked);
        }
    }
    gateway_session(gateway(), 0, world->up, world->rig.now);
}

static void halt_minds(void)
{
    for (uint32_t slot = 0; slot < KEYS; slot++) {
        world->mind[slot].stop = true;
        world->mind[slot].found = false;
    }
}

static void halt_step(bool halt)
{
    HOLDS(gateway_rig_state(&world->rig, RISK_BOX, (struct risk_subject){0},
                            halt ? RISK_HALTED : RISK_ACTIVE) == RISK_CONTROL_OK);
    world->halted = halt;
    if (!halt) return;
    halt_minds();
}

static void market_step(void)
{
    uint32_t instrument = (uint32_t)draw(0, 1);
    bool live = draw(1, 8) != 1;
    world->live[instrument] = live;
    gateway_rig_market(&world->rig, instrument, live ? MARKET_LIVE : MARKET_GAP);
}

static void room_step(void)
{
    world->room = draw(1, 3) > 1 ? UINT32_MAX : (uint32_t)draw(0, 8);
    gateway_relieve(gateway(), world->rig.now);
}

static bool is_query_answer(enum slot_answer_kind kind)
{
    return kind == SLOT_ANSWERS_OPEN || kind == SLOT_ANSWERS_DONE || kind == SLOT_ANSWERS_NEVER;
}

/* What an earlier run has asked is not taken for what this one asks: a port's duty. */
static void queries_forget(void)
{
    struct model_venue *venue = &world->venue;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < venue->message_count; i++)
        if (!is_query_answer((enum slot_answer_kind)venue->message[i].answer.kind))
            venue->message[kept++] = venue->message[i];
    venue->message_count = kept;
}

/* Killed, and started again: what it knows is in the journal, and nobody wants anything. */
void world_restart(void)
{
    char problem[128];
    struct gateway_rig *rig = &world->rig;
    uint32_t count = records;
    restarts++;
    world->lives++;
    model_break(&world->venue);
    queries_forget();
    zeroed_free(rig->gateway);
    world_open();
    for (uint32_t i = 0; i < count; i++)
        HOLDS(gateway_recover(gateway(), written[i].kind, &written[i].start, written[i].bytes,
                              problem, sizeof problem));
    HOLDS(gateway_next_sequence(gateway(), 0) == world->sequence + 1);
    world->up = false;
    memset(world->mind, 0, sizeof world->mind);
    for (uint32_t slot = 0; slot < KEYS; slot++) world->mind[slot].found = true;
    if (world->halted) halt_minds();
    world_begin();
    HOLDS((risk_state(gateway_risk(gateway()), RISK_BOX, 0) == RISK_HALTED) == world->halted);
    for (uint32_t i = 0; i < HOLDINGS; i++) { /* as it would be told by whoever starts it */
        struct gateway_holding holding;
        gateway_holding(gateway(), i / 2, i % 2, &holding);
        (i < 2 ? rig->one : rig->two)->position[i % 2] = holding.position;
    }
}

void world_step(void)
{
    uint64_t what = draw(1, 1000);
    world->rig.now += draw(0, NANOS_MILLI);
    if (what <= 250) intend((uint32_t)draw(0, KEYS - 1));
    else if (what <= 520) (void)model_arrive(&world->venue);
    else if (what <= 790) world_deliver();
    else if (what <= 860) happen((uint32_t)draw(0, SLOTS - 1));
    else if (what <= 880) unique_step();
    else if (what <= 885) unique_stop_step();
    else if (what <= 925) gateway_tick(gateway(), world->rig.now);
    else if (what <= 945) market_step();
    else if (what <= 980) room_step();
    else if (what <= 985) world->journal_full = draw(1, 8) == 1;
    else if (what <= 992 || !world->up) world_session();
    else if (what <= 998) halt_step(!world->halted && draw(1, 10) == 1);
    else if (draw(1, 10) == 1 && world->lives < LIVES) world_restart();
}
