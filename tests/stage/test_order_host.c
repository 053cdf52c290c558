/* Order entry from the client's end, over TCP: a session comes up, and however often it breaks,
 * every message of the venue is given once and in order. */

#include "dataplane/base/clock_setup.h"
#include "tests/stage/order_rig.h"
#include "tests/support/spec.h"

#include <string.h>

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
        &(struct order_rig_plan){.inside = false, .seed = 1, .durability = durability});
}

/* The venue's own record of the session, read by another login from its first message on. */
static void messages_are_the_venues(void)
{
    order_host_leave(rig->host, sim_wire_now(rig->exchange->wire));
    struct exchange *exchange = rig->exchange;
    exchange_connect(exchange, ORDER_RIG_CLIENT);
    EXPECT(exchange_settle(exchange));
    const struct exchange_client *client = &exchange->client[ORDER_RIG_CLIENT];
    EXPECT_UINT(rig->told, client->told);
    uint64_t same = 0;
    for (uint64_t i = 0; i < rig->told && i < client->told; i++)
        same +=
            rig->message[i].length == client->message[i].length &&
            memcmp(rig->message[i].bytes, client->message[i].bytes, rig->message[i].length) == 0;
    EXPECT_UINT(same, client->told);
}

SPEC(a_session_comes_up_by_itself_and_takes_orders)
{
    given(VENUE_PROCESS);
    EXPECT_UINT(order_host_room(rig->host, 0), 0);
    EXPECT_UINT(order_rig_enter(rig, 'B', 1, 100000), 0);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->ups, 1);
    EXPECT(order_host_room(rig->host, 0) >= 16);
    EXPECT_UINT(order_rig_enter(rig, 'B', 10, 100000), 1);
    EXPECT_UINT(order_rig_enter(rig, 'S', 4, 100000), 2);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(exchange_match(rig->exchange).orders, 1);
    messages_are_the_venues();
    EXPECT(rig->told >= 4);
}

/* The counter goes on while the wire's own time stands. */
SPEC(the_time_of_an_answer_begins_when_what_was_asked_first_has_left)
{
    enum { WAIT_TICKS = 1000000 };
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    const struct histogram *latency = order_host_latency(rig->host);
    EXPECT_UINT(histogram_count(latency), 0);
    EXPECT(order_rig_enter(rig, 'B', 1, 100000) > 0);
    order_host_flush(rig->host, sim_wire_now(rig->exchange->wire));
    for (uint64_t begin = clock_now(); clock_now() - begin < WAIT_TICKS;) {
    }
    EXPECT(order_rig_enter(rig, 'B', 1, 100000) > 0);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(histogram_count(latency), 1); /* the second was asked before the first's answer */
    EXPECT(atomic_load(&latency->max) >= WAIT_TICKS);
}

/* Another login takes the session and an order; what we ask meanwhile never leaves, and what comes
 * when we are back answers nothing of ours. */
SPEC(what_was_asked_of_a_session_that_is_lost_before_it_left_awaits_no_answer)
{
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    struct order_host *host = rig->host;
    const struct histogram *latency = order_host_latency(host);
    struct exchange *exchange = rig->exchange;
    rig->host = NULL; /* the core is away */
    exchange_connect(exchange, ORDER_RIG_CLIENT);
    EXPECT(exchange_settle(exchange));
    const struct exchange_order order = {.side = 'B', .qty = 1, .price_e4 = 100000};
    EXPECT(exchange_enter(exchange, ORDER_RIG_CLIENT, &order) > 0);
    EXPECT(exchange_settle(exchange));
    exchange_disconnect(exchange, ORDER_RIG_CLIENT);
    EXPECT(exchange_settle(exchange));

    rig->host = host;
    uint64_t told = rig->told;
    EXPECT(rig->up);
    EXPECT(order_rig_enter(rig, 'B', 1, 100000) > 0);
    (void)order_host_turn(host, sim_wire_now(exchange->wire)); /* it is told of the loss only now */
    EXPECT(!rig->up);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, told + 1);
    EXPECT_UINT(histogram_count(latency), 0);
}

