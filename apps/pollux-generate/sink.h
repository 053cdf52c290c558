#ifndef APPS_POLLUX_GENERATE_SINK_H
#define APPS_POLLUX_GENERATE_SINK_H

/* A file that is being written, in large pieces.
 *
 * The first failure is kept as a sentence that names the file and says how much of it is there;
 * later writes change nothing, so that a caller may look once in a while.
 *
 * Threads: one.  Memory: struct sink. */

#include "dataplane/base/base.h"

#define SINK_BUFFER_BYTES (1u << 20)

struct sink {
    const char *path;
    int file;
    bool failed;
    uint64_t bytes; /* that reached the file */
    size_t held;    /* in buffer */
    char sentence[512];
    uint8_t buffer[SINK_BUFFER_BYTES];
};

/* Creates the file, or empties it.  False, and sentence, if it cannot be. */
MUST_USE bool sink_open(struct sink *sink, const char *path);

/* length at most SINK_BUFFER_BYTES. */
void sink_write(struct sink *sink, const void *bytes, size_t length);

/* Writes what is held and closes.  False, and sentence, if not all bytes are in the file. */
MUST_USE bool sink_close(struct sink *sink);

#endif
