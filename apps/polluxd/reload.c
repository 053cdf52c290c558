#include "apps/polluxd/outside.h"
#include "apps/polluxd/plugs.h"
#include "apps/polluxd/reload_layout.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 8u /* while something else changes in between */

static volatile sig_atomic_t asked;

void reload_ask(void)
{
    asked = 1;
}

/* What is said. */

FILE *reload_say(struct reload *reload)
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

/* One reload. */

static bool gateway_runs(const struct reload *reload)
{
    return reload->plan.polluxd->launch.gateway;
}

static void reload_clear(struct reload *reload)
{
    reload_coming_free(reload);
    running_free(reload->candidate);
    config_free(reload->next);
    free(reload->world.why);
    free(reload->set);
    free(reload->setting);
    free(reload->record);
    free(reload->attach);
    free(reload->detach);
    reload->candidate = NULL;
    reload->next = NULL;
    reload->world = (struct running_world){0};
    reload->set = NULL;
    reload->setting = NULL;
    reload->record = NULL;
    reload->attach = NULL;
    reload->detach = NULL;
    reload->change = (struct engine_change){0};
    reload->attempts = 0;
    reload->posted = false;
}

/* Who asked is told; the lines are said to everybody after. */
static void tell(struct reload *reload, bool taken)
{
    reload_told_fn *told = reload->told;
    reload->told = NULL;
    CHECK(fflush(reload_say(reload)) == 0);
    if (told) told(reload->told_context, taken, reload->said);
}

/* Plug-ins that only the refused file named are let go. */
static void refuse(struct reload *reload, const char *why)
{
    reload_clear(reload);
    if (gateway_runs(reload)) plugs_keep(&reload->running->gateway.plugins, reload_say(reload));
    fprintf(reload_say(reload), "configuration: nothing has changed: %s\n", why);
    tell(reload, false);
}

static bool file_read(struct reload *reload)
{
    static struct config_problems problems;
    const char *path = reload->plan.path;
    if (config_read(path, &reload->next, &problems) && plugs_check(reload->next, &problems))
        return true;
    config_print_problems(reload_say(reload), path, &problems);
    return false;
}

/* Why the strategy that this path is of is not as next has it, or NULL. */
static const struct running_why *why_of(const struct reload *reload, const char *path)
{
    static const char begin[] = "gateway.strategies[";
    if (strncmp(path, begin, sizeof begin - 1) != 0) return NULL;
    const char *name = path + sizeof begin - 1, *end = strchr(name, ']');
    bool whole = end && (end[1] == 0 || strncmp(end, "].parameters", 12) == 0);
    for (uint32_t i = 0; whole && i < reload->world.whys; i++) {
        const struct running_why *why = &reload->world.why[i];
        size_t length = strlen(why->strategy);
        if (length == (size_t)(end - name) && strncmp(why->strategy, name, length) == 0) return why;
    }
    return NULL;
}

static void differences_say(struct reload *reload)
{
    const struct config *to = reload->next ? reload->next : &reload->candidate->config;
    struct config_differences all = config_diff(&reload->running->config, to);
    FILE *out = reload_say(reload);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct running_why *why = why_of(reload, all.at[i].path);
        config_difference_print(out, &all.at[i]);
        if (why) fprintf(out, ": %s: %s", why->later ? "not yet" : "needs a restart", why->text);
        fputc('\n', out);
    }
    config_differences_free(&all);
}

/* It is done: the candidate is what runs. */
static void settle(struct reload *reload, const struct engine_control_answer *answer)
{
    FILE *out = reload_say(reload);
    const struct engine_change *change = &reload->change;
    differences_say(reload);
    if (answer->unset > 0)
        fprintf(out, "configuration: %u strategies were refused in the end: %s\n", answer->unset,
                answer->problem);
    while (reload->coming) {
        struct occupant *occupant = reload->coming;
        reload->coming = occupant->next;
        occupant->next = reload->occupants;
        reload->occupants = occupant;
    }
    struct running *was = reload->running;
    reload->running = reload->candidate;
    reload->candidate = was;
    reload->plan.polluxd->config = &reload->running->config;
    if (gateway_runs(reload)) plugs_keep(&reload->running->gateway.plugins, out);
    fprintf(out,
            "configuration: %u limits have changed, %u strategies have other parameters, %u come, "
            "%u leave%s\n",
            change->controls, change->sets, change->attaches, change->detaches,
            answer->durable ? "" : "; the journal's disk has failed");
    tell(reload, true);
    reload_clear(reload);
}

