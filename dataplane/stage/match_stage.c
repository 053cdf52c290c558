#include "dataplane/stage/match_stage_layout.h"

#include <string.h>
#include <x86intrin.h>

/* Events of one input may leave long after it was decided, and after others were.  So each input
 * has a stamp, when it came and by which frame, until all its events have left; stamps are in the
 * order of their numbers, as events are. */

#define ROOM_ANSWERS 64u /* in the rings, before a request is taken: politeness, not necessity */
#define ROOM_NEWS    64u

static_assert(GATE_MESSAGE_MAX >= ENTRY_MESSAGE_MAX, "every answer fits");

/* Rings. */

/* The gate takes something out, or this lcore does it itself. */
static COLD void ring_wait(struct match_stage *stage, struct spsc *ring)
{
    const struct match_stage_plan *plan = stage->plan;
    stage->view.ring_wait++;
    do {
        if (plan->relieve) plan->relieve(plan->relieve_context);
        else _mm_pause();
    } while (spsc_room(ring, 1) == 0);
}

static inline void *ring_claim(struct match_stage *stage, struct spsc *ring)
{
    if (unlikely(spsc_room(ring, 1) == 0)) ring_wait(stage, ring);
    return spsc_claim_at(ring, 0);
}

static inline struct spsc *answers_of(const struct match_stage *stage, uint32_t session)
{
    if (likely(session < stage->first_inside)) return stage->answers;
    return stage->inside[session - stage->first_inside].answers;
}

static void slot_fill(struct gate_slot *slot, const struct match_stage *stage, uint32_t session,
                      uint32_t length)
{
    slot->rx_tsc = stage->shown.rx_tsc;
    slot->time = stage->shown.time;
    slot->session = session;
    slot->bytes = (uint16_t)length;
    slot->kind = GATE_MESSAGE;
}

/* The port's sink. */
static void answer_put(void *context, uint32_t session, const uint8_t *message, uint32_t length)
{
    struct match_stage *stage = context;
    CHECK(length <= GATE_MESSAGE_MAX);
    stage->view.answer++;
    if (unlikely(stage->sink != NULL)) {
        struct gate_slot slot;
        slot_fill(&slot, stage, session, length);
        memcpy(slot.message, message, length);
        stage->sink->answer(stage->sink->context, &slot);
        return;
    }
    struct spsc *answers = answers_of(stage, session);
    struct gate_slot *slot = ring_claim(stage, answers);
    slot_fill(slot, stage, session, length);
    memcpy(slot->message, message, length);
    spsc_publish(answers);
    if (stage->shown.number == stage->measured || slot->rx_tsc == 0) return;
    stage->measured = stage->shown.number;
    histogram_record_span(&stage->latency, slot->rx_tsc, __rdtsc());
}

static void report_put(void *context, const struct entry_report *report)
{
    struct match_stage *stage = context;
    if (unlikely(!stage->reporting)) return;
    struct entry_report *slot = spsc_claim(stage->plan->reports);
    if (unlikely(!slot)) {
        counter_one(&stage->reports_lost);
        return;
    }
    *slot = *report;
    spsc_publish(stage->plan->reports);
}

struct entry_sink match_stage_answers(struct match_stage *stage)
{
    return (struct entry_sink){
        .context = stage, .put = answer_put, .report = stage->plan->reports ? report_put : NULL};
}

COLD void match_stage_drop(struct match_stage *stage, uint32_t session, uint8_t login)
{
    stage->view.dropped++;
    struct spsc *answers = answers_of(stage, session);
    struct gate_slot *slot = ring_claim(stage, answers);
    slot_fill(slot, stage, session, 0);
    slot->kind = GATE_DROP;
    slot->login = login;
    spsc_publish(answers);
}

void match_stage_news(struct match_stage *stage, const struct match_event *slots, uint32_t count)
{
    if (unlikely(stage->sink != NULL)) {
        stage->sink->news(stage->sink->context, slots, count);
        return;
    }
    while (unlikely(spsc_room(stage->news, count) < count)) ring_wait(stage, stage->news);
    for (uint32_t i = 0; i < count; i++)
        *(struct match_event *)spsc_claim_at(stage->news, i) = slots[i];
    spsc_publish_many(stage->news, count);
}

