/* A match stage made, recovered and opened: all that comes before its first turn. */

#include "dataplane/base/crc32c.h"
#include "dataplane/stage/match_stage_layout.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define WAIT_NS 20000

/* Memory. */

struct layout {
    size_t entry, stamps, sweep, sweeping, refusals, snapshot, window, bytes;
};

static uint64_t stamps_of(const struct match_stage_plan *plan)
{
    return (uint64_t)plan->held * 2; /* inputs without events need one too */
}

static uint32_t sweeps_of(const struct match_stage_plan *plan)
{
    uint32_t sessions = 64;
    while (sessions < plan->sessions) sessions *= 2;
    return sessions;
}

static struct layout layout_of(const struct match_stage_plan *plan)
{
    struct layout layout = {.entry = ALIGN_UP(sizeof(struct match_stage), CACHE_LINE)};
    layout.stamps = layout.entry + ALIGN_UP(entry_footprint(&plan->entry), CACHE_LINE);
    layout.sweep = layout.stamps + stamps_of(plan) * sizeof(struct match_stamp);
    layout.sweeping = layout.sweep + ALIGN_UP(sweeps_of(plan) * sizeof(uint32_t), CACHE_LINE);
    layout.refusals = layout.sweeping + ALIGN_UP(plan->sessions * sizeof(bool), CACHE_LINE);
    layout.snapshot = layout.refusals + ALIGN_UP(plan->sessions * sizeof(uint32_t), CACHE_LINE);
    layout.window = layout.snapshot + snapshot_footprint(sizeof(struct match_view));
    layout.bytes = layout.window + window_footprint(sizeof(struct match_view_depth));
    return layout;
}

const char *match_stage_check(const struct match_stage_plan *plan)
{
    if (!IS_POW2(plan->held)) return "the place for held events must be a power of two";
    if (plan->entry.asks < 2 * plan->held)
        return "the port's waiting answers must have twice the "
               "place of held events";
    if (plan->insides > MATCH_STAGE_INSIDE_MAX)
        return "there are more sessions of this process than rings for them";
    if (plan->insides > 0 && plan->first_inside + plan->insides != plan->sessions)
        return "the sessions of this process are behind the others";
    if (plan->sessions != plan->entry.sessions) return "there must be a plan for each session";
    for (uint32_t i = 0; i < plan->sessions; i++) {
        const char *problem = entry_plan_check(&plan->session[i]);
        if (problem) return problem;
    }
    return entry_limits_check(&plan->entry);
}

size_t match_stage_footprint(const struct match_stage_plan *plan)
{
    return layout_of(plan).bytes;
}

struct match_stage *match_stage_new(void *memory, const struct match_stage_plan *plan,
                                    const struct match_stage_sink *sink)
{
    CHECK(match_stage_check(plan) == NULL);
    struct layout layout = layout_of(plan);
    uint8_t *at = memory;
    struct match_stage *stage = memory;
    stage->plan = plan;
    stage->venue = plan->venue;
    stage->sink = sink;
    stage->requests = plan->requests;
    stage->answers = plan->answers;
    stage->news = plan->news;
    stage->first_inside = plan->insides > 0 ? plan->first_inside : UINT32_MAX;
    stage->insides = plan->insides;
    memcpy(stage->inside, plan->inside, sizeof stage->inside);
    stage->stamps = (struct match_stamp *)(void *)(at + layout.stamps);
    stage->stamp_mask = stamps_of(plan) - 1;
    stage->sweep = (uint32_t *)(void *)(at + layout.sweep);
    stage->sweep_mask = sweeps_of(plan) - 1;
    stage->sweeping = (bool *)(at + layout.sweeping);
    stage->refusals = (uint32_t *)(void *)(at + layout.refusals);
    stage->snapshot = snapshot_new(at + layout.snapshot, sizeof(struct match_view));
    stage->window = window_new(at + layout.window, sizeof(struct match_view_depth));
    const struct entry_sink answers = match_stage_answers(stage);
    stage->entry = entry_new(at + layout.entry, &plan->entry, venue_match(plan->venue), &answers);
    for (uint32_t i = 0; i < plan->sessions; i++) entry_session(stage->entry, i, &plan->session[i]);
    return stage;
}

