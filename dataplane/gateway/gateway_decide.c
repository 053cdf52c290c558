#include "dataplane/gateway/gateway_layout.h"

/* Markets in, decisions, and their intents, or those from outside, on their way to the slots. */

/* The desk. */

enum trading_state gateway_trading(const struct gateway *gateway,
                                   const struct gateway_strategy *strategy, uint32_t symbol)
{
    if (symbol == GATEWAY_NONE) return TRADING_NOWHERE;
    uint32_t number = (uint32_t)(strategy - gateway->strategy);
    const struct risk *risk = gateway->risk;
    enum risk_state state = risk_state(risk, RISK_BOX, 0);
    uint32_t at = gateway->symbol[symbol].venue; /* of an order of before the start, any */
    enum risk_state venue = risk_state(risk, RISK_VENUE, at);
    enum risk_state own = risk_state(risk, RISK_STRATEGY, number);
    enum risk_state of = risk_state(risk, RISK_SYMBOL, symbol);
    if (venue > state) state = venue;
    if (own > state) state = own;
    if (of > state) state = of;
    if (state == RISK_HALTED || risk_tripped(risk, number)) return TRADING_HALTED;
    if (gateway->away != 0 && (gateway_lacks(gateway, strategy) || gateway->away >> at & 1))
        return TRADING_AWAY;
    return state == RISK_REDUCE_ONLY ? TRADING_REDUCE_ONLY : TRADING_ACTIVE;
}

static uint16_t leg_of(const struct gateway_strategy *strategy, uint32_t instrument)
{
    if (strategy->leg) return strategy->leg[instrument];
    for (uint32_t leg = 0; leg < strategy->plan.legs; leg++)
        if (strategy->legs[leg] == instrument + 1) return (uint16_t)leg;
    return 0;
}

/* A configuration may have had its orders elsewhere before: what it traded there is its own too. */
static void traded_show(const struct gateway *gateway, uint32_t strategy,
                        struct composite *composite)
{
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        uint32_t symbol = gateway->venue[i].link[composite->instrument];
        if (symbol == GATEWAY_NONE) continue;
        const struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
        composite->bought += hold->bought;
        composite->sold += hold->sold;
    }
}

void gateway_complete(void *context, uint32_t place, struct composite *composite)
{
    static const struct delegate_terms nowhere;
    const struct gateway *gateway = context;
    uint32_t number = gateway->by_place[place];
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    uint32_t symbol = strategy->link[composite->instrument];
    composite->leg = leg_of(strategy, composite->instrument);
    composite->order = strategy->order;
    composite->orders = strategy->orders;
    composite->uniques = strategy->uniques;
    traded_show(gateway, number, composite);
    composite->trading = (uint8_t)gateway_trading(gateway, strategy, symbol);
    composite->terms = &nowhere;
    if (symbol == GATEWAY_NONE) return;
    composite->terms = &gateway->symbol[symbol].terms;
    composite->position = gateway_hold_at(gateway, number, symbol)->position;
}

/* Markets. */

static price_t reference_of(const struct market *market)
{
    if (market->bid > 0 && market->ask > market->bid)
        return market->bid + (market->ask - market->bid) / 2;
    return market->last;
}

static void symbol_price(struct gateway *gateway, uint32_t number, price_t price, nanos_t at)
{
    struct gateway_symbol *symbol = &gateway->symbol[number];
    symbol->mark = price;
    symbol->mark_at = at;
    risk_reference(gateway->risk, number, price, at);
    if (unlikely(!symbol->marked)) { /* nothing passes before the first one */
        risk_mark(gateway->risk, number, price, at);
        symbol->marked = true;
        gateway_first_mark(gateway, number);
    } else if (!symbol->due) {
        symbol->due = true;
        symbol->marks = gateway->mark_due;
        gateway->mark_due = number;
    }
}

static void opening_over(struct gateway *gateway, uint32_t number)
{
    gateway->symbol[number].opening = false;
    gateway->openings--;
}

