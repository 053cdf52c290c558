/* The digest: the same for the same events however they came, another one for any other event. */

#include "dataplane/book/book_put.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

/* A short day in which every kind of command is applied. */
/* clang-format off */
static const struct book_command day[] = {
    {.op = BOOK_ADD,            .ref = 1, .qty = 100, .price_e4 = 500000, .instrument = 1},
    {.op = BOOK_ADD,            .ref = 2, .qty = 200, .price_e4 = 500000, .instrument = 1},
    {.op = BOOK_ADD,            .ref = 3, .qty = 300, .price_e4 = 500100, .instrument = 1, .side = 1},
    {.op = BOOK_ADD,            .ref = 4, .qty = 400, .price_e4 = 500000, .instrument = 2},
    {.op = BOOK_EXECUTE,        .ref = 1, .qty = 10,  .instrument = 1},
    {.op = BOOK_EXECUTE_AT,     .ref = 1, .qty = 20,  .price_e4 = 500050, .instrument = 1},
    {.op = BOOK_EXECUTE_SILENT, .ref = 1, .qty = 5,   .price_e4 = 500050, .instrument = 1},
    {.op = BOOK_CANCEL,         .ref = 3, .qty = 7,   .instrument = 1},
    {.op = BOOK_REPLACE,        .ref = 2, .ref_new = 9, .qty = 50, .price_e4 = 499900, .instrument = 1},
    {.op = BOOK_TRADE,          .qty = 11, .price_e4 = 500000, .instrument = 2},
    {.op = BOOK_EXECUTE,        .ref = 4, .qty = 400, .instrument = 2},
    {.op = BOOK_DELETE,         .ref = 9, .instrument = 1},
    {.op = BOOK_DELETE,         .ref = 3, .instrument = 1},
    {.op = BOOK_DELETE,         .ref = 1, .instrument = 1},
};
/* clang-format on */
enum { DAY = ARRAY_COUNT(day) };

static uint64_t digest_of(const struct book_command *commands, uint32_t count, const char *vectors,
                          uint32_t group)
{
    struct book_limits limits = {.instruments = 4, .orders = 500, .levels = 500};
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
    struct book *book = book_new(memory, &limits);
    CHECK(book_use(book, vectors));
    book_digest_on(book, true);
    for (uint32_t i = 0; i < count; i++) {
        book_put_one(book, &commands[i]);
        if (group > 0 && i % group == 0) book_flush(book);
    }
    book_flush(book);
    book_verify(book);
    uint64_t digest = book_digest(book);
    free(memory);
    return digest;
}

static bool has_avx512(void)
{
    struct book_limits limits = {.instruments = 2, .orders = 1, .levels = 1};
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
    bool has = book_use(book_new(memory, &limits), "avx512");
    free(memory);
    return has;
}

enum { MANY = 5000 };

static const struct book_command *many_commands(uint64_t seed)
{
    static struct book_command commands[MANY];
    struct chance chance = {seed};
    for (uint32_t i = 0; i < MANY; i++)
        commands[i] = (struct book_command){
            .op = (uint8_t)(chance_next(&chance) % 2 ? BOOK_ADD
                                                     : chance_between(&chance, 0, BOOK_TRADE)),
            .ref = chance_between(&chance, 0, 300),
            .ref_new = chance_between(&chance, 0, 300),
            .qty = chance_between(&chance, 1, 20),
            .price_e4 = (uint32_t)chance_between(&chance, 100, 140),
            .instrument = (uint16_t)chance_between(&chance, 1, 3),
            .side = (uint8_t)chance_between(&chance, 0, 1),
        };
    return commands;
}

SPEC(how_commands_are_grouped_makes_no_difference)
{
    static const uint32_t groups[] = {1, 2, 3, 7, 15, 16, 17, 48, 63, 64, 65, 1000};
    struct spec_seeds seeds = spec_seeds(3);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        const struct book_command *commands = many_commands(seed);
        uint64_t expected = digest_of(commands, MANY, "avx2", 0);
        for (uint32_t i = 0; i < ARRAY_COUNT(groups); i++)
            spec_expect(__FILE__, __LINE__,
                        digest_of(commands, MANY, "avx2", groups[i]) == expected,
                        "SPEC_SEED=%" PRIu64 ": groups of %u give another digest", seed, groups[i]);
    }
}

