#include "apps/pollux-generate/report.h"
#include "dataplane/wire/itch.h"

#include <inttypes.h>

#define COLUMN_NUMBER 34u
#define COLUMN_SHARE  46u

static const char *type_text(uint32_t type)
{
    const struct wire_layout *layout = itch_layout((uint8_t)type);
    return layout ? layout->name : "unknown";
}

/* A row of the table: what, how many, of how many. */
static void row(FILE *to, const char *what, uint64_t count, uint64_t whole)
{
    char buffer[256];
    struct text line = text_in(buffer, sizeof buffer);
    text_append(&line, "  ");
    text_append(&line, what);
    text_to_column(&line, 20);
    size_t start = line.length;
    text_grouped(&line, count);
    text_right(&line, start, COLUMN_NUMBER);
    if (whole > 0) {
        text_append_char(&line, ' ');
        start = line.length;
        text_decimal(&line, (int64_t)((unsigned __int128)count * 100000 / whole), 3, 3);
        text_append(&line, " %");
        text_right(&line, start, COLUMN_SHARE);
    }
    fprintf(to, "%s\n", buffer);
}

static void types_print(const struct run *run, FILE *to)
{
    for (uint32_t type = 0; type < 256; type++) {
        if (run->type[type] == 0) continue;
        char what[64];
        const char *name = type_text(type);
        if (type > ' ' && type < 0x7f)
            snprintf(what, sizeof what, "%c  %s", (char)type, name[0] == 'i' ? name + 5 : name);
        else snprintf(what, sizeof what, "0x%02x", type);
        row(to, what, run->type[type], run->messages);
    }
}

static void line_print(const struct run_line *line, char letter, FILE *to)
{
    const struct line_counts *counts = line_counts(line->line);
    fprintf(to, "line %c%s%s\n", letter, line->sink ? " in " : "",
            line->sink ? line->sink->path : "");
    row(to, "datagrams", counts->offered, 0);
    row(to, "lost", counts->lost, counts->offered);
    row(to, "messages in them", counts->lost_messages, line->run->messages);
    row(to, "late", counts->late, counts->offered);
    row(to, "doubled", counts->doubled, counts->offered);
    row(to, "frames", counts->frames, 0);
    row(to, "bytes of frames", counts->bytes, 0);
}

static uint64_t skipped_count(const struct run *run)
{
    uint64_t count = run->datagrams_skipped + run->cut_skipped;
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++) count += run->frames_skipped[i];
    return count;
}

static void skipped_print(const struct run *run, FILE *to)
{
    if (skipped_count(run) == 0) return;
    fprintf(to, "left out of %s\n", run->options->from);
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++)
        if (run->frames_skipped[i])
            row(to, frame_status_name((enum frame_status)i), run->frames_skipped[i], 0);
    if (run->datagrams_skipped) row(to, "not MoldUDP64", run->datagrams_skipped, 0);
    if (run->cut_skipped) row(to, "cut by capture", run->cut_skipped, 0);
}

void report_table(const struct run *run, FILE *to)
{
    char elapsed[32];
    struct text text = text_in(elapsed, sizeof elapsed);
    text_ns(&text, run->elapsed_ns);
    fprintf(to, "messages in %s\n", elapsed);
    types_print(run, to);
    row(to, "all", run->messages, 0);
    row(to, "bytes of messages", run->bytes, 0);
    if (run->flow) row(to, "orders live", run->live, 0);
    if (run->messages_sink) fprintf(to, "messages in %s\n", run->messages_sink->path);
    for (uint32_t i = 0; i < 2; i++)
        if (run->line[i].line) line_print(&run->line[i], i ? 'B' : 'A', to);
    if (run->line[0].line && run->line[1].line) {
        fprintf(to, "both lines\n");
        row(to, "messages lost", run->lost, run->messages);
    }
    if (run->options->device) {
        fprintf(to, "device %s\n", run->options->device);
        row(to, "frames taken", run->port_counts.frames, 0);
        row(to, "frames refused", run->port_counts.refused, 0);
    }
    skipped_print(run, to);
}

