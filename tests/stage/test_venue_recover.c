/* What a restart brings back, from which snapshot, and what stops it. */

#include "tests/stage/venue_spec.h"

#include "dataplane/base/text.h"
#include "dataplane/journal/journal_append.h"
#include "dataplane/match/match_print.h"

#include <stdlib.h>
#include <string.h>

SPEC(the_time_goes_on_after_a_restart_with_and_without_a_snapshot)
{
    listed(64, VENUE_PROCESS);
    struct match_input time = {.kind = MATCH_TIME, .bytes = sizeof time, .time = 5000};
    EXPECT(rig_submit(rig, &time) == VENUE_OK);
    time.time = 3000; /* goes not back */
    EXPECT(rig_submit(rig, &time) == VENUE_OK);
    EXPECT_UINT(venue_time(rig->venue), 5000);
    rig_settle(rig);
    rig_kill(rig);
    rig_begin(rig);
    EXPECT_UINT(venue_time(rig->venue), 5000);
    EXPECT(rig_snapshot(rig) == JOURNAL_IO_OK);
    rig_kill(rig);
    rig_begin(rig);
    EXPECT_UINT(rig->report.snapshot_sequence, 4);
    EXPECT_UINT(venue_time(rig->venue), 5000);
}

/* But for the secret, which is in no journal; the struct has a hole. */
static bool limits_same(const struct match_limits *a, const struct match_limits *b)
{
    return a->instruments == b->instruments && a->orders == b->orders &&
           a->specials == b->specials && a->pages == b->pages && a->window == b->window &&
           a->accounts == b->accounts && a->holdings == b->holdings && a->assets == b->assets &&
           a->balances == b->balances && a->cascade == b->cascade &&
           a->money_events == b->money_events;
}

SPEC(a_new_journal_begins_with_its_engines_limits)
{
    listed(64, VENUE_DISK);
    struct match_limits read = {0};
    struct journal_report report;
    EXPECT(venue_limits_read(rig->recovery, &report, &read));
    EXPECT(limits_same(&read, &rig->limits.match));
    EXPECT_UINT(read.secret, 0);
}

SPEC(an_empty_journal_says_no_limits)
{
    rig_open(64, VENUE_DISK);
    struct match_limits read;
    struct journal_report report;
    EXPECT(!venue_limits_read(rig->recovery, &report, &read));
    EXPECT(report.diagnosis.fault == JOURNAL_FAULT_EMPTY);
    rig_begin(rig);
}

SPEC(the_limits_are_known_when_their_record_is_swept_away)
{
    listed(64, VENUE_PROCESS);
    for (order_id_t id = 1; id <= 1500; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_release(rig);
        if (id % 100 == 0) rig_settle(rig);
        if (id % 500 == 0) EXPECT(rig_snapshot(rig) == JOURNAL_IO_OK);
    }
    rig_kill(rig);
    EXPECT(!model_find(&rig->model, journal_name_segment(1).bytes));
    struct match_limits read;
    struct journal_report report;
    EXPECT(venue_limits_read(rig->recovery, &report, &read));
    EXPECT_UINT(read.orders, 2000);
    rig_begin(rig);
    EXPECT_UINT(rig->report.snapshot_sequence, 1502);
}

SPEC(a_process_that_died_before_its_first_record_leaves_a_new_journal)
{
    rig_open(64, VENUE_DISK);
    EXPECT(rig_recover(rig) == JOURNAL_FAULT_EMPTY);
    EXPECT(rig_start(rig) == JOURNAL_IO_OK);
    rig_cut(rig); /* the engine's record was not synced */
    rig_begin(rig);
    EXPECT_UINT(venue_sequence(rig->venue), 1);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    rig_kill(rig);
    rig_begin(rig);
    EXPECT_UINT(venue_sequence(rig->venue), 2);
}

static void expect_refused(enum journal_fault fault, const char *problem)
{
    EXPECT_TEXT(journal_fault_text(rig_recover(rig)), journal_fault_text(fault));
    EXPECT_TEXT(venue_problem(rig->venue) ? venue_problem(rig->venue) : "", problem);
}

