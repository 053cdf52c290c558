/* The trading day (G15), as traces: its moment is a minute behind the rig's first time. */

#include "dataplane/risk/risk_image.h"
#include "tests/gateway/gateway_trace.h"
#include "tests/support/chance.h"

#include <stdio.h>
#include <string.h>

#define BEGINS (1060 * NANOS_SECOND)

static void open_daily(nanos_t begins)
{
    gateway_rig_plan(&rig, false);
    rig.plan.daily = true;
    rig.plan.day_begins = begins;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
}

static void tick_at(nanos_t now)
{
    rig.now = now;
    gateway_tick(rig.gateway, rig.now);
    gateway_rig_decide(&rig);
    gateway_verify(rig.gateway);
}

/* AAAA is at this price. */
static void priced(int64_t price)
{
    struct market *market = &rig.market[0];
    market->bid = (price - 1) * PRICE_ONE;
    market->ask = (price + 1) * PRICE_ONE;
    market->rx_ns = rig.now;
    gateway_market(rig.gateway, market);
    gateway_rig_decide(&rig);
    gateway_tick(rig.gateway, rig.now);
}

static void restart_at(nanos_t now)
{
    gateway_rig_restart(&rig);
    rig.now = now;
    rig.wire[0] = '\0';
    gateway_rig_start(&rig);
}

static uint32_t days(void)
{
    return gateway_day_look(rig.gateway).days;
}

static uint32_t records_of(enum gateway_record kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < rig.records; i++) count += rig.written[i].kind == kind;
    return count;
}

static int64_t profit(void)
{
    return held(0, 0).profit / PRICE_ONE;
}

/* The verdict of the newest refusal. */
static enum risk_verdict refused(void)
{
    for (uint32_t i = rig.copies; i-- > 0;)
        if (rig.copy[i].kind == COPY_REFUSED) return (enum risk_verdict)rig.copy[i].reason;
    return RISK_PASS;
}

SPEC(with_the_first_tick_at_its_moment_a_day_begins_by_one_record)
{
    open_daily(BEGINS);
    gateway_rig_play(&rig, "i90 a90 e90:4 s101/1 a101");
    tick_at(BEGINS - 1);
    EXPECT_UINT(days(), 0);
    EXPECT_UINT((uint64_t)profit(), 40);
    tick_at(BEGINS);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT(COUNT(day), 1);
    struct gateway_holding holding = held(0, 0);
    EXPECT_UINT((uint64_t)holding.position, 4 * QTY_ONE);
    EXPECT_UINT(holding.working, 2);
    EXPECT(holding.bought == 0 && holding.profit == 0 && holding.fills == 0);
    tick_at(BEGINS + 1);
    EXPECT_UINT(records_of(GATEWAY_RECORD_DAY), 1);
    struct gateway_day_look look = gateway_day_look(rig.gateway);
    EXPECT_UINT(look.since, BEGINS);
    EXPECT_UINT(look.next, BEGINS + GATEWAY_DAY_NS);
    tick_at(look.next);
    EXPECT_UINT(days(), 2);
    gateway_rig_free(&rig);
}

SPEC(turnover_begins_at_zero_and_open_orders_count_in_the_new_day)
{
    open_daily(BEGINS);
    gateway_rig_bound(&rig, RISK_STRATEGY_VOLUME, (struct risk_subject){0}, 2000 * PRICE_ONE);
    gateway_rig_play(&rig, "i99 a99 e99:10 i60/1 a60 i50/2");
    EXPECT_TEXT(rig.wire, "o99 o60"); /* 990 and 600, and 500 more */
    EXPECT_UINT(refused(), RISK_STRATEGY_VOLUME);
    tick_at(BEGINS);
    gateway_rig_play(&rig, "i51/2 a51 i91/3");
    EXPECT_TEXT(rig.wire, "o99 o60 o51"); /* 600 that is open, 510, and 910 more */
    gateway_rig_play(&rig, "i88/3");
    EXPECT_TEXT(rig.wire, "o99 o60 o51 o88");
    gateway_rig_free(&rig);
}

