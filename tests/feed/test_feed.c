/* Messages become books, states and events; the bytes are those of feed_bytes.h. */

#include "dataplane/feed/feed.h"
#include "tests/feed/feed_bytes.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct feed *feed;
static void *memory;
static uint64_t sequence;

enum { INSTRUMENTS = 8 };

static void send_raw(const uint8_t *bytes, uint32_t length)
{
    static uint8_t payload[65536 + 2];
    static const uint16_t offset[1] = {0};
    payload[0] = (uint8_t)(length >> 8);
    payload[1] = (uint8_t)length;
    memcpy(payload + 2, bytes, length);
    sequence++;
    struct channel_run run = {.payload = payload,
                              .offset = offset,
                              .count = 1,
                              .sequence = sequence,
                              .arrival = {.ns = 5000 + sequence}};
    feed_run(feed, &run);
}

static void send(struct message message)
{
    send_raw(message.byte, message.length);
    feed_flush(feed);
    book_verify(feed_book(feed));
}

static void step(enum channel_step what, uint64_t first, uint64_t end)
{
    struct channel_output output = {.gap = {.first = first, .end = end}};
    if (what == CHANNEL_SESSION)
        output = (struct channel_output){.session = {.name = "S1        ", .sequence = first}};
    feed_step(feed, what, &output, 7777);
    book_verify(feed_book(feed));
}

static void drop_events(void)
{
    struct feed_event event;
    while (feed_event(feed, &event)) {
    }
}

static void before_each(void)
{
    struct feed_limits limits = {.book = {.instruments = INSTRUMENTS, .orders = 200, .levels = 200},
                                 .digest = true};
    memory = aligned_alloc(CACHE_LINE, ALIGN_UP(feed_footprint(&limits), CACHE_LINE));
    feed = feed_new(memory, &limits);
    sequence = 0;
    step(CHANNEL_SESSION, 1, 0);
    drop_events();
}

static void after_each(void)
{
    const struct feed_counts *counts = feed_counts(feed);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ITCH_STATUS_COUNT; i++) sum += counts->status[i];
    EXPECT_UINT(counts->message, sum); /* every message is counted once */
    free(memory);
}

static struct market market_of(uint32_t instrument)
{
    struct market market = {0};
    feed_market(feed, instrument, &market);
    return market;
}

#define SHARES (uint64_t)100000000

SPEC(an_add_rests_and_names_its_instrument)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    send(order_add(A1, 71, 'S', 200, 1000100));
    struct market market = market_of(A1);
    EXPECT_UINT((uint64_t)market.bid, 100 * SHARES);
    EXPECT_UINT((uint64_t)market.bid_qty, 300 * SHARES);
    EXPECT_UINT((uint64_t)market.ask, 10001000000);
    EXPECT_UINT((uint64_t)market.ask_qty, 200 * SHARES);
    EXPECT_UINT(market.sequence, 2);
    EXPECT_UINT(market.exchange_ns, 34200000000007);
    EXPECT_UINT(market.rx_ns, 5002);
    EXPECT_UINT(feed_find(feed, "ALPHA"), A1);
    EXPECT_UINT(feed_counts(feed)->type['A'], 2);
}

SPEC(an_attributed_add_rests_too)
{
    struct message message = order_add(A1, 70, 'S', 300, 1000000);
    message.byte[0] = 'F';
    message.length = 40;
    memcpy(message.byte + 36, "NSDQ", 4);
    send(message);
    EXPECT_UINT((uint64_t)market_of(A1).ask_qty, 300 * SHARES);
}

SPEC(a_side_that_is_neither_b_nor_s_is_refused)
{
    send(order_add(A1, 70, 'X', 300, 1000000));
    EXPECT_UINT(book_counts(feed_book(feed))->command[BOOK_BAD_FIELD], 1);
    EXPECT_UINT(feed_counts(feed)->status[ITCH_OK], 1);
}

SPEC(executions_cancels_deletes_and_replacements_change_the_order_they_name)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    send(order_named('E', 31, A1, 70, 100));
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 200 * SHARES);
    EXPECT_UINT(market_of(A1).volume, 100 * SHARES);
    send(order_named('X', 23, A1, 70, 50));
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 150 * SHARES);
    send(order_replace(A1, 70, 80, 90, 990000));
    EXPECT_UINT((uint64_t)market_of(A1).bid, 99 * SHARES);
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 90 * SHARES);
    send(order_named('D', 19, A1, 80, 0));
    EXPECT_UINT((uint64_t)market_of(A1).bid, 0);
    EXPECT_UINT(market_of(A1).volume, 100 * SHARES);
    EXPECT_UINT(book_counts(feed_book(feed))->command[BOOK_OK], 5);
}

