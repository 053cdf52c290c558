/* Books at their bounds: prices, quantities, references, levels, orders, the index.  Runs once for
 * each kind of vectors. */

#include "dataplane/book/book_put.h"
#include "tests/support/book_picture.h"
#include "tests/support/spec.h"

#include <stdlib.h>

static struct book *book;
static void *memory;

static void open_for(uint32_t instruments, uint32_t orders, uint32_t levels)
{
    struct book_limits limits = {.instruments = instruments, .orders = orders, .levels = levels};
    free(memory);
    memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
    book = book_new(memory, &limits);
    book_picture_vectors(book);
}

static void before_each(void)
{
    open_for(4, 100, 100);
}

static void after_each(void)
{
    free(memory);
    memory = NULL;
}

/* The status one command is counted by. */
static enum book_status put(struct book_command command)
{
    struct book_counts before = *book_counts(book);
    book_put_one(book, &command);
    book_flush(book);
    const struct book_counts *after = book_counts(book);
    for (uint32_t i = 0; i < BOOK_STATUS_COUNT; i++)
        if (after->command[i] == before.command[i] + 1) return (enum book_status)i;
    return BOOK_STATUS_COUNT;
}

static enum book_status add(uint64_t ref, uint32_t price_e4, uint64_t qty)
{
    return put((struct book_command){
        .op = BOOK_ADD, .ref = ref, .price_e4 = price_e4, .qty = qty, .instrument = 1});
}

static enum book_status delete_order(uint64_t ref)
{
    return put((struct book_command){.op = BOOK_DELETE, .ref = ref, .instrument = 1});
}

SPEC(prices_go_from_1_to_their_maximum)
{
    EXPECT_UINT(add(1, 1, 1), BOOK_OK);
    EXPECT_UINT(add(2, BOOK_PRICE_MAX_E4, 1), BOOK_OK);
    EXPECT_UINT(add(3, 0, 1), BOOK_BAD_FIELD);
    EXPECT_UINT(add(3, BOOK_PRICE_MAX_E4 + 1, 1), BOOK_BAD_FIELD);
    EXPECT_UINT(add(3, UINT32_MAX, 1), BOOK_BAD_FIELD);
    struct market market = {0};
    book_market(book, 1, &market);
    EXPECT_UINT((uint64_t)market.bid, 20000000000000);
    book_verify(book);
}

SPEC(quantities_go_from_1_to_32_bits)
{
    EXPECT_UINT(add(1, 100, UINT32_MAX), BOOK_OK);
    EXPECT_UINT(add(2, 100, UINT32_MAX), BOOK_OK);
    EXPECT_UINT(add(3, 100, 0), BOOK_BAD_FIELD);
    EXPECT_UINT(add(3, 100, (uint64_t)UINT32_MAX + 1), BOOK_BAD_FIELD);
    struct book_level level = {0};
    EXPECT_UINT(book_depth(book, 1, SIDE_BUY, &level, 1), 1);
    EXPECT_UINT(level.qty, 2 * (uint64_t)UINT32_MAX);
    book_verify(book);
}

SPEC(a_side_is_buy_or_sell)
{
    struct book_command command = {
        .op = BOOK_ADD, .ref = 1, .qty = 1, .price_e4 = 1, .instrument = 1, .side = 2};
    EXPECT_UINT(put(command), BOOK_BAD_FIELD);
    command.side = 255;
    EXPECT_UINT(put(command), BOOK_BAD_FIELD);
}

SPEC(any_reference_but_nobodys_may_be_an_order)
{
    static const uint64_t refs[] = {0,
                                    1,
                                    UINT32_MAX,
                                    (uint64_t)1 << 32,
                                    UINT64_MAX - 1,
                                    (uint64_t)1 << 63,
                                    0x5555555555555555u};
    for (uint32_t i = 0; i < ARRAY_COUNT(refs); i++) EXPECT_UINT(add(refs[i], 100, 1), BOOK_OK);
    EXPECT_UINT(add(BOOK_REF_NOBODY, 100, 1), BOOK_BAD_FIELD);
    EXPECT_UINT(delete_order(BOOK_REF_NOBODY), BOOK_UNKNOWN_ORDER);
    struct book_command replace = {.op = BOOK_REPLACE,
                                   .ref = 0,
                                   .ref_new = BOOK_REF_NOBODY,
                                   .qty = 1,
                                   .price_e4 = 1,
                                   .instrument = 1};
    EXPECT_UINT(put(replace), BOOK_BAD_FIELD);
    book_verify(book);
    for (uint32_t i = 0; i < ARRAY_COUNT(refs); i++) EXPECT_UINT(delete_order(refs[i]), BOOK_OK);
    EXPECT_UINT(book_counts(book)->orders, 0);
}

