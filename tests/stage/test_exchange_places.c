/* A venue that has no place any more: for answers that wait, for what lives, on its disk; and one
 * that is started otherwise than it was begun. */

#include "tests/stage/exchange_parts.h"
#include "tests/stage/exchange_rig.h"
#include "tests/support/instructions.h"
#include "tests/support/spec.h"

#include <string.h>

enum { HELD = 256, WAITING = 2 * HELD, ASKS_MANY = 2200, LIVING = 100 };

static struct exchange *exchange;

static void before_each(void)
{
    exchange = NULL;
}

static void after_each(void)
{
    EXPECT_TEXT(exchange->wrong ? exchange->wrong : "", "");
    exchange_delete(exchange);
}

static void given(const struct exchange_plan *plan, uint32_t clients)
{
    exchange = exchange_new(plan);
    exchange->limits.held = exchange->match_plan.held = HELD;
    exchange->match_plan.entry.asks = WAITING;
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    for (uint32_t i = 0; i < clients; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
}

/* Many of the same; off the tick, at 0.0001, each is refused by the port itself. */
static void buys(uint32_t client, uint32_t count, uint32_t price_e4)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)exchange_enter(
            exchange, client,
            &(struct exchange_order){.side = 'B', .qty = 10, .price_e4 = price_e4});
        if (i % 8 == 7) exchange_run(exchange, NANOS_MILLI);
    }
}

static uint64_t living(uint32_t client)
{
    uint64_t count = 0;
    for (uint32_t number = 1; number < 8192; number++) {
        struct match_order order;
        if (match_order_of(venue_match(exchange->venue), entry_id(client, 0, number), &order))
            count++;
    }
    return count;
}

/* As many answers of the port's own as may wait do, for a disk that stands still. */
static void given_answers_that_wait(bool cancel_on_disconnect)
{
    given(&(struct exchange_plan){.seed = 1,
                                  .durability = VENUE_DISK,
                                  .cancel_on_disconnect = cancel_on_disconnect},
          2);
    buys(0, LIVING, 90000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(0), LIVING);
    exchange->lazy_disk = true;
    buys(1, ASKS_MANY, 1);
    exchange_run(exchange, 20 * NANOS_MILLI);
}

SPEC(orders_of_a_lost_session_are_canceled_however_many_answers_wait)
{
    given_answers_that_wait(true);
    exchange_disconnect(exchange, 0);
    exchange_run(exchange, 100 * NANOS_MILLI);
    exchange->lazy_disk = false;
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(0), 0);
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], LIVING);
    EXPECT_UINT(exchange->client[1].reports[OUCH_REJECTED], ASKS_MANY);
}

SPEC(the_day_ends_however_many_answers_wait)
{
    given_answers_that_wait(false);
    match_stage_end_day(exchange->match);
    exchange_run(exchange, 100 * NANOS_MILLI);
    for (uint32_t i = 0; i < 2; i++) exchange->client[i].wants = false;
    exchange->lazy_disk = false;
    exchange_run(exchange, 2 * NANOS_SECOND);
    EXPECT_UINT(exchange_match(exchange).day, 2);
    EXPECT_UINT(living(0), 0);
}

SPEC(a_session_that_is_lost_often_pushes_no_other_out)
{
    given(&(struct exchange_plan){.seed = 1,
                                  .durability = VENUE_PROCESS,
                                  .cancel_on_disconnect = true},
          3);
    buys(0, 1000, 90000);
    buys(1, 10, 90000);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 70; i++) { /* logins of session 0 that replace each other */
        struct gate_slot *slot = spsc_claim(exchange->gate_plan.requests);
        *slot = (struct gate_slot){
            .kind = GATE_DISCONNECTED, .session = i == 1, .time = sim_wire_now(exchange->wire)};
        spsc_publish(exchange->gate_plan.requests);
    }
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(0) + living(1), 0);
    buys(1, 1, 90000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(1), 1);
}

/* From now on there is no place for answers to more orders, but for refusals. */
static void given_low_streams(void)
{
    uint64_t spare = counter_read(exchange->match_plan.stream_spare);
    exchange->match_plan.stream_reserve = spare + spare / 8;
}

