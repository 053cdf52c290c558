#include "control/monitor/report_venue.h"

#include <string.h>

#define NAME_COLUMN   30u
#define NUMBER_COLUMN 44u

static void number_at(struct text *out, uint64_t value, uint32_t column)
{
    size_t start = out->length;
    text_grouped(out, value);
    text_right(out, start, column);
}

static void row(struct text *out, const char *name, uint64_t count, const char *meaning)
{
    text_append(out, "  ");
    text_append(out, name);
    text_to_column(out, NAME_COLUMN);
    number_at(out, count, NUMBER_COLUMN);
    if (meaning) {
        text_append(out, "   ");
        text_append(out, meaning);
    }
    text_append_char(out, '\n');
}

/* What never happened is left out. */
static void row_if(struct text *out, const char *name, uint64_t count, const char *meaning)
{
    if (count > 0) row(out, name, count, meaning);
}

/* Books. */

static void level_at(struct text *out, const struct match_level *level, bool ask)
{
    const uint32_t price = ask ? 54 : 42, qty = ask ? 64 : 32;
    size_t start = out->length;
    if (!ask) {
        if (level->orders) text_grouped(out, (uint64_t)(level->qty / QTY_ONE));
        text_right(out, start, qty);
        start = out->length;
    }
    if (level->orders) text_price(out, level->price);
    else text_append_char(out, '-');
    text_right(out, start, price);
    if (!ask) return;
    start = out->length;
    if (level->orders) text_grouped(out, (uint64_t)(level->qty / QTY_ONE));
    text_right(out, start, qty);
}

/* The line of a table that says what it does not show. */
static void more(struct text *out, uint64_t count)
{
    if (count == 0) return;
    text_append(out, "and ");
    text_grouped(out, count);
    text_append(out, " more\n");
}

void report_venue_books(struct text *out, const struct match_view *match, uint64_t listed,
                        uint32_t rows)
{
    static const char *const phases[] = {
        [MATCH_UNLISTED] = "unlisted", [MATCH_CLOSED] = "closed", [MATCH_CALL] = "call",
        [MATCH_OPEN] = "open",         [MATCH_HALTED] = "halted", [MATCH_PAUSED] = "paused"};
    text_append(out,
                "symbol    phase           size       bid         ask      size        last\n");
    uint64_t shown = match->books < rows ? match->books : rows;
    if (shown == rows && listed > rows && shown > 0) shown--;
    for (uint64_t i = 0; i < shown; i++) {
        const struct match_view_book *book = &match->book[i];
        text_append(out, book->symbol);
        text_to_column(out, 10);
        text_append(out, book->phase < ARRAY_COUNT(phases) ? phases[book->phase] : "?");
        text_to_column(out, 20);
        level_at(out, &book->bid, false);
        level_at(out, &book->ask, true);
        size_t start = out->length;
        if (book->last) text_price(out, book->last);
        else text_append_char(out, '-');
        text_right(out, start, 76);
        text_append_char(out, '\n');
    }
    more(out, listed > shown ? listed - shown : 0);
}

/* Sessions. */

void report_venue_sessions(struct text *out, const struct gate_view *gate)
{
    text_append(out, "session   connected       messages\n");
    for (uint32_t i = 0; i < gate->sessions; i++) {
        const struct gate_view_session *session = &gate->session[i];
        text_append(out, "  ");
        text_append(out, session->username);
        text_to_column(out, 10);
        text_append(out, session->broken ? "BROKEN" : session->connected ? "yes" : "no");
        text_to_column(out, 20);
        number_at(out, session->messages, 34);
        text_append_char(out, '\n');
    }
    if (gate->sessions_more)
        text_format(out, "  and %lu more\n", (unsigned long)gate->sessions_more);
}

/* Order entry. */

#define VERDICT_ROW(verdict, counter, meaning)           [verdict] = {#counter, meaning},
#define CAUSE_ROW(cause, counter, code, letter, meaning) [cause] = {#counter, meaning},

struct named {
    const char *name;
    const char *meaning;
};

void report_venue_entry(struct text *out, const struct gate_view *gate,
                        const struct match_view *match)
{
    static const struct named verdicts[] = {ENTRY_VERDICTS(VERDICT_ROW)};
    static const struct named causes[] = {ENTRY_CAUSES(CAUSE_ROW)};
    text_append(out, "order entry\n");
    row(out, "requests", match->request, "taken from the sessions");
    for (uint32_t i = 0; i < ENTRY_VERDICT_COUNT; i++)
        if (i != ENTRY_WAIT && i != ENTRY_IDLE)
            row_if(out, verdicts[i].name, match->verdict[i], verdicts[i].meaning);
    for (uint32_t i = 1; i < ENTRY_CAUSE_COUNT; i++)
        row_if(out, causes[i].name, match->cause[i], causes[i].meaning);
    row(out, "answers", match->answer, "sequenced messages of all sessions");
    row(out, "orders live", match->orders, NULL);
    row(out, "journal records", match->sequence, NULL);
    row_if(out, "events held", match->held, "wait for the disk");
    row_if(out, "sessions dropped", match->dropped, "could not be answered");
    row_if(out, "ring waits", match->ring_wait, "the gate was behind");
    row_if(out, "connections ended", gate->dropped, "by the match stage");
    row_if(out, "ends that came late", gate->dropped_late, "their connection was over already");
    row_if(out, "requests held", gate->request_held, "a client waited: the engine was behind");
    row_if(out, "requests in turn", gate->request_turn, "a client waited: others had their turn");
    row_if(out, "answers lost", gate->answer_lost, "no place was left in the streams");
    row_if(out, "SESSIONS BROKEN", gate->streams_broken,
           "lost an answer: nobody can log in to them");
}