SPEC(an_execution_with_a_price_counts_only_if_it_is_printable)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    send(executed_at('N'));
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 200 * SHARES);
    EXPECT_UINT(market_of(A1).trades, 0);
    send(executed_at('Y'));
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 100 * SHARES);
    EXPECT_UINT(market_of(A1).trades, 1);
    EXPECT_UINT((uint64_t)market_of(A1).last, 101 * SHARES);
    EXPECT_UINT(market_of(A1).notional, 10100 * SHARES);
}

SPEC(trades_and_crosses_count_without_an_order)
{
    send(trade_of(A2, 10, 500000));
    struct message cross = with_symbol('Q', 40, A2, 19);
    number(&cross, 11, 8, 5000000000); /* more than 32 bits */
    number(&cross, 27, 4, 510000);
    send(cross);
    EXPECT_UINT(market_of(A2).volume, 5000000010 * SHARES);
    EXPECT_UINT(market_of(A2).trades, 2);
    EXPECT_UINT((uint64_t)market_of(A2).last, 51 * SHARES);
    number(&cross, 11, 8, 0);
    send(cross); /* the auction is over, nothing traded */
    EXPECT_UINT(market_of(A2).trades, 2);
    EXPECT_UINT(market_of(A2).bid_orders, 0);
}

SPEC(the_other_types_are_counted_and_change_nothing)
{
    static const struct {
        char type;
        uint8_t length;
    } others[] = {{'Y', 20}, {'L', 26}, {'V', 35}, {'W', 12}, {'K', 28},
                  {'J', 35}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
    send(order_add(A1, 70, 'B', 300, 1000000));
    uint64_t digest = feed_digest(feed);
    uint32_t count;
    feed_changed(feed, &count);
    feed_listed(feed, &count);
    for (uint32_t i = 0; i < ARRAY_COUNT(others); i++) {
        send(any(others[i].type, others[i].length, others[i].type == 'K' ? 0 : A1));
        EXPECT_UINT(feed_counts(feed)->type[(uint8_t)others[i].type], 1);
    }
    feed_changed(feed, &count);
    EXPECT_UINT(count, 0);
    feed_listed(feed, &count);
    EXPECT_UINT(count, 0);
    EXPECT_UINT(feed_digest(feed), digest);
    EXPECT_UINT(feed_counts(feed)->trade_broken, 1);
    EXPECT_UINT(feed_counts(feed)->status[ITCH_OK], 1 + ARRAY_COUNT(others));
}

SPEC(longer_messages_are_read_by_their_known_part)
{
    struct message message = order_add(A1, 70, 'B', 300, 1000000);
    message.length = 50;
    send(message);
    struct message halt = action(A1, 'T');
    halt.length = 30;
    send(halt);
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 300 * SHARES);
    EXPECT_UINT(feed_state(feed, A1), MARKET_LIVE);
    EXPECT_UINT(feed_counts(feed)->longer, 2);
    EXPECT_UINT(feed_counts(feed)->status[ITCH_OK], 2);
}

SPEC(a_longer_add_names_its_instrument_too)
{
    struct message message = order_add(A1, 70, 'B', 300, 1000000);
    message.length = 50;
    send(message);
    EXPECT_UINT(feed_find(feed, "ALPHA"), A1);
}

