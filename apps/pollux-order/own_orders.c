#include "apps/pollux-order/own_orders.h"

#include <stdlib.h>
#include <string.h>

/* A table by number with linear probing, at most half full, never shrunk; a place once taken is
 * free again only when the table is built anew, without the orders that are over. */

#define ORDERS_FIRST (1u << 10)

bool own_orders_open(struct own_orders *orders)
{
    *orders = (struct own_orders){.capacity = ORDERS_FIRST, .next = 1};
    orders->at = calloc(orders->capacity, sizeof *orders->at);
    return orders->at != NULL;
}

void own_orders_close(struct own_orders *orders)
{
    free(orders->at);
    orders->at = NULL;
}

/* The place of number, or the free one where it belongs. */
static struct own_order *place_of(const struct own_orders *orders, uint32_t number)
{
    uint32_t at = number * 2654435769u;
    for (;; at++) {
        struct own_order *order = &orders->at[at & (orders->capacity - 1)];
        if (order->number == number || order->number == 0) return order;
    }
}

struct own_order *own_orders_find(const struct own_orders *orders, uint32_t number)
{
    if (number == 0) return NULL;
    struct own_order *order = place_of(orders, number);
    return order->number ? order : NULL;
}

struct own_order *own_orders_named(const struct own_orders *orders,
                                   const char name[PORT_NAME_BYTES])
{
    struct own_order *found = NULL;
    for (uint32_t i = 0; i < orders->capacity; i++) {
        struct own_order *order = &orders->at[i];
        if (order->number == 0 || order->state == OWN_DEAD || order->side == 0) continue;
        if (memcmp(order->name, name, sizeof order->name) != 0) continue;
        if (!found || order->number > found->number) found = order;
    }
    return found;
}

static void table_grow(struct own_orders *orders)
{
    struct own_orders old = *orders;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < old.capacity; i++)
        kept += old.at[i].number && old.at[i].state != OWN_DEAD;
    if (kept > old.capacity / 4) orders->capacity *= 2;
    orders->used = 0;
    orders->at = calloc(orders->capacity, sizeof *orders->at);
    CHECK(orders->at != NULL);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (old.at[i].number == 0 || old.at[i].state == OWN_DEAD) continue;
        *place_of(orders, old.at[i].number) = old.at[i];
        orders->used++;
    }
    free(old.at);
}

static void number_seen(struct own_orders *orders, uint32_t number)
{
    if (number >= orders->next && number < UINT32_MAX) orders->next = number + 1;
}

static struct own_order *order_make(struct own_orders *orders, uint32_t number)
{
    struct own_order *order = own_orders_find(orders, number);
    if (order) return order;
    if (orders->used + 1 > orders->capacity / 2) table_grow(orders);
    order = place_of(orders, number);
    orders->used++;
    *order = (struct own_order){.number = number};
    memset(order->name, ' ', sizeof order->name);
    number_seen(orders, number);
    return order;
}

/* What is owed. */

static void pending_end(struct own_orders *orders, struct own_order *order, enum own_state state)
{
    if (order->state == OWN_PENDING) orders->unanswered--;
    order->state = (uint8_t)state;
    order->doubt = order->asked && order->doubt;
}

static void asked_end(struct own_orders *orders, struct own_order *order)
{
    if (order->asked) orders->unanswered--;
    order->asked = false;
    order->doubt = order->state == OWN_PENDING && order->doubt;
}

/* Nothing more will be said of it, nor of what was asked for it. */
static void order_end(struct own_orders *orders, struct own_order *order)
{
    asked_end(orders, order);
    pending_end(orders, order, OWN_DEAD);
    order->leaves = 0;
    struct own_order *next = own_orders_find(orders, order->replacement);
    order->replacement = 0;
    if (next && next->state == OWN_PENDING) order_end(orders, next);
}

struct own_order *own_orders_ask(struct own_orders *orders, uint32_t number, uint32_t old,
                                 const struct port_order *terms)
{
    struct own_order *order = order_make(orders, number);
    CHECK(order->state == OWN_NONE);
    order->state = OWN_PENDING;
    order->side = terms->side;
    order->qty = order->leaves = terms->qty;
    order->price_e4 = terms->price_e4;
    order->expire_s = terms->expire_s;
    order->lasts = (uint8_t)terms->lasts;
    memcpy(order->symbol, terms->symbol, sizeof order->symbol);
    memcpy(order->name, terms->name, sizeof order->name);
    orders->unanswered++;
    struct own_order *before = own_orders_find(orders, old);
    order->old = old;
    if (before) before->replacement = number;
    return order;
}

void own_orders_ask_less(struct own_orders *orders, struct own_order *order)
{
    if (!order->asked) orders->unanswered++;
    order->asked = true;
}

/* Answers. */

static void terms_take(struct own_order *order, const struct port_answer *answer)
{
    order->side = answer->side;
    order->price_e4 = answer->price_e4;
    order->lasts = (uint8_t)answer->lasts;
    if (answer->expire_s) order->expire_s = answer->expire_s;
    memcpy(order->symbol, answer->symbol, sizeof order->symbol);
}

static void accepted(struct own_orders *orders, struct own_order *order,
                     const struct port_answer *answer)
{
    terms_take(order, answer);
    pending_end(orders, order, OWN_LIVE);
    order->leaves = order->qty = answer->qty;
    if (answer->dead) order_end(orders, order);
}