/* Market data. */

#define RETRANSMIT_ROW(status, counter, meaning) [status] = {"requests " #counter, meaning},

void report_venue_market(struct text *out, const struct gate_view *gate)
{
    static const struct named requests[] = {RETRANSMIT_STATUSES(RETRANSMIT_ROW)};
    text_append(out, "market data\n");
    row(out, "messages", gate->message, NULL);
    for (uint32_t i = 0; i < GATE_LINES_MAX; i++) {
        const struct mold_out_counts *line = &gate->line[i];
        if (line->datagram + line->heartbeat == 0) continue;
        text_append(out, i == 0 ? "  line A" : "  line B");
        text_to_column(out, NAME_COLUMN);
        number_at(out, line->datagram, NUMBER_COLUMN);
        text_append(out, "   datagrams, ");
        text_grouped(out, line->heartbeat);
        text_append(out, " heartbeats");
        if (line->lost) text_format(out, ", %lu messages lost", (unsigned long)line->lost);
        if (line->held_back)
            text_format(out, ", held back %lu times", (unsigned long)line->held_back);
        text_append_char(out, '\n');
    }
    for (uint32_t i = 0; i < RETRANSMIT_STATUS_COUNT; i++)
        row_if(out, requests[i].name, gate->retransmit.request[i], requests[i].meaning);
    row_if(out, "messages sent again", gate->retransmit.message, NULL);
    row_if(out, "answers not sent", gate->reply_lost, "the link had no room");
    row_if(out, "snapshots", gate->snapshot, NULL);
    row_if(out, "snapshots refused", gate->snapshot_refused, NULL);
    row_if(out, "SNAPSHOTS BROKEN", gate->spin.refused + gate->spin.missed,
           "messages their books could not take");
}

/* Network. */

void report_venue_network(struct text *out, const struct gate_view *gate)
{
    text_append(out, "network\n");
    row(out, "frames", gate->frame, NULL);
    row_if(out, "frames cut", gate->frame_cut, "captures that kept only a part: dropped");
    row_if(out, "frames on a line's port", gate->line_frame, "which only sends: dropped");
    for (uint32_t i = 0; i < INET_STATUS_COUNT; i++)
        row_if(out, inet_status_name(i), gate->inet.frame[i], inet_status_text(i));
    for (uint32_t i = TCP_SEGMENT_SHORT; i < TCP_STATUS_COUNT; i++)
        row_if(out, tcp_status_name(i), gate->tcp.segment[i], tcp_status_text(i));
    row_if(out, "segments sent again", gate->tcp.retransmit, NULL);
    row_if(out, "segments not sent", gate->tcp.link_full, "the link had no room");
    row_if(out, "connections reset", gate->tcp.aborted, "by us");
    row(out, "connections", gate->connection, "of clients, since the start");
    row_if(out, "connections refused", gate->connection_full, NULL);
    row_if(out, "connections evicted", gate->connection_evicted, "had not logged in: made room");
    row_if(out, "logins refused", gate->login_refused, NULL);
    row_if(out, "logins to broken sessions", gate->login_broken, NULL);
    row_if(out, "logins that replaced one", gate->login_replaced, NULL);
    row_if(out, "ends not taken", gate->unsent, "the client took no more: reset after a second");
    for (uint32_t i = 1; i < SOUPBIN_REASON_COUNT; i++)
        row_if(out, soupbin_reason_name(i), gate->closed[i], soupbin_reason_text(i));
}

/* A feed's recovery. */

#define REPLY_ROW(reply, counter, meaning)     [reply] = {"replies " #counter, meaning},
#define TROUBLE_ROW(trouble, counter, meaning) [trouble] = {"snapshots " #counter, meaning},

void report_recovery(struct text *out, const struct feed_view *view)
{
    static const struct named replies[] = {RECOVERY_REPLIES(REPLY_ROW)};
    static const struct named troubles[] = {RECOVERY_TROUBLES(TROUBLE_ROW)};
    const struct recovery_counts *counts = &view->host.recovery;
    if (counts->started == 0) return;
    text_append(out, "recovery\n");
    row(out, "started", counts->started, "times messages were overdue, or the start was missed");
    row(out, "recovered", counts->recovered, "times all was complete again");
    row_if(out, "failed", counts->failed, NULL);
    row(out, "requests", counts->request, "for missed messages");
    row_if(out, "retried", counts->request_retried, NULL);
    for (uint32_t i = 0; i < RECOVERY_REPLY_COUNT; i++)
        row_if(out, replies[i].name, counts->reply[i], replies[i].meaning);
    row_if(out, "snapshots", counts->snapshot, "asked for");
    row_if(out, "snapshots taken", counts->snapshot_taken, NULL);
    for (uint32_t i = 0; i < RECOVERY_TROUBLE_COUNT; i++)
        row_if(out, troubles[i].name, counts->snapshot_failed[i], troubles[i].meaning);
}
