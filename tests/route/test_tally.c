/* What the delegate that counts promises, and how a strategy is found and built. */

#include "dataplane/route/dispatch.h"
#include "dataplane/strategy/strategies.h"
#include "dataplane/strategy/tally.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static const struct delegate_parameters none = {0};
static void *tally;

static void open_tally(void)
{
    tally = tally_kind.build(aligned_alloc(CACHE_LINE, tally_kind.footprint(&none)), &none);
}

static void close_tally(void)
{
    free(tally);
}

static void decide(const struct composite *composite)
{
    struct delegate_output output = {0};
    tally_kind.decide(tally, composite, &output);
    EXPECT(!output.done);
}

SPEC(a_strategy_is_found_by_its_name)
{
    EXPECT(strategies_find("tally") == &tally_kind);
    EXPECT(strategies_find("tall") == NULL);
    EXPECT(strategies_find("") == NULL);
}

SPEC(every_strategy_has_a_name_of_its_own_a_summary_and_its_functions)
{
    for (uint32_t i = 0; i < strategies_count; i++) {
        const struct delegate_kind *kind = strategies[i];
        EXPECT(strlen(kind->name) >= 1);
        EXPECT(strlen(kind->name) <= DELEGATE_NAME_MAX);
        EXPECT(strlen(kind->summary) > 0);
        EXPECT(kind->footprint != NULL);
        EXPECT(kind->build != NULL);
        EXPECT(kind->decide != NULL);
        EXPECT(strategies_find(kind->name) == kind);
    }
}

SPEC(a_tally_takes_no_parameters)
{
    struct delegate_parameter size = {.name = "size", .value = "1"};
    EXPECT_UINT(tally_kind.footprint(&(struct delegate_parameters){1, &size, 1}), 0);
    EXPECT(tally_kind.footprint(&none) > 0);
}

SPEC(a_tally_counts_its_decisions_by_what_it_was_shown)
{
    struct market market = {.state = MARKET_HALTED};
    decide(&(struct composite){
        .market = &market, .now = 7, .what = 1u << COMPOSITE_QUOTE, .quotes = 3});
    market.state = MARKET_LIVE;
    decide(&(struct composite){.market = &market,
                               .now = 8,
                               .what = 1u << COMPOSITE_TRADE | 1u << COMPOSITE_QUOTE |
                                       1u << COMPOSITE_STATE,
                               .quotes = 1,
                               .trade = {.volume = 500, .notional = 9, .trades = 2}});
    decide(&(struct composite){.market = &market,
                               .now = 9,
                               .what = 1u << COMPOSITE_TRADE,
                               .trade = {.volume = 20, .notional = 1, .trades = 1}});

    const struct tally_counts *counts = tally_counts(tally);
    EXPECT_UINT(counts->decision, 3);
    EXPECT_UINT(counts->part[COMPOSITE_QUOTE], 2);
    EXPECT_UINT(counts->part[COMPOSITE_TRADE], 2);
    EXPECT_UINT(counts->part[COMPOSITE_STATE], 1);
    EXPECT_UINT(counts->part[COMPOSITE_INSTRUCTION], 0);
    EXPECT_UINT(counts->part[COMPOSITE_REPORT], 0);
    EXPECT_UINT(counts->state[MARKET_HALTED], 1);
    EXPECT_UINT(counts->state[MARKET_LIVE], 2);
    EXPECT_UINT(counts->quote, 4);
    EXPECT_UINT(counts->volume, 520);
    EXPECT_UINT(counts->notional, 10);
    EXPECT_UINT(counts->trades, 3);
    EXPECT_UINT(counts->last_ns, 9);
}

SPEC(a_tally_counts_messages_by_their_kind)
{
    struct market market = {.state = MARKET_CLOSED};
    struct message message[3] = {
        {.kind = INSTRUCTION_NEW}, {.kind = REPORT_FILLED}, {.kind = REPORT_FILLED}};
    decide(&(struct composite){.market = &market, .message = message, .messages = 3});
    const struct tally_counts *counts = tally_counts(tally);
    EXPECT_UINT(counts->message[INSTRUCTION_NEW], 1);
    EXPECT_UINT(counts->message[REPORT_FILLED], 2);
    EXPECT_UINT(counts->message[REPORT_CANCELED], 0);
}

