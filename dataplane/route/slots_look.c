#include "dataplane/route/slots_layout.h"

#include <string.h>

/* The table as data, the lifecycle, questions, and slots_verify. */

#define SLOT_ROW_DATA(state, event, next, action, say)                                             \
    {SLOT_##state, SLOT_ON_##event, SLOT_##next, SLOT_DOES_##action, SLOT_SAYS_##say},
const struct slot_row slot_rows[SLOT_ROW_COUNT] = {SLOT_ROWS(SLOT_ROW_DATA)};

#define SLOT_ROW_PLACE(state, event, next, action, say)                                            \
    [SLOT_##state][SLOT_ON_##event] = SLOT_ROW_##state##_##event + 1,
const uint8_t slot_row_of[SLOT_STATE_COUNT][SLOT_EVENT_COUNT] = {SLOT_ROWS(SLOT_ROW_PLACE)};

#define SLOT_NAME(name, sentence) #name,
#define SLOT_TEXT(name, sentence) sentence,

/* clang-format off */
#define SLOT_WORDS(word, list, count)                                                              \
    const char *slot_##word##_name(enum slot_##word word)                                          \
    {                                                                                              \
        static const char *const names[] = {list(SLOT_NAME)};                                      \
        CHECK(word < count);                                                                       \
        return names[word];                                                                        \
    }                                                                                              \
    const char *slot_##word##_text(enum slot_##word word)                                          \
    {                                                                                              \
        static const char *const texts[] = {list(SLOT_TEXT)};                                      \
        CHECK(word < count);                                                                       \
        return texts[word];                                                                        \
    }
/* clang-format on */

SLOT_WORDS(state, SLOT_STATES, SLOT_STATE_COUNT)
SLOT_WORDS(event, SLOT_EVENTS, SLOT_EVENT_COUNT)
SLOT_WORDS(action, SLOT_ACTIONS, SLOT_ACTION_COUNT)
SLOT_WORDS(said, SLOT_SAYS, SLOT_SAY_COUNT)

#define STATUS_NAME(status, name, sentence) #name,
#define STATUS_TEXT(status, name, sentence) sentence,

const char *slots_status_name(enum slots_status status)
{
    static const char *const names[] = {SLOTS_STATUSES(STATUS_NAME)};
    CHECK(status < SLOTS_STATUS_COUNT);
    return names[status];
}

const char *slots_status_text(enum slots_status status)
{
    static const char *const texts[] = {SLOTS_STATUSES(STATUS_TEXT)};
    CHECK(status < SLOTS_STATUS_COUNT);
    return texts[status];
}

/* Lifecycle. */

static size_t pool_at(void)
{
    return ALIGN_UP(sizeof(struct slots), CACHE_LINE);
}

static size_t shut_at(const struct slots_limits *limits)
{
    return pool_at() + ((size_t)limits->slots + limits->uniques + 1) * sizeof(struct slot);
}

size_t slots_footprint(const struct slots_limits *limits)
{
    if (limits->slots == 0 || limits->slots > SLOTS_MAX) return 0;
    if (limits->uniques > SLOTS_MAX - limits->slots) return 0;
    if (limits->strategies == 0 || limits->strategies > SLOTS_STRATEGIES_MAX) return 0;
    return ALIGN_UP(shut_at(limits) + limits->strategies, CACHE_LINE);
}

struct slots *slots_new(void *memory, const struct slots_limits *limits,
                        const struct slots_venue *venue, order_id_t first_order)
{
    CHECK(slots_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    CHECK(venue->bulk > 0);
    CHECK(venue->bulk <= SLOTS_BULK_MAX);
    CHECK(venue->answer_ns >= 2 * NANOS_MILLI);
    CHECK(venue->answer_ns <= SLOTS_ANSWER_NS_MAX);
    CHECK(first_order > 0);
    memset(memory, 0, slots_footprint(limits));
    struct slots *slots = memory;
    slots->limits = *limits;
    slots->venue = *venue;
    if (venue->total_max == 0) slots->venue.total_max = INT64_MAX;
    slots->next_order = first_order;
    slots->answer = (uint32_t)(venue->answer_ns >> SENT_SHIFT);
    slots->up = true;
    slots->allowance = (struct slots_allowance){UINT32_MAX, UINT32_MAX};
    slots->slot = (struct slot *)((uint8_t *)memory + pool_at());
    slots->shut = (uint8_t *)memory + shut_at(limits);
    slots->counts.state[SLOT_FREE] = slots_all(slots);
    for (uint32_t at = 0; at <= slots_all(slots); at++) {
        link_new(slots_links(slots), at);
        if (slot_unique_at(slots, at)) list_append(&slots->spare, slots_links(slots), at);
    }
    return slots;
}

void slots_bind(struct slots *slots, uint32_t slot, uint32_t strategy)
{
    CHECK(slot < slots->limits.slots);
    CHECK(strategy < slots->limits.strategies);
    CHECK(slots->slot[slot + 1].state == SLOT_FREE);
    CHECK(slots->slot[slot + 1].goal == GOAL_NONE);
    slot_new(&slots->slot[slot + 1], strategy);
}

/* Questions. */

order_id_t slots_next_order(const struct slots *slots)
{
    return slots->next_order;
}

const struct slots_counts *slots_counts(const struct slots *slots)
{
    return &slots->counts;
}

uint32_t slots_open(const struct slots *slots)
{
    return slots_all(slots) - slots->counts.state[SLOT_FREE];
}

void slots_look(const struct slots *slots, uint32_t number, struct slot_look *look)
{
    CHECK(number < slots_all(slots));
    const struct slot *slot = &slots->slot[number + 1];
    bool waits = slot->goal != GOAL_NONE && slot->goal_at == GOAL_WAITS;
    *look = (struct slot_look){
        .state = slot->state,
        .strategy = slot->strategy,
        .order = slot->order,
        .asked = slot->asked,
        .number = slot->number,
        .side = slot->side,
        .price = slot->price,
        .total = slot->total,
        .cum = slot->cum,
        .executed = slot->executed,
        .exposure = slot_exposure(slot),
        .sequence = slot->sequence,
        .waits = waits,
        .stop = slot->goal == GOAL_STOP,
        .goal_qty = unlikely(waits) ? goal_left(slot) : 0,
        .goal_price = slot->goal_price,
        .goal_side = slot->goal_side,
        .how = slot->how,
    };
}

static void slot_verify(const struct slots *slots, uint32_t at, bool linked)
{
    const struct slot *slot = &slots->slot[at];
    bool flies = linked && !slot->lined && slot->state != SLOT_FREE;
    bool free = slot->state == SLOT_FREE;
    bool sent =
        slot->state == SLOT_NEW || slot->state == SLOT_CANCEL || slot->state == SLOT_REPLACE;
    CHECK(slot->strategy < slots->limits.strategies);
    CHECK((slot->order == 0) == free);
    CHECK(slot->state != SLOT_REPLACE || slot->asked != 0);
    CHECK(slot->asked == 0 || slot->state == SLOT_REPLACE || slot->state == SLOT_UNKNOWN);
    CHECK(slot->asked == 0 || slot->asked > slot->order);
    CHECK(slot->cum >= 0);
    CHECK(slot->executed >= slot->cum);
    CHECK(slot->goal_at != GOAL_ASKED || slot->asked != 0);
    CHECK(!slot->begun || slot->asked == 0 || slot->goal_at == GOAL_ASKED);
    CHECK(slot->goal == GOAL_NONE || slot->goal_at != GOAL_MET || !free);
    CHECK(!sent || flies);
    CHECK(!flies || sent || slot->state == SLOT_UNKNOWN);
    CHECK(!slot->lined || linked);
    if (!slot->lined) return;
    CHECK(!sent);
    if (slot->state == SLOT_UNKNOWN) CHECK(slot->urgent);
    else CHECK(slot->goal != GOAL_NONE && slot->goal_at == GOAL_WAITS);
}

/* Returns how many are in it. */
static uint32_t line_verify(const struct slots *slots, const struct list *line, bool urgent)
{
    struct links links = slots_links(slots);
    uint32_t count = 0;
    for (uint32_t at = line->first; at; at = link_at(links, at)->next) {
        CHECK(slots->slot[at].lined);
        CHECK(slots->slot[at].urgent == urgent);
        CHECK(count++ < slots_all(slots));
    }
    return count;
}

void slots_verify(const struct slots *slots)
{
    struct links links = slots_links(slots);
    uint32_t state[SLOT_STATE_COUNT] = {0};
    uint32_t flying = 0;
    uint32_t joined = 0;
    uint32_t spare = 0;
    uint32_t lined =
        line_verify(slots, &slots->line, false) + line_verify(slots, &slots->line_first, true);
    for (uint32_t at = slots->flight.first; at; at = link_at(links, at)->next) {
        uint32_t next = link_at(links, at)->next;
        CHECK(slots->slot[at].state != SLOT_FREE);
        CHECK(!next || (int32_t)(slots->slot[next].sent - slots->slot[at].sent) >= 0);
        CHECK(flying++ < slots_all(slots));
    }
    for (uint32_t at = slots->spare.first; at; at = link_at(links, at)->next) {
        CHECK(slot_unique_at(slots, at));
        CHECK(slots->slot[at].state == SLOT_FREE);
        CHECK(spare++ < slots->limits.uniques);
    }
    uint32_t spares = 0;
    for (uint32_t at = 1; at <= slots_all(slots); at++) {
        bool free = slots->slot[at].state == SLOT_FREE;
        bool linked = link_joined(link_at(links, at), at);
        slot_verify(slots, at, linked);
        joined += linked;
        spares += slot_unique_at(slots, at) && free && slots->slot[at].goal == GOAL_NONE;
        state[slots->slot[at].state]++;
    }
    CHECK(joined == flying + spare + lined);
    CHECK(spare == spares);
    for (uint32_t i = 0; i < SLOT_STATE_COUNT; i++) CHECK(state[i] == slots->counts.state[i]);
}