/* Recovery. */

/* Without timed_max: what it refuses is written down as such, so another may come with a start. */
static_assert(sizeof(struct entry_plan) == 80, "their checksum is in journals");
static uint32_t plans_crc(const struct match_stage_plan *plan)
{
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < plan->sessions; i++) {
        struct entry_plan one;
        memset(&one, 0, sizeof one); /* holes too */
        const struct entry_plan *from = &plan->session[i];
        one.dialect = from->dialect;
        one.firms = from->firms;
        one.cancel_on_disconnect = from->cancel_on_disconnect;
        one.self_trade = from->self_trade;
        one.account = from->account;
        memcpy(one.firm, from->firm, sizeof one.firm);
        one.qty_max = from->qty_max;
        one.notional_max_e4 = from->notional_max_e4;
        one.collar_ppm = from->collar_ppm;
        one.collar_ticks = from->collar_ticks;
        one.rate = from->rate;
        one.burst = from->burst;
        one.duplicate_ns = from->duplicate_ns;
        one.open_max = from->open_max;
        crc = crc32c_part(crc, (const uint8_t *)&one, sizeof one);
    }
    return ~crc;
}

static struct match_note_start start_of(const struct match_stage_plan *plan, nanos_t midnight)
{
    struct match_note_start start = {.head = {.kind = MATCH_NOTE_START},
                                     .sessions = (uint16_t)plan->sessions,
                                     .plans = plans_crc(plan),
                                     .midnight = midnight,
                                     .orders = plan->entry.orders,
                                     .tokens = plan->entry.tokens,
                                     .timers = plan->entry.timers,
                                     .instruments = plan->entry.instruments,
                                     .names = plan->names,
                                     .answers = plan->process ? MATCH_ANSWERS_AT_ONCE
                                                              : MATCH_ANSWERS_ON_DISK};
    memcpy(start.name, plan->name, sizeof start.name);
    memcpy(start.boot, plan->boot, sizeof start.boot);
    return start;
}

/* Whether a limit is what it was; else that is the problem. */
static bool limit_same(struct match_stage *stage, const char *name, uint32_t was, uint32_t is)
{
    if (was == is) return true;
    struct text text = text_in(stage->problem_text, sizeof stage->problem_text);
    text_format(
        &text,
        "the venue's %s were %u when it was begun and are %u now: keep them for the day, or "
        "begin a new folder",
        name, was, is);
    stage->problem = text.bytes;
    return false;
}

static void limits_check(struct match_stage *stage, const struct match_note_start *was)
{
    const struct entry_limits *is = &stage->plan->entry;
    (void)(limit_same(stage, "orders", was->orders, is->orders) &&
           limit_same(stage, "instruments", was->instruments, is->instruments) &&
           limit_same(stage, "tokens of OUCH 4.2", was->tokens, is->tokens) &&
           limit_same(stage, "orders with a time", was->timers, is->timers));
}

/* Whether answers of that run may have left that the machine has lost since. */
static bool answers_lost(const struct match_note_start *was, const struct match_note_start *is)
{
    uint32_t answers = was->answers != MATCH_ANSWERS_NOT_SAID ? was->answers : is->answers;
    return answers != MATCH_ANSWERS_ON_DISK && memcmp(was->boot, is->boot, sizeof was->boot) != 0;
}

