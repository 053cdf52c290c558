#include "dataplane/stage/venue_layout.h"

#include "dataplane/journal/journal_append.h"

#include <string.h>

static struct venue_engine engine_of(const struct match_limits *limits)
{
    return (struct venue_engine){.abi = VENUE_ABI,
                                 .bytes = sizeof(struct venue_engine),
                                 .input_bytes = sizeof(struct match_input),
                                 .terms_bytes = sizeof(struct match_terms),
                                 .listing_bytes = sizeof(struct match_listing),
                                 .money_events = limits->money_events,
                                 .instruments = limits->instruments,
                                 .orders = limits->orders,
                                 .specials = limits->specials,
                                 .pages = limits->pages,
                                 .window = limits->window,
                                 .accounts = limits->accounts,
                                 .holdings = limits->holdings,
                                 .assets = limits->assets,
                                 .balances = limits->balances,
                                 .cascade = limits->cascade};
}

/* Why no engine of this program is like that one, or NULL; then limits are its limits. */
static const char *engine_read(const void *bytes, uint64_t length, struct match_limits *limits)
{
    struct venue_engine engine;
    if (length < sizeof engine) return "its engine's limits are cut off";
    memcpy(&engine, bytes, sizeof engine);
    *limits = (struct match_limits){.instruments = engine.instruments,
                                    .orders = engine.orders,
                                    .specials = engine.specials,
                                    .pages = engine.pages,
                                    .window = engine.window,
                                    .accounts = engine.accounts,
                                    .holdings = engine.holdings,
                                    .assets = engine.assets,
                                    .balances = engine.balances,
                                    .cascade = engine.cascade,
                                    .money_events = engine.money_events != 0};
    struct venue_engine same = engine_of(limits);
    if (memcmp(&engine, &same, sizeof same) != 0)
        return "it was written by an engine of another version";
    return match_limits_check(limits);
}

/* Reading the limits alone. */

struct limits_reading {
    struct match_limits *limits;
    const char *problem;
    bool known;
};

static bool limits_in_snapshot(void *context, uint64_t sequence, const uint8_t *bytes,
                               uint64_t length)
{
    struct limits_reading *reading = context;
    (void)sequence;
    reading->problem = engine_read(bytes, length, reading->limits);
    reading->known = reading->problem == NULL;
    return reading->known;
}

/* Stops at the first record in any case: whatever was to be known is known. */
static bool limits_in_record(void *context, const struct journal_record *record)
{
    struct limits_reading *reading = context;
    if (!reading->known && record->kind == VENUE_RECORD_ENGINE) {
        reading->problem = engine_read(record->payload, record->payload_bytes, reading->limits);
        reading->known = reading->problem == NULL;
    }
    return false;
}

bool venue_limits_read(struct journal_recovery *recovery, struct journal_report *report,
                       struct match_limits *limits)
{
    struct limits_reading reading = {.limits = limits};
    const struct journal_listener listener = {
        .context = &reading, .load_snapshot = limits_in_snapshot, .record = limits_in_record};
    enum journal_fault fault = journal_recover(recovery, &listener, report);
    bool stopped = fault == JOURNAL_FAULT_REFUSED && reading.known;
    return reading.known && (stopped || fault == JOURNAL_FAULT_NONE);
}

/* Recovery. */

struct replay {
    struct venue *venue;
    const struct venue_watch *watch;
    struct match_events events;
    struct match_event at[256];
};

static void replay_events(struct match_events *events)
{
    const struct replay *replay = events->context;
    const struct venue_watch *watch = replay->watch;
    if (watch->events && events->count > 0)
        watch->events(watch->context, events->at, events->count);
    events->count = 0;
}

/* As it was before anything was loaded. */
static void engine_renew(struct venue *venue)
{
    memset(venue->match, 0, venue->match_bytes);
    venue->match = match_new(venue->match, &venue->limits.match);
}

static bool limits_equal(const struct match_limits *a, const struct match_limits *b)
{
    struct venue_engine one = engine_of(a), other = engine_of(b);
    return memcmp(&one, &other, sizeof one) == 0;
}

/* The engine that is described must be ours. */
static const char *engine_check(const struct venue *venue, const void *bytes, uint64_t length)
{
    struct match_limits limits;
    const char *problem = engine_read(bytes, length, &limits);
    if (problem) return problem;
    return limits_equal(&limits, &venue->limits.match) ? NULL : "its engine has other limits";
}

static bool snapshot_load(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    const struct replay *replay = context;
    struct venue *venue = replay->venue;
    uint64_t until = replay->watch->until;
    if (until > 0 && sequence > until) return false;
    venue->problem = engine_check(venue, bytes, length);
    if (venue->problem) return false;
    struct venue_snapshot head;
    venue->problem = "it is cut off";
    if (length < sizeof head) return false;
    memcpy(&head, bytes, sizeof head);
    venue->problem = match_load(venue->match, bytes + sizeof head, length - sizeof head);
    if (venue->problem) {
        engine_renew(venue);
        return false;
    }
    venue->described = true;
    venue->sequence = sequence;
    venue->time = head.time;
    return true;
}

/* Whether it is an input, with a note or without, as long as it says. */
static bool record_whole(const struct journal_record *record)
{
    const struct match_input *input = (const void *)record->payload;
    if (record->kind != VENUE_RECORD_INPUT && record->kind != VENUE_RECORD_NOTED) return false;
    return record->payload_bytes >= sizeof *input && input->bytes >= sizeof *input &&
           input->bytes <= record->payload_bytes;
}

