#include "tests/gateway/plain_ouch_venue.h"

#include <string.h>

/* Numbers of the wire. */

static uint64_t number_at(const uint8_t *at, uint32_t size)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < size; i++) value = value << 8 | at[i];
    return value;
}

static void number_put(uint8_t *at, uint64_t value, uint32_t size)
{
    for (uint32_t i = size; i > 0; i--, value >>= 8) at[i - 1] = (uint8_t)value;
}

static uint64_t draw(struct plain_venue *venue, uint64_t low, uint64_t high)
{
    return chance_between(venue->chance, low, high);
}

/* Orders. */

struct plain_order *plain_at(struct plain_venue *venue, uint32_t urn)
{
    return &venue->order[urn % PLAIN_ORDERS];
}

static struct plain_order *order_new(struct plain_venue *venue, uint32_t urn)
{
    struct plain_order *order = plain_at(venue, urn);
    CHECK(order->state == PLAIN_NONE || order->state == PLAIN_OVER);
    CHECK(venue->actives < PLAIN_ACTIVE);
    *order = (struct plain_order){.urn = urn, .state = PLAIN_FLYING};
    venue->active[venue->actives++] = urn;
    return order;
}

static void order_end(struct plain_venue *venue, struct plain_order *order)
{
    order->state = PLAIN_OVER;
    for (uint32_t i = 0; i < venue->actives; i++)
        if (venue->active[i] == order->urn) venue->active[i] = venue->active[--venue->actives];
}

static bool lives(struct plain_venue *venue, uint32_t urn)
{
    const struct plain_order *order = plain_at(venue, urn);
    return order->urn == urn && order->state == PLAIN_LIVE;
}

qty_t plain_worst(struct plain_venue *venue, const struct plain_order *order)
{
    if (order->state == PLAIN_FLYING) return order->was ? 0 : order->total;
    qty_t total = order->total;
    const struct plain_order *heir = order->heir ? plain_at(venue, order->heir) : NULL;
    if (heir && heir->total > total) total = heir->total;
    return total - order->cum;
}

/* Messages out, at the bytes of the document. */

static uint8_t *message_new(struct plain_venue *venue, char type, uint32_t urn, uint32_t length)
{
    CHECK(venue->logged - venue->heard < PLAIN_LOG);
    struct plain_message *message = &venue->log[venue->logged++ % PLAIN_LOG];
    memset(message, 0, sizeof *message);
    message->length = length;
    message->bytes[0] = (uint8_t)type;
    number_put(message->bytes + 9, urn, 4);
    return message->bytes;
}

static const uint8_t live[4] = {'P', 'N', 'N', 'L'}; /* principal, no sweep, no cross, live */

static void accepted_say(struct plain_venue *venue, const struct plain_order *order)
{
    uint8_t *at = message_new(venue, 'A', order->urn, 64);
    at[13] = order->side ? 'S' : 'B';
    number_put(at + 14, (uint64_t)(order->total / QTY_ONE), 4);
    memcpy(at + 18, venue->symbol[order->symbol], 8);
    number_put(at + 26, (uint64_t)(order->price / PRICE_PER_E4), 8);
    at[34] = order->immediate ? '3' : '0';
    at[35] = 'Y';
    number_put(at + 36, order->urn + 1000000u, 8);
    memcpy(at + 44, live, sizeof live);
}

static void replaced_say(struct plain_venue *venue, const struct plain_order *order)
{
    uint8_t *at = message_new(venue, 'U', order->was, 68);
    number_put(at + 13, order->urn, 4);
    at[17] = order->side ? 'S' : 'B';
    number_put(at + 18, (uint64_t)((order->total - order->cum) / QTY_ONE), 4);
    memcpy(at + 22, venue->symbol[order->symbol], 8);
    number_put(at + 30, (uint64_t)(order->price / PRICE_PER_E4), 8);
    at[38] = order->immediate ? '3' : '0';
    at[39] = 'Y';
    number_put(at + 40, order->urn + 1000000u, 8);
    memcpy(at + 48, live, sizeof live);
}

static void cancel(struct plain_venue *venue, struct plain_order *order, char reason)
{
    uint8_t *at = message_new(venue, 'C', order->urn, 18);
    number_put(at + 13, (uint64_t)((order->total - order->cum) / QTY_ONE), 4);
    at[17] = (uint8_t)reason;
    order_end(venue, order);
}

static void reject(struct plain_venue *venue, struct plain_order *order)
{
    uint8_t *at = message_new(venue, 'J', order->urn, 29);
    number_put(at + 13, 1, 2);
    order_end(venue, order);
}

static void execute(struct plain_venue *venue, struct plain_order *order, qty_t qty)
{
    uint8_t *at = message_new(venue, 'E', order->urn, 36);
    order->cum += qty;
    number_put(at + 13, (uint64_t)(qty / QTY_ONE), 4);
    number_put(at + 17, (uint64_t)(order->price / PRICE_PER_E4), 8);
    at[25] = 'A';
    number_put(at + 26, ++venue->matches, 8);
    if (venue->traded) venue->traded(order, qty);
    if (order->cum == order->total) order_end(venue, order);
}

static qty_t some_of(struct plain_venue *venue, const struct plain_order *order)
{
    uint64_t lots = (uint64_t)((order->total - order->cum) / QTY_ONE);
    return (qty_t)(draw(venue, 1, 3) == 1 ? lots : draw(venue, 1, lots)) * QTY_ONE;
}

/* Requests. */

