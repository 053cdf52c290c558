#include "dataplane/route/dispatch_layout.h"

#include <string.h>

/* Cold: questions, and the walk over everything. */

const char *dispatch_status_name(enum dispatch_status status)
{
#define DISPATCH_STATUS_NAME(status_, name, meaning) [status_] = #name,
    static const char *const names[] = {DISPATCH_STATUSES(DISPATCH_STATUS_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(names));
    return names[status];
}

const char *dispatch_status_text(enum dispatch_status status)
{
#define DISPATCH_STATUS_TEXT(status_, name, meaning) [status_] = meaning,
    static const char *const texts[] = {DISPATCH_STATUSES(DISPATCH_STATUS_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(texts));
    return texts[status];
}

uint32_t dispatch_find_order(const struct dispatch *dispatch, order_id_t order)
{
    uint32_t slot = order_index_find(dispatch->orders, order);
    return slot ? dispatch->entry[slot].number : DISPATCH_NONE;
}

uint32_t dispatch_find_name(const struct dispatch *dispatch, const char *name)
{
    for (uint32_t slot = 1; slot <= dispatch->slot_highest; slot++) {
        const struct entry *entry = &dispatch->entry[slot];
        if (entry->place == PLACE_FREE || entry->identity.order != 0) continue;
        if (strcmp(entry->identity.name, name) == 0) return entry->number;
    }
    return DISPATCH_NONE;
}

bool dispatch_ready(const struct dispatch *dispatch)
{
    return dispatch->place[PLACE_MESSAGE].first || dispatch->place[PLACE_MARKET].first;
}

static uint32_t list_count(const struct list *list, struct links links)
{
    uint32_t count = 0;
    for (uint32_t slot = list->first; slot; slot = link_at(links, slot)->next) count++;
    return count;
}

bool dispatch_look(const struct dispatch *dispatch, uint32_t delegate,
                   struct dispatch_delegate *look)
{
    const struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return false;
    *look = (struct dispatch_delegate){
        .kind = entry->kind,
        .self = entry->self,
        .identity = entry->identity,
        .counts = entry->counts,
        .subscriptions = list_count(&entry->subscriptions, links_of_entry(dispatch)),
        .instruments_waiting = list_count(&entry->waiting, links_waiting(dispatch)),
        .messages_waiting = entry->messages,
        .children = entry->children,
        .on = entry->on,
        .closing = entry->closing,
    };
    return true;
}

const struct dispatch_counts *dispatch_counts(const struct dispatch *dispatch)
{
    return &dispatch->counts;
}

const struct market *dispatch_newest(const struct dispatch *dispatch, uint32_t instrument)
{
    CHECK(instrument < dispatch->limits.instruments);
    return &dispatch->instrument[instrument].newest;
}

/* Verification. */

/* Links agree in both directions, and the list ends within the pool's size.  Returns its length. */
static uint32_t list_verify(const struct list *list, struct links links, uint32_t slots)
{
    uint32_t count = 0, previous = 0;
    for (uint32_t slot = list->first; slot; slot = link_at(links, slot)->next) {
        CHECK(slot <= slots);
        CHECK(link_at(links, slot)->previous == previous);
        CHECK(++count <= slots);
        previous = slot;
    }
    CHECK(list->last == previous);
    return count;
}

static void subscription_verify(const struct dispatch *dispatch, uint32_t slot)
{
    const struct subscription *subscription = &dispatch->subscription[slot];
    if (!subscription->used) {
        CHECK(!link_joined(&subscription->waiting, slot));
        CHECK(!link_joined(&subscription->of_instrument, slot));
        return;
    }
    const struct entry *entry = &dispatch->entry[subscription->entry];
    const struct instrument *instrument = &dispatch->instrument[subscription->instrument];
    CHECK(subscription->instrument < dispatch->limits.instruments);
    CHECK(entry->place != PLACE_FREE);
    CHECK(!entry->closing);
    CHECK(link_joined(&subscription->of_entry, slot));
    CHECK(link_joined(&subscription->of_instrument, slot));
    CHECK(subscription_find(dispatch, entry, subscription->instrument) == slot);
    if (!link_joined(&subscription->waiting, slot))
        CHECK(subscription->version == instrument->version);
}

/* Returns how many subscriptions the entry has, and adds those that wait to *waiting. */
static uint32_t entry_verify(const struct dispatch *dispatch, uint32_t slot, uint32_t *waiting)
{
    const struct entry *entry = &dispatch->entry[slot];
    CHECK((entry->number & SLOT_MASK) == slot);
    CHECK(link_joined(&entry->link, slot) == (entry->place != PLACE_IDLE));
    if (entry->place == PLACE_FREE) return 0;
    CHECK(entry->place == entry_place(entry));
    CHECK(entry->messages <= dispatch->limits.messages);
    CHECK((entry->messages > 0) == (entry->what > 0));
    if (entry->identity.order)
        CHECK(order_index_find(dispatch->orders, entry->identity.order) == slot);

    uint32_t slots = dispatch->limits.subscriptions;
    *waiting += list_verify(&entry->waiting, links_waiting(dispatch), slots);
    for (uint32_t i = entry->subscriptions.first; i; i = dispatch->subscription[i].of_entry.next)
        CHECK(dispatch->subscription[i].entry == slot);
    for (uint32_t i = entry->waiting.first; i; i = dispatch->subscription[i].waiting.next)
        CHECK(dispatch->subscription[i].entry == slot);
    return list_verify(&entry->subscriptions, links_of_entry(dispatch), slots);
}

static void places_verify(const struct dispatch *dispatch)
{
    uint32_t listed = 0, idle = 0;
    for (enum place place = PLACE_MESSAGE; place < PLACE_COUNT; place++) {
        const struct list *list = &dispatch->place[place];
        listed += list_verify(list, links_place(dispatch), dispatch->limits.delegates);
        for (uint32_t slot = list->first; slot; slot = dispatch->entry[slot].link.next)
            CHECK(dispatch->entry[slot].place == place);
    }
    for (uint32_t slot = 1; slot <= dispatch->limits.delegates; slot++)
        idle += dispatch->entry[slot].place == PLACE_IDLE;
    CHECK(listed + idle == dispatch->limits.delegates);
}

void dispatch_verify(const struct dispatch *dispatch)
{
    uint32_t slots = dispatch->limits.subscriptions;
    uint32_t used = 0, waits = 0, of_entries = 0, of_instruments = 0, waiting = 0, orders = 0;
    places_verify(dispatch);
    for (uint32_t slot = 1; slot <= slots; slot++) {
        const struct subscription *subscription = &dispatch->subscription[slot];
        subscription_verify(dispatch, slot);
        used += subscription->used;
        waits += link_joined(&subscription->waiting, slot);
    }
    for (uint32_t slot = 1; slot <= dispatch->limits.delegates; slot++) {
        const struct entry *entry = &dispatch->entry[slot];
        of_entries += entry_verify(dispatch, slot, &waiting);
        orders += entry->place != PLACE_FREE && entry->identity.order != 0;
    }
    for (uint32_t i = 0; i < dispatch->limits.instruments; i++) {
        const struct list *list = &dispatch->instrument[i].subscribers;
        of_instruments += list_verify(list, links_of_instrument(dispatch), slots);
        for (uint32_t at = list->first; at; at = dispatch->subscription[at].of_instrument.next)
            CHECK(dispatch->subscription[at].instrument == i);
    }
    CHECK(of_entries == used);
    CHECK(of_instruments == used);
    CHECK(waits == waiting);
    CHECK(order_index_count(dispatch->orders) == orders);
    CHECK(used + list_verify(&dispatch->subscriptions_free, links_of_entry(dispatch), slots) ==
          slots);
}
