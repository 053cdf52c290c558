#ifndef APPS_POLLUX_GENERATE_OPTIONS_GIVEN_H
#define APPS_POLLUX_GENERATE_OPTIONS_GIVEN_H

/* Between reading options (options.c) and putting them together (options_settle.c).  Cold. */

#include "apps/pollux-generate/options.h"

struct given {
    struct options *options;
    struct text problems;
    uint32_t problem_count;
    uint64_t symbols;
    uint64_t messages;
    uint64_t live;
    uint64_t seed;
    bool has_symbols;
    bool has_messages;
    bool has_live;
    bool has_seed;
    bool has_impairment;
    const char *mix;
    const char *refs;
};

void options_defaults(struct options *options);

/* Lays down the preset, replaces its numbers by those given, and appends every problem that is
 * left. */
void options_settle(struct given *given);

#endif
