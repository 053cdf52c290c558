#include "tests/match/rich_state.h"

/* Instruments, all in ticks of 0.01 and lots of 0.1:
 *     0  spot 1/2 with fees       3  plain, with a calendar, in its call
 *     1  futures in 2             4  plain, halted
 *     2  plain, paused by a band  5  plain, where stops have fired that have not run
 * Accounts 1 to 4 have money, and each is a group. */

struct match_limits rich_state_limits(void)
{
    return (struct match_limits){
        .instruments = RICH_INSTRUMENTS,
        .orders = 500,
        .specials = 400,
        .pages = 200,
        .window = 32768,
        .accounts = 16,
        .holdings = 90,
        .assets = 4,
        .balances = 60,
        .cascade = 1,
        .money_events = true,
        .secret = 77,
    };
}

/* What is told, numbered and timed. */
struct teller {
    struct rig *rig;
    uint64_t number;
    nanos_t time;
    CACHE_ALIGNED struct {
        struct match_input input;
        union {
            struct match_terms terms;
            struct match_listing listing;
        };
    } out;
};

static void tell(struct teller *to, struct match_input input)
{
    to->out.input = input;
    to->out.input.number = ++to->number;
    to->out.input.time = to->time;
    if (input.bytes == 0) to->out.input.bytes = sizeof input;
    rig_apply(to->rig, &to->out.input);
}

static void tell_terms(struct teller *to, struct match_input input, struct match_terms terms)
{
    to->out.terms = terms;
    input.bytes = sizeof input + sizeof terms;
    tell(to, input);
}

static void tell_listing(struct teller *to, uint16_t index, struct match_listing listing)
{
    listing.tick = PRICE_ONE / 100;
    listing.lot = QTY_ONE / 10;
    listing.size = QTY_ONE;
    listing.price_max = 10000 * PRICE_ONE;
    listing.qty_max = 10000 * QTY_ONE;
    listing.reference = 100 * PRICE_ONE;
    listing.collar = 5 * PRICE_ONE;
    listing.window = 4096;
    if (listing.phase == MATCH_UNLISTED) listing.phase = MATCH_OPEN;
    to->out.listing = listing;
    tell(to, (struct match_input){.kind = MATCH_LIST,
                                  .instrument = index,
                                  .bytes = sizeof(struct match_input) + sizeof listing});
}

/* side and type are of the order; price in whole units. */
static struct match_input order(uint16_t instrument, order_id_t id, uint32_t account,
                                enum side side, int64_t qty, int64_t price)
{
    return (struct match_input){
        .kind = MATCH_NEW,
        .type = MATCH_LIMIT,
        .instrument = instrument,
        .id = id,
        .account = account,
        .side = (uint8_t)side,
        .qty = qty * QTY_ONE,
        .price = price * PRICE_ONE,
    };
}

static void venue(struct teller *to)
{
    tell_listing(to, 0,
                 (struct match_listing){.symbol = "SPOT",
                                        .class_of = MATCH_SPOT,
                                        .base = 1,
                                        .quote = 2,
                                        .maker_ppm = 1000,
                                        .taker_ppm = 2000});
    tell_listing(to, 1,
                 (struct match_listing){.symbol = "PERP",
                                        .class_of = MATCH_FUTURES,
                                        .quote = 2,
                                        .maker_ppm = 100,
                                        .taker_ppm = 200,
                                        .initial_ppm = 50000,
                                        .maintenance_ppm = 25000});
    tell_listing(to, 2,
                 (struct match_listing){
                     .symbol = "BANDED", .band = 5 * PRICE_ONE, .pause_ns = 3600 * NANOS_SECOND});
    tell_listing(to, 3,
                 (struct match_listing){.symbol = "DAYS",
                                        .phase = MATCH_CALL,
                                        .call_s = 1000,
                                        .open_s = 7000,
                                        .closing_s = 8000,
                                        .close_s = 9000});
    tell_listing(to, 4, (struct match_listing){.symbol = "HALTED"});
    tell_listing(to, 5, (struct match_listing){.symbol = "STOPS"});
    for (uint32_t account = 1; account < RICH_ACCOUNTS; account++) {
        tell(to, (struct match_input){.kind = MATCH_ACCOUNT,
                                      .account = account,
                                      .other = account + 10,
                                      .qty = account * QTY_ONE,
                                      .price = (account == 4 ? 100000 : 0) * PRICE_ONE});
        for (uint16_t asset = 1; asset <= 2; asset++)
            tell(to, (struct match_input){.kind = MATCH_DEPOSIT,
                                          .account = account,
                                          .instrument = asset,
                                          .qty = 50000 * QTY_ONE});
    }
}

