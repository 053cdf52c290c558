/* Instruments, phases and auctions as ITCH; and what cannot be said in it. */

#include "tests/publish/market_rig.h"
#include "tests/support/spec.h"

#include <string.h>

static struct market_rig rig;

static void begin(void)
{
    const struct history_limits history = {.bytes = 1u << 20, .messages = 1u << 14};
    struct match_limits limits = market_rig_limits();
    market_rig_new(&rig, &limits, &history);
}

static void end(void)
{
    itch_out_verify(rig.out);
    market_rig_free(&rig);
}

#define EXPECT_SAID(expected) EXPECT_TEXT(market_rig_said(&rig), expected)

static void list(enum match_phase phase)
{
    struct match_listing listing = market_rig_listing();
    listing.phase = (uint8_t)phase;
    market_rig_list(&rig, 0, listing);
}

static void phase(enum match_phase to)
{
    market_rig_give(&rig, (struct match_input){.kind = MATCH_PHASE, .type = (uint8_t)to});
}

static struct match_input order(enum side side, int64_t shares, int64_t cents)
{
    return market_rig_order(&rig, side, shares, cents);
}

static void buy(int64_t shares, int64_t cents)
{
    market_rig_give(&rig, order(SIDE_BUY, shares, cents));
}

static void sell(int64_t shares, int64_t cents)
{
    market_rig_give(&rig, order(SIDE_SELL, shares, cents));
}

SPEC(a_listing_is_said_with_its_state)
{
    list(MATCH_OPEN);
    struct match_listing listing = market_rig_listing();
    memcpy(listing.symbol, "B", 2);
    listing.lot = SHARES(100);
    listing.phase = MATCH_CLOSED;
    market_rig_list(&rig, 1, listing);
    listing.phase = MATCH_CALL;
    market_rig_list(&rig, 2, listing);
    listing.phase = MATCH_HALTED;
    market_rig_list(&rig, 3, listing);
    EXPECT_SAID("R 1 AAPL 1 N\nH 1 AAPL T|    |\n"
                "R 2 B 100 Y\nH 2 B H|M2  |\n"
                "R 3 B 100 Y\nH 3 B Q|    |\n"
                "R 4 B 100 Y\nH 4 B H|    |\n");
}

/* Lists what cannot be said; its orders, trades and phases are not. */
static void refuse(struct match_listing listing, enum itch_out_status reason)
{
    struct match_input input = order(SIDE_BUY, 0, 0);
    const struct itch_out_counts *counts = itch_out_counts(rig.out);
    uint64_t before = counts->list[reason], unpublished = counts->unpublished;
    market_rig_list(&rig, 0, listing);
    EXPECT_UINT(counts->list[reason], before + 1);
    EXPECT(!itch_out_published(rig.out, 0));
    input.id = 500;
    input.qty = listing.lot;
    input.price = listing.tick;
    market_rig_give(&rig, input);
    input.id = 501;
    input.account = 501;
    input.side = SIDE_SELL;
    market_rig_give(&rig, input);
    phase(MATCH_HALTED);
    market_rig_give(&rig, (struct match_input){.kind = MATCH_REMOVE});
    EXPECT_UINT(counts->unpublished, unpublished + 5); /* listed, rested, traded, phased, removed */
    EXPECT_SAID("");
}

SPEC(an_instrument_that_cannot_be_said_is_not_published)
{
    struct match_listing listing = market_rig_listing();
    memset(listing.symbol, 0, sizeof listing.symbol);
    refuse(listing, ITCH_OUT_BAD_SYMBOL);
    memcpy(listing.symbol, "NINECHARS", 9);
    refuse(listing, ITCH_OUT_BAD_SYMBOL);
    memcpy(listing.symbol, "A B\0\0\0\0\0\0", 9);
    refuse(listing, ITCH_OUT_BAD_SYMBOL);
    listing = market_rig_listing();
    listing.tick = PRICE_ONE / 20000;
    refuse(listing, ITCH_OUT_FINE_TICK);
    listing = market_rig_listing();
    listing.lot = QTY_ONE / 10;
    refuse(listing, ITCH_OUT_FINE_LOT);
    listing = market_rig_listing();
    listing.price_max = CENTS(20000001);
    refuse(listing, ITCH_OUT_HIGH_PRICE);
    listing = market_rig_listing();
    listing.lot = SHARES(1000);
    listing.price_max = listing.reference = listing.collar = CENTS(100);
    listing.qty_max = SHARES(4294968000);
    refuse(listing, ITCH_OUT_LARGE_QTY);
}

