#include "dataplane/gateway/gateway_layout.h"

#include <string.h>

/* How much memory a plan takes, and how the gateway is built in it.  The same walk over the plan
 * counts the bytes, with nothing to build in, and places the parts. */

struct place {
    uint8_t *base; /* NULL: only counts */
    size_t used;
};

static void *take(struct place *place, size_t bytes)
{
    size_t at = place->used;
    place->used = ALIGN_UP(at + bytes, CACHE_LINE);
    return place->base ? place->base + at : NULL;
}

static struct delegate_parameters parameters_of(const struct gateway_plan *plan, uint32_t strategy)
{
    struct delegate_parameters parameters = plan->strategy[strategy].parameters;
    uint32_t legs = plan->strategy[strategy].legs;
    parameters.legs = legs ? legs : plan->instruments;
    return parameters;
}

static uint32_t orders_of(const struct gateway_plan *plan, uint32_t strategy)
{
    const struct gateway_strategy_plan *of = &plan->strategy[strategy];
    if (!of->kind) return of->orders;
    struct delegate_parameters parameters = parameters_of(plan, strategy);
    return of->kind->orders ? of->kind->orders(&parameters) : 0;
}

static bool is_spare(const struct gateway_strategy_plan *of)
{
    return of->name && of->name[0] == 0;
}

/* Whether a delegate is there, or may come. */
static bool is_delegates(const struct gateway_strategy_plan *of)
{
    return of->kind || is_spare(of);
}

static uint32_t legs_of(const struct gateway_plan *plan, uint32_t strategy)
{
    return parameters_of(plan, strategy).legs;
}

static struct slots_limits slots_of(const struct gateway_plan *plan, uint32_t venue)
{
    struct slots_limits limits = {.strategies = plan->strategies};
    for (uint32_t i = 0; i < plan->strategies; i++) {
        if (!(gateway_venues_of(&plan->strategy[i]) >> venue & 1)) continue;
        limits.slots += orders_of(plan, i);
        limits.uniques += plan->strategy[i].uniques;
    }
    if (limits.slots == 0) limits.slots = 1;
    if (limits.strategies == 0) limits.strategies = 1;
    return limits;
}

static struct dispatch_limits dispatch_of(const struct gateway_plan *plan)
{
    struct dispatch_limits limits = {.instruments = plan->instruments,
                                     .messages = GATEWAY_MESSAGES};
    for (uint32_t i = 0; i < plan->strategies; i++) {
        if (!is_delegates(&plan->strategy[i])) continue;
        limits.delegates++;
        limits.subscriptions += legs_of(plan, i);
    }
    if (limits.delegates == 0) limits.delegates = 1;
    if (limits.subscriptions == 0) limits.subscriptions = 1;
    return limits;
}

static struct risk_limits risk_of(const struct gateway_plan *plan)
{
    struct risk_limits limits = {.venues = plan->venues,
                                 .strategies = plan->strategies ? plan->strategies : 1,
                                 .symbols = plan->symbols ? plan->symbols : 1,
                                 .recent = 65536,
                                 .batch = GATEWAY_CONTROLS_MAX};
    limits.strategies += gateway_absent_room(plan) > 0; /* the absent ones together */
    for (uint32_t venue = 0; venue < plan->venues; venue++) {
        struct slots_limits slots = slots_of(plan, venue);
        limits.orders += slots.slots + slots.uniques;
    }
    return limits;
}

static uint32_t symbols_at(const struct gateway_plan *plan, uint32_t venue)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->symbols; i++) count += plan->symbol[i].venue == venue;
    return count ? count : 1;
}

static struct trade_port_limits port_of(const struct gateway_plan *plan, uint32_t venue)
{
    struct slots_limits slots = slots_of(plan, venue);
    struct trade_port_limits limits = {
        .symbols = symbols_at(plan, venue),
        .orders = GATEWAY_PORT_ALL * (slots.slots + slots.uniques + GATEWAY_RECENT),
        .run = plan->run,
    };
    memcpy(limits.firm, plan->venue[venue].firm, sizeof limits.firm);
    return limits;
}

/* Checks. */

