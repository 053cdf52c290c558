/* Recorded messages by hand, and orders of ours among them. */

#include "dataplane/wire/ouch50.h"
#include "tests/reenact/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>

static struct rig rig;
static uint64_t cents;

static const struct reenact_instrument instrument = {.symbol = "TEST    ",
                                                     .tick = PRICE_ONE / 100,
                                                     .price_max = 1000 * PRICE_ONE,
                                                     .window = 1 << 15};

static void begin(void)
{
    rig_new(&rig, &instrument, 16, 1 << 12);
    rig.time = NANOS_SECOND;
    rig_open(&rig, instrument.symbol);
}

static void end(void)
{
    reenact_verify(rig.reenact);
    rig_free(&rig);
}

static const struct reenact_counts *counts(void)
{
    return reenact_counts(rig.reenact);
}

#define FILLED(urn, lots, money)                                                                   \
    do {                                                                                           \
        EXPECT_UINT(rig_filled(&rig, urn, &cents), lots);                                          \
        EXPECT_UINT(cents, money);                                                                 \
    } while (0)

SPEC(recorded_orders_are_published_as_they_were)
{
    rig_add(&rig, 1, 'B', 10, 9950);
    rig_add(&rig, 2, 'B', 5, 9950);
    rig_add(&rig, 3, 'S', 7, 10000);
    rig_cancel(&rig, 1, 4);
    rig_replace(&rig, 3, 4, 8, 10001);
    rig_execute(&rig, 1, 2);
    EXPECT_TEXT(rig_book(&rig), "9@99.50x2 | 8@100.01x1");
    EXPECT_TEXT(rig_book(&rig), rig_recorded_book(&rig));
    rig_delete(&rig, 2);
    EXPECT_TEXT(rig_book(&rig), "4@99.50x1 | 8@100.01x1");
}

SPEC(ours_is_published_among_the_recorded_ones)
{
    rig_add(&rig, 1, 'B', 10, 9950);
    uint32_t urn = rig_order(&rig, 'B', 3, 9950);
    EXPECT_TEXT(rig_book(&rig), "13@99.50x2 |");
    bool leads;
    EXPECT(reenact_own_best(rig.reenact, 0, SIDE_BUY, &leads) == 995 * PRICE_ONE / 10);
    EXPECT(leads);
    rig_order_cancel(&rig, urn);
    EXPECT_TEXT(rig_book(&rig), "10@99.50x1 |");
    EXPECT(reenact_own_best(rig.reenact, 0, SIDE_BUY, &leads) == 0);
    EXPECT(!leads);
}

SPEC(ours_at_a_better_price_trades_first)
{
    rig_add(&rig, 1, 'B', 10, 9950);
    uint32_t urn = rig_order(&rig, 'B', 3, 9960);
    rig_execute(&rig, 1, 5);
    FILLED(urn, 3, 3 * 9960);
    EXPECT_TEXT(rig_book(&rig), "5@99.50x1 |");
    EXPECT_UINT(counts()->own_instead, 3);
}

SPEC(ours_that_was_there_earlier_trades_first)
{
    uint32_t urn = rig_order(&rig, 'S', 3, 10000);
    rig_add(&rig, 1, 'S', 10, 10000);
    rig_execute(&rig, 1, 2);
    FILLED(urn, 2, 2 * 10000);
    EXPECT_TEXT(rig_book(&rig), " | 9@100.00x2");
    rig_execute(&rig, 1, 2);
    FILLED(urn, 3, 3 * 10000);
    EXPECT_TEXT(rig_book(&rig), " | 6@100.00x1");
}

SPEC(ours_that_came_later_waits_its_turn)
{
    rig_add(&rig, 1, 'S', 10, 10000);
    uint32_t urn = rig_order(&rig, 'S', 3, 10000);
    rig_add(&rig, 2, 'S', 4, 10000);
    rig_execute(&rig, 1, 10);
    FILLED(urn, 0, 0);
    rig_execute(&rig, 2, 4);
    FILLED(urn, 3, 3 * 10000);
    EXPECT_TEXT(rig_book(&rig), " |");
}

SPEC(what_ours_took_stays_taken)
{
    rig_add(&rig, 1, 'S', 10, 10000);
    uint32_t urn = rig_order(&rig, 'B', 4, 10000);
    FILLED(urn, 4, 4 * 10000);
    EXPECT_TEXT(rig_book(&rig), " | 6@100.00x1");
    rig_cancel(&rig, 1, 3);
    EXPECT_TEXT(rig_book(&rig), " | 3@100.00x1");
    rig_execute(&rig, 1, 5);
    EXPECT_TEXT(rig_book(&rig), " |");
    EXPECT_UINT(counts()->untraded, 2);
    rig_delete(&rig, 1);
    EXPECT_UINT(counts()->gone, 1);
}

