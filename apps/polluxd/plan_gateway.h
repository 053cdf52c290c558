#ifndef APPS_POLLUXD_PLAN_GATEWAY_H
#define APPS_POLLUXD_PLAN_GATEWAY_H

/* From the configuration of a gateway to its plan, in two steps:
 *
 *     polluxd_gateway_check   what only strategies know: their names, their parameters; each
 *                             problem with its place in the file
 *     polluxd_gateway_plan    struct gateway_plan, and who logs in where with which password
 *
 * Limits become records, as if people had set them before the first day: each alone, by an
 * administrator called 0, confirmed by another called 1 where two must agree; the reason is
 * "configuration".  Bounds that the file does not reach, such as those of a strategy in a symbol
 * that is not among its instruments, stay zero and let nothing pass.
 *
 * Cold.  Threads: one.  Memory: of the plan allocated, and freed by polluxd_gateway_free; the
 * configuration must outlive it. */

#include "control/config/config.h"
#include "dataplane/base/text.h"
#include "dataplane/gateway/gateway.h"

/* What there is, each found by its name, or NULL: strategies built in and of plug-ins; languages of
 * venues. */
struct polluxd_kinds {
    const void *plugins;
    const struct delegate_kind *(*strategy)(const void *plugins, const char *name);
    const struct trade_port_kind *(*port)(const char *name);
};

/* A venue's session, of the same index as the venue. */
struct polluxd_session {
    bool internal;   /* of the role venue here: */
    uint32_t number; /* its index in venue.sessions */
    uint32_t ip;     /* else over TCP */
    uint16_t tcp_port;
    char username[CONFIG_USERNAME_MAX]; /* padded with spaces, as is password */
    char password[10];
};

struct polluxd_gateway {
    struct gateway_plan plan;
    const char *folder;     /* of the journal */
    uint32_t keep_segments; /* 0: all */
    uint64_t image_records;
    bool over_tcp;
    uint32_t port; /* of the configuration: what is over TCP goes by it */
    struct polluxd_session session[GATEWAY_VENUES_MAX];

    /* What the plan points to. */
    struct gateway_symbol_plan *symbol;
    struct gateway_strategy_plan *strategy;
    struct listing_name *leg;
    uint32_t *leg_venue;
    struct delegate_parameter *parameter;
    struct risk_record *record;
};

/* True if it adds no problem.  config has a gateway.  kinds->port is not read. */
MUST_USE bool polluxd_gateway_check(const struct config *config, const struct polluxd_kinds *kinds,
                                    struct config_problems *problems);

/* config has passed polluxd_gateway_check with the same strategies.  False with sentences if a
 * password or memory is missing, or a venue's language is not there or cannot say what the
 * configuration asks for. */
MUST_USE bool polluxd_gateway_plan(struct polluxd_gateway *gateway, const struct config *config,
                                   const struct polluxd_kinds *kinds, struct text *problems);

/* The limits of from as records, each alone, with the numbers that its plan has; at NULL: only
 * counts them. */
uint32_t polluxd_gateway_limits(const struct config_gateway *from, struct risk_record *at);

void polluxd_gateway_free(struct polluxd_gateway *gateway);

#endif
