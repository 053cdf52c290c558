/* From the configuration of a gateway to its plan. */

#include "apps/polluxd/plan_gateway.h"

#include "apps/password.h"
#include "apps/polluxd/gateway_config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define REASON   "configuration"
#define WHO      0u
#define WHO_ELSE 1u

static void padded(char *text, size_t bytes, const char *from)
{
    memset(text, ' ', bytes);
    memcpy(text, from, strnlen(from, bytes));
}

/* Venues. */

static void session_internal(struct polluxd_session *session, const struct config_venue *venue,
                             const char *username)
{
    session->internal = true;
    while (strcmp(venue->sessions.at[session->number].username, username) != 0) {
        session->number++;
        CHECK(session->number < venue->sessions.count); /* config_rules_sessions.c */
    }
}

/* False, with a sentence, if there is no password. */
static bool session_plan(struct polluxd_gateway *gateway, const struct config *config,
                         const struct config_trade_venue *from, struct text *problems)
{
    struct polluxd_session *session = &gateway->session[gateway->plan.venues];
    padded(session->username, sizeof session->username, from->username);
    padded(session->password, sizeof session->password, "");
    if (from->transport == CONFIG_TRANSPORT_INTERNAL) {
        session_internal(session, config->venue, from->username);
        return true;
    }
    gateway->over_tcp = true;
    session->ip = from->address;
    session->tcp_port = (uint16_t)from->tcp_port;
    return password_read(from->password_file, session->password, problems);
}

#define PROTOCOL_NAME(enumerator, text, meaning, of) [enumerator] = (text),

static bool venue_plan(struct polluxd_gateway *gateway, const struct config *config,
                       const struct config_trade_venue *from, const struct polluxd_kinds *kinds,
                       struct text *problems)
{
    static const char *const protocols[] = {CONFIG_TRADE_PROTOCOLS(PROTOCOL_NAME, none)};
    bool right = session_plan(gateway, config, from, problems);
    struct gateway_venue_plan *to = &gateway->plan.venue[gateway->plan.venues++];
    *to = (struct gateway_venue_plan){
        .kind = kinds->port(protocols[from->protocol]),
        .answer_ns = from->answer_ms * NANOS_MILLI,
        .per_second = from->messages_per_second,
        .reserve = from->cancel_reserve,
        .first_order = from->first_order,
        .cancel_at_loss = from->cancels_at_loss,
    };
    memcpy(to->name, from->name, strlen(from->name));
    padded(to->firm, sizeof to->firm, from->firm);
    if (!to->kind) {
        text_format(problems, "venue %s: nothing here speaks %s\n", from->name,
                    protocols[from->protocol]);
        return false;
    }
    uint32_t most = to->kind->can.orders_per_second;
    if (most == 0 || from->messages_per_second <= most) return right;
    text_format(problems, "venue %s: messages_per_second is %u, and %s takes %u orders a second\n",
                from->name, from->messages_per_second, to->kind->name, most);
    return false;
}

/* Symbols. */

static bool symbol_plan(struct polluxd_gateway *gateway, const struct config_trade_symbol *from,
                        struct text *problems)
{
    struct gateway_symbol_plan *to = &gateway->symbol[gateway->plan.symbols++];
    const struct gateway_venue_plan *venue = &gateway->plan.venue[from->venue];
    *to = (struct gateway_symbol_plan){
        .venue = from->venue,
        .tick = (price_t)from->tick,
        .lot = (qty_t)from->lot,
        .price_max = (price_t)from->price_max,
        .opening = (price_t)from->opening,
        .qty_max = (qty_t)from->quantity_max,
    };
    padded(to->name, sizeof to->name, from->symbol);
    if (from->venue_symbol[0]) padded(to->venue_name, sizeof to->venue_name, from->venue_symbol);
    if (!venue->kind) return false; /* said already */
    const struct trade_port_can *can = &venue->kind->can;
    const char *unsaid = can->tick && to->tick % can->tick                ? "tick is finer"
                       : can->lot && to->lot % can->lot                   ? "lot is finer"
                       : can->price_max && to->price_max > can->price_max ? "price_max is higher"
                       : can->qty_max && to->qty_max > can->qty_max       ? "quantity_max is larger"
                                                                          : NULL;
    if (!unsaid) return true;
    text_format(problems, "symbol %s: its %s than %s can say\n", from->symbol, unsaid,
                venue->kind->name);
    return false;
}

/* Strategies. */

struct room {
    struct listing_name *leg;
    uint32_t *leg_venue;
    struct delegate_parameter *parameter;
};

