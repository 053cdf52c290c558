/* A parent order from parameters is worked once in a journal, whatever is restarted.
 *
 * "parent" is a taker at venue 0, behind the rig's four: it is to buy 20 of AAAA.  The market shows
 * so much at 101, and the taker asks for no more than that. */

#include "dataplane/strategy/taker.h"
#include "dataplane/strategy/twap.h"
#include "tests/gateway/gateway_rig.h"
#include "tests/support/spec.h"
#include "tests/support/zeroed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARENT   RIG_STRATEGIES
#define ALL      (RIG_STRATEGIES + 1)
#define QUANTITY 20

static struct gateway_rig rig;
static struct gateway_strategy_plan strategy[ALL];
static const struct listing_name leg = {"AAAA    "};
static struct delegate_parameter given[4];

/* Bounds that refuse nothing, as the rig has them of the others. */
static void loosen(enum risk_verdict limit, uint32_t venue, uint32_t symbol)
{
    const struct risk_limit *row = risk_limit(limit);
    CHECK(rig.plan.records < RIG_RECORDS);
    rig.record[rig.plan.records++] = (struct risk_record){
        .kind = RISK_RECORD_BOUND,
        .scope = (uint8_t)row->scope,
        .limit = (uint16_t)limit,
        .role = RISK_OFFICER,
        .subject = {venue, PARENT, symbol},
        .who = 7,
        .confirmed_by = RISK_NONE,
        .value = row->looser == RISK_UP ? row->most : 0,
        .reason = "as the spec says",
    };
}

static void loosen_all(void)
{
    for (int i = 1; i <= RISK_LIMIT_COUNT; i++) {
        enum risk_verdict limit = (enum risk_verdict)i;
        enum risk_scope scope = risk_limit(limit)->scope;
        if (scope == RISK_STRATEGY) loosen(limit, 0, 0);
        for (uint32_t at = 0; scope == RISK_ROUTE && at < 2; at++) loosen(limit, at, 0);
        for (uint32_t at = 0; scope == RISK_HOLDING && at < RIG_SYMBOLS; at++) loosen(limit, 0, at);
    }
}

static void plan(const char *quantity)
{
    gateway_rig_plan(&rig, false);
    memcpy(strategy, rig.strategy, sizeof rig.strategy);
    given[0] = (struct delegate_parameter){"quantity", quantity};
    strategy[PARENT] = (struct gateway_strategy_plan){.name = "parent",
                                                      .kind = &taker_kind,
                                                      .parameters = {.count = 1, .at = given},
                                                      .legs = 1,
                                                      .leg = &leg};
    rig.plan.strategy = strategy;
    rig.plan.strategies = ALL;
    loosen_all();
}

/* So much is shown at 101, and a second has passed: what was refused may be asked for again. */
static void shows(int64_t units)
{
    rig.now += NANOS_SECOND;
    rig.market[0].ask_qty = (units - 1) * QTY_ONE;
    gateway_rig_market(&rig, 0, MARKET_LIVE);
    dispatch_housekeeping(gateway_dispatch(rig.gateway), rig.now);
    gateway_rig_decide(&rig);
    gateway_verify(rig.gateway);
}

/* At a start nothing is shown. */
static void start(void)
{
    rig.market[0].ask_qty = -QTY_ONE;
    gateway_rig_start(&rig);
}

static void begin(const char *quantity)
{
    plan(quantity);
    gateway_rig_open(&rig);
    start();
}

static void crash(void)
{
    gateway_rig_restart(&rig);
    rig.wire[0] = '\0';
    rig.now += NANOS_SECOND;
    start();
}

static qty_t position(void)
{
    struct gateway_holding holding;
    gateway_holding(rig.gateway, PARENT, 0, &holding);
    return holding.position / QTY_ONE;
}

static qty_t asked(void) /* by the newest order */
{
    CHECK(rig.sents > 0);
    return rig.sent[rig.sents - 1].qty / QTY_ONE;
}

/* What the venue answers; the market has a gap meanwhile, so that nothing more is asked for. */
static void play(const char *steps)
{
    gateway_rig_market(&rig, 0, MARKET_GAP);
    gateway_rig_play(&rig, steps);
}

