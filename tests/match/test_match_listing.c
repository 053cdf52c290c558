/* What a listing may say (F1), byte by byte, and the room for windows, which must not depend on
 * what was listed before. */

#include "tests/match/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <string.h>

enum { INSTRUMENTS = 40, WINDOW = 4096 };

static struct rig rig;
static struct match_event last;
static uint64_t number;

static void saw(void *context, const struct match_event *event)
{
    (void)context;
    last = *event;
}

static void venue_of(struct match_limits limits)
{
    rig_new(&rig, &limits);
    rig.on_event = saw;
    number = 0;
}

static struct match_limits limits_usual(void)
{
    return (struct match_limits){
        .instruments = INSTRUMENTS,
        .orders = 1000,
        .specials = 100,
        .pages = 500,
        .window = WINDOW * 4,
        .accounts = 10,
        .holdings = 100,
        .assets = 3,
        .balances = 100,
        .cascade = 10,
    };
}

static void open_usual(void)
{
    venue_of(limits_usual());
}

static void close_usual(void)
{
    rig_free(&rig);
}

struct list_input {
    CACHE_ALIGNED struct match_input input;
    struct match_listing listing;
};

static struct list_input plain_listing(uint16_t index)
{
    return (struct list_input){
        .input = {.kind = MATCH_LIST,
                  .instrument = index,
                  .bytes = sizeof(struct match_input) + sizeof(struct match_listing)},
        .listing = {.symbol = "OIL",
                    .tick = PRICE_ONE / 100,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 1000 * PRICE_ONE,
                    .qty_max = 1000 * QTY_ONE,
                    .reference = 100 * PRICE_ONE,
                    .collar = PRICE_ONE,
                    .window = WINDOW,
                    .class_of = MATCH_PLAIN,
                    .phase = MATCH_OPEN},
    };
}

static struct list_input spot_listing(uint16_t index)
{
    struct list_input list = plain_listing(index);
    list.listing.class_of = MATCH_SPOT;
    list.listing.base = 1;
    list.listing.quote = 2;
    return list;
}

static struct list_input futures_listing(uint16_t index)
{
    struct list_input list = spot_listing(index);
    list.listing.class_of = MATCH_FUTURES;
    list.listing.initial_ppm = 100000;
    list.listing.maintenance_ppm = 50000;
    return list;
}

/* MATCH_NO_REASON: it was listed. */
static enum match_reason answer(struct list_input *list)
{
    last = (struct match_event){0};
    list->input.number = ++number;
    rig_apply(&rig, &list->input);
    EXPECT(last.number == number);
    bool listed = last.kind == MATCH_LISTED;
    EXPECT(listed || last.kind == MATCH_REJECTED);
    EXPECT_UINT(last.instrument, list->input.instrument);
    return listed ? MATCH_NO_REASON : (enum match_reason)last.reason;
}

static enum match_reason removed(uint16_t index)
{
    struct match_input in = {.kind = MATCH_REMOVE, .instrument = index, .bytes = sizeof in};
    in.number = ++number;
    rig_apply(&rig, &in);
    return last.kind == MATCH_REMOVED ? MATCH_NO_REASON : (enum match_reason)last.reason;
}

