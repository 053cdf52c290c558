/* What the sentences of tests/support/book_script.h leave out about legs: their ids (A9, E2), which
 * order an event says they are legs of, and inputs about them that are malformed. */

#include "tests/match/rig.h"
#include "tests/support/spec.h"

enum { KEPT = 64 };
#define LEG(index) (MATCH_ID_MAX + 1 + (order_id_t)(index))

static struct rig rig;
static struct match_event kept[KEPT];
static uint32_t kept_count;
static uint64_t number;

static void keep(void *context, const struct match_event *event)
{
    (void)context;
    CHECK(kept_count < KEPT);
    kept[kept_count++] = *event;
}

/* An input and what follows it, sent as one. */
struct told {
    struct match_input input;
    union {
        struct match_terms terms;
        struct match_listing listing;
    } more;
};

static void tell(struct told told)
{
    told.input.number = ++number;
    if (told.input.bytes == 0) told.input.bytes = sizeof told.input + sizeof told.more.terms;
    kept_count = 0;
    rig_apply(&rig, &told.input);
    match_verify(rig.match);
}

static void before_each(void)
{
    rig_new(&rig, &(struct match_limits){
                      .instruments = 1,
                      .orders = 64,
                      .specials = 64,
                      .pages = 64,
                      .window = 4096,
                      .cascade = 16,
                      .secret = 7,
                  });
    rig.on_event = keep;
    number = 0;
    tell((struct told){
        .input = {.kind = MATCH_LIST,
                  .bytes = sizeof(struct match_input) + sizeof(struct match_listing)},
        .more.listing = {.tick = PRICE_ONE / 100,
                         .lot = QTY_ONE,
                         .size = QTY_ONE,
                         .price_max = 10000 * PRICE_ONE,
                         .qty_max = 1000 * QTY_ONE,
                         .reference = 100 * PRICE_ONE,
                         .collar = 5 * PRICE_ONE,
                         .window = 1024,
                         .phase = MATCH_OPEN},
    });
}

static void after_each(void)
{
    rig_free(&rig);
}

static struct told order(order_id_t id, enum side side, int64_t price)
{
    return (struct told){.input = {.kind = MATCH_NEW,
                                   .id = id,
                                   .account = (uint32_t)id,
                                   .type = MATCH_LIMIT,
                                   .side = (uint8_t)side,
                                   .qty = 10 * QTY_ONE,
                                   .price = price * PRICE_ONE}};
}

static struct match_leg limit_leg(enum side side, int64_t price)
{
    return (struct match_leg){
        .type = MATCH_LIMIT, .side = (uint8_t)side, .price = price * PRICE_ONE};
}

static struct match_leg stop_leg(enum side side, int64_t trigger, int64_t price)
{
    return (struct match_leg){.type = MATCH_STOP_LIMIT,
                              .side = (uint8_t)side,
                              .price = price * PRICE_ONE,
                              .trigger = trigger * PRICE_ONE};
}

/* The only event of kind about id. */
static struct match_event said(enum match_event_kind kind, order_id_t id)
{
    struct match_event none = {.kind = MATCH_EVENT_COUNT};
    uint32_t found = 0;
    for (uint32_t i = 0; i < kept_count; i++) {
        if (kept[i].kind != kind || kept[i].id != id) continue;
        none = kept[i];
        found++;
    }
    EXPECT_UINT(found, 1);
    return none;
}

SPEC(legs_count_up_from_the_first_id_of_the_engine_and_name_their_order)
{
    struct told bracket = order(1, SIDE_BUY, 100);
    bracket.more.terms.link = MATCH_LEGS;
    bracket.more.terms.legs[0] = limit_leg(SIDE_SELL, 103);
    bracket.more.terms.legs[1] = stop_leg(SIDE_SELL, 98, 97);
    struct told second = order(2, SIDE_BUY, 99);
    second.more.terms.link = MATCH_LEGS;
    second.more.terms.legs[1] = limit_leg(SIDE_SELL, 104);
    tell(bracket);
    tell(second);
    tell(order(3, SIDE_SELL, 100));
    EXPECT_UINT(said(MATCH_RESTED, LEG(0)).other, 1);
    EXPECT_UINT(said(MATCH_WAITS, LEG(1)).other, 1);
    tell(order(4, SIDE_SELL, 99));
    EXPECT_UINT(said(MATCH_RESTED, LEG(2)).other, 2);
}

SPEC(the_leg_of_a_pair_names_its_order)
{
    struct told pair = order(1, SIDE_BUY, 99);
    pair.more.terms.link = MATCH_PAIR;
    pair.more.terms.legs[0] = limit_leg(SIDE_BUY, 98);
    tell(pair);
    EXPECT_UINT(said(MATCH_RESTED, 1).other, 0);
    EXPECT_UINT(said(MATCH_RESTED, LEG(0)).other, 1);
    pair = order(2, SIDE_BUY, 97);
    pair.more.terms.link = MATCH_PAIR;
    pair.more.terms.legs[0] = stop_leg(SIDE_BUY, 101, 102);
    tell(pair);
    EXPECT_UINT(said(MATCH_WAITS, LEG(1)).other, 2);
}

