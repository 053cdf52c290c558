#ifndef TESTS_MATCH_RIG_H
#define TESTS_MATCH_RIG_H

/* An engine in memory of its own, whose events are folded into a digest, and a place for what it
 * saves. */

#include "dataplane/match/match.h"

enum { RIG_EVENTS = 16 };

struct rig {
    void *memory;
    size_t memory_bytes;
    struct match *match;
    uint64_t events; /* how many, */
    uint64_t digest; /* and of all fields of all of them, in order */
    void (*on_event)(void *context, const struct match_event *event); /* or NULL */
    void *context;
    struct match_events place;
    CACHE_ALIGNED struct match_event at[RIG_EVENTS];
};

/* What match_save wrote. */
struct saved {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};

void rig_new(struct rig *rig, const struct match_limits *limits);
void rig_free(struct rig *rig);
void rig_apply(struct rig *rig, const struct match_input *input);

/* The rig's engine is replaced by a fresh one with these limits; its count and digest go on. */
void rig_replace(struct rig *rig, const struct match_limits *limits);

void saved_write(void *context, const void *bytes, size_t length); /* context: struct saved */
struct saved saved_of(const struct match *match);
void saved_free(struct saved *saved);

#endif
