/* Ten million orders of strategies that say anything, at any time, past a gateway to an outlet that
 * believes nothing: hostile_world.h says what it checks of each that leaves.
 *
 * STREAM_OPERATIONS in the environment is how many hostile orders there are to be. */

#include "tests/gateway/hostile_world.h"

#include <stdio.h>
#include <stdlib.h>

#define ORDERS  10000000u
#define A_WORLD 125000u

static uint64_t orders_wanted(void)
{
    const char *orders = getenv("STREAM_OPERATIONS");
    return orders ? strtoull(orders, NULL, 10) : ORDERS;
}

/* The journal takes no record that must be there: nothing new leaves any more. */
static void journal_loses_all(void)
{
    uint64_t before = hostile_counts.orders + hostile_counts.replaces;
    uint64_t intents = hostile->intents;
    hostile->journal_lost = true;
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++)
        if (!hostile->up[i]) hostile_session(i);
    while (hostile->intents < intents + 2000) hostile_step();
    HOLDS(hostile_counts.orders + hostile_counts.replaces == before);
    hostile->journal_lost = false;
    while (hostile->intents < intents + 4000) hostile_step();
    HOLDS(hostile_counts.orders + hostile_counts.replaces == before);
}

SPEC(nothing_leaves_without_a_journalled_pass_for_its_bytes_and_within_every_bound)
{
    uint64_t wanted = orders_wanted();
    struct spec_seeds seeds = spec_seeds((wanted + A_WORLD - 1) / A_WORLD);
    for (uint64_t seed = seeds.first; seed <= seeds.last && hostile_failures < 20; seed++) {
        hostile_begin(seed);
        for (uint64_t step = 1; hostile->intents < A_WORLD - 4000 && hostile_failures < 20;) {
            hostile_step();
            if (step++ % 50000 == 0) hostile_calm();
        }
        hostile_calm();
        journal_loses_all();
        hostile_end();
    }
    EXPECT_UINT(hostile_failures, 0);
    printf("    %lu hostile orders: %lu orders and %lu replacements left, %lu cancels; %lu "
           "executions, %lu halts, %lu sessions lost\n",
           (unsigned long)hostile_counts.intents, (unsigned long)hostile_counts.orders,
           (unsigned long)hostile_counts.replaces, (unsigned long)hostile_counts.cancels,
           (unsigned long)hostile_counts.fills, (unsigned long)hostile_counts.halts,
           (unsigned long)hostile_counts.sessions_lost);
}

/* Each limit that this world holds orders against has refused some. */
SPEC(the_run_was_no_idle_one)
{
    static const enum risk_verdict verdicts[] = {
        RISK_TRADABLE,       RISK_ORDER_QTY,  RISK_ORDER_NOTIONAL, RISK_REFERENCE_AGE,
        RISK_COLLAR_TICKS,   RISK_COLLAR_PPM, RISK_SYMBOL_LONG,    RISK_SYMBOL_SHORT,
        RISK_SYMBOL_RATE,    RISK_LONG,       RISK_SHORT,          RISK_CAPITAL,
        RISK_STRATEGY_GROSS, RISK_BOX_GROSS,  RISK_STRATEGY_RATE,  RISK_VENUE_RATE,
        RISK_DUPLICATE_NS,   RISK_SELF_TRADE, RISK_REDUCE_NOW,     RISK_OFF_TICK,
        RISK_OFF_LOT,        RISK_NO_JOURNAL};
    for (size_t i = 0; i < ARRAY_COUNT(verdicts); i++) {
        if (getenv("HOSTILE_COUNTS"))
            printf("    %s refused %lu\n", risk_verdict_name(verdicts[i]),
                   (unsigned long)hostile_counts.refused[verdicts[i]]);
        if (getenv("SPEC_SEED") || getenv("STREAM_OPERATIONS")) continue;
        spec_expect(__FILE__, __LINE__, hostile_counts.refused[verdicts[i]] > 0,
                    "%s has refused nothing", risk_verdict_name(verdicts[i]));
    }
    EXPECT(hostile_counts.orders > hostile_counts.intents / 50);
    EXPECT(hostile_counts.journal_full > 0);
}

#define SPECS(S)                                                                                   \
    S(nothing_leaves_without_a_journalled_pass_for_its_bytes_and_within_every_bound)               \
    S(the_run_was_no_idle_one)
SPEC_MAIN("gateway_hostile", SPECS, NULL, NULL)
