/* Four million random steps of strategies, slots and a venue that misbehaves (model_venue.h).
 *
 * What is checked is said from outside: the strategies know what they asked for and were told, the
 * venue knows what arrived, and neither looks into a slot except through slots_look. */

#include "tests/route/slots_world.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static uint64_t rows[SLOT_ROW_COUNT];

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&world->chance, low, high);
}

/* What goes in. */

/* As model_answers, but that a refused cancel says which one it was. */
static bool answers(const struct slot_request *flight, const struct model_message *message,
                    uint32_t query)
{
    const struct slot_answer *answer = &message->answer;
    bool other = answer->kind == SLOT_ANSWERS_NO_CANCEL && answer->number != flight->number;
    if (flight->kind == SLOT_SENDS_CANCEL && other) return false;
    return model_answers(flight, message, query);
}

static void collect_call(void)
{
    HOLDS(world->out.request_count <= SLOTS_REQUESTS_A_CALL);
    HOLDS(world->out.say_count <= SLOTS_SAYS_A_CALL);
    world_collect();
}

static void deliver(void)
{
    struct model_message message;
    if (!model_deliver(&world->venue, &message)) return;
    const struct slot_answer *answer = &message.answer;
    struct mind *mind = &world->mind[answer->slot];
    if (mind->flying && answers(&mind->flight, &message, mind->query)) mind->flying = false;
    enum slots_status status = slots_answer(world->slots, answer, world->now, &world->out);
    bool granted = answer->kind != SLOT_ANSWERS_REJECTED && answer->kind != SLOT_ANSWERS_NO_REPLACE;
    struct slot_look look;
    slots_look(world->slots, answer->slot, &look);
    if (status == SLOTS_OK && granted && look.order == answer->order)
        model_order_at(&world->venue, answer->order)->told = true;
    collect_call();
}

static bool same_terms(const struct mind *mind, const struct slot_intent *intent, qty_t level)
{
    return mind->any && !mind->stop && !mind->ended && mind->side == intent->side &&
           mind->how == intent->how && mind->price == intent->price &&
           mind->carries == intent->carries &&
           (intent->carries ? mind->level == level : mind->qty == intent->qty);
}

static struct slot_intent intent_draw(uint32_t slot)
{
    const struct mind *mind = &world->mind[slot];
    struct slot_intent intent = {
        .slot = slot,
        .sequence = mind->sequence + draw(1, 3),
        .stop = draw(1, 5) == 1,
        .side = (uint8_t)(draw(1, 6) == 1),
        .how = draw(1, 10) == 1 ? HOW_POST_ONLY : 0,
        .carries = draw(1, 3) == 1,
        .price = (price_t)draw(1, 5),
        .qty = (qty_t)draw(1, 12),
    };
    if (draw(1, 8) == 1 && mind->any) {
        intent.side = mind->side;
        intent.how = mind->how;
        intent.price = mind->price;
        intent.qty = mind->qty;
        intent.carries = mind->carries;
    }
    qty_t unseen = (qty_t)draw(0, 5);
    intent.executed = mind->heard > unseen ? mind->heard - unseen : 0;
    if (draw(1, 30) == 1) intent.executed = mind->heard + 5; /* it claims too much */
    return intent;
}

static void intend(uint32_t slot)
{
    struct mind *mind = &world->mind[slot];
    struct slot_intent intent = intent_draw(slot);
    bool old = mind->sequence > 0 && draw(1, 10) == 1;
    if (old) intent.sequence = draw(0, mind->sequence);
    qty_t known = intent.executed < mind->heard ? intent.executed : mind->heard;
    qty_t level = known + intent.qty;
    bool same = !intent.stop && same_terms(mind, &intent, level);
    bool shut = !intent.stop && world->shut[slot % STRATEGIES];
    enum slots_status status = slots_intend(world->slots, &intent, world->now, &world->out);
    HOLDS((status == SLOTS_OLD) == old);
    HOLDS((status == SLOTS_SHUT) == (shut && !old));
    if (!intent.stop) HOLDS((status == SLOTS_SAME) == (same && !old && !shut));
    if (!old) mind->sequence = intent.sequence;
    if (status == SLOTS_OK) {
        mind->terms++;
        mind->any = true;
        mind->ended = mind->refused = false;
        mind->stop = intent.stop;
        mind->side = intent.side;
        mind->how = intent.how;
        mind->price = intent.price;
        mind->qty = intent.qty;
        mind->carries = intent.carries;
        mind->level = level;
        mind->begun = false;
    }
    collect_call();
}