static void reload_begin(struct reload *reload)
{
    if (!file_read(reload)) {
        refuse(reload, "the file has problems");
    } else if (!reload_compose(reload)) {
        refuse(reload, "it cannot change as a whole");
    } else if (reload->change.controls + reload->change.sets + reload->change.attaches +
                   reload->change.detaches ==
               0) {
        settle(reload, &(struct engine_control_answer){.durable = true});
    }
}

/* Programs outside are told of orders by the names of who gives them. */
static void names_tell(const struct reload *reload)
{
    for (uint32_t i = 0; i < reload->change.attaches; i++)
        polluxd_outside_call(reload->plan.polluxd->outside, reload->attach[i].place,
                             reload->attach[i].plan->name);
}

/* The box changes something of its own now and then: then it is tried again. */
static void reload_follow(struct reload *reload)
{
    struct engine_stage *engine = reload->plan.polluxd->launch.engine;
    struct engine_control_answer answer;
    if (!reload->posted) {
        names_tell(reload);
        /* It has bounds only, and is of now: a trip that came between is no reason against it. */
        reload->change.since = engine_stage_tightened(engine);
        reload->posted = engine_stage_change(engine, &reload->change);
        return;
    }
    if (!engine_stage_controlled(engine, &answer)) return;
    reload->posted = false;
    if (answer.verdict == RISK_CONTROL_OK) settle(reload, &answer);
    else if (answer.nobody) refuse(reload, answer.problem);
    else if (answer.verdict != RISK_CONTROL_TURN || ++reload->attempts == ATTEMPTS)
        refuse(reload, risk_control_text(answer.verdict));
}

bool reload_step(struct reload *reload, struct text *line)
{
    if (!reload) return false;
    if (line_next(reload, line)) return true;
    if (gateway_runs(reload)) reload_vacate(reload);
    if (reload->candidate) reload_follow(reload);
    else if ((asked || reload->requested) && !reload->plan.polluxd->changing) {
        if (!reload->requested) asked = 0;
        reload->requested = false;
        reload_begin(reload);
    }
    return line_next(reload, line);
}

/* By command. */

uint32_t reload_place_of(const struct reload *reload, const char *name)
{
    uint32_t at = running_strategy(&reload->running->gateway, name);
    return at < reload->running->gateway.strategies.count ? reload->running->place[at] : UINT32_MAX;
}

bool reload_busy(const struct reload *reload)
{
    return reload && (reload->candidate || reload->requested);
}

void reload_request(struct reload *reload, reload_told_fn *told, void *context)
{
    reload->requested = true;
    reload->told = told;
    reload->told_context = context;
}

bool reload_set(struct reload *reload, const struct reload_setting *setting, reload_told_fn *told,
                void *context, struct text *why)
{
    if (!reload_compose_set(reload, setting, why)) {
        reload_clear(reload);
        return false;
    }
    reload->told = told;
    reload->told_context = context;
    return true;
}

/* The start. */

static void bounds_compare(struct reload *reload)
{
    uint32_t count = reload_records(reload, reload->running);
    if (count == 0) return;
    fprintf(reload_say(reload),
            "configuration: %u limits are as they were changed to, not as in "
            "the file, such as ",
            count);
    reload_record_print(reload->out, reload->running, &reload->record[0]);
    fputs("; SIGHUP makes them the file's\n", reload->out);
}

struct reload *reload_new(const struct reload_plan *plan)
{
    struct reload *reload = calloc(1, sizeof *reload);
    if (!reload) return NULL;
    reload->plan = *plan;
    reload->running = running_new(plan->polluxd->config);
    if (!reload->running || !reload_occupants_new(reload)) {
        reload_free(reload);
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
    reload_occupants_free(reload);
    running_free(reload->running);
    free(reload->said);
    free(reload);
}
