#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_ladder.h"
#include "dataplane/match/match_parts.h"

/* Auctions.
 *
 * The price is found by letting both sides meet, the best of one against the best of the other,
 * level by level, until their prices no longer cross.  With the last two levels that met, bid and
 * ask, and the levels behind them that did not,
 *
 *     behind_bid < bid      ask < behind_ask      ask <= bid
 *
 * what met is the most that can trade, and it can at each tick from ask to bid and at no other.  Of
 * these, a tick above behind_bid and below behind_ask leaves the least over: nothing of behind is
 * added to either side, and a rest of bid or ask is there at all of them.  There is no such tick
 * only if both last levels met to their ends and behind_bid and behind_ask are neighbours; then one
 * of these two adds its own quantity, and the smaller one is better.  So the ticks to choose from
 * are always one range, and the one nearest to the reference is unique.
 *
 * Trading takes heads of queues as a continuous market does, with the same consequences.  If orders
 * that end without trading (C2, E1) leave the book crossed, another auction follows. */

/* One side's way through its levels. */
struct walk {
    const struct ladder *ladder;
    int64_t key;   /* LADDER_EMPTY: all have met */
    uint64_t left; /* of the level, what has not met */
    int64_t last;  /* ticks of the last level that met */
};

static uint64_t level_lots(const struct match *m, const struct walk *walk)
{
    if (walk->key == LADDER_EMPTY) return 0;
    const struct level *level = ladder_level(m, walk->ladder, walk->key);
    uint64_t lots = level->lots;
    if (m->specials_used == 0) return lots;
    for (uint32_t slot = level->head; slot != 0; slot = m->orders[slot].next)
        if (m->orders[slot].meta & META_ICEBERG) lots += order_special(m, slot)->hidden;
    return lots;
}

static struct walk walk_begin(const struct match *m, const struct ladder *ladder)
{
    struct walk walk = {.ladder = ladder, .key = ladder->best};
    walk.left = level_lots(m, &walk);
    return walk;
}

static void walk_on(const struct match *m, struct walk *walk)
{
    walk->key = ladder_after(walk->ladder, walk->key);
    walk->left = level_lots(m, walk);
}

