#include "control/redis/redis_lane.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS (2ul * REDIS_LANE_KEYS)

struct redis_lane_entry {
    struct redis_lane_key key;
    nanos_t due;
    uint32_t next; /* of its bucket: 1 + entry; 0: the last */
    uint32_t bytes;
    uint8_t update[REDIS_LANE_BYTES] __attribute__((aligned(8)));
};

void redis_lane_new(struct redis_lane *lane, nanos_t delay_ns, redis_lane_merge *merge)
{
    *lane = (struct redis_lane){.merge = merge, .delay_ns = delay_ns};
    lane->at = calloc(REDIS_LANE_KEYS, sizeof *lane->at);
    lane->bucket = calloc(BUCKETS, sizeof *lane->bucket);
    CHECK(lane->at && lane->bucket);
}

void redis_lane_free(struct redis_lane *lane)
{
    free(lane->at);
    free(lane->bucket);
    *lane = (struct redis_lane){0};
}

static uint32_t *bucket_of(const struct redis_lane *lane, const struct redis_lane_key *key)
{
    uint64_t mixed = (key->high ^ key->low * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
    return &lane->bucket[(mixed >> 32) % BUCKETS];
}

static struct redis_lane_entry *entry_find(const struct redis_lane *lane,
                                           const struct redis_lane_key *key)
{
    for (uint32_t i = *bucket_of(lane, key); i; i = lane->at[i - 1].next) {
        struct redis_lane_entry *one = &lane->at[i - 1];
        if (one->key.high == key->high && one->key.low == key->low) return one;
    }
    return NULL;
}

void redis_lane_put(struct redis_lane *lane, const struct redis_lane_key *key, const void *update,
                    uint32_t bytes, nanos_t now)
{
    CHECK(bytes <= REDIS_LANE_BYTES);
    lane->put++;
    struct redis_lane_entry *waits = entry_find(lane, key);
    if (waits) {
        lane->merged++;
        lane->merge(waits->update, update);
        return;
    }
    if (lane->count == REDIS_LANE_KEYS) {
        lane->dropped++;
        return;
    }
    uint32_t place = (lane->first + lane->count++) % REDIS_LANE_KEYS;
    uint32_t *bucket = bucket_of(lane, key);
    struct redis_lane_entry *entry = &lane->at[place];
    *entry = (struct redis_lane_entry){
        .key = *key, .due = now + lane->delay_ns, .next = *bucket, .bytes = bytes};
    memcpy(entry->update, update, bytes);
    *bucket = place + 1;
}

bool redis_lane_take(struct redis_lane *lane, void *update, uint32_t bytes, nanos_t now)
{
    const struct redis_lane_entry *entry = &lane->at[lane->first];
    if (lane->count == 0 || entry->due > now) return false;
    CHECK(bytes == entry->bytes);
    uint32_t *link = bucket_of(lane, &entry->key);
    while (*link != lane->first + 1) link = &lane->at[*link - 1].next;
    *link = entry->next;
    memcpy(update, entry->update, bytes);
    lane->first = (lane->first + 1) % REDIS_LANE_KEYS;
    lane->count--;
    return true;
}
