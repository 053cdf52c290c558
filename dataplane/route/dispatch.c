#include "dataplane/route/dispatch_layout.h"

/* The hot side: markets and messages in, decisions out.  The layout and its invariants are in
 * dispatch_layout.h; who takes part is decided in dispatch_roster.c. */

/* Markets. */

static inline bool quote_differs(const struct market *a, const struct market *b)
{
    uint64_t prices = (uint64_t)(a->bid ^ b->bid) | (uint64_t)(a->ask ^ b->ask);
    uint64_t sizes = (uint64_t)(a->bid_qty ^ b->bid_qty) | (uint64_t)(a->ask_qty ^ b->ask_qty);
    uint32_t orders = (a->bid_orders ^ b->bid_orders) | (a->ask_orders ^ b->ask_orders);
    return (prices | sizes | orders) != 0;
}

/* Differences of totals are below half their range, so an upper half is a fall. */
static inline bool totals_fell(const struct market *from, const struct market *to)
{
    return (((to->volume - from->volume) >> 63) | ((to->trades - from->trades) >> 31)) != 0;
}

static COLD void totals_restart(struct dispatch *dispatch, const struct instrument *instrument)
{
    uint32_t slot = instrument->subscribers.first;
    while (slot) {
        struct subscription *subscription = &dispatch->subscription[slot];
        subscription->volume -= instrument->newest.volume;
        subscription->notional -= instrument->newest.notional;
        subscription->trades -= instrument->newest.trades;
        slot = subscription->of_instrument.next;
    }
}

void dispatch_market(struct dispatch *dispatch, const struct market *value)
{
    CHECK(value->instrument < dispatch->limits.instruments);
    DCHECK(value->state < MARKET_STATE_COUNT);
    struct instrument *instrument = &dispatch->instrument[value->instrument];
    if (unlikely(totals_fell(&instrument->newest, value))) totals_restart(dispatch, instrument);
    instrument->quotes += quote_differs(&instrument->newest, value) | (instrument->version == 0);
    instrument->version++;
    instrument->newest = *value;
    dispatch->counts.value++;

    uint32_t slot = instrument->subscribers.first;
    dispatch->counts.value_unwanted += slot == 0;
    while (slot) {
        uint32_t next = dispatch->subscription[slot].of_instrument.next;
        subscription_wake(dispatch, slot);
        slot = next;
    }
}

/* Messages. */

static enum dispatch_status instruction_check(const struct dispatch *dispatch,
                                              const struct entry *entry,
                                              const struct message *instruction)
{
    if (unlikely(!entry)) return DISPATCH_UNKNOWN_DELEGATE;
    if (unlikely(instruction->instrument >= dispatch->limits.instruments))
        return DISPATCH_UNKNOWN_INSTRUMENT;
    if (unlikely(entry->closing)) return DISPATCH_CLOSING;
    const struct dispatch_identity *identity = &entry->identity;
    if (unlikely(instruction->order != identity->order)) return DISPATCH_OTHER_ORDER;
    if (identity->order != 0) {
        if (unlikely(instruction->instrument != identity->instrument))
            return DISPATCH_OTHER_INSTRUMENT;
        if (unlikely(instruction->side != identity->side)) return DISPATCH_OTHER_SIDE;
    }
    if (unlikely(entry->messages == dispatch->limits.messages)) return DISPATCH_FULL;
    return DISPATCH_OK;
}

static enum dispatch_status report_check(const struct dispatch *dispatch, const struct entry *entry,
                                         const struct message *report)
{
    if (unlikely(!entry)) return DISPATCH_UNKNOWN_DELEGATE;
    if (unlikely(report->instrument >= dispatch->limits.instruments))
        return DISPATCH_UNKNOWN_INSTRUMENT;
    if (unlikely(entry->messages == dispatch->limits.messages)) return DISPATCH_FULL;
    return DISPATCH_OK;
}

static inline struct message *messages_of(const struct dispatch *dispatch,
                                          const struct entry *entry)
{
    return &dispatch->message[(size_t)entry_slot(dispatch, entry) * dispatch->limits.messages];
}

static void message_append(struct dispatch *dispatch, struct entry *entry,
                           const struct message *message, enum composite_part part)
{
    messages_of(dispatch, entry)[entry->messages++] = *message;
    entry->what |= 1u << part;
    entry_settle(dispatch, entry_slot(dispatch, entry));
}

enum dispatch_status dispatch_instruct(struct dispatch *dispatch, uint32_t delegate,
                                       const struct message *instruction)
{
    CHECK(!message_is_report(instruction));
    struct entry *entry = entry_find(dispatch, delegate);
    enum dispatch_status status = instruction_check(dispatch, entry, instruction);
    dispatch->counts.instruction[status]++;
    if (likely(status == DISPATCH_OK))
        message_append(dispatch, entry, instruction, COMPOSITE_INSTRUCTION);
    return status;
}

enum dispatch_status dispatch_report(struct dispatch *dispatch, uint32_t delegate,
                                     const struct message *report)
{
    CHECK(message_is_report(report));
    CHECK(report->kind < MESSAGE_KIND_COUNT);
    struct entry *entry = entry_find(dispatch, delegate);
    enum dispatch_status status = report_check(dispatch, entry, report);
    dispatch->counts.report[status]++;
    if (likely(status == DISPATCH_OK)) message_append(dispatch, entry, report, COMPOSITE_REPORT);
    return status;
}

/* Decisions. */

