/* What an engine's events, orders and inputs are called by: one sentence a kind, by hand. */

#include "dataplane/match/match_print.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <string.h>

static char said[MATCH_LINE_MAX];

static const char *event_said(struct match_event event)
{
    struct text out = text_in(said, sizeof said);
    match_print_event(&out, &event, NULL);
    return out.bytes;
}

static const char *order_said(struct match_order order)
{
    struct text out = text_in(said, sizeof said);
    match_print_order(&out, &order, NULL);
    return out.bytes;
}

#define EVENT_SAYS(sentence, ...)                                                                  \
    EXPECT_TEXT(event_said((struct match_event){__VA_ARGS__}), sentence)
#define ORDER_SAYS(sentence, ...)                                                                  \
    EXPECT_TEXT(order_said((struct match_order){__VA_ARGS__}), sentence)
#define Q(whole) ((whole)*QTY_ONE)
#define P(whole) ((whole)*PRICE_ONE)

SPEC(an_order_that_enters_the_book_says_what_it_shows)
{
    EVENT_SAYS("@7 rests 10 at 99.00", .kind = MATCH_RESTED, .id = 7, .price = P(99), .qty = Q(10),
               .left = Q(10));
    EVENT_SAYS("@7 rests 30 at 99.00 showing 10", .kind = MATCH_RESTED, .id = 7, .price = P(99),
               .qty = Q(10), .left = Q(30));
    EVENT_SAYS("@7 shows 10 of 20 at 99.00", .kind = MATCH_REFILLED, .id = 7, .price = P(99),
               .qty = Q(10), .left = Q(20));
    EVENT_SAYS("@7 waits 10 at 98.50", .kind = MATCH_WAITS, .id = 7, .price = P(98) + P(1) / 2,
               .qty = Q(10));
    EVENT_SAYS("@7 is triggered by 98.00 with 10", .kind = MATCH_TRIGGERED, .id = 7, .price = P(98),
               .qty = Q(10));
}

SPEC(a_trade_names_both_orders)
{
    EVENT_SAYS("@7 takes 0.5 from @5 at 100.00000001", .kind = MATCH_TRADED, .id = 7, .other = 5,
               .price = P(100) + 1, .qty = Q(1) / 2, .left = Q(9));
    EVENT_SAYS("@7 buys 3 from @5 at 100.00", .kind = MATCH_TRADED, .id = 7, .other = 5,
               .price = P(100), .qty = Q(3), .flags = MATCH_IN_AUCTION | MATCH_MAKER_DONE);
}

SPEC(an_order_that_ends_or_is_less_says_why)
{
    EVENT_SAYS("@7 is rejected: price is not positive", .kind = MATCH_REJECTED, .id = 7,
               .reason = MATCH_BAD_PRICE);
    EVENT_SAYS("rejected: instrument is not listed", .kind = MATCH_REJECTED,
               .reason = MATCH_NO_INSTRUMENT);
    EVENT_SAYS("@7 is canceled with 20 left: canceled by its owner", .kind = MATCH_CANCELED,
               .id = 7, .left = Q(20), .price = P(9), .reason = MATCH_BY_USER);
    EVENT_SAYS("@7 is reduced by 5 to 20: it would have traded with its own group",
               .kind = MATCH_REDUCED, .id = 7, .qty = Q(5), .left = Q(20), .reason = MATCH_SELF);
    EVENT_SAYS("@7 is rejected: ?", .kind = MATCH_REJECTED, .id = 7, .reason = 255);
}

SPEC(a_change_says_what_the_order_is_now)
{
    EVENT_SAYS("@7 becomes 20 at 99.00", .kind = MATCH_REPLACED, .id = 7, .other = 7,
               .price = P(99), .qty = Q(20), .left = Q(20));
    EVENT_SAYS("@7 becomes @8, 20 at 99.00 showing 5 keeping its place", .kind = MATCH_REPLACED,
               .id = 8, .other = 7, .price = P(99), .qty = Q(5), .left = Q(20),
               .flags = MATCH_KEPT_PRIORITY);
    EVENT_SAYS("@7 becomes 20 waiting at 99.00", .kind = MATCH_REPLACED, .id = 7, .other = 7,
               .price = P(99), .qty = Q(20), .left = Q(20), .flags = MATCH_PARKED);
    EVENT_SAYS("@7 becomes 20 at 99.00", .kind = MATCH_REPLACED, .id = 7, .other = 7,
               .price = P(99), .qty = 0, .left = Q(20));
}

