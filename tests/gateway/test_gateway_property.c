/* Three million random steps of delegates, people, sessions and a venue that misbehaves
 * (tests/route/model_venue.h), through the whole gateway.
 *
 * What is checked is said from outside: what the venue has and what is on its way to it, added up
 * anew; the journal; and what the delegates were told.
 * - no byte of an order leaves that the newest pass in the journal does not admit
 * - a slot has one request in flight
 * - if everything filled that is open or on its way, no position would be beyond its bound, but for
 *   what the venue has executed that it must not
 * - nothing new leaves while the box is halted, or what was not wanted
 * - a UNIQUE order that was to be no more is none in the end
 * - in the end the newest intent has won, the positions of the gateway, of risk and of the
 *   delegates' reports are the venue's, and a gateway that reads the journal comes to the same */

#include "tests/gateway/random_world.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

#define SEEDS (PARANOID ? 25u : 120u)
#define STEPS 25000u
#define BLOCK 65536u /* order numbers that a start reserves */

/* What is always true. */

/* The most that may still be executed for a slot: of what lives, and of what is on its way. */
static qty_t slot_worst(uint32_t slot, enum side *side, uint32_t *holding)
{
    const struct model_venue *venue = &world->venue;
    order_id_t alive = venue->alive[slot];
    qty_t worst = 0, cum = 0;
    if (alive) {
        const struct model_order *order = &venue->order[model_place(venue, alive)];
        *side = order->side;
        *holding = *holding_of(alive);
        cum = order->cum;
        worst = order->total > cum ? order->total - cum : 0;
    }
    for (uint32_t i = venue->queue_first; i != venue->queue_end; i++) {
        const struct slot_request *request = &venue->queue[i % MODEL_QUEUE];
        if (request->slot != slot) continue;
        bool order = request->kind == SLOT_SENDS_ORDER;
        bool replace = request->kind == SLOT_SENDS_REPLACE && request->order == alive;
        qty_t left = order ? request->qty : replace ? request->total - cum : 0;
        if (order || replace) *side = request->side;
        if (order) *holding = *holding_of(request->order);
        if (left > worst) worst = left;
    }
    return worst;
}

static void bounds_check(void)
{
    qty_t worst[HOLDINGS][2] = {0};
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        enum side side = SIDE_BUY;
        uint32_t holding = 0;
        qty_t most = slot_worst(slot, &side, &holding);
        worst[holding][side] += most;
    }
    for (uint32_t i = 0; i < HOLDINGS; i++) {
        HOLDS(world->position[i] + worst[i][SIDE_BUY] <= BOUND + world->beyond[i][SIDE_BUY]);
        HOLDS(worst[i][SIDE_SELL] - world->position[i] <= BOUND + world->beyond[i][SIDE_SELL]);
    }
}

/* Calm: everything arrives. */
static void settle(void)
{
    world->venue.calm = true;
    world->journal_full = false;
    world->room = UINT32_MAX;
    if (!world->up) world_session();
    for (uint32_t round = 0; round < 50; round++) {
        world->rig.now += 250 * NANOS_MILLI;
        gateway_tick(gateway(), world->rig.now);
        while (model_arrive(&world->venue)) {
        }
        while (world->venue.message_count > 0) world_deliver();
        world_decide(world->rig.one, NULL);
        world_decide(world->rig.two, NULL);
    }
    world->venue.calm = false;
}

static void slot_end_check(uint32_t slot)
{
    const struct mind *mind = &world->mind[slot];
    order_id_t alive = world->venue.alive[slot];
    struct slot_look look;
    slots_look(gateway_slots(gateway(), 0), slot, &look);
    HOLDS(look.order == alive);
    HOLDS(look.state == (alive ? SLOT_LIVE : SLOT_FREE));
    if (world->halted) HOLDS(alive == 0);
    if (slot >= KEYS) HOLDS(alive == 0 || alive != mind->ended);
    if (slot >= KEYS || mind->found) return;
    const struct puppet *puppet = puppet_at(slot);
    const struct delegate_order *order = &puppet->order[slot % PUPPET_KEYS];
    HOLDS(order->state == (alive ? ORDER_OPEN : ORDER_NONE));
    if (mind->stop || !mind->any) {
        HOLDS(alive == 0);
        return;
    }
    bool refused = order->refused > mind->refused;
    if (!alive) {
        HOLDS(refused || puppet->ends[slot % PUPPET_KEYS] > mind->ends);
        return;
    }
    const struct model_order *lives = model_order_at(&world->venue, alive);
    HOLDS(refused || (lives->price == mind->price && lives->side == mind->side));
    HOLDS(order->leaves == lives->total - lives->cum);
}

