#ifndef APPS_POLLUX_OPTIONS_H
#define APPS_POLLUX_OPTIONS_H

/* The words of a command line as a request.  What a command takes is in its row of the table
 * (control/command/command.h); this only brings words into its order. */

#include "control/command/command.h"

#include <jansson.h>

#define OPTIONS_WORDS_MAX   16u
#define OPTIONS_SECONDS_MAX 86400.0

struct options {
    const char *socket; /* NULL: the usual ones */
    bool json;
    double watch; /* seconds; 0: once */
    bool top;
    bool complete; /* only what could come next is wanted */
    uint32_t words;
    const char *word[OPTIONS_WORDS_MAX];
    uint32_t number;    /* enum command_number, unless top or complete */
    json_t *parameters; /* an object */
};

/* Ends the program with status 2 and the usage if they are wrong. */
void options_parse(struct options *options, int count, char **words);

/* What may come behind the first words: a line each. */
void options_complete(const struct options *options);

#endif
