#ifndef DATAPLANE_LAUNCH_RECORDING_H
#define DATAPLANE_LAUNCH_RECORDING_H

/* Capture files made ready to be played on a tape (net/net_tape.h).  Cold.
 *
 *     FILE            pcap, pcapng      records point into the mapped file
 *                     ITCH messages     packed into MoldUDP64 datagrams as a venue would send them:
 *                                       numbered from 1, up to RECORDING_PAYLOAD bytes, closed when
 *                                       the next message is RECORDING_GATHER_NS later
 *     FILE, FILE-B    two lines         merged by time, sources 0 and 1
 *
 * A frame or message too long for any link is left out, and problems says so: the tape would drop
 * it where nobody counts.  A damaged file is played up to the damage; what it was is a sentence in
 * problems, and whole is false.  Threads: one.  Memory: maps the files and its own arrays, until
 * recording_close. */

#include "dataplane/base/text.h"
#include "dataplane/capture/capture_file.h"
#include "dataplane/net/net_tape.h"

#define RECORDING_FILES_MAX   2u
#define RECORDING_PAYLOAD     1400u
#define RECORDING_GATHER_NS   20000u
#define RECORDING_MESSAGE_MAX 8192u /* longer ones fit no frame, and are left out and counted */

struct recording_file {
    const char *path;
    struct capture_file map;
    enum capture_format format;
    uint64_t records;  /* frames, or messages of a file without frames */
    uint64_t too_long; /* messages above RECORDING_MESSAGE_MAX, frames above NET_FRAME_BYTES_MAX */
    bool whole;        /* read to its end without a fault */
    uint8_t *frames;   /* made for a file without frames; else NULL */
    size_t frames_bytes;
};

struct recording {
    uint32_t files;
    struct recording_file file[RECORDING_FILES_MAX];
    struct tape_record *record;
    uint64_t records;
    uint64_t records_bytes;
    nanos_t first_ns;
    nanos_t last_ns;
};

struct recording_plan {
    uint32_t files;
    const char *path[RECORDING_FILES_MAX];
    enum capture_framing framing;

    /* Called now and then with bytes read of bytes in all; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *progress_context;
};

/* Opens and indexes the files.  False if one cannot be read at all.  Sentences about damage go to
 * problems either way. */
MUST_USE bool recording_open(struct recording *recording, const struct recording_plan *plan,
                             struct text *problems);

void recording_close(struct recording *recording);

const char *recording_format_text(enum capture_format format);

#endif