SPEC(a_status_says_what_is_filled_and_what_is_to_close)
{
    EVENT_SAYS("@7 is now pending", .kind = MATCH_STATUS, .id = 7, .reason = MATCH_PENDING);
    EVENT_SAYS("@7 is now partially filled, 3 filled, 2 to close", .kind = MATCH_STATUS, .id = 7,
               .reason = MATCH_PARTIALLY_FILLED, .qty = Q(3), .left = Q(2));
    EVENT_SAYS("@7 is now closed, 3 filled", .kind = MATCH_STATUS, .id = 7,
               .reason = MATCH_CLOSED_OUT, .qty = Q(3));
    EVENT_SAYS("@7 is now expired", .kind = MATCH_STATUS, .id = 7, .reason = MATCH_ENDED_EXPIRED);
}

SPEC(an_instrument_says_what_becomes_of_it)
{
    EVENT_SAYS("@3 auctions 10 at 99.00", .kind = MATCH_AUCTIONED, .instrument = 3, .price = P(99),
               .qty = Q(10));
    EVENT_SAYS("@3 enters phase paused", .kind = MATCH_PHASED, .instrument = 3,
               .reason = MATCH_PAUSED);
    EVENT_SAYS("@3 is listed", .kind = MATCH_LISTED, .instrument = 3);
    EVENT_SAYS("@3 is removed", .kind = MATCH_REMOVED, .instrument = 3);
    EVENT_SAYS("@3 is marked at 99.00", .kind = MATCH_MARKED, .instrument = 3, .price = P(99));
}

SPEC(an_account_says_what_it_has)
{
    EVENT_SAYS("2 orders of @4 are canceled", .kind = MATCH_ALL_CANCELED, .account = 4,
               .instrument = MATCH_INSTRUMENT_ALL, .qty = Q(2));
    EVENT_SAYS("1 order of @4 is canceled in @3", .kind = MATCH_ALL_CANCELED, .account = 4,
               .instrument = 3, .qty = Q(1));
    EVENT_SAYS("@4 is in group @9", .kind = MATCH_ACCOUNTED, .account = 4, .other = 9);
    EVENT_SAYS("@4 has 1.5 @2, 1 reserved", .kind = MATCH_BALANCED, .account = 4, .instrument = 2,
               .qty = Q(3) / 2, .left = Q(1));
    EVENT_SAYS("@4 holds -3 @2 at a cost of -300", .kind = MATCH_POSITIONED, .account = 4,
               .instrument = 2, .qty = -Q(3), .left = -Q(300));
    EVENT_SAYS("@4 is liquidated in @2: 5 left, 8 needed", .kind = MATCH_LIQUIDATED, .account = 4,
               .instrument = 2, .qty = Q(5), .left = Q(8));
    EVENT_SAYS("the house covers 5 @2 of @4", .kind = MATCH_COVERED, .account = 4, .instrument = 2,
               .qty = Q(5));
    EVENT_SAYS("an event of kind 200", .kind = 200);
}

SPEC(an_order_says_where_it_stands)
{
    ORDER_SAYS("@7 buys 20 of 30 at 99.00", .id = 7, .price = P(99), .open = Q(20), .shown = Q(20),
               .total = Q(30), .type = MATCH_LIMIT);
    ORDER_SAYS("@7 sells 20 of 30 at 99.00 showing 5", .id = 7, .price = P(99), .open = Q(20),
               .shown = Q(5), .total = Q(30), .side = SIDE_SELL, .type = MATCH_LIMIT);
    ORDER_SAYS("@7 buys 20 of 30 stop 101.00", .id = 7, .trigger = P(101), .open = Q(20),
               .total = Q(30), .type = MATCH_STOP, .waits = true);
    ORDER_SAYS("@7 buys 20 of 30 stop 101.00 at 102.00", .id = 7, .trigger = P(101),
               .price = P(102), .open = Q(20), .total = Q(30), .type = MATCH_STOP_LIMIT,
               .waits = true);
    ORDER_SAYS("@7 buys 20 of 30 trailing, now 101.00", .id = 7, .trigger = P(101), .open = Q(20),
               .total = Q(30), .type = MATCH_TRAILING_STOP, .waits = true);
    ORDER_SAYS("@7 buys 20 of 30 at market", .id = 7, .open = Q(20), .shown = Q(20), .total = Q(30),
               .type = MATCH_MARKET);
}

static const char *listing_said(const struct match_listing *listing)
{
    struct {
        struct match_input input;
        struct match_listing listing;
    } made = {.input = {.kind = MATCH_LIST, .bytes = sizeof made, .instrument = 3},
              .listing = *listing};
    struct text out = text_in(said, sizeof said);
    match_print_input(&out, &made.input, NULL);
    return out.bytes;
}

