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

/* Walks blocks first..count of payload[0..bytes), the first of them at byte at, and writes where
 * each begins to offset[first..count).  False unless they fill the datagram exactly.  bytes is at
 * most CHANNEL_DATAGRAM_MAX and at least a header, so that no more than CHANNEL_MESSAGES_MAX
 * offsets are written. */
MUST_USE static inline bool datagram_walk_from(const uint8_t *payload, uint32_t bytes,
                                               uint32_t first, uint32_t count, uint32_t at,
                                               uint16_t *offset)
{
    uint32_t last = bytes - (uint32_t)sizeof(struct moldudp64_block);
    for (uint32_t block = first; block < count; block++) {
        if (unlikely(at > last)) return false;
        offset[block] = (uint16_t)at;
        at += (uint32_t)sizeof(struct moldudp64_block) + moldudp64_block_length(payload + at);
    }
    return at == bytes;
}

/* The same from the first block, quickly.  Where a block begins is known when the length of the
 * one before it has been read, so the walk is as slow as that chain of loads; while lengths are
 * below 256 it is one byte load and one addition, instead of a byte swap between them
 * (bench_channel: 30 messages take 60 ns instead of 76). */
MUST_USE static inline bool datagram_walk(const uint8_t *payload, uint32_t bytes, uint32_t count,
                                          uint16_t *offset)
{
    size_t at = DATAGRAM_HEADER_BYTES;
    size_t last = bytes - sizeof(struct moldudp64_block);
    for (uint32_t block = 0; block < count; block++) {
        if (unlikely(at > last)) return false;
        if (unlikely(payload[at] != 0))
            return datagram_walk_from(payload, bytes, block, count, (uint32_t)at, offset);
        offset[block] = (uint16_t)at;
        at += sizeof(struct moldudp64_block) + payload[at + 1];
    }
    return at == bytes;
}

#endif
