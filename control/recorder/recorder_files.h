#ifndef CONTROL_RECORDER_RECORDER_FILES_H
#define CONTROL_RECORDER_RECORDER_FILES_H

/* Frames into pcapng files that replace each other.
 *
 *     FOLDER/capture-20261129T220325.123456Z.pcapng     named by when it was begun, UTC
 *            a section, an interface each port, frames ..., counts of each interface
 *
 * Guarantees: a file is at most file_bytes long, unless one frame alone is longer.  Of all files of
 * such a name in the folder, those of earlier captures with them, the newest ones stay.  No file is
 * ever written over.  A file whose disk failed ends with its last whole block.
 *
 * Threads: one, which may wait for the disk; the counters may be read by any.
 * Memory: RECORDER_BUFFER_BYTES, from open to close. */

#include "dataplane/base/counter.h"
#include "dataplane/base/text.h"
#include "dataplane/capture/capture_describe.h"

#include <sys/types.h>

#define RECORDER_INTERFACES_MAX 16u
#define RECORDER_FOLDER_MAX     4095u
#define RECORDER_FILE_BYTES_MIN 65536ull
#define RECORDER_BUFFER_BYTES   (1u << 20)

struct recorder_files_plan {
    const char *folder;      /* made if it is not there, within one that is */
    const char *application; /* what the files say wrote them */
    uint64_t file_bytes;     /* RECORDER_FILE_BYTES_MIN at least */
    uint32_t files;          /* kept in the folder; 1 at least */
    uint32_t interfaces;
    struct capture_port interface[RECORDER_INTERFACES_MAX]; /* their texts outlive the files */

    /* NULL: write(2).  A slow or a full disk, for those who test what happens then. */
    ssize_t (*write)(int descriptor, const void *bytes, size_t length);
};

struct recorder_files {
    /* Private. */
    struct recorder_files_plan plan;
    char folder[RECORDER_FOLDER_MAX + 1];
    char name[64];
    int folder_descriptor;
    int descriptor;
    nanos_t begun_ns;
    nanos_t named_ns; /* the name of the newest file */
    uint64_t received[RECORDER_INTERFACES_MAX];
    uint64_t dropped[RECORDER_INTERFACES_MAX];
    uint8_t *buffer;
    size_t used;
    uint64_t buffered;   /* frames in the buffer */
    uint64_t file_bytes; /* written to the file that is open */
    bool packets;        /* it has some */
    bool failed;

    struct counter written; /* frames that are in files */
    struct counter lost;    /* that a failed disk did not take */
    struct counter bytes;   /* of all files */
    struct counter made;    /* files */
    struct counter removed;
};

/* Opens the first file.  False with a sentence; then there is nothing to close. */
MUST_USE bool recorder_files_open(struct recorder_files *files,
                                  const struct recorder_files_plan *plan, nanos_t now,
                                  struct text *problem);

/* Adds a frame; now is the time of day.  False with a sentence when the disk fails; from then on
 * every frame is lost, and there are no more sentences. */
bool recorder_files_put(struct recorder_files *files, const struct capture_frame *frame,
                        nanos_t now, struct text *problem);

/* Frames of an interface that were dropped, and that no frame put here will tell of. */
void recorder_files_dropped(struct recorder_files *files, uint32_t interface, uint64_t frames);

/* Gives what is buffered to the disk. */
bool recorder_files_flush(struct recorder_files *files, struct text *problem);

bool recorder_files_close(struct recorder_files *files, nanos_t now, struct text *problem);

/* Of the file that is open, or was last. */
const char *recorder_files_name(const struct recorder_files *files);

#endif
