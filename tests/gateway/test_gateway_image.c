/* What an image is of, what it is not, and what it is under another configuration. */

#include "dataplane/gateway/gateway_image_layout.h" /* images are damaged where it matters */
#include "tests/gateway/image_check.h"
#include "tests/support/spec.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

static struct gateway_rig rig;
static struct gateway_strategy_plan strategy[RIG_STRATEGIES + 2];

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

/* An image of the journal as it is. */
static struct image_bytes image_of(void)
{
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    struct image_bytes image = image_reader_save(&reader);
    image_reader_free(&reader);
    return image;
}

/* The journal with an image of the plan that was, under the plan that is. */
static void same_check(const struct image_bytes *image, uint32_t k)
{
    struct image_reader whole, tail;
    image_reader_new(&whole, &rig.plan);
    image_reader_new(&tail, &rig.plan);
    EXPECT(image_reader_read(&whole, rig.written, 0, rig.records));
    EXPECT(image_reader_load(&tail, image));
    EXPECT_TEXT(tail.problem, "");
    EXPECT(image_reader_read(&tail, rig.written, k, rig.records));
    image_check_start(&tail, &whole, k);
    image_reader_free(&whole);
    image_reader_free(&tail);
}

static void refused_check(const struct image_bytes *image, const char *sentence)
{
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT(!image_reader_load(&reader, image));
    EXPECT_TEXT(reader.problem, sentence);
    image_reader_free(&reader);
}

SPEC(there_is_no_image_of_nothing)
{
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT_TEXT(gateway_image_hindrance(reader.image), "nothing was written yet");
    image_reader_free(&reader);
}

SPEC(an_image_is_not_longer_for_a_longer_history)
{
    for (int i = 0; i < 1100; i++, rig.copies = 0) play("i1 a1 e1:10");
    struct image_bytes image = image_of();
    for (int i = 0; i < 1100; i++, rig.copies = 0) play("i1 a1 e1:10");
    struct image_bytes later = image_of();
    EXPECT_UINT(later.length, image.length);
    free(image.bytes);
    free(later.bytes);
}

SPEC(strategies_may_change_places_behind_an_image)
{
    play("i1 a1 e1:4 i2/2 y3 a3 e3:6");
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, (struct risk_subject){.strategy = 1}, 77);
    (void)!gateway_rig_state(&rig, RISK_STRATEGY, (struct risk_subject){.strategy = 0},
                             RISK_REDUCE_ONLY);
    uint32_t k = rig.records;
    struct image_bytes image = image_of();
    play("e1:6 a2");
    struct gateway_strategy_plan one = rig.strategy[0];
    rig.strategy[0] = rig.strategy[1];
    rig.strategy[1] = one;
    same_check(&image, k);
    struct gateway_holding holding;
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &image));
    gateway_holding(reader.gateway, 1, 0, &holding);
    EXPECT_UINT(holding.position / QTY_ONE, 4);
    gateway_holding(reader.gateway, 0, 0, &holding);
    EXPECT_UINT(holding.position / QTY_ONE, 6);
    image_reader_free(&reader);
    free(image.bytes);
}

/* Who has no place keeps what people said of it and where its stream stands. */
SPEC(who_is_not_in_the_configuration_is_kept_by_its_name)
{
    struct gateway_answer answer;
    struct gateway_intake intake = {.strategy = 2, .place = {7, 8}};
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, (struct risk_subject){.strategy = 2}, 55);
    (void)!gateway_rig_state(&rig, RISK_STRATEGY, (struct risk_subject){.strategy = 2},
                             RISK_HALTED);
    gateway_hear(rig.gateway, &intake, rig.now, &answer);
    rig.strategy[2].name = "near";
    struct image_bytes without = image_of();
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &without));
    gateway_recovered(reader.gateway, rig.now);
    EXPECT_UINT(risk_state(gateway_risk(reader.gateway), RISK_STRATEGY, 2), RISK_ACTIVE);
    EXPECT_UINT(gateway_known(reader.gateway, 2).place.low, 0);
    image_reader_free(&reader);
    rig.strategy[2].name = "far";
    same_check(&without, rig.records);
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &without));
    gateway_recovered(reader.gateway, rig.now);
    EXPECT_UINT(risk_state(gateway_risk(reader.gateway), RISK_STRATEGY, 2), RISK_HALTED);
    EXPECT_UINT(risk_bound(gateway_risk(reader.gateway), RISK_STRATEGY_RATE,
                           &(struct risk_subject){.strategy = 2}),
                55);
    EXPECT_UINT(gateway_known(reader.gateway, 2).place.low, 8);
    image_reader_free(&reader);
    free(without.bytes);
}

