#include "tests/entry/entry_rig.h"

#include "tests/entry/ouch_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const nanos_t midnight = 20000 * 86400 * NANOS_SECOND;

struct entry_limits entry_rig_limits(void)
{
    return (struct entry_limits){
        .sessions = ENTRY_RIG_SESSIONS,
        .orders = 4096,
        .instruments = ENTRY_RIG_INSTRUMENTS,
        .asks = 1024,
        .tokens = 4096,
        .timers = 64,
        .midnight = midnight,
        .secret = 0x123456789abcdef,
    };
}

struct entry_plan entry_rig_plan(uint8_t dialect)
{
    return (struct entry_plan){
        .dialect = dialect,
        .firms = 2,
        .account = 1,
        .firm = {{'F', 'I', 'R', 'M'}, {'A', 'C', 'M', 'E'}},
    };
}

static void say_answer(struct entry_rig *rig, const struct entry_rig_message *message)
{
    char *at = rig->answers + rig->answers_length;
    size_t room = ENTRY_RIG_TEXT - rig->answers_length;
    bool speaks50 = message->session <= 2;
    if (rig->quiet || room < 1024) return;
    size_t length = (size_t)snprintf(at, room, "%u<- ", message->session);
    length += (speaks50 ? ouch_text_line50 : ouch_text_line42)(message->bytes, message->length,
                                                               at + length, room - length - 2);
    at[length++] = '\n';
    at[length] = '\0';
    rig->answers_length += length;
}

static void put(void *context, uint32_t session, const uint8_t *bytes, uint32_t length)
{
    struct entry_rig *rig = context;
    struct entry_rig_message message = {.session = session, .length = length};
    CHECK(length <= sizeof message.bytes);
    memcpy(message.bytes, bytes, length);
    uint64_t digest = rig->digest[session];
    for (uint32_t i = 0; i < length; i++) digest = (digest ^ bytes[i]) * 0x100000001b3u;
    rig->digest[session] = digest * 31 + length;
    rig->sent[session]++;
    say_answer(rig, &message);
    if (rig->on_sent) rig->on_sent(rig->context, &message);
}

static void report(void *context, const struct entry_report *report)
{
    struct entry_rig *rig = context;
    if (rig->on_report) rig->on_report(rig->context, report);
}

static void keep(struct match_events *place)
{
    struct entry_rig *rig = place->context;
    for (uint32_t i = 0; i < place->count; i++) {
        if (rig->events_count == rig->events_capacity) {
            rig->events_capacity = 2 * rig->events_capacity + 1024;
            rig->events =
                realloc(rig->events, rig->events_capacity * sizeof(struct entry_rig_event));
            CHECK(rig->events != NULL);
        }
        rig->events[rig->events_count++] = (struct entry_rig_event){place->at[i], rig->now};
    }
    place->count = 0;
}

void entry_rig_show(struct entry_rig *rig, size_t count)
{
    for (; count > 0 && rig->events_shown < rig->events_count; count--) {
        const struct entry_rig_event *kept = &rig->events[rig->events_shown++];
        entry_event(rig->entry, &kept->event, kept->time);
    }
    if (rig->events_shown != rig->events_count) return;
    rig->events_shown = rig->events_count = 0;
    entry_released(rig->entry, rig->number);
}

static void settle(struct entry_rig *rig)
{
    if (!rig->late) entry_rig_show(rig, SIZE_MAX);
}

static void engine(struct entry_rig *rig, const struct match_input *input)
{
    match_apply(rig->match, input, &rig->place);
    keep(&rig->place);
}

void entry_rig_apply(struct entry_rig *rig, struct match_input *input)
{
    input->number = ++rig->number;
    input->time = rig->now;
    if (input->bytes == 0) input->bytes = sizeof *input;
    engine(rig, input);
    settle(rig);
}

void entry_rig_phase(struct entry_rig *rig, uint16_t instrument, enum match_phase phase)
{
    entry_rig_apply(rig, &(struct match_input){.kind = MATCH_PHASE,
                                               .instrument = instrument,
                                               .type = (uint8_t)phase});
}

void entry_rig_take(struct entry_rig *rig, enum entry_verdict verdict, const struct entry_out *out)
{
    if (verdict != ENTRY_SUBMIT && verdict != ENTRY_ANSWER) return;
    entry_taken(rig->entry, ++rig->number);
    if (verdict == ENTRY_SUBMIT) {
        uint8_t bytes[sizeof(struct match_input) + sizeof(struct match_terms)]
            __attribute__((aligned(CACHE_LINE)));
        memcpy(bytes, out->input, out->input->bytes);
        ((struct match_input *)bytes)->number = rig->number;
        engine(rig, (const struct match_input *)bytes);
    }
    settle(rig);
}

uint32_t entry_rig_sweep(struct entry_rig *rig, uint32_t session, uint32_t most)
{
    struct entry_out out;
    uint32_t done = 0;
    while (done < most) {
        enum entry_verdict verdict = entry_next(rig->entry, session, rig->now, &out);
        if (verdict == ENTRY_IDLE) break;
        if (verdict == ENTRY_WAIT) {
            entry_rig_show(rig, 1);
            continue;
        }
        entry_rig_take(rig, verdict, &out);
        done++;
    }
    return done;
}

enum entry_verdict entry_rig_send(struct entry_rig *rig, uint32_t session, const void *bytes,
                                  size_t length)
{
    struct entry_out out;
    enum entry_verdict verdict =
        rig->replays
            ? entry_request_again(rig->entry, session, bytes, length, rig->now, rig->refused, &out)
            : entry_request(rig->entry, session, bytes, length, rig->now, &out);
    if (!rig->replays) rig->refused = out.refused;
    bool sweeps = out.sweeps;
    entry_rig_take(rig, verdict, &out);
    if (verdict == ENTRY_ANSWER && sweeps) entry_rig_sweep(rig, session, UINT32_MAX);
    return verdict;
}

