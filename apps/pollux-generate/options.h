#ifndef APPS_POLLUX_GENERATE_OPTIONS_H
#define APPS_POLLUX_GENERATE_OPTIONS_H

/* What pollux-generate is asked for: the command line, read and checked as a whole.  Cold. */

#include "apps/pollux-generate/flow.h"
#include "apps/pollux-generate/line.h"
#include "dataplane/capture/capture.h"

#include <stdio.h>

enum options_format { OPTIONS_PCAP, OPTIONS_ITCH };

struct options {
    const char *preset;
    struct flow_plan flow;
    struct pack_plan pack;
    struct line_plan line[2];

    const char *from; /* a capture instead of a flow */
    enum capture_framing framing;

    const char *out; /* pcap of line A, or ITCH messages */
    enum options_format format;
    const char *line_file[2];
    const char *device;
    uint64_t rate; /* messages a second onto the device; 0: as the flow's times say */

    const char *report;
    bool json;
    bool quiet;

    bool shaped; /* an option that shapes a flow was given */
    bool packed; /* an option that shapes datagrams was given */
};

/* Reads argv.  Returns true when everything is as it should be.  Otherwise every problem was
 * written to stderr, one sentence a line, and the program should exit 2.  --help, --usage and
 * --version exit by themselves. */
MUST_USE bool options_read(struct options *options, int argc, char **argv);

#endif