static void start_check(struct match_stage *stage, const struct match_note_start *was)
{
    struct match_note_start is = start_of(stage->plan, 0);
    if (memcmp(was->name, is.name, sizeof is.name) != 0)
        stage->problem = "it is the journal of another session: a new session begins in a new "
                         "folder";
    else if (was->names != is.names && was->names != 0 && is.names != 0)
        stage->problem = "the sessions had other names or another order when it was begun: keep "
                         "them for the day, or begin a new folder";
    else if (was->sessions != is.sessions || was->plans != is.plans)
        stage->problem = "the sessions were configured otherwise when it was begun: keep them for "
                         "the day, or begin a new folder";
    else if (answers_lost(was, &is))
        stage->problem = "the machine was started anew since, and with durability process the last "
                         "orders that were acknowledged may be lost: begin a new folder and a new "
                         "session";
    else limits_check(stage, was);
}

/* All that came before the input under way has been shown. */
static void shown_until(struct match_stage *stage, uint64_t number)
{
    if (stage->taken != 0) entry_taken(stage->entry, stage->taken);
    stage->taken = 0;
    match_stage_pass(stage, number);
}

static void note_heard(void *context, const struct venue_note *note)
{
    struct match_stage *stage = context;
    uint32_t length = note->length < MATCH_NOTE_MAX ? note->length : MATCH_NOTE_MAX;
    memcpy(stage->note, note->bytes, length);
    stage->note_length = length;
}

/* Older records do not say what for: there was no place. */
static enum entry_cause refused_for(const struct match_note *note)
{
    bool said = note->refused != ENTRY_NO_CAUSE && note->refused < ENTRY_CAUSE_COUNT;
    if (note->kind != MATCH_NOTE_REFUSED) return ENTRY_NO_CAUSE;
    return said ? (enum entry_cause)note->refused : ENTRY_NO_ROOM;
}

/* Decides again what was decided.  The verdict, and *out. */
static enum entry_verdict decide_again(struct match_stage *stage, const struct match_note *note,
                                       const struct match_input *input, struct entry_out *out)
{
    struct entry *entry = stage->entry;
    const uint8_t *message = stage->note + sizeof *note;
    uint32_t length = stage->note_length - (uint32_t)sizeof *note;
    switch ((enum match_note_kind)note->kind) {
    case MATCH_NOTE_REQUEST:
    case MATCH_NOTE_REFUSED:
        return entry_request_again(entry, note->session, message, length, input->time,
                                   refused_for(note), out);
    case MATCH_NOTE_LOST: return entry_disconnected(entry, note->session, input->time, out);
    case MATCH_NOTE_NEXT: return entry_next(entry, note->session, input->time, out);
    case MATCH_NOTE_TICK: return entry_tick(entry, input->time, out);
    case MATCH_NOTE_DAY: return entry_day(entry, note->begins, stage->midnight, input->time, out);
    case MATCH_NOTE_START: break;
    }
    return ENTRY_IDLE;
}

/* Whether the port says again what stands in the journal. */
static bool as_written(enum entry_verdict verdict, const struct entry_out *out,
                       const struct match_input *input)
{
    if (verdict == ENTRY_ANSWER) return input->kind == MATCH_TIME;
    if (verdict != ENTRY_SUBMIT) return false;
    if (out->input->bytes != input->bytes) return false;
    uint32_t behind = offsetof(struct match_input, time); /* the number is the journal's */
    return memcmp((const uint8_t *)out->input + behind, (const uint8_t *)input + behind,
                  input->bytes - behind) == 0;
}

/* The first START: the messages of the day begin. */
static void day_first(struct match_stage *stage, nanos_t midnight, uint64_t number, nanos_t time)
{
    stage->midnight = midnight;
    stage->due = (struct match_due){.number = number, .time = time, .codes = "O"};
}

