/* Strategies that are not in the configuration any more, and that no spare place is there for, as
 * traces (gateway_rig.h has the alphabet).  "one" leaves the file: "uno" has its place there. */

#include "dataplane/gateway/gateway_absent.h"
#include "dataplane/gateway/gateway_image_layout.h" /* images are damaged where it matters */
#include "dataplane/risk/risk_image.h"
#include "tests/gateway/gateway_trace.h"
#include "tests/gateway/image_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY (GATEWAY_ABSENT + 1)
#define CURE "put it back, or raise gateway.spare_strategies"

enum { ONE, TWO, FAR, BOTH }; /* strategies */

static struct image_reader reader;
static char problem[256];

static void before_each(void)
{
    gateway_rig_new(&rig, true);
}

static void after_each(void)
{
    gateway_rig_free(&rig);
}

static void play(const char *steps)
{
    gateway_rig_play(&rig, steps);
}

/* The process dies and starts with a file that has this name in the place of "one". */
static void start_with(const char *name)
{
    rig.strategy[ONE].name = name;
    for (uint32_t k = 1; k <= rig.records; k += 7) /* gateway_rig_restart knows "one" */
        image_check(&rig.plan, rig.written, rig.records, k);
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
}

static void end(void)
{
    image_reader_free(&reader);
    rig.strategy[ONE].name = "one";
}

static int64_t holds(uint32_t strategy)
{
    struct gateway_holding holding;
    gateway_holding(reader.gateway, strategy, 0, &holding);
    return holding.position / QTY_ONE;
}

SPEC(who_has_no_order_and_no_position_needs_no_place)
{
    play("i1 a1 e1:10 s2 a2 e2:10 i3 a3 x c3 y4 a4 e4:4");
    start_with("uno");
    EXPECT(gateway_placed(reader.gateway, problem, sizeof problem));
    EXPECT(holds(ONE) == 0); /* of uno */
    EXPECT(holds(TWO) == 4);
    gateway_recovered(reader.gateway, rig.now);
    gateway_verify(reader.gateway);
    EXPECT_UINT(slots_open(gateway_slots(reader.gateway, 0)), 1);
    end();
}

SPEC(who_has_traded_in_several_starts_is_one)
{
    play("i1 a1 e1:10");
    for (uint32_t i = 0; i < 2; i++) {
        gateway_rig_restart(&rig);
        gateway_rig_start(&rig);
        play("s2 a2 e2:4 c2:4");
    }
    play("s3:2 a3 e3:2");
    start_with("uno");
    EXPECT(gateway_placed(reader.gateway, problem, sizeof problem));
    gateway_recovered(reader.gateway, rig.now);
    gateway_verify(reader.gateway);
    end();
}

/* The day's loss of all is the box's, whoever is in the file. */
SPEC(what_it_lost_the_box_has_lost)
{
    play("i9 a9 e9:10 s2 a2 e2:10");
    start_with("uno");
    struct risk_image_box box, due;
    risk_image_box(gateway_risk(reader.gateway), &box);
    risk_image_box(gateway_risk(rig.gateway), &due);
    EXPECT(risk_image_int_of(&box.cash) == risk_image_int_of(&due.cash));
    EXPECT(risk_image_int_of(&box.cash) < 0);
    end();
}

/* As it would stand in the way of a start, it is said by name, with the cure. */
static void needs(const char *steps, const char *sentence)
{
    play(steps);
    rig.strategy[ONE].name = "uno";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    EXPECT(!gateway_placed(reader.gateway, problem, sizeof problem));
    EXPECT_TEXT(problem, sentence);
    struct image_bytes image = image_reader_save(&reader);
    image_reader_free(&reader);
    image_reader_new(&reader, &rig.plan); /* an image of it says the same */
    EXPECT(image_reader_load(&reader, &image));
    memset(problem, 0, sizeof problem);
    EXPECT(!gateway_placed(reader.gateway, problem, sizeof problem));
    EXPECT_TEXT(problem, sentence);
    free(image.bytes);
    end();
}

SPEC(who_has_a_position_needs_one_and_is_named_with_the_cure)
{
    needs("i1 a1 e1:10", "strategy one still has a position, and no place here: " CURE);
}