SPEC(what_was_missed_comes_before_up)
{
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    for (uint32_t i = 0; i < 3000; i++) { /* more than one burst of frames */
        EXPECT(order_rig_enter(rig, 'B', 1, 100000) > 0);
        exchange_run(rig->exchange, 100 * NANOS_MICRO);
    }
    EXPECT(order_rig_settle(rig));
    uint64_t before = rig->told, given_late = rig->unsettled;
    EXPECT(before >= 3000);
    rig->told = 0; /* as if the process had forgotten: it asks for all */
    rig->first = 1;
    order_rig_start(rig);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, before);
    EXPECT_UINT(rig->unsettled - given_late, before);
}

SPEC(a_start_asks_for_the_number_it_is_told)
{
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    for (uint32_t i = 0; i < 10; i++) (void)order_rig_enter(rig, 'B', 1, 100000);
    EXPECT(order_rig_settle(rig));
    uint64_t before = rig->told, given_late = rig->unsettled;
    rig->told = 6;
    rig->first = 7;
    order_rig_start(rig);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->told, before);
    EXPECT_UINT(rig->unsettled - given_late, before - 6);
}

SPEC(a_venue_that_knows_less_than_we_do_is_told_to_nobody_as_up)
{
    given(VENUE_PROCESS);
    rig->told = 99;
    rig->first = 100;
    order_rig_start(rig);
    exchange_run(rig->exchange, 5 * NANOS_SECOND);
    EXPECT_UINT(rig->ups, 0);
    EXPECT_UINT(rig->told, 99);
}

SPEC(a_wrong_password_is_never_up_and_is_tried_ever_less)
{
    given(VENUE_PROCESS);
    rig->guess = '!';
    order_rig_start(rig);
    exchange_run(rig->exchange, 30 * NANOS_SECOND);
    struct order_host_look look = order_rig_look(rig);
    EXPECT_UINT(rig->ups, 0);
    EXPECT_UINT(look.counts.login, 0);
    EXPECT_UINT(look.reason, SOUPBIN_NOT_ALLOWED);
    EXPECT(look.counts.connection >= 7);
    EXPECT(look.counts.connection <= 16);
}

/* 100 ms doubled up to 10 s, each drawn from its half on: in a minute of nobody there. */
SPEC(who_is_not_there_is_tried_ever_less_and_not_in_step)
{
    uint64_t tries[2];
    for (uint32_t i = 0; i < 2; i++) {
        rig = order_rig_new(
            &(struct order_rig_plan){.inside = false, .seed = i + 1, .durability = VENUE_PROCESS});
        exchange_run(rig->exchange, NANOS_SECOND);
        EXPECT(rig->up);
        order_host_leave(rig->host, sim_wire_now(rig->exchange->wire));
        order_rig_start(rig);
        nanos_t until = sim_wire_now(rig->exchange->wire) + 60 * NANOS_SECOND;
        gate_stage_close(rig->exchange->gate); /* refuses every connection from now on */
        uint64_t drawn = 0, last = 0;
        while (sim_wire_now(rig->exchange->wire) < until) {
            exchange_run(rig->exchange, 20 * NANOS_MILLI);
            uint64_t now = order_rig_look(rig).counts.connection;
            if (now != last) drawn = drawn * 31 + sim_wire_now(rig->exchange->wire) / NANOS_MILLI;
            last = now;
        }
        EXPECT(last >= 11);
        EXPECT(last <= 26);
        tries[i] = drawn;
        EXPECT_UINT(rig->ups, 1);
        after_each();
    }
    EXPECT(tries[0] != tries[1]);
}

SPEC(a_venue_that_does_not_keep_up_leaves_no_room_and_loses_nothing)
{
    given(VENUE_DISK);
    EXPECT(order_rig_settle(rig));
    rig->exchange->lazy_disk = true;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        taken += order_rig_enter(rig, 'B', 1, 100000) > 0;
        exchange_run(rig->exchange, 20 * NANOS_MICRO);
    }
    EXPECT(taken < 4000);
    EXPECT_UINT(order_host_room(rig->host, 0), 0);
    rig->exchange->lazy_disk = false;
    EXPECT(order_rig_settle(rig));
    exchange_run(rig->exchange, NANOS_SECOND);
    EXPECT(order_host_room(rig->host, 0) > 0);
    EXPECT_UINT(exchange_match(rig->exchange).request, taken);
    EXPECT_UINT(order_rig_look(rig).counts.sent, taken);
    messages_are_the_venues();
}

