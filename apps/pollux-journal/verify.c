#include "apps/pollux-journal/folder.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

/* Recovery's own reading first, then every hash.  What was torn by a power cut is lost and was
 * never acknowledged: recovery goes on without it.  What is rotten was on disk once: recovery
 * stops. */

static void sentences_add(struct folder *folder, const struct journal_report *report)
{
    if (report->diagnosis.fault == JOURNAL_FAULT_EMPTY) {
        folder_problem(folder, "", &report->diagnosis);
        return;
    }
    if (report->diagnosis.fault) folder_problem(folder, "rotten: ", &report->diagnosis);
    if (report->snapshots_damaged > 0) folder_problem(folder, "rotten: ", &report->damage);
    if (report->snapshots_damaged > 1)
        text_format(&folder->problems, "rotten: %u older snapshots do not read back either\n",
                    report->snapshots_damaged - 1);
    if (report->torn_bytes > 0)
        text_format(&folder->problems,
                    "torn: %s: record %" PRIu64 " at offset %" PRIu64
                    " is not whole and was never known to be on disk; %" PRIu64
                    " bytes and %" PRIu64 " whole records behind it will be dropped\n",
                    report->torn.file.bytes, report->torn.sequence, report->torn.offset,
                    report->torn_bytes, report->torn_records);
}

static void report_print(const struct journal_report *report, bool sound)
{
    printf("%s: records up to %" PRIu64 " in %u segments, of which %" PRIu64
           " are proven to be on disk",
           sound ? "sound" : "not sound", report->last_sequence, report->segments, report->durable);
    if (report->snapshot_sequence > 0)
        printf("; newest sound snapshot after record %" PRIu64, report->snapshot_sequence);
    putchar('\n');
    if (!sound || report->first_sequence <= 1) return;
    printf("records 1 to %" PRIu64 " were removed: %s\n", report->first_sequence - 1,
           report->anchored ? "a snapshot was made of them, and these are what followed"
                            : "nothing here says by a hash what they were");
}

static json_t *diagnosis_json(const struct journal_diagnosis *diagnosis, const char *kind)
{
    char buffer[512];
    struct text sentence = text_in(buffer, sizeof buffer);
    journal_diagnosis_print(&sentence, diagnosis);
    return json_pack("{ss ss ss sI sI ss}", "kind", kind, "fault",
                     journal_fault_text(diagnosis->fault), "file", diagnosis->file.bytes, "offset",
                     (json_int_t)diagnosis->offset, "sequence", (json_int_t)diagnosis->sequence,
                     "sentence", sentence.bytes);
}

static void report_json(const struct journal_report *report, bool sound)
{
    json_t *problems = json_array();
    if (report->diagnosis.fault)
        CHECK(json_array_append_new(problems, diagnosis_json(&report->diagnosis, "rotten")) == 0);
    if (report->snapshots_damaged > 0)
        CHECK(json_array_append_new(problems, diagnosis_json(&report->damage, "rotten")) == 0);
    if (report->torn_bytes > 0)
        CHECK(json_array_append_new(problems, diagnosis_json(&report->torn, "torn")) == 0);
    json_t *root = json_pack(
        "{sb sI sb si sI sI sI si si si sI sI si so}", "sound", (int)sound, "first_sequence",
        (json_int_t)report->first_sequence, "anchored", (int)report->anchored, "marks",
        (int)report->marks, "last_sequence", (json_int_t)report->last_sequence, "durable",
        (json_int_t)report->durable, "snapshot_sequence", (json_int_t)report->snapshot_sequence,
        "segments", (int)report->segments, "void_segments", (int)report->void_segments,
        "snapshots_damaged", (int)report->snapshots_damaged, "torn_bytes",
        (json_int_t)report->torn_bytes, "torn_records", (json_int_t)report->torn_records,
        "unfinished", (int)report->unfinished, "problems", problems);
    CHECK(root);
    CHECK(json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0);
    putchar('\n');
    json_decref(root);
}

int journal_verify_all(struct folder *folder, const struct journal_options *options)
{
    struct journal_report report;
    enum journal_fault fault = journal_verify(folder->recovery, &report);
    bool sound =
        fault == JOURNAL_FAULT_NONE && report.snapshots_damaged == 0 && report.torn_bytes == 0;
    sentences_add(folder, &report);
    if (options->json) report_json(&report, sound);
    else if (fault != JOURNAL_FAULT_EMPTY) report_print(&report, sound);
    if (fault == JOURNAL_FAULT_EMPTY) return 1;
    return sound ? 0 : 4;
}
