#ifndef TESTS_INET_SCRIPT_H
#define TESTS_INET_SCRIPT_H

/* A language for what an endpoint does with segments.  A file (tests/inet/scripts) holds scripts:
 *
 *     === RFC 9293 3.10.7.4: a reset that is exact ends the connection
 *     established
 *     < R 1
 *     event closed reset
 *
 * A script begins with === and the rule it checks.  Each line is one step; # begins a comment.
 * Sequence numbers are relative: 0 is each side's SYN, 1 its first byte.
 *
 *     host KEY=VALUE ...        before anything else: limits (send receive connections half_open
 *                               mtu challenges segments, in numbers; rto_min rto_initial rto_max
 *                               delayed_ack user_timeout connect time_wait finish keepalive
 *                               keepalive_gap, in times), and nosack, nots, noscale
 *     isn N                     the peer's number of its SYN (to cross 2^32)
 *     listen  unlisten          port 80
 *     connect                   to the peer's port 4000, from 80
 *     established [OPTIONS]     the peer opens; connected [OPTIONS]: we do; win N as in segments
 *
 *     < FLAGS SEQ[:LENGTH] [ack N] [win N] [OPTIONS] [from PORT] [to PORT] [bad] [junk]
 *                               a segment arrives.  bad: with a wrong checksum.  junk: with other
 *                               bytes than the stream has there; junkfrom N: from byte N on
 *     > FLAGS SEQ[:LENGTH] [ack N] [win N] [OPTIONS] [only] [port N]
 *                               is the next segment sent.  PSH is compared only if it is said;
 *                               only: it has no other options
 *     flags: letters of S A F R P U; . for none.  SEQ * in > is not compared; a SYN of ours begins
 *     a new numbering, unless its SEQ is said in the old one
 *     options: mss N, ws N, sackok, ts VALUE [echo MS], sack A-B[,A-B...], raw HEX
 *              ts in > : present; ecr VALUE: its echo; tsval MS: since our first
 *
 *     write N  put N  push  finish  close  abort  resume
 *     take N | all              what the owner takes of each call from now on
 *     answer N                  the owner writes N bytes inside each received()
 *     inside close | abort | finish    what he does inside the next received()
 *     refuse                    opened() answers false
 *     flush on | off            inet_flush after each step; on unless said
 *     link full | free
 *     wait TIME                 1ms 2s 5us: what is due is done on the way
 *     icmp TYPE CODE seq N [mtu N]     an error that quotes our byte N
 *
 *     event opened | ended | writable | closed WHY     is the next thing the owner was told
 *     noevent                   he was told nothing more
 *     got N                     he has read N bytes, all of them right
 *     state NAME | gone         of the connection
 *     look FIELD N              a field of struct tcp_view, numbers of sequence relative
 *     count NAME N              of struct tcp_counts: a counter, or a status by its counter's name
 *     connections N             in use
 *     open N                    bytes a write would take
 *
 * Strict: a segment that no line expects fails the script, at the next step that puts something in,
 * and at its end.  Every invariant is checked after every step. */

#include "tests/inet/rig.h"

struct script {
    struct rig rig;
    const char *file;
    uint32_t line;
    uint32_t passed, failed;
    char title[256];
    char problem[800]; /* of this script; empty: none */
    bool begun, running;
    struct inet_limits limits;
    /* The two numberings. */
    uint32_t isn, iss;
    bool iss_known;
    uint32_t stamp, first_stamp; /* our last TSval, and the first */
    bool stamped;
    /* The owner. */
    struct tcp_calls calls;
    uint32_t connection;
    bool has_connection;
    uint32_t take, answer;
    bool take_all, refuse, flush, wrong_byte;
    char inside[8];
    uint64_t got, wrote;
    uint32_t events, events_seen;
    char event[64][24];
};

/* Runs all scripts of a file; failures are recorded as expectations. */
void script_file(struct script *script, const char *path);

/* For script_segment.c. */
void script_fail(struct script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *script_word(char **rest);
uint64_t script_number(struct script *script, const char *word);
void script_arrive(struct script *script, char *rest);
void script_expect(struct script *script, char *rest);
uint8_t script_peer_byte(uint32_t sequence);
uint8_t script_our_byte(uint64_t offset);

#endif
