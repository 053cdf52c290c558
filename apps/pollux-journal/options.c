#include "apps/pollux-journal/options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "pollux-journal " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

static const char doc[] =
    "Looks into the journal of a venue: which files there are, whether they are sound, what state "
    "they lead to, and what is written in them.  Changes nothing."
    "\vCommands:\n"
    "  list     segments and snapshots: sequences, epochs, bytes, state\n"
    "  verify   reads everything, checks every checksum and hash\n"
    "  replay   builds the engine's state from it, and says its digest\n"
    "  export   every record as a line of JSON\n\n"
    "FOLDER is the journal's folder.  All but list need it for themselves: stop the venue "
    "first.\n\n"
    "Exit status: 0 done and sound, 1 nothing could be read, 2 wrong usage, 4 problems found, each "
    "said as a sentence.";

enum { KEY_TO = 1000 };

static const struct argp_option choices[] = {
    {"json", 'j', NULL, 0, "Print one JSON object instead of tables (list, verify, replay)", 0},
    {"to", KEY_TO, "SEQUENCE", 0, "Stop behind this record (replay, export)", 0},
    {"quiet", 'q', NULL, 0, "Show no progress", 0},
    {0},
};

static const char *const commands[] = {
    [COMMAND_LIST] = "list",
    [COMMAND_VERIFY] = "verify",
    [COMMAND_REPLAY] = "replay",
    [COMMAND_EXPORT] = "export",
};

static uint64_t sequence_read(const char *text, struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end || errno || value == 0)
        argp_error(state, "the sequence is '%s', but must be a whole number from 1", text);
    return value;
}

static void command_read(struct journal_options *options, const char *text,
                         struct argp_state *state)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(commands); i++) {
        if (strcmp(text, commands[i]) != 0) continue;
        options->command = (enum journal_command)i;
        return;
    }
    argp_error(state, "'%s' is no command: there are list, verify, replay and export", text);
}

static void choices_check(const struct journal_options *options, const struct argp_state *state)
{
    enum journal_command command = options->command;
    if (options->to > 0 && command != COMMAND_REPLAY && command != COMMAND_EXPORT)
        argp_error(state, "%s has no --to: replay and export have", commands[command]);
    if (options->json && command == COMMAND_EXPORT) argp_error(state, "export always prints JSON");
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct journal_options *options = state->input;
    switch (key) {
    case 'j': options->json = true; return 0;
    case 'q': options->quiet = true; return 0;
    case KEY_TO: options->to = sequence_read(text, state); return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) argp_error(state, "'%s' is one word too many", text);
        if (state->arg_num == 0) command_read(options, text, state);
        else options->folder = text;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) argp_error(state, "a COMMAND and a FOLDER are needed");
        choices_check(options, state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void journal_options_parse(int count, char **words, struct journal_options *options)
{
    *options = (struct journal_options){.to = 0};
    static const struct argp parser = {choices, option_read, "COMMAND FOLDER", doc, NULL,
                                       NULL,    NULL};
    argp_parse(&parser, count, words, 0, NULL, options);
}