SPEC(who_has_something_is_kept_with_a_spare_place_and_without)
{
    play("i1 a1 e1:4");
    struct image_bytes image = image_of();
    memcpy(strategy, rig.strategy, sizeof rig.strategy);
    for (uint32_t i = RIG_STRATEGIES; i < RIG_STRATEGIES + 2; i++)
        strategy[i] = (struct gateway_strategy_plan){.name = "", .orders = 8, .uniques = 2};
    rig.plan.strategy = strategy;
    rig.plan.strategies = RIG_STRATEGIES + 2;
    strategy[0].name = "uno";
    same_check(&image, rig.records);
    rig.plan.strategy = rig.strategy;
    rig.plan.strategies = RIG_STRATEGIES;
    rig.strategy[0].name = "uno"; /* where it has no place, */
    struct image_bytes without = image_of();
    rig.strategy[0].name = "one"; /* and where it has one again: */
    same_check(&without, rig.records);
    EXPECT_UINT(without.length, image.length);
    free(without.bytes);
    free(image.bytes);
}

/* What people have said is decided anew with each configuration, as by reading the journal. */
SPEC(a_lower_ceiling_holds_behind_an_image_too)
{
    const struct risk_subject subject = {.strategy = 0};
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, subject, 100);
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, subject, 5000);
    gateway_rig_bound(&rig, RISK_STRATEGY_RATE, subject, 4000);
    struct image_bytes image = image_of();
    rig.plan.risk.ceiling[RISK_STRATEGY_RATE - 1] = 3000;
    for (uint32_t i = 0; i < rig.plan.records; i++)
        if (rig.record[i].limit == RISK_STRATEGY_RATE) rig.record[i].value = 2000;
    same_check(&image, rig.records);
    free(image.bytes);
}

SPEC(what_waits_for_its_disk_may_still_be_replaced_behind_an_image)
{
    /* A release that is written and not applied; then a halt, which takes its number. */
    play("H");
    struct risk_record record = {.kind = RISK_RECORD_STATE,
                                 .scope = RISK_BOX,
                                 .role = RISK_OFFICER,
                                 .who = 7,
                                 .confirmed_by = RISK_NONE,
                                 .value = RISK_ACTIVE,
                                 .reason = "as the spec says"};
    EXPECT_UINT(gateway_control(rig.gateway, &record, 1, false, rig.now), RISK_CONTROL_OK);
    uint32_t k = rig.records;
    struct image_bytes image = image_of();
    record.value = RISK_HALTED;
    record.scope = RISK_STRATEGY;
    EXPECT_UINT(gateway_control(rig.gateway, &record, 1, false, rig.now), RISK_CONTROL_OK);
    same_check(&image, k);
    struct image_bytes later = image_of(); /* the one that was replaced is not in it */
    same_check(&later, rig.records);
    free(later.bytes);
    struct image_reader reader;
    image_reader_new(&reader, &rig.plan);
    EXPECT(image_reader_load(&reader, &image));
    EXPECT(image_reader_read(&reader, rig.written, k, rig.records));
    gateway_recovered(reader.gateway, rig.now);
    EXPECT_UINT(risk_state(gateway_risk(reader.gateway), RISK_BOX, 0), RISK_HALTED);
    EXPECT_UINT(risk_state(gateway_risk(reader.gateway), RISK_STRATEGY, 0), RISK_HALTED);
    image_reader_free(&reader);
    free(image.bytes);
}

