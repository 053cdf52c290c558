/* A venue whose journal has no space any more: what somebody is refused leaves to the others what
 * is reserved for what ends risk. */

#include "tests/stage/exchange_parts.h"
#include "tests/stage/exchange_rig.h"
#include "tests/support/spec.h"

enum {
    SEGMENT = 1 << 17,
    RESERVE = SEGMENT / 4,
    LIVING = 100,
    CANCEL_BYTES = 160, /* of its record, at most */
    ASKS = 400,         /* far more refusals than the reserve has place for */
};

static struct exchange *exchange;

static void before_each(void)
{
    exchange = NULL;
}

static void after_each(void)
{
    EXPECT_TEXT(exchange->wrong ? exchange->wrong : "", "");
    EXPECT_TEXT(exchange->model.violation ? exchange->model.violation : "", "");
    exchange_delete(exchange);
}

static void buys(uint32_t client, uint32_t count, uint32_t price_e4)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)exchange_enter(
            exchange, client,
            &(struct exchange_order){.side = 'B', .qty = 10, .price_e4 = price_e4});
        exchange_run(exchange, NANOS_MILLI);
    }
}

static uint64_t told(uint32_t client, enum ouch_report_kind kind)
{
    return exchange->client[client].reports[kind];
}

/* The disk is full, and client 2 has sent orders until one was refused. */
static void no_space(void)
{
    exchange->model.space = 0;
    for (uint32_t i = 0; i < 4000 && exchange->client[2].last.kind != OUCH_REJECTED; i++)
        buys(2, 1, 90000);
    EXPECT_UINT(exchange->client[2].last.kind, OUCH_REJECTED);
}

/* Client 0 has living orders; there is no space for more, and so much is reserved. */
static void given_no_space_but(uint32_t reserve, bool cancel_on_disconnect)
{
    exchange = exchange_new(&(struct exchange_plan){
        .seed = 1, .durability = VENUE_PROCESS, .cancel_on_disconnect = cancel_on_disconnect});
    exchange->journal_limits = (struct journal_limits){SEGMENT, reserve};
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    for (uint32_t i = 0; i < 3; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
    buys(0, LIVING, 91000);
    no_space();
    EXPECT_UINT(told(0, OUCH_ACCEPTED), LIVING);
}

static void given_no_space(bool cancel_on_disconnect)
{
    given_no_space_but(RESERVE, cancel_on_disconnect);
}

static uint64_t reserve_left(void)
{
    const struct journal *journal = exchange->journal;
    return (uint64_t)(journal->limit[JOURNAL_RESERVED] - journal->at);
}

SPEC(who_goes_on_asking_is_let_go_and_the_cancels_of_others_are_written_and_answered)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, i % 2 ? 90000 : 1); /* on and off the tick */
    EXPECT(exchange->client[1].drops > 0);
    EXPECT(told(1, OUCH_REJECTED) > 0);
    EXPECT_UINT(told(1, OUCH_ACCEPTED), 0);
    EXPECT(reserve_left() >= RESERVE - RESERVE / JOURNAL_REFUSING_SHARE);
    EXPECT(reserve_left() >= (uint64_t)LIVING * CANCEL_BYTES);
    for (uint32_t number = 1; number <= LIVING; number++) {
        EXPECT(exchange_cancel(exchange, 0, number, 0));
        exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT_UINT(told(0, OUCH_CANCELED), LIVING);
    EXPECT_UINT(exchange->client[0].drops, 0);
}

SPEC(each_session_is_told_of_refusals_whatever_another_has_asked_for)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, 90000);
    EXPECT(exchange->client[1].drops > 0);
    buys(0, 2, 90000);
    EXPECT_UINT(told(0, OUCH_REJECTED), 2);
    EXPECT_UINT(exchange->client[0].drops, 0);
}

SPEC(orders_of_a_lost_session_are_canceled_whatever_others_were_refused)
{
    given_no_space(true);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, 90000);
    exchange_disconnect(exchange, 0);
    exchange_run(exchange, 100 * NANOS_MILLI);
    exchange_connect(exchange, 0);
    exchange_run(exchange, 100 * NANOS_MILLI);
    EXPECT_UINT(told(0, OUCH_CANCELED), LIVING);
}