/* Lists with one thing changed, expects the reason, and removes it if it was listed. */
#define ANSWER(list_of, change, reason)                                                            \
    do {                                                                                           \
        struct list_input list = list_of(7);                                                       \
        struct match_listing *l = &list.listing;                                                   \
        struct match_input *in = &list.input;                                                      \
        (void)l, (void)in;                                                                         \
        change;                                                                                    \
        enum match_reason actual = answer(&list);                                                  \
        spec_expect(__FILE__, __LINE__, actual == (reason), "%s: reason %u, expected %s", #change, \
                    actual, #reason);                                                              \
        if (actual == MATCH_NO_REASON) EXPECT_UINT(removed(in->instrument), MATCH_NO_REASON);      \
    } while (0)
#define LISTED(list_of, change)    ANSWER(list_of, change, MATCH_NO_REASON)
#define BAD(list_of, change)       ANSWER(list_of, change, MATCH_BAD_LISTING)
#define MALFORMED(list_of, change) ANSWER(list_of, change, MATCH_MALFORMED)

SPEC(plain_spot_and_futures_instruments_can_be_listed)
{
    LISTED(plain_listing, );
    LISTED(spot_listing, );
    LISTED(futures_listing, );
}

SPEC(a_listing_has_its_own_length_and_no_other_fields)
{
    MALFORMED(plain_listing, in->bytes = sizeof *in);
    MALFORMED(plain_listing, in->bytes -= 1);
    MALFORMED(plain_listing, in->id = 1);
    MALFORMED(plain_listing, in->other = 1);
    MALFORMED(plain_listing, in->price = 1);
    MALFORMED(plain_listing, in->qty = 1);
    MALFORMED(plain_listing, in->account = 1);
    MALFORMED(plain_listing, in->side = 1);
    MALFORMED(plain_listing, in->type = 1);
    MALFORMED(plain_listing, in->tif = 1);
    MALFORMED(plain_listing, in->self_trade = 1);
    MALFORMED(plain_listing, in->flags = 1);
    MALFORMED(plain_listing, in->spare[1] = 1);
    MALFORMED(plain_listing, l->spare[0] = 1);
    MALFORMED(plain_listing, l->spare[5] = 1);
    MALFORMED(plain_listing, l->class_of = MATCH_CLASS_COUNT);
    MALFORMED(plain_listing, l->phase = MATCH_PHASE_COUNT);
}

SPEC(an_index_beyond_the_limit_is_no_instrument)
{
    ANSWER(plain_listing, in->instrument = INSTRUMENTS, MATCH_NO_INSTRUMENT);
    ANSWER(plain_listing, in->instrument = UINT16_MAX, MATCH_NO_INSTRUMENT);
    LISTED(plain_listing, in->instrument = INSTRUMENTS - 1);
}

SPEC(the_first_phase_is_not_a_pause)
{
    BAD(plain_listing, l->phase = MATCH_UNLISTED);
    BAD(plain_listing, l->phase = MATCH_PAUSED);
    LISTED(plain_listing, l->phase = MATCH_CALL);
    LISTED(plain_listing, l->phase = MATCH_CLOSED);
    LISTED(plain_listing, l->phase = MATCH_HALTED);
}

SPEC(prices_are_whole_ticks_within_their_limits)
{
    BAD(plain_listing, l->tick = 0);
    BAD(plain_listing, l->tick = -1000000);
    BAD(plain_listing, l->price_max = 0);
    BAD(plain_listing, l->price_max = -PRICE_ONE);
    BAD(plain_listing, l->price_max += 1);
    BAD(plain_listing, l->price_max = MATCH_TICKS_MAX * l->tick + l->tick);
    LISTED(plain_listing, (l->price_max = MATCH_TICKS_MAX * l->tick, l->qty_max = QTY_ONE));
    BAD(plain_listing, l->reference = 0);
    BAD(plain_listing, l->reference = -PRICE_ONE);
    BAD(plain_listing, l->reference += 1);
    BAD(plain_listing, l->reference = l->price_max + l->tick);
    LISTED(plain_listing, l->reference = l->price_max);
    LISTED(plain_listing, l->reference = l->tick);
    BAD(plain_listing, l->collar = -l->tick);
    BAD(plain_listing, l->collar += 1);
    BAD(plain_listing, l->collar = l->price_max + l->tick);
    LISTED(plain_listing, l->collar = 0);
    LISTED(plain_listing, l->collar = l->price_max);
}

SPEC(a_band_is_whole_ticks_and_has_a_pause)
{
    LISTED(plain_listing, (l->band = l->tick, l->pause_ns = 1));
    LISTED(plain_listing, (l->band = l->price_max, l->pause_ns = UINT64_MAX));
    BAD(plain_listing, l->band = l->tick);
    BAD(plain_listing, (l->band = -l->tick, l->pause_ns = 1));
    BAD(plain_listing, (l->band = l->tick + 1, l->pause_ns = 1));
    BAD(plain_listing, (l->band = l->price_max + l->tick, l->pause_ns = 1));
}

SPEC(quantities_are_whole_lots_within_their_limits)
{
    BAD(plain_listing, l->lot = 0);
    BAD(plain_listing, l->lot = -QTY_ONE);
    BAD(plain_listing, l->qty_max = 0);
    BAD(plain_listing, l->qty_max += 1);
    BAD(plain_listing, l->size = 0);
    BAD(plain_listing, l->size = -QTY_ONE);
    BAD(plain_listing, (l->lot = 1, l->tick = PRICE_ONE, l->price_max = PRICE_ONE,
                        l->reference = PRICE_ONE, l->qty_max = MATCH_LOTS_MAX + 1));
    LISTED(plain_listing, (l->lot = 1, l->tick = PRICE_ONE, l->price_max = PRICE_ONE,
                           l->reference = PRICE_ONE, l->qty_max = MATCH_LOTS_MAX));
}

SPEC(every_value_is_exact)
{
    /* 0.01 x 0.00 000 1 x 1 is 1e-8: exact; a tenth of the lot is not */
    LISTED(plain_listing, (l->lot = 100, l->qty_max = 100000));
    BAD(plain_listing, (l->lot = 10, l->qty_max = 100000));
    LISTED(plain_listing, (l->lot = 10, l->qty_max = 100000, l->size = 10 * QTY_ONE));
    LISTED(plain_listing, (l->lot = 10, l->qty_max = 100000, l->tick *= 10));
    BAD(plain_listing, (l->size = 99));
    LISTED(plain_listing, (l->size = 100));
}

SPEC(the_largest_value_is_at_most_what_money_can_be)
{
    /* 2^61 / 1e8 = 23,058,430,092.136 939 52 units: with prices up to 1 */
    const qty_t most = MATCH_MONEY_MAX / QTY_ONE * QTY_ONE;
#define VALUE(n)                                                                                   \
    (l->tick = l->price_max = l->reference = l->collar = PRICE_ONE, l->lot = QTY_ONE * 100,        \
     l->qty_max = (n) / l->lot * l->lot)
    LISTED(plain_listing, VALUE(most));
    BAD(plain_listing, (VALUE(most), l->qty_max += l->lot));
    BAD(plain_listing, (VALUE(most), l->size *= 2));
    LISTED(plain_listing, (VALUE(most / 2), l->size *= 2));
    /* factors whose product does not fit 128 bits */
    BAD(plain_listing, (l->size = INT64_MAX));
    BAD(plain_listing, (l->tick = l->price_max = l->reference = (int64_t)1 << 62, l->collar = 0,
                        l->lot = l->qty_max = (int64_t)1 << 62, l->size = (int64_t)1 << 62));
#undef VALUE
}

SPEC(windows_are_powers_of_two_within_their_limits)
{
    close_usual();
    struct match_limits limits = limits_usual();
    limits.window = (uint64_t)1 << 20;
    venue_of(limits);
    BAD(plain_listing, l->window = 0);
    BAD(plain_listing, l->window = MATCH_WINDOW_MIN / 2);
    BAD(plain_listing, l->window = MATCH_WINDOW_MIN + 1);
    BAD(plain_listing, l->window = MATCH_WINDOW_MAX * 2);
    LISTED(plain_listing, l->window = MATCH_WINDOW_MIN);
    LISTED(plain_listing, l->window = MATCH_WINDOW_MAX);
}

SPEC(fees_and_margins_are_rates_below_one)
{
    LISTED(spot_listing, (l->maker_ppm = MATCH_PPM - 1, l->taker_ppm = MATCH_PPM - 1));
    BAD(spot_listing, l->maker_ppm = MATCH_PPM);
    BAD(spot_listing, l->taker_ppm = MATCH_PPM);
    BAD(spot_listing, l->initial_ppm = 1);
    BAD(spot_listing, l->maintenance_ppm = 1);
    LISTED(futures_listing, (l->initial_ppm = MATCH_PPM, l->maintenance_ppm = MATCH_PPM));
    LISTED(futures_listing, (l->initial_ppm = 1, l->maintenance_ppm = 0));
    BAD(futures_listing, l->initial_ppm = MATCH_PPM + 1);
    BAD(futures_listing, (l->initial_ppm = 0, l->maintenance_ppm = 0));
    BAD(futures_listing, l->maintenance_ppm = l->initial_ppm + 1);
}

SPEC(what_is_paid_is_an_asset_and_plain_instruments_have_none)
{
    BAD(plain_listing, l->base = 1);
    BAD(plain_listing, l->quote = 1);
    BAD(plain_listing, l->maker_ppm = 1);
    BAD(plain_listing, l->taker_ppm = 1);
    BAD(spot_listing, l->base = 3);
    BAD(spot_listing, l->quote = 3);
    BAD(spot_listing, l->quote = l->base);
    BAD(spot_listing, l->size = 10 * QTY_ONE);
    BAD(futures_listing, l->base = 3);
    BAD(futures_listing, l->quote = 3);
    LISTED(futures_listing, l->quote = l->base);
    LISTED(futures_listing, l->size = 10 * QTY_ONE);
}

SPEC(without_accounts_all_instruments_are_plain)
{
    close_usual();
    struct match_limits limits = limits_usual();
    limits.accounts = limits.holdings = limits.assets = limits.balances = 0;
    venue_of(limits);
    LISTED(plain_listing, );
    BAD(spot_listing, (l->base = 0, l->quote = 0));
    BAD(futures_listing, (l->base = 0, l->quote = 0));
}

SPEC(the_base_of_the_largest_order_is_money_too)
{
    close_usual();
    struct match_limits limits = limits_usual();
    venue_of(limits);
#define BASE(n)                                                                                    \
    (l->tick = l->price_max = l->reference = l->collar = 1000, l->lot = (int64_t)1 << 40,          \
     l->size = QTY_ONE, l->lot = (n), l->qty_max = (n))
    /* one lot of 2^61 rounded down to a whole 1e13 for exactness, and one beyond */
    const int64_t unit = 10000000000000, most = MATCH_MONEY_MAX / unit * unit;
    LISTED(spot_listing, BASE(most));
    BAD(spot_listing, BASE(most + unit));
    LISTED(plain_listing, BASE(most + unit));
#undef BASE
}

SPEC(a_calendar_is_four_times_in_their_order_or_none)
{
#define TIMES(a, b, c, d) (l->call_s = (a), l->open_s = (b), l->closing_s = (c), l->close_s = (d))
    LISTED(plain_listing, TIMES(0, 1, 2, 3));
    LISTED(plain_listing, TIMES(28800, 32400, 61200, 86399));
    BAD(plain_listing, TIMES(28800, 32400, 61200, 86400));
    BAD(plain_listing, TIMES(0, 0, 1, 2));
    BAD(plain_listing, TIMES(5, 5, 6, 7));
    BAD(plain_listing, TIMES(5, 6, 6, 7));
    BAD(plain_listing, TIMES(5, 6, 7, 7));
    BAD(plain_listing, TIMES(7, 6, 8, 9));
    BAD(plain_listing, TIMES(1, 0, 0, 0));
#undef TIMES
}

SPEC(an_index_in_use_is_said_before_what_is_wrong_with_the_listing)
{
    struct list_input first = plain_listing(7);
    EXPECT_UINT(answer(&first), MATCH_NO_REASON);
    ANSWER(plain_listing, l->tick = 0, MATCH_LISTED_ALREADY);
    MALFORMED(plain_listing, l->spare[0] = 1);
}

SPEC(a_refused_listing_leaves_the_index_free)
{
    BAD(plain_listing, l->tick = 0);
    ANSWER(plain_listing, l->window = WINDOW * 8, MATCH_NO_ROOM);
    LISTED(plain_listing, l->window = WINDOW * 4);
}

/* Windows */

static void trade_at(uint16_t instrument, price_t price, order_id_t id)
{
    struct match_input in = {.kind = MATCH_NEW,
                             .instrument = instrument,
                             .bytes = sizeof in,
                             .side = (uint8_t)(id & 1),
                             .type = MATCH_LIMIT,
                             .id = id,
                             .price = price,
                             .qty = QTY_ONE,
                             .account = (uint32_t)(id & 1)};
    in.number = ++number;
    rig_apply(&rig, &in);
}

/* Whether there is room is decided by the windows of what is listed, whatever went before; and the
 * ladders, which may have to move, keep their orders. */
SPEC(there_is_room_exactly_while_the_windows_sum_up_to_the_limit)
{
    close_usual();
    struct spec_seeds seeds = spec_seeds(12);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        struct match_limits limits = limits_usual();
        limits.accounts = limits.holdings = limits.assets = limits.balances = 0;
        limits.window = chance_between(&chance, 64, 20000);
        limits.orders = 5000;
        venue_of(limits);
        uint64_t sum = 0, refused = 0, orders = 0;
        uint32_t window[INSTRUMENTS] = {0};
        for (uint32_t step = 0; step < 4000; step++) {
            uint16_t index = (uint16_t)chance_between(&chance, 0, INSTRUMENTS - 1);
            if (window[index] == 0) {
                struct list_input list = plain_listing(index);
                list.listing.window = MATCH_WINDOW_MIN << chance_between(&chance, 0, 8);
                bool fits = sum + list.listing.window <= limits.window;
                enum match_reason actual = answer(&list);
                spec_expect(__FILE__, __LINE__, (actual == MATCH_NO_REASON) == fits,
                            "seed %" PRIu64 ", step %u: listing %s", seed, step,
                            fits ? "fits" : "does not fit");
                if (!fits) EXPECT_UINT(actual, MATCH_NO_ROOM);
                refused += !fits;
                if (fits) sum += window[index] = list.listing.window;
            } else if (chance_between(&chance, 0, 9) == 0) {
                EXPECT_UINT(removed(index), MATCH_NO_REASON);
                sum -= window[index];
                window[index] = 0;
            } else if (orders < 4900) {
                price_t price =
                    100 * PRICE_ONE + PRICE_ONE / 100 * (price_t)chance_between(&chance, 0, 63);
                trade_at(index, price, ++orders);
            }
            if (step % 16 == 0) match_verify(rig.match);
        }
        EXPECT(refused > 10);
        for (uint16_t i = 0; i < INSTRUMENTS; i++)
            if (window[i]) EXPECT_UINT(removed(i), MATCH_NO_REASON);
        EXPECT_UINT(match_orders(rig.match), 0);
        match_verify(rig.match);
        rig_free(&rig);
    }
    open_usual();
}