static void noted_input(struct match_stage *stage, const struct match_note *note,
                        const struct match_input *input)
{
    if (note->kind == MATCH_NOTE_START) {
        struct match_note_start start = {.names = 0}; /* it may be shorter */
        memcpy(&start, stage->note,
               stage->note_length < sizeof start ? stage->note_length : sizeof start);
        start_check(stage, &start);
        if (!stage->started) day_first(stage, start.midnight, input->number, input->time);
        stage->started = true;
        return;
    }
    struct entry_out out = {.input = NULL};
    enum entry_verdict verdict = decide_again(stage, note, input, &out);
    if (!as_written(verdict, &out, input)) {
        struct text text = text_in(stage->problem_text, sizeof stage->problem_text);
        text_format(&text,
                    "record %" PRIu64 " is decided otherwise now than when it was written, by a "
                    "request of session %u",
                    input->number, note->session);
        stage->problem = text.bytes;
        return;
    }
    stage->taken = input->number;
    if (note->kind == MATCH_NOTE_DAY)
        match_stage_day_is(stage, note->begins, input->number, input->time);
}

static void input_heard(void *context, const struct match_input *input)
{
    struct match_stage *stage = context;
    if (stage->problem) return;
    shown_until(stage, input->number);
    stage->shown = (struct match_stamp){.number = input->number, .time = input->time};
    if (input->time > stage->now) stage->now = input->time;
    if (stage->note_length >= sizeof(struct match_note)) {
        struct match_note note;
        memcpy(&note, stage->note, sizeof note);
        noted_input(stage, &note, input);
    }
    stage->note_length = 0;
}

static void events_heard(void *context, const struct match_event *at, uint32_t count)
{
    struct match_stage *stage = context;
    if (stage->problem) return;
    if (stage->taken != 0) entry_taken(stage->entry, stage->taken);
    stage->taken = 0;
    for (uint32_t i = 0; i < count; i++) match_stage_event(stage, &at[i]);
}

struct venue_watch match_stage_watch(struct match_stage *stage)
{
    return (struct venue_watch){.context = stage,
                                .input = input_heard,
                                .note = note_heard,
                                .events = events_heard,
                                .expect = match_stage_expect_notes};
}

const char *match_stage_recovered(struct match_stage *stage)
{
    if (stage->problem) return stage->problem;
    uint64_t sequence = venue_sequence(stage->venue);
    shown_until(stage, sequence + 1);
    stage->view.answered = sequence;
    if (stage->day == STAGE_DAY_OVER)
        stage->problem = "its day is over: a new day begins in a new folder";
    else if (sequence > 1 && !stage->started)
        stage->problem = "it was not written by a venue with order entry";
    if (stage->plan->tally) venue_tally_begin(stage->plan->tally);
    stage->reporting = true;
    return stage->problem;
}

/* Opening. */

static bool all_shown(struct match_stage *stage)
{
    for (;;) {
        (void)match_stage_release(stage, UINT32_MAX);
        if (stage->view.answered == venue_sequence(stage->venue)) return true;
        if (venue_dead(stage->venue)) return false;
        if (stage->plan->wait) {
            stage->plan->wait(stage->plan->wait_context);
            continue;
        }
        const struct timespec span = {.tv_nsec = WAIT_NS};
        (void)nanosleep(&span, NULL);
    }
}

static bool refused(enum venue_status status, struct text *problems)
{
    if (status == VENUE_OK) return false;
    text_format(problems, "the venue cannot be opened: %s\n", venue_status_text(status));
    return true;
}

static enum venue_status listing_submit(struct match_stage *stage,
                                        const struct match_stage_listing *listing, nanos_t time)
{
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {.input = {.kind = MATCH_LIST,
                        .bytes = sizeof list,
                        .time = time,
                        .instrument = listing->instrument},
              .listing = listing->listing};
    enum venue_status status;
    while ((status = match_stage_submit(stage, &list.input, NULL, 0)) == VENUE_BUSY)
        if (!all_shown(stage)) break;
    return status;
}

/* Whether an instrument that is listed is the one of the plan. */
static bool listing_same(const struct match *match, const struct match_stage_listing *one,
                         struct text *problems)
{
    struct match_listing was;
    CHECK(match_listing_of(match, one->instrument, &was));
    if (memcmp(&was, &one->listing, sizeof was) == 0) return true;
    bool symbol = memcmp(was.symbol, one->listing.symbol, sizeof was.symbol) == 0;
    text_format(
        problems,
        symbol ? "%.16s is configured otherwise than when it was listed: keep it for the "
                 "day, or begin a new folder\n"
               : "%.16s is in the place of another instrument: keep them for the day, or begin "
                 "a new folder\n",
        one->listing.symbol);
    return false;
}

