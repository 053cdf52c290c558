#ifndef APPS_POLLUX_GENERATE_LINE_H
#define APPS_POLLUX_GENERATE_LINE_H

/* One of the two lines of a feed, as bad as it is told to be.
 *
 *     datagram --> lost?  --> late by 1..window datagrams?  --> twice?  --> frame, addressed, timed
 *
 * Each datagram is lost, made late and doubled by chances of its own.  A late one, and the second
 * copy of a doubled one, come out after up to window further datagrams were offered, at the time of
 * the frame they follow: times of a line never go back, sequence numbers do.
 *
 * Two lines with different seeds are impaired independently; the same seed gives the same line.
 *
 * Threads: one.  Memory: line_footprint() bytes, given once; late datagrams only reach as far into
 * it as they are long. */

#include "apps/pollux-generate/flow_dice.h"
#include "apps/pollux-generate/pack.h"
#include "dataplane/wire/frame.h"

#define LINE_WINDOW_MAX  1024u
#define LINE_ALWAYS      1000000u /* chances are parts of a million */
#define LINE_FRAME_BYTES (PACK_PAYLOAD_MAX + FRAME_UDP_HEAD_BYTES + FRAME_VLAN_BYTES)

struct line_plan {
    uint64_t seed;
    nanos_t delay_ns; /* added to every time */
    uint32_t loss_ppm;
    uint32_t late_ppm;
    uint32_t double_ppm;
    uint32_t window; /* 1..LINE_WINDOW_MAX */
    struct frame_udp_head head;
};

struct line_frame {
    const uint8_t *bytes;
    uint32_t length;
    nanos_t time_ns;
};

typedef void line_emit_fn(void *to, const struct line_frame *frame);

struct line_counts {
    uint64_t offered; /* datagrams */
    uint64_t lost;
    uint64_t lost_messages;
    uint64_t late;
    uint64_t doubled;
    uint64_t frames; /* = offered - lost + doubled, after line_end */
    uint64_t bytes;  /* in them */
};

struct line;

size_t line_footprint(const struct line_plan *plan); /* 0 if the plan is out of range */
struct line *line_new(void *memory, const struct line_plan *plan, line_emit_fn *emit, void *to);

/* True if the datagram will be delivered at least once, false if it is lost. */
bool line_offer(struct line *line, const struct pack_datagram *datagram);

/* Lets out what is still late. */
void line_end(struct line *line);

const struct line_counts *line_counts(const struct line *line);

#endif
