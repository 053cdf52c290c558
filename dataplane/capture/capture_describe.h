#ifndef DATAPLANE_CAPTURE_CAPTURE_DESCRIBE_H
#define DATAPLANE_CAPTURE_CAPTURE_DESCRIBE_H

/* The blocks of a pcapng file that say where its frames are from: what wrote it, each interface by
 * name, and how many frames each has seen and lost.
 *
 *     capture_describe_section      first of all
 *     capture_describe_interface    once each; frames name them in this order, from 0
 *     capture_write_packet ...      capture_write.h
 *     capture_describe_counts       once each, at the end
 *
 * Every function returns how many bytes it wrote, at most CAPTURE_DESCRIBE_BYTES_MAX; a text longer
 * than CAPTURE_DESCRIBE_TEXT_MAX is cut.
 *
 * Threads: any; no state.  Cold. */

#include "dataplane/capture/capture_write.h"

#define CAPTURE_DESCRIBE_TEXT_MAX  255u
#define CAPTURE_DESCRIBE_BYTES_MAX 1024u

/* NULL: it is not said. */
struct capture_section {
    const char *hardware;
    const char *system;
    const char *application;
};

struct capture_port {
    const char *name;
    const char *description; /* NULL: it is not said */
    uint32_t snap_bytes;     /* 0: without bound */
};

/* Of an interface, since the capture began. */
struct capture_interface_counts {
    uint32_t interface;
    nanos_t begun_ns;
    nanos_t time_ns;
    uint64_t received; /* either way, those that were dropped with them */
    uint64_t dropped;
};

size_t capture_describe_section(uint8_t *out, const struct capture_section *section);

/* Of Ethernet frames, in nanoseconds. */
size_t capture_describe_interface(uint8_t *out, const struct capture_port *interface);

size_t capture_describe_counts(uint8_t *out, const struct capture_interface_counts *counts);

#endif