static const char *venue_check(const struct gateway_plan *plan, uint32_t venue)
{
    const struct gateway_venue_plan *of = &plan->venue[venue];
    if (!memchr(of->name, 0, sizeof of->name) || !of->name[0]) return "a venue has no name";
    if (!of->kind) return "a venue has no kind";
    nanos_t answer = of->answer_ns ? of->answer_ns : of->kind->can.answer_ns;
    if (answer < 2 * NANOS_MILLI || answer > SLOTS_ANSWER_NS_MAX)
        return "a venue's answer_ns is out of range";
    if (of->reserve > 0 && of->reserve >= of->per_second)
        return "a venue's reserve is not below its messages per second";
    struct slots_limits slots = slots_of(plan, venue);
    if (slots_footprint(&slots) == 0) return "the orders at a venue are more than there can be";
    struct trade_port_limits port = port_of(plan, venue);
    if (of->kind->footprint(&port) == 0)
        return "the orders or symbols are more than the port takes";
    return NULL;
}

static const char *venue_name(const struct gateway_symbol_plan *symbol)
{
    return symbol->venue_name[0] ? symbol->venue_name : symbol->name;
}

static const char *symbol_check(const struct gateway_plan *plan, uint32_t symbol)
{
    const struct gateway_symbol_plan *of = &plan->symbol[symbol];
    if (of->venue >= plan->venues) return "a symbol is of no venue";
    if (of->tick < 1 || of->tick > RISK_PRICE_MAX) return "a symbol's tick is out of range";
    if (of->lot < 1 || of->lot > RISK_QTY_MAX) return "a symbol's lot is out of range";
    for (uint32_t i = 0; i < symbol; i++)
        if (plan->symbol[i].venue == of->venue &&
            (memcmp(plan->symbol[i].name, of->name, sizeof of->name) == 0 ||
             memcmp(venue_name(&plan->symbol[i]), venue_name(of), sizeof of->name) == 0))
            return "a venue has a symbol twice";
    return NULL;
}

static const char *strategy_check(const struct gateway_plan *plan, uint32_t strategy)
{
    const struct gateway_strategy_plan *of = &plan->strategy[strategy];
    if (!of->name || strlen(of->name) > DELEGATE_NAME_MAX)
        return "a strategy's name is missing or too long";
    if (of->venue >= plan->venues) return "a strategy is of no venue";
    for (uint32_t leg = 0; of->leg_venue && leg < of->legs; leg++)
        if (of->leg_venue[leg] >= plan->venues) return "a leg of a strategy is at no venue";
    if (is_spare(of) && (of->kind || of->legs > 0 || of->orders > DELEGATE_ORDERS_MAX))
        return "a spare place has a delegate, or too many orders";
    for (uint32_t i = 0; i < strategy && !is_spare(of); i++)
        if (strcmp(plan->strategy[i].name, of->name) == 0) return "two strategies have one name";
    if (of->legs > plan->instruments) return "a strategy has more legs than there are instruments";
    if (orders_of(plan, strategy) > SLOTS_MAX) return "a strategy has too many orders";
    if (!of->kind) return NULL;
    struct delegate_parameters parameters = parameters_of(plan, strategy);
    if (orders_of(plan, strategy) > DELEGATE_ORDERS_MAX) return "a delegate has too many orders";
    if (of->kind->footprint(&parameters) == 0) return "a strategy does not take its parameters";
    return NULL;
}

const char *gateway_check(const struct gateway_plan *plan)
{
    const char *wrong = NULL;
    if (plan->instruments < 1 || plan->instruments >= DISPATCH_INSTRUMENTS_MAX)
        return "instruments is out of range";
    if (plan->venues < 1 || plan->venues > GATEWAY_VENUES_MAX) return "venues is out of range";
    if (plan->symbols > GATEWAY_SYMBOLS_MAX) return "symbols is out of range";
    if (plan->strategies > GATEWAY_STRATEGIES_MAX) return "strategies is out of range";
    if (plan->day_begins >= GATEWAY_DAY_NS) return "day_begins is no moment of a day";
    for (uint32_t i = 0; i < plan->symbols && !wrong; i++) wrong = symbol_check(plan, i);
    for (uint32_t i = 0; i < plan->strategies && !wrong; i++) wrong = strategy_check(plan, i);
    for (uint32_t i = 0; i < plan->venues && !wrong; i++) wrong = venue_check(plan, i);
    if (wrong) return wrong;
    struct risk_limits risk = risk_of(plan);
    struct dispatch_limits dispatch = dispatch_of(plan);
    if (risk_limits_check(&risk)) return risk_limits_check(&risk);
    return dispatch_footprint(&dispatch) ? NULL : "strategies have more legs than there can be";
}

/* Parts. */

