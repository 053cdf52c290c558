#include "dataplane/book/book_layout.h"

#include <string.h>

/* Deep levels: each side that has more than seven levels holds a region of the pool, of the class
 * its most levels needed.
 *
 *     region   | side, or the next free one | class, free? | zeros | deep levels ... | unused |
 *              0                            1              2       DEEP_FRONT
 *
 * A region that is outgrown or empty waits for others that need its class.  Where the pool is used
 * up by regions that wait, or that hold less than they did, all are packed: each moves down behind
 * the one before it, into the smallest class that its levels need.  So it is the levels alone that
 * decide whether there is room (book_layout in book.c), not what once was.
 *
 * What is in front of the levels is below 2^32 and so less than any of them, as deep_search wants
 * it. */

#define REGION_FREE 1u

static uint64_t region_word(uint32_t class)
{
    return (uint64_t) class << 1;
}

/* The smallest class with room for so many levels. */
static uint32_t class_for(uint32_t count)
{
    uint32_t class = 0;
    while (deep_region(class) < count + DEEP_FRONT + DEEP_BEHIND) class ++;
    return class;
}

static void pool_pack(struct book *book)
{
    uint64_t to = deep_region(0), next;
    for (uint64_t at = to; at < book->deep_used; at = next) {
        uint64_t *region = &book->deep[at];
        next = at + deep_region((uint32_t)(region[1] >> 1));
        if (region[1] & REGION_FREE) continue;
        struct side_line *line = &book->side[region[0]];
        uint32_t count = deep_count(line->lane[0]), class = class_for(count);
        memmove(&book->deep[to], region, (DEEP_FRONT + count) * sizeof *region);
        book->deep[to + 1] = region_word(class);
        line->lane[0] = to << 24 | (uint64_t) class << 16 | count;
        to += deep_region(class);
    }
    book->deep_used = to;
    memset(book->deep_free, 0, sizeof book->deep_free);
}

/* A region of at least class: one that waits, of this class or else a larger one's, or a new one.
 * *class becomes that of what was taken.  0: there is none. */
static uint64_t region_take(struct book *book, uint32_t *class)
{
    bool room = deep_region(*class) <= book->deep_end - book->deep_used;
    for (uint32_t at = *class; at < (room ? *class + 1 : DEEP_CLASSES); at++) {
        uint64_t place = book->deep_free[at];
        if (place == 0) continue;
        book->deep_free[at] = book->deep[place];
        *class = at;
        return place;
    }
    if (!room) return 0;
    uint64_t place = book->deep_used;
    book->deep_used += deep_region(*class);
    return place;
}

static void region_give(struct book *book, uint64_t lane0)
{
    if (deep_place(lane0) == 0) return;
    uint64_t *chain = &book->deep_free[deep_class(lane0)], *region = &book->deep[deep_place(lane0)];
    region[0] = *chain;
    region[1] |= REGION_FREE;
    *chain = deep_place(lane0);
}

void book_deep_release(struct book *book, struct side_line *line)
{
    region_give(book, line->lane[0]);
    line->lane[0] = 0;
}

bool book_deep_grow(struct book *book, struct side_line *line)
{
    uint32_t count = deep_count(line->lane[0]), class = class_for(count + 1);
    if (class == DEEP_CLASSES) return false;
    uint64_t place = region_take(book, &class);
    if (place == 0) {
        pool_pack(book);
        place = region_take(book, &class);
        if (place == 0) return false;
    }
    uint64_t old = line->lane[0], *region = &book->deep[place]; /* packing may have moved it */
    memset(region, 0, DEEP_FRONT * sizeof *region);
    region[0] = (uint64_t)(line - book->side);
    region[1] = region_word(class);
    memcpy(region + DEEP_FRONT, &book->deep[deep_place(old) + DEEP_FRONT], count * sizeof *region);
    region_give(book, old);
    line->lane[0] = place << 24 | (uint64_t) class << 16 | count;
    return true;
}
