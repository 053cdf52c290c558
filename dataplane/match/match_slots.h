#ifndef DATAPLANE_MATCH_MATCH_SLOTS_H
#define DATAPLANE_MATCH_MATCH_SLOTS_H

/* Slots of orders: taken, given back, and the list of each holder.  For this folder's files. */

#include "dataplane/match/match_ids.h"

/* The order joins the end of its holder's list.  Slot and holding 0 take stores in vain. */
static inline void holder_append(struct match *m, uint32_t slot, uint32_t holder)
{
    struct holding *holding = &m->holdings[holder];
    struct tie *tie = &m->ties[slot];
    uint32_t last = holding->orders_last;
    tie->prev = last;
    tie->next = 0;
    m->ties[last].next = slot;
    holding->orders_last = slot;
    holding->orders_first = number_or(holding->orders_first, slot, last == 0);
    holding->orders++;
}

static inline void holder_remove(struct match *m, uint32_t slot, uint32_t holder)
{
    struct holding *holding = &m->holdings[holder];
    const struct tie *tie = &m->ties[slot];
    uint32_t next = tie->next, prev = tie->prev;
    m->ties[prev].next = next;
    m->ties[next].prev = prev;
    holding->orders_first = number_or(holding->orders_first, next, prev == 0);
    holding->orders_last = number_or(holding->orders_last, prev, next == 0);
    holding->orders--;
}

static inline bool slots_left(const struct match *m, uint32_t count)
{
    return m->limits.orders - m->alive >= count;
}

/* The parts of slot_take and slot_give but for the id table. */
static inline uint32_t slot_pop(struct match *m, uint32_t holder)
{
    uint32_t slot = m->orders_free;
    struct order *order = &m->orders[slot];
    m->orders_free = order->next;
    m->alive++;
    order->holder = holder;
    if (m->limits.accounts != 0) holder_append(m, slot, holder);
    return slot;
}

static inline void slot_push(struct match *m, uint32_t slot)
{
    struct order *order = &m->orders[slot];
    if (m->limits.accounts != 0) holder_remove(m, slot, order->holder);
    order->id = 0;
    order->next = m->orders_free;
    m->orders_free = slot;
    m->alive--;
}

/* A slot for an order whose fields the caller writes, except id: in the id table and its holder's
 * list from now on.  There must be one left. */
static inline uint32_t slot_take(struct match *m, order_id_t id, uint32_t holder)
{
    uint32_t slot = slot_pop(m, holder);
    ids_insert(m, id, slot); /* reads the ids of others: this one's comes after */
    m->orders[slot].id = id;
    return slot;
}

/* The slot of an order without a special, which is in no queue, is free again. */
static inline void slot_give(struct match *m, uint32_t slot)
{
    ids_remove(m, m->orders[slot].id, slot);
    slot_push(m, slot);
}

#endif
