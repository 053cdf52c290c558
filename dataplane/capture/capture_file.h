#ifndef DATAPLANE_CAPTURE_CAPTURE_FILE_H
#define DATAPLANE_CAPTURE_CAPTURE_FILE_H

/* A capture file as bytes in memory, and what went wrong with one as a sentence.  Cold.
 *
 * The file is mapped, not read: its pages come in as they are touched.  A file that is made shorter
 * while it is mapped kills the process (SIGBUS): play files that nobody is still writing. */

#include "dataplane/capture/capture.h"

struct capture_file {
    const uint8_t *bytes;
    size_t length;
    void *mapping; /* bytes, as the kernel wants it back */
};

/* Maps the regular file at path for reading.  False and a sentence that names the path, if it
 * cannot be opened, is a directory, a device or a pipe, or is empty.  capacity at least 1. */
MUST_USE bool capture_map(const char *path, struct capture_file *file, char *sentence,
                          size_t capacity);

void capture_unmap(struct capture_file *file);

/* Writes what capture->status says about the file called name, e.g.
 *     day.pcap: what follows record 7, at byte 300, is cut off before its length
 * Returns the length the whole sentence has, as snprintf does. */
size_t capture_status_print(char *text, size_t capacity, const char *name,
                            const struct capture *capture);

#endif