/* Events. */

static COLD void listing_show(struct match_stage *stage, uint16_t instrument)
{
    struct match_event slots[1 + GATE_LISTING_SLOTS] = {
        {.kind = GATE_NEWS_LISTING, .instrument = instrument}};
    struct match_listing listing;
    CHECK(match_listing_of(venue_match(stage->venue), instrument, &listing));
    memcpy(&slots[1], &listing, sizeof listing);
    if (!entry_list(stage->entry, instrument, &listing))
        stage->problem = "two instruments have the same symbol";
    match_stage_news(stage, slots, ARRAY_COUNT(slots));
}

void match_stage_event(struct match_stage *stage, const struct match_event *event)
{
    stage->view.event++;
    if (unlikely(stage->told.time != stage->shown.time)) {
        stage->told = stage->shown;
        match_stage_news(
            stage, &(struct match_event){.kind = GATE_NEWS_TIME, .number = stage->shown.time}, 1);
    }
    if (unlikely(event->kind == MATCH_LISTED)) listing_show(stage, event->instrument);
    if (event->kind == MATCH_TRADED && stage->plan->tally)
        venue_tally_trade(stage->plan->tally, event, stage->shown.time);
    entry_event(stage->entry, event, stage->shown.time);
    match_stage_news(stage, event, 1);
}

void match_stage_pass(struct match_stage *stage, uint64_t number)
{
    entry_released(stage->entry, number - 1);
    if (unlikely(stage->due.number != 0 && stage->due.number < number)) match_stage_due_say(stage);
}

/* The stamp of number becomes the one that is shown. */
static inline void stamp_find(struct match_stage *stage, uint64_t number)
{
    if (stage->shown.number == number) return;
    while (stage->stamps[stage->stamp_tail & stage->stamp_mask].number < number)
        stage->stamp_tail++;
    stage->shown = stage->stamps[stage->stamp_tail & stage->stamp_mask];
    CHECK(stage->shown.number == number);
    match_stage_pass(stage, number);
}

/* What was decided last has happened. */
static inline void decided(struct match_stage *stage)
{
    entry_taken(stage->entry, stage->deciding);
    stage->deciding = 0;
}

static void take(void *context, const struct match_event *at, uint32_t count)
{
    struct match_stage *stage = context;
    /* An input that makes more events than there is place for shows some before it is over.  Before
     * it is written, only a failing disk lets others go, and then it will not be. */
    if (unlikely(stage->deciding != 0 && venue_sequence(stage->venue) == stage->deciding))
        decided(stage);
    for (uint32_t i = 0; i < count; i++) {
        stamp_find(stage, at[i].number);
        match_stage_event(stage, &at[i]);
    }
}

static void disk_wait(void *context)
{
    const struct match_stage_plan *plan = ((struct match_stage *)context)->plan;
    if (plan->wait) plan->wait(plan->wait_context);
    else _mm_pause();
}

struct venue_outlet match_stage_outlet(void *memory)
{
    return (struct venue_outlet){.context = memory, .take = take, .wait = disk_wait};
}

uint32_t match_stage_release(struct match_stage *stage, uint32_t most)
{
    uint32_t count = venue_release_some(stage->venue, most);
    uint64_t answered = venue_answered(stage->venue);
    if (answered == stage->view.answered) return count;
    stage->view.answered = answered;
    while (stage->stamp_tail != stage->stamp_head &&
           stage->stamps[stage->stamp_tail & stage->stamp_mask].number <= answered) {
        stage->shown = stage->stamps[stage->stamp_tail++ & stage->stamp_mask];
    }
    match_stage_pass(stage, answered + 1);
    return count;
}

