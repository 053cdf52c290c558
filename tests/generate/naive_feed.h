#ifndef TESTS_GENERATE_NAIVE_FEED_H
#define TESTS_GENERATE_NAIVE_FEED_H

/* A plain reader of ITCH order flow that believes nothing: it keeps every order and queue in the
 * most obvious way and stops at the first message that cannot be true.
 *
 * It shares no code with the generator and reads the bytes by its own offsets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct naive_feed;

struct naive_totals {
    uint64_t messages;
    uint64_t type[256];
    uint64_t live;
    uint64_t live_max;
    uint32_t levels_max;    /* most levels any side ever had */
    uint64_t deletes_young; /* of one of the 24 youngest orders of its stock */
    uint64_t adds_top;      /* adds at one of the best seven levels, or better */
    uint64_t adds_level;    /* adds that opened a level */
    uint64_t same_stock;    /* messages about the stock of the message before */
    uint64_t touch_moves;   /* times the best price of a side changed */
    uint64_t last_ns;
    uint64_t *by_locate; /* messages, [65536] */
};

/* refs_ascend: references must grow; otherwise they must only never come twice. */
struct naive_feed *naive_feed_new(uint64_t messages, bool refs_ascend);
void naive_feed_free(struct naive_feed *feed);

/* Takes the next message.  NULL, or the sentence that says what is wrong with it. */
const char *naive_feed_take(struct naive_feed *feed, const uint8_t *message, uint32_t length);

const struct naive_totals *naive_feed_totals(const struct naive_feed *feed);

#endif
