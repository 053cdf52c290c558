/* Random books in a call, auctioned, against a plain auction that tries every price (F3) and
 * searches all orders for the next one to trade (F4, C3, A7). */

#include "tests/match/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { ORDERS = 60, EXPECTED = 4000, PRICE_LOW = 200, PRICES = 40 };

struct plain_order {
    order_id_t id;
    uint64_t age; /* of its place in the queue */
    enum side side;
    int32_t price;
    uint32_t shown;
    uint32_t hidden;
    uint32_t display; /* 0: no iceberg */
    uint32_t account;
    enum match_self_trade mode;
};

struct plain_auction {
    struct plain_order order[ORDERS];
    uint32_t orders;
    uint64_t age;
    int32_t reference;
    struct match_event event[EXPECTED];
    uint32_t events;
};

static uint64_t seed_now;
static struct rig rig;
static struct plain_auction plain;
static uint32_t compared;
static uint64_t auctions, trades, refills, ends;

/* The plain auction. */

static uint64_t accepts(enum side side, int32_t price)
{
    uint64_t lots = 0;
    for (uint32_t i = 0; i < plain.orders; i++) {
        const struct plain_order *order = &plain.order[i];
        bool good = side == SIDE_BUY ? order->price >= price : order->price <= price;
        if (order->side == side && good) lots += order->shown + order->hidden;
    }
    return lots;
}

static int32_t distance(int32_t price)
{
    return abs(price - plain.reference);
}

/* Every price there could be; 0: nothing would trade. */
static uint64_t best_price(int32_t *best)
{
    uint64_t most = 0, least_over = 0;
    for (int32_t price = PRICE_LOW; price < PRICE_LOW + PRICES; price++) {
        uint64_t buys = accepts(SIDE_BUY, price), sells = accepts(SIDE_SELL, price);
        uint64_t volume = buys < sells ? buys : sells, over = buys + sells - 2 * volume;
        if (volume == 0 || volume < most) continue;
        bool better = volume > most || over < least_over ||
                      (over == least_over && distance(price) <= distance(*best));
        if (!better) continue;
        most = volume;
        least_over = over;
        *best = price;
    }
    return most;
}

static struct plain_order *first_at(enum side side, int32_t price)
{
    struct plain_order *first = NULL;
    for (uint32_t i = 0; i < plain.orders; i++) {
        struct plain_order *order = &plain.order[i];
        int32_t better = side == SIDE_BUY ? order->price - price : price - order->price;
        if (order->side != side || better < 0 || order->shown == 0) continue;
        int32_t before = first == NULL    ? 1
                       : side == SIDE_BUY ? order->price - first->price
                                          : first->price - order->price;
        if (before > 0 || (before == 0 && order->age < first->age)) first = order;
    }
    return first;
}

static void expect_event(struct match_event event)
{
    CHECK(plain.events < EXPECTED);
    plain.event[plain.events++] = event;
}

static void said_of(const struct plain_order *order, enum match_event_kind kind,
                    enum match_reason reason, uint32_t qty)
{
    expect_event((struct match_event){
        .kind = (uint8_t)kind,
        .reason = (uint8_t)reason,
        .id = order->id,
        .account = order->account,
        .side = (uint8_t)order->side,
        .price = order->price * PRICE_ONE,
        .qty = qty * QTY_ONE,
        .left = (order->shown + order->hidden) * QTY_ONE,
    });
}

static void refill(struct plain_order *order)
{
    if (order->shown != 0 || order->hidden == 0) return;
    order->shown = order->hidden < order->display ? order->hidden : order->display;
    order->hidden -= order->shown;
    order->age = ++plain.age;
    said_of(order, MATCH_REFILLED, MATCH_NO_REASON, order->shown);
    refills++;
}

static void end(struct plain_order *order)
{
    said_of(order, MATCH_CANCELED, MATCH_SELF, 0);
    order->shown = order->hidden = 0;
    ends++;
}

static void lose(struct plain_order *order, uint32_t lots)
{
    order->shown -= lots;
    if (order->shown + order->hidden == 0) said_of(order, MATCH_CANCELED, MATCH_SELF, 0);
    else said_of(order, MATCH_REDUCED, MATCH_SELF, lots);
    refill(order);
}