/* What people said stands for a price until there is one, and is as old as the book's state. */
void gateway_openings(struct gateway *gateway, nanos_t now)
{
    for (uint32_t i = 0; i < gateway->plan->symbols && gateway->openings > 0; i++) {
        const struct gateway_symbol *symbol = &gateway->symbol[i];
        if (!symbol->opening || symbol->instrument == GATEWAY_NONE) continue;
        const struct market *market = dispatch_newest(gateway->dispatch, symbol->instrument);
        if (market->state == MARKET_LIVE)
            symbol_price(gateway, i, gateway->plan->symbol[i].opening, now);
    }
}

void gateway_market(struct gateway *gateway, const struct market *market)
{
    CHECK(market->instrument < gateway->plan->instruments);
    if (market->state == MARKET_LIVE) {
        price_t price = reference_of(market);
        for (uint32_t i = 0; i < gateway->plan->venues && price > 0; i++) {
            uint32_t symbol = gateway->venue[i].link[market->instrument];
            if (symbol == GATEWAY_NONE) continue;
            if (unlikely(gateway->symbol[symbol].opening)) opening_over(gateway, symbol);
            symbol_price(gateway, symbol, price, market->rx_ns);
        }
    }
    dispatch_market(gateway->dispatch, market);
}

/* Intents. */

/* An intent on its way: whose, and where. */
struct want {
    struct gateway_venue *venue;
    struct gateway_strategy *strategy;
    const struct delegate_intent *intent;
    uint32_t number; /* of the strategy */
    uint32_t slot;   /* of a key */
    uint32_t symbol;
    uint64_t sequence;
    qty_t executed;
    bool carries;
};

static bool fields_good(const struct gateway *gateway, const struct want *want)
{
    const struct delegate_intent *intent = want->intent;
    const struct trade_port_can *can = &want->venue->kind->can;
    if (intent->kind > INTENT_STOP_UNIQUE) return false;
    if (intent->kind < INTENT_UNIQUE && intent->key >= want->strategy->orders) return false;
    if (intent->kind == INTENT_STOP || intent->kind == INTENT_STOP_UNIQUE) return true;
    if (intent->instrument >= gateway->plan->instruments || intent->side > SIDE_SELL) return false;
    if (intent->price <= 0 || intent->qty <= 0 || intent->qty > SLOTS_QTY_MAX) return false;
    if (intent->how & ~(HOW_POST_ONLY | HOW_IMMEDIATE)) return false;
    if ((intent->how & HOW_POST_ONLY) && !can->post_only) return false;
    return !(intent->how & HOW_IMMEDIATE) || can->immediate;
}

/* A key changes its symbol, and with it its venue, only while nothing of it is open, or waits. */
static bool symbol_good(const struct want *want)
{
    const struct gateway_slot *at = &want->venue->at[want->slot];
    return at->symbol == want->symbol || at->symbol == GATEWAY_NONE ||
           want->venue->order[want->slot].state == ORDER_NONE;
}

static bool refused_again(const struct want *want, nanos_t now)
{
    const struct gateway_slot *at = &want->venue->at[want->slot];
    const struct delegate_intent *intent = want->intent;
    return unlikely(at->refused_at > 0) && now - at->refused_at < GATEWAY_AGAIN_NS &&
           at->symbol == want->symbol && at->refused_price == intent->price &&
           at->refused_qty == intent->qty && at->refused_side == intent->side &&
           at->refused_how == intent->how;
}