SPEC(who_has_lost_too_much_may_trade_again_with_the_day_and_loses_from_its_beginning_on)
{
    open_daily(BEGINS);
    gateway_rig_bound(&rig, RISK_STRATEGY_LOSS, (struct risk_subject){0}, 50 * PRICE_ONE);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    priced(93);
    EXPECT(profit() == -60);
    gateway_rig_play(&rig, "i80/1");
    EXPECT_UINT(refused(), RISK_STRATEGY_LOSS);
    tick_at(BEGINS);
    gateway_rig_play(&rig, "i81/1 a81");
    EXPECT_TEXT(rig.wire, "o99 o81");
    priced(87);
    EXPECT(profit() == -60);
    gateway_rig_play(&rig, "i79/2");
    EXPECT_TEXT(rig.wire, "o99 o81");
    gateway_rig_free(&rig);
}

SPEC(what_was_lost_since_the_day_began_is_lost_over_a_start_too)
{
    open_daily(BEGINS);
    gateway_rig_bound(&rig, RISK_STRATEGY_LOSS, (struct risk_subject){0}, 50 * PRICE_ONE);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    tick_at(BEGINS);
    EXPECT_UINT(records_of(GATEWAY_RECORD_CARRIED), 1);
    priced(94);
    EXPECT(profit() == -60);
    restart_at(BEGINS + NANOS_SECOND);
    priced(94);
    EXPECT(profit() == -60);
    EXPECT_UINT(days(), 1);
    gateway_rig_play(&rig, "i80/1");
    EXPECT_TEXT(rig.wire, "");
    EXPECT_UINT(refused(), RISK_STRATEGY_LOSS);
    EXPECT_UINT(records_of(GATEWAY_RECORD_CARRIED), 1);
    gateway_rig_free(&rig);
}

SPEC(a_start_that_finds_its_moment_passed_begins_it_and_its_first_marks_are_the_prices)
{
    open_daily(BEGINS);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    priced(80);
    restart_at(BEGINS + 3 * GATEWAY_DAY_NS + NANOS_SECOND); /* it slept through three more */
    EXPECT_UINT(days(), 1);
    EXPECT_UINT(records_of(GATEWAY_RECORD_DAY), 1);
    EXPECT_UINT(COUNT(day), 1);
    EXPECT_UINT((uint64_t)held(0, 0).position, 10 * QTY_ONE);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 0);
    EXPECT(profit() == 0);
    EXPECT_UINT(records_of(GATEWAY_RECORD_CARRIED), 1);
    priced(90);
    EXPECT(profit() == -100); /* since the 100 of the first market */
    restart_at(rig.now + NANOS_SECOND);
    priced(90);
    EXPECT_UINT(days(), 1);
    EXPECT(profit() == -100);
    EXPECT_UINT(gateway_day_look(rig.gateway).next, BEGINS + 4 * GATEWAY_DAY_NS);
    gateway_rig_free(&rig);
}

/* With every record of a day's beginning as the last one that was written. */
SPEC(with_whichever_record_it_dies_the_day_has_begun_once)
{
    open_daily(BEGINS);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    uint32_t before = rig.records;
    tick_at(BEGINS);
    gateway_rig_play(&rig, "i98/1 a98 e98:3");
    uint32_t after = rig.records;
    EXPECT(after > before + 4);
    for (uint32_t end = before; end <= after; end++) {
        rig.records = end;
        restart_at(BEGINS + NANOS_SECOND);
        EXPECT_UINT(days(), 1);
        uint64_t bought = (uint64_t)held(0, 0).bought;
        EXPECT(bought == 0 || bought == 3 * QTY_ONE);
        tick_at(BEGINS + 2 * NANOS_SECOND);
        EXPECT_UINT(days(), 1);
        EXPECT(profit() == (bought ? 6 : 0));
    }
    gateway_rig_free(&rig);
}

/* What is taken in behind the moment and before its tick is of the day before, hiding nothing. */
SPEC(a_record_between_the_moment_and_the_tick_does_not_hide_the_day)
{
    open_daily(BEGINS);
    gateway_rig_play(&rig, "i99 a99");
    rig.now = BEGINS;
    gateway_rig_play(&rig, "e99:10");
    restart_at(BEGINS + NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 0);
    gateway_rig_free(&rig);
}

