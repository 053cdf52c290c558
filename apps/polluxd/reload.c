#include "apps/polluxd/reload.h"

#include "apps/polluxd/gateway_config.h"
#include "apps/polluxd/running.h"
#include "control/config/config_diff.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REASON   "configuration"
#define WHO      0u /* the configuration itself */
#define ATTEMPTS 8u /* while something else changes in between */

/* A set under way, with room for its parameters. */
struct setting {
    struct delegate_parameter at[CONFIG_PARAMETERS_MAX];
    struct delegate_parameters parameters;
};

struct reload {
    struct reload_plan plan;
    struct running *running;

    /* What is to be said, line by line. */
    char *said;
    size_t said_bytes, said_at;
    FILE *out;

    /* Under way. */
    struct config *next;
    struct running *candidate;
    struct running_why *why;
    const struct delegate_kind **kind;
    struct engine_change change;
    struct risk_record *record;
    struct engine_set *set;
    struct setting *setting;
    uint32_t attempts;
    bool posted;
};

static volatile sig_atomic_t asked;

void reload_ask(void)
{
    asked = 1;
}

/* What is said. */

static FILE *say(struct reload *reload)
{
    if (!reload->out) {
        free(reload->said);
        reload->said = NULL;
        reload->said_bytes = reload->said_at = 0;
        reload->out = open_memstream(&reload->said, &reload->said_bytes);
        CHECK(reload->out != NULL);
    }
    return reload->out;
}

static bool line_next(struct reload *reload, struct text *line)
{
    if (reload->out) CHECK(fclose(reload->out) == 0);
    reload->out = NULL;
    if (!reload->said || reload->said_at >= reload->said_bytes) return false;
    const char *at = reload->said + reload->said_at;
    size_t length = strcspn(at, "\n");
    text_append_bytes(line, at, length);
    reload->said_at += length + 1;
    return true;
}

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

/* All limits of the gateway that are not in force, into reload->record; how many. */
static uint32_t records_find(struct reload *reload, const struct config_gateway *gateway)
{
    uint32_t all = polluxd_gateway_limits(gateway, NULL), count = 0;
    free(reload->record);
    reload->record = calloc(all ? all : 1, sizeof *reload->record);
    if (!reload->record) return 0;
    (void)polluxd_gateway_limits(gateway, reload->record);
    for (uint32_t i = 0; i < all; i++) {
        if (in_force(reload, &reload->record[i])) continue;
        struct risk_record *record = &reload->record[count++];
        *record = (struct risk_record){
            .kind = RISK_RECORD_BOUND,
            .scope = reload->record[i].scope,
            .limit = reload->record[i].limit,
            .role = RISK_ADMIN,
            .subject = reload->record[i].subject,
            .who = WHO,
            .confirmed_by = RISK_NONE,
            .at = (nanos_t)time(NULL) * NANOS_SECOND,
            .value = reload->record[i].value,
            .reason = REASON,
        };
    }
    return count;
}

