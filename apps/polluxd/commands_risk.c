/* Trading states: halt, reduce and arm by scope (F35). */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/reload.h"
#include "control/monitor/report_trading.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYMBOLS_MAX GATEWAY_CONTROLS_MAX

static_assert((int)COMMAND_OPERATOR == (int)RISK_OPERATOR && (int)COMMAND_RISK == RISK_OFFICER &&
                  (int)COMMAND_ADMIN == RISK_ADMIN,
              "roles are those of risk's records");

static const struct gateway_plan *plan_of(const struct commands *commands)
{
    return &commands->plan.polluxd->gateway.plan;
}

/* Names. */

uint32_t commands_venue(const struct commands *commands, const char *name)
{
    const struct gateway_plan *plan = plan_of(commands);
    for (uint32_t i = 0; i < plan->venues; i++)
        if (strcmp(plan->venue[i].name, name) == 0) return i;
    return UINT32_MAX;
}

uint32_t commands_strategy(const struct commands *commands, const char *name)
{
    return reload_place_of(commands->plan.polluxd->reload, name);
}

static bool symbol_is(const struct gateway_symbol_plan *symbol, const char *name, size_t length)
{
    size_t own = sizeof symbol->name;
    while (own > 0 && symbol->name[own - 1] == ' ') own--;
    return own == length && memcmp(symbol->name, name, length) == 0;
}

uint32_t commands_symbols(const struct commands *commands, const char *name, uint32_t *at,
                          uint32_t room)
{
    const struct gateway_plan *plan = plan_of(commands);
    const char *place = strrchr(name, '@');
    size_t length = place ? (size_t)(place - name) : strlen(name);
    uint32_t venue = place ? commands_venue(commands, place + 1) : UINT32_MAX, count = 0;
    if (place && venue == UINT32_MAX) return 0;
    for (uint32_t i = 0; i < plan->symbols && count < room; i++) {
        const struct gateway_symbol_plan *symbol = &plan->symbol[i];
        if (symbol_is(symbol, name, length) && (!place || symbol->venue == venue)) at[count++] = i;
    }
    return count;
}

struct risk_record commands_record(const struct command_call *call, enum risk_record_kind kind,
                                   enum risk_scope scope)
{
    struct risk_record record = {
        .kind = (uint8_t)kind,
        .scope = (uint8_t)scope,
        .role = (uint8_t)call->caller.role,
        .who = call->caller.uid,
        .confirmed_by = RISK_NONE,
        .at = (nanos_t)time(NULL) * NANOS_SECOND,
    };
    const char *reason = command_call_text(call, "reason");
    strncpy(record.reason, reason ? reason : command_at(call->number)->method,
            sizeof record.reason - 1);
    return record;
}

void commands_confirmed_append(struct text *out, const struct risk_record *record)
{
    if (record->confirmed_by != RISK_NONE)
        text_format(out, ", confirmed by user %u", record->confirmed_by);
}

/* States. */

static const char *const scope_names[] = {[RISK_BOX] = "box",
                                          [RISK_VENUE] = "venue",
                                          [RISK_STRATEGY] = "strategy",
                                          [RISK_SYMBOL] = "symbol"};

static enum risk_scope scope_named(const char *name)
{
    uint32_t scope = RISK_BOX;
    while (name && scope < RISK_SYMBOL && strcmp(scope_names[scope], name) != 0) scope++;
    return (enum risk_scope)scope;
}

/* What the records are of: into change; false if nothing is. */
static bool subjects_find(struct commands *commands, struct change *change,
                          const struct risk_record *record, const char *name)
{
    uint32_t at[SYMBOLS_MAX] = {0}, count = 1;
    switch ((enum risk_scope)record->scope) {
    case RISK_VENUE: at[0] = commands_venue(commands, name); break;
    case RISK_STRATEGY: at[0] = commands_strategy(commands, name); break;
    case RISK_SYMBOL: count = commands_symbols(commands, name, at, SYMBOLS_MAX); break;
    case RISK_BOX:
    case RISK_ROUTE:
    case RISK_HOLDING:
    case RISK_SCOPE_COUNT: break;
    }
    if (count == 0 || at[0] == UINT32_MAX) return false;
    change->record = calloc(count, sizeof *change->record);
    CHECK(change->record != NULL);
    change->records = count;
    for (uint32_t i = 0; i < count; i++) {
        struct risk_record *one = &change->record[i];
        *one = *record;
        if (one->scope == RISK_VENUE) one->subject.venue = at[i];
        if (one->scope == RISK_STRATEGY) one->subject.strategy = at[i];
        if (one->scope == RISK_SYMBOL) one->subject.symbol = at[i];
    }
    return true;
}

static void state_done(struct commands *commands, struct change *change,
                       const struct engine_control_answer *answer)
{
    const struct risk_record *record = change->record;
    const char *of = change->of;
    char line[COMMANDS_EVENT_BYTES];
    struct text text = text_in(line, sizeof line);
    text_format(&text, "gateway: %s%s%s is %s by user %u", scope_names[record->scope],
                of[0] ? " " : "", of, report_trading_state((uint64_t)record->value), record->who);
    commands_confirmed_append(&text, record);
    text_format(&text, ": %s", record->reason);
    polluxd_say(commands->plan.polluxd, line);
    command_call_answer(change->call,
                        json_pack("{s:s, s:s, s:s, s:b}", "scope", scope_names[record->scope], "of",
                                  of, "trading", report_trading_state((uint64_t)record->value),
                                  "durable", (int)answer->durable));
}

static void state_ask(struct commands *commands, struct command_call *call, enum risk_scope scope,
                      const char *name, enum risk_state state)
{
    struct change change = {.call = call, .done = state_done};
    struct risk_record record = commands_record(call, RISK_RECORD_STATE, scope);
    record.value = state;
    if (!commands->plan.polluxd->launch.gateway) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
    } else if (scope == RISK_BOX ? name != NULL : name == NULL) {
        command_call_refuse(call, COMMAND_BAD_PARAMETERS,
                            scope == RISK_BOX ? "the box has no name" : "which %s?",
                            scope_names[scope]);
    } else if (!subjects_find(commands, &change, &record, name)) {
        command_call_refuse(call, COMMAND_REFUSED, "there is no %s %s here", scope_names[scope],
                            name);
    } else {
        struct text of = text_in(change.of, sizeof change.of);
        if (name) text_append(&of, name);
        commands_change(commands, &change);
    }
}

void commands_halt(void *context, struct command_call *call)
{
    state_ask(context, call, scope_named(command_call_text(call, "scope")),
              command_call_text(call, "name"), RISK_HALTED);
}

void commands_reduce(void *context, struct command_call *call)
{
    state_ask(context, call, scope_named(command_call_text(call, "scope")),
              command_call_text(call, "name"), RISK_REDUCE_ONLY);
}

void commands_arm(void *context, struct command_call *call)
{
    state_ask(context, call, scope_named(command_call_text(call, "scope")),
              command_call_text(call, "name"), RISK_ACTIVE);
}

void commands_strategies_start(void *context, struct command_call *call)
{
    state_ask(context, call, RISK_STRATEGY, command_call_text(call, "strategy"), RISK_ACTIVE);
}

void commands_strategies_stop(void *context, struct command_call *call)
{
    state_ask(context, call, RISK_STRATEGY, command_call_text(call, "strategy"), RISK_HALTED);
}
