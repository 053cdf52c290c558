#ifndef APPS_POLLUX_GENERATE_RUN_H
#define APPS_POLLUX_GENERATE_RUN_H

/* One run of the program: datagrams from a flow or a capture, through the lines, into files or onto
 * a device, and what became of them.  Cold, but for the loop.
 *
 *     flow --------> pack --\                /--> line A --> file, device
 *     ITCH file ---> pack ----> datagram ----+--> line B --> file, device
 *     pcap -------------------/      |        \-> messages -> file
 *                                 coverage */

#include "apps/pollux-generate/coverage.h"
#include "apps/pollux-generate/options.h"
#include "apps/pollux-generate/port.h"
#include "apps/pollux-generate/sink.h"
#include "apps/progress.h"
#include "dataplane/wire/frame.h"

#define RUN_SENTENCES 4096u

struct run;

/* A line and where it goes to. */
struct run_line {
    struct run *run;
    struct line *line; /* NULL: this line is not made */
    struct sink *sink; /* NULL: not into a file */
};

struct run {
    const struct options *options;
    struct flow *flow;
    struct pack *pack;
    struct run_line line[2];
    struct sink *messages_sink; /* --format itch */
    struct port *port;
    struct coverage coverage;
    struct progress progress;

    uint64_t messages;
    uint64_t bytes; /* of messages */
    uint64_t type[256];
    uint64_t datagrams;
    uint64_t idle;                               /* heartbeats and ends among them */
    uint64_t live;                               /* orders, of a flow */
    uint64_t lost;                               /* messages, on all lines; after run_play */
    uint64_t frames_skipped[FRAME_STATUS_COUNT]; /* of a capture, by why; FRAME_OK counts none */
    uint64_t datagrams_skipped;                  /* UDP, but not MoldUDP64 */
    uint64_t cut_skipped;                        /* frames the capture kept only a part of */
    struct port_counts port_counts;
    uint64_t elapsed_ns;

    bool failed;
    struct text sentences; /* why, a line each */
    char sentence_bytes[RUN_SENTENCES];
};

/* Opens what options name.  False if something cannot be, with sentences. */
MUST_USE bool run_open(struct run *run, const struct options *options);

/* Does it all and closes what was opened.  False if it could not be finished, with sentences. */
MUST_USE bool run_play(struct run *run);

/* For the two sources. */
void run_fail(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void run_datagram(void *run, const struct pack_datagram *datagram);

/* run_capture.c: plays options->from. */
void run_capture(struct run *run);

#endif