uint32_t match_stage_answer(struct match_stage *stage)
{
    uint32_t answers = spsc_room(stage->answers, 4 * ROOM_ANSWERS) / 4;
    for (uint32_t i = 0; i < stage->insides; i++) {
        uint32_t inside = spsc_room(stage->inside[i].answers, 4 * ROOM_ANSWERS) / 4;
        if (inside < answers) answers = inside;
    }
    uint32_t news = spsc_room(stage->news, 2 * ROOM_NEWS) / 2;
    return match_stage_release(stage, answers < news ? answers : news);
}

/* Inputs. */

enum venue_status match_stage_submit(struct match_stage *stage, const struct match_input *input,
                                     const struct venue_note *note, uint64_t rx_tsc)
{
    if (unlikely(stage->stamp_head - stage->stamp_tail > stage->stamp_mask)) {
        stage->deciding = 0;
        return VENUE_BUSY;
    }
    uint64_t number = venue_sequence(stage->venue) + 1;
    if (stage->deciding != 0) stage->deciding = number;
    stage->stamps[stage->stamp_head++ & stage->stamp_mask] =
        (struct match_stamp){number, input->time, rx_tsc};
    enum venue_status status = venue_submit_noted(stage->venue, input, note);
    if (unlikely(status != VENUE_OK)) {
        stage->stamp_head--;
        stage->deciding = 0;
        return status;
    }
    CHECK(venue_sequence(stage->venue) == number);
    stage->now = input->time;
    if (likely(stage->deciding != 0)) decided(stage);
    return status;
}

enum venue_status match_stage_decide(struct match_stage *stage, enum entry_verdict verdict,
                                     const struct entry_out *out, nanos_t time,
                                     const struct venue_note *note, uint64_t rx_tsc)
{
    const struct match_input only_time = {
        .kind = MATCH_TIME, .bytes = sizeof only_time, .time = time};
    const struct match_input *input = verdict == ENTRY_SUBMIT ? out->input : &only_time;
    stage->deciding = UINT64_MAX; /* which, match_stage_submit knows */
    return match_stage_submit(stage, input, note, rx_tsc);
}

static nanos_t later(const struct match_stage *stage, nanos_t time)
{
    return time > stage->now ? time : stage->now;
}

/* Requests. */

enum outcome { TAKEN, LATER };

/* Answers there is still place for, in the streams of all sessions. */
enum place {
    PLACE_FOR_ALL,
    PLACE_FOR_REFUSALS, /* what lives must be answered: no more orders */
    PLACE_FOR_ENDINGS,  /* nor anything else that is asked for but an end: what lives can be
                           lessened more often than there are answers kept for it */
};

static enum place streams_place(const struct match_stage *stage)
{
    const struct counter *spare = stage->plan->stream_spare;
    if (!spare) return PLACE_FOR_ALL;
    uint64_t left = counter_read(spare), reserve = stage->plan->stream_reserve;
    if (likely(left > reserve)) return PLACE_FOR_ALL;
    return left > reserve - reserve / 4 ? PLACE_FOR_REFUSALS : PLACE_FOR_ENDINGS;
}

static bool adds_risk(const struct match_stage *stage, const struct match_input *input)
{
    if (input == NULL || (input->kind != MATCH_NEW && input->kind != MATCH_MODIFY)) return false;
    if (input->kind == MATCH_NEW) return true;
    struct match_order order; /* less of the same is a partial cancel */
    return !match_order_of(venue_match(stage->venue), input->id, &order) || input->price != 0 ||
           input->qty > order.total;
}

/* A decision as it is written down: with what it was made from. */
struct noted {
    struct match_note head;
    uint8_t message[GATE_MESSAGE_MAX];
};

static uint32_t note_of(const struct gate_slot *slot, enum entry_cause refused, struct noted *note)
{
    bool message = slot->kind == GATE_MESSAGE;
    enum match_note_kind kind = message ? MATCH_NOTE_REQUEST : MATCH_NOTE_LOST;
    if (unlikely(refused != ENTRY_NO_CAUSE)) kind = MATCH_NOTE_REFUSED;
    note->head = (struct match_note){
        .kind = (uint8_t)kind, .refused = (uint16_t)refused, .session = slot->session};
    if (message) memcpy(note->message, slot->message, slot->bytes);
    return (uint32_t)sizeof note->head + (message ? slot->bytes : 0);
}