static const char *input_check(const struct venue *venue, const struct journal_record *record)
{
    if (!venue->described) return "the journal does not begin with the engine's limits";
    const struct match_input *input = (const void *)record->payload;
    bool noted = record->kind == VENUE_RECORD_NOTED;
    if (record->kind != VENUE_RECORD_INPUT && !noted)
        return "the record is of a kind that is not known";
    if (!record_whole(record) || noted != (input->bytes < record->payload_bytes))
        return "the record is not as long as its input";
    if (input->number != record->sequence) return "the input has another number than its record";
    return NULL;
}

static struct venue_note note_of(const struct journal_record *record)
{
    const struct match_input *input = (const void *)record->payload;
    return (struct venue_note){.bytes = record->payload + input->bytes,
                               .length = record->payload_bytes - input->bytes};
}

static void note_tell(const struct venue_watch *watch, const struct journal_record *record)
{
    const struct venue_note note = note_of(record);
    if (watch->note && note.length > 0) watch->note(watch->context, &note);
}

static bool record_apply(void *context, const struct journal_record *record)
{
    struct replay *replay = context;
    struct venue *venue = replay->venue;
    const struct venue_watch *watch = replay->watch;
    if (watch->until > 0 && record->sequence > watch->until) {
        venue->stopped = true;
        return false;
    }
    if (record->kind == VENUE_RECORD_ENGINE) {
        venue->problem = engine_check(venue, record->payload, record->payload_bytes);
        venue->described = true;
    } else {
        venue->problem = input_check(venue, record);
        if (venue->problem) return false;
        const struct match_input *input = (const void *)record->payload;
        note_tell(watch, record);
        if (watch->input) watch->input(watch->context, input);
        if (input->time > venue->time) venue->time = input->time;
        match_apply(venue->match, input, &replay->events);
        if (watch->events) replay_events(&replay->events);
    }
    venue->sequence = record->sequence;
    return venue->problem == NULL;
}

/* Looking ahead: the memory that records need is fetched for several of them at a time. */
static void records_expect(void *context, const struct journal_record *records, uint32_t count)
{
    const struct replay *replay = context;
    const struct venue_watch *watch = replay->watch;
    const struct match_input *inputs[JOURNAL_EXPECT_MAX];
    struct venue_note notes[JOURNAL_EXPECT_MAX];
    uint32_t whole = 0, noted = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!record_whole(&records[i])) continue;
        inputs[whole++] = (const void *)records[i].payload;
        notes[noted] = note_of(&records[i]);
        noted += notes[noted].length > 0;
    }
    match_expect(replay->venue->match, inputs, whole);
    if (watch->expect) watch->expect(watch->context, notes, noted);
}

enum journal_fault venue_recover(struct venue *venue, struct journal_recovery *recovery,
                                 struct journal_report *report, const struct venue_watch *watch)
{
    static const struct venue_watch nobody = {.until = 0};
    CHECK(!venue->journal);
    CHECK(venue->sequence == 0);
    struct replay replay = {.venue = venue, .watch = watch ? watch : &nobody};
    replay.events = (struct match_events){.at = replay.at,
                                          .capacity = ARRAY_COUNT(replay.at),
                                          .full = replay_events,
                                          .context = &replay};
    const struct journal_listener listener = {.context = &replay,
                                              .load_snapshot = snapshot_load,
                                              .record = record_apply,
                                              .expect = records_expect};
    enum journal_fault fault = journal_recover(recovery, &listener, report);
    replay_events(&replay.events);
    bool until = venue->stopped && fault == JOURNAL_FAULT_REFUSED;
    if (until) report->diagnosis = (struct journal_diagnosis){.fault = JOURNAL_FAULT_NONE};
    return report->diagnosis.fault;
}

enum journal_io venue_start(struct venue *venue, struct journal *journal,
                            const struct journal_report *report)
{
    CHECK(!venue->journal);
    CHECK(!venue->stopped);
    CHECK(report->last_sequence == venue->sequence);
    enum journal_io status = journal_start(journal, report);
    if (status != JOURNAL_IO_OK) return status;
    venue->journal = journal;
    if (venue->described) return JOURNAL_IO_OK;
    struct venue_engine *engine =
        journal_claim(journal, JOURNAL_RESERVED, VENUE_RECORD_ENGINE, sizeof *engine);
    CHECK(engine); /* the segment is new, and larger than this */
    *engine = engine_of(&venue->limits.match);
    venue->sequence = journal_commit(journal);
    venue->described = true;
    return JOURNAL_IO_OK;
}

/* Snapshots. */

static void image_write(void *context, const void *bytes, size_t length)
{
    struct venue_image *image = context;
    if (image->length + length <= image->capacity)
        memcpy(image->memory + image->length, bytes, length);
    image->length += length;
}

bool venue_image(const struct venue *venue, struct venue_image *image)
{
    struct venue_snapshot head = {.engine = engine_of(&venue->limits.match), .time = venue->time};
    image->length = 0;
    image->sequence = venue->sequence;
    image_write(image, &head, sizeof head);
    match_save(venue->match, image_write, image);
    return image->length <= image->capacity && image->sequence > 0;
}

enum journal_io venue_snapshot_write(const struct venue_image *image, uint64_t durable,
                                     const struct journal_storage *storage,
                                     const struct journal_hash *hash)
{
    CHECK(image->sequence > 0);
    CHECK(image->sequence <= durable);
    CHECK(image->length <= image->capacity);
    struct journal_swept swept;
    enum journal_io status =
        journal_snapshot_write(storage, hash,
                               &(struct journal_snapshot){.sequence = image->sequence,
                                                          .durable = durable,
                                                          .bytes = image->memory,
                                                          .length = image->length});
    return status == JOURNAL_IO_OK ? journal_snapshot_sweep(storage, 0, &swept) : status;
}
