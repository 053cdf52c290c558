/* A venue from outside: clients trade over the wire, the venue dies and comes back, market data
 * agree with the books. */

#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"

static struct exchange *exchange;

static void before_each(void)
{
    exchange = NULL;
}

static void after_each(void)
{
    EXPECT_TEXT(exchange->wrong ? exchange->wrong : "", "");
    EXPECT_TEXT(exchange->model.violation ? exchange->model.violation : "", "");
    exchange_delete(exchange);
}

static void given(enum venue_durability durability)
{
    const struct exchange_plan plan = {.seed = 1, .durability = durability};
    exchange = exchange_new(&plan);
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
}

static void given_clients(enum venue_durability durability, uint32_t clients)
{
    given(durability);
    for (uint32_t i = 0; i < clients; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
}

static uint32_t buy(uint32_t client, uint32_t qty, uint32_t price_e4)
{
    return exchange_enter(exchange, client,
                          &(struct exchange_order){.side = 'B', .qty = qty, .price_e4 = price_e4});
}

static uint32_t sell(uint32_t client, uint32_t qty, uint32_t price_e4)
{
    return exchange_enter(exchange, client,
                          &(struct exchange_order){.side = 'S', .qty = qty, .price_e4 = price_e4});
}

SPEC(two_clients_trade_and_each_is_told)
{
    given_clients(VENUE_PROCESS, 2);
    uint32_t offer = sell(0, 100, 101000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
    EXPECT_UINT(exchange->client[0].last.number, offer);
    (void)buy(1, 40, 102000);
    EXPECT(exchange_settle(exchange));
    const struct ouch_report *maker = &exchange->client[0].last, *taker = &exchange->client[1].last;
    EXPECT_UINT(maker->kind, OUCH_EXECUTED);
    EXPECT_UINT(taker->kind, OUCH_EXECUTED);
    EXPECT_UINT(maker->qty, 40);
    EXPECT_UINT(maker->leaves, 60);
    EXPECT_UINT(taker->price_e4, 101000);
    EXPECT_UINT(taker->match, maker->match);
    EXPECT_UINT(taker->leaves, 0);
}

SPEC(an_answer_waits_for_the_disk)
{
    given_clients(VENUE_DISK, 1);
    uint64_t told = exchange->client[0].told;
    exchange->lazy_disk = true;
    (void)buy(0, 10, 100000);
    exchange_run(exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[0].told, told);
    exchange->lazy_disk = false;
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].told, told + 1);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
}

SPEC(after_a_crash_a_client_goes_on_at_the_number_where_it_was)
{
    given_clients(VENUE_PROCESS, 2);
    uint32_t bid = buy(0, 100, 100000);
    EXPECT(exchange_settle(exchange));
    exchange_kill(exchange);
    exchange_run(exchange, 100 * NANOS_MILLI);
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    EXPECT(exchange_settle(exchange));
    (void)sell(1, 30, 100000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_EXECUTED);
    EXPECT_UINT(exchange->client[0].last.number, bid);
    EXPECT_UINT(exchange->client[0].last.leaves, 70);
    EXPECT_UINT(exchange->client[0].doubts, 0);
}

SPEC(what_a_power_cut_took_nobody_was_told_of)
{
    given_clients(VENUE_DISK, 1);
    (void)buy(0, 10, 100000);
    EXPECT(exchange_settle(exchange));
    exchange->lazy_disk = true;
    (void)buy(0, 20, 100000);
    exchange_run(exchange, 50 * NANOS_MILLI);
    exchange_cut(exchange);
    exchange->lazy_disk = false;
    EXPECT(exchange_start(exchange));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED],
                1 + (uint64_t)(exchange_match(exchange).orders > 1));
}

SPEC(a_feed_that_listens_from_the_start_has_the_venues_books)
{
    given_clients(VENUE_PROCESS, 2);
    exchange_listen(exchange);
    for (uint32_t i = 0; i < 20; i++) {
        (void)buy(0, 10 + i, 99000 + i * 100);
        (void)sell(1, 10 + i, 101000 + i * 100);
    }
    (void)buy(1, 35, 101100);
    EXPECT(exchange_settle(exchange));
    const char *differ = exchange_books_differ(exchange);
    EXPECT_TEXT(differ ? differ : "", "");
}

SPEC(a_feed_that_has_missed_the_start_asks_for_it)
{
    given_clients(VENUE_PROCESS, 2);
    for (uint32_t i = 0; i < 20; i++) (void)buy(0, 10 + i, 99000 + i * 100);
    EXPECT(exchange_settle(exchange));
    exchange_listen(exchange);
    (void)sell(1, 35, 100000);
    EXPECT(exchange_settle(exchange));
    const char *differ = exchange_books_differ(exchange);
    EXPECT_TEXT(differ ? differ : "", "");
    EXPECT(exchange_gate(exchange).retransmitted > 0);
    EXPECT_UINT(exchange_gate(exchange).snapshot, 0);
}

SPEC(a_feed_that_has_missed_too_much_takes_a_snapshot)
{
    given_clients(VENUE_PROCESS, 2);
    for (uint32_t i = 0; i < 20; i++) (void)buy(0, 10 + i, 99000 + i * 100);
    EXPECT(exchange_settle(exchange));
    exchange->hole_messages = 10;
    exchange_listen(exchange);
    (void)sell(1, 35, 100000);
    EXPECT(exchange_settle(exchange));
    const char *differ = exchange_books_differ(exchange);
    EXPECT_TEXT(differ ? differ : "", "");
    EXPECT(exchange_gate(exchange).snapshot > 0);
}

#define SPECS(S)                                                                                   \
    S(two_clients_trade_and_each_is_told)                                                          \
    S(an_answer_waits_for_the_disk)                                                                \
    S(after_a_crash_a_client_goes_on_at_the_number_where_it_was)                                   \
    S(what_a_power_cut_took_nobody_was_told_of)                                                    \
    S(a_feed_that_listens_from_the_start_has_the_venues_books)                                     \
    S(a_feed_that_has_missed_the_start_asks_for_it)                                                \
    S(a_feed_that_has_missed_too_much_takes_a_snapshot)
SPEC_MAIN("exchange", SPECS, before_each, after_each)