/* JSON. */

static void json_types(const struct run *run, FILE *to)
{
    const char *comma = "";
    fprintf(to, "  \"messages_by_type\": {");
    for (uint32_t type = 0; type < 256; type++) {
        if (run->type[type] == 0) continue;
        bool plain = type >= ' ' && type < 0x7f && type != '"' && type != '\\';
        if (plain) fprintf(to, "%s\"%c\": %" PRIu64, comma, (char)type, run->type[type]);
        else fprintf(to, "%s\"\\u00%02x\": %" PRIu64, comma, type, run->type[type]);
        comma = ", ";
    }
    fprintf(to, "},\n");
}

static void json_line(const struct line_counts *counts, char letter, const char *comma, FILE *to)
{
    fprintf(to,
            "%s\n    {\"line\": \"%c\", \"datagrams\": %" PRIu64 ", \"lost\": %" PRIu64
            ", \"lost_messages\": %" PRIu64 ", \"late\": %" PRIu64 ", \"doubled\": %" PRIu64
            ", \"frames\": %" PRIu64 ", \"bytes\": %" PRIu64 "}",
            comma, letter, counts->offered, counts->lost, counts->lost_messages, counts->late,
            counts->doubled, counts->frames, counts->bytes);
}

static void json_lost(const struct run *run, bool ranges, FILE *to)
{
    fprintf(to, "  \"lost_on_all_lines\": {\"messages\": %" PRIu64, run->lost);
    if (ranges) {
        struct coverage_range range;
        const char *comma = "";
        fprintf(to, ", \"ranges\": [");
        for (uint64_t at = 0; coverage_lost_next(&run->coverage, &at, &range); comma = ",")
            fprintf(to, "%s[%" PRIu64 ",%" PRIu64 "]", comma, range.first,
                    range.first + range.count - 1);
        fprintf(to, "]");
    }
    fprintf(to, "},\n");
}

static void json_skipped(const struct run *run, FILE *to)
{
    const char *comma = "";
    fprintf(to, "  \"skipped\": {");
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++) {
        if (run->frames_skipped[i] == 0) continue;
        fprintf(to, "%s\"%s\": %" PRIu64, comma, frame_status_name((enum frame_status)i),
                run->frames_skipped[i]);
        comma = ", ";
    }
    if (run->datagrams_skipped)
        fprintf(to, "%s\"not_moldudp64\": %" PRIu64, comma, run->datagrams_skipped);
    if (run->datagrams_skipped) comma = ", ";
    if (run->cut_skipped) fprintf(to, "%s\"cut\": %" PRIu64, comma, run->cut_skipped);
    fprintf(to, "},\n");
}

bool report_json(const struct run *run, bool ranges, FILE *to)
{
    fprintf(to, "{\n  \"messages\": %" PRIu64 ",\n  \"message_bytes\": %" PRIu64 ",\n",
            run->messages, run->bytes);
    json_types(run, to);
    if (run->flow) fprintf(to, "  \"live_orders\": %" PRIu64 ",\n", run->live);
    fprintf(to, "  \"datagrams\": %" PRIu64 ",\n  \"lines\": [", run->datagrams);
    const char *comma = "";
    for (uint32_t i = 0; i < 2; i++) {
        if (!run->line[i].line) continue;
        json_line(line_counts(run->line[i].line), i ? 'B' : 'A', comma, to);
        comma = ",";
    }
    fprintf(to, "],\n");
    json_lost(run, ranges, to);
    json_skipped(run, to);
    if (run->options->device)
        fprintf(to, "  \"device\": {\"frames\": %" PRIu64 ", \"refused\": %" PRIu64 "},\n",
                run->port_counts.frames, run->port_counts.refused);
    fprintf(to, "  \"seconds\": %" PRIu64 ".%03" PRIu64 "\n}\n", run->elapsed_ns / NANOS_SECOND,
            run->elapsed_ns / NANOS_MILLI % 1000);
    return fflush(to) == 0 && !ferror(to);
}
