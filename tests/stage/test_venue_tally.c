/* What accounts have traded, against a table that adds up by itself, however seldom somebody looks,
 * and over a start. */

#include "dataplane/stage/venue_tally.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS    6u
#define INSTRUMENTS 4u
#define FIRST       1000u /* account */

static struct venue_tally *tally;
static struct conflate *accounts, *prices;
static struct chance chance;
static struct venue_total wanted[ACCOUNTS][INSTRUMENTS], before[ACCOUNTS][INSTRUMENTS];
static struct venue_account shown[ACCOUNTS][INSTRUMENTS];
static struct venue_price priced[INSTRUMENTS], shown_price[INSTRUMENTS];

static void *zeroed(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
    return memory;
}

static void tally_make(uint32_t pairs)
{
    const struct venue_tally_limits limits = {.pairs = pairs, .instruments = INSTRUMENTS};
    const struct conflate_limits of = venue_tally_accounts(&limits),
                                 in = venue_tally_prices(&limits);
    accounts = conflate_new(zeroed(conflate_footprint(&of)), &of);
    prices = conflate_new(zeroed(conflate_footprint(&in)), &in);
    tally = venue_tally_new(zeroed(venue_tally_footprint(&limits)), &limits, accounts, prices);
    memset(wanted, 0, sizeof wanted);
    memset(before, 0, sizeof before);
    memset(shown, 0, sizeof shown);
    memset(priced, 0, sizeof priced);
    memset(shown_price, 0, sizeof shown_price);
}

static void tally_end(void)
{
    free(tally);
    free(accounts);
    free(prices);
}

static void trade(uint32_t buyer, uint32_t seller, uint16_t instrument, price_t price, qty_t qty,
                  bool buyer_takes, nanos_t at)
{
    const struct match_event event = {.kind = MATCH_TRADED,
                                      .instrument = instrument,
                                      .account = FIRST + (buyer_takes ? buyer : seller),
                                      .other_account = FIRST + (buyer_takes ? seller : buyer),
                                      .side = buyer_takes ? SIDE_BUY : SIDE_SELL,
                                      .price = price,
                                      .qty = qty};
    venue_tally_trade(tally, &event, at);
    venue_paid worth = (venue_paid)price * qty;
    struct venue_total *buys = &wanted[buyer][instrument], *sells = &wanted[seller][instrument];
    buys->position += qty;
    buys->paid += worth;
    buys->trades++;
    sells->position -= qty;
    sells->paid -= worth;
    sells->trades++;
    priced[instrument] =
        (struct venue_price){price, qty, priced[instrument].volume + (uint64_t)qty, at};
}

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&chance, low, high);
}

static void trade_any(nanos_t at)
{
    trade((uint32_t)draw(0, ACCOUNTS - 1), (uint32_t)draw(0, ACCOUNTS - 1),
          (uint16_t)draw(0, INSTRUMENTS - 1), (price_t)draw(1, 1ul << 55),
          (qty_t)draw(1, 1ul << 50), draw(0, 1), at);
}

static uint32_t take(uint32_t most)
{
    struct venue_account account;
    struct venue_price price;
    uint32_t key, taken = 0;
    for (; taken < most && conflate_take(accounts, &key, &account); taken++)
        shown[account.account - FIRST][account.instrument] = account;
    while (conflate_take(prices, &key, &price)) shown_price[key] = price;
    return taken;
}

static bool same(const struct venue_total *one, const struct venue_total *other)
{
    return one->paid == other->paid && one->position == other->position &&
           one->trades == other->trades;
}

static void check(void)
{
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        venue_paid paid = 0;
        qty_t position = 0;
        for (uint32_t a = 0; a < ACCOUNTS; a++) {
            EXPECT(same(&shown[a][i].now, &wanted[a][i]));
            EXPECT(same(&shown[a][i].before, &before[a][i]));
            paid += shown[a][i].now.paid;
            position += shown[a][i].now.position;
        }
        EXPECT(paid == 0 && position == 0);
        EXPECT(memcmp(&shown_price[i], &priced[i], sizeof priced[i]) == 0);
    }
}

SPEC(a_trade_is_two_totals_and_a_price)
{
    tally_make(4);
    venue_tally_begin(tally);
    trade(1, 2, 3, 1025 * PRICE_ONE / 100, 40 * QTY_ONE, true, 77);
    EXPECT_UINT(take(9), 2);
    EXPECT(shown[1][3].now.position == 40 * QTY_ONE);
    EXPECT(shown[1][3].now.paid / QTY_ONE == 410 * PRICE_ONE);
    EXPECT(shown[2][3].now.position == -40 * QTY_ONE);
    EXPECT_UINT(shown[2][3].at, 77);
    EXPECT_UINT((uint64_t)shown_price[3].price, 1025 * PRICE_ONE / 100);
    check();
    tally_end();
}

SPEC(who_trades_with_itself_has_what_it_had)
{
    tally_make(4);
    venue_tally_begin(tally);
    trade(1, 1, 0, 10 * PRICE_ONE, QTY_ONE, false, 1);
    EXPECT_UINT(take(9), 1);
    EXPECT_UINT(shown[1][0].now.trades, 2);
    EXPECT(shown[1][0].now.position == 0 && shown[1][0].now.paid == 0);
    tally_end();
}