enum entry_verdict entry_rig_disconnect(struct entry_rig *rig, uint32_t session)
{
    struct entry_out out;
    enum entry_verdict verdict = entry_disconnected(rig->entry, session, rig->now, &out);
    entry_rig_take(rig, verdict, &out);
    return verdict;
}

uint32_t entry_rig_tick(struct entry_rig *rig)
{
    struct entry_out out;
    uint32_t ended = 0;
    while (entry_tick(rig->entry, rig->now, &out) == ENTRY_SUBMIT) {
        entry_rig_take(rig, ENTRY_SUBMIT, &out);
        ended++;
    }
    return ended;
}

void entry_rig_day(struct entry_rig *rig, bool begins)
{
    struct entry_out out;
    entry_rig_take(rig, entry_day(rig->entry, begins, midnight, rig->now, &out), &out);
}

enum entry_verdict entry_rig_say(struct entry_rig *rig, uint32_t session, const char *line)
{
    uint8_t bytes[OUCH_TEXT_BYTES];
    size_t length = (session <= 2 ? ouch_text_bytes50 : ouch_text_bytes42)(line, bytes);
    return entry_rig_send(rig, session, bytes, length);
}

const char *entry_rig_heard(struct entry_rig *rig)
{
    static char text[ENTRY_RIG_TEXT];
    memcpy(text, rig->answers, rig->answers_length);
    text[rig->answers_length] = '\0';
    rig->answers_length = 0;
    return text;
}

static void list(struct entry_rig *rig, uint16_t instrument, const char *symbol)
{
    bool coarse = strcmp(symbol, "CATS") == 0;
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.kind = MATCH_LIST, .instrument = instrument, .bytes = sizeof list},
        .listing =
            {
                .tick = coarse ? PRICE_ONE / 20 : PRICE_ONE / 100,
                .lot = coarse ? 100 * QTY_ONE : QTY_ONE,
                .size = QTY_ONE,
                .price_max = 20000 * PRICE_ONE,
                .qty_max = 1000000 * QTY_ONE,
                .reference = 10 * PRICE_ONE,
                .collar = PRICE_ONE,
                .window = 1 << 12,
                .phase = MATCH_OPEN,
            },
    };
    memcpy(list.listing.symbol, symbol, strlen(symbol));
    if (coarse) list.listing.price_max = 10000 * PRICE_ONE;
    if (strcmp(symbol, "DOGS") == 0) {
        uint32_t now_s = (uint32_t)(rig->now / NANOS_SECOND % 86400);
        list.listing.call_s = now_s + 4;
        list.listing.open_s = now_s + 8;
        list.listing.closing_s = now_s + 14;
        list.listing.close_s = now_s + 18;
    }
    CHECK(entry_list(rig->entry, instrument, &list.listing));
    entry_rig_apply(rig, &list.input);
    CHECK(match_phase_of(rig->match, instrument) == MATCH_OPEN);
}

void entry_rig_new(struct entry_rig *rig, const struct entry_limits *limits)
{
    static const char symbols[ENTRY_RIG_INSTRUMENTS][5] = {"ACME", "BETA", "CATS", "DOGS"};
    static const uint32_t accounts[] = {1, 2, 2, 3, 4};
    const struct match_limits engine_limits = {
        .instruments = ENTRY_RIG_INSTRUMENTS,
        .orders = 1024,
        .specials = 256,
        .pages = 256,
        .window = ENTRY_RIG_INSTRUMENTS << 14,
        .cascade = 16,
        .secret = 7,
    };
    memset(rig, 0, sizeof *rig);
    rig->limits = *limits;
    rig->now = midnight + 9 * 3600 * NANOS_SECOND;
    rig->entry_bytes = ALIGN_UP(entry_footprint(limits), CACHE_LINE);
    rig->match_bytes = ALIGN_UP(match_footprint(&engine_limits), CACHE_LINE);
    rig->entry_memory = aligned_alloc(CACHE_LINE, rig->entry_bytes);
    rig->match_memory = aligned_alloc(CACHE_LINE, rig->match_bytes);
    CHECK(rig->entry_memory != NULL);
    CHECK(rig->match_memory != NULL);
    memset(rig->entry_memory, 0, rig->entry_bytes);
    memset(rig->match_memory, 0, rig->match_bytes);
    rig->match = match_new(rig->match_memory, &engine_limits);
    rig->entry = entry_new(rig->entry_memory, limits, rig->match,
                           &(struct entry_sink){.context = rig, .put = put, .report = report});
    rig->place = (struct match_events){
        .at = rig->at, .capacity = ENTRY_RIG_EVENTS, .full = keep, .context = rig};
    for (uint16_t i = 0; i < ENTRY_RIG_INSTRUMENTS; i++) list(rig, i, symbols[i]);
    for (uint32_t i = 0; i < ARRAY_COUNT(accounts); i++) {
        struct entry_plan plan = entry_rig_plan(i <= 2 ? ENTRY_OUCH50 : ENTRY_OUCH42);
        plan.account = accounts[i];
        entry_session(rig->entry, i, &plan);
    }
    entry_rig_day(rig, true);
    rig->answers_length = 0;
}

void entry_rig_free(struct entry_rig *rig)
{
    free(rig->entry_memory);
    free(rig->match_memory);
    free(rig->events);
}
