/* A venue from outside: clients trade over the wire, the venue dies and comes back, market data
 * agree with the books. */

#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"

#include <string.h>

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

SPEC(the_newest_login_of_a_session_wins)
{
    given_clients(VENUE_PROCESS, 1);
    uint32_t bid = buy(0, 10, 100000);
    EXPECT(exchange_settle(exchange));
    struct exchange_client *client = &exchange->client[0];
    client->connection = TCP_NONE; /* the cable is cut: no FIN, no reset */
    soupbin_client_close(client->soup, SOUPBIN_LOST);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_gate(exchange).login_replaced, 1);
    EXPECT(exchange_cancel(exchange, 0, bid, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(client->last.kind, OUCH_CANCELED);
}

SPEC(orders_of_a_lost_connection_are_canceled_if_the_session_says_so)
{
    const struct exchange_plan plan = {
        .seed = 1, .durability = VENUE_PROCESS, .cancel_on_disconnect = true};
    exchange = exchange_new(&plan);
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < 2; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 100; i++) (void)buy(0, 10, 100000 - i * 100);
    (void)buy(1, 10, 99000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 101);
    exchange_disconnect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 1);
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 100);
}

SPEC(after_a_crash_nobody_is_connected_so_those_orders_are_canceled_too)
{
    const struct exchange_plan plan = {
        .seed = 1, .durability = VENUE_PROCESS, .cancel_on_disconnect = true};
    exchange = exchange_new(&plan);
    EXPECT(exchange_start(exchange));
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 20; i++) (void)buy(0, 10, 100000);
    EXPECT(exchange_settle(exchange));
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 0);
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 20);
}

SPEC(after_a_crash_in_a_mass_cancel_all_orders_of_who_was_connected_are_canceled)
{
    const struct exchange_plan plan = {
        .seed = 1, .durability = VENUE_PROCESS, .cancel_on_disconnect = true};
    static const uint8_t mass_cancel[] = {'C', 0,   0,   1,   0,   'F', 'I', 'R', 'M', 'S',
                                          'Y', 'M', '0', ' ', ' ', ' ', ' ', 0,   0};
    exchange = exchange_new(&plan);
    EXPECT(exchange_start(exchange));
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 100; i++) (void)buy(0, 10, 100000);
    (void)exchange_enter(
        exchange, 0,
        &(struct exchange_order){.side = 'B', .qty = 10, .price_e4 = 90000, .instrument = 1});
    EXPECT(exchange_settle(exchange));
    EXPECT(exchange_send(exchange, 0, mass_cancel, sizeof mass_cancel));
    while (match_orders(venue_match(exchange->venue)) == 101) exchange_run(exchange, 1);
    EXPECT(match_orders(venue_match(exchange->venue)) > 1); /* of this symbol there are more */
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 0);
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 101);
}

SPEC(the_same_bytes_sent_again_are_no_second_order)
{
    given_clients(VENUE_PROCESS, 1);
    const struct ouch_order order = {
        .symbol = "SYM0    ", .side = 'B', .qty = 10, .price_e4 = 100000, .lasts = OUCH_DAY};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number;
    uint32_t length = ouch_client_enter(exchange->client[0].ouch, &order, bytes, &number);
    for (uint32_t i = 0; i < 3; i++) EXPECT(exchange_send(exchange, 0, bytes, length));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 1);
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED], 1);
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange));
    EXPECT(exchange_settle(exchange));
    EXPECT(exchange_send(exchange, 0, bytes, length));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 1);
}

SPEC(who_sends_what_is_no_message_is_disconnected)
{
    given_clients(VENUE_PROCESS, 1);
    uint32_t drops = exchange->client[0].drops;
    EXPECT(exchange_send(exchange, 0, (const uint8_t *)"nonsense", 8));
    exchange_run(exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[0].drops, drops + 1);
    EXPECT(exchange_settle(exchange)); /* and may come back */
    EXPECT_UINT(exchange_match(exchange).dropped, 1);
}

