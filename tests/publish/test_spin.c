/* Snapshots: what is in them, who reads them, and what they do not hold up. */

#include "dataplane/publish/spin.h"
#include "tests/publish/market_rig.h"
#include "tests/publish/space.h"
#include "tests/support/spec.h"

#include <string.h>

static struct market_rig rig;
static struct spin *spin;
static struct spin_limits limits;
static char text[MARKET_TEXT_MAX];

static void begin_with(uint64_t bytes, uint32_t messages)
{
    const struct history_limits history = {.bytes = bytes, .messages = messages};
    struct match_limits match = market_rig_limits();
    market_rig_new(&rig, &match, &history);
    free(spin);
    spin = spin_new(space_new(spin_footprint(&limits), 0x33), &limits, rig.history);
    itch_out_system(rig.out, 'O', rig.time);
    market_rig_list(&rig, 0, market_rig_listing());
}

static void begin(void)
{
    limits = (struct spin_limits){
        .book = {.instruments = 5, .orders = 1000, .levels = 1000},
        .buffers = 2,
    };
    begin_with(1u << 20, 1u << 14);
}

static void end(void)
{
    market_rig_free(&rig);
    free(spin);
    spin = NULL;
}

static void again(uint64_t bytes, uint32_t messages)
{
    market_rig_free(&rig);
    begin_with(bytes, messages);
}

static void order(enum side side, int64_t shares, int64_t cents)
{
    market_rig_give(&rig, market_rig_order(&rig, side, shares, cents));
}

static void cancel(order_id_t id)
{
    market_rig_give(&rig,
                    (struct match_input){.kind = MATCH_CANCEL, .id = id, .account = (uint32_t)id});
}

/* What the reader can have now, as text; how it ended. */
static enum spin_step read_on(struct spin_reader *reader)
{
    const uint8_t *message;
    uint32_t length;
    enum spin_step step;
    size_t at = strlen(text);
    while ((step = spin_next(spin, reader, &message, &length)) == SPIN_MESSAGE) {
        char line[SAID_LINE_MAX];
        said_message(line, message, length);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", line);
        CHECK(at < sizeof text);
    }
    return step;
}

/* A whole spin, taken now. */
static const char *spin_text(void)
{
    struct spin_reader reader;
    text[0] = 0;
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    for (uint32_t turns = 0; spin_working(spin) && turns < 10000; turns++) spin_turn(spin, 1);
    EXPECT_UINT(read_on(&reader), SPIN_END);
    spin_leave(spin, &reader);
    return text;
}

SPEC(a_spin_says_events_directory_states_and_orders_then_where_to_go_on)
{
    order(SIDE_BUY, 10, 10050);
    order(SIDE_SELL, 20, 10060);
    EXPECT_TEXT(spin_text(), "S 0 O\n"
                             "R 1 AAPL 1 N\n"
                             "H 1 AAPL T|    |\n"
                             "A 1 2.0 B 10 AAPL 100.50\n"
                             "A 1 3.0 S 20 AAPL 100.60\n"
                             "G 6\n");
}

SPEC(an_empty_venue_has_a_spin_too)
{
    const struct history_limits history = {.bytes = 4096, .messages = 16};
    struct match_limits match = market_rig_limits();
    market_rig_free(&rig);
    market_rig_new(&rig, &match, &history);
    spin = spin_new(spin, &limits, rig.history);
    EXPECT_TEXT(spin_text(), "G 1\n");
}

SPEC(best_prices_come_first_and_of_one_price_the_oldest_order)
{
    order(SIDE_BUY, 1, 10048);
    order(SIDE_BUY, 2, 10050);
    order(SIDE_BUY, 3, 10049);
    order(SIDE_BUY, 4, 10050);
    order(SIDE_SELL, 5, 10062);
    order(SIDE_SELL, 6, 10060);
    order(SIDE_SELL, 7, 10060);
    const char *all = spin_text();
    EXPECT_TEXT(strstr(all, "A "), "A 1 3.0 B 2 AAPL 100.50\n"
                                   "A 1 5.0 B 4 AAPL 100.50\n"
                                   "A 1 4.0 B 3 AAPL 100.49\n"
                                   "A 1 2.0 B 1 AAPL 100.48\n"
                                   "A 1 7.0 S 6 AAPL 100.60\n"
                                   "A 1 8.0 S 7 AAPL 100.60\n"
                                   "A 1 6.0 S 5 AAPL 100.62\n"
                                   "G 11\n");
}