SPEC(instruments_that_are_not_there_are_refused)
{
    static const uint16_t absent[] = {0, 4, 5, 65535};
    for (uint32_t op = BOOK_ADD; op < BOOK_OP_COUNT; op++)
        for (uint32_t i = 0; i < ARRAY_COUNT(absent); i++)
            EXPECT_UINT(put((struct book_command){.op = (uint8_t)op,
                                                  .ref = 1,
                                                  .ref_new = 2,
                                                  .qty = 1,
                                                  .price_e4 = 1,
                                                  .instrument = absent[i]}),
                        BOOK_BAD_INSTRUMENT);
    EXPECT_UINT(put((struct book_command){.op = BOOK_NOTHING, .instrument = 65535}), BOOK_OK);
    for (uint32_t i = 1; i < 4; i++) EXPECT(!book_suspect(book, i));
    EXPECT_UINT(book_counts(book)->orders, 0);
}

SPEC(an_order_of_another_instrument_is_not_touched)
{
    EXPECT_UINT(add(1, 100, 10), BOOK_OK);
    struct book_command command = {.op = BOOK_DELETE, .ref = 1, .instrument = 2};
    EXPECT_UINT(put(command), BOOK_OTHER_INSTRUMENT);
    EXPECT(book_suspect(book, 2));
    EXPECT(!book_suspect(book, 1));
    EXPECT_UINT(book_counts(book)->orders, 1);
}

SPEC(orders_are_refused_beyond_their_limit_and_taken_again_when_one_left)
{
    open_for(4, 20, 5);
    for (uint32_t i = 0; i < 20; i++) EXPECT_UINT(add(i, 100 + i % 5, 1), BOOK_OK);
    EXPECT_UINT(add(20, 100, 1), BOOK_FULL_ORDERS);
    EXPECT_UINT(delete_order(7), BOOK_OK);
    EXPECT_UINT(add(20, 100, 1), BOOK_OK);
    book_verify(book);
}

SPEC(levels_are_refused_beyond_their_limit_and_taken_again_when_one_closed)
{
    open_for(4, 20, 5);
    for (uint32_t i = 0; i < 5; i++) EXPECT_UINT(add(i, 100 + i, 1), BOOK_OK);
    EXPECT_UINT(add(5, 105, 1), BOOK_FULL_LEVELS);
    EXPECT_UINT(add(5, 104, 1), BOOK_OK);
    EXPECT_UINT(delete_order(0), BOOK_OK);
    EXPECT_UINT(add(6, 99, 1), BOOK_OK);
    book_verify(book);
}

/* Price of the i-th level, spread so that levels open in the middle too. */
static uint32_t spread(uint32_t i, uint32_t levels)
{
    return 1 + (uint32_t)((uint64_t)i * 7919 % levels);
}

static void depth_is_right(uint32_t levels)
{
    static struct book_level level[BOOK_SIDE_LEVELS_MAX];
    EXPECT_UINT(book_depth(book, 1, SIDE_BUY, level, BOOK_SIDE_LEVELS_MAX), levels);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < levels; i++) wrong += level[i].price_e4 != levels - i;
    EXPECT_UINT(wrong, 0);
    book_verify(book);
}