static void meet_own(struct plain_order *buy, struct plain_order *sell, uint32_t lots)
{
    switch (buy->mode) {
    case MATCH_CANCEL_NEWEST: end(buy); break;
    case MATCH_CANCEL_OLDEST: end(sell); break;
    case MATCH_CANCEL_BOTH:
        end(sell);
        end(buy);
        break;
    case MATCH_DECREMENT:
        lose(sell, lots);
        lose(buy, lots);
        break;
    case MATCH_SELF_TRADE_COUNT: UNREACHABLE("a mode");
    }
}

static void meet(struct plain_order *buy, struct plain_order *sell, int32_t price)
{
    uint32_t lots = buy->shown < sell->shown ? buy->shown : sell->shown;
    if (buy->account == sell->account) {
        meet_own(buy, sell, lots);
        return;
    }
    buy->shown -= lots;
    sell->shown -= lots;
    bool done = sell->shown + sell->hidden == 0;
    expect_event((struct match_event){
        .kind = MATCH_TRADED,
        .id = buy->id,
        .other = sell->id,
        .account = buy->account,
        .other_account = sell->account,
        .side = SIDE_BUY,
        .price = price * PRICE_ONE,
        .qty = lots * QTY_ONE,
        .left = (buy->shown + buy->hidden) * QTY_ONE,
        .flags = MATCH_IN_AUCTION | (done ? MATCH_MAKER_DONE : 0),
    });
    refill(sell);
    refill(buy);
    trades++;
}

static void plain_auction_hold(void)
{
    int32_t price = 0;
    for (uint64_t volume; (volume = best_price(&price)) != 0;) {
        expect_event((struct match_event){
            .kind = MATCH_AUCTIONED, .price = price * PRICE_ONE, .qty = (qty_t)volume * QTY_ONE});
        plain.reference = price;
        struct plain_order *buy, *sell;
        while ((buy = first_at(SIDE_BUY, price)) && (sell = first_at(SIDE_SELL, price)))
            meet(buy, sell, price);
        auctions++;
    }
    expect_event((struct match_event){.kind = MATCH_PHASED, .reason = MATCH_OPEN});
}

/* The engine. */

static void same_event(void *context, const struct match_event *event)
{
    (void)context;
    if (event->kind == MATCH_RESTED || event->kind == MATCH_LISTED) return;
    uint32_t i = compared++;
    if (i >= plain.events) {
        spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ": an event too many", seed_now);
        return;
    }
    struct match_event expected = plain.event[i];
    expected.number = event->number;
    expected.step = event->step;
    spec_expect(__FILE__, __LINE__, memcmp(&expected, event, sizeof expected) == 0,
                "seed %" PRIu64 ", event %u: kind %u, %" PRIu64 " and %" PRIu64 " %" PRId64
                " at %" PRId64 ", left %" PRId64 "; expected %u, %" PRIu64 " and %" PRIu64
                " %" PRId64 " at %" PRId64 ", left %" PRId64,
                seed_now, i, event->kind, event->id, event->other, event->qty / QTY_ONE,
                event->price / PRICE_ONE, event->left / QTY_ONE, expected.kind, expected.id,
                expected.other, expected.qty / QTY_ONE, expected.price / PRICE_ONE,
                expected.left / QTY_ONE);
}

struct any_input {
    CACHE_ALIGNED struct match_input input;
    union {
        struct match_listing listing;
        struct match_terms terms;
    };
};

static uint64_t number;

static void apply(struct any_input *in)
{
    in->input.number = ++number;
    rig_apply(&rig, &in->input);
}

static void engine_begin(void)
{
    struct match_limits limits = {.instruments = 1,
                                  .orders = ORDERS,
                                  .specials = ORDERS,
                                  .pages = 10,
                                  .window = 4096,
                                  .cascade = 1};
    rig_new(&rig, &limits);
    rig.on_event = same_event;
    compared = 0;
    number = 0;
    struct any_input list = {
        .input = {.kind = MATCH_LIST,
                  .bytes = sizeof(struct match_input) + sizeof(struct match_listing)},
        .listing = {.tick = PRICE_ONE,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 100000 * PRICE_ONE,
                    .qty_max = 1000 * QTY_ONE,
                    .reference = plain.reference * PRICE_ONE,
                    .window = 4096,
                    .phase = MATCH_CALL},
    };
    apply(&list);
}

