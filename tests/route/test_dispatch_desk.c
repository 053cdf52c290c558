/* The dispatcher's desk, what a decision said, and decisions without news. */

#include "dataplane/route/dispatch.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

/* A delegate that keeps its newest composite and says as many intents as it is told to. */
struct thinker {
    struct composite shown;
    uint32_t decisions;
    uint32_t says;
    uint32_t claims; /* 0: what it says */
    bool wants;
};

static void think(void *self, const struct composite *composite, struct delegate_output *output)
{
    struct thinker *thinker = self;
    thinker->shown = *composite;
    thinker->decisions++;
    thinker->wants = false;
    EXPECT_UINT(output->intents, 0); /* it is empty, whatever was said before */
    EXPECT_UINT(output->lost, 0);
    EXPECT(!output->done);
    for (uint32_t i = 0; i < thinker->says; i++) delegate_stop(output, i);
    thinker->says = 0;
    if (thinker->claims) output->intents = thinker->claims;
    thinker->claims = 0;
}

static bool wants(const void *self, nanos_t now)
{
    (void)now;
    return ((const struct thinker *)self)->wants;
}

static const struct delegate_kind thinker_kind = {
    .name = "thinker", .decide = think, .wants = wants};

static struct dispatch *dispatch;
static struct thinker thinkers[2];
static uint32_t numbers[2];

static void before_each(void)
{
    struct dispatch_limits limits = {
        .instruments = 4, .delegates = 2, .subscriptions = 8, .messages = 4};
    dispatch = dispatch_new(aligned_alloc(CACHE_LINE, dispatch_footprint(&limits)), &limits);
    memset(thinkers, 0, sizeof thinkers);
    for (uint32_t i = 0; i < 2; i++) {
        struct dispatch_identity identity = {.name = {(char)('a' + i)}};
        EXPECT_UINT(dispatch_add(dispatch, &identity, &thinker_kind, &thinkers[i], &numbers[i]),
                    DISPATCH_OK);
    }
}

static void after_each(void)
{
    dispatch_verify(dispatch);
    free(dispatch);
}

static void subscribe(uint32_t delegate, uint32_t instrument)
{
    EXPECT_UINT(dispatch_subscribe(dispatch, numbers[delegate], instrument), DISPATCH_OK);
}

static void complete(void *context, uint32_t place, struct composite *composite)
{
    composite->position = *(const qty_t *)context * (qty_t)place;
    composite->leg = 7;
    composite->orders = 3;
}

SPEC(without_a_desk_position_and_orders_are_none)
{
    subscribe(0, 1);
    dispatch_market(dispatch, &(struct market){.instrument = 1, .bid = 5});
    EXPECT_UINT(dispatch_next(dispatch, 1), numbers[0]);
    EXPECT_UINT((uint64_t)thinkers[0].shown.position, 0);
    EXPECT_UINT(thinkers[0].shown.orders, 0);
    EXPECT(thinkers[0].shown.order == NULL);
}

SPEC(a_desk_completes_every_composite_for_the_place_of_its_delegate)
{
    qty_t unit = 100;
    dispatch_desk(dispatch, &(struct dispatch_desk){.context = &unit, .complete = complete});
    subscribe(0, 1);
    subscribe(1, 1);
    dispatch_market(dispatch, &(struct market){.instrument = 1, .bid = 5});
    while (dispatch_next(dispatch, 1) != DISPATCH_NONE) {
    }
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_UINT((uint64_t)thinkers[i].shown.position, 100 * dispatch_place(numbers[i]));
        EXPECT_UINT(thinkers[i].shown.leg, 7);
        EXPECT_UINT(thinkers[i].shown.orders, 3);
    }
    EXPECT(dispatch_place(numbers[0]) != dispatch_place(numbers[1]));
}

SPEC(what_a_decision_said_is_read_back_and_is_empty_for_the_next)
{
    subscribe(0, 1);
    subscribe(1, 2);
    thinkers[0].says = DELEGATE_INTENTS_MAX + 3;
    dispatch_market(dispatch, &(struct market){.instrument = 1, .bid = 5});
    EXPECT_UINT(dispatch_next(dispatch, 1), numbers[0]);
    const struct dispatch_said *said = dispatch_said(dispatch);
    EXPECT_UINT(said->delegate, numbers[0]);
    EXPECT_UINT(said->instrument, 1);
    EXPECT_UINT(said->output.intents, DELEGATE_INTENTS_MAX);
    EXPECT_UINT(said->output.lost, 3);
    EXPECT_UINT(said->output.intent[5].key, 5);
    dispatch_market(dispatch, &(struct market){.instrument = 2, .bid = 5});
    EXPECT_UINT(dispatch_next(dispatch, 2), numbers[1]);
    EXPECT_UINT(said->output.intents, 0);
    EXPECT_UINT(said->instrument, 2);
}