static void venue_lay(struct place *place, const struct gateway_plan *plan, uint32_t number,
                      struct gateway_venue *venue)
{
    struct slots_limits limits = slots_of(plan, number);
    struct trade_port_limits port = port_of(plan, number);
    size_t kept = (size_t)limits.slots + limits.uniques + GATEWAY_ABSENT_ORDERS;
    size_t chains = kept + GATEWAY_RECENT + 1;
    void *port_memory = take(place, plan->venue[number].kind->footprint(&port));
    void *slots_memory = take(place, slots_footprint(&limits));
    uint32_t numbers = (uint32_t)(GATEWAY_PORT_ALL * chains);
    void *index = take(place, order_index_footprint(numbers));
    void *chain = take(place, chains * sizeof(struct gateway_chain));
    void *at = take(place, kept * sizeof(struct gateway_slot));
    void *order = take(place, limits.slots * sizeof(struct delegate_order));
    void *link = take(place, plan->instruments * sizeof(uint32_t));
    void *symbol_of = take(place, symbols_at(plan, number) * sizeof(uint32_t));
    void *requests = take(place, 2ul * GATEWAY_REQUESTS * sizeof(struct slot_request));
    void *says = take(place, GATEWAY_SAYS * sizeof(struct slot_say));
    if (!venue) return;
    venue->port = plan->venue[number].kind->new (port_memory, &port);
    venue->limits = limits;
    venue->slots_memory = slots_memory;
    venue->index = order_index_new(index, numbers);
    venue->chain = chain;
    venue->chains = (uint32_t)chains - 1;
    venue->at = at;
    venue->order = order;
    venue->link = link;
    venue->symbol_of = symbol_of;
    venue->batch = (struct slot_request *)requests + GATEWAY_REQUESTS;
    venue->out = (struct slots_out){
        .requests = requests,
        .says = says,
        .requests_max = GATEWAY_REQUESTS,
        .says_max = GATEWAY_SAYS,
    };
}

/* Of one whose legs are at several venues. */
static void venues_lay(struct place *place, const struct gateway_plan *plan, uint32_t number,
                       struct gateway_strategy *strategy)
{
    uint32_t venues = gateway_venues_of(&plan->strategy[number]);
    if ((venues & (venues - 1)) == 0) return;
    void *link = take(place, plan->instruments * sizeof(uint32_t));
    void *order = take(place, orders_of(plan, number) * sizeof(struct delegate_order));
    if (!strategy) return;
    strategy->many = true;
    strategy->link = link;
    strategy->order = order;
}

static void strategy_lay(struct place *place, const struct gateway_plan *plan, uint32_t number,
                         struct gateway_strategy *strategy)
{
    const struct gateway_strategy_plan *of = &plan->strategy[number];
    venues_lay(place, plan, number, strategy);
    if (!is_delegates(of)) return;
    struct delegate_parameters parameters = parameters_of(plan, number);
    uint32_t most = 2 * GATEWAY_MESSAGES + 16 * (orders_of(plan, number) + of->uniques);
    void *self = take(place, of->kind ? of->kind->footprint(&parameters) : 0);
    void *waiting = take(place, most * sizeof(struct message));
    void *legs = take(place, parameters.legs * sizeof(uint16_t));
    if (!strategy) return;
    strategy->self = of->kind ? of->kind->build(self, &parameters) : NULL;
    strategy->waiting = waiting;
    strategy->waiting_most = most;
    strategy->legs_memory = legs;
    strategy->legs_room = parameters.legs;
    if (of->legs) strategy->legs = legs;
    else strategy->leg = legs;
}

static void gateway_lay(struct place *place, const struct gateway_plan *plan,
                        struct gateway **built)
{
    struct dispatch_limits dispatch = dispatch_of(plan);
    struct risk_limits risk = risk_of(plan);
    struct gateway *gateway = take(place, sizeof *gateway);
    void *dispatch_memory = take(place, dispatch_footprint(&dispatch));
    void *risk_memory = take(place, risk_footprint(&risk));
    size_t places = plan->strategies + (size_t)gateway_absent_room(plan);
    void *strategy = take(place, places * sizeof(struct gateway_strategy));
    void *symbol = take(place, plan->symbols * sizeof(struct gateway_symbol));
    void *holding = take(place, places * plan->symbols * sizeof(struct gateway_hold));
    void *past = take(place, places * plan->symbols * sizeof(struct gateway_past));
    void *traded = take(place, GATEWAY_ABSENT * sizeof(gateway_wide));
    void *names = take(place, GATEWAY_STRATEGIES_MAX * sizeof(struct gateway_absent_name));
    void *listed = take(place, plan->instruments * sizeof(struct listing_name));
    void *by_place = take(place, (dispatch.delegates + 1) * sizeof(uint32_t));
    if (gateway) {
        gateway->dispatch = dispatch_new(dispatch_memory, &dispatch);
        gateway->risk = risk_new(risk_memory, &risk, &plan->risk);
        gateway->strategy = strategy;
        gateway->symbol = symbol;
        gateway->holding = holding;
        gateway->day.past = past;
        gateway->absent_traded = traded;
        gateway->absent_name = names;
        gateway->by_place = by_place;
        gateway->listed = listed;
    }
    for (uint32_t i = 0; i < plan->venues; i++)
        venue_lay(place, plan, i, gateway ? &gateway->venue[i] : NULL);
    for (uint32_t i = 0; i < plan->strategies; i++)
        strategy_lay(place, plan, i, gateway ? &gateway->strategy[i] : NULL);
    if (built) *built = gateway;
}

