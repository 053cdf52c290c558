/* What an arena promises. */

#include "dataplane/base/arena.h"
#include "dataplane/base/arena_setup.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 * 16 };

static struct arena *arena;
static void *memory;

static void open_arena(void)
{
    size_t bytes = arena_footprint() + ROOM;
    memory = aligned_alloc(4096, ALIGN_UP(bytes, 4096));
    arena = arena_new(memory, bytes, "feed");
}

static void close_arena(void)
{
    free(memory);
}

SPEC(pieces_are_aligned_and_do_not_overlap)
{
    uint8_t *first = arena_take(arena, "first", 1);
    uint8_t *second = arena_take(arena, "second", 65);
    uint8_t *third = arena_take(arena, "third", 64);
    EXPECT_UINT((uintptr_t)first % 64, 0);
    EXPECT_UINT((uint64_t)(second - first), 64);
    EXPECT_UINT((uint64_t)(third - second), 128);
    EXPECT(first >= (uint8_t *)memory + arena_footprint());
}

SPEC(a_piece_may_ask_for_a_coarser_alignment)
{
    EXPECT(arena_take(arena, "before", 8) != NULL);
    uintptr_t piece = (uintptr_t)arena_take_aligned(arena, "page", 64, 256);
    EXPECT_UINT(piece % 256, 0);
    EXPECT_STOP(arena_take_aligned(arena, "odd", 64, 96), "IS_POW2(alignment)");
}

SPEC(what_was_planned_fits_to_the_last_byte)
{
    EXPECT_UINT(arena_left(arena), ROOM);
    EXPECT(arena_take(arena, "most", ROOM - 64) != NULL);
    EXPECT(arena_take(arena, "rest", arena_round(1)) != NULL);
    EXPECT_UINT(arena_left(arena), 0);
}

SPEC(a_piece_that_does_not_fit_stops_the_program_and_is_named)
{
    EXPECT(arena_take(arena, "most", ROOM - 64) != NULL);
    EXPECT_STOP(arena_take(arena, "order index", 65), "arena feed is too small for: order index");
    EXPECT_STOP(arena_take(arena, "huge", SIZE_MAX), "too small for: huge");
    /* With the gap before an aligned piece the sum would wrap round to 1. */
    size_t gap = 4096 - ((uintptr_t)memory + arena_footprint() + ROOM - 64) % 4096;
    EXPECT_STOP(arena_take_aligned(arena, "huge pages", SIZE_MAX - gap + 2, 4096),
                "too small for: huge pages");
}

SPEC(a_sealed_arena_gives_nothing)
{
    EXPECT(arena_take(arena, "book", 64) != NULL);
    EXPECT(!arena_sealed(arena));
    arena_seal(arena);
    EXPECT(arena_sealed(arena));
    EXPECT_STOP(arena_take(arena, "late", 8), "arena feed is sealed; refused: late");
}

SPEC(limits_out_of_range_are_caught_where_their_footprint_is_taken)
{
    EXPECT_STOP(arena_take(arena, "book", 0), "limits out of range? for: book");
}

SPEC(the_table_names_every_piece_the_rest_and_the_sum)
{
    EXPECT(arena_take(arena, "book", 512) != NULL);
    EXPECT(arena_take(arena, "queue", 100) != NULL);
    uint32_t count;
    const struct arena_take *takes = arena_takes(arena, &count);
    EXPECT_UINT(count, 2);
    EXPECT_TEXT(takes[1].what, "queue");
    EXPECT_UINT(takes[1].bytes, 100);
    EXPECT_UINT(takes[1].offset, arena_footprint() + 512);

    arena_seal(arena);
    char buffer[1024];
    struct text text = text_in(buffer, sizeof buffer);
    arena_print(&text, arena);
    EXPECT_TEXT(buffer, "arena feed, sealed\n"
                        "  book                             512 B\n"
                        "  queue                            100 B\n"
                        "  left                             384 B\n"
                        "  sum                           2.56 KiB\n");
}

SPEC(mapped_memory_is_zeroed_and_sits_on_a_large_boundary)
{
    const enum arena_pages choices[] = {ARENA_PAGES_NONE, ARENA_PAGES_TRY};
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++) {
        char buffer[512];
        struct text problems = text_in(buffer, sizeof buffer);
        enum arena_backing backing;
        struct arena_plan plan = {.owner = "feed", .bytes = 5000000, .pages = choices[i]};
        struct arena *mapped = arena_map(&plan, &backing, &problems);
        EXPECT_TEXT(buffer, "");
        EXPECT(mapped != NULL);
        if (!mapped) continue;
        EXPECT_UINT((uintptr_t)mapped % (2 << 20), 0);
        EXPECT(arena_size(mapped) >= 5000000);
        EXPECT(choices[i] == ARENA_PAGES_NONE ? backing == ARENA_SMALL : backing != ARENA_SMALL);
        const uint8_t *piece = arena_take(mapped, "all", arena_left(mapped));
        size_t dirty = 0;
        for (size_t at = 0; at < 4000000; at++) dirty += piece[at] != 0;
        EXPECT_UINT(dirty, 0);
        arena_unmap(mapped);
    }
}

SPEC(memory_that_is_not_there_is_refused_with_a_sentence)
{
    char buffer[512];
    struct text problems = text_in(buffer, sizeof buffer);
    enum arena_backing backing;
    struct arena_plan plan = {
        .owner = "feed", .bytes = (size_t)1 << 46, .pages = ARENA_PAGES_REQUIRE};
    EXPECT(arena_map(&plan, &backing, &problems) == NULL);
    EXPECT_TEXT(buffer, "Stage feed needs 64.0 TiB in reserved 2 MiB pages, and the system says: "
                        "Cannot allocate memory.  Reserve more (vm.nr_hugepages) or set huge_pages "
                        "to try.\n");
    text_clear(&problems);
    plan.pages = ARENA_PAGES_NONE;
    plan.bytes = (size_t)1 << 50;
    EXPECT(arena_map(&plan, &backing, &problems) == NULL);
    EXPECT_TEXT(buffer, "Stage feed needs 1.00 PiB of memory, and the system says: Cannot allocate "
                        "memory.  Make the stage's limits smaller, or raise the memory limit.\n");
}

#define SPECS(S)                                                                                   \
    S(pieces_are_aligned_and_do_not_overlap)                                                       \
    S(a_piece_may_ask_for_a_coarser_alignment)                                                     \
    S(what_was_planned_fits_to_the_last_byte)                                                      \
    S(a_piece_that_does_not_fit_stops_the_program_and_is_named)                                    \
    S(a_sealed_arena_gives_nothing)                                                                \
    S(limits_out_of_range_are_caught_where_their_footprint_is_taken)                               \
    S(the_table_names_every_piece_the_rest_and_the_sum)                                            \
    S(mapped_memory_is_zeroed_and_sits_on_a_large_boundary)                                        \
    S(memory_that_is_not_there_is_refused_with_a_sentence)

SPEC_MAIN("arena", SPECS, open_arena, close_arena)
