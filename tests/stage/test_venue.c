/* The journalled engine: what leaves, when; what is refused, why; what a restart brings back. */

#include "tests/stage/venue_rig.h"
#include "tests/support/spec.h"

#include "dataplane/journal/journal_append.h"

#include <stdlib.h>
#include <string.h>

#define PRICE(ticks) ((price_t)(ticks) * (PRICE_ONE / 100))
#define QTY(lots)    ((qty_t)(lots)*QTY_ONE)

static struct venue_rig *rig;

static struct venue_limits limits_of(uint32_t held, enum venue_durability durability)
{
    struct venue_limits limits = {
        .match = random_inputs_limits(false), .held = held, .durability = durability};
    limits.match.orders = 2000;
    return limits;
}

static void rig_open(uint32_t held, enum venue_durability durability)
{
    struct venue_limits limits = limits_of(held, durability);
    rig = rig_new(&limits, 1);
}

static void before_each(void)
{
    rig = NULL;
}

static void after_each(void)
{
    EXPECT_TEXT(rig->wrong ? rig->wrong : "", "");
    EXPECT_TEXT(rig->model.violation ? rig->model.violation : "", "");
    rig_delete(rig);
}

/* A venue with an instrument, all of it on disk and handed out. */
static void listed(uint32_t held, enum venue_durability durability)
{
    rig_open(held, durability);
    rig_begin(rig);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    rig_settle(rig);
    rig_release(rig);
    EXPECT_UINT(venue_held(rig->venue), 0);
}

static enum venue_status buy(order_id_t id)
{
    struct match_input input = rig_order(id, SIDE_BUY, PRICE(9000), QTY(1));
    return rig_submit(rig, &input);
}

static enum venue_status cancel(order_id_t id)
{
    struct match_input input = rig_cancel(id);
    return rig_submit(rig, &input);
}

static uint64_t counted(enum venue_status status)
{
    return counter_read(&venue_counts(rig->venue)->submitted[status]);
}

SPEC(an_inputs_number_is_the_sequence_of_its_record)
{
    listed(64, VENUE_PROCESS);
    EXPECT_UINT(venue_sequence(rig->venue), 2); /* 1 is the engine's own record */
    EXPECT(buy(7) == VENUE_OK);
    EXPECT_UINT(venue_sequence(rig->venue), 3);
    EXPECT_UINT(venue_release(rig->venue), 1);
    EXPECT_UINT(rig->took[rig->taken - 1].number, 3);
}

SPEC(with_process_durability_events_leave_at_once)
{
    listed(64, VENUE_PROCESS);
    EXPECT(buy(7) == VENUE_OK);
    EXPECT_UINT(venue_answered(rig->venue), 2);
    EXPECT_UINT(venue_release(rig->venue), 1);
    EXPECT_UINT(venue_answered(rig->venue), 3);
    EXPECT_UINT(journal_durable(rig->journal), 2);
}

SPEC(with_disk_durability_events_leave_when_their_input_is_on_disk)
{
    listed(64, VENUE_DISK);
    EXPECT(buy(7) == VENUE_OK);
    EXPECT(buy(8) == VENUE_OK);
    EXPECT_UINT(venue_release(rig->venue), 0);
    EXPECT_UINT(venue_held(rig->venue), 2);
    EXPECT_UINT(venue_answered(rig->venue), 2);
    rig_step(rig);
    EXPECT(buy(9) == VENUE_OK);
    EXPECT_UINT(venue_release(rig->venue), 2);
    EXPECT_UINT(venue_answered(rig->venue), 4);
    EXPECT_UINT(venue_held(rig->venue), 1);
    rig_step(rig);
    EXPECT_UINT(venue_release(rig->venue), 1);
    EXPECT_UINT(venue_answered(rig->venue), 5);
}

SPEC(an_input_without_events_is_answered_when_it_is_durable)
{
    listed(64, VENUE_DISK);
    struct match_input time = {.kind = MATCH_TIME, .bytes = sizeof time, .time = 5};
    EXPECT(rig_submit(rig, &time) == VENUE_OK);
    EXPECT_UINT(venue_answered(rig->venue), 2);
    EXPECT(buy(7) == VENUE_OK);
    EXPECT_UINT(venue_answered(rig->venue), 2); /* not what is before the first held event */
    rig_settle(rig);
    EXPECT_UINT(venue_answered(rig->venue), 3);
    rig_release(rig);
    EXPECT_UINT(venue_answered(rig->venue), 4);
}