static struct plain_order *enter_read(struct plain_venue *venue, const uint8_t *bytes)
{
    struct plain_order *order = order_new(venue, (uint32_t)number_at(bytes + 1, 4));
    order->side = bytes[5] == 'S';
    order->total = (qty_t)number_at(bytes + 6, 4) * QTY_ONE;
    order->price = (price_t)number_at(bytes + 18, 8) * PRICE_PER_E4;
    order->immediate = bytes[26] == '3';
    order->symbol = PLAIN_SYMBOLS;
    for (uint32_t i = 0; i < PLAIN_SYMBOLS; i++)
        if (memcmp(venue->symbol[i], bytes + 10, 8) == 0) order->symbol = i;
    return order;
}

static struct plain_order *replace_read(struct plain_venue *venue, const uint8_t *bytes)
{
    struct plain_order *order = order_new(venue, (uint32_t)number_at(bytes + 5, 4));
    order->was = (uint32_t)number_at(bytes + 1, 4);
    order->total = (qty_t)number_at(bytes + 9, 4) * QTY_ONE;
    order->price = (price_t)number_at(bytes + 13, 8) * PRICE_PER_E4;
    order->immediate = bytes[21] == '3';
    struct plain_order *was = plain_at(venue, order->was);
    CHECK(was->urn == order->was); /* what it never had cannot be replaced */
    order->side = was->side;
    order->symbol = was->symbol;
    was->heir = order->urn;
    return order;
}

struct plain_order *plain_request(struct plain_venue *venue, const uint8_t *bytes, uint32_t length,
                                  uint32_t strategy)
{
    CHECK(length <= PLAIN_BYTES);
    CHECK(venue->flight_end - venue->flight_first < PLAIN_FLIGHT);
    struct plain_message *message = &venue->flight[venue->flight_end++ % PLAIN_FLIGHT];
    message->length = length;
    memcpy(message->bytes, bytes, length);
    if (bytes[0] != 'O' && bytes[0] != 'U') return NULL;
    struct plain_order *order =
        bytes[0] == 'O' ? enter_read(venue, bytes) : replace_read(venue, bytes);
    order->strategy = strategy;
    return order;
}

static void enter_take(struct plain_venue *venue, struct plain_order *order)
{
    if (!venue->calm && draw(venue, 1, 12) == 1) {
        reject(venue, order);
        return;
    }
    order->state = PLAIN_LIVE;
    accepted_say(venue, order);
    if (order->immediate && draw(venue, 0, 1)) execute(venue, order, some_of(venue, order));
    if (order->immediate && order->state == PLAIN_LIVE) cancel(venue, order, 'I');
}

static void replace_take(struct plain_venue *venue, struct plain_order *order)
{
    struct plain_order *was = plain_at(venue, order->was);
    bool there = lives(venue, order->was);
    if (was->heir == order->urn) was->heir = 0;
    if (!there || (!venue->calm && draw(venue, 1, 12) == 1)) {
        reject(venue, order);
        return;
    }
    if (order->total <= was->cum) { /* nothing is left */
        order_end(venue, order);
        cancel(venue, was, 'U');
        return;
    }
    order->cum = was->cum;
    order->state = PLAIN_LIVE;
    order_end(venue, was);
    replaced_say(venue, order);
}

static void query_take(struct plain_venue *venue, const uint8_t *bytes)
{
    uint8_t *at = message_new(venue, 'Q', 1, 18);
    number_put(at + 13, 3, 2);
    at[15] = 2;
    at[16] = 28;
    at[17] = bytes[5];
}

bool plain_arrive(struct plain_venue *venue)
{
    if (venue->flight_first == venue->flight_end) return false;
    const struct plain_message *message = &venue->flight[venue->flight_first++ % PLAIN_FLIGHT];
    const uint8_t *bytes = message->bytes;
    uint32_t urn = (uint32_t)number_at(bytes + 1, 4);
    switch (bytes[0]) {
    case 'O': enter_take(venue, plain_at(venue, urn)); break;
    case 'U': replace_take(venue, plain_at(venue, (uint32_t)number_at(bytes + 5, 4))); break;
    case 'X':
        if (lives(venue, urn)) cancel(venue, plain_at(venue, urn), 'U');
        break;
    case 'Q': query_take(venue, bytes); break;
    default: UNREACHABLE("no such request is made");
    }
    return true;
}

void plain_happen(struct plain_venue *venue)
{
    if (venue->actives == 0) return;
    struct plain_order *order = plain_at(venue, venue->active[draw(venue, 0, venue->actives - 1)]);
    if (order->state != PLAIN_LIVE) return;
    if (draw(venue, 1, 8) == 1) cancel(venue, order, 'S');
    else execute(venue, order, some_of(venue, order));
}

void plain_cut(struct plain_venue *venue)
{
    for (uint64_t more = draw(venue, 0, 8); more > 0; more--) (void)plain_arrive(venue);
    for (; venue->flight_first != venue->flight_end; venue->flight_first++) {
        const uint8_t *bytes = venue->flight[venue->flight_first % PLAIN_FLIGHT].bytes;
        if (bytes[0] == 'O') order_end(venue, plain_at(venue, (uint32_t)number_at(bytes + 1, 4)));
        if (bytes[0] != 'U') continue;
        struct plain_order *order = plain_at(venue, (uint32_t)number_at(bytes + 5, 4));
        struct plain_order *was = plain_at(venue, order->was);
        if (was->heir == order->urn) was->heir = 0;
        order_end(venue, order);
    }
}

const struct plain_message *plain_heard(struct plain_venue *venue)
{
    if (venue->heard == venue->logged) return NULL;
    return &venue->log[venue->heard++ % PLAIN_LOG];
}