SPEC(a_start_goes_on_with_what_is_left_and_then_with_nothing)
{
    begin("20");
    shows(6);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT_UINT(asked(), 6);
    play("a101 e101:6");
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT_UINT(asked(), 14);
    play("a101 e101:9 c101:9");
    crash();
    shows(100);
    EXPECT_UINT(asked(), 5);
    play("a101 e101:5");
    for (int i = 0; i < 3; i++) {
        crash();
        shows(100);
        EXPECT_TEXT(rig.wire, "");
    }
    EXPECT_UINT(position(), QUANTITY);
    gateway_rig_free(&rig);
}

SPEC(an_order_in_doubt_may_still_trade_until_the_venue_has_said)
{
    begin("20");
    shows(6);
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "q101");
    play("D101:4");
    shows(100);
    EXPECT_TEXT(rig.wire, "q101 o101");
    EXPECT_UINT(asked(), 16);
    crash();
    play("N101"); /* it never arrived */
    shows(100);
    EXPECT_UINT(asked(), 16);
    gateway_rig_free(&rig);
}

SPEC(one_that_the_venue_still_holds_is_taken_back_first)
{
    begin("20");
    shows(6);
    play("a101");
    crash();
    play("O101:2:4");
    shows(100);
    EXPECT_TEXT(rig.wire, "q101 c101");
    play("c101:5");
    shows(100);
    EXPECT_TEXT(rig.wire, "q101 c101 o101");
    EXPECT_UINT(asked(), 15);
    gateway_rig_free(&rig);
}

SPEC(a_start_with_a_higher_quantity_trades_the_difference_and_with_a_lower_one_nothing)
{
    begin("20");
    shows(100);
    play("a101 e101:20");
    given[0].value = "15";
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "");
    given[0].value = "27";
    crash();
    shows(100);
    EXPECT_UINT(asked(), 7);
    gateway_rig_free(&rig);
}

static bool set(const char *quantity)
{
    char problem[128];
    given[0].value = quantity;
    return gateway_set(rig.gateway, PARENT, &strategy[PARENT].parameters, problem, sizeof problem);
}

SPEC(while_it_runs_the_quantity_may_be_raised_after_it_was_reached)
{
    begin("20");
    shows(100);
    play("a101 e101:20");
    shows(100);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT(set("10"));
    shows(100);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT(set("26"));
    shows(100);
    EXPECT_TEXT(rig.wire, "o101 o101");
    EXPECT_UINT(asked(), 6);
    gateway_rig_free(&rig);
}

/* What it has traded is its name's, so one that is removed and comes back goes on. */
SPEC(one_that_leaves_and_comes_back_goes_on_where_it_was)
{
    begin("20");
    shows(100);
    play("a101 e101:13");
    gateway_detach(rig.gateway, PARENT, rig.now);
    play("c101:13");
    gateway_rig_pass_time(&rig, 2 * NANOS_MILLI);
    EXPECT(gateway_vacant(rig.gateway, PARENT));
    static CACHE_ALIGNED uint8_t memory[4096];
    char problem[128];
    CHECK(taker_kind.footprint(&(struct delegate_parameters){1, given, 1}) <= sizeof memory);
    EXPECT(gateway_attach(rig.gateway, PARENT, &strategy[PARENT], memory, problem, sizeof problem));
    shows(100);
    EXPECT_TEXT(rig.wire, "o101 c101 o101");
    EXPECT_UINT(asked(), 7);
    play("a101 e101:7");
    shows(100);
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "");
    EXPECT_UINT(position(), QUANTITY);
    gateway_rig_free(&rig);
}

/* AAAA is traded at venue 1 too: the same name, from now on there. */
SPEC(one_that_is_sent_to_another_venue_has_traded_what_it_traded)
{
    begin("20");
    shows(100);
    play("a101 e101:13 c101:13");
    strategy[PARENT].venue = 1;
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "o101w");
    EXPECT_UINT(asked(), 7);
    gateway_rig_free(&rig);
}