SPEC(an_engine_with_other_limits_does_not_take_the_journal)
{
    listed(64, VENUE_PROCESS);
    rig_kill(rig);
    rig->limits.match.orders++;
    expect_refused(JOURNAL_FAULT_REFUSED, "its engine has other limits");
}

/* Writes a record of our own and dies. */
static void record_put(uint16_t kind, const void *payload, uint32_t bytes)
{
    void *place = journal_claim(rig->journal, JOURNAL_ORDINARY, kind, bytes);
    memcpy(place, payload, bytes);
    (void)journal_commit(rig->journal);
    rig_kill(rig);
}

SPEC(a_record_that_is_no_input_of_ours_stops_recovery)
{
    struct match_input input = rig_order(1, SIDE_BUY, 90 * PRICE_ONE, QTY_ONE);
    listed(64, VENUE_PROCESS);
    input.number = 3;
    record_put(VENUE_RECORD_NOTED + 1, &input, sizeof input);
    expect_refused(JOURNAL_FAULT_REFUSED, "the record is of a kind that is not known");
    rig_delete(rig);

    listed(64, VENUE_PROCESS);
    input.number = 4;
    record_put(VENUE_RECORD_INPUT, &input, sizeof input);
    expect_refused(JOURNAL_FAULT_REFUSED, "the input has another number than its record");
    EXPECT_UINT(rig->report.diagnosis.sequence, 3);
    rig_delete(rig);

    listed(64, VENUE_PROCESS);
    input.number = 3;
    input.bytes = 65;
    record_put(VENUE_RECORD_INPUT, &input, sizeof input);
    expect_refused(JOURNAL_FAULT_REFUSED, "the record is not as long as its input");
    rig_delete(rig);

    listed(64, VENUE_PROCESS);
    record_put(VENUE_RECORD_INPUT, &input, 10);
    expect_refused(JOURNAL_FAULT_REFUSED, "the record is not as long as its input");
}

/* Writes what recovery tells as one line. */
struct heard {
    struct text text;
    char buffer[256];
};

static void note_heard(void *context, const struct venue_note *note)
{
    struct heard *heard = context;
    text_format(&heard->text, "\"%.*s\" ", (int)note->length, (const char *)note->bytes);
}

static void input_heard(void *context, const struct match_input *input)
{
    struct heard *heard = context;
    text_format(&heard->text, "%s ", match_input_name(input->kind));
}

SPEC(what_an_input_came_from_comes_back_before_it)
{
    listed(64, VENUE_DISK);
    rig->note = (struct venue_note){.bytes = "b says buy", .length = 10};
    EXPECT(buy(1) == VENUE_OK);
    rig->note = (struct venue_note){.bytes = "x", .length = 1};
    struct match_input cancel = rig_cancel(1);
    EXPECT(rig_submit(rig, &cancel) == VENUE_OK);
    rig->note.length = 0;
    EXPECT(buy(2) == VENUE_OK);
    rig_settle(rig);
    rig_release(rig);
    rig_kill(rig);
    struct heard heard;
    heard.text = text_in(heard.buffer, sizeof heard.buffer);
    rig->watch = (struct venue_watch){.context = &heard, .note = note_heard, .input = input_heard};
    rig_begin(rig); /* compares the digests */
    EXPECT_TEXT(heard.buffer, "list \"b says buy\" new \"x\" cancel new ");
}

static void notes_expected(void *context, const struct venue_note *notes, uint32_t count)
{
    struct heard *heard = context;
    text_format(&heard->text, "ahead: ");
    for (uint32_t i = 0; i < count; i++) note_heard(context, &notes[i]);
    text_format(&heard->text, "then: ");
}

