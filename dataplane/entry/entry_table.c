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
}

void record_end(struct entry *entry, uint32_t slot)
{
    struct entry_order *order = &entry->orders[slot];
    struct entry_session *session = &entry->sessions[order->session];
    sweep_leave(entry, slot);
    id_remove(entry, slot);
    if (order->before != 0) entry->orders[order->before].after = order->after;
    else session->first = order->after;
    if (order->after != 0) entry->orders[order->after].before = order->before;
    else session->last = order->before;
    session->orders--;
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

/* A total order, so that what is due first does not depend on which dead ones are still there. */
static bool timer_before(const struct entry_timer *a, const struct entry_timer *b)
{
    return a->time != b->time ? a->time < b->time : a->id < b->id;
}

static void timer_rise(struct entry_timer *heap, uint32_t at)
{
    struct entry_timer timer = heap[at];
    for (; at > 0 && timer_before(&timer, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = timer;
}

static void timer_sink(struct entry_timer *heap, uint32_t used, uint32_t at)
{
    struct entry_timer timer = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= used) break;
        if (child + 1 < used && timer_before(&heap[child + 1], &heap[child])) child++;
        if (!timer_before(&heap[child], &timer)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = timer;
}

void timer_insert(struct entry *entry, struct entry_timer timer)
{
    CHECK(entry->timers_used < entry->limits.timers);
    entry->timers[entry->timers_used] = timer;
    timer_rise(entry->timers, entry->timers_used++);
}

void timer_remove_first(struct entry *entry)
{
    entry->timers[0] = entry->timers[--entry->timers_used];
    if (entry->timers_used != 0) timer_sink(entry->timers, entry->timers_used, 0);
}

/* Timers of orders that have gone stay until somebody needs their place. */
bool timer_has_room(struct entry *entry)
{
    if (entry->timers_used < entry->limits.timers) return true;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entry->timers_used; i++) {
        struct match_order living;
        if (!match_order_of(entry->match, entry->timers[i].id, &living)) continue;
        entry->timers[kept] = entry->timers[i];
        timer_rise(entry->timers, kept++);
    }
    entry->timers_used = kept;
    return kept < entry->limits.timers;
}
