#include "tests/route/model_venue.h"

static bool luck(struct model_venue *venue, uint64_t percent)
{
    return !venue->calm && chance_between(venue->chance, 1, 100) <= percent;
}

uint32_t model_place(const struct model_venue *venue, order_id_t order)
{
    CHECK(order >= MODEL_FIRST);
    uint64_t number = order - MODEL_FIRST;
    if (venue->block > 0) {
        CHECK(number % venue->block < MODEL_A_BLOCK);
        number = number / venue->block * MODEL_A_BLOCK + number % venue->block;
    }
    CHECK(number < MODEL_ORDERS);
    return (uint32_t)number;
}

struct model_order *model_order_at(struct model_venue *venue, order_id_t order)
{
    return &venue->order[model_place(venue, order)];
}

static void say(struct model_venue *venue, struct slot_answer answer, bool final)
{
    CHECK(venue->message_count < MODEL_MESSAGES);
    venue->message[venue->message_count++] = (struct model_message){answer, final};
}

/* An answer to a request, which may be kept back. */
static void reply(struct model_venue *venue, struct slot_answer answer, bool final)
{
    if (!luck(venue, 4)) say(venue, answer, final);
}

void model_request(struct model_venue *venue, const struct slot_request *request)
{
    CHECK(venue->queue_end - venue->queue_first < MODEL_QUEUE);
    venue->queue[venue->queue_end++ % MODEL_QUEUE] = *request;
}

static void order_end(struct model_venue *venue, order_id_t number, bool canceled)
{
    struct model_order *order = model_order_at(venue, number);
    order->alive = false;
    order->canceled = canceled;
    venue->alive[order->slot] = 0;
    if (canceled) venue->dead[order->slot] = number;
}

static void take_order(struct model_venue *venue, const struct slot_request *request)
{
    struct model_order *order = model_order_at(venue, request->order);
    struct slot_answer answer = {.slot = request->slot, .order = request->order};
    CHECK(!order->exists);
    if (luck(venue, 8)) {
        answer.kind = SLOT_ANSWERS_REJECTED;
        reply(venue, answer, true);
        return;
    }
    CHECK(venue->alive[request->slot] == 0);
    *order = (struct model_order){
        .exists = true,
        .alive = true,
        .side = request->side,
        .slot = request->slot,
        .root = request->order,
        .price = request->price,
        .total = request->qty,
    };
    venue->alive[request->slot] = request->order;
    answer.kind = SLOT_ANSWERS_ACCEPTED;
    reply(venue, answer, false);
    if (!luck(venue, 4)) return;
    order_end(venue, request->order, true);
    answer.kind = SLOT_ANSWERS_CANCELED;
    say(venue, answer, true);
}

static void take_replace(struct model_venue *venue, const struct slot_request *request)
{
    struct model_order *old = model_order_at(venue, request->order);
    struct slot_answer answer = {
        .kind = SLOT_ANSWERS_NO_REPLACE, .slot = request->slot, .order = request->asked};
    if (!old->alive || request->total <= old->cum || luck(venue, 8)) {
        reply(venue, answer, false);
        return;
    }
    struct model_order *heir = model_order_at(venue, request->asked);
    CHECK(!heir->exists);
    *heir = *old;
    heir->told = false;
    heir->price = request->price;
    heir->total = request->total;
    old->alive = false;
    venue->alive[request->slot] = request->asked;
    answer.kind = SLOT_ANSWERS_REPLACED;
    answer.cum = heir->cum;
    reply(venue, answer, false);
}

static void take_cancel(struct model_venue *venue, const struct slot_request *request)
{
    struct model_order *order = model_order_at(venue, request->order);
    struct slot_answer answer = {
        .slot = request->slot, .number = request->number, .order = request->order};
    if (!order->alive || luck(venue, 8)) {
        answer.kind = SLOT_ANSWERS_NO_CANCEL;
        reply(venue, answer, false);
        return;
    }
    order_end(venue, request->order, true);
    answer.kind = SLOT_ANSWERS_CANCELED;
    answer.cum = order->cum;
    reply(venue, answer, true);
}

static void take_query(struct model_venue *venue, const struct slot_request *request)
{
    struct slot_answer answer = {.kind = SLOT_ANSWERS_NEVER,
                                 .slot = request->slot,
                                 .number = request->number,
                                 .order = request->order};
    if (request->asked && model_order_at(venue, request->asked)->exists)
        answer.order = request->asked;
    const struct model_order *order = model_order_at(venue, answer.order);
    if (order->exists) {
        answer.kind = order->alive ? SLOT_ANSWERS_OPEN : SLOT_ANSWERS_DONE;
        answer.cum = order->cum;
        answer.leaves = order->alive ? order->total - order->cum : 0;
    }
    reply(venue, answer, !order->alive);
}