SPEC(what_inputs_came_from_is_shown_ahead)
{
    listed(64, VENUE_DISK);
    for (uint32_t i = 0; i < JOURNAL_EXPECT_MAX; i++) {
        rig->note = (struct venue_note){.bytes = &"abcdefghijklmnop"[i], .length = i % 2};
        EXPECT(buy(i + 1) == VENUE_OK);
    }
    rig_settle(rig);
    rig_release(rig);
    rig_kill(rig);
    struct heard heard;
    heard.text = text_in(heard.buffer, sizeof heard.buffer);
    rig->watch =
        (struct venue_watch){.context = &heard, .note = note_heard, .expect = notes_expected};
    rig_begin(rig); /* the engine's record and the listing come before the first order */
    EXPECT_TEXT(heard.buffer, "ahead: \"b\" \"d\" \"f\" \"h\" \"j\" \"l\" \"n\" then: "
                              "\"b\" \"d\" \"f\" \"h\" \"j\" \"l\" \"n\" "
                              "ahead: \"p\" then: \"p\" ");
}

SPEC(an_input_and_its_note_fill_a_record_and_no_more)
{
    static const uint8_t bytes[VENUE_INPUT_MAX];
    listed(64, VENUE_PROCESS);
    rig->note =
        (struct venue_note){.bytes = bytes, .length = VENUE_INPUT_MAX - sizeof(struct match_input)};
    EXPECT(buy(1) == VENUE_OK);
    rig->note.length++;
    EXPECT_STOP((void)buy(2), "length <= VENUE_INPUT_MAX - bytes");
    rig->note.length = 0;
}

SPEC(a_note_that_is_not_there_stops_recovery)
{
    struct match_input input = rig_order(1, SIDE_BUY, 90 * PRICE_ONE, QTY_ONE);
    input.number = 3;
    listed(64, VENUE_PROCESS);
    record_put(VENUE_RECORD_NOTED, &input, sizeof input);
    expect_refused(JOURNAL_FAULT_REFUSED, "the record is not as long as its input");
}

SPEC(an_engine_of_another_version_is_refused)
{
    listed(64, VENUE_PROCESS);
    struct venue_engine engine = {.abi = VENUE_ABI + 1, .bytes = sizeof engine};
    record_put(VENUE_RECORD_ENGINE, &engine, sizeof engine);
    expect_refused(JOURNAL_FAULT_REFUSED, "it was written by an engine of another version");
    rig_delete(rig);

    listed(64, VENUE_PROCESS);
    record_put(VENUE_RECORD_ENGINE, &engine, sizeof engine - 1);
    expect_refused(JOURNAL_FAULT_REFUSED, "its engine's limits are cut off");
}

SPEC(a_journal_that_was_not_begun_by_a_venue_is_refused)
{
    rig_open(64, VENUE_PROCESS);
    rig_begin(rig);
    rig_kill(rig);
    model_clear(&rig->model, 1);
    void *memory = calloc(1, 1 << 20);
    rig->journal = journal_new((void *)ALIGN_UP((uintptr_t)memory, CACHE_LINE),
                               &rig->journal_limits, &rig->model.storage, &journal_hash_quick);
    EXPECT(journal_recover(rig->recovery, NULL, &rig->report) == JOURNAL_FAULT_EMPTY);
    EXPECT(journal_start(rig->journal, &rig->report) == JOURNAL_IO_OK);
    struct match_input input = rig_order(1, SIDE_BUY, 90 * PRICE_ONE, QTY_ONE);
    input.number = 1;
    void *place = journal_claim(rig->journal, JOURNAL_ORDINARY, VENUE_RECORD_INPUT, sizeof input);
    memcpy(place, &input, sizeof input);
    (void)journal_commit(rig->journal);
    journal_stop(rig->journal);
    rig->journal = NULL;
    free(memory);
    model_wake(&rig->model);
    expect_refused(JOURNAL_FAULT_REFUSED, "the journal does not begin with the engine's limits");
}