SPEC(when_the_place_for_events_is_used_up_an_input_is_busy_before_it_is_written)
{
    listed(64, VENUE_DISK);
    order_id_t id = 1;
    while (buy(id) == VENUE_OK && id < 100) id++;
    EXPECT_UINT(id, 50); /* 49 events are more than three quarters */
    EXPECT_UINT(counted(VENUE_BUSY), 1);
    EXPECT_UINT(venue_sequence(rig->venue), 2 + 49);
    order_id_t canceled = 1;
    while (cancel(canceled) == VENUE_OK && canceled < 100) canceled++;
    EXPECT_UINT(canceled, 13); /* 61 events are more than fifteen sixteenths */
    EXPECT_UINT(venue_release(rig->venue), 0);
    rig_settle(rig);
    EXPECT_UINT(venue_release(rig->venue), 61);
    EXPECT(buy(id) == VENUE_OK);
}

/* 300 orders of account 1, all acknowledged. */
static void crowd(void)
{
    for (order_id_t id = 1; id <= 300; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_settle(rig);
        rig_release(rig);
    }
}

SPEC(an_input_with_more_events_than_there_is_place_for_waits_and_loses_none)
{
    struct venue_limits limits = limits_of(64, VENUE_DISK);
    limits.match = random_inputs_limits(true);
    limits.match.orders = 2000;
    rig = rig_new(&limits, 1);
    rig_begin(rig);
    struct match_input account = {.kind = MATCH_ACCOUNT, .bytes = sizeof account, .account = 1};
    EXPECT(rig_submit(rig, &account) == VENUE_OK);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    crowd();
    uint64_t taken = rig->taken;
    struct match_input all = {.kind = MATCH_CANCEL_ALL,
                              .bytes = sizeof all,
                              .account = 1,
                              .instrument = MATCH_INSTRUMENT_ALL};
    EXPECT(rig_submit(rig, &all) == VENUE_OK);
    EXPECT(rig->waits > 0);
    EXPECT(rig->waits < 10); /* once its record is on disk nothing is waited for */
    EXPECT_UINT(counter_read(&venue_counts(rig->venue)->waits), rig->waits);
    rig_settle(rig);
    rig_release(rig);
    EXPECT_UINT(rig->taken - taken, 301);
    EXPECT_UINT(counter_read(&venue_counts(rig->venue)->withheld), 0);
    EXPECT_UINT(counter_read(&venue_counts(rig->venue)->released), rig->taken);
}

SPEC(when_the_journal_has_no_space_only_what_ends_risk_is_taken)
{
    listed(1024, VENUE_PROCESS);
    rig->model.space = 0; /* no other segment */
    order_id_t id = 1;
    enum venue_status status;
    while ((status = buy(id)) == VENUE_OK && id < 10000) {
        rig_release(rig);
        id++;
    }
    EXPECT(status == VENUE_NO_SPACE);
    const struct {
        uint8_t kind;
        enum venue_status status;
    } rows[] = {
        {MATCH_LIST, VENUE_NO_SPACE},
        {MATCH_REMOVE, VENUE_NO_SPACE},
        {MATCH_ACCOUNT, VENUE_NO_SPACE},
        {MATCH_DEPOSIT, VENUE_NO_SPACE},
        {MATCH_WITHDRAW, VENUE_NO_SPACE},
        {MATCH_NEW, VENUE_NO_SPACE},
        {MATCH_MODIFY, VENUE_NO_SPACE},
        {MATCH_CLOSE, VENUE_NO_SPACE},
        {MATCH_INPUT_COUNT, VENUE_NO_SPACE},
        {255, VENUE_NO_SPACE},
        {MATCH_TIME, VENUE_OK},
        {MATCH_PHASE, VENUE_OK},
        {MATCH_MARK, VENUE_OK},
        {MATCH_CANCEL, VENUE_OK},
        {MATCH_CANCEL_ALL, VENUE_OK},
    };
    uint64_t refusals = counted(VENUE_NO_SPACE);
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct match_input input = {.kind = rows[i].kind, .bytes = sizeof input, .id = 1};
        status = rig_submit(rig, &input);
        spec_expect(__FILE__, __LINE__, status == rows[i].status, "kind %u: %s", rows[i].kind,
                    venue_status_text(status));
    }
    EXPECT_UINT(counted(VENUE_NO_SPACE), refusals + 10);
    EXPECT_TEXT(venue_status_text(VENUE_NO_SPACE),
                "the journal has no space left but for what ends risk");
    rig_release(rig);
    rig->model.space = 1u << 26;
    rig_settle(rig);
    EXPECT(buy(id) == VENUE_OK);
    rig_settle(rig);
    rig_kill(rig);
    rig_begin(rig);
}