SPEC(the_edges_of_what_can_be_said)
{
    struct match_listing listing = market_rig_listing();
    memcpy(listing.symbol, "EIGHT.CH", 8);
    listing.tick = PRICE_PER_E4;
    listing.price_max = 200000 * PRICE_ONE;
    listing.qty_max = SHARES(100000);
    market_rig_list(&rig, 0, listing);
    struct match_input input = order(SIDE_SELL, 100000, 20000000);
    market_rig_give(&rig, input);
    input = order(SIDE_BUY, 1, 0);
    input.price = PRICE_PER_E4;
    market_rig_give(&rig, input);
    EXPECT_SAID("R 1 EIGHT.CH 1 N\nH 1 EIGHT.CH T|    |\n"
                "A 1 2.0 S 100000 EIGHT.CH 200000.00\n"
                "A 1 3.0 B 1 EIGHT.CH 0.0001\n");
}

SPEC(every_phase_is_said)
{
    list(MATCH_CLOSED);
    (void)market_rig_said(&rig);
    phase(MATCH_HALTED);
    phase(MATCH_OPEN);
    phase(MATCH_HALTED);
    phase(MATCH_CLOSED);
    EXPECT_SAID("H 1 AAPL H|    |\n"
                "H 1 AAPL T|    |\n"
                "H 1 AAPL H|    |\n"
                "H 1 AAPL H|M2  |\n");
}

SPEC(a_call_in_which_nothing_crosses_ends_with_a_cross_of_nothing)
{
    list(MATCH_CALL);
    buy(10, 9900);
    sell(10, 10100);
    (void)market_rig_said(&rig);
    phase(MATCH_OPEN);
    EXPECT_SAID("Q 1 0 AAPL 0.00 4.0 O\n"
                "H 1 AAPL T|    |\n");
}

SPEC(an_auction_executes_both_sides_unprinted_and_is_printed_once)
{
    list(MATCH_CALL);
    buy(30, 10100);
    buy(30, 10050);
    sell(40, 10050);
    (void)market_rig_said(&rig);
    phase(MATCH_OPEN);
    EXPECT_SAID("C 1 2.0 30 5.1 N 100.50\n"
                "C 1 4.0 30 5.1 N 100.50\n"
                "C 1 3.0 10 5.2 N 100.50\n"
                "C 1 4.0 10 5.2 N 100.50\n"
                "Q 1 40 AAPL 100.50 5.0 O\n"
                "H 1 AAPL T|    |\n");
}

SPEC(the_auction_at_the_end_of_the_day_is_a_closing_one_then_day_orders_go)
{
    list(MATCH_OPEN);
    struct match_input day = order(SIDE_BUY, 50, 10050);
    day.tif = MATCH_DAY;
    market_rig_give(&rig, day);
    phase(MATCH_CALL);
    sell(20, 10050);
    (void)market_rig_said(&rig);
    phase(MATCH_CLOSED);
    EXPECT_SAID("C 1 2.0 20 5.1 N 100.50\n"
                "C 1 4.0 20 5.1 N 100.50\n"
                "Q 1 20 AAPL 100.50 5.0 C\n"
                "H 1 AAPL H|M2  |\n"
                "D 1 2.0\n");
}