/* The request changes nothing but what its session is told. */
static bool only_answers(const struct gate_slot *slot, enum entry_verdict verdict,
                         const struct entry_out *out)
{
    return slot->kind == GATE_MESSAGE && verdict == ENTRY_ANSWER && !out->sweeps;
}

static enum venue_status decided_write(struct match_stage *stage, const struct gate_slot *slot,
                                       enum entry_verdict verdict, const struct entry_out *out,
                                       nanos_t time)
{
    struct noted note;
    struct venue_note written = {.bytes = &note, .length = note_of(slot, out->refused, &note)};
    written.refuses = only_answers(slot, verdict, out);
    bool counts = unlikely(written.refuses) && venue_scarce(stage->venue);
    if (unlikely(counts) && !match_stage_refusal_fits(stage, slot->session)) return VENUE_NO_SPACE;
    enum venue_status status =
        match_stage_decide(stage, verdict, out, time, &written, slot->rx_tsc);
    if (unlikely(counts) && status == VENUE_OK) stage->refusals[slot->session]++;
    return status;
}

/* There is no place for this request, but perhaps for a record that refuses it. */
static COLD enum venue_status refuse(struct match_stage *stage, const struct gate_slot *slot,
                                     nanos_t time)
{
    struct entry_out out;
    enum entry_verdict verdict = entry_refuse(stage->entry, ENTRY_NO_ROOM, &out);
    return decided_write(stage, slot, verdict, &out, time);
}

/* What is due whoever asks, and waits until it can be written. */
static bool ends_risk(const struct gate_slot *slot, const struct entry_out *out)
{
    return slot->kind != GATE_MESSAGE || out->sweeps ||
           (out->input && out->input->kind == MATCH_CANCEL);
}

static enum outcome decided_take(struct match_stage *stage, const struct gate_slot *slot,
                                 enum entry_verdict verdict, const struct entry_out *out,
                                 nanos_t time)
{
    bool request = slot->kind == GATE_MESSAGE, sweeps = out->sweeps, ends = ends_risk(slot, out);
    enum place place = streams_place(stage);
    enum venue_status status = VENUE_NO_SPACE;
    if (unlikely(place == PLACE_FOR_ENDINGS && !ends)) {
        match_stage_drop(stage, slot->session, slot->login);
        return TAKEN;
    }
    if (likely(place == PLACE_FOR_ALL) || !adds_risk(stage, out->input))
        status = decided_write(stage, slot, verdict, out, time);
    if (unlikely(status == VENUE_NO_SPACE && request && verdict == ENTRY_SUBMIT))
        status = refuse(stage, slot, time);
    if (status == VENUE_BUSY || (status == VENUE_NO_SPACE && ends)) return LATER;
    if (unlikely(status != VENUE_OK)) match_stage_drop(stage, slot->session, slot->login);
    else if (unlikely(sweeps)) match_stage_sweep(stage, slot->session);
    return TAKEN;
}

static enum outcome request_take(struct match_stage *stage, const struct gate_slot *slot)
{
    nanos_t time = later(stage, slot->time);
    struct entry_out out;
    enum entry_verdict verdict =
        likely(slot->kind == GATE_MESSAGE)
            ? entry_request(stage->entry, slot->session, slot->message, slot->bytes, time, &out)
            : entry_disconnected(stage->entry, slot->session, time, &out);
    switch (verdict) {
    case ENTRY_SUBMIT:
    case ENTRY_ANSWER:
        if (decided_take(stage, slot, verdict, &out, time) == LATER) return LATER;
        break;
    case ENTRY_WAIT: return LATER;
    case ENTRY_MALFORMED: match_stage_drop(stage, slot->session, slot->login); break;
    case ENTRY_IGNORE:
    case ENTRY_IDLE:
    case ENTRY_VERDICT_COUNT: break;
    }
    stage->view.verdict[verdict]++;
    stage->view.request += slot->kind == GATE_MESSAGE;
    return TAKEN;
}