SPEC(an_order_that_ours_took_whole_is_gone)
{
    rig_add(&rig, 1, 'S', 10, 10000);
    rig_add(&rig, 2, 'S', 10, 10000);
    FILLED(rig_order(&rig, 'B', 10, 10000), 10, 10 * 10000);
    rig_execute(&rig, 1, 6); /* who came takes what is there instead */
    EXPECT_TEXT(rig_book(&rig), " | 4@100.00x1");
    EXPECT_UINT(counts()->elsewhere, 6);
    rig_replace(&rig, 1, 3, 4, 10001);
    EXPECT_TEXT(rig_book(&rig), " | 4@100.00x1");
    rig_cancel(&rig, 3, 1);
    rig_delete(&rig, 3);
    EXPECT_UINT(counts()->gone, 3);
}

SPEC(a_replacement_lacks_what_ours_took)
{
    rig_add(&rig, 1, 'S', 10, 10000);
    FILLED(rig_order(&rig, 'B', 4, 10000), 4, 4 * 10000);
    rig_replace(&rig, 1, 2, 12, 10002);
    EXPECT_TEXT(rig_book(&rig), " | 8@100.02x1");
    rig_replace(&rig, 2, 3, 4, 10002);
    EXPECT_TEXT(rig_book(&rig), " |");
}

SPEC(a_recorded_order_that_crosses_ours_trades_with_it)
{
    uint32_t urn = rig_order(&rig, 'B', 4, 10000);
    rig_add(&rig, 1, 'S', 10, 9990);
    FILLED(urn, 4, 4 * 10000);
    EXPECT_TEXT(rig_book(&rig), " | 6@99.90x1");
}

SPEC(an_execution_out_of_turn_is_printed_and_leaves_ours_alone)
{
    uint32_t urn = rig_order(&rig, 'S', 3, 10000);
    rig_add(&rig, 1, 'S', 10, 10000);
    rig_add(&rig, 2, 'S', 10, 10000);
    rig_execute(&rig, 2, 7);
    FILLED(urn, 0, 0);
    EXPECT_TEXT(rig_book(&rig), " | 16@100.00x3");
    EXPECT_UINT(counts()->out_of_turn, 1);
    struct market market;
    feed_market(rig.published, 1, &market);
    EXPECT_UINT(market.volume, 7 * QTY_ONE);
}

SPEC(a_print_trades_with_ours_that_stands_alone_in_front)
{
    rig_add(&rig, 1, 'B', 10, 9950);
    rig_add(&rig, 2, 'S', 10, 10000);
    uint32_t urn = rig_order(&rig, 'B', 4, 9970);
    rig_print(&rig, 3, 9970);
    FILLED(urn, 3, 3 * 9970);
    rig_print(&rig, 3, 9965); /* below ours: somebody sold past it */
    FILLED(urn, 4, 4 * 9970);
    EXPECT_UINT(counts()->own_hidden, 4);
    EXPECT_TEXT(rig_book(&rig), rig_recorded_book(&rig));
    struct market market;
    feed_market(rig.published, 1, &market);
    EXPECT_UINT(market.volume, 6 * QTY_ONE);
}

SPEC(a_print_leaves_ours_behind_recorded_orders_alone)
{
    rig_add(&rig, 1, 'B', 10, 9950);
    rig_add(&rig, 2, 'S', 10, 10000);
    uint32_t bid = rig_order(&rig, 'B', 4, 9950), ask = rig_order(&rig, 'S', 4, 9999);
    rig_print(&rig, 3, 9950);
    rig_print(&rig, 3, 9998);
    FILLED(bid, 0, 0);
    FILLED(ask, 0, 0);
    rig_print(&rig, 9, 10000);
    FILLED(ask, 4, 4 * 9999);
    EXPECT_TEXT(rig_book(&rig), "14@99.50x2 | 10@100.00x1");
}

SPEC(an_order_published_before_its_trades_waits_for_them)
{
    rig_add(&rig, 1, 'S', 5, 10000);
    uint32_t urn = rig_order(&rig, 'S', 3, 10000);
    rig_add(&rig, 2, 'S', 5, 10001);
    rig_add(&rig, 3, 'B', 9, 10001); /* what is left of 19 */
    EXPECT_UINT(reenact_held(rig.reenact), 1);
    EXPECT_TEXT(rig_book(&rig), " | 8@100.00x2 5@100.01x1");
    rig_execute(&rig, 1, 5);
    rig_execute(&rig, 2, 5);
    EXPECT_UINT(reenact_held(rig.reenact), 0);
    FILLED(urn, 3, 3 * 10000);
    EXPECT_TEXT(rig_book(&rig), "9@100.01x1 |");
    EXPECT_UINT(counts()->call, 0);
}