SPEC(a_pause_is_said_and_ends_with_a_cross_of_its_own)
{
    struct match_listing listing = market_rig_listing();
    listing.band = CENTS(100);
    listing.pause_ns = NANOS_SECOND;
    market_rig_list(&rig, 0, listing);
    sell(10, 10200);
    (void)market_rig_said(&rig);
    buy(10, 10200);
    EXPECT_SAID("A 1 3.0 B 10 AAPL 102.00\n"
                "H 1 AAPL P|LUDP|\n");
    rig.time += NANOS_SECOND;
    market_rig_give(&rig, (struct match_input){.kind = MATCH_TIME});
    EXPECT_SAID("C 1 3.0 10 4.1 N 102.00\n"
                "C 1 2.0 10 4.1 N 102.00\n"
                "Q 1 10 AAPL 102.00 4.0 H\n"
                "H 1 AAPL T|    |\n");
}

SPEC(an_iceberg_in_an_auction_trades_part_by_part)
{
    list(MATCH_CALL);
    buy(50, 10050);
    market_rig_terms(&rig, order(SIDE_SELL, 40, 10050),
                     (struct match_terms){.display = SHARES(30)});
    (void)market_rig_said(&rig);
    phase(MATCH_OPEN);
    EXPECT_SAID("C 1 2.0 30 4.1 N 100.50\n"
                "C 1 3.0 30 4.1 N 100.50\n"
                "A 1 4.2 S 10 AAPL 100.50\n"
                "C 1 2.0 10 4.3 N 100.50\n"
                "C 1 4.2 10 4.3 N 100.50\n"
                "Q 1 40 AAPL 100.50 4.0 O\n"
                "H 1 AAPL T|    |\n");
}

/* The first auction ends with own orders in the way; what they leave is crossed again. */
SPEC(an_auction_that_follows_another_is_printed_by_itself)
{
    list(MATCH_CALL);
    struct match_input own = order(SIDE_BUY, 10, 10060);
    own.account = 9;
    own.self_trade = MATCH_CANCEL_NEWEST;
    market_rig_give(&rig, own);
    buy(10, 10055);
    own = order(SIDE_SELL, 10, 10050);
    own.account = 9;
    market_rig_give(&rig, own);
    sell(10, 10058);
    (void)market_rig_said(&rig);
    phase(MATCH_OPEN);
    EXPECT_SAID("D 1 2.0\n"
                "Q 1 0 AAPL 100.56 6.0 O\n"
                "C 1 3.0 10 6.3 N 100.55\n"
                "C 1 4.0 10 6.3 N 100.55\n"
                "Q 1 10 AAPL 100.55 6.2 O\n"
                "H 1 AAPL T|    |\n");
}

SPEC(an_instrument_that_is_removed_takes_its_orders_along_and_can_be_listed_again)
{
    list(MATCH_OPEN);
    buy(10, 10050);
    (void)market_rig_said(&rig);
    market_rig_give(&rig, (struct match_input){.kind = MATCH_REMOVE});
    EXPECT_SAID("D 1 2.0\n"
                "H 1 AAPL H|M2  |\n");
    struct match_listing listing = market_rig_listing();
    memcpy(listing.symbol, "MSFT", 4);
    market_rig_list(&rig, 0, listing);
    EXPECT_SAID("R 1 MSFT 1 N\n"
                "H 1 MSFT T|    |\n");
}

SPEC(the_day_is_the_owner_s_to_say)
{
    for (const char *code = "OSQMEC"; *code != 0; code++)
        itch_out_system(rig.out, *code, MARKET_MIDNIGHT);
    EXPECT_SAID("S 0 O\nS 0 S\nS 0 Q\nS 0 M\nS 0 E\nS 0 C\n");
}

