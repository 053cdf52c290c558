#ifndef APPS_ORDER_SCRIPT_ORDER_NAMES_H
#define APPS_ORDER_SCRIPT_ORDER_NAMES_H

/* Names and the numbers they stand for, both ways: the engine knows numbers, people read names.
 *
 * An entry is a name with a number, and stays.  A name may get another number later: the newest
 * counts; each number keeps its own name.
 *
 * Threads: one.  Memory: taken at names_open, used as entries come.  Cost: one look in a table. */

#include "dataplane/base/base.h"

#define ORDER_NAME_NONE UINT32_MAX

enum { ORDER_NAME_BYTES = 32 }; /* with the zero behind it */

struct order_name {
    uint64_t number;
    uint32_t next_text; /* chains of the two tables */
    uint32_t next_number;
    char text[ORDER_NAME_BYTES];
};

struct order_names {
    struct order_name *entries;
    uint32_t *by_text; /* entry + 1 */
    uint32_t *by_number;
    uint32_t count;
    uint32_t max;
    uint32_t mask;
};

/* False if there is no memory. */
MUST_USE bool names_open(struct order_names *names, uint32_t max);
void names_close(struct order_names *names);

/* An entry, or ORDER_NAME_NONE. */
uint32_t names_find(const struct order_names *names, const char *text);
uint32_t names_numbered(const struct order_names *names, uint64_t number);

/* A new entry; ORDER_NAME_NONE if there are max.  text has less than ORDER_NAME_BYTES bytes. */
uint32_t names_add(struct order_names *names, const char *text, uint64_t number);

/* Forgets the newest entries, down to count. */
void names_forget(struct order_names *names, uint32_t count);

#endif
