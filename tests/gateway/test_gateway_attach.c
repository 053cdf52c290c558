/* Strategies that come and go while others trade.
 *
 * Besides the rig's four there are two spare places at venue 0.  "new" is a puppet like the
 * others; its intents and the venue's answers are those of the rig's steps. */

#include "tests/gateway/gateway_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPARE (RIG_STRATEGIES)
#define ALL   (RIG_STRATEGIES + 2)

static struct gateway_rig rig;
static struct gateway_strategy_plan strategy[ALL];
static struct puppet *new;
static char problem[128];

static struct gateway_strategy_plan plan_of(const char *name)
{
    return (struct gateway_strategy_plan){.name = name, .kind = &puppet_kind, .uniques = 2};
}

static void plan_spares(void)
{
    gateway_rig_plan(&rig, true);
    memcpy(strategy, rig.strategy, sizeof rig.strategy);
    for (uint32_t i = SPARE; i < ALL; i++)
        strategy[i] = (struct gateway_strategy_plan){.name = "", .orders = 8, .uniques = 2};
    rig.plan.strategy = strategy;
    rig.plan.strategies = ALL;
}

static void begin(void)
{
    plan_spares();
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    new = aligned_alloc(CACHE_LINE, sizeof *new);
    memset(new, 0, sizeof *new);
}

static void end(void)
{
    gateway_rig_free(&rig);
    free(new);
}

static bool attach(uint32_t place, const char *name)
{
    struct gateway_strategy_plan plan = plan_of(name);
    bool attached = gateway_attach(rig.gateway, place, &plan, new, problem, sizeof problem);
    gateway_rig_decide(&rig);
    return attached;
}

static void loosen(uint32_t place)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        struct risk_subject subject = {.strategy = place};
        bool own = row->scope == RISK_STRATEGY || row->scope == RISK_ROUTE;
        if (own) gateway_rig_bound(&rig, (enum risk_verdict)limit, subject, row->most);
        for (uint32_t i = 0; row->scope == RISK_HOLDING && i < RIG_SYMBOLS; i++) {
            subject.symbol = i;
            gateway_rig_bound(&rig, (enum risk_verdict)limit, subject, row->most);
        }
    }
}

/* It is to buy 10 at this price, by key 0. */
static void wants(int price)
{
    rig.now += NANOS_SECOND; /* what risk has refused may be asked for again */
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_say(&rig, new,
                    &(struct delegate_intent){.price = price * PRICE_ONE, .qty = 10 * QTY_ONE});
}

static qty_t position(uint32_t place)
{
    struct gateway_holding holding;
    gateway_holding(rig.gateway, place, 0, &holding);
    return holding.position / QTY_ONE;
}

static void play(const char *steps)
{
    gateway_rig_play(&rig, steps);
}

static void leave(uint32_t place)
{
    gateway_detach(rig.gateway, place, rig.now);
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
}

SPEC(who_is_attached_sees_the_market_and_trades_once_it_has_bounds)
{
    begin();
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    EXPECT(attach(SPARE, "new"));
    EXPECT(!gateway_vacant(rig.gateway, SPARE));
    EXPECT(new->market.ask > 0);
    EXPECT_UINT(new->trading[0], TRADING_ACTIVE);
    wants(1);
    EXPECT_TEXT(rig.wire, ""); /* zero lets nothing pass */
    loosen(SPARE);
    wants(1);
    EXPECT_TEXT(rig.wire, "o1");
    play("a1 e1:4");
    EXPECT_UINT(position(SPARE), 4);
    EXPECT_UINT(new->order[0].executed / QTY_ONE, 4);
    end();
}

SPEC(who_leaves_asks_for_nothing_more_and_its_orders_are_canceled)
{
    begin();
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    wants(1);
    play("a1");
    leave(SPARE);
    EXPECT_TEXT(rig.wire, "o1 c1");
    wants(2);
    EXPECT_TEXT(rig.wire, "o1 c1");
    EXPECT(!gateway_vacant(rig.gateway, SPARE)); /* the order is still there */
    play("e1:3");                                /* trades while the cancel is on its way */
    EXPECT_UINT(position(SPARE), 3);
    EXPECT_UINT(new->position[0] / QTY_ONE, 3);
    play("c1:3");
    EXPECT_UINT(new->ends[0], 1);
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    end();
}

SPEC(a_fill_that_comes_after_the_end_still_reaches_the_position)
{
    begin();
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    wants(1);
    play("a1");
    leave(SPARE);
    play("c1");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    memset(new, 0xff, sizeof *new); /* its memory is the caller's: nobody looks at it */
    play("e1:4");
    EXPECT_UINT(position(SPARE), 4);
    memset(new, 0, sizeof *new);
    EXPECT(attach(SPARE, "new")); /* and it goes on with it */
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT(new->shown.position / QTY_ONE, 4);
    EXPECT_UINT(new->order[0].executed, 0);
    end();
}