SPEC(when_the_journal_has_no_space_an_order_is_rejected_and_a_cancel_passes)
{
    given_clients(VENUE_PROCESS, 1);
    uint32_t bid = buy(0, 10, 100000);
    EXPECT(exchange_settle(exchange));
    exchange->model.space = 0; /* no segment more */
    uint64_t accepted = 0;
    for (uint32_t i = 0; i < 4000 && exchange->client[0].last.kind != OUCH_REJECTED; i++) {
        (void)buy(0, 1, 90000);
        exchange_run(exchange, NANOS_MILLI);
    }
    accepted = exchange->client[0].reports[OUCH_ACCEPTED];
    EXPECT(accepted > 100);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_REJECTED);
    EXPECT(exchange_cancel(exchange, 0, bid, 0));
    exchange_run(exchange, 20 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_CANCELED);
    EXPECT_UINT(exchange->client[0].drops, 0);
    uint64_t told = exchange->client[0].told;
    exchange->model.space = UINT64_MAX;
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange)); /* the rig compares each message told again */
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].told, told);
    EXPECT_UINT(exchange_match(exchange).orders, accepted - 1);
}

SPEC(before_the_streams_are_full_orders_are_rejected)
{
    const struct exchange_plan plan = {
        .seed = 1, .durability = VENUE_PROCESS, .stream_chunks = 320};
    exchange = exchange_new(&plan);
    EXPECT(exchange_start(exchange));
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 3000 && exchange->client[0].last.kind != OUCH_REJECTED; i++) {
        (void)buy(0, 1, 90000);
        exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_REJECTED);
    EXPECT_UINT(exchange_gate(exchange).answer_lost, 0);
    EXPECT(exchange_cancel(exchange, 0, 1, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_CANCELED);
}

SPEC(a_journal_of_another_day_or_of_other_sessions_is_refused)
{
    given_clients(VENUE_PROCESS, 1);
    exchange_kill(exchange);
    exchange->match_plan.name[0] = 'X';
    EXPECT(!exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text,
                "it is the journal of another session: a new session begins in a new folder");
    exchange_kill(exchange);
    exchange->match_plan.name[0] = 'D';
    exchange->entry[1].qty_max = 5;
    EXPECT(!exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text,
                "the sessions were configured otherwise when it was begun: keep them for the day, "
                "or begin a new folder");
    exchange_kill(exchange);
    exchange->entry[1].qty_max = 0;
    EXPECT(exchange_start(exchange));
}

/* The plans may be the same, as of two sessions of one account. */
SPEC(a_journal_of_sessions_with_other_names_is_refused_if_it_says_their_names)
{
    given_clients(VENUE_PROCESS, 1);
    exchange_kill(exchange);
    exchange->match_plan.names = 0x0123abcd; /* a journal of before does not say */
    EXPECT(exchange_start(exchange));
    exchange_kill(exchange);
    exchange->match_plan.names = 0xabcd0123;
    EXPECT(!exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text,
                "the sessions had other names or another order when it was begun: keep them for "
                "the day, or begin a new folder");
    exchange_kill(exchange);
    exchange->match_plan.names = 0x0123abcd;
    EXPECT(exchange_start(exchange));
}

SPEC(answers_that_did_not_wait_for_the_disk_do_not_outlive_the_machine)
{
    given_clients(VENUE_PROCESS, 1);
    exchange_kill(exchange);
    memcpy(exchange->match_plan.boot, "two", 3);
    EXPECT(!exchange_start(exchange));
    EXPECT(strncmp(exchange->problem_text, "the machine was started anew", 28) == 0);
}

SPEC(what_did_not_wait_for_the_disk_is_lost_though_answers_wait_for_it_now)
{
    given_clients(VENUE_DISK, 1);
    exchange_kill(exchange);
    memcpy(exchange->match_plan.boot, "two", 4);
    exchange->match_plan.process = true;
    exchange->limits.durability = VENUE_PROCESS;
    EXPECT(exchange_start(exchange)); /* what came before was on the disk */
    EXPECT_TEXT(exchange->problem_text, "");
    exchange_kill(exchange);
    memcpy(exchange->match_plan.boot, "three", 6);
    exchange->match_plan.process = false;
    exchange->limits.durability = VENUE_DISK;
    EXPECT(!exchange_start(exchange));
    EXPECT(strstr(exchange->problem_text, "the machine was started anew since") != NULL);
}