SPEC(a_side_is_in_order_at_and_beyond_every_size_of_its_memory)
{
    static const uint32_t sizes[] = {1, 6, 7, 8, 55, 56, 247, 248, 1015, 1016, 4087, 4088, 16375};
    for (uint32_t s = 0; s < ARRAY_COUNT(sizes); s++) {
        uint32_t levels = sizes[s], refused = 0;
        open_for(2, 20000, 20000);
        for (uint32_t i = 0; i < levels; i++) refused += add(i, spread(i, levels), 1) != BOOK_OK;
        EXPECT_UINT(refused, 0);
        depth_is_right(levels);
        for (uint32_t i = 0; i < levels; i++) refused += delete_order(i) != BOOK_OK;
        EXPECT_UINT(refused, 0);
        EXPECT_UINT(book_counts(book)->levels, 0);
        book_verify(book);
    }
}

SPEC(a_side_refuses_a_level_beyond_its_maximum_and_the_others_take_it)
{
    open_for(2, 20000, 20000);
    for (uint32_t i = 0; i < BOOK_SIDE_LEVELS_MAX; i++) add(i, 10 + i, 1);
    EXPECT_UINT(book_counts(book)->levels, BOOK_SIDE_LEVELS_MAX);
    EXPECT_UINT(add(30000, 9, 1), BOOK_FULL_LEVELS);
    EXPECT_UINT(add(30000, 10 + BOOK_SIDE_LEVELS_MAX, 1), BOOK_FULL_LEVELS);
    EXPECT_UINT(add(30000, 10, 1), BOOK_OK);
    struct book_command sell = {
        .op = BOOK_ADD, .ref = 30001, .qty = 1, .price_e4 = 9, .instrument = 1, .side = SIDE_SELL};
    EXPECT_UINT(put(sell), BOOK_OK);
    book_verify(book);
}

SPEC(levels_within_their_limit_are_never_refused_however_the_day_went)
{
    enum { INSTRUMENTS = 200, DEEP = 300 };
    open_for(INSTRUMENTS, 2000, 2000);
    uint32_t refused = 0;
    for (uint16_t instrument = 1; instrument < INSTRUMENTS; instrument++) {
        struct book_command command = {.op = BOOK_ADD, .qty = 1, .instrument = instrument};
        for (command.ref = 0; command.ref < DEEP; command.ref++) {
            command.price_e4 = 1000 + (uint32_t)command.ref;
            refused += put(command) != BOOK_OK;
        }
        command.op = BOOK_DELETE;
        for (command.ref = 0; command.ref < DEEP; command.ref++) put(command);
    }
    EXPECT_UINT(refused, 0);
    EXPECT_UINT(book_counts(book)->levels, 0);
}

/* Orders on levels from..to-1 of a side come or leave, one each; returns how many were refused. */
struct span {
    uint16_t instrument;
    uint8_t side;
    uint32_t from, to;
};

static uint32_t span_put(enum book_op op, struct span span)
{
    struct book_command command = {
        .op = (uint8_t)op, .qty = 1, .instrument = span.instrument, .side = span.side};
    uint32_t refused = 0;
    for (uint32_t level = span.from; level < span.to; level++) {
        command.ref = ((uint64_t)span.instrument * 2 + span.side) << 32 | level;
        command.price_e4 = 1000 + level;
        refused += put(command) != BOOK_OK;
    }
    return refused;
}

SPEC(sides_that_had_more_levels_than_they_have_leave_room_for_others)
{
    enum { INSTRUMENTS = 200, DEEP = 300, KEPT = 8 };
    open_for(INSTRUMENTS, 2000, 2000);
    uint32_t refused = 0;
    for (uint16_t instrument = 1; instrument < INSTRUMENTS; instrument++) {
        refused += span_put(BOOK_ADD, (struct span){instrument, SIDE_SELL, 0, DEEP});
        refused += span_put(BOOK_DELETE, (struct span){instrument, SIDE_SELL, KEPT, DEEP});
        book_verify(book);
    }
    EXPECT_UINT(refused, 0);
    EXPECT_UINT(book_counts(book)->levels, (INSTRUMENTS - 1) * KEPT);
    for (uint16_t instrument = 1; instrument < INSTRUMENTS; instrument++)
        refused += span_put(BOOK_DELETE, (struct span){instrument, SIDE_SELL, 0, KEPT});
    EXPECT_UINT(refused, 0);
}

