#include "dataplane/base/arena_setup.h"

#include "dataplane/base/pages_setup.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory is mapped in whole 2 MiB units and starts at a multiple of 2 MiB, because only such a
 * range can lie on huge pages. */

#define HUGE_BYTES ((size_t)2 << 20)

#define PAGES_TEXT(choice, word, meaning) [choice] = word,
static const char *const pages_text[] = {ARENA_PAGES(PAGES_TEXT)};

const char *arena_pages_text(enum arena_pages pages)
{
    return pages_text[pages];
}

const char *arena_backing_text(enum arena_backing backing)
{
    switch (backing) {
    case ARENA_SMALL: return "4 KiB pages";
    case ARENA_TRANSPARENT: return "transparent 2 MiB pages where the kernel has them";
    case ARENA_RESERVED: return "reserved 2 MiB pages";
    }
    UNREACHABLE("arena_backing has three values");
}

static void *map_reserved(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Maps one unit more and cuts off what is not aligned. */
static void *map_aligned(size_t bytes)
{
    uint8_t *memory =
        mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    size_t before = (HUGE_BYTES - (uintptr_t)memory % HUGE_BYTES) % HUGE_BYTES;
    if (before > 0) munmap(memory, before);
    munmap(memory + before + bytes, HUGE_BYTES - before);
    return memory + before;
}

static void problem_state(struct text *problems, const struct arena_plan *plan, const char *what,
                          const char *remedy)
{
    int cause = errno;
    text_append(problems, "Stage ");
    text_append(problems, plan->owner);
    text_append(problems, " needs ");
    text_bytes(problems, plan->bytes);
    text_append(problems, " ");
    text_append(problems, what);
    text_append(problems, ", and the system says: ");
    text_append(problems, strerror(cause));
    text_append(problems, ".  ");
    text_append(problems, remedy);
    text_append(problems, "\n");
}

struct arena *arena_map(const struct arena_plan *plan, enum arena_backing *backing,
                        struct text *problems)
{
    CHECK(plan->bytes >= arena_footprint());
    CHECK(plan->bytes < SIZE_MAX - 2 * HUGE_BYTES);
    size_t bytes = ALIGN_UP(plan->bytes, HUGE_BYTES);
    void *memory = plan->pages == ARENA_PAGES_NONE ? NULL : map_reserved(bytes);
    *backing = ARENA_RESERVED;
    if (!memory && plan->pages == ARENA_PAGES_REQUIRE) {
        problem_state(problems, plan, "in reserved 2 MiB pages",
                      "Reserve more (vm.nr_hugepages) or set huge_pages to try.");
        return NULL;
    }
    if (!memory) {
        memory = map_aligned(bytes);
        if (!memory) {
            problem_state(problems, plan, "of memory",
                          "Make the stage's limits smaller, or raise the memory limit.");
            return NULL;
        }
        bool asked = plan->pages == ARENA_PAGES_TRY && madvise(memory, bytes, MADV_HUGEPAGE) == 0;
        *backing = asked ? ARENA_TRANSPARENT : ARENA_SMALL;
        if (plan->pages == ARENA_PAGES_NONE) madvise(memory, bytes, MADV_NOHUGEPAGE);
    }
    if (!pages_make(memory, bytes)) {
        problem_state(problems, plan, "of memory present at start",
                      "Make the stage's limits smaller, or give the machine more memory.");
        munmap(memory, bytes);
        return NULL;
    }
    return arena_new(memory, bytes, plan->owner);
}

void arena_unmap(struct arena *arena)
{
    munmap(arena, arena_size(arena));
}
