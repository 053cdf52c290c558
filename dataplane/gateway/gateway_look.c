#include "dataplane/gateway/gateway_layout.h"

#include "dataplane/base/crc32c.h"

/* Cold: questions, and the walk over everything. */

struct dispatch *gateway_dispatch(struct gateway *gateway)
{
    return gateway->dispatch;
}

struct risk *gateway_risk(struct gateway *gateway)
{
    return gateway->risk;
}

struct slots *gateway_slots(struct gateway *gateway, uint32_t venue)
{
    CHECK(venue < gateway->plan->venues);
    return gateway->venue[venue].slots;
}

const struct gateway_counts *gateway_counts(const struct gateway *gateway)
{
    return &gateway->counts;
}

void gateway_symbol_listed(const struct gateway *gateway, uint32_t instrument, char symbol[8])
{
    CHECK(instrument < gateway->plan->instruments);
    __builtin_memcpy(symbol, gateway->listed[instrument].symbol, 8);
}

uint32_t gateway_slot_symbol(const struct gateway *gateway, uint32_t venue, uint32_t slot)
{
    CHECK(venue < gateway->plan->venues);
    return gateway->venue[venue].at[slot].symbol;
}

const struct gateway_strategy_counts *gateway_strategy_counts(const struct gateway *gateway,
                                                              uint32_t strategy)
{
    CHECK(strategy < gateway->plan->strategies);
    return &gateway->strategy[strategy].counts;
}

uint32_t gateway_gauges(const struct gateway *gateway, uint32_t strategy,
                        struct delegate_gauge *gauges, uint32_t most)
{
    CHECK(strategy < gateway->plan->strategies);
    const struct gateway_strategy *of = &gateway->strategy[strategy];
    if (of->vacant || !of->plan.kind || !of->plan.kind->show) return 0;
    uint32_t count = of->plan.kind->show(of->self, gauges, most);
    return count < most ? count : most; /* it may be a plug-in's number */
}

bool gateway_outside(const struct gateway *gateway, uint32_t place)
{
    CHECK(place < gateway->plan->strategies);
    const struct gateway_strategy *of = &gateway->strategy[place];
    return !of->plan.kind && !of->vacant && !of->leaving;
}

static enum risk_state stricter(enum risk_state one, enum risk_state other)
{
    return one > other ? one : other;
}

enum risk_state gateway_strategy_state(const struct gateway *gateway, uint32_t strategy)
{
    const struct risk *risk = gateway->risk;
    if (risk_tripped(risk, strategy)) return RISK_HALTED;
    enum risk_state state =
        stricter(risk_state(risk, RISK_BOX, 0), risk_state(risk, RISK_STRATEGY, strategy));
    for (uint32_t venues = gateway_strategy_venues(gateway, strategy); venues; venues &= venues - 1)
        state = stricter(state, risk_state(risk, RISK_VENUE, (uint32_t)__builtin_ctz(venues)));
    return state;
}

bool gateway_strategy_on(const struct gateway *gateway, uint32_t strategy)
{
    CHECK(strategy < gateway->plan->strategies);
    const struct gateway_strategy *of = &gateway->strategy[strategy];
    return !of->off && !of->done;
}

bool gateway_holding_empty(const struct gateway *gateway, uint32_t strategy, uint32_t symbol)
{
    CHECK(strategy < gateway->plan->strategies);
    CHECK(symbol < gateway->plan->symbols);
    const struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
    return hold->fills == gateway_past_at(gateway, strategy, symbol)->fills &&
           hold->position == 0 && hold->working == 0;
}

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
    return digest ^ digest >> 29;
}

static uint64_t venue_digest(const struct gateway_venue *venue, uint64_t digest)
{
    for (uint32_t slot = 0; slot < gateway_slots_all(venue); slot++) {
        struct slot_look look;
        slots_look(venue->slots, slot, &look);
        if (look.sequence == 0 && look.order == 0 && look.executed == 0) continue;
        const uint64_t words[] = {
            slot,
            look.state,
            look.strategy,
            look.order,
            look.asked,
            look.side,
            look.how,
            (uint64_t)look.price,
            (uint64_t)look.total,
            (uint64_t)look.cum,
            (uint64_t)look.executed,
            look.sequence,
            look.waits,
            look.stop,
            venue->at[slot].symbol,
        };
        for (size_t i = 0; i < ARRAY_COUNT(words); i++) digest = mix(digest, words[i]);
    }
    return mix(digest, slots_next_order(venue->slots));
}

