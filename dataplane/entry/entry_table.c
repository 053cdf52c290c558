#include "dataplane/entry/entry_parts.h"

/* Orders by id, tokens, timers, and each session's list of orders by age.
 *
 * Ids and tokens are open-addressed tables with linear probing, at most half full.  An id is taken
 * out by moving back what was pushed past it, so that no marks are left behind; a token is never
 * taken out, but all of them are at once.  An id's entry is the order's slot: the id itself is in
 * the order, which is needed next anyway. */

static uint32_t id_home(const struct entry *entry, order_id_t id)
{
    return (uint32_t)entry_hash(entry, id) & entry->ids_mask;
}

uint32_t record_find(const struct entry *entry, order_id_t id)
{
    for (uint32_t i = id_home(entry, id);; i = (i + 1) & entry->ids_mask) {
        uint32_t slot = entry->ids[i];
        if (slot == 0 || entry->orders[slot].id == id) return slot;
    }
}

void record_expect(const struct entry *entry, order_id_t id)
{
    __builtin_prefetch(&entry->ids[id_home(entry, id)], 1);
}

void records_near(const struct entry *entry, order_id_t id, uint32_t *slots, uint32_t count)
{
    uint32_t home = id_home(entry, id), slot = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (slot != 0) slot = entry->ids[(home + i) & entry->ids_mask];
        slots[i] = slot;
    }
}

static void id_insert(struct entry *entry, uint32_t slot)
{
    uint32_t i = id_home(entry, entry->orders[slot].id);
    while (entry->ids[i] != 0) i = (i + 1) & entry->ids_mask;
    entry->ids[i] = slot;
}

static void id_remove(struct entry *entry, uint32_t slot)
{
    uint32_t mask = entry->ids_mask;
    uint32_t hole = id_home(entry, entry->orders[slot].id);
    while (entry->ids[hole] != slot) hole = (hole + 1) & mask;
    for (uint32_t i = (hole + 1) & mask; entry->ids[i] != 0; i = (i + 1) & mask) {
        uint32_t home = id_home(entry, entry->orders[entry->ids[i]].id);
        if (((i - home) & mask) < ((i - hole) & mask)) continue; /* it would come before its home */
        entry->ids[hole] = entry->ids[i];
        hole = i;
    }
    entry->ids[hole] = 0;
}

void record_insert(struct entry *entry, uint32_t slot)
{
    struct entry_order *order = &entry->orders[slot];
    struct entry_session *session = &entry->sessions[order->session];
    CHECK(slot == entry->free);
    entry->free = order->after;
    entry->used++;
    __builtin_prefetch(&entry->orders[entry->free], 1); /* the next draft */
    __builtin_prefetch(&entry->orders[entry->free].terms.given, 1);
    id_insert(entry, slot);
    order->before = session->last;
    order->after = 0;
    if (session->last != 0) entry->orders[session->last].after = slot;
    else session->first = slot;
    session->last = slot;
    session->orders++;
    session->living += order->lives;
}

void record_end(struct entry *entry, uint32_t slot)
{
    struct entry_order *order = &entry->orders[slot];
    struct entry_session *session = &entry->sessions[order->session];
    sweep_leave(entry, slot);
    if (unlikely(order->timer != 0)) timer_remove(entry, slot);
    id_remove(entry, slot);
    if (order->before != 0) entry->orders[order->before].after = order->after;
    else session->first = order->after;
    if (order->after != 0) entry->orders[order->after].before = order->before;
    else session->last = order->before;
    session->orders--;
    session->living -= order->lives;
    order->id = 0;
    order->after = entry->free;
    entry->free = slot;
    entry->used--;
}

static uint32_t token_home(const struct entry *entry, uint32_t session, struct text14 token)
{
    uint64_t low, high;
    memcpy(&low, token.byte, sizeof low);
    memcpy(&high, token.byte + sizeof token - sizeof high, sizeof high);
    uint64_t hash = entry_hash(entry, entry_hash(entry, low) + high + session);
    return (uint32_t)hash & entry->tokens_mask;
}

void token_expect(const struct entry *entry, uint32_t session, struct text14 token)
{
    __builtin_prefetch(&entry->tokens[token_home(entry, session, token)], 1);
}

/* Where the token is, or belongs. */
static uint32_t token_place(const struct entry *entry, uint32_t session, struct text14 token)
{
    uint32_t i = token_home(entry, session, token);
    for (; entry->tokens[i].n != 0; i = (i + 1) & entry->tokens_mask) {
        const struct entry_token *at = &entry->tokens[i];
        if (at->session == session && memcmp(&at->token, &token, sizeof token) == 0) break;
    }
    return i;
}

uint32_t token_find(const struct entry *entry, uint32_t session, struct text14 token)
{
    return entry->tokens[token_place(entry, session, token)].n;
}

void token_insert(struct entry *entry, const struct entry_token *token)
{
    CHECK(entry->tokens_used < entry->limits.tokens);
    entry->tokens[token_place(entry, token->session, token->token)] = *token;
    entry->tokens_used++;
}

void tokens_forget(struct entry *entry)
{
    memset(entry->tokens, 0, (entry->tokens_mask + 1ul) * sizeof *entry->tokens);
    entry->tokens_used = 0;
}

/* A total order, so that what is due first does not depend on what has been shown. */
static bool timer_before(const struct entry *entry, const struct entry_timer *a,
                         const struct entry_timer *b)
{
    return a->time != b->time ? a->time < b->time
                              : entry->orders[a->slot].id < entry->orders[b->slot].id;
}

static void timer_put(struct entry *entry, uint32_t at, struct entry_timer timer)
{
    entry->timers[at] = timer;
    entry->orders[timer.slot].timer = at + 1;
}

static void timer_rise(struct entry *entry, uint32_t at, struct entry_timer timer)
{
    const struct entry_timer *heap = entry->timers;
    for (; at > 0 && timer_before(entry, &timer, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        timer_put(entry, at, heap[(at - 1) / 2]);
    timer_put(entry, at, timer);
}

static void timer_sink(struct entry *entry, uint32_t at, struct entry_timer timer)
{
    const struct entry_timer *heap = entry->timers;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= entry->timers_used) break;
        if (child + 1 < entry->timers_used && timer_before(entry, &heap[child + 1], &heap[child]))
            child++;
        if (!timer_before(entry, &heap[child], &timer)) break;
        timer_put(entry, at, heap[child]);
        at = child;
    }
    timer_put(entry, at, timer);
}

void timer_insert(struct entry *entry, struct entry_timer timer)
{
    CHECK(entry->timers_used < entry->timers_room);
    entry->sessions[entry->orders[timer.slot].session].timed++;
    timer_rise(entry, entry->timers_used++, timer);
}

/* Few orders have one: those without are not to carry its registers. */
NOINLINE void timer_remove(struct entry *entry, uint32_t slot)
{
    struct entry_order *order = &entry->orders[slot];
    CHECK(order->timer != 0);
    uint32_t at = order->timer - 1;
    order->timer = 0;
    entry->sessions[order->session].timed--;
    struct entry_timer last = entry->timers[--entry->timers_used];
    if (at == entry->timers_used) return;
    bool rises = at > 0 && timer_before(entry, &last, &entry->timers[(at - 1) / 2]);
    if (rises) timer_rise(entry, at, last);
    else timer_sink(entry, at, last);
}
