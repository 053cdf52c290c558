#ifndef APPS_POLLUX_MATCH_OPTIONS_H
#define APPS_POLLUX_MATCH_OPTIONS_H

/* What pollux-match was asked to do. */

#include "dataplane/base/base.h"

struct match_options {
    const char *file; /* "-": standard input */
    bool json;
    bool book;      /* only the books, not the events */
    bool digest;    /* of the state at the end */
    uint32_t depth; /* prices a side in tables */

    const char *journal; /* its folder; NULL: the engine is forgotten at the end */
    bool durability_given;
    bool process;            /* events are shown when they survive the process, not a power cut */
    uint64_t snapshot_every; /* inputs; 0: never */
};

/* Reads the command line; ends the program with a message and status 2 if it is wrong, and after
 * --help and --version. */
void match_options_parse(int count, char **words, struct match_options *options);

#endif
