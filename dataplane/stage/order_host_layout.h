#ifndef DATAPLANE_STAGE_ORDER_HOST_LAYOUT_H
#define DATAPLANE_STAGE_ORDER_HOST_LAYOUT_H

/* What an order host holds; for order_host*.c only. */

#include "dataplane/stage/order_host.h"

struct order_host_line {
    struct order_host *host;
    const struct order_host_venue *plan;
    uint32_t venue;
    uint8_t state;       /* enum order_host_state */
    bool told_up;        /* what the owner was told last */
    uint32_t tries;      /* since it was up: of the back-off */
    nanos_t retry_at;    /* DOWN */
    nanos_t accepted_at; /* SETTLING */
    nanos_t newest_at;   /* SETTLING: of the newest message */
    uint64_t asked_tsc;  /* of the message whose answer is awaited; 0: none is */
    uint64_t next;       /* the next message for the owner */
    struct order_host_counts counts;

    /* TCP. */
    struct soupbin_client *client;
    struct tcp_calls calls;
    uint32_t connection; /* or TCP_NONE */
    bool dirty;          /* has something to write */

    /* INSIDE. */
    struct gate_slot *kept; /* a ring: [kept_tail, kept_head) */
    uint64_t kept_head;
    uint64_t kept_tail;
    uint64_t shown; /* answers of the day that the match stage has shown */
    uint8_t login;  /* 1 to 255 and again */
    bool tell_lost; /* the match stage is to be told */
};

struct order_host {
    const struct order_host_plan *plan;
    struct order_host_line line[ORDER_HOST_VENUES_MAX];
    struct inet *inet; /* NULL: all are INSIDE */
    struct tcp *tcp;
    nanos_t settle_ns, retry_ns, retry_max_ns;
    uint64_t dice; /* of the jitter */
    nanos_t now;
    bool leaving;
    bool settling;   /* some line is */
    bool dirty;      /* some line has something to write */
    uint32_t asking; /* lines whose message leaves at the next flush, 1 << venue */
    struct frame_burst burst;
    struct histogram latency;
};

/* order_host.c */

/* The session is over: the owner is told, and it is tried again later. */
void order_host_lose(struct order_host_line *line, nanos_t now);

/* Logged in: what was missed comes now. */
void order_host_accept(struct order_host_line *line, nanos_t now);

/* Gives on the message of this number, the next one. */
void order_host_give(struct order_host_line *line, const uint8_t *message, uint32_t length,
                     nanos_t now);

/* order_host_inside.c */

uint32_t order_host_inside_turn(struct order_host_line *line, nanos_t now);
uint32_t order_host_inside_room(const struct order_host_line *line);
bool order_host_inside_send(struct order_host_line *line, const uint8_t *bytes, uint32_t length,
                            uint64_t cause_tsc, nanos_t now);
void order_host_inside_open(struct order_host_line *line, nanos_t now);
/* The match stage is told that nobody is there, as soon as it has room. */
void order_host_inside_close(struct order_host_line *line);
void order_host_inside_keep(struct order_host_line *line);

#endif
