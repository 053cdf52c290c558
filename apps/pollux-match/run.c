#include "apps/pollux-match/run.h"

#include "apps/sentences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void run_event(void *context, const struct match_event *event)
{
    struct match_run *run = context;
    if (run->options.book) return;
    if (run->options.json) print_json_event(run, event);
    else print_event(run, event);
}

/* Every input on its way to the engine. */
static void run_apply(void *context, struct match *match, const struct match_input *input,
                      struct match_events *events)
{
    struct match_run *run = context;
    if (run->journalled) journalled_apply(run->journalled, input, events);
    else match_apply(match, input, events);
}

/* Recovers the engine of the journal, and says what was there. */
static bool journal_open(struct match_run *run, struct order_venue_plan *plan)
{
    char said_text[1024], problems_text[1024];
    struct text said = text_in(said_text, sizeof said_text);
    struct text problems = text_in(problems_text, sizeof problems_text);
    run->journalled =
        journalled_open(&(struct journalled_plan){.folder = run->options.journal,
                                                  .process = run->options.process,
                                                  .snapshot_every = run->options.snapshot_every,
                                                  .limits = plan->limits.engine},
                        &said, &problems);
    sentences_print("pollux-match", run->journalled ? &said : &problems);
    if (!run->journalled) return false;
    plan->limits.engine = *journalled_limits(run->journalled);
    plan->match = journalled_match(run->journalled);
    plan->number = journalled_number(run->journalled);
    plan->now = journalled_time(run->journalled);
    plan->numbers_only = true;
    return true;
}

int run_open(struct match_run *run)
{
    bool standard = strcmp(run->options.file, "-") == 0;
    run->name = standard ? "standard input" : run->options.file;
    run->input = standard ? stdin : fopen(run->options.file, "r");
    if (!run->input) {
        fprintf(stderr, "pollux-match: %s: %s\n", run->name, strerror(errno));
        return 1;
    }
    run->typed = standard && isatty(STDIN_FILENO);
    run->colored = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    struct order_venue_plan plan = {
        .limits = order_venue_limits(),
        .context = run,
        .on_event = run_event,
        .apply = run_apply,
    };
    if (run->options.journal && !journal_open(run, &plan)) {
        run_close(run);
        return 1;
    }
    run->venue = order_venue_open(&plan);
    if (run->venue) return 0;
    fprintf(stderr, "pollux-match: there is no memory for a script\n");
    run_close(run);
    return 1;
}

void run_close(struct match_run *run)
{
    if (run->input && run->input != stdin) fclose(run->input);
    run->input = NULL;
    order_venue_close(run->venue);
    run->venue = NULL;
    journalled_close(run->journalled);
    run->journalled = NULL;
}

static void line_wrong(struct match_run *run, const char *problem)
{
    run->wrong++;
    if (run->options.json) print_json_wrong(run, problem);
    fflush(stdout);
    fprintf(stderr, "pollux-match: %s, line %llu: %s\n", run->name, (unsigned long long)run->line,
            problem);
}

static void line_answer(struct match_run *run)
{
    if (!run->options.book && !run->options.json) print_line(run);
    struct order_answer answer = order_venue_line(run->venue, run->text, run->length);
    const char *problem = run->journalled ? journalled_problem(run->journalled) : NULL;
    if (problem) line_wrong(run, problem);
    switch (answer.said) {
    case ORDER_SAYS_NOTHING:
    case ORDER_SAYS_ENGINE:
    case ORDER_SAYS_INPUT: return;
    case ORDER_SAYS_SHOW:
        if (run->options.json) print_json_books(run);
        else print_books(run);
        return;
    case ORDER_SAYS_WRONG: line_wrong(run, answer.problem); return;
    }
    UNREACHABLE("a line says one of these");
}

static void prompt(const struct match_run *run)
{
    if (run->typed && run->colored && !run->options.json) fputs("> ", stdout);
    fflush(stdout);
}

int run_lines(struct match_run *run)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool live = run->input == stdin;
    prompt(run);
    while ((length = getline(&line, &capacity, run->input)) >= 0) {
        while (length > 0 && strchr(" \t\r\n", line[length - 1])) length--;
        size_t blanks = strspn(line, " \t");
        if (blanks > (size_t)length) blanks = (size_t)length;
        run->line++;
        run->text = line + blanks;
        run->length = (size_t)length - blanks;
        line_answer(run);
        if (live) prompt(run);
    }
    bool failed = ferror(run->input);
    if (failed) fprintf(stderr, "pollux-match: %s: %s\n", run->name, strerror(errno));
    free(line);
    if (run->typed) putchar('\n');
    return failed || run->wrong ? 1 : 0;
}
