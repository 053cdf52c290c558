#include "apps/pollux-generate/flow_state.h"

/* Messages about orders.
 *
 * A stock's worth ("fair") is kept in half cents and never leaves the best prices:
 *
 *     2 * best bid  <=  fair  <=  2 * best ask
 *
 * Bids are placed below it and asks above it, so a book cannot lock or cross.  When it stands on
 * the best bid (or ask), that level is out of line: nobody joins it, sells (buys) take from it,
 * and its orders are deleted or moved first.  Once it is gone, the worth is between the best
 * prices again.  The fuller the level, the longer the worth waits: heavy books move slowly. */

#define LEVELS_KEPT    170u /* with more levels, deletes prefer the worst: the price has left it */
#define WALK_SHIFT     6u   /* the worth may take a step once in 64 messages of its stock */
#define PROBES         8u   /* tries to find an old order at random */
#define OLD_OWED_MAX   80000
#define FILL_GAIN      1024 /* how strongly the number of live orders is held to its line */
#define F_ONE_IN       24u
#define C_ONE_IN       10u
#define SWEEP_ONE_IN   4u
#define IMPROVE_ONE_IN 8u

static uint64_t ref_of(const struct flow *flow, uint64_t number)
{
    return flow->plan.refs == FLOW_REFS_DENSE ? number : flow_dice_mix(number + flow->ref_key);
}

static uint64_t number_next(struct flow *flow)
{
    return flow->number += 1 + (flow_dice_roll(&flow->dice) & 3);
}

static struct be32 price_of(uint32_t ticks)
{
    return be32(ticks * FLOW_TICK_E4);
}

/* True, and the side, if the worth stands on a best price. */
static bool side_out_of_line(const struct flow_stock *stock, enum side *side)
{
    for (int i = SIDE_BUY; i <= SIDE_SELL; i++) {
        const struct flow_level *best = flow_book_best(stock, (enum side)i);
        *side = (enum side)i;
        if (best && 2 * flow_book_ticks(*side, best) == stock->fair_half_ticks) return true;
    }
    return false;
}

void flow_fair_walk(struct flow *flow)
{
    struct flow_stock *stock = flow_current(flow);
    uint64_t roll = flow_dice_roll(&flow->dice);
    if (roll >> (64 - WALK_SHIFT) != 0) return;
    enum side side;
    if (side_out_of_line(stock, &side) &&
        flow_dice_below(&flow->dice, 1 + flow_book_best(stock, side)->orders / 4) != 0)
        return;

    uint32_t low = 2 * FLOW_FAIR_TICKS_MIN;
    uint32_t high = 2 * FLOW_FAIR_TICKS_MAX;
    const struct flow_level *bid = flow_book_best(stock, SIDE_BUY);
    const struct flow_level *ask = flow_book_best(stock, SIDE_SELL);
    if (bid && 2 * flow_book_ticks(SIDE_BUY, bid) > low) low = 2 * flow_book_ticks(SIDE_BUY, bid);
    if (ask && 2 * flow_book_ticks(SIDE_SELL, ask) < high)
        high = 2 * flow_book_ticks(SIDE_SELL, ask);
    if (roll & 1) {
        if (stock->fair_half_ticks < high) stock->fair_half_ticks++;
    } else {
        if (stock->fair_half_ticks > low) stock->fair_half_ticks--;
    }
}

/* A price for a new order: at a power-law distance from the best price of its side, sometimes
 * better than that, never at or beyond the worth. */
static uint32_t price_choose(struct flow *flow, const struct flow_stock *stock, enum side side)
{
    int64_t fair = stock->fair_half_ticks;
    int64_t away = side == SIDE_BUY ? -1 : 1;
    int64_t anchor = side == SIDE_BUY ? (fair - 1) >> 1 : (fair >> 1) + 1; /* as good as may be */
    uint32_t depth = flow_dice_loaded(&flow->dice, flow->depth, FLOW_LEVELS_MAX);
    const struct flow_level *best = flow_book_best(stock, side);
    if (best) {
        int64_t touch = flow_book_ticks(side, best);
        int64_t room = (touch - anchor) * away; /* ticks by which the best may be improved */
        if (room > 0) anchor = touch;
        if (room > 0 && depth == 0 && flow_dice_below(&flow->dice, IMPROVE_ONE_IN) == 0)
            anchor -= away * (1 + flow_dice_below(&flow->dice, (uint32_t)room));
    }
    int64_t ticks = anchor + away * depth;
    if (ticks < 1) return 1;
    return ticks > FLOW_TICKS_MAX ? FLOW_TICKS_MAX : (uint32_t)ticks;
}

/* Choosing an order. */

static uint32_t pick_young(struct flow *flow, const struct flow_stock *stock)
{
    if (stock->young_count == 0) return FLOW_NO_SLOT;
    return stock->young[flow_dice_below(&flow->dice, stock->young_count)];
}

