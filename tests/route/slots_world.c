#include "tests/route/slots_world.h"

/* What comes out, and what it may be by what was said and told. */

struct world *world;
uint64_t failures;

static bool says_over(enum slot_said said)
{
    return said == SLOT_SAYS_REJECTED || said == SLOT_SAYS_FILLED || said == SLOT_SAYS_CANCELED ||
           said == SLOT_SAYS_OVER || said == SLOT_SAYS_LOST;
}

/* What comes late counts, but while a replacement is under way: its total has been said. */
static void late_hear(struct mind *mind, const struct slot_say *say)
{
    struct slot_look look;
    slots_look(world->slots, say->slot, &look);
    if (mind->begun && !mind->carries && look.asked != 0) mind->level += say->qty;
}

static void hear(const struct slot_say *say)
{
    struct mind *mind = &world->mind[say->slot];
    uint32_t at = (uint32_t)(say->order - MODEL_FIRST);
    if (say->said == SLOT_SAYS_EXECUTED || say->said == SLOT_SAYS_LATE) {
        HOLDS(say->qty > 0);
        mind->heard += say->qty;
        world->heard_of[world->root_of[at] - MODEL_FIRST] += say->qty;
    }
    if (say->said == SLOT_SAYS_LATE) late_hear(mind, say);
    if (say->said == SLOT_SAYS_STRAY) {
        qty_t *heard = &world->heard_of[world->root_of[at] - MODEL_FIRST];
        if (say->qty > *heard) *heard = say->qty;
    }
    HOLDS(say->executed == mind->heard);
    if (says_over(say->said)) {
        mind->ends++;
        if (world->terms_of[at] == mind->terms) mind->ended = true;
    }
    if (say->said == SLOT_SAYS_REPLACE_REJECTED && mind->asked == mind->terms)
        mind->ended = mind->refused = true;
    if (say->said == SLOT_SAYS_UNNEEDED && say->order) world->terms_of[at] = mind->terms;
    if (say->said == SLOT_SAYS_UNNEEDED && !say->order) mind->ended = true;
}

static qty_t wanted_left(const struct mind *mind)
{
    return mind->carries || mind->begun ? mind->level - mind->heard : mind->qty;
}

/* A request for an order, or the cancel in front of one: what executes from now on counts. */
static void wanted_begin(struct mind *mind, const struct slot_request *request)
{
    if (!mind->any || mind->stop || mind->carries || mind->begun) return;
    if (request->side != mind->side) return; /* buying makes nothing of what is to be sold */
    mind->begun = true;
    mind->level = mind->heard + mind->qty;
}

/* An order or a replacement is the newest intent, with what is left of it (F2, F5, F7). */
static void wanted_check(const struct slot_request *request)
{
    const struct mind *mind = &world->mind[request->slot];
    HOLDS(!mind->stop);
    HOLDS(!mind->ended);
    HOLDS(request->side == mind->side);
    HOLDS(request->price == mind->price);
    HOLDS(request->how == mind->how);
    HOLDS(request->qty > 0);
    HOLDS(request->qty <= mind->qty);
    HOLDS(request->qty == wanted_left(mind));
    HOLDS(!world->shut[request->slot % STRATEGIES]);
}

static void order_number_check(order_id_t order)
{
    HOLDS(order == world->next_order);
    world->next_order = order + 1;
}

static void order_watch(const struct slot_request *request)
{
    uint32_t at = (uint32_t)(request->order - MODEL_FIRST);
    HOLDS(world->venue.alive[request->slot] == 0);
    HOLDS(!model_may_open(&world->venue, request->slot));
    HOLDS(request->total == request->qty);
    order_number_check(request->order);
    world->terms_of[at] = world->mind[request->slot].terms;
    world->root_of[at] = request->order;
    world->how_of[at] = request->how;
    if (request->slot >= SLOTS) world->mind[request->slot].unique = request->order;
    if (request->slot < SLOTS) wanted_check(request);
}

static void replace_watch(const struct slot_request *request)
{
    struct mind *mind = &world->mind[request->slot];
    uint32_t at = (uint32_t)(request->asked - MODEL_FIRST);
    order_id_t root = world->root_of[request->order - MODEL_FIRST];
    HOLDS(request->slot < SLOTS);
    HOLDS(request->total == world->heard_of[root - MODEL_FIRST] + request->qty);
    HOLDS(request->total <= world->total_max || request->qty > world->total_max);
    order_number_check(request->asked);
    world->terms_of[at] = mind->terms;
    world->root_of[at] = root;
    world->how_of[at] = request->how;
    HOLDS(request->how == world->how_of[request->order - MODEL_FIRST]);
    mind->asked = mind->terms;
    wanted_check(request);
}

/* What could have been replaced is canceled only where the total could not be said. */
static void cancel_watch(const struct slot_request *request)
{
    const struct mind *mind = &world->mind[request->slot];
    order_id_t root = world->root_of[request->order - MODEL_FIRST];
    if (world->seed % 2 == 1 || request->slot >= SLOTS || mind->stop) return;
    if (wanted_left(mind) <= 0 || request->side != mind->side || request->how != mind->how) return;
    HOLDS(wanted_left(mind) <= world->total_max);
    HOLDS(world->heard_of[root - MODEL_FIRST] + wanted_left(mind) > world->total_max);
}

/* No request is made that there is no room for. */
static void room_watch(const struct slot_request *request)
{
    struct slots_allowance *left = &world->allowance;
    bool order = request->kind == SLOT_SENDS_ORDER || request->kind == SLOT_SENDS_REPLACE;
    if (left->cancels == UINT32_MAX) return;
    HOLDS(left->cancels > 0);
    if (order) HOLDS(left->orders > 0);
    left->cancels--;
    left->orders -= order;
    if (left->orders > left->cancels) left->orders = left->cancels; /* what is left is for all */
}

static void watch(const struct slot_request *request)
{
    struct mind *mind = &world->mind[request->slot];
    HOLDS(world->up);
    room_watch(request);
    if (request->kind == SLOT_SENDS_QUERY) {
        mind->query = request->number;
    } else {
        HOLDS(!mind->flying); /* one request in flight (F1, R1) */
        mind->flying = true;
        mind->flight = *request;
    }
    if (request->kind == SLOT_SENDS_ORDER) order_watch(request);
    if (request->kind == SLOT_SENDS_REPLACE) replace_watch(request);
    if (request->kind == SLOT_SENDS_CANCEL) cancel_watch(request);
    if (request->kind != SLOT_SENDS_QUERY) wanted_begin(mind, request);
    model_request(&world->venue, request);
}

void world_collect(void)
{
    for (uint32_t i = 0; i < world->out.say_count; i++) hear(&world->say[i]);
    for (uint32_t i = 0; i < world->out.request_count; i++) watch(&world->request[i]);
    world->out.say_count = 0;
    world->out.request_count = 0;
}
