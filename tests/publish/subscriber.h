#ifndef TESTS_PUBLISH_SUBSCRIBER_H
#define TESTS_PUBLISH_SUBSCRIBER_H

/* A market data client: frames of two lines become books, as in the feed stage. */

#include "dataplane/feed/feed.h"
#include "tests/support/chance.h"

enum { SUBSCRIBER_FRAME_MAX = 2048 };

/* A port that hands each frame to a subscriber at once. */
struct subscriber_port {
    struct subscriber *subscriber;
    uint32_t line;
    uint32_t bytes;
    uint8_t frame[SUBSCRIBER_FRAME_MAX];
};

struct subscriber {
    struct channel *channel;
    struct feed *feed;
    struct subscriber_port port[2];
    uint64_t now;
    uint64_t frames;
    uint64_t bad_frames; /* not UDP, or for somebody else */
    uint64_t gaps;
    uint64_t lost;
    struct chance loss;
    uint32_t loss_percent; /* of the frames, on each line */
    uint64_t first;        /* the channel's first_sequence */
};

void subscriber_new(struct subscriber *subscriber, const struct book_limits *limits);

/* Nothing is known any more; the stream goes on at sequence, after messages of a snapshot. */
void subscriber_join(struct subscriber *subscriber, const struct book_limits *limits,
                     uint64_t sequence);
void subscriber_free(struct subscriber *subscriber);

/* As of mold_out_port. */
uint8_t *subscriber_claim(void *port, uint32_t bytes);
void subscriber_publish(void *port);

/* A UDP payload that came on a line. */
void subscriber_take(struct subscriber *subscriber, uint32_t line, const uint8_t *payload,
                     uint32_t bytes);

#endif
