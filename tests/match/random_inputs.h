#ifndef TESTS_MATCH_RANDOM_INPUTS_H
#define TESTS_MATCH_RANDOM_INPUTS_H

/* Inputs for a matching engine, drawn from a seed or from bytes: a small market in which everything
 * there is happens often, orders meet, and some of what is asked is nonsense.
 *
 *     index 0  SPOT 1/2       with fees, a band and a pause
 *     index 1  FUTURES in 2   with fees and margins
 *     index 2  PLAIN          with a window of 64 ticks
 *     index 3  SPOT 3/2       with a calendar
 *     index 4  FUTURES in 2   with a band
 *     index 5  nothing, until it is listed
 *
 * Without accounts all instruments are PLAIN.  The first inputs open accounts, pay in and list. */

#include "dataplane/match/match.h"
#include "tests/support/chance.h"

enum {
    RANDOM_INSTRUMENTS = 6,
    RANDOM_ACCOUNTS = 8, /* 1 to 8; 1 and 2 are of one group */
    RANDOM_ASSETS = 4,   /* 1 to 3 */
    RANDOM_RECENT = 32,
};

struct random_order {
    order_id_t id;
    uint32_t account;
};

struct random_inputs {
    struct chance chance;
    const uint8_t *bytes; /* drawn from instead, if there are any at the beginning */
    size_t bytes_left;
    bool from_bytes;
    bool accounts;
    uint32_t begun; /* of the first inputs */
    uint64_t number;
    nanos_t time;
    order_id_t id_last;
    struct random_order recent[RANDOM_RECENT];
    struct random_order legs[RANDOM_RECENT]; /* of the engine's own ids: random_inputs_saw */
    uint32_t legs_seen;
    CACHE_ALIGNED struct {
        struct match_input input;
        union {
            struct match_terms terms;
            struct match_listing listing;
        };
    } out;
};

void random_inputs_seed(struct random_inputs *inputs, uint64_t seed, bool accounts);
void random_inputs_bytes(struct random_inputs *inputs, const uint8_t *bytes, size_t length,
                         bool accounts);

/* NULL when the bytes are used up; never with a seed.  Valid until the next call. */
const struct match_input *random_inputs_next(struct random_inputs *inputs);

/* Tells of an event, so that later inputs can name legs. */
void random_inputs_saw(struct random_inputs *inputs, const struct match_event *event);

/* Limits in which a random market has room, at least for what matters. */
struct match_limits random_inputs_limits(bool accounts);

#endif
