#include "apps/pollux-journal/folder.h"

#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/journal_name.h"

#include <stdlib.h>
#include <string.h>

bool folder_open(struct folder *folder, const struct journal_options *options)
{
    folder->problems = text_in(folder->problems_text, sizeof folder->problems_text);
    const struct storage_file_plan plan = {
        .folder = options->folder,
        .use = options->command == COMMAND_LIST ? STORAGE_FILE_LOOK : STORAGE_FILE_READ};
    if (!storage_file_open(&folder->files, &plan, &folder->problems)) return false;
    folder->storage = storage_file_storage(&folder->files);
    folder->segment = calloc(JOURNAL_SEGMENTS_MAX, sizeof *folder->segment);
    folder->snapshot = calloc(JOURNAL_SNAPSHOTS_MAX, sizeof *folder->snapshot);
    void *memory = aligned_alloc(CACHE_LINE, journal_recovery_footprint());
    if (!folder->segment || !folder->snapshot || !memory) {
        text_append(&folder->problems, "there is no memory for a journal's files\n");
        return false;
    }
    folder->recovery = journal_recovery_new(memory, &folder->storage, &journal_hash_sha256);
    return true;
}

void folder_close(struct folder *folder)
{
    free(folder->segment);
    free(folder->snapshot);
    free(folder->recovery);
    storage_file_close(&folder->files);
}

void folder_problem(struct folder *folder, const char *before,
                    const struct journal_diagnosis *diagnosis)
{
    text_append(&folder->problems, before);
    journal_diagnosis_print(&folder->problems, diagnosis);
    if (diagnosis->fault == JOURNAL_FAULT_STORAGE) {
        text_append(&folder->problems, " (");
        storage_file_cause(&folder->files, &folder->problems);
        text_append(&folder->problems, ")");
    }
    text_append_char(&folder->problems, '\n');
}

static void name_found(void *context, const char *name)
{
    struct folder *folder = context;
    uint64_t number;
    switch (journal_name_read(name, &number)) {
    case JOURNAL_NAME_SEGMENT:
        if (folder->segments == JOURNAL_SEGMENTS_MAX) folder->overflowed = true;
        else folder->segment[folder->segments++].number = number;
        return;
    case JOURNAL_NAME_SNAPSHOT:
        if (folder->snapshots == JOURNAL_SNAPSHOTS_MAX) folder->overflowed = true;
        else folder->snapshot[folder->snapshots++].sequence = number;
        return;
    case JOURNAL_NAME_UNFINISHED: folder->unfinished++; return;
    case JOURNAL_NAME_OTHER: folder->others++; return;
    }
}

/* Both begin with the number to sort by. */
static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void records_survey(struct folder_segment *segment, const struct journal_file *file)
{
    struct journal_reader reader =
        journal_reader_at_start(file->memory, file->bytes, &segment->identity);
    struct journal_record record;
    enum journal_read read;
    while ((read = journal_read(&reader, &record)) == JOURNAL_READ_RECORD) {
        if (segment->records++ == 0) segment->first = record.sequence;
        segment->last = record.sequence;
    }
    segment->end = record.offset;
    segment->state = segment->records > 0 ? SEGMENT_OPEN : SEGMENT_EMPTY;
    if (read == JOURNAL_READ_END) segment->state = SEGMENT_ENDED;
    if (read == JOURNAL_READ_BAD) segment->state = SEGMENT_BROKEN;
}

static void segment_survey(struct folder *folder, struct folder_segment *segment)
{
    struct journal_file file;
    struct journal_diagnosis *diagnosis = &segment->diagnosis;
    diagnosis->file = journal_name_segment(segment->number);
    segment->state = SEGMENT_FOREIGN;
    diagnosis->fault = JOURNAL_FAULT_STORAGE;
    diagnosis->io = folder->storage.open(folder->storage.context, diagnosis->file.bytes, &file);
    if (diagnosis->io != JOURNAL_IO_OK) return;
    segment->bytes = file.bytes;
    diagnosis->fault = journal_read_identity(file.memory, file.bytes, segment->number,
                                             &segment->identity, diagnosis);
    if (diagnosis->fault == JOURNAL_FAULT_NONE) {
        segment->linked =
            journal_read_link(file.memory, file.bytes, &segment->identity, &segment->link);
        records_survey(segment, &file);
    }
    folder->storage.close(folder->storage.context, &file);
}

