/* Ten thousand halts in all four scopes, at any moment of the world of hostile strategies
 * (hostile_world.h): while orders wait for room or rate, while answers and replacements are under
 * way, while another halt is still being carried out, while sessions are away, while the journal
 * takes nothing that has no reserve, while a release waits for the disk.
 *
 * From the first instruction of the command on the outlet fails the spec if an order or a
 * replacement of the scope leaves; and with room for cancels alone all of the scope is canceled.
 * TRIPS in the environment is how many there are to be. */

#include "tests/gateway/hostile_world.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIPS   (PARANOID ? 2000u : 10000u)
#define A_WORLD 500u
#define ROUNDS  200u

static uint64_t trips, canceled, releases_overtaken, rounds_most;

/* Orders at the venues and on the way to them that may not be. */
static uint32_t halted_orders(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) {
        struct plain_venue *venue = &hostile->venue[i];
        for (uint32_t k = 0; k < venue->actives; k++)
            count += hostile_halted(plain_at(venue, venue->active[k]));
    }
    return count;
}

/* A bound that is to be looser waits for the disk when the halt comes: its turn is over. */
static struct risk_record release_begin(void)
{
    struct risk_record release = hostile_record(RISK_BOX, (struct risk_subject){0});
    release.kind = RISK_RECORD_BOUND;
    release.limit = RISK_BOX_LOSS;
    release.value = RISK_MONEY_MAX - 1; /* the first tightens, or changes nothing */
    HOLDS(gateway_control(hostile->gateway, &release, 1, false, hostile->now) == RISK_CONTROL_OK);
    release.value = RISK_MONEY_MAX;
    HOLDS(gateway_control(hostile->gateway, &release, 1, false, hostile->now) == RISK_CONTROL_OK);
    return release;
}

static void release_end(struct risk_record *release)
{
    releases_overtaken++;
    HOLDS(gateway_control(hostile->gateway, release, 1, true, hostile->now) == RISK_CONTROL_TURN);
    HOLDS(risk_bound(gateway_risk(hostile->gateway), RISK_BOX_LOSS, &release->subject) ==
          RISK_MONEY_MAX - 1);
}

static void halt(void)
{
    static const uint32_t last[] = {0, HOSTILE_VENUES - 1, HOSTILE_STRATEGIES - 1,
                                    HOSTILE_SYMBOLS - 1};
    enum risk_scope scope = (enum risk_scope)hostile_draw(RISK_BOX, RISK_SYMBOL);
    uint32_t index = (uint32_t)hostile_draw(0, last[scope]);
    if (hostile_draw(0, 1)) hostile->journal_full = true;
    bool overtakes = hostile_draw(1, 4) == 1;
    struct risk_record release;
    if (overtakes) release = release_begin();
    HOLDS(hostile_state(scope, index, RISK_HALTED) == RISK_CONTROL_OK);
    if (overtakes) release_end(&release);
    trips++;
}

/* Two messages at a time, which are kept for cancels, and strategies that go on. */
static void carried_out(void)
{
    uint64_t rounds = 0;
    hostile->journal_full = true;
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++)
        if (!hostile->up[i]) hostile_session(i);
    for (; rounds < ROUNDS && halted_orders() > 0; rounds++) {
        hostile->now += hostile_draw(0, 10 * NANOS_MILLI);
        for (uint32_t i = 0; i < HOSTILE_VENUES; i++) hostile->room[i] = GATEWAY_ROOM_RESERVE;
        gateway_relieve(hostile->gateway, hostile->now);
        hostile_tick();
        hostile_say();
        hostile_pass(UINT32_MAX);
    }
    HOLDS(halted_orders() == 0);
    if (rounds > rounds_most) rounds_most = rounds;
}

static void trip(void)
{
    for (uint64_t steps = hostile_draw(5, 120); steps > 0; steps--) hostile_step();
    hostile->frozen = true;
    for (uint64_t halts = hostile_draw(1, 5) == 1 ? 3 : 1; halts > 0; halts--) {
        halt();
        for (uint64_t steps = hostile_draw(0, 20); steps > 0; steps--) hostile_step();
    }
    canceled += halted_orders();
    carried_out();
    for (uint64_t steps = hostile_draw(0, 20); steps > 0; steps--) hostile_step();
    HOLDS(halted_orders() == 0);
    hostile->frozen = hostile->journal_full = false;
    for (uint32_t i = 0; i < HOSTILE_VENUES; i++) hostile->room[i] = UINT32_MAX;
    hostile_release();
    for (uint32_t i = 0; i < 2; i++) hostile_market(i, MARKET_LIVE);
}

static uint64_t trips_wanted(void)
{
    const char *wanted = getenv("TRIPS");
    return wanted ? strtoull(wanted, NULL, 10) : TRIPS;
}

SPEC(after_a_halt_is_acknowledged_no_order_of_its_scope_leaves_and_all_are_canceled)
{
    struct spec_seeds seeds = spec_seeds(UINT32_MAX);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        hostile_begin(seed);
        uint64_t end = trips + A_WORLD;
        while (trips < end && hostile_failures < 20) trip();
        hostile_calm();
        hostile_end();
        if (trips >= trips_wanted() || hostile_failures >= 20) break;
    }
    EXPECT_UINT(hostile_failures, 0);
    printf("    %lu trips: %lu orders were open or under way, all were canceled, within %lu "
           "turns; %lu releases were overtaken; %lu orders left in all\n",
           (unsigned long)trips, (unsigned long)canceled, (unsigned long)rounds_most,
           (unsigned long)releases_overtaken, (unsigned long)hostile_counts.orders);
    if (getenv("SPEC_SEED")) return;
    EXPECT(canceled > trips);
    EXPECT(hostile_counts.orders > 2 * trips);
    EXPECT(hostile_counts.sessions_lost > trips / 20);
}

#define SPECS(S) S(after_a_halt_is_acknowledged_no_order_of_its_scope_leaves_and_all_are_canceled)
SPEC_MAIN("gateway_trips", SPECS, NULL, NULL)
