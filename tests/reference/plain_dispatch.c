#include "tests/reference/plain_dispatch.h"

#include <string.h>

void plain_dispatch_new(struct plain_dispatch *plain, uint32_t messages_max)
{
    memset(plain, 0, sizeof *plain);
    plain->messages_max = messages_max;
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++)
        plain->newest[i] = (struct market){.state = MARKET_CLOSED, .instrument = (uint16_t)i};
}

static bool anything_waits(const struct plain_delegate *delegate)
{
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++)
        if (delegate->view[i].waits_since) return true;
    return false;
}

static enum plain_turn turn_of(const struct plain_delegate *delegate)
{
    if (!delegate->used) return PLAIN_NO_TURN;
    if (delegate->on && delegate->messages > 0) return PLAIN_FOR_MESSAGES;
    if (delegate->on && anything_waits(delegate)) return PLAIN_FOR_MARKETS;
    if (delegate->closing && delegate->messages == 0 && delegate->children == 0)
        return PLAIN_TO_BE_TAKEN_OUT;
    return PLAIN_NO_TURN;
}

/* A turn begins to be waited for when its reason appears, and anew after each decision. */
static void turn_note(struct plain_dispatch *plain, struct plain_delegate *delegate, bool decided)
{
    enum plain_turn turn = turn_of(delegate);
    if (turn == delegate->turn && !decided) return;
    delegate->turn = turn;
    delegate->turn_since = ++plain->clock;
}

static uint32_t longest_waiting(const struct plain_dispatch *plain, enum plain_turn turn)
{
    uint32_t found = PLAIN_NOBODY;
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        const struct plain_delegate *delegate = &plain->delegate[i];
        if (delegate->turn != turn) continue;
        if (found == PLAIN_NOBODY || delegate->turn_since < plain->delegate[found].turn_since)
            found = i;
    }
    return found;
}

uint32_t plain_dispatch_add(struct plain_dispatch *plain)
{
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        if (plain->delegate[i].used) continue;
        plain->delegate[i] = (struct plain_delegate){.used = true, .on = true};
        return i;
    }
    return PLAIN_NOBODY;
}

static bool same_quote(const struct market *a, const struct market *b)
{
    return a->bid == b->bid && a->ask == b->ask && a->bid_qty == b->bid_qty &&
           a->ask_qty == b->ask_qty && a->bid_orders == b->bid_orders &&
           a->ask_orders == b->ask_orders;
}

/* The subscriber of instrument that joined first of those that joined after moment. */
static uint32_t subscriber_after(const struct plain_dispatch *plain, uint32_t instrument,
                                 uint64_t moment)
{
    uint32_t found = PLAIN_NOBODY;
    uint64_t earliest = UINT64_MAX;
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        const struct plain_view *view = &plain->delegate[i].view[instrument];
        if (!plain->delegate[i].used || !view->joined || view->joined_at <= moment) continue;
        if (view->joined_at >= earliest) continue;
        earliest = view->joined_at;
        found = i;
    }
    return found;
}

void plain_dispatch_market(struct plain_dispatch *plain, const struct market *value,
                           const struct plain_trade *trades, uint32_t count)
{
    uint32_t instrument = value->instrument;
    bool quote = !plain->known[instrument] || !same_quote(value, &plain->newest[instrument]);
    plain->known[instrument] = true;
    plain->newest[instrument] = *value;

    uint64_t moment = 0;
    for (uint32_t i; (i = subscriber_after(plain, instrument, moment)) != PLAIN_NOBODY;) {
        struct plain_view *view = &plain->delegate[i].view[instrument];
        moment = view->joined_at;
        view->values++;
        view->quotes += quote;
        for (uint32_t t = 0; t < count; t++) {
            view->trades++;
            view->volume += (uint64_t)trades[t].qty;
            view->notional += (uint64_t)(trades[t].price * trades[t].qty / QTY_ONE);
        }
        if (!view->waits_since) view->waits_since = ++plain->clock;
        turn_note(plain, &plain->delegate[i], false);
    }
}

bool plain_dispatch_message(struct plain_dispatch *plain, uint32_t delegate,
                            const struct message *message)
{
    struct plain_delegate *to = &plain->delegate[delegate];
    if (to->messages == plain->messages_max) return false;
    to->message[to->messages++] = *message;
    turn_note(plain, to, false);
    return true;
}

void plain_dispatch_subscribe(struct plain_dispatch *plain, uint32_t delegate, uint32_t instrument)
{
    struct plain_view *view = &plain->delegate[delegate].view[instrument];
    *view = (struct plain_view){
        .joined = true, .joined_at = ++plain->clock, .state_shown = PLAIN_STATE_NEVER};
    if (plain->known[instrument]) {
        view->values = view->quotes = 1;
        view->waits_since = ++plain->clock;
    }
    turn_note(plain, &plain->delegate[delegate], false);
}

