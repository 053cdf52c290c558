#ifndef CONTROL_REDIS_REDIS_MAKE_H
#define CONTROL_REDIS_REDIS_MAKE_H

/* The objects of a reply, made for hiredis in memory that is kept: the reply with one entry of a
 * stream is ten objects and their texts, and hiredis would take each from the heap in front of an
 * intent, and give it back.
 *
 *     hiredis's reader ──► make (in a row) ──► reply ──► empty: all of it is forgotten
 *
 * Guarantees: objects are as hiredis's own are.  What the arrays of a reply promise is bounded by
 * REDIS_REPLY_ELEMENTS_MAX before room is made; types that RESP2 has not are refused as bytes that
 * are no protocol.
 * Threads: one.  Memory: REDIS_MAKE_KEPT bytes for ever, of which a page is the kernel's until it
 * is used, and more while a reply needs it. */

#include "dataplane/base/base.h"

#include <hiredis/hiredis.h>

#define REDIS_REPLY_ELEMENTS_MAX (1u << 18) /* of all its arrays together */
#define REDIS_MAKE_KEPT          (1u << 20) /* 256 entries of half a message */

struct redis_make {
    redisReplyObjectFunctions calls;
    size_t elements; /* that the reply has promised */
    char *kept;
    size_t used;                  /* of what is made in: kept, or the newest of more */
    size_t room;                  /* of the same */
    char *at;                     /* the same */
    struct redis_make_more *more; /* the newest first */
};

void redis_make_new(struct redis_make *make);
void redis_make_free(struct redis_make *make);
/* Its objects are the reader's from here on. */
void redis_make_attach(struct redis_make *make, redisReader *reader);
/* No object that was made is used any more. */
void redis_make_empty(struct redis_make *make);

#endif