static void snapshot_survey(struct folder *folder, struct folder_snapshot *snapshot)
{
    struct journal_file file;
    struct journal_snapshot read;
    struct journal_diagnosis *diagnosis = &snapshot->diagnosis;
    diagnosis->file = journal_name_snapshot(snapshot->sequence);
    diagnosis->fault = JOURNAL_FAULT_STORAGE;
    diagnosis->io = folder->storage.open(folder->storage.context, diagnosis->file.bytes, &file);
    if (diagnosis->io != JOURNAL_IO_OK) return;
    snapshot->bytes = file.bytes;
    diagnosis->fault =
        journal_snapshot_read(file.memory, file.bytes, snapshot->sequence, NULL, &read, diagnosis);
    if (diagnosis->fault == JOURNAL_FAULT_NONE) {
        snapshot->mark = read.mark;
        snapshot->of_gateway = gateway_image_look(read.bytes, read.length, &snapshot->look);
    }
    folder->storage.close(folder->storage.context, &file);
}

bool folder_survey(struct folder *folder)
{
    enum journal_io status = folder->storage.list(folder->storage.context, name_found, folder);
    if (status != JOURNAL_IO_OK) {
        folder_problem(folder, "",
                       &(struct journal_diagnosis){.fault = JOURNAL_FAULT_STORAGE, .io = status});
        return false;
    }
    qsort(folder->segment, folder->segments, sizeof *folder->segment, by_number);
    qsort(folder->snapshot, folder->snapshots, sizeof *folder->snapshot, by_number);
    for (uint32_t i = 0; i < folder->segments; i++) segment_survey(folder, &folder->segment[i]);
    for (uint32_t i = 0; i < folder->snapshots; i++) snapshot_survey(folder, &folder->snapshot[i]);
    return true;
}

bool folder_borrow(struct folder *folder, const struct folder_segment *segment,
                   struct journal_file *file)
{
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_STORAGE,
                                          .file = journal_name_segment(segment->number)};
    diagnosis.io = folder->storage.open(folder->storage.context, diagnosis.file.bytes, file);
    if (diagnosis.io == JOURNAL_IO_OK) return true;
    folder_problem(folder, "", &diagnosis);
    return false;
}

void folder_release(struct folder *folder, struct journal_file *file)
{
    folder->storage.close(folder->storage.context, file);
}

static const struct folder_segment *numbered(const struct folder *folder, uint64_t number)
{
    for (uint32_t i = 0; i < folder->segments; i++)
        if (folder->segment[i].number == number && folder->segment[i].state != SEGMENT_FOREIGN)
            return &folder->segment[i];
    return NULL;
}

uint32_t folder_chain(const struct folder *folder, struct folder_part *parts)
{
    const struct folder_segment *last = NULL;
    for (uint32_t i = 0; i < folder->segments; i++)
        if (folder->segment[i].linked) last = &folder->segment[i];
    if (!last) return 0;
    /* Backwards from the last one that is linked, then what an END leads to. */
    uint32_t count = 0;
    uint64_t end = UINT64_MAX;
    for (const struct folder_segment *at = last; at && count < folder->segments;) {
        parts[count++] = (struct folder_part){at, end};
        end = at->link.previous_end;
        at = at->linked ? numbered(folder, at->link.previous_number) : NULL;
    }
    for (uint32_t i = 0; i < count / 2; i++) {
        struct folder_part swapped = parts[i];
        parts[i] = parts[count - 1 - i];
        parts[count - 1 - i] = swapped;
    }
    while (count < folder->segments && last && last->state == SEGMENT_ENDED) {
        last = numbered(folder, last->number + 1);
        if (last) parts[count++] = (struct folder_part){last, UINT64_MAX};
    }
    return count;
}

uint64_t folder_begin(const struct folder_part *parts, uint32_t count)
{
    if (count == 0) return 0;
    const struct folder_segment *first = parts[0].segment;
    uint64_t begin = first->linked ? first->link.first_sequence : first->first;
    return begin > 1 ? begin : 0;
}

uint64_t folder_last(const struct folder *folder)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < folder->segments; i++)
        if (folder->segment[i].last > last) last = folder->segment[i].last;
    return last;
}
