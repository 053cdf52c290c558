/* polluxd: the appliance.  Reads one configuration, launches its stages, shows what they do, and
 * stops them in order when asked to. */

#include "apps/polluxd/capturing.h"
#include "apps/polluxd/commands.h"
#include "apps/polluxd/monitoring.h"
#include "apps/polluxd/outside.h"
#include "apps/polluxd/plan_gateway.h"
#include "apps/polluxd/plugs.h"
#include "apps/polluxd/polluxd.h"
#include "apps/polluxd/reload.h"
#include "apps/polluxd/rows.h"
#include "apps/polluxd/trading.h"
#include "apps/screen.h"
#include "apps/sentences.h"
#include "control/config/config_diff.h"
#include "dataplane/base/system_clock.h"

#include <argp.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *argp_program_version = "polluxd " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

#define SECONDS_MAX 86400u

struct request {
    const char *config;
    bool check;
    bool reference;
    const char *differs[2]; /* two files to compare */
    uint32_t files;
    bool diff;
    const char *release; /* the reason; NULL: what is halted stays so */
    uint32_t seconds;    /* 0: until it is stopped */
};

static const char doc[] =
    "Runs the roles its configuration names: takes packets, keeps books, lets delegates decide."
    "\vOn a terminal it shows a live screen, otherwise a line a second.  SIGINT and SIGTERM stop "
    "it in order: a gateway's orders are canceled, a venue goes on where it was when it is started "
    "again.  SIGUSR1 ends a venue's day: its orders end, its lines and sessions say so.  SIGUSR2 "
    "halts a gateway: no order leaves any more, what is open is canceled, and it stays so over "
    "every start until one with --release.  SIGHUP reads the configuration again: what may change "
    "while "
    "it runs is changed, all of it or nothing; what needs a restart is named.  Exit status: 0 "
    "stopped or captures played to the end, "
    "1 could not start or had to stop, 2 wrong usage, 4 the configuration has problems, or two "
    "differ.";

static const struct argp_option choices[] = {
    {"config", 'c', "FILE", 0, "The configuration, one YAML file", 0},
    {"check", 'k', NULL, 0, "Only say whether the configuration is right", 0},
    {"diff", 'd', NULL, 0,
     "OLD NEW: only say what differs between two configurations, and what of it "
     "needs a restart",
     0},
    {"reference", 'r', NULL, 0, "Print every key of the configuration and what it means", 0},
    {"release", 'R', "REASON", 0, "Release a gateway that is halted; the reason is written down",
     0},
    {"for", 'f', "SECONDS", 0, "Stop after so many seconds", 0},
    {0},
};

/* "12" or "12s"; 0 is none. */
static uint32_t seconds_read(const char *text)
{
    char *end;
    unsigned long seconds = strtoul(text, &end, 10);
    if (*end == 's') end++;
    return *end == 0 && seconds <= SECONDS_MAX ? (uint32_t)seconds : 0;
}

