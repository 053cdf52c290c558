#ifndef CONTROL_CONFIG_CONFIG_DIFF_H
#define CONTROL_CONFIG_CONFIG_DIFF_H

/* What differs between two configurations, key by key, and whether a reload may change it (F57).
 *
 *     gateway.strategies[maker].parameters.rungs: 0t:200 -> 1t:200
 *     gateway.symbols[ACME at box].limits.order_qty: 1000 -> 500
 *     gateway.strategies[twap]: new: needs a restart
 *
 * Values are compared as they would be written, defaults included, so that what a file leaves out
 * and what it says are one thing, and a port or a venue is its name.  Entries of a list are matched
 * by what names them: ports, venues and strategies by name, symbols by symbol and venue, sessions
 * by user name; servers and neighbours by address.  An entry that only one of the two has is one
 * difference; the order of entries is none.
 *
 * Cold.  Threads: any; nothing is shared.  Memory: allocated, and freed by config_differences_free;
 * it keeps nothing of the configurations. */

#include "control/config/config.h"

struct config_difference {
    char *path;
    char *was; /* as it would be written; NULL: it was not there */
    char *is;  /* NULL: it is not there; "" with was NULL: an entry or a section */
    bool live;
};

struct config_differences {
    uint32_t count;
    struct config_difference *at; /* in the order of the reference */
};

struct config_differences config_diff(const struct config *was, const struct config *is);
/* Every value of one: was and is are the same. */
struct config_differences config_values(const struct config *config);
void config_differences_free(struct config_differences *differences);

/* A line, without its end, that says what differs; what needs a restart says so. */
void config_difference_print(FILE *out, const struct config_difference *difference);

#endif