static bool listings_make(struct match_stage *stage, const struct match_stage_listing *listings,
                          uint32_t count, nanos_t time, struct text *problems)
{
    const struct match *match = venue_match(stage->venue);
    for (uint32_t i = 0; i < count; i++) {
        const struct match_stage_listing *one = &listings[i];
        if (match_phase_of(match, one->instrument) != MATCH_UNLISTED) {
            if (listing_same(match, one, problems)) continue;
            return false;
        }
        if (refused(listing_submit(stage, one, time), problems)) return false;
        if (match_phase_of(match, one->instrument) != MATCH_UNLISTED) continue;
        text_format(problems, "%.16s cannot be listed: its numbers do not go together\n",
                    one->listing.symbol);
        return false;
    }
    return true;
}

/* After a crash nobody is connected: whose orders are to be canceled then, they are, all of them: a
 * mass cancel that was not over may have been of some.  Other sweeps that were not over go on. */
static bool session_lose(struct match_stage *stage, uint32_t session, nanos_t time)
{
    const struct match_note note = {.kind = MATCH_NOTE_LOST, .session = session};
    const struct venue_note written = {.bytes = &note, .length = sizeof note};
    for (;;) {
        struct entry_out out;
        enum entry_verdict verdict = entry_disconnected(stage->entry, session, time, &out);
        if (verdict != ENTRY_ANSWER && verdict != ENTRY_WAIT) break;
        if (verdict == ENTRY_ANSWER &&
            match_stage_decide(stage, verdict, &out, time, &written, 0) == VENUE_OK)
            break;
        if (!all_shown(stage)) return false;
    }
    if (entry_sweeps(stage->entry, session)) match_stage_sweep(stage, session);
    return true;
}

static bool sessions_lose(struct match_stage *stage, nanos_t time)
{
    for (uint32_t i = 0; i < stage->plan->sessions; i++)
        if (!session_lose(stage, i, time)) return false;
    return all_shown(stage);
}

/* Only the end of the day closes instruments: it was under way when the venue stopped. */
static bool day_was_ending(const struct match_stage *stage)
{
    const struct match *match = venue_match(stage->venue);
    for (uint32_t i = 0; i < stage->plan->entry.instruments; i++)
        if (match_phase_of(match, (uint16_t)i) == MATCH_CLOSED) return true;
    return false;
}

bool match_stage_open(struct match_stage *stage, const struct match_stage_listing *listings,
                      uint32_t count, nanos_t midnight, struct text *problems)
{
    nanos_t time = stage->plan->now(stage->plan->clock);
    if (time < stage->now) time = stage->now;
    const struct match_input now = {.kind = MATCH_TIME, .bytes = sizeof now, .time = time};
    const struct match_note_start start = start_of(stage->plan, midnight);
    const struct venue_note written = {.bytes = &start, .length = sizeof start};
    if (refused(match_stage_submit(stage, &now, &written, 0), problems)) return false;
    if (!stage->started) day_first(stage, midnight, venue_sequence(stage->venue), time);
    bool good = all_shown(stage) && sessions_lose(stage, time) &&
                listings_make(stage, listings, count, time, problems) && all_shown(stage);
    if (good && stage->day == STAGE_DAY_NONE) {
        if (refused(match_stage_day_turns(stage, true, time), problems)) return false;
        good = all_shown(stage);
    }
    if (!good && venue_dead(stage->venue))
        text_append(problems, "the venue cannot be opened: the journal's disk has failed\n");
    if (stage->problem) text_format(problems, "%s\n", stage->problem);
    if (good && stage->day == STAGE_DAY_OPEN && day_was_ending(stage)) match_stage_end_day(stage);
    stage->sink = NULL;
    return good && !stage->problem;
}
