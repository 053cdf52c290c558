#ifndef APPS_PROGRESS_H
#define APPS_PROGRESS_H

/* A progress bar on standard error, for what takes longer than a moment.
 *
 *     playing  [==============                ]  46 %   12.3 M of 26.7 M
 *
 * Nothing is shown during the first PROGRESS_SILENT_MS, nor when standard error is no terminal. */

#include <stdbool.h>
#include <stdint.h>

#define PROGRESS_SILENT_MS 700u

struct progress {
    bool terminal;
    bool shown;
    uint64_t begun_ns;
    uint64_t drawn_ns;
};

struct progress progress_on_terminal(void);
void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t total);
void progress_clear(struct progress *progress);

#endif
