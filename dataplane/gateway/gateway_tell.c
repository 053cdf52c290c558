#include "dataplane/gateway/gateway_layout.h"

/* Reports to delegates: none is lost, however long a delegate does not look.
 *
 * What the dispatcher's queue has no room for waits here, in order, and follows as soon as there is
 * room.  When GATEWAY_MESSAGES wait here, a report of the kind and order of one that waits is added
 * to that one (executions: quantities add up, the price is their average); so the place needs room
 * for one of each kind for every order there can be while the delegate does not decide, and that
 * is bounded: without a decision a slot sends at most what it was last told to.  A delegate that
 * decides takes GATEWAY_MESSAGES at once, and asks for at most DELEGATE_INTENTS_MAX orders, of
 * which each makes at most five that do not merge.  What is merged is still exact in the journal,
 * the drop copy, the position and struct delegate_order. */

static_assert(GATEWAY_MESSAGES >= 5 * DELEGATE_INTENTS_MAX, "a decision takes more than it makes");

static struct message *waiting_at(const struct gateway_strategy *strategy, uint32_t turn)
{
    return &strategy->waiting[(strategy->waiting_first + turn) % strategy->waiting_most];
}

static void closes_settle(struct gateway *gateway, struct gateway_strategy *strategy)
{
    while (strategy->closes > 0) {
        strategy->closes--;
        enum dispatch_status status = dispatch_child_closed(gateway->dispatch, strategy->delegate);
        CHECK(status == DISPATCH_OK);
    }
}

static bool merge(struct message *into, const struct message *more)
{
    if (into->kind != more->kind || into->child != more->child) return false;
    if (more->kind == REPORT_FILLED) {
        gateway_wide worth =
            (gateway_wide)into->price * into->qty + (gateway_wide)more->price * more->qty;
        into->qty += more->qty;
        into->price = (price_t)(worth / into->qty);
    } else {
        into->price = more->price;
        into->qty = more->qty;
    }
    into->leaves = more->leaves;
    into->at_ns = more->at_ns;
    return true;
}

static void waiting_add(struct gateway *gateway, struct gateway_strategy *strategy,
                        const struct message *message)
{
    counter_one(&gateway->counts.report_waits);
    if (strategy->waiting_count >= GATEWAY_MESSAGES)
        for (uint32_t i = strategy->waiting_count; i-- > 0;)
            if (merge(waiting_at(strategy, i), message)) {
                counter_one(&gateway->counts.report_merged);
                return;
            }
    CHECK(strategy->waiting_count < strategy->waiting_most);
    *waiting_at(strategy, strategy->waiting_count++) = *message;
}

void gateway_tell_more(struct gateway *gateway, uint32_t number)
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    while (strategy->waiting_count > 0) {
        struct message *message = waiting_at(strategy, 0);
        enum dispatch_status status =
            dispatch_report(gateway->dispatch, strategy->delegate, message);
        if (status == DISPATCH_FULL) return;
        CHECK(status == DISPATCH_OK);
        strategy->waiting_first = (strategy->waiting_first + 1) % strategy->waiting_most;
        strategy->waiting_count--;
    }
    closes_settle(gateway, strategy);
}

/* Of a symbol that the feed has not listed yet: after a start, before the listings.  The truth is
 * shown with its first market; there is no instrument to name. */
static bool unlisted(const struct gateway *gateway, const struct gateway_news *news)
{
    return gateway->symbol[news->symbol].instrument == GATEWAY_NONE;
}

/* Where it may trade the symbol: not of an order of before the start in what is no leg of it any
 * more, which it would take for its first one. */
static bool is_its(const struct gateway *gateway, const struct gateway_strategy *strategy,
                   uint32_t symbol)
{
    uint32_t instrument = gateway->symbol[symbol].instrument;
    if (strategy->link[instrument] != symbol) return false;
    if (!strategy->legs) return true;
    for (uint32_t leg = 0; leg < strategy->plan.legs; leg++)
        if (strategy->legs[leg] == instrument + 1) return true;
    return false;
}

void gateway_tell(struct gateway *gateway, const struct gateway_news *news, nanos_t now)
{
    struct gateway_strategy *strategy = &gateway->strategy[news->strategy];
    if (strategy->delegate == DISPATCH_NONE || unlisted(gateway, news)) return;
    if (unlikely(!is_its(gateway, strategy, news->symbol))) {
        gateway_wake(gateway, news->strategy); /* its key may be free now */
        return;
    }
    struct message message = {
        .child = news->child,
        .price = news->price,
        .qty = news->qty,
        .leaves = news->leaves,
        .at_ns = now,
        .sequence = gateway->report_number,
        .key = news->key,
        .instrument = (uint16_t)gateway->symbol[news->symbol].instrument,
        .kind = (uint8_t)news->kind,
        .side = news->side,
    };
    if (strategy->waiting_count == 0) {
        enum dispatch_status status =
            dispatch_report(gateway->dispatch, strategy->delegate, &message);
        if (likely(status == DISPATCH_OK)) return;
        CHECK(status == DISPATCH_FULL);
    }
    waiting_add(gateway, strategy, &message);
}

void gateway_child(struct gateway *gateway, uint32_t number, bool opened)
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    if (strategy->delegate == DISPATCH_NONE) return;
    if (opened) {
        enum dispatch_status status = dispatch_child_opened(gateway->dispatch, strategy->delegate);
        CHECK(status == DISPATCH_OK);
        return;
    }
    strategy->closes++;
    if (strategy->waiting_count == 0) closes_settle(gateway, strategy);
}

void gateway_wake(struct gateway *gateway, uint32_t number)
{
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    if (strategy->delegate == DISPATCH_NONE) return;
    (void)!dispatch_wake(gateway->dispatch, strategy->delegate);
}

void gateway_wake_all(struct gateway *gateway, uint32_t number)
{
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    if (strategy->delegate == DISPATCH_NONE) return;
    (void)!dispatch_wake_all(gateway->dispatch, strategy->delegate);
}
