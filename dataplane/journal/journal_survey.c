#include "dataplane/journal/journal_survey.h"

#include "dataplane/journal/journal_snapshot.h"

/* The listing's numbers are put in their places as they come; the arrays are always ascending. */

enum journal_fault journal_report_fault(struct journal_report *report,
                                        const struct journal_diagnosis *diagnosis)
{
    report->diagnosis = *diagnosis;
    return diagnosis->fault;
}

enum journal_io journal_segment_open(const struct journal_recovery *recovery,
                                     const struct journal_segment *segment,
                                     struct journal_file *file)
{
    const struct journal_storage *storage = recovery->storage;
    struct journal_name name = journal_name_segment(segment->number);
    return storage->open(storage->context, name.bytes, file);
}

struct listing {
    struct journal_recovery *recovery;
    struct journal_report *report;
};

static void segment_insert(struct journal_recovery *recovery, uint64_t number)
{
    if (recovery->segment_count == JOURNAL_SEGMENTS_MAX) {
        recovery->too_many = true;
        return;
    }
    uint32_t at = recovery->segment_count++;
    for (; at > 0 && recovery->segments[at - 1].number > number; at--)
        recovery->segments[at].number = recovery->segments[at - 1].number;
    recovery->segments[at].number = number;
}

static void snapshot_insert(struct journal_recovery *recovery, uint64_t sequence)
{
    if (recovery->snapshot_count == JOURNAL_SNAPSHOTS_MAX) {
        recovery->too_many = true;
        return;
    }
    uint32_t at = recovery->snapshot_count++;
    for (; at > 0 && recovery->snapshots[at - 1] > sequence; at--)
        recovery->snapshots[at] = recovery->snapshots[at - 1];
    recovery->snapshots[at] = sequence;
}

static void name_found(void *context, const char *name)
{
    struct listing *listing = context;
    uint64_t number;
    switch (journal_name_read(name, &number)) {
    case JOURNAL_NAME_SEGMENT: segment_insert(listing->recovery, number); break;
    case JOURNAL_NAME_SNAPSHOT: snapshot_insert(listing->recovery, number); break;
    case JOURNAL_NAME_UNFINISHED: listing->report->unfinished++; break;
    case JOURNAL_NAME_OTHER: break;
    }
}

/* What a sound segment says of itself. */
static void segment_learn(struct journal_segment *segment, const struct journal_file *file,
                          const struct journal_identity *identity)
{
    segment->epoch = identity->epoch;
    segment->begins = identity->begins != 0;
    segment->linked = journal_read_link(file->memory, file->bytes, identity, &segment->link);
    for (uint32_t which = 0; which < JOURNAL_SEALS; which++) {
        struct journal_seal seal;
        if (journal_read_seal(file->memory, file->bytes, identity, which, &seal) &&
            seal.sequence > segment->sealed)
            segment->sealed = seal.sequence;
    }
    struct journal_reader reader = journal_reader_at_start(file->memory, file->bytes, identity);
    struct journal_record record;
    if (segment->linked) segment->first = segment->link.first_sequence;
    else if (journal_read(&reader, &record) == JOURNAL_READ_RECORD)
        segment->first = record.sequence;
}

void journal_segment_survey(const struct journal_recovery *recovery,
                            struct journal_segment *segment)
{
    if (segment->surveyed) return;
    struct journal_file file;
    struct journal_identity identity;
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_NONE};
    *segment = (struct journal_segment){.number = segment->number, .surveyed = true};
    segment->io = journal_segment_open(recovery, segment, &file);
    if (segment->io != JOURNAL_IO_OK) {
        segment->fault = JOURNAL_FAULT_STORAGE;
        return;
    }
    segment->fault =
        journal_read_identity(file.memory, file.bytes, segment->number, &identity, &diagnosis);
    segment->expected = diagnosis.expected;
    segment->found = diagnosis.found;
    if (segment->fault == JOURNAL_FAULT_NONE) segment_learn(segment, &file, &identity);
    recovery->storage->close(recovery->storage->context, &file);
}

enum journal_fault journal_survey(struct journal_recovery *recovery, struct journal_report *report)
{
    const struct journal_storage *storage = recovery->storage;
    struct listing listing = {recovery, report};
    recovery->segment_count = recovery->snapshot_count = recovery->chain_count = 0;
    recovery->too_many = false;
    enum journal_io status = storage->list(storage->context, name_found, &listing);
    if (status != JOURNAL_IO_OK)
        return journal_report_fault(
            report, &(struct journal_diagnosis){.fault = JOURNAL_FAULT_STORAGE, .io = status});
    if (recovery->too_many)
        return journal_report_fault(report,
                                    &(struct journal_diagnosis){.fault = JOURNAL_FAULT_TOO_MANY,
                                                                .expected = JOURNAL_SEGMENTS_MAX});
    report->folder_segments = recovery->segment_count;
    for (uint32_t i = 0; i < recovery->segment_count; i++) recovery->segments[i].surveyed = false;
    for (uint32_t i = recovery->segment_count; i-- > 0;) {
        struct journal_segment *segment = &recovery->segments[i];
        journal_segment_survey(recovery, segment);
        if (segment->epoch >= report->next_epoch) report->next_epoch = segment->epoch + 1;
        if (segment->number >= report->next_number) report->next_number = segment->number + 1;
        if (segment->linked) break; /* the epochs before it are lower */
    }
    return JOURNAL_FAULT_NONE;
}

static bool snapshot_try(const struct journal_recovery *recovery, uint64_t sequence,
                         const struct journal_listener *listener, struct journal_diagnosis *damage)
{
    const struct journal_storage *storage = recovery->storage;
    struct journal_file file;
    struct journal_snapshot snapshot;
    damage->file = journal_name_snapshot(sequence);
    damage->io = storage->open(storage->context, damage->file.bytes, &file);
    damage->fault = JOURNAL_FAULT_STORAGE;
    if (damage->io != JOURNAL_IO_OK) return false;
    damage->fault =
        journal_snapshot_read(file.memory, file.bytes, sequence,
                              recovery->everything ? recovery->hash : NULL, &snapshot, damage);
    if (damage->fault == JOURNAL_FAULT_NONE && listener && listener->load_snapshot &&
        !listener->load_snapshot(listener->context, sequence, snapshot.bytes, snapshot.length))
        damage->fault = JOURNAL_FAULT_UNLOADED;
    storage->close(storage->context, &file);
    return damage->fault == JOURNAL_FAULT_NONE;
}

enum journal_fault journal_snapshot_choose(struct journal_recovery *recovery,
                                           const struct journal_listener *listener,
                                           struct journal_report *report)
{
    for (uint32_t i = recovery->snapshot_count; i-- > 0;) {
        struct journal_diagnosis damage = {.fault = JOURNAL_FAULT_NONE};
        if (snapshot_try(recovery, recovery->snapshots[i], listener, &damage)) {
            report->snapshot_sequence = recovery->snapshots[i];
            break;
        }
        if (report->snapshots_damaged++ == 0) report->damage = damage;
    }
    return JOURNAL_FAULT_NONE;
}