bool model_arrive(struct model_venue *venue)
{
    if (venue->queue_first == venue->queue_end) return false;
    const struct slot_request request = venue->queue[venue->queue_first++ % MODEL_QUEUE];
    if (luck(venue, 3)) return true; /* it never arrives */
    switch (request.kind) {
    case SLOT_SENDS_ORDER: take_order(venue, &request); break;
    case SLOT_SENDS_REPLACE: take_replace(venue, &request); break;
    case SLOT_SENDS_CANCEL: take_cancel(venue, &request); break;
    default: take_query(venue, &request); break;
    }
    return true;
}

static void order_execute(struct model_venue *venue, order_id_t number, qty_t qty)
{
    struct model_order *order = model_order_at(venue, number);
    order->cum += qty;
    order->beyond |= !order->alive || order->cum > order->total;
    if (order->alive && order->cum >= order->total) order_end(venue, number, false);
    say(venue,
        (struct slot_answer){
            .kind = SLOT_ANSWERS_EXECUTED, .slot = order->slot, .order = number, .cum = order->cum},
        !order->alive);
}

void model_happen(struct model_venue *venue, uint32_t slot)
{
    order_id_t number = venue->alive[slot];
    if (!number) {
        number = venue->dead[slot];
        if (number && luck(venue, 10)) order_execute(venue, number, 1);
        return;
    }
    struct model_order *order = model_order_at(venue, number);
    struct slot_answer answer = {.slot = slot, .order = number, .cum = order->cum};
    qty_t leaves = order->total - order->cum;
    uint64_t what = chance_between(venue->chance, 1, 100);
    if (what <= 75) {
        order_execute(venue, number, (qty_t)chance_between(venue->chance, 1, (uint64_t)leaves));
    } else if (what <= 80) {
        order_execute(venue, number, leaves);
    } else if (what <= 82) {
        order_execute(venue, number, leaves + 1);
    } else if (what <= 90) {
        order_end(venue, number, true);
        answer.kind = SLOT_ANSWERS_CANCELED;
        say(venue, answer, true);
    } else if (order->told) {
        answer.kind = SLOT_ANSWERS_REJECTED;
        say(venue, answer, false);
    }
}

void model_break(struct model_venue *venue)
{
    uint64_t arrive = chance_between(venue->chance, 0, venue->queue_end - venue->queue_first);
    while (arrive-- > 0) (void)model_arrive(venue);
    venue->queue_first = venue->queue_end;
}

void model_forget(struct model_venue *venue, order_id_t order, order_id_t asked)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < venue->message_count; i++) {
        order_id_t named = venue->message[i].answer.order;
        if (named != order && (asked == 0 || named != asked))
            venue->message[kept++] = venue->message[i];
    }
    venue->message_count = kept;
}

bool model_deliver(struct model_venue *venue, struct model_message *message)
{
    if (venue->message_count == 0) return false;
    uint32_t at = (uint32_t)chance_between(venue->chance, 0, venue->message_count - 1);
    *message = venue->message[at];
    if (!luck(venue, 5)) venue->message[at] = venue->message[--venue->message_count];
    return true;
}

bool model_may_open(const struct model_venue *venue, uint32_t slot)
{
    for (uint32_t i = venue->queue_first; i != venue->queue_end; i++) {
        const struct slot_request *request = &venue->queue[i % MODEL_QUEUE];
        if (request->slot != slot) continue;
        if (request->kind == SLOT_SENDS_ORDER) return true;
        bool replaces = request->kind == SLOT_SENDS_REPLACE;
        if (replaces && venue->order[model_place(venue, request->order)].alive) return true;
    }
    return false;
}

bool model_answers(const struct slot_request *flight, const struct model_message *message,
                   uint32_t query)
{
    const struct slot_answer *answer = &message->answer;
    bool over = message->final && answer->order == flight->order;
    if (answer->kind == SLOT_ANSWERS_OPEN || answer->kind == SLOT_ANSWERS_DONE ||
        answer->kind == SLOT_ANSWERS_NEVER)
        return answer->number == query;
    if (flight->kind == SLOT_SENDS_ORDER) return answer->order == flight->order;
    if (flight->kind == SLOT_SENDS_REPLACE) return answer->order == flight->asked || over;
    return over || answer->kind == SLOT_ANSWERS_NO_CANCEL;
}
