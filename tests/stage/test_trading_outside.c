/* A strategy outside beside the quoter: what it says comes by a ring, and so do the answers. */

#include "tests/stage/trading_rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

#define FAR   1u
#define SLOTS 4u /* of each ring */

static struct trading *trading;
static struct spsc *intake, *answers;
static struct conflate *prices;
static uint64_t tickets;

static void *memory(size_t bytes)
{
    void *at = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(at != NULL);
    return memset(at, 0, ALIGN_UP(bytes, CACHE_LINE));
}

static void bounds_add(void)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        bool holding = row->scope == RISK_HOLDING;
        if (row->scope != RISK_STRATEGY && row->scope != RISK_ROUTE && !holding) continue;
        for (uint32_t i = 0; i < (holding ? EXCHANGE_INSTRUMENTS : 1u); i++) {
            struct risk_record *record = &trading->record[trading->gateway_plan.records++];
            CHECK(trading->gateway_plan.records <= ARRAY_COUNT(trading->record));
            *record = (struct risk_record){.kind = RISK_RECORD_BOUND,
                                           .scope = (uint8_t)row->scope,
                                           .limit = (uint16_t)limit,
                                           .role = RISK_OFFICER,
                                           .subject = {.strategy = FAR, .symbol = i},
                                           .who = 7,
                                           .confirmed_by = RISK_NONE,
                                           .value = row->looser == RISK_UP ? row->most : 0,
                                           .reason = "as the spec says"};
        }
    }
}

static void rings_make(void)
{
    const struct spsc_limits in = {SLOTS, sizeof(struct engine_intake)};
    const struct spsc_limits out = {SLOTS, sizeof(struct engine_intake_answer)};
    const struct conflate_limits shown = {EXCHANGE_INSTRUMENTS + 1, sizeof(struct engine_price)};
    trading->plan.intake = intake = spsc_new(memory(spsc_footprint(&in)), &in);
    trading->plan.intake_answers = answers = spsc_new(memory(spsc_footprint(&out)), &out);
    trading->plan.prices = prices = conflate_new(memory(conflate_footprint(&shown)), &shown);
}

/* The rig with one strategy more, both books live, and client 0 around 10.00. */
static void before_each(void)
{
    trading = trading_new(true, 1, VENUE_DISK);
    trading_kill(trading, false);
    trading->strategy[FAR] = (struct gateway_strategy_plan){
        .name = "far", .legs = 1, .leg = trading->leg, .orders = 8, .uniques = 2};
    trading->gateway_plan.strategies = 2;
    bounds_add();
    rings_make();
    tickets = 0;
    trading_start(trading);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    (void)exchange_enter(trading->exchange, 0,
                         &(struct exchange_order){.side = 'B', .qty = 5000, .price_e4 = 98000});
    (void)exchange_enter(trading->exchange, 0,
                         &(struct exchange_order){.side = 'S', .qty = 5000, .price_e4 = 102000});
    EXPECT(trading_settle(trading));
}

static void after_each(void)
{
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    trading_delete(trading);
    free(intake);
    free(answers);
    free(prices);
}

static struct engine_intake *claim(uint32_t kind)
{
    struct engine_intake *say = spsc_claim(intake);
    CHECK(say != NULL);
    *say = (struct engine_intake){.ticket = tickets++, .kind = kind, .what = {.strategy = FAR}};
    return say;
}

static void say_order(uint64_t sequence, uint32_t key, int64_t cents)
{
    struct engine_intake *say = claim(ENGINE_INTAKE_HEAR);
    say->what.sequence = sequence;
    say->what.place = (struct gateway_place){1, sequence};
    say->what.until = UINT64_MAX;
    say->what.intent = (struct delegate_intent){
        .kind = INTENT_ORDER, .key = key, .price = cents * PRICE_ONE / 100, .qty = 10 * QTY_ONE};
    spsc_publish(intake);
}

static void say_switch(uint32_t kind)
{
    (void)claim(kind);
    spsc_publish(intake);
}

/* The next answer is to this ticket. */
static struct engine_intake_answer answer_to(uint64_t ticket)
{
    struct engine_intake_answer answer = {.ticket = UINT64_MAX};
    const struct engine_intake_answer *said = spsc_front(answers);
    EXPECT(said != NULL);
    if (!said) return answer;
    answer = *said;
    spsc_release(answers);
    EXPECT_UINT(answer.ticket, ticket);
    return answer;
}