SPEC(what_is_no_message_is_refused_and_the_rest_of_its_run_goes_on)
{
    static const uint16_t offset[] = {0, 2, 2 + 2 + 35, 2 + 2 + 35 + 2 + 40};
    uint8_t payload[2 + 2 + 35 + 2 + 40 + 2 + 36] = {0};
    struct message add = order_add(A1, 70, 'B', 300, 1000000);
    payload[3] = 35; /* behind an empty one, an add one byte short */
    memcpy(payload + 4, add.byte, 35);
    payload[offset[2] + 1] = 40;
    payload[offset[2] + 2] = 'Z';
    payload[offset[3] + 1] = 36;
    memcpy(payload + offset[3] + 2, add.byte, 36);
    struct channel_run run = {.payload = payload, .offset = offset, .count = 4, .sequence = 1};
    feed_run(feed, &run);
    feed_flush(feed);
    const struct feed_counts *counts = feed_counts(feed);
    EXPECT_UINT(counts->message, 4);
    EXPECT_UINT(counts->status[ITCH_EMPTY], 1);
    EXPECT_UINT(counts->status[ITCH_SHORT], 1);
    EXPECT_UINT(counts->status[ITCH_UNKNOWN_TYPE], 1);
    EXPECT_UINT(counts->status[ITCH_OK], 1);
    EXPECT_UINT((uint64_t)market_of(A1).bid_qty, 300 * SHARES);
    EXPECT_UINT(market_of(A1).sequence, 4);
}

SPEC(what_is_no_message_does_not_move_the_markets_time)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    struct message unknown = any('Z', 20, A1);
    number(&unknown, 5, 6, 1);
    send(unknown);
    EXPECT_UINT(market_of(A1).exchange_ns, 34200000000007);
}

SPEC(a_book_is_halted_until_its_instrument_is_said_to_trade)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    send(action(A1, 'T'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_LIVE);
    EXPECT_UINT(feed_state(feed, A2), MARKET_HALTED);
    static const char halts[] = {'H', 'P', 'Q'};
    for (uint32_t i = 0; i < ARRAY_COUNT(halts); i++) {
        send(action(A1, halts[i]));
        EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
        send(action(A1, 'T'));
        EXPECT_UINT(market_of(A1).state, MARKET_LIVE);
    }
}

