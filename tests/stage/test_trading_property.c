/* A gateway that trades lives through a bad day: its process and the venue's die and lose power,
 * the session is taken by another login, frames are lost.  It starts behind images of its journal,
 * made at starts and beside it, some while the power goes.  Afterwards every order is settled, and
 * the position is what the venue's own record of the session says.
 *
 *     SPEC_SEED=n    one seed instead of all
 *     SPEC_ROUNDS=n  so many seeds */

#include "tests/stage/trading_images.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct trading *trading;

static void after_each(void)
{
    if (!trading) return;
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    EXPECT_TEXT(trading->model.violation ? trading->model.violation : "", "");
    trading_delete(trading);
    trading = NULL;
}

static void enter(uint32_t client, char side, uint32_t qty, uint32_t price_e4, bool immediate)
{
    (void)exchange_enter(
        trading->exchange, client,
        &(struct exchange_order){
            .side = side, .qty = qty, .price_e4 = price_e4, .immediate = immediate});
}

/* Client 0 makes a market around 10.00, wide; client 1 will trade with whoever is best. */
static void given(bool inside, uint64_t seed)
{
    trading = trading_new(inside, seed, VENUE_DISK);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    enter(0, 'B', 5000, 98000, false);
    enter(0, 'S', 5000, 102000, false);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(trading_view(trading).venue[0].slot[SLOT_LIVE], 2);
}

static void others_trade(struct chance *chance)
{
    uint64_t what = chance_between(chance, 0, 99);
    bool buys = what % 2;
    uint32_t price = buys ? 101000 : 99000;
    if (what < 60) enter(1, buys ? 'B' : 'S', 1 + (uint32_t)what, price, true);
    else exchange_run(trading->exchange, (what % 10) * NANOS_MILLI);
}

/* Whoever dies dies; the session's connection is taken; frames are lost. */
static void something_breaks(struct chance *chance)
{
    struct exchange *exchange = trading->exchange;
    uint64_t what = chance_between(chance, 0, 5);
    bool power = chance_between(chance, 0, 1);
    if (what < 2) {                       /* the gateway; inside the whole process */
        if (power) trading_sync(trading); /* a pass is D0: what power takes is for people */
        trading_kill(trading, power);
        exchange_run(exchange, chance_between(chance, 0, 30) * NANOS_MILLI);
        trading_start(trading);
    } else if (what < 4 && !trading->inside) { /* the venue */
        if (power) exchange_cut(exchange);
        else exchange_kill(exchange);
        exchange_run(exchange, chance_between(chance, 0, 30) * NANOS_MILLI);
        EXPECT(exchange_start(exchange));
    } else if (what < 5 && !trading->inside) { /* another login */
        exchange_connect(exchange, TRADING_CLIENT);
        exchange_run(exchange, chance_between(chance, 1, 20) * NANOS_MILLI);
        exchange_disconnect(exchange, TRADING_CLIENT);
    } else {
        trading->lazy_disk = !trading->lazy_disk;
    }
}

/* An image; with a third of them the power goes meanwhile. */
static void image(struct chance *chance)
{
    bool cuts = !trading->inside && chance_between(chance, 0, 2) == 0;
    if (cuts) trading_sync(trading);
    if (trading_images_make(trading, cuts ? chance_between(chance, 1, 40) : 0)) return;
    trading_kill(trading, true);
    exchange_run(trading->exchange, chance_between(chance, 0, 30) * NANOS_MILLI);
    trading_start(trading);
}

static uint32_t images, compared, image_cuts; /* of all seeds */

static uint64_t breaks_survived(bool inside, uint64_t seed)
{
    struct chance chance = {seed * 77 + inside};
    given(inside, seed);
    if (!inside) sim_wire_lose(trading->exchange->wire, 0, (uint32_t)seed % 3 * 5);
    for (uint32_t i = 0; i < 300; i++) {
        others_trade(&chance);
        if (chance_between(&chance, 0, 39) == 0) something_breaks(&chance);
        if (chance_between(&chance, 0, 19) == 0) image(&chance);
    }
    images += trading->images;
    compared += trading->compared;
    image_cuts += trading->image_cuts;
    trading->lazy_disk = false;
    sim_wire_lose(trading->exchange->wire, 0, 0);
    bool settled = trading_settle(trading);
    spec_expect(__FILE__, __LINE__, settled, "it does not settle, SPEC_SEED=%" PRIu64, seed);
    bool stopped = trading_stop(trading);
    spec_expect(__FILE__, __LINE__, stopped, "it does not stop, SPEC_SEED=%" PRIu64, seed);
    gateway_verify(engine_stage_gateway(trading->engine));
    qty_t position = trading_position(trading);
    uint64_t fills = trading_view(trading).fill;
    struct trading_truth truth = trading_truth(trading);
    spec_expect(__FILE__, __LINE__, position == truth.position * QTY_ONE,
                "position %" PRId64 ", the venue says %" PRId64 ", SPEC_SEED=%" PRIu64,
                position / QTY_ONE, truth.position, seed);
    EXPECT_UINT(truth.living, 0);
    (void)fills;
    after_each();
    return truth.executions;
}

SPEC(whatever_breaks_over_tcp_every_order_is_settled_and_the_position_right)
{
    struct spec_seeds seeds = spec_seeds(8);
    uint64_t executions = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++)
        executions += breaks_survived(false, seed);
    EXPECT(executions > 10 * (seeds.last - seeds.first + 1));
}

SPEC(whatever_breaks_inside_every_order_is_settled_and_the_position_right)
{
    struct spec_seeds seeds = spec_seeds(8);
    uint64_t executions = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++)
        executions += breaks_survived(true, seed);
    EXPECT(executions > 10 * (seeds.last - seeds.first + 1));
}

SPEC(images_were_made_cut_and_compared)
{
    if (getenv("SPEC_SEED")) return;
    EXPECT(images > 100);
    EXPECT(compared > 10);
    EXPECT(image_cuts > 5);
}

#define SPECS(S)                                                                                   \
    S(whatever_breaks_over_tcp_every_order_is_settled_and_the_position_right)                      \
    S(whatever_breaks_inside_every_order_is_settled_and_the_position_right)                        \
    S(images_were_made_cut_and_compared)

SPEC_MAIN("trading: breaks", SPECS, NULL, after_each)