SPEC(where_answers_have_no_place_orders_are_refused_and_cancels_pass)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 1);
    buys(0, 3, 90000);
    EXPECT(exchange_settle(exchange));
    given_low_streams();
    buys(0, 5, 90000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 5);
    EXPECT(exchange_cancel(exchange, 0, 1, 4)); /* 4 stay */
    EXPECT(exchange_cancel(exchange, 0, 2, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 2);
    EXPECT_UINT(living(0), 2);
    EXPECT_UINT(exchange->client[0].drops, 0);
}

SPEC(what_was_refused_for_want_of_place_is_refused_again_at_recovery)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 2);
    buys(0, 3, 90000);
    EXPECT(exchange_settle(exchange));
    given_low_streams();
    buys(0, 5, 90000);
    (void)exchange_replace(exchange, 0, 1, 20, 91000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 6);
    exchange_cut(exchange);
    EXPECT(exchange_start(exchange)); /* and the rig compares all that is told again */
    EXPECT_TEXT(exchange->problem_text, "");
    exchange_disconnect(exchange, 0);
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    exchange->match_plan.stream_reserve = 0;
    buys(0, 1, 90000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
    EXPECT_UINT(living(0), 4);
}

SPEC(where_not_even_refusals_have_place_who_asks_is_disconnected)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS}, 2);
    buys(0, 3, 90000);
    EXPECT(exchange_settle(exchange));
    exchange->match_plan.stream_reserve = UINT64_MAX / 2;
    buys(1, 1, 90000);
    exchange_run(exchange, NANOS_MILLI);
    EXPECT(exchange->client[1].drops > 0);
    EXPECT_UINT(living(1), 0);
    EXPECT(exchange_cancel(exchange, 0, 1, 0));
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(0), 2);
    EXPECT_UINT(exchange->client[0].drops, 0);
}

SPEC(who_cancels_a_share_at_a_time_uses_up_no_place_that_others_need)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .stream_chunks = 96}, 2);
    exchange->match_plan.stream_reserve = 32; /* for each that lives: more than three answers */
    buys(0, LIVING, 90000);
    (void)exchange_enter(exchange, 1,
                         &(struct exchange_order){.side = 'B', .qty = 9999, .price_e4 = 90000});
    EXPECT(exchange_settle(exchange));
    for (uint32_t qty = 9998; qty > 6000; qty--) {
        (void)exchange_cancel(exchange, 1, 1, qty);
        exchange_run(exchange, NANOS_MILLI / 2);
    }
    EXPECT(exchange->client[1].reports[OUCH_CANCELED] > 100);
    EXPECT(exchange->client[1].drops > 0);
    for (uint32_t number = 1; number <= LIVING; number++) {
        EXPECT(exchange_cancel(exchange, 0, number, 0));
        exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], LIVING);
    EXPECT_UINT(exchange_gate(exchange).streams_broken, 0);
}

/* Instructions of the match stage's housekeeping with so many orders at one price, the best. */
static uint32_t housekeeping_among(uint32_t orders)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS}, 1);
    buys(0, orders, 90000);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, orders);
    match_stage_kind.housekeeping(exchange->match, 0);
    instructions_begin();
    match_stage_kind.housekeeping(exchange->match, 0);
    return instructions_end();
}

SPEC(housekeeping_takes_the_same_however_many_orders_stand_at_the_best_price)
{
    uint32_t few = housekeeping_among(200);
    exchange_delete(exchange);
    uint32_t many = housekeeping_among(3200);
    EXPECT(few > 100);
    spec_expect(__FILE__, __LINE__, many <= few + few / 4, "%u with 200, %u with 3200", few, many);
}

/* One for 20 seconds. */
static void buy_for_a_time(uint32_t client)
{
    const struct ouch_order order = {.symbol = "SYM0    ",
                                     .side = 'B',
                                     .qty = 10,
                                     .price_e4 = 90000,
                                     .lasts = OUCH_TIMED,
                                     .expire_s = 20};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number;
    uint32_t length = ouch_client_enter(exchange->client[client].ouch, &order, bytes, &number);
    EXPECT(exchange_send(exchange, client, bytes, length));
    exchange_run(exchange, NANOS_MILLI);
}

