/* From what runs and the next file to the one change that the engine is asked for. */

#include "apps/polluxd/gateway_config.h"
#include "apps/polluxd/reload_layout.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REASON "configuration"
#define WHO    0u /* the configuration itself */

/* Limits. */

static struct gateway *gateway_of(const struct reload *reload)
{
    return engine_stage_gateway(reload->plan.polluxd->launch.engine);
}

/* Bounds change by this thread's changes only, and none is under way. */
static bool in_force(const struct reload *reload, const struct risk_record *record)
{
    return risk_bound(gateway_risk(gateway_of(reload)), record->limit, &record->subject) ==
           record->value;
}

uint32_t reload_records(struct reload *reload, const struct running *running)
{
    const struct config_gateway *gateway = &running->gateway;
    uint32_t all = polluxd_gateway_limits(gateway, NULL), count = 0;
    free(reload->record);
    reload->record = calloc(all ? all : 1, sizeof *reload->record);
    if (!reload->record) return 0;
    (void)polluxd_gateway_limits(gateway, reload->record);
    for (uint32_t i = 0; i < all; i++) {
        struct risk_record one = reload->record[i];
        bool named =
            one.scope == RISK_STRATEGY || one.scope == RISK_ROUTE || one.scope == RISK_HOLDING;
        if (named) one.subject.strategy = running->place[one.subject.strategy];
        if (in_force(reload, &one)) continue;
        struct risk_record *record = &reload->record[count++];
        *record = (struct risk_record){
            .kind = RISK_RECORD_BOUND,
            .scope = one.scope,
            .limit = one.limit,
            .role = RISK_ADMIN,
            .subject = one.subject,
            .who = WHO,
            .confirmed_by = RISK_NONE,
            .at = (nanos_t)time(NULL) * NANOS_SECOND,
            .value = one.value,
            .reason = REASON,
        };
    }
    return count;
}

static const char *name_at(const struct running *running, uint32_t place)
{
    for (uint32_t i = 0; i < running->gateway.strategies.count; i++)
        if (running->place[i] == place) return running->gateway.strategies.at[i].name;
    return "";
}

void reload_record_print(FILE *out, const struct running *running, const struct risk_record *record)
{
    const struct config_gateway *gateway = &running->gateway;
    const struct risk_subject *of = &record->subject;
    const struct config_trade_symbol *symbol = &gateway->symbols.at[of->symbol];
    const char *strategy = name_at(running, of->strategy);
    const char *name = risk_limit(record->limit)->name;
    switch ((enum risk_scope)record->scope) {
    case RISK_BOX: fprintf(out, "gateway.limits.%s", name); return;
    case RISK_VENUE:
        fprintf(out, "gateway.venues[%s].limits.%s", gateway->venues.at[of->venue].name, name);
        return;
    case RISK_SYMBOL:
        fprintf(out, "gateway.symbols[%s at %s].limits.%s", symbol->symbol,
                gateway->venues.at[symbol->venue].name, name);
        return;
    case RISK_STRATEGY:
    case RISK_ROUTE: fprintf(out, "gateway.strategies[%s].limits.%s", strategy, name); return;
    case RISK_HOLDING:
        fprintf(out, "gateway.strategies[%s].limits.%s in %s", strategy, name, symbol->symbol);
        return;
    case RISK_SCOPE_COUNT: break;
    }
    UNREACHABLE("a record of a bound has a scope");
}

/* A bound as a number of its unit. */
static void bound_print(FILE *out, enum risk_unit unit, int64_t bound)
{
    char digits[32];
    struct text text = text_in(digits, sizeof digits);
    if (unit == RISK_QTY || unit == RISK_MONEY) text_qty(&text, bound);
    else text_int(&text, bound);
    fprintf(out, "%s%s", digits, unit == RISK_NS ? "ns" : unit == RISK_PPM ? " ppm" : "");
}

static void beyond_say(FILE *out, const struct running *running, const struct risk_record *record,
                       int64_t ceiling)
{
    const struct risk_limit *limit = risk_limit(record->limit);
    reload_record_print(out, running, record);
    fputs(" is ", out);
    bound_print(out, limit->unit, record->value);
    fputs(", looser than ", out);
    bound_print(out, limit->unit, ceiling);
    fprintf(out, ", gateway.ceilings.%s of the start: needs a restart\n", limit->name);
}