static uint64_t open_orders(void)
{
    return trading_view(trading).venue[0].slot[SLOT_LIVE];
}

SPEC(what_it_says_is_at_the_venue_and_answered)
{
    uint64_t quotes = open_orders();
    say_order(1, 0, 990);
    EXPECT(trading_settle(trading));
    struct engine_intake_answer answer = answer_to(0);
    EXPECT_UINT(answer.is.hearing, GATEWAY_TAKEN);
    EXPECT(answer.is.order > 0);
    EXPECT(answer.is.record > 0);
    EXPECT(answer.at > 0);
    EXPECT_UINT(open_orders(), quotes + 1);
    EXPECT_UINT(trading_view(trading).intent_heard, 1);
}

SPEC(what_has_no_room_for_its_answer_stays_in_the_ring)
{
    for (uint32_t i = 0; i < SLOTS; i++) say_order(i + 1, i, 980 + i);
    EXPECT(trading_settle(trading));
    for (uint32_t i = SLOTS; i < 2 * SLOTS; i++) say_order(i + 1, i, 980 + i);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(spsc_published(answers), SLOTS);
    EXPECT_UINT(spsc_published(intake) - spsc_released(intake), SLOTS);
    for (uint32_t i = 0; i < SLOTS; i++) (void)answer_to(i);
    EXPECT(trading_settle(trading));
    for (uint32_t i = SLOTS; i < 2 * SLOTS; i++) {
        struct engine_intake_answer answer = answer_to(i);
        EXPECT_UINT(answer.is.hearing, GATEWAY_TAKEN);
    }
    EXPECT_UINT(trading_view(trading).intent_heard, 2ul * SLOTS);
}

SPEC(who_is_gone_has_no_orders_and_the_others_keep_theirs)
{
    uint64_t quotes = open_orders();
    say_order(1, 0, 990);
    EXPECT(trading_settle(trading));
    say_switch(ENGINE_INTAKE_OFF);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(open_orders(), quotes);
    say_order(2, 0, 990);
    EXPECT(trading_settle(trading));
    (void)answer_to(0);
    (void)answer_to(1);
    struct engine_intake_answer answer = answer_to(2);
    EXPECT_UINT(answer.is.counter, GATEWAY_COUNTER_intent_shut);
    say_switch(ENGINE_INTAKE_ON);
    say_order(3, 0, 990);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(open_orders(), quotes + 1);
}

SPEC(how_far_it_was_heard_is_known_after_its_process_has_died)
{
    say_order(7, 0, 990);
    EXPECT(trading_settle(trading));
    (void)answer_to(0);
    trading_kill(trading, false);
    trading_start(trading);
    struct gateway_known known = engine_stage_known(trading->engine, FAR);
    EXPECT_UINT(known.sequence, 7);
    EXPECT_UINT(known.place.high, 1);
    EXPECT_UINT(known.place.low, 7);
    EXPECT(trading_settle(trading));
}

SPEC(a_trade_is_shown)
{
    struct engine_price price;
    uint32_t key;
    while (conflate_take(prices, &key, &price)) {
    }
    (void)exchange_enter(
        trading->exchange, 1,
        &(struct exchange_order){.side = 'B', .qty = 40, .price_e4 = 100500, .immediate = true});
    EXPECT(trading_settle(trading));
    EXPECT(conflate_take(prices, &key, &price));
    EXPECT(memcmp(price.symbol, "SYM0    ", 8) == 0);
    EXPECT(price.price == 1005 * PRICE_ONE / 100);
    EXPECT(price.qty == 40 * QTY_ONE);
    EXPECT(!conflate_take(prices, &key, &price));
}

#define SPECS(S)                                                                                   \
    S(what_it_says_is_at_the_venue_and_answered)                                                   \
    S(what_has_no_room_for_its_answer_stays_in_the_ring)                                           \
    S(who_is_gone_has_no_orders_and_the_others_keep_theirs)                                        \
    S(how_far_it_was_heard_is_known_after_its_process_has_died)                                    \
    S(a_trade_is_shown)
SPEC_MAIN("trading: strategies outside", SPECS, before_each, after_each)