SPEC(cancels_beyond_the_reserve_wait_until_there_is_space)
{
    given_no_space_but(JOURNAL_RECORD_MAX, false);
    for (uint32_t number = 1; number <= LIVING; number++) {
        EXPECT(exchange_cancel(exchange, 0, number, 0));
        exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT(told(0, OUCH_CANCELED) >=
           3 * JOURNAL_RECORD_MAX / JOURNAL_REFUSING_SHARE / CANCEL_BYTES);
    EXPECT(told(0, OUCH_CANCELED) < LIVING);
    EXPECT_UINT(exchange->client[0].drops, 0);
    exchange->model.space = UINT64_MAX;
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(told(0, OUCH_CANCELED), LIVING);
    EXPECT_UINT(exchange->client[0].drops, 0);
}

/* Mass Cancel of all the firm's orders of this symbol: "C urn firm symbol". */
static void mass_cancel(uint32_t client, uint8_t number, char symbol)
{
    uint8_t bytes[] = {'C', 0,   0,   0,   number, 'F', 'I', 'R', 'M', 'S',
                       'Y', 'M', ' ', ' ', ' ',    ' ', ' ', 0,   0};
    bytes[12] = (uint8_t)symbol;
    EXPECT(exchange_send(exchange, client, bytes, sizeof bytes));
    exchange_run(exchange, NANOS_MILLI);
}

SPEC(a_mass_cancel_passes_if_it_finds_an_order_and_has_a_refusal_s_place_if_not)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(0, 1, 90000); /* its own refusals are used up */
    uint32_t drops = exchange->client[0].drops;
    EXPECT(drops > 0);
    exchange_run(exchange, 3 * NANOS_SECOND); /* and it is back */
    uint64_t left = reserve_left();
    mass_cancel(0, 250, '1');
    EXPECT(exchange->client[0].drops > drops);
    EXPECT_UINT(reserve_left(), left);
    exchange_run(exchange, 3 * NANOS_SECOND);
    mass_cancel(0, 251, '0');
    exchange_run(exchange, 50 * NANOS_MILLI);
    EXPECT_UINT(told(0, OUCH_CANCELED), LIVING);
}

SPEC(the_day_ends_whatever_was_refused)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, 90000);
    match_stage_end_day(exchange->match);
    for (uint32_t i = 0; i < 3; i++) exchange->client[i].wants = false;
    exchange_run(exchange, 2 * NANOS_SECOND);
    EXPECT_UINT(exchange_match(exchange).day, 2);
    EXPECT_UINT(told(0, OUCH_CANCELED), LIVING);
}

SPEC(when_there_is_space_again_orders_are_taken_and_later_refusals_are_told_again)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, 90000);
    uint64_t refused = told(1, OUCH_REJECTED);
    exchange->model.space = UINT64_MAX;
    EXPECT(exchange_settle(exchange));
    buys(1, 1, 90000);
    EXPECT_UINT(exchange->client[1].last.kind, OUCH_ACCEPTED);
    exchange_run(exchange, 100 * NANOS_MILLI);
    exchange->client[2].last.kind = OUCH_ACCEPTED;
    no_space();
    uint32_t drops = exchange->client[1].drops;
    buys(1, 1, 90000);
    EXPECT_UINT(told(1, OUCH_REJECTED), refused + 1);
    EXPECT_UINT(exchange->client[1].drops, drops);
}

SPEC(what_was_refused_is_refused_again_at_recovery_and_who_was_let_go_is_missing_nothing)
{
    given_no_space(false);
    for (uint32_t i = 0; i < ASKS; i++) buys(1, 1, 90000);
    uint64_t refused = told(1, OUCH_REJECTED);
    exchange->model.space = UINT64_MAX;
    exchange_kill(exchange);
    EXPECT(exchange_start(exchange)); /* the rig compares each message told again */
    EXPECT_TEXT(exchange->problem_text, "");
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(told(1, OUCH_REJECTED), refused);
    buys(1, 1, 90000);
    EXPECT_UINT(told(1, OUCH_ACCEPTED), 1);
}

#define SPECS(S)                                                                                   \
    S(who_goes_on_asking_is_let_go_and_the_cancels_of_others_are_written_and_answered)             \
    S(each_session_is_told_of_refusals_whatever_another_has_asked_for)                             \
    S(orders_of_a_lost_session_are_canceled_whatever_others_were_refused)                          \
    S(cancels_beyond_the_reserve_wait_until_there_is_space)                                        \
    S(a_mass_cancel_passes_if_it_finds_an_order_and_has_a_refusal_s_place_if_not)                  \
    S(the_day_ends_whatever_was_refused)                                                           \
    S(when_there_is_space_again_orders_are_taken_and_later_refusals_are_told_again)                \
    S(what_was_refused_is_refused_again_at_recovery_and_who_was_let_go_is_missing_nothing)
SPEC_MAIN("exchange: space", SPECS, before_each, after_each)
