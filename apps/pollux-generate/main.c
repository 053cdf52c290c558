/* pollux-generate: realistic ITCH order flow, or a capture, onto two lines that may be bad.
 *
 * Exit status: 0 done, 1 something could not be read or written, 2 the options make no sense. */

#include "apps/pollux-generate/options.h"
#include "apps/pollux-generate/report.h"
#include "apps/pollux-generate/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool report_file(const struct run *run, const char *path)
{
    FILE *file = fopen(path, "w");
    bool good = file && report_json(run, true, file);
    int reason = errno;
    if (file && fclose(file) != 0) {
        if (good) reason = errno;
        good = false;
    }
    if (!good)
        fprintf(stderr, "pollux-generate: %s: cannot be written: %s\n", path, strerror(reason));
    return good;
}

static bool summarize(const struct run *run)
{
    const struct options *options = run->options;
    bool good = true;
    if (options->report) good = report_file(run, options->report);
    if (options->json) good = report_json(run, false, stdout) && good;
    else if (!options->quiet) report_table(run, stdout);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "pollux-generate: the summary cannot be written: %s\n", strerror(errno));
        good = false;
    }
    return good;
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct run run;
    if (!options_read(&options, argc, argv)) return 2;
    bool good = run_open(&run, &options) && run_play(&run);
    if (!good) {
        fprintf(stderr, "pollux-generate: %s", run.sentence_bytes);
        return EXIT_FAILURE;
    }
    return summarize(&run) ? EXIT_SUCCESS : EXIT_FAILURE;
}