SPEC(a_book_that_stays_crossed_is_a_call)
{
    rig_add(&rig, 1, 'S', 5, 10000);
    rig_add(&rig, 2, 'B', 9, 10001);
    rig.time++;
    rig_add(&rig, 3, 'B', 1, 9900);
    EXPECT(feed_state(rig.published, 1) == MARKET_HALTED);
    EXPECT_TEXT(rig_book(&rig), "9@100.01x1 1@99.00x1 | 5@100.00x1");
    rig_execute(&rig, 1, 5);
    EXPECT(feed_state(rig.published, 1) == MARKET_LIVE);
    EXPECT_TEXT(rig_book(&rig), "9@100.01x1 1@99.00x1 |");
    EXPECT_UINT(counts()->call, 1);
    EXPECT_UINT(counts()->in_auction, 1);
}

SPEC(an_execution_at_another_price_is_printed_there)
{
    uint32_t urn = rig_order(&rig, 'S', 3, 10000);
    rig_add(&rig, 1, 'S', 5, 10000);
    rig_execute_at(&rig, 1, 2, 10002, 'Y');
    rig_execute_at(&rig, 1, 1, 10003, 'N');
    FILLED(urn, 0, 0);
    EXPECT_TEXT(rig_book(&rig), " | 5@100.00x2");
    struct market market;
    feed_market(rig.published, 1, &market);
    EXPECT_UINT(market.volume, 2 * QTY_ONE);
    EXPECT(market.last == 10002 * PRICE_ONE / 100);
}

SPEC(a_halt_is_a_call)
{
    rig_action(&rig, 'H');
    EXPECT(feed_state(rig.published, 1) == MARKET_HALTED);
    rig_add(&rig, 1, 'S', 5, 10000);
    rig_add(&rig, 2, 'B', 5, 10001);
    rig_delete(&rig, 1);
    EXPECT_TEXT(rig_book(&rig), "5@100.01x1 |");
    EXPECT(feed_state(rig.published, 1) == MARKET_HALTED);
    rig_action(&rig, 'T');
    EXPECT(feed_state(rig.published, 1) == MARKET_LIVE);
}

SPEC(messages_that_cannot_be_true_change_nothing)
{
    rig_add(&rig, 1, 'S', 5, 10000);
    rig_add(&rig, 1, 'S', 6, 10000);
    rig_execute(&rig, 2, 1);
    rig_execute(&rig, 1, 6);
    rig_delete(&rig, 7);
    EXPECT_TEXT(rig_book(&rig), " | 5@100.00x1");
    rig_tell(&rig, (const uint8_t *)"E", 1);
    rig_tell(&rig, (const uint8_t *)"?", 1);
    rig_tell(&rig, (const uint8_t *)"", 0);
    EXPECT_TEXT(rig_book(&rig), " | 5@100.00x1");
}

SPEC(a_new_session_begins_with_nothing)
{
    rig_add(&rig, 1, 'S', 5, 10000);
    uint32_t urn = rig_order(&rig, 'B', 3, 9900);
    rig_session(&rig);
    EXPECT_TEXT(rig_book(&rig), " |");
    rig_add(&rig, 1, 'S', 5, 9800);
    FILLED(urn, 0, 0);
    EXPECT_TEXT(rig_book(&rig), " | 5@98.00x1");
}

/* What the engine says an order of ours that is accepted now came at. */
static nanos_t time_of_ours(void)
{
    rig.answers = 0;
    rig_order(&rig, 'B', 1, 5000);
    EXPECT(rig.answers > 0);
    return be64_read(((const struct ouch50_accepted *)rig.answer[0].bytes)->timestamp_ns);
}

SPEC(time_goes_on_over_sessions)
{
    const nanos_t hour = 3600 * NANOS_SECOND;
    rig.time = 20 * hour;
    rig.arrival = 20 * hour;
    rig_add(&rig, 1, 'S', 5, 10000);
    EXPECT_UINT(time_of_ours(), 20 * hour);

    rig.arrival += 13 * hour; /* the next morning */
    rig.time = 9 * hour;
    rig_session(&rig);
    EXPECT_UINT(time_of_ours(), 33 * hour);
    rig.time = 10 * hour;
    rig_add(&rig, 2, 'S', 5, 10000);
    EXPECT_UINT(time_of_ours(), 34 * hour);

    rig.arrival += hour; /* the venue begins again, and its clock is a little behind */
    rig.time = 9 * hour;
    rig_session(&rig);
    EXPECT_UINT(time_of_ours(), 34 * hour);
}

static uint64_t below(struct chance *chance, uint64_t bound)
{
    return chance_between(chance, 0, bound - 1);
}

/* Whatever is recorded and whatever ours does: buyers up to 99.99, sellers from 100.00 on, but now
 * and then one that crosses, for a while. */