SPEC(however_seldom_somebody_looks_all_adds_up)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        chance = (struct chance){seed};
        tally_make(ACCOUNTS * INSTRUMENTS);
        for (uint64_t old = draw(0, 300); old > 0; old--) trade_any(old);
        EXPECT_UINT(take(1), 0); /* nothing is told of a day that is being read */
        memcpy(before, wanted, sizeof before);
        venue_tally_begin(tally);
        for (nanos_t at = 1000; at < 2000; at++) {
            trade_any(at);
            if (draw(1, 50) == 1) (void)take((uint32_t)draw(0, 10));
        }
        while (take(1) > 0) {
        }
        check();
        EXPECT_UINT(counter_read(venue_tally_lost(tally)), 0);
        tally_end();
    }
}

SPEC(what_the_journal_has_is_shown_although_nobody_trades)
{
    tally_make(4);
    trade(1, 2, 3, 10 * PRICE_ONE, 40 * QTY_ONE, true, 77);
    memcpy(before, wanted, sizeof before);
    venue_tally_begin(tally);
    EXPECT_UINT(take(9), 2);
    check();
    tally_end();
}

/* More than twice as many as the table has lines, so that many meet in it. */
SPEC(pairs_are_told_apart_however_many)
{
    const struct venue_tally_limits limits = {.pairs = VENUE_TALLY_PAIRS_MAX, .instruments = 8192};
    const struct conflate_limits of = venue_tally_accounts(&limits),
                                 in = venue_tally_prices(&limits);
    accounts = conflate_new(zeroed(conflate_footprint(&of)), &of);
    prices = conflate_new(zeroed(conflate_footprint(&in)), &in);
    tally = venue_tally_new(zeroed(venue_tally_footprint(&limits)), &limits, accounts, prices);
    venue_tally_begin(tally);
    for (uint32_t i = 0; i < VENUE_TALLY_PAIRS_MAX; i++) {
        const struct match_event event = {.kind = MATCH_TRADED,
                                          .instrument = (uint16_t)(i % 8192),
                                          .account = i / 8192 * 65536,
                                          .other_account = i / 8192 * 65536,
                                          .price = PRICE_ONE,
                                          .qty = QTY_ONE};
        venue_tally_trade(tally, &event, i);
    }
    struct venue_account account;
    uint32_t key, count = 0;
    for (; conflate_take(accounts, &key, &account); count++) {
        bool right = account.now.trades == 2 && account.at == key &&
                     account.instrument == key % 8192 && account.account == key / 8192 * 65536;
        if (!right) spec_expect(__FILE__, __LINE__, false, "pair %u is another one", key);
    }
    EXPECT_UINT(count, VENUE_TALLY_PAIRS_MAX);
    tally_end();
}

SPEC(of_pairs_that_find_no_place_each_side_is_counted)
{
    tally_make(3);
    venue_tally_begin(tally);
    trade(0, 1, 0, PRICE_ONE, QTY_ONE, true, 1);
    trade(2, 3, 0, PRICE_ONE, QTY_ONE, true, 2);
    trade(3, 0, 0, PRICE_ONE, QTY_ONE, true, 3);
    EXPECT_UINT(take(9), 3);
    EXPECT_UINT(counter_read(venue_tally_lost(tally)), 2);
    EXPECT(same(&shown[0][0].now, &wanted[0][0]));
    EXPECT(same(&shown[2][0].now, &wanted[2][0]));
    EXPECT_UINT(shown_price[0].volume, 3 * QTY_ONE);
    tally_end();
}

SPEC(limits_have_ranges)
{
    EXPECT_UINT(venue_tally_footprint(&(struct venue_tally_limits){0, 1}), 0);
    EXPECT_UINT(venue_tally_footprint(&(struct venue_tally_limits){1, 0}), 0);
    EXPECT_UINT(venue_tally_footprint(&(struct venue_tally_limits){VENUE_TALLY_PAIRS_MAX + 1, 1}),
                0);
    EXPECT(venue_tally_footprint(&(struct venue_tally_limits){VENUE_TALLY_PAIRS_MAX, 1}) > 0);
}

/* The other side of the queues is another thread. */

static _Atomic bool over;

static void *reader(void *context)
{
    (void)context;
    while (!atomic_load_explicit(&over, memory_order_acquire)) (void)take(64);
    while (take(64) > 0) {
    }
    return NULL;
}

SPEC(two_threads_agree_in_the_end)
{
    pthread_t thread;
    chance = (struct chance){7};
    tally_make(ACCOUNTS * INSTRUMENTS);
    venue_tally_begin(tally);
    atomic_store_explicit(&over, false, memory_order_release);
    EXPECT_UINT((uint64_t)pthread_create(&thread, NULL, reader, NULL), 0);
    for (nanos_t at = 1; at < 100000; at++) trade_any(at);
    atomic_store_explicit(&over, true, memory_order_release);
    pthread_join(thread, NULL);
    check();
    tally_end();
}

#define SPECS(S)                                                                                   \
    S(a_trade_is_two_totals_and_a_price)                                                           \
    S(who_trades_with_itself_has_what_it_had)                                                      \
    S(however_seldom_somebody_looks_all_adds_up)                                                   \
    S(what_the_journal_has_is_shown_although_nobody_trades)                                        \
    S(pairs_are_told_apart_however_many)                                                           \
    S(of_pairs_that_find_no_place_each_side_is_counted)                                            \
    S(limits_have_ranges)                                                                          \
    S(two_threads_agree_in_the_end)
SPEC_MAIN("venue_tally", SPECS, NULL, NULL)
