#include "apps/pollux-journal/folder.h"

#include "dataplane/journal/journal_name.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static const char *const state_texts[] = {
    [SEGMENT_ENDED] = "ended",   [SEGMENT_OPEN] = "open",          [SEGMENT_EMPTY] = "empty",
    [SEGMENT_BROKEN] = "broken", [SEGMENT_FOREIGN] = "unreadable",
};

/* Whether the records of the segment are the journal's, and up to which offset. */
static bool counts(const struct folder *folder, const struct folder_segment *segment,
                   const struct folder_part *parts, uint32_t count)
{
    (void)folder;
    for (uint32_t i = 0; i < count; i++)
        if (parts[i].segment == segment) return true;
    return false;
}

static const char *segment_text(const struct folder *folder, const struct folder_segment *segment,
                                const struct folder_part *parts, uint32_t count)
{
    bool stale = segment->state != SEGMENT_EMPTY && segment->state != SEGMENT_FOREIGN &&
                 !counts(folder, segment, parts, count);
    return stale ? "void" : state_texts[segment->state];
}

static void column(struct text *out, uint64_t value, uint32_t end, bool known)
{
    size_t start = out->length;
    if (known) text_grouped(out, value);
    else text_append(out, "-");
    text_right(out, start, end);
}

static void column_text(struct text *out, const char *word, uint32_t end)
{
    size_t start = out->length;
    text_append(out, word);
    text_right(out, start, end);
}

static void segments_print(struct text *out, const struct folder *folder,
                           const struct folder_part *parts, uint32_t count)
{
    text_append(out, "segment");
    column_text(out, "epoch", 32);
    column_text(out, "records", 45);
    column_text(out, "first", 60);
    column_text(out, "last", 75);
    column_text(out, "bytes", 90);
    text_append(out, "  state\n");
    for (uint32_t i = 0; i < folder->segments; i++) {
        const struct folder_segment *segment = &folder->segment[i];
        bool sound = segment->state != SEGMENT_FOREIGN, some = segment->records > 0;
        text_append(out, journal_name_segment(segment->number).bytes);
        column(out, segment->identity.epoch, 32, sound);
        column(out, segment->records, 45, sound);
        column(out, segment->first, 60, some);
        column(out, segment->last, 75, some);
        column(out, segment->bytes, 90, segment->bytes > 0);
        text_append(out, "  ");
        text_append(out, segment_text(folder, segment, parts, count));
        text_append_char(out, '\n');
        fputs(out->bytes, stdout);
        text_clear(out);
    }
}

static void begin_print(struct text *out, uint64_t begin)
{
    if (begin == 0) return;
    text_format(out, "\nrecords 1 to %" PRIu64 " were removed\n", begin - 1);
}

static void snapshot_holds(struct text *out, const struct folder_snapshot *snapshot)
{
    const struct gateway_image_look *look = &snapshot->look;
    if (!snapshot->of_gateway) return;
    text_format(out,
                ": a gateway with %u open order%s, %u holding%s, %u strateg%s, %u change%s by "
                "people",
                look->orders, look->orders == 1 ? "" : "s", look->holdings,
                look->holdings == 1 ? "" : "s", look->strategies,
                look->strategies == 1 ? "y" : "ies", look->changes, look->changes == 1 ? "" : "s");
}