SPEC(a_footprint_for_many_small_windows_holds_each_of_them)
{
    close_usual();
    struct match_limits limits = limits_usual();
    limits.window = INSTRUMENTS * MATCH_WINDOW_MIN;
    venue_of(limits);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint16_t i = 0; i < INSTRUMENTS; i++) {
            struct list_input list = plain_listing(i);
            list.listing.window = MATCH_WINDOW_MIN;
            EXPECT_UINT(answer(&list), MATCH_NO_REASON);
        }
        for (uint16_t i = 0; i < INSTRUMENTS; i++)
            EXPECT_UINT(removed((uint16_t)(i * 7 % INSTRUMENTS)), MATCH_NO_REASON);
    }
}

#define SPECS(S)                                                                                   \
    S(plain_spot_and_futures_instruments_can_be_listed)                                            \
    S(a_listing_has_its_own_length_and_no_other_fields)                                            \
    S(an_index_beyond_the_limit_is_no_instrument)                                                  \
    S(the_first_phase_is_not_a_pause)                                                              \
    S(prices_are_whole_ticks_within_their_limits)                                                  \
    S(a_band_is_whole_ticks_and_has_a_pause)                                                       \
    S(quantities_are_whole_lots_within_their_limits)                                               \
    S(every_value_is_exact)                                                                        \
    S(the_largest_value_is_at_most_what_money_can_be)                                              \
    S(windows_are_powers_of_two_within_their_limits)                                               \
    S(fees_and_margins_are_rates_below_one)                                                        \
    S(what_is_paid_is_an_asset_and_plain_instruments_have_none)                                    \
    S(without_accounts_all_instruments_are_plain)                                                  \
    S(the_base_of_the_largest_order_is_money_too)                                                  \
    S(a_calendar_is_four_times_in_their_order_or_none)                                             \
    S(an_index_in_use_is_said_before_what_is_wrong_with_the_listing)                               \
    S(a_refused_listing_leaves_the_index_free)                                                     \
    S(there_is_room_exactly_while_the_windows_sum_up_to_the_limit)                                 \
    S(a_footprint_for_many_small_windows_holds_each_of_them)

SPEC_MAIN("listings", SPECS, open_usual, close_usual)