SPEC(a_clock_that_is_set_back_begins_no_day_twice)
{
    open_daily(BEGINS);
    tick_at(BEGINS + NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    tick_at(BEGINS - NANOS_SECOND);
    tick_at(BEGINS + NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    restart_at(BEGINS - NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    tick_at(BEGINS + 2 * NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT(gateway_day_look(rig.gateway).next, BEGINS + GATEWAY_DAY_NS);
    gateway_rig_free(&rig);
}

SPEC(what_was_halted_stays_halted)
{
    open_daily(BEGINS);
    gateway_rig_bound(&rig, RISK_STRATEGY_FILLS, (struct risk_subject){.strategy = 1}, 1);
    gateway_rig_play(&rig, "y9 a9 e9:1 e9:2");
    tick_at(rig.now + NANOS_MILLI);
    EXPECT_UINT(gateway_strategy_state(rig.gateway, 1), RISK_HALTED);
    gateway_rig_play(&rig, "c9:2");
    CHECK(gateway_rig_state(&rig, RISK_STRATEGY, (struct risk_subject){0}, RISK_HALTED) ==
          RISK_CONTROL_OK);
    tick_at(BEGINS);
    EXPECT_UINT(days(), 1);
    for (uint32_t i = 0; i < 2; i++)
        EXPECT_UINT(gateway_strategy_state(rig.gateway, i), RISK_HALTED);
    gateway_rig_play(&rig, "i1 y2");
    EXPECT_TEXT(rig.wire, "o9 c9");
    restart_at(BEGINS + GATEWAY_DAY_NS);
    EXPECT_UINT(days(), 2);
    for (uint32_t i = 0; i < 2; i++)
        EXPECT_UINT(gateway_strategy_state(rig.gateway, i), RISK_HALTED);
    gateway_rig_free(&rig);
}

SPEC(without_a_moment_no_time_ends_the_day)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    tick_at(rig.now + 400 * GATEWAY_DAY_NS);
    EXPECT_UINT(days(), 0);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 10 * QTY_ONE);
    restart_at(rig.now + 400 * GATEWAY_DAY_NS);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 10 * QTY_ONE);
    EXPECT_UINT(gateway_day_look(rig.gateway).next, 0);
    gateway_rig_free(&rig);
}

/* Some of what it holds may be of today. */
SPEC(a_journal_that_had_no_days_counts_on_until_the_next_moment)
{
    gateway_rig_new(&rig, false);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    rig.plan.daily = true;
    rig.plan.day_begins = BEGINS;
    restart_at(BEGINS - NANOS_SECOND);
    EXPECT_UINT(days(), 0);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 10 * QTY_ONE);
    restart_at(BEGINS);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 0);
    rig.plan.daily = false;
    restart_at(BEGINS + 2 * GATEWAY_DAY_NS);
    EXPECT_UINT(days(), 1); /* it counts since then */
    gateway_rig_play(&rig, "i98 a98 e98:3");
    rig.plan.daily = true;
    restart_at(BEGINS + 2 * GATEWAY_DAY_NS + NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 3 * QTY_ONE);
    gateway_rig_free(&rig);
}

/* Money, as risk and as the holdings count it. */
struct money {
    struct risk_image_wide risk[2], traded[2], box;
    int64_t cash[2], profit[2];
    qty_t bought[2], sold[2];
};

static struct money money(void)
{
    struct money all = {0};
    struct risk_image_box box;
    risk_image_box(gateway_risk(rig.gateway), &box);
    all.box = box.cash;
    for (uint32_t i = 0; i < 2; i++) {
        struct risk_image_strategy risk;
        struct gateway_holding is = held(i, 0);
        risk_image_strategy(gateway_risk(rig.gateway), i, &risk);
        all.risk[i] = risk.cash;
        all.traded[i] = risk.traded;
        all.cash[i] = is.cash;
        all.profit[i] = is.profit;
        all.bought[i] = is.bought;
        all.sold[i] = is.sold;
    }
    return all;
}

