#include "apps/pollux-order/load.h"

#include <stdlib.h>
#include <string.h>

/* A slot is not FREE from the request until the order is gone.  open[0..open_count) are the slots
 * in state OPEN, each knowing its place there. */

#define CROSSING_OF 8u  /* one new order in so many */
#define DEPTH_TICKS 16u /* how far from the spread orders rest */

bool load_orders_open(struct load_orders *orders, const struct order_options *options)
{
    orders->options = options;
    orders->port = options->port;
    orders->slots = calloc(LOAD_SLOTS, sizeof *orders->slots);
    orders->open = calloc(LOAD_SLOTS, sizeof *orders->open);
    orders->next = 1;
    orders->random = options->seed;
    return orders->slots && orders->open;
}

void load_orders_close(struct load_orders *orders)
{
    free(orders->slots);
    free(orders->open);
    orders->slots = NULL;
    orders->open = NULL;
}

/* SplitMix64: below limit, which is small against 2^32. */
static uint32_t chance(struct load_orders *orders, uint32_t limit)
{
    uint64_t z = orders->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(((z >> 32) * limit) >> 32);
}

static struct load_slot *slot_of(const struct load_orders *orders, uint32_t number)
{
    return &orders->slots[number & (LOAD_SLOTS - 1)];
}

static void open_add(struct load_orders *orders, struct load_slot *slot)
{
    slot->state = LOAD_OPEN;
    slot->place = orders->open_count;
    orders->open[orders->open_count++] = slot->number & (LOAD_SLOTS - 1);
}

static void open_remove(struct load_orders *orders, const struct load_slot *slot)
{
    uint32_t last = orders->open[--orders->open_count];
    orders->open[slot->place] = last;
    orders->slots[last].place = slot->place;
}

/* Buys rest below the price, sells above it; who crosses goes as far as the others rest. */
static uint32_t price_of(const struct load_orders *orders, bool buys, bool crosses, uint32_t depth)
{
    const struct order_options *options = orders->options;
    uint32_t away = options->spread / 2 + (crosses ? DEPTH_TICKS : depth);
    uint32_t offset = away * options->tick_e4;
    bool above = buys == crosses;
    return above ? options->price_e4 + options->tick_e4 * (options->spread & 1) + offset
                 : options->price_e4 - offset;
}

static uint32_t enter_next(struct load_orders *orders, nanos_t due_ns, uint8_t *bytes)
{
    uint32_t left_out = 0;
    while (slot_of(orders, orders->next)->state != LOAD_FREE && left_out++ < 64) orders->next++;
    struct load_slot *slot = slot_of(orders, orders->next);
    if (slot->state != LOAD_FREE) return 0;
    bool crosses = chance(orders, CROSSING_OF) == 0, buys = chance(orders, 2) == 0;
    struct port_order order = {
        .side = buys ? 'B' : 'S',
        .lasts = crosses ? PORT_IMMEDIATE : PORT_DAY,
        .qty = 100 * (1 + chance(orders, 4)),
        .price_e4 = price_of(orders, buys, crosses, chance(orders, DEPTH_TICKS)),
    };
    memcpy(order.symbol, orders->options->symbol, sizeof order.symbol);
    memset(order.name, ' ', sizeof order.name);
    *slot = (struct load_slot){
        .due_ns = due_ns, .number = orders->next++, .leaves = order.qty, .state = LOAD_SENT};
    orders->unanswered++;
    orders->fresh++;
    orders->entered++;
    return port_enter(&orders->port, slot->number, &order, bytes);
}

uint32_t load_orders_cancel(struct load_orders *orders, nanos_t due_ns, uint8_t *bytes)
{
    if (orders->open_count == 0) return 0;
    struct load_slot *slot = &orders->slots[orders->open[chance(orders, orders->open_count)]];
    open_remove(orders, slot);
    slot->state = LOAD_CANCELING;
    slot->due_ns = due_ns;
    orders->unanswered++;
    orders->cancels++;
    return port_cancel(&orders->port, slot->number, 0, bytes);
}

uint32_t load_orders_next(struct load_orders *orders, nanos_t due_ns, uint8_t *bytes)
{
    uint32_t length = 0;
    /* With those on the way, so that new orders and cancels alternate within a batch too. */
    if (orders->open_count + orders->fresh >= orders->options->open)
        length = load_orders_cancel(orders, due_ns, bytes);
    if (length == 0) length = enter_next(orders, due_ns, bytes);
    if (length == 0) length = load_orders_cancel(orders, due_ns, bytes);
    orders->full += length == 0;
    return length;
}

/* Answers. */

static void answered(struct load_orders *orders, const struct load_slot *slot, nanos_t now)
{
    struct histogram *to = slot->state == LOAD_SENT ? &orders->enter_ns : &orders->cancel_ns;
    histogram_record_span(to, slot->due_ns, now);
    orders->fresh -= slot->state == LOAD_SENT;
    orders->unanswered--;
}

static void gone(struct load_orders *orders, struct load_slot *slot)
{
    if (slot->state == LOAD_OPEN) open_remove(orders, slot);
    slot->state = LOAD_FREE;
}

static void traded(struct load_orders *orders, struct load_slot *slot, uint32_t qty)
{
    orders->shares += qty;
    slot->leaves -= qty < slot->leaves ? qty : slot->leaves;
    if (slot->leaves > 0) return;
    if (slot->state == LOAD_CANCELING) { /* nothing will answer the cancel */
        orders->unanswered--;
        orders->overtaken++;
    }
    gone(orders, slot);
}

static void reduced(struct load_orders *orders, struct load_slot *slot,
                    const struct port_answer *answer, nanos_t now)
{
    bool asked = slot->state == LOAD_CANCELING;
    if (asked && answer->kind == PORT_CANCELED && answer->reason == 'U') {
        answered(orders, slot, now);
        gone(orders, slot);
        return;
    }
    slot->leaves -= answer->qty < slot->leaves ? answer->qty : slot->leaves;
    if (slot->leaves > 0) return;
    orders->unanswered -= asked;
    orders->overtaken += asked;
    gone(orders, slot);
}

void load_orders_heard(struct load_orders *orders, const struct port_answer *answer, nanos_t now)
{
    orders->answers[answer->kind]++;
    struct load_slot *slot = slot_of(orders, answer->number);
    if (slot->state == LOAD_FREE || slot->number != answer->number) return;
    if (answer->kind == PORT_ACCEPTED || answer->kind == PORT_REJECTED) {
        if (slot->state != LOAD_SENT) return;
        answered(orders, slot, now);
        slot->leaves = answer->qty;
        if (answer->dead) gone(orders, slot);
        else open_add(orders, slot);
    } else if (answer->kind == PORT_EXECUTED) {
        traded(orders, slot, answer->qty);
    } else if (answer->kind == PORT_CANCELED || answer->kind == PORT_SELF_MATCH) {
        reduced(orders, slot, answer, now);
    }
}