SPEC(an_order_is_said_with_what_is_left_of_it_and_its_own_reference)
{
    order(SIDE_BUY, 50, 10050);
    order(SIDE_SELL, 20, 10050);
    market_rig_give(&rig, (struct match_input){
                              .kind = MATCH_MODIFY, .id = 2, .account = 2, .price = CENTS(10040)});
    EXPECT_TEXT(strstr(spin_text(), "A "), "A 1 4.0 B 30 AAPL 100.40\n"
                                           "G 7\n");
}

SPEC(the_last_state_of_each_instrument_is_said)
{
    struct match_listing listing = market_rig_listing();
    memcpy(listing.symbol, "MSFT", 4);
    market_rig_list(&rig, 2, listing);
    market_rig_give(
        &rig, (struct match_input){.kind = MATCH_PHASE, .instrument = 2, .type = MATCH_HALTED});
    market_rig_give(&rig, (struct match_input){.kind = MATCH_PHASE, .type = MATCH_CALL});
    itch_out_system(rig.out, 'S', rig.time);
    itch_out_system(rig.out, 'Q', rig.time);
    EXPECT_TEXT(spin_text(), "S 0 O\n"
                             "S 0 S\n"
                             "S 0 Q\n"
                             "R 1 AAPL 1 N\n"
                             "R 3 MSFT 1 N\n"
                             "H 1 AAPL Q|    |\n"
                             "H 3 MSFT H|    |\n"
                             "G 10\n");
}

/* Twenty places, the number on the right. */
SPEC(the_end_of_a_spin_is_a_g_and_twenty_places)
{
    struct spin_reader reader;
    const uint8_t *message = NULL;
    uint32_t length = 0;
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    while (spin_working(spin)) spin_turn(spin, 1);
    while (spin_next(spin, &reader, &message, &length) == SPIN_MESSAGE) continue;
    EXPECT_UINT(length, 21);
    EXPECT(message != NULL && memcmp(message, "G                   4", 21) == 0);
    spin_leave(spin, &reader);
}

SPEC(what_is_published_while_a_spin_is_built_is_behind_it)
{
    struct spin_reader reader;
    text[0] = 0;
    for (uint32_t i = 0; i < 40; i++) order(SIDE_BUY, 1 + i, 10050);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    for (uint32_t i = 0; spin_working(spin); i++) {
        order(SIDE_SELL, 1, 10100); /* every turn something happens */
        cancel(2 + i % 40);
        spin_turn(spin, 1);
    }
    EXPECT_UINT(read_on(&reader), SPIN_END);
    spin_leave(spin, &reader);
    EXPECT(strstr(text, " S 1 AAPL") == NULL);
    EXPECT(strstr(text, "A 1 2.0 B 1 AAPL 100.50\n") != NULL);
    EXPECT(strstr(text, "A 1 41.0 B 40 AAPL 100.50\n") != NULL);
    EXPECT(strstr(text, "G 44\n") != NULL);
    EXPECT(history_next(rig.history) > 44);
    const char *next = spin_text(); /* and the next one has it */
    EXPECT(strstr(next, " S 1 AAPL") != NULL);
    EXPECT(strstr(next, "A 1 2.0 ") == NULL);
}

