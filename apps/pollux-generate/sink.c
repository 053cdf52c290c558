#include "apps/pollux-generate/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool sink_open(struct sink *sink, const char *path)
{
    sink->path = path;
    sink->failed = false;
    sink->bytes = 0;
    sink->held = 0;
    sink->sentence[0] = '\0';
    sink->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (sink->file >= 0) return true;
    sink->failed = true;
    snprintf(sink->sentence, sizeof sink->sentence, "%s: cannot be created: %s", path,
             strerror(errno));
    return false;
}

static void fail(struct sink *sink, int reason)
{
    if (sink->failed) return;
    sink->failed = true;
    snprintf(sink->sentence, sizeof sink->sentence,
             "%s: cannot be written: %s; the file is incomplete, with %" PRIu64 " bytes",
             sink->path, strerror(reason), sink->bytes);
}

static void flush(struct sink *sink)
{
    size_t at = 0;
    while (!sink->failed && at < sink->held) {
        ssize_t wrote = write(sink->file, sink->buffer + at, sink->held - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) {
            fail(sink, errno);
            break;
        }
        at += (size_t)wrote;
        sink->bytes += (uint64_t)wrote;
    }
    sink->held = 0;
}

void sink_write(struct sink *sink, const void *bytes, size_t length)
{
    CHECK(length <= SINK_BUFFER_BYTES);
    if (length > SINK_BUFFER_BYTES - sink->held) flush(sink);
    memcpy(sink->buffer + sink->held, bytes, length);
    sink->held += length;
}

bool sink_close(struct sink *sink)
{
    if (sink->file < 0) return false;
    flush(sink);
    if (close(sink->file) != 0) fail(sink, errno);
    sink->file = -1;
    return !sink->failed;
}
