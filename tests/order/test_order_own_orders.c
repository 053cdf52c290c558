/* What is known of one's own orders: apps/pollux-order/own_orders.h. */

#include "apps/pollux-order/own_orders.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct own_orders orders;
static uint32_t lost[8], lost_count;

static void before_each(void)
{
    bool open = own_orders_open(&orders);
    EXPECT(open);
    lost_count = 0;
}

static void after_each(void)
{
    own_orders_close(&orders);
}

static void ask(uint32_t number, uint32_t old, uint32_t qty)
{
    struct port_order terms = {.symbol = "ACME    ", .side = 'B', .qty = qty, .price_e4 = 100000};
    memset(terms.name, ' ', sizeof terms.name);
    own_orders_ask(&orders, number, old, &terms);
}

static void hear(enum port_kind kind, uint32_t number, uint32_t other, uint32_t qty)
{
    struct port_answer answer = {.kind = kind,
                                 .number = number,
                                 .other = other,
                                 .qty = qty,
                                 .side = 'B',
                                 .symbol = "ACME    ",
                                 .price_e4 = 100000};
    memset(answer.name, ' ', sizeof answer.name);
    own_orders_apply(&orders, &answer);
}

static void is(uint32_t number, enum own_state state, uint32_t leaves, uint32_t cum)
{
    const struct own_order *order = own_orders_find(&orders, number);
    EXPECT(order != NULL);
    if (!order) return;
    EXPECT_UINT(order->state, state);
    EXPECT_UINT(order->leaves, leaves);
    EXPECT_UINT(order->cum, cum);
}

SPEC(an_order_is_pending_then_live_then_dead)
{
    ask(7, 0, 100);
    is(7, OWN_PENDING, 100, 0);
    EXPECT_UINT(orders.unanswered, 1);
    hear(PORT_ACCEPTED, 7, 0, 100);
    is(7, OWN_LIVE, 100, 0);
    EXPECT_UINT(orders.unanswered, 0);
    hear(PORT_EXECUTED, 7, 0, 40);
    is(7, OWN_LIVE, 60, 40);
    hear(PORT_CANCELED, 7, 0, 60);
    is(7, OWN_DEAD, 0, 40);
    EXPECT_UINT(orders.next, 8);
}

SPEC(a_replacement_carries_what_was_traded)
{
    ask(1, 0, 100);
    hear(PORT_ACCEPTED, 1, 0, 100);
    hear(PORT_EXECUTED, 1, 0, 30);
    ask(2, 1, 120);
    hear(PORT_REPLACED, 2, 1, 90);
    is(1, OWN_DEAD, 0, 30);
    is(2, OWN_LIVE, 90, 30);
    EXPECT_UINT(own_orders_find(&orders, 2)->qty, 120);
    EXPECT_UINT(orders.unanswered, 0);
}

SPEC(a_replacement_of_an_order_that_is_gone_is_not_waited_for)
{
    ask(1, 0, 100);
    hear(PORT_ACCEPTED, 1, 0, 100);
    ask(2, 1, 120);
    ask(3, 2, 130);
    hear(PORT_EXECUTED, 1, 0, 100);
    EXPECT_UINT(orders.unanswered, 0);
    is(2, OWN_DEAD, 0, 0);
    is(3, OWN_DEAD, 0, 0);
}

SPEC(a_rejected_replacement_leaves_the_order_as_it_was)
{
    ask(1, 0, 100);
    hear(PORT_ACCEPTED, 1, 0, 100);
    ask(2, 1, 120);
    hear(PORT_REJECTED, 2, 0, 0);
    is(1, OWN_LIVE, 100, 0);
    EXPECT_UINT(own_orders_find(&orders, 1)->replacement, 0);
    EXPECT_UINT(orders.unanswered, 0);
}

SPEC(a_cancel_is_owed_until_it_or_the_order_ends)
{
    ask(1, 0, 100);
    hear(PORT_ACCEPTED, 1, 0, 100);
    own_orders_ask_less(&orders, own_orders_find(&orders, 1));
    own_orders_ask_less(&orders, own_orders_find(&orders, 1));
    EXPECT_UINT(orders.unanswered, 1);
    hear(PORT_EXECUTED, 1, 0, 40);
    EXPECT_UINT(orders.unanswered, 1);
    hear(PORT_EXECUTED, 1, 0, 60);
    EXPECT_UINT(orders.unanswered, 0);
    is(1, OWN_DEAD, 0, 100);
}

