/* Limits: those in force, and their change (F36). */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/reload.h"
#include "control/config/config_limit.h"
#include "control/monitor/report_trading.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_ALL UINT32_MAX

static const char *const scope_names[] = {
    [RISK_BOX] = "box",       [RISK_VENUE] = "venue", [RISK_STRATEGY] = "strategy",
    [RISK_SYMBOL] = "symbol", [RISK_ROUTE] = "route", [RISK_HOLDING] = "holding"};

static struct gateway *gateway_of(const struct commands *commands)
{
    return engine_stage_gateway(commands->plan.polluxd->launch.engine);
}

static bool of_strategies(enum risk_scope scope)
{
    return scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
}

static bool of_symbols(enum risk_scope scope)
{
    return scope == RISK_SYMBOL || scope == RISK_HOLDING;
}

/* "maker in ACME@box" */
static void subject_print(struct text *out, const struct commands *commands, enum risk_scope scope,
                          const struct risk_subject *of)
{
    const struct gateway_plan *plan = &commands->plan.polluxd->gateway.plan;
    const struct gateway_symbol_plan *symbol = &plan->symbol[of->symbol];
    if (of_strategies(scope))
        text_append(out, gateway_strategy_of(gateway_of(commands), of->strategy)->name);
    if (scope == RISK_HOLDING) text_append(out, " in ");
    if (scope == RISK_ROUTE) text_append(out, " at ");
    if (scope == RISK_VENUE || scope == RISK_ROUTE) text_append(out, plan->venue[of->venue].name);
    if (of_symbols(scope)) {
        size_t length = sizeof symbol->name;
        while (length > 0 && symbol->name[length - 1] == ' ') length--;
        text_append_bytes(out, symbol->name, length);
        text_format(out, "@%s", plan->venue[symbol->venue].name);
    }
}

/* Which subjects are meant; SUBJECT_ALL: all there are. */
struct meant {
    uint32_t venue, strategy;
    bool symbols; /* only those in symbol */
    uint32_t count;
    uint32_t symbol[GATEWAY_CONTROLS_MAX];
};

static bool venue_meant(const struct meant *meant, uint32_t venue)
{
    return meant->venue == SUBJECT_ALL || meant->venue == venue;
}

static bool symbol_meant(const struct meant *meant, uint32_t symbol)
{
    if (!meant->symbols) return true;
    for (uint32_t i = 0; i < meant->count; i++)
        if (meant->symbol[i] == symbol) return true;
    return false;
}

/* Whether a strategy is there, and is meant: itself, and one of its venues. */
static bool strategy_meant(const struct commands *commands, const struct meant *meant,
                           uint32_t strategy)
{
    const struct gateway *gateway = gateway_of(commands);
    const struct gateway_strategy_plan *is = gateway_strategy_of(gateway, strategy);
    bool meant_so = meant->strategy == SUBJECT_ALL || meant->strategy == strategy;
    if (!is->name || !is->name[0] || !meant_so) return false;
    return meant->venue == SUBJECT_ALL ||
           gateway_strategy_venues(gateway, strategy) >> meant->venue & 1;
}

/* How many subjects a strategy has, or there are without one. */
static uint32_t subjects_each(const struct gateway_plan *plan, enum risk_scope scope)
{
    if (of_symbols(scope)) return plan->symbols;
    return scope == RISK_VENUE || scope == RISK_ROUTE ? plan->venues : 1;
}

/* The subject of this number, if it is meant.  A strategy trades at its own venues, and what is
 * traded there alone. */
static bool subject_next(const struct commands *commands, enum risk_scope scope,
                         const struct meant *meant, uint32_t index, struct risk_subject *of)
{
    const struct gateway_plan *plan = &commands->plan.polluxd->gateway.plan;
    uint32_t each = subjects_each(plan, scope);
    uint32_t strategy = index / each, number = index % each;
    *of = (struct risk_subject){0};
    if (of_strategies(scope)) {
        if (!strategy_meant(commands, meant, strategy)) return false;
        of->strategy = strategy;
        if (scope == RISK_STRATEGY) return true;
    }
    if (scope == RISK_BOX) return true;
    uint32_t venue = of_symbols(scope) ? plan->symbol[number].venue : number;
    *(of_symbols(scope) ? &of->symbol : &of->venue) = number;
    if (of_symbols(scope) && !symbol_meant(meant, number)) return false;
    return venue_meant(meant, venue) &&
           (!of_strategies(scope) ||
            gateway_strategy_venues(gateway_of(commands), strategy) >> venue & 1);
}