static void unique_step(void)
{
    uint32_t slot;
    struct slot_unique unique = {
        .strategy = 1, .side = SIDE_SELL, .price = (price_t)draw(50, 90), .qty = 7};
    if (draw(1, 3) == 1) {
        slot = SLOTS + (uint32_t)draw(0, UNIQUES - 1);
        (void)!slots_cancel_unique(world->slots, slot, world->mind[slot].unique, world->now,
                                   &world->out);
        world_collect();
        return;
    }
    enum slots_status status =
        slots_send_unique(world->slots, &unique, world->now, &world->out, &slot);
    if (world->allowance.orders > 0) HOLDS(world->out.request_count == (status == SLOTS_OK));
    else HOLDS(world->out.request_count == 0);
    if (status == SLOTS_OK) {
        struct mind *mind = &world->mind[slot];
        const struct slot_request *request = &world->request[0];
        HOLDS(slot >= SLOTS);
        HOLDS(mind->unique == 0 || mind->ends == 1); /* the one before was over, once */
        *mind = (struct mind){.query = mind->query};
        if (world->out.request_count > 0) { /* else it waits for room */
            HOLDS(request->kind == SLOT_SENDS_ORDER && request->price == unique.price);
            HOLDS(request->qty == unique.qty);
        }
    } else {
        HOLDS(status == SLOTS_NO_UNIQUE_LEFT || status == SLOTS_SHUT || status == SLOTS_DOWN);
    }
    world_collect();
}

static void sweep(enum slot_event event, uint32_t strategy)
{
    uint32_t next = 0;
    while (!slots_sweep(world->slots, event, strategy, world->now, &next, &world->out))
        world_collect();
    world_collect();
}

static void session_lose(void)
{
    world->up = false;
    slots_session(world->slots, false);
    model_break(&world->venue);
    for (uint32_t slot = 0; slot < SLOTS + UNIQUES; slot++) {
        struct slot_look look;
        slots_look(world->slots, slot, &look);
        if (look.order && draw(1, 2) == 1) model_forget(&world->venue, look.order, look.asked);
    }
    sweep(SLOT_ON_DISCONNECT, SLOTS_NONE);
}

static void session_step(void)
{
    if (world->up) {
        session_lose();
        return;
    }
    world->up = true;
    slots_session(world->slots, true);
    if (!world->venue.calm && draw(1, 6) == 1) { /* lost again while the orders are queried */
        uint32_t next = 0;
        world->out.requests_max = 2;
        (void)!slots_sweep(world->slots, SLOT_ON_RECONNECT, SLOTS_NONE, world->now, &next,
                           &world->out);
        world->out.requests_max = MODEL_SLOTS;
        world_collect();
        session_lose();
        return;
    }
    sweep(SLOT_ON_RECONNECT, SLOTS_NONE);
}

static void shut_step(uint32_t strategy)
{
    bool shut = world->shut[strategy] = !world->shut[strategy];
    slots_shut(world->slots, strategy, shut);
    if (!shut) return;
    for (uint32_t slot = strategy; slot < SLOTS; slot += STRATEGIES) world->mind[slot].stop = true;
    sweep(SLOT_ON_STOP, strategy);
}

static void overdue_step(void)
{
    slots_overdue(world->slots, world->now, &world->out);
    world_collect();
}

static void room_step(void)
{
    uint32_t cancels = (uint32_t)draw(0, 4);
    world->allowance = (struct slots_allowance){(uint32_t)draw(0, cancels), cancels};
    if (world->venue.calm || draw(1, 3) > 1)
        world->allowance = (struct slots_allowance){UINT32_MAX, UINT32_MAX};
    slots_allow(world->slots, world->allowance);
    slots_relieve(world->slots, world->now, &world->out);
    world_collect();
    struct slots_line line = slots_line(world->slots);
    HOLDS(!line.cancels || world->allowance.cancels == 0);
    HOLDS(!line.orders || world->allowance.orders == 0);
}

static void step(void)
{
    uint64_t what = draw(1, 1000);
    world->now += draw(0, NANOS_MILLI);
    if (what <= 250) intend((uint32_t)draw(0, SLOTS - 1));
    else if (what <= 550) (void)model_arrive(&world->venue);
    else if (what <= 850) deliver();
    else if (what <= 930) model_happen(&world->venue, (uint32_t)draw(0, SLOTS + UNIQUES - 1));
    else if (what <= 960) unique_step();
    else if (what <= 980) overdue_step();
    else if (what <= 990) room_step();
    else if (what <= 995 || !world->up) session_step();
    else if (what <= 998) shut_step((uint32_t)draw(0, STRATEGIES - 1));
}

/* What is always true. */
static void exposure_check(void)
{
    for (uint32_t slot = 0; slot < SLOTS + UNIQUES; slot++) {
        struct slot_look look;
        slots_look(world->slots, slot, &look);
        order_id_t alive = world->venue.alive[slot];
        HOLDS(alive == 0 || alive == look.order || alive == look.asked);
        if (!alive) continue;
        const struct model_order *order = model_order_at(&world->venue, alive);
        HOLDS(order->total - order->cum <= look.exposure);
    }
    slots_verify(world->slots);
}

