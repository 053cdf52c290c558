#include "dataplane/journal/journal_recover.h"

#include "dataplane/journal/journal_survey.h"

#include <string.h>

/* One pass over the chain and what hangs behind it.
 *
 *   segment followed by a linked one      must be whole up to where that link says
 *   segment followed by an unlinked one   must be whole up to its END
 *   the last linked one, and on           whole as far as it goes; then everything behind is asked
 *                                         for proofs that more than that was on disk
 *
 * proven only grows: by links, seals, the snapshot, and the durable of every whole record, in front
 * of the first hole or behind it. */

struct walk {
    struct journal_recovery *recovery;
    const struct journal_listener *listener;
    struct journal_report *report;
    struct journal_file file; /* of the segment being read */
    const struct journal_segment *segment;
    struct journal_reader reader;
    uint64_t expected;     /* the sequence that is due; 0: any */
    uint64_t proven;       /* this sequence was once on disk */
    uint64_t previous_end; /* offset of the END that led to this segment */
};

size_t journal_recovery_footprint(void)
{
    return ALIGN_UP(sizeof(struct journal_recovery), CACHE_LINE);
}

struct journal_recovery *journal_recovery_new(void *memory, const struct journal_storage *storage,
                                              const struct journal_hash *hash)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct journal_recovery *recovery = memory;
    recovery->storage = storage;
    recovery->hash = hash;
    recovery->everything = recovery->too_many = false;
    recovery->segment_count = recovery->snapshot_count = recovery->chain_count = 0;
    return recovery;
}

static void prove(struct walk *walk, uint64_t sequence)
{
    if (sequence > walk->proven) walk->proven = sequence;
}

static enum journal_fault fault_here(const struct walk *walk, enum journal_fault fault,
                                     const struct journal_record *record)
{
    return journal_report_fault(
        walk->report,
        &(struct journal_diagnosis){
            .fault = fault,
            .file = journal_name_segment(walk->segment->number),
            .offset = record->offset,
            .sequence = fault == JOURNAL_FAULT_REFUSED ? record->sequence : walk->expected,
            .expected = fault == JOURNAL_FAULT_RECORD ? walk->proven : walk->expected,
            .found = fault == JOURNAL_FAULT_SEQUENCE ? record->sequence : 0});
}

/* Opens a segment that the survey found sound. */
static enum journal_fault segment_begin(struct walk *walk, const struct journal_segment *segment)
{
    struct journal_identity identity;
    struct journal_diagnosis diagnosis = {.file = journal_name_segment(segment->number)};
    diagnosis.io = journal_segment_open(walk->recovery, segment, &walk->file);
    diagnosis.fault = JOURNAL_FAULT_STORAGE;
    if (diagnosis.io != JOURNAL_IO_OK) return journal_report_fault(walk->report, &diagnosis);
    walk->segment = segment;
    diagnosis.fault = journal_read_identity(walk->file.memory, walk->file.bytes, segment->number,
                                            &identity, &diagnosis);
    if (diagnosis.fault) {
        walk->recovery->storage->close(walk->recovery->storage->context, &walk->file);
        return journal_report_fault(walk->report, &diagnosis);
    }
    walk->reader = journal_reader_at_start(walk->file.memory, walk->file.bytes, &identity);
    return JOURNAL_FAULT_NONE;
}

static void segment_close(struct walk *walk)
{
    walk->recovery->storage->close(walk->recovery->storage->context, &walk->file);
}

/* Records in a row: all whole, but for what stopped it, behind them. */
struct row {
    struct journal_record record[JOURNAL_EXPECT_MAX + 1];
    uint32_t count;
    enum journal_read stopped; /* RECORD: nothing did, there was no more room */
};

static void row_read(struct row *row, struct journal_reader *reader)
{
    row->count = 0;
    for (;;) {
        row->stopped = journal_read(reader, &row->record[row->count]);
        if (row->stopped != JOURNAL_READ_RECORD || ++row->count == JOURNAL_EXPECT_MAX) return;
    }
}

/* Whether it is the one that is due. */
static enum journal_fault record_judge(struct walk *walk, const struct journal_record *record)
{
    if (walk->expected == 0) walk->expected = record->sequence;
    if (walk->report->first_sequence == 0) walk->report->first_sequence = record->sequence;
    if (record->sequence != walk->expected) return fault_here(walk, JOURNAL_FAULT_SEQUENCE, record);
    prove(walk, record->durable);
    return JOURNAL_FAULT_NONE;
}