SPEC(who_leaves_with_an_order_in_doubt_stays_until_it_is_known)
{
    begin();
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    wants(1);
    play("a1 d");
    leave(SPARE);
    gateway_rig_pass_time(&rig, NANOS_SECOND);
    EXPECT(!gateway_vacant(rig.gateway, SPARE));
    play("v D1:2");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    EXPECT_UINT(position(SPARE), 2);
    end();
}

SPEC(an_order_of_before_the_start_keeps_its_strategy_too)
{
    begin();
    play("i1 a1");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    leave(0);
    EXPECT(!gateway_vacant(rig.gateway, 0));
    play("D1:3");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, 0));
    EXPECT_UINT(position(0), 3);
    end();
}

SPEC(the_others_go_on_trading)
{
    begin();
    play("i1 a1");
    EXPECT(attach(SPARE, "new"));
    play("i2 p2");
    leave(SPARE);
    play("i3 p3");
    EXPECT_TEXT(rig.wire, "o1 r2 r3");
    end();
}

SPEC(those_of_the_start_leave_and_come_back_too)
{
    begin();
    play("i1 a1 e1:10");
    leave(0);
    EXPECT(gateway_vacant(rig.gateway, 0));
    EXPECT(!attach(0, "other"));
    EXPECT_TEXT(problem, "the place is another strategy's");
    EXPECT(attach(0, "one"));
    wants(5);
    EXPECT_TEXT(rig.wire, "o1 o5");
    EXPECT_UINT(new->shown.position / QTY_ONE, 10);
    end();
}

