#ifndef DATAPLANE_GATEWAY_GATEWAY_READ_H
#define DATAPLANE_GATEWAY_GATEWAY_READ_H

/* Private to gateway*.c: parts of reading the journal (gateway_recover.c), for an image
 * (gateway_image_load.c). */

#include "dataplane/gateway/gateway_layout.h"

struct gateway_slot_was { /* of an order in the journal */
    uint32_t slot;
    uint32_t key; /* DELEGATE_KEY_NONE: UNIQUE */
};
/* Where it is here, or GATEWAY_NONE; and that its newest order is of this strategy and symbol. */
uint32_t gateway_read_slot(const struct gateway *gateway, const struct gateway_venue *venue,
                           uint32_t strategy, const struct gateway_slot_was *was);
void gateway_read_slot_use(struct gateway_venue *venue, uint32_t slot, uint32_t strategy,
                           uint32_t symbol);
/* A change more of those that wait, if there is room; and no other takes their place any more. */
MUST_USE bool gateway_read_change(struct gateway *gateway, const struct risk_record *record);
void gateway_read_changes_end(struct gateway *gateway);

#endif