/* Nothing is acknowledged any more: who asks is told so by the end of the connection. */
static COLD void dead_take(struct match_stage *stage, const struct gate_slot *slot)
{
    if (slot->kind == GATE_MESSAGE) match_stage_drop(stage, slot->session, slot->login);
}

bool match_stage_ready(struct match_stage *stage)
{
    for (uint32_t i = 0; i < stage->insides; i++)
        if (spsc_room(stage->inside[i].answers, ROOM_ANSWERS) < ROOM_ANSWERS) return false;
    return spsc_room(stage->answers, ROOM_ANSWERS) == ROOM_ANSWERS &&
           spsc_room(stage->news, ROOM_NEWS) == ROOM_NEWS;
}

static void waits_set(struct match_stage *stage, bool waits)
{
    stage->waits = waits;
    counter_set(&stage->waiting, waits);
}

/* Each request is looked at once, with those that wait behind it, when it is the first of them. */
static inline void requests_look(const struct match_stage *stage, const struct spsc *requests,
                                 uint64_t *looked)
{
    uint64_t taken = spsc_released(requests);
    if (match_stage_looks(stage) && taken >= *looked)
        *looked = taken + match_stage_expect(stage, requests);
}

static uint32_t requests_take(struct match_stage *stage, struct spsc *requests, uint64_t *looked)
{
    uint32_t taken = 0;
    while (taken < MATCH_STAGE_TURN && match_stage_ready(stage)) {
        const struct gate_slot *slot = spsc_front(requests);
        if (!slot) break;
        requests_look(stage, requests, looked);
        if (unlikely(!stage->waits)) waits_set(stage, true);
        if (unlikely(venue_dead(stage->venue))) dead_take(stage, slot);
        else if (request_take(stage, slot) == LATER) break;
        spsc_release(requests);
        taken++;
        (void)match_stage_answer(stage);
    }
    return taken;
}

/* The stage. */

static uint32_t match_stage_turn(void *self, uint64_t tsc)
{
    (void)tsc;
    struct match_stage *stage = self;
    uint32_t work = requests_take(stage, stage->requests, &stage->looked);
    for (uint32_t i = 0; i < stage->insides; i++)
        work += requests_take(stage, stage->inside[i].requests, &stage->inside_looked[i]);
    if (stage->view.answered != venue_sequence(stage->venue)) work += match_stage_answer(stage);
    if (unlikely(stage->sweep_tail != stage->sweep_head)) work += match_stage_sweeps(stage);
    return work;
}

static bool ring_taken(const struct spsc *ring)
{
    return spsc_published(ring) == spsc_released(ring);
}

static bool requests_taken(const struct match_stage *stage)
{
    bool taken = ring_taken(stage->requests);
    for (uint32_t i = 0; i < stage->insides; i++) taken &= ring_taken(stage->inside[i].requests);
    return taken;
}

static bool all_left(const struct match_stage *stage)
{
    if (!requests_taken(stage)) return false;
    if (venue_dead(stage->venue)) return stage->dead_dropped == stage->plan->sessions;
    return stage->sweep_tail == stage->sweep_head &&
           venue_answered(stage->venue) == venue_sequence(stage->venue);
}

static void match_stage_housekeeping(void *self, uint64_t tsc)
{
    (void)tsc;
    struct match_stage *stage = self;
    if (unlikely(venue_dead(stage->venue))) {
        match_stage_dead_step(stage);
    } else {
        match_stage_day_step(stage);
        match_stage_time(stage);
    }
    match_stage_space_look(stage);
    waits_set(stage, !all_left(stage));
    match_stage_show(stage);
}

static bool match_stage_done(const void *self)
{
    const struct match_stage *stage = self;
    return all_left(stage);
}

const struct stage_kind match_stage_kind = {
    .name = "match",
    .turn = match_stage_turn,
    .housekeeping = match_stage_housekeeping,
    .done = match_stage_done,
};

bool match_stage_idle(const struct match_stage *stage)
{
    return requests_taken(stage) && counter_read(&stage->waiting) == 0;
}
