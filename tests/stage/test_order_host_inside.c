/* Order entry of a venue in the same process: two rings instead of TCP, and the same promises. */

#include "tests/stage/exchange_parts.h"
#include "tests/stage/order_rig.h"
#include "tests/support/spec.h"

#include <string.h>

#define FILLS 2500u

static struct order_rig *rig;

static void after_each(void)
{
    if (!rig) return;
    EXPECT_TEXT(rig->exchange->wrong ? rig->exchange->wrong : "", "");
    order_rig_delete(rig);
    rig = NULL;
}

static void given(enum venue_durability durability)
{
    rig = order_rig_new(
        &(struct order_rig_plan){.inside = true, .seed = 1, .durability = durability});
}

static void given_canceling(void)
{
    rig = order_rig_new(&(struct order_rig_plan){
        .inside = true, .seed = 1, .durability = VENUE_DISK, .cancels = true});
}

/* The process dies and comes back; its owner remembers messages up to remembered. */
static void restart(uint64_t remembered, bool power)
{
    if (power) exchange_cut(rig->exchange);
    else exchange_kill(rig->exchange);
    rig->told = remembered;
    rig->first = remembered + 1;
    EXPECT(exchange_start(rig->exchange));
}

SPEC(a_session_inside_trades_with_one_outside)
{
    given(VENUE_DISK);
    exchange_connect(rig->exchange, 0);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->ups, 1);
    EXPECT_UINT(order_rig_enter(rig, 'B', 10, 100000), 1);
    EXPECT(order_rig_settle(rig));
    (void)exchange_enter(rig->exchange, 0,
                         &(struct exchange_order){.side = 'S', .qty = 4, .price_e4 = 100000});
    EXPECT(order_rig_settle(rig));
    struct ouch_own_order own;
    EXPECT(ouch_client_order(rig->ouch, 1, &own));
    EXPECT_UINT(own.cum, 4);
    EXPECT_UINT(rig->exchange->client[0].last.kind, OUCH_EXECUTED);
    EXPECT_UINT(rig->exchange->client[0].last.qty, 4);
}

SPEC(an_answer_leaves_only_when_it_is_on_disk)
{
    given(VENUE_DISK);
    EXPECT(order_rig_settle(rig));
    uint64_t told = rig->told;
    rig->exchange->lazy_disk = true;
    EXPECT(order_rig_enter(rig, 'B', 10, 100000) > 0);
    exchange_run(rig->exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(rig->told, told);
    rig->exchange->lazy_disk = false;
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, told + 1);
}

SPEC(after_a_start_what_was_missed_comes_before_up_byte_for_byte)
{
    given(VENUE_DISK);
    EXPECT(order_rig_settle(rig));
    for (uint32_t i = 0; i < 40; i++) {
        (void)order_rig_enter(rig, i % 2 ? 'B' : 'S', 1 + i, 100000);
        exchange_run(rig->exchange, NANOS_MILLI);
    }
    EXPECT(order_rig_settle(rig));
    uint64_t told = rig->told, late = rig->unsettled;
    struct exchange_message last = rig->message[told - 1];
    memset(&rig->message[10], 0, (told - 10) * sizeof *rig->message);
    restart(10, true);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, told);
    EXPECT_UINT(rig->unsettled - late, told - 10);
    EXPECT_UINT(rig->message[told - 1].length, last.length);
    EXPECT(memcmp(rig->message[told - 1].bytes, last.bytes, last.length) == 0);
    EXPECT_UINT(order_rig_look(rig).counts.message_old, 10);
}

SPEC(a_venue_that_knows_less_than_we_do_never_comes_up)
{
    given(VENUE_DISK);
    EXPECT(order_rig_settle(rig));
    restart(50, false);
    exchange_run(rig->exchange, NANOS_SECOND);
    EXPECT(!rig->up);
    EXPECT_UINT(order_rig_look(rig).state, ORDER_HOST_BROKEN);
}

/* One order takes thousands of ours: more events than the venue can hold back, and more answers
 * than the ring holds, on one lcore. */
SPEC(answers_beyond_the_ring_are_kept)
{
    given(VENUE_DISK);
    exchange_connect(rig->exchange, 0);
    EXPECT(order_rig_settle(rig));
    for (uint32_t i = 0; i < FILLS; i++) {
        EXPECT(order_rig_enter(rig, 'S', 1, 100000) > 0);
        exchange_run(rig->exchange, 100 * NANOS_MICRO);
    }
    EXPECT(order_rig_settle(rig));
    uint64_t told = rig->told;
    (void)exchange_enter(rig->exchange, 0,
                         &(struct exchange_order){.side = 'B', .qty = FILLS, .price_e4 = 100000});
    EXPECT(order_rig_settle(rig));
    exchange_run(rig->exchange, 100 * NANOS_MILLI);
    EXPECT_UINT(rig->told, told + FILLS);
    EXPECT_UINT(order_rig_look(rig).counts.answer_lost, 0);
    EXPECT(rig->up);
}

