#include "dataplane/stage/venue_layout.h"

#include "dataplane/journal/journal_append.h"

#include <string.h>

/* The engine writes its events straight into the ring of held ones: before each input, events is
 * free place from head on, no farther than the end of the ring or tail.
 *
 * Invariants: tail <= head + events.count <= tail + mask + 1.  Numbers in the ring do not decrease
 * from tail to head.  Before an input at least one event is free, as the engine calls full for the
 * last one.  When all is handed out, head and tail begin again at 0. */

#define STATUS_TEXT(status, name, sentence) sentence,
static const char *const status_texts[] = {VENUE_STATUSES(STATUS_TEXT)};

/* Who may use the last of the journal's space and of the place for events: what ends risk, and what
 * the venue itself says. */
static const uint8_t input_class[MATCH_INPUT_COUNT] = {
    [MATCH_TIME] = JOURNAL_RESERVED,       [MATCH_PHASE] = JOURNAL_RESERVED,
    [MATCH_MARK] = JOURNAL_RESERVED,       [MATCH_CANCEL] = JOURNAL_RESERVED,
    [MATCH_CANCEL_ALL] = JOURNAL_RESERVED,
};

const char *venue_status_text(enum venue_status status)
{
    return (uint32_t)status < VENUE_STATUS_COUNT ? status_texts[status] : "unknown";
}

const char *venue_limits_check(const struct venue_limits *limits)
{
    if (!IS_POW2(limits->held) || limits->held < VENUE_HELD_MIN || limits->held > VENUE_HELD_MAX)
        return "the place for held events must be a power of two from 64 to 16777216";
    return match_limits_check(&limits->match);
}

static size_t venue_bytes(void)
{
    return ALIGN_UP(sizeof(struct venue), CACHE_LINE);
}

static size_t held_bytes(const struct venue_limits *limits)
{
    return limits->held * sizeof(struct match_event);
}

size_t venue_footprint(const struct venue_limits *limits)
{
    return venue_bytes() + held_bytes(limits) + match_footprint(&limits->match);
}

static void outlet_none(void *context, const struct match_event *at, uint32_t count)
{
    (void)context, (void)at, (void)count;
}

static void wait_none(void *context)
{
    (void)context;
}

/* Points events at the free place. */
static void events_place(struct venue *venue)
{
    uint64_t at = venue->head & venue->mask;
    uint64_t free = venue->mask + 1 - (venue->head - venue->tail);
    uint64_t run = venue->mask + 1 - at;
    venue->events.at = venue->held + at;
    venue->events.capacity = (uint32_t)(free < run ? free : run);
    venue->events.count = 0;
}

/* The engine has made events, and place is left. */
static inline void events_made(struct venue *venue)
{
    uint32_t count = venue->events.count;
    venue->head += count;
    venue->events.at += count;
    venue->events.capacity -= count;
    venue->events.count = 0;
}

/* The first event that may not leave, or is behind those asked for: more are not looked at, since
 * who has little place asks again and again. */
static uint64_t releasable(const struct venue *venue, uint32_t most)
{
    uint64_t end = venue->head;
    if (end - venue->tail > most) end = venue->tail + most;
    if (venue->durability == VENUE_PROCESS || venue->tail == end) return end;
    uint64_t durable = journal_durable(venue->journal);
    if (venue->held[(end - 1) & venue->mask].number <= durable) return end;
    uint64_t at = venue->tail;
    while (venue->held[at & venue->mask].number <= durable) at++;
    return at;
}

uint32_t venue_release_some(struct venue *venue, uint32_t most)
{
    CHECK(!venue->releasing);
    uint64_t end = releasable(venue, most);
    uint32_t count = (uint32_t)(end - venue->tail);
    venue->releasing = true;
    while (venue->tail < end) {
        uint64_t at = venue->tail & venue->mask;
        uint64_t run = venue->mask + 1 - at;
        if (run > end - venue->tail) run = end - venue->tail;
        venue->outlet.take(venue->outlet.context, venue->held + at, (uint32_t)run);
        venue->tail += run;
    }
    venue->releasing = false;
    if (venue->tail == venue->head && venue->head != 0) {
        venue->tail = venue->head = 0; /* where the cache is warm */
        events_place(venue);
    }
    counter_add(&venue->counts.released, count);
    return count;
}

uint32_t venue_release(struct venue *venue)
{
    return venue_release_some(venue, UINT32_MAX);
}

/* After the disk has failed, what may leave leaves, and the rest never will. */
static void withhold(struct venue *venue)
{
    venue_release(venue);
    counter_add(&venue->counts.withheld, venue->head - venue->tail);
    venue->tail = venue->head;
}

/* In the middle of an input no place is left: what may leave, leaves, or the disk is waited for. */
static COLD void room_make(struct venue *venue)
{
    while (venue_release(venue) == 0) {
        if (journal_dead(venue->journal)) {
            withhold(venue);
            return;
        }
        counter_one(&venue->counts.waits);
        venue->outlet.wait(venue->outlet.context);
    }
}

static void events_full(struct match_events *events)
{
    struct venue *venue = events->context;
    venue->head += events->count;
    if (venue->head - venue->tail > venue->mask) room_make(venue);
    events_place(venue);
}