static void record_print(FILE *out, const struct config_gateway *gateway,
                         const struct risk_record *record)
{
    const struct risk_subject *of = &record->subject;
    const struct config_trade_symbol *symbol = &gateway->symbols.at[of->symbol];
    const char *strategy = gateway->strategies.at[of->strategy].name;
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

static void beyond_say(FILE *out, const struct config_gateway *gateway,
                       const struct risk_record *record, int64_t ceiling)
{
    const struct risk_limit *limit = risk_limit(record->limit);
    record_print(out, gateway, record);
    fputs(" is ", out);
    bound_print(out, limit->unit, record->value);
    fputs(", looser than ", out);
    bound_print(out, limit->unit, ceiling);
    fprintf(out, ", gateway.ceilings.%s of the start: needs a restart\n", limit->name);
}

/* False, with a line, if the change cannot be as it is. */
static bool records_check(struct reload *reload)
{
    const struct config_gateway *gateway = &reload->running->gateway;
    if (reload->change.controls > GATEWAY_CONTROLS_MAX) {
        fprintf(say(reload), "%u limits differ, and at most %u change together\n",
                reload->change.controls, GATEWAY_CONTROLS_MAX);
        return false;
    }
    bool right = true;
    for (uint32_t i = 0; i < reload->change.controls; i++) {
        const struct risk_record *record = &reload->record[i];
        int64_t ceiling = reload->plan.polluxd->gateway.plan.risk.ceiling[record->limit - 1];
        bool up = risk_limit(record->limit)->looser == RISK_UP;
        if (up ? record->value <= ceiling : record->value >= ceiling) continue;
        beyond_say(say(reload), gateway, record, ceiling);
        right = false;
    }
    return right;
}

/* Parameters. */

static bool kinds_find(struct reload *reload)
{
    const struct gateway_plan *plan = &reload->plan.polluxd->gateway.plan;
    uint32_t count = plan->strategies ? plan->strategies : 1;
    reload->why = calloc(count, sizeof *reload->why);
    reload->kind = calloc(count, sizeof(struct delegate_kind *));
    reload->set = calloc(count, sizeof *reload->set);
    reload->setting = calloc(count, sizeof *reload->setting);
    if (!reload->why || !reload->kind || !reload->set || !reload->setting) return false;
    for (uint32_t i = 0; i < plan->strategies; i++) reload->kind[i] = plan->strategy[i].kind;
    return true;
}

/* Those whose parameters are others in the candidate than in what runs. */
static void sets_find(struct reload *reload)
{
    const struct config_gateway *was = &reload->running->gateway, *is = &reload->candidate->gateway;
    for (uint32_t i = 0; i < is->strategies.count; i++) {
        const struct config_parameters *old = &was->strategies.at[i].parameters;
        const struct config_parameters *new = &is->strategies.at[i].parameters;
        if (running_parameters_same(old, new)) continue;
        struct setting *setting = &reload->setting[reload->change.sets];
        setting->parameters =
            polluxd_parameters(&reload->candidate->config, &is->strategies.at[i], setting->at);
        reload->set[reload->change.sets++] =
            (struct engine_set){.strategy = i, .parameters = &setting->parameters};
    }
}

/* One reload. */

static void reload_clear(struct reload *reload)
{
    running_free(reload->candidate);
    config_free(reload->next);
    free(reload->why);
    free(reload->kind);
    free(reload->set);
    free(reload->setting);
    free(reload->record);
    reload->candidate = NULL;
    reload->next = NULL;
    reload->why = NULL;
    reload->kind = NULL;
    reload->set = NULL;
    reload->setting = NULL;
    reload->record = NULL;
    reload->change = (struct engine_change){0};
    reload->attempts = 0;
    reload->posted = false;
}

static void refuse(struct reload *reload, const char *why)
{
    fprintf(say(reload), "configuration: nothing has changed: %s\n", why);
    reload_clear(reload);
}

static bool file_read(struct reload *reload)
{
    static struct config_problems problems;
    const char *path = reload->plan.path;
    if (config_read(path, &reload->next, &problems) && reload->plan.check(reload->next, &problems))
        return true;
    config_print_problems(say(reload), path, &problems);
    return false;
}

/* The strategy of what runs whose parameters this path is of, or NULL. */
static const struct running_why *why_of(const struct reload *reload, const char *path)
{
    static const char begin[] = "gateway.strategies[";
    const struct config_gateway *gateway = &reload->running->gateway;
    if (strncmp(path, begin, sizeof begin - 1) != 0) return NULL;
    const char *name = path + sizeof begin - 1, *end = strchr(name, ']');
    if (!end || strncmp(end, "].parameters", 12) != 0) return NULL;
    for (uint32_t i = 0; i < gateway->strategies.count; i++) {
        const char *one = gateway->strategies.at[i].name;
        if (strlen(one) == (size_t)(end - name) && strncmp(one, name, strlen(one)) == 0)
            return &reload->why[i];
    }
    return NULL;
}

static void differences_say(struct reload *reload)
{
    struct config_differences all = config_diff(&reload->running->config, reload->next);
    FILE *out = say(reload);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct running_why *why = why_of(reload, all.at[i].path);
        config_difference_print(out, &all.at[i]);
        if (why && why->text[0]) fprintf(out, ": needs a restart: %s", why->text);
        fputc('\n', out);
    }
    config_differences_free(&all);
}

