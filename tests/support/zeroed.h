#ifndef TESTS_SUPPORT_ZEROED_H
#define TESTS_SUPPORT_ZEROED_H

/* Zeroed memory, aligned to a page, of which pages are there only once they are touched: for specs
 * that make large things again and again, of which they use little. */

#include "dataplane/base/base.h"

#include <string.h>
#include <sys/mman.h>

#define ZEROED_HEAD 4096u /* before it: how much it is */

static inline void *zeroed_new(size_t bytes)
{
    size_t all = bytes + ZEROED_HEAD;
    uint8_t *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    memcpy(memory, &all, sizeof all);
    return memory + ZEROED_HEAD;
}

static inline void zeroed_free(void *memory)
{
    size_t all;
    if (!memory) return;
    memcpy(&all, (uint8_t *)memory - ZEROED_HEAD, sizeof all);
    CHECK(munmap((uint8_t *)memory - ZEROED_HEAD, all) == 0);
}

#endif
