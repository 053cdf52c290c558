#ifndef DATAPLANE_MATCH_MATCH_LOAD_H
#define DATAPLANE_MATCH_MATCH_LOAD_H

/* The parts of match_load.  For match_load*.c.
 *
 * Nothing here believes the bytes: a section is taken only if all of it is there, each record's
 * numbers are checked before the engine holds them, and the engine is built by the same functions
 * that build it in service, so that its lists and tables are whole whatever the bytes say. */

#include "dataplane/match/match_stream.h"

struct load {
    struct match *m;
    const uint8_t *at;
    size_t left;
};

/* A section's records, not yet looked at. */
struct load_section {
    const uint8_t *at;
    uint64_t count;
    size_t record_bytes;
};

/* The next section, which must be of kind; NULL, or what is wrong. */
MUST_USE const char *load_take(struct load *load, enum stream_kind kind,
                               struct load_section *section);

/* Copies the next record out; false: there is none left. */
bool load_next(struct load_section *section, void *record);

/* match_load_money.c: accounts, balances, holdings, the users of instruments, assets. */
MUST_USE const char *load_money(struct load *load);

/* match_load_orders.c: orders, specials and the lists of holders. */
MUST_USE const char *load_orders(struct load *load);

#endif
