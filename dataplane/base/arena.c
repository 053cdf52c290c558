#include "dataplane/base/arena.h"

/* The table lies at the head of the arena's own memory; pieces follow it in the order they were
 * taken.
 *
 *     memory   | struct arena | piece | piece |gap| piece |            left           |
 *              0                                          used                       size
 *
 * Invariants: used is a multiple of CACHE_LINE and at most size; every piece lies in [0, used); the
 * pieces do not overlap; once sealed, nothing changes. */

struct arena {
    const char *owner;
    size_t size;
    size_t used;
    uint32_t takes;
    bool sealed;
    struct arena_take take[ARENA_TAKES_MAX];
};

size_t arena_footprint(void)
{
    return arena_round(sizeof(struct arena));
}

struct arena *arena_new(void *memory, size_t bytes, const char *owner)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    CHECK(bytes >= arena_footprint());
    CHECK(owner != NULL);

    struct arena *arena = memory;
    arena->owner = owner;
    arena->size = bytes / CACHE_LINE * CACHE_LINE;
    arena->used = arena_footprint();
    arena->takes = 0;
    arena->sealed = false;
    return arena;
}

/* What a person reads when the sum in the caller's set-up is wrong; what names the piece. */
static void refuse(const struct arena *arena, const char *what, const char *why)
{
    char reason[160];
    struct text text = text_in(reason, sizeof reason);
    text_append(&text, "arena ");
    text_append(&text, arena->owner);
    text_append(&text, why);
    text_append(&text, what);
    check_failed(reason, __FILE__, __LINE__);
}

void *arena_take_aligned(struct arena *arena, const char *what, size_t bytes, size_t alignment)
{
    CHECK(IS_POW2(alignment));
    CHECK(alignment >= CACHE_LINE);
    if (arena->sealed) refuse(arena, what, " is sealed; refused: ");
    if (arena->takes == ARENA_TAKES_MAX)
        refuse(arena, what, " has ARENA_TAKES_MAX pieces before: ");
    if (bytes == 0) refuse(arena, what, " was asked for 0 bytes, limits out of range? for: ");

    uintptr_t free_at = (uintptr_t)arena + arena->used;
    size_t gap = (alignment - free_at % alignment) % alignment;
    size_t left = arena->size - arena->used;
    /* Compared without a sum, which could wrap.  size is a multiple of CACHE_LINE, so what fits
     * still fits when it is rounded up. */
    if (gap > left || bytes > left - gap) refuse(arena, what, " is too small for: ");

    size_t offset = arena->used + gap;
    arena->take[arena->takes++] = (struct arena_take){what, offset, bytes};
    arena->used = offset + arena_round(bytes);
    return (uint8_t *)arena + offset;
}

void *arena_take(struct arena *arena, const char *what, size_t bytes)
{
    return arena_take_aligned(arena, what, bytes, CACHE_LINE);
}

void arena_seal(struct arena *arena)
{
    arena->sealed = true;
}

bool arena_sealed(const struct arena *arena)
{
    return arena->sealed;
}

size_t arena_size(const struct arena *arena)
{
    return arena->size;
}

size_t arena_left(const struct arena *arena)
{
    return arena->size - arena->used;
}

const struct arena_take *arena_takes(const struct arena *arena, uint32_t *count)
{
    *count = arena->takes;
    return arena->take;
}

/* Cold from here on. */

enum { COLUMN_WHAT = 2, COLUMN_BYTES = 40 };

static void row_print(struct text *out, const char *what, size_t bytes)
{
    text_to_column(out, COLUMN_WHAT);
    text_append(out, what);
    text_to_column(out, COLUMN_WHAT + 1);
    size_t start = out->length;
    text_bytes(out, bytes);
    text_right(out, start, COLUMN_BYTES);
    text_append_char(out, '\n');
}

void arena_print(struct text *out, const struct arena *arena)
{
    text_append(out, "arena ");
    text_append(out, arena->owner);
    text_append(out, arena->sealed ? ", sealed\n" : "\n");
    for (uint32_t i = 0; i < arena->takes; i++)
        row_print(out, arena->take[i].what, arena->take[i].bytes);
    row_print(out, "left", arena_left(arena));
    row_print(out, "sum", arena->size);
}