/* Why an order may not even be wanted: the counter, or NULL. */
static struct counter *order_check(struct gateway *gateway, struct want *want, nanos_t now)
{
    struct gateway_counts *counts = &gateway->counts;
    const struct gateway_strategy *strategy = want->strategy;
    const struct delegate_intent *intent = want->intent;
    if (strategy->off || strategy->done || gateway->stopping) return &counts->intent_shut;
    want->symbol = strategy->link[intent->instrument];
    if (want->symbol == GATEWAY_NONE) return &counts->intent_nowhere;
    const struct market *market = dispatch_newest(gateway->dispatch, intent->instrument);
    if (market->state != MARKET_LIVE) return &counts->intent_not_live;
    /* A halt stops what is open once; so nothing may be wanted that would overrule the stop. */
    enum trading_state trading = gateway_trading(gateway, strategy, want->symbol);
    if (trading == TRADING_HALTED) return &counts->intent_halted;
    if (gateway_lacks(gateway, strategy)) return &counts->intent_away;
    if (intent->kind == INTENT_UNIQUE) return NULL;
    bool taken = !symbol_good(want) ||
                 (unlikely(strategy->many) &&
                  gateway_key_elsewhere(gateway, strategy, want->venue->number, intent->key));
    if (unlikely(taken))
        return gateway_before_stop(gateway, strategy, intent->key, want->symbol, now)
                 ? &counts->intent_moved
                 : &counts->intent_bad;
    return refused_again(want, now) ? &counts->intent_again : NULL;
}

static enum slots_status key_intend(struct gateway *gateway, const struct want *want, nanos_t now)
{
    struct gateway_venue *venue = want->venue;
    const struct delegate_intent *intent = want->intent;
    bool stop = intent->kind == INTENT_STOP;
    if (!stop) {
        venue->at[want->slot].symbol = want->symbol;
        venue->order[want->slot].instrument = intent->instrument;
    }
    struct slot_intent say = {
        .slot = want->slot,
        .sequence = want->sequence,
        .stop = stop,
        .side = intent->side,
        .how = intent->how,
        .carries = want->carries,
        .price = intent->price,
        .qty = intent->qty,
        .executed = want->executed,
    };
    gateway_room(gateway, venue, now);
    enum slots_status status = slots_intend(venue->slots, &say, now, &venue->out);
    if (gateway_drain(gateway, venue, now) != want->slot)
        gateway_refresh(gateway, venue, want->slot);
    return status;
}

static enum slots_status unique_intend(struct gateway *gateway, const struct want *want,
                                       nanos_t now)
{
    struct gateway_venue *venue = want->venue;
    const struct delegate_intent *intent = want->intent;
    if (want->strategy->uniques >= want->strategy->plan.uniques) return SLOTS_NO_UNIQUE_LEFT;
    struct slot_unique unique = {
        .strategy = want->number,
        .sequence = want->sequence,
        .side = intent->side,
        .how = intent->how,
        .price = intent->price,
        .qty = intent->qty,
    };
    uint32_t slot;
    gateway_room(gateway, venue, now);
    enum slots_status status = slots_send_unique(venue->slots, &unique, now, &venue->out, &slot);
    if (status != SLOTS_OK) return status;
    venue->at[slot] = (struct gateway_slot){
        .strategy = want->number, .key = DELEGATE_KEY_NONE, .symbol = want->symbol, .used = true};
    want->strategy->uniques++;
    (void)gateway_drain(gateway, venue, now);
    gateway_settle(gateway);
    gateway_refresh(gateway, venue, slot);
    return status;
}

/* A UNIQUE order that cannot go is told: nothing else would show it. */
static void unique_refused(struct gateway *gateway, const struct want *want, nanos_t now)
{
    if (want->symbol == GATEWAY_NONE) return;
    gateway_tell(gateway,
                 &(struct gateway_news){
                     .kind = REPORT_REJECTED,
                     .strategy = want->number,
                     .symbol = want->symbol,
                     .key = DELEGATE_KEY_NONE,
                     .price = want->intent->price,
                     .qty = want->intent->qty,
                     .side = want->intent->side,
                 },
                 now);
}

/* Of a strategy at several venues: where its instrument is traded, or where what is to stop is.
 * What its key executed elsewhere hides nothing: a slot takes no more for known than is its own. */