SPEC(when_the_disk_has_failed_orders_are_refused_cancels_are_taken_and_nothing_is_acknowledged)
{
    listed(64, VENUE_DISK);
    for (order_id_t id = 1; id <= 20; id++) EXPECT(buy(id) == VENUE_OK);
    rig_settle(rig);
    rig_release(rig);
    EXPECT(buy(21) == VENUE_OK);
    uint64_t taken = rig->taken;
    rig->model.fail_at = rig->model.calls + 1;
    rig->model.fail_status = JOURNAL_IO_FAILED;
    rig_step(rig);
    EXPECT(journal_dead(rig->journal));
    EXPECT(buy(22) == VENUE_DEAD);
    for (order_id_t id = 1; id <= 200; id++) EXPECT(cancel(id) == VENUE_OK);
    rig_settle(rig);
    EXPECT_UINT(venue_release(rig->venue), 0);
    EXPECT_UINT(rig->taken, taken);
    EXPECT_UINT(venue_answered(rig->venue), 22);
    EXPECT_UINT(counter_read(&venue_counts(rig->venue)->withheld) + venue_held(rig->venue), 201);
    EXPECT(counter_read(&venue_counts(rig->venue)->withheld) > 0);
    EXPECT_UINT(match_orders(venue_match(rig->venue)), 0);
    rig_cut(rig);
    rig_begin(rig);
}

SPEC(a_failed_disk_does_not_hold_up_one_large_input)
{
    struct venue_limits limits = limits_of(64, VENUE_DISK);
    limits.match = random_inputs_limits(true);
    limits.match.orders = 2000;
    rig = rig_new(&limits, 1);
    rig_begin(rig);
    struct match_input account = {.kind = MATCH_ACCOUNT, .bytes = sizeof account, .account = 1};
    EXPECT(rig_submit(rig, &account) == VENUE_OK);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    crowd();
    rig->model.fail_at = rig->model.calls + 1;
    rig->model.fail_for_ever = true;
    rig->model.fail_status = JOURNAL_IO_FAILED;
    struct match_input all = {.kind = MATCH_CANCEL_ALL,
                              .bytes = sizeof all,
                              .account = 1,
                              .instrument = MATCH_INSTRUMENT_ALL};
    uint64_t taken = rig->taken;
    EXPECT(rig_submit(rig, &all) == VENUE_OK);
    EXPECT_UINT(rig->taken, taken);
    EXPECT_UINT(match_orders(venue_match(rig->venue)), 0);
    EXPECT_UINT(counter_read(&venue_counts(rig->venue)->withheld) + venue_held(rig->venue), 301);
}

SPEC(an_input_whose_length_is_none_is_refused_before_it_is_written)
{
    listed(64, VENUE_DISK);
    const uint16_t lengths[] = {0, 63, VENUE_INPUT_MAX + 1, UINT16_MAX};
    for (uint32_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        struct match_input input = {.kind = MATCH_NEW, .bytes = lengths[i]};
        EXPECT(rig_submit(rig, &input) == VENUE_MALFORMED);
    }
    EXPECT_UINT(counted(VENUE_MALFORMED), 4);
    static _Alignas(CACHE_LINE) uint8_t bytes[VENUE_INPUT_MAX];
    ((struct match_input *)(void *)bytes)->bytes = 250; /* of no kind, but an input */
    EXPECT(rig_submit(rig, (const void *)bytes) == VENUE_OK);
    rig_settle(rig);
    rig_kill(rig);
    rig_begin(rig);
}

SPEC(a_new_journal_begins_with_its_engines_limits)
{
    listed(64, VENUE_DISK);
    struct match_limits read = {0}, expected = rig->limits.match;
    struct journal_report report;
    expected.secret = 0;
    EXPECT(venue_limits_read(rig->recovery, &report, &read));
    EXPECT(memcmp(&read, &expected, sizeof read) == 0);
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
    struct match_input input = rig_order(1, SIDE_BUY, PRICE(9000), QTY(1));
    listed(64, VENUE_PROCESS);
    input.number = 3;
    record_put(VENUE_RECORD_INPUT + 1, &input, sizeof input);
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
                               &rig->journal_limits, &rig->model.storage, &rig_hash);
    EXPECT(journal_recover(rig->recovery, NULL, &rig->report) == JOURNAL_FAULT_EMPTY);
    EXPECT(journal_start(rig->journal, &rig->report) == JOURNAL_IO_OK);
    struct match_input input = rig_order(1, SIDE_BUY, PRICE(9000), QTY(1));
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
    EXPECT_STOP((void)!rig_start(rig), "");
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
                                &rig_hash) == JOURNAL_IO_OK);
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
    EXPECT_STOP((void)!venue_snapshot_write(&image, 1, &rig->model.storage, &rig_hash), "durable");
    free(memory);
}