SPEC(orders_for_a_time_beyond_a_session_s_number_are_refused_and_again_at_recovery)
{
    exchange = exchange_new(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK});
    exchange->entry[0].timed_max = 2;
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < 2; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
    for (uint32_t i = 0; i < 5; i++) buy_for_a_time(0);
    for (uint32_t i = 0; i < 5; i++) buy_for_a_time(1);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED], 2);
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 3);
    EXPECT_UINT(exchange->client[1].reports[OUCH_ACCEPTED], 5);
    struct match_view view = exchange_match(exchange);
    EXPECT_UINT(view.verdict[ENTRY_SUBMIT], 7);
    EXPECT_UINT(view.verdict[ENTRY_ANSWER], 3);
    EXPECT_UINT(view.cause[ENTRY_L_TIMED], 3);
    exchange_cut(exchange);
    exchange->entry[0].timed_max = 3; /* may be another with a start */
    EXPECT(exchange_start(exchange)); /* the rig compares each message told again */
    EXPECT_TEXT(exchange->problem_text, "");
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).cause[ENTRY_L_TIMED], 3);
    for (uint32_t i = 0; i < 2; i++) buy_for_a_time(0);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_ACCEPTED], 3);
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 4);
    EXPECT_UINT(living(0), 3);
    exchange_cut(exchange);
    exchange->entry[0].timed_max = 1; /* what was taken stays so */
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(living(0), 3);
    buy_for_a_time(0);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange->client[0].reports[OUCH_REJECTED], 5);
}

SPEC(every_message_taken_is_counted_by_one_verdict)
{
    given_answers_that_wait(false);
    exchange->lazy_disk = false;
    EXPECT(exchange_settle(exchange));
    exchange_disconnect(exchange, 1);
    EXPECT(exchange_settle(exchange));
    struct match_view view = exchange_match(exchange);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ENTRY_VERDICT_COUNT; i++) sum += view.verdict[i];
    EXPECT_UINT(view.request, LIVING + ASKS_MANY);
    EXPECT_UINT(sum, view.request + 1); /* a loss */
}

SPEC(when_the_disk_has_failed_everybody_is_let_go_and_it_is_said)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 2);
    buys(0, 20, 90000);
    EXPECT(exchange_settle(exchange));
    exchange->model.fail_at = exchange->model.calls + 1;
    exchange->model.fail_for_ever = true;
    exchange->model.fail_status = JOURNAL_IO_FAILED;
    for (uint32_t i = 0; i < 2; i++) exchange->client[i].wants = false;
    buys(1, 1, 90000);
    exchange_run(exchange, 100 * NANOS_MILLI);
    EXPECT(venue_dead(exchange->venue));
    EXPECT_UINT(exchange_match(exchange).dead, 1);
    EXPECT(!exchange_open(exchange, 0));
    EXPECT(!exchange_open(exchange, 1));
    exchange->client[0].wants = true; /* whoever comes back and asks is let go again */
    exchange_run(exchange, NANOS_SECOND);
    (void)exchange_cancel(exchange, 0, 1, 0);
    uint32_t drops = exchange->client[0].drops;
    exchange_run(exchange, NANOS_SECOND);
    EXPECT(exchange->client[0].drops > drops);
    EXPECT(match_stage_idle(exchange->match));
}

/* A start that must be refused with these words. */
static void refused(const char *words)
{
    EXPECT(!exchange_start(exchange));
    EXPECT(strstr(exchange->problem_text, words) != NULL);
    if (!strstr(exchange->problem_text, words)) EXPECT_TEXT(exchange->problem_text, words);
    exchange_kill(exchange);
}

SPEC(other_limits_or_instruments_than_the_days_are_refused_by_name)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 1);
    buys(0, 20, 90000);
    EXPECT(exchange_settle(exchange));
    exchange_kill(exchange);
    struct match_stage_plan plan = exchange->match_plan;
    exchange->match_plan.entry.orders /= 2;
    refused("orders were");
    exchange->match_plan.entry = plan.entry;
    exchange->match_plan.entry.instruments--;
    refused("instruments were 3 when it was begun and are 2 now");
    exchange->match_plan.entry = plan.entry;
    struct match_listing was = exchange->listing[0].listing;
    exchange->listing[0].listing.tick *= 5;
    refused("is configured otherwise than when it was listed");
    exchange->listing[0].listing = was;
    exchange->listing[0].listing.symbol[0] = 'Z';
    refused("is in the place of another instrument");
    exchange->listing[0].listing = was;
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
}

