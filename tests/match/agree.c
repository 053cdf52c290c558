/* The engine and its reference, input by input. */

#include "tests/match/agree.h"

#include "dataplane/match/match_parts.h"

#include <stdlib.h>
#include <string.h>

static void hear(struct match_events *events)
{
    struct agree *agree = events->context;
    if (agree->heard_count + events->count > agree->heard_max) {
        agree->heard_max = (agree->heard_count + events->count) * 2;
        agree->heard = realloc(agree->heard, agree->heard_max * sizeof agree->heard[0]);
    }
    memcpy(agree->heard + agree->heard_count, events->at, events->count * sizeof events->at[0]);
    agree->heard_count += events->count;
    events->count = 0;
}

void agree_new(struct agree *agree, const struct match_limits *limits, uint32_t place_count)
{
    memset(agree, 0, sizeof *agree);
    agree->memory_bytes = ALIGN_UP(match_footprint(limits), CACHE_LINE);
    agree->memory = aligned_alloc(CACHE_LINE, agree->memory_bytes);
    memset(agree->memory, 0, agree->memory_bytes);
    agree->match = match_new(agree->memory, limits);
    plain_match_new(&agree->plain, limits);
    agree->place_count = place_count;
    agree->place = aligned_alloc(CACHE_LINE, place_count * sizeof agree->place[0]);
    agree->events = (struct match_events){
        .at = agree->place, .capacity = place_count, .full = hear, .context = agree};
}

void agree_free(struct agree *agree)
{
    plain_match_free(&agree->plain);
    free(agree->memory);
    free(agree->heard);
    free(agree->place);
}

static void count_event(struct agree *agree, const struct match_event *event)
{
    if (event->kind >= MATCH_EVENT_COUNT) return;
    agree->kinds[event->kind]++;
    if (event->kind == MATCH_STATUS && event->reason < MATCH_STATUS_COUNT)
        agree->statuses[event->reason]++;
    else if (event->kind == MATCH_PHASED && event->reason < MATCH_PHASE_COUNT)
        agree->phases[event->reason]++;
    else if (event->kind != MATCH_STATUS && event->kind != MATCH_PHASED &&
             event->reason < MATCH_REASON_COUNT)
        agree->reasons[event->reason]++;
}

bool agree_apply(struct agree *agree, const struct match_input *input)
{
    static struct plain_match before;
    before = agree->plain;
    agree->heard_count = 0;
    if (input->number % 4 == 0) match_expect_all(agree->match, &input, 1);
    else match_expect(agree->match, &input, 1);
    match_apply(agree->match, input, &agree->events);
    hear(&agree->events);
    plain_match_apply(&agree->plain, input);
    uint32_t count = agree->plain.events;
    for (uint32_t i = 0; i < count; i++) count_event(agree, &agree->plain.event[i]);
    if (agree->heard_count == count &&
        memcmp(agree->heard, agree->plain.event, count * sizeof agree->heard[0]) == 0)
        return true;
    agree_tell_input(agree, input);
    agree_tell_events(agree);
    agree_tell(agree, "orders before it:\n");
    agree_tell_orders(agree, &before);
    return false;
}
