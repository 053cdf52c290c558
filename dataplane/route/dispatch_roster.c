#include "dataplane/route/dispatch_layout.h"

#include <string.h>

/* Who takes part: delegates and subscriptions come and go.  Warm and cold; the hot side is in
 * dispatch.c. */

struct layout {
    size_t instruments;
    size_t subscriptions;
    size_t entries;
    size_t messages;
    size_t orders;
    size_t total;
};

static bool layout(struct layout *layout, const struct dispatch_limits *limits)
{
    if (limits->instruments < 1 || limits->instruments > DISPATCH_INSTRUMENTS_MAX) return false;
    if (limits->delegates < 1 || limits->delegates > DISPATCH_DELEGATES_MAX) return false;
    if (limits->subscriptions < 1 || limits->subscriptions > DISPATCH_SUBSCRIPTIONS_MAX)
        return false;
    if (limits->messages < 1 || limits->messages > DISPATCH_MESSAGES_MAX) return false;

    size_t slots = (size_t)limits->delegates + 1;
    layout->instruments = ALIGN_UP(sizeof(struct dispatch), CACHE_LINE);
    layout->subscriptions =
        layout->instruments + (size_t)limits->instruments * sizeof(struct instrument);
    layout->entries =
        layout->subscriptions + ((size_t)limits->subscriptions + 1) * sizeof(struct subscription);
    layout->messages = layout->entries + slots * sizeof(struct entry);
    layout->orders = layout->messages + slots * limits->messages * sizeof(struct message);
    layout->total = layout->orders + order_index_footprint(limits->delegates);
    return true;
}

size_t dispatch_footprint(const struct dispatch_limits *limits)
{
    struct layout parts;
    return layout(&parts, limits) ? parts.total : 0;
}

static void pools_fill(struct dispatch *dispatch)
{
    for (uint32_t i = 0; i < dispatch->limits.instruments; i++)
        dispatch->instrument[i].newest =
            (struct market){.state = MARKET_CLOSED, .instrument = (uint16_t)i};
    for (uint32_t slot = 1; slot <= dispatch->limits.subscriptions; slot++) {
        link_new(links_waiting(dispatch), slot);
        link_new(links_of_instrument(dispatch), slot);
        link_new(links_of_entry(dispatch), slot);
        list_append(&dispatch->subscriptions_free, links_of_entry(dispatch), slot);
    }
    for (uint32_t slot = 1; slot <= dispatch->limits.delegates; slot++) {
        dispatch->entry[slot].number = slot;
        link_new(links_place(dispatch), slot);
        entry_move(dispatch, slot, PLACE_FREE);
    }
}

struct dispatch *dispatch_new(void *memory, const struct dispatch_limits *limits)
{
    struct layout parts;
    CHECK(layout(&parts, limits));
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    uint8_t *bytes = memory;
    memset(bytes, 0, parts.total);
    struct dispatch *dispatch = memory;
    dispatch->limits = *limits;
    dispatch->instrument = (struct instrument *)(bytes + parts.instruments);
    dispatch->subscription = (struct subscription *)(bytes + parts.subscriptions);
    dispatch->entry = (struct entry *)(bytes + parts.entries);
    dispatch->message = (struct message *)(bytes + parts.messages);
    dispatch->orders = order_index_new(bytes + parts.orders, limits->delegates);
    pools_fill(dispatch);
    return dispatch;
}

void dispatch_desk(struct dispatch *dispatch, const struct dispatch_desk *desk)
{
    dispatch->desk = *desk;
}

/* Delegates. */

static enum dispatch_status identity_check(const struct dispatch *dispatch,
                                           const struct dispatch_identity *identity)
{
    if (identity->name[0] == '\0') return DISPATCH_BAD_IDENTITY;
    if (!memchr(identity->name, '\0', sizeof identity->name)) return DISPATCH_BAD_IDENTITY;
    if (identity->side > SIDE_SELL) return DISPATCH_BAD_IDENTITY;
    if (identity->order == 0) {
        bool known = dispatch_find_name(dispatch, identity->name) != DISPATCH_NONE;
        return known ? DISPATCH_KNOWN_NAME : DISPATCH_OK;
    }
    if (identity->instrument >= dispatch->limits.instruments) return DISPATCH_UNKNOWN_INSTRUMENT;
    if (order_index_find(dispatch->orders, identity->order)) return DISPATCH_KNOWN_ORDER;
    return DISPATCH_OK;
}

