#ifndef APPS_POLLUXD_POLLUXD_H
#define APPS_POLLUXD_POLLUXD_H

/* One run of the appliance: its configuration, what was launched from it, and what it says. */

#include "apps/polluxd/plan_gateway.h"
#include "control/config/config.h"
#include "dataplane/base/log_ring.h"
#include "dataplane/launch/launch.h"

/* What the feed stage tells the log.  {0} is a sequence number, a symbol or a code. */
/* clang-format off */
#define POLLUXD_LOG(X)                                                                 \
    X(POLLUXD_SESSION,    LOG_NOTE,  "feed: a session begins at message {0:n}")        \
    X(POLLUXD_GAP,        LOG_ALARM, "feed: messages {0:n} to {1:n} are missing on every line; books are GAP until the next session") \
    X(POLLUXD_STALE,      LOG_ALARM, "feed: every line is silent; books are STALE")    \
    X(POLLUXD_FRESH,      LOG_NOTE,  "feed: the lines speak again")                    \
    X(POLLUXD_END,        LOG_NOTE,  "feed: the session has ended; books are CLOSED")  \
    X(POLLUXD_QUARANTINE, LOG_ALARM, "feed: the lines carry different bytes under one number; books are GAP until somebody has found why: pollux feeds release") \
    X(POLLUXD_RELEASED,   LOG_NOTE,  "feed: an operator has ended the quarantine; the stream goes on from message {0:n}, and its books are as after a gap") \
    X(POLLUXD_PHASE_O,    LOG_NOTE,  "feed: the venue begins its messages of the day") \
    X(POLLUXD_PHASE_S,    LOG_NOTE,  "feed: the venue begins to take orders")          \
    X(POLLUXD_PHASE_Q,    LOG_NOTE,  "feed: market hours begin")                       \
    X(POLLUXD_PHASE_M,    LOG_NOTE,  "feed: market hours end")                         \
    X(POLLUXD_PHASE_E,    LOG_NOTE,  "feed: the venue takes no more orders")           \
    X(POLLUXD_PHASE_C,    LOG_NOTE,  "feed: the venue has ended its messages of the day") \
    X(POLLUXD_PHASE,      LOG_NOTE,  "feed: the venue sends the unknown event '{0:s}'") \
    X(POLLUXD_TRADING,    LOG_NOTE,  "feed: {0:s} goes from {1:s} to {2:s}")            \
    X(POLLUXD_RECOVERING, LOG_ALARM, "feed: messages from {0:n} are missing and asked for; books are RECOVERING") \
    X(POLLUXD_SNAPSHOT,   LOG_ALARM, "feed: the books are rebuilt from a snapshot")    \
    X(POLLUXD_RECOVERED,  LOG_NOTE,  "feed: all that was missing is there")            \
    X(POLLUXD_UNRECOVERED, LOG_ALARM, "feed: nobody has what is missing; it is tried again later")
/* clang-format on */

enum polluxd_log { POLLUXD_LOG(LOG_CODE_ENUM) POLLUXD_LOG_COUNT };
extern const struct log_code polluxd_log_codes[];

struct capturing;
struct reload;
struct monitoring;
struct commands;
struct watch;
struct rows;
struct polluxd_outside;
struct ev_loop;

struct polluxd {
    struct ev_loop *loop;        /* of the control plane: this thread's, one for all of it */
    const struct config *config; /* what runs */
    struct rows *rows;           /* onto the stages' long tables */
    struct reload *reload;       /* NULL: it is not read again */
    struct capturing *capturing; /* NULL: there is no memory for captures */
    struct monitoring *monitoring;
    struct commands *commands;       /* NULL: nobody gives any */
    struct watch *watch;             /* NULL: nobody looks yet */
    bool changing;                   /* a change by command is under way in the engine */
    struct polluxd_outside *outside; /* NULL: no program outside trades */
    struct recording recording;
    struct launch_plan plan;
    struct launch launch;
    struct log_ring *log;
    struct listing *listings; /* symbols that delegates named */
    struct net_dpdk_group group[CHANNEL_LINES];
    struct inet_neighbour neighbour[LAUNCH_PORTS_MAX][INET_STATIC_MAX];

    /* Of a venue. */
    struct match_stage_listing *instruments;
    struct entry_plan *entry;
    struct soupbin_credentials *credentials;

    struct polluxd_gateway gateway; /* if there is one */

    /* Of each instrument a bit: it has traded in this session.  The feed's lcore writes it. */
    uint64_t traded[BOOK_INSTRUMENTS_MAX / 64];
};

/* From the configuration to a plan.  False with sentences if a file or the memory is missing. */
MUST_USE bool polluxd_plan(struct polluxd *polluxd, const struct polluxd_kinds *kinds,
                           struct text *problems);

/* What is right and may yet cost a day, in sentences.  Those of a venue: how many prices its books
 * may have beside what snapshots hold. */
void polluxd_remark(const struct config *config, struct text *remarks);

/* Its parts, by role. */
MUST_USE bool polluxd_plan_feed(struct polluxd *polluxd, struct text *problems);
MUST_USE bool polluxd_plan_venue(struct polluxd *polluxd, struct text *problems);
MUST_USE bool polluxd_plan_trading(struct polluxd *polluxd, const struct polluxd_kinds *kinds,
                                   struct text *problems);

/* What a port is as a host; secret and MAC are drawn and found at the launch. */
struct inet_limits polluxd_host(struct polluxd *polluxd, uint32_t port);

/* Runs the loop and shows what happens, until stopping says stop, the captures end, or so many
 * seconds have passed; 0 is no such bound. */
void polluxd_watch(struct polluxd *polluxd, uint32_t seconds, bool (*stopping)(void));

/* An event of people: a line on the screen, or on plain output.  Nothing without a watch. */
void polluxd_say(struct polluxd *polluxd, const char *line);

/* The tables at the end, to stdout. */
void polluxd_summary(const struct polluxd *polluxd);

#endif
