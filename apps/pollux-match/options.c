#include "apps/pollux-match/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "pollux-match " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

static const char doc[] =
    "Drives the matching engine by a script of orders, one line an order, and shows what happens "
    "and the books."
    "\vA script says what a person would say:\n\n"
    "  a sells 30 at 100.00\n"
    "  b buys 50 at 100.00\n"
    "  modify b to 40 at 99.50\n"
    "  cancel b\n\n"
    "README.md beside the program has all sentences.  FILE - is standard input; each line is "
    "answered "
    "at once.\n\n"
    "Exit status: 0 every line was understood and taken, 1 one was not, or the file could not be "
    "read or the journal not used, 2 wrong usage.";

#define DEPTH_MAX    1000000ul
#define SNAPSHOT_MAX 1000000000ul

enum { KEY_DURABILITY = 1000, KEY_SNAPSHOT_EVERY };

static const struct argp_option choices[] = {
    {"json", 'j', NULL, 0, "Print one JSON object a line instead of sentences and tables", 1},
    {"book", 'b', NULL, 0, "Print only the books and what else there is at the end", 1},
    {"digest", 'd', NULL, 0, "Print the digest of the engine's state at the end", 1},
    {"depth", 'n', "PRICES", 0, "Prices a side in tables (20); JSON always has all", 1},
    {"journal", 'J', "FOLDER", 0,
     "Keep the engine: recover it from FOLDER, and write every line's input there before it has an "
     "effect.  Orders, accounts and assets are then called by their numbers, @7",
     2},
    {"durability", KEY_DURABILITY, "WHAT", 0,
     "When events are shown: disk (default), on disk, or process, when they survive the program",
     2},
    {"snapshot-every", KEY_SNAPSHOT_EVERY, "INPUTS", 0,
     "Save the engine's state after every so many inputs, so that recovery is short", 2},
    {0},
};

/* A whole number from 1 to most; otherwise the program ends. */
static unsigned long number_read(const char *text, const char *what, unsigned long most,
                                 struct argp_state *state)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end || number < 1 || number > most)
        argp_error(state, "%s is '%s', but must be a whole number from 1 to %lu", what, text, most);
    return number;
}

static void durability_read(struct match_options *options, const char *text,
                            struct argp_state *state)
{
    options->durability_given = true;
    options->process = strcmp(text, "process") == 0;
    if (!options->process && strcmp(text, "disk") != 0)
        argp_error(state, "the durability is '%s', but must be process or disk", text);
}

static void options_check(const struct match_options *options, const struct argp_state *state)
{
    if (!options->file) argp_error(state, "no FILE to read, or - for standard input");
    if (!options->journal && (options->durability_given || options->snapshot_every > 0))
        argp_error(state, "%s needs --journal",
                   options->durability_given ? "--durability" : "--snapshot-every");
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct match_options *options = state->input;
    switch (key) {
    case 'j': options->json = true; return 0;
    case 'b': options->book = true; return 0;
    case 'd': options->digest = true; return 0;
    case 'n': options->depth = (uint32_t)number_read(text, "the depth", DEPTH_MAX, state); return 0;
    case 'J': options->journal = text; return 0;
    case KEY_DURABILITY: durability_read(options, text, state); return 0;
    case KEY_SNAPSHOT_EVERY:
        options->snapshot_every = number_read(text, "the number of inputs", SNAPSHOT_MAX, state);
        return 0;
    case ARGP_KEY_ARG:
        if (options->file) argp_error(state, "'%s' is one file too many", text);
        options->file = text;
        return 0;
    case ARGP_KEY_END: options_check(options, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void match_options_parse(int count, char **words, struct match_options *options)
{
    *options = (struct match_options){.depth = 20};
    static const struct argp parser = {choices, option_read, "FILE", doc, NULL, NULL, NULL};
    argp_parse(&parser, count, words, 0, NULL, options);
}
