#ifndef DATAPLANE_BASE_PAGES_SETUP_H
#define DATAPLANE_BASE_PAGES_SETUP_H

/* Memory that is there before somebody must not wait for it.
 *
 * That the kernel has given a page is not all where it is itself the guest of a hypervisor: a page
 * that was never stored to may have no memory behind it, and its first store takes microseconds.
 * Memory that is used again and again has it soon; what is always new, such as a journal's segment
 * (storage_file.c), is stored to before its turn.
 *
 * Threads: any.  Cold. */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_READ
#    define MADV_POPULATE_READ 22 /* Linux 5.14, as the next */
#endif
#ifndef MADV_POPULATE_WRITE
#    define MADV_POPULATE_WRITE 23
#endif

#define PAGE_BYTES ((size_t)4096)

/* memory is a new mapping of zeroes and begins with a page.  False: the system has not so much;
 * errno is set, and the mapping stays. */
static inline bool pages_make(void *memory, size_t bytes)
{
    if (madvise(memory, bytes, MADV_POPULATE_WRITE) == 0) return true;
    if (errno != EINVAL) return false;
    /* An older kernel does not know it, and gives the pages one by one. */
    for (size_t at = 0; at < bytes; at += PAGE_BYTES) *((volatile uint8_t *)memory + at) = 0;
    return true;
}

#endif
