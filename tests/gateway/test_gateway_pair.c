/* A strategy at two venues that misbehave (tests/route/model_venue.h), through the whole gateway:
 * "arb" is arbitrage between AAAA at venue 0 and BBBB at venue 1, and "roam" wants anything of any
 * key, now here and now there.  Sessions break apart from each other, people halt a venue, the
 * process is killed and reads its journal again.
 *
 * What is checked is said from outside, from what the venues have and what is on its way to them:
 * - a slot of a venue has one request in flight, and a key an order at one venue at most
 * - nothing leaves for a venue whose session is down, or new for one that is halted
 * - if everything filled that is open or on its way, no position would be beyond its bound, but for
 *   what a venue has executed that it must not
 * - in the end all slots are free, the positions of the gateway and of risk are the venues', and
 *   those of arb are nothing together */

#include "tests/gateway/pair_world.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>

#define SEEDS (PARANOID ? 10u : 80u)
#define STEPS 25000u

/* What is always true. */

/* The most that may still be executed for a slot: of what lives, and of what is on its way. */
static qty_t slot_worst(const struct model_venue *venue, uint32_t slot, uint32_t *side)
{
    order_id_t alive = venue->alive[slot];
    const struct model_order *order = alive ? &venue->order[model_place(venue, alive)] : NULL;
    qty_t cum = order ? order->cum : 0, worst = order ? order->total - cum : 0;
    if (order) *side = order->side;
    for (uint32_t i = venue->queue_first; i != venue->queue_end; i++) {
        const struct slot_request *request = &venue->queue[i % MODEL_QUEUE];
        if (request->slot != slot) continue;
        bool replaces = request->kind == SLOT_SENDS_REPLACE && request->order == alive;
        if (request->kind != SLOT_SENDS_ORDER && !replaces) continue;
        qty_t left = replaces ? request->total - cum : request->qty;
        *side = request->side;
        if (left > worst) worst = left;
    }
    return worst;
}

static void always(void)
{
    bool open[KEYS] = {false};
    for (uint32_t i = 0; i < VENUES; i++) {
        const struct place *place = &world->place[i];
        qty_t worst[HOLDERS][2] = {{0}};
        for (uint32_t slot = 0; slot < KEYS; slot++) {
            uint32_t side = SIDE_BUY;
            qty_t most = slot_worst(&place->venue, slot, &side);
            worst[holder_of(slot)][side] += most;
            bool here = place->venue.alive[slot] || model_may_open(&place->venue, slot);
            HOLDS(!(here && open[slot]));
            open[slot] |= here;
        }
        for (uint32_t who = 0; who < HOLDERS; who++) {
            HOLDS(place->position[who] + worst[who][SIDE_BUY] <=
                  BOUND + place->beyond[who][SIDE_BUY]);
            HOLDS(worst[who][SIDE_SELL] - place->position[who] <=
                  BOUND + place->beyond[who][SIDE_SELL]);
        }
    }
}

/* Calm: everything arrives, nothing new is to be earned, and roam wants nothing. */
static void settle(void)
{
    world->journal_full = false;
    for (uint32_t i = 0; i < VENUES; i++) {
        struct place *place = &world->place[i];
        place->venue.calm = true;
        place->room = UINT32_MAX;
        place->live = true;
        place->away = 0;
        if (!place->up) pair_session(i);
        if (place->halted) pair_halt(i);
    }
    for (uint32_t turn = 0; turn < 100; turn++) {
        world->rig.now += 50 * NANOS_MILLI;
        for (uint32_t key = 0; key < PUPPET_KEYS; key++) delegate_stop(&world->rig.two->say, key);
        world->rig.two->wants = true;
        for (uint32_t i = 0; i < VENUES; i++) pair_market(i);
        gateway_tick(world->rig.gateway, world->rig.now);
        pair_decide();
        for (uint32_t i = 0; i < VENUES; i++) {
            while (pair_arrive(i)) continue;
            while (world->place[i].venue.message_count > 0) pair_deliver(i);
        }
        pair_decide();
    }
    for (uint32_t i = 0; i < VENUES; i++) world->place[i].venue.calm = false;
}

static void settled_check(void)
{
    for (uint32_t i = 0; i < VENUES; i++) {
        const struct place *place = &world->place[i];
        for (uint32_t slot = 0; slot < KEYS; slot++) {
            struct slot_look look;
            slots_look(gateway_slots(world->rig.gateway, i), slot, &look);
            HOLDS(place->venue.alive[slot] == 0);
            HOLDS(look.state == SLOT_FREE && !look.waits);
        }
        for (uint32_t who = 0; who < HOLDERS; who++) {
            struct gateway_holding holding;
            struct risk_holding_view view;
            gateway_holding(world->rig.gateway, who, i, &holding);
            risk_holding(gateway_risk(world->rig.gateway), who, i, &view);
            HOLDS(holding.position == place->position[who]);
            HOLDS(view.position == place->position[who]);
        }
    }
    HOLDS(world->place[0].position[ARB] + world->place[1].position[ARB] == 0);
    gateway_verify(world->rig.gateway);
}

static void world_run(uint64_t seed)
{
    pair_begin(seed);
    for (world->step = 0; world->step < STEPS && failures < 20; world->step++) {
        pair_step();
        always();
        if (world->step % 500 == 499) gateway_verify(world->rig.gateway);
        if (world->step % 5000 != 4999) continue;
        settle();
        settled_check();
    }
    pair_restart();
    settle();
    settled_check();
    zeroed_free(world->rig.gateway);
    free(world->rig.written);
}

SPEC(whatever_happens_at_two_venues_no_key_has_two_orders_and_arbitrage_ends_flat)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last && failures < 20; seed++) world_run(seed);
    EXPECT_UINT(failures, 0);
}

SPEC(the_run_was_no_idle_one)
{
    if (getenv("SPEC_SEED")) return;
    EXPECT(orders_sent > 500 * SEEDS);
    EXPECT(arb_filled > 500 * SEEDS);
    EXPECT(refused_elsewhere > 500 * SEEDS);
    EXPECT(restarts > 2 * SEEDS);
    EXPECT(halts > 5 * SEEDS);
}

#define SPECS(S)                                                                                   \
    S(whatever_happens_at_two_venues_no_key_has_two_orders_and_arbitrage_ends_flat)                \
    S(the_run_was_no_idle_one)
SPEC_MAIN("gateway_pair", SPECS, NULL, NULL)