static void positions_check(bool told)
{
    for (uint32_t i = 0; i < HOLDINGS; i++) {
        struct gateway_holding holding;
        struct risk_holding_view view;
        const struct puppet *puppet = i < 2 ? world->rig.one : world->rig.two;
        gateway_holding(gateway(), i / 2, i % 2, &holding);
        risk_holding(gateway_risk(gateway()), i / 2, i % 2, &view);
        HOLDS(holding.position == world->position[i]);
        HOLDS(view.position == world->position[i]);
        if (told) HOLDS(puppet->position[i % 2] == world->position[i]);
    }
}

/* The journal read by another gateway comes to the same, once the venue has been asked. */
static void restart_check(void)
{
    world_restart();
    settle();
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        struct slot_look look;
        slots_look(gateway_slots(gateway(), 0), slot, &look);
        HOLDS(look.state == (look.order ? SLOT_LIVE : SLOT_FREE));
        HOLDS(look.order == world->venue.alive[slot]);
    }
    positions_check(false);
    gateway_verify(gateway());
}

static void world_run(uint64_t seed)
{
    memset(world, 0, sizeof *world);
    records = 0;
    world->seed = seed;
    world->chance = (struct chance){seed};
    world->venue.chance = &world->chance;
    world->venue.block = BLOCK;
    world->room = UINT32_MAX;
    gateway_rig_plan(&world->rig, seed % 2 == 0);
    world->rig.strategy[2].orders = world->rig.strategy[2].uniques = 0;
    world->rig.plan.venue[0].first_order = MODEL_FIRST;
    world->rig.plan.venue[0].answer_ns = 20 * NANOS_MILLI;
    world_open();
    world_begin();
    world_session();
    for (uint32_t i = 0; i < HOLDINGS; i++) {
        struct risk_subject subject = {.strategy = i / 2, .symbol = i % 2};
        gateway_rig_bound(&world->rig, RISK_LONG, subject, BOUND);
        gateway_rig_bound(&world->rig, RISK_SHORT, subject, BOUND);
    }
    for (world->step = 0; world->step < STEPS && failures < 20; world->step++) {
        world_step();
        bounds_check();
        if (world->step % 500 == 499) gateway_verify(gateway());
        if (world->step % 5000 != 4999) continue;
        settle();
        for (uint32_t slot = 0; slot < SLOTS; slot++) slot_end_check(slot);
        positions_check(true);
    }
    restart_check();
    zeroed_free(world->rig.gateway);
    free(world->rig.written);
}

SPEC(whatever_happens_bounds_hold_and_positions_are_the_venues)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last && failures < 20; seed++) world_run(seed);
    EXPECT_UINT(failures, 0);
}

SPEC(the_run_was_no_idle_one)
{
    if (getenv("SPEC_SEED")) return;
    EXPECT(orders_sent > 800 * SEEDS);
    EXPECT(refusals > 80 * SEEDS);
    EXPECT(restarts > 2 * SEEDS);
    EXPECT(uniques_stopped > 10 * SEEDS);
    EXPECT(flushes > 100 * SEEDS);
}

static void before_each(void)
{
    if (!world) world = malloc(sizeof *world);
    if (!written) written = malloc(WRITTEN * sizeof *written);
}

#define SPECS(S)                                                                                   \
    S(whatever_happens_bounds_hold_and_positions_are_the_venues)                                   \
    S(the_run_was_no_idle_one)
SPEC_MAIN("gateway_property", SPECS, before_each, NULL)