SPEC(what_an_auction_would_do_is_said_in_a_call)
{
    list(MATCH_CALL);
    (void)market_rig_said(&rig);
    struct itch_out_indication indication = {
        .price = CENTS(10050),
        .paired = SHARES(100),
        .imbalance = SHARES(50),
        .side = SIDE_BUY,
        .reference = CENTS(10000),
    };
    itch_out_indicate(rig.out, &indication, rig.time);
    indication.side = SIDE_SELL;
    indication.price = CENTS(10100);
    itch_out_indicate(rig.out, &indication, rig.time);
    indication.price = CENTS(8900);
    itch_out_indicate(rig.out, &indication, rig.time);
    indication.imbalance = 0;
    indication.price = CENTS(13000);
    itch_out_indicate(rig.out, &indication, rig.time);
    indication.price = indication.paired = 0;
    itch_out_indicate(rig.out, &indication, rig.time);
    EXPECT_SAID("I 1 100 50 B AAPL 100.50 100.50 100.00 O L\n"
                "I 1 100 50 S AAPL 101.00 101.00 100.00 O 1\n"
                "I 1 100 50 S AAPL 89.00 89.00 100.00 O A\n"
                "I 1 100 0 N AAPL 130.00 130.00 100.00 O C\n"
                "I 1 0 0 O AAPL 0.00 0.00 100.00 O  \n");
    phase(MATCH_OPEN);
    phase(MATCH_CALL);
    (void)market_rig_said(&rig);
    itch_out_indicate(rig.out, &indication, rig.time);
    EXPECT_SAID("I 1 0 0 O AAPL 0.00 0.00 100.00 C  \n");
}

SPEC(nothing_is_said_of_auctions_outside_a_call)
{
    list(MATCH_OPEN);
    (void)market_rig_said(&rig);
    struct itch_out_indication indication = {.price = CENTS(10050), .paired = SHARES(100)};
    itch_out_indicate(rig.out, &indication, rig.time);
    EXPECT_SAID("");
}

SPEC(limits_out_of_range_are_said)
{
    struct itch_out_limits limits = {.instruments = 1, .orders = 1};
    EXPECT(itch_out_limits_check(&limits) == NULL);
    limits.orders = 0;
    EXPECT(itch_out_limits_check(&limits) != NULL);
    limits.orders = MATCH_ORDERS_MAX + 1;
    EXPECT(itch_out_limits_check(&limits) != NULL);
    limits = (struct itch_out_limits){.instruments = 0, .orders = 1};
    EXPECT(itch_out_limits_check(&limits) != NULL);
    limits.instruments = MATCH_INSTRUMENTS_MAX + 1;
    EXPECT(itch_out_limits_check(&limits) != NULL);
}

SPEC(every_reason_has_a_name_and_a_sentence)
{
    for (uint32_t i = 0; i < ITCH_OUT_STATUS_COUNT; i++) {
        EXPECT(itch_out_status_text((enum itch_out_status)i) != NULL);
        EXPECT(itch_out_status_name((enum itch_out_status)i) != NULL);
    }
}

#define SPECS(S)                                                                                   \
    S(a_listing_is_said_with_its_state)                                                            \
    S(an_instrument_that_cannot_be_said_is_not_published)                                          \
    S(the_edges_of_what_can_be_said)                                                               \
    S(every_phase_is_said)                                                                         \
    S(a_call_in_which_nothing_crosses_ends_with_a_cross_of_nothing)                                \
    S(an_auction_executes_both_sides_unprinted_and_is_printed_once)                                \
    S(the_auction_at_the_end_of_the_day_is_a_closing_one_then_day_orders_go)                       \
    S(a_pause_is_said_and_ends_with_a_cross_of_its_own)                                            \
    S(an_iceberg_in_an_auction_trades_part_by_part)                                                \
    S(an_auction_that_follows_another_is_printed_by_itself)                                        \
    S(an_instrument_that_is_removed_takes_its_orders_along_and_can_be_listed_again)                \
    S(the_day_is_the_owner_s_to_say)                                                               \
    S(what_an_auction_would_do_is_said_in_a_call)                                                  \
    S(nothing_is_said_of_auctions_outside_a_call)                                                  \
    S(limits_out_of_range_are_said)                                                                \
    S(every_reason_has_a_name_and_a_sentence)

SPEC_MAIN("itch_out: instruments and phases", SPECS, begin, end)
