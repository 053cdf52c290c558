#include "dataplane/gateway/gateway_layout.h"

#include "dataplane/base/crc32c.h"

#include <string.h>

/* Strategies come and go while orders leave; and whose the numbers in the journal are.
 *
 *     vacant --[attach]--> at work --[detach]--> leaving --[no order, all shown]--> vacant
 *                                                   ^
 *     a spare place with orders of before the start |
 *
 * A place keeps its name, and with it what risk and the holdings know: its positions, turnover and
 * states.  Its slots begin anew with each delegate, so that executed counts what that one did. */

static bool wrong(char *problem, size_t capacity, const char *sentence)
{
    size_t length = strlen(sentence);
    if (capacity == 0) return false;
    if (length >= capacity) length = capacity - 1;
    memcpy(problem, sentence, length);
    problem[length] = '\0';
    return false;
}

void gateway_enter(struct gateway *gateway, uint32_t number)
{
    struct gateway_strategy *strategy = &gateway->strategy[number];
    struct dispatch_identity identity = {0};
    memcpy(identity.name, strategy->name, sizeof strategy->name);
    enum dispatch_status status = dispatch_add(gateway->dispatch, &identity, strategy->plan.kind,
                                               strategy->self, &strategy->delegate);
    CHECK(status == DISPATCH_OK); /* there is a place for each, and names are unique */
    gateway->by_place[dispatch_place(strategy->delegate)] = number;
}

static struct delegate_parameters parameters_of(const struct gateway *gateway,
                                                const struct gateway_strategy_plan *of)
{
    struct delegate_parameters parameters = of->parameters;
    parameters.legs = of->legs ? of->legs : gateway->plan->instruments;
    return parameters;
}

static uint32_t orders_of(const struct gateway *gateway, const struct gateway_strategy_plan *of)
{
    struct delegate_parameters parameters = parameters_of(gateway, of);
    return of->kind->orders ? of->kind->orders(&parameters) : 0;
}

static bool named_elsewhere(const struct gateway *gateway, uint32_t place, const char *name)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++)
        if (i != place && strcmp(gateway->strategy[i].name, name) == 0) return true;
    return false;
}

static bool venues_good(const struct gateway *gateway, const struct gateway_strategy_plan *of)
{
    for (uint32_t leg = 0; of->leg_venue && leg < of->legs; leg++)
        if (of->leg_venue[leg] >= gateway->plan->venues) return false;
    return true;
}

const char *gateway_attach_check(const struct gateway *gateway, uint32_t place,
                                 const struct gateway_strategy_plan *of)
{
    if (place >= gateway->plan->strategies) return "there is no such place";
    const struct gateway_strategy *strategy = &gateway->strategy[place];
    if (strategy->leaving && strategy->delegate == DISPATCH_NONE)
        return "orders of before the start are still open at the place";
    if (!strategy->vacant) return "the place is not vacant";
    if (!of->name || !of->name[0] || strlen(of->name) > DELEGATE_NAME_MAX)
        return "the strategy's name is empty or too long";
    if (strategy->name[0] && strcmp(strategy->name, of->name) != 0)
        return "the place is another strategy's";
    if (named_elsewhere(gateway, place, of->name)) return "another strategy has this name";
    if (gateway_absent_find(gateway, of->name) != GATEWAY_NONE)
        return "the strategy has traded before the start, and continues at a start that has it";
    if (of->venue >= gateway->plan->venues || !venues_good(gateway, of))
        return "a leg of the strategy is at no venue";
    if (gateway_venues_of(of) & ~strategy->venues) return "the place is at another venue";
    struct delegate_parameters parameters = parameters_of(gateway, of);
    if (!of->kind || of->kind->footprint(&parameters) == 0)
        return "the strategy does not take its parameters";
    if (orders_of(gateway, of) > strategy->orders_room)
        return "the strategy needs more orders at once than a spare place has";
    if (of->uniques > strategy->uniques_room)
        return "the strategy has more orders without a key than a spare place has";
    if (parameters.legs > strategy->legs_room)
        return "the strategy has more instruments than its place has room for";
    return NULL;
}

static void name_write(struct gateway *gateway, uint32_t number)
{
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    struct gateway_named named = {.strategy = number, .venue = strategy->venue};
    memcpy(named.name, strategy->name, sizeof named.name);
    gateway_write(gateway, GATEWAY_RECORD_STRATEGY, &named, sizeof named);
}

