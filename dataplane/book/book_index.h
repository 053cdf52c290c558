#ifndef DATAPLANE_BOOK_BOOK_INDEX_H
#define DATAPLANE_BOOK_BOOK_INDEX_H

/* From an order's reference to its number, a cache line at a time (book_layout.h draws it).
 * Private to book_hot.c; one copy for each width of vectors.
 *
 * A line holds fifteen entries, each an order's number and eight bits of its reference.  An order
 * whose home line is full is indexed in one of the next lines, and counted in the home line's last
 * word: while that is 0, one look at the line answers everything. */

#include "dataplane/book/book_vector.h"

/* Where an entry with this tag is: its word, or the line's last word (whose order never matches).
 * */
static inline uint32_t index_guess(const struct book *book, struct index_key key)
{
    uint32_t tagged = line_tagged(book->index + key.line, key.tag);
    return key.line + (uint32_t)__builtin_ctz(tagged | 0x8000u);
}

/* The word of ref's entry, or 0 (word 0 is never used). */
static NOINLINE uint32_t index_find(const struct book *book, struct index_key key, uint64_t ref)
{
    uint32_t line = key.line;
    for (uint32_t probe = 0; probe < INDEX_PROBE_LINES; probe++) {
        for (uint32_t tagged = line_tagged(book->index + line, key.tag); tagged;
             tagged &= tagged - 1) {
            uint32_t word = line + (uint32_t)__builtin_ctz(tagged);
            if (book->order[book->index[word] & INDEX_ORDER].ref == ref) return word;
        }
        if (probe == 0 && book->index[line + INDEX_ENTRIES] == 0) return 0;
        line = (line + INDEX_WORDS) & book->index_mask;
    }
    return 0;
}

static COLD uint32_t index_place_far(struct book *book, uint32_t home)
{
    uint32_t line = home;
    for (uint32_t probe = 1; probe < INDEX_PROBE_LINES; probe++) {
        line = (line + INDEX_WORDS) & book->index_mask;
        uint32_t unused = line_free(book->index + line);
        if (line == 0) unused &= ~1u;
        if (unused == 0) continue;
        book->index[home + INDEX_ENTRIES] += INDEX_OVERFLOW_ONE;
        book->counts.index_overflow++;
        return line + (uint32_t)__builtin_ctz(unused);
    }
    return 0;
}

/* A place for a new reference: its word, or 0 and why not. */
static inline uint32_t index_place(struct book *book, struct index_key key, uint64_t ref,
                                   enum book_status *why)
{
    const uint32_t *line = book->index + key.line;
    uint32_t suspects = line_tagged(line, key.tag) | line[INDEX_ENTRIES];
    if (unlikely(suspects != 0) && index_find(book, key, ref)) {
        *why = BOOK_KNOWN_ORDER;
        return 0;
    }
    uint32_t unused = line_free(line);
    if (likely(unused != 0)) return key.line + (uint32_t)__builtin_ctz(unused);
    *why = BOOK_FULL_INDEX;
    return index_place_far(book, key.line);
}

#endif
