#include "dataplane/stage/match_stage_layout.h"

#include <string.h>
#include <x86intrin.h>

/* Events of one input may leave long after it was decided, and after others were.  So each input
 * has a stamp, when it came and by which frame, until all its events have left; stamps are in the
 * order of their numbers, as events are. */

#define ROOM_ANSWERS 64u /* in the rings, before a request is taken: politeness, not necessity */
#define ROOM_NEWS    64u
#define SWEEP_TURN   64u /* cancels of sweeps in one turn */

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
    struct gate_slot *slot = ring_claim(stage, stage->answers);
    slot_fill(slot, stage, session, length);
    memcpy(slot->message, message, length);
    spsc_publish(stage->answers);
}

struct entry_sink match_stage_answers(struct match_stage *stage)
{
    return (struct entry_sink){.context = stage, .put = answer_put};
}

static COLD void session_drop(struct match_stage *stage, uint32_t session)
{
    stage->view.dropped++;
    struct gate_slot *slot = ring_claim(stage, stage->answers);
    slot_fill(slot, stage, session, 0);
    slot->kind = GATE_DROP;
    slot->login = ((const struct gate_slot *)spsc_front(stage->requests))->login;
    spsc_publish(stage->answers);
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
static inline void decided(struct match_stage *stage, uint64_t number)
{
    stage->deciding = false;
    entry_taken(stage->entry, number);
}

static void take(void *context, const struct match_event *at, uint32_t count)
{
    struct match_stage *stage = context;
    /* An input that makes more events than there is place for shows some before it is over. */
    if (unlikely(stage->deciding)) decided(stage, venue_sequence(stage->venue));
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

/* As many events as the rings have place for what they make. */
static uint32_t release(struct match_stage *stage)
{
    uint32_t answers = spsc_room(stage->answers, 4 * ROOM_ANSWERS) / 4;
    uint32_t news = spsc_room(stage->news, 2 * ROOM_NEWS) / 2;
    return match_stage_release(stage, answers < news ? answers : news);
}

/* Inputs. */

enum venue_status match_stage_submit(struct match_stage *stage, const struct match_input *input,
                                     const void *note, uint32_t note_bytes, uint64_t rx_tsc)
{
    if (stage->stamp_head - stage->stamp_tail > stage->stamp_mask) return VENUE_BUSY;
    uint64_t number = venue_sequence(stage->venue) + 1;
    stage->stamps[stage->stamp_head++ & stage->stamp_mask] =
        (struct match_stamp){number, input->time, rx_tsc};
    enum venue_status status =
        venue_submit_noted(stage->venue, input, &(struct venue_note){note, note_bytes});
    if (unlikely(status != VENUE_OK)) {
        stage->stamp_head--;
        stage->deciding = false;
        return status;
    }
    CHECK(venue_sequence(stage->venue) == number);
    stage->now = input->time;
    if (likely(stage->deciding)) decided(stage, number);
    return status;
}

enum venue_status match_stage_decide(struct match_stage *stage, enum entry_verdict verdict,
                                     const struct entry_out *out, nanos_t time, const void *note,
                                     uint32_t note_bytes, uint64_t rx_tsc)
{
    const struct match_input only_time = {
        .kind = MATCH_TIME, .bytes = sizeof only_time, .time = time};
    const struct match_input *input = verdict == ENTRY_SUBMIT ? out->input : &only_time;
    stage->deciding = true;
    return match_stage_submit(stage, input, note, note_bytes, rx_tsc);
}

static nanos_t later(const struct match_stage *stage, nanos_t time)
{
    return time > stage->now ? time : stage->now;
}

void match_stage_sweep(struct match_stage *stage, uint32_t session)
{
    stage->sweep[stage->sweep_head++ & stage->sweep_mask] = session;
}

/* Requests. */

enum outcome { TAKEN, LATER };

/* The journal has no space for this order, but may have some for a record that says so.  The answer
 * has its place behind all before it, so these leave first. */
static COLD enum outcome refuse(struct match_stage *stage, const struct gate_slot *slot,
                                struct match_note *note, uint32_t note_bytes, nanos_t time)
{
    bool quiet = venue_answered(stage->venue) == venue_sequence(stage->venue);
    if (!quiet) return LATER;
    if (stage->refused == 0) {
        const struct match_input only_time = {
            .kind = MATCH_TIME, .bytes = sizeof only_time, .time = time};
        note->kind = MATCH_NOTE_REFUSED;
        enum venue_status status =
            match_stage_submit(stage, &only_time, note, note_bytes, slot->rx_tsc);
        if (status == VENUE_BUSY) return LATER;
        if (status != VENUE_OK) {
            session_drop(stage, slot->session);
            return TAKEN;
        }
        stage->refused = venue_sequence(stage->venue);
        return LATER;
    }
    struct entry_out out;
    enum entry_verdict verdict =
        entry_request(stage->entry, slot->session, slot->message, slot->bytes, stage->now, &out);
    CHECK(verdict == ENTRY_SUBMIT);
    entry_refused(stage->entry, false);
    stage->refused = 0;
    return TAKEN;
}

static bool adds_risk(const struct entry_out *out)
{
    return out->input && (out->input->kind == MATCH_NEW || out->input->kind == MATCH_MODIFY);
}

/* Whether the answers to an order would surely find a place in its session's stream. */
static bool streams_have_place(const struct match_stage *stage)
{
    const struct counter *spare = stage->plan->stream_spare;
    return !spare || counter_read(spare) > stage->plan->stream_reserve;
}

static enum outcome decided_take(struct match_stage *stage, const struct gate_slot *slot,
                                 enum entry_verdict verdict, const struct entry_out *out,
                                 nanos_t time)
{
    struct {
        struct match_note head;
        uint8_t message[GATE_MESSAGE_MAX];
    } note;
    note.head = (struct match_note){.kind = slot->kind == GATE_MESSAGE ? MATCH_NOTE_REQUEST
                                                                       : MATCH_NOTE_LOST,
                                    .session = slot->session};
    uint32_t bytes = slot->kind == GATE_MESSAGE ? slot->bytes : 0;
    memcpy(note.message, slot->message, bytes);
    bytes += (uint32_t)sizeof note.head;
    bool place = stage->refused == 0 && (!adds_risk(out) || streams_have_place(stage));
    enum venue_status status = VENUE_NO_SPACE;
    bool sweeps = out->sweeps;
    if (likely(place))
        status = match_stage_decide(stage, verdict, out, time, &note, bytes, slot->rx_tsc);
    if (likely(status == VENUE_OK)) {
        if (unlikely(sweeps)) match_stage_sweep(stage, slot->session);
        return TAKEN;
    }
    if (status == VENUE_BUSY) return LATER;
    if (status == VENUE_NO_SPACE && verdict == ENTRY_SUBMIT && slot->kind == GATE_MESSAGE)
        return refuse(stage, slot, &note.head, bytes, time);
    session_drop(stage, slot->session);
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
    case ENTRY_ANSWER: return decided_take(stage, slot, verdict, &out, time);
    case ENTRY_WAIT: return LATER;
    case ENTRY_MALFORMED: session_drop(stage, slot->session); return TAKEN;
    case ENTRY_IGNORE:
    case ENTRY_IDLE:
    case ENTRY_VERDICT_COUNT: return TAKEN;
    }
    UNREACHABLE("the port answers a verdict");
}

/* False while the gate must take something first. */
static bool rings_ready(struct match_stage *stage)
{
    return spsc_room(stage->answers, ROOM_ANSWERS) == ROOM_ANSWERS &&
           spsc_room(stage->news, ROOM_NEWS) == ROOM_NEWS;
}

static uint32_t requests_take(struct match_stage *stage)
{
    uint32_t taken = 0;
    while (taken < MATCH_STAGE_TURN && rings_ready(stage)) {
        const struct gate_slot *slot = spsc_front(stage->requests);
        if (!slot) break;
        uint64_t rx_tsc = slot->rx_tsc;
        if (request_take(stage, slot) == LATER) break;
        spsc_release(stage->requests);
        taken++;
        uint64_t before = stage->view.answer;
        (void)release(stage);
        if (rx_tsc && stage->view.answer != before)
            histogram_record_span(&stage->latency, rx_tsc, __rdtsc());
    }
    stage->view.request += taken;
    return taken;
}

/* Cancels of sessions that are lost, or that asked for it, one after the other. */
static COLD uint32_t sweeps_go(struct match_stage *stage)
{
    uint32_t done = 0;
    while (done < SWEEP_TURN && stage->refused == 0 && stage->sweep_tail != stage->sweep_head &&
           rings_ready(stage)) {
        uint32_t session = stage->sweep[stage->sweep_tail & stage->sweep_mask];
        const struct match_note note = {.kind = MATCH_NOTE_NEXT, .session = session};
        struct entry_out out;
        enum entry_verdict verdict = entry_next(stage->entry, session, stage->now, &out);
        if (verdict != ENTRY_SUBMIT) {
            stage->sweep_tail++;
            continue;
        }
        if (match_stage_decide(stage, verdict, &out, stage->now, &note, sizeof note, 0) != VENUE_OK)
            break; /* again in the next turn: a cancel passes where anything does */
        done++;
        (void)release(stage);
    }
    return done;
}

/* Time. */

/* Orders whose time has ended. */
static void timers_run(struct match_stage *stage, nanos_t time)
{
    while (entry_due(stage->entry) <= time && rings_ready(stage)) {
        const struct match_note note = {.kind = MATCH_NOTE_TICK};
        struct entry_out out;
        if (entry_tick(stage->entry, time, &out) != ENTRY_SUBMIT) break;
        if (match_stage_decide(stage, ENTRY_SUBMIT, &out, time, &note, sizeof note, 0) != VENUE_OK)
            break;
        (void)release(stage);
    }
}

/* The engine reads no clock: what waits for the time (a pause, a calendar) has it told. */
static void time_tell(struct match_stage *stage)
{
    nanos_t time = stage->plan->now(stage->plan->clock);
    if (time < stage->now || stage->refused != 0) return;
    timers_run(stage, time);
    bool due = match_due(venue_match(stage->venue)) <= time;
    if (!due || time - stage->now < MATCH_STAGE_TIME_NS || !rings_ready(stage)) return;
    const struct match_input input = {.kind = MATCH_TIME, .bytes = sizeof input, .time = time};
    (void)match_stage_submit(stage, &input, NULL, 0, 0); /* refused: it is told again soon */
    (void)release(stage);
}

/* The stage. */

static uint32_t match_stage_turn(void *self, uint64_t tsc)
{
    (void)tsc;
    struct match_stage *stage = self;
    uint32_t work = requests_take(stage);
    if (stage->view.answered != venue_sequence(stage->venue)) work += release(stage);
    if (unlikely(stage->sweep_tail != stage->sweep_head)) work += sweeps_go(stage);
    return work;
}

static void books_show(struct match_stage *stage)
{
    struct match_view *view = &stage->view;
    const struct match *match = venue_match(stage->venue);
    view->books = 0;
    for (uint32_t i = 0; i < stage->plan->entry.instruments && view->books < MATCH_VIEW_BOOKS;
         i++) {
        struct match_listing listing;
        uint16_t instrument = (uint16_t)i;
        if (!match_listing_of(match, instrument, &listing)) continue;
        struct match_view_book *book = &view->book[view->books++];
        *book = (struct match_view_book){.instrument = instrument,
                                         .phase = (uint8_t)match_phase_of(match, instrument),
                                         .last = match_last_price(match, instrument)};
        memcpy(book->symbol, listing.symbol, sizeof listing.symbol);
        (void)match_depth(match, instrument, SIDE_BUY, &book->bid, 1);
        (void)match_depth(match, instrument, SIDE_SELL, &book->ask, 1);
    }
}

static void view_show(struct match_stage *stage)
{
    struct match_view *view = &stage->view;
    const struct entry_counts *counts = entry_counts(stage->entry);
    for (uint32_t i = 0; i < ENTRY_VERDICT_COUNT; i++)
        view->verdict[i] = counter_read(&counts->request[i]);
    for (uint32_t i = 0; i < ENTRY_CAUSE_COUNT; i++)
        view->cause[i] = counter_read(&counts->cause[i]);
    view->sequence = venue_sequence(stage->venue);
    view->held = venue_held(stage->venue);
    view->orders = match_orders(venue_match(stage->venue));
    view->day = stage->day;
    books_show(stage);
    snapshot_show(stage->snapshot, view);
}

static bool all_left(const struct match_stage *stage)
{
    return spsc_published(stage->requests) == spsc_released(stage->requests) &&
           stage->sweep_tail == stage->sweep_head &&
           venue_answered(stage->venue) == venue_sequence(stage->venue);
}

static void match_stage_housekeeping(void *self, uint64_t tsc)
{
    (void)tsc;
    struct match_stage *stage = self;
    match_stage_day_step(stage);
    time_tell(stage);
    counter_set(&stage->waiting, !all_left(stage));
    view_show(stage);
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

const struct histogram *match_stage_latency(const struct match_stage *stage)
{
    return &stage->latency;
}

bool match_stage_idle(const struct match_stage *stage)
{
    return spsc_published(stage->requests) == spsc_released(stage->requests) &&
           counter_read(&stage->waiting) == 0;
}

void match_stage_view(const struct match_stage *stage, struct match_view *view)
{
    snapshot_copy(stage->snapshot, view);
}

struct entry *match_stage_entry(struct match_stage *stage)
{
    return stage->entry;
}