SPEC(limits_out_of_range_are_a_sentence)
{
    rig_open(64, VENUE_PROCESS);
    struct venue_limits limits = rig->limits;
    EXPECT(venue_limits_check(&limits) == NULL);
    const uint32_t bad[] = {0, 32, 65, VENUE_HELD_MAX * 2};
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++) {
        limits.held = bad[i];
        EXPECT_TEXT(venue_limits_check(&limits),
                    "the place for held events must be a power of two from 64 to 16777216");
    }
    limits.held = VENUE_HELD_MAX;
    EXPECT(venue_limits_check(&limits) == NULL);
    limits.match.instruments = 0;
    EXPECT(venue_limits_check(&limits) != NULL);
}

static void take_and_submit(void *context, const struct match_event *at, uint32_t count)
{
    (void)at, (void)count;
    struct match_input input = rig_cancel(1);
    (void)!venue_submit(*(struct venue **)context, &input);
}

SPEC(taking_events_must_not_submit)
{
    listed(64, VENUE_PROCESS);
    struct venue *venue = NULL;
    const struct venue_outlet outlet = {&venue, take_and_submit, NULL};
    rig_kill(rig);
    uint8_t *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(venue_footprint(&rig->limits), 64));
    memset(memory, 0, venue_footprint(&rig->limits));
    venue = venue_new(memory, &rig->limits, &outlet);
    EXPECT(venue_recover(venue, rig->recovery, &rig->report, NULL) == JOURNAL_FAULT_NONE);
    void *journal_memory = aligned_alloc(CACHE_LINE, 1 << 16);
    struct journal *journal =
        journal_new(journal_memory, &rig->journal_limits, &rig->model.storage, &rig_hash);
    EXPECT(venue_start(venue, journal, &rig->report) == JOURNAL_IO_OK);
    struct match_input input = rig_order(1, SIDE_BUY, PRICE(9000), QTY(1));
    EXPECT(venue_submit(venue, &input) == VENUE_OK);
    EXPECT_STOP((void)!venue_release(venue), "releasing");
    journal_stop(journal);
    free(journal_memory);
    free(memory);
}

#define SPECS(S)                                                                                   \
    S(an_inputs_number_is_the_sequence_of_its_record)                                              \
    S(with_process_durability_events_leave_at_once)                                                \
    S(with_disk_durability_events_leave_when_their_input_is_on_disk)                               \
    S(an_input_without_events_is_answered_when_it_is_durable)                                      \
    S(when_the_place_for_events_is_used_up_an_input_is_busy_before_it_is_written)                  \
    S(an_input_with_more_events_than_there_is_place_for_waits_and_loses_none)                      \
    S(when_the_journal_has_no_space_only_what_ends_risk_is_taken)                                  \
    S(when_the_disk_has_failed_orders_are_refused_cancels_are_taken_and_nothing_is_acknowledged)   \
    S(a_failed_disk_does_not_hold_up_one_large_input)                                              \
    S(an_input_whose_length_is_none_is_refused_before_it_is_written)                               \
    S(a_new_journal_begins_with_its_engines_limits)                                                \
    S(an_empty_journal_says_no_limits)                                                             \
    S(the_limits_are_known_when_their_record_is_swept_away)                                        \
    S(a_process_that_died_before_its_first_record_leaves_a_new_journal)                            \
    S(an_engine_with_other_limits_does_not_take_the_journal)                                       \
    S(a_record_that_is_no_input_of_ours_stops_recovery)                                            \
    S(an_engine_of_another_version_is_refused)                                                     \
    S(a_journal_that_was_not_begun_by_a_venue_is_refused)                                          \
    S(a_recovery_can_stop_at_any_record)                                                           \
    S(a_snapshot_that_its_engine_refuses_is_passed_over_for_an_older_one)                          \
    S(an_image_that_does_not_fit_says_how_long_it_is)                                              \
    S(limits_out_of_range_are_a_sentence)                                                          \
    S(taking_events_must_not_submit)
SPEC_MAIN("venue", SPECS, before_each, after_each)
