#include "dataplane/entry/entry_parts.h"

/* Every invariant of the ports' tables. */

static void verify_orders(const struct entry *entry)
{
    uint32_t used = 0, free = 0;
    for (uint32_t slot = 1; slot <= entry->limits.orders; slot++) {
        const struct entry_order *order = &entry->orders[slot];
        if (order->id == 0) continue;
        used++;
        CHECK(record_find(entry, order->id) == slot);
        CHECK(order->session < entry->limits.sessions);
        CHECK(order->id == entry_id(order->session, order->channel, order->n));
        CHECK(order->instrument < entry->limits.instruments);
        CHECK(order->told == (order->open != 0));
        CHECK(is_sell(order->terms.side) == is_sell(order->side_now));
    }
    CHECK(used == entry->used);
    for (uint32_t slot = entry->free; slot != 0; slot = entry->orders[slot].after) {
        CHECK(entry->orders[slot].id == 0);
        CHECK(++free <= entry->limits.orders);
    }
    CHECK(used + free == entry->limits.orders);
    uint32_t entries = 0;
    for (uint32_t i = 0; i <= entry->ids_mask; i++) entries += entry->ids[i] != 0;
    CHECK(entries == used);
}

static void verify_sessions(const struct entry *entry)
{
    uint32_t listed = 0;
    for (uint32_t i = 0; i < entry->limits.sessions; i++) {
        const struct entry_session *session = &entry->sessions[i];
        uint32_t before = 0, orders = 0, living = 0;
        bool swept = session->sweep.at == 0;
        for (uint32_t slot = session->first; slot != 0; slot = entry->orders[slot].after) {
            CHECK(entry->orders[slot].before == before);
            CHECK(entry->orders[slot].session == i);
            CHECK(entry->orders[slot].id != 0);
            swept |= session->sweep.at == slot;
            living += entry->orders[slot].lives;
            CHECK(++orders <= entry->used);
            before = slot;
        }
        CHECK(before == session->last);
        CHECK(orders == session->orders);
        CHECK(living == session->living);
        CHECK(swept);
        listed += orders;
    }
    CHECK(listed == entry->used);
}

static void verify_asks(const struct entry *entry)
{
    uint64_t number = 0;
    CHECK(entry->ask_last - entry->ask_first <= entry->limits.asks);
    for (uint64_t i = entry->ask_first; i != entry->ask_last; i++) {
        const struct entry_ask *ask = &entry->asks[i & (entry->limits.asks - 1)];
        CHECK(ask->number > number);
        CHECK(ask->kind != ASK_NONE);
        CHECK(ask->length <= ENTRY_ANSWER_MAX);
        number = ask->number;
    }
    CHECK(number <= entry->number);
}

static void verify_timers(const struct entry *entry)
{
    uint32_t timed = 0;
    CHECK(entry->timers_used <= entry->timers_room);
    for (uint32_t i = 0; i < entry->timers_used; i++) {
        const struct entry_timer *at = &entry->timers[i],
                                 *above = &entry->timers[(i > 0 ? i - 1 : 0) / 2];
        const struct entry_order *order = &entry->orders[at->slot];
        CHECK(order->id != 0);
        CHECK(order->timer == i + 1);
        if (i == 0) continue;
        CHECK(above->time <= at->time);
        CHECK(above->time < at->time || entry->orders[above->slot].id < order->id);
    }
    for (uint32_t slot = 1; slot <= entry->limits.orders; slot++)
        timed += entry->orders[slot].id != 0 && entry->orders[slot].timer != 0;
    CHECK(timed == entry->timers_used);
    for (uint32_t i = 0; i < entry->limits.sessions; i++) timed -= entry->sessions[i].timed;
    CHECK(timed == 0);
}

static void verify_tokens(const struct entry *entry)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i <= entry->tokens_mask; i++) {
        const struct entry_token *at = &entry->tokens[i];
        if (at->n == 0) continue;
        used++;
        CHECK(token_find(entry, at->session, at->token) == at->n);
        CHECK(at->n < entry->next_urn[(size_t)at->session * ENTRY_CHANNELS]);
    }
    CHECK(used == entry->tokens_used);
    CHECK(used <= entry->limits.tokens);
}

void entry_verify(const struct entry *entry)
{
    verify_orders(entry);
    verify_sessions(entry);
    verify_asks(entry);
    verify_timers(entry);
    verify_tokens(entry);
}