static void snapshots_print(struct text *out, const struct folder *folder)
{
    if (folder->snapshots > 0) {
        text_append(out, "\nsnapshot");
        column_text(out, "sequence", 45);
        column_text(out, "bytes", 60);
        column_text(out, "in segment", 75);
        column_text(out, "up to offset", 90);
        text_append(out, "  state\n");
    }
    for (uint32_t i = 0; i < folder->snapshots; i++) {
        const struct folder_snapshot *snapshot = &folder->snapshot[i];
        text_append(out, journal_name_snapshot(snapshot->sequence).bytes);
        column(out, snapshot->sequence, 45, true);
        column(out, snapshot->bytes, 60, snapshot->bytes > 0);
        column(out, snapshot->mark.number, 75, snapshot->mark.number > 0);
        column(out, snapshot->mark.end, 90, snapshot->mark.number > 0);
        text_append(out, "  ");
        text_append(out, snapshot->diagnosis.fault ? "unreadable" : "sound");
        snapshot_holds(out, snapshot);
        text_append_char(out, '\n');
    }
    if (folder->unfinished + folder->others > 0) text_append_char(out, '\n');
    if (folder->unfinished > 0)
        text_format(out, "%u file%s never finished\n", folder->unfinished,
                    folder->unfinished == 1 ? " was" : "s were");
    if (folder->others > 0)
        text_format(out, "%u file%s not the journal's\n", folder->others,
                    folder->others == 1 ? " is" : "s are");
    fputs(out->bytes, stdout);
    text_clear(out);
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *number_if(uint64_t value)
{
    return value > 0 ? number(value) : json_null();
}

static json_t *segment_json(const struct folder *folder, const struct folder_segment *segment,
                            const struct folder_part *parts, uint32_t count)
{
    return json_pack("{ss sI so so so so so ss ss}", "file",
                     journal_name_segment(segment->number).bytes, "number",
                     (json_int_t)segment->number, "epoch", number_if(segment->identity.epoch),
                     "records", number(segment->records), "first", number_if(segment->first),
                     "last", number_if(segment->last), "bytes", number(segment->bytes), "state",
                     segment_text(folder, segment, parts, count), "fault",
                     journal_fault_text(segment->diagnosis.fault));
}

static json_t *snapshot_json(const struct folder_snapshot *snapshot)
{
    json_t *one = json_pack(
        "{ss so so so so ss}", "file", journal_name_snapshot(snapshot->sequence).bytes, "sequence",
        number(snapshot->sequence), "bytes", number(snapshot->bytes), "segment",
        number_if(snapshot->mark.number), "offset", number_if(snapshot->mark.end), "fault",
        journal_fault_text(snapshot->diagnosis.fault));
    CHECK(one);
    if (!snapshot->of_gateway) return one;
    const struct gateway_image_look *look = &snapshot->look;
    json_t *gateway = json_pack("{si si si si so}", "orders", (int)look->orders, "holdings",
                                (int)look->holdings, "strategies", (int)look->strategies, "changes",
                                (int)look->changes, "reports", number(look->reports));
    CHECK(json_object_set_new(one, "gateway", gateway) == 0);
    return one;
}

static void json_print(const struct folder *folder, const struct folder_part *parts, uint32_t count)
{
    json_t *segments = json_array(), *snapshots = json_array();
    for (uint32_t i = 0; i < folder->segments; i++)
        CHECK(json_array_append_new(segments,
                                    segment_json(folder, &folder->segment[i], parts, count)) == 0);
    for (uint32_t i = 0; i < folder->snapshots; i++) {
        CHECK(json_array_append_new(snapshots, snapshot_json(&folder->snapshot[i])) == 0);
    }
    json_t *root =
        json_pack("{so so so si si}", "removed_before", number_if(folder_begin(parts, count)),
                  "segments", segments, "snapshots", snapshots, "unfinished",
                  (int)folder->unfinished, "others", (int)folder->others);
    CHECK(root);
    CHECK(json_dumpf(root, stdout, JSON_INDENT(1)) == 0);
    putchar('\n');
    json_decref(root);
}

int journal_list(struct folder *folder, const struct journal_options *options)
{
    static char page[65536];
    static struct folder_part parts[JOURNAL_SEGMENTS_MAX];
    uint32_t count = folder_chain(folder, parts);
    if (options->json) {
        json_print(folder, parts, count);
    } else {
        struct text out = text_in(page, sizeof page);
        segments_print(&out, folder, parts, count);
        begin_print(&out, folder_begin(parts, count));
        snapshots_print(&out, folder);
    }
    bool sound = !folder->overflowed;
    if (folder->overflowed)
        text_format(&folder->problems,
                    "there are more files than a journal has: %u segments and %u snapshots are "
                    "shown\n",
                    folder->segments, folder->snapshots);
    for (uint32_t i = 0; i < folder->segments; i++) {
        if (folder->segment[i].diagnosis.fault == JOURNAL_FAULT_NONE) continue;
        folder_problem(folder, "", &folder->segment[i].diagnosis);
        sound = false;
    }
    for (uint32_t i = 0; i < folder->snapshots; i++) {
        if (folder->snapshot[i].diagnosis.fault == JOURNAL_FAULT_NONE) continue;
        folder_problem(folder, "", &folder->snapshot[i].diagnosis);
        sound = false;
    }
    if (folder->segments == 0) text_append(&folder->problems, "the folder holds no journal\n");
    return folder->segments == 0 ? 1 : sound ? 0 : 4;
}
