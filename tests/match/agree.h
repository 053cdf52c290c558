#ifndef TESTS_MATCH_AGREE_H
#define TESTS_MATCH_AGREE_H

/* The engine and its plain reference side by side: the same inputs, and every answer compared.
 * What differs is written to difference, as text. */

#include "tests/reference/plain_match.h"

enum { AGREE_TEXT = 32768 };

struct agree {
    struct match *match;
    void *memory;
    size_t memory_bytes;
    struct plain_match plain;
    struct match_events events;
    struct match_event *heard; /* all of one input */
    uint32_t heard_count;
    uint32_t heard_max;
    struct match_event *place; /* where the engine puts them, place_count at a time */
    uint32_t place_count;
    uint64_t kinds[MATCH_EVENT_COUNT]; /* how often each was seen */
    uint64_t reasons[MATCH_REASON_COUNT];
    uint64_t statuses[MATCH_STATUS_COUNT];
    uint64_t phases[MATCH_PHASE_COUNT];
    char difference[AGREE_TEXT];
};

/* place_count: how many events the engine's place holds. */
void agree_new(struct agree *agree, const struct match_limits *limits, uint32_t place_count);
void agree_free(struct agree *agree);

/* False if the events differ. */
bool agree_apply(struct agree *agree, const struct match_input *input);

/* False if any book, order, balance or position differs. */
bool agree_look(struct agree *agree);

/* agree_print.c: into difference, one after the other. */
void agree_tell(struct agree *agree, const char *format, ...) __attribute__((format(printf, 2, 3)));
void agree_tell_input(struct agree *agree, const struct match_input *input);
void agree_tell_orders(struct agree *agree, const struct plain_match *plain);
void agree_tell_events(struct agree *agree); /* of both, the last input's */

#endif
