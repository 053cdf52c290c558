/* What a venue shows of itself before clients notice: what an alert is made of. */

#include "tests/stage/exchange_parts.h"
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
    exchange_delete(exchange);
}

/* One client, and a turn of housekeeping after its orders. */
static void given(void)
{
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
}

/* So many orders of one share, each a cent below the one before; or all at one price. */
static void buys(uint32_t count, uint32_t step_e4)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)exchange_enter(
            exchange, 0,
            &(struct exchange_order){.side = 'B', .qty = 1, .price_e4 = 90000 - i * step_e4});
        if (i % 8 == 7) exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT(exchange_settle(exchange));
    exchange_run(exchange, 10 * NANOS_MILLI);
}

SPEC(more_prices_than_the_shadow_holds_are_shown_before_a_snapshot_is_asked_for)
{
    enum { LEVELS = 50 };
    exchange = exchange_new(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS});
    exchange->gate_plan.spin.book.levels = LEVELS;
    given();
    buys(LEVELS, 100);
    buys(BOOK_LOOKAHEAD, 0);
    EXPECT_UINT(exchange_gate(exchange).spin.refused, 0);
    buys(2 * LEVELS, 100);
    buys(BOOK_LOOKAHEAD, 0);
    EXPECT_UINT(exchange_gate(exchange).spin.refused, LEVELS);
    EXPECT_UINT(exchange_gate(exchange).snapshot_refused, 0);
}

/* Nine tenths of what is not kept for living orders, and then all of it. */
SPEC(answers_are_shown_before_no_order_is_taken_and_more_of_them_come_with_a_start)
{
    enum { CHUNKS = 200, RESERVE = 100, USABLE = CHUNKS - RESERVE };
    exchange = exchange_new(
        &(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .stream_chunks = CHUNKS});
    given();
    exchange->match_plan.stream_reserve = RESERVE;
    buys(1, 0);
    EXPECT_UINT(exchange_gate(exchange).stream_chunks, CHUNKS);
    EXPECT_UINT(exchange_match(exchange).stream_reserve, RESERVE);
    while (exchange_gate(exchange).streams.chunks < USABLE * 9 / 10) buys(8, 0);
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 0);
    while (exchange_gate(exchange).streams.chunks < USABLE) buys(8, 0);
    buys(16, 0);
    EXPECT(exchange->client[0].reports[OUCH_REJECTED] > 0);
    exchange_kill(exchange);
    exchange->gate_plan.streams.chunks = 2 * CHUNKS;
    given();
    exchange->match_plan.stream_reserve = RESERVE;
    buys(1, 0);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
}

SPEC(tokens_of_a_day_are_shown_and_a_restart_goes_on_with_them)
{
    exchange = exchange_new(
        &(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .dialect = ENTRY_OUCH42});
    exchange->match_plan.entry.tokens = 20;
    given();
    buys(18, 100);
    EXPECT_UINT(exchange_match(exchange).tokens, 18);
    EXPECT_UINT(exchange_match(exchange).tokens_max, 20);
    exchange_kill(exchange);
    given();
    buys(8, 100);
    EXPECT_UINT(exchange_match(exchange).tokens, 20);
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED], 20);
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 6);
}

#define SPECS(S)                                                                                   \
    S(more_prices_than_the_shadow_holds_are_shown_before_a_snapshot_is_asked_for)                  \
    S(answers_are_shown_before_no_order_is_taken_and_more_of_them_come_with_a_start)               \
    S(tokens_of_a_day_are_shown_and_a_restart_goes_on_with_them)
SPEC_MAIN("exchange: shown", SPECS, before_each, after_each)
