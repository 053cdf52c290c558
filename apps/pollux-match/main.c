/* pollux-match: a script of orders through the matching engine. */

#include "apps/pollux-match/run.h"

int main(int count, char **words)
{
    struct match_run run = {.line = 0};
    match_options_parse(count, words, &run.options);
    int status = run_open(&run);
    if (status != 0) return status;
    status = run_lines(&run);
    if (run.options.json) print_json_books(&run);
    else print_books(&run);
    if (run.options.digest) {
        if (run.options.json) print_json_digest(&run);
        else print_digest(&run);
    }
    run_close(&run);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("pollux-match: standard output");
        return 1;
    }
    return status;
}
