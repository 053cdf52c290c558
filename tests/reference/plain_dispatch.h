#ifndef TESTS_REFERENCE_PLAIN_DISPATCH_H
#define TESTS_REFERENCE_PLAIN_DISPATCH_H

/* The dispatcher again, written to be obviously right: fixed arrays scanned in full for every
 * question, trades added one by one as they happen instead of totals subtracted, and the moment
 * when anything began to wait written down as a number that only rises. */

#include "dataplane/strategy/delegate.h"

enum {
    PLAIN_DELEGATES = 8,
    PLAIN_INSTRUMENTS = 6,
    PLAIN_MESSAGES = 8,
    PLAIN_NOBODY = PLAIN_DELEGATES,
    PLAIN_STATE_NEVER = 255,
};

/* What one delegate knows of one instrument. */
struct plain_view {
    bool joined;
    uint64_t joined_at;
    uint64_t waits_since; /* 0: does not wait */
    uint32_t values;      /* since it was shown last, like the rest */
    uint32_t quotes;
    uint32_t trades;
    uint64_t volume;
    uint64_t notional;
    uint8_t state_shown;
};

/* Why a delegate waits for its turn, and since when. */
enum plain_turn { PLAIN_NO_TURN, PLAIN_FOR_MESSAGES, PLAIN_FOR_MARKETS, PLAIN_TO_BE_TAKEN_OUT };

struct plain_delegate {
    bool used;
    bool on;
    bool closing;
    uint32_t children;
    uint32_t messages;
    struct message message[PLAIN_MESSAGES];
    struct plain_view view[PLAIN_INSTRUMENTS];
    enum plain_turn turn;
    uint64_t turn_since;
    uint64_t shown; /* values */
    uint64_t conflated;
    uint64_t withdrawn;
};

struct plain_dispatch {
    uint64_t clock;
    uint32_t messages_max;
    struct market newest[PLAIN_INSTRUMENTS];
    bool known[PLAIN_INSTRUMENTS];
    struct plain_delegate delegate[PLAIN_DELEGATES];
};

struct plain_trade {
    price_t price;
    qty_t qty;
};

struct plain_decision {
    uint32_t instrument;
    uint32_t what;
    uint32_t quotes;
    uint32_t messages;
    struct message message[PLAIN_MESSAGES];
    struct market market;
    struct trade_sum trade;
};

void plain_dispatch_new(struct plain_dispatch *plain, uint32_t messages_max);

/* The first unused delegate, now in use, or PLAIN_NOBODY. */
uint32_t plain_dispatch_add(struct plain_dispatch *plain);

/* value says everything but the trades; trades[0..count) happened since the value before. */
void plain_dispatch_market(struct plain_dispatch *plain, const struct market *value,
                           const struct plain_trade *trades, uint32_t count);

/* False if the queue is full. */
bool plain_dispatch_message(struct plain_dispatch *plain, uint32_t delegate,
                            const struct message *message);

void plain_dispatch_subscribe(struct plain_dispatch *plain, uint32_t delegate, uint32_t instrument);
void plain_dispatch_unsubscribe(struct plain_dispatch *plain, uint32_t delegate,
                                uint32_t instrument);
void plain_dispatch_switch(struct plain_dispatch *plain, uint32_t delegate, bool on);
void plain_dispatch_finish(struct plain_dispatch *plain, uint32_t delegate);
void plain_dispatch_children(struct plain_dispatch *plain, uint32_t delegate, int more);

/* Who decides next, and what it is shown; or PLAIN_NOBODY. */
uint32_t plain_dispatch_next(struct plain_dispatch *plain, struct plain_decision *decision);

/* The delegate that ended first, no longer in use; or PLAIN_NOBODY. */
uint32_t plain_dispatch_take_ended(struct plain_dispatch *plain);

bool plain_dispatch_wanted(const struct plain_dispatch *plain, uint32_t instrument);
uint32_t plain_dispatch_subscriptions(const struct plain_dispatch *plain);

#endif
