/* The book against its plain reference, on random commands from ranges so small that every awkward
 * case is common: full stores, twice the same reference, other instruments' orders, levels that
 * open and close all the time.  On each kind of vectors, and with commands applied in groups of
 * random length, because the look-ahead must not show.
 *
 * SPEC_SEED=n runs the seed a failure printed; SPEC_STEPS=n more steps. */

#include "dataplane/book/book_put.h"
#include "tests/reference/plain_book.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 512, STEPS = PARANOID ? 4000 : 15000, SEEDS = 3 };

static struct plain_book plain;
static struct book *book;
static uint64_t seed;
static uint64_t step;
static uint64_t ref_mask; /* references are drawn dense, or scattered by this bijection */

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

#define SAME(actual, expected)                                                                     \
    do {                                                                                           \
        uint64_t actual_ = (actual), expected_ = (expected);                                       \
        if (actual_ != expected_) {                                                                \
            spec_expect(__FILE__, __LINE__, false,                                                 \
                        "SPEC_SEED=%" PRIu64 " differs at step %" PRIu64 ": " #actual              \
                        " is %" PRIu64 ", expected %" PRIu64,                                      \
                        seed, step, actual_, expected_);                                           \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool sides_agree(uint32_t instrument, enum side side)
{
    static struct book_level actual[LEVELS_MAX], expected[LEVELS_MAX];
    uint32_t count = plain_book_depth(&plain, instrument, side, expected, LEVELS_MAX);
    SAME(book_depth(book, instrument, side, actual, LEVELS_MAX), count);
    for (uint32_t i = 0; i < count; i++) {
        SAME(actual[i].price_e4, expected[i].price_e4);
        SAME(actual[i].orders, expected[i].orders);
        SAME(actual[i].qty, expected[i].qty);
    }
    return true;
}

static bool markets_agree(uint32_t instrument)
{
    struct market market = {0};
    struct book_level bid = {0}, ask = {0};
    const struct plain_totals *totals = &plain.totals[instrument];
    plain_book_depth(&plain, instrument, SIDE_BUY, &bid, 1);
    plain_book_depth(&plain, instrument, SIDE_SELL, &ask, 1);
    book_market(book, instrument, &market);
    SAME(market.bid, bid.price_e4 * (uint64_t)10000);
    SAME(market.ask, ask.price_e4 * (uint64_t)10000);
    SAME(market.bid_qty, bid.qty * (uint64_t)100000000);
    SAME(market.ask_qty, ask.qty * (uint64_t)100000000);
    SAME(market.bid_orders, bid.orders);
    SAME(market.ask_orders, ask.orders);
    SAME(market.volume, totals->volume * (uint64_t)100000000);
    SAME(market.notional, totals->notional_e4 * (uint64_t)10000);
    SAME(market.trades, totals->trades);
    SAME(market.last, totals->last_e4 * (uint64_t)10000);
    SAME(market.last_qty, totals->last_qty * (uint64_t)100000000);
    SAME(book_suspect(book, instrument), plain.suspect[instrument]);
    return true;
}

static bool books_agree(void)
{
    for (uint32_t i = 1; i < PLAIN_BOOK_INSTRUMENTS; i++) {
        if (!sides_agree(i, SIDE_BUY) || !sides_agree(i, SIDE_SELL)) return false;
        if (!markets_agree(i)) return false;
    }
    for (uint32_t i = 0; i < plain.orders; i += 7) {
        struct book_queue_position actual = {0}, expected = {0};
        SAME(book_position(book, plain.order[i].ref, &actual), true);
        plain_book_position(&plain, plain.order[i].ref, &expected);
        SAME(actual.orders_ahead, expected.orders_ahead);
        SAME(actual.qty_ahead, expected.qty_ahead);
        SAME(actual.order.qty, expected.order.qty);
    }
    return true;
}

static uint64_t any_ref(struct chance *chance)
{
    uint64_t dense = chance_between(chance, 0, 3000);
    if (plain.orders > 0 && chance_between(chance, 0, 9) < 7)
        return plain.order[chance_next(chance) % plain.orders].ref;
    return ref_mask ? dense * ref_mask : dense;
}

static struct book_command any_command(struct chance *chance)
{
    static const uint8_t ops[] = {BOOK_ADD,     BOOK_ADD,        BOOK_ADD,    BOOK_ADD,
                                  BOOK_ADD,     BOOK_ADD,        BOOK_DELETE, BOOK_DELETE,
                                  BOOK_DELETE,  BOOK_EXECUTE,    BOOK_CANCEL, BOOK_EXECUTE_SILENT,
                                  BOOK_REPLACE, BOOK_EXECUTE_AT, BOOK_TRADE,  BOOK_NOTHING};
    struct book_command command = {
        .op = ops[chance_next(chance) % sizeof ops],
        .ref = any_ref(chance),
        .ref_new = any_ref(chance),
        .qty = chance_between(chance, 0, 30),
        .instrument = (uint16_t)chance_between(chance, 1, 3),
        .side = (uint8_t)chance_between(chance, 0, 1),
    };
    command.price_e4 = (uint32_t)chance_between(chance, 0, 40) + 1000;
    if (chance_between(chance, 0, 3) == 0)
        command.price_e4 = (uint32_t)chance_between(chance, 0, 400) + 800;
    if (command.op == BOOK_ADD && chance_between(chance, 0, 9) > 0) {
        uint64_t fresh = chance_between(chance, 3001, 60000);
        command.ref = ref_mask ? fresh * ref_mask : fresh;
    }
    uint32_t i = (uint32_t)(chance_next(chance) % (plain.orders + 1));
    if (command.op != BOOK_ADD && i < plain.orders && chance_between(chance, 0, 9) > 0)
        command.instrument =
            plain.order[i].ref == command.ref ? plain.order[i].instrument : command.instrument;
    switch (chance_between(chance, 0, 400)) { /* what no venue should send */
    case 0: command.side = 2; break;
    case 1: command.price_e4 = 0; break;
    case 2: command.price_e4 = UINT32_MAX; break;
    case 3: command.qty = (uint64_t)UINT32_MAX + chance_between(chance, 0, 2); break;
    case 4: command.instrument = (uint16_t)chance_between(chance, 0, 65535); break;
    case 5: command.ref = UINT64_MAX; break;
    default: break;
    }
    return command;
}

static bool seed_agrees(const char *vectors, uint32_t orders_max)
{
    struct book_limits limits = {
        .instruments = PLAIN_BOOK_INSTRUMENTS, .orders = orders_max, .levels = 2048};
    struct chance chance = {seed};
    uint64_t expected[BOOK_STATUS_COUNT] = {0}, steps = number_of("SPEC_STEPS", STEPS);
    memset(&plain, 0, sizeof plain);
    plain.orders_max = orders_max;
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
    book = book_new(memory, &limits);
    bool agrees = book_use(book, vectors);
    for (step = 1; step <= steps && agrees; step++) {
        struct book_command command = any_command(&chance);
        expected[plain_book_apply(&plain, &command)]++;
        book_put_one(book, &command);
        if (chance_between(&chance, 0, 80) > 0) continue;
        book_flush(book);
        if (step % 50 == 0) book_verify(book);
        agrees = books_agree();
    }
    book_flush(book);
    book_verify(book);
    agrees = agrees && books_agree();
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT && agrees; i++)
        EXPECT_UINT(book_counts(book)->command[i], expected[i]);
    for (uint32_t i = 0; i < BOOK_FULL_LEVELS && agrees; i++)
        EXPECT(expected[i] > 0 || steps < STEPS || i == BOOK_FULL_ORDERS);
    free(memory);
    return agrees;
}

static void seeds_agree(const char *vectors, uint64_t mask, uint32_t orders_max)
{
    uint64_t first = number_of("SPEC_SEED", 1), count = getenv("SPEC_SEED") ? 1 : SEEDS;
    ref_mask = mask;
    for (seed = first; seed < first + count; seed++)
        if (!seed_agrees(vectors, orders_max)) return;
}

static bool has_avx512(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

SPEC(the_book_is_its_plain_reference_on_avx2)
{
    seeds_agree("avx2", 0, 2000);
}

SPEC(the_book_is_its_plain_reference_on_avx512)
{
    if (has_avx512()) seeds_agree("avx512", 0, 2000);
    else puts("    (this processor has no AVX-512: the other specs stand for it)");
}

SPEC(scattered_references_make_no_difference)
{
    seeds_agree("avx2", 0x9e3779b97f4a7c15u, 2000);
}

SPEC(references_that_all_fall_on_one_line_make_no_difference)
{
    seeds_agree("avx2", (uint64_t)1 << 46, 150); /* nearly all share their low bits */
}

SPEC(a_full_store_refuses_and_recovers)
{
    seeds_agree("avx2", 0, 60);
}

#define SPECS(S)                                                                                   \
    S(the_book_is_its_plain_reference_on_avx2)                                                     \
    S(the_book_is_its_plain_reference_on_avx512)                                                   \
    S(scattered_references_make_no_difference)                                                     \
    S(references_that_all_fall_on_one_line_make_no_difference)                                     \
    S(a_full_store_refuses_and_recovers)

SPEC_MAIN("book property", SPECS, NULL, NULL)
