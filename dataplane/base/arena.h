#ifndef DATAPLANE_BASE_ARENA_H
#define DATAPLANE_BASE_ARENA_H

/* All the memory of one stage, given once and handed out in named pieces.
 *
 *     size_t bytes = arena_footprint();              what the arena needs for itself
 *     bytes += arena_round(book_footprint(&limits)); and then every piece
 *     bytes += arena_round(conflate_footprint(&queue_limits));
 *     ...
 *     struct arena *arena = arena_new(memory, bytes, "feed");
 *     book = book_new(arena_take(arena, "book", book_footprint(&limits)), &limits);
 *     ...
 *     arena_seal(arena);                             nothing is taken from here on
 *
 * Pieces are aligned to CACHE_LINE, hold whatever the memory held (arena_map gives zeroes) and are
 * never given back: the process ends.  Taking more than there is, or after the seal, is a mistake
 * of ours and stops the program with the name of the piece.
 *
 * Threads: one, during set-up.  Memory: the first arena_footprint() bytes are the arena's table. */

#include "dataplane/base/base.h"
#include "dataplane/base/text.h"

#define ARENA_TAKES_MAX 64u /* pieces of one arena; a stage has about ten */

struct arena;

struct arena_take {
    const char *what; /* kept, not copied: a string literal */
    size_t offset;
    size_t bytes;
};

/* Bytes of the table at the head of the memory. */
size_t arena_footprint(void);

/* What a piece of this many bytes occupies. */
static inline size_t arena_round(size_t bytes)
{
    return ALIGN_UP(bytes, CACHE_LINE);
}

/* Builds an arena in memory[0..bytes), aligned to CACHE_LINE.  owner is kept, not copied. */
struct arena *arena_new(void *memory, size_t bytes, const char *owner);

/* The next piece, aligned to CACHE_LINE; never NULL.  bytes is at least 1. */
void *arena_take(struct arena *arena, const char *what, size_t bytes);

/* The same with a coarser alignment, a power of two: a page, say.  The gap before it is lost. */
void *arena_take_aligned(struct arena *arena, const char *what, size_t bytes, size_t alignment);

/* No piece may be taken any more. */
void arena_seal(struct arena *arena);

bool arena_sealed(const struct arena *arena);
size_t arena_size(const struct arena *arena);
size_t arena_left(const struct arena *arena); /* bytes a next piece may have */

/* The pieces so far, in the order they were taken. */
const struct arena_take *arena_takes(const struct arena *arena, uint32_t *count);

/* The table as text: one line per piece, one for what is left, one for the sum.  Cold. */
void arena_print(struct text *out, const struct arena *arena);

#endif
