#ifndef DATAPLANE_MATCH_MATCH_QUERY_H
#define DATAPLANE_MATCH_MATCH_QUERY_H

/* Walking an engine's queues in their order.  For the files of this folder. */

#include "dataplane/match/match_layout.h"

typedef void query_slot_fn(void *context, uint32_t slot);

/* Every order of a ladder: best key first, oldest first. */
void query_each_slot(const struct match *m, const struct ladder *ladder, query_slot_fn *visit,
                     void *context);

/* Every order from first on, by order.next. */
void query_each_in_list(const struct match *m, uint32_t first, query_slot_fn *visit, void *context);

#endif
