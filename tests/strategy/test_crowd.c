/* What the crowd promises: a living book, the same for the same seed, and no harm. */

#include "dataplane/strategy/crowd.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

enum { TURNS = 4000 };

struct seen {
    uint64_t both_sides; /* turns in which the book had two */
    uint64_t spread;     /* in cents, added up */
    price_t low, high;   /* of the bid */
    uint64_t hash;
    price_t bid[2]; /* the last ones */
};

/* Five milliseconds a turn, everything answered, nobody else there. */
static struct seen play(uint32_t legs, const char *seed, const char *together,
                        const char *meets_own)
{
    struct seen seen = {.low = INT64_MAX};
    rig_open(&crowd_kind, legs, "fair", "100, 50", "rate", "200", "levels", "4", "seed", seed,
             "together", together, "meets_own", meets_own, NULL);
    for (uint32_t leg = 0; leg < legs; leg++) rig_show(leg);
    for (uint32_t i = 0; i < TURNS; i++) {
        rig_after(5 * NANOS_MILLI);
        for (const char *at = rig_said(); *at; at++) seen.hash = seen.hash * 31 + (uint8_t)*at;
        rig_answer();
        for (uint32_t leg = 0; leg < legs; leg++) rig_show(leg);
        const struct market *market = &rig.leg[0].shown;
        EXPECT(market->bid == 0 || market->ask == 0 || market->bid < market->ask);
        if (market->bid == 0 || market->ask == 0) continue;
        seen.both_sides++;
        seen.spread += (uint64_t)(market->ask - market->bid) / (PRICE_ONE / 100);
        if (market->bid < seen.low) seen.low = market->bid;
        if (market->bid > seen.high) seen.high = market->bid;
    }
    for (uint32_t leg = 0; leg < legs && leg < 2; leg++) seen.bid[leg] = rig.leg[leg].shown.bid;
    return seen;
}

SPEC(a_book_lives_without_anybody_else)
{
    struct seen seen = play(1, "1", "no", "no");
    EXPECT(seen.both_sides > TURNS * 9 / 10);
    EXPECT(seen.spread / seen.both_sides <= 8);
    EXPECT(seen.high - seen.low > 5 * PRICE_ONE / 100);
    EXPECT(seen.low > 80 * PRICE_ONE && seen.high < 120 * PRICE_ONE);
    EXPECT(rig_gauge("rests") > 1000);
    EXPECT(rig_gauge("cancels") > 200);
}

SPEC(acts_come_as_often_as_configured)
{
    play(1, "1", "no", "yes");
    /* 20 s at 200 a second; some acts find nothing to do. */
    int64_t acts = rig_gauge("rests") + rig_gauge("cancels") + rig_gauge("takes");
    EXPECT(acts > 2000 && acts <= 4300);
}

SPEC(the_same_seed_is_the_same_crowd_and_another_one_is_not)
{
    struct seen one = play(2, "5", "no", "no"), same = play(2, "5", "no", "no");
    struct seen other = play(2, "6", "no", "no");
    EXPECT_UINT(one.hash, same.hash);
    EXPECT(one.hash != other.hash);
}

SPEC(it_takes_from_its_own_orders_only_if_it_may)
{
    play(1, "1", "no", "no");
    EXPECT_UINT((uint64_t)rig_gauge("takes"), 0); /* nobody else is there */
    play(1, "1", "no", "yes");
    EXPECT(rig_gauge("takes") > 100);
}

SPEC(it_takes_from_others_and_never_rests_where_it_would)
{
    rig_open(&crowd_kind, 1, "fair", "100", "rate", "1000", "levels", "4", NULL);
    for (uint32_t i = 0; i < 1000; i++) {
        rig_book(0, "99.99:300 | 100.01:300"); /* before its own */
        rig_show(0);
        rig_after(5 * NANOS_MILLI);
        for (uint32_t k = 0; k < rig.output.intents; k++) {
            const struct delegate_intent *intent = &rig.output.intent[k];
            if (intent->kind != INTENT_ORDER || intent->how & HOW_IMMEDIATE) continue;
            EXPECT(intent->side == SIDE_BUY ? intent->price < rig.leg[0].shown.ask
                                            : intent->price > rig.leg[0].shown.bid);
        }
        rig_answer();
    }
    EXPECT(rig_gauge("takes") > 20);
    EXPECT(rig.leg[0].volume > 0);
}

SPEC(together_all_instruments_walk_as_one)
{
    for (uint32_t i = 1; i <= 5; i++) {
        char seed[8];
        snprintf(seed, sizeof seed, "%u", i);
        struct seen seen = play(2, seed, "yes", "no");
        EXPECT(seen.high - seen.low > 20 * PRICE_ONE / 100);
        price_t apart = (seen.bid[0] - 100 * PRICE_ONE) - (seen.bid[1] - 50 * PRICE_ONE);
        EXPECT(seen.bid[1] > 40 * PRICE_ONE && seen.bid[1] < 60 * PRICE_ONE);
        EXPECT(apart <= 15 * PRICE_ONE / 100 && apart >= -15 * PRICE_ONE / 100);
    }
}

SPEC(a_book_that_is_not_live_and_a_venue_that_does_not_trade_are_left_alone)
{
    rig_open(&crowd_kind, 1, "fair", "100", "rate", "1000", NULL);
    rig.leg[0].state = MARKET_HALTED;
    for (uint32_t i = 0; i < 200; i++) {
        if (i == 100) rig.leg[0].state = MARKET_LIVE;
        rig.leg[0].trading = i < 100 ? TRADING_ACTIVE : TRADING_AWAY;
        rig_show(0);
        EXPECT_TEXT(rig_said(), "");
        rig_after(5 * NANOS_MILLI);
        EXPECT_TEXT(rig_said(), "");
    }
}

SPEC(what_it_could_not_do_in_time_it_does_not_do)
{
    rig_open(&crowd_kind, 1, "fair", "100", "rate", "1000", NULL);
    rig_show(0);
    rig_after(3600 * NANOS_SECOND);
    EXPECT(rig.output.intents <= 32);
    rig_answer();
    rig_after(1 * NANOS_MILLI);
    EXPECT(rig.output.intents <= 3);
}

SPEC(a_side_that_is_full_does_nothing)
{
    rig_open(&crowd_kind, 1, "fair", "100", "rate", "1000", "inventory", "50", NULL);
    rig.leg[0].position = rig_units(50);
    for (uint32_t i = 0; i < 100; i++) {
        rig_show(0);
        rig_after(5 * NANOS_MILLI);
        EXPECT(strchr(rig_said(), 'B') == NULL);
        rig_answer();
    }
    EXPECT(rig_gauge("rests") > 0);
}

#define SPECS(S)                                                                                   \
    S(a_book_lives_without_anybody_else)                                                           \
    S(acts_come_as_often_as_configured)                                                            \
    S(the_same_seed_is_the_same_crowd_and_another_one_is_not)                                      \
    S(it_takes_from_its_own_orders_only_if_it_may)                                                 \
    S(it_takes_from_others_and_never_rests_where_it_would)                                         \
    S(together_all_instruments_walk_as_one)                                                        \
    S(a_book_that_is_not_live_and_a_venue_that_does_not_trade_are_left_alone)                      \
    S(what_it_could_not_do_in_time_it_does_not_do)                                                 \
    S(a_side_that_is_full_does_nothing)
SPEC_MAIN("crowd", SPECS, NULL, rig_close)