uint64_t gateway_digest(const struct gateway *gateway)
{
    const struct gateway_plan *plan = gateway->plan;
    uint64_t digest = risk_digest(gateway->risk);
    size_t holdings = (size_t)plan->strategies * plan->symbols;
    digest = mix(digest, crc32c(gateway->holding, holdings * sizeof *gateway->holding));
    for (uint32_t i = 0; i < plan->venues; i++) {
        digest = venue_digest(&gateway->venue[i], digest);
        digest = mix(digest, gateway->venue[i].next_sequence);
    }
    return mix(digest, gateway->report_number);
}

/* Verification. */

static uint32_t number_count(const struct gateway_venue *venue, uint32_t chain, order_id_t number)
{
    if (number == 0) return 0;
    CHECK(order_index_find(venue->index, number) == chain);
    return 1;
}

/* Returns how many are open. */
static uint32_t chains_verify(const struct gateway *gateway, const struct gateway_venue *venue)
{
    struct links links = gateway_chain_links(venue);
    uint32_t numbers = 0, recent = 0, open = 0;
    for (uint32_t i = 1; i <= venue->chains; i++) {
        const struct gateway_chain *chain = &venue->chain[i];
        numbers += number_count(venue, i, chain->order);
        numbers += number_count(venue, i, chain->asked);
        numbers += number_count(venue, i, chain->before);
        if (!chain->open) continue;
        open++;
        CHECK(!link_joined(&chain->link, i));
        CHECK(venue->at[chain->slot].chain == i);
        CHECK(!gateway->started || chain->risk != RISK_NONE);
    }
    for (uint32_t i = venue->chain_recent.first; i; i = link_at(links, i)->next) {
        CHECK(!venue->chain[i].open);
        CHECK(recent++ < GATEWAY_RECENT);
    }
    CHECK(recent == venue->recent);
    CHECK(order_index_count(venue->index) == numbers);
    return open;
}

static void slot_verify(const struct gateway_venue *venue, uint32_t slot)
{
    const struct gateway_slot *at = &venue->at[slot];
    const struct gateway_chain *chain = gateway_chain_of(venue, slot);
    struct slot_look look;
    slots_look(venue->slots, slot, &look);
    CHECK((look.order != 0) == (chain != NULL));
    if (gateway_slot_unique(venue, slot))
        CHECK(at->used == (look.state != SLOT_FREE || look.waits));
    if (chain) {
        CHECK(chain->order == look.order);
        CHECK(chain->asked == look.asked);
        CHECK(chain->total == look.total);
        CHECK(chain->strategy == look.strategy);
        CHECK(chain->symbol == at->symbol);
        CHECK(chain->slot == slot);
    }
    if (gateway_slot_unique(venue, slot)) return;
    const struct delegate_order *order = &venue->order[slot];
    CHECK(order->executed == look.executed);
    CHECK((order->state == ORDER_UNKNOWN) == (look.state == SLOT_UNKNOWN));
    CHECK(order->state != ORDER_NONE || look.order == 0);
    CHECK(order->exposure >= look.exposure);
}

static void holdings_verify(const struct gateway *gateway)
{
    for (uint32_t strategy = 0; strategy < gateway->plan->strategies; strategy++)
        for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++) {
            const struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
            const struct gateway_venue *venue = &gateway->venue[gateway->symbol[symbol].venue];
            uint32_t working = 0;
            for (uint32_t i = 1; i <= venue->chains; i++)
                working += venue->chain[i].open && venue->chain[i].strategy == strategy &&
                           venue->chain[i].symbol == symbol;
            CHECK(hold->working == working);
            CHECK(!gateway->started || working == 0 || !gateway->strategy[strategy].vacant);
            struct risk_holding_view view;
            risk_holding(gateway->risk, strategy, symbol, &view);
            CHECK(!view.known || view.position == hold->position);
        }
}

void gateway_verify(const struct gateway *gateway)
{
    uint32_t away = 0, open = 0;
    dispatch_verify(gateway->dispatch);
    risk_verify(gateway->risk);
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        away |= (uint32_t)!venue->up << i;
        slots_verify(venue->slots);
        open += chains_verify(gateway, venue);
        for (uint32_t slot = 0; slot < gateway_slots_all(venue); slot++) slot_verify(venue, slot);
        CHECK(venue->out.say_count == 0);
        CHECK(venue->out.request_count == 0);
    }
    CHECK(away == gateway->away);
    gateway_venues_verify(gateway);
    CHECK(!gateway->started || risk_orders(gateway->risk) == open);
    holdings_verify(gateway);
}
