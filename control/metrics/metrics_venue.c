/* A venue: its wire, its sessions, its engine. */

#include "control/metrics/metrics_rows.h"

#define VERDICT_NAME(verdict, counter, meaning)           [verdict] = #counter,
#define CAUSE_NAME(cause, counter, code, letter, meaning) [cause] = #counter,
#define RETRANSMIT_NAME(status, counter, meaning)         [status] = #counter,
#define CLOSED_NAME(reason, counter, resumes, meaning)    [reason] = #counter,
#define INET_NAME(status, counter, meaning)               [status] = #counter,
#define TCP_NAME(status, counter, meaning)                [status] = #counter,

static const char *const verdicts[] = {ENTRY_VERDICTS(VERDICT_NAME)};
static const char *const causes[] = {ENTRY_CAUSES(CAUSE_NAME)};
static const char *const requests[] = {RETRANSMIT_STATUSES(RETRANSMIT_NAME)};
static const char *const ends[] = {SOUPBIN_REASONS(CLOSED_NAME)};
static const char *const inet_frames[] = {INET_STATUSES(INET_NAME)};
static const char *const tcp_segments[] = {TCP_STATUSES(TCP_NAME)};

/* clang-format off */
#define GATE_ROWS(C, G)                                                                \
    C(message,        message,        "Messages of market data published")             \
    C(retransmit_message, retransmit.message, "Messages sent again")                   \
    C(shadow_refused, spin.refused,   "Messages that the books behind snapshots refused: with one, no snapshot is made any more") \
    C(shadow_missed,  spin.missed,    "Messages that the books behind snapshots have missed: the same") \
    G(shadow_lag,     spin.lag,       "Messages that the books behind snapshots are behind") \
    G(connected,      connected,      "Sessions that are logged in")                   \
    G(reading,        reading,        "Connections that read a snapshot")              \
    G(stream_chunks,  stream_chunks,  "Chunks of 4 KiB for the day's answers of all sessions") \
    G(stream_chunks_used, streams.chunks, "Of these, how many are used: see pollux_match_stream_reserve") \
    G(streams_broken, streams_broken, "Sessions that have lost an answer: nobody is let in to them") \
    G(connections,    connections,    "Connections that are open")

#define MATCH_ROWS(C, G)                                                               \
    C(request,   request,   "Messages taken from the sessions")                        \
    C(dropped,   dropped,   "Sessions that could not be answered")                     \
    C(event,     event,     "Events of the matching engine")                           \
    C(answer,    answer,    "Messages to the sessions")                                \
    C(ring_wait, ring_wait, "Times a full ring to the gate was waited for")            \
    G(journal_record,   sequence, "The newest record of the venue's journal")          \
    G(journal_answered, answered, "The record up to which all answers have left")      \
    G(journal_dead,     dead,     "1: the disk of the journal has failed, and nothing is acknowledged") \
    G(tokens,    tokens,    "Tokens of OUCH 4.2 used this day, of all sessions")                \
    G(tokens_max, tokens_max, "So many there are; 0: no session speaks OUCH 4.2")              \
    G(stream_reserve, stream_reserve, "Chunks of answers for what lives: with so many left, no order is taken") \
    G(held,      held,      "Events that wait for the disk")                           \
    G(orders,    orders,    "Orders that live")                                        \
    G(day,       day,       "0: the day has not begun, 1: open, 2: over")

#define LINE_ROWS(X)                                                                   \
    X(datagram,  "Datagrams with messages sent on a line")                             \
    X(message,   "Messages sent on a line")                                            \
    X(byte,      "Bytes sent on a line")                                               \
    X(heartbeat, "Heartbeats sent on a line")                                          \
    X(held_back, "Times the port of a line had no room")                               \
    X(lost,      "Messages that a line never sent: they were gone when there was room")
/* clang-format on */