SPEC(an_operational_halt_counts_on_its_own_market_only)
{
    send(action(A1, 'T'));
    send(operational(A1, 'B', 'H'));
    send(operational(A1, 'X', 'H'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_LIVE);
    send(operational(A1, 'Q', 'H'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    send(action(A1, 'T'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    send(operational(A1, 'B', 'T'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    send(operational(A1, 'Q', 'T'));
    EXPECT_UINT(feed_state(feed, A1), MARKET_LIVE);
}

SPEC(a_contradiction_is_a_gap_of_its_instrument_only)
{
    send(action(A1, 'T'));
    send(action(A2, 'T'));
    send(order_named('D', 19, A1, 999, 0));
    EXPECT_UINT(feed_state(feed, A1), MARKET_GAP);
    EXPECT_UINT(feed_state(feed, A2), MARKET_LIVE);
    EXPECT_UINT(feed_counts(feed)->status[ITCH_OK], 3);
    EXPECT_UINT(book_counts(feed_book(feed))->command[BOOK_UNKNOWN_ORDER], 1);
}

static void event_is(enum feed_event_kind kind, uint32_t instrument, enum market_state from,
                     enum market_state to)
{
    struct feed_event event = {.instrument = UINT16_MAX};
    EXPECT(feed_event(feed, &event));
    EXPECT_UINT(event.kind, kind);
    EXPECT_UINT(event.instrument, instrument);
    EXPECT_TEXT(market_state_text(event.from), market_state_text(from));
    EXPECT_TEXT(market_state_text(event.to), market_state_text(to));
}

static void no_event(void)
{
    struct feed_event event;
    EXPECT(!feed_event(feed, &event));
}

SPEC(changes_of_state_are_events_in_order)
{
    send(action(A1, 'T'));
    send(action(A1, 'T')); /* no change */
    step(CHANNEL_STALE, 0, 0);
    step(CHANNEL_FRESH, 0, 0);
    send(action(A1, 'H'));
    step(CHANNEL_GAP, 10, 12);
    step(CHANNEL_STALE, 0, 0);
    step(CHANNEL_END, 0, 0);
    event_is(FEED_TRADING, A1, MARKET_HALTED, MARKET_LIVE);
    event_is(FEED_STALE, 0, MARKET_LIVE, MARKET_STALE);
    event_is(FEED_FRESH, 0, MARKET_STALE, MARKET_LIVE);
    event_is(FEED_TRADING, A1, MARKET_LIVE, MARKET_HALTED);
    event_is(FEED_GAP, 0, MARKET_LIVE, MARKET_GAP);
    event_is(FEED_STALE, 0, MARKET_GAP, MARKET_GAP);
    event_is(FEED_END, 0, MARKET_GAP, MARKET_CLOSED);
    no_event();
}

SPEC(a_trading_event_says_the_same_however_messages_are_grouped)
{
    send(action(A1, 'T'));
    drop_events();
    struct message unknown = order_named('D', 19, A1, 999, 0), halt = action(A1, 'H');
    send_raw(unknown.byte, unknown.length); /* not flushed: its contradiction still waits */
    send_raw(halt.byte, halt.length);
    feed_flush(feed);
    EXPECT_UINT(feed_state(feed, A1), MARKET_GAP);
    no_event(); /* as when it is flushed between: from GAP to GAP */
}

SPEC(a_quarantine_is_a_gap)
{
    step(CHANNEL_QUARANTINE, 0, 0);
    event_is(FEED_QUARANTINE, 0, MARKET_LIVE, MARKET_GAP);
    EXPECT_UINT(feed_state(feed, A1), MARKET_GAP);
}

SPEC(the_worst_state_wins)
{
    send(action(A1, 'H'));
    step(CHANNEL_STALE, 0, 0);
    EXPECT_UINT(feed_state(feed, A1), MARKET_STALE);
    step(CHANNEL_FRESH, 0, 0);
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    step(CHANNEL_GAP, 3, 4);
    step(CHANNEL_FRESH, 0, 0);
    EXPECT_UINT(feed_state(feed, A1), MARKET_GAP);
}

SPEC(the_day_begins_with_empty_books_and_ends_closed)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    step(CHANNEL_GAP, 2, 5);
    drop_events();
    send(phase('O'));
    event_is(FEED_PHASE, 0, MARKET_GAP, MARKET_LIVE);
    EXPECT_UINT(market_of(A1).bid_orders, 0);
    send(phase('Q'));
    event_is(FEED_PHASE, 0, MARKET_LIVE, MARKET_LIVE);
    send(phase('C'));
    event_is(FEED_PHASE, 0, MARKET_LIVE, MARKET_CLOSED);
    EXPECT_UINT(feed_state(feed, A1), MARKET_CLOSED);
}

SPEC(a_new_session_clears_everything_and_whoever_saw_it_is_told)
{
    send(order_add(A1, 70, 'B', 300, 1000000));
    send(action(A1, 'T'));
    uint32_t count;
    feed_changed(feed, &count);
    step(CHANNEL_SESSION, 1, 0);
    const uint16_t *changed = feed_changed(feed, &count);
    EXPECT_UINT(count, 1);
    EXPECT_UINT(changed[0], A1);
    EXPECT_UINT(market_of(A1).bid_orders, 0);
    EXPECT_UINT(feed_state(feed, A1), MARKET_HALTED);
    EXPECT_UINT(feed_find(feed, "ALPHA"), 0);
    EXPECT_UINT(feed_last_instrument(feed), 0);
}

SPEC(a_session_joined_late_is_a_gap_until_the_next)
{
    step(CHANNEL_SESSION, 500, 0);
    EXPECT_UINT(feed_channel_state(feed), MARKET_GAP);
    step(CHANNEL_SESSION, 1, 0);
    EXPECT_UINT(feed_channel_state(feed), MARKET_LIVE);
}

SPEC(an_instrument_is_listed_once_for_each_name_it_gets)
{
    uint32_t count;
    send(with_symbol('R', 39, A1, 11));
    send(with_symbol('R', 39, A1, 11));
    send(action(A2, 'T'));
    const uint16_t *listed = feed_listed(feed, &count);
    EXPECT_UINT(count, 2);
    EXPECT_UINT(listed[0], A1);
    EXPECT_UINT(listed[1], A2);
    send(with_symbol('R', 39, A1, 11));
    feed_listed(feed, &count);
    EXPECT_UINT(count, 0);
    struct message renamed = with_symbol('R', 39, A1, 11);
    memcpy(renamed.byte + 11, "GAMMA   ", 8);
    send(renamed);
    feed_listed(feed, &count);
    EXPECT_UINT(count, 1);
    char symbol[9];
    feed_symbol(feed, A1, symbol);
    EXPECT_TEXT(symbol, "GAMMA");
    EXPECT_UINT(feed_find(feed, "ALPHA"), 0);
    EXPECT_UINT(feed_find(feed, "BETA"), A2);
}

SPEC(locates_beyond_the_limit_are_counted_and_name_nothing)
{
    send(with_symbol('R', 39, INSTRUMENTS, 11));
    send(with_symbol('R', 39, 0, 11));
    send(action(65535, 'T'));
    EXPECT_UINT(feed_counts(feed)->locate_unknown, 3);
    send(order_add(65535, 1, 'B', 1, 1));
    EXPECT_UINT(book_counts(feed_book(feed))->command[BOOK_BAD_INSTRUMENT], 1);
    EXPECT_UINT(feed_last_instrument(feed), 0);
}

SPEC(events_beyond_their_limit_give_way_to_newer_ones_and_are_counted)
{
    for (uint32_t i = 0; i < FEED_EVENTS_MAX + 3; i++) step(CHANNEL_GAP, i + 1, i + 2);
    EXPECT_UINT(feed_counts(feed)->event_lost, 3);
    struct feed_event event = {0};
    EXPECT(feed_event(feed, &event));
    EXPECT_UINT(event.first, 4);
}

SPEC(any_bytes_as_messages_are_counted_and_break_nothing)
{
    static const char types[] = "SRHYLVWKJhAFEXCDUPQBINO";
    struct spec_seeds seeds = spec_seeds(3);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        for (uint32_t i = 0; i < 20000; i++) {
            uint8_t bytes[64];
            uint32_t length = (uint32_t)chance_between(&chance, 0, 60);
            for (uint32_t k = 0; k < length; k++)
                bytes[k] = (uint8_t)(chance_next(&chance) % 3 ? 0 : chance_next(&chance));
            if (length > 0 && i % 8 > 0) bytes[0] = (uint8_t)types[chance_next(&chance) % 23];
            if (length > 2 && i % 4 > 0) bytes[1] = 0, bytes[2] = (uint8_t)(i % 9);
            uint8_t *exact = malloc(length + 2); /* so that any read past it is seen */
            static const uint16_t offset[1] = {0};
            exact[0] = 0;
            exact[1] = (uint8_t)length;
            memcpy(exact + 2, bytes, length);
            struct channel_run run = {
                .payload = exact, .offset = offset, .count = 1, .sequence = ++sequence};
            feed_run(feed, &run);
            free(exact);
            if (i % 500 == 0) {
                feed_flush(feed);
                book_verify(feed_book(feed));
            }
        }
    }
    EXPECT_UINT(feed_counts(feed)->message, sequence);
}

#define SPECS(S)                                                                                   \
    S(an_add_rests_and_names_its_instrument)                                                       \
    S(an_attributed_add_rests_too)                                                                 \
    S(a_side_that_is_neither_b_nor_s_is_refused)                                                   \
    S(executions_cancels_deletes_and_replacements_change_the_order_they_name)                      \
    S(an_execution_with_a_price_counts_only_if_it_is_printable)                                    \
    S(trades_and_crosses_count_without_an_order)                                                   \
    S(the_other_types_are_counted_and_change_nothing)                                              \
    S(longer_messages_are_read_by_their_known_part)                                                \
    S(a_longer_add_names_its_instrument_too)                                                       \
    S(what_is_no_message_is_refused_and_the_rest_of_its_run_goes_on)                               \
    S(what_is_no_message_does_not_move_the_markets_time)                                           \
    S(a_book_is_halted_until_its_instrument_is_said_to_trade)                                      \
    S(an_operational_halt_counts_on_its_own_market_only)                                           \
    S(a_contradiction_is_a_gap_of_its_instrument_only)                                             \
    S(changes_of_state_are_events_in_order)                                                        \
    S(a_trading_event_says_the_same_however_messages_are_grouped)                                  \
    S(a_quarantine_is_a_gap)                                                                       \
    S(the_worst_state_wins)                                                                        \
    S(the_day_begins_with_empty_books_and_ends_closed)                                             \
    S(a_new_session_clears_everything_and_whoever_saw_it_is_told)                                  \
    S(a_session_joined_late_is_a_gap_until_the_next)                                               \
    S(an_instrument_is_listed_once_for_each_name_it_gets)                                          \
    S(locates_beyond_the_limit_are_counted_and_name_nothing)                                       \
    S(events_beyond_their_limit_give_way_to_newer_ones_and_are_counted)                            \
    S(any_bytes_as_messages_are_counted_and_break_nothing)
SPEC_MAIN("feed", SPECS, before_each, after_each)
