#include "tests/match/rig.h"

#include <stdlib.h>
#include <string.h>

static uint64_t fold(uint64_t digest, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        digest = (digest ^ word) * 0xff51afd7ed558ccdu;
        digest ^= digest >> 29;
    }
    return digest;
}

static void take_events(struct match_events *events)
{
    struct rig *rig = events->context;
    for (uint32_t i = 0; i < events->count; i++) {
        rig->digest = fold(rig->digest, &events->at[i], sizeof events->at[i]);
        if (rig->on_event) rig->on_event(rig->context, &events->at[i]);
    }
    rig->events += events->count;
    events->count = 0;
}

/* In the memory there is, if it is of the right size. */
static void engine_new(struct rig *rig, const struct match_limits *limits)
{
    size_t bytes = ALIGN_UP(match_footprint(limits), CACHE_LINE);
    if (bytes != rig->memory_bytes) {
        free(rig->memory);
        rig->memory = aligned_alloc(CACHE_LINE, bytes);
        rig->memory_bytes = bytes;
    }
    CHECK(rig->memory != NULL);
    memset(rig->memory, 0, bytes);
    rig->match = match_new(rig->memory, limits);
}

void rig_new(struct rig *rig, const struct match_limits *limits)
{
    rig->memory = NULL;
    rig->memory_bytes = 0;
    rig->events = rig->digest = 0;
    rig->on_event = NULL;
    rig->context = NULL;
    rig->place = (struct match_events){.at = rig->at, .capacity = RIG_EVENTS, .full = take_events};
    rig->place.context = rig;
    engine_new(rig, limits);
}

void rig_free(struct rig *rig)
{
    free(rig->memory);
}

void rig_replace(struct rig *rig, const struct match_limits *limits)
{
    engine_new(rig, limits);
}

void rig_apply(struct rig *rig, const struct match_input *input)
{
    match_apply(rig->match, input, &rig->place);
    if (rig->place.count != 0) take_events(&rig->place);
}

void saved_write(void *context, const void *bytes, size_t length)
{
    struct saved *saved = context;
    if (saved->length + length > saved->capacity) {
        saved->capacity = 2 * (saved->length + length);
        saved->bytes = realloc(saved->bytes, saved->capacity);
        CHECK(saved->bytes != NULL);
    }
    memcpy(saved->bytes + saved->length, bytes, length);
    saved->length += length;
}

struct saved saved_of(const struct match *match)
{
    struct saved saved = {0};
    match_save(match, saved_write, &saved);
    return saved;
}

void saved_free(struct saved *saved)
{
    free(saved->bytes);
    *saved = (struct saved){0};
}
