#include "tests/reference/plain_glimpse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (!memory) abort();
    return memory;
}

struct plain_day *plain_day_new(uint64_t messages, uint64_t bytes)
{
    struct plain_day *day = room(sizeof *day);
    day->bytes = room(bytes);
    day->at = room((messages + 2) * sizeof *day->at);
    day->counts_max = messages;
    day->bytes_max = bytes;
    return day;
}

void plain_day_free(struct plain_day *day)
{
    free(day->bytes);
    free(day->at);
    free(day);
}

void plain_day_add(struct plain_day *day, const uint8_t *message, uint32_t length)
{
    if (day->count == day->counts_max || day->bytes_used + 2 + length > day->bytes_max) abort();
    uint8_t *at = day->bytes + day->bytes_used;
    day->at[++day->count] = day->bytes_used;
    at[0] = (uint8_t)(length >> 8);
    at[1] = (uint8_t)length;
    memcpy(at + 2, message, length);
    day->bytes_used += 2 + length;
    day->at[day->count + 1] = day->bytes_used;
}

struct plain_state *plain_state_new(uint32_t orders, uint32_t locates)
{
    struct plain_state *state = room(sizeof *state);
    state->order = room(orders * sizeof *state->order);
    state->orders_max = orders;
    state->locates = locates;
    for (int i = 0; i < 4; i++) state->told[i] = room(locates * sizeof(uint64_t));
    return state;
}

void plain_state_free(struct plain_state *state)
{
    for (int i = 0; i < 4; i++) free(state->told[i]);
    free(state->order);
    free(state);
}

static uint64_t number_at(const uint8_t *at, int bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++) number = number << 8 | at[i];
    return number;
}

static struct plain_order *order_find(struct plain_state *state, uint64_t ref)
{
    for (uint32_t i = state->orders; i-- > 0;)
        if (state->order[i].ref == ref) return &state->order[i];
    return NULL;
}

static void order_leave(struct plain_state *state, struct plain_order *order)
{
    size_t index = (size_t)(order - state->order);
    memmove(order, order + 1, (state->orders - index - 1) * sizeof *order);
    state->orders--;
}

static void order_join(struct plain_state *state, const struct plain_order *order)
{
    if (state->orders == state->orders_max) abort();
    state->order[state->orders++] = *order;
}

static void order_reduce(struct plain_state *state, uint64_t ref, uint32_t shares)
{
    struct plain_order *order = order_find(state, ref);
    if (!order) abort();
    order->shares -= shares;
    if (order->shares == 0) order_leave(state, order);
}

static void message_apply(struct plain_state *state, const uint8_t *message, uint64_t number)
{
    uint16_t locate = (uint16_t)number_at(message + 1, 2);
    uint64_t ref = number_at(message + 11, 8);
    struct plain_order order;
    struct plain_order *old;
    switch (message[0]) {
    case 'S': state->phase = number; return;
    case 'R': state->told[0][locate] = number; return;
    case 'H': state->told[1][locate] = number; return;
    case 'Y': state->told[2][locate] = number; return;
    case 'h': state->told[3][locate] = number; return;
    case 'A':
    case 'F':
        order = (struct plain_order){
            .ref = ref,
            .locate = locate,
            .side = (char)message[19],
            .shares = (uint32_t)number_at(message + 20, 4),
            .price_e4 = (uint32_t)number_at(message + 32, 4),
        };
        memcpy(order.stock, message + 24, 8);
        order_join(state, &order);
        return;
    case 'E':
    case 'C':
    case 'X': order_reduce(state, ref, (uint32_t)number_at(message + 19, 4)); return;
    case 'D':
    case 'U':
        old = order_find(state, ref);
        if (!old) abort();
        order = *old;
        order_leave(state, old);
        if (message[0] == 'D') return;
        order.ref = number_at(message + 19, 8);
        order.shares = (uint32_t)number_at(message + 27, 4);
        order.price_e4 = (uint32_t)number_at(message + 31, 4);
        order_join(state, &order);
        return;
    default: return; /* nothing that a snapshot tells */
    }
}

void plain_state_after(struct plain_state *state, const struct plain_day *day, uint64_t last)
{
    state->orders = 0;
    state->phase = 0;
    for (int i = 0; i < 4; i++) memset(state->told[i], 0, state->locates * sizeof(uint64_t));
    for (uint64_t number = 1; number <= last; number++)
        message_apply(state, day->bytes + day->at[number] + 2, number);
}

static size_t packet_add(uint8_t *bytes, const uint8_t *message, uint32_t length)
{
    bytes[0] = (uint8_t)((length + 1) >> 8);
    bytes[1] = (uint8_t)(length + 1);
    bytes[2] = 'S';
    memcpy(bytes + 3, message, length);
    return length + 3;
}

static size_t told_add(const struct plain_day *day, uint64_t number, uint8_t *bytes)
{
    if (number == 0) return 0;
    const uint8_t *block = day->bytes + day->at[number];
    return packet_add(bytes, block + 2, (uint32_t)number_at(block, 2));
}

static void number_put(uint8_t *at, int bytes, uint64_t number)
{
    for (int i = bytes - 1; i >= 0; i--, number >>= 8) at[i] = (uint8_t)number;
}

size_t plain_glimpse_spin(const struct plain_state *state, const struct plain_day *day,
                          uint64_t next, uint8_t *bytes)
{
    size_t at = told_add(day, state->phase, bytes);
    for (int kind = 0; kind < 4; kind++)
        for (uint32_t locate = 0; locate < state->locates; locate++)
            at += told_add(day, state->told[kind][locate], bytes + at);
    for (uint32_t i = 0; i < state->orders; i++) {
        const struct plain_order *order = &state->order[i];
        uint8_t add[36] = {'A'};
        number_put(add + 1, 2, order->locate);
        number_put(add + 11, 8, order->ref);
        add[19] = (uint8_t)order->side;
        number_put(add + 20, 4, order->shares);
        memcpy(add + 24, order->stock, 8);
        number_put(add + 32, 4, order->price_e4);
        at += packet_add(bytes + at, add, sizeof add);
    }
    char end[32];
    snprintf(end, sizeof end, "G%20llu", (unsigned long long)next);
    return at + packet_add(bytes + at, (const uint8_t *)end, 21);
}
