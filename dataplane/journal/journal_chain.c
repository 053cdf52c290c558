#include "dataplane/journal/journal_survey.h"

/* From the last linked segment backwards: each says where the one before it ended.  One that was
 * never linked, because the power went in between, follows the one before it by number, and an END
 * there proves it (journal_recover.c). */

static struct journal_segment *segment_find(struct journal_recovery *recovery, uint64_t number)
{
    uint32_t low = 0, high = recovery->segment_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (recovery->segments[middle].number < number) low = middle + 1;
        else high = middle;
    }
    bool there = low < recovery->segment_count && recovery->segments[low].number == number;
    return there ? &recovery->segments[low] : NULL;
}

static enum journal_fault fault_of(struct journal_report *report, enum journal_fault fault,
                                   const struct journal_segment *segment)
{
    return journal_report_fault(
        report, &(struct journal_diagnosis){
                    .fault = fault,
                    .file = journal_name_segment(segment->number),
                    .io = segment->io,
                    .offset = fault == JOURNAL_FAULT_LINK ? JOURNAL_LINK_AT : 0,
                    .expected = segment->expected,
                    .found = fault == JOURNAL_FAULT_EPOCH ? segment->epoch : segment->found});
}

static enum journal_fault epoch_fault(struct journal_report *report, uint32_t expected,
                                      struct journal_segment segment)
{
    segment.expected = expected;
    return fault_of(report, JOURNAL_FAULT_EPOCH, &segment);
}

static enum journal_fault missing(struct journal_report *report, uint64_t number, uint64_t sequence)
{
    return journal_report_fault(report,
                                &(struct journal_diagnosis){.fault = JOURNAL_FAULT_MISSING,
                                                            .file = journal_name_segment(number),
                                                            .sequence = sequence});
}

/* Neither a record nor an empty folder can be explained. */
static enum journal_fault nothing_linked(const struct journal_recovery *recovery,
                                         struct journal_report *report)
{
    if (recovery->segment_count > 0) {
        const struct journal_segment *first = &recovery->segments[0];
        for (uint32_t i = recovery->segment_count; i-- > 0;)
            if (recovery->segments[i].fault) first = &recovery->segments[i];
        return fault_of(report, first->fault ? first->fault : JOURNAL_FAULT_LINK, first);
    }
    if (recovery->snapshot_count == 0)
        return journal_report_fault(report,
                                    &(struct journal_diagnosis){.fault = JOURNAL_FAULT_EMPTY});
    uint64_t newest = recovery->snapshots[recovery->snapshot_count - 1];
    return journal_report_fault(report,
                                &(struct journal_diagnosis){.fault = JOURNAL_FAULT_AHEAD,
                                                            .file = journal_name_snapshot(newest),
                                                            .found = newest});
}

/* Those behind the last linked one were made one after the other in its epoch. */
static enum journal_fault unlinked_check(const struct journal_recovery *recovery, uint32_t last,
                                         struct journal_report *report)
{
    const struct journal_segment *tail = &recovery->segments[last];
    for (uint32_t i = last + 1; i < recovery->segment_count; i++) {
        const struct journal_segment *segment = &recovery->segments[i];
        if (segment->fault) return fault_of(report, segment->fault, segment);
        if (segment->begins || segment->sealed > 0)
            return fault_of(report, JOURNAL_FAULT_LINK, segment);
        if (segment->epoch != tail->epoch) return epoch_fault(report, tail->epoch, *segment);
        if (segment->number != segment[-1].number + 1)
            return missing(report, segment[-1].number + 1, tail->link.first_sequence);
    }
    return JOURNAL_FAULT_NONE;
}

/* Whether previous may be what came before segment. */
static enum journal_fault pair_check(const struct journal_segment *previous,
                                     const struct journal_segment *segment,
                                     struct journal_report *report)
{
    if (previous->fault) return fault_of(report, previous->fault, previous);
    if (!previous->linked && (previous->begins || previous->sealed > 0))
        return fault_of(report, JOURNAL_FAULT_LINK, previous);
    if (segment->begins
            ? previous->epoch >= segment->epoch
            : previous->epoch != segment->epoch || previous->number + 1 != segment->number)
        return epoch_fault(report, segment->epoch - segment->begins, *previous);
    for (const struct journal_segment *between = previous + 1; between < segment; between++)
        if (!between->fault && between->epoch >= segment->epoch)
            return fault_of(report, JOURNAL_FAULT_STRAY, between);
    return JOURNAL_FAULT_NONE;
}

static void chain_push(struct journal_recovery *recovery, const struct journal_segment *segment)
{
    recovery->chain[recovery->chain_count++] = (uint32_t)(segment - recovery->segments);
}

static void chain_reverse(struct journal_recovery *recovery)
{
    for (uint32_t i = 0, j = recovery->chain_count; i + 1 < j; i++) {
        uint32_t other = recovery->chain[--j];
        recovery->chain[j] = recovery->chain[i];
        recovery->chain[i] = other;
    }
}

static enum journal_fault not_reached(struct journal_report *report, uint64_t number,
                                      uint64_t first)
{
    if (report->snapshots_damaged == 0) return missing(report, number, first - 1);
    return journal_report_fault(report,
                                &(struct journal_diagnosis){.fault = JOURNAL_FAULT_NO_SNAPSHOT,
                                                            .file = report->damage.file,
                                                            .found = first});
}

enum journal_fault journal_chain_find(struct journal_recovery *recovery,
                                      struct journal_report *report)
{
    uint32_t last = recovery->segment_count;
    while (last > 0 && !recovery->segments[last - 1].linked) last--;
    if (last-- == 0) return nothing_linked(recovery, report);
    enum journal_fault fault = unlinked_check(recovery, last, report);
    if (fault) return fault;

    const struct journal_segment *segment = &recovery->segments[last];
    chain_push(recovery, segment);
    for (;;) {
        /* Of an unlinked one whose first record is bad nothing is known: the one before decides. */
        bool reached = segment->first > 0 && segment->first <= report->snapshot_sequence + 1;
        if (reached && !recovery->everything) break;
        uint64_t number = segment->linked ? segment->link.previous_number : segment->number - 1;
        if (reached && number == 0) break;
        struct journal_segment *previous = segment_find(recovery, number);
        if (!previous && reached) break;
        if (!previous) return not_reached(report, number, segment->first);
        for (struct journal_segment *of = previous; of < segment; of++)
            journal_segment_survey(recovery, of);
        fault = pair_check(previous, segment, report);
        if (fault) return fault;
        segment = previous;
        chain_push(recovery, segment);
    }
    chain_reverse(recovery);
    return JOURNAL_FAULT_NONE;
}
