#ifndef DATAPLANE_BASE_ARENA_SETUP_H
#define DATAPLANE_BASE_ARENA_SETUP_H

/* Where an arena's memory comes from.  Cold; called on the thread, already on its core, that will
 * use the memory: every page is touched here, so it lies on that core's NUMA node and no page fault
 * is left for the first packet. */

#include "dataplane/base/arena.h"

/* clang-format off */
#define ARENA_PAGES(X)                                                                 \
    X(ARENA_PAGES_NONE,    "none",    "4 KiB pages")                                             \
    X(ARENA_PAGES_TRY,     "try",     "reserved 2 MiB pages, else transparent ones, else 4 KiB") \
    X(ARENA_PAGES_REQUIRE, "require", "reserved 2 MiB pages or a refusal")
/* clang-format on */

#define ARENA_PAGES_ENUM(choice, word, meaning) choice,
enum arena_pages { ARENA_PAGES(ARENA_PAGES_ENUM) ARENA_PAGES_COUNT };

/* What the memory lies on.  Transparent pages are asked for, not promised: the kernel decides. */
enum arena_backing { ARENA_SMALL, ARENA_TRANSPARENT, ARENA_RESERVED };

struct arena_plan {
    const char *owner;      /* whose memory: the stage, for sentences and the table */
    size_t bytes;           /* with arena_footprint() */
    enum arena_pages pages; /* configuration: memory.huge_pages */
};

/* Maps, zeroes and touches the memory, and builds an arena in it.  NULL if that fails; then one
 * sentence with cause and remedy was appended to problems. */
MUST_USE struct arena *arena_map(const struct arena_plan *plan, enum arena_backing *backing,
                                 struct text *problems);

/* Gives the memory back.  For tests and benches; a stage never does. */
void arena_unmap(struct arena *arena);

const char *arena_pages_text(enum arena_pages pages);       /* "none" "try" "require" */
const char *arena_backing_text(enum arena_backing backing); /* "2 MiB pages, reserved" ... */

#endif