/* Calm: everything arrives, and all must come to what was wanted last. */
static void settle(void)
{
    world->venue.calm = true;
    room_step();
    if (!world->up) session_step();
    for (uint32_t round = 0; round < 50; round++) {
        world->now += 2 * ANSWER_NS;
        overdue_step();
        while (model_arrive(&world->venue)) {
        }
        while (world->venue.message_count > 0) deliver();
    }
    world->venue.calm = false;
}

static void end_check_slot(uint32_t slot)
{
    const struct mind *mind = &world->mind[slot];
    order_id_t alive = world->venue.alive[slot];
    struct slot_look look;
    slots_look(world->slots, slot, &look);
    HOLDS(look.order == alive);
    HOLDS(look.state == (alive ? SLOT_LIVE : SLOT_FREE));
    if (slot >= SLOTS) {
        HOLDS(mind->unique == 0 || mind->ends == (alive ? 0 : 1));
    } else if (mind->stop || !mind->any) {
        HOLDS(alive == 0);
    } else if (mind->ended) {
        HOLDS(alive == 0 || mind->refused);
    } else {
        HOLDS(alive != 0);
        if (!alive) return;
        const struct model_order *order = model_order_at(&world->venue, alive);
        HOLDS(world->terms_of[alive - MODEL_FIRST] == mind->terms);
        HOLDS(order->price == mind->price);
        HOLDS(order->side == mind->side);
    }
}

/* Every execution was heard once, and none but the venue's mistakes is beyond its order. */
static void end_check(void)
{
    memset(world->cum_of, 0, sizeof world->cum_of);
    for (order_id_t number = MODEL_FIRST; number < world->next_order; number++) {
        const struct model_order *order = model_order_at(&world->venue, number);
        if (!order->exists) continue;
        HOLDS(order->beyond || order->cum <= order->total);
        qty_t *cum = &world->cum_of[order->root - MODEL_FIRST];
        if (order->cum > *cum) *cum = order->cum;
    }
    HOLDS(memcmp(world->cum_of, world->heard_of, sizeof world->cum_of) == 0);
}

static void world_run(uint64_t seed)
{
    struct slots_limits limits = {.slots = SLOTS, .uniques = UNIQUES, .strategies = STRATEGIES};
    struct slots_venue venue = {.replaces = seed % 2 == 0, .bulk = 1, .answer_ns = ANSWER_NS};
    memset(world, 0, sizeof *world);
    world->total_max = seed % 4 == 0 ? TOTAL_MAX : SLOTS_QTY_MAX;
    venue.total_max = seed % 4 == 0 ? TOTAL_MAX : 0;
    world->seed = seed;
    world->chance = (struct chance){seed};
    world->venue.chance = &world->chance;
    world->up = true;
    world->next_order = MODEL_FIRST;
    world->now = NANOS_SECOND;
    world->allowance = (struct slots_allowance){UINT32_MAX, UINT32_MAX};
    world->slots = slots_new(aligned_alloc(CACHE_LINE, slots_footprint(&limits)), &limits, &venue,
                             MODEL_FIRST);
    world->out = (struct slots_out){.requests = world->request,
                                    .says = world->say,
                                    .requests_max = MODEL_SLOTS,
                                    .says_max = ARRAY_COUNT(world->say)};
    for (uint32_t slot = 0; slot < SLOTS; slot++) slots_bind(world->slots, slot, slot % STRATEGIES);
    for (world->step = 0; world->step < STEPS; world->step++) {
        step();
        exposure_check();
        if (world->step % 5000 != 4999) continue;
        settle();
        for (uint32_t slot = 0; slot < SLOTS + UNIQUES; slot++) end_check_slot(slot);
    }
    end_check();
    for (uint32_t i = 0; i < SLOT_ROW_COUNT; i++) rows[i] += slots_counts(world->slots)->row[i];
    free(world->slots);
}

SPEC(whatever_the_venue_does_one_request_flies_and_the_newest_intent_wins)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last && failures < 20; seed++) world_run(seed);
    EXPECT_UINT(failures, 0);
}

SPEC(every_row_of_the_table_was_taken)
{
    if (getenv("SPEC_SEED")) return; /* one seed cannot, and is not for this */
    for (uint32_t i = 0; i < SLOT_ROW_COUNT; i++)
        spec_expect(__FILE__, __LINE__, rows[i] > 0, "%s %s was never taken",
                    slot_state_name(slot_rows[i].state), slot_event_name(slot_rows[i].event));
}

static void before_each(void)
{
    if (!world) world = malloc(sizeof *world);
}

#define SPECS(S)                                                                                   \
    S(whatever_the_venue_does_one_request_flies_and_the_newest_intent_wins)                        \
    S(every_row_of_the_table_was_taken)
SPEC_MAIN("slots_property", SPECS, before_each, NULL)
