#include "dataplane/publish/mold_out.h"

/* A line is its cursor: everything below it has been handed to the port.  A datagram is the longest
 * run from there, so both lines cut alike as long as both are where the other is. */

struct line {
    struct mold_out_port port;
    struct frame_udp_head head;
    uint64_t cursor;
    nanos_t due; /* when a heartbeat, or the end, is to be said (again) */
    bool end_said;
    struct mold_out_counts counts;
};

struct mold_out {
    const struct history *history;
    struct text10 session;
    uint32_t blocks_max; /* bytes of blocks in a datagram */
    uint32_t lines;
    nanos_t heartbeat_ns;
    nanos_t end_ns;
    nanos_t end_at; /* of mold_out_end */
    uint64_t end;   /* the sequence there, 0 before it */
    struct line line[MOLD_OUT_LINES];
};

const char *mold_out_limits_check(const struct mold_out_limits *limits)
{
    if (limits->lines < 1 || limits->lines > MOLD_OUT_LINES)
        return "market data: there must be one line or two";
    if (limits->payload_max < MOLD_OUT_PAYLOAD_MIN || limits->payload_max > MOLD_OUT_PAYLOAD_MAX)
        return "market data: a payload must have 278 to 9000 bytes";
    if (limits->heartbeat_ns == 0) return "market data: the time between heartbeats must not be 0";
    for (uint32_t i = 0; i < limits->lines; i++)
        if (limits->line[i].port.claim == NULL || limits->line[i].port.publish == NULL)
            return "market data: a line has no port";
    return NULL;
}

size_t mold_out_footprint(void)
{
    return ALIGN_UP(sizeof(struct mold_out), CACHE_LINE);
}

struct mold_out *mold_out_new(void *memory, const struct mold_out_limits *limits,
                              const struct history *history, nanos_t now)
{
    CHECK(mold_out_limits_check(limits) == NULL);
    struct mold_out *out = memory;
    *out = (struct mold_out){
        .history = history,
        .blocks_max = limits->payload_max - (uint32_t)sizeof(struct moldudp64_header),
        .lines = limits->lines,
        .heartbeat_ns = limits->heartbeat_ns,
        .end_ns = limits->end_ns,
    };
    memcpy(out->session.byte, limits->session, sizeof out->session.byte);
    for (uint32_t i = 0; i < limits->lines; i++)
        out->line[i] = (struct line){
            .port = limits->line[i].port,
            .head = limits->line[i].head,
            .cursor = history_first(history),
            .due = now + limits->heartbeat_ns,
        };
    return out;
}

/* Sends one datagram; false if the port has no room. */
static bool datagram_send(const struct mold_out *out, struct line *line, uint32_t count,
                          const struct history_run *run)
{
    uint32_t head_bytes = frame_udp_head_bytes(&line->head);
    uint32_t payload_bytes = (uint32_t)sizeof(struct moldudp64_header) + run->bytes;
    uint8_t *frame = line->port.claim(line->port.context, head_bytes + payload_bytes);
    if (unlikely(frame == NULL)) {
        line->counts.held_back++;
        return false;
    }
    uint8_t *payload = frame + head_bytes;
    *(struct moldudp64_header *)payload = (struct moldudp64_header){
        .session = out->session,
        .sequence = be64(run->sequence),
        .count = be16((uint16_t)count),
    };
    memcpy(payload + sizeof(struct moldudp64_header), run->blocks, run->bytes);
    frame_udp_write(frame, &line->head, payload_bytes);
    line->head.identification++;
    line->port.publish(line->port.context);
    line->counts.byte += payload_bytes;
    return true;
}

/* Sends the line's messages: all, or only whole datagrams.  False if the port had no room. */
static bool line_send(const struct mold_out *out, struct line *line, nanos_t now, bool all)
{
    const struct history *history = out->history;
    if (unlikely(line->cursor < history_first(history))) {
        line->counts.lost += history_first(history) - line->cursor;
        line->cursor = history_first(history);
    }
    struct history_run run;
    while (history_run(history,
                       &(struct history_wish){
                           .sequence = line->cursor,
                           .bytes_max = out->blocks_max,
                           .count_max = MOLDUDP64_COUNT_MAX,
                       },
                       &run)) {
        if (!all && run.sequence + run.count == history_next(history)) break; /* may yet grow */
        if (!datagram_send(out, line, run.count, &run)) return false;
        line->cursor += run.count;
        line->due = now + out->heartbeat_ns;
        line->counts.datagram++;
        line->counts.message += run.count;
    }
    return true;
}

void mold_out_send(struct mold_out *out, nanos_t now)
{
    for (uint32_t i = 0; i < out->lines; i++) (void)line_send(out, &out->line[i], now, false);
}

static bool end_over(const struct mold_out *out, nanos_t now)
{
    return out->end != 0 && now - out->end_at >= out->end_ns;
}

/* A heartbeat or an end of session, if it is due. */
static void line_idle(const struct mold_out *out, struct line *line, nanos_t now)
{
    bool ends = out->end != 0;
    bool first = ends && !line->end_said;
    if (!first && (now < line->due || end_over(out, now))) return;
    struct history_run nothing = {.sequence = line->cursor, .blocks = out->history->ring};
    uint32_t count = ends ? MOLDUDP64_END_OF_SESSION : MOLDUDP64_HEARTBEAT;
    if (!datagram_send(out, line, count, &nothing)) return;
    line->due = now + out->heartbeat_ns;
    line->end_said = ends;
    line->counts.end += ends;
    line->counts.heartbeat += !ends;
}

void mold_out_flush(struct mold_out *out, nanos_t now)
{
    CHECK(out->end == 0 || out->end == history_next(out->history));
    for (uint32_t i = 0; i < out->lines; i++)
        if (line_send(out, &out->line[i], now, true)) line_idle(out, &out->line[i], now);
}

void mold_out_end(struct mold_out *out, nanos_t now)
{
    CHECK(out->end == 0);
    out->end = history_next(out->history);
    out->end_at = now;
    mold_out_flush(out, now);
}

bool mold_out_ended(const struct mold_out *out, nanos_t now)
{
    if (!end_over(out, now)) return false;
    for (uint32_t i = 0; i < out->lines; i++)
        if (!out->line[i].end_said) return false;
    return true;
}

nanos_t mold_out_due(const struct mold_out *out)
{
    nanos_t due = out->line[0].due;
    for (uint32_t i = 1; i < out->lines; i++)
        if (out->line[i].due < due) due = out->line[i].due;
    return due;
}

void mold_out_skip(struct mold_out *out)
{
    for (uint32_t i = 0; i < out->lines; i++) out->line[i].cursor = history_next(out->history);
}

uint64_t mold_out_cursor(const struct mold_out *out, uint32_t line)
{
    CHECK(line < out->lines);
    return out->line[line].cursor;
}

uint64_t mold_out_sent(const struct mold_out *out)
{
    uint64_t sent = out->line[0].cursor;
    for (uint32_t i = 1; i < out->lines; i++)
        if (out->line[i].cursor > sent) sent = out->line[i].cursor;
    return sent;
}

const struct mold_out_counts *mold_out_counts(const struct mold_out *out, uint32_t line)
{
    CHECK(line < out->lines);
    return &out->line[line].counts;
}
