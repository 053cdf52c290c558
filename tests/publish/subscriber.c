#include "tests/publish/subscriber.h"

#include "dataplane/wire/frame.h"
#include "tests/publish/space.h"

#include <stdlib.h>
#include <string.h>

void subscriber_join(struct subscriber *subscriber, const struct book_limits *limits,
                     uint64_t sequence)
{
    *subscriber = (struct subscriber){.first = sequence};
    struct channel_limits channel = {
        .lines = 2,
        .store_datagrams = 64,
        .store_bytes = 1500,
        .gap_wait_ns = NANOS_SECOND, /* a frame takes one */
        .first_sequence = sequence,
    };
    struct feed_limits feed = {.book = *limits};
    subscriber->channel = channel_new(space_new(channel_footprint(&channel), 0), &channel);
    subscriber->feed = feed_new(space_new(feed_footprint(&feed), 0), &feed);
    for (uint32_t i = 0; i < 2; i++) {
        subscriber->port[i].subscriber = subscriber;
        subscriber->port[i].line = i;
    }
}

void subscriber_new(struct subscriber *subscriber, const struct book_limits *limits)
{
    subscriber_join(subscriber, limits, 1);
}

void subscriber_free(struct subscriber *subscriber)
{
    free(subscriber->channel);
    free(subscriber->feed);
}

void subscriber_take(struct subscriber *subscriber, uint32_t line, const uint8_t *payload,
                     uint32_t bytes)
{
    struct channel_output output;
    nanos_t now = ++subscriber->now;
    (void)channel_receive(subscriber->channel, (enum channel_line)line, payload, bytes,
                          (struct arrival){.ns = now});
    for (enum channel_step step; (step = channel_next(subscriber->channel, now, &output));) {
        subscriber->gaps += step == CHANNEL_GAP;
        /* Who has joined with a snapshot keeps what it said. */
        if (step == CHANNEL_SESSION && subscriber->first > 1) continue;
        if (step == CHANNEL_RUN) feed_run(subscriber->feed, &output.run);
        else feed_step(subscriber->feed, step, &output, now);
    }
}

uint8_t *subscriber_claim(void *context, uint32_t bytes)
{
    struct subscriber_port *port = context;
    CHECK(bytes <= sizeof port->frame);
    port->bytes = bytes;
    memset(port->frame, 0xee, sizeof port->frame);
    return port->frame;
}

void subscriber_publish(void *context)
{
    struct subscriber_port *port = context;
    struct frame_datagram datagram;
    struct subscriber *subscriber = port->subscriber;
    subscriber->frames++;
    if (chance_between(&subscriber->loss, 1, 100) <= subscriber->loss_percent) {
        subscriber->lost++;
        return;
    }
    if (frame_udp(port->frame, port->bytes, FRAME_CHECK_ALL, &datagram) != FRAME_OK ||
        datagram.destination_port != 30000 + port->line) {
        subscriber->bad_frames++;
        return;
    }
    subscriber_take(subscriber, port->line, datagram.payload, datagram.payload_bytes);
}