SPEC(a_stop_limit_leg_that_has_fired_still_names_its_order)
{
    struct told pair = order(1, SIDE_BUY, 95);
    pair.more.terms.link = MATCH_PAIR;
    pair.more.terms.legs[0] = stop_leg(SIDE_BUY, 101, 101);
    tell(pair);
    tell(order(2, SIDE_SELL, 102));
    struct told one = order(3, SIDE_BUY, 102);
    one.input.qty = QTY_ONE;
    tell(one);
    EXPECT_UINT(said(MATCH_RESTED, LEG(0)).other, 1);
}

SPEC(a_leg_whose_order_is_forgotten_names_none)
{
    struct told bracket = order(1, SIDE_BUY, 100);
    bracket.more.terms.link = MATCH_LEGS;
    bracket.more.terms.legs[0] = limit_leg(SIDE_SELL, 110);
    bracket.more.terms.legs[1] = stop_leg(SIDE_SELL, 98, 105);
    tell(bracket);
    tell(order(2, SIDE_SELL, 100)); /* fills it; it is not tracked */
    tell(order(3, SIDE_BUY, 97));
    struct told one = order(4, SIDE_SELL, 97);
    one.input.qty = QTY_ONE;
    tell(one); /* fires the second leg, which rests at 105 */
    EXPECT_UINT(said(MATCH_RESTED, LEG(1)).other, 0);
}

static void expect_malformed(struct told told)
{
    tell(told);
    EXPECT_UINT(kept_count, 1);
    EXPECT_UINT(kept[0].kind, MATCH_REJECTED);
    EXPECT_UINT(kept[0].reason, MATCH_MALFORMED);
}

SPEC(what_a_modify_of_legs_does_not_name_is_malformed)
{
    struct told tracked = order(1, SIDE_BUY, 100);
    tracked.input.flags = MATCH_TRACK;
    tell(tracked);
    const struct told modify = {.input = {.kind = MATCH_MODIFY, .id = 1, .account = 1}};
    struct told told = modify;
    told.more.terms.display = QTY_ONE;
    expect_malformed(told);
    told = modify;
    told.more.terms.link = MATCH_LEGS;
    expect_malformed(told);
    told = modify;
    told.more.terms.spare[6] = 1;
    expect_malformed(told);
    told = modify;
    told.more.terms.legs[1].type = MATCH_TYPE_COUNT;
    expect_malformed(told);
    told = modify;
    told.more.terms.legs[0].side = SIDE_SELL; /* of no leg */
    expect_malformed(told);
    told = modify;
    told.more.terms.legs[0].spare[5] = 1;
    expect_malformed(told);
    told = modify;
    told.more.terms.legs[0] = limit_leg(2, 103);
    expect_malformed(told);
    told = modify;
    told.more.terms.legs[0] = limit_leg(SIDE_SELL, 103);
    tell(told);
    EXPECT_UINT(kept_count, 0);
}

SPEC(what_a_close_does_not_name_is_malformed)
{
    struct told tracked = order(1, SIDE_BUY, 100);
    tracked.input.flags = MATCH_TRACK;
    tell(tracked);
    const struct told close = {.input = {.kind = MATCH_CLOSE,
                                         .id = 9,
                                         .account = 1,
                                         .other = 1,
                                         .bytes = sizeof(struct match_input)}};
    struct told told = close;
    told.input.price = PRICE_ONE;
    expect_malformed(told);
    told = close;
    told.input.side = SIDE_SELL;
    expect_malformed(told);
    told = close;
    told.input.tif = MATCH_IOC;
    expect_malformed(told);
    told = close;
    told.input.spare[1] = 1;
    expect_malformed(told);
    told = close;
    told.input.bytes = sizeof told.input + sizeof told.more.terms;
    expect_malformed(told);
    tell(close);
    EXPECT_UINT(kept[0].reason, MATCH_NO_POSITION);
}

#define SPECS(S)                                                                                   \
    S(legs_count_up_from_the_first_id_of_the_engine_and_name_their_order)                          \
    S(the_leg_of_a_pair_names_its_order)                                                           \
    S(a_stop_limit_leg_that_has_fired_still_names_its_order)                                       \
    S(a_leg_whose_order_is_forgotten_names_none)                                                   \
    S(what_a_modify_of_legs_does_not_name_is_malformed)                                            \
    S(what_a_close_does_not_name_is_malformed)
SPEC_MAIN("match_leg_ids", SPECS, before_each, after_each)