size_t gateway_footprint(const struct gateway_plan *plan)
{
    struct place place = {0};
    gateway_lay(&place, plan, NULL);
    return place.used;
}

/* Filling in. */

static void symbols_fill(struct gateway *gateway)
{
    const struct gateway_plan *plan = gateway->plan;
    gateway->mark_due = GATEWAY_NONE;
    for (uint32_t i = 0; i < plan->symbols; i++) {
        const struct gateway_symbol_plan *of = &plan->symbol[i];
        struct gateway_venue *venue = &gateway->venue[of->venue];
        struct gateway_symbol *symbol = &gateway->symbol[i];
        *symbol = (struct gateway_symbol){
            .venue = of->venue,
            .local = venue->symbols,
            .instrument = GATEWAY_NONE,
            .opening = of->opening > 0,
            .terms = {.tick = of->tick,
                      .lot = of->lot,
                      .price_max = of->price_max,
                      .qty_max = of->qty_max},
        };
        gateway->openings += symbol->opening;
        venue->symbol_of[venue->symbols++] = i;
        struct trade_port_symbol terms = {.tick = of->tick, .lot = of->lot};
        memcpy(terms.name, venue_name(of), sizeof terms.name);
        venue->kind->list(venue->port, symbol->local, &terms);
        bool listed = risk_list(
            gateway->risk, i,
            &(struct risk_symbol_plan){.venue = of->venue, .tick = of->tick, .lot = of->lot});
        CHECK(listed);
        uint32_t rows = gateway_absent_room(plan) ? gateway_risk_row(gateway, plan->strategies) + 1
                                                  : plan->strategies;
        for (uint32_t strategy = 0; strategy < rows; strategy++) {
            bool told = risk_position(gateway->risk, strategy, i, 0);
            CHECK(told);
        }
    }
}

/* Where the slots of its keys are, at each of its venues behind those of the strategies before. */
static void keys_fill(struct gateway *gateway, uint32_t number, uint32_t first[GATEWAY_VENUES_MAX])
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        struct gateway_venue *venue = &gateway->venue[i];
        if (!gateway_is_at(strategy, i)) continue;
        strategy->first_at[i] = first[i];
        for (uint32_t key = 0; key < strategy->orders; key++)
            venue->at[first[i] + key] = (struct gateway_slot){
                .strategy = number, .key = key, .symbol = GATEWAY_NONE, .many = strategy->many};
        first[i] += strategy->orders;
    }
    const struct gateway_venue *venue = &gateway->venue[strategy->venue];
    strategy->first = strategy->first_at[strategy->venue];
    gateway_link_all(gateway, number);
    if (strategy->many) return;
    strategy->link = venue->link;
    strategy->order = &venue->order[strategy->first];
}

static void strategies_fill(struct gateway *gateway)
{
    const struct gateway_plan *plan = gateway->plan;
    uint32_t first[GATEWAY_VENUES_MAX] = {0};
    for (uint32_t i = 0; i < plan->strategies; i++) {
        struct gateway_strategy *strategy = &gateway->strategy[i];
        strategy->plan = plan->strategy[i];
        memcpy(strategy->name, strategy->plan.name,
               strnlen(strategy->plan.name, DELEGATE_NAME_MAX));
        strategy->plan.name = strategy->name;
        strategy->vacant = strategy->off = is_spare(&plan->strategy[i]);
        strategy->venues = gateway_venues_of(&plan->strategy[i]);
        strategy->venue = strategy->plan.venue;
        if (!gateway_is_at(strategy, strategy->venue)) /* all legs are elsewhere */
            strategy->venue = (uint32_t)__builtin_ctz(strategy->venues);
        strategy->orders = strategy->orders_room = orders_of(plan, i);
        strategy->uniques_room = strategy->plan.uniques;
        keys_fill(gateway, i, first);
        if (strategy->plan.kind) gateway_enter(gateway, i);
    }
}