enum dispatch_status dispatch_add(struct dispatch *dispatch,
                                  const struct dispatch_identity *identity,
                                  const struct delegate_kind *kind, void *self, uint32_t *delegate)
{
    enum dispatch_status status = identity_check(dispatch, identity);
    if (status != DISPATCH_OK) return status;
    uint32_t slot = dispatch->place[PLACE_FREE].first;
    if (slot == 0) return DISPATCH_NO_DELEGATE_LEFT;

    struct entry *entry = &dispatch->entry[slot];
    entry_move(dispatch, slot, PLACE_IDLE);
    *entry = (struct entry){.decide = kind->decide,
                            .self = self,
                            .link = entry->link,
                            .number = entry->number,
                            .place = PLACE_IDLE,
                            .on = true,
                            .kind = kind,
                            .identity = *identity};
    if (identity->order) order_index_add(dispatch->orders, identity->order, slot);
    if (slot > dispatch->slot_highest) dispatch->slot_highest = slot;
    *delegate = entry->number;
    return DISPATCH_OK;
}

static void entry_take(struct dispatch *dispatch, uint32_t slot, struct dispatch_ended *ended)
{
    struct entry *entry = &dispatch->entry[slot];
    *ended = (struct dispatch_ended){.delegate = entry->number,
                                     .self = entry->self,
                                     .identity = entry->identity,
                                     .counts = entry->counts};
    if (entry->identity.order) order_index_remove(dispatch->orders, entry->identity.order);
    entry->number += 1u << SLOT_BITS;
    entry_move(dispatch, slot, PLACE_FREE);
}

bool dispatch_take_ended(struct dispatch *dispatch, struct dispatch_ended *ended)
{
    uint32_t slot = dispatch->place[PLACE_ENDED].first;
    if (slot == 0) return false;
    entry_take(dispatch, slot, ended);
    return true;
}

bool dispatch_take_this(struct dispatch *dispatch, uint32_t delegate, struct dispatch_ended *ended)
{
    const struct entry *entry = entry_find(dispatch, delegate);
    if (!entry || entry->place != PLACE_ENDED) return false;
    entry_take(dispatch, delegate & SLOT_MASK, ended);
    return true;
}

enum dispatch_status dispatch_switch(struct dispatch *dispatch, uint32_t delegate, bool on)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    entry->on = on;
    entry_settle(dispatch, delegate & SLOT_MASK);
    return DISPATCH_OK;
}

enum dispatch_status dispatch_child_opened(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    CHECK(entry->children < UINT32_MAX);
    entry->children++;
    entry_settle(dispatch, delegate & SLOT_MASK);
    return DISPATCH_OK;
}

enum dispatch_status dispatch_child_closed(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    CHECK(entry->children > 0);
    entry->children--;
    entry_settle(dispatch, delegate & SLOT_MASK);
    return DISPATCH_OK;
}

/* Subscriptions. */

static void subscription_end(struct dispatch *dispatch, uint32_t slot)
{
    struct subscription *subscription = &dispatch->subscription[slot];
    struct entry *entry = &dispatch->entry[subscription->entry];
    struct instrument *instrument = &dispatch->instrument[subscription->instrument];
    entry->counts.withdrawn += instrument->version - subscription->version;
    if (link_joined(&subscription->waiting, slot))
        list_remove(&entry->waiting, links_waiting(dispatch), slot);
    list_remove(&instrument->subscribers, links_of_instrument(dispatch), slot);
    list_remove(&entry->subscriptions, links_of_entry(dispatch), slot);
    list_append(&dispatch->subscriptions_free, links_of_entry(dispatch), slot);
    subscription->used = false;
}

void entry_finish(struct dispatch *dispatch, uint32_t slot)
{
    struct entry *entry = &dispatch->entry[slot];
    entry->closing = true;
    while (entry->subscriptions.first) subscription_end(dispatch, entry->subscriptions.first);
    entry_settle(dispatch, slot);
}

enum dispatch_status dispatch_finish(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    entry_finish(dispatch, delegate & SLOT_MASK);
    return DISPATCH_OK;
}

static enum dispatch_status subscribe_check(const struct dispatch *dispatch,
                                            const struct entry *entry, uint32_t instrument)
{
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    if (instrument >= dispatch->limits.instruments) return DISPATCH_UNKNOWN_INSTRUMENT;
    if (entry->closing) return DISPATCH_CLOSING;
    if (subscription_find(dispatch, entry, instrument)) return DISPATCH_SUBSCRIBED;
    if (dispatch->subscriptions_free.first == 0) return DISPATCH_NO_SUBSCRIPTION_LEFT;
    return DISPATCH_OK;
}