SPEC(the_end_of_the_day_ends_orders_sessions_and_market_data)
{
    given_clients(VENUE_DISK, 2);
    exchange_listen(exchange);
    (void)buy(0, 10, 100000);
    EXPECT(exchange_settle(exchange));
    match_stage_end_day(exchange->match);
    for (uint32_t i = 0; i < 2; i++) exchange->client[i].wants = false;
    exchange_run(exchange, 3 * NANOS_SECOND);
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 1);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_DAY_EVENT);
    EXPECT_UINT(exchange->client[0].last.reason, 'E');
    EXPECT_UINT(soupbin_client_reason(exchange->client[0].soup), SOUPBIN_ENDED);
    struct feed_view feed;
    feed_stage_view(exchange->feed, &feed);
    EXPECT_UINT(feed.channel_state, MARKET_CLOSED);
    EXPECT_UINT(feed.feed.type['S'], 6); /* O S Q M E C */
    exchange_kill(exchange);
    EXPECT(!exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "its day is over: a new day begins in a new folder");
}

SPEC(an_order_for_a_time_ends_by_itself)
{
    given_clients(VENUE_DISK, 1);
    const struct ouch_order order = {.symbol = "SYM0    ",
                                     .side = 'B',
                                     .qty = 10,
                                     .price_e4 = 100000,
                                     .lasts = OUCH_TIMED,
                                     .expire_s = 2};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number;
    uint32_t length = ouch_client_enter(exchange->client[0].ouch, &order, bytes, &number);
    EXPECT(exchange_send(exchange, 0, bytes, length));
    exchange_run(exchange, 1900 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
    exchange_run(exchange, 300 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_CANCELED);
    EXPECT_UINT(exchange->client[0].last.reason, 'T');
}

SPEC(a_client_that_does_not_read_holds_up_nobody_else)
{
    given_clients(VENUE_PROCESS, 2);
    exchange->client[0].deaf = true;
    for (uint32_t i = 0; i < 3000; i++) {
        (void)buy(0, 1, 90000);
        if (i % 8 == 0) exchange_run(exchange, NANOS_MILLI);
    }
    (void)sell(1, 10, 110000);
    exchange_run(exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(exchange->client[1].last.kind, OUCH_ACCEPTED);
    exchange_run(exchange, 12 * NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_SLOW], 1);
    exchange->client[0].deaf = false;
    EXPECT(exchange_settle(exchange)); /* and goes on where it was */
    EXPECT(exchange->client[0].reports[OUCH_ACCEPTED] > 2000);
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
    S(the_newest_login_of_a_session_wins)                                                          \
    S(orders_of_a_lost_connection_are_canceled_if_the_session_says_so)                             \
    S(after_a_crash_nobody_is_connected_so_those_orders_are_canceled_too)                          \
    S(after_a_crash_in_a_mass_cancel_all_orders_of_who_was_connected_are_canceled)                 \
    S(the_same_bytes_sent_again_are_no_second_order)                                               \
    S(who_sends_what_is_no_message_is_disconnected)                                                \
    S(when_the_journal_has_no_space_an_order_is_rejected_and_a_cancel_passes)                      \
    S(before_the_streams_are_full_orders_are_rejected)                                             \
    S(a_journal_of_another_day_or_of_other_sessions_is_refused)                                    \
    S(a_journal_of_sessions_with_other_names_is_refused_if_it_says_their_names)                    \
    S(answers_that_did_not_wait_for_the_disk_do_not_outlive_the_machine)                           \
    S(what_did_not_wait_for_the_disk_is_lost_though_answers_wait_for_it_now)                       \
    S(the_end_of_the_day_ends_orders_sessions_and_market_data)                                     \
    S(an_order_for_a_time_ends_by_itself)                                                          \
    S(a_client_that_does_not_read_holds_up_nobody_else)                                            \
    S(a_feed_that_listens_from_the_start_has_the_venues_books)                                     \
    S(a_feed_that_has_missed_the_start_asks_for_it)                                                \
    S(a_feed_that_has_missed_too_much_takes_a_snapshot)
SPEC_MAIN("exchange", SPECS, before_each, after_each)