static uint32_t subjects_of(const struct commands *commands, enum risk_scope scope)
{
    const struct gateway_plan *plan = &commands->plan.polluxd->gateway.plan;
    return subjects_each(plan, scope) * (of_strategies(scope) ? plan->strategies : 1);
}

/* Show. */

static void limit_show(const struct commands *commands, enum risk_verdict limit, json_t *rows)
{
    static const struct meant all = {.venue = SUBJECT_ALL, .strategy = SUBJECT_ALL};
    const struct risk *risk = gateway_risk(gateway_of(commands));
    enum risk_scope scope = risk_limit(limit)->scope;
    for (uint32_t i = 0; i < subjects_of(commands, scope); i++) {
        struct risk_subject of;
        char name[COMMANDS_OF_BYTES];
        struct text text = text_in(name, sizeof name);
        if (!subject_next(commands, scope, &all, i, &of)) continue;
        int64_t bound = risk_bound(risk, limit, &of);
        if (bound == 0 && scope == RISK_HOLDING) continue; /* what it does not trade */
        subject_print(&text, commands, scope, &of);
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s, s:s}", "limit", risk_limit(limit)->name,
                                        "scope", scope_names[scope], "of", name, "bound",
                                        config_limit_text(limit, bound).text));
    }
}

/* Nothing is under way that changes bounds. */
static void show_done(struct commands *commands, struct change *change,
                      const struct engine_control_answer *answer)
{
    (void)answer;
    const char *only = command_call_text(change->call, "limit");
    json_t *rows = json_array();
    for (uint32_t i = 1; i <= (uint32_t)RISK_LIMIT_COUNT; i++)
        if (!only || strcmp(only, risk_limit((enum risk_verdict)i)->name) == 0)
            limit_show(commands, (enum risk_verdict)i, rows);
    engine_stage_gateway_view(commands->plan.polluxd->launch.engine, &commands->gateway);
    command_call_answer(change->call,
                        json_pack("{s:s, s:o}", "trading",
                                  report_trading_state(commands->gateway.state), "limits", rows));
}

void commands_risk_show(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const char *only = command_call_text(call, "limit");
    if (!commands->plan.polluxd->launch.gateway)
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
    else if (only && config_limit_named(only) == RISK_PASS)
        command_call_refuse(call, COMMAND_REFUSED, "there is no limit %s", only);
    else commands_change(commands, &(struct change){.call = call, .look = true, .done = show_done});
}

/* Set. */

static void bound_done(struct commands *commands, struct change *change,
                       const struct engine_control_answer *answer)
{
    const struct risk_record *record = change->record;
    enum risk_verdict limit = (enum risk_verdict)record->limit;
    const struct risk_limit *is = risk_limit(limit);
    char of[COMMANDS_OF_BYTES], line[COMMANDS_EVENT_BYTES];
    struct text text = text_in(of, sizeof of), said = text_in(line, sizeof line);
    subject_print(&text, commands, is->scope, &record->subject);
    if (change->records > 1) text_format(&text, " and %u more", change->records - 1);
    struct config_bound was = config_limit_text(limit, record->old);
    struct config_bound now = config_limit_text(limit, record->value);
    text_format(&said, "gateway: %s of %s: %s -> %s by user %u", is->name, of[0] ? of : "the box",
                was.text, now.text, record->who);
    commands_confirmed_append(&said, record);
    text_format(&said, ": %s", record->reason);
    polluxd_say(commands->plan.polluxd, line);
    command_call_answer(change->call,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:b}", "limit", is->name, "scope",
                                  scope_names[is->scope], "of", of, "was", was.text, "bound",
                                  now.text, "changed", (int)change->records, "durable",
                                  (int)answer->durable));
}