SPEC(who_has_an_open_order_needs_one_too)
{
    needs("i1 a1 e1:10 s2 a2 e2:10 i3 a3",
          "strategy one still has open orders, and no place here: " CURE);
}

SPEC(a_unique_order_is_one_as_well)
{
    needs("u3 a3", "strategy one still has open orders, and no place here: " CURE);
}

/* It goes and comes back: what it did meanwhile is nothing, and its day goes on. */
SPEC(who_comes_back_has_the_turnover_of_its_day)
{
    play("i1 a1 e1:10 s2 a2 e2:10");
    rig.strategy[ONE].name = "uno";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    struct image_bytes image = image_reader_save(&reader);
    image_reader_free(&reader);
    rig.strategy[ONE].name = "one";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &image));
    struct gateway_holding is, due;
    gateway_holding(reader.gateway, ONE, 0, &is);
    gateway_holding(rig.gateway, ONE, 0, &due);
    EXPECT(is.bought == due.bought && is.sold == due.sold && is.cash == due.cash);
    EXPECT(is.bought > 0);
    struct risk_image_strategy risk, risk_due;
    risk_image_strategy(gateway_risk(reader.gateway), ONE, &risk);
    risk_image_strategy(gateway_risk(rig.gateway), ONE, &risk_due);
    EXPECT(memcmp(&risk.traded, &risk_due.traded, sizeof risk.traded) == 0);
    EXPECT(memcmp(&risk.cash, &risk_due.cash, sizeof risk.cash) == 0);
    free(image.bytes);
    end();
}

/* The image of the journal where it has no place. */
static struct image_bytes image_without(void)
{
    rig.strategy[ONE].name = "uno";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    struct image_bytes image = image_reader_save(&reader);
    image_reader_free(&reader);
    return image;
}

SPEC(what_is_told_late_once_it_is_back_is_its_own)
{
    play("u1 a1 c1");
    struct image_bytes image = image_without();
    rig.strategy[ONE].name = "one";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &image));
    gateway_recovered(reader.gateway, rig.now);
    const struct fake_message late = {
        .answer = {.kind = SLOT_ANSWERS_EXECUTED, .order = rig.sent[0].order, .cum = 4 * QTY_ONE},
        .price = PRICE_ONE,
        .qty = 4 * QTY_ONE};
    gateway_message(reader.gateway, 0, 0, (const uint8_t *)&late, sizeof late, rig.now);
    EXPECT(holds(ONE) == 4);
    free(image.bytes);
    end();
}

SPEC(positions_that_do_not_add_up_are_refused)
{
    play("i1 a1 e1:10 i2b/1 a2 e2:10");
    struct image_bytes image = image_without();
    const struct gateway_image_parts parts = gateway_image_parts((const void *)image.bytes);
    struct gateway_image_holding *holding =
        (void *)(image.bytes + ((const uint8_t *)parts.holding - image.bytes));
    for (int i = 0; i < 2; i++) holding[i].position = holding[i].risk.position = RISK_POSITION_MAX;
    image_reader_new(&reader, &rig.plan);
    EXPECT(!image_reader_load(&reader, &image));
    EXPECT_TEXT(reader.problem, "the positions of strategies without a place here do not add up");
    free(image.bytes);
    end();
}

SPEC(a_day_ends_for_it_too)
{
    play("i1 a1 e1:10 s2 a2 e2:10");
    gateway_day(rig.gateway, rig.now);
    play("y4 a4");
    start_with("uno");
    EXPECT(gateway_placed(reader.gateway, problem, sizeof problem));
    struct risk_image_box box;
    risk_image_box(gateway_risk(reader.gateway), &box);
    EXPECT(risk_image_int_of(&box.cash) == 0);
    end();
}

