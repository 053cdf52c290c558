#include "dataplane/feed/feed_layout.h"

#include <string.h>

/* What recovery does to the books: the same messages by the same code, on cleared books. */

static_assert(ITCH_MESSAGE_BYTES_MAX < 256, "a message of a snapshot fits the copy below");

void feed_recovering(struct feed *feed, const struct channel_gap *gap, nanos_t now)
{
    feed->recovering = true;
    feed_channel_event(feed, &(struct feed_event){
                                 .kind = FEED_RECOVERING,
                                 .first = gap->first,
                                 .end = gap->end,
                                 .at_ns = now,
                             });
}

void feed_rebuilding(struct feed *feed, uint64_t next, nanos_t now)
{
    feed->recovering = true;
    feed->gap = false;
    feed_channel_event(feed,
                       &(struct feed_event){.kind = FEED_SNAPSHOT, .first = next, .at_ns = now});
}

void feed_snapshot_begin(struct feed *feed)
{
    CHECK(feed->recovering);
    book_clear(feed->book);
    memset(feed->trading, 0, feed->instruments);
    memset(feed->operational_halt, 0, feed->instruments);
    feed->snapshot = true;
}

void feed_snapshot_message(struct feed *feed, const uint8_t *message, uint32_t length, nanos_t now)
{
    CHECK(feed->snapshot);
    static const uint16_t offset[1] = {0};
    uint8_t block[2 + 256];
    uint32_t known = length < 256 ? length : 256; /* what is longer is not read */
    block[0] = (uint8_t)(known >> 8);
    block[1] = (uint8_t)known;
    memcpy(block + 2, message, known);
    nanos_t exchange_ns = feed->exchange_ns;
    /* The number is that of the stream's last message, and stays: a spin has none of its own. */
    feed_run(feed, &(struct channel_run){
                       .payload = block,
                       .offset = offset,
                       .count = 1,
                       .line = LINE_REPLY,
                       .sequence = feed->sequence,
                       .arrival = {.ns = now, .clock = feed->arrival.clock},
                   });
    if (feed->exchange_ns < exchange_ns) feed->exchange_ns = exchange_ns;
}

void feed_snapshot_end(struct feed *feed, uint64_t next)
{
    CHECK(feed->snapshot);
    book_flush(feed->book);
    feed->snapshot = false;
    feed->sequence = next - 1;
}

void feed_recovered(struct feed *feed, uint64_t next, bool silent, nanos_t now)
{
    book_flush(feed->book);
    feed->recovering = false;
    feed->stale = silent;
    feed_channel_event(feed,
                       &(struct feed_event){.kind = FEED_RECOVERED, .first = next, .at_ns = now});
}

void feed_unrecovered(struct feed *feed, uint64_t next, nanos_t now)
{
    book_flush(feed->book);
    if (feed->snapshot) book_clear(feed->book); /* a part of one says nothing */
    feed->recovering = false;
    feed->snapshot = false;
    feed->gap = true;
    feed_channel_event(feed,
                       &(struct feed_event){.kind = FEED_UNRECOVERED, .first = next, .at_ns = now});
}

void feed_released(struct feed *feed, uint64_t next, nanos_t now)
{
    feed_channel_event(feed,
                       &(struct feed_event){.kind = FEED_RELEASED, .first = next, .at_ns = now});
}
