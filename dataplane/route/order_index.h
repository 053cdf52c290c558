#ifndef DATAPLANE_ROUTE_ORDER_INDEX_H
#define DATAPLANE_ROUTE_ORDER_INDEX_H

/* Which delegate works for which parent order, or which slot for which order at a venue.
 *
 * An open-addressing table at most half full, probed linearly; removal moves back what stood
 * behind, so there are no marks of the dead and a search ends at the first empty place.
 *
 * Threads: one.  Memory: order_index_footprint() bytes.  Cost: one cache line, nearly always. */

#include "dataplane/base/base.h"

#define ORDER_INDEX_ORDERS_MAX (1u << 25)

struct order_index;

size_t order_index_footprint(uint32_t orders); /* 0 if orders is 0 or above the maximum */
struct order_index *order_index_new(void *memory, uint32_t orders);

/* The slot of an order, or 0. */
uint32_t order_index_find(const struct order_index *index, order_id_t order);

/* order and slot are not 0, the order is not in the index, and fewer than the maximum are. */
void order_index_add(struct order_index *index, order_id_t order, uint32_t slot);

/* The order is in the index. */
void order_index_remove(struct order_index *index, order_id_t order);

uint32_t order_index_count(const struct order_index *index);

#endif
