#include "tests/reference/plain_channel.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint64_t end_of(const struct plain_datagram *datagram)
{
    return datagram->sequence + datagram->count;
}

static uint64_t line_lost(const struct plain_channel *plain, int line)
{
    uint64_t lost = 0;
    for (uint64_t x = plain->line_first; x < plain->line_top[line]; x++)
        lost += !plain->row[x].brought[line];
    return lost;
}

uint64_t plain_channel_lost(const struct plain_channel *plain, int line)
{
    return plain->lost_before[line] + line_lost(plain, line);
}

void plain_channel_begin(struct plain_channel *plain, const struct plain_limits *limits)
{
    memset(plain, 0, sizeof *plain);
    plain->limits = *limits;
    plain->session = PLAIN_NO_SESSION;
}

/* All numbers below top exist; those that are new to us exist since now. */
static void name_up_to(struct plain_channel *plain, uint64_t top, uint64_t now, bool overdue)
{
    assert(top <= PLAIN_NUMBERS);
    for (uint64_t x = plain->top; x < top; x++) {
        plain->row[x].named = true;
        plain->row[x].named_ns = now;
        plain->row[x].named_turn = plain->turn;
        plain->row[x].overdue = overdue;
        plain->end_seen = false;
        plain->ended = false;
    }
    if (top > plain->top) plain->top = top;
}

static void lines_begin(struct plain_channel *plain, uint64_t from)
{
    for (int line = 0; line < plain->limits.lines; line++) {
        plain->lost_before[line] += line_lost(plain, line);
        plain->line_top[line] = from;
    }
    for (int x = 0; x < PLAIN_NUMBERS; x++)
        for (int line = 0; line < 2; line++) plain->row[x].brought[line] = false;
    plain->line_first = from;
}

static void lines_complete(struct plain_channel *plain)
{
    for (int line = 0; line < plain->limits.lines; line++)
        if (plain->line_top[line] < plain->top) plain->line_top[line] = plain->top;
}

/* Forgets everything but the lines: the stream goes on at next. */
static void forget(struct plain_channel *plain, uint64_t next)
{
    plain->early_stale += plain->waiting_count;
    plain->waiting_count = 0;
    plain->whole_count = 0;
    for (int x = 0; x < PLAIN_NUMBERS; x++) {
        plain->row[x].come = false;
        plain->row[x].named = false;
        plain->row[x].overdue = false;
    }
    plain->next = next;
    plain->top = next;
    plain->end_seen = plain->ended = plain->stale = plain->heard_again = plain->rejoining = false;
}

static bool restarts(const struct plain_datagram *datagram)
{
    return datagram->sequence == 1 && datagram->kind != PLAIN_END;
}

static bool is_adopted(const struct plain_channel *plain, const struct plain_datagram *datagram,
                       uint64_t now)
{
    bool same = plain->session == datagram->session;
    bool mine =
        plain->limits.session == PLAIN_NO_SESSION || plain->limits.session == datagram->session;
    if (!mine) return false;
    if (plain->session == PLAIN_NO_SESSION) return true;
    if (same)
        return plain->ended && restarts(datagram) &&
               now >= plain->ended_ns + plain->limits.gap_wait_ns;
    if (plain->ended) return restarts(datagram) || !plain->left[datagram->session];
    if (plain->rejoining) return !plain->left[datagram->session];
    return restarts(datagram) && !plain->left[datagram->session];
}

static void adopt(struct plain_channel *plain, const struct plain_datagram *datagram, uint64_t now)
{
    uint64_t first = plain->limits.first_sequence;
    if (plain->session != PLAIN_NO_SESSION) {
        lines_complete(plain);
        if (plain->session != datagram->session) plain->left[plain->session] = true;
        if (first > 1) first = 1;
    }
    if (first == 0) first = datagram->sequence;
    plain->session = datagram->session;
    bool rejoining = plain->rejoining;
    forget(plain, first);
    plain->rejoining = rejoining;
    lines_begin(plain, first);
    plain->say_session = true;
    plain->heard = true;
    plain->heard_ns = now;
    plain->sessions++;
}

static void hear(struct plain_channel *plain, uint64_t sequence, uint64_t now)
{
    plain->heard = true;
    plain->heard_ns = now;
    if (!plain->stale || plain->heard_again) return;
    plain->heard_again = true;
    plain->fresh_at = sequence;
}