SPEC(an_image_of_others_is_refused_with_a_sentence)
{
    play("i1 a1 e1:4");
    struct image_bytes image = image_of();
    image.bytes[0] ^= 1;
    refused_check(&image, "it is no image");
    image.bytes[0] ^= 1;
    image.bytes[8]++;
    refused_check(&image, "the image is of another version");
    image.bytes[8]--;
    image.length--;
    refused_check(&image, "the image is cut off, or counts what there cannot be");
    image.length++;
    memcpy(rig.symbol[1].name, "CCCC    ", 8);
    refused_check(&image, "the image is of other venues or symbols than the configuration, or of "
                          "another version");
    memcpy(rig.symbol[1].name, "BBBB    ", 8);
    same_check(&image, rig.records);
    free(image.bytes);
}

/* With right sums nobody else would find it. */
SPEC(orders_that_cannot_be_are_refused)
{
    play("i1 a1 y3 a3");
    struct image_bytes image = image_of();
    const struct gateway_image_parts parts = gateway_image_parts((const void *)image.bytes);
    struct gateway_image_chain *chain =
        (void *)(image.bytes + ((const uint8_t *)parts.chain - image.bytes));
    const struct gateway_image_chain first = chain[0], second = chain[1];
    chain[1].order = first.order;
    refused_check(&image, "the image has an order twice");
    chain[1] = first;
    chain[1].order = second.order;
    refused_check(&image, "the image has more open orders than there is room for");
    chain[1] = second;
    chain[1].price = 0;
    refused_check(&image, "an order of the image is none");
    chain[1] = second;
    chain[1].name = GATEWAY_STRATEGIES_MAX;
    refused_check(&image, "the image has an order of no strategy");
    chain[1] = second;
    same_check(&image, rig.records);
    free(image.bytes);
}

SPEC(an_image_says_what_is_in_it)
{
    struct gateway_image_look look;
    play("i1 a1 e1:4 y3 a3 H h");
    struct image_bytes image = image_of();
    EXPECT(gateway_image_look(image.bytes, image.length, &look));
    EXPECT_UINT(look.orders, 2);
    EXPECT_UINT(look.holdings, 1);
    EXPECT_UINT(look.strategies, RIG_STRATEGIES);
    EXPECT_UINT(look.changes, 2);
    EXPECT_UINT(look.reports, 3);
    EXPECT(!gateway_image_look(image.bytes, image.length - 1, &look));
    EXPECT(!gateway_image_look(image.bytes, 20, &look));
    image.bytes[8]++;
    EXPECT(!gateway_image_look(image.bytes, image.length, &look));
    free(image.bytes);
}

SPEC(where_there_is_no_room_for_a_change_there_is_no_image)
{
    struct image_reader reader;
    struct image_bytes image = image_of();
    play("H");
    image_reader_new(&reader, &rig.plan);
    zeroed_free(reader.image);
    reader.image = gateway_image_new(zeroed_new(gateway_image_footprint(0)), 0, reader.gateway);
    EXPECT(image_reader_read(&reader, rig.written, 0, rig.records));
    EXPECT_TEXT(gateway_image_hindrance(reader.image),
                "there are more strategies or changes by people than an image holds");
    image_reader_free(&reader);
    free(image.bytes);
    image = image_of();
    image_reader_new(&reader, &rig.plan);
    zeroed_free(reader.image);
    reader.image = gateway_image_new(zeroed_new(gateway_image_footprint(0)), 0, reader.gateway);
    EXPECT(!image_reader_load(&reader, &image));
    EXPECT_TEXT(reader.problem, "the image has more changes by people than there is room for");
    image_reader_free(&reader);
    free(image.bytes);
}

#define SPECS(S)                                                                                   \
    S(there_is_no_image_of_nothing)                                                                \
    S(an_image_is_not_longer_for_a_longer_history)                                                 \
    S(strategies_may_change_places_behind_an_image)                                                \
    S(who_is_not_in_the_configuration_is_kept_by_its_name)                                         \
    S(who_has_something_is_kept_with_a_spare_place_and_without)                                    \
    S(a_lower_ceiling_holds_behind_an_image_too)                                                   \
    S(what_waits_for_its_disk_may_still_be_replaced_behind_an_image)                               \
    S(an_image_of_others_is_refused_with_a_sentence)                                               \
    S(orders_that_cannot_be_are_refused)                                                           \
    S(an_image_says_what_is_in_it)                                                                 \
    S(where_there_is_no_room_for_a_change_there_is_no_image)
SPEC_MAIN("gateway_image", SPECS, before_each, after_each)