/* Whom the call names; false with a refusal. */
static bool meant_find(const struct commands *commands, struct command_call *call,
                       struct meant *meant)
{
    const char *strategy = command_call_text(call, "strategy");
    const char *symbol = command_call_text(call, "symbol");
    const char *venue = command_call_text(call, "venue");
    meant->strategy = strategy ? commands_strategy(commands, strategy) : SUBJECT_ALL;
    meant->venue = venue ? commands_venue(commands, venue) : SUBJECT_ALL;
    meant->symbols = symbol != NULL;
    meant->count =
        symbol ? commands_symbols(commands, symbol, meant->symbol, GATEWAY_CONTROLS_MAX) : 0;
    const char *who = NULL;
    if (strategy && meant->strategy == SUBJECT_ALL) who = strategy;
    if (venue && meant->venue == SUBJECT_ALL) who = venue;
    if (symbol && meant->count == 0) who = symbol;
    if (who) command_call_refuse(call, COMMAND_REFUSED, "there is no %s here", who);
    return !who;
}

/* What a limit is of must be said, and nothing else. */
static bool scope_check(struct command_call *call, enum risk_scope scope)
{
    static const char *const names[] = {"strategy", "symbol", "venue"};
    const bool may[] = {of_strategies(scope), of_symbols(scope), scope != RISK_BOX};
    const bool must[] = {may[0], may[1], scope == RISK_VENUE};
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        bool given = command_call_text(call, names[i]) != NULL;
        if (given && !may[i])
            command_call_refuse(call, COMMAND_BAD_PARAMETERS, "this limit has no %s", names[i]);
        else if (!given && must[i])
            command_call_refuse(call, COMMAND_BAD_PARAMETERS, "of which %s?", names[i]);
        else continue;
        return false;
    }
    return true;
}

static uint32_t subjects_meant(const struct commands *commands, enum risk_scope scope,
                               const struct meant *meant)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < subjects_of(commands, scope); i++) {
        struct risk_subject of;
        if (subject_next(commands, scope, meant, i, &of)) count++;
    }
    return count;
}

/* All of them change together, or none. */
static void bound_ask(struct commands *commands, struct command_call *call, enum risk_verdict limit,
                      const struct meant *meant, int64_t bound)
{
    enum risk_scope scope = risk_limit(limit)->scope;
    uint32_t subjects = subjects_meant(commands, scope, meant);
    if (subjects == 0) {
        command_call_refuse(call, COMMAND_REFUSED, "nothing here has that limit so");
        return;
    }
    if (subjects > GATEWAY_CONTROLS_MAX) {
        command_call_refuse(call, COMMAND_REFUSED,
                            "nothing has changed: it is for %u, and %u may change together: name a "
                            "symbol, a venue or a strategy",
                            subjects, GATEWAY_CONTROLS_MAX);
        return;
    }
    struct change change = {.call = call, .done = bound_done};
    change.record = calloc(subjects, sizeof *change.record);
    CHECK(change.record != NULL);
    for (uint32_t i = 0; change.records < subjects; i++) {
        struct risk_subject of;
        if (!subject_next(commands, scope, meant, i, &of)) continue;
        struct risk_record *record = &change.record[change.records++];
        *record = commands_record(call, RISK_RECORD_BOUND, scope);
        record->limit = (uint16_t)limit;
        record->subject = of;
        record->value = bound;
    }
    commands_change(commands, &change);
}

void commands_risk_set(void *context, struct command_call *call)
{
    struct commands *commands = context;
    static struct meant meant;
    char sentence[CONFIG_SENTENCE_MAX] = "";
    int64_t bound = 0;
    enum risk_verdict limit = config_limit_named(command_call_text(call, "limit"));
    if (!commands->plan.polluxd->launch.gateway)
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
    else if (reload_busy(commands->plan.polluxd->reload))
        command_call_refuse(call, COMMAND_UNAVAILABLE, "the configuration is being read again now");
    else if (limit == RISK_PASS)
        command_call_refuse(call, COMMAND_REFUSED, "there is no limit %s",
                            command_call_text(call, "limit"));
    else if (!config_limit_read(limit, command_call_text(call, "value"), &bound, sentence))
        command_call_refuse(call, COMMAND_BAD_PARAMETERS, "%s", sentence);
    else if (scope_check(call, risk_limit(limit)->scope) && meant_find(commands, call, &meant))
        bound_ask(commands, call, limit, &meant, bound);
}
