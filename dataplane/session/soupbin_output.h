#ifndef DATAPLANE_SESSION_SOUPBIN_OUTPUT_H
#define DATAPLANE_SESSION_SOUPBIN_OUTPUT_H

/* Bytes that wait to be written to a stream: private to session/.
 *
 *     | written | waits ................ | room |
 *     0         first       mark         end    bytes_max
 *
 * What waits lies in one piece; it is moved to the beginning when the room behind it is too small.
 * The age of the oldest byte is known within a buffer's length: mark is where the output ended when
 * the watch began, and whatever waits before it is at least as old as the watch.
 *
 * Cost: a copy of what is put, and sometimes a move of what waits. */

#include "dataplane/session/soupbin.h"

struct soupbin_output {
    uint8_t *bytes;
    uint32_t bytes_max;
    uint32_t first;
    uint32_t end;
    uint32_t mark;   /* in first..end while something waits */
    nanos_t mark_ns; /* when it was set */
    nanos_t sent_ns; /* when something was put last */
};

static inline uint32_t soupbin_output_waiting(const struct soupbin_output *output)
{
    return output->end - output->first;
}

static inline void soupbin_output_reset(struct soupbin_output *output, nanos_t now)
{
    output->first = output->end = output->mark = 0;
    output->mark_ns = output->sent_ns = now;
}

/* Room for count bytes at the end, or NULL; to be filled at once. */
static inline uint8_t *soupbin_output_claim(struct soupbin_output *output, uint32_t count,
                                            nanos_t now)
{
    uint32_t waiting = soupbin_output_waiting(output);
    if (count > output->bytes_max - waiting) return NULL;
    if (count > output->bytes_max - output->end) {
        memmove(output->bytes, output->bytes + output->first, waiting);
        output->mark -= output->first;
        output->first = 0;
        output->end = waiting;
    }
    uint8_t *at = output->bytes + output->end;
    output->end += count;
    output->sent_ns = now;
    if (waiting == 0) {
        output->mark = output->end;
        output->mark_ns = now;
    }
    return at;
}

/* A packet of type with this payload; false if there is no room. */
MUST_USE static inline bool soupbin_output_put(struct soupbin_output *output, char type,
                                               const void *payload, uint32_t payload_bytes,
                                               nanos_t now)
{
    uint8_t *at = soupbin_output_claim(output, SOUPBINTCP_HEADER_BYTES + payload_bytes, now);
    if (!at) return false;
    *(struct soupbintcp_header *)at = soupbintcp_header_of(type, payload_bytes);
    if (payload_bytes > 0) memcpy(at + SOUPBINTCP_HEADER_BYTES, payload, payload_bytes);
    return true;
}

static inline void soupbin_output_written(struct soupbin_output *output, uint32_t count,
                                          nanos_t now)
{
    CHECK(count <= soupbin_output_waiting(output));
    output->first += count;
    if (output->first >= output->mark) {
        output->mark = output->end;
        output->mark_ns = now;
    }
    if (output->first == output->end) output->first = output->end = output->mark = 0;
}

/* Time from then to now, or 0 if clocks disagree. */
static inline nanos_t soupbin_elapsed(nanos_t now, nanos_t then)
{
    return now > then ? now - then : 0;
}

static inline void soupbin_output_verify(const struct soupbin_output *output)
{
    CHECK(output->first <= output->mark);
    CHECK(output->mark <= output->end);
    CHECK(output->end <= output->bytes_max);
    if (output->first < output->end) CHECK(output->first < output->mark);
}

#endif
