#ifndef DATAPLANE_FEED_CHANNEL_DATAGRAM_H
#define DATAPLANE_FEED_CHANNEL_DATAGRAM_H

/* One datagram with messages, its header read: private to the channel.  payload is the whole
 * datagram, header included. */

#include "dataplane/feed/channel.h"
#include "dataplane/wire/moldudp64.h"

#define DATAGRAM_HEADER_BYTES ((uint32_t)sizeof(struct moldudp64_header))

static_assert(CHANNEL_DATAGRAM_MAX <= UINT16_MAX, "an offset into a datagram fits 16 bits");

struct datagram {
    const uint8_t *payload;
    uint32_t bytes;
    uint32_t line;
    uint64_t sequence; /* of the first message */
    uint64_t end;      /* one past the last */
    struct arrival arrival;
};

/* Walks the count blocks of payload[0..bytes) and writes where each begins to offset[0..count).
 * False unless they fill the datagram exactly.  bytes is at most CHANNEL_DATAGRAM_MAX and at least a
 * header, so that no more than CHANNEL_MESSAGES_MAX offsets are written. */
MUST_USE static inline bool datagram_walk(const uint8_t *payload, uint32_t bytes, uint32_t count,
                                          uint16_t *offset)
{
    uint32_t at = DATAGRAM_HEADER_BYTES;
    uint32_t last = bytes - (uint32_t)sizeof(struct moldudp64_block);
    for (uint32_t block = 0; block < count; block++) {
        if (unlikely(at > last)) return false;
        offset[block] = (uint16_t)at;
        at += (uint32_t)sizeof(struct moldudp64_block) + moldudp64_block_length(payload + at);
    }
    return at == bytes;
}

#endif