COLD static struct gateway_venue *venue_among(struct gateway *gateway, const struct want *want)
{
    const struct delegate_intent *intent = want->intent;
    const struct gateway_strategy *strategy = want->strategy;
    uint32_t number = strategy->venue;
    if (intent->kind == INTENT_STOP) {
        if (intent->key < strategy->orders)
            number = gateway_key_venue(gateway, strategy, intent->key);
    } else if (intent->instrument < gateway->plan->instruments) {
        uint32_t symbol = strategy->link[intent->instrument];
        if (symbol != GATEWAY_NONE) number = gateway->symbol[symbol].venue;
    }
    return &gateway->venue[number];
}

static enum slots_status intent_take(struct gateway *gateway, struct want *want, nanos_t now)
{
    const struct delegate_intent *intent = want->intent;
    gateway_settle(gateway);
    counter_one(&gateway->counts.intent);
    bool many = unlikely(want->strategy->many);
    want->venue = many ? venue_among(gateway, want) : &gateway->venue[want->strategy->venue];
    want->symbol = GATEWAY_NONE;
    if (unlikely(!fields_good(gateway, want))) {
        counter_one(&gateway->counts.intent_bad);
        gateway_hear_counter(gateway, &gateway->counts.intent_bad);
        return SLOTS_BAD_TERMS;
    }
    if (unlikely(intent->kind == INTENT_STOP_UNIQUE))
        return gateway_unique_stop(gateway, want->venue, want->number, intent->unique, now);
    bool unique = intent->kind == INTENT_UNIQUE;
    if (!unique) want->slot = gateway_slot_of(want->strategy, want->venue->number, intent->key);
    if (intent->kind != INTENT_STOP) {
        struct counter *refused = order_check(gateway, want, now);
        if (unlikely(refused)) {
            counter_one(refused);
            gateway_hear_counter(gateway, refused);
            if (unique) unique_refused(gateway, want, now);
            else gateway_refused(gateway, want->venue, want->slot);
            return SLOTS_SHUT;
        }
    }
    if (!unique) return key_intend(gateway, want, now);
    enum slots_status status = unique_intend(gateway, want, now);
    if (status != SLOTS_OK) unique_refused(gateway, want, now);
    return status;
}

/* Decisions. */

static void leave(struct gateway *gateway, const struct dispatch_said *said, nanos_t now)
{
    const uint32_t news = 1u << COMPOSITE_QUOTE | 1u << COMPOSITE_TRADE | 1u << COMPOSITE_STATE;
    if (!(said->what & news) || !gateway->outlet.flush) return;
    uint64_t cause = dispatch_newest(gateway->dispatch, said->instrument)->rx_tsc;
    if (cause) gateway->outlet.flush(gateway->outlet.context, cause, now);
}

uint32_t gateway_decide(struct gateway *gateway, nanos_t now)
{
    uint32_t delegate = dispatch_next(gateway->dispatch, now);
    if (delegate == DISPATCH_NONE) return DISPATCH_NONE;
    const struct dispatch_said *said = dispatch_said(gateway->dispatch);
    uint32_t number = gateway->by_place[dispatch_place(delegate)];
    struct gateway_strategy *strategy = &gateway->strategy[number];
    const struct delegate_order *order = strategy->order;
    gateway->sent = false;
    gateway->late = true;
    for (uint32_t i = 0; i < said->output.intents; i++) {
        const struct delegate_intent *intent = &said->output.intent[i];
        struct want want = {
            .strategy = strategy,
            .intent = intent,
            .number = number,
            .sequence = ++gateway->intent_sequence,
            .executed = intent->key < strategy->orders ? order[intent->key].executed : 0,
            .carries = true,
        };
        (void)intent_take(gateway, &want, now);
    }
    gateway->late = false;
    if (gateway->sent) leave(gateway, said, now);
    gateway_settle(gateway);
    if (unlikely(said->output.lost > 0))
        counter_add(&gateway->counts.intent_lost, said->output.lost);
    if (unlikely(said->output.done && !strategy->done)) {
        strategy->done = true;
        gateway_shut(gateway, number, now);
    }
    if (unlikely(strategy->waiting_count > 0)) gateway_tell_more(gateway, number);
    return delegate;
}