static void send_order(const struct plain_order *order)
{
    struct any_input in = {
        .input = {.kind = MATCH_NEW,
                  .bytes = sizeof(struct match_input),
                  .id = order->id,
                  .account = order->account,
                  .side = (uint8_t)order->side,
                  .type = MATCH_LIMIT,
                  .self_trade = (uint8_t)order->mode,
                  .price = order->price * PRICE_ONE,
                  .qty = (order->shown + order->hidden) * QTY_ONE},
    };
    if (order->display != 0) {
        in.input.bytes += (uint16_t)sizeof(struct match_terms);
        in.terms.display = order->display * QTY_ONE;
    }
    apply(&in);
}

static struct plain_order random_order(struct chance *chance, uint64_t spread, uint64_t accounts,
                                       uint64_t largest)
{
    struct plain_order order = {
        .id = chance_next(chance) >> 1 | 1,
        .age = ++plain.age,
        .side = (enum side)chance_between(chance, 0, 1),
        .price = (int32_t)(PRICE_LOW + chance_between(chance, 0, spread)),
        .shown = (uint32_t)chance_between(chance, 1, largest),
        .account = (uint32_t)chance_between(chance, 0, accounts),
        .mode = (enum match_self_trade)chance_between(chance, 0, MATCH_SELF_TRADE_COUNT - 1),
    };
    if (order.shown > 1 && chance_between(chance, 0, 4) == 0) {
        order.display = (uint32_t)chance_between(chance, 1, order.shown - 1);
        order.hidden = order.shown - order.display;
        order.shown = order.display;
    }
    return order;
}

static void compare_rest(void *context, const struct match_order *order)
{
    const struct plain_order *expected =
        first_at(*(enum side *)context, order->side == SIDE_BUY ? 0 : INT32_MAX);
    spec_expect(__FILE__, __LINE__,
                expected && expected->id == order->id &&
                    order->open == (expected->shown + expected->hidden) * QTY_ONE,
                "seed %" PRIu64 ": order %" PRIu64 " is left", seed_now, order->id);
    for (uint32_t i = 0; i < plain.orders; i++) /* the next one is looked for without it */
        if (plain.order[i].id == order->id) plain.order[i].shown = plain.order[i].hidden = 0;
}

static void one_auction(uint64_t seed)
{
    struct chance chance = {seed};
    seed_now = seed;
    plain = (struct plain_auction){0};
    uint64_t spread = chance_between(&chance, 1, PRICES - 1);
    uint64_t accounts = chance_between(&chance, 0, 1) ? 4 : 1000000;
    uint64_t largest = chance_between(&chance, 0, 1) ? 3 : 40;
    uint32_t orders = (uint32_t)chance_between(&chance, 2, ORDERS);
    plain.reference = (int32_t)(PRICE_LOW - 10 + chance_between(&chance, 0, PRICES + 20));
    engine_begin();
    while (plain.orders < orders) {
        plain.order[plain.orders] = random_order(&chance, spread, accounts, largest);
        send_order(&plain.order[plain.orders++]);
    }
    int32_t ticks = 0;
    uint64_t volume = best_price(&ticks);
    price_t price = 0;
    qty_t qty = 0;
    EXPECT(match_indicative(rig.match, 0, &price, &qty) == (volume != 0));
    if (volume != 0) {
        EXPECT(price == ticks * PRICE_ONE);
        EXPECT(qty == (qty_t)volume * QTY_ONE);
    }
    plain_auction_hold();
    struct any_input open = {
        .input = {.kind = MATCH_PHASE, .type = MATCH_OPEN, .bytes = sizeof(struct match_input)}};
    apply(&open);
    EXPECT_UINT(compared, plain.events);
    match_verify(rig.match);
    for (enum side side = SIDE_BUY; side <= SIDE_SELL; side++)
        match_each(rig.match, 0, side, compare_rest, &side);
    EXPECT(first_at(SIDE_BUY, 0) == NULL);
    EXPECT(first_at(SIDE_SELL, INT32_MAX) == NULL);
    rig_free(&rig);
}

SPEC(an_auction_equals_a_search_of_every_price_and_every_order)
{
    struct spec_seeds seeds = spec_seeds(20000);
    auctions = trades = refills = ends = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) one_auction(seed);
    if (seeds.first == seeds.last) return;
    EXPECT(auctions > seeds.last); /* the streams are what they are meant to be */
    EXPECT(trades > 5 * seeds.last);
    EXPECT(refills > seeds.last);
    EXPECT(ends > seeds.last / 4);
}

#define SPECS(S) S(an_auction_equals_a_search_of_every_price_and_every_order)

SPEC_MAIN("auctions against a plain one", SPECS, NULL, NULL)
