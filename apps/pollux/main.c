/* pollux: asks a running polluxd over its control socket. */

#include "apps/pollux/options.h"
#include "apps/pollux/print.h"
#include "apps/pollux/talk.h"
#include "apps/pollux/top.h"
#include "apps/screen.h"
#include "control/command/command_call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECONNECT_SECONDS 30.0

enum status { DONE, REFUSED, USAGE, UNREACHABLE, PROBLEMS };

static char page[2 * COMMAND_ANSWER_MAX];

/* What went wrong: said when the screen is given back, or it would go with it. */
static char wrong[TALK_WHY_MAX + 2 * COMMAND_PROBLEM_MAX];

static volatile sig_atomic_t stop_asked;

static void stop_ask(int signal)
{
    (void)signal;
    stop_asked = 1;
}

/* So that a screen is given back as it was. */
static void signals_set(void)
{
    struct sigaction action = {.sa_handler = stop_ask};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void wait_for(double seconds)
{
    const struct timespec span = {.tv_sec = (time_t)seconds,
                                  .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    if (!stop_asked) (void)nanosleep(&span, NULL);
}

/* A request that is wrong is the usage's; all else is the box's. */
static enum status refusal_print(const json_t *error)
{
    struct text out = text_in(wrong, sizeof wrong);
    static const struct command_column message[] = {{.key = "message", .title = ""}, {0}};
    char line[2 * COMMAND_PROBLEM_MAX];
    struct text text = text_in(line, sizeof line);
    json_int_t code = json_integer_value(json_object_get(error, "code"));
    json_t *rows = json_pack("[O]", error);
    if (error) print_rows(&text, message, rows, 1);
    json_decref(rows);
    text_format(&out, "pollux: %s", error ? line : "the answer is none of JSON-RPC 2.0\n");
    return code <= COMMAND_BAD_REQUEST && code >= COMMAND_BAD_PARAMETERS ? USAGE : REFUSED;
}

/* The answer as text into page; the status. */
static enum status answer_take(struct text *out, const struct options *options,
                               const json_t *answer)
{
    const struct command *command = command_at(options->number);
    const json_t *result = json_object_get(answer, "result");
    if (!result) return refusal_print(json_object_get(answer, "error"));
    if (options->json) {
        char *line = json_dumps(result, JSON_COMPACT);
        text_format(out, "%s\n", line ? line : "");
        free(line);
    } else {
        print_answer(out, command, result);
    }
    bool problems = command->verdict && !json_is_true(json_object_get(result, command->verdict));
    return problems ? PROBLEMS : DONE;
}

static enum status unreachable(const struct talk *talk)
{
    struct text all = text_in(wrong, sizeof wrong);
    text_append(&all, talk->why);
    return UNREACHABLE;
}

static enum status once(struct text *out, const struct options *options, struct talk *talk)
{
    text_clear(out);
    if (options->top) {
        char *refused = NULL;
        if (top_page(out, talk, &refused)) return DONE;
        if (!refused) return unreachable(talk);
        struct text why = text_in(wrong, sizeof wrong);
        text_format(&why, "pollux: %s\n", refused);
        free(refused);
        return REFUSED;
    }
    json_t *answer = talk_ask(talk, command_at(options->number)->method, options->parameters);
    if (!answer) return unreachable(talk);
    enum status status = answer_take(out, options, answer);
    json_decref(answer);
    return status;
}

/* The box ends connections that ask nothing for a minute. */
static bool talk_again(struct talk *talk, const struct options *options, double seconds)
{
    if (seconds < RECONNECT_SECONDS) return true;
    talk_close(talk);
    return talk_open(talk, options->socket);
}

/* On a terminal in place, elsewhere one after the other. */
static enum status watch(const struct options *options, struct talk *talk, double seconds)
{
    struct text out = text_in(page, sizeof page);
    bool terminal = isatty(STDOUT_FILENO) == 1 && !options->json, open = false;
    enum status status = DONE;
    signals_set();
    while (!stop_asked) {
        talk->stopping = &stop_asked;
        status = once(&out, options, talk);
        if (stop_asked || status == REFUSED || status == USAGE || status == UNREACHABLE) break;
        if (terminal && !open) screen_open();
        open = terminal;
        if (terminal) screen_show(out.bytes, screen_measure());
        else fputs(out.bytes, stdout);
        if (!terminal && !options->json) putchar('\n');
        fflush(stdout);
        wait_for(seconds);
        if (stop_asked || talk_again(talk, options, seconds)) continue;
        status = unreachable(talk);
        break;
    }
    if (open) screen_close();
    return stop_asked ? DONE : status;
}

static enum status run(const struct options *options, struct talk *talk)
{
    double seconds = options->watch;
    if (options->top && seconds == 0 && isatty(STDOUT_FILENO) == 1) seconds = 1;
    if (seconds > 0) return watch(options, talk, seconds);
    struct text out = text_in(page, sizeof page);
    enum status status = once(&out, options, talk);
    fputs(out.bytes, stdout);
    return status;
}

int main(int count, char **words)
{
    struct options options;
    struct talk talk;
    options_parse(&options, count, words);
    if (options.complete) {
        options_complete(&options);
        return DONE;
    }
    enum status status;
    if (talk_open(&talk, options.socket)) {
        status = run(&options, &talk);
        talk_close(&talk);
    } else {
        status = unreachable(&talk);
    }
    if (status != DONE && status != PROBLEMS) fputs(wrong, stderr);
    json_decref(options.parameters);
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("pollux: standard output");
        return REFUSED;
    }
    return status;
}