static void replaced(struct own_orders *orders, struct own_order *order,
                     const struct port_answer *answer)
{
    terms_take(order, answer);
    pending_end(orders, order, OWN_LIVE);
    struct own_order *old = own_orders_find(orders, answer->other);
    if (old) {
        order->cum = old->cum;
        old->replacement = 0;
        order_end(orders, old);
    }
    order->leaves = answer->qty;
    order->qty = answer->qty + order->cum;
    if (answer->dead) order_end(orders, order);
}

static void reduced(struct own_orders *orders, struct own_order *order,
                    const struct port_answer *answer)
{
    uint32_t less = answer->qty < order->leaves ? answer->qty : order->leaves;
    order->leaves -= less;
    if (answer->kind == PORT_EXECUTED) order->cum += answer->qty;
    else order->qty -= less < order->qty ? less : order->qty;
    if (answer->kind == PORT_CANCELED) asked_end(orders, order);
    if (order->leaves == 0 && order->state != OWN_NONE) order_end(orders, order);
}

static void rejected(struct own_orders *orders, struct own_order *order)
{
    order_end(orders, order);
    struct own_order *old = own_orders_find(orders, order->old);
    if (old && old->replacement == order->number) old->replacement = 0;
}

static void changed(struct own_orders *orders, struct own_order *order,
                    const struct port_answer *answer)
{
    switch (answer->kind) {
    case PORT_ACCEPTED: accepted(orders, order, answer); return;
    case PORT_REPLACED: replaced(orders, order, answer); return;
    case PORT_CANCELED:
    case PORT_SELF_MATCH:
    case PORT_EXECUTED: reduced(orders, order, answer); return;
    case PORT_REJECTED: rejected(orders, order); return;
    case PORT_MASS_CANCELED: order_end(orders, order); return;
    case PORT_CANCEL_PENDING:
    case PORT_CANCEL_REJECTED: asked_end(orders, order); return;
    case PORT_PRIORITY: order->price_e4 = answer->price_e4; return;
    case PORT_MODIFIED:
        order->side = answer->side;
        order->leaves = answer->qty;
        order->qty = answer->qty + order->cum;
        asked_end(orders, order);
        if (order->leaves == 0) order_end(orders, order);
        return;
    case PORT_DAY_EVENT:
    case PORT_BROKEN:
    case PORT_RESTATED:
    case PORT_FIRM_DISABLED:
    case PORT_FIRM_ENABLED:
    case PORT_NEXT_NUMBER:
    case PORT_TRADE_NOW:
    case PORT_CORRECTED:
    case PORT_KIND_COUNT: return;
    }
}

struct own_order *own_orders_apply(struct own_orders *orders, const struct port_answer *answer)
{
    if (answer->kind == PORT_NEXT_NUMBER) {
        if (answer->number > orders->next) orders->next = answer->number;
        return NULL;
    }
    if (answer->number == 0) return NULL;
    number_seen(orders, answer->number);
    bool makes = answer->kind == PORT_ACCEPTED || answer->kind == PORT_REPLACED;
    struct own_order *order =
        makes ? order_make(orders, answer->number) : own_orders_find(orders, answer->number);
    if (!order) return NULL;
    bool named = memcmp(order->name, "              ", sizeof order->name) != 0;
    if (makes && !named) memcpy(order->name, answer->name, sizeof order->name);
    changed(orders, order, answer);
    return own_orders_find(orders, answer->number);
}

/* Doubts. */

uint32_t own_orders_doubt(struct own_orders *orders)
{
    for (uint32_t i = 0; i < orders->capacity; i++) {
        struct own_order *order = &orders->at[i];
        if (order->number && (order->state == OWN_PENDING || order->asked)) order->doubt = true;
    }
    return orders->unanswered;
}

static int by_number(const void *a, const void *b)
{
    uint32_t first = (*(const struct own_order *const *)a)->number;
    uint32_t second = (*(const struct own_order *const *)b)->number;
    return first < second ? -1 : first > second;
}

/* Memory that the caller frees: the orders of which this is true, by number. */
typedef bool order_is_fn(const struct own_order *order);

static const struct own_order **list_make(const struct own_orders *orders, order_is_fn *is,
                                          uint32_t *count)
{
    const struct own_order **list = calloc((size_t)orders->used + 1, sizeof(void *));
    *count = 0;
    CHECK(list != NULL);
    for (uint32_t i = 0; i < orders->capacity; i++)
        if (orders->at[i].number && is(&orders->at[i])) list[(*count)++] = &orders->at[i];
    qsort((void *)list, *count, sizeof(void *), by_number);
    return list;
}

static bool in_doubt(const struct own_order *order)
{
    return order->doubt;
}

void own_orders_settle(struct own_orders *orders, own_lost_fn *on_lost, void *context)
{
    uint32_t count;
    const struct own_order **list = list_make(orders, in_doubt, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct own_order *order = own_orders_find(orders, list[i]->number);
        if (!order->doubt) continue; /* it went with another */
        on_lost(context, order, order->state != OWN_PENDING);
        if (order->state == OWN_PENDING) rejected(orders, order);
        else asked_end(orders, order);
        order->doubt = false;
    }
    free((void *)list);
}

static bool is_open(const struct own_order *order)
{
    return order->side && (order->state == OWN_PENDING || order->state == OWN_LIVE);
}

const struct own_order **own_orders_open_list(const struct own_orders *orders, uint32_t *count)
{
    return list_make(orders, is_open, count);
}