/* Then its key is at venue 1, and what is in doubt at venue 0 has none. */
SPEC(an_order_in_doubt_at_the_venue_of_before_may_still_trade_too)
{
    begin("20");
    shows(8);
    strategy[PARENT].venue = 1;
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "q101");
    play("D101:5");
    shows(100);
    EXPECT_TEXT(rig.wire, "q101 o101w");
    EXPECT_UINT(asked(), 15);
    gateway_rig_free(&rig);
}

/* That a night has passed is nobody's wish to have it again. */
SPEC(a_new_day_does_not_begin_it_again)
{
    begin("20");
    shows(100);
    play("a101 e101:15 c101:15");
    gateway_day(rig.gateway, rig.now);
    shows(100);
    EXPECT_TEXT(rig.wire, "o101 o101");
    EXPECT_UINT(asked(), 5);
    play("a101 e101:5");
    gateway_day(rig.gateway, rig.now);
    shows(100);
    EXPECT_TEXT(rig.wire, "o101 o101");
    crash();
    shows(100);
    EXPECT_TEXT(rig.wire, "");
    gateway_rig_free(&rig);
}

static char twap_words[][2][16] = {{"quantity", "20"}, {"duration", "100s"}, {"slices", "10"}};

SPEC(a_twap_goes_on_with_its_schedule_a_slices_time_after_a_start)
{
    plan("20");
    for (uint32_t i = 0; i < 3; i++)
        given[i] = (struct delegate_parameter){twap_words[i][0], twap_words[i][1]};
    strategy[PARENT].kind = &twap_kind;
    strategy[PARENT].parameters.count = 3;
    gateway_rig_open(&rig);
    start();
    shows(100);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT_UINT(asked(), 2);
    play("a101 e101:2");
    rig.now += 60 * NANOS_SECOND; /* it was away over six slices */
    crash();
    for (int i = 0; i < 9; i++) shows(100);
    EXPECT_TEXT(rig.wire, "");
    shows(100);
    EXPECT_TEXT(rig.wire, "o101");
    EXPECT_UINT(asked(), 2);
    gateway_rig_free(&rig);
}

/* A day of children, and what the venue has said of them: its session shows it again. */

#define CHILDREN 4u

struct said {
    order_id_t order;
    struct fake_message message;
};
static struct said said[4 * CHILDREN];
static uint32_t saids;

static void say(const struct fake_request *child, enum slot_answer_kind kind, int64_t cum)
{
    struct fake_message message = {
        .answer = {.kind = (uint8_t)kind,
                   .order = child->order,
                   .slot = child->slot,
                   .cum = cum * QTY_ONE},
        .price = child->price,
        .qty = cum * QTY_ONE,
    };
    said[saids++] = (struct said){child->order, message};
    gateway_rig_message(&rig, 0, &message);
    gateway_rig_decide(&rig);
    gateway_verify(rig.gateway);
}

static void day_play(void)
{
    static const struct {
        int64_t shown, executed;
    } child[CHILDREN] = {{5, 5}, {8, 3}, {2, 0}, {9, 7}}; /* 15 of 20 */
    saids = 0;
    begin("20");
    for (uint32_t i = 0; i < CHILDREN; i++) {
        uint32_t before = rig.sents;
        shows(child[i].shown);
        CHECK(rig.sents == before + 1);
        struct fake_request sent = rig.sent[before];
        gateway_rig_market(&rig, 0, MARKET_GAP);
        say(&sent, SLOT_ANSWERS_ACCEPTED, 0);
        if (child[i].executed > 1) say(&sent, SLOT_ANSWERS_EXECUTED, 1);
        if (child[i].executed > 0) say(&sent, SLOT_ANSWERS_EXECUTED, child[i].executed);
        if (child[i].executed < child[i].shown)
            say(&sent, SLOT_ANSWERS_CANCELED, child[i].executed);
    }
    EXPECT_UINT(position(), 15);
}

