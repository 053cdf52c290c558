/* What the engine stage promises: who is subscribed when, that no trade is lost however the turns
 * fall, and that the layout of the cores changes no result. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/strategy/tally.h"
#include "tests/stage/rig.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static struct rig rig;

static void before_each(void)
{
    rig_plan(&rig);
}

static void after_each(void)
{
    rig_close(&rig);
}

SPEC(a_delegate_with_symbols_is_subscribed_to_them_when_they_are_listed_and_all_gets_everything)
{
    static const struct listing wanted[] = {{"DEF     "}, {"XYZ     "}};
    rig.engine_plan.delegates = 2;
    rig.engine_plan.delegate[1] = (struct engine_stage_delegate){
        .name = "two of them", .kind = &tally_kind, .symbols = 2, .symbol = wanted};
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    rig_list(&rig, 2, "DEF     ");
    rig_settle(&rig);
    struct engine_view view = rig_engine_view(&rig);
    EXPECT_UINT(view.listing, 2);
    EXPECT_UINT(view.delegates, 2);
    EXPECT_TEXT(view.delegate[1].name, "two of them");
    EXPECT_TEXT(view.delegate[1].kind, "tally");
    EXPECT_UINT(view.delegate[0].subscriptions, 2);
    EXPECT_UINT(view.delegate[1].subscriptions, 1);
    EXPECT_UINT(view.delegate[0].counts.value, 2);
    EXPECT_UINT(view.delegate[1].counts.value, 1);
    rig_list(&rig, 3, "XYZ     ");
    rig_settle(&rig);
    view = rig_engine_view(&rig);
    EXPECT_UINT(view.delegate[0].subscriptions, 3);
    EXPECT_UINT(view.delegate[1].subscriptions, 2);
    EXPECT_UINT(view.subscription_refused, 0);
    EXPECT(engine_stage_idle(rig.engine));
    EXPECT(engine_stage_kind.done(rig.engine));
}

/* Trades of random size on four instruments, in packets of any length. */
static void trades_send(struct chance *chance, uint64_t *shares)
{
    struct packet packet = packet_at(rig.sequence);
    for (uint64_t i = chance_between(chance, 1, 10); i-- > 0;) {
        uint16_t instrument = (uint16_t)chance_between(chance, 1, 4);
        uint64_t ref = 1000000 + rig.sequence * 16 + i;
        uint32_t quantity = (uint32_t)chance_between(chance, 1, 500);
        packet_order(&packet, instrument, ref, 'B', quantity, 990000);
        packet_execute(&packet, instrument, ref, quantity);
        *shares += quantity;
    }
    rig_send(&rig, &packet);
}

static uint64_t books_volume(void)
{
    uint64_t volume = 0;
    for (uint16_t i = 1; i <= 4; i++) {
        struct market market;
        feed_market(feed_stage_feed(rig.feed), i, &market);
        volume += market.volume;
    }
    return volume;
}

SPEC(the_volumes_shown_are_the_books_totals_in_whatever_order_turns_fall)
{
    struct spec_seeds seeds = spec_seeds(20);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        rig_close(&rig);
        rig_plan(&rig);
        rig_open(&rig);
        struct chance chance = {seed};
        uint64_t shares = 0;
        for (uint16_t i = 1; i <= 4; i++) rig_list(&rig, i, i % 2 ? "ODD     " : "EVEN    ");
        for (uint32_t round = 0; round < 200; round++) {
            trades_send(&chance, &shares);
            for (uint64_t i = chance_next(&chance) % 3; i-- > 0;) rig_feed_turn(&rig);
            for (uint64_t i = chance_next(&chance) % (1 + seed % 4); i-- > 0;)
                rig_engine_turn(&rig);
        }
        rig_settle(&rig);
        struct engine_view view = rig_engine_view(&rig);
        spec_expect(__FILE__, __LINE__, view.delegate[0].volume == shares * (uint64_t)QTY_ONE,
                    "volume %" PRIu64 " of %" PRIu64 " shown, SPEC_SEED=%" PRIu64,
                    view.delegate[0].volume, shares * (uint64_t)QTY_ONE, seed);
        EXPECT_UINT(books_volume(), shares * (uint64_t)QTY_ONE);
        EXPECT_UINT(view.value_unwanted, 0);
    }
}

