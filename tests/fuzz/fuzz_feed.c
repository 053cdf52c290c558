/* Any bytes as message blocks: whatever comes, every message is counted once, all invariants of the
 * book hold, and it makes no difference whether the messages come in one run, one by one with a
 * flush after each, or as a stream. */

#include "dataplane/feed/feed.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGES_MAX = 2000 };

static const struct feed_limits limits = {.book = {.instruments = 5, .orders = 60, .levels = 40},
                                          .digest = true};

static struct feed *feed_open(void **memory)
{
    if (!*memory)
        *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(feed_footprint(&limits), CACHE_LINE));
    CHECK(*memory != NULL);
    struct feed *feed = feed_new(*memory, &limits);
    struct channel_output session = {.session = {.name = "FUZZ      ", .sequence = 1}};
    feed_step(feed, CHANNEL_SESSION, &session, 0);
    return feed;
}

static void law_holds(struct feed *feed, uint64_t messages)
{
    const struct feed_counts *counts = feed_counts(feed);
    uint64_t statuses = 0, types = 0;
    for (uint32_t i = 0; i < ITCH_STATUS_COUNT; i++) statuses += counts->status[i];
    for (uint32_t i = 0; i < 256; i++) types += counts->type[i];
    CHECK(counts->message == messages);
    CHECK(statuses == messages);
    CHECK(types == counts->status[ITCH_OK]);
    book_verify(feed_book(feed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void *memory[3];
    static uint16_t offset[MESSAGES_MAX];
    uint32_t count = 0;
    size_t at = 0;
    if (size > UINT16_MAX) return 0;
    while (size - at >= 2 && count < MESSAGES_MAX) {
        size_t next = at + 2 + ((size_t)data[at] << 8 | data[at + 1]);
        if (next > size) break;
        offset[count++] = (uint16_t)at;
        at = next;
    }

    struct feed *whole = feed_open(&memory[0]), *single = feed_open(&memory[1]),
                *stream = feed_open(&memory[2]);
    struct channel_run run = {.payload = data, .offset = offset, .count = count, .sequence = 1};
    feed_run(whole, &run);
    feed_flush(whole);
    for (uint32_t k = 0; k < count; k++) {
        run = (struct channel_run){
            .payload = data, .offset = offset + k, .count = 1, .sequence = 1 + k};
        feed_run(single, &run);
        feed_flush(single);
    }
    CHECK(feed_stream(stream, data, at, 1) == count);
    feed_flush(stream);

    law_holds(whole, count);
    law_holds(single, count);
    law_holds(stream, count);
    CHECK(feed_digest(whole) == feed_digest(single));
    CHECK(feed_digest(whole) == feed_digest(stream));
    for (uint32_t i = 1; i < limits.book.instruments; i++) {
        struct market a, b;
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        feed_market(whole, i, &a);
        feed_market(single, i, &b);
        CHECK(memcmp(&a, &b, sizeof a) == 0);
    }
    return 0;
}