/* The same, with place for 64. */
SPEC(an_answer_without_a_place_ends_the_session_until_a_start_shows_it_again)
{
    given(VENUE_DISK);
    rig->kept = 64;
    restart(0, false);
    exchange_connect(rig->exchange, 0);
    EXPECT(order_rig_settle(rig));
    for (uint32_t i = 0; i < FILLS; i++) {
        EXPECT(order_rig_enter(rig, 'S', 1, 100000) > 0);
        exchange_run(rig->exchange, 100 * NANOS_MICRO);
    }
    EXPECT(order_rig_settle(rig));
    uint64_t told = rig->told;
    (void)exchange_enter(rig->exchange, 0,
                         &(struct exchange_order){.side = 'B', .qty = FILLS, .price_e4 = 100000});
    exchange_run(rig->exchange, NANOS_SECOND);
    EXPECT(!rig->up);
    EXPECT_UINT(order_rig_look(rig).state, ORDER_HOST_BROKEN);
    EXPECT(order_rig_look(rig).counts.answer_lost > 0);
    EXPECT(exchange_settle(rig->exchange)); /* nobody else is held up */
    rig->kept = 4096;
    restart(rig->told, false);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, told + FILLS);
}

SPEC(who_is_let_go_comes_back)
{
    given_canceling();
    EXPECT(order_rig_settle(rig));
    EXPECT(order_rig_enter(rig, 'S', 1, 100000) > 0); /* canceled at the loss of the session */
    EXPECT(order_host_send(rig->host, 0, (const uint8_t *)"?", 1, 0,
                           sim_wire_now(rig->exchange->wire)));
    exchange_run(rig->exchange, 10 * NANOS_MILLI);
    EXPECT(!rig->up);
    EXPECT_UINT(rig->downs, 1);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->ups, 2);
    EXPECT(order_rig_enter(rig, 'S', 1, 100000) > 0);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(exchange_match(rig->exchange).orders, 1);
}

SPEC(who_leaves_does_not_come_back_and_the_venue_knows)
{
    given_canceling();
    EXPECT(order_rig_settle(rig));
    EXPECT(order_rig_enter(rig, 'S', 1, 100000) > 0);
    EXPECT(order_rig_settle(rig));
    order_host_leave(rig->host, sim_wire_now(rig->exchange->wire));
    exchange_run(rig->exchange, 20 * NANOS_SECOND);
    EXPECT(order_host_left(rig->host));
    EXPECT_UINT(exchange_match(rig->exchange).orders, 0);
    EXPECT(!rig->up);
    EXPECT_UINT(rig->ups, 1);
}

SPEC(the_rings_have_an_end_and_no_order_is_lost_at_it)
{
    given(VENUE_DISK);
    EXPECT(order_rig_settle(rig));
    uint32_t taken = 0;
    while (order_rig_enter(rig, 'S', 1, 100000) > 0) taken++;
    EXPECT_UINT(taken, 256);
    EXPECT(order_rig_settle(rig));
    exchange_run(rig->exchange, 100 * NANOS_MILLI);
    EXPECT_UINT(exchange_match(rig->exchange).request, taken);
    EXPECT_UINT(rig->told, 1 + taken); /* the day's beginning, too */
}

SPEC(whatever_breaks_every_message_is_given_once_and_in_order)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct chance chance = {seed};
        rig = order_rig_new(
            &(struct order_rig_plan){.inside = true, .seed = seed, .durability = VENUE_DISK});
        struct exchange *exchange = rig->exchange;
        exchange_connect(exchange, 0);
        uint64_t starts = 0;
        for (uint32_t i = 0; i < 400; i++) {
            uint64_t what = chance_between(&chance, 0, 99);
            const struct exchange_order order = {.side = what % 2 ? 'S' : 'B',
                                                 .qty = 1 + (uint32_t)what % 9,
                                                 .price_e4 = 100000 + (uint32_t)(what % 11) * 100};
            if (what < 3) restart(rig->told, chance_between(&chance, 0, 1)), starts++;
            else if (what < 6) exchange->lazy_disk = !exchange->lazy_disk;
            else if (what < 40) (void)exchange_enter(exchange, 0, &order);
            else if (what < 80) (void)order_rig_enter(rig, order.side, order.qty, order.price_e4);
            else exchange_run(exchange, chance_between(&chance, 0, 30) * NANOS_MILLI);
        }
        exchange->lazy_disk = false;
        EXPECT(order_rig_settle(rig));
        exchange_run(exchange, 100 * NANOS_MILLI);
        uint64_t told = rig->told;
        EXPECT(told > 50);
        restart(0, true); /* all of it again */
        EXPECT(order_rig_settle(rig));
        EXPECT_UINT(rig->told, told);
        EXPECT(starts > 0);
        after_each();
    }
}

#define SPECS(S)                                                                                   \
    S(a_session_inside_trades_with_one_outside)                                                    \
    S(an_answer_leaves_only_when_it_is_on_disk)                                                    \
    S(after_a_start_what_was_missed_comes_before_up_byte_for_byte)                                 \
    S(a_venue_that_knows_less_than_we_do_never_comes_up)                                           \
    S(answers_beyond_the_ring_are_kept)                                                            \
    S(an_answer_without_a_place_ends_the_session_until_a_start_shows_it_again)                     \
    S(who_is_let_go_comes_back)                                                                    \
    S(who_leaves_does_not_come_back_and_the_venue_knows)                                           \
    S(the_rings_have_an_end_and_no_order_is_lost_at_it)                                            \
    S(whatever_breaks_every_message_is_given_once_and_in_order)

SPEC_MAIN("order host: inside", SPECS, NULL, after_each)