/* A delegate during whose decision the feed has a turn: the other core, at the worst moment. */
static void meddle_decide(void *self, const struct composite *composite,
                          struct delegate_output *output)
{
    rig_feed_turn(&rig);
    tally_kind.decide(self, composite, output);
}

SPEC(an_instrument_listed_in_the_middle_of_a_turn_loses_no_trade)
{
    struct delegate_kind meddler = tally_kind;
    meddler.decide = meddle_decide;
    rig.engine_plan.delegates = 2;
    rig.engine_plan.delegate[1] =
        (struct engine_stage_delegate){.name = "meddler", .kind = &meddler};
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    rig_feed_turn(&rig);
    struct packet packet = packet_at(rig.sequence);
    packet_directory(&packet, 2, "DEF     ");
    packet_order(&packet, 2, 77, 'B', 300, 990000);
    packet_execute(&packet, 2, 77, 300);
    rig_send(&rig, &packet);
    rig_engine_turn(&rig); /* the feed's turn is in the middle of this one */
    rig_settle(&rig);
    struct engine_view view = rig_engine_view(&rig);
    EXPECT_UINT(view.delegate[0].volume, 300 * (uint64_t)QTY_ONE);
    EXPECT_UINT(view.value_unwanted, 0);
}

SPEC(decisions_beyond_the_budget_are_counted_as_overruns)
{
    rig.engine_plan.budget_ticks = 0;
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    rig_settle(&rig);
    struct engine_view view = rig_engine_view(&rig);
    EXPECT_UINT(view.decision, 1);
    EXPECT_UINT(view.delegate[0].counts.overrun, 1);
    EXPECT_UINT(histogram_count(engine_stage_decision(rig.engine)), 1);
    EXPECT_UINT(histogram_count(engine_stage_latency(rig.engine)), 1);
}

SPEC(with_budget_enough_nothing_is_an_overrun)
{
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    rig_settle(&rig);
    EXPECT_UINT(rig_engine_view(&rig).delegate[0].counts.overrun, 0);
}

/* Layouts. */

struct result {
    uint64_t digest;
    uint64_t volume;
    uint64_t trades;
    uint64_t values;
};

static struct stage slot[2];
static struct lcore lcore[2];

static void *lcore_thread(void *argument)
{
    lcore_run(argument);
    return NULL;
}

static struct lcore_plan lcore_plan_of(uint32_t stages, struct stage *first)
{
    struct lcore_plan plan = {.idle = LCORE_BACK_OFF,
                              .housekeeping_ticks = 1000000,
                              .halt_ticks = UINT64_MAX / 2,
                              .stages = stages};
    for (uint32_t i = 0; i < stages; i++) plan.stage[i] = first + i;
    return plan;
}

/* New instruments appear while trades of others go on, so that listings race with markets. */
static uint64_t market_day(uint64_t seed)
{
    struct chance chance = {seed};
    uint64_t shares = 0;
    for (uint32_t round = 0; round < 4000 / PATIENCE_SLOWER; round++) {
        uint16_t instrument = (uint16_t)(1 + round % 120);
        uint32_t quantity = (uint32_t)chance_between(&chance, 1, 500);
        struct packet packet = packet_at(rig.sequence);
        char symbol[9] = "SYM     ";
        symbol[3] = (char)('A' + instrument / 26);
        symbol[4] = (char)('A' + instrument % 26);
        if (round < 120) packet_directory(&packet, instrument, symbol);
        packet_order(&packet, instrument, 5000 + round, 'B', quantity, 990000);
        packet_execute(&packet, instrument, 5000 + round, quantity);
        shares += quantity;
        struct net_statistics sent, taken;
        uint32_t turns = 0;
        do { /* never more than the link holds */
            net_statistics(rig.far, &sent);
            net_statistics(rig.feed_plan.queue[0], &taken);
            patience_lose(&turns);
        } while (sent.tx_frame - taken.rx_frame > 500);
        rig_send(&rig, &packet);
    }
    return shares;
}