static void strategy_plan(struct polluxd_gateway *gateway, const struct config *config,
                          const struct config_trade_strategy *from,
                          const struct polluxd_kinds *kinds, struct room *room)
{
    struct gateway_strategy_plan *to = &gateway->strategy[gateway->plan.strategies++];
    bool outside = polluxd_outside(from);
    *to = (struct gateway_strategy_plan){
        .name = from->name,
        .kind = outside ? NULL : kinds->strategy(kinds->plugins, from->strategy.text),
        .parameters = polluxd_parameters(config, from, room->parameter),
        .legs = from->instruments.count,
        .leg = room->leg,
        .venue = from->venue,
        .leg_venue = polluxd_leg_venues(from, room->leg_venue),
        .orders = outside ? from->orders : 0,
        .uniques = from->unique_orders,
        .all_venues = from->all_venues,
    };
    for (uint32_t i = 0; i < from->instruments.count; i++)
        padded(room->leg[i].symbol, sizeof room->leg[i].symbol, from->instruments.at[i].text);
    room->leg += from->instruments.count;
    room->leg_venue += from->instruments.count;
    room->parameter += from->parameters.count;
}

static void spares_plan(struct polluxd_gateway *gateway, const struct config_gateway *from)
{
    for (uint32_t venue = 0; venue < from->venues.count; venue++)
        for (uint32_t i = 0; i < from->spare_strategies; i++)
            gateway->strategy[gateway->plan.strategies++] = (struct gateway_strategy_plan){
                .name = "",
                .venue = venue,
                .orders = from->spare_orders,
                .uniques = from->spare_orders,
            };
}

/* Limits, as records. */

struct records {
    struct risk_record *at; /* NULL: only counted */
    uint32_t count;
    bool two_persons;
};

static void record_add(struct records *records, enum risk_verdict limit, enum risk_scope scope,
                       const struct risk_subject *subject, uint64_t bound)
{
    uint32_t index = records->count++;
    if (!records->at) return;
    struct risk_record *record = &records->at[index];
    *record = (struct risk_record){
        .version = RISK_RECORD_VERSION,
        .kind = RISK_RECORD_BOUND,
        .scope = (uint8_t)scope,
        .limit = (uint16_t)limit,
        .role = RISK_ADMIN,
        .confirm_role = records->two_persons ? RISK_ADMIN : 0,
        .count = 1,
        .who = WHO,
        .confirmed_by = records->two_persons ? WHO_ELSE : RISK_NONE,
        .number = index + 1,
        .value = (int64_t)bound,
        .reason = REASON,
    };
    /* Only what the scope names. */
    if (scope == RISK_VENUE || scope == RISK_ROUTE) record->subject.venue = subject->venue;
    if (scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING)
        record->subject.strategy = subject->strategy;
    if (scope == RISK_SYMBOL || scope == RISK_HOLDING) record->subject.symbol = subject->symbol;
}

