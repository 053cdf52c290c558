#include "apps/progress.h"

#include "dataplane/base/system_clock.h"
#include "dataplane/base/text.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_CELLS    30u
#define CLEAR_TO_END "\033[K"
#define WHAT_COLUMN  9u

struct progress progress_begin(bool quiet)
{
    uint64_t now = system_clock_monotonic();
    return (struct progress){
        .began_ns = now, .shown_ns = now, .quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
}

void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t total)
{
    if (progress->quiet || total == 0) return;
    uint64_t now = system_clock_monotonic();
    uint64_t spent = now - progress->began_ns;
    uint64_t every = progress->terminal ? PROGRESS_BAR_EVERY_NS : PROGRESS_LINE_EVERY_NS;
    if (spent < PROGRESS_BAR_AFTER_NS || now - progress->shown_ns < every) return;
    progress->shown_ns = now;

    char buffer[256];
    struct text line = text_in(buffer, sizeof buffer);
    if (done > total) done = total;
    uint32_t permille = (uint32_t)(done * 1000 / total);
    text_append(&line, what);
    if (progress->terminal) {
        uint32_t cells = permille * BAR_CELLS / 1000;
        text_to_column(&line, WHAT_COLUMN);
        text_append(&line, "[");
        text_repeat(&line, "=", cells);
        text_repeat(&line, " ", BAR_CELLS - cells);
        text_append(&line, "]");
    } else {
        text_append(&line, ":");
    }
    text_format(&line, " %3u.%u %%   ", permille / 10, permille % 10);
    text_short(&line, done);
    text_append(&line, " of ");
    text_short(&line, total);
    if (done > 0) {
        text_append(&line, ", ");
        text_ns(&line, (uint64_t)((double)spent * (double)(total - done) / (double)done));
        text_append(&line, " left");
    }
    progress->drawn = progress->terminal;
    fprintf(stderr, progress->terminal ? "\r%s" CLEAR_TO_END : "%s\n", line.bytes);
    fflush(stderr);
}

uint64_t progress_end(struct progress *progress)
{
    uint64_t took = system_clock_monotonic() - progress->began_ns;
    if (progress->drawn) fputs("\r" CLEAR_TO_END, stderr);
    *progress = progress_begin(progress->quiet);
    return took;
}