/* The venue fills what is asked for, and answers questions about orders that did not arrive. */
static qty_t venue_answer(uint32_t from)
{
    qty_t traded = 0;
    for (; from < rig.sents; from++) {
        struct fake_request sent = rig.sent[from];
        bool order = sent.kind == SLOT_SENDS_ORDER;
        CHECK(order || sent.kind == SLOT_SENDS_QUERY);
        struct fake_message message = {
            .answer = {.kind = order ? SLOT_ANSWERS_EXECUTED : SLOT_ANSWERS_NEVER,
                       .order = sent.order,
                       .slot = sent.slot,
                       .number = order ? 0 : sent.number,
                       .cum = order ? sent.total : 0},
            .price = sent.price,
            .qty = sent.total,
        };
        if (order) traded += sent.total / QTY_ONE;
        gateway_rig_message(&rig, 0, &message);
        gateway_rig_decide(&rig);
    }
    return traded;
}

/* It died with just these records, so of its orders those have left that are among them. */
static void died_with(uint32_t records)
{
    char problem[128];
    order_id_t newest = 0;
    zeroed_free(rig.gateway);
    gateway_rig_open(&rig);
    for (uint32_t i = 0; i < records; i++) {
        const struct rig_written *written = &rig.written[i];
        if (written->kind == GATEWAY_RECORD_PASS) newest = written->pass.number;
        CHECK(gateway_recover(rig.gateway, written->kind, &written->start, written->bytes, problem,
                              sizeof problem));
    }
    uint32_t first = rig.sents;
    qty_t traded = 0;
    gateway_recovered(rig.gateway, rig.now);
    gateway_listing(rig.gateway, 0, "AAAA    ");
    shows(100);
    EXPECT_UINT(rig.sents, first);
    rig.sequence[0] = gateway_next_sequence(rig.gateway, 0) - 1;
    for (uint32_t i = 0; i < saids; i++) {
        if (said[i].order > newest) continue;
        if (said[i].message.answer.kind == SLOT_ANSWERS_EXECUTED) {
            bool more = i > 0 && said[i - 1].order == said[i].order;
            qty_t before = more ? said[i - 1].message.answer.cum : 0;
            traded += (said[i].message.answer.cum - before) / QTY_ONE;
        }
        if (i >= rig.sequence[0]) gateway_rig_message(&rig, 0, &said[i].message);
    }
    gateway_session(rig.gateway, 0, true, rig.now);
    for (int i = 0; i < 10; i++) {
        uint32_t from = rig.sents;
        shows(3);
        traded += venue_answer(from > first ? from : first);
    }
    gateway_verify(rig.gateway);
    if (traded != QUANTITY || position() != QUANTITY)
        spec_expect(__FILE__, __LINE__, false, "after %u records: traded %d, position %d", records,
                    (int)traded, (int)position());
}

SPEC(with_whichever_record_it_dies_just_its_quantity_is_traded)
{
    day_play();
    uint32_t records = rig.records, whole = 0;
    struct rig_written *written = malloc(records * sizeof *written);
    memcpy(written, rig.written, records * sizeof *written);
    while (written[whole].kind != GATEWAY_RECORD_PASS) whole++;
    for (uint32_t count = whole; count <= records; count++) {
        memcpy(rig.written, written, records * sizeof *written);
        rig.records = count;
        died_with(count);
    }
    EXPECT(records - whole > 3 * CHILDREN);
    free(written);
    gateway_rig_free(&rig);
}

static void clean(void)
{
    free(rig.written);
    rig.written = NULL;
}

#define SPECS(S)                                                                                   \
    S(a_start_goes_on_with_what_is_left_and_then_with_nothing)                                     \
    S(an_order_in_doubt_may_still_trade_until_the_venue_has_said)                                  \
    S(one_that_the_venue_still_holds_is_taken_back_first)                                          \
    S(a_start_with_a_higher_quantity_trades_the_difference_and_with_a_lower_one_nothing)           \
    S(while_it_runs_the_quantity_may_be_raised_after_it_was_reached)                               \
    S(one_that_leaves_and_comes_back_goes_on_where_it_was)                                         \
    S(one_that_is_sent_to_another_venue_has_traded_what_it_traded)                                 \
    S(an_order_in_doubt_at_the_venue_of_before_may_still_trade_too)                                \
    S(a_new_day_does_not_begin_it_again)                                                           \
    S(a_twap_goes_on_with_its_schedule_a_slices_time_after_a_start)                                \
    S(with_whichever_record_it_dies_just_its_quantity_is_traded)
SPEC_MAIN("gateway_parents", SPECS, NULL, clean)
