#include "dataplane/feed/channel_store.h"

#include <string.h>

/* order is an array of slot numbers that slides, as in channel_holes.c: the lowest leave by moving
 * head, and room for twice as many makes a slide to the beginning rare.  Payloads never move. */

struct store_layout {
    size_t datagram;
    size_t order;
    size_t spare;
    size_t bytes;
    size_t end;
};

static size_t stride_of(const struct channel_limits *limits)
{
    return ALIGN_UP((size_t)limits->store_bytes, CACHE_LINE);
}

static struct store_layout store_layout(const struct channel_limits *limits)
{
    size_t slots = limits->store_datagrams;
    struct store_layout at = {.datagram = 0};
    at.order = ALIGN_UP(at.datagram + slots * sizeof(struct datagram), CACHE_LINE);
    at.spare = ALIGN_UP(at.order + 2 * slots * sizeof(uint32_t), CACHE_LINE);
    at.bytes = ALIGN_UP(at.spare + slots * sizeof(uint32_t), CACHE_LINE);
    at.end = at.bytes + slots * stride_of(limits);
    return at;
}

size_t store_footprint(const struct channel_limits *limits)
{
    return store_layout(limits).end;
}

void store_build(struct store *store, void *memory, const struct channel_limits *limits)
{
    struct store_layout at = store_layout(limits);
    uint8_t *base = memory;
    *store = (struct store){
        .datagram = (struct datagram *)(base + at.datagram),
        .bytes = base + at.bytes,
        .order = (uint32_t *)(base + at.order),
        .spare = (uint32_t *)(base + at.spare),
        .slots = limits->store_datagrams,
        .spares = limits->store_datagrams,
        .bytes_max = limits->store_bytes,
        .stride_bytes = stride_of(limits),
    };
    /* The lowest slot is used first, so that a quiet channel touches few pages. */
    for (uint32_t i = 0; i < store->slots; i++) store->spare[i] = store->slots - 1 - i;
}

uint32_t store_clear(struct store *store)
{
    uint32_t dropped = store->count;
    while (store->count > 0) store_release(store, store_take(store));
    return dropped;
}

/* How many of those that wait have a first number of at most sequence. */
static uint32_t place_after(const struct store *store, uint64_t sequence)
{
    uint32_t low = 0, high = store->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t slot = store->order[store->head + middle];
        if (store->datagram[slot].sequence > sequence) high = middle;
        else low = middle + 1;
    }
    return low;
}

void store_put(struct store *store, const struct datagram *datagram)
{
    CHECK(store->spares > 0);
    CHECK(datagram->bytes <= store->bytes_max);
    uint32_t slot = store->spare[--store->spares];
    uint8_t *copy = store->bytes + slot * store->stride_bytes;
    memcpy(copy, datagram->payload, datagram->bytes);
    store->datagram[slot] = *datagram;
    store->datagram[slot].payload = copy;

    if (store->head + store->count == 2 * store->slots) {
        memmove(store->order, &store->order[store->head], store->count * sizeof *store->order);
        store->head = 0;
    }
    uint32_t place = place_after(store, datagram->sequence);
    uint32_t *at = &store->order[store->head + place];
    memmove(at + 1, at, (store->count - place) * sizeof *at);
    *at = slot;
    store->count++;
}

uint32_t store_take(struct store *store)
{
    CHECK(store->count > 0);
    store->count--;
    return store->order[store->head++];
}

void store_release(struct store *store, uint32_t slot)
{
    CHECK(store->spares < store->slots);
    store->spare[store->spares++] = slot;
}

const struct datagram *store_find(const struct store *store, uint64_t sequence, uint64_t end)
{
    for (uint32_t place = place_after(store, sequence); place > 0; place--) {
        const struct datagram *waiting = &store->datagram[store->order[store->head + place - 1]];
        if (waiting->sequence != sequence) break;
        if (waiting->end == end) return waiting;
    }
    return NULL;
}

void store_verify(const struct store *store, uint32_t lent, uint64_t next)
{
    CHECK(store->count + store->spares + lent == store->slots);
    CHECK(store->head + store->count <= 2 * store->slots);
    uint64_t slots = 0;
    uint64_t from = next + 1;
    for (uint32_t i = 0; i < store->count; i++) {
        uint32_t slot = store->order[store->head + i];
        CHECK(slot < store->slots);
        const struct datagram *waiting = &store->datagram[slot];
        CHECK(waiting->sequence >= from);
        CHECK(waiting->end > waiting->sequence);
        CHECK(waiting->bytes <= store->bytes_max);
        CHECK(waiting->payload == store->bytes + slot * store->stride_bytes);
        from = waiting->sequence;
        slots += slot;
    }
    for (uint32_t i = 0; i < store->spares; i++) slots += store->spare[i];
    if (lent > 0) return;
    CHECK(slots == (uint64_t)store->slots * (store->slots - 1) / 2);
}