/* Each kind of order in the book or waiting, and some trades. */
static void spot(struct teller *to)
{
    tell(to, order(0, 1, 1, SIDE_BUY, 10, 99));
    struct match_input day = order(0, 2, 2, SIDE_BUY, 5, 99);
    day.tif = MATCH_DAY;
    tell(to, day);
    struct match_input post_only = order(0, 3, 1, SIDE_BUY, 3, 98);
    post_only.flags = MATCH_POST_ONLY;
    post_only.self_trade = MATCH_DECREMENT;
    tell(to, post_only);
    tell_terms(to, order(0, 4, 3, SIDE_SELL, 40, 101),
               (struct match_terms){.display = 5 * QTY_ONE});
    struct match_input taking = order(0, 5, 2, SIDE_BUY, 7, 101);
    taking.tif = MATCH_IOC;
    tell(to, taking);
    tell(to, order(0, 6, 4, SIDE_SELL, 1, 99)); /* fee of the house, a partly filled order */

    struct match_input stop = order(0, 7, 1, SIDE_BUY, 4, 0);
    stop.type = MATCH_STOP;
    tell_terms(to, stop, (struct match_terms){.trigger = 105 * PRICE_ONE});
    struct match_input stop_limit = order(0, 8, 3, SIDE_SELL, 4, 94);
    stop_limit.type = MATCH_STOP_LIMIT;
    tell_terms(to, stop_limit, (struct match_terms){.trigger = 95 * PRICE_ONE});
    struct match_input trailing = order(0, 9, 3, SIDE_SELL, 4, 0);
    trailing.type = MATCH_TRAILING_STOP;
    tell_terms(to, trailing, (struct match_terms){.trigger = 4 * PRICE_ONE});
    trailing.id = 10;
    trailing.account = 4;
    trailing.side = SIDE_BUY;
    tell_terms(to, trailing, (struct match_terms){.trigger = 8 * PRICE_ONE});
    tell_terms(to, order(0, 11, 4, SIDE_SELL, 6, 110),
               (struct match_terms){
                   .link = MATCH_PAIR,
                   .legs = {{.type = MATCH_STOP, .side = SIDE_SELL, .trigger = 90 * PRICE_ONE}}});
    tell(to, order(0, 12, 2, SIDE_BUY, 2, 101)); /* moves the best price of trailing stops */
}

static struct match_terms bracket(int64_t profit, int64_t loss)
{
    return (struct match_terms){
        .link = MATCH_LEGS,
        .legs = {{.type = MATCH_LIMIT, .side = SIDE_SELL, .price = profit * PRICE_ONE},
                 {.type = MATCH_STOP, .side = SIDE_SELL, .trigger = loss * PRICE_ONE}},
    };
}

/* Tracked orders: filled, in part, not at all; closed in part; positions. */
static void futures(struct teller *to)
{
    tell(to, order(1, 20, 1, SIDE_SELL, 21, 100));
    struct match_input tracked = order(1, 21, 2, SIDE_BUY, 10, 100);
    tracked.flags = MATCH_TRACK;
    tell_terms(to, tracked, bracket(105, 95));
    tracked.id = 22;
    tracked.account = 4;
    tracked.qty = 1 * QTY_ONE;
    tell(to, tracked);
    tracked.id = 23;
    tracked.qty = 15 * QTY_ONE;
    tell_terms(to, tracked, bracket(106, 94));
    tracked.id = 24;
    tracked.account = 2;
    tracked.price = 90 * PRICE_ONE;
    tell_terms(to, tracked, bracket(107, 85));
    tell(to, (struct match_input){
                 .kind = MATCH_CLOSE, .id = 25, .account = 2, .other = 21, .qty = 3 * QTY_ONE});
    tell(to, (struct match_input){.kind = MATCH_MARK, .instrument = 1, .price = 101 * PRICE_ONE});
}

static void phases(struct teller *to)
{
    tell(to, order(2, 30, 3, SIDE_SELL, 5, 103));
    tell(to, order(2, 31, 3, SIDE_SELL, 5, 110));
    tell(to, order(2, 32, 1, SIDE_BUY, 8, 112)); /* trades at 103, then would beyond the band */
    tell(to, order(3, 33, 1, SIDE_BUY, 5, 102)); /* crossed, in a call */
    tell(to, order(3, 34, 3, SIDE_SELL, 5, 98));
    tell(to, order(4, 35, 3, SIDE_SELL, 5, 98));
    tell(to, (struct match_input){.kind = MATCH_PHASE, .instrument = 4, .type = MATCH_HALTED});
}

/* Three stops fire in the last input, and one of them runs: cascade is 1. */
static void fired(struct teller *to)
{
    struct match_input stop = order(5, 40, 1, SIDE_BUY, 2, 103);
    stop.type = MATCH_STOP_LIMIT;
    for (; stop.id < 43; stop.id++)
        tell_terms(to, stop, (struct match_terms){.trigger = 101 * PRICE_ONE});
    tell(to, order(5, 50, 3, SIDE_SELL, 5, 101));
    tell(to, order(5, 51, 4, SIDE_BUY, 1, 101));
}

void rich_state_build(struct rig *rig)
{
    struct teller to = {.rig = rig, .time = RICH_TIME + 2000 * NANOS_SECOND};
    venue(&to);
    spot(&to);
    futures(&to);
    phases(&to);
    fired(&to);
}
