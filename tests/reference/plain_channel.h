#ifndef TESTS_REFERENCE_PLAIN_CHANNEL_H
#define TESTS_REFERENCE_PLAIN_CHANNEL_H

/* The channel again, written to be obviously right: for every sequence number a row that says
 * whether it has come, since when it is known to be missing, and which line brought it; waiting
 * datagrams are a list in the order they came.  Everything is scanned in full.  The rules are
 * those of dataplane/feed/channel.h; no code is shared with it.  Datagrams come read, sessions
 * are small integers, and the bytes of a datagram are one number, its content. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAIN_NUMBERS = 2048, PLAIN_SESSIONS = 6, PLAIN_LIST = 4096, PLAIN_NO_SESSION = -1 };

enum plain_kind { PLAIN_MESSAGES, PLAIN_HEARTBEAT, PLAIN_END };

struct plain_datagram {
    enum plain_kind kind;
    int session;
    int line;
    uint64_t sequence;
    uint64_t count; /* of messages */
    uint64_t content;
    uint64_t bytes;
};

struct plain_limits {
    int lines;
    uint64_t store_datagrams;
    uint64_t store_bytes;
    uint64_t gap_wait_ns;
    uint64_t gap_packets;
    uint64_t silence_ns;
    uint64_t first_sequence;
    int session; /* or PLAIN_NO_SESSION */
};

struct plain_row {
    bool come;           /* brought by some line, and waiting */
    bool named;          /* known to exist */
    bool overdue;        /* given up without waiting */
    uint64_t named_ns;   /* when it was first known */
    uint64_t named_turn; /* and how many datagrams of the session had come by then */
    bool brought[2];     /* by the line */
};

struct plain_channel {
    struct plain_limits limits;
    struct plain_row row[PLAIN_NUMBERS];
    struct plain_datagram waiting[PLAIN_LIST];
    struct plain_datagram whole[PLAIN_LIST]; /* given out whole, to be compared with copies */
    size_t waiting_count;
    size_t whole_count;
    int session;
    bool left[PLAIN_SESSIONS];
    uint64_t next;
    uint64_t top;         /* one past the highest number named */
    uint64_t line_first;  /* lines are asked for numbers from here */
    uint64_t line_top[2]; /* one past the highest number the line has named */
    uint64_t lost_before[2];
    uint64_t turn;
    bool end_seen, ended, quarantined, rejoining, stale, heard_again, heard;
    bool say_session, say_quarantine;
    uint64_t fresh_at, heard_ns, ended_ns;
    uint64_t message, gap, gap_message, early_stale, uncompared, sessions;
};

void plain_channel_begin(struct plain_channel *plain, const struct plain_limits *limits);

/* What becomes of datagram: the name of its status. */
const char *plain_channel_receive(struct plain_channel *plain,
                                  const struct plain_datagram *datagram, uint64_t now);

/* Says all that follows, as "taken 1-3 A, gap 4-6, session 2 from 1, end, stale, fresh,
 * quarantine". */
void plain_channel_next(struct plain_channel *plain, uint64_t now, char *text, size_t text_bytes);

void plain_channel_finish(struct plain_channel *plain);
void plain_channel_release(struct plain_channel *plain);

/* Messages the line has passed over and not brought. */
uint64_t plain_channel_lost(const struct plain_channel *plain, int line);

#endif