SPEC(a_spin_is_read_while_it_is_built)
{
    struct spin_reader reader;
    text[0] = 0;
    for (uint32_t i = 0; i < 100; i++) order(SIDE_BUY, 1, 10050);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    EXPECT_UINT(read_on(&reader), SPIN_NOT_YET);
    EXPECT_TEXT(text, "");
    uint32_t parts = 0;
    while (spin_working(spin)) {
        size_t before = strlen(text);
        spin_turn(spin, 1);
        enum spin_step step = read_on(&reader);
        EXPECT(step == SPIN_NOT_YET || !spin_working(spin));
        parts += strlen(text) > before;
    }
    EXPECT(parts > 5);
    EXPECT(strstr(text, "G 104\n") != NULL);
    spin_leave(spin, &reader);
}

SPEC(who_asks_while_a_spin_is_in_work_reads_that_one)
{
    struct spin_reader first, second;
    order(SIDE_BUY, 10, 10050);
    EXPECT_UINT(spin_join(spin, &first), SPIN_OK);
    spin_turn(spin, 1);
    EXPECT_UINT(spin_join(spin, &second), SPIN_OK);
    EXPECT_UINT(spin_counts(spin)->begun, 1);
    while (spin_working(spin)) spin_turn(spin, 10);
    text[0] = 0;
    EXPECT_UINT(read_on(&first), SPIN_END);
    spin_leave(spin, &first);
    char whole[256];
    snprintf(whole, sizeof whole, "%s", text);
    text[0] = 0;
    EXPECT_UINT(read_on(&second), SPIN_END); /* from its beginning, after the first has left */
    EXPECT_TEXT(text, whole);
    spin_leave(spin, &second);
}

SPEC(as_many_spins_as_there_are_buffers_are_read_at_once)
{
    struct spin_reader reader[3];
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_UINT(spin_join(spin, &reader[i]), SPIN_OK);
        while (spin_working(spin)) spin_turn(spin, 10);
        order(SIDE_BUY, 1, 10050);
    }
    EXPECT_UINT(spin_join(spin, &reader[2]), SPIN_BUSY);
    EXPECT_UINT(spin_counts(spin)->join[SPIN_BUSY], 1);
    spin_leave(spin, &reader[0]);
    EXPECT_UINT(spin_join(spin, &reader[2]), SPIN_OK);
    text[0] = 0;
    EXPECT_UINT(read_on(&reader[1]), SPIN_END);
    EXPECT(strstr(text, "G 5\n") != NULL); /* untouched */
    while (spin_working(spin)) spin_turn(spin, 10);
    text[0] = 0;
    EXPECT_UINT(read_on(&reader[2]), SPIN_END);
    EXPECT(strstr(text, "G 6\n") != NULL);
}

SPEC(a_spin_that_all_have_left_is_given_up)
{
    struct spin_reader reader;
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    spin_leave(spin, &reader);
    EXPECT(!spin_working(spin));
    order(SIDE_BUY, 1, 10050);
    EXPECT(strstr(spin_text(), "G 5\n") != NULL);
    EXPECT_UINT(spin_counts(spin)->completed, 1);
}

SPEC(a_turn_keeps_to_its_budget)
{
    struct spin_reader reader;
    text[0] = 0;
    for (uint32_t i = 0; i < 900; i++) order(SIDE_BUY, 1, 10050);
    spin_turn(spin, 1);
    EXPECT_UINT(spin_counts(spin)->lag, 903 - SPIN_SLICE);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    spin_turn(spin, 1000);
    (void)read_on(&reader);
    size_t after = strlen(text);
    uint32_t turns = 0;
    for (; spin_working(spin); turns++) {
        spin_turn(spin, 100);
        (void)read_on(&reader);
        EXPECT(strlen(text) - after < (100 + SPIN_SLICE) * 30u);
        after = strlen(text);
    }
    EXPECT(turns >= 4);
    EXPECT_UINT(spin_counts(spin)->long_turn, 0);
    spin_leave(spin, &reader);
}

/* Two messages each, and nothing is left. */
static void come_and_go(uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        order(SIDE_BUY, 1, 10050);
        cancel(rig.number);
    }
}