struct flow {
    struct chance chance;
    uint64_t orders;
    uint64_t crosses; /* the order that does, or 0 */
};

/* The first recorded order of a side. */
static uint64_t front(enum side side)
{
    struct book_walk walk = {0};
    struct book_order order = {0};
    (void)book_walk(feed_book(rig.recorded), 1, side, &walk, &order, 1);
    return order.ref;
}

static void flow_step(struct flow *flow)
{
    struct chance *chance = &flow->chance;
    uint64_t recent = below(chance, flow->orders < 30 ? flow->orders + 1 : 30);
    uint64_t reference = flow->orders - recent, next = flow->orders + 1 + below(chance, 2);
    bool buys = next % 2 == 0; /* even references buy */
    char side = buys ? 'B' : 'S';
    uint32_t lots = 1 + (uint32_t)below(chance, 20);
    uint32_t price = (uint32_t)below(chance, 6) + (buys ? 9994 : 10000);
    rig.time += below(chance, 3) == 0;
    rig.answers = 0;
    if (flow->crosses && below(chance, 3) == 0) {
        rig_delete(&rig, flow->crosses);
        flow->crosses = 0;
    }
    switch (below(chance, 14)) {
    case 0:
    case 1:
    case 2:
    case 3: rig_add(&rig, flow->orders = next, side, lots, price); return;
    case 4:
    case 5: rig_execute(&rig, front(buys ? SIDE_BUY : SIDE_SELL), lots / 2 + 1); return;
    case 6: rig_execute(&rig, reference, lots / 2 + 1); return;
    case 7: rig_cancel(&rig, reference, lots / 4 + 1); return;
    case 8: rig_delete(&rig, reference); return;
    case 9:
        if (reference % 2 != next % 2) return;
        rig_replace(&rig, reference, flow->orders = next, lots, price);
        return;
    case 10: rig_print(&rig, lots, price); return;
    case 11: rig_order(&rig, side, lots, buys ? 9996 + lots / 3 : 10002 - lots / 3); return;
    case 12:
        if (rig.urn) rig_order_cancel(&rig, 1 + (uint32_t)below(chance, rig.urn));
        return;
    default:
        if (flow->crosses || below(chance, 9) != 0) return;
        flow->crosses = flow->orders += 2 - flow->orders % 2;
        rig_add(&rig, flow->crosses, 'B', lots, 10002);
    }
}

SPEC(no_recorded_order_ever_holds_more_than_it_did)
{
    struct spec_seeds seeds = spec_seeds(10);
    uint64_t own = 0, calls = 0, gone = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct flow flow = {.chance = {seed}};
        end();
        begin();
        for (uint32_t i = 0; i < 4000; i++) {
            flow_step(&flow);
            if (i % 50 == 0) reenact_verify(rig.reenact);
        }
        own += counts()->own_instead + counts()->own_hidden;
        calls += counts()->call;
        gone += counts()->gone;
        EXPECT_UINT(counts()->refused + counts()->evicted, 0);
    }
    printf("%lu lots of ours, %lu calls, %lu orders gone ", (unsigned long)own,
           (unsigned long)calls, (unsigned long)gone);
    EXPECT(own > 1000);
    EXPECT(calls > 100);
    EXPECT(gone > 100);
}

#define SPECS(S)                                                                                   \
    S(recorded_orders_are_published_as_they_were)                                                  \
    S(ours_is_published_among_the_recorded_ones)                                                   \
    S(ours_at_a_better_price_trades_first)                                                         \
    S(ours_that_was_there_earlier_trades_first)                                                    \
    S(ours_that_came_later_waits_its_turn)                                                         \
    S(what_ours_took_stays_taken)                                                                  \
    S(an_order_that_ours_took_whole_is_gone)                                                       \
    S(a_replacement_lacks_what_ours_took)                                                          \
    S(a_recorded_order_that_crosses_ours_trades_with_it)                                           \
    S(an_execution_out_of_turn_is_printed_and_leaves_ours_alone)                                   \
    S(a_print_trades_with_ours_that_stands_alone_in_front)                                         \
    S(a_print_leaves_ours_behind_recorded_orders_alone)                                            \
    S(an_order_published_before_its_trades_waits_for_them)                                         \
    S(a_book_that_stays_crossed_is_a_call)                                                         \
    S(an_execution_at_another_price_is_printed_there)                                              \
    S(a_halt_is_a_call)                                                                            \
    S(messages_that_cannot_be_true_change_nothing)                                                 \
    S(a_new_session_begins_with_nothing)                                                           \
    S(time_goes_on_over_sessions)                                                                  \
    S(no_recorded_order_ever_holds_more_than_it_did)
SPEC_MAIN("reenact", SPECS, begin, end)