static enum journal_fault record_give(struct walk *walk, const struct journal_record *record)
{
    const struct journal_listener *listener = walk->listener;
    enum journal_fault fault = record_judge(walk, record);
    if (fault) return fault;
    walk->expected++;
    if (record->sequence <= walk->report->snapshot_sequence) return JOURNAL_FAULT_NONE;
    walk->report->replayed++;
    if (listener && listener->record && !listener->record(listener->context, record))
        return fault_here(walk, JOURNAL_FAULT_REFUSED, record);
    return JOURNAL_FAULT_NONE;
}

/* Gives records to the listener as long as they are whole. */
static enum journal_fault records_read(struct walk *walk, enum journal_read *stopped,
                                       struct journal_record *record)
{
    const struct journal_listener *listener = walk->listener;
    struct row row;
    do {
        row_read(&row, &walk->reader);
        if (row.count > 0 && listener && listener->expect)
            listener->expect(listener->context, row.record, row.count);
        for (uint32_t i = 0; i < row.count; i++) {
            enum journal_fault fault = record_give(walk, &row.record[i]);
            if (fault) return fault;
        }
    } while (row.stopped == JOURNAL_READ_RECORD);
    *stopped = row.stopped;
    *record = row.record[row.count];
    return row.stopped == JOURNAL_READ_END ? record_judge(walk, record) : JOURNAL_FAULT_NONE;
}

/* A segment that is not the last linked one: nothing in it may be bad. */
static enum journal_fault closed_read(struct walk *walk, const struct journal_segment *next)
{
    enum journal_read stopped;
    struct journal_record record;
    bool linked = next->linked;
    uint64_t end = linked ? next->link.previous_end : walk->file.bytes;
    if (end < walk->reader.length) walk->reader.length = end;
    enum journal_fault fault = records_read(walk, &stopped, &record);
    if (fault) return fault;
    bool whole = linked ? walk->reader.offset == end && stopped == JOURNAL_READ_FREE
                        : stopped == JOURNAL_READ_END;
    if (!whole) return fault_here(walk, JOURNAL_FAULT_RECORD, &record);
    if (linked && walk->expected == 0) walk->expected = next->link.first_sequence;
    record.sequence = next->link.first_sequence;
    if (linked && walk->expected != record.sequence)
        return fault_here(walk, JOURNAL_FAULT_SEQUENCE, &record);
    return JOURNAL_FAULT_NONE;
}

/* Behind a hole: whole records are proofs, and what is dropped is counted. */
static void beyond_read(struct walk *walk, uint64_t offset)
{
    struct journal_record record;
    struct journal_report *report = walk->report;
    const uint8_t *bytes = walk->file.memory;
    uint64_t end = walk->file.bytes;
    while (end >= offset + 8) {
        uint64_t word;
        memcpy(&word, bytes + end - 8, sizeof word);
        if (word != 0) break;
        end -= 8;
    }
    report->torn_bytes += end > offset ? end - offset : 0;
    walk->reader.offset = offset - JOURNAL_GRAIN;
    while (journal_read_ahead(&walk->reader, &record)) {
        prove(walk, record.durable);
        if (record.kind != JOURNAL_KIND_END) report->torn_records++;
    }
}

/* Every record that is left was read; at this place of the open segment the next one is missing. */
static enum journal_fault tail_judge(struct walk *walk, const struct journal_record *stop)
{
    const struct journal_recovery *recovery = walk->recovery;
    struct journal_report *report = walk->report;
    const struct journal_segment *stopped = walk->segment;
    uint64_t offset = stop->offset;
    bool entered = offset > JOURNAL_RECORDS_AT || stopped->linked;
    report->last_number = entered ? stopped->number : stopped->number - 1;
    report->last_end = entered ? offset : walk->previous_end;
    report->last_sequence = walk->expected - 1;
    report->void_segments += !entered;
    beyond_read(walk, offset);
    const struct journal_segment *segments_end = recovery->segments + recovery->segment_count;
    for (const struct journal_segment *next = stopped + 1; next < segments_end; next++) {
        segment_close(walk);
        enum journal_fault fault = segment_begin(walk, next);
        if (fault) return fault;
        beyond_read(walk, JOURNAL_RECORDS_AT);
        report->void_segments++;
    }
    report->durable = walk->proven < report->last_sequence ? walk->proven : report->last_sequence;
    struct journal_diagnosis here = {.fault = JOURNAL_FAULT_RECORD,
                                     .file = journal_name_segment(stopped->number),
                                     .offset = offset,
                                     .sequence = walk->expected,
                                     .expected = walk->proven};
    segment_close(walk);
    if (walk->proven >= walk->expected) return journal_report_fault(report, &here);
    if (report->torn_bytes > 0) report->torn = here;
    return JOURNAL_FAULT_NONE;
}