/* An order that is not young: where the price has been, where it cannot stay, or anywhere. */
static uint32_t pick_old(struct flow *flow, const struct flow_stock *stock)
{
    const struct flow_order *order = flow->book.order;
    if (stock->orders <= stock->young_count) return FLOW_NO_SLOT;
    for (int i = SIDE_BUY; i <= SIDE_SELL; i++) {
        const struct flow_side *half = &stock->side[i];
        if (half->levels > LEVELS_KEPT && !order[half->level[0].first].young)
            return half->level[0].first;
    }
    enum side side;
    uint64_t roll = flow_dice_roll(&flow->dice);
    if ((roll & 1) && side_out_of_line(stock, &side)) {
        const struct flow_level *best = flow_book_best(stock, side);
        uint32_t slot = roll & 2 ? best->first : best->last;
        if (!order[slot].young) return slot;
    }
    const uint32_t *place = &flow->book.place[stock->place_base];
    for (uint32_t i = 0; stock->placed > 0 && i < PROBES; i++) {
        uint32_t slot = place[flow_dice_below(&flow->dice, stock->placed)];
        if (!order[slot].young) return slot;
    }
    return FLOW_NO_SLOT;
}

/* Young or old, by the share of deletes, as far as the stock has old ones. */
static uint32_t pick_any(struct flow *flow, const struct flow_stock *stock)
{
    uint32_t slot = FLOW_NO_SLOT;
    if (flow_dice_below(&flow->dice, 10000) < FLOW_DELETES_OLD) slot = pick_old(flow, stock);
    return slot != FLOW_NO_SLOT ? slot : pick_young(flow, stock);
}

/* As pick_any, but what small books cannot give is made up for by larger ones. */
static uint32_t pick_deleted(struct flow *flow, const struct flow_stock *stock)
{
    bool old = flow_dice_below(&flow->dice, 10000) < FLOW_DELETES_OLD;
    if (flow->old_owed > OLD_OWED_MAX) old = true;
    uint32_t slot = old ? pick_old(flow, stock) : pick_young(flow, stock);
    if (slot == FLOW_NO_SLOT) slot = pick_young(flow, stock);
    if (slot == FLOW_NO_SLOT) slot = pick_old(flow, stock);
    if (slot == FLOW_NO_SLOT) return slot;
    flow->old_owed += FLOW_DELETES_OLD;
    if (!flow->book.order[slot].young) flow->old_owed -= 10000;
    return slot;
}

/* Messages. */

uint32_t flow_make_add(struct flow *flow, uint8_t *message)
{
    if (flow_book_full(&flow->book)) return 0;
    const struct flow_stock *stock = flow_current(flow);
    enum side side = flow_dice_roll(&flow->dice) & 1 ? SIDE_SELL : SIDE_BUY;
    /* One statement per roll: the order of evaluation inside an initializer is the compiler's. */
    struct flow_order added = {.stock = (uint16_t)flow->stock, .side = (uint8_t)side};
    added.number = number_next(flow);
    added.qty = flow_shares(flow);
    added.ticks = price_choose(flow, stock, side);
    uint32_t slot = flow_book_add(&flow->book, &added);
    static const char mpids[8][4] = {"ALFA", "BRVO", "CHRL", "DLTA",
                                     "ECHO", "FXTR", "GOLF", "HOTL"};
    uint64_t roll = flow_dice_roll(&flow->dice);
    bool attributed = (roll >> 8) % F_ONE_IN == 0;
    struct itch_add_order_mpid full = {
        FLOW_HEADER(flow, flow_locate(flow), attributed ? 'F' : 'A'),
        .order_ref = be64(ref_of(flow, added.number)),
        .side = text1(side == SIDE_BUY ? 'B' : 'S'),
        .shares = be32(added.qty),
        .stock = stock->symbol,
        .price_e4 = price_of(flow->book.order[slot].ticks),
    };
    memcpy(full.mpid.byte, mpids[roll & 7], sizeof full.mpid.byte);
    memcpy(message, &full, sizeof full); /* A is F without its last field */
    return attributed ? sizeof(struct itch_add_order_mpid) : sizeof(struct itch_add_order);
}

uint32_t flow_make_delete(struct flow *flow, uint8_t *message)
{
    uint32_t slot = pick_deleted(flow, flow_current(flow));
    if (slot == FLOW_NO_SLOT) return 0;
    *(struct itch_order_delete *)message = (struct itch_order_delete){
        FLOW_HEADER(flow, flow_locate(flow), 'D'),
        .order_ref = be64(ref_of(flow, flow->book.order[slot].number)),
    };
    flow_book_remove(&flow->book, slot);
    return sizeof(struct itch_order_delete);
}