SPEC(a_tally_behind_the_dispatcher_counts_the_whole_volume_however_late_it_looks)
{
    struct dispatch_limits limits = {
        .instruments = 2, .delegates = 1, .subscriptions = 1, .messages = 1};
    void *memory = aligned_alloc(CACHE_LINE, dispatch_footprint(&limits));
    struct dispatch *dispatch = dispatch_new(memory, &limits);
    struct dispatch_identity identity = {.name = "count everything"};
    uint32_t delegate = 0;
    EXPECT_UINT(dispatch_add(dispatch, &identity, &tally_kind, tally, &delegate), DISPATCH_OK);
    EXPECT_UINT(dispatch_subscribe(dispatch, delegate, 1), DISPATCH_OK);
    struct market market = {.instrument = 1};
    for (uint32_t i = 1; i <= 100; i++) {
        market.volume += i;
        market.trades++;
        dispatch_market(dispatch, &market);
        if (i % 7 == 0) EXPECT_UINT(dispatch_next(dispatch, i), delegate);
    }
    EXPECT_UINT(dispatch_next(dispatch, 101), delegate);
    EXPECT_UINT(tally_counts(tally)->volume, 5050);
    EXPECT_UINT(tally_counts(tally)->trades, 100);
    EXPECT_UINT(tally_counts(tally)->decision, 15);
    free(memory);
}

SPEC(housekeeping_is_counted)
{
    tally_kind.housekeeping(tally, 1);
    EXPECT_UINT(tally_counts(tally)->housekeeping, 1);
}

/* The average price (F16). */

SPEC(the_average_price_is_weighted_by_volume)
{
    /* 100 at 10.00 and 300 at 11.00: 4300.00 for 400. */
    struct composite composite = {.trade = {.volume = 400 * (uint64_t)QTY_ONE,
                                            .notional = 4300 * (uint64_t)PRICE_ONE,
                                            .trades = 2}};
    EXPECT_UINT((uint64_t)composite_vwap(&composite), 1075000000);
}

SPEC(the_average_price_is_rounded_towards_zero)
{
    struct trade_sum trade = {.volume = 3 * (uint64_t)QTY_ONE, .notional = 2 * (uint64_t)PRICE_ONE};
    EXPECT_UINT((uint64_t)trade_vwap(&trade), 66666666);
}

SPEC(the_average_price_of_nothing_is_zero)
{
    EXPECT_UINT((uint64_t)trade_vwap(&(struct trade_sum){0}), 0);
}

SPEC(the_average_price_does_not_overflow)
{
    /* 900 million at 100.00: the notional alone is nearly all that 63 bits hold. */
    struct trade_sum trade = {.volume = 900000000 * (uint64_t)QTY_ONE,
                              .notional = 90000000000 * (uint64_t)PRICE_ONE};
    EXPECT_UINT((uint64_t)trade_vwap(&trade), 100 * PRICE_ONE);
}

#define SPECS(S)                                                                                   \
    S(a_strategy_is_found_by_its_name)                                                             \
    S(every_strategy_has_a_name_of_its_own_a_summary_and_its_functions)                            \
    S(a_tally_takes_no_parameters)                                                                 \
    S(a_tally_counts_its_decisions_by_what_it_was_shown)                                           \
    S(a_tally_counts_messages_by_their_kind)                                                       \
    S(a_tally_behind_the_dispatcher_counts_the_whole_volume_however_late_it_looks)                 \
    S(housekeeping_is_counted)                                                                     \
    S(the_average_price_is_weighted_by_volume)                                                     \
    S(the_average_price_is_rounded_towards_zero)                                                   \
    S(the_average_price_of_nothing_is_zero)                                                        \
    S(the_average_price_does_not_overflow)
SPEC_MAIN("tally", SPECS, open_tally, close_tally)