SPEC(many_sides_that_were_deep_leave_room_for_few_that_are_deeper)
{
    enum { LEVELS = 2000, MANY = 35, DEEP = LEVELS / MANY, FEW = 8, DEEPER = LEVELS / FEW };
    open_for(MANY / 2 + 2, LEVELS, LEVELS);
    uint32_t refused = 0;
    for (uint32_t day = 0; day < 3; day++) {
        for (uint32_t i = 0; i < MANY; i++)
            refused += span_put(BOOK_ADD, (struct span){(uint16_t)(1 + i / 2), i & 1, 0, DEEP});
        for (uint32_t i = 0; i < MANY; i++)
            refused += span_put(BOOK_DELETE, (struct span){(uint16_t)(1 + i / 2), i & 1, 0, DEEP});
        for (uint32_t i = 0; i < FEW; i++)
            refused += span_put(BOOK_ADD, (struct span){(uint16_t)(1 + i), i & 1, 0, DEEPER});
        book_verify(book);
        for (uint32_t i = 0; i < FEW; i++)
            refused += span_put(BOOK_DELETE, (struct span){(uint16_t)(1 + i), i & 1, 0, DEEPER});
    }
    EXPECT_UINT(refused, 0);
}

SPEC(references_that_fall_on_one_line_overflow_into_others_and_come_back)
{
    enum { MANY = 200 };
    open_for(4, 1000, 1000);
    uint32_t taken = 0;
    for (uint64_t i = 0; i < MANY; i++) taken += add(i << 46, 100, 1) == BOOK_OK;
    EXPECT(book_counts(book)->index_overflow > 0);
    book_verify(book);
    EXPECT_UINT(taken + book_counts(book)->command[BOOK_FULL_INDEX], MANY);
    for (uint64_t i = 0; i < MANY; i++) delete_order(i << 46);
    EXPECT_UINT(book_counts(book)->orders, 0);
    book_verify(book);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct book_limits limits = {.instruments = 2, .orders = 1, .levels = 1};
    EXPECT(book_footprint(&limits) > 0);
    limits.instruments = 1;
    EXPECT_UINT(book_footprint(&limits), 0);
    limits.instruments = BOOK_INSTRUMENTS_MAX + 1;
    EXPECT_UINT(book_footprint(&limits), 0);
    limits = (struct book_limits){.instruments = 2, .orders = 0, .levels = 1};
    EXPECT_UINT(book_footprint(&limits), 0);
    limits.orders = BOOK_ORDERS_MAX + 1;
    EXPECT_UINT(book_footprint(&limits), 0);
    limits = (struct book_limits){.instruments = 2, .orders = 1, .levels = 0};
    EXPECT_UINT(book_footprint(&limits), 0);
    limits.levels = BOOK_LEVELS_MAX + 1;
    EXPECT_UINT(book_footprint(&limits), 0);
}

#define SPECS(S)                                                                                   \
    S(prices_go_from_1_to_their_maximum)                                                           \
    S(quantities_go_from_1_to_32_bits)                                                             \
    S(a_side_is_buy_or_sell)                                                                       \
    S(any_reference_but_nobodys_may_be_an_order)                                                   \
    S(instruments_that_are_not_there_are_refused)                                                  \
    S(an_order_of_another_instrument_is_not_touched)                                               \
    S(orders_are_refused_beyond_their_limit_and_taken_again_when_one_left)                         \
    S(levels_are_refused_beyond_their_limit_and_taken_again_when_one_closed)                       \
    S(a_side_is_in_order_at_and_beyond_every_size_of_its_memory)                                   \
    S(a_side_refuses_a_level_beyond_its_maximum_and_the_others_take_it)                            \
    S(levels_within_their_limit_are_never_refused_however_the_day_went)                            \
    S(sides_that_had_more_levels_than_they_have_leave_room_for_others)                             \
    S(many_sides_that_were_deep_leave_room_for_few_that_are_deeper)                                \
    S(references_that_fall_on_one_line_overflow_into_others_and_come_back)                         \
    S(limits_out_of_range_have_no_footprint)
SPEC_MAIN("book bounds", SPECS, before_each, after_each)
