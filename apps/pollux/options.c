#include "apps/pollux/options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "pollux " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

#define WATCH_SECONDS 1.0
#define KEY_COMPLETE  900
#define KEY_NAMED     1000 /* and up: the table's own options */
#define NAMED_MAX     16u
#define HELP_BYTES    8192u

static const char doc[] = "Asks a running polluxd: what it does, and to do something else."
                          "\vCommands:\n";

static const struct argp_option own[] = {
    {"socket", 's', "PATH", 0,
     "The control socket; without it $POLLUX_SOCKET, or else the first there is of "
     "control/pollux.sock and /run/pollux/pollux.sock",
     1},
    {"json", 'j', NULL, 0, "The answer as one JSON object", 1},
    {"watch", 'w', "SECONDS", OPTION_ARG_OPTIONAL, "Again and again, every second or so many", 1},
    {"complete", KEY_COMPLETE, NULL, OPTION_HIDDEN, NULL, 1},
};

/* The options of all commands, each once. */
static struct {
    uint32_t count;
    const struct command_parameter *at[NAMED_MAX];
    const char *given[NAMED_MAX];
    char capitals[NAMED_MAX][COMMAND_WORD_MAX];
} named;

static uint32_t named_find(const char *name)
{
    uint32_t i = 0;
    while (i < named.count && strcmp(named.at[i]->name, name) != 0) i++;
    return i;
}

static void named_add(const struct command_parameter *is)
{
    if (!is->option || named_find(is->name) < named.count) return;
    CHECK(named.count < NAMED_MAX);
    for (uint32_t i = 0; is->name[i]; i++)
        named.capitals[named.count][i] = (char)(is->name[i] - 'a' + 'A');
    named.at[named.count++] = is;
}

static void named_collect(void)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++)
        for (uint32_t k = 0; k < command_parameters(command_at(i)); k++)
            named_add(&command_at(i)->parameters[k]);
}

/* Usage. */

static void usage_end(struct argp_state *state, const struct command *command, const char *why)
{
    char line[512];
    struct text usage = text_in(line, sizeof line);
    command_usage(&usage, command);
    fprintf(stderr, "%s: %s\nUsage: %s %s\n  %s\n", state->name, why, state->name, line,
            command->help);
    for (uint32_t i = 0; i < command_parameters(command); i++) {
        const struct command_parameter *is = &command->parameters[i];
        fprintf(stderr, "  %s%s: %s\n", is->option ? "--" : "", is->name, is->help);
    }
    exit(2);
}

static char *help_filter(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) return (char *)(uintptr_t)text;
    char *page = malloc(HELP_BYTES);
    CHECK(page != NULL);
    struct text out = text_in(page, HELP_BYTES);
    text_append(&out, "Commands:\n\n");
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        text_append(&out, "  ");
        command_usage(&out, command_at(i));
        text_format(&out, "\n      %s\n", command_at(i)->help);
    }
    text_append(&out, "  top\n      A live screen.\n\n"
                      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 nobody answers, 4 a check "
                      "has found problems.");
    return page;
}

/* Words. */

static void value_put(struct options *options, struct argp_state *state,
                      const struct command_parameter *is, const char *word)
{
    char why[128];
    if (is->type != COMMAND_WHOLE) {
        json_t *text = json_string(word);
        if (!text) usage_end(state, command_at(options->number), "that is no UTF-8");
        json_object_set_new(options->parameters, is->name, text);
        return;
    }
    char *end;
    long long number = strtoll(word, &end, 10);
    if (end == word || *end || number < is->low || number > is->high) {
        snprintf(why, sizeof why, "%s is a whole number from %lld to %lld", is->name,
                 (long long)is->low, (long long)is->high);
        usage_end(state, command_at(options->number), why);
    }
    json_object_set_new(options->parameters, is->name, json_integer(number));
}

/* What stands at its place, then what has a name. */
static void parameters_put(struct options *options, struct argp_state *state, uint32_t at)
{
    const struct command *command = command_at(options->number);
    char why[128];
    for (uint32_t i = 0; i < command_parameters(command); i++) {
        const struct command_parameter *is = &command->parameters[i];
        uint32_t name = is->option ? named_find(is->name) : 0;
        const char *word = NULL;
        if (is->option) word = named.given[name];
        else if (at < options->words) word = options->word[at++];
        if (is->option) named.given[name] = NULL;
        if (word) value_put(options, state, is, word);
        if (word || !is->needed) continue;
        snprintf(why, sizeof why, "%s%s is missing", is->option ? "--" : "", is->name);
        usage_end(state, command, why);
    }
    if (at < options->words) usage_end(state, command, "there are more words than it takes");
    for (uint32_t i = 0; i < named.count; i++) {
        if (!named.given[i]) continue;
        snprintf(why, sizeof why, "--%s is not for this command", named.at[i]->name);
        usage_end(state, command, why);
    }
}