/* It is done: the candidate is what runs. */
static void settle(struct reload *reload, const struct engine_control_answer *answer)
{
    FILE *out = say(reload);
    differences_say(reload);
    if (answer->unset > 0)
        fprintf(out, "configuration: %u strategies have refused their parameters: %s\n",
                answer->unset, answer->problem);
    fprintf(out, "configuration: %u limits have changed, %u strategies have other parameters%s\n",
            reload->change.controls, reload->change.sets - answer->unset,
            answer->durable ? "" : "; the journal's disk has failed");
    struct running *was = reload->running;
    reload->running = reload->candidate;
    reload->candidate = was;
    reload->plan.polluxd->config = &reload->running->config;
    reload_clear(reload);
}

static bool gateway_runs(const struct reload *reload)
{
    return reload->plan.polluxd->launch.gateway;
}

/* Composes the change; false, with lines, if there is none that can be. */
static bool change_compose(struct reload *reload)
{
    reload->candidate = kinds_find(reload)
                          ? running_with(reload->running, reload->next, reload->kind, reload->why)
                          : NULL;
    if (!reload->candidate) {
        fputs("there is not enough memory\n", say(reload));
        return false;
    }
    if (!gateway_runs(reload) || !reload->next->gateway) return true;
    reload->change.controls = records_find(reload, &reload->candidate->gateway);
    if (!reload->record || !records_check(reload)) return false;
    reload->change.record = reload->record;
    sets_find(reload);
    reload->change.set = reload->set;
    return true;
}

static void reload_begin(struct reload *reload)
{
    if (!file_read(reload)) {
        refuse(reload, "the file has problems");
    } else if (!change_compose(reload)) {
        refuse(reload, "it cannot change as a whole");
    } else if (reload->change.controls == 0 && reload->change.sets == 0) {
        settle(reload, &(struct engine_control_answer){.durable = true});
    }
}

/* The box changes something of its own now and then: then it is tried again. */
static void reload_follow(struct reload *reload)
{
    struct engine_stage *engine = reload->plan.polluxd->launch.engine;
    struct engine_control_answer answer;
    if (!reload->posted) {
        reload->posted = engine_stage_change(engine, &reload->change);
        return;
    }
    if (!engine_stage_controlled(engine, &answer)) return;
    reload->posted = false;
    if (answer.verdict == RISK_CONTROL_OK) settle(reload, &answer);
    else if (answer.verdict != RISK_CONTROL_TURN || ++reload->attempts == ATTEMPTS)
        refuse(reload, risk_control_text(answer.verdict));
}

bool reload_step(struct reload *reload, struct text *line)
{
    if (!reload) return false;
    if (line_next(reload, line)) return true;
    if (reload->candidate) reload_follow(reload);
    else if (asked) {
        asked = 0;
        reload_begin(reload);
    }
    return line_next(reload, line);
}

/* The start. */

static void bounds_compare(struct reload *reload)
{
    const struct config_gateway *gateway = &reload->running->gateway;
    uint32_t count = records_find(reload, gateway);
    if (count == 0) return;
    fprintf(say(reload),
            "configuration: %u limits are as they were changed to, not as in the file, "
            "such as ",
            count);
    record_print(reload->out, gateway, &reload->record[0]);
    fputs("; SIGHUP makes them the file's\n", reload->out);
}

struct reload *reload_new(const struct reload_plan *plan)
{
    struct reload *reload = calloc(1, sizeof *reload);
    if (!reload) return NULL;
    reload->plan = *plan;
    reload->running = running_new(plan->polluxd->config);
    if (!reload->running) {
        free(reload);
        return NULL;
    }
    plan->polluxd->config = &reload->running->config;
    if (gateway_runs(reload)) bounds_compare(reload);
    reload_clear(reload);
    return reload;
}

void reload_free(struct reload *reload)
{
    if (!reload) return;
    struct text rest = text_in((char[1]){0}, 1);
    while (line_next(reload, &rest)) continue;
    reload_clear(reload);
    running_free(reload->running);
    free(reload->said);
    free(reload);
}
