/* pollux-journal: looks into the journal of a venue. */

#include "apps/pollux-journal/folder.h"
#include "apps/sentences.h"

#include <stdio.h>

static struct folder folder; /* large: the sentences */

static int command_run(const struct journal_options *options)
{
    switch (options->command) {
    case COMMAND_LIST: return journal_list(&folder, options);
    case COMMAND_VERIFY: return journal_verify_all(&folder, options);
    case COMMAND_REPLAY: return journal_replay(&folder, options);
    case COMMAND_EXPORT: return journal_export(&folder, options);
    }
    UNREACHABLE("there are four commands");
}

int main(int count, char **words)
{
    struct journal_options options;
    journal_options_parse(count, words, &options);
    bool opened = folder_open(&folder, &options);
    int status = opened && folder_survey(&folder) ? command_run(&options) : 1;
    fflush(stdout);
    sentences_print("pollux-journal", &folder.problems);
    if (folder.problems.cut) fputs("pollux-journal: and more\n", stderr);
    folder_close(&folder);
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("pollux-journal: standard output");
        return 1;
    }
    return status;
}