SPEC(who_claims_to_have_said_more_than_there_is_room_for_is_not_believed)
{
    subscribe(0, 1);
    thinkers[0].says = 2;
    thinkers[0].claims = DELEGATE_INTENTS_MAX + 136;
    dispatch_market(dispatch, &(struct market){.instrument = 1, .bid = 5});
    EXPECT_UINT(dispatch_next(dispatch, 1), numbers[0]);
    const struct dispatch_said *said = dispatch_said(dispatch);
    EXPECT_UINT(said->output.intents, DELEGATE_INTENTS_MAX);
    EXPECT_UINT(said->output.lost, 136);
}

SPEC(who_wants_to_decide_is_asked_after_housekeeping_and_shown_nothing_new)
{
    subscribe(0, 2);
    subscribe(0, 1);
    dispatch_market(dispatch, &(struct market){.instrument = 2, .bid = 5});
    while (dispatch_next(dispatch, 1) != DISPATCH_NONE) {
    }
    thinkers[0].wants = true;
    thinkers[1].wants = true; /* it has no instrument to be shown */
    dispatch_housekeeping(dispatch, 2);
    EXPECT_UINT(dispatch_next(dispatch, 2), numbers[0]);
    EXPECT_UINT(thinkers[0].shown.instrument, 2); /* its first */
    EXPECT_UINT(thinkers[0].shown.what, 0);
    EXPECT_UINT((uint64_t)thinkers[0].shown.market->bid, 5);
    EXPECT_UINT(dispatch_next(dispatch, 2), DISPATCH_NONE);
    EXPECT_UINT(dispatch_lead(dispatch, numbers[0], 1), DISPATCH_OK);
    EXPECT_UINT(dispatch_wake(dispatch, numbers[0]), DISPATCH_OK);
    EXPECT_UINT(dispatch_wake(dispatch, numbers[0]), DISPATCH_OK);
    EXPECT_UINT(dispatch_next(dispatch, 3), numbers[0]);
    EXPECT_UINT(thinkers[0].shown.instrument, 1); /* of which nothing ever came */
    EXPECT_UINT(thinkers[0].shown.market->state, MARKET_CLOSED);
    EXPECT_UINT(dispatch_next(dispatch, 3), DISPATCH_NONE);
    struct dispatch_delegate look;
    EXPECT(dispatch_look(dispatch, numbers[0], &look));
    EXPECT_UINT(look.counts.value, 1); /* nothing was shown twice, or left out */
    EXPECT_UINT(look.counts.conflated, 0);
}

SPEC(who_is_off_or_has_no_subscription_is_not_woken)
{
    EXPECT_UINT(dispatch_wake(dispatch, numbers[0]), DISPATCH_NOT_SUBSCRIBED);
    EXPECT_UINT(dispatch_wake(dispatch, 999), DISPATCH_UNKNOWN_DELEGATE);
    EXPECT_UINT(dispatch_lead(dispatch, numbers[0], 1), DISPATCH_NOT_SUBSCRIBED);
    EXPECT_UINT(dispatch_lead(dispatch, numbers[0], 4), DISPATCH_UNKNOWN_INSTRUMENT);
    subscribe(0, 1);
    EXPECT_UINT(dispatch_switch(dispatch, numbers[0], false), DISPATCH_OK);
    thinkers[0].wants = true;
    dispatch_housekeeping(dispatch, 1);
    EXPECT_UINT(dispatch_wake(dispatch, numbers[0]), DISPATCH_OK);
    EXPECT_UINT(dispatch_next(dispatch, 1), DISPATCH_NONE);
    EXPECT_UINT(dispatch_switch(dispatch, numbers[0], true), DISPATCH_OK);
    EXPECT_UINT(dispatch_next(dispatch, 1), numbers[0]); /* it was remembered */
}

#define SPECS(S)                                                                                   \
    S(without_a_desk_position_and_orders_are_none)                                                 \
    S(a_desk_completes_every_composite_for_the_place_of_its_delegate)                              \
    S(what_a_decision_said_is_read_back_and_is_empty_for_the_next)                                 \
    S(who_claims_to_have_said_more_than_there_is_room_for_is_not_believed)                         \
    S(who_wants_to_decide_is_asked_after_housekeeping_and_shown_nothing_new)                       \
    S(who_is_off_or_has_no_subscription_is_not_woken)
SPEC_MAIN("dispatch_desk", SPECS, before_each, after_each)
