#ifndef TESTS_SUPPORT_RECORDINGS_H
#define TESTS_SUPPORT_RECORDINGS_H

/* Recordings from outside the repository, found under $POLLUX_SHARED.  A spec that needs them calls
 * recordings_find first; where there are none the whole test is skipped, with a sentence. */

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORDINGS_SKIP 77 /* what meson takes for "skipped" */

/* Adds the files below $POLLUX_SHARED that match pattern to *found, which begins as {0}. */
static inline void recordings_find(glob_t *found, const char *pattern)
{
    char path[4096];
    const char *shared = getenv("POLLUX_SHARED");
    if (!shared) return;
    int length = snprintf(path, sizeof path, "%s/%s", shared, pattern);
    if (length < 0 || (size_t)length >= sizeof path) return;
    glob(path, found->gl_pathc ? GLOB_APPEND : 0, NULL, found);
}

/* Says why nothing was tested. */
static inline int recordings_skip(const char *what)
{
    printf("skipped: no %s under $POLLUX_SHARED (%s)\n", what,
           getenv("POLLUX_SHARED") ? getenv("POLLUX_SHARED") : "not set");
    return RECORDINGS_SKIP;
}

#endif
