#ifndef TESTS_PUBLISH_MARKET_RIG_H
#define TESTS_PUBLISH_MARKET_RIG_H

/* An engine whose events are published: inputs go in, messages can be read as text. */

#include "dataplane/publish/itch_out.h"
#include "tests/match/rig.h"
#include "tests/publish/said.h"

#define MARKET_MIDNIGHT (20000 * 86400 * NANOS_SECOND)
#define MARKET_TEXT_MAX 65536u

#define SHARES(n) ((qty_t)(n)*QTY_ONE)
#define CENTS(n)  ((price_t)(n)*PRICE_ONE / 100)

struct market_rig {
    struct rig engine;
    struct history *history;
    struct itch_out *out;
    struct match_limits limits;
    struct match_listing listing; /* of the input that is being applied */
    nanos_t time;
    uint64_t number; /* of the last input of market_rig_give */
    uint64_t told;   /* messages that market_rig_said has told */
    char text[MARKET_TEXT_MAX];
    void (*on_event)(void *context, const struct match_event *event); /* or NULL */
    void *context;
};

/* The engine's usual limits: without accounts. */
struct match_limits market_rig_limits(void);

void market_rig_new(struct market_rig *rig, const struct match_limits *limits,
                    const struct history_limits *history);
void market_rig_free(struct market_rig *rig);

/* Applies an input as it is, and publishes what it causes. */
void market_rig_apply(struct market_rig *rig, const struct match_input *input);

/* The same for an input that gets the next number, the rig's time, and what may follow it. */
void market_rig_give(struct market_rig *rig, struct match_input input);
void market_rig_terms(struct market_rig *rig, struct match_input input, struct match_terms terms);

/* A limit order on instrument 0 for market_rig_give: its id and account are the number that its
 * input will have. */
struct match_input market_rig_order(const struct market_rig *rig, enum side side, int64_t shares,
                                    int64_t cents);

void market_rig_list(struct market_rig *rig, uint16_t instrument, struct match_listing listing);

/* A listing of "AAPL": ticks of a cent, lots of a share, open, a window of 4096 ticks. */
struct match_listing market_rig_listing(void);

/* Message sequence of the history, and its length; NULL if there is none. */
const uint8_t *market_rig_message(const struct market_rig *rig, uint64_t sequence,
                                  uint32_t *length);

/* Every message since the last call, each a line. */
const char *market_rig_said(struct market_rig *rig);

#endif
