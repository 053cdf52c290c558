/* The journalled engine: what leaves, when; what is refused, why. */

#include "tests/stage/venue_spec.h"

#include "dataplane/journal/journal_append.h"
#include "tests/support/instructions.h"

#include <stdlib.h>
#include <string.h>

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

SPEC(who_has_little_place_takes_events_a_few_at_a_time)
{
    listed(64, VENUE_DISK);
    for (order_id_t id = 7; id < 12; id++) EXPECT(buy(id) == VENUE_OK);
    rig_settle(rig);
    EXPECT(buy(12) == VENUE_OK);
    EXPECT_UINT(venue_release_some(rig->venue, 0), 0);
    EXPECT_UINT(venue_release_some(rig->venue, 2), 2);
    EXPECT_UINT(rig->took[rig->taken - 1].number, 4);
    EXPECT_UINT(venue_answered(rig->venue), 4);
    EXPECT_UINT(venue_release_some(rig->venue, 9), 3); /* the last is not on disk */
    EXPECT_UINT(venue_held(rig->venue), 1);
}

/* Instructions of taking a few events of so many that may leave. */
static uint32_t taken_of(uint32_t events)
{
    if (rig) rig_delete(rig);
    listed(4096, VENUE_DISK);
    for (order_id_t id = 7; id < 7 + events; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_settle(rig);
    }
    EXPECT(buy(6) == VENUE_OK); /* it is not on disk */
    EXPECT_UINT(venue_release_some(rig->venue, 4), 4);
    instructions_begin();
    uint32_t taken = venue_release_some(rig->venue, 4);
    uint32_t instructions = instructions_end();
    EXPECT_UINT(taken, 4);
    EXPECT(instructions > 20);
    return instructions;
}

SPEC(a_few_events_are_taken_as_fast_however_many_wait)
{
    uint32_t few = taken_of(20), many = taken_of(500);
    spec_expect(__FILE__, __LINE__, many <= 2 * few, "%u of 20, %u of 500", few, many);
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

/* A venue with accounts, and 300 orders of account 1, all acknowledged. */
static void crowded(enum venue_durability durability)
{
    struct venue_limits limits = rig_limits(64, durability);
    limits.match = random_inputs_limits(true);
    limits.match.orders = 2000;
    rig = rig_new(&limits, 1);
    rig_begin(rig);
    struct match_input account = {.kind = MATCH_ACCOUNT, .bytes = sizeof account, .account = 1};
    EXPECT(rig_submit(rig, &account) == VENUE_OK);
    EXPECT(rig_list(rig, 0) == VENUE_OK);
    for (order_id_t id = 1; id <= 300; id++) {
        EXPECT(buy(id) == VENUE_OK);
        rig_settle(rig);
        rig_release(rig);
    }
}

SPEC(an_input_with_more_events_than_there_is_place_for_waits_and_loses_none)
{
    crowded(VENUE_DISK);
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

SPEC(a_large_input_with_process_durability_waits_for_nobody)
{
    crowded(VENUE_PROCESS);
    uint64_t taken = rig->taken;
    struct match_input all = {.kind = MATCH_CANCEL_ALL,
                              .bytes = sizeof all,
                              .account = 1,
                              .instrument = MATCH_INSTRUMENT_ALL};
    EXPECT(rig_submit(rig, &all) == VENUE_OK); /* the rig looks that its record was there first */
    EXPECT(rig->taken > taken);
    rig_release(rig);
    EXPECT_UINT(rig->taken - taken, 301);
    EXPECT_UINT(rig->waits, 0);
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

SPEC(notes_that_only_refuse_end_before_what_is_kept_for_cancels)
{
    listed(1024, VENUE_PROCESS);
    rig->model.space = 0; /* no other segment */
    for (order_id_t id = 1; buy(id) == VENUE_OK && id < 10000; id++) rig_release(rig);
    const struct match_input time = {.kind = MATCH_TIME, .bytes = sizeof time};
    rig->note = (struct venue_note){.bytes = "no", .length = 2, .refuses = true};
    uint32_t refusals = 0;
    while (rig_submit(rig, &time) == VENUE_OK && refusals < 10000) refusals++;
    EXPECT(refusals > 0);
    EXPECT(venue_scarce(rig->venue));
    EXPECT(refusals * sizeof time <= venue_refusing_bytes(rig->venue));
    rig->note = (struct venue_note){.bytes = "yes", .length = 3};
    uint32_t others = 0;
    while (rig_submit(rig, &time) == VENUE_OK && others < 10000) others++;
    EXPECT(others > 2 * refusals);
    EXPECT_UINT(journal_refused(rig->journal, JOURNAL_REFUSING), 1);
    rig_release(rig);
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
    crowded(VENUE_DISK);
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
        journal_new(journal_memory, &rig->journal_limits, &rig->model.storage, &journal_hash_quick);
    EXPECT(venue_start(venue, journal, &rig->report) == JOURNAL_IO_OK);
    struct match_input input = rig_order(1, SIDE_BUY, 90 * PRICE_ONE, QTY_ONE);
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
    S(who_has_little_place_takes_events_a_few_at_a_time)                                           \
    S(a_few_events_are_taken_as_fast_however_many_wait)                                            \
    S(an_input_without_events_is_answered_when_it_is_durable)                                      \
    S(when_the_place_for_events_is_used_up_an_input_is_busy_before_it_is_written)                  \
    S(an_input_with_more_events_than_there_is_place_for_waits_and_loses_none)                      \
    S(a_large_input_with_process_durability_waits_for_nobody)                                      \
    S(when_the_journal_has_no_space_only_what_ends_risk_is_taken)                                  \
    S(notes_that_only_refuse_end_before_what_is_kept_for_cancels)                                  \
    S(when_the_disk_has_failed_orders_are_refused_cancels_are_taken_and_nothing_is_acknowledged)   \
    S(a_failed_disk_does_not_hold_up_one_large_input)                                              \
    S(an_input_whose_length_is_none_is_refused_before_it_is_written)                               \
    S(limits_out_of_range_are_a_sentence)                                                          \
    S(taking_events_must_not_submit)
SPEC_MAIN("venue", SPECS, before_each, after_each)
