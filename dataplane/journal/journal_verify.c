#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/journal_snapshot.h"
#include "dataplane/journal/journal_survey.h"

#include <string.h>

/* The hashes, after everything else was found in order. */

static enum journal_fault broken(struct journal_report *report, enum journal_fault fault,
                                 uint64_t number, uint64_t offset)
{
    return journal_report_fault(
        report, &(struct journal_diagnosis){
                    .fault = fault, .file = journal_name_segment(number), .offset = offset});
}

/* One segment's seals, and the hash its successor remembers. */
static enum journal_fault segment_verify(const struct journal_file *file,
                                         const struct journal_segment *segment,
                                         const struct journal_segment *next,
                                         const struct journal_hash *hash,
                                         struct journal_report *report)
{
    struct journal_identity identity;
    struct journal_diagnosis diagnosis = {.file = journal_name_segment(segment->number)};
    uint8_t actual[JOURNAL_HASH_BYTES];
    diagnosis.fault =
        journal_read_identity(file->memory, file->bytes, segment->number, &identity, &diagnosis);
    if (diagnosis.fault) return journal_report_fault(report, &diagnosis);
    for (uint32_t which = 0; which < JOURNAL_SEALS; which++) {
        struct journal_seal seal;
        if (!journal_read_seal(file->memory, file->bytes, &identity, which, &seal)) continue;
        journal_read_hash(file->memory, seal.end, hash, actual);
        if (memcmp(actual, seal.hash, sizeof actual) != 0)
            return broken(report, JOURNAL_FAULT_SEAL, segment->number, seal.end);
    }
    if (!next || !next->linked) return JOURNAL_FAULT_NONE;
    journal_read_hash(file->memory, next->link.previous_end, hash, actual);
    return memcmp(actual, next->link.chain, sizeof actual) == 0
             ? JOURNAL_FAULT_NONE
             : broken(report, JOURNAL_FAULT_CHAIN, next->number, JOURNAL_LINK_AT);
}

/* The segment of the chain that has this number. */
static const struct journal_segment *in_chain(const struct journal_recovery *recovery,
                                              uint64_t number)
{
    for (uint32_t i = 0; i < recovery->chain_count; i++)
        if (recovery->segments[recovery->chain[i]].number == number)
            return &recovery->segments[recovery->chain[i]];
    return NULL;
}

/* The mark's segment is there. */
static enum journal_fault mark_compare(const struct journal_recovery *recovery,
                                       const struct journal_segment *segment,
                                       const struct journal_mark *mark, bool *same)
{
    struct journal_file file;
    uint8_t actual[JOURNAL_HASH_BYTES];
    *same = false;
    if (journal_segment_open(recovery, segment, &file) != JOURNAL_IO_OK)
        return JOURNAL_FAULT_STORAGE;
    if (mark->end >= JOURNAL_RECORDS_AT && mark->end <= file.bytes) {
        journal_read_hash(file.memory, mark->end, recovery->hash, actual);
        *same = memcmp(actual, mark->chain, sizeof actual) == 0;
    }
    recovery->storage->close(recovery->storage->context, &file);
    return JOURNAL_FAULT_NONE;
}

/* By its own segment, or by the link of the first one that is left; else nobody can tell. */
static enum journal_fault mark_verify(const struct journal_recovery *recovery, uint64_t sequence,
                                      const struct journal_mark *mark,
                                      struct journal_report *report)
{
    const struct journal_segment *first = &recovery->segments[recovery->chain[0]];
    const struct journal_segment *own = in_chain(recovery, mark->number);
    bool same = false, behind = first->linked && first->link.previous_number == mark->number &&
                                first->link.previous_end == mark->end;
    enum journal_fault fault = JOURNAL_FAULT_NONE;
    if (mark->number == 0 || (!own && !behind)) return JOURNAL_FAULT_NONE;
    if (own) fault = mark_compare(recovery, own, mark, &same);
    else same = memcmp(first->link.chain, mark->chain, sizeof mark->chain) == 0;
    if (fault == JOURNAL_FAULT_NONE && !same) fault = JOURNAL_FAULT_MARK;
    if (fault)
        return journal_report_fault(
            report, &(struct journal_diagnosis){.fault = fault,
                                                .io = JOURNAL_IO_FAILED,
                                                .file = journal_name_snapshot(sequence),
                                                .offset = mark->end,
                                                .found = mark->number});
    report->marks++;
    report->anchored |= !own || own == first;
    return JOURNAL_FAULT_NONE;
}

static enum journal_fault snapshots_verify(const struct journal_recovery *recovery,
                                           struct journal_report *report)
{
    const struct journal_storage *storage = recovery->storage;
    for (uint32_t i = 0; i < recovery->snapshot_count; i++) {
        struct journal_file file;
        struct journal_snapshot snapshot;
        uint64_t sequence = recovery->snapshots[i];
        struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_STORAGE,
                                              .file = journal_name_snapshot(sequence)};
        diagnosis.io = storage->open(storage->context, diagnosis.file.bytes, &file);
        if (diagnosis.io != JOURNAL_IO_OK) return journal_report_fault(report, &diagnosis);
        diagnosis.fault = journal_snapshot_read(file.memory, file.bytes, sequence, recovery->hash,
                                                &snapshot, &diagnosis);
        storage->close(storage->context, &file);
        if (diagnosis.fault) return journal_report_fault(report, &diagnosis);
        enum journal_fault fault = mark_verify(recovery, sequence, &snapshot.mark, report);
        if (fault) return fault;
    }
    return JOURNAL_FAULT_NONE;
}

static enum journal_fault chain_verify(const struct journal_recovery *recovery,
                                       struct journal_report *report)
{
    for (uint32_t i = 0; i < recovery->chain_count; i++) {
        const struct journal_segment *segment = &recovery->segments[recovery->chain[i]];
        const struct journal_segment *next =
            i + 1 < recovery->chain_count ? &recovery->segments[recovery->chain[i + 1]] : NULL;
        struct journal_file file;
        enum journal_io status = journal_segment_open(recovery, segment, &file);
        if (status != JOURNAL_IO_OK)
            return journal_report_fault(
                report, &(struct journal_diagnosis){.fault = JOURNAL_FAULT_STORAGE,
                                                    .io = status,
                                                    .file = journal_name_segment(segment->number)});
        enum journal_fault fault = segment_verify(&file, segment, next, recovery->hash, report);
        recovery->storage->close(recovery->storage->context, &file);
        if (fault) return fault;
    }
    return JOURNAL_FAULT_NONE;
}

enum journal_fault journal_verify(struct journal_recovery *recovery, struct journal_report *report)
{
    recovery->everything = true;
    enum journal_fault fault = journal_recover(recovery, NULL, report);
    recovery->everything = false;
    if (fault == JOURNAL_FAULT_NONE) fault = snapshots_verify(recovery, report);
    if (fault == JOURNAL_FAULT_NONE) fault = chain_verify(recovery, report);
    return fault;
}