/* Its keys count from nothing. */
static void slots_begin(struct gateway *gateway, uint32_t number, struct gateway_venue *venue)
{
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    for (uint32_t key = 0; key < strategy->orders_room; key++) {
        uint32_t slot = gateway_slot_of(strategy, venue->number, key);
        slots_bind(venue->slots, slot, number);
        venue->at[slot] = (struct gateway_slot){
            .strategy = number, .key = key, .symbol = GATEWAY_NONE, .many = strategy->many};
        venue->order[slot] = (struct delegate_order){0};
        if (strategy->many) strategy->order[key] = (struct delegate_order){0};
    }
    slots_shut(venue->slots, number, false);
}

static void legs_begin(struct gateway_strategy *strategy)
{
    memset(strategy->legs_memory, 0, strategy->legs_room * sizeof *strategy->legs_memory);
    strategy->legs_known = 0;
    strategy->legs = strategy->plan.legs ? strategy->legs_memory : NULL;
    strategy->leg = strategy->plan.legs ? NULL : strategy->legs_memory;
}

bool gateway_attach(struct gateway *gateway, uint32_t place, const struct gateway_strategy_plan *of,
                    void *memory, char *problem, size_t capacity)
{
    CHECK(gateway->started);
    const char *sentence = gateway_attach_check(gateway, place, of);
    if (!sentence && gateway->stopping) sentence = "the gateway is stopping";
    if (sentence) return wrong(problem, capacity, sentence);
    struct gateway_strategy *strategy = &gateway->strategy[place];
    struct delegate_parameters parameters = parameters_of(gateway, of);
    bool named = strategy->name[0] != 0;
    strategy->plan = *of;
    memset(strategy->name, 0, sizeof strategy->name);
    memcpy(strategy->name, of->name, strlen(of->name));
    strategy->plan.name = strategy->name;
    strategy->orders = orders_of(gateway, of);
    strategy->vacant = strategy->done = strategy->off = false;
    if (!named) name_write(gateway, place);
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        if (gateway_is_at(strategy, i)) slots_begin(gateway, place, &gateway->venue[i]);
    legs_begin(strategy);
    gateway_link_all(gateway, place);
    strategy->self = of->kind->build(memory, &parameters);
    gateway_enter(gateway, place);
    static const struct listing_name nobody;
    for (uint32_t i = 0; i < gateway->plan->instruments; i++)
        if (memcmp(&gateway->listed[i], &nobody, sizeof nobody) != 0)
            gateway_leg(gateway, place, i);
    return true;
}

void gateway_detach(struct gateway *gateway, uint32_t place, nanos_t now)
{
    CHECK(place < gateway->plan->strategies);
    struct gateway_strategy *strategy = &gateway->strategy[place];
    if (strategy->delegate == DISPATCH_NONE || strategy->leaving) return;
    strategy->leaving = true;
    strategy->done = true;
    gateway->leavings++;
    /* Who was off is shown its reports now: before that the dispatcher keeps it. */
    (void)!dispatch_switch(gateway->dispatch, strategy->delegate, true);
    (void)!dispatch_finish(gateway->dispatch, strategy->delegate);
    gateway_shut(gateway, place, now);
}

static bool has_keys(const struct gateway_strategy *strategy, const struct gateway_venue *venue)
{
    for (uint32_t key = 0; key < strategy->orders_room; key++) {
        uint32_t slot = gateway_slot_of(strategy, venue->number, key);
        if (venue->order[slot].state != ORDER_NONE || venue->at[slot].chain != 0) return true;
    }
    return false;
}

/* At any venue: of one that it is not at any more it has UNIQUE ones only. */
static bool has_orders(const struct gateway *gateway, const struct gateway_strategy *strategy)
{
    if (strategy->uniques > 0 || strategy->waiting_count > 0 || strategy->closes > 0) return true;
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        if (gateway_is_at(strategy, i) && has_keys(strategy, &gateway->venue[i])) return true;
    return false;
}

void gateway_stay(struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) {
        struct gateway_strategy *strategy = &gateway->strategy[i];
        if (!strategy->vacant || !has_orders(gateway, strategy)) continue;
        strategy->vacant = false;
        strategy->leaving = true;
        gateway->leavings++;
    }
}

void gateway_leave(struct gateway *gateway)
{
    for (uint32_t i = 0; i < gateway->plan->strategies && gateway->leavings > 0; i++) {
        struct gateway_strategy *strategy = &gateway->strategy[i];
        struct dispatch_ended ended;
        if (!strategy->leaving || has_orders(gateway, strategy)) continue;
        if (strategy->delegate != DISPATCH_NONE &&
            !dispatch_take_this(gateway->dispatch, strategy->delegate, &ended))
            continue;
        strategy->leaving = false;
        strategy->vacant = strategy->off = true;
        strategy->delegate = DISPATCH_NONE;
        strategy->self = NULL;
        strategy->plan.kind = NULL;
        strategy->plan.legs = 0;
        strategy->plan.leg = NULL;
        strategy->plan.leg_venue = NULL;
        strategy->plan.parameters = (struct delegate_parameters){0};
        gateway->leavings--;
    }
}

