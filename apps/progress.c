#include "apps/progress.h"

#include "dataplane/base/text.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH   30u
#define REDRAW_NS   100000000u
#define MILLISECOND 1000000u

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct progress progress_on_terminal(void)
{
    return (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .begun_ns = monotonic_ns()};
}

void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t total)
{
    if (!progress->terminal || total == 0) return;
    uint64_t now = monotonic_ns();
    if (now - progress->begun_ns < PROGRESS_SILENT_MS * (uint64_t)MILLISECOND) return;
    if (now - progress->drawn_ns < REDRAW_NS) return;
    progress->drawn_ns = now;
    progress->shown = true;

    char buffer[256];
    struct text line = text_in(buffer, sizeof buffer);
    uint32_t filled = (uint32_t)(done * BAR_WIDTH / total);
    text_format(&line, "\r%-8s [", what);
    text_repeat(&line, "=", filled);
    text_repeat(&line, " ", BAR_WIDTH - filled);
    text_format(&line, "] %3u %%   ", (uint32_t)(done * 100 / total));
    text_short(&line, done);
    text_append(&line, " of ");
    text_short(&line, total);
    text_append(&line, "  ");
    fputs(line.bytes, stderr);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown) fputs("\r\033[K", stderr);
    progress->shown = false;
    progress->begun_ns = monotonic_ns();
}
