/* The handlers by number, and the life of the control socket. */

#include "apps/polluxd/commands_layout.h"

#include "dataplane/base/system_clock.h"

#include <stdlib.h>

static command_fn *const handlers[COMMAND_COUNT] = {
    [COMMAND_STATUS] = commands_status,
    [COMMAND_LCORES] = commands_lcores,
    [COMMAND_LATENCY] = commands_latency,
    [COMMAND_FEEDS] = commands_feeds,
    [COMMAND_FEEDS_RELEASE] = commands_feeds_release,
    [COMMAND_BOOK] = commands_book,
    [COMMAND_INSTRUMENTS] = commands_instruments,
    [COMMAND_SESSIONS] = commands_sessions,
    [COMMAND_ORDERS] = commands_orders,
    [COMMAND_POSITIONS] = commands_positions,
    [COMMAND_STRATEGIES_LIST] = commands_strategies,
    [COMMAND_STRATEGIES_GAUGES] = commands_gauges,
    [COMMAND_STRATEGIES_START] = commands_strategies_start,
    [COMMAND_STRATEGIES_STOP] = commands_strategies_stop,
    [COMMAND_STRATEGIES_SET] = commands_strategies_set,
    [COMMAND_RISK_SHOW] = commands_risk_show,
    [COMMAND_RISK_SET] = commands_risk_set,
    [COMMAND_HALT] = commands_halt,
    [COMMAND_REDUCE] = commands_reduce,
    [COMMAND_ARM] = commands_arm,
    [COMMAND_CONFIRM] = commands_confirm,
    [COMMAND_CONFIG_SHOW] = commands_config_show,
    [COMMAND_CONFIG_CHECK] = commands_config_check,
    [COMMAND_CONFIG_DIFF] = commands_config_diff,
    [COMMAND_CONFIG_RELOAD] = commands_config_reload,
    [COMMAND_EVENTS] = commands_events,
    [COMMAND_ALERTS_LIST] = commands_alerts,
    [COMMAND_ALERTS_ACKNOWLEDGE] = commands_alerts_acknowledge,
    [COMMAND_FLIGHT] = commands_flight,
    [COMMAND_CAPTURE_SHOW] = commands_capture,
    [COMMAND_CAPTURE_START] = commands_capture_start,
    [COMMAND_CAPTURE_STOP] = commands_capture_stop,
    [COMMAND_METRICS] = commands_metrics,
};

nanos_t commands_now(void)
{
    return system_clock_monotonic();
}

static uint64_t tightened(const void *context)
{
    const struct commands *commands = context;
    return engine_stage_tightened(commands->plan.polluxd->launch.engine);
}

struct commands *commands_new(const struct commands_plan *plan, struct text *problems)
{
    const struct config_control *control = plan->polluxd->config->control;
    struct commands *commands = calloc(1, sizeof *commands);
    CHECK(commands != NULL);
    commands->plan = *plan;
    commands->begun = commands_now();
    commands->scratch = aligned_alloc(CACHE_LINE, ALIGN_UP(sizeof(struct histogram), CACHE_LINE));
    CHECK(commands->scratch != NULL);
    ev_init(&commands->follow, commands_follow);
    commands->follow.data = commands;
    commands_follow_every(commands);
    commands->server = command_server_new(
        &(struct command_server_plan){
            .loop = plan->polluxd->loop,
            .socket = control->socket,
            .users = control->users_file[0] ? control->users_file : NULL,
            .record = {.path = control->record_file,
                       .bytes = control->record_mib << 20,
                       .files = (uint32_t)control->record_files},
            .on = handlers,
            .tightened = plan->polluxd->launch.gateway ? tightened : NULL,
            .context = commands,
        },
        problems);
    if (commands->server) return commands;
    free(commands->scratch);
    free(commands);
    return NULL;
}

void commands_free(struct commands *commands)
{
    if (!commands) return;
    commands_change_end(commands);
    commands_confirm_end(commands);
    if (commands->reloading)
        command_call_refuse(commands->reloading, COMMAND_UNAVAILABLE, "the box stops");
    commands->reloading = NULL;
    ev_timer_stop(commands->plan.polluxd->loop, &commands->follow);
    command_server_free(commands->server);
    commands->plan.polluxd->commands = NULL;
    free(commands->scratch);
    free(commands);
}
