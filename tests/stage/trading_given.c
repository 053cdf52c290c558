#include "tests/stage/trading_given.h"

struct trading *trading;

void trading_ended(void)
{
    if (!trading) return;
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    EXPECT_TEXT(trading->model.violation ? trading->model.violation : "", "");
    trading_delete(trading);
    trading = NULL;
}

void enter(uint32_t client, char side, uint32_t qty, uint32_t price_e4, bool immediate)
{
    (void)exchange_enter(
        trading->exchange, client,
        &(struct exchange_order){
            .side = side, .qty = qty, .price_e4 = price_e4, .immediate = immediate});
}

void given(bool inside, uint64_t seed)
{
    trading = trading_new(inside, seed, VENUE_DISK);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    enter(0, 'B', 5000, 98000, false);
    enter(0, 'S', 5000, 102000, false);
    EXPECT(trading_settle(trading));
    EXPECT_UINT(trading_view(trading).venue[0].slot[SLOT_LIVE], 2);
}

uint64_t open_orders(void)
{
    return trading_view(trading).venue[0].slot[SLOT_LIVE];
}

void the_quotes_are_there(void)
{
    struct match_level bid, ask;
    const struct match *match = venue_match(trading->exchange->venue);
    EXPECT_UINT(open_orders(), 2);
    EXPECT_UINT(match_depth(match, 0, SIDE_BUY, &bid, 1), 2);
    EXPECT_UINT(match_depth(match, 0, SIDE_SELL, &ask, 1), 2);
    EXPECT(bid.price == 995 * PRICE_ONE / 100);
    EXPECT(ask.price == 1005 * PRICE_ONE / 100);
}
