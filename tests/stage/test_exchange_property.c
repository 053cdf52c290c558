/* A venue lives through a bad day: lossy lines, clients that come and go, a process that is killed
 * and a machine that loses power.  Afterwards everybody agrees.
 *
 *     SPEC_SEED=n    one seed instead of all
 *     SPEC_ROUNDS=n  so many seeds */

#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS  40u
#define STEPS  300u
#define OWN    64u /* of a client's newest orders, those that are changed */
#define PAUSES 8u

static struct exchange *exchange;
static struct chance chance;
static uint64_t seed;
static uint64_t executions, restarts, snapshots, again, lost;

static uint32_t draw(uint32_t below)
{
    return (uint32_t)chance_between(&chance, 0, below - 1);
}

static void order_enter(uint32_t client)
{
    struct exchange_order order = {.side = draw(2) ? 'B' : 'S',
                                   .qty = 1 + draw(200),
                                   .instrument = draw(EXCHANGE_INSTRUMENTS),
                                   .immediate = draw(6) == 0};
    order.price_e4 = 100000 + (draw(41) - 20) * 100;
    (void)exchange_enter(exchange, client, &order);
}

static void order_change(uint32_t client)
{
    struct ouch_client *ouch = exchange->client[client].ouch;
    uint32_t next = ouch_client_next(ouch);
    if (next < 2) return;
    uint32_t back = 1 + draw(next - 1 < OWN ? next - 1 : OWN);
    struct ouch_own_order own;
    if (!ouch_client_order(ouch, next - back, &own) || own.state != OUCH_STATE_LIVE) return;
    if (draw(3) == 0)
        (void)exchange_cancel(exchange, client, next - back, draw(3) ? 0 : own.qty / 2);
    else if (draw(2))
        (void)exchange_replace(exchange, client, next - back, 1 + draw(250),
                               100000 + (draw(41) - 20) * 100);
}

static void restart(void)
{
    if (exchange->plan.durability == VENUE_DISK && draw(2)) exchange_cut(exchange);
    else exchange_kill(exchange);
    exchange_run(exchange, draw(3) * 10 * NANOS_MILLI);
    restarts++;
    bool started = exchange_start(exchange);
    spec_expect(__FILE__, __LINE__, started, "SPEC_SEED=%llu: it does not start again: %s",
                (unsigned long long)seed, exchange->problem_text);
}

static void step(void)
{
    uint32_t client = draw(EXCHANGE_CLIENTS), what = draw(100);
    if (what < 2) exchange_disconnect(exchange, client);
    else if (what < 8) exchange_connect(exchange, client);
    else if (what < 9) restart();
    else if (what < 10) exchange_listen(exchange);
    else if (what < 12) exchange->lazy_disk = !exchange->lazy_disk;
    else if (what < 60) order_enter(client);
    else if (what < 90) order_change(client);
    else exchange_run(exchange, draw(PAUSES) * NANOS_MILLI);
}

/* What a client believes of its orders is what the engine has. */
static const char *orders_differ(uint32_t index)
{
    const struct match *match = venue_match(exchange->venue);
    struct ouch_client *ouch = exchange->client[index].ouch;
    for (uint32_t number = 1; number < ouch_client_next(ouch); number++) {
        struct ouch_own_order own;
        struct match_order order;
        bool known = ouch_client_order(ouch, number, &own);
        bool lives = match_order_of(match, entry_id(index, 0, number), &order);
        bool live = known && own.state == OUCH_STATE_LIVE;
        if (lives != live) return "an order lives on one side only";
        if (lives && order.open != (qty_t)own.leaves * QTY_ONE)
            return "an order has another leaves quantity";
    }
    return NULL;
}

#define AGREE(what)                                                                                \
    do {                                                                                           \
        const char *what_ = (what);                                                                \
        spec_expect(__FILE__, __LINE__, what_ == NULL, "SPEC_SEED=%llu: %s",                       \
                    (unsigned long long)seed, what_ ? what_ : "");                                 \
    } while (0)

/* What the days are made of: a property over nothing would hold too. */
static void tell(void)
{
    struct gate_view gate = exchange_gate(exchange);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++)
        executions += exchange->client[i].reports[OUCH_EXECUTED];
    snapshots += gate.snapshot;
    again += gate.retransmitted;
    lost += sim_wire_lost(exchange->wire);
}

static void day(void)
{
    chance.state = seed;
    const struct exchange_plan plan = {.seed = seed,
                                       .durability = draw(2) ? VENUE_DISK : VENUE_PROCESS,
                                       .cancel_on_disconnect = draw(2)};
    exchange = exchange_new(&plan);
    exchange->hole_messages = draw(2) ? 20 : 10000;
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) exchange_connect(exchange, i);
    exchange_listen(exchange);
    EXPECT(exchange_settle(exchange));
    sim_wire_lose(exchange->wire, draw(300), draw(50));
    for (uint32_t i = 0; i < STEPS; i++) step();
    sim_wire_lose(exchange->wire, 0, 0);
    exchange->lazy_disk = false;
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) exchange_connect(exchange, i);
    bool settled = exchange_settle(exchange);
    AGREE(settled ? NULL : "it does not come to rest");
    AGREE(exchange->wrong);
    AGREE(exchange->model.violation);
    AGREE(exchange_books_differ(exchange));
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) {
        AGREE(orders_differ(i));
        AGREE(exchange->client[i].doubts ? "a client doubts a message" : NULL);
    }
    tell();
    exchange_delete(exchange);
}

SPEC(after_a_bad_day_everybody_agrees)
{
    const char *one = getenv("SPEC_SEED"), *rounds = getenv("SPEC_ROUNDS");
    uint64_t first = one ? strtoull(one, NULL, 10) : 1;
    uint64_t count = one ? 1 : rounds ? strtoull(rounds, NULL, 10) : SEEDS;
    for (seed = first; seed < first + count; seed++) day();
    printf("%llu days: %llu executions, %llu restarts, %llu frames lost, %llu asked for again, "
           "%llu snapshots ",
           (unsigned long long)count, (unsigned long long)executions, (unsigned long long)restarts,
           (unsigned long long)lost, (unsigned long long)again, (unsigned long long)snapshots);
    if (one) return;
    EXPECT(executions > 20 * count);
    EXPECT(restarts > count);
    EXPECT(2 * again > count);
    EXPECT(snapshots > 0);
}

#define SPECS(S) S(after_a_bad_day_everybody_agrees)
SPEC_MAIN("exchange_property", SPECS, NULL, NULL)