void plain_dispatch_unsubscribe(struct plain_dispatch *plain, uint32_t delegate,
                                uint32_t instrument)
{
    struct plain_delegate *from = &plain->delegate[delegate];
    from->withdrawn += from->view[instrument].values;
    from->view[instrument] = (struct plain_view){0};
    turn_note(plain, from, false);
}

void plain_dispatch_switch(struct plain_dispatch *plain, uint32_t delegate, bool on)
{
    plain->delegate[delegate].on = on;
    turn_note(plain, &plain->delegate[delegate], false);
}

void plain_dispatch_finish(struct plain_dispatch *plain, uint32_t delegate)
{
    struct plain_delegate *finished = &plain->delegate[delegate];
    finished->closing = true;
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++) {
        finished->withdrawn += finished->view[i].values;
        finished->view[i] = (struct plain_view){0};
    }
    turn_note(plain, finished, false);
}

void plain_dispatch_children(struct plain_dispatch *plain, uint32_t delegate, int more)
{
    plain->delegate[delegate].children += (uint32_t)more;
    turn_note(plain, &plain->delegate[delegate], false);
}

/* Which instrument the delegate decides about. */
static uint32_t instrument_of(const struct plain_delegate *delegate)
{
    if (delegate->messages > 0) return delegate->message[0].instrument;
    uint32_t found = 0;
    uint64_t earliest = UINT64_MAX;
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++) {
        uint64_t since = delegate->view[i].waits_since;
        if (since == 0 || since >= earliest) continue;
        earliest = since;
        found = i;
    }
    return found;
}

static void view_show(struct plain_delegate *delegate, struct plain_view *view,
                      const struct market *newest, struct plain_decision *decision)
{
    bool traded = view->trades > 0;
    decision->quotes = view->quotes;
    if (view->quotes > 0) decision->what |= 1u << COMPOSITE_QUOTE;
    if (view->state_shown != newest->state) decision->what |= 1u << COMPOSITE_STATE;
    if (traded) {
        decision->what |= 1u << COMPOSITE_TRADE;
        decision->trade = (struct trade_sum){.last = newest->last,
                                             .last_qty = newest->last_qty,
                                             .volume = view->volume,
                                             .notional = view->notional,
                                             .trades = view->trades};
    }
    if (view->values > 0) {
        delegate->shown++;
        delegate->conflated += view->values - 1;
    }
    *view = (struct plain_view){
        .joined = true, .joined_at = view->joined_at, .state_shown = newest->state};
}

uint32_t plain_dispatch_next(struct plain_dispatch *plain, struct plain_decision *decision)
{
    uint32_t found = longest_waiting(plain, PLAIN_FOR_MESSAGES);
    if (found == PLAIN_NOBODY) found = longest_waiting(plain, PLAIN_FOR_MARKETS);
    if (found == PLAIN_NOBODY) return PLAIN_NOBODY;

    struct plain_delegate *delegate = &plain->delegate[found];
    uint32_t instrument = instrument_of(delegate);
    *decision = (struct plain_decision){.instrument = instrument,
                                        .market = plain->newest[instrument],
                                        .messages = delegate->messages};
    for (uint32_t i = 0; i < delegate->messages; i++) {
        decision->message[i] = delegate->message[i];
        bool report = delegate->message[i].kind >= REPORT_FIRST;
        decision->what |= 1u << (report ? COMPOSITE_REPORT : COMPOSITE_INSTRUCTION);
    }
    if (delegate->view[instrument].joined)
        view_show(delegate, &delegate->view[instrument], &plain->newest[instrument], decision);
    for (uint32_t i = 0; i < delegate->messages; i++) {
        struct plain_view *view = &delegate->view[delegate->message[i].instrument];
        bool other = delegate->message[i].instrument != instrument;
        if (other && view->joined && !view->waits_since) view->waits_since = ++plain->clock;
    }
    delegate->messages = 0;
    turn_note(plain, delegate, true);
    return found;
}

uint32_t plain_dispatch_take_ended(struct plain_dispatch *plain)
{
    uint32_t found = longest_waiting(plain, PLAIN_TO_BE_TAKEN_OUT);
    if (found != PLAIN_NOBODY) plain->delegate[found] = (struct plain_delegate){0};
    return found;
}

bool plain_dispatch_wanted(const struct plain_dispatch *plain, uint32_t instrument)
{
    return subscriber_after(plain, instrument, 0) != PLAIN_NOBODY;
}

uint32_t plain_dispatch_subscriptions(const struct plain_dispatch *plain)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++)
        for (uint32_t k = 0; k < PLAIN_INSTRUMENTS; k++)
            count += plain->delegate[i].used && plain->delegate[i].view[k].joined;
    return count;
}
