#ifndef TESTS_PUBLISH_SPACE_H
#define TESTS_PUBLISH_SPACE_H

#include "dataplane/base/base.h"

#include <stdlib.h>
#include <string.h>

/* Memory for an object, full of fill: nothing may depend on what is there.  free() it. */
static inline void *space_new(size_t bytes, uint8_t fill)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    memset(memory, fill, bytes);
    return memory;
}

#endif
