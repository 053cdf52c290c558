#include "tests/route/slots_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RIG_ANSWER_NS (100 * NANOS_MILLI)

static void open_at(struct slots_rig *rig, const struct slots_venue *venue)
{
    struct slots_limits limits = {.slots = 3, .uniques = 4, .strategies = 2};
    *rig = (struct slots_rig){.now = NANOS_SECOND};
    rig->slots =
        slots_new(aligned_alloc(CACHE_LINE, slots_footprint(&limits)), &limits, venue, RIG_FIRST);
    slots_bind(rig->slots, RIG_SLOT, 1);
    rig->out = (struct slots_out){
        .requests = rig->request, .says = rig->say, .requests_max = 64, .says_max = 256};
}

void slots_rig_new(struct slots_rig *rig, bool replaces)
{
    open_at(rig,
            &(struct slots_venue){.replaces = replaces, .bulk = 2, .answer_ns = RIG_ANSWER_NS});
}

void slots_rig_limit(struct slots_rig *rig, qty_t total_max)
{
    open_at(rig,
            &(struct slots_venue){
                .replaces = true, .total_max = total_max, .bulk = 2, .answer_ns = RIG_ANSWER_NS});
}

void slots_rig_free(struct slots_rig *rig)
{
    slots_verify(rig->slots);
    free(rig->slots);
}

static void text_add(char *text, size_t size, const char *word)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? " " : "", word);
}

void slots_rig_collect(struct slots_rig *rig)
{
    for (uint32_t i = 0; i < rig->out.request_count; i++) {
        const struct slot_request *request = &rig->request[i];
        price_t price = request->price;
        if (request->kind == SLOT_SENDS_ORDER) rig->price_of[request->order - RIG_FIRST] = price;
        if (request->kind == SLOT_SENDS_REPLACE) rig->price_of[request->asked - RIG_FIRST] = price;
        if (request->kind == SLOT_SENDS_CANCEL || request->kind == SLOT_SENDS_QUERY)
            price = rig->price_of[request->order - RIG_FIRST];
        rig->order = request->order;
        rig->asked = request->asked;
        rig->number = request->number;
        char word[32];
        snprintf(word, sizeof word, "%c%d", "orcq"[request->kind], (int)price);
        text_add(rig->wire, sizeof rig->wire, word);
    }
    for (uint32_t i = 0; i < rig->out.say_count; i++)
        text_add(rig->said, sizeof rig->said, slot_said_name(rig->say[i].said));
    rig->out.request_count = 0;
    rig->out.say_count = 0;
}

static void intent_play(struct slots_rig *rig, const char *step)
{
    char *end;
    struct slot_intent intent = {.slot = RIG_SLOT, .stop = *step == 'x', .qty = 10};
    intent.sequence = strtoull(step + 1, &end, 10);
    intent.price = (price_t)intent.sequence;
    if (*end == '@') intent.price = strtoll(end + 1, &end, 10);
    if (*end == ':') intent.qty = strtoll(end + 1, &end, 10);
    if (*end == '/') {
        intent.carries = true;
        intent.executed = strtoll(end + 1, &end, 10);
    }
    if (*end == 'p') intent.how = HOW_POST_ONLY;
    if (*end == 'm') intent.how = HOW_IMMEDIATE;
    rig->status = slots_intend(rig->slots, &intent, rig->now, &rig->out);
}

static void answer_play(struct slots_rig *rig, const char *step)
{
    static const struct {
        char step;
        enum slot_answer_kind kind;
        bool asked;
    } kinds[] = {
        {'a', SLOT_ANSWERS_ACCEPTED, false},  {'r', SLOT_ANSWERS_REJECTED, false},
        {'e', SLOT_ANSWERS_EXECUTED, false},  {'E', SLOT_ANSWERS_EXECUTED, true},
        {'c', SLOT_ANSWERS_CANCELED, false},  {'C', SLOT_ANSWERS_CANCELED, true},
        {'n', SLOT_ANSWERS_NO_CANCEL, false}, {'p', SLOT_ANSWERS_REPLACED, true},
        {'s', SLOT_ANSWERS_NO_REPLACE, true}, {'O', SLOT_ANSWERS_OPEN, false},
        {'B', SLOT_ANSWERS_OPEN, true},       {'D', SLOT_ANSWERS_DONE, false},
        {'N', SLOT_ANSWERS_NEVER, false},     {'M', SLOT_ANSWERS_NEVER, true},
    };
    char *end;
    qty_t first = strtoll(step + 1, &end, 10);
    qty_t second = *end == '/' ? strtoll(end + 1, &end, 10) : 0;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (kinds[i].step != *step) continue;
        bool open = kinds[i].kind == SLOT_ANSWERS_OPEN;
        struct slot_answer answer = {
            .kind = (uint8_t)kinds[i].kind,
            .slot = RIG_SLOT,
            .number = rig->number,
            .order = kinds[i].asked ? rig->asked : rig->order,
            .cum = open ? second : first,
            .leaves = open ? first : 0,
        };
        rig->status = slots_answer(rig->slots, &answer, rig->now, &rig->out);
        return;
    }
    fprintf(stderr, "no such step: %s\n", step);
    abort();
}

static void room_play(struct slots_rig *rig, const char *step)
{
    struct slots_allowance allowance = {UINT32_MAX, UINT32_MAX};
    char *end;
    if (step[1] >= '0' && step[1] <= '9') {
        allowance.orders = (uint32_t)strtoul(step + 1, &end, 10);
        allowance.cancels = (uint32_t)strtoul(end + 1, &end, 10);
    }
    slots_allow(rig->slots, allowance);
    slots_relieve(rig->slots, rig->now, &rig->out);
}

static void all_play(struct slots_rig *rig, enum slot_event event, uint32_t strategy)
{
    uint32_t next = 0;
    if (!slots_sweep(rig->slots, event, strategy, rig->now, &next, &rig->out)) abort();
}

static void step_play(struct slots_rig *rig, const char *step)
{
    rig->now += NANOS_MILLI;
    switch (*step) {
    case 'i':
    case 'x': intent_play(rig, step); break;
    case 't':
        rig->now += 2 * RIG_ANSWER_NS;
        slots_overdue(rig->slots, rig->now, &rig->out);
        break;
    case 'd':
        slots_session(rig->slots, false);
        all_play(rig, SLOT_ON_DISCONNECT, SLOTS_NONE);
        break;
    case 'u':
        slots_session(rig->slots, true);
        all_play(rig, SLOT_ON_RECONNECT, SLOTS_NONE);
        break;
    case 'h':
        slots_shut(rig->slots, 1, true);
        all_play(rig, SLOT_ON_STOP, 1);
        break;
    case 'g': slots_shut(rig->slots, 1, false); break;
    case 'l': room_play(rig, step); break;
    default: answer_play(rig, step);
    }
    slots_rig_collect(rig);
    slots_verify(rig->slots);
}

const char *slots_rig_lead(struct slots_rig *rig, const char *steps)
{
    for (;;) {
        const char *rest = strchr(steps, ' ');
        if (!rest) return steps;
        step_play(rig, steps);
        steps = rest + 1;
    }
}

void slots_rig_play(struct slots_rig *rig, const char *steps)
{
    step_play(rig, slots_rig_lead(rig, steps));
}

enum slot_state slots_rig_state(const struct slots_rig *rig)
{
    struct slot_look look;
    slots_look(rig->slots, RIG_SLOT, &look);
    return look.state;
}