SPEC(a_session_that_another_login_takes_is_told_as_down)
{
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    exchange_connect(rig->exchange, ORDER_RIG_CLIENT);
    exchange_run(rig->exchange, 20 * NANOS_MILLI);
    EXPECT(!rig->up);
    EXPECT_UINT(rig->downs, 1);
    EXPECT_UINT(order_host_room(rig->host, 0), 0);
    exchange_disconnect(rig->exchange, ORDER_RIG_CLIENT);
    EXPECT(order_rig_settle(rig));
    EXPECT_UINT(rig->ups, 2);
}

SPEC(who_leaves_logs_out_and_does_not_come_back)
{
    given(VENUE_PROCESS);
    EXPECT(order_rig_settle(rig));
    order_host_leave(rig->host, sim_wire_now(rig->exchange->wire));
    exchange_run(rig->exchange, 20 * NANOS_SECOND);
    EXPECT(order_host_left(rig->host));
    EXPECT_UINT(exchange_gate(rig->exchange).closed[SOUPBIN_LOGOUT], 1);
    EXPECT_UINT(exchange_gate(rig->exchange).connected, 0);
    EXPECT_UINT(rig->ups, 1);
}

/* The venue dies and comes back, loses the power, frames are lost, others take the session. */
SPEC(whatever_breaks_every_message_is_given_once_and_in_order)
{
    uint64_t told = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct chance chance = {seed};
        rig = order_rig_new(
            &(struct order_rig_plan){.inside = false, .seed = seed, .durability = VENUE_DISK});
        struct exchange *exchange = rig->exchange;
        sim_wire_lose(exchange->wire, 0, (uint32_t)chance_between(&chance, 0, 20));
        for (uint32_t i = 0; i < 400; i++) {
            uint64_t what = chance_between(&chance, 0, 99);
            if (what < 2) {
                if (chance_between(&chance, 0, 1)) exchange_cut(exchange);
                else exchange_kill(exchange);
                exchange_run(exchange, 20 * NANOS_MILLI);
                EXPECT(exchange_start(exchange));
            } else if (what < 4) {
                exchange_connect(exchange, ORDER_RIG_CLIENT);
                exchange_run(exchange, 5 * NANOS_MILLI);
                exchange_disconnect(exchange, ORDER_RIG_CLIENT);
            } else if (what < 80) {
                (void)order_rig_enter(rig, what % 2 ? 'B' : 'S', 1 + (uint32_t)what % 7,
                                      100000 + (uint32_t)(what % 11) * 100);
            } else {
                exchange_run(exchange, chance_between(&chance, 0, 30) * NANOS_MILLI);
            }
        }
        sim_wire_lose(exchange->wire, 0, 0);
        EXPECT(order_rig_settle(rig));
        EXPECT_UINT(rig->ups, rig->downs + 1);
        messages_are_the_venues();
        told += rig->told;
        after_each();
    }
    EXPECT(told > 1000);
}

#define SPECS(S)                                                                                   \
    S(a_session_comes_up_by_itself_and_takes_orders)                                               \
    S(the_time_of_an_answer_begins_when_what_was_asked_first_has_left)                             \
    S(what_was_asked_of_a_session_that_is_lost_before_it_left_awaits_no_answer)                    \
    S(what_was_missed_comes_before_up)                                                             \
    S(a_start_asks_for_the_number_it_is_told)                                                      \
    S(a_venue_that_knows_less_than_we_do_is_told_to_nobody_as_up)                                  \
    S(a_wrong_password_is_never_up_and_is_tried_ever_less)                                         \
    S(who_is_not_there_is_tried_ever_less_and_not_in_step)                                         \
    S(a_venue_that_does_not_keep_up_leaves_no_room_and_loses_nothing)                              \
    S(a_session_that_another_login_takes_is_told_as_down)                                          \
    S(who_leaves_logs_out_and_does_not_come_back)                                                  \
    S(whatever_breaks_every_message_is_given_once_and_in_order)

SPEC_MAIN("order host", SPECS, NULL, after_each)