struct venue *venue_new(void *memory, const struct venue_limits *limits,
                        const struct venue_outlet *outlet)
{
    CHECK(venue_limits_check(limits) == NULL);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct venue *venue = memory;
    uint8_t *behind = (uint8_t *)memory + venue_bytes();
    *venue = (struct venue){.held = (struct match_event *)(void *)behind,
                            .mask = limits->held - 1,
                            .busy = {[JOURNAL_ORDINARY] = limits->held - limits->held / 4,
                                     [JOURNAL_REFUSING] = limits->held - limits->held / 16,
                                     [JOURNAL_RESERVED] = limits->held - limits->held / 16},
                            .durability = limits->durability,
                            .limits = *limits,
                            .match_bytes = match_footprint(&limits->match)};
    if (outlet) venue->outlet = *outlet;
    if (!venue->outlet.take) venue->outlet.take = outlet_none;
    if (!venue->outlet.wait) venue->outlet.wait = wait_none;
    venue->events = (struct match_events){.full = events_full, .context = venue};
    events_place(venue);
    venue->match = match_new(behind + held_bytes(limits), &limits->match);
    return venue;
}

static enum venue_status count_status(struct venue *venue, enum venue_status status)
{
    counter_one(&venue->counts.submitted[status]);
    return status;
}

/* Whether there is place for events after all: a failed disk holds nobody back. */
static COLD bool room_find(struct venue *venue)
{
    if (venue->durability == VENUE_PROCESS || !journal_dead(venue->journal)) return false;
    withhold(venue);
    return true;
}

static COLD enum venue_status refused(struct venue *venue)
{
    return count_status(venue, journal_dead(venue->journal) ? VENUE_DEAD : VENUE_NO_SPACE);
}

static enum journal_class class_of(uint32_t kind, const struct venue_note *note)
{
    if (note && note->refuses) return JOURNAL_REFUSING;
    return kind < MATCH_INPUT_COUNT ? input_class[kind] : JOURNAL_ORDINARY;
}

static bool busy(struct venue *venue, enum journal_class class)
{
    return unlikely(venue->head - venue->tail > venue->busy[class]) && !room_find(venue);
}

bool venue_dead(const struct venue *venue)
{
    return venue->journal && journal_dead(venue->journal);
}

bool venue_scarce(const struct venue *venue)
{
    return venue->journal && journal_scarce(venue->journal);
}

uint32_t venue_refusing_bytes(const struct venue *venue)
{
    return venue->journal->reserve_bytes / JOURNAL_REFUSING_SHARE;
}

static inline enum venue_status submit(struct venue *venue, const struct match_input *input,
                                       const struct venue_note *note)
{
    CHECK(!venue->releasing);
    uint32_t bytes = input->bytes, length = note ? note->length : 0;
    if (unlikely(bytes < sizeof *input || bytes > VENUE_INPUT_MAX))
        return count_status(venue, VENUE_MALFORMED);
    CHECK(length <= VENUE_INPUT_MAX - bytes);
    enum journal_class class = class_of(input->kind, note);
    if (busy(venue, class)) return count_status(venue, VENUE_BUSY);
    uint16_t kind = length > 0 ? VENUE_RECORD_NOTED : VENUE_RECORD_INPUT;
    struct match_input *record = journal_claim(venue->journal, class, kind, bytes + length);
    if (unlikely(!record)) return refused(venue);
    *record = *input;
    if (bytes > sizeof *input) memcpy(record + 1, input + 1, bytes - sizeof *input);
    if (length > 0) memcpy((uint8_t *)record + bytes, note->bytes, length);
    record->number = journal_sequence(venue->journal);
    if (record->time > venue->time) venue->time = record->time;
    bool usual = bytes + length == sizeof *record;
    venue->sequence = likely(usual) ? journal_commit_of(venue->journal, sizeof *record)
                                    : journal_commit(venue->journal);
    match_apply(venue->match, record, &venue->events);
    events_made(venue);
    return count_status(venue, VENUE_OK);
}

enum venue_status venue_submit(struct venue *venue, const struct match_input *input)
{
    return submit(venue, input, NULL);
}

enum venue_status venue_submit_noted(struct venue *venue, const struct match_input *input,
                                     const struct venue_note *note)
{
    return submit(venue, input, note);
}

struct match *venue_match(const struct venue *venue)
{
    return venue->match;
}

nanos_t venue_time(const struct venue *venue)
{
    return venue->time;
}

uint64_t venue_sequence(const struct venue *venue)
{
    return venue->sequence;
}

uint32_t venue_held(const struct venue *venue)
{
    return (uint32_t)(venue->head - venue->tail);
}

uint64_t venue_answered(const struct venue *venue)
{
    uint64_t answered = venue->sequence;
    if (venue->tail < venue->head) answered = venue->held[venue->tail & venue->mask].number - 1;
    if (!venue->journal || venue->durability == VENUE_PROCESS) return answered;
    uint64_t durable = journal_durable(venue->journal);
    return answered < durable ? answered : durable;
}

const struct venue_counts *venue_counts(const struct venue *venue)
{
    return &venue->counts;
}

const char *venue_problem(const struct venue *venue)
{
    return venue->problem;
}