SPEC(a_shadow_that_lags_by_half_the_history_works_longer)
{
    again(1u << 20, 2048);
    come_and_go(500);
    spin_turn(spin, 1);
    EXPECT_UINT(spin_counts(spin)->lag, 1003 - SPIN_SLICE);
    EXPECT_UINT(spin_counts(spin)->long_turn, 0);
    come_and_go(500);
    spin_turn(spin, 1);
    EXPECT(spin_counts(spin)->lag <= 1024);
    EXPECT_UINT(spin_counts(spin)->long_turn, 1);
    EXPECT_TEXT(strstr(spin_text(), "G"), "G 2004\n");
}

SPEC(bytes_count_as_well_as_messages)
{
    again(1u << 16, 1u << 14);
    come_and_go(1000); /* of 38 and 21 bytes: 59 000 of 65 536 */
    spin_turn(spin, 1);
    EXPECT(spin_counts(spin)->lag < 1200);
    EXPECT_UINT(spin_counts(spin)->long_turn, 1);
}

SPEC(a_spin_in_work_is_finished_before_the_history_has_run_past_its_shadow)
{
    struct spin_reader reader;
    again(1u << 20, 512);
    for (uint32_t i = 0; i < 200; i++) order(SIDE_BUY, 1, 10050);
    spin_turn(spin, 1000);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    spin_turn(spin, 1);
    for (uint32_t i = 0; i < 300; i++) order(SIDE_BUY, 1, 10050);
    spin_turn(spin, 1);
    text[0] = 0;
    EXPECT_UINT(read_on(&reader), SPIN_END);
    EXPECT(strstr(text, "G 204\n") != NULL);
    EXPECT(strstr(text, "A 1 201.0 ") != NULL);
    EXPECT(strstr(text, "A 1 202.0 ") == NULL);
    spin_leave(spin, &reader);
    EXPECT_UINT(spin_counts(spin)->long_turn, 1);
}

/* Between two turns more is published than the history keeps. */
static void overrun(void)
{
    for (uint32_t i = 0; i < 600; i++) order(SIDE_BUY, 1, 10050);
}

SPEC(a_shadow_that_has_missed_messages_makes_no_spin_any_more)
{
    struct spin_reader reader;
    again(1u << 20, 512);
    overrun();
    EXPECT_UINT(spin_join(spin, &reader), SPIN_BROKEN);
    spin_turn(spin, 1);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_BROKEN);
    EXPECT_UINT(spin_counts(spin)->missed, 603 - 512);
    EXPECT_UINT(spin_counts(spin)->join[SPIN_BROKEN], 2);
    EXPECT(!spin_working(spin));
}

SPEC(a_spin_that_waits_for_a_broken_shadow_is_lost)
{
    struct spin_reader reader;
    again(1u << 20, 512);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK); /* at the fourth message; it has had none */
    overrun();
    spin_turn(spin, 1);
    text[0] = 0;
    EXPECT_UINT(read_on(&reader), SPIN_LOST);
    EXPECT_TEXT(text, "");
    spin_leave(spin, &reader);
}

SPEC(a_spin_that_is_built_when_the_shadow_breaks_is_sound)
{
    struct spin_reader reader;
    again(1u << 20, 512);
    for (uint32_t i = 0; i < 100; i++) order(SIDE_BUY, 1, 10050);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    spin_turn(spin, 104);
    overrun();
    while (spin_working(spin)) spin_turn(spin, 1);
    text[0] = 0;
    EXPECT_UINT(read_on(&reader), SPIN_END);
    EXPECT(strstr(text, "A 1 101.0 ") != NULL);
    EXPECT(strstr(text, "A 1 102.0 ") == NULL);
    EXPECT(strstr(text, "G 104\n") != NULL);
    spin_leave(spin, &reader);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_BROKEN);
}

SPEC(a_shadow_whose_books_are_too_small_makes_no_spin)
{
    struct spin_reader reader;
    limits.book.levels = 10;
    again(1u << 20, 512);
    for (uint32_t i = 0; i < 20; i++) order(SIDE_BUY, 1, 10050 - i);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_OK);
    while (spin_working(spin)) spin_turn(spin, 100);
    EXPECT_UINT(read_on(&reader), SPIN_LOST);
    spin_leave(spin, &reader);
    EXPECT_UINT(spin_counts(spin)->refused, 10);
    EXPECT_UINT(spin_join(spin, &reader), SPIN_BROKEN);
}