SPEC(what_is_told_late_of_its_orders_is_counted_for_people)
{
    const struct gateway_intent buys = {
        .strategy = FAR, .sequence = 1, .intent = {.price = 3 * PRICE_ONE, .qty = 10 * QTY_ONE}};
    EXPECT(gateway_intend(rig.gateway, &buys, rig.now) == SLOTS_OK);
    play("a3 c3 y4 a4");
    rig.strategy[FAR].name = "near";
    gateway_rig_restart(&rig);
    gateway_rig_start(&rig);
    play("e3:4 O4:10 e4:4");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT_UINT(COUNT(fill_unknown), 1);
    EXPECT_UINT(rig.copy[rig.copies - 3].qty / QTY_ONE, 4);
    EXPECT_UINT(rig.copy[rig.copies - 3].strategy, RISK_NONE);
    EXPECT_UINT(held(FAR, 0).fills, 0); /* of near */
    EXPECT_UINT(held(TWO, 0).fills, 1);
    rig.strategy[FAR].name = "far";
}

/* Of two that are gone, the later one's, and of one that is there, together. */
SPEC(what_people_said_of_it_stands_in_nobodys_way)
{
    const struct gateway_intent buys = {
        .strategy = FAR, .sequence = 1, .intent = {.price = 3 * PRICE_ONE, .qty = 10 * QTY_ONE}};
    struct risk_record records[2];
    EXPECT(gateway_intend(rig.gateway, &buys, rig.now) == SLOTS_OK);
    play("a3 c3 i1 a1 x c1");
    for (uint32_t i = 0; i < 2; i++)
        records[i] = (struct risk_record){.kind = RISK_RECORD_BOUND,
                                          .scope = RISK_STRATEGY,
                                          .limit = RISK_STRATEGY_RATE,
                                          .role = RISK_OFFICER,
                                          .subject = {.strategy = i}, /* ONE, TWO */
                                          .confirmed_by = RISK_NONE,
                                          .value = 66,
                                          .reason = "as the spec says"};
    EXPECT(gateway_control(rig.gateway, records, 2, false, rig.now) == RISK_CONTROL_OK);
    rig.strategy[FAR].name = "near";
    start_with("uno");
    EXPECT(gateway_placed(reader.gateway, problem, sizeof problem));
    gateway_recovered(reader.gateway, rig.now);
    EXPECT_UINT(risk_bound(gateway_risk(reader.gateway), RISK_STRATEGY_RATE,
                           &(struct risk_subject){.strategy = TWO}),
                66);
    end();
    rig.strategy[FAR].name = "far";
}

SPEC(whoever_has_its_name_is_not_attached_behind_its_back)
{
    play("i1 a1 x c1");
    static struct gateway_strategy_plan strategy[RIG_STRATEGIES + 1];
    memcpy(strategy, rig.strategy, sizeof rig.strategy);
    strategy[ONE].name = "uno";
    strategy[RIG_STRATEGIES] =
        (struct gateway_strategy_plan){.name = "", .orders = 8, .venue = 1}; /* not its venue */
    struct gateway_plan plan = rig.plan;
    plan.strategy = strategy;
    plan.strategies = RIG_STRATEGIES + 1;
    image_reader_new(&reader, &plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    gateway_recovered(reader.gateway, rig.now);
    struct gateway_strategy_plan of = {.name = "one", .kind = &puppet_kind, .venue = 1};
    EXPECT_TEXT(gateway_attach_check(reader.gateway, RIG_STRATEGIES, &of),
                "the strategy has traded before the start, and continues at a start that has it");
    of.name = "new";
    EXPECT(gateway_attach_check(reader.gateway, RIG_STRATEGIES, &of) == NULL);
    end();
}

/* Outside ones, of which each buys and sells 10. */
SPEC(of_more_than_can_be_read_without_a_place_one_is_named)
{
    static struct gateway_strategy_plan strategy[RIG_STRATEGIES + MANY];
    static char names[MANY][DELEGATE_NAME_MAX + 1];
    gateway_rig_free(&rig);
    gateway_rig_plan(&rig, true);
    memcpy(strategy, rig.strategy, sizeof rig.strategy);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "old %u", i);
        strategy[RIG_STRATEGIES + i] =
            (struct gateway_strategy_plan){.name = names[i], .orders = 1, .uniques = 1};
    }
    rig.plan.strategy = strategy;
    rig.plan.strategies = RIG_STRATEGIES + MANY;
    rig.plan.records = 0;
    gateway_rig_open(&rig);
    gateway_rig_start(&rig);
    struct gateway_pass pass = {.number = 1, .venue = 0, .total = QTY_ONE, .how = 0};
    pass.pass.price = PRICE_ONE;
    for (uint32_t i = 0; i < MANY; i++, pass.number++) {
        struct rig_written *written = &rig.written[rig.records];
        const struct gateway_report over = {
            .number = 1 + i, .order = pass.number, .kind = COPY_CANCELED};
        pass.pass.strategy = RIG_STRATEGIES + i;
        pass.slot = 100 + i;
        written[0] =
            (struct rig_written){.kind = GATEWAY_RECORD_PASS, .bytes = sizeof pass, .pass = pass};
        written[1] = (struct rig_written){
            .kind = GATEWAY_RECORD_REPORT, .bytes = sizeof over, .report = over};
        rig.records += 2;
    }
    rig.plan.strategies = RIG_STRATEGIES;
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records - 2));
    EXPECT(gateway_placed(reader.gateway, problem, sizeof problem));
    EXPECT(!image_reader_read(&reader, rig.written, rig.records - 2, rig.records));
    EXPECT_TEXT(reader.problem,
                "strategy old 32 has traded more than can be read without a place: " CURE);
    image_check(&rig.plan, rig.written, rig.records - 2, rig.records - 4);
    end();
}