#define GATE_C(name, field, help)                                                                  \
    metrics_one(out, EXPOSITION_COUNTER, "pollux_gate_" #name "_total", help, gate->field);
#define GATE_G(name, field, help)                                                                  \
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gate_" #name, help, gate->field);
#define MATCH_C(name, field, help)                                                                 \
    metrics_one(out, EXPOSITION_COUNTER, "pollux_match_" #name "_total", help, match->field);
#define MATCH_G(name, field, help)                                                                 \
    metrics_one(out, EXPOSITION_GAUGE, "pollux_match_" #name, help, match->field);

struct column {
    const char *name;
    const char *help;
    const char *const *reason;
    const uint64_t *count;
    uint32_t counts;
};

/* What became of things, by reason. */
static void column_print(struct text *out, const struct column *column)
{
    metrics_head(out, EXPOSITION_COUNTER, column->name, column->help);
    for (uint32_t i = 0; i < column->counts; i++)
        metrics_by(out, column->name, "reason", column->reason[i], column->count[i]);
}

#define LINE_ROW(name, help)                                                                       \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_gate_line_" #name "_total", help);               \
    for (uint32_t i = 0; i < GATE_LINES_MAX; i++)                                                  \
        metrics_by(out, "pollux_gate_line_" #name "_total", "line", i == 0 ? "A" : "B",            \
                   gate->line[i].name);

static void market_print(struct text *out, const struct gate_view *gate)
{
    LINE_ROWS(LINE_ROW)
    column_print(out, &(struct column){"pollux_gate_retransmit_request_total",
                                       "Requests to send again, by what became of them", requests,
                                       gate->retransmit.request, RETRANSMIT_STATUS_COUNT});
}

static void sessions_print(struct text *out, const struct gate_view *gate)
{
    uint64_t count = gate->sessions < GATE_VIEW_SESSIONS ? gate->sessions : GATE_VIEW_SESSIONS;
    metrics_head(out, EXPOSITION_GAUGE, "pollux_gate_session_connected",
                 "1 while somebody is logged in to the session");
    for (uint32_t i = 0; i < count; i++)
        metrics_by(out, "pollux_gate_session_connected", "session", gate->session[i].username,
                   gate->session[i].connected);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_gate_session_message_total",
                 "Messages of a session's stream");
    for (uint32_t i = 0; i < count; i++)
        metrics_by(out, "pollux_gate_session_message_total", "session", gate->session[i].username,
                   gate->session[i].messages);
    column_print(out, &(struct column){"pollux_gate_closed_total",
                                       "Connections of clients by how they ended", ends + 1,
                                       gate->closed + 1, SOUPBIN_REASON_COUNT - 1});
}

#define GATE_ROW(name, help) METRICS_COUNTER("gate", name, help, gate)
#define INET_ROW(name, help) METRICS_COUNTER("gate_inet", name, help, &gate->inet)
#define TCP_ROW(name, help)  METRICS_COUNTER("gate_tcp", name, help, &gate->tcp)

static void network_print(struct text *out, const struct gate_view *gate)
{
    column_print(out, &(struct column){"pollux_gate_inet_received_total",
                                       "Frames for the venue's port, by what became of them",
                                       inet_frames, gate->inet.frame, INET_STATUS_COUNT});
    INET_COUNTERS(INET_ROW)
    column_print(out, &(struct column){"pollux_gate_tcp_received_total",
                                       "Segments for the venue, by what became of them",
                                       tcp_segments, gate->tcp.segment, TCP_STATUS_COUNT});
    TCP_COUNTERS(TCP_ROW)
}

void metrics_venue(struct text *out, const struct views *views)
{
    const struct gate_view *gate = &views->gate;
    const struct match_view *match = &views->match;
    GATE_COUNTERS(GATE_ROW)
    GATE_ROWS(GATE_C, GATE_G)
    market_print(out, gate);
    sessions_print(out, gate);
    network_print(out, gate);
    MATCH_ROWS(MATCH_C, MATCH_G)
    column_print(out, &(struct column){"pollux_match_verdict_total",
                                       "Messages of the sessions by what became of them", verdicts,
                                       match->verdict, ENTRY_VERDICT_COUNT});
    column_print(out, &(struct column){"pollux_match_refused_total",
                                       "Orders that the venue refused, by cause", causes + 1,
                                       match->cause + 1, ENTRY_CAUSE_COUNT - 1});
}
