#ifndef TESTS_MATCH_STREAM_H
#define TESTS_MATCH_STREAM_H

/* Random inputs for two engines that must agree, drawn from ranges so small that everything awkward
 * is common: prices that cross, ids in use, full tables, own orders in the way, bands, cascades.
 *
 * The plain engine is looked at for ids that live, so that changes and cancels meet something. */

#include "tests/reference/plain_match.h"
#include "tests/support/chance.h"

enum { STREAM_INSTRUMENTS = 4, STREAM_ACCOUNTS = 8 };

/* What a stream is about.  Weights are relative to each other; permille of NEW. */
struct stream_profile {
    const char *name;
    uint64_t operations; /* in the normal test run */
    bool everything;     /* every event and every reason must happen */
    bool accounts;
    bool bands;
    bool calendar;
    bool calls; /* instruments are seldom OPEN for long */
    uint8_t class_of[STREAM_INSTRUMENTS];
    uint32_t instruments;
    struct match_limits limits;
    struct {
        uint32_t time, list, phase, remove, mark, account, deposit, withdraw;
        uint32_t new, modify, cancel, cancel_all, close;
    } weight;
    price_t tick;
    qty_t lot;
    qty_t size;        /* of a future's contract */
    int64_t middle;    /* prices are around it; ticks */
    int64_t price_max; /* ticks */
    int64_t qty_max;   /* lots */
    int64_t fund;      /* money of an account, 1e-8 */
    uint32_t large;    /* permille of quantities: near qty_max */
    uint32_t stops;    /* permille of NEW */
    uint32_t linked;
    uint32_t tracked;
    uint32_t hidden;
    uint32_t odd; /* of all inputs, in 10 000: bytes that nobody meant */
};

struct stream {
    struct chance chance;
    const struct stream_profile *profile;
    uint64_t number;
    nanos_t time;
    uint32_t begun;
    CACHE_ALIGNED struct {
        struct match_input input;
        union {
            struct match_terms terms;
            struct match_listing listing;
            uint8_t bytes[192];
        };
    } next;
};

extern const struct stream_profile stream_profiles[];
extern const uint32_t stream_profile_count;

void stream_begin(struct stream *stream, const struct stream_profile *profile, uint64_t seed);

/* Valid until the next call. */
const struct match_input *stream_next(struct stream *stream, const struct plain_match *plain);

#endif