static void receive_heartbeat(struct plain_channel *plain, const struct plain_datagram *datagram,
                              uint64_t now)
{
    uint64_t sequence = datagram->sequence;
    if (plain->rejoining && sequence >= plain->next) lines_begin(plain, sequence);
    if (plain->line_top[datagram->line] < sequence) plain->line_top[datagram->line] = sequence;
    if (sequence < plain->next) return;
    hear(plain, sequence, now);
    name_up_to(plain, sequence, now, plain->rejoining);
    plain->rejoining = false;
    if (datagram->kind == PLAIN_END && sequence == plain->top) plain->end_seen = true;
}

/* Nothing in it is new. */
static const char *receive_copy(struct plain_channel *plain, const struct plain_datagram *datagram)
{
    if (plain->limits.lines < 2) return "duplicate";
    bool compared = false, differs = false;
    for (size_t i = 0; i < plain->waiting_count; i++) {
        const struct plain_datagram *first = &plain->waiting[i];
        if (first->sequence != datagram->sequence || first->count != datagram->count) continue;
        compared = true;
        differs |= first->content != datagram->content;
    }
    for (size_t i = 0; i < plain->whole_count; i++) {
        const struct plain_datagram *first = &plain->whole[i];
        if (first->sequence != datagram->sequence || first->count != datagram->count) continue;
        compared = true;
        differs |= first->content != datagram->content;
    }
    plain->uncompared += !compared;
    if (!differs) return "duplicate";
    forget(plain, plain->next);
    plain->quarantined = true;
    plain->say_quarantine = true;
    return "conflict";
}

static const char *receive_messages(struct plain_channel *plain,
                                    const struct plain_datagram *datagram, uint64_t now)
{
    uint64_t end = end_of(datagram);
    assert(end <= PLAIN_NUMBERS);
    if (plain->rejoining && end > plain->next)
        lines_begin(plain, datagram->sequence > plain->next ? datagram->sequence : plain->next);
    if (plain->line_top[datagram->line] < end) plain->line_top[datagram->line] = end;
    uint64_t new_ones = 0;
    for (uint64_t x = datagram->sequence; x < end; x++) {
        plain->row[x].brought[datagram->line] = true;
        new_ones += x >= plain->next && !plain->row[x].come;
    }
    if (new_ones == 0) return receive_copy(plain, datagram);

    bool early = datagram->sequence > plain->next;
    bool too_long = early && datagram->bytes > plain->limits.store_bytes;
    hear(plain, datagram->sequence, now);
    name_up_to(plain, datagram->sequence, now, plain->rejoining);
    name_up_to(plain, end, now, false);
    plain->rejoining = false;
    if (too_long) return "store_too_long";
    if (new_ones < datagram->count && plain->limits.lines > 1) plain->uncompared++;
    for (uint64_t x = datagram->sequence; x < end; x++) plain->row[x].come |= x >= plain->next;
    assert(plain->waiting_count < PLAIN_LIST);
    plain->waiting[plain->waiting_count++] = *datagram;
    return early ? "early" : "taken";
}

const char *plain_channel_receive(struct plain_channel *plain,
                                  const struct plain_datagram *datagram, uint64_t now)
{
    if (plain->quarantined) return "quarantined";
    if (is_adopted(plain, datagram, now)) adopt(plain, datagram, now);
    else if (plain->session != datagram->session) return "other_session";
    plain->turn++;
    if (datagram->kind == PLAIN_MESSAGES) return receive_messages(plain, datagram, now);
    receive_heartbeat(plain, datagram, now);
    return "heartbeat";
}

/* What follows. */

struct sayings {
    char *text;
    size_t bytes;
};

__attribute__((format(printf, 2, 3))) static void say(struct sayings *sayings, const char *format,
                                                      ...)
{
    size_t length = strlen(sayings->text);
    if (length > 0 && length + 2 < sayings->bytes) {
        memcpy(sayings->text + length, ", ", 3);
        length += 2;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sayings->text + length, sayings->bytes - length, format, arguments);
    va_end(arguments);
}

static void drop_waiting(struct plain_channel *plain, size_t i)
{
    memmove(&plain->waiting[i], &plain->waiting[i + 1],
            (plain->waiting_count - i - 1) * sizeof plain->waiting[0]);
    plain->waiting_count--;
}

