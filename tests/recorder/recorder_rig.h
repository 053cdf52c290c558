#ifndef TESTS_RECORDER_RECORDER_RIG_H
#define TESTS_RECORDER_RECORDER_RIG_H

/* Two links in memory, whose four ends are the ports of one recorder, and the files it writes.
 *
 *     a0 ======= a1        every frame sent on a0 is seen by a1: its number is its first 8 bytes,
 *     b0 ======= b1        and all other bytes follow from that
 */

#include "control/recorder/recorder.h"
#include "dataplane/capture/capture_file.h"
#include "dataplane/net/net_memory.h"
#include "tests/support/spec.h"

enum { RIG_PORTS = 4, RIG_FRAME_MIN = 16, RIG_FRAME_MAX = 1500, RIG_FILES_MAX = 512 };

struct rig {
    char folder[64];
    struct recorder_plan plan; /* of the next start: all ports, everything small */
    struct recorder *recorder;
    struct net_memory *link[2];
    struct net_queue *port[RIG_PORTS];
    uint64_t sent[RIG_PORTS];
    uint64_t received[RIG_PORTS];
    char said[4096]; /* the sentences of the last capture, a line each */
};
extern struct rig rig;

void rig_open(void);
void rig_close(void);

/* Starts and waits until it runs, or has failed. */
enum recorder_state rig_start(void);

/* Stops, waits for the end, and keeps what was said. */
void rig_stop(void);

/* Waits until it says these words, or an expectation fails. */
void rig_await(const char *words);

/* Sends one frame, its next, and flushes; false: the link was full. */
bool rig_send(uint32_t port, uint32_t bytes);
bool rig_publish(uint32_t port, uint32_t bytes);

/* Takes what has arrived at a port, in order and whole, or an expectation fails. */
void rig_take(uint32_t port);

struct recorder_view rig_view(void);

/* The files of the folder, in the order of their names. */
struct rig_files {
    uint32_t count;
    char path[RIG_FILES_MAX][128];
};
void rig_files(struct rig_files *files);

typedef void rig_record_fn(void *context, const struct capture_record *record);

/* Every record of every file, in order; each file must be whole.  Returns how many. */
uint64_t rig_read(rig_record_fn *each, void *context);

/* Whether a record begins a frame of this number. */
bool rig_frame_is(const uint8_t *bytes, uint32_t length, uint64_t number);
uint64_t rig_frame_number(const uint8_t *bytes);

#endif
