/* The configuration: what runs, what the file says now, and how the one becomes the other. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/plugs.h"
#include "apps/polluxd/reload.h"
#include "control/config/config_diff.h"

#include <stdlib.h>
#include <string.h>

void commands_config_show(void *context, struct command_call *call)
{
    const struct commands *commands = context;
    struct config_differences values = config_values(commands->plan.polluxd->config);
    json_t *rows = json_array();
    for (uint32_t i = 0; i < values.count; i++)
        json_array_append_new(
            rows, json_pack("{s:s, s:s}", "key", values.at[i].path, "value", values.at[i].is));
    config_differences_free(&values);
    command_call_answer(call, json_pack("{s:o}", "keys", rows));
}

/* Check. */

static json_t *problems_show(const struct config_problems *problems)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < problems->count; i++)
        json_array_append_new(rows, json_pack("{s:o, s:o, s:s}", "line",
                                              commands_count(problems->at[i].line), "column",
                                              commands_count(problems->at[i].column), "problem",
                                              problems->at[i].sentence));
    return rows;
}

/* Plug-ins that only this file names are let go again; what is said of them is not news. */
static void plugs_forget(const struct commands *commands)
{
    const struct config_gateway *gateway = commands->plan.polluxd->config->gateway;
    char *said = NULL;
    size_t bytes = 0;
    FILE *out = gateway ? open_memstream(&said, &bytes) : NULL;
    if (!out) return;
    plugs_keep(&gateway->plugins, out);
    fclose(out);
    free(said);
}

static bool reload_free_now(const struct commands *commands, struct command_call *call)
{
    if (!reload_busy(commands->plan.polluxd->reload)) return true;
    command_call_refuse(call, COMMAND_UNAVAILABLE, "the configuration is being read again now");
    return false;
}

void commands_config_check(void *context, struct command_call *call)
{
    static struct config_problems problems;
    const struct commands *commands = context;
    struct config *config = NULL;
    if (!reload_free_now(commands, call)) return;
    bool right =
        config_read(commands->plan.path, &config, &problems) && plugs_check(config, &problems);
    config_free(config);
    plugs_forget(commands);
    command_call_answer(call, json_pack("{s:s, s:b, s:o}", "file", commands->plan.path, "right",
                                        (int)right, "problems", problems_show(&problems)));
}

/* Diff. */

static json_t *difference_show(const struct config_difference *is)
{
    bool entry = (is->was && !is->was[0] && !is->is) || (is->is && !is->is[0] && !is->was);
    const char *was = is->was ? is->was : "none", *now = is->is ? is->is : "none";
    if (entry && is->was) was = "there";
    if (entry && is->is) now = "new";
    return json_pack("{s:s, s:s, s:s, s:s}", "key", is->path, "was", was, "is", now, "change",
                     is->live ? "live" : "needs a restart");
}

void commands_config_diff(void *context, struct command_call *call)
{
    static struct config_problems problems;
    const struct commands *commands = context;
    struct config *config = NULL;
    if (!config_read(commands->plan.path, &config, &problems)) {
        command_call_refuse(call, COMMAND_REFUSED, "%s has %u problems: see config check",
                            commands->plan.path, problems.count + problems.more);
        config_free(config);
        return;
    }
    struct config_differences all = config_diff(commands->plan.polluxd->config, config);
    json_t *rows = json_array();
    for (uint32_t i = 0; i < all.count; i++)
        json_array_append_new(rows, difference_show(&all.at[i]));
    config_differences_free(&all);
    config_free(config);
    command_call_answer(call, json_pack("{s:o}", "differences", rows));
}

/* Reload, and one parameter: both are told by reload.h what came of them. */

/* The last line says why. */
static void refusal_say(struct command_call *call, const char *lines)
{
    size_t length = strlen(lines);
    while (length > 0 && lines[length - 1] == '\n') length--;
    size_t begin = length;
    while (begin > 0 && lines[begin - 1] != '\n') begin--;
    /* Sentences about the file come first: the first of them is worth being said. */
    size_t first = strcspn(lines, "\n");
    if (begin == 0) command_call_refuse(call, COMMAND_REFUSED, "%.*s", (int)length, lines);
    else
        command_call_refuse(call, COMMAND_REFUSED, "%.*s; %.*s", (int)(length - begin),
                            lines + begin, (int)(first < 140 ? first : 140), lines);
}

/* Whose reload has ended; NULL if nobody waits, or it was refused, which is said. */
static struct command_call *reload_done(struct commands *commands, bool taken, const char *lines)
{
    struct command_call *call = commands->reloading;
    commands->reloading = NULL;
    if (call && !taken) refusal_say(call, lines);
    return taken ? call : NULL;
}

static void reload_told(void *context, bool taken, const char *lines)
{
    struct command_call *call = reload_done(context, taken, lines);
    if (!call) return;
    json_t *rows = json_array();
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        json_array_append_new(rows, json_pack("{s:o?}", "line", json_stringn(lines, length)));
        lines += length + (lines[length] != 0);
    }
    command_call_answer(call, json_pack("{s:o}", "said", rows));
}

void commands_config_reload(void *context, struct command_call *call)
{
    struct commands *commands = context;
    if (!reload_free_now(commands, call)) return;
    commands->reloading = call;
    reload_request(commands->plan.polluxd->reload, reload_told, commands);
}

static void set_told(void *context, bool taken, const char *lines)
{
    struct command_call *call = reload_done(context, taken, lines);
    if (!call) return;
    /* "gateway.strategies[maker].parameters.rungs: OLD -> NEW" */
    size_t length = strcspn(lines, "\n");
    const char *value = command_call_text(call, "value");
    const char *was = memmem(lines, length, ": ", 2), *arrow = memmem(lines, length, " -> ", 4);
    json_t *old = was && arrow && was < arrow ? json_stringn(was + 2, (size_t)(arrow - was - 2))
                                              : json_string(value);
    command_call_answer(call, json_pack("{s:s, s:s, s:o, s:s}", "strategy",
                                        command_call_text(call, "strategy"), "parameter",
                                        command_call_text(call, "parameter"), "was", old, "value",
                                        value));
}

void commands_strategies_set(void *context, struct command_call *call)
{
    struct commands *commands = context;
    char why[COMMAND_PROBLEM_MAX] = "";
    struct text text = text_in(why, sizeof why);
    if (!reload_free_now(commands, call)) return;
    if (!commands->plan.polluxd->launch.gateway) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
        return;
    }
    const struct reload_setting setting = {
        .strategy = command_call_text(call, "strategy"),
        .parameter = command_call_text(call, "parameter"),
        .value = command_call_text(call, "value"),
    };
    commands->reloading = call;
    if (reload_set(commands->plan.polluxd->reload, &setting, set_told, commands, &text)) return;
    commands->reloading = NULL;
    command_call_refuse(call, COMMAND_REFUSED, "%s", why);
}
