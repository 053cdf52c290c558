#ifndef DATAPLANE_MATCH_MATCH_VERIFY_H
#define DATAPLANE_MATCH_MATCH_VERIFY_H

/* The parts of match_verify.  For match_verify*.c, match_sound.c and match_load.c. */

#include "dataplane/match/match_layout.h"

/* What a walk has counted. */
struct verify {
    const struct match *m;
    uint64_t pages;
    uint64_t pages_sum;
    uint32_t in_book;
    uint32_t waiting;
    uint32_t fired;
    uint32_t alive;
    uint32_t specials;
    uint32_t place[8]; /* orders by enum place */
    nanos_t due;
};

/* match_verify_holders.c: accounts, holdings and the lists of their orders. */
void verify_holders(const struct match *m);

/* match_sound.c: what an engine whose lists and tables are whole must still be: the first rule that
 * its orders break, as a sentence, or NULL.  Books that are open are not crossed, links have two
 * ends, specials hold what their type allows. */
const char *match_unsound(const struct match *m);

#endif