SPEC(a_day_that_was_ending_when_the_venue_stopped_goes_on_ending)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 1);
    buys(0, 20, 90000);
    EXPECT(exchange_settle(exchange));
    exchange->lazy_disk = true;
    uint64_t begun = exchange_match(exchange).sequence;
    while (exchange_match(exchange).sequence < begun + WAITING - EXCHANGE_INSTRUMENTS) {
        buys(0, 1, 1);
        exchange_run(exchange, 2 * NANOS_MILLI);
    }
    match_stage_end_day(exchange->match); /* instruments close, and then there is no place */
    exchange_run(exchange, 2 * NANOS_MILLI);
    EXPECT_UINT(living(0), 0);
    exchange_kill(exchange); /* the process, not the power: its records are there */
    exchange->lazy_disk = false;
    exchange->client[0].wants = false;
    EXPECT(exchange_start(exchange));
    EXPECT_TEXT(exchange->problem_text, "");
    exchange_run(exchange, NANOS_SECOND);
    EXPECT_UINT(exchange_match(exchange).day, 2);
    EXPECT_UINT(living(0), 0);
}

/* Inputs that wait for the disk. */
static uint64_t waiting(void)
{
    return venue_sequence(exchange->venue) - venue_answered(exchange->venue);
}

/* Steps of the rig until the one in which housekeeping follows the turns. */
static void run_until_before_housekeeping(void)
{
    const nanos_t step = 20 * NANOS_MICRO;
    while (sim_wire_now(exchange->wire) / step % 50 != 48) exchange_run(exchange, step);
}

SPEC(an_order_that_waits_for_place_is_not_taken_with_what_the_venue_does_meanwhile)
{
    given(&(struct exchange_plan){.seed = 1, .durability = VENUE_DISK}, 2);
    exchange->lazy_disk = true;
    while (waiting() < WAITING - 1) {
        buys(1, 1, 1);
        exchange_run(exchange, NANOS_MILLI);
    }
    match_stage_end_day(exchange->match); /* one instrument closes, and then there is no place */
    exchange_run(exchange, 2 * NANOS_MILLI);
    EXPECT_UINT(waiting(), WAITING);
    uint32_t number = exchange_enter(
        exchange, 0,
        &(struct exchange_order){.side = 'B', .qty = 10, .price_e4 = 90000, .instrument = 2});
    EXPECT_UINT(number, 1);
    exchange_run(exchange, 2 * NANOS_MILLI);
    run_until_before_housekeeping();
    exchange->lazy_disk = false; /* a turn in which all is told, and another instrument closes */
    exchange->client[1].wants = false;
    exchange_run(exchange, NANOS_SECOND);
    const uint64_t *reports = exchange->client[0].reports;
    EXPECT_UINT(reports[OUCH_ACCEPTED] + reports[OUCH_REJECTED], 1);
}

#define SPECS(S)                                                                                   \
    S(orders_of_a_lost_session_are_canceled_however_many_answers_wait)                             \
    S(the_day_ends_however_many_answers_wait)                                                      \
    S(a_session_that_is_lost_often_pushes_no_other_out)                                            \
    S(where_answers_have_no_place_orders_are_refused_and_cancels_pass)                             \
    S(what_was_refused_for_want_of_place_is_refused_again_at_recovery)                             \
    S(where_not_even_refusals_have_place_who_asks_is_disconnected)                                 \
    S(who_cancels_a_share_at_a_time_uses_up_no_place_that_others_need)                             \
    S(housekeeping_takes_the_same_however_many_orders_stand_at_the_best_price)                     \
    S(orders_for_a_time_beyond_a_session_s_number_are_refused_and_again_at_recovery)               \
    S(an_order_that_waits_for_place_is_not_taken_with_what_the_venue_does_meanwhile)               \
    S(every_message_taken_is_counted_by_one_verdict)                                               \
    S(when_the_disk_has_failed_everybody_is_let_go_and_it_is_said)                                 \
    S(other_limits_or_instruments_than_the_days_are_refused_by_name)                               \
    S(a_day_that_was_ending_when_the_venue_stopped_goes_on_ending)
SPEC_MAIN("exchange: places", SPECS, before_each, after_each)
