#ifndef DATAPLANE_FEED_CHANNEL_STORE_H
#define DATAPLANE_FEED_CHANNEL_STORE_H

/* The bounded store of early datagrams, ordered by their first number: private to the channel.
 *
 * A datagram is copied in, found, and taken out lowest first; its slot stays readable after that
 * until store_release.  Datagrams with the same first number stand in the order they came. */

#include "dataplane/feed/channel_datagram.h"

#define STORE_NONE UINT32_MAX

struct store {
    struct datagram *datagram; /* [slot]; payload points into bytes */
    uint8_t *bytes;            /* [slot], stride_bytes each */
    uint32_t *order;           /* waiting slots, lowest number first: order[head..head + count) */
    uint32_t *spare;           /* free slots: spare[0..spares) */
    uint32_t head;
    uint32_t count;
    uint32_t spares;
    uint32_t slots;
    uint32_t bytes_max; /* of a datagram */
    size_t stride_bytes;
};

size_t store_footprint(const struct channel_limits *limits);
void store_build(struct store *store, void *memory, const struct channel_limits *limits);

/* Drops all that waits; returns how many. */
uint32_t store_clear(struct store *store);

static inline bool store_full(const struct store *store)
{
    return store->spares == 0;
}

/* Copies datagram in.  It must not be longer than bytes_max, and the store not full. */
void store_put(struct store *store, const struct datagram *datagram);

/* The waiting datagram with the lowest number; there must be one. */
static inline const struct datagram *store_first(const struct store *store)
{
    DCHECK(store->count > 0);
    return &store->datagram[store->order[store->head]];
}

/* Takes the first out of the order and returns its slot, which stays as it is until released. */
uint32_t store_take(struct store *store);
void store_release(struct store *store, uint32_t slot);

/* A waiting datagram with exactly these numbers, or NULL. */
const struct datagram *store_find(const struct store *store, uint64_t sequence, uint64_t end);

/* CHECKs that the order is one, that each slot is in one place (lent are the slots taken and not
 * released), and that all that waits is above next.  Cold. */
void store_verify(const struct store *store, uint32_t lent, uint64_t next);

#endif
