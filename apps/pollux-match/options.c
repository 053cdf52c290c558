#include "apps/pollux-match/options.h"

#include <argp.h>
#include <stdlib.h>

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
    "Exit status: 0 every line was understood, 1 one was not or the file could not be read, 2 "
    "wrong "
    "usage.";

#define DEPTH_MAX 1000000ul

static const struct argp_option choices[] = {
    {"json", 'j', NULL, 0, "Print one JSON object a line instead of sentences and tables", 1},
    {"book", 'b', NULL, 0, "Print only the books and what else there is at the end", 1},
    {"digest", 'd', NULL, 0, "Print the digest of the engine's state at the end", 1},
    {"depth", 'n', "PRICES", 0, "Prices a side in tables (20); JSON always has all", 1},
    {0},
};

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct match_options *options = state->input;
    switch (key) {
    case 'j': options->json = true; return 0;
    case 'b': options->book = true; return 0;
    case 'd': options->digest = true; return 0;
    case 'n': {
        char *end;
        unsigned long depth = strtoul(text, &end, 10);
        bool digits = text[0] >= '0' && text[0] <= '9';
        if (!digits || *end || depth < 1 || depth > DEPTH_MAX)
            argp_error(state, "the depth is '%s', but must be a whole number from 1 to %lu", text,
                       DEPTH_MAX);
        options->depth = (uint32_t)depth;
        return 0;
    }
    case ARGP_KEY_ARG:
        if (options->file) argp_error(state, "'%s' is one file too many", text);
        options->file = text;
        return 0;
    case ARGP_KEY_END:
        if (!options->file) argp_error(state, "no FILE to read, or - for standard input");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

void match_options_parse(int count, char **words, struct match_options *options)
{
    *options = (struct match_options){.depth = 20};
    static const struct argp parser = {choices, option_read, "FILE", doc, NULL, NULL, NULL};
    argp_parse(&parser, count, words, 0, NULL, options);
}