SPEC(of_more_orders_at_once_than_can_be_read_without_a_place_it_is_named)
{
    struct gateway_pass pass = {.number = 1000, .total = QTY_ONE};
    pass.pass.price = PRICE_ONE;
    for (uint32_t i = 0; i <= GATEWAY_ABSENT_ORDERS; i++, pass.number++)
        rig.written[rig.records++] =
            (struct rig_written){.kind = GATEWAY_RECORD_PASS, .bytes = sizeof pass, .pass = pass};
    rig.strategy[ONE].name = "uno";
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records - 1));
    EXPECT(!image_reader_read(&reader, rig.written, rig.records - 1, rig.records));
    EXPECT_TEXT(reader.problem,
                "strategy one has traded more than can be read without a place: " CURE);
    end();
}

SPEC(an_order_of_a_number_without_a_name_is_refused)
{
    struct gateway_pass pass = {.number = 1000, .total = QTY_ONE};
    pass.pass.price = PRICE_ONE;
    pass.pass.strategy = 77;
    rig.written[rig.records++] =
        (struct rig_written){.kind = GATEWAY_RECORD_PASS, .bytes = sizeof pass, .pass = pass};
    image_reader_new(&reader, &rig.plan);
    EXPECT(!image_reader_read(&reader, rig.written, 0, rig.records));
    EXPECT_TEXT(reader.problem, "an order is of no strategy that has a name");
    end();
}

#define SPECS(S)                                                                                   \
    S(who_has_no_order_and_no_position_needs_no_place)                                             \
    S(who_has_traded_in_several_starts_is_one)                                                     \
    S(what_it_lost_the_box_has_lost)                                                               \
    S(who_has_a_position_needs_one_and_is_named_with_the_cure)                                     \
    S(who_has_an_open_order_needs_one_too)                                                         \
    S(a_unique_order_is_one_as_well)                                                               \
    S(who_comes_back_has_the_turnover_of_its_day)                                                  \
    S(what_is_told_late_once_it_is_back_is_its_own)                                                \
    S(positions_that_do_not_add_up_are_refused)                                                    \
    S(a_day_ends_for_it_too)                                                                       \
    S(what_is_told_late_of_its_orders_is_counted_for_people)                                       \
    S(what_people_said_of_it_stands_in_nobodys_way)                                                \
    S(whoever_has_its_name_is_not_attached_behind_its_back)                                        \
    S(of_more_orders_at_once_than_can_be_read_without_a_place_it_is_named)                         \
    S(an_order_of_a_number_without_a_name_is_refused)                                              \
    S(of_more_than_can_be_read_without_a_place_one_is_named)
SPEC_MAIN("gateway: absent strategies", SPECS, before_each, after_each)