static enum journal_fault missing(const struct walk *walk, uint64_t number)
{
    return journal_report_fault(walk->report,
                                &(struct journal_diagnosis){.fault = JOURNAL_FAULT_MISSING,
                                                            .file = journal_name_segment(number),
                                                            .sequence = walk->expected});
}

/* The last linked segment and those that an END leads to. */
static enum journal_fault open_read(struct walk *walk, const struct journal_segment *segment)
{
    const struct journal_recovery *recovery = walk->recovery;
    const struct journal_segment *segments_end = recovery->segments + recovery->segment_count;
    for (;; segment++) {
        enum journal_read stopped;
        struct journal_record record;
        enum journal_fault fault = segment_begin(walk, segment);
        if (fault) return fault;
        fault = records_read(walk, &stopped, &record);
        if (fault == JOURNAL_FAULT_NONE && stopped == JOURNAL_READ_END &&
            segment + 1 == segments_end)
            fault = missing(walk, segment->number + 1);
        if (fault) {
            segment_close(walk);
            return fault;
        }
        if (stopped != JOURNAL_READ_END) return tail_judge(walk, &record);
        walk->previous_end = record.offset;
        segment_close(walk);
    }
}

/* An unlinked segment of whose records one is proven was linked once. */
static enum journal_fault links_judge(const struct walk *walk, uint32_t last)
{
    const struct journal_recovery *recovery = walk->recovery;
    for (uint32_t i = last + 1; i < recovery->segment_count; i++) {
        const struct journal_segment *segment = &recovery->segments[i];
        if (segment->first == 0 || walk->proven < segment->first) continue;
        return journal_report_fault(
            walk->report, &(struct journal_diagnosis){.fault = JOURNAL_FAULT_LINK,
                                                      .file = journal_name_segment(segment->number),
                                                      .offset = JOURNAL_LINK_AT});
    }
    return JOURNAL_FAULT_NONE;
}

static enum journal_fault chain_read(struct walk *walk)
{
    const struct journal_recovery *recovery = walk->recovery;
    const struct journal_segment *segments = recovery->segments;
    uint32_t last = recovery->chain[recovery->chain_count - 1];
    const struct journal_segment *first = &segments[recovery->chain[0]];
    walk->expected = first->first;
    prove(walk, segments[last].link.first_sequence - 1);
    for (uint32_t i = 0; i < recovery->chain_count; i++)
        prove(walk, segments[recovery->chain[i]].sealed);
    for (uint32_t i = 0; i + 1 < recovery->chain_count; i++) {
        enum journal_fault fault = segment_begin(walk, &segments[recovery->chain[i]]);
        if (fault) return fault;
        fault = closed_read(walk, &segments[recovery->chain[i + 1]]);
        segment_close(walk);
        if (fault) return fault;
    }
    enum journal_fault fault = open_read(walk, &segments[last]);
    if (fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_RECORD) {
        enum journal_fault link = links_judge(walk, last);
        if (link) fault = link;
    }
    return fault;
}

enum journal_fault journal_recover(struct journal_recovery *recovery,
                                   const struct journal_listener *listener,
                                   struct journal_report *report)
{
    *report = (struct journal_report){.next_epoch = 1, .next_number = 1};
    enum journal_fault fault = journal_survey(recovery, report);
    if (fault) return fault;
    fault = journal_snapshot_choose(recovery, listener, report);
    if (fault) return fault;
    fault = journal_chain_find(recovery, report);
    if (fault) return fault;
    struct walk walk = {.recovery = recovery, .listener = listener, .report = report};
    report->segments = recovery->chain_count;
    report->sync_number = recovery->segments[recovery->chain[recovery->chain_count - 1]].number;
    fault = chain_read(&walk);
    if (fault) return fault;
    if (report->last_sequence < report->snapshot_sequence)
        return journal_report_fault(
            report,
            &(struct journal_diagnosis){.fault = JOURNAL_FAULT_AHEAD,
                                        .file = journal_name_snapshot(report->snapshot_sequence),
                                        .expected = report->last_sequence,
                                        .found = report->snapshot_sequence});
    return JOURNAL_FAULT_NONE;
}
