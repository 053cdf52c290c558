#ifndef APPS_POLLUX_MATCH_BOOK_FACTS_H
#define APPS_POLLUX_MATCH_BOOK_FACTS_H

/* What there is to show of an engine, collected for tables and JSON alike. */

#include "apps/order_script/order_venue.h"

/* Which instruments are listed, and which assets they or the script know. */
struct order_scope {
    uint16_t *instrument;
    uint16_t *asset;
    uint32_t instruments;
    uint32_t assets;
    uint32_t accounts; /* numbers below it */
};

struct order_scope order_scope_of(const struct order_venue *venue);
void order_scope_free(struct order_scope *scope);

/* Whether an account is one that a line has named, or that no line knows: not one that an order has
 * only because it was given none. */
bool order_scope_shows(const struct order_script *script, uint32_t account);

/* All orders of one side, or all that wait: in the order of match_each.  Memory grows as needed. */
struct order_list {
    struct match_order *at;
    uint32_t count;
    uint32_t capacity;
};

void order_list_side(struct order_list *list, const struct match *match, uint16_t instrument,
                     enum side side);
void order_list_waiting(struct order_list *list, const struct match *match, uint16_t instrument);
void order_list_free(struct order_list *list);

/* One price of a side: orders [first, first + count) of its list. */
struct order_level {
    price_t price;
    qty_t shown;
    uint32_t first;
    uint32_t count;
};

/* All levels of a list, best first.  The caller frees them. */
struct order_level *order_levels(const struct order_list *list, uint32_t *count);

/* "a30", "a2:30", "g10+90": a name, what is shown, what is hidden. */
void order_short(struct text *out, const struct match_order *order,
                 const struct match_names *names);

#endif