static struct gateway_bucket bucket_of(uint32_t rate)
{
    uint64_t most = rate / 10 ? rate / 10 : rate > 0;
    return (struct gateway_bucket){
        .rate = rate, .most = most * NANOS_SECOND, .level = most * NANOS_SECOND};
}

static uint32_t rate_of(const struct gateway_venue_plan *plan)
{
    uint32_t own = plan->per_second, theirs = plan->kind->can.orders_per_second;
    if (own == 0 || theirs == 0) return own + theirs;
    return own < theirs ? own : theirs;
}

static void venue_fill(struct gateway *gateway, uint32_t number)
{
    const struct gateway_venue_plan *plan = &gateway->plan->venue[number];
    struct gateway_venue *venue = &gateway->venue[number];
    uint32_t rate = rate_of(plan);
    uint32_t reserve = plan->reserve < rate ? plan->reserve : rate / 2;
    venue->plan = plan;
    venue->kind = plan->kind;
    venue->number = number;
    venue->next_sequence = 1;
    venue->orders = bucket_of(rate - reserve);
    venue->cancels = bucket_of(reserve);
    venue->first_order = plan->first_order ? plan->first_order : 1;
    venue->can = (struct slots_venue){
        .replaces = plan->kind->can.replaces,
        .total_max = plan->kind->can.qty_max,
        .bulk = 1,
        .answer_ns = plan->answer_ns ? plan->answer_ns : plan->kind->can.answer_ns,
    };
    venue->reconcile_next = gateway_slots_all(venue);
    venue->slots = slots_new(venue->slots_memory, &venue->limits, &venue->can, venue->first_order);
    for (uint32_t i = 0; i < gateway->plan->instruments; i++) venue->link[i] = GATEWAY_NONE;
    for (uint32_t i = 0; i < gateway_slots_kept(venue); i++)
        venue->at[i] = (struct gateway_slot){.key = DELEGATE_KEY_NONE, .symbol = GATEWAY_NONE};
    for (uint32_t i = 1; i <= venue->chains; i++) {
        link_new(gateway_chain_links(venue), i);
        list_append(&venue->chain_free, gateway_chain_links(venue), i);
    }
}

/* Bounds of a spare place are zero, but for the one that trips by what was sent already: its orders
 * of before the start may still be filled. */
static void spare_bound_fill(struct gateway *gateway, uint32_t number)
{
    struct risk_record record = {
        .kind = RISK_RECORD_BOUND,
        .scope = RISK_STRATEGY,
        .limit = RISK_STRATEGY_FILLS,
        .role = RISK_ADMIN,
        .confirm_role = RISK_ADMIN,
        .subject = {.strategy = number},
        .confirmed_by = 1,
        .value = gateway->plan->risk.ceiling[RISK_STRATEGY_FILLS - 1],
        .reason = "a spare place",
    };
    risk_control_draft(gateway->risk, &record, 1);
    enum risk_control control = risk_control_apply(gateway->risk, &record);
    CHECK(control == RISK_CONTROL_OK);
}

/* Risk's bounds to begin with. */
static void bounds_fill(struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++)
        if (is_spare(&gateway->plan->strategy[i])) spare_bound_fill(gateway, i);
    for (uint32_t i = 0; i < gateway->plan->records; i++) {
        struct risk_record record = gateway->plan->record[i];
        risk_control_draft(gateway->risk, &record, 1);
        enum risk_control control = risk_control_apply(gateway->risk, &record);
        CHECK(control == RISK_CONTROL_OK);
    }
}

struct gateway *gateway_new(void *memory, const struct gateway_plan *plan,
                            const struct gateway_outlet *outlet)
{
    CHECK(!gateway_check(plan));
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct place place = {.base = memory};
    struct gateway *gateway;
    gateway_lay(&place, plan, &gateway);
    gateway->plan = plan;
    gateway->outlet = *outlet;
    gateway->away = (1u << plan->venues) - 1;
    for (uint32_t i = 0; i < plan->venues; i++) venue_fill(gateway, i);
    symbols_fill(gateway);
    strategies_fill(gateway);
    bounds_fill(gateway);
    risk_reading(gateway->risk, true);
    dispatch_desk(gateway->dispatch,
                  &(struct dispatch_desk){.context = gateway, .complete = gateway_complete});
    return gateway;
}