SPEC(a_recovery_can_stop_at_any_record)
{
    listed(64, VENUE_PROCESS);
    for (order_id_t id = 1; id <= 30; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_release(rig);
        rig_settle(rig);
        if (id == 20) EXPECT(rig_snapshot(rig) == JOURNAL_IO_OK); /* of record 22 */
    }
    rig_kill(rig);
    for (uint64_t until = 1; until <= 33; until++) {
        EXPECT(rig_recover_until(rig, until) == JOURNAL_FAULT_NONE);
        uint64_t sequence = until < 32 ? until : 32;
        EXPECT_UINT(venue_sequence(rig->venue), sequence);
        EXPECT_UINT(rig->report.snapshot_sequence, until >= 22 ? 22 : 0);
        EXPECT_UINT(match_digest(venue_match(rig->venue)), rig_digest(rig, sequence - 1));
        free(rig->venue);
        rig->venue = NULL;
    }
    EXPECT(rig_recover_until(rig, 5) == JOURNAL_FAULT_NONE);
    EXPECT_STOP((void)!rig_start(rig), "stopped");
}

SPEC(a_snapshot_that_its_engine_refuses_is_passed_over_for_an_older_one)
{
    listed(64, VENUE_PROCESS);
    for (order_id_t id = 1; id <= 30; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_release(rig);
        rig_settle(rig);
        if (id == 10) EXPECT(rig_snapshot(rig) == JOURNAL_IO_OK);
    }
    struct venue_image image = {.memory = malloc(1 << 20), .capacity = 1 << 20};
    EXPECT(venue_image(rig->venue, &image));
    image.memory[image.length - 1] ^= 0x40; /* an id, or what stands last */
    image.length -= 8;
    EXPECT(venue_snapshot_write(&image, journal_durable(rig->journal), &rig->model.storage,
                                &journal_hash_quick) == JOURNAL_IO_OK);
    free(image.memory);
    rig_kill(rig);
    rig_begin(rig); /* compares the digests */
    EXPECT_UINT(rig->report.snapshot_sequence, 12);
    EXPECT_UINT(rig->report.snapshots_damaged, 1);
}

SPEC(an_image_that_does_not_fit_says_how_long_it_is)
{
    rig_open(64, VENUE_PROCESS);
    EXPECT(rig_recover(rig) == JOURNAL_FAULT_EMPTY);
    uint8_t *memory = malloc(1 << 20);
    struct venue_image image = {.memory = memory, .capacity = 1 << 20};
    EXPECT(!venue_image(rig->venue, &image)); /* nothing has happened yet */
    EXPECT(rig_start(rig) == JOURNAL_IO_OK);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    EXPECT(venue_image(rig->venue, &image));
    EXPECT_UINT(image.sequence, 2);
    size_t length = image.length;
    image.capacity = length - 1;
    memory[length - 1] = 99;
    EXPECT(!venue_image(rig->venue, &image));
    EXPECT_UINT(image.length, length);
    EXPECT_UINT(memory[length - 1], 99);
    image.capacity = length;
    EXPECT(venue_image(rig->venue, &image));
    EXPECT_STOP((void)!venue_snapshot_write(&image, 1, &rig->model.storage, &journal_hash_quick),
                "durable");
    free(memory);
}

#define SPECS(S)                                                                                   \
    S(the_time_goes_on_after_a_restart_with_and_without_a_snapshot)                                \
    S(a_new_journal_begins_with_its_engines_limits)                                                \
    S(an_empty_journal_says_no_limits)                                                             \
    S(the_limits_are_known_when_their_record_is_swept_away)                                        \
    S(a_process_that_died_before_its_first_record_leaves_a_new_journal)                            \
    S(an_engine_with_other_limits_does_not_take_the_journal)                                       \
    S(a_record_that_is_no_input_of_ours_stops_recovery)                                            \
    S(what_an_input_came_from_comes_back_before_it)                                                \
    S(what_inputs_came_from_is_shown_ahead)                                                        \
    S(an_input_and_its_note_fill_a_record_and_no_more)                                             \
    S(a_note_that_is_not_there_stops_recovery)                                                     \
    S(an_engine_of_another_version_is_refused)                                                     \
    S(a_journal_that_was_not_begun_by_a_venue_is_refused)                                          \
    S(a_recovery_can_stop_at_any_record)                                                           \
    S(a_snapshot_that_its_engine_refuses_is_passed_over_for_an_older_one)                          \
    S(an_image_that_does_not_fit_says_how_long_it_is)
SPEC_MAIN("venue_recover", SPECS, before_each, after_each)