bool gateway_vacant(const struct gateway *gateway, uint32_t place)
{
    CHECK(place < gateway->plan->strategies);
    return gateway->strategy[place].vacant;
}

const struct gateway_strategy_plan *gateway_strategy_of(const struct gateway *gateway,
                                                        uint32_t place)
{
    CHECK(place < gateway->plan->strategies);
    return &gateway->strategy[place].plan;
}

/* Names in the journal. */

static uint32_t names_of(const struct gateway_plan *plan)
{
    uint32_t sums[2] = {0};
    for (uint32_t i = 0; i < plan->venues; i++)
        sums[0] = sums[0] * 31 + crc32c(plan->venue[i].name, strlen(plan->venue[i].name));
    for (uint32_t i = 0; i < plan->symbols; i++) {
        const struct gateway_symbol_plan *symbol = &plan->symbol[i];
        sums[1] = sums[1] * 31 + crc32c(symbol->name, sizeof symbol->name) + symbol->venue;
        if (symbol->venue_name[0])
            sums[1] = sums[1] * 31 + crc32c(symbol->venue_name, sizeof symbol->venue_name);
    }
    return crc32c(sums, sizeof sums);
}

void gateway_write_names(struct gateway *gateway)
{
    const struct gateway_plan *plan = gateway->plan;
    const struct gateway_start start = {.abi = GATEWAY_RECORD_ABI,
                                        .venues = plan->venues,
                                        .symbols = plan->symbols,
                                        .strategies = plan->strategies,
                                        .names = names_of(plan),
                                        .days = gateway->day.begun,
                                        .day = gateway->day.at};
    gateway_write(gateway, GATEWAY_RECORD_START, &start, sizeof start);
    for (uint32_t i = 0; i < plan->strategies; i++)
        if (gateway->strategy[i].name[0]) name_write(gateway, i);
}

const char *gateway_read_start(struct gateway *gateway, const struct gateway_start *start)
{
    const struct gateway_plan *plan = gateway->plan;
    if (start->abi != GATEWAY_RECORD_ABI) return "the journal is of another version";
    if (start->venues != plan->venues || start->symbols != plan->symbols ||
        start->names != names_of(plan))
        return "the journal is of other venues or symbols than the configuration";
    gateway->day.begun = start->days;
    gateway->day.at = start->day;
    memset(gateway->read_as, 0, sizeof gateway->read_as);
    memset(gateway->absent_name, 0, GATEWAY_STRATEGIES_MAX * sizeof *gateway->absent_name);
    return NULL;
}

/* Who is not in the plan any more gets a spare place: what it holds is still ours.  Without one it
 * is absent, at the latest from its first order on, and stays so. */
const char *gateway_read_name(struct gateway *gateway, const struct gateway_named *named)
{
    if (named->strategy >= GATEWAY_STRATEGIES_MAX || !memchr(named->name, 0, sizeof named->name))
        return "a strategy of the journal has no number or no name";
    uint32_t count = gateway->plan->strategies, spare = GATEWAY_NONE;
    uint32_t absent = gateway_absent_find(gateway, named->name); /* the first one is count */
    for (uint32_t i = count; i-- > 0;) {
        const struct gateway_strategy *strategy = &gateway->strategy[i];
        if (strcmp(strategy->name, named->name) == 0) {
            gateway->read_as[named->strategy] = (uint16_t)(i + 1);
            return NULL;
        }
        if (!strategy->name[0] && strategy->venue == named->venue) spare = i;
    }
    if (absent != GATEWAY_NONE) spare = absent;
    else if (spare == GATEWAY_NONE) gateway_absent_named(gateway, named);
    gateway->read_as[named->strategy] = (uint16_t)(spare == GATEWAY_NONE ? 0 : spare + 1);
    if (spare < count) memcpy(gateway->strategy[spare].name, named->name, sizeof named->name);
    return NULL;
}

uint32_t gateway_read_as(const struct gateway *gateway, uint32_t strategy)
{
    if (strategy >= GATEWAY_STRATEGIES_MAX || gateway->read_as[strategy] == 0) return GATEWAY_NONE;
    return gateway->read_as[strategy] - 1u;
}