SPEC(what_the_shadow_refuses_is_counted_before_anybody_asks)
{
    limits.book.levels = 10;
    again(1u << 20, 512);
    for (uint32_t i = 0; i < 10; i++) order(SIDE_BUY, 1, 10050 - i);
    for (uint32_t i = 0; i < BOOK_LOOKAHEAD; i++) order(SIDE_BUY, 1, 10050);
    spin_turn(spin, 1000);
    EXPECT_UINT(spin_counts(spin)->refused, 0);
    for (uint32_t i = 0; i < 20; i++) order(SIDE_BUY, 1, 10000 - i);
    for (uint32_t i = 0; i < BOOK_LOOKAHEAD; i++) order(SIDE_BUY, 1, 10050);
    spin_turn(spin, 1000);
    EXPECT_UINT(spin_counts(spin)->refused, 20);
    EXPECT_UINT(spin_counts(spin)->begun, 0);
}

SPEC(limits_out_of_range_are_said)
{
    EXPECT(spin_limits_check(&limits) == NULL);
    struct spin_limits bad = limits;
    bad.buffers = 0;
    EXPECT(spin_limits_check(&bad) != NULL);
    bad.buffers = SPIN_BUFFERS_MAX + 1;
    EXPECT(spin_limits_check(&bad) != NULL);
    bad = limits;
    bad.book.instruments = 1;
    EXPECT(spin_limits_check(&bad) != NULL);
    bad = limits;
    bad.book.orders = 0;
    EXPECT(spin_limits_check(&bad) != NULL);
}

SPEC(every_reason_has_a_name_and_a_sentence)
{
    for (uint32_t i = 0; i < SPIN_STATUS_COUNT; i++) {
        EXPECT(spin_status_text((enum spin_status)i) != NULL);
        EXPECT(spin_status_name((enum spin_status)i) != NULL);
    }
}

#define SPECS(S)                                                                                   \
    S(a_spin_says_events_directory_states_and_orders_then_where_to_go_on)                          \
    S(an_empty_venue_has_a_spin_too)                                                               \
    S(best_prices_come_first_and_of_one_price_the_oldest_order)                                    \
    S(an_order_is_said_with_what_is_left_of_it_and_its_own_reference)                              \
    S(the_last_state_of_each_instrument_is_said)                                                   \
    S(the_end_of_a_spin_is_a_g_and_twenty_places)                                                  \
    S(what_is_published_while_a_spin_is_built_is_behind_it)                                        \
    S(a_spin_is_read_while_it_is_built)                                                            \
    S(who_asks_while_a_spin_is_in_work_reads_that_one)                                             \
    S(as_many_spins_as_there_are_buffers_are_read_at_once)                                         \
    S(a_spin_that_all_have_left_is_given_up)                                                       \
    S(a_turn_keeps_to_its_budget)                                                                  \
    S(a_shadow_that_lags_by_half_the_history_works_longer)                                         \
    S(bytes_count_as_well_as_messages)                                                             \
    S(a_spin_in_work_is_finished_before_the_history_has_run_past_its_shadow)                       \
    S(a_shadow_that_has_missed_messages_makes_no_spin_any_more)                                    \
    S(a_spin_that_waits_for_a_broken_shadow_is_lost)                                               \
    S(a_spin_that_is_built_when_the_shadow_breaks_is_sound)                                        \
    S(a_shadow_whose_books_are_too_small_makes_no_spin)                                            \
    S(what_the_shadow_refuses_is_counted_before_anybody_asks)                                      \
    S(limits_out_of_range_are_said)                                                                \
    S(every_reason_has_a_name_and_a_sentence)

SPEC_MAIN("spin", SPECS, begin, end)
