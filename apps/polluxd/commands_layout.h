#ifndef APPS_POLLUXD_COMMANDS_LAYOUT_H
#define APPS_POLLUXD_COMMANDS_LAYOUT_H

/* Private to commands*.c. */

#include "apps/polluxd/commands.h"
#include "control/command/command_server.h"
#include "dataplane/stage/window.h"

#include <ev.h>

#define COMMANDS_WAITING_MAX   (2 * COMMAND_CONNECTIONS_MAX)
#define COMMANDS_PROPOSALS_MAX 8u
#define COMMANDS_EVENT_BYTES   240u
#define COMMANDS_OF_BYTES      96u

struct commands;

/* A change on its way to the engine, or what looks at what changes change.  Whoever asked is
 * answered by done, with the engine's answer; or by the queue, if the engine does not answer. */
struct change {
    struct command_call *call; /* NULL: nobody waits any more */
    void (*done)(struct commands *commands, struct change *change,
                 const struct engine_control_answer *answer);
    bool look; /* asks nothing of the engine: done, with NULL, when nothing is under way */
    uint32_t records;
    struct risk_record *record; /* allocated; or NULL */
    nanos_t since;              /* monotonic */
    uint32_t attempts;
    bool stamped;               /* by the queue, when it was asked for first: */
    uint64_t tightened;         /* engine_stage_tightened as of when it was asked for */
    char of[COMMANDS_OF_BYTES]; /* the name of what it is of; "": the box */
};

/* One that waits for a second person. */
struct proposal {
    uint32_t number;
    struct change change;
};

struct commands {
    struct commands_plan plan;
    struct command_server *server;
    nanos_t begun;

    /* Copies of the views, as of one request. */
    struct feed_view feed;
    struct engine_view engine;
    struct engine_gateway_view gateway;
    struct gate_view gate;
    struct match_view match;
    struct histogram *scratch;

    /* Changes; the first is under way if posted. */
    struct change waiting[COMMANDS_WAITING_MAX];
    uint32_t waits;
    bool posted;
    struct engine_change change;
    struct proposal proposal[COMMANDS_PROPOSALS_MAX]; /* the oldest first */
    uint32_t proposals, proposed;
    struct command_call *reloading; /* who waits for the reload, or a set */
    ev_timer follow;                /* runs while something waits */

    char event[COMMAND_EVENTS_MAX][COMMANDS_EVENT_BYTES];
    uint64_t events;
};

nanos_t commands_now(void); /* monotonic */

/* commands_json.c: values of answers */

json_t *commands_count(uint64_t count);
json_t *commands_price(price_t price); /* "10.05"; "" for none */
json_t *commands_qty(qty_t qty);
json_t *commands_money(int64_t money);    /* "-13.75", hundredths */
json_t *commands_moment(nanos_t wall_ns); /* "2030-01-02 15:04:05", UTC */
/* Without padding; whatever a feed said, it is text. */
json_t *commands_symbol(const char *symbol, size_t bytes);

/* commands_portion.c */

/* How a portion of a stage's table is answered. */
struct portion {
    /* With the rows, once they are there; ends the call. */
    void (*told)(struct commands *commands, struct command_call *call, const struct window *window,
                 const struct window_said *said, struct portion *portion);
    /* For commands_rows: */
    const char *key; /* of the answer's list */
    json_t *(*show)(const struct commands *commands, const void *row);
    json_t *before;  /* rows that come first, or NULL: the portion's */
    uint64_t others; /* rows there are besides those of the window */
};

/* What the call's parameters after and limit ask for. */
struct window_ask commands_ask(const struct command_call *call, uint32_t kind);
void commands_portion(struct commands *commands, struct command_call *call, struct window *window,
                      const struct window_ask *ask, const struct portion *portion);
/* A portion's told: all rows by show. */
void commands_rows(struct commands *commands, struct command_call *call,
                   const struct window *window, const struct window_said *said,
                   struct portion *portion);
/* The end: answer with shown, of, next, one_moment and the rows, both taken over. */
void commands_answer_rows(struct command_call *call, json_t *answer, const char *key, json_t *rows,
                          const struct window_said *said);

/* commands_show.c */

void commands_status(void *context, struct command_call *call);
uint64_t commands_packets_refused(const struct feed_view *view); /* not those that came twice */
void commands_lcores(void *context, struct command_call *call);
void commands_latency(void *context, struct command_call *call);
void commands_events(void *context, struct command_call *call);

/* commands_feed.c */

void commands_feeds(void *context, struct command_call *call);
void commands_feeds_release(void *context, struct command_call *call);

/* commands_market.c */

void commands_book(void *context, struct command_call *call);
void commands_instruments(void *context, struct command_call *call);

/* commands_trading.c */

void commands_sessions(void *context, struct command_call *call);
void commands_orders(void *context, struct command_call *call);
void commands_positions(void *context, struct command_call *call);
void commands_gauges(void *context, struct command_call *call);
void commands_strategies(void *context, struct command_call *call);

/* commands_change.c: the queue of changes */

/* change is copied; its record becomes the queue's.  Refuses the call if there is no room. */
void commands_change(struct commands *commands, const struct change *change);
/* The queue's turn: of a timer that runs as long as something waits. */
void commands_follow(struct ev_loop *loop, ev_timer *timer, int events);
void commands_follow_every(struct commands *commands); /* sets its span */
void commands_change_end(struct commands *commands);   /* the engine has ended */

/* commands_confirm.c */

/* Keeps the change, and its record, for a second person; who asked is told. */
void commands_propose(struct commands *commands, struct change *change);
void commands_confirm(void *context, struct command_call *call);
void commands_confirm_end(struct commands *commands); /* none waits any more */

/* ", confirmed by user 7", or nothing. */
void commands_confirmed_append(struct text *out, const struct risk_record *record);

/* commands_risk.c, commands_limits.c */

void commands_halt(void *context, struct command_call *call);
void commands_reduce(void *context, struct command_call *call);
void commands_arm(void *context, struct command_call *call);
void commands_strategies_start(void *context, struct command_call *call);
void commands_strategies_stop(void *context, struct command_call *call);
void commands_risk_show(void *context, struct command_call *call);
void commands_risk_set(void *context, struct command_call *call);

/* The places of the symbols that "ACME" or "ACME@box" names, into at; how many. */
uint32_t commands_symbols(const struct commands *commands, const char *name, uint32_t *at,
                          uint32_t room);
/* Their number, or UINT32_MAX. */
uint32_t commands_venue(const struct commands *commands, const char *name);
uint32_t commands_strategy(const struct commands *commands, const char *name);

/* A record of a change that call asks for. */
struct risk_record commands_record(const struct command_call *call, enum risk_record_kind kind,
                                   enum risk_scope scope);

/* commands_config.c */

void commands_config_show(void *context, struct command_call *call);
void commands_config_check(void *context, struct command_call *call);
void commands_config_diff(void *context, struct command_call *call);
void commands_config_reload(void *context, struct command_call *call);
void commands_strategies_set(void *context, struct command_call *call);

/* commands_watch.c */

void commands_alerts(void *context, struct command_call *call);
void commands_alerts_acknowledge(void *context, struct command_call *call);
void commands_flight(void *context, struct command_call *call);
void commands_capture(void *context, struct command_call *call);
void commands_capture_start(void *context, struct command_call *call);
void commands_capture_stop(void *context, struct command_call *call);

/* commands_metrics.c */

void commands_metrics(void *context, struct command_call *call);

#endif