static void request_check(const struct request *request, struct argp_state *state)
{
    if (request->diff && request->files < 2) argp_error(state, "--diff needs two files, OLD NEW");
    else if (!request->diff && request->files > 0)
        argp_error(state, "'%s' is not an option", request->differs[0]);
    else if (!request->config && !request->reference && !request->diff)
        argp_error(state, "no --config FILE");
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case 'c': request->config = text; return 0;
    case 'k': request->check = true; return 0;
    case 'r': request->reference = true; return 0;
    case 'd': request->diff = true; return 0;
    case 'R':
        request->release = text;
        if (!*text) argp_error(state, "--release needs a reason");
        return 0;
    case 'f':
        request->seconds = seconds_read(text);
        if (request->seconds == 0) argp_error(state, "--for %s: 1 to 86400 seconds", text);
        return 0;
    case ARGP_KEY_ARG:
        if (request->files == ARRAY_COUNT(request->differs))
            argp_error(state, "'%s' is not an option", text);
        else request->differs[request->files++] = text;
        return 0;
    case ARGP_KEY_END: request_check(request, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t stop_asked;

static void stop_ask(int signal)
{
    (void)signal;
    stop_asked = 1;
}

static void halt_ask(int signal)
{
    (void)signal;
    trading_halt_ask();
}

/* Of the venue that runs, if one does. */
static struct match_stage *venue_running;

static void reload_signal(int signal)
{
    (void)signal;
    reload_ask();
}

static void day_end_ask(int signal)
{
    (void)signal;
    match_stage_end_day(venue_running);
}

static bool stopping(void)
{
    return stop_asked != 0;
}

static void signals_set(void)
{
    struct sigaction action = {.sa_handler = stop_ask};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    action.sa_handler = halt_ask; /* also while it starts */
    sigaction(SIGUSR2, &action, NULL);
    action.sa_handler = reload_signal;
    sigaction(SIGHUP, &action, NULL);
}

/* From the start of the lcores until their stop. */
static void venue_signal_set(struct launch *launch)
{
    if (!launch->venue) return;
    venue_running = launch->venue->match;
    struct sigaction action = {.sa_handler = day_end_ask, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
}

static void plugins_hold(struct polluxd *polluxd, bool hold)
{
    const struct gateway_plan *plan = &polluxd->gateway.plan;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        if (!plan->strategy[i].kind) continue;
        if (hold) plugs_hold(plan->strategy[i].kind);
        else plugs_release(plan->strategy[i].kind);
    }
}

static void capturing_make(struct launch *launch, void *context)
{
    struct polluxd *polluxd = context;
    polluxd->capturing = capturing_open(polluxd->config, launch);
}

/* From the plan to lcores that run.  False when nothing runs. */
static bool start(struct polluxd *polluxd)
{
    static char problems_text[16384], report_text[8192];
    struct text problems = text_in(problems_text, sizeof problems_text);
    struct text report = text_in(report_text, sizeof report_text);
    polluxd_remark(polluxd->config, &report);
    bool ready = polluxd_plan(polluxd, &plugs_kinds, &problems);
    plugins_hold(polluxd, true);
    polluxd->plan.made = capturing_make;
    polluxd->plan.made_context = polluxd;
    ready = ready && launch_start(&polluxd->launch, &polluxd->plan, &report, &problems);
    sentences_print("polluxd", &problems);
    if (ready) fputs(report.bytes, stdout);
    return ready;
}

/* False with sentences if something was left undone. */
static bool stop(struct polluxd *polluxd)
{
    struct launch *launch = &polluxd->launch;
    bool finished = launch_stop(launch);
    bool orders = launch->gateway && !engine_stage_stopped(launch->engine);
    bool failed = launch->venue && launch_venue_failed(launch->venue);
    polluxd_summary(polluxd);
    if (!finished) fprintf(stderr, "polluxd: a stage did not finish what it held within 5 s\n");
    if (orders)
        fprintf(stderr, "polluxd: orders are open or in doubt at a venue; the next start asks for "
                        "them\n");
    if (failed)
        fprintf(stderr, "polluxd: the journal's disk has failed; nothing that came after it was "
                        "acknowledged, and everybody was disconnected\n");
    return finished && !failed;
}

static bool release(struct polluxd *polluxd, const char *reason)
{
    char line[256];
    struct text said = text_in(line, sizeof line);
    bool released = trading_release(&polluxd->launch, reason, &said);
    fputs(line, released ? stdout : stderr);
    return released;
}

/* Who listens to people.  False with sentences if one cannot. */
static bool services_start(struct polluxd *polluxd, const char *path)
{
    static char problems_text[4096];
    struct text problems = text_in(problems_text, sizeof problems_text);
    polluxd->reload = reload_new(&(struct reload_plan){.polluxd = polluxd, .path = path});
    bool right = polluxd->reload != NULL;
    if (!right) text_append(&problems, "there is not enough memory\n");
    if (right && polluxd->config->control) {
        polluxd->commands =
            commands_new(&(struct commands_plan){.polluxd = polluxd, .path = path}, &problems);
        right = polluxd->commands != NULL;
    }
    sentences_print("polluxd", &problems);
    return right;
}

static void watch(struct polluxd *polluxd, uint32_t seconds)
{
    char line[256];
    struct text said = text_in(line, sizeof line);
    polluxd->monitoring = monitoring_start(polluxd, &said);
    fputs(line, stdout);
    polluxd_watch(polluxd, seconds, stopping);
    monitoring_stopping(polluxd->monitoring);
}

static bool outside_start(struct polluxd *polluxd)
{
    char problems_text[2048];
    struct text problems = text_in(problems_text, sizeof problems_text);
    bool right = polluxd_outside_new(polluxd, &problems);
    sentences_print("polluxd", &problems);
    return right;
}

static void outside_stop(struct polluxd *polluxd)
{
    static char said[8192];
    struct text summary = text_in(said, sizeof said);
    polluxd_outside_free(polluxd->outside, &summary);
    fputs(said, stdout);
}

static int run(const struct config *config, const struct request *request)
{
    static struct polluxd polluxd;
    polluxd.config = config;
    polluxd.loop = ev_loop_new(EVFLAG_AUTO);
    CHECK(polluxd.loop != NULL);
    (void)screen_unwaiting(STDOUT_FILENO); /* Ctrl-S must not stop the control plane */
    (void)screen_unwaiting(STDERR_FILENO);
    polluxd.rows = rows_new(polluxd.loop, system_clock_monotonic);
    signals_set();
    bool right = start(&polluxd);
    if (right) {
        venue_signal_set(&polluxd.launch);
        trading_halt_listen(&polluxd.launch);
        right = !request->release || release(&polluxd, request->release);
        right = right && outside_start(&polluxd); /* by names that no reload changes */
        right = right && services_start(&polluxd, request->config);
        if (right) watch(&polluxd, request->seconds);
        signal(SIGUSR1, SIG_IGN);
        polluxd_outside_deafen(polluxd.outside);
        right &= stop(&polluxd);
        trading_halt_deafen();
        rows_free(polluxd.rows);
        polluxd.rows = NULL;
        commands_free(polluxd.commands);
        capturing_close(polluxd.capturing);
        monitoring_free(polluxd.monitoring);
        outside_stop(&polluxd);
        launch_free(&polluxd.launch);
    }
    rows_free(polluxd.rows);
    reload_free(polluxd.reload);
    plugins_hold(&polluxd, false);
    polluxd_gateway_free(&polluxd.gateway);
    ev_loop_destroy(polluxd.loop);
    return right ? 0 : 1;
}

/* The configuration is right; what else there is to say of it. */
static void right_print(const char *path, const struct config *config)
{
    char said[1024];
    struct text remarks = text_in(said, sizeof said);
    polluxd_remark(config, &remarks);
    printf("%s: right\n%s", path, said);
}

static int differences_print(const char *const path[2])
{
    static struct config_problems problems;
    struct config *config[2] = {NULL, NULL};
    bool right = true;
    for (uint32_t i = 0; i < 2; i++) {
        if (config_read(path[i], &config[i], &problems)) continue;
        config_print_problems(stderr, path[i], &problems);
        right = false;
    }
    struct config_differences all = {0};
    if (right) all = config_diff(config[0], config[1]);
    for (uint32_t i = 0; i < all.count; i++) {
        config_difference_print(stdout, &all.at[i]);
        putchar('\n');
    }
    right &= all.count == 0;
    config_differences_free(&all);
    config_free(config[0]);
    config_free(config[1]);
    return right ? 0 : 4;
}

int main(int count, char **words)
{
    static struct config_problems problems;
    static const struct argp parser = {choices, option_read, NULL, doc, NULL, NULL, NULL};
    struct request request = {.config = NULL};
    argp_parse(&parser, count, words, 0, NULL, &request);
    if (request.reference) {
        config_reference(stdout);
        return 0;
    }
    if (request.diff) return differences_print(request.differs);
    struct config *config;
    if (!config_read(request.config, &config, &problems) || !plugs_check(config, &problems)) {
        config_print_problems(stderr, request.config, &problems);
        config_free(config);
        return 4;
    }
    if (request.check) right_print(request.config, config);
    if (request.release && !config->gateway) {
        fprintf(stderr, "polluxd: --release is for a gateway, and %s has none\n", request.config);
        config_free(config);
        return 2;
    }
    int status = request.check ? 0 : run(config, &request);
    config_free(config);
    return status;
}
