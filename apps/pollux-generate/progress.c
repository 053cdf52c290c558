#include "apps/pollux-generate/progress.h"
#include "dataplane/base/text.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR_AFTER_NS  1000000000u
#define BAR_EVERY_NS  100000000u
#define LINE_EVERY_NS 5000000000u
#define BAR_CELLS     40u

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOS_SECOND + (uint64_t)now.tv_nsec;
}

struct progress progress_begin(bool quiet)
{
    uint64_t now = now_ns();
    return (struct progress){
        .began_ns = now, .shown_ns = now, .quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
    if (progress->quiet || total == 0) return;
    uint64_t now = now_ns();
    uint64_t every = progress->terminal ? BAR_EVERY_NS : LINE_EVERY_NS;
    if (now - progress->began_ns < BAR_AFTER_NS || now - progress->shown_ns < every) return;
    progress->shown_ns = now;

    char buffer[512];
    struct text line = text_in(buffer, sizeof buffer);
    uint64_t share = done < total ? done * 1000 / total : 1000;
    if (progress->terminal) {
        uint32_t cells = (uint32_t)(share * BAR_CELLS / 1000);
        text_append(&line, "\r[");
        text_repeat(&line, "#", cells);
        text_repeat(&line, " ", BAR_CELLS - cells);
        text_append(&line, "] ");
        progress->drawn = true;
    } else {
        text_append(&line, "pollux-generate: ");
    }
    text_decimal(&line, (int64_t)share, 1, 1);
    text_append(&line, " %");
    if (done > 0) {
        text_append(&line, ", ");
        text_ns(&line, (now - progress->began_ns) * (total - done) / done);
        text_append(&line, " left");
    }
    text_append(&line, progress->terminal ? "   " : "\n");
    fputs(buffer, stderr);
}

uint64_t progress_end(struct progress *progress)
{
    if (progress->drawn) fputs("\r\033[K", stderr);
    return now_ns() - progress->began_ns;
}
