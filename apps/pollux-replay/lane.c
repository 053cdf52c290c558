#include "apps/pollux-replay/lane.h"

#include <stdlib.h>

#define LANE_BEGIN 256u

static void lane_grow(struct lane *lane)
{
    uint64_t capacity = lane->capacity ? 2 * lane->capacity : LANE_BEGIN;
    struct lane_item *at = calloc(capacity, sizeof *at);
    CHECK(at != NULL);
    for (uint64_t i = lane->head; i < lane->tail; i++)
        at[i & (capacity - 1)] = lane->at[i & (lane->capacity - 1)];
    free(lane->at);
    lane->at = at;
    lane->capacity = capacity;
}

struct lane_item *lane_put(struct lane *lane, nanos_t due)
{
    if (lane->tail - lane->head == lane->capacity) lane_grow(lane);
    struct lane_item *item = &lane->at[lane->tail++ & (lane->capacity - 1)];
    item->due = due;
    item->length = 0;
    if (lane->tail - lane->head > lane->deepest) lane->deepest = lane->tail - lane->head;
    return item;
}

struct lane_item *lane_front(struct lane *lane)
{
    if (lane->head == lane->tail) return NULL;
    return &lane->at[lane->head & (lane->capacity - 1)];
}

void lane_take(struct lane *lane)
{
    CHECK(lane->head != lane->tail);
    lane->head++;
}

void lane_free(struct lane *lane)
{
    free(lane->at);
    *lane = (struct lane){.at = NULL};
}