static void words_settle(struct options *options, struct argp_state *state)
{
    if (options->complete) return;
    if (options->words == 0) argp_error(state, "no command; --help lists them");
    options->top = strcmp(options->word[0], "top") == 0;
    if (options->top) {
        if (options->words > 1) argp_error(state, "top takes nothing more");
        return;
    }
    uint32_t taken = command_of_words(options->words, options->word, &options->number);
    if (taken == 0)
        argp_error(state, "there is no command '%s'; --help lists them", options->word[0]);
    options->parameters = json_object();
    const struct command *command = command_at(options->number);
    /* An arm that is said again each second undoes every halt. */
    if (options->watch > 0 && command->changes)
        usage_end(state, command, "--watch is for what changes nothing");
    parameters_put(options, state, taken);
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    char *end;
    if (key >= KEY_NAMED && key < KEY_NAMED + (int)named.count) {
        named.given[key - KEY_NAMED] = text;
        return 0;
    }
    switch (key) {
    case 's': options->socket = text; return 0;
    case 'j': options->json = true; return 0;
    case 'w':
        options->watch = text ? strtod(text, &end) : WATCH_SECONDS;
        if (text && (*end || options->watch < 0.1 || !(options->watch <= OPTIONS_SECONDS_MAX)))
            argp_error(state, "--watch=%s: 0.1 to 86400 seconds", text);
        return 0;
    case KEY_COMPLETE: options->complete = true; return 0;
    case ARGP_KEY_ARG:
        if (options->words == OPTIONS_WORDS_MAX) argp_error(state, "too many words");
        else options->word[options->words++] = text;
        return 0;
    case ARGP_KEY_END: words_settle(options, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void options_parse(struct options *options, int count, char **words)
{
    static struct argp_option choices[ARRAY_COUNT(own) + NAMED_MAX + 2];
    static struct argp parser = {.parser = option_read,
                                 .args_doc = "COMMAND [WORD...]",
                                 .doc = doc,
                                 .help_filter = help_filter};
    *options = (struct options){.number = COMMAND_COUNT};
    named_collect();
    memcpy(choices, own, sizeof own);
    choices[ARRAY_COUNT(own)] = (struct argp_option){.doc = "Of commands:", .group = 2};
    for (uint32_t i = 0; i < named.count; i++)
        choices[ARRAY_COUNT(own) + 1 + i] = (struct argp_option){.name = named.at[i]->name,
                                                                 .key = KEY_NAMED + (int)i,
                                                                 .arg = named.capitals[i],
                                                                 .doc = named.at[i]->help,
                                                                 .group = 2};
    parser.options = choices;
    argp_parse(&parser, count, words, 0, NULL, options);
}

/* Completion: the words before the one that is being typed. */

static void second_words(const char *group)
{
    size_t length = strlen(group);
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        const char *method = command_at(i)->method;
        if (strncmp(method, group, length) == 0 && method[length] == '.') puts(method + length + 1);
    }
}

static void first_words(void)
{
    const char *before = "";
    puts("top");
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        const char *method = command_at(i)->method;
        size_t length = strcspn(method, ".");
        if (strncmp(before, method, length) == 0 && strchr(".", before[length])) continue;
        printf("%.*s\n", (int)length, method);
        before = method;
    }
}

void options_complete(const struct options *options)
{
    uint32_t number;
    if (options->words == 0) {
        first_words();
        return;
    }
    uint32_t at = command_of_words(options->words, options->word, &number);
    if (options->words == 1) second_words(options->word[0]);
    if (at == 0) return;
    const struct command *command = command_at(number);
    for (uint32_t i = 0; i < command_parameters(command); i++) {
        const struct command_parameter *is = &command->parameters[i];
        if (is->option) printf("--%s\n", is->name);
        else if (at++ == options->words)
            for (uint32_t k = 0; is->choices && is->choices[k]; k++) puts(is->choices[k]);
    }
}
