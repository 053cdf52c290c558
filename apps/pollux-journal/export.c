#include "apps/pollux-journal/folder.h"

#include "apps/pollux-journal/fields.h"
#include "apps/progress.h"
#include "dataplane/journal/journal_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHOW_EVERY 4096u /* records */

struct export
{
    struct folder *folder;
    const struct journal_options *options;
    struct progress progress;
    uint64_t last;     /* for the bar */
    uint64_t expected; /* the sequence that is due; 0: any */
    bool done;         /* --to was reached */
};

/* What the input came from, as hexadecimal digits. */
static void note_add(json_t *object, const struct journal_record *record, uint32_t at)
{
    static char digits[2 * JOURNAL_PAYLOAD_MAX + 1];
    struct text text = text_in(digits, sizeof digits);
    for (uint32_t i = at; i < record->payload_bytes; i++)
        text_format(&text, "%02x", record->payload[i]);
    CHECK(json_object_set_new(object, "note", json_string(digits)) == 0);
}

static void payload_add(json_t *object, const struct journal_record *record)
{
    if (record->kind == VENUE_RECORD_ENGINE &&
        record->payload_bytes == sizeof(struct venue_engine)) {
        struct venue_engine engine;
        memcpy(&engine, record->payload, sizeof engine);
        CHECK(json_object_set_new(object, "record", json_string("engine")) == 0);
        fields_of_engine(object, &engine);
        return;
    }
    const struct match_input *input = (const void *)record->payload;
    bool noted = record->kind == VENUE_RECORD_NOTED;
    bool whole = (record->kind == VENUE_RECORD_INPUT || noted) &&
                 record->payload_bytes >= sizeof *input && input->bytes >= sizeof *input &&
                 input->bytes <= record->payload_bytes &&
                 noted == (input->bytes < record->payload_bytes);
    const char *what = whole ? "input" : "unknown";
    CHECK(json_object_set_new(object, "record", json_string(what)) == 0);
    if (whole) fields_of_input(object, input);
    else CHECK(json_object_set_new(object, "kind", json_integer(record->kind)) == 0);
    if (whole && noted) note_add(object, record, input->bytes);
}

static void record_print(const struct folder_segment *segment, const struct journal_record *record)
{
    json_t *object = json_pack("{sI si sI sI sI si}", "sequence", (json_int_t)record->sequence,
                               "epoch", (int)record->epoch, "segment", (json_int_t)segment->number,
                               "offset", (json_int_t)record->offset, "durable",
                               (json_int_t)record->durable, "bytes", (int)record->payload_bytes);
    CHECK(object);
    payload_add(object, record);
    CHECK(json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0);
    putchar('\n');
    json_decref(object);
}

static bool problem(const struct export *export, const struct folder_part *part,
                    const struct journal_record *record, const char *what)
{
    text_format(&export->folder->problems,
                "%s: at offset %" PRIu64 " %s; verify says whether it is torn or rotten\n",
                journal_name_segment(part->segment->number).bytes, record->offset, what);
    return false;
}

/* False if the records of the journal do not go on. */
static bool part_export(struct export *export, const struct folder_part *part,
                        const struct journal_file *file, bool last_part)
{
    struct journal_reader reader =
        journal_reader_at_start(file->memory, file->bytes, &part->segment->identity);
    if (part->end < reader.length) reader.length = part->end;
    struct journal_record record;
    enum journal_read read;
    while ((read = journal_read(&reader, &record)) == JOURNAL_READ_RECORD) {
        if (export->options->to > 0 && record.sequence > export->options->to) {
            export->done = true;
            return true;
        }
        if (export->expected != 0 && record.sequence != export->expected)
            return problem(export, part, &record, "the sequence is not the one that is due");
        export->expected = record.sequence + 1;
        record_print(part->segment, &record);
        if (record.sequence % SHOW_EVERY == 0)
            progress_show(&export->progress, "exporting", record.sequence, export->last);
    }
    if (read == JOURNAL_READ_BAD)
        return problem(export, part, &record, "is something that is no record");
    bool ended = read == JOURNAL_READ_END || record.offset == part->end;
    if (!ended && !last_part) return problem(export, part, &record, "the records end early");
    return true;
}

int journal_export(struct folder *folder, const struct journal_options *options)
{
    static struct folder_part parts[JOURNAL_SEGMENTS_MAX];
    struct export export = {.folder = folder, .options = options, .last = folder_last(folder)};
    uint32_t count = folder_chain(folder, parts);
    export.progress = progress_begin(options->quiet);
    if (count == 0) {
        text_append(&folder->problems, "the folder holds no journal\n");
        return 1;
    }
    bool sound = true;
    for (uint32_t i = 0; sound && !export.done && i < count; i++) {
        struct journal_file file;
        sound = folder_borrow(folder, parts[i].segment, &file);
        if (!sound) break;
        sound = part_export(&export, &parts[i], &file, i + 1 == count);
        folder_release(folder, &file);
    }
    progress_end(&export.progress);
    return sound ? 0 : export.expected == 0 ? 1 : 4;
}