uint32_t subscription_find(const struct dispatch *dispatch, const struct entry *entry,
                           uint32_t instrument)
{
    uint32_t self = entry_slot(dispatch, entry);
    uint32_t mine = entry->subscriptions.first;
    uint32_t theirs = dispatch->instrument[instrument].subscribers.first;
    /* Ends with the shorter of the two lists: whatever is in both is found in either. */
    while (mine && theirs) {
        const struct subscription *a = &dispatch->subscription[mine];
        const struct subscription *b = &dispatch->subscription[theirs];
        if (a->instrument == instrument) return mine;
        if (b->entry == self) return theirs;
        mine = a->of_entry.next;
        theirs = b->of_instrument.next;
    }
    return 0;
}

/* Writes what is new of an instrument, and remembers that it was shown.
 *
 * The market was often stored a moment ago, in halves of cache lines.  A load that needs two of
 * those stores waits until both have left the core; so volume and notional, which lie across two of
 * them, must not be loaded as a pair, and nothing here or in struct trade_sum keeps them side by
 * side for a compiler to pair. */
static inline void subscription_show(struct dispatch *dispatch, struct entry *entry, uint32_t slot,
                                     struct composite *composite)
{
    struct subscription *subscription = &dispatch->subscription[slot];
    const struct instrument *instrument = &dispatch->instrument[subscription->instrument];
    const struct market *newest = &instrument->newest;
    if (likely(link_joined(&subscription->waiting, slot)))
        list_remove(&entry->waiting, links_waiting(dispatch), slot);

    uint32_t values = instrument->version - subscription->version;
    entry->counts.value += values > 0;
    entry->counts.conflated += values - (values > 0);

    uint32_t quotes = instrument->quotes - subscription->quotes;
    uint32_t trades = newest->trades - subscription->trades;
    uint64_t volume = newest->volume - subscription->volume;
    composite->quotes = quotes;
    composite->what |= (uint32_t)(quotes != 0) << COMPOSITE_QUOTE;
    composite->what |= (uint32_t)(newest->state != subscription->state) << COMPOSITE_STATE;
    if ((trades | volume) != 0) {
        composite->what |= 1u << COMPOSITE_TRADE;
        composite->trade = (struct trade_sum){.volume = volume,
                                              .trades = trades,
                                              .notional = newest->notional - subscription->notional,
                                              .last = newest->last,
                                              .last_qty = newest->last_qty};
        subscription->trades = newest->trades;
        subscription->volume = newest->volume;
        subscription->notional = newest->notional;
    }
    subscription->version = instrument->version;
    subscription->quotes = instrument->quotes;
    subscription->state = newest->state;
}

/* Instruments named by messages that were shown beside another instrument's picture. */
static void instruments_follow(struct dispatch *dispatch, struct entry *entry, uint32_t shown)
{
    const struct message *message = messages_of(dispatch, entry);
    for (uint32_t i = 1; i < entry->messages; i++) {
        if (likely(message[i].instrument == shown)) continue;
        uint32_t slot = subscription_find(dispatch, entry, message[i].instrument);
        if (slot && !link_joined(&dispatch->subscription[slot].waiting, slot))
            list_append(&entry->waiting, links_waiting(dispatch), slot);
    }
}

uint32_t dispatch_next(struct dispatch *dispatch, nanos_t now)
{
    uint32_t slot = dispatch->place[PLACE_MESSAGE].first;
    if (likely(slot == 0)) slot = dispatch->place[PLACE_MARKET].first;
    if (slot == 0) return DISPATCH_NONE;
    struct entry *entry = &dispatch->entry[slot];
    entry_move(dispatch, slot, PLACE_IDLE);

    struct composite composite = {.sequence = ++dispatch->counts.decision, .now = now};
    uint32_t subscription = entry->waiting.first;
    if (unlikely(entry->messages > 0)) {
        composite.message = messages_of(dispatch, entry);
        composite.messages = entry->messages;
        composite.what = entry->what;
        composite.instrument = composite.message[0].instrument;
        subscription = subscription_find(dispatch, entry, composite.instrument);
    } else {
        composite.instrument = dispatch->subscription[subscription].instrument;
    }
    composite.market = &dispatch->instrument[composite.instrument].newest;
    if (likely(subscription != 0)) subscription_show(dispatch, entry, subscription, &composite);

    if (dispatch->desk.complete) dispatch->desk.complete(dispatch->desk.context, slot, &composite);
    struct delegate_output *output = &dispatch->said.output;
    output->done = false;
    output->intents = 0;
    output->lost = 0;
    dispatch->said.delegate = entry->number;
    dispatch->said.instrument = composite.instrument;
    dispatch->said.what = composite.what;
    entry->decide(entry->self, &composite, output);
    if (unlikely(output->intents > DELEGATE_INTENTS_MAX)) { /* it may be a plug-in's number */
        output->lost += output->intents - DELEGATE_INTENTS_MAX;
        output->intents = DELEGATE_INTENTS_MAX;
    }
    entry->counts.decision++;
    if (unlikely(entry->messages > 0)) {
        instruments_follow(dispatch, entry, composite.instrument);
        entry->counts.message += entry->messages;
        entry->messages = 0;
        entry->what = 0;
    }
    if (unlikely(output->done)) entry_finish(dispatch, slot);
    else entry_settle(dispatch, slot);
    return entry->number;
}

const struct dispatch_said *dispatch_said(const struct dispatch *dispatch)
{
    return &dispatch->said;
}

void dispatch_overrun(struct dispatch *dispatch, uint32_t delegate)
{
    struct entry *entry = entry_find(dispatch, delegate);
    CHECK(entry != NULL);
    entry->counts.overrun++;
}