/* The ticks of a level; beyond the last one, farther than any price. */
static int64_t walk_ticks(const struct walk *walk, enum side side)
{
    if (walk->key != LADDER_EMPTY) return key_ticks((int32_t)walk->key);
    return side == SIDE_BUY ? 0 : (int64_t)INT32_MAX + 1;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Both sides meet.  What has met. */
static uint64_t walks_meet(const struct match *m, struct walk *buys, struct walk *sells)
{
    uint64_t met = 0;
    while (walk_ticks(buys, SIDE_BUY) >= walk_ticks(sells, SIDE_SELL)) {
        uint64_t lots = buys->left < sells->left ? buys->left : sells->left;
        buys->last = walk_ticks(buys, SIDE_BUY);
        sells->last = walk_ticks(sells, SIDE_SELL);
        met += lots;
        buys->left -= lots;
        sells->left -= lots;
        if (buys->left == 0) walk_on(m, buys);
        if (sells->left == 0) walk_on(m, sells);
    }
    return met;
}

bool auction_price(const struct match *m, const struct instrument *b, int32_t *ticks,
                   uint64_t *lots)
{
    struct walk buys = walk_begin(m, &b->side[SIDE_BUY]);
    struct walk sells = walk_begin(m, &b->side[SIDE_SELL]);
    *lots = walks_meet(m, &buys, &sells);
    if (*lots == 0) return false;
    const int64_t bid = buys.last, ask = sells.last;
    if (walk_ticks(&buys, SIDE_BUY) == bid) walk_on(m, &buys); /* part of it has not met */
    if (walk_ticks(&sells, SIDE_SELL) == ask) walk_on(m, &sells);
    int64_t behind_bid = walk_ticks(&buys, SIDE_BUY), behind_ask = walk_ticks(&sells, SIDE_SELL);
    int64_t low = larger(ask, behind_bid + 1), high = smaller(bid, behind_ask - 1);
    if (low > high) {
        uint64_t more_buys = buys.left, more_sells = sells.left;
        walk_on(m, &buys);
        walk_on(m, &sells);
        low = behind_ask;
        high = behind_bid;
        if (more_buys <= more_sells) low = larger(ask, walk_ticks(&buys, SIDE_BUY) + 1);
        if (more_sells <= more_buys) high = smaller(bid, walk_ticks(&sells, SIDE_SELL) - 1);
    }
    *ticks = (int32_t)larger(low, smaller(high, b->reference));
    return true;
}

/* The oldest order at the best price of a side; 0 if it does not accept ticks. */
static uint32_t best_at(const struct match *m, const struct instrument *b, enum side side,
                        int32_t ticks)
{
    const struct ladder *ladder = &b->side[side];
    if (ladder->best > key_of(side, ticks)) return 0;
    return ladder_level(m, ladder, ladder->best)->head;
}

/* C3: the buyer's mode decides, and the seller is the one that rests. */
static void meets_own(struct match *m, uint32_t buy, uint32_t sell)
{
    enum match_self_trade mode = (enum match_self_trade)(m->orders[buy].meta >> META_STP_SHIFT & 3);
    uint32_t bought = m->orders[buy].lots, sold = m->orders[sell].lots;
    uint32_t lots = bought < sold ? bought : sold;
    if (mode == MATCH_CANCEL_OLDEST || mode == MATCH_CANCEL_BOTH) order_end(m, sell, MATCH_SELF);
    if (mode == MATCH_CANCEL_NEWEST || mode == MATCH_CANCEL_BOTH) order_end(m, buy, MATCH_SELF);
    if (mode != MATCH_DECREMENT) return;
    order_lose_shown(m, sell, lots);
    order_lose_shown(m, buy, lots);
}

static void pair_said(struct match *m, const struct instrument *b, uint32_t buy, uint32_t sell,
                      int32_t ticks, uint32_t lots)
{
    const struct order *buyer = &m->orders[buy], *seller = &m->orders[sell];
    bool seller_done = order_open_lots(m, sell) == 0;
    match_emit(m, &(struct match_event){
                      .id = buyer->id,
                      .other = seller->id,
                      .price = ticks_price(b, ticks),
                      .qty = lots_qty(b, lots),
                      .left = lots_qty(b, order_open_lots(m, buy)),
                      .account = holder_account(m, buyer->holder),
                      .other_account = holder_account(m, seller->holder),
                      .instrument = b->index,
                      .kind = MATCH_TRADED,
                      .side = SIDE_BUY,
                      .flags = MATCH_IN_AUCTION | (seller_done ? MATCH_MAKER_DONE : 0),
                  });
}

static struct ledger_side money_side(const struct match *m, const struct instrument *b,
                                     uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    return (struct ledger_side){
        .holder = order->holder,
        .reserve =
            order->meta & META_SPECIAL ? order_special(m, slot)->reserve : key_ticks(order->key),
        .ppm = b->maker_ppm,
        .reserved = true,
    };
}

static void order_traded(struct match *m, uint32_t slot, uint32_t lots)
{
    if (m->orders[slot].meta & META_SPECIAL) {
        maker_traded(m, slot, lots);
    } else if (m->orders[slot].lots == 0) {
        book_take_out(m, slot);
        order_close(m, slot);
    }
}

static void pair_trade(struct match *m, const struct instrument *b, uint32_t buy, uint32_t sell,
                       int32_t ticks)
{
    uint32_t bought = m->orders[buy].lots, sold = m->orders[sell].lots;
    uint32_t lots = bought < sold ? bought : sold;
    book_lots_less(m, buy, lots);
    book_lots_less(m, sell, lots);
    pair_said(m, b, buy, sell, ticks, lots);
    if (m->limits.accounts != 0)
        ledger_trade(m, b,
                     &(struct ledger_trade){
                         .side[SIDE_BUY] = money_side(m, b, buy),
                         .side[SIDE_SELL] = money_side(m, b, sell),
                         .ticks = ticks,
                         .lots = lots,
                     });
    order_traded(m, sell, lots);
    order_traded(m, buy, lots);
}

void auction_hold(struct match *m, struct instrument *b)
{
    int32_t ticks;
    uint64_t lots;
    while (auction_price(m, b, &ticks, &lots)) {
        match_emit(m, &(struct match_event){
                          .price = ticks_price(b, ticks),
                          .qty = lots_qty(b, lots),
                          .instrument = b->index,
                          .kind = MATCH_AUCTIONED,
                      });
        b->last = b->reference = ticks;
        band_set(b);
        uint32_t buy, sell;
        while ((buy = best_at(m, b, SIDE_BUY, ticks)) != 0 &&
               (sell = best_at(m, b, SIDE_SELL, ticks)) != 0) {
            if (holder_group(m, m->orders[buy].holder) == holder_group(m, m->orders[sell].holder))
                meets_own(m, buy, sell);
            else pair_trade(m, b, buy, sell, ticks);
        }
    }
}