enum slots_status gateway_intend(struct gateway *gateway, const struct gateway_intent *intent,
                                 nanos_t now)
{
    CHECK(gateway->started);
    if (intent->strategy >= gateway->plan->strategies) return SLOTS_UNKNOWN_SLOT;
    struct gateway_strategy *strategy = &gateway->strategy[intent->strategy];
    if (!gateway_outside(gateway, intent->strategy)) return SLOTS_UNKNOWN_SLOT;
    if (unlikely(strategy->venue != intent->venue) &&
        (intent->venue >= gateway->plan->venues || !gateway_is_at(strategy, intent->venue)))
        return SLOTS_UNKNOWN_SLOT;
    struct want want = {
        .strategy = strategy,
        .intent = &intent->intent,
        .number = intent->strategy,
        .sequence = intent->sequence,
    };
    return intent_take(gateway, &want, now);
}

/* Listings. */

void gateway_leg(struct gateway *gateway, uint32_t number, uint32_t instrument)
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    uint32_t legs = strategy->plan.legs, leg = strategy->legs_known;
    const char *symbol = gateway->listed[instrument].symbol;
    if (legs > 0) {
        for (leg = 0; leg < legs; leg++)
            if (strategy->legs[leg] == 0 &&
                __builtin_memcmp(strategy->plan.leg[leg].symbol, symbol, 8) == 0)
                break;
        if (leg == legs) return;
    }
    enum dispatch_status status =
        dispatch_subscribe(gateway->dispatch, strategy->delegate, instrument);
    if (status != DISPATCH_OK) return; /* it was listed before, or the delegate is done */
    if (legs > 0) strategy->legs[leg] = (uint16_t)(instrument + 1);
    else strategy->leg[instrument] = strategy->legs_known++;
    if (leg == 0) (void)!dispatch_lead(gateway->dispatch, strategy->delegate, instrument);
}

/* Orders of before the start learn what their symbol is called by the feed. */
static void orders_listed(struct gateway *gateway, struct gateway_venue *venue, uint32_t symbol,
                          uint32_t instrument)
{
    for (uint32_t i = 1; i <= venue->chains; i++) {
        const struct gateway_chain *chain = &venue->chain[i];
        if (!chain->open || chain->symbol != symbol || gateway_slot_unique(venue, chain->slot))
            continue;
        venue->order[chain->slot].instrument = (uint16_t)instrument;
        if (venue->at[chain->slot].many) gateway_key_show(gateway, venue, chain->slot);
    }
}

void gateway_listing(struct gateway *gateway, uint32_t instrument, const char symbol[8])
{
    CHECK(instrument < gateway->plan->instruments);
    __builtin_memcpy(gateway->listed[instrument].symbol, symbol, 8);
    for (uint32_t i = 0; i < gateway->plan->symbols; i++) {
        struct gateway_symbol *of = &gateway->symbol[i];
        if (of->instrument != GATEWAY_NONE) continue;
        if (__builtin_memcmp(gateway->plan->symbol[i].name, symbol, 8) != 0) continue;
        uint32_t *link = &gateway->venue[of->venue].link[instrument];
        if (*link != GATEWAY_NONE) continue; /* listed before, by another name */
        of->instrument = instrument;
        *link = i;
        gateway_link(gateway, i);
        if (slots_open(gateway->venue[of->venue].slots) > 0)
            orders_listed(gateway, &gateway->venue[of->venue], i, instrument);
    }
    for (uint32_t i = 0; i < gateway->plan->strategies; i++)
        if (gateway->strategy[i].delegate != DISPATCH_NONE) gateway_leg(gateway, i, instrument);
}