/* Of the waiting datagrams that contain next, the one that begins lowest, then came first. */
static void give_out(struct plain_channel *plain, struct sayings *sayings)
{
    size_t best = plain->waiting_count;
    for (size_t i = 0; i < plain->waiting_count; i++) {
        const struct plain_datagram *waiting = &plain->waiting[i];
        if (waiting->sequence > plain->next || end_of(waiting) <= plain->next) continue;
        if (best < plain->waiting_count && plain->waiting[best].sequence <= waiting->sequence)
            continue;
        best = i;
    }
    assert(best < plain->waiting_count);
    struct plain_datagram given = plain->waiting[best];
    say(sayings, "taken %" PRIu64 "-%" PRIu64 " %c", plain->next, end_of(&given) - 1,
        "AB"[given.line]);
    if (given.sequence == plain->next) {
        assert(plain->whole_count < PLAIN_LIST);
        plain->whole[plain->whole_count++] = given;
    }
    plain->message += end_of(&given) - plain->next;
    plain->next = end_of(&given);
    drop_waiting(plain, best);
    for (size_t i = plain->waiting_count; i-- > 0;) {
        if (end_of(&plain->waiting[i]) > plain->next) continue;
        drop_waiting(plain, i);
        plain->early_stale++;
    }
}

static bool is_due(const struct plain_channel *plain, uint64_t x, uint64_t now)
{
    const struct plain_row *row = &plain->row[x];
    uint64_t packets = plain->limits.gap_packets;
    return row->overdue || now - row->named_ns >= plain->limits.gap_wait_ns ||
           (packets > 0 && plain->turn - row->named_turn >= packets);
}

static bool give_up(struct plain_channel *plain, uint64_t now, bool due, struct sayings *sayings)
{
    uint64_t x = plain->next;
    while (x < plain->top && !plain->row[x].come && (due || is_due(plain, x, now))) x++;
    if (x == plain->next) return false;
    say(sayings, "gap %" PRIu64 "-%" PRIu64, plain->next, x - 1);
    plain->gap++;
    plain->gap_message += x - plain->next;
    plain->next = x;
    if (plain->heard_again) plain->stale = plain->heard_again = false;
    return true;
}

static bool next_step(struct plain_channel *plain, uint64_t now, struct sayings *sayings)
{
    if (plain->heard_again && plain->next >= plain->fresh_at) {
        plain->stale = plain->heard_again = false;
        say(sayings, "fresh");
        return true;
    }
    if (plain->next < plain->top && plain->row[plain->next].come) {
        give_out(plain, sayings);
        return true;
    }
    if (plain->waiting_count > plain->limits.store_datagrams)
        return give_up(plain, now, true, sayings);
    if (give_up(plain, now, false, sayings)) return true;
    if (plain->end_seen && !plain->ended && plain->next == plain->top) {
        plain->ended = true;
        plain->ended_ns = now;
        lines_complete(plain);
        say(sayings, "end");
        return true;
    }
    if (plain->ended) return false;
    if (!plain->heard) {
        plain->heard = true;
        plain->heard_ns = now;
    }
    if (plain->limits.silence_ns == 0 || plain->stale) return false;
    if (now - plain->heard_ns < plain->limits.silence_ns) return false;
    plain->stale = true;
    say(sayings, "stale");
    return true;
}

void plain_channel_next(struct plain_channel *plain, uint64_t now, char *text, size_t text_bytes)
{
    struct sayings sayings = {text, text_bytes};
    text[0] = '\0';
    if (plain->say_session) say(&sayings, "session %d from %" PRIu64, plain->session, plain->next);
    if (plain->say_quarantine) say(&sayings, "quarantine");
    plain->say_session = plain->say_quarantine = false;
    if (plain->quarantined) return;
    while (next_step(plain, now, &sayings)) continue;
}

void plain_channel_finish(struct plain_channel *plain)
{
    if (plain->quarantined || plain->session == PLAIN_NO_SESSION) return;
    for (uint64_t x = plain->next; x < plain->top; x++) plain->row[x].overdue = true;
    lines_complete(plain);
}

void plain_channel_release(struct plain_channel *plain)
{
    if (!plain->quarantined) return;
    plain->quarantined = false;
    plain->rejoining = true;
    plain->heard = false;
}