SPEC(what_cannot_be_attached_is_refused_and_nothing_changes)
{
    begin();
    uint64_t digest = gateway_digest(rig.gateway);
    uint32_t records = rig.records;
    struct gateway_strategy_plan plan = plan_of("new");
    const struct {
        uint32_t place;
        const char *name;
        const char *sentence;
    } refused[] = {
        {ALL, "new", "there is no such place"},
        {0, "new", "the place is not vacant"},
        {2, "new", "the place is not vacant"}, /* an outside one's */
        {SPARE, "", "the strategy's name is empty or too long"},
        {SPARE, "two", "another strategy has this name"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(refused); i++) {
        EXPECT(!attach(refused[i].place, refused[i].name));
        EXPECT_TEXT(problem, refused[i].sentence);
    }
    plan.venue = 1;
    EXPECT(!gateway_attach(rig.gateway, SPARE, &plan, new, problem, sizeof problem));
    EXPECT_TEXT(problem, "the place is at another venue");
    plan.venue = 0;
    plan.uniques = 3;
    EXPECT(!gateway_attach(rig.gateway, SPARE, &plan, new, problem, sizeof problem));
    EXPECT_TEXT(problem, "the strategy has more orders without a key than a spare place has");
    EXPECT_UINT(gateway_digest(rig.gateway), digest);
    EXPECT_UINT(rig.records, records);
    end();
}

SPEC(a_place_and_its_memory_are_used_a_thousand_times)
{
    begin();
    uint32_t accepted = 0;
    for (int turn = 0; turn < 1000; turn++) {
        memset(new, 0, sizeof *new);
        EXPECT(attach(SPARE + turn % 2, turn % 2 ? "odd" : "even"));
        if (turn < 2) loosen(SPARE + (uint32_t)turn);
        rig.wire[0] = 0;
        rig.sents = 0;
        wants(1 + turn % 7);
        accepted += rig.wire[0] == 'o';
        char steps[32];
        snprintf(steps, sizeof steps, "a%d e%d:1", 1 + turn % 7, 1 + turn % 7);
        play(steps);
        leave(SPARE + turn % 2);
        snprintf(steps, sizeof steps, "c%d:1", 1 + turn % 7);
        play(steps);
        gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
        if (!gateway_vacant(rig.gateway, SPARE + turn % 2)) break;
        rig.copies = 0;
    }
    EXPECT_UINT(accepted, 1000);
    EXPECT_UINT(position(SPARE), 500);
    EXPECT_UINT(position(SPARE + 1), 500);
    end();
}

/* A start later the file has it among the others, or not at all. */

SPEC(after_a_crash_it_has_its_place_by_its_name)
{
    begin();
    EXPECT(attach(SPARE + 1, "new"));
    loosen(SPARE + 1);
    wants(1);
    play("a1 e1:4");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    /* The first spare place at its venue; with what it may, and what it is in doubt about. */
    EXPECT_TEXT(gateway_strategy_of(rig.gateway, SPARE)->name, "new");
    EXPECT_UINT(position(SPARE), 4);
    EXPECT_UINT(slots_open(gateway_slots(rig.gateway, 0)), 1);
    play("D1:6");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT_UINT(position(SPARE), 6);
    memset(new, 0, sizeof *new);
    EXPECT(attach(SPARE, "new"));
    rig.wire[0] = 0;
    wants(3);
    EXPECT_TEXT(rig.wire, "o3");
    end();
}

/* It left an order of this kind; the process died, and nobody has it in the file. */
static void dies_with_order(uint8_t kind)
{
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    gateway_rig_say(
        &rig, new,
        &(struct delegate_intent){.kind = kind, .price = 7 * PRICE_ONE, .qty = 10 * QTY_ONE});
    play("a7");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    memset(new, 0, sizeof *new);
}

static void comes_back_later(uint8_t kind)
{
    const struct gateway_intent outside = {
        .strategy = SPARE, .sequence = 1000, .intent = {.kind = INTENT_STOP}};
    begin();
    dies_with_order(kind);
    EXPECT(!gateway_vacant(rig.gateway, SPARE));
    EXPECT(!attach(SPARE, "new"));
    EXPECT_TEXT(problem, "orders of before the start are still open at the place");
    EXPECT(gateway_intend(rig.gateway, &outside, rig.now) == SLOTS_UNKNOWN_SLOT);
    EXPECT(!gateway_outside(rig.gateway, SPARE));
    play("O7:6:4");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(!gateway_vacant(rig.gateway, SPARE)); /* its cancel is not answered */
    EXPECT(!attach(SPARE, "new"));
    play("c7:5");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    EXPECT(attach(SPARE, "new"));
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    gateway_rig_decide(&rig);
    EXPECT_UINT(new->shown.position / QTY_ONE, 5);
    wants(3);
    EXPECT_TEXT(rig.wire, "o7 q7 c7 o3");
    end();
}

SPEC(who_comes_back_waits_for_the_end_of_its_orders_of_before_the_start)
{
    comes_back_later(INTENT_ORDER);
}

SPEC(a_unique_order_of_before_the_start_is_waited_for_as_well)
{
    comes_back_later(INTENT_UNIQUE);
}

SPEC(a_spare_place_without_orders_is_vacant_from_the_start)
{
    begin();
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    wants(1);
    play("a1 e1:10");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT(gateway_vacant(rig.gateway, SPARE));
    EXPECT(gateway_vacant(rig.gateway, SPARE + 1));
    memset(new, 0, sizeof *new);
    EXPECT(attach(SPARE, "new"));
    end();
}

SPEC(strategies_of_the_journal_are_found_by_name_wherever_they_are)
{
    begin();
    EXPECT(attach(SPARE, "new"));
    loosen(SPARE);
    wants(4);
    play("a4 e4:4 i2 a2 e2:5 y3 a3 e3:6");
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, (struct risk_subject){.strategy = SPARE}, 77);
    /* The two of the file change places; the one that was attached is in the file. */
    struct gateway_strategy_plan one = strategy[0];
    strategy[0] = strategy[1];
    strategy[1] = one;
    strategy[SPARE] = plan_of("new");
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    EXPECT_TEXT(gateway_strategy_of(rig.gateway, 1)->name, "one");
    EXPECT_UINT(position(0), 6);
    EXPECT_UINT(position(1), 5);
    EXPECT_UINT(position(SPARE), 4);
    EXPECT(!gateway_vacant(rig.gateway, SPARE));
    EXPECT_UINT(risk_bound(gateway_risk(rig.gateway), RISK_STRATEGY_RATE,
                           &(struct risk_subject){.strategy = SPARE}),
                77);
    EXPECT_UINT(slots_open(gateway_slots(rig.gateway, 0)), 3);
    end();
}

#define SPECS(S)                                                                                   \
    S(who_is_attached_sees_the_market_and_trades_once_it_has_bounds)                               \
    S(who_leaves_asks_for_nothing_more_and_its_orders_are_canceled)                                \
    S(a_fill_that_comes_after_the_end_still_reaches_the_position)                                  \
    S(who_leaves_with_an_order_in_doubt_stays_until_it_is_known)                                   \
    S(an_order_of_before_the_start_keeps_its_strategy_too)                                         \
    S(the_others_go_on_trading)                                                                    \
    S(those_of_the_start_leave_and_come_back_too)                                                  \
    S(what_cannot_be_attached_is_refused_and_nothing_changes)                                      \
    S(a_place_and_its_memory_are_used_a_thousand_times)                                            \
    S(after_a_crash_it_has_its_place_by_its_name)                                                  \
    S(who_comes_back_waits_for_the_end_of_its_orders_of_before_the_start)                          \
    S(a_unique_order_of_before_the_start_is_waited_for_as_well)                                    \
    S(a_spare_place_without_orders_is_vacant_from_the_start)                                       \
    S(strategies_of_the_journal_are_found_by_name_wherever_they_are)

SPEC_MAIN("gateway: attach", SPECS, NULL, NULL)