SPEC(orders_of_an_earlier_run_become_known_by_the_replay)
{
    hear(PORT_ACCEPTED, 41, 0, 100);
    hear(PORT_EXECUTED, 41, 0, 10);
    is(41, OWN_LIVE, 90, 10);
    EXPECT_UINT(orders.next, 42);
    hear(PORT_NEXT_NUMBER, 50, 0, 0);
    EXPECT_UINT(orders.next, 50);
    hear(PORT_NEXT_NUMBER, 45, 0, 0);
    EXPECT_UINT(orders.next, 50);
    EXPECT(own_orders_find(&orders, 50) == NULL);
}

static void on_lost(void *context, const struct own_order *order, bool less)
{
    (void)context;
    lost[lost_count++ & 7] = order->number * 10 + less;
}

SPEC(what_the_replay_does_not_show_is_lost_in_order_of_numbers)
{
    ask(1, 0, 100);
    hear(PORT_ACCEPTED, 1, 0, 100);
    for (uint32_t number = 2; number <= 5; number++) ask(number, 0, number);
    own_orders_ask_less(&orders, own_orders_find(&orders, 1));
    EXPECT_UINT(own_orders_doubt(&orders), 5);
    hear(PORT_ACCEPTED, 3, 0, 3);
    own_orders_settle(&orders, on_lost, NULL);
    EXPECT_UINT(lost_count, 4);
    EXPECT(lost[0] == 11 && lost[1] == 20 && lost[2] == 40 && lost[3] == 50);
    EXPECT_UINT(orders.unanswered, 0);
    is(1, OWN_LIVE, 100, 0);
    is(3, OWN_LIVE, 3, 0);
    is(4, OWN_DEAD, 0, 0);
    own_orders_settle(&orders, on_lost, NULL);
    EXPECT_UINT(lost_count, 4);
    EXPECT_UINT(orders.next, 6);
}

SPEC(a_million_orders_of_a_day_leave_only_the_open_ones)
{
    for (uint32_t number = 1; number <= 1000000; number++) {
        hear(PORT_ACCEPTED, number, 0, 100);
        if (number % 1000) hear(PORT_CANCELED, number, 0, 100);
    }
    uint32_t count;
    const struct own_order **list = own_orders_open_list(&orders, &count);
    EXPECT_UINT(count, 1000);
    EXPECT(list[0]->number == 1000 && list[999]->number == 1000000);
    EXPECT(orders.capacity <= 1u << 13);
    free((void *)list);
}

SPEC(a_name_is_the_youngest_open_order_of_it)
{
    static const char name[PORT_NAME_BYTES + 1] = "hedge         ";
    for (uint32_t number = 1; number <= 3; number++) {
        struct port_order terms = {.symbol = "ACME    ", .side = 'S', .qty = 1, .price_e4 = 1};
        memcpy(terms.name, name, sizeof terms.name);
        own_orders_ask(&orders, number, 0, &terms);
    }
    hear(PORT_REJECTED, 3, 0, 0);
    const struct own_order *found = own_orders_named(&orders, name);
    EXPECT(found && found->number == 2);
    EXPECT(own_orders_named(&orders, "other         ") == NULL);
}

#define SPECS(S)                                                                                   \
    S(an_order_is_pending_then_live_then_dead)                                                     \
    S(a_replacement_carries_what_was_traded)                                                       \
    S(a_replacement_of_an_order_that_is_gone_is_not_waited_for)                                    \
    S(a_rejected_replacement_leaves_the_order_as_it_was)                                           \
    S(a_cancel_is_owed_until_it_or_the_order_ends)                                                 \
    S(orders_of_an_earlier_run_become_known_by_the_replay)                                         \
    S(what_the_replay_does_not_show_is_lost_in_order_of_numbers)                                   \
    S(a_million_orders_of_a_day_leave_only_the_open_ones)                                          \
    S(a_name_is_the_youngest_open_order_of_it)
SPEC_MAIN("pollux-order's own orders", SPECS, before_each, after_each)
