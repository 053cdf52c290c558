#ifndef APPS_POLLUX_JOURNAL_OPTIONS_H
#define APPS_POLLUX_JOURNAL_OPTIONS_H

/* What pollux-journal was asked for. */

#include "dataplane/base/base.h"

enum journal_command { COMMAND_LIST, COMMAND_VERIFY, COMMAND_REPLAY, COMMAND_EXPORT };

struct journal_options {
    enum journal_command command;
    const char *folder;
    bool json;
    bool quiet;  /* no progress */
    uint64_t to; /* replay, export: the last sequence; 0: to the end */
};

/* Reads the command line; ends the program with a message and status 2 if it is wrong, and after
 * --help and --version. */
void journal_options_parse(int count, char **words, struct journal_options *options);

#endif