static struct result run_layout(uint32_t lcores, uint64_t seed)
{
    rig_close(&rig);
    rig_plan(&rig);
    rig_open(&rig);
    memset(slot, 0, sizeof slot);
    slot[0] = (struct stage){.kind = &feed_stage_kind, .self = rig.feed};
    slot[1] = (struct stage){.kind = &engine_stage_kind, .self = rig.engine};
    pthread_t thread[2];
    for (uint32_t i = 0; i < lcores; i++) {
        struct lcore_plan plan = lcore_plan_of(3 - lcores, &slot[i]);
        lcore_new(&lcore[i], &plan);
        CHECK(pthread_create(&thread[i], NULL, lcore_thread, &lcore[i]) == 0);
    }
    uint64_t shares = market_day(seed);
    struct net_statistics taken;
    uint32_t turns = 0;
    do {
        net_statistics(rig.feed_plan.queue[0], &taken);
        patience_lose(&turns);
    } while (taken.rx_frame < 4000 / PATIENCE_SLOWER);
    for (uint32_t i = 0; i < lcores; i++) {
        lcore_halt(&lcore[i]);
        pthread_join(thread[i], NULL);
        EXPECT_UINT(lcore_state(&lcore[i]), LCORE_DONE);
        EXPECT_UINT(counter_read(&lcore[i].unfinished), 0);
    }
    struct engine_view view;
    engine_stage_view(rig.engine, &view);
    struct feed_view fed;
    feed_stage_view(rig.feed, &fed);
    spec_expect(__FILE__, __LINE__, view.delegate[0].volume == shares * (uint64_t)QTY_ONE,
                "%u lcores: volume %" PRIu64 " of %" PRIu64 " shown, SPEC_SEED=%" PRIu64, lcores,
                view.delegate[0].volume, shares * (uint64_t)QTY_ONE, seed);
    EXPECT_UINT(fed.published - fed.conflated, view.value);
    return (struct result){.digest = feed_digest(feed_stage_feed(rig.feed)),
                           .volume = view.delegate[0].volume,
                           .trades = view.delegate[0].trades,
                           .values = view.value};
}

SPEC(one_core_or_two_give_the_same_books_and_the_same_totals)
{
    struct spec_seeds seeds = spec_seeds(8);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct result shared = run_layout(1, seed), dedicated = run_layout(2, seed);
        EXPECT_UINT(shared.digest, dedicated.digest);
        EXPECT_UINT(shared.volume, dedicated.volume);
        EXPECT_UINT(shared.trades, dedicated.trades);
        EXPECT(shared.values > 0);
    }
}

SPEC(too_many_delegates_or_instruments_have_no_footprint)
{
    rig_open(&rig);
    struct engine_stage_plan plan = rig.engine_plan;
    EXPECT(engine_stage_footprint(&plan) > 0);
    plan.delegates = ENGINE_DELEGATES_MAX + 1;
    EXPECT_UINT(engine_stage_footprint(&plan), 0);
    plan = rig.engine_plan;
    plan.instruments = DISPATCH_INSTRUMENTS_MAX + 1;
    EXPECT_UINT(engine_stage_footprint(&plan), 0);
}

#define SPECS(S)                                                                                   \
    S(a_delegate_with_symbols_is_subscribed_to_them_when_they_are_listed_and_all_gets_everything)  \
    S(the_volumes_shown_are_the_books_totals_in_whatever_order_turns_fall)                         \
    S(an_instrument_listed_in_the_middle_of_a_turn_loses_no_trade)                                 \
    S(decisions_beyond_the_budget_are_counted_as_overruns)                                         \
    S(with_budget_enough_nothing_is_an_overrun)                                                    \
    S(one_core_or_two_give_the_same_books_and_the_same_totals)                                     \
    S(too_many_delegates_or_instruments_have_no_footprint)
SPEC_MAIN("engine stage", SPECS, before_each, after_each)