enum dispatch_status dispatch_subscribe(struct dispatch *dispatch, uint32_t delegate,
                                        uint32_t instrument)
{
    struct entry *entry = entry_find(dispatch, delegate);
    enum dispatch_status status = subscribe_check(dispatch, entry, instrument);
    if (status != DISPATCH_OK) return status;

    uint32_t slot = dispatch->subscriptions_free.first;
    list_remove(&dispatch->subscriptions_free, links_of_entry(dispatch), slot);
    struct instrument *source = &dispatch->instrument[instrument];
    struct subscription *subscription = &dispatch->subscription[slot];
    /* One value and one quote behind: so it is shown the newest, if there is one, as a change. */
    uint32_t behind = source->version > 0;
    subscription->version = source->version - behind;
    subscription->quotes = source->quotes - behind;
    subscription->volume = source->newest.volume;
    subscription->notional = source->newest.notional;
    subscription->trades = source->newest.trades;
    subscription->state = STATE_NEVER;
    subscription->entry = (uint16_t)entry_slot(dispatch, entry);
    subscription->instrument = (uint16_t)instrument;
    subscription->used = true;
    list_append(&source->subscribers, links_of_instrument(dispatch), slot);
    list_append(&entry->subscriptions, links_of_entry(dispatch), slot);
    if (behind) subscription_wake(dispatch, slot);
    return DISPATCH_OK;
}

enum dispatch_status dispatch_unsubscribe(struct dispatch *dispatch, uint32_t delegate,
                                          uint32_t instrument)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    if (instrument >= dispatch->limits.instruments) return DISPATCH_UNKNOWN_INSTRUMENT;
    uint32_t slot = subscription_find(dispatch, entry, instrument);
    if (slot == 0) return DISPATCH_NOT_SUBSCRIBED;
    subscription_end(dispatch, slot);
    entry_settle(dispatch, delegate & SLOT_MASK);
    return DISPATCH_OK;
}

/* What it decides about without news: the head of its subscriptions. */
enum dispatch_status dispatch_lead(struct dispatch *dispatch, uint32_t delegate,
                                   uint32_t instrument)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    if (instrument >= dispatch->limits.instruments) return DISPATCH_UNKNOWN_INSTRUMENT;
    uint32_t slot = subscription_find(dispatch, entry, instrument);
    if (slot == 0) return DISPATCH_NOT_SUBSCRIBED;
    list_remove(&entry->subscriptions, links_of_entry(dispatch), slot);
    list_prepend(&entry->subscriptions, links_of_entry(dispatch), slot);
    return DISPATCH_OK;
}

enum dispatch_status dispatch_wake(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    if (entry->subscriptions.first == 0) return DISPATCH_NOT_SUBSCRIBED;
    subscription_wake(dispatch, entry->subscriptions.first);
    return DISPATCH_OK;
}

enum dispatch_status dispatch_wake_all(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    if (!entry) return DISPATCH_UNKNOWN_DELEGATE;
    if (entry->subscriptions.first == 0) return DISPATCH_NOT_SUBSCRIBED;
    struct links links = links_of_entry(dispatch);
    for (uint32_t slot = entry->subscriptions.first; slot; slot = link_at(links, slot)->next)
        subscription_wake(dispatch, slot);
    return DISPATCH_OK;
}

bool dispatch_wanted(const struct dispatch *dispatch, uint32_t instrument)
{
    CHECK(instrument < dispatch->limits.instruments);
    return dispatch->instrument[instrument].subscribers.first != 0;
}

void dispatch_housekeeping(struct dispatch *dispatch, nanos_t now)
{
    for (uint32_t slot = 1; slot <= dispatch->slot_highest; slot++) {
        const struct entry *entry = &dispatch->entry[slot];
        const struct delegate_kind *kind = entry->kind;
        bool works = entry->place != PLACE_FREE && entry->place != PLACE_ENDED;
        if (!works || !entry->on) continue;
        if (kind->housekeeping) kind->housekeeping(entry->self, now);
        if (kind->wants && entry->subscriptions.first && kind->wants(entry->self, now))
            subscription_wake(dispatch, entry->subscriptions.first);
    }
}