/* Half keep their price and change size; of the others half keep their size. */
uint32_t flow_make_replace(struct flow *flow, uint8_t *message)
{
    const struct flow_stock *stock = flow_current(flow);
    uint32_t slot = pick_any(flow, stock);
    if (slot == FLOW_NO_SLOT) return 0;
    struct flow_order old = flow->book.order[slot];
    struct flow_order new = {.number = number_next(flow),
                             .qty = old.qty,
                             .ticks = old.ticks,
                             .stock = old.stock,
                             .side = old.side};
    flow_book_remove(&flow->book, slot);
    uint64_t roll = flow_dice_roll(&flow->dice);
    if (roll & 1) new.ticks = price_choose(flow, stock, (enum side)old.side);
    if ((roll & 3) != 1 || new.ticks == old.ticks) new.qty = flow_shares(flow);
    struct flow_order *added = &flow->book.order[flow_book_add(&flow->book, &new)];
    if (added->qty == old.qty && added->ticks == old.ticks) added->qty += 100;
    *(struct itch_order_replace *)message = (struct itch_order_replace){
        FLOW_HEADER(flow, flow_locate(flow), 'U'),
        .order_ref = be64(ref_of(flow, old.number)),
        .new_order_ref = be64(ref_of(flow, new.number)),
        .shares = be32(added->qty),
        .price_e4 = price_of(added->ticks),
    };
    return sizeof(struct itch_order_replace);
}

/* Less than qty, and round where that is possible; qty is at least 2. */
static uint32_t part_of(struct flow *flow, uint32_t qty)
{
    if (qty > 100) return 100 * flow_dice_between(&flow->dice, 1, (qty - 1) / 100);
    return flow_dice_between(&flow->dice, 1, qty - 1);
}

/* Whether an execution takes all of its order: by the share that leaves plan.live orders at the
 * end, and more often the more orders are live than the straight line to there allows. */
static bool fill_wanted(struct flow *flow)
{
    uint64_t flowed = flow->counts.messages - flow->start;
    uint64_t line = flow->plan.live * flowed / (flow->plan.messages - flow->start);
    int64_t share =
        (int64_t)flow->fills_q16 + ((int64_t)flow->book.live - (int64_t)line) * FILL_GAIN;
    return (int64_t)flow_dice_below(&flow->dice, 65536) < share;
}

static enum side execute_side(struct flow *flow, const struct flow_stock *stock)
{
    enum side side;
    if (flow->sweeping) return flow->sweep_side;
    if (side_out_of_line(stock, &side)) return side;
    side = flow_dice_roll(&flow->dice) & 1 ? SIDE_SELL : SIDE_BUY;
    return stock->side[side].levels > 0 ? side : side_opposite(side);
}

/* The first order of the best level.  One that is taken whole may be followed by the next one at
 * the same instant: a large order sweeps. */
uint32_t flow_make_execute(struct flow *flow, uint8_t *message)
{
    const struct flow_stock *stock = flow_current(flow);
    enum side side = execute_side(flow, stock);
    if (stock->side[side].levels == 0) return 0;
    uint32_t slot = flow_book_best(stock, side)->first;
    struct flow_order *order = &flow->book.order[slot];
    bool fill = order->qty == 1 || fill_wanted(flow);
    uint32_t qty = fill ? order->qty : part_of(flow, order->qty);
    uint64_t roll = flow_dice_roll(&flow->dice);
    bool priced = (roll >> 8) % C_ONE_IN == 0;
    uint32_t ticks = order->ticks + (uint32_t)(roll & 1);
    if (ticks > 1 && (roll & 2)) ticks--;

    struct itch_order_executed_price full = {
        FLOW_HEADER(flow, flow_locate(flow), priced ? 'C' : 'E'),
        .order_ref = be64(ref_of(flow, order->number)),
        .executed = be32(qty),
        .match_number = be64(++flow->match),
        .printable = text1((roll & 0xf0) == 0 ? 'N' : 'Y'),
        .price_e4 = price_of(ticks),
    };
    memcpy(message, &full, sizeof full); /* E is C without its last two fields */
    flow->last_print = flow->match;
    flow->last_print_locate = flow_locate(flow);
    if (fill) flow_book_remove(&flow->book, slot);
    else order->qty -= qty;
    flow->sweeping =
        fill && stock->side[side].levels > 0 && flow_dice_below(&flow->dice, SWEEP_ONE_IN) == 0;
    flow->sweep_side = side;
    return priced ? sizeof(struct itch_order_executed_price) : sizeof(struct itch_order_executed);
}

uint32_t flow_make_cancel(struct flow *flow, uint8_t *message)
{
    uint32_t slot = pick_any(flow, flow_current(flow));
    if (slot == FLOW_NO_SLOT || flow->book.order[slot].qty == 1) return 0;
    struct flow_order *order = &flow->book.order[slot];
    uint32_t qty = part_of(flow, order->qty);
    order->qty -= qty;
    *(struct itch_order_cancel *)message = (struct itch_order_cancel){
        FLOW_HEADER(flow, flow_locate(flow), 'X'),
        .order_ref = be64(ref_of(flow, order->number)),
        .canceled = be32(qty),
    };
    return sizeof(struct itch_order_cancel);
}