SPEC(a_listing_is_a_line_with_all_that_it_says)
{
    EXPECT_TEXT(
        listing_said(&(struct match_listing){.tick = P(1) / 4,
                                             .lot = Q(1),
                                             .size = Q(50),
                                             .price_max = P(10000),
                                             .qty_max = Q(1000),
                                             .reference = P(4800),
                                             .band = P(50),
                                             .collar = P(10),
                                             .pause_ns = 250 * NANOS_MILLI,
                                             .window = 1024,
                                             .maker_ppm = 10,
                                             .taker_ppm = 2500,
                                             .initial_ppm = 100000,
                                             .maintenance_ppm = 50000,
                                             .call_s = 28800,
                                             .open_s = 32400,
                                             .closing_s = 61200,
                                             .close_s = 61501,
                                             .base = 1,
                                             .quote = 2,
                                             .class_of = MATCH_FUTURES,
                                             .phase = MATCH_CALL}),
        "list @3 futures base @1 quote @2 tick 0.25 lot 1 size 50 max-price 10000.00 "
        "max-quantity 1000 reference 4800.00 band 50.00 collar 10.00 pause 0.25s window "
        "1024 maker 10ppm taker 2500ppm margin 100000ppm keep 50000ppm calls 08:00:00 opens "
        "09:00:00 closing 17:00:00 closes 17:05:01 phase call");
    EXPECT_TEXT(listing_said(&(struct match_listing){.tick = P(1), .phase = MATCH_OPEN}),
                "list @3 plain tick 1.00 phase open");
}

SPEC(the_other_inputs_are_lines_too)
{
    struct match_input inputs[] = {
        {.kind = MATCH_TIME, .time = 7},
        {.kind = MATCH_PHASE, .instrument = 3, .type = MATCH_HALTED},
        {.kind = MATCH_REMOVE, .instrument = 3},
        {.kind = MATCH_MARK, .instrument = 3, .price = P(99)},
        {.kind = MATCH_CANCEL, .id = 7, .account = 4},
        {.kind = 99},
    };
    static const char *const lines[] = {"time @7",       "phase @3 halted", "remove @3",
                                        "mark @3 99.00", "cancel @7 by @4", "an input of kind 99"};
    for (uint32_t i = 0; i < ARRAY_COUNT(inputs); i++) {
        struct text out = text_in(said, sizeof said);
        inputs[i].bytes = sizeof inputs[i];
        match_print_input(&out, &inputs[i], NULL);
        EXPECT_TEXT(out.bytes, lines[i]);
    }
}

SPEC(any_bytes_print_as_one_line)
{
    struct spec_seeds seeds = spec_seeds(20000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        union {
            struct match_input input;
            struct match_event event;
            uint64_t word[32];
        } any;
        for (uint32_t i = 0; i < 32; i++) any.word[i] = chance_next(&chance);
        if (seed % 2) any.event.kind %= MATCH_EVENT_COUNT;
        struct text out = text_in(said, sizeof said);
        match_print_event(&out, &any.event, NULL);
        bool line = !out.cut && out.length > 0 && !memchr(said, '\n', out.length);
        any.input.bytes = (uint16_t)chance_between(&chance, sizeof any.input, sizeof any);
        if (seed % 2) any.input.kind %= MATCH_INPUT_COUNT;
        text_clear(&out);
        match_print_input(&out, &any.input, NULL);
        line &= !out.cut && out.length > 0 && !memchr(said, '\n', out.length);
        spec_expect(__FILE__, __LINE__, line, "seed %" PRIu64 ": %s", seed, said);
    }
}

#define SPECS(S)                                                                                   \
    S(an_order_that_enters_the_book_says_what_it_shows)                                            \
    S(a_trade_names_both_orders)                                                                   \
    S(an_order_that_ends_or_is_less_says_why)                                                      \
    S(a_change_says_what_the_order_is_now)                                                         \
    S(a_status_says_what_is_filled_and_what_is_to_close)                                           \
    S(an_instrument_says_what_becomes_of_it)                                                       \
    S(an_account_says_what_it_has)                                                                 \
    S(an_order_says_where_it_stands)                                                               \
    S(a_listing_is_a_line_with_all_that_it_says)                                                   \
    S(the_other_inputs_are_lines_too)                                                              \
    S(any_bytes_print_as_one_line)

SPEC_MAIN("match_print", SPECS, NULL, NULL)