/* Orders of two strategies are filled in part, prices move, days begin. */
static void drawn_step(struct chance *chance)
{
    char steps[64];
    uint64_t what = chance_between(chance, 0, 9), who = chance_between(chance, 0, 3);
    unsigned price = (unsigned)chance_between(chance, 80, 120);
    unsigned qty = (unsigned)chance_between(chance, 1, 9);
    if (what == 0) priced(price);
    if (what == 1) tick_at(gateway_day_look(rig.gateway).next + chance_between(chance, 0, 2));
    if (what < 2) return;
    (void)snprintf(steps, sizeof steps, "%c%u a%u e%u:%u c%u:%u", "isyw"[who], price, price, price,
                   qty, price, qty);
    gateway_rig_play(&rig, steps);
}

SPEC(what_the_journal_makes_of_drawn_days_is_what_they_came_to)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct chance chance = {seed};
        open_daily(BEGINS);
        for (uint32_t i = 0; i < 60; i++) drawn_step(&chance);
        struct money before = money();
        int64_t price = rig.market[0].bid / PRICE_ONE + 1;
        EXPECT(days() > 0);
        gateway_rig_restart(&rig);
        gateway_recovered(rig.gateway, rig.now);
        gateway_listing(rig.gateway, 0, "AAAA    ");
        priced(price);
        struct money after = money();
        spec_expect(__FILE__, __LINE__, memcmp(&before, &after, sizeof before) == 0, "seed %d",
                    (int)seed);
        gateway_rig_free(&rig);
    }
}

/* In force, and the next start begins it anew. */
SPEC(a_day_that_could_not_be_written_down_is_in_force_and_nothing_new_is_sent)
{
    open_daily(BEGINS);
    gateway_rig_play(&rig, "i99 a99 e99:10");
    rig.journal_lost = true;
    tick_at(BEGINS);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT(COUNT(journal_lost), 1);
    rig.journal_lost = false;
    gateway_rig_play(&rig, "i98/1");
    EXPECT_TEXT(rig.wire, "o99");
    restart_at(BEGINS + NANOS_SECOND);
    EXPECT_UINT(days(), 1);
    EXPECT_UINT((uint64_t)held(0, 0).bought, 0);
    gateway_rig_free(&rig);
}

SPEC(moments_are_those_of_utc)
{
    open_daily(0);
    EXPECT_UINT(gateway_day_look(rig.gateway).next, GATEWAY_DAY_NS);
    gateway_rig_free(&rig);
    open_daily(1000 * NANOS_SECOND); /* it is just then */
    EXPECT_UINT(days(), 0);
    EXPECT_UINT(gateway_day_look(rig.gateway).next, GATEWAY_DAY_NS + 1000 * NANOS_SECOND);
    gateway_rig_free(&rig);
    gateway_rig_plan(&rig, false);
    rig.plan.day_begins = GATEWAY_DAY_NS;
    EXPECT_TEXT(gateway_check(&rig.plan), "day_begins is no moment of a day");
}

#define SPECS(S)                                                                                   \
    S(with_the_first_tick_at_its_moment_a_day_begins_by_one_record)                                \
    S(turnover_begins_at_zero_and_open_orders_count_in_the_new_day)                                \
    S(who_has_lost_too_much_may_trade_again_with_the_day_and_loses_from_its_beginning_on)          \
    S(what_was_lost_since_the_day_began_is_lost_over_a_start_too)                                  \
    S(a_start_that_finds_its_moment_passed_begins_it_and_its_first_marks_are_the_prices)           \
    S(with_whichever_record_it_dies_the_day_has_begun_once)                                        \
    S(a_record_between_the_moment_and_the_tick_does_not_hide_the_day)                              \
    S(a_clock_that_is_set_back_begins_no_day_twice)                                                \
    S(what_was_halted_stays_halted)                                                                \
    S(without_a_moment_no_time_ends_the_day)                                                       \
    S(a_journal_that_had_no_days_counts_on_until_the_next_moment)                                  \
    S(what_the_journal_makes_of_drawn_days_is_what_they_came_to)                                   \
    S(a_day_that_could_not_be_written_down_is_in_force_and_nothing_new_is_sent)                    \
    S(moments_are_those_of_utc)
SPEC_MAIN("gateway_day", SPECS, NULL, NULL)
