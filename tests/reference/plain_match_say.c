/* Events: match_event.h says which fields a kind has. */

#include "tests/reference/plain_match_parts.h"

#include <stdlib.h>

struct match_event *plain_say(struct plain_match *plain, uint8_t kind)
{
    if (plain->events == plain->events_max) {
        plain->events_max = plain->events_max ? plain->events_max * 2 : 64;
        plain->event = realloc(plain->event, plain->events_max * sizeof plain->event[0]);
        CHECK(plain->event);
    }
    struct match_event *event = &plain->event[plain->events++];
    *event = (struct match_event){.number = plain->number, .step = plain->step++, .kind = kind};
    plain->events_made++;
    return event;
}

struct match_event *plain_say_of(struct plain_match *plain, uint8_t kind,
                                 const struct plain_order *order)
{
    struct match_event *event = plain_say(plain, kind);
    event->id = order->id;
    event->account = order->account;
    event->instrument = order->instrument;
    return event;
}

void plain_reject(struct plain_match *plain, const struct match_input *input, uint8_t reason)
{
    struct match_event *event = plain_say(plain, MATCH_REJECTED);
    event->number = input->number;
    event->id = input->id;
    event->account = input->account;
    event->instrument = input->instrument;
    event->reason = reason;
}

/* E4 */
void plain_say_status(struct plain_match *plain, const struct plain_order *order)
{
    uint8_t status = MATCH_PENDING;
    if (order->filled > 0) {
        if (order->open > 0) status = MATCH_PARTIALLY_FILLED;
        else if (order->closed == 0) status = MATCH_FILLED;
        else status = order->closed < order->filled ? MATCH_PARTIALLY_CLOSED : MATCH_CLOSED_OUT;
    }
    struct match_event *event = plain_say_of(plain, MATCH_STATUS, order);
    event->reason = status;
    event->qty = order->filled;
    event->left = order->filled - order->closed;
}

/* What is said as the price of an order that becomes less or ends. */
static price_t told_price(const struct plain_order *order)
{
    if (plain_is_stop(order)) return plain_trigger(order);
    if (order->type == MATCH_LIMIT || order->type == MATCH_STOP_LIMIT) return order->price;
    return 0;
}

void plain_say_canceled(struct plain_match *plain, const struct plain_order *order, qty_t left,
                        uint8_t reason)
{
    struct match_event *event = plain_say_of(plain, MATCH_CANCELED, order);
    event->side = order->side;
    event->price = told_price(order);
    event->left = left;
    event->reason = reason;
}

void plain_say_reduced(struct plain_match *plain, const struct plain_order *order, qty_t by,
                       uint8_t reason)
{
    struct match_event *event = plain_say_of(plain, MATCH_REDUCED, order);
    event->side = order->side;
    event->price = told_price(order);
    event->qty = by;
    event->left = order->open;
    event->reason = reason;
}

void plain_say_replaced(struct plain_match *plain, const struct plain_order *order, order_id_t old,
                        uint8_t flags)
{
    struct match_event *event = plain_say_of(plain, MATCH_REPLACED, order);
    event->other = old;
    event->side = order->side;
    event->price = flags & MATCH_PARKED ? plain_trigger(order) : order->price;
    event->qty = order->shown;
    event->left = order->open;
    event->flags = flags;
}

void plain_say_balance(struct plain_match *plain, uint32_t account, uint16_t asset)
{
    struct plain_balance *balance = plain_balance(plain, account, asset);
    struct match_event *event = plain_say(plain, MATCH_BALANCED);
    event->account = account;
    event->instrument = asset;
    event->qty = balance ? balance->total : 0;
    event->left = (int64_t)plain_reserved(plain, account, asset);
}

void plain_say_phase(struct plain_match *plain, uint16_t instrument)
{
    struct match_event *event = plain_say(plain, MATCH_PHASED);
    event->instrument = instrument;
    event->reason = (uint8_t)plain->instrument[instrument].phase;
}
