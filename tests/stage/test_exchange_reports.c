/* What a venue reports of the orders of its accounts beside their sessions: when it may leave, over
 * a crash, and when nobody takes it. */

#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static struct exchange *exchange;
static char told[4096];
static uint64_t number; /* of the newest report that was read */

static void before_each(void)
{
    exchange = NULL;
    told[0] = '\0';
    number = 0;
}

static void after_each(void)
{
    EXPECT_TEXT(exchange->wrong ? exchange->wrong : "", "");
    exchange_delete(exchange);
}

static void given(const struct exchange_plan *plan)
{
    exchange = exchange_new(plan);
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < 2; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
}

/* Takes all reports that are there: as lines "number session.number kind quantity open". */
static const char *reported(void)
{
    const struct entry_report *report;
    size_t at = 0;
    told[0] = '\0';
    while ((report = spsc_front(exchange->match_plan.reports)) != NULL) {
        at += (size_t)snprintf(told + at, sizeof told - at,
                               "%" PRIu64 " %u.%u %s %" PRId64 " %" PRId64 "\n", report->number,
                               (uint32_t)(report->order >> 32) - 1, (uint32_t)report->order,
                               entry_report_name((enum entry_report_kind)report->kind),
                               report->qty / QTY_ONE, report->leaves / QTY_ONE);
        number = report->number;
        spsc_release(exchange->match_plan.reports);
    }
    return told;
}

static uint64_t lost(void)
{
    return counter_read(match_stage_reports_lost(exchange->match));
}

static uint32_t say(uint32_t client, char side, uint32_t qty, uint32_t price_e4)
{
    uint32_t said = exchange_enter(
        exchange, client, &(struct exchange_order){.side = side, .qty = qty, .price_e4 = price_e4});
    EXPECT(exchange_settle(exchange));
    return said;
}

SPEC(both_sides_of_a_trade_are_reported_once_in_the_order_of_what_happened)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .reports = 64});
    uint32_t offer = say(0, 'S', 100, 101000);
    EXPECT_TEXT(reported(), "1 0.1 accepted 100 100\n");
    (void)say(1, 'B', 40, 102000);
    EXPECT_TEXT(reported(), "2 1.1 accepted 40 40\n"
                            "3 1.1 executed 40 0\n"
                            "4 0.1 executed 40 60\n");
    (void)exchange_replace(exchange, 0, offer, 90, 103000);
    EXPECT(exchange_settle(exchange));
    EXPECT_TEXT(reported(), "5 0.2 replaced 90 50\n");
    EXPECT(exchange_cancel(exchange, 0, 2, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_TEXT(reported(), "6 0.2 canceled 50 0\n");
    EXPECT_UINT(lost(), 0);
}

SPEC(a_report_waits_for_the_disk_as_the_answer_does)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK, .reports = 64});
    exchange->lazy_disk = true;
    (void)exchange_enter(exchange, 0,
                         &(struct exchange_order){.side = 'B', .qty = 10, .price_e4 = 100000});
    exchange_run(exchange, 50 * NANOS_MILLI);
    EXPECT_TEXT(reported(), "");
    exchange->lazy_disk = false;
    EXPECT(exchange_settle(exchange));
    EXPECT_TEXT(reported(), "1 0.1 accepted 10 10\n");
}

SPEC(after_a_crash_nothing_is_reported_again_and_numbers_go_on)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .reports = 64});
    (void)say(0, 'S', 100, 101000);
    (void)say(1, 'B', 40, 102000);
    (void)reported();
    EXPECT_UINT(number, 4);
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(reported(), "");
    for (uint32_t i = 0; i < 2; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
    (void)say(1, 'B', 25, 102000);
    EXPECT_TEXT(reported(), "5 1.2 accepted 25 25\n"
                            "6 1.2 executed 25 0\n"
                            "7 0.1 executed 25 35\n");
    EXPECT_UINT(lost(), 0);
}

SPEC(what_a_start_cancels_is_reported_by_that_start)
{
    given(&(struct exchange_plan){
        .seed = 1, .durability = VENUE_PROCESS, .reports = 64, .cancel_on_disconnect = true});
    (void)say(0, 'S', 100, 101000);
    (void)reported();
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange));
    EXPECT(exchange_settle(exchange));
    EXPECT_TEXT(reported(), "2 0.1 canceled 100 0\n");
}

SPEC(who_does_not_take_reports_holds_nobody_up_and_misses_counted_ones)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .reports = 4});
    for (uint32_t i = 0; i < 10; i++) (void)say(0, 'S', 10, 101000 + 100 * i);
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED], 10);
    EXPECT_UINT(lost(), 6);
    (void)reported();
    EXPECT_UINT(number, 4);
    /* The next one of an order has all of it, and its number tells how many are missing. */
    (void)say(1, 'B', 93, 102000);
    EXPECT_UINT(lost(), 6 + 21 - 4);
    (void)reported();
    EXPECT(exchange_cancel(exchange, 0, 10, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_TEXT(reported(), "32 0.10 canceled 7 0\n");
}

SPEC(without_a_ring_nobody_is_told)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS});
    (void)say(0, 'S', 100, 101000);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
    EXPECT_UINT(lost(), 0);
}

#define SPECS(S)                                                                                   \
    S(both_sides_of_a_trade_are_reported_once_in_the_order_of_what_happened)                       \
    S(a_report_waits_for_the_disk_as_the_answer_does)                                              \
    S(after_a_crash_nothing_is_reported_again_and_numbers_go_on)                                   \
    S(what_a_start_cancels_is_reported_by_that_start)                                              \
    S(who_does_not_take_reports_holds_nobody_up_and_misses_counted_ones)                           \
    S(without_a_ring_nobody_is_told)
SPEC_MAIN("exchange: reports", SPECS, before_each, after_each)
