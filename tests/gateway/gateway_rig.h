#ifndef TESTS_GATEWAY_GATEWAY_RIG_H
#define TESTS_GATEWAY_GATEWAY_RIG_H

/* A gateway with two fake venues, played by a line of text, and what it put on the wire, as text.
 *
 * Strategies: 0 "one", 1 "two" and 3 "both" are puppets, 2 "far" is outside.  Venue 0 trades AAAA
 * and BBBB (instruments 0 and 1), venue 1 AAAA; "both" trades at venue 1, and needs its venues.
 *
 *     i1 s1        "one" says: key 0 is to buy, to sell 10 at price 1
 *     i1:7 i1/2    7 of it; key 2          i1p i1i   post only, immediate
 *     x x2         key 0, key 2 is to have no order
 *     u1:7         a UNIQUE order to buy
 *     y1 w1        "two" buys, sells 10 at price 1, key 0          z   it stops
 *     a1 r1        the venue accepts, rejects the newest order at price 1
 *     e1:4@2       it has executed 4 of it in all, the last at price 2 (else at its own price)
 *     c1:4 n1      canceled, with 4 executed; it does not cancel
 *     p3 k3        the replacement at price 3 is the order; is not to be
 *     O1:6:4 D1:4 N1   answers to the newest query: open with 6 left after 4, done after 4, never
 *     t            150 ms pass, tick by tick
 *     d v d1       the session of venue 0 is lost, is back; that of venue 1
 *     H h          the box is halted, released
 *     M g          the market of AAAA trades, has a gap
 *     R3           the session takes 3 more messages; R takes any number
 *     .            the delegates decide without news
 *
 *     wire         o1 r3 c1 q1, each by the price of what it is about; o1w: at venue 1, called w
 *
 * Prices and quantities are whole.  Each byte of an order that is sent is checked against the
 * newest pass in the journal; after each step gateway_verify runs. */

#include "dataplane/gateway/gateway.h"
#include "tests/gateway/fake_port.h"
#include "tests/gateway/puppet.h"

#define RIG_STRATEGIES 4u
#define RIG_SYMBOLS    3u
#define RIG_RECORDS    1024u
#define RIG_WRITTEN    65536u

struct rig_written {
    enum gateway_record kind;
    uint32_t bytes;
    union {
        struct gateway_start start;
        struct gateway_reserve reserve;
        struct gateway_pass pass;
        struct gateway_cancel cancel;
        struct gateway_report report;
        struct risk_record control;
        struct gateway_day day;
        struct gateway_heard heard;
        struct gateway_carried carried;
    };
};

struct gateway_rig {
    struct gateway_plan plan;
    struct gateway_symbol_plan symbol[RIG_SYMBOLS];
    struct gateway_strategy_plan strategy[RIG_STRATEGIES];
    struct risk_record record[RIG_RECORDS];
    struct gateway *gateway;
    struct puppet *one;
    struct puppet *two;
    struct puppet *both;
    uint32_t number_one; /* of the dispatcher */
    nanos_t now;
    uint64_t sequence[2]; /* of the venues' sessions */

    struct rig_written *written; /* the journal */
    uint32_t records;
    bool journal_full; /* for what has no reserve */
    bool journal_lost; /* for everything */
    uint64_t durable;  /* UINT64_MAX: all */

    uint32_t room[2];
    struct fake_request sent[4096]; /* newest at sents - 1, modulo */
    uint8_t sent_to[4096];          /* its venue */
    uint32_t sents;
    char wire[4096];
    uint32_t flushes;
    uint32_t flush_sents; /* so much was sent at the newest, */
    uint64_t flush_cause; /* and its cause; as is rx_tsc of the market: now */
    bool flush_loses;     /* the session of venue 0 is lost in it */
    struct gateway_report copy[4096];
    uint32_t copies;
    enum slots_status status; /* of the newest intent from outside */
    struct market market[2];
};

void gateway_rig_plan(struct gateway_rig *rig, bool replaces); /* may be changed before */
void gateway_rig_open(struct gateway_rig *rig);                /* a new gateway of the plan */
void gateway_rig_start(struct gateway_rig *rig); /* recovered, listed, up, markets trade */
void gateway_rig_new(struct gateway_rig *rig, bool replaces); /* all three */
void gateway_rig_free(struct gateway_rig *rig);

/* The journal of the one before, read by a new gateway: as after a crash.  Reading it from an image
 * on must come to the same (image_check.h). */
void gateway_rig_restart(struct gateway_rig *rig);

void gateway_rig_play(struct gateway_rig *rig, const char *steps);
void gateway_rig_say(struct gateway_rig *rig, struct puppet *puppet,
                     const struct delegate_intent *intent);
void gateway_rig_decide(struct gateway_rig *rig); /* until nobody is left */
void gateway_rig_message(struct gateway_rig *rig, uint32_t venue, const struct fake_message *say);
enum risk_control gateway_rig_state(struct gateway_rig *rig, enum risk_scope scope,
                                    struct risk_subject subject, enum risk_state state);
void gateway_rig_bound(struct gateway_rig *rig, enum risk_verdict limit,
                       struct risk_subject subject, int64_t value);
void gateway_rig_market(struct gateway_rig *rig, uint32_t instrument, enum market_state state);
void gateway_rig_pass_time(struct gateway_rig *rig, nanos_t time); /* tick by tick */

#endif