/* False, with a line, if the change cannot be as it is. */
static bool records_check(struct reload *reload)
{
    if (reload->change.controls > GATEWAY_CONTROLS_MAX) {
        fprintf(reload_say(reload), "%u limits differ, and at most %u change together\n",
                reload->change.controls, GATEWAY_CONTROLS_MAX);
        return false;
    }
    bool right = true;
    for (uint32_t i = 0; i < reload->change.controls; i++) {
        const struct risk_record *record = &reload->record[i];
        int64_t ceiling = reload->plan.polluxd->gateway.plan.risk.ceiling[record->limit - 1];
        bool up = risk_limit(record->limit)->looser == RISK_UP;
        if (up ? record->value <= ceiling : record->value >= ceiling) continue;
        beyond_say(reload_say(reload), reload->candidate, record, ceiling);
        right = false;
    }
    return right;
}

/* Who changes. */

/* Those whose parameters are others in the candidate than in what runs. */
static void sets_find(struct reload *reload)
{
    const struct config_gateway *was = &reload->running->gateway, *is = &reload->candidate->gateway;
    for (uint32_t i = 0; i < is->strategies.count; i++) {
        const struct config_trade_strategy *one = &is->strategies.at[i];
        uint32_t at = running_strategy(was, one->name);
        if (at == was->strategies.count) continue;
        if (running_parameters_same(&was->strategies.at[at].parameters, &one->parameters)) continue;
        struct setting *setting = &reload->setting[reload->change.sets];
        setting->parameters = polluxd_parameters(&reload->candidate->config, one, setting->at);
        reload->set[reload->change.sets++] = (struct engine_set){
            .strategy = reload->candidate->place[i], .parameters = &setting->parameters};
    }
}

static void detaches_find(struct reload *reload)
{
    const struct config_gateway *was = &reload->running->gateway, *is = &reload->candidate->gateway;
    for (uint32_t i = 0; i < was->strategies.count; i++)
        if (running_strategy(is, was->strategies.at[i].name) == is->strategies.count)
            reload->detach[reload->change.detaches++] = reload->running->place[i];
}

static void attaches_find(struct reload *reload)
{
    for (const struct occupant *one = reload->coming; one; one = one->next)
        reload->attach[reload->change.attaches++] =
            (struct engine_attach){.place = one->place, .plan = &one->plan, .memory = one->memory};
}

/* Room for what may come of both. */
static bool room_make(struct reload *reload)
{
    size_t count = 1;
    if (reload->running->config.gateway) count += reload->running->gateway.strategies.count;
    if (reload->next->gateway) count += reload->next->gateway->strategies.count;
    reload->world =
        (struct running_world){.context = reload, .kind = reload_kind, .place = reload_place};
    reload->world.why = calloc(count, sizeof *reload->world.why);
    reload->set = calloc(count, sizeof *reload->set);
    reload->setting = calloc(count, sizeof *reload->setting);
    reload->attach = calloc(count, sizeof *reload->attach);
    reload->detach = calloc(count, sizeof *reload->detach);
    return reload->world.why && reload->set && reload->setting && reload->attach && reload->detach;
}

bool reload_compose(struct reload *reload)
{
    struct engine_change *change = &reload->change;
    bool trades = reload->plan.polluxd->launch.gateway && reload->next->gateway;
    bool room = room_make(reload);
    if (room) reload->candidate = running_with(reload->running, reload->next, &reload->world);
    if (!reload->candidate || (trades && !reload_coming_make(reload))) {
        fputs("there is not enough memory\n", reload_say(reload));
        return false;
    }
    if (!trades) return true;
    change->controls = reload_records(reload, reload->candidate);
    if (!reload->record || !records_check(reload)) return false;
    detaches_find(reload);
    attaches_find(reload);
    sets_find(reload);
    change->record = reload->record;
    change->detach = reload->detach;
    change->attach = reload->attach;
    change->set = reload->set;
    return true;
}

bool reload_compose_set(struct reload *reload, const struct reload_setting *setting,
                        struct text *why)
{
    const struct config_gateway *gateway = &reload->running->gateway;
    uint32_t at = running_strategy(gateway, setting->strategy);
    if (at == gateway->strategies.count) {
        text_format(why, "there is no strategy %s here", setting->strategy);
        return false;
    }
    struct running_why refusal = {0};
    const struct delegate_kind *kind = reload_kind(reload, reload->running->place[at]);
    reload->candidate =
        running_set(reload->running, at, setting->parameter, setting->value, kind, &refusal);
    reload->set = calloc(1, sizeof *reload->set);
    reload->setting = calloc(1, sizeof *reload->setting);
    if (!reload->candidate || !reload->set || !reload->setting) {
        text_append(why, refusal.text[0] ? refusal.text : "there is not enough memory");
        return false;
    }
    sets_find(reload);
    if (reload->change.sets == 0) {
        text_format(why, "%s of %s is that already", setting->parameter, setting->strategy);
        return false;
    }
    reload->change.set = reload->set;
    return true;
}
