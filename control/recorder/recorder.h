#ifndef CONTROL_RECORDER_RECORDER_H
#define CONTROL_RECORDER_RECORDER_H

/* What the ports saw and sent, to pcapng files, while the box runs (F61).
 *
 *     lcores ── copies ──► rings (net_tap.h) ──► the recorder's thread ──► recorder_files.h
 *
 * Guarantees: no packet waits for it.  What the rings do not hold is dropped from the capture and
 * counted; a disk that fails ends the capture with a sentence, and nothing else.  Of each port and
 * direction the frames are in order; of all together by time, as far as RECORDER_HOLD_NS and rings
 * with room allow.  After the end
 *
 *     kept = written + lost          of all ports and directions together
 *     seen = kept + dropped          of each
 *
 * recorder_start and recorder_stop come back at once; what became of it is said by recorder_said
 * and shown by recorder_view.
 *
 *     recorder = recorder_new(&ports);               the queues are there; lcores may run
 *     if (!recorder_start(recorder, &plan, &problem)) ...
 *     while (recorder_said(recorder, &line)) ...     now and then
 *     recorder_stop(recorder);                       at any moment
 *     recorder_free(recorder);                       the lcores have ended, the queues are there
 *
 * Threads: one, which must not be an lcore's; recorder_view any.  It starts a thread of its own.
 * Memory: the rings, from start to end, touched before the taps are on; little else. */

#include "control/recorder/recorder_files.h"
#include "dataplane/net/net.h"

#define RECORDER_PORTS_MAX      RECORDER_INTERFACES_MAX
#define RECORDER_RING_BYTES_MIN (64u << 10)
#define RECORDER_HOLD_NS        (2 * NANOS_MILLI) /* how long one frame waits for an earlier one */
#define RECORDER_SAID_MAX       1023u             /* characters of a sentence */

enum recorder_state {
    RECORDER_IDLE,     /* never started, or stopped */
    RECORDER_STARTING, /* makes its first file and its rings */
    RECORDER_RUNS,
    RECORDER_STOPPING, /* writes what the rings hold */
    RECORDER_FAILED,   /* it could not start, or its disk failed; may be started again */
    RECORDER_STATES,
};

/* "is idle", "runs", ... */
const char *recorder_state_text(enum recorder_state state);

/* What can be captured. */
struct recorder_port {
    const char *name;
    const char *description; /* NULL: none */
    struct net_queue *queue;
};

struct recorder_ports {
    uint32_t count;
    struct recorder_port port[RECORDER_PORTS_MAX]; /* their texts outlive the recorder */
    const char *application;
};

struct recorder_plan {
    const char *folder;  /* at most RECORDER_FOLDER_MAX characters */
    uint64_t file_bytes; /* RECORDER_FILE_BYTES_MIN at least */
    uint32_t files;      /* kept; 1 at least */
    uint64_t ring_bytes; /* of each port and direction: a power of two, RECORDER_RING_BYTES_MIN at
                            least */
    uint32_t snap_bytes; /* NET_TAP_SNAP_MIN..NET_FRAME_BYTES_MAX */
    uint32_t ports;      /* a bit each, by their place in recorder_ports */

    ssize_t (*write)(int descriptor, const void *bytes, size_t length); /* as recorder_files_plan */
};

struct recorder;

/* NULL: there is no memory.  Each queue is given a tap, which is off. */
struct recorder *recorder_new(const struct recorder_ports *ports);

/* Stops a capture that runs, and waits for its end, as long as its disk takes; what it then says
 * can still be read. */
void recorder_await(struct recorder *recorder);

/* The same, and gives the taps back. */
void recorder_free(struct recorder *recorder); /* NULL is allowed */

/* False with a sentence: a capture runs, or is not finished yet, or there is no thread for one. */
MUST_USE bool recorder_start(struct recorder *recorder, const struct recorder_plan *plan,
                             struct text *problem);

/* False: none runs. */
bool recorder_stop(struct recorder *recorder);

/* The next sentence about what happened, appended to line; false: there is none. */
bool recorder_said(struct recorder *recorder, struct text *line);

/* clang-format off */
#define RECORDER_COUNTS(X)                                                             \
    X(written,  "Frames in the files")                                                 \
    X(lost,     "Frames that a failed disk did not take")                              \
    X(byte,     "Bytes of all files")                                                  \
    X(file,     "Files made")                                                          \
    X(removed,  "Old files removed")
/* clang-format on */

/* Of the capture that runs, or was last. */
struct recorder_view {
    enum recorder_state state;
#define RECORDER_COUNT_FIELD(name, help) uint64_t name;
    RECORDER_COUNTS(RECORDER_COUNT_FIELD)
    uint32_t ports;
    struct recorder_view_port {
        const char *name;
        bool captured;
        uint64_t came_kept, came_dropped; /* frames the port received */
        uint64_t went_kept, went_dropped; /* and sent */
    } port[RECORDER_PORTS_MAX];
};
void recorder_view(const struct recorder *recorder, struct recorder_view *view);

#endif