SPEC(which_vectors_run_makes_no_difference)
{
    if (!has_avx512()) {
        puts("    (this processor has no AVX-512)");
        return;
    }
    struct spec_seeds seeds = spec_seeds(3);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        const struct book_command *commands = many_commands(seed);
        EXPECT_UINT(digest_of(commands, MANY, "avx512", 0), digest_of(commands, MANY, "avx2", 0));
        EXPECT_UINT(digest_of(commands, MANY, "avx512", 5), digest_of(commands, MANY, "avx2", 0));
    }
}

static void differs(const struct book_command *other, uint32_t i, const char *what)
{
    spec_expect(__FILE__, __LINE__,
                digest_of(other, DAY, "avx2", 0) != digest_of(day, DAY, "avx2", 0),
                "command %u with another %s has the same digest", i, what);
}

static bool has_price(uint8_t op)
{
    return op == BOOK_ADD || op == BOOK_REPLACE || op == BOOK_EXECUTE_AT || op == BOOK_TRADE;
}

SPEC(any_other_event_gives_another_digest)
{
    for (uint32_t i = 0; i < DAY; i++) {
        struct book_command other[DAY];
        for (uint32_t k = 0; k < DAY; k++) other[k] = day[k];
        if (day[i].op != BOOK_TRADE) {
            other[i].ref += 40;
            differs(other, i, "reference");
            other[i] = day[i];
        }
        if (day[i].op == BOOK_REPLACE) {
            other[i].ref_new += 40;
            differs(other, i, "new reference");
            other[i] = day[i];
        }
        if (day[i].op != BOOK_DELETE) {
            other[i].qty -= 1;
            differs(other, i, "quantity");
            other[i] = day[i];
        }
        if (has_price(day[i].op)) {
            other[i].price_e4 += 1;
            differs(other, i, "price");
            other[i] = day[i];
        }
        if (day[i].op == BOOK_ADD) {
            other[i].side ^= 1;
            differs(other, i, "side");
            other[i] = day[i];
        }
        other[i].instrument = 3;
        differs(other, i, "instrument");
        other[i] = day[i];
        other[i].op = BOOK_NOTHING;
        differs(other, i, "kind");
    }
}

SPEC(events_in_another_order_give_another_digest)
{
    for (uint32_t i = 0; i + 1 < DAY; i++) {
        struct book_command other[DAY];
        for (uint32_t k = 0; k < DAY; k++) other[k] = day[k];
        other[i] = day[i + 1];
        other[i + 1] = day[i];
        differs(other, i, "place");
    }
}

SPEC(references_whose_halves_are_exchanged_are_other_references)
{
    uint64_t digest[2];
    for (uint32_t way = 0; way < 2; way++) {
        uint64_t ref = way ? (uint64_t)7 << 32 : 7; /* ref_new as the feed sets it */
        struct book_command commands[] = {
            {.op = BOOK_ADD, .ref = ref, .ref_new = ref, .qty = 5, .price_e4 = 9, .instrument = 1},
            {.op = BOOK_DELETE, .ref = ref, .ref_new = ref, .instrument = 1},
        };
        digest[way] = digest_of(commands, ARRAY_COUNT(commands), "avx2", 0);
    }
    EXPECT(digest[0] != digest[1]);
}

SPEC(notes_are_part_of_the_digest_where_they_stand)
{
    struct book_limits limits = {.instruments = 4, .orders = 500, .levels = 500};
    uint64_t digest[3];
    for (uint32_t way = 0; way < 3; way++) {
        void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(book_footprint(&limits), CACHE_LINE));
        struct book *book = book_new(memory, &limits);
        book_digest_on(book, true);
        if (way == 1) book_digest_note(book, 2, 10, 12);
        book_put_one(book, &day[0]);
        if (way == 2) book_digest_note(book, 2, 10, 12);
        book_flush(book);
        digest[way] = book_digest(book);
        free(memory);
    }
    EXPECT(digest[0] != digest[1]);
    EXPECT(digest[0] != digest[2]);
    EXPECT(digest[1] != digest[2]);
}

#define SPECS(S)                                                                                   \
    S(how_commands_are_grouped_makes_no_difference)                                                \
    S(which_vectors_run_makes_no_difference)                                                       \
    S(any_other_event_gives_another_digest)                                                        \
    S(events_in_another_order_give_another_digest)                                                 \
    S(references_whose_halves_are_exchanged_are_other_references)                                  \
    S(notes_are_part_of_the_digest_where_they_stand)
SPEC_MAIN("book digest", SPECS, NULL, NULL)