#define RECORD_ADD(E, name, scope, unit, looser, most, sentence, from)                             \
    record_add(records, E, RISK_##scope, &subject, from->name);

static void strategy_records(struct records *records, const struct config_gateway *gateway,
                             uint32_t strategy)
{
    const struct config_trade_strategy *from = &gateway->strategies.at[strategy];
    const struct config_strategy_limits *limits = &from->limits;
    struct risk_subject subject = {.strategy = strategy, .venue = from->venue};
    RISK_STRATEGY_LIMITS(RECORD_ADD, limits)
    RISK_ROUTE_LIMITS(RECORD_ADD, limits)
    for (uint32_t i = 0; i < from->elsewhere.count; i++) {
        const struct config_route_limits *route = &from->elsewhere.at[i].limits;
        subject.venue = from->elsewhere.at[i].venue;
        RISK_ROUTE_LIMITS(RECORD_ADD, route)
    }
    for (uint32_t i = 0; i < gateway->symbols.count; i++) {
        if (!polluxd_trades(from, &gateway->symbols.at[i])) continue;
        subject.symbol = i;
        RISK_HOLDING_LIMITS(RECORD_ADD, limits)
    }
}

uint32_t polluxd_gateway_limits(const struct config_gateway *gateway, struct risk_record *at)
{
    struct records to = {.at = at, .two_persons = gateway->two_persons}, *records = &to;
    struct risk_subject subject = {0};
    const struct config_limits *box = &gateway->limits;
    RISK_BOX_LIMITS(RECORD_ADD, box)
    for (uint32_t i = 0; i < gateway->venues.count; i++) {
        const struct config_venue_limits *limits = &gateway->venues.at[i].limits;
        subject = (struct risk_subject){.venue = i};
        RISK_VENUE_LIMITS(RECORD_ADD, limits)
    }
    for (uint32_t i = 0; i < gateway->symbols.count; i++) {
        const struct config_symbol_limits *limits = &gateway->symbols.at[i].limits;
        subject = (struct risk_subject){.symbol = i};
        RISK_SYMBOL_LIMITS(RECORD_ADD, limits)
    }
    for (uint32_t i = 0; i < gateway->strategies.count; i++) strategy_records(records, gateway, i);
    return to.count;
}

#define CEILING_SET(E, name, scope, unit, looser, most, sentence, from)                            \
    plan->ceiling[E - 1] = (int64_t)from->name;

static void risk_plan(struct risk_plan *plan, const struct config_gateway *from)
{
    const struct config_ceilings *ceilings = &from->ceilings;
    plan->armed = from->armed;
    plan->two_persons = from->two_persons;
    RISK_LIMITS(CEILING_SET, ceilings)
}

/* All of it. */

/* An array, of at least one so that NULL is a lack of memory. */
static void *array_new(uint64_t count, size_t bytes)
{
    return calloc(count ? count : 1, bytes);
}

static bool arrays_new(struct polluxd_gateway *gateway, const struct config_gateway *from)
{
    uint64_t legs = 0, parameters = 0;
    uint32_t records = polluxd_gateway_limits(from, NULL);
    for (uint32_t i = 0; i < from->strategies.count; i++) {
        legs += from->strategies.at[i].instruments.count;
        parameters += from->strategies.at[i].parameters.count;
    }
    gateway->symbol = array_new(from->symbols.count, sizeof *gateway->symbol);
    uint64_t spares = (uint64_t)from->venues.count * from->spare_strategies;
    gateway->strategy = array_new(from->strategies.count + spares, sizeof *gateway->strategy);
    gateway->leg = array_new(legs, sizeof *gateway->leg);
    gateway->leg_venue = array_new(legs, sizeof *gateway->leg_venue);
    gateway->parameter = array_new(parameters, sizeof *gateway->parameter);
    gateway->record = array_new(records, sizeof *gateway->record);
    return gateway->symbol && gateway->strategy && gateway->leg && gateway->leg_venue &&
           gateway->parameter && gateway->record;
}

bool polluxd_gateway_plan(struct polluxd_gateway *gateway, const struct config *config,
                          const struct polluxd_kinds *kinds, struct text *problems)
{
    const struct config_gateway *from = config->gateway;
    struct gateway_plan *plan = &gateway->plan;
    *gateway = (struct polluxd_gateway){.folder = from->journal,
                                        .keep_segments = (uint32_t)from->journal_keep_segments,
                                        .image_records = from->journal_image_records,
                                        .port = from->port};
    if (!arrays_new(gateway, from)) {
        text_append(problems, "there is not enough memory to start\n");
        return false;
    }
    bool right = true;
    struct room room = {gateway->leg, gateway->leg_venue, gateway->parameter};
    plan->instruments = polluxd_instruments(config);
    plan->symbol = gateway->symbol;
    plan->strategy = gateway->strategy;
    plan->reconcile_ns = from->reconcile_ms * NANOS_MILLI;
    plan->daily = from->day_begins > 0;
    plan->day_begins = from->day_begins % CONFIG_MIDNIGHT * NANOS_SECOND;
    CHECK(getrandom(&plan->seed, sizeof plan->seed, 0) == sizeof plan->seed);
    for (uint32_t i = 0; i < from->venues.count; i++)
        right &= venue_plan(gateway, config, &from->venues.at[i], kinds, problems);
    for (uint32_t i = 0; i < from->symbols.count; i++)
        right &= symbol_plan(gateway, &from->symbols.at[i], problems);
    for (uint32_t i = 0; i < from->strategies.count; i++)
        strategy_plan(gateway, config, &from->strategies.at[i], kinds, &room);
    spares_plan(gateway, from);
    risk_plan(&plan->risk, from);
    plan->record = gateway->record;
    plan->records = polluxd_gateway_limits(from, gateway->record);
    const char *wrong = right ? gateway_check(plan) : NULL;
    if (wrong) text_format(problems, "gateway: %s\n", wrong);
    return right && !wrong;
}

void polluxd_gateway_free(struct polluxd_gateway *gateway)
{
    free(gateway->symbol);
    free(gateway->strategy);
    free(gateway->leg);
    free(gateway->leg_venue);
    free(gateway->parameter);
    free(gateway->record);
    *gateway = (struct polluxd_gateway){0};
}

static_assert(sizeof((struct polluxd_session *)0)->password == PASSWORD_BYTES, "as it is read");
static_assert(CONFIG_SYMBOL_MAX == sizeof(((struct gateway_symbol_plan *)0)->name),
              "as it is kept");
